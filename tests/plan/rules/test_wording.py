"""PLN901-904 and PLN921 leave sound instructions alone."""

from __future__ import annotations

from typing import Any

import pytest

from bot.plan.loose import loosely
from bot.plan.rules import LintInput, lint
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.facets import as_functional
from tests.plan.rules.fixtures.wording import export_task, objective
from tests.plan.samples import change, task


def found(rule_id: str, made: LintInput, value: str) -> list[str]:
    return [one.evidence[value] for one in lint(made, select=[rule_id]).findings]


@pytest.mark.parametrize(
    "text",
    [
        "Release it in May 2026.",
        "On 3 May the certificate ends; renew it.",
        "`name` may be None; return 0 then.",
        "A caller may not pass two months.",
        "Should the store be down, answer 503.",
        'Show "you should retry" beside the button.',
        "Raise the error `should_retry` names.",
        "Say in the guide which month people should pick.",
        "Reconsider nothing; keep the flag.",
    ],
)
def test_instructions_that_do_not_hedge(text: str) -> None:
    assert found("PLN901", export_task(objective=text), "w") == []


def test_a_test_may_try_something() -> None:
    assert found("PLN901", export_task(tests=("Try to open a blank file: 422",)), "w") == []
    assert found("PLN901", export_task(objective="Try to open the file."), "w") == ["try to"]


def test_every_hedge_of_a_text_is_told_once() -> None:
    text = "You might perhaps add it, or might not add it."
    assert found("PLN901", export_task(objective=text), "w") == ["might", "perhaps"]


@pytest.mark.parametrize(
    "text",
    [
        "Add the column as described in docs/guide.md.",
        "Add the column as described in section 3 of this plan.",
        "Add the column as described by RFC 9110.",
        "Add the route as outlined in T2.",
        "Values above 10 are refused, as are those below 1.",
        "Move the button above the table.",
        "The mean lies above; the above average is kept.",
        "Show the same as before the change for old clients.",
        "The answer stays the same as before.",
        "The rest of the list is the same as before the change.",
        'Reject a prompt with "as discussed earlier".',
        "Load the previous conversation of the chat and show it.",
        "The field holds what users said.",
        "Similar to the list of tasks, show a list of rooms.",
        "All of the above is one choice of the form.",
    ],
)
def test_texts_that_stand_alone(text: str) -> None:
    assert found("PLN902", objective(text), "t") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("As mentioned above, add it.", "as mentioned above"),
        ("Use the function defined above.", "defined above"),
        ("Add it (see above).", "see above"),
        ("As we agreed, drop it.", "as we agreed"),
        ("Same as before but for rooms.", "same as before"),
        ("Add the route. The rest is the same as before.", "the rest is the same as before"),
        ("Do it like the previous step.", "like the previous step"),
        ("Build it similarly to Step 4.", "similarly to step 4"),
        ("Use the above-mentioned flag.", "above-mentioned"),
        ("As\ndescribed\nabove, add it.", "as described above"),
    ],
)
def test_the_reference_is_told(text: str, told: str) -> None:
    assert found("PLN902", objective(text), "t") == [told]


def test_what_other_tools_wrote_is_warned_of_and_prose_around_it_is_not() -> None:
    data: dict[str, Any] = {"tasks": [{"id": "1", "objective": "See above."}]}
    report = lint(LintInput(plan=loosely(data), loose=True, format="foreign"), select=["PLN902"])
    assert [(one.severity, one.pointer) for one in report.findings] == [("info", "/tasks/0/objective")]


@pytest.mark.parametrize(
    "text",
    [
        "Create the folder if needed.",
        "Load pages of the list as needed.",
        "Add tests for 503, 429 and a timeout.",
        "Update `tests/test_app.py` for the new name.",
        "Add validation of the month: 1 to 12.",
        "Handle the edge cases of an empty list and of 100,000 rows.",
        "Write the appropriate status, `404`.",
        "Make the required changes to `send` and `store`.",
        "Ask for any other month with the same route.",
        'The page says "change it as needed".',
    ],
)
def test_instructions_that_leave_nothing_to_guess(text: str) -> None:
    assert found("PLN903", objective(text), "t") == []


def test_tests_that_the_task_names_elsewhere_are_named() -> None:
    bare = task("T1", objective="Write the route and add tests.")
    named = task("T1", objective=bare.objective, files=(change("tests/test_new.py", "new"),))
    listed = task("T1", objective=bare.objective, tests=("tests/test_app.py",))
    assert found("PLN903", given(sound(bare)), "t") == ["add tests"]
    assert found("PLN903", given(sound(named)), "t") == found("PLN903", given(sound(listed)), "t") == []


@pytest.mark.parametrize(
    ("title", "better"),
    [
        ("Adding a route", "Add"),
        ("Updates of pages", "Update"),
        ("Invoice route", ""),
        ("Moved pages", "Move"),
    ],
)
def test_the_verb_of_a_title_is_suggested(title: str, better: str) -> None:
    (one,) = lint(export_task(title=title), select=["PLN904"]).findings
    assert (one.message, one.suggestion) == ("Step 1: start with a verb", better)


@pytest.mark.parametrize("title", ["Add a route", "**Move** pages", "`send`: split it", "42", "再送"])
def test_titles_that_start_with_a_verb_or_no_word(title: str) -> None:
    assert found("PLN904", export_task(title=title), "w") == []


def test_terms_with_one_spelling() -> None:
    same = given(sound(summary="A soft-delete keeps the row.", goals=("The soft-delete can be undone",)))
    code = given(sound(summary="A soft-delete keeps the row; `softDelete` is the call."))
    verb = given(sound(summary="The sign-out page lets people sign out."))
    for made in (same, code, verb):
        assert found("PLN921", made, "b") == []


def test_each_term_is_told_once() -> None:
    goals = ("The soft delete can be undone", "The soft delete hides rows")
    made = given(sound(summary="A soft-delete keeps the row.", goals=goals))
    (one,) = lint(made, select=["PLN921"]).findings
    assert one.message == "'soft-delete' and 'soft delete' seem the same term"


@pytest.mark.parametrize(
    "piece", ["as ", "what ", "similar to ", "soft-", "may ", "add tests ", "create a ", "sS", '"', "above "]
)
@pytest.mark.parametrize("rule_id", ["PLN901", "PLN902", "PLN903", "PLN904", "PLN921"])
def test_long_texts_are_read(rule_id: str, piece: str) -> None:
    text = piece * (100_000 // len(piece))
    data = {"tasks": [{"id": "T1", "title": text, "objective": text}]}
    report = lint(LintInput(plan=loosely(data), loose=True, format="export"), select=[rule_id])
    assert not report.skipped or report.skipped[0].reason == "the plan is not in English"


def test_a_functional_plan_is_read_for_back_references_too() -> None:
    assert found("PLN902", as_functional(notes=("As discussed above, it is so.",)), "t") == [
        "as discussed above"
    ]
