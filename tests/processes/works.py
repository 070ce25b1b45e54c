"""Groundplan as it runs: receiver, two workers and a sweeper, each a process, around a sandbox GitHub.

The sandbox lives in the test's process; everything between it and Groundplan goes over real HTTP, and what
Groundplan keeps is in a real Redis. Plays the operator's supervisor: what died is started again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

import httpx
from redis import Redis

from bot.embedded import die_with_parent, find_server, free_port, redis_server
from bot.inbox import Agenda, connect
from sandbox.auth import fresh_key
from sandbox.server import Sandbox, make_app
from tests.processes.mortal import Fate

ROOT = Path(__file__).resolve().parents[2]
HOOK_SECRET = "the secret that deliveries are signed with"
SECRET = "a secret of at least thirty-two characters"
PLAIN, MORTAL = "bot.cli", "tests.processes.mortal"
PATIENCE = 60.0
QUIET_SECONDS = 0.3
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPYCACHEPREFIX")
FAST = {
    "GROUNDPLAN_SETTLE_SECONDS": "1",
    "GROUNDPLAN_LEASE_SECONDS": "2",
    "GROUNDPLAN_SWEEP_SECONDS": "0.5",
    "GROUNDPLAN_WRITE_SPACING_SECONDS": "0.05",
}


@cache
def keys() -> tuple[str, str]:
    return fresh_key()


class Works:
    """The processes, their Redis, and the sandbox they serve. `sandbox` is at its first day after `reset`."""

    def __init__(
        self, redis_url: str, folder: Path, sandbox: Sandbox, module: str, knobs: dict[str, str]
    ) -> None:
        self.sandbox = sandbox
        self.redis: Redis = connect(redis_url)
        self.fate = Fate(folder)
        self._folder = folder
        self._port = free_port()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._redis_url = redis_url
        self._module = module
        self._knobs = knobs
        self._first = b""
        sandbox.world.app.webhook_url = f"http://127.0.0.1:{self._port}/webhooks/github"

    # life

    def start(self) -> None:
        """Start everything and wait until it works, the sweep of the beginning included."""
        self.fate.plan(None)
        self.sandbox.deliver_mode("drop")
        self._first = self.sandbox.snapshot()
        self.restart_the_dead()
        self.until(self.answers, "the receiver does not answer")
        self.until(lambda: self.redis.exists("gp:sweeping"), "the sweeper does not sweep")
        self.until(lambda: self.redis.scard("rq:workers") == 2, "the workers do not start")
        self.until(self._idle, "the first sweep does not end")

    def stop(self) -> None:
        for process in self._running.values():
            process.kill()
        for process in self._running.values():
            process.wait()
        self.redis.close()

    def restart_the_dead(self) -> list[str]:
        """What an operator's supervisor does. The names of those that had died."""
        dead = [
            name for name in _COMMANDS if name not in self._running or self._running[name].poll() is not None
        ]
        for name in dead:
            self._running[name] = self._begin(name)
        return dead

    def kill(self, name: str) -> None:
        self._running[name].kill()
        self._running[name].wait()

    def reset(self, lag: float = 0.0) -> None:
        """The same world again, and nothing remembered of it. RQ's workers stay registered."""
        self.sandbox.deliver_mode("drop")
        self.sandbox.restore(self._first)
        self.sandbox.world.lag = lag
        forgotten = [key for key in self._keys() if not key.startswith(("rq:worker", "gp:sweeping"))]
        if forgotten:
            self.redis.delete(*forgotten)

    # waiting

    def until(self, true: Callable[[], Any], otherwise: str, seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"{otherwise}\n{self.logs()}"
            time.sleep(0.03)

    def until_rest(self, seconds: float = PATIENCE) -> None:
        """Until nothing is due, under way or on its way, restarting what dies meanwhile."""
        self.until(self._rests, "not at rest", seconds)

    def _rests(self) -> bool:
        self.restart_the_dead()
        if not self._idle():
            return False
        before = len(self.fate.calls())
        time.sleep(QUIET_SECONDS)
        return self._idle() and len(self.fate.calls()) == before and not self.restart_the_dead()

    def _idle(self) -> bool:
        waiting = sum(int(self.redis.llen(f"rq:queue:{queue}")) for queue in ("write", "think"))
        due = Agenda(self.redis, "tend").horizon().nearest
        return not waiting and due is None and not self.sandbox.deliverer.busy

    def answers(self) -> bool:
        try:
            url = f"http://127.0.0.1:{self._port}/readyz"
            return httpx.get(url, timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    # what came of it

    def states(self) -> dict[str, str]:
        """The state of each delivery that was kept, by GUID."""
        states = {}
        for key in self._keys("gp:delivery:*"):
            state = cast("bytes | None", self.redis.hget(key, "state"))
            states[key.removeprefix("gp:delivery:")] = (state or b"").decode()
        return states

    def _keys(self, pattern: str = "*") -> list[str]:
        return [key.decode() for key in cast("list[bytes]", self.redis.keys(pattern))]

    def logs(self) -> str:
        """The ends of the processes' logs."""
        ends = []
        for log in sorted(self._folder.glob("*.log")):
            lines = log.read_text("utf-8", "replace").splitlines()[-12:]
            ends.append("\n".join([f"== {log.name}", *(line[-400:] for line in lines)]))
        return "\n".join(ends)

    # starting

    def _begin(self, name: str) -> subprocess.Popen[bytes]:
        arguments = [part.format(port=self._port) for part in _COMMANDS[name]]
        if self._module == MORTAL:
            arguments.insert(0, str(self._folder))
        with (self._folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", self._module, *arguments],
                cwd=ROOT,
                env=self._environment(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,
            )

    def _environment(self, name: str) -> dict[str, str]:
        """No process gets a secret that it does not need, as in production."""
        app = self.sandbox.world.app
        own = {
            "receiver": {"GROUNDPLAN_WEBHOOK_SECRET": HOOK_SECRET},
            "write": {"GITHUB_APP_ID": str(app.id), "GITHUB_APP_PRIVATE_KEY": app.private_key},
        }
        return {
            **{key: os.environ[key] for key in PASSED_ON if key in os.environ},
            "REDIS_URL": self._redis_url,
            "GROUNDPLAN_SECRET": SECRET,
            "GROUNDPLAN_BOT_ID": str(self.sandbox.world.bot.id),
            "GITHUB_API_URL": self.sandbox.url,
            **self._knobs,
            **own.get(name, {}),
        }


_COMMANDS = {
    "receiver": ["serve", "--port", "{port}"],
    "write": ["work", "--queue", "write"],
    "think": ["work", "--queue", "think"],
    "sweep": ["sweep"],
}


@contextmanager
def works(
    folder: Path, seed: Callable[[Sandbox], object], module: str = MORTAL, **knobs: str
) -> Iterator[Works]:
    """Everything running around a sandbox that `seed` has filled, with a Redis of its
    own: workers take any job.

    The command is `module`'s: MORTAL for children that can be told to die, PLAIN for the product as it is.
    """
    with ExitStack() as stack:
        redis_url = stack.enter_context(redis_server(binary=find_server(prefer_wheel=True)))
        app = make_app(webhook_secret=HOOK_SECRET, keys=keys())
        sandbox = stack.enter_context(Sandbox.start(app=app))
        seed(sandbox)
        made = Works(redis_url, folder, sandbox, module, FAST | knobs)
        stack.callback(made.stop)
        made.start()
        yield made
