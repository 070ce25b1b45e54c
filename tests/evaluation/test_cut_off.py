"""A run that is cut off hands over what it has done, says so, and goes on where it stopped; whatever makes
the exit code another one than 0 is said.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.author.model import Heard, ModelReply, ModelRequest, Usage, unheard
from bot.author.profiles import PROFILES
from bot.errors import UserError
from bot.evaluation.report import as_markdown
from bot.evaluation.results import results_of
from bot.evaluation.trial import Trial
from workers.evaluation.cases import Case, Suite, shipped_suite, suite_in
from workers.evaluation.command import BROKEN, CUT, HELD, Wanted, evaluate, measured
from workers.evaluation.journal import NAME
from workers.evaluation.running import Bench

NAMES = ("02-thousands-separator", "07-document-import", "13-leihfrist")
BROKEN_ONE = "11-helper-that-exists"


def ran(out: Path, *cases: str, resume: bool = False, plan_format: str = "roadmap") -> tuple[int, list[str]]:
    said: list[str] = []
    wanted = Wanted(cases=cases, out=out, resume=resume, plan_format=plan_format)
    return evaluate(wanted, said.append), said


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What is raised instead of planning the second case, while there is something in the list."""
    coming: list[BaseException] = []
    real = Bench.trial

    def trial(self: Bench, case: Case, run: int = 0) -> Trial:
        if case.id == NAMES[1] and coming:
            raise coming.pop()
        return real(self, case, run)

    monkeypatch.setattr(Bench, "trial", trial)
    return coming


def test_an_interrupted_run_hands_over_and_goes_on(
    tmp_path: Path, breaks: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert ran(whole, *NAMES)[0] == HELD
    capsys.readouterr()
    breaks.append(KeyboardInterrupt())
    code, said = ran(cut, *NAMES)
    assert code == CUT
    assert said[-1] == "Cut off after 1 of 3 cases, because it was interrupted; go on with --resume."
    shown = capsys.readouterr().out
    assert "| Cut off | it was interrupted; the cases below are those that were done |" in shown
    first = results_of((cut / "report.json").read_text(), "x")
    assert [each.id for each in first.cases] == [NAMES[0]]
    code, said = ran(cut, *NAMES, resume=True)
    assert (code, said[0]) == (HELD, f"1/3 {NAMES[0]} (done before)")
    for name in ("report.json", "report.md", "junit.xml", NAME):
        assert (cut / name).read_bytes() == (whole / name).read_bytes(), name


def test_a_crash_hands_over_what_was_done_and_is_not_hidden(
    tmp_path: Path, breaks: list[BaseException]
) -> None:
    breaks.append(ZeroDivisionError("a fault of ours"))
    with pytest.raises(ZeroDivisionError):
        ran(tmp_path, *NAMES)
    found = results_of((tmp_path / "report.json").read_text(), "x")
    assert ([each.id for each in found.cases], found.header.cut) == ([NAMES[0]], "it broke off")
    assert ran(tmp_path, *NAMES, resume=True)[0] == HELD


def test_a_line_that_was_half_written_is_done_again(tmp_path: Path, breaks: list[BaseException]) -> None:
    ran(tmp_path, *NAMES)
    journal = tmp_path / NAME
    journal.write_text(journal.read_text()[:-40])
    code, said = ran(tmp_path, *NAMES, resume=True)
    assert (code, [line for line in said if line.startswith("3/3")]) == (HELD, [f"3/3 {NAMES[2]}"])
    assert len(journal.read_text().splitlines()) == 4


def test_another_run_is_not_gone_on_with(tmp_path: Path) -> None:
    ran(tmp_path, NAMES[0])
    with pytest.raises(UserError, match="another run \\(plan_format roadmap\\)"):
        ran(tmp_path, NAMES[0], resume=True, plan_format="steps")
    with pytest.raises(UserError, match="nothing to go on with"):
        ran(tmp_path / "none", NAMES[0], resume=True)
    with pytest.raises(UserError, match="beside its report"):
        evaluate(Wanted(resume=True))
    (tmp_path / NAME).write_text("\n")
    with pytest.raises(UserError, match="no record of a run"):
        ran(tmp_path, NAMES[0], resume=True)


def test_a_case_that_broke_is_named_with_the_exit_code(tmp_path: Path) -> None:
    code, said = ran(tmp_path, NAMES[0], BROKEN_ONE)
    assert code == BROKEN
    assert said[-2:] == [
        "1 of 2 cases ended as they may not:",
        f"  {BROKEN_ONE}: trap not seen: already-there",
    ]


def test_the_process_itself_is_interrupted(tmp_path: Path) -> None:
    """SIGINT when the second case begins, as from a terminal."""
    words = ["eval", "--out", str(tmp_path), *(part for name in NAMES for part in ("--case", name))]
    running = subprocess.Popen(
        [sys.executable, "-c", "from bot.cli import app; app()", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("2/3"):
            running.send_signal(signal.SIGINT)
            break
    _, rest = running.communicate(timeout=60)
    assert running.returncode == CUT, rest
    assert "Cut off after 1 of 3 cases" in rest
    assert len(json.loads((tmp_path / "report.json").read_text())["cases"]) == 1


# --- spread ----------------------------------------------------------------------------------------------


@dataclass
class Talks:
    """Says nothing of use, with more calls in a later run."""

    name: str = "talks"
    calls: int = 0

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        self.calls += 1
        return ModelReply("no", Usage(100 * self.calls, 1, calls=1))


def test_what_single_plannings_took_is_shown_with_its_spread() -> None:
    [case] = suite_in(shipped_suite(), (NAMES[0],)).cases
    bench = Bench("live model", Talks(), replace(PROFILES["quick"], repairs=1))
    found = measured(Suite("one", (case,)), bench, Wanted(runs=20), lambda _line: None)
    given = sorted(run["tokens_in"] or 0 for run in found.cases[0].runs)
    spread = found.spread["tokens_in"]
    assert (spread.p50, spread.p95, spread.most, spread.plannings) == (given[9], given[18], given[19], 20)
    assert (found.spread["calls"].p50, found.spread["calls"].p95) == (2, 2)
    assert found.spread["seconds"].p50 <= found.spread["seconds"].p95
    assert "| `calls` | 2.00 | 2.00 | 2.00 | 20 |" in as_markdown(found)


def test_without_a_model_there_is_no_spread_to_show(tmp_path: Path) -> None:
    ran(tmp_path, NAMES[0])
    assert results_of((tmp_path / "report.json").read_text(), "x").spread == {}
    assert "## Spread" not in (tmp_path / "report.md").read_text()
