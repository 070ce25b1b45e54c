"""Mutators for the shape of a plan: sections, step lines, ids and references."""

from __future__ import annotations

import random
import re

from bot.plan.model import Plan
from tests.plan.mutants.harness import PLAN_FILE, Base, Mutant, mutator
from tests.plan.mutants.outside_reach import (
    around,
    heading,
    items,
    join_row,
    labelled,
    lines_of,
    rows,
    section,
    steps,
    swap,
    whole,
    with_lines,
    with_value,
)
from tests.plan.mutants.outside_trace import criterion_lines
from tests.plan.mutants.outside_words import OWN, any_text, phrases, shown

phrases(
    "PLN008",
    OWN,
    any_text,
    [
        "+ Keep the na\u200bme.",
        "+ Keep the \u202eeman.",
        "+ Keep the name\u00ad\U000e0041\U000e0042.",
        "+ Keep the \x1b[31mname\x1b[0m.",
        "+ Keep the \ue000 name.",
    ],
)
phrases(
    "PLN114",
    OWN,
    shown,
    ["+ As an AI, this planner has not run the tests.", "+ <think>Is this enough?</think>"],
    ["+ Let me know if you want more detail.", "+ Based on my training, this is the usual way."],
)

FIRST = ["Here is the plan you asked for:", "<brainstorming>Two tracks will do.</brainstorming>"]


@mutator("PLN114", "steps", "export", "functional", "technical")
def words_before_the_plan(base: Base, dice: random.Random) -> Mutant | None:
    return with_lines(base, [dice.choice(FIRST), "", *lines_of(base)], 0)


@mutator("PLN114", "steps", "export", "functional", "technical")
def words_after_the_title(base: Base, dice: random.Random) -> Mutant | None:
    first, *rest = lines_of(base)
    return with_lines(
        base, [first, "", "I cannot see the whole repository, but this is my proposal.", *rest], 2
    )


@mutator("PLN114", "export", "functional", "technical")
def words_after_the_plan(base: Base, dice: random.Random) -> Mutant | None:
    lines = lines_of(base)
    while not lines[-1].strip():
        lines.pop()
    more = ["", "---", "", "This plan is ready to be carried out. Good luck with it!", ""]
    return with_lines(base, [*lines, *more], len(lines) + 3)


SWAPS = {
    "export": [("Goals", "Non-Goals"), ("Testing Plan", "Verification Checklist"), ("Summary", "Goals")],
    "functional": [("Business Rules", "Integration Points"), ("Test Mandate", "Review Contract")],
    "technical": [("Testing Strategy", "Risk Assessment"), ("Dependencies", "Deployment")],
}


@mutator("PLN102", "export", "functional", "technical")
def two_sections_swapped(base: Base, dice: random.Random) -> Mutant | None:
    one, other = dice.choice(SWAPS[base.format])
    first, second = section(base, rf"{one}$"), section(base, rf"{other}$")
    if first.stop != second.start - 1:
        return None
    lines = lines_of(base)
    start = first.start - 1
    both = [*lines[second.start - 1 : second.stop], *lines[start : first.stop]]
    made = with_lines(base, [*lines[:start], *both, *lines[second.stop :]], start)
    return around(made, lines=range(start, second.stop), file=base.path)


@mutator("PLN102", "steps")
def release_before_the_checks(base: Base, dice: random.Random) -> Mutant | None:
    first, second = section(base, "CI"), section(base, "Release")
    if not first or not second:
        return None
    lines = lines_of(base)
    start = first.start - 1
    both = [*lines[second.start - 1 : second.stop], "", *lines[start : first.stop]]
    made = with_lines(base, [*lines[:start], *both], start)
    return around(made, lines=range(start, len(lines) + 1), file=base.path)


@mutator("PLN102", "roadmap")
def backlog_before_the_milestones(base: Base, dice: random.Random) -> Mutant | None:
    """Two parts of the plan file changed places by hand."""
    lines = lines_of(base, PLAN_FILE)
    first, second, third = (lines.index(f"### {one}") for one in ("Milestones", "Feature backlog", "Tasks"))
    moved = [*lines[:first], *lines[second:third], *lines[first:second], *lines[third:]]
    made = with_lines(base, moved, first, PLAN_FILE)
    return around(made, lines=range(first, third), file=PLAN_FILE)


BAD_LINES = [
    ("(Effort: S, Risk: Low,", "(Effort: small, Risk: Low,"),
    ("Risk: Low", "Risk: None"),
    ("Rollback: Safe)", "Rollback: Easy)"),
    (", Rollback: Safe)", ")"),
    (" (Effort: S, Risk: Low, Rollback: Safe)", " [S, Low, Safe]"),
]


@mutator("PLN108", "steps")
def step_line_of_another_form(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(
        [one for one in steps(base) if "(Effort: S, Risk: Low" in lines_of(base)[one.lines.start]]
    )
    old, new = dice.choice(BAD_LINES)
    line = lines_of(base)[step.lines.start]
    return swap(base, step.lines.start, line.replace(old, new)) if old in line else None


@mutator("PLN108", "steps")
def step_line_without_a_box(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps(base))
    line = lines_of(base)[step.lines.start]
    return swap(base, step.lines.start, line.replace("- [ ] ", "- ", 1))


@mutator("PLN110", "functional")
def six_concerns_of_seven(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice(rows(base, "Security Considerations", "Concern"))
    lines = lines_of(base)
    del lines[row.number]
    inside = section(base, "Security Considerations")
    made = with_lines(base, lines, inside.start - 1)
    place = range(inside.start - 1, inside.stop - 1)
    return around(made, "/requirements/concerns", lines=place, file=base.path)


@mutator("PLN110", "functional")
def concern_that_may_apply(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice(rows(base, "Security Considerations", "Concern", "Applies?"))
    line = join_row({**row.cells, "Applies?": dice.choice(["Maybe", "partly", ""])}.values())
    made = swap(base, row.number, line)
    inside = section(base, "Security Considerations")
    place = range(inside.start - 1, inside.stop)
    return around(made, "/requirements/concerns", lines=place, file=base.path)


@mutator("PLN110", "functional")
def section_without_need(base: Base, dice: random.Random) -> Mutant | None:
    title, text = dice.choice(
        [
            ("Schema Changes", "The tables stay as they are."),
            ("Dev Environment", "The environment has everything already."),
        ]
    )
    before = heading(base, {"Schema Changes": "Acceptance Criteria"}.get(title, "Functional Requirements"))
    if heading(base, title) is not None or before is None:
        return None
    lines = lines_of(base)
    made = with_lines(base, [*lines[:before], f"## {title}", "", text, "", *lines[before:]], before)
    return around(made, lines=range(before, before + 4), file=base.path)


@mutator("PLN116", "steps")
def nothing_is_ever_run(base: Base, dice: random.Random) -> Mutant | None:
    gates, release = heading(base, "CI"), heading(base, "Release")
    if gates is None or release is not None:
        return None
    kept = [line for line in lines_of(base)[:gates] if "**Run**" not in line]
    made = with_lines(base, kept, 0)
    return around(made, "/tasks", lines=range(len(kept)), file=base.path)


@mutator("PLN116", "export")
def nothing_is_ever_tested(base: Base, dice: random.Random) -> Mutant | None:
    tables = {row.number: row.but(Command="") for row in rows(base, "Testing Plan", "Command")}
    checks = {one.number for one in items(base, "Verification Checklist")}
    lines = [tables.get(at, line) for at, line in enumerate(lines_of(base))]
    kept = [line for at, line in enumerate(lines) if "**Run**" not in line and at not in checks]
    at = next(at for at, line in enumerate(kept) if line.startswith("## Verification"))
    kept[at + 1 : at + 2] = ["", "- [ ] Open the page → it shows 3 rows"]
    return around(with_lines(base, kept, 0), "/tasks", lines=range(len(kept)), file=base.path)


# Ids and references.


@mutator("PLN202", "functional", "export")
def requirement_with_a_dot(base: Base, dice: random.Random) -> Mutant | None:
    text = re.sub(r"(?<!N)FR-2\b", "FR-1.1", base.text)
    given = base.given(files={**base.files, base.path: text})
    first = text[: text.index("FR-1.1")].count("\n") + 1
    at = next(
        at for at, line in enumerate(text.split("\n"), start=1) if re.match(r"(###|- \*\*).*FR-1\.1", line)
    )
    made = Mutant(given, line=(base.path, at))
    return around(made, lines=range(first - 1, len(text.split("\n"))), file=base.path)


@mutator("PLN202", "functional")
def criterion_without_a_dash(base: Base, dice: random.Random) -> Mutant | None:
    text = re.sub(r"AC-2\b", "AC2", base.text)
    given = base.given(files={**base.files, base.path: text})
    lines = text.split("\n")
    at = next(at for at, line in enumerate(lines) if line.startswith("### AC2"))
    return around(Mutant(given, line=(base.path, at + 1)), lines=range(at, at + 1), file=base.path)


@mutator("PLN202", "steps")
def step_with_a_letter(base: Base, dice: random.Random) -> Mutant | None:
    step = steps(base)[1]
    text = re.sub(rf"Step {step.name}\b", "Step 1b", base.text)
    given = base.given(files={**base.files, base.path: text})
    return Mutant(given, line=(base.path, step.lines.start + 1))


@mutator("PLN202", "roadmap")
def id_of_another_kind(base: Base, dice: random.Random) -> Mutant | None:
    places = {
        "M1": "/roadmap/milestones/0",
        "A-1": "/assumptions/0",
        "D-1": "/decisions/0",
        "Q-1": "/questions/0",
    }
    new = {"M1": "MS-1", "A-1": "ASM1", "D-1": "DP-57-01", "Q-1": "Q1"}
    text = whole(base).model_dump_json()
    old = dice.choice([one for one in places if f'"{one}"' in text])
    plan = Plan.model_validate_json(text.replace(f'"{old}"', f'"{new[old]}"'))
    return around(Mutant(base.given(plan=plan), f"{places[old]}/id"), places[old])


@mutator("PLN204", "functional")
def criterion_of_a_requirement_nobody_wrote(base: Base, dice: random.Random) -> Mutant | None:
    at = dice.choice(criterion_lines(base))
    line = re.sub(r"\(FR-\d+\)", lambda found: found[0][:-1] + ", FR-17)", lines_of(base)[at])
    return swap(base, at, line)


@mutator("PLN204", "functional")
def stream_for_a_requirement_nobody_wrote(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice(
        [row for row in rows(base, "Work Streams", "Requirements") if "FR" in row.cells["Requirements"]]
    )
    return swap(base, row.number, row.but(Requirements=row.cells["Requirements"] + ", FR-21"))


@mutator("PLN204", "export", "steps")
def step_for_a_demand_nobody_made(base: Base, dice: random.Random) -> Mutant | None:
    found = list(labelled(base, "Covers"))
    if not found or base.format == "steps":
        return None
    slot = dice.choice(found)
    return slot.put(f"{slot.text}, FR-12")


@mutator("PLN204", "export")
def test_for_a_requirement_nobody_wrote(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice(rows(base, "Testing Plan", "Covers"))
    return swap(base, row.number, row.but(Covers=f"{row.cells['Covers']}, FR-30"))


@mutator("PLN204", "roadmap")
def task_for_something_nobody_wrote(base: Base, dice: random.Random) -> Mutant | None:
    at = dice.randrange(len(whole(base).tasks))
    field, name = dice.choice([("covers", "I-9"), ("decisions", "D-7"), ("milestone", "M8")])
    if field == "milestone":
        return around(with_value(base, f"/tasks/{at}/milestone", name), f"/tasks/{at}/milestone")
    place = len(getattr(whole(base).tasks[at], field))
    return around(
        with_value(base, f"/tasks/{at}/{field}/-", name),
        f"/tasks/{at}/{field}/{place}",
        f"/tasks/{at}/{field}",
    )
