"""What we say and put on issues: comments, reactions, labels, and issues of our own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import RootModel

from bot.effects import AddLabels, EnsureComment, EnsureIssue, React, Receipt, RemoveLabel
from workers.github.answers import RestComment
from workers.github.refusals import Gone
from workers.github.site import Author, Found, Made, Performer, Site, digest_of, same_text
from workers.github.wire import Answer
from workers.ledger import Entry

_ISSUE = "/repos/{full_name}/issues/{number}"
_COMMENT = "/repos/{full_name}/issues/comments/{id}"


class _Comments(RootModel[list[RestComment]]):
    pass


class PerformComment(Performer[EnsureComment]):
    settles = True

    def look(self, site: Site, effect: EnsureComment, entry: Entry) -> Found | None:
        """By the id we know; else by author and mark among all comments: the oldest, and the others to spare.

        What we wrote ourselves and know to be outdated needs no look.
        """
        if entry.receipt and entry.state == "done" and entry.digest != digest_of(effect):
            return Found(entry.receipt, same=False)
        known = self._known(site, effect, entry.receipt) if entry.receipt else None
        if known:
            return known
        ours = sorted(self._ours(site, effect), key=lambda comment: comment.id)
        if not ours:
            return None
        receipt = Receipt(effect.key, "adopted", id=ours[0].id, url="")
        spare = tuple(comment.id for comment in ours[1:])
        return Found(receipt, same_text(ours[0].body, effect.body) and not spare, spare)

    def make(self, site: Site, effect: EnsureComment) -> Receipt:
        path = _ISSUE + "/comments"
        body = {"body": effect.body}
        made = site.wire.send(Made, "POST", path, body, full_name=site.full_name, number=effect.number)
        return made.receipt(effect.key)

    def mend(self, site: Site, effect: EnsureComment, found: Found) -> Receipt:
        for spare in found.spare:
            self._delete(site, spare)
        body = {"body": effect.body}
        site.wire.tell("PATCH", _COMMENT, body, full_name=site.full_name, id=found.receipt.id)
        return replace(found.receipt, outcome="updated")

    def _known(self, site: Site, effect: EnsureComment, receipt: Receipt) -> Found | None:
        try:
            there = site.wire.get(RestComment, _COMMENT, full_name=site.full_name, id=receipt.id)
        except Gone:
            return None
        return Found(receipt, same_text(there.body, effect.body))

    def _ours(self, site: Site, effect: EnsureComment) -> list[RestComment]:
        path = _ISSUE + "/comments"
        pages = site.wire.pages(_Comments, path, full_name=site.full_name, number=effect.number)
        return [comment for page in pages for comment in page.root if self._is_it(site, effect, comment)]

    def _is_it(self, site: Site, effect: EnsureComment, comment: RestComment) -> bool:
        if comment.user is None or comment.user.id != site.bot_id:
            return False
        mark = site.own_mark(comment.body, effect.number)
        return mark is not None and mark.kind == effect.name

    def _delete(self, site: Site, number: int) -> None:
        try:
            site.wire.tell("DELETE", _COMMENT, full_name=site.full_name, id=number)
        except Gone:
            return
        site.wait_turn(self.content)


class PerformReaction(Performer[React]):
    """GitHub keeps one reaction of a kind for each user, so asking again is harmless."""

    final = True

    def make(self, site: Site, effect: React) -> Receipt:
        body = {"content": effect.content}
        about, number = (_COMMENT, effect.comment_id) if effect.comment_id else (_ISSUE, effect.number)
        path = about.replace("{id}", "{number}") + "/reactions"
        made = site.wire.send(Made, "POST", path, body, full_name=site.full_name, number=number)
        return made.receipt(effect.key)


class PerformAddLabels(Performer[AddLabels]):
    final = True
    content = False

    def make(self, site: Site, effect: AddLabels) -> Receipt:
        body = {"labels": list(effect.labels)}
        site.wire.tell("POST", _ISSUE + "/labels", body, full_name=site.full_name, number=effect.number)
        return Receipt(effect.key, "created", number=effect.number)


class PerformRemoveLabel(Performer[RemoveLabel]):
    final = True
    content = False

    def make(self, site: Site, effect: RemoveLabel) -> Receipt:
        where: dict[str, Any] = {"full_name": site.full_name, "number": effect.number, "label": effect.label}
        try:
            site.wire.tell("DELETE", _ISSUE + "/labels/{label}", **where)
        except Gone:
            return Receipt(effect.key, "unchanged", number=effect.number)
        return Receipt(effect.key, "updated", number=effect.number)


class _Label(Answer):
    name: str = ""


class _Issue(Answer):
    id: int
    number: int
    html_url: str = ""
    title: str
    body: str | None = None
    user: Author | None = None
    labels: tuple[_Label, ...] = ()
    pull_request: dict[str, Any] | None = None


class _Issues(RootModel[list[_Issue]]):
    pass


class PerformIssue(Performer[EnsureIssue]):
    """Known by its mark: kind "issue", field `name`, valid at the subject it came from."""

    final = True
    settles = True

    def look(self, site: Site, effect: EnsureIssue, entry: Entry) -> Found | None:
        known = entry.receipt.number if entry.receipt else 0
        ours = self._numbered(site, known) if known else self._listed(site, effect)
        if ours is None:
            return None
        receipt = Receipt(effect.key, "adopted", number=ours.number, id=ours.id, url=ours.html_url)
        labelled = set(effect.labels) <= {label.name for label in ours.labels}
        return Found(
            receipt, ours.title == effect.title and same_text(ours.body or "", effect.body) and labelled
        )

    def make(self, site: Site, effect: EnsureIssue) -> Receipt:
        body = {"title": effect.title, "body": effect.body, "labels": list(effect.labels)}
        made = site.wire.send(Made, "POST", "/repos/{full_name}/issues", body, full_name=site.full_name)
        return made.receipt(effect.key)

    def mend(self, site: Site, effect: EnsureIssue, found: Found) -> Receipt:
        """Labels are only added: the others on it are people's."""
        where: dict[str, Any] = {"full_name": site.full_name, "number": found.receipt.number}
        site.wire.tell("PATCH", _ISSUE, {"title": effect.title, "body": effect.body}, **where)
        if effect.labels:
            site.wait_turn(content=False)
            site.wire.tell("POST", _ISSUE + "/labels", {"labels": list(effect.labels)}, **where)
        return replace(found.receipt, outcome="updated")

    def _numbered(self, site: Site, number: int) -> _Issue | None:
        return site.wire.get(_Issue, _ISSUE, full_name=site.full_name, number=number)

    def _listed(self, site: Site, effect: EnsureIssue) -> _Issue | None:
        """The oldest issue of ours with this mark."""
        narrowed = {"creator": site.login(), "state": "all", "sort": "created", "direction": "asc"}
        pages = site.wire.pages(_Issues, "/repos/{full_name}/issues", narrowed, full_name=site.full_name)
        every = (issue for page in pages for issue in page.root)
        return next((issue for issue in every if self._is_it(site, effect, issue)), None)

    def _is_it(self, site: Site, effect: EnsureIssue, issue: _Issue) -> bool:
        if issue.pull_request is not None or not site.is_ours(issue.user):
            return False
        mark = site.own_mark(issue.body or "")
        return mark is not None and mark.kind == "issue" and mark.get("name") == effect.name
