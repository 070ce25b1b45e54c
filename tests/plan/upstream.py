"""The published files, restated from their description in plain Python: what any reader of them may rely on.

The planning contract, the fan-out file, and what the issue of one task has to say.
"""

from __future__ import annotations

import json
import re
from typing import Any

RISKS = ("low", "medium", "high", "critical")
BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def faults(text: str) -> list[str]:
    """Every way in which `text` is no published planning contract; empty when it is one."""
    document = _object(text)
    if isinstance(document, str):
        return [document]
    return [
        *_roadmap(document.get("roadmap")),
        *_defaults(document.get("contract_defaults")),
        *_decisions(document),
    ]


def _object(text: str) -> dict[str, Any] | str:
    if not text.strip():
        return "empty"
    try:
        document = json.loads(text)
    except ValueError as error:
        return f"not one JSON document: {error}"
    return document if isinstance(document, dict) else "not an object"


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


# --- the fan-out file ------------------------------------------------------------------------------------

ROLES = ("planner", "developer", "qa")
ALLOWED = re.compile(r"(type|area|priority|release)/.+|sev[0-3]|risk/high")
# Labels that filing a task sets by itself, by its role; in the file they are passed over.
SET_ANYWAY = {
    "type/task",
    "priority/p1",
    "autonomous",
    "ready",
    "qa-ready",
    *(f"role/{one}" for one in ROLES),
}


def fanout_faults(text: str) -> list[str]:
    """Every way in which `text` is no fan-out file, or would be filed otherwise than it says."""
    document = _object(text)
    if isinstance(document, str):
        return [document]
    tasks = document.get("tasks")
    if not isinstance(tasks, list):
        return ["tasks is no list"]
    return [f"task {at}: {why}" for at, one in enumerate(tasks) for why in _task(one)]


def _task(one: object) -> list[str]:
    if not isinstance(one, dict):
        return ["no object"]
    found = [] if _filled(one.get("title")) else ["title is blank and the task is passed over"]
    if one.get("role") not in ROLES:
        found.append("role is unknown and the task is passed over")
    if not _filled(one.get("summary", one.get("objective"))):
        found.append("objective is blank and one is made up")
    acceptance = one.get("acceptance_criteria", one.get("acceptance"))
    if not _strings(acceptance) or not acceptance or not all(map(_filled, acceptance)):
        found.append("acceptance is no list of filled strings")
    return [*found, *_labels(one.get("labels", []))]


def _labels(labels: object) -> list[str]:
    if not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
        return ["labels is no list of strings"]
    unknown = [one for one in labels if one not in SET_ANYWAY and not ALLOWED.fullmatch(one)]
    second = [one for one in labels if one.startswith("priority/") and one != "priority/p1"]
    return [f"label {one} is dropped" for one in unknown] + [f"{one} stands beside p1" for one in second]


# --- the issue of one task -------------------------------------------------------------------------------

NEEDED = (
    "id", "role", "title", "priority", "status", "complexity", "risk_class", "max_diff_scope",
    "acceptance_tests", "invariants", "evidence_required",
)  # fmt: skip
SECTIONS = ("Objective", "In Scope", "Out of Scope", "Acceptance Criteria", "Non Goals")


def issue_faults(text: str, invariants: set[str]) -> list[str]:
    """Every way in which the text of a task's issue breaks its contract: header lines, "---", sections."""
    top, found_end, body = text.partition("\n---\n")
    if not found_end:
        return ["the header has no end"]
    header = {name: value.strip() for name, _, value in (line.partition(":") for line in top.split("\n"))}
    faults = [f"{name} is blank" for name in NEEDED if not header.get(name)]
    faults += [] if header.get("role") in ROLES else ["role"]
    faults += [] if header.get("risk_class") in RISKS else ["risk_class"]
    scope = header.get("max_diff_scope", "")
    faults += [] if re.fullmatch("[0-9]+", scope) and int(scope) > 0 else ["max_diff_scope"]
    faults += [] if header.get("evidence_required") in ("true", "false") else ["evidence_required"]
    named = {one.strip() for one in header.get("invariants", "").split(",")}
    faults += [f"unknown invariant {one}" for one in sorted(named - invariants)]
    return faults + _sections(body)


def _sections(body: str) -> list[str]:
    parts = re.split(r"^## ", f"\n{body}", flags=re.MULTILINE)[1:]
    said = {head.strip(): text for head, _, text in (part.partition("\n") for part in parts)}
    faults = [f"no section {name}" for name in SECTIONS if not _filled(said.get(name, ""))]
    boxes = re.search(r"^- \[[ x]\] \S", said.get("Acceptance Criteria", ""), re.MULTILINE)
    return faults if boxes else [*faults, "no acceptance box"]
