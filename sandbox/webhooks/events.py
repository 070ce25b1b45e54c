"""Turns what happened into signed deliveries in the world's outbox; it sends nothing itself."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from sandbox.clock import stamp
from sandbox.nodes import node_id
from sandbox.shapes import checks, git, issues, people, pulls, repositories
from sandbox.shapes.people import Json
from sandbox.state import (
    CheckRun,
    Comment,
    Delivery,
    Installation,
    Issue,
    Repository,
    Review,
    ReviewComment,
    Thread,
)
from sandbox.world import World

HOOK_ID = 440_001
PUSH_COMMITS = 20
LINE_FIELDS = (
    "line",
    "original_line",
    "original_position",
    "original_start_line",
    "position",
    "start_line",
    "start_side",
)


def signature(secret: str, payload: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()


def _headers(world: World, event: str, guid: str, payload: bytes) -> dict[str, str]:
    sha1 = hmac.new(world.app.webhook_secret.encode(), payload, hashlib.sha1).hexdigest()
    return {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/5a4d0c1",
        "X-GitHub-Delivery": guid,
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": str(HOOK_ID),
        "X-GitHub-Hook-Installation-Target-ID": str(world.app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        "X-Hub-Signature": "sha1=" + sha1,
        "X-Hub-Signature-256": signature(world.app.webhook_secret, payload),
    }


def _post(
    world: World,
    event: str,
    action: str | None,
    body: Json,
    installation: Installation | None,
    repo: Repository | None,
) -> Delivery:
    payload = json.dumps(body, separators=(",", ":")).encode()
    guid = world.next_guid()
    delivery = Delivery(
        id=world.next_id("delivery"),
        guid=guid,
        event=event,
        action=action,
        payload=payload,
        headers=_headers(world, event, guid, payload),
        delivered_at=world.now(),
        installation_id=installation.id if installation else None,
        repository_id=repo.id if repo else None,
    )
    world.state.deliveries.append(delivery)
    world.outbox.append(delivery)
    return delivery


def announce(
    world: World, repo: Repository, event: str, action: str | None, sender: str, parts: Json
) -> None:
    """Queue one repository event, if the App is installed there and asked for such events."""
    installation = world.installation_of(repo)
    if installation is None or installation.suspended_at is not None or event not in installation.events:
        return
    body: Json = {"action": action} if action else {}
    body |= parts
    body["repository"] = event_repository(world, repo)
    body["sender"] = people.user(world, sender)
    body["installation"] = {"id": installation.id, "node_id": node_id("Installation", installation.id)}
    _post(world, event, action, body, installation, repo)


def ping(world: World) -> Delivery:
    config = {
        "content_type": "json",
        "insecure_ssl": "0",
        "secret": "********",
        "url": world.app.webhook_url or "",
    }
    hook = {
        "type": "App",
        "id": HOOK_ID,
        "name": "web",
        "active": True,
        "events": world.app.events,
        "config": config,
        "created_at": stamp(world.bot.created_at),
        "updated_at": stamp(world.bot.created_at),
        "app_id": world.app.id,
        "deliveries_url": f"{world.url}/app/hook/deliveries",
    }
    return _post(
        world,
        "ping",
        None,
        {"zen": "Keep it logically awesome.", "hook_id": HOOK_ID, "hook": hook},
        None,
        None,
    )


def installation_event(world: World, found: Installation, action: str) -> None:
    body: Json = {
        "action": action,
        "installation": people.installation(world, found),
        "sender": people.user(world, found.owner),
    }
    if action in ("created", "deleted"):
        listed = world.installed_repositories(found)
        body["repositories"] = [repositories.brief(world, repo) for repo in listed]
        body["requester"] = None
    _post(world, "installation", action, body, found, None)


def selection_event(
    world: World, found: Installation, added: list[Repository], removed: list[Repository]
) -> None:
    """An installation may see other repositories from now on; one event for each direction."""
    for action, more, fewer in (("added", added, []), ("removed", [], removed)):
        if more or fewer:
            body: Json = {
                "action": action,
                "installation": people.installation(world, found),
                "sender": people.user(world, found.owner),
                "repository_selection": "all" if found.everything else "selected",
                "repositories_added": [repositories.brief(world, one) for one in more],
                "repositories_removed": [repositories.brief(world, one) for one in fewer],
                "requester": None,
            }
            _post(world, "installation_repositories", action, body, found, None)


def event_repository(world: World, repo: Repository) -> Json:
    # Events are not versioned with the REST API: they still carry what its newest version has dropped.
    return {**repositories.repository(world, repo), "has_downloads": False}


def issue_event(world: World, repo: Repository, issue: Issue, action: str, sender: str, **parts: Any) -> None:
    """An `issues` or `pull_request` event, whichever the number is."""
    if issue.pull is None:
        announce(world, repo, "issues", action, sender, {"issue": issue_body(world, repo, issue), **parts})
    else:
        pull_event(world, repo, issue, action, sender, **parts)


def issue_body(world: World, repo: Repository, issue: Issue) -> Json:
    shown = issues.issue(world, repo, issue)
    return {**shown, "assignee": shown["assignees"][0] if shown["assignees"] else None}


def pull_body(world: World, repo: Repository, issue: Issue) -> Json:
    return _webhook_pull(pulls.pull_request(world, repo, issue), issue)


def _webhook_pull(shown: Json, issue: Issue) -> Json:
    merge = issue.pull.merge_sha if issue.pull else None
    ends = {
        end: {**shown[end], "repo": {**shown[end]["repo"], "has_downloads": False}}
        for end in ("head", "base")
    }
    first = shown["assignees"][0] if shown["assignees"] else None
    return {**shown, **ends, "assignee": first, "merge_commit_sha": merge}


def pull_event(world: World, repo: Repository, issue: Issue, action: str, sender: str, **parts: Any) -> None:
    body = {"number": issue.number, "pull_request": pull_body(world, repo, issue), **parts}
    announce(world, repo, "pull_request", action, sender, body)


def comment_event(
    world: World, repo: Repository, issue: Issue, comment: Comment, action: str, sender: str, **parts: Any
) -> None:
    body = {
        "issue": issue_body(world, repo, issue),
        "comment": {"performed_via_github_app": None, **issues.comment(world, repo, issue, comment)},
        **parts,
    }
    announce(world, repo, "issue_comment", action, sender, body)


def review_event(
    world: World, repo: Repository, issue: Issue, review: Review, action: str, sender: str, **parts: Any
) -> None:
    shown = pulls.review(world, repo, issue, review)
    # REST writes review states in capitals, events in small letters.
    shown["state"] = review.state.lower()
    shown.setdefault("submitted_at", None)
    body = {"review": shown, "pull_request": _webhook_pull(pulls.simple(world, repo, issue), issue), **parts}
    announce(world, repo, "pull_request_review", action, sender, body)


def review_comment_event(
    world: World,
    repo: Repository,
    issue: Issue,
    thread: Thread,
    comment: ReviewComment,
    action: str,
    sender: str,
    **parts: Any,
) -> None:
    shown = pulls.review_comment(world, repo, issue, thread, comment)
    for key in LINE_FIELDS:
        shown.setdefault(key, None)
    body = {"comment": shown, "pull_request": _webhook_pull(pulls.simple(world, repo, issue), issue), **parts}
    announce(world, repo, "pull_request_review_comment", action, sender, body)


def thread_event(
    world: World, repo: Repository, issue: Issue, thread: Thread, action: str, sender: str
) -> None:
    blank = dict.fromkeys(LINE_FIELDS)
    comments = [{**blank, **pulls.review_comment(world, repo, issue, thread, one)} for one in thread.comments]
    body = {
        "thread": {"node_id": node_id("PullRequestReviewThread", thread.id), "comments": comments},
        "pull_request": _webhook_pull(pulls.simple(world, repo, issue), issue),
    }
    announce(world, repo, "pull_request_review_thread", action, sender, body)


def check_event(
    world: World, repo: Repository, run: CheckRun, action: str, sender: str, **parts: Any
) -> None:
    announce(
        world, repo, "check_run", action, sender, {"check_run": checks.event_run(world, repo, run), **parts}
    )


def _push_commit(world: World, repo: Repository, sha: str) -> Json:
    found = world.store.commit(sha)
    changed = git.commit_files(world, repo, sha)
    author = {"name": found.author.name, "email": found.author.email}
    login = git.login_of(world, found.author)
    return {
        "id": sha,
        "tree_id": found.tree,
        "distinct": True,
        "message": found.message,
        "timestamp": stamp(found.committer.time),
        "url": f"{repositories.html(world, repo)}/commit/{sha}",
        "author": {**author, **({"username": login} if login else {})},
        "committer": {"name": found.committer.name, "email": found.committer.email},
        "added": [one.path for one in changed if one.status in ("added", "renamed")],
        "removed": [one.path for one in changed if one.status == "removed"],
        "modified": [one.path for one in changed if one.status == "modified"],
    }


def push_event(
    world: World, repo: Repository, ref: str, before: str | None, after: str | None, sender: str, forced: bool
) -> None:
    zero = "0" * 40
    fresh = world.store.commits_between(before, after)[-PUSH_COMMITS:] if before and after else []
    head = _push_commit(world, repo, after) if after else None
    user = world.user(sender)
    between = f"{(before or zero)[:12]}...{(after or zero)[:12]}"
    body = {
        "ref": ref,
        "before": before or zero,
        "after": after or zero,
        "created": before is None,
        "deleted": after is None,
        "forced": forced,
        "base_ref": None,
        "compare": f"{repositories.html(world, repo)}/compare/{between}",
        "commits": [_push_commit(world, repo, sha) for sha in fresh],
        "head_commit": head,
        "pusher": {"name": sender, "email": user.email if user else None},
    }
    announce(world, repo, "push", None, sender, body)
