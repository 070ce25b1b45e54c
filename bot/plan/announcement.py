"""What GitHub shows about a plan: the pull request and the check run. Pure text.

Says only `Refs`, never a closing word; every text fits GitHub's limits whatever the plan holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.effects import PLAN_FILE, Annotation, File
from bot.plan import safe_text
from bot.plan.contract import contract_path
from bot.plan.fanout import fanout_path
from bot.plan.findings import Finding, Report, Severity
from bot.plan.formats.companions import shows
from bot.plan.graph import critical_path, mermaid, task_graph
from bot.plan.model import Plan
from bot.plan.rules.audit import reading_rows
from bot.render import render

MAX_BODY = 58_000
MAX_TITLE = 200
MOST_REVISIONS = 30  # shown, newest first; all of them stand in the contract
MAX_ANNOTATIONS = 400  # GitHub takes 50 a request; what is more is sent in further ones

FAMILIES: Mapping[str, str] = {
    "0": "Input",
    "1": "Structure",
    "2": "Identifiers",
    "3": "Dependencies",
    "4": "Repository",
    "5": "Size and risk",
    "6": "Criteria",
    "7": "Traceability",
    "8": "Contract",
    "9": "Wording and safety",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rules of one family passed, found something, or could not be checked."""

    family: str
    passed: int
    failed: int
    skipped: int


def tallies(report: Report) -> tuple[Tally, ...]:
    """One line for each family that has a rule in the report."""
    failed = Counter(_family(rule) for rule in {finding.rule for finding in report.findings})
    passed = Counter(map(_family, report.passed))
    skipped = Counter(_family(one.rule) for one in report.skipped)
    used = [digit for digit in FAMILIES if passed[digit] + failed[digit] + skipped[digit]]
    return tuple(Tally(FAMILIES[one], passed[one], failed[one], skipped[one]) for one in used)


def _family(rule: str) -> str:
    return rule.removeprefix("PLN")[:1]


def verdict(report: Report) -> str:
    """The report in a few words."""
    counts = [_count(len(report.errors), "error"), _count(len(report.warnings), "warning")]
    skips = f", {_count(len(report.skipped), 'rule')} not checked" if report.skipped else ""
    checked = len(report.passed) + len({finding.rule for finding in report.findings})
    return f"{_count(checked, 'rule')} checked: {counts[0]}, {counts[1]}{skips}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def pull_request(
    plan: Plan, report: Report, *, blob_url: str = "", files: Sequence[File] = ()
) -> tuple[str, str]:
    """Title and body of the plan's pull request, without mark. It names the documents among `files`.

    `blob_url` is where the branch's files can be read ("https://…/blob/branch/", with its final slash);
    without it files are named, not linked.
    """
    title = safe_text.clipped(f"Plan: {safe_text.title(plan.title)}", MAX_TITLE - 12) + f" (#{plan.issue})"
    body = ""
    paths = [file.path for file in files if file.path.endswith(".md") and file.path != PLAN_FILE]
    for rows in (60, 25, 10, 4, 1):
        body = render("pulls/plan.md", **_pull_values(plan, report, blob_url, rows), documents=paths)
        if len(body) <= MAX_BODY:
            break
    return title, body


def _pull_values(plan: Plan, report: Report, blob_url: str, rows: int) -> dict[str, object]:
    way, hours = critical_path(plan)
    return {
        "plan": plan,
        "report": report,
        "rows": rows,
        "width": 240 if rows > 10 else 100,
        "shows": shows,
        "link": lambda path: _link(path, blob_url),
        "plan_file": PLAN_FILE,
        "contract": contract_path(plan.issue),
        "fanout": fanout_path(plan.issue) if len(plan.tasks) > 1 else "",
        "graph": mermaid(plan) if plan.tasks else "",
        "way": way,
        "hours": f"{hours:g}",
        "waves": task_graph(plan.tasks).waves,
        "open_decisions": [one for one in plan.decisions if not one.answer],
        "risks": _risks(plan),
        "tallies": tallies(report),
        "verdict": verdict(report),
        "readings": reading_rows(readers) if (readers := plan.provenance.readers) else (),
        "revisions": plan.provenance.revisions[: -MOST_REVISIONS - 1 : -1],
        "marks": _MARKS,
    }


_MARKS: Mapping[Severity, str] = {"error": "❌", "warning": "⚠️", "info": "💡"}


def _link(path: str, blob_url: str) -> str:
    return f"[{safe_text.code(path)}]({blob_url}{path})" if blob_url else safe_text.code(path)


def _risks(plan: Plan) -> list[tuple[str, str]]:
    return [(one.id, risk) for one in plan.roadmap.milestones for risk in one.risks]


def check_run(report: Report, files: Iterable[File]) -> tuple[str, str, tuple[Annotation, ...]]:
    """Title, summary and annotations of the check run. Annotations only name `files`, where people read the
    thing if it
    is there twice; findings elsewhere are listed.
    """
    paths = [file.path for file in files]
    summary = render("pulls/check.md", report=report, tallies=tallies(report), marks=_MARKS, rows=80)
    placed = [_annotation(finding, paths) for finding in _worst_first(report.findings)]
    return verdict(report), summary[:MAX_BODY], tuple(one for one in placed if one)[:MAX_ANNOTATIONS]


_LEVELS: Mapping[Severity, Literal["notice", "warning", "failure"]] = {
    "error": "failure",
    "warning": "warning",
    "info": "notice",
}


def _worst_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: list(_LEVELS).index(finding.severity))


def _annotation(finding: Finding, paths: Sequence[str]) -> Annotation | None:
    places = [place for place in (finding.rendered, finding.location) if place and place.file in paths]
    if not places:
        return None
    place = places[0]
    hint = f"\nTry: {finding.suggestion}" if finding.suggestion else ""
    message = safe_text.clipped(finding.message, 1000) + hint[:500]
    return Annotation(place.file, place.line, _LEVELS[finding.severity], finding.rule, message)
