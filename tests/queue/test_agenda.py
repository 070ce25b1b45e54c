"""The agenda against a real Redis: leases, run numbers, parking, and that nothing due is ever lost."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from redis import Redis

from bot.inbox import Agenda, Claim, Hint, Wakes
from bot.inbox.wakes import GRACE_SECONDS, QUEUE_LENGTH, taking_turns
from bot.situation import Subject

S = Subject(42, 7)
TTL = 10.0


class Time:
    """Virtual seconds."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def agenda(redis: Redis, time: Time) -> Agenda:
    return Agenda(redis, "tend", time)


def word(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def claimed(agenda: Agenda, owner: str = "me", subject: Subject = S) -> Claim:
    claim = agenda.claim(subject, owner, TTL)
    assert claim is not None
    return claim


def test_an_armed_subject_is_claimed_once_and_rests_when_released(agenda: Agenda) -> None:
    agenda.arm(S, Hint(1, "o/r"))
    assert agenda.overdue(10) == [S]
    claim = claimed(agenda)
    assert (claim.run, claim.hint) == (1, Hint(1, "o/r"))
    assert agenda.claim(S, "other", TTL) is None
    assert agenda.overdue(10) == []
    assert agenda.release(claim, None)
    assert agenda.overdue(10) == []
    assert agenda.horizon().nearest is None
    assert agenda.claim(S, "other", TTL) is None


def test_the_record_is_where_fencing_scripts_look(agenda: Agenda, redis: Redis, time: Time) -> None:
    agenda.arm(S)
    think = Agenda(redis, "think", time)
    think.arm(S)
    run = claimed(agenda).run
    claimed(think)
    assert redis.hget("gp:subject:42#7", "run") == str(run).encode()
    assert redis.hget("gp:think:42#7", "run") == b"1"


def test_arming_during_a_run_makes_it_due_again(agenda: Agenda) -> None:
    agenda.arm(S)
    claim = claimed(agenda)
    agenda.arm(S)
    assert agenda.overdue(10) == []
    agenda.release(claim, None)
    assert agenda.overdue(10) == [S]
    assert claimed(agenda).run == 2


def test_a_delayed_arm_during_a_run_keeps_its_delay(agenda: Agenda, time: Time) -> None:
    agenda.arm(S)
    claim = claimed(agenda)
    agenda.arm(S, delay=30.0)
    agenda.release(claim, None)
    assert agenda.overdue(10) == []
    time.now += 30.0
    assert agenda.overdue(10) == [S]


def test_an_arm_only_ever_brings_work_forward(agenda: Agenda, time: Time) -> None:
    agenda.arm(S, delay=5.0)
    agenda.arm(S, delay=50.0)
    time.now += 5.0
    assert agenda.overdue(10) == [S]


def test_again_in_is_obeyed_even_by_a_stray_wake_up(agenda: Agenda, time: Time) -> None:
    agenda.arm(S)
    agenda.release(claimed(agenda), 20.0)
    assert agenda.claim(S, "early", TTL) is None
    time.now += 20.0
    assert claimed(agenda).run == 2


def test_a_dead_holder_frees_its_lease_when_it_ends_not_before(agenda: Agenda, time: Time) -> None:
    agenda.arm(S)
    claimed(agenda)
    time.now += TTL - 0.1
    assert agenda.overdue(10) == []
    time.now += 0.2
    assert agenda.overdue(10) == [S]


def test_a_stale_run_can_neither_renew_nor_release(agenda: Agenda, time: Time, redis: Redis) -> None:
    agenda.arm(S)
    stale = claimed(agenda, "stale")
    time.now += TTL + 1
    fresh = claimed(agenda, "fresh")
    assert fresh.run > stale.run
    assert not agenda.renew(stale, TTL)
    assert not agenda.release(stale, None)
    assert redis.hget("gp:subject:42#7", "run") == str(fresh.run).encode()
    assert agenda.claim(S, "third", TTL) is None
    assert agenda.renew(fresh, TTL)


def test_burying_a_dead_owner_makes_the_subject_due_at_once(agenda: Agenda) -> None:
    agenda.arm(S)
    claimed(agenda, "dead")
    assert not agenda.bury(S, "somebody else")
    assert agenda.overdue(10) == []
    assert agenda.bury(S, "dead")
    assert agenda.overdue(10) == [S]


def test_failing_too_often_in_a_row_parks_and_an_arm_revives(agenda: Agenda, time: Time) -> None:
    agenda.arm(S)
    for failures in range(5):
        claim = claimed(agenda)
        assert claim.failures == failures
        agenda.release(claim, 5.0, failed=True, reason="boom")
        time.now += 5.0
    assert agenda.overdue(10) == []
    assert agenda.parked() == {S: "boom"}
    agenda.arm(S, revive=False)
    assert agenda.overdue(10) == []
    agenda.arm(S)
    assert agenda.parked() == {}
    assert claimed(agenda).failures == 0


def test_a_success_forgets_the_failures_before_it(agenda: Agenda, time: Time) -> None:
    agenda.arm(S)
    for _ in range(4):
        agenda.release(claimed(agenda), 0.0, failed=True)
    agenda.release(claimed(agenda), 0.0)
    for _ in range(4):
        agenda.release(claimed(agenda), 0.0, failed=True)
    assert agenda.parked() == {}


def test_waiting_counts_but_never_parks(agenda: Agenda) -> None:
    agenda.arm(S)
    for waits in range(20):
        claim = claimed(agenda)
        assert claim.waits == waits
        agenda.release(claim, 0.0, waiting=True)
    assert agenda.parked() == {}


def test_the_third_death_in_a_row_parks_the_subject_and_others_go_on(agenda: Agenda, time: Time) -> None:
    other = Subject(42, 8)
    agenda.arm(S)
    for _ in range(3):
        claimed(agenda)
        time.now += TTL + 1
    agenda.arm(other)
    assert agenda.claim(S, "me", TTL) is None
    assert "died 3 times" in agenda.parked()[S]
    assert agenda.overdue(10) == [other]


def test_parked_thinking_has_the_subject_looked_at(agenda: Agenda, redis: Redis, time: Time) -> None:
    think = Agenda(redis, "think", time, max_attempts=1)
    think.arm(S)
    claim = claimed(think)
    think.release(claim, 5.0, failed=True, reason="no memory")
    assert think.parked() == {S: "no memory"}
    assert agenda.overdue(10) == [S]


@pytest.mark.parametrize("broken", ["string", "run", "member"])
def test_unreadable_records_are_put_aside_and_the_rest_goes_on(
    agenda: Agenda, redis: Redis, broken: str
) -> None:
    agenda.arm(S)
    if broken == "string":
        redis.delete("gp:subject:42#7")
        redis.set("gp:subject:42#7", "x")
    elif broken == "run":
        redis.hset("gp:subject:42#7", "run", "many")
    else:
        redis.zadd("gp:due:tend", {b"\xff not a subject": 0})
    agenda.arm(Subject(42, 8))
    for subject in agenda.overdue(10):
        claim = agenda.claim(subject, "me", TTL)
        if claim:
            agenda.release(claim, None)
    assert agenda.overdue(10) == []
    assert redis.hlen("gp:parked") == (1)


def test_a_wrong_clock_on_one_machine_neither_ends_nor_keeps_a_lease(redis: Redis) -> None:
    """Without an injected clock every script asks Redis, so a client has no time of
    its own to be wrong about.
    """
    agenda = Agenda(redis, "tend")
    agenda.arm(S)
    claim = agenda.claim(S, "me", 0.05)
    assert claim is not None
    seconds, micros = redis.time()
    until = float(redis.hget("gp:subject:42#7", "until") or 0)
    assert until - (seconds + micros / 1e6) <= 0.05


def test_wakes_are_few_unique_and_in_turns(redis: Redis, time: Time) -> None:
    agenda = Agenda(redis, "tend", time)
    for number in range(1, 201):
        agenda.arm(Subject(1, number))
    agenda.arm(Subject(2, 1))
    wakes = Wakes(redis, "secret", time)
    assert wakes.wake() == QUEUE_LENGTH
    assert wakes.wake() == 0
    queued = [word(job) for job in redis.lrange("rq:queue:write", 0, -1)]
    assert len(set(queued)) == len(queued) == QUEUE_LENGTH
    assert queued[1].startswith("tend-2-1-")


def test_a_lost_wake_up_is_sent_again_after_the_grace(redis: Redis, time: Time) -> None:
    agenda = Agenda(redis, "tend", time)
    wakes = Wakes(redis, "secret", time)
    agenda.arm(S)
    assert wakes.wake() == 1
    lost = redis.lpop("rq:queue:write")
    assert wakes.wake() == 0
    time.now += GRACE_SECONDS
    assert wakes.wake() == 1
    job = redis.lindex("rq:queue:write", 0)
    assert job != lost
    assert job is not None
    redis.delete(f"rq:job:{word(job)}")
    time.now += GRACE_SECONDS
    assert wakes.wake() == 1


def test_only_one_sweep_is_asked_for_at_a_time(redis: Redis) -> None:
    wakes = Wakes(redis, "secret")
    assert wakes.wake_sweep()
    assert not wakes.wake_sweep()
    assert redis.llen("rq:queue:write") == 1
    wakes.end_sweep("sweep-of-somebody-else")
    assert not wakes.wake_sweep()


def test_what_cannot_be_read_among_the_parked_is_left_out(redis: Redis) -> None:
    agenda = Agenda(redis, "tend")
    odd: tuple[str | bytes, ...] = (
        "tend 1#2#3",
        "tend 1##2",
        "tend #",
        "tend x",
        "tend",
        "tend " + "9" * 5000 + "#1",
        b"tend \xff#1",
    )
    for name in odd:
        redis.hset("gp:parked", name, '{"reason": "r"}')
    values: list[str | bytes] = ["not json", "[]", "{}", '"x"', "[" * 100_000, b"\xff"]
    for number, value in enumerate(values, 1):
        redis.hset("gp:parked", f"tend 7#{number}", value)
    redis.hset("gp:parked", "tend 8#1", '{"at": 1, "reason": "good"}')
    unreadable = {Subject(7, number): "(unreadable)" for number in range(1, len(values) + 1)}
    assert agenda.parked() == unreadable | {Subject(8, 1): "good"}
    assert agenda.why_parked(Subject(7, 1)) == "(unreadable)"
    assert agenda.why_parked(Subject(8, 1)) == "good"
    assert agenda.why_parked(Subject(8, 2)) is None


def test_taking_turns_keeps_each_repositorys_order() -> None:
    mixed = [Subject(1, 1), Subject(1, 2), Subject(2, 9), Subject(1, 3), Subject(2, 8)]
    assert taking_turns(mixed) == [Subject(1, 1), Subject(2, 9), Subject(1, 2), Subject(2, 8), Subject(1, 3)]


SUBJECTS = (Subject(1, 1), Subject(1, 2))


class AgendaMachine(RuleBasedStateMachine):
    """Arms, claims, renewals, expiries and releases in any order, against a plain model of what must hold."""

    redis: Redis

    @initialize()
    def start(self) -> None:
        self.redis.flushall()
        self.time = Time()
        self.agenda = Agenda(self.redis, "tend", self.time, max_attempts=3, max_crashes=3)
        self.claims: list[Claim] = []
        self.ends: dict[int, float] = {}
        self.runs = dict.fromkeys(SUBJECTS, 0)
        self.wanted: set[Subject] = set()

    def live(self, subject: Subject) -> list[Claim]:
        return [c for c in self.claims if c.subject == subject and self.ends[id(c)] > self.time.now]

    @rule(subject=st.sampled_from(SUBJECTS), delay=st.sampled_from([0.0, 3.0]))
    def arm(self, subject: Subject, delay: float) -> None:
        self.agenda.arm(subject, delay=delay)
        self.wanted.add(subject)

    @rule(subject=st.sampled_from(SUBJECTS), owner=st.sampled_from("ab"))
    def claim(self, subject: Subject, owner: str) -> None:
        live = self.live(subject)
        claim = self.agenda.claim(subject, owner, TTL)
        if claim is None:
            return
        assert not live, "two live leases"
        assert claim.run > self.runs[subject], "run numbers must grow"
        self.runs[subject] = claim.run
        self.claims.append(claim)
        self.ends[id(claim)] = self.time.now + TTL

    @rule(which=st.integers(0, 99))
    def renew(self, which: int) -> None:
        if not self.claims:
            return
        claim = self.claims[which % len(self.claims)]
        newest = claim.run == self.runs[claim.subject] and id(claim) in self.ends
        held = self.agenda.renew(claim, TTL)
        assert held == (newest and self.ends[id(claim)] > float("-inf")), "only the newest run may renew"
        if held:
            self.ends[id(claim)] = self.time.now + TTL

    @rule(which=st.integers(0, 99), again=st.sampled_from([None, 0.0, 4.0]), failed=st.booleans())
    def release(self, which: int, again: float | None, failed: bool) -> None:
        if not self.claims:
            return
        claim = self.claims[which % len(self.claims)]
        seen = self.redis.hget(f"gp:subject:{claim.subject}", "seq")
        done = self.agenda.release(claim, 4.0 if failed else again, failed=failed)
        assert done == (claim.run == self.runs[claim.subject] and self.ends[id(claim)] > float("-inf"))
        if done:
            self.ends[id(claim)] = float("-inf")
            if again is None and not failed and int(seen or 0) == claim.seq:
                self.wanted.discard(claim.subject)

    @rule(seconds=st.sampled_from([1.0, 5.0, TTL + 1]))
    def pass_time(self, seconds: float) -> None:
        self.time.now += seconds

    @invariant()
    def nothing_wanted_is_lost(self) -> None:
        if not hasattr(self, "wanted"):
            return
        parked = self.agenda.parked()
        for subject in parked:
            for claim in self.claims:
                if claim.subject == subject:
                    self.ends[id(claim)] = float("-inf")
        due = {Subject.parse(word(member)) for member in self.redis.zrange("gp:due:tend", 0, -1)}
        assert due | set(parked) == self.wanted | set(parked)
        for subject in self.agenda.overdue(10):
            assert not self.live(subject), "overdue although somebody holds it"


def test_agenda_in_any_order(redis: Redis) -> None:
    machine = type("Machine", (AgendaMachine,), {"redis": redis})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
