"""The log of a plan's revisions: what one changed, why and at whose word. It only ever grows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.author.untrusted import one_line
from bot.conversation import RevisionWish
from bot.plan.editing import Change
from bot.plan.model import Plan, Revision
from bot.revising.pointing import items_in

MOST_CHANGES, LONGEST_CHANGE = 12, 160
MOST_PEOPLE = 6


def logged(
    plan: Plan, before: Plan, wish: RevisionWish, changes: Iterable[Change], *, at: str, cost: str = ""
) -> Plan:
    """The plan with one entry more."""
    log = plan.provenance.revisions
    gone = [name for name in ids_of(before) if name not in ids_of(plan)]
    entry = Revision(
        number=len(log) + 1,
        at=at[:40],
        cause=cause_of(wish),
        by=", ".join(people(wish))[:400],
        changes=_lines([*changes]),
        removed=tuple(gone)[:400],
        cost=one_line(cost),
    )
    return plan.model_copy(
        update={"provenance": plan.provenance.model_copy(update={"revisions": (*log, entry)})}
    )


def retired(plan: Plan) -> frozenset[str]:
    """Ids that were taken out of the plan, which nothing may have again."""
    return frozenset(name for one in plan.provenance.revisions for name in one.removed)


def ids_of(plan: Plan) -> dict[str, str]:
    """The ids of a plan and where they stand, in order."""
    return dict(items_in(plan.model_dump(mode="json", exclude={"provenance"})))


def cause_of(wish: RevisionWish) -> str:
    """Why there is a revision, in a few words."""
    return ", ".join(_causes(wish)) or "edits"


def people(wish: RevisionWish) -> list[str]:
    """Who wanted it, by login, each once."""
    said = [one.author for thread in wish.threads for one in thread.said if not one.ours]
    asked = [one.author for one in wish.instructions]
    names = dict.fromkeys([*asked, *said, *(one.by for one in wish.answers), *wish.editors])
    return [one_line(name, 60) for name in names if name][:MOST_PEOPLE]


def _causes(wish: RevisionWish) -> Iterator[str]:
    if wish.threads or any(one.source.startswith("review:") for one in wish.instructions):
        yield "review"
    if any(not one.source.startswith("review:") for one in wish.instructions):
        yield "comment"
    if wish.edits:
        yield "edits"
    yield from (f"decision {one_line(each.decision, 40)}" for each in wish.answers[:8])
    if wish.refresh:
        yield "refresh"
    if wish.rebuild and not wish.refresh:
        yield "base branch"


def _lines(changes: list[Change]) -> tuple[str, ...]:
    said = [one_line(str(one), LONGEST_CHANGE) for one in changes]
    if len(said) <= MOST_CHANGES:
        return tuple(one for one in said if one)
    left = len(said) - MOST_CHANGES + 1
    return (*said[: MOST_CHANGES - 1], f"and {left} more")
