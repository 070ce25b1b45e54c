"""The jobs of CI, and which of them look as if a change had to pass them.

What a branch really requires is kept outside of its files; here only what files show counts, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.recon.tree import Evidence, Tree

KEY = re.compile(r"( {0,60})(- {1,4})?([A-Za-z_][\w.-]{0,80})[ ]?:(?:[ ]++(.{0,2000}))?$")
RULES = (".github/settings.yml", ".mergify.yml", ".github/mergify.yml", "bors.toml", ".github/bors.toml")
GITLAB_WORDS = frozenset({"stages", "variables", "default", "include", "workflow", "image", "services",
"cache", "before_script",
                          "after_script", "pages"})  # fmt: skip
MOST = 300


@dataclass(frozen=True, slots=True)
class CiJob:
    """One job of a workflow: its file, id, shown name, and where it begins.

    `required` says why it looks as if changes had to pass it; "" when nothing suggests it.
    """

    workflow: str
    job: str
    name: str
    evidence: Evidence
    required: str = ""

    def to_dict(self) -> dict[str, object]:
        return {
            "workflow": self.workflow,
            "job": self.job,
            "name": self.name,
            "evidence": self.evidence.to_dict(),
            "required": self.required,
        }


def ci_jobs(tree: Tree) -> tuple[CiJob, ...]:
    """The jobs of GitHub's workflows in file order, then those of other services."""
    rules = {path: tree.text(path) or "" for path in RULES if tree.exists(path)}
    out: list[CiJob] = []
    for path in tree.paths:
        if path.startswith(".github/workflows/") and path.endswith((".yml", ".yaml")):
            out += _github(path, (tree.text(path) or "").split("\n"), rules)
    for path, read in (
        (".gitlab-ci.yml", _gitlab), (".circleci/config.yml", jobs_of), ("azure-pipelines.yml", _azure),
    ):  # fmt: skip
        lines = (tree.text(path) or "").split("\n")
        out += [
            CiJob(path, name, name, Evidence(path, number + 1, lines[number].strip()[:200]))
            for name, number in read(lines)
        ]
    return tuple(out[:MOST])


def jobs_of(lines: list[str]) -> Iterator[tuple[str, int]]:
    """The ids below `jobs:` with the index of their line."""
    within, step = False, 0
    for number, line in enumerate(lines):
        hit = KEY.match(line.rstrip())
        if hit is None or hit.group(2):
            continue
        depth = len(hit.group(1))
        if depth == 0:
            within, step = hit.group(3) == "jobs", 0
        elif within and depth == (step or depth):
            step = depth
            yield hit.group(3), number


def triggers(lines: list[str]) -> frozenset[str]:
    """The events of a workflow's `on:`, a push of tags alone as "tags". Empty when it has none."""
    found: dict[str, set[str]] = {}
    top, step = "", 0
    within = False
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        opened = re.match(r"(?:on|\"on\"|'on'|true):\s{0,8}(.{0,500})$", line.rstrip())
        if opened:
            within = True
            found.update({each: set() for each in re.findall(r"[a-z_]{2,40}", opened[1].partition("#")[0])})
            continue
        depth = len(line) - len(line.lstrip(" "))
        if within and depth == 0 and not line.startswith("-"):
            break
        inner = re.match(r"\s{0,60}(?:- )?([a-z_-]{2,40})\b", line) if within else None
        if inner:
            step = step or depth or 1
            if depth <= step:
                top = inner[1]
                found.setdefault(top, set())
            elif top:
                found[top].add(inner[1])
    return frozenset(
        "tags" if "tags" in inside and "branches" not in inside else name for name, inside in found.items()
    )


def _github(path: str, lines: list[str], rules: dict[str, str]) -> Iterator[CiJob]:
    events = triggers(lines)
    starts = list(jobs_of(lines))
    ends = [*(number for _, number in starts[1:]), len(lines)]
    for (job, number), end in zip(starts, ends, strict=False):
        body = lines[number + 1 : min(end, number + 60)]
        depth = len(lines[number]) - len(lines[number].lstrip(" "))
        name = _value(body, "name", depth) or job
        evidence = Evidence(path, number + 1, lines[number].strip()[:200])
        yield CiJob(path, job, name, evidence, _why(job, name, body, depth, events, rules))


def _value(body: list[str], key: str, depth: int) -> str:
    for line in body:
        hit = KEY.match(line.rstrip())
        if hit and len(hit.group(1)) <= depth:
            return ""
        if hit and hit.group(3) == key and not hit.group(2):
            return (hit.group(4) or "").strip("\"' ")
    return ""


def _why(
    job: str, name: str, body: list[str], depth: int, events: frozenset[str], rules: dict[str, str]
) -> str:
    for path, text in rules.items():
        if any(
            re.search(rf"[\"'= ]{re.escape(each)}[\"']?\s*(?:$|[,\]])", text, re.MULTILINE)
            for each in {job, name}
        ):
            return f"named in {path}"
    asked = events & {"pull_request", "merge_group"}
    if not asked or _value(body, "continue-on-error", depth) == "true":
        return ""
    if "always()" in _value(body, "if", depth) and any(re.match(r"\s{1,60}needs:", line) for line in body):
        return "waits for other jobs and always runs"
    return "merge queue runs it" if "merge_group" in asked else ""


def _gitlab(lines: list[str]) -> Iterator[tuple[str, int]]:
    top: tuple[str, int] | None = None
    for number, line in enumerate(lines):
        opened = re.match(r"([A-Za-z][\w :./-]{0,80}):\s{0,8}(?:#.{0,200})?$", line)
        if opened:
            top = (opened[1], number) if opened[1] not in GITLAB_WORDS else None
        elif top and re.match(r" {1,8}(script|extends|trigger):", line):
            yield top
            top = None


def _azure(lines: list[str]) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(lines):
        opened = re.match(r"\s{0,40}- (?:job|deployment):\s{1,8}([\w.-]{1,80})", line)
        if opened:
            yield opened[1], number
