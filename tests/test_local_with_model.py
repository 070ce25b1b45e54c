"""`groundplan plan` with a scripted model: profiles, cassettes, caps, and what it says of cost."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from bot.author.profiles import Name
from bot.cli import app
from sandbox.minds import Mind
from sandbox.model_server import ModelServer, Refuses, Says, serving
from tests.author.issues import FILES, ISSUES, make_brief
from tests.author.scripted import good_draft
from tests.test_local import files_of, issue, repo
from workers.local import COULD_NOT_RUN, NOT_PLANNABLE, WRITTEN, WithModel, plan_folder

__all__ = ["issue", "repo"]
MIND = Mind(good_draft(make_brief(ISSUES["feature with a checklist"], FILES, 7)))


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "GROUNDPLAN_MODEL"):
        monkeypatch.delenv(name, raising=False)


def run(repo: Path, issue: Path, out: Path, with_model: WithModel, as_json: bool = False) -> tuple[int, str]:
    shown = io.StringIO()
    console = Console(file=shown, width=200, force_terminal=False)
    code = plan_folder(repo, issue, out=out, as_json=as_json, with_model=with_model, console=console)
    return code, shown.getvalue()


def kinds(server: ModelServer) -> Counter[str]:
    return Counter(each.question for each in server.asked)


@pytest.mark.parametrize(("profile", "calls"), [("quick", 1), ("standard", 7)])
def test_the_profile_that_is_asked_for_goes_before_the_settings(
    repo: Path, issue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: Name, calls: int
) -> None:
    monkeypatch.setenv("GROUNDPLAN_PROFILE", "deep")
    with serving(Says(MIND)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        code, shown = run(repo, issue, tmp_path / "out", WithModel(profile))
    assert code == WRITTEN
    assert len(server.asked) == calls
    assert f"{profile} profile: about " in shown
    assert f"Cost: {calls} call" in shown


def test_what_was_recorded_is_played_without_a_model_and_gives_the_same_files(
    repo: Path, issue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = tmp_path / "calls.jsonl"
    with serving(Says(MIND)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        first = run(repo, issue, tmp_path / "one", WithModel("standard", cassette, "record"))
    monkeypatch.delenv("OPENAI_BASE_URL")
    second = run(repo, issue, tmp_path / "two", WithModel("standard", cassette, "replay"))
    assert first[0] == second[0] == WRITTEN
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two") != {}
    assert [line for line in second[1].splitlines() if line.startswith("Cost: 7 calls (")]
    assert kinds(server) == Counter({"understanding": 1, "plan": 1, "review": 2, "probe": 3})


def test_another_issue_than_the_recorded_one_says_which_question_is_missing(
    repo: Path, issue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = tmp_path / "calls.jsonl"
    with serving(Says(MIND)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        run(repo, issue, tmp_path / "one", WithModel("quick", cassette, "record"))
    issue.write_text(
        issue.read_text(encoding="utf-8") + "\n- [ ] And a totally new thing\n", encoding="utf-8"
    )
    strict = run(repo, issue, tmp_path / "two", WithModel("quick", cassette, "replay-strict"))
    assert strict[0] == NOT_PLANNABLE
    assert "holds no answer to a question of kind draft" in strict[1]
    assert not (tmp_path / "two").exists()


def test_a_cassette_that_is_not_there_is_said_before_anything_is_read(
    repo: Path, issue: Path, tmp_path: Path
) -> None:
    code, shown = run(repo, issue, tmp_path / "out", WithModel("", tmp_path / "none.jsonl", "replay"))
    assert code == COULD_NOT_RUN
    assert "There is no cassette" in shown
    code, shown = run(repo, issue, tmp_path / "out", WithModel(cassette_mode="replay"))
    assert code == COULD_NOT_RUN
    assert "GROUNDPLAN_CASSETTE" in shown


def test_a_cap_holds_at_the_terminal_too(
    repo: Path, issue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDPLAN_CAP_PLAN", "0.01")
    monkeypatch.setenv("GROUNDPLAN_PRICE_INPUT", "1")
    monkeypatch.setenv("GROUNDPLAN_PRICE_OUTPUT", "8")
    with serving(Says(MIND)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        code, shown = run(repo, issue, tmp_path / "out", WithModel())
    assert (code, server.asked) == (WRITTEN, [])
    assert "the cap of 0.01 USD a plan is reached" in shown
    assert "Cost:" not in shown


def test_what_was_paid_in_vain_is_said_as_well(
    repo: Path,
    issue: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving(Refuses()) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        code, shown = run(repo, issue, tmp_path / "out", WithModel("quick"))
        run(repo, issue, tmp_path / "out", WithModel("quick"), as_json=True)
    assert code == NOT_PLANNABLE
    assert f"Cost: {110 * len(server.asked) // 2} tokens" in shown
    assert json.loads(capsys.readouterr().out)["cost"] == f"{110 * len(server.asked) // 2} tokens"


def test_the_command_line_hands_all_of_it_over(
    repo: Path, issue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def invoke(out: str, mode: str) -> Result:
        where = ["--repo", str(repo), "--issue", str(issue), "--out", str(tmp_path / out)]
        model = ["--profile", "quick", "--cassette", str(tmp_path / "calls.jsonl"), "--cassette-mode", mode]
        return CliRunner().invoke(app, ["plan", *where, *model])

    with serving(Says(MIND)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        assert invoke("one", "record").exit_code == WRITTEN
    monkeypatch.delenv("OPENAI_BASE_URL")
    played = invoke("two", "replay")
    assert played.exit_code == WRITTEN
    assert "Cost: 1 call (draft 1); " in played.output
    assert invoke("three", "rewind").exit_code == COULD_NOT_RUN
