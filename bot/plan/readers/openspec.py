"""Reads the files of an OpenSpec change: proposal.md, tasks.md, design.md and spec deltas.

A requirement is known by its name, as OpenSpec does it; its scenarios are "<name>/<scenario>".
"""

# ruff: noqa: RUF001  (plans in Chinese and Japanese use wide punctuation)

from __future__ import annotations

import re

from bot.plan.markdown import Block, Document
from bot.plan.readers.checklist import read_checklist
from bot.plan.readers.leftover import keep_prose
from bot.plan.readers.mentions import path_of
from bot.plan.readers.reading import Reading, Sheet
from bot.plan.readers.scenarios import given_when_then
from bot.plan.readers.spec_kit import add_criterion

_REQUIREMENT = re.compile(r"requirement\s?[:：]\s{0,3}(?P<name>.+)", re.IGNORECASE | re.DOTALL)
_SCENARIO = re.compile(r"scenario\s?[:：]\s{0,3}(?P<name>.+)", re.IGNORECASE | re.DOTALL)
_GONE = re.compile(r"(?:removed|renamed)\s+requirements?", re.IGNORECASE)


def read_tasks(document: Document) -> Reading:
    """tasks.md: check boxes 1.1, 1.2 … under numbered headings."""
    return read_checklist(document, "openspec tasks")


def read_design(document: Document) -> Reading:
    """design.md is prose, with goals, questions and risks where it has them."""
    return read_checklist(document, "openspec design")


def read_proposal(document: Document) -> Reading:
    """proposal.md: why, what changes, and the code it touches."""
    sheet = Sheet(document.path)
    used: set[int] = set()
    section = ""
    why: list[Block] = []
    for at, block in enumerate(document.blocks):
        if block.kind == "heading":
            section = block.text.strip().lower()
            if block.level == 1:
                sheet.put("/title", " ".join(block.text.split()), block.line, block.col)
                used.add(at)
        elif section == "why" and block.kind in ("paragraph", "item") and not block.quoted:
            why.append(block)
            used.add(at)
        elif section == "what changes" and block.kind == "item" and block.level == 1:
            sheet.add("/goals", " ".join(block.text.split()), block.line, block.col)
            used.add(at)
        elif section == "impact" and block.kind in ("item", "paragraph"):
            _impact(sheet, block)
    if why:
        text = " ".join(" ".join(block.text.split()) for block in why)
        sheet.put("/summary", text, why[0].line, why[0].col)
    keep_prose(sheet, document, used)
    return sheet.reading("openspec proposal", "foreign", document)


def _impact(sheet: Sheet, block: Block) -> None:
    for span in block.spans:
        if span.kind in ("code", "link") and (path := path_of(span.text, strict=True)):
            entry = {"path": path[0], "change": "", "why": ""}
            sheet.add("/codebase/impact", entry, span.line, span.col)


def read_spec(document: Document) -> Reading:
    """A spec or a delta: requirements with their text, scenarios as criteria."""
    walk = _Delta(document)
    for at, block in enumerate(document.blocks):
        walk.take(at, block)
    walk.finish()
    keep_prose(walk.sheet, document, walk.used)
    return walk.sheet.reading("openspec spec", "foreign", document)


class _Delta:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.sheet = Sheet(document.path)
        self.used: set[int] = set()
        self.gone = False
        self.name = ""
        self.mine = ""
        self.scenario: Block | None = None
        self.steps: list[Block] = []
        self.body: list[Block] = []

    def take(self, at: int, block: Block) -> None:
        if block.kind == "heading":
            self.finish()
            self.heading(at, block)
        elif block.kind in ("paragraph", "item") and self.name and not block.quoted:
            (self.steps if self.scenario else self.body).append(block)
            self.used.add(at)

    def heading(self, at: int, block: Block) -> None:
        if block.level == 1:
            self.sheet.put("/title", " ".join(block.text.split()), block.line, block.col)
        requirement, scenario = _REQUIREMENT.match(block.text), _SCENARIO.match(block.text)
        if block.level <= 2:
            self.gone = bool(_GONE.search(block.text))
        if requirement and not self.gone:
            self.name = " ".join(requirement["name"].split())
            self.mine = self.sheet.add("/requirements/functional", {"id": self.name}, block.line, block.col)
            self.sheet.put(f"{self.mine}/title", self.name, block.line, block.col + requirement.start("name"))
        elif scenario and self.name:
            self.scenario = block
        elif block.level <= 3:
            self.name = ""
        if requirement or scenario or block.level == 1:
            self.used.add(at)

    def finish(self) -> None:
        """Write what stood below the last heading."""
        if self.scenario:
            found = _SCENARIO.match(self.scenario.text)
            title = " ".join(found["name"].split()) if found else ""
            blocks = given_when_then([(one.text, one.line, one.col) for one in self.steps])
            add_criterion(
                self.sheet, self.document, f"{self.name}/{title}", self.scenario, blocks, title, self.name
            )
        elif self.body and self.mine:
            text = "\n".join(one.text for one in self.body)
            self.sheet.put(f"{self.mine}/behaviour", text, self.body[0].line, self.body[0].col)
        self.scenario, self.steps, self.body = None, [], []
