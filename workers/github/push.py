"""Branches and commits. A branch is never moved and never forced; the expected head is the lock."""

from __future__ import annotations

import base64
import hashlib
import hmac

from pydantic import RootModel

from bot.effects import Commit, EnsureBranch, MergeBase, Receipt
from bot.errors import GroundplanError, Transient, UserError
from bot.situation import Subject
from workers.github.queries import query
from workers.github.refusals import AlreadyExists, Gone, Refusal
from workers.github.site import Found, Performer, Site
from workers.github.wire import Answer
from workers.ledger import Entry

TRAILER = "Groundplan-Key"


class _Object(Answer):
    sha: str


class _Ref(Answer):
    object: _Object


class _Message(Answer):
    message: str


class _ListedCommit(Answer):
    sha: str
    html_url: str = ""
    commit: _Message


class _Commits(RootModel[list[_ListedCommit]]):
    pass


class _NewCommit(Answer):
    oid: str
    url: str


class _Payload(Answer):
    commit: _NewCommit


class _CommitData(Answer):
    createCommitOnBranch: _Payload  # noqa: N815 - GitHub's name


class _Rule(Answer):
    type: str


class _Rules(RootModel[list[_Rule]]):
    pass


class PerformBranch(Performer[EnsureBranch]):
    content = False

    def look(self, site: Site, effect: EnsureBranch, entry: Entry) -> Found | None:
        return None if entry.state == "none" else self._there(site, effect)

    def make(self, site: Site, effect: EnsureBranch) -> Receipt:
        body = {"ref": f"refs/heads/{effect.branch}", "sha": effect.sha}
        try:
            site.wire.tell("POST", "/repos/{full_name}/git/refs", body, full_name=site.full_name)
        except AlreadyExists:
            found = self._there(site, effect)
            if found is None:
                raise Transient(f"the branch {effect.branch} is there and is not") from None
            return found.receipt
        return Receipt(effect.key, "created", sha=effect.sha)

    def _there(self, site: Site, effect: EnsureBranch) -> Found | None:
        path = "/repos/{full_name}/git/ref/{ref}"
        try:
            ref = site.wire.get(_Ref, path, full_name=site.full_name, ref=f"heads/{effect.branch}")
        except Gone:
            return None
        return Found(Receipt(effect.key, "adopted", sha=ref.object.sha), same=True)


class PerformCommit(Performer[Commit]):
    final = True

    def look(self, site: Site, effect: Commit, entry: Entry) -> Found | None:
        return own_commit(site, effect)

    def make(self, site: Site, effect: Commit) -> Receipt:
        body = signed_body(site, effect)
        variables = {
            "input": {
                "branch": {"repositoryNameWithOwner": site.full_name, "branchName": effect.branch},
                "expectedHeadOid": effect.expected_head,
                "message": {"headline": effect.headline, "body": body},
                "fileChanges": {
                    "additions": [_addition(file.path, file.text) for file in effect.files],
                    "deletions": [{"path": path} for path in effect.removed],
                },
            }
        }
        made = site.wire.graphql(_CommitData, query("commit"), variables).createCommitOnBranch.commit
        return Receipt(effect.key, "created", sha=made.oid, url=made.url)


def own_commit(site: Site, effect: Commit | MergeBase) -> Found | None:
    """Our commit among the branch's newest, by the signed trailer: people may push on top of it."""
    path = "/repos/{full_name}/commits"
    narrowed = {"sha": effect.branch, "per_page": 30}
    trailer = _trailer(site, effect)
    try:
        newest = site.wire.get(_Commits, path, narrowed, full_name=site.full_name)
    except Gone:
        return None
    ours = (one for one in newest.root if trailer in one.commit.message.splitlines())
    return next((_adopted(effect, one) for one in ours), None)


def signed_body(site: Site, effect: Commit | MergeBase) -> str:
    """The message's text below its headline, with the trailer by which we know the commit again."""
    return f"{effect.body}\n\n{_trailer(site, effect)}".strip()


def trailer_of(secret: str, subject: Subject, key: str) -> str:
    """The line of its message by which we know a commit of ours again."""
    text = f"{subject} {key}"
    return f"{TRAILER}: {hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]}"


def _trailer(site: Site, effect: Commit | MergeBase) -> str:
    return trailer_of(site.secret, site.subject, effect.key)


def _adopted(effect: Commit | MergeBase, commit: _ListedCommit) -> Found:
    return Found(Receipt(effect.key, "adopted", sha=commit.sha, url=commit.html_url), same=True)


def _addition(path: str, text: str) -> dict[str, str]:
    return {"path": path, "contents": base64.b64encode(text.encode()).decode("ascii")}


def refused_push(site: Site, branch: str, no: Refusal) -> UserError:
    """Why GitHub does not take our branch or commit, with the rules in force there, for
    somebody who can lift them.
    """
    rules = _rules(site, branch)
    said = f"GitHub refused the push to `{branch}`: {no.message.strip()}"
    if not rules and "rule" not in no.message.lower() and "protected" not in no.message.lower():
        return UserError("refused", said, "see what GitHub says, then put the label on again")
    named = f" Rules in force: {', '.join(f'`{rule}`' for rule in rules)}." if rules else ""
    return UserError(
        "protected-branch",
        said + named,
        "a repository admin lets the App bypass these rules for `groundplan/*`",
    )


def _rules(site: Site, branch: str) -> list[str]:
    path = "/repos/{full_name}/rules/branches/{branch}"
    try:
        rules = site.wire.get(_Rules, path, full_name=site.full_name, branch=branch).root
    except GroundplanError:
        return []
    return sorted({rule.type for rule in rules})
