"""Mutators for order: what waits for what, what may run at once, and who writes a file first."""

from __future__ import annotations

import json
import random
import re
from itertools import pairwise
from pathlib import PurePosixPath

from tests.plan.mutants.harness import Base, Mutant, mutator
from tests.plan.mutants.outside_ground import add_file
from tests.plan.mutants.outside_reach import (
    Written,
    around,
    in_step,
    join_row,
    lines_of,
    plan_with,
    rows,
    split_row,
    steps,
    swap,
    upstream,
    whole,
    with_lines,
    with_value,
)


@mutator("PLN302", "steps", "export")
def step_that_waits_for_itself(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps(base))
    slot = in_step(base, step, "Step Dependencies|Depends on")
    if slot is None:
        return None
    own = f"Step {step.name}"
    return slot.put(own if slot.text == "none" else f"{slot.text}, {own}")


@mutator("PLN302", "technical")
def written_task_that_waits_for_itself(base: Base, dice: random.Random) -> Mutant | None:
    lines = lines_of(base)
    at = next(at for at, line in enumerate(lines) if re.match(r"1\. \*\*T1\b", line))
    made = swap(base, at, lines[at], "   - **Depends on**: T1")
    return around(made, lines=range(at, at + 2), file=base.path)


@mutator("PLN302", "functional")
def stream_that_waits_for_itself(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice(rows(base, "Work Streams", "Stream", "Depends On"))
    own = row.cells["Stream"].partition(":")[0]
    kept = [] if row.cells["Depends On"] == "—" else [row.cells["Depends On"]]
    return swap(base, row.number, row.but(Depends_On=", ".join([*kept, own])))


@mutator("PLN302", "roadmap")
def task_that_waits_for_itself(base: Base, dice: random.Random) -> Mutant | None:
    at = dice.randrange(len(whole(base).tasks))
    task = whole(base).tasks[at]
    made = with_value(base, f"/tasks/{at}/depends_on", [*task.depends_on, task.id])
    return around(made, f"/tasks/{at}/depends_on")


@mutator("PLN302", "roadmap")
def milestone_that_waits_for_itself(base: Base, dice: random.Random) -> Mutant | None:
    made = with_value(base, "/roadmap/milestones/0/dependencies", ["M1"])
    return around(made, "/roadmap/milestones/0/dependencies")


@mutator("PLN306", "functional")
def marked_parallel_but_waits(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Work Streams", "Stream", "Depends On", "Parallel With")
    late = [row for row in found if row.cells["Depends On"].startswith("WS")]
    if not late:
        return None
    row = dice.choice(late)
    need = row.cells["Depends On"].split(", ")[-1]
    other = next(one for one in found if one.cells["Stream"].startswith(need))
    lines = lines_of(base)
    for one, name in ((row, need), (other, row.cells["Stream"].partition(":")[0])):
        kept = [] if one.cells["Parallel With"] == "—" else [one.cells["Parallel With"]]
        lines[one.number] = one.but(Parallel_With=", ".join([*kept, name]))
    made = with_lines(base, lines, row.number)
    return around(made, lines=range(found[0].number, found[-1].number + 1), file=base.path)


# What may run at once.


def _unrelated(base: Base) -> list[tuple[Written, Written]]:
    """Pairs of steps, in order, without a way from one to the other."""
    found = [one for one in steps(base) if one.files]
    return [
        (one, other)
        for place, one in enumerate(found)
        for other in found[place + 1 :]
        if one.name not in upstream(found, other.name) and other.name not in upstream(found, one.name)
    ]


def _both(base: Base, made: Mutant, one: Written, other: Written) -> Mutant:
    return around(made, lines=range(one.lines.start, other.lines.stop + 2), file=base.path)


@mutator("PLN308", "steps", "export")
def two_steps_write_one_file(base: Base, dice: random.Random) -> Mutant | None:
    pairs = [
        (one, other, path)
        for one, other in _unrelated(base)
        for path, at in one.files
        if "(edit)" in lines_of(base)[at]
    ]
    if not pairs:
        return None
    one, other, path = dice.choice(pairs)
    made = add_file(base, other, path, "edit", "export it too")
    return made and _both(base, with_lines(base, *made), one, other)


@mutator("PLN308", "steps", "export")
def order_that_was_forgotten(base: Base, dice: random.Random) -> Mutant | None:
    """Two steps in a row write one file, and the second one no longer waits for the first."""
    found = [one for one in steps(base) if one.files]
    pairs = [(one, other) for one, other in pairwise(found) if other.needs == {one.name}]
    if not pairs:
        return None
    one, other = dice.choice(pairs)
    paths = [path for path, at in one.files if "(edit)" in lines_of(base)[at]]
    slot = in_step(base, other, "Step Dependencies|Depends on")
    made = paths and add_file(base, other, paths[0], "edit", "a second look")
    if not made or slot is None:
        return None
    lines, at = made
    where = next(
        at for at in range(other.lines.start, len(lines)) if re.search("Dependencies|Depends on", lines[at])
    )
    lines[where] = re.sub(r"Step \d+", "none", lines[where])
    return _both(base, with_lines(base, lines, at), one, other)


@mutator("PLN308", "roadmap")
def two_tasks_write_one_file(base: Base, dice: random.Random) -> Mutant | None:
    tasks = whole(base).tasks
    pairs = [
        (one, other)
        for one, task in enumerate(tasks)
        for other in range(one + 1, len(tasks))
        if not tasks[other].depends_on
        and not task.depends_on
        and task.files
        and task.files[0].change == "edit"
    ]
    if not pairs:
        return None
    one, other = dice.choice(pairs)
    new = {"path": tasks[one].files[0].path, "change": "edit", "summary": "a hook for it"}
    made = plan_with(
        base, {f"/tasks/{other}/files/-": new}, f"/tasks/{other}/files/{len(tasks[other].files)}/path"
    )
    return around(made, f"/tasks/{one}", f"/tasks/{other}")


@mutator("PLN308", "roadmap")
def task_that_no_longer_waits(base: Base, dice: random.Random) -> Mutant | None:
    tasks = whole(base).tasks
    path = tasks[0].files[0].path
    new = {"path": path, "change": "edit", "summary": "one more function"}
    values: dict[str, object] = {"/tasks/1/files/-": new, "/tasks/1/depends_on": []}
    return around(plan_with(base, values, "/tasks/1/depends_on"), "/tasks/0", "/tasks/1")


@mutator("PLN310", "steps", "export")
def created_twice(base: Base, dice: random.Random) -> Mutant | None:
    found = [one for one in steps(base) if one.files]
    new = [(one, path) for one in found for path, at in one.files if "(new)" in lines_of(base)[at]]
    pairs = [
        (one, path, other) for one, path in new for other in found if one.name in upstream(found, other.name)
    ]
    if not pairs:
        return None
    one, path, other = dice.choice(pairs)
    made = add_file(base, other, path, "new", "the rest of it")
    return made and _both(base, with_lines(base, *made), one, other)


@mutator("PLN310", "steps", "export")
def edited_before_it_is_there(base: Base, dice: random.Random) -> Mutant | None:
    found = [one for one in steps(base) if one.files]
    new = [(one, path) for one in found for path, at in one.files if "(new)" in lines_of(base)[at]]
    pairs = [
        (one, path, other) for one, path in new for other in found if other.name in upstream(found, one.name)
    ]
    if not pairs:
        return None
    one, path, other = dice.choice(pairs)
    made = add_file(base, other, path, "edit", "what it needs")
    return made and _both(base, with_lines(base, *made), other, one)


@mutator("PLN310", "roadmap")
def task_edits_what_comes_later(base: Base, dice: random.Random) -> Mutant | None:
    tasks = whole(base).tasks
    new = [
        (at, one.path) for at, task in enumerate(tasks) for one in task.files if one.change == "new" and at
    ]
    if not new:
        return None
    at, path = dice.choice(new)
    file = {"path": path, "change": "edit", "summary": "what it needs"}
    made = plan_with(base, {"/tasks/0/files/-": file}, f"/tasks/0/files/{len(tasks[0].files)}/path")
    return around(made, "/tasks/0/files", f"/tasks/{at}/files")


@mutator("PLN310", "roadmap")
def edited_after_it_is_gone(base: Base, dice: random.Random) -> Mutant | None:
    tasks = whole(base).tasks
    pairs = [(at, int(need[1:]) - 1) for at, task in enumerate(tasks) for need in task.depends_on]
    at, before = dice.choice(pairs)
    edits = [one.path for one in tasks[at].files if one.change == "edit"]
    if not edits:
        return None
    file = {"path": edits[0], "change": "delete", "summary": "nobody reads it"}
    made = plan_with(
        base, {f"/tasks/{before}/files/-": file}, f"/tasks/{before}/files/{len(tasks[before].files)}"
    )
    return around(made, f"/tasks/{at}", f"/tasks/{before}")


@mutator("PLN312", "functional")
def blocks_another_stream(base: Base, dice: random.Random) -> Mutant | None:
    """A column Blocks that is right but for one stream."""
    found = rows(base, "Work Streams", "Stream", "Depends On")
    if len(found) < 3:
        return None
    names = [row.cells["Stream"].partition(":")[0] for row in found]
    blocks = {
        name: ", ".join(one for one, row in zip(names, found, strict=True) if name in row.cells["Depends On"])
        for name in names
    }
    blocks[names[-1]] = names[0]
    lines = lines_of(base)
    lines[found[0].number - 2] = join_row([*split_row(lines[found[0].number - 2]), "Blocks"])
    lines[found[0].number - 1] += "---|"
    for name, row in zip(names, found, strict=True):
        lines[row.number] = join_row([*row.cells.values(), blocks[name] or "—"])
    made = with_lines(base, lines, found[-1].number)
    return around(made, lines=range(found[0].number, found[-1].number + 1), file=base.path)


GROUPS = {
    "left_out": [["WS-0"], ["WS-1"], ["WS-2"], ["WS-3"]],
    "twice": [["WS-0"], ["WS-1"], ["WS-2", "WS-3"], ["WS-3", "WS-4"]],
    "too_early": [["WS-0"], ["WS-1", "WS-3"], ["WS-2"], ["WS-4"]],
}


@mutator("PLN312", "functional")
def groups_that_do_not_fit(base: Base, dice: random.Random) -> Mutant | None:
    if "WS-4" not in base.text:
        return None
    groups = [
        {"group": number, "streams": one, "gate_after": None}
        for number, one in enumerate(dice.choice(list(GROUPS.values())), start=1)
    ]
    data = {"metadata": {"agent": "planner", "version": "1.1"}, "parallelism_groups": groups}
    path = str(PurePosixPath(base.path).parent / "plan_output.json")
    text = json.dumps(data, indent=2) + "\n"
    made = Mutant(base.given(files={**base.files, path: text}))
    return around(made, "/streams", lines=range(len(text)), file=path)
