"""Reads the three files of a Spec Kit feature: spec.md, plan.md and tasks.md.

Ids stay as they are written (T001, FR-001, SC-001); the scenarios of story 1 are called US1/AC1, US1/AC2 ….
"""

# ruff: noqa: RUF001  (plans in Chinese and Japanese use wide punctuation)

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.plan.markdown import Block, Document
from bot.plan.readers.answers import is_decided, leaning
from bot.plan.readers.checklist import read_checklist
from bot.plan.readers.labels import LISTS, NOTHING
from bot.plan.readers.leftover import keep_prose
from bot.plan.readers.reading import Reading, Sheet
from bot.plan.readers.scenarios import Blocks, given_when_then

_STORY = re.compile(
    r"[^\w]{0,4}(?:user story|story|사용자 스토리|ユーザーストーリー|用户故事|história(?: de usuário)?"
    r"|historia(?: de usuario)?|user[- ]?story)\s{0,2}#?(\d{1,3})\b",
    re.IGNORECASE,
)
_DEFINED = re.compile(
    r"(?:\*\*|__|`)?(?P<id>(?P<kind>FR|NFR|SC|BR|REQ|QR|CR|DR|IR|UR"
    r"|TR)-?[A-Z]{0,4}-?\d{1,4}(?:\.\d{1,3})?[a-z]?)(?:\*\*|__"
    r"|`)?\s?(?:\((?P<note>[^()\n]{1,60})\))?\s?(?:[:：]|—|–|-\s)(?:\*\*|__)?\s{0,3}"
)
_CLARIFY = re.compile(
    r"(?P<before>\b(?:no|any|all|remaining|unresolved|zero|without|the|of|with|use|mark(?:ed)?)\s{1,3}`?)?"
    r"(?P<mark>\[NEEDS CLARIFICATION(?P<ask>\s?[:：]\s?(?P<text>[^\]]{0,600}))?\])"
    r"(?P<after>`?\s{0,3}(?:markers?|items?|tags?|notes?|remain)\b)?",
    re.IGNORECASE,
)
_QUALITIES = frozenset({"SC", "NFR", "QR"})
_STACK = re.compile(
    r"technical context|tech(?:nical|nology)? stack|技术(?:上下文|背景)|技術コンテキスト|기술", re.IGNORECASE
)


def read_tasks(document: Document) -> Reading:
    """tasks.md: tasks with their stories, marks and order; what has no task number is read as any list."""
    return read_checklist(document, "spec-kit tasks")


def read_spec(document: Document) -> Reading:
    """spec.md: requirements, success criteria, scenarios, assumptions and what needs clarification."""
    walk = _Spec(document)
    for at, block in enumerate(document.blocks):
        walk.take(at, block)
    walk.finish()
    keep_prose(walk.sheet, document, walk.used)
    return walk.sheet.reading("spec-kit spec", "foreign", document)


def read_plan(document: Document) -> Reading:
    """plan.md: its technical context and open questions; everything else is prose."""
    walk = _Spec(document)
    for at, block in enumerate(document.blocks):
        if block.kind == "heading":
            walk.heading(at, block)
        else:
            walk.questions(block)
            if (
                _STACK.search(walk.section)
                and block.kind in ("paragraph", "item")
                and block.text.startswith("**")
            ):
                walk.stack(at, block)
    keep_prose(walk.sheet, document, walk.used)
    return walk.sheet.reading("spec-kit plan", "foreign", document)


class _Spec:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.sheet = Sheet(document.path)
        self.used: set[int] = set()
        self.section = ""
        self.story = ""
        self.story_level = 0
        self.count = 0
        self.steps: list[tuple[int, Block]] = []

    def take(self, at: int, block: Block) -> None:
        if block.kind == "heading":
            self.finish()
            self.heading(at, block)
            self.defined(at, block)
            return
        self.questions(block)
        if block.quoted or block.kind not in ("paragraph", "item"):
            return
        if self.defined(at, block) or self.listed(at, block):
            return
        if self.story:
            self.scenario(at, block)

    def heading(self, at: int, block: Block) -> None:
        if block.level == 1 and "title" not in self.sheet.value:
            self.used.add(at)
            self.sheet.put("/title", " ".join(block.text.split()), block.line, block.col)
        self.section = block.text
        story = _STORY.match(block.text)
        if story:
            self.story, self.story_level, self.count = f"US{story[1]}", block.level, 0
        elif block.level <= self.story_level:
            self.story = ""

    def defined(self, at: int, block: Block) -> bool:
        """`**FR-001**: text` as a requirement, `**SC-001**: text` as a quality."""
        found = _DEFINED.match(block.text)
        if not found:
            return False
        self.used.add(at)
        text = " ".join(block.text[found.end() :].split())
        place = (block.line, block.col + found.end())
        if found["kind"] in _QUALITIES:
            mine = self.sheet.add("/requirements/qualities", {"id": found["id"]}, block.line, block.col)
            self.sheet.put(f"{mine}/target", text, *place)
        else:
            mine = self.sheet.add("/requirements/functional", {"id": found["id"]}, block.line, block.col)
            self.sheet.put(f"{mine}/{'title' if block.kind == 'heading' else 'behaviour'}", text, *place)
        return True

    def listed(self, at: int, block: Block) -> bool:
        """Assumptions, goals, things out of scope and open questions, each under its heading."""
        name = self.section.strip("* ")
        pointer = next((pointer for pointer, pattern in LISTS if pattern.match(name)), "")
        if not pointer or block.kind != "item" or block.level != 1 or NOTHING.fullmatch(block.text):
            return False
        if pointer == "/questions" and is_decided(self.document.blocks, at):
            return False
        self.used.add(at)
        text = " ".join(block.text.split())
        if pointer == "/questions":
            text = f"{text} {leaning(self.document.blocks, at)}".strip()
        if pointer in ("/assumptions", "/questions"):
            self.numbered(pointer, text, block.line, block.col)
        else:
            self.sheet.add(pointer, text, block.line, block.col)
        return True

    def numbered(self, pointer: str, text: str, line: int, col: int) -> None:
        count = len(self.sheet.value.get(pointer[1:], ())) + 1
        mine = self.sheet.add(pointer, {"id": f"{pointer[1].upper()}-{count}"}, line, col)
        self.sheet.put(f"{mine}/text", text, line, col)

    def questions(self, block: Block) -> None:
        cells = [(cell.text, cell.line, cell.col) for cell in block.cells] or [
            (block.text, block.line, block.col)
        ]
        for text, line, col in cells if block.kind in ("paragraph", "item", "row") and not block.head else ():
            for found in clarifications(text):
                words = " ".join((found["text"] or found["mark"]).split())
                before = text[: found.start("text" if found["text"] else "mark")]
                row, start = line + before.count("\n"), col + len(before)
                place = (row, start) if row == line else _exactly(self.document, words, row, 1)
                self.numbered("/questions", words, *place)

    def stack(self, at: int, block: Block) -> None:
        """Each `**Label**: value` line of the technical context."""
        self.used.add(at)
        for offset, line in enumerate(block.text.split("\n")):
            if line.strip():
                col = (
                    block.col
                    if not offset
                    else 1 + max(self.document.lines[block.line - 1 + offset].find(line.strip()), 0)
                )
                self.sheet.add("/delivery/stack", line.strip(), block.line + offset, col)

    def scenario(self, at: int, block: Block) -> None:
        """A numbered scenario; one that is spread over several items begins at the number."""
        if block.kind == "item" and (block.number is not None or block.level == 1):
            self.finish()
        blocks = given_when_then([(block.text, block.line, block.col)])
        parts = sum(map(bool, (blocks.given, blocks.when, blocks.then)))
        if blocks.empty or (block.kind == "paragraph" and not self.steps and parts < 2 and not block.level):
            return  # prose may well say when something happens
        self.steps.append((at, block))

    def finish(self) -> None:
        """Write the scenario that was being read."""
        steps, self.steps = self.steps, []
        if not steps:
            return
        blocks = given_when_then([(block.text, block.line, block.col) for _, block in steps])
        self.used.update(at for at, _ in steps)
        self.count += 1
        add_criterion(self.sheet, self.document, f"{self.story}/AC{self.count}", steps[0][1], blocks)


def clarifications(text: str) -> Iterator[re.Match[str]]:
    """The markers of something to be clarified (`ask`: what), but for those that a text only talks about."""
    for found in _CLARIFY.finditer(text):
        dots = re.fullmatch(r"[.…]{1,3}", found["text"] or "")
        if (found["ask"] is not None and not dots) or not (found["before"] or found["after"]):
            yield found


def add_criterion(
    sheet: Sheet, document: Document, name: str, block: Block, blocks: Blocks, title: str = "", of: str = ""
) -> str:
    """Add one acceptance criterion with its blocks; `of` is the requirement it belongs to."""
    data: dict[str, object] = {"id": name, "title": title}
    if of:
        data["requirements"] = [of]
    mine = sheet.add("/requirements/criteria", data, block.line, block.col)
    for part in ("given", "when", "then"):
        for text, line, col in getattr(blocks, part):
            sheet.add(f"{mine}/{part}", text, *_exactly(document, text, line, col))
    return mine


def _exactly(document: Document, text: str, line: int, col: int) -> tuple[int, int]:
    """The place of a clause whose first words may stand on a later line, which is indented."""
    if line > len(document.lines):
        return line, col
    found = document.lines[line - 1].find(text.split(" ")[0], col - 1)
    return (line, found + 1) if found >= 0 else (line, col)
