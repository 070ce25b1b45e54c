"""From a label to a plan pull request, told as people see it."""

from __future__ import annotations

import json

from tests.scenarios.town import Town


def test_a_label_becomes_a_plan_pull_request(town: Town) -> None:
    number = town.open_issue()
    town.label(number)
    town.notice(number)
    town.run()

    [pull] = town.pulls()
    assert pull["state"] == "open"
    assert pull["head"]["ref"] == f"groundplan/plan-{number}"
    contract = json.loads(town.file(pull["head"]["ref"], f".agent/planning-output-{number}.json") or "")
    assert contract["roadmap"]["milestones"]
    [comment] = town.comments(number)
    assert f"#{pull['number']}" in comment
    assert town.labels(number) == []
    assert town.states(number) == ["plan/review"]


def test_one_plan_stays_within_its_budget_of_calls(town: Town) -> None:
    number = town.open_issue()
    town.label(number)
    town.notice(number)
    town.run()
    github = [call.split() for call in town.boundary.calls if call.startswith("GitHub")]
    tokens = [call for call in github if call[2].endswith("/access_tokens")]
    reads = [call for call in github if call[1] == "GET"]
    writes = [call for call in github if call[1] != "GET" and call not in tokens]
    print(len(reads), len(writes), len(tokens), *(" ".join(call) for call in github), sep="\n")
    assert len(town.bill) == 1
