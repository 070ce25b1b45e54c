"""Runs of effects that crash at one request, before it is sent or after its answer, and are started over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.effects import Effect
from tests.github.workbench import FULL_NAME, Bench, Crash, Fuse

Effects = Callable[[Bench], list[Effect]]


def labels(bench: Bench) -> list[tuple[str, str, str]]:
    """Name, colour and description of every label that the repository has."""
    return sorted((one.name, one.color, one.description or "") for one in bench.repo.labels.values())


def seen(bench: Bench) -> tuple[Any, ...]:
    """What people see, the labels, and how many commits each branch has: a doubled merge changes no file."""
    ancestors = bench.sandbox.world.store.ancestors
    commits = {ref: sum(1 for _ in ancestors(sha)) for ref, sha in bench.repo.refs.items()}
    return bench.sandbox.observable(FULL_NAME), labels(bench), commits


def straight(bench: Bench, effects: Effects, lag: float) -> tuple[Any, int]:
    """The right end state, and how many requests lead to it."""
    bench.sandbox.world.lag = lag
    bench.apply_until_done(*effects(bench))
    return seen(bench), bench.fuse.count


def crashed(bench: Bench, effects: Effects, at: int, after: bool) -> bool:
    """Run into the crash; whether it came to it."""
    bench.fuse = Fuse(at, after)
    try:
        bench.apply_until_done(*effects(bench))
    except Crash:
        return True
    finally:
        bench.close()
        bench.fuse = Fuse()
    return False


def start_over(bench: Bench, first: bytes, now: float, keep: str = "gp:none") -> None:
    """As before the first request; keys that begin with `keep` stay."""
    bench.sandbox.restore(first)
    for key in bench.redis.scan_iter():
        if not key.startswith(keep.encode()):
            bench.redis.delete(key)
    bench.clock.now = now
    bench.fuse = Fuse()


def wrong_ends(bench: Bench, effects: Effects, lag: float) -> tuple[list[tuple[int, bool]], int, int]:
    """Every crash point whose end differs from that of a run without crashes; how many crashes there were,
    and how many there should have been.
    """
    first, now = bench.sandbox.snapshot(), bench.clock.now
    bench.fuse = Fuse()
    wanted, count = straight(bench, effects, lag)
    bench.close()
    wrong, crashes = [], 0
    for at in range(count):
        for after in (False, True):
            start_over(bench, first, now)
            crashes += crashed(bench, effects, at, after)
            bench.apply_until_done(*effects(bench))
            bench.close()
            if seen(bench) != wanted:
                wrong.append((at, after))
    return wrong, crashes, 2 * count
