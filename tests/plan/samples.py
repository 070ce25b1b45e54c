"""Plans to test with: one as a person would like to read it, one made without a
model, and small variations.
"""

from __future__ import annotations

from typing import Any

from bot.plan.model import (
    Assumption,
    Codebase,
    Command,
    ContractDefaults,
    Decision,
    Evidence,
    FileChange,
    Milestone,
    Missing,
    Obligation,
    Option,
    Plan,
    Provenance,
    Question,
    RelevantFile,
    Roadmap,
    Rollback,
    Task,
)

SHA = "3f1c9a7be04d52c86f17a0e9b3d4c5f60718293a"


def change(path: str, kind: Any = "edit", summary: str = "", source: str = "") -> FileChange:
    return FileChange(path=path, change=kind, summary=summary, source=source)


def task(name: str, **fields: Any) -> Task:
    """A small sound task; `fields` replace what it says."""
    given: dict[str, Any] = {
        "id": name,
        "milestone": "M1",
        "title": f"Build part {name}",
        "objective": f"Implement part {name}.",
        "files": (change(f"src/{name.lower()}.py", "new", "the part"),),
        "max_diff_scope": 5,
        "acceptance": (f"Part {name} returns 1",),
    }
    return Task(**{**given, **fields})


def milestone(name: str, **fields: Any) -> Milestone:
    given: dict[str, Any] = {
        "id": name,
        "title": f"Outcome {name}",
        "outcome": f"People can see {name}.",
        "acceptance": ("It shows",),
        "risk_class": "low",
        "max_diff_scope": 20,
        "status": "active" if name == "M1" else "queued",
    }
    return Milestone(**{**given, **fields})


def small_plan(*tasks: Task, milestones: tuple[Milestone, ...] = (milestone("M1"),), **fields: Any) -> Plan:
    given: dict[str, Any] = {
        "issue": 12,
        "title": "Small plan",
        "slug": "small-plan",
        "size": "small",
        "summary": "A small plan.",
        "roadmap": Roadmap(version="v1", objective="Make it so.", milestones=milestones),
        "contract_defaults": ContractDefaults(
            risk_class="low",
            max_diff_scope=10,
            acceptance_tests=("make test",),
            invariants=("public_api_stable",),
        ),
        "tasks": tasks or (task("T1"),),
        "provenance": Provenance(
            base_sha=SHA,
            inputs_digest="0" * 64,
            author="openai 1",
            model="gpt-x",
            prompt_version="draft-3",
            calls=1,
        ),
    }
    return Plan(**{**given, **fields})


def webhook_plan() -> Plan:
    """Six tasks, two milestones: retry of failed webhook deliveries."""
    return Plan(
        issue=412,
        title="Retry failed webhook deliveries with backoff",
        slug="retry-webhook-deliveries",
        size="medium",
        summary=(
            "Deliveries that fail with a 5xx or a timeout are lost today: `Dispatcher.send` logs the failure "
            "and returns. They are to be kept in a queue and sent again with growing pauses, at most six "
            "times, and operators can see what is waiting."
        ),
        goals=(
            "A delivery that fails is sent again without a person doing anything",
            "Operators see what waits, and why",
        ),
        non_goals=("Changing the payload or its signature", "A user interface for single deliveries"),
        roadmap=Roadmap(
            version="v1",
            objective="No webhook delivery is lost because the receiver was down for less than a day.",
            milestones=(
                Milestone(
                    id="M1",
                    title="Failed deliveries are retried",
                    outcome=(
                        "A receiver that is down for an hour gets every delivery of that hour once "
                        "it is back."
                    ),
                    acceptance=(
                        (
                            "A delivery answered with 503 is sent again after 30 s, 2 min, 8 min, "
                            "32 min, 2 h and 8 h"
                        ),
                        "A delivery answered with 410 is not sent again and its subscription is disabled",
                        "After a restart of the worker, waiting deliveries are still sent",
                    ),
                    risks=("Receivers that are not idempotent see a delivery twice after a timeout",),
                    risk_class="medium",
                    max_diff_scope=12,
                    status="active",
                    validation=("make test", "make integration"),
                ),
                Milestone(
                    id="M2",
                    title="Operators see the queue",
                    outcome="`/metrics` and the admin command show how many deliveries wait and since when.",
                    dependencies=("M1",),
                    acceptance=("`hooks queue` lists waiting deliveries with age, attempt and last status",),
                    risk_class="low",
                    max_diff_scope=6,
                    validation=("make test",),
                ),
            ),
        ),
        contract_defaults=ContractDefaults(
            risk_class="medium",
            max_diff_scope=12,
            acceptance_tests=("make test", "make lint"),
            invariants=("delivery_id_unique", "payload_signature_unchanged"),
        ),
        tasks=(
            Task(
                id="T1",
                milestone="M1",
                title="Add a table for waiting deliveries",
                kind="migration",
                track="storage",
                objective=(
                    "Create `pending_delivery` with the delivery id, subscription, body, attempt, "
                    "due time and last status."
                ),
                files=(
                    change("migrations/0042_pending_delivery.sql", "new", "table and index on due time"),
                    change("hooks/store.py", "edit", "`add_pending`, `due`, `finish`, each one statement"),
                    change("tests/test_store.py", "edit", "one test for each of the three"),
                ),
                max_diff_scope=4,
                effort="M",
                risk_class="medium",
                rollback=Rollback(kind="reversible", note="Drop the table; nothing else reads it before T3."),
                acceptance=(
                    "`due(now)` returns only deliveries whose due time has passed, oldest first",
                    "Adding the same delivery id twice keeps one row",
                ),
                tests=("tests/test_store.py::test_due_is_oldest_first",),
                commands=("make test",),
                gotchas=(
                    "Migrations run in one transaction; `CREATE INDEX CONCURRENTLY` is not possible here",
                ),
                covers=("I-1", "I-3"),
                evidence=(Evidence(path="hooks/store.py", line=14, quote="class Store:"),),
            ),
            Task(
                id="T2",
                milestone="M1",
                title="Compute the pause before each attempt",
                track="delivery",
                objective=(
                    "Add `pause(attempt)` that gives 30 s times four to the power of the attempt, "
                    "and None after the sixth."
                ),
                files=(
                    change("hooks/backoff.py", "new", "`pause(attempt) -> timedelta | None`"),
                    change("tests/test_backoff.py", "new", "table of all seven cases"),
                ),
                max_diff_scope=2,
                effort="S",
                risk_class="low",
                acceptance=("`pause(0)` is 30 s, `pause(5)` is 8 h 32 min, `pause(6)` is None",),
                tests=("tests/test_backoff.py",),
                covers=("I-2",),
            ),
            Task(
                id="T3",
                milestone="M1",
                title="Keep failed deliveries instead of dropping them",
                track="delivery",
                objective=(
                    "In `Dispatcher.send`, store a delivery that fails with 5xx, 429 or a timeout, "
                    "due after `pause(0)`."
                ),
                files=(
                    change("hooks/dispatch.py", "edit", "`send` stores instead of logging only"),
                    change("tests/test_dispatch.py", "edit", "503, 429, timeout, 410, 200"),
                ),
                max_diff_scope=4,
                depends_on=("T1", "T2"),
                effort="M",
                risk_class="high",
                rollback=Rollback(
                    kind="reversible", note="Set `HOOKS_RETRY=0`; deliveries are dropped as before."
                ),
                acceptance=(
                    "A 503 leaves one row in `pending_delivery` and returns without an exception",
                    "A 410 leaves none and disables the subscription",
                ),
                gotchas=("`send` runs inside the request; the store call must not take longer than 50 ms",),
                covers=("I-1",),
                decisions=("D-1",),
            ),
            Task(
                id="T4",
                milestone="M1",
                title="Send due deliveries in the worker",
                track="delivery",
                objective=(
                    "Add a loop to the worker that takes due deliveries in batches of 50 and sends "
                    "them again."
                ),
                files=(
                    change("hooks/worker.py", "edit", "`retry_due` every ten seconds"),
                    change("tests/test_worker.py", "edit", "restart in the middle of a batch"),
                ),
                max_diff_scope=4,
                depends_on=("T3",),
                effort="L",
                risk_class="medium",
                acceptance=("Two workers at once send each due delivery exactly once",),
                user_instructions=("Restart the worker service after the deployment",),
                covers=("I-1", "I-3"),
            ),
            Task(
                id="T5",
                milestone="M2",
                title="Show the queue in metrics and on the command line",
                track="operations",
                objective=(
                    "Add the gauges `hooks_pending` and `hooks_oldest_seconds` and the command `hooks queue`."
                ),
                files=(
                    change("hooks/metrics.py", "edit", "two gauges"),
                    change("hooks/cli.py", "edit", "`queue` command"),
                    change("docs/operations.md", "edit", "what to do when the queue grows"),
                ),
                max_diff_scope=5,
                depends_on=("T3",),
                effort="M",
                risk_class="low",
                acceptance=("`hooks queue` prints one line for each waiting delivery",),
                covers=("I-4",),
            ),
            Task(
                id="T6",
                milestone="M2",
                title="Prove the hour-long outage",
                role="qa",
                kind="verification",
                track="quality",
                objective=(
                    "Add an integration test that takes the receiver down for an hour of simulated time."
                ),
                files=(change("tests/integration/test_outage.py", "new", "receiver down, then back"),),
                max_diff_scope=2,
                depends_on=("T4", "T5"),
                effort="M",
                risk_class="low",
                acceptance=("All 100 deliveries arrive exactly once, in order of their creation",),
                commands=("make integration",),
                covers=("I-1",),
            ),
        ),
        decisions=(
            Decision(
                id="D-1",
                question="Is a delivery that timed out sent again?",
                context="The receiver may have handled it. Sending again can double an effect on their side.",
                impact="Receivers that are not idempotent double their work in about 0.3 % of deliveries.",
                weight="major",
                options=(
                    Option(
                        name="A",
                        consequence="Retry timeouts; the documentation asks receivers to be idempotent.",
                    ),
                    Option(
                        name="B",
                        consequence="Never retry timeouts; deliveries are lost when a receiver is slow.",
                    ),
                ),
                recommended="A",
                deadline="2026-03-01",
                issue=431,
            ),
        ),
        assumptions=(
            Assumption(id="A-1", text="At most 20,000 deliveries wait at once", impact="medium"),
            Assumption(
                id="A-2", text="Postgres 14 or newer (`FOR UPDATE SKIP LOCKED`)", impact="high", resolved=True
            ),
        ),
        questions=(
            Question(
                id="Q-1",
                text="Which alert threshold do operators want for the oldest waiting delivery?",
                why="It decides the default in docs/operations.md.",
                options=("15 minutes", "2 hours"),
            ),
        ),
        constraints=("No new service; Postgres is the queue",),
        obligations=(
            Obligation(
                id="I-1", text="Failed webhooks should be retried", disposition="task", by=("T3", "T4")
            ),
            Obligation(id="I-2", text="with exponential backoff", disposition="task", by=("T2",)),
            Obligation(id="I-3", text="must survive a deploy", disposition="task", by=("T1", "T4")),
            Obligation(id="I-4", text="we need to see what's stuck", disposition="task", by=("T5",)),
        ),
        codebase=Codebase(
            snapshot=("Python 3.12, one package `hooks`, Postgres through psycopg 3",),
            commands=(
                Command(kind="test", line="make test", evidence=Evidence(path="Makefile", line=12)),
                Command(kind="lint", line="make lint", evidence=Evidence(path="Makefile", line=18)),
            ),
            files=(
                RelevantFile(path="hooks/dispatch.py", confidence="A", reasons=("named in the issue",)),
                RelevantFile(
                    path="hooks/worker.py", confidence="B", reasons=("imports `Dispatcher`", "same folder")
                ),
            ),
        ),
        provenance=Provenance(
            base_sha=SHA,
            inputs_digest="9b2f" * 16,
            author="openai 1",
            model="gpt-5",
            prompt_version="draft-3",
            input_tokens=18_204,
            output_tokens=4_911,
            cached_tokens=9_216,
            calls=3,
        ),
    )


def outline_plan() -> Plan:
    """A plan made without a model: origins shown, one section not produced."""
    return small_plan(
        task("T1", origin="extracted", title="Document the `--quiet` flag"),
        milestones=(milestone("M1", origin="extracted"),),
        not_produced=(Missing(section="Rollback", question="What has to be undone if the release fails?"),),
        provenance=Provenance(base_sha=SHA, inputs_digest="1" * 64, author="outline 1"),
    )
