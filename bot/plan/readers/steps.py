"""The format `steps`: tracks of steps with a check box, effort, risk and rollback, and labelled bullets.

A step is a list item or a heading that begins with "Step"; what is none is kept as prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.plan.markdown import Block, Document
from bot.plan.readers.parts import Chapter, Entry, Page, book, first_label, name_of, of_format
from bot.plan.readers.reading import Reading
from bot.plan.readers.stretch import Stretch, closing_mark
from bot.plan.readers.work import EFFORTS, LABELS, RISKS, ROLLBACKS, read_work, step_id

_STEP = re.compile(
    r"(?P<mark>\*\*|__)?\s*step\s+(?P<id>[A-Za-z]?\d{1,6}[a-z]?|[A-Z])\b(?P<gap>\s*[–—:.·-]+\s*|\s+|(?=\*\*)|$)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\((?=[^()]{0,80}?\b(?:effort|risk|rollback)\b)(?P<inside>[^()]{0,400})\)", re.IGNORECASE
)
# The last remark of a line in the scaffold's own form, whatever its title says in brackets.
_IN_FORM = re.compile(
    r"\((?P<inside>Effort: [SML], Risk: (?:Low|Med|High|Critical), Rollback: (?:Safe|Reversible|Manual))\)"
    r"\s*$"
)
_PAIR = re.compile(
    r"\b(?P<name>effort|risk|rollback)\b\s*+(?:[:=]\s*+)?(?P<value>[^,;|·()\s][^,;|·()]{0,80})", re.IGNORECASE
)
_KNOWN = {
    "effort": ("effort", EFFORTS),
    "risk": ("risk_class", RISKS),
    "rollback": ("rollback/kind", ROLLBACKS),
}
_GATES = re.compile(r"(?:ci )?(?:and )?(?:quality gates?)|ci")
_RELEASE = re.compile(r"(?:releases?|deployments?|deploy)(?: and (?:releases?|deployments?|deploy))?")
_TITLE = re.compile(r"implementation\s+plan\s*[:–—-]?\s*", re.IGNORECASE)


def read(documents: Sequence[Document]) -> Reading:
    """The steps of one or more documents."""
    page = Page(documents[0].path if documents else "")
    for document in of_format(documents):
        page.path = document.path
        _chapter(page, book(document), Stretch("", ((1, 1),)))
    return page.reading("steps", "steps", *documents)


def _chapter(page: Page, chapter: Chapter, track: Stretch) -> None:
    """A chapter: a step, or a track with steps, or what stands around them."""
    if chapter.level == 1 and not page.value.get("title"):
        _title(page, chapter.title)
    if chapter.level > 1 and not chapter.title.source.lower().startswith("step"):
        track = chapter.title
    if _STEP.match(chapter.title.source):
        _step(page, chapter.title, chapter.own, track, Stretch("", chapter.title.lines))
    else:
        _items(page, chapter.own, track, chapter.title.words)
    for inner in chapter.chapters:
        _chapter(page, inner, track)


def _title(page: Page, title: Stretch) -> None:
    found = _TITLE.match(title.source)
    page.text("/title", title.cut(found.end()) if found else title)


def _items(page: Page, entries: Sequence[Entry], track: Stretch, heading: str) -> None:
    for entry, below in _with_followers(entries):
        if entry.kind in ("item", "paragraph") and _STEP.match(entry.text.source):
            _step(page, entry.text, below, track, Stretch(entry.block.box, entry.text.lines))
        elif entry.kind == "item":
            page.puzzled("this list item is not a step", entry.text, [entry], heading)
        else:
            page.keep([entry, *below], heading)


def _with_followers(entries: Sequence[Entry]) -> Iterator[tuple[Entry, list[Entry]]]:
    """Each entry with what belongs to it: what is nested below it, and the list after a step that is a
    paragraph."""
    steps: tuple[Entry, list[Entry]] | None = None
    for entry in entries:
        is_step = entry.kind in ("item", "paragraph") and bool(_STEP.match(entry.text.source))
        if steps and steps[0].kind == "paragraph" and not is_step:
            steps[1].append(entry)
            continue
        if steps:
            yield steps
        steps = (entry, list(entry.below)) if is_step else None
        if not is_step:
            yield entry, []
    if steps:
        yield steps


def _step(page: Page, line: Stretch, below: Sequence[Entry], track: Stretch, box: Stretch) -> None:
    found = _STEP.match(line.source)
    assert found is not None
    pointer = page.open("/tasks", line)
    page.put(f"{pointer}/id", step_id(found["id"]), *line.cut(*found.span("id")).lines[0])
    about = _IN_FORM.search(line.source, found.end()) or _ABOUT.search(line.source, found.end())
    end, rest = _extent(line, found, about)
    page.text(f"{pointer}/title", line.cut(found.end(), end).undangled())
    if about:
        _about(page, pointer, line.cut(*about.span("inside")))
    if box.source == "x":
        page.put(f"{pointer}/done", True, box.line, box.col)
    _track(page, pointer, track)
    heading = f"Step {found['id']}"
    more = [_paragraph(below, rest)] if rest.source else []
    read_work(page, pointer, [*more, *below], heading)
    _kind(page, pointer, track)


def _extent(line: Stretch, step: re.Match[str], about: re.Match[str] | None) -> tuple[int, Stretch]:
    """Where the title ends, and what follows the step's line."""
    mark = step["mark"]
    closing = closing_mark(line.source, mark, step.end()) if mark else -1
    ends = [closing] if closing >= 0 else []
    ends += [about.start()] if about else []
    if not ends:
        end = first_label(line.cut(step.end()), LABELS)
        at = len(line.source) if end is None else line.source.find(end.source, step.end())
        return at, line.cut(at)
    after = max(about.end() if about else 0, closing + len(mark) if closing >= 0 else 0, min(ends))
    return min(ends), line.cut(after)


def _paragraph(below: Sequence[Entry], text: Stretch) -> Entry:
    return Entry(Block("item", text.source, text.line, text.col), text)


def _about(page: Page, pointer: str, inside: Stretch) -> None:
    for pair in _PAIR.finditer(inside.source):
        name, known = _KNOWN[pair["name"].lower()]
        page.choice(f"{pointer}/{name}", inside.cut(*pair.span("value")), known)


def _track(page: Page, pointer: str, track: Stretch) -> None:
    if track.words:
        page.put(f"{pointer}/track", track.words, track.line, track.col)


def _kind(page: Page, pointer: str, track: Stretch) -> None:
    """What a track's name says of its steps."""
    name = name_of(track.words) or name_of(track.words.replace("[", "").replace("]", ""))
    task = page.value["tasks"][int(pointer.rpartition("/")[2])]
    if _GATES.fullmatch(name):
        page.put(f"{pointer}/kind", "setup" if task.get("files") else "verification", track.line, track.col)
    elif _RELEASE.fullmatch(name):
        page.put(f"{pointer}/kind", "release", track.line, track.col)
