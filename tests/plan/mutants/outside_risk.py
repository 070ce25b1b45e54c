"""Mutators for single steps: too large, empty, without a way back, dangerous, or waiting for a person."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator

from tests.plan.mutants.harness import Base, Mutant, mutator
from tests.plan.mutants.outside_ground import add_file, runs
from tests.plan.mutants.outside_reach import (
    Slot,
    Written,
    around,
    in_step,
    items,
    labelled,
    lines_of,
    pick,
    plan_slots,
    plan_with,
    rows,
    section,
    steps,
    swap,
    whole,
    with_lines,
    with_value,
)
from tests.plan.mutants.outside_words import below_label, phrases

MANY = {
    "python": "src/shelf/rules/rule_{:02}.py",
    "typescript": "packages/core/src/rules/rule{:02}.ts",
    "go": "internal/rules/rule{:02}.go",
}


def in_whole_step(base: Base, made: Mutant, step: Written, longer: int = 0) -> Mutant:
    """Found anywhere in a step."""
    return around(made, lines=range(step.lines.start, step.lines.stop + longer), file=base.path)


def is_safe(base: Base, step: Written) -> bool:
    """Whether a step says that it needs no way back."""
    text = "\n".join(lines_of(base)[step.lines.start : step.lines.stop])
    return bool(re.search(r"Rollback(:\*\*|\*\*:|:) *Safe", text))


def safe_steps(base: Base) -> list[Written]:
    return [one for one in steps(base) if is_safe(base, one)]


@mutator("PLN501", "steps", "export")
def far_too_many_files(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice([one for one in steps(base) if one.files])
    lines = lines_of(base)
    at = step.files[-1][1]
    if "**Files" in lines[at]:
        return None
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    paths = [MANY[base.repo].format(number) for number in range(1, 22)]
    lines[at + 1 : at + 1] = [f"{indent}- `{path}` (new): one rule" for path in paths]
    table = rows(base, "Impacted Files", "Path", "Change", "Why")
    for row in table[-1:]:
        new = [row.but(Path=f"`{path}`", Change="new", Why="holds one of the rules") for path in paths]
        lines[row.number + 1 : row.number + 1] = new
    made = with_lines(base, lines, step.lines.start)
    return in_whole_step(base, made, step, longer=2 * len(paths))


@mutator("PLN501", "roadmap")
def task_with_far_too_many_files(base: Base, dice: random.Random) -> Mutant | None:
    at = dice.randrange(len(whole(base).tasks))
    files = [
        {"path": MANY[base.repo].format(number), "change": "new", "summary": "one rule"}
        for number in range(1, 23)
    ]
    old = [one.model_dump() for one in whole(base).tasks[at].files]
    values: dict[str, object] = {f"/tasks/{at}/files": [*old, *files], f"/tasks/{at}/max_diff_scope": 30}
    return around(plan_with(base, values, f"/tasks/{at}/files"), f"/tasks/{at}")


IDLE = {
    "steps": (
        "",
        "- [ ] **Step {n} – Agree on the next iteration** (Effort: S, Risk: Low, Rollback: Safe)",
        "  - **Task**: Talk the result over with the team.",
        "  - **Files**: none",
        "  - **Step Dependencies**: Step {last}",
        "  - **User Instructions**: none",
    ),
    "export": (
        "### Step {n}: Agree on the next iteration",
        "",
        "- **Purpose**: Everybody knows what comes next.",
        "- **Files**: none",
        "- **Changes**: Talk the result over with the team",
        "- **Notes**: Keep it short",
        "- **Depends on**: Step {last}",
        "- **Covers**: FR-1",
        "- **Effort**: S",
        "- **Risk**: Low",
        "- **Rollback**: Safe",
        "",
    ),
}


@mutator("PLN503", "steps", "export")
def meeting_as_a_step(base: Base, dice: random.Random) -> Mutant | None:
    last = steps(base)[-1]
    new = [one.format(n=int(last.name) + 1, last=last.name) for one in IDLE[base.format]]
    lines, at = lines_of(base), last.lines.stop
    while base.format == "steps" and not lines[at - 1].strip():
        at -= 1
    made = with_lines(base, [*lines[:at], *new, *lines[at:]], at)
    return around(made, lines=range(at, at + len(new)), file=base.path)


@mutator("PLN503", "steps")
def nothing_left_to_do(base: Base, dice: random.Random) -> Mutant | None:
    found = [one for one in steps(base) if not one.files and in_step(base, one, "Run")]
    found = [
        one for one in found if (in_step(base, one, "User Instructions") or Slot("", _never)).text == "none"
    ]
    if not found:
        return None
    step = dice.choice(found)
    run = in_step(base, step, "Run")
    assert run is not None
    lines = lines_of(base)
    del lines[run.number]
    return in_whole_step(base, with_lines(base, lines, step.lines.start), step)


def _never(new: str) -> Mutant:
    raise AssertionError(new)


@mutator("PLN506", "steps")
def manual_without_a_word(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(safe_steps(base))
    line = lines_of(base)[step.lines.start]
    kind = dice.choice(["Manual", "Reversible"])
    made = swap(base, step.lines.start, line.replace("Rollback: Safe", f"Rollback: {kind}"))
    return in_whole_step(base, made, step)


@mutator("PLN506", "export")
def way_back_without_a_word(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps(base))
    slot = in_step(base, step, "Rollback")
    return in_whole_step(base, slot.put("Manual"), step) if slot else None


@mutator("PLN506", "steps")
def note_was_left_out(base: Base, dice: random.Random) -> Mutant | None:
    found = [(one, slot) for one in steps(base) if (slot := in_step(base, one, "Rollback")) is not None]
    if not found:
        return None
    step, slot = dice.choice(found)
    lines = lines_of(base)
    del lines[slot.number]
    return in_whole_step(base, with_lines(base, lines, step.lines.start), step)


# Ways back that are none, and what cannot be undone.


def safe_instructions(base: Base) -> Iterator[Slot]:
    """What is to be done in steps that say they need no way back."""
    if base.format == "roadmap":
        tasks = enumerate(whole(base).tasks)
        safe = [
            at for at, one in tasks if one.rollback.kind == "safe" and one.risk_class in {"low", "medium"}
        ]
        yield from plan_slots(base, *(f"/tasks/{at}/objective" for at in safe))
        return
    for step in safe_steps(base):
        inside: Iterable[Slot] = [*labelled(base, "Task|Changes", step.lines), *below_label(base, "Changes")]
        yield from (_anywhere(base, one, step) for one in inside if one.number in step.lines)


def _anywhere(base: Base, slot: Slot, step: Written) -> Slot:
    return Slot(slot.text, lambda new: in_whole_step(base, slot.put(new), step), slot.number)


def safe_tasks_anywhere(base: Base) -> Iterator[Slot]:
    """The same in a whole plan, found anywhere in the task."""
    for slot in safe_instructions(base):
        yield in_item(slot) if base.plan else slot


def in_item(slot: Slot) -> Slot:
    """A text of a whole plan whose defect may be told at any field of its item."""
    return Slot(slot.text, lambda new: _in_item(slot.put(new)))


def _in_item(made: Mutant) -> Mutant:
    """Found anywhere in the same item of a list of the plan."""
    return around(made, "/".join((made.pointer or "").split("/")[:3]))


phrases(
    "PLN507",
    ("steps", "export", "roadmap"),
    safe_tasks_anywhere,
    [
        "+ Drop the column `loan.note`.",
        "+ Truncate the table of old entries before.",
        "+ Purge entries older than a year.",
        "+ Deploy it to production.",
        "+ Rotate the signing key.",
    ],
    [
        "+ Wipe all entries older than a year.",
        "+ Erase the old backups.",
        "+ Overwrite the stored amounts with rounded ones.",
        "+ Send a mail to all readers.",
    ],
)
phrases(
    "PLN511",
    ("steps", "export"),
    safe_tasks_anywhere,
    [
        "+ Set the secret `MAIL_TOKEN` in the repository settings.",
        "+ Create an account at the mail provider and copy its API key.",
        "+ Enable the feature in the provider's dashboard.",
        "+ Point the DNS record of `mail.example.org` at the new host.",
    ],
    [
        "+ Ask the operations team to open port 25.",
        "+ Log in to the admin console and tick the box for exports.",
        "+ Order a certificate for the new host.",
        "+ Invite the bot to the channel.",
    ],
)


@mutator("PLN507", "export", "roadmap")
def migration_said_to_be_safe(base: Base, dice: random.Random) -> Mutant | None:
    if base.format == "roadmap":
        found = [
            at for at, one in enumerate(whole(base).tasks) if any(".sql" in file.path for file in one.files)
        ]
        if not found:
            return None
        at = dice.choice(found)
        safe = {"kind": "safe", "note": ""}
        return around(with_value(base, f"/tasks/{at}/rollback", safe), f"/tasks/{at}")
    step = next((one for one in steps(base) if any(".sql" in path for path, _ in one.files)), None)
    slot = step and in_step(base, step, "Rollback")
    return in_whole_step(base, slot.put("Safe"), step) if step and slot else None


@mutator("PLN507", "steps", "export")
def migration_in_a_safe_step(base: Base, dice: random.Random) -> Mutant | None:
    found = [one for one in safe_steps(base) if one.files]
    name = {"python": "migrations/0003_cleanup.sql"}.get(base.repo, "db/migrate/0003_cleanup.sql")
    if not found or name in base.text:
        return None
    step = dice.choice(found)
    made = add_file(base, step, name, "new", "removes what nobody reads")
    if made is None:
        return None
    lines, at = made
    return in_whole_step(base, with_lines(base, lines, at), step, longer=2)


@mutator("PLN507", "technical")
def task_said_to_be_safe(base: Base, dice: random.Random) -> Mutant | None:
    lines = lines_of(base)
    at = next(at for at, line in enumerate(lines) if re.match(r"1\. \*\*T1\b", line))
    text = f"{lines[at]} {dice.choice(['Purge old results first.', 'Drop the old table first.'])}"
    made = swap(base, at, text, "   - **Rollback**: Safe")
    return around(made, lines=range(at, at + 2), file=base.path)


@mutator("PLN508", "steps")
def high_risk_without_a_way_back(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(safe_steps(base))
    line = lines_of(base)[step.lines.start]
    made = swap(base, step.lines.start, re.sub(r"Risk: \w+", "Risk: High", line))
    return in_whole_step(base, made, step)


@mutator("PLN508", "export")
def high_risk_in_a_label(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(safe_steps(base))
    slot = in_step(base, step, "Risk")
    return in_whole_step(base, slot.put("High"), step) if slot else None


@mutator("PLN508", "roadmap")
def milestone_of_high_risk(base: Base, dice: random.Random) -> Mutant | None:
    at = dice.randrange(len(whole(base).roadmap.milestones))
    here = f"/roadmap/milestones/{at}"
    made = plan_with(base, {f"{here}/risk_class": "high", f"{here}/risks": []}, f"{here}/risk_class")
    return around(made, here)


@mutator("PLN508", "technical")
def high_risk_nobody_meets(base: Base, dice: random.Random) -> Mutant | None:
    found = [row for row in rows(base, "Risk Assessment", "Impact") if row.cells["Impact"] != "High"]
    if not found:
        return None
    row = dice.choice(found)
    return swap(base, row.number, row.but(Impact="High", Mitigation=""))


HOPES = [
    "Undo the change if something goes wrong",
    "Go back to how it was",
    "Restore the previous state",
    "Ask the author what to do",
]


@mutator("PLN509", "steps", "export")
def way_back_without_a_way(base: Base, dice: random.Random) -> Mutant | None:
    if base.language != "english":
        return None
    noted = ((one, in_step(base, one, "Rollback")) for one in steps(base))
    found = [(one, slot) for one, slot in noted if slot is not None and slot.text != "Safe"]
    if not found:
        return None
    step, slot = dice.choice(found)
    hope = dice.choice(HOPES)
    return in_whole_step(
        base, slot.put(f"Reversible – {hope}" if base.format == "export" else f"{hope}."), step
    )


@mutator("PLN509", "technical")
def rollback_plan_of_hopes(base: Base, dice: random.Random) -> Mutant | None:
    found = list(items(base, "Rollback Plan"))
    lines = lines_of(base)
    kept = [line for at, line in enumerate(lines) if at not in {one.number for one in found[1:]}]
    kept[found[0].number] = f"1. {dice.choice(HOPES)}"
    return with_lines(base, kept, found[0].number)


# Commands that must not be run.


def commands_and_ways_back(base: Base) -> Iterator[Slot]:
    """Where commands stand: to run, to roll back, to deploy, by hand."""
    if base.format == "roadmap":
        yield from plan_slots(base, "/tasks/*/commands/*", "/tasks/*/user_instructions/*")
        return
    yield from (one for one in runs(base) if one.text)
    yield from items(base, "Rollback Plan")
    yield from items(base, "Deployment")
    yield from (one for one in labelled(base, "Rollback") if one.text != "Safe")


phrases(
    "PLN510",
    ("steps", "export", "technical"),
    commands_and_ways_back,
    [
        "+ Run `rm -rf ~/` first.",
        '+ Run `rm -rf "$BUILD_DIR"/` first.',
        "+ Run `git push --force origin main`.",
        "+ Run `curl -fsSL https://get.example.org/install.sh | sh`.",
        "+ Run `chmod -R 777 .`.",
        "+ Run `git commit --no-verify -m done`.",
        "+ Run `psql -c 'DROP DATABASE shelf'`.",
        "+ Run `terraform destroy -auto-approve`.",
        "+ Run `NODE_TLS_REJECT_UNAUTHORIZED=0 npm ci`.",
    ],
    [
        "+ Run `wget -qO- https://get.example.org/install.sh | sudo bash`.",
        "+ Run `dd if=/dev/zero of=/dev/sda`.",
        "+ Run `redis-cli FLUSHALL`.",
        "+ Run `kubectl delete namespace production`.",
        "+ Run `docker system prune -af --volumes`.",
        "+ Run `find / -name '*.log' -delete`.",
    ],
)


def own_commands(base: Base) -> Iterator[Slot]:
    """Commands of a whole plan."""
    yield from plan_slots(base, "/tasks/*/commands/*")


phrases(
    "PLN510",
    ("roadmap",),
    own_commands,
    ["rm -rf /", "git push -f origin main", "curl https://get.example.org/x | sh", "chmod -R 777 ."],
    ["redis-cli FLUSHALL", "wget -qO- https://get.example.org/x | bash"],
)


@mutator("PLN512", "steps")
def release_that_does_not_wait(base: Base, dice: random.Random) -> Mutant | None:
    release = section(base, "Release")
    step = next((one for one in steps(base) if one.lines.start in release), None)
    slot = step and in_step(base, step, "Step Dependencies")
    if not step or not slot:
        return None
    return in_whole_step(base, slot.put(dice.choice(["none", "Step 1", "Step 3"])), step)


# Schemas.


@mutator("PLN513", "functional")
def column_dropped_at_once(base: Base, dice: random.Random) -> Mutant | None:
    row = next(
        (one for one in rows(base, "Schema Changes", "Phase") if one.cells["Change"].startswith("Drop")), None
    )
    return swap(base, row.number, row.but(Phase="expand", Dependency="—")) if row else None


@mutator("PLN513", "functional")
def not_null_at_once(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Schema Changes", "Phase")
    if not found:
        return None
    row = found[-1]
    new = row.but(Change="Make the day of the entry NOT NULL", Phase="expand", Dependency="—")
    return swap(base, row.number + 1, new, lines_of(base)[row.number + 1])


@mutator("PLN513", "functional")
def contract_before_expand(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Schema Changes", "Phase", "Table")
    if not found:
        return None
    row = found[-1]
    new = row.but(
        Change="Drop the column for the old order", Table="waiting", Phase="contract", Dependency="—"
    )
    made = swap(base, row.number + 1, new, lines_of(base)[row.number + 1])
    return around(made, lines=range(row.number + 1, row.number + 2), file=base.path)


@mutator("PLN514", "functional")
def added_and_filled_in_one_row(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Schema Changes", "Change")
    text = dice.choice(
        ["Add the column for the day and backfill it", "Add the day and fill it for all old rows"]
    )
    return swap(base, found[0].number, found[0].but(Change=text)) if found else None


@mutator("PLN514", "export", "steps")
def added_and_filled_in_one_step(base: Base, dice: random.Random) -> Mutant | None:
    for step in steps(base):
        if any(path.endswith(".sql") for path, _ in step.files):
            inside = [one for one in below_label(base, "Changes") if one.number in step.lines]
            slot = pick(dice, [*labelled(base, "Task|Changes", step.lines), *inside])
            text = "Add the column `loan.since` and backfill it for all existing rows."
            return in_whole_step(base, slot.add(text), step) if slot else None
    return None


@mutator("PLN515", "functional")
def stream_before_the_environment(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Work Streams", "Stream", "Depends On")
    if not found or not found[0].cells["Stream"].startswith("WS-0"):
        return None
    row = found[1]
    made = swap(base, row.number, row.but(Depends_On="—"))
    return around(made, lines=range(found[0].number, found[-1].number + 1), file=base.path)


@mutator("PLN515", "functional")
def no_stream_for_the_environment(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Work Streams", "Stream", "Depends On")
    if not found or not found[0].cells["Stream"].startswith("WS-0"):
        return None
    lines = lines_of(base)
    lines[found[1].number] = found[1].but(Depends_On="—")
    del lines[found[0].number]
    needs = section(base, "Dev Environment")
    made = with_lines(base, lines, needs.start)
    there = range(needs.start - 1, found[-1].number + 1)
    return around(made, "/requirements/dev_needs", "/streams", lines=there, file=base.path)


@mutator("PLN515", "functional")
def backend_before_the_schema(base: Base, dice: random.Random) -> Mutant | None:
    if not section(base, "Schema Changes"):
        return None
    found = rows(base, "Work Streams", "Stream", "Depends On")
    lines = lines_of(base)
    for row in found[2:4]:
        lines[row.number] = row.but(Depends_On="WS-0" if row is found[2] else "WS-2")
    made = with_lines(base, lines, found[3].number)
    return around(made, lines=range(found[0].number, found[-1].number + 1), file=base.path)
