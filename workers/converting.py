"""A plan shown in another format, out of its contract. Writes no plan of its own and asks no model.

The contract is the plan: a document alone says less than a plan is, so that it needs its contract beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.lint.ground import Ask, Grounds
from bot.lint.inputs import Background, Sorter
from bot.lint.places import read_source
from bot.plan.audited import documents
from bot.plan.fanout import fanout_path
from bot.plan.findings import Report
from bot.plan.formats import FORMATS
from bot.plan.formats.companions import spec_folder
from bot.plan.formats.spec_kit import tasks_md
from bot.plan.leftovers import leftovers
from bot.plan.model import Plan
from bot.plan.rules import LintInput, lint
from workers.folder import diff, write_files

DONE, DIFFERS = 0, 1
SPEC_KIT = "spec-kit"
_OWN_TASKS = re.compile(r"^## T\d{1,6} · ", re.MULTILINE)


def converted(file: Path, plan_format: str, out: Path | None) -> str:
    """The plan of a contract, or of a document beside its contract, in this format or as the tasks.md of
    Spec Kit: written into `out`, or else given as text, each file under its name. UserError for what is no
    plan, is broken, or says otherwise than its contract.
    """
    given = _own(file)
    _refuse_drift(file, lint(given, select=("PLN004", "PLN806")))
    plan, target = _plan(given), (out or file.absolute().parent).absolute()
    existing = _existing(target, plan.issue)
    files = _spec_kit(plan, existing) if plan_format == SPEC_KIT else _documents(plan, plan_format, existing)
    if out is None:
        return "\n".join(f"FILE: ./{one.path}\n\n{one.text}" for one in files if one.path.endswith(".md"))
    write_files(files, target)
    return "".join(f"{one.path}\n" for one in files)


def rendered(contract: Path, plan_format: str, repo: Path, *, check: bool) -> tuple[str, int]:
    """Everything that shows a contract, written into the repository again. With `check` nothing is written:
    the text is
    the difference, and the code 1 when there is one.
    """
    plan = _plan(_own(contract))
    existing = _existing(repo.absolute(), plan.issue)
    files = _documents(plan, plan_format, existing)
    left = leftovers(files, plan.issue, existing)
    if check:
        changed = diff(files, repo.absolute(), left.removed)
        return changed, DIFFERS if changed else DONE
    write_files(files, repo.absolute(), left.removed)
    said = "".join(f"\n{words}\n" for words in (left.words(), FORMATS[plan_format].closing(plan)) if words)
    return "".join(f"{one.path}\n" for one in files) + said, DONE


def plan_beside(file: Path) -> tuple[Plan, str]:
    """The plan that a contract holds or a document shows, and the format of its documents. UserError when
    there is none."""
    given = _own(file)
    return _plan(given), given.format


def _spec_kit(plan: Plan, existing: Mapping[str, str]) -> tuple[File, ...]:
    """The tasks.md of Spec Kit in the plan's folder, with all that stands there already. UserError when that
    is the one of our own format."""
    path = f"{spec_folder(plan)}/tasks.md"
    before = existing.get(path)
    if before is not None and _OWN_TASKS.search(before):
        raise UserError(
            "plan-path-taken",
            f"{path} is there already, and it shows the plan as `roadmap`.",
            "Convert into another folder (--out), or show the plan in another format first.",
        )
    return (File(path, tasks_md(plan, before)),)


def _documents(plan: Plan, plan_format: str, existing: Mapping[str, str]) -> tuple[File, ...]:
    if plan_format not in FORMATS:
        raise UserError(
            "unknown-format",
            f"There is no format {plan_format!r}.",
            f"One of {', '.join(FORMATS)}; `convert` knows {SPEC_KIT} too.",
        )
    return documents(plan, plan_format, existing)


def _existing(target: Path, issue: int) -> Mapping[str, str]:
    """The present texts of what a plan of this issue may be shown as, and of all contracts, byte for byte.
    UserError when IMPLEMENTATION_PLAN.md is there and is no text; other such files are left alone.
    """
    texts: dict[str, str] = {}
    patterns = (f"specs/{issue}-*/*", "EXPORT/plan_*.md", ".agent/planning-output-*.json", fanout_path(issue))
    for place in (target / PLAN_FILE, *(place for one in patterns for place in sorted(target.glob(one)))):
        if not place.is_file() or place.is_symlink():
            continue
        try:
            source = read_source(place)
        except UserError:
            if place.name == PLAN_FILE:
                raise
            continue
        texts[place.relative_to(target).as_posix()] = source.bom + source.text
    return texts


def _own(file: Path) -> LintInput:
    """A plan of ours that a file holds or shows, with everything beside it. UserError when there is none."""
    sorter = Sorter(Background(Grounds(Ask())))
    units = list(sorter.units([read_source(file)], ()))
    if sorter.refused:
        refusal = sorter.refused[0]
        raise UserError("no-plan", refusal.reason, refusal.next_step)
    if not units or units[0].given.own is None:
        raise UserError(
            "no-contract",
            f"{file} is not a whole plan: it has no sound contract of Groundplan.",
            f"Convert .agent/planning-output-<issue>.json, or see `groundplan lint {file}`.",
        )
    return units[0].given


def _plan(given: LintInput) -> Plan:
    assert given.own is not None
    return given.own


def _refuse_drift(file: Path, report: Report) -> None:
    if not report.ok:
        first = report.errors[0]
        place = f"{first.location}: " if first.location else ""
        raise UserError("drifted", f"{place}{first.message}.", f"Make them agree: `groundplan lint {file}`.")
