"""Merging: the base branch into a branch of ours, and our pull request into its base. Nothing is forced."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bot.branches import PREFIX
from bot.effects import MergeBase, MergePull, Receipt
from bot.errors import Transient, UserError
from bot.plan.safe_text import code
from workers.github.overlay import Leaf, Leaves, overlay
from workers.github.push import own_commit, signed_body
from workers.github.refusals import Conflict, Refusal
from workers.github.site import Author, Found, Performer, Site
from workers.github.wire import Answer
from workers.ledger import Entry

COMPARED_FILES = 300  # GitHub names no more of them.
SHOWN = 10
_GIT = "/repos/{full_name}/git"
_PULL = "/repos/{full_name}/pulls/{number}"
_NOT_MERGEABLE = (405, 409)


class _Sha(Answer):
    sha: str


class _Inner(Answer):
    tree: _Sha


class _Commit(Answer):
    sha: str
    commit: _Inner


class _File(Answer):
    filename: str
    previous_filename: str = ""


class _Compared(Answer):
    base_commit: _Commit
    merge_base_commit: _Commit
    files: tuple[_File, ...] = ()


class _Row(Answer):
    path: str
    mode: str
    type: str
    sha: str


class _Tree(Answer):
    tree: list[_Row]
    truncated: bool = False


class _Ref(Answer):
    object: _Sha


class _NewCommit(Answer):
    sha: str
    html_url: str = ""


class PerformMergeBase(Performer[MergeBase]):
    """A commit with two parents, made of the base's tree, what the branch changed, and the files given."""

    final = True

    def look(self, site: Site, effect: MergeBase, entry: Entry) -> Found | None:
        return own_commit(site, effect)

    def make(self, site: Site, effect: MergeBase) -> Receipt:
        """Objects that no branch leads to are nothing, so a crash before the last request leaves nothing."""
        _check_head(site, effect)
        span = _compared(site, effect)
        rows = [_written(file.path, file.text) for file in effect.files]
        rows += [_row(path, leaf) for path, leaf in _others(site, effect, span).items()]
        tree = {"base_tree": span.base_commit.commit.tree.sha, "tree": rows}
        made = site.wire.send(_Sha, "POST", _GIT + "/trees", tree, full_name=site.full_name)
        commit = {
            "message": f"{effect.headline}\n\n{signed_body(site, effect)}",
            "tree": made.sha,
            "parents": [effect.expected_head, effect.base_sha],
        }
        new = site.wire.send(_NewCommit, "POST", _GIT + "/commits", commit, full_name=site.full_name)
        move = {"sha": new.sha, "force": False}
        where = {"full_name": site.full_name, "ref": f"heads/{effect.branch}"}
        site.wire.tell("PATCH", _GIT + "/refs/{ref}", move, **where)
        return Receipt(effect.key, "created", sha=new.sha, url=new.html_url)


def _check_head(site: Site, effect: MergeBase) -> None:
    """A branch that was set back would take our commit as a fast forward, and with it what was taken off."""
    ref = f"heads/{effect.branch}"
    there = site.wire.get(_Ref, _GIT + "/ref/{ref}", full_name=site.full_name, ref=ref)
    if there.object.sha != effect.expected_head:
        raise Conflict(409, f"{effect.branch} has moved")


def _compared(site: Site, effect: MergeBase) -> _Compared:
    path, between = "/repos/{full_name}/compare/{between}", f"{effect.base_sha}...{effect.expected_head}"
    return site.wire.get(_Compared, path, {"per_page": 1}, full_name=site.full_name, between=between)


def _others(site: Site, effect: MergeBase, span: _Compared) -> Mapping[str, Leaf | None]:
    """Every path besides the given files that has to differ from the base's tree.

    Raises UserError with the paths that both sides changed. Most branches of ours hold nothing but the files
    given; then the trees, which may be large, are not read.
    """
    given = {file.path for file in effect.files} | set(effect.removed)
    named = {name for file in span.files for name in (file.filename, file.previous_filename) if name}
    if named <= given and not effect.removed and len(span.files) < COMPARED_FILES:
        return {}
    fork, head, base = (
        _leaves(site, sha) for sha in (span.merge_base_commit.sha, effect.expected_head, effect.base_sha)
    )
    found = overlay(fork, head, base, given)
    if found.conflicts:
        raise _both_changed(effect, found.conflicts)
    return {**found.rows, **{path: None for path in effect.removed if path in base}}


def _leaves(site: Site, sha: str) -> Leaves:
    path = _GIT + "/trees/{sha}"
    told = site.wire.get(_Tree, path, {"recursive": "1"}, full_name=site.full_name, sha=sha)
    if told.truncated:
        reason = "The repository holds more files than GitHub lists at once."
        raise UserError("too-large", reason, "merge the base branch into the plan's branch with git")
    return {row.path: Leaf(row.mode, row.type, row.sha) for row in told.tree if row.type != "tree"}


def _both_changed(effect: MergeBase, paths: Collection[str]) -> UserError:
    shown = ", ".join(code(path) for path in sorted(paths)[:SHOWN])
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    reason = f"`{effect.branch}` and the base branch both changed {shown}{more}."
    return UserError("merge-conflict", reason, f"merge the base branch into `{effect.branch}` by hand")


def _written(path: str, text: str) -> dict[str, Any]:
    return {"path": path, "mode": "100644", "type": "blob", "content": text}


def _row(path: str, leaf: Leaf | None) -> dict[str, Any]:
    if leaf is None:
        return {"path": path, "mode": "100644", "type": "blob", "sha": None}
    return {"path": path, "mode": leaf.mode, "type": leaf.type, "sha": leaf.sha}


class _Head(Answer):
    ref: str
    sha: str


class _Pull(Answer):
    state: str
    merged: bool = False
    html_url: str = ""
    user: Author | None = None
    head: _Head


class _Merged(Answer):
    sha: str


class PerformMergePull(Performer[MergePull]):
    """Only our own pull request, at exactly the head that was named; GitHub itself refuses any other."""

    final = True

    def look(self, site: Site, effect: MergePull, entry: Entry) -> Found | None:
        pull = site.wire.get(_Pull, _PULL, full_name=site.full_name, number=effect.number)
        if not site.is_ours(pull.user) or not pull.head.ref.startswith(PREFIX):
            raise UserError("not-ours", f"#{effect.number} is not a pull request of Groundplan's.")
        if pull.merged and pull.head.sha == effect.head_sha:
            return Found(Receipt(effect.key, "adopted", number=effect.number, url=pull.html_url), same=True)
        if pull.merged or pull.state != "open":
            raise Transient(f"#{effect.number} is closed already: look again", 5.0)
        return None

    def make(self, site: Site, effect: MergePull) -> Receipt:
        body = {"sha": effect.head_sha, "commit_title": effect.headline, "merge_method": effect.method}
        where: dict[str, Any] = {"full_name": site.full_name, "number": effect.number}
        try:
            made = site.wire.send(_Merged, "PUT", _PULL + "/merge", body, **where)
        except Refusal as no:
            if no.status in _NOT_MERGEABLE:
                raise _not_merged(effect, no) from no
            raise
        return Receipt(effect.key, "created", number=effect.number, sha=made.sha)


def _not_merged(effect: MergePull, no: Refusal) -> UserError:
    words = " ".join(no.message.split())
    reason = f"GitHub does not merge #{effect.number} at `{effect.head_sha[:7]}`: {words}"
    return UserError("not-merged", reason, f"see what GitHub says at #{effect.number}, or merge it yourself")
