"""The processes of the demo: Redis, the sandbox GitHub, the receiver, two workers and the sweeper.

Starts them, says where they are, and ends them; knows nothing of the story that is played.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.embedded import die_with_parent, free_port, redis_server
from bot.settings import Settings, passed_on

OWNER = "acme"
PATIENCE = 60.0
STOP_SECONDS = 8.0
HOME = Path(__file__).resolve().parent.parent.parent
# What a process needs to run at all. Everything else is given to exactly those who need it.
PLAIN = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE", "SSL_CERT_DIR")
MODEL = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "GROUNDPLAN_MODEL")


class NotReady(Exception):
    """A process did not start; the text says which and shows the end of its log."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything is: the sandbox's address and people, the receiver's address, the logs."""

    github: str
    receiver: str
    people: dict[str, dict[str, str]]
    logs: Path

    def ended(self, name: str) -> str:
        """The last lines of a process's log."""
        log = self.logs / f"{name}.log"
        lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
        return "\n".join(lines[-15:])


@contextmanager
def stage(repository: str, path: Path, settings: Settings) -> Iterator[Stage]:
    """Everything running, with the folder or checkout at `path` pushed
    as `acme/<repository>`. Raises NotReady.
    """
    with ExitStack() as running:
        logs = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="groundplan-demo-")))
        redis_url = running.enter_context(
            redis_server(settings.redis_url if "redis_url" in settings.model_fields_set else "")
        )
        receiver = f"http://127.0.0.1:{free_port()}"
        keys = {"webhook": secrets.token_urlsafe(24), "ours": secrets.token_urlsafe(32)}
        start = _Starter(running, logs)
        world = _sandbox(start, logs, receiver, keys["webhook"], repository, path)
        for name, arguments, environment in _processes(world, redis_url, receiver, keys):
            start(name, [sys.executable, "-m", "bot.cli", *arguments], environment)
        ready = Stage(str(world["url"]), receiver, world["users"], logs)
        _await_receiver(ready)
        yield ready


def _processes(
    world: dict[str, Any], redis_url: str, receiver: str, keys: dict[str, str]
) -> list[tuple[str, list[str], dict[str, str]]]:
    """Name, arguments and environment of each process of ours. No secret goes where it is not needed."""
    every = {
        "REDIS_URL": redis_url,
        "GROUNDPLAN_SECRET": keys["ours"],
        "GROUNDPLAN_BOT_ID": str(world["bot_id"]),
        "GITHUB_API_URL": str(world["url"]),
        "GROUNDPLAN_SETTLE_SECONDS": "3",
    }
    hook = {"GROUNDPLAN_WEBHOOK_SECRET": keys["webhook"]}
    app = {"GITHUB_APP_ID": str(world["app_id"]), "GITHUB_APP_PRIVATE_KEY": str(world["private_key"])}
    port = receiver.rpartition(":")[2]
    return [
        ("receiver", ["serve", "--port", port], every | hook),
        ("worker-write", ["work", "--queue", "write"], every | app),
        ("worker-think", ["work", "--queue", "think"], every | passed_on(MODEL)),
        ("sweeper", ["sweep"], every),
    ]


class _Starter:
    """Starts processes that end with us, each with its own log."""

    def __init__(self, running: ExitStack, logs: Path) -> None:
        self._running = running
        self._logs = logs

    def __call__(self, name: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        log = self._running.enter_context((self._logs / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            command,
            cwd=HOME,
            env=passed_on(PLAIN) | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        )
        self._running.callback(_stop, process)
        return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _sandbox(
    start: _Starter, logs: Path, receiver: str, secret: str, repository: str, path: Path
) -> dict[str, Any]:
    state = logs / "sandbox.json"
    command = [sys.executable, "-m", "sandbox", "--owner", OWNER, "--state-file", str(state)]
    command += [f"--webhook-url={receiver}/webhooks/github", f"--webhook-secret={secret}"]
    command += ["--repository", f"{repository}={path}"]
    process = start("sandbox", command, {})
    end = time.monotonic() + PATIENCE
    while not state.exists():
        if process.poll() is not None or time.monotonic() > end:
            said = (logs / "sandbox.log").read_text("utf-8", "replace")
            raise NotReady(f"The sandbox GitHub did not start.\n{said[-1500:]}")
        time.sleep(0.05)
    told: dict[str, Any] = json.loads(state.read_text(encoding="utf-8"))
    return told


def _await_receiver(ready: Stage) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if httpx.get(f"{ready.receiver}/readyz", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise NotReady(f"The receiver did not become ready.\n{ready.ended('receiver')}")
