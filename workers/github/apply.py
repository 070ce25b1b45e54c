"""Changeset → GitHub: the one engine that applies effects, so that no crash, doubt or stale worker writes
twice.

For each effect: what do we remember, what is there, is it our turn, say so in the ledger, write, note the
receipt. It decides nothing about what should be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from bot.effects import (
    AddLabels,
    Changeset,
    CloseIssue,
    Commit,
    EnsureBranch,
    EnsureCheckRun,
    EnsureComment,
    EnsureIssue,
    EnsureLabel,
    EnsurePullRequest,
    EnsureReply,
    MergeBase,
    MergePull,
    React,
    Receipt,
    RemoveLabel,
    ResolveThread,
    check_closed_set,
)
from bot.errors import GroundplanError, Transient, UserError
from workers.github.converse import PerformComment, PerformReaction, PerformReply, PerformResolve
from workers.github.issues import (
    PerformAddLabels,
    PerformCloseIssue,
    PerformIssue,
    PerformLabel,
    PerformRemoveLabel,
)
from workers.github.merge import PerformMergeBase, PerformMergePull
from workers.github.propose import (
    MoreAnnotations,
    PerformCheckRun,
    PerformMoreAnnotations,
    PerformPullRequest,
)
from workers.github.push import PerformBranch, PerformCommit, refused_push
from workers.github.refusals import Conflict, Gone, Limited, Refusal
from workers.github.site import Found, Performer, Site, Step, digest_of
from workers.github.wire import Moved
from workers.ledger import Entry

PERFORMERS: Mapping[type, Performer[Any]] = {
    EnsureBranch: PerformBranch(),
    Commit: PerformCommit(),
    MergeBase: PerformMergeBase(),
    EnsurePullRequest: PerformPullRequest(),
    MergePull: PerformMergePull(),
    EnsureComment: PerformComment(),
    EnsureReply: PerformReply(),
    ResolveThread: PerformResolve(),
    React: PerformReaction(),
    EnsureLabel: PerformLabel(),
    AddLabels: PerformAddLabels(),
    RemoveLabel: PerformRemoveLabel(),
    EnsureCheckRun: PerformCheckRun(),
    EnsureIssue: PerformIssue(),
    CloseIssue: PerformCloseIssue(),
}
_FURTHER: Mapping[type, Performer[Any]] = {MoreAnnotations: PerformMoreAnnotations()}
_ATTEMPTS = 3


def apply(changeset: Changeset, site: Site) -> tuple[Receipt, ...]:
    """Make GitHub look as the changeset says, in its order; one receipt for each effect.

    Raises OutsideClosedSet before anything is written; Fenced when a newer run took over;
    Transient when a later try may do; UserError when only people can help. What was written before
    stays and is known next time.
    """
    check_closed_set(changeset)
    return tuple(_perform(effect, PERFORMERS[type(effect)], site) for effect in changeset.effects)


def _perform(effect: Step, performer: Performer[Any], site: Site) -> Receipt:
    receipt = _made_true(effect, performer, site)
    for step in performer.then(effect, receipt):
        _perform(step, _FURTHER[type(step)], site)
    return receipt


def _made_true(effect: Step, performer: Performer[Any], site: Site) -> Receipt:
    """Tries again only when what was there vanished under our hands."""
    digest = digest_of(effect)
    for _ in range(_ATTEMPTS):
        entry = site.ledger.entry(effect.key)
        if performer.final and entry.done(digest) and entry.receipt:
            return entry.receipt
        found = _look(effect, performer, site, entry)
        if found and found.same:
            outcome: Literal["unchanged", "adopted"] = "unchanged" if entry.done(digest) else "adopted"
            return _settled(site, replace(found.receipt, outcome=outcome), digest)
        if found is None and performer.settles:
            _let_settle(site, entry)
        receipt = _write(effect, performer, site, found, digest)
        if receipt:
            return _settled(site, receipt, digest)
    raise Transient(f"{effect.key} keeps vanishing", 30.0)


def _look(effect: Step, performer: Performer[Any], site: Site, entry: Entry) -> Found | None:
    try:
        return performer.look(site, effect, entry)
    except Refusal as no:
        raise _said(site, effect, no) from no


def _let_settle(site: Site, entry: Entry) -> None:
    """An earlier write may have been done and not show yet: lists lag. Wait until it would."""
    left = site.settle_seconds - (site.ledger.now() - entry.since)
    if entry.state == "intent" and left > 0:
        raise Transient("the end of an earlier write is not known yet", left)


def _write(
    effect: Step, performer: Performer[Any], site: Site, found: Found | None, digest: str
) -> Receipt | None:
    """The receipt, or None when what was found has vanished. A clean no is forgotten;
    doubt stays in the ledger.
    """
    site.wait_turn(performer.content, performer.urgent)
    site.ledger.intend(effect.key, digest)
    try:
        return performer.mend(site, effect, found) if found else performer.make(site, effect)
    except (Refusal, UserError, Limited, Moved) as no:
        if found and isinstance(no, Gone):
            site.ledger.strike(effect.key)
            return None
        site.ledger.forget(effect.key)
        raise _said(site, effect, no) from no


def _settled(site: Site, receipt: Receipt, digest: str) -> Receipt:
    noted = replace(receipt, digest=digest)
    site.ledger.settle(receipt.key, noted)
    return noted


def _said(site: Site, effect: Step, no: GroundplanError) -> GroundplanError:
    """A clean no, as those above us understand it: look again soon, or tell people."""
    if isinstance(no, Moved):
        return Transient("the repository has just been renamed or moved", 5.0)
    if not isinstance(no, Refusal):
        return no
    if isinstance(no, Conflict) or (isinstance(no, Gone) and _may_come_back(effect)):
        return Transient(f"somebody was faster: {no.message}", 2.0)
    if isinstance(no, Gone):
        return UserError("gone", f"GitHub finds nothing there any more ({effect.key.split(':')[0]}).")
    if isinstance(effect, EnsureBranch | Commit | MergeBase):
        return refused_push(site, effect.branch, no)
    what = effect.key.split(":")[0]
    return UserError(
        "refused",
        f"GitHub refused our {what}: {no.message}",
        "see what GitHub says, then put the label on again",
    )


def _may_come_back(effect: Step) -> bool:
    """A branch is made again when we look again; a comment or review that is gone is then not asked about."""
    said = isinstance(effect, React) and bool(effect.comment_id or effect.review)
    return said or isinstance(effect, Commit | MergeBase)
