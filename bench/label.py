"""Seconds from the label to the plan pull request with an author that takes no time, and the calls that one
plan costs. The sandbox is in this process, everything of ours in processes of its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median, quantiles

from bench.processes import await_port, running
from bench.recovery import awaited
from bench.table import print_table, verdict
from bot.embedded import find_server, free_port, redis_server
from bot.inbox import Agenda, connect
from sandbox.journal import Entry, is_token_call
from sandbox.server import Sandbox, make_app

PLANS = 10
# Each installation has its own limit of writes a minute, and this is not about that limit.
OWNERS = ("ada", "ben", "cleo")
SECONDS, READS, WRITES = 2.0, 15, 12
WEBHOOK_SECRET = "benchmark webhook"
FILES: dict[str, str | bytes] = {
    "README.md": "# Shop\n",
    "Makefile": "test:\n\tpython -m pytest\n",
    "src/shop/export.py": "def export_csv(rows: list[dict[str, str]]) -> str:\n    return ''\n",
    "tests/test_export.py": "def test_empty() -> None:\n    pass\n",
}
BODY = """\
Our warehouse reads JSON lines, and `src/shop/export.py` only knows CSV.

## Acceptance criteria

- [ ] `export_jsonl` in `src/shop/export.py` returns one JSON object a line
- [ ] `tests/test_export.py` covers an empty list and two rows
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """When things happened, in seconds from the label, and what was asked of GitHub for it."""

    looked: float
    fetched: float
    proposed: float
    rested: float
    calls: tuple[Entry, ...]

    @property
    def reads(self) -> int:
        return sum(not call.write and not is_token_call(call) for call in self.calls)

    @property
    def writes(self) -> int:
        return sum(call.write and not is_token_call(call) for call in self.calls)

    @property
    def tokens(self) -> int:
        return sum(map(is_token_call, self.calls))


def main() -> None:
    with groundplan() as (sandbox, agenda):
        plans = [one_plan(sandbox, agenda, OWNERS[number % len(OWNERS)]) for number in range(PLANS + 1)]
    first, rest = plans[0], plans[1:]
    p50, p95 = spread([plan.proposed for plan in rest])
    reads, writes = max(plan.reads for plan in plans), max(plan.writes for plan in plans)
    rows = [
        ["label to pull request, p50, seconds", f"{p50:.2f}", f"≤ {SECONDS:g}", verdict(p50 <= SECONDS)],
        ["label to pull request, p95, seconds", f"{p95:.2f}", f"≤ {SECONDS:g}", verdict(p95 <= SECONDS)],
        ["  the first after the start", f"{first.proposed:.2f}", "", ""],
        ["  of it until the first look (median)", f"{median(plan.looked for plan in rest):.2f}", "", ""],
        ["  until the tree is fetched", f"{median(plan.fetched for plan in rest):.2f}", "", ""],
        ["  until all is said and done", f"{median(plan.rested for plan in rest):.2f}", "", ""],
        ["reads of GitHub for one plan, at most", f"{reads}", f"≤ {READS}", verdict(reads <= READS)],
        ["writes to GitHub for one plan, at most", f"{writes}", f"≤ {WRITES}", verdict(writes <= WRITES)],
        ["tokens for one plan, at most", f"{max(plan.tokens for plan in plans)}", "", ""],
    ]
    title = f"From the label to the plan: {PLANS} plans one after another, outline author, no write spacing"
    print_table(title, ["figure", "measured", "goal", "verdict"], rows)


@contextmanager
def groundplan() -> Iterator[tuple[Sandbox, Agenda]]:
    """Redis, sandbox, receiver, two workers and a sweeper, ready to work."""
    port = free_port()
    app = make_app(webhook_secret=WEBHOOK_SECRET, webhook_url=f"http://127.0.0.1:{port}/webhooks/github")
    with ExitStack() as stack:
        url = stack.enter_context(redis_server(binary=find_server(prefer_wheel=True)))
        sandbox = stack.enter_context(Sandbox.start(app=app))
        redis = stack.enter_context(connect(url))
        for owner in OWNERS:
            sandbox.seed(f"{owner}/shop", dict(FILES), collaborators={"maya": "maintain"})
        env = {
            "REDIS_URL": url,
            "GROUNDPLAN_SECRET": "the benchmark secret",
            "GROUNDPLAN_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "GROUNDPLAN_BOT_ID": str(sandbox.world.bot.id),
            "GROUNDPLAN_WRITE_SPACING_SECONDS": "0",
            "GITHUB_API_URL": sandbox.url,
            "GITHUB_APP_ID": str(app.id),
            "GITHUB_APP_PRIVATE_KEY": app.private_key,
            "OPENAI_API_KEY": "",
            "OPENAI_BASE_URL": "",
        }
        commands = (
            ["serve", "--port", str(port)],
            ["work", "--queue", "write"],
            ["work", "--queue", "think"],
        )
        processes = [
            stack.enter_context(running([sys.executable, "-m", "bot.cli", *command], env=env))
            for command in (*commands, ["sweep"])
        ]
        await_port(port, processes[0])
        if not awaited(lambda: redis.scard("rq:workers") == 2 and redis.exists("gp:sweeping"), 60.0):
            raise RuntimeError("the workers did not start")
        # The sweep of the beginning has its own calls: the last of them asks for the last owner's pulls.
        last = f"/repos/{OWNERS[-1]}/shop/pulls"
        awaited(lambda: when(sandbox.api.journal.entries[:], "GET", last), 30.0)
        yield sandbox, Agenda(redis, "tend")


def one_plan(sandbox: Sandbox, agenda: Agenda, owner: str) -> Plan:
    """Open an issue, label it, and wait until Groundplan rests again. Raises TimeoutError."""
    journal = sandbox.api.journal
    with sandbox.person("maya") as maya:
        opened = maya.post(f"/repos/{owner}/shop/issues", json={"title": "Export JSON lines", "body": BODY})
        issue = f"/repos/{owner}/shop/issues/{opened.raise_for_status().json()['number']}"
        sandbox.settle()
        before, began = len(journal.entries), time.time()
        maya.post(f"{issue}/labels", json={"labels": ["needs-plan"]}).raise_for_status()
    label_off = f"{issue}/labels/needs-plan"
    off = awaited(lambda: when(journal.entries[before:], "DELETE", label_off), 60.0)
    awaited(lambda: agenda.horizon().nearest is None, 60.0)
    calls = tuple(entry for entry in journal.entries[before:] if not entry.actor.startswith("maya"))
    proposed = when(calls, "POST", f"/repos/{owner}/shop/pulls")
    if not off or not proposed:
        raise TimeoutError("no plan pull request")
    looked, fetched = when(calls, "POST", "/graphql"), when(calls, "GET", f"/repos/{owner}/shop/tarball")
    return Plan(looked - began, fetched - began, proposed - began, calls[-1].at - began, calls)


def when(calls: tuple[Entry, ...] | list[Entry], method: str, path: str) -> float:
    """When the first such call was answered well, 0 if none was."""
    found = (
        one.at for one in calls if one.method == method and one.path.startswith(path) and one.status < 400
    )
    return next(found, 0.0)


def spread(seconds: list[float]) -> tuple[float, float]:
    """p50 and p95; of few figures the 95th is the worst but a little."""
    return median(seconds), quantiles(seconds, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    main()
