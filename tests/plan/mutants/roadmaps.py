"""Two whole plans of our own, from which the roadmap bases are rendered: late loans on the command line
(small), and alerts when a target stays down (medium, with decisions and a fan-out)."""

from __future__ import annotations

from bot.plan.model import (
    Assumption,
    Codebase,
    Command,
    ContractDefaults,
    Decision,
    Evidence,
    FileChange,
    Milestone,
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
from tests.plan.mutants.repos import sha


def late_loans() -> Plan:
    """Two tasks for the Python repository."""
    return Plan(
        issue=57,
        title="List late loans with their readers",
        slug="list-late-loans",
        size="small",
        summary=(
            "`shelf late` is announced in the help and prints nothing. It is to list the loans that are late."
        ),
        goals=("The desk sees who is late without asking the database",),
        non_goals=("Mails to readers",),
        roadmap=Roadmap(
            version="v1",
            objective="The desk lists late loans on the command line.",
            milestones=(
                Milestone(
                    id="M1",
                    title="Late loans are listed",
                    outcome="`shelf late` prints one line for each late loan, the oldest first.",
                    acceptance=(
                        "`shelf late` prints the reader, the book and the due day of each late loan",
                    ),
                    risks=("A database without loans prints nothing, which looks like a failure",),
                    risk_class="low",
                    max_diff_scope=8,
                    status="active",
                    validation=("make test", "make lint"),
                ),
            ),
        ),
        contract_defaults=ContractDefaults(
            risk_class="low",
            max_diff_scope=8,
            acceptance_tests=("make test", "make lint"),
            invariants=("one_statement_per_function", "no_new_dependency"),
        ),
        tasks=(
            Task(
                id="T1",
                milestone="M1",
                title="Read late loans from the store",
                track="storage",
                objective=(
                    "Add `Store.late_loans(today)` to `src/shelf/store.py`; it returns open loans by due day."
                ),
                files=(
                    FileChange(
                        path="src/shelf/store.py", change="edit", summary="`late_loans`, one statement"
                    ),
                    FileChange(
                        path="tests/test_store.py", change="new", summary="late, due today, brought back"
                    ),
                ),
                max_diff_scope=2,
                effort="S",
                risk_class="low",
                acceptance=("A loan due yesterday is returned, a loan due today is not",),
                tests=("`tests/test_store.py`: a loan due yesterday is returned",),
                commands=("make test",),
                covers=("I-1",),
            ),
            Task(
                id="T2",
                milestone="M1",
                title="Print late loans",
                track="command",
                objective=(
                    "Extend `parser` in `src/shelf/cli.py` so that `shelf late` prints what "
                    "the store returns."
                ),
                files=(
                    FileChange(path="src/shelf/cli.py", change="edit", summary="prints one line a loan"),
                    FileChange(path="tests/test_cli.py", change="new", summary="two late loans, none"),
                    FileChange(path="docs/operations.md", change="edit", summary="an example of the output"),
                ),
                max_diff_scope=4,
                depends_on=("T1",),
                effort="S",
                risk_class="low",
                acceptance=(
                    "Two late loans print two lines, the oldest first",
                    "Without late loans `shelf late` prints `no late loans` and exits with 0",
                ),
                commands=("make test", "make lint"),
                covers=("I-1", "I-2"),
            ),
        ),
        assumptions=(Assumption(id="A-1", text="The desk runs the command on the server", impact="low"),),
        obligations=(
            Obligation(
                id="I-1", text="shelf late should list who is late", disposition="task", by=("T1", "T2")
            ),
            Obligation(id="I-2", text="and say so when nobody is", disposition="task", by=("T2",)),
        ),
        codebase=Codebase(
            snapshot=("Python 3.11, one package `shelf`, Postgres through psycopg",),
            commands=(
                Command(kind="test", line="make test", evidence=Evidence(path="Makefile", line=4)),
                Command(kind="lint", line="make lint", evidence=Evidence(path="Makefile", line=7)),
            ),
            files=(RelevantFile(path="src/shelf/cli.py", confidence="A", reasons=("named in the issue",)),),
        ),
        provenance=_made("python"),
    )


def alerts() -> Plan:
    """Five tasks in two milestones for the Go repository, with an open major decision and one by default."""
    return Plan(
        issue=57,
        title="Tell operators when a target stays down",
        slug="alert-when-down",
        size="medium",
        summary=(
            "`probe` prints what it saw and tells nobody. It is to notice that a target failed three times "
            "in a row, and to send one alert to a webhook."
        ),
        goals=("Operators learn of an outage within five minutes", "One outage sends one alert"),
        non_goals=("A user interface for alerts", "Alerts by telephone"),
        roadmap=Roadmap(
            version="v1",
            objective="Operators are told once when a target stays down.",
            milestones=(
                Milestone(
                    id="M1",
                    title="Outages are noticed",
                    outcome="The table shows which targets are down, and since when.",
                    acceptance=(
                        "Three failed checks in a row show the target as `down`",
                        "One successful check shows it as `up` again",
                    ),
                    risks=("A target that fails every other time is never down",),
                    risk_class="low",
                    max_diff_scope=8,
                    status="active",
                    validation=("make test", "make lint"),
                ),
                Milestone(
                    id="M2",
                    title="Outages are reported",
                    outcome="A webhook receives one request for each outage.",
                    dependencies=("M1",),
                    acceptance=("An outage of ten checks sends one request with the name of the target",),
                    risks=("A webhook that is down loses the alert",),
                    risk_class="medium",
                    max_diff_scope=10,
                    validation=("make test",),
                ),
            ),
        ),
        contract_defaults=ContractDefaults(
            risk_class="medium",
            max_diff_scope=8,
            acceptance_tests=("make test", "make lint"),
            invariants=("table_columns_unchanged", "no_new_dependency"),
        ),
        tasks=(
            Task(
                id="T1",
                milestone="M1",
                title="Count failures in a row",
                track="storage",
                objective=(
                    "Add `Store.Failures(name)` to `internal/store/store.go`; it counts "
                    "failed results in a row."
                ),
                files=(
                    FileChange(path="internal/store/store.go", change="edit", summary="`Failures`"),
                    FileChange(
                        path="internal/store/store_test.go", change="edit", summary="0, 1 and 3 failures"
                    ),
                ),
                max_diff_scope=3,
                effort="S",
                risk_class="low",
                acceptance=("Two failed results after a successful one count as 2",),
                commands=("make test",),
                covers=("I-1",),
                evidence=(Evidence(path="internal/store/store.go", line=7, quote="type Store struct"),),
            ),
            Task(
                id="T2",
                milestone="M1",
                title="Show what is down",
                track="report",
                objective=(
                    "Extend `Table` in `internal/report/report.go` by a column that says `up` or `down`."
                ),
                files=(
                    FileChange(path="internal/report/report.go", change="edit", summary="third column"),
                    FileChange(
                        path="internal/report/report_test.go", change="edit", summary="up, down, unknown"
                    ),
                ),
                max_diff_scope=4,
                depends_on=("T1",),
                effort="M",
                risk_class="low",
                acceptance=("A target with three failures in a row is printed with `down`",),
                commands=("make test", "make lint"),
                covers=("I-2",),
            ),
            Task(
                id="T3",
                milestone="M2",
                title="Send an alert to a webhook",
                track="alerts",
                objective=(
                    "Create package `internal/alert` that posts the name of a target and the time as JSON."
                ),
                files=(
                    FileChange(
                        path="internal/alert/alert.go", change="new", summary="`Send(client, url, name)`"
                    ),
                    FileChange(
                        path="internal/alert/alert_test.go", change="new", summary="200, 500, timeout"
                    ),
                ),
                max_diff_scope=4,
                effort="M",
                risk_class="medium",
                rollback=Rollback(
                    kind="reversible", note="Start `probe` without `-webhook`; nothing is sent then."
                ),
                acceptance=(
                    "A webhook that answers 500 is asked again after 30 s, three times in all",
                    "The request has the field `target` with the name",
                ),
                commands=("make test",),
                covers=("I-3",),
                decisions=("D-1", "D-2"),
            ),
            Task(
                id="T4",
                milestone="M2",
                title="Start alerts from the command",
                track="alerts",
                objective=(
                    "Add the flag `-webhook` to `cmd/probe/main.go` and call `Send` once for each outage."
                ),
                files=(
                    FileChange(
                        path="cmd/probe/main.go", change="edit", summary="the flag, one call for each outage"
                    ),
                    FileChange(path="docs/config.md", change="edit", summary="what the webhook receives"),
                ),
                max_diff_scope=4,
                depends_on=("T2", "T3"),
                effort="M",
                risk_class="high",
                rollback=Rollback(
                    kind="reversible", note="Start `probe` without `-webhook`; nothing is sent then."
                ),
                acceptance=("Ten failed checks in a row call the webhook once",),
                commands=("make test", "make lint"),
                gotchas=("The first round has no results yet; nothing is down then",),
                covers=("I-3",),
                decisions=("D-1",),
            ),
            Task(
                id="T5",
                milestone="M2",
                title="Test an outage from end to end",
                role="qa",
                kind="verification",
                track="quality",
                objective="Add a test that runs the command against a server that goes down and comes back.",
                files=(
                    FileChange(path="cmd/probe/main_test.go", change="new", summary="down, alert, up again"),
                ),
                max_diff_scope=2,
                depends_on=("T4",),
                effort="M",
                risk_class="low",
                acceptance=("The webhook of the test receives exactly one request",),
                commands=("make test",),
                covers=("I-3",),
            ),
        ),
        decisions=(
            Decision(
                id="D-1",
                question="Is an alert sent again while the target stays down?",
                context="An outage may last for days. One alert can be missed, many are ignored.",
                impact="It decides whether the time of the last alert is kept for each target.",
                weight="major",
                options=(
                    Option(name="A", consequence="One alert for each outage; nothing else is kept."),
                    Option(name="B", consequence="One alert an hour; the time of the last one is stored."),
                ),
                recommended="A",
                deadline="2026-12-01",
                issue=58,
            ),
            Decision(
                id="D-2",
                question="How long does a request to the webhook take at most?",
                context="A webhook that hangs holds up the round of checks.",
                impact="It sets the time-out of the client.",
                weight="minor",
                options=(
                    Option(name="5 s", consequence="A slow webhook loses alerts."),
                    Option(name="30 s", consequence="A round takes up to 30 s longer."),
                ),
                recommended="5 s",
                deadline="2026-12-01",
                issue=59,
            ),
        ),
        assumptions=(
            Assumption(id="A-1", text="Results stay in memory; a restart counts from zero", impact="medium"),
        ),
        questions=(
            Question(
                id="Q-1",
                text="Which webhook receives the alerts of the first installation?",
                why="It decides the example in docs/config.md.",
                options=("the chat of operations", "the ticket system"),
            ),
        ),
        constraints=("No dependency outside the standard library",),
        obligations=(
            Obligation(
                id="I-1", text="notice when a target failed three times", disposition="task", by=("T1",)
            ),
            Obligation(id="I-2", text="show it in the table", disposition="task", by=("T2",)),
            Obligation(id="I-3", text="and call a webhook, once", disposition="task", by=("T3", "T4", "T5")),
        ),
        codebase=Codebase(
            snapshot=("Go 1.23, standard library only, one command",),
            commands=(
                Command(kind="test", line="make test", evidence=Evidence(path="Makefile", line=4)),
                Command(kind="lint", line="make lint", evidence=Evidence(path="Makefile", line=7)),
            ),
            files=(
                RelevantFile(path="internal/store/store.go", confidence="A", reasons=("named in the issue",)),
                RelevantFile(path="internal/report/report.go", confidence="B", reasons=("defines `Table`",)),
            ),
        ),
        provenance=_made("go"),
    )


def _made(repo: str) -> Provenance:
    return Provenance(
        base_sha=sha(repo),
        inputs_digest="5e" * 32,
        author="openai 1",
        model="gpt-5",
        prompt_version="draft-3",
        input_tokens=9_120,
        output_tokens=2_870,
        calls=2,
    )
