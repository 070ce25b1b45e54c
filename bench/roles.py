"""Workers and a sweep with default settings for the measurements: `python -m bench.roles ROLE REDIS_URL`.

Roles: `sweep`; `hang`, a worker whose first run of a subject never ends; `noop`, a worker whose jobs need
GitHub's client and do nothing with it; `noop-cold`, the same without importing it before the fork; `write`
and `think`, real workers with all that they import.
"""

from __future__ import annotations

import importlib
import sys
import time

from pydantic import SecretStr

from bot.inbox import Claim, connect
from bot.settings import Settings
from workers.jobs import Performers, sweep, work

SECRET = "the benchmark secret"
# What a job of each queue cannot do without.
NEEDED = ("githubkit", "githubkit.versions.latest.models", "openai")


def settings(url: str) -> Settings:
    return Settings(
        redis_url=url,
        groundplan_secret=SecretStr(SECRET),
        groundplan_log_level="ERROR",
        # An App that is never asked to act.
        groundplan_bot_id=1,
        github_app_id=1,
        github_app_private_key=SecretStr("unused"),
    )


def main(role: str, url: str) -> None:
    redis = connect(url)

    def hang(claim: Claim) -> None:
        redis.rpush("ran", f"{time.time()} {claim.run}")
        if claim.run == 1:
            redis.set("child", _own_pid())
            time.sleep(300)

    def noop(claim: Claim) -> None:
        for name in NEEDED:
            importlib.import_module(name)
        redis.incr("done")

    if role == "sweep":
        sweep(settings(url))
        return
    if role == "write" or role == "think":
        work(settings(url), role)
        return
    if role == "noop":
        preload(NEEDED)
    task = hang if role == "hang" else noop
    work(settings(url), "write", Performers(task, task, lambda: None))


def preload(names: tuple[str, ...]) -> None:
    for name in names:
        importlib.import_module(name)


def _own_pid() -> int:
    import os

    return os.getpid()


if __name__ == "__main__":
    main(*sys.argv[1:])
