"""Sub-issues and blocked-by edges between issues, with GitHub's limits on them."""

from __future__ import annotations

from sandbox.refusals import Refusal, not_found, unprocessable
from sandbox.state import Issue
from sandbox.webhooks import events
from sandbox.world import World

CHILDREN = 100
LEVELS = 8
EDGES = 50


def by_id(world: World, number: int) -> Issue:
    issue = world.issue_by_id(number)
    if issue is None or issue.deleted:
        raise not_found()
    return issue


def _depth_above(world: World, issue: Issue) -> int:
    depth, parent = 1, issue.parent
    while parent is not None:
        depth, parent = depth + 1, by_id(world, parent).parent
    return depth


def _depth_below(world: World, issue: Issue) -> int:
    return 1 + max((_depth_below(world, by_id(world, child)) for child in issue.children), default=0)


def _is_above(world: World, issue: Issue, other: Issue) -> bool:
    parent: int | None = issue.id
    while parent is not None:
        if parent == other.id:
            return True
        parent = by_id(world, parent).parent
    return False


def _check_child(world: World, parent: Issue, child: Issue, replace: bool) -> None:
    if world.repo_of(parent).owner.lower() != world.repo_of(child).owner.lower():
        raise unprocessable("Sub issue must belong to a repository of the same owner")
    if child.pull is not None or parent.pull is not None:
        raise unprocessable("Sub issue may not be a pull request")
    if child.id in parent.children:
        raise unprocessable("Issue may not contain duplicate sub-issues")
    if child.parent is not None and not replace:
        raise unprocessable("Sub issue may only have one parent")
    if _is_above(world, parent, child):
        raise unprocessable("Issue may not be a sub-issue of itself or of its own sub-issues")
    if len(parent.children) >= CHILDREN:
        raise unprocessable(f"Parent cannot have more than {CHILDREN} sub-issues")
    if _depth_above(world, parent) + _depth_below(world, child) > LEVELS:
        raise unprocessable(f"Sub-issues may not be nested more than {LEVELS} levels deep")


def add_child(world: World, parent: Issue, child: Issue, sender: str, replace: bool = False) -> None:
    _check_child(world, parent, child, replace)
    if child.parent is not None:
        remove_child(world, by_id(world, child.parent), child, sender)
    parent.children.append(child.id)
    child.parent = parent.id
    _tell(world, parent, child, "added", sender)


def remove_child(world: World, parent: Issue, child: Issue, sender: str) -> None:
    if child.id not in parent.children:
        raise not_found()
    parent.children.remove(child.id)
    child.parent = None
    _tell(world, parent, child, "removed", sender)


def reorder(parent: Issue, child: Issue, after: int | None, before: int | None) -> None:
    anchor = after if after is not None else before
    if (
        child.id not in parent.children
        or anchor not in parent.children
        or (after is None) == (before is None)
    ):
        raise unprocessable("The provided sub-issue or its neighbour is not a sub-issue of this issue")
    parent.children.remove(child.id)
    parent.children.insert(parent.children.index(anchor) + (after is not None), child.id)


def _tell(world: World, parent: Issue, child: Issue, what: str, sender: str) -> None:
    above, below = world.repo_of(parent), world.repo_of(child)
    parts = {
        "parent_issue_id": parent.id,
        "parent_issue": events.issue_body(world, above, parent),
        "sub_issue_id": child.id,
        "sub_issue": events.issue_body(world, below, child),
    }
    sub = {**parts, "sub_issue_repo": events.event_repository(world, below)}
    events.announce(world, above, "sub_issues", f"sub_issue_{what}", sender, sub)
    up = {**parts, "parent_issue_repo": events.event_repository(world, above)}
    events.announce(world, below, "sub_issues", f"parent_issue_{what}", sender, up)


def add_blocker(world: World, issue: Issue, blocker: Issue) -> None:
    if issue.id == blocker.id or _blocks(world, issue, blocker):
        raise unprocessable("An issue may not be blocked by itself or by an issue it blocks")
    if blocker.id in issue.blocked_by:
        raise unprocessable("Target issue has already been taken")
    if len(issue.blocked_by) >= EDGES:
        raise unprocessable(f"An issue cannot be blocked by more than {EDGES} issues")
    issue.blocked_by.append(blocker.id)


def _blocks(world: World, issue: Issue, other: Issue) -> bool:
    seen: set[int] = set()
    waiting = [other.id]
    while waiting:
        current = waiting.pop()
        if current == issue.id:
            return True
        if current not in seen:
            seen.add(current)
            found = world.issue_by_id(current)
            waiting += found.blocked_by if found else []
    return False


def remove_blocker(issue: Issue, blocker: Issue) -> None:
    if blocker.id not in issue.blocked_by:
        raise Refusal(404, "Not Found")
    issue.blocked_by.remove(blocker.id)
