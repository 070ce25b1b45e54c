"""GraphQL mutations: permission, then the same acts that REST uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.acts import issues, pulls, reactions, refs, relations, reviews
from sandbox.graphql import context as ctx
from sandbox.graphql.context import Context, GitThing, RefAt
from sandbox.graphql.fields import CONTENT_BACK
from sandbox.refusals import Refusal, unprocessable
from sandbox.state import Comment, Issue, Label, Repository, Review, ReviewComment, Thread

Given = dict[str, Any]
Mutation = Callable[[Context, Given], Given]


def _issue(c: Context, text: str, level: str = "write", role: str = "triage") -> tuple[Repository, Issue]:
    found, repo = ctx.find_node(c, text)
    if not isinstance(found, Issue):
        raise ctx.unresolved(f"Issue node with the global id of '{text}'")
    own = found.author.lower() == c.actor.login.lower()
    ctx.talk(c, repo, found, level, "read" if own else role)
    return repo, found


def _pull(c: Context, text: str) -> tuple[Repository, Issue]:
    found, repo = ctx.find_node(c, text)
    if not isinstance(found, Issue) or found.pull is None:
        raise ctx.unresolved(f"PullRequest node with the global id of '{text}'")
    own = found.author.lower() == c.actor.login.lower()
    ctx.allow(c, repo, "pull_requests", "write", "read" if own else "write")
    return repo, found


def _branch(c: Context, given: Given) -> tuple[Repository, str]:
    if given.get("id"):
        found, repo = ctx.find_node(c, given["id"])
        if not isinstance(found, RefAt):
            raise ctx.unresolved(f"Ref node with the global id of '{given['id']}'")
        return repo, found.name.removeprefix("refs/heads/")
    if not given.get("repositoryNameWithOwner") or not given.get("branchName"):
        raise unprocessable("Either a branch id or both repositoryNameWithOwner and branchName must be given")
    owner, _, name = str(given["repositoryNameWithOwner"]).partition("/")
    return ctx.repository(c, owner, name), str(given["branchName"]).removeprefix("refs/heads/")


def _edits(changes: Given) -> dict[str, bytes | None]:
    additions, deletions = changes.get("additions") or [], changes.get("deletions") or []
    paths = [one["path"] for one in (*additions, *deletions)]
    if len(set(paths)) != len(paths):
        raise unprocessable("A path was requested more than once in fileChanges")
    edits: dict[str, bytes | None] = {one["path"]: None for one in deletions}
    for one in additions:
        edits[one["path"]] = refs.decode_base64(str(one["contents"]), "fileChanges.additions.contents")
    return edits


def create_commit_on_branch(c: Context, given: Given) -> Given:
    repo, branch = _branch(c, given["branch"])
    ctx.allow(c, repo, "contents", "write", "write")
    edits = _edits(given.get("fileChanges") or {})
    if any(path.startswith(".github/workflows/") for path in edits) and c.actor.kind == "installation":
        ctx.allow(c, repo, "workflows", "write")
    message = given["message"]["headline"]
    if given["message"].get("body"):
        message += f"\n\n{given['message']['body']}"
    sha = refs.commit_files(c.world, repo, branch, c.actor.login, message, edits, given["expectedHeadOid"])
    return {"commit": GitThing(repo, sha, "commit"), "ref": RefAt(repo, f"refs/heads/{branch}")}


def _repo(c: Context, text: str, permission: str, role: str) -> Repository:
    found, repo = ctx.find_node(c, text)
    if found is not repo:
        raise ctx.unresolved(f"Repository node with the global id of '{text}'")
    ctx.allow(c, repo, permission, "write", role)
    return repo


def create_ref(c: Context, given: Given) -> Given:
    repo = _repo(c, given["repositoryId"], "contents", "write")
    refs.create_ref(c.world, repo, given["name"], given["oid"], c.actor.login)
    return {"ref": RefAt(repo, given["name"])}


def _ref(c: Context, text: str) -> RefAt:
    found, repo = ctx.find_node(c, text)
    if not isinstance(found, RefAt):
        raise ctx.unresolved(f"Ref node with the global id of '{text}'")
    ctx.allow(c, repo, "contents", "write", "write")
    return found


def update_ref(c: Context, given: Given) -> Given:
    ref = _ref(c, given["refId"])
    refs.move_ref(c.world, ref.repo, ref.name, given["oid"], c.actor.login, bool(given.get("force")))
    return {"ref": ref}


def delete_ref(c: Context, given: Given) -> Given:
    ref = _ref(c, given["refId"])
    refs.delete_ref(c.world, ref.repo, ref.name, c.actor.login)
    return {}


def create_issue(c: Context, given: Given) -> Given:
    repo = _repo(c, given["repositoryId"], "issues", "read")
    labels = [repo.labels[one.id].name for one in _labels(c, given.get("labelIds") or [])]
    parent = _issue(c, given["parentIssueId"])[1] if given.get("parentIssueId") else None
    made = issues.open_issue(c.world, repo, c.actor.login, given["title"], given.get("body"), labels)
    if parent is not None:
        relations.add_child(c.world, parent, made, c.actor.login)
    return {"issue": made}


def update_issue(c: Context, given: Given) -> Given:
    repo, issue = _issue(c, given["id"])
    fields = {name: given[name] for name in ("title", "body") if given.get(name) is not None}
    issues.edit_issue(c.world, repo, issue, c.actor.login, **fields)
    if given.get("labelIds") is not None:
        names = [one.name for one in _labels(c, given["labelIds"])]
        issues.replace_labels(c.world, repo, issue, c.actor.login, names)
    if given.get("state"):
        issues.set_state(c.world, repo, issue, c.actor.login, given["state"].lower())
    return {"issue": issue}


def close_issue(c: Context, given: Given) -> Given:
    repo, issue = _issue(c, given["issueId"])
    reason = (given.get("stateReason") or "COMPLETED").lower()
    issues.set_state(c.world, repo, issue, c.actor.login, "closed", reason)
    return {"issue": issue}


def reopen_issue(c: Context, given: Given) -> Given:
    repo, issue = _issue(c, given["issueId"])
    issues.set_state(c.world, repo, issue, c.actor.login, "open")
    return {"issue": issue}


def delete_issue(c: Context, given: Given) -> Given:
    repo, issue = _issue(c, given["issueId"])
    issues.delete_issue(c.world, repo, issue, c.actor.login)
    return {"repository": repo}


def transfer_issue(c: Context, given: Given) -> Given:
    repo, issue = _issue(c, given["issueId"])
    target = _repo(c, given["repositoryId"], "issues", "write")
    return {"issue": issues.transfer_issue(c.world, repo, issue, target, c.actor.login)}


def update_pull(c: Context, given: Given) -> Given:
    repo, issue = _pull(c, given["pullRequestId"])
    fields = {name: given[name] for name in ("title", "body") if given.get(name) is not None}
    issues.edit_issue(c.world, repo, issue, c.actor.login, **fields)
    if given.get("state"):
        pulls.set_pull_state(c.world, repo, issue, c.actor.login, given["state"].lower())
    return {"pullRequest": issue}


def close_pull(c: Context, given: Given) -> Given:
    repo, issue = _pull(c, given["pullRequestId"])
    pulls.set_pull_state(c.world, repo, issue, c.actor.login, "closed")
    return {"pullRequest": issue}


def _draft(draft: bool) -> Mutation:
    def mutate(c: Context, given: Given) -> Given:
        repo, issue = _pull(c, given["pullRequestId"])
        pulls.set_draft(c.world, repo, issue, c.actor.login, draft)
        return {"pullRequest": issue}

    return mutate


def _labels(c: Context, texts: list[str]) -> list[Label]:
    found = [ctx.find_node(c, text)[0] for text in texts]
    labels = [one for one in found if isinstance(one, Label)]
    if len(labels) != len(found):
        raise ctx.unresolved("Label nodes with the given global ids")
    return labels


def add_labels(c: Context, given: Given) -> Given:
    repo, issue = _issue(c, given["labelableId"])
    names = [one.name for one in _labels(c, given["labelIds"])]
    issues.add_labels(c.world, repo, issue, c.actor.login, names)
    return {"labelable": issue}


def remove_labels(c: Context, given: Given) -> Given:
    repo, issue = _issue(c, given["labelableId"])
    for label in _labels(c, given["labelIds"]):
        if label.id in issue.labels:
            issues.remove_label(c.world, repo, issue, c.actor.login, label.name)
    return {"labelable": issue}


def add_comment(c: Context, given: Given) -> Given:
    repo, issue = _issue(c, given["subjectId"], role="read")
    if issue.locked and c.actor.kind != "installation":
        ctx.talk(c, repo, issue, "write", "write")
    comment = issues.comment_on(c.world, repo, issue, c.actor.login, given["body"])
    return {"commentEdge": {"cursor": "", "node": comment}, "subject": issue}


def _comment(c: Context, text: str) -> tuple[Repository, Issue, Comment]:
    found, repo = ctx.find_node(c, text)
    if not isinstance(found, Comment):
        raise ctx.unresolved(f"IssueComment node with the global id of '{text}'")
    issue = repo.issues[found.issue_number]
    own = found.author.lower() == c.actor.login.lower()
    ctx.talk(c, repo, issue, "write", "read" if own else "write")
    return repo, issue, found


def update_comment(c: Context, given: Given) -> Given:
    repo, issue, comment = _comment(c, given["id"])
    issues.edit_comment(c.world, repo, issue, comment, c.actor.login, given["body"])
    return {"issueComment": comment}


def delete_comment(c: Context, given: Given) -> Given:
    repo, issue, comment = _comment(c, given["id"])
    issues.delete_comment(c.world, repo, issue, comment, c.actor.login)
    return {}


def _minimize(value: str | None, key: str) -> Mutation:
    def mutate(c: Context, given: Given) -> Given:
        found, repo = ctx.find_node(c, given["subjectId"])
        if not isinstance(found, Comment | ReviewComment | Review):
            raise ctx.unresolved(f"Minimizable node with the global id of '{given['subjectId']}'")
        permission = "issues|pull_requests" if isinstance(found, Comment) else "pull_requests"
        ctx.allow(c, repo, permission, "write", "write")
        found.minimized = given["classifier"] if value is None else None
        return {key: found}

    return mutate


def _reactable(c: Context, text: str) -> reactions.Subject:
    found, repo = ctx.find_node(c, text)
    if isinstance(found, Issue):
        ctx.talk(c, repo, found, "write")
    elif isinstance(found, Comment):
        ctx.talk(c, repo, repo.issues[found.issue_number], "write")
    elif isinstance(found, Review | ReviewComment):
        ctx.allow(c, repo, "pull_requests", "write")
    else:
        raise ctx.unresolved(f"Reactable node with the global id of '{text}'")
    return found


def add_reaction(c: Context, given: Given) -> Given:
    subject = _reactable(c, given["subjectId"])
    made, _ = reactions.react(c.world, subject, c.actor.login, CONTENT_BACK[given["content"]])
    return {"reaction": made, "subject": subject}


def remove_reaction(c: Context, given: Given) -> Given:
    subject = _reactable(c, given["subjectId"])
    gone = reactions.unreact(subject, c.actor.login, CONTENT_BACK[given["content"]])
    return {"reaction": gone, "subject": subject}


def _child(c: Context, given: Given) -> Issue:
    if given.get("subIssueId"):
        return _issue(c, given["subIssueId"])[1]
    owner, name, _, number = (
        str(given.get("subIssueUrl") or "").removeprefix(c.world.url + "/").split("/")[:4] or [""] * 4
    )
    repo = ctx.repository(c, owner, name)
    return issues.find(c.world, repo, int(number)) if number.isdigit() else _missing_child()


def _missing_child() -> Issue:
    raise Refusal(422, "Either subIssueId or subIssueUrl must be given")


def add_sub_issue(c: Context, given: Given) -> Given:
    _, parent = _issue(c, given["issueId"])
    if not given.get("subIssueId") and str(given.get("subIssueUrl") or "").count("/") < 6:
        _missing_child()
    child = _child(c, given)
    relations.add_child(c.world, parent, child, c.actor.login, bool(given.get("replaceParent")))
    return {"issue": parent, "subIssue": child}


def remove_sub_issue(c: Context, given: Given) -> Given:
    _, parent = _issue(c, given["issueId"])
    _, child = _issue(c, given["subIssueId"])
    relations.remove_child(c.world, parent, child, c.actor.login)
    return {"issue": parent, "subIssue": child}


def reprioritize(c: Context, given: Given) -> Given:
    _, parent = _issue(c, given["issueId"])
    _, child = _issue(c, given["subIssueId"])
    after, before = (
        _issue(c, given[name])[1].id if given.get(name) else None for name in ("afterId", "beforeId")
    )
    relations.reorder(parent, child, after, before)
    return {"issue": parent}


def _thread(c: Context, text: str) -> tuple[Repository, Issue, Thread]:
    found, repo = ctx.find_node(c, text)
    if not isinstance(found, Thread):
        raise ctx.unresolved(f"PullRequestReviewThread node with the global id of '{text}'")
    return repo, repo.issues[found.pull_number], found


def reply_in_thread(c: Context, given: Given) -> Given:
    repo, issue, thread = _thread(c, given["pullRequestReviewThreadId"])
    ctx.allow(c, repo, "pull_requests", "write")
    return {"comment": reviews.reply(c.world, repo, issue, thread, c.actor.login, given["body"])}


def _resolve(resolved: bool) -> Mutation:
    def mutate(c: Context, given: Given) -> Given:
        repo, issue, thread = _thread(c, given["threadId"])
        ctx.allow(c, repo, "pull_requests|contents", "write", "write")
        reviews.resolve(c.world, repo, issue, thread, c.actor.login, resolved)
        return {"thread": thread}

    return mutate


MUTATIONS: dict[str, Mutation] = {
    "addComment": add_comment,
    "addLabelsToLabelable": add_labels,
    "addPullRequestReviewThreadReply": reply_in_thread,
    "addReaction": add_reaction,
    "addSubIssue": add_sub_issue,
    "closeIssue": close_issue,
    "closePullRequest": close_pull,
    "convertPullRequestToDraft": _draft(True),
    "createCommitOnBranch": create_commit_on_branch,
    "createIssue": create_issue,
    "createRef": create_ref,
    "deleteIssue": delete_issue,
    "deleteIssueComment": delete_comment,
    "deleteRef": delete_ref,
    "markPullRequestReadyForReview": _draft(False),
    "minimizeComment": _minimize(None, "minimizedComment"),
    "removeLabelsFromLabelable": remove_labels,
    "removeReaction": remove_reaction,
    "removeSubIssue": remove_sub_issue,
    "reopenIssue": reopen_issue,
    "reprioritizeSubIssue": reprioritize,
    "resolveReviewThread": _resolve(True),
    "transferIssue": transfer_issue,
    "unminimizeComment": _minimize("", "unminimizedComment"),
    "unresolveReviewThread": _resolve(False),
    "updateIssue": update_issue,
    "updateIssueComment": update_comment,
    "updatePullRequest": update_pull,
    "updateRef": update_ref,
}
