"""`--fix`: repairs of a whole plan, kept only when a new lint run finds fewer defects and no new error.

A plan of ours is repaired in its model and written again; other Markdown is repaired line by line; other JSON
is left alone. Writes only files that the plan was read from.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.lint.inputs import Unit, reread
from bot.lint.mending import MENDS, mended
from bot.lint.outcome import Mended
from bot.lint.places import Source
from bot.plan.audited import audited
from bot.plan.contract import contract_path, contract_text
from bot.plan.fanout import fanout_path, fanout_text
from bot.plan.findings import Finding, Report
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from bot.plan.rules import LintInput, autofix

Lint = Callable[[LintInput], Report]
_ROUNDS = 10  # each one leaves fewer findings, so this is only reached by a plan with very many


def repaired(unit: Unit, lint: Lint) -> tuple[Unit, list[Mended]]:
    """The unit as it is now on disk, and what was done."""
    if unit.given.own:
        return _plan_repaired(unit, unit.given.own, lint)
    if not unit.given.documents:
        return unit, []
    return _text_repaired(unit, lint)


def repairable(unit: Unit, finding: Finding) -> bool:
    """Whether `repaired` knows a repair for this kind of finding."""
    if unit.given.own:
        return finding.fix == "safe"
    return bool(unit.given.documents) and finding.rule in MENDS


def _better(new: Report, old: Report) -> bool:
    return len(new.findings) < len(old.findings) and not _errors(new) - _errors(old)


def _errors(report: Report) -> Counter[str]:
    return Counter(finding.rule for finding in report.errors)


# --- Markdown that others wrote ---


def _text_repaired(unit: Unit, lint: Lint) -> tuple[Unit, list[Mended]]:
    done: list[Mended] = []
    for _ in range(_ROUNDS):
        better, made = _one_round(unit, lint)
        if not made:
            break
        unit, done = better, done + made
    if done:
        _write(next(iter(unit.sources.values())))
    return unit, done


def _one_round(unit: Unit, lint: Lint) -> tuple[Unit, list[Mended]]:
    done: list[Mended] = []
    report = lint(unit.given)
    for rule in MENDS:
        found = [one for one in report.findings if one.rule == rule]
        (source,) = unit.sources.values()
        text, places = mended(source.text, found)
        if places:
            tried = reread(unit, text)
            again = lint(tried.given)
            if _better(again, report):
                unit, report = tried, again
                done.append(Mended(source.shown, rule, places))
    return unit, done


# --- plans of ours ---


def _plan_repaired(unit: Unit, plan: Plan, lint: Lint) -> tuple[Unit, list[Mended]]:
    fixed, applied = autofix(plan, unit.given)
    if not applied or not _is_as_written(unit, plan):
        return unit, []
    tried = _with_plan(unit, fixed)
    if tried is None or not _better(lint(tried.given), lint(unit.given)):
        return unit, []
    for name, source in tried.sources.items():
        if source.text != unit.sources[name].text:
            _write(source)
    counted = Counter(one.rule for one in applied)
    return tried, [Mended(unit.name, rule, places) for rule, places in sorted(counted.items())]


def _is_as_written(unit: Unit, plan: Plan) -> bool:
    """Whether every file is what the contract gives: a person's edit must not be written over."""
    again = _with_plan(unit, plan)
    return again is not None and _said(again) == _said(unit)


def _said(unit: Unit) -> Sequence[File]:
    """The files without what they state of a lint run, which may have had more at hand than this one."""
    files = [File(name, source.text) for name, source in unit.sources.items()]
    shape = FORMATS.get(unit.given.format)
    return list(shape.stated(files, ())) if shape and shape.stated else files


def _with_plan(unit: Unit, plan: Plan) -> Unit | None:
    """The unit with all its files written from `plan`; None when one of them cannot be."""
    made = {contract_path(plan.issue): contract_text(plan), fanout_path(plan.issue): fanout_text(plan)}
    shape = FORMATS.get(unit.given.format)
    if unit.given.renderings:
        if shape is None:
            return None
        try:
            made |= {file.path: file.text for file in shape.files(plan, _present(unit))}
        except UserError:
            return None
    if set(unit.sources) - set(made):
        return None
    given = _given(unit.given, plan, made)
    given = replace(given, renderings=audited(given))
    made |= {file.path: file.text for file in given.renderings}
    sources = {name: replace(source, text=made[name]) for name, source in unit.sources.items()}
    return replace(unit, sources=sources, given=given)


def _present(unit: Unit) -> Mapping[str, str]:
    return {PLAN_FILE: unit.sources[PLAN_FILE].text} if PLAN_FILE in unit.sources else {}


def _given(given: LintInput, plan: Plan, made: Mapping[str, str]) -> LintInput:
    return replace(
        given,
        plan=plan,
        contract_text=made[contract_path(plan.issue)],
        fanout_text=made[fanout_path(plan.issue)] if given.fanout_text is not None else None,
        renderings=tuple(File(file.path, made[file.path]) for file in given.renderings),
    )


# --- the disk ---


def _write(source: Source) -> None:
    """Whole or not at all, with the rights of the file it replaces; a link stays a link."""
    assert source.place is not None
    place = source.place.resolve()
    try:
        handle, name = tempfile.mkstemp(prefix=".groundplan-", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write((source.bom + source.text).encode("utf-8"))
            Path(name).chmod(stat.S_IMODE(place.stat().st_mode))
            Path(name).replace(place)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = f"{source.shown} cannot be written: {error.strerror}."
        raise UserError("not-writable", reason, "Check its rights.") from None
