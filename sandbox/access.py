"""Who may do what: permissions of installation tokens, roles of people, and which repositories each can see.

Stricter than GitHub in one point: public repositories too need the permission, so that a
missing one shows in tests.
"""

from __future__ import annotations

from sandbox.refusals import Refusal, inaccessible, not_found
from sandbox.state import ROLES, Issue, Repository
from sandbox.world import Actor, World


def at_least(role: str, wanted: str) -> bool:
    return ROLES.index(role) >= ROLES.index(wanted)


def sees(world: World, actor: Actor, repo: Repository) -> bool:
    if actor.kind == "installation":
        installation = world.state.installations.get(actor.installation_id or 0)
        if installation is None or not world.covers(installation, repo):
            return False
        return actor.repository_ids is None or repo.id in actor.repository_ids
    return actor.kind == "user" and at_least(world.role(repo, actor.login), "read")


def visible_repository(world: World, actor: Actor, full_name: str) -> Repository:
    """The repository, or 404 as GitHub hides what one cannot see, or 301 with its new address."""
    repo = world.repository(full_name)
    if repo is None:
        moved = world.formerly(full_name)
        if moved is not None and sees(world, actor, moved):
            url = f"{world.url}/repositories/{moved.id}"
            raise Refusal(301, "Moved Permanently", headers={"location": url})
        raise not_found()
    if actor.kind == "app":
        raise Refusal(401, "A JSON web token could not be decoded")
    if not sees(world, actor, repo):
        raise not_found()
    return repo


def allow(
    world: World, actor: Actor, repo: Repository, permission: str, level: str = "read", role: str = "read"
) -> None:
    """Refuse unless an installation holds the permission (any of `a|b`) or a person the role."""
    if actor.kind == "installation":
        wanted = permission.split("|")
        if not any(actor.holds(one, level) for one in wanted):
            raise inaccessible("; ".join(f"{one}={level}" for one in wanted))
    elif not at_least(world.role(repo, actor.login), role):
        raise Refusal(403, "Must have admin rights to Repository.")
    if level == "write" and repo.archived:
        raise Refusal(403, "Repository was archived so is read-only.")


def conversation_permission(issue: Issue) -> str:
    """Conversations of pull requests open to either permission, those of issues to `issues` alone."""
    return "issues|pull_requests" if issue.pull is not None else "issues"
