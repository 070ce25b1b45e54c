"""The format `functional`: what a system must do, in requirements, rules, criteria and work streams, as
Markdown and as `plan_output.json` beside it. The Markdown counts; the JSON fills in what it does not say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from bot.plan.findings import Location
from bot.plan.markdown import Document
from bot.plan.readers.criteria import has_clauses, read_clauses
from bot.plan.readers.functional_json import fill_from_json
from bot.plan.readers.functional_tables import (
    CONCERNS,
    DEV_NEEDS,
    INTEGRATIONS,
    MANDATE,
    QUALITIES,
    REVIEW,
    RULES,
    SCENARIOS,
    SCHEMA,
    STREAMS,
    VERIFICATION,
    Table,
    read_table,
)
from bot.plan.readers.parts import (
    Chapter,
    Entry,
    Field,
    Page,
    book,
    fields,
    groups,
    is_none,
    known_chapters,
    listed,
    of_format,
    rows,
    summary,
    texts,
)
from bot.plan.readers.reading import Reading
from bot.plan.readers.stretch import Stretch, of_cell

_HEADER = {
    "task": "task",
    "task id": "task",
    "branch": "branch",
    "feature": "feature",
    "created": "created",
    "date": "created",
}
_NAMED = re.compile(
    r"(?:\*\*|__|`)?(?P<id>(?:[A-Z]{1,3}-|(?:FR|NFR|AC|BR|WS)[ _.]?)\d{1,6}(?:\.\d{1,3}|[a-z]{0,3}))\b"
    r"(?:\*\*|__|`)?\s*[:·–—.-]*\s*"
)
_TRACE = re.compile(r"\(\s*(?P<ids>(?:FR|NFR|BR)-[^()]{1,200})\)\s*+(?:(?:\*\*|__)\s*+)?(?:[:.]\s*)?$")
_HIGH = re.compile(r"^\W*(?P<impact>high|medium|low)\b", re.IGNORECASE)
_YES = re.compile(r"\s*(?:confirmed|yes|resolved|✅|✓)(?:\W|$)", re.IGNORECASE)


def read(documents: Sequence[Document]) -> Reading:
    """The Markdown of a functional plan, and its `plan_output.json` when that is among the documents."""
    page = Page(documents[0].path if documents else "")
    for document in of_format(documents):
        page.path = document.path
        root = book(document)
        _header(page, root)
        for name, chapter in known_chapters(page, root, _SECTIONS):
            _READ[name](page, chapter)
    for document in documents:
        if document.path.endswith(".json"):
            page.path = document.path
            fill_from_json(page, document.text)
    return page.reading("functional", "functional", *documents)


def _header(page: Page, root: Chapter) -> None:
    """The lines Task, Branch, Feature and Created at the top; what else stands there stays for prose."""
    top = root if root.own else next(iter(root.chapters), root)
    left: list[Entry] = []
    for one in fields(top.own, frozenset(_HEADER)):
        if not one.name:
            left.extend(one.below)
        elif one.said:
            page.bare(f"/requirements/header/{_HEADER[one.name]}", one.said[0])
    top.own = [] if top is root else left
    if top is root:
        page.keep(left, "")


# --- requirements

LABELS = frozenset(
    {"agent hint", "description", "inputs", "behaviour", "behavior", "success criteria", "success",
     "error cases", "errors", "covers"}
)  # fmt: skip


def _requirements(page: Page, chapter: Chapter) -> None:
    for entry in chapter.own:
        found = _NAMED.match(entry.text.source) if entry.kind == "item" else None
        if found and found["id"].startswith("FR"):
            mine = _named(page, "/requirements/functional", entry.text, found, "title")
            _requirement(page, mine, entry.below, found["id"])
        else:
            page.keep([entry], chapter.title.words)
    for inner in chapter.chapters:
        found = _NAMED.match(inner.title.source)
        if found and found["id"].startswith("FR"):
            mine = _named(page, "/requirements/functional", inner.title, found, "title")
            _requirement(page, mine, _whole(inner), found["id"])
        elif inner.chapters or inner.own:
            page.puzzled(
                f"'{inner.title.words[:80]}' has no id like FR-1", inner.title, [], inner.title.words
            )
            _requirements(page, inner)


def _whole(chapter: Chapter) -> list[Field | Entry]:
    """A chapter's entries, and its inner chapters as fields when they are labels."""
    return [*chapter.own, *(one for one in groups(Chapter(chapter.title, 0, [], chapter.chapters), LABELS))]


def _named(page: Page, pointer: str, text: Stretch, found: re.Match[str], name: str) -> str:
    mine = page.open(pointer, text)
    page.put(f"{mine}/id", found["id"], *text.cut(*found.span("id")).lines[0])
    page.text(f"{mine}/{name}", text.cut(found.end()).undangled())
    return mine


def _requirement(page: Page, mine: str, parts: Sequence[Field | Entry], heading: str) -> None:
    entries = [one for one in parts if isinstance(one, Entry)]
    found = [*fields(entries, LABELS), *(one for one in parts if isinstance(one, Field))]
    behaviour = [one for one in found if one.name in ("behaviour", "behavior")]
    described = [one for one in found if one.name == "description"]
    page.long(f"{mine}/behaviour", [text for one in [*described, *behaviour] for text in one.said])
    for one in found:
        match one.name:
            case "agent hint":
                page.bare(f"{mine}/agent_hint", next(iter(one.said), None))
            case "inputs":
                _inputs(page, f"{mine}/inputs", one, heading)
            case "success criteria" | "success":
                page.many(f"{mine}/success", one.said)
            case "error cases" | "errors":
                _errors(page, f"{mine}/errors", one, heading)
            case "covers":
                for text in one.said:
                    page.references(f"{mine}/covers", text)
            case "":
                page.puzzled(f"text of {heading} without a label", one.text, one.below, heading)
        taken = ("row",) if one.name in ("inputs", "error cases", "errors") else ()
        if one.name:
            page.keep((two for two in one.below if two.kind not in ("item", "paragraph", *taken)), heading)


_NEED = re.compile(r"\s{0,40}(?P<need>required|optional|mandatory)\b\s{0,40}[,;:.]?\s{0,40}", re.IGNORECASE)
_NEEDS = {"required": "required", "mandatory": "required", "optional": "optional"}


def _inputs(page: Page, pointer: str, one: Field, heading: str) -> None:
    for row in rows(one.below, "Field"):
        name = row.cell("Field")
        if name and name.words and not is_none(name.words):
            mine = page.open(pointer, name)
            page.bare(f"{mine}/name", name)
            page.bare(f"{mine}/kind", row.cell("Type"))
            _need(page, mine, row.cell("Constraints", "Constraint"))
    for text in one.said:
        if is_none(text.words):
            page.empty(pointer, text)
        else:
            page.puzzled("inputs are read from a table Field, Type, Constraints", text, (), heading)
            page.say(text.source, heading, text.line, text.col)


def _need(page: Page, mine: str, text: Stretch | None) -> None:
    if text is None:
        return
    found = _NEED.match(text.source)
    if found:
        page.choice(f"{mine}/need", text.cut(*found.span("need")), _NEEDS)
    page.text(f"{mine}/bound", text.cut(found.end()) if found else text)


_CASE = re.compile(r"\s{0,40}(?:→|->|=>|:\s|\s[–—-]\s)\s{0,40}")


def _errors(page: Page, pointer: str, one: Field, heading: str) -> None:
    for row in rows(one.below, "Condition"):
        condition = row.cell("Condition")
        if condition and condition.words:
            mine = page.open(pointer, condition)
            page.text(f"{mine}/condition", condition)
            page.text(
                f"{mine}/behaviour",
                row.cell("Expected Behaviour", "Expected Behavior", "Behaviour", "Expected"),
            )
    for text in one.said:
        gap = _CASE.search(text.source)
        if is_none(text.words):
            page.empty(pointer, text)
        elif gap:
            mine = page.open(pointer, text)
            page.text(f"{mine}/condition", text.cut(0, gap.start()))
            page.text(f"{mine}/behaviour", text.cut(gap.end()))
        else:
            page.puzzled("an error case needs a condition and what happens", text, (), heading)
            page.say(text.source, heading, text.line, text.col)


# --- tables


def _table(table: Table) -> Callable[[Page, Chapter], None]:
    def read_section(page: Page, chapter: Chapter) -> None:
        read_table(page, list(chapter.entries), table, chapter.title.words)

    return read_section


def _business_rules(page: Page, chapter: Chapter) -> None:
    entries = list(chapter.entries)
    items = [one for one in entries if one.kind == "item" and _NAMED.match(one.text.source)]
    for entry in items:
        found = _NAMED.match(entry.text.source)
        assert found is not None
        _named(page, "/requirements/rules", entry.text, found, "text")
    known = {id(entry) for entry in items}
    read_table(page, [one for one in entries if id(one) not in known], RULES, chapter.title.words)


def _integrations(page: Page, chapter: Chapter) -> None:
    for entry in chapter.entries:
        kinds = (kind for kind, table in INTEGRATIONS.items() if entry.kind == "row" and table.takes(entry))
        kind = next(kinds, "")
        if not kind:
            page.keep([entry], chapter.title.words)
        elif mine := INTEGRATIONS[kind].read(page, entry):
            page.put(f"{mine}/kind", kind, entry.block.line, entry.block.col)


def _scenarios(page: Page, chapter: Chapter) -> None:
    for area in [Chapter(chapter.title, chapter.level, chapter.own), *chapter.chapters]:
        for entry in area.entries:
            if entry.kind == "row" and SCENARIOS.takes(entry):
                mine = SCENARIOS.read(page, entry)
                if mine and f"{mine}/area" not in page.places and area.title is not chapter.title:
                    page.text(f"{mine}/area", area.title)
            else:
                page.keep([entry], area.title.words)


def _qualities(page: Page, chapter: Chapter) -> None:
    for entry in chapter.entries:
        if entry.kind == "row" and QUALITIES.takes(entry):
            if mine := QUALITIES.read(page, entry):
                _quality_id(page, mine, entry.cell("Requirement", "Name"))
        elif entry.kind == "item" and (found := _NAMED.match(entry.text.source)):
            _named(page, "/requirements/qualities", entry.text, found, "target")
        else:
            page.keep([entry], chapter.title.words)


def _quality_id(page: Page, mine: str, name: Stretch | None) -> None:
    """NFR-1 at the start of the name. A row without an id has none: what refers to it refers to nothing."""
    if f"{mine}/id" in page.places or name is None:
        return
    found = _NAMED.match(name.source)
    if found and found["id"].startswith("NFR"):
        page.put(f"{mine}/id", found["id"], *name.cut(*found.span("id")).lines[0])
        rest = name.cut(found.end()).undangled()
        if rest.words:
            page.text(f"{mine}/name", rest)


def _schema(page: Page, chapter: Chapter) -> None:
    read_table(page, chapter.own, SCHEMA, chapter.title.words)
    for inner in chapter.chapters:
        if inner.name in ("deploy ordering", "deploy order", "deployment order"):
            page.list_of("/requirements/deploy_order", list(inner.entries), inner.title.words)
        else:
            read_table(page, list(inner.entries), SCHEMA, inner.title.words)


def _streams(page: Page, chapter: Chapter) -> None:
    for entry in chapter.entries:
        if entry.kind == "row" and STREAMS.takes(entry):
            if mine := STREAMS.read(page, entry):
                _stream_id(page, mine, entry.cell("Stream"))
        else:
            page.keep([entry], chapter.title.words)


def _stream_id(page: Page, mine: str, name: Stretch | None) -> None:
    found = _NAMED.match(name.source) if name else None
    if name and found:
        page.put(f"{mine}/id", found["id"], *name.cut(*found.span("id")).lines[0])
        rest = name.cut(found.end()).undangled()
        page.put(f"{mine}/name", rest.words, *(rest if rest.source else name).lines[0])


# --- criteria, questions, assumptions, notes


def _criteria(page: Page, chapter: Chapter) -> None:
    _criteria_of(page, chapter.own, chapter.title.words)
    for inner in chapter.chapters:
        found = _NAMED.match(inner.title.source)
        if found and found["id"].startswith("AC"):
            mine = _criterion(page, inner.title, found)
            read_clauses(page, mine, inner.entries, found["id"])
        else:
            _criteria(page, inner)


def _criterion(page: Page, text: Stretch, found: re.Match[str]) -> str:
    mine = page.open("/requirements/criteria", text)
    page.put(f"{mine}/id", found["id"], *text.cut(*found.span("id")).lines[0])
    rest = text.cut(found.end())
    trace = _TRACE.search(rest.source)
    page.text(f"{mine}/title", rest.cut(0, trace.start() if trace else None).undangled())
    if trace:
        page.references(f"{mine}/requirements", rest.cut(*trace.span("ids")))
    return mine


def _criteria_of(page: Page, entries: Sequence[Entry], heading: str) -> None:
    """Criteria that are items or bold lines, with their clauses below or after them."""
    mine = ""
    for entry in entries:
        found = _NAMED.match(entry.text.source) if entry.kind in ("item", "paragraph") else None
        if found and found["id"].startswith("AC"):
            first = entry.text.cut(0, _first_clause(entry.text, found.end()))
            mine = _criterion(page, first, found)
            rest = entry.text.cut(_first_clause(entry.text, found.end()))
            inline = [Entry(entry.block, rest)] if rest.source else []
            read_clauses(page, mine, [*inline, *entry.below], found["id"])
        elif mine and entry.kind in ("item", "paragraph") and has_clauses(entry.text):
            read_clauses(page, mine, [entry], heading)
        else:
            page.keep([entry], heading)


_CLAUSE = re.compile(r"(?:\*\*|__|\*)?(?:Given|GIVEN|When|WHEN)\b")


def _first_clause(text: Stretch, start: int) -> int:
    found = _CLAUSE.search(text.source, start)
    return found.start() if found else len(text.source)


def _non_goals(page: Page, chapter: Chapter) -> None:
    page.list_of("/non_goals", list(chapter.entries), chapter.title.words)


def _questions(page: Page, chapter: Chapter) -> None:
    entries = list(chapter.entries)
    taken = listed(entries)
    for said in texts(taken):
        if is_none(said.words):
            page.empty("/questions", said)
            continue
        mine = page.open("/questions", said)
        found = _NAMED.match(said.source)
        if found and found["id"].startswith("Q"):
            page.put(f"{mine}/id", found["id"], *said.cut(*found.span("id")).lines[0])
            said = said.cut(found.end()).undangled()
        page.text(f"{mine}/text", said)
    known = {id(entry) for entry in taken}
    page.keep((entry for entry in entries if id(entry) not in known), chapter.title.words)


def _assumptions(page: Page, chapter: Chapter) -> None:
    for entry in chapter.entries:
        if entry.kind != "row" or not entry.has("Assumption"):
            page.keep([entry], chapter.title.words)
        elif not entry.block.head:
            _assumption(page, entry)


def _assumption(page: Page, row: Entry) -> None:
    text = row.cell("Assumption")
    name = row.cell("#", "ID") or of_cell(row.block.cells[0])
    if text is None or not text.words:
        return
    mine = page.open("/assumptions", name if name.source else text)
    if name.source and name.source != text.source:
        page.bare(f"{mine}/id", name)
    page.text(f"{mine}/text", text)
    if impact := row.cell("Impact if Wrong", "Impact"):
        found = _HIGH.match(impact.words)
        page.put(f"{mine}/impact", found["impact"].lower() if found else "", impact.line, impact.col)
        page.text(f"{mine}/if_wrong", impact)
    resolved = row.cell("Resolved?", "Resolved", "Status")
    if resolved and resolved.words:
        page.put(f"{mine}/resolved", bool(_YES.match(resolved.words)), resolved.line, resolved.col)
    elif resolved:  # a place without a value: the column is there and blank
        page.places[f"{mine}/resolved"] = Location(page.path, resolved.line, resolved.col)


def _notes(page: Page, chapter: Chapter) -> None:
    """Each labelled line is one note, its label included."""
    for entry in chapter.entries:
        if not listed([entry]):
            page.keep([entry], chapter.title.words)
            continue
        for said in _note_lines(entry.text):
            page.many("/requirements/notes", [said])
        page.many("/requirements/notes", texts(entry.below))


_NOTE = re.compile(r"(?:^|(?<=\s))(?:\*\*|__)[^*_]{1,80}(?::(?:\*\*|__)|(?:\*\*|__):)", re.MULTILINE)


def _note_lines(text: Stretch) -> list[Stretch]:
    starts = [found.start() for found in _NOTE.finditer(text.source)]
    cuts = sorted({0, *starts, len(text.source)})
    return [text.cut(start, end) for start, end in pairwise(cuts)]


_SECTIONS: Mapping[str, str] = {
    **dict.fromkeys(("feature overview", "overview", "summary"), "overview"),
    "functional requirements": "requirements",
    "business rules": "rules",
    **dict.fromkeys(("integration points", "integrations"), "integrations"),
    **dict.fromkeys(("schema changes", "schema"), "schema"),
    "acceptance criteria": "criteria",
    "test scenarios": "scenarios",
    **dict.fromkeys(("work streams", "workstreams"), "streams"),
    **dict.fromkeys(("non functional requirements", "quality requirements"), "qualities"),
    **dict.fromkeys(("security considerations", "security"), "concerns"),
    **dict.fromkeys(("out of scope", "non goals"), "non_goals"),
    "open questions": "questions",
    **dict.fromkeys(("assumption register", "assumptions"), "assumptions"),
    "codebase notes": "notes",
    **dict.fromkeys(("se verification contract", "verification contract"), "verification"),
    "test mandate": "mandate",
    "review contract": "review",
    **dict.fromkeys(("dev environment", "development environment"), "dev"),
    **dict.fromkeys(("deploy ordering", "deploy order"), "deploy"),
}


def _deploy(page: Page, chapter: Chapter) -> None:
    page.list_of("/requirements/deploy_order", list(chapter.entries), chapter.title.words)


_READ: Mapping[str, Callable[[Page, Chapter], None]] = {
    "overview": summary,
    "requirements": _requirements,
    "rules": _business_rules,
    "integrations": _integrations,
    "schema": _schema,
    "criteria": _criteria,
    "scenarios": _scenarios,
    "streams": _streams,
    "qualities": _qualities,
    "concerns": _table(CONCERNS),
    "non_goals": _non_goals,
    "questions": _questions,
    "assumptions": _assumptions,
    "notes": _notes,
    "verification": _table(VERIFICATION),
    "mandate": _table(MANDATE),
    "review": _table(REVIEW),
    "dev": _table(DEV_NEEDS),
    "deploy": _deploy,
}
