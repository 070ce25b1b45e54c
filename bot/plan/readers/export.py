"""The format `export`: one file of fifteen sections that stands alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from bot.plan.markdown import Block, Document
from bot.plan.readers.parts import (
    Chapter,
    Entry,
    FileLine,
    Page,
    book,
    fields,
    file_lines,
    first_label,
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
from bot.plan.readers.stretch import Stretch, closing_mark
from bot.plan.readers.technical import add_impact, read_tests
from bot.plan.readers.work import LABELS, read_work, step_id

_SECTIONS: Mapping[str, str] = {
    **dict.fromkeys(("summary", "one paragraph summary"), "summary"),
    "goals": "goals",
    "goal": "goals",
    "non goals": "non_goals",
    "not goals": "non_goals",
    "requirements": "requirements",
    "assumptions and constraints": "assumptions",
    "assumptions": "assumptions",
    "constraints": "constraints",
    **dict.fromkeys(("current system snapshot", "system snapshot", "current system"), "snapshot"),
    **dict.fromkeys(
        ("impacted files and directories", "impacted files", "impact map", "impacted files directories"),
        "impact",
    ),
    **dict.fromkeys(("implementation plan", "implementation steps", "step by step plan"), "steps"),
    **dict.fromkeys(
        ("data and interface contracts", "interfaces and contracts", "data interface contracts"), "contracts"
    ),
    **dict.fromkeys(("testing plan", "test plan"), "tests"),
    "verification checklist": "checks",
    **dict.fromkeys(("rollout and rollback", "rollout", "rollback"), "rollout"),
    **dict.fromkeys(("plan completeness audit", "completeness audit"), "audit"),
    "open questions": "questions",
}
_TITLE = re.compile(r"plan\s*[:–—-]\s*", re.IGNORECASE)
_SLUG = re.compile(r"\(\s*+\[?`?(?P<slug>[^()`\[\]]{1,120})`?\]?\s*\)\s*$")
# An id at the start of an item, bold or not, with what stands in brackets or bold text after it.
_NAMED = re.compile(
    r"(?P<mark>\*\*|__|`)?"
    r"(?P<id>(?:(?:FR|NFR|A|C|Q|BR)-|(?:FR|NFR|BR)[ _.]?)\d{1,6}(?:\.\d{1,3}|[a-z]{0,3}))\b"
    r"(?:`|(?P<closed>\*\*|__))?"
    r"\s*(?P<remark>\([^()]{0,120}\))?\s*(?:`|(?P<late>\*\*|__))?\s*[:–—.-]?\s*"
)
_NAME_ENDS = (":", "–", "—", ".", "-")
_AFTER_NAME = re.compile(r"\s{0,40}[:–—.-]?\s{0,40}")
_MARKER = re.compile(r"\s*\**\[0o0o NEEDS\s+CONFIRMATION\]\**\s*[:–—-]?\s*", re.IGNORECASE)
_IMPACT = re.compile(
    r"\bimpact\s*+(?::\s*)?(?P<a>high|medium|low)\b|\b(?P<b>high|medium|low)\s+impact\b", re.IGNORECASE
)
_RESOLVED = re.compile(r"\b(?P<no>un|not\s+)?(?:resolved|confirmed)\b", re.IGNORECASE)
_STEP = re.compile(
    r"(?:\*\*|__)?(?:(?:step|task)\s+(?P<named>T?\d{1,6}[a-z]?|[A-Z])\b|(?P<bare>T\d{1,6}[a-z]?|\d{1,6})(?=\s*[:.·–—)]))"
    r"(?:\*\*|__)?\s*[:·–—.)-]*\s*",
    re.IGNORECASE,
)
_ARROW = re.compile(r"\s{0,40}(?:→|⇒|->|=>)\s{0,40}")
_COMMAND = re.compile(
    r"(?P<before>.*?)(?P<colon>:|\brun)?\s{0,40}`(?P<cmd>[^`]{1,2000})`\s{0,40}$", re.DOTALL | re.IGNORECASE
)
_QUESTION_LABELS = frozenset({"why", "options", "possible answers", "blocking", "default"})


def read(documents: Sequence[Document]) -> Reading:
    """One or more documents as a self-contained plan."""
    page = Page(documents[0].path if documents else "")
    for document in of_format(documents):
        page.path = document.path
        root = book(document)
        _title(page, root)
        page.keep(root.own, "")
        for name, chapter in known_chapters(page, root, _SECTIONS):
            _READ[name](page, chapter)
    return page.reading("export", "export", *documents)


def _title(page: Page, root: Chapter) -> None:
    first = next((one for one in root.chapters if one.level == 1), None)
    found = _TITLE.match(first.title.source) if first else None
    if first is None or found is None or "title" in page.value:
        return
    title = first.title.cut(found.end())
    slug = _SLUG.search(title.source)
    page.text("/title", title.cut(0, slug.start() if slug else None))
    if slug:
        page.bare("/slug", title.cut(*slug.span("slug")))


def _list(pointer: str) -> Callable[[Page, Chapter], None]:
    def read_list(page: Page, chapter: Chapter) -> None:
        page.list_of(pointer, list(chapter.entries), chapter.title.words)

    return read_list


_KINDS = frozenset(
    {"functional", "functional requirements", "non functional", "non functional requirements", "quality"}
)


def _requirements(page: Page, chapter: Chapter) -> None:
    for one in groups(chapter, _KINDS):
        kind = "" if not one.name else "functional" if one.name.startswith("functional") else "qualities"
        for entry in one.below:
            _requirement(page, entry, kind, chapter.title.words)


def _requirement(page: Page, entry: Entry, kind: str, heading: str) -> None:
    text = entry.text
    found = _NAMED.match(text.source) if entry.kind in ("item", "paragraph") else None
    if found and found["id"][0] in "FN":
        kind = "functional" if found["id"].startswith("FR") else "qualities"
    elif entry.kind == "item" and is_none(text.words):
        page.empty(f"/requirements/{kind or 'functional'}", text)
        return
    elif not kind or entry.kind != "item":
        _unless_introduction(page, entry, heading)
        return
    mine = page.open(f"/requirements/{kind}", text)
    name, rest = _named(page, mine, text, found)
    page.text(f"{mine}/{'title' if kind == 'functional' else 'name'}", name)
    page.long(f"{mine}/{'behaviour' if kind == 'functional' else 'target'}", [rest, *texts(entry.below)])


def _unless_introduction(page: Page, entry: Entry, heading: str) -> None:
    if entry.kind == "item":
        page.puzzled("this requirement has no id (FR-1, NFR-1)", entry.text, [entry], heading)
    else:
        page.keep([entry], heading)


def _named(
    page: Page, mine: str, text: Stretch, found: re.Match[str] | None
) -> tuple[Stretch | None, Stretch]:
    """Set the id; the name in bold text after it, and what follows."""
    if not found:
        return None, text
    page.put(f"{mine}/id", found["id"], *text.cut(*found.span("id")).lines[0])
    rest = text.cut(found.end())
    if found["mark"] in ("**", "__") and not (found["closed"] or found["late"]):
        end = closing_mark(rest.source, found["mark"], 0)
        if end > 0:
            return _before(rest, end), rest.cut(_after(rest.source, end + 2))
        return None, rest.undangled()
    return None, rest


def _before(text: Stretch, end: int) -> Stretch:
    name = text.source[:end].rstrip()
    return text.cut(0, len(name) - (name.endswith(_NAME_ENDS) and name[-2:-1] != "\\"))


def _after(source: str, start: int) -> int:
    found = _AFTER_NAME.match(source, start)
    return found.end() if found else start


def _assumptions(page: Page, chapter: Chapter) -> None:
    for one in groups(chapter, frozenset({"assumptions", "constraints"})):
        for entry in one.below:
            _assumption(page, entry, one.name, chapter.title.words)
        if one.name and one.text.source:
            page.many("/constraints", [one.text])


def _assumption(page: Page, entry: Entry, kind: str, heading: str) -> None:
    text = entry.text
    if entry.kind != "item":
        page.keep([entry], heading)
        return
    found = _NAMED.match(text.source)
    if (found and found["id"].startswith("A-")) or (
        not found and kind == "assumptions" and not is_none(text.words)
    ):
        mine = page.open("/assumptions", text)
        name, rest = _named(page, mine, text, found)
        _remark(page, mine, text, found)
        page.long(f"{mine}/text", [*([name] if name else []), rest, *texts(entry.below)], " ")
    elif is_none(text.words):
        page.empty(f"/{kind or 'constraints'}", text)
    else:
        page.many("/constraints", [text.cut(found.end()) if found else text, *texts(entry.below)])


def _remark(page: Page, mine: str, text: Stretch, found: re.Match[str] | None) -> None:
    if not found or not found["remark"]:
        return
    remark = text.cut(*found.span("remark"))
    if impact := _IMPACT.search(remark.source):
        group = "a" if impact["a"] else "b"
        page.put(f"{mine}/impact", impact[group].lower(), *remark.cut(*impact.span(group)).lines[0])
    if resolved := _RESOLVED.search(remark.source):
        page.put(f"{mine}/resolved", not resolved["no"], *remark.cut(*resolved.span()).lines[0])


def _constraints(page: Page, chapter: Chapter) -> None:
    for entry in chapter.entries:
        _assumption(page, entry, "constraints", chapter.title.words)


def _impact(page: Page, chapter: Chapter) -> None:
    entries = list(chapter.entries)
    found = [
        row
        for head in ("Path", "File", "File / directory", "File or directory")
        for row in rows(entries, head)
    ]
    table = list({id(row): row for row in found}.values())
    for row in table:
        path = row.cell("Path", "File", "File / directory", "File or directory")
        if path and path.words:
            why = row.cell("Why", "Reason", "Description", "Purpose")
            add_impact(page, FileLine(path, row.cell("Change", "Change type", "Type"), why, None))
    taken = [] if table else listed(entries)
    for said in texts(taken):
        _impact_line(page, said, chapter.title.words)
    known = {id(entry) for entry in [*table, *taken]}
    page.keep((entry for entry in entries if id(entry) not in known), chapter.title.words)


def _impact_line(page: Page, said: Stretch, heading: str) -> None:
    if is_none(said.words):
        page.empty("/codebase/impact", said)
        return
    for line in file_lines(said):
        if isinstance(line, FileLine):
            add_impact(page, line)
        else:
            page.not_read.append(f"{page.path}, line {line.line}: no file name in '{line.words[:60]}'")
            page.say(line.source, heading, line.line, line.col)


def _steps(page: Page, chapter: Chapter) -> None:
    taken: list[Entry] = []
    for entry in chapter.own:
        if entry.kind == "item" and (entry.block.number is not None or _STEP.match(entry.text.source)):
            _item_step(page, entry)
            taken.append(entry)
    known = {id(entry) for entry in taken}
    page.keep((entry for entry in chapter.own if id(entry) not in known), chapter.title.words)
    for inner in chapter.chapters:
        _chapter_step(page, inner)


def _chapter_step(page: Page, chapter: Chapter) -> None:
    title = chapter.title
    found = _STEP.match(title.source)
    if not found:
        page.puzzled(f"'{title.words[:80]}' is not a step", title, [], title.words)
        _steps(page, chapter)
        return
    mine = page.open("/tasks", title)
    page.put(f"{mine}/id", *_step_id(title, found))
    page.text(f"{mine}/title", title.cut(found.end()).undangled())
    read_work(page, mine, _with_headings(chapter), f"Step {found['named'] or found['bare']}")


def _step_id(text: Stretch, found: re.Match[str]) -> tuple[str, int, int]:
    group = "named" if found["named"] else "bare"
    return (step_id(found[group]), *text.cut(*found.span(group)).lines[0])


def _with_headings(chapter: Chapter) -> list[Entry]:
    """A step's entries; headings in it that are labels count as labels."""
    entries = list(chapter.own)
    for inner in chapter.chapters:
        if inner.name in LABELS:
            source = f"{inner.title.source}:"
            label = Stretch(source, inner.title.lines)
            entries.append(Entry(Block("paragraph", source, inner.title.line, inner.title.col), label))
        entries.extend(inner.entries)
    return entries


def _item_step(page: Page, entry: Entry) -> None:
    text = entry.text
    found = _STEP.match(text.source)
    mine = page.open("/tasks", text)
    name = _step_id(text, found) if found else (f"T{entry.block.number}", text.line, text.col)
    page.put(f"{mine}/id", *name)
    if entry.block.box == "x":
        page.put(f"{mine}/done", True, text.line, text.col)
    title = text.cut(found.end()) if found else text
    label = first_label(title, LABELS)
    at = title.source.find(label.source) if label else None
    page.text(f"{mine}/title", title.cut(0, at).undangled())
    inline = [Entry(entry.block, title.cut(at))] if at is not None else []
    read_work(page, mine, [*inline, *entry.below], f"Step {name[0].removeprefix('T')}")


_HEADS = ("Name", "Interface", "Contract")


def _contracts(page: Page, chapter: Chapter) -> None:
    table = list(rows(chapter.own, "Name"))
    for row in table:
        name = row.cell(*_HEADS)
        if name and name.words:
            mine = page.open("/codebase/interfaces", name)
            page.text(f"{mine}/name", name)
            page.bare(f"{mine}/kind", row.cell("Kind", "Type"))
            page.text(f"{mine}/text", row.cell("Shape", "Contract", "Text", "Description"))
    known = {id(row) for row in table}
    rest = [entry for entry in chapter.own if id(entry) not in known]
    items = [entry for entry in rest if entry.kind == "item"]
    for entry in items:
        _contract(page, entry, chapter.title.words)
    others = [entry for entry in rest if entry.kind != "item"]
    if not items and not table and any(_says_nothing(entry) for entry in others):
        page.empty("/codebase/interfaces", others[0].text)
    page.keep(others, chapter.title.words)
    for inner in chapter.chapters:
        _contract_chapter(page, inner)


def _says_nothing(entry: Entry) -> bool:
    return entry.kind == "paragraph" and entry.text.words.lower().startswith(
        ("not applicable", "none", "n/a")
    )


_INTERFACE = re.compile(
    r"(?:\*\*|__)?(?P<name>`[^`]{1,300}`|[^*`:]{0,119}?[^*`:\s])(?:\*\*|__)?\s*+(?:\((?P<kind>[^()]{1,60})\))?(?:\*\*|__)?"
    r"\s*+(?::(?:\*\*|__)?|(?<=\s)[–—-])\s+"
)


def _contract(page: Page, entry: Entry, heading: str) -> None:
    text = entry.text
    if is_none(text.words):
        page.empty("/codebase/interfaces", text)
        return
    found = _INTERFACE.match(text.source)
    if not found:
        page.puzzled("this contract has no name with a colon after it", text, [entry], heading)
        return
    mine = page.open("/codebase/interfaces", text)
    page.text(f"{mine}/name", text.cut(*found.span("name")))
    if found["kind"]:
        page.bare(f"{mine}/kind", text.cut(*found.span("kind")))
    page.long(f"{mine}/text", [text.cut(found.end()), *texts(entry.below)])
    page.keep((one for one in entry.below if one.kind not in ("item", "paragraph")), heading)


def _contract_chapter(page: Page, chapter: Chapter) -> None:
    mine = page.open("/codebase/interfaces", chapter.title)
    title, kind = chapter.title, re.search(r"\(([^()]{1,60})\)\s*$", chapter.title.source)
    page.text(f"{mine}/name", title.cut(0, kind.start() if kind else None))
    if kind:
        page.bare(f"{mine}/kind", title.cut(*kind.span(1)))
    entries = list(chapter.entries)
    page.long(f"{mine}/text", [one.text for one in entries if one.kind in ("item", "paragraph")])
    page.keep((one for one in entries if one.kind not in ("item", "paragraph")), title.words)


def _tests(page: Page, chapter: Chapter) -> None:
    read_tests(page, list(chapter.entries), chapter.title.words)


def _checks(page: Page, chapter: Chapter) -> None:
    entries = list(chapter.entries)
    table = [row for head in ("Action", "Check") for row in rows(entries, head)]
    for row in table:
        action = row.cell("Action", "Check")
        if action and action.words:
            mine = page.open("/delivery/checks", action)
            page.text(f"{mine}/action", action)
            page.bare(f"{mine}/command", row.cell("Command", "Run"))
            page.text(f"{mine}/expected", row.cell("Expected", "Expected result", "Outcome"))
    taken = listed(entries)
    for said in texts(taken):
        _check(page, said)
    known = {id(entry) for entry in [*table, *taken]}
    page.keep((entry for entry in entries if id(entry) not in known), chapter.title.words)


def _check(page: Page, said: Stretch) -> None:
    if not said.words or is_none(said.words):
        page.empty("/delivery/checks", said)
        return
    mine = page.open("/delivery/checks", said)
    arrow = _outside_code(_ARROW, said.source)
    before = said.cut(0, arrow.start() if arrow else None)
    command = _COMMAND.fullmatch(before.source) if len(before.source) < 2000 else None
    if command and command["colon"]:
        action = before.cut(0, command.end("before")) if command["before"].strip() else before
        page.text(f"{mine}/action", action)
        page.bare(f"{mine}/command", before.cut(*command.span("cmd")))
    else:
        page.text(f"{mine}/action", before)
    if arrow:
        page.text(f"{mine}/expected", said.cut(arrow.end()))


def _outside_code(pattern: re.Pattern[str], source: str) -> re.Match[str] | None:
    masked = re.sub(r"`[^`]*`", lambda code: "x" * len(code[0]), source)
    return pattern.search(masked)


def _rollout(page: Page, chapter: Chapter) -> None:
    names = frozenset({"rollout", "rollback", "rollout plan", "rollback plan", "rollback safety"})
    alone = chapter.name if chapter.name in ("rollout", "rollback") else ""
    for one in groups(chapter, names):
        kind = (one.name or alone).split(" ")[0]
        if not kind:
            page.keep(one.below, chapter.title.words)
            continue
        if one.name and one.text.source:
            page.many(f"/delivery/{kind}", [one.text])
        page.list_of(f"/delivery/{kind}", one.below, one.label.words)


def _audit(page: Page, chapter: Chapter) -> None:
    for entry in chapter.entries:
        if entry.kind == "row":
            if not entry.block.head and len(entry.block.cells) > 1:
                check, result = (_cell(entry, at) for at in (0, 1))
                _audited(page, check, result)
        elif entry.kind == "item":
            _audit_item(page, entry)
        else:
            page.keep([entry], chapter.title.words)


def _cell(row: Entry, at: int) -> Stretch:
    one = row.block.cells[at]
    return Stretch(one.text, ((one.line, one.col),)).cut(0)


def _audit_item(page: Page, entry: Entry) -> None:
    text = entry.text
    found = _outside_code(re.compile(r"\s*(?::|→|->|=>|\s[–—-])\s+"), text.source)
    if found:
        _audited(page, text.cut(0, found.start()), text.cut(found.end()))
    elif entry.block.box:
        box = Stretch(f"[{entry.block.box}]", ((text.line, max(text.col - 4, 1)),))
        _audited(page, text, box)
    else:
        _audited(page, text, text.cut(0, 0))


def _audited(page: Page, check: Stretch, result: Stretch) -> None:
    mine = page.open("/audit", check)
    page.text(f"{mine}/check", check)
    page.text(f"{mine}/result", result)


def _questions(page: Page, chapter: Chapter) -> None:
    entries = list(chapter.entries)
    for entry in listed(entries):
        if is_none(entry.text.words):
            page.empty("/questions", entry.text)
        elif entry.text.words:
            _question(page, entry, chapter.title.words)
    known = {id(entry) for entry in listed(entries)}
    page.keep((entry for entry in entries if id(entry) not in known), chapter.title.words)


def _question(page: Page, entry: Entry, heading: str) -> None:
    text = entry.text
    mine = page.open("/questions", text)
    marker = _MARKER.match(text.source)
    rest = text.cut(marker.end()) if marker else text
    found = _NAMED.match(rest.source)
    name, said = _named(page, mine, rest, found if found and found["id"][0] == "Q" else None)
    if not marker and (late := _MARKER.match(said.source)):
        marker, said = late, said.cut(late.end())
    if marker:
        page.put(f"{mine}/marked", True, text.line, text.col)
    page.long(f"{mine}/text", [*([name] if name else []), said], " ")
    _question_fields(page, mine, entry, heading)


def _question_fields(page: Page, mine: str, entry: Entry, heading: str) -> None:
    for one in fields(entry.below, _QUESTION_LABELS):
        if one.name == "why":
            page.long(f"{mine}/why", one.said, " ")
        elif one.name in ("options", "possible answers"):
            page.many(f"{mine}/options", one.said)
        elif one.name == "blocking" and one.text.words.lower().startswith(("yes", "no")):
            page.put(
                f"{mine}/blocking", one.text.words.lower().startswith("yes"), one.text.line, one.text.col
            )
        else:
            page.keep(one.below or [entry], heading)


_READ: Mapping[str, Callable[[Page, Chapter], None]] = {
    "summary": summary,
    "goals": _list("/goals"),
    "non_goals": _list("/non_goals"),
    "requirements": _requirements,
    "assumptions": _assumptions,
    "constraints": _constraints,
    "snapshot": _list("/codebase/snapshot"),
    "impact": _impact,
    "steps": _steps,
    "contracts": _contracts,
    "tests": _tests,
    "checks": _checks,
    "rollout": _rollout,
    "audit": _audit,
    "questions": _questions,
}
