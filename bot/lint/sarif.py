"""A run as SARIF 2.1.0, for code scanning. Rules that were not checked are told as notifications, never as
passes.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from typing import Any, TextIO
from urllib.parse import quote

from bot.lint.catalogue import page_address, page_of
from bot.lint.outcome import Linted, Refusal, Run
from bot.lint.words import json_text
from bot.plan.findings import Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def write(run: Run, out: TextIO) -> None:
    """Print one SARIF log."""
    print(json_text(document(run), out), file=out)


def document(run: Run) -> dict[str, Any]:
    """The log as plain data."""
    rules = sorted(run.checked | {one.finding.rule for _, one in run.suppressed()})
    results = [_result(plan, finding, rules) for plan, finding in run.findings()]
    for plan, one in run.suppressed():
        why = [{"kind": "inSource", "justification": one.reason}]
        results.append({**_result(plan, one.finding, rules), "suppressions": why})
    driver = {"name": "groundplan", "version": _version(), "rules": [_rule(rule) for rule in rules]}
    one_run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(run)],
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(name)}} for name in run.files],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [one_run]}


def _version() -> str:
    try:
        return version("groundplan")
    except PackageNotFoundError:
        return "0"


def _rule(rule: str) -> dict[str, Any]:
    page = page_of(rule)
    return {
        "id": rule,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.why or page.title},
        "help": {"text": page.text(), "markdown": page.markdown()},
        "defaultConfiguration": {"level": _LEVELS[page.severity]},
        "helpUri": page_address(rule),
        "properties": {"tags": ["plan", page.family], "tier": page.tier},
    }


def _result(plan: Linted, finding: Finding, rules: list[str]) -> dict[str, Any]:
    place = finding.location
    region = {"startLine": place.line, "startColumn": place.col} if place else {"startLine": 1}
    where = {"artifactLocation": {"uri": _uri(plan.file_of(finding))}, "region": region}
    text = finding.message + (f"\n{finding.suggestion}" if finding.suggestion not in finding.message else "")
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {"groundplan/v1": finding.fingerprint},
        "properties": {"pointer": finding.pointer, "fix": finding.fix},
    }


def _invocation(run: Run) -> dict[str, Any]:
    skipped = [
        {
            "level": "note",
            "message": {"text": f"{one.rule} was not checked: {one.reason}"},
            "associatedRule": {"id": one.rule},
        }
        for one in run.not_checked
    ]
    return {
        "executionSuccessful": not run.refused,
        "exitCode": run.exit_code,
        "toolExecutionNotifications": [*(_refusal(one) for one in run.refused), *skipped],
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    where = {"physicalLocation": {"artifactLocation": {"uri": _uri(refusal.path)}}}
    return {"level": "error", "message": {"text": str(refusal)}, "locations": [where]}


def _uri(name: str) -> str:
    """A file's name as an address: relative to the current folder where it is below it."""
    encoded = quote(name.encode("utf-8", "surrogateescape"), safe="/")
    return f"file://{encoded}" if PurePosixPath(name).is_absolute() else encoded
