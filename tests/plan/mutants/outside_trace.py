"""Mutators for requirements, criteria, streams and the tables that tie them together."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from tests.plan.mutants.harness import Base, Mutant, mutator
from tests.plan.mutants.outside_reach import (
    Row,
    around,
    heading,
    labelled,
    lines_of,
    pick,
    plan_with,
    rows,
    section,
    swap,
    whole,
    with_issue,
    with_lines,
    with_value,
)

PAIRS = ("SE Verification Contract", "Review Contract")


def criterion_lines(base: Base) -> list[int]:
    """The headings of the criteria."""
    inside = section(base, "Acceptance Criteria")
    return [at for at in inside if re.match(r"### AC-\d+", lines_of(base)[at])]


def block(base: Base, start: int) -> range:
    """A heading and what is below it."""
    lines = lines_of(base)
    later = (at for at in range(start + 1, len(lines)) if lines[at].startswith("#"))
    return range(start, next(later, len(lines)))


def without(base: Base, number: int, place: range) -> Mutant:
    """The document without one line, found anywhere near."""
    lines = lines_of(base)
    del lines[number]
    return around(with_lines(base, lines, number), lines=place, file=base.path)


def _part(base: Base, dice: random.Random, word: str) -> tuple[int, range]:
    """The line of one part of some criterion, and the lines of the criterion."""
    whole_block = block(base, dice.choice(criterion_lines(base)))
    line = next(at for at in whole_block if lines_of(base)[at].startswith(f"**{word}**"))
    return line, whole_block


@mutator("PLN601", "functional")
def criterion_without_when(base: Base, dice: random.Random) -> Mutant | None:
    return without(base, *_part(base, dice, "When"))


@mutator("PLN601", "functional")
def criterion_without_given(base: Base, dice: random.Random) -> Mutant | None:
    return without(base, *_part(base, dice, "Given"))


@mutator("PLN601", "functional")
def criterion_in_free_words(base: Base, dice: random.Random) -> Mutant | None:
    start, inside = _part(base, dice, "Given")
    lines = lines_of(base)
    lines[start : start + 3] = [
        "The reader registers and the system returns status 201 with the place in the list."
    ]
    return around(with_lines(base, lines, start), lines=inside, file=base.path)


@mutator("PLN601", "functional")
def criterion_back_to_front(base: Base, dice: random.Random) -> Mutant | None:
    start, inside = _part(base, dice, "Given")
    given, when, then = lines_of(base)[start : start + 3]
    return around(swap(base, start, then, when, given, until=start + 3), lines=inside, file=base.path)


@mutator("PLN601", "functional")
def criterion_with_an_empty_then(base: Base, dice: random.Random) -> Mutant | None:
    at, inside = _part(base, dice, "Then")
    return around(swap(base, at, "**Then**"), lines=inside, file=base.path)


def requirement_block(base: Base, name: str) -> range:
    at = heading(base, rf"{name}\b")
    return range(0) if at is None else block_of_level(base, at)


def block_of_level(base: Base, at: int) -> range:
    return range(at, section(base, re.escape(lines_of(base)[at].lstrip("# "))).stop)


def criteria_of(base: Base, name: str) -> list[int]:
    return [at for at in criterion_lines(base) if re.search(rf"\({name}\)", lines_of(base)[at])]


def _turned(base: Base, name: str, said: Sequence[str], starts: Sequence[int]) -> Mutant:
    """Some criteria of a requirement ask for something else."""
    lines = lines_of(base)
    for start in starts:
        known = re.match(r"### AC-\d+", lines[start])
        assert known is not None
        title, given, when, then = said
        lines[start] = f"{known[0]}: {title} ({name})"
        at = next(at for at in block(base, start) if lines[at].startswith("**Given**"))
        lines[at : at + 3] = [f"**Given** {given}", f"**When** {when}", f"**Then** {then}"]
    own = requirement_block(base, name)
    return around(with_lines(base, lines, own.start), lines=own, file=base.path)


def _checked_twice(base: Base) -> str:
    """A requirement with more than one criterion."""
    found = re.findall(r"\((FR-\d+)\)", "\n".join(lines_of(base)[at] for at in criterion_lines(base)))
    return next((one for one in found if len(criteria_of(base, one)) > 1), "")


@mutator("PLN607", "functional")
def only_success_is_asked_for(base: Base, dice: random.Random) -> Mutant | None:
    name = _checked_twice(base)
    said = [
        "The answer is in English",
        "a person is logged in",
        "the person sends the form",
        "status 200 is returned",
    ]
    return _turned(base, name, said, criteria_of(base, name)[1:]) if name else None


@mutator("PLN607", "functional")
def only_failure_is_asked_for(base: Base, dice: random.Random) -> Mutant | None:
    name = _checked_twice(base)
    then = 'the system refuses it with status 400 and the error "not a number"'
    said = ["Letters are refused", "a person is logged in", "the person sends letters", then]
    return _turned(base, name, said, criteria_of(base, name)[:1]) if name else None


@mutator("PLN612", "functional")
def input_without_type(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice(_inputs(base))
    return swap(base, row.number, row.but(Type=""))


@mutator("PLN612", "functional")
def input_without_bound(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice(_inputs(base))
    return swap(base, row.number, row.but(Constraints=dice.choice(["Required", "Optional"])))


@mutator("PLN612", "functional")
def input_needed_or_not(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice(_inputs(base))
    return swap(base, row.number, row.but(Constraints=row.cells["Constraints"].partition(", ")[2]))


def _inputs(base: Base) -> list[Row]:
    return rows(base, "Functional Requirements", "Field", "Type", "Constraints")


@mutator("PLN701", "functional")
def requirement_nobody_checks(base: Base, dice: random.Random) -> Mutant | None:
    """A criterion goes to another requirement, in its title and in all tables."""
    text = "\n".join(lines_of(base)[at] for at in criterion_lines(base))
    tied = re.findall(r"### (AC-\d+).*\((FR-\d+)\)", text)
    alone = [(ac, fr) for ac, fr in tied if sum(one == fr for _, one in tied) == 1]
    if not alone or len({fr for _, fr in tied}) < 2:
        return None
    ac, fr = dice.choice(alone)
    other = dice.choice([one for _, one in tied if one != fr])
    lines = []
    for line in lines_of(base):
        own_title = line.startswith(f"### {ac}:")
        moved = line.replace(f"({fr})", f"({other})") if own_title else line
        lines.append(moved.replace(f"| {fr} | {ac} |", f"| {other} | {ac} |"))
    own = requirement_block(base, fr)
    return around(with_lines(base, lines, own.start), lines=own, file=base.path)


@mutator("PLN702", "functional")
def criterion_of_nothing(base: Base, dice: random.Random) -> Mutant | None:
    at = dice.choice(criterion_lines(base))
    line = re.sub(r" \(FR-\d+\)", "", lines_of(base)[at])
    return around(swap(base, at, line), lines=block(base, at), file=base.path)


@mutator("PLN703", "functional")
def test_that_was_forgotten(base: Base, dice: random.Random) -> Mutant | None:
    found = [row for row in rows(base, "Test Mandate", "AC") if row.cells["AC"].startswith("AC")]
    row = dice.choice(found)
    start = next(at for at in criterion_lines(base) if f" {row.cells['AC']}:" in lines_of(base)[at])
    made = without(base, row.number, block(base, start))
    return around(made, "/requirements/mandate", lines=block(base, start), file=base.path)


@mutator("PLN703", "functional")
def test_for_a_criterion_nobody_wrote(base: Base, dice: random.Random) -> Mutant | None:
    row = rows(base, "Test Mandate", "AC")[-1]
    new = row.but(AC="AC-42")
    return swap(base, row.number + 1, new, lines_of(base)[row.number + 1])


@mutator("PLN704", "functional")
def pair_left_out(base: Base, dice: random.Random) -> Mutant | None:
    title = dice.choice(PAIRS)
    row = dice.choice(rows(base, title, "FR", "AC"))
    start = next(at for at in criterion_lines(base) if f" {row.cells['AC']}:" in lines_of(base)[at])
    made = without(base, row.number, section(base, title))
    pointer = "/requirements/verification" if title == PAIRS[0] else "/requirements/review"
    inside = section(base, title)
    return (
        around(made, pointer, lines=range(inside.start - 1, inside.stop), file=base.path) if start else None
    )


@mutator("PLN704", "functional")
def pair_of_strangers(base: Base, dice: random.Random) -> Mutant | None:
    title = dice.choice(PAIRS)
    found = rows(base, title, "FR", "AC")
    one, other = found[0], next(row for row in found if row.cells["FR"] != found[0].cells["FR"])
    new = one.but(AC=other.cells["AC"])
    return swap(base, found[-1].number + 1, new, lines_of(base)[found[-1].number + 1])


def _streams(base: Base) -> list[Row]:
    return rows(base, "Work Streams", "Stream", "Agent", "Command", "Requirements", "Depends On")


@mutator("PLN705", "functional")
def requirement_nobody_builds(base: Base, dice: random.Random) -> Mutant | None:
    found = [row for row in _streams(base) if "," in row.cells["Requirements"]]
    row = dice.choice(found)
    gone, *kept = row.cells["Requirements"].split(", ")
    made = swap(base, row.number, row.but(Requirements=", ".join(kept)))
    own = requirement_block(base, gone)
    return around(made, lines=own, file=base.path)


@mutator("PLN705", "functional")
def quality_nobody_builds(base: Base, dice: random.Random) -> Mutant | None:
    row = next(row for row in _streams(base) if "NFR-1" in row.cells["Requirements"])
    made = swap(base, row.number, row.but(Requirements=row.cells["Requirements"].replace(", NFR-1", "")))
    return around(made, "/requirements/qualities/0", lines=section(base, "Non-Functional"), file=base.path)


@mutator("PLN706", "functional")
def built_twice(base: Base, dice: random.Random) -> Mutant | None:
    found = [row for row in _streams(base) if row.cells["Requirements"] != "—"]
    if len(found) < 2:
        return None
    one, other = dice.sample(found, 2)
    name = one.cells["Requirements"].split(", ")[0]
    made = swap(base, other.number, other.but(Requirements=f"{other.cells['Requirements']}, {name}"))
    return around(made, lines=range(found[0].number, found[-1].number + 1), file=base.path)


@mutator("PLN707", "functional")
def agent_nobody_knows(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice([row for row in _streams(base) if "WS-0" not in row.cells["Stream"]])
    return swap(base, row.number, row.but(Agent=dice.choice(["backend-guru", "full-stack-ninja", "coder"])))


@mutator("PLN707", "functional")
def command_of_another_agent(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice([row for row in _streams(base) if "WS-0" not in row.cells["Stream"]])
    other = {"`/schema`": "`/api-design`", "`/api-design`": "`/schema`"}.get(
        row.cells["Command"], "`/schema`"
    )
    return swap(base, row.number, row.but(Command=other))


@mutator("PLN707", "functional")
def stream_that_builds_nothing(base: Base, dice: random.Random) -> Mutant | None:
    found = _streams(base)
    if len(found) < 2:
        return None
    row = found[-1]
    new = row.but(
        Stream=f"WS-{int(row.cells['Stream'].partition(':')[0][3:]) + 1}: Polish",
        Requirements="—",
        Depends_On=row.cells["Stream"].partition(":")[0],
        Parallel_With="—",
    )
    return swap(base, row.number + 1, new, lines_of(base)[row.number + 1])


@mutator("PLN707", "functional")
def design_work_for_the_database(base: Base, dice: random.Random) -> Mutant | None:
    slot = pick(dice, [one for one in labelled(base, "Agent hint") if "backend" in one.text])
    if slot is None:
        return None
    table = [row.number for row in _streams(base)]
    place = range(slot.number, slot.number + 1)
    made = around(slot.put("`database`"), lines=place, file=base.path)
    return replace(made, lines=range(slot.number, max(table) + 1))


@mutator("PLN709", "export")
def requirement_without_a_step(base: Base, dice: random.Random) -> Mutant | None:
    """A new requirement that is tested, but that no step covers."""
    found = _requirement_lines(base)
    number = len(found) + 1
    lines = lines_of(base)
    at = found[-1] + 1
    lines.insert(
        at, f"- **FR-{number} Write it down**: The system logs each request with its day and its status."
    )
    row = rows(base, "Testing Plan", "Covers")[-1]
    lines.insert(
        row.number + 2, row.but(Test="Each request is logged with its status", Covers=f"FR-{number}")
    )
    return with_lines(base, lines, at)


@mutator("PLN709", "export")
def requirement_without_a_test(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Testing Plan", "Covers")
    row = dice.choice([one for one in found if one.cells["Covers"].startswith("FR")])
    lines = lines_of(base)
    lines[row.number] = row.but(Covers=next(one.cells["Covers"] for one in found if one is not row))
    name = row.cells["Covers"]
    if any(one.cells["Covers"] == name for one in found if one is not row):
        return None
    at = next(at for at in section(base, "Requirements") if f"**{name} " in lines[at])
    return with_lines(base, lines, at)


def _requirement_lines(base: Base) -> list[int]:
    return [at for at in section(base, "Requirements") if re.match(r"- \*\*FR-\d+", lines_of(base)[at])]


DEMANDS = [
    "Wanted:\n\n- [ ] The list can be exported as CSV\n- [ ] Old entries are archived after a year\n",
    "## Acceptance criteria\n\n- Every change is written to an audit log that administrators can read\n",
    "Also, the desk must be able to print the receipt on the thermal printer.\n",
]


@mutator("PLN711", "roadmap", "export", "functional", "steps")
def demand_of_the_issue_left_out(base: Base, dice: random.Random) -> Mutant | None:
    made = Mutant(base.given(), "/obligations", line=(base.path, 1))
    return with_issue(base, around(made, "/obligations"), dice.choice(DEMANDS))


@mutator("PLN711", "roadmap")
def demand_nobody_took(base: Base, dice: random.Random) -> Mutant | None:
    at = dice.randrange(len(whole(base).obligations))
    here = f"/obligations/{at}"
    made = plan_with(base, {f"{here}/disposition": "open", f"{here}/by": []}, here)
    return around(made, here)


@mutator("PLN711", "roadmap")
def demand_taken_by_nobody(base: Base, dice: random.Random) -> Mutant | None:
    at = dice.randrange(len(whole(base).obligations))
    return around(with_value(base, f"/obligations/{at}/by", []), f"/obligations/{at}")


@mutator("PLN713", "functional")
def assumption_left_open(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Assumption Register", "#", "Assumption", "Impact if Wrong", "Resolved?")
    row = dice.choice(found)
    impact = {"Impact if Wrong": "High - the whole design changes", "Resolved?": "Ask stakeholder"}
    return swap(base, row.number, "| " + " | ".join({**row.cells, **impact}.values()) + " |")


@mutator("PLN713", "functional")
def assumption_without_impact(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice(rows(base, "Assumption Register", "#", "Assumption", "Impact if Wrong"))
    return swap(base, row.number, row.but(Impact_if_Wrong=""))


@mutator("PLN713", "functional")
def assumption_without_status(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice(rows(base, "Assumption Register", "#", "Assumption", "Resolved?"))
    return swap(base, row.number, "| " + " | ".join({**row.cells, "Resolved?": ""}.values()) + " |")


@mutator("PLN713", "export")
def high_impact_and_unresolved(base: Base, dice: random.Random) -> Mutant | None:
    at = next(at for at in section(base, "Assumptions") if "**A-1**" in lines_of(base)[at])
    line = lines_of(base)[at].replace("(impact: low, resolved)", "(impact: high, unresolved)")
    return swap(base, at, line)
