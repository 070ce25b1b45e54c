"""How each field of the schema is read from the world. One table, type by type;
nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox import access
from sandbox.clock import stamp
from sandbox.diffs import FileChange
from sandbox.graphql import context as ctx
from sandbox.graphql.connections import connection, lagging
from sandbox.graphql.context import Context, GitThing, RefAt, TreeRow
from sandbox.limits import budget
from sandbox.nodes import node_id
from sandbox.objects import MissingObject, Signature
from sandbox.shapes import checks as check_shapes
from sandbox.shapes import git as git_shapes
from sandbox.shapes import issues as issue_shapes
from sandbox.shapes import people, pulls, repositories
from sandbox.state import (
    CheckRun,
    Comment,
    Issue,
    Label,
    LabelEvent,
    Reaction,
    Repository,
    Review,
    ReviewComment,
    Thread,
    TitleEvent,
    User,
)

Resolver = Callable[..., Any]
CONTENT = {
    "+1": "THUMBS_UP",
    "-1": "THUMBS_DOWN",
    "laugh": "LAUGH",
    "confused": "CONFUSED",
    "heart": "HEART",
    "hooray": "HOORAY",
    "rocket": "ROCKET",
    "eyes": "EYES",
}
CONTENT_BACK = {name: content for content, name in CONTENT.items()}
PAGE = ("first", "last", "after", "before")


def page(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: arguments.get(name) for name in PAGE}


def plain(name: str) -> Resolver:
    return lambda c, o, **_: getattr(o, name)


def time_of(name: str) -> Resolver:
    return lambda c, o, **_: stamp(getattr(o, name))


def upper(value: str | None) -> str | None:
    return value.upper() if value else None


def _user(c: Context, login: str | None) -> User | None:
    return c.world.user(login) if login else None


def _home(c: Context, o: Any) -> Repository:
    return c.world.repo_of(o)


def _thread_pull(c: Context, o: Any) -> Issue:
    return _home(c, o).issues[o.pull_number]


# people


def _login(c: Context, o: User) -> str:
    # GraphQL names bots without the "[bot]" that REST appends.
    return o.login.removesuffix("[bot]") if o.kind == "Bot" else o.login


PERSON: dict[str, Resolver] = {
    "avatarUrl": lambda c, o, **_: people.account(c.world, o)["avatar_url"],
    "createdAt": time_of("created_at"),
    "databaseId": plain("id"),
    "email": lambda c, o, **_: "",
    "id": lambda c, o, **_: node_id(o.kind, o.id),
    "login": lambda c, o, **_: _login(c, o),
    "name": plain("name"),
    "resourcePath": lambda c, o, **_: f"/{o.login}",
    "updatedAt": time_of("created_at"),
    "url": lambda c, o, **_: f"{c.world.url}/{o.login}",
}

# repositories


def _issue(c: Context, repo: Repository, number: int, pull: bool) -> Issue:
    ctx.allow(c, repo, "pull_requests" if pull else "issues")
    found = repo.issues.get(number)
    if found is None or found.deleted or found.moved_to is not None or (found.pull is not None) != pull:
        kind = "PullRequest" if pull else "Issue"
        raise ctx.unresolved(f"{'a' if pull else 'an'} {kind} with the number of {number}")
    return found


def _issue_or_pull(c: Context, repo: Repository, number: int, **_: Any) -> Issue:
    found = repo.issues.get(number)
    return _issue(c, repo, number, bool(found and found.pull))


def _listed(c: Context, repo: Repository, pull: bool) -> list[Issue]:
    ctx.allow(c, repo, "pull_requests" if pull else "issues")
    return [
        one
        for one in repo.issues.values()
        if (one.pull is not None) == pull and not one.deleted and one.moved_to is None
    ]


def _with_labels(c: Context, repo: Repository, found: list[Issue], names: list[str] | None) -> list[Issue]:
    if names is None:
        return found
    wanted = {label.id for name in names if (label := c.world.label_named(repo, name))}
    return [one for one in found if wanted & set(one.labels)]


def _order(found: list[Issue], order: dict[str, Any] | None) -> list[Issue]:
    keys = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "COMMENTS": "comments"}
    if order is None:
        return found
    name = keys[order["field"]]
    found.sort(key=lambda one: len(one.comments) if name == "comments" else getattr(one, name))
    return found[::-1] if order["direction"] == "DESC" else found


def _issues(
    c: Context, repo: Repository, states: Any = None, labels: Any = None, **rest: Any
) -> dict[str, Any]:
    filters = rest.get("filterBy") or {}
    found = _with_labels(c, repo, _listed(c, repo, False), labels)
    found = _with_labels(c, repo, found, filters.get("labels"))
    states = states or filters.get("states")
    found = [one for one in found if not states or one.state.upper() in states]
    return lagging(c.world, "issues", _order(found, rest.get("orderBy")), **page(rest))


def pull_state(issue: Issue) -> str:
    merged = issue.pull is not None and issue.pull.merged_at is not None
    return "MERGED" if merged else issue.state.upper()


def _pulls(
    c: Context, repo: Repository, states: Any = None, labels: Any = None, **rest: Any
) -> dict[str, Any]:
    found = _with_labels(c, repo, _listed(c, repo, True), labels)
    found = [one for one in found if not states or pull_state(one) in states]
    for argument, field in (("headRefName", "head"), ("baseRefName", "base")):
        wanted = rest.get(argument)
        found = [one for one in found if wanted is None or getattr(one.pull, field) == wanted]
    return lagging(c.world, "pullRequests", _order(found, rest.get("orderBy")), **page(rest))


def _ref(c: Context, repo: Repository, name: str) -> RefAt | None:
    ctx.allow(c, repo, "contents")
    for full in (name, f"refs/{name}", f"refs/heads/{name}", f"refs/tags/{name}"):
        if full.startswith("refs/") and full in repo.refs:
            return RefAt(repo, full)
    return None


def _refs(
    c: Context,
    repo: Repository,
    refPrefix: str,  # noqa: N803
    query: str | None = None,
    **rest: Any,
) -> dict[str, Any]:
    ctx.allow(c, repo, "contents")
    names = sorted(name for name in repo.refs if name.startswith(refPrefix) and (query or "") in name)
    horizon = c.world.now() - c.world.lag
    names = [name for name in names if c.world.lag <= 0 or repo.ref_times.get(name, 0.0) <= horizon]
    return connection("refs", [RefAt(repo, name) for name in names], **page(rest))


def _object(
    c: Context, repo: Repository, expression: str | None = None, oid: str | None = None, **_: Any
) -> GitThing | None:
    ctx.allow(c, repo, "contents")
    name, colon, path = (expression or oid or "").partition(":")
    sha = c.world.resolve(repo, name)
    if not colon:
        found = sha or (name if c.world.store.kind(name) else None)
        return _thing(c, repo, found) if found else None
    if sha is None:
        return None
    entry = c.world.store.find(c.world.store.commit(sha).tree, path)
    return _thing(c, repo, entry.sha) if entry and entry.kind != "commit" else None


def _thing(c: Context, repo: Repository, sha: str) -> GitThing | None:
    kind = c.world.store.kind(sha)
    return GitThing(repo, sha, kind) if kind else None


def _viewer_permission(c: Context, repo: Repository, **_: Any) -> str | None:
    if c.actor.kind == "installation":
        return "WRITE" if c.actor.holds("contents", "write") else "READ"
    role = c.world.role(repo, c.actor.login)
    return None if role == "none" else role.upper()


def _label_list(c: Context, repo: Repository, query: str | None = None, **rest: Any) -> dict[str, Any]:
    found = [one for one in repo.labels.values() if (query or "").lower() in one.name.lower()]
    return connection("labels", found, **page(rest))


REPOSITORY: dict[str, Resolver] = {
    "branchProtectionRules": lambda c, o, **a: {"totalCount": len(o.protected)},
    "createdAt": time_of("created_at"),
    "databaseId": plain("id"),
    "defaultBranchRef": lambda c, o, **_: _ref(c, o, f"refs/heads/{o.default_branch}"),
    "description": plain("description"),
    "hasIssuesEnabled": plain("has_issues"),
    "id": lambda c, o, **_: node_id("Repository", o.id),
    "isArchived": plain("archived"),
    "isEmpty": lambda c, o, **_: not o.refs,
    "isFork": plain("fork"),
    "isPrivate": plain("private"),
    "issue": lambda c, o, number: _issue(c, o, number, False),
    "issueOrPullRequest": _issue_or_pull,
    "issues": _issues,
    "label": lambda c, o, name: c.world.label_named(o, name),
    "labels": _label_list,
    "name": plain("name"),
    "nameWithOwner": plain("full_name"),
    "object": _object,
    "owner": lambda c, o, **_: _user(c, o.owner),
    "pullRequest": lambda c, o, number: _issue(c, o, number, True),
    "pullRequests": _pulls,
    "pushedAt": time_of("pushed_at"),
    "ref": lambda c, o, qualifiedName: _ref(c, o, qualifiedName),  # noqa: N803
    "refs": _refs,
    "updatedAt": time_of("updated_at"),
    "url": lambda c, o, **_: repositories.html(c.world, o),
    "viewerPermission": _viewer_permission,
}

# what can be talked about


def _reactions(c: Context, o: Any, content: str | None = None, **rest: Any) -> dict[str, Any]:
    found = [one for one in o.reactions if content in (None, CONTENT[one.content])]
    mine = any(one.user == c.actor.login for one in found)
    return {**connection("reactions", found, **page(rest)), "viewerHasReacted": mine}


def _groups(c: Context, o: Any, **_: Any) -> list[dict[str, Any]]:
    def group(content: str, name: str) -> dict[str, Any]:
        found = [one for one in o.reactions if one.content == content]
        return {
            "content": name,
            "createdAt": stamp(found[0].created_at) if found else None,
            "viewerHasReacted": any(one.user == c.actor.login for one in found),
            "reactors": lambda _info, **_page: {"totalCount": len(found)},
        }

    return [group(*pair) for pair in CONTENT.items()]


def _mine(c: Context, o: Any, **_: Any) -> bool:
    return bool(o.author.lower() == c.actor.login.lower())


SPOKEN: dict[str, Resolver] = {
    "author": lambda c, o, **_: _user(c, o.author),
    "authorAssociation": lambda c, o, **_: people.association(c.world, _home(c, o), o.author),
    "body": lambda c, o, **_: o.body or "",
    "bodyText": lambda c, o, **_: o.body or "",
    "createdAt": time_of("created_at"),
    "databaseId": plain("id"),
    "editor": lambda c, o, **_: _user(c, o.editor),
    "fullDatabaseId": lambda c, o, **_: str(o.id),
    "isMinimized": lambda c, o, **_: o.minimized is not None,
    "lastEditedAt": time_of("edited_at"),
    "minimizedReason": lambda c, o, **_: o.minimized.lower() if o.minimized else None,
    "reactionGroups": _groups,
    "reactions": _reactions,
    "updatedAt": time_of("updated_at"),
    "viewerDidAuthor": _mine,
}


def _issue_labels(c: Context, o: Issue, **rest: Any) -> dict[str, Any]:
    return connection("labels", c.world.labels_of(_home(c, o), o), **page(rest))


ISSUE_LIKE: dict[str, Resolver] = {
    **SPOKEN,
    "activeLockReason": lambda c, o, **_: upper(o.lock_reason),
    "assignees": lambda c, o, **a: connection("assignees", [_user(c, one) for one in o.assignees], **page(a)),
    "closed": lambda c, o, **_: o.state == "closed",
    "closedAt": time_of("closed_at"),
    "comments": lambda c, o, **a: lagging(c.world, "comments", o.comments, **page(a)),
    "id": lambda c, o, **_: node_id("PullRequest" if o.pull else "Issue", o.id),
    "labels": _issue_labels,
    "locked": plain("locked"),
    "number": plain("number"),
    "repository": lambda c, o, **_: _home(c, o),
    "resourcePath": lambda c, o, **_: issue_shapes.issue_html(c.world, _home(c, o), o).removeprefix(
        c.world.url
    ),
    "title": plain("title"),
    "url": lambda c, o, **_: issue_shapes.issue_html(c.world, _home(c, o), o),
}


def _children(c: Context, o: Issue, **rest: Any) -> dict[str, Any]:
    return connection("subIssues", [c.world.issue_by_id(one) for one in o.children], **page(rest))


def _summary(c: Context, o: Issue, **_: Any) -> dict[str, Any]:
    told = issue_shapes.issue(c.world, _home(c, o), o)["sub_issues_summary"]
    return {
        "total": told["total"],
        "completed": told["completed"],
        "percentCompleted": told["percent_completed"],
    }


_EVENTS = {
    "LABELED_EVENT": "LabeledEvent",
    "UNLABELED_EVENT": "UnlabeledEvent",
    "RENAMED_TITLE_EVENT": "RenamedTitleEvent",
}


def _timeline(c: Context, o: Issue, **rest: Any) -> dict[str, Any]:
    """Only labels coming and going, and new titles; the other kinds of events are not kept."""
    chosen = {_EVENTS.get(one) for one in rest.get("itemTypes") or _EVENTS}
    happened: list[LabelEvent | TitleEvent] = [*o.label_events, *o.title_events]
    happened.sort(key=lambda one: one.id)
    found = [one for one in happened if type_name(one) in chosen]
    return lagging(c.world, "timelineItems", found, **page(rest))


LABEL_EVENT: dict[str, Resolver] = {
    "actor": lambda c, o, **_: _user(c, o.actor),
    "createdAt": time_of("created_at"),
    "id": lambda c, o, **_: node_id(o.kind, o.id),
    "label": lambda c, o, **_: _home(c, o).labels.get(o.label) or Label(o.label, "deleted"),
}

TITLE_EVENT: dict[str, Resolver] = {
    "actor": lambda c, o, **_: _user(c, o.actor),
    "createdAt": time_of("created_at"),
    "currentTitle": plain("after"),
    "id": lambda c, o, **_: node_id("RenamedTitleEvent", o.id),
    "previousTitle": plain("before"),
}

ISSUE: dict[str, Resolver] = {
    **ISSUE_LIKE,
    "isPinned": lambda c, o, **_: False,
    "parent": lambda c, o, **_: c.world.issue_by_id(o.parent) if o.parent else None,
    "state": lambda c, o, **_: o.state.upper(),
    "stateReason": lambda c, o, enableDuplicate=False: _reason(o, enableDuplicate),  # noqa: N803
    "subIssues": _children,
    "subIssuesSummary": _summary,
    "timelineItems": _timeline,
    "trackedIssues": lambda c, o, **a: connection("trackedIssues", [], **page(a)),
}


def _reason(issue: Issue, duplicates: bool) -> str | None:
    reason = upper(issue.state_reason)
    return "NOT_PLANNED" if reason == "DUPLICATE" and not duplicates else reason


# pull requests


def _head_thing(c: Context, o: Issue, sha: str | None) -> GitThing | None:
    return _thing(c, _home(c, o), sha) if sha else None


def _commits(c: Context, o: Issue, **rest: Any) -> dict[str, Any]:
    found = [{"pull": o, "sha": sha} for sha in pulls.compared(c.world, o)[0]]
    return connection("commits", found, **page(rest))


def _files(c: Context, o: Issue, **rest: Any) -> dict[str, Any]:
    return connection("files", pulls.compared(c.world, o)[1], **page(rest))


def _review_list(c: Context, o: Issue, states: Any = None, author: Any = None, **rest: Any) -> dict[str, Any]:
    found = [one for one in pulls.pull_of(o).reviews if one.state != "PENDING" or _mine(c, one)]
    found = [one for one in found if not states or one.state in states]
    found = [one for one in found if not author or one.author.lower() == author.lower()]
    return lagging(c.world, "reviews", found, **page(rest))


def _latest(o: Issue) -> list[Review]:
    found = [one for one in pulls.pull_of(o).reviews if one.state not in ("PENDING", "COMMENTED")]
    return list({one.author: one for one in found}.values())


def _decision(c: Context, o: Issue, **_: Any) -> str | None:
    states = {
        one.state for one in _latest(o) if access.at_least(c.world.role(_home(c, o), one.author), "write")
    }
    for state in ("CHANGES_REQUESTED", "APPROVED"):
        if state in states:
            return state
    return None


def _threads(c: Context, o: Issue, **rest: Any) -> dict[str, Any]:
    found = [one for one in pulls.pull_of(o).threads if not all(talk.pending for talk in one.comments)]
    return connection("reviewThreads", found, **page(rest))


def _mergeable(c: Context, o: Issue, **_: Any) -> str:
    return {True: "MERGEABLE", False: "CONFLICTING", None: "UNKNOWN"}[pulls.mergeable(c.world, o)]


def _counted(field: str) -> Resolver:
    return lambda c, o, **_: sum(getattr(one, field) for one in pulls.compared(c.world, o)[1])


PULL: dict[str, Resolver] = {
    **ISSUE_LIKE,
    "additions": _counted("additions"),
    "baseRef": lambda c, o, **_: _ref(c, _home(c, o), f"refs/heads/{o.pull.base}"),
    "baseRefName": lambda c, o, **_: o.pull.base,
    "baseRefOid": lambda c, o, **_: o.pull.base_sha,
    "baseRepository": lambda c, o, **_: _home(c, o),
    "changedFiles": lambda c, o, **_: len(pulls.compared(c.world, o)[1]),
    "commits": _commits,
    "deletions": _counted("deletions"),
    "files": _files,
    "headRef": lambda c, o, **_: _ref(c, _home(c, o), f"refs/heads/{o.pull.head}"),
    "headRefName": lambda c, o, **_: o.pull.head,
    "headRefOid": lambda c, o, **_: o.pull.head_sha,
    "headRepository": lambda c, o, **_: _home(c, o),
    "isCrossRepository": lambda c, o, **_: False,
    "isDraft": lambda c, o, **_: o.pull.draft,
    "latestReviews": lambda c, o, **a: connection("latestReviews", _latest(o), **page(a)),
    "maintainerCanModify": lambda c, o, **_: o.pull.maintainer_can_modify,
    "mergeCommit": lambda c, o, **_: _head_thing(c, o, o.pull.merge_sha),
    "mergeable": _mergeable,
    "merged": lambda c, o, **_: o.pull.merged_at is not None,
    "mergedAt": lambda c, o, **_: stamp(o.pull.merged_at),
    "mergedBy": lambda c, o, **_: _user(c, o.pull.merged_by),
    "permalink": ISSUE_LIKE["url"],
    "reviewDecision": _decision,
    "reviewThreads": _threads,
    "reviews": _review_list,
    "state": lambda c, o, **_: pull_state(o),
    "timelineItems": _timeline,
}

PULL_COMMIT: dict[str, Resolver] = {
    "commit": lambda c, o, **_: _head_thing(c, o["pull"], o["sha"]),
    "id": lambda c, o, **_: node_id("Commit", f"{o['pull'].repo_id}:{o['sha']}"),
    "url": lambda c, o, **_: (
        f"{issue_shapes.issue_html(c.world, _home(c, o['pull']), o['pull'])}/commits/{o['sha']}"
    ),
}

FILE: dict[str, Resolver] = {
    "additions": plain("additions"),
    "changeType": lambda c, o, **_: {"removed": "DELETED"}.get(o.status, o.status.upper()),
    "deletions": plain("deletions"),
    "path": plain("path"),
}


def _review_comments(c: Context, o: Review, **rest: Any) -> dict[str, Any]:
    threads = pulls.pull_of(_thread_pull(c, o)).threads
    found = [one for thread in threads for one in thread.comments if one.review_id == o.id]
    return connection("comments", found, **page(rest))


REVIEW: dict[str, Resolver] = {
    **SPOKEN,
    "comments": _review_comments,
    "commit": lambda c, o, **_: _thing(c, _home(c, o), o.commit_id),
    "id": lambda c, o, **_: node_id("PullRequestReview", o.id),
    "pullRequest": lambda c, o, **_: _thread_pull(c, o),
    "state": plain("state"),
    "submittedAt": time_of("submitted_at"),
    "updatedAt": time_of("created_at"),
    "url": lambda c, o, **_: pulls.review(c.world, _home(c, o), _thread_pull(c, o), o)["html_url"],
}


def _thread(c: Context, o: ReviewComment) -> Thread:
    return next(one for one in pulls.pull_of(_thread_pull(c, o)).threads if one.id == o.thread_id)


def _line_url(c: Context, o: ReviewComment, **_: Any) -> str:
    shown = pulls.review_comment(c.world, _home(c, o), _thread_pull(c, o), _thread(c, o), o)
    return str(shown["html_url"])


def _reply_to(c: Context, o: ReviewComment, **_: Any) -> ReviewComment | None:
    return next((one for one in _thread(c, o).comments if one.id == o.in_reply_to), None)


def _by_review(c: Context, o: ReviewComment, **_: Any) -> Review | None:
    return next((one for one in pulls.pull_of(_thread_pull(c, o)).reviews if one.id == o.review_id), None)


LINE_COMMENT: dict[str, Resolver] = {
    **SPOKEN,
    "commit": lambda c, o, **_: _thing(c, _home(c, o), o.commit_id),
    "diffHunk": plain("diff_hunk"),
    "id": lambda c, o, **_: node_id("PullRequestReviewComment", o.id),
    "line": lambda c, o, **_: None if _thread(c, o).outdated else _thread(c, o).line,
    "originalCommit": lambda c, o, **_: _thing(c, _home(c, o), o.original_commit_id),
    "originalLine": lambda c, o, **_: _thread(c, o).line,
    "outdated": lambda c, o, **_: _thread(c, o).outdated,
    "path": lambda c, o, **_: _thread(c, o).path,
    "pullRequest": lambda c, o, **_: _thread_pull(c, o),
    "pullRequestReview": _by_review,
    "replyTo": _reply_to,
    "startLine": lambda c, o, **_: _thread(c, o).start_line,
    "state": lambda c, o, **_: "PENDING" if o.pending else "SUBMITTED",
    "subjectType": lambda c, o, **_: _thread(c, o).subject_type.upper(),
    "url": _line_url,
}


def _may_write(c: Context, o: Any, **_: Any) -> bool:
    if c.actor.kind == "installation":
        return c.actor.holds("pull_requests", "write")
    return access.at_least(c.world.role(_home(c, o), c.actor.login), "write")


def _thread_comments(c: Context, o: Thread, **a: Any) -> dict[str, Any]:
    return lagging(c.world, "comments", o.comments[a.get("skip") or 0 :], **page(a))


THREAD: dict[str, Resolver] = {
    "comments": _thread_comments,
    "diffSide": plain("side"),
    "id": lambda c, o, **_: node_id("PullRequestReviewThread", o.id),
    "isOutdated": plain("outdated"),
    "isResolved": lambda c, o, **_: o.resolved_by is not None,
    "line": lambda c, o, **_: None if o.outdated else o.line,
    "originalLine": plain("line"),
    "path": plain("path"),
    "pullRequest": lambda c, o, **_: _thread_pull(c, o),
    "repository": lambda c, o, **_: _home(c, o),
    "resolvedBy": lambda c, o, **_: _resolver(c, o),
    "startLine": plain("start_line"),
    "subjectType": lambda c, o, **_: o.subject_type.upper(),
    "viewerCanReply": _may_write,
    "viewerCanResolve": lambda c, o, **_: _may_write(c, o) and not o.resolved_by,
    "viewerCanUnresolve": lambda c, o, **_: _may_write(c, o) and bool(o.resolved_by),
}


def _resolver(c: Context, o: Thread) -> User | None:
    # The schema speaks of a User: a thread that a bot resolved shows nobody.
    found = _user(c, o.resolved_by)
    return found if found and found.kind == "User" else None


def _comment_issue(c: Context, o: Comment) -> Issue:
    return _home(c, o).issues[o.issue_number]


COMMENT: dict[str, Resolver] = {
    **SPOKEN,
    "id": lambda c, o, **_: node_id("IssueComment", o.id),
    "issue": lambda c, o, **_: _comment_issue(c, o),
    "pullRequest": lambda c, o, **_: _comment_issue(c, o) if _comment_issue(c, o).pull else None,
    "repository": lambda c, o, **_: _home(c, o),
    "url": lambda c, o, **_: issue_shapes.comment(c.world, _home(c, o), _comment_issue(c, o), o)["html_url"],
}

LABEL: dict[str, Resolver] = {
    "color": plain("color"),
    "createdAt": lambda c, o, **_: None,
    "description": plain("description"),
    "id": lambda c, o, **_: node_id("Label", o.id),
    "isDefault": plain("default"),
    "name": plain("name"),
    "updatedAt": lambda c, o, **_: None,
    "url": lambda c, o, **_: f"{c.world.url}/labels/{o.name}",
}

REACTION: dict[str, Resolver] = {
    "content": lambda c, o, **_: CONTENT[o.content],
    "createdAt": time_of("created_at"),
    "databaseId": plain("id"),
    "id": lambda c, o, **_: node_id("Reaction", o.id),
    "user": lambda c, o, **_: found if (found := _user(c, o.user)) and found.kind == "User" else None,
}

# git

OBJECT: dict[str, Resolver] = {
    "abbreviatedOid": lambda c, o, **_: o.sha[:7],
    "id": lambda c, o, **_: node_id(o.kind.capitalize(), f"{o.repo.id}:{o.sha}"),
    "oid": plain("sha"),
    "repository": plain("repo"),
}


def _blob_text(c: Context, o: GitThing, **_: Any) -> str | None:
    data = c.world.store.blob(o.sha)
    return None if b"\0" in data[:8000] else data[:512_000].decode("utf-8", "replace")


BLOB: dict[str, Resolver] = {
    **OBJECT,
    "byteSize": lambda c, o, **_: len(c.world.store.blob(o.sha)),
    "isBinary": lambda c, o, **_: b"\0" in c.world.store.blob(o.sha)[:8000],
    "isTruncated": lambda c, o, **_: len(c.world.store.blob(o.sha)) > 512_000,
    "text": _blob_text,
}

TREE: dict[str, Resolver] = {
    **OBJECT,
    "entries": lambda c, o, **_: [
        TreeRow(o.repo, name, name, entry) for name, entry in c.world.store.tree(o.sha).items()
    ],
}


def _row_size(c: Context, o: TreeRow, **_: Any) -> int:
    return len(c.world.store.blob(o.entry.sha)) if o.entry.kind == "blob" else 0


ROW: dict[str, Resolver] = {
    "mode": lambda c, o, **_: int(o.entry.mode, 8),
    "name": plain("name"),
    "object": lambda c, o, **_: _thing(c, o.repo, o.entry.sha),
    "oid": lambda c, o, **_: o.entry.sha,
    "path": plain("path"),
    "size": _row_size,
    "type": lambda c, o, **_: o.entry.kind,
}


def _person(c: Context, signature: Signature) -> dict[str, Any]:
    found = _user(c, git_shapes.login_of(c.world, signature))
    # The schema speaks of a User: a bot is shown as if it were one, under the login that REST has for it.
    who = replace(found, kind="User") if found and found.kind == "Bot" else found
    return {"name": signature.name, "email": signature.email, "date": stamp(signature.time), "user": who}


def _changes(c: Context, o: GitThing) -> list[FileChange]:
    return git_shapes.commit_files(c.world, o.repo, o.sha)


def _history(c: Context, o: GitThing, path: str | None = None, **rest: Any) -> dict[str, Any]:
    commits = [sha for sha in c.world.store.ancestors(o.sha) if path is None or _touches(c, sha, path)]
    return connection("history", [GitThing(o.repo, sha, "commit") for sha in commits], **page(rest))


def _touches(c: Context, sha: str, path: str) -> bool:
    """Whether the commit has something else at the path than every parent of it."""
    store = c.world.store
    commit = store.commit(sha)
    before = [store.find(store.commit(parent).tree, path) for parent in commit.parents if parent in store]
    there = store.find(commit.tree, path)
    return all(one != there for one in before) if before else there is not None


def _parents(c: Context, o: GitThing, **rest: Any) -> dict[str, Any]:
    found = [GitThing(o.repo, sha, "commit") for sha in ctx.git_commit(c, o).parents if sha in c.world.store]
    return connection("parents", found, **page(rest))


def _signature(c: Context, o: GitThing, **_: Any) -> dict[str, Any] | None:
    if not ctx.git_commit(c, o).signed:
        return None
    return {"isValid": True, "state": "VALID", "wasSignedByGitHub": True}


def _suites(c: Context, o: GitThing, **rest: Any) -> dict[str, Any]:
    ctx.allow(c, o.repo, "checks")
    runs = [one for one in o.repo.check_runs.values() if one.head_sha == o.sha]
    return connection("checkSuites", [runs] if runs else [], **page(rest))


COMMIT: dict[str, Resolver] = {
    **OBJECT,
    "additions": lambda c, o, **_: sum(one.additions for one in _changes(c, o)),
    "author": lambda c, o, **_: _person(c, ctx.git_commit(c, o).author),
    "authoredDate": lambda c, o, **_: stamp(ctx.git_commit(c, o).author.time),
    "changedFilesIfAvailable": lambda c, o, **_: len(_changes(c, o)),
    "checkSuites": _suites,
    "committedDate": lambda c, o, **_: stamp(ctx.git_commit(c, o).committer.time),
    "committer": lambda c, o, **_: _person(c, ctx.git_commit(c, o).committer),
    "deletions": lambda c, o, **_: sum(one.deletions for one in _changes(c, o)),
    "history": _history,
    "message": lambda c, o, **_: ctx.git_commit(c, o).message,
    "messageBody": lambda c, o, **_: ctx.git_commit(c, o).message.partition("\n\n")[2].rstrip("\n"),
    "messageHeadline": lambda c, o, **_: ctx.git_commit(c, o).message.partition("\n")[0],
    "parents": _parents,
    "signature": _signature,
    "tree": lambda c, o, **_: GitThing(o.repo, ctx.git_commit(c, o).tree, "tree"),
    "url": lambda c, o, **_: f"{repositories.html(c.world, o.repo)}/commit/{o.sha}",
}


def _target(c: Context, o: RefAt, **_: Any) -> GitThing | None:
    try:
        return GitThing(o.repo, o.repo.refs[o.name], "commit")
    except (KeyError, MissingObject):
        return None


REF: dict[str, Resolver] = {
    "id": lambda c, o, **_: node_id("Ref", f"{o.repo.id}:{o.name}"),
    "name": lambda c, o, **_: o.name.removeprefix("refs/heads/").removeprefix("refs/tags/"),
    "prefix": lambda c, o, **_: "/".join(o.name.split("/")[:2]) + "/",
    "repository": plain("repo"),
    "target": _target,
}

# checks

CHECK: dict[str, Resolver] = {
    "annotations": lambda c, o, **a: connection("annotations", o.annotations, **page(a)),
    "completedAt": time_of("completed_at"),
    "conclusion": lambda c, o, **_: upper(o.conclusion),
    "databaseId": plain("id"),
    "detailsUrl": plain("details_url"),
    "externalId": plain("external_id"),
    "id": lambda c, o, **_: node_id("CheckRun", o.id),
    "name": plain("name"),
    "startedAt": time_of("started_at"),
    "status": lambda c, o, **_: o.status.upper(),
    "summary": plain("summary"),
    "text": plain("text"),
    "title": plain("title"),
    "url": lambda c, o, **_: check_shapes.check_run(c.world, _home(c, o), o)["html_url"],
}

SUITE: dict[str, Resolver] = {
    "checkRuns": lambda c, o, **a: _runs(c, o, **a),
    "conclusion": lambda c, o, **_: upper(o[-1].conclusion),
    "databaseId": lambda c, o, **_: check_shapes.suite_id(o[-1]) % 2**31,
    "id": lambda c, o, **_: node_id("CheckSuite", check_shapes.suite_id(o[-1])),
    "status": lambda c, o, **_: o[-1].status.upper(),
}


def _runs(c: Context, runs: list[CheckRun], **rest: Any) -> dict[str, Any]:
    filters = rest.get("filterBy") or {}
    found = [one for one in runs if filters.get("checkName") in (None, one.name)]
    return lagging(c.world, "checkRuns", found, **page(rest))


ANNOTATION: dict[str, Resolver] = {
    "annotationLevel": lambda c, o, **_: upper(o["annotation_level"]),
    "message": lambda c, o, **_: o["message"],
    "path": lambda c, o, **_: o["path"],
    "title": lambda c, o, **_: o.get("title"),
}

# the query itself


def _rate(c: Context, o: Any, **_: Any) -> dict[str, Any]:
    now = budget(c.world, c.actor)
    told = {name: now[name] for name in ("limit", "remaining", "used")}
    return {**told, "cost": 1, "nodeCount": 1, "resetAt": stamp(now["reset"])}


def _node(c: Context, text: str) -> Any:
    found, repo = ctx.find_node(c, text)
    if isinstance(found, Issue):
        ctx.talk(c, repo, found)
    return found


def _viewer(c: Context, o: Any, **_: Any) -> User | None:
    return _user(c, c.actor.login)


def _query_user(c: Context, o: Any, login: str, **_: Any) -> User:
    found = c.world.user(login)
    if found is None or found.kind != "User":
        raise ctx.unresolved(f"a User with the login of '{login}'")
    return found


QUERY: dict[str, Resolver] = {
    "node": lambda c, o, id: _node(c, id),
    "nodes": lambda c, o, ids: [_node(c, one) for one in ids],
    "rateLimit": _rate,
    "repository": lambda c, o, owner, name, **_: ctx.repository(c, owner, name),
    "user": _query_user,
    "viewer": _viewer,
}

TYPES: dict[str, dict[str, Resolver]] = {
    "Query": QUERY,
    "Repository": REPOSITORY,
    "User": PERSON,
    "Bot": PERSON,
    "Organization": PERSON,
    "Issue": ISSUE,
    "PullRequest": PULL,
    "PullRequestCommit": PULL_COMMIT,
    "PullRequestChangedFile": FILE,
    "PullRequestReview": REVIEW,
    "PullRequestReviewComment": LINE_COMMENT,
    "PullRequestReviewThread": THREAD,
    "IssueComment": COMMENT,
    "Label": LABEL,
    "LabeledEvent": LABEL_EVENT,
    "UnlabeledEvent": LABEL_EVENT,
    "RenamedTitleEvent": TITLE_EVENT,
    "Reaction": REACTION,
    "Blob": BLOB,
    "Tree": TREE,
    "TreeEntry": ROW,
    "Commit": COMMIT,
    "Ref": REF,
    "CheckRun": CHECK,
    "CheckSuite": SUITE,
    "CheckAnnotation": ANNOTATION,
}

_NAMES: dict[type, str] = {
    Repository: "Repository",
    Comment: "IssueComment",
    Label: "Label",
    Reaction: "Reaction",
    Review: "PullRequestReview",
    ReviewComment: "PullRequestReviewComment",
    Thread: "PullRequestReviewThread",
    RefAt: "Ref",
    CheckRun: "CheckRun",
    TitleEvent: "RenamedTitleEvent",
}


def type_name(value: Any) -> str:
    """The GraphQL type of a record, for interfaces and unions."""
    if isinstance(value, Issue):
        return "PullRequest" if value.pull else "Issue"
    if isinstance(value, User | LabelEvent):
        return value.kind
    if isinstance(value, GitThing):
        return value.kind.capitalize()
    if isinstance(value, dict) and "wasSignedByGitHub" in value:
        return "GpgSignature"
    return _NAMES[type(value)]


__all__ = ["CONTENT_BACK", "TYPES", "type_name"]
