"""Jobs a second of one worker with and without its imports before the fork, and
the memory of idle workers.
"""

from __future__ import annotations

import sys
import time

from redis import Redis
from rq import Queue

from bench.processes import pss_mib, running
from bench.recovery import awaited
from bench.roles import SECRET
from bench.table import print_table, verdict
from bot.embedded import find_server, redis_server
from bot.inbox import Agenda, Wakes, connect
from bot.situation import Subject

SECONDS = 6.0


def main() -> None:
    with redis_server(binary=find_server(prefer_wheel=True)) as url, connect(url) as redis:
        warm, cold = jobs_a_second(url, redis, "noop"), jobs_a_second(url, redis, "noop-cold")
        plain = plain_rq(url, redis)
        idle = {role: idle_memory(url, redis, role) for role in ("write", "think", "sweep")}
    rows = [
        ["jobs/s, plain RQ calling a function of nothing", f"{plain:.1f}", "", ""],
        ["jobs/s, imported before the fork", f"{warm:.1f}", "≥ 0.6 of plain", verdict(warm >= 0.6 * plain)],
        ["jobs/s, imported by each job", f"{cold:.1f}", "", ""],
        ["ratio", f"{warm / max(cold, 0.1):.0f}", "≥ 10", verdict(warm / max(cold, 0.1) >= 10)],
        *([f"PSS of an idle {role} process, MiB", f"{pss:.0f}", "", ""] for role, pss in idle.items()),
    ]
    print_table(
        "Workers: one process, jobs that do nothing but need GitHub's client",
        ["figure", "measured", "goal", "verdict"],
        rows,
    )


def jobs_a_second(url: str, redis: Redis, role: str) -> float:
    redis.flushall()
    agenda, wakes = Agenda(redis, "tend"), Wakes(redis, SECRET)
    for number in range(1, 2001):
        agenda.arm(Subject(42, number))
    with running([sys.executable, "-m", "bench.roles", role, url]):
        wakes.wake()
        awaited(lambda: redis.get("done"), 60.0)
        before, began = done(redis), time.monotonic()
        while time.monotonic() - began < SECONDS:
            wakes.wake()
            time.sleep(0.2)
        return (done(redis) - before) / (time.monotonic() - began)


def plain_rq(url: str, redis: Redis) -> float:
    """The same fork for each job, without our table, leases and imports."""
    redis.flushall()
    queue = Queue("plain", connection=redis)
    queue.enqueue_many([Queue.prepare_data("time.time", result_ttl=0) for _ in range(2000)])
    command = [sys.executable, "-m", "rq.cli", "worker", "--quiet", "--url", url, "plain"]
    with running(command):
        awaited(lambda: queue.count < 1999, 60.0)
        before, began = queue.count, time.monotonic()
        time.sleep(SECONDS)
        return (before - queue.count) / (time.monotonic() - began)


def idle_memory(url: str, redis: Redis, role: str) -> float:
    redis.flushall()
    with running([sys.executable, "-m", "bench.roles", role, url]) as process:
        awaited(lambda: redis.scard("rq:workers") if role != "sweep" else redis.exists("gp:sweeping"), 30.0)
        time.sleep(1.0)
        return pss_mib(process.pid)


def done(redis: Redis) -> int:
    return int(redis.get("done") or 0)


if __name__ == "__main__":
    main()
