"""Seconds from a command to our 👀, while fifty other subjects are being worked on. The sandbox is in this
process, everything of ours in processes of its own; people write one comment after another.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.label import BODY, OWNERS, groundplan, spread
from bench.recovery import awaited
from bench.table import print_table, verdict
from sandbox.journal import Entry
from sandbox.server import Sandbox

BUSY = 50
COMMANDS = 40
PAUSE = 0.4  # seconds between two comments
SECONDS = 1.5


def main() -> None:
    with groundplan() as (sandbox, _):
        quiet = [*seen(sandbox, issues(sandbox, 5))]
        asked = issues(sandbox, COMMANDS)
        busy = issues(sandbox, BUSY)
        with sandbox.person("maya") as maya:
            for issue in busy:
                maya.post(f"{issue}/labels", json={"labels": ["needs-plan"]}).raise_for_status()
        loaded = [*seen(sandbox, asked)]
    p50, p95 = spread(loaded)
    rows = [
        ["👀 with nothing else to do, p50", f"{spread(quiet)[0]:.2f}", "", ""],
        [f"👀 with {BUSY} subjects busy, p50", f"{p50:.2f}", "", ""],
        [f"👀 with {BUSY} subjects busy, p95", f"{p95:.2f}", f"≤ {SECONDS:g}", verdict(p95 <= SECONDS)],
        ["  the slowest", f"{max(loaded):.2f}", "", ""],
    ]
    title = f"From a command to 👀, in seconds: {COMMANDS} comments, one writing worker, no write spacing"
    print_table(title, ["figure", "measured", "goal", "verdict"], rows)


def issues(sandbox: Sandbox, count: int) -> list[str]:
    """Paths of fresh issues, spread over the owners."""
    paths = []
    with sandbox.person("maya") as maya:
        for number in range(count):
            repository = f"/repos/{OWNERS[number % len(OWNERS)]}/shop"
            opened = maya.post(f"{repository}/issues", json={"title": f"Export {number}", "body": BODY})
            paths.append(f"{repository}/issues/{opened.raise_for_status().json()['number']}")
    return paths


def seen(sandbox: Sandbox, paths: list[str]) -> Iterator[float]:
    """Seconds from each comment to our first reaction to it. Raises TimeoutError."""
    written: dict[str, float] = {}
    with sandbox.person("maya") as maya:
        for path in paths:
            comment = maya.post(f"{path}/comments", json={"body": "/plan status"}).raise_for_status().json()
            repository = path.rpartition("/issues/")[0]
            written[f"{repository}/issues/comments/{comment['id']}/reactions"] = time.time()
            time.sleep(PAUSE)
    journal = sandbox.api.journal
    if not awaited(lambda: len(reactions(journal.entries[:], written)) == len(written), 120.0):
        raise TimeoutError("some command was not seen")
    found = reactions(journal.entries[:], written)
    yield from (found[path] - at for path, at in written.items())


def reactions(calls: list[Entry], wanted: dict[str, float]) -> dict[str, float]:
    """When the first reaction was made at each path."""
    first: dict[str, float] = {}
    for call in calls:
        if call.method == "POST" and call.path in wanted and call.status < 300:
            first.setdefault(call.path, call.at)
    return first


if __name__ == "__main__":
    main()
