"""Wires the real parts together, once for each kind of process. No rule, no text, no loop lives here.

A process that looks and acts holds the App's key; a process that thinks holds the model's key.
Neither needs the other's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.author.brief import Author, Brief
from bot.errors import Transient, UserError
from bot.inbox import Agenda, Claim, Hint, Kind
from bot.recon.sources import tree_from_tarball
from bot.recon.tree import Tree
from bot.settings import Settings
from bot.situation import Subject
from bot.steps import Policy
from workers import pipeline, thinking
from workers.answers import RedisAnswers
from workers.github.client import App, Reader
from workers.github.deliveries import redeliver_failed, sightings
from workers.github.limits import Pace
from workers.github.reading import Eyes
from workers.github.refusals import Limited, Refusal
from workers.github.subject import SubjectAtGitHub
from workers.github.tokens import TokenCache
from workers.github.tree import tarball
from workers.ledger import Ledger
from workers.memory import EndpointMemory, Memory
from workers.model.choose import Keeping, chosen_author
from workers.purse import RedisPurse

if TYPE_CHECKING:
    import httpx
    from redis import Redis

READING_LIFETIME = timedelta(minutes=50)
REDELIVERY_WINDOW = timedelta(days=3)
REFUSED_TOKEN = frozenset({"unauthorized", "suspended", "missing-permission"})
REFUSED_OFTEN = 4
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where handed-over read tokens lie, encrypted, each with its repository's name,
    until a thinker takes them.
    """

    tokens: TokenCache

    def put(self, repo_id: int, full_name: str, token: str) -> None:
        expires = datetime.now(UTC) + READING_LIFETIME
        self.tokens.put(self._key(repo_id), f"{full_name} {token}", expires)

    def take(self, repo_id: int) -> tuple[str, str]:
        """The repository's name when the token was handed over, and the token. Raises Transient."""
        handed = self.tokens.get(self._key(repo_id))
        if handed is None:
            raise Transient("the token to read the repository with has not been handed over", 5.0)
        full_name, _, token = handed.partition(" ")
        return full_name, token

    def drop(self, repo_id: int) -> None:
        self.tokens.drop(self._key(repo_id))

    @staticmethod
    def _key(repo_id: int) -> str:
        return f"gp:reading:{repo_id}"


@dataclass(frozen=True, slots=True)
class GitHubLibrary:
    """Trees from one repository's tarballs, read with a handed-over token. Repositories are renamed, so its
    present name is handed over with it.

    A token that GitHub refuses says more about the token (the App was uninstalled, suspended, given fewer
    permissions) than about the repository. Whoever hands over a new one looks first and says what is wrong;
    only a refusal without `patience` is final.
    """

    desk: Desk
    repo_id: int
    api_url: str
    transport: httpx.BaseTransport | None = None
    pace: Pace | None = None
    patience: bool = True

    def tree(self, sha: str) -> Tree:
        full_name, token = self.desk.take(self.repo_id)
        if self.pace:
            self.pace.check()
        try:
            with (
                Reader(token, self.api_url, self.transport) as reader,
                tarball(reader, full_name, sha) as chunks,
            ):
                return tree_from_tarball(chunks, sha)
        except Limited as limit:
            raise (self.pace.limited(limit) if self.pace else limit) from limit
        except Refusal as no:
            self._hand_back()
            reason = f"GitHub does not give the repository's files: {no.message}"
            raise UserError("unreadable", reason) from no
        except UserError as refusal:
            if refusal.code in REFUSED_TOKEN:
                self._hand_back()
            raise

    def _hand_back(self) -> None:
        if self.patience:
            self.desk.drop(self.repo_id)
            raise Transient("GitHub refuses the token to read the repository with", 5.0)


def thinking_author(settings: Settings, redis: Redis) -> Author:
    """The author of a thinker. What is spent and what models answered is kept where all thinkers find it."""
    secret = settings.groundplan_secret.get_secret_value()

    def purse(brief: Brief) -> RedisPurse:
        subject = Subject(brief.repository, brief.number)
        named = (brief.installation, brief.inputs_digest, brief.created)
        return RedisPurse(redis, subject, *named, settings.caps)

    def answers(brief: Brief) -> RedisAnswers:
        return RedisAnswers(redis, brief.inputs_digest, secret)

    return chosen_author(settings, EndpointMemory(redis), Keeping(purse, answers))


@dataclass(frozen=True, slots=True)
class House:
    """Everything of one process. `transport` and `clock` are for tests that cut calls and bend time."""

    settings: Settings
    redis: Redis
    author: Author
    transport: httpx.BaseTransport | None = None
    clock: Callable[[], float] | None = None
    sleep: Callable[[float], None] | None = None

    @property
    def desk(self) -> Desk:
        return Desk(TokenCache(self.redis, self.settings.groundplan_secret.get_secret_value()))

    def agenda(self, kind: Kind) -> Agenda:
        return Agenda(self.redis, kind, self.clock)

    def tend(self, claim: Claim) -> float | None:
        """Look at the subject and act until it is at rest; on the last try only say that it failed."""
        with self.app() as app:
            look = self._look(app, claim)
            if claim.failures >= self.settings.groundplan_max_attempts - 1:
                pipeline.give_up(look)
                return None
            return pipeline.tend(look)

    def check_ready(self) -> None:
        """Raise UserError for what a process that looks and acts cannot do without."""
        self._bot_id()
        if not self.settings.github_app_id or not self.settings.private_key:
            raise UserError(
                "no-app",
                "There is no GitHub App to act as.",
                "Set GITHUB_APP_ID, and GITHUB_APP_PRIVATE_KEY or GITHUB_APP_PRIVATE_KEY_FILE.",
            )

    def think(self, claim: Claim) -> float | None:
        """Write the plan that is wanted for the subject."""
        return thinking.think(
            thinking.Thought(
                subject=claim.subject,
                hint=claim.hint,
                library=GitHubLibrary(
                    self.desk,
                    claim.subject.repo_id,
                    self.settings.github_api_url,
                    self.transport,
                    Pace(self.redis, claim.hint.installation_id, clock=self.clock) if claim.hint else None,
                    patience=claim.waits < REFUSED_OFTEN,
                ),
                memory=self._memory(claim.subject),
                tending=self.agenda("tend"),
                author=self.author,
                waits=claim.waits,
                clock=self.clock or time.time,
                cache=self.settings.cache_dir,
            )
        )

    def sweep(self) -> None:
        """Ask GitHub what was missed: failed deliveries are sent again, and what may want a look is armed."""
        tending = self.agenda("tend")
        with self.app() as app:
            again = redeliver_failed(app, datetime.now(UTC) - REDELIVERY_WINDOW)
            seen = 0
            for one in sightings(app, self.settings.groundplan_label, self._bot_id()):
                tending.arm(one.subject, Hint(one.installation_id, one.full_name), revive=False)
                seen += 1
        log.info("swept", redelivered=again, seen=seen)

    def app(self) -> App:
        settings = self.settings
        return App(
            app_id=settings.github_app_id,
            private_key=settings.private_key,
            secret=settings.groundplan_secret.get_secret_value(),
            redis=self.redis,
            api_url=settings.github_api_url,
            spacing=settings.groundplan_write_spacing_seconds,
            transport=self.transport,
            clock=self.clock,
        )

    def _look(self, app: App, claim: Claim) -> pipeline.Look:
        subject = claim.subject
        return pipeline.Look(
            subject=subject,
            run=claim.run,
            hint=claim.hint,
            github=self._github(app, subject, claim),
            memory=self._memory(subject),
            thinking=self.agenda("think"),
            tending=self.agenda("tend"),
            policy=self._policy(),
            waits=claim.waits,
            clock=self.clock or time.time,
        )

    def _github(self, app: App, subject: Subject, claim: Claim) -> SubjectAtGitHub:
        settings = self.settings
        eyes = Eyes(
            secret=settings.groundplan_secret.get_secret_value(),
            bot_id=self._bot_id(),
            plan_label=settings.groundplan_label,
            opt_out_label=settings.groundplan_opt_out_label,
        )
        patience = {"sleep": self.sleep} if self.sleep else {}
        return SubjectAtGitHub(
            app=app,
            subject=subject,
            hint=claim.hint,
            eyes=eyes,
            ledger=lambda run: Ledger(self.redis, subject, run, self.clock),
            run=claim.run,
            hand_over=partial(self.desk.put, subject.repo_id),
            settle_seconds=settings.groundplan_settle_seconds,
            **patience,
        )

    def _memory(self, subject: Subject) -> Memory:
        return Memory(self.redis, subject, self.settings.groundplan_secret.get_secret_value())

    def _policy(self) -> Policy:
        return Policy(
            secret=self.settings.groundplan_secret.get_secret_value(),
            plan_label=self.settings.groundplan_label,
            opt_out_label=self.settings.groundplan_opt_out_label,
            runs_an_hour=self.settings.groundplan_runs_an_hour,
            onboarding=self.settings.groundplan_onboarding,
        )

    def _bot_id(self) -> int:
        if not self.settings.groundplan_bot_id:
            raise UserError(
                "no-bot-id",
                "Groundplan does not know its own bot's user id.",
                "Set GROUNDPLAN_BOT_ID to the id that /users/<app-slug>[bot] of GitHub's API shows.",
            )
        return self.settings.groundplan_bot_id
