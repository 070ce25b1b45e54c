"""Issues, their comments and labels: opening, editing, closing, locking, deleting, transferring."""

from __future__ import annotations

from typing import Any, Literal

from sandbox.refusals import Refusal, gone, invalid, not_found
from sandbox.shapes import repositories
from sandbox.state import (
    Comment,
    Issue,
    Label,
    LabelEvent,
    Repository,
    Review,
    ReviewComment,
    TitleEvent,
)
from sandbox.webhooks import events
from sandbox.world import World

BODY_BYTES = 262_144
PULL_BODY_CHARACTERS = 65_536
TITLE_CHARACTERS = 256
LABEL_CHARACTERS = 50


def find(world: World, repo: Repository, number: int) -> Issue:
    """The issue or pull request of that number; 404, 410 when deleted, 301 when transferred."""
    issue = repo.issues.get(number)
    if issue is None:
        raise not_found()
    if issue.deleted:
        raise gone()
    if issue.moved_to is not None:
        target = world.state.repositories[issue.moved_to[0]]
        url = f"{world.url}/repos/{target.full_name}/issues/{issue.moved_to[1]}"
        raise Refusal(301, "Moved Permanently", headers={"location": url})
    return issue


def check_title(resource: str, title: Any) -> str:
    text = str(title) if title is not None else ""
    if not text.strip():
        raise invalid(resource, "title", "missing_field")
    if len(text) > TITLE_CHARACTERS:
        raise invalid(
            resource, "title", "custom", f"title is too long (maximum is {TITLE_CHARACTERS} characters)"
        )
    return text


def check_body(resource: str, body: str | None, *, required: bool = False) -> str | None:
    """GitHub's text speaks of 65536 characters but counts 262144 bytes, save for pull requests."""
    if required and not (body or "").strip():
        raise Refusal(
            422,
            "Validation Failed",
            errors=[{"resource": resource, "code": "missing_field", "field": "body"}],
        )
    if body is None:
        return None
    too_long = (
        len(body) > PULL_BODY_CHARACTERS if resource == "PullRequest" else len(body.encode()) > BODY_BYTES
    )
    if too_long:
        raise invalid(resource, "body", "custom", "body is too long (maximum is 65536 characters)")
    return body.replace("\0", "")


def edited(world: World, spoken: Issue | Comment | Review | ReviewComment, sender: str) -> None:
    """Note who changed the text of it, and when; a changed title is no such edit."""
    spoken.edited_at, spoken.editor = world.now(), sender


def touch(world: World, issue: Issue) -> None:
    issue.updated_at = world.now()


def label_for(world: World, repo: Repository, name: str) -> Label:
    """The label of that name, made on the spot as GitHub does when one is put on an issue."""
    if not name.strip() or len(name) > LABEL_CHARACTERS:
        raise invalid("Label", "name", "invalid")
    return world.label_named(repo, name) or world.add_label(repo, name)


def open_issue(
    world: World,
    repo: Repository,
    author: str,
    title: Any,
    body: str | None = None,
    labels: list[str] | None = None,
    assignees: list[str] | None = None,
) -> Issue:
    if not repo.has_issues:
        raise gone("Issues has been disabled in this repository.")
    now = world.now()
    title, body = check_title("Issue", title), check_body("Issue", body)
    chosen = [label_for(world, repo, name) for name in dict.fromkeys(labels or [])]
    issue = Issue(world.next_id("issue"), repo.id, repo.next_number, title, body, author, now, now)
    repo.next_number += 1
    repo.issues[issue.number] = issue
    issue.labels = [label.id for label in chosen]
    issue.assignees = check_assignees(world, repo, assignees or [])
    events.issue_event(world, repo, issue, "opened", author)
    for label in chosen:
        _tell_label(world, repo, issue, label, "labeled", author)
    return issue


def check_assignees(world: World, repo: Repository, logins: list[str]) -> list[str]:
    """Only people with access can be assigned; GitHub drops the others without a word."""
    found = (world.user(login) for login in logins)
    return [user.login for user in found if user and user.login.lower() in repo.collaborators]


def edit_issue(
    world: World, repo: Repository, issue: Issue, sender: str, title: Any = ..., body: Any = ...
) -> None:
    """Change title or body; `...` leaves one alone."""
    kind = "PullRequest" if issue.pull else "Issue"
    fresh = issue.title if title is ... else check_title(kind, title)
    text = issue.body if body is ... else check_body(kind, body)
    changed: dict[str, Any] = {}
    if fresh != issue.title:
        changed["title"] = {"from": issue.title}
        named = TitleEvent(world.next_id("event"), repo.id, sender, issue.title, fresh, world.now())
        issue.title_events.append(named)
    if (text or "") != (issue.body or ""):
        changed["body"] = {"from": issue.body or ""}
        edited(world, issue, sender)
    issue.title, issue.body = fresh, text
    if changed:
        touch(world, issue)
        events.issue_event(world, repo, issue, "edited", sender, changes=changed)


def set_state(
    world: World, repo: Repository, issue: Issue, sender: str, state: str, reason: str | None = None
) -> None:
    """Close or reopen; saying the same again changes nothing but a closed issue's reason."""
    if state == "closed" and issue.pull is None:
        issue.state_reason = (
            reason or (issue.state_reason if issue.state == "closed" else None) or "completed"
        )
    if state == issue.state:
        return
    now = world.now()
    if state == "closed":
        issue.state, issue.closed_at, issue.closed_by = "closed", now, sender
    else:
        issue.state, issue.closed_at, issue.closed_by = "open", None, None
        issue.state_reason = "reopened" if issue.pull is None else None
    touch(world, issue)
    events.issue_event(world, repo, issue, "closed" if state == "closed" else "reopened", sender)


def _tell_label(world: World, repo: Repository, issue: Issue, label: Label, action: str, sender: str) -> None:
    kind: Literal["LabeledEvent", "UnlabeledEvent"] = (
        "LabeledEvent" if action == "labeled" else "UnlabeledEvent"
    )
    issue.label_events.append(
        LabelEvent(world.next_id("event"), repo.id, kind, sender, label.id, world.now())
    )
    shown = repositories.label(world, repo, label)
    events.issue_event(world, repo, issue, action, sender, label=shown)


def add_labels(world: World, repo: Repository, issue: Issue, sender: str, names: list[str]) -> None:
    for label in [label_for(world, repo, name) for name in dict.fromkeys(names)]:
        if label.id not in issue.labels:
            issue.labels.append(label.id)
            touch(world, issue)
            _tell_label(world, repo, issue, label, "labeled", sender)


def remove_label(world: World, repo: Repository, issue: Issue, sender: str, name: str) -> None:
    label = world.label_named(repo, name)
    if label is None or label.id not in issue.labels:
        raise Refusal(404, "Label does not exist")
    issue.labels.remove(label.id)
    touch(world, issue)
    _tell_label(world, repo, issue, label, "unlabeled", sender)


def replace_labels(world: World, repo: Repository, issue: Issue, sender: str, names: list[str]) -> None:
    wanted = {name.lower() for name in names}
    for label in world.labels_of(repo, issue):
        if label.name.lower() not in wanted:
            remove_label(world, repo, issue, sender, label.name)
    add_labels(world, repo, issue, sender, names)


def create_label(world: World, repo: Repository, name: str, color: str | None, text: str | None) -> Label:
    if world.label_named(repo, name) is not None:
        raise invalid("Label", "name", "already_exists")
    _check_label(name, color, text)
    return world.add_label(repo, name, color or "ededed", text)


def edit_label(
    world: World, repo: Repository, label: Label, name: str, color: str | None, text: str | None
) -> None:
    if world.label_named(repo, name) not in (None, label):
        raise invalid("Label", "name", "already_exists")
    _check_label(name, color, text)
    label.name, label.color, label.description = name, (color or label.color).lower(), text


def _check_label(name: str, color: str | None, text: str | None) -> None:
    if not name.strip() or len(name) > LABEL_CHARACTERS:
        raise invalid("Label", "name", "invalid")
    if color is not None and (len(color) != 6 or any(one not in "0123456789abcdefABCDEF" for one in color)):
        raise invalid("Label", "color", "invalid")
    if text is not None and len(text) > 100:
        raise invalid("Label", "description", "custom", "description is too long (maximum is 100 characters)")


def comment_on(world: World, repo: Repository, issue: Issue, author: str, body: Any) -> Comment:
    text = check_body("IssueComment", body, required=True)
    assert text is not None
    now = world.now()
    comment = Comment(world.next_id("comment"), repo.id, issue.number, author, text, now, now)
    issue.comments.append(comment)
    touch(world, issue)
    events.comment_event(world, repo, issue, comment, "created", author)
    return comment


def edit_comment(
    world: World, repo: Repository, issue: Issue, comment: Comment, sender: str, body: Any
) -> None:
    text = check_body("IssueComment", body, required=True)
    assert text is not None
    before, comment.body = comment.body, text
    comment.updated_at = world.now()
    touch(world, issue)
    if before != text:
        edited(world, comment, sender)
        events.comment_event(
            world, repo, issue, comment, "edited", sender, changes={"body": {"from": before}}
        )


def delete_comment(world: World, repo: Repository, issue: Issue, comment: Comment, sender: str) -> None:
    events.comment_event(world, repo, issue, comment, "deleted", sender)
    issue.comments.remove(comment)
    touch(world, issue)


def lock(world: World, repo: Repository, issue: Issue, sender: str, reason: str | None = None) -> None:
    issue.locked, issue.lock_reason = True, reason
    touch(world, issue)
    events.issue_event(world, repo, issue, "locked", sender)


def unlock(world: World, repo: Repository, issue: Issue, sender: str) -> None:
    issue.locked, issue.lock_reason = False, None
    touch(world, issue)
    events.issue_event(world, repo, issue, "unlocked", sender)


def delete_issue(world: World, repo: Repository, issue: Issue, sender: str) -> None:
    events.issue_event(world, repo, issue, "deleted", sender)
    issue.deleted = True
    for other in world.issues():
        other.children = [child for child in other.children if child != issue.id]
        other.blocked_by = [one for one in other.blocked_by if one != issue.id]


def transfer_issue(world: World, repo: Repository, issue: Issue, target: Repository, sender: str) -> Issue:
    """Move an issue: the copy gets a new number and id, the old address redirects."""
    moved = Issue(
        world.next_id("issue"),
        target.id,
        target.next_number,
        issue.title,
        issue.body,
        issue.author,
        issue.created_at,
        world.now(),
    )
    target.next_number += 1
    target.issues[moved.number] = moved
    moved.comments, issue.comments = issue.comments, []
    for comment in moved.comments:
        comment.repo_id, comment.issue_number = target.id, moved.number
    names = (label.name for label in world.labels_of(repo, issue))
    known = (world.label_named(target, name) for name in names)
    moved.labels = [label.id for label in known if label is not None]
    issue.moved_to = (target.id, moved.number)
    changed = {
        "new_issue": events.issue_body(world, target, moved),
        "new_repository": events.event_repository(world, target),
    }
    events.issue_event(world, repo, issue, "transferred", sender, changes=changed)
    return moved
