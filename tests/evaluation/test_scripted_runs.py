"""Evaluations of an author with a model, whose answers are made up: that calls, drafts, ablations, recordings
and comparisons are counted as they should. The figures say nothing about any model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.author.outline import OutlineAuthor
from bot.author.profiles import PROFILES, Name
from bot.cli import app
from bot.errors import UserError
from bot.evaluation.report import as_markdown
from bot.evaluation.results import Results
from bot.plan.draft import draft_of
from sandbox.minds import Mind
from sandbox.model_server import Asked, ModelServer, Play, Says, serving
from tests.evaluation.perfection import shipped_cases
from workers.evaluation.cases import Case, Suite
from workers.evaluation.command import Stage, Wanted, evaluate, measured
from workers.evaluation.command import without as taking_away
from workers.evaluation.running import Bench, brief_of
from workers.model.exchange import Endpoint, Patience
from workers.model.openai_responses import OpenAIResponses

CASE = "02-thousands-separator"
Draft = dict[str, object]


def case() -> Case:
    return shipped_cases()[CASE]


def draft() -> Draft:
    """The outline of the case as a model's draft."""
    plan = OutlineAuthor().write(brief_of(case(), "roadmap"), lambda _stage: None).plan
    assert plan is not None
    made: Draft = draft_of(plan, "roadmap")
    return made


def broken() -> Draft:
    """The same with a file that is not there."""
    made = json.loads(json.dumps(draft()))
    made["tasks"][0]["files"][0]["path"] = "src/tallybook/dollars.py"
    return dict(made)


@contextmanager
def bench(*plays: Play, profile: Name = "standard") -> Iterator[tuple[Bench, ModelServer]]:
    with serving(*plays) as server:
        endpoint = Endpoint(server.url, "sk-test", Patience(connect=2, deadline=5), lambda _seconds: None)
        yield Bench("scripted", OpenAIResponses(endpoint, "m-1", {}), PROFILES[profile]), server


def measure(one: Bench, **wanted: object) -> Results:
    suite = Suite("one", (case(),))
    return measured(suite, one, Wanted(**wanted), lambda _line: None)  # type: ignore[arg-type]


def play(answer: Callable[[Asked], str]) -> Says:
    return Says(answer)


def test_a_whole_run_is_counted_and_marked() -> None:
    with bench(play(Mind(draft()))) as (one, server):
        found = measure(one)
    [result] = found.cases
    values = result.values
    assert (found.header.transport, found.header.machinery_only) == ("scripted", True)
    assert "**Machinery only.** The answers were made up by a script" in as_markdown(found)
    assert result.endings == ("plan",)
    assert values["calls"] == len(server.asked) == 7  # to understand, to draft, two reviews, three coders
    assert (values["valid_at_first"], values["errors_at_first"], values["repair_rounds"]) == (1, 0, 0)
    assert (values["comprehension"], values["agreement"], values["clarifications"]) == (1, 1, 0)
    assert values["tokens_in"] > 0  # type: ignore[operator]
    assert values["seconds"] is None
    assert values["money"] is None


def test_the_first_draft_is_judged_as_it_came() -> None:
    """A draft with an error, and a model that mends nothing: the machinery starts over, and gets it right."""
    drafts = iter([broken(), draft()])
    mind = Mind(draft(), {"plan": lambda _asked: json.dumps(next(drafts))})
    with bench(play(mind), profile="quick") as (one, _server):
        [result] = measure(one).cases
    assert result.endings == ("plan",)
    assert (result.values["valid_at_first"], result.values["errors_at_first"]) == (1, 1)
    assert result.values["repair_rounds"] == 1
    assert result.first_findings.get("Grounding in the repository", 0) >= 1
    assert result.values["edited_paths_exist"] == 1


def test_answers_that_are_no_plan_end_in_a_dead_end() -> None:
    with bench(Says("not JSON"), profile="quick") as (one, _server):
        found = measure(one)
    [result] = found.cases
    assert result.endings == ("failed",)
    assert result.broken == ("ended as failed, not as plan",)
    assert (result.values["dead_ends"], result.values["valid_at_first"], result.values["file_recall"]) == (
        1,
        0,
        0,
    )
    assert not found.holds


@pytest.mark.parametrize(
    ("without", "gone"),
    [
        (("review",), {"review"}),
        (("probes",), {"probe"}),
        (("understanding",), {"understanding"}),
        (("review", "probes", "understanding", "repair"), {"review", "probe", "understanding", "patches"}),
    ],
)
def test_an_ablation_takes_its_stage_away_and_no_other(without: tuple[Stage, ...], gone: set[str]) -> None:
    with bench(play(Mind(draft()))) as (one, server):
        changed = Bench(one.transport, one.model, one.profile, taking_away(without))
        found = measure(changed, without=without)
    asked = {each.question for each in server.asked}
    assert asked == {"plan", "understanding", "review", "probe"} - gone
    assert found.header.left_out == without


def test_runs_are_different_questions() -> None:
    """The second run gets another answer than the first, so a likeness of runs means something."""
    moved = json.loads(json.dumps(draft()))
    moved["tasks"][0]["files"] = moved["tasks"][0]["files"][:1]
    drafts = iter([draft(), moved])
    mind = Mind(draft(), {"plan": lambda _asked: json.dumps(next(drafts))})
    with bench(play(mind), profile="quick") as (one, _server):
        [result] = measure(one, runs=2).cases
    assert len(result.runs) == 2
    assert result.values["same_files"] == 0.5


def cli(*words: str) -> Result:
    return CliRunner().invoke(
        app, ["eval", "--case", CASE, "--author", "model", "--profile", "quick", *words]
    )


def test_recorded_and_played_back_the_figures_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the command line: recorded from a live endpoint (which happens to be a script), then played."""
    tape, first, second = tmp_path / "tape.jsonl", tmp_path / "1", tmp_path / "2"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with serving(play(Mind(draft()))) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        words = ("--cassette", str(tape), "--cassette-mode", "record", "--runs", "2", "--out", str(first))
        recorded = cli(*words)
    assert recorded.exit_code == 0, recorded.output
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.delenv("OPENAI_API_KEY")
    words = ("--cassette", str(tape), "--cassette-mode", "replay-strict", "--runs", "2", "--out", str(second))
    played = cli(*words, "--baseline", str(first / "report.json"))
    assert played.exit_code == 0, played.output
    assert "**Machinery only.** The answers were played back from a recording" in played.output
    one, two = (json.loads((folder / "report.json").read_text()) for folder in (first, second))
    assert (one["header"]["transport"], two["header"]["transport"]) == ("live model", "cassette")
    del one["cases"][0]["values"]["seconds"], two["cases"][0]["values"]["seconds"]
    assert one["cases"][0]["values"] == two["cases"][0]["values"]
    assert len(tape.read_text().splitlines()) == 2


def test_a_question_that_was_not_recorded_is_no_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Played strictly, a miss ends that case: it does not ask a model behind our back."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    tape = tmp_path / "tape.jsonl"
    tape.write_text("")
    done = cli("--cassette", str(tape), "--cassette-mode", "replay-strict")
    assert done.exit_code == 1
    assert "ended as failed, not as plan" in done.output


def test_a_cap_ends_a_planning_and_not_the_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("GROUNDPLAN_CAP_PLAN", "1k tokens")
    with serving(play(Mind(draft()))) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        done = cli()
        assert server.asked == []
    assert done.exit_code == 1
    assert "ended as failed" in done.output


def test_prices_make_money_a_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("GROUNDPLAN_PRICE_INPUT", "1000000")
    monkeypatch.setenv("GROUNDPLAN_PRICE_OUTPUT", "1000000")
    with serving(play(Mind(draft()))) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        done = cli("--out", str(tmp_path))
    assert done.exit_code == 0, done.output
    values = json.loads((tmp_path / "report.json").read_text())["cases"][0]["values"]
    assert values["money"] == values["tokens_in"] + values["tokens_out"]
    assert values["seconds"] > 0


def test_a_day_s_cap_bounds_the_whole_evaluation_and_cuts_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("GROUNDPLAN_CAP_INSTALLATION_DAY", "40k tokens")
    with serving(play(Mind(draft()))) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        done = cli("--runs", "6")
        assert 0 < len(server.asked) < 6
    assert done.exit_code == 3
    assert "Cut off after 0 of 1 cases, because the cap of 40,000 tokens a day" in done.output


def test_evaluating_without_a_model_to_ask_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "GROUNDPLAN_CASSETTE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UserError, match="no model to ask"):
        evaluate(Wanted(with_model=True))
