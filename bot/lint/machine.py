"""A run as JSON, for programs. Keys are only ever added; `docs/linting.md` describes them."""

from __future__ import annotations

from typing import Any, TextIO

from bot.lint.outcome import Linted, Run
from bot.lint.words import json_text
from bot.plan.findings import Finding, Location, Suppressed

VERSION = 1


def write(run: Run, out: TextIO) -> None:
    """Print one JSON object."""
    print(json_text(document(run), out), file=out)


def document(run: Run) -> dict[str, Any]:
    """The run as plain data."""
    return {
        "version": VERSION,
        "summary": {
            **{f"{name}s": run.count(name) for name in ("error", "warning", "info")},
            "files": len(run.files),
            "checked": len(run.checked),
            "not_checked": len(run.not_checked),
            "exit_code": run.exit_code,
        },
        "findings": [_finding(plan, finding) for plan, finding in run.findings()],
        "suppressed": [_suppressed(plan, one) for plan, one in run.suppressed()],
        "skipped": [
            {"plan": plan.name, "rule": one.rule, "reason": one.reason}
            for plan in run.plans
            for one in plan.report.skipped
        ],
        "files": [_plan(plan) for plan in run.plans],
        "refused": [
            {"file": one.path, "reason": one.reason, "next_step": one.next_step} for one in run.refused
        ],
        "fixed": [{"file": one.file, "rule": one.rule, "places": one.places} for one in run.mended],
    }


def _finding(plan: Linted, finding: Finding) -> dict[str, Any]:
    return {
        "plan": plan.name,
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "pointer": finding.pointer,
        "location": _place(finding.location),
        "rendered": _place(finding.rendered),
        "evidence": dict(finding.evidence),
        "suggestion": finding.suggestion,
        "fix": finding.fix,
        "fingerprint": finding.fingerprint,
    }


def _suppressed(plan: Linted, one: Suppressed) -> dict[str, Any]:
    return {**_finding(plan, one.finding), "reason": one.reason}


def _place(place: Location | None) -> dict[str, Any] | None:
    return {"file": place.file, "line": place.line, "col": place.col} if place else None


def _plan(plan: Linted) -> dict[str, Any]:
    return {
        "plan": plan.name,
        "kind": plan.kind,
        "format": plan.format,
        "files": list(plan.texts),
        "commit": plan.commit or None,
        "passed": list(plan.report.passed),
        "not_read": list(plan.not_read),
        "notes": list(plan.notes),
    }
