"""GitHub says no: the status names the rule or the permission, and asking again after the repair works."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import UserError
from tests.scenarios.town import Town

RULES: dict[str, dict[str, Any]] = {
    "creation": {"type": "creation"},
    "update": {"type": "update"},
    "required_status_checks": {"type": "required_status_checks"},
    "commit_message_pattern": {
        "type": "commit_message_pattern",
        "parameters": {"operator": "starts_with", "pattern": "feat:"},
    },
    "file_path_restriction": {
        "type": "file_path_restriction",
        "parameters": {"restricted_file_paths": [".agent/*"]},
    },
}


def without(town: Town, *names: str) -> dict[str, str]:
    granted = dict(town.sandbox.world.app.permissions)
    return {name: level for name, level in granted.items() if name not in names}


def grant(town: Town, permissions: dict[str, str]) -> None:
    town.control("installation/permissions", permissions=permissions)


def ask_after_the_repair(town: Town, number: int) -> None:
    grant(town, dict(town.sandbox.world.app.permissions))
    town.clock.sleep(600)
    if "needs-plan" in town.labels(number):
        town.unlabel(number)
    town.ask_again(number)
    assert town.status(number).startswith("### 📝 Plan ready for review")
    assert town.labels(number) == []
    assert len(town.pulls()) == 1
    assert town.checks() == [("groundplan / contract", "success")]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_keeps_our_branch_out_is_named(town: Town, rule: str) -> None:
    town.control("repositories/rulesets", branches=["groundplan/*"], rules=[RULES[rule]])
    number = town.ask()
    status = town.status(number)
    assert status.startswith("### ⛔ Planning is blocked")
    assert f"Rules in force: `{rule}`." in status
    assert "a repository admin lets the App bypass these rules for `groundplan/*`" in status
    assert town.labels(number) == []
    assert town.pulls() == []


def test_a_branch_left_behind_does_not_spoil_the_next_plan(town: Town) -> None:
    """The branch was made, the commit refused; then people wrote the very file that the plan goes into."""
    town.control("repositories/rulesets", branches=["groundplan/*"], rules=[RULES["update"]])
    number = town.ask()
    assert town.branches() == ["groundplan/plan-1", "main"]
    town.repo.rulesets.clear()
    town.commit("main", {"IMPLEMENTATION_PLAN.md": "# Ours\n"})
    town.ask_again(number)
    [pull] = town.pulls()
    files = town.act("GET", f"/pulls/{pull['number']}/files")
    [plan_file] = [one for one in files if one["filename"] == "IMPLEMENTATION_PLAN.md"]
    assert plan_file["status"] == "modified"
    town.merge(pull["number"])
    assert (town.file("main", "IMPLEMENTATION_PLAN.md") or "").startswith("# Ours\n")


def test_a_protected_branch_refuses_the_commit(town: Town) -> None:
    town.control("repositories/protect", branch="groundplan/plan-1")
    number = town.ask()
    status = town.status(number)
    assert status.startswith("### ⛔ Planning is blocked")
    assert (
        "GitHub refused the push to `groundplan/plan-1`: Changes must be made through a pull request."
        in status
    )
    assert town.labels(number) == []
    assert town.pulls() == []


@pytest.mark.parametrize("level", ["none", "read"])
@pytest.mark.parametrize("name", ["contents", "pull_requests", "checks"])
def test_a_missing_permission_is_named(town: Town, name: str, level: str) -> None:
    grant(town, without(town, name) | ({name: "read"} if level == "read" else {}))
    number = town.ask()
    assert town.status(number) == (
        f"### ⛔ Planning is blocked\n\nThe App lacks the permission `{name}: write`.\n\n"
        "**Next:** grant it in the App's settings, then put `needs-plan` on again _(maintainers)_"
    )
    assert town.labels(number) == []
    ask_after_the_repair(town, number)


def test_without_the_permission_to_see_issues_there_is_silence_and_rest(town: Town) -> None:
    grant(town, without(town, "issues"))
    number = town.ask()
    assert town.statuses(number) == []
    assert len(town.calls()) < 10
    ask_after_the_repair(town, number)


def test_without_the_permission_to_speak_it_is_given_up_after_a_few_tries(town: Town) -> None:
    grant(town, without(town) | {"issues": "read"})
    number = town.ask()
    assert town.statuses(number) == []
    assert town.parked() == 1
    assert len(town.calls()) < 60
    reasons = {error.reason for error in town.failures if isinstance(error, UserError)}
    assert reasons == {"The App lacks the permission `issues: write`."}
    town.failures.clear()
    ask_after_the_repair(town, number)


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("contents", "GET", "/tarball/"),
        ("contents", "POST", "/git/refs$"),
        ("pull_requests", "POST", "/pulls$"),
    ],
)
def test_a_permission_lost_while_planning_is_named(town: Town, name: str, method: str, path: str) -> None:
    with town.before(method, path, lambda: grant(town, without(town, name))):
        number = town.ask()
    status = town.status(number)
    assert status.startswith("### ⛔ Planning is blocked")
    assert f"The App lacks the permission `{name}: write`." in status
    assert town.labels(number) == []
    assert town.pulls() == []
    ask_after_the_repair(town, number)


def test_a_plan_stands_even_when_its_check_run_cannot_be_made(town: Town) -> None:
    with town.before("POST", "/check-runs$", lambda: grant(town, without(town, "checks"))):
        number = town.ask()
    status = town.status(number)
    assert status.startswith("### 📝 Plan ready for review\n\nThe plan is #2.")
    assert "There is no check run: The App lacks the permission `checks: write`." in status
    assert town.labels(number) == []


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/comments$"), ("PATCH", "/comments/"), ("DELETE", "/labels/")]
)
def test_the_permission_to_speak_lost_while_planning_ends_in_rest(town: Town, method: str, path: str) -> None:
    with town.before(method, path, lambda: grant(town, without(town, "issues"))):
        number = town.ask()
    assert town.labels(number) == ["needs-plan"]
    assert len(town.calls()) < 60
    grant(town, dict(town.sandbox.world.app.permissions))
    town.clock.sleep(600)
    town.sweep()
    town.run()
    assert town.status(number).startswith("### 📝 Plan ready for review")
    assert town.labels(number) == []
    assert len(town.pulls()) == 1
