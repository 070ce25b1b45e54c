"""The format `export`: fifteen sections that read back, an audit that is the linter's, marked questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.effects import File, is_plan_path
from bot.plan.audited import audited, documents
from bot.plan.facets import ImpactRow
from bot.plan.formats.companions import with_companions
from bot.plan.formats.export import EXPORT, completed, document, document_path, printed
from bot.plan.formats.sections import LAYOUTS
from bot.plan.markdown import Document
from bot.plan.model import Plan, Question, Task
from bot.plan.rules import LintInput, lint
from bot.plan.rules.audit import audit_rows
from bot.plan.safe_text import plain
from tests.plan.formats import faceted
from tests.plan.formats.fields import unaccounted
from tests.plan.formats.golden import place
from tests.plan.formats.plans import EXAMPLES
from tests.plan.formats.shapes import filled_with, shapes
from tests.plan.rules.fixtures.facets import export
from tests.plan.samples import change, outline_plan, small_plan, task, webhook_plan
from tests.plan.strategies import NASTY, SAYING, faceted_plans

NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
# A plan with all its facets is large; some attempts to make one come to nothing.
LARGE = (HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large)


def unaudited(plan: Plan) -> tuple[File, ...]:
    """The files without a lint run for the audit, which nobody reads back."""
    own = [File(document_path(plan), document(plan))]
    return with_companions(plan, {}, own, [("Export", own[0].path)])


def page(plan: Plan) -> Document:
    return Document(document_path(plan), document(plan))


def section(plan: Plan, title: str) -> str:
    found = page(plan).section(title)
    assert found is not None, title
    return "\n".join(page(plan).lines[found.line : found.end])


@settings(max_examples=EXAMPLES, deadline=None, phases=NO_SHRINKING, suppress_health_check=LARGE)
@given(faceted_plans)
def test_what_is_rendered_reads_back(plan: Plan) -> None:
    assert list(EXPORT.changed(plan, unaudited(plan))) == []


SAMPLES = {
    "facets": export,
    "large": faceted.large_export,
    "small": faceted.small_export,
    "webhook": webhook_plan,
    "outline": outline_plan,
    "bare": small_plan,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_read_back_from_the_closed_set_of_files(name: str) -> None:
    plan = SAMPLES[name]()
    files = EXPORT.files(plan, {})
    assert all(is_plan_path(file.path) for file in files)
    assert f"EXPORT/plan_{plan.slug}.md" in [file.path for file in files]
    assert list(EXPORT.changed(plan, files)) == []


def test_a_plan_without_steps_is_shown() -> None:
    plan = small_plan().model_copy(update={"tasks": ()})
    assert list(EXPORT.changed(plan, unaudited(plan))) == []
    assert "No step is needed" in section(plan, "Implementation Plan")


def test_paths_keep_their_underscores() -> None:
    plan = small_plan(
        task("T1", files=(change("src/__init__.py"), change("new/__a__.py", "rename", "", "_b_/*.py")))
    )
    read = EXPORT.parse(unaudited(plan), plan.issue)["tasks"][0]["files"]
    assert [(one["path"], one["source"]) for one in read] == [
        ("src/__init__.py", ""),
        ("new/__a__.py", "_b_/*.py"),
    ]


def test_every_field_is_read_back_or_listed_as_not() -> None:
    assert unaccounted(EXPORT, faceted.large_export()) == set()


@pytest.mark.parametrize("size", faceted.SIZES)
def test_golden_documents(size: str) -> None:
    plan = faceted.PLANS["export", size]()
    assert faceted.document(plan, "export") == place("export", size).read_text(encoding="utf-8")


# --- the fifteen sections ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_the_fifteen_headings_stand_in_order(name: str) -> None:
    plan = SAMPLES[name]()
    heads = [(one.level, one.title) for one in page(plan).sections if one.level < 3]
    wanted = [(2, one.title) for one in LAYOUTS["export"].sections]
    assert heads == [(1, plain(f"Plan: {plan.title} ({plan.slug})")), *wanted]
    assert len(heads) == 15


def test_the_impact_table_is_the_union_of_the_steps_files() -> None:
    one = task("T1", title="Add it", files=(change("a.py", "new", "the pause before each"), change("b.py")))
    two = task("T2", files=(change("a.py", "edit", "x"), change("b.py")), depends_on=("T1",))
    rows = completed(small_plan(one, two)).codebase.impact
    assert [(row.path, row.change, row.why) for row in rows] == [
        ("a.py", "new", "the pause before each"),
        ("b.py", "edit", "Add it"),
        ("a.py", "edit", "Build part T2: x"),
    ]
    assert "| `a.py` | new | the pause before each |" in section(
        small_plan(one, two), "Impacted Files & Directories"
    )


def test_a_stated_impact_table_is_kept() -> None:
    plan = small_plan(task("T1", files=(change("a.py"),)))
    row = ImpactRow(path="a.py", change="edit", why="because it must")
    stated = plan.model_copy(update={"codebase": plan.codebase.model_copy(update={"impact": (row,)})})
    assert completed(stated).codebase.impact == (row,)


def test_a_step_has_all_its_labels_in_order() -> None:
    text = section(faceted.large_export(), "Implementation Plan").partition("### Step 2")[0]
    assert re.findall(r"\*\*([A-Z][A-Za-z ]+)\*\*: ?", text) == [
        "Purpose", "Files", "Changes", "Notes", "Depends on", "Covers", "Decisions", "Tests", "Run",
        "Acceptance", "Invariants", "User Instructions", "Only touch", "Never touch", "Milestone", "Effort",
        "Risk", "Rollback",
    ]  # fmt: skip
    assert "- `backend/part_01.py`: `part_01()` and its types" in text


def test_steps_name_the_steps_they_wait_for() -> None:
    text = section(webhook_plan(), "Implementation Plan")
    assert "- **Depends on**: Step 1, Step 2\n" in text
    assert "- **Rollback**: Reversible: Set `HOOKS_RETRY=0`; deliveries are dropped as before." in text


def test_tests_checks_and_undoing_follow_from_the_tasks() -> None:
    delivery = completed(webhook_plan()).delivery
    assert delivery is not None
    assert [(one.path, one.command) for one in delivery.tests] == [
        ("tests/test_store.py", "make test"),
        ("tests/test_backoff.py", "make test"),
    ]
    assert [one.command for one in delivery.checks[:2]] == ["make test", "make lint"]
    assert delivery.rollback[0].startswith("Step 1 (reversible): Drop the table")


@pytest.mark.parametrize(
    ("title", "question"),
    [
        ("Goals", "What does this work achieve"),
        ("Non-Goals", "What is left out"),
        ("Testing Plan", "Which tests show"),
        ("Rollout & Rollback", "How does this change reach"),
        ("Current System Snapshot", "Which modules take part"),
    ],
)
def test_what_is_not_known_is_asked_and_not_made_up(title: str, question: str) -> None:
    assert f"> Not produced: {question}" in section(small_plan(), title)


def test_an_outline_says_that_no_model_was_asked_and_what_is_missing() -> None:
    text = document(outline_plan())
    assert "Made without a language model" in text
    assert "> - **Rollback**: What has to be undone if the release fails?" in text
    assert "language model" not in document(webhook_plan())


# --- open questions ----------------------------------------------------------------------------------------

MARKER = "[0o0o NEEDS CONFIRMATION]"


def test_every_open_question_has_its_marker_and_stands_once() -> None:
    plan = faceted.large_export()
    items = [line for line in section(plan, "Open Questions").split("\n") if line.startswith("- ")]
    assert items == [f"- {MARKER} **{one.id}**: {one.text}" for one in plan.questions]
    assert all(line.count("?") == 1 for line in items)
    assert document(plan).count(MARKER) == len(plan.questions)


def test_no_question_is_none() -> None:
    assert section(small_plan(), "Open Questions").strip() == "None."


# --- the audit ---------------------------------------------------------------------------------------------


def stated(files: Sequence[File]) -> dict[str, str]:
    text = next(file.text for file in files if file.path.startswith("EXPORT/"))
    found = Document("x", text).section("Plan Completeness Audit")
    assert found is not None
    return {
        row.cells[0].text: row.cells[1].text for row in found.blocks if row.kind == "row" and not row.head
    }


def core(given: LintInput) -> dict[str, str]:
    return {name: plain(value) for name, value in audit_rows(lint(given))}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_audit_is_the_result_of_a_lint_run_on_the_document_it_stands_in(name: str) -> None:
    given = replace(faceted.given(SAMPLES[name](), "export"), ground=None)
    given = replace(given, fanout_text=given.fanout_text if len(SAMPLES[name]().tasks) > 1 else None)
    assert stated(given.renderings) == core(given)
    assert lint(given, select=["PLN113"]).passed == ("PLN113",)


def test_with_a_repository_at_hand_the_audit_says_more() -> None:
    given = faceted.given(export(), "export")
    assert [one.rule for one in lint(given).findings] == ["PLN113"] * len(lint(given).findings)
    again = replace(given, renderings=audited(given))
    assert stated(again.renderings) == core(again) != stated(given.renderings)
    assert audited(again) == again.renderings


def test_errors_of_the_plan_stand_in_the_audit() -> None:
    given = replace(faceted.given(export(), "export"), ground=None)
    broken = export(tasks=(export().tasks[0].model_copy(update={"depends_on": ("T9",)}), *export().tasks[1:]))
    assert stated(given.renderings)["Errors"] == "0"
    assert int(stated(documents(broken, "export", {}))["Errors"]) > 0


@pytest.mark.parametrize("size", faceted.SIZES)
def test_sound_plans_have_no_errors_in_this_format(size: str) -> None:
    given = faceted.given(faceted.PLANS["export", size](), "export")
    given = replace(given, renderings=audited(given))
    assert lint(given).errors == ()


# --- for people --------------------------------------------------------------------------------------------


def test_a_terminal_gets_the_document_under_its_name() -> None:
    plan = export()
    assert printed(EXPORT.files(plan, {})).startswith(
        "FILE: ./EXPORT/plan_invoice-download.md\n\n# Plan: Invoice download (invoice-download)\n"
    )
    assert "groundplan:plan" not in printed(EXPORT.files(plan, {}))


@pytest.mark.parametrize(
    ("plan", "least", "most"),
    [(faceted.small_export, 2_500, 4_500), (export, 6_000, 9_000), (webhook_plan, 7_000, 10_500)],
    ids=["small", "medium", "webhook"],
)
def test_lengths_stay_within_the_budget(plan: object, least: int, most: int) -> None:
    assert callable(plan)
    assert least < len(faceted.document(plan(), "export")) < most


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(NASTY + SAYING), min_size=1, max_size=6)
    .map(" ".join)
    .filter(lambda x: bool(x.strip()))
)
def test_hostile_text_changes_no_structure(text: str) -> None:
    question = Question(id="Q-1", text=text.replace("\n", " "), why=text)
    made = [
        shapes(
            [
                File(
                    "x.md",
                    document(filled_with(words, questions=(question,), goals=(words,), constraints=(words,))),
                )
            ]
        )
        for words in (text, "harmless words stand here")
    ]
    assert made[0] == made[1]


def test_rendering_again_changes_nothing() -> None:
    first = EXPORT.files(webhook_plan(), {})
    assert EXPORT.files(webhook_plan(), {file.path: file.text for file in first}) == first


@pytest.mark.parametrize(
    ("old", "new", "pointers"),
    [
        ("### Step 2: Compute the pause", "### Step 2: Guess the pause", ["/tasks/1/title"]),
        # The section in IMPLEMENTATION_PLAN.md says the same, so both readings come back.
        ("- **Depends on**: Step 1, Step 2", "- **Depends on**: Step 1",
         ["/tasks/2/depends_on/0", "/tasks/2/depends_on/1"]),
        ("`hooks/backoff.py` (new)", "`hooks/backoff.py` (edit)", ["/tasks/1/files/0/change"]),
        ("`hooks/backoff.py`: `pause(attempt)", "`hooks/backoff.py`: `wait(attempt)",
         ["/tasks/1/files/0/summary"]),
        ("| `hooks/cli.py` | edit |", "| `hooks/cli.py` | new |", ["/codebase/impact/10/change"]),
        ("- Changing the payload or its signature\n", "", ["/non_goals/0", "/non_goals/1"]),
        ("**A-1** (impact: medium, unresolved)", "**A-1** (impact: high, resolved)",
         ["/assumptions/0/impact", "/assumptions/0/resolved"]),
        ("**Blocking**: no", "**Blocking**: yes", ["/questions/0/blocking"]),
        ("## Assumptions & Constraints", "- **FR-1: New**: It is new.\n\n## Assumptions & Constraints",
         ["/requirements/functional/0"]),
    ],
)  # fmt: skip
def test_a_change_in_the_document_is_exactly_that_change(old: str, new: str, pointers: list[str]) -> None:
    plan = webhook_plan()
    files = [
        replace(file, text=file.text.replace(old, new)) if file.path.startswith("EXPORT") else file
        for file in unaudited(plan)
    ]
    assert files != list(unaudited(plan))
    assert [where for where, _, _ in EXPORT.changed(plan, files)] == pointers


def test_a_title_that_document_and_section_say_differently_is_seen() -> None:
    plan = webhook_plan()
    files = [
        replace(file, text=file.text.replace("| T2 | Compute", "| T2 | Guess"))
        if file.path.endswith("N.md")
        else file
        for file in unaudited(plan)
    ]
    assert "/tasks/1/title" in [where for where, _, _ in EXPORT.changed(plan, files)]


def test_a_broken_section_is_reported_and_no_text_lost() -> None:
    plan = export()
    text = document(plan).replace("### Step 2: Add", "### Second: Add")
    read = EXPORT.parse([File(document_path(plan), text)], plan.issue)
    assert [one["id"] for one in read["tasks"]] == ["T1", "T3", "T4"]


def test_effort_and_risk_come_back() -> None:
    def work(one: Task) -> tuple[str, str, str]:
        return one.effort, one.risk_class, one.milestone

    plan = webhook_plan()
    read = EXPORT.parse(unaudited(plan), plan.issue)["tasks"]
    assert [(one["effort"], one["risk_class"], one["milestone"]) for one in read] == [*map(work, plan.tasks)]
