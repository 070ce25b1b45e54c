"""`groundplan eval` as people call it: the shipped suite without a model, and ways to call it wrongly."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app, main
from bot.errors import UserError
from tests.evaluation.perfection import shipped_cases

FULL = bool(os.environ.get("GROUNDPLAN_FULL"))
SAMPLE = ("06-one-typo", "10-hidden-orders", "11-helper-that-exists", "16-store-away", "23-no-supplier")
NAMES = tuple(sorted(shipped_cases())) if FULL else SAMPLE
HELD = ("--case", "06-one-typo", "--case", "10-hidden-orders")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "GROUNDPLAN_CASSETTE", "GROUNDPLAN_CASSETTE_MODE"):
        monkeypatch.delenv(name, raising=False)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["eval", *words])


def refusal(*words: str) -> UserError:
    error = run(*words).exception
    assert isinstance(error, UserError), error
    return error


def named(names: tuple[str, ...]) -> list[str]:
    return [word for name in names for word in ("--case", name)]


def test_the_suite_without_a_model(tmp_path: Path) -> None:
    """Twice: equal bytes. What the author without a model cannot know is said, and exit code 1 says so."""
    outs = [tmp_path / "1", tmp_path / "2"]
    done = [run(*named(NAMES), "--out", str(out)) for out in outs]
    assert [each.exit_code for each in done] == [1, 1], done[0].output
    for name in ("report.json", "report.md", "junit.xml"):
        assert (outs[0] / name).read_bytes() == (outs[1] / name).read_bytes()
    report = json.loads((outs[0] / "report.json").read_text())
    assert [each["id"] for each in report["cases"]] == list(NAMES)
    assert report["header"]["transport"] == "no model"
    assert {end for each in report["cases"] for end in each["endings"]} <= {"plan", "unneeded", "unready"}
    assert report["summary"]["forbidden_files"]["mean"] == 0
    assert report["summary"]["edited_paths_exist"]["mean"] == 1
    assert report["summary"]["tokens_in"]["mean"] == 0
    junit = ElementTree.fromstring((outs[0] / "junit.xml").read_bytes())
    assert int(junit.get("tests", "")) == len(NAMES)
    assert int(junit.get("failures", "")) == sum(bool(each["broken"]) for each in report["cases"]) > 0


def test_exit_code_0_when_nothing_happened_that_may_not() -> None:
    done = run(*HELD)
    assert done.exit_code == 0, done.output
    assert "| Transport | no model |" in done.output


def test_several_runs_of_an_author_without_chance_are_all_the_same(tmp_path: Path) -> None:
    assert run("--case", "10-hidden-orders", "--runs", "3", "--out", str(tmp_path)).exit_code == 0
    [case] = json.loads((tmp_path / "report.json").read_text())["cases"]
    assert len(case["runs"]) == 3
    assert (case["values"]["same_files"], case["values"]["task_variation"]) == (1, 0)


def test_a_run_can_be_compared_with_an_earlier_one(tmp_path: Path) -> None:
    assert run(*HELD, "--out", str(tmp_path)).exit_code == 0
    for baseline in ("no-model", str(tmp_path / "report.json")):
        done = run(*HELD, "--baseline", baseline)
        assert done.exit_code == 0
        assert "| Compared with | outline/1 (no model), 2 cases in both |" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--case", "nothing"), "has no case nothing"),
        (("--as", "poem"), "no plan format poem"),
        (("--runs", "0"), "0 is no number of runs"),
        (("--runs", "51"), "51 is no number of runs"),
        (("--no-review",), "are those of a model"),
        (("--profile", "deep"), "are those of a model"),
        (("--cassette", "x.jsonl"), "are those of a model"),
        (("--author", "model"), "no model to ask"),
        (("--author", "model", "--cassette", "x.jsonl"), "no cassette x.jsonl"),
        (("--baseline", "gone.json"), "gone.json cannot be read"),
        (("--issues", "."), "is no folder of a backtest's issues"),
        (("--backtest", ".", "--case", "x"), "makes its own cases"),
        (("--backtest", ".", "--issues", "gone"), "is no folder of a backtest's issues"),
    ],
)
def test_what_cannot_be_run_is_said(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    error = refusal(*words)
    assert said in error.reason
    assert error.next_step


def test_a_bad_suite_is_exit_code_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["groundplan", "eval", "--suite", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    error = refusal("--case", "06-one-typo", "--out", str(tmp_path / "taken"))
    assert "cannot be written" in error.reason
