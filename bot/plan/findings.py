"""What a check says about a plan: findings, skips and the report. Data only; no rule lives here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]
Fix = Literal["safe", "unsafe", "none"]

# What nobody may set aside: that a plan can be read at all, names real paths, runs nothing dangerous, fits
# its contract, and neither harms nor misleads where it is shown.
UNSUPPRESSABLE = frozenset(
    f"PLN{number:03}"
    for number in (*range(1, 5), 99, *range(401, 404), 510, *range(801, 812), *range(914, 921))
)


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file; `line` and `col` count from 1."""

    file: str
    line: int
    col: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect. `pointer` is a JSON Pointer into the plan, or into the JSON text the rule reads.

    `location` is where it stands in the text that was given, `rendered` where in the Markdown that a plan of
    ours is
    shown as. `evidence` holds the message's values by name. `fingerprint` stays the same when items are
    reordered.
    """

    rule: str
    severity: Severity
    message: str
    pointer: str = ""
    location: Location | None = None
    rendered: Location | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)
    suggestion: str = ""
    fix: Fix = "none"
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A rule that could not be checked, and why. Never a pass."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that somebody set aside, and the reason given. Never a pass."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one lint run can say. `passed` names the rules that ran and found nothing."""

    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    passed: tuple[str, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def ok(self) -> bool:
        """No finding at error level. Skips do not make a report bad, and do not make it good."""
        return not self.errors
