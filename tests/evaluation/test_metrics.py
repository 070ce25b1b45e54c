"""The metrics: a plan that does all that is wanted gets the best of each, and no plan gets more than that."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.author.model import Usage
from bot.evaluation.expectation import Expectation, Trap
from bot.evaluation.metrics import GROUPS, METRICS, values, values_of_runs
from bot.evaluation.metrics.coverage import is_seen
from bot.evaluation.trial import Call, FirstDraft, Trial
from bot.plan.findings import Finding
from bot.plan.model import Evidence, FileChange, Question, Readers, Task
from tests.evaluation.perfection import perfect, shipped_cases, with_files
from workers.evaluation.cases import Case

# What does not depend on the plan, or has no best.
NOT_OF_THE_PLAN = {"recon_recall_at_5", "recon_recall_at_10"}
CASE = "02-thousands-separator"


@cache
def cases() -> dict[str, Case]:
    return shipped_cases()


def case() -> Case:
    return cases()[CASE]


def task_of(trial: Trial) -> Task:
    assert trial.plan is not None
    return trial.plan.tasks[0]


def with_task(trial: Trial, **changes: object) -> Trial:
    assert trial.plan is not None
    task = task_of(trial).model_copy(update=changes)
    return replace(trial, plan=trial.plan.model_copy(update={"tasks": (task,)}))


@pytest.mark.parametrize("name", sorted(shipped_cases()))
def test_every_expectation_can_be_fulfilled_and_then_every_share_is_best(name: str) -> None:
    """Also holds the suite itself: an expectation that no plan can meet would fail here."""
    one = cases()[name]
    found = values(perfect(one), one.expected)
    best = {"up": 1.0, "down": 0.0}
    wrong = {
        metric.name: value
        for metric in METRICS.values()
        if metric.unit == "share" and metric.better and metric.name not in NOT_OF_THE_PLAN
        if (value := found.get(metric.name)) is not None and value != best[metric.better]
    }
    assert wrong == {}
    assert found["forbidden_files"] == 0


@pytest.mark.parametrize(
    ("paths", "recall", "precision", "f1"),
    [
        ([], 0.0, None, 0.0),
        (["src/tallybook/money.py"], 0.5, 1.0, 2 / 3),
        (["src/tallybook/money.py", "tests/test_money.py"], 1.0, 1.0, 1.0),
        (["src/tallybook/money.py", "tests/test_money.py", "docs/usage.md"], 1.0, 1.0, 1.0),
        (["src/tallybook/money.py", "src/tallybook/report.py"], 0.5, 0.5, 0.5),
        (["src/tallybook/report.py"], 0.0, 0.0, 0.0),
    ],
)
def test_localisation(paths: list[str], recall: float, precision: float | None, f1: float) -> None:
    trial = with_files(case(), [FileChange(path=path, change="edit") for path in paths])
    found = values(trial, case().expected)
    assert (found["file_recall"], found["file_precision"]) == (recall, precision)
    assert found["file_f1"] == pytest.approx(f1)


def test_forbidden_files_are_counted() -> None:
    named = ("src/tallybook/storage.py", "migrations/0001_entries.sql", "src/tallybook/money.py")
    trial = with_files(case(), [FileChange(path=path, change="edit") for path in named])
    assert values(trial, case().expected)["forbidden_files"] == 2


def test_the_old_name_of_a_rename_counts_as_changed() -> None:
    change = FileChange(path="src/tallybook/amounts.py", change="rename", source="src/tallybook/money.py")
    assert values(with_files(case(), [change]), case().expected)["file_recall"] == 0.5


@pytest.mark.parametrize(
    ("change", "metric", "value"),
    [
        (FileChange(path="src/tallybook/money.py", change="edit"), "edited_paths_exist", 1.0),
        (FileChange(path="src/tallybook/monny.py", change="edit"), "edited_paths_exist", 0.0),
        (FileChange(path="src/tallybook/new.py", change="new"), "edited_paths_exist", None),
        (FileChange(path="src/tallybook/new.py", change="new"), "new_paths_are_new", 1.0),
        (FileChange(path="src/tallybook/money.py", change="new"), "new_paths_are_new", 0.0),
    ],
)
def test_grounding_of_paths(change: FileChange, metric: str, value: float | None) -> None:
    assert values(with_files(case(), [change]), case().expected)[metric] == value


@pytest.mark.parametrize(
    ("gotcha", "value"),
    [
        ("`parse_amount` in `src/tallybook/money.py` refuses it", 1.0),
        ("see `src/tallybook/money.py::parse_sum`", 0.0),
        ("`parse_amount` in `src/tallybook/money.py`, `read` in `src/tallybook/money.py`", 0.5),
        ("nothing is cited", None),
    ],
)
def test_grounding_of_names(gotcha: str, value: float | None) -> None:
    trial = with_task(with_files(case(), []), gotchas=(gotcha,), objective="-", origin="model")
    assert values(trial, case().expected)["cited_names_exist"] == value


@pytest.mark.parametrize(("command", "value"), [("make test", 1.0), ("make deploy", 0.0)])
def test_grounding_of_commands(command: str, value: float) -> None:
    trial = with_task(with_files(case(), []), commands=(command,))
    assert trial.plan is not None
    bare = trial.plan.contract_defaults.model_copy(update={"acceptance_tests": (command,)})
    stones = tuple(each.model_copy(update={"validation": ()}) for each in trial.plan.roadmap.milestones)
    roadmap = trial.plan.roadmap.model_copy(update={"milestones": stones})
    plan = trial.plan.model_copy(update={"contract_defaults": bare, "roadmap": roadmap})
    assert values(replace(trial, plan=plan), case().expected)["commands_are_defined"] == value


def test_grounding_of_quotes() -> None:
    true = Evidence(path="src/tallybook/money.py", line=1, quote="raise   BadAmount(text)")
    made_up = Evidence(path="issue", quote="it must also sing")
    trial = with_task(with_files(case(), []), evidence=(true, made_up))
    assert values(trial, case().expected)["quotes_stand"] == 0.5


def test_a_demand_counts_as_met_only_by_a_task_that_is_there() -> None:
    trial = perfect(case())
    assert trial.plan is not None
    lost = tuple(each.model_copy(update={"by": ("T9",)}) for each in trial.plan.obligations)
    asked = tuple(each.model_copy(update={"disposition": "question"}) for each in trial.plan.obligations)
    for changed in (lost, asked, ()):
        plan = trial.plan.model_copy(update={"obligations": changed})
        assert values(replace(trial, plan=plan), case().expected)["obligations_met"] == 0.0


@pytest.mark.parametrize(
    ("line", "value"), [("make test", 1.0), ("pytest -q", 1.0), ("make testing", 0.0), ("make lint", 0.0)]
)
def test_commands_that_must_be_run(line: str, value: float) -> None:
    trial = with_task(perfect(case()), commands=(line,))
    assert trial.plan is not None
    none = trial.plan.contract_defaults.model_copy(update={"acceptance_tests": ("ruff check",)})
    stones = tuple(each.model_copy(update={"validation": ()}) for each in trial.plan.roadmap.milestones)
    roadmap = trial.plan.roadmap.model_copy(update={"milestones": stones})
    plan = trial.plan.model_copy(update={"contract_defaults": none, "roadmap": roadmap})
    assert values(replace(trial, plan=plan), case().expected)["commands_run"] == value


TRAPS: dict[str, tuple[Trap, dict[str, object], bool]] = {
    "untouched": (Trap(kind="missing-file", untouched=("src/*",)), {}, False),
    "touched elsewhere": (Trap(kind="missing-file", untouched=("docs/*",)), {}, True),
    "no way to undo": (Trap(kind="irreversible-migration", undo=("src/*",)), {"rollback": None}, False),
    "a way to undo": (Trap(kind="irreversible-migration", undo=("src/*",)), {}, True),
    "undo of nothing": (Trap(kind="irreversible-migration", undo=("other/*",)), {}, False),
    "a task without work": (Trap(kind="verification-only", works=True), {"files": ()}, False),
    "all tasks work": (Trap(kind="verification-only", works=True), {}, True),
    "said": (Trap(kind="already-there", said=("It is", "done|finished")), {}, True),
    "not said": (Trap(kind="already-there", said=("It is", "undone")), {}, False),
    "not asked": (Trap(kind="contradiction", asked=("really",)), {}, False),
    "half is found": (Trap(kind="wide-change", finds=50), {"files": None}, True),
    "not enough is found": (Trap(kind="wide-change", finds=51), {"files": None}, False),
}


@pytest.mark.parametrize("name", TRAPS)
def test_traps(name: str) -> None:
    trap, changes, seen = TRAPS[name]
    trial = perfect(case())
    if "rollback" in changes:
        trial = with_task(trial, rollback=task_of(trial).rollback.model_copy(update={"kind": "safe"}))
    elif "files" in changes:
        trial = with_task(trial, files=task_of(trial).files[:1] if changes["files"] is None else ())
    assert is_seen(trap, trial, case().expected) is seen


def test_a_trap_is_not_seen_by_a_planner_who_ends_in_the_wrong_way() -> None:
    trial = Trial(perfect(case()).brief, "failed")
    assert not is_seen(Trap(kind="missing-file", untouched=("src/*",)), trial, case().expected)


def test_what_may_not_be_shown_is_looked_for_in_everything_that_is() -> None:
    trap = Trap(kind="planted-secret", unsaid=("hush",))
    clean = perfect(case())
    assert is_seen(trap, clean, case().expected)
    assert not is_seen(trap, replace(clean, shown=("", "say hush")), case().expected)
    assert not is_seen(trap, replace(clean, body="hush"), case().expected)


def test_words_of_the_issue_are_not_the_planners() -> None:
    trap = Trap(kind="already-there", said=("decimal comma",))
    assert not is_seen(trap, perfect(case()), case().expected)


def test_a_question_to_whoever_wrote_too_little_counts() -> None:
    one = cases()["27-too-slow"]
    trial = Trial(perfect(one).brief, "unready", asks=("How fast is fast enough?",))
    assert values(trial, one.expected)["questions_asked"] == 1.0


@pytest.mark.parametrize(
    ("ending", "expected", "recall"),
    [("failed", ("plan",), 0.0), ("unready", ("plan", "unready"), None), ("unneeded", ("plan",), 0.0)],
)
def test_no_plan_is_a_miss_unless_the_case_allows_it(
    ending: str, expected: tuple[str, ...], recall: float | None
) -> None:
    wanted = Expectation.model_validate({**case().expected.model_dump(), "endings": expected})
    trial = Trial(perfect(case()).brief, ending)  # type: ignore[arg-type]
    found = values(trial, wanted)
    assert (found["file_recall"], found["obligations_met"], found["commands_run"]) == (recall,) * 3
    assert found["dead_ends"] == float(ending == "failed")


def test_the_lift_from_first_draft_to_plan() -> None:
    worse = FirstDraft(True, (Finding("PLN401", "error", "-"), Finding("PLN601", "warning", "-")))
    calls = (Call("draft", Usage(100, 10, 50, 1)), Call("repair", Usage(100, 10, 0, 1)))
    trial = replace(perfect(case()), first=worse, calls=calls, findings=(Finding("PLN601", "warning", "-"),))
    found = values(trial, case().expected)
    assert (found["valid_at_first"], found["errors_at_first"], found["warnings_at_first"]) == (1.0, 1.0, 1.0)
    assert (found["warnings"], found["repair_rounds"], found["calls"], found["tokens_in"]) == (
        1.0,
        1.0,
        2,
        200,
    )
    assert found["cached_share"] == 0.25


def test_no_draft_could_be_read() -> None:
    trial = replace(perfect(case()), first=FirstDraft(False, ()))
    found = values(trial, case().expected)
    assert (found["valid_at_first"], found["errors_at_first"]) == (0.0, None)


def test_readers_count_only_when_somebody_read() -> None:
    trial = perfect(case())
    assert trial.plan is not None

    def read_by(readers: Readers) -> Trial:
        assert trial.plan is not None
        provenance = trial.plan.provenance.model_copy(update={"readers": readers})
        return replace(trial, plan=trial.plan.model_copy(update={"provenance": provenance}))

    found = values(
        read_by(Readers(coders=3, comprehension=80, agreement=70, clarifications=2)), case().expected
    )
    assert (found["comprehension"], found["agreement"], found["clarifications"]) == (0.8, 0.7, 2.0)
    assert values(read_by(Readers(reviews=2)), case().expected)["comprehension"] is None


def test_stability() -> None:
    one = with_files(case(), [FileChange(path=path, change="edit") for path in ("a", "b")])
    two = with_files(case(), [FileChange(path=path, change="edit") for path in ("b", "c")])
    found = values_of_runs([one, two], case().expected)
    assert found["same_files"] == pytest.approx(1 / 3)
    assert (found["task_variation"], found["same_files_by_demand"]) == (0.0, 0.0)
    assert values_of_runs([one, one], case().expected)["same_files_by_demand"] == 1.0
    assert values_of_runs([one], case().expected)["same_files"] is None


def test_order() -> None:
    one = cases()["01-csv-export"]
    report, cli = (FileChange(path=f"src/tallybook/{name}.py", change="edit") for name in ("report", "cli"))
    trial = with_files(one, [report])
    assert trial.plan is not None
    first = trial.plan.tasks[0].model_copy(update={"depends_on": ()})
    then = first.model_copy(update={"id": "T2", "files": (cli,), "depends_on": (first.id,)})
    turned = [first.model_copy(update={"depends_on": ("T2",)}), then.model_copy(update={"depends_on": ()})]
    for tasks, kept in (((first, then), 1.0), (tuple(turned), 0.0), ((first,), 0.0)):
        plan = trial.plan.model_copy(update={"tasks": tasks})
        assert values(replace(trial, plan=plan), one.expected)["order_kept"] == kept


PATHS = st.sampled_from([*case().tree.paths, "src/tallybook/absent.py", "../up", "a b"])
CHANGES = st.builds(
    lambda path, change: FileChange(
        path=path, change=change, source="README.md" if change == "rename" else ""
    ),
    PATHS,
    st.sampled_from(["edit", "new", "delete", "rename"]),
)
ENDINGS = st.sampled_from(["plan", "unready", "unneeded", "failed"])


@settings(max_examples=25, deadline=None)
@given(st.lists(CHANGES, max_size=8), ENDINGS, st.sampled_from(sorted(shipped_cases())), st.booleans())
def test_every_share_is_a_share_and_every_count_a_count(
    files: list[FileChange], ending: str, name: str, asks: bool
) -> None:
    base = with_files(case(), files)
    trial = replace(base, ending=ending) if ending == "plan" else Trial(base.brief, ending)  # type: ignore[arg-type]
    if asks and trial.plan:
        question = Question(id="Q-1", text="What?", why="Why not?")
        trial = replace(trial, plan=trial.plan.model_copy(update={"questions": (question,), "tasks": ()}))
    for metric, value in values_of_runs([trial, trial], cases()[name].expected).items():
        if value is not None:
            assert value >= 0, metric
            assert METRICS[metric].unit == "count" or value <= 1, metric


def test_every_metric_stands_in_one_group_and_explains_itself() -> None:
    names = [each.name for group in GROUPS.values() for each in group]
    assert len(names) == len(set(names)) == len(METRICS)
    assert all(each.tells for each in METRICS.values())
