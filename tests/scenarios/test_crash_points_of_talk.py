"""A review and a decision, cut before and after every outbound call: each must end as if nothing had
happened, with no reply and no issue doubled.

`make test` runs a sample chosen by GROUNDPLAN_SEED; `make test-full` runs every single cut.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.scenarios.test_decision_story import ASKING, decisions
from tests.scenarios.test_review_story import PLAN, suggestion
from tests.scenarios.town import Boundary, Town

FULL = os.environ.get("GROUNDPLAN_FULL") == "1"
SEED = int(os.environ.get("GROUNDPLAN_SEED", "20261121"))
PARTS = 4
SAMPLE = 4
LAGS = (0.0, 20.0)
Points = frozenset[int]
Story = Callable[[Town, float, Points], dict[str, Any]]
Count = Callable[[str, object], None]


def review(town: Town, lag: float, dies_at: Points) -> dict[str, Any]:
    """A plan is reviewed: one suggestion, one question, and a word for all."""
    town.reset(lag)
    town.ask()
    town.clock.now += 100
    [pull] = town.pulls()
    text = town.file(pull["head"]["ref"], PLAN) or ""
    why = {"path": PLAN, "line": 5, "side": "RIGHT", "body": "Why?"}
    town.boundary = Boundary(dies_at)
    comments = [suggestion(text, "### Objective", ", carefully"), why]
    town.review(pull["number"], body="Please be careful.", comments=comments)
    town.run()
    return town.observable()


def decision(town: Town, lag: float, dies_at: Points) -> dict[str, Any]:
    """A plan asks for a decision, and somebody makes it; cut from the label on."""
    town.reset(lag)
    town.boundary = Boundary(dies_at)
    town.ask(body=ASKING)
    town.clock.now += 100
    [asked] = decisions(town)
    town.say(asked["number"], "/decide B because every tool reads it", who="rita")
    town.run()
    return town.observable()


def timeless(end: dict[str, Any]) -> str:
    """What people see, but for what only tells when a commit was made."""
    return re.sub(r"\b[0-9a-f]{12,64}\b|\d{4}-\d\d-\d\dT[\d:]{8}Z|http://127[^\s\"]+", "~", json.dumps(end))


STORIES: dict[str, Story] = {"review": review, "decision": decision}


@pytest.fixture(scope="session")
def ends(built_town: Town) -> dict[str, tuple[dict[str, Any], int]]:
    """How each story ends without any death, and the number of outbound calls that it takes."""
    return {
        name: (story(built_town, 0.0, frozenset()), len(built_town.boundary.calls))
        for name, story in STORIES.items()
    }


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("number", range(PARTS))
@pytest.mark.parametrize("name", STORIES)
def test_one_death(
    town: Town,
    ends: dict[str, tuple[dict[str, Any], int]],
    name: str,
    number: int,
    lag: float,
    record_property: Count,
) -> None:
    end, calls = ends[name]
    points = list(range(2 * calls))[number::PARTS]
    if not FULL:
        points = random.Random(f"{SEED} {name} {number} {lag}").sample(points, min(SAMPLE, len(points)))
    run = partial(STORIES[name], town, lag)
    wrong = [point for point in points if timeless(run(frozenset({point}))) != timeless(end)]
    record_property(f"crash schedules of a {name}", len(points))
    record_property(f"wrong end states of a {name}", len(wrong))
    assert wrong == []


def test_the_stories_end_well(town: Town, ends: dict[str, tuple[dict[str, Any], int]]) -> None:
    reviewed, decided = ends["review"][0], ends["decision"][0]
    assert len(reviewed["pulls"]) == len(decided["pulls"]) == 1
    assert ", carefully" in str(reviewed["refs"]) or reviewed["checks"]
    assert sorted(issue["state"] for issue in decided["issues"]) == ["closed", "open"]
