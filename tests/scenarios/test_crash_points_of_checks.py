"""A push to a pull request that plans, cut before and after every outbound call until its check run stands:
there must be exactly one for each commit, with all its annotations, as if nothing had happened.

`make test` runs a sample of the single cuts, `make test-full` all of them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.scenarios.test_crash_points import LAGS, PARTS, Count, Points, part, single
from tests.scenarios.test_pull_requests import CHECK, SOUND, noticed
from tests.scenarios.town import Town

LINES = "".join(f"- [ ] T{n:03} [P] Change src/none{n}.py: TBD\n" for n in range(1, 70))
MANY = f"# Tasks: Parcel search\n\n## Phase 1: Setup\n\n{LINES}"
PLAN = "specs/001-search/tasks.md"


def story(town: Town, lag: float, dies_at: Points) -> dict[str, Any]:
    """Two commits, each noticed and brought to rest; what people can see in the end."""
    town.reset(lag, dies_at)
    # Made before anything dies, so that each run has the same two commits.
    main = town.act("GET", "/git/ref/heads/main")["object"]["sha"]
    town.act("POST", "/git/refs", ref="refs/heads/ahead", sha=main)
    first = town.commit("ahead", {PLAN: MANY, "src/parcels/search.py": "x = 1\n"})
    second = town.commit("ahead", {PLAN: SOUND})
    town.act("POST", "/git/refs", ref="refs/heads/plan-search", sha=first)
    number = int(town.act("POST", "/pulls", title="Plan", head="plan-search", base="main", body="")["number"])
    noticed(town, number)
    town.act("PATCH", "/git/refs/heads/plan-search", sha=second)
    town.notice(number)
    town.run()
    return town.observable()


@pytest.fixture(scope="module")
def reference(built_town: Town) -> tuple[dict[str, Any], int]:
    """The end state without any death, and the number of outbound calls it takes."""
    end = story(built_town, 0.0, frozenset())
    runs = list(built_town.repo.check_runs.values())
    assert [run.name for run in runs] == [CHECK, CHECK]
    assert len({run.head_sha for run in runs}) == 2
    assert max(len(run.annotations) for run in runs) > 50, "so that they have to be continued"
    assert built_town.failures == []
    return end, len(built_town.boundary.calls)


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("number", range(PARTS))
def test_one_death_leaves_one_check_run_a_commit(
    town: Town, reference: tuple[dict[str, Any], int], number: int, lag: float, record_property: Count
) -> None:
    end, calls = reference
    ran, wrong = 0, []
    for dies_at in part(single(calls), number, 20):
        ran += 1
        seen = story(town, lag, dies_at)
        a_commit = Counter(run.head_sha for run in town.repo.check_runs.values())
        if seen != end or set(a_commit.values()) != {1} or len(a_commit) != 2:
            wrong.append(sorted(dies_at))
    record_property("crash schedules of checks in one process", ran)
    record_property("wrong end states of checks in one process", len(wrong))
    assert ran
    assert wrong == []
