"""Deliveries a second, latency, CPU and memory of the receiver, beside three other
servers in the same run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import ROOT, await_port, cpu_seconds, rss_mib, running
from bench.servers import SECRET
from bench.table import print_table, verdict
from bot.embedded import find_server, free_port, redis_server
from bot.inbox import connect

CONNECTIONS = 20
SECONDS = 4.0
ROUNDS = 2
# Command, environment, path of its webhook, port.
Server = tuple[list[str], dict[str, str], str, int]
PROBOT = """
import { run } from "probot";
import { createClient } from "redis";
const redis = createClient({ url: process.env.BENCH_REDIS });
await redis.connect();
const keep = async (context) => { await redis.lPush("probot", JSON.stringify(context.payload)); };
run((app) => { app.on("issues.labeled", keep); });
"""


@dataclass(frozen=True)
class Result:
    """Requests a second, milliseconds, microseconds of CPU a request, MiB."""

    requests: float
    p50: float
    p99: float
    cpu: float
    rss: float
    refused: int


def main() -> None:
    with redis_server(binary=find_server(prefer_wheel=True)) as url, probot_command(url) as probot:
        commands = {name: python_server(name, url) for name in ("raw", "ours", "fastapi-rq")}
        if probot:
            commands["probot"] = probot
        best: dict[str, Result] = {}
        for server in commands.values():
            warm_up(server)
        for _ in range(ROUNDS):
            for name, command in commands.items():
                result = measured(command, url)
                if name not in best or result.requests > best[name].requests:
                    best[name] = result
    report(best)


def python_server(name: str, url: str) -> Server:
    port = free_port()
    return [sys.executable, "-m", "bench.servers", name, url, str(port)], {}, "/webhooks/github", port


@contextmanager
def probot_command(url: str) -> Iterator[Server | None]:
    """Probot with an LPUSH handler, installed by npm into a temporary folder; None
    where that is not possible.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    with tempfile.TemporaryDirectory(prefix="bench-probot-") as folder:
        home = Path(folder)
        (home / "package.json").write_text('{"type": "module", "private": true}')
        (home / "app.js").write_text(PROBOT)
        if not (node and npm) or not _installed(npm, home):
            print("probot: skipped, because npm is missing or could not install it")
            yield None
            return
        port = free_port()
        env = {
            "APP_ID": "1", "PRIVATE_KEY": _private_key(), "WEBHOOK_SECRET": SECRET, "PORT": str(port),
            "HOST": "127.0.0.1",
            "LOG_LEVEL": "fatal", "NODE_ENV": "production", "BENCH_REDIS": url,
        }  # fmt: skip
        yield [node, str(home / "app.js")], env, "/api/github/webhooks", port


def _installed(npm: str, home: Path) -> bool:
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "probot@14", "redis"]
    try:
        return (
            subprocess.run(command, cwd=home, check=False, timeout=120, capture_output=True).returncode == 0
        )
    except subprocess.TimeoutExpired:
        return False


def _private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def warm_up(server: Server) -> None:
    """Start it once, so that its bytecode is compiled."""
    command, env, _, port = server
    with running(command, env=env) as process:
        await_port(port, process)


def measured(server: Server, url: str) -> Result:
    command, env, path, port = server
    with connect(url) as redis:
        redis.flushall()
    with running(command, env=env) as process:
        await_port(port, process)
        load = [sys.executable, "-m", "bench.load", str(port), path, str(CONNECTIONS), str(SECONDS), SECRET]
        before = cpu_seconds(process.pid)
        said = subprocess.run(
            load, cwd=ROOT, check=True, capture_output=True, timeout=60, env=dict(os.environ)
        )
        found = json.loads(said.stdout)
        cpu = (cpu_seconds(process.pid) - before) / (found["requests"] * (SECONDS + 1.0)) * 1e6
        return Result(
            found["requests"], found["p50"], found["p99"], cpu, rss_mib(process.pid), found["refused"]
        )


def report(best: dict[str, Result]) -> None:
    rows = [
        [
            name,
            f"{r.requests:,.0f}",
            f"{r.p50:.1f}",
            f"{r.p99:.1f}",
            f"{r.cpu:.0f}",
            f"{r.rss:.0f}",
            str(r.refused),
        ]
        for name, r in best.items()
    ]
    head = ["server", "requests/s", "p50 ms", "p99 ms", "CPU µs/request", "RSS MiB", "not 2xx"]
    print_table(
        f"Receiver: issues.labeled of 20 KB, {CONNECTIONS} connections, one process, append-only Redis",
        head,
        rows,
    )
    us = best["ours"]
    goals = [
        ("of raw ASGI + HMAC", us.requests / best["raw"].requests, 0.35, "≥"),
        ("times FastAPI + RQ enqueue", us.requests / best["fastapi-rq"].requests, 5.0, "≥"),
        ("p99 in ms", us.p99, 10.0, "≤"),
        ("RSS in MiB", us.rss, 60.0, "≤"),
    ]
    if "probot" in best:
        goals.insert(1, ("times Probot + LPUSH", us.requests / best["probot"].requests, 1.7, "≥"))
    rows = [
        [name, f"{value:.2f}", f"{sign} {goal:g}", verdict(value >= goal if sign == "≥" else value <= goal)]
        for name, value, goal, sign in goals
    ]
    print_table("Receiver: goals", ["figure", "measured", "goal", "verdict"], rows)


if __name__ == "__main__":
    main()
