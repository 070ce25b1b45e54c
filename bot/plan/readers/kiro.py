"""Reads the three files of a Kiro spec: requirements.md (EARS criteria), design.md and tasks.md.

Requirement 2 is "2", its criteria are "2.1", "2.2" …, as tasks refer to them.
"""

# ruff: noqa: RUF001  (plans in Chinese and Japanese use wide punctuation)

from __future__ import annotations

import re

from bot.plan.markdown import Block, Document
from bot.plan.readers.checklist import read_checklist
from bot.plan.readers.leftover import keep_prose
from bot.plan.readers.reading import Reading, Sheet
from bot.plan.readers.scenarios import Blocks, ears, given_when_then
from bot.plan.readers.spec_kit import add_criterion

_REQUIREMENT = re.compile(
    r"[^\w]{0,4}(?:requirement|要件|需求|요구사항|anforderung|requisito"
    r"|exigence)\s{0,2}#?(?P<id>\d{1,3}(?:\.\d{1,3})?)\s{0,2}(?:[:：.]|[-–—])?\s{0,3}(?P<title>.*)",
    re.IGNORECASE | re.DOTALL,
)
_STORY = re.compile(
    r"\*\*(?:user story|objective|ユーザーストーリー|用户故事|目的|목적)[:：]?\*\*[:：]?\s{0,3}",
    re.IGNORECASE,
)
_CRITERIA = re.compile(
    r"acceptance criteria|受け入れ基準|受入基準|验收标准|驗收標準|akzeptanzkriterien|인수 ?기준|critérios",
    re.IGNORECASE,
)


def read_tasks(document: Document) -> Reading:
    """tasks.md: numbered check boxes; `_Requirements: 1.1_` are what a task covers."""
    return read_checklist(document, "kiro tasks")


def read_design(document: Document) -> Reading:
    """design.md is prose."""
    sheet = Sheet(document.path)
    first = _title(sheet, document)
    keep_prose(sheet, document, {first})
    return sheet.reading("kiro design", "foreign", document)


def read_requirements(document: Document) -> Reading:
    """requirements.md: a requirement per heading with its story, and its criteria."""
    sheet = Sheet(document.path)
    used = {_title(sheet, document)}
    mine, name, listing, count = "", "", False, 0
    for at, block in enumerate(document.blocks):
        if block.kind == "heading":
            found = _REQUIREMENT.match(block.text)
            if found and block.level > 1:
                mine, name, listing, count = _requirement(sheet, block, found), found["id"], False, 0
                used.add(at)
            else:
                listing = bool(name and _CRITERIA.search(block.text))
        elif block.kind == "paragraph" and mine and not block.level and (story := _STORY.match(block.text)):
            text = " ".join(block.text[story.end() :].split())
            sheet.put(f"{mine}/behaviour", text, block.line, block.col + story.end())
            used.add(at)
        elif block.kind == "paragraph" and name and not block.level:
            listing = bool(_CRITERIA.search(block.text[:60])) or listing
        elif block.kind == "item" and listing and block.level == 1:
            count += 1
            add_criterion(sheet, document, f"{name}.{block.number or count}", block, _blocks(block), of=name)
            used.add(at)
    keep_prose(sheet, document, used)
    return sheet.reading("kiro requirements", "foreign", document)


def _title(sheet: Sheet, document: Document) -> int:
    for at, block in enumerate(document.blocks):
        if block.kind == "heading" and block.level == 1:
            sheet.put("/title", " ".join(block.text.split()), block.line, block.col)
            return at
    return -1


def _requirement(sheet: Sheet, block: Block, found: re.Match[str]) -> str:
    title = " ".join(found["title"].split())
    mine = sheet.add("/requirements/functional", {"id": found["id"]}, block.line, block.col)
    sheet.put(f"{mine}/title", title, block.line, block.col + found.start("title"))
    return mine


def _blocks(block: Block) -> Blocks:
    """Given/When/Then where all three words stand there, EARS otherwise."""
    blocks = given_when_then([(block.text, block.line, block.col)])
    if blocks.given and blocks.then:
        return blocks
    return ears(re.sub(r"^\[[ x]\]\s", "", block.text), block.line, block.col)
