"""Our own documents, read for places: the same value as the format reads, and every field where it stands."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings

from bot.effects import PLAN_FILE
from bot.plan.formats import FORMATS
from bot.plan.markdown import Document
from bot.plan.model import Plan
from bot.plan.readers import Reading, reader_of
from tests.plan.readers.documents import holds, leaves
from tests.plan.samples import outline_plan, small_plan, webhook_plan
from tests.plan.strategies import plans, sound_plans

ROADMAP = FORMATS["roadmap"]
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


def read_back(plan: Plan, before: str = "") -> tuple[Reading, dict[str, list[str]]]:
    files = [
        file
        for file in ROADMAP.files(plan, {PLAN_FILE: before} if before else {})
        if file.path.endswith(".md")
    ]
    read = reader_of("roadmap")
    assert read is not None
    return read([Document(file.path, file.text) for file in files]), {
        file.path: file.text.split("\n") for file in files
    }


@settings(max_examples=25, deadline=None, phases=NO_SHRINKING)
@given(sound_plans)
def test_the_value_is_what_the_format_reads(plan: Plan) -> None:
    read, _ = read_back(plan)
    assert read.value == ROADMAP.shown(plan)
    holds(read)


@settings(max_examples=25, deadline=None, phases=NO_SHRINKING)
@given(plans)
def test_ids_of_any_kind_do_no_harm(plan: Plan) -> None:
    read, _ = read_back(plan)
    assert read.value == ROADMAP.parse(ROADMAP.files(plan, {}), plan.issue)
    holds(read)


@pytest.mark.parametrize(
    "plan", [webhook_plan(), outline_plan(), small_plan()], ids=["medium", "outline", "small"]
)
def test_every_field_that_is_shown_has_its_own_place(plan: Plan) -> None:
    read, _ = read_back(plan)
    shown = {
        pointer
        for pointer in leaves(read.value)[1:]
        if pointer
        not in ("/roadmap", "/roadmap/milestones", "/tasks", "/assumptions", "/questions", "/decisions")
        and _says_something(read.value, pointer)
    }
    assert sorted(shown - set(read.places)) == []


def _says_something(value: object, pointer: str) -> bool:
    """Whether there is any text for a part: what is empty, or safe to roll back, is not written."""
    for part in pointer.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]  # type: ignore[index]
    if pointer.endswith(("/rollback", "/rollback/kind")):
        return value not in ({"kind": "safe", "note": ""}, "safe")
    return value not in ([], "") and not pointer.endswith("/files")


@pytest.mark.parametrize("before", ["", "# Plans\n\nOurs.\r\n\r\nMore of it.\n\n\n", "Text\n" * 40])
@pytest.mark.parametrize(
    ("pointer", "shown"),
    [
        ("/title", "Retry failed webhook deliveries"),
        ("/roadmap/version", "v1"),
        ("/roadmap/objective", "No webhook delivery"),
        ("/roadmap/milestones/1/title", "Operators see"),
        ("/roadmap/milestones/1/dependencies/0", "M1"),
        ("/roadmap/milestones/0/acceptance/2", "After a restart"),
        ("/roadmap/milestones/0/validation/1", "`make integration`"),
        ("/tasks/1/files/0/summary", "`pause(attempt) -> timedelta"),
        ("/tasks/2/depends_on/1", "T2"),
        ("/tasks/2/rollback/note", "Set `HOOKS_RETRY=0`"),
        ("/tasks/3/covers/1", "I-3"),
        ("/tasks/5/commands/0", "`make integration`"),
        ("/assumptions/1/text", "Postgres 14"),
        ("/decisions/0/question", "Is a delivery"),
    ],
)
def test_places(pointer: str, shown: str, before: str) -> None:
    read, lines = read_back(webhook_plan(), before)
    at = read.places[pointer]
    assert lines[at.file][at.line - 1][at.col - 1 :].startswith(shown)


def test_broken_marks_leave_the_rest() -> None:
    plan = webhook_plan()
    files = [file for file in ROADMAP.files(plan, {}) if file.path.endswith(".md")]
    broken = [
        Document(file.path, file.text.replace("groundplan:plan 412 end", "groundplan:plan 413 end"))
        for file in files
    ]
    read = reader_of("roadmap")
    assert read is not None
    given_back = read(broken)
    assert given_back.value["tasks"] == ROADMAP.shown(plan)["tasks"]
    assert given_back.value["roadmap"]["milestones"] == []
    assert "line" in given_back.not_read[0]
    holds(given_back)
