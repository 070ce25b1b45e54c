"""What cannot be read back, as doubts with places: clashes, ids that changed, texts that nothing takes up,
plans that would break. Changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from bot.effects import PLAN_FILE, File
from bot.plan.contract import ABSENT, contract_path
from bot.plan.editing.patch import Clash, Edit, Order, Way, told
from bot.plan.editing.places import Places
from bot.plan.editing.report import Doubt, change_of, pointer_of
from bot.plan.editing.unread import Page, conflict_mark, unread
from bot.plan.fanout import fanout_path
from bot.plan.findings import Finding, Location
from bot.plan.formats import Format
from bot.plan.formats.plan_file import sections
from bot.plan.formats.shape import Data
from bot.plan.graph import natural
from bot.plan.model import Plan
from bot.plan.prose import short
from bot.plan.rules import LintInput, lint
from bot.plan.spelling import british

Texts = Mapping[str, str]
_TEXTS = ("title", "text", "objective", "question", "behaviour", "target", "name")
_LEAST_WORDS = 3
_BLANK = ("missing", "string_too_short", "too_short")


def torn(texts: Texts) -> Iterator[Doubt]:
    """Marks of a merge that nobody finished."""
    for path, text in texts.items():
        if at := conflict_mark(Page(path, "", text, "")):
            yield Doubt("a merge conflict is left here", at)


def clashing(clashes: Iterable[Clash], places: Places, where: str) -> Iterator[Doubt]:
    """Parts that were changed in two ways."""
    for clash in clashes:
        one, other = (
            short(str("nothing" if said is ABSENT else said), 80) for said in (clash.one, clash.other)
        )
        name = " ".join(clash.way[-2:])
        message = f"{name}: {where} were changed differently, '{one}' and '{other}'. Which one holds?"
        yield Doubt(message, places.of(clash.way), pointer_of(clash.way))


# --- ids


def other_ids(was: Data, said: Data, places: Places) -> Iterator[Doubt]:
    """Ids that stand twice, that changed, or that are all gone."""
    for way in _id_lists(was):
        before, after = told(was, way), told(said, way)
        if not isinstance(after, list):
            continue
        known, held = Counter(one["id"] for one in before), Counter(one.get("id", "") for one in after)
        for name in held:
            if held[name] > 1 and known[name] < held[name]:
                yield _doubt(f"{name} stands here {held[name]} times. Which one is it?", (*way, name), places)
        if max([*known.values(), *held.values(), 0]) > 1:
            continue
        if len(known) > 1 and not held:
            yield _doubt(f"all of {', '.join(sorted(known, key=natural))} are gone", way, places)
        for one in after:
            old = next((two["id"] for two in before if two["id"] not in held and _same(one, two)), "")
            if one["id"] not in known and old:
                message = f"{old} is called {one['id']} here. Ids never change: is it {old}, or another one?"
                yield _doubt(message, (*way, one["id"]), places)


def _id_lists(value: object, way: Way = ()) -> Iterator[Way]:
    """The lists of a reading whose items have ids."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _id_lists(one, (*way, name))
    elif isinstance(value, list) and value and all(isinstance(one, dict) and "id" in one for one in value):
        yield way


def _same(one: Data, two: Data) -> bool:
    """Whether two items with different ids say the same thing."""
    words = (one[name] for name in _TEXTS if one.get(name) and one.get(name) == two.get(name))
    return any(len(str(text).split()) >= _LEAST_WORDS for text in words)


def _doubt(message: str, way: Way, places: Places) -> Doubt:
    return Doubt(message, places.of(way), pointer_of(way))


# --- what would be lost


def not_kept(seen: Iterable[Edit], again: Data, places: Places) -> Iterator[Doubt]:
    """Edits that would be gone from the documents when they are written again."""
    for edit in seen:
        if not _keeps(edit.after, told(again, edit.way)):
            said = str(change_of(edit))
            yield _doubt(f"this cannot be kept, it follows from something else: {said}", edit.way, places)


def _keeps(wanted: Any, there: Any) -> bool:
    if isinstance(wanted, Order):
        names = [one.get("id") or one.get("path") or one.get("name") for one in there]
        return [one for one in names if one in wanted] == list(wanted)
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(
            _keeps(one, there.get(name)) for name, one in wanted.items() if one not in ("", [])
        )
    if isinstance(wanted, list):
        return isinstance(there, list) and len(wanted) == len(there) and all(map(_keeps, wanted, there))
    if isinstance(wanted, str) and isinstance(there, str):
        return british(wanted) == british(there)
    return bool(wanted == there)


def unread_texts(shape: Format, issue: int, rendered: Texts, texts: Texts, again: Texts) -> Iterator[Doubt]:
    """What people wrote, or took out, without any effect on the plan."""
    for path in rendered:
        if path.endswith(".md") and rendered[path] != texts[path]:
            for one in unread(_page(shape, issue, path, rendered, texts, again)):
                what = (
                    f"this would come back, as it follows from something else: '{one.words}'"
                    if one.taken_out
                    else f"no field of the plan takes this up: '{one.words}'"
                )
                yield Doubt(what, one.at)


def _page(shape: Format, issue: int, path: str, *versions: Texts) -> Page:
    was, now, again = (_stated(shape, File(path, one.get(path, ""))) for one in versions)
    if path != PLAN_FILE:
        return Page(path, was, now, again)
    before = next((one.start for one in sections(now) if one.issue == issue), 0)
    mine = [_section(text, issue) for text in (was, now, again)]
    # A finished plan has no section any more; its contract holds all texts.
    there = mine[2] or versions[2].get(contract_path(issue), "")
    return Page(path, mine[0], mine[1], there, now.count("\n", 0, before))


def _section(text: str, issue: int) -> str:
    return next((text[one.start : one.end] for one in sections(text) if one.issue == issue), "")


def _stated(shape: Format, file: File) -> str:
    """The text without what a lint run stated in it: that depends on what was at hand then."""
    return shape.stated([file], ())[0].text if shape.stated else file.text


def untold_json(issue: int, rendered: Texts, texts: Texts, again: Texts) -> Iterator[Doubt]:
    """JSON that only follows from the plan, edited by hand."""
    for path, text in rendered.items():
        edited = texts[path] not in (text, again.get(path))
        if not path.endswith(".json") or path == contract_path(issue) or not edited:
            continue
        if not path.endswith("/progress.json") or again.get(path) != text:
            yield Doubt(f"{path} was edited, but it follows from the plan: edit {contract_path(issue)}")


# --- what would break


@dataclass(frozen=True, slots=True)
class Broken:
    """Data that is no plan, and why."""

    data: Data
    error: ValidationError


def plan_of(data: Data) -> Plan | Broken:
    """The plan that the data is."""
    try:
        return Plan.model_validate(data)
    except ValidationError as error:
        return Broken(data, error)


def invalid(broken: Broken, places: Places) -> Iterator[Doubt]:
    """Why the result is no plan."""
    for one in broken.error.errors(include_url=False):
        way = _way(broken.data, "".join(f"/{step}" for step in one["loc"]))
        said = "it is not said" if one["type"] in _BLANK else one["msg"]
        yield Doubt(f"{' '.join(way)}: {said}", places.of(way), pointer_of(way))


def new_errors(
    old: tuple[Plan, Texts], new: tuple[Plan, Texts], plan_format: str, places: Places
) -> Iterator[Doubt]:
    """Rules at error level that the edited plan breaks and the earlier one did not."""
    if old[0] == new[0]:
        return
    known = {(one.rule, one.fingerprint) for one in _errors(*old, plan_format)}
    placed: set[Location | None] = set()
    data = new[0].model_dump(mode="json")
    for one in _errors(*new, plan_format):
        if (one.rule, one.fingerprint) not in known:
            place = places.of(_way(data, one.pointer)) or one.rendered or one.location
            if place is None or place not in placed:
                yield Doubt(f"{one.message} ({one.rule})", place, one.pointer)
            placed.add(place)


def _errors(plan: Plan, texts: Texts, plan_format: str) -> tuple[Finding, ...]:
    given = LintInput(
        plan=plan,
        contract_text=texts.get(contract_path(plan.issue)),
        fanout_text=texts.get(fanout_path(plan.issue)),
        renderings=tuple(File(path, text) for path, text in texts.items() if not path.startswith(".agent/")),
        format=plan_format,
    )
    return lint(given).errors


def _way(value: Any, pointer: str) -> Way:
    """A pointer into the data of a plan by the ids of its items."""
    way: list[str] = []
    for step in pointer.split("/")[1:]:
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
            way.append(str(value["id"]) if isinstance(value, dict) and "id" in value else step)
        else:
            value = value.get(step) if isinstance(value, dict) else None
            way.append(step)
    return tuple(way)
