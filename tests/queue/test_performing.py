"""One job, without processes: what each ending does to the lease; and the server and settings we refuse."""

from __future__ import annotations

import json
import logging
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import cast

import pytest
from pydantic import SecretStr
from redis import Redis

from bot.app import create_app
from bot.embedded import find_server, redis_server
from bot.errors import Fenced, Transient, UserError
from bot.inbox import Agenda, Claim, Hint, Wakes, check_redis, connect
from bot.settings import Settings
from bot.situation import Subject
from tests.queue.roles import SECRET, queue_settings
from workers.jobs import Performers, perform, sweep
from workers.jobs.performing import LONGEST_WAIT, backoff, wait_for
from workers.jobs.processes import _report_death, job_table

S = Subject(42, 7)


@pytest.fixture
def agenda(redis: Redis) -> Agenda:
    agenda = Agenda(redis, "tend")
    agenda.arm(S, Hint(12, "octo/repo"))
    return agenda


def due_in(agenda: Agenda) -> float | None:
    return agenda.horizon().tend


def test_at_rest_or_again_as_the_work_says(agenda: Agenda) -> None:
    perform(agenda, S, "me", lambda claim: 30.0, 5.0)
    assert 29.0 < (due_in(agenda) or 0) <= 30.0
    agenda.arm(S)
    perform(agenda, S, "me", lambda claim: None, 5.0)
    assert due_in(agenda) is None


def test_work_that_is_not_due_is_not_done(agenda: Agenda) -> None:
    agenda.claim(S, "other", 5.0)
    perform(agenda, S, "me", lambda claim: pytest.fail("must not run"), 5.0)


def test_what_passes_waits_longer_each_time(agenda: Agenda, redis: Redis) -> None:
    def limited(claim: Claim) -> None:
        raise Transient("limited", delay=20.0)

    perform(agenda, S, "me", limited, 5.0)
    assert 19.0 < (due_in(agenda) or 0) <= 20.0
    agenda.arm(S)
    perform(agenda, S, "me", limited, 5.0)
    assert 39.0 < (due_in(agenda) or 0) <= 40.0


def test_a_fenced_run_changes_nothing(agenda: Agenda, redis: Redis) -> None:
    def overtaken(claim: Claim) -> None:
        agenda.bury(S, claim.owner)
        assert agenda.claim(S, "newer", 60.0)
        raise Fenced("stop")

    perform(agenda, S, "me", overtaken, 60.0)
    assert redis.hget("gp:subject:42#7", "owner") == b"newer"


def test_a_failure_is_raised_counted_and_backed_off(agenda: Agenda, redis: Redis) -> None:
    with pytest.raises(ZeroDivisionError):
        perform(agenda, S, "me", lambda claim: 1 / 0, 5.0)
    assert redis.hget("gp:subject:42#7", "failures") == b"1"
    assert 4.0 < (due_in(agenda) or 0) <= 5.0


def test_the_work_learns_that_its_lease_is_lost(agenda: Agenda) -> None:
    noticed = threading.Event()

    def slow(claim: Claim) -> None:
        claim.check()
        agenda.bury(S, claim.owner)
        assert agenda.claim(S, "newer", 60.0)
        assert claim.lost.wait(timeout=10.0)
        noticed.set()
        claim.check()

    perform(agenda, S, "me", slow, 0.3)
    assert noticed.is_set()


def test_waits_and_backoffs_grow_and_stay_finite() -> None:
    assert [backoff(n) for n in (0, 1, 2, 3, 50)] == [5.0, 15.0, 45.0, 120.0, 120.0]
    assert [wait_for(5.0, n) for n in (0, 1, 2)] == [5.0, 10.0, 20.0]
    assert wait_for(5.0, 1000) == LONGEST_WAIT
    assert wait_for(3600.0, 0) == 3600.0


@pytest.mark.parametrize("url", ["redis://example.com:6379/0", "redis://10.0.0.1/0", "http://127.0.0.1/"])
def test_a_redis_that_others_can_reach_without_a_password_is_refused(url: str) -> None:
    with pytest.raises(UserError):
        check_redis(url)


def test_a_redis_that_forgets_is_refused_and_one_that_hides_its_settings_is_not(tmp_path: Path) -> None:
    with redis_server(binary=find_server(prefer_wheel=True)) as url, connect(url) as redis:
        assert check_redis(url) == []
        redis.config_set("maxmemory-policy", "allkeys-lru")
        with pytest.raises(UserError, match="evicts"):
            check_redis(url)
        redis.config_set("maxmemory-policy", "noeviction")
        redis.config_set("appendonly", "no")
        with pytest.raises(UserError, match="append-only"):
            check_redis(url)
        redis.acl_setuser(
            "plain",
            enabled=True,
            passwords=["+secret"],
            categories=["+@all"],
            commands=["-config"],
            keys=["*"],
        )
        assert (
            "not checked"
            in check_redis(url.replace("redis://:", "redis://plain:").replace(_password(url), "secret"))[0]
        )
    assert "not reachable" in check_redis(url)[0]


def _password(url: str) -> str:
    return url.split("@")[0].rpartition(":")[2]


def test_two_embedded_servers_do_not_meet_and_both_stop() -> None:
    with redis_server() as one, redis_server() as two, connect(one) as first, connect(two) as second:
        first.set("a", 1)
        assert second.get("a") is None
    assert "not reachable" in check_redis(one)[0]
    with redis_server("redis://127.0.0.1:1/0") as given:
        assert given == "redis://127.0.0.1:1/0"


def test_no_server_or_a_broken_one_is_said_clearly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "redis-server"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(UserError, match="stopped at once"), redis_server(binary=broken):
        pass
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr("bot.embedded._in_wheel", lambda: [])
    with pytest.raises(UserError, match="no Redis server"):
        find_server()


def test_processes_refuse_to_start_without_their_secrets(redis_url: str) -> None:
    bare = Settings(redis_url=redis_url)
    with pytest.raises(UserError, match="no-webhook-secret"):
        create_app(bare)
    with pytest.raises(UserError, match="no-secret"):
        create_app(bare.model_copy(update={"groundplan_webhook_secret": SecretStr("x")}))
    with pytest.raises(UserError, match="no-bot-id"):
        create_app(queue_settings(redis_url).model_copy(update={"groundplan_bot_id": 0}))
    with pytest.raises(UserError, match="no-secret"):
        sweep(bare, once=True)


def test_a_secret_that_can_be_guessed_is_refused_by_every_process(redis_url: str) -> None:
    fifteen, sixteen = (
        queue_settings(redis_url).model_copy(update={"groundplan_secret": SecretStr("x" * length)})
        for length in (15, 16)
    )
    with pytest.raises(UserError, match="short-secret"):
        create_app(fifteen)
    with pytest.raises(UserError, match="short-secret"):
        sweep(fifteen, once=True)
    create_app(sixteen)


def test_one_sweep_wakes_what_is_due_and_asks_for_a_look_at_github(
    agenda: Agenda, redis: Redis, redis_url: str
) -> None:
    looked: list[int] = []

    def look() -> bool:
        looked.append(1)
        return True

    sweep(queue_settings(redis_url), once=True, look=look)
    assert redis.llen("rq:queue:write") == 1
    assert looked == [1]


def test_one_sweep_says_what_it_did(
    agenda: Agenda, redis_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = queue_settings(redis_url).model_copy(update={"groundplan_log_level": "INFO"})
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    try:
        sweep(settings, once=True)
        sweep(settings, once=True)
    finally:
        root.handlers[:], root.level = before
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["wakes"], line["github"]) for line in said] == [
        ("swept once", 1, "asked"),
        ("swept once", 0, "a sweep is under way"),
    ]


@pytest.mark.parametrize("ending", [None, RuntimeError("GitHub is away")])
def test_the_next_sweep_may_begin_when_one_is_over_however_it_ended(
    redis: Redis, redis_url: str, ending: Exception | None
) -> None:
    def sweep_github() -> None:
        assert not wakes.wake_sweep()
        if ending:
            raise ending

    wakes = Wakes(redis, SECRET)
    assert wakes.wake_sweep()
    (job,) = cast("list[bytes]", redis.lrange("rq:queue:write", 0, -1))
    nothing = Performers(lambda claim: None, lambda claim: None, sweep_github)
    with pytest.raises(RuntimeError) if ending else nullcontext():
        job_table(queue_settings(redis_url), redis, nothing)["sweep"]("*", job.decode())
    assert wakes.wake_sweep()
    wakes.end_sweep(job.decode())
    assert not wakes.wake_sweep()


def test_the_next_sweep_may_begin_when_the_child_that_swept_was_killed(redis: Redis, redis_url: str) -> None:
    wakes = Wakes(redis, SECRET)
    assert wakes.wake_sweep()
    (job,) = cast("list[bytes]", redis.lrange("rq:queue:write", 0, -1))
    _report_death(queue_settings(redis_url), redis, SECRET)("sweep", "*", job.decode())
    assert wakes.wake_sweep()


@pytest.mark.parametrize(
    "url",
    [
        "redis://:hunter2/x@127.0.0.1:6379/0",
        "redis://:1234/x@127.0.0.1:6379/0",
        "redis://:hunter2#x@127.0.0.1:6379/0",
        "redis://:hunter2@127.0.0.1:99999/0",
        "redis://:hunter2@[127.0.0.1/0",
    ],
)
def test_an_address_that_would_be_misread_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(UserError, match="redis-address") as refused:
        check_redis(url)
    assert "ercent-encode" in refused.value.next_step
    assert not any(part in str(refused.value) + refused.value.next_step for part in ("hunter2", "1234"))


def test_a_wrong_password_is_refused_not_waited_for(redis_url: str) -> None:
    with pytest.raises(UserError, match="redis-password"):
        check_redis(redis_url.replace(_password(redis_url), "wrong"))


def test_the_receiver_imports_neither_githubs_client_nor_rq() -> None:
    import subprocess
    import sys

    heavy = ("githubkit", "openai", "rq", "structlog", "jinja2")
    code = f"import sys, bot.app; print(*(m for m in {heavy} if m in sys.modules))"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True, capture_output=True
    )
    assert said.stdout.strip() == b""
