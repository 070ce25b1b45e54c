"""Edits of people, read back: the difference between what the files said when they were written and what
they say now, made in the plan. What cannot be made is asked about, with its place; nothing is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.plan.contract import ABSENT, contract_path, contract_text, read_contract
from bot.plan.editing.asking import (
    Broken,
    clashing,
    invalid,
    new_errors,
    not_kept,
    other_ids,
    plan_of,
    torn,
    unread_texts,
    untold_json,
)
from bot.plan.editing.completing import apart, completed
from bot.plan.editing.following import completed_like, without_computed, without_references
from bot.plan.editing.patch import Clash, Patch, Way, edits, settled, told
from bot.plan.editing.places import Places
from bot.plan.editing.report import Change, Doubt, Kind, ReadBack, change_of, pointer_of
from bot.plan.facets import Requirements
from bot.plan.formats import Format
from bot.plan.formats.plan_file import section_of
from bot.plan.formats.shape import Data
from bot.plan.model import Plan
from bot.plan.readers.work import step_id
from bot.plan.ticks import Box, ticked, with_ticks

Texts = Mapping[str, str]
_STEP = re.compile(r"Step (T?\d{1,6}[a-z]?) – ")
# What a format computes where the plan says nothing of it. It follows other changes by itself, so that only
# an edit that it does not follow is made there.
_COMPUTED: tuple[Way, ...] = (
    ("codebase", "impact"),
    *(("requirements", name) for name in ("verification", "mandate", "review", "deploy_order")),
    *(
        ("delivery", name)
        for name in ("phases", "total_estimate", "tests", "checks", "risks", "rollback", "deployment")
    ),
)


def read_back(plan: Plan, shape: Format, rendered: Texts, now: Texts) -> ReadBack:
    """The plan with people's edits. `plan` is the version that was written last, `rendered` its files in this
    format (contract included), `now` what stands there today, both by path; a file that is not there any more
    says nothing. Never raises for what people wrote: that becomes a doubt.
    """
    try:
        texts = _present(rendered, now, plan.issue)
        was, said = (_parsed(shape, one, plan.issue) for one in (rendered, texts))
    except UserError as broken:
        return ReadBack(plan, (), (Doubt(broken.reason),))
    places = Places(shape.name, texts)
    marks = tuple(torn(texts))
    if marks:
        return ReadBack(plan, (), marks)
    clashes: list[Clash] = []
    said = settled(was, said, clashes)
    doubts = [*clashing(clashes, places, "two documents"), *other_ids(was, said, places)]
    changed = with_edits(plan, shape, was, said)
    if not isinstance(changed, Plan):
        return ReadBack(plan, (), (*doubts, *invalid(changed, places)))
    merged, more = _with_contract(plan, changed, now, places)
    again = written(merged, shape, texts)
    if isinstance(again, UserError):
        return ReadBack(plan, (), (*doubts, *more, Doubt(again.reason)))
    doubts += more
    if set(again) != set(rendered) and (plan.slug, plan.issue) != (merged.slug, merged.issue):
        doubts.append(Doubt("issue and slug are part of the files' names and cannot be changed by an edit"))
    if not doubts:
        seen = edits(was, said)
        doubts += not_kept(seen, shape.shown(merged), places) if changed == merged else ()
        doubts += unread_texts(shape, plan.issue, rendered, texts, again)
        doubts += untold_json(plan.issue, rendered, texts, again)
        doubts += new_errors((plan, rendered), (merged, again), shape.name, places)
    return ReadBack(merged, tuple(_changes(plan, merged, rendered, texts)), tuple(doubts))


def with_edits(plan: Plan, shape: Format, was: Data, said: Data) -> Plan | Broken:
    """The plan with the difference between two readings of its documents; or why the result is no plan."""
    was, said = apart(was), apart(said)
    patch = Patch(made=partial(completed, plan, said))
    held = without_computed(plan).model_dump(mode="json")
    computed = _computed(plan)
    first = _but(said, was, computed)
    changed = plan_of(patch.applied(held, was, first))
    if isinstance(changed, Broken):
        return changed
    rest = _left(held, shape.shown(changed), was, said, computed)
    if rest != first:
        changed = plan_of(patch.applied(changed.model_dump(mode="json"), first, rest))
    if isinstance(changed, Broken):
        return changed
    gone = {task.id for task in plan.tasks} - {task.id for task in changed.tasks}
    return completed_like(without_references(changed, gone) if gone else changed, plan)


def written(plan: Plan, shape: Format, texts: Texts) -> Texts | UserError:
    """The plan's files, written where `texts` stand: people's part of IMPLEMENTATION_PLAN.md and ticked boxes
    stay. A UserError when they cannot be written."""
    try:
        made = {file.path: file.text for file in shape.files(plan, texts)}
    except UserError as error:
        return error
    return {path: with_ticks(text, _done(path, texts)) for path, text in made.items()}


def _present(rendered: Texts, now: Texts, issue: int) -> dict[str, str]:
    """The files as they are, with one kind of line ends; those that are gone as they were written."""
    texts = {
        path: now.get(path, text).removeprefix("\ufeff").replace("\r\n", "\n")
        for path, text in rendered.items()
    }
    parts = [section_of(one.get(PLAN_FILE, ""), issue) for one in (rendered, texts)]
    if None in parts and PLAN_FILE in rendered:
        texts[PLAN_FILE] = rendered[PLAN_FILE]
    return texts


def _parsed(shape: Format, texts: Texts, issue: int) -> Data:
    return shape.parse([File(path, text) for path, text in texts.items()], issue)


def _but(after: Data, before: Data, ways: Iterable[Way]) -> Data:
    """`after` with the parts at these ways as they are in `before`."""
    whole = dict(after)
    for group, name in ways:
        if isinstance(whole.get(group), dict) and name in whole[group]:
            whole[group] = {**whole[group], name: before[group][name]}
    return whole


def _computed(plan: Plan) -> Sequence[Way]:
    """What a format computes of this plan; all requirements, when the plan has none of its own."""
    derived = () if plan.requirements else tuple(Requirements.model_fields)
    return (*_COMPUTED, *(("requirements", name) for name in derived))


def _left(held: Data, shown: Data, was: Data, said: Data, computed: Iterable[Way]) -> Data:
    """`said` without the parts that the plan says nothing of and whose edits `shown` has already."""
    followed = [
        way
        for way in computed
        if told(held, way) in (ABSENT, None, [], "")
        and all(told(shown, edit.way) == edit.after for edit in edits(told(was, way), told(said, way), way))
    ]
    return _but(said, was, followed)


def _with_contract(plan: Plan, changed: Plan, now: Texts, places: Places) -> tuple[Plan, list[Doubt]]:
    """`changed` with what was edited in the contract itself."""
    path = contract_path(plan.issue)
    text = now.get(path, "").replace("\r\n", "\n")
    if not text or text == contract_text(plan):
        return changed, []
    read = read_contract(text, path)
    if isinstance(read, tuple):
        return changed, [Doubt(one.message, one.location, one.pointer) for one in read]
    if read.plan is None:
        return changed, [Doubt(f"{path} holds no plan of ours any more")]
    patch = Patch(exact=True)
    mine, base, theirs = (one.model_dump(mode="json") for one in (changed, plan, read.plan))
    merged = patch.applied(mine, base, theirs)
    doubts = [*clashing(patch.clashes, places, "the documents and the contract")]
    both = plan_of(merged)
    return (changed, [*doubts, *invalid(both, places)]) if isinstance(both, Broken) else (both, doubts)


def _changes(plan: Plan, merged: Plan, rendered: Texts, texts: Texts) -> Iterator[Change]:
    before, after = (one.model_dump(mode="json") for one in (plan, merged))
    yield from map(change_of, edits(before, after))
    for path in rendered:
        was, now = (_done(path, one) for one in (rendered, texts))
        for box in sorted(was ^ now, key=lambda one: (one.heading, one.text, one.number)):
            yield _progress(merged, box, done=box in now)


def _progress(plan: Plan, box: Box, *, done: bool) -> Change:
    """A ticked box in words: the step that it stands before, or what it says and what it belongs to."""
    kind: Kind = "done" if done else "undone"
    step = _STEP.match(box.text)
    if step and any(task.id == step_id(step[1]) for task in plan.tasks):
        return Change(kind, step_id(step[1]), "", pointer_of(("tasks", step_id(step[1]))))
    ids = {*(one.id for one in plan.tasks), *(one.id for one in plan.roadmap.milestones)}
    if box.text in ids:
        return Change(kind, box.text, "", pointer_of(("tasks", box.text)))
    return Change(kind, box.heading if box.heading in ids else "", box.text, "")


def _done(path: str, texts: Texts) -> frozenset[Box]:
    return ticked(texts.get(path, "")) if path.endswith(".md") else frozenset()
