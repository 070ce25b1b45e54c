"""PLN001-004: what came in is one sound document, and what goes out reads back the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.errors import UserError
from bot.plan.findings import Location
from bot.plan.formats import FORMATS
from bot.plan.located_json import Fault, line_and_column, read_json
from bot.plan.rules.engine import Hit, Lacking, LintInput, from_reading, rule

_FENCE = "```"
_OPENS = re.compile(r"\s{0,999}```(?:json)?[ \t]{0,99}\n")


def unfenced(text: str) -> tuple[str, int]:
    """A reply without the one fence around all of it, and where the inner text starts."""
    opening, end = _OPENS.match(text), text.rstrip()
    if opening is None or not end.endswith(_FENCE) or len(end) - len(_FENCE) < opening.end():
        return text, 0
    inner = end[opening.end() : -len(_FENCE)].rstrip(" \t").removesuffix("\n")
    return (text, 0) if _FENCE in inner else (inner, opening.end())


@rule(
    "PLN001",
    severity="error",
    needs=["texts"],
    message="Reply is not one JSON object: {reason} at offset {n}",
)
def text_is_one_json_object(given: LintInput) -> Iterator[Hit]:
    """The text is exactly one JSON object"""
    for name, text in given.texts:
        inner, start = unfenced(text) if name == "reply" else (text, 0)
        read = read_json(inner)
        if not isinstance(read, Fault) and isinstance(read.value, dict):
            continue
        fault = read if isinstance(read, Fault) else Fault("its top level is not an object", 0)
        place = Location(name, *line_and_column(text, fault.offset + start))
        yield Hit(fault.pointer, {"reason": fault.reason, "n": fault.offset + start}, location=place)


@rule("PLN002", severity="error", needs=["texts"], message="{pointer}: {expected}, got {actual}")
def values_have_the_right_type(given: LintInput) -> Iterator[Hit]:
    """Every value has the type and range of the model"""
    yield from from_reading("PLN002", given.contract, "contract")
    yield from from_reading("PLN002", given.fanout, "fanout")


@rule("PLN003", severity="error", needs=["texts"], message="{pointer}: unknown property '{key}'")
def properties_are_known(given: LintInput) -> Iterator[Hit]:
    """No property that the model does not know"""
    yield from from_reading("PLN003", given.contract, "contract")
    yield from from_reading("PLN003", given.fanout, "fanout")


@rule(
    "PLN004",
    severity="error",
    needs=["own", "renderings"],
    message="Round trip changed {pointer}: {before} -> {after}",
)
def rendering_reads_back(given: LintInput) -> Iterator[Hit]:
    """What is rendered reads back as the same plan"""
    shape = FORMATS.get(given.format)
    if shape is None:
        raise Lacking(f"format {given.format!r} cannot be read back")
    assert given.plan is not None
    try:
        for pointer, before, after in shape.changed(given.plan, given.renderings):
            yield Hit(pointer, {"before": before, "after": after})
    except UserError as broken:
        yield Hit("", {"before": "documents that can be read", "after": broken.reason})
