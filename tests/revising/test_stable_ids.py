"""Whatever patches do to a plan: what is kept keeps its id, what is new gets one that nothing ever had."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.author.patches import Patch
from bot.plan.draft import draft_of
from bot.plan.model import Plan
from bot.revising.concern import Concern, concern, pointers
from bot.revising.pointing import NOWHERE, Point
from bot.revising.stable import bridged, keeping_ids, merged, renumbered
from tests.plan.samples import webhook_plan

Draft = dict[str, Any]


def tasks(*named: tuple[str, tuple[str, ...]]) -> Draft:
    """A draft of tasks and what they depend on."""
    return {"tasks": [{"id": name, "depends_on": [*needs]} for name, needs in named]}


def ids(draft: Draft) -> list[str]:
    return [one["id"] for one in draft["tasks"]]


BEFORE = tasks(("T1", ()), ("T2", ("T1",)), ("T3", ("T2",)))

NUMBERED = [
    ("added", tasks(("T1", ()), ("T2", ()), ("T3", ()), ("T9", ())), set(), ["T1", "T2", "T3", "T4"]),
    ("added with an id that is taken", tasks(("T1", ()), ("T2", ()), ("T3", ()), ("T2", ())), set(),
     ["T1", "T2", "T3", "T4"]),
    ("removed and added again", tasks(("T1", ()), ("T3", ()), ("T4", ())), {"T4"}, ["T1", "T3", "T5"]),
    ("two added", tasks(("T1", ()), ("TX", ()), ("TY", ())), {"T7"}, ["T1", "T8", "T9"]),
    ("moved", tasks(("T3", ()), ("T1", ()), ("T2", ())), set(), ["T3", "T1", "T2"]),
    ("without a name", tasks(("", ()),), set(), ["T4"]),
    ("all gone", {"tasks": []}, set(), []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "after", "retired", "wanted"), NUMBERED, ids=[one[0] for one in NUMBERED])
def test_ids(name: str, after: Draft, retired: set[str], wanted: list[str]) -> None:
    assert ids(renumbered(BEFORE, json.loads(json.dumps(after)), retired)) == wanted


def test_references_follow_a_new_number_and_those_to_kept_items_stay() -> None:
    after = tasks(("T1", ()), ("T2", ("T8", "T1")), ("T8", ("T1",)))
    told = renumbered(BEFORE, after, {"T4"})
    assert told == tasks(("T1", ()), ("T2", ("T5", "T1")), ("T5", ("T1",)))


def test_tasks_after_one_that_is_gone_come_after_what_it_came_after() -> None:
    assert bridged(BEFORE, tasks(("T1", ()), ("T3", ("T2",)))) == tasks(("T1", ()), ("T3", ("T1",)))
    assert bridged(BEFORE, tasks(("T3", ("T2",)))) == tasks(("T3", ()))
    ring = tasks(("T1", ("T2",)), ("T2", ("T1",)), ("T3", ("T2",)))
    assert bridged(ring, tasks(("T3", ("T2",)))) == tasks(("T3", ()))


def patch(pointer: str, value: object = None, op: str = "replace") -> Patch:
    return Patch(rule="W1", pointer=pointer, op=op, value=json.dumps(value))  # type: ignore[arg-type]


REFUSED = [
    "/tasks/0/id",
    "/roadmap/milestones/0/id",
    "/title",
    "/contract_defaults",
    "/contract_defaults/acceptance_tests",
    "/obligations/0",
    "/obligations/-",
    "/obligations/0/text",
]


@pytest.mark.parametrize("pointer", REFUSED)
def test_what_is_never_another_is_refused(pointer: str) -> None:
    kept = keeping_ids(draft_of(webhook_plan()), [patch(pointer, "x")])
    assert kept.patches == ()
    assert len(kept.refused) == 1


def test_an_item_that_is_replaced_keeps_its_id() -> None:
    kept = keeping_ids(draft_of(webhook_plan()), [patch("/tasks/1", {"id": "T77", "title": "x"})])
    assert json.loads(kept.patches[0].value) == {"id": "T2", "title": "x"}


def test_merging_an_unchanged_draft_gives_the_plan_back() -> None:
    plan = webhook_plan()
    draft = draft_of(plan)
    assert Plan.model_validate(merged(plan, draft, draft)) == plan


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_patched_field_changes_nothing_else(data: st.DataObject) -> None:
    plan = webhook_plan()
    before = draft_of(plan)
    at = data.draw(st.integers(0, len(plan.tasks) - 1))
    name = data.draw(st.sampled_from(["title", "objective", "track"]))
    after = json.loads(json.dumps(before))
    after["tasks"][at][name] = "Something else"
    got = Plan.model_validate(merged(plan, before, after))
    task = plan.tasks[at].model_copy(update={name: "Something else", "origin": "model"})
    tasks_now = (*plan.tasks[:at], task, *plan.tasks[at + 1 :])
    assert got == plan.model_copy(update={"tasks": tasks_now})


# --- what may change

SAID = [
    (Point("T3", "tasks"), "Make this smaller", {"T3"}),
    (Point("M2", "roadmap.milestones"), "Hm", {"M2", "T5"}),
    (NOWHERE, "Step 2 is too large", {"T2"}),
    (NOWHERE, "merge T4 into T2", {"T2", "T4"}),
    (Point("T3", "tasks"), "T5 has to come first", {"T3", "T5"}),
]


@pytest.mark.parametrize(("point", "text", "within"), SAID)
def test_a_wish_is_about_what_it_stands_at_and_names(point: Point, text: str, within: set[str]) -> None:
    found = concern(draft_of(webhook_plan()), point, text)
    assert within <= found.ids
    assert not found.whole


def test_what_follows_may_change_and_what_came_before_may_not() -> None:
    draft = draft_of(webhook_plan())
    found = concern(draft, Point("T3", "tasks"), "")
    after = {one["id"] for one in draft["tasks"] if "T3" in one["depends_on"]}
    assert after
    assert after <= found.ids
    assert not {"T1", "T2"} & found.ids


def test_words_that_name_nothing_are_about_everything_or_what_shares_their_words() -> None:
    draft = draft_of(webhook_plan())
    assert concern(draft, NOWHERE, "xyzzy").whole
    about = concern(draft, NOWHERE, "the backoff is wrong")
    assert not about.whole
    assert any("hooks/backoff.py" in json.dumps(one) for one in draft["tasks"] if one["id"] in about.ids)


def test_only_what_is_meant_is_open() -> None:
    draft = draft_of(webhook_plan())
    assert pointers(draft, Concern(frozenset({"T2"}), adds=False)) == (
        "/roadmap/milestones/0/max_diff_scope",
        "/tasks/1",
    )
    assert "/tasks/-" in pointers(draft, Concern(frozenset({"T2"})))
    assert "/obligations/-" not in pointers(draft, Concern(frozenset({"I-1"})))
    assert pointers(draft, Concern(fields=frozenset({"delivery.tests"}), adds=False)) == ("/delivery/tests",)
    whole = pointers(draft, Concern(whole=True))
    assert "/summary" in whole
    assert not {"/title", "/contract_defaults", ""} & {*whole}
