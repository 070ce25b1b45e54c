"""From a signed delivery to GitHub's state, with nothing but real processes in between."""

from __future__ import annotations

import json

from tests.processes.shop import Shop
from tests.scenarios.town import FULL_NAME


def test_a_signed_delivery_becomes_a_plan_pull_request(shop: Shop) -> None:
    end = shop.story()

    [pull] = end["pulls"]
    [issue] = end["issues"]
    number = shop.act("GET", "/issues?state=all&sort=created&direction=asc")[0]["number"]
    assert pull["head"] == f"groundplan/plan-{number}"
    contract = shop.works.sandbox.read(FULL_NAME, pull["head"], f".agent/planning-output-{number}.json")
    assert json.loads(contract or "{}")["roadmap"]["milestones"]
    assert [check["conclusion"] for check in end["checks"]] == ["success"]
    assert len(issue["comments"]) == 1
    assert issue["labels"] == ["plan/review"]
    assert set(shop.works.states().values()) == {"done"}


def test_a_label_put_on_while_the_receiver_was_down_is_found_by_the_next_sweep(shop: Shop) -> None:
    """GitHub does not send again by itself what it could not deliver."""
    works = shop.works
    works.kill("receiver")
    works.kill("sweep")
    number = shop.open_issue()
    works.sandbox.deliver_mode("send")
    shop.label(number)
    works.sandbox.settle()
    missed = [one for one in works.sandbox.deliveries if one.action == "labeled"]
    assert [one.status for one in missed] == ["failed to connect to host"]
    assert works.states() == {}

    # Five minutes later: a sweep is wanted again.
    works.redis.delete("gp:sweeping")
    works.restart_the_dead()
    works.until(works.answers, "the receiver does not answer")
    works.until(lambda: works.sandbox.observable(FULL_NAME)["pulls"], "no pull request")
    works.until_rest()

    end = works.sandbox.observable(FULL_NAME)
    assert len(end["pulls"]) == 1
    assert [(len(issue["comments"]), issue["labels"]) for issue in end["issues"]] == [(1, ["plan/review"])]
    assert set(works.states().values()) <= {"done"}
