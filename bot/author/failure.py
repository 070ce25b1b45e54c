"""How writing ends without a plan, beside the ends that a model or a cap makes."""

from __future__ import annotations

from bot.author.model import Remains, Usage
from bot.errors import GroundplanError, UserError
from bot.plan.findings import Finding


class Failed(GroundplanError):
    """Writing ended without a plan that may be published; `findings` say what is wrong with the best one."""

    def __init__(
        self,
        findings: tuple[Finding, ...],
        usage: Usage | None = None,
        remains: Remains = Remains(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__("; ".join(finding.message for finding in findings[:5]))
        self.findings = findings
        self.usage = usage or Usage()
        self.remains = remains

    def __reduce__(self) -> tuple[type[Failed], tuple[tuple[Finding, ...], Usage, Remains]]:
        return type(self), (self.findings, self.usage, self.remains)


class RefusedAfter(UserError):
    """What a person has to put right, found when a model had been paid already."""

    def __init__(self, refusal: UserError, remains: Remains) -> None:
        super().__init__(refusal.code, refusal.reason, refusal.next_step)
        self.refusal = refusal
        self.remains = remains

    def __reduce__(self) -> tuple[type[RefusedAfter], tuple[UserError, Remains]]:  # type: ignore[override]
        return type(self), (self.refusal, self.remains)
