"""Mutators for PLN4xx: what a plan says of the repository, and what is not so."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Literal

from bot.plan.model import Evidence, FileChange, RelevantFile
from bot.recon.ground import TreeGround
from bot.recon.tree import in_memory
from tests.plan.mutants.harness import Base, Mutant, mutator, replan
from tests.plan.mutants.inside_order import files_of, path_on
from tests.plan.mutants.places import (
    at_line,
    changed_line,
    lines_of,
    matching,
    recelled,
    row,
    rows,
    section,
    sentence_added,
    some_task,
    steps_of,
    with_milestone,
    with_task,
)
from tests.plan.mutants.repos import sha, tree

# A file of each repository that no plan makes.
REAL = {
    "python": "src/shelf/migrate.py",
    "typescript": "packages/core/src/amount.ts",
    "go": "internal/check/check.go",
}
GONE = {
    "python": "src/shelf/lends.py",
    "typescript": "packages/core/src/total.ts",
    "go": "internal/checks/check.go",
}


def file_lines(base: Base, change: str) -> list[int]:
    """The lines of a document's steps that name a file with this change."""
    return matching(base, rf"\s+- `[^`]+` \({change}\)")


def with_path(base: Base, index: int, path: str) -> Mutant:
    """The base with another path on one line."""
    start, _, rest = lines_of(base)[index].partition("`")
    return changed_line(base, index, f"{start}`{path}`{rest.partition('`')[2]}")


def with_file(base: Base, dice: random.Random, path: str, change: Literal["edit", "new"]) -> Mutant:
    """The base with one more file in some step or task, or in a technical plan's list."""
    if base.plan is not None:
        at, task = some_task(base, dice)
        files = (*task.files, FileChange.model_construct(path=path, change=change, summary="", source=""))
        given = with_task(base, at, files=files, max_diff_scope=9)
        return Mutant(given, f"/tasks/{at}/files/{len(task.files)}/path")
    if base.format == "technical":
        head = "**Modified files:**" if change == "edit" else "**New files:**"
        index = lines_of(base).index(head) + 2
        line = f"- `{path}` - It gets one line more"
    else:
        step = dice.choice([one for one in steps_of(base) if files_of(base, one)])
        index = files_of(base, step)[0]
        line = f"{lines_of(base)[index].partition('-')[0]}- `{path}` ({change}): one line more"
    lines = lines_of(base)
    mutant = at_line(base, [*lines[:index], line, *lines[index:]], index)
    if base.format != "export":
        return mutant
    table = rows(base, "Impacted Files & Directories")[0]
    both = [*lines[:table], row(f"`{path}`", change, "gets one line more"), *lines[table:]]
    return at_line(base, [*both[: index + 1], line, *both[index + 1 :]], index + 1)


@mutator("PLN401", "steps", "export", "technical", "roadmap")
def a_file_that_is_not_there(base: Base, dice: random.Random) -> Mutant | None:
    return with_file(base, dice, GONE[base.repo], "edit")


@mutator("PLN401", "steps", "export")
def a_path_in_other_letters(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(file_lines(base, "edit"))
    old = path_on(base, index)
    return with_path(base, index, old[:-5].title() + old[-5:])


@mutator("PLN401", "roadmap")
def a_rename_of_what_is_not_there(base: Base, dice: random.Random) -> Mutant | None:
    at, task = some_task(base, dice)
    moved = FileChange(path="docs/moved.md", change="rename", source="docs/missing.md")
    given = with_task(base, at, files=(*task.files, moved), max_diff_scope=9)
    return Mutant(given, f"/tasks/{at}/files/{len(task.files)}/source")


@mutator("PLN402", "steps", "export", "technical", "roadmap")
def a_new_file_that_is_there(base: Base, dice: random.Random) -> Mutant | None:
    mutant = with_file(base, dice, REAL[base.repo], "new")
    pointer = mutant.pointer.replace("/path", "/change") if mutant.pointer else None
    return replace(mutant, pointer=pointer)


@mutator("PLN403", "steps", "export", "technical", "roadmap")
def a_path_out_of_form(base: Base, dice: random.Random) -> Mutant | None:
    real = REAL[base.repo]
    strange = dice.choice(
        (f"/{real}", f"./../{real}", real.replace("/", "\\"), real.replace("/", "//", 1), f"~/{real}",
         f"{real.rpartition('/')[0]}/*.py", f"C:/{real}", ".git/config", f"{real}.")
    )  # fmt: skip
    return with_file(base, dice, strange, "edit")


@mutator("PLN404", "steps", "export", "technical", "roadmap")
def a_mention_of_no_file(base: Base, dice: random.Random) -> Mutant | None:
    name = {
        "python": "src/shelf/outbox.py",
        "typescript": "packages/web/src/sessions.ts",
        "go": "internal/alarm/alarm.go",
    }
    text = "Es gilt das Gleiche wie in" if base.language == "german" else "It works as in"
    return sentence_added(base, dice, f"{text} `{name[base.repo]}`.")


@mutator("PLN405", "export")
def an_impact_row_that_no_step_makes(base: Base, dice: random.Random) -> Mutant | None:
    index = rows(base, "Impacted Files & Directories")[-1]
    lines = lines_of(base)
    new = row(f"`{REAL[base.repo]}`", "edit", "gets one line more")
    return at_line(base, [*lines[: index + 1], new, *lines[index + 1 :]], index + 1)


@mutator("PLN405", "export")
def a_file_without_an_impact_row(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(rows(base, "Impacted Files & Directories"))
    lines = lines_of(base)
    path = lines[index].split("`")[1]
    kept = [line for at, line in enumerate(lines) if at != index]
    place = next(at for at, line in enumerate(kept) if line.startswith(f"  - `{path}`"))
    return at_line(base, kept, place)


@mutator("PLN405", "export")
def an_impact_row_with_another_change(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(
        [at for at in rows(base, "Impacted Files & Directories") if "| edit |" in lines_of(base)[at]]
    )
    return recelled(base, index, 1, "delete")


SYMBOLS = {
    "python": ("`remind_all` in `src/shelf/mail.py`", "`Store.find_reader` in `src/shelf/store.py`"),
    "typescript": (
        "`parseTotals` in `packages/core/src/totals.ts`",
        "`formatCents` in `packages/core/src/amount.ts`",
    ),
    "go": ("`AskTwice` in `internal/check/check.go`", "`ReadAll` in `internal/config/config.go`"),
}


@mutator("PLN406", "steps", "export", "roadmap")
def a_symbol_that_is_not_there(base: Base, dice: random.Random) -> Mutant | None:
    text = "Gerufen wird" if base.language == "german" else "It calls"
    return sentence_added(base, dice, f"{text} {dice.choice(SYMBOLS[base.repo])}.")


@mutator("PLN406", "roadmap")
def a_quote_that_nobody_wrote(base: Base, dice: random.Random) -> Mutant | None:
    path = REAL[base.repo]
    at, _ = some_task(base, dice)
    name = {"python": "pending_files", "go": "AskTwice"}[base.repo]
    evidence = (Evidence(path=path, line=6, quote=name),)
    return Mutant(with_task(base, at, evidence=evidence), f"/tasks/{at}/evidence/0/quote")


@mutator("PLN407", "steps", "export")
def a_line_beyond_the_end(base: Base, dice: random.Random) -> Mutant | None:
    return sentence_added(base, dice, f"It stands in `{REAL[base.repo]}:{dice.randrange(300, 900)}`.")


COMMANDS = {
    "python": ("make tests", "make typecheck", "python -m shelf.migrations", "make deploy"),
    "typescript": ("npm run tests", "npm run format", "npm run migrate", "npm run lint:fix"),
    "go": ("make tests", "make vet", "make integration", "make docker"),
}


@mutator("PLN408", "steps", "export")
def a_command_that_is_not_defined(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(matching(base, r"\s*- \*\*Run\*\*: "))
    command = dice.choice(COMMANDS[base.repo])
    return changed_line(base, index, f"{lines_of(base)[index].partition('**: ')[0]}**: `{command}`")


@mutator("PLN408", "roadmap")
def a_task_command_that_is_not_defined(base: Base, dice: random.Random) -> Mutant | None:
    command = dice.choice(COMMANDS[base.repo])
    if dice.random() < 0.4:
        return Mutant(with_milestone(base, 0, validation=(command,)), "/roadmap/milestones/0/validation/0")
    at, task = some_task(base, dice)
    given = with_task(base, at, commands=(*task.commands, command))
    return Mutant(given, f"/tasks/{at}/commands/{len(task.commands)}")


@mutator("PLN408", "export")
def a_test_command_that_is_not_defined(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(rows(base, "Testing Plan"))
    return recelled(base, index, 2, f"`{dice.choice(COMMANDS[base.repo])}`")


RUNNERS = {"python": "nose2 tests", "typescript": "npx jest", "go": ""}


@mutator("PLN409", "steps", "export", "roadmap")
def another_test_framework_is_run(base: Base, dice: random.Random) -> Mutant | None:
    command = RUNNERS[base.repo]
    if not command:
        return None
    if base.plan is not None:
        at, task = some_task(base, dice)
        given = with_task(base, at, commands=(*task.commands, command))
        return Mutant(given, f"/tasks/{at}/commands/{len(task.commands)}")
    index = dice.choice(matching(base, r"\s*- \*\*Run\*\*: "))
    return changed_line(base, index, f"{lines_of(base)[index]}, `{command}`")


@mutator("PLN409", "technical")
def another_test_framework_in_the_stack(base: Base, dice: random.Random) -> Mutant | None:
    if base.repo != "typescript":
        return None
    index = matching(base, "- Languages: ")[0]
    lines = lines_of(base)
    name = dice.choice(("Jest 29", "Mocha 10"))
    return at_line(base, [*lines[: index + 1], f"- Tests: {name}", *lines[index + 1 :]], index + 1)


@mutator("PLN409", "export")
def another_test_framework_in_the_testing_plan(base: Base, dice: random.Random) -> Mutant | None:
    if base.repo != "python":
        return None
    index = dice.choice(rows(base, "Testing Plan"))
    return recelled(base, index, 2, "`nose2 tests`")


@mutator("PLN410", "steps", "export", "roadmap")
def a_test_file_with_another_name(base: Base, dice: random.Random) -> Mutant | None:
    strange = {
        "python": ("src/shelf/mail_test.py", "tests/mail_tests.py"),
        "typescript": ("packages/core/src/totals.spec.ts", "packages/core/src/totals.test.ts"),
        "go": ("tests/check_test.go", "test/unit/check_test.go"),
    }[base.repo]
    return with_file(base, dice, dice.choice(strange), "new")


@mutator("PLN411", "technical")
def a_dependency_that_is_not_present(base: Base, dice: random.Random) -> Mutant | None:
    start, end = section(base, "Dependencies")
    name = {"typescript": "`express` 4.21", "go": "`github.com/spf13/cobra` 1.8"}[base.repo]
    line = f"- {name} (present): runs the command"
    lines = lines_of(base)
    if base.repo == "go":
        return at_line(base, [*lines[: start + 2], line, "", *lines[end:]], start + 2)
    return at_line(base, [*lines[: start + 2], line, *lines[start + 2 :]], start + 2)


@mutator("PLN411", "technical")
def a_new_dependency_without_a_version(base: Base, dice: random.Random) -> Mutant | None:
    found = matching(base, r"- `@fastify/multipart` 9")
    return changed_line(base, found[0], "- `@fastify/multipart` (new): reads uploads") if found else None


@mutator("PLN411", "technical")
def a_new_dependency_in_no_manifest(base: Base, dice: random.Random) -> Mutant | None:
    found = matching(base, r"- `packages/web/package.json`")
    if not found:
        return None
    lines = [line for at, line in enumerate(lines_of(base)) if at not in found]
    place = next(at for at, line in enumerate(lines) if line.startswith("- `@fastify/multipart`"))
    return at_line(base, lines, place)


@mutator("PLN412", "steps", "export")
def a_setting_that_nobody_sets(base: Base, dice: random.Random) -> Mutant | None:
    if base.language != "english":
        return None
    name = dice.choice(("SERVICE_API_TOKEN", "REPORT_BUCKET_NAME"))
    text = dice.choice(
        (f"It reads the environment variable `{name}`.", f"The setting `{name}` switches it on.")
    )
    return sentence_added(base, dice, text)


HANDS_OFF = {
    "python": ("src/shelf/words_pb2.py", "src/shelf/_vendor/names.py"),
    "typescript": ("package-lock.json", "packages/web/src/generated/routes.ts"),
    "go": ("internal/check/status_string.go", "vendor/example.org/ansi/ansi.go"),
}


@mutator("PLN413", "steps", "export", "roadmap")
def a_file_nobody_edits_by_hand(base: Base, dice: random.Random) -> Mutant | None:
    return with_file(base, dice, dice.choice(HANDS_OFF[base.repo]), "edit")


@mutator("PLN414", "steps", "export", "roadmap")
def a_protected_path_at_low_risk(base: Base, dice: random.Random) -> Mutant | None:
    path = dice.choice((".github/workflows/ci.yml", ".github/CODEOWNERS"))
    if base.plan is not None:
        files = (*base.plan.tasks[0].files, FileChange(path=path, change="edit"))
        return Mutant(
            with_task(base, 0, files=files, max_diff_scope=9), f"/tasks/0/files/{len(files) - 1}/path"
        )
    return with_file(base, dice, path, "edit")


@mutator("PLN415", "roadmap")
def a_plan_for_another_commit(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    other = dice.choice(("0" * 40, sha("typescript")))
    made = base.plan.provenance.model_copy(update={"base_sha": other})
    return Mutant(replan(base, provenance=made), "/provenance/base_sha")


@mutator("PLN415", "roadmap")
def a_plan_whose_files_changed_since(base: Base, dice: random.Random) -> Mutant | None:
    """The repository has moved on: another commit, and one planned file says something else."""
    assert base.plan is not None
    old = tree(base.repo)
    path = base.plan.tasks[0].files[0].path
    files = {one: old.text(one) or "" for one in old.paths}
    moved = TreeGround(in_memory({**files, path: files[path] + "\n# moved on\n"}, sha="f" * 40))
    return Mutant(replace(base.given(), ground=moved), "/provenance/base_sha")


@mutator("PLN416", "roadmap")
def a_ranked_file_that_nobody_mentions(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    found = RelevantFile(path=REAL[base.repo], confidence="A", reasons=("named in the issue",))
    files = (found, *base.plan.codebase.files)
    if any(REAL[base.repo] in text for text in base.files.values()):
        return None
    return Mutant(
        replan(base, codebase=base.plan.codebase.model_copy(update={"files": files})),
        "/codebase/files/0/path",
    )


@mutator("PLN416", "roadmap")
def an_edited_file_without_its_test(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    if base.plan.size != "medium":
        return None
    at = dice.randrange(2)
    files = tuple(one for one in base.plan.tasks[at].files if "_test" not in one.path)
    return Mutant(with_task(base, at, files=files), f"/tasks/{at}/files/0/path")
