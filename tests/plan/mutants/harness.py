"""Clean plans, and mutants of them with one defect each: what both are, and how mutators are registered.

A mutator takes a clean plan and dice, and gives the plan with exactly one defect and the place where the rule
must find it. It knows what the rule promises; it must not know how the rule looks for it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bot.effects import PLAN_FILE, File
from bot.plan.contract import Contract, contract_path, contract_text, read_contract
from bot.plan.fanout import fanout_path, fanout_text
from bot.plan.findings import Finding, Report
from bot.plan.formats import FORMATS
from bot.plan.loose import loosely
from bot.plan.markdown import Document
from bot.plan.model import Plan
from bot.plan.readers import Reading, reader_of
from bot.plan.readers.recognise import read_file
from bot.plan.rules import RULES, Limits, LintInput, PullDiff, lint
from bot.recon.ground import TreeGround
from tests.plan.mutants.repos import tree

# Rules on dates need a day.
TODAY = "2026-11-21"


@dataclass(frozen=True)
class Base:
    """A clean plan, for one of the toy repositories.

    `files` are its files by path: Markdown, and for a roadmap also contract and fan-out file. `plan` is the
    whole plan that a roadmap's files are rendered from, None for the others. `issue_text` is what was asked
    for.
    """

    name: str
    format: str
    language: str
    files: Mapping[str, str]
    repo: str
    plan: Plan | None = None
    issue_text: str = field(default="", repr=False)

    @property
    def path(self) -> str:
        """The Markdown file that shows the plan."""
        return next(path for path in self.files if path.endswith(".md"))

    @property
    def text(self) -> str:
        return self.files[self.path]

    def given(self, files: Mapping[str, str] | None = None, plan: Plan | None = None) -> LintInput:
        """The plan read again from changed files, or rendered again from a changed plan."""
        if self.plan is None:
            return self._from_documents(self.files if files is None else files)
        return self._whole(files or self.files if plan is None else rendered(plan))

    def _from_documents(self, files: Mapping[str, str]) -> LintInput:
        return self._loose(reading(self.format, files))

    def _loose(self, read: Reading, **fields: Any) -> LintInput:
        return LintInput(
            plan=loosely(read.value) if read.value else None,
            loose=True,
            reading=read,
            format=read.format,
            **self._around(),
            **fields,
        )

    def _whole(self, files: Mapping[str, str]) -> LintInput:
        """A plan of ours with all its files; a contract that is none any more is read as far as it goes."""
        name = next(path for path in files if path.startswith(".agent/planning-output"))
        contract = read_contract(files[name], name)
        if not isinstance(contract, Contract) or contract.plan is None:
            read = read_file(name, files[name], "contract")
            assert read is not None
            return self._loose(read, contract_text=files[name], contract_file=name)
        fanout = next((path for path in files if path.startswith(".agent/planner-fanout")), "")
        return LintInput(
            plan=contract.plan,
            contract_text=files[name],
            contract_file=name,
            fanout_text=files.get(fanout),
            fanout_file=fanout,
            renderings=tuple(File(path, text) for path, text in files.items() if path.endswith(".md")),
            published=PULL,
            pull=PullDiff(tuple(files)),
            **self._around(),
        )

    def _around(self) -> dict[str, Any]:
        """What is at hand whatever becomes of the files."""
        issue = self.plan.issue if self.plan else None
        return {
            "ground": ground(self.repo),
            "issue": issue,
            "issue_text": self.issue_text or None,
            "limits": Limits(today=TODAY),
        }


PULL: Mapping[str, str] = {
    "pull request title": "Plan for issue 57",
    "pull request body": "A plan to review.\n\nRefs #57\n",
}


@cache
def ground(repo: str) -> TreeGround:
    """What rules may ask of a toy repository; each answer is computed once a process."""
    return TreeGround(tree(repo))


def rendered(plan: Plan) -> dict[str, str]:
    """Everything that is written for a plan of ours: contract, fan-out file, documents."""
    shown = {file.path: file.text for file in FORMATS["roadmap"].files(plan, {})}
    machine = {contract_path(plan.issue): contract_text(plan), fanout_path(plan.issue): fanout_text(plan)}
    return {**machine, **{path: text for path, text in shown.items() if path not in machine}}


def reading(plan_format: str, files: Mapping[str, str]) -> Reading:
    """Files as a plan of this format; "foreign" is read as what it looks like."""
    read = reader_of(plan_format)
    if read is not None:
        return read([Document(path, text) for path, text in files.items()])
    path, text = next(iter(files.items()))
    found = read_file(path, text)
    assert found is not None, f"{path} is not recognised as a plan"
    return found


@dataclass(frozen=True)
class Mutant:
    """A plan with one defect, and where the rule must find it: at exactly this pointer, or on this line of
    this file. With both, either will do."""

    given: LintInput
    pointer: str | None = None
    line: tuple[str, int] | None = None

    def is_hit(self, finding: Finding) -> bool:
        """Whether a finding stands where the defect is."""
        places = {(one.file, one.line) for one in (finding.location, finding.rendered) if one}
        return finding.pointer == self.pointer or self.line in places


Mutate = Callable[[Base, random.Random], Mutant | None]


@dataclass(frozen=True)
class Mutator:
    """One way to break one rule. `formats` are those it can be done to; `name` is unique."""

    rule: str
    name: str
    formats: tuple[str, ...]
    mutate: Mutate

    def __iter__(self) -> Any:
        return iter((self.rule, self.name, self.formats, self.mutate))


ALL_FORMATS = ("steps", "export", "functional", "technical", "roadmap", "foreign")
OWN_DOCUMENTS = ("steps", "export", "functional", "technical")

MUTATORS: list[Mutator] = []


def mutator(rule_id: str, *formats: str) -> Callable[[Mutate], Mutate]:
    """Register a function as a way to break `rule_id` on bases of these formats (none named: on all). It
    gives None when this base cannot be broken so."""

    def register(mutate: Mutate) -> Mutate:
        name = f"{rule_id}-{mutate.__module__.rpartition('.')[2]}-{mutate.__name__}"
        assert name not in {one.name for one in MUTATORS}, f"{name} is registered twice"
        assert set(formats) <= set(ALL_FORMATS), formats
        MUTATORS.append(Mutator(rule_id, name, formats or ALL_FORMATS, mutate))
        return mutate

    return register


def retext(base: Base, path: str, old: str, new: str, count: int = 1) -> LintInput:
    """The base with `old` replaced in one of its files: the first `count` times, or always (-1)."""
    assert old in base.files[path], f"{base.name}: {old!r} is not in {path}"
    return base.given(files={**base.files, path: base.files[path].replace(old, new, count)})


def line_of(base: Base, path: str, text: str) -> int:
    """The line, from 1, on which `text` first stands."""
    at = base.files[path].find(text)
    assert at >= 0, f"{base.name}: {text!r} is not in {path}"
    return base.files[path].count("\n", 0, at) + 1


def replan(base: Base, **changes: Any) -> LintInput:
    """A roadmap rendered again from its plan with these fields."""
    assert base.plan is not None
    return base.given(plan=base.plan.model_copy(update=changes))


def linted(given: LintInput) -> Report:
    """What all core rules say."""
    return lint(given)


def linted_wholly(given: LintInput, rule_id: str) -> Report:
    """What all core rules say, and this rule if it is an extended one."""
    return lint(given, select={rule_id, *(one.id for one in RULES.values() if one.tier == "core")})


__all__ = [
    "ALL_FORMATS",
    "MUTATORS",
    "OWN_DOCUMENTS",
    "PLAN_FILE",
    "TODAY",
    "Base",
    "Mutant",
    "Mutator",
    "ground",
    "line_of",
    "linted",
    "linted_wholly",
    "mutator",
    "reading",
    "rendered",
    "replan",
    "retext",
]
