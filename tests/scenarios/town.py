"""A whole Groundplan in one process around a sandbox GitHub, a real Redis and a clock moved by hand.

Only RQ and the receiver are left out: the town claims what is due itself. Every outbound call crosses a
boundary that can cut the run, as if the process had died there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cache
from typing import Any, TypeVar

import httpx
from pydantic import SecretStr
from redis import Redis

from bot.author.brief import Author, Brief, Progress, Written
from bot.author.outline import OutlineAuthor
from bot.branches import issue_of
from bot.errors import Fenced, Transient
from bot.inbox import Agenda, Claim, Hint
from bot.marks import without_marks
from bot.revising.modelled import reviser_of
from bot.settings import Settings
from bot.situation import Subject
from bot.status import STATE_LABELS
from sandbox.auth import fresh_key, person_token
from sandbox.journal import Entry
from sandbox.server import Sandbox, make_app
from sandbox.state import Repository
from sandbox.wire import Request
from sandbox.world import Limits
from workers.house import House, thinking_author
from workers.jobs.performing import backoff, wait_for

T = TypeVar("T")
FULL_NAME = "acme/shop"
START = 1_790_000_000.0
LEASE = 15.0
SETTLE = 60.0
SECRET = "a secret of at least thirty-two characters"
FILES: dict[str, str | bytes] = {
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
    """Calls to GitHub, across the boundary; its answers carry the town's time, as GitHub's carry theirs."""

    def __init__(self, inner: httpx.BaseTransport, boundary: Boundary, clock: Callable[[], float]) -> None:
        self._inner = inner
        self._boundary = boundary
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        def send() -> httpx.Response:
            answer = self._inner.handle_request(request)
            answer.headers["date"] = formatdate(self._clock(), usegmt=True)
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
        key = args[3] if str(args[0]).startswith("EVAL") and str(args[2]) != "0" else args[1]
        name = f"Redis {args[0]} {key}" if str(key).startswith("gp:") else f"Redis {args[0]}"
        return self.boundary.cross(name, lambda: call(*args, **options))


@dataclass
class AuthorAround:
    """Goes by the name of the author inside."""

    inner: Author

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def version(self) -> str:
        return self.inner.version

    def __getattr__(self, name: str) -> Any:
        """Can revise if the author inside can."""
        reviser = reviser_of(self.inner) if name == "revise" else None
        if reviser is None:
            raise AttributeError(name)
        return reviser.revise


@dataclass
class CutAuthor(AuthorAround):
    """The author as a paid call, across the boundary; counts how often it was paid."""

    boundary: Boundary
    bill: list[str]

    def write(self, brief: Brief, progress: Progress) -> Written:
        self.bill.append(brief.inputs_digest)
        return self.boundary.cross("model", lambda: self.inner.write(brief, progress))


@dataclass
class SlowAuthor(AuthorAround):
    """An author that takes so long that something happens meanwhile, once."""

    meanwhile: Callable[[], object]
    happened: bool = False

    def write(self, brief: Brief, progress: Progress) -> Written:
        if not self.happened:
            self.happened = True
            self.meanwhile()
        return self.inner.write(brief, progress)


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
    """One sandbox with one repository, one Redis, and a Groundplan that can die and be started again.

    `failures` are the runs that ended in an error that was neither waited out nor said to people. `wishes`
    are more settings; with `author` None the author is the one that they ask for.
    """

    def __init__(self, redis_url: str) -> None:
        self.clock = Clock()
        self.redis_url = redis_url
        app = make_app(webhook_secret="hook", keys=keys())
        self.sandbox = Sandbox.start(app=app, now=self.clock)
        self.repo = self.sandbox.seed(
            FULL_NAME,
            dict(FILES),
            collaborators={"maya": "maintain", "olga": "read", "rita": "write", "tom": "triage"},
        )
        self.full_name = FULL_NAME
        for label in STATE_LABELS.values():
            self.sandbox.world.add_label(self.repo, label)
        self.people = self.person("maya")
        self.boundary = Boundary()
        self.bill: list[str] = []
        self.failures: list[Exception] = []
        self.author: Author | None = OutlineAuthor()
        self.wishes: dict[str, Any] = {}
        self.sandbox.deliver_mode("drop")
        self._first = self.sandbox.snapshot()

    def close(self) -> None:
        self.people.close()
        self.sandbox.stop()

    def reset(self, lag: float = 0.0, dies_at: frozenset[int] = frozenset()) -> None:
        """Back to the first day: same world, empty Redis, clock at the start. What the gate found is kept."""
        self.sandbox.restore(self._first)
        self.sandbox.world.lag, self.sandbox.world.limits = lag, Limits()
        self.full_name = FULL_NAME
        self.repo = self.sandbox.world.repository(FULL_NAME) or self.repo
        self.author = OutlineAuthor()
        self.wishes = {}
        self.clock.now = START
        self.forget_everything()
        self.boundary = Boundary(dies_at)
        self.bill.clear()
        self.failures.clear()

    def move_to(self, full_name: str, files: dict[str, str | bytes] | None = None, **more: Any) -> Repository:
        """Another repository of the same owner, where people and Groundplan go on from here."""
        self.repo = self.sandbox.seed(full_name, files, collaborators={"maya": "maintain"}, **more)
        self.full_name = full_name
        return self.repo

    # what people do

    def person(self, login: str) -> httpx.Client:
        """A client that acts as a person, in the caller's thread: even while another call is answered."""
        self.sandbox.world.add_user(login)
        headers = {"authorization": f"Bearer {person_token(login)}", "user-agent": f"person/{login}"}
        return httpx.Client(
            base_url=self.sandbox.url, headers=headers, transport=self.sandbox.transport(), trust_env=False
        )

    def act(self, method: str, path: str, **body: Any) -> Any:
        answer = self.people.request(method, f"/repos/{self.full_name}{path}", json=body or None)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def control(self, route: str, **given: Any) -> Any:
        """One of the sandbox's own routes about this repository, for what its API has no call for."""
        given.setdefault("repository", self.full_name)
        answer = self.people.post(f"/_sandbox/{route}", json=given)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def open_issue(self, title: str = TITLE, body: str = BODY) -> int:
        return int(self.act("POST", "/issues", title=title, body=body)["number"])

    def label(self, number: int, label: str = "needs-plan") -> None:
        self.act("POST", f"/issues/{number}/labels", labels=[label])

    def unlabel(self, number: int, label: str = "needs-plan") -> None:
        self.act("DELETE", f"/issues/{number}/labels/{label}")

    def say(self, number: int, body: str, who: str = "maya") -> int:
        """A comment by somebody, noticed; its id."""
        path = f"/repos/{self.full_name}/issues/{number}/comments"
        with self.person(who) as person:
            answer = person.post(path, json={"body": body})
        assert answer.status_code == 201, answer.text
        self.hear(number)
        return int(answer.json()["id"])

    def review(
        self,
        pull: int,
        event: str = "REQUEST_CHANGES",
        body: str = "",
        comments: list[dict[str, Any]] | None = None,
        who: str = "rita",
    ) -> int:
        """A submitted review by somebody with write access, noticed; its id."""
        path = f"/repos/{self.full_name}/pulls/{pull}/reviews"
        with self.person(who) as person:
            answer = person.post(path, json={"event": event, "body": body, "comments": comments or []})
        assert answer.status_code == 200, answer.text
        self.hear(issue_of(self.head(pull)) or pull)
        return int(answer.json()["id"])

    def head(self, pull: int) -> str:
        """The name of a pull request's branch."""
        return str(self.act("GET", f"/pulls/{pull}")["head"]["ref"])

    def close_issue(self, number: int) -> None:
        self.act("PATCH", f"/issues/{number}", state="closed")

    def edit(self, number: int, **fields: str) -> None:
        self.act("PATCH", f"/issues/{number}", **fields)

    def lock(self, number: int) -> None:
        self.act("PUT", f"/issues/{number}/lock", lock_reason="resolved")

    def merge(self, number: int) -> None:
        self.act("PUT", f"/pulls/{number}/merge")

    def close_pull(self, number: int) -> None:
        self.act("PATCH", f"/pulls/{number}", state="closed")

    def commit(self, branch: str, files: dict[str, str | bytes | None]) -> str:
        return self.sandbox.commit(self.full_name, branch, files, author="maya")

    def ask(self, title: str = TITLE, body: str = BODY) -> int:
        """Open an issue, label it, and let Groundplan come to rest."""
        number = self.open_issue(title, body)
        self.ask_again(number)
        return number

    def ask_again(self, number: int) -> None:
        self.label(number)
        self.notice(number)
        self.run()

    @contextmanager
    def before(self, method: str, path: str, act: Callable[[], object], body: str = "") -> Iterator[None]:
        """Let something happen just before the first call of Groundplan's that fits; it has to come."""
        happened = False

        def watch(request: Request) -> None:
            nonlocal happened
            ours = not request.headers.get("user-agent", "").startswith("person/")
            fits = request.method == method and re.search(path, request.path)
            if ours and fits and not happened and re.search(body, request.body.decode()):
                happened = True
                act()

        with self.sandbox.before_call(watch):
            yield
        assert happened, f"no {method} {path} came"

    def while_planning(self, act: Callable[[], object]) -> None:
        """Let something happen while the next plan is being written, with Groundplan noticing at once."""
        assert self.author
        self.author = SlowAuthor(self.author, act)

    # what people see

    def issue(self, number: int) -> dict[str, Any]:
        return dict(self.act("GET", f"/issues/{number}"))

    def labels(self, number: int) -> list[str]:
        """The labels that people put on; those that only show a state are `states`."""
        return [one for one in self._all_labels(number) if not one.startswith("plan/")]

    def states(self, number: int) -> list[str]:
        return [one for one in self._all_labels(number) if one.startswith("plan/")]

    def _all_labels(self, number: int) -> list[str]:
        return [label["name"] for label in self.issue(number)["labels"]]

    def comments(self, number: int) -> list[str]:
        return [comment["body"] for comment in self.act("GET", f"/issues/{number}/comments?per_page=100")]

    def statuses(self, number: int) -> list[str]:
        """What Groundplan says on an issue, as people see it."""
        every = self.act("GET", f"/issues/{number}/comments?per_page=100")
        ours = self.sandbox.world.bot.login
        return [without_marks(comment["body"]) for comment in every if comment["user"]["login"] == ours]

    def answers(self, number: int) -> list[str]:
        """What Groundplan answers to comments there, beside its status comment."""
        return [without_marks(one) for one in self.comments(number) if "<!-- groundplan:answer " in one]

    def status_comment(self, number: int) -> str:
        """The one status comment, whatever else is said."""
        [status] = [one for one in self.comments(number) if "<!-- groundplan:status " in one]
        return without_marks(status)

    def reactions_to(self, comment: int) -> list[str]:
        path = f"/issues/comments/{comment}/reactions"
        return sorted(one["content"] for one in self.act("GET", path))

    def threads(self, pull: int) -> list[dict[str, Any]]:
        """The review threads of a pull request: path, whether resolved, and who said what, in order."""
        issue = self.repo.issues[pull]
        assert issue.pull
        return [
            {
                "path": thread.path,
                "resolved": thread.resolved_by is not None,
                "said": [(one.author, without_marks(one.body)) for one in thread.comments],
            }
            for thread in issue.pull.threads
        ]

    def status(self, number: int) -> str:
        """The one thing that Groundplan says on an issue; more or less than one is a failure."""
        [status] = self.statuses(number)
        return status

    def reactions(self, number: int) -> list[str]:
        return [one["content"] for one in self.act("GET", f"/issues/{number}/reactions")]

    def pulls(self) -> list[dict[str, Any]]:
        return list(self.act("GET", "/pulls?state=all&sort=created&direction=asc"))

    def branches(self) -> list[str]:
        return sorted(ref.removeprefix("refs/heads/") for ref in self.repo.refs)

    def checks(self) -> list[tuple[str, str | None]]:
        return [(run.name, run.conclusion) for run in self.repo.check_runs.values()]

    def file(self, ref: str, path: str) -> str | None:
        return self.sandbox.read(self.full_name, ref, path)

    def observable(self) -> dict[str, Any]:
        return self.sandbox.observable(self.full_name)

    def calls(self) -> list[Entry]:
        """What Groundplan asked of GitHub, with when and how it was answered."""
        return [one for one in self.sandbox.api.journal.entries if one.kind != "user"]

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
            **self.wishes,
        )

    @contextmanager
    def process(self) -> Iterator[House]:
        """A Groundplan process: everything it knows is gone when it ends."""
        with CutRedis.from_url(self.redis_url) as redis:
            redis.boundary = self.boundary
            settings = self.settings()
            author = self.author or thinking_author(settings, redis)
            yield House(
                settings=settings,
                redis=redis,
                author=CutAuthor(author, self.boundary, self.bill),
                transport=CutTransport(self.sandbox.transport(), self.boundary, self.clock),
                clock=self.clock,
                sleep=self.clock.sleep,
            )

    def forget_everything(self) -> None:
        """Redis comes back empty."""
        with Redis.from_url(self.redis_url) as redis:
            redis.flushdb()

    def notice(self, number: int) -> None:
        """What the receiver does with a delivery about this issue."""
        with Redis.from_url(self.redis_url) as redis:
            hint = Hint(self.sandbox.installation(self.full_name).id, self.full_name)
            Agenda(redis, "tend", self.clock).arm(self.subject(number), hint)

    def hear(self, number: int) -> None:
        """What the receiver does with a delivery about something that was said there."""
        with Redis.from_url(self.redis_url) as redis:
            redis.hset(f"gp:subject:{self.subject(number)}", "spoken", self.clock.now)
        self.notice(number)

    def sweep(self) -> None:
        """What is done every quarter of an hour: look for what no delivery told."""
        with self.process() as house:
            house.sweep()

    def parked(self) -> int:
        """How many subjects were given up."""
        with Redis.from_url(self.redis_url) as redis:
            return Agenda(redis, "tend", self.clock).horizon().parked

    def look(self) -> None:
        """One look of Groundplan's at what is due now, in the caller's thread: even while it thinks."""
        with self.process() as house:
            self._step(house)

    def run(self, most: int = 400) -> int:
        """Work until nothing is due, starting again after each death. The number of deaths;
        fails if it never rests.
        """
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

    def _work(self, agenda: Agenda, claim: Claim, work: Callable[[Claim], float | None]) -> None:
        """As `workers.jobs.performing.perform` does it, but a `Cut` gives nothing back."""
        try:
            again_in = work(claim)
        except Transient as passing:
            agenda.release(claim, max(wait_for(passing.delay, claim.waits), 0.1), waiting=True)
        except Fenced:
            pass
        except Exception as error:
            self.failures.append(error)
            agenda.release(claim, backoff(claim.failures), failed=True, reason=str(error))
        else:
            agenda.release(claim, again_in)
