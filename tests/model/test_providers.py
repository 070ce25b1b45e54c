"""Both provider styles against a real loopback server that misbehaves: outcome, number of calls, tokens."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from bot.author.model import Model, ModelError, ModelRequest
from bot.settings import Settings
from sandbox.model_server import (
    Asked,
    Cuts,
    Drips,
    Fails,
    Hangs,
    ModelServer,
    Refuses,
    Says,
    Sends,
    Style,
    Turn,
    serving,
)
from workers.model.choose import chosen_model
from workers.model.dialect import RUNGS
from workers.model.exchange import Endpoint, Patience
from workers.model.openai_chat import OpenAIChat
from workers.model.openai_responses import OpenAIResponses

KEY = "sk-scripted-0123456789abcdef"
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
    "additionalProperties": False,
}
ASK = ModelRequest("fixed words", "the issue's words", "answer", SCHEMA, 500, "groundplan-1")
STYLES: tuple[Style, ...] = ("responses", "chat")


@dataclass
class Waits:
    """Stands for sleeping: remembers how long nobody waited."""

    taken: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


def model_at(server: ModelServer, style: Style, waits: Waits | None = None, **patience: float) -> Model:
    settings = {"connect": 2.0, "deadline": 5.0} | patience
    endpoint = Endpoint(server.url, KEY, Patience(**settings), waits or Waits())  # type: ignore[arg-type]
    return OpenAIResponses(endpoint, "m-1") if style == "responses" else OpenAIChat(endpoint, "m-1", {})


def failing(model: Model) -> ModelError:
    with pytest.raises(ModelError) as caught:
        model.complete(ASK)
    return caught.value


@pytest.mark.parametrize("style", STYLES)
def test_answer_and_cost_come_back(style: Style) -> None:
    with serving(Says('{"a": 1}', cached=3)) as server:
        reply = model_at(server, style).complete(ASK)
    assert reply.text == '{"a": 1}'
    assert reply.model == "m-1"
    assert (reply.usage.calls, reply.usage.cached_tokens, reply.usage.estimated) == (1, 3, False)
    assert reply.usage.input_tokens == len("fixed words") // 4 + len("the issue's words") // 4
    assert server.asked[0].authorization == f"Bearer {KEY}"
    assert (server.asked[0].system, server.asked[0].user) == ("fixed words", "the issue's words")


def test_responses_asks_strictly_and_keeps_nothing_at_the_provider() -> None:
    with serving(Says('{"a": 1}')) as server:
        model_at(server, "responses").complete(ASK)
    body = server.asked[0].body
    assert body["text"]["format"] == {
        "type": "json_schema",
        "name": "answer",
        "schema": SCHEMA,
        "strict": True,
    }
    assert body["store"] is False
    assert body["max_output_tokens"] == 500
    assert body["prompt_cache_key"] == "groundplan-1"
    assert "tools" not in body


@dataclass(frozen=True)
class Bad:
    """A turn, the kind of error it must end in, how many calls that takes, and the waits in between."""

    turn: Turn
    kind: str
    calls: int
    waits: tuple[float, ...] = ()


BAD = {
    "refusal": Bad(Refuses(), "refused", 1),
    "content filter": Bad(Says("{}", finish="filter"), "refused", 1),
    "truncated": Bad(Says('{"a":', finish="length"), "truncated", 1),
    "empty": Bad(Says(""), "empty", 1),
    "only a BOM": Bad(Says("\ufeff \n"), "empty", 1),
    "wrong key": Bad(Fails(401), "unauthorized", 1),
    "forbidden model": Bad(Fails(403), "unauthorized", 1),
    "no money": Bad(Fails(429, "insufficient_quota"), "quota", 1),
    "too many requests": Bad(Fails(429, retry_after="2"), "rate-limited", 3, (2.0, 2.0)),
    "too many requests without a time": Bad(Fails(429), "rate-limited", 3, (1.0, 2.0)),
    "too many requests for long": Bad(Fails(429, retry_after="900"), "rate-limited", 1),
    "a date to retry after": Bad(
        Fails(503, retry_after="Wed, 21 Oct 2065 07:28:00 GMT"), "unavailable", 3, (1.0, 2.0)
    ),
    "5xx": Bad(Fails(500), "unavailable", 3, (1.0, 2.0)),
    "too long by code": Bad(Fails(400, "context_length_exceeded"), "context-length", 1),
    "too long by words": Bad(
        Fails(400, message="This model's maximum context length is 8 tokens"), "context-length", 1
    ),
    "cut": Bad(Cuts(), "cut", 1),
    "login page": Bad(Sends(b"<html>sign in</html>", "text/html"), "not-understood", 1),
    "a list": Bad(Sends(b"[]"), "not-understood", 1),
    "another protocol": Bad(Sends(b'{"hello": 1}'), "not-understood", 1),
    "depth bomb": Bad(Sends(b"[" * 200_000), "not-understood", 1),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_misbehaviour_ends_in_its_kind_after_exactly_so_many_calls(bad: Bad, style: Style) -> None:
    waits = Waits()
    with serving(bad.turn) as server:
        error = failing(model_at(server, style, waits))
    assert (error.kind, len(server.asked), tuple(waits.taken)) == (bad.kind, bad.calls, bad.waits)
    assert KEY not in str(error)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("turn", [Hangs(), Drips()], ids=["hang", "drip"])
def test_silence_and_dripping_end_at_the_deadline_and_are_not_paid_for_twice(
    turn: Turn, style: Style
) -> None:
    with serving(turn) as server:
        error = failing(model_at(server, style, deadline=0.4))
        assert (error.kind, len(server.asked)) == ("time-out", 1)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("first", [Fails(500), Fails(503, retry_after="1"), Fails(429, retry_after="1")])
def test_a_passing_trouble_is_tried_again(first: Turn, style: Style) -> None:
    with serving(first, Says('{"a": 2}')) as server:
        reply = model_at(server, style).complete(ASK)
    assert (reply.text, len(server.asked)) == ('{"a": 2}', 2)


@pytest.mark.parametrize("style", STYLES)
def test_what_a_bad_answer_cost_is_counted(style: Style) -> None:
    with serving(Says('{"a":', finish="length")) as server:
        error = failing(model_at(server, style))
    assert error.usage.calls == 1
    assert error.usage.input_tokens > 0


@pytest.mark.parametrize("style", STYLES)
def test_missing_usage_is_estimated_and_says_so(style: Style) -> None:
    with serving(Says('{"a": 1}', usage=False)) as server:
        usage = model_at(server, style).complete(ASK).usage
    assert usage.estimated
    assert usage.input_tokens > 5


@pytest.mark.parametrize("style", STYLES)
def test_nobody_listening_is_tried_three_times(style: Style) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    waits = Waits()
    gone = ModelServer((), url=f"http://127.0.0.1:{port}/v1")
    assert failing(model_at(gone, style, waits)).kind == "unavailable"
    assert waits.taken == [1.0, 2.0]


@pytest.mark.parametrize("known", range(5))
def test_chat_takes_the_strictest_rung_the_server_knows_and_remembers_it(known: int) -> None:
    with serving(Says('{"a": 1}'), refused_forms=RUNGS[:known]) as server:
        memory: dict[str, str] = {}
        model = OpenAIChat(Endpoint(server.url, KEY), "m-1", memory)
        assert model.complete(ASK).text == model.complete(ASK).text == '{"a": 1}'
    assert [asked.form for asked in server.refused] == list(RUNGS[:known])
    assert [asked.form for asked in server.asked] == [RUNGS[known]] * 2
    assert json.loads(memory[f"{server.url} m-1"])["rung"] == RUNGS[known]


def test_without_a_schema_form_the_schema_is_spelled_out() -> None:
    with serving(Says('{"a": 1}'), refused_forms=RUNGS[:2]) as server:
        model_at(server, "chat").complete(ASK)
    assert json.dumps(SCHEMA, separators=(",", ":")) in server.asked[0].system


def test_a_server_that_rejects_every_form_is_given_up_after_all_of_them() -> None:
    with serving(Fails(422)) as server:
        assert failing(model_at(server, "chat")).kind == "rejected"
    assert [asked.form for asked in server.asked] == list(RUNGS)


@pytest.mark.parametrize("style", STYLES)
def test_neither_prompt_nor_key_is_logged(style: Style, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(Fails(500, message=f"bad key {KEY}"), Says('{"a": 1}')) as server:
        model = model_at(server, style)
        model.complete(ASK)
    assert KEY not in caplog.text
    assert "the issue's words" not in caplog.text
    assert KEY not in repr(model)


def test_settings_choose_the_provider() -> None:
    def chosen(**values: str) -> Model | None:
        return chosen_model(
            Settings.model_validate({"groundplan_model": "m-2", "openai_base_url": ""} | values)
        )

    assert chosen(openai_api_key="") is None
    assert isinstance(chosen(openai_api_key="k"), OpenAIResponses)
    assert isinstance(
        chosen(openai_api_key="k", openai_base_url="https://api.openai.com/v1"), OpenAIResponses
    )
    chat = chosen(openai_api_key="", openai_base_url="http://127.0.0.1:11434/v1")
    assert isinstance(chat, OpenAIChat)
    assert chat.name == "m-2"


def test_the_server_plays_its_turns_in_order_and_the_last_for_ever() -> None:
    def count(asked: Asked) -> str:
        return json.dumps({"a": len(asked.user)})

    turns: list[Callable[[], Turn]] = [lambda: Says("one"), lambda: Says(count)]
    with serving(*(make() for make in turns)) as server:
        model = model_at(server, "responses")
        said = [model.complete(ASK).text for _ in range(3)]
    assert said == ["one", '{"a": 17}', '{"a": 17}']
