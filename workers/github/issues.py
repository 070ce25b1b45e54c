"""What we put on issues and into the repository's list of them: labels, issues of our own, and their end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import RootModel

from bot.effects import AddLabels, CloseIssue, EnsureIssue, EnsureLabel, Receipt, RemoveLabel
from bot.errors import UserError
from workers.github.refusals import AlreadyExists, Gone
from workers.github.site import Author, Found, Made, Performer, Site, same_text
from workers.github.wire import Answer
from workers.ledger import Entry

_ISSUE = "/repos/{full_name}/issues/{number}"


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


class PerformLabel(Performer[EnsureLabel]):
    """The name is the natural key. A label that is there keeps the colour and the words that people chose."""

    final = True
    content = False

    def make(self, site: Site, effect: EnsureLabel) -> Receipt:
        body = {
            "name": effect.name,
            "color": effect.color.removeprefix("#"),
            "description": effect.description,
        }
        try:
            made = site.wire.send(Made, "POST", "/repos/{full_name}/labels", body, full_name=site.full_name)
        except AlreadyExists:
            return Receipt(effect.key, "unchanged")
        return made.receipt(effect.key)


class _Label(Answer):
    name: str = ""


class _Issue(Answer):
    id: int
    number: int
    html_url: str = ""
    title: str
    body: str | None = None
    state: str = "open"
    user: Author | None = None
    labels: tuple[_Label, ...] = ()
    pull_request: dict[str, Any] | None = None


class _Issues(RootModel[list[_Issue]]):
    pass


def _numbered(site: Site, number: int) -> _Issue:
    return site.wire.get(_Issue, _ISSUE, full_name=site.full_name, number=number)


def _name_of(site: Site, issue: _Issue) -> str | None:
    """The name in its mark, when it is an issue that we wrote for this subject; else None."""
    if issue.pull_request is not None or not site.is_ours(issue.user):
        return None
    mark = site.own_mark(issue.body or "")
    return mark.get("name") if mark is not None and mark.kind == "issue" else None


class PerformIssue(Performer[EnsureIssue]):
    """Known by its mark: kind "issue", field `name`, valid at the subject it came from."""

    final = True
    settles = True

    def look(self, site: Site, effect: EnsureIssue, entry: Entry) -> Found | None:
        known = entry.receipt.number if entry.receipt else 0
        ours = _numbered(site, known) if known else self._listed(site, effect)
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

    def _listed(self, site: Site, effect: EnsureIssue) -> _Issue | None:
        """The oldest issue of ours with this mark."""
        narrowed = {"creator": site.login(), "state": "all", "sort": "created", "direction": "asc"}
        pages = site.wire.pages(_Issues, "/repos/{full_name}/issues", narrowed, full_name=site.full_name)
        every = (issue for page in pages for issue in page.root)
        return next((issue for issue in every if _name_of(site, issue) == effect.name), None)


class PerformCloseIssue(Performer[CloseIssue]):
    """Only what our bot wrote for this subject, by its signed mark, is ever closed."""

    final = True
    content = False

    def look(self, site: Site, effect: CloseIssue, entry: Entry) -> Found:
        receipt = Receipt(effect.key, "adopted", number=effect.number)
        try:
            issue = _numbered(site, effect.number)
        except Gone:
            return Found(receipt, same=True)
        if _name_of(site, issue) is None:
            reason = f"#{effect.number} is not an issue that Groundplan opened for this plan."
            raise UserError("not-ours", reason, f"somebody with triage rights closes #{effect.number}")
        return Found(replace(receipt, id=issue.id, url=issue.html_url), same=issue.state == "closed")

    def mend(self, site: Site, effect: CloseIssue, found: Found) -> Receipt:
        body = {"state": "closed", "state_reason": effect.reason}
        site.wire.tell("PATCH", _ISSUE, body, full_name=site.full_name, number=effect.number)
        return replace(found.receipt, outcome="updated")
