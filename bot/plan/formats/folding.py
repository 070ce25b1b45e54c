"""Finished plans in IMPLEMENTATION_PLAN.md: each becomes one line, made from its contract, with its links.

A section that somebody edited is kept as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.plan.contract import Contract, contract_path, read_contract
from bot.plan.digest import text_digest
from bot.plan.formats.plan_file import is_untouched, section_of, sections, with_finished, without_entry
from bot.plan.model import Plan
from bot.render import render

_LINK = re.compile(r"\]\(((?:specs|EXPORT)/[A-Za-z0-9._/-]{1,300})\)")


def is_finished(plan: Plan) -> bool:
    """Whether nothing of a plan is left to do: every milestone is done."""
    return all(one.status == "done" for one in plan.roadmap.milestones)


def entry(plan: Plan, details: str) -> str:
    """A finished plan's line in the list; `details` is a path of its documents, or ""."""
    place = details.rpartition("/")[0] if details.startswith("specs/") else details
    contract = contract_path(plan.issue)
    return render("formats/roadmap/finished.md", plan=plan, contract=contract, details=place).strip("\n")


def folded(text: str, existing: Mapping[str, str], but: int = 0) -> str:
    """The file with each finished plan as one line, as far as its contract is at hand and nobody edited its
    section; the section of issue `but` is left alone. UserError when the marks cannot be trusted."""
    for one in sections(text):
        section, plan = section_of(text, one.issue) or "", _plan(existing, one.issue)
        if one.issue == but or plan is None or not is_finished(plan) or not is_untouched(section):
            text = without_entry(text, one.issue)
        else:
            found = _LINK.search(section)
            text = with_finished(text, one.issue, entry(plan, found[1] if found else ""))
    return text


def contract_digests(existing: Mapping[str, str], text: str) -> Mapping[int, str]:
    """The digests of the contracts at hand, by the issues that `text` names anywhere."""
    issues = {int(found) for found in re.findall(r"groundplan:plan ([1-9][0-9]{0,9}) begin", text)}
    paths = {issue: contract_path(issue) for issue in issues}
    return {issue: text_digest(existing[path]) for issue, path in paths.items() if path in existing}


def _plan(existing: Mapping[str, str], issue: int) -> Plan | None:
    """The plan of an issue, when its contract is at hand and sound."""
    text = existing.get(contract_path(issue))
    read = read_contract(text, contract_path(issue)) if text is not None else None
    return read.plan if isinstance(read, Contract) else None
