"""What CI really runs: the shell lines of its steps, from GitHub workflows and the files of other services.

Files are scanned by line and indentation, which keeps line numbers, expands no alias and runs nothing. The
values of a matrix are put in where they stand in the file; a line with any other expression is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.recon.ci_actions import command_of_action
from bot.recon.ci_jobs import KEY, CiJob, ci_jobs, jobs_of, triggers
from bot.recon.ci_matrix import expanded, matrix_of, settled
from bot.recon.tree import Evidence, Tree, joined, stem_of

__all__ = ["CiJob", "CiLine", "ci_jobs", "ci_lines", "workflows"]

OTHERS = (".gitlab-ci.yml", ".circleci/config.yml", ".travis.yml", "azure-pipelines.yml",
          "azure-pipelines.yaml", ".azure-pipelines.yml", ".azure-pipelines/azure-pipelines.yml",
          "appveyor.yml",
          ".appveyor.yml", "Jenkinsfile", "bitbucket-pipelines.yml", ".drone.yml", ".woodpecker.yml",
          ".buildkite/pipeline.yml", ".cirrus.yml")  # fmt: skip
RUN_KEYS = frozenset({"run", "script", "command", "commands", "before_script", "bash", "pwsh", "powershell",
                      "test_script", "build_script", "sh"})  # fmt: skip
SIDE = re.compile(
    r"release|deploy|publish|doc|stale|label|nightly|bench|pages|scorecard|codeql|backport", re.IGNORECASE
)
GATES = frozenset({"push", "pull_request", "pull_request_target", "merge_group", "workflow_call"})
MOST_LINES = 5_000  # of one file
LONGEST = 500


@dataclass(frozen=True, slots=True)
class CiLine:
    """One shell line a step runs, with the folder it runs in ("" for the root).

    `gates`: its workflow runs for changes, not only by the clock, by hand or for releases. `variant` counts
    the lines that a matrix makes of one.
    """

    line: str
    folder: str
    evidence: Evidence
    gates: bool = True
    variant: int = 0


def workflows(tree: Tree) -> tuple[str, ...]:
    """The CI files of a tree."""
    github = (
        path
        for path in tree.paths
        if path.startswith(".github/workflows/") and path.endswith((".yml", ".yaml"))
    )
    return (*github, *(path for path in OTHERS if tree.exists(path)))


def ci_lines(tree: Tree) -> tuple[CiLine, ...]:
    """The shell lines that CI runs; release, deploy and documentation workflows come last."""
    ordered = sorted(workflows(tree), key=lambda path: (bool(SIDE.search(stem_of(path))), path))
    return tuple(line for path in ordered for line in lines_of(path, tree.text(path) or ""))


def lines_of(path: str, text: str) -> Iterator[CiLine]:
    """The shell lines of one CI file in its order, matrices multiplied out."""
    lines = text.split("\n")
    asked = triggers(lines) if path.startswith(".github/") else None
    gates = not asked or bool(asked & GATES)
    bounds = [number for _, number in jobs_of(lines)] if path.startswith(".github/") else []
    whole = _default_folder(lines, 0, bounds[0], 0) if bounds else ""
    told = 0
    for begin, end in zip([0, *bounds], [*bounds, len(lines)], strict=True):
        matrix = matrix_of(lines, begin, end)
        general = _default_folder(lines, begin, end, 1) or whole
        found = (one for raw in _raw(path, lines, begin, end) for one in _simple(raw))
        for each in found:
            told += 1
            if told > MOST_LINES:
                return
            for variant, line in enumerate(expanded(each.line, matrix)):
                folder = next(iter(expanded(each.folder or general, matrix)), "")
                if "${{" not in folder:
                    yield replace(each, line=line, folder=folder, gates=gates, variant=variant)


def _raw(path: str, lines: list[str], begin: int, end: int) -> Iterator[CiLine | list[CiLine]]:
    """What the keys that run something hold: one line, or the lines of one block."""
    at = begin
    while at < end:
        hit = KEY.match(lines[at].rstrip())
        at += 1
        if hit is None:
            continue
        value = (hit.group(4) or "").strip()
        depth = len(hit.group(1)) + len(hit.group(2) or "")
        evidence = Evidence(path, at, lines[at - 1].strip()[:200])
        if hit.group(3) == "uses" and (
            line := command_of_action(value, lines[at : min(at + 15, end)], depth)
        ):
            yield CiLine(line, _working_directory(lines, at - 1, depth), evidence)
        if hit.group(3) not in RUN_KEYS or (not value and not _listed(lines, at, end, depth)):
            continue
        folder = _working_directory(lines, at - 1, depth)
        if value and value[0] not in "|>":
            stop = _block_end(lines, at, end, depth, items=False)
            yield CiLine(_flowed(value, lines[at:stop]), folder, evidence)
        else:
            stop = _block_end(lines, at, end, depth, items=not value)
            yield list(_block(path, lines, at, stop, folder, folded=value.startswith(">")))
        at = stop


def _listed(lines: list[str], at: int, end: int, depth: int) -> bool:
    following = next((line for line in lines[at : min(at + 5, end)] if line.strip()), "")
    return following.lstrip().startswith("- ") and len(following) - len(following.lstrip()) >= depth


def _flowed(value: str, more: Sequence[str]) -> str:
    """A plain value that goes on over deeper lines; a trailing comment is no part of it."""
    whole = " ".join([value, *(each.strip() for each in more[:20] if each.strip())])
    return _unquoted(re.split(r"\s#", whole, maxsplit=1)[0].strip() if whole[:1] not in "\"'" else whole)[
        :LONGEST
    ]


def _block_end(lines: list[str], at: int, end: int, depth: int, *, items: bool) -> int:
    while at < end and (
        not lines[at].strip()
        or len(lines[at]) - len(lines[at].lstrip(" ")) > depth
        or (items and lines[at][depth : depth + 2] == "- ")
    ):
        at += 1
    return at


def _block(
    path: str, lines: list[str], begin: int, end: int, folder: str, *, folded: bool
) -> Iterator[CiLine]:
    held, first = "", 0
    for number in range(begin, end):
        words = lines[number].strip().removeprefix("- ").strip()
        if words.startswith("#") or (not words and not (folded and held)):
            continue
        first = first if held else number + 1
        held = f"{held} {words.removesuffix(chr(92)).strip()}".strip()
        if not (words.endswith("\\") or (folded and words)) or len(held) > LONGEST:
            yield CiLine(
                _unquoted(held)[:LONGEST], folder, Evidence(path, first, lines[first - 1].strip()[:200])
            )
            held = ""
    if held:
        yield CiLine(_unquoted(held)[:LONGEST], folder, Evidence(path, first, lines[first - 1].strip()[:200]))


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


# --- shell lines -------------------------------------------------------------------------------------------


def _simple(raw: CiLine | list[CiLine]) -> Iterator[CiLine]:
    """The single commands of a line or a block; `cd` moves those that follow in the same shell."""
    block = raw if isinstance(raw, list) else [raw]
    moved = ""
    for each in block:
        for part in _parts(settled(each.line)):
            target = re.match(r"(?:cd|pushd)\s+([^\s;&|]{1,200})$", part)
            if target:
                inside = _unquoted(target[1])
                moved = (
                    joined(moved, inside)
                    if "$" not in inside and not inside.startswith(("/", "~"))
                    else "${{"
                )
            elif re.match(r"(cd -|popd)$", part):
                moved = ""
            elif moved != "${{":
                yield replace(each, line=part, folder=joined(each.folder, moved) if moved else each.folder)


def _parts(line: str) -> Iterator[str]:
    """The commands of a shell line, without what only pipes, backgrounds or forgives them.

    A line with quotes around an operator, a loop or a substitution stays whole.
    """
    if re.search(r"\$\(|`|<<|[\"'][^\"']{0,300}(&&|;|\|)", line):
        yield line
        return
    for part in re.split(r"&&|;(?=\s|$)", line):
        alone = re.split(r"\s\|{1,2}\s|\s\d?>{1,2}\s?[&\w/]", part, maxsplit=1)[0].strip().lstrip("(").strip()
        given = re.match(r"(?:[A-Za-z_]\w{0,60}=\S{0,200}\s{1,8})+", alone)
        alone = alone[given.end() :] if given and "$" in given[0] else alone
        if alone and not alone.endswith("&"):
            yield alone.removesuffix(")").strip() if "(" not in alone else alone


# --- folders -----------------------------------------------------------------------------------------------


def _default_folder(lines: list[str], begin: int, end: int, depth: int) -> str:
    """The working directory that `defaults:` of this depth or deeper gives in these lines."""
    for number in range(begin, end):
        hit = KEY.match(lines[number].rstrip()) if "defaults" in lines[number] else None
        if hit and hit.group(3) == "defaults" and not hit.group(2) and len(hit.group(1)) >= depth:
            for line in lines[number + 1 : number + 6]:
                inner = KEY.match(line.rstrip())
                if inner and inner.group(3) == "working-directory":
                    return _plain_folder(inner.group(4) or "")
    return ""


def _plain_folder(value: str) -> str:
    shown = _unquoted(value.strip()).removeprefix("./").strip("/")
    return "" if shown == "." else shown


def _working_directory(lines: list[str], at: int, depth: int) -> str:
    """The `working-directory` of the step whose key stands in line `at`.

    Keys of one step share their indentation.
    """
    for step in (range(at, max(at - 12, -1), -1), range(at + 1, min(at + 60, len(lines)))):
        for number in step:
            line = lines[number]
            if not line.strip():
                continue
            hit = KEY.match(line.rstrip())
            own = len(hit.group(1)) + len(hit.group(2) or "") if hit else len(line) - len(line.lstrip(" "))
            begins = bool(hit and hit.group(2) and own == depth)
            if step.step == 1 and (own < depth or begins):
                break
            if (
                hit
                and own == depth
                and hit.group(3) in {"working-directory", "working_directory", "workingDirectory"}
            ):
                return _plain_folder(hit.group(4) or "")
            if step.step == -1 and (begins or own < depth):
                break
    return ""
