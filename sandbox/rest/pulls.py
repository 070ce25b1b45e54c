"""Pull requests, their files and commits, reviews and review comments."""

from __future__ import annotations

from sandbox import access
from sandbox.acts import issues, pulls, reactions, reviews
from sandbox.refusals import Refusal, not_found, unprocessable
from sandbox.rest.issues import ordered
from sandbox.rest.routing import Call, Reply, paged, route
from sandbox.shapes import git
from sandbox.shapes import pulls as shapes
from sandbox.shapes.repositories import reaction as reaction_json
from sandbox.state import Issue, Repository, ReviewComment, Thread

PULL = "/repos/{owner}/{repo}/pulls/{pull_number}"
LINE_COMMENT = "/repos/{owner}/{repo}/pulls/comments/{comment_id}"
PERMISSION = "pull_requests"


def _numbered(call: Call, level: str = "read", role: str = "read") -> tuple[Repository, Issue]:
    repo = call.repo(PERMISSION, level, role)
    return repo, pulls.find_pull(call.world, repo, call.number("pull_number"))


@route("GET", "/repos/{owner}/{repo}/pulls")
def list_pulls(call: Call) -> Reply:
    repo, query = call.repo(PERMISSION), call.query
    found = [one for one in repo.issues.values() if one.pull is not None and not one.deleted]
    state = query.get("state", "open")
    found = [one for one in found if state in ("all", one.state)]
    if query.get("head"):
        owner, colon, branch = query["head"].partition(":")
        mine = bool(colon) and owner.lower() == repo.owner.lower()
        # Without the owner's name GitHub ignores the filter; only `owner:branch` filters.
        if colon:
            found = [one for one in found if mine and one.pull and one.pull.head == branch]
    if query.get("base"):
        found = [one for one in found if one.pull and one.pull.base == query["base"]]
    return paged(call, ordered(call, found), lambda one: shapes.simple(call.world, repo, one))


@route("POST", "/repos/{owner}/{repo}/pulls")
def create_pull(call: Call) -> Reply:
    repo, given = call.repo(PERMISSION, "write"), call.body
    if not given.get("title"):
        raise unprocessable('Invalid request.\n\n"title" wasn\'t supplied.')
    issue = pulls.open_pull(
        call.world,
        repo,
        call.user().login,
        str(given["head"]),
        str(given["base"]),
        given["title"],
        call.text("body"),
        bool(given.get("draft")),
        bool(given.get("maintainer_can_modify")),
    )
    url = f"{call.world.url}/repos/{repo.full_name}/pulls/{issue.number}"
    return Reply(201, shapes.pull_request(call.world, repo, issue), {"location": url})


@route("GET", PULL)
def get_pull(call: Call) -> Reply:
    repo, issue = _numbered(call)
    if "diff" in call.headers.get("accept", ""):
        parts = (
            f"diff --git a/{one.path} b/{one.path}\n{one.patch or ''}\n"
            for one in shapes.compared(call.world, issue)[1]
        )
        return Reply(
            200, "".join(parts).encode(), {"content-type": "application/vnd.github.diff; charset=utf-8"}
        )
    return Reply(200, shapes.pull_request(call.world, repo, issue))


@route("PATCH", PULL)
def update_pull(call: Call) -> Reply:
    repo, issue = _numbered(call)
    own = issue.author.lower() == call.actor.login.lower()
    access.allow(call.world, call.actor, repo, PERMISSION, "write", "read" if own else "write")
    given, sender = call.body, call.user().login
    fields = {name: given[name] for name in ("title", "body") if name in given}
    issues.edit_issue(call.world, repo, issue, sender, **fields)
    if given.get("base"):
        pulls.retarget(call.world, repo, issue, sender, str(given["base"]))
    if given.get("state"):
        pulls.set_pull_state(call.world, repo, issue, sender, str(given["state"]))
    return Reply(200, shapes.pull_request(call.world, repo, issue))


@route("GET", f"{PULL}/files")
def list_files(call: Call) -> Reply:
    repo, issue = _numbered(call)
    head = shapes.pull_of(issue).head_sha
    found = shapes.compared(call.world, issue)[1][:3000]
    return paged(call, found, lambda one: git.file_change(call.world, repo, head, one))


@route("GET", f"{PULL}/commits")
def list_commits(call: Call) -> Reply:
    repo, issue = _numbered(call)
    found = shapes.compared(call.world, issue)[0][:250]
    return paged(call, found, lambda sha: git.commit(call.world, repo, sha))


@route("GET", f"{PULL}/merge")
def check_merged(call: Call) -> Reply:
    _, issue = _numbered(call)
    if shapes.pull_of(issue).merged_at is None:
        raise not_found()
    return Reply(204)


@route("PUT", f"{PULL}/merge")
def merge(call: Call) -> Reply:
    repo = call.repo("contents", "write", "write")
    issue = pulls.find_pull(call.world, repo, call.number("pull_number"))
    method = call.text("merge_method") or "merge"
    sha = pulls.merge(
        call.world,
        repo,
        issue,
        call.user().login,
        method,
        call.text("commit_title"),
        call.text("commit_message"),
        call.text("sha"),
    )
    return Reply(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


# reviews


@route("GET", f"{PULL}/reviews")
def list_reviews(call: Call) -> Reply:
    repo, issue = _numbered(call)
    me = call.actor.login.lower()
    found = [
        one for one in shapes.pull_of(issue).reviews if one.state != "PENDING" or one.author.lower() == me
    ]
    return paged(call, found, lambda one: shapes.review(call.world, repo, issue, one))


@route("POST", f"{PULL}/reviews")
def create_review(call: Call) -> Reply:
    repo, issue = _numbered(call, "write")
    given = call.body
    found = reviews.submit(
        call.world,
        repo,
        issue,
        call.user().login,
        call.text("event"),
        call.text("body"),
        given.get("comments"),
        call.text("commit_id"),
    )
    return Reply(200, shapes.review(call.world, repo, issue, found))


@route("GET", f"{PULL}/reviews/{{review_id}}")
def get_review(call: Call) -> Reply:
    repo, issue = _numbered(call)
    return Reply(
        200, shapes.review(call.world, repo, issue, reviews.find_review(issue, call.number("review_id")))
    )


@route("PUT", f"{PULL}/reviews/{{review_id}}")
def update_review(call: Call) -> Reply:
    repo, issue = _numbered(call, "write")
    found = reviews.find_review(issue, call.number("review_id"))
    _own(call, repo, found.author)
    reviews.edit_review(call.world, repo, issue, found, call.user().login, str(call.body["body"]))
    return Reply(200, shapes.review(call.world, repo, issue, found))


@route("POST", f"{PULL}/reviews/{{review_id}}/events")
def submit_review(call: Call) -> Reply:
    repo, issue = _numbered(call, "write")
    found = reviews.find_review(issue, call.number("review_id"))
    reviews.submit_pending(call.world, repo, issue, found, str(call.body["event"]), call.text("body"))
    return Reply(200, shapes.review(call.world, repo, issue, found))


@route("PUT", f"{PULL}/reviews/{{review_id}}/dismissals")
def dismiss_review(call: Call) -> Reply:
    repo, issue = _numbered(call, "write", "write")
    found = reviews.find_review(issue, call.number("review_id"))
    reviews.dismiss(call.world, repo, issue, found, call.user().login)
    return Reply(200, shapes.review(call.world, repo, issue, found))


# comments on lines


def _shown(
    call: Call, repo: Repository, issue: Issue, thread: Thread, comment: ReviewComment
) -> dict[str, object]:
    return shapes.review_comment(call.world, repo, issue, thread, comment)


def _pairs(issue: Issue) -> dict[int, tuple[Thread, ReviewComment]]:
    found = [
        (thread, one)
        for thread in shapes.pull_of(issue).threads
        for one in thread.comments
        if not one.pending
    ]
    return {one.id: (thread, one) for thread, one in sorted(found, key=lambda pair: pair[1].id)}


@route("GET", f"{PULL}/comments")
def list_line_comments(call: Call) -> Reply:
    repo, issue = _numbered(call)
    pairs = _pairs(issue)
    found = [one for _, one in pairs.values()]
    return paged(call, found, lambda one: _shown(call, repo, issue, *pairs[one.id]))


@route("GET", f"{PULL}/reviews/{{review_id}}/comments")
def list_review_comments(call: Call) -> Reply:
    repo, issue = _numbered(call)
    wanted = reviews.find_review(issue, call.number("review_id")).id
    pairs = _pairs(issue)
    found = [one for _, one in pairs.values() if one.review_id == wanted]

    def legacy(one: ReviewComment) -> dict[str, object]:
        shown = _shown(call, repo, issue, *pairs[one.id])
        return {"position": None, "original_position": 1, **shown}

    return paged(call, found, legacy)


@route("POST", f"{PULL}/comments")
def create_line_comment(call: Call) -> Reply:
    repo, issue = _numbered(call, "write")
    author = call.user().login
    above = call.body.get("in_reply_to")
    if above is not None:
        thread, _ = reviews.thread_of(issue, int(above))
        comment = reviews.reply(call.world, repo, issue, thread, author, call.text("body"))
    else:
        thread, comment = reviews.comment_on_line(call.world, repo, issue, author, call.body)
    return Reply(201, _shown(call, repo, issue, thread, comment))


@route("POST", f"{PULL}/comments/{{comment_id}}/replies")
def reply(call: Call) -> Reply:
    repo, issue = _numbered(call, "write")
    thread, parent = reviews.thread_of(issue, call.number("comment_id"))
    if parent.in_reply_to is not None:
        raise Refusal(422, "Validation Failed", errors=["in_reply_to must be a top-level comment"])
    comment = reviews.reply(call.world, repo, issue, thread, call.user().login, call.text("body"))
    return Reply(201, _shown(call, repo, issue, thread, comment))


def _line_comment(call: Call, level: str) -> tuple[Repository, Issue, Thread, ReviewComment]:
    repo, wanted = call.repo(PERMISSION, level), call.number("comment_id")
    for issue in repo.issues.values():
        if issue.pull is not None and not issue.deleted and wanted in (pairs := _pairs(issue)):
            return repo, issue, *pairs[wanted]
    raise not_found()


def _own(call: Call, repo: Repository, author: str) -> None:
    role = "read" if author.lower() == call.actor.login.lower() else "write"
    access.allow(call.world, call.actor, repo, PERMISSION, "write", role)


@route("GET", LINE_COMMENT)
def get_line_comment(call: Call) -> Reply:
    return Reply(200, _shown(call, *_line_comment(call, "read")))


@route("PATCH", LINE_COMMENT)
def update_line_comment(call: Call) -> Reply:
    found = _line_comment(call, "write")
    _own(call, found[0], found[3].author)
    reviews.edit_review_comment(call.world, *found, call.user().login, call.text("body"))
    return Reply(200, _shown(call, *found))


@route("DELETE", LINE_COMMENT)
def delete_line_comment(call: Call) -> Reply:
    found = _line_comment(call, "write")
    _own(call, found[0], found[3].author)
    reviews.delete_review_comment(call.world, *found, call.user().login)
    return Reply(204)


@route("POST", f"{LINE_COMMENT}/reactions")
def react_to_line_comment(call: Call) -> Reply:
    comment = _line_comment(call, "write")[3]
    found, fresh = reactions.react(call.world, comment, call.user().login, str(call.body["content"]))
    return Reply(201 if fresh else 200, reaction_json(call.world, found))
