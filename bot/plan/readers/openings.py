"""Which blocks of a Markdown file open a task: of the sorts it uses, the one that says it most clearly."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from bot.plan.markdown import Block, Document
from bot.plan.readers.labels import (
    ASIDE,
    LISTS,
    NUMBERED,
    PHASE,
    PLANNING,
    PLANNING_ANYWHERE,
    STEP,
    TASK,
    label_of,
)
from bot.plan.readers.titles import box_of, has_plain_id, unbold

_COLUMNS_TEXT = """
    # no no. nr nr. id task step phase order seq ステップ タスク フェーズ 順序 步骤 阶段 任务 序号
    顺序 schritt aufgabe 단계 작업 etapa passo
"""
_COLUMNS = frozenset(_COLUMNS_TEXT.split())
ROW_ID = re.compile(
    r"(?:(?![A-Z]{1,4}-?\d)[^\W\d]{1,10}\s?)?(?P<id>(?:[A-Z]{1,4}-?)?\d{1,4}(?:\.\d{1,3}){0,3}[a-z]?)\.?"
)
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,3}\.?\s")
_TRACKED = re.compile(r"(?:T|[A-Z]{2,8}-)\d{2,5}")

# What a file has to have of a sort for it to be the tasks, the clearest sort first.
_ENOUGH = (("step", 1), ("bold", 1), ("box", 1), ("numbered", 2), ("ordered", 2), ("bullet", 2), ("row", 2))


@dataclass
class Outline:
    """The headings above a place, and what they say of it."""

    stack: list[tuple[int, str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def enter(self, level: int, role: str, text: str, line: int = 0) -> None:
        while self.stack and self.stack[-1][0] >= level:
            self.stack.pop()
            self.lines.pop()
        self.stack.append((level, role, text))
        self.lines.append(line)

    def under(self, role: str) -> bool:
        return any(one == role for _, one, _ in self.stack)

    @property
    def heading(self) -> str:
        """The text of the nearest heading."""
        return self.stack[-1][2] if self.stack else ""


def role_of(text: str) -> str:
    """What a heading says of the section below it: task, step, phase, planning, aside, or ""."""
    text = text.strip("* ")
    for role, pattern in (("task", TASK), ("step", STEP), ("phase", PHASE)):
        if pattern.fullmatch(text):
            return role
    if any(pattern.match(text) for _, pattern in LISTS) or ASIDE.match(text):
        return "aside"
    return "planning" if PLANNING.match(text) or PLANNING_ANYWHERE.search(text) else ""


def openings(document: Document, skipped: Collection[int]) -> tuple[str, frozenset[int]]:
    """The sort of block that opens tasks here, and the indexes of these blocks; "" and none without tasks.

    `skipped` are numbers of lines that are read otherwise.
    """
    scan = _Scan()
    for at, block in enumerate(document.blocks):
        if block.line not in skipped:
            scan.take(at, block)
    return scan.chosen()


class _Scan:
    def __init__(self) -> None:
        self.found: dict[str, list[int]] = {}
        self.named: list[int] = []
        self.ids: dict[str, list[int]] = {}
        self.aside: set[int] = set()
        self.outline = Outline()
        self.boxes: list[int] = []
        self.label = False

    def take(self, at: int, block: Block) -> None:
        if block.kind == "heading":
            self._heading(at, block)
            self.boxes, self.label = [], False
        elif block.kind == "paragraph" and block.level == 0:
            self.boxes, self.label = [], _introduces_no_work(block)
            if not self.outline.under("task") and _bold_task(block):
                self._add("bold", at)
        elif block.kind == "row" and _is_task_row(block) and not self.outline.under("aside"):
            self._add("row", at)
        elif block.kind == "item":
            self._item_in_list(at, block)

    def _heading(self, at: int, block: Block) -> None:
        role, text = role_of(block.text), unbold(block.text)
        if block.level == 1 and role in ("step", "phase", "task"):
            role = "title"
        inside = any(level < block.level for level, one, _ in self.outline.stack if one == "task")
        if not inside and block.level > 1 and has_plain_id(text) and not NUMBERED.fullmatch(text):
            role = "task"
        self.outline.enter(block.level, role, text)
        if inside:
            return
        if role in ("task", "step"):
            self._add(role, at)
        elif block.level > 1 and NUMBERED.fullmatch(text) and self._planned(above=True):
            self._add("numbered", at)

    def _item_in_list(self, at: int, block: Block) -> None:
        while self.boxes and self.boxes[-1] >= block.level:
            self.boxes.pop()
        if not self.outline.under("task") and not block.quoted:
            self._item(at, block, nested=bool(self.boxes) or self.label)
        if box_of(block):
            self.boxes.append(block.level)

    def _item(self, at: int, block: Block, *, nested: bool) -> None:
        box = box_of(block)
        text = unbold(block.text[box[1] :] if box else block.text)
        if self.outline.under("aside") and not (TASK.match(text) or has_plain_id(text)):
            return
        if box and (not nested or _DOTTED.match(text)):
            self._add("box", at)
            if found := _TRACKED.match(text):
                self.named.append(at)
                self._identify(found[0], at)
        if block.level == 1 and _bold_task(block):
            self._add("bold", at)
        elif block.level == 1 and not box and self._planned():
            if block.number is not None:
                self._add("ordered", at)
            elif self.outline.under("phase") or self.outline.under("step"):
                self._add("bullet", at)

    def _identify(self, name: str, at: int) -> None:
        self.ids.setdefault(name, []).append(at)
        if self.outline.under("aside"):
            self.aside.add(at)

    def _mentions(self) -> frozenset[int]:
        """Boxes of a section that is no work and name a task of another one: they check it."""
        return frozenset(
            at for same in self.ids.values() if not self.aside.issuperset(same) for at in self.aside & {*same}
        )

    def _planned(self, *, above: bool = False) -> bool:
        """Whether the headings (`above`: those above the nearest) speak of work to do."""
        stack = self.outline.stack[:-1] if above else self.outline.stack
        return not self.outline.under("aside") and any(
            one in ("phase", "planning", "step") for _, one, _ in stack
        )

    def _add(self, sort: str, at: int) -> None:
        self.found.setdefault(sort, []).append(at)

    def _count(self, sort: str) -> int:
        return len(self.found.get(sort, ()))

    def chosen(self) -> tuple[str, frozenset[int]]:
        mentions = self._mentions()
        self.named = [at for at in self.named if at not in mentions]
        if "box" in self.found:
            self.found["box"] = [at for at in self.found["box"] if at not in mentions]
        sort = self._sort()
        mostly_named = sort == "box" and len(self.named) >= max(3, 0.8 * self._count("box"))
        return sort, frozenset(self.named if mostly_named else self.found.get(sort, ()))

    def _sort(self) -> str:
        heads, boxes = self._count("task"), self._count("box")
        if len(self.named) >= 3 and len(self.named) > heads:
            return "box"
        if heads and (heads >= 2 or not boxes):
            return "task"
        if self._count("bold") >= 2 and self._count("bold") > boxes:
            return "bold"
        if boxes and (boxes >= self._count("step") or boxes >= 3):
            return "box"
        return next((sort for sort, enough in _ENOUGH if self._count(sort) >= enough), "")


def _bold_task(block: Block) -> bool:
    text = block.text.lstrip()
    return text.startswith("**") and bool(TASK.match(unbold(text)))


def _introduces_no_work(block: Block) -> bool:
    """Whether a paragraph is only the label of a list that is no work: criteria, tests, files."""
    name, _, end = label_of(block.text)
    return name in ("acceptance", "tests", "files", "needs") and not block.text[end:].strip()


def _is_task_row(block: Block) -> bool:
    """A row whose first cell is a number or "Phase 2", in a table that names tasks, steps or phases."""
    if block.head or len(block.cells) < 2 or not block.cells[1].text.strip():
        return False
    return block.heads[0].strip().lower() in _COLUMNS and bool(ROW_ID.fullmatch(unbold(block.cells[0].text)))
