"""The gate catches what GitHub's description forbids, in requests and in answers, and lets the rest pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox import Sandbox
from sandbox.gate import gate
from sandbox.rest.table import DESCRIBED
from tests.sandbox.story import REPO, walk_through_a_life

ISSUES = f"/repos/{REPO}/issues"


@pytest.fixture
def issue(bot: httpx.Client) -> dict[str, Any]:
    made: dict[str, Any] = bot.post(ISSUES, json={"title": "x"}).json()
    return made


def faults(method: str, target: str, body: Any, status: int, answer: Any) -> list[str]:
    sent = b"" if body is None else json.dumps(body).encode()
    told = gate.exchange_faults(method, target, sent, status, json.dumps(answer).encode())
    return [f"{one.where} {one.pointer}" for one in told]


def test_an_honest_exchange_passes(issue: dict[str, Any]) -> None:
    assert faults("POST", ISSUES, {"title": "x"}, 201, issue) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"body": "no title"}, "request body/"),
        ({"title": "x", "labels": "bug"}, "request body/labels"),
        ({"title": "x", "asignee": "typo"}, "request body/asignee"),
        (None, "request body"),
    ],
)
def test_planted_errors_in_a_request(issue: dict[str, Any], body: Any, fault: str) -> None:
    assert faults("POST", ISSUES, body, 201, issue) == [fault]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"number": "one"}, "response /number"),
        ({"user": {"login": 1}}, "response /user"),
        ({"created_at": "yesterday"}, "response /created_at"),
        ({"title": None}, "response /title"),
        ({"state_reason": "bored"}, "response /state_reason"),
    ],
)
def test_planted_errors_in_an_answer(issue: dict[str, Any], change: dict[str, Any], fault: str) -> None:
    found = faults("POST", ISSUES, {"title": "x"}, 201, issue | change)
    assert found
    assert all(one.startswith(fault) for one in found), found


def test_a_missing_field_and_a_wrong_status(issue: dict[str, Any]) -> None:
    del issue["html_url"]
    assert faults("POST", ISSUES, {"title": "x"}, 201, issue) == ["response /"]
    assert faults("POST", ISSUES, {"title": "x"}, 200, issue) == ["response status"]


def test_nullable_choices_may_be_null(issue: dict[str, Any]) -> None:
    assert issue["state_reason"] is None
    assert faults("GET", f"{ISSUES}/1", None, 200, issue) == []


def test_any_error_may_be_a_basic_one() -> None:
    target = f"/repos/{REPO}/check-runs"
    body = {"name": "x", "head_sha": "0" * 40}
    assert faults("POST", target, body, 403, {"message": "no", "documentation_url": "x"}) == []
    assert faults("POST", target, body, 502, {"oops": True}) == ["response body"]


def test_wrong_parameters() -> None:
    assert faults("GET", f"{ISSUES}?state=ajar", None, 200, []) == ["request query/state"]
    assert faults("GET", f"{ISSUES}?stat=open", None, 200, []) == ["request query/stat"]
    assert faults("GET", f"{ISSUES}?per_page=many", None, 200, []) == ["request query/per_page"]


def test_what_nobody_describes() -> None:
    assert faults("PUT", f"{ISSUES}/1/mood", None, 200, {}) == ["request path"]


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        (f"/repos/{REPO}/git/ref/heads/plan/1", "GET /repos/{owner}/{repo}/git/ref/{ref}"),
        (f"/repos/{REPO}/contents/a/b/c.md", "GET /repos/{owner}/{repo}/contents/{path}"),
        (f"/repos/{REPO}/compare/main...a/b", "GET /repos/{owner}/{repo}/compare/{basehead}"),
        (f"/repos/{REPO}/rules/branches/a/b", "GET /repos/{owner}/{repo}/rules/branches/{branch}"),
        (f"/repos/{REPO}/issues/comments/7", "GET /repos/{owner}/{repo}/issues/comments/{comment_id}"),
        (f"/repos/{REPO}/commits/a/b/check-runs", "GET /repos/{owner}/{repo}/commits/{ref}/check-runs"),
    ],
)
def test_paths_find_their_operation(path: str, operation: str) -> None:
    found = gate.operation_of("GET", path)
    assert found is not None
    assert found[0] == operation


def test_the_server_runs_it_on_every_exchange(sandbox: Sandbox, bot: httpx.Client) -> None:
    bot.post(ISSUES, json={"title": "x", "colour": "red"})
    assert [str(one.pointer) for one in sandbox.violations] == ["body/colour"]
    assert "colour" in bot.get("/_sandbox/violations").json()[0]
    sandbox.clear_records()
    bot.post("/_sandbox/settings", json={"gate": False})
    bot.post(ISSUES, json={"title": "x", "colour": "red"})
    assert sandbox.violations == []


def test_as_a_hook_of_a_client(sandbox: Sandbox) -> None:
    judge = gate.Gate()
    headers = {"authorization": f"Bearer {sandbox.token(REPO)}", "user-agent": "t"}
    hooks = {"response": [judge.hook]}
    with httpx.Client(base_url=sandbox.url, headers=headers, event_hooks=hooks, trust_env=False) as client:
        client.post(ISSUES, json={"title": "x"})
        assert judge.violations == []
        client.post(ISSUES, json={"title": "x", "labels": [{"nome": 1}], "what": 1})
    assert [one.where for one in judge.violations] == ["request"]


def test_every_route_is_described() -> None:
    assert [one.operation for one in DESCRIBED if not gate.is_described(one.operation)] == []


def test_the_quick_verdict_is_jsonschemas(sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client) -> None:
    """Each answer of a whole life, whole and with each of its fields spoiled in turn."""
    walk_through_a_life(sandbox, maya, bot)
    compared = 0
    for delivery in sandbox.deliveries[::8]:
        name = f"{delivery.event}.{delivery.action}" if delivery.action else delivery.event
        schema = gate._subset()["webhooks"][name]
        quick, slow = gate.Schema(schema), gate._compile(schema)
        for value in spoiled(json.loads(delivery.payload)):
            assert quick._fits(value) == slow.is_valid(value)
            compared += 1
    assert compared > 200


def spoiled(value: Any) -> Iterator[Any]:
    """The value, and copies with single things of the first two levels removed or of another type."""
    yield value
    for name, inner in value.items():
        yield {key: one for key, one in value.items() if key != name}
        others: list[Any] = [None, True, 7, "x", [], {}]
        for other in others:
            yield {**value, name: other}
        if isinstance(inner, dict):
            for below in list(inner)[::4]:
                yield {**value, name: {key: one for key, one in inner.items() if key != below}}
                yield {**value, name: {**inner, below: {"odd": 1}}}
