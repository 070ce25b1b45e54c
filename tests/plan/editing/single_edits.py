"""Plans with one change somewhere, as a person could make it in a document: another text, one item more or
less."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from bot.plan.formats import Format
from bot.plan.model import Plan
from tests.plan.strategies import told_lines

Way = tuple[str | int, ...]
# Ids and what refers to them by a number; choices; what only stands in file names.
_FIXED = frozenset({
    "id", "issue", "slug", "size", "path", "source", "change", "kind", "status", "need", "applies", "phase",
    "group", "impact", "criterion", "requirement", "agent", "command", "created", "task", "branch",
})  # fmt: skip
_REFERENCES = frozenset({
    "depends_on", "dependencies", "covers", "decisions", "requirements", "parallel_with", "blocks", "streams",
    "tasks",
})  # fmt: skip
# What no document tells enough of to begin a new one.
_NOT_ADDED = frozenset({"milestones", "decisions"})


def ways(value: Any, way: Way = ()) -> Iterator[Way]:
    """The ways to all texts and lists in data."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from ways(one, (*way, name))
    elif isinstance(value, list):
        yield way
        for at, one in enumerate(value):
            yield from ways(one, (*way, at))
    elif isinstance(value, str):
        yield way


def _is_free(way: Way) -> bool:
    inside = way[-2] if isinstance(way[-1], int) and len(way) > 1 else ""
    return way[-1] not in _FIXED and inside not in _REFERENCES


def shown_in(shape: Format, way: Way) -> bool:
    """Whether the format reads the field back."""
    names = [step for step in way if isinstance(step, str)]
    return not any(".".join(names[:end]) in shape.not_read_back for end in range(1, len(names) + 1))


@st.composite
def edited(draw: st.DrawFn, plan: Plan, shape: Format) -> Plan:
    """The plan with one change in a field that the format reads back; the plan itself when there is none."""
    data = plan.model_dump(mode="json")
    able = [way for way in ways(data) if shown_in(shape, way) and _is_free(way)]
    if not able:
        return plan
    way = draw(st.sampled_from(able))
    parent: Any = data
    for step in way[:-1]:
        parent = parent[step]
    parent[way[-1]] = draw(_other(str(way[-1]), parent[way[-1]]))
    try:
        return Plan.model_validate(data)
    except ValidationError:
        return plan


def _other(name: str, value: Any) -> st.SearchStrategy[Any]:
    if name == "milestone":  # a reference: other words would be no plan that rules let through
        return st.sampled_from(["M1", "M2", "M9"])
    if isinstance(value, str):
        return st.one_of(told_lines, told_lines.map(lambda words: f"{value} {words}"))
    if not value:
        return st.just(value)
    fewer = st.integers(0, len(value) - 1).map(lambda at: value[:at] + value[at + 1 :])
    if name in _NOT_ADDED:
        return fewer
    more = st.integers(0, len(value)).flatmap(
        lambda at: _item(name, value[0]).map(lambda one: [*value[:at], one, *value[at:]])
    )
    return st.one_of(fewer, more)


def _item(name: str, sample: Any) -> st.SearchStrategy[Any]:
    """One more item of a list, like one that is there."""
    if name in _REFERENCES and isinstance(sample, str):
        return st.just(f"{sample.rstrip('0123456789')}9")
    if isinstance(sample, str):
        return told_lines
    if "effort" in sample:  # of some things only their consequences are shown
        sample = {**sample, "risk_class": "low", "kind": "feature", "rollback": {"kind": "safe"}}
        sample["user_instructions"] = []
    if "path" in sample and "change" in sample:
        return st.just({**sample, "path": f"{sample['path']}9"})
    if "id" in sample:
        return st.just({**sample, "id": f"{sample['id'].rstrip('0123456789')}9"})
    return st.just(sample)
