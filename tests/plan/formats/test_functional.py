"""The format `functional`: what without how, contracts that agree with the criteria, sections that apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.effects import File, is_plan_path
from bot.plan.facets import Concern, DevNeed, Pair, Requirements, SchemaChange
from bot.plan.formats.behaviour import GIVEN, WHEN
from bot.plan.formats.functional import (
    FUNCTIONAL,
    completion,
    document,
    shown,
    task_id,
    view,
)
from bot.plan.formats.implied import with_contracts
from bot.plan.formats.sections import CONCERNS, LAYOUTS
from bot.plan.markdown import Document
from bot.plan.model import Assumption, Obligation, Plan, Question
from bot.plan.rules import RULES, lint
from bot.plan.safe_text import plain
from tests.plan.formats import faceted
from tests.plan.formats.fields import unaccounted
from tests.plan.formats.golden import place
from tests.plan.formats.plans import EXAMPLES
from tests.plan.formats.shapes import filled_with, shapes
from tests.plan.rules.fixtures.facets import REQUIREMENTS, functional
from tests.plan.samples import outline_plan, small_plan, task, webhook_plan
from tests.plan.strategies import NASTY, SAYING, faceted_plans

NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
# A plan with all its facets is large; some attempts to make one come to nothing.
LARGE = (HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large)


def text_of(plan: Plan) -> str:
    return document(view(plan))


def section(plan: Plan, title: str) -> str:
    page = Document("plan.md", text_of(plan))
    found = page.section(title)
    return "" if found is None else "\n".join(page.lines[found.line : found.end])


def heads(plan: Plan) -> list[str]:
    return [one.title for one in Document("plan.md", text_of(plan)).sections if one.level == 2]


@settings(max_examples=EXAMPLES, deadline=None, phases=NO_SHRINKING, suppress_health_check=LARGE)
@given(faceted_plans)
def test_what_is_rendered_reads_back(plan: Plan) -> None:
    assert list(FUNCTIONAL.changed(plan, FUNCTIONAL.files(plan, {}))) == []


SAMPLES: dict[str, Callable[[], Plan]] = {
    "facets": functional,
    "large": faceted.large_functional,
    "small": faceted.small_functional,
    "webhook": webhook_plan,
    "outline": outline_plan,
    "bare": small_plan,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_read_back_from_the_closed_set_of_files(name: str) -> None:
    plan = SAMPLES[name]()
    files = FUNCTIONAL.files(plan, {})
    folder = f"specs/{plan.issue}-{plan.slug}"
    assert all(is_plan_path(file.path) for file in files)
    assert {f"{folder}/plan.md", f"{folder}/plan_output.json"} <= {file.path for file in files}
    assert list(FUNCTIONAL.changed(plan, files)) == []


def test_every_field_is_read_back_or_listed_as_not() -> None:
    assert unaccounted(FUNCTIONAL, faceted.large_functional()) == set()


@pytest.mark.parametrize("size", faceted.SIZES)
def test_golden_documents(size: str) -> None:
    plan = faceted.PLANS["functional", size]()
    assert faceted.document(plan, "functional") == place("functional", size).read_text(encoding="utf-8")


@pytest.mark.parametrize("size", faceted.SIZES)
def test_sound_plans_have_no_errors_in_this_format(size: str) -> None:
    found = lint(faceted.given(faceted.PLANS["functional", size](), "functional"), tiers=("core", "extended"))
    assert found.errors == ()
    ran = {*found.passed, *(one.rule for one in found.findings)}
    assert {"PLN004", "PLN101", "PLN110", "PLN704", "PLN905", "PLN906", "PLN907", "PLN908"} <= ran & set(
        RULES
    )


@pytest.mark.parametrize(
    ("made", "least", "most"),
    [(faceted.small_functional, 2_000, 4_000), (functional, 6_000, 9_500)],
    ids=["small", "medium"],
)
def test_lengths_stay_within_the_budget(made: Callable[[], Plan], least: int, most: int) -> None:
    assert least < len(text_of(made())) < most


def test_open_questions_are_a_checklist() -> None:
    plan = functional()
    items = [line for line in section(plan, "Open Questions").split("\n") if line.startswith("- ")]
    assert items == [f"- [ ] **{one.id}**: {one.text}" for one in plan.questions]
    assert items


# --- sections ----------------------------------------------------------------------------------------------

CONDITIONAL = {"Dev Environment", "Schema Changes", "Security Considerations"}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sections_stand_in_order(name: str) -> None:
    found = heads(SAMPLES[name]())
    wanted = [one.title for one in LAYOUTS["functional"].sections]
    assert found == [one for one in wanted if one in found]
    assert set(wanted) - set(found) <= CONDITIONAL


def test_sections_that_do_not_apply_are_not_there() -> None:
    assert CONDITIONAL & set(heads(functional())) == {"Security Considerations"}
    assert not CONDITIONAL - set(heads(faceted.large_functional()))
    none_applies = tuple(Concern(concern=name, applies="no") for name in CONCERNS)
    assert not CONDITIONAL & set(heads(functional(concerns=none_applies)))


def test_the_header_says_what_the_plan_is_filed_under() -> None:
    assert text_of(functional()).split("\n\n")[:5] == [
        "# Implementation Plan",
        "**Task**: `#12`",
        "**Branch**: `12-invoice-download`",
        "**Feature**: Invoice download",
        "**Created**: 2026-01-15",
    ]


@pytest.mark.parametrize(
    ("branch", "name"),
    [
        ("JIRAPRJ-123_name_of_the_branch", "JIRAPRJ-123"),
        ("feature/ABC-7-retry", "ABC-7"),
        ("ABC-7", "ABC-7"),
        ("main", "#12"),
        ("", "#12"),
        ("retry-ABC-7", "#12"),
        ("groundplan/plan-12", "#12"),
    ],
)
def test_the_task_is_the_trackers_or_the_issue(branch: str, name: str) -> None:
    assert task_id(branch, 12) == name


def test_a_stream_that_sets_up_needs_its_section_and_asks_what_is_missing() -> None:
    plan = faceted.large_functional()
    assert plan.requirements is not None
    bare = plan.model_copy(update={"requirements": plan.requirements.model_copy(update={"dev_needs": ()})})
    assert "Not produced: What does WS-0 set up" in section(bare, "Dev Environment")
    assert "**WS-0** sets it up and blocks all other streams." in section(plan, "Dev Environment")


def test_the_deploy_order_follows_from_the_phases_of_the_changes() -> None:
    def order(*phases: Any) -> list[str]:
        changes = tuple(SchemaChange(object="orders", change="Add it", phase=phase) for phase in phases)
        wanted = with_contracts(functional(schema_changes=changes)).requirements
        assert wanted is not None
        return [" ".join(one.split()[:4]) for one in wanted.deploy_order]

    assert order("expand") == ["Run the expand changes", "Deploy the application"]
    assert order("contract", "backfill", "expand") == [
        "Run the expand changes", "Run the backfill", "Deploy the application", "Run the contract changes,",
    ]  # fmt: skip
    assert order() == []


def test_a_stated_deploy_order_is_kept() -> None:
    change = SchemaChange(object="orders", change="Add it", phase="expand")
    plan = functional(schema_changes=(change,), deploy_order=("At night",))
    assert "1. At night" in section(plan, "Schema Changes")
    assert "At night" not in text_of(functional(deploy_order=("At night",)))


def test_critical_patterns_stand_where_their_concern_applies() -> None:
    text = section(functional(), "Security Considerations")
    assert "Every request checks that the person may act" in text
    assert "Secrets are compared in constant time" not in text
    assert (text.count("| YES |"), text.count("| NO |")) == (5, 2)


# --- contracts ---------------------------------------------------------------------------------------------


def pairs(rows: tuple[Pair, ...]) -> list[tuple[str, str]]:
    return [(one.requirement, one.criterion) for one in rows]


def test_contracts_agree_with_the_criteria_whatever_the_plan_says() -> None:
    stranger = Pair(requirement="FR-9", criterion="AC-9", check="", expected="x")
    wanted = with_contracts(functional(verification=(stranger,), review=(), mandate=())).requirements
    assert wanted is not None
    expected = [(fr, one.id) for one in REQUIREMENTS.criteria for fr in one.requirements]
    assert pairs(wanted.verification) == pairs(wanted.review) == expected
    assert [one.criterion for one in wanted.mandate] == [one.id for one in REQUIREMENTS.criteria]
    assert wanted.verification[0].expected == REQUIREMENTS.criteria[0].then[0]


def test_contracts_keep_the_words_of_the_plan_and_tests_beyond_the_criteria() -> None:
    wanted = with_contracts(functional()).requirements
    assert wanted is not None
    assert (wanted.verification, wanted.review, wanted.mandate) == (
        REQUIREMENTS.verification, REQUIREMENTS.review, REQUIREMENTS.mandate,
    )  # fmt: skip
    assert "| — | unit | The month has 100,000 invoices |" in section(functional(), "Test Mandate")


def test_computed_contracts_pass_the_rules_that_empty_ones_break() -> None:
    empty = functional(verification=(), review=(), mandate=())
    rules = ["PLN703", "PLN704"]
    assert {one.rule for one in lint(faceted.given(empty, "functional"), select=rules).findings} == set(rules)
    assert lint(faceted.given(with_contracts(empty), "functional"), select=rules).passed == tuple(rules)


def test_every_requirement_leads_to_criterion_test_and_stream() -> None:
    data = shown(faceted.large_functional())
    wanted, streams = data["requirements"], data["streams"]["streams"]
    for one in wanted["functional"]:
        criteria = {ac["id"] for ac in wanted["criteria"] if one["id"] in ac["requirements"]}
        assert criteria
        assert criteria <= {row["criterion"] for row in wanted["mandate"]}
        assert criteria == {
            row["criterion"] for row in wanted["verification"] if row["requirement"] == one["id"]
        }
        assert criteria == {row["criterion"] for row in wanted["review"] if row["requirement"] == one["id"]}
        assert [stream["id"] for stream in streams if one["id"] in stream["requirements"]] != []


def test_criteria_are_given_when_then() -> None:
    text = section(faceted.large_functional(), "Acceptance Criteria")
    assert text.startswith("\n### AC-1: Each invoice has its line (FR-1)\n\n- **Given** The month")
    assert "- **Then** The answer has status 200\n- **And** The file has 4 lines" in text


# --- words -------------------------------------------------------------------------------------------------


def test_american_spelling_becomes_british() -> None:
    plan = functional(
        summary="The color of the behavior is normalized.",
        goals=("One color for each behavior",),
        notes=("The `color` of code stays, and so does the color of text",),
        assumptions=(Assumption(id="A-1", text="Colors are optimized"),),
        questions=(Question(id="Q-1", text="Which color is favored?", why="It decides the behavior."),),
    )
    text = text_of(plan)
    assert "The colour of the behaviour is normalised." in text
    assert "- One colour for each behaviour" in text
    assert "The `color` of code stays, and so does the colour of text" in text
    assert "Colours are optimised" in text
    assert "Which colour is favoured?" in text


def test_branch_names_keep_their_spelling() -> None:
    header = REQUIREMENTS.header.model_copy(update={"branch": "12 color", "task": "COLOR-1"})
    assert "**Branch**: `12 color`" in text_of(functional(header=header))


def test_the_repository_is_left_out() -> None:
    plan = functional()
    text = text_of(plan)
    paths = {change.path for one in plan.tasks for change in one.files} | {"src/app.py", "Makefile"}
    assert not [path for path in paths if path in text]
    assert "```" not in text
    spans = [
        span.text for block in Document("plan.md", text).blocks for span in block.spans if span.kind == "code"
    ]
    assert sorted(set(spans) - {"#12", "12-invoice-download"}) == [
        "/api-design", "/implement", "api", "backend", "frontend",
    ]  # fmt: skip


def test_files_and_code_are_called_by_their_words() -> None:
    question = Question(
        id="Q-1", text="Which threshold?", why="See docs/operations.md.", options=("`a()`", "2 h")
    )
    text = section(functional(questions=(question,)), "Open Questions")
    assert "| Q-1 | “a”; 2 h | See “operations”. |" in text


# --- without the facets ------------------------------------------------------------------------------------


def demand(number: int, text: str, disposition: Any = "task") -> Obligation:
    return Obligation(id=f"I-{number}", text=text, disposition=disposition)


def test_demands_of_the_issue_become_requirements_word_for_word() -> None:
    plan = small_plan(
        obligations=(
            demand(1, "The color of a failed order must be shown"),
            demand(2, "Call `retry()` in hooks/send.py"),
            demand(3, "No mail", "non-goal"),
        )
    )
    wanted = view(plan).requirements
    assert wanted is not None
    assert [(one.id, one.behaviour, one.covers) for one in wanted.functional] == [
        ("FR-1", "The colour of a failed order must be shown", ("I-1",)),
        ("FR-2", "Call “retry” in “send”", ("I-2",)),
    ]
    assert "> The demands of the issue in its own words (*extracted*); files and code" in text_of(plan)


def test_acceptance_becomes_criteria_that_say_what_is_filled_in() -> None:
    texts = ("Given a failed order When the page is opened Then it is red", "`parse()` gives 3")
    plan = small_plan(
        task("T1", acceptance=(*texts, "`make test` passes"), covers=("I-1",)),
        obligations=(demand(1, "Show failed orders"),),
    )
    wanted = view(plan).requirements
    assert wanted is not None
    assert [(one.id, one.requirements, one.given, one.when, one.then) for one in wanted.criteria] == [
        ("AC-1", ("FR-1",), ("a failed order",), ("the page is opened",), ("it is red",)),
        ("AC-2", ("FR-1",), (GIVEN,), (WHEN,), ("“parse” gives 3",)),
    ]
    assert pairs(wanted.review) == [("FR-1", "AC-1"), ("FR-1", "AC-2")]
    assert "*Given* and *When* are filled in (*computed*)" in text_of(plan)
    assert "filled in" not in text_of(functional())


def test_a_criterion_goes_to_the_requirement_whose_words_it_has() -> None:
    demands = (demand(1, "Orders must be shown"), demand(2, "Invoices must be printed"))
    texts = ("Two invoices are printed on one page", "The end")
    plan = small_plan(task("T1", acceptance=texts, covers=("I-1", "I-2")), obligations=demands)
    wanted = view(plan).requirements
    assert wanted is not None
    assert [(one.requirements, one.then) for one in wanted.criteria] == [
        (("FR-1",), ("The end",)),
        (("FR-2",), ("Two invoices are printed on one page",)),
    ]


def test_demands_for_tests_are_mandated_and_no_behaviour() -> None:
    demands = (demand(1, "Orders must be shown"), demand(2, "Add tests for orders"))
    plan = small_plan(
        task("T1", covers=("I-1",)), task("T2", kind="verification", covers=("I-2",)), obligations=demands
    )
    wanted = view(plan).requirements
    assert wanted is not None
    assert [one.behaviour for one in wanted.functional] == ["Orders must be shown"]
    assert "Add tests for orders" in [one.scenario for one in wanted.mandate if not one.criterion]


@pytest.mark.parametrize(
    ("title", "question"),
    [
        ("Functional Requirements", "What does the system do"),
        ("Acceptance Criteria", "Given what"),
        ("Test Scenarios", "Which cases are tested"),
        ("Work Streams", "Who does which requirement"),
        ("SE Verification Contract", "Which behaviour shows"),
        ("Test Mandate", "Which tests must be written"),
        ("Review Contract", "What does a reviewer check"),
    ],
)
def test_what_is_not_known_is_asked_and_not_made_up(title: str, question: str) -> None:
    assert f"> Not produced: {question}" in section(small_plan(), title)
    assert "Not produced" not in text_of(functional())


def test_an_outline_says_that_no_model_was_asked() -> None:
    assert "Made without a language model" in text_of(outline_plan())
    assert "> - **Rollback**: What has to be undone if the release fails?" in text_of(outline_plan())


# --- for people --------------------------------------------------------------------------------------------


def test_completion_names_order_and_next_command() -> None:
    text = completion(faceted.large_functional())
    rows = [line for line in text.split("\n") if line.startswith("| ") and "WS-" in line]
    assert [row.split(" | ")[0] + " " + row.split(" | ")[1][:4] for row in rows] == [
        "| 1 WS-0", "| 2 WS-1", "| 3 WS-2", "| 3 WS-3",
    ]  # fmt: skip
    assert "8 functional requirements, 16 acceptance criteria, 2 open questions." in text
    assert "**To settle first**: D-1: Which records are offered first?" in text
    assert "- A: Invoices first *(recommended)*\n- B: All at once\n" in text
    assert "Then Q-1, which the plan lists" in text
    assert "**Next**, once the plan is approved: `/implement` for WS-0." in text
    assert "Nothing is built before the plan is approved: on GitHub by merging" in text


def test_completion_without_streams_asks_for_them() -> None:
    assert "**Next**: say who does which requirement" in completion(small_plan())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(NASTY + SAYING), min_size=1, max_size=6)
    .map(" ".join)
    .filter(lambda x: bool(x.strip()))
)
def test_hostile_text_changes_no_structure(text: str) -> None:
    made = []
    for words in (text, "harmless words stand here"):
        line = words.replace("\n", " ")
        first = REQUIREMENTS.functional[0].model_copy(
            update={"title": line, "behaviour": words, "success": (words,)}
        )
        rule = REQUIREMENTS.rules[0].model_copy(update={"text": words})
        criterion = REQUIREMENTS.criteria[0].model_copy(
            update={"title": line, "given": (words,), "then": (words,)}
        )
        need = DevNeed(need=line, state=words, missing=words)
        wanted = Requirements(
            header=REQUIREMENTS.header,
            functional=(first,),
            rules=(rule,),
            criteria=(criterion,),
            dev_needs=(need,),
        )
        plan = filled_with(words, requirements=wanted, non_goals=(words,), goals=(words,))
        made.append(shapes([File("plan.md", text_of(plan))]))
    assert made[0] == made[1]


def test_rendering_again_changes_nothing() -> None:
    first = FUNCTIONAL.files(functional(), {})
    assert FUNCTIONAL.files(functional(), {file.path: file.text for file in first}) == first


@pytest.mark.parametrize(
    ("old", "new", "pointers"),
    [
        ("### FR-2: Lines of the file", "### FR-2: Rows of the file", ["/requirements/functional/1/title"]),
        ("The button is pressed\n- **Then** The browser", "It is pressed\n- **Then** The browser",
         ["/requirements/criteria/4/when/0"]),
        ("| WS-2 |  |\n\nOrder", "|  |  |\n\nOrder", ["/streams/streams/2/parallel_with/0"]),
        ("Required, 2000-01", "Optional, 2000-01", ["/requirements/functional/0/inputs/0/need"]),
        ("Secrets/credentials | NO", "Secrets/credentials | YES", ["/requirements/concerns/3/applies"]),
        ("| medium | No: ask", "| low | Yes |  | No: ask",
         ["/assumptions/0/impact", "/assumptions/0/if_wrong", "/assumptions/0/resolved"]),
        ("- Files in the PDF format\n", "", ["/non_goals/0", "/non_goals/1"]),
        ("**Created**: 2026-01-15", "**Created**: 2026-01-16", ["/requirements/header/created"]),
        ("| BR-1 | An invoice", "| BR-2 | Every day counts. | FR-1 |\n| BR-1 | An invoice",
         ["/requirements/rules/0/id", "/requirements/rules/0/text", "/requirements/rules/0/requirements/1",
          "/requirements/rules/1"]),
    ],
)  # fmt: skip
def test_a_change_in_the_document_is_exactly_that_change(old: str, new: str, pointers: list[str]) -> None:
    plan = functional()
    files = [
        replace(file, text=file.text.replace(old, new)) if file.path.endswith("/plan.md") else file
        for file in FUNCTIONAL.files(plan, {})
    ]
    assert files != list(FUNCTIONAL.files(plan, {}))
    assert sorted(where for where, _, _ in FUNCTIONAL.changed(plan, files)) == sorted(pointers)


def test_the_markdown_counts_when_the_json_says_otherwise() -> None:
    plan = functional()
    files = [
        replace(file, text=file.text.replace("Invoice store", "Another store"))
        if file.path.endswith("/plan_output.json")
        else file
        for file in FUNCTIONAL.files(plan, {})
    ]
    assert list(FUNCTIONAL.changed(plan, files)) == []


def test_the_title_is_shown_squeezed() -> None:
    assert shown(functional(title="A  b"))["title"] == plain("A b")
