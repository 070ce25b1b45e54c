"""Seconds from a kill until the work is taken up again, with default settings
(lease 15 s, sweep every 5 s).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from redis import Redis

from bench.processes import running
from bench.roles import SECRET
from bench.table import print_table, verdict
from bot.embedded import find_server, redis_server
from bot.inbox import Agenda, Wakes, connect
from bot.situation import Subject

GOAL = 30.0
SUBJECT = Subject(42, 7)


def main() -> None:
    kinds: dict[str, Callable[[int, int], None]] = {
        "child (out of memory)": lambda worker, child: os.kill(child, signal.SIGKILL),
        "worker": lambda worker, child: os.kill(worker, signal.SIGKILL),
        "worker and child": kill_both,
        "worker, and its queue is lost too": lambda worker, child: os.kill(worker, signal.SIGKILL),
    }
    with ExitStack() as stack, ThreadPoolExecutor(len(kinds)) as pool:
        servers = [stack.enter_context(redis_server(binary=find_server(prefer_wheel=True))) for _ in kinds]
        waits = list(pool.map(seconds_to_recover, servers, kinds, kinds.values()))
    rows = [
        [kind, f"{wait:.1f}", f"< {GOAL:g}", verdict(wait < GOAL)]
        for kind, wait in zip(kinds, waits, strict=True)
    ]
    print_table(
        "Recovery: seconds until a killed job is taken up again",
        ["killed", "seconds", "goal", "verdict"],
        rows,
    )


def kill_both(worker: int, child: int) -> None:
    os.kill(worker, signal.SIGSTOP)
    os.kill(child, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)


def seconds_to_recover(url: str, kind: str, kill: Callable[[int, int], None]) -> float:
    def role(name: str) -> list[str]:
        return [sys.executable, "-m", "bench.roles", name, url]

    with connect(url) as redis, running(role("hang")) as first, running(role("sweep")):
        Agenda(redis, "tend").arm(SUBJECT)
        Wakes(redis, SECRET).wake()
        child = int((awaited(lambda: redis.get("child"), 30.0) and redis.get("child")) or 0)
        if not child:
            raise RuntimeError("the job did not start")
        with running(role("hang")):
            awaited(lambda: redis.scard("rq:workers") == 2, 30.0)
            killed = time.time()
            kill(first.pid, child)
            if "queue is lost" in kind:
                redis.delete("rq:queue:write", *redis.keys("rq:job:*"))
            awaited(lambda: redis.llen("ran") >= 2, 120.0)
            return taken_up(redis) - killed


def taken_up(redis: Redis) -> float:
    entries = redis.lrange("ran", 1, 1)
    return float(entries[0].split()[0]) if entries else float("inf")


def awaited(true: Callable[[], object], seconds: float) -> object:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    return None


if __name__ == "__main__":
    main()
