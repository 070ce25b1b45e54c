"""A plan that could not be brought to hold the rules."""

from __future__ import annotations

from bot.author.model import Usage
from bot.errors import GroundplanError
from bot.plan.findings import Finding


class Failed(GroundplanError):
    """Writing ended without a plan that may be published; `findings` say what is wrong with the best one."""

    def __init__(self, findings: tuple[Finding, ...], usage: Usage | None = None) -> None:
        super().__init__("; ".join(finding.message for finding in findings[:5]))
        self.findings = findings
        self.usage = usage or Usage()

    def __reduce__(self) -> tuple[type[Failed], tuple[tuple[Finding, ...], Usage]]:
        return type(self), (self.findings, self.usage)
