"""Snapshots, end states, the direct transport, and the process of its own."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox import Sandbox
from tests.sandbox.story import REPO, walk_through_a_life

ISSUES = f"/repos/{REPO}/issues"


def test_a_snapshot_brings_everything_back(sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client) -> None:
    walk_through_a_life(sandbox, maya, bot)
    before, kept = sandbox.observable(REPO), sandbox.snapshot()
    maya.post(ISSUES, json={"title": "later"})
    sandbox.commit(REPO, "main", {"later.md": "x"}, author="maya")
    assert sandbox.observable(REPO) != before
    sandbox.restore(kept)
    assert sandbox.observable(REPO) == before
    assert pickle.loads(sandbox.snapshot()) == pickle.loads(kept)
    assert sandbox.journal.entries == []


def test_two_runs_are_the_same_to_the_last_id(sandbox: Sandbox, maya: httpx.Client) -> None:
    kept = sandbox.snapshot()
    runs = []
    for _ in range(2):
        maya.post(ISSUES, json={"title": "x", "labels": ["new"]})
        runs.append((maya.get(f"{ISSUES}/1").json(), [one.guid for one in sandbox.deliveries]))
        sandbox.restore(kept)
    assert runs[0] == runs[1]


def test_end_states_do_not_depend_on_numbers_or_time(sandbox: Sandbox, maya: httpx.Client) -> None:
    kept = sandbox.snapshot()
    for title in ("a", "b"):
        maya.post(ISSUES, json={"title": title})
    first = sandbox.observable(REPO)
    sandbox.restore(kept)
    for title in ("b", "a"):
        maya.post(ISSUES, json={"title": title})
    assert sandbox.observable(REPO) == first
    maya.post(f"{ISSUES}/1/comments", json={"body": "twice"})
    once = sandbox.observable(REPO)
    maya.post(f"{ISSUES}/1/comments", json={"body": "twice"})
    assert sandbox.observable(REPO) != once


def test_the_direct_transport_gives_the_same_answers(sandbox: Sandbox) -> None:
    headers = {"authorization": f"Bearer {sandbox.token(REPO)}", "user-agent": "t"}
    with httpx.Client(base_url=sandbox.url, headers=headers, transport=sandbox.transport()) as client:
        assert client.post(ISSUES, json={"title": "x"}).status_code == 201
        sandbox.fault("cut", path="/issues$")
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(ISSUES)
        sandbox.fault("hang", path="/issues$")
        with pytest.raises(httpx.ReadTimeout):
            client.get(ISSUES)
        assert [one["title"] for one in client.get(ISSUES).json()] == ["x"]
    assert sandbox.violations == []


def test_control_routes_refuse_nonsense(sandbox: Sandbox, bot: httpx.Client) -> None:
    for path, body in (
        ("repositories", b"{"),
        ("repositories", b'{"name": "no-owner"}'),
        ("repositories", b'{"name": "acme/widgets"}'),
        ("repositories", b'{"name": "acme/x", "path": "/absent"}'),
        ("repositories", b"{}"),
        ("settings", b'{"limits": {"nothing": 1}}'),
        ("settings", b'{"deliveries": "loudly"}'),
        ("push", b'{"repository": "acme/none"}'),
    ):
        assert bot.post(f"/_sandbox/{path}", content=body).status_code in (404, 422), (path, body)
    assert bot.post("/_sandbox/nothing").status_code == 404


def test_as_a_process(tmp_path: Path) -> None:
    state, folder = tmp_path / "state" / "sandbox.json", tmp_path / "sample"
    folder.mkdir()
    (folder / "README.md").write_text("# Sample\n")
    command = [sys.executable, "-m", "sandbox", "--state-file", str(state), "--webhook-secret", "s3cret"]
    with subprocess.Popen(command, cwd=Path(__file__).resolve().parents[2]) as process:
        try:
            told = wait_for(state, process)
            assert (state.stat().st_mode & 0o777, told["webhook_secret"]) == (0o600, "s3cret")
            headers = {"authorization": f"Bearer {told['users']['maintainer']['token']}"}
            with httpx.Client(base_url=told["url"], headers=headers, trust_env=False) as client:
                people = {told["users"]["maintainer"]["login"]: "maintain"}
                asked = {"name": "acme/sample", "path": str(folder), "collaborators": people}
                assert client.post("/_sandbox/repositories", json=asked).status_code == 201
                made = client.post("/repos/acme/sample/issues", json={"title": "x", "labels": ["needs-plan"]})
                assert [one["name"] for one in made.json()["labels"]] == ["needs-plan"]
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def wait_for(state: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    for _ in range(600):
        if state.exists():
            told: dict[str, Any] = json.loads(state.read_text())
            return told
        assert process.poll() is None
        time.sleep(0.05)
    raise AssertionError("the process never said where it is")
