"""What a lint run found out, for every output to tell. Data only: decides nothing and prints nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.plan.findings import Finding, Report, Skipped, Suppressed

CLEAN, FOUND, COULD_NOT_RUN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that could not be linted: what, why, and what to do about it."""

    path: str
    reason: str
    next_step: str = ""

    def __str__(self) -> str:
        return f"{self.reason} {self.next_step}".strip()


@dataclass(frozen=True, slots=True)
class Linted:
    """One plan with everything that was said about it.

    `name` is its main file, `texts` every file it was read from; both, and the files of all locations, are
    named as a person in the current folder would. `commit` is what it was checked against, "" for nothing.
    `mendable` counts the findings that `--fix` may repair.
    """

    name: str
    kind: str
    format: str
    report: Report
    texts: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    notes: tuple[str, ...] = ()
    not_read: tuple[str, ...] = ()
    mendable: int = 0

    def file_of(self, finding: Finding) -> str:
        """The file a finding is told for."""
        return finding.location.file if finding.location else self.name

    @property
    def checked(self) -> frozenset[str]:
        """The rules that ran."""
        return frozenset((*self.report.passed, *(one.rule for one in self.report.findings)))


@dataclass(frozen=True, slots=True)
class Mended:
    """One repair that was written: the file, the rule it satisfies, and how many places it changed."""

    file: str
    rule: str
    places: int


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run over all paths."""

    plans: tuple[Linted, ...] = ()
    refused: tuple[Refusal, ...] = ()
    mended: tuple[Mended, ...] = ()
    strict: bool = False

    def findings(self) -> Iterator[tuple[Linted, Finding]]:
        for plan in self.plans:
            for finding in plan.report.findings:
                yield plan, finding

    def suppressed(self) -> Iterator[tuple[Linted, Suppressed]]:
        for plan in self.plans:
            for one in plan.report.suppressed:
                yield plan, one

    def count(self, severity: str) -> int:
        return sum(finding.severity == severity for _, finding in self.findings())

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that was read, once."""
        return tuple(dict.fromkeys(name for plan in self.plans for name in plan.texts))

    @property
    def checked(self) -> frozenset[str]:
        """The rules that ran on at least one plan."""
        return frozenset().union(*(plan.checked for plan in self.plans))

    @property
    def not_checked(self) -> tuple[Skipped, ...]:
        """The rules that ran on no plan, each with its first reason."""
        skipped = {one.rule: one for plan in reversed(self.plans) for one in plan.report.skipped}
        return tuple(skipped[rule] for rule in sorted(skipped) if rule not in self.checked)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings at error level (`strict`: or warnings), 2 something could not be linted."""
        if self.refused:
            return COULD_NOT_RUN
        return FOUND if self.count("error") or (self.strict and self.count("warning")) else CLEAN
