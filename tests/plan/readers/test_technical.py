"""Technical plans: phases, files, risks and the rest, as the template has them and as people fill it in."""

from __future__ import annotations

from typing import Any

import pytest

from bot.plan.loose import loosely
from tests.plan.readers.documents import TECHNICAL, golden, reading, seed, shown_at


def section(title: str, body: str) -> Any:
    return reading("technical", f"# Implementation Plan\n\n## {title}\n\n{body}\n").value


def test_the_template_of_the_seed() -> None:
    read = reading("technical", seed("004"))
    assert read.value == golden("004")
    assert read.not_read == ()
    plan = loosely(read.value)
    assert plan.delivery is not None
    assert [one.goal for one in plan.delivery.phases] == ["", "", ""]
    assert [one.tasks for one in plan.delivery.phases] == [
        ("T1", "T2", "T3"),
        ("T4", "T5", "T6"),
        ("T7", "T8", "T9"),
    ]
    assert [str(one.impact) for one in plan.delivery.risks] == ["High/Medium/Low"] * 2
    assert any("Instructions to LLM" in one.text for one in read.prose)


def test_a_whole_plan() -> None:
    read = reading("technical", TECHNICAL)
    value, delivery = read.value, read.value["delivery"]
    assert value["title"] == "Retry failed webhooks"
    assert value["summary"] == "Deliveries that fail are lost today."
    assert delivery["stack"] == ["Languages: Python 3.12"]
    assert delivery["data_model"] == ["`pending_delivery`: id, attempt, due time"]
    assert delivery["phases"] == [
        {"id": "P1", "title": "Storage", "goal": "Deliveries survive a restart.", "tasks": ["T1", "T2"],
         "estimate": "6 hours"},
        {"id": "P2", "title": "Delivery", "goal": "Deliveries are sent again.", "tasks": ["T3", "T4"],
         "estimate": "2 days"},
    ]  # fmt: skip
    assert delivery["total_estimate"] == "3 days"
    assert value["tasks"] == [
        {"id": "T1", "title": "Add the table", "objective": "Create it with an index on the due time.",
         "changes": ["Add `pending_delivery`"]},
        {"id": "T2", "title": "Add the store"},
        {"id": "T3", "title": "Send what is due"},
        {"id": "T4", "title": "Show what waits"},
    ]  # fmt: skip
    assert value["codebase"]["impact"] == [
        {"path": "hooks/backoff.py", "change": "new", "why": "The pause"},
        {"path": "hooks/dispatch.py", "change": "edit", "why": "Stores what fails"},
        {"path": "hooks/old.py", "change": "delete", "why": "Nothing uses it"},
    ]
    assert delivery["tests"] == [
        {"path": "tests/test_store.py", "what": "due is oldest first"},
        {"what": "Manual test with a receiver that is down"},
    ]
    assert delivery["risks"] == [
        {"risk": "A delivery arrives twice", "impact": "medium", "mitigation": "Say so in the documentation"}
    ]
    assert delivery["dependencies"] == [
        {"name": "psycopg", "version": "3.2", "status": "present", "note": "driver"},
        {"name": "STRIPE_API_KEY", "status": "credential"},
    ]
    assert (delivery["rollback"], delivery["deployment"]) == (
        ["Set `HOOKS_RETRY=0`"],
        ["Run the migration", "Deploy"],
    )
    assert read.not_read == ()


@pytest.mark.parametrize(
    ("pointer", "shown"),
    [
        ("/delivery/phases/1/title", "Delivery"),
        ("/delivery/phases/1/estimate", "2 days"),
        ("/delivery/phases/0/tasks/1", "**T2"),
        ("/tasks/0/id", "T1 ·"),
        ("/tasks/0/title", "Add the table"),
        ("/tasks/0/changes/0", "Add `pending"),
        ("/codebase/impact/2/change", "**Deleted files"),
        ("/codebase/impact/2/path", "hooks/old.py"),
        ("/delivery/risks/0/impact", "Medium"),
        ("/delivery/dependencies/0/version", "3.2"),
    ],
)
def test_places(pointer: str, shown: str) -> None:
    assert shown_at(reading("technical", TECHNICAL), pointer, TECHNICAL, len(shown)) == shown


@pytest.mark.parametrize(
    "tasks",
    [
        "**Tasks:**\n\n1. **Do it** – Now.\n2. Rest",
        "**Tasks**:\n- **T1 · Do it**: Now.\n- T2: Rest",
        "Tasks:\n\n* [ ] **T1** **Do it**. Now.\n* [ ] **T2** Rest",
        "#### Tasks\n\n1. **Do it**: Now.\n2. Rest",
        "1. **Do it**. Now.\n2. Rest",
    ],
)
def test_tasks_that_say_the_same(tasks: str) -> None:
    value = section("Implementation Steps", f"### Phase 1: One\n\n{tasks}\n")
    assert value["tasks"] == [
        {"id": "T1", "title": "Do it", "objective": "Now."},
        {"id": "T2", "title": "Rest"},
    ]
    assert value["delivery"]["phases"][0]["tasks"] == ["T1", "T2"]


def test_labels_below_a_task() -> None:
    task = "1. **T1 · Do it**\n   - Files: `a.py` (new)\n   - Depends on: none\n"
    body = f"### Phase 1: One\n\n**Tasks:**\n\n{task}"
    assert section("Implementation Steps", body)["tasks"] == [
        {"id": "T1", "title": "Do it", "files": [{"path": "a.py", "change": "new"}], "depends_on": []}
    ]


@pytest.mark.parametrize(
    "text",
    [
        "**New files:**\n\n- `a.py` - Why\n",
        "### New files\n\n- `a.py`: Why\n",
        "- `a.py` (new): Why\n",
        "| Why | Change | File |\n|---|---|---|\n| Why | Create | `a.py` |\n",
        "**New files:** `a.py` – Why\n",
    ],
)
def test_files_that_say_the_same(text: str) -> None:
    assert section("File Changes", text)["codebase"]["impact"] == [
        {"path": "a.py", "change": "new", "why": "Why"}
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("`pydantic` >=2.8", {"name": "pydantic", "version": ">=2.8"}),
        ("Postgres 14", {"name": "Postgres", "version": "14"}),
        ("redis version 5.0.1 (new): the queue",
         {"name": "redis", "version": "5.0.1", "status": "new", "note": "the queue"}),
        ("a credential for the mail service", {"name": "a credential for the mail service"}),
    ],
)  # fmt: skip
def test_dependencies(line: str, expected: dict[str, str]) -> None:
    assert section("Dependencies", f"- {line}\n")["delivery"]["dependencies"] == [expected]


def test_risks_as_a_list() -> None:
    body = "- **Deliveries arrive twice** (high): say so\n- Something else\n"
    assert section("Risk Assessment", body)["delivery"]["risks"] == [
        {"risk": "Deliveries arrive twice", "impact": "high", "mitigation": "say so"},
        {"risk": "Something else"},
    ]
