"""Reviews of pull requests: submitting, dismissing, comments on lines, replies, resolving threads."""

from __future__ import annotations

from typing import Any

from sandbox.acts import issues
from sandbox.refusals import Refusal, not_found, unprocessable
from sandbox.shapes.pulls import compared, pull_of
from sandbox.state import Issue, Repository, Review, ReviewComment, Thread
from sandbox.webhooks import events
from sandbox.world import World

STATES = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}


def submit(
    world: World,
    repo: Repository,
    issue: Issue,
    author: str,
    event: str | None,
    body: str | None = None,
    comments: list[dict[str, Any]] | None = None,
    commit: str | None = None,
) -> Review:
    """A review with its line comments; without an event it stays pending and unseen by others."""
    pull = pull_of(issue)
    own = author.lower() == issue.author.lower()
    if own and event in ("APPROVE", "REQUEST_CHANGES"):
        word = "approve" if event == "APPROVE" else "request changes on"
        raise Refusal(422, "Unprocessable Entity", errors=[f"Review Can not {word} your own pull request"])
    if event in ("REQUEST_CHANGES", "COMMENT") and not (body or comments):
        raise Refusal(422, "Unprocessable Entity", errors=["Review body can't be blank"])
    now = world.now()
    state = STATES[event] if event else "PENDING"
    review = Review(
        world.next_id("review"),
        repo.id,
        issue.number,
        author,
        body or "",
        state,
        commit or pull.head_sha,
        now,
        now if event else None,
    )
    prepared = [_thread(world, repo, issue, one, review.commit_id) for one in comments or []]
    pull.reviews.append(review)
    made = [_start(world, repo, issue, thread, review, str(one["body"])) for thread, one in prepared]
    issues.touch(world, issue)
    if event:
        _publish(world, repo, issue, review, made)
    return review


def _publish(
    world: World, repo: Repository, issue: Issue, review: Review, made: list[tuple[Thread, ReviewComment]]
) -> None:
    events.review_event(world, repo, issue, review, "submitted", review.author)
    for thread, comment in made:
        comment.pending = False
        events.review_comment_event(world, repo, issue, thread, comment, "created", review.author)


def submit_pending(
    world: World, repo: Repository, issue: Issue, review: Review, event: str, body: str | None
) -> None:
    if review.state != "PENDING":
        raise unprocessable("Can not submit a review that is not pending")
    review.state, review.submitted_at = STATES[event], world.now()
    review.body = body if body is not None else review.body
    pull = pull_of(issue)
    made = [
        (one, comment) for one in pull.threads for comment in one.comments if comment.review_id == review.id
    ]
    _publish(world, repo, issue, review, made)


def dismiss(world: World, repo: Repository, issue: Issue, review: Review, sender: str) -> None:
    if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
        raise unprocessable("Can not dismiss a commented pull request review")
    review.state = "DISMISSED"
    events.review_event(world, repo, issue, review, "dismissed", sender)


def edit_review(world: World, repo: Repository, issue: Issue, review: Review, sender: str, body: str) -> None:
    text = issues.check_body("PullRequestReview", body)
    before, review.body = review.body, text or ""
    if before != review.body:
        issues.edited(world, review, sender)
        changed = {"body": {"from": before}}
        events.review_event(world, repo, issue, review, "edited", sender, changes=changed)


def find_review(issue: Issue, number: int) -> Review:
    for review in pull_of(issue).reviews:
        if review.id == number:
            return review
    raise not_found()


def _thread(
    world: World, repo: Repository, issue: Issue, given: dict[str, Any], commit: str
) -> tuple[Thread, dict[str, Any]]:
    path, line = str(given["path"]), given.get("line", given.get("position"))
    changed = next((one for one in compared(world, issue)[1] if one.path == path), None)
    if changed is None:
        raise Refusal(422, "Unprocessable Entity", errors=["Path could not be resolved"])
    subject = given.get("subject_type", "line")
    entry = changed.new or changed.old
    if subject == "line":
        text = world.store.blob(entry.sha) if entry and entry.kind == "blob" else b""
        if not isinstance(line, int) or not 1 <= line <= text.count(b"\n") + 1:
            raise Refusal(422, "Unprocessable Entity", errors=["Line could not be resolved"])
    issues.check_body("PullRequestReviewComment", given.get("body"), required=True)
    thread = Thread(
        world.next_id("thread"),
        repo.id,
        issue.number,
        path,
        line,
        given.get("side", "RIGHT"),
        given.get("start_line"),
        given.get("start_side"),
        subject,
        entry.sha if entry and changed.new else None,
    )
    return thread, given


def _hunk(world: World, thread: Thread, issue: Issue) -> str:
    changed = next((one for one in compared(world, issue)[1] if one.path == thread.path), None)
    return "\n".join((changed.patch or "").split("\n")[:12]) if changed else ""


def _start(
    world: World, repo: Repository, issue: Issue, thread: Thread, review: Review, body: str
) -> tuple[Thread, ReviewComment]:
    pull_of(issue).threads.append(thread)
    return thread, _add(world, issue, thread, review, body, None)


def _add(
    world: World, issue: Issue, thread: Thread, review: Review, body: str, reply_to: int | None
) -> ReviewComment:
    now = world.now()
    comment = ReviewComment(
        world.next_id("review_comment"),
        thread.repo_id,
        issue.number,
        thread.id,
        review.id,
        review.author,
        body,
        now,
        now,
        pull_of(issue).head_sha,
        review.commit_id,
        _hunk(world, thread, issue),
        reply_to,
        review.state == "PENDING",
    )
    thread.comments.append(comment)
    return comment


def comment_on_line(
    world: World, repo: Repository, issue: Issue, author: str, given: dict[str, Any]
) -> tuple[Thread, ReviewComment]:
    """A single comment on a line: a review of its own, as on GitHub."""
    review = submit(world, repo, issue, author, "COMMENT", None, [given], given.get("commit_id"))
    for thread in pull_of(issue).threads:
        for comment in thread.comments:
            if comment.review_id == review.id:
                return thread, comment
    raise AssertionError("the comment just made is there")


def reply(
    world: World, repo: Repository, issue: Issue, thread: Thread, author: str, body: Any
) -> ReviewComment:
    text = issues.check_body("PullRequestReviewComment", body, required=True)
    now = world.now()
    head = pull_of(issue).head_sha
    review = Review(world.next_id("review"), repo.id, issue.number, author, "", "COMMENTED", head, now, now)
    pull_of(issue).reviews.append(review)
    comment = _add(world, issue, thread, review, str(text), thread.comments[0].id)
    issues.touch(world, issue)
    events.review_event(world, repo, issue, review, "submitted", author)
    events.review_comment_event(world, repo, issue, thread, comment, "created", author)
    return comment


def thread_of(issue: Issue, comment_id: int) -> tuple[Thread, ReviewComment]:
    for thread in pull_of(issue).threads:
        for comment in thread.comments:
            if comment.id == comment_id:
                return thread, comment
    raise not_found()


def edit_review_comment(
    world: World,
    repo: Repository,
    issue: Issue,
    thread: Thread,
    comment: ReviewComment,
    sender: str,
    body: Any,
) -> None:
    text = issues.check_body("PullRequestReviewComment", body, required=True)
    before, comment.body, comment.updated_at = comment.body, str(text), world.now()
    if before == comment.body:
        return
    issues.edited(world, comment, sender)
    changed = {"body": {"from": before}}
    events.review_comment_event(world, repo, issue, thread, comment, "edited", sender, changes=changed)


def delete_review_comment(
    world: World, repo: Repository, issue: Issue, thread: Thread, comment: ReviewComment, sender: str
) -> None:
    events.review_comment_event(world, repo, issue, thread, comment, "deleted", sender)
    thread.comments.remove(comment)
    if not thread.comments:
        pull_of(issue).threads.remove(thread)


def resolve(
    world: World, repo: Repository, issue: Issue, thread: Thread, sender: str, resolved: bool
) -> None:
    if bool(thread.resolved_by) == resolved:
        return
    thread.resolved_by = sender if resolved else None
    events.thread_event(world, repo, issue, thread, "resolved" if resolved else "unresolved", sender)
