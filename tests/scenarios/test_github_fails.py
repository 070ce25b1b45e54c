"""GitHub in trouble: whichever call is hit, the story ends as ever, and limits are obeyed."""

from __future__ import annotations

import os
from itertools import pairwise, product
from typing import Any

import pytest

from sandbox.journal import Entry
from tests.scenarios.town import START, Town

READS = {
    "the installation": ("GET", "/installation$", ""),
    "a token": ("POST", "/access_tokens$", ""),
    "the situation": ("POST", "/graphql$", "query"),
    "the tarball's address": ("GET", "/tarball/", ""),
    "the branch's commits": ("GET", "/commits$", ""),
    "the list of pull requests": ("GET", "/pulls$", ""),
    "the list of check runs": ("GET", "/check-runs$", ""),
}
WRITES = {
    "the reaction": ("POST", "/reactions$", ""),
    "the comment": ("POST", "/comments$", ""),
    "the branch": ("POST", "/git/refs$", ""),
    "the commit": ("POST", "/graphql$", "createCommitOnBranch"),
    "the pull request": ("POST", "/pulls$", ""),
    "the check run": ("POST", "/check-runs$", ""),
    "the comment's edit": ("PATCH", "/comments/", ""),
    "the label": ("DELETE", "/labels/", ""),
}
TROUBLES: dict[str, dict[str, Any]] = {
    "502 before": {"status": 502},
    "502 after": {"status": 502, "when": "after"},
    "503 three times": {"status": 503, "times": 3},
    "cut before": {"kind": "cut"},
    "cut after": {"kind": "cut", "when": "after"},
    "hangs": {"kind": "hang", "when": "after"},
    "a page with 200": {"kind": "html", "when": "after"},
    "half an answer": {"kind": "malformed", "when": "after"},
    "a page with 200 and nothing done": {"kind": "html"},
    "401 once": {"kind": "unauthorized"},
}

# The rest of the matrix takes a minute and has found nothing the sample does not find.
FULL = os.environ.get("GROUNDPLAN_FULL") == "1"
READ_TROUBLES = ("502 before", "cut before", "half an answer", "401 once")
WRITE_TROUBLES = (
    "502 before",
    "502 after",
    "cut after",
    "half an answer",
    "a page with 200 and nothing done",
)


@pytest.fixture(scope="module")
def undisturbed(built_town: Town) -> dict[str, Any]:
    built_town.reset()
    built_town.ask()
    return built_town.observable()


def ends_right(town: Town, undisturbed: dict[str, Any], call: tuple[str, str, str], trouble: str) -> None:
    town.reset()
    method, path, body = call
    fault = town.sandbox.fault(method=method, path=path, body=body, **TROUBLES[trouble])
    town.ask()
    assert fault.fired, trouble
    assert town.observable() == undisturbed, trouble


@pytest.mark.parametrize("name", READS)
def test_a_read_that_fails_costs_time_and_nothing_else(
    town: Town, undisturbed: dict[str, Any], name: str
) -> None:
    for trouble in TROUBLES if FULL else READ_TROUBLES:
        ends_right(town, undisturbed, READS[name], trouble)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_of_unknown_end_is_neither_lost_nor_doubled(
    town: Town, undisturbed: dict[str, Any], name: str
) -> None:
    for trouble in TROUBLES if FULL else WRITE_TROUBLES:
        ends_right(town, undisturbed, WRITES[name], trouble)


def test_a_page_in_place_of_the_answer_to_taking_the_label_off(
    town: Town, undisturbed: dict[str, Any]
) -> None:
    town.sandbox.fault("html", method="DELETE", path="/labels/")
    number = town.open_issue()
    town.label(number)
    town.notice(number)
    town.run(most=20)
    assert town.observable() == undisturbed


@pytest.mark.parametrize(
    ("how", "at_least"),
    [({"retry_after": 90}, 90), ({"retry_after": None}, 60)],
    ids=["with retry-after", "without"],
)
@pytest.mark.parametrize("name", ["the comment", "the commit", "the pull request", "the label"])
def test_a_secondary_limit_is_sat_out(
    town: Town, undisturbed: dict[str, Any], name: str, how: dict[str, Any], at_least: float
) -> None:
    method, path, body = WRITES[name]
    town.sandbox.fault("secondary", method=method, path=path, body=body, **how)
    town.ask()
    [refused] = [one for one in town.calls() if one.fault]
    assert asked_between(town, refused, at_least) == []
    assert town.observable() == undisturbed


def asked_between(town: Town, refused: Entry, seconds: float) -> list[Entry]:
    """Our calls after this one, within so many seconds."""
    return [one for one in town.calls() if one.number > refused.number and one.at < refused.at + seconds]


def test_limits_without_a_header_are_sat_out_longer_each_time(
    town: Town, undisturbed: dict[str, Any]
) -> None:
    town.sandbox.fault("secondary", method="POST", path="/pulls$", retry_after=None, times=3)
    town.ask()
    refused = [one for one in town.calls() if one.fault]
    pauses = [later.at - earlier.at for earlier, later in pairwise(refused)]
    assert pauses[0] >= 60
    assert pauses[1] >= 2 * 60
    assert town.observable() == undisturbed


def test_the_hourly_limit_is_sat_out_to_its_reset(town: Town, undisturbed: dict[str, Any]) -> None:
    town.sandbox.world.limits.hourly = 12
    town.ask()
    refused = [one for one in town.calls() if one.status == 403]
    assert 1 <= len(refused) <= 2
    assert town.clock.now >= START + 3_600
    assert town.observable() == undisturbed


def test_refused_credentials_are_waited_out(town: Town) -> None:
    """A wrong key is the operator's to put right; until then the work waits, longer and longer."""
    town.sandbox.fault("unauthorized", path="/graphql$", times=8)
    number = town.ask()
    assert town.status(number).startswith("### 📝 Plan ready for review")
    assert town.clock() - START > 120


def test_a_token_revoked_in_the_middle_is_minted_once_more(town: Town, undisturbed: dict[str, Any]) -> None:
    town.sandbox.fault("revoke", method="POST", path="/pulls$")
    town.ask()
    assert town.observable() == undisturbed


@pytest.mark.parametrize("call", [*WRITES.values(), READS["the tarball's address"], READS["the situation"]])
def test_the_repository_is_renamed_in_the_middle(town: Town, call: tuple[str, str, str]) -> None:
    def rename() -> None:
        town.control("repositories/rename", to="acme/store")
        town.full_name = "acme/store"

    number = town.open_issue()
    town.label(number)
    town.notice(number)
    with town.before(*call[:2], rename, call[2]):
        town.run()
    assert town.status(number).startswith("### 📝 Plan ready for review")
    assert town.labels(number) == []
    assert len(town.pulls()) == 1
    assert town.checks() == [("groundplan / contract", "success")]


Control = tuple[str, dict[str, Any]]
GOES_AND_COMES: dict[str, tuple[Control, Control]] = {
    "suspended": (("installation/suspend", {}), ("installation/suspend", {"suspended": False})),
    "uninstalled": (("installation/delete", {}), ("installation/create", {"owner": "acme"})),
    "archived": (("repositories/archive", {}), ("repositories/archive", {"archived": False})),
}


@pytest.mark.parametrize(
    ("name", "call"),
    [
        *product(GOES_AND_COMES, ("the comment", "the branch", "the pull request", "the comment's edit")),
        ("suspended", "the tarball's address"),
        ("uninstalled", "the tarball's address"),
    ],
)
def test_shut_out_in_the_middle_is_quiet_and_goes_on_when_let_in_again(
    town: Town, undisturbed: dict[str, Any], name: str, call: str
) -> None:
    (out, given), (back, given_back) = GOES_AND_COMES[name]
    method, path, body = (READS | WRITES)[call]
    number = town.open_issue()
    town.label(number)
    town.notice(number)
    with town.before(method, path, lambda: town.control(out, **given), body):
        town.run()
    assert len(town.calls()) < 60
    assert town.parked() == 0
    town.control(back, **given_back)
    town.clock.sleep(600)
    town.sweep()
    town.run()
    assert town.observable() == undisturbed
