"""Where a cap leaves little room, the best that fits is written, and what was left out is said; what was paid
for in vain is said too.

The answers are scripted, so this shows that the machinery holds and nothing about any model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from bot.author.brief import Brief
from bot.author.compose import compose
from bot.author.cost import Prices, cap
from bot.author.fallback import WithStandIn
from bot.author.outline import OutlineAuthor
from bot.author.profiles import PROFILES
from bot.situation import Outcome
from sandbox.minds import Mind, Staged
from sandbox.model_server import Fails, ModelServer, Refuses, Says, Turn
from tests.author.issues import Written, make_brief
from tests.author.scripted import KeptAnswers, good_draft, plan_of, quiet, with_path, writing
from workers.purse import PocketPurse

UNDERSTOOD = json.dumps(
    {
        "goal": "The desk opens exports in a spreadsheet, as @boss said.",
        "requirements": [],
        "unknowns": ["which spreadsheet the desk uses"],
        "risks": [],
        "read": [0],
        "observed_instructions": [],
    }
)
SLOW = Written("It is slow", "Everything feels slow lately, for nearly everybody who works here.")
EXPORT = make_brief(Written("Export", "- [ ] `src/ledger/report.py` writes CSV\n"))
PRICES = Prices(Decimal(100), Decimal(100), Decimal(100))


def capped(
    brief: Brief,
    limit: int,
    stages: Mapping[str, Sequence[Turn]] | None = None,
    answers: KeptAnswers | None = None,
    draft: Brief | None = None,
) -> tuple[Outcome, ModelServer]:
    """How a standard plan ends under a cap of so many tokens, with an outline standing in."""
    mind = Mind(good_draft(draft or brief), {"understanding": UNDERSTOOD})
    purse = PocketPurse((cap("plan", f"{limit} tokens"),))
    profile = PROFILES["standard"]
    with writing(Staged(mind, stages or {}), profile=profile, purse=purse, answers=answers) as (
        author,
        server,
    ):
        outcome = compose(brief, WithStandIn(author, OutlineAuthor()), quiet)
    assert purse.spent.tokens <= limit
    return outcome, server


def kinds(server: ModelServer) -> list[str]:
    return [each.question for each in server.asked]


def test_with_room_for_an_understanding_alone_an_outline_tells_it(brief: Brief) -> None:
    outcome, server = capped(brief, 6_000)
    assert (outcome.kind, kinds(server)) == ("plan", ["understanding"])
    for said in (outcome.body, outcome.pull_body):
        assert "the cap of 6,000 tokens a plan is reached" in said
        assert "The desk opens exports in a spreadsheet" in said
        assert "which spreadsheet the desk uses" in said
        assert "as @boss" not in said
    assert plan_of(outcome).provenance.receipt.startswith("1 call (understand 1); ")


def test_without_an_outline_the_comment_tells_what_was_understood_and_paid() -> None:
    outcome, server = capped(make_brief(SLOW), 5_500, draft=EXPORT)
    assert (outcome.kind, kinds(server)) == ("failed", ["understanding"])
    assert "The desk opens exports in a spreadsheet" in outcome.body
    assert "It took 1 call (understand 1); " in outcome.body


def test_with_a_little_more_a_short_plan_is_written_from_less(brief: Brief) -> None:
    outcome, server = capped(brief, 13_000)
    assert outcome.kind == "plan"
    assert kinds(server)[:2] == ["understanding", "plan"]
    asked = server.asked[1]
    assert "keep the whole answer below" in asked.user
    assert 3_000 <= asked.body["max_output_tokens"] <= 5_000
    assert "A cap left little room" in outcome.body
    assert "Partial result: " in outcome.body


def test_readers_are_asked_for_less_before_they_are_left_out(brief: Brief) -> None:
    _, server = capped(brief, 18_000)
    most = [each.body["max_output_tokens"] for each in server.asked if each.question in {"review", "probe"}]
    assert sorted(set(most)) == [1_200, 3_000]


def test_with_enough_nothing_is_shortened(brief: Brief) -> None:
    outcome, server = capped(brief, 200_000)
    assert len(server.asked) == 7
    assert server.asked[1].body["max_output_tokens"] == 16_000
    assert "keep the whole answer below" not in server.asked[1].user
    assert "room" not in outcome.body


def test_what_was_answered_under_a_cap_is_not_paid_again(brief: Brief) -> None:
    """The smaller questions are questions of their own, and are known again."""
    answers = KeptAnswers()
    first, server = capped(brief, 13_000, answers=answers)
    again, silent = capped(brief, 13_000, {"understanding": [Fails(500)], "plan": [Fails(500)]}, answers)
    assert kinds(server)[:2] == ["understanding", "plan"]
    assert not {"understanding", "plan"} & set(kinds(silent))
    assert again.files == first.files or again.kind == "plan"


# --- paid for in vain ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stages", "calls"),
    [
        ({"plan": [Refuses()]}, "2 calls (understand 1, draft 1)"),
        ({"plan": [Says("no")]}, "4 calls (draft 3, understand 1)"),
        ({"plan": [Fails(401)]}, "1 call (understand 1)"),
    ],
    ids=["refused", "no plan", "no key"],
)
def test_a_failure_says_what_it_took_in_tokens_and_money(
    stages: Mapping[str, Sequence[Turn]], calls: str, brief: Brief
) -> None:
    mind = Mind(good_draft(brief), {})
    with writing(Staged(mind, stages), profile=PROFILES["standard"]) as (author, _):
        outcome = compose(brief, type(author)(author.model, prices=PRICES, profile=author.profile), quiet)
    assert outcome.kind == "failed"
    assert f"\n\nIt took {calls}; " in outcome.body
    assert outcome.body.endswith(" USD, in vain.")


def test_a_plan_that_breaks_rules_to_the_end_says_what_it_took(brief: Brief) -> None:
    wrong = json.dumps(with_path(good_draft(brief), "lib/nothing.py"))
    mind = Mind(good_draft(brief), {})
    with writing(Staged(mind, {"plan": [Says(wrong)]}), profile=PROFILES["quick"]) as (author, _):
        outcome = compose(brief, type(author)(author.model, prices=PRICES, profile=author.profile), quiet)
    assert "PLN401" in outcome.body
    assert "\n\nIt took 3 calls (draft 2, repair 1); " in outcome.body


def test_what_a_person_must_put_right_after_a_plan_was_paid_says_so_too(brief: Brief) -> None:
    """A file of theirs stands where the plan has to go, which is only seen when it is written."""
    files = {path: brief.tree.text(path) or "" for path in brief.tree.paths}
    taken = make_brief(Written(brief.title, brief.body), {**files, ".agent": "a file of theirs"})
    with writing(Staged(Mind(good_draft(brief)), {}), profile=PROFILES["quick"]) as (author, _):
        outcome = compose(taken, author, quiet)
    assert outcome.kind == "failed"
    assert "a folder is needed there" in outcome.body
    assert "\n\nIt took 1 call (draft 1); " in outcome.body


def test_where_no_model_was_asked_nothing_is_said_of_cost() -> None:
    outcome, server = capped(make_brief(SLOW), 100, draft=EXPORT)
    assert (outcome.kind, server.asked) == ("failed", [])
    assert "It took" not in outcome.body
