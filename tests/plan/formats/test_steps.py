"""The format `steps`: the scaffold line by line, read back, unharmed by hostile text, and short."""

from __future__ import annotations

import re

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.effects import PLAN_FILE, File, is_plan_path
from bot.plan.contract import plan_from_contract
from bot.plan.formats import FORMATS
from bot.plan.formats.steps import arranged, ticked
from bot.plan.graph import task_graph
from bot.plan.markdown import Document
from bot.plan.model import Missing, Plan, Rollback
from bot.plan.readers.steps import read
from tests.plan.formats.fields import unaccounted
from tests.plan.formats.golden import SIZES, document, golden_plan, place
from tests.plan.formats.linted import findings
from tests.plan.formats.plans import EXAMPLES, large_plan
from tests.plan.formats.shapes import filled_with, shapes
from tests.plan.samples import change, milestone, outline_plan, small_plan, task, webhook_plan
from tests.plan.strategies import NASTY, sound_plans

STEPS = FORMATS["steps"]
# A whole plan takes minutes to shrink; the differing field is named by the failure anyway.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
STEP_LINE = re.compile(
    r"- \[[ x]\] \*\*Step \d+ – .+\*\* "
    r"\(Effort: [SML], Risk: (Low|Med|High), Rollback: (Safe|Reversible|Manual)\)"
)


def text(plan: Plan) -> str:
    return document(plan, "steps")


def step_of(plan: Plan, number: int) -> str:
    """The lines of one step."""
    start = re.search(rf"^- \[.\] \*\*Step {number} ", text(plan), re.MULTILINE)
    assert start
    return re.split(r"\n\n", text(plan)[start.start() :])[0]


@settings(max_examples=EXAMPLES, deadline=None, phases=NO_SHRINKING)
@given(sound_plans)
def test_what_is_rendered_reads_back(plan: Plan) -> None:
    assert list(STEPS.changed(plan, STEPS.files(plan, {}))) == []


@pytest.mark.parametrize("size", SIZES)
def test_golden_documents(size: str) -> None:
    plan = golden_plan("steps", size)
    assert text(plan) == place("steps", size).read_text(encoding="utf-8")
    assert read([Document("steps.md", text(plan))]).not_read == ()
    assert list(STEPS.changed(plan, STEPS.files(plan, {}))) == []


@pytest.mark.parametrize("plan", [small_plan(), webhook_plan(), large_plan(), outline_plan()])
def test_the_linter_finds_no_error(plan: Plan) -> None:
    assert [one for one in findings(plan, "steps") if one.severity == "error"] == []


def test_every_field_is_read_back_or_listed_as_not() -> None:
    assert unaccounted(STEPS, webhook_plan()) == set()


def test_files_are_of_the_closed_set_and_bring_contract_and_section() -> None:
    files = STEPS.files(webhook_plan(), {})
    assert [file.path for file in files] == [
        PLAN_FILE,
        "specs/412-retry-webhook-deliveries/steps.md",
        ".agent/planning-output-412.json",
        ".agent/planner-fanout-412.json",
    ]
    assert all(is_plan_path(file.path) for file in files)
    assert plan_from_contract(files[2].text) == webhook_plan()
    assert "[Steps](specs/412-retry-webhook-deliveries/steps.md) · [Contract](" in files[0].text


def test_the_scaffold_is_exact() -> None:
    found = [line for line in text(webhook_plan()).split("\n") if line.startswith("- ")]
    assert len(found) == 6
    assert all(STEP_LINE.fullmatch(line) for line in found)
    assert text(webhook_plan()).startswith("# Implementation Plan\n")
    labels = re.findall(r"^  - \*\*(.+?)\*\*:", step_of(webhook_plan(), 1), re.MULTILINE)
    assert labels[:5] == ["Task", "Files", "Step Dependencies", "User Instructions", "Rollback"]


def test_steps_stand_under_their_tracks_then_gates_then_release() -> None:
    heads = re.findall(r"^## (.+)$", text(large_plan()), re.MULTILINE)
    assert heads[-2:] == ["CI / Quality Gates", "Release & Deployment"]
    assert {"backend", "frontend", "operations", "storage"} <= set(heads[:-2])
    assert re.findall(r"^## (.+)$", text(webhook_plan()), re.MULTILINE) == [
        "storage", "delivery", "operations", "CI / Quality Gates",
    ]  # fmt: skip


_small_tasks = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.sampled_from(["feature", "verification", "setup", "release"]),
        st.sets(st.integers(1, 7), max_size=2),
    ),
    max_size=7,
)


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(_small_tasks)
def test_every_step_stands_once_and_after_what_it_needs(wanted: list[tuple[str, str, set[int]]]) -> None:
    """Whatever the order and the kinds are, unless some of them need each other."""
    ci = (change(".github/workflows/ci.yml"),)
    made_up = [
        task(f"T{at}", track=track, kind=kind, depends_on=tuple(f"T{one}" for one in needs), files=ci)
        for at, (track, kind, needs) in enumerate(wanted, start=1)
    ]
    plan = small_plan().model_copy(update={"tasks": tuple(made_up)})
    made = arranged(plan)
    order = [task for track in made.tracks for task in track.tasks] + [*made.gates, *made.release]
    assert sorted(task.id for task in order) == sorted(task.id for task in plan.tasks)
    graph = task_graph(plan.tasks)
    for at, one in enumerate(order):
        late = [other.id for other in order[at + 1 :] if graph.reaches(one.id, other.id)]
        assert not late or graph.cycles


def test_a_track_goes_on_below_a_second_heading() -> None:
    plan = small_plan(
        task("T1", track="api"),
        task("T2", track="page", depends_on=("T1",)),
        task("T3", track="api", depends_on=("T2",)),
        task("T4", track="page", depends_on=("T3",)),
    )
    heads = re.findall(r"^## (.+)$", text(plan), re.MULTILINE)
    assert heads == ["api", "page", "api, part 2", "page, part 2", "CI / Quality Gates"]
    assert [one["track"] for one in STEPS.parse(STEPS.files(plan, {}), 12)["tasks"]] == ["api", "page"] * 2


@pytest.mark.parametrize("track", ["Release", "step by step", "CI / Quality Gates", "Track: x", "Step 9 – y"])
def test_a_track_is_not_taken_for_something_else(track: str) -> None:
    plan = small_plan(task("T1", track=track))
    assert f"\n## Track: {track}\n" in text(plan)
    assert STEPS.parse(STEPS.files(plan, {}), 12)["tasks"][0]["track"] == track


def test_gates_name_the_commands_of_the_plan_even_without_a_step() -> None:
    gates = text(small_plan()).split("## CI / Quality Gates")[1]
    assert "Every step ends with `make test` passing" in gates
    assert "Step 1" not in gates
    assert "`make test` and `make lint` passing" in text(webhook_plan())


def test_a_check_that_work_waits_for_stays_in_its_track() -> None:
    plan = small_plan(
        task("T1"),
        task("T2", kind="verification", depends_on=("T1",)),
        task("T3", depends_on=("T2",)),
        task("T4", kind="verification", depends_on=("T3",)),
    )
    assert [task.id for task in arranged(plan).gates] == ["T4"]


def test_the_release_comes_only_with_a_release_step_and_holds_what_follows_it() -> None:
    assert "Release & Deployment" not in text(webhook_plan())
    plan = small_plan(
        task("T1"),
        task("T2", kind="release", depends_on=("T1",)),
        task("T3", kind="verification", depends_on=("T2",)),
    )
    assert [task.id for task in arranged(plan).release] == ["T2", "T3"]


def test_ci_set_up_is_a_gate() -> None:
    ci = task("T2", kind="setup", files=(change(".github/workflows/ci.yml", "new"),))
    other = task("T3", kind="setup", files=(change("Dockerfile", "new"),))
    assert [one.id for one in arranged(small_plan(task("T1"), ci, other)).gates] == ["T2"]


def test_parallel_steps_are_computed_and_not_read() -> None:
    plan = webhook_plan()
    assert "*Can run beside Step 2.*" in step_of(plan, 1)
    assert "*Can run beside Step 5.*" in step_of(plan, 4)
    assert "beside" not in step_of(plan, 3)
    shared = small_plan(task("T1", files=(change("a.py"),)), task("T2", files=(change("a.py"),)))
    assert "beside" not in text(shared)
    free = [
        File(one.path, one.text.replace("beside Step 2", "beside Step 6")) for one in STEPS.files(plan, {})
    ]
    assert list(STEPS.changed(plan, free)) == []


def test_critical_is_high_with_a_note() -> None:
    plan = small_plan(task("T1", risk_class="critical", rollback=Rollback(kind="manual", note="Restore it.")))
    assert "Risk: High, Rollback: Manual)" in step_of(plan, 1)
    assert "- **Risk**: Critical" in step_of(plan, 1)
    assert STEPS.parse(STEPS.files(plan, {}), 12)["tasks"][0]["risk_class"] == "critical"


def test_by_hand_rollback_and_dependencies() -> None:
    plan = webhook_plan()
    assert "- **User Instructions**: none" in step_of(plan, 1)
    assert "- **User Instructions**: Restart the worker service" in step_of(plan, 4)
    assert "- **Rollback**: Drop the table" in step_of(plan, 1)
    assert "**Rollback**" not in step_of(plan, 2)
    assert "- **Step Dependencies**: none" in step_of(plan, 1)
    assert "- **Step Dependencies**: Step 1, Step 2" in step_of(plan, 3)


def test_files_come_with_what_changes_and_with_their_tests() -> None:
    assert "    - `hooks/backoff.py` (new): `pause(attempt)" in step_of(webhook_plan(), 2)
    assert "    - `tests/test_backoff.py` (new): table of all seven cases" in step_of(webhook_plan(), 2)


def test_numbers_are_the_tasks_own() -> None:
    plan = small_plan(task("T3"), task("T12", depends_on=("T3",)))
    assert "**Step 3 – " in text(plan)
    assert "**Step 12 – " in text(plan)
    assert "**Step Dependencies**: Step 3\n" in text(plan)
    assert list(STEPS.changed(plan, STEPS.files(plan, {}))) == []


@pytest.mark.parametrize(
    "title",
    [
        "Pass `**kwargs` on",
        "Keep `__init__` (risk: it is imported early)",
        "Say (effort: low) in brackets",
        "– begins with a dash",
        "Step 3 – of another",
    ],
)
def test_titles_that_look_like_the_scaffold(title: str) -> None:
    plan = small_plan(task("T1", title=title))
    assert list(STEPS.changed(plan, STEPS.files(plan, {}))) == []


def test_ticked_boxes_stay_ticked_and_are_no_change_of_the_plan() -> None:
    plan = webhook_plan()
    files = {file.path: file.text for file in STEPS.files(plan, {})}
    path = "specs/412-retry-webhook-deliveries/steps.md"
    assert ticked(files[path]) == frozenset()
    files[path] = files[path].replace("- [ ] **Step 2", "- [x] **Step 2")
    assert ticked(files[path]) == {"T2"}
    retitled = plan.model_copy(
        update={
            "tasks": (plan.tasks[0], plan.tasks[1].model_copy(update={"title": "Pause"}), *plan.tasks[2:])
        }
    )
    again = STEPS.files(retitled, files)
    assert ticked(next(file.text for file in again if file.path == path)) == {"T2"}
    assert list(STEPS.changed(retitled, again)) == []


def test_the_steps_of_a_finished_milestone_are_ticked() -> None:
    done = milestone("M1", status="done"), milestone("M2", status="active")
    plan = small_plan(task("T1"), task("T2", milestone="M2"), milestones=done)
    assert ticked(text(plan)) == {"T1"}


def test_rendering_again_changes_nothing() -> None:
    first = STEPS.files(webhook_plan(), {})
    assert STEPS.files(webhook_plan(), {file.path: file.text for file in first}) == first


def test_nothing_stands_behind_the_plan() -> None:
    last = text(large_plan()).rstrip("\n").split("\n")[-1]
    assert last.startswith("  - ")


def test_lengths_stay_within_the_budget() -> None:
    assert 3000 < len(text(webhook_plan())) < 8000
    assert len(text(small_plan())) < 1500
    assert len(text(large_plan())) < 40 * 800


def test_no_step_and_no_model_are_said() -> None:
    none = small_plan().model_copy(update={"tasks": ()})
    assert "No step is planned: A small plan." in text(none)
    assert list(STEPS.changed(none, STEPS.files(none, {}))) == []
    assert "Made without a language model" in text(outline_plan())
    assert "*Made without a model: extracted.*" in text(outline_plan())
    asked = small_plan(not_produced=(Missing(section="Rollback", question="What is undone?"),))
    assert "> **Not produced** · Rollback: What is undone?" in text(asked)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=6)
    .map(" ".join)
    .filter(lambda words: bool(words.strip()))
)
def test_hostile_text_changes_no_structure(words: str) -> None:
    made = [shapes(STEPS.files(filled_with(one), {})) for one in (words, "harmless")]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("old", "new", "pointers"),
    [
        ("Step 3 – Keep failed", "Step 3 – Drop failed", ["/tasks/2/title"]),
        ("`hooks/backoff.py` (new)", "`hooks/backoff.py` (edit)", ["/tasks/1/files/0/change"]),
        ("Dependencies**: Step 1, Step 2", "Dependencies**: Step 1", ["/tasks/2/depends_on"]),
        ("    - A 410 leaves none and", "    - A 404 leaves none and", ["/tasks/2/acceptance/1"]),
        ("  - **Gotchas**: `send`", "  - **Tests**: `send`", ["/tasks/2/tests/0", "/tasks/2/gotchas/0"]),
        ("    - Adding the same delivery id twice keeps one row\n", "", ["/tasks/0/acceptance/1"]),
        ("- **Task**: Add a loop", "- **Task**: Write a loop", ["/tasks/3/objective"]),
        ("## operations", "## watching", ["/tasks/4/track"]),
    ],
)
def test_a_hand_edit_comes_back_as_exactly_that_change(old: str, new: str, pointers: list[str]) -> None:
    plan = webhook_plan()
    files = STEPS.files(plan, {})
    assert sum(file.text.count(old) for file in files if file.path.endswith("steps.md")) == 1
    edited = [
        File(one.path, one.text.replace(old, new) if one.path.endswith("steps.md") else one.text)
        for one in files
    ]
    found = [where for where, _, _ in STEPS.changed(plan, edited)]
    assert {
        where.rstrip("/0123456789") if where.startswith("/tasks/2/depends") else where for where in found
    } == {*pointers}


def test_an_edit_in_the_section_is_seen_too() -> None:
    plan = webhook_plan()
    files = STEPS.files(plan, {})
    changes = {
        "| T2 | Compute the pause": ("| T2 | Compute no pause", "/tasks/1/title"),
        "- **Q-1** Which": ("- **Q-1** What", "/questions/0/text"),
        "## #412 · Retry": ("## #412 · Drop", "/title"),
    }
    for old, (new, pointer) in changes.items():
        edited = [File(one.path, one.text.replace(old, new)) for one in files]
        assert [where for where, _, _ in STEPS.changed(plan, edited)] == [pointer]


def test_checks_that_are_all_the_work_have_a_track() -> None:
    plan = small_plan(task("T1", kind="verification"), task("T2", kind="release", depends_on=("T1",)))
    places = arranged(plan)
    assert [one.id for track in places.tracks for one in track.tasks] == ["T1", "T2"]
    assert (places.gates, places.release) == ((), ())
    assert list(STEPS.changed(plan, STEPS.files(plan, {}))) == []
