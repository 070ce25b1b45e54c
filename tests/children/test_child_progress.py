"""How far a plan has come, in words, in a picture and in the boxes of its documents."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from bot.children import TaskState, progress, ticks
from bot.children.progress import MAX_TEXT, bar, way_left
from bot.children.ready import ready_set
from bot.children.standing import Kind
from bot.plan.decided import held_back
from bot.plan.formats import roadmap, steps
from bot.plan.formats.spec_kit import tasks_md
from bot.plan.model import Plan
from bot.plan.ticks import Box, ticked, with_ticks
from tests.decisions.open_ones import decision, plan_with
from tests.plan.samples import small_plan, task, webhook_plan

DONE = TaskState("completed", 20)
PLAN = webhook_plan()
DECIDED = PLAN.model_copy(update={"decisions": (PLAN.decisions[0].model_copy(update={"answer": "A"}),)})

WHOLE = """\
▰▰▰▰▰▰▱▱▱▱▱▱▱▱▱▱▱▱▱▱ **2 of 6** done

2 done · 1 under way · 1 waiting · 2 not filed yet

**Under way:**

- #22 **T3** Keep failed deliveries instead of dropping them

**Waiting:**

- #23 **T4** Send due deliveries in the worker for T3

*Longest chain left: T3 → T4 → T6, about 11 h.*

<details>
<summary>The tasks and how they stand</summary>

```mermaid
"""


def test_the_whole_text() -> None:
    states = {
        "T1": DONE,
        "T2": TaskState("completed", 21),
        "T3": TaskState("open", 22, at_work=True),
        "T4": TaskState("open", 23),
    }
    text = progress(DECIDED, states)
    assert text.startswith(WHOLE)
    picture = text[len(WHOLE) :].split("\n")
    assert "  t3 --> t4" in picture
    assert "  class t1,t2 done" in picture
    assert "  class t3 working" in picture
    assert text.endswith("```\n\n</details>\n")


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({}, "0 of 4** done\n\n4 not filed yet\n\n"),
        ({"T3": TaskState("open", 9)}, "**Next:**\n\n- #9 **T3** Build part T3\n"),
        ({"T1": TaskState("open", 9)}, "- **D-1** Which store is taken for D-1? (#40) holds back T1\n"),
        (
            {"T1": TaskState("not_planned", 9), "T2": TaskState("open", 10)},
            "- #9 **T1** Build part T1 was closed as not planned. T2 waits for it. Reopen it, ",
        ),
        ({"T1": TaskState("not_planned", 9)}, "0 of 3** done"),
        (dict.fromkeys(("T1", "T2", "T3", "T4"), DONE), "**All done.**\n"),
    ],
)
def test_what_is_said(states: Mapping[str, TaskState], said: str) -> None:
    plan = plan_with(decision("D-1", issue=40))
    assert said in progress(plan, states, held_back(plan))


def test_no_task_and_nothing_to_start() -> None:
    empty = small_plan().model_copy(update={"tasks": ()})
    assert "nothing can be started, because no task is planned." in progress(empty, {})
    assert "**Next:** nothing can be started.\n" in progress(small_plan(), {})


@pytest.mark.parametrize(
    ("done", "total", "filled"),
    [(0, 0, 20), (0, 5, 0), (1, 100, 1), (99, 100, 19), (100, 100, 20), (1, 2, 10)],
)
def test_the_bar(done: int, total: int, filled: int) -> None:
    assert bar(done, total) == "▰" * filled + "▱" * (20 - filled)


def test_the_way_left_leaves_out_what_is_over() -> None:
    states = {"T1": DONE, "T2": DONE, "T3": DONE, "T4": TaskState("not_planned", 5)}
    assert way_left(PLAN, ready_set(PLAN.tasks, states).stages) == (("T5", "T6"), 5.0)
    every = {one.id: DONE for one in PLAN.tasks}
    assert way_left(PLAN, ready_set(PLAN.tasks, every).stages) == ((), 0.0)


def test_very_many_tasks_with_very_long_hostile_titles_fit() -> None:
    words = "@everyone `<b>` fixes #1 " * 15
    tasks = [
        task(f"T{at}", title=f"{at} {words}"[:390], depends_on=(f"T{at - 1}", f"T{at - 7}"))
        for at in range(400)
    ]
    kinds: tuple[Kind, ...] = ("open", "completed", "not_planned")
    states = {one.id: TaskState(kinds[at % 3], at + 1) for at, one in enumerate(tasks)}
    text = progress(small_plan(*tasks), states)
    assert len(text) <= MAX_TEXT
    assert re.search(r"and \d+ more", text)
    assert " @everyone" not in text


# --- boxes -----------------------------------------------------------------------------------------------


def document(plan: Plan, which: str) -> str:
    files = steps.files(plan, {}) if which == "steps.md" else roadmap.files(plan, {})
    return next(file.text for file in files if file.path.endswith(which))


def boxes(plan: Plan, states: Mapping[str, TaskState], text: str) -> list[tuple[str, str]]:
    found = ticks(plan, states, text)
    assert ticked(with_ticks(text, found)) == found
    return sorted((box.heading, box.text) for box in found)


def test_boxes_of_steps() -> None:
    text = document(PLAN, "steps.md")
    [one] = ticks(PLAN, {"T3": DONE, "T4": TaskState("open", 4)}, text)
    assert one.text.startswith("Step 3 – Keep failed deliveries")
    assert with_ticks(text, {one}).count("[x]") == 1
    assert ticks(PLAN, {}, text) == frozenset()


def test_boxes_of_tasks_and_of_milestones_whose_tasks_are_all_done() -> None:
    text = document(PLAN, "tasks.md")
    assert boxes(PLAN, {"T2": DONE}, text) == [
        ("T2", "pause(0) is 30 s, pause(5) is 8 h 32 min, pause(6) is None")
    ]
    section, acceptance = document(PLAN, "IMPLEMENTATION_PLAN.md"), document(PLAN, "acceptance.md")
    most = dict.fromkeys(("T1", "T2", "T3"), DONE)
    assert boxes(PLAN, most, section) == [("Tasks", "T1"), ("Tasks", "T2"), ("Tasks", "T3")]
    assert boxes(PLAN, most, acceptance) == []
    every = {**most, "T4": DONE}
    assert [heading for heading, _ in boxes(PLAN, every, section)] == ["Active milestone"] * 3 + ["Tasks"] * 4
    assert {heading for heading, _ in boxes(PLAN, every, acceptance)} == {"M1"}


def test_boxes_of_spec_kit() -> None:
    text = tasks_md(PLAN, None)
    [one] = ticks(PLAN, {"T2": DONE}, text)
    assert one.text.startswith("T002 ")


def test_boxes_of_people_are_none_of_ours() -> None:
    assert ticks(PLAN, {"T1": DONE}, "# Mine\n\n- [ ] buy milk\n- [ ] T1\n") == {Box("Mine", "T1", 1)}
