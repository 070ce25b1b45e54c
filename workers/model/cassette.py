"""Recorded conversations with a model: one line of JSON a call, so that a run can be played again without it.

What is played says nothing about any model. No secret is ever written: a call that holds what looks like one
is not recorded, and that is an error.
"""

from __future__ import annotations

import difflib
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.author.model import Heard, Model, ModelError, ModelReply, ModelRequest, Usage, unheard
from bot.errors import UserError
from bot.secret_text import secret_in

Mode = Literal["record", "replay", "replay-strict", "fallthrough"]
MODES: tuple[Mode, ...] = ("record", "replay", "replay-strict", "fallthrough")
VERSION = 1
LONGEST_DIFF = 60  # lines


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    usage: dict[str, int | bool]
    finish_reason: str
    refusal: str
    model: str
    pieces: list[tuple[int, str]]  # milliseconds since the question, and what came then


class _Failure(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    reason: str
    usage: dict[str, int | bool]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    key: str
    request: dict[str, Any]
    answer: _Answer | None = None
    failure: _Failure | None = None


class CassetteMiss(UserError):
    """A question that was not recorded, in a run that must not ask a model."""


@dataclass(frozen=True)
class Cassette:
    """A file of recorded calls. One process writes; several threads may."""

    path: Path
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @cached_property
    def _lines(self) -> dict[str, _Line]:
        """Calls by key, the last recording of each. Raises UserError naming the line that is none."""
        try:
            text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            reason = f"{self.path} cannot be read ({type(error).__name__})."
            raise UserError(
                "cassette", reason, "Give a cassette that was recorded by this program."
            ) from None
        found: dict[str, _Line] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                call = self._read(line, number)
                found[call.key] = call
        return found

    def _read(self, line: str, number: int) -> _Line:
        again = "Record it again with GROUNDPLAN_CASSETTE_MODE=record."
        try:
            call = _Line.model_validate_json(line)
        except ValidationError:
            raise UserError("cassette", f"{self.path}:{number} is no recorded call.", again) from None
        if call.version != VERSION:
            raise UserError("cassette", f"{self.path}:{number} is of version {call.version}.", again)
        return call

    def find(self, request: ModelRequest) -> _Line | None:
        with self._lock:
            return self._lines.get(request.digest)

    def keep(self, line: _Line) -> None:
        """Append one call. Raises UserError, and writes nothing, when it holds what looks like a secret."""
        text = line.model_dump_json()
        plain = "\n".join([str(line.request.get("user")), line.answer.text if line.answer else ""])
        if found := secret_in(text) or secret_in(plain):
            raise UserError(
                "cassette-secret",
                f"The call was not recorded: it holds what looks like a secret ({found.what}).",
                "Take it out of the issue or the repository and record again.",
            )
        with self._lock:
            self._lines[line.key] = line
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(text + "\n")

    def nearest(self, request: ModelRequest) -> str:
        """How the question differs from the recorded one that is most like it, as a diff; "" without any."""
        mine = _told(_plain(request))
        with self._lock:
            others = [_told(line.request) for line in self._lines.values()]
        if not others:
            return ""
        best = max(others, key=lambda other: len(set(other) & set(mine)))
        diff = difflib.unified_diff(best, mine, "recorded", "asked now", lineterm="", n=1)
        return "\n".join([*diff][:LONGEST_DIFF])


@dataclass(frozen=True)
class CassetteModel:
    """A model that records, or plays what was recorded. `model` may be None when only played."""

    cassette: Cassette
    mode: Mode
    model: Model | None = None
    clock: Callable[[], float] = time.monotonic

    @property
    def name(self) -> str:
        return self.model.name if self.model else "cassette"

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        """As the model. A question that was not recorded raises CassetteMiss under `replay-strict`, and
        ModelError "unavailable" under `replay`.
        """
        played = self.cassette.find(request) if self.mode != "record" else None
        if played is not None:
            return _played(played, heard)
        if self.mode in {"replay", "replay-strict"} or self.model is None:
            raise self._missed(request)
        return self._recorded(self.model, request, heard)

    def _missed(self, request: ModelRequest) -> ModelError | CassetteMiss:
        if self.mode == "replay":
            return ModelError("unavailable", "the cassette holds no answer to this question")
        diff = self.cassette.nearest(request)
        reason = f"{self.cassette.path} holds no answer to a question of kind {request.purpose}."
        return CassetteMiss("cassette-miss", f"{reason}\n{diff}".strip(), "Record it again.")

    def _recorded(self, model: Model, request: ModelRequest, heard: Heard) -> ModelReply:
        begun, pieces = self.clock(), list[tuple[int, str]]()

        def hear(piece: str) -> None:
            pieces.append((round((self.clock() - begun) * 1000), piece))
            heard(piece)

        line = _Line(version=VERSION, key=request.digest, request=_plain(request))
        try:
            reply = model.complete(request, hear)
        except ModelError as error:
            failure = _Failure(kind=error.kind, reason=error.reason, usage=asdict(error.usage))
            self.cassette.keep(line.model_copy(update={"failure": failure}))
            raise
        answer = _Answer(
            text=reply.text,
            usage=asdict(reply.usage),
            finish_reason=reply.finish_reason,
            refusal=reply.refusal,
            model=reply.model,
            pieces=pieces,
        )
        self.cassette.keep(line.model_copy(update={"answer": answer}))
        return reply


def _played(line: _Line, heard: Heard) -> ModelReply:
    if line.failure:
        raise ModelError(line.failure.kind, line.failure.reason, _usage(line.failure.usage))  # type: ignore[arg-type]
    if line.answer is None:
        raise ModelError("empty", "the cassette holds a call without an answer")
    for _, piece in line.answer.pieces:
        heard(piece)
    said = line.answer
    return ModelReply(said.text, _usage(said.usage), said.finish_reason, said.refusal, said.model)


def _usage(counts: Mapping[str, int | bool]) -> Usage:
    return Usage(
        input_tokens=int(counts.get("input_tokens", 0)),
        output_tokens=int(counts.get("output_tokens", 0)),
        cached_tokens=int(counts.get("cached_tokens", 0)),
        calls=int(counts.get("calls", 0)),
        estimated=bool(counts.get("estimated", False)),
    )


def _plain(request: ModelRequest) -> dict[str, Any]:
    return asdict(request)


def _told(request: Mapping[str, Any]) -> list[str]:
    """A question as lines, for a diff: the schema is only named."""
    head = [f"{name}: {request.get(name)}" for name in ("purpose", "schema_name", "sample", "temperature")]
    schema = json.dumps(request.get("schema"), sort_keys=True)
    return [*head, f"schema: {len(schema)} characters", *str(request.get("system")).split("\n"),
            *str(request.get("user")).split("\n")]  # fmt: skip
