"""A plan written anew where an earlier one stands: what people ticked stays, and what cannot is told."""

from __future__ import annotations

import pytest

from bot.author.checking import checked
from bot.author.compose import compose
from bot.author.outline import OutlineAuthor
from bot.plan.formats import FORMATS
from bot.situation import Outcome
from tests.author.issues import FILES, ISSUES, Written, make_brief

WIDE = ISSUES["feature with a checklist"]
NARROW = Written(WIDE.title, "- [ ] `src/ledger/report.py` gets `to_csv(rows)` with a header row\n")


def composed(issue: Written, plan_format: str, earlier: dict[str, str]) -> Outcome:
    brief = make_brief(issue, {**FILES, **earlier}, plan_format=plan_format)
    outcome = compose(brief, OutlineAuthor(), lambda _stage: None)
    assert outcome.kind == "plan", outcome.body
    return outcome


def texts(outcome: Outcome) -> dict[str, str]:
    return {file.path: file.text for file in outcome.files}


@pytest.mark.parametrize("plan_format", FORMATS)
def test_an_outline_may_be_published_over_the_earlier_one(plan_format: str) -> None:
    first = texts(composed(WIDE, plan_format, {}))
    assert texts(composed(WIDE, plan_format, first)).keys() == first.keys()
    composed(NARROW, plan_format, first)


def test_ticks_stay_on_their_steps() -> None:
    first = texts(composed(WIDE, "steps", {}))
    path = next(path for path in first if path.endswith("/steps.md"))
    ticked = first[path].replace("- [ ]", "- [x]", 1)
    again = composed(WIDE, "steps", {**first, path: ticked})
    assert texts(again)[path].count("- [x]") == 1
    assert next(one for one in ticked.split("\n") if "[x]" in one) in texts(again)[path]
    assert "PLN115" not in again.pull_body + again.check_summary


def test_a_tick_without_a_step_is_told_and_stops_nothing() -> None:
    first = texts(composed(WIDE, "steps", {}))
    path = next(path for path in first if path.endswith("/steps.md"))
    all_ticked = {**first, path: first[path].replace("- [ ]", "- [x]")}
    composed(NARROW, "steps", all_ticked)
    brief = make_brief(NARROW, {**FILES, **all_ticked}, plan_format="steps")
    written = OutlineAuthor().write(brief, lambda _stage: None)
    assert written.plan is not None
    _, report = checked(written.plan, brief)
    gone = [one for one in report.findings if one.rule == "PLN115"]
    assert gone
    assert {one.severity for one in gone} == {"warning"}


def test_the_id_in_the_title_is_what_a_functional_plan_is_filed_under() -> None:
    made = texts(composed(Written(f"[ABC-7] {WIDE.title}", WIDE.body), "functional", {}))
    document = next(text for path, text in made.items() if path.endswith("/plan.md"))
    assert "**Task**: `ABC-7`" in document
