"""Runs rules over one plan and reports findings, skips and passes. Knows no rule; takes no clock and
reads no file.

A rule is a function of a LintInput that yields Hits, registered by `@rule(…)`. It is called only when
everything it needs is there; otherwise it is reported as skipped.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from bot.effects import File
from bot.plan.contract import Contract, contract_path, contract_pointer, read_contract
from bot.plan.fanout import Fanout, fanout_path, read_fanout
from bot.plan.findings import Finding, Fix, Location, Report, Severity, Skipped
from bot.plan.graph import Graph, task_graph
from bot.plan.language import Language, language_of
from bot.plan.located_json import LocatedJson, read_json
from bot.plan.markdown import Document
from bot.plan.model import Plan
from bot.plan.readers import Reading, reader_of
from bot.plan.rules.fields import PURPOSES, Leaf, TextField, prose_fields, strings, text_fields
from bot.plan.rules.ground import Ground
from bot.plan.rules.verbatim import told

Tier = Literal["core", "extended"]
Need = Literal[
    "plan",
    "own",
    "documents",
    "texts",
    "contract_text",
    "fanout_text",
    "contract_data",
    "fanout_data",
    "ground",
    "renderings",
    "issue_text",
    "before",
    "before_files",
    "pull",
    "published",
]

# What a rule's `formats` may name: plan formats by letter; C contract, O fan-out, D decisions, PR plan
# pull requests, K plans that other tools or people wrote in a shape of their own.
LETTERS: Mapping[str, str] = {
    "roadmap": "R",
    "steps": "S",
    "export": "X",
    "functional": "F",
    "technical": "P",
    "foreign": "K",
}


# Copies in an outline; they have no origin of their own.
_ON_THE_WHOLE = frozenset({"title", "summary", "non_goals", "constraints", "roadmap.objective"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operator or a repository may set. `today` is an ISO date, "" when rules on dates are to be
    skipped.

    `links` are prefixes of addresses that may be linked, `mentions` names that may be notified.
    """

    tasks: int = 8
    marker: str = "0o0o NEEDS CONFIRMATION"
    links: tuple[str, ...] = ()
    mentions: frozenset[str] = frozenset()
    protected: tuple[str, ...] = ()
    today: str = ""


@dataclass(frozen=True, slots=True)
class PullDiff:
    """What a pull request changes: paths, and the texts before and after of files that hold a block of
    ours."""

    paths: tuple[str, ...]
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LintInput:
    """Everything a lint run may look at; what is None or empty makes the rules that need it report a skip.

    `plan` may be read loosely (`bot.plan.loose`): then it has blanks, and `loose` says so. `reading` is where
    it was
    read from. `renderings` are the files a plan of ours is shown as. `published` are texts that GitHub will
    show,
    by name ("pull request title"). `demands` are what the issue asks for and has not ticked off, word for
    word. `before` is the plan as it was published last, `before_files` the files.
    """

    plan: Plan | None = None
    loose: bool = False
    reading: Reading | None = None
    contract_text: str | None = None
    fanout_text: str | None = None
    ground: Ground | None = None
    renderings: tuple[File, ...] = ()
    format: str = "roadmap"
    issue: int | None = None
    issue_text: str | None = None
    demands: tuple[str, ...] | None = None
    contract_file: str = ""
    fanout_file: str = ""
    reply: str | None = None
    before: Plan | None = None
    before_files: Mapping[str, str] | None = None
    pull: PullDiff | None = None
    published: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()

    @property
    def own(self) -> Plan | None:
        """The plan, when it is a whole one of ours."""
        return None if self.loose else self.plan

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Every Markdown file at hand: what was read, or what the plan is rendered as."""
        if self.reading:
            return self.reading.documents
        return tuple(Document(file.path, file.text) for file in self.renderings if file.path.endswith(".md"))

    @cached_property
    def texts_of_plan(self) -> tuple[TextField, ...]:
        """Every text of the plan, and of what surrounds it in a file, with what it is for."""
        prose = self.reading.prose if self.reading else ()
        return (*text_fields(self.strings), *prose_fields(prose))

    @cached_property
    def strings(self) -> tuple[Leaf, ...]:
        """Every string of the plan that is not empty: paths, commands and ids too."""
        leaves = tuple(strings(self.plan)) if self.plan else ()
        if self.own is None:
            return leaves
        return tuple(replace(one, quoted=True) if self._is_copied(one) else one for one in leaves)

    def _is_copied(self, leaf: Leaf) -> bool:
        """Whether a text is the issue's own: its title, wherever it stands, and without a model any text."""
        plan = self.own
        if leaf.quoted or plan is None or leaf.way not in PURPOSES:
            return False
        source = plan.provenance
        if not self.issue_text:
            demanded = leaf.way in _ON_THE_WHOLE or any(leaf.text == one.text for one in plan.obligations)
            return demanded and source.model == "none" and source.author.startswith("outline")
        if leaf.text == plan.title:
            return told(leaf.text.removesuffix("…"), self.issue_text.strip().partition("\n")[0])
        return source.model == "none" and told(leaf.text.removesuffix("…"), self.issue_text)

    @cached_property
    def language(self) -> Language:
        """The language of the whole."""
        return language_of(" ".join(one.text for one in self.texts_of_plan))

    @property
    def letters(self) -> frozenset[str]:
        """What the rules' `formats` must name one of: a plan of ours comes with contract, fan-out file and
        decisions."""
        there = {
            "C": self.own or self.contract_text is not None,
            "O": self.own or self.fanout_text is not None,
            "D": self.own,
            "PR": self.own or self.pull,
        }
        return frozenset(
            {"*", LETTERS.get(self.format, "")} | {letter for letter, holds in there.items() if holds}
        )

    def name(self, task_id: str) -> str:
        """A task's id as the format calls it: in steps and exports "3" (after the word Step), else "T3"."""
        return task_id.removeprefix("T") if self.format in ("steps", "export") else task_id

    @property
    def number(self) -> int | None:
        """The issue the plan is for."""
        return self.issue if self.issue is not None else self.plan.issue if self.plan else None

    @property
    def contract_name(self) -> str:
        return self.contract_file or contract_path(self.number or 0)

    @property
    def fanout_name(self) -> str:
        return self.fanout_file or fanout_path(self.number or 0)

    @cached_property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Every JSON text that was given, with its name."""
        named = (
            ("reply", self.reply),
            (self.contract_name, self.contract_text),
            (self.fanout_name, self.fanout_text),
        )
        return tuple((name, text) for name, text in named if text is not None)

    @cached_property
    def contract(self) -> Contract | tuple[Finding, ...] | None:
        return None if self.contract_text is None else read_contract(self.contract_text, self.contract_name)

    @cached_property
    def fanout(self) -> Fanout | tuple[Finding, ...] | None:
        return None if self.fanout_text is None else read_fanout(self.fanout_text, self.fanout_name)

    @cached_property
    def contract_json(self) -> LocatedJson | None:
        return _json(self.contract_text)

    @cached_property
    def fanout_json(self) -> LocatedJson | None:
        return _json(self.fanout_text)

    @property
    def contract_data(self) -> Contract | None:
        """The contract, when its shape holds."""
        return self.contract if isinstance(self.contract, Contract) else None

    @property
    def fanout_data(self) -> Fanout | None:
        """The fan-out file, when its shape holds."""
        return self.fanout if isinstance(self.fanout, Fanout) else None

    @cached_property
    def shown(self) -> Reading | None:
        """The plan's own Markdown, read again for the place of each part."""
        read = reader_of(self.format)
        return read(self.documents) if read and self.documents else None

    @cached_property
    def graph(self) -> Graph:
        """The graph of the plan's tasks."""
        return task_graph(self.plan.tasks if self.plan else ())


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found. `values` fill the rule's message; `pointer` goes into the
    plan unless `file` is set.
    """

    pointer: str
    values: Mapping[str, object] = field(default_factory=dict)
    suggestion: str = ""
    severity: Severity | None = None
    fix: Fix | None = None
    location: Location | None = None
    message: str = ""
    file: Literal["", "contract", "fanout"] = ""


Check = Callable[[LintInput], Iterator[Hit]]


class Lacking(Exception):
    """Raised by a rule that finds it cannot be checked; the reason is reported, never a pass."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and what may be said about it. `fix` is "safe" when `autofix` can repair what it finds."""

    id: str
    severity: Severity
    tier: Tier
    needs: tuple[Need, ...]
    formats: frozenset[str]
    fix: Fix
    message: str
    check: Check
    title: str

    def applies_to(self, letters: frozenset[str]) -> bool:
        """Of a plan that another tool wrote nobody expects what only plans of ours have."""
        foreign = "K" in letters and not letters & {"C", "O"}
        return bool(self.formats & letters) and not (foreign and _OURS & frozenset(self.needs))


_FILES_OF_OURS = ("texts", "contract_text", "fanout_text", "contract_data", "fanout_data", "renderings")
_OURS = frozenset({"own", "published", *_FILES_OF_OURS})
RULES: dict[str, Rule] = {}


def rule(
    rule_id: str,
    *,
    severity: Severity,
    needs: Iterable[Need],
    message: str,
    tier: Tier = "core",
    formats: str = "*",
    fix: Fix = "none",
) -> Callable[[Check], Check]:
    """Register a rule. `formats` is a comma list of letters; the function's first
    docstring line is its title.
    """

    def register(check: Check) -> Check:
        if rule_id in RULES:
            raise ValueError(f"{rule_id} is registered twice")
        title = (check.__doc__ or "").strip().split("\n")[0]
        letters = frozenset(formats.split(","))
        RULES[rule_id] = Rule(rule_id, severity, tier, tuple(needs), letters, fix, message, check, title)
        return check

    return register


_LACKS: Mapping[Need, str] = {
    "plan": "no plan",
    "own": "not a whole plan of Groundplan",
    "documents": "no Markdown document",
    "texts": "no JSON text",
    "contract_text": "no contract text",
    "fanout_text": "no fan-out text",
    "contract_data": "no contract of sound shape",
    "fanout_data": "no fan-out file of sound shape",
    "ground": "no repository to check against (give --repo)",
    "renderings": "no rendered files",
    "issue_text": "no text of the issue",
    "before": "no earlier version of the plan",
    "before_files": "no earlier version of the files",
    "pull": "no pull request",
    "published": "no texts for GitHub",
}


def lint(
    given: LintInput, *, tiers: Iterable[Tier] = ("core",), select: Iterable[str] | None = None
) -> Report:
    """Run every rule of `tiers` that applies to the format (or exactly the rules of `select`), in the
    order of ids.
    """
    wanted = frozenset(select) if select is not None else None
    chosen = [
        one
        for one in sorted(RULES.values(), key=lambda item: item.id)
        if (one.id in wanted if wanted is not None else one.tier in tuple(tiers))
        and one.applies_to(given.letters)
    ]
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    passed: list[str] = []
    for one in chosen:
        outcome = _run(one, given)
        if isinstance(outcome, Skipped):
            skipped.append(outcome)
        elif outcome:
            findings += outcome
        else:
            passed.append(one.id)
    return Report(numbered(findings), tuple(skipped), tuple(passed))


def _run(one: Rule, given: LintInput) -> list[Finding] | Skipped:
    lacking = [_LACKS[need] for need in one.needs if not _has(given, need)]
    if lacking:
        return Skipped(one.id, ", ".join(lacking))
    try:
        return [_finding(one, hit, given) for hit in one.check(given)]
    except Lacking as reason:
        return Skipped(one.id, str(reason))


def _has(given: LintInput, need: Need) -> bool:
    value = getattr(given, need)
    return value is not None and value != () and value != {}


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return f"({key})"


def _finding(one: Rule, hit: Hit, given: LintInput) -> Finding:
    values = {name: str(value) for name, value in hit.values.items()}
    words = _Values({"pointer": hit.pointer, **values})
    return Finding(
        rule=one.id,
        severity=hit.severity or one.severity,
        message=hit.message or one.message.format_map(words),
        pointer=hit.pointer,
        location=hit.location or _location(hit, given),
        rendered=None if hit.file else _rendered(hit, given),
        evidence=values,
        suggestion=hit.suggestion,
        fix=hit.fix or one.fix,
        fingerprint=_fingerprint(one.id, _stable(hit, given), values),
    )


def _location(hit: Hit, given: LintInput) -> Location | None:
    """Where the hit stands in what was read, the contract or the fan-out file, when that is there."""
    if given.reading and not hit.file:
        return given.reading.place(hit.pointer)
    if hit.file == "fanout":
        return _place(given.fanout_json, given.fanout_name, hit.pointer)
    pointer = hit.pointer if hit.file == "contract" else contract_pointer(hit.pointer)
    return _place(given.contract_json, given.contract_name, pointer)


def _rendered(hit: Hit, given: LintInput) -> Location | None:
    """Where the hit stands in the Markdown that people read, when the plan is rendered."""
    return None if given.reading or given.shown is None else given.shown.place(hit.pointer)


def _place(document: LocatedJson | None, name: str, pointer: str) -> Location | None:
    return None if document is None else Location(name, *document.line_and_column(pointer))


def _json(text: str | None) -> LocatedJson | None:
    read = None if text is None else read_json(text)
    return read if isinstance(read, LocatedJson) else None


def _stable(hit: Hit, given: LintInput) -> str:
    """The pointer with ids and paths in the place of list positions."""
    document = {"": given.plan, "contract": given.contract_json, "fanout": given.fanout_json}[hit.file]
    at: Any = document.value if isinstance(document, LocatedJson) else document
    parts = []
    for part in hit.pointer.split("/")[1:]:
        at = _inside(at, part)
        parts.append(_name_of(at) if part.isdecimal() else part)
    return "/".join(parts)


def _inside(value: Any, part: str) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list | tuple):
        return value[int(part)] if part.isdecimal() and int(part) < len(value) else None
    return getattr(value, part, None) if re.fullmatch(r"[a-z]\w*", part) else None


def _name_of(value: Any) -> str:
    for name in ("id", "key", "path"):
        found = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
        if isinstance(found, str):
            return found
    return hashlib.sha256(str(value).encode("utf-8", "replace")).hexdigest()[:8]


def _fingerprint(rule_id: str, pointer: str, values: Mapping[str, str]) -> str:
    key = "\0".join(
        [rule_id, pointer, *(f"{name}={values[name]}" for name in sorted(values) if name in _IDENTITY)]
    )
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


# The values that say which defect it is; the others only describe it.
_IDENTITY = frozenset({"id", "a", "b", "dep", "path", "cycle", "key", "cmd", "field", "why", "v", "t", "m"})


def numbered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Equal fingerprints get a running number, so that each finding has its own."""
    seen: Counter[str] = Counter()
    out = []
    for finding in findings:
        seen[finding.fingerprint] += 1
        again = seen[finding.fingerprint]
        mark = finding.fingerprint if again == 1 else f"{finding.fingerprint}-{again}"
        out.append(replace(finding, fingerprint=mark))
    return tuple(out)


def from_reading(rule_id: str, found: object, file: Literal["contract", "fanout"]) -> Iterator[Hit]:
    """The findings of this rule that reading a JSON text gave, as hits."""
    if isinstance(found, tuple):
        for one in found:
            if one.rule == rule_id:
                yield Hit(one.pointer, one.evidence, location=one.location, message=one.message, file=file)
