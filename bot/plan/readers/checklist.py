"""Reads any Markdown that plans: tasks as headings, check boxes, elements, front matter or numbered lists.

One sort of opening is taken for the tasks of a file (`openings`); what is below an opening belongs to its
task. Everything else becomes prose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.plan.markdown import Block, Document
from bot.plan.readers.answers import is_decided, leaning
from bot.plan.readers.found import Found, Stage
from bot.plan.readers.frontmatter import FrontMatter, front_matter
from bot.plan.readers.labels import DONE, LISTS, NOTHING, NUMBERED, PARALLEL, PHASE, label_of
from bot.plan.readers.leftover import keep_prose
from bot.plan.readers.mentions import declared_change, mentioned_files, path_of
from bot.plan.readers.openings import ROW_ID, Outline, openings, role_of
from bot.plan.readers.reading import Reading, Sheet
from bot.plan.readers.tables import read_row
from bot.plan.readers.tags import Tag, read_tags
from bot.plan.readers.tasklist import write_tasks
from bot.plan.readers.taskparts import Parts, add_traces, read_elements
from bot.plan.readers.titles import box_of, column, headline, place_in, unbold

_FINISHED = frozenset({"done", "completed", "complete", "cancelled"})


def read_checklist(document: Document, kind: str = "plan") -> Reading:
    """The file as a plan: tasks, phases, goals, questions, files and risks as far as it has them."""
    return _Walk(document).reading(kind)


class _Walk:
    """Goes through the blocks once. `task` is the one that is open, `parts` reads what is below it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.sheet = Sheet(document.path)
        self.used: set[int] = set()
        self.skipped: set[int] = set()
        self.tasks: list[Found] = []
        self.stages: list[Stage] = []
        self.outline = Outline()
        self.headings = 0
        self.last_task_heading: Block | None = None
        self.parts: Parts | None = None
        self.level = 0  # of the heading that opened the task
        self.depth = 0  # of the list item that opened it, 0 when it was no item

    def reading(self, kind: str) -> Reading:
        matter = front_matter(self.document)
        self._title(matter)
        self._planned_files(matter)
        tags = self._elements()
        sort, chosen = self._openings(matter, tags)
        self._walk(sort, chosen, tags)
        for task in self.tasks:
            if task.done is None and task.boxes:
                task.done = all(task.boxes)
        write_tasks(self.sheet, self.tasks, self.stages)
        keep_prose(self.sheet, self.document, self.used, self.skipped)
        if matter.broken:
            self.sheet.not_read.append("the front matter is no plain YAML")
        return self.sheet.reading(kind, "foreign", self.document)

    def _title(self, matter: FrontMatter) -> None:
        for at, block in enumerate(self.document.blocks):
            if block.kind == "heading" and block.level == 1:
                self.sheet.put("/title", " ".join(block.text.split()), block.line, block.col)
                self.used.add(at)
                return
        key = next((key for key in ("title", "name") if matter.words(key)), "")
        if key:
            self.sheet.put("/title", matter.words(key), *matter.at(f"/{key}"))

    def _elements(self) -> dict[int, Tag]:
        """The `<task>` elements by their first line."""
        if "<task" not in self.document.text:
            return {}
        tags, unclosed = read_tags(self.document.lines, 1, "task")
        for tag in tags:
            self.skipped.update(range(tag.line, tag.end + 1))
        if unclosed:
            self.sheet.not_read.append(f"{unclosed} XML task elements were not closed")
        return {tag.line: tag for tag in tags}

    def _openings(self, matter: FrontMatter, tags: Mapping[int, Tag]) -> tuple[str, frozenset[int]]:
        todos = matter.items("todos")
        if tags:
            return "element", frozenset()
        if todos and all(isinstance(one, dict) for _, one in todos):
            for at, one in todos:
                self._todo(one, matter, f"/todos/{at}")
            return "front matter", frozenset()
        if all(matter.words(key) for key in ("id", "title", "status")):
            self._tracked(matter)
            return "front matter", frozenset()
        return openings(self.document, self.skipped)

    # -- front matter

    def _planned_files(self, matter: FrontMatter) -> None:
        """Files that the whole plan touches."""
        for at, entry in matter.items("files_modified"):
            text = str(entry)
            if path := path_of(re.sub(r"\s{0,40}\(.*", "", text)):
                data = {"path": path[0], "change": declared_change(text[len(path[0]) :]) or ""}
                self.sheet.add("/codebase/impact", data, *matter.at(f"/files_modified/{at}"))
        if matter.items("depends_on"):
            self.sheet.not_read.append("dependencies on other plans")

    def _todo(self, todo: Mapping[str, Any], matter: FrontMatter, pointer: str) -> None:
        key = next((key for key in ("content", "title", "id") if todo.get(key)), "id")
        title = " ".join(str(todo.get(key) or "").split())
        task = Found(title, *matter.at(f"{pointer}/{key}"), number=str(todo.get("id") or ""))
        status = str(todo.get("status") or "").lower()
        task.done = status in _FINISHED if status else None
        needs = todo.get("dependencies") or todo.get("depends_on")
        for one in needs if isinstance(needs, list) else ():
            task.needs.append((str(one), *matter.at(f"{pointer}/dependencies")))
        self.tasks.append(task)

    def _tracked(self, matter: FrontMatter) -> None:
        """A file of a tracker is one task; what it depends on are other files."""
        task = Found(matter.words("title"), *matter.at("/title"), number=matter.words("id"))
        task.done = matter.words("status").lower() in _FINISHED
        self._open(task, level=0, depth=0)
        if matter.items("dependencies"):
            self.sheet.not_read.append("dependencies on tasks in other files")

    # -- the walk

    def _walk(self, sort: str, chosen: frozenset[int], tags: Mapping[int, Tag]) -> None:
        waiting = sorted(tags, reverse=True)
        for at, block in enumerate(self.document.blocks):
            while waiting and waiting[-1] <= block.line:
                self._element(tags[waiting.pop()])
            if block.line not in self.skipped:
                self._block(at, block, sort, opens=at in chosen)
        for line in reversed(waiting):
            self._element(tags[line])

    def _block(self, at: int, block: Block, sort: str, *, opens: bool) -> None:
        if block.kind == "heading":
            self._heading(at, block, sort, opens=opens)
        elif opens and block.kind == "row":
            self._open_row(at, block)
        elif opens:
            self._open_item(at, block)
        elif (
            (block.kind == "row" and read_row(self.sheet, block))
            or self._part(block)
            or self._outside(at, block)
        ):
            self.used.add(at)

    def _part(self, block: Block) -> bool:
        """Read a block of the open task; its end is where its list item ends."""
        if self.depth and (block.level < self.depth or (block.kind == "item" and block.level == self.depth)):
            self.parts = None
        return self.parts is not None and self.parts.take(block)

    def _heading(self, at: int, block: Block, sort: str, *, opens: bool) -> None:
        self.headings += 1
        first = not self.outline.stack
        role = role_of(block.text)
        self.outline.enter(block.level, role, block.text, block.line)
        self.last_task_heading = block if role in ("task", "step") else None
        if opens:
            self.used.add(at)
            task = self._found(block, 0)
            task.done = True if DONE.search(block.text) else None
            self._open(task, level=block.level, depth=0)
            return
        if self.parts and (self.depth or block.level <= self.level):
            self.parts = None
        if self.parts:
            self.used.add(at)
            self.parts.heading(block)
        elif not (first and block.level == 1):
            self._stage(block, role, sort)

    def _stage(self, block: Block, role: str, sort: str) -> None:
        """Begin a phase at a heading that names one, or at a numbered one with boxes or headings below it."""
        text = unbold(block.text)
        found = PHASE.fullmatch(text) if role == "phase" else None
        if sort in ("box", "numbered") and block.level > 1:
            found = found or NUMBERED.fullmatch(text)
        if found:
            title = " ".join((found["title"] or text).split()) or text
            place = (block.line, column(block, title))
            self.stages.append(Stage(title, found["id"], *place, parallel=bool(PARALLEL.search(text))))

    # -- openings

    def _open(self, task: Found, *, level: int, depth: int) -> None:
        self.tasks.append(task)
        self.parts = Parts(self.document, task)
        self.level, self.depth = level, depth

    def _found(self, block: Block, start: int) -> Found:
        """The task that a block opens; its words begin at `start` of the block's text."""
        number, stories, parallel, title = headline(block.text[start:])
        task = Found(title or " ".join(block.text.split()), block.line, column(block, title), number)
        task.stage = len(self.stages) - 1
        task.block = self.headings
        above = self.outline.lines[:-1] if block.kind == "heading" else self.outline.lines
        task.section = above[-1] if above else 0
        task.parallel = parallel or (bool(self.stages) and self.stages[-1].parallel)
        task.texts["covers"] += [(one, block.line, column(block, one)) for one in stories]
        add_traces(self.document, task, block)
        return task

    def _open_item(self, at: int, block: Block) -> None:
        self.used.add(at)
        box = box_of(block)
        task = self._found(block, box[1] if box else 0)
        task.done = box[0] if box else None
        task.files = list(mentioned_files(block.spans))
        self._open(task, level=6, depth=block.level if block.kind == "item" else 0)

    def _open_row(self, at: int, block: Block) -> None:
        self.used.add(at)
        number, cell = ROW_ID.fullmatch(unbold(block.cells[0].text)), block.cells[1]
        title = " ".join(cell.text.split())
        task = Found(title, cell.line, cell.col, number["id"] if number else "", len(self.stages) - 1)
        long = [one for one in block.cells[2:] if len(one.text.split()) >= 4]
        task.texts["changes"] += [(one.text, one.line, one.col) for one in long]
        self.tasks.append(task)
        self.parts = None

    def _element(self, tag: Tag) -> None:
        """A `<task>`; one without a name has that of the heading above it."""
        self.parts = None
        name, above = tag.child("name") or tag.child("title"), self.last_task_heading
        text, line, col = name.text() if name else ("", tag.line, 1)
        if not text and above:
            text, line, col = above.text, above.line, above.col
        words = " ".join(text.split())
        if not words:
            self.sheet.not_read.append(f"an XML task element without a name (line {tag.line})")
            return
        number, _, parallel, title = headline(words)
        col += max(words.find(title), 0)
        task = Found(title or words, line, col, number, len(self.stages) - 1, self.headings, parallel)
        read_elements(task, tag.inside)
        self.tasks.append(task)

    # -- outside tasks

    def _outside(self, at: int, block: Block) -> bool:
        if block.kind not in ("paragraph", "item") or block.quoted or self.parts:
            return False
        if self._goal(block):
            return True
        return block.kind == "item" and (self._entry(at, block) or self._check(block))

    def _goal(self, block: Block) -> bool:
        """`**Goal**: …` of a phase, or of the plan."""
        name, _, end = label_of(block.text)
        rest = " ".join(block.text[end:].split())
        if name != "objective" or not rest or block.level:
            return False
        place = place_in(self.document, block, end)
        if self.stages and self.outline.under("phase"):
            fresh = self.stages[-1].goal is None
            self.stages[-1].goal = self.stages[-1].goal or (rest, *place)
            return fresh
        if len(self.outline.stack) > 1 or self.tasks:
            return False
        self.sheet.add("/goals", rest, *place)
        return True

    def _entry(self, at: int, block: Block) -> bool:
        """An item of a list of goals, non-goals, questions, assumptions or constraints."""
        heading = self.outline.heading.strip("* ")
        pointer = next((pointer for pointer, pattern in LISTS if pattern.match(heading)), "")
        if not pointer or block.level != 1 or NOTHING.fullmatch(block.text):
            return False
        box = box_of(block)
        text = " ".join(block.text[box[1] if box else 0 :].split())
        if pointer == "/questions":
            if is_decided(self.document.blocks, at):
                self.sheet.say(block.text, self.outline.heading, block.line, block.col)
                return True
            text = f"{text} {leaning(self.document.blocks, at)}".strip()
        if pointer in ("/questions", "/assumptions"):
            count = len(self.sheet.value.get(pointer[1:], ())) + 1
            data = {"id": f"{pointer[1].upper()}-{count}", "text": text, "resolved": bool(box and box[0])}
            self.sheet.add(pointer, data, block.line, block.col)
        else:
            self.sheet.add(pointer, text, block.line, block.col)
        return True

    def _check(self, block: Block) -> bool:
        """A check box that is no task is something to verify."""
        box = box_of(block)
        if not box or not self.outline.stack:
            return False
        action = " ".join(block.text[box[1] :].split())
        self.sheet.add("/delivery/checks", {"action": action}, block.line, column(block, action))
        return True
