"""Decisions that are the owner's: asked in issues of their own, answered there or on the plan, told as people
see it."""

from __future__ import annotations

import json
from typing import Any

from tests.scenarios.town import BODY, Town

ASKING = BODY + "\n## Open questions\n\nShould a line end with a comma or a newline?\n"


def asked(town: Town) -> tuple[int, int, str, int]:
    """An issue, its plan pull request, that one's branch, and the issue of its one decision."""
    number = town.ask(body=ASKING)
    [pull] = town.pulls()
    [decision] = decisions(town)
    return number, int(pull["number"]), str(pull["head"]["ref"]), int(decision["number"])


def decisions(town: Town) -> list[dict[str, Any]]:
    every = town.act("GET", "/issues?state=all&labels=decision/major")
    return [one for one in every if "pull_request" not in one]


def contract(town: Town, branch: str, number: int) -> dict[str, Any]:
    return dict(json.loads(town.file(branch, f".agent/planning-output-{number}.json") or "{}"))


def test_a_major_decision_becomes_an_issue(town: Town) -> None:
    number, pull, branch, decision = asked(town)
    issue = town.issue(decision)
    assert sorted(town.labels(decision)) == [
        "decision-needed",
        "decision/major",
        "needs-opinion",
        "role/manager",
    ]
    assert "comma or a newline" in issue["title"]
    assert f"Refs #{number}" in issue["body"]
    assert "/decide" in issue["body"]
    assert contract(town, branch, number)["decisions"] == [
        f"D-1: Should a line end with a comma or a newline? (#{decision})"
    ]
    assert f"#{decision}" in town.act("GET", f"/pulls/{pull}")["body"]
    assert "4100000001" not in json.dumps(town.observable())


def test_an_answer_is_logged_and_closes_the_issue(town: Town) -> None:
    number, pull, branch, decision = asked(town)
    comment = town.say(decision, "/decide B because every tool reads it", who="rita")
    town.run()
    plan = contract(town, branch, number)["groundplan"]["decisions"][0]
    assert plan["answer"] == "a newline"
    assert plan["log"][0]["by"] == "rita"
    assert "every tool reads it" in plan["log"][0]["reason"]
    assert town.issue(decision)["state"] == "closed"
    assert town.reactions_to(comment) == ["eyes", "rocket"]
    assert town.answers(decision) == []
    assert "**Decided:** a newline, because every tool reads it" in town.comments(decision)[-1]
    assert len(town.act("GET", f"/pulls/{pull}/commits")) == 2
    before = town.observable()
    town.notice(number)
    town.notice(decision)
    town.run()
    assert town.observable() == before


def test_a_reader_decides_nothing(town: Town) -> None:
    number, _, branch, decision = asked(town)
    comment = town.say(decision, "/decide B because I say so", who="olga")
    town.run()
    assert contract(town, branch, number)["groundplan"]["decisions"][0].get("answer", "") == ""
    [answer] = town.answers(decision)
    assert "write or more" in answer
    assert town.reactions_to(comment) == ["confused", "eyes"]
    assert town.issue(decision)["state"] == "open"


def test_an_answer_on_the_plan_counts_as_well(town: Town) -> None:
    number, pull, branch, decision = asked(town)
    town.say(pull, "/decide D-1 A", who="rita")
    town.run()
    assert contract(town, branch, number)["groundplan"]["decisions"][0]["answer"] == "line end with a comma"
    assert town.issue(decision)["state"] == "closed"


def test_what_is_decided_is_not_decided_otherwise_by_accident(town: Town) -> None:
    number, pull, branch, _ = asked(town)
    town.say(pull, "/decide D-1 A", who="rita")
    town.run()
    town.say(pull, "/decide D-1 B", who="maya")
    town.run()
    assert contract(town, branch, number)["groundplan"]["decisions"][0]["answer"] == "line end with a comma"
    refused = town.answers(pull)[-1]
    assert "rita" in refused
    assert "instead" in refused
    town.say(pull, "/decide D-1 B instead because we asked around", who="maya")
    town.run()
    decided = contract(town, branch, number)["groundplan"]["decisions"][0]
    assert decided["answer"] == "a newline"
    assert [one["option"] for one in decided["log"]] == ["line end with a comma", "a newline"]


def test_nonsense_is_answered_with_the_exact_command(town: Town) -> None:
    _, pull, _, decision = asked(town)
    town.say(decision, "/decide purple", who="rita")
    town.run()
    [answer] = town.answers(decision)
    assert "none of the options" in answer
    assert "/decide D-1 B" in answer
    assert len(town.act("GET", f"/pulls/{pull}/commits")) == 1


def test_ready_labels_are_taken_off_a_decision(town: Town) -> None:
    _, _, _, decision = asked(town)
    town.act("POST", f"/issues/{decision}/labels", labels=["ready"])
    town.notice(decision)
    town.run()
    assert "ready" not in town.labels(decision)


def test_a_major_decision_is_called_to_mind_and_never_made_by_itself(town: Town) -> None:
    number, _, branch, decision = asked(town)
    day = 24 * 3600.0
    for _ in range(40):
        town.clock.now += day
        town.notice(number)
        town.run()
    reminders = [one for one in town.comments(decision) if "<!-- groundplan:reminder " in one]
    assert len(reminders) == 6
    assert contract(town, branch, number)["groundplan"]["decisions"][0].get("answer", "") == ""


def test_decisions_of_a_declined_plan_are_closed(town: Town) -> None:
    number, pull, _, decision = asked(town)
    town.close_pull(pull)
    town.notice(number)
    town.run()
    assert town.issue(decision)["state"] == "closed"
    assert town.issue(decision)["state_reason"] == "not_planned"


def test_a_decision_after_the_merge_opens_a_pull_request_of_its_own(town: Town) -> None:
    number, pull, _, decision = asked(town)
    town.merge(pull)
    town.notice(number)
    town.run()
    assert "was merged" in town.status_comment(number)
    comment = town.say(decision, "/decide B because we measured it", who="rita")
    town.run()
    [_, second] = town.pulls()
    assert second["head"]["ref"] == f"groundplan/plan-{number}-2"
    assert (
        contract(town, second["head"]["ref"], number)["groundplan"]["decisions"][0]["answer"] == "a newline"
    )
    assert town.reactions_to(comment) == ["eyes", "rocket"]
    assert town.issue(decision)["state"] == "closed"
    assert f"#{second['number']}" in town.status_comment(number)
    assert len(town.act("GET", f"/pulls/{second['number']}/commits")) == 1
    before = town.observable()
    town.notice(number)
    town.run()
    assert town.observable() == before
    town.merge(second["number"])
    town.notice(number)
    town.run()
    assert contract(town, "main", number)["groundplan"]["decisions"][0]["answer"] == "a newline"
