"""Rows of tables that a plan is read from: files with their change, risks with their answer."""

from __future__ import annotations

from bot.plan.markdown import Block
from bot.plan.readers.mentions import declared_change, path_of
from bot.plan.readers.reading import Sheet

_FILE = ("file", "files", "path", "file path", "ファイル", "文件", "datei", "arquivo", "파일")
_CHANGE = (
    "action", "change", "change type", "type", "operation", "op", "status",
    "操作", "変更", "種別", "变更", "aktion",
)  # fmt: skip
_WHY = (
    "why", "purpose", "description", "details", "changes", "responsibility", "notes",
    "内容", "说明", "beschreibung",
)  # fmt: skip
_RISK = ("risk", "risks", "risiko", "风险", "リスク")
_ANSWER = ("mitigation", "mitigations", "mitigation strategy", "maßnahme", "对策", "対策", "缓解措施")


def read_row(sheet: Sheet, block: Block) -> bool:
    """Put a row on the sheet; False when it is of no table known here."""
    return not block.head and (_file_row(sheet, block) or _risk_row(sheet, block))


def _file_row(sheet: Sheet, block: Block) -> bool:
    cell, action = block.cell(*_FILE), block.cell(*_CHANGE)
    path = path_of(cell.text.strip("`* ")) if cell else None
    change = declared_change(action.text) if action and len(action.text) < 40 else None
    if cell is None or path is None or change is None:
        return False
    mine = sheet.add("/codebase/impact", {"path": path[0], "change": change}, cell.line, cell.col)
    if why := block.cell(*_WHY):
        sheet.put(f"{mine}/why", why.text, why.line, why.col)
    return True


def _risk_row(sheet: Sheet, block: Block) -> bool:
    risk, answer = block.cell(*_RISK), block.cell(*_ANSWER)
    if risk is None or answer is None:
        return False
    impact = block.cell("impact", "severity")
    data = {"risk": risk.text, "impact": impact.text.strip("* ").lower() if impact else ""}
    mine = sheet.add("/delivery/risks", data, risk.line, risk.col)
    sheet.put(f"{mine}/mitigation", answer.text, answer.line, answer.col)
    return True
