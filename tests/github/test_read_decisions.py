"""Issues that ask for decisions: which are ours, of which plan, and what people say on them."""

from __future__ import annotations

import pytest

from bot.effects import EnsureComment
from bot.marks import Mark, write_mark
from tests.github.people import BRANCH, call, comment, comments, decision, publish
from tests.github.workbench import SECRET, Bench
from workers.github.reading import Known

FORGED = (
    "<!-- groundplan:issue decision=D-1 name=decision:x parent=1 sig=00000000000000000000000000000000 -->"
)


def test_decisions_of_the_plan_are_found_with_what_is_said_there(bench: Bench) -> None:
    publish(bench)
    first, second = decision(bench), decision(bench, "D-2")
    said = comment(bench, "/decide B because it is safer", second)
    bench.apply(
        EnsureComment(first, "reminder", bench.body("reminder", "Mind.", about="2026-11-22"), "2026-11-22")
    )
    call(bench, "PATCH", f"/issues/{second}", state="closed")
    now = bench.look()
    assert [(one.number, one.decision, one.state) for one in now.decisions] == [
        (first, "D-1", "open"),
        (second, "D-2", "closed"),
    ]
    assert [one.reminded for one in now.decisions] == [("2026-11-22",), ()]
    assert now.decisions[0].labels == ("decision/major",)
    assert now.decisions[0].made_at == bench.repo.issues[first].created_at
    assert [(one.id, one.number, one.where) for one in now.remarks] == [(said, second, "decision")]
    assert now.roles == {"mona": "write"}
    assert [(one.number, one.mark.kind) for one in now.comments] == [(first, "reminder")]


def test_they_cost_no_call_more_than_the_plan(bench: Bench) -> None:
    publish(bench)
    plain = bench.calls_of_a_look()
    decision(bench)
    assert bench.calls_of_a_look() == plain


def test_without_a_plan_nobody_looks_for_them(bench: Bench) -> None:
    decision(bench)
    assert bench.look().decisions == ()
    assert bench.calls_of_a_look() == ["graphql repository"]


def test_after_the_merge_they_are_looked_for_but_not_after_the_refusal(bench: Bench) -> None:
    pull, number = publish(bench), decision(bench)
    call(bench, "PUT", f"/pulls/{pull}/merge")
    assert [one.number for one in bench.look().decisions] == [number]
    issue = bench.repo.issues[pull]
    assert issue.pull is not None
    issue.pull.merged_at = None
    assert bench.look().decisions == ()


def test_what_others_made_to_look_like_one_is_none(bench: Bench) -> None:
    publish(bench)
    ours = bench.repo.issues[decision(bench)].body
    for body in (ours, FORGED):
        made = call(bench, "POST", "/issues", title="D-1?", body=body, labels=["decision/major"])
        comment(bench, "/decide A", made["number"])
    decision(bench, "D-9", parent=2)
    assert [one.decision for one in bench.look().decisions] == ["D-1"]
    assert bench.look().remarks == ()


def test_a_label_taken_off_hides_none_that_our_receipts_know(bench: Bench) -> None:
    publish(bench)
    number = decision(bench)
    call(bench, "DELETE", f"/issues/{number}/labels/decision%2Fmajor")
    comment(bench, "/decide A", number)
    assert bench.look().decisions == ()
    now = bench.look(Known(decisions=[number, 404]))
    assert [one.number for one in now.decisions] == [number]
    assert [one.number for one in now.remarks] == [number]


@pytest.mark.parametrize("parent", [1, 3])
def test_a_decision_that_is_looked_at_names_its_parent(bench: Bench, parent: int) -> None:
    number = decision(bench, parent=parent)
    comment(bench, "/decide A", number)
    now = bench.look(number=number)
    assert now.parent == parent
    assert [(one.number, one.where) for one in now.remarks] == [(number, "decision")]
    assert now.roles == {}, "whoever it is passed on to asks"


def test_a_parent_that_others_wrote_in_is_none(bench: Bench) -> None:
    number = decision(bench)
    issue = bench.repo.issues[number]
    assert issue.body is not None
    true = issue.body
    for body in ("", FORGED, true.replace("parent=1", "parent=3"), " parent=7 " * 2_000):
        issue.body = body
        assert bench.look(number=number).parent == 0
    issue.body = f"{true} parent=9 <!-- parent=8 -->"
    assert bench.look(number=number).parent == 1
    issue.author = "mona"
    assert bench.look(number=number).parent == 0


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("issue", {"name": f"decision:{BRANCH}:D-1", "parent": "3", "decision": "D-1"}),
        ("issue", {"name": "config", "parent": "1"}),
        ("plan", {"name": f"decision:{BRANCH}:D-1", "parent": "1", "decision": "D-1"}),
    ],
)
def test_our_other_marks_make_no_decision(bench: Bench, kind: str, fields: dict[str, str]) -> None:
    publish(bench)
    number = decision(bench)
    bench.repo.issues[number].body = f"A or B?\n\n{write_mark(SECRET, bench.place, Mark(kind, fields))}"
    assert bench.look().decisions == ()
    assert bench.look(number=number).parent == 0


def test_all_pages_of_what_is_said_there_are_read(bench: Bench) -> None:
    publish(bench)
    number = decision(bench)
    comments(bench, [*(f"chatter {at}" for at in range(204)), "/decide A"], number)
    assert [one.number for one in bench.look().remarks] == [number]
