"""However an exchange with a model ends, its connection is closed by then, not by the garbage collector."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

import pytest

from bot.author.model import Heard, ModelError, ModelRequest, unheard
from sandbox.model_server import Cuts, Drips, Fails, Hangs, Says, Sends, Style, Turn, serving
from workers.model.exchange import Endpoint, Patience
from workers.model.openai_chat import OpenAIChat
from workers.model.openai_responses import OpenAIResponses

ASK = ModelRequest("fixed words", "the issue's words", "answer", {"type": "object"}, 500)
TEXT = '{"title": "An answer of several words"}'


class Interrupted(Exception):
    """Whoever listens to a stream stops in its middle."""


def interrupt(_piece: str) -> None:
    raise Interrupted


def listen(_piece: str) -> None:
    """Enough to be answered with a stream."""


ENDS: dict[str, tuple[Turn, Heard]] = {
    "answer": (Says(TEXT), unheard),
    "stream": (Says(TEXT), listen),
    "stream without an end": (Says(TEXT, stream="broken"), listen),
    "error in a stream": (Says(TEXT, stream="error"), listen),
    "event that is none": (Sends(b"data: {\n\n" + b": alive\n\n" * 99_999, "text/event-stream"), listen),
    "nobody listens any more": (Says(TEXT), interrupt),
    "refused key": (Fails(401), unheard),
    "server error": (Fails(500), unheard),
    "too large": (Sends(b"x" * 9_000_000), unheard),
    "cut": (Cuts(), unheard),
    "hang": (Hangs(), unheard),
    "drip": (Drips(), unheard),
}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[socket.socket]:
    """Every connection that this process opens from now on; being in this list keeps it from collection."""
    made: list[socket.socket] = []
    connect = socket.create_connection

    def remember(*args: Any, **more: Any) -> socket.socket:
        made.append(connect(*args, **more))
        return made[-1]

    monkeypatch.setattr(socket, "create_connection", remember)
    return made


@pytest.mark.parametrize("style", ["responses", "chat"])
@pytest.mark.parametrize(("turn", "heard"), ENDS.values(), ids=ENDS.keys())
def test_no_connection_outlives_its_exchange(
    turn: Turn, heard: Heard, style: Style, opened: list[socket.socket]
) -> None:
    with serving(turn) as server:
        endpoint = Endpoint(server.url, "key", Patience(2.0, 0.4), sleep=lambda _: None)
        model = (
            OpenAIResponses(endpoint, "m-1", {}) if style == "responses" else OpenAIChat(endpoint, "m-1", {})
        )
        with suppress(ModelError, Interrupted):
            model.complete(ASK, heard)
        assert opened
        assert [each for each in opened if each.fileno() != -1] == []
