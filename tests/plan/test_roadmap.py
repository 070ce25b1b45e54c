"""The roadmap format: files in the closed set, readable back, unharmed by hostile text, and short."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic import BaseModel

from bot.effects import PLAN_FILE, File, is_plan_path
from bot.plan.contract import plan_from_contract
from bot.plan.formats import FORMATS
from bot.plan.formats.plan_file import sections
from bot.plan.model import Plan
from tests.plan.formats.plans import EXAMPLES
from tests.plan.samples import milestone, outline_plan, small_plan, task, webhook_plan
from tests.plan.strategies import NASTY, sound_plans

ROADMAP = FORMATS["roadmap"]
# A whole plan takes minutes to shrink; the differing field is named by the failure anyway.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


def text_of(files: tuple[File, ...], ending: str) -> str:
    return next(file.text for file in files if file.path.endswith(ending))


@settings(max_examples=EXAMPLES, deadline=None, phases=NO_SHRINKING)
@given(sound_plans)
def test_what_is_rendered_reads_back(plan: Plan) -> None:
    files = ROADMAP.files(plan, {})
    assert list(ROADMAP.changed(plan, files)) == []
    assert [one.issue for one in sections(text_of(files, PLAN_FILE))] == [plan.issue]


@pytest.mark.parametrize(
    "plan", [webhook_plan(), outline_plan(), small_plan()], ids=["medium", "outline", "small"]
)
def test_samples_read_back_from_the_closed_set_of_files(plan: Plan) -> None:
    files = ROADMAP.files(plan, {})
    assert all(is_plan_path(file.path) for file in files)
    assert list(ROADMAP.changed(plan, files)) == []
    assert plan_from_contract(text_of(files, f"planning-output-{plan.issue}.json")) == plan


def test_each_milestone_says_what_is_seen_and_how_to_check_it() -> None:
    plan = webhook_plan()
    parts = text_of(ROADMAP.files(plan, {}), "/acceptance.md").split("\n## ")[1:]
    for one, part in zip(plan.roadmap.milestones, parts[:2], strict=True):
        assert part.startswith(f"{one.id} · {one.title}\n")
        done, checked = part.split("**Done when**")[1].split("**Validate with**")
        assert done.count("- [ ] ") == len(one.acceptance)
        assert all(line in checked for line in one.validation)
        assert one.validation


def _leaves(model: Any, prefix: str = "") -> set[str]:
    """Every field of a model that is no part itself, as "tasks.title"."""
    found: set[str] = set()
    for name, info in model.model_fields.items():
        inner = next(
            (one for one in _inside(info.annotation) if isinstance(one, type) and issubclass(one, BaseModel)),
            None,
        )
        found |= _leaves(inner, f"{prefix}{name}.") if inner else {f"{prefix}{name}"}
    return found


def _inside(annotation: Any) -> list[Any]:
    return [annotation, *(one for part in get_args(annotation) for one in _inside(part))]


def _named(value: Any, prefix: str = "") -> set[str]:
    if isinstance(value, dict):
        return {name for key, one in value.items() for name in _named(one, f"{prefix}.{key}".lstrip("."))}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {name for one in value for name in _named(one, prefix)}
    return {prefix}


def test_every_field_is_read_back_or_listed_as_not() -> None:
    read = _named(ROADMAP.shown(webhook_plan()))
    listed = ROADMAP.not_read_back
    for field in _leaves(Plan):
        parents = {field.rsplit(".", cut)[0] for cut in range(field.count(".") + 1)}
        assert (field in read) != bool(parents & listed), field
    assert all(any(field == one or field.startswith(f"{one}.") for field in _leaves(Plan)) for one in listed)


FIELDS = ["title", "objective", "acceptance", "gotchas"]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=6)
    .map(" ".join)
    .filter(lambda text: bool(text.strip()))
)
def test_hostile_text_changes_no_structure(text: str) -> None:
    """The same headings, tables and lists come out as with a harmless word in its place."""
    shapes = [
        [_shape(file.text) for file in ROADMAP.files(_filled_with(words), {}) if file.path.endswith(".md")]
        for words in (text, "harmless")
    ]
    assert shapes[0] == shapes[1]


def _filled_with(words: str) -> Plan:
    line = words.replace("\n", " ")
    return small_plan(
        task("T1", title=line, objective=line, acceptance=(words,), gotchas=(words,), commands=(line,)),
        milestones=(milestone("M1", title=line, outcome=line, acceptance=(words,), risks=(words,)),),
        title=line,
        summary=line,
        goals=(words,),
    )


def _shape(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [token.type + token.tag for token in tokens if not _bullet_line(token.type)]


def _bullet_line(kind: str) -> bool:
    """A text that starts with "- " may show as a list item; that is all it may do."""
    return kind.startswith(("bullet_list", "list_item", "paragraph"))


def test_lengths_stay_within_the_budget() -> None:
    files = ROADMAP.files(webhook_plan(), {})
    assert 3000 < len(text_of(files, PLAN_FILE)) < 8000


def test_the_section_has_its_headings_in_order() -> None:
    text = text_of(ROADMAP.files(webhook_plan(), {}), PLAN_FILE)
    heads = [line[4:] for line in text.split("\n") if line.startswith("### ")]
    assert heads == [
        "Objective", "Active milestone", "Milestones", "Feature backlog", "Tasks", "Assumptions", "Unknowns",
        "Decisions", "Validation strategy", "Contract",
    ]  # fmt: skip


def test_features_stand_before_verification() -> None:
    text = text_of(ROADMAP.files(webhook_plan(), {}), PLAN_FILE)
    assert "3. **T4** Send due deliveries in the worker, **T5**" in text
    assert text.index("**T5**") < text.index("- **T6** Prove the hour-long outage")


def test_an_outline_says_that_no_model_was_asked() -> None:
    for file in ROADMAP.files(outline_plan(), {}):
        if file.path.endswith(".md"):
            assert "Made without a language model" in file.text
    assert "*(extracted)*" in text_of(ROADMAP.files(outline_plan(), {}), "tasks.md")
    assert "What has to be undone" in text_of(ROADMAP.files(outline_plan(), {}), "overview.md")
    assert "language model" not in text_of(ROADMAP.files(webhook_plan(), {}), PLAN_FILE)


def test_the_fan_out_file_comes_with_more_than_one_task() -> None:
    one, many = small_plan(), webhook_plan()
    assert not any("fanout" in file.path for file in ROADMAP.files(one, {}))
    assert any("fanout" in file.path for file in ROADMAP.files(many, {}))


def test_rendering_again_changes_nothing() -> None:
    first = ROADMAP.files(webhook_plan(), {})
    assert ROADMAP.files(webhook_plan(), {file.path: file.text for file in first}) == first


def test_a_plan_without_tasks_is_shown() -> None:
    plan = small_plan().model_copy(update={"tasks": ()})
    files = ROADMAP.files(plan, {})
    assert not any(file.path.endswith("tasks.md") for file in files)
    assert list(ROADMAP.changed(plan, files)) == []


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        (
            "| M1 | Failed deliveries are retried | active",
            "| M1 | Failed deliveries are lost | active",
            "/roadmap/milestones/0/title",
        ),
        ("- **Q-1** Which", "- **Q-1** What", "/questions/0/text"),
        ("## T3 · Keep failed", "## T3 · Drop failed", "/tasks/2/title"),
        ("| `hooks/backoff.py` | new |", "| `hooks/backoff.py` | edit |", "/tasks/1/files/0/change"),
        ("- **reversible** Drop the table;", "- **manual** Drop the table;", "/tasks/0/rollback/kind"),
        ("- [ ] All 100 deliveries", "- [ ] All 10 deliveries", "/tasks/5/acceptance/0"),
    ],
)
def test_a_change_in_a_document_is_seen(old: str, new: str, pointer: str) -> None:
    plan = webhook_plan()
    files = [
        File(file.path, file.text if file.path.endswith(".json") else file.text.replace(old, new))
        for file in ROADMAP.files(plan, {})
    ]
    assert pointer in [where for where, _, _ in ROADMAP.changed(plan, files)]
