"""PLN909-913 leave good questions alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.effects import File
from bot.plan.loose import loosely
from bot.plan.markdown import Document
from bot.plan.readers import reader_of
from bot.plan.rules import Limits, LintInput, lint
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.facets import as_export
from tests.plan.rules.fixtures.questions import GROUND, MARK, asking, foreign, numbered, question, summary


def hits(rule_id: str, made: LintInput) -> list[str]:
    return [one.pointer for one in lint(made, select=[rule_id]).findings]


@pytest.mark.parametrize(
    "text",
    [
        f"{MARK} Which port is free?",
        f"**{MARK}** Which port is free? 8080 is taken as the default.",
        f"{MARK}: Which port is free?",
        f"One. {MARK} Which port is free? {MARK} Which host is used?",
        f"\\{MARK[:-1]}\\] Which port is free?",
        f'{MARK} Is the text "why?" or "what?" shown?',
        f"- {MARK} Which port is free?\n- Who knows?",
        f"The marker `{MARK}` stands before what is not known.",
        "Confirmation is needed from the owner.",
    ],
)
def test_markers_with_one_question(text: str) -> None:
    assert hits("PLN909", summary(text)) == []


def test_the_marker_can_be_set() -> None:
    limits = Limits(marker="ASK THE OWNER")
    made = replace(summary("[ASK THE OWNER] the port"), limits=limits)
    assert hits("PLN909", made) == ["/summary"]
    assert hits("PLN909", replace(summary(f"{MARK} the port"), limits=limits)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Sign in by [NEEDS CLARIFICATION: password or token?]",
        "Keep it for [NEEDS CLARIFICATION: retention period not specified]",
        "No [NEEDS CLARIFICATION] markers remain",
        "All [NEEDS CLARIFICATION] items are settled",
        "Extract all [NEEDS CLARIFICATION: ...] markers",
        "**Storage**: NEEDS CLARIFICATION",
    ],
)
def test_markers_of_spec_kit(text: str) -> None:
    assert hits("PLN909", foreign(text)) == []


@pytest.mark.parametrize("text", ["Kept for [NEEDS CLARIFICATION].", "Kept for [NEEDS CLARIFICATION:  ]"])
def test_empty_markers_of_spec_kit_are_warned_of(text: str) -> None:
    (one,) = lint(foreign(text), select=["PLN909"]).findings
    assert (one.severity, one.pointer) == ("warning", "/tasks/0/objective")
    assert hits("PLN909", given(sound(summary=text))) == []


def test_a_question_repeated_is_told_at_its_second_place() -> None:
    made = asking(
        question("Which port is free?"),
        question("Is the host known?", "Q-2"),
        question("Which ports are free?", "Q-3"),
    )
    (one,) = lint(made, select=["PLN910"]).findings
    assert (one.pointer, one.message) == (
        "/questions/2/text",
        "Question 'Which ports are free?' appears 2 times",
    )


def page(*lines: str) -> LintInput:
    text = "# Plan: X\n\n## Open Questions\n\n" + "\n".join(lines) + "\n"
    return replace(as_export(), renderings=(File("EXPORT/plan_x.md", text),))


@pytest.mark.parametrize(
    "line", ["None.", f"- {MARK} Which port is free?", f"1. **{MARK}** Which port is free?", "*None*"]
)
def test_open_questions_of_an_export(line: str) -> None:
    assert hits("PLN910", page(line)) == []


def test_an_unmarked_question_of_an_export_is_placed_on_its_line() -> None:
    (one,) = lint(page(f"- {MARK} Which port is free?", "- Which host is used?"), select=["PLN910"]).findings
    assert one.location is not None
    assert (one.location.file, one.location.line) == ("EXPORT/plan_x.md", 6)
    assert "Which host is used?" in one.message


def test_few_questions() -> None:
    assert hits("PLN911", asking(*numbered(5))) == []
    assert hits("PLN911", asking(*numbered(3, blocking=True))) == []
    (one,) = lint(asking(*numbered(6, blocking=True)), select=["PLN911"]).findings
    assert one.message == "6 open questions; keep the 5 of highest impact"
    (one,) = lint(asking(*numbered(4, blocking=True)), select=["PLN911"]).findings
    assert one.message == "4 blocking questions; keep the 3 of highest impact"


def test_many_questions_of_other_tools_are_only_noted() -> None:
    data: dict[str, Any] = {"questions": [{"text": one.text} for one in numbered(7)]}
    made = LintInput(plan=loosely(data), loose=True, format="foreign")
    assert [one.severity for one in lint(made, select=["PLN911"]).findings] == ["info"]


@pytest.mark.parametrize(
    "text",
    [
        "Which port is free?",
        "How many retries are wanted, and not fewer than 3?",
        "Is a delivery that timed out sent again?",
        "For rooms without an owner: who may delete them?",
        "Should old files be kept or deleted?",
        "How should dates be written (ISO or local)?",
        "How should the list be sorted: by name or by date?",
        "What is the largest file people send?",
        "When the store is down, is the request refused?",
        'Is "what? and why?" a title?',
        "Until when does the old route answer? (2027 is assumed)",
        "Is this limit right for schools?",
        "Is it fine to drop the old route?",
    ],
)
def test_questions_that_can_be_answered(text: str) -> None:
    assert hits("PLN912", asking(question(text))) == []


@pytest.mark.parametrize("text", ["Is this fine?", "Would that be ok?", "Are they all needed?"])
def test_questions_that_do_not_say_of_what(text: str) -> None:
    assert hits("PLN912", asking(question(text))) == ["/questions/0/text"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The retention period", True),
        ("How long? And why is that so?", True),
        ("How long is it kept?", False),
    ],
)
def test_what_an_export_marks_is_one_question(text: str, found: bool) -> None:
    read = reader_of("export")
    assert read is not None
    lines = f"# Plan\n\n## Open Questions\n\n- [0o0o NEEDS CONFIRMATION] Q-1: {text}\n"
    reading = read([Document("EXPORT/plan_x.md", lines)])
    made = LintInput(plan=loosely(reading.value), loose=True, reading=reading, format="export")
    assert bool(hits("PLN909", made)) is found


def test_choices_make_a_broad_question_answerable() -> None:
    text = "How should the retries behave?"
    assert hits("PLN912", asking(question(text))) == ["/questions/0/text"]
    assert hits("PLN912", asking(question(text, options=("as today", "with a pause")))) == []


@pytest.mark.parametrize("lean", ["Lean toward: a pause", "**Recommendation:** a pause", "Default: as today"])
def test_a_leaning_makes_a_broad_question_answerable(lean: str) -> None:
    text = "How should the retries behave?"
    assert hits("PLN912", asking(question(f"{text} {lean}"))) == []
    assert hits("PLN912", asking(question(f"{text} Recommendation: to be written"))) == ["/questions/0/text"]


def test_questions_of_the_issue_are_not_judged() -> None:
    copied = question("Storage", origin="extracted")
    for rule_id in ("PLN912", "PLN913"):
        assert hits(rule_id, asking(copied, ground=GROUND)) == []


def test_only_a_format_that_shows_reasons_wants_them() -> None:
    data: dict[str, Any] = {"questions": [{"id": "Q-1", "text": "Which port is free?"}]}
    made = LintInput(plan=loosely(data), loose=True, format="export")
    assert hits("PLN912", made) == []
    assert hits("PLN912", replace(made, format="roadmap")) == ["/questions/0/why"]


@pytest.mark.parametrize(
    "text",
    [
        "Which test framework should replace the old one?",
        "Which test framework do the users of the plugin add?",
        "Which language do users see?",
        "Which rooms have a package manager?",
        "Does `src/gone.py` exist?",
        "Is there already a setting `HOOKS_NONE`?",
        "Which port is free?",
    ],
)
def test_questions_that_nothing_answers(text: str) -> None:
    assert hits("PLN913", asking(question(text), ground=GROUND, issue_text="Is the port 8080 free?")) == []


def test_the_answer_is_told_with_its_evidence() -> None:
    (one,) = lint(asking(question("Which test runner is used?"), ground=GROUND), select=["PLN913"]).findings
    assert one.message == "Q-1 is answered by pytest (pyproject.toml:12)"


def test_without_repository_and_issue_nothing_is_told() -> None:
    report = lint(asking(question("Which linter is used?"), ground=None), select=["PLN913"])
    assert [one.rule for one in report.skipped] == ["PLN913"]


@pytest.mark.parametrize(
    "piece", ["?", "? how ", "(", "(a,", " and", "[NEEDS CLARIFICATION", MARK, "does ", "`", "\n", "which "]
)
@pytest.mark.parametrize("rule_id", ["PLN909", "PLN910", "PLN912", "PLN913"])
def test_long_texts_are_read(rule_id: str, piece: str) -> None:
    text = piece * (100_000 // len(piece))
    data = {"questions": [{"text": text}], "summary": text}
    made = LintInput(plan=loosely(data), loose=True, format="foreign", ground=GROUND, issue_text=text)
    assert lint(made, select=[rule_id]).ok or rule_id in ("PLN909", "PLN910")
