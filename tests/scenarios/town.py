"""A whole Groundplan in one process around a sandbox GitHub, a real Redis and a clock moved by hand.

Only RQ and the receiver are left out: the town claims what is due itself. Every outbound call crosses a
boundary that
can cut the run, as if the process had died there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import httpx
from pydantic import SecretStr
from redis import Redis

from bot.author.brief import Author, Brief, Progress, Written
from bot.author.outline import OutlineAuthor
from bot.errors import Fenced, Transient
from bot.inbox import Agenda, Claim, Hint
from bot.settings import Settings
from bot.situation import Subject
from sandbox.auth import fresh_key
from sandbox.server import Sandbox, make_app
from workers.house import House

T = TypeVar("T")
FULL_NAME = "acme/shop"
START = 1_790_000_000.0
LEASE = 15.0
SETTLE = 60.0
SECRET = "a secret of at least thirty-two characters"
FILES = {
    "README.md": "# Shop\n\nSells things.\n",
    "Makefile": "test:\n\tpython -m pytest\n\nlint:\n\truff check .\n",
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n[tool.pytest.ini_options]\n',
    "src/shop/__init__.py": "",
    "src/shop/export.py": "def export_csv(rows: list[dict[str, str]]) -> str:\n    return ''\n",
    "src/shop/cli.py": "from shop.export import export_csv\n\n\ndef main():\n    print(export_csv([]))\n",
    "tests/test_export.py": "from shop.export import export_csv\n\n\ndef test_empty():\n    export_csv([])\n",
}
TITLE = "Export orders as JSON lines"
BODY = """\
Our warehouse reads JSON lines, and `src/shop/export.py` only knows CSV.

## Acceptance criteria

- [ ] `export_jsonl` in `src/shop/export.py` returns one JSON object a line
- [ ] `src/shop/cli.py` takes `--format jsonl` and prints the result of `export_jsonl`
- [ ] `tests/test_export.py` covers an empty list and two rows
- [ ] `README.md` shows the new option

## Out of scope

- Other formats
"""


class Cut(BaseException):
    """The process died: nothing catches this."""


@dataclass
class Boundary:
    """Counts outbound calls. Point 2k is just before the k-th call, point 2k+1 just after it."""

    dies_at: frozenset[int] = frozenset()
    calls: list[str] = field(default_factory=list)

    def cross(self, name: str, call: Callable[[], T]) -> T:
        number = len(self.calls)
        self.calls.append(name)
        if 2 * number in self.dies_at:
            raise Cut(f"before {name}")
        answer = call()
        if 2 * number + 1 in self.dies_at:
            raise Cut(f"after {name}")
        return answer


class CutTransport(httpx.BaseTransport):
    """Calls to GitHub, across the boundary."""

    def __init__(self, inner: httpx.BaseTransport, boundary: Boundary) -> None:
        self._inner = inner
        self._boundary = boundary

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        def send() -> httpx.Response:
            answer = self._inner.handle_request(request)
            body = httpx.ByteStream(answer.read())
            return httpx.Response(answer.status_code, headers=answer.headers, stream=body, request=request)

        return self._boundary.cross(f"GitHub {request.method} {request.url.path}", send)


class CutRedis(Redis):
    """Writes to Redis, across the boundary. Reads change nothing, so cutting them tells nothing new."""

    boundary: Boundary
    WRITES = frozenset({"EVAL", "EVALSHA", "SET", "HSET", "DEL"})

    def execute_command(self, *args: Any, **options: Any) -> Any:
        call: Callable[..., Any] = super().execute_command
        if str(args[0]).upper() not in self.WRITES:
            return call(*args, **options)
        return self.boundary.cross(f"Redis {args[0]}", lambda: call(*args, **options))


@dataclass
class CutAuthor:
    """The author as a paid call, across the boundary; counts how often it was paid."""

    inner: Author
    boundary: Boundary
    bill: list[str]

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def version(self) -> str:
        return self.inner.version

    def write(self, brief: Brief, progress: Progress) -> Written:
        self.bill.append(brief.inputs_digest)
        return self.boundary.cross("model", lambda: self.inner.write(brief, progress))


class Clock:
    """Moved by hand; sleeping moves it too."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@cache
def keys() -> tuple[str, str]:
    return fresh_key()


class Town:
    """One sandbox with one repository, one Redis, and a Groundplan that can die and be started again."""

    def __init__(self, redis_url: str) -> None:
        self.clock = Clock()
        self.redis_url = redis_url
        app = make_app(webhook_secret="hook", keys=keys())
        self.sandbox = Sandbox.start(app=app, now=self.clock)
        self.repo = self.sandbox.seed(
            FULL_NAME, dict(FILES), collaborators={"maya": "maintain", "olga": "read"}
        )
        self.people = self.sandbox.person("maya")
        self.boundary = Boundary()
        self.bill: list[str] = []
        self.author: Author = OutlineAuthor()
        self.sandbox.deliver_mode("drop")
        self._first = self.sandbox.snapshot()
        self._seen = 0

    def close(self) -> None:
        self.people.close()
        self.sandbox.stop()

    def reset(self, lag: float = 0.0, dies_at: frozenset[int] = frozenset()) -> None:
        """Back to the first day: same world, empty Redis, clock at the start."""
        self.sandbox.restore(self._first)
        self.repo = self.sandbox.world.repository(FULL_NAME) or self.repo
        self.sandbox.world.lag = lag
        self.clock.now = START
        with Redis.from_url(self.redis_url) as redis:
            redis.flushdb()
        self.boundary = Boundary(dies_at)
        self.bill.clear()

    # what people do

    def act(self, method: str, path: str, **body: Any) -> Any:
        answer = self.people.request(method, f"/repos/{FULL_NAME}{path}", json=body or None)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def open_issue(self, title: str = TITLE, body: str = BODY) -> int:
        return int(self.act("POST", "/issues", title=title, body=body)["number"])

    def label(self, number: int, label: str = "needs-plan") -> None:
        self.act("POST", f"/issues/{number}/labels", labels=[label])

    def unlabel(self, number: int, label: str = "needs-plan") -> None:
        self.act("DELETE", f"/issues/{number}/labels/{label}")

    # what people see

    def issue(self, number: int) -> dict[str, Any]:
        return dict(self.act("GET", f"/issues/{number}"))

    def labels(self, number: int) -> list[str]:
        return [label["name"] for label in self.issue(number)["labels"]]

    def comments(self, number: int) -> list[str]:
        return [comment["body"] for comment in self.act("GET", f"/issues/{number}/comments")]

    def pulls(self) -> list[dict[str, Any]]:
        return list(self.act("GET", "/pulls?state=all"))

    def file(self, ref: str, path: str) -> str | None:
        return self.sandbox.read(FULL_NAME, ref, path)

    def observable(self) -> dict[str, Any]:
        return self.sandbox.observable(FULL_NAME)

    # Groundplan

    def subject(self, number: int) -> Subject:
        return Subject(self.repo.id, number)

    def settings(self) -> Settings:
        world = self.sandbox.world
        return Settings(
            redis_url=self.redis_url,
            groundplan_secret=SecretStr(SECRET),
            groundplan_bot_id=world.bot.id,
            github_app_id=world.app.id,
            github_app_private_key=SecretStr(world.app.private_key),
            github_api_url=self.sandbox.url,
            groundplan_settle_seconds=SETTLE,
        )

    @contextmanager
    def process(self) -> Iterator[House]:
        """A Groundplan process: everything it knows is gone when it ends."""
        with CutRedis.from_url(self.redis_url) as redis:
            redis.boundary = self.boundary
            yield House(
                settings=self.settings(),
                redis=redis,
                author=CutAuthor(self.author, self.boundary, self.bill),
                transport=CutTransport(self.sandbox.transport(), self.boundary),
                clock=self.clock,
                sleep=self.clock.sleep,
            )

    def notice(self, number: int) -> None:
        """What the receiver does with a delivery about this issue."""
        with Redis.from_url(self.redis_url) as redis:
            hint = Hint(self.sandbox.installation(FULL_NAME).id, FULL_NAME)
            Agenda(redis, "tend", self.clock).arm(self.subject(number), hint)

    def run(self, most: int = 400) -> int:
        """Work until nothing is due, starting again after each death. The number of deaths; fails if it never
        rests."""
        deaths = 0
        for _ in range(most):
            try:
                with self.process() as house:
                    if not self._step(house):
                        return deaths
            except Cut:
                deaths += 1
        raise AssertionError(f"not at rest; last calls: {self.boundary.calls[-20:]}")

    def _step(self, house: House) -> bool:
        """One claim and its work, or a move of the clock to when the next is possible; False at rest."""
        with Redis.from_url(self.redis_url) as watcher:
            nearest = Agenda(watcher, "tend", self.clock).horizon().nearest
        if nearest is None:
            return False
        self.clock.now += max(0.0, nearest + 0.001)
        for kind, work in (("tend", house.tend), ("think", house.think)):
            agenda = house.agenda(kind)  # type: ignore[arg-type]
            for subject in agenda.overdue(10):
                claim = agenda.claim(subject, f"run-{len(self.boundary.calls)}", LEASE)
                if claim:
                    self._work(agenda, claim, work)
        return True

    @staticmethod
    def _work(agenda: Agenda, claim: Claim, work: Callable[[Claim], float | None]) -> None:
        try:
            agenda.release(claim, work(claim))
        except Transient as passing:
            agenda.release(claim, max(passing.delay, 0.1), waiting=True)
        except Fenced:
            pass
