"""Cursor pages of lists, with the rules GitHub sets for `first`, `last`, `after` and `before`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from sandbox.refusals import Refusal
from sandbox.world import World

PAGE = 100


def _cursor(index: int) -> str:
    return base64.b64encode(f"cursor:v2:{index}".encode()).decode()


def _index(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True).decode().rpartition(":")[2])
    except (binascii.Error, ValueError) as bad:
        raise Refusal(
            422, f"`{cursor}` does not appear to be a valid cursor.", kind="INVALID_CURSOR_ARGUMENTS"
        ) from bad


def _check(name: str, first: int | None, last: int | None) -> None:
    if first is None and last is None:
        text = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
        raise Refusal(422, text, kind="MISSING_PAGINATION_BOUNDARIES")
    for word, size in (("first", first), ("last", last)):
        if size is not None and size > PAGE:
            text = f"Requesting {size} records on the `{name}` connection exceeds the `{word}` limit"
            raise Refusal(422, f"{text} of {PAGE} records.", kind="EXCESSIVE_PAGINATION")
        if size is not None and size < 0:
            raise Refusal(
                422, f"`{word}` on the `{name}` connection cannot be less than zero.", kind="ARGUMENT_LIMIT"
            )


def connection(
    name: str,
    items: Iterable[Any],
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    """nodes, edges, pageInfo and totalCount of the asked part of a list."""
    _check(name, first, last)
    everything = list(items)
    start = _index(after) + 1 if after else 0
    end = min(_index(before), len(everything)) if before else len(everything)
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    edges = [{"cursor": _cursor(at), "node": everything[at]} for at in range(start, max(start, end))]
    page = {
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
        "hasNextPage": end < len(everything),
        "hasPreviousPage": start > 0,
    }
    return {
        "nodes": [edge["node"] for edge in edges],
        "edges": edges,
        "pageInfo": page,
        "totalCount": len(everything),
    }


def lagging(world: World, name: str, items: Iterable[Any], **page: Any) -> dict[str, Any]:
    """As `connection`, without what is younger than the list lag."""
    known = {key: page.get(key) for key in ("first", "last", "after", "before")}
    return connection(name, world.visible(items), **known)
