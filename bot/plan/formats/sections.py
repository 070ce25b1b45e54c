"""The sections a document of each format has, in order. Data only: reading and judging happen in the rules.

Titles are compared without case, numbering, marks and remarks in brackets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# required: always there. optional: may be there. conditional: a rule of its own decides.
Presence = Literal["required", "optional", "conditional"]


@dataclass(frozen=True, slots=True)
class SectionRule:
    """One section. `names` are other titles it may have.

    `inapplicable`: it may say "Not applicable: <reason>". `none`: it may say "None.". `parts` are its own
    subsections.
    """

    title: str
    presence: Presence = "required"
    names: tuple[str, ...] = ()
    inapplicable: bool = False
    none: bool = False
    parts: tuple[SectionRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """The sections of one format. `level` is that of their headings where a document is ours.

    `open`: other sections may stand before `sections` (the tracks of a step plan, which nobody can list).
    `least` says how many of them there must be, and `word` what one is called.
    """

    level: int
    sections: tuple[SectionRule, ...]
    open: bool = False
    least: int = 0
    word: str = "section"


# Its texts come from issues, which may say anything, "None" too.
ROADMAP = Layout(
    3,
    (
        SectionRule("Objective", none=True),
        SectionRule("Active milestone", none=True),
        SectionRule("Milestones", none=True),
        SectionRule("Feature backlog", none=True, names=("Feature gaps",)),
        SectionRule("Tasks", "optional"),
        SectionRule("Assumptions", none=True),
        SectionRule("Unknowns", none=True),
        SectionRule("Decisions", none=True),
        SectionRule("Validation strategy", none=True),
        SectionRule("Contract", none=True),
    ),
)

STEPS = Layout(
    2,
    (
        SectionRule("CI / Quality Gates", names=("Quality Gates", "CI Gates")),
        SectionRule("Release & Deployment", "conditional", names=("Release", "Deployment")),
    ),
    open=True,
    least=1,
    word="track",
)

EXPORT = Layout(
    2,
    (
        SectionRule("Summary", names=("One-paragraph Summary",)),
        SectionRule("Goals"),
        SectionRule("Non-Goals"),
        SectionRule("Requirements"),
        SectionRule("Assumptions & Constraints"),
        SectionRule("Current System Snapshot"),
        SectionRule("Impacted Files & Directories"),
        SectionRule("Implementation Plan"),
        SectionRule("Data & Interface Contracts", inapplicable=True),
        SectionRule("Testing Plan"),
        SectionRule("Verification Checklist"),
        SectionRule("Rollout & Rollback"),
        SectionRule("Plan Completeness Audit"),
        SectionRule("Open Questions", none=True),
    ),
)

FUNCTIONAL = Layout(
    2,
    (
        SectionRule("Feature Overview"),
        SectionRule("Dev Environment", "conditional", names=("Development Environment",)),
        SectionRule("Functional Requirements"),
        SectionRule("Business Rules", inapplicable=True, none=True),
        SectionRule("Integration Points", inapplicable=True, none=True),
        SectionRule("Schema Changes", "conditional"),
        SectionRule("Acceptance Criteria"),
        SectionRule("Test Scenarios"),
        SectionRule("Work Streams"),
        SectionRule("Non-Functional Requirements", inapplicable=True, none=True),
        SectionRule("Security Considerations", "conditional"),
        SectionRule("Out of Scope", none=True),
        SectionRule("Open Questions", none=True),
        SectionRule("Assumption Register", none=True),
        SectionRule("Codebase Notes", none=True),
        SectionRule("SE Verification Contract"),
        SectionRule("Test Mandate"),
        SectionRule("Review Contract"),
    ),
)

TECHNICAL = Layout(
    2,
    (
        SectionRule("Context"),
        SectionRule(
            "Technical Approach",
            parts=(
                SectionRule("Architecture"),
                SectionRule("Technology Stack", inapplicable=True),
                SectionRule("Data Model", inapplicable=True, none=True),
            ),
        ),
        SectionRule("Implementation Steps"),
        SectionRule("File Changes"),
        SectionRule("Testing Strategy"),
        SectionRule("Risk Assessment"),
        SectionRule("Rollback Plan"),
        SectionRule("Dependencies", inapplicable=True, none=True),
        SectionRule("Deployment", inapplicable=True),
    ),
)

LAYOUTS: Mapping[str, Layout] = {
    "roadmap": ROADMAP,
    "steps": STEPS,
    "export": EXPORT,
    "functional": FUNCTIONAL,
    "technical": TECHNICAL,
}

# The rows of a functional plan's security table.
CONCERNS = (
    "User input",
    "Authentication",
    "Authorisation",
    "Secrets/credentials",
    "Sensitive data",
    "External data",
    "gRPC/API surface",
)
