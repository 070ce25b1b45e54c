"""Issues and their comments as JSON."""

from __future__ import annotations

from typing import Any

from sandbox.clock import stamp
from sandbox.nodes import node_id
from sandbox.shapes import people
from sandbox.shapes.repositories import api, html, label, rollup
from sandbox.state import Comment, Issue, Repository
from sandbox.world import World

Json = dict[str, Any]


def issue_html(world: World, repo: Repository, issue: Issue) -> str:
    return f"{html(world, repo)}/{'pull' if issue.pull else 'issues'}/{issue.number}"


def _open_among(world: World, numbers: list[int]) -> int:
    found = (world.issue_by_id(number) for number in numbers)
    return sum(one is not None and one.state == "open" for one in found)


def _sub_issues(world: World, issue: Issue) -> Json:
    total = len(issue.children)
    completed = total - _open_among(world, issue.children)
    return {
        "total": total,
        "completed": completed,
        "percent_completed": completed * 100 // total if total else 0,
    }


def _dependencies(world: World, issue: Issue) -> Json:
    blocking = [one.id for one in world.issues() if issue.id in one.blocked_by]
    return {
        "blocked_by": _open_among(world, issue.blocked_by),
        "blocking": _open_among(world, blocking),
        "total_blocked_by": len(issue.blocked_by),
        "total_blocking": len(blocking),
    }


def _parent_url(world: World, issue: Issue) -> str | None:
    parent = world.issue_by_id(issue.parent) if issue.parent else None
    return f"{api(world, world.repo_of(parent))}/issues/{parent.number}" if parent else None


def _pull_links(world: World, repo: Repository, issue: Issue) -> Json:
    if issue.pull is None:
        return {}
    page = issue_html(world, repo, issue)
    links = {
        "url": f"{api(world, repo)}/pulls/{issue.number}",
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "merged_at": stamp(issue.pull.merged_at),
    }
    return {"draft": issue.pull.draft, "pull_request": links}


def issue(world: World, repo: Repository, found: Issue) -> Json:
    url = f"{api(world, repo)}/issues/{found.number}"
    return {
        "url": url,
        "repository_url": api(world, repo),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": issue_html(world, repo, found),
        "id": found.id,
        "node_id": node_id("PullRequest" if found.pull else "Issue", found.id),
        "number": found.number,
        "title": found.title,
        "user": people.user(world, found.author),
        "labels": [label(world, repo, one) for one in world.labels_of(repo, found)],
        "state": found.state,
        "locked": found.locked,
        "assignees": [people.user(world, login) for login in found.assignees],
        "milestone": None,
        "comments": len(found.comments),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "closed_at": stamp(found.closed_at),
        "author_association": people.association(world, repo, found.author),
        "type": None,
        "active_lock_reason": found.lock_reason,
        "sub_issues_summary": _sub_issues(world, found),
        "issue_dependencies_summary": _dependencies(world, found),
        "parent_issue_url": _parent_url(world, found),
        **_pull_links(world, repo, found),
        "body": found.body,
        "closed_by": people.user(world, found.closed_by),
        "reactions": rollup(url, found.reactions),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": people.app(world) if world.is_bot(found.author) else None,
        "state_reason": found.state_reason,
    }


def comment(world: World, repo: Repository, parent: Issue, found: Comment) -> Json:
    url = f"{api(world, repo)}/issues/comments/{found.id}"
    minimized = {"reason": found.minimized.lower()} if found.minimized else None
    return {
        "url": url,
        "html_url": f"{issue_html(world, repo, parent)}#issuecomment-{found.id}",
        "issue_url": f"{api(world, repo)}/issues/{parent.number}",
        "id": found.id,
        "node_id": node_id("IssueComment", found.id),
        "user": people.user(world, found.author),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "author_association": people.association(world, repo, found.author),
        "body": found.body,
        "reactions": rollup(url, found.reactions),
        "performed_via_github_app": people.app(world) if world.is_bot(found.author) else None,
        **({"minimized": minimized} if minimized else {}),
    }
