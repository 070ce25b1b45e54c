"""A workbench: the sandbox GitHub, a real Redis, a clock moved by hand, and the engine between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import httpx
from redis import Redis

from bot.effects import Changeset, Effect, Receipt
from bot.errors import Transient
from bot.marks import Mark, Place, write_mark
from bot.situation import Repository, Situation, Subject
from sandbox.auth import fresh_key
from sandbox.server import Sandbox, make_app
from sandbox.state import Repository as SandboxRepository
from workers.github.apply import apply
from workers.github.client import App, Installation
from workers.github.read import read_situation
from workers.github.reading import NOTHING, Eyes, Known
from workers.github.site import Site
from workers.ledger import Ledger

FULL_NAME = "acme/widgets"
SECRET = "a secret of at least thirty-two characters"
SETTLE = 60.0
START = 1_790_000_000.0


@cache
def keys() -> tuple[str, str]:
    return fresh_key()


class Hands:
    """A clock moved by hand; also sleeps by moving."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Crash(BaseException):
    """The process is gone: nothing catches this."""


@dataclass
class Fuse:
    """Counts requests and crashes at one of them, before it is sent or after it was answered."""

    at: int = -1
    after: bool = False
    count: int = 0
    log: list[str] = field(default_factory=list)


class Fused(httpx.BaseTransport):
    """A transport that a fuse can cut."""

    def __init__(self, inner: httpx.BaseTransport, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        number = self._fuse.count
        self._fuse.count += 1
        self._fuse.log.append(f"{request.method} {request.url.path}")
        if number == self._fuse.at and not self._fuse.after:
            raise Crash
        response = self._inner.handle_request(request)
        response.read()
        if number == self._fuse.at:
            raise Crash
        return response

    def close(self) -> None:
        self._inner.close()


@dataclass(frozen=True)
class Told:
    """A hint as a delivery gives it."""

    installation_id: int
    full_name: str


class Bench:
    """One issue in one repository, and everything needed to read it and to write to it."""

    def __init__(self, sandbox: Sandbox, redis: Redis, clock: Hands) -> None:
        self.sandbox = sandbox
        self.redis = redis
        self.clock = clock
        self.fuse = Fuse()
        self.transport: Callable[[], httpx.BaseTransport] = sandbox.transport
        self._apps: list[App] = []
        self._repo_id = next(iter(sandbox.world.state.repositories))
        self._run = 0

    # the world

    @property
    def repo(self) -> SandboxRepository:
        """Whatever it is called by now."""
        return self.sandbox.world.state.repositories[self._repo_id]

    @property
    def head(self) -> str:
        return self.repo.refs["refs/heads/main"]

    @property
    def subject(self) -> Subject:
        return Subject(self.repo.id, 1)

    @property
    def place(self) -> Place:
        return Place(self.repo.id, 1)

    @property
    def eyes(self) -> Eyes:
        return Eyes(SECRET, self.sandbox.world.bot.id, "needs-plan", app=self.sandbox.world.app.slug)

    def body(self, kind: str, text: str, number: int = 1, secret: str = SECRET, **fields: str) -> str:
        """A text with a mark of ours in it."""
        return f"{text}\n\n{write_mark(secret, Place(self.repo.id, number), Mark(kind, fields))}"

    # our side, fresh for each run as a new process would have it

    def app(self) -> App:
        transport = Fused(self.transport(), self.fuse)
        app = App(
            app_id=self.sandbox.world.app.id,
            private_key=self.sandbox.world.app.private_key,
            secret=SECRET,
            redis=self.redis,
            api_url=self.sandbox.url,
            transport=transport,
            clock=self.clock,
        )
        self._apps.append(app)
        return app

    def take_over(self) -> int:
        """A new run of the subject: whatever ran before is stale from now on."""
        self._run += 1
        self.redis.hset(f"gp:subject:{self.subject}", "run", str(self._run))
        return self._run

    def ledger(self, run: int) -> Ledger:
        return Ledger(self.redis, self.subject, run, self.clock)

    def installation(self, app: App) -> Installation:
        return app.installation(self.subject, Told(0, FULL_NAME))

    def site(self, app: App | None = None, run: int | None = None) -> Site:
        app = app or self.app()
        installation = self.installation(app)
        return Site(
            wire=app.writing(installation),
            repository=Repository(self.repo.id, self.repo.owner, self.repo.name, "main", self.head),
            subject=self.subject,
            ledger=self.ledger(self.take_over() if run is None else run),
            pace=app.pace(installation.id),
            secret=SECRET,
            bot_id=self.sandbox.world.bot.id,
            app_id=app.app_id,
            login=lambda: f"{app.slug()}[bot]",
            settle_seconds=SETTLE,
            sleep=self.clock.sleep,
        )

    def apply(self, *effects: Effect) -> tuple[Receipt, ...]:
        return apply(Changeset("test", effects), self.site())

    def apply_until_done(self, *effects: Effect, looks: int = 8) -> tuple[Receipt, ...]:
        """As jobs do: when told to wait, wait and start over."""
        for _ in range(looks):
            try:
                return self.apply(*effects)
            except Transient as wait:
                self.clock.sleep(wait.delay + 0.01)
        raise AssertionError("it never came to an end")

    def look(
        self,
        known: Known = NOTHING,
        eyes: Eyes | None = None,
        number: int = 1,
    ) -> Situation:
        app = self.app()
        installation = self.installation(app)
        return read_situation(
            app.reading(installation),
            Subject(self.repo.id, number),
            installation,
            eyes or self.eyes,
            app.app_id,
            known,
            self.clock(),
        )

    def calls_of_a_look(self, number: int = 1) -> list[str]:
        """What a look asks GitHub when it has its tokens."""
        self.look(number=number)
        self.sandbox.api.journal.clear()
        self.look(number=number)
        return [entry.operation for entry in self.sandbox.api.journal.entries]

    def close(self) -> None:
        for app in self._apps:
            app.close()
        self._apps.clear()


def start_sandbox(clock: Hands) -> Sandbox:
    sandbox = Sandbox.start(app=make_app(keys=keys()), now=clock, wall=time.time)
    sandbox.deliver_mode("drop")
    sandbox.seed(
        FULL_NAME, {"README.md": "# Widgets\n", "app.py": "print(1)\n"}, collaborators={"mona": "write"}
    )
    with sandbox.person("mona") as mona:
        mona.post(
            f"/repos/{FULL_NAME}/issues", json={"title": "Add a widget", "body": "Please."}
        ).raise_for_status()
    return sandbox
