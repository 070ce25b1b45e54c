"""The issues that ask the owner for decisions: which are still to be filed, and their numbers in what we
write. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.decisions import filled, labels_of
from bot.effects import EnsureIssue, File
from bot.marks import Mark, write_mark
from bot.matters.standing import config_of, place
from bot.situation import OpenDecision, Outcome, Situation
from bot.steps import Policy

_MOST_DUE = 480  # characters of a mark's field


@dataclass(frozen=True, slots=True)
class Filed:
    """The major decisions of a plan on a branch, and the numbers of those whose issues are there."""

    branch: str
    majors: tuple[OpenDecision, ...]
    numbers: Mapping[str, int]

    @classmethod
    def of(cls, now: Situation, branch: str, plan: Outcome) -> Filed:
        majors = tuple(one for one in plan.decisions if one.weight == "major" and one.made is None)
        receipts = {one.id: now.receipts.get(f"issue:{_name(branch, one)}") for one in majors}
        numbers = {name: receipt.number for name, receipt in receipts.items() if receipt}
        known = {one.decision: one.number for one in now.decisions}
        return cls(branch, majors, {**known, **numbers})

    def missing(self, now: Situation, policy: Policy) -> tuple[EnsureIssue, ...]:
        """The issues that are still to be filed."""
        return tuple(self._issue(now, policy, one) for one in self.majors if one.id not in self.numbers)

    def in_text(self, text: str) -> str:
        [file] = filled((File("text.md", text),), self.numbers)
        return file.text

    def _issue(self, now: Situation, policy: Policy, one: OpenDecision) -> EnsureIssue:
        name = _name(self.branch, one)
        fields = {"name": name, "parent": str(now.subject.number), "decision": one.id, "due": one.deadline}
        mark = write_mark(policy.secret, place(now), Mark("issue", fields))
        asking = [label for label in config_of(now).decisions.labels if label != policy.plan_label]
        return EnsureIssue(name, one.title, f"{one.body.rstrip()}\n\n{mark}", labels_of(one, asking))


def _name(branch: str, decision: OpenDecision) -> str:
    return f"decision:{branch}:{decision.id}"


def due_dates(plan: Outcome) -> dict[str, str]:
    """When minor decisions make themselves, as a field of the plan's mark: known when all else is lost."""
    dated = (one for one in plan.decisions if one.weight == "minor" and one.deadline and not one.made)
    due = ",".join(f"{one.id}@{one.deadline}" for one in dated)
    return {"due": due} if due and len(due) <= _MOST_DUE else {}
