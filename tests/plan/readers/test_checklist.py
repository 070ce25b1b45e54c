"""Any Markdown that plans: which blocks are its tasks, what belongs to them, ids, order, and what is left."""

# ruff: noqa: RUF001  (plans in Chinese and Japanese use wide punctuation)

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan.readers.recognise import KINDS, read_file
from tests.plan.readers.foreign import at, files, needs, read, resolve, tasks

SUPERPOWERS = """\
    # Sharing Implementation Plan

    **Goal:** Hikers can share a map.

    **Architecture:** A row for each link.

    ---

    ### Task 1: The table

    **Files:**
    - Create: `src/share/table.sql`
    - Modify: `src/app.py:12-30` (open the table)
    - Test: `tests/test_table.py`

    - [x] **Step 1: Write the failing test**

    ```python
    def test_table(): ...
    ```

    - [ ] **Step 2: See it fail**

    Run: `pytest tests/test_table.py -q`
    Expected: FAIL with "no such table"

    ### Task 2: The page

    **Files:** Create `src/page.py`, modify `src/app.py`
    **Depends on:** Task 1

    - [x] **Step 1: Draw**
    """


def test_headings_are_tasks_and_boxes_their_steps() -> None:
    reading = read("docs/superpowers/plans/share.md", SUPERPOWERS)
    found = tasks(reading)
    assert {name: task["title"] for name, task in found.items()} == {"1": "The table", "2": "The page"}
    assert found["1"]["changes"] == ["Write the failing test", "See it fail"]
    assert reading.value["goals"] == ["Hikers can share a map."]


def test_lists_of_files_declare_changes() -> None:
    found = tasks(read("docs/superpowers/plans/share.md", SUPERPOWERS))
    assert files(found["1"]) == [
        ("src/share/table.sql", "new"),
        ("src/app.py", "edit"),
        ("tests/test_table.py", ""),
    ]
    assert found["1"]["files"][1]["summary"] == "lines 12-30; open the table"
    assert files(found["2"]) == [("src/page.py", "new"), ("src/app.py", "edit")]


def test_commands_and_what_they_must_show() -> None:
    reading = read("docs/superpowers/plans/share.md", SUPERPOWERS)
    task = tasks(reading)["1"]
    assert task["commands"] == ["pytest tests/test_table.py -q"]
    assert task["tests"] == ['FAIL with "no such table"']
    assert at(reading, "/tasks/0/commands/0") == (24, 7)


def test_a_task_is_done_when_all_its_boxes_are_ticked() -> None:
    found = tasks(read("docs/superpowers/plans/share.md", SUPERPOWERS))
    assert (found["1"]["done"], found["2"]["done"]) == (False, True)


def test_what_is_no_field_is_prose_and_code_is_counted() -> None:
    reading = read("docs/superpowers/plans/share.md", SUPERPOWERS)
    assert [one.text for one in reading.prose] == ["**Architecture:** A row for each link."]
    assert reading.not_read == ("1 line inside code fences",)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("### Task 1: Draw\n\n### Task 2: Print\n", {"1": "Draw", "2": "Print"}),
        ("## Step 1 - Draw\n\n## Step 2 - Print\n", {"1": "Draw", "2": "Print"}),
        ("### タスク 1: 描く\n\n### タスク 2：印刷\n", {"1": "描く", "2": "印刷"}),
        ("### 任务 1：画\n\n### 任务 2：印\n", {"1": "画", "2": "印"}),
        ("## Schritt 1: Zeichnen\n\n## Schritt 2: Drucken\n", {"1": "Zeichnen", "2": "Drucken"}),
        ("### Task A1: Draw\n\n### Task B: Print\n", {"A1": "Draw", "B": "Print"}),
        ("### Task 1.1: Draw ✅\n\n### Task 1.2: Print\n", {"1.1": "Draw", "1.2": "Print"}),
        ("### T2-001: Draw\n\n### T2-002: Print\n", {"T2-001": "Draw", "T2-002": "Print"}),
        ("- [ ] Draw\n- [ ] Print\n", {"1": "Draw", "2": "Print"}),
        ("* [ ] **Draw**\n* [~] Print\n", {"1": "Draw", "2": "Print"}),
        ("- [ ] 1.1 Draw\n- [ ] 1.2 - Print\n", {"1.1": "Draw", "1.2": "Print"}),
        ("- [ ] **Task 1**: Draw\n- [ ] **Task 2**: Print\n", {"1": "Draw", "2": "Print"}),
        ("- **Task 1**: Draw\n- **Task 2**: Print\n", {"1": "Draw", "2": "Print"}),
        ("## Implementation\n\n### 1. Draw\n\n### 2. Print\n", {"1": "Draw", "2": "Print"}),
        ("## Steps\n\n1. Draw\n2. Print\n", {"1": "Draw", "2": "Print"}),
        ("## Phase 1: Map\n\n- Draw\n- Print\n", {"1.1": "Draw", "1.2": "Print"}),
        (
            "## Phases\n\n| Phase | What |\n|---|---|\n| 1 | Draw |\n| 2 | Print |\n",
            {"1": "Draw", "2": "Print"},
        ),
    ],
)
def test_what_opens_a_task(text: str, titles: dict[str, str]) -> None:
    found = tasks(read("docs/plans/maps.md", f"# Maps\n\n{text}"))
    assert {name: task["title"] for name, task in found.items()} == titles


@pytest.mark.parametrize(
    "text",
    [
        "## 1. Overview\n\nMaps.\n\n## 2. Glossary\n\n- a map\n",
        "## Tasks\n\nNothing yet.\n",
        "## Notes\n\n- [ ] maybe colour\n",
        "## Acceptance Criteria\n\n- [ ] The map is printed\n- [ ] It is folded\n",
        "> - [ ] from the issue\n> - [ ] also\n",
        "```markdown\n- [ ] an example\n```\n",
        "The 3 maps:\n\n- one\n- two\n",
    ],
)
def test_what_opens_none(text: str) -> None:
    assert "tasks" not in read("docs/plans/maps.md", f"# Maps\n\n{text}").value


def test_boxes_of_criteria_beside_tasks_are_checks() -> None:
    reading = read(
        "PLAN.md", "# Maps\n\n## Tasks\n\n- [ ] Draw\n\n## Success Criteria\n\n- [ ] It is printed\n"
    )
    assert list(tasks(reading)) == ["1"]
    assert reading.value["delivery"]["checks"] == [{"action": "It is printed"}]


def test_labels_give_fields_in_any_form() -> None:
    reading = read(
        "PLAN.md",
        """\
        # Maps

        ## Task 1: Draw

        **Description**: Rivers come first.

        **Files to create:**
        - `src/draw.py`

        **Acceptance Criteria**:
        - [ ] A river is blue
        - [ ] A road is red

        **Notes**: beware of lakes

        ## Task 2: Print

        - **Depends on**: Task 1
        - **Requirements**: FR-1, FR-2
        - **Verify**: `make print` works

        ### Acceptance Criteria

        1. Paper comes out
        """,
    )
    first, second = tasks(reading).values()
    assert first["objective"] == "Rivers come first."
    assert files(first) == [("src/draw.py", "new")]
    assert first["acceptance"] == ["A river is blue", "A road is red"]
    assert first["gotchas"] == ["beware of lakes"]
    assert second["covers"] == ["FR-1", "FR-2"]
    assert (second["tests"], second["commands"]) == (["`make print` works"], ["make print"])
    assert second["acceptance"] == ["Paper comes out"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("- Create: `a/b.py`", [("a/b.py", "new")]),
        ("- Modify: `a/b.py:3`", [("a/b.py", "edit")]),
        ("- Delete: `a/b.py`", [("a/b.py", "delete")]),
        ("- Test: `a/b_test.py`", [("a/b_test.py", "")]),
        ("- `a/b.py` (new)", [("a/b.py", "new")]),
        ("- `a/b.py` (add a field)", [("a/b.py", "")]),
        ("- `a/b.py` - add a field", [("a/b.py", "")]),
        ("- `a/b.py`: update; `c.py`", [("a/b.py", ""), ("c.py", "")]),
        ("- 変更: `a/b.py`", [("a/b.py", "edit")]),
        ("- Create `a/b.py` and modify `c.py`", [("a/b.py", "new"), ("c.py", "edit")]),
        ("- a/b.py, c/d.ts", [("a/b.py", ""), ("c/d.ts", "")]),
        ("- `src/[id]/page.tsx`", [("src/[id]/page.tsx", "")]),
        ("- `Makefile`", [("Makefile", "")]),
        ("- `docs/guide/`", [("docs/guide/", "")]),
        ("- `src/**/*.py`", []),
        ("- `/etc/hosts.conf`", []),
        ("- `../other/a.py`", []),
        ("- `https://example.com/a.py`", []),
        ("- `obj.method` and `v1.2`", []),
        ("- None", []),
    ],
)
def test_entries_of_a_list_of_files(entry: str, expected: list[tuple[str, str]]) -> None:
    reading = read("PLAN.md", f"# Maps\n\n## Task 1: Draw\n\n**Files:**\n\n{entry}\n\n## Task 2: Print\n")
    assert files(tasks(reading)["1"]) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Depends on: Task 1", ["1"]),
        ("**Dependencies:** Tasks 1 and 2", ["1", "2"]),
        ("Dependencies: 1, 2", ["1", "2"]),
        ("Depends on: Task 1-3", ["1", "2", "3"]),
        ("**依赖**：任务 2", ["2"]),
        ("Dependencies: None", []),
        ("Dependencies: PostgreSQL 16, 2 reviewers", []),
        ("Depends on: Task 9", ["9"]),
    ],
)
def test_words_on_dependencies(words: str, expected: list[str]) -> None:
    text = f"# Maps\n\n## Task 1: A\n\n## Task 2: B\n\n## Task 3: C\n\n## Task 4: D\n\n{words}\n"
    task = tasks(read("PLAN.md", text))["4"]
    assert [one for one in task["depends_on"] if one not in task.get("implied", [])] == expected


def test_a_phase_as_dependency_is_all_its_tasks() -> None:
    text = (
        "## Phase 1: A\n\n### Task 1: a\n\n### Task 2: b\n\n"
        "## Phase 2: B\n\n### Task 3: c\n\nDepends on: Phase 1\n"
    )
    assert needs(read("PLAN.md", text))["3"] == ["1", "2"]


def test_numbers_that_restart_get_the_number_of_their_heading() -> None:
    text = (
        "## Phase 1: A\n\n### Task 1: a\n\n### Task 2: b\n\n"
        "## Phase 2: B\n\n### Task 1: c\n\nDepends on: Task 1\n\n### Task 2: d\n"
    )
    reading = read("PLAN.md", text)
    assert needs(reading) == {"1.1": [], "1.2": ["1.1"], "2.1": ["1.1", "1.2"], "2.2": ["2.1"]}


def test_numbers_that_restart_under_plain_headings_stay_apart() -> None:
    text = (
        "## Steps for the map\n\n1. **Step 1: a**\n"
        "2. **Step 2: b**\n\n## Steps for the print\n\n1. **Step 1: c**\n"
    )
    assert list(tasks(read("PLAN.md", text))) == ["1.1", "1.2", "2.1"]


def test_made_numbers_never_meet_the_authors() -> None:
    text = "## Phase 1: A\n\n- [ ] draw\n- [ ] 1.1 print\n"
    assert [task["title"] for task in tasks(read("PLAN.md", text)).values()] == ["draw", "print"]


def test_a_number_doubled_in_one_list_is_the_authors_fault() -> None:
    reading = read("PLAN.md", "# Maps\n\n### Task 1: a\n\n### Task 2: b\n\n### Task 2: c\n")
    assert [task["id"] for task in reading.value["tasks"]] == ["1", "2", "2"]


def test_elements_of_xml_are_tasks() -> None:
    reading = read(
        ".planning/phases/02-share/02-01-PLAN.md",
        """\
        ---
        phase: 02-share
        plan: 01
        depends_on: [02-00]
        files_modified:
          - src/share.py (new)
          - src/app.py
        ---

        <objective>
        Maps can be shared.
        </objective>

        <tasks>

        <task type="auto">
          <name>Task 1: Draw the link</name>
          <files>src/share.py, src/app.py</files>
          <action>Draw it in blue.

          ```html
          </action>
          ```
          </action>
          <verify>
            <automated>pytest tests/share -q</automated>
          </verify>
          <done>The link is blue</done>
        </task>

        <task type="auto">
          <name>Task 2: Print</name>
        </task>

        </tasks>
        """,
    )
    first, second = tasks(reading).values()
    assert (first["title"], second["title"]) == ("Draw the link", "Print")
    assert files(first) == [("src/share.py", ""), ("src/app.py", "")]
    assert first["changes"] == ["Draw it in blue."]
    assert (first["commands"], first["acceptance"]) == (["pytest tests/share -q"], ["The link is blue"])
    assert at(reading, "/tasks/0/title") == (17, 17)
    assert [(one["path"], one["change"]) for one in reading.value["codebase"]["impact"]] == [
        ("src/share.py", "new"),
        ("src/app.py", ""),
    ]
    assert "dependencies on other plans" in reading.not_read


def test_an_element_that_is_not_closed_is_told() -> None:
    reading = read("PLAN.md", "# Maps\n\n<task>\n<name>Draw</name>\n")
    assert reading.not_read[0] == "1 XML task elements were not closed"


def test_todos_of_the_front_matter_are_tasks() -> None:
    reading = read(
        ".cursor/plans/share.plan.md",
        """\
        ---
        name: Share maps
        todos:
          - id: draw
            content: Draw the link
            status: completed
          - id: print
            content: "Print: in colour"
            status: pending
            dependencies: [draw]
        ---

        # Share maps

        - [ ] not a task
        """,
    )
    assert needs(reading) == {"draw": [], "print": ["draw"]}
    assert [task["done"] for task in tasks(reading).values()] == [True, False]
    assert at(reading, "/tasks/1/title") == (8, 14)


def test_a_file_of_a_tracker_is_one_task() -> None:
    reading = read(
        "backlog/tasks/task-7 - Draw.md",
        """\
        ---
        id: task-7
        title: Draw the map
        status: Done
        dependencies: [task-3]
        ---

        ## Description

        Rivers first.

        ## Acceptance Criteria

        - [x] #1 A river is blue
        """,
    )
    task = tasks(reading)["task-7"]
    assert (task["title"], task["objective"], task["done"]) == ("Draw the map", "Rivers first.", True)
    assert task["acceptance"] == ["#1 A river is blue"]
    assert "depends_on" not in task
    assert reading.not_read == ("dependencies on tasks in other files",)


@pytest.mark.parametrize("matter", ["a: [1", "- a\n- b: c", "a: &x [1]\nb: *x", "a: 1\na: 2"])
def test_front_matter_that_is_no_plain_yaml_is_told(matter: str) -> None:
    reading = read("PLAN.md", f"---\n{matter}\n---\n\n# Maps\n\n- [ ] Draw\n")
    if matter.startswith("-"):  # no key first: to Markdown it is a list
        assert reading.not_read == ()
    else:
        assert reading.not_read == ("the front matter is no plain YAML",)
    assert "Draw" in [task["title"] for task in reading.value["tasks"]]


def test_tables_of_files_and_risks() -> None:
    reading = read(
        "PLAN.md",
        """\
        # Maps

        | Action | File | Purpose |
        |--------|------|---------|
        | Create | `src/draw.py` | draws rivers |
        | Modify | `src/app.py` | calls it |
        | n/a | `docs/a.md` | - |

        | Risk | Impact | Mitigation |
        |------|--------|------------|
        | Floods | High | Draw on high ground |
        """,
    )
    assert reading.value["codebase"]["impact"] == [
        {"path": "src/draw.py", "change": "new", "why": "draws rivers"},
        {"path": "src/app.py", "change": "edit", "why": "calls it"},
    ]
    assert reading.value["delivery"]["risks"][0]["mitigation"] == "Draw on high ground"


def test_lists_of_goals_and_questions() -> None:
    reading = read(
        "PLAN.md",
        "# Maps\n\n## Goals\n\n- Blue rivers\n\n## Out of Scope\n\n"
        "- Lakes\n\n## Open Questions\n\n- Which blue?\n\n## Assumptions\n\n- Paper is there\n",
    )
    assert (reading.value["goals"], reading.value["non_goals"]) == (["Blue rivers"], ["Lakes"])
    assert reading.value["questions"][0]["text"] == "Which blue?"
    assert reading.value["assumptions"][0]["text"] == "Paper is there"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Which blue?\n  **Decision:** dark", ""),
        ("Which blue? **Decision**: dark", ""),
        ("Which blue?\n  - Decision (2026-01-02): dark", ""),
        ("Which blue?\n\n  Answer: the dark one", ""),
        ("[x] Which blue?", ""),
        ("Which blue?\n  - Decision: TBD", "Which blue?"),
        ("Which blue?\n  - Decision needed: by May", "Which blue?"),
        ("Which decision: blue or green?", "Which decision: blue or green?"),
        ("Which blue?\n  - Lean toward: the dark one", "Which blue? Lean toward: the dark one"),
    ],
)
def test_a_question_with_its_decision_is_open_no_more(first: str, second: str) -> None:
    reading = read("PLAN.md", f"# Maps\n\n## Open Questions\n\n- {first}\n- Who prints?\n")
    assert [one["text"] for one in reading.value["questions"]] == [*filter(None, [second]), "Who prints?"]
    assert any("Which blue?" in one.text for one in reading.prose) == (not second)
    assert "delivery" not in reading.value


def test_a_decision_below_the_list_is_of_the_last_question() -> None:
    text = "# Maps\n\n## Open Questions\n\n- Which blue?\n- Who prints?\n\n**Decision:** Ana\n"
    assert [one["text"] for one in read("PLAN.md", text).value["questions"]] == ["Which blue?"]


@pytest.mark.parametrize(
    ("title", "number", "words"),
    [
        ("Day 1-2: Draw", "1", "Day 1-2: Draw"),
        ("**Week 3-4**: Draw", "1", "Week 3-4: Draw"),
        ("Day 5: Draw", "5", "Draw"),
        ("Task 1-2: Draw", "1-2", "Draw"),
        ("Phase 1-2: Draw", "1-2", "Draw"),
    ],
)
def test_a_span_of_days_is_no_number(title: str, number: str, words: str) -> None:
    found = tasks(read("PLAN.md", f"# Maps\n\n## Tasks\n\n- [ ] {title}\n- [ ] Print\n"))
    assert next(iter(found.values()))["title"] == words
    assert next(iter(found)) == number


def test_parallel_phases_leave_their_tasks_without_order() -> None:
    text = (
        "## Phase 1: A\n\n- [ ] a\n\n## Phase 2: B (in parallel)\n\n"
        "- [ ] b\n- [ ] c\n\n## Phase 3: C\n\n- [ ] d\n"
    )
    assert needs(read("PLAN.md", text)) == {"1.1": [], "2.1": ["1.1"], "2.2": ["1.1"], "3.1": ["2.1", "2.2"]}


PIECES = (
    "# Plan\n", "## Phase 1: A\n", "## Tasks\n", "### Task 1: x\n", "### Task 1: y\n",
    "- [ ] do `a/b.py`\n", "  - [x] 1.1 y\n", "- [ ] T001 [P] [US1] z (depends on T002)\n",
    "**Files:**\n", "- Create: `a.py:3-4`\n", "Run: `npm test`\nExpected: ok\n", "```\n",
    "<task>\n", "<name>Task 1: n</name>\n", "</task>\n", "| # | Task |\n|---|---|\n| 1 | x y |\n",
    "---\n", "id: 1\ntitle: t\nstatus: s\n", "> quote\n", "\n", "\t", "\ufeff", "- " * 9,
    "1. **Given** a, **When** b, **Then** c\n", "### Requirement: r\n", "#### Scenario: s\n",
    "- **WHEN** w\n", "#### Acceptance Criteria\n", "1. WHEN a THEN the b SHALL c\n",
    "**FR-001**: must\n", "### User Story 1 - u\n", "[NEEDS CLARIFICATION: q]\n", "# Task ID: 1\n",
    "Depends on: Task 1-3, Phase 1\n", "\u3000タスク 2：t\n", '{"tasks": [{"id": 1}]}',
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12))), st.sampled_from(KINDS))
def test_any_text_is_read_with_places_that_hold(pieces: list[str], kind: str) -> None:
    text = "".join(pieces)
    reading = read_file("docs/plans/a.md", text, kind)
    if reading is None or reading.format != "foreign":
        return
    lines = re.split(r"\r\n|\r|\n", text)
    for pointer, place in reading.places.items():
        resolve(reading.value, pointer)
        assert 1 <= place.line <= len(lines)
        assert place.col >= 1
    for one in reading.prose:
        assert 1 <= one.at.line <= len(lines)


def test_letters_of_ids_in_tables_belong_to_them() -> None:
    rows = "| ID | Item |\n|---|---|\n| A1 | Draw |\n| A2 | Fold |\n| B1 | Print |\n"
    assert list(needs(read("PLAN.md", f"# Plan\n\n## Tasks\n\n{rows}"))) == ["A1", "A2", "B1"]
