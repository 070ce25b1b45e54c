"""The children of a plan as GitHub has them now, and the state of each task that follows. Data only: who read
them checked author and signature of their marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.children.keys import key_of, task_in
from bot.marks import Mark
from bot.plan.digest import text_digest
from bot.plan.model import Plan

WORKING = frozenset({"in-progress", "ready-for-review", "qa-in-progress", "qa/passed", "qa/failed"})
Kind = Literal["unfiled", "open", "completed", "not_planned"]


@dataclass(frozen=True, slots=True)
class Written:
    """What we wrote last, from the child's mark: fingerprints of title and part, and the labels."""

    title: str = ""
    part: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A child issue as it is. `key` and `run` are from its mark, "" when that does not hold.

    `reason` is GitHub's for a closed one ("completed", "not_planned", "duplicate", ""), `closed_by_us` says
    who closed it, `changed_at` when it was last closed or reopened. `touched_by_people`: they edited or
    commented it, or put labels on; `pulls` are open or merged pull requests that are linked to it.
    """

    number: int
    key: str
    title: str
    body: str
    state: Literal["open", "closed"] = "open"
    reason: str = ""
    labels: tuple[str, ...] = ()
    touched_by_people: bool = False
    assignees: tuple[str, ...] = ()
    pulls: tuple[int, ...] = ()
    closed_by_us: bool = False
    changed_at: str = ""
    run: str = ""
    written: Written | None = None

    @property
    def completed(self) -> bool:
        """Closed as done. GitHub gives no reason for what was closed long ago, or by some tools."""
        return self.state == "closed" and self.reason in ("completed", "")

    @property
    def at_work(self) -> bool:
        """Whether somebody is on it: assigned, a pull request, or a label that says so."""
        return bool(self.assignees or self.pulls or WORKING.intersection(map(str.casefold, self.labels)))


@dataclass(frozen=True, slots=True)
class TaskState:
    """How a task stands. `number` is its issue's, 0 while it is not filed; `since` is when it was last closed
    or reopened, "" when never."""

    kind: Kind = "unfiled"
    number: int = 0
    since: str = ""
    at_work: bool = False


def title_print(title: str) -> str:
    """The fingerprint of a title."""
    return text_digest(" ".join(title.split()))[:16]


def written_in(mark: Mark) -> Written | None:
    """What a child's mark says we wrote; None for a mark that does not say."""
    if not mark.get("part"):
        return None
    labels = tuple(one for one in mark.get("labels").split(",") if one)
    return Written(mark.get("title"), mark.get("part"), labels)


def by_key(there: Iterable[Standing]) -> dict[str, list[Standing]]:
    """The standing issues of each key, the one that counts first: what is done, then what people are at, then
    what they touched, then what is open, then the oldest."""
    found: dict[str, list[Standing]] = {}
    for one in there:
        found.setdefault(one.key, []).append(one)
    return {key: sorted(ones, key=_rank) for key, ones in found.items()}


def _rank(one: Standing) -> tuple[bool, bool, bool, bool, int]:
    return (
        not one.completed,
        not one.at_work,
        not one.touched_by_people,
        one.state != "open",
        one.number,
    )


def state_of(one: Standing) -> TaskState:
    """The state that an issue gives its task. What we closed ourselves is as good as never filed."""
    if one.state == "open":
        return TaskState("open", one.number, one.changed_at, one.at_work)
    if one.completed:
        return TaskState("completed", one.number, one.changed_at)
    return TaskState("unfiled" if one.closed_by_us else "not_planned", one.number, one.changed_at)


def states_of(plan: Plan, there: Sequence[Standing]) -> Mapping[str, TaskState]:
    """The state of each task of the plan, by its id. Tasks of a milestone that is done are, unless an issue
    says otherwise."""
    found = by_key(there)
    done = {one.id for one in plan.roadmap.milestones if one.status == "done"}
    states: dict[str, TaskState] = {}
    for task in plan.tasks:
        issues = found.get(key_of(plan.issue, task.id))
        bare = TaskState("completed" if task.milestone in done else "unfiled")
        states[task.id] = state_of(issues[0]) if issues else bare
    return states


def issue_in(key: str) -> int:
    """The planned issue that a key belongs to, 0 when it is none."""
    return task_in(key)[0]
