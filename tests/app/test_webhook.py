"""The web door with everything that may stand before it: good, forged, broken, huge,
hostile, twice and late.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from redis import Redis

from bot.embedded import find_server, redis_server
from bot.events import Event
from bot.inbox import Agenda, Delivery, Unavailable, connect
from bot.situation import Subject
from bot.web import journal, protocol, webhook
from tests.app.sending import BOT_ID, OLD_SECRET, SECRET, Sender, labeled, receiver, receiver_settings, signed

S = Subject(42, 7)
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def hash_of(redis: Redis, key: str) -> dict[bytes, bytes]:
    return cast("dict[bytes, bytes]", redis.hgetall(key))


def due(redis: Redis) -> list[Subject]:
    return Agenda(redis, "tend").overdue(100)


def stored(redis: Redis) -> int:
    return len(redis.keys("gp:delivery:*"))


def test_a_signed_delivery_is_kept_and_its_subject_due(sender: Sender, redis: Redis) -> None:
    assert sender.post(labeled(), guid=GUID) == (202, "kept")
    assert due(redis) == [S]
    record = {str(k, "ascii"): str(v, "ascii") for k, v in hash_of(redis, f"gp:delivery:{GUID}").items()}
    assert float(record.pop("at")) > 0
    assert record == {
        "event": "issues",
        "action": "labeled",
        "subjects": "42#7",
        "state": "queued",
        "installation": "12",
        "full_name": "octo/repo",
        "open": "1",
    }
    assert 3 * 86400 < redis.ttl(f"gp:delivery:{GUID}") <= 4 * 86400


def test_a_worker_is_woken_without_waiting_for_the_sweep(sender: Sender, redis: Redis) -> None:
    sender.post(labeled())
    assert eventually(lambda: redis.llen("rq:queue:write") == 1)


def test_both_secrets_hold_while_one_is_being_changed(sender: Sender) -> None:
    body = json.dumps(labeled()).encode()
    assert sender.post(body, X_Hub_Signature_256=signed(body, OLD_SECRET))[0] == 202
    assert sender.post(body, X_Hub_Signature_256=signed(body, "a third"))[0] == 401


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 63,
        "sha256=" + "0" * 64,
        "sha256=" + "0" * 65,
        "sha1=" + "0" * 40,
        "0" * 64,
        "sha256=" + "é" * 64,
        "sha256=" + "0" * 8192,
        "SHA256",
        "upper",
    ],
)
def test_an_unsigned_or_missigned_delivery_is_401_and_nothing_is_stored(
    sender: Sender, redis: Redis, signature: str | None
) -> None:
    body = json.dumps(labeled()).encode()
    if signature == "SHA256":
        signature = "SHA256=" + signed(body)[7:]
    if signature == "upper":
        signature = "sha256=" + signed(body)[7:].upper()
    assert sender.post(body, X_Hub_Signature_256=signature)[0] == 401
    assert stored(redis) == 0


def test_the_right_digest_of_another_algorithm_is_401(sender: Sender) -> None:
    import hmac

    body = json.dumps(labeled()).encode()
    assert (
        sender.post(body, X_Hub_Signature_256="sha1=" + hmac.new(SECRET.encode(), body, "sha1").hexdigest())[
            0
        ]
        == 401
    )


def test_two_signature_headers_are_401(sender: Sender, redis: Redis) -> None:
    body = json.dumps(labeled()).encode()
    head = request_head(
        body, ("X-Hub-Signature-256", "sha256=" + "0" * 64), ("X-Hub-Signature-256", signed(body))
    )
    assert b" 401 " in sender.raw(head + body, timeout=1.0).split(b"\r\n")[0]
    assert stored(redis) == 0


def test_a_reserialised_body_is_401(sender: Sender) -> None:
    body = json.dumps(labeled()).encode()
    spaced = json.dumps(labeled(), indent=1).encode()
    assert sender.post(spaced, X_Hub_Signature_256=signed(body))[0] == 401


def test_a_length_extension_is_401(sender: Sender) -> None:
    """With sha256(secret + body) an attacker could append; the digest of such a scheme must mean nothing."""
    body = json.dumps(labeled()).encode()
    naive = "sha256=" + hashlib.sha256(SECRET.encode() + body).hexdigest()
    padding = b"\x80" + b"\0" * 40 + (8 * (len(SECRET) + len(body))).to_bytes(8, "big")
    assert sender.post(body, X_Hub_Signature_256=naive)[0] == 401
    assert sender.post(body + padding + b"{}", X_Hub_Signature_256=signed(body))[0] == 401


@pytest.mark.parametrize(
    "guid", [None, "../../x", "x" * 10_000, "72d3162e", GUID + "0", GUID.replace("-", "")]
)
def test_a_delivery_without_a_guid_is_400(sender: Sender, redis: Redis, guid: str | None) -> None:
    status, said = sender.post(labeled(), X_GitHub_Delivery=guid)
    assert (status, "x-github-delivery" in said) == (400, True)
    assert stored(redis) == 0


@pytest.mark.parametrize("event", [None, "Issues", "is sues", "x" * 61, "../x"])
def test_a_delivery_without_a_readable_event_is_400(sender: Sender, event: str | None) -> None:
    assert sender.post(labeled(), X_GitHub_Event=event)[0] == 400


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("star", labeled()),
        ("ping", {"zen": "x"}),
        ("issues", labeled(action="pinned")),
        ("issues", labeled(sender={"id": BOT_ID})),
        ("pull_request", labeled(action="closed", pull_request={"number": 3, "head": {"ref": "feature"}})),
        ("issues", {key: value for key, value in labeled().items() if key != "installation"}),
    ],
)
def test_what_is_not_for_us_is_accepted_and_ignored(
    sender: Sender, redis: Redis, event: str, payload: dict[str, Any]
) -> None:
    status, said = sender.post(payload, event=event)
    assert (status, said.partition(":")[0]) == (202, "ignored")
    assert stored(redis) == 0
    assert json.loads(sender.get("/healthz")[1])["deliveries"] == {"ignored": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"action":"labeled","x":"\\ud800"}',
        json.dumps(labeled(issue=None, pull_request={"number": 1})).encode(),
        *(
            json.dumps(labeled(repository={"id": bad, "full_name": "o/r"})).encode()
            for bad in ("42", 4.5, -1, 0, 2**63, True, None, 10**4000)
        ),
        *(
            json.dumps(labeled(repository={"id": 42, "full_name": bad})).encode()
            for bad in ("a/b/../../x", "a%2fb", "a/😀", "a", "a/b\n", "a" * 300 + "/b")
        ),
        *(json.dumps(labeled(issue={"number": bad})).encode() for bad in ("7", 7.5, -7, 2**31, True)),
    ],
    ids=lambda body: body[:30].decode("ascii", "replace") + f"…{len(body)}",
)
def test_what_github_would_not_send_is_400_with_a_reason_and_the_process_lives(
    sender: Sender, redis: Redis, body: bytes
) -> None:
    status, said = sender.post(body)
    assert status == 400
    assert said
    assert stored(redis) == 0
    assert sender.get("/healthz")[0] == 200


@pytest.mark.parametrize("junk", ["NaN", "1e999", "9" * 4000])
def test_odd_numbers_in_fields_we_do_not_read_do_no_harm(sender: Sender, junk: str) -> None:
    body = json.dumps(labeled()).replace("{", f'{{"odd": {junk}, ', 1).encode()
    assert sender.post(body)[0] in {202, 400}
    assert sender.get("/healthz")[0] == 200


def test_of_doubled_keys_the_last_counts(sender: Sender, redis: Redis) -> None:
    body = json.dumps(labeled()).replace('"issue"', '"issue": {"number": 99}, "issue"', 1).encode()
    assert sender.post(body)[0] == 202
    assert due(redis) == [S]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Content_Type", "application/x-www-form-urlencoded"),
        ("Content_Type", "text/plain"),
        ("Content_Type", "application/json; charset=utf-16"),
        ("Content_Type", None),
        ("Content_Encoding", "gzip"),
        ("Content_Encoding", "br"),
    ],
)
def test_only_plain_json_is_taken(sender: Sender, redis: Redis, header: str, value: str | None) -> None:
    headers: dict[str, Any] = {header: value}
    assert sender.post(labeled(), **headers)[0] == 415
    assert stored(redis) == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_only_post_is_taken(sender: Sender, method: str) -> None:
    assert sender.get("/webhooks/github", method)[0] == 405


def test_a_body_announced_too_long_is_413_before_it_is_read(sender: Sender) -> None:
    head = request_head(b"", ("X-Hub-Signature-256", "sha256=" + "0" * 64), length=26 * 1024 * 1024 + 1)
    assert b" 413 " in sender.raw(head).split(b"\r\n")[0]


def test_an_endless_chunked_body_is_cut_off(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "BODY_BYTES", 1024 * 1024)
    head = request_head(b"", ("X-Hub-Signature-256", "sha256=" + "0" * 64), length=None)
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    said = sender.raw(head, *[chunk] * 400)
    # The answer may be lost when the connection is cut while we still send, so the server is asked as well.
    assert said == b"" or b" 413 " in said.split(b"\r\n")[0]
    assert json.loads(sender.get("/healthz")[1])["deliveries"] == {"413": 1}


def test_a_slow_request_is_408_and_a_long_head_or_silence_is_cut(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.3)
    with receiver(receiver_settings(redis_url)) as sender:
        head = request_head(b"", ("X-Hub-Signature-256", "sha256=" + "0" * 64), length=100)
        assert b" 408 " in sender.raw(head, b"x").split(b"\r\n")[0]
        assert b" 408 " in sender.raw(b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\n").split(b"\r\n")[0]
        assert sender.raw(b"") == b""
        monkeypatch.setattr(protocol, "REQUEST_SECONDS", 10.0)
        assert sender.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 70_000, timeout=5) == b""
        assert sender.post(labeled())[0] == 202


def test_many_large_bodies_together_are_refused_not_held(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "HELD_BYTES", 100_000)
    body = json.dumps(labeled(filler="x" * 300_000)).encode()
    assert sender.post(body)[0] == 503
    assert sender.post(labeled())[0] == 202


def test_the_largest_delivery_is_taken_and_others_are_not_held_up(sender: Sender, redis: Redis) -> None:
    filler = ",".join(['{"a":"bcdefghijklmnop","n":12345}'] * 700_000)
    body = json.dumps(labeled()).replace("{", f'{{"commits": [{filler}], ', 1).encode()
    assert 23_000_000 < len(body) < webhook.BODY_BYTES
    with ThreadPoolExecutor(2) as pool:
        large = pool.submit(sender.post, body)
        while not large.done():
            assert sender.post(labeled(issue={"number": 8}))[0] == 202
        assert large.result()[0] == 202
    assert S in due(redis)


def test_the_same_guid_five_times_at_once_is_one_entry(sender: Sender, redis: Redis) -> None:
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: sender.post(labeled(), guid=GUID), range(5)))
    assert sorted(said for _, said in answers) == ["again"] * 4 + ["kept"]
    assert {status for status, _ in answers} == {202}
    assert stored(redis) == 1
    assert redis.smembers("gp:waiting:42#7") == {GUID.encode()}


def test_one_body_under_two_guids_is_one_subject_to_look_at(sender: Sender, redis: Redis) -> None:
    sender.post(labeled())
    sender.post(labeled())
    assert stored(redis) == 2
    assert due(redis) == [S]


def test_a_redelivery_of_done_work_does_nothing(sender: Sender, redis: Redis) -> None:
    agenda = Agenda(redis, "tend")
    sender.post(labeled(), guid=GUID)
    finish(agenda)
    assert redis.hget(f"gp:delivery:{GUID}", "state") == b"done"
    assert sender.post(labeled(), guid=GUID) == (202, "done")
    assert due(redis) == []


def test_a_redelivery_of_unfinished_work_arms_it_again(sender: Sender, redis: Redis) -> None:
    agenda = Agenda(redis, "tend")
    sender.post(labeled(), guid=GUID.upper())
    claim = agenda.claim(S, "me", 60.0)
    assert claim is not None
    assert sender.post(labeled(), guid=GUID) == (202, "again")
    agenda.release(claim, None)
    assert due(redis) == [S]
    assert redis.hget(f"gp:delivery:{GUID}", "state") == b"queued"


def test_a_redelivery_of_work_given_up_is_done_again(sender: Sender, redis: Redis) -> None:
    agenda = Agenda(redis, "tend", max_attempts=1)
    sender.post(labeled(), guid=GUID)
    claim = agenda.claim(S, "me", 60.0)
    assert claim is not None
    agenda.release(claim, 5.0, failed=True)
    assert redis.hget(f"gp:delivery:{GUID}", "state") == b"failed"
    assert due(redis) == []
    assert sender.post(labeled(), guid=GUID) == (202, "again")
    assert due(redis) == [S]
    finish(agenda)
    assert redis.hget(f"gp:delivery:{GUID}", "state") == b"done"


def test_an_unreadable_record_fails_its_own_delivery_only(sender: Sender, redis: Redis) -> None:
    redis.set("gp:subject:42#7", "not a hash")
    numbers = [7, 8, 9, 10]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: sender.post(labeled(issue={"number": n}))[0], numbers))
    assert answers == [503, 202, 202, 202]


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[str]:
    with redis_server(binary=find_server(prefer_wheel=True)) as url:
        yield url


def test_redis_down_slow_or_full_is_503_and_then_all_is_well_again(own_server: str) -> None:
    with receiver(receiver_settings(own_server)) as sender, connect(own_server) as redis:
        assert sender.post(labeled(), guid=GUID)[0] == 202
        with stopped(redis.info("server")["process_id"]):
            began = time.monotonic()
            with ThreadPoolExecutor(8) as pool:
                answers = list(pool.map(lambda n: sender.post(labeled(issue={"number": n}))[0], range(1, 9)))
            assert set(answers) == {503}
            assert time.monotonic() - began < 3.5
            assert sender.get("/readyz")[0] == 503
            assert sender.get("/healthz")[0] == 200
        assert eventually(lambda: sender.post(labeled(), guid=GUID)[0] == 202)
        redis.config_set("maxmemory", "1")
        status, said = sender.post(labeled())
        assert (status, "not stored" in said) == (503, True)
        redis.config_set("maxmemory", "0")
        assert sender.post(labeled())[0] == 202
        redis.shutdown(nosave=True)
        assert sender.post(labeled())[0] == 503


def test_the_inbox_gives_up_on_one_delivery_not_on_the_next(redis_url: str) -> None:
    """A batch that hangs must not take those behind it down when Redis answers again."""
    from bot.inbox import AsyncInbox, connect_async

    async def story() -> None:
        inbox = AsyncInbox(connect_async(redis_url), patience=0.00001)
        delivery = Delivery(str(uuid4()), Event("issues", "labeled", (S,), 1, "o/r"))
        with pytest.raises(Unavailable):
            await inbox.keep(delivery)
        inbox._patience = 1.4
        assert await inbox.keep(delivery) in {"kept", "again"}
        await inbox.close()

    asyncio.run(story())


def test_ready_says_how_old_the_oldest_work_is_and_names_nobody(sender: Sender, redis: Redis) -> None:
    assert json.loads(sender.get("/readyz")[1]) == {
        "status": "ready",
        "redis": "ok",
        "oldest_due_seconds": 0.0,
        "parked": 0,
    }
    redis.zadd("gp:due:tend", {"42#7": time.time() - 100})
    redis.hset("gp:parked", "tend 42#8", "{}")
    said = sender.get("/readyz")[1]
    assert json.loads(said)["oldest_due_seconds"] >= 100
    assert json.loads(said)["parked"] == 1
    assert "42#" not in said + sender.get("/healthz")[1]


def test_unknown_pages_and_our_own_bugs_show_nothing(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("the secret reason")

    with receiver(receiver_settings(redis_url)) as sender:
        assert sender.get("/<script>")[0:2] == (404, "Not found")
        assert sender.get("/docs")[0] == 404
        assert sender.get("/openapi.json")[0] == 404
        monkeypatch.setattr(webhook, "read_event", broken)
        status, said = sender.post(labeled())
        assert status == 500
        assert "secret reason" not in said


def test_pipelined_and_split_requests_are_answered_in_order(sender: Sender) -> None:
    body = json.dumps(labeled()).encode()
    whole = request_head(body, ("X-Hub-Signature-256", signed(body))) + body
    last = whole.replace(b"Host: x", b"Host: x\r\nConnection: close")
    said = sender.raw(whole[:50], whole[50:] + last)
    assert len(re.findall(rb"HTTP/1\.1 202", said)) == 2


def test_nothing_is_taken_until_a_redis_that_came_later_is_known_to_be_durable(own_server: str) -> None:
    with connect(own_server) as redis:
        redis.config_set("appendonly", "no")
        with receiver(receiver_settings(own_server)) as sender:
            assert sender.get("/readyz")[0] == 503
            status, said = sender.post(labeled())
            assert (status, "not stored" in said) == (503, True)
            assert stored(redis) == 0
            assert sender.get("/healthz")[0] == 200
            redis.config_set("appendonly", "yes")
            assert eventually(lambda: sender.get("/readyz")[0] == 200)
            assert sender.post(labeled())[0] == 202


def test_the_log_names_each_kept_delivery(sender: Sender, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bot.web")
    assert [sender.post(labeled(), guid=GUID)[1] for _ in range(2)] == ["kept", "again"]
    assert eventually(lambda: len(fields(caplog, "delivery")) == 2)
    assert fields(caplog, "delivery") == [
        {
            "guid": GUID,
            "github_event": "issues",
            "action": "labeled",
            "subjects": ["42#7"],
            "outcome": outcome,
        }
        for outcome in ("kept", "again")
    ]


def test_the_last_deliveries_before_the_end_are_logged_too(
    redis_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, logger="bot.web")
    monkeypatch.setattr("bot.app.JOURNAL_SECONDS", 3600.0)
    with receiver(receiver_settings(redis_url)) as sender:
        sender.post(labeled(), guid=GUID)
    assert [line["guid"] for line in fields(caplog, "delivery")] == [GUID]


def test_a_flood_is_counted_in_the_log_not_listed(caplog: pytest.LogCaptureFixture) -> None:
    delivery = Delivery(GUID, Event("issues", "labeled", (S,), 1, "o/r"))
    diary = journal.Journal()
    diary.note(delivery, "kept")
    caplog.set_level(logging.INFO, logger="bot.web")
    for _ in range(journal.MOST_LINES + 3):
        diary.note(delivery, "kept")
    diary.write()
    diary.write()
    assert len(fields(caplog, "delivery")) == journal.MOST_LINES
    assert fields(caplog, "more deliveries") == [{"left_out": 3}]


def test_a_wrong_webhook_secret_is_hinted_at_until_a_signature_holds(
    sender: Sender, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missigned() -> dict[str, Any]:
        caplog.clear()
        assert sender.post(labeled(), guid=GUID, X_Hub_Signature_256="sha256=" + "0" * 64)[0] == 401
        (line,) = fields(caplog, "delivery refused")
        return line

    first = missigned()
    assert (first["guid"], first["github_event"]) == (GUID, "issues")
    assert "check GROUNDPLAN_WEBHOOK_SECRET" in first["hint"]
    assert sender.post(labeled(), X_Hub_Signature_256="sha256=" + "0" * 64)[0] == 401
    assert len(fields(caplog, "delivery refused")) == 1
    monkeypatch.setattr(webhook, "REFUSAL_SECONDS", -1.0)
    sender.post(labeled())
    assert "hint" not in missigned()
    caplog.clear()
    hostile = {"X_GitHub_Delivery": "x" * 5000, "X_GitHub_Event": '{"a": 1}'}
    assert sender.post(labeled(), X_Hub_Signature_256="sha256=" + "0" * 64, **hostile)[0] == 401
    assert set(fields(caplog, "delivery refused")[0]) == {"status", "reason"}


# --- helpers


def fields(caplog: pytest.LogCaptureFixture, message: str) -> list[dict[str, Any]]:
    return [vars(record)["fields"] for record in caplog.records if record.getMessage() == message]


def request_head(body: bytes, *headers: tuple[str, str], length: int | None = -1) -> bytes:
    """A request's head by hand; `length` -1 is the true one, None says chunked."""
    lines = [
        "POST /webhooks/github HTTP/1.1",
        "Host: x",
        "Content-Type: application/json",
        "X-GitHub-Event: issues",
        f"X-GitHub-Delivery: {uuid4()}",
        *(f"{name}: {value}" for name, value in headers),
        "Transfer-Encoding: chunked"
        if length is None
        else f"Content-Length: {len(body) if length < 0 else length}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def finish(agenda: Agenda) -> None:
    claim = agenda.claim(S, "me", 60.0)
    assert claim is not None
    assert agenda.release(claim, None)


def eventually(true: Any, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        threading.Event().wait(0.02)
    return False


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
