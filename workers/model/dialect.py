"""What an endpoint understands: how structured output is asked for, whether it streams, what it heeds.

An endpoint is asked in the strictest way first, and more mildly each time it says that it does not know the
form; what worked is remembered for endpoint and model.
"""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

from workers.model.exchange import Rejected

Rung = Literal["json_schema strict", "json_schema", "json_object", "tool", "text"]
Streaming = Literal["usage", "plain", "none"]
RUNGS: tuple[Rung, ...] = ("json_schema strict", "json_schema", "json_object", "tool", "text")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to ask. `wishes` are temperature and seed; `limit` names the most tokens of an answer."""

    rung: Rung = "json_schema strict"
    streaming: Streaming = "usage"
    wishes: bool = True
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"

    def milder(self, no: Rejected) -> Dialect | None:
        """The next way to ask after this was rejected; None when nothing is left or asking is not at fault.

        Servers word this in many ways: what their words name is given up first, else the form of the answer.
        """
        if no.kind != "rejected" or no.status not in {400, 404, 415, 422, 500, 501}:
            return None
        words = no.words
        if "max_completion_tokens" in words and self.limit == "max_tokens":
            return replace(self, limit="max_completion_tokens")
        if self.wishes and ("temperature" in words or "seed" in words):
            return replace(self, wishes=False)
        if self.streaming != "none" and "stream" in words:
            return replace(self, streaming="plain" if self.streaming == "usage" else "none")
        below = RUNGS[RUNGS.index(self.rung) + 1 :]
        return replace(self, rung=below[0]) if below else None


def remembered(memory: MutableMapping[str, str], key: str) -> Dialect:
    """What worked before; the strictest way when nothing did or it cannot be read."""
    try:
        told = json.loads(memory.get(key, ""))
        found = Dialect(**told)
    except (ValueError, TypeError):
        return Dialect()
    return found if found.rung in RUNGS else Dialect()


def remember(memory: MutableMapping[str, str], key: str, dialect: Dialect) -> None:
    """Keep what worked."""
    told = json.dumps(asdict(dialect), sort_keys=True)
    if memory.get(key) != told:
        memory[key] = told
