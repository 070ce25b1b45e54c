"""The published contract, restated from its description in plain Python: what any
reader of it may rely on.
"""

from __future__ import annotations

import json
from typing import Any

RISKS = ("low", "medium", "high", "critical")
BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def faults(text: str) -> list[str]:
    """Every way in which `text` is no published planning contract; empty when it is one."""
    if not text.strip():
        return ["empty"]
    try:
        document = json.loads(text)
    except ValueError as error:
        return [f"not one JSON document: {error}"]
    if not isinstance(document, dict):
        return ["not an object"]
    return [
        *_roadmap(document.get("roadmap")),
        *_defaults(document.get("contract_defaults")),
        *_decisions(document),
    ]


def _decisions(document: dict[str, Any]) -> list[str]:
    return [] if _strings(document.get("decisions")) else ["decisions is no list of strings"]


def _filled(value: object) -> bool:
    return isinstance(value, str) and value.strip(BLANKS) != ""


def _strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _roadmap(roadmap: object) -> list[str]:
    if not isinstance(roadmap, dict):
        return ["roadmap is no object"]
    found = [
        f"roadmap.{name} is blank" for name in ("version", "objective") if not _filled(roadmap.get(name))
    ]
    milestones = roadmap.get("milestones")
    if not isinstance(milestones, list) or not milestones:
        return [*found, "no milestones"]
    return found + [f"milestone {at}: {why}" for at, one in enumerate(milestones) for why in _milestone(one)]


def _milestone(one: object) -> list[str]:
    if not isinstance(one, dict):
        return ["no object"]
    found = [f"{name} is blank" for name in ("id", "title", "outcome") if not _filled(one.get(name))]
    found += [
        f"{name} is no list of strings" for name in ("dependencies", "risks") if not _strings(one.get(name))
    ]
    acceptance = one.get("acceptance")
    if not isinstance(acceptance, list) or not acceptance or not all(map(_filled, acceptance)):
        found.append("acceptance is no list of filled strings")
    return found + _boundary(one)


def _boundary(one: dict[str, Any]) -> list[str]:
    found = [] if one.get("risk_class") in RISKS else ["risk_class"]
    return found if _positive(one.get("max_diff_scope")) else [*found, "max_diff_scope"]


def _defaults(defaults: object) -> list[str]:
    if not isinstance(defaults, dict):
        return ["contract_defaults is no object"]
    found = [
        f"{name} is no filled string"
        for name in ("acceptance_tests", "invariants")
        if not _filled(defaults.get(name))
    ]
    evidence = defaults.get("evidence_required")
    if evidence not in ("true", "false") and not isinstance(evidence, bool):
        found.append("evidence_required")
    return found + _boundary(defaults)
