"""What a planning with a model costs, as an operator bounds it and people see it: quote, meter, caps,
receipt, answers that outlive a crash, cassettes, readers. The model is scripted; only the machinery is shown.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from bot.author.cost import worst_case
from bot.author.facts import Facts
from bot.author.prompt import context
from bot.author.stages import understanding
from bot.plan.contract import plan_from_contract
from sandbox.minds import Mind
from sandbox.model_server import Asked, ModelServer, Play, Says, serving
from tests.scenarios.test_with_a_model import a_brief, draft
from tests.scenarios.town import BODY, FILES, TITLE, Town

FULL = os.environ.get("GROUNDPLAN_FULL") == "1"
SEED = int(os.environ.get("GROUNDPLAN_SEED", "20261121"))
CONTRACT = ".agent/planning-output-1.json"
STANDARD = ["understanding", "plan", *["review"] * 2, *["probe"] * 3]


@contextmanager
def model(town: Town, *turns: Play, **wishes: Any) -> Iterator[ModelServer]:
    """Settings that name a scripted model, which by default works well."""
    with serving(*(turns or (Says(Mind(draft())),))) as server:
        town.author = None
        town.wishes = {"openai_base_url": server.url, "groundplan_model": "m-1", **wishes}
        yield server


def kinds(server: ModelServer) -> Counter[str]:
    return Counter(each.question for each in server.asked)


def body(town: Town) -> str:
    """The last plan pull request."""
    return str(town.pulls()[-1]["body"])


def first_calls() -> tuple[int, int]:
    """The most that the question for an understanding and the one for a draft may take, in tokens."""
    asked = context(Facts(a_brief()))
    both = (understanding.asking(asked.shared, asked.offered), asked.drafting().request)
    first, second = (worst_case(each).input_tokens + each.max_output_tokens for each in both)
    return first, second


# --- what people see -------------------------------------------------------------------------------------


def test_the_quote_stands_in_the_status_comment_before_the_first_call_is_answered(town: Town) -> None:
    seen: list[str] = []

    def slow(asked: Asked) -> str:
        if not seen:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(town.look).result()
                seen.append(town.status(1))
        return Mind(draft())(asked)

    prices = {"groundplan_price_input": "1.25", "groundplan_price_output": "10"}
    with model(town, Says(slow), groundplan_profile="standard", **prices):
        town.ask()
    assert seen[0].startswith("### 👀 Planning\n\nWriting a plan · standard profile: about 9 calls, ")
    assert " USD." in seen[0]


def test_receipt_profile_and_readers_stand_in_the_pull_request(town: Town) -> None:
    prices = {"groundplan_price_input": "1.25", "groundplan_price_output": "10"}
    with model(town, groundplan_profile="standard", **prices) as server:
        town.ask()
    assert kinds(server) == Counter(STANDARD)
    said = body(town)
    assert "| Profile | standard |" in said
    assert "| Cost | 7 calls (" in said
    assert " USD |" in said
    assert "| Implementer and QA review | 2 of 2 reviews, 0 points, 0 still open |" in said
    assert "| Coders who read it alone | 3, comprehension 100 %, agreement 100 % |" in said
    assert "| Clarifications needed | 0 |" in said


def test_an_export_states_its_reviews_and_how_many_clarifications_coders_needed(town: Town) -> None:
    question = {"task": "T1", "question": "Which encoding is it?", "quote": "export_jsonl", "blocking": True,
                "default_assumption": ""}  # fmt: skip

    def puzzled(asked: Asked) -> str:
        return json.dumps(json.loads(Mind(draft())(asked)) | {"questions": [question]})

    minds = Mind(draft(), {"probe": puzzled})
    town.commit("main", {".github/groundplan.yml": "formats:\n  default: export\n"})
    with model(town, Says(minds), groundplan_profile="standard"):
        number = town.ask()
    assert town.status(number).startswith("### 📝 Plan ready for review")
    plan = plan_from_contract(town.file("groundplan/plan-1", CONTRACT) or "")
    path = f"EXPORT/plan_{plan.slug}.md"
    audit = (town.file("groundplan/plan-1", path) or "").partition("## Plan Completeness Audit")[2]
    assert "| Implementer and QA review | 2 of 2 reviews" in audit
    assert "| Clarifications needed | 1 |" in audit
    assert "Which encoding is it?" in [each.text for each in plan.questions]


def test_reviews_and_probes_go_to_the_second_model(town: Town) -> None:
    with serving(Says(Mind(draft()))) as second:
        reader = {"groundplan_reader_model": "r-1", "groundplan_reader_base_url": second.url}
        with model(town, groundplan_profile="standard", openai_api_key="sk-first", **reader) as first:
            town.ask()
    assert kinds(first) == Counter(["understanding", "plan"])
    assert kinds(second) == Counter(["review"] * 2 + ["probe"] * 3)
    assert {each.body["model"] for each in second.asked} == {"r-1"}
    assert {each.authorization for each in first.asked} == {"Bearer sk-first"}
    assert not [each for each in second.asked if "sk-first" in each.authorization]
    assert "model:m-1+r-1" in body(town)


# --- caps ------------------------------------------------------------------------------------------------


def test_a_cap_before_the_draft_ends_in_an_outline_that_says_so(town: Town) -> None:
    with model(town, groundplan_cap_plan="100 tokens") as server:
        number = town.ask()
    assert server.asked == []
    assert town.status(number).startswith("### 📝 Plan ready for review")
    said = "The model could not be used (the cap of 100 tokens a plan is reached), so this is an outline"
    assert said in town.status(number)
    assert said in body(town)
    assert "outline/" in body(town)


def test_a_cap_after_a_sound_draft_ends_in_a_partial_result_that_says_so(town: Town) -> None:
    first, second = first_calls()
    cap = f"{first + second - 1_000} tokens"
    with model(town, groundplan_profile="standard", groundplan_cap_plan=cap) as server:
        number = town.ask()
    assert kinds(server)["plan"] == 1
    assert sum(kinds(server).values()) < len(STANDARD)
    assert town.status(number).startswith("### 📝 Plan ready for review")
    assert "Partial result" in town.status(number)
    assert "Partial result" in body(town)
    assert " tokens a plan is reached" in body(town)
    assert "The model's own words" in body(town)


def test_a_cap_of_the_installation_is_shared_by_its_repositories(town: Town) -> None:
    _, draft_at_most = first_calls()
    cap = f"{draft_at_most + 500} tokens"
    with model(town, groundplan_profile="quick", groundplan_cap_installation_day=cap) as server:
        town.ask()
        assert "The model's own words" in body(town)
        town.move_to("acme/store", dict(FILES))
        number = town.ask()
        assert kinds(server) == Counter(["plan", "plan"])
        assert "A cap left little room" in town.status(number)
        assert "A cap left little room" in body(town)
        town.close_pull(town.pulls()[-1]["number"])
        town.clock.now += 24 * 3600
        town.ask_again(number)
    assert kinds(server) == Counter(["plan", "plan", "plan"])
    assert "A cap left little room" not in body(town)


# --- what outlives a crash -------------------------------------------------------------------------------

STAGES = ({"understanding"}, {"plan"}, {"review", "probe"})


@dataclass
class Told:
    """A run from label to rest: what people see in the end, the questions that came in any order, the tokens
    that the purse says the plan took, and those that the server gave out.
    """

    end: dict[str, Any]
    asked: list[Asked]
    spent: int
    given: int

    @property
    def twice(self) -> set[str]:
        """Kinds of the questions that came more than once."""
        many = Counter((each.question, each.user) for each in self.asked)
        return {kind for (kind, _), count in many.items() if count > 1}


def story(town: Town, dies_at: frozenset[int] = frozenset()) -> Told:
    """Label to rest with the standard profile."""
    town.reset(dies_at=dies_at)
    given: list[int] = []

    def count(asked: Asked) -> str:
        text = Mind(draft())(asked)
        given.append(len(asked.system) // 4 + len(asked.user) // 4 + len(text) // 4)
        return text

    with model(town, Says(count), groundplan_profile="standard") as server:
        town.ask()
    with Redis.from_url(town.redis_url) as redis:
        sums = [redis.hget(key, "tokens") for key in redis.scan_iter("gp:spent:plan:*")]
    spent = sum(int(each) for each in sums if isinstance(each, bytes))
    asked = sorted(server.asked, key=lambda each: each.user)
    return Told(town.observable(), asked, spent, sum(given))


def writes(town: Town, key: str) -> list[int]:
    """Which of the calls write a key of that kind."""
    return [at for at, name in enumerate(town.boundary.calls) if f" gp:{key}:" in name]


@pytest.fixture
def whole(town: Town) -> Told:
    """The run that nothing interrupts. The first one loads Redis's scripts, so that it makes more calls."""
    story(town)
    return story(town)


def test_nothing_is_asked_or_paid_twice_where_nothing_dies(whole: Told) -> None:
    assert Counter(each.question for each in whole.asked) == Counter(STANDARD)
    assert whole.spent == whole.given


@pytest.mark.parametrize("finished", [1, 2], ids=["understanding", "draft"])
def test_a_thinker_that_dies_between_two_calls_asks_no_finished_one_again(
    town: Town, whole: Told, finished: int
) -> None:
    kept = writes(town, "answers")[finished - 1]
    after = story(town, frozenset({2 * kept + 1}))
    assert after == whole


def test_wherever_a_thinker_dies_only_what_was_under_way_is_asked_again(town: Town, whole: Told) -> None:
    first, last = writes(town, "spent")[0], writes(town, "answers")[-1]
    points = range(2 * first, 2 * last + 2)
    for point in points if FULL else random.Random(SEED).sample(points, 6):
        after = story(town, frozenset({point}))
        assert after.end == whole.end, point
        assert not after.twice or any(after.twice <= stage for stage in STAGES), point
        assert after.spent >= after.given >= whole.given, point


# --- cassettes -------------------------------------------------------------------------------------------


def test_a_cassette_played_in_the_app_gives_the_same_plan_without_a_model(town: Town, tmp_path: Path) -> None:
    cassette = {"groundplan_cassette": tmp_path / "calls.jsonl", "groundplan_profile": "standard"}
    with model(town, groundplan_cassette_mode="record", **cassette) as server:
        town.ask()
    recorded = town.observable()
    town.reset()
    town.author = None
    town.wishes = {"groundplan_model": "m-1", "groundplan_cassette_mode": "replay-strict", **cassette}
    town.ask()
    assert kinds(server) == Counter(STANDARD)
    assert town.observable() == recorded
    assert "The model's own words" in body(town)


# --- loops -----------------------------------------------------------------------------------------------


def loop(town: Town, dies_at: frozenset[int] = frozenset()) -> int:
    """An issue that is asked for a third time within the hour, where two plannings are the most."""
    town.reset(dies_at=dies_at)
    town.wishes = {"groundplan_runs_an_hour": 2}
    number = town.ask()
    for _ in range(2):
        town.close_pull(town.pulls()[-1]["number"])
        town.ask_again(number)
    return number


def test_one_planning_too_many_in_an_hour_is_blocked_until_a_time_that_is_said(town: Town) -> None:
    number = loop(town)
    assert town.status(number) == (
        "### ⛔ Planning is blocked\n\n"
        "This issue has had 2 plannings within an hour, which is the most that is done.\n\n"
        "**Next:** put `needs-plan` on again after 15:14 UTC _(maintainers)_"
    )
    assert town.labels(number) == []
    assert len(town.pulls()) == len(town.bill) == 2
    town.clock.now += 3600
    town.ask_again(number)
    assert town.status(number).startswith("### 📝 Plan ready for review")
    assert len(town.pulls()) == len(town.bill) == 3


def test_a_text_that_changes_again_and_again_while_it_is_planned_is_not_planned_for_ever(town: Town) -> None:
    number = town.open_issue()
    town.wishes = {"groundplan_runs_an_hour": 1}

    def edited() -> None:
        town.edit(number, body=f"{BODY}\n- [ ] one more thing\n")
        town.notice(number)
        town.look()

    town.while_planning(edited)
    town.ask_again(number)
    assert town.status(number).startswith("### ⛔ Planning is blocked\n\nThis issue has had a planning ")
    assert town.labels(number) == []
    assert town.pulls() == []


def test_another_issue_is_not_held_up(town: Town) -> None:
    loop(town)
    number = town.ask(TITLE, BODY)
    assert town.status(number).startswith("### 📝 Plan ready for review")


def test_a_crash_around_the_breaker_changes_nothing(town: Town) -> None:
    number = loop(town)
    end, calls, billed = town.observable(), len(town.boundary.calls), len(town.bill)
    points = list(range(2 * calls))
    for point in points if FULL else random.Random(SEED).sample(points, 8):
        assert loop(town, frozenset({point})) == number
        assert town.observable() == end, point
        assert len(town.bill) <= billed + 1, point
