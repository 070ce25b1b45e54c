"""What can be done next about a subject, and by whose choices. Words only: `bot.controller` and
`bot.inspector` decide."""

from __future__ import annotations

from dataclasses import dataclass

from bot.effects import Changeset
from bot.situation import Request

CHECK_NAME = "groundplan / contract"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator chose. `secret` signs our marks; `runs_an_hour` are plannings of one issue;
    `onboarding`: a repository is given a configuration to start with."""

    secret: str
    plan_label: str = "needs-plan"
    opt_out_label: str = "no-plan"
    runs_an_hour: int = 6
    onboarding: bool = True


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing to do, and why; `again_in` seconds there may be, whatever happens."""

    why: str
    again_in: float | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """Remember that people's edits at these heads were dealt with, since nothing at GitHub shows it."""

    heads: str
    why: str


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Have a plan written for these inputs, instead of any asked for before."""

    request: Request


@dataclass(frozen=True, slots=True)
class StopPlanning:
    """Drop the plan being written; its outcome will not be used."""

    why: str


Step = Idle | Noted | PlanRequest | StopPlanning | Changeset
