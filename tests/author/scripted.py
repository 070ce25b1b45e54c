"""The author with a model in front of the scripted server: how tests run it, and what a good draft is.

The answers are scripted, so this shows that the machinery holds and nothing about any model.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.author.brief import Brief, Written
from bot.author.compose import compose
from bot.author.cost import Capped, MeteredModel
from bot.author.failure import Failed
from bot.author.model import Model, ModelError, ModelReply, Usage
from bot.author.modelled import ModelledAuthor
from bot.author.outline import OutlineAuthor
from bot.author.profiles import Profile
from bot.author.remembering import Answers, RememberingModel
from bot.plan.contract import plan_from_contract
from bot.plan.draft import draft_of
from bot.plan.model import Plan
from bot.situation import Outcome
from sandbox.model_server import Asked, ModelServer, Play, Style, serving
from workers.model.exchange import Endpoint, Patience
from workers.model.openai_chat import OpenAIChat
from workers.model.openai_responses import OpenAIResponses
from workers.purse import PocketPurse

Draft = dict[str, Any]
STYLES: tuple[Style, ...] = ("responses", "chat")
DRAFT_ONLY = Profile("quick", understands=False, drafts=1, repairs=2, reviews=False, coders=0)
WITH_READERS = Profile("standard", understands=True, drafts=1, repairs=2, reviews=True, coders=2)
DEEP = Profile("deep", understands=True, drafts=3, repairs=2, reviews=True, coders=3)


@contextmanager
def writing(
    *turns: Play,
    style: Style = "responses",
    profile: Profile = DRAFT_ONLY,
    purse: PocketPurse | None = None,
    answers: Answers | None = None,
    deadline: float = 4.0,
) -> Iterator[tuple[ModelledAuthor, ModelServer]]:
    """An author whose model plays these turns, metered by a purse and with kept answers when given."""

    def for_planning(model: Model, _brief: Brief) -> Model:
        metered = MeteredModel(model, purse) if purse else model
        return RememberingModel(metered, answers) if answers else metered

    with serving(*turns) as server:
        patience = Patience(connect=2, deadline=deadline)
        endpoint = Endpoint(server.url, "sk-test", patience, lambda _seconds: None)
        model = (
            OpenAIResponses(endpoint, "m-1", {}) if style == "responses" else OpenAIChat(endpoint, "m-1", {})
        )
        yield ModelledAuthor(model, profile=profile, for_planning=for_planning), server


def run(
    brief: Brief, *turns: Play, style: Style = "responses", profile: Profile = DRAFT_ONLY
) -> tuple[Outcome, ModelServer]:
    """How planning ends when the model plays these turns."""
    with writing(*turns, style=style, profile=profile) as (author, server):
        return compose(brief, author, quiet), server


@dataclass
class Ran:
    """How writing ended: "plan", "failed" (with findings), "capped", or the kind of the model's error."""

    end: str
    usage: Usage
    written: Written | None = None
    stages: list[str] = field(default_factory=list)

    @property
    def plan(self) -> Plan:
        assert self.written is not None
        assert self.written.plan is not None, self.end
        return self.written.plan


def wrote(author: ModelledAuthor, brief: Brief) -> Ran:
    """Writing itself, before it becomes an outcome."""
    stages: list[str] = []
    try:
        written = author.write(brief, stages.append)
    except ModelError as error:
        return Ran(error.kind, error.usage, stages=stages)
    except Capped as capped:
        return Ran("capped", capped.usage, stages=stages)
    except Failed as failed:
        return Ran("failed", failed.usage, stages=stages)
    return Ran(written.kind, written.usage, written, stages)


@dataclass
class KeptAnswers:
    """Answers of finished calls, in memory."""

    kept: dict[str, ModelReply] = field(default_factory=dict)

    def get(self, digest: str) -> ModelReply | None:
        return self.kept.get(digest)

    def keep(self, digest: str, reply: ModelReply) -> None:
        self.kept[digest] = reply


def quiet(_stage: str) -> None:
    pass


def good_draft(brief: Brief) -> Draft:
    """What a model that works well might say, as plain data."""
    plan = OutlineAuthor().write(brief, quiet).plan
    assert plan is not None
    draft = draft_of(plan, brief.format)
    draft["summary"] = "Reports can be exported as CSV."
    draft["decisions"] = []
    for task in draft["tasks"]:
        task["decisions"] = []
    return draft


def copied(draft: Draft) -> Draft:
    copy: Draft = json.loads(json.dumps(draft))
    return copy


def with_path(draft: Draft, path: str, at: int = 0) -> Draft:
    """The draft with another path for one of the first task's files: an error when the path is not there."""
    draft = copied(draft)
    draft["tasks"][0]["files"][at]["path"] = path
    return draft


def plan_of(outcome: Outcome) -> Plan:
    """The plan in an outcome's contract."""
    text = next(file.text for file in outcome.files if file.path.startswith(".agent/planning-output"))
    return plan_from_contract(text)


def tail_of(later: Asked, first: Asked) -> str:
    """What a question has behind what it shares with an earlier one."""
    same = next(
        (at for at, (one, other) in enumerate(zip(later.user, first.user, strict=False)) if one != other),
        min(len(later.user), len(first.user)),
    )
    return later.user[same:]


def shown(outcome: Outcome) -> list[str]:
    """Every text of an outcome that anybody may see."""
    said = [outcome.pull_title, outcome.pull_body, outcome.headline, outcome.body, outcome.check_title]
    notes = [str(each) for each in outcome.annotations]
    return [*said, outcome.check_summary, *notes, *(f"{file.path}\n{file.text}" for file in outcome.files)]
