"""Sections and steps of documents: near misses that must pass, and what a report says."""

from __future__ import annotations

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from bot.plan.formats.sections import LAYOUTS
from bot.plan.rules import lint
from bot.plan.rules.structure import _longest_rise
from tests.plan.rules.fixtures.base import given
from tests.plan.rules.fixtures.functional import ALL, needing
from tests.plan.rules.fixtures.pages import TEXTS, edited, foreign, read, without
from tests.plan.rules.fixtures.scaffold import DONE, GATE, WORK, phases, tasks, ticked, updated

FORM = ("PLN005", "PLN101", "PLN102", "PLN103", "PLN104", "PLN105", "PLN107", "PLN108", "PLN114")


@pytest.mark.parametrize("plan_format", TEXTS)
def test_a_sound_document_passes_every_rule_on_form(plan_format: str) -> None:
    report = lint(read(plan_format), select=FORM)
    assert report.findings == ()
    assert {"PLN101", "PLN102", "PLN103", "PLN104", "PLN114"} <= set(report.passed)


def test_a_section_of_ours_passes_every_rule_on_form() -> None:
    report = lint(given(), select=FORM)
    assert report.findings == ()
    assert len(report.passed) == 6


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("## Goals", "## 3. Goals"),
        ("## Goals", "## GOALS"),
        ("## Data & Interface Contracts", "## Data and Interface Contracts (if applicable)"),
        ("## Summary", "## One-paragraph Summary"),
        ("## Non-Goals", "## Non Goals"),
        ("## Impacted Files & Directories", "## **Impacted Files & Directories**"),
    ],
)
def test_titles_are_compared_by_their_words(old: str, new: str) -> None:
    report = lint(edited("export", (f"{old}\n", f"{new}\n")), select=["PLN101", "PLN102", "PLN104"])
    assert report.findings == ()


def test_each_missing_section_is_a_finding_of_its_own() -> None:
    bare = read("export", "# Plan: A (a)\n\n## Goals\n\n- One\n")
    found = lint(bare, select=["PLN101"]).findings
    assert len(found) == len({one.fingerprint for one in found}) == len(LAYOUTS["export"].sections) - 1
    assert found[0].message == "Missing section 'Summary' (in the format export)"
    assert {one.location.line for one in found if one.location} == {1, 5}


@pytest.mark.parametrize("heading", ["## Dev Environment", "## Schema Changes"])
def test_conditional_sections_are_not_required(heading: str) -> None:
    assert heading not in TEXTS["functional"]
    assert lint(without("functional", "## Security Considerations"), select=["PLN101"]).ok


def test_a_plan_without_a_release_step_needs_no_release_section() -> None:
    assert lint(without("steps", "## Release & Deployment", plan={"tasks": []}), select=["PLN101"]).ok


def test_the_moved_section_is_named_with_what_comes_before_it() -> None:
    moved = edited(
        "technical",
        ("## Deployment\n\n1. Migrate, then deploy\n", ""),
        ("## Testing Strategy", "## Deployment\n\nNow.\n\n## Testing Strategy"),
    )
    (found,) = lint(moved, select=["PLN102"]).findings
    assert found.message == "Section 'Deployment' must come after 'Dependencies'"
    first = edited("export", ("## Goals", "## X"), ("## Summary", "## Goals"), ("## X", "## Summary"))
    assert len(lint(first, select=["PLN102"]).findings) == 1


@over(st.lists(st.integers(0, 6), max_size=9))
def test_what_is_kept_is_a_longest_run_in_order(ranks: list[int]) -> None:
    kept = _longest_rise(ranks)
    values = [ranks[at] for at in kept]
    assert values == sorted(values)
    assert list(kept) == sorted(set(kept))
    best = [1] * len(ranks)
    for at in range(len(ranks)):
        best[at] += max((best[one] for one in range(at) if ranks[one] <= ranks[at]), default=0)
    assert len(kept) == max(best, default=0)


@pytest.mark.parametrize(
    "content",
    ["*None open.*", "`a`", "1. One", "| a |\n|---|\n| b |", "```\ncode\n```", "No change of payloads"],
)
def test_a_section_with_anything_in_it_is_not_empty(content: str) -> None:
    report = lint(edited("export", ("- Changing the payload", content)), select=["PLN103"])
    assert report.passed == ("PLN103",)


def test_a_heading_may_repeat_under_another_parent() -> None:
    text = "# Plan\n\n## One\n\n### Files\n\na\n\n## Two\n\n### Files\n\nb\n"
    assert lint(foreign(text), select=["PLN104"]).passed == ("PLN104",)


@pytest.mark.parametrize(
    "text",
    [
        "As an AI engineer, I want to see the plan.",
        "As an AI assistant, I want to read the file.",
        "- I cannot delete what is shared",
        "> Here is the plan",
        "Strip `<think>` from replies.",
        "```\n<think>\n```",
        "<details>\n<summary>More</summary>\n</details>",
        "<!-- <think> -->",
        "There is the plan of the house.",
        "The plan: here is how the plan is stored.",
    ],
)
def test_text_about_plans_is_part_of_a_plan(text: str) -> None:
    assert lint(foreign(f"# Plan\n\n{text}\n"), select=["PLN114"]).passed == ("PLN114",)


def test_a_line_across_the_page_may_stand_between_sections() -> None:
    ruled = TEXTS["technical"].replace("\n## ", "\n---\n\n## ")
    assert lint(read("technical", ruled), select=["PLN114"]).passed == ("PLN114",)


# --- steps, phases, tables --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- [ ] **Step 1", "- [x] **Step 1"),
        ("  - **Task**: Add", "  - **Task:** Add"),
        ("**User Instructions**: restart", "**User Instructions**: Step through it and restart"),
    ],
)
def test_a_step_may_be_ticked_and_written_with_the_colon_inside(old: str, new: str) -> None:
    assert lint(edited("steps", (old, new)), select=["PLN107", "PLN108"]).findings == ()


def test_spaces_of_typesetters_are_spaces() -> None:
    typeset = TEXTS["steps"].replace("Step 1 ", "Step\u00a01\u202f").replace("Effort: ", "Effort:\u00a0")
    report = lint(
        read("steps", typeset.replace("**Step Dep", "**Step\u00a0Dep")), select=["PLN107", "PLN108"]
    )
    assert report.passed == ("PLN107", "PLN108")


def test_an_item_that_begins_with_the_word_is_no_step() -> None:
    more = ("**Task**: Add the table", "**Task**:\n    - [ ] Step through the code\n    - [ ] Add the table")
    assert lint(edited("steps", more), select=["PLN107", "PLN108"]).findings == ()


def test_a_step_that_is_not_in_the_plan_is_found_at_its_line() -> None:
    (found,) = lint(
        edited("steps", ("Rollback: Safe)", "Rollback: None)"), plan={}), select=["PLN108"]
    ).findings
    assert (found.pointer, str(found.location)) == ("", "specs/12-retry/steps.md:5:7")


@pytest.mark.parametrize("heading", ["### Step 1: Store", "### Step 1 \u2013 Store", "### 1. Store"])
def test_steps_of_an_export_may_be_headings(heading: str) -> None:
    fields = "- **Purpose**: a\n- **Files**: `a.py`\n- **Changes**: b\n"
    text = TEXTS["export"].replace("1. **Store failed deliveries**", f"{heading}\n\n{fields}\nMore:")
    found = lint(read("export", text.replace("   - **Notes**", "   - Other")), select=["PLN107"]).findings
    assert [one.message for one in found] == ["Step 1 lacks Notes"]


def test_estimates_may_be_ranges() -> None:
    assert lint(phases("2-4 h", "1-2 days", total="10-20 hours"), select=["PLN112"]).passed == ("PLN112",)
    (found,) = lint(phases("2-4 h", "2 h", total="4 h"), select=["PLN112"]).findings
    assert (found.message, found.suggestion) == ("Phases: total 4 h != 4-6 h", "4-6 h")


def test_boxes_are_judged_only_where_the_past_is_known() -> None:
    report = lint(read("steps", ticked(1)), select=["PLN115"])
    assert [one.rule for one in report.skipped] == ["PLN115"]


def test_ticks_of_a_milestone_that_is_done_and_of_a_renamed_plan_are_in_order() -> None:
    done = read("steps", ticked(2), plan=DONE, before_files={})
    assert lint(done, select=["PLN115"]).passed == ("PLN115",)
    earlier = {"specs/12-a/steps.md": ticked(1)}
    renamed = read("steps", ticked(1), path="specs/12-b/steps.md", before_files=earlier)
    assert lint(renamed, select=["PLN115"]).passed == ("PLN115",)


def test_a_better_title_of_a_ticked_step_is_no_loss() -> None:
    better = ticked(1).replace("Store failed deliveries", "Store each failed delivery")
    assert lint(updated(ticked(1), better), select=["PLN115"]).passed == ("PLN115",)
    (found,) = lint(
        updated(ticked(1), ticked(1).replace("Step 1 \u2013", "Step 9 \u2013")), select=["PLN115"]
    ).findings
    assert found.message == "Step 1: box state [x]->step 9 not allowed"


@pytest.mark.parametrize(
    "gate",
    [
        GATE,
        {"title": "Run the tests"},
        {"kind": "verification"},
        {"track": "CI"},
        {"objective": "Run `npm test`."},
    ],
)
def test_a_gate_is_known_by_what_it_runs(gate: dict[str, object]) -> None:
    assert lint(tasks(*[WORK] * 5, gate, *[WORK] * 5), select=["PLN116"]).passed == ("PLN116",)


def test_documents_need_no_gate() -> None:
    assert lint(tasks(*[{"title": "Guide", "kind": "docs"}] * 9), select=["PLN116"]).passed == ("PLN116",)


@pytest.mark.parametrize("name", ["**User input**", "user input", "Authorization"])
def test_concerns_are_compared_by_their_words(name: str) -> None:
    at = 2 if name == "Authorization" else 0
    concerns = [{**one, "concern": name if index == at else one["concern"]} for index, one in enumerate(ALL)]
    assert lint(needing(concerns), select=["PLN110"]).passed == ("PLN110",)
