"""What CI really runs: jobs and the shell lines of their steps, from GitHub workflows and the
files of other services.

Files are scanned by line and indentation, which keeps line numbers and cannot run or expand anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.recon.tree import Evidence, Tree, stem_of

OTHERS = (".gitlab-ci.yml", ".circleci/config.yml", ".travis.yml", "azure-pipelines.yml", "appveyor.yml",
          "Jenkinsfile",
          "bitbucket-pipelines.yml", ".drone.yml", ".buildkite/pipeline.yml", ".cirrus.yml")  # fmt: skip
KEY = re.compile(r"( {0,60})(- {1,4})?([A-Za-z_][\w.-]{0,80})[ ]?:(?:[ ]+(.{0,2000}))?$")
RUN_KEYS = frozenset({"run", "script", "command", "before_script", "bash"})


@dataclass(frozen=True, slots=True)
class CiJob:
    """One job of a workflow: its file, id, shown name, and where it begins."""

    workflow: str
    job: str
    name: str
    evidence: Evidence

    def to_dict(self) -> dict[str, object]:
        return {
            "workflow": self.workflow,
            "job": self.job,
            "name": self.name,
            "evidence": self.evidence.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class CiLine:
    """One shell line a step runs, with the folder it runs in ("" for the root)."""

    line: str
    folder: str
    evidence: Evidence


def workflows(tree: Tree) -> tuple[str, ...]:
    """The CI files of a tree."""
    github = (
        path
        for path in tree.paths
        if path.startswith(".github/workflows/") and path.endswith((".yml", ".yaml"))
    )
    return (*github, *(path for path in OTHERS if tree.exists(path)))


def ci_jobs(tree: Tree) -> tuple[CiJob, ...]:
    """The jobs of GitHub's workflows in file order."""
    return tuple(
        job
        for path in workflows(tree)
        if path.startswith(".github/")
        for job in _jobs(path, tree.text(path) or "")
    )


def _jobs(path: str, text: str) -> Iterator[CiJob]:
    lines = text.split("\n")
    within, step = False, 0
    for number, line in enumerate(lines, 1):
        hit = KEY.match(line.rstrip())
        if hit is None or hit.group(2):
            continue
        depth, key = len(hit.group(1)), hit.group(3)
        if depth == 0:
            within, step = key == "jobs", 0
        elif within and depth == (step or depth):
            step = depth
            yield CiJob(
                path, key, _name_below(lines, number, depth) or key, Evidence(path, number, line.strip())
            )


def _name_below(lines: list[str], number: int, depth: int) -> str:
    for line in lines[number : number + 40]:
        hit = KEY.match(line.rstrip())
        if hit and len(hit.group(1)) <= depth:
            return ""
        if hit and hit.group(3) == "name" and not hit.group(2):
            return (hit.group(4) or "").strip("\"' ")
    return ""


def ci_lines(tree: Tree) -> tuple[CiLine, ...]:
    """The shell lines that CI runs; release, deploy and documentation workflows come last."""
    ordered = sorted(workflows(tree), key=lambda path: (bool(SIDE.search(stem_of(path))), path))
    return tuple(line for path in ordered for line in _lines(path, tree.text(path) or ""))


SIDE = re.compile(
    r"release|deploy|publish|doc|stale|label|nightly|bench|pages|scorecard|codeql|backport", re.IGNORECASE
)


def _lines(path: str, text: str) -> Iterator[CiLine]:
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        hit = KEY.match(lines[at].rstrip())
        at += 1
        if hit is None or hit.group(3) not in RUN_KEYS:
            continue
        value = (hit.group(4) or "").strip()
        depth = len(hit.group(1)) + len(hit.group(2) or "")
        folder = _working_directory(lines, at - 1, depth)
        if value and value[0] not in "|>":
            yield CiLine(_unquoted(value), folder, Evidence(path, at, lines[at - 1].strip()[:200]))
            continue
        end = _block_end(lines, at, depth)
        yield from _block(path, lines, at, end, folder)
        at = end


def _block_end(lines: list[str], at: int, depth: int) -> int:
    while at < len(lines) and (
        not lines[at].strip()
        or len(lines[at]) - len(lines[at].lstrip(" ")) > depth
        or lines[at][depth : depth + 2] == "- "
    ):
        at += 1
    return at


def _block(path: str, lines: list[str], begin: int, end: int, folder: str) -> Iterator[CiLine]:
    joined, first = "", 0
    for number in range(begin, end):
        words = lines[number].strip().removeprefix("- ").strip()
        if not words or words.startswith("#"):
            continue
        first = first if joined else number + 1
        joined = f"{joined} {words.removesuffix(chr(92)).strip()}".strip()
        if not words.endswith("\\"):
            yield CiLine(
                _unquoted(joined)[:500], folder, Evidence(path, first, lines[first - 1].strip()[:200])
            )
            joined = ""


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _working_directory(lines: list[str], at: int, depth: int) -> str:
    """The `working-directory` of the step whose key stands in line `at`.

    Keys of one step share their indentation.
    """
    for step in (range(at, max(at - 12, -1), -1), range(at + 1, min(at + 12, len(lines)))):
        for number in step:
            line = lines[number]
            if not line.strip():
                continue
            hit = KEY.match(line.rstrip())
            if (
                hit
                and hit.group(3) == "working-directory"
                and len(hit.group(1)) + len(hit.group(2) or "") == depth
            ):
                value = _unquoted((hit.group(4) or "").strip()).removeprefix("./").strip("/")
                return "" if "$" in value or value == "." else value
            own = len(line) - len(line.lstrip(" "))
            if (
                own < depth
                and (number != at or step.step == 1)
                and (step.step == 1 or not (hit and hit.group(2)))
            ):
                break
            if step.step == -1 and hit and hit.group(2) and len(hit.group(1)) + len(hit.group(2)) == depth:
                break
    return ""
