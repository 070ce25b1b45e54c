"""Task Master: tasks.json in both shapes, subtasks, and the text files made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.plan.readers.foreign import at, needs, read, tasks

DRAW: dict[str, Any] = {
    "id": 1,
    "title": "Draw the map",
    "description": "Rivers first",
    "details": "Use the survey of 1990.",
    "testStrategy": "Compare with the old map.",
    "status": "done",
    "priority": "high",
    "dependencies": [],
    "subtasks": [
        {"id": 1, "title": "Rivers", "dependencies": [], "status": "done"},
        {"id": 2, "title": "Roads", "dependencies": [1], "status": "pending"},
        {"id": 3, "title": "Names", "dependencies": ["1.2", "2"], "status": "pending"},
    ],
}
PRINT: dict[str, Any] = {"id": "2", "title": "Print it", "dependencies": ["1", 7], "status": "in-progress"}


def text(value: Any) -> str:
    return json.dumps(value, indent=2)


@pytest.mark.parametrize(
    "value",
    [
        {"tasks": [DRAW, PRINT]},
        {"tasks": [DRAW, PRINT], "metadata": {"projectName": "Maps"}},
        {"master": {"tasks": [DRAW, PRINT], "metadata": {}}},
        {"master": {"tasks": [DRAW, PRINT]}, "empty": {"tasks": []}},
        {"master": [DRAW, PRINT]},
        [DRAW, PRINT],
    ],
    ids=["flat", "flat with metadata", "tagged", "an empty tag", "bare tag", "bare list"],
)
def test_every_shape_gives_the_same_tasks(value: Any) -> None:
    reading = read(".taskmaster/tasks/tasks.json", text(value), "task-master")
    assert needs(reading) == {"1": [], "1.1": [], "1.2": ["1.1"], "1.3": ["1.2", "1.2"], "2": ["1", "7"]}
    found = tasks(reading)
    assert [found[name]["done"] for name in found] == [True, True, False, False, False]
    assert found["1.2"]["parent"] == "1"


def test_several_tags_are_told_apart() -> None:
    reading = read("tasks.json", text({"a": {"tasks": [DRAW]}, "b": {"tasks": [PRINT]}}), "task-master")
    assert needs(reading) == {
        "a:1": [],
        "a:1.1": [],
        "a:1.2": ["a:1.1"],
        "a:1.3": ["a:1.2", "a:1.2"],
        "b:2": ["b:1", "b:7"],
    }


def test_fields_and_their_places() -> None:
    reading = read("tasks/tasks.json", text({"tasks": [DRAW]}))
    task = tasks(reading)["1"]
    assert (task["title"], task["objective"]) == ("Draw the map", "Rivers first")
    assert (task["changes"], task["tests"]) == (["Use the survey of 1990."], ["Compare with the old map."])
    assert at(reading, "/tasks/0/title") == (5, 16)
    assert at(reading, "/tasks/2/depends_on/0") == (23, 13)


def test_nothing_is_filled_in() -> None:
    reading = read("tasks.json", text({"tasks": [{"title": "Draw"}, 5]}), "task-master")
    assert reading.value["tasks"] == [{"id": "", "title": "Draw"}]
    assert reading.not_read == ("/tasks/1 is no task",)


@pytest.mark.parametrize("broken", ["", "{", '{"tasks": [}', '{"tasks": 1}', '{"a": 1, "a": 2}', "null"])
def test_a_broken_file_says_so(broken: str) -> None:
    reading = read("tasks.json", broken, "task-master")
    assert reading.value.get("tasks", []) == []
    assert len(reading.not_read) == 1


def test_a_big_file_is_read() -> None:
    many = [
        {"id": at, "title": f"Sheet {at}", "details": "x" * 900, "dependencies": []} for at in range(1, 1801)
    ]
    assert len(tasks(read("tasks.json", text({"tasks": many}), "task-master"))) == 1800


TASK_TEXT = """\
    # Task ID: 4
    # Title: Draw the map
    # Status: done
    # Dependencies: 2 (Done), 3
    # Priority: high
    # Description: Rivers first
    # Details:
    Use the survey.
    Keep the scale.

    # Test Strategy:
    Compare with the old map.

    # Subtasks:
    ## 1. Rivers [done]
    ### Dependencies: None
    ### Description: Blue lines
    ### Details:
    Thin ones.

    ## 2. Roads [pending]
    ### Dependencies: 4.1
    ### Description: Red lines
    ### Details:

    """


def test_a_text_file_is_one_task_with_its_subtasks() -> None:
    reading = read(".taskmaster/tasks/task_004.txt", TASK_TEXT)
    assert needs(reading) == {"4": [], "4.1": [], "4.2": ["4.1"]}
    found = tasks(reading)
    assert found["4"]["changes"] == ["Use the survey.\nKeep the scale."]
    assert found["4"]["tests"] == ["Compare with the old map."]
    assert (found["4.1"]["title"], found["4.1"]["done"]) == ("Rivers", True)
    assert (found["4.2"]["objective"], found["4.2"]["done"]) == ("Red lines", False)


def test_tasks_in_other_files_are_no_missing_dependencies() -> None:
    assert read(".taskmaster/tasks/task_004.txt", TASK_TEXT).not_read == (
        "dependencies on tasks in other files",
    )


def test_subtasks_may_have_names_and_name_each_other_or_a_task() -> None:
    draft = {"id": "draft", "title": "Draft", "dependencies": []}
    check = {"id": "check", "title": "Check", "dependencies": ["draft", "39"]}
    value = {"tasks": [{"id": "map", "subtasks": [draft, check]}, {"id": 39, "title": "Ink"}]}
    found = needs(read(".taskmaster/tasks/tasks.json", json.dumps(value)))
    assert found["map.check"] == ["map.draft", "39"]
