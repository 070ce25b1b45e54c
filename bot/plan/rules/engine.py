"""Runs rules over one plan and reports findings, skips and passes. Knows no rule; takes no clock and
reads no file.

A rule is a function of a LintInput that yields Hits, registered by `@rule(…)`. It is called only when
everything it needs is there; otherwise it is reported as skipped.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, Protocol

from bot.effects import File
from bot.plan.contract import Contract, contract_path, contract_pointer, read_contract
from bot.plan.fanout import Fanout, fanout_path, read_fanout
from bot.plan.findings import Finding, Fix, Location, Report, Severity, Skipped
from bot.plan.graph import Graph, task_graph
from bot.plan.located_json import LocatedJson, read_json
from bot.plan.model import Plan

Tier = Literal["core", "extended"]
Need = Literal[
    "plan",
    "texts",
    "contract_text",
    "fanout_text",
    "contract_data",
    "fanout_data",
    "tree",
    "renderings",
    "runnable",
]

# What a rule's `formats` may name: plan formats by letter; C contract, O fan-out, D decisions, PR plan
# pull requests.
LETTERS: Mapping[str, str] = {
    "roadmap": "R",
    "steps": "S",
    "export": "X",
    "functional": "F",
    "technical": "P",
}
_EVERYWHERE = frozenset({"*", "C", "O", "D"})


class Tree(Protocol):
    """The repository at one commit; `paths` are its regular files."""

    @property
    def sha(self) -> str: ...
    @property
    def paths(self) -> Sequence[str]: ...
    def exists(self, path: str) -> bool: ...
    def is_dir(self, path: str) -> bool: ...


class Verdict(Protocol):
    """Whether a command line can be run: `ok` is None when that cannot be told."""

    @property
    def ok(self) -> bool | None: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True)
class LintInput:
    """Everything a lint run may look at; what is None or empty makes the rules that need it report a skip.

    `texts` are replies of a model, by name. `nearest(path, candidates, n)` ranks real
    paths like a missing one.
    """

    plan: Plan | None = None
    contract_text: str | None = None
    fanout_text: str | None = None
    tree: Tree | None = None
    renderings: tuple[File, ...] = ()
    format: str = "roadmap"
    runnable: Callable[[str], Verdict] | None = None
    issue: int | None = None
    contract_file: str = ""
    fanout_file: str = ""
    reply: str | None = None
    nearest: Callable[[str, Iterable[str], int], Sequence[str]] = field(
        default=lambda path, candidates, n: difflib.get_close_matches(path, list(candidates), n)
    )

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

    def applies_to(self, plan_format: str) -> bool:
        return bool(self.formats & (_EVERYWHERE | {LETTERS.get(plan_format, "")}))


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
    "texts": "no JSON text",
    "contract_text": "no contract text",
    "fanout_text": "no fan-out text",
    "contract_data": "no contract of sound shape",
    "fanout_data": "no fan-out file of sound shape",
    "tree": "no repository tree",
    "renderings": "no rendered files",
    "runnable": "no way to tell which commands run",
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
        and one.applies_to(given.format)
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
    return Report(_numbered(findings), tuple(skipped), tuple(passed))


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
    return value is not None and value != ()


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
        evidence=values,
        suggestion=hit.suggestion,
        fix=hit.fix or one.fix,
        fingerprint=_fingerprint(one.id, _stable(hit, given), values),
    )


def _location(hit: Hit, given: LintInput) -> Location | None:
    """Where the hit stands in the contract or the fan-out file, when that text is there."""
    if hit.file == "fanout":
        return _place(given.fanout_json, given.fanout_name, hit.pointer)
    pointer = hit.pointer if hit.file == "contract" else contract_pointer(hit.pointer)
    return _place(given.contract_json, given.contract_name, pointer)


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


def _numbered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
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
