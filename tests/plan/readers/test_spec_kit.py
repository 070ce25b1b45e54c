"""Spec Kit: tasks with their ids, marks and order; requirements, criteria and open questions."""

from __future__ import annotations

from tests.plan.readers.foreign import at, files, needs, read, tasks

TASKS = """\
    # Tasks: Sharing a map

    **Input**: design documents of the feature

    ## Format: `[ID] [P?] [Story] Description`

    - **[P]**: may run beside others

    ## Phase 1: Setup

    **Purpose**: A place to work in

    - [x] T001 Create `src/share/link.py` (new file)
    - [ ] T002 [P] Add the table in src/share/table.sql
    - [ ] T003 [P] Write `docs/share.md` following `docs/style.md`
    - [ ] T004 Wire both in `src/app.py`

    ## Phase 2: User Story 1 - Share by link (Priority: P1)

    - [ ] T005 [P] [US1] Test the link in `tests/test_link.py`
    - [ ] T006 [P] [US1] Test the page in `tests/test_page.py`

    ### Build

    - [ ] T007 [US1] Show the link in `src/page.py` (depends on T001, T005)
    - [ ] T008 [US1] Log shares per FR-002

    **Checkpoint**: A link can be shared

    ## Dependencies & Execution Order

    - Setup comes first

    ## Parallel Example: User Story 1

    ```bash
    Task: "Test the link"
    ```
    """


def test_ids_stay_as_written() -> None:
    reading = read("specs/003-share/tasks.md", TASKS)
    assert reading.kind == "spec-kit tasks"
    assert list(tasks(reading)) == ["T001", "T002", "T003", "T004", "T005", "T006", "T007", "T008"]


def test_titles_have_no_marks_and_their_own_place() -> None:
    reading = read("specs/003-share/tasks.md", TASKS)
    task = tasks(reading)["T005"]
    assert task["title"] == "Test the link in `tests/test_link.py`"
    assert at(reading, "/tasks/4/title") == (20, 22)
    assert task["covers"] == ["US1"]
    assert task["parallel"] is True


def test_boxes_say_what_is_done() -> None:
    found = tasks(read("specs/003-share/tasks.md", TASKS))
    assert [found[name]["done"] for name in ("T001", "T002")] == [True, False]


def test_order_is_implied_so_that_only_marked_tasks_of_one_group_run_together() -> None:
    assert needs(read("specs/003-share/tasks.md", TASKS)) == {
        "T001": [],
        "T002": ["T001"],
        "T003": ["T001"],
        "T004": ["T002", "T003"],
        "T005": ["T004"],
        "T006": ["T004"],
        "T007": ["T001", "T005", "T006"],
        "T008": ["T007"],
    }


def test_what_the_file_says_of_dependencies_is_told_apart_from_what_is_implied() -> None:
    found = tasks(read("specs/003-share/tasks.md", TASKS))
    assert found["T007"]["implied"] == ["T006"]
    assert found["T008"]["implied"] == ["T007"]


def test_files_are_named_without_a_declared_change() -> None:
    found = tasks(read("specs/003-share/tasks.md", TASKS))
    assert files(found["T001"]) == [("src/share/link.py", "")]
    assert files(found["T002"]) == [("src/share/table.sql", "")]
    assert files(found["T003"]) == [("docs/share.md", "")]  # what it follows is not what it writes
    assert files(found["T008"]) == []


def test_requirements_that_a_task_names_are_covered() -> None:
    assert tasks(read("specs/003-share/tasks.md", TASKS))["T008"]["covers"] == ["US1", "FR-002"]


def test_phases_hold_their_tasks() -> None:
    reading = read("specs/003-share/tasks.md", TASKS)
    first, second = reading.value["delivery"]["phases"]
    assert (first["id"], first["title"], first["goal"]) == ("P1", "Setup", "A place to work in")
    assert first["tasks"] == ["T001", "T002", "T003", "T004"]
    assert second["title"] == "User Story 1 - Share by link (Priority: P1)"


def test_the_rest_is_prose_with_its_heading() -> None:
    reading = read("specs/003-share/tasks.md", TASKS)
    said = {one.text: one.heading for one in reading.prose}
    assert said["Setup comes first"] == "Dependencies & Execution Order"
    assert not any("T001" in text for text in said)
    assert reading.not_read == ("1 line inside code fences",)


def test_a_cycle_is_only_what_the_file_itself_says() -> None:
    reading = read(
        "specs/003-share/tasks.md",
        """\
        ## Phase 1: Setup

        - [ ] T001 Draw (depends on T003)
        - [ ] T002 Print
        - [ ] T003 Fold
        - [ ] T004 Send
        """,
    )
    assert needs(reading) == {
        "T001": ["T003"],
        "T002": ["T001"],
        "T003": [],
        "T004": ["T003", "T001", "T002"],
    }


def test_one_task_that_looks_ahead_does_not_undo_the_order_of_the_others() -> None:
    reading = read(
        "specs/003-share/tasks.md",
        """\
        ## Phase 1: Setup

        - [ ] T001 Draw `a.py`

        ## Phase 2: User Story 1

        - [ ] T002 Fold (depends on T005)
        - [ ] T003 Cut

        ## Phase 3: User Story 2

        - [ ] T004 Print
        - [ ] T005 Bind

        ## Phase 4: Polish

        - [ ] T006 Send `a.py`
        """,
    )
    told = needs(reading)
    assert told["T005"] == ["T001"]
    assert "T002" in told["T003"]
    assert set(told["T006"]) == {"T002", "T003", "T004", "T005"}


def test_a_cycle_that_the_file_says_stays() -> None:
    reading = read(
        "specs/003-share/tasks.md",
        "- [ ] T001 Draw (depends on T002)\n- [ ] T002 Print (depends on T001)\n",
    )
    assert needs(reading) == {"T001": ["T002"], "T002": ["T001"]}


def test_a_missing_dependency_stays() -> None:
    text = "- [ ] T001 Draw\n- [ ] T002 Print\n- [ ] T003 Fold (depends on T009)\n"
    assert needs(read("specs/003-share/tasks.md", text))["T003"] == ["T009", "T002"]


def test_ranges_of_dependencies_are_spelled_out() -> None:
    text = "- [ ] T001 A\n- [ ] T002 B\n- [ ] T003 C\n- [ ] T004 D (depends on T001-T003)\n"
    assert needs(read("specs/003-share/tasks.md", text))["T004"] == ["T001", "T002", "T003"]


def test_a_number_given_twice_by_the_author_stays_doubled() -> None:
    text = "## Phase 1: A\n\n- [ ] T001 Draw\n- [ ] T002 Fold\n\n## Phase 2: B\n\n- [ ] T001 Print\n"
    reading = read("specs/003-share/tasks.md", text)
    assert [task["id"] for task in reading.value["tasks"]] == ["T001", "T002", "T001"]


def test_tasks_without_numbers_are_read_all_the_same() -> None:
    reading = read("specs/003-share/tasks.md", "# Tasks\n\n## Phase 1: Setup\n\n- [ ] Draw\n- [ ] Print\n")
    assert list(tasks(reading)) == ["1.1", "1.2"]


SPEC = """\
    # Feature Specification: Sharing a map

    ## User Scenarios & Testing

    ### User Story 1 - Share by link (Priority: P1)

    A hiker sends a map to a friend.

    **Acceptance Scenarios**:

    1. **Given** a saved map, **When** the hiker shares it, **Then** a link is shown
    2. **Given** a link,
       **When** it is opened,
       **Then** the map is shown **And** nothing else

    ### User Story 2 - Take a link back (Priority: P2)

    1. **Given** a link, **When** it is taken back, **Then** it shows nothing

    ### Edge Cases

    - What if the map is gone?

    ## Requirements

    - **FR-001**: System MUST give each map a link.
    - **FR-002**: Links MUST last [NEEDS CLARIFICATION: for how long?]

    ## Success Criteria

    - **SC-001**: A link opens within 2 seconds.

    ## Assumptions

    - Hikers are signed in.
    """


def test_requirements_and_qualities_of_a_spec() -> None:
    found = read("specs/003-share/spec.md", SPEC).value["requirements"]
    assert [(one["id"], one["behaviour"]) for one in found["functional"]] == [
        ("FR-001", "System MUST give each map a link."),
        ("FR-002", "Links MUST last [NEEDS CLARIFICATION: for how long?]"),
    ]
    assert found["qualities"] == [{"id": "SC-001", "target": "A link opens within 2 seconds."}]


def test_scenarios_of_a_story_are_its_criteria() -> None:
    reading = read("specs/003-share/spec.md", SPEC)
    criteria = {one["id"]: one for one in reading.value["requirements"]["criteria"]}
    assert list(criteria) == ["US1/AC1", "US1/AC2", "US2/AC1"]
    assert criteria["US1/AC2"]["given"] == ["a link"]
    assert criteria["US1/AC2"]["when"] == ["it is opened"]
    assert criteria["US1/AC2"]["then"] == ["the map is shown", "nothing else"]
    assert at(reading, "/requirements/criteria/1/when/0") == (13, 13)


CHECKED = """\
    # Tasks: Maps

    ## Phase 1: Setup

    - [ ] T001 Draw the map in src/map.py
    - [ ] T002 Colour the map in src/map.py
    - [ ] T003 Print the map in src/print.py
    {}

    ## Validation Checklist

    - [ ] T002 runs before T003
    - [ ] T009 Prove it in tests/test_map.py
    """


def test_a_box_that_checks_a_task_is_no_second_one() -> None:
    """What names no task of another section is a task, wherever it stands."""
    found = tasks(read("specs/003-maps/tasks.md", CHECKED.format("")))
    assert [*found] == ["T001", "T002", "T003", "T009"]


def test_a_number_given_twice_is_still_seen() -> None:
    again = read("specs/003-maps/tasks.md", CHECKED.format("- [ ] T002 Fold the map in src/fold.py"))
    assert [one["id"] for one in again.value["tasks"]] == ["T001", "T002", "T003", "T002", "T009"]


def test_what_needs_clarification_is_a_question() -> None:
    reading = read("specs/003-share/spec.md", SPEC)
    assert [one["text"] for one in reading.value["questions"]] == ["for how long?"]
    assert [one["text"] for one in reading.value["assumptions"]] == ["Hikers are signed in."]


def test_scenarios_in_other_languages() -> None:
    reading = read(
        "specs/003-share/spec.md",
        """\
        ### 사용자 스토리 1 - 링크

        1. **주어진 상황** 지도가 있고, **언제** 공유하면, **그러면** 링크가 보인다

        ### User Story 2 - Ligação

        1. **Dado** um mapa, **Quando** partilho, **Então** vejo a ligação
        """,
    )
    first, second = reading.value["requirements"]["criteria"]
    assert (first["given"], first["when"], first["then"]) == (
        ["지도가 있고"],
        ["공유하면"],
        ["링크가 보인다"],
    )
    assert (second["given"], second["when"], second["then"]) == (
        ["um mapa"],
        ["partilho"],
        ["vejo a ligação"],
    )


def test_plan_md_is_prose_with_its_stack_and_questions() -> None:
    reading = read(
        "specs/003-share/plan.md",
        """\
        # Implementation Plan: Sharing

        ## Summary

        Links are rows of a table.

        ## Technical Context

        **Language/Version**: Python 3.12
        **Storage**: NEEDS CLARIFICATION
        **Testing**: [NEEDS CLARIFICATION: pytest or unittest?]

        ## Constitution Check

        | Rule | Kept |
        |------|------|
        | Tests first | yes, see below |
        """,
    )
    assert reading.value["delivery"]["stack"][0] == "**Language/Version**: Python 3.12"
    assert at(reading, "/delivery/stack/1") == (10, 1)
    assert [one["text"] for one in reading.value["questions"]] == ["pytest or unittest?"]
    assert [one.text for one in reading.prose] == [
        "Links are rows of a table.",
        "Tests first",
        "yes, see below",
    ]


def test_prose_that_says_when_is_no_scenario_and_a_marker_that_is_talked_of_no_question() -> None:
    reading = read(
        "specs/003-share/spec.md",
        """\
        # Feature Specification: Sharing

        ### User Story 1 - Share by link (Priority: P1)

        When a map is ready, its owner wants to show it. When they do, they send a link.

        1. **前提条件**: 地図がある、**実行**: 共有する、**期待結果**: リンクが出る

        ## Checklist

        - No [NEEDS CLARIFICATION] markers remain in this file
        - Extract all [NEEDS CLARIFICATION: ...] markers
        """,
    )
    (only,) = reading.value["requirements"]["criteria"]
    assert (only["given"], only["when"], only["then"]) == (["地図がある"], ["共有する"], ["リンクが出る"])
    assert "questions" not in reading.value
    assert reading.prose[0].text.startswith("When a map is ready")
