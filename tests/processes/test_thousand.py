"""A thousand signed deliveries, doubled and shuffled, through the real receiver and workers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.acts import issues
from sandbox.server import Sandbox
from sandbox.state import Delivery, Issue, Repository
from tests.processes.works import PLAIN, Works, works
from tests.scenarios.town import BODY, TITLE

# As many owners as it takes to stay under the limit that each installation has for writes in a minute.
OWNERS, ISSUES_EACH = 6, 5
DELIVERIES, DOUBLED = 800, 200
FILES: dict[str, str | bytes] = {
    "README.md": "# Shop\n",
    "Makefile": "test:\n\tpython -m pytest\n",
    "src/shop/export.py": "def export_csv(rows: list[dict[str, str]]) -> str:\n    return ''\n",
    "src/shop/cli.py": "from shop.export import export_csv\n",
    "tests/test_export.py": "def test_empty() -> None:\n    pass\n",
}
SEED = 20261121


def seed_towns(sandbox: Sandbox) -> None:
    for number in range(OWNERS):
        sandbox.seed(f"owner{number}/shop", dict(FILES), collaborators={"maya": "maintain"})


@pytest.fixture
def towns(tmp_path: Path) -> Iterator[Works]:
    with works(tmp_path, seed_towns, PLAIN, GROUNDPLAN_WRITE_SPACING_SECONDS="0") as made:
        yield made


def busy_day(sandbox: Sandbox, order: random.Random) -> list[Delivery]:
    """The deliveries that GitHub makes of what people do on thirty issues, the labels first."""
    world = sandbox.world
    sandbox.deliver_mode("hold")
    with world.lock:
        pairs = [
            (repo, issues.open_issue(world, repo, "maya", f"{TITLE} ({number})", BODY))
            for repo in world.state.repositories.values()
            for number in range(ISSUES_EACH)
        ]
        for repo, issue in pairs:
            issues.add_labels(world, repo, issue, "maya", ["needs-plan"])
        while len(world.outbox) < DELIVERIES:
            repo, issue = order.choice(pairs)
            fuss(sandbox, repo, issue, order)
    sandbox.flush()
    return sandbox.held[:]


def fuss(sandbox: Sandbox, repo: Repository, issue: Issue, order: random.Random) -> None:
    """One thing more that somebody does to the issue, and what GitHub then sends."""
    world = sandbox.world
    match order.randrange(4):
        case 0:
            issues.edit_issue(world, repo, issue, "maya", body=f"{BODY}\nSeen {order.random()}.\n")
        case 1:
            issues.comment_on(world, repo, issue, "maya", "Any news?")
        case _:
            issues.add_labels(world, repo, issue, "maya", ["later"])
            issues.remove_label(world, repo, issue, "maya", "later")


def test_a_thousand_deliveries_make_one_plan_for_each_issue(towns: Works) -> None:
    order = random.Random(SEED)
    sandbox = towns.sandbox
    towns.reset()
    once = busy_day(sandbox, order)
    sent = once + order.sample(once, DOUBLED)
    order.shuffle(sent)
    assert len(sent) >= DELIVERIES + DOUBLED
    send(towns, sent)

    assert Counter(delivery.status for delivery in once) == {"OK": len(once)}
    kept = {one.guid for one in once if not one.response_body.startswith("ignored")}
    assert len(kept) > DELIVERIES / 2
    assert towns.states() == dict.fromkeys(kept, "done")
    ends = [sandbox.observable(f"owner{number}/shop") for number in range(OWNERS)]
    for end in ends:
        assert_one_plan_each(end, sandbox.world.bot.login)
    assert sandbox.violations == []

    calls = len(sandbox.api.journal.entries)
    send(towns, [one for one in once if one.guid in kept][:100])
    assert len(sandbox.api.journal.entries) == calls


def send(towns: Works, deliveries: list[Delivery]) -> None:
    """Deliver them in this order, twenty at a time, and wait until all that they caused is done."""
    towns.sandbox.held.clear()
    towns.sandbox.deliver_mode("send")
    for one in deliveries:
        one.status_code = 0
    towns.sandbox.deliverer.deliver(deliveries)
    towns.until(lambda: all(one.status_code for one in deliveries), "deliveries were not answered")
    towns.until_rest(120.0)


def assert_one_plan_each(end: dict[str, Any], bot: str) -> None:
    """Each issue has one pull request, one comment of ours and no label that asks for more."""
    assert len(end["issues"]) == len(end["pulls"]) == ISSUES_EACH
    assert len({pull["head"] for pull in end["pulls"]}) == ISSUES_EACH
    assert {pull["state"] for pull in end["pulls"]} == {"open"}
    for issue in end["issues"]:
        assert [one["author"] for one in issue["comments"]].count(bot) == 1
        assert "needs-plan" not in issue["labels"]
