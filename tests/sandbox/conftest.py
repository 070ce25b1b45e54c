"""A sandbox with one repository, people, and clients that speak as them or as the App."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from sandbox import Sandbox, make_app
from sandbox.auth import fresh_key
from tests.sandbox.story import FILES, REPO, START, Clock, Receiver


@pytest.fixture(scope="session")
def keys() -> tuple[str, str]:
    return fresh_key()


@pytest.fixture(scope="session")
def town(keys: tuple[str, str]) -> Iterator[tuple[Sandbox, Clock, bytes]]:
    """One server for each test process, with the state that each test starts from."""
    clock = Clock()
    with Sandbox.start(app=make_app(keys=keys), now=clock) as running:
        running.seed(REPO, FILES, collaborators={"maya": "maintain", "carl": "read"})
        yield running, clock, running.snapshot()


@pytest.fixture
def sandbox(town: tuple[Sandbox, Clock, bytes]) -> Sandbox:
    running, clock, start = town
    clock.now = START
    running.reset(start)
    return running


@pytest.fixture
def clock(town: tuple[Sandbox, Clock, bytes], sandbox: Sandbox) -> Clock:
    return town[1]


@pytest.fixture
def maya(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A maintainer."""
    with sandbox.person("maya") as client:
        yield client


@pytest.fixture
def olga(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """An outsider."""
    with sandbox.person("olga") as client:
        yield client


@pytest.fixture
def bot(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """The App on this repository, with all of its permissions, over plain HTTP."""
    headers = {"authorization": f"Bearer {sandbox.token(REPO)}", "user-agent": "tests"}
    with httpx.Client(base_url=sandbox.url, headers=headers, timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers.items()), body))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()
