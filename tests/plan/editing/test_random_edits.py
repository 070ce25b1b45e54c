"""Whatever is changed in a plan: its new documents, read back against the old plan, give the new plan in
every field that the format shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from bot.effects import File
from bot.plan.editing.reading_back import with_edits
from bot.plan.formats import FORMATS, Format
from bot.plan.formats.companions import with_companions
from bot.plan.formats.export import EXPORT, document, document_path
from bot.plan.formats.folding import is_finished
from bot.plan.model import Plan
from tests.plan.editing.single_edits import edited
from tests.plan.formats.plans import EXAMPLES
from tests.plan.strategies import faceted_plans, sound_plans

LARGE = (HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large)
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


def _unaudited(plan: Plan, existing: object) -> tuple[File, ...]:
    own = [File(document_path(plan), document(plan))]
    return with_companions(plan, {}, own, [("Export", own[0].path)])


SHAPES = {**FORMATS, "export": replace(EXPORT, files=_unaudited)}


def read_again(plan: Plan, other: Plan, shape: Format) -> object:
    """What the documents of `other` make of `plan`."""
    was, said = (shape.parse(shape.files(one, {}), plan.issue) for one in (plan, other))
    return with_edits(plan, shape, was, said)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=max(EXAMPLES // 2, 8), deadline=None, phases=NO_SHRINKING, suppress_health_check=LARGE)
@given(data=st.data())
def test_one_change_comes_back(name: str, data: st.DataObject) -> None:
    shape = SHAPES[name]
    plan = data.draw(faceted_plans if name in ("export", "functional") else sound_plans)
    plan = Plan.model_validate(plan.model_dump(mode="json"))
    other = data.draw(edited(plan, shape))
    assume(not is_finished(plan) and not is_finished(other))  # a finished plan has a line, which is not read
    back = read_again(plan, other, shape)
    assert isinstance(back, Plan), back
    assert shape.shown(back) == shape.shown(other)
    if shape.shown(plan) == shape.shown(other):
        assert back == plan
