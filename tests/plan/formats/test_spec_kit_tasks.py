"""Spec Kit's tasks.md: its grammar line by line, numbers that stay, and nothing said twice."""

from __future__ import annotations

import re

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.plan.facets import Header, Requirement, Requirements
from bot.plan.formats.spec_kit import tasks_md
from bot.plan.markdown import Document
from bot.plan.model import Plan
from bot.plan.readers.reading import Data
from bot.plan.readers.spec_kit import read_tasks
from tests.plan.formats.plans import EXAMPLES, large_plan
from tests.plan.samples import change, milestone, small_plan, task, webhook_plan
from tests.plan.strategies import sound_plans

LINE = re.compile(r"- \[( |X)\] (T\d{3,}) (\[P\] )?(\[US\d+\] )?(\S.*)")


def lines(text: str) -> list[re.Match[str]]:
    return [found for found in map(LINE.fullmatch, text.split("\n")) if found]


def tasks(text: str) -> list[Data]:
    return list(read_tasks(Document("tasks.md", text)).value["tasks"])


def story_plan() -> Plan:
    """Two milestones of which the second serves a requirement."""
    wanted = Requirements(
        header=Header(task="#12", branch="x", feature="x", created="2026-01-01"),
        functional=(Requirement(id="FR-1", title="Show it", behaviour="It shows.", covers=("I-1",)),),
    )
    return small_plan(
        task("T1", kind="setup"),
        task("T2", milestone="M2", covers=("I-1",), depends_on=("T1",)),
        task("T3", milestone="M2", covers=("FR-1",), depends_on=("T1",)),
        milestones=(milestone("M1"), milestone("M2", title="People see it")),
        requirements=wanted,
    )


@settings(max_examples=EXAMPLES // 4, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(sound_plans)
def test_every_task_is_one_line_of_the_grammar(plan: Plan) -> None:
    text = tasks_md(plan, None)
    names = [found[2] for found in lines(text)]
    assert sorted(names) == sorted(f"T{int(one.id[1:]):03}" for one in plan.tasks)
    assert len(re.findall(r"^- \[", text, re.MULTILINE)) == len(names)
    assert tasks_md(plan, text) == text


def test_numbers_paths_order_and_phases_read_back() -> None:
    text = tasks_md(webhook_plan(), None)
    read = tasks(text)
    assert [one["id"] for one in read] == ["T001", "T002", "T003", "T004", "T005", "T006"]
    assert [one["path"] for one in read[1]["files"]] == ["hooks/backoff.py", "tests/test_backoff.py"]
    assert read[2]["depends_on"] == ["T001", "T002"]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Phase 1: Failed deliveries are retried",
        "Phase 2: Operators see the queue",
    ]


def test_numbers_have_three_digits_or_more() -> None:
    plan = small_plan(task("T7"), task("T1000"))
    assert [found[2] for found in lines(tasks_md(plan, None))] == ["T007", "T1000"]


def test_side_by_side_only_where_it_is_safe() -> None:
    assert [bool(found[3]) for found in lines(tasks_md(webhook_plan(), None))] == [True, True, *[False] * 4]
    shared = small_plan(task("T1", files=(change("a.py"),)), task("T2", files=(change("a.py"),)), task("T3"))
    assert not any(found[3] for found in lines(tasks_md(shared, None)))
    folder = small_plan(task("T1", files=(change("src"),)), task("T2"), task("T3", files=(change("b.py"),)))
    assert not any(found[3] for found in lines(tasks_md(folder, None)))
    late = small_plan(
        task("T1", depends_on=("T3",)),
        task("T2"),
        task("T3", milestone="M2"),
        milestones=(milestone("M1"), milestone("M2")),
    )
    assert not any(found[3] for found in lines(tasks_md(late, None)))
    unknown = small_plan(task("T1", files=()), task("T2", files=()))
    assert not any(found[3] for found in lines(tasks_md(unknown, None)))


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["M1", "M2"]), st.sets(st.integers(1, 6), max_size=2), st.sampled_from("abcd")
        ),
        max_size=6,
    )
)
def test_side_by_side_is_safe_for_any_plan(wanted: list[tuple[str, set[int], str]]) -> None:
    made = {
        f"T{at:03}": task(
            f"T{at}",
            milestone=stage,
            depends_on=tuple(f"T{one}" for one in needs),
            files=(change(f"{path}.py"),),
        )
        for at, (stage, needs, path) in enumerate(wanted, start=1)
    }
    plan = small_plan(milestones=(milestone("M1"), milestone("M2"))).model_copy(
        update={"tasks": tuple(made.values())}
    )
    earlier: set[str] = set()
    for part in re.split(r"^## ", tasks_md(plan, None), flags=re.MULTILINE)[1:]:
        found = lines(part)
        beside = [made[one[2]] for one in found if one[3]]
        known = {one.id for one in plan.tasks}
        for one in beside:
            assert {need for need in one.depends_on if need in known and need != one.id} <= earlier
        paths = [one.files[0].path for one in beside]
        assert len(paths) == len(set(paths))
        earlier |= {made[one[2]].id for one in found}


def test_story_labels_only_in_the_phases_of_stories() -> None:
    text = tasks_md(story_plan(), None)
    assert [found[4] for found in lines(text)] == [None, "[US1] ", "[US1] "]
    assert "## Phase 1: Outcome M1\n" in text
    assert "## Phase 2: User Story 1 - People see it (Priority: P1)\n" in text
    assert "**Independent Test**: It shows" in text
    assert "[US" not in tasks_md(webhook_plan(), None)


def test_an_update_only_adds() -> None:
    plan = webhook_plan()
    text = tasks_md(plan, None).replace("- [ ] T001", "- [X] T001") + "\n- [ ] T007 Ask Ada\n"
    more = plan.model_copy(update={"tasks": (*plan.tasks, task("T7", depends_on=("T1",)), task("T8"))})
    after = tasks_md(more, text)
    assert after.startswith(text)
    assert [found[2] for found in lines(after)[7:]] == ["T008", "T009"]
    assert "T009 [P] Build part T7 in `src/t7.py` (depends on T001)" in after
    assert "## Phase 3: Failed deliveries are retried" in after
    assert tasks_md(more, after) == after
    assert [one["done"] for one in tasks(after)][:2] == [True, False]


def test_a_reworded_or_removed_task_keeps_its_line() -> None:
    plan = webhook_plan()
    text = tasks_md(plan, None)
    new = plan.tasks[0].model_copy(update={"title": "Make the table"})
    assert tasks_md(plan.model_copy(update={"tasks": (new, *plan.tasks[2:])}), text) == text


def test_a_file_of_somebody_else_is_gone_on_with() -> None:
    theirs = "# Tasks: Theirs\n\n## Phase 1: Setup\n\n- [X] T001 Make the folder\n- [ ] T014 Write it\n"
    after = tasks_md(small_plan(task("T1"), task("T2", depends_on=("T1",))), theirs)
    assert after.startswith(theirs)
    assert "## Phase 2: Outcome M1" in after
    assert [found[2] for found in lines(after)] == ["T001", "T014", "T015", "T016"]
    assert "(depends on T015)" in after


def test_the_same_line_is_not_added_again() -> None:
    text = re.sub(r"<!--.*-->\n", "", tasks_md(webhook_plan(), None))
    assert tasks_md(webhook_plan(), text) == text


def test_the_tasks_of_a_finished_milestone_are_ticked() -> None:
    stages = milestone("M1", status="done"), milestone("M2", status="active")
    plan = small_plan(task("T1"), task("T2", milestone="M2"), milestones=stages)
    assert [found[1] for found in lines(tasks_md(plan, None))] == ["X", " "]


def test_titles_cannot_pose_as_marks() -> None:
    plan = small_plan(task("T1", title="[P] [US9] do it"), task("T2", title="- [X] T003 x"))
    found = lines(tasks_md(plan, None))
    assert [one[4] for one in found] == [None, None]
    assert [one[5].split(" in ")[0] for one in found] == ["\\[P\\] \\[US9\\] do it", "\\- \\[X\\] T003 x"]


def test_forty_tasks_are_one_line_each() -> None:
    text = tasks_md(large_plan(), None)
    assert len(lines(text)) == 40
    assert len(text) < 40 * 250
