"""PLN601-613 leave sound criteria and requirements alone, and catch the same defect however it is worded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.plan.facets import Check, InputField
from bot.plan.loose import loosely
from bot.plan.markdown import Document
from bot.plan.readers import reader_of
from bot.plan.rules import LintInput, lint
from bot.plan.rules.criteria import says_nothing, weak_words
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.criteria import (
    accepted,
    behaviour,
    checked,
    criterion,
    field,
    foreign,
    quality,
)
from tests.plan.rules.fixtures.facets import (
    CRITERIA,
    FUNCTIONAL,
    as_export,
    as_functional,
    with_item,
)
from tests.plan.samples import milestone, task


def hits(rule_id: str, made: LintInput) -> list[str]:
    return [one.pointer for one in lint(made, select=[rule_id]).findings]


def messages(rule_id: str, made: LintInput) -> list[str]:
    return [one.message for one in lint(made, select=[rule_id]).findings]


@pytest.mark.parametrize(
    "text",
    [
        "When the receiver is down, deliveries wait",
        "Given an empty list, the total is 0",
        "Given a month, when its file is asked for, then 1 file is saved",
        "Given a month\nAnd an invoice\nWhen the file is asked for\nThen 1 file is saved",
        "**Given** a month, **When** the file is asked for, **Then** 1 file is saved",
        "GIVEN a month WHEN the file is asked for THEN 1 file is saved",
        "WHEN the file is asked for THEN 1 file is saved",
        "WHEN the disk is full THE SYSTEM SHALL answer 507",
        "IF the disk is full THEN THE SYSTEM SHALL answer 507",
        "WHILE a run lasts the button must be disabled",
        "If the disk is full, the answer is 507",
        "WHERE-clauses are kept",
        "Whenever it rains, the sensor reports 1",
    ],
)
def test_sentences_in_the_form_and_ordinary_ones_are_complete(text: str) -> None:
    assert hits("PLN601", accepted(text)) == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Given a month, Then 1 file is saved", "When"),
        ("**Given** **When** it is asked for **Then** 1 file is saved", "Given"),
        ("WHEN it is asked for THEN", "Then"),
    ],
)
def test_the_missing_block_is_named(text: str, missing: str) -> None:
    assert messages("PLN601", accepted(text)) == [f"T1: missing {missing}"]


def test_a_criterion_written_as_one_sentence_with_shall_is_complete() -> None:
    sentence = "WHEN a month is asked for THE SYSTEM SHALL answer 200"
    assert hits("PLN601", criterion(given=(), when=(), then=(sentence,))) == []


@pytest.mark.parametrize(
    "blocks",
    [
        {"when": ["x"], "then": ["y"]},
        {"then": ["It shows 1 page"]},
        {"given": ["WHERE sprints are on"], "then": ["THE board SHALL show 2 of them"]},
        {},
    ],
    ids=["no given", "sentence", "where", "none"],
)
def test_other_tools_may_leave_out_given_or_the_form(blocks: dict[str, list[str]]) -> None:
    assert hits("PLN601", foreign(requirements={"criteria": [{"id": "1", **blocks}]})) == []


def test_what_other_tools_wrote_is_warned_of() -> None:
    made = foreign(tasks=[{"id": "1", "acceptance": ["The import works", "An appropriate error is shown"]}])
    report = lint(made, select=["PLN603", "PLN604"])
    assert [(one.rule, one.severity, one.pointer) for one in report.findings] == [
        ("PLN603", "warning", "/tasks/0/acceptance/0"),
        ("PLN604", "info", "/tasks/0/acceptance/1"),
    ]


@pytest.mark.parametrize("rule_id", ["PLN601", "PLN603", "PLN604", "PLN611", "PLN613"])
def test_words_of_the_issue_are_not_judged(rule_id: str) -> None:
    copied = task(
        "T1",
        title="It works properly",
        acceptance=("It works properly", "GIVEN a month"),
        tests=("Verify it works",),
        origin="extracted",
    )
    stone = milestone("M1", acceptance=("It works properly",), validation=("test it",), origin="extracted")
    assert hits(rule_id, given(sound(copied, milestones=(stone,)))) == []


@pytest.mark.parametrize("rule_id", ["PLN603", "PLN604", "PLN605", "PLN607", "PLN609", "PLN613"])
def test_rules_on_english_words_skip_other_languages(rule_id: str) -> None:
    german = (
        "Der Server nimmt die Lieferungen aus der Warteschlange und sendet sie noch einmal an den Kunden. "
        * 40
    )
    report = lint(as_functional(summary=german[:3990], notes=(german[:3990],) * 3), select=[rule_id])
    others = lint(as_export(summary=german[:3990], constraints=(german[:3990],) * 4), select=[rule_id])
    reasons = [one.reason for one in (*report.skipped, *others.skipped)]
    assert set(reasons) == {"the plan is not in English"}


@pytest.mark.parametrize(
    "text",
    [
        "The export works",
        "Verify that the export works as expected",
        "All commands still work properly",
        "Imports and exports work",
        "The import works and errors are handled",
        "Uploads are supported on all platforms",
        "The parser functions correctly",
        "The agent understands the request",
        "The user is able to handle errors",
        "Everything is fine",
        "- it works -",
        "When the net is slow, the upload works",
        "**Login works**",
        "…",
    ],
)
def test_claims_that_nobody_can_test(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "The export works and writes 3 files",
        "`make test` works",
        "The command works on Python 3.12",
        'Typing works: "a" is shown',
        "The guide tells how the export works",
        "The page shows what is supported",
        "The user is able to log in",
        "Only one upload works at a time",
        "The agent may continue its work",
        "Parser functions",
        "Nothing works without a key",
        "Errors are handled by the retry queue",
        "The import is already working",
        "The list is empty",
        "The error is logged and handled",
    ],
)
def test_claims_that_say_more(text: str) -> None:
    assert not says_nothing(text)


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "works " * 20_000, "is handled " * 9_000, "`" * 99_999, ": " * 50_000]
)
def test_long_texts_are_read(text: str) -> None:
    assert not says_nothing(f"{text} returns")
    assert weak_words(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The page shows the correct total", ("correct",)),
        ("The page shows the correct total: 12", ()),
        ("The answer has the correct status `404`", ()),
        ("The answer has the right, appropriate status", ("appropriate",)),
        ("The reader fails gracefully", ("gracefully",)),
        ("The reader fails gracefully and shows the line", ()),
        ("The reader fails gracefully with an error", ()),
        ("It is fast and easy", ("fast", "easy")),
        ("It is fast, very fast", ("fast",)),
        ("A user  friendly page", ("user friendly",)),
        ("fast_lane, is-good, good.py and a/good/b are names", ()),
        ("The title is “good”", ()),
    ],
)
def test_weak_words(text: str, found: tuple[str, ...]) -> None:
    assert weak_words(text) == found


def test_each_weak_word_is_one_finding_with_its_own_fingerprint() -> None:
    found = lint(accepted("It is fast and easy"), select=["PLN604"]).findings
    assert [one.evidence["w"] for one in found] == ["fast", "easy"]
    assert len({one.fingerprint for one in found}) == 2


def test_the_message_names_the_step_as_the_format_does() -> None:
    made = accepted("It is fast")
    assert messages("PLN604", made)[0].startswith("T1: 'fast' is not testable")
    assert messages("PLN604", replace(made, format="export"))[0].startswith("Step 1: 'fast'")


@pytest.mark.parametrize(
    "target",
    [
        "Pages open within 2 s for 95 % of requests",
        "No request is answered without a token",
        "All pages pass WCAG level AA",
        "Twice as many rows as today, at the same time",
        "Small, medium and large files are all accepted",
    ],
)
def test_measured_and_absolute_targets(target: str) -> None:
    assert hits("PLN605", quality(target)) == []


@pytest.mark.parametrize(
    "text", ["FR-1 is faster", "Version v2 is better", "See #12 for a more reliable way"]
)
def test_ids_are_no_measures(text: str) -> None:
    assert hits("PLN605", behaviour(f"The system must hold: {text}.")) == [
        "/requirements/functional/0/behaviour"
    ]


@pytest.mark.parametrize(
    ("inputs", "errors", "criteria", "kinds"),
    [
        (True, True, (), ["success", "failure"]),
        (True, False, (CRITERIA[0],), ["failure"]),
        (False, True, (CRITERIA[1],), ["success"]),
        (False, False, (), []),
        (True, True, CRITERIA[:2], []),
    ],
)
def test_which_kind_of_criterion_is_missing(
    inputs: bool, errors: bool, criteria: tuple[object, ...], kinds: list[str]
) -> None:
    one = FUNCTIONAL[0].model_copy(
        update={"inputs": FUNCTIONAL[0].inputs * inputs, "errors": FUNCTIONAL[0].errors * errors}
    )
    found = messages("PLN607", as_functional(functional=(one,), criteria=criteria))
    assert found == [f"FR-1 has no {kind} criterion" for kind in kinds]


def test_criteria_of_a_requirement_are_those_of_its_parts() -> None:
    parts = (
        FUNCTIONAL[0].model_copy(update={"id": "FR-1a"}),
        FUNCTIONAL[0].model_copy(update={"id": "FR-1b"}),
    )
    assert hits("PLN607", as_functional(functional=parts, criteria=CRITERIA[:2])) == []
    of_one = tuple(one.model_copy(update={"requirements": ("FR-1a",)}) for one in CRITERIA[:2])
    assert set(hits("PLN607", as_functional(functional=parts, criteria=of_one))) == {
        "/requirements/functional/1"
    }


@pytest.mark.parametrize(
    "text",
    [
        "The system must answer with one file.",
        "The system answers with one file.",
        "A user may cancel an order.",
        "A user may not see other people's orders.",
        "Should the store be down, the system answers 503.",
        "Answers are kept.",
        "The system shows that a retry should follow, and must say when.",
        'The page shows "you should retry".',
        "The system answers 503 when the store might be down.",
        "An entry that could be read is shown.",
        "Files which might hold secrets are left out.",
        "If an order could have failed, the page shows why.",
        "A guest might not see the list.",
        "A reader could only ask once.",
    ],
)
def test_binding_wording(text: str) -> None:
    assert hits("PLN609", behaviour(text)) == []


@pytest.mark.parametrize(
    ("text", "modal"),
    [
        ("An operator might ask for the list by day.", "might"),
        ("Old entries could be kept for a year.", "could"),
        ("Orders are listed. The newest might come first.", "might"),
    ],
)
def test_wording_that_binds_nobody(text: str, modal: str) -> None:
    assert [message.split("'")[1] for message in messages("PLN609", behaviour(text))] == [modal]


CRITERION = """# Functional Plan: Loans

## Acceptance Criteria

### AC-1: A loan ends (FR-1)

{0}
{1}
{2}
"""
BLOCKS = ("**Given** a loan of four weeks", "**When** it ends", '**Then** the page shows "returned"')


@pytest.mark.parametrize(
    ("order", "pointers"),
    [
        ((0, 1, 2), []),
        ((2, 1, 0), ["/requirements/criteria/0/given"]),
        ((1, 0, 2), ["/requirements/criteria/0/given"]),
        ((0, 2, 1), ["/requirements/criteria/0/when"]),
    ],
)
def test_the_blocks_stand_in_order(order: tuple[int, ...], pointers: list[str]) -> None:
    read = reader_of("functional")
    assert read is not None
    text = CRITERION.format(*(BLOCKS[at] for at in order))
    reading = read([Document("specs/1-loans/plan.md", text)])
    made = LintInput(plan=loosely(reading.value), loose=True, reading=reading, format="functional")
    assert hits("PLN601", made) == pointers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Verify it works", True),
        ("Make sure that everything still works", True),
        ("Test the new behaviour manually", True),
        ("`pytest tests/test_loans.py` passes", False),
        ("Unit tests", False),
        ("The list shows the loan of today", False),
        ("Test the new endpoint manually: it answers 404", False),
    ],
)
def test_what_is_accepted_in_steps_is_seen(text: str, found: bool) -> None:
    made = given(sound(task("T1", acceptance=(text,))), format="steps")
    assert bool(hits("PLN613", made)) is found


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "date", "bound": ""},
        {"kind": "string, 1 to 80 characters", "bound": ""},
        {"kind": "one of red, green", "bound": ""},
        {"kind": "yes or no", "need": "optional", "bound": ""},
    ],
)
def test_inputs_that_need_no_bound(values: dict[str, str]) -> None:
    assert hits("PLN612", field(**values)) == []


def test_an_input_without_a_name_is_counted() -> None:
    made = as_functional(
        functional=with_item(
            FUNCTIONAL, 0, inputs=(InputField.model_construct(name="", kind="", need="", bound=""),)
        )
    )
    assert messages("PLN612", made) == ["FR-1.input 1: constraint missing"]


@pytest.mark.parametrize(
    ("action", "expected", "command"),
    [
        ("Open the page", "The button is there", ""),
        ("Run the tests", "", "make test"),
        ("make test", "", ""),
        ("`curl localhost:8080/health` answers 200", "", ""),
        ("Press the button: 1 file is saved", "", ""),
        ("Open the page and see that the list is empty", "", ""),
    ],
)
def test_checks_that_can_be_done(action: str, expected: str, command: str) -> None:
    assert hits("PLN613", checked(action, expected, command)) == []


@pytest.mark.parametrize(
    "text",
    [
        "tests/test_app.py",
        "tests/test_app.py::test_refusal",
        "make test",
        "CI=1 npm run test -- --watch=false",
        "An empty month gives the heading only",
        "`test_refusal` fails before and passes after",
        "Verify that the button is disabled while a request runs",
        "A unit test for each of the seven cases",
        "Check it in test/settings.spec.ts",
    ],
)
def test_verification_that_can_be_done(text: str) -> None:
    stone = milestone("M1", validation=(text,))
    assert hits("PLN613", given(sound(task("T1", tests=(text,)), milestones=(stone,)))) == []


@pytest.mark.parametrize("text", ["Unit tests for the parser", "Manual testing", "Test coverage"])
def test_of_other_tools_only_empty_orders_are_told(text: str) -> None:
    assert hits("PLN613", foreign(tasks=[{"id": "1", "tests": [text]}])) == []
    assert hits("PLN613", given(sound(task("T1", tests=(text,))))) == ["/tasks/0/tests/0"]


def test_blanks_are_not_judged_but_by_the_rules_on_what_is_missing() -> None:
    blank = LintInput(
        plan=loosely(
            {
                "tasks": [{"acceptance": ["", " "], "tests": [""]}],
                "roadmap": {"milestones": [{"acceptance": [""], "validation": [""]}]},
                "requirements": {"functional": [{}], "qualities": [{}], "criteria": [{}]},
                "delivery": {"tests": [{}]},
            }
        ),
        loose=True,
        format="functional",
    )
    found = lint(blank, select=[f"PLN{number}" for number in range(601, 614)]).findings
    assert {one.rule for one in found} == {"PLN601"}
    assert [one.message for one in found] == [
        f"criterion 1: missing {block}" for block in ("Given", "When", "Then")
    ]


def test_a_check_of_an_export_that_says_nothing_is_found_at_its_action() -> None:
    assert hits("PLN613", as_export(checks=(Check(action="Look at it"),))) == ["/delivery/checks/0/action"]
