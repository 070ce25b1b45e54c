"""Where drafts or coders disagree about what is built, the owner decides; everything else is asked or told.

The answers are scripted, so this shows that the machinery holds and nothing about any model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest

from bot.author.brief import Brief
from bot.author.outline import OutlineAuthor
from bot.author.profiles import Profile
from bot.author.stages.disagreeing import between
from bot.plan.contract import contract_text
from bot.plan.model import Decision, Plan
from sandbox.minds import Mind, Staged, faithful
from sandbox.model_server import Says, Turn
from tests.author.scripted import DEEP, WITH_READERS, Draft, copied, good_draft, quiet, writing, wrote

EXITS = "an unknown format exits with status {}"


def planned(brief: Brief, stages: Mapping[str, Sequence[Turn]], draft: Draft, profile: Profile) -> Plan:
    with writing(Staged(Mind(draft), stages), profile=profile) as (author, _):
        ran = wrote(author, brief)
    assert ran.end == "plan", ran
    return ran.plan


def of_drafts(brief: Brief, *drafts: Draft) -> Plan:
    return planned(brief, {"plan": [Says(json.dumps(each)) for each in drafts]}, drafts[0], DEEP)


def saying(draft: Draft, line: str, task: int = 0) -> Draft:
    """The draft whose task has this line of acceptance before its own."""
    draft = copied(draft)
    draft["tasks"][task]["acceptance"] = [line, *draft["tasks"][task]["acceptance"]]
    return draft


def about(plan: Plan, words: str) -> list[Decision]:
    return [each for each in plan.decisions if words in each.question]


def waiting(plan: Plan, decision: Decision) -> list[str]:
    return [task.id for task in plan.tasks if decision.id in task.decisions]


# --- drafts ----------------------------------------------------------------------------------------------


def test_drafts_that_want_another_value_to_be_seen_leave_it_to_the_owner(brief: Brief) -> None:
    """Two drafts say 2 and one says 3: the selected one says 2, which is recommended."""
    good = good_draft(brief)
    two, three = (saying(good, EXITS.format(f"`{status}`")) for status in (2, 3))
    plan = of_drafts(brief, two, two, three)
    [decision] = about(plan, "`2` or `3`")
    assert [each.name for each in decision.options] == [EXITS.format("`2`"), EXITS.format("`3`")]
    assert decision.recommended == EXITS.format("`2`")
    assert (decision.weight, decision.deadline) == ("minor", "T1")
    assert waiting(plan, decision) == ["T1"]
    assert decision.question in contract_text(plan)


def test_what_touches_money_or_data_is_for_the_owner_alone(brief: Brief) -> None:
    good = good_draft(brief)
    line = "a refund of a paid invoice is refused with status `{}`"
    plan = of_drafts(brief, *(saying(good, line.format(code)) for code in (409, 409, 422)))
    [decision] = about(plan, "`409` or `422`")
    assert decision.weight == "major"


def test_whether_stored_data_changes_is_for_the_owner_alone(brief: Brief) -> None:
    good = good_draft(brief)
    with_data = copied(good)
    with_data["tasks"][0]["files"].append(
        {"path": "migrations/0002_csv.sql", "change": "new", "summary": "Keep exports.", "source": ""}
    )
    with_data["tasks"][0]["allowed_paths"] = []
    with_data["tasks"][0]["rollback"] = {
        "kind": "reversible",
        "note": "Apply migrations/0002_csv.sql backwards.",
    }
    with_data["tasks"][0]["max_diff_scope"] = 9
    plan = of_drafts(brief, good, good, with_data)
    [decision] = about(plan, "stored data")
    assert (decision.weight, decision.recommended) == ("major", "Keep the stored data as it is")
    assert "`migrations/0002_csv.sql`" in decision.options[1].consequence
    assert waiting(plan, decision)


SAME = {
    "the same words": (EXITS.format("`2`"), EXITS.format("`2`")),
    "other words": (EXITS.format("`2`"), "fields with `;` are quoted"),
    "another example of the same": ("`parse('1')` gives `100`", "`parse('2')` gives `200`"),
    "another file": ("the case stands in `src/ledger/report.py`", "the case stands in `src/ledger/cli.py`"),
    "more said by one": ("the export has a header", "the export has a header `id,amount`"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME.keys())
def test_what_does_not_contradict_is_no_dispute(one: str, other: str, brief: Brief) -> None:
    mine, theirs = (with_line(brief, line) for line in (one, other))
    assert between(mine, [mine, theirs]) == ()
    assert len(between(mine, [with_line(brief, EXITS.format("`3`")), with_line(brief, one)])) == (
        one == EXITS.format("`2`")
    )


def with_line(brief: Brief, line: str) -> Plan:
    plan = OutlineAuthor().write(brief, quiet).plan
    assert plan is not None
    first, *rest = plan.tasks
    return plan.model_copy(update={"tasks": (first.model_copy(update={"acceptance": (line,)}), *rest)})


def test_a_draft_alone_disagrees_with_nobody(brief: Brief) -> None:
    assert between(with_line(brief, EXITS.format("`2`")), []) == ()


# --- coders ----------------------------------------------------------------------------------------------


def asked(draft: Draft, quote: str, question: str, default: str) -> Turn:
    one = {
        "task": "T1",
        "quote": quote,
        "question": question,
        "blocking": True,
        "default_assumption": default,
    }
    return Says(json.dumps(faithful(draft) | {"questions": [one]}))


COMMA, SEMICOLON = "Fields are separated by a comma.", "A semicolon stands between two values."
QUESTION = "Which separator stands between the fields?"


def test_coders_who_would_build_different_things_leave_it_to_the_owner(brief: Brief) -> None:
    draft = good_draft(brief)
    seen = draft["tasks"][0]["acceptance"][0]
    turns = [asked(draft, seen, QUESTION, each) for each in (SEMICOLON, COMMA, COMMA)]
    plan = planned(brief, {"probe": turns}, draft, DEEP)
    [decision] = about(plan, QUESTION)
    assert [each.name for each in decision.options] == [COMMA, SEMICOLON]
    assert decision.recommended == COMMA
    assert waiting(plan, decision) == ["T1"]
    assert QUESTION not in [each.text for each in plan.questions]
    readers = plan.provenance.readers
    assert readers is not None
    assert readers.clarifications == 1


@pytest.mark.parametrize(
    ("quote", "defaults"),
    [("seen", (COMMA, COMMA)), ("seen", (COMMA, "")), ("unseen", (COMMA, SEMICOLON))],
    ids=["one mind", "one without", "not about what is seen"],
)
def test_other_questions_of_coders_stay_questions(
    quote: str, defaults: tuple[str, str], brief: Brief
) -> None:
    draft = good_draft(brief)
    draft["tasks"][0]["gotchas"] = ["The desk reads exports with a spreadsheet."]
    words = draft["tasks"][0]["acceptance"][0] if quote == "seen" else draft["tasks"][0]["gotchas"][0]
    turns = [asked(draft, words, QUESTION, each) for each in defaults]
    plan = planned(brief, {"probe": turns}, draft, WITH_READERS)
    assert plan.decisions == ()
    assert QUESTION in [each.text for each in plan.questions]
