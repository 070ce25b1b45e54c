"""Which sort of plan a file is: by its path, by its shape, and none where nothing is planned."""

from __future__ import annotations

import json

import pytest

from bot.plan.readers.recognise import KINDS, find_plans, read_file, recognise

BOXES = "# Work\n\n## Tasks\n\n- [ ] Draw the map\n- [ ] Colour the map\n- [x] Print the map\n"
SPEC = "# Feature Specification: Maps\n\n- **FR-001**: System MUST draw maps.\n"
STEP = "- [ ] **Step 1 – Draw** (Effort: S, Risk: Low, Rollback: Safe)\n"
CONTRACT = {"roadmap": {"version": "v1"}, "contract_defaults": {}, "decisions": []}
TASK_MASTER = {"tasks": [{"id": 1, "title": "Draw", "status": "pending", "dependencies": []}]}


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        (".agent/planning-output-12.json", "{}", "contract"),
        ("somewhere.json", json.dumps(CONTRACT), "contract"),
        (".agent/planner-fanout-12.json", "{}", "fan-out"),
        ("out.json", json.dumps({"tasks": [{"title": "x", "role": "qa"}]}), "fan-out"),
        ("plan_output.json", "{}", "plan output"),
        (".taskmaster/tasks/tasks.json", json.dumps({"master": TASK_MASTER}), "task-master"),
        ("any.json", json.dumps(TASK_MASTER), "task-master"),
        ("package.json", '{"name": "maps", "scripts": {}}', None),
        ("IMPLEMENTATION_PLAN.md", "<!-- groundplan:plan 3 begin contract=ab -->\n", "roadmap"),
        ("IMPLEMENTATION_PLAN.md", BOXES, "plan"),
        ("plan.md", STEP, "steps"),
        (
            "plan.md",
            "# Implementation Plan\n\n- [ ] Step 1: Draw\n  - **User Instructions**: none\n",
            "steps",
        ),
        ("EXPORT/plan_maps.md", "# Maps\n", "export"),
        ("specs/3-maps/plan.md", "## FR-1 Draw\n\n## Work Streams\n", "functional"),
        (
            "specs/3-maps/plan.md",
            "## Technical Approach\n\n## Implementation Steps\n\n## File Changes\n\n"
            "## Risk Assessment\n\n## Deployment\n",
            "technical",
        ),
        ("specs/003-maps/spec.md", SPEC, "spec-kit spec"),
        ("specs/003-maps/plan.md", "# Implementation Plan: Maps\n", "spec-kit plan"),
        ("specs/003-maps/tasks.md", BOXES, "spec-kit tasks"),
        ("notes/maps.md", "- [ ] T001 Draw\n- [x] T002 Print\n", "spec-kit tasks"),
        ("notes/maps.md", SPEC, "spec-kit spec"),
        ("openspec/changes/add-maps/tasks.md", BOXES, "openspec tasks"),
        ("openspec/changes/add-maps/proposal.md", "## Why\n", "openspec proposal"),
        ("openspec/changes/add-maps/design.md", "# Design\n", "openspec design"),
        ("openspec/changes/add-maps/specs/maps/spec.md", "## ADDED Requirements\n", "openspec spec"),
        ("openspec/specs/maps/spec.md", "# Maps\n", "openspec spec"),
        (".kiro/specs/maps/tasks.md", BOXES, "kiro tasks"),
        (".kiro/specs/maps/requirements.md", "# Requirements Document\n", "kiro requirements"),
        (".kiro/specs/maps/design.md", "# Design\n", "kiro design"),
        ("a.md", "- [ ] 1. Draw\n  - _Requirements: 1.1_\n", "kiro tasks"),
        (".taskmaster/tasks/task_001.txt", "# Task ID: 1\n# Title: Draw\n", "task-master"),
        ("docs/superpowers/plans/2026-01-02-maps.md", "### Task 1: Draw\n", "plan"),
        (".claude/plans/maps.md", "# Maps\n", "plan"),
        (".agent/execplans/maps.md", "# Maps\n\n## Progress\n", "plan"),
        (".cursor/plans/maps.plan.md", "# Maps\n", "plan"),
        ("PLAN.md", "# Plan\n\nDraw the map.\n", "plan"),
        ("notes/maps.md", BOXES, "plan"),
        ("notes/maps.md", "### タスク 1: 地図\n\n### タスク 2: 色\n\n### タスク 3: 印刷\n", "plan"),
        ("README.md", "# Maps\n\nDraws maps.\n", None),
        ("docs/maps.md", "# Maps\n\n- one\n- two\n", None),
        ("PROMPT_plan.md", BOXES, None),
        ("templates/tasks-template.md", BOXES, None),
        ("PLAN.md", "", None),
        ("plan.png", "", None),
    ],
)
def test_a_file_is_recognised(path: str, text: str, kind: str | None) -> None:
    assert recognise(path, text) == kind


def test_examples_inside_fences_prove_nothing() -> None:
    text = f"# How to write plans\n\n```markdown\n{STEP}{BOXES}```\n"
    assert recognise("docs/howto.md", text) is None


@pytest.mark.parametrize(
    "text",
    [
        "# Plan: Draw maps (north)\n\n- [ ] Draw\n",
        "# Implementation Plan\n\n### Task 1: Draw\n\n- [ ] **Step 1: Write the test**\n",
        "# Maps\n\n## Technical Approach\n\n## Implementation Steps\n\n1. Draw\n",
    ],
)
def test_what_only_resembles_our_formats_is_somebody_elses_plan(text: str) -> None:
    assert recognise("docs/plans/maps.md", text) == "plan"


def test_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    assert recognise("notes/maps.md", "\ufeff" + BOXES.replace("\n", "\r\n")) == "plan"


def test_plans_of_a_folder_are_found_by_name() -> None:
    plans = [
        ".agent/planning-output-3.json",
        ".kiro/specs/maps/tasks.md",
        "IMPLEMENTATION_PLAN.md",
        "docs/plans/2026-01-02-maps.md",
        "openspec/changes/add-maps/proposal.md",
        "specs/003-maps/spec.md",
        "docs/MIGRATION_PLAN.md",
    ]
    others = [
        "README.md",
        "node_modules/x/PLAN.md",
        "src/plan.py",
        "docs/plans/2026-01-02-maps-design.md",
        "docs/airplane.md",
        "package.json",
    ]
    assert find_plans([*plans, *others]) == plans


def test_what_a_tool_brings_along_is_nobodys_plan() -> None:
    brought = [
        ".claude/get-shit-done/workflows/plan-phase.md",
        "_bmad/bmm/workflows/plan.md",
        ".bmad-core/tasks/create-story.md",
        "history/prompts/maps/0003-maps.plan.prompt.md",
    ]
    written = [
        "_bmad-output/implementation/plan.md",
        "docs/get-shit-done/plan.md",
        "history/plan.md",
        ".planning/phases/01-maps/01-01-PLAN.md",
    ]
    assert find_plans([*brought, *written]) == written
    assert [recognise(path, BOXES) for path in brought] == [None] * len(brought)
    assert [recognise(path, BOXES) for path in written] == ["plan"] * len(written)


def test_a_file_that_is_no_plan_is_not_read() -> None:
    assert read_file("README.md", "# Maps\n") is None


def test_foreign_kinds_are_read_as_foreign() -> None:
    foreign = [
        kind for kind in KINDS if kind.startswith(("spec-kit", "openspec", "kiro", "task-master", "plan"))
    ]
    for kind in foreign:
        reading = read_file("a.md", "# Maps\n", kind)
        if kind != "plan output":
            assert reading is not None
            assert (reading.kind, reading.format) == (kind, "foreign")


def test_our_own_kinds_go_to_their_readers() -> None:
    reading = read_file("plan.md", f"# Implementation Plan\n\n## Core\n\n{STEP}")
    assert reading is not None
    assert reading.format == "steps"
    assert reading.value["tasks"][0]["title"] == "Draw"


def test_a_kind_can_be_given() -> None:
    reading = read_file("notes/maps.md", "# Maps\n\n- [ ] Draw\n", "plan")
    assert reading is not None
    assert [task["title"] for task in reading.value["tasks"]] == ["Draw"]
