"""Faults on demand: which request they hit, and what then goes wrong instead of, or
after, the right answer.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal[
    "status", "hang", "cut", "malformed", "html", "unauthorized", "forbidden", "secondary", "revoke"
]
BEFORE, AFTER = "before", "after"


class BadFault(ValueError):
    """A fault that cannot be understood."""


@dataclass(slots=True)
class Fault:
    """Hits requests by method, path (regex, searched) and body (regex, for GraphQL), from the nth on.

    It fires `times` times (0: for ever). `when="before"`: the request changes nothing; `"after"`: it does its
    work, only the answer is lost. `message` is the words of a status, as 422 "Priority has already been
    taken". `retry_after=None` on a secondary limit leaves the header out.
    """

    kind: Kind = "status"
    method: str = "*"
    path: str = ""
    body: str = ""
    nth: int = 1
    times: int = 1
    when: Literal["before", "after"] = "before"
    status: int = 502
    message: str = "Server Error"
    seconds: float = 3600.0
    retry_after: int | None = 60
    headers: dict[str, str] = field(default_factory=dict)
    id: int = 0
    seen: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        kinds = (
            "status",
            "hang",
            "cut",
            "malformed",
            "html",
            "unauthorized",
            "forbidden",
            "secondary",
            "revoke",
        )
        if self.kind not in kinds or self.when not in (BEFORE, AFTER):
            raise BadFault(f"unknown fault {self.kind!r} {self.when!r}; kinds are {', '.join(kinds)}")
        try:
            re.compile(self.path), re.compile(self.body)
        except re.error as bad:
            raise BadFault(f"not a regular expression: {bad}") from bad

    def matches(self, method: str, path: str, body: bytes) -> bool:
        if self.method not in ("*", method) or not re.search(self.path, path):
            return False
        return not self.body or re.search(self.body, body.decode(errors="replace")) is not None

    def take(self) -> bool:
        """Count a match; True when this one is hit."""
        self.seen += 1
        if self.seen < self.nth or (self.times and self.fired >= self.times):
            return False
        self.fired += 1
        return True


class Faults:
    """The armed faults, tried in the order they were added; the first that fires wins."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._next = 1

    def add(self, fault: Fault) -> Fault:
        fault.id, self._next = self._next, self._next + 1
        self._armed.append(fault)
        return fault

    def parse(self, given: dict[str, Any]) -> Fault:
        try:
            return self.add(Fault(**given))
        except TypeError as bad:
            raise BadFault(str(bad)) from bad

    def hit(self, method: str, path: str, body: bytes) -> Fault | None:
        for fault in self._armed:
            if fault.matches(method, path, body) and fault.take():
                return fault
        return None

    def clear(self) -> None:
        self._armed.clear()

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._armed]
