"""How a repository is tested, linted, built, run, formatted and type-checked: each command with the
line that says so.

Order of preference: what runs everything before what runs a part, then a declared wrapper (make, just, task),
a declared script or session, what CI runs, a tool's default. `runnable` lives in its own module and is named
here too, since both answer questions about commands.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from bot.recon.ci import CiLine, ci_lines
from bot.recon.command_kinds import (
    CommandKind,
    bare_line,
    called_name,
    ecosystem_of_line,
    is_narrow,
    is_vague,
    kind_of_body,
    kind_of_name,
    kind_of_parts,
    kind_of_script,
    tool_kind,
    writes,
)
from bot.recon.declared import Target
from bot.recon.kinds import DOC_DIRS, is_example, kind_of
from bot.recon.manifests import nearest_manifest, node_manager
from bot.recon.offered import withheld
from bot.recon.runnable import Runnable, runnable
from bot.recon.script_files import script_files
from bot.recon.targets import JUSTFILES, MAKEFILES, TASKFILES, targets
from bot.recon.tool_defaults import bundled, defaults
from bot.recon.tree import Evidence, Tree, joined, name_of, parent, stem_of
from bot.recon.workspaces import members

__all__ = ["Command", "CommandKind", "Runnable", "commands", "kind_of_name", "runnable", "tool_kind"]

Origin = Literal["wrapper", "script", "ci", "default"]

KINDS: tuple[CommandKind, ...] = ("test", "lint", "typecheck", "format", "build", "run")
ORIGINS: tuple[Origin, ...] = ("wrapper", "script", "ci", "default")
PLAIN = frozenset(
    {
        "test",
        "tests",
        "lint",
        "typecheck",
        "type-check",
        "format",
        "fmt",
        "build",
        "run",
        "start",
        "dev",
        "serve",
    }
)
WRAPPERS = frozenset({"make", "just", "task"})
VAGUELY: dict[str, CommandKind] = {
    "make": "test",
    "rake": "test",
    "just": "test",
}  # what `check` means where nothing tells
ALWAYS: dict[str, CommandKind] = {"ctest": "test", "cmake": "build"}
EACH, ALL = 5, 8  # commands of one kind and origin, and of one kind


@dataclass(frozen=True, slots=True)
class Command:
    """One command line to run from the repository's root, and where the repository says so.

    `folder` is where the line changes to ("" for the root); `in_ci` is the CI line that runs the same;
    `variant` counts the lines that a matrix makes of one.
    """

    kind: CommandKind
    line: str
    evidence: Evidence
    origin: Origin = "script"
    folder: str = ""
    in_ci: Evidence | None = None
    variant: int = 0

    def to_dict(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "line": self.line,
            "origin": self.origin,
            "folder": self.folder,
            "evidence": self.evidence.to_dict(),
            "in_ci": self.in_ci.to_dict() if self.in_ci else None,
        }


def commands(tree: Tree) -> tuple[Command, ...]:
    """The commands of a repository: by kind, then the preferred first; at most five
    of each kind and origin, and eight of a kind.
    """
    shown = _merged([*_declared(tree), *_from_ci(tree)])
    found = [*shown, *_defaults(tree, shown)]
    found.sort(key=lambda each: (KINDS.index(each.kind), *_preference(each)))
    out: dict[tuple[CommandKind, str], Command] = {}
    counts: dict[tuple[CommandKind, str], int] = {}
    for each in found:
        own, every = (each.kind, each.origin), (each.kind, "")
        if counts.get(own, 0) < EACH and counts.get(every, 0) < ALL and (each.kind, _key(each)) not in out:
            out[each.kind, _key(each)] = each
            counts[own] = counts.get(own, 0) + 1
            counts[every] = counts.get(every, 0) + 1
    return tuple(out.values())


def _preference(command: Command) -> tuple[object, ...]:
    """The root before folders, the whole before parts, what CI runs too, plain names, short before long."""
    last = command.line.split()[-1] if command.line else ""
    return (
        bool(command.folder), bool(command.variant), is_narrow(command.line), ORIGINS.index(command.origin),
        command.in_ci is None,
        writes(command.line), last not in PLAIN, command.folder.count("/"), len(command.line), command.line,
    )  # fmt: skip


def _key(command: Command) -> str:
    """The same for two lines that do the same by construction: `npm run x` and `npm x`, `./x` and `x`."""
    own = command.line.partition(" && ")[2] if command.folder else command.line
    words = re.sub(r"^((?:npm|pnpm|yarn|bun)) (?:run|run-script) ", r"\1 ", own).removeprefix("./")
    return f"{command.folder}:{words.replace('bundle exec ', '')}"


def _merged(found: Iterable[Command]) -> list[Command]:
    """What is declared knows the CI line that runs it, and is not named a second time."""
    out: dict[tuple[CommandKind, str], Command] = {}
    for each in found:
        at = (each.kind, _key(each))
        known = out.get(at)
        if known is None:
            out[at] = each
        elif each.origin == "ci" and known.origin != "ci" and known.in_ci is None:
            out[at] = replace(known, in_ci=each.evidence)
    return list(out.values())


# --- declared --------------------------------------------------------------------------------------------


def _declared(tree: Tree) -> Iterator[Command]:
    packages = members(tree)
    for path in tree.paths:
        listed = not packages or name_of(path) != "package.json" or "/" not in path
        if (_counts(path) and listed) or (
            parent(path) in packages and kind_of(path) not in {"vendored", "generated"}
        ):
            for declared in targets(tree, path):
                manager = (
                    node_manager(tree, parent(path))
                    if declared.runner == "node" and declared.found
                    else "npm"
                )
                for target in declared.found:
                    yield from _command(tree, parent(path), target, manager)
    for kind, line, evidence in script_files(tree):
        if not withheld(line, evidence.quote):
            yield Command(kind, line, evidence)


def _counts(path: str) -> bool:
    """Runner files at the root and up to two folders down, not vendored, test or example ones."""
    return (
        path.count("/") <= 2
        and not is_example(path)
        and path.split("/")[0].lower() not in DOC_DIRS
        and kind_of(path) not in {"vendored", "test", "generated"}
    )


def _command(tree: Tree, folder: str, target: Target, manager: str) -> Iterator[Command]:
    kind = ALWAYS.get(target.runner) or kind_of_script(
        target.name, target.whole, VAGUELY.get(target.runner, "lint")
    )
    if (
        kind is None
        or target.name in {"all", "default"}
        or target.body.strip().startswith(("echo ", "exit 1"))
        or "no test specified" in target.body
    ):
        return
    folder = folder.removesuffix(".cargo").rstrip("/") if target.runner == "cargo" else folder
    line = _line(tree, folder, target, manager)
    if line and not withheld(line, target.evidence.quote, target.body):
        origin: Origin = "wrapper" if target.runner in WRAPPERS else "script"
        yield Command(kind, in_folder(folder, line), target.evidence, origin, folder)


def _line(tree: Tree, folder: str, target: Target, manager: str) -> str | None:
    name = target.name if re.fullmatch(r"[\w.:/@-]+", target.name) else shlex.quote(target.name)
    match target.runner:
        case "node":
            return _node_line(manager, name)
        case "make" | "just" | "task" | "poe" | "mix" | "cargo":
            return f"{target.runner} {name}"
        case "rake":
            return f"bundle exec rake {name}" if bundled(tree, folder) else f"rake {name}"
        case "tox":
            return f"tox -e {name}"
        case "nox":
            return f"nox -s {name}"
        case "pdm" | "hatch" | "rye":
            return f"{target.runner} run {name}"
        case "composer":
            return f"composer {name}" if name not in {"install", "update"} else None
        case "taskipy" | "deno":
            return f"task {name}" if target.runner == "taskipy" else f"deno task {name}"
        case "ctest":
            return f"ctest --preset {name}"
        case "cmake":
            return f"cmake --build --preset {name}"
    return None


def _node_line(manager: str, name: str) -> str:
    if name in {"test", "start"} and manager != "bun":
        return f"{manager} {name}"
    return f"{manager} run {name}"


def in_folder(folder: str, line: str) -> str:
    """The line as it is run from the root."""
    return f"cd {shlex.quote(folder)} && {line}" if folder else line


# --- CI --------------------------------------------------------------------------------------------------


def _from_ci(tree: Tree) -> Iterator[Command]:
    for each in ci_lines(tree):
        if not each.gates or not plain_shell(each.line):
            continue
        kind = _kind_in_ci(tree, each)
        if kind and not withheld(each.line, each.evidence.quote):
            yield Command(
                kind, in_folder(each.folder, each.line), each.evidence, "ci", each.folder, None, each.variant
            )


def plain_shell(line: str) -> bool:
    """Whether a line can be copied: no expression, variable or substitution, no shell syntax left open."""
    if "$" in line or "`" in line or re.match(r"(if|for|while|case|export|set|echo)\b|[{}\[]", line):
        return False
    try:
        return bool(shlex.split(line))
    except ValueError:
        return False


def _kind_in_ci(tree: Tree, each: CiLine) -> CommandKind | None:
    """What a line of CI is for: its tool says, or the script, target or file that it calls."""
    called = called_name(each.line)
    if called:
        named = kind_of_name(called[1])
        if named and not is_vague(called[1]):
            return named
        known = _kind_of_called(tree, each.folder, *called)
        known = known or kind_of_parts(called[1]) or (VAGUELY.get(called[0], "lint") if named else None)
        return known or tool_kind(each.line)
    return tool_kind(each.line) or _kind_of_file(tree, each)


RUNNER_FILES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("npm", "pnpm", "yarn", "bun"), ("package.json",)), "make": MAKEFILES, "gmake": MAKEFILES,
    "just": JUSTFILES, "task": TASKFILES, "rake": ("Rakefile", "rakefile"), "composer": ("composer.json",),
    "poe": ("pyproject.toml",), "deno": ("deno.json", "deno.jsonc"),
}  # fmt: skip


def _kind_of_called(tree: Tree, folder: str, runner: str, name: str) -> CommandKind | None:
    """What the called name runs, as the nearest file of its runner declares it; one step deep."""
    path = nearest_manifest(tree, folder, *RUNNER_FILES.get(runner, ()))
    declared = [each for each in targets(tree, path) if each.found or each.patterns] if path else []
    if not declared:
        return None
    if not name:
        target = declared[0].get("default") if runner == "rake" else next(iter(declared[0].found), None)
    else:
        target = next((found for each in declared if (found := each.like(name))), None)
    return kind_of_body(target.whole) if target else None


def _kind_of_file(tree: Tree, each: CiLine) -> CommandKind | None:
    """What a script of the repository is for that CI calls by its path."""
    words = re.sub(r"^(bash|sh|zsh|pwsh|node|ruby|perl)( -\S+)* ", "", bare_line(each.line)).split()
    if not words:
        return None
    for base in dict.fromkeys((each.folder, "")):
        path = joined(base, words[0])
        if tree.exists(path):
            name, body = stem_of(path), "\n".join((tree.text(path) or "").split("\n")[:200])
            return kind_of_script(name, body, None) or kind_of_body(body) or kind_of_parts(name)
    return None


# --- defaults of tools -----------------------------------------------------------------------------------


def _defaults(tree: Tree, shown: Iterable[Command]) -> Iterator[Command]:
    """The usual commands of tools, where nothing that the repository says does the same work."""
    better = [each for each in shown if not is_narrow(each.line)]
    for each in defaults(tree):
        if not any(_covers(one, each.kind, each.ecosystem, each.folder, each.line) for one in better):
            yield Command(each.kind, in_folder(each.folder, each.line), each.evidence, "default", each.folder)


def _covers(command: Command, kind: CommandKind, ecosystem: str, folder: str, line: str) -> bool:
    if command.kind != kind or command.folder not in {"", folder}:
        return False
    if not ecosystem:
        return line.split()[0] in command.line
    told = ecosystem_of_line(command.line) or ecosystem_of_line(command.evidence.quote)
    return command.origin == "wrapper" or told == ecosystem
