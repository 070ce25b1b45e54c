"""The labelled fields of one task, as formats write them that show tasks as steps. Knows no document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from bot.plan.readers.parts import (
    Entry,
    Field,
    FileLine,
    Page,
    change_of,
    fields,
    file_lines,
    is_none,
    rows,
    texts,
)
from bot.plan.readers.stretch import Stretch

RISKS: Mapping[str, str] = {
    "low": "low",
    "med": "medium",
    "medium": "medium",
    "high": "high",
    "critical": "critical",
}
EFFORTS: Mapping[str, str] = {"s": "S", "m": "M", "l": "L", "small": "S", "medium": "M", "large": "L"}
ROLLBACKS: Mapping[str, str] = {"safe": "safe", "reversible": "reversible", "manual": "manual"}

_ROLLBACK = re.compile(
    r"(?:\*\*|__|`)?(?P<kind>safe|reversible|manual)(?:\*\*|__|`)?(?P<gap>\s*$|\.\s*$|\s*[:;,.–—(]\s*|\s+-\s+)",
    re.IGNORECASE,
)
_STEP = r"(?:T\d{1,6}[a-z]?|\d{1,6}[a-z]?|[A-Z])"
_STEPS = re.compile(
    rf"(?:steps?\s+|tasks?\s+)?{_STEP}(?:\s*(?:,|;|&|\+|–|-|\band\b|\bto\b|,\s*and\b)\s*"
    rf"(?:steps?\s+|tasks?\s+)?{_STEP}){{0,60}}\.?",
    re.IGNORECASE,
)
_ONE_STEP = re.compile(rf"\b{_STEP}\b")
_STEP_RANGE = re.compile(rf"(\d{{1,6}})\s*[–-]\s*(?:[sS]teps?\s+|[tT]asks?\s+)?(\d{{1,6}})|\b({_STEP})\b")
_MOST_STEPS = 60
_CODES = re.compile(r"(?<!`)(`+)(?!`)(?:.{1,800}?)(?<!`)\1(?!`)", re.DOTALL)
# A whole line in emphasis is a remark for people.
_REMARK = re.compile(r"\*(?![*\s])(?:[^*\\]|\\.){1,2000}\*", re.DOTALL)


def step_id(name: str) -> str:
    """The task id of a step: "3" is T3, and T3 stays T3."""
    return name if re.fullmatch(r"T\d{1,6}[a-z]?", name) else f"T{name}"


def depends(page: Page, pointer: str, text: Stretch) -> None:
    """Dependencies: step numbers become task ids; any other wording is kept as one item."""
    bare = text.bare
    if is_none(bare):
        page.empty(pointer, text)
    elif len(bare) <= 600 and _STEPS.fullmatch(bare.strip()):
        for name, at in _steps(text):
            page.add(pointer, step_id(name), at.line, at.col)
    else:
        page.add(pointer, text.words, text.line, text.col)


def _steps(text: Stretch) -> list[tuple[str, Stretch]]:
    found: list[tuple[str, Stretch]] = []
    for one in _STEP_RANGE.finditer(text.source):
        at = text.cut(*one.span())
        if one[3]:
            found.append((one[3], at))
            continue
        first, last = int(one[1]), int(one[2])
        counted = range(first, last + 1) if first < last <= first + _MOST_STEPS else (first, last)
        found.extend((str(number), at) for number in counted)
    return found


def _depends(page: Page, pointer: str, one: Field) -> None:
    for text in one.said:
        depends(page, pointer, text)


def _objective(page: Page, pointer: str, one: Field) -> None:
    page.long(pointer, one.said)


def _files(page: Page, pointer: str, one: Field) -> None:
    files(page, pointer, one.text, one.below, one.label.words)


def files(page: Page, pointer: str, text: Stretch, below: Sequence[Entry], heading: str) -> None:
    """File changes of a line and of the list or table below it."""
    for said in [text, *texts(entry for entry in below if entry.kind != "row")]:
        if said.source and is_none(said.words):
            page.empty(pointer, said)
        elif said.source:
            for found in file_lines(said):
                if isinstance(found, FileLine):
                    add_file(page, pointer, found)
                else:
                    _not_a_file(page, found, heading)
    for row in rows(below, "File"):
        if path := row.cell("File", "Path"):
            line = FileLine(path, row.cell("Change", "Change type", "Type"), _what(row), row.cell("From"))
            add_file(page, pointer, line)


def _what(row: Entry) -> Stretch | None:
    return row.cell("What changes", "Summary", "Changes", "Description", "Why", "Purpose")


def _not_a_file(page: Page, text: Stretch, heading: str) -> None:
    page.not_read.append(f"{page.path}, line {text.line}: no file name in '{_short(text.words)}'")
    page.say(text.source, heading, text.line, text.col)


def _short(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:59]}…"


def add_file(page: Page, pointer: str, line: FileLine) -> str:
    """One file change; "" for a change that is not said is left out."""
    mine = page.open(pointer, line.path)
    page.put(f"{mine}/path", line.path.bare or line.path.source, line.path.line, line.path.col)
    if line.change and line.change.bare:
        page.put(f"{mine}/change", change_of(line.change.bare), line.change.line, line.change.col)
    if line.summary:
        page.text(f"{mine}/summary", line.summary)
    if line.source and line.source.bare:
        page.bare(f"{mine}/source", line.source)
        if not line.change:
            page.put(f"{mine}/change", "rename", line.source.line, line.source.col)
    return mine


def _texts(page: Page, pointer: str, one: Field) -> None:
    page.many(pointer, one.said)


def _commands(page: Page, pointer: str, one: Field) -> None:
    for text in one.said:
        codes = list(_CODES.finditer(text.source))
        page.many(pointer, [text.cut(*code.span()) for code in codes] or [text], code=True)
    for entry in one.below:
        if entry.kind == "fence":
            for at, line in enumerate(entry.text.source.split("\n"), start=1):
                if line.strip() and not line.lstrip().startswith("#"):
                    page.add(pointer, line.strip().removeprefix("$ "), entry.text.line + at)


def _codes(page: Page, pointer: str, one: Field) -> None:
    page.many(pointer, one.said, code=True)


def _ids(page: Page, pointer: str, one: Field) -> None:
    for text in one.said:
        page.references(pointer, text)


def _choice(known: Mapping[str, str]) -> Callable[[Page, str, Field], None]:
    def read(page: Page, pointer: str, one: Field) -> None:
        page.choice(pointer, next(iter(one.said), None), known)

    return read


def _rollback(page: Page, pointer: str, one: Field) -> None:
    said = one.said
    if not said:
        return
    found = _ROLLBACK.match(said[0].source)
    if found and page.places.get(f"{pointer}/kind") is None:
        page.put(f"{pointer}/kind", found["kind"].lower(), *said[0].cut(*found.span("kind")).lines[0])
        if "(" in found["gap"] and said[0].source.rstrip(".").endswith(")"):
            said = [said[0].cut(found.end(), said[0].source.rindex(")")), *said[1:]]
        else:
            said = [said[0].cut(found.end()), *said[1:]]
    page.long(f"{pointer}/note", said)


_Read = Callable[[Page, str, Field], None]
_READ: Mapping[str, tuple[str, _Read]] = {
    **dict.fromkeys(("task", "purpose", "objective", "goal"), ("objective", _objective)),
    **dict.fromkeys(("files", "files to touch", "exact files"), ("files", _files)),
    **dict.fromkeys(
        ("step dependencies", "dependencies", "depends on", "dependency"), ("depends_on", _depends)
    ),
    **dict.fromkeys(("user instructions", "by hand", "manual steps"), ("user_instructions", _texts)),
    **dict.fromkeys(("acceptance", "acceptance criteria", "done when"), ("acceptance", _texts)),
    **dict.fromkeys(("changes", "edits", "specific edits"), ("changes", _texts)),
    **dict.fromkeys(("tests", "test"), ("tests", _texts)),
    **dict.fromkeys(("run", "commands", "command"), ("commands", _commands)),
    **dict.fromkeys(("gotchas", "notes", "watch out"), ("gotchas", _texts)),
    **dict.fromkeys(("invariants", "keep true"), ("invariants", _texts)),
    **dict.fromkeys(("covers", "requirements"), ("covers", _ids)),
    "decisions": ("decisions", _ids),
    "only touch": ("allowed_paths", _codes),
    "never touch": ("denied_paths", _codes),
    "effort": ("effort", _choice(EFFORTS)),
    "risk": ("risk_class", _choice(RISKS)),
    "milestone": ("milestone", _choice({})),
    "rollback": ("rollback", _rollback),
}
LABELS = frozenset(_READ)


def read_work(page: Page, pointer: str, entries: Sequence[Entry], heading: str) -> None:
    """Fill the task at `pointer` from its labelled entries."""
    for one in fields(entries, LABELS):
        if one.name:
            name, read = _READ[one.name]
            read(page, f"{pointer}/{name}", one)
            page.keep((entry for entry in one.below if _is_left(entry, name)), heading)
        elif _REMARK.fullmatch(one.text.source):
            page.keep(one.below, heading)
        else:
            page.puzzled(
                f"'{_short(one.text.words)}' in {heading} has no label known here",
                one.text,
                one.below,
                heading,
            )


def _is_left(entry: Entry, name: str) -> bool:
    if entry.kind == "fence":
        return name != "commands"
    if entry.kind == "row":
        return not (name == "files" and entry.has("File"))
    return entry.kind == "html"
