"""Sub-issues and issue dependencies."""

from __future__ import annotations

from sandbox import access
from sandbox.acts import relations
from sandbox.refusals import not_found
from sandbox.rest.issues import ISSUE, numbered
from sandbox.rest.routing import Call, Reply, paged, route
from sandbox.shapes import issues as shapes
from sandbox.state import Issue


def _shown(call: Call, issue: Issue) -> dict[str, object]:
    return shapes.issue(call.world, call.world.repo_of(issue), issue)


def _many(call: Call, numbers: list[int]) -> Reply:
    # Links between issues show at once; the lag of lists is about things that are new.
    found = [relations.by_id(call.world, number) for number in numbers]
    return paged(call, found, lambda one: _shown(call, one))


def _other(call: Call, field: str) -> Issue:
    """The issue named by database id in the body; what the asker cannot see is not there."""
    issue = relations.by_id(call.world, int(call.body[field]))
    if not access.sees(call.world, call.actor, call.world.repo_of(issue)):
        raise not_found()
    return issue


@route("GET", f"{ISSUE}/sub_issues")
def list_sub_issues(call: Call) -> Reply:
    return _many(call, numbered(call)[1].children)


@route("POST", f"{ISSUE}/sub_issues")
def add_sub_issue(call: Call) -> Reply:
    _, parent = numbered(call, "write", "triage")
    replace = bool(call.body.get("replace_parent"))
    relations.add_child(call.world, parent, _other(call, "sub_issue_id"), call.user().login, replace)
    return Reply(201, _shown(call, parent))


@route("DELETE", f"{ISSUE}/sub_issue")
def remove_sub_issue(call: Call) -> Reply:
    _, parent = numbered(call, "write", "triage")
    relations.remove_child(call.world, parent, _other(call, "sub_issue_id"), call.user().login)
    return Reply(200, _shown(call, parent))


@route("PATCH", f"{ISSUE}/sub_issues/priority")
def reprioritize(call: Call) -> Reply:
    _, parent = numbered(call, "write", "triage")
    child = _other(call, "sub_issue_id")
    relations.reorder(parent, child, call.body.get("after_id"), call.body.get("before_id"))
    return Reply(200, _shown(call, parent))


@route("GET", f"{ISSUE}/parent")
def get_parent(call: Call) -> Reply:
    _, issue = numbered(call)
    if issue.parent is None:
        raise not_found()
    return Reply(200, _shown(call, relations.by_id(call.world, issue.parent)))


@route("GET", f"{ISSUE}/dependencies/blocked_by")
def list_blocked_by(call: Call) -> Reply:
    return _many(call, numbered(call)[1].blocked_by)


@route("GET", f"{ISSUE}/dependencies/blocking")
def list_blocking(call: Call) -> Reply:
    _, issue = numbered(call)
    return _many(call, [one.id for one in call.world.issues() if issue.id in one.blocked_by])


@route("POST", f"{ISSUE}/dependencies/blocked_by")
def add_blocked_by(call: Call) -> Reply:
    _, issue = numbered(call, "write", "triage")
    blocker = _other(call, "issue_id")
    relations.add_blocker(call.world, issue, blocker)
    return Reply(201, _shown(call, issue))


@route("DELETE", f"{ISSUE}/dependencies/blocked_by/{{issue_id}}")
def remove_blocked_by(call: Call) -> Reply:
    _, issue = numbered(call, "write", "triage")
    relations.remove_blocker(issue, relations.by_id(call.world, call.number("issue_id")))
    return Reply(200, _shown(call, issue))
