"""Pull requests and check runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pydantic import RootModel

from bot.effects import ANNOTATIONS_A_REQUEST, Annotation, EnsureCheckRun, EnsurePullRequest, Receipt
from bot.errors import Transient, UserError
from bot.own_part import part_of, with_part, wrapped
from workers.github.answers import RestCheck
from workers.github.queries import query
from workers.github.read_checks import own_checks
from workers.github.refusals import AlreadyExists, Gone
from workers.github.site import Author, Found, Made, Performer, Site, digest_of, same_text
from workers.github.wire import Answer
from workers.ledger import Entry

_PULL = "/repos/{full_name}/pulls/{number}"


class _Branch(Answer):
    ref: str


class _Pull(Answer):
    number: int
    id: int = 0
    html_url: str = ""
    title: str
    body: str | None = None
    state: str
    user: Author | None = None
    base: _Branch


class _Pulls(RootModel[list[_Pull]]):
    pass


class _Actor(Answer):
    databaseId: int = 0  # noqa: N815 - GitHub's name


class _Renamed(Answer):
    actor: _Actor | None = None


class _Renamings(Answer):
    nodes: list[_Renamed]


class _Timeline(Answer):
    timelineItems: _Renamings  # noqa: N815 - GitHub's name


class _AboutPull(Answer):
    pullRequest: _Timeline  # noqa: N815 - GitHub's name


class _RenamedData(Answer):
    repository: _AboutPull


class PerformPullRequest(Performer[EnsurePullRequest]):
    """The branch is the natural key: GitHub keeps at most one open pull request for it.

    Our part of its text stands between markers (`own_part`); what people wrote around it stays. So does a
    title that they gave it.
    """

    def look(self, site: Site, effect: EnsurePullRequest, entry: Entry) -> Found | None:
        known = entry.receipt.number if entry.receipt else 0
        pull = self._numbered(site, known) if known else None
        ours = [pull] if pull else [one for one in self._listed(site, effect) if site.is_ours(one.user)]
        found = next((one for one in ours if one.state == "open"), None)
        if found is None and ours:
            raise Transient(f"#{ours[0].number} of {effect.branch} is closed already: look again", 5.0)
        if found is None:
            return None
        written = entry.done(digest_of(effect))
        return self._found(effect, found, same=written or not self._change(site, effect, found))

    def make(self, site: Site, effect: EnsurePullRequest) -> Receipt:
        body = {"head": effect.branch, "base": effect.base, "title": effect.title}
        body["body"] = wrapped(effect.body)
        try:
            made = site.wire.send(Made, "POST", "/repos/{full_name}/pulls", body, full_name=site.full_name)
        except AlreadyExists:
            return self._adopt(site, effect)
        return made.receipt(effect.key)

    def mend(self, site: Site, effect: EnsurePullRequest, found: Found) -> Receipt:
        """Reads it again first: while we waited for our turn, people may have written into it."""
        where: dict[str, Any] = {"full_name": site.full_name, "number": found.receipt.number}
        change = self._change(site, effect, site.wire.get(_Pull, _PULL, **where))
        if change:
            site.wire.tell("PATCH", _PULL, change, **where)
        return replace(found.receipt, outcome="updated")

    def _adopt(self, site: Site, effect: EnsurePullRequest) -> Receipt:
        """GitHub says it is there; the list may not show it yet."""
        there = [pull for pull in self._listed(site, effect) if pull.state == "open"]
        if not there:
            raise Transient(f"the pull request of {effect.branch} does not show yet", 10.0)
        if not site.is_ours(there[0].user):
            reason = f"Pull request #{there[0].number} from `{effect.branch}` is somebody else's."
            raise UserError("pull-exists", reason, f"close #{there[0].number}, then put the label on again")
        site.wait_turn(self.content)
        return self.mend(site, effect, self._found(effect, there[0], same=False))

    def _numbered(self, site: Site, number: int) -> _Pull | None:
        try:
            return site.wire.get(_Pull, _PULL, full_name=site.full_name, number=number)
        except Gone:
            return None

    def _listed(self, site: Site, effect: EnsurePullRequest) -> list[_Pull]:
        narrowed = {"head": f"{site.repository.owner}:{effect.branch}", "state": "all"}
        pages = site.wire.pages(_Pulls, "/repos/{full_name}/pulls", narrowed, full_name=site.full_name)
        return [pull for page in pages for pull in page.root]

    def _found(self, effect: EnsurePullRequest, pull: _Pull, same: bool) -> Found:
        return Found(Receipt(effect.key, "adopted", number=pull.number, id=pull.id, url=pull.html_url), same)

    def _change(self, site: Site, effect: EnsurePullRequest, pull: _Pull) -> dict[str, str]:
        """What differs from what we want, as far as it is ours."""
        text, change = pull.body or "", {}
        if not same_text(part_of(text) or "", part_of(wrapped(effect.body)) or ""):
            change["body"] = with_part(text, effect.body)
        if pull.title != effect.title and self._title_is_ours(site, pull.number):
            change["title"] = effect.title
        return change

    def _title_is_ours(self, site: Site, number: int) -> bool:
        """Nobody renamed it, or we were the last to do so."""
        where = {"owner": site.repository.owner, "name": site.repository.name, "number": number}
        told = site.wire.graphql(_RenamedData, query("renamed"), where)
        last = told.repository.pullRequest.timelineItems.nodes[-1:]
        return all(one.actor is not None and one.actor.databaseId == site.bot_id for one in last)


@dataclass(frozen=True, slots=True)
class MoreAnnotations:
    """The check run `id` carries `start` annotations and these after them."""

    key: str
    id: int
    start: int
    annotations: tuple[Annotation, ...]
    title: str
    summary: str


class PerformCheckRun(Performer[EnsureCheckRun]):
    final = True
    settles = True

    def look(self, site: Site, effect: EnsureCheckRun, entry: Entry) -> Found | None:
        runs = own_checks(site.wire, site.repository, effect.head_sha, site.app_id, effect.name)
        ours = next((run for run in runs if run.external_id == effect.external_id), None)
        return _found_check(effect, ours) if ours else None

    def make(self, site: Site, effect: EnsureCheckRun) -> Receipt:
        body = {
            "name": effect.name,
            "head_sha": effect.head_sha,
            "external_id": effect.external_id,
            "status": "completed",
            "conclusion": effect.conclusion,
            "output": _output(effect, effect.annotations[:ANNOTATIONS_A_REQUEST]),
        }
        path = "/repos/{full_name}/check-runs"
        return site.wire.send(Made, "POST", path, body, full_name=site.full_name).receipt(effect.key)

    def mend(self, site: Site, effect: EnsureCheckRun, found: Found) -> Receipt:
        body = {"status": "completed", "conclusion": effect.conclusion, "output": _output(effect, ())}
        path = "/repos/{full_name}/check-runs/{number}"
        site.wire.tell("PATCH", path, body, full_name=site.full_name, number=found.receipt.id)
        return replace(found.receipt, outcome="updated")

    def then(self, effect: EnsureCheckRun, receipt: Receipt) -> tuple[MoreAnnotations, ...]:
        return tuple(
            MoreAnnotations(
                key,
                receipt.id,
                start,
                effect.annotations[start : start + ANNOTATIONS_A_REQUEST],
                effect.title,
                effect.summary,
            )
            for start, key in effect.later.items()
        )


class PerformMoreAnnotations(Performer[MoreAnnotations]):
    """An update adds its annotations to those that are there, so their count says how far we came."""

    final = True

    def look(self, site: Site, effect: MoreAnnotations, entry: Entry) -> Found | None:
        if entry.state == "none":
            return None
        path = "/repos/{full_name}/check-runs/{number}"
        run = site.wire.get(RestCheck, path, full_name=site.full_name, number=effect.id)
        there = run.output.annotations_count > effect.start
        return Found(Receipt(effect.key, "adopted", id=effect.id), same=True) if there else None

    def make(self, site: Site, effect: MoreAnnotations) -> Receipt:
        body = {"output": _output(effect, effect.annotations)}
        path = "/repos/{full_name}/check-runs/{number}"
        site.wire.tell("PATCH", path, body, full_name=site.full_name, number=effect.id)
        return Receipt(effect.key, "created", id=effect.id)


def _found_check(effect: EnsureCheckRun, run: RestCheck) -> Found:
    receipt = Receipt(effect.key, "adopted", id=run.id, url=run.html_url)
    same = (
        run.status == "completed"
        and run.conclusion == effect.conclusion
        and run.output.title == effect.title
        and same_text(run.output.summary or "", effect.summary)
    )
    return Found(receipt, same)


def _output(effect: EnsureCheckRun | MoreAnnotations, annotations: tuple[Annotation, ...]) -> dict[str, Any]:
    return {
        "title": effect.title,
        "summary": effect.summary,
        "annotations": [
            {
                "path": one.path,
                "start_line": one.line,
                "end_line": one.line,
                "annotation_level": one.level,
                "title": one.title,
                "message": one.message,
            }
            for one in annotations
        ],
    }
