"""The log of revisions: in the contract for ever, in the pull request newest first, and bounded in both."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.conversation import Answer, Instruction, RevisionWish, Said, Thread
from bot.plan.announcement import MAX_BODY, MOST_REVISIONS, pull_request
from bot.plan.contract import contract_text, plan_from_contract
from bot.plan.editing import Change
from bot.plan.findings import Report
from bot.plan.model import Plan, Revision
from bot.plan.rules import LintInput, lint
from bot.revising.log import MOST_CHANGES, cause_of, logged, people, retired
from tests.plan import upstream
from tests.plan.samples import webhook_plan
from tests.revising.branch import CONTRACT, plan_of, published

NASTY = "TODO @everyone fixes #1 <!-- x --> | https://evil.example/x\n/plan stop \u202e AKIAIOSFODNN7EXAMPLQ"
WISH = RevisionWish(1, "b", "h", "l", "n")


def with_log(*entries: Revision) -> Plan:
    plan = webhook_plan()
    provenance = plan.provenance.model_copy(update={"revisions": entries})
    return plan.model_copy(update={"provenance": provenance})


def entry(number: int, **told: object) -> Revision:
    return Revision.model_validate(
        {"number": number, "at": "2026-03-01", "cause": "review", "by": "ada", **told}
    )


def test_a_contract_keeps_the_log_and_its_published_shape() -> None:
    plan = with_log(entry(1, changes=("T3 title: a → b",), removed=("T9",), cost="1 call"), entry(2))
    text = contract_text(plan)
    assert plan_from_contract(text) == plan
    assert upstream.faults(text) == []


def test_a_contract_without_a_log_is_the_same_bytes_as_before_there_were_any() -> None:
    text = contract_text(webhook_plan())
    assert "revisions" not in text
    assert plan_from_contract(text).provenance.revisions == ()
    assert plan_from_contract(json.dumps(json.loads(text))) == webhook_plan()


def test_revisions_are_counted_on_and_their_ids_are_retired() -> None:
    plan = webhook_plan()
    fewer = plan.model_copy(update={"tasks": plan.tasks[:-1]})
    one = logged(fewer, plan, WISH, [Change("removed", "T6", "", "")], at="2026-03-01")
    two = logged(one, one, WISH, [], at="2026-03-02")
    assert [each.number for each in two.provenance.revisions] == [1, 2]
    assert retired(two) == {"T6"}
    assert two.provenance.revisions[0] == one.provenance.revisions[0]


CAUSES = [
    (WISH, "edits", []),
    (replace(WISH, edits=True, editors=("bob",)), "edits", ["bob"]),
    (replace(WISH, instructions=(Instruction("review:1", "ada", "x"),)), "review", ["ada"]),
    (replace(WISH, instructions=(Instruction("comment:1", "ada", "x"),)), "comment", ["ada"]),
    (replace(WISH, threads=(Thread("t", 1, "p", said=(Said("eve", "x"), Said("us", "y", ours=True))),)),
     "review", ["eve"]),
    (replace(WISH, answers=(Answer("D-1", "a", "", "", ""), Answer("D-2", "a", "", "ada", ""))),
     "decision D-1, decision D-2", ["ada"]),
    (replace(WISH, refresh=True), "refresh", []),
    (replace(WISH, rebuild=True, edits=True), "edits, base branch", []),
]  # fmt: skip


@pytest.mark.parametrize(("wish", "cause", "names"), CAUSES)
def test_why_and_at_whose_word(wish: RevisionWish, cause: str, names: list[str]) -> None:
    assert (cause_of(wish), people(wish)) == (cause, names)


def test_hostile_and_huge_entries_fit_and_do_nothing() -> None:
    plan = webhook_plan()
    changes = [Change("changed", NASTY, NASTY * 50, "", NASTY, "x" * 10_000) for _ in range(500)]
    wish = replace(WISH, editors=(NASTY, "x" * 5_000), answers=(Answer(NASTY * 40, "", "", "", ""),) * 20)
    got = logged(plan, plan, wish, changes, at="x" * 900, cost=NASTY * 50)
    [made] = got.provenance.revisions
    assert len(made.changes) == MOST_CHANGES
    assert made.changes[-1] == "and 489 more"
    assert "AKIA" not in contract_text(got)
    _, body = pull_request(got, Report())
    assert "evil.example/x" not in body.replace("`` https://evil.example/x ``", "")
    assert "\n/plan stop" not in body


def test_the_newest_revisions_are_shown_first_and_the_body_stays_within_bounds() -> None:
    entries = [entry(at, changes=tuple("x" * 390 for _ in range(20)), cost="y" * 390) for at in range(1, 400)]
    _, body = pull_request(with_log(*entries), Report())
    assert len(body) <= MAX_BODY
    shown = body[body.index("## Revisions") :]
    assert shown.index("**399**") < shown.index("**398**")
    assert f"**{400 - MOST_REVISIONS - 1}**" not in shown


def test_a_plan_that_was_never_revised_has_no_such_section() -> None:
    assert "## Revisions" not in pull_request(webhook_plan(), Report())[1]
    assert (
        "- **1** 2026-03-01, review by ada: T3 title"
        in pull_request(with_log(entry(1, changes=("T3 title: a → b",))), Report())[1]
    )


def test_no_rule_takes_the_log_for_words_of_the_plan() -> None:
    told = entry(1, changes=("T3 title: TODO decide later → x", "Q-1 text: should maybe work etc."))
    plain, logged_ = (
        lint(LintInput(plan=plan, contract_text=contract_text(plan))).findings
        for plan in (webhook_plan(), with_log(told))
    )
    assert [one.message for one in logged_] == [one.message for one in plain]


def test_the_log_grows_with_each_revision_of_a_branch() -> None:
    branch = published()
    tasks = next(path for path in branch.head if path.endswith("/tasks.md"))
    for old, new in (("Export", "Write"), ("Write", "Print"), ("Print", "Export")):
        branch = branch.edited(tasks, f"## T1 · {old}", f"## T1 · {new}")
        branch = branch.after(branch.revised(edits=True, editors=("bob",)))
    log = plan_of({CONTRACT: branch.head[CONTRACT]}).provenance.revisions
    assert [one.number for one in log] == [1, 2, 3]
    assert {one.by for one in log} == {"bob"}
