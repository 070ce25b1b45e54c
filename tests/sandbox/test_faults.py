"""Faults, limits and lag on demand, and the journal that counts calls."""

from __future__ import annotations

import httpx
import pytest

from sandbox import Sandbox
from tests.sandbox.story import REPO, Clock

ISSUES = f"/repos/{REPO}/issues"


def titles(sandbox: Sandbox) -> list[str]:
    return [one["title"] for one in sandbox.observable(REPO)["issues"]]


@pytest.mark.parametrize(("when", "left"), [("before", []), ("after", ["x"])])
def test_a_502_before_or_after_the_work(
    sandbox: Sandbox, bot: httpx.Client, when: str, left: list[str]
) -> None:
    sandbox.fault(status=502, method="POST", path="/issues$", when=when)
    assert bot.post(ISSUES, json={"title": "x"}).status_code == 502
    assert titles(sandbox) == left
    assert bot.post(ISSUES, json={"title": "y"}).status_code == 201
    assert sandbox.violations == []


@pytest.mark.parametrize(("when", "left"), [("before", []), ("after", ["x"])])
def test_a_connection_cut_before_or_after_the_work(
    sandbox: Sandbox, bot: httpx.Client, when: str, left: list[str]
) -> None:
    sandbox.fault("cut", method="POST", path="/issues$", when=when)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        bot.post(ISSUES, json={"title": "x"})
    assert titles(sandbox) == left


def test_a_hang_runs_into_the_clients_timeout(sandbox: Sandbox, bot: httpx.Client) -> None:
    sandbox.fault("hang", path="/issues$", when="after")
    with pytest.raises(httpx.ReadTimeout):
        bot.post(ISSUES, json={"title": "x"}, timeout=0.3)
    assert titles(sandbox) == ["x"]
    assert bot.get(f"{ISSUES}/1").status_code == 200


def test_a_status_in_given_words(sandbox: Sandbox, bot: httpx.Client) -> None:
    sandbox.fault(status=422, message="Priority has already been taken", path="/sub_issues$")
    answer = bot.post(f"{ISSUES}/1/sub_issues", json={"sub_issue_id": 1})
    assert (answer.status_code, answer.json()["message"]) == (422, "Priority has already been taken")


def test_the_nth_match_and_how_often(sandbox: Sandbox, bot: httpx.Client) -> None:
    sandbox.fault(status=503, path="/issues$", nth=2, times=2)
    codes = [bot.post(ISSUES, json={"title": "x"}).status_code for _ in range(5)]
    assert codes == [201, 503, 503, 201, 201]


def test_a_fault_can_pick_a_graphql_mutation(sandbox: Sandbox, bot: httpx.Client) -> None:
    sandbox.fault(status=502, path="^/graphql$", body="addReaction")
    assert bot.post("/graphql", json={"query": "{ rateLimit { limit } }"}).status_code == 200
    query = 'mutation { addReaction(input: {subjectId: "x", content: EYES}) { clientMutationId } }'
    assert bot.post("/graphql", json={"query": query}).status_code == 502


def test_answers_that_are_no_json(sandbox: Sandbox, bot: httpx.Client) -> None:
    sandbox.fault("malformed", path="/issues$", when="after")
    cut = bot.post(ISSUES, json={"title": "x"})
    assert cut.status_code == 201
    with pytest.raises(ValueError, match=r"."):
        cut.json()
    sandbox.fault("html", path="/issues$")
    page = bot.get(ISSUES)
    assert (page.status_code, page.text.startswith("<!DOCTYPE html>")) == (200, True)


def test_a_token_revoked_in_flight(sandbox: Sandbox, bot: httpx.Client) -> None:
    sandbox.fault("revoke", path="/issues$")
    assert bot.get(ISSUES).status_code == 401
    assert bot.get(ISSUES).status_code == 401


@pytest.mark.parametrize(("retry_after", "header"), [(60, "60"), (None, None)])
def test_secondary_limits_with_and_without_headers(
    sandbox: Sandbox, bot: httpx.Client, retry_after: int | None, header: str | None
) -> None:
    sandbox.fault("secondary", retry_after=retry_after)
    told = bot.post(ISSUES, json={"title": "x"})
    assert (told.status_code, told.headers.get("retry-after")) == (403, header)
    assert "secondary rate limit" in told.json()["message"]
    assert int(told.headers["x-ratelimit-remaining"]) > 0


def test_eighty_writes_a_minute(sandbox: Sandbox, bot: httpx.Client, clock: Clock) -> None:
    sandbox.world.limits.secondary = True
    codes = [bot.post(ISSUES, json={"title": "x"}).status_code for _ in range(81)]
    assert codes == [201] * 80 + [403]
    assert bot.get(ISSUES).status_code == 200
    clock.now += 61
    assert bot.post(ISSUES, json={"title": "x"}).status_code == 201


def test_the_hourly_budget(sandbox: Sandbox, bot: httpx.Client, clock: Clock) -> None:
    sandbox.world.limits.hourly = 2
    assert [bot.get(ISSUES).status_code for _ in range(3)] == [200, 200, 403]
    told = bot.get("/rate_limit").json()["resources"]["core"]
    assert (told["remaining"], told["reset"]) == (0, int(clock.now) + 3600)
    assert bot.get(ISSUES).headers["x-ratelimit-remaining"] == "0"
    clock.now += 3600
    assert bot.get(ISSUES).status_code == 200
    assert sandbox.violations == []


def test_lists_lag_behind_but_single_things_do_not(sandbox: Sandbox, bot: httpx.Client, clock: Clock) -> None:
    sandbox.world.lag = 20
    bot.post(ISSUES, json={"title": "x"})
    comment = bot.post(f"{ISSUES}/1/comments", json={"body": "c"}).json()["id"]
    query = """{ repository(owner: "acme", name: "widgets") {
        issues(first: 5) { totalCount } issue(number: 1) { comments(last: 5) { totalCount } } } }"""

    def seen() -> tuple[int, int, int, int]:
        told = bot.post("/graphql", json={"query": query}).json()["data"]["repository"]
        lists = len(bot.get(ISSUES).json()), len(bot.get(f"{ISSUES}/1/comments").json())
        return *lists, told["issues"]["totalCount"], told["issue"]["comments"]["totalCount"]

    assert seen() == (0, 0, 0, 0)
    assert bot.get(f"{ISSUES}/comments/{comment}").status_code == 200
    clock.now += 20
    assert seen() == (1, 1, 1, 1)


def test_pull_requests_by_head_lag_too(sandbox: Sandbox, bot: httpx.Client, clock: Clock) -> None:
    sandbox.world.lag = 20
    head = bot.get(f"/repos/{REPO}/git/ref/heads/main").json()["object"]["sha"]
    bot.post(f"/repos/{REPO}/git/refs", json={"ref": "refs/heads/x", "sha": head})
    sandbox.commit(REPO, "x", {"x": "x"}, author="maya")
    opened = {"title": "x", "head": "x", "base": "main"}
    assert bot.post(f"/repos/{REPO}/pulls", json=opened).status_code == 201
    assert bot.get(f"/repos/{REPO}/pulls", params={"head": "acme:x"}).json() == []
    # The natural key is not a list: it knows at once.
    assert bot.post(f"/repos/{REPO}/pulls", json=opened).status_code == 422
    clock.now += 20
    assert len(bot.get(f"/repos/{REPO}/pulls", params={"head": "acme:x"}).json()) == 1


def test_the_journal_counts_reads_and_writes(sandbox: Sandbox, bot: httpx.Client) -> None:
    bot.get(ISSUES)
    bot.post(ISSUES, json={"title": "x"})
    bot.post("/graphql", json={"query": "{ rateLimit { limit } }"})
    journal = sandbox.journal
    assert ([one.operation for one in journal.reads()], [one.operation for one in journal.writes()]) == (
        ["GET /repos/{owner}/{repo}/issues", "graphql rateLimit"],
        ["POST /repos/{owner}/{repo}/issues"],
    )
    shown = bot.get("/_sandbox/journal").json()
    assert (shown[1]["actor"], shown[1]["kind"], shown[1]["status"]) == (
        "groundplan[bot]",
        "installation",
        201,
    )
    assert shown[1]["permissions"]["issues"] == "write"


def test_somebody_else_can_act_between_two_calls(sandbox: Sandbox, bot: httpx.Client) -> None:
    seen: list[str] = []
    with sandbox.before_call(lambda request: seen.append(request.path)):
        bot.get(ISSUES)
    bot.get(ISSUES)
    assert seen == [ISSUES]


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "nonsense"}, {"kind": "status", "path": "("}, {"kind": "cut", "typo": 1}, {"when": "later"}],
)
def test_a_fault_nobody_understands_is_refused(
    sandbox: Sandbox, bot: httpx.Client, wrong: dict[str, object]
) -> None:
    assert bot.post("/_sandbox/faults", json=wrong).status_code == 422
    assert bot.get("/_sandbox/faults").json() == []
