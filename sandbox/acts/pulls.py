"""Pull requests: opening, editing, drafts, closing, and merging with a real three-way merge."""

from __future__ import annotations

import re
from typing import Any

from sandbox.acts import issues
from sandbox.acts.branchrules import unmet_for_merge
from sandbox.acts.refs import create_commit, move_ref
from sandbox.diffs import MergeConflict, merged_tree
from sandbox.refusals import Refusal, invalid, not_found, unprocessable
from sandbox.shapes.pulls import pull_of
from sandbox.state import Issue, Pull, Repository
from sandbox.webhooks import events
from sandbox.world import World

WRITERS = ("write", "maintain", "admin")
_CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)", re.IGNORECASE)


def find_pull(world: World, repo: Repository, number: int) -> Issue:
    issue = issues.find(world, repo, number)
    if issue.pull is None:
        raise not_found()
    return issue


def _branch(repo: Repository, head: str) -> str:
    """`owner:branch` or `branch`; forks are not kept here, so another owner's branch is not there."""
    owner, colon, name = head.rpartition(":")
    if colon and owner.lower() != repo.owner.lower():
        raise invalid("PullRequest", "head", "invalid")
    return name


def open_pull(
    world: World,
    repo: Repository,
    author: str,
    head: str,
    base: str,
    title: Any,
    body: str | None = None,
    draft: bool = False,
    maintainer_can_modify: bool = False,
) -> Issue:
    branch = _branch(repo, head)
    tips = {"head": world.head_of(repo, branch), "base": world.head_of(repo, base)}
    for field, tip in tips.items():
        if tip is None:
            raise invalid("PullRequest", field, "invalid")
    title, body = issues.check_title("PullRequest", title), issues.check_body("PullRequest", body)
    _check_new(world, repo, branch, base)
    now = world.now()
    issue = Issue(world.next_id("issue"), repo.id, repo.next_number, title, body, author, now, now)
    issue.pull = Pull(branch, base, str(tips["head"]), str(tips["base"]), draft, maintainer_can_modify)
    repo.next_number += 1
    repo.issues[issue.number] = issue
    events.pull_event(world, repo, issue, "opened", author)
    return issue


def _check_new(world: World, repo: Repository, branch: str, base: str) -> None:
    head_sha, base_sha = world.head_of(repo, branch), world.head_of(repo, base)
    for issue in repo.issues.values():
        pull = issue.pull
        if pull and issue.state == "open" and not issue.deleted and (pull.head, pull.base) == (branch, base):
            raise _custom(f"A pull request already exists for {repo.owner}:{branch}.")
    if not world.store.commits_between(str(base_sha), str(head_sha)):
        raise _custom(f"No commits between {base} and {branch}")
    if world.store.merge_base(str(base_sha), str(head_sha)) is None:
        raise _custom(f"The {branch} branch has no history in common with {base}")


def _custom(message: str) -> Refusal:
    error = {"resource": "PullRequest", "code": "custom", "message": message}
    return Refusal(422, "Validation Failed", errors=[error])


def retarget(world: World, repo: Repository, issue: Issue, sender: str, base: str) -> None:
    pull, tip = pull_of(issue), world.head_of(repo, base)
    if tip is None:
        raise invalid("PullRequest", "base", "invalid")
    if base == pull.base:
        return
    changed = {"base": {"ref": {"from": pull.base}, "sha": {"from": pull.base_sha}}}
    pull.base, pull.base_sha = base, tip
    events.pull_event(world, repo, issue, "edited", sender, changes=changed)


def set_pull_state(world: World, repo: Repository, issue: Issue, sender: str, state: str) -> None:
    pull = pull_of(issue)
    if state == "open" and issue.state == "closed":
        tip = world.head_of(repo, pull.head)
        if pull.merged_at is not None or tip is None:
            raise invalid(
                "PullRequest", "state", "custom", "state cannot be changed. The branch or the merge is gone."
            )
        pull.head_sha = tip
    issues.set_state(world, repo, issue, sender, state)


def set_draft(world: World, repo: Repository, issue: Issue, sender: str, draft: bool) -> None:
    pull = pull_of(issue)
    if pull.draft == draft:
        raise unprocessable("Pull request is already a draft" if draft else "Pull request is not a draft")
    pull.draft = draft
    issues.touch(world, issue)
    events.pull_event(world, repo, issue, "converted_to_draft" if draft else "ready_for_review", sender)


def merge(
    world: World,
    repo: Repository,
    issue: Issue,
    sender: str,
    method: str = "merge",
    title: str | None = None,
    message: str | None = None,
    expected: str | None = None,
) -> str:
    """Merge, squash or rebase into the base; gives the sha that landed. 405 when it
    cannot be, 409 when stale.
    """
    pull = pull_of(issue)
    if expected is not None and expected != pull.head_sha:
        raise Refusal(409, "Head branch was modified. Review and try the merge again.")
    if issue.state != "open" or pull.draft:
        raise Refusal(405, "Pull Request is still a draft" if pull.draft else "Pull Request is not mergeable")
    unmet = unmet_for_merge(world, repo, pull.base, pull.head_sha, _approvals(world, repo, pull))
    if unmet:
        raise Refusal(405, f"Repository rule violations found\n\n{unmet}")
    tree = _merged(world, pull)
    heading = title or f"Merge pull request #{issue.number} from {repo.owner}/{pull.head}"
    parents = [pull.base_sha, pull.head_sha]
    if method != "merge":
        heading, parents = title or f"{issue.title} (#{issue.number})", [pull.base_sha]
    text = f"{heading}\n\n{message or issue.title}" if method == "merge" or message else heading
    sha = create_commit(world, sender, text, tree, parents)
    texts = [
        world.store.commit(one).message for one in world.store.commits_between(pull.base_sha, pull.head_sha)
    ]
    move_ref(world, repo, f"refs/heads/{pull.base}", sha, sender, merging=True)
    _settle(world, repo, issue, sender, sha)
    if pull.base == repo.default_branch:
        _close_mentioned(world, repo, sender, [issue.body or "", *texts])
    return sha


def _approvals(world: World, repo: Repository, pull: Pull) -> int:
    """How many people with write access said yes last; a comment takes no word back."""
    spoken = [one for one in pull.reviews if one.state not in ("PENDING", "COMMENTED")]
    latest = {one.author: one.state for one in spoken if world.role(repo, one.author) in WRITERS}
    return sum(state == "APPROVED" for state in latest.values())


def _merged(world: World, pull: Pull) -> str:
    common = world.store.merge_base(pull.base_sha, pull.head_sha)
    if common is None:
        raise Refusal(405, "Pull Request is not mergeable")
    trees = [world.store.commit(sha).tree for sha in (common, pull.base_sha, pull.head_sha)]
    try:
        return merged_tree(world.store, *trees)
    except MergeConflict as conflict:
        raise Refusal(405, "Pull Request has merge conflicts") from conflict


def _settle(world: World, repo: Repository, issue: Issue, sender: str, sha: str) -> None:
    pull, now = pull_of(issue), world.now()
    issue.state, issue.closed_at, issue.closed_by, issue.updated_at = "closed", now, sender, now
    pull.merged_at, pull.merged_by, pull.merge_sha = now, sender, sha
    events.pull_event(world, repo, issue, "closed", sender)


def _close_mentioned(world: World, repo: Repository, sender: str, texts: list[str]) -> None:
    numbers = {int(found) for text in texts for found in _CLOSES.findall(text)}
    for number in sorted(numbers):
        found = repo.issues.get(number)
        if found is not None and found.pull is None and not found.deleted:
            issues.set_state(world, repo, found, sender, "closed", "completed")
