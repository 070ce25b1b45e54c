"""The processes `groundplan work` and `groundplan sweep`, and the table of the jobs there are.

Must not know what working on a subject means: that is handed in, or found in the pipeline.
"""

from __future__ import annotations

import importlib
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog
from redis import Redis
from redis.exceptions import RedisError

from bot import logs
from bot.errors import UserError
from bot.inbox import Agenda, Claim, Kind, Wakes, check_redis, connect
from bot.render import compile_templates
from bot.settings import Settings
from bot.situation import Subject
from workers.jobs.performing import perform
from workers.jobs.signed import Performer, job_class
from workers.jobs.worker import QueueWorker, freeze_for_forking

QueueName = Literal["write", "think"]
# What children need anyway, their parent imports: 80 jobs a second instead of 1.7. The rest comes with the
# house.
PRELOAD: dict[QueueName, tuple[str, ...]] = {
    "write": (
        "workers.house",
        "bot.located_yaml",
        "workers.ledger",
        "workers.github.apply",
        "workers.github.read",
    ),
    "think": ("workers.house", "bot.located_yaml", "bot.author.compose", "bot.recon.report"),
}
GITHUB_SWEEP_SECONDS = 600.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Performers:
    """What the jobs do. `tend` and `think` give seconds until the subject wants another look, or None at
    rest; they raise Transient, Fenced, or anything else for a failure. `sweep` looks through GitHub for
    what was missed.
    """

    tend: Callable[[Claim], float | None]
    think: Callable[[Claim], float | None]
    sweep: Callable[[], None]


def job_table(settings: Settings, redis: Redis, performers: Performers) -> dict[str, Performer]:
    """Every job there is, by the name it has on the queue."""

    def on_subject(kind: Kind, work: Callable[[Claim], float | None]) -> Performer:
        agenda = agenda_for(settings, redis, kind)
        return lambda subject, job_id: perform(
            agenda, Subject.parse(subject), job_id, work, settings.groundplan_lease_seconds
        )

    return {
        "tend": on_subject("tend", performers.tend),
        "think": on_subject("think", performers.think),
        "sweep": _one_at_a_time(performers.sweep, Wakes(redis, settings.signing_secret)),
    }


def agenda_for(settings: Settings, redis: Redis, kind: Kind) -> Agenda:
    """The agenda of one kind of work with the limits of these settings."""
    return Agenda(
        redis,
        kind,
        max_attempts=settings.groundplan_max_attempts,
        max_crashes=settings.groundplan_max_crashes,
    )


def work(settings: Settings, queue: str, performers: Performers | None = None) -> None:
    """Work on one queue until SIGTERM or SIGINT, finishing the job in hand. Raises
    UserError before it begins.

    Reconnects for as long as it takes when Redis goes away.
    """
    names: dict[str, QueueName] = {"write": "write", "think": "think"}
    if queue not in names:
        raise UserError(
            "unknown-queue", f"There is no queue {queue[:40]!r}.", "Use write or think, one a worker."
        )
    secret = _start(settings)
    redis = connect(settings.redis_url)
    performers = performers or load_performers(settings, redis, names[queue])
    freeze_for_forking()
    jobs = job_class(secret, _waking(job_table(settings, redis, performers), Wakes(redis, secret)))
    while True:
        worker = QueueWorker(
            queue,
            connect(settings.redis_url, socket_timeout=None),
            jobs,
            died=_report_death(settings, redis, secret),
            redact=logs.redactor(logs.secrets_of(settings)),
        )
        worker.work(logging_level="WARNING")
        if worker.stopping:
            return
        log.warning("worker starts again", queue=queue)
        time.sleep(1.0)


def sweep(settings: Settings, once: bool = False, look: Callable[[], bool] | None = None) -> None:
    """Wake what is due, when it is due, until SIGTERM; and at the start and every ten
    minutes have GitHub swept.

    `look` does the sweep of GitHub; by default a worker that holds the App's key is asked to. It gives False
    when it could not, because another sweep is not over: then it is called again soon.
    """
    secret = _start(settings)
    redis = connect(settings.redis_url)
    wakes = Wakes(redis, secret)
    look = look or wakes.wake_sweep
    stop = threading.Event()
    if not once:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    looked, asked = float("-inf"), False
    while not stop.is_set():
        pause = settings.groundplan_sweep_seconds
        try:
            if time.monotonic() - looked >= GITHUB_SWEEP_SECONDS and (asked := look()):
                looked = time.monotonic()
            sent = wakes.wake()
            if once:
                log.info("swept once", wakes=sent, github="asked" if asked else "a sweep is under way")
            elif sent:
                log.info("woken", wakes=sent)
            pause = _pause(Agenda(redis, "tend"), pause)
        except (RedisError, OSError) as error:
            if once:
                raise UserError("no-redis", f"Redis is not reachable ({type(error).__name__}).") from error
            log.warning("sweep waits for Redis", error=type(error).__name__)
        if once:
            break
        stop.wait(pause)
    redis.close()


def load_performers(settings: Settings, redis: Redis, queue: QueueName) -> Performers:
    """The real ones, with everything they need imported and compiled here, before any fork."""
    for name in PRELOAD[queue]:
        importlib.import_module(name)
    compile_templates()
    from workers.house import House, thinking_author

    house = House(settings, redis, thinking_author(settings, redis))
    if queue == "write":
        house.check_ready()
    # Makes the TLS context, which costs more than most requests and is then the children's as well.
    house.app().close()
    return Performers(house.tend, house.think, house.sweep)


def _start(settings: Settings) -> str:
    """What every process does first. Gives the secret that jobs are signed with."""
    logs.configure(settings)
    logs.configure_structlog()
    secret = settings.signing_secret
    for remark in check_redis(settings.redis_url):
        log.warning("redis", remark=remark)
    return secret


def _one_at_a_time(sweep: Callable[[], None], wakes: Wakes) -> Performer:
    """The sweep as a job that says when it is over, also when it fails."""

    def run(_everything: str, job_id: str) -> None:
        try:
            sweep()
        finally:
            wakes.end_sweep(job_id)

    return run


def _waking(table: dict[str, Performer], wakes: Wakes) -> dict[str, Performer]:
    """The same jobs, each sending what became due through it on its way at once."""

    def then_wake(job: Performer) -> Performer:
        def run(subject: str, job_id: str) -> None:
            try:
                job(subject, job_id)
            finally:
                wakes.wake()

        return run

    return {name: then_wake(job) for name, job in table.items()}


def _report_death(settings: Settings, redis: Redis, secret: str) -> Callable[[str, str, str], None]:
    """For a parent whose child was killed: end the child's lease and wake somebody,
    instead of waiting for its end.
    """
    wakes = Wakes(redis, secret)
    agendas = {
        "tend": agenda_for(settings, redis, "tend"),
        "think": agenda_for(settings, redis, "think"),
    }

    def died(name: str, subject: str, job_id: str) -> None:
        if name in agendas:
            agendas[name].bury(Subject.parse(subject), job_id)
            wakes.wake()
        elif name == "sweep":
            wakes.end_sweep(job_id)

    return died


def _pause(agenda: Agenda, longest: float) -> float:
    """The seconds until something else will be due, at least a fifth and at most `longest`."""
    nearest = agenda.horizon().nearest
    return longest if nearest is None or nearest <= 0 else min(longest, max(0.2, nearest))
