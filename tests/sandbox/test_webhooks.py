"""Signed deliveries, their log, redelivery, holding and shuffling; payloads as GitHub describes them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import httpx
import jwt
import pytest

from sandbox import Sandbox
from sandbox.gate.gate import webhook_faults
from sandbox.webhooks import events
from tests.sandbox.story import REPO, Receiver, walk_through_a_life

ISSUES = f"/repos/{REPO}/issues"

# Events that a repository's life must bring about, each with its actions.
LIFE = {
    "issues": "opened edited labeled unlabeled closed reopened locked transferred deleted",
    "issue_comment": "created edited deleted",
    "pull_request": "opened closed reopened synchronize edited labeled ready_for_review",
    "pull_request_review": "submitted edited",
    "pull_request_review_comment": "created",
    "check_run": "created completed",
    "push": "None",
    "installation": "created",
    "installation_repositories": "added removed",
    "ping": "None",
    "sub_issues": "sub_issue_added",
    "pull_request_review_thread": "resolved",
}


@pytest.fixture
def hooked(sandbox: Sandbox, receiver: Receiver) -> Sandbox:
    sandbox.world.app.webhook_url = receiver.url
    return sandbox


def app_headers(sandbox: Sandbox) -> dict[str, str]:
    now = int(time.time())
    claims = {"iat": now - 30, "exp": now + 300, "iss": str(sandbox.world.app.id)}
    return {"authorization": "Bearer " + jwt.encode(claims, sandbox.world.app.private_key, "RS256")}


def test_deliveries_are_signed_and_say_who(hooked: Sandbox, receiver: Receiver, maya: httpx.Client) -> None:
    maya.post(ISSUES, json={"title": "x", "labels": ["needs-plan"]})
    hooked.settle()
    assert sorted(receiver.events()) == ["issues", "issues"]
    for headers, body in receiver.got:
        secret = hooked.world.app.webhook_secret.encode()
        wanted = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        assert headers["X-Hub-Signature-256"] == wanted
        assert headers["User-Agent"].startswith("GitHub-Hookshot/")
        assert headers["X-GitHub-Hook-Installation-Target-ID"] == str(hooked.world.app.id)
    actions = {json.loads(body)["action"]: json.loads(body) for _, body in receiver.got}
    assert actions["labeled"]["label"]["name"] == "needs-plan"
    assert actions["labeled"]["sender"]["login"] == "maya"
    assert actions["labeled"]["installation"]["id"] == hooked.installation(REPO).id
    assert "organization" not in actions["labeled"]
    assert 6_000 < len(receiver.got[0][1]) < 25_000


def test_the_published_test_vector() -> None:
    wanted = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert events.signature("It's a Secret to Everybody", b"Hello, World!") == wanted


def test_the_apps_own_writes_come_back(hooked: Sandbox, receiver: Receiver, bot: httpx.Client) -> None:
    bot.post(ISSUES, json={"title": "x"})
    hooked.settle()
    sender = json.loads(receiver.got[0][1])["sender"]
    assert (sender["type"], sender["id"]) == ("Bot", hooked.world.bot.id)


def test_redelivery_keeps_the_guid(hooked: Sandbox, receiver: Receiver, maya: httpx.Client) -> None:
    receiver.status = 503
    maya.post(ISSUES, json={"title": "x"})
    hooked.settle()
    headers = app_headers(hooked)
    failed = maya.get("/app/hook/deliveries", params={"status": "failure"}, headers=headers).json()
    assert [(one["status_code"], one["event"], one["redelivery"]) for one in failed] == [
        (503, "issues", False)
    ]
    detail = maya.get(f"/app/hook/deliveries/{failed[0]['id']}", headers=headers).json()
    assert detail["request"]["payload"]["issue"]["title"] == "x"
    receiver.status = 202
    again = maya.post(f"/app/hook/deliveries/{failed[0]['id']}/attempts", headers=headers)
    hooked.settle()
    assert again.status_code == 202
    rows = maya.get("/app/hook/deliveries", headers=headers).json()
    assert [(one["status"], one["redelivery"]) for one in rows] == [
        ("OK", True),
        ("Invalid HTTP Response: 503", False),
    ]
    assert len({one["guid"] for one in rows}) == 1
    assert len({one["id"] for one in rows}) == 2
    assert receiver.got[0][1] == receiver.got[1][1]
    assert hooked.violations == []


def test_the_log_comes_in_pages(hooked: Sandbox, maya: httpx.Client) -> None:
    for number in range(5):
        maya.post(ISSUES, json={"title": str(number)})
    hooked.settle()
    headers, seen = app_headers(hooked), []
    answer = maya.get("/app/hook/deliveries", params={"per_page": 2}, headers=headers)
    seen += answer.json()
    while "next" in answer.links:
        answer = maya.get(answer.links["next"]["url"], headers=headers)
        seen += answer.json()
    assert len(seen) == 5
    assert [one["id"] for one in seen] == sorted((one["id"] for one in seen), reverse=True)
    assert hooked.violations == []


def test_nobody_listens(hooked: Sandbox, maya: httpx.Client) -> None:
    hooked.world.app.webhook_url = "http://127.0.0.1:9/nothing"
    maya.post(ISSUES, json={"title": "x"})
    hooked.settle()
    assert [(one.status, one.status_code) for one in hooked.deliveries] == [("failed to connect to host", 0)]


def test_held_deliveries_can_be_shuffled_doubled_and_lost(
    hooked: Sandbox, receiver: Receiver, maya: httpx.Client
) -> None:
    hooked.deliver_mode("hold")
    for title in ("a", "b", "c"):
        maya.post(ISSUES, json={"title": title})
    assert receiver.got == []
    assert [one["action"] for one in maya.get("/_sandbox/held").json()] == ["opened"] * 3
    maya.post("/_sandbox/deliveries/release", json={"order": [2, 0, 2]})
    hooked.settle()
    titles = sorted(json.loads(body)["issue"]["title"] for _, body in receiver.got)
    assert titles == ["a", "c", "c"]
    hooked.deliver_mode("drop")
    maya.post(ISSUES, json={"title": "lost"})
    hooked.deliver_mode("send")
    hooked.settle()
    assert len(receiver.got) == 3
    listed = maya.get("/app/hook/deliveries", headers=app_headers(hooked)).json()
    assert len(listed) == 2


def test_every_event_fits_githubs_description(
    sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client
) -> None:
    """Walks a repository through a life and checks each payload that came of it."""
    sandbox.installation(REPO).events += ["sub_issues", "pull_request_review_thread"]
    walk_through_a_life(sandbox, maya, bot)
    events.ping(sandbox.world)
    events.installation_event(sandbox.world, sandbox.installation(REPO), "created")
    for chosen in ([REPO], "all"):
        maya.post("/_sandbox/installation/repositories", json={"owner": "acme", "repositories": chosen})
    faults = {
        (one.event, one.action): found
        for one in sandbox.deliveries
        if (found := webhook_faults(one.event, json.loads(one.payload)))
    }
    assert faults == {}
    seen = {f"{one.event}.{one.action}" for one in sandbox.deliveries}
    assert seen >= {f"{event}.{action}" for event, actions in LIFE.items() for action in actions.split()}
    assert sandbox.violations == []
