"""Pull requests, reviews and review comments as JSON."""

from __future__ import annotations

from typing import Any

from sandbox.clock import stamp
from sandbox.diffs import FileChange, MergeConflict, changes, merged_tree
from sandbox.nodes import node_id
from sandbox.objects import MissingObject
from sandbox.shapes import people
from sandbox.shapes.issues import issue_html
from sandbox.shapes.repositories import api, label, repository, rollup
from sandbox.state import Issue, Pull, Repository, Review, ReviewComment, Thread
from sandbox.world import World

Json = dict[str, Any]


def pull_of(issue: Issue) -> Pull:
    if issue.pull is None:
        raise TypeError(f"#{issue.number} is no pull request")
    return issue.pull


def compared(world: World, issue: Issue) -> tuple[list[str], list[FileChange]]:
    """Commits (oldest first) and changed files of a pull request, from the merge base on."""
    pull = pull_of(issue)
    common = world.store.merge_base(pull.base_sha, pull.head_sha)
    if common is None:
        return [], []
    try:
        old, new = world.store.commit(common).tree, world.store.commit(pull.head_sha).tree
        return world.store.commits_between(common, pull.head_sha), changes(world.store, old, new)
    except MissingObject:
        return [], []


def mergeable(world: World, issue: Issue) -> bool | None:
    pull = pull_of(issue)
    if issue.state == "closed":
        return None
    common = world.store.merge_base(pull.base_sha, pull.head_sha)
    if common is None:
        return False
    trees = [world.store.commit(sha).tree for sha in (common, pull.base_sha, pull.head_sha)]
    try:
        merged_tree(world.store, *trees)
    except MergeConflict:
        return False
    return True


def _end(world: World, repo: Repository, name: str, sha: str) -> Json:
    return {
        "label": f"{repo.owner}:{name}",
        "ref": name,
        "sha": sha,
        "user": people.user(world, repo.owner),
        "repo": repository(world, repo),
    }


def simple(world: World, repo: Repository, issue: Issue) -> Json:
    pull = pull_of(issue)
    url = f"{api(world, repo)}/pulls/{issue.number}"
    talk = f"{api(world, repo)}/issues/{issue.number}"
    page = issue_html(world, repo, issue)
    links = {
        "self": url,
        "html": page,
        "issue": talk,
        "comments": f"{talk}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{api(world, repo)}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{api(world, repo)}/statuses/{pull.head_sha}",
    }
    return {
        "url": url,
        "id": issue.id,
        "node_id": node_id("PullRequest", issue.id),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": talk,
        "number": issue.number,
        "state": issue.state,
        "locked": issue.locked,
        "title": issue.title,
        "user": people.user(world, issue.author),
        "body": issue.body,
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp(issue.closed_at),
        "merged_at": stamp(pull.merged_at),
        "assignees": [people.user(world, login) for login in issue.assignees],
        "requested_reviewers": [people.user(world, login) for login in pull.requested_reviewers],
        "requested_teams": [],
        "labels": [label(world, repo, one) for one in world.labels_of(repo, issue)],
        "milestone": None,
        "draft": pull.draft,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "head": _end(world, repo, pull.head, pull.head_sha),
        "base": _end(world, repo, pull.base, pull.base_sha),
        "_links": {name: {"href": href} for name, href in links.items()},
        "author_association": people.association(world, repo, issue.author),
        "auto_merge": None,
        "active_lock_reason": issue.lock_reason,
    }


def pull_request(world: World, repo: Repository, issue: Issue) -> Json:
    pull = pull_of(issue)
    commits, files = compared(world, issue)
    fits = mergeable(world, issue)
    state = "unknown" if fits is None else "dirty" if not fits else "draft" if pull.draft else "clean"
    return {
        **simple(world, repo, issue),
        "merged": pull.merged_at is not None,
        "mergeable": fits,
        "rebaseable": fits,
        "mergeable_state": state,
        "merged_by": people.user(world, pull.merged_by),
        "comments": len(issue.comments),
        "review_comments": sum(len(thread.comments) for thread in pull.threads),
        "maintainer_can_modify": pull.maintainer_can_modify,
        "commits": len(commits),
        "additions": sum(change.additions for change in files),
        "deletions": sum(change.deletions for change in files),
        "changed_files": len(files),
    }


def review(world: World, repo: Repository, issue: Issue, found: Review) -> Json:
    page = f"{issue_html(world, repo, issue)}#pullrequestreview-{found.id}"
    url = f"{api(world, repo)}/pulls/{issue.number}"
    shown: Json = {
        "id": found.id,
        "node_id": node_id("PullRequestReview", found.id),
        "user": people.user(world, found.author),
        "body": found.body,
        "state": found.state,
        "html_url": page,
        "pull_request_url": url,
        "_links": {"html": {"href": page}, "pull_request": {"href": url}},
        "commit_id": found.commit_id,
        "author_association": people.association(world, repo, found.author),
    }
    if found.submitted_at is not None:
        shown["submitted_at"] = stamp(found.submitted_at)
    return shown


def review_comment(
    world: World, repo: Repository, issue: Issue, thread: Thread, found: ReviewComment
) -> Json:
    url = f"{api(world, repo)}/pulls/comments/{found.id}"
    page = f"{issue_html(world, repo, issue)}#discussion_r{found.id}"
    pull = f"{api(world, repo)}/pulls/{issue.number}"
    line = None if thread.outdated else thread.line
    shown: Json = {
        "url": url,
        "pull_request_review_id": found.review_id,
        "id": found.id,
        "node_id": node_id("PullRequestReviewComment", found.id),
        "diff_hunk": found.diff_hunk,
        "path": thread.path,
        "commit_id": found.commit_id,
        "original_commit_id": found.original_commit_id,
        "user": people.user(world, found.author),
        "body": found.body,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "html_url": page,
        "pull_request_url": pull,
        "author_association": people.association(world, repo, found.author),
        "_links": {"self": {"href": url}, "html": {"href": page}, "pull_request": {"href": pull}},
        "reactions": rollup(url, found.reactions),
        "start_line": thread.start_line,
        "original_start_line": thread.start_line,
        "start_side": thread.start_side,
        "side": thread.side,
        "line": line,
        "original_line": thread.line,
        "position": line,
        "original_position": thread.line,
        "subject_type": thread.subject_type,
    }
    # Lines of outdated comments are null in practice, but described as integers or absent.
    shown = {key: value for key, value in shown.items() if value is not None}
    if found.in_reply_to is not None:
        shown["in_reply_to_id"] = found.in_reply_to
    return shown
