"""Mutators for what a plan says of the repository: paths, symbols, commands, frameworks, dependencies."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.plan.mutants.harness import Base, Mutant, ground, mutator
from tests.plan.mutants.outside_reach import (
    Slot,
    Written,
    around,
    cells,
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
    with_issue,
    with_lines,
    with_value,
)
from tests.plan.mutants.outside_words import instructions

_MARKED = re.compile(r"`([^`]+)`\s*\((new|edit|delete)\)")


@dataclass(frozen=True)
class Touched:
    """A file that a document says is changed, and the line, from 0, that says so."""

    path: str
    change: str
    number: int


def touched(base: Base) -> list[Touched]:
    """The files of steps, or of the section on file changes."""
    if base.format == "technical":
        return list(_file_changes(base))
    lines = lines_of(base)
    inside = [number for one in steps(base) for number in one.lines]
    return [
        Touched(path, change, number) for number in inside for path, change in _MARKED.findall(lines[number])
    ]


def _file_changes(base: Base) -> Iterator[Touched]:
    lines, change = lines_of(base), ""
    for number in section(base, "File Changes"):
        label = re.match(r"\*\*(New|Modified|Deleted) files:?\*\*", lines[number])
        change = {"New": "new", "Modified": "edit", "Deleted": "delete"}[label[1]] if label else change
        item = re.match(r"[-*]\s+`([^`]+)`", lines[number])
        if item:
            yield Touched(item[1], change, number)


def one_of(dice: random.Random, found: Sequence[Touched], change: str) -> Touched | None:
    fitting = [one for one in found if one.change == change]
    return dice.choice(fitting) if fitting else None


def called(base: Base, old: Touched, new: str) -> Mutant:
    """The document with one path written otherwise wherever it stands in code."""
    text = base.files[base.path].replace(f"`{old.path}`", f"`{new}`")
    given = base.given(files={**base.files, base.path: text})
    return around(
        Mutant(given, line=(base.path, old.number + 1)), lines=_says(base, old.path), file=base.path
    )


def _says(base: Base, path: str) -> range:
    """From the first line that names a path to the last."""
    on = [at for at, line in enumerate(lines_of(base)) if f"`{path}`" in line]
    return range(min(on), max(on) + 1)


def plan_files(base: Base, change: str) -> list[tuple[int, int, str]]:
    """Task, place and path of the files a whole plan changes so."""
    return [
        (at, place, one.path)
        for at, task in enumerate(whole(base).tasks)
        for place, one in enumerate(task.files)
        if one.change == change
    ]


class Wrong:
    """A way to get a path wrong."""

    def __init__(self, pattern: str, new: str) -> None:
        self.pattern, self.new = pattern, new

    def __call__(self, path: str) -> str:
        return re.sub(self.pattern, self.new, path, count=1)


def _repathed(base: Base, dice: random.Random, change: str, path: str | None, wrong: Wrong) -> Mutant | None:
    if base.format == "roadmap":
        found = plan_files(base, change)
        if not found:
            return None
        at, place, old = dice.choice(found)
        return with_value(base, f"/tasks/{at}/files/{place}/path", path or wrong(old))
    mine = one_of(dice, touched(base), change)
    return called(base, mine, path or wrong(mine.path)) if mine else None


DOCUMENTS = ("steps", "export", "technical", "roadmap")


def _register(rule: str, name: str, change: str, wrong: Wrong) -> None:
    def mutate(base: Base, dice: random.Random) -> Mutant | None:
        return _repathed(base, dice, change, None, wrong)

    mutate.__name__ = name
    mutator(rule, *DOCUMENTS)(mutate)


_register("PLN401", "a_letter_too_many", "edit", Wrong(r"(\w)(\.\w+)$", r"\1s\2"))
_register("PLN401", "in_a_folder_that_is_not_there", "edit", Wrong(r"([^/]+)$", r"core/\1"))
_register("PLN401", "with_a_capital", "edit", Wrong(r"(?:^|(?<=/))[a-z](?=[^/]*$)", "X"))
_register("PLN403", "with_a_dot", "edit", Wrong("^", "./"))
_register("PLN403", "from_the_root", "new", Wrong("^", "/"))
_register("PLN403", "with_backslashes", "new", Wrong("/", r"\\"))
_register("PLN403", "out_of_the_repository", "new", Wrong("^", "../"))
_register("PLN403", "as_a_pattern", "edit", Wrong(r"[^/]+(\.\w+)$", r"*\1"))
_register("PLN403", "from_home", "new", Wrong("^", "~/notes/"))


@mutator("PLN402", "steps", "export")
def new_but_there(base: Base, dice: random.Random) -> Mutant | None:
    mine = one_of(dice, touched(base), "edit")
    if mine is None or len([one for one in touched(base) if one.path == mine.path]) > 1:
        return None
    text = base.files[base.path].replace(f"`{mine.path}` (edit)", f"`{mine.path}` (new)")
    text = re.sub(rf"(\|\s*`{re.escape(mine.path)}`\s*\|\s*)edit\b", r"\1new", text)
    made = Mutant(base.given(files={**base.files, base.path: text}), line=(base.path, mine.number + 1))
    return around(made, lines=_says(base, mine.path), file=base.path)


@mutator("PLN402", "technical")
def listed_as_new(base: Base, dice: random.Random) -> Mutant | None:
    mine = one_of(dice, touched(base), "edit")
    new = one_of(dice, touched(base), "new")
    if mine is None or new is None or mine.number < new.number:
        return None
    lines = lines_of(base)
    moved = lines.pop(mine.number)
    lines.insert(new.number + 1, moved)
    return with_lines(base, lines, new.number + 1)


@mutator("PLN402", "roadmap")
def planned_as_new(base: Base, dice: random.Random) -> Mutant | None:
    paths = [path for _, _, path in plan_files(base, "edit")]
    found = [one for one in plan_files(base, "edit") if paths.count(one[2]) == 1]
    if not found:
        return None
    at, place, _ = dice.choice(found)
    made = with_value(base, f"/tasks/{at}/files/{place}/change", "new")
    return around(made, f"/tasks/{at}/files/{place}")


NOWHERE = {
    "python": "src/shelf/notify/sender.py",
    "typescript": "packages/core/src/money.ts",
    "go": "internal/history/history.go",
}


@mutator("PLN404", *DOCUMENTS)
def mention_of_nothing(base: Base, dice: random.Random) -> Mutant | None:
    slot = pick(dice, instructions(base))
    return slot.add(f"Do it the way `{NOWHERE[base.repo]}` does.") if slot else None


@mutator("PLN404", *DOCUMENTS)
def mention_of_a_file_that_moved(base: Base, dice: random.Random) -> Mutant | None:
    written = [one for one in ground(base.repo).paths if "vendor" not in one and one.count("/") >= 2]
    there = dice.choice(written)
    head, _, name = there.rpartition("/")
    slot = pick(dice, instructions(base))
    return slot.add(f"Read `{head}/lib/old_{name}` first.") if slot else None


@mutator("PLN405", "export")
def row_left_out(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Impacted Files", "Path")
    if len(found) < 2:
        return None
    row = dice.choice(found)
    lines = lines_of(base)
    del lines[row.number]
    path = row.cells["Path"].strip("`")
    given = base.given(files={**base.files, base.path: "\n".join(lines)})
    after = base.files[base.path].split("\n")
    on = [at - 1 for at, line in enumerate(after) if f"`{path}`" in line and at > row.number]
    table = section(base, "Impacted Files")
    made = Mutant(given, "/codebase/impact", line=(base.path, table.start))
    return around(made, lines=range(min(on), max(on) + 1), file=base.path) if on else None


@mutator("PLN405", "export")
def row_too_many(base: Base, dice: random.Random) -> Mutant | None:
    row = rows(base, "Impacted Files", "Path", "Change", "Why")[-1]
    free = [
        one for one in ground(base.repo).paths if one.endswith((".py", ".ts", ".go")) and one not in base.text
    ]
    new = row.but(Path=f"`{dice.choice(free)}`", Change="edit", Why="it calls the code that changes")
    return swap(base, row.number + 1, new, lines_of(base)[row.number + 1])


@mutator("PLN405", "export")
def row_says_another_change(base: Base, dice: random.Random) -> Mutant | None:
    row = dice.choice(rows(base, "Impacted Files", "Path", "Change"))
    other = "delete" if row.cells["Change"] == "edit" else "edit"
    made = swap(base, row.number, row.but(Change=other))
    return around(made, lines=_says(base, row.cells["Path"].strip("`")), file=base.path)


SYMBOLS = {
    "python": ("src/shelf/loans.py", ["lend_book", "LoanLimitError"]),
    "typescript": ("packages/core/src/totals.ts", ["totalByMonth", "sumUp"]),
    "go": ("internal/check/check.go", ["RunEverything", "checkHost"]),
}


@mutator("PLN406", "steps", "export", "roadmap")
def function_that_is_not_there(base: Base, dice: random.Random) -> Mutant | None:
    path, names = SYMBOLS[base.repo]
    slot = pick(dice, instructions(base))
    return slot.add(f"Call the existing `{dice.choice(names)}` in `{path}`.") if slot else None


@mutator("PLN406", "steps", "export", "roadmap")
def symbol_behind_a_path(base: Base, dice: random.Random) -> Mutant | None:
    path, names = SYMBOLS[base.repo]
    slot = pick(dice, instructions(base))
    return slot.add(f"Extend `{path}::{dice.choice(names)}` by one more case.") if slot else None


@mutator("PLN406", "steps", "export")
def symbol_in_a_file_line(base: Base, dice: random.Random) -> Mutant | None:
    found = [one for one in touched(base) if one.change == "edit" and one.path == SYMBOLS[base.repo][0]]
    if not found:
        return None
    line = lines_of(base)[found[0].number].split("(edit)")[0]
    name = dice.choice(SYMBOLS[base.repo][1])
    return swap(base, found[0].number, f"{line}(edit): change `{name}` to take a day")


COMMANDS = {
    "python": ["make check-all", "python -m shelf.report", "make integration-test"],
    "typescript": ["npm run test:unit", "npm run e2e", "npm run check-types"],
    "go": ["make verify", "make integration", "make e2e"],
}


def runs(base: Base) -> Iterator[Slot]:
    """Commands of a plan."""
    if base.format == "roadmap":
        yield from plan_slots(base, "/tasks/*/commands/*", "/roadmap/milestones/*/validation/*")
    else:
        yield from labelled(base, "Run")


@mutator("PLN408", "steps", "export", "technical", "roadmap")
def command_that_nobody_defined(base: Base, dice: random.Random) -> Mutant | None:
    slot = pick(dice, runs(base))
    command = dice.choice(COMMANDS[base.repo])
    return slot.put(command if base.format == "roadmap" else f"`{command}`") if slot else None


@mutator("PLN408", "export")
def check_that_nobody_defined(base: Base, dice: random.Random) -> Mutant | None:
    found = [
        one for one in items(base, "Verification Checklist") if re.search(r"`(make|npm|go|python) ", one.text)
    ]
    slot = pick(dice, found)
    if slot is None:
        return None
    return slot.put(re.sub(r"`[^`]+`", f"`{dice.choice(COMMANDS[base.repo])}`", slot.text, count=1))


@mutator("PLN808", "roadmap")
def default_that_nobody_defined(base: Base, dice: random.Random) -> Mutant | None:
    return with_value(base, "/contract_defaults/acceptance_tests/0", dice.choice(COMMANDS[base.repo]))


FRAMEWORKS = {
    "python": ["nose2", "unittest"],
    "typescript": ["Jest", "Mocha"],
    "go": ["Ginkgo", "testify"],
}


@mutator("PLN409", "steps", "export", "technical", "roadmap")
def another_test_framework(base: Base, dice: random.Random) -> Mutant | None:
    slot = pick(dice, instructions(base))
    return slot.add(f"Write its tests with {FRAMEWORKS[base.repo][0]}.") if slot else None


@mutator("PLN409", "functional")
def framework_in_the_notes(base: Base, dice: random.Random) -> Mutant | None:
    slot = pick(dice, labelled(base, "Available dependencies|Similar features exist|External services"))
    return slot.add(f"Tests are written with {dice.choice(FRAMEWORKS[base.repo])}.") if slot else None


@mutator("PLN409", "export")
def framework_in_the_testing_plan(base: Base, dice: random.Random) -> Mutant | None:
    found = rows(base, "Testing Plan", "Test")
    name = dice.choice(FRAMEWORKS[base.repo])
    if found:
        slot = pick(dice, cells(base, "Testing Plan", "Test"))
    else:
        slot = pick(dice, items(base, "Testing Plan"))
    return slot.put(f"{name} suite: {slot.text}") if slot else None


PACKAGES = {
    "python": ["tenacity", "pydantic"],
    "typescript": ["date-fns", "zod"],
    "go": ["github.com/spf13/cobra", "github.com/stretchr/testify"],
}


def _needed(base: Base) -> int | None:
    """The last line of the list of dependencies, or the one that says that there are none."""
    found = [one.number for one in items(base, "Dependencies")]
    none = [one for one in section(base, "Dependencies") if lines_of(base)[one] == "None."]
    return next(iter([*found[-1:], *none]), None)


@mutator("PLN411", "technical")
def said_to_be_there(base: Base, dice: random.Random) -> Mutant | None:
    at = _needed(base)
    name = dice.choice(PACKAGES[base.repo])
    return (
        None if at is None else swap(base, at, f"- {name} 2.1 (present): the repository has it", until=at + 1)
    )


@mutator("PLN411", "technical")
def new_but_nobody_adds_it(base: Base, dice: random.Random) -> Mutant | None:
    at = _needed(base)
    manifest = {"python": "pyproject.toml", "typescript": "package.json", "go": "go.mod"}[base.repo]
    if at is None or any(one.path.endswith(manifest) for one in touched(base)):
        return None
    return swap(base, at, f"- {dice.choice(PACKAGES[base.repo])} 2.1 (new): pauses between two attempts")


@mutator("PLN411", "steps", "export")
def installed_in_passing(base: Base, dice: random.Random) -> Mutant | None:
    slot = pick(dice, instructions(base))
    return slot.add(f"Add the dependency `{dice.choice(PACKAGES[base.repo])}` for it.") if slot else None


@mutator("PLN411", "steps", "export")
def used_as_if_installed(base: Base, dice: random.Random) -> Mutant | None:
    slot = pick(dice, instructions(base))
    return (
        slot.add(f"Use `{dice.choice(PACKAGES[base.repo])}`, which is already a dependency.")
        if slot
        else None
    )


@mutator("PLN411", "functional")
def noted_as_available(base: Base, dice: random.Random) -> Mutant | None:
    slot = pick(dice, labelled(base, "Available dependencies"))
    return slot.put(f"{dice.choice(PACKAGES[base.repo])} is already in the project") if slot else None


BY_MACHINE = {
    "python": [("build/lib/shelf/loans.py", "new"), (".env", "new")],
    "typescript": [("package-lock.json", "edit"), ("dist/server.js", "new")],
    "go": [("go.sum", "new"), ("vendor/modules.txt", "new")],
}


def add_file(base: Base, step: Written, path: str, change: str, what: str) -> tuple[list[str], int] | None:
    """The lines with one more file in a step, and in the table of an export; and the line of the file."""
    if not step.files:
        return None
    lines, at = lines_of(base), step.files[-1][1]
    inline = re.match(r"\s*[-*]\s+\*\*Files:?\*\*:?\s*`", lines[at])
    if inline:
        lines[at] += f", `{path}` ({change})"
    else:
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        at += 1
        lines.insert(at, f"{indent}- `{path}` ({change}): {what}")
    known = f"`{path}`" in base.text
    for row in rows(base, "Impacted Files", "Path", "Change", "Why")[-1:] if not known else ():
        before = row.number < at
        lines.insert(row.number + 1, row.but(Path=f"`{path}`", Change=change, Why="changed by this plan too"))
        at += before
    return lines, at


@mutator("PLN413", "steps", "export")
def written_by_a_machine(base: Base, dice: random.Random) -> Mutant | None:
    step = dice.choice(steps(base))
    path, change = dice.choice(BY_MACHINE[base.repo])
    if path in base.text:
        return None
    made = add_file(base, step, path, change, "the new entry")
    if made is None:
        return None
    lines, at = made
    rows_at = [one for one, line in enumerate(lines) if f"`{path}`" in line]
    mutant = with_lines(base, lines, at)
    return around(mutant, lines=range(min(rows_at), max(rows_at) + 1), file=base.path)


@mutator("PLN413", "roadmap")
def planned_by_hand(base: Base, dice: random.Random) -> Mutant | None:
    at = dice.randrange(len(whole(base).tasks))
    path, change = dice.choice(BY_MACHINE[base.repo])
    pointer = f"/tasks/{at}/files"
    place = len(whole(base).tasks[at].files)
    values: dict[str, object] = {f"{pointer}/-": {"path": path, "change": change, "summary": "the new entry"}}
    scope = whole(base).tasks[at].max_diff_scope
    made = plan_with(base, {**values, f"/tasks/{at}/max_diff_scope": scope + 1}, f"{pointer}/{place}/path")
    return around(made, f"{pointer}/{place}")


@mutator("PLN415", "roadmap")
def another_commit(base: Base, dice: random.Random) -> Mutant | None:
    sha = "".join(dice.choice("0123456789abcdef") for _ in range(40))
    return with_value(base, "/provenance/base_sha", sha)


@mutator("PLN712", "roadmap")
def quote_from_memory(base: Base, dice: random.Random) -> Mutant | None:
    found = [
        f"/tasks/{at}/evidence/{place}/quote"
        for at, task in enumerate(whole(base).tasks)
        for place, one in enumerate(task.evidence)
        if one.quote
    ]
    return with_value(base, dice.choice(found), "def everything_is_kept(forever):") if found else None


@mutator("PLN712", "roadmap")
def quote_of_words_nobody_wrote(base: Base, dice: random.Random) -> Mutant | None:
    at = dice.randrange(len(whole(base).tasks))
    place = len(whole(base).tasks[at].evidence)
    said = {"path": "issue", "quote": "We agreed on a fortnight in the last call"}
    made = plan_with(base, {f"/tasks/{at}/evidence/-": said}, f"/tasks/{at}/evidence/{place}/quote")
    return with_issue(base, around(made, f"/tasks/{at}/evidence/{place}"))
