"""Edits as people make them in the documents of each format come back as exactly that change; what cannot be
taken over is asked about at its place, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from bot.effects import PLAN_FILE
from bot.plan.contract import contract_path, contract_text, plan_from_contract
from bot.plan.editing import ReadBack, read_back, written
from bot.plan.facets import Integration
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from tests.plan.formats import faceted
from tests.plan.formats.plans import delivered_plan
from tests.plan.samples import milestone, small_plan, task, webhook_plan

Texts = Mapping[str, str]

PLANS: Mapping[str, Callable[[], Plan]] = {
    "roadmap": webhook_plan,
    "steps": webhook_plan,
    "technical": delivered_plan,
    "export": faceted.PLANS["export", "medium"],
    "functional": faceted.PLANS["functional", "medium"],
}
OWN = {
    "roadmap": "/tasks.md",
    "steps": "/steps.md",
    "technical": "/plan.md",
    "export": "EXPORT/",
    "functional": "/plan.md",
}


def written_files(name: str) -> dict[str, str]:
    return {file.path: file.text for file in FORMATS[name].files(PLANS[name](), {})}


def path_of(texts: Texts, part: str) -> str:
    [path] = [path for path in texts if part in path]
    return path


def edit(name: str, old: str, new: str, part: str = "") -> ReadBack:
    """What comes back when `old` becomes `new` in one file of the plan, by default the format's own."""
    rendered = written_files(name)
    path = path_of(rendered, part or OWN[name])
    assert rendered[path].count(old) == 1, rendered[path].count(old)
    return back(name, {**rendered, path: rendered[path].replace(old, new)})


def back(name: str, now: Texts) -> ReadBack:
    return read_back(PLANS[name](), FORMATS[name], written_files(name), now)


def changes(found: ReadBack) -> list[str]:
    assert [str(one) for one in found.doubts] == []
    return [str(one) for one in found.changes]


NEW_STEP = """- [ ] **Step 7 – Tell the operators** (Effort: S, Risk: Low, Rollback: Safe)
  - **Task**: Write the note on retries.
  - **Files**:
    - `docs/notes.md` (new): the note on retries
  - **Step Dependencies**: Step 4
  - **User Instructions**: none
  - **Acceptance**: The note names all six pauses

## operations
"""
NEW_TASK = """## T7 · Tell the operators

| Milestone | Role | Kind | Track | Effort | Risk | Files at most | After |
|---|---|---|---|:---:|---|---:|---|
| M1 | developer | docs | operations | S | low | 2 | T4 |

Write the note on retries.

| File | Change | What changes |
|---|---|---|
| `docs/notes.md` | new | the note on retries |

**Done when**

- [ ] The note names all six pauses

## T2 · Compute"""
NEW_TECHNICAL = """2. **T7 · Tell the operators** – Write the note on retries.
   - **Files**: `docs/notes.md`
   - **Depends on**: T4
   - **Acceptance**: The note names all six pauses

**Estimated time:** 7 h"""
NEW_EXPORT = """### Step 5: Tell the accountants

- **Purpose**: Write the note on downloads.
- **Files**: `docs/guide.md` (edit)
- **Changes**: `docs/guide.md`: Add the note on downloads
- **Depends on**: Step 4
- **Acceptance**: The note names every column of the file

### Step 4: Describe"""
NEW_CRITERION = """### AC-9: A past year works (FR-1)

- **Given** Today is 2026-01-15
- **When** The file for 2020 is requested
- **Then** The answer has status 200

### AC-2: A future"""
TITLE = "T3 title: Keep failed deliveries instead of dropping them → Keep late deliveries instead of dropping them"  # noqa: E501

RULE_ROW = "| BR-1 | An invoice belongs to the month of its date. | FR-1, FR-2 |\n"
TESTS = "| Test | File | Command | Covers |\n|---|---|---|---|\n"
PAIR = "FR-1; AC-9; The file for 2020 is requested; The answer has status 200"
MANDATED = "AC-9; acceptance; Today is 2026-01-15; The file for 2020 is requested; The answ…"
UNREAD = "no field of the plan takes this up"
WOMBATS = "## Wombats\n\nAsk them first.\n\n"

# format, what stands there, what a person makes of it, what comes back
EDITS = [
    # a reworded title
    ("roadmap", "T3 · Keep failed", "T3 · Keep late", [TITLE]),
    ("steps", "Step 3 – Keep failed", "Step 3 – Keep late", [TITLE]),
    ("technical", "T3 · Keep failed", "T3 · Keep late", [TITLE]),
    ("export", "Step 3: Show the", "Step 3: Show a", [
        "T3 title: Show the button on the invoice page → Show a button on the invoice page"]),
    ("functional", "FR-3: Button on", "FR-3: A button on", [
        "FR-3 title: Button on the invoice page → A button on the invoice page"]),
    # a ticked box
    ("roadmap", "- [ ] Adding the same", "- [x] Adding the same", [
        "T1 'Adding the same delivery id twice keeps one row' done"]),
    ("steps", "- [ ] **Step 2", "- [x] **Step 2", ["T2 done"]),
    ("export", "| [ ] | Run all tests", "| [x] | Run all tests", [
        "'Run all tests make test Exit code 0 and no failed test' done"]),
    # a changed dependency
    ("roadmap", "| M | high | 4 | T1, T2 |", "| M | high | 4 | T1 |", ["T3 depends_on: without T2"]),
    ("steps", "Dependencies**: Step 1, Step 2", "Dependencies**: Step 2", ["T3 depends_on: without T1"]),
    ("technical", "- **Depends on**: T1, T2", "- **Depends on**: T2", ["T3 depends_on: without T1"]),
    ("export", "- **Depends on**: Step 2", "- **Depends on**: Step 1, Step 2", ["T3 depends_on: with T1"]),
    ("functional", "**Covers**: I-2", "**Covers**: I-2, I-4", ["FR-2 covers: with I-4"]),
    ("functional", "| FR-3, NFR-2 | WS-1 | WS-2 |  |", "| FR-3, NFR-2 | WS-1, WS-2 |  |  |", [
        "WS-2 parallel_with: without WS-3",
        "WS-2 blocks: with WS-3",
        "WS-3 depends_on: with WS-2",
        "WS-3 parallel_with: without WS-2",
        "streams.groups: without 2; WS-2, WS-3; with 2; WS-2; with 3; WS-3",
    ]),
    # a criterion or test more
    ("roadmap", "- [ ] Adding the same", "- [ ] Two workers add one row\n- [ ] Adding the same", [
        "T1 acceptance: with Two workers add one row"]),
    ("steps", "    - Adding the same", "    - Two workers add one row\n    - Adding the same", [
        "T1 acceptance: with Two workers add one row"]),
    ("technical", "     - Adding the same", "     - Two workers add one row\n     - Adding the same", [
        "T1 acceptance: with Two workers add one row"]),
    ("export", "- **Acceptance**: The guide names every column of the file",
     "- **Acceptance**:\n  - The guide names every column of the file\n  - The guide names the refusal", [
        "T4 acceptance: with The guide names the refusal"]),
    ("functional", "### AC-2: A future", NEW_CRITERION, [
        "AC-9 added: A past year works",
        f"requirements.verification: with {PAIR}",
        f"requirements.mandate: with {MANDATED}",
        f"requirements.review: with {PAIR}",
    ]),
    # a changed risk
    ("roadmap", "| M | high | 4 | T1, T2 |", "| M | medium | 4 | T1, T2 |", ["T3 risk_class: high → medium"]),
    ("steps", "(Effort: M, Risk: High,", "(Effort: M, Risk: Med,", ["T3 risk_class: high → medium"]),
    ("technical", "twice | Medium |", "twice | High |", ["delivery.risks.0.impact: medium → high"]),
    ("export", "M **Risk**: medium", "M **Risk**: low", ["T2 risk_class: medium → low"]),
    ("functional", "has a date | high |", "has a date | low |", ["A-2 impact: high → low"]),
    # a moved task
    ("steps", "## operations", "## watching", ["T5 track: operations → watching"]),
    ("roadmap", "| M2 | developer | feature | operations |", "| M1 | developer | feature | operations |", [
        "T5 milestone: M2 → M1"]),
    # a new task, requirement or rule
    ("roadmap", "## T2 · Compute", NEW_TASK, ["T7 added: Tell the operators"]),
    ("steps", "## operations\n", NEW_STEP, ["T7 added: Tell the operators"]),
    ("export", "### Step 4: Describe", NEW_EXPORT, ["T5 added: Tell the accountants"]),
    ("functional", RULE_ROW, f"{RULE_ROW}| BR-2 | A month ends at midnight | FR-1 |\n", [
        "BR-2 added: A month ends at midnight"]),
    # a removed row
    ("functional", RULE_ROW, "", ["BR-1 removed"]),
    # a planned test more
    ("technical", TESTS, f"{TESTS}| A 410 stores none | `tests/test_dispatch.py` | `make test` | I-2 |\n", [
        "delivery.tests: with tests/test_dispatch.py"]),
    # other fields
    ("technical", "- `hooks/cli.py` - `queue` command", "- `hooks/cli.py` - the `queue` command", [
        "T5 files.hooks/cli.py.summary: `queue` command → the `queue` command"]),
    ("export", "`src/app.py`: Add the route and", "`src/app.py`: Add one route and", [
        "T2 files.src/app.py.summary: Add the route and its refusal of future months → Add one route and its "
        "refusal of future months"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "wanted"), EDITS)
def test_an_edit_comes_back_as_exactly_that_change(name: str, old: str, new: str, wanted: list[str]) -> None:
    assert changes(edit(name, old, new)) == wanted


def test_a_box_in_a_table_is_ticked_and_stays_ticked() -> None:
    rendered = written_files("functional")
    path = path_of(rendered, "/plan.md")
    row = "| FR-1 | AC-1 | The answer has status 200 and a file of 4 lines | [ ] |"
    now = {**rendered, path: rendered[path].replace(row, row.replace("[ ]", "[x]"))}
    found = back("functional", now)
    assert changes(found) == ["'FR-1 AC-1 The answer has status 200 and a file of 4 lines' done"]
    assert not found.plan_changed
    again = written(found.plan, FORMATS["functional"], now)
    assert isinstance(again, Mapping)
    assert again[path] == now[path]


def test_a_new_task_of_a_technical_plan_takes_its_files_from_the_list_of_files() -> None:
    rendered = written_files("technical")
    path = path_of(rendered, "/plan.md")
    text = rendered[path].replace("**Estimated time:** 7 h", NEW_TECHNICAL)
    text = text.replace(
        "**Modified files:**", "- `docs/notes.md` - the note on retries\n\n**Modified files:**"
    )
    found = back("technical", {**rendered, path: text})
    assert changes(found) == ["T7 added: Tell the operators", "P2 tasks: with T7"]
    new = found.plan.tasks[-1]
    assert (new.id, new.milestone, new.origin, new.files[0].change) == ("T7", "M1", "person", "new")
    assert new.files[0].summary == "the note on retries"


def test_a_new_task_edits_a_file_that_another_one_has() -> None:
    """The list of files names each once, whatever several tasks do to it."""
    new = NEW_TECHNICAL.replace("docs/notes.md", "hooks/backoff.py")
    found = edit("technical", "**Estimated time:** 7 h", new)
    assert found.plan.tasks[-1].files[0].change == "edit"
    [row] = [one for one in FORMATS["technical"].shown(found.plan)["codebase"]["impact"]
             if one["path"] == "hooks/backoff.py"]  # fmt: skip
    assert row["change"] == "new"


def test_rows_that_a_document_shows_in_another_order_and_in_other_words_stay_the_same_rows() -> None:
    calls = Integration(kind="call", system="Mailer", purpose="Sends", note="Three tries")
    used = Integration(kind="consumer", system="Books", purpose="Reads the `color`", note="Daily")
    plan = PLANS["functional"]()
    assert plan.requirements is not None
    wanted = plan.requirements.model_copy(update={"integrations": (calls, used)})
    plan = plan.model_copy(update={"requirements": wanted})
    rendered = {file.path: file.text for file in FORMATS["functional"].files(plan, {})}
    now = {path: text.replace("Daily", "Weekly") for path, text in rendered.items() if path.endswith(".md")}
    found = read_back(plan, FORMATS["functional"], rendered, {**rendered, **now})
    assert found.plan.requirements is not None
    assert [one.note for one in found.plan.requirements.integrations] == ["Three tries", "Weekly"]


def moved(text: str, start: str, end: str, before: str) -> str:
    """The text with a part, from `start` up to `end`, put before another one."""
    part = text[text.index(start) : text.index(end)]
    return text.replace(part, "").replace(before, f"{part}{before}")


@pytest.mark.parametrize(
    ("name", "start", "end", "before", "wanted"),
    [
        ("technical", "3. **T3 ·", "\n**Estimated time:** 6 h", "1. **T4 ·", [
            "P1 tasks: without T3", "P2 tasks: with T3"]),
        ("export", "### Step 3:", "### Step 4:", "## Data & Interface", ["tasks: in another order"]),
        ("functional", "### FR-2:", "### FR-3:", "## Business Rules", [
            "requirements.functional: in another order"]),
    ],
)  # fmt: skip
def test_what_is_moved_to_another_place_moves(
    name: str, start: str, end: str, before: str, wanted: list[str]
) -> None:
    rendered = written_files(name)
    path = path_of(rendered, OWN[name])
    text = moved(rendered[path], start, end, before)
    assert changes(back(name, {**rendered, path: text})) == wanted


def test_a_section_with_an_empty_table_holds_nothing_whatever_its_data_says() -> None:
    found = edit("functional", RULE_ROW, "")
    assert found.plan.requirements is not None
    assert found.plan.requirements.rules == ()


def cut(text: str, start: str, end: str) -> str:
    return text[: text.index(start)] + text[text.index(end) :]


@pytest.mark.parametrize(
    ("name", "start", "end", "wanted"),
    [
        ("roadmap", "## T6 ·", "", ["T6 removed"]),
        ("steps", "- [ ] **Step 6", "", ["T6 removed"]),
        ("technical", "2. **T6 ·", "\n**Estimated time:** 5 h", ["T6 removed", "P3 tasks: without T6"]),
        ("functional", "| — | unit |", "\n\n## Review", ["requirements.mandate: without unit; The month …"]),
    ],
)  # fmt: skip
def test_a_removed_item_is_removed(name: str, start: str, end: str, wanted: list[str]) -> None:
    rendered = written_files(name)
    path = path_of(rendered, OWN[name])
    text = rendered[path][: rendered[path].index(start)] + (
        rendered[path][rendered[path].index(end) :] if end else ""
    )
    found = changes(back(name, {**rendered, path: text}))
    assert [one[: len(want) - 1] for one, want in zip(found, wanted, strict=True)] == [
        want[:-1] for want in wanted
    ]


def test_a_removed_step_takes_along_what_names_it_and_leaves_a_question() -> None:
    """Which step covers the demand now, nobody but a person knows."""
    rendered = written_files("export")
    path = path_of(rendered, "EXPORT/")
    text = cut(rendered[path], "### Step 4: Describe", "## Data & Interface Contracts")
    text = cut(text, "| `docs/guide.md`", "| `tests/test_invoice_lines.py` | new")
    found = back("export", {**rendered, path: text})
    assert str(found.changes[0]) == "T4 removed"
    assert "P2 tasks: without T4" in map(str, found.changes)
    [doubt] = found.doubts
    assert "I-4 'Mention it in the guide' is not covered" in doubt.message


@pytest.mark.parametrize("name", FORMATS)
def test_white_space_wrapping_and_line_ends_are_no_change(name: str) -> None:
    rendered = written_files(name)
    for now in (
        {path: text.replace("\n", "\r\n") for path, text in rendered.items()},
        {path: f"\ufeff{text}" if path.endswith(".md") else text for path, text in rendered.items()},
        {path: text.replace("\n\n", "\n\n\n") for path, text in rendered.items()},
        {path: text.replace(" a ", "  a ") for path, text in rendered.items() if path.endswith(".md")},
        {},
    ):
        found = back(name, now)
        assert changes(found) == []
        assert found.plan == PLANS[name]()


def test_wrapped_lines_are_no_change() -> None:
    found = edit(
        "steps",
        "  - **Task**: Add a loop to the worker that",
        "  - **Task**: Add a loop to the\n    worker that",
    )
    assert changes(found) == []


def test_line_breaks_and_spelling_of_the_plan_stay_where_nothing_was_edited() -> None:
    plan = small_plan(task("T1", objective="First:\n- keep the color\n- keep the rest"))
    rendered = {file.path: file.text for file in FORMATS["steps"].files(plan, {})}
    now = {path: text.replace("keep the rest", "keep all the rest") for path, text in rendered.items()}
    found = read_back(
        plan, FORMATS["steps"], rendered, {**now, contract_path(12): rendered[contract_path(12)]}
    )
    assert [one.field for one in found.changes] == ["objective"]
    assert found.plan.tasks[0].objective == "First:\n- keep the color\n- keep all the rest"


# --- two voices --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["roadmap", "steps", "technical", "export"])
def test_the_section_may_be_edited_instead(name: str) -> None:
    title = PLANS[name]().tasks[1].title
    found = edit(name, f"| T2 | {title} |", "| T2 | Something else altogether |", PLAN_FILE)
    assert changes(found) == [f"T2 title: {title} → Something else altogether"]


def test_the_same_edit_in_both_is_one_change_and_different_ones_are_asked_about() -> None:
    rendered = written_files("steps")
    path, title = path_of(rendered, "/steps.md"), "Compute the pause before each attempt"
    same = {
        one: text.replace(title, "Wait") if one.endswith(".md") else text for one, text in rendered.items()
    }
    assert changes(back("steps", same)) == [f"T2 title: {title} → Wait"]
    differ = {**same, path: same[path].replace("– Wait", "– Pause")}
    found = back("steps", differ)
    message = "two documents were changed differently, 'Pause' and 'Wait'. Which one holds?"
    assert [one.message for one in found.doubts] == [f"T2 title: {message}"]
    assert found.doubts[0].at is not None


def contract_edit(name: str, **fields: object) -> str:
    plan = PLANS[name]()
    changed = plan.tasks[1].model_copy(update=fields)
    return contract_text(plan.model_copy(update={"tasks": (plan.tasks[0], changed, *plan.tasks[2:])}))


def test_an_edit_of_the_contract_counts_too_and_joins_those_of_the_document() -> None:
    rendered = written_files("steps")
    path, contract = path_of(rendered, "/steps.md"), contract_path(412)
    now = {**rendered, contract: contract_edit("steps", title="Wait", effort="L")}
    assert changes(back("steps", now)) == [
        "T2 title: Compute the pause before each attempt → Wait",
        "T2 effort: S → L",
    ]
    now[path] = rendered[path].replace("Rollback: Safe)", "Rollback: Manual)", 1)
    assert len(back("steps", now).changes) == 3


def test_contract_and_document_that_differ_are_asked_about() -> None:
    rendered = written_files("steps")
    path = path_of(rendered, "/steps.md")
    now = {**rendered, contract_path(412): contract_edit("steps", title="Wait")}
    now[path] = rendered[path].replace("Compute the pause before", "Count the pause before")
    [doubt] = back("steps", now).doubts
    assert doubt.pointer == "/tasks/T2/title"
    assert doubt.at is not None
    assert doubt.at.file == path
    assert "the documents and the contract were changed differently" in doubt.message


# --- what is asked -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("steps", "## operations", "Ask the wombats.\n\n## operations", f"{UNREAD}: 'Ask the wombats.'"),
        ("roadmap", "## T2 ·", "Ask the *wombats* first.\n\n## T2 ·", f"{UNREAD}: 'Ask the"),
        ("export", "## Testing Plan", f"{WOMBATS}## Testing Plan", UNREAD),
        ("functional", "## Out of Scope", f"{WOMBATS}## Out of Scope", UNREAD),
        ("technical", "## Deployment", f"{WOMBATS}## Deployment", UNREAD),
        ("steps", "**Step 5 –", "**Step 9 –", "T5 is called T9 here. Ids never change"),
        ("steps", "**Step 5 –", "**Step 4 –", "T4 stands here 2 times"),
        ("steps", "Dependencies**: Step 1, Step 2", "Dependencies**: Step 1, Step 8", "depends on missing"),
        ("roadmap", "| M | high | 4 | T1, T2 |", "| M | dire | 4 | T1, T2 |", "tasks T3 risk_class"),
        ("roadmap", "| M | high | 4 | T1, T2 |", "| M | high | many | T1, T2 |", "tasks T3 max_diff_scope"),
        ("roadmap", "## T2 ·", "<<<<<<< HEAD\n## T2 ·", "a merge conflict is left here"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_is_asked_at_its_place(name: str, old: str, new: str, message: str) -> None:
    rendered = written_files(name)
    path = path_of(rendered, OWN[name])
    found = edit(name, old, new)
    asked = [one for one in found.doubts if message in one.message]
    assert asked, [str(one) for one in found.doubts]
    assert asked[0].at is not None
    assert asked[0].at.file == path
    line = rendered[path].replace(old, new).split("\n")[asked[0].at.line - 1]
    assert line.strip()


def test_a_damaged_mark_is_asked_about_and_a_section_that_is_gone_comes_back() -> None:
    rendered = written_files("steps")
    begin = rendered[PLAN_FILE][rendered[PLAN_FILE].index("<!--") :].split("\n")[0]
    [doubt] = back("steps", {**rendered, PLAN_FILE: rendered[PLAN_FILE].replace(begin, begin * 2)}).doubts
    assert "IMPLEMENTATION_PLAN.md, line" in doubt.message
    assert changes(back("steps", {**rendered, PLAN_FILE: "# Ours\n"})) == []


def test_broken_json_is_asked_about_at_its_line() -> None:
    rendered = written_files("steps")
    now = {**rendered, contract_path(412): rendered[contract_path(412)].replace('"title"', "title", 1)}
    [doubt] = back("steps", now).doubts
    assert doubt.at is not None
    assert doubt.at.file == contract_path(412)


def test_json_that_follows_from_the_plan_is_not_edited() -> None:
    rendered = written_files("functional")
    path = path_of(rendered, "plan_output.json")
    now = {**rendered, path: rendered[path].replace("Lines of the file", "Rows of the file")}
    [doubt] = back("functional", now).doubts
    assert path in doubt.message


def test_all_tasks_gone_is_asked_about() -> None:
    rendered = written_files("steps")
    found = back("steps", {**rendered, path_of(rendered, "/steps.md"): "# Implementation Plan\n"})
    assert any("T1, T2, T3, T4, T5, T6 are gone" in one.message for one in found.doubts)


def test_what_comes_back_by_itself_cannot_be_taken_out() -> None:
    [doubt] = edit("steps", "  - *Can run beside Step 2.*\n", "").doubts
    assert "would come back" in doubt.message


def test_the_last_milestone_may_be_marked_done() -> None:
    plan = small_plan(milestones=(milestone("M1"),))
    rendered = {file.path: file.text for file in FORMATS["roadmap"].files(plan, {})}
    now = {**rendered, PLAN_FILE: rendered[PLAN_FILE].replace("| active |", "| done |")}
    found = read_back(plan, FORMATS["roadmap"], rendered, now)
    assert changes(found) == ["M1 status: active → done"]
    assert plan_from_contract(contract_text(found.plan)) == found.plan


@pytest.mark.parametrize("name", FORMATS)
def test_all_files_agree_after_an_edit_and_a_second_look_finds_nothing(name: str) -> None:
    rendered = written_files(name)
    now = {**rendered, PLAN_FILE: rendered[PLAN_FILE].replace("- **Q-1** Wh", "- **Q-1** Please: wh")}
    if name == "functional":
        path = path_of(rendered, "/plan.md")
        now = {**rendered, path: rendered[path].replace("- [ ] **Q-1**: Wh", "- [ ] **Q-1**: Please: wh")}
    elif name == "export":
        path = path_of(rendered, "EXPORT/")
        now = {**rendered, path: rendered[path].replace("**Q-1**: Wh", "**Q-1**: Please: wh")}
    found = back(name, now)
    assert [one.pointer for one in found.changes] == ["/questions/Q-1/text"], found.doubts
    assert found.doubts == ()
    again = written(found.plan, FORMATS[name], now)
    assert isinstance(again, Mapping)
    assert plan_from_contract(again[contract_path(found.plan.issue)]) == found.plan
    second = read_back(found.plan, FORMATS[name], again, again)
    assert changes(second) == []
