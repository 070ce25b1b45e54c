"""Whatever people edit, and whatever is suggested beside it: the edit is in the plan afterwards, or nothing
was written and the edit is told; and what stands outside the plan stays byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from bot.effects import PLAN_FILE
from bot.plan.contract import contract_path, plan_from_contract
from bot.plan.editing.patch import Edit, edits, told
from bot.plan.formats import FORMATS
from bot.plan.formats.folding import is_finished
from bot.plan.formats.plan_file import without
from bot.plan.model import Plan
from bot.revising.standing import Standing
from tests.plan.editing.single_edits import edited
from tests.plan.formats.plans import EXAMPLES
from tests.plan.strategies import sound_plans, told_lines
from tests.revising.branch import Branch, suggestion, texts_of, thread

LARGE = (HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large)
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
OUTSIDE = "# Ours\r\n\r\nWords of people.  \n\n"
# What follows from other parts, and may so be another after another change.
FOLLOWS = ("codebase", "delivery")


def keeps(edit: Edit, now: object) -> bool:
    """Whether what an edit said is still said. A suggestion beside it may move other items into its list."""
    if not (isinstance(edit.before, list) and isinstance(edit.after, list) and isinstance(now, list)):
        return bool(edit.after == now)
    new = [one for one in edit.after if one not in edit.before]
    gone = [one for one in edit.before if one not in edit.after]
    return all(one in now for one in new) and not any(one in now for one in gone)


@pytest.mark.parametrize("name", ["roadmap", "steps"])
@settings(max_examples=max(EXAMPLES // 4, 4), deadline=None, phases=NO_SHRINKING, suppress_health_check=LARGE)
@given(data=st.data())
def test_an_edit_is_never_lost(name: str, data: st.DataObject) -> None:
    shape = FORMATS[name]
    plan = data.draw(sound_plans)
    plan = Plan.model_validate({**plan.model_dump(mode="json"), "issue": 42})
    other = data.draw(edited(plan, shape))
    assume(not is_finished(plan) and not is_finished(other))
    last = {file.path: file.text for file in shape.files(plan, {PLAN_FILE: OUTSIDE})}
    new = {file.path: file.text for file in shape.files(other, {PLAN_FILE: OUTSIDE})}
    head = {path: new.get(path, text) if path.endswith(".md") else text for path, text in last.items()}
    branch = Branch(last, {**head, "docs/mine.md": "mine\n"})
    own = data.draw(st.sampled_from(sorted(path for path in head if path.endswith(".md"))))
    line = data.draw(st.integers(1, head[own].count("\n") + 1))
    same = set(last[own].split("\n"))
    assume(head[own].split("\n")[line - 1] in same)  # the lines of the edit are left alone
    words = data.draw(st.lists(told_lines, max_size=2))
    outcome = branch.revised(edits=True, threads=(thread(1, own, line, suggestion(*words)),))
    assert len(outcome.replies) == 1
    after = branch.after(outcome).head
    assert after["docs/mine.md"] == "mine\n"
    assert without(after[PLAN_FILE], 42) == without(head[PLAN_FILE], 42)
    found = Standing(plan, shape, last, head).back()
    if found.doubts:
        assert not outcome.files
        assert "have to be settled first" in outcome.body
        return
    got = plan_from_contract(after[contract_path(42)])
    if not outcome.replies[0].resolve:
        bare = {"exclude": {"provenance"}}
        assert got.model_dump(**bare) == found.plan.model_dump(**bare)  # type: ignore[arg-type]
    was, edit, now = (shape.shown(one) for one in (plan, found.plan, got))
    for one in edits(was, edit):
        if one.way[0] not in FOLLOWS:
            assert keeps(one, told(now, one.way)), one
    assert set(texts_of(outcome)) <= {*last, *new}
