"""Real processes for the queue's tests: `python -m tests.queue.roles ROLE …`. The
work leaves traces in Redis.

What a job does is told by its subject: number 1 rests at once, 2 dies on its first run, 3 hangs on its
first run, 4 always fails, 5 dies on every run, 6 waits for the key `go`, 7 waits (Transient) once.
"""

from __future__ import annotations

import os
import sys
import time

from pydantic import SecretStr

from bot.app import serve
from bot.errors import Transient
from bot.inbox import Claim, connect
from bot.settings import Settings
from workers.jobs import Performers, sweep, work

SECRET = "the signing secret"


def queue_settings(url: str, lease: float = 1.0) -> Settings:
    return Settings(
        redis_url=url,
        groundplan_secret=SecretStr(SECRET),
        groundplan_webhook_secret=SecretStr("the webhook secret"),
        groundplan_bot_id=4242,
        groundplan_lease_seconds=lease,
        groundplan_sweep_seconds=0.2,
        groundplan_log_level="WARNING",
    )


def perform_with(url: str) -> Performers:
    redis = connect(url)

    def run(claim: Claim) -> float | None:
        redis.rpush(f"ran:{claim.kind}:{claim.subject}", f"{claim.run} {os.getpid()}")
        number, first = claim.subject.number, claim.run == 1
        if number == 5 or (number == 2 and first):
            os.kill(os.getpid(), 9)
        if number == 4:
            raise RuntimeError("always, with the signing secret")
        if number == 7 and first:
            raise Transient("not yet", delay=0.1)
        if number == 3 and first:
            time.sleep(60)
        while number == 6 and first and not redis.exists("go"):
            time.sleep(0.02)
        if number == 6 and first:
            try:
                claim.check()
            except BaseException:
                redis.set("noticed", "1")
                raise
        redis.rpush("finished", f"{claim.kind} {claim.subject} {claim.run}")
        return None

    def sweep_nothing() -> None:
        redis.incr("swept")

    return Performers(run, run, sweep_nothing)


def main(role: str, url: str, *more: str) -> None:
    settings = queue_settings(url)
    if role == "sweep":
        sweep(settings)
    elif role == "serve":
        serve(settings, "127.0.0.1", int(more[0]))
    else:
        work(settings, role, perform_with(url))


if __name__ == "__main__":
    main(*sys.argv[1:])
