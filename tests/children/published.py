"""What other tools do with a child, restated in plain Python: what the published fan-out script files for a
task, what its issue contract's gate asks of a text, and how its queue and its scope guard read the header.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

ROLES = ("planner", "developer", "qa")
RISKS = ("low", "medium", "high", "critical")
NEEDED = (
    "id", "role", "title", "priority", "status", "complexity", "risk_class", "max_diff_scope",
    "acceptance_tests", "invariants", "evidence_required",
)  # fmt: skip
SECTIONS = ("Objective", "In Scope", "Out of Scope", "Acceptance Criteria", "Non Goals")
_LABEL = re.compile(r"(type|area|priority|release)/.*|sev[0-3]|risk/high")


@dataclass(frozen=True)
class Filed:
    """An issue as the script files it; `sections` by heading, `last` is its last line."""

    title: str
    labels: tuple[str, ...]
    sections: Mapping[str, str]
    last: str


def filed_for(task: Mapping[str, Any], issue: int, url: str, title: str) -> Filed:
    """The issue that the script files for one entry of a fan-out file."""
    role = task.get("role", "developer").strip().lower()
    labels = ["type/task", "priority/p1", f"role/{role}"]
    labels += ["qa-ready"] if role == "qa" else ["autonomous", "ready"]
    labels += [one for one in map(str.strip, task.get("labels") or []) if _LABEL.fullmatch(one)]
    criteria = task.get("acceptance_criteria") or task.get("acceptance") or []
    chains = task.get("chains") or ([task["chain"]] if task.get("chain") else [])
    name = task["title"].strip()
    sections = {
        "Objective": task.get("summary") or task.get("objective") or f"Implement planned work item: {name}",
        "Source Plan": f"- planner issue: {url}\n- planner title: {title}",
        "Chain Scope": "\n".join(f"- {one}" for one in chains) or "- Inherit chain scope from planner issue",
        "Acceptance Criteria": "\n".join(f"- [ ] {one}" for one in criteria)
        or "- [ ] Define explicit acceptance criteria",
        "Notes": task.get("notes") or "Follow IMPLEMENTATION_PLAN.md and related specs.",
    }
    slug = re.sub("[^a-z0-9]+", "-", f"{role}-{name}".lower()).strip("-")[:48]
    return Filed(
        f"[Plan #{issue}] {name}", tuple(dict.fromkeys(labels)), sections, f"[planner-fanout-{issue}-{slug}]"
    )


def value_of(text: str, key: str) -> str:
    """The first line of the whole text that begins with the key and ": "."""
    lines = (line for line in text.split("\n") if line.startswith(f"{key}: "))
    return next(lines, f"{key}: ")[len(key) + 2 :]


def gate(text: str, registry: Collection[str]) -> list[str]:
    """Every way in which the text breaks the issue contract."""
    faults = [f"missing {key}" for key in NEEDED if not value_of(text, key)]
    faults += [] if value_of(text, "role") in ROLES else ["role"]
    faults += [] if value_of(text, "risk_class") in RISKS else ["risk_class"]
    scope = value_of(text, "max_diff_scope")
    faults += [] if re.fullmatch("[0-9]+", scope) and int(scope) > 0 else ["max_diff_scope"]
    faults += [] if value_of(text, "evidence_required") in ("true", "false") else ["evidence_required"]
    named = [one.strip() for one in value_of(text, "invariants").split(",")]
    faults += [f"unknown invariant {one}" for one in named if one and one not in registry]
    lines = text.split("\n")
    faults += [f"missing section {one}" for one in SECTIONS if f"## {one}" not in lines]
    faults += [] if "---" in lines else ["the header has no end"]
    boxes = [line for line in section(text, "Acceptance Criteria") if re.match(r"\s*-\s*\[[ xX]\]", line)]
    return faults if boxes else [*faults, "no acceptance box"]


def section(text: str, name: str) -> list[str]:
    """The lines below a heading, up to the next one."""
    lines = text.split("\n")
    at = lines.index(f"## {name}") + 1 if f"## {name}" in lines else len(lines)
    rest = lines[at:]
    end = next((n for n, line in enumerate(rest) if line.startswith("## ")), len(rest))
    return rest[:end]


def startable(text: str, done: Collection[str]) -> bool:
    """Whether the queue picks it: it is ready, and all that it depends on is done."""
    needs = [one.strip() for one in value_of(text, "depends_on").split(",") if one.strip()]
    return value_of(text, "status") == "ready" and all(one in done for one in needs)


def out_of_bounds(text: str, changed: Collection[str]) -> list[str]:
    """What the scope guard says of a change of these paths."""
    faults = [f"denied {path}" for path in changed if _matches(path, value_of(text, "denied_paths"))]
    faults += [f"outside {path}" for path in changed if not _matches(path, value_of(text, "allowed_paths"))]
    return faults + (["too many"] if len(changed) > int(value_of(text, "max_diff_scope")) else [])


def _matches(path: str, rules: str) -> bool:
    cleaned = [rule.strip().removeprefix("./").removesuffix("*") for rule in rules.split(",") if rule.strip()]
    return any(path.startswith(rule) for rule in cleaned)
