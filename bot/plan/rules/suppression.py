"""Findings that somebody set aside with a reason, in a document or by configuration. Some rules cannot be set
aside.

`<!-- plan-lint: disable=PLN404,PLN901 reason="..." -->` holds for the section it stands in; before the first
heading, or directly below one of level 1, for the whole document. What is wrong with a suppression is a
finding itself (PLN099), which nothing sets aside.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from bot.plan.findings import UNSUPPRESSABLE, Finding, Location, Report, Severity, Suppressed
from bot.plan.markdown import Document
from bot.plan.rules.engine import RULES, numbered

RULE = "PLN099"
_COMMENT = re.compile(r"<!--\s{0,20}plan-lint\s{0,20}:((?:[^<]|<(?!!--)){0,2000}?)-->")
_DISABLE = re.compile(
    r"\s{0,20}disable\s{0,4}=\s{0,4}([A-Z0-9]{1,12}(?:\s{0,4},\s{0,4}[A-Z0-9]{1,12}){0,40})"
    r"(?:\s{1,20}reason\s{0,4}=\s{0,4}\"([^\"]{0,500})\")?\s{0,20}"
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A rule to set aside, and why. `path` is a glob of files, "" for all.

    `first` and `last` are the lines it holds for (0 for all of the file), `at` where it is written, None for
    the configuration. There `below` is the folder that the names of files are from ("shop/"), "" for the top
    of the repository.
    """

    rule: str
    reason: str
    path: str = ""
    first: int = 0
    last: int = 0
    at: Location | None = None
    below: str = ""

    def covers(self, finding: Finding) -> bool:
        """A finding without a place is covered by what holds for a whole file."""
        if finding.rule != self.rule:
            return False
        places = [place for place in (finding.location, finding.rendered) if place]
        return any(map(self._covers_place, places)) if places else not self.last and not self.path

    def _covers_place(self, place: Location) -> bool:
        inside = not self.last or self.first <= place.line <= self.last
        name = self.below + place.file
        return inside and (not self.path or name == self.path or self._matches(name))

    def _matches(self, name: str) -> bool:
        """Only the configuration has patterns: a document's own name may look like one."""
        return self.at is None and fnmatchcase(name, self.path)


def suppressed(
    report: Report, documents: Sequence[Document], configured: Sequence[Suppression] = ()
) -> Report:
    """`report` without what is set aside, which it then names apart, and with what is wrong about the
    suppressions."""
    written = [one for document in documents for one in suppressions_in(document)]
    valid = [one for one in (*written, *configured) if not _fault(one)]
    kept: list[Finding] = []
    aside: list[Suppressed] = list(report.suppressed)
    used: set[Suppression] = set()
    by_rule: dict[str, list[Suppression]] = defaultdict(list)
    for one in valid:
        by_rule[one.rule].append(one)
    for finding in report.findings:
        covering = [one for one in by_rule.get(finding.rule, ()) if _covers(one, finding, documents)]
        used.update(covering)
        if covering:
            aside.append(Suppressed(finding, covering[0].reason))
        else:
            kept.append(finding)
    kept += [remark(one, *fault) for one in (*written, *configured) if (fault := _fault(one))]
    kept += [finding for document in documents for finding in _unreadable(document)]
    ran = {*report.passed, *(one.rule for one in report.findings)}
    kept += [remark(one, "warning", f"Suppression of {one.rule} is unused")
             for one in written if not _fault(one) and one not in used and one.rule in ran]  # fmt: skip
    return replace(report, findings=numbered(kept), suppressed=tuple(aside))


def _covers(one: Suppression, finding: Finding, documents: Sequence[Document]) -> bool:
    """The comment of an only document speaks for findings that have no place, too."""
    placed = finding.location or finding.rendered
    if not placed and one.at and not one.last and len(documents) == 1:
        return finding.rule == one.rule
    return one.covers(finding)


def suppressions_in(document: Document) -> Iterator[Suppression]:
    """Every suppression a document holds, one for each rule it names."""
    for line, text in _comments(document):
        if found := _DISABLE.fullmatch(text):
            first, last = _reach(document, line)
            for name in map(str.strip, found[1].split(",")):
                at = Location(document.path, line, 1)
                yield Suppression(name, (found[2] or "").strip(), document.path, first, last, at)


def _comments(document: Document) -> Iterator[tuple[int, str]]:
    """Line and words of every comment to the linter; what stands in code is none."""
    for block in document.blocks:
        if block.kind == "html":
            for found in _COMMENT.finditer(block.text):
                yield block.line + block.text.count("\n", 0, found.start()), found[1]
        for span in block.spans:
            if span.kind == "html" and (inline := _COMMENT.fullmatch(span.text)):
                yield span.line, inline[1]


def _reach(document: Document, line: int) -> tuple[int, int]:
    """First and last line of the section around `line`; (0, 0) for the whole document."""
    around = [one for one in document.sections if one.line <= line <= one.end]
    if not around or around[-1].level == 1:
        return 0, 0
    return around[-1].line, around[-1].end


def _fault(one: Suppression) -> tuple[Severity, str] | None:
    if one.rule in UNSUPPRESSABLE:
        return "error", f"{one.rule} cannot be suppressed"
    if not one.reason.strip():
        return "error", f"Suppression of {one.rule} without a reason"
    if one.rule not in RULES:
        return "warning", f"{one.rule} is no rule, so nothing is suppressed"
    return None


def _unreadable(document: Document) -> Iterator[Finding]:
    for line, text in _comments(document):
        if not _DISABLE.fullmatch(text):
            at = Suppression("", "", document.path, at=Location(document.path, line, 1))
            yield remark(at, "error", "This comment to the linter cannot be read", _FORM)


_FORM = 'write <!-- plan-lint: disable=PLN404 reason="why" -->'


def remark(one: Suppression, severity: Severity, message: str, suggestion: str = "") -> Finding:
    """What is to be said about a suppression, at its place."""
    key = "\0".join((RULE, one.path, one.rule, message))
    mark = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    return Finding(
        RULE,
        severity,
        message,
        location=one.at,
        evidence={"id": one.rule} if one.rule else {},
        suggestion=suggestion or (_FORM if "reason" in message else ""),
        fingerprint=mark,
    )
