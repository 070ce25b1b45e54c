"""The sandbox as a running thing: a real HTTP server in a thread, and the Python handle
that tests and the demo use.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import uvicorn

from sandbox import control, pages
from sandbox.acts import refs
from sandbox.api import Api, is_api
from sandbox.archive import tarball
from sandbox.asgi import CuttableProtocol, DirectTransport, application
from sandbox.auth import Authority, fresh_key, person_token
from sandbox.faults import Fault
from sandbox.gate.gate import Violation
from sandbox.journal import Journal
from sandbox.observable import observable
from sandbox.state import Delivery, Installation, Repository
from sandbox.webhooks.deliveries import Deliverer, Mode
from sandbox.wire import Request, Response, json_response
from sandbox.world import AppIdentity, Limits, World

PERMISSIONS = {
    "contents": "write",
    "issues": "write",
    "pull_requests": "write",
    "checks": "write",
    "metadata": "read",
}
EVENTS = [
    "check_run",
    "issue_comment",
    "issues",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "push",
]
START_SECONDS = 15.0


def make_app(
    *,
    app_id: int = 812_345,
    slug: str = "groundplan",
    owner: str = "acme",
    webhook_secret: str = "sandbox-webhook-secret",
    webhook_url: str | None = None,
    permissions: dict[str, str] | None = None,
    events: list[str] | None = None,
    keys: tuple[str, str] | None = None,
) -> AppIdentity:
    """An App with a fresh RSA key, the least permissions and the events of the project."""
    private, public = keys or fresh_key()
    return AppIdentity(
        app_id,
        slug,
        slug.capitalize(),
        owner,
        public,
        private,
        webhook_secret,
        webhook_url,
        dict(permissions or PERMISSIONS),
        list(events or EVENTS),
    )


class Sandbox:
    """A GitHub that remembers. Start with `Sandbox.start()`, stop with `.stop()`, or use
    it as a context manager.
    """

    def __init__(self, app: AppIdentity, now: Callable[[], float], wall: Callable[[], float]) -> None:
        self.world: World = World(app, now)
        self.authority = Authority(self.world, wall)
        self.api: Api = Api(self.world, self.authority)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.deliverer: Deliverer
        self.world.add_user(app.owner)

    # life

    @classmethod
    def start(
        cls,
        *,
        port: int = 0,
        app: AppIdentity | None = None,
        webhook_url: str | None = None,
        now: Callable[[], float] = time.time,
        wall: Callable[[], float] = time.time,
    ) -> Self:
        """Listen on 127.0.0.1; `now` is the world's clock, `wall` the one that credentials live by."""
        made = cls(app or make_app(), now, wall)
        if webhook_url is not None:
            made.world.app.webhook_url = webhook_url
        made._listen(port)
        return made

    def _listen(self, port: int) -> None:
        # With the protocol left at 0, asyncio does not switch Nagle's algorithm off: 40 ms for each answer.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        self.world.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            application(self),
            http=CuttableProtocol,
            lifespan="off",
            log_level="error",
            access_log=False,
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        server = self._server = uvicorn.Server(config)
        ready = threading.Event()

        async def serve() -> None:
            self.deliverer = Deliverer(self.world, asyncio.get_running_loop())
            ready.set()
            try:
                await server.serve(sockets=[listener])
            finally:
                await self.deliverer.close()
                listener.close()

        self._thread = threading.Thread(target=lambda: asyncio.run(serve()), name="sandbox", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not (ready.is_set() and server.started):
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.005)

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(START_SECONDS)
            self._server = self._thread = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # answering

    @property
    def journal(self) -> Journal:
        """Every API call, for counting: `.entries`, `.reads()`, `.writes()`, `.clear()`."""
        return self.api.journal

    @property
    def url(self) -> str:
        return self.world.url

    def answer(self, request: Request) -> Response:
        """One request of any kind; what it caused is on its way to the webhook when this returns."""
        if request.path.startswith("/_sandbox"):
            response = control.answer(self, request)
        elif request.path.startswith("/_codeload/"):
            response = self._codeload(request)
        elif is_api(request.path):
            response = self.api.answer(request)
        else:
            with self.world.lock:
                response = pages.answer(self.world, request)
        if self.world.outbox:
            self.flush()
        return response

    def _codeload(self, request: Request) -> Response:
        parts = request.path.split("/")
        repo = self.world.repository("/".join(parts[2:4])) if len(parts) > 5 else None
        if repo is None or not self.authority.admits(request.query.get("token", ""), repo, parts[-1]):
            return json_response(404, {"message": "Not Found"})
        fault = self.api.faults.hit(request.method, request.path, b"")
        data = tarball(self.world.store, repo.owner, repo.name, parts[-1])
        if fault is not None:
            return Response(0, act="cut") if fault.kind == "cut" else Response(fault.status, b"")
        name = f"{repo.owner}-{repo.name}-{parts[-1][:7]}.tar.gz"
        headers = {
            "content-type": "application/x-gzip",
            "content-disposition": f"attachment; filename={name}",
        }
        return Response(200, data, headers)

    def flush(self) -> None:
        """Hand queued deliveries over; only needed after changing the world from Python."""
        if self._server is not None:
            self.deliverer.flush()

    # seeding and acting

    def seed(
        self,
        full_name: str = "acme/widgets",
        files: dict[str, str | bytes] | None = None,
        *,
        path: Path | None = None,
        collaborators: dict[str, str] | None = None,
        private: bool = False,
        install: bool = True,
    ) -> Repository:
        """A repository, with the App installed on its owner; also makes the people named as collaborators."""
        with self.world.lock:
            content = files
            if files is None and path is None:
                content = {"README.md": f"# {full_name}\n"}
            repo = self.world.add_repository(
                full_name, content, path=path, collaborators=collaborators, private=private
            )
            if install and self.world.installation_of(repo) is None:
                self.world.install(repo.owner)
            return repo

    def installation(self, full_name: str) -> Installation:
        repo = self.world.repository(full_name)
        found = self.world.installation_of(repo) if repo else None
        if found is None:
            raise KeyError(full_name)
        return found

    def person(self, login: str) -> httpx.Client:
        """An HTTP client that acts as a person, made if not there; close it, or use
        it as a context manager.
        """
        self.world.add_user(login)
        headers = {"authorization": f"Bearer {person_token(login)}", "user-agent": f"person/{login}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def commit(
        self,
        full_name: str,
        branch: str,
        files: dict[str, str | bytes | None],
        *,
        author: str,
        message: str = "Change",
    ) -> str:
        """Commit to an existing branch as a person (None deletes); gives the new head."""
        repo = self.world.repository(full_name)
        if repo is None:
            raise KeyError(full_name)
        self.world.add_user(author)
        edits = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}
        with self.world.lock:
            sha = refs.commit_files(self.world, repo, branch, author, message, edits)
        self.flush()
        return sha

    def read(self, full_name: str, ref: str, path: str) -> str | None:
        """A file's text at a ref, or None."""
        repo = self.world.repository(full_name)
        sha = self.world.resolve(repo, ref) if repo else None
        entry = self.world.store.find(self.world.store.commit(sha).tree, path) if sha else None
        return self.world.store.blob(entry.sha).decode() if entry and entry.kind == "blob" else None

    def token(
        self,
        full_name: str,
        permissions: dict[str, str] | None = None,
        *,
        narrowed: bool = True,
    ) -> str:
        """An installation token, by default for this repository only."""
        repo, installation = self.world.repository(full_name), self.installation(full_name)
        chosen = [repo] if narrowed and repo is not None else None
        return self.authority.mint(installation, permissions or dict(installation.permissions), chosen)[0]

    # faults, deliveries, records

    def fault(self, kind: str = "status", **matcher: Any) -> Fault:
        """Arm a fault; the fields are those of `sandbox.faults.Fault`."""
        return self.api.faults.parse({"kind": kind, **matcher})

    def deliver_mode(self, mode: Mode) -> None:
        """`send` (and send what was held), `hold`, or `drop`."""
        if mode not in ("send", "hold", "drop"):
            raise ValueError(f"deliveries can be sent, held or dropped, not {mode!r}")
        self.flush()
        self.deliverer.mode = mode
        if mode == "send":
            self.deliverer.release()

    @property
    def held(self) -> list[Delivery]:
        return self.deliverer.held

    def settle(self, seconds: float = 15.0) -> None:
        """Wait until every delivery under way has its answer; raises TimeoutError."""
        self.flush()
        deadline = time.monotonic() + seconds
        idle = 0
        while idle < 2:
            if time.monotonic() > deadline:
                raise TimeoutError("deliveries are still under way")
            # Twice, as handing over to the server's thread takes a turn of its loop.
            idle = 0 if self.deliverer.busy else idle + 1
            time.sleep(0.01)

    @property
    def deliveries(self) -> list[Delivery]:
        return self.world.state.deliveries

    @property
    def violations(self) -> list[Violation]:
        """Everything the gate found; `assert sandbox.violations == []` belongs at the end of a test."""
        return self.api.violations

    def clear_records(self) -> None:
        self.api.journal.clear()
        self.api.violations.clear()
        self.api.faults.clear()

    def observable(self, full_name: str = "acme/widgets") -> dict[str, Any]:
        with self.world.lock:
            return observable(self.world, full_name)

    def snapshot(self) -> bytes:
        return self.world.snapshot()

    def restore(self, snapshot: bytes) -> None:
        """Back to a snapshot; journal, faults and held deliveries are forgotten, violations kept."""
        self.world.restore(snapshot)
        self.api.journal.clear()
        self.api.faults.clear()
        self.deliverer.held.clear()

    def reset(self, snapshot: bytes) -> None:
        """As `restore`, and every knob back to its start: for one server shared by many tests."""
        self.deliver_mode("drop")
        self.restore(snapshot)
        self.api.violations.clear()
        self.api.gate_on = True
        self.api.before.clear()
        self.api.after.clear()
        self.world.lag, self.world.limits = 0.0, Limits()
        self.world.app.webhook_url = None
        self.deliver_mode("send")

    @contextmanager
    def before_call(self, watcher: Callable[[Request], None]) -> Iterator[None]:
        """Call `watcher` before each API call, in the server's thread: an edit by
        somebody else in between.
        """
        self.api.before.append(watcher)
        try:
            yield
        finally:
            self.api.before.remove(watcher)

    def transport(self) -> httpx.BaseTransport:
        """Requests answered in this thread without a socket, for runs of thousands of schedules."""
        return DirectTransport(self)
