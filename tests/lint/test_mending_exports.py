"""Repairs of a plan whose document states a lint run: stated anew, whatever it said before."""

from __future__ import annotations

from pathlib import Path

from bot.lint.story import Request, run
from bot.plan.audited import documents
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from tests.lint.folders import based, git, repository, write
from tests.plan.rules.fixtures.base import sound
from tests.plan.samples import change, task


def laid(folder: Path, plan: Plan, stated: tuple[tuple[str, str], ...]) -> Path:
    """The plan as an export in a repository, its document stating what another run found."""
    here = based(FORMATS["export"].whole(plan), git(repository(folder), "rev-parse", "HEAD"))
    shape = FORMATS["export"]
    assert shape.stated
    write(folder, {file.path: file.text for file in shape.stated(documents(here, "export", {}), stated)})
    return next(folder.glob("EXPORT/plan_*.md"))


def test_an_export_is_repaired_and_states_the_run_that_repaired_it(tmp_path: Path) -> None:
    plan = sound(task("T1", files=(change("./src/app.py"),)), task("T2"))
    document = laid(tmp_path, plan, (("Rules checked", "7"), ("Errors", "0")))
    outcome = run(Request(paths=[str(tmp_path)], repo=tmp_path, fix=True, today="2026-11-21"))
    text = document.read_text(encoding="utf-8")
    assert "`./src/app.py`" not in text
    assert "`src/app.py`" in text
    assert "| Rules checked | 7 |" not in text
    assert [one.rule for one in outcome.mended] == ["PLN403"]
    assert "PLN113" not in {one.rule for plan in outcome.plans for one in plan.report.findings}


def test_an_edited_export_is_not_written_over(tmp_path: Path) -> None:
    plan = sound(task("T1", files=(change("./src/app.py"),)), task("T2"))
    document = laid(tmp_path, plan, (("Rules checked", "7"),))
    edited = document.read_text(encoding="utf-8").replace("## Goals\n", "## Goals\n\nWords of a person.\n")
    document.write_text(edited, encoding="utf-8")
    run(Request(paths=[str(tmp_path)], repo=tmp_path, fix=True, today="2026-11-21"))
    assert document.read_text(encoding="utf-8") == edited
