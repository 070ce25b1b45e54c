"""What a fan-out would do: tables of a plan before and after, what people did between, and the limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.children import (
    Choices,
    Preview,
    Source,
    Standing,
    children_of,
    plan_changes,
    preview_text,
    undo,
    updated_body,
)
from bot.children.own_part import END
from bot.plan.model import Plan, Task
from tests.children.filed_ones import ISSUE, all_filed, children, filed, marked, numbers, written
from tests.decisions.open_ones import decision, plan_with
from tests.plan.samples import milestone, small_plan, task


def preview(plan: Plan, there: list[Standing], cap: int = 100) -> Preview:
    return plan_changes(children(plan), there, issue=ISSUE, cap=cap)


def told(found: Preview) -> dict[str, list[str]]:
    """What is done to which issue: tasks for new ones, numbers for those that are there."""
    lists = {
        "create": [one.task for one in found.create],
        "update": [
            f"{one.number}:{'title ' if one.title else ''}{'text ' if one.text else ''}"
            f"{'labels' if one.labels else ''}".strip()
            for one in found.update
        ],
        "close": [str(one.number) for one in found.close],
        "reopen": [str(one.number) for one in found.reopen],
        "unchanged": [str(number) for number in found.unchanged],
        "alone": [str(one.number) for one in found.alone],
        "later": [one.task for one in found.later],
    }
    return {name: items for name, items in lists.items() if items}


ABC = (task("T1"), task("T2", depends_on=("T1",)), task("T3", depends_on=("T2",)))


# --- a plan and another one after it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "done"),
    [
        pytest.param(ABC, {"unchanged": ["20", "21", "22"]}, id="nothing changed"),
        pytest.param(
            (ABC[0].model_copy(update={"title": "Build it better"}), *ABC[1:]),
            {"update": ["20:title text", "21:text"], "unchanged": ["22"]},
            id="retitled",
        ),
        pytest.param(
            (ABC[0].model_copy(update={"objective": "Do it otherwise."}), *ABC[1:]),
            {"update": ["20:text"], "unchanged": ["21", "22"]},
            id="reworded",
        ),
        pytest.param(
            (ABC[0], task("T4", depends_on=("T1",)), task("T3", depends_on=("T4",))),
            {"create": ["T4"], "update": ["22:text"], "close": ["21"], "unchanged": ["20"]},
            id="renamed to another id",
        ),
        pytest.param(
            (*ABC[:2], task("T4", depends_on=("T2",)), task("T3", depends_on=("T2", "T4"))),
            {"create": ["T4"], "update": ["22:text"], "unchanged": ["20", "21"]},
            id="split",
        ),
        pytest.param(
            (ABC[0], task("T3", depends_on=("T1",))),
            {"update": ["22:text"], "close": ["21"], "unchanged": ["20"]},
            id="merged",
        ),
        pytest.param(ABC[:2], {"close": ["22"], "unchanged": ["20", "21"]}, id="dropped"),
        pytest.param(
            (*ABC, task("T4"), task("T5", depends_on=("T4",))),
            {"create": ["T4", "T5"], "unchanged": ["20", "21", "22"]},
            id="added",
        ),
        pytest.param(
            (ABC[2], ABC[0], ABC[1]), {"unchanged": ["20", "21", "22"]}, id="listed in another order"
        ),
        pytest.param(
            (task("T1", depends_on=("T2",)), task("T2"), ABC[2]),
            {"update": ["21:text", "20:text"], "unchanged": ["22"]},
            id="turned round",
        ),
        pytest.param(
            (task("T1", role="qa", risk_class="high", track="quality"), *ABC[1:]),
            {"update": ["20:text labels"], "unchanged": ["21", "22"]},
            id="another role",
        ),
        pytest.param((), {"close": ["20", "21", "22"]}, id="all dropped"),
    ],
)
def test_a_replan_ends_in_the_right_changes(after: tuple[Task, ...], done: dict[str, list[str]]) -> None:
    there = all_filed(small_plan(*ABC))
    plan = small_plan().model_copy(update={"tasks": after})
    found = preview(plan, there)
    assert told(found) == done
    assert all(one.reason for one in found.close)
    assert told(preview(plan, applied(found, there))).keys() <= {"unchanged"}


def applied(found: Preview, there: list[Standing]) -> list[Standing]:
    """GitHub after everything of the preview was done."""
    now = {one.number: one for one in there}
    for at, child in enumerate(found.create):
        now[100 + at] = filed(child, 100 + at)
    for back in found.reopen:
        now[back.number] = replace(now[back.number], state="open", reason="", closed_by_us=False)
    for one in [*found.update, *(back.update for back in found.reopen)]:
        old = now[one.number]
        labels = {*old.labels, *one.labels.add} - set(one.labels.remove)
        body = updated_body(old.body, one.child, marked(one.child)) if one.text else old.body
        said = written(one.child) if one.text else old.written
        title, on = one.title or old.title, tuple(sorted(labels))
        now[one.number] = replace(old, title=title, body=body, labels=on, written=said)
    for gone in found.close:
        now[gone.number] = replace(now[gone.number], state="closed", reason="not_planned", closed_by_us=True)
    return list(now.values())


def test_a_task_that_comes_back_gets_its_issue_back() -> None:
    there = all_filed(small_plan(*ABC))
    less, more = small_plan(*ABC[:2]), small_plan(*ABC[:2], ABC[2].model_copy(update={"title": "Again"}))
    closed = applied(preview(less, there), there)
    found = preview(more, closed)
    assert told(found) == {"reopen": ["22"], "unchanged": ["20", "21"]}
    assert found.reopen[0].update.title == "[Plan #12] Again"
    assert told(preview(more, applied(found, closed))) == {"unchanged": ["20", "21", "22"]}


def test_a_new_plan_for_another_commit_rewrites_nothing_that_it_does_not_change() -> None:
    before = small_plan(*ABC)
    source = before.provenance.model_copy(update={"base_sha": "f" * 40, "inputs_digest": "1" * 64})
    after = before.model_copy(update={"provenance": source, "size": "large", "summary": "Said otherwise."})
    assert told(preview(after, all_filed(before))) == {"unchanged": ["20", "21", "22"]}


def test_a_fan_out_that_was_taken_back_is_taken_up_with_the_same_issues() -> None:
    plan = small_plan(*ABC)
    there = all_filed(plan)
    back = {one.number for one in undo("run-1", there).close}
    closed = [
        replace(one, state="closed", reason="not_planned", closed_by_us=True) if one.number in back else one
        for one in there
    ]
    assert told(preview(plan, closed, cap=2)) == {"reopen": ["20", "21"], "later": ["T3"]}


def test_labels_follow_the_plan_and_leave_those_of_people() -> None:
    there = [replace(one, labels=(*one.labels, "mine")) for one in all_filed(small_plan(*ABC))]
    found = preview(small_plan(task("T1", role="qa", track="quality"), *ABC[1:]), there)
    assert found.update[0].labels.add == ("area/quality", "role/qa")
    assert found.update[0].labels.remove == ("area/core", "role/developer")


# --- what people did between -----------------------------------------------------------------------------

Did = Callable[[Standing], Standing]


def retitled(one: Standing) -> Standing:
    return replace(one, title="Mine", touched_by_people=True)


def reworded(one: Standing) -> Standing:
    return replace(one, body=one.body.replace("Implement part", "Invent part"), touched_by_people=True)


def around(one: Standing) -> Standing:
    return replace(one, body=f"Note\r\n\r\n{one.body}\r\nmore", touched_by_people=True)


def ticked(one: Standing) -> Standing:
    return replace(one, body=one.body.replace("- [ ]", "- [x]").replace("\n", "\r\n"), touched_by_people=True)


def unmarked(one: Standing) -> Standing:
    return replace(one, body=one.body.replace(END, ""), touched_by_people=True)


def flooded(one: Standing) -> Standing:
    return replace(one, body=f"{one.body}\n" + "x" * 63_000, touched_by_people=True)


def urgent(one: Standing) -> Standing:
    labels = tuple(label for label in one.labels if not label.startswith("priority/"))
    return replace(one, labels=(*labels, "priority/p0"), touched_by_people=True)


def bare(one: Standing) -> Standing:
    return replace(one, labels=(), touched_by_people=True)


def forgotten(one: Standing) -> Standing:
    return replace(retitled(one), labels=(), written=None)


def not_planned(one: Standing) -> Standing:
    return replace(one, state="closed", reason="not_planned")


def duplicate(one: Standing) -> Standing:
    return replace(one, state="closed", reason="duplicate")


def completed(one: Standing) -> Standing:
    return replace(one, state="closed", reason="completed")


def taken(one: Standing) -> Standing:
    return replace(one, assignees=("ada",))


SAME, NEW = small_plan(task("T1")), small_plan(task("T1", title="New title", objective="A new objective."))


@pytest.mark.parametrize(
    ("did", "same", "new", "why"),
    [
        (retitled, {"unchanged": ["20"]}, {"update": ["20:text"]}, "another title"),
        (reworded, {"unchanged": ["20"]}, {"update": ["20:title"]}, "changed our part"),
        (unmarked, {"unchanged": ["20"]}, {"update": ["20:title"]}, "took our part out"),
        (around, {"unchanged": ["20"]}, {"update": ["20:title text"]}, ""),
        (ticked, {"unchanged": ["20"]}, {"update": ["20:title text"]}, ""),
        (flooded, {"unchanged": ["20"]}, {"update": ["20:title"]}, "no room"),
        (urgent, {"unchanged": ["20"]}, {"update": ["20:title text"]}, ""),
        (bare, {"unchanged": ["20"]}, {"update": ["20:title text"]}, ""),
        (forgotten, {"alone": ["20"]}, {"alone": ["20"]}, "another title; people changed our part"),
        (not_planned, {"alone": ["20"]}, {"alone": ["20"]}, "closed it as not planned"),
        (duplicate, {"alone": ["20"]}, {"alone": ["20"]}, "closed it as not planned"),
        (completed, {"unchanged": ["20"]}, {"alone": ["20"]}, "is done, and the plan"),
        (taken, {"unchanged": ["20"]}, {"update": ["20:title text"]}, ""),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_what_people_did_stays(
    did: Did, same: dict[str, list[str]], new: dict[str, list[str]], why: str
) -> None:
    [there] = all_filed(SAME)
    assert told(preview(SAME, [did(there)])) == same
    found = preview(NEW, [did(there)])
    assert told(found) == new
    kept = [words for one in found.update for words in one.kept] + [one.why for one in found.alone]
    assert why in "; ".join(kept)
    assert bool(why) == bool(kept)


def test_a_tick_and_words_around_stay_when_the_text_is_new() -> None:
    [there] = all_filed(SAME)
    [done] = applied(preview(NEW, [around(ticked(there))]), [around(ticked(there))])
    assert done.body.startswith("Note\r\n")
    assert done.body.endswith("\r\nmore")
    assert "A new objective." in done.body
    assert "- [x] Part T1 returns 1" in done.body


def test_a_dropped_task_that_somebody_is_at_is_left_to_them() -> None:
    there = all_filed(small_plan(*ABC))
    at_work = [
        replace(there[0], pulls=(90,)),
        replace(there[1], labels=("In-Progress",)),
        replace(there[2], touched_by_people=True),
    ]
    found = preview(small_plan().model_copy(update={"tasks": ()}), at_work)
    assert told(found) == {"close": ["22"], "alone": ["20", "21"]}
    assert "somebody is at work" in found.alone[0].why


def test_of_two_issues_of_one_task_one_stays() -> None:
    [child] = children(SAME)
    first, second, third = (filed(child, number) for number in (20, 21, 22))
    found = preview(SAME, [second, first])
    assert told(found) == {"close": ["21"], "unchanged": ["20"]}
    assert found.close[0].reason == "It doubles #20."
    assert told(preview(SAME, [first, taken(second)])) == {"close": ["20"], "unchanged": ["21"]}
    assert told(preview(SAME, [completed(third), first])) == {"close": ["20"], "unchanged": ["22"]}
    both = [replace(first, touched_by_people=True), replace(second, touched_by_people=True)]
    assert told(preview(SAME, both)) == {"unchanged": ["20"], "alone": ["21"]}


@pytest.mark.parametrize(
    ("key", "why"),
    [("task:99:T1", "belongs to the plan of #99"), ("", "does not say whose"), ("decision:x:D-1", "whose")],
)
def test_issues_of_others_are_left_alone(key: str, why: str) -> None:
    [there] = all_filed(SAME)
    found = preview(SAME, [replace(there, key=key)])
    assert told(found) == {"create": ["T1"], "alone": ["20"]}
    assert why in found.alone[0].why


# --- limits ----------------------------------------------------------------------------------------------

MANY = small_plan(*(task(f"T{at}") for at in range(1, 131)))


@pytest.mark.parametrize(("cap", "most"), [(8, 8), (30, 30), (100, 100), (1000, 100), (0, 1)])
def test_the_rest_is_named(cap: int, most: int) -> None:
    found = preview(MANY, [], cap)
    assert len(found.create) == most
    assert len(found.later) == 130 - most
    named = {one.task for one in found.create} | {one.task for one in found.later}
    assert named == {task.id for task in MANY.tasks}
    assert all(f"{most} are open at once" in one.why for one in found.later)


def test_what_is_done_makes_room() -> None:
    first = preview(MANY, [], 8).create
    there = [filed(child, 20 + at) for at, child in enumerate(first)]
    assert told(preview(MANY, there, 8)).keys() == {"unchanged", "later"}
    found = preview(MANY, [completed(there[0]), *there[1:]], 8)
    assert [one.task for one in found.create] == ["T9"]


def test_a_parent_has_room_for_a_hundred() -> None:
    there = [completed(one) for one in all_filed(small_plan(*MANY.tasks[:95]))]
    found = preview(MANY, there, 8)
    assert len(found.create) == 8
    assert found.unlinked == tuple(one.key for one in found.create[5:])


def test_later_milestones_wait_and_then_follow() -> None:
    plan = small_plan(
        task("T1"), task("T2", milestone="M2"), task("T3"), milestones=(milestone("M1"), milestone("M2"))
    )
    found = preview(plan, [])
    assert told(found) == {"create": ["T1", "T3"], "later": ["T2"]}
    assert found.later[0].why == "its milestone M2 comes later"
    there = all_filed(plan)
    now = told(preview(plan, [completed(there[0]), there[1]]))
    assert now == {"unchanged": ["20", "21"], "later": ["T2"]}
    assert told(preview(plan, [completed(there[0]), not_planned(there[1])]))["create"] == ["T2"]
    every = children_of(plan, config=Choices(milestones="all"), source=Source("t"))
    assert [one.task for one in plan_changes(every, [], issue=ISSUE, cap=2).create] == ["T1", "T2"]


def test_what_waits_for_a_decision_is_named_with_it() -> None:
    plan = plan_with(decision("D-1", issue=40))
    found = preview(plan, [])
    assert told(found) == {"create": ["T3", "T4"], "later": ["T1", "T2"]}
    assert found.later[0].why == "it waits for a decision: D-1: Which store is taken for D-1? (#40)"
    decided = plan_with(decision("D-1", issue=40, answer="SQLite"))
    there = [filed(child, 20 + at) for at, child in enumerate(found.create)]
    assert [one.task for one in preview(decided, there).create] == ["T1", "T2"]


@pytest.mark.parametrize(
    ("there", "plan", "writes", "reads"),
    [
        ([], small_plan(*ABC), 3 + 3 + 2, 3 + 1),
        (all_filed(small_plan(*ABC)), small_plan(*ABC), 0, 1),
        (all_filed(small_plan(*ABC)), small_plan(*ABC[:2]), 2, 1 + 1),
        (all_filed(small_plan(*ABC)), small_plan(*ABC, task("T4", depends_on=("T1", "T2"))), 1 + 1 + 2, 2),
        (all_filed(SAME), NEW, 1, 2),
    ],
    ids=["file", "nothing", "drop", "add", "update"],
)
def test_calls_are_counted(there: list[Standing], plan: Plan, writes: int, reads: int) -> None:
    found = preview(plan, there).estimate
    assert (found.writes, found.reads, found.calls) == (writes, reads, writes + reads)


def test_a_preview_in_words() -> None:
    theirs = replace(all_filed(SAME)[0], number=50, key="task:99:T1", title="Theirs")
    there = [*all_filed(small_plan(*ABC)), theirs]
    after = small_plan(
        task("T1", title="Fixes #1 @bob"),
        task("T4"),
        task("T5", milestone="M2"),
        milestones=(milestone("M1"), milestone("M2")),
    )
    text = preview_text(preview(after, there), "/plan fan-out")
    assert text.startswith(
        "**1 to create, 1 to update, 2 to close, 0 to reopen**, 0 unchanged: 12 calls, 7 of them writing, "
        "in about 1 minute.\n"
    )
    assert "- Build part T4\n" in text
    assert "- #20 Fixes `#1` `@bob`: title, text\n" in text
    assert "- #21 Build part T2: The plan has no task T2 any more.\n" in text
    assert "- #50 Theirs: it belongs to the plan of ``#99``\n" in text
    assert "- Build part T5: its milestone M2 comes later\n" in text
    assert text.endswith("`/plan fan-out` does this.\n")
    assert preview_text(Preview(unchanged=(1, 2))) == "**Nothing to do**: 2 unchanged.\n"


def test_a_preview_of_very_much_fits() -> None:
    words = "`<@bob> |" * 40
    plan = small_plan(*(task(f"T{at}", title=f"{at} {words}"[:390]) for at in range(500)))
    text = preview_text(preview(plan, [], 100))
    assert len(text) <= 30_000
    assert "more*" in text


def test_nothing_is_asked_twice_of_one_issue() -> None:
    there = all_filed(small_plan(*ABC)) + all_filed(small_plan(*ABC), first=40)
    found = preview(small_plan(*ABC[1:], task("T9")), there)
    touched = [*numbers(found.update), *numbers(found.close), *numbers(found.reopen), *numbers(found.alone)]
    touched += found.unchanged
    assert sorted(touched) == sorted(set(touched)) == [20, 21, 22, 40, 41, 42]
