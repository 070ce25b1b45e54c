"""A plan shown in another format, out of its contract. Writes no plan of its own and asks no model.

The contract is the plan: a document alone says less than a plan is, so that it needs its contract beside it.
"""

from __future__ import annotations

from pathlib import Path

from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.lint.ground import Ask, Grounds
from bot.lint.inputs import Background, Sorter
from bot.lint.places import read_source
from bot.plan.findings import Report
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from bot.plan.rules import LintInput, lint
from workers.folder import diff, write_files

DONE, DIFFERS = 0, 1


def converted(file: Path, plan_format: str, out: Path | None) -> str:
    """The plan of a contract, or of a document beside its contract, in this format: written into `out`, or
    else given
    as text, each file under its name. UserError for what is no plan, is broken, or says otherwise than its
    contract.
    """
    given = _own(file)
    _refuse_drift(file, lint(given, select=("PLN004", "PLN806")))
    target = (out or file.absolute().parent).absolute()
    files = _documents(_plan(given), plan_format, target)
    if out is None:
        return "\n".join(f"FILE: ./{one.path}\n\n{one.text}" for one in files if one.path.endswith(".md"))
    write_files(files, target)
    return "".join(f"{one.path}\n" for one in files)


def rendered(contract: Path, plan_format: str, repo: Path, *, check: bool) -> tuple[str, int]:
    """Everything that shows a contract, written into the repository again. With `check` nothing is written:
    the text is
    the difference, and the code 1 when there is one.
    """
    files = _documents(_plan(_own(contract)), plan_format, repo.absolute())
    changed = diff(files, repo.absolute())
    if check:
        return changed, DIFFERS if changed else DONE
    write_files(files, repo.absolute())
    return "".join(f"{one.path}\n" for one in files), DONE


def _documents(plan: Plan, plan_format: str, target: Path) -> tuple[File, ...]:
    if plan_format not in FORMATS:
        raise UserError(
            "unknown-format", f"There is no format {plan_format!r}.", f"One of {', '.join(FORMATS)}."
        )
    place = target / PLAN_FILE
    existing = {PLAN_FILE: read_source(place).text} if place.is_file() else {}
    return FORMATS[plan_format].files(plan, existing)


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
