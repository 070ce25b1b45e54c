"""The slow sweep: lost deliveries are asked for again, and subjects are found without any delivery."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
from redis import Redis

from bot.effects import Commit, EnsureBranch, EnsureComment, EnsurePullRequest, File, React
from bot.situation import Subject
from sandbox.state import Delivery
from tests.github.people import comments
from tests.github.workbench import FULL_NAME, SECRET, Bench, keys
from workers.github.client import App
from workers.github.deliveries import MAX_ATTEMPTS, MAX_COMMENT_PAGES, redeliver_failed, sightings


def delivery(bench: Bench, guid: str, status: int, age: float = 60.0) -> int:
    """One recorded attempt; gives its id."""
    world = bench.sandbox.world
    attempt = Delivery(
        world.next_id("delivery"),
        guid,
        "issues",
        "labeled",
        b"{}",
        {},
        bench.clock() - age,
        installation_id=1,
    )
    attempt.status_code, attempt.status = status, "OK" if status == 202 else "failed"
    world.state.deliveries.append(attempt)
    return attempt.id


def hour_ago(bench: Bench) -> datetime:
    return datetime.fromtimestamp(bench.clock() - 3_600.0, UTC)


def asked_again(bench: Bench) -> list[str]:
    entries = bench.sandbox.api.journal.entries
    return [entry.path for entry in entries if entry.path.endswith("/attempts")]


def test_only_what_never_arrived_is_asked_for_and_by_its_last_attempt(bench: Bench) -> None:
    bench.sandbox.world.state.deliveries.clear()
    delivery(bench, "arrived", 202)
    delivery(bench, "came-through", 503, age=90.0)
    delivery(bench, "came-through", 202, age=30.0)
    delivery(bench, "too-old", 503, age=9_000.0)
    delivery(bench, "lost", 503, age=90.0)
    last = delivery(bench, "lost", 500, age=30.0)
    assert redeliver_failed(bench.app(), hour_ago(bench)) == 1
    assert asked_again(bench) == [f"/app/hook/deliveries/{last}/attempts"]


def test_what_fails_for_ever_is_left(bench: Bench) -> None:
    bench.sandbox.world.state.deliveries.clear()
    for attempt in range(MAX_ATTEMPTS):
        delivery(bench, "hopeless", 500, age=60.0 + attempt)
    assert redeliver_failed(bench.app(), hour_ago(bench)) == 0


def test_all_pages_are_looked_through(bench: Bench) -> None:
    bench.sandbox.world.state.deliveries.clear()
    delivery(bench, "lost", 503, age=600.0)
    for number in range(150):
        delivery(bench, f"fine-{number}", 202)
    assert redeliver_failed(bench.app(), hour_ago(bench)) == 1


def test_what_github_no_longer_keeps_is_passed_over(redis: Redis) -> None:
    row = {"id": 1, "guid": "g", "delivered_at": "2026-11-21T12:00:00Z", "status_code": 500}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(404, json={"message": "Not Found"})
        return httpx.Response(200, json=[row])

    transport = httpx.MockTransport(answer)
    with App(app_id=1, private_key=keys()[0], secret=SECRET, redis=redis, transport=transport) as app:
        assert redeliver_failed(app, datetime(2026, 11, 20, tzinfo=UTC)) == 0


def test_labelled_issues_plan_pull_requests_and_repositories_are_sighted(bench: Bench) -> None:
    other = bench.sandbox.seed("globex/gadgets")
    branch = "groundplan/plan-7"
    with bench.sandbox.person("mona") as mona:
        mona.post(f"/repos/{FULL_NAME}/issues/1/labels", json={"labels": ["needs-plan"]}).raise_for_status()
        mona.post(f"/repos/{FULL_NAME}/issues", json={"title": "Not asked"}).raise_for_status()
        closed = {"title": "Done", "labels": ["needs-plan"]}
        number = mona.post(f"/repos/{FULL_NAME}/issues", json=closed).json()["number"]
        mona.patch(f"/repos/{FULL_NAME}/issues/{number}", json={"state": "closed"}).raise_for_status()
    with bench.sandbox.person("globex") as globex:
        body = {"title": "Elsewhere", "labels": ["needs-plan"]}
        globex.post("/repos/globex/gadgets/issues", json=body).raise_for_status()
    bench.apply(
        EnsureBranch(branch, bench.head),
        Commit(branch, "d1", bench.head, "Plan", "", (File("IMPLEMENTATION_PLAN.md", "x\n"),)),
        EnsurePullRequest(branch, "main", "Plan", "body"),
    )
    seen = list(sightings(bench.app(), "needs-plan", bench.eyes.bot_id))
    pull = max(bench.repo.issues)
    numbers = {0, bench.subject.number, 7, pull}
    assert {one.subject for one in seen} == {
        *(Subject(bench.repo.id, number) for number in numbers),
        Subject(other.id, 0),
        Subject(other.id, 1),
    }
    assert {one.full_name for one in seen} == {FULL_NAME, "globex/gadgets"}
    assert {one.installation_id for one in seen} == {
        bench.sandbox.installation(FULL_NAME).id,
        bench.sandbox.installation("globex/gadgets").id,
    }


def test_a_sleeping_installation_and_an_archived_repository_are_passed_over(bench: Bench) -> None:
    with bench.sandbox.person("mona") as mona:
        mona.post(f"/repos/{FULL_NAME}/issues/1/labels", json={"labels": ["needs-plan"]}).raise_for_status()
    bench.repo.archived = True
    assert list(sightings(bench.app(), "needs-plan", bench.eyes.bot_id)) == []
    bench.repo.archived = False
    bench.sandbox.installation(FULL_NAME).suspended_at = 1.0
    assert list(sightings(bench.app(), "needs-plan", bench.eyes.bot_id)) == []


def test_one_sick_installation_does_not_hide_the_others(bench: Bench) -> None:
    bench.sandbox.seed("globex/gadgets")
    with bench.sandbox.person("globex") as globex:
        body = {"title": "Elsewhere", "labels": ["needs-plan"]}
        globex.post("/repos/globex/gadgets/issues", json=body).raise_for_status()
    sick = bench.sandbox.installation(FULL_NAME).id
    bench.sandbox.fault("status", method="POST", path=f"/app/installations/{sick}/", status=502, times=0)
    seen = sightings(bench.app(), "needs-plan", bench.eyes.bot_id)
    assert {one.full_name for one in seen} == {"globex/gadgets"}


def numbers_seen(bench: Bench) -> set[int]:
    return {one.subject.number for one in sightings(bench.app(), "needs-plan", bench.eyes.bot_id)}


def test_only_comments_of_people_that_may_wait_for_an_answer_are_sighted(bench: Bench) -> None:
    with bench.sandbox.person("mona") as mona:
        for title in ("Answered", "Chatter", "Of a bot", "Old"):
            mona.post(f"/repos/{FULL_NAME}/issues", json={"title": title}).raise_for_status()
        for number, text in enumerate(("/plan", "/plan status", "Is /plan a thing?"), start=1):
            mona.post(f"/repos/{FULL_NAME}/issues/{number}/comments", json={"body": text}).raise_for_status()
    bench.apply(EnsureComment(4, "answer", bench.body("answer", "/plan", about="1"), about="1"))
    bench.apply(React(2, "rocket", bench.repo.issues[2].comments[0].id))
    old = bench.repo.issues[5]
    with bench.sandbox.person("mona") as mona:
        mona.post(f"/repos/{FULL_NAME}/issues/5/comments", json={"body": "/plan"}).raise_for_status()
    old.comments[0].created_at = old.comments[0].updated_at = bench.clock() - 4 * 24 * 3600
    assert numbers_seen(bench) == {0, 1}


def test_one_list_that_may_not_be_read_does_not_hide_the_others(bench: Bench) -> None:
    with bench.sandbox.person("mona") as mona:
        mona.post(f"/repos/{FULL_NAME}/issues/1/comments", json={"body": "/plan"}).raise_for_status()
    del bench.sandbox.installation(FULL_NAME).permissions["pull_requests"]
    assert numbers_seen(bench) == {0, 1}


def test_a_flood_of_comments_is_looked_through_in_a_few_calls(bench: Bench) -> None:
    comments(bench, [f"chatter {number}" for number in range(420)])
    bench.sandbox.api.journal.clear()
    assert numbers_seen(bench) == {0}
    asked = [one for one in bench.sandbox.api.journal.entries if one.path.endswith("/issues/comments")]
    assert len(asked) == MAX_COMMENT_PAGES
