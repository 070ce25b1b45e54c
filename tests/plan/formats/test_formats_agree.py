"""One plan in five formats: all show the same tasks, milestones, questions, assumptions and decisions, by
the same ids and titles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from bot.plan.contract import plan_from_contract
from bot.plan.editing.patch import edits
from bot.plan.formats import FORMATS
from bot.plan.formats.folding import is_finished
from bot.plan.markdown import Document
from bot.plan.model import Plan
from bot.plan.readers import reader_of
from bot.plan.safe_text import plain
from tests.plan.editing.test_random_edits import SHAPES
from tests.plan.formats import faceted
from tests.plan.formats.golden import SIZES, golden_plan
from tests.plan.formats.plans import EXAMPLES
from tests.plan.strategies import sound_plans

Data = Mapping[str, Any]
GOLDEN = {
    **{f"{name} {size}": golden_plan(name, size) for name in ("steps", "technical") for size in SIZES},
    **{f"{name} {size}": made() for (name, size), made in faceted.PLANS.items()},
}
# What a list of every format is told apart and called by.
NAMED = {
    "tasks": "title",
    "milestones": "title",
    "assumptions": "text",
    "questions": "text",
    "decisions": "question",
    "functional": "title",
}
WITH_TASKS = ("roadmap", "steps", "export", "technical")


def readings(plan: Plan) -> dict[str, Data]:
    """What the files of each format say."""
    return {name: shape.parse(shape.files(plan, {}), plan.issue) for name, shape in SHAPES.items()}


def called(said: Data, name: str) -> list[tuple[str, str]]:
    """Ids and names of the items of a list, by id."""
    group = {"milestones": said.get("roadmap", {}), "functional": said.get("requirements", {})}.get(
        name, said
    )
    return sorted((one["id"], one[NAMED[name]]) for one in group.get(name, []))


def same(found: Sequence[object]) -> bool:
    return all(one == found[0] for one in found)


def check(plan: Plan) -> None:
    said = readings(plan)
    titles = {name: one["title"] for name, one in said.items()}
    assert same([*titles.values()]), titles
    # The functional format spells texts the British way; ids and how many there are stay.
    for name in ("milestones", "decisions"):
        assert same([called(one, name) for one in said.values()]), name
    for name in ("assumptions", "questions"):
        assert same([[key for key, _ in called(one, name)] for one in said.values()]), name
        others = [called(one, name) for format_, one in said.items() if format_ != "functional"]
        assert same(others), name
    tasks = {name: called(said[name], "tasks") for name in WITH_TASKS}
    assert same([*tasks.values()]), tasks
    assert [key for key, _ in tasks["steps"]] == sorted(task.id for task in plan.tasks)
    for task in plan.tasks:
        needs = [_task(said[name], task.id)["depends_on"] for name in WITH_TASKS]
        assert same([*needs, list(task.depends_on)]), needs
    paths = [[_paths(_task(said[name], task.id)) for task in plan.tasks] for name in WITH_TASKS]
    assert same(paths)


def _task(said: Data, name: str) -> Data:
    found: Data = next(one for one in said["tasks"] if one["id"] == name)
    return found


def _paths(task: Data) -> list[str]:
    return [one["path"] for one in task["files"]]


@pytest.mark.parametrize("name", GOLDEN)
def test_the_golden_plans_agree_in_all_formats(name: str) -> None:
    check(GOLDEN[name])


@settings(
    max_examples=max(EXAMPLES // 4, 5),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large),
)
@given(sound_plans)
def test_any_plan_agrees_in_all_formats(plan: Plan) -> None:
    assume(not is_finished(plan))
    check(plan)


@pytest.mark.parametrize("name", GOLDEN)
def test_step_3_is_task_t3_wherever_it_stands(name: str) -> None:
    """Read as anybody's file: without the section, which could tell the ids."""
    plan = GOLDEN[name]
    for plan_format in ("steps", "export", "technical"):
        read = reader_of(plan_format)
        assert read is not None
        files = FORMATS[plan_format].files(plan, {})
        value = read([Document(file.path, file.text) for file in files if file.path.endswith(".md")]).value
        found = {one["id"]: one["title"] for one in value.get("tasks", [])}
        assert found == {task.id: plain(task.title) for task in plan.tasks}


@pytest.mark.parametrize("name", GOLDEN)
def test_every_format_brings_the_same_contract(name: str) -> None:
    plan = GOLDEN[name]
    for shape in FORMATS.values():
        held = [file.text for file in shape.files(plan, {}) if "planning-output" in file.path]
        assert [plan_from_contract(text) for text in held] == [plan]


def test_a_plan_that_says_one_title_otherwise_would_be_seen() -> None:
    plan = GOLDEN["steps medium"]
    said = readings(plan)
    said["steps"]["tasks"][2]["title"] = "Something else"
    assert list(edits(said["roadmap"]["tasks"], said["steps"]["tasks"]))
    assert not same([called(said[name], "tasks") for name in WITH_TASKS])
