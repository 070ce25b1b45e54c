"""Mutators for PLN1xx: sections, steps, tables and headers that are not in the format's form."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from tests.plan.mutants.harness import PLAN_FILE, Base, Mutant, mutator
from tests.plan.mutants.places import (
    at_line,
    changed_line,
    label,
    lines_of,
    matching,
    recelled,
    row,
    rows,
    section,
    steps_of,
    titles,
    written,
)

REQUIRED = {
    "steps": ("CI / Quality Gates",),
    "export": (
        "Summary",
        "Goals",
        "Non-Goals",
        "Requirements",
        "Assumptions & Constraints",
        "Current System Snapshot",
        "Impacted Files & Directories",
        "Implementation Plan",
        "Data & Interface Contracts",
        "Testing Plan",
        "Verification Checklist",
        "Rollout & Rollback",
        "Plan Completeness Audit",
        "Open Questions",
    ),
    "functional": (
        "Feature Overview",
        "Functional Requirements",
        "Business Rules",
        "Integration Points",
        "Acceptance Criteria",
        "Test Scenarios",
        "Work Streams",
        "Non-Functional Requirements",
        "Out of Scope",
        "Open Questions",
        "Assumption Register",
        "Codebase Notes",
        "SE Verification Contract",
        "Test Mandate",
        "Review Contract",
    ),
    "technical": (
        "Context",
        "Technical Approach",
        "Implementation Steps",
        "File Changes",
        "Testing Strategy",
        "Risk Assessment",
        "Rollback Plan",
        "Dependencies",
        "Deployment",
    ),
}
ROADMAP_SECTIONS = ("Objective", "Milestones", "Assumptions", "Unknowns", "Decisions", "Validation strategy")


def _without(lines: Sequence[str], start: int, end: int) -> list[str]:
    return [*lines[:start], *lines[end:]]


@mutator("PLN101", "steps", "export", "functional", "technical")
def a_section_is_missing(base: Base, dice: random.Random) -> Mutant | None:
    start, end = section(base, dice.choice(REQUIRED[base.format]))
    return Mutant(written(base, _without(lines_of(base), start, end)), "")


@mutator("PLN101", "technical")
def a_subsection_is_missing(base: Base, dice: random.Random) -> Mutant | None:
    start, end = section(base, "Architecture")
    whole = section(base, "Technical Approach")[0]
    return at_line(base, _without(lines_of(base), start, end), whole)


@mutator("PLN101", "roadmap")
def a_roadmap_section_is_missing(base: Base, dice: random.Random) -> Mutant | None:
    start, end = section(base, dice.choice(ROADMAP_SECTIONS))
    return Mutant(written(base, _without(lines_of(base), start, end)), "")


@mutator("PLN102", "export", "functional", "technical")
def a_section_is_moved(base: Base, dice: random.Random) -> Mutant | None:
    moved = dice.choice(REQUIRED[base.format][:-2])
    start, end = section(base, moved)
    lines = lines_of(base)
    rest = _without(lines, start, end)
    lines = [*rest, "", *lines[start:end]]
    return at_line(base, lines, len(rest) + 1)


@mutator("PLN102", "steps")
def gates_before_the_tracks(base: Base, dice: random.Random) -> Mutant | None:
    lines = lines_of(base)
    release = "Release & Deployment"
    first = section(base, release if release in titles(base) else "CI / Quality Gates")
    rest = _without(lines, *first)
    start = matching(base, "## ")[0]
    return at_line(base, [*rest[:start], *lines[slice(*first)], "", *rest[start:]], start)


@mutator("PLN102", "roadmap")
def a_roadmap_section_is_moved(base: Base, dice: random.Random) -> Mutant | None:
    lines = lines_of(base)
    first, second = section(base, "Assumptions"), section(base, "Decisions")
    moved = [*lines[: first[0]], *lines[first[1] : second[1]], *lines[slice(*first)], *lines[second[1] :]]
    place = first[0] + (second[1] - first[1])
    heads = [place, moved.index(lines[second[0]])]
    mutant = at_line(base, moved, place)
    others = {one.line for one in (at_line(base, moved, at) for at in heads)}
    assert mutant.line in others
    return mutant


@mutator("PLN103", "steps", "export", "functional", "technical")
def a_section_is_empty(base: Base, dice: random.Random) -> Mutant | None:
    start, end = section(base, dice.choice(REQUIRED[base.format]))
    lines = lines_of(base)
    return at_line(base, [*lines[: start + 1], "", *lines[end:]], start)


@mutator("PLN103", "export")
def not_applicable_without_a_reason(base: Base, dice: random.Random) -> Mutant | None:
    start, end = section(base, "Data & Interface Contracts")
    text = dice.choice(("Not applicable", "Not applicable: none", "N/A"))
    lines = lines_of(base)
    return at_line(base, [*lines[: start + 1], "", text, "", *lines[end:]], start)


@mutator("PLN104", "export", "functional", "technical")
def a_section_stands_twice(base: Base, dice: random.Random) -> Mutant | None:
    start, end = section(base, dice.choice(REQUIRED[base.format]))
    lines = lines_of(base)
    return at_line(base, [*lines[:end], *lines[start:end], *lines[end:]], end)


@mutator("PLN104", "export", "functional", "technical")
def a_section_of_no_format(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(matching(base, "## ")[1:])
    lines = lines_of(base)
    new = ["## Miscellaneous", "", "Two people read this.", ""]
    return at_line(base, [*lines[:index], *new, *lines[index:]], index)


@mutator("PLN105", "export")
def a_title_with_another_slug(base: Base, dice: random.Random) -> Mutant | None:
    title = lines_of(base)[0]
    new = dice.choice(
        (title.replace("(", "(another-"), title.rpartition(" (")[0], title.replace("Plan:", "The plan:"),
         title.replace("-", "_"))
    )  # fmt: skip
    return changed_line(base, 0, new)


@mutator("PLN105", "export")
def a_file_with_another_name(base: Base, dice: random.Random) -> Mutant | None:
    path = dice.choice(("EXPORT/plan.md", "plans/plan_export.md", "EXPORT/plan_other.md"))
    return Mutant(base.given(files={path: base.text}), None, (path, 1))


@mutator("PLN106", "export", "functional")
def a_summary_that_is_too_short(base: Base, dice: random.Random) -> Mutant | None:
    start, end = section(base, "Summary" if base.format == "export" else "Feature Overview")
    lines = lines_of(base)
    text = dice.choice((["It shows more."], [lines[start + 2], "", "And there is more to say about it."]))
    return at_line(base, [*lines[: start + 1], "", *text, "", *lines[end:]], start + 2)


STEP_LABELS = {
    "steps": ("Task", "Files", "Step Dependencies", "User Instructions"),
    "export": ("Files", "Changes", "Notes", "Purpose"),
}


@mutator("PLN107", "steps", "export")
def a_step_lacks_a_field(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps_of(base))
    at = label(base, step, dice.choice(STEP_LABELS[base.format]))
    assert at is not None
    lines = lines_of(base)
    indent = len(lines[at]) - len(lines[at].lstrip())
    end = at + 1
    while len(lines[end]) - len(lines[end].lstrip()) > indent and lines[end].strip():
        end += 1
    return at_line(base, _without(lines, at, end), step.start)


@mutator("PLN107", "technical")
def a_phase_lacks_a_field(base: Base, dice: random.Random) -> Mutant | None:
    phase = dice.choice(matching(base, "### Phase "))
    field = dice.choice((r"\*\*Goal:", r"\*\*Estimated time:"))
    index = matching(base, field, phase)[0]
    return at_line(base, _without(lines_of(base), index, index + 1), phase)


@mutator("PLN107", "steps")
def a_step_line_lacks_a_field(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps_of(base))
    line = lines_of(base)[step.start]
    part = dice.choice(("Effort: ", "Risk: ", "Rollback: "))
    start, _, rest = line.partition(part)
    rest = rest.partition(", ")[2] if ", " in rest else ")"
    return changed_line(base, step.start, start.rstrip(", ") + " " + rest if "(" in start else start + rest)


@mutator("PLN108", "steps")
def a_step_line_out_of_form(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps_of(base))
    line = lines_of(base)[step.start]
    new = dice.choice(
        (
            line.replace("- [ ] ", "- "),
            line.replace("**", ""),
            line.replace("Effort: S", "Effort: XS").replace("Effort: M", "Effort: 3"),
            line.replace("Risk: Low", "Risk: tiny").replace("Risk: Med", "Risk: Middling"),
            line.replace("Rollback: Safe", "Rollback: yes").replace("Rollback: Reversible", "Rollback: yes"),
        )
    )
    return changed_line(base, step.start, new)


@mutator("PLN109", "export")
def an_impact_row_says_too_little(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(rows(base, "Impacted Files & Directories"))
    cell, text = dice.choice(((2, "needed"), (2, ""), (1, ""), (1, "touch")))
    return recelled(base, index, cell, text)


@mutator("PLN110", "functional")
def a_conditional_section_is_left_out(base: Base, dice: random.Random) -> Mutant | None:
    conditional = {
        "Dev Environment": "/requirements/dev_needs",
        "Schema Changes": "/requirements/schema_changes",
    }
    there = [title for title in conditional if title in titles(base)]
    if not there:
        return None
    title = dice.choice(there)
    return Mutant(written(base, _without(lines_of(base), *section(base, title))), conditional[title])


@mutator("PLN110", "functional")
def a_security_table_lacks_a_row(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(rows(base, "Security Considerations"))
    given = written(base, _without(lines_of(base), index, index + 1))
    return Mutant(given, "/requirements/concerns")


@mutator("PLN110", "functional")
def a_concern_without_an_answer(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Security Considerations")
    at = dice.randrange(len(found))
    return recelled(base, found[at], 1, "YES/NO", f"/requirements/concerns/{at}/applies")


@mutator("PLN111", "functional")
def a_header_that_is_not_sound(base: Base, dice: random.Random) -> Mutant | None:
    name, value = dice.choice(
        (
            ("Task", "the limits"),
            ("Branch", "`main`"),
            ("Branch", "`develop`"),
            ("Created", "2 November 2026"),
            ("Created", "2027-03-01"),
            ("Created", "2026-02-30"),
            ("Task", "tally31"),
        )
    )
    index = matching(base, rf"\*\*{name}\*\*")[0]
    return changed_line(base, index, f"**{name}**: {value}", f"/requirements/header/{name.lower()}")


@mutator("PLN111", "functional")
def a_header_line_is_missing(base: Base, dice: random.Random) -> Mutant | None:
    name = dice.choice(("Task", "Branch", "Feature", "Created"))
    index = matching(base, rf"\*\*{name}\*\*")[0]
    given = written(base, _without(lines_of(base), index, index + 1))
    return Mutant(given, f"/requirements/header/{name.lower()}")


@mutator("PLN112", "technical")
def an_estimate_without_a_unit(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(matching(base, r"\*\*Estimated time:"))
    return changed_line(base, index, f"**Estimated time:** {dice.choice(('3', 'soon', 'a while'))}")


@mutator("PLN112", "technical")
def a_total_that_is_no_sum(base: Base, dice: random.Random) -> Mutant | None:
    index = matching(base, r"\*\*Total estimated time:")[0]
    return changed_line(base, index, "**Total estimated time:** 30 hours")


@mutator("PLN113", "export")
def an_audit_that_nobody_ran(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Plan Completeness Audit")
    index = dice.choice(found)
    return recelled(base, index, 1, dice.choice(("none", "all fixed", "-")))


@mutator("PLN113", "export")
def an_audit_in_somebodys_words(base: Base, dice: random.Random) -> Mutant | None:
    start, end = section(base, "Plan Completeness Audit")
    lines = lines_of(base)
    text = dice.choice(("- [x] All paths were checked", "Every path and every symbol was checked twice."))
    return at_line(base, [*lines[: start + 1], "", text, "", *lines[end:]], start)


TALK = (
    "Here is the plan you asked for:",
    "I cannot see the repository, so some paths are guesses.",
    "As an AI language model, I cannot run the tests.",
    "<think>The store needs one more statement.</think>",
)


@mutator("PLN114", "steps", "export", "functional", "technical", "foreign")
def talk_of_a_machine(base: Base, dice: random.Random) -> Mutant | None:
    lines = lines_of(base)
    index = dice.choice(matching(base, "## "))
    return at_line(base, [*lines[: index + 1], "", dice.choice(TALK), *lines[index + 1 :]], index + 2)


@mutator("PLN114", "steps", "export", "functional", "technical")
def talk_after_the_end(base: Base, dice: random.Random) -> Mutant | None:
    lines = [*lines_of(base), "---", "", "Let me know if you want changes to any of it."]
    return at_line(base, lines, len(lines) - 1)


@mutator("PLN115", "steps")
def a_ticked_step_is_unticked(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps_of(base))
    lines = lines_of(base)
    lines[step.start] = lines[step.start].replace("[ ]", "[x]", 1)
    before = {PLAN_FILE: "\n".join(lines)}
    return Mutant(
        replace(base.given(), before_files=before), f"/tasks/{step.at}", (base.path, step.start + 1)
    )


@mutator("PLN115", "steps")
def a_ticked_step_is_gone(base: Base, dice: random.Random) -> Mutant | None:
    lines = lines_of(base)
    first = steps_of(base)[0]
    done = ["- [x] **Step 9 – Pick a name** (Effort: S, Risk: Low, Rollback: Safe)", ""]
    before = {PLAN_FILE: "\n".join([*lines[: first.start], *done, *lines[first.start :]])}
    return Mutant(replace(base.given(), before_files=before), None, (base.path, 1))


@mutator("PLN115", "steps")
def a_new_plan_with_a_ticked_step(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps_of(base))
    lines = lines_of(base)
    lines[step.start] = lines[step.start].replace("[ ]", "[x]", 1)
    mutant = at_line(base, lines, step.start, f"/tasks/{step.at}")
    return Mutant(replace(mutant.given, before_files={}), mutant.pointer, mutant.line)


@mutator("PLN116", "steps")
def no_gate_at_all(base: Base, dice: random.Random) -> Mutant | None:
    """Every command goes, and the steps that only run some."""
    lines = lines_of(base)
    gates = section(base, "CI / Quality Gates")
    kept = [line for at, line in enumerate(lines) if not gates[0] <= at < gates[1] and "**Run**" not in line]
    words = ("npm test", "make test", "npm run build", "make lint")
    kept = [line for line in kept if not any(word in line for word in words)]
    return Mutant(written(base, kept), "/tasks/0")


@mutator("PLN116", "export")
def six_steps_without_a_gate(base: Base, dice: random.Random) -> Mutant | None:
    lines = lines_of(base)
    first, *others = steps_of(base)
    last = [first, *others][-1]
    lines = [line for line in lines if "**Run**" not in line]
    end = next(at for at, line in enumerate(lines) if line == "## Data & Interface Contracts")
    more: list[str] = []
    for number in range(last.number + 1, last.number + 7):
        more += [
            f"### Step {number}: Describe part {number} of the interface",
            "",
            "- **Purpose**: People read about it.",
            f"- **Files**: `docs/part{number}.md` (new)",
            "- **Changes**: Write the page.",
            "- **Notes**: One page.",
            "- **Depends on**: none",
            "- **Covers**: FR-1",
            "- **Effort**: S",
            "- **Risk**: Low",
            "- **Rollback**: Safe",
            "",
        ]
    table = next(at for at, line in enumerate(lines) if line.startswith("| Path | Change"))
    impact = [
        row(f"`docs/part{n}.md`", "new", "people read about it")
        for n in range(last.number + 1, last.number + 7)
    ]
    lines = [*lines[: table + 2], *impact, *lines[table + 2 : end], *more, *lines[end:]]
    return Mutant(written(base, lines), "/tasks/0")
