"""Numbers of decision issues in files that are written before the issues are filed. Pure.

Until an issue has its number, a stand-in beyond every number that GitHub gives takes its place, and is
swapped for the number afterwards. A stand-in follows from the decision's id alone, and is not used in a plan
whose own words hold the same figures.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.effects import PLAN_FILE, File
from bot.plan.contract import contract_text
from bot.plan.digest import text_digest
from bot.plan.fanout import is_blocking
from bot.plan.formats.plan_marks import body_digest, fields_of, is_untouched, marked
from bot.plan.model import Decision, Plan

_FIRST = 4_100_000_000  # GitHub's numbers fit into 31 bits
_OTHERS = 5_000_000_000
_NUMBERED = re.compile(r"D-([1-9][0-9]{0,7})")
_CONTRACT = re.compile(r"\.agent/planning-output-([1-9][0-9]{0,9})\.json")
_FIGURES = re.compile(r"[0-9]{10,}")


def placeholder(decision: str) -> int:
    """What stands for the number of this decision's issue until it has one."""
    found = _NUMBERED.fullmatch(decision)
    if found:
        return _FIRST + int(found[1])
    digest = hashlib.sha256(decision.encode("utf-8", "surrogatepass")).digest()
    return _OTHERS + int.from_bytes(digest[:4], "big")


def with_placeholders(plan: Plan) -> Plan:
    """The plan as it is rendered before its issues are filed: open major decisions have a stand-in. One whose
    figures stand elsewhere in the plan is left without a number."""
    taken = set(_FIGURES.findall(contract_text(plan)))
    decisions = []
    for one in plan.decisions:
        number = placeholder(one.id)
        if _is_unfiled(one) and str(number) not in taken:
            taken.add(str(number))
            one = one.model_copy(update={"issue": number})
        decisions.append(one)
    return plan.model_copy(update={"decisions": tuple(decisions)})


def _is_unfiled(decision: Decision) -> bool:
    return is_blocking(decision) and not decision.issue


def filled(files: Sequence[File], numbers: Mapping[str, int]) -> tuple[File, ...]:
    """The files with these issue numbers, by decision, for their stand-ins; digests that follow from what was
    changed are made anew.

    Contracts tell which stand-ins are used; texts without one are taken to use all of them. Of
    IMPLEMENTATION_PLAN.md only the sections change whose contracts are among the files. ValueError for what
    is no number of an issue.
    """
    told = any(_CONTRACT.fullmatch(one.path) for one in files)
    used = set(unfilled(files)) if told else set(numbers)
    figures = {name: _figures(number) for name, number in numbers.items()}
    swaps = {str(placeholder(name)): new for name, new in figures.items() if name in used}
    texts = {one.path: _swapped(one.text, swaps) for one in files if one.path != PLAN_FILE}
    contracts = {
        int(found[1]): (one.text, texts[one.path])
        for one in files
        if (found := _CONTRACT.fullmatch(one.path))
    }
    return tuple(
        replace(
            one, text=_in_sections(one.text, swaps, contracts) if one.path == PLAN_FILE else texts[one.path]
        )
        for one in files
    )


def unfilled(files: Iterable[File]) -> tuple[str, ...]:
    """The decisions whose issues have only a stand-in in the contracts among these files, by id."""
    found = [
        name
        for file in files
        if _CONTRACT.fullmatch(file.path)
        for name, issue in _decisions(file.text)
        if issue == placeholder(name)
    ]
    return tuple(dict.fromkeys(found))


def _figures(number: int) -> str:
    if not 0 < number < _FIRST:
        raise ValueError(f"not the number of an issue: {number}")
    return str(number)


def _swapped(text: str, swaps: Mapping[str, str]) -> str:
    return _FIGURES.sub(lambda found: swaps.get(found[0], found[0]), text)


def _in_sections(text: str, swaps: Mapping[str, str], contracts: Mapping[int, tuple[str, str]]) -> str:
    for one in reversed(marked(text).sections):
        if one.issue in contracts:
            section = _section(text[one.start : one.end], swaps, *contracts[one.issue])
            text = text[: one.start] + section + text[one.end :]
    return text


def _section(section: str, swaps: Mapping[str, str], before: str, after: str) -> str:
    """A section with its numbers, whose mark tells of the contract and of its own text as they are now."""
    mark, line, body = section.partition("\n")
    body = _swapped(body, swaps)
    digests = {text_digest(before)[:16]: text_digest(after)[:16]}
    if is_untouched(section):
        own = body.replace("\r\n", "\n").rpartition("\n")[0]
        digests[fields_of(section)["text"]] = body_digest(own)
    for old, new in digests.items():
        mark = mark.replace(f"={old}", f"={new}")
    return f"{mark}{line}{body}"


def _decisions(contract: str) -> Iterator[tuple[str, object]]:
    """The decisions of a contract with the numbers of their issues; none when it cannot be read."""
    try:
        value = json.loads(contract)
    except (ValueError, RecursionError):
        return
    held = value.get("groundplan") if isinstance(value, dict) else None
    listed = held.get("decisions") if isinstance(held, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            yield one["id"], one.get("issue")
