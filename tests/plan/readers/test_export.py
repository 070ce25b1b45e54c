"""Exports: fifteen sections, in tables, lists and labelled lines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plan.readers.documents import EXPORT, reading, shown_at


def section(title: str, body: str) -> dict[str, Any]:
    return reading("export", f"# Plan: A (a)\n\n## {title}\n\n{body}\n").value


def test_a_whole_plan() -> None:
    read = reading("export", EXPORT)
    value = read.value
    assert (value["title"], value["slug"]) == ("Retry failed webhooks", "retry-webhooks")
    assert value["non_goals"] == []
    assert value["requirements"]["functional"] == [
        {"id": "FR-1", "behaviour": "A delivery answered with 503 is sent again."},
        {
            "id": "FR-2",
            "title": "Disable on 410",
            "behaviour": "A delivery answered with 410 is not sent again.",
        },
    ]
    assert [one["id"] for one in value["requirements"]["qualities"]] == ["NFR-1"]
    assert [(one["id"], one["impact"], one["resolved"]) for one in value["assumptions"]] == [
        ("A-1", "high", False), ("A-2", "low", True),
    ]  # fmt: skip
    assert value["constraints"] == ["No new service"]
    assert value["codebase"]["impact"][1] == {
        "path": "hooks/backoff.py", "change": "new", "why": "the pause before an attempt",
    }  # fmt: skip
    assert value["codebase"]["interfaces"] == [
        {"name": "`GET /metrics`", "kind": "route", "text": "shows `hooks_pending` as a gauge"}
    ]
    assert value["delivery"]["tests"] == [
        {
            "what": "due is oldest first",
            "path": "tests/test_store.py",
            "command": "make test",
            "covers": ["FR-1", "FR-2"],
        }
    ]
    assert value["delivery"]["checks"] == [
        {"action": "All tests pass", "command": "make test", "expected": "exit code 0"},
        {"action": "Open `/metrics`", "expected": "`hooks_pending` is shown"},
    ]
    assert (value["delivery"]["rollout"], value["delivery"]["rollback"]) == (
        ["Run the migration", "Deploy"], ["Drop the table"],
    )  # fmt: skip
    assert value["audit"] == [{"check": "paths", "result": "12 checked"}]
    [question] = value["questions"]
    assert (question["id"], question["marked"]) == ("Q-1", True)
    assert question["text"].startswith("Which threshold")
    assert read.not_read == ()


def test_the_steps() -> None:
    first, second = reading("export", EXPORT).value["tasks"]
    assert first["id"] == "T1"
    assert first["objective"].startswith("Keep deliveries over restarts")
    assert first["changes"] == ["Add `pending_delivery`"]
    assert first["gotchas"] == ["Migrations run in one transaction"]
    assert first["rollback"] == {"kind": "reversible", "note": "drop the table"}
    assert second["depends_on"] == ["T1"]
    assert second["files"] == [
        {"path": "hooks/backoff.py", "change": "new"},
        {"path": "tests/test_backoff.py"},
    ]


@pytest.mark.parametrize(
    ("pointer", "shown"),
    [
        ("/title", "Retry failed"),
        ("/slug", "retry-webhooks)"),
        ("/requirements/functional/1/title", "Disable on 410**"),
        ("/assumptions/0/impact", "high, unresolved"),
        ("/codebase/impact/1/change", "new |"),
        ("/tasks/0/covers/1", "I-3"),
        ("/tasks/1/files/0/change", "new)"),
        ("/delivery/checks/0/command", "make test`"),
        ("/delivery/checks/1/expected", "`hooks_pending`"),
        ("/audit/0/result", "12 checked"),
        ("/questions/0/id", "Q-1:"),
    ],
)
def test_places(pointer: str, shown: str) -> None:
    assert shown_at(reading("export", EXPORT), pointer, EXPORT, len(shown)) == shown


@pytest.mark.parametrize(
    "line",
    ["- **FR-1 – Do it**: It does it.", "- **FR-1: Do it** It does it.", "* **FR-1 Do it:** It does it."],
)
def test_requirements_with_a_title(line: str) -> None:
    read = section("5. Requirements", line)["requirements"]
    assert read == {"functional": [{"id": "FR-1", "title": "Do it", "behaviour": "It does it."}]}


@pytest.mark.parametrize("line", ["- **FR-1**: It does it.", "- FR-1: It does it.", "- `FR-1` – It does it."])
def test_requirements_without_a_title_have_none(line: str) -> None:
    assert section("Requirements", line)["requirements"] == {
        "functional": [{"id": "FR-1", "behaviour": "It does it."}]
    }


@pytest.mark.parametrize("name", ["FR1", "FR 1", "FR-1.1", "FR-01"])
def test_an_id_is_kept_as_it_is_written(name: str) -> None:
    assert section("Requirements", f"- **{name}**: It does it.")["requirements"] == {
        "functional": [{"id": name, "behaviour": "It does it."}]
    }


def test_requirements_without_an_id() -> None:
    read = section(
        "Requirements", "### Functional\n\n- It does it.\n\n### Non-Functional\n\n- It is quick: 10 ms\n"
    )
    assert read["requirements"] == {
        "functional": [{"behaviour": "It does it."}], "qualities": [{"target": "It is quick: 10 ms"}],
    }  # fmt: skip
    text = "## Requirements\n\n- It does it.\n"
    unknown = reading("export", text)
    assert unknown.value == {}
    assert "no id" in unknown.not_read[0]
    assert [one.text for one in unknown.prose] == ["It does it."]


@pytest.mark.parametrize(
    "steps",
    [
        "### Step 1: Do it\n\n- Files: `a.py`\n",
        "### 1. Do it\n\n**Files**: `a.py`\n",
        "### T1 · Do it\n\n- **Files**:\n  - `a.py`\n",
        "#### Task 1 – Do it\n\n**Files:**\n\n| Path | What | File |\n|---|---|---|\n| x | y | `a.py` |\n",
        "1. **Do it**\n   - **Files:** `a.py`\n",
        "1. Do it\n   **Files:** `a.py`\n",
        "- Step 1: Do it\n  - Files:\n    - `a.py`\n",
        "### Step 1: Do it\n\n#### Files\n\n- `a.py`\n",
    ],
)
def test_steps_that_say_the_same(steps: str) -> None:
    [task] = section("9. Implementation Plan (numbered steps)", steps)["tasks"]
    assert task == {"id": "T1", "title": "Do it", "files": [{"path": "a.py"}]}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- [0o0o NEEDS CONFIRMATION] Q-1: Which?", {"id": "Q-1", "marked": True, "text": "Which?"}),
        ("- [ ] **Q-1**: [0o0o NEEDS CONFIRMATION] Which?", {"id": "Q-1", "marked": True, "text": "Which?"}),
        ("- Q-1: Which?", {"id": "Q-1", "text": "Which?"}),
        ("- [0o0o NEEDS CONFIRMATION]: Which one?", {"marked": True, "text": "Which one?"}),
    ],
)
def test_questions(line: str, expected: dict[str, object]) -> None:
    assert section("Open Questions ([0o0o NEEDS CONFIRMATION] only)", line)["questions"] == [expected]


def test_what_does_not_apply_is_an_empty_list() -> None:
    contracts = "## Data & Interface Contracts\n\nNot applicable: no part talks to another.\n"
    text = f"{contracts}\n## Open Questions\n\nNone.\n"
    read = reading("export", text)
    assert read.value == {"codebase": {"interfaces": []}, "questions": []}
    assert [one.text for one in read.prose] == ["Not applicable: no part talks to another."]


def test_audit_as_a_list() -> None:
    read = section("Plan Completeness Audit", "- [x] Ids are unique\n- Paths: 12 checked\n- Order → holds\n")
    assert read["audit"] == [
        {"check": "Ids are unique", "result": "[x]"},
        {"check": "Paths", "result": "12 checked"},
        {"check": "Order", "result": "holds"},
    ]


def test_impact_as_a_list() -> None:
    read = section("Impacted Files & Directories", "- `a.py` (new): why\n- Edit: `b.py`\n")
    assert read["codebase"] == {
        "impact": [{"path": "a.py", "change": "new", "why": "why"}, {"path": "b.py", "change": "edit"}]
    }


def test_a_section_of_no_format_is_kept_as_prose() -> None:
    read = reading("export", "## Thanks\n\nTo everybody.\n\n## Goals\n\n- One\n")
    assert read.value == {"goals": ["One"]}
    assert [(one.heading, one.text) for one in read.prose] == [("Thanks", "To everybody.")]
    assert read.not_read == ("plan.md, line 1: no section of this format is called 'Thanks'",)
