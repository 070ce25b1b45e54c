"""What one lint run does with paths: find, read, sort into plans, lint, and mend when asked to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.errors import UserError
from bot.lint.chosen import Configurations, Configured
from bot.lint.ground import Ask, Grounds
from bot.lint.inputs import KINDS, Background, Sorter, Unit
from bot.lint.outcome import Linted, Mended, Refusal, Run
from bot.lint.places import STDIN, Source, plan_files, read_source, read_standard_input, shown_name
from bot.lint.repairs import repairable, repaired
from bot.lint.selection import chosen_rules
from bot.plan.findings import Finding, Location, Report
from bot.plan.rules.chosen import PROTECTING, protecting, unknown, unused
from bot.plan.rules.engine import numbered
from bot.recon.obligations import obligations


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for at the command line. `paths` may hold "-"; `today` is an ISO date.

    `select` and `ignore` hold ids of rules or their beginnings ("PLN3").
    """

    paths: Sequence[str] = (".",)
    repo: Path | None = None
    base: str = ""
    kind: str = ""
    issue: Path | None = None
    strict: bool = False
    fix: bool = False
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    extended: bool = False
    today: str = ""


def run(request: Request) -> Run:
    """Lint everything asked for. UserError when the question itself cannot be answered; what is wrong with
    single paths is told in the Run.
    """
    chosen = chosen_rules(request.select, request.ignore, extended=request.extended)
    may_protect = frozenset() if request.select else chosen_rules((PROTECTING,), request.ignore)
    configurations = Configurations(request.repo)
    sorter = Sorter(_background(request, configurations))
    named, found, refused = _sources(request)
    plans: list[Linted] = []
    mended: list[Mended] = []
    told: set[object] = set()
    heeded: list[_Heeded] = []
    for unit in sorter.units(named, found):
        rules = chosen | (protecting(unit.chosen.choices) & may_protect)
        if request.fix:
            unit = _mended(unit, rules, mended, refused)
        report = unit.report(rules)
        heeded.append(_Heeded(unit.chosen, unit.below, report))
        plans.append(_told(unit, report, told))
    refused += sorter.refused
    if not plans and not refused:
        refused.append(_nothing(request.paths))
    plans += _configurations(configurations, heeded, request.paths)
    return Run(tuple(plans), tuple(refused), tuple(mended), request.strict)


def _mended(unit: Unit, chosen: frozenset[str], mended: list[Mended], refused: list[Refusal]) -> Unit:
    try:
        unit, done = repaired(unit, lambda given: unit.report(chosen, given))
    except UserError as error:
        refused.append(Refusal(unit.name, error.reason, error.next_step))
        return unit
    mended += done
    return unit


# --- the question ---


def _background(request: Request, configurations: Configurations) -> Background:
    if request.kind and request.kind not in KINDS:
        raise UserError(
            "unknown-format", f"There is no format {request.kind!r}.", f"One of {', '.join(KINDS)}."
        )
    if request.fix and STDIN in request.paths:
        raise UserError("fix-stdin", "Standard input cannot be mended.", "Name a file.")
    issue = read_source(request.issue).text if request.issue else None
    demands = None if issue is None else tuple(one.text for one in obligations(issue) if not one.checked)
    grounds = Grounds(Ask(request.repo, request.base))
    return Background(grounds, configurations.under, request.kind, issue, demands, request.today)


def _sources(request: Request) -> tuple[list[Source], list[Source], list[Refusal]]:
    """Files that were named, files that were found in folders, and what could not be read."""
    named: list[Source] = []
    found: list[Source] = []
    refused: list[Refusal] = []
    for path in dict.fromkeys(request.paths):
        if path != STDIN and os.path.isdir(path):  # noqa: PTH112  Path.is_dir raises for some names
            places, unseen = plan_files(Path(path))
            refused += unseen
            found += _read(places, refused)
        else:
            named += _read([path], refused)
    return named, found, refused


def _read(places: Iterable[str | Path], refused: list[Refusal]) -> list[Source]:
    sources = []
    for place in places:
        try:
            sources.append(read_standard_input() if place == STDIN else read_source(Path(place)))
        except UserError as error:
            refused.append(Refusal(shown_name(Path(place)), error.reason, error.next_step))
    return sources


def _nothing(paths: Sequence[str]) -> Refusal:
    where = ", ".join(shown_name(Path(path)) for path in paths)
    return Refusal(where, f"There is no plan file in {where}.", "Name the file: groundplan lint FILE.")


# --- the answer ---


def _told(unit: Unit, report: Report, told: set[object]) -> Linted:
    """With names for people. What was told of a file before, as a part of another plan, is not told again."""
    findings = []
    for finding in (_shown(one, unit) for one in report.findings):
        key = (finding.rule, finding.location, finding.message)
        if finding.location is None or key not in told:
            findings.append(finding)
        told.add(key)
    aside = tuple(replace(one, finding=_shown(one.finding, unit)) for one in report.suppressed)
    ground, reading = unit.given.ground, unit.given.reading
    return Linted(
        name=unit.name,
        kind=unit.kind,
        format=unit.given.format,
        report=replace(report, findings=tuple(findings), suppressed=aside),
        texts={source.shown: source.text for source in unit.sources.values()},
        commit=ground.sha if ground else "",
        notes=(unit.note,) if unit.note else (),
        not_read=reading.not_read if reading else (),
        mendable=sum(repairable(unit, finding) for finding in findings),
    )


def _shown(finding: Finding, unit: Unit) -> Finding:
    return replace(finding, location=_named(finding.location, unit), rendered=_named(finding.rendered, unit))


def _named(place: Location | None, unit: Unit) -> Location | None:
    return place and Location(unit.shown(place.file), place.line, place.col)


# --- what is to be said of a configuration ---


@dataclass(frozen=True, slots=True)
class _Heeded:
    """A plan's configuration and what came of it."""

    chosen: Configured
    below: str
    report: Report


def _configurations(read: Configurations, heeded: Sequence[_Heeded], paths: Sequence[str]) -> list[Linted]:
    """The configurations of which something is to be said. Only who has seen all plans of a repository
    knows what none of them needs."""
    told = []
    for one in read.read:
        found = [*unknown(one.choices, one.file), *(_unused(one, heeded) if _saw_all(one, paths) else ())]
        if found:
            report = Report(numbered(found))
            told.append(Linted(one.file, "config", "", report, {one.file: one.text}))
    return told


def _unused(one: Configured, heeded: Sequence[_Heeded]) -> Iterator[Finding]:
    mine = [plan for plan in heeded if plan.chosen is one]
    ran = {rule for plan in mine for rule in (*plan.report.passed, *_found(plan.report))}
    aside = [(plan.below, each) for plan in mine for each in plan.report.suppressed]
    return unused(one.choices, one.file, ran, aside)


def _found(report: Report) -> Iterator[str]:
    yield from (one.rule for one in report.findings)
    yield from (one.finding.rule for one in report.suppressed)


def _saw_all(one: Configured, paths: Sequence[str]) -> bool:
    """Whether the whole repository was searched for plans."""
    folders = [Path(path).resolve() for path in paths if path != STDIN and os.path.isdir(path)]  # noqa: PTH112
    top = one.top.resolve() if one.top else None
    return top is not None and any(top.is_relative_to(folder) for folder in folders)
