"""Which models the settings ask for and what stands around them; what is refused at the start, in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.author.brief import Brief
from bot.author.cost import Capped
from bot.author.fallback import WithStandIn
from bot.author.model import Model, ModelRequest, Purpose
from bot.author.modelled import ModelledAuthor
from bot.author.outline import OutlineAuthor
from bot.author.profiles import PROFILES, Name
from bot.errors import UserError
from bot.settings import Settings, read_settings
from sandbox.model_server import ModelServer, Says, serving
from tests.author.issues import ISSUES, make_brief
from tests.author.scripted import KeptAnswers
from workers.model.cassette import MODES
from workers.model.choose import Keeping, chosen_author, chosen_model
from workers.purse import PocketPurse


def settings(**given: Any) -> Settings:
    """Settings that the environment of the test run has no part in."""
    quiet = {"openai_api_key": "", "openai_base_url": "", "groundplan_model": "m-1"}
    return read_settings(**{**quiet, **given})


def asking(purpose: Purpose) -> ModelRequest:
    return ModelRequest("fixed", f"a question of kind {purpose}", "plan", {}, purpose=purpose)


@pytest.fixture
def brief() -> Brief:
    return make_brief(ISSUES["feature with a checklist"])


def put_to(server: ModelServer) -> list[str]:
    return [each.user.rpartition(" ")[2] for each in server.asked]


def test_the_words_of_the_settings_are_the_words_of_the_code() -> None:
    fields = Settings.model_fields
    assert get_args(fields["groundplan_cassette_mode"].annotation) == MODES
    assert (
        get_args(fields["groundplan_profile"].annotation) == ("auto", *get_args(Name)) == ("auto", *PROFILES)
    )


def test_readers_are_asked_elsewhere_and_never_with_the_first_key() -> None:
    with serving(Says("{}")) as first, serving(Says("{}")) as second:
        model = chosen_model(
            settings(
                openai_base_url=first.url,
                openai_api_key="sk-first",
                groundplan_reader_model="r-1",
                groundplan_reader_base_url=second.url,
            )
        )
        assert model
        for purpose in get_args(Purpose):
            model.complete(asking(purpose))
    assert model.name == "m-1+r-1"
    assert put_to(first) == ["understand", "draft", "repair", "revise"]
    assert put_to(second) == ["review", "probe"]
    assert {each.authorization for each in first.asked} == {"Bearer sk-first"}
    assert {each.authorization for each in second.asked} == {"Bearer none"}


@pytest.mark.parametrize(("key", "sent"), [("", "sk-first"), ("sk-second", "sk-second")])
def test_a_reader_at_the_same_endpoint_uses_its_key_unless_it_has_its_own(key: str, sent: str) -> None:
    with serving(Says("{}")) as server:
        model = chosen_model(
            settings(
                openai_base_url=server.url,
                openai_api_key="sk-first",
                groundplan_reader_model="r-1",
                groundplan_reader_api_key=key,
            )
        )
        assert model
        model.complete(asking("probe"))
    assert [(each.body["model"], each.authorization) for each in server.asked] == [("r-1", f"Bearer {sent}")]


def for_a_planning(author: object, brief: Brief) -> Model:
    """The model as it stands in front of one planning."""
    assert isinstance(author, WithStandIn)
    assert isinstance(author.first, ModelledAuthor)
    return author.first.for_planning(author.first.model, brief)


def test_a_kept_answer_is_neither_asked_nor_reserved_again(brief: Brief) -> None:
    purse, answers = PocketPurse(), KeptAnswers()
    with serving(Says("{}")) as server:
        author = chosen_author(
            settings(openai_base_url=server.url), keeping=Keeping(lambda _: purse, lambda _: answers)
        )
        first = for_a_planning(author, brief).complete(asking("draft"))
        paid = purse.spent
        assert for_a_planning(author, brief).complete(asking("draft")) == first
    assert len(server.asked) == 1
    assert purse.spent == paid
    assert paid.tokens == first.usage.input_tokens + first.usage.output_tokens > 0


def test_without_a_keeper_the_cap_of_a_plan_holds_all_the_same(brief: Brief) -> None:
    with serving(Says("{}")) as server:
        author = chosen_author(settings(openai_base_url=server.url, groundplan_cap_plan="10 tokens"))
        with pytest.raises(Capped, match="10 tokens a plan"):
            for_a_planning(author, brief).complete(asking("draft"))
    assert server.asked == []


@pytest.mark.parametrize("name", ["auto", *PROFILES])
def test_the_profile_of_the_settings_is_the_authors(name: str) -> None:
    author = chosen_author(settings(openai_api_key="k", groundplan_profile=name))
    assert isinstance(author, WithStandIn)
    assert isinstance(author.first, ModelledAuthor)
    assert author.first.profile == (None if name == "auto" else PROFILES[name])  # type: ignore[index]


def test_without_a_model_there_is_the_outline() -> None:
    assert isinstance(chosen_author(settings()), OutlineAuthor)


# --- cassettes -------------------------------------------------------------------------------------------


def test_what_was_recorded_with_two_models_is_played_without_any(tmp_path: Path) -> None:
    cassette = {"groundplan_cassette": tmp_path / "calls.jsonl", "groundplan_reader_model": "r-1"}
    with serving(Says(json.dumps({"a": 1}))) as server:
        recording = chosen_model(
            settings(openai_base_url=server.url, groundplan_cassette_mode="record", **cassette)
        )
        assert recording
        said = [recording.complete(asking(purpose)) for purpose in ("draft", "review")]
    playing = chosen_model(settings(**cassette))
    assert playing
    assert playing.name == recording.name
    assert [playing.complete(asking(purpose)) for purpose in ("draft", "review")] == said


def test_a_cassette_is_played_even_where_there_is_a_key_without_asking_anybody(tmp_path: Path) -> None:
    cassette = tmp_path / "calls.jsonl"
    cassette.write_text("")
    with serving(Says("{}")) as server:
        model = chosen_model(
            settings(
                openai_base_url=server.url,
                groundplan_cassette=cassette,
                groundplan_cassette_mode="replay-strict",
            )
        )
        assert model
        with pytest.raises(UserError, match="holds no answer"):
            model.complete(asking("draft"))
    assert server.asked == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"groundplan_cassette": "nowhere.jsonl"}, "There is no cassette nowhere.jsonl"),
        ({"groundplan_cassette": "new.jsonl", "groundplan_cassette_mode": "record"}, "record needs a model"),
        ({"groundplan_cassette": "new.jsonl", "groundplan_cassette_mode": "fallthrough"}, "needs a model"),
    ],
)
def test_a_cassette_that_is_of_no_use_is_refused_at_the_start(given: dict[str, str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        chosen_model(settings(**given))


# --- settings --------------------------------------------------------------------------------------------

PRICES = {"groundplan_price_input": "1.25", "groundplan_price_output": "10"}


def test_caps_are_in_tokens_unless_somebody_says_otherwise() -> None:
    assert [(each.scope, each.unit) for each in settings().caps] == [
        ("plan", "tokens"),
        ("repository-day", "tokens"),
        ("installation-day", "tokens"),
    ]
    assert [each.scope for each in settings(groundplan_cap_plan="none").caps] == [
        "repository-day",
        "installation-day",
    ]


def test_cached_input_costs_like_other_input_unless_it_has_a_price() -> None:
    assert (usual := settings(**PRICES).prices)
    assert usual.cached == usual.input
    assert (own := settings(**PRICES, groundplan_price_cached="0", groundplan_currency="EUR").prices)
    assert own.cached == 0
    assert own.currency == "EUR"
    assert settings().prices is None


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "GROUNDPLAN_PRICE_INPUT",
        "GROUNDPLAN_CAP_PLAN",
        "GROUNDPLAN_PROFILE",
        "GROUNDPLAN_CASSETTE",
    ):
        monkeypatch.setenv(name, "")
    assert read_settings().caps == settings().caps


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"groundplan_cap_plan": "2.50"},
            "GROUNDPLAN_CAP_PLAN is an amount of money, which needs",
        ),
        ({"groundplan_cap_repository_day": "0"}, "GROUNDPLAN_CAP_REPOSITORY_DAY is an amount of money"),
        ({"groundplan_cap_installation_day": "lots"}, "GROUNDPLAN_CAP_INSTALLATION_DAY: a cap is"),
        ({"groundplan_price_input": "1"}, "both GROUNDPLAN_PRICE_INPUT and GROUNDPLAN_PRICE_OUTPUT"),
        ({"groundplan_price_cached": "1"}, "both GROUNDPLAN_PRICE_INPUT and GROUNDPLAN_PRICE_OUTPUT"),
        ({**PRICES, "groundplan_price_input": "-1"}, "GROUNDPLAN_PRICE_INPUT"),
        ({**PRICES, "groundplan_price_input": "NaN"}, "GROUNDPLAN_PRICE_INPUT"),
        ({**PRICES, "groundplan_currency": "$ <b>"}, "GROUNDPLAN_CURRENCY"),
        ({"groundplan_profile": "thorough"}, "GROUNDPLAN_PROFILE"),
        ({"groundplan_runs_an_hour": 0}, "GROUNDPLAN_RUNS_AN_HOUR"),
        ({"groundplan_cassette_mode": "replay"}, "set GROUNDPLAN_CASSETTE too"),
        ({"groundplan_reader_api_key": "sk-second"}, "set GROUNDPLAN_READER_MODEL too"),
        ({"groundplan_reader_base_url": "https://m.example/v1"}, "set GROUNDPLAN_READER_MODEL too"),
        (
            {"groundplan_reader_model": "r", "groundplan_reader_base_url": "http://m.example/v1"},
            "GROUNDPLAN_READER_BASE_URL must be https",
        ),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_by_name(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said) as refused:
        settings(**given)
    assert "sk-second" not in refused.value.reason
