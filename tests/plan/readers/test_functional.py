"""Functional plans: requirements, criteria and tables, in Markdown and in the JSON beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.plan.loose import loosely
from bot.plan.markdown import Document
from bot.plan.readers import reader_of
from tests.plan.readers.documents import golden, reading, seed, shown_at


def section(title: str, body: str) -> Any:
    return reading("functional", f"# Implementation Plan\n\n## {title}\n\n{body}\n").value


def test_the_sample_of_the_seed() -> None:
    read = reading("functional", seed("003"))
    assert read.value == golden("003")
    assert read.not_read == ("plan.md, line 48: text of FR-2 without a label",)
    plan = loosely(read.value)
    assert plan.requirements is not None
    assert len(plan.requirements.criteria) == 7
    assert {str(one.applies) for one in plan.requirements.concerns} == {"YES/NO"}


def test_what_the_golden_sample_says() -> None:
    """The golden value is what a person finds in the sample."""
    value = golden("003")
    needs = value["requirements"]
    counts = {
        "functional": 2, "rules": 3, "integrations": 6, "criteria": 7, "scenarios": 7, "qualities": 3,
        "concerns": 7, "verification": 7, "mandate": 9, "review": 7, "notes": 4,
    }  # fmt: skip
    assert {name: len(needs[name]) for name in counts} == counts
    streams = value["streams"]["streams"]
    assert streams[2]["requirements"] == ["FR-1", "FR-2", "FR-3", "FR-4", "FR-5"]
    assert (streams[0]["requirements"], streams[0]["depends_on"], streams[4].get("command")) == (
        ["FR-1"],
        [],
        None,
    )
    assert [one["resolved"] for one in value["assumptions"]] == [False, True, True]
    assert len(value["questions"]) == 3
    assert len(value["non_goals"]) == 4


@pytest.mark.parametrize(
    ("pointer", "shown"),
    [
        ("/requirements/header/task", "JIRAPRJ-123"),
        ("/requirements/functional/0/inputs/1/bound", "max 500"),
        ("/requirements/functional/0/errors/2/behaviour", "Return internal"),
        ("/requirements/rules/1/id", "BR-2"),
        ("/requirements/criteria/4/requirements/0", "FR-3"),
        ("/requirements/criteria/4/then/0", "the system"),
        ("/requirements/mandate/8/expected", "Raises appropriate"),
        ("/streams/streams/2/parallel_with/1", "WS-5"),
        ("/assumptions/1/resolved", "Confirmed"),
        ("/questions/2/text", "Should soft"),
    ],
)
def test_places(pointer: str, shown: str) -> None:
    text = seed("003")
    assert shown_at(reading("functional", text), pointer, text, len(shown)) == shown


CRITERION = {
    "id": "AC-1",
    "title": "Works",
    "requirements": ["FR-1", "FR-2"],
    "given": ["a user", "a `Given When` widget"],
    "when": ["they ask"],
    "then": ["it returns 200", "nothing else"],
}
BOLD = """\
### AC-1: Works (FR-1, FR-2)
**Given** a user
**And** a `Given When` widget
**When** they ask
**Then** it returns 200
**But** nothing else
"""
ITEMS = """\
### AC-1: Works (FR-1, FR-2)

- Given a user
- And a `Given When` widget
- When they ask
- Then it returns 200
- And nothing else
"""
WRAPPED = """\
### AC-1: Works (FR-1, FR-2)

Given a user
And a `Given
When` widget When they
ask Then it returns
200, And nothing else
"""
CAPITALS = """\
### AC-1 – Works (FR-1–FR-2)

- GIVEN a user AND a `Given When` widget
- WHEN they ask
- THEN it returns 200
  AND nothing else
"""
NESTED = """\
- **AC-1: Works** (FR-1, FR-2)
  - **Given:** a user
  - a `Given When` widget
  - **When:** they ask
  - **Then:** it returns 200
  - nothing else
"""
PARAGRAPHS = """\
**AC-1: Works** (FR-1, FR-2)

**given** a user **and** a `Given When` widget

**when** they ask

**then** it returns 200 **and** nothing else
"""
ONE_LINE = """\
- AC-1: Works (FR-1, FR-2)
  Given a user And a `Given When` widget When they ask Then it returns 200 And nothing else
"""


@pytest.mark.parametrize(
    "text",
    [BOLD, ITEMS, WRAPPED, CAPITALS, NESTED, PARAGRAPHS, ONE_LINE],
    ids=["bold", "items", "wrapped", "capitals", "nested", "paragraphs", "one line"],
)
def test_criteria_that_say_the_same(text: str) -> None:
    assert section("Acceptance Criteria", text)["requirements"]["criteria"] == [CRITERION]


@pytest.mark.parametrize("name", ["AC2", "AC 2", "AC_2", "AC-2.1", "AC-02"])
def test_an_id_is_kept_as_it_is_written(name: str) -> None:
    text = f"### AC-1: Works\n\nGiven a\n\n### {name}: Too\n\nGiven b\n"
    assert [one["id"] for one in section("Acceptance Criteria", text)["requirements"]["criteria"]] == [
        "AC-1",
        name,
    ]


def test_a_word_that_ends_in_a_number_is_no_id() -> None:
    read = section("Business Rules", "- BR-1: H2 is not used.\n- S3 keeps what is old.\n")
    assert [one["text"] for one in read["requirements"]["rules"]] == ["H2 is not used."]


def test_a_criterion_without_keywords_is_not_read() -> None:
    read = reading("functional", "## Acceptance Criteria\n\n### AC-1: Works\n\nIt just works.\n")
    assert read.value["requirements"]["criteria"] == [{"id": "AC-1", "title": "Works"}]
    assert "no Given, When or Then" in read.not_read[0]
    assert [one.text for one in read.prose] == ["It just works."]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("FR-1–FR-3", ["FR-1", "FR-2", "FR-3"]),
        ("FR-1 - FR-2, NFR-1", ["FR-1", "FR-2", "NFR-1"]),
        ("FR-1 (storage), FR-3a", ["FR-1", "FR-3a"]),
        ("FR-1 (storage, index) and FR-2", ["FR-1", "FR-2"]),
        ("—", []),
        ("-", []),
        ("FR-9–FR-1", ["FR-9–FR-1"]),
        ("FR-1–FR-9999", ["FR-1–FR-9999"]),
        ("all of them", ["all of them"]),
    ],
)
def test_requirements_of_a_stream(said: str, expected: list[str]) -> None:
    table = f"| Depends On | Stream | Requirements |\n|---|---|---|\n| none | WS-1: Data | {said} |\n"
    [stream] = section("Work Streams", table)["streams"]["streams"]
    assert stream == {"id": "WS-1", "name": "Data", "requirements": expected, "depends_on": []}


def test_qualities_with_and_without_ids() -> None:
    table = "| Requirement | Target |\n|---|---|\n| NFR-4: Speed | 10 ms |\n| Size | 1 MB |\n"
    assert section("Non-Functional Requirements", table)["requirements"]["qualities"] == [
        {"id": "NFR-4", "name": "Speed", "target": "10 ms"},
        {"name": "Size", "target": "1 MB"},
    ]


def test_schema_changes_and_their_order() -> None:
    body = (
        "| Change | Phase | Dependency |\n|---|---|---|\n"
        "| Add `code` to `orders` | Expand | None |\n| Set it NOT NULL | contract | After the deploy |\n\n"
        "### Deploy Ordering\n1. Expand\n2. Deploy\n"
    )
    read = section("Schema Changes", body)["requirements"]
    assert read["schema_changes"] == [
        {"change": "Add `code` to `orders`", "phase": "expand"},
        {"change": "Set it NOT NULL", "phase": "contract", "dependency": "After the deploy"},
    ]
    assert read["deploy_order"] == ["Expand", "Deploy"]


def test_the_development_environment() -> None:
    table = "| Need | Current State | What's Missing |\n|---|---|---|\n| Redis | Not there | A service |\n"
    body = f"{table}\n### Work Stream Impact\nWS-0 first.\n"
    read = reading("functional", f"## Dev Environment\n\n{body}")
    assert read.value["requirements"]["dev_needs"] == [
        {"need": "Redis", "state": "Not there", "missing": "A service"}
    ]
    assert [one.text for one in read.prose] == ["WS-0 first."]


@pytest.mark.parametrize(
    ("impact", "resolved", "expected"),
    [
        ("High: data is lost", "Yes", ("high", True)),
        ("Costs", "Confirmed in spec", ("", True)),
        ("low", "Ask", ("low", False)),
        ("—", "Not confirmed", ("", False)),
        ("—", "Yesterday's call", ("", False)),
    ],
)
def test_assumptions(impact: str, resolved: str, expected: tuple[str, bool]) -> None:
    head = "| # | Assumption | Impact if Wrong | Resolved? |\n|---|---|---|---|\n"
    table = f"{head}| A-1 | It holds | {impact} | {resolved} |\n"
    [one] = section("Assumption Register", table)["assumptions"]
    assert (one["impact"], one["resolved"], one["if_wrong"]) == (*expected, impact)


JSON: dict[str, Any] = {
    "metadata": {"version": "1.1", "jira_issue": "ABC-1", "branch_name": "x", "created_at": "2026-02-10T10"},
    "requirements": [
        {"id": "FR-001", "description": "It does it", "agent_hint": None, "acceptance_criteria": ["It shows"],
         "error_cases": [{"condition": "Empty", "expected_behaviour": "400"}]},
    ],
    "business_rules": [{"id": "BR-1", "description": "Always"}],
    "integration_points": [{"system": "Redis", "purpose": "Queue", "notes": ""}],
    "implementation_order": ["FR-001"],
    "work_streams": [{"id": "WS-1", "name": "Data", "agent": "a", "command": "—",
                      "requirements": ["FR-001", "NFR-002"], "depends_on": [], "blocks": ["WS-2"]}],
    "parallelism_groups": [{"group": 1, "streams": ["WS-1"], "gate_after": None}],
    "test_scenarios": [{"area": "A", "scenario": "S", "inputs": "", "expected_outcome": "E"}],
}  # fmt: skip


def from_json(text: str, markdown: str = "") -> Any:
    read = reader_of("functional")
    assert read is not None
    documents = [Document("plan.md", markdown)] if markdown else []
    return read([*documents, Document("plan_output.json", text)])


def test_the_json_alone() -> None:
    read = from_json(json.dumps(JSON, indent=1))
    assert read.value == {
        "requirements": {
            "header": {"task": "ABC-1", "branch": "x", "created": "2026-02-10"},
            "functional": [{"id": "FR-1", "behaviour": "It does it", "success": ["It shows"],
                            "errors": [{"condition": "Empty", "behaviour": "400"}]}],
            "rules": [{"id": "BR-1", "text": "Always"}],
            "integrations": [{"system": "Redis", "purpose": "Queue", "note": ""}],
            "scenarios": [{"area": "A", "scenario": "S", "inputs": "", "expected": "E"}],
        },
        "streams": {
            "streams": [{"id": "WS-1", "name": "Data", "agent": "a", "requirements": ["FR-1", "NFR-2"],
                         "depends_on": [], "blocks": ["WS-2"]}],
            "groups": [{"group": 1, "streams": ["WS-1"]}],
        },
    }  # fmt: skip
    text = json.dumps(JSON, indent=1).split("\n")
    at = read.places["/streams/streams/0/requirements/1"]
    assert (at.file, text[at.line - 1][at.col - 1 :]) == ("plan_output.json", '"NFR-002"')


def test_the_markdown_counts_and_the_json_fills_in() -> None:
    markdown = (
        "# P\n\n**Task**: XYZ-9\n\n## Business Rules\n\n| Rule | Description |\n|---|---|\n| BR-7 | Never |\n"
    )
    read = from_json(json.dumps(JSON), markdown)
    assert read.value["requirements"]["rules"] == [{"id": "BR-7", "text": "Never"}]
    assert read.value["requirements"]["header"]["task"] == "XYZ-9"
    assert read.value["streams"]["groups"] == [{"group": 1, "streams": ["WS-1"]}]


@pytest.mark.parametrize(
    ("text", "why"),
    [("{", "offset"), ("[]", "not an object"), ('{"requirements": [1], "x": 1}', "not an object")],
)
def test_json_that_is_broken(text: str, why: str) -> None:
    assert any(why in one for one in from_json(text).not_read)
