"""What is left to fill in is told from texts that only talk about such things."""

from __future__ import annotations

import pytest

from bot.plan.rules import lint
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.pages import foreign
from tests.plan.rules.fixtures.unfinished import saying
from tests.plan.samples import SHA, change, outline_plan, task

FILLED_IN = (
    "Show `{{ user.name }}` in the template",
    "Set `if: ${{ github.ref }}` in the workflow",
    "Run with ${{ github.ref }} at hand",
    "Add `<path>` to the usage line",
    'Print "<path>" as it is',
    "See [Spec Kit](https://example.org) for the form",
    "Read [the guide][Guide Name] first",
    "[x] Feature Name",
    "The array `rows[Feature Name]` is read",
    "Task 1 reads the file that Task 2 writes",
    "The risk is high",
    "Show dates as YYYY-MM-DD in the list",
    "Wait X seconds where X is the setting",
    "The Foundation is a company",
    "Replace the lorem ipsum on the start page",
    "The path to success is short",
    "Join `path` and `to`",
    "[0o0o NEEDS CONFIRMATION] Which path?",
    "Rename the label [WIP] to [Draft]",
    "Use matrix[A B] in the kernel",
)
FINISHED = (
    "Remove the TODO comments in `a.py`",
    "Add an item to the TODO list",
    "The TODO app shows the items",
    "Show todo items: open first",
    "No TBD is left in the file",
    "Placeholder scan: no TBD/TODO found",
    "The linter rejects TODO: without a name",
    "Allow the size to be determined at run time",
    "It has to be defined in the file",
    "Expect `DATABASE_URL` to be defined.",
    "People fill in the form",
    "Add the steps that later milestones use",
    "Print `TODO: write this` at the end",
    'Print "TBD" for empty cells',
    "Is it right?? Yes.",
    "Merge the WIP branch",
    "Use the XXX-Large size",
    "The TBD-1 ticket is closed",
    "Replace TODO with a real check",
    "Trunk-based development (TBD) stays as it is",
    "Cache size TBD. [0o0o NEEDS CONFIRMATION] How large is the cache?",
)


@pytest.mark.parametrize("text", FILLED_IN)
def test_a_text_that_is_filled_in_is_no_residue(text: str) -> None:
    assert lint(saying(text), select=["PLN006"]).passed == ("PLN006",)


@pytest.mark.parametrize("text", FINISHED)
def test_a_finished_text_may_talk_about_unfinished_ones(text: str) -> None:
    assert lint(saying(text), select=["PLN007"]).passed == ("PLN007",)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("**Owner**: [Contact Information]", "PLN006"),
        ("Takes X days", "PLN006"),
        ("Fill [Feature Name] with life", "PLN006"),
        ("TODO: say how", "PLN007"),
        ("Plans: TBD", "PLN007"),
    ],
)
def test_plans_of_others_are_only_warned_of(text: str, rule: str) -> None:
    assert [one.severity for one in lint(foreign(text), select=[rule]).findings] == ["warning"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Upload `/path/to/file.pdf` by hand", "PLN006"),
        ("Put {{taskTitle}} into the message", "PLN006"),
        ("End with the source: [[Note A]], [[Note B]]", "PLN006"),
        ("Ship it **[CRITICAL FIX APPLIED]**", "PLN006"),
        ("Calls to act: [Create Video] [Get Help]", "PLN006"),
        ("Show [Breaking Change] in the log", "PLN006"),
        ("Read phrases (today, in X days)", "PLN006"),
        ("Send it X hours after check-in", "PLN006"),
        ("WIP", "PLN007"),
        ("| Export (TODO) |", "PLN007"),
        ("# TODO: time tracking\n\n- [ ] Add a timer", "PLN007"),
    ],
)
def test_plans_of_others_may_be_about_templates_and_the_state_of_work(text: str, rule: str) -> None:
    assert lint(foreign(text), select=[rule]).passed == (rule,)


@pytest.mark.parametrize("text", ["Task 1", "Phase 2", "Step 3"])
def test_a_bare_number_is_a_reference_in_plans_of_others(text: str) -> None:
    assert lint(foreign(text), select=["PLN006"]).passed == ("PLN006",)


def test_the_line_inside_a_longer_text_is_named() -> None:
    (found,) = lint(foreign("# Plan\n\nGood.\n\nThe purpose is TBD.\n"), select=["PLN007"]).findings
    assert str(found.location) == "PLAN.md:5:16"
    assert found.message.startswith("Unfinished content 'TBD'")


def test_the_same_residue_is_told_once_in_a_text() -> None:
    assert len(lint(saying("TBD and TBD and FIXME: this"), select=["PLN007"]).findings) == 1
    assert len(lint(saying("TBD. FIXME: this"), select=["PLN007"]).findings) == 2


def test_words_of_the_issue_are_not_judged() -> None:
    copied = sound(task("T1", objective="TBD in [Feature Name]", origin="extracted"))
    assert lint(given(copied), select=["PLN006", "PLN007"]).ok
    outline = outline_plan().model_copy(update={"summary": "TODO: [Feature Name]"})
    assert outline.provenance.base_sha == SHA
    assert lint(given(outline), select=["PLN006", "PLN007"]).ok


def test_templates_in_real_paths_are_no_residue() -> None:
    plan = sound(task("T1", files=(change("app/[slug]/page.tsx", "new"), change("docs/pathto/a.md", "new"))))
    assert lint(given(plan), select=["PLN006"]).ok
