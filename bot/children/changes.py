"""What has to be done so that the children agree with the plan: create, update, close, reopen; and what is
left alone or comes later, each with its reason. Nothing is dropped silently, nothing of people's is written
over, and nothing is made twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.children.child import DONE_STAGE, Child
from bot.children.keys import task_in
from bot.children.own_part import print_of
from bot.children.pace import NOTHING, Estimate
from bot.children.standing import Standing, by_key
from bot.children.update import Update, differs, update_for

CAP, MOST, SUB_ISSUES = 8, 100, 100


@dataclass(frozen=True, slots=True)
class Closing:
    """An issue to close as not planned, with the reason to give in a comment."""

    number: int
    key: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reopening:
    """An issue that we closed and that the plan has again; `update` says what else changes in it."""

    number: int
    child: Child
    update: Update


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """An issue that is not as the plan has it, and why it is left so."""

    number: int
    key: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Later:
    """A task that gets no issue now, and why: the decision, the milestone or the limit it waits for."""

    key: str
    task: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that applying would do, in order, and everything that it would not. `unlinked` are keys of
    children that the planned issue has no room for as sub-issues: they are told of in words."""

    create: tuple[Child, ...] = ()
    update: tuple[Update, ...] = ()
    close: tuple[Closing, ...] = ()
    reopen: tuple[Reopening, ...] = ()
    unchanged: tuple[int, ...] = ()
    alone: tuple[LeftAlone, ...] = ()
    later: tuple[Later, ...] = ()
    unlinked: tuple[str, ...] = ()
    estimate: Estimate = NOTHING

    @property
    def changes(self) -> int:
        """How many issues applying would touch."""
        return len(self.create) + len(self.update) + len(self.close) + len(self.reopen)


@dataclass(slots=True)
class _Sorted:
    """The lists while they are filled. `wish` are children without an open issue, with the one that we
    closed; `open` counts the children of the plan's tasks that are open and stay so."""

    update: list[Update] = field(default_factory=list)
    close: list[Closing] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    alone: list[LeftAlone] = field(default_factory=list)
    wish: list[tuple[Child, Standing | None]] = field(default_factory=list)
    open: int = 0

    def leave(self, one: Standing, why: str) -> None:
        self.alone.append(LeftAlone(one.number, one.key, one.title, why))


def plan_changes(
    wanted: Sequence[Child], there: Sequence[Standing], *, issue: int, cap: int = CAP
) -> Preview:
    """What differs. `wanted` are the children of the plan of `issue` in filing order, `there` all issues that
    carry a mark of ours below it; at most `cap` of them (1 to 100) are open at once."""
    standing = by_key(there)
    into = _Sorted()
    for child in wanted:
        _sort_child(child, standing.get(child.key, ()), into)
    keys = {child.key for child in wanted}
    for key, ones in standing.items():
        if key not in keys:
            _sort_others(ones, *task_in(key), issue, into)
    create, reopen, later = _wishes(wanted, standing, into, max(1, min(cap, MOST)))
    fresh = [one.key for one in create]
    unlinked = tuple(fresh[max(0, SUB_ISSUES - len(there)) :])
    links = _links(wanted, standing, set(fresh)) + len(fresh) - len(unlinked)
    estimate = _estimate(into, len(create), reopen, len(there), links)
    return Preview(
        tuple(create),
        tuple(into.update),
        tuple(into.close),
        tuple(reopen),
        tuple(into.unchanged),
        tuple(into.alone),
        tuple(later),
        unlinked,
        estimate,
    )


def _sort_others(ones: Iterable[Standing], other: int, task: str, issue: int, into: _Sorted) -> None:
    """Issues whose task the plan does not have. Where somebody is at work, people say what becomes of it."""
    for one in ones:
        if other != issue:
            whose = f"it belongs to the plan of #{other}" if other else "its mark does not say whose it is"
            into.leave(one, whose)
        elif one.state == "open" and one.at_work:
            into.leave(one, f"the plan has no task {task} any more, but somebody is at work on it")
        elif one.state == "open":
            into.close.append(
                Closing(one.number, one.key, one.title, f"The plan has no task {task} any more.")
            )


def _sort_child(child: Child, ones: Sequence[Standing], into: _Sorted) -> None:
    if not ones:
        into.wish.append((child, None))
        return
    first, *doubles = ones
    for one in doubles:
        _sort_double(one, first, into)
    if first.state == "open":
        _sort_open(child, first, into)
    elif first.completed:
        _sort_done(child, first, into)
    elif first.closed_by_us:
        into.wish.append((child, first))
    else:
        into.leave(first, "people closed it as not planned: reopen it, or take its task out of the plan")


def _sort_double(one: Standing, first: Standing, into: _Sorted) -> None:
    if one.state == "open" and (one.touched_by_people or one.at_work):
        into.open += 1
        into.leave(one, f"it doubles #{first.number}, but people have touched it")
    elif one.state == "open":
        into.close.append(Closing(one.number, one.key, one.title, f"It doubles #{first.number}."))


def _sort_open(child: Child, one: Standing, into: _Sorted) -> None:
    into.open += 1
    update = update_for(child, one)
    if update.writes:
        into.update.append(update)
    elif update.kept:
        into.leave(one, "; ".join(update.kept))
    else:
        into.unchanged.append(one.number)


def _sort_done(child: Child, one: Standing, into: _Sorted) -> None:
    written = one.written.part if one.written else ""
    if differs(child, one) and written != print_of(child.part):
        into.leave(one, "it is done, and the plan says something else of its task now")
    else:
        into.unchanged.append(one.number)


def _wishes(
    wanted: Sequence[Child], standing: Mapping[str, Sequence[Standing]], into: _Sorted, cap: int
) -> tuple[list[Child], list[Reopening], list[Later]]:
    """Which of the children without an open issue get one now."""
    active = _active_stage(wanted, standing)
    create: list[Child] = []
    reopen: list[Reopening] = []
    later: list[Later] = []
    for child, one in into.wish:
        why = _why_later(child, active)
        if not why and into.open + len(create) + len(reopen) >= cap:
            why = f"{cap} are open at once, no more; it comes when one of them is done"
        if why:
            later.append(Later(child.key, child.task, child.title, why))
        elif one is None:
            create.append(child)
        else:
            reopen.append(Reopening(one.number, child, update_for(child, one)))
    return create, reopen, later


def _active_stage(wanted: Sequence[Child], standing: Mapping[str, Sequence[Standing]]) -> int:
    """The first stage with a task that is neither done nor dropped by people."""
    left = (one.stage for one in wanted if one.stage != DONE_STAGE and _is_left(standing.get(one.key, ())))
    return min(left, default=0)


def _is_left(ones: Sequence[Standing]) -> bool:
    return not ones or ones[0].state == "open" or (ones[0].closed_by_us and not ones[0].completed)


def _why_later(child: Child, active: int) -> str:
    if child.stage == DONE_STAGE:
        return "its milestone is done"
    if child.held:
        return f"it waits for a decision: {child.held}"
    return f"its milestone {child.milestone} comes later" if child.stage > active else ""


def _links(wanted: Sequence[Child], standing: Mapping[str, object], new: set[str]) -> int:
    """How many blocked-by links new children bring: each with a child that is there or made with it."""
    ends = [(child.key, need) for child in wanted for need in child.needs]
    known = new | set(standing)
    return sum(1 for pair in ends if known.issuperset(pair) and new.intersection(pair))


def _estimate(into: _Sorted, create: int, reopen: Sequence[Reopening], there: int, links: int) -> Estimate:
    """A look before each issue is written, and one read of the list for each hundred children. A closing is
    a comment with the reason and the closing itself."""
    again = sum(1 + one.update.writes for one in reopen)
    updates = sum(one.writes for one in into.update)
    writes = create + links + updates + again + 2 * len(into.close)
    looks = create + len(into.update) + len(reopen) + len(into.close)
    return Estimate(writes, looks + 1 + there // 100)
