"""Minds for the scripted model: answers by kind of question, so that a whole run can be played.

What they say is made up by rule from what they are given; it tells nothing about any model.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.model_server import Asked, Says, Turn

Answering = Callable[[Asked], str]


@dataclass(frozen=True)
class Mind:
    """Answers each kind of question with a function or a fixed text; `draft` is what it plans."""

    draft: Mapping[str, Any]
    answers: Mapping[str, Answering | str] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> str:
        answer = self.answers.get(asked.question) or DEFAULTS.get(asked.question)
        if asked.question == "plan" and "plan" not in self.answers:
            return json.dumps(self.draft)
        if asked.question == "probe" and "probe" not in self.answers:
            return json.dumps(faithful(self.draft))
        return answer(asked) if callable(answer) else str(answer or "")


@dataclass
class Staged:
    """Plays turns by stage, one a call, the last for ever; where there are none the mind answers. Stages are
    the kinds of question, and "revision" for the patches that readers of a plan gave rise to.
    """

    mind: Mind
    turns: Mapping[str, Sequence[Turn]]
    asked: Counter[str] = field(default_factory=Counter)

    def __call__(self, asked: Asked) -> Turn:
        stage = stage_of(asked)
        turns = self.turns.get(stage, ())
        turn = turns[min(self.asked[stage], len(turns) - 1)] if turns else Says(self.mind)
        self.asked[stage] += 1
        return turn


def stage_of(asked: Asked) -> str:
    """What a question is for."""
    return "revision" if asked.question == "patches" and BY_READERS in asked.user else asked.question


BY_READERS = "Some of these points come from readers of the plan."
UNDERSTOOD = json.dumps(
    {
        "goal": "What the issue asks for is done.",
        "requirements": [],
        "unknowns": [],
        "risks": [],
        "read": [0, 1],
        "observed_instructions": [],
    }
)
DEFAULTS: Mapping[str, str] = {
    "understanding": UNDERSTOOD,
    "patches": json.dumps({"patches": []}),
    "review": json.dumps({"points": []}),
}


def faithful(draft: Mapping[str, Any]) -> dict[str, Any]:
    """A coder who found everything again and has nothing to ask."""
    steps = [
        {
            "task": task["id"],
            "files": [each["path"] for each in task.get("files") or []],
            "new_symbols": [],
            "commands": list(task.get("commands") or []),
        }
        for task in draft["tasks"]
    ]
    return {"goal": "It is done.", "steps": steps, "questions": [], "contradictions": [], "would_start": True}


def patch(rule: str, pointer: str, value: object, op: str = "replace") -> dict[str, str]:
    """One patch as an answer has it."""
    return {"rule": rule, "pointer": pointer, "op": op, "value": "" if op == "remove" else json.dumps(value)}


def patches(*those: Mapping[str, str]) -> str:
    """An answer of patches."""
    return json.dumps({"patches": list(those)})


def also_open(asked: Asked) -> list[str]:
    """The places that a question for patches opens beside those of its findings; `*` stands for any index."""
    found = re.search(r"^Only where that is what mends a finding; [^:\n]+: (.+)$", asked.user, re.MULTILINE)
    return found[1].split(", ") if found else []


def findings_in(asked: Asked) -> list[tuple[str, str]]:
    """The rule and the place of every finding that a question for patches tells."""
    out, place = [], ""
    for line in asked.user.split("\n"):
        if re.fullmatch(r"(/\S*|\(the whole\)):", line):
            place = "" if line.startswith("(") else line[:-1]
        elif found := re.match(r"  (?:error|warning|info) (\S+): ", line):
            out.append((found[1], place))
    return out
