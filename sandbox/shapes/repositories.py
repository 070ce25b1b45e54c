"""Repositories, labels and reactions as JSON."""

from __future__ import annotations

from typing import Any

from sandbox.clock import stamp
from sandbox.nodes import node_id
from sandbox.shapes.people import account, user
from sandbox.state import REACTIONS, Label, Reaction, Repository
from sandbox.world import World

Json = dict[str, Any]

_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def api(world: World, repo: Repository) -> str:
    return f"{world.url}/repos/{repo.full_name}"


def html(world: World, repo: Repository) -> str:
    return f"{world.url}/{repo.full_name}"


def brief(world: World, repo: Repository) -> Json:
    """What `installation` events carry."""
    return {
        "id": repo.id,
        "node_id": node_id("Repository", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
    }


def minimal(world: World, repo: Repository) -> Json:
    base = api(world, repo)
    owner = world.user(repo.owner)
    assert owner is not None
    return {
        **brief(world, repo),
        "owner": account(world, owner),
        "html_url": html(world, repo),
        "description": repo.description,
        "fork": repo.fork,
        "url": base,
        **{name: base + tail for name, tail in _LINKS.items()},
    }


def repository(world: World, repo: Repository) -> Json:
    open_issues = sum(issue.state == "open" and not issue.deleted for issue in repo.issues.values())
    host = world.url.split("://", 1)[-1]
    return {
        **minimal(world, repo),
        "created_at": stamp(repo.created_at),
        "updated_at": stamp(repo.updated_at),
        "pushed_at": stamp(repo.pushed_at or repo.created_at),
        "git_url": f"git://{host}/{repo.full_name}.git",
        "ssh_url": f"git@{host}:{repo.full_name}.git",
        "clone_url": f"{html(world, repo)}.git",
        "svn_url": html(world, repo),
        "homepage": None,
        "size": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "language": None,
        "has_issues": repo.has_issues,
        "has_projects": False,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "has_pull_requests": True,
        "forks_count": 0,
        "mirror_url": None,
        "archived": repo.archived,
        "disabled": False,
        "open_issues_count": open_issues,
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "visibility": "private" if repo.private else "public",
        "forks": 0,
        "open_issues": open_issues,
        "watchers": 0,
        "default_branch": repo.default_branch,
    }


def full(world: World, repo: Repository) -> Json:
    merging = {"allow_squash_merge": True, "allow_merge_commit": True, "allow_rebase_merge": True}
    return {**repository(world, repo), **merging, "network_count": 0, "subscribers_count": 0}


def label(world: World, repo: Repository, found: Label) -> Json:
    return {
        "id": found.id,
        "node_id": node_id("Label", found.id),
        "url": f"{api(world, repo)}/labels/{found.name}",
        "name": found.name,
        "color": found.color,
        "default": found.default,
        "description": found.description,
    }


def reaction(world: World, found: Reaction) -> Json:
    return {
        "id": found.id,
        "node_id": node_id("Reaction", found.id),
        "user": user(world, found.user),
        "content": found.content,
        "created_at": stamp(found.created_at),
    }


def rollup(url: str, reactions: list[Reaction]) -> Json:
    counts = {name: sum(one.content == name for one in reactions) for name in REACTIONS}
    return {"url": f"{url}/reactions", "total_count": len(reactions), **counts}
