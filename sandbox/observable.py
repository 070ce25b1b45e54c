"""What people can see of a repository, as plain data without ids or times, for comparing end states."""

from __future__ import annotations

from typing import Any

from sandbox.objects import MissingObject
from sandbox.state import CheckRun, Issue, Reaction, Repository
from sandbox.world import World


def observable(world: World, full_name: str) -> dict[str, Any]:
    """Issues, pull requests, refs and check runs of one repository; two equal dicts look the same to people.

    Shape: {"issues": [...], "pulls": [...], "refs": {ref: tree sha}, "checks": [...]}; issue and pull
    numbers are left out, order of comments is kept.
    """
    repo = world.repository(full_name)
    if repo is None:
        raise KeyError(full_name)
    live = [issue for issue in repo.issues.values() if not issue.deleted and issue.moved_to is None]
    issues = [_issue(world, repo, issue) for issue in live if issue.pull is None]
    pulls = [_pull(world, repo, issue) for issue in live if issue.pull is not None]
    return {
        "issues": sorted(issues, key=lambda one: (one["title"], one["body"] or "")),
        "pulls": sorted(pulls, key=lambda one: (one["head"], one["title"], one["state"])),
        "refs": {ref: _tree(world, sha) for ref, sha in sorted(repo.refs.items())},
        "checks": sorted(
            (_check(run, world) for run in repo.check_runs.values()), key=lambda one: (one["name"], str(one))
        ),
    }


def _reactions(reactions: list[Reaction]) -> list[tuple[str, str]]:
    return sorted((one.user, one.content) for one in reactions)


def _title_of(world: World, number: int) -> str:
    issue = world.issue_by_id(number)
    return issue.title if issue else "?"


def _issue(world: World, repo: Repository, issue: Issue) -> dict[str, Any]:
    return {
        "title": issue.title,
        "body": issue.body,
        "state": issue.state,
        "state_reason": issue.state_reason,
        "locked": issue.locked,
        "author": issue.author,
        "labels": sorted(label.name for label in world.labels_of(repo, issue)),
        "assignees": sorted(issue.assignees),
        "reactions": _reactions(issue.reactions),
        "comments": [
            {
                "author": comment.author,
                "body": comment.body,
                "reactions": _reactions(comment.reactions),
                "minimized": comment.minimized,
            }
            for comment in issue.comments
        ],
        "parent": _title_of(world, issue.parent) if issue.parent else None,
        "children": [_title_of(world, child) for child in issue.children],
        "blocked_by": sorted(_title_of(world, other) for other in issue.blocked_by),
    }


def _pull(world: World, repo: Repository, issue: Issue) -> dict[str, Any]:
    pull = issue.pull
    assert pull is not None
    return {
        **_issue(world, repo, issue),
        "head": pull.head,
        "base": pull.base,
        "draft": pull.draft,
        "merged": pull.merged_at is not None,
        "files": _files(world, pull.head_sha),
        "reviews": [(one.author, one.state, one.body, _reactions(one.reactions)) for one in pull.reviews],
        "threads": [
            (
                thread.path,
                thread.line,
                bool(thread.resolved_by),
                [(one.author, one.body, _reactions(one.reactions)) for one in thread.comments],
            )
            for thread in pull.threads
        ],
    }


def _tree(world: World, sha: str) -> str:
    try:
        return world.store.commit(sha).tree
    except MissingObject:
        return sha


def _files(world: World, sha: str) -> dict[str, str]:
    return {path: entry.sha for path, entry in world.store.walk(_tree(world, sha))}


def _check(run: CheckRun, world: World) -> dict[str, Any]:
    return {
        "name": run.name,
        "tree": _tree(world, run.head_sha),
        "external_id": run.external_id,
        "status": run.status,
        "conclusion": run.conclusion,
        "title": run.title,
        "summary": run.summary,
        "text": run.text,
        "annotations": run.annotations,
    }
