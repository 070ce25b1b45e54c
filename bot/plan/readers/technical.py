"""The format `technical`: approach, phases of tasks, file changes, tests, risks, rollback and deployment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.plan.markdown import Document
from bot.plan.readers.parts import (
    Chapter,
    Entry,
    Field,
    FileLine,
    Page,
    book,
    change_of,
    fields,
    file_lines,
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
from bot.plan.readers.work import LABELS, RISKS, read_work

_SECTIONS: Mapping[str, str] = {
    **dict.fromkeys(("context", "summary", "overview"), "context"),
    **dict.fromkeys(("technical approach", "approach", "technical design"), "approach"),
    **dict.fromkeys(("architecture",), "architecture"),
    **dict.fromkeys(("technology stack", "tech stack", "stack"), "stack"),
    **dict.fromkeys(("data model",), "data_model"),
    **dict.fromkeys(
        ("implementation steps", "implementation phases", "phases", "implementation plan"), "phases"
    ),
    **dict.fromkeys(("file changes", "files", "changed files"), "files"),
    **dict.fromkeys(("testing strategy", "test strategy", "testing", "testing plan"), "tests"),
    **dict.fromkeys(("risk assessment", "risks"), "risks"),
    **dict.fromkeys(("rollback plan", "rollback"), "rollback"),
    **dict.fromkeys(("dependencies", "external dependencies"), "dependencies"),
    **dict.fromkeys(("deployment", "deployment plan"), "deployment"),
}
_APPROACH = {
    "architecture": "architecture",
    "technology stack": "stack",
    "tech stack": "stack",
    "data model": "data_model",
}
_FILES = {
    **dict.fromkeys(("new files", "new file", "created files", "files to create", "new"), "new"),
    **dict.fromkeys(
        ("modified files", "changed files", "files to modify", "edited files", "modified"), "edit"
    ),
    **dict.fromkeys(("deleted files", "removed files", "files to delete", "deleted"), "delete"),
    **dict.fromkeys(("renamed files", "moved files", "renamed"), "rename"),
}
_PHASE_LABELS = frozenset({"goal", "tasks", "estimated time", "estimate", "time"})
_PHASE = re.compile(r"phase\s+(?P<id>\d{1,4}|[A-Z])\b\s*[:–—.-]*\s*", re.IGNORECASE)
_TASK = re.compile(r"(?P<mark>\*\*|__)?(?P<id>T\d{1,6}[a-z]?)\b(?P<closed>\*\*|__)?\s*[·:–—.-]*\s*")
_BOLD = re.compile(r"(?P<mark>\*\*|__)(?P<title>[^*]{1,400}?)(?P=mark)\s*[:–—.-]*\s*")
_TOTAL = frozenset({"total estimated time", "total estimate", "total time", "total"})
_VERSION = re.compile(
    r"(?P<name>`[^`]+`|\S{1,80}(?:\s\S{1,80}){0,3}?)\s+(?:version\s+|v(?=\d))?"
    r"(?P<version>[~^<>=! ]{0,3}\d[\w.*+-]{0,40}(?:\s?,\s?[<>=~^]{1,3}\s?\d[\w.*]{0,40}){0,4})"
    r"(?P<rest>\s*$|\s*[:(—–-].*)",
    re.DOTALL,
)
_STATUSES = {name: name for name in ("present", "new", "service", "credential")}
_STATUS = re.compile(r"\((?P<status>present|new|service|credential)\)", re.IGNORECASE)


def read(documents: Sequence[Document]) -> Reading:
    """One or more documents as a technical plan."""
    page = Page(documents[0].path if documents else "")
    for document in of_format(documents):
        page.path = document.path
        root = book(document)
        _title(page, root)
        page.keep(root.own, "")
        for name, chapter in known_chapters(page, root, _SECTIONS):
            _READ[name](page, chapter)
    return page.reading("technical", "technical", *documents)


_TITLE = re.compile(r"(?:technical\s+|implementation\s+)?plan\s*[:–—-]\s*(?=\S)", re.IGNORECASE)


def _title(page: Page, root: Chapter) -> None:
    first = next((one for one in root.chapters if one.level == 1), None)
    if first and "title" not in page.value and (found := _TITLE.match(first.title.source)):
        page.text("/title", first.title.cut(found.end()))


def _approach(page: Page, chapter: Chapter) -> None:
    for one in groups(chapter, frozenset(_APPROACH)):
        if one.name:
            _notes(page, f"/delivery/{_APPROACH[one.name]}", one)
        else:
            page.keep(one.below, one.label.words if not one.of_item else chapter.title.words)


def _notes(page: Page, pointer: str, one: Field) -> None:
    if one.text.source:
        page.many(pointer, [one.text])
    page.list_of(pointer, one.below, one.label.words)


def _list(pointer: str) -> Callable[[Page, Chapter], None]:
    def read_list(page: Page, chapter: Chapter) -> None:
        page.list_of(pointer, list(chapter.entries), chapter.title.words)

    return read_list


def _phases(page: Page, chapter: Chapter) -> None:
    for one in fields(chapter.own, _TOTAL):
        if one.name and one.said:
            page.text("/delivery/total_estimate", one.said[0])
        elif not one.name:
            page.keep(one.below, chapter.title.words)
    for inner in chapter.chapters:
        if found := _PHASE.match(inner.title.source):
            _phase(page, inner, found)
        elif inner.name in _TOTAL:
            page.long("/delivery/total_estimate", list(texts(inner.own)), " ")
        else:
            page.leave(inner, f"'{inner.title.words[:80]}' is not a phase")


def _phase(page: Page, chapter: Chapter, found: re.Match[str]) -> None:
    title = chapter.title
    pointer = page.open("/delivery/phases", title)
    page.put(f"{pointer}/id", f"P{found['id']}", *title.cut(*found.span("id")).lines[0])
    page.text(f"{pointer}/title", title.cut(found.end()))
    for one in [*fields(chapter.own, _PHASE_LABELS | _TOTAL), *_inner_fields(chapter)]:
        if one.name == "goal":
            page.long(f"{pointer}/goal", one.said)
        elif one.name == "tasks":
            _tasks(page, f"{pointer}/tasks", one)
        elif one.name in _TOTAL:
            page.long("/delivery/total_estimate", one.said[:1])
        elif one.name:
            page.long(f"{pointer}/estimate", one.said[:1])
        elif _is_task_list(one):
            _tasks(page, f"{pointer}/tasks", one)
        else:
            page.keep(one.below, title.words)


def _inner_fields(chapter: Chapter) -> Iterator[Field]:
    yield from groups(Chapter(chapter.title, chapter.level, [], chapter.chapters), _PHASE_LABELS)


def _is_task_list(one: Field) -> bool:
    """An item without a label is a task when it is numbered or has a task's id."""
    return one.of_item and any(
        entry.block.number is not None or _TASK.match(entry.text.source) for entry in one.below
    )


def _tasks(page: Page, pointer: str, one: Field) -> None:
    if one.text.source and is_none(one.text.words) and not one.below:
        page.empty(pointer, one.text)
    for entry in listed(one.below):
        _task(page, pointer, entry)
    known = {id(entry) for entry in listed(one.below)}
    page.keep((entry for entry in one.below if id(entry) not in known), one.label.words)


def _task(page: Page, pointer: str, entry: Entry) -> None:
    text = entry.text
    mine = page.open("/tasks", text)
    number = len(page.value["tasks"])
    found = _TASK.match(text.source)
    name = found["id"].upper() if found else f"T{number}"
    page.put(f"{mine}/id", name, *(text.cut(*found.span("id")) if found else text).lines[0])
    page.add(pointer, name, text.line, text.col)
    title, rest = _title_and_rest(text, found)
    page.text(f"{mine}/title", title)
    if rest.source:
        page.text(f"{mine}/objective", rest)
    if entry.block.box == "x":
        page.put(f"{mine}/done", True, text.line, text.col)
    _below_task(page, mine, entry, name)


def _title_and_rest(text: Stretch, found: re.Match[str] | None) -> tuple[Stretch, Stretch]:
    """The bold start of a task is its title and the rest says what to do; without bold text all is title."""
    if found and found["mark"] and not found["closed"]:
        closing = closing_mark(text.source, found["mark"], found.end())
        if closing >= 0:
            return text.cut(found.end(), closing), _without_dash(text.cut(closing + 2))
        return text.cut(found.end()), text.cut(0, 0)
    start = found.end() if found else 0
    bold = _BOLD.match(text.source, start)
    if bold:
        return text.cut(*bold.span("title")), text.cut(bold.end())
    return text.cut(start), text.cut(0, 0)


def _below_task(page: Page, mine: str, entry: Entry, name: str) -> None:
    labelled = [one for one in fields(entry.below, LABELS) if one.name]
    if labelled:
        read_work(page, mine, entry.below, name)
    elif entry.below:
        page.many(f"{mine}/changes", texts(entry.below))
        page.keep((one for one in entry.below if one.kind not in ("item", "paragraph")), name)


def _files(page: Page, chapter: Chapter) -> None:
    for one in groups(chapter, frozenset(_FILES)):
        for said in one.said if one.name else texts(one.below):
            _impact(page, said, _FILES.get(one.name, ""), one.label, chapter.title.words)
        for row in rows(one.below, "Path"):
            _impact_row(page, row.cell("Path"), row)
        for row in rows(one.below, "File"):
            _impact_row(page, row.cell("File"), row)


def _impact(page: Page, said: Stretch, change: str, label: Stretch, heading: str) -> None:
    if is_none(said.words):
        page.empty("/codebase/impact", said)
        return
    for line in file_lines(said):
        if isinstance(line, FileLine):
            add_impact(page, line, change, label)
        else:
            page.not_read.append(f"{page.path}, line {line.line}: no file name in '{line.words[:60]}'")
            page.say(line.source, heading, line.line, line.col)


def add_impact(page: Page, line: FileLine, change: str = "", label: Stretch | None = None) -> None:
    """One row of the impact map; `change` is what the list's label says of all its files."""
    mine = page.open("/codebase/impact", line.path)
    page.bare(f"{mine}/path", line.path)
    if line.change and line.change.bare:
        page.put(f"{mine}/change", change_of(line.change.bare), line.change.line, line.change.col)
    elif change and label:
        page.put(f"{mine}/change", change, label.line, label.col)
    if line.summary:
        page.text(f"{mine}/why", line.summary)


def _impact_row(page: Page, path: Stretch | None, row: Entry) -> None:
    if path:
        why = row.cell("Why", "Purpose", "Reason", "Summary", "Changes", "Description", "What changes")
        add_impact(page, FileLine(path, row.cell("Change", "Change type", "Type"), why, None))


def _tests(page: Page, chapter: Chapter) -> None:
    read_tests(page, list(chapter.entries), chapter.title.words)


def read_tests(page: Page, entries: Sequence[Entry], heading: str) -> None:
    """Planned tests from a table Test, File, Command, Covers, or from a list."""
    table = [*rows(entries, "Test")]
    for row in table:
        what = row.cell("Test")
        if what and what.words:
            mine = page.open("/delivery/tests", what)
            page.text(f"{mine}/what", what)
            _unless_none(page, f"{mine}/path", row.cell("File", "Path", "Where"))
            _unless_none(page, f"{mine}/command", row.cell("Command", "Run"))
            page.references(f"{mine}/covers", row.cell("Covers", "Requirements"))
    for said in texts(entry for entry in listed(entries)) if not table else ():
        _test(page, said)
    known = {id(entry) for entry in [*table, *(listed(entries) if not table else ())]}
    page.keep((entry for entry in entries if id(entry) not in known), heading)


def _unless_none(page: Page, pointer: str, text: Stretch | None) -> None:
    if text and not is_none(text.words):
        page.bare(pointer, text)


_PATH_FIRST = re.compile(r"`(?P<path>[^`\s/.]*[/.][^`\s]*)`\s*(?::|—|–|-(?=\s))\s*(?=\S)")


def _test(page: Page, said: Stretch) -> None:
    if not said.words or is_none(said.words):
        return
    mine = page.open("/delivery/tests", said)
    found = _PATH_FIRST.match(said.source)
    if found:
        page.bare(f"{mine}/path", said.cut(*found.span("path")))
    page.text(f"{mine}/what", said.cut(found.end()) if found else said)


def _risks(page: Page, chapter: Chapter) -> None:
    entries = list(chapter.entries)
    table = [*rows(entries, "Risk")]
    for row in table:
        risk = row.cell("Risk")
        if risk and risk.words:
            mine = page.open("/delivery/risks", risk)
            page.text(f"{mine}/risk", risk)
            page.choice(f"{mine}/impact", row.cell("Impact", "Severity"), RISKS)
            page.text(f"{mine}/mitigation", row.cell("Mitigation", "Response"))
    for entry in listed(entries) if not table else ():
        _risk_item(page, entry.text)
    known = {id(entry) for entry in [*table, *(listed(entries) if not table else ())]}
    page.keep((entry for entry in entries if id(entry) not in known), chapter.title.words)


_RISK = re.compile(
    r"^(?P<risk>.{1,600}?)\s{0,20}+\((?:impact:?\s*)?(?P<impact>high|medium|med|low)(?:\s+impact)?\)\s*[:–—.-]*\s*",
    re.I | re.S,
)


def _risk_item(page: Page, text: Stretch) -> None:
    if not text.words or is_none(text.words):
        return
    mine = page.open("/delivery/risks", text)
    found = _RISK.match(text.source[:1000])
    if not found:
        page.text(f"{mine}/risk", text)
        return
    page.text(f"{mine}/risk", text.cut(*found.span("risk")).undangled())
    page.choice(f"{mine}/impact", text.cut(*found.span("impact")), RISKS)
    page.text(f"{mine}/mitigation", text.cut(found.end()))


def _dependencies(page: Page, chapter: Chapter) -> None:
    entries = list(chapter.entries)
    for row in rows(entries, "Name"):
        if name := row.cell("Name"):
            mine = page.open("/delivery/dependencies", name)
            page.bare(f"{mine}/name", name)
            _unless_none(page, f"{mine}/version", row.cell("Version"))
            page.choice(f"{mine}/status", row.cell("Status"), _STATUSES)
            page.text(f"{mine}/note", row.cell("Note", "Notes"))
    taken = listed(entry for entry in entries if entry.kind != "row")
    for said in texts(taken):
        _dependency(page, said)
    known = {id(entry) for entry in taken}
    page.keep((one for one in entries if id(one) not in known and not one.has("Name")), chapter.title.words)


def _dependency(page: Page, said: Stretch) -> None:
    if not said.words or is_none(said.words):
        page.empty("/delivery/dependencies", said)
        return
    mine = page.open("/delivery/dependencies", said)
    status = _STATUS.search(said.source[:1000])
    if status:
        page.choice(f"{mine}/status", said.cut(*status.span("status")), _STATUSES)
    name = said.cut(0, status.start() if status else None)
    found = _VERSION.match(name.source[:600])
    if found:
        page.bare(f"{mine}/name", name.cut(*found.span("name")))
        page.bare(f"{mine}/version", name.cut(*found.span("version")))
        page.text(f"{mine}/note", _without_dash(name.cut(found.start("rest"))))
    else:
        page.text(f"{mine}/name", name)
    if status:
        page.text(f"{mine}/note", _without_dash(said.cut(status.end())))


def _without_dash(text: Stretch) -> Stretch:
    return text.cut(len(text.source) - len(text.source.lstrip(":—–-. ")))


_READ: Mapping[str, Callable[[Page, Chapter], None]] = {
    "context": summary,
    "approach": _approach,
    "architecture": _list("/delivery/architecture"),
    "stack": _list("/delivery/stack"),
    "data_model": _list("/delivery/data_model"),
    "phases": _phases,
    "files": _files,
    "tests": _tests,
    "risks": _risks,
    "rollback": _list("/delivery/rollback"),
    "dependencies": _dependencies,
    "deployment": _list("/delivery/deployment"),
}
