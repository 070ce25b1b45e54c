"""The samples that the formats come from have known faults. A linter that finds none of them is broken, and
one that finds
others has to be explained: the golden files hold every finding.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.plan.loose import loosely
from bot.plan.markdown import Document
from bot.plan.readers import reader_of
from bot.plan.rules import LintInput, lint

GOLDEN = Path(__file__).parents[1] / "golden"
FORMATS = {"000": "steps", "003": "functional", "004": "technical"}


@dataclass(frozen=True, slots=True)
class Known:
    """A rule, and a word that one of its messages holds."""

    rule: str
    word: str


KNOWN = {
    "000": [
        Known("PLN006", "path/file1.ts"),
        Known("PLN006", "path/file2.test.ts"),
        Known("PLN207", "after initial project structure"),
        Known("PLN207", "all earlier infra steps"),
        Known("PLN403", "infra/prod/*.tf"),
        Known("PLN203", "to N"),
        Known("PLN203", "to X"),
    ],
    "003": [
        *(Known("PLN706", f"FR-{n}") for n in (1, 2, 3)),
        *(
            Known("PLN204", f"undefined {name};")
            for name in ("FR-3", "FR-4", "FR-5", "FR-6", "FR-7", "NFR-1", "NFR-2")
        ),
        Known("PLN604", "appropriate"),
        Known("PLN006", "JIRAPRJ-123"),
        Known("PLN006", "YYYY-MM-DD"),
        Known("PLN006", "[Next Requirement]"),
        Known("PLN111", "YYYY-MM-DD"),
        Known("PLN908", "Deserialization"),
    ],
    "004": [
        *(Known("PLN006", word) for word in ("path/to/new/file.js", "Task 1", "Risk 2", "{{SPECIFICATION}}")),
        *(Known("PLN006", word) for word in ("X hours/days", "Library X version Y", "[Foundation]")),
        Known("PLN112", "X hours/days"),
    ],
}


# What the samples are found to lack besides, and why that is right.
EXPLAINED = {
    "PLN106": "the sample's overview is one sentence",
    "PLN107": "step 2 and the phases are left out or hold only labels",
    "PLN108": "N and X are no numbers of steps",
    "PLN110": "YES/NO answers nothing; a stream changes the schema and no section says how",
    "PLN114": "the template ends with instructions to a model",
    "PLN205": "the rules under the sample's streams name WS-0 and FR-3a, which it does not have",
    "PLN206": "no requirement and no criterion names a business rule",
    "PLN304": "WS-3 names WS-1, which WS-2 needs already",
    "PLN313": "step 2 is only a title",
    "PLN503": "step 2 is only a title",
    "PLN506": "step 2 is reversible without saying how; the safe step 1 shows the note that it would omit",
    "PLN508": "the release says how to undo it and not how to keep it from going wrong",
    "PLN512": "the release waits for steps that it does not name",
    "PLN516": "the risks are placeholders",
    "PLN609": "the behaviour is described with should",
    "PLN904": "titles are placeholders",
    "PLN921": "the sample spells some words in two ways",
}


def findings(seed: str) -> list[dict[str, object]]:
    document = Document("plan.md", (GOLDEN / f"seed_{seed}.md").read_text(encoding="utf-8"))
    read = reader_of(FORMATS[seed])
    assert read is not None
    reading = read([document])
    given = LintInput(plan=loosely(reading.value), loose=True, reading=reading, format=reading.format)
    report = lint(given, tiers=("core", "extended"))
    return [
        {
            "rule": one.rule,
            "severity": one.severity,
            "line": one.location.line if one.location else 0,
            "pointer": one.pointer,
            "message": one.message,
        }
        for one in report.findings
    ]


@pytest.mark.parametrize(
    ("seed", "known"), [(seed, one) for seed, every in KNOWN.items() for one in every], ids=str
)
def test_a_known_fault_is_found(seed: str, known: Known) -> None:
    said = [str(one["message"]) for one in findings(seed) if one["rule"] == known.rule]
    assert any(known.word in message for message in said), said


@pytest.mark.parametrize("seed", FORMATS)
def test_every_finding_is_known(seed: str) -> None:
    golden = json.loads((GOLDEN / f"seed_{seed}.findings.json").read_text(encoding="utf-8"))
    assert findings(seed) == golden


@pytest.mark.parametrize("seed", FORMATS)
def test_every_finding_is_explained(seed: str) -> None:
    expected = {one.rule for one in KNOWN[seed]} | EXPLAINED.keys()
    assert {str(one["rule"]) for one in findings(seed)} <= expected
