"""`plan_output.json`, version 1.1, as the facets of a functional plan. It only fills in what a page lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.plan.located_json import LocatedJson, child
from bot.plan.readers.contract import read_object
from bot.plan.readers.parts import Page
from bot.plan.readers.reading import Data

_PADDED = re.compile(r"((?:FR|NFR|BR|AC|WS|A|Q)-)0+(?=\d)")
_KNOWN = frozenset(
    {"metadata", "requirements", "business_rules", "integration_points", "implementation_order",
     "work_streams", "parallelism_groups", "test_scenarios"}
)  # fmt: skip
# Plan pointer of a list, key of the list in the file, and each plan field with its key in the file.
_LISTS: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("/requirements/functional", "requirements",
     {"id": "id", "behaviour": "description", "agent_hint": "agent_hint", "success": "acceptance_criteria"}),
    ("/requirements/rules", "business_rules", {"id": "id", "text": "description"}),
    ("/requirements/integrations", "integration_points",
     {"system": "system", "purpose": "purpose", "note": "notes"}),
    ("/streams/streams", "work_streams",
     {"id": "id", "name": "name", "agent": "agent", "command": "command", "requirements": "requirements",
      "depends_on": "depends_on", "blocks": "blocks"}),
    ("/streams/groups", "parallelism_groups",
     {"group": "group", "streams": "streams", "gate_after": "gate_after"}),
    ("/requirements/scenarios", "test_scenarios",
     {"area": "area", "scenario": "scenario", "inputs": "inputs", "expected": "expected_outcome"}),
)  # fmt: skip
_HEADER = {"task": "jira_issue", "branch": "branch_name", "created": "created_at"}
_ID_FIELDS = frozenset({"id", "requirements", "depends_on", "blocks", "streams"})


def fill_from_json(page: Page, text: str) -> None:
    """Fill in the lists that the page has nothing of. FR-001 is FR-1."""
    located = read_object(page.path, text)
    if isinstance(located, str):
        page.not_read.append(located)
        return
    _header(page, located)
    for pointer, key, names in _LISTS:
        if pointer not in page.places and isinstance(located.value.get(key), list):
            _list(page, located, pointer, key, names)
    unknown = [key for key in located.value if key not in _KNOWN]
    page.not_read.extend(f"{page.path}: unknown key '{key[:80]}'" for key in unknown)


def _header(page: Page, located: LocatedJson) -> None:
    metadata = located.value.get("metadata")
    for name, key in _HEADER.items():
        said = metadata.get(key) if isinstance(metadata, dict) else None
        pointer = f"/requirements/header/{name}"
        if isinstance(said, str) and said and pointer not in page.places:
            page.put(
                pointer,
                said[:10] if name == "created" else said,
                *located.line_and_column(f"/metadata/{key}"),
            )


def _list(page: Page, located: LocatedJson, pointer: str, key: str, names: Mapping[str, str]) -> None:
    if not located.value[key]:
        page.put(pointer, [], *located.line_and_column(f"/{key}"))
    for at, item in enumerate(located.value[key]):
        theirs = f"/{key}/{at}"
        mine = page.add(pointer, {}, *located.line_and_column(theirs))
        if not isinstance(item, dict):
            page.not_read.append(f"{page.path}: {theirs} is not an object")
            continue
        for name, value, where in _fields(item, theirs, names):
            _put(page, located, f"{mine}/{name}", value, where)
        if key == "requirements":
            _errors(page, located, f"{mine}/errors", item.get("error_cases"), f"{theirs}/error_cases")


def _fields(item: Data, theirs: str, names: Mapping[str, str]) -> Iterator[tuple[str, Any, str]]:
    for name, key in names.items():
        value = item.get(key)
        if value is not None and value != "—":
            yield name, _ids(value) if name in _ID_FIELDS else value, child(theirs, key)


def _ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_ids(one) for one in value]
    return _PADDED.sub(r"\1", value) if isinstance(value, str) else value


def _put(page: Page, located: LocatedJson, pointer: str, value: Any, theirs: str) -> None:
    page.put(pointer, value, *located.line_and_column(theirs))
    if isinstance(value, list):
        for at, _ in enumerate(value):
            page.places[f"{pointer}/{at}"] = page.places[pointer].__class__(
                page.path, *located.line_and_column(f"{theirs}/{at}")
            )


def _errors(page: Page, located: LocatedJson, pointer: str, cases: Any, theirs: str) -> None:
    for at, case in enumerate(cases if isinstance(cases, list) else ()):
        if isinstance(case, dict):
            mine = page.add(pointer, {}, *located.line_and_column(f"{theirs}/{at}"))
            for name, key in (("condition", "condition"), ("behaviour", "expected_behaviour")):
                if isinstance(case.get(key), str):
                    page.put(f"{mine}/{name}", case[key], *located.line_and_column(f"{theirs}/{at}/{key}"))
