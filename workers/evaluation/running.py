"""One planning of one case, watched: what the author wrote, what the model was asked, how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bot.author.brief import Author, Brief, Progress, Written
from bot.author.compose import composed
from bot.author.cost import Capped, Prices
from bot.author.drafting import Source, candidate
from bot.author.facts import Facts
from bot.author.model import Heard, Model, ModelError, ModelReply, ModelRequest, unheard
from bot.author.modelled import ModelledAuthor
from bot.author.outline import OutlineAuthor
from bot.author.profiles import Profile, profile_of
from bot.author.prompt import VERSION as PROMPT_VERSION
from bot.errors import GroundplanError
from bot.evaluation.expectation import Ending
from bot.evaluation.results import Transport
from bot.evaluation.trial import Call, FirstDraft, Trial
from bot.plan.digest import digest_of
from bot.plan.formats import FORMATS
from bot.recon.report import survey
from bot.situation import Outcome
from workers.evaluation.cases import Case

RUN = 10_000  # apart from the samples of another run, so that a recording keeps both
DAY = "2026-01-01"  # the same for every run: reports may not depend on the day


Same = TypeVar("Same")


class CutOff(GroundplanError):
    """The evaluation cannot go on now; in words."""


def _as_it_is(one: Same) -> Same:
    return one


@dataclass(frozen=True)
class Bench:
    """Who plans, and how. `profile` None lets the size of the issue choose; `changed` takes stages away,
    `metered` puts caps around the calls of one planning. Without `model` no model is asked.
    """

    transport: Transport
    model: Model | None = None
    profile: Profile | None = None
    changed: Callable[[Profile], Profile] = _as_it_is
    plan_format: str = "roadmap"
    prices: Prices | None = None
    metered: Callable[[Model], Model] = _as_it_is

    @property
    def author(self) -> str:
        """Name and version, as plans give them."""
        one = self._author(None, None)
        return f"{one.name}/{one.version}"

    @property
    def thoroughness(self) -> str:
        """The profile in words."""
        return "none" if self.model is None else self.profile.name if self.profile else "by size"

    def trial(self, case: Case, run: int = 0) -> Trial:
        """Plan the case once. Never raises for what an author or a model got wrong; CutOff when the cap of a
        day was met, since what comes of that says nothing about the planner.
        """
        brief = brief_of(case, self.plan_format)
        watched = _Watched(self.metered(self.model), run) if self.model else None
        author = _Kept(self._author(watched, brief))
        begun = time.monotonic()
        outcome, findings = composed(brief, author, _quiet)
        if watched and watched.capped:
            raise CutOff(f"the cap of {watched.capped.words} was reached")
        seconds = time.monotonic() - begun if self.transport == "live model" else None
        written = author.written
        plan = written.plan if outcome.kind == "plan" and written else None
        return Trial(
            brief=brief,
            ending=_ending(outcome),
            body=outcome.body,
            plan=FORMATS[self.plan_format].whole(plan) if plan else None,
            shown=(*(file.text for file in outcome.files), outcome.pull_title, outcome.pull_body),
            findings=findings,
            asks=_asks(written),
            calls=tuple(call for call, _ in watched.in_order()) if watched else (),
            first=_first(watched, brief) if watched else None,
            seconds=seconds,
            money=self._money(watched),
        )

    def _money(self, watched: _Watched | None) -> float | None:
        if watched is None or self.prices is None:
            return None
        return float(self.prices.all_of((call.purpose, call.usage) for call, _ in watched.in_order()))

    def _author(self, watched: Model | None, brief: Brief | None) -> Author:
        model = watched or self.model
        if model is None:
            return OutlineAuthor()
        return ModelledAuthor(model, profile=self._profile(brief) if brief else self.profile)

    def _profile(self, brief: Brief) -> Profile:
        facts = Facts(brief)
        by_size = profile_of(facts.lane, len(facts.work), bool(facts.risks))
        return self.changed(self.profile or by_size)


def brief_of(case: Case, plan_format: str) -> Brief:
    """What an author is told of a case: its issue and its tree, and nothing of what is expected."""
    return Brief(
        number=case.number,
        title=case.title,
        body=case.body,
        tree=case.tree,
        recon=survey(case.tree, case.title, case.body),
        format=plan_format,
        inputs_digest=digest_of([case.title, case.body, case.tree.sha, plan_format]),
        base_sha=case.tree.sha,
        created=DAY,
    )


def _quiet(_stage: str) -> None:
    """Nobody listens."""


def _ending(outcome: Outcome) -> Ending:
    kind = outcome.kind
    return "failed" if kind == "inspection" or kind == "revision" else kind


def _asks(written: Written | None) -> tuple[str, ...]:
    ready = written.readiness if written else None
    return tuple("\n".join([each.question, each.why, *each.options]) for each in ready.asks) if ready else ()


@dataclass
class _Kept:
    """An author who keeps what was written, since an Outcome has only the files."""

    author: Author
    written: Written | None = None

    @property
    def name(self) -> str:
        return self.author.name

    @property
    def version(self) -> str:
        return self.author.version

    def write(self, brief: Brief, progress: Progress) -> Written:
        self.written = self.author.write(brief, progress)
        return self.written


@dataclass
class _Watched:
    """A model whose calls are counted. Each run asks for samples of its own."""

    model: Model
    run: int
    heard: list[tuple[ModelRequest, ModelReply | ModelError]] = field(default_factory=list)
    capped: Capped | None = None  # a cap beyond the one of this planning

    @property
    def name(self) -> str:
        return self.model.name

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        mine = replace(request, sample=request.sample + self.run * RUN)
        try:
            reply = self.model.complete(mine, heard)
        except ModelError as error:
            self.heard.append((request, error))
            raise
        except Capped as end:
            self.capped = end if end.cap.scope != "plan" else self.capped
            raise
        self.heard.append((request, reply))
        return reply

    def in_order(self) -> list[tuple[Call, str]]:
        """Every call with its answer, in an order that threads have no part in."""
        ordered = sorted(self.heard, key=lambda each: (each[0].purpose, each[0].sample, each[0].digest))
        return [
            (Call(asked.purpose, got.usage, got.kind), "")
            if isinstance(got, ModelError)
            else (Call(asked.purpose, got.usage), got.text)
            for asked, got in ordered
        ]


def _first(watched: _Watched, brief: Brief) -> FirstDraft | None:
    """The first draft as it came, before anything was asked to be repaired."""
    drafts = [(call, text) for call, text in watched.in_order() if call.purpose == "draft"]
    if not drafts:
        return None
    call, text = drafts[0]
    if call.failed:
        return FirstDraft(is_plan=False, findings=())
    found = candidate(text, Facts(brief), Source("evaluation", watched.name, PROMPT_VERSION, call.usage))
    return FirstDraft(found.plan is not None, found.findings)
