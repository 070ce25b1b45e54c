"""RQ's worker as we run it: one queue each, quick to notice trouble, with children
that die with their parent.

https://python-rq.org/docs/workers/ describes the life of a worker. Must not know what the jobs do.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from bot.embedded import die_with_parent

HEARTBEAT_SECONDS = 60
Redact = Callable[[str], str]
log = structlog.get_logger()


class QueueWorker(Worker):
    """A worker on exactly one queue: with two, RQ pops by BLPOP, and a worker killed after
    the pop has lost the job.

    `died` is told the job's subject and id when a child was killed in the middle.

    Waits for jobs at most 10 seconds at a time, so that RQ's own housekeeping and reconnecting happen soon.
    """

    max_connection_wait_time = 5.0
    log_result_lifespan = False

    def __init__(
        self,
        queue: str,
        connection: Redis,
        jobs: type[Job],
        died: Callable[[str, str, str], None] = lambda name, subject, job_id: None,
        redact: Redact = lambda text: text,
    ) -> None:
        super().__init__(
            [queue],
            connection=connection,
            job_class=jobs,
            serializer=JSONSerializer,
            worker_ttl=25,
            job_monitoring_interval=5,
            maintenance_interval=30,
            default_result_ttl=0,
            log_job_description=False,
        )
        self._died = died
        self._redact = redact

    @property
    def stopping(self) -> bool:
        """Whether somebody asked this worker to stop, as opposed to its having given up on Redis."""
        return self._shutdown_requested_date is not None

    def get_heartbeat_ttl(self, job: Job) -> int:
        return HEARTBEAT_SECONDS

    def subscribe(self) -> None:
        """No remote commands: they would cost a thread in a process that forks, and nobody sends any."""

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """The child's life. It must not outlive its parent, which is the one that reports its death."""
        die_with_parent()
        if os.getppid() == self.pid:
            super().main_work_horse(job, queue)
        os._exit(1)

    def handle_work_horse_killed(self, job: Job, retpid: Any, ret_val: Any, rusage: Any) -> None:
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)  # type: ignore[no-untyped-call]
        try:
            self._died(str(job.func_name), str(job.args[0]), job.id)
        except RedisError as error:
            log.warning("dead child not reported", job=job.id, error=type(error).__name__)

    def handle_job_failure(
        self, job: Job, queue: Queue, started_job_registry: Any = None, exc_string: str = ""
    ) -> None:
        super().handle_job_failure(job, queue, started_job_registry, self._redact(exc_string))


def freeze_for_forking() -> None:
    """Move all that is loaded out of the collector's sight, so that children share
    it instead of copying it.
    """
    gc.collect()
    gc.freeze()
