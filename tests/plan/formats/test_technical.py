"""The format `technical`: all its sections, read back, what nobody said asked for and not made up."""

from __future__ import annotations

import re

import pytest
from hypothesis import Phase as Run
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.effects import PLAN_FILE, File, is_plan_path
from bot.plan.facets import Delivery, ImpactRow, Interface, Phase
from bot.plan.formats import FORMATS
from bot.plan.formats.technical import QUESTIONS, laid_out
from bot.plan.markdown import Document
from bot.plan.model import Codebase, Missing, Plan, Rollback
from bot.plan.readers.technical import read
from tests.plan.formats.fields import unaccounted
from tests.plan.formats.golden import SIZES, document, golden_plan, place
from tests.plan.formats.linted import findings
from tests.plan.formats.plans import EXAMPLES, delivered_plan, delivered_plans, large_plan
from tests.plan.formats.shapes import filled_with, shapes
from tests.plan.samples import change, milestone, outline_plan, small_plan, task, webhook_plan
from tests.plan.strategies import NASTY

TECHNICAL = FORMATS["technical"]
NO_SHRINKING = (Run.explicit, Run.reuse, Run.generate)


def text(plan: Plan) -> str:
    return document(plan, "technical")


def section(plan: Plan, title: str) -> str:
    """What stands under a heading, whatever its level."""
    found = re.search(rf"^(#+) {re.escape(title)}$\n", text(plan), re.MULTILINE)
    assert found, title
    rest = text(plan)[found.end() :]
    return re.split(rf"^#{{1,{len(found[1])}}} ", rest, flags=re.MULTILINE)[0].strip()


@settings(max_examples=EXAMPLES, deadline=None, phases=NO_SHRINKING)
@given(delivered_plans)
def test_what_is_rendered_reads_back(plan: Plan) -> None:
    assert list(TECHNICAL.changed(plan, TECHNICAL.files(plan, {}))) == []


@pytest.mark.parametrize("size", SIZES)
def test_golden_documents(size: str) -> None:
    plan = golden_plan("technical", size)
    assert text(plan) == place("technical", size).read_text(encoding="utf-8")
    assert read([Document("plan.md", text(plan))]).not_read == ()
    assert list(TECHNICAL.changed(plan, TECHNICAL.files(plan, {}))) == []


@pytest.mark.parametrize(
    "plan", [small_plan(), webhook_plan(), delivered_plan(), large_plan(), outline_plan()]
)
def test_the_linter_finds_no_error(plan: Plan) -> None:
    assert [one for one in findings(plan, "technical") if one.severity == "error"] == []


def test_every_field_is_read_back_or_listed_as_not() -> None:
    assert unaccounted(TECHNICAL, delivered_plan()) == set()


def test_files_are_of_the_closed_set_and_bring_contract_and_section() -> None:
    files = TECHNICAL.files(webhook_plan(), {})
    assert [file.path for file in files] == [
        PLAN_FILE,
        "specs/412-retry-webhook-deliveries/plan.md",
        ".agent/planning-output-412.json",
        ".agent/planner-fanout-412.json",
    ]
    assert all(is_plan_path(file.path) for file in files)


def test_all_sections_stand_in_order() -> None:
    heads = re.findall(r"^#{2,3} (?!Phase)(.+)$", text(webhook_plan()), re.MULTILINE)
    assert heads == [
        "Context", "Technical Approach", "Architecture", "Technology Stack", "Data Model",
        "Implementation Steps", "File Changes", "Testing Strategy", "Risk Assessment", "Rollback Plan",
        "Dependencies", "Deployment",
    ]  # fmt: skip


def test_the_shape_is_attributed() -> None:
    assert re.search(
        r"^\*.*GitHub Spec Kit.*github/spec-kit.*MIT License.*\*$", text(small_plan()), re.MULTILINE
    )


def test_the_specification_is_named() -> None:
    assert section(webhook_plan(), "Context").startswith("Deliveries that fail with a 5xx")
    assert "The specification is issue `#412`" in section(webhook_plan(), "Context")


def test_what_the_facet_says_is_shown() -> None:
    plan = delivered_plan()
    assert "- One table is the queue: `FOR UPDATE" in section(plan, "Architecture")
    assert "- Language: Python 3.12" in section(plan, "Technology Stack")
    assert section(plan, "Data Model").startswith("- `pending_delivery(")
    assert "| psycopg | `3.1` | present | already pinned |" in section(plan, "Dependencies")
    assert section(plan, "Rollback Plan").startswith("1. Set `HOOKS_RETRY=0`.")
    assert "2. Restart the workers." in section(plan, "Deployment")
    assert "| Stop a receiver for a minute |  | its deliveries" in section(plan, "Deployment")
    assert "| A receiver sees a delivery twice | Medium | Send the same" in section(plan, "Risk Assessment")
    assert "oldest first | `tests/test_store.py` | `make test` | I-3 |" in section(plan, "Testing Strategy")
    assert "Not produced" not in text(plan)
    assert "Computed" not in text(plan)


def test_phases_of_the_facet_with_goal_tasks_and_time() -> None:
    heads = re.findall(r"^### (Phase .+)$", text(delivered_plan()), re.MULTILINE)
    assert heads == ["Phase 1: Foundation", "Phase 2: Core", "Phase 3: Integration and polish"]
    second = section(delivered_plan(), "Phase 2: Core")
    assert second.startswith("**Goal:** Kept deliveries are sent again.")
    assert "1. **T4 · Send due deliveries in the worker** – Add a loop" in second
    assert second.endswith("**Estimated time:** 7 h")


def test_phases_are_computed_from_milestones() -> None:
    first = section(webhook_plan(), "Phase 1: Failed deliveries are retried")
    assert "**Goal:** A receiver that is down for an hour" in first
    assert re.findall(r"^\d\. \*\*(T\d)", first, re.MULTILINE) == ["T1", "T2", "T3", "T4"]
    assert first.endswith("**Estimated time:** about 11.5 hours")  # M, S, M and L: 2.5, 0.5, 2.5 and 6
    assert "**Total estimated time:** about 16.5 hours" in text(webhook_plan())
    assert "S 0.5 h, M 2.5 h, L 6 h" in text(webhook_plan())


def test_tasks_that_no_phase_names_come_last() -> None:
    only = Delivery(phases=(Phase(id="P7", title="First", goal="Go.", tasks=("T2", "T9", "T2")),))
    plan = small_plan(task("T1"), task("T2")).model_copy(update={"delivery": only})
    made = laid_out(plan).delivery.phases
    assert [(one.title, one.tasks) for one in made] == [("First", ("T2",)), ("Further tasks", ("T1",))]
    assert list(TECHNICAL.changed(plan, TECHNICAL.files(plan, {}))) == []


@pytest.mark.parametrize(("path", "summary"), [("none", ""), (".. _", "`"), ("_", "."), ("none", "why")])
def test_a_file_whose_line_looks_like_nothing_is_read(path: str, summary: str) -> None:
    plan = small_plan(task("T1", files=(change(path, "delete", summary), change("a.py", "delete", "b"))))
    assert list(TECHNICAL.changed(plan, TECHNICAL.files(plan, {}))) == []


def test_files_stand_by_what_happens_to_them() -> None:
    plan = small_plan(
        task(
            "T1",
            files=(
                change("a.py", "new", "the reader"),
                change("b.py", "edit", "reads it"),
                change("c.py", "delete", "nobody calls it"),
                change("e.py", "rename", "its new name", source="d.py"),
            ),
        ),
        task("T2", files=(change("b.py", "edit", "logs it"),)),
    )
    assert section(plan, "File Changes").split("\n\n") == [
        "**New files:**", "- `a.py` - the reader", "**Modified files:**", "- `b.py` - reads it; logs it",
        "**Renamed files:**", "- `d.py` → `e.py` - its new name",
        "**Deleted files:**", "- `c.py` - nobody calls it",
    ]  # fmt: skip
    assert "**New files:** none" in section(small_plan(task("T1", files=(change("a.py"),))), "File Changes")
    assert QUESTIONS["File Changes"] in section(small_plan(task("T1", files=())), "File Changes")


def test_tests_are_computed_from_the_tasks() -> None:
    rows = section(webhook_plan(), "Testing Strategy")
    assert "> Every task passes `make test` and `make lint`." in rows
    assert "| table of all seven cases | `tests/test_backoff.py` |" in rows
    assert "| `test_due_is_oldest_first` | `tests/test_store.py` |" in rows


def test_risks_are_computed_and_critical_is_high_with_a_note() -> None:
    rows = section(webhook_plan(), "Risk Assessment")
    assert "| Receivers that are not idempotent see a delivery twice after a timeout | Medium |  |" in rows
    assert "| T3: Keep failed deliveries instead of dropping them | High | Set `HOOKS_RETRY=0`" in rows
    assert "> **Not produced** · What is done about the risks that have no mitigation?" in rows
    worst = small_plan(
        task("T1", risk_class="critical", rollback=Rollback(kind="manual", note="Restore it."))
    )
    assert "| T1 (critical): Build part T1 | High | Restore it. |" in section(worst, "Risk Assessment")


def test_rollback_goes_backwards() -> None:
    assert re.findall(r"^(\d\. T\d)", section(webhook_plan(), "Rollback Plan"), re.MULTILINE) == [
        "1. T3",
        "2. T1",
    ]
    assert section(small_plan(), "Rollback Plan") == "1. Revert the commits: every task is safe to take back."


def test_deployment_ends_with_checks() -> None:
    assert section(webhook_plan(), "Deployment").split("\n") == [
        "1. T4, by hand: Restart the worker service after the deployment",
        "2. Verify: `make test` passes",
        "3. Verify: `make integration` passes",
    ]
    assert section(large_plan(), "Deployment").startswith("1. T40: Write")


@pytest.mark.parametrize(
    "title", ["Architecture", "Technology Stack", "Data Model", "Dependencies", "Deployment"]
)
def test_what_nobody_said_is_asked_for(title: str) -> None:
    assert section(small_plan(), title) == f"> **Not produced** · {QUESTIONS[title]}"
    own = small_plan(not_produced=(Missing(section=title, question="What exactly?"),))
    assert section(own, title) == "> **Not produced** · What exactly?"
    assert list(TECHNICAL.changed(own, TECHNICAL.files(own, {}))) == []


def test_facts_of_the_repository_stand_in_for_what_nobody_said() -> None:
    assert section(webhook_plan(), "Technology Stack").startswith("> Read off the repository: Python 3.12")
    facts = Codebase(
        interfaces=(Interface(name="`GET /x`", kind="route", text="a list of x"),),
        impact=(ImpactRow(path="z.py", change="edit", why="it reads x"),),
    )
    plan = small_plan(codebase=facts)
    assert "| `GET /x` | route | a list of x |" in section(plan, "Data Model")
    assert "- `z.py` - it reads x" in section(plan, "File Changes")
    assert list(TECHNICAL.changed(plan, TECHNICAL.files(plan, {}))) == []


def test_an_outline_and_a_plan_without_tasks_are_honest() -> None:
    assert "Made without a language model" in text(outline_plan())
    none = small_plan().model_copy(update={"tasks": ()})
    assert "> No task is planned." in text(none)
    assert "Total estimated" not in text(none)
    assert list(TECHNICAL.changed(none, TECHNICAL.files(none, {}))) == []


def test_rendering_again_changes_nothing() -> None:
    first = TECHNICAL.files(webhook_plan(), {})
    assert TECHNICAL.files(webhook_plan(), {file.path: file.text for file in first}) == first


def test_lengths_stay_within_the_budget() -> None:
    assert 4000 < len(text(webhook_plan())) < 8000
    assert 4000 < len(text(delivered_plan())) < 8000
    assert len(text(small_plan())) < 2500
    assert len(text(large_plan())) < 40 * 700


@pytest.mark.parametrize(
    "title", ["Pass `**kwargs` on", "· begins with a dot", "- begins with a dash", "T9 · of another"]
)
def test_titles_and_objectives_that_look_like_the_grammar(title: str) -> None:
    plan = small_plan(
        task("T1", title=title, objective=title), milestones=(milestone("M1", title=title, outcome=title),)
    )
    assert list(TECHNICAL.changed(plan, TECHNICAL.files(plan, {}))) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=6)
    .map(" ".join)
    .filter(lambda words: bool(words.strip()))
)
def test_hostile_text_changes_no_structure(words: str) -> None:
    def filled(one: str) -> Plan:
        delivery = Delivery(
            architecture=(one, "More"),
            phases=(Phase(id="P1", title=one.replace("\n", " "), goal=one, tasks=("T1",), estimate="1 h"),),
        )
        return filled_with(one, delivery=delivery)

    made = [shapes(TECHNICAL.files(filled(one), {})) for one in (words, "harmless")]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("old", "new", "pointers"),
    [
        ("**T3 · Keep failed", "**T3 · Drop failed", ["/tasks/2/title"]),
        ("### Phase 2: Core", "### Phase 2: Heart", ["/delivery/phases/1/title"]),
        ("| A receiver sees a delivery twice | Medium", "| A receiver sees a delivery twice | High",
         ["/delivery/risks/0/impact"]),
        ("- Tools: make, pytest\n", "", ["/delivery/stack/2"]),
        ("- Tools: make, pytest\n", "- Tools: make, pytest\n- Lint: ruff\n", ["/delivery/stack/3"]),
        ("- `hooks/metrics.py` - two gauges", "- `hooks/metrics.py` - three gauges",
         ["/codebase/impact/10/why"]),
        ("**Estimated time:** 7 h", "**Estimated time:** 9 h", ["/delivery/phases/1/estimate"]),
        ("lost today", "gone today", ["/summary"]),
        ("# Implementation Plan: Retry", "# Implementation Plan: Drop", ["/title"]),
        ("   - **Depends on**: T3\n   - **Acceptance**: Two", "   - **Acceptance**: Two",
         ["/tasks/3/depends_on/0", "/tasks/3/depends_on/1"]),
    ],
)  # fmt: skip
def test_a_hand_edit_comes_back_as_exactly_that_change(old: str, new: str, pointers: list[str]) -> None:
    plan = delivered_plan()
    files = TECHNICAL.files(plan, {})
    assert sum(file.text.count(old) for file in files if file.path.endswith("/plan.md")) == 1
    edited = [
        File(one.path, one.text.replace(old, new) if one.path.endswith("/plan.md") else one.text)
        for one in files
    ]
    assert [where for where, _, _ in TECHNICAL.changed(plan, edited)] == pointers
