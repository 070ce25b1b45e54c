"""Texts to what is linted as one plan: a contract together with its fan-out file and its Markdown, or one
file alone. Runs no rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.lint.chosen import BrokenConfig, Configured
from bot.lint.ground import Grounds
from bot.lint.outcome import Refusal
from bot.lint.places import Source, read_source, repository_of
from bot.plan.contract import Contract, contract_path, read_contract
from bot.plan.fanout import fanout_path
from bot.plan.findings import Report
from bot.plan.formats.plan_file import entries, section_of
from bot.plan.loose import loosely
from bot.plan.model import Plan
from bot.plan.readers import Reading
from bot.plan.readers.recognise import read_file, recognise
from bot.plan.rules import lint
from bot.plan.rules.chosen import limits, suppressions
from bot.plan.rules.engine import LETTERS, Limits, LintInput
from bot.plan.rules.suppression import suppressed

_AGENT_FILE = re.compile(r"(?:.*/)?\.agent/(planning-output|planner-fanout)-([1-9][0-9]{0,9})\.json")
_CONTRACT, _FANOUT = "contract", "fan-out"

# Kinds whose documents are one of our formats; a plan of ours in other documents is a roadmap.
_FORMATS_BY_KIND = frozenset({"steps", "export", "functional", "technical"})

# What --as may name.
KINDS = (*(name for name in LETTERS if name != "foreign"), "plan")


@dataclass(frozen=True, slots=True)
class Background:
    """What all plans of a run have in common. `kind` reads every file as this kind, "" as what it looks
    like. `chosen` gives the configuration of a repository, or raises BrokenConfig; `today` is an ISO date,
    or ""."""

    grounds: Grounds
    chosen: Callable[[Path | None], Configured] = lambda _root: Configured()
    kind: str = ""
    issue_text: str | None = None
    demands: tuple[str, ...] | None = None
    today: str = ""


@dataclass(frozen=True)
class Unit:
    """What is linted as one plan. `sources` has its files by the names that `given` knows them by, `below` is
    how these go on from the top of the repository ("shop/")."""

    kind: str
    given: LintInput
    sources: Mapping[str, Source]
    note: str = ""
    chosen: Configured = Configured()  # noqa: RUF009  it is frozen
    below: str = ""

    def report(self, rules: Iterable[str], given: LintInput | None = None) -> Report:
        """What the rules say of the unit, or of `given` in its place, as its repository chose."""
        judged = given or self.given
        return suppressed(
            lint(judged, select=rules), judged.documents, suppressions(self.chosen.choices, self.below)
        )

    @property
    def name(self) -> str:
        return next(iter(self.sources.values())).shown

    def shown(self, name: str) -> str:
        """A file's name for people."""
        alone = next(iter(self.sources.values())) if len(self.sources) == 1 else None
        known = self.sources.get(name, alone)
        return known.shown if known else name


@dataclass(frozen=True)
class _Place:
    """A source, with the top of what it belongs to and its name from there."""

    source: Source
    root: Path
    name: str
    repository: Path | None

    @cached_property
    def agent_file(self) -> tuple[str, int] | None:
        """For a file of ours under .agent: which of the two, and the issue."""
        found = _AGENT_FILE.fullmatch(self.name)
        return (_CONTRACT if found[1] == "planning-output" else _FANOUT, int(found[2])) if found else None


@dataclass
class Sorter:
    """Sorts sources into units; every file on disk is read once."""

    background: Background
    refused: list[Refusal] = field(default_factory=list)
    _seen: set[Path] = field(default_factory=set)
    _read: dict[Path, Source | None] = field(default_factory=dict)
    _contracts: dict[Path, Sequence[Path]] = field(default_factory=dict)
    _plans: dict[tuple[str, str], Plan | None] = field(default_factory=dict)

    def units(self, named: Sequence[Source], found: Sequence[Source]) -> Iterator[Unit]:
        """`named` were asked for by name, so it is said when one is no plan; `found` stood in folders."""
        by_name = {source.shown for source in named}
        for source in (*named, *found):
            if source.place:
                self._read[source.place.resolve()] = source
        for source in (*named, *found):
            if source.place is None or source.place.resolve() not in self._seen:
                yield from self._guarded(source, source.shown in by_name)

    def _guarded(self, source: Source, named: bool) -> Iterator[Unit]:
        try:
            unit = self._unit(_placed(source))
        except BrokenConfig as error:
            self._refuse_once(Refusal(error.file, error.reason, error.next_step))
            return
        except UserError as error:
            self.refused.append(Refusal(source.shown, error.reason, error.next_step))
            return
        if unit:
            self._seen.update(one.place.resolve() for one in unit.sources.values() if one.place)
            yield unit
        elif named:
            self.refused.append(_no_plan(source))

    def _refuse_once(self, refusal: Refusal) -> None:
        if refusal not in self.refused:
            self.refused.append(refusal)

    def _unit(self, place: _Place) -> Unit | None:
        if self.background.kind:
            return self._alone(place, self.background.kind)
        kind = place.agent_file[0] if place.agent_file else recognise(place.name, place.source.text)
        ours = self._group(place) if kind in (_CONTRACT, _FANOUT) else self._owner(place)
        return ours or (self._alone(place, kind) if kind else None)

    # --- plans of ours ---

    def _group(self, place: _Place) -> Unit | None:
        """A contract with everything of it on disk; None when there is none that is sound and ours."""
        if place.agent_file is None:
            return self._own(place, place)
        beside = self._beside(place, contract_path(place.agent_file[1]))
        return self._own(beside, place) if beside else None

    def _own(self, contract: _Place, first: _Place) -> Unit | None:
        plan = self._plan_in(contract)
        if plan is None:
            return None
        files = {contract.name: contract}
        if contract.agent_file:
            files |= self._renderings(contract, plan)
        fanout = self._beside(contract, fanout_path(plan.issue)) if contract.agent_file else None
        if fanout:
            files[fanout.name] = fanout
        if first.name not in files:
            return None
        return self._own_unit(plan, contract, fanout, files)

    def _plan_in(self, contract: _Place) -> Plan | None:
        """Each contract is read once, however many documents look for theirs."""
        key = contract.name, contract.source.text
        if key not in self._plans:
            self._plans[key] = _plan_in(contract)
        return self._plans[key]

    def _own_unit(
        self, plan: Plan, contract: _Place, fanout: _Place | None, files: Mapping[str, _Place]
    ) -> Unit:
        chosen = self.background.chosen(contract.repository)
        footing = self.background.grounds.under(contract.repository, plan.provenance.base_sha)
        machine = {contract.name, fanout.name if fanout else ""}
        shown = tuple(File(name, one.source.text) for name, one in files.items() if name not in machine)
        given = LintInput(
            plan=plan,
            contract_text=contract.source.text,
            contract_file=_name(contract),
            fanout_text=fanout.source.text if fanout else None,
            fanout_file=_name(fanout) if fanout else "",
            renderings=shown,
            format=_format_of(shown),
            ground=footing.ground,
            issue_text=self.background.issue_text,
            demands=self.background.demands,
            limits=self._limits(chosen),
        )
        sources = {name: one.source for name, one in files.items()}
        return Unit(_CONTRACT, given, sources, footing.note, chosen, chosen.below(contract.root))

    def _limits(self, chosen: Configured) -> Limits:
        return limits(chosen.choices, self.background.today)

    def _renderings(self, contract: _Place, plan: Plan) -> dict[str, _Place]:
        own = f"specs/{plan.issue}-{plan.slug}"  # what an earlier plan left in another folder is not shown
        folder = own if (contract.root / own).is_dir() else f"specs/{plan.issue}-*"
        patterns = (PLAN_FILE, f"{folder}/*.md", f"{folder}/plan_output.json", f"EXPORT/plan_{plan.slug}.md")
        found = (path for pattern in patterns for path in sorted(contract.root.glob(pattern)))
        places = (self._beside(contract, path.relative_to(contract.root).as_posix()) for path in found)
        return {one.name: one for one in places if one and _shows(one, plan.issue)}

    def _owner(self, place: _Place) -> Unit | None:
        """The plan of ours that this Markdown file shows, when its contract stands beside it."""
        for path in self._contracts_below(place.root):
            contract = self._beside(place, path.relative_to(place.root).as_posix())
            unit = self._own(contract, place) if contract else None
            if unit:
                return unit
        return None

    def _contracts_below(self, root: Path) -> Sequence[Path]:
        if root not in self._contracts:
            self._contracts[root] = sorted(root.glob(".agent/planning-output-*.json"))
        return self._contracts[root]

    def _beside(self, place: _Place, name: str) -> _Place | None:
        """Another file of the same top folder; None when it is not there or cannot be read."""
        if name == place.name:
            return place
        path = place.root / name
        if path.resolve() not in self._read:
            self._read[path.resolve()] = self._looked_up(path)
        source = self._read[path.resolve()]
        return replace(place, source=source, name=name) if source else None

    def _looked_up(self, path: Path) -> Source | None:
        try:
            return read_source(path)
        except UserError as error:
            if error.code != "not-there":
                self.refused.append(Refusal(str(path), error.reason, error.next_step))
            return None

    # --- single files ---

    def _alone(self, place: _Place, kind: str) -> Unit:
        text = place.source.text
        chosen = self.background.chosen(place.repository)
        footing = self.background.grounds.under(place.repository)
        reading = _reading(place.name, text, kind)
        given = LintInput(
            plan=loosely(reading.value) if reading.value else None,
            loose=True,
            reading=reading,
            format=reading.format,
            ground=footing.ground,
            issue_text=self.background.issue_text,
            demands=self.background.demands,
            limits=self._limits(chosen),
        )
        given, sources = _with_json(given, place, kind), {place.name: place.source}
        return Unit(kind, given, sources, footing.note, chosen, chosen.below(place.root))


def _reading(name: str, text: str, kind: str) -> Reading:
    found = read_file(name, text, kind)
    if found is None:
        reason = f"{name} looks like one file of several ({kind}) and says too little alone."
        raise UserError("not-read", reason, "Name the plan it belongs to.")
    return found


def _with_json(given: LintInput, place: _Place, kind: str) -> LintInput:
    text = place.source.text
    if kind == _CONTRACT:
        return replace(given, contract_text=text, contract_file=_name(place))
    return replace(given, fanout_text=text, fanout_file=_name(place)) if kind == _FANOUT else given


def _name(place: _Place) -> str:
    """The name that a rule may judge: standard input has none."""
    return place.name if place.source.place else ""


def _plan_in(contract: _Place) -> Plan | None:
    read = read_contract(contract.source.text, contract.name)
    return read.plan if isinstance(read, Contract) else None


def _shows(place: _Place, issue: int) -> bool:
    """Whether a file shows the issue's plan; IMPLEMENTATION_PLAN.md may be there for other ones."""
    text = place.source.text
    try:
        return place.name != PLAN_FILE or section_of(text, issue) is not None or issue in entries(text)
    except UserError:
        return True


def _format_of(renderings: Iterable[File]) -> str:
    kinds = (recognise(file.path, file.text) for file in renderings if file.path != PLAN_FILE)
    return next((kind for kind in kinds if kind in _FORMATS_BY_KIND), "roadmap")


def _no_plan(source: Source) -> Refusal:
    if not source.text.strip():
        return Refusal(source.shown, f"{source.shown} is empty.", "Name a plan file.")
    reason = f"{source.shown} does not look like a plan."
    return Refusal(source.shown, reason, f"Say what it is: --as {'|'.join(KINDS)}.")


def _placed(source: Source) -> _Place:
    if source.place is None:
        here = Path.cwd()
        json = source.text.lstrip("\ufeff \t\r\n").startswith(("{", "["))
        return _Place(source, here, "stdin.json" if json else "stdin.md", repository_of(here))
    place = source.place.absolute()
    repository = repository_of(place.parent)
    root = _top(place) or repository or place.parent
    return _Place(source, root, place.relative_to(root).as_posix(), repository)


# Folders that stand at the top of what a plan belongs to.
_AT_TOP = frozenset({".agent", "EXPORT", "specs", "openspec", ".kiro", ".taskmaster", ".claude"})


def _top(place: Path) -> Path | None:
    """The folder above the outermost folder that is known to stand at the top."""
    repository = repository_of(place.parent)
    inside = [one for one in place.parents if repository is None or one.is_relative_to(repository)]
    return next((one.parent for one in reversed(inside) if one.name in _AT_TOP), None)


def reread(unit: Unit, text: str) -> Unit:
    """A unit of one file, with another text in it."""
    ((name, source),) = unit.sources.items()
    reading = _reading(name, text, unit.kind)
    given = replace(unit.given, reading=reading, plan=loosely(reading.value) if reading.value else None)
    return replace(unit, given=given, sources={name: replace(source, text=text)})
