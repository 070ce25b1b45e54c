"""Near misses of the rules on ids: what sound plans write, and what other tools call their items."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.plan.readers import Reading
from bot.plan.rules import LintInput, lint
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.facets import as_export, as_functional
from tests.plan.rules.fixtures.identifiers import loose
from tests.plan.samples import task

ALL = [f"PLN20{number}" for number in range(1, 10)]


def found(one: LintInput, *ids: str) -> list[str]:
    return [f"{each.rule} {each.pointer} {each.severity}" for each in lint(one, select=ids or ALL).findings]


@pytest.mark.parametrize(
    "one", [given(), as_functional(), as_export()], ids=["roadmap", "functional", "export"]
)
def test_sound_plans_of_all_facets_pass(one: LintInput) -> None:
    assert found(one) == []


@pytest.mark.parametrize(
    "tasks",
    [
        [{"id": "T001"}, {"id": "T002"}, {"id": "T010"}],
        [{"id": "1"}, {"id": "1.1"}, {"id": "1.2"}, {"id": "2"}, {"id": "2.1"}],
        [{"id": "task-a"}, {"id": "task-b", "covers": ["1.1", "FR-001"]}],
        [{"id": ""}, {"id": ""}],
        [{}, {"milestone": "Phase 2"}],
    ],
)
def test_other_tools_have_ids_of_their_own(tasks: list[dict[str, Any]]) -> None:
    assert found(loose("foreign", tasks=tasks)) == []


def test_numbers_of_other_tools_may_be_of_two_lists() -> None:
    doubled = loose("foreign", tasks=[{"id": "1"}, {"id": "1"}])
    assert found(doubled, "PLN201") == ["PLN201 /tasks/1/id warning"]


def people(*names: str) -> LintInput:
    made = loose("foreign", tasks=[{"id": name} for name in names])
    return replace(made, reading=Reading("plan", "foreign", {}))


def test_people_number_each_of_their_lists_from_one() -> None:
    assert found(people("1", "2", "3", "1", "2", "1", "2", "3", "4"), "PLN201") == []
    assert found(people("1", "2", "3", "2"), "PLN201") == ["PLN201 /tasks/3/id warning"]
    assert found(people("1", "2", "2"), "PLN201") == ["PLN201 /tasks/2/id warning"]
    assert found(people("T1", "T2", "T1"), "PLN201") == ["PLN201 /tasks/2/id warning"]


def test_steps_are_called_by_number() -> None:
    (gap,) = lint(loose("steps", tasks=[{"id": "T2"}, {"id": "TN"}]), select=["PLN203"]).findings
    assert gap.message == "Task ids jump from 2 to N"


@pytest.mark.parametrize(
    "text",
    [
        "Runs on a T4 and an Apple M1",
        "See `T9` in the code",
        "Fill in form I-9",
        "As in issue-12/T9",
        "Version T1.5 is old",
    ],
)
def test_texts_of_a_file_that_numbers_nothing_so(text: str) -> None:
    one = loose("technical", tasks=[{"id": "", "objective": text}])
    assert found(one, "PLN205") == []


def test_what_a_format_does_not_show_may_stand_elsewhere() -> None:
    one = loose("steps", tasks=[{"id": "T1", "covers": ["I-1"], "milestone": "M1", "decisions": ["D-1"]}])
    assert found(one, "PLN204") == []


def test_two_tasks_in_the_same_words_on_other_files_are_no_duplicates() -> None:
    title = "Move every call of the old client over to the new client"
    assert found(given(sound(task("T1", title=title), task("T2", title=title))), "PLN208") == []


def test_a_reworded_title_is_the_same_thing() -> None:
    before = sound(task("T1", title="Retry failed deliveries"))
    after = sound(task("T1", title="Retry failed webhook deliveries"))
    assert found(given(after, before=before), "PLN209") == []
