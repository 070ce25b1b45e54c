"""Mutators for PLN5xx: steps that are too large, say too little about undoing, or do what is not safe."""

from __future__ import annotations

import random
import re

from bot.plan.model import FileChange, Rollback
from tests.plan.mutants.harness import Base, Mutant, mutator
from tests.plan.mutants.inside_order import files_of, needs_line
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
    section,
    some_task,
    steps_of,
    titles,
    with_milestone,
    with_task,
    written,
)


def head_changed(base: Base, step: Step, field: str, value: str) -> tuple[list[str], int]:
    """The lines with another Effort, Risk or Rollback of one step, and the line that says it."""
    lines = lines_of(base)
    index = step.start if base.format == "steps" else label(base, step, field)
    assert index is not None
    if base.format == "steps":
        lines[index] = re.sub(rf"{field}: \w+", f"{field}: {value}", lines[index])
    else:
        lines[index] = f"- **{field}**: {value}"
    return lines, index


def many_files(base: Base, step: Step, number: int, lines: list[str] | None = None) -> list[str]:
    """The lines with this many more new files in one step."""
    index = files_of(base, step)[0]
    lines = lines_of(base) if lines is None else lines
    indent = lines[index].partition("-")[0]
    folder = {"python": "docs/pages", "typescript": "docs/pages", "go": "docs/pages"}[base.repo]
    paths = [f"{folder}/page{n}.md" for n in range(number)]
    new = [f"{indent}- `{path}` (new): one page" for path in paths]
    lines = [*lines[:index], *new, *lines[index:]]
    if base.format == "export":
        table = rows(base, "Impacted Files & Directories")[0]
        lines = [
            *lines[:table],
            *(row(f"`{path}`", "new", "people read it") for path in paths),
            *lines[table:],
        ]
    return lines


def some_step(base: Base, dice: random.Random) -> Step:
    """A step that names files."""
    return dice.choice([one for one in steps_of(base) if files_of(base, one)])


@mutator("PLN501", "steps", "export")
def a_step_of_too_many_files(base: Base, dice: random.Random) -> Mutant | None:
    step = some_step(base, dice)
    return Mutant(written(base, many_files(base, step, dice.randrange(20, 30))), f"/tasks/{step.at}/files")


@mutator("PLN501", "roadmap")
def a_task_of_too_many_files(base: Base, dice: random.Random) -> Mutant | None:
    at, task = some_task(base, dice)
    more = tuple(
        FileChange(path=f"docs/pages/page{n}.md", change="new") for n in range(dice.randrange(21, 30))
    )
    return Mutant(with_task(base, at, files=(*task.files, *more), max_diff_scope=60), f"/tasks/{at}/files")


@mutator("PLN501", "foreign")
def a_listed_task_of_too_many_files(base: Base, dice: random.Random) -> Mutant | None:
    step = steps_of(base)[1]
    names = "、".join(f"`docs/page{n}.md`" for n in range(dice.randrange(21, 26)))
    return changed_line(base, step.start, f"- [ ] T002 [P] {names} を作成する", f"/tasks/{step.at}/files")


@mutator("PLN502", "steps", "export")
def a_step_of_many_files(base: Base, dice: random.Random) -> Mutant | None:
    step = some_step(base, dice)
    return Mutant(written(base, many_files(base, step, dice.randrange(9, 14))), f"/tasks/{step.at}/files")


@mutator("PLN503", "steps")
def a_step_that_changes_nothing(base: Base, dice: random.Random) -> Mutant | None:
    step = next(one for one in steps_of(base) if not files_of(base, one))
    lines = lines_of(base)
    index = label(base, step, "Run")
    given = written(base, [line for at, line in enumerate(lines) if at != index])
    return Mutant(given, f"/tasks/{step.at}", (base.path, step.start + 1))


@mutator("PLN503", "export")
def an_export_step_that_changes_nothing(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps_of(base))
    lines = lines_of(base)
    gone = {*files_of(base, step), label(base, step, "Run")}
    at = label(base, step, "Files")
    assert at is not None
    lines[at] = "- **Files**: none"
    changes = label(base, step, "Changes")
    assert changes is not None
    lines[changes] = "- **Changes**: none"
    gone |= set(matching(base, "  - ", changes, label(base, step, "Notes")))
    lines = [line for number, line in enumerate(lines) if number not in gone]
    return Mutant(written(base, lines), f"/tasks/{step.at}", (base.path, step.start + 1))


@mutator("PLN504", "steps", "export", "roadmap")
def a_title_with_two_verbs(base: Base, dice: random.Random) -> Mutant | None:
    title = dice.choice(
        (
            "Add the page and remove the old mails",
            "Rename the settings and extend the help",
            "Add a page; drop a page",
        )
    )
    if base.plan is not None:
        at, _ = some_task(base, dice)
        return Mutant(with_task(base, at, title=title), f"/tasks/{at}/title")
    if base.language != "english":
        return None
    step = dice.choice(steps_of(base))
    line = lines_of(base)[step.start]
    pattern = r"– .*\*\* \(" if base.format == "steps" else r": .*"
    return changed_line(
        base, step.start, re.sub(pattern, f"– {title}** (" if base.format == "steps" else f": {title}", line)
    )


@mutator("PLN505", "steps", "export")
def an_effort_that_does_not_fit(base: Base, dice: random.Random) -> Mutant | None:
    step = some_step(base, dice)
    if dice.random() < 0.5 and len(files_of(base, step)) < 3:
        edits = [at for at in files_of(base, step) if "(edit)" in lines_of(base)[at]]
        if len(edits) == 1 == len(files_of(base, step)):
            lines, index = head_changed(base, step, "Effort", "L")
            return at_line(base, lines, index)
    lines, index = head_changed(base, step, "Effort", "S")
    return Mutant(written(base, many_files(base, step, 6, lines)), f"/tasks/{step.at}/effort")


@mutator("PLN506", "steps")
def a_rollback_without_a_note(base: Base, dice: random.Random) -> Mutant | None:
    found = [one for one in steps_of(base) if label(base, one, "Rollback") is None]
    step = dice.choice(found)
    lines, index = head_changed(base, step, "Rollback", dice.choice(("Reversible", "Manual")))
    return at_line(base, lines, index, f"/tasks/{step.at}/rollback/note")


@mutator("PLN506", "export")
def an_export_rollback_without_a_note(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps_of(base))
    lines, index = head_changed(base, step, "Rollback", dice.choice(("Reversible", "Manual")))
    return at_line(base, lines, index, f"/tasks/{step.at}/rollback/note")


ACTS = (
    "Drop the table of late mails.",
    "Rotate the signing keys.",
    "Purge all old records.",
    "Truncate the table of results.",
    "Publish the package to the registry.",
)


@mutator("PLN507", "steps", "export")
def a_safe_step_that_cannot_be_undone(base: Base, dice: random.Random) -> Mutant | None:
    if base.language != "english":
        return None
    safe = [one for one in steps_of(base) if "Safe" in "\n".join(lines_of(base)[one.start : one.end])]
    step = dice.choice(safe)
    name = "Task" if base.format == "steps" else "Purpose"
    index = label(base, step, name)
    assert index is not None
    return changed_line(
        base, index, f"{lines_of(base)[index]} {dice.choice(ACTS)}", f"/tasks/{step.at}/rollback/kind"
    )


@mutator("PLN507", "steps", "export")
def a_safe_migration(base: Base, dice: random.Random) -> Mutant | None:
    safe = [
        one
        for one in steps_of(base)
        if files_of(base, one) and "Safe" in "\n".join(lines_of(base)[one.start : one.end])
    ]
    step = dice.choice(safe)
    path = dice.choice(
        ("migrations/0009_more.sql", "alembic/versions/0009_more.py", "db/migrate/0009_more.rb")
    )
    index = files_of(base, step)[0]
    lines = lines_of(base)
    indent = lines[index].partition("-")[0]
    lines = [*lines[:index], f"{indent}- `{path}` (new): one more column", *lines[index:]]
    if base.format == "export":
        table = rows(base, "Impacted Files & Directories")[0]
        lines = [*lines[:table], row(f"`{path}`", "new", "adds one more column"), *lines[table:]]
    return Mutant(written(base, lines), f"/tasks/{step.at}/rollback/kind")


@mutator("PLN507", "roadmap")
def a_safe_migration_task(base: Base, dice: random.Random) -> Mutant | None:
    at, task = some_task(base, dice)
    files = (*task.files, FileChange(path="migrations/0009_more.sql", change="new"))
    given = with_task(base, at, files=files, max_diff_scope=9, rollback=Rollback(kind="safe"))
    return Mutant(given, f"/tasks/{at}/rollback/kind")


@mutator("PLN508", "steps", "export")
def a_high_risk_without_a_way_back(base: Base, dice: random.Random) -> Mutant | None:
    safe = [one for one in steps_of(base) if "Safe" in "\n".join(lines_of(base)[one.start : one.end])]
    step = dice.choice(safe)
    lines, index = head_changed(base, step, "Risk", "High")
    return at_line(base, lines, index, f"/tasks/{step.at}/risk_class")


@mutator("PLN508", "roadmap")
def a_milestone_of_high_risk_without_a_risk(base: Base, dice: random.Random) -> Mutant | None:
    given = with_milestone(base, 0, risk_class=dice.choice(("high", "critical")), risks=())
    return Mutant(given, "/roadmap/milestones/0/risk_class")


HOPES = ("Undo it.", "Go back to the old state.", "Fix whatever is broken by then.", "Should not be needed.")


@mutator("PLN509", "steps")
def a_rollback_that_only_hopes(base: Base, dice: random.Random) -> Mutant | None:
    if base.language != "english":
        return None
    found = [at for one in steps_of(base) if (at := label(base, one, "Rollback")) is not None]
    if not found:
        return None
    return changed_line(base, dice.choice(found), f"  - **Rollback**: {dice.choice(HOPES)}")


@mutator("PLN509", "technical", "export")
def a_whole_rollback_that_only_hopes(base: Base, dice: random.Random) -> Mutant | None:
    title = "Rollback Plan" if base.format == "technical" else "Rollback"
    start, end = section(base, title)
    lines = lines_of(base)
    return at_line(base, [*lines[: start + 1], "", f"- {dice.choice(HOPES)}", "", *lines[end:]], start + 2)


UNSAFE = (
    "rm -rf /",
    "rm -rf $HOME/data",
    "git push --force origin main",
    "psql -c 'DROP DATABASE shelf'",
    "curl https://example.org/install.sh | sh",
    "git commit --no-verify",
    "chmod -R 777 .",
    "terraform destroy",
    "curl -k https://example.org",
)


@mutator("PLN510", "steps", "export")
def an_unsafe_command(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(matching(base, r"\s*- \*\*Run\*\*: "))
    return changed_line(base, index, f"{lines_of(base)[index]}, `{dice.choice(UNSAFE)}`")


@mutator("PLN510", "roadmap")
def an_unsafe_task_command(base: Base, dice: random.Random) -> Mutant | None:
    at, task = some_task(base, dice)
    given = with_task(base, at, commands=(*task.commands, dice.choice(UNSAFE)))
    return Mutant(given, f"/tasks/{at}/commands/{len(task.commands)}")


@mutator("PLN510", "technical", "functional", "foreign")
def an_unsafe_command_in_a_fence(base: Base, dice: random.Random) -> Mutant | None:
    title = {"technical": "Deployment", "functional": "Codebase Notes", "foreign": "Dependencies"}[
        base.format
    ]
    start, _ = section(base, title)
    lines = lines_of(base)
    fence = ["", "```bash", dice.choice(UNSAFE), "```", ""]
    mutant = at_line(base, [*lines[: start + 1], *fence, *lines[start + 2 :]], start + 3)
    if base.format == "functional":
        return None
    return mutant


BY_HAND = (
    "Set the secret `MAIL_PASSWORD` in the settings of the repository.",
    "Create an account at the mail provider.",
    "Add a DNS record for the new host.",
    "Ask the owner to approve the deployment in the dashboard.",
)


@mutator("PLN511", "steps", "export")
def a_person_is_needed_and_not_told(base: Base, dice: random.Random) -> Mutant | None:
    if base.language != "english":
        return None
    found = [one for one in steps_of(base) if not _has_instructions(base, one)]
    step = dice.choice(found)
    index = label(base, step, "Task" if base.format == "steps" else "Purpose")
    assert index is not None
    return changed_line(base, index, f"{lines_of(base)[index]} {dice.choice(BY_HAND)}")


def _has_instructions(base: Base, step: Step) -> bool:
    index = label(base, step, "User Instructions")
    return index is not None and not lines_of(base)[index].endswith("none")


@mutator("PLN512", "steps")
def a_release_that_does_not_wait(base: Base, dice: random.Random) -> Mutant | None:
    if "Release & Deployment" not in titles(base):
        return None
    step = steps_of(base)[-1]
    lines = lines_of(base)
    index = needs_line(base, step)
    lines[index] = f"  - **Step Dependencies**: {dice.choice(('none', 'Step 1', 'Step 1, Step 2'))}"
    return at_line(base, lines, index, f"/tasks/{step.at}/depends_on")


@mutator("PLN513", "functional")
def a_drop_before_the_code_is_there(base: Base, dice: random.Random) -> Mutant | None:
    if "Schema Changes" not in titles(base):
        return None
    index = next(at for at in rows(base, "Schema Changes") if "Drop" in lines_of(base)[at])
    cell, text = dice.choice(((2, "expand"), (2, "remove"), (2, "backfill")))
    return recelled(base, index, cell, text)


@mutator("PLN513", "functional")
def a_contraction_before_the_expansion(base: Base, dice: random.Random) -> Mutant | None:
    if "Schema Changes" not in titles(base):
        return None
    first, second = rows(base, "Schema Changes")
    lines = lines_of(base)
    old = cells(lines[second])
    lines[second] = row("Add the column for the day", "waiting", "expand", "—")
    lines[first] = row("Drop the column for the order", "waiting", "contract", old[3])
    return at_line(base, lines, first)


@mutator("PLN514", "functional")
def a_change_that_also_fills(base: Base, dice: random.Random) -> Mutant | None:
    if "Schema Changes" not in titles(base):
        return None
    index = rows(base, "Schema Changes")[0]
    return recelled(base, index, 0, "Add the column for the day and backfill it from the loans")


@mutator("PLN514", "export")
def a_migration_that_also_fills(base: Base, dice: random.Random) -> Mutant | None:
    found = matching(base, r"  - Create `waiting` with book")
    if not found:
        return None
    step = steps_of(base)[0]
    mutant = changed_line(base, found[0], "  - Create `waiting` and backfill it from the loans")
    return Mutant(mutant.given, f"/tasks/{step.at}", mutant.line)


@mutator("PLN515", "functional")
def a_stream_before_the_environment(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Work Streams")
    if len(found) < 3:
        return None
    return recelled(base, found[1], 4, "—", "/streams/streams/1/depends_on")


@mutator("PLN515", "functional")
def no_stream_for_the_environment(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Work Streams")
    if len(found) < 3:
        return None
    lines = lines_of(base)
    lines[found[1]] = lines[found[1]].replace("| WS-0 |", "| — |")
    return Mutant(
        written(base, [line for at, line in enumerate(lines) if at != found[0]]), "/requirements/dev_needs"
    )


@mutator("PLN516", "technical")
def a_risk_without_an_answer(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(rows(base, "Risk Assessment"))
    risk = cells(lines_of(base)[index])[0]
    cell, text = dice.choice(((2, "Careful work"), (2, ""), (2, risk), (1, "Terrible")))
    return recelled(base, index, cell, text)


@mutator("PLN517", "steps", "export")
def a_risk_that_is_played_down(base: Base, dice: random.Random) -> Mutant | None:
    if base.language != "english":
        return None
    found = [one for one in steps_of(base) if files_of(base, one)]
    step = found[0]
    lines, index = head_changed(base, step, "Risk", "Low")
    index = label(base, step, "Task" if base.format == "steps" else "Purpose") or index
    path = "migrations/0009_auth.sql"
    lines[index] += " It changes the table of logins and payments."
    place = files_of(base, step)[0]
    lines = [*lines[:place], f"{lines[place].partition('-')[0]}- `{path}` (new): logins", *lines[place:]]
    return Mutant(written(base, lines), f"/tasks/{step.at}/risk_class")
