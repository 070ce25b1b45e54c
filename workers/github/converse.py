"""What we say in conversations: comments, answers in review threads, reactions, and threads we close."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, TypeVar

from pydantic import RootModel

from bot.effects import EnsureComment, EnsureReply, React, Reaction, Receipt, ResolveThread
from bot.marks import Mark
from workers.github.queries import query
from workers.github.refusals import Gone
from workers.github.site import Author, Found, Made, Performer, Site, digest_of, same_text
from workers.github.wire import Answer
from workers.ledger import Entry

S = TypeVar("S", EnsureComment, EnsureReply)
_ISSUE = "/repos/{full_name}/issues/{number}"
_COMMENT = "/repos/{full_name}/issues/comments/{id}"
_THREADS = "/repos/{full_name}/pulls/{number}/comments"
_IN_THREAD = "/repos/{full_name}/pulls/comments/{id}"


class _Said(Answer):
    """A comment on an issue, or one in a review thread."""

    id: int
    body: str | None = None
    user: Author | None = None
    in_reply_to_id: int = 0


class _AllSaid(RootModel[list[_Said]]):
    pass


class _Speech(Performer[S]):
    """A text of ours known by its author and its mark."""

    settles = True
    every: ClassVar[str]
    one: ClassVar[str]

    def fits(self, effect: S, said: _Said, mark: Mark) -> bool:
        """Whether something of ours with this mark is what the effect speaks of."""
        raise NotImplementedError

    def look(self, site: Site, effect: S, entry: Entry) -> Found | None:
        """By the id we know; else by author and mark among all comments: the oldest, and the others to spare.

        What we wrote ourselves and know to be outdated needs no look.
        """
        if entry.receipt and entry.state == "done" and entry.digest != digest_of(effect):
            return Found(entry.receipt, same=False)
        known = self._known(site, effect, entry.receipt) if entry.receipt else None
        if known:
            return known
        ours = sorted(self._ours(site, effect), key=lambda said: said.id)
        if not ours:
            return None
        receipt = Receipt(effect.key, "adopted", id=ours[0].id, url="")
        spare = tuple(said.id for said in ours[1:])
        return Found(receipt, same_text(ours[0].body or "", effect.body) and not spare, spare)

    def make(self, site: Site, effect: S) -> Receipt:
        body = {"body": effect.body}
        made = site.wire.send(Made, "POST", self.every, body, full_name=site.full_name, number=effect.number)
        return made.receipt(effect.key)

    def mend(self, site: Site, effect: S, found: Found) -> Receipt:
        for spare in found.spare:
            self._delete(site, spare)
        site.wire.tell(
            "PATCH", self.one, {"body": effect.body}, full_name=site.full_name, id=found.receipt.id
        )
        return replace(found.receipt, outcome="updated")

    def _known(self, site: Site, effect: S, receipt: Receipt) -> Found | None:
        try:
            there = site.wire.get(_Said, self.one, full_name=site.full_name, id=receipt.id)
        except Gone:
            return None
        return Found(receipt, same_text(there.body or "", effect.body))

    def _ours(self, site: Site, effect: S) -> list[_Said]:
        pages = site.wire.pages(_AllSaid, self.every, full_name=site.full_name, number=effect.number)
        return [said for page in pages for said in page.root if self._is_it(site, effect, said)]

    def _is_it(self, site: Site, effect: S, said: _Said) -> bool:
        mark = site.own_mark(said.body or "", effect.number) if site.is_ours(said.user) else None
        return mark is not None and self.fits(effect, said, mark)

    def _delete(self, site: Site, number: int) -> None:
        try:
            site.wire.tell("DELETE", self.one, full_name=site.full_name, id=number)
        except Gone:
            return
        site.wait_turn(self.content)


class PerformComment(_Speech[EnsureComment]):
    every = _ISSUE + "/comments"
    one = _COMMENT

    def fits(self, effect: EnsureComment, said: _Said, mark: Mark) -> bool:
        return mark.kind == effect.name and mark.get("about") == effect.about


class PerformReply(_Speech[EnsureReply]):
    """An answer in the thread that a comment begins: kind "reply", field `about`."""

    every = _THREADS
    one = _IN_THREAD

    def fits(self, effect: EnsureReply, said: _Said, mark: Mark) -> bool:
        here = said.in_reply_to_id == effect.comment
        return here and mark.kind == "reply" and mark.get("about") == effect.about

    def make(self, site: Site, effect: EnsureReply) -> Receipt:
        """A thread that people deleted meanwhile needs no answer any more."""
        where = {"number": effect.number, "comment": effect.comment}
        path = _THREADS + "/{comment}/replies"
        try:
            made = site.wire.send(
                Made, "POST", path, {"body": effect.body}, full_name=site.full_name, **where
            )
        except Gone:
            return Receipt(effect.key, "unchanged")
        return made.receipt(effect.key)


class _Done(Answer):
    """A mutation that went through; what it tells does not matter."""


class PerformResolve(Performer[ResolveThread]):
    """GitHub resolves a thread that is resolved without a word; one that is gone needs it no more."""

    final = True
    content = False

    def make(self, site: Site, effect: ResolveThread) -> Receipt:
        try:
            site.wire.graphql(_Done, query("resolve"), {"thread": effect.thread})
        except Gone:
            return Receipt(effect.key, "unchanged")
        return Receipt(effect.key, "updated")


_CONTENT: dict[Reaction, str] = {"eyes": "EYES", "rocket": "ROCKET", "confused": "CONFUSED"}


class PerformReaction(Performer[React]):
    """GitHub keeps one reaction of a kind for each user, so asking again is harmless. REST has none for
    reviews.
    """

    final = True
    urgent = True

    def make(self, site: Site, effect: React) -> Receipt:
        if effect.review:
            subject = {"subject": effect.review, "content": _CONTENT[effect.content]}
            site.wire.graphql(_Done, query("react"), subject)
            return Receipt(effect.key, "created")
        about, number = (_COMMENT, effect.comment_id) if effect.comment_id else (_ISSUE, effect.number)
        path = about.replace("{id}", "{number}") + "/reactions"
        body = {"content": effect.content}
        made = site.wire.send(Made, "POST", path, body, full_name=site.full_name, number=number)
        return made.receipt(effect.key)
