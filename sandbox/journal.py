"""What was asked of the sandbox, call by call, for counting reads and writes and for
finding out who did what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One API call. `operation` is GitHub's template, or `graphql <names>`; `fault` names one that hit it."""

    number: int
    at: float
    method: str
    path: str
    operation: str
    status: int
    write: bool
    actor: str
    kind: str
    permissions: dict[str, str]
    repository_ids: tuple[int, ...] | None
    fault: str | None
    body: bytes

    def shown(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.__slots__ if name != "body"}
        return {**told, "body_bytes": len(self.body)}


class Journal:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def clear(self) -> None:
        self.entries.clear()

    def reads(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.write and not is_token_call(entry)]

    def writes(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.write]


def is_token_call(entry: Entry) -> bool:
    """Minting a token is neither a read nor a write of content."""
    return entry.operation.endswith("/access_tokens") or entry.operation.endswith("/installation/token")
