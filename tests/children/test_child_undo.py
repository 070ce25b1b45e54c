"""Taking a fan-out back closes what that run made and nobody touched, and names all that it leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.children import undo
from tests.children.filed_ones import all_filed, numbers
from tests.plan.samples import small_plan, task

THERE = all_filed(small_plan(task("T1"), task("T2"), task("T3")))


def test_what_nobody_touched_is_closed() -> None:
    found = undo("run-1", THERE)
    assert numbers(found.close) == [20, 21, 22]
    assert all(one.reason for one in found.close)
    assert (found.left, found.closed_already) == ((), 0)


@pytest.mark.parametrize(
    ("did", "why"),
    [
        ({"touched_by_people": True}, "people have touched it"),
        ({"assignees": ("ada",)}, "somebody is assigned"),
        ({"pulls": (7, 8), "touched_by_people": True}, "pull requests are linked to it: #7, #8"),
        ({"labels": ("QA-in-progress",)}, "its labels say that somebody is at work on it"),
    ],
)
def test_what_people_touched_is_left_and_said(did: dict[str, Any], why: str) -> None:
    found = undo("run-1", [THERE[0], replace(THERE[1], **did), THERE[2]])
    assert numbers(found.close) == [20, 22]
    assert [(one.number, one.why) for one in found.left] == [(21, why)]


def test_only_that_run_and_only_what_is_open() -> None:
    there = [replace(THERE[0], run="run-0"), replace(THERE[1], state="closed", reason="completed"), THERE[2]]
    found = undo("run-1", there)
    assert (numbers(found.close), found.closed_already) == ([22], 1)
    assert undo("run-2", there).close == ()
    assert undo("", [replace(one, run="") for one in THERE]).close == ()
