"""Every way an answer can go wrong at every stage: how writing ends, with how many calls, and that the purse
and the receipt say the same.

`make test` takes each failure at one stage or two, GROUNDPLAN_FULL=1 all of them everywhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest

from bot.author.brief import Brief
from sandbox.minds import UNDERSTOOD, Mind, Staged, faithful, patch, patches
from sandbox.model_server import Cuts, Drips, Fails, Hangs, ModelServer, Refuses, Says, Style, Turn
from tests.author.scripted import WITH_READERS, Draft, Ran, good_draft, with_path, writing, wrote
from workers.purse import PocketPurse

FULL = os.environ.get("GROUNDPLAN_FULL") == "1"
STAGES = ("understanding", "plan", "patches", "review", "probe", "revision")
UNDISTURBED = 8  # understand, draft, repair, two reviews, two coders, revise
PATH = "/tasks/0/files/0/path"


POINT = {"task": "T1", "problem": "Nobody is told whom this is for.", "suggestion": "Name who exports.",
         "blocking": False}  # fmt: skip
USERS = ["The desk exports reports every morning."]


def usual(good: Draft) -> Mapping[str, str]:
    """What is answered at each stage when nothing goes wrong: a draft with an error, patches that mend it,
    one point that both reviewers make, and the patch that heeds it.
    """
    return {
        "understanding": UNDERSTOOD,
        "plan": json.dumps(with_path(good, "lib/nothing.py")),
        "patches": patches(patch("PLN401", PATH, good["tasks"][0]["files"][0]["path"])),
        "review": json.dumps({"points": [POINT | {"quote": good["summary"]}]}),
        "probe": json.dumps(faithful(good)),
        "revision": patches(patch("REV-1", "/tasks/0/gotchas", USERS)),
    }


def disturbed(good: Draft, stage: str, turns: Sequence[Turn]) -> Staged:
    """The usual answers, with these turns at one stage. What is drafted later is good."""
    script: dict[str, Sequence[Turn]] = {name: [Says(text)] for name, text in usual(good).items()}
    script["plan"] = [*script["plan"], Says(json.dumps(good))]
    return Staged(Mind(good), script | ({stage: turns} if turns else {}))


# --- failures, and what they lead to ---------------------------------------------------------------------

ONCE_AGAIN = "asked again"  # the answer is taken after another HTTP call
HARMLESS = "taken"
USELESS = "useless"
DECLINED = "refused"
LOST = "lost"  # nobody knows whether it was paid
AWAY = "away"
TOO_LONG = "too long"


@dataclass(frozen=True)
class Failure:
    """How an answer goes wrong, once or for ever, and the group whose consequences it has."""

    group: str
    kind: str = ""  # of the error, where one ends the run
    styles: tuple[Style, ...] = ("responses", "chat")
    lasting: bool = True

    def turns(self, name: str, text: str) -> Sequence[Turn]:
        """In the place of an answer with this text."""
        first = TURNS[name](text)
        return [first] if self.lasting else [first, Says(text)]


TURNS: Mapping[str, Callable[[str], Turn]] = {
    "malformed": lambda text: Says(text[: len(text) // 2]),
    "two objects": lambda text: Says(text + text),
    "truncated": lambda text: Says(text[:50], finish="length"),
    "empty": lambda _: Says(""),
    "refusal": lambda _: Refuses(),
    "content filter": lambda _: Says("", finish="filter"),
    "tool call": lambda text: Says(text, as_tool=True),
    "fenced": lambda text: Says(f"```json\n{text}\n```"),
    "BOM": lambda text: Says(f"\ufeff{text}"),
    "thinking aloud": lambda text: Says(f"<think>Let me see.</think>{text}"),
    "usage missing": lambda text: Says(text, usage=False),
    "ragged stream": lambda text: Says(text, stream="ragged"),
    "429 with Retry-After": lambda _: Fails(429, retry_after="1"),
    "500 then OK": lambda _: Fails(500),
    "hang": lambda _: Hangs(),
    "slow drip": lambda _: Drips(),
    "cut": lambda _: Cuts(),
    "cut in mid-stream": lambda text: Says(text, stream="broken"),
    "context length": lambda _: Fails(400, "context_length_exceeded"),
    "429 for ever": lambda _: Fails(429, retry_after="1"),
    "500 for ever": lambda _: Fails(500),
    "key refused": lambda _: Fails(401),
}
FAILURES: Mapping[str, Failure] = {
    "malformed": Failure(USELESS, lasting=False),
    "two objects": Failure(USELESS, lasting=False),
    "truncated": Failure(USELESS, lasting=False),
    "empty": Failure(USELESS, lasting=False),
    "refusal": Failure(DECLINED, "refused"),
    "content filter": Failure(DECLINED, "refused"),
    "tool call": Failure(HARMLESS, styles=("chat",)),
    "fenced": Failure(HARMLESS),
    "BOM": Failure(HARMLESS),
    "thinking aloud": Failure(HARMLESS),
    "usage missing": Failure(HARMLESS),
    "ragged stream": Failure(HARMLESS),
    "429 with Retry-After": Failure(ONCE_AGAIN, lasting=False),
    "500 then OK": Failure(ONCE_AGAIN, lasting=False),
    "hang": Failure(LOST, "time-out"),
    "slow drip": Failure(LOST, "time-out"),
    "cut": Failure(LOST, "cut"),
    "context length": Failure(TOO_LONG, "context-length"),
    "429 for ever": Failure(AWAY, "rate-limited"),
    "500 for ever": Failure(AWAY, "unavailable"),
    "key refused": Failure(AWAY, "unauthorized"),
}


def expected(failure: Failure, stage: str) -> tuple[str, int]:
    """How the run ends, and with how many HTTP calls."""
    tries = 1 if failure.kind == "unauthorized" else 3
    group = failure.group
    if group in {HARMLESS, ONCE_AGAIN}:
        return "plan", UNDISTURBED + (group == ONCE_AGAIN)
    if stage in {"review", "probe"}:  # a plan that is sound waits for no reader; unread it is not revised
        more = 2 * (tries - 1) if group == AWAY else 0
        return "plan", UNDISTURBED + more - (stage == "review" and failure.lasting)
    if stage == "revision":
        return "plan", UNDISTURBED + (tries - 1 if group == AWAY else 0)
    if group == AWAY:
        return failure.kind, STAGES.index(stage) + tries
    if stage == "understanding":
        return "plan", UNDISTURBED
    if stage == "patches":  # then one fresh draft
        return "plan", UNDISTURBED + 1
    if group == USELESS:  # then another one
        return "plan", UNDISTURBED + 1
    return failure.kind, 2 + (group == TOO_LONG)


CELLS = [(name, stage, style) for name in FAILURES for stage in STAGES for style in FAILURES[name].styles]
SAMPLE = [cell for at, cell in enumerate(CELLS) if at % 17 == 0 or (cell[1] == "plan" and at % 5 == 0)]


@pytest.mark.parametrize(("name", "stage", "style"), CELLS if FULL else SAMPLE)
def test_a_failure_at_a_stage_ends_as_stated(name: str, stage: str, style: Style, brief: Brief) -> None:
    failure, good = FAILURES[name], good_draft(brief)
    script = disturbed(good, stage, failure.turns(name, usual(good)[stage]))
    ran, server, purse = played(brief, script, style)
    assert (ran.end, len(server.asked)) == expected(failure, stage), ran.stages
    assert purse.spent.tokens == ran.usage.input_tokens + ran.usage.output_tokens
    if ran.end == "plan":
        silent = stage in {"review", "probe"} and failure.group not in {HARMLESS, ONCE_AGAIN}
        assert ("gave no usable answer" in ran.written.reason) is silent  # type: ignore[union-attr]
        assert all(each.path != "lib/nothing.py" for task in ran.plan.tasks for each in task.files)


def played(brief: Brief, script: Staged, style: Style) -> tuple[Ran, ModelServer, PocketPurse]:
    purse = PocketPurse()
    with writing(script, style=style, profile=WITH_READERS, purse=purse) as (author, server):
        return wrote(author, brief), server, purse


def test_nothing_wrong_takes_the_stated_calls(brief: Brief) -> None:
    good = good_draft(brief)
    ran, server, purse = played(brief, disturbed(good, "", ()), "responses")
    assert (ran.end, len(server.asked)) == ("plan", UNDISTURBED)
    assert purse.spent.tokens == ran.usage.input_tokens + ran.usage.output_tokens
    assert ran.plan.provenance.calls == UNDISTURBED
    assert ran.plan.provenance.receipt.startswith("8 calls (")
    readers = ran.plan.provenance.readers
    assert readers is not None
    assert (readers.reviews, readers.points, readers.open_points, readers.coders) == (2, 1, 0, 2)
    assert ran.plan.tasks[0].gotchas == tuple(USERS)
