"""Kiro: numbered tasks with what they cover, and requirements with EARS criteria."""

from __future__ import annotations

from tests.plan.readers.foreign import at, files, needs, read, tasks

HERE = ".kiro/specs/share"
TASKS = """\
    # Implementation Plan

    - [ ] 1. Links
      - [x] 1.1 Add the table in `src/share/table.sql`
        - one row for each link
        - _Requirements: 1.1, 1.2_
      - [ ]* 1.2 Test the table
        - _Requirements: 2.1_
    - [ ] 2. (P) Show the link
      - _Requirements: 1.1_
      - _Depends: 1.1_
    """


def test_tasks_are_numbered_boxes_at_any_depth() -> None:
    found = tasks(read(f"{HERE}/tasks.md", TASKS))
    assert {name: task["title"] for name, task in found.items()} == {
        "1": "Links",
        "1.1": "Add the table in `src/share/table.sql`",
        "1.2": "Test the table",
        "2": "Show the link",
    }
    assert found["1.1"]["changes"] == ["one row for each link"]
    assert found["1.1"]["done"] is True
    assert files(found["1.1"]) == [("src/share/table.sql", "")]


def test_what_a_task_covers_has_a_place_of_its_own() -> None:
    reading = read(f"{HERE}/tasks.md", TASKS)
    assert tasks(reading)["1.1"]["covers"] == ["1.1", "1.2"]
    assert at(reading, "/tasks/1/covers/1") == (6, 27)


def test_order() -> None:
    assert needs(read(f"{HERE}/tasks.md", TASKS)) == {
        "1": [],
        "1.1": ["1"],
        "1.2": ["1.1"],
        "2": ["1.1", "1.2"],
    }


REQUIREMENTS = """\
    # Requirements Document

    ## Introduction

    Maps can be shared.

    ## Requirements

    ### Requirement 1: Links

    **User Story:** As a hiker, I want a link, so that friends see my map.

    #### Acceptance Criteria

    1. WHEN a map is shared THEN the system SHALL show a link
    2. WHILE a link is shown, the system SHALL keep the map
    3. The system SHALL log each share

    ### Requirement 2

    #### Acceptance Criteria

    1. If a link is taken back, the map page shall answer 404
    """


def test_requirements_with_their_stories() -> None:
    found = read(f"{HERE}/requirements.md", REQUIREMENTS).value["requirements"]["functional"]
    assert found[0] == {
        "id": "1",
        "title": "Links",
        "behaviour": "As a hiker, I want a link, so that friends see my map.",
    }
    assert (found[1]["id"], found[1]["title"]) == ("2", "")


def test_ears_criteria_are_split() -> None:
    reading = read(f"{HERE}/requirements.md", REQUIREMENTS)
    found = {one["id"]: one for one in reading.value["requirements"]["criteria"]}
    assert list(found) == ["1.1", "1.2", "1.3", "2.1"]
    assert (found["1.1"]["when"], found["1.1"]["then"]) == (
        ["WHEN a map is shared"],
        ["THEN the system SHALL show a link"],
    )
    assert found["1.2"]["given"] == ["WHILE a link is shown"]
    assert found["1.3"]["then"] == ["The system SHALL log each share"]
    assert found["2.1"]["requirements"] == ["2"]
    assert at(reading, "/requirements/criteria/3/then/0") == (23, 29)


def test_other_languages_between_the_english_words() -> None:
    reading = read(
        f"{HERE}/requirements.md",
        "### Requirement 1: 共有\n\n#### Acceptance Criteria\n\n"
        "1. When 地図が共有された, the Portal shall リンクを表示する\n",
    )
    found = reading.value["requirements"]["criteria"][0]
    assert (found["when"], found["then"]) == (
        ["When 地図が共有された"],
        ["the Portal shall リンクを表示する"],
    )


def test_a_design_is_prose() -> None:
    reading = read(
        f"{HERE}/design.md", "# Design\n\n## Overview\n\nLinks are rows.\n\n```sql\nselect 1\n```\n"
    )
    assert reading.value == {"title": "Design"}
    assert [(one.text, one.heading) for one in reading.prose] == [("Links are rows.", "Overview")]
    assert reading.not_read == ("1 line inside code fences",)
