"""Which parts of a plan a wish is about, and which others follow from them: only those may change for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from bot.author.stages.revising import part
from bot.plan.similarity import content_words
from bot.revising.pointing import Point, items_in

_NAME = re.compile(r"(?<![\w-])(?:[A-Z]{1,4}-?\d{1,5}[a-z]?|[Ss]tep \d{1,5})(?![\w-])")
_SAID_OF = ("title", "text", "question", "name", "kind")
# What is never another for a wish: where a plan comes from, and what code or the issue says.
CLOSED = ("/title", "/contract_defaults", "/requirements/header", "/roadmap/version")
_ADDED_TO = ("/tasks", "/decisions", "/questions", "/assumptions")


@dataclass(frozen=True, slots=True)
class Concern:
    """`ids` are items that are meant, with what follows from them, `fields` parts without ids; `whole` is
    everything. `adds`: items may be added."""

    ids: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    whole: bool = False
    adds: bool = True

    def __or__(self, other: Concern) -> Concern:
        return Concern(
            self.ids | other.ids,
            self.fields | other.fields,
            self.whole or other.whole,
            self.adds or other.adds,
        )


def concern(draft: Mapping[str, Any], point: Point, text: str) -> Concern:
    """What words of a person are about: what they stand at, what they name, else what they speak of in the
    same words; else everything."""
    known = dict(items_in(draft))
    named = {one for one in names_in(text) if one in known} | ({point.item} & known.keys())
    if not named and not point.field:
        named = {*_alike(draft, known, text)}
    field = point.field if point.field and point.item not in known else ""
    if not named and not field:
        return Concern(whole=True)
    return Concern(frozenset(named | dependants(draft, named)), frozenset({field} if field else ()))


def names_in(text: str) -> set[str]:
    """The ids that a text names; a step is a task."""
    return {re.sub(r"[Ss]tep ", "T", one) for one in _NAME.findall(text[:20_000])}


def dependants(draft: Mapping[str, Any], ids: Set[str]) -> set[str]:
    """What follows from these items: tasks that come after them, and whatever names one of all those."""
    found = set(ids)
    tasks = draft.get("tasks") or []
    for _ in tasks:
        after = {one["id"] for one in tasks if found & {*(one.get("depends_on") or ()), one.get("milestone")}}
        if after <= found:
            break
        found |= after
    whole = dict(items_in(draft))
    naming = {name for name, pointer in whole.items() if found & {*_words_of(part(draft, pointer))}}
    return found | naming


def pointers(draft: Mapping[str, Any], what: Concern) -> tuple[str, ...]:
    """The JSON Pointers into the draft at which something may change."""
    known = dict(items_in(draft))
    ids = known.keys() if what.whole else what.ids & known.keys()
    fields = {f"/{one.replace('.', '/')}" for one in what.fields}
    if what.whole:
        fields |= {f"/{name}" for name in draft} - {"/roadmap", "/requirements", "/streams", "/delivery"}
        fields |= {"/roadmap/objective", "/requirements", "/streams", "/delivery"}
    lists = {pointer.rpartition("/")[0] for name in ids for pointer in [known[name]]}
    milestones = {part(draft, known[one]).get("milestone") for one in ids}
    holders = (f"{known[one]}/max_diff_scope" for one in milestones if one in known)
    lists |= set(_ADDED_TO)
    behind = (f"{one}/-" for one in lists if what.adds and one != "/obligations")
    found = {*(known[name] for name in ids), *fields, *holders, *behind}
    return tuple(sorted(one for one in found if one not in CLOSED))


def _words_of(value: Any) -> Iterator[str]:
    """The texts in lists of an item, and its own: references are among them."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in items:
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            yield from (each for each in one if isinstance(each, str))


def _alike(draft: Mapping[str, Any], known: Mapping[str, str], text: str) -> Iterable[str]:
    """Items whose titles or files share a word with the text."""
    wanted = content_words(text[:20_000])
    for name, pointer in known.items():
        item = part(draft, pointer)
        said = [str(item.get(field) or "") for field in _SAID_OF]
        said += [str(one.get("path", "")) for one in item.get("files") or () if isinstance(one, dict)]
        if wanted & content_words(" ".join(said)):
            yield name
