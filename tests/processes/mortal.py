"""`groundplan` with a child that kills itself at a chosen outbound call, run by `python -m` with a folder and
the command's own arguments.

The calls of all children are counted in one file, so that a death can be planned for any of them,
whoever makes it. Must not change what a call does or says.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import httpx
from redis import Redis
from redis.client import Pipeline

from bot.inbox import scripts
from bot.inbox.agenda import digest

T = TypeVar("T")
Victim = Literal["child", "worker"]
Side = Literal["before", "after"]
_SHA = re.compile(r"\b[0-9a-f]{40}\b")
_OPERATION = re.compile(rb"\\?\"query\\?\"\s*:\s*\"\s*(mutation|query)?")
_SCRIPTS = {
    digest(text): name for name, text in vars(scripts).items() if name.isupper() and isinstance(text, str)
}
WRITES = frozenset({"EVAL", "EVALSHA", "SET", "HSET", "DEL"})


@dataclass(frozen=True, slots=True)
class Death:
    """Just before or just after the nth call of this name. A worker's death is its child's too."""

    call: str
    nth: int
    side: Side
    victim: Victim


class Fate:
    """The calls made so far and the death that is planned, in files that all processes share."""

    def __init__(self, folder: Path) -> None:
        self._calls = folder / "calls"
        self._death = folder / "death"
        self._lock = folder / "lock"

    def plan(self, death: Death | None) -> None:
        """Forget the calls made so far; the planned death comes once."""
        self._calls.write_text("")
        self._death.unlink(missing_ok=True)
        if death:
            self._death.write_text(json.dumps(asdict(death)))

    @property
    def struck(self) -> bool:
        return not self._death.exists()

    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []

    def next_call(self, name: str) -> Death | None:
        """Note a call; the death that is to come before or after it, if any."""
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            nth = self.calls().count(name)
            with self._calls.open("a") as calls:
                calls.write(f"{name}\n")
            death = Death(**json.loads(self._death.read_text())) if self._death.exists() else None
            if death is None or (death.call, death.nth) != (name, nth):
                return None
            self._death.unlink()
            return death


@dataclass(frozen=True, slots=True)
class Boundary:
    """What every outbound call of a child crosses. The worker itself, `parent`, passes freely."""

    fate: Fate
    parent: int
    queue: str

    def cross(self, name: str, call: Callable[[], T]) -> T:
        if os.getpid() == self.parent:
            return call()
        death = self.fate.next_call(f"{self.queue} {name}")
        if death and death.side == "before":
            die(death.victim)
        answer = call()
        if death:
            die(death.victim)
        return answer


def die(victim: Victim) -> None:
    if victim == "worker":
        os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def name_of_request(request: httpx.Request) -> str:
    """The same in every run: without commits' names, with the kind of a GraphQL operation."""
    path = _SHA.sub("{sha}", request.url.path)
    kind = _OPERATION.search(request.read()) if path == "/graphql" else None
    return " ".join([request.method, path, *([kind[1].decode()] if kind else [])])


def name_of_command(args: tuple[Any, ...]) -> str:
    """The same in every run: the script or the keys, and the effect that a ledger's page is about."""
    command, *rest = [part.decode() if isinstance(part, bytes) else str(part) for part in args]
    if command == "EVALSHA":
        return " ".join(["Redis", _SCRIPTS.get(rest[0], "script"), *rest[3:4]])
    if command != "EVAL":
        return f"Redis {command} {_stem(rest[0])}"
    if rest[1] == "0":
        return " ".join(["Redis", _SCRIPTS.get(digest(rest[0]), "script"), "anew"])
    keys, values = rest[2 : 2 + int(rest[1])], rest[2 + int(rest[1]) :]
    page = values[1:2] if any(key.startswith("gp:ledger") for key in keys) else []
    return " ".join(["Redis EVAL", *map(_stem, keys), *(_SHA.sub("{sha}", field) for field in page)])


def _stem(key: str) -> str:
    """`gp:token:4f…` → `gp:token`, but `gp:pace:7:last` → `gp:pace:last`."""
    parts = key.split(":")
    return ":".join(parts[:2] + parts[3:])


def patch(boundary: Boundary) -> None:
    """Have GitHub, the model and every write to Redis beyond the boundary."""
    send = httpx.HTTPTransport.handle_request
    execute: Any = Redis.execute_command
    execute_all: Any = Pipeline.execute

    def handle_request(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        return boundary.cross(name_of_request(request), lambda: send(self, request))

    def execute_command(self: Redis, *args: Any, **options: Any) -> Any:
        if str(args[0]).upper() not in WRITES:
            return execute(self, *args, **options)
        return boundary.cross(name_of_command(args), lambda: execute(self, *args, **options))

    def execute_pipeline(self: Any, raise_on_error: bool = True) -> Any:
        if not self.command_stack:
            return execute_all(self, raise_on_error)
        name = " ".join(["Redis", *(str(command[0][0]) for command in self.command_stack)])
        return boundary.cross(name, lambda: execute_all(self, raise_on_error))

    # Assigned through Any: replacing methods is the purpose.
    transport: Any = httpx.HTTPTransport
    client: Any = Redis
    pipeline: Any = Pipeline
    transport.handle_request = handle_request
    client.execute_command = execute_command
    pipeline.execute = execute_pipeline


def main(folder: str, *arguments: str) -> None:
    from bot import cli

    patch(Boundary(Fate(Path(folder)), os.getpid(), arguments[-1]))
    cli.app(list(arguments))


if __name__ == "__main__":
    main(*sys.argv[1:])
