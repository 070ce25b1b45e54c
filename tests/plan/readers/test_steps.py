"""Steps: the scaffold and what people make of it."""

from __future__ import annotations

import pytest

from bot.plan.loose import loosely
from tests.plan.readers.documents import STEPS, golden, reading, seed, shown_at


def step(
    body: str, line: str = "- [ ] **Step 4 – Title** (Effort: S, Risk: Low, Rollback: Safe)"
) -> dict[str, object]:
    """The one task of a plan with this step."""
    [task] = reading("steps", f"# Implementation Plan\n\n## Core\n{line}\n{body}").value["tasks"]
    assert isinstance(task, dict)
    return task


def test_the_scaffold_of_the_seed() -> None:
    text = seed("000")
    read = reading("steps", text)
    assert read.value == golden("000")
    assert (read.kind, read.format) == ("steps", "steps")
    assert shown_at(read, "/tasks/0/title", text, 5) == "Brief"
    assert shown_at(read, "/tasks/0/files/1/path", text) == "path/file2.test.ts`:"
    assert shown_at(read, "/tasks/0/files/1/summary", text) == "summary of tests"
    assert shown_at(read, "/tasks/2/depends_on/0", text) == "after initial projec"
    assert shown_at(read, "/tasks/3/risk_class", text, 4) == "High"
    assert shown_at(read, "/tasks/3/rollback/note", text, 7) == "run `te"
    assert [one.text for one in read.prose] == ["…"]
    assert "line 14" in read.not_read[0]


def test_a_whole_plan() -> None:
    read = reading("steps", STEPS)
    tasks = read.value["tasks"]
    assert read.value["title"] == "Retry failed webhooks"
    assert [one["id"] for one in tasks] == ["T1", "T2", "T3", "T4"]
    assert [one["depends_on"] for one in tasks] == [[], ["T1"], ["T1", "T2"], ["T1", "T2", "T3"]]
    assert [one.get("kind", "") for one in tasks] == ["", "", "verification", "release"]
    assert tasks[0]["files"][0] == {
        "path": "migrations/0042_pending.sql",
        "change": "new",
        "summary": "table and index",
    }
    assert tasks[0]["commands"] == ["make test", "make lint"]
    assert tasks[0]["covers"] == ["I-1", "I-3"]
    assert tasks[0]["rollback"] == {"kind": "reversible", "note": "drop the table"}
    assert tasks[1]["files"] == [{"path": "hooks/dispatch.py"}, {"path": "tests/test_dispatch.py"}]
    assert tasks[1]["gotchas"] == ["`send` runs inside the request"]
    assert tasks[2]["files"] == []
    assert read.not_read == ()
    assert [str(one.change) for one in loosely(read.value).tasks[1].files] == ["", ""]


def test_a_ticked_box_is_kept_with_its_place() -> None:
    read = reading("steps", STEPS)
    assert [one.get("done") for one in read.value["tasks"]] == [True, None, None, None]
    assert read.places["/tasks/0/done"].line == 4


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] **Step 4 – Title** (Effort: S, Risk: Low, Rollback: Safe)",
        "- [ ] **Step 4 - Title** (Effort: S, Risk: Low, Rollback: Safe)",
        "* [ ] __Step 4: Title__ (effort S; risk low; rollback safe)",
        "- **Step 4 — Title** (Effort: S | Risk: Low | Rollback: Safe)",
        "1. **Step 4. Title (Effort: S, Risk: Low, Rollback: Safe)**",
        "- [ ] Step 4 – Title (Effort: S, Risk: Low, Rollback: Safe)",
        "### Step 4: Title (Effort: S, Risk: Low, Rollback: Safe)",
        "**Step 4 – Title** (Effort: S, Risk: Low,\nRollback: Safe)\n",
        "- [ ] Step 4 – Title\n  - Effort: S\n  - **Risk:** Low\n  - **Rollback**: Safe",
        "- [ ] **Step 4 –\n  Title** (Effort: S,\n  Risk: Low, Rollback: Safe)",
    ],
)
def test_lines_that_say_the_same(line: str) -> None:
    task = step("", line)
    assert task == {
        "id": "T4", "title": "Title", "effort": "S", "risk_class": "low", "rollback": {"kind": "safe"},
        "track": "Core",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("none", []),
        ("None.", []),
        ("—", []),
        ("Step 4", ["T4"]),
        ("Step 4, Step 5", ["T4", "T5"]),
        ("Steps 4 and 5", ["T4", "T5"]),
        ("4, 5", ["T4", "T5"]),
        ("Steps 2–4", ["T2", "T3", "T4"]),
        ("T2", ["T2"]),
        ("Step N", ["TN"]),
        ("`Step 4`, `Step 5`.", ["T4", "T5"]),
        ("after initial project structure", ["after initial project structure"]),
        ("all earlier infra steps", ["all earlier infra steps"]),
        ("Step 4, and once the table is there", ["Step 4, and once the table is there"]),
    ],
)
def test_dependencies(said: str, expected: list[str]) -> None:
    assert step(f"  - **Step Dependencies**: {said}")["depends_on"] == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (" `a.py`: what", [{"path": "a.py", "summary": "what"}]),
        (" `a.py` (new): what", [{"path": "a.py", "change": "new", "summary": "what"}]),
        (" `a.py` – what", [{"path": "a.py", "summary": "what"}]),
        (" src/a.py - what", [{"path": "src/a.py", "summary": "what"}]),
        (" `a.py`, `b.py` (delete)", [{"path": "a.py"}, {"path": "b.py", "change": "delete"}]),
        (" `b.py` (rename from `a.py`)", [{"path": "b.py", "change": "rename", "source": "a.py"}]),
        (" `a.py` → `b.py`", [{"path": "b.py", "change": "rename", "source": "a.py"}]),
        ("\n    - Create: `a.py`", [{"path": "a.py", "change": "new"}]),
        ("\n    - **Modify** `a.py`: what", [{"path": "a.py", "change": "edit", "summary": "what"}]),
        ("\n    1. [a.py](a.py): what", [{"path": "a.py", "summary": "what"}]),
        ("\n    - Makefile: `x` target", [{"path": "Makefile", "summary": "`x` target"}]),
        (" none", []),
        (" `a.py` (new): one; `b.py` (edit): two", [
            {"path": "a.py", "change": "new", "summary": "one"},
            {"path": "b.py", "change": "edit", "summary": "two"}]),
    ],
)  # fmt: skip
def test_files(said: str, expected: list[dict[str, str]]) -> None:
    assert step(f"  - **Files**:{said}")["files"] == expected


def test_a_file_list_without_file_names_is_no_file() -> None:
    read = reading("steps", "## A\n- [ ] **Step 1 – B** (Effort: S)\n  - **Files**: to be decided\n")
    assert "files" not in read.value["tasks"][0]
    assert "no file name in 'to be decided'" in read.not_read[0]
    assert [one.text for one in read.prose] == ["to be decided"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Safe", {"kind": "safe"}),
        ("Reversible – drop the table", {"kind": "reversible", "note": "drop the table"}),
        ("Manual (call the operators)", {"kind": "manual", "note": "call the operators"}),
        ("drop the table", {"note": "drop the table"}),
        ("manual-only steps", {"note": "manual-only steps"}),
    ],
)
def test_rollback_without_a_word_on_the_line(said: str, expected: dict[str, str]) -> None:
    assert step(f"  - **Rollback**: {said}", "- [ ] **Step 4 – Title** (Effort: S)")["rollback"] == expected


def test_words_that_are_no_choice_stay_as_they_are() -> None:
    task = step("", "- [ ] **Step 4 – Title** (Effort: XL, Risk: Extreme, Rollback: Maybe)")
    assert (task["effort"], task["risk_class"], task["rollback"]) == ("XL", "Extreme", {"kind": "Maybe"})


@pytest.mark.parametrize(
    ("track", "body", "kind"),
    [
        ("CI / Quality Gates", "  - **Files**: none", "verification"),
        ("CI & Quality Gates", "  - **Files**: `ci.yml`", "setup"),
        ("Quality gates", "  - **Files**: `ci.yml`", "setup"),
        ("Release & Deployment", "  - **Files**: none", "release"),
        ("Release notes page", "  - **Files**: none", None),
        ("Backend", "  - **Files**: none", None),
    ],
)
def test_what_a_track_says_of_its_steps(track: str, body: str, kind: str | None) -> None:
    text = f"## {track}\n- [ ] **Step 1 – A** (Effort: S)\n{body}\n"
    [task] = reading("steps", text).value["tasks"]
    assert (task["track"], task.get("kind")) == (track, kind)


def test_what_is_no_step_is_kept_as_prose() -> None:
    text = "# Plan\n\nAn introduction.\n\n## Core\n- [ ] Buy milk\n\n```sh\nls\n```\n\nThat is all.\n"
    read = reading("steps", text)
    assert "tasks" not in read.value
    assert [one.text for one in read.prose] == [
        "An introduction.",
        "Buy milk",
        "```sh\nls\n```",
        "That is all.",
    ]
    assert read.not_read == ("plan.md, line 6: this list item is not a step",)


def test_a_label_nobody_knows_is_not_read() -> None:
    read = reading(
        "steps", "## A\n- [ ] **Step 1 – B** (Effort: S)\n  - **Mood**: good\n  - **Task**: Do it.\n"
    )
    assert read.value["tasks"][0]["objective"] == "Do it."
    assert len(read.not_read) == 1
    assert "Mood" in read.not_read[0]
