"""Signed hidden marks by which we know our own work again. Pure text; must not look at who wrote the text.

A mark is an HTML comment, `<!-- groundplan:status k=v … sig=… -->`. Anybody can copy one, so a mark counts
only if the numeric author id is ours *and* the signature fits this repository and this number; the caller
checks the author, `read_mark` checks the signature.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

_MARK = re.compile(
    r"<!-- groundplan:([a-z-]{1,20})((?: [a-z_]{1,20}=[^\s<>]{0,500}){0,12}) sig=([0-9a-f]{32}) -->"
)
_FIELD = re.compile(r" ([a-z_]{1,20})=([^\s<>]{0,500})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mark is valid: one repository (GitHub's numeric id) and one issue or pull request number."""

    repo_id: int
    number: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mark says: its kind ("status", "plan", "issue") and a few short text fields."""

    kind: str
    fields: Mapping[str, str]

    def get(self, name: str) -> str:
        return self.fields.get(name, "")


def _signature(secret: str, place: Place, kind: str, body: str) -> str:
    text = f"{place.repo_id}#{place.number} {kind}{body}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def write_mark(secret: str, place: Place, mark: Mark) -> str:
    """The mark as one line of Markdown. Field values are percent-encoded, so they
    cannot close the comment.
    """
    body = "".join(f" {name}={quote(value, safe=':/@,.+')}" for name, value in sorted(mark.fields.items()))
    text = f"<!-- groundplan:{mark.kind}{body} sig={_signature(secret, place, mark.kind, body)} -->"
    if not _MARK.fullmatch(text):
        raise ValueError(f"not a writable mark: {text[:200]}")
    return text


def read_mark(secret: str, place: Place, text: str) -> Mark | None:
    """The last mark in `text` whose signature holds for `place`, else None. Linear
    in the length of `text`.
    """
    for found in reversed(_candidates(text)):
        kind, body, signature = found.groups()
        if hmac.compare_digest(signature, _signature(secret, place, kind, body)):
            return Mark(kind, {name: unquote(value) for name, value in _FIELD.findall(body)})
    return None


def without_marks(text: str) -> str:
    """`text` without any mark, signed or not: what people see."""
    return _MARK.sub("", text).rstrip()


def _candidates(text: str) -> list[re.Match[str]]:
    return list(_MARK.finditer(text))
