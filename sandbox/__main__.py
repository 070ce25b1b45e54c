"""`python -m sandbox`: the sandbox as a process of its own, which tells in one JSON file how to reach it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sandbox.auth import person_token
from sandbox.server import Sandbox, make_app

PEOPLE = {"maintainer": "maya", "contributor": "carl", "outsider": "olga"}


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--webhook-url", help="where to send deliveries")
    parser.add_argument("--webhook-secret", default=None, help="default: a fresh one")
    parser.add_argument(
        "--state-file", type=Path, help="write the JSON here (mode 0600) instead of standard output"
    )
    parser.add_argument("--owner", default="acme", help="account that owns the repositories")
    parser.add_argument(
        "--repository", action="append", default=[], metavar="NAME=PATH", help="push a folder or checkout"
    )
    return parser.parse_args(given)


def _tell(text: str, target: Path | None) -> None:
    """The file appears whole or not at all, as whoever waits for it reads it at once."""
    if target is None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".new")
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.rename(target)


def described(sandbox: Sandbox, installation_id: int) -> dict[str, Any]:
    app = sandbox.world.app
    return {
        "url": sandbox.url,
        "app_id": app.id,
        "app_slug": app.slug,
        "client_id": app.client_id,
        "bot_login": app.bot_login,
        "bot_id": sandbox.world.bot.id,
        "private_key": app.private_key,
        "installation_id": installation_id,
        "webhook_secret": app.webhook_secret,
        "webhook_url": app.webhook_url,
        "owner": app.owner,
        "users": {role: {"login": login, "token": person_token(login)} for role, login in PEOPLE.items()},
        "pid": os.getpid(),
    }


def main(given: list[str] | None = None) -> int:
    asked = arguments(given)
    secret = asked.webhook_secret or os.urandom(20).hex()
    app = make_app(owner=asked.owner, webhook_secret=secret, webhook_url=asked.webhook_url)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with Sandbox.start(port=asked.port, app=app) as sandbox:
        roles = {PEOPLE["maintainer"]: "maintain", PEOPLE["contributor"]: "read"}
        sandbox.world.add_user(PEOPLE["outsider"])
        for spec in asked.repository:
            name, _, path = spec.partition("=")
            full_name = name if "/" in name else f"{asked.owner}/{name}"
            sandbox.world.add_repository(full_name, path=Path(path), collaborators=roles)
        for login in PEOPLE.values():
            sandbox.world.add_user(login)
        installation = sandbox.world.install(asked.owner)
        _tell(json.dumps(described(sandbox, installation.id), indent=2), asked.state_file)
        done.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
