"""Recording and playing: the same answers again, no secret on disk, a miss that says what is different."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.author.model import Heard, ModelError, ModelReply, ModelRequest, Usage, unheard
from bot.errors import UserError
from workers.model.cassette import Cassette, CassetteMiss, CassetteModel, Mode

ASK = ModelRequest("fixed words", "the issue's words\nsecond line", "plan", {"type": "object"}, 500)
OTHER = replace(ASK, user="the issue's words\nanother line")


@dataclass
class Live:
    """A model that says how often it was asked, in three pieces."""

    calls: list[ModelRequest] = field(default_factory=list)
    fails: bool = False
    words: str = "said"
    name: str = "live-1"

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        self.calls.append(request)
        if self.fails:
            raise ModelError("cut", "half an answer", Usage(10, 2, calls=1))
        for piece in (self.words, " ", str(len(self.calls))):
            heard(piece)
        return ModelReply(f"{self.words} {len(self.calls)}", Usage(10, 5, 3, calls=1), model="live-1-0210")


def model(path: Path, mode: Mode, live: Live | None = None) -> CassetteModel:
    return CassetteModel(Cassette(path), mode, live)


def test_what_was_recorded_is_played_again_without_a_model(tmp_path: Path) -> None:
    path, live = tmp_path / "new" / "run.jsonl", Live()
    first = model(path, "record", live)
    said = [first.complete(each) for each in (ASK, OTHER)]
    heard: list[str] = []
    played = model(path, "replay-strict")
    assert [played.complete(each, heard.append) for each in (ASK, OTHER)] == said
    assert "".join(heard) == "said 1said 2"
    assert len(live.calls) == 2


def test_a_recorded_failure_fails_again_with_what_it_cost(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with pytest.raises(ModelError):
        model(path, "record", Live(fails=True)).complete(ASK)
    with pytest.raises(ModelError) as again:
        model(path, "replay").complete(ASK)
    assert (again.value.kind, again.value.usage) == ("cut", Usage(10, 2, calls=1))


def test_a_miss_is_loud_when_strict_and_a_model_that_is_away_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    model(path, "record", Live()).complete(ASK)
    with pytest.raises(CassetteMiss) as miss:
        model(path, "replay-strict").complete(OTHER)
    assert "-second line" in miss.value.reason
    assert "+another line" in miss.value.reason
    with pytest.raises(ModelError) as away:
        model(path, "replay").complete(OTHER)
    assert away.value.kind == "unavailable"


def test_fallthrough_asks_only_what_was_not_recorded(tmp_path: Path) -> None:
    path, live = tmp_path / "run.jsonl", Live()
    for each in (ASK, ASK, OTHER, ASK):
        model(path, "fallthrough", live).complete(each)
    assert live.calls == [ASK, OTHER]


@pytest.mark.parametrize(
    "changed",
    [{"sample": 1}, {"temperature": 0.5}, {"system": "x"}, {"schema": {}}, {"max_output_tokens": 1}],
)
def test_another_question_is_never_answered_with_this_one(tmp_path: Path, changed: dict[str, object]) -> None:
    path = tmp_path / "run.jsonl"
    model(path, "record", Live()).complete(ASK)
    with pytest.raises(CassetteMiss):
        model(path, "replay-strict").complete(replace(ASK, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize("where", ["question", "answer"])
def test_no_secret_is_written(tmp_path: Path, where: str) -> None:
    secret = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    path = tmp_path / "run.jsonl"
    asked = replace(ASK, user=f"token {secret}") if where == "question" else ASK
    with pytest.raises(UserError, match="looks like a secret"):
        model(path, "record", Live(words=secret if where == "answer" else "said")).complete(asked)
    assert not path.exists() or secret not in path.read_text()


@pytest.mark.parametrize("line", ["{}", "not json", '{"version": 1}', "[1]"])
def test_a_broken_cassette_names_the_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "run.jsonl"
    model(path, "record", Live()).complete(ASK)
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(UserError, match=r"run\.jsonl:2 is no recorded call"):
        model(path, "replay").complete(ASK)


def test_a_cassette_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    model(path, "record", Live()).complete(ASK)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 9}) + "\n")
    with pytest.raises(UserError, match="version 9"):
        model(path, "replay").complete(ASK)


def test_a_cassette_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    model(path, "record", Live()).complete(ASK)
    assert path.stat().st_mode & 0o077 == 0
