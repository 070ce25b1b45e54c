"""Plans for the tests of formats: a large one, one with its delivery written out, and any plan with any
delivery."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import strategies as st

from bot.plan.facets import Check, Delivery, Dependency, Phase, PlannedTest, Risk
from bot.plan.model import Obligation, Plan, Rollback, Task
from tests.plan.samples import change, milestone, small_plan, task, webhook_plan
from tests.plan.strategies import lines, notes, paths, some, sound_plans, texts

# How many made-up plans a round trip is tried on.
EXAMPLES = 500 if os.environ.get("GROUNDPLAN_FULL") == "1" else 20


def delivered_plan() -> Plan:
    """The webhook plan with everything that says how it is laid out and put in place."""
    delivery = Delivery(
        architecture=(
            "`Dispatcher.send` stores what fails in `pending_delivery`; the worker takes what is due and "
            "calls the same `send` again.",
            "One table is the queue: `FOR UPDATE SKIP LOCKED` keeps two workers apart.",
        ),
        stack=("Language: Python 3.12", "Libraries: psycopg 3", "Tools: make, pytest"),
        data_model=("`pending_delivery(delivery_id, subscription, body, attempt, due, last_status)`",),
        phases=(
            Phase(
                id="P1",
                title="Foundation",
                goal="Failed deliveries are kept.",
                tasks=("T1", "T2", "T3"),
                estimate="6 h",
            ),
            Phase(
                id="P2", title="Core", goal="Kept deliveries are sent again.", tasks=("T4",), estimate="7 h"
            ),
            Phase(
                id="P3",
                title="Integration and polish",
                goal="Operators see the queue, and the outage is proved.",
                tasks=("T5", "T6"),
                estimate="5 h",
            ),
        ),
        total_estimate="18 h",
        tests=(
            PlannedTest(
                what="The store gives due deliveries oldest first",
                path="tests/test_store.py",
                command="make test",
                covers=("I-3",),
            ),
            PlannedTest(what="An hour without the receiver loses nothing", command="make integration"),
        ),
        checks=(Check(action="Stop a receiver for a minute", expected="its deliveries arrive after it"),),
        risks=(
            Risk(
                risk="A receiver sees a delivery twice",
                impact="medium",
                mitigation="Send the same delivery id, and say in the documentation that it may repeat.",
            ),
        ),
        rollback=("Set `HOOKS_RETRY=0`.", "Drop `pending_delivery` once it is empty."),
        dependencies=(Dependency(name="psycopg", version="3.1", status="present", note="already pinned"),),
        deployment=("Run the migration.", "Restart the workers.", "See that `hooks_pending` is reported."),
    )
    return webhook_plan().model_copy(update={"delivery": delivery})


_AREAS = ("storage", "backend", "frontend", "operations")


def _large_task(number: int) -> Task:
    area = _AREAS[number % 4]
    name = f"part_{number:02}"
    kinds: dict[int, str] = {20: "verification", 38: "setup", 39: "verification", 40: "release"}
    needs = {20: (16, 19, 18), 38: (1,), 39: tuple(range(33, 39)), 40: (39, 37)}.get(
        number, (number - 4,) if number > 4 else ()
    )
    path = ".github/workflows/check.yml" if number == 38 else f"{area}/{name}.py"
    fields: dict[str, Any] = {
        "milestone": f"M{(number + 9) // 10}",
        "title": f"Add the {area} part {number}",
        "kind": kinds.get(number, "feature"),
        "track": area,
        "objective": f"Write `{name}()` that gives the {area} side of the order number {number}.",
        "files": (
            change(path, "new", f"`{name}()` and its types"),
            change(f"tests/{area}/test_{name}.py", "new", f"`{name}()` with an empty and a full order"),
        ),
        "depends_on": tuple(f"T{need}" for need in needs),
        "effort": "SML"[number % 3],
        "risk_class": ("low", "medium", "high", "critical")[number % 4 if number % 5 == 0 else 0],
        "rollback": Rollback(kind="reversible", note="Run `make undo`, which takes the files back."),
        "acceptance": (f"`{name}()` gives the total of the order",),
        "commands": ("make test",),
        "covers": (f"I-{(number + 9) // 10}",),
    }
    if number == 40:
        fields["user_instructions"] = ("Press the button of the release page",)
    return task(f"T{number}", **fields)


def large_plan() -> Plan:
    """Forty tasks in four milestones and four tracks, with gates and a release."""
    return small_plan(
        *map(_large_task, range(1, 41)),
        milestones=tuple(
            milestone(
                f"M{number}",
                title=f"Orders of kind {number} are totalled",
                outcome=f"`orders --kind {number}` prints the total of every order.",
                acceptance=(f"`orders --kind {number}` prints 3 for the three sample orders",),
                dependencies=(f"M{number - 1}",) if number > 1 else (),
                validation=("make test",),
            )
            for number in range(1, 5)
        ),
        issue=99,
        title="Total the orders of all kinds",
        slug="total-orders",
        size="large",
        summary="Orders have no totals today. Every kind of order gets one, in four milestones.",
        obligations=tuple(
            Obligation(id=f"I-{n}", text=f"Orders of kind {n} have totals", disposition="task", by=(f"T{n}",))
            for n in range(1, 5)
        ),
    )


_phases = st.builds(
    Phase,
    id=st.integers(1, 5).map(lambda number: f"P{number}"),
    title=lines,
    goal=texts,
    tasks=some(st.integers(1, 5).map(lambda number: f"T{number}")),
    estimate=st.sampled_from(["", "4 h", "2 days"]),
)
_deliveries = st.builds(
    Delivery,
    architecture=some(texts),
    stack=some(texts),
    data_model=some(texts),
    phases=st.lists(_phases, max_size=3, unique_by=lambda one: one.id).map(tuple),
    total_estimate=st.sampled_from(["", "4 h", "2 days"]),
    tests=some(
        st.builds(
            PlannedTest,
            what=texts,
            path=st.just("") | paths,
            command=st.just("") | lines,
            covers=some(st.integers(1, 9).map(lambda number: f"I-{number}")),
        )
    ),
    checks=some(st.builds(Check, action=texts, command=notes, expected=notes)),
    risks=some(
        st.builds(Risk, risk=texts, impact=st.sampled_from(["high", "medium", "low"]), mitigation=texts)
    ),
    rollout=some(texts),
    rollback=some(texts),
    dependencies=some(
        st.builds(
            Dependency,
            name=lines,
            version=st.sampled_from(["", "3.1", ">=2,<3", "1 | 2"]),
            status=st.sampled_from(["present", "new", "service", "credential"]),
            note=notes,
        )
    ),
    deployment=some(texts),
)
delivered_plans = st.builds(
    lambda plan, delivery: plan.model_copy(update={"delivery": delivery}),
    sound_plans,
    st.none() | _deliveries,
)
