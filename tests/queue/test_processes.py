"""Real receivers, workers and sweepers over a real Redis, killed, stopped and lied to."""

from __future__ import annotations

import json
import os
import pickle
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from redis import Redis

from bot.embedded import free_port
from bot.errors import UserError
from bot.inbox import Agenda, Hint, Wakes
from bot.inbox.wakes import job_data, sign
from bot.situation import Subject
from tests.app.sending import Sender, labeled, receiver, receiver_settings
from tests.queue.roles import SECRET, queue_settings
from workers.jobs import work

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(redis_url: str) -> Iterator[Start]:
    """Starts a role as its own process; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(role: str, *more: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.queue.roles", role, redis_url, *more],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def agenda(redis: Redis) -> Agenda:
    return Agenda(redis, "tend")


def eventually(true: Callable[[], Any], seconds: float = 20.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.02)
    return None


def ran(redis: Redis, subject: Subject, kind: str = "tend") -> list[tuple[int, int]]:
    """(run, pid) of each run."""
    return [
        (int(run), int(pid))
        for run, pid in (
            str(entry, "ascii").split()
            for entry in cast("list[bytes]", redis.lrange(f"ran:{kind}:{subject}", 0, -1))
        )
    ]


def finished(redis: Redis) -> list[str]:
    return [str(entry, "ascii") for entry in redis.lrange("finished", 0, -1) if isinstance(entry, bytes)]


def wake(redis: Redis) -> int:
    return Wakes(redis, SECRET).wake()


def at_rest(agenda: Agenda) -> bool:
    return agenda.horizon().nearest is None


def alive(pid: int) -> bool:
    """Whether the process exists and is not just waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, HTTPException):
        return False


def test_rq_runs_the_wake_ups_we_write(start: Start, redis: Redis, agenda: Agenda) -> None:
    """The contract with RQ's job format: popped, run, and gone without a trace."""
    subject = Subject(42, 1)
    agenda.arm(subject, Hint(12, "octo/repo"))
    Agenda(redis, "think").arm(subject)
    assert wake(redis) == 2
    start("write")
    start("think")
    assert eventually(lambda: len(finished(redis)) == 2)
    assert sorted(finished(redis)) == ["tend 42#1 1", "think 42#1 1"]
    assert eventually(lambda: not redis.keys("rq:job:*"))
    assert at_rest(agenda)
    assert redis.get("gp:refused") is None


def test_a_killed_child_is_made_good_at_once_without_a_sweep(
    start: Start, redis: Redis, agenda: Agenda
) -> None:
    agenda.arm(Subject(42, 2))
    wake(redis)
    start("write")
    assert eventually(lambda: finished(redis)) == ["tend 42#2 2"]


@pytest.mark.parametrize("victim", ["parent", "both"])
def test_a_killed_worker_is_made_good_by_another_and_leaves_no_orphan(
    start: Start, redis: Redis, agenda: Agenda, victim: str
) -> None:
    subject = Subject(42, 3)
    first = start("write")
    start("sweep")
    agenda.arm(subject)
    assert eventually(lambda: ran(redis, subject))
    child = ran(redis, subject)[0][1]
    assert child != first.pid
    if victim == "both":
        os.kill(first.pid, signal.SIGSTOP)
        os.kill(child, signal.SIGKILL)
    first.kill()
    first.wait()
    assert eventually(lambda: not alive(child))
    start("write")
    assert eventually(lambda: finished(redis)) == ["tend 42#3 2"]
    assert eventually(lambda: at_rest(agenda))


def test_a_job_lost_between_pop_and_claim_is_made_good(start: Start, redis: Redis, agenda: Agenda) -> None:
    """What SIGKILL right after the pop leaves: nothing in the queue, a job that says it is queued."""
    agenda.arm(Subject(42, 1))
    wake(redis)
    redis.lmove("rq:queue:write", "rq:queue:write:intermediate", "LEFT", "RIGHT")
    start("write")
    start("sweep")
    assert eventually(lambda: finished(redis)) == ["tend 42#1 1"]


def test_a_job_whose_hash_is_gone_is_made_good(start: Start, redis: Redis, agenda: Agenda) -> None:
    agenda.arm(Subject(42, 1))
    wake(redis)
    redis.delete(*redis.keys("rq:job:*"))
    start("write")
    start("sweep")
    assert eventually(lambda: finished(redis)) == ["tend 42#1 1"]


def test_a_killed_sweeper_is_replaced_by_another_and_two_do_no_harm(
    start: Start, redis: Redis, agenda: Agenda
) -> None:
    start("write")
    first = start("sweep")
    agenda.arm(Subject(42, 1))
    assert eventually(lambda: finished(redis))
    first.kill()
    first.wait()
    agenda.arm(Subject(43, 1))
    start("sweep")
    start("sweep")
    assert eventually(lambda: len(finished(redis)) == 2)
    assert len(ran(redis, Subject(43, 1))) == 1
    assert eventually(lambda: int(redis.get("swept") or 0) >= 2)


def test_two_wake_ups_for_one_subject_are_one_run(start: Start, redis: Redis, agenda: Agenda) -> None:
    subject = Subject(42, 6)
    agenda.arm(subject)
    wake(redis)
    put_job(redis, "second", json.dumps(json.loads(job_data(SECRET, "tend", str(subject)))).encode())
    start("write")
    start("write")
    assert eventually(lambda: ran(redis, subject))
    assert eventually(lambda: redis.llen("rq:queue:write") == 0)
    redis.set("go", "1")
    assert eventually(lambda: at_rest(agenda))
    assert len(ran(redis, subject)) == 1


def test_a_stopped_worker_that_goes_on_later_is_fenced(start: Start, redis: Redis, agenda: Agenda) -> None:
    subject = Subject(42, 6)
    agenda.arm(subject)
    wake(redis)
    first = start("write")
    assert eventually(lambda: ran(redis, subject))
    child = ran(redis, subject)[0][1]
    os.kill(first.pid, signal.SIGSTOP)
    os.kill(child, signal.SIGSTOP)
    start("write")
    start("sweep")
    assert eventually(lambda: finished(redis)) == ["tend 42#6 2"]
    assert redis.hget("gp:subject:42#6", "run") == b"2"
    os.kill(child, signal.SIGCONT)
    os.kill(first.pid, signal.SIGCONT)
    time.sleep(0.5)
    redis.set("go", "1")
    assert eventually(lambda: redis.get("noticed")) == b"1"
    assert eventually(lambda: not alive(child))
    assert finished(redis) == ["tend 42#6 2"]
    assert at_rest(agenda)


def test_a_long_run_keeps_its_lease(start: Start, redis: Redis, agenda: Agenda) -> None:
    subject = Subject(42, 6)
    agenda.arm(subject)
    start("write")
    start("sweep")
    assert eventually(lambda: ran(redis, subject))
    time.sleep(2.5)
    assert agenda.claim(subject, "thief", 1.0) is None
    redis.set("go", "1")
    assert eventually(lambda: finished(redis)) == ["tend 42#6 1"]


def test_a_subject_that_kills_every_worker_is_parked_and_others_go_on(
    start: Start, redis: Redis, agenda: Agenda
) -> None:
    agenda.arm(Subject(42, 5))
    agenda.arm(Subject(42, 1))
    start("write")
    start("sweep")
    assert eventually(lambda: agenda.parked())
    assert "died 3 times" in agenda.parked()[Subject(42, 5)]
    assert len(ran(redis, Subject(42, 5))) == 3
    assert finished(redis) == ["tend 42#1 1"]


def test_a_failure_is_tried_again_later_and_its_trace_is_redacted(
    start: Start, redis: Redis, agenda: Agenda
) -> None:
    subject = Subject(42, 4)
    agenda.arm(subject)
    start("write")
    wake(redis)
    assert eventually(lambda: redis.hget("gp:subject:42#4", "failures")) == b"1"
    assert 4.0 < (agenda.horizon().tend or 0.0) <= 5.0
    failed = eventually(lambda: redis.keys("rq:results:*"))
    trace = str(redis.xrange(failed[0]))
    import base64
    import re
    import zlib

    packed = re.search(r"exc_string': b'([^']+)'", trace)
    assert packed
    text = zlib.decompress(base64.b64decode(packed[1])).decode()
    assert "RuntimeError" in text
    assert SECRET not in text


def test_what_passes_is_tried_again_soon(start: Start, redis: Redis, agenda: Agenda) -> None:
    agenda.arm(Subject(42, 7))
    start("write")
    start("sweep")
    assert eventually(lambda: finished(redis)) == ["tend 42#7 2"]


def test_sigterm_lets_the_job_in_hand_finish(start: Start, redis: Redis, agenda: Agenda) -> None:
    subject = Subject(42, 6)
    agenda.arm(subject)
    wake(redis)
    worker = start("write")
    assert eventually(lambda: ran(redis, subject))
    worker.terminate()
    time.sleep(0.3)
    assert worker.poll() is None
    redis.set("go", "1")
    assert worker.wait(timeout=20) == 0
    assert finished(redis) == ["tend 42#6 1"]
    assert at_rest(agenda)


def test_a_worker_outlives_redis_cutting_it_off(start: Start, redis: Redis, agenda: Agenda) -> None:
    start("write")
    start("sweep")
    agenda.arm(Subject(42, 1))
    assert eventually(lambda: len(finished(redis)) == 1)
    redis.client_kill_filter(_type="normal", skipme=True)
    agenda.arm(Subject(43, 1))
    assert eventually(lambda: len(finished(redis)) == 2)


def put_job(redis: Redis, name: str, data: bytes, **fields: str) -> None:
    now = "2026-01-01T00:00:00.000000Z"
    plain: dict[Any, Any] = {"data": data, "origin": "write", "status": "queued", "created_at": now}
    redis.hset(f"rq:job:{name}", mapping=plain | fields)
    redis.rpush("rq:queue:write", name)


class Bomb:
    """What an attacker would pickle."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (self.command,)


def test_forged_jobs_are_not_run_and_the_worker_lives(
    start: Start, redis: Redis, agenda: Agenda, tmp_path: Path
) -> None:
    trace = tmp_path / "ran"
    touch = f"touch {trace}"
    good = json.loads(job_data(SECRET, "tend", "42#1"))
    signature = sign(SECRET, "tend", "42#1")

    def data(*parts: Any) -> bytes:
        return json.dumps(parts).encode()

    forged: list[tuple[bytes, dict[str, str]]] = [
        (pickle.dumps(("os.system", None, (touch,), {})), {}),
        (pickle.dumps(Bomb(touch)), {}),
        (data("os.system", None, [touch], {}), {}),
        (data("os.system", None, [touch, sign(SECRET, "os.system", touch)], {}), {}),
        (data("builtins.eval", None, [f"__import__('os').system('{touch}')", signature], {}), {}),
        (data("tend", None, ["42#1", "0" * 64], {}), {}),
        (data("tend", None, ["42#2", signature], {}), {}),
        (data("think", None, ["42#1", signature], {}), {}),
        (data("tend", None, ["42#1"], {}), {}),
        (data("tend", None, ["42#1", signature], {"claim": "x"}), {}),
        (data("tend", "os", ["42#1", signature], {}), {}),
        (data(*good), {"success_callback_name": "os.getpid"}),
        (data(*good), {"failure_callback_name": "os.getpid"}),
        (data(*good), {"webhooks": '[{"url": "http://127.0.0.1:1/", "job_status": "finished"}]'}),
        (data(*good), {"dependency_ids": '["x"]'}),
        (data(*good), {"timeout": "soon"}),
        (data(*good), {"status": "odd"}),
        (b"[" * 100_000, {}),
        (b"\xff\xfe", {}),
        (b"", {}),
    ]
    for number, (body, fields) in enumerate(forged):
        put_job(redis, f"forged-{number}", body, **fields)
    redis.set("rq:job:odd", "not a hash")
    redis.rpush("rq:queue:write", "odd")
    agenda.arm(Subject(44, 1))
    wake(redis)
    worker = start("write")
    assert eventually(lambda: finished(redis)) == ["tend 44#1 1"]
    assert not trace.exists()
    assert ran(redis, Subject(42, 1)) == []
    assert redis.hget("gp:refused", "jobs") == str(len(forged) + 1).encode()
    assert worker.poll() is None
    assert not redis.keys("rq:job:forged*")


@pytest.mark.parametrize("queue", ["", "write,think", "write think", "default", "write\n"])
def test_a_worker_takes_one_queue_of_ours(redis_url: str, queue: str) -> None:
    with pytest.raises(UserError, match="no queue"):
        work(queue_settings(redis_url), queue)


def test_a_thousand_deliveries_shuffled_and_doubled_are_all_handled(
    start: Start, redis_url: str, redis: Redis, agenda: Agenda
) -> None:
    """20 % of them twice, in any order, while two workers and a sweep run: every
    subject, nothing left over.
    """
    order = random.Random(20)
    subjects = [Subject(repo, 1) for repo in range(1, 41)]
    deliveries = [(str(UUID(int=n + 1)), order.choice(subjects)) for n in range(800)]
    deliveries += order.sample(deliveries, 200)
    order.shuffle(deliveries)
    start("write")
    start("write")
    start("sweep")

    def send(delivery: tuple[str, Subject]) -> int:
        guid, subject = delivery
        payload = labeled(
            repository={"id": subject.repo_id, "full_name": "o/r"}, issue={"number": subject.number}
        )
        return sender.post(payload, guid=guid)[0]

    with receiver(receiver_settings(redis_url)) as sender, ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, deliveries)) == {202}
    assert eventually(lambda: at_rest(agenda), 60.0)
    states = [redis.hget(key, "state") for key in redis.keys("gp:delivery:*")]
    assert states == [b"done"] * 800
    handled = {entry.split()[1] for entry in finished(redis)}
    assert handled == {str(subject) for _, subject in deliveries}
    assert redis.keys("gp:waiting:*") == []
    assert len(finished(redis)) <= len(deliveries)


def answering(port: int) -> Sender | None:
    try:
        return sender if (sender := Sender(port)).get("/healthz")[0] == 200 else None
    except (OSError, HTTPException):
        return None


def test_what_a_killed_receiver_acknowledged_is_stored(start: Start, redis: Redis) -> None:
    port = free_port()
    process = start("serve", str(port))
    sender = eventually(lambda: answering(port))
    acknowledged: list[str] = []

    def send(number: int) -> None:
        guid = str(UUID(int=number + 1))
        try:
            if sender.post(labeled(issue={"number": number + 1}), guid=guid)[0] == 202:
                acknowledged.append(guid)
        except (OSError, HTTPException):
            return
        if len(acknowledged) == 60:
            process.kill()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send, range(200)))
    assert 60 <= len(acknowledged) < 200
    assert [guid for guid in acknowledged if not redis.exists(f"gp:delivery:{guid}")] == []
    again = start("serve", str(port))
    sender = eventually(lambda: answering(port))
    assert sender.post(labeled(), guid=acknowledged[0])[1] == "again"
    assert again.poll() is None


def test_a_receiver_told_to_stop_answers_what_it_has(start: Start, redis: Redis) -> None:
    port = free_port()
    process = start("serve", str(port))
    sender = eventually(lambda: answering(port))
    body = json.dumps(labeled()).encode()
    from tests.app.sending import signed

    head = (
        "POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"X-GitHub-Event: issues\r\nX-GitHub-Delivery: {UUID(int=1)}\r\n"
        f"X-Hub-Signature-256: {signed(body)}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", sender.port), timeout=10) as wire:
        wire.sendall(head + body[:10])
        time.sleep(0.2)
        process.terminate()
        time.sleep(0.3)
        wire.sendall(body[10:])
        assert wire.recv(4096).startswith(b"HTTP/1.1 202")
    process.wait(timeout=10)
    assert redis.exists(f"gp:delivery:{UUID(int=1)}")
