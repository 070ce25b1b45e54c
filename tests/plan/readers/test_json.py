"""Contracts and fan-out files, read loosely: a plan with places, whatever is wrong with the file."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from bot.plan.contract import contract_text
from bot.plan.fanout import fanout_text
from bot.plan.loose import loosely
from bot.plan.model import Plan
from bot.plan.readers import Reading
from bot.plan.readers.contract import read_contract_file
from bot.plan.readers.fanout import read_fanout_file
from tests.plan.readers.documents import leaves, resolves
from tests.plan.samples import webhook_plan
from tests.plan.strategies import plans


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(plans)
def test_a_sound_contract_gives_its_plan(plan: Plan) -> None:
    read = read_contract_file("c.json", contract_text(plan))
    dumped = plan.model_dump(mode="json")
    for one in dumped["decisions"]:
        if not one["log"]:
            del one["log"]
    if not dumped["provenance"]["revisions"]:
        del dumped["provenance"]["revisions"]
    assert read.value == {name: value for name, value in dumped.items() if value is not None}
    assert set(leaves(read.value)[1:]) == set(read.places)


def at(read: Reading, pointer: str, text: str) -> str:
    place = read.places[pointer]
    return text.split("\n")[place.line - 1][place.col - 1 :].rstrip(",")


@pytest.mark.parametrize(
    ("pointer", "shown"),
    [
        ("/roadmap/milestones/1/title", '"Operators see the queue"'),
        ("/roadmap/milestones/0/status", '"active"'),
        ("/roadmap/milestones/0/validation/1", '"make integration"'),
        ("/tasks/2/files/0/path", '"hooks/dispatch.py"'),
        ("/contract_defaults/acceptance_tests/1", '"make test,make lint"'),
        ("/decisions/0/deadline", '"2026-03-01"'),
        ("/provenance/model", '"gpt-5"'),
    ],
)
def test_places_in_a_contract(pointer: str, shown: str) -> None:
    text = contract_text(webhook_plan())
    assert at(read_contract_file("c.json", text), pointer, text) == shown


BREAKS: list[Any] = [
    lambda file: file["roadmap"].update(milestones="none"),
    lambda file: file["roadmap"]["milestones"].append(7),
    lambda file: file["roadmap"]["milestones"][0].update(max_diff_scope="many", risk_class=[]),
    lambda file: file.update(roadmap=None),
    lambda file: file.update(contract_defaults=[]),
    lambda file: file["contract_defaults"].update(acceptance_tests={}, evidence_required="true"),
    lambda file: file["groundplan"].update(milestones=3, lists="x"),
    lambda file: file["groundplan"]["milestones"].pop(),
    lambda file: file.update(groundplan=None),
    lambda file: file["groundplan"].update(tasks=[None, 1, {"files": "a"}]),
]


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_contract_gives_the_rest(broken: Any) -> None:
    file = json.loads(contract_text(webhook_plan()))
    broken(file)
    read = read_contract_file("c.json", json.dumps(file, indent=2))
    assert [pointer for pointer in read.places if not resolves(read.value, pointer)] == []
    plan = loosely(read.value)
    if isinstance(file["groundplan"], dict):
        assert plan.title == "Retry failed webhook deliveries with backoff"


def test_a_contract_of_another_tool() -> None:
    file = json.loads(contract_text(webhook_plan()))
    del file["groundplan"]
    file["decisions"] = ["D-1: Which way? (#123)", "Something else", 4]
    text = json.dumps(file, indent=2)
    read = read_contract_file("c.json", text)
    assert read.value["decisions"] == [
        {"id": "D-1", "question": "Which way?", "issue": 123}, {"question": "Something else"}, {},
    ]  # fmt: skip
    assert read.value["contract_defaults"]["acceptance_tests"] == ["make test", "make lint"]
    assert at(read, "/decisions/0/question", text) == '"D-1: Which way? (#123)"'
    assert "tasks" not in read.value


def test_the_fan_out_file() -> None:
    text = fanout_text(webhook_plan())
    read = read_fanout_file("f.json", text)
    first = read.value["tasks"][0]
    assert (first["id"], first["effort"], first["depends_on"]) == ("T1", "M", [])
    assert first["objective"].startswith("Create `pending_delivery`")
    assert read.value["issue"] == 412
    assert at(read, "/tasks/2/depends_on/1", text) == '"T2"'
    assert at(read, "/tasks/0/objective", text).startswith('"Create `pending')
    assert read.not_read == ()
    assert len(read.prose) == 6


def test_a_fan_out_file_of_another_tool() -> None:
    task = {
        "title": "Do it",
        "objective": "It",
        "acceptance_criteria": ["Works"],
        "chains": ["btc"],
        "mood": "good",
    }
    read = read_fanout_file("f.json", json.dumps({"tasks": [task, 7]}))
    assert read.value == {"tasks": [{"title": "Do it", "objective": "It", "acceptance": ["Works"]}, {}]}
    assert read.not_read == ("f.json: unknown key 'mood' in /tasks/0", "f.json: /tasks/1 is not an object")


@pytest.mark.parametrize("text", ["", "{", "[]", "nul", '{"tasks": 3}', '{"a": 1, "a": 2}'])
def test_a_text_that_is_no_such_file(text: str) -> None:
    for read in (read_contract_file("x.json", text), read_fanout_file("x.json", text)):
        assert read.value == {}
        assert read.not_read or text.startswith('{"tasks"')
