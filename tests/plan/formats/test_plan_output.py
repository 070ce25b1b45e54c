"""`plan_output.json` holds its own schema, says what the Markdown says, and gives the order of the work."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.plan.facets import ParallelGroup, Stream
from bot.plan.formats.functional import FUNCTIONAL, view
from bot.plan.formats.plan_output import (
    Progress,
    padded,
    plan_output,
    plan_output_schema,
    plan_output_text,
    progress_text,
    stream_order,
)
from bot.plan.markdown import Document
from bot.plan.model import Plan
from bot.plan.readers.functional import read
from tests.plan.formats.faceted import large_functional, small_functional
from tests.plan.rules.fixtures.facets import functional
from tests.plan.samples import small_plan, webhook_plan

SCHEMA = Draft202012Validator(plan_output_schema())


def output(plan: Plan) -> dict[str, Any]:
    made = json.loads(plan_output_text(view(plan)))
    assert isinstance(made, dict)
    return made


@pytest.mark.parametrize("made", [functional, large_functional, small_functional, webhook_plan, small_plan])
def test_what_is_written_holds_the_published_schema(made: Any) -> None:
    SCHEMA.validate(output(made()))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("metadata", "version"), "1.0"),
        (("metadata", "status"), "done"),
        (("requirements", 0, "id"), "FR-1"),
        (("requirements", 0, "agent_hint"), "wizard"),
        (("work_streams", 0, "command"), "/deploy"),
        (("work_streams", 0, "extra"), 1),
        (("parallelism_groups", 0, "group"), 0),
        (("implementation_order",), ["NFR-001"]),
    ],
)
def test_the_schema_refuses_what_is_no_plan_output(path: tuple[Any, ...], value: object) -> None:
    broken = output(functional())
    at: Any = broken
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    assert not SCHEMA.is_valid(broken)


def test_the_schema_names_itself_and_sound_json_schema() -> None:
    Draft202012Validator.check_schema(plan_output_schema())
    assert plan_output_schema()["$id"] == "groundplan:plan-output"
    assert set(plan_output_schema()["required"]) == {
        "metadata", "requirements", "business_rules", "integration_points", "implementation_order",
        "work_streams", "parallelism_groups", "test_scenarios",
    }  # fmt: skip


def test_what_is_not_known_is_null() -> None:
    made = output(small_plan())
    assert made["metadata"] == {
        "agent": "implementation-planner-groundplan",
        "version": "1.1",
        "status": "awaiting_approval",
        "jira_issue": "#12",
        "branch_name": None,
        "created_at": None,
        "depends_on": [],
        "produces_for": [],
    }
    assert made["requirements"] == made["work_streams"] == []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("FR-1", "FR-001"),
        ("FR-12a", "FR-012a"),
        ("NFR-3", "NFR-003"),
        ("FR-1234", "FR-1234"),
        ("BR-1", "BR-1"),
    ],
)
def test_requirement_ids_have_three_digits(name: str, wanted: str) -> None:
    assert padded(name) == wanted


def test_the_json_alone_reads_as_the_same_requirements_streams_and_scenarios() -> None:
    plan = view(large_functional())
    assert plan.requirements is not None
    assert plan.streams is not None
    value = read([Document("specs/12-x/plan_output.json", plan_output_text(plan))]).value
    assert [one["id"] for one in value["requirements"]["functional"]] == [
        one.id for one in plan.requirements.functional
    ]
    streams = value["streams"]["streams"]
    assert [(one["id"], one["name"], one["depends_on"], one["requirements"]) for one in streams] == [
        (one.id, one.name, list(one.depends_on), list(one.requirements)) for one in plan.streams.streams
    ]
    assert [one["streams"] for one in value["streams"]["groups"]] == [["WS-0"], ["WS-1"], ["WS-2", "WS-3"]]
    assert value["requirements"]["scenarios"][0]["expected"] == "One line"


def test_criteria_stand_with_their_requirement() -> None:
    (first, *_) = output(large_functional())["requirements"]
    assert first["acceptance_criteria"][0] == (
        "AC-1: Given The month 2026-01 has 3 invoices, When The invoices of 2026-01 are requested, "
        "Then The answer has status 200 and The file has 4 lines"
    )


def stream(name: str, *needs: str, requirements: tuple[str, ...] = ()) -> Stream:
    return Stream(id=name, name=name, depends_on=needs, requirements=requirements)


def order(*streams: Stream, groups: tuple[ParallelGroup, ...] = ()) -> list[tuple[int, str]]:
    return [(step, one.id) for step, one in stream_order(streams, groups)]


def test_streams_come_after_what_they_need() -> None:
    last = stream("WS-3", "WS-1", "WS-10")
    assert order(stream("WS-10", "WS-2"), stream("WS-2"), stream("WS-1"), last) == [
        (1, "WS-1"), (1, "WS-2"), (2, "WS-10"), (3, "WS-3"),
    ]  # fmt: skip


def test_stated_groups_count_when_they_hold_every_stream() -> None:
    two = (ParallelGroup(group=1, streams=("WS-2",)), ParallelGroup(group=2, streams=("WS-1",)))
    assert order(stream("WS-1"), stream("WS-2"), groups=two) == [(1, "WS-2"), (2, "WS-1")]
    assert order(stream("WS-1"), stream("WS-2"), groups=two[:1]) == [(1, "WS-1"), (1, "WS-2")]


def test_a_cycle_of_streams_comes_last_and_needs_of_unknown_streams_do_not_count() -> None:
    assert order(stream("WS-1", "WS-2"), stream("WS-2", "WS-1"), stream("WS-3", "WS-9")) == [
        (1, "WS-3"), (2, "WS-1"), (2, "WS-2"),
    ]  # fmt: skip


def test_requirements_are_ordered_by_their_streams() -> None:
    plan = functional()
    assert plan.streams is not None
    turned = plan.streams.model_copy(
        update={
            "streams": (
                stream("WS-1", "WS-2", requirements=("FR-1",)),
                stream("WS-2", requirements=("FR-3",)),
            ),
            "groups": (),
        }
    )
    made = plan_output(plan.model_copy(update={"streams": turned}))
    assert made["implementation_order"] == ["FR-003", "FR-001", "FR-002"]


def test_progress_has_a_milestone_for_each_stream() -> None:
    made = Progress.model_validate_json(progress_text(view(functional())))
    assert [one.id for one in made.milestones] == ["M-ws-1", "M-ws-2", "M-ws-3"]
    assert [(one.id, one.title) for one in made.milestones[1].subtasks] == [
        ("M-ws-2.se", "Implement Lines of the file"),
        ("M-ws-2.test", "Test Lines of the file"),
        ("M-ws-2.review", "Review Lines of the file"),
    ]
    paths = [file.path for file in FUNCTIONAL.files(functional(), {})]
    assert "specs/12-invoice-download/progress.json" in paths
    assert not any(
        path.endswith("progress.json") for path in (one.path for one in FUNCTIONAL.files(small_plan(), {}))
    )
