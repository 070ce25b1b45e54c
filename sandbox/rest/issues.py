"""Issues, labels, comments and reactions."""

from __future__ import annotations

from typing import Any

from sandbox import access
from sandbox.acts import issues, pulls, reactions
from sandbox.clock import seconds_of
from sandbox.refusals import Refusal, invalid, not_found
from sandbox.rest.routing import Call, Reply, paged, route
from sandbox.shapes import issues as shapes
from sandbox.shapes.repositories import label as label_json
from sandbox.shapes.repositories import reaction as reaction_json
from sandbox.state import Comment, Issue, Label, Repository

ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}"
COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}"


def numbered(call: Call, level: str = "read", role: str = "read") -> tuple[Repository, Issue]:
    """The issue or pull request of the path, with the permission its kind asks for."""
    repo = call.seen()
    issue = issues.find(call.world, repo, call.number("issue_number"))
    access.allow(call.world, call.actor, repo, access.conversation_permission(issue), level, role)
    return repo, issue


def _own_or_triage(call: Call, author: str) -> str:
    return "read" if author.lower() == call.actor.login.lower() else "triage"


def _names(given: Any) -> list[str]:
    named = [one.get("name") if isinstance(one, dict) else one for one in given or []]
    if None in named:
        raise invalid("Label", "name", "missing_field")
    return [str(one) for one in named]


def _when(call: Call, name: str) -> float:
    try:
        return seconds_of(call.query[name]) if call.query.get(name) else 0.0
    except ValueError as bad:
        raise invalid("Issue", name, "invalid") from bad


@route("GET", "/repos/{owner}/{repo}/issues")
def list_issues(call: Call) -> Reply:
    repo = call.repo("issues")
    since, query = _when(call, "since"), call.query
    state, wanted = (
        query.get("state", "open"),
        [one for one in query.get("labels", "").lower().split(",") if one],
    )
    found = [one for one in repo.issues.values() if not one.deleted and one.moved_to is None]
    found = [one for one in found if state in ("all", one.state) and one.updated_at >= since]
    for name in wanted:
        label = call.world.label_named(repo, name.strip())
        found = [one for one in found if label is not None and label.id in one.labels]
    for field, value in (("author", query.get("creator")), ("author", query.get("app"))):
        found = [one for one in found if not value or getattr(one, field).lower() == value.lower()]
    if query.get("assignee") and query["assignee"] != "*":
        found = [one for one in found if query["assignee"] in one.assignees]
    found = ordered(call, found)
    return paged(call, found, lambda one: shapes.issue(call.world, repo, one))


def ordered(call: Call, found: list[Issue]) -> list[Issue]:
    keys = {
        "created": lambda one: (one.created_at, one.number),
        "updated": lambda one: (one.updated_at, one.number),
        "comments": lambda one: (len(one.comments), one.number),
    }
    key = keys.get(call.query.get("sort", "created"), keys["created"])
    return sorted(found, key=key, reverse=call.query.get("direction", "desc") == "desc")


@route("POST", "/repos/{owner}/{repo}/issues")
def create_issue(call: Call) -> Reply:
    repo, body = call.repo("issues", "write"), call.body
    trusted = call.actor.kind == "installation" or access.at_least(
        call.world.role(repo, call.actor.login), "triage"
    )
    # People without triage rights may open an issue; their labels and assignees are dropped without a word.
    labels, people = (_names(body.get("labels")), _assignees(body)) if trusted else ([], [])
    issue = issues.open_issue(
        call.world, repo, call.user().login, body.get("title"), call.text("body"), labels, people
    )
    return Reply(201, shapes.issue(call.world, repo, issue), _location(call, repo, issue))


def _assignees(body: dict[str, Any]) -> list[str]:
    return [str(one) for one in body.get("assignees") or []]


def _location(call: Call, repo: Repository, issue: Issue) -> dict[str, str]:
    return {"location": f"{call.world.url}/repos/{repo.full_name}/issues/{issue.number}"}


@route("GET", ISSUE)
def get_issue(call: Call) -> Reply:
    repo, issue = numbered(call)
    return Reply(200, shapes.issue(call.world, repo, issue))


@route("PATCH", ISSUE)
def update_issue(call: Call) -> Reply:
    repo, issue = numbered(call)
    access.allow(
        call.world,
        call.actor,
        repo,
        access.conversation_permission(issue),
        "write",
        _own_or_triage(call, issue.author),
    )
    body, sender = call.body, call.user().login
    state = body.get("state")
    if state not in (None, "open", "closed"):
        raise invalid("Issue", "state", "invalid")
    fields = {
        name: body[name]
        for name in ("title", "body")
        if name in body and (name != "title" or body[name] is not None)
    }
    issues.edit_issue(call.world, repo, issue, sender, **fields)
    if body.get("labels") is not None:
        issues.replace_labels(call.world, repo, issue, sender, _names(body["labels"]))
    if "assignees" in body:
        issue.assignees = issues.check_assignees(call.world, repo, _assignees(body))
    if state is not None:
        _set_state(call, repo, issue, state)
    return Reply(200, shapes.issue(call.world, repo, issue))


def _set_state(call: Call, repo: Repository, issue: Issue, state: str) -> None:
    sender, reason = call.user().login, call.text("state_reason")
    if issue.pull is not None:
        pulls.set_pull_state(call.world, repo, issue, sender, state)
    else:
        issues.set_state(call.world, repo, issue, sender, state, reason)


@route("PUT", f"{ISSUE}/lock")
def lock_issue(call: Call) -> Reply:
    repo, issue = numbered(call, "write", "write")
    issues.lock(call.world, repo, issue, call.user().login, call.text("lock_reason"))
    return Reply(204)


@route("DELETE", f"{ISSUE}/lock")
def unlock_issue(call: Call) -> Reply:
    repo, issue = numbered(call, "write", "write")
    issues.unlock(call.world, repo, issue, call.user().login)
    return Reply(204)


# labels


@route("GET", "/repos/{owner}/{repo}/labels")
def list_labels(call: Call) -> Reply:
    repo = call.repo("issues|pull_requests")
    return paged(call, repo.labels.values(), lambda one: label_json(call.world, repo, one))


@route("POST", "/repos/{owner}/{repo}/labels")
def create_label(call: Call) -> Reply:
    repo = call.repo("issues|pull_requests", "write", "triage")
    given = call.body
    made = issues.create_label(
        call.world, repo, str(given["name"]), given.get("color"), given.get("description")
    )
    return Reply(201, label_json(call.world, repo, made))


def _label(call: Call, repo: Repository) -> Label:
    found = call.world.label_named(repo, call.params["name"])
    if found is None:
        raise not_found()
    return found


@route("GET", "/repos/{owner}/{repo}/labels/{name}")
def get_label(call: Call) -> Reply:
    repo = call.repo("issues|pull_requests")
    return Reply(200, label_json(call.world, repo, _label(call, repo)))


@route("PATCH", "/repos/{owner}/{repo}/labels/{name}")
def update_label(call: Call) -> Reply:
    repo = call.repo("issues|pull_requests", "write", "triage")
    label = _label(call, repo)
    name, text = call.text("new_name") or label.name, call.text("description", label.description)
    issues.edit_label(call.world, repo, label, name, call.text("color"), text)
    return Reply(200, label_json(call.world, repo, label))


@route("DELETE", "/repos/{owner}/{repo}/labels/{name}")
def delete_label(call: Call) -> Reply:
    repo = call.repo("issues|pull_requests", "write", "triage")
    label = _label(call, repo)
    del repo.labels[label.id]
    for issue in repo.issues.values():
        issue.labels = [one for one in issue.labels if one != label.id]
    return Reply(204)


def _labels_reply(call: Call, repo: Repository, issue: Issue) -> Reply:
    return Reply(200, [label_json(call.world, repo, one) for one in call.world.labels_of(repo, issue)])


@route("GET", f"{ISSUE}/labels")
def list_issue_labels(call: Call) -> Reply:
    repo, issue = numbered(call)
    return paged(call, call.world.labels_of(repo, issue), lambda one: label_json(call.world, repo, one))


def _given_labels(call: Call) -> list[str]:
    raw: Any = call.body
    return _names(raw.get("labels") if isinstance(raw, dict) else raw)


@route("POST", f"{ISSUE}/labels")
def add_labels(call: Call) -> Reply:
    repo, issue = numbered(call, "write", "triage")
    issues.add_labels(call.world, repo, issue, call.user().login, _given_labels(call))
    return _labels_reply(call, repo, issue)


@route("PUT", f"{ISSUE}/labels")
def set_labels(call: Call) -> Reply:
    repo, issue = numbered(call, "write", "triage")
    issues.replace_labels(call.world, repo, issue, call.user().login, _given_labels(call))
    return _labels_reply(call, repo, issue)


@route("DELETE", f"{ISSUE}/labels")
def remove_all_labels(call: Call) -> Reply:
    repo, issue = numbered(call, "write", "triage")
    issues.replace_labels(call.world, repo, issue, call.user().login, [])
    return Reply(204)


@route("DELETE", f"{ISSUE}/labels/{{name}}")
def remove_label(call: Call) -> Reply:
    repo, issue = numbered(call, "write", "triage")
    issues.remove_label(call.world, repo, issue, call.user().login, call.params["name"])
    return _labels_reply(call, repo, issue)


# comments


@route("GET", f"{ISSUE}/comments")
def list_comments(call: Call) -> Reply:
    repo, issue = numbered(call)
    since = _when(call, "since")
    found = [one for one in issue.comments if one.updated_at >= since]
    return paged(call, found, lambda one: shapes.comment(call.world, repo, issue, one))


@route("GET", "/repos/{owner}/{repo}/issues/comments")
def list_repository_comments(call: Call) -> Reply:
    repo = call.repo("issues")
    since = _when(call, "since")
    pairs = {
        one.id: (issue, one)
        for issue in repo.issues.values()
        for one in issue.comments
        if one.updated_at >= since
    }
    found = sorted((one for _, one in pairs.values()), key=lambda one: one.id)
    return paged(call, found, lambda one: shapes.comment(call.world, repo, pairs[one.id][0], one))


@route("POST", f"{ISSUE}/comments")
def create_comment(call: Call) -> Reply:
    repo, issue = numbered(call, "write")
    if issue.locked and not _may_write(call, repo):
        raise Refusal(403, "Unable to create comment because issue is locked.")
    comment = issues.comment_on(call.world, repo, issue, call.user().login, call.text("body"))
    return Reply(201, shapes.comment(call.world, repo, issue, comment))


def _may_write(call: Call, repo: Repository) -> bool:
    # An App with write permission may speak on a locked issue, as collaborators may.
    return call.actor.kind == "installation" or access.at_least(
        call.world.role(repo, call.actor.login), "write"
    )


def _comment(call: Call, level: str = "read") -> tuple[Repository, Issue, Comment]:
    repo = call.seen()
    found = call.world.comment(repo, call.number("comment_id"))
    if found is None or found[0].deleted:
        raise not_found()
    issue, comment = found
    own = comment.author.lower() == call.actor.login.lower()
    role = "read" if level == "read" or own else "write"
    access.allow(call.world, call.actor, repo, access.conversation_permission(issue), level, role)
    return repo, issue, comment


@route("GET", COMMENT)
def get_comment(call: Call) -> Reply:
    repo, issue, comment = _comment(call)
    return Reply(200, shapes.comment(call.world, repo, issue, comment))


@route("PATCH", COMMENT)
def update_comment(call: Call) -> Reply:
    repo, issue, comment = _comment(call, "write")
    issues.edit_comment(call.world, repo, issue, comment, call.user().login, call.text("body"))
    return Reply(200, shapes.comment(call.world, repo, issue, comment))


@route("DELETE", COMMENT)
def delete_comment(call: Call) -> Reply:
    repo, issue, comment = _comment(call, "write")
    issues.delete_comment(call.world, repo, issue, comment, call.user().login)
    return Reply(204)


# reactions


def _react(call: Call, subject: Issue | Comment) -> Reply:
    found, fresh = reactions.react(call.world, subject, call.user().login, str(call.body["content"]))
    return Reply(201 if fresh else 200, reaction_json(call.world, found))


def _unreact(call: Call, subject: Issue | Comment) -> Reply:
    wanted = call.number("reaction_id")
    for found in subject.reactions:
        if found.id == wanted:
            subject.reactions.remove(found)
            return Reply(204)
    raise not_found()


def _listed(call: Call, subject: Issue | Comment) -> Reply:
    content = call.query.get("content")
    found = [one for one in subject.reactions if content in (None, one.content)]
    return paged(call, found, lambda one: reaction_json(call.world, one))


@route("GET", f"{ISSUE}/reactions")
def list_issue_reactions(call: Call) -> Reply:
    return _listed(call, numbered(call)[1])


@route("POST", f"{ISSUE}/reactions")
def react_to_issue(call: Call) -> Reply:
    return _react(call, numbered(call, "write")[1])


@route("DELETE", f"{ISSUE}/reactions/{{reaction_id}}")
def unreact_to_issue(call: Call) -> Reply:
    return _unreact(call, numbered(call, "write")[1])


@route("GET", f"{COMMENT}/reactions")
def list_comment_reactions(call: Call) -> Reply:
    return _listed(call, _comment(call)[2])


def _reactable(call: Call) -> Comment:
    repo, issue, comment = _comment(call)
    access.allow(call.world, call.actor, repo, access.conversation_permission(issue), "write", "read")
    return comment


@route("POST", f"{COMMENT}/reactions")
def react_to_comment(call: Call) -> Reply:
    return _react(call, _reactable(call))


@route("DELETE", f"{COMMENT}/reactions/{{reaction_id}}")
def unreact_to_comment(call: Call) -> Reply:
    return _unreact(call, _reactable(call))
