"""A writer that is killed after any of its calls, and started again, asks for no finished call twice and ends
with the very plan that it would have written at once.

`make test` kills it after some of the calls, GROUNDPLAN_FULL=1 after each. It is a process of its own and the
model is at the other end of a socket, which counts what it is really asked.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.minds import Mind, Staged, patch, patches
from sandbox.model_server import ModelServer, Says, serving
from tests.author.issues import ISSUES, make_brief
from tests.author.scripted import good_draft, with_path

FULL = os.environ.get("GROUNDPLAN_FULL") == "1"
ROOT = Path(__file__).parents[2]
NEVER = 99
CALLS = 10  # understand, a useless draft, a draft, repair, two reviews, three coders, revise
PATH = "/tasks/0/files/0/path"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model whose first draft is cut off and whose second has an error; one review has a point."""
    brief = make_brief(ISSUES["feature with a checklist"])
    good = good_draft(brief)
    point = {
        "task": "T1",
        "quote": good["summary"],
        "problem": "For whom?",
        "suggestion": "",
        "blocking": False,
    }
    heeded = patch("REV-1", "/tasks/0/gotchas", ["The desk exports every morning."])
    mended = patch("PLN401", PATH, good["tasks"][0]["files"][0]["path"])
    stages = {
        "plan": [Says("{", finish="length"), Says(json.dumps(with_path(good, "lib/nothing.py")))],
        "patches": [Says(patches(mended))],
        "review": [Says(json.dumps({"points": [point]}))],
        "revision": [Says(patches(heeded))],
    }
    with serving(Staged(Mind(good), stages)) as running:
        yield running


def written(server: ModelServer, folder: Path, most: int = NEVER) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.processes.writer", server.url, str(folder), str(most)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("most", range(1, CALLS + 1) if FULL else (8,))
def test_no_finished_call_is_asked_for_twice(most: int, server: ModelServer, tmp_path: Path) -> None:
    killed = written(server, tmp_path, most)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len(list(tmp_path.glob("?" * 64))) >= most
    done = written(server, tmp_path)
    assert done.returncode == 0, done.stderr
    asked = [json.dumps(each.body, sort_keys=True) for each in server.asked]
    finished_once = CALLS + _cut_short(most)
    assert CALLS <= len(asked) <= finished_once
    again = written(server, tmp_path)
    assert again.stdout == done.stdout
    assert len(server.asked) == len(asked)
    usage = json.loads(done.stdout)["usage"]
    assert usage["calls"] == CALLS


def _cut_short(most: int) -> int:
    """Calls of coders that were under way beside the one after which the process was killed."""
    return 2 if 7 <= most <= 9 else 0


def test_killed_again_and_again_it_still_ends(server: ModelServer, tmp_path: Path) -> None:
    for _ in range(CALLS + 2):
        run = written(server, tmp_path, 3)
        if run.returncode == 0:
            break
        assert run.returncode == -signal.SIGKILL, run.stderr
    assert run.returncode == 0
    assert len(server.asked) <= CALLS + 2
    assert json.loads(run.stdout)["usage"]["calls"] == CALLS
