"""Mutators for PLN2xx and PLN3xx: ids that clash or point nowhere, and work in an order that cannot be."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import replace
from typing import Any

from bot.plan.model import FileChange
from tests.plan.mutants.harness import Base, Mutant, mutator, replan
from tests.plan.mutants.places import (
    Step,
    at_line,
    cells,
    changed_line,
    label,
    lines_of,
    matching,
    recelled,
    row,
    rows,
    sentence_added,
    some_task,
    steps_of,
    with_milestone,
    with_task,
    written,
)

NEEDS = {"steps": "Step Dependencies", "export": "Depends on"}


def needs_line(base: Base, step: Step) -> int:
    """The line of a step that says what it waits for."""
    found = label(base, step, NEEDS[base.format])
    assert found is not None
    return found


def with_needs(base: Base, step: Step, needs: str, pointer: str | None = None) -> Mutant:
    """A document in which one step waits for something else."""
    index = needs_line(base, step)
    return changed_line(base, index, lines_of(base)[index].partition("**: ")[0] + f"**: {needs}", pointer)


def needed(base: Base, step: Step) -> set[int]:
    """The numbers of the steps that one waits for by name."""
    return {int(name) for name in re.findall(r"Step (\d+)", lines_of(base)[needs_line(base, step)])}


def upstream(base: Base, step: Step) -> set[int]:
    """The numbers of all steps that one waits for."""
    steps = {one.number: one for one in steps_of(base)}
    found = needed(base, step)
    while more := {up for number in found for up in needed(base, steps[number])} - found:
        found |= more
    return found


def files_of(base: Base, step: Step) -> list[int]:
    """The lines of a step that name a file."""
    return matching(base, r"\s+- `[^`]+` \((?:new|edit)\)", step.start, step.end)


def path_on(base: Base, index: int) -> str:
    """The path that a line names."""
    return lines_of(base)[index].split("`")[1]


def requirement_rows(base: Base) -> list[int]:
    return rows(base, "Work Streams")


def replaced_tasks(base: Base, changes: dict[int, dict[str, Any]]) -> Any:
    """A roadmap with several tasks changed."""
    assert base.plan is not None
    tasks = [task.model_copy(update=changes.get(at, {})) for at, task in enumerate(base.plan.tasks)]
    return replan(base, tasks=tuple(tasks))


# --- PLN2xx ----------------------------------------------------------------------------------------------


@mutator("PLN201", "steps", "export", "foreign")
def a_number_given_twice(base: Base, dice: random.Random) -> Mutant | None:
    steps = steps_of(base)
    at = dice.randrange(1, len(steps))
    line = lines_of(base)[steps[at].start]
    old = re.search(r"Step \d+|T\d+", line)
    new = re.search(r"Step \d+|T\d+", lines_of(base)[steps[at - 1].start])
    assert old
    assert new
    return changed_line(base, steps[at].start, line.replace(old[0], new[0], 1), f"/tasks/{at}/id")


@mutator("PLN201", "functional")
def a_requirement_or_criterion_named_twice(base: Base, dice: random.Random) -> Mutant | None:
    kind = dice.choice(("FR", "AC"))
    heads = matching(base, rf"### {kind}-\d")
    index = dice.choice(heads[1:])
    first = re.search(rf"{kind}-\d+", lines_of(base)[heads[0]])
    assert first
    return changed_line(base, index, re.sub(rf"{kind}-\d+", first[0], lines_of(base)[index], count=1))


@mutator("PLN201", "roadmap")
def a_task_or_milestone_named_twice(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    tasks = base.plan.tasks
    if len(base.plan.roadmap.milestones) > 1 and dice.random() < 0.5:
        return Mutant(with_milestone(base, 1, id="M1", dependencies=()), "/roadmap/milestones/1/id")
    at = dice.randrange(1, len(tasks))
    return Mutant(with_task(base, at, id=tasks[at - 1].id), f"/tasks/{at}/id")


@mutator("PLN202", "functional")
def a_requirement_with_a_strange_id(base: Base, dice: random.Random) -> Mutant | None:
    """Renamed wherever it stands, so that only its form is wrong."""
    kind, strange = dice.choice((("FR-1", "FR-1ab"), ("AC-1", "AC-1b"), ("FR-2", "FR-2.1")))
    lines = [re.sub(rf"\b{kind}\b", strange, line) for line in lines_of(base)]
    index = next(at for at, line in enumerate(lines) if line.startswith(f"### {strange}"))
    return at_line(base, lines, index)


@mutator("PLN202", "roadmap")
def a_task_or_milestone_with_a_strange_id(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    last = len(base.plan.tasks) - 1
    if dice.random() < 0.5:
        strange = dice.choice(("task-last", "T-9", "t9"))
        return Mutant(with_task(base, last, id=strange), f"/tasks/{last}/id")
    at = len(base.plan.assumptions) - 1
    changed = base.plan.assumptions[at].model_copy(update={"id": "Assumption 1"})
    return Mutant(replan(base, assumptions=(*base.plan.assumptions[:at], changed)), f"/assumptions/{at}/id")


@mutator("PLN203", "steps", "export")
def a_gap_in_the_numbers(base: Base, dice: random.Random) -> Mutant | None:
    steps = steps_of(base)
    old, new = steps[-1].number, steps[-1].number + dice.randrange(1, 4)
    lines = [line.replace(f"Step {old}", f"Step {new}") for line in lines_of(base)]
    return at_line(base, lines, steps[-1].start, f"/tasks/{len(steps) - 1}/id")


@mutator("PLN203", "functional")
def a_gap_in_the_requirements(base: Base, dice: random.Random) -> Mutant | None:
    kind = dice.choice(("FR", "AC"))
    heads = matching(base, rf"### {kind}-\d")
    last = len(heads)
    lines = [re.sub(rf"\b{kind}-{last}\b", f"{kind}-{last + 2}", line) for line in lines_of(base)]
    return at_line(base, lines, heads[-1])


@mutator("PLN203", "roadmap")
def a_gap_in_the_tasks(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    last = len(base.plan.tasks) - 1
    name = f"T{last + 4}"
    settled = [
        one.model_copy(update={"by": tuple(name if by == f"T{last + 1}" else by for by in one.by)})
        for one in base.plan.obligations
    ]
    tasks = (*base.plan.tasks[:last], base.plan.tasks[last].model_copy(update={"id": name}))
    return Mutant(replan(base, tasks=tasks, obligations=tuple(settled)), f"/tasks/{last}/id")


@mutator("PLN204", "functional")
def a_reference_to_nothing(base: Base, dice: random.Random) -> Mutant | None:
    if dice.random() < 0.5:
        index = dice.choice(matching(base, r"### AC-\d"))
        return changed_line(base, index, re.sub(r"\(FR-\d+\)", "(FR-9)", lines_of(base)[index]))
    title = dice.choice(("SE Verification Contract", "Test Mandate", "Review Contract"))
    found = [at for at in rows(base, title) if "AC-" in lines_of(base)[at]]
    index = dice.choice(found)
    return changed_line(base, index, re.sub(r"AC-\d+", "AC-99", lines_of(base)[index]))


@mutator("PLN204", "export")
def a_step_covers_nothing_known(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(matching(base, r"- \*\*Covers\*\*: "))
    return changed_line(base, index, f"{lines_of(base)[index]}, FR-17")


@mutator("PLN204", "roadmap")
def a_task_refers_to_nothing(base: Base, dice: random.Random) -> Mutant | None:
    at, task = some_task(base, dice)
    name, value, pointer = dice.choice(
        (
            ("milestone", "M7", "milestone"),
            ("covers", (*task.covers, "I-9"), f"covers/{len(task.covers)}"),
            ("decisions", (*task.decisions, "D-9"), f"decisions/{len(task.decisions)}"),
        )
    )
    return Mutant(with_task(base, at, **{name: value}), f"/tasks/{at}/{pointer}")


@mutator("PLN205", "steps", "export", "functional", "roadmap")
def a_sentence_names_nothing_known(base: Base, dice: random.Random) -> Mutant | None:
    if base.language != "english":
        return None
    name = {"steps": "Step 19", "export": "Step 19", "functional": "FR-19", "roadmap": "T19"}[base.format]
    return sentence_added(base, dice, f"The rest is in {name}.")


@mutator("PLN206", "functional")
def a_rule_that_binds_nothing(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(rows(base, "Business Rules"))
    return recelled(base, index, 2, "—")


@mutator("PLN206", "roadmap")
def a_decision_that_nobody_needs(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    if not base.plan.decisions:
        return None
    at = dice.randrange(len(base.plan.decisions))
    name = base.plan.decisions[at].id
    changes = {
        number: {"decisions": tuple(one for one in task.decisions if one != name)}
        for number, task in enumerate(base.plan.tasks)
    }
    return Mutant(replaced_tasks(base, changes), f"/decisions/{at}")


@mutator("PLN207", "steps")
def a_dependency_in_words(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps_of(base)[1:])
    words = dice.choice(
        (
            "after the initial project structure",
            "all earlier steps",
            "the mail step",
            "Step 1 and whatever comes",
        )
    )
    return with_needs(base, step, words)


@mutator("PLN208", "steps")
def two_steps_that_are_one(base: Base, dice: random.Random) -> Mutant | None:
    first, *_ = steps_of(base)
    lines = lines_of(base)
    last = steps_of(base)[-1]
    copy = [
        line.replace(f"Step {first.number} ", f"Step {last.number + 1} ")
        for line in lines[first.start : first.end]
    ]
    if lines[first.start : first.end][0] != lines[first.start]:
        return None
    while lines and not lines[-1]:
        lines.pop()
    text = [line for line in copy if not line.startswith("## ")]
    return at_line(base, [*lines, "", *text], len(lines) + 1, f"/tasks/{len(steps_of(base))}")


@mutator("PLN208", "roadmap")
def two_tasks_that_are_one(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    first = base.plan.tasks[0]
    number = len(base.plan.tasks)
    copy = first.model_copy(update={"id": f"T{number + 1}", "depends_on": (base.plan.tasks[-1].id,)})
    return Mutant(replan(base, tasks=(*base.plan.tasks, copy)), f"/tasks/{number}")


@mutator("PLN209", "roadmap")
def an_id_that_means_something_else_now(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    at, _ = some_task(base, dice)
    given = with_task(base, at, title="Rename the package")
    return Mutant(replace(given, before=base.plan), f"/tasks/{at}/title")


# --- PLN301-305 ------------------------------------------------------------------------------------------


@mutator("PLN301", "steps", "export")
def steps_in_a_circle(base: Base, dice: random.Random) -> Mutant | None:
    steps = {one.number: one for one in steps_of(base)}
    late = dice.choice([one for one in steps.values() if upstream(base, one)])
    early = steps[dice.choice(sorted(upstream(base, late)))]
    had = sorted(needed(base, early))
    words = ", ".join(f"Step {number}" for number in [*had, late.number])
    mutant = with_needs(base, early, words)
    first = min(_circle(base, early, late))
    pointer = f"/tasks/{steps[first].at}/depends_on"
    return Mutant(mutant.given, pointer, mutant.line)


def _circle(base: Base, early: Step, late: Step) -> set[int]:
    """The steps that could stand for the circle: all that lie between the two."""
    steps = {one.number: one for one in steps_of(base)}
    between = {n for n in upstream(base, late) if early.number in upstream(base, steps[n])}
    return between | {early.number, late.number}


@mutator("PLN301", "roadmap")
def tasks_or_milestones_in_a_circle(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    if len(base.plan.roadmap.milestones) > 1 and dice.random() < 0.4:
        return Mutant(with_milestone(base, 0, dependencies=("M2",)), "/roadmap/milestones/0/dependencies")
    return Mutant(with_task(base, 0, depends_on=("T2",)), "/tasks/0/depends_on")


@mutator("PLN301", "functional")
def streams_in_a_circle(base: Base, dice: random.Random) -> Mutant | None:
    found = requirement_rows(base)
    if len(found) < 3:
        return None
    return recelled(base, found[1], 4, "WS-0, WS-2", "/streams/streams/1/depends_on")


@mutator("PLN302", "steps", "export")
def a_step_that_waits_for_itself(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps_of(base))
    names = [*sorted(needed(base, step)), step.number]
    return with_needs(base, step, ", ".join(f"Step {number}" for number in names))


@mutator("PLN302", "roadmap")
def a_task_that_waits_for_itself(base: Base, dice: random.Random) -> Mutant | None:
    at, task = some_task(base, dice)
    pointer = f"/tasks/{at}/depends_on/{len(task.depends_on)}"
    return Mutant(with_task(base, at, depends_on=(*task.depends_on, task.id)), pointer)


@mutator("PLN302", "functional")
def a_stream_that_waits_for_itself(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(requirement_rows(base))
    found = cells(lines_of(base)[index])
    mine = found[0].partition(":")[0]
    return recelled(base, index, 4, mine if found[4] == "—" else f"{found[4]}, {mine}")


@mutator("PLN303", "steps", "export")
def a_step_that_waits_for_nothing_known(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps_of(base))
    names = [*sorted(needed(base, step)), dice.randrange(11, 30)]
    return with_needs(base, step, ", ".join(f"Step {number}" for number in names))


@mutator("PLN303", "roadmap")
def a_task_that_waits_for_nothing_known(base: Base, dice: random.Random) -> Mutant | None:
    at, task = some_task(base, dice)
    pointer = f"/tasks/{at}/depends_on/{len(task.depends_on)}"
    return Mutant(with_task(base, at, depends_on=(*task.depends_on, "T14")), pointer)


@mutator("PLN303", "functional")
def a_stream_that_waits_for_nothing_known(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(requirement_rows(base))
    found = cells(lines_of(base)[index])
    return recelled(base, index, 4, "WS-8" if found[4] == "—" else f"{found[4]}, WS-8")


@mutator("PLN304", "steps", "export")
def a_dependency_said_twice(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice([one for one in steps_of(base) if needed(base, one)])
    names = sorted(needed(base, step))
    return with_needs(base, step, ", ".join(f"Step {number}" for number in [*names, names[0]]))


@mutator("PLN304", "roadmap")
def a_task_dependency_said_twice(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    at = dice.choice([at for at, task in enumerate(base.plan.tasks) if task.depends_on])
    names = base.plan.tasks[at].depends_on
    return Mutant(with_task(base, at, depends_on=(*names, names[0])), f"/tasks/{at}/depends_on/{len(names)}")


def _swapped(base: Base, first: Step, second: Step) -> list[str]:
    """The lines with two steps in each other's place, each under its own number."""
    lines = lines_of(base)
    one, other = lines[first.start : first.end], lines[second.start : second.end]
    if first.end == second.start:
        return [*lines[: first.start], *other, *one, *lines[second.end :]]
    return [*lines[: first.start], *other, *lines[first.end : second.start], *one, *lines[second.end :]]


@mutator("PLN305", "steps", "export")
def a_step_before_what_it_needs(base: Base, dice: random.Random) -> Mutant | None:
    steps = steps_of(base)
    pairs = [(one, two) for one, two in itertools.pairwise(steps) if one.number in needed(base, two)]
    first, second = dice.choice(pairs)
    lines = _swapped(base, first, second)
    head = lines_of(base)[second.start]
    index = lines.index(head)
    place = next(at for at in range(index, len(lines)) if f"**{NEEDS[base.format]}**" in lines[at])
    return at_line(base, lines, place)


@mutator("PLN305", "technical")
def a_task_before_what_it_needs(base: Base, dice: random.Random) -> Mutant | None:
    first = steps_of(base)[0]
    lines = lines_of(base)
    last = steps_of(base)[-1].number
    extra = [f"   - **Depends on**: T{last}"]
    place = first.start + 1
    return Mutant(written(base, [*lines[:place], *extra, *lines[place:]]), "/tasks/0/depends_on/0")


# --- PLN306-314 ------------------------------------------------------------------------------------------


@mutator("PLN306", "functional")
def parallel_streams_that_wait(base: Base, dice: random.Random) -> Mutant | None:
    found = requirement_rows(base)
    if len(found) < 3:
        return None
    index = dice.choice(found[2:])
    need = cells(lines_of(base)[index])[4].split(", ")[0]
    return recelled(base, index, 5, need)


@mutator("PLN307", "functional")
def parallel_on_one_side_only(base: Base, dice: random.Random) -> Mutant | None:
    found = [at for at in requirement_rows(base) if cells(lines_of(base)[at])[5] != "—"]
    if len(found) < 2:
        return None
    return recelled(base, found[0], 5, "—")


@mutator("PLN308", "steps", "export")
def two_writers_of_one_file(base: Base, dice: random.Random) -> Mutant | None:
    """Two steps that do not wait for each other, and one of them edits the other's file too."""
    steps = [one for one in steps_of(base) if files_of(base, one)]
    pairs = [(one, two) for at, one in enumerate(steps) for two in steps[at + 1 :]]
    free = [(one, two) for one, two in pairs if one.number not in upstream(base, two)]
    if not free:
        return None
    one, two = dice.choice(free)
    index = next(at for at in files_of(base, two))
    path = path_on(base, dice.choice(files_of(base, one)))
    lines = lines_of(base)
    indent = lines[index].partition("-")[0]
    mutant = at_line(
        base, [*lines[:index], f"{indent}- `{path}` (edit): one line more", *lines[index:]], index
    )
    return Mutant(mutant.given, f"/tasks/{two.at}/depends_on", mutant.line)


@mutator("PLN308", "steps", "export")
def a_lost_dependency_between_writers(base: Base, dice: random.Random) -> Mutant | None:
    """Two steps write one file in order; then nothing says so any more."""
    steps = [one for one in steps_of(base) if files_of(base, one)]
    pairs = [
        (one, two)
        for at, one in enumerate(steps)
        for two in steps[at + 1 :]
        if one.number in upstream(base, two)
    ]
    if not pairs:
        return None
    one, two = dice.choice(pairs)
    path = path_on(base, files_of(base, one)[0])
    lines = lines_of(base)
    index = files_of(base, two)[0]
    indent = lines[index].partition("-")[0]
    lines[needs_line(base, two)] = lines[needs_line(base, two)].partition("**: ")[0] + "**: none"
    lines = [*lines[:index], f"{indent}- `{path}` (edit): one line more", *lines[index:]]
    return Mutant(written(base, lines), f"/tasks/{two.at}/depends_on", (base.path, index + 1))


@mutator("PLN308", "roadmap")
def two_tasks_write_one_file(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    tasks = base.plan.tasks
    at = next((at for at, task in enumerate(tasks) if at and not task.depends_on), None)
    if at is None:
        late = tasks[1]
        files = (*late.files, FileChange(path=tasks[0].files[0].path, change="edit"))
        given = with_task(base, 1, depends_on=(), files=files, max_diff_scope=6)
        return Mutant(given, "/tasks/1/depends_on")
    files = (*tasks[at].files, FileChange(path=tasks[0].files[0].path, change="edit"))
    return Mutant(with_task(base, at, files=files, max_diff_scope=6), f"/tasks/{at}/depends_on")


@mutator("PLN308", "functional")
def two_streams_build_one_requirement(base: Base, dice: random.Random) -> Mutant | None:
    found = [at for at in requirement_rows(base) if cells(lines_of(base)[at])[5] != "—"]
    if len(found) < 2:
        return None
    mine = cells(lines_of(base)[found[1]])[3]
    other = cells(lines_of(base)[found[0]])[3].split(", ")[0]
    number = requirement_rows(base).index(found[1])
    mutant = recelled(base, found[1], 3, f"{mine}, {other}")
    return Mutant(mutant.given, f"/streams/streams/{number}/depends_on", mutant.line)


@mutator("PLN308", "foreign")
def parallel_tasks_that_write_one_file(base: Base, dice: random.Random) -> Mutant | None:
    """Two neighbours in one phase, both marked as parallel, both about one file."""
    steps = steps_of(base)
    lines = lines_of(base)
    one, two = steps[0], steps[1]
    path = re.findall(r"`([^`]+)`", lines[one.start])[0]
    first = lines[one.start].replace("T001 ", "T001 [P] ")
    second = re.sub(r"`[^`]+`", f"`{path}`", lines[two.start])
    lines[one.start], lines[two.start] = first, second
    return at_line(base, lines, two.start, f"/tasks/{two.at}/depends_on")


@mutator("PLN309", "export")
def two_migrations_in_no_order(base: Base, dice: random.Random) -> Mutant | None:
    """The last step adds a migration too, and waits for nothing."""
    if base.repo != "python":
        return None
    last = steps_of(base)[-1]
    lines = lines_of(base)
    path = "migrations/0004_more.sql"
    lines[needs_line(base, last)] = "- **Depends on**: none"
    index = files_of(base, last)[0]
    lines = [*lines[:index], f"  - `{path}` (new): one more table", *lines[index:]]
    table = rows(base, "Impacted Files & Directories")[0]
    lines = [*lines[:table], row(f"`{path}`", "new", "adds one more table"), *lines[table:]]
    return Mutant(written(base, lines), f"/tasks/{last.at}/depends_on")


@mutator("PLN309", "export", "steps")
def a_hot_file_that_is_only_spoken_of(base: Base, dice: random.Random) -> Mutant | None:
    """One step declares the manifest, and another speaks of it; they do not wait for each other."""
    manifest = {"python": "pyproject.toml", "typescript": "package.json", "go": "go.mod"}[base.repo]
    steps = [one for one in steps_of(base) if files_of(base, one)]
    first, last = steps[0], steps[-1]
    lines = lines_of(base)
    need = needs_line(base, last)
    lines[need] = lines[need].partition("**: ")[0] + "**: none"
    told = label(base, last, "Task") or label(base, last, "Changes")
    assert told is not None
    if base.format == "export":
        told += 1
    lines[told] += f". It adds one line to `{manifest}`"
    index = files_of(base, first)[0]
    indent = lines[index].partition("-")[0]
    lines = [*lines[:index], f"{indent}- `{manifest}` (edit): one line", *lines[index:]]
    return Mutant(written(base, lines), f"/tasks/{last.at}/depends_on")


@mutator("PLN310", "steps", "export")
def a_file_edited_before_it_is_made(base: Base, dice: random.Random) -> Mutant | None:
    steps = [one for one in steps_of(base) if files_of(base, one)]
    made = [(step, at) for step in steps for at in files_of(base, step) if "(new)" in lines_of(base)[at]]
    earlier = [(one, step, at) for step, at in made for one in steps if one.number in upstream(base, step)]
    if not earlier:
        return None
    one, _, at = dice.choice(earlier)
    index = files_of(base, one)[0]
    lines = lines_of(base)
    indent = lines[index].partition("-")[0]
    return at_line(
        base, [*lines[:index], f"{indent}- `{path_on(base, at)}` (edit): a line", *lines[index:]], index
    )


@mutator("PLN310", "steps", "export")
def a_file_made_twice(base: Base, dice: random.Random) -> Mutant | None:
    steps = [one for one in steps_of(base) if files_of(base, one)]
    made = [(step, at) for step in steps for at in files_of(base, step) if "(new)" in lines_of(base)[at]]
    later = [(two, step, at) for step, at in made for two in steps if step.number in upstream(base, two)]
    if not later:
        return None
    two, _, at = dice.choice(later)
    index = files_of(base, two)[0]
    lines = lines_of(base)
    indent = lines[index].partition("-")[0]
    return at_line(
        base, [*lines[:index], f"{indent}- `{path_on(base, at)}` (new): again", *lines[index:]], index
    )


@mutator("PLN310", "roadmap")
def a_task_edits_what_is_made_later(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    tasks = base.plan.tasks
    new = [file.path for task in tasks[1:] for file in task.files if file.change == "new"]
    files = (FileChange(path=dice.choice(new), change="edit"), *tasks[0].files)
    return Mutant(with_task(base, 0, files=files, max_diff_scope=5), "/tasks/0/files/0/path")


@mutator("PLN311", "export")
def a_symbol_spelt_otherwise(base: Base, dice: random.Random) -> Mutant | None:
    """What an earlier step adds is used under a name that is a letter off."""
    if base.repo == "python":
        later = matching(base, r"  - Add `extend\(store")[0]
        return changed_line(
            base, later, "  - Call `Store.extend_loans(loan_id, due)` when nothing is against it"
        )
    made = matching(base, r"  - Add `Duration`, which")[0]
    later = matching(base, r"  - Extend `Table` by a map")[0]
    lines = lines_of(base)
    lines[made] = lines[made].replace("`Duration`", "`ShowDuration`")
    use = dice.choice(
        ("Call `ShowDurations(took, known)` for the third column", "Print what `ShownDuration` returns")
    )
    lines[later] = f"  - {use}"
    return at_line(base, lines, later)


@mutator("PLN312", "functional")
def groups_that_leave_a_stream_out(base: Base, dice: random.Random) -> Mutant | None:
    """A column of what each stream holds up, which contradicts what the streams wait for."""
    found = requirement_rows(base)
    if len(found) < 3:
        return None
    lines = lines_of(base)
    head = found[0] - 2
    lines[head] += " Blocks |"
    lines[head + 1] += "---|"
    blocks = {0: "WS-1", 1: "WS-2, WS-3", 2: "WS-3, WS-4"}
    wrong = dice.choice((0, 1, 2))
    for number, index in enumerate(found):
        said = blocks.get(number, "—")
        if number == wrong:
            said = dice.choice(("—", f"{said}, WS-{(wrong + 4) % 5}"))
        lines[index] += f" {said} |"
    mutant = at_line(base, lines, found[wrong])
    return Mutant(mutant.given, None, mutant.line)


@mutator("PLN313", "roadmap")
def a_task_on_its_own(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    if len(base.plan.tasks) < 4:
        return None
    at = len(base.plan.tasks) - 1
    settled = [
        one.model_copy(update={"by": tuple(by for by in one.by if by != f"T{at + 1}")})
        for one in base.plan.obligations
    ]
    tasks = list(base.plan.tasks)
    tasks[at] = tasks[at].model_copy(update={"depends_on": (), "covers": (), "role": "developer"})
    return Mutant(replan(base, tasks=tuple(tasks), obligations=tuple(settled)), f"/tasks/{at}")


@mutator("PLN313", "steps")
def a_step_on_its_own(base: Base, dice: random.Random) -> Mutant | None:
    if len(steps_of(base)) < 4:
        return None
    step = steps_of(base)[0]
    lines = lines_of(base)
    others = [one for one in steps_of(base) if step.number in needed(base, one)]
    for one in others:
        names = [f"Step {n}" for n in sorted(needed(base, one)) if n != step.number]
        index = needs_line(base, one)
        lines[index] = lines[index].partition("**: ")[0] + f"**: {', '.join(names) or 'none'}"
    lines = [
        line for at, line in enumerate(lines) if not (step.start < at < step.end and "**Covers**" in line)
    ]
    return at_line(base, lines, step.start, f"/tasks/{step.at}")


@mutator("PLN314", "steps")
def a_critical_path_that_is_none(base: Base, dice: random.Random) -> Mutant | None:
    if base.language != "english":
        return None
    lines = lines_of(base)
    last = steps_of(base)[-1].number
    text = f"The critical path is Step 1 → Step {last}."
    return at_line(base, [*lines[:2], text, "", *lines[2:]], 2)
