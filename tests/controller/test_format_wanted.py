"""The format of a plan: a label says it, else the repository; what is unclear is said, and not planned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.config import ConfigFile
from bot.controller import last_words, next_step
from bot.effects import Changeset, EnsureCheckRun, EnsureComment
from bot.inspector import next_inspection
from bot.situation import Proposal, Repository, Situation, Subject
from bot.steps import Idle, PlanRequest, StopPlanning
from tests.controller.test_controller import POLICY, asked, changed, planning

CONFIG = ConfigFile(
    "formats:\n  default: steps\n  labels:\n    plan:functional: functional\n    Plan:WHAT: functional\n"
    "    plan:export: export\n"
)
PULL = Proposal(5, "open", "search", "b" * 40, "a" * 40, "main", ("specs/001-search/tasks.md",))
OF_PULL = Situation(Subject(77, 5), Repository(77, "octo", "shop", "main", "a" * 40), None, PULL)


def wanted(*labels: str, config: ConfigFile | None = CONFIG) -> str:
    step = next_step(asked(labels=("needs-plan", *labels), config=config), POLICY)
    assert isinstance(step, PlanRequest), step
    assert step.request.config == config
    return step.request.format


def refusal(*labels: str, config: ConfigFile = CONFIG) -> str:
    step = next_step(asked(labels=("needs-plan", *labels), config=config), POLICY)
    assert isinstance(step, Changeset), step
    [comment] = [one for one in step.effects if isinstance(one, EnsureComment)]
    assert "Planning is blocked" in comment.body
    return comment.body


def test_a_label_goes_before_the_repository_and_the_repository_before_ours() -> None:
    assert wanted("plan:functional", "bug") == "functional"
    assert wanted("plan:what") == "functional", "GitHub does not tell labels apart by case"
    assert wanted("plan:functional", "Plan:WHAT") == "functional"
    assert wanted("bug") == "steps"
    assert wanted("plan:functional", config=None) == "roadmap"


def test_labels_at_odds_are_said_to_be() -> None:
    said = refusal("plan:functional", "plan:export")
    assert "`plan:export` for `export`, `plan:functional` for `functional`" in said
    assert "leave one of them on" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "formats:\n  defualt: steps\n",
            ".github/groundplan.yml:2:3: formats.defualt: there is no such key",
        ),
        (None, ".github/groundplan.yml:1:1: it is not a text file"),
        ('"@octo/owners": 1\n', "``@octo/owners``"),
    ],
)
def test_a_broken_configuration_blocks_and_says_where(text: str | None, said: str) -> None:
    shown = refusal(config=ConfigFile(text))
    assert said in shown
    assert "correct the file on the default branch" in shown


def test_another_format_is_another_wish_and_another_label_is_none() -> None:
    now = planning(asked(config=CONFIG))
    assert not isinstance(next_step(changed(now, labels=("needs-plan", "bug")), POLICY), PlanRequest)
    step = next_step(changed(now, labels=("needs-plan", "plan/running", "plan:export")), POLICY)
    assert isinstance(step, PlanRequest)
    assert step.request.format == "export"


def test_a_configuration_that_breaks_meanwhile_stops_the_planning() -> None:
    now = planning(asked(config=CONFIG))
    assert isinstance(next_step(changed(now, config=ConfigFile("a: [")), POLICY), StopPlanning)


def test_an_inspection_is_another_one_under_another_configuration() -> None:
    def digest(config: str | None) -> str:
        pull = replace(PULL, config=None if config is None else ConfigFile(config))
        step = next_inspection(replace(OF_PULL, proposal=pull))
        assert isinstance(step, PlanRequest)
        return step.request.digest

    assert len({digest(None), digest(""), digest("lint: {}\n")}) == 3
    assert digest("lint: {}\n") == digest("lint: {}\n")


def test_the_last_word_on_a_pull_request_is_a_neutral_check_run() -> None:
    step = last_words(OF_PULL, POLICY)
    assert isinstance(step, Changeset)
    [check] = step.effects
    assert isinstance(check, EnsureCheckRun)
    assert (check.conclusion, check.annotations) == ("neutral", ())
    assert "`77#5`" in check.summary
    request = next_step(OF_PULL, POLICY)
    assert isinstance(request, PlanRequest)
    assert check.external_id != request.request.digest[:16], "so that the next wake-up tries again"
    assert isinstance(last_words(replace(OF_PULL, proposal=replace(PULL, paths=("a.py",))), POLICY), Idle)
