"""The labels of a child: by what it is, and by whether it can be started. Labels of others are never touched,
and neither is what people did to ours since we last wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bot.children.child import QUEUED, QUEUES, Child
from bot.children.ready import Stage

# While one of these is on it, the child is somebody's already, or waits for people: no queue is offered it.
PAUSING = frozenset(
    {
        "blocked", "decision-needed", "decision/major", "needs-opinion", "agent/needs-config", "in-progress",
        "ready-for-review", "qa-in-progress", "qa/passed", "qa/failed",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelEdits:
    """Labels to put on, and labels of ours to take off."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)


NO_EDITS = LabelEdits()


def labels_for(child: Child, stage: Stage) -> tuple[str, ...]:
    """The labels of a child in this stage. Only what can be started is offered to queues."""
    return (*child.labels, *_offered(child, stage))


def _offered(child: Child, stage: Stage) -> tuple[str, ...]:
    return QUEUES[child.role] if stage == "ready" and not child.by_hand and not child.held else ()


def label_edits(
    child: Child, stage: Stage, on: Sequence[str], written: Collection[str] | None = None
) -> LabelEdits:
    """What to put on and take off in this stage, given what is `on` it and what we put on last."""
    lasting, queue = lasting_edits(child, on, written), queue_edits(child, stage, on)
    return LabelEdits((*lasting.add, *queue.add), (*lasting.remove, *queue.remove))


def lasting_edits(child: Child, on: Sequence[str], written: Collection[str] | None) -> LabelEdits:
    """The part of `label_edits` that the plan decides. Only what changed since we wrote is changed; where
    that is not known (None), what is missing is added.

    There is one priority: where people gave it another, that one stays.
    """
    present = {label.casefold() for label in on}
    before = {label.casefold() for label in written or ()}
    outdated = before - {label.casefold() for label in child.labels}
    missing = [one for one in child.labels if one.casefold() not in present | before]
    add = tuple(one for one in missing if not _second_priority(one, present - outdated))
    return LabelEdits(add, tuple(one for one in on if one.casefold() in outdated))


def queue_edits(child: Child, stage: Stage, on: Sequence[str]) -> LabelEdits:
    """The part of `label_edits` that tells queues whether the child can be started."""
    present = {label.casefold() for label in on}
    if stage in ("waiting", "held"):
        return LabelEdits(remove=tuple(_queued(on)))
    if stage != "ready":
        return LabelEdits()
    offered = () if present & PAUSING else _offered(child, stage)
    others = tuple(one for one in _queued(on) if one.casefold() not in QUEUES[child.role])
    return LabelEdits(tuple(one for one in offered if one not in present), others)


def _queued(on: Iterable[str]) -> list[str]:
    return [one for one in on if one.casefold() in QUEUED]


def _second_priority(label: str, present: Collection[str]) -> bool:
    return label.startswith("priority/") and any(one.startswith("priority/") for one in present)
