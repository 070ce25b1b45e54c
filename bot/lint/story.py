"""What one lint run does with paths: find, read, sort into plans, lint, and mend when asked to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.errors import UserError
from bot.lint.ground import Ask, Grounds
from bot.lint.inputs import KINDS, Background, Sorter, Unit
from bot.lint.outcome import Linted, Mended, Refusal, Run
from bot.lint.places import STDIN, Source, plan_files, read_source, read_standard_input, shown_name
from bot.lint.repairs import repairable, repaired
from bot.lint.selection import chosen_rules
from bot.plan.findings import Finding, Location, Report
from bot.plan.rules import Limits, LintInput, lint
from bot.plan.rules.suppression import suppressed
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
    sorter = Sorter(_background(request))
    named, found, refused = _sources(request)
    plans: list[Linted] = []
    mended: list[Mended] = []
    told: set[object] = set()
    for unit in sorter.units(named, found):
        if request.fix:
            unit = _mended(unit, chosen, mended, refused)
        plans.append(_told(unit, _reported(unit.given, chosen), told))
    refused += sorter.refused
    if not plans and not refused:
        refused.append(_nothing(request.paths))
    return Run(tuple(plans), tuple(refused), tuple(mended), request.strict)


def _mended(unit: Unit, chosen: frozenset[str], mended: list[Mended], refused: list[Refusal]) -> Unit:
    try:
        unit, done = repaired(unit, lambda given: _reported(given, chosen))
    except UserError as error:
        refused.append(Refusal(unit.name, error.reason, error.next_step))
        return unit
    mended += done
    return unit


# --- the question ---


def _background(request: Request) -> Background:
    if request.kind and request.kind not in KINDS:
        raise UserError(
            "unknown-format", f"There is no format {request.kind!r}.", f"One of {', '.join(KINDS)}."
        )
    if request.fix and STDIN in request.paths:
        raise UserError("fix-stdin", "Standard input cannot be mended.", "Name a file.")
    issue = read_source(request.issue).text if request.issue else None
    limits = Limits(today=request.today)
    demands = None if issue is None else tuple(one.text for one in obligations(issue) if not one.checked)
    return Background(Grounds(Ask(request.repo, request.base)), request.kind, issue, demands, limits)


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


def _reported(given: LintInput, chosen: frozenset[str]) -> Report:
    return suppressed(lint(given, select=chosen), given.documents)


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
