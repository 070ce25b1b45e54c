"""Who asks, in which world; and the git things that need their repository to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox import access
from sandbox.nodes import parse_node_id
from sandbox.objects import Commit, Entry
from sandbox.refusals import Refusal
from sandbox.state import Comment, Issue, Label, Repository, Review, ReviewComment, Thread
from sandbox.world import Actor, World


@dataclass(frozen=True, slots=True)
class Context:
    world: World
    actor: Actor


@dataclass(frozen=True, slots=True)
class GitThing:
    """A commit, tree or blob of a repository."""

    repo: Repository
    sha: str
    kind: str


@dataclass(frozen=True, slots=True)
class RefAt:
    repo: Repository
    name: str


@dataclass(frozen=True, slots=True)
class TreeRow:
    repo: Repository
    name: str
    path: str
    entry: Entry


def unresolved(what: str) -> Refusal:
    return Refusal(404, f"Could not resolve to {what}.")


def repository(context: Context, owner: str, name: str) -> Repository:
    full = f"{owner}/{name}"
    found = context.world.repository(full) or context.world.formerly(full)
    if found is None or not access.sees(context.world, context.actor, found):
        raise unresolved(f"a Repository with the name '{full}'")
    return found


def allow(
    context: Context, repo: Repository, permission: str, level: str = "read", role: str = "read"
) -> None:
    access.allow(context.world, context.actor, repo, permission, level, role)


def talk(context: Context, repo: Repository, issue: Issue, level: str = "read", role: str = "read") -> None:
    allow(context, repo, access.conversation_permission(issue), level, role)


def git_commit(context: Context, thing: GitThing) -> Commit:
    return context.world.store.commit(thing.sha)


Found = Repository | Issue | Comment | Label | Review | ReviewComment | Thread | RefAt | GitThing


def find_node(context: Context, text: str) -> tuple[Found, Repository]:
    """The record behind a global id, if the asker can see its repository."""
    parsed = parse_node_id(text)
    found = _look_up(context.world, *parsed) if parsed else None
    if found is None:
        raise unresolved(f"a node with the global id of '{text}'")
    repo = found if isinstance(found, Repository) else _home(context.world, found)
    if repo is None or not access.sees(context.world, context.actor, repo):
        raise unresolved(f"a node with the global id of '{text}'")
    return found, repo


def _home(world: World, found: Found) -> Repository | None:
    if isinstance(found, Label):
        return next((repo for repo in world.state.repositories.values() if found.id in repo.labels), None)
    if isinstance(found, RefAt | GitThing):
        return found.repo
    return world.repo_of(found)


def _look_up(world: World, kind: str, key: str) -> Found | None:
    if kind in ("Ref", "Commit", "Blob", "Tree"):
        return _git_thing(world, kind, key)
    if not key.isdigit():
        return None
    number = int(key)
    if kind in ("Issue", "PullRequest"):
        issue = world.issue_by_id(number)
        return issue if issue and not issue.deleted and issue.moved_to is None else None
    if kind == "Repository":
        return world.state.repositories.get(number)
    return _inside(world, kind, number)


def _git_thing(world: World, kind: str, key: str) -> Found | None:
    number, _, rest = key.partition(":")
    repo = world.state.repositories.get(int(number)) if number.isdigit() else None
    if repo is None:
        return None
    if kind == "Ref":
        return RefAt(repo, rest) if rest in repo.refs else None
    return GitThing(repo, rest, kind.lower()) if world.store.kind(rest) == kind.lower() else None


def _inside(world: World, kind: str, number: int) -> Found | None:
    for repo in world.state.repositories.values():
        if kind == "Label" and number in repo.labels:
            return repo.labels[number]
        for issue in repo.issues.values():
            for found in _parts(issue, kind):
                if found.id == number:
                    return found
    return None


def _parts(issue: Issue, kind: str) -> list[Comment] | list[Review] | list[Thread] | list[ReviewComment]:
    if kind == "IssueComment":
        return issue.comments
    if issue.pull is None:
        return []
    if kind == "PullRequestReview":
        return issue.pull.reviews
    if kind == "PullRequestReviewThread":
        return issue.pull.threads
    if kind == "PullRequestReviewComment":
        return [one for thread in issue.pull.threads for one in thread.comments]
    return []
