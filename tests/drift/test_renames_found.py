"""How often the new path of a renamed file is the right one, over many random repositories and pushes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from bot.drift import PathChange, changes_between, drifted
from tests.drift.renames import SORTS, Push, push
from tests.plan.samples import change, small_plan, task

PUSHES = 2000 if os.environ.get("GROUNDPLAN_FULL") else 250
WAYS: dict[str, tuple[Callable[[Push], Sequence[PathChange]], float]] = {
    "a push as GitHub tells of it": (Push.changes, 0.95),
    "two lists of files with digests": (lambda one: changes_between(one.then, one.now), 0.95),
    "two lists of names": (Push.without_digests, 0.80),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_new_path_of_a_renamed_file_is_found(
    way: str, record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    changes_of, least = WAYS[way]
    right: Counter[str] = Counter()
    told: Counter[str] = Counter()
    every: Counter[str] = Counter()
    said = 0
    for seed in range(PUSHES):
        one = push(seed)
        plan = small_plan(task("T1", files=tuple(change(path) for path in one.moved)))
        found = {each.path: each for each in drifted(plan, {"T1"}, changes_of(one), one.now)}
        assert set(one.moved) <= set(found)
        for old, (new, sort) in one.moved.items():
            every[sort] += 1
            right[sort] += found[old].now[:1] == (new,)
            told[sort] += new in found[old].now
            said += found[old].known
    share = right.total() / every.total()
    rows = [
        f"  {sort:16} {right[sort]:5} of {every[sort]:5}  {right[sort] / every[sort]:.1%}" for sort in SORTS
    ]
    named, known = told.total() / every.total(), said / every.total()
    figure = f"{right.total()} of {every.total()} ({share:.1%})"
    figure += f"; the push itself says {known:.1%}, among those named are {named:.1%}"
    record_property("right new path", figure)
    with capsys.disabled():
        print("\n".join([f"\n{way}: right new path {figure}", *rows]))
    assert share >= least


def test_a_file_that_is_only_deleted_is_never_told_to_be_renamed() -> None:
    for seed in range(60):
        one = push(seed)
        deleted = [path for path in one.then if path not in one.now and path not in one.moved]
        plan = small_plan(task("T1", files=tuple(change(path) for path in deleted)))
        found = drifted(plan, {"T1"}, one.changes(), one.now)
        assert {each.path for each in found} == set(deleted)
        assert [each for each in found if each.known] == []
