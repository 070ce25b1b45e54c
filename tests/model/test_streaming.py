"""Streams in pieces, ragged, broken and not at all; wishes and fields that a server does not know."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.author.model import Model, ModelError, ModelRequest
from sandbox.model_server import Fails, ModelServer, Says, Sends, Stream, Style, serving
from workers.model.dialect import Dialect, remember, remembered
from workers.model.exchange import Endpoint, Patience
from workers.model.openai_chat import OpenAIChat
from workers.model.openai_responses import OpenAIResponses
from workers.model.sse import LONGEST_EVENT, TooLong, events

ASK = ModelRequest("fixed words", "the issue's words", "plan", {"type": "object"}, 500)
TEXT = json.dumps({"title": "Größe \u2014 日本語 🚀", "tasks": ["T1", "T2"]}, ensure_ascii=False)
STYLES: tuple[Style, ...] = ("responses", "chat")


def model_at(server: ModelServer, style: Style, memory: dict[str, str] | None = None) -> Model:
    endpoint = Endpoint(server.url, "key", Patience(2.0, 5.0), sleep=lambda _: None)
    kept = {} if memory is None else memory
    return (
        OpenAIResponses(endpoint, "m-1", kept) if style == "responses" else OpenAIChat(endpoint, "m-1", kept)
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("stream", ["whole", "ragged", "ignored"])
def test_an_answer_is_the_same_however_it_comes(style: Style, stream: Stream) -> None:
    heard: list[str] = []
    with serving(Says(TEXT, cached=2, stream=stream)) as server:
        model = model_at(server, style)
        streamed, whole = model.complete(ASK, heard.append), model.complete(ASK)
    assert streamed == whole
    assert streamed.text == TEXT
    assert "".join(heard) == ("" if stream == "ignored" else TEXT)
    assert [bool(each.body.get("stream")) for each in server.asked] == [True, False]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("stream", ["broken", "error"])
def test_half_a_stream_is_no_answer_and_is_not_asked_for_again(style: Style, stream: Stream) -> None:
    heard: list[str] = []
    with serving(Says(TEXT, stream=stream)) as server, pytest.raises(ModelError) as error:
        model_at(server, style).complete(ASK, heard.append)
    assert (error.value.kind, len(server.asked)) == ("cut", 1)
    assert heard


@pytest.mark.parametrize("style", STYLES)
def test_a_stream_that_hits_the_limit_is_truncated(style: Style) -> None:
    with serving(Says('{"a":', finish="length")) as server, pytest.raises(ModelError) as error:
        model_at(server, style).complete(ASK, lambda _: None)
    assert error.value.kind == "truncated"
    assert error.value.usage.calls == 1


def test_a_stream_without_usage_is_estimated() -> None:
    with serving(Says(TEXT, usage=False)) as server:
        assert model_at(server, "chat").complete(ASK, lambda _: None).usage.estimated


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "body", [b"data: {\n\n", b"data: 7\n\n", b"data: []\n\n", b"data: " + b"[" * 99_999 + b"\n\n"]
)
def test_events_that_are_none_are_not_understood(style: Style, body: bytes) -> None:
    with serving(Sends(body, "text/event-stream")) as server, pytest.raises(ModelError) as error:
        model_at(server, style).complete(ASK, lambda _: None)
    assert error.value.kind == "not-understood"


@pytest.mark.parametrize("stream", [True, False])
def test_a_tool_call_instead_of_content_is_the_answer(stream: bool) -> None:
    with serving(Says(TEXT, as_tool=True)) as server:
        model = model_at(server, "chat")
        reply = model.complete(ASK, lambda _: None) if stream else model.complete(ASK)
    assert reply.text == TEXT


@pytest.mark.parametrize(
    ("style", "fields"),
    [
        ("chat", ("stream_options",)),
        ("chat", ("stream_options", "stream")),
        ("chat", ("temperature",)),
        ("chat", ("seed", "temperature", "stream_options")),
        ("responses", ("stream",)),
        ("responses", ("temperature",)),
    ],
)
def test_what_a_server_does_not_know_is_left_away_from_then_on(style: Style, fields: tuple[str, ...]) -> None:
    ask, memory = replace(ASK, temperature=0.7, seed=3), dict[str, str]()
    with serving(Says(TEXT), refused_fields=fields) as server:
        first = model_at(server, style, memory).complete(ask, lambda _: None)
        refused = len(server.refused)
        second = model_at(server, style, memory).complete(ask, lambda _: None)
    assert first.text == second.text == TEXT
    assert 0 < refused == len(server.refused) <= 3
    assert server.asked[0].form == "json_schema strict"


def test_a_form_that_is_refused_with_a_server_error_is_asked_for_more_mildly() -> None:
    words = (
        "1 validation error: 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text'\""
    )
    turns = (Fails(500, message=words), Fails(500, message=words), Says(TEXT))
    with serving(*turns) as server:
        assert model_at(server, "chat").complete(ASK).text == TEXT
    assert [each.form for each in server.asked] == ["json_schema strict", "json_schema", "json_object"]


@pytest.mark.parametrize("told", ["", "json_object", "[]", "{}", '{"rung": "best"}', '{"more": 1}', "7"])
def test_a_memory_that_cannot_be_read_is_as_none(told: str) -> None:
    assert remembered({"k": told}, "k") == Dialect()


def test_a_dialect_is_remembered_whole() -> None:
    memory: dict[str, str] = {}
    known = Dialect("tool", "none", wishes=False, limit="max_completion_tokens")
    remember(memory, "k", known)
    assert remembered(memory, "k") == known


# --- the bytes of a stream -------------------------------------------------------------------------------

DATA = st.text(
    st.characters(blacklist_characters="\r\n\ufeff", blacklist_categories=["Cs"]), min_size=1, max_size=20
)


@given(
    st.lists(DATA, max_size=6),
    st.lists(st.integers(1, 30), min_size=1, max_size=20),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_events_come_out_however_the_bytes_are_cut(
    said: list[str], cuts: list[int], end: str, comments: bool
) -> None:
    text = "".join(f"data: {each}{end}{end}" + (f": alive{end}{end}" if comments else "") for each in said)
    data, chunks, at = text.encode(), list[bytes](), 0
    while at < len(data):
        step = cuts[len(chunks) % len(cuts)]
        chunks.append(data[at : at + step])
        at += step
    assert list(events(chunks)) == said


def test_half_an_event_at_the_end_is_not_given() -> None:
    assert list(events([b"data: one\n\ndata: tw"])) == ["one"]


def test_data_of_several_lines_is_one_event() -> None:
    assert list(events([b"event: x\ndata: a\ndata: b\nid: 7\n\n"])) == ["a\nb"]


@pytest.mark.parametrize("body", [b"x" * (1 << 20), b"data: " + b"x" * (1 << 20) + b"\n"])
def test_an_endless_line_or_event_is_given_up(body: bytes) -> None:
    with pytest.raises(TooLong):
        list(events([body] * (LONGEST_EVENT // (1 << 20) + 1)))
