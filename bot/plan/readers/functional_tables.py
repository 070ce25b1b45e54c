"""The tables of a functional plan: which column becomes which field. Knows no document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.plan.readers.parts import Entry, Page, is_none
from bot.plan.readers.stretch import Stretch


@dataclass(frozen=True, slots=True)
class Column:
    """A field, the heads it may stand under (with bars between them), and how its cells are read."""

    field: str
    heads: str
    how: str = "words"

    @property
    def names(self) -> list[str]:
        return self.heads.split("|")


@dataclass(frozen=True, slots=True)
class Table:
    """A table that becomes the list at `pointer`. It is known by the head of its first column."""

    pointer: str
    columns: tuple[Column, ...]

    def takes(self, row: Entry) -> bool:
        return any(row.has(head) for head in self.columns[0].names)

    def read(self, page: Page, row: Entry) -> str:
        """Add a row and give its pointer; "" for the head and for a row without any words."""
        cells = [(column, cell) for column in self.columns if (cell := row.cell(*column.names))]
        at = next((cell for _, cell in cells if cell.words), None)
        if at is None or row.block.head:
            return ""
        mine = page.open(self.pointer, at)
        for column, cell in cells:
            _CELLS[column.how](page, f"{mine}/{column.field}", cell)
        return mine


def read_table(page: Page, entries: Sequence[Entry], table: Table, heading: str) -> None:
    """A section that is a table. "None" makes an empty list; what else stands there is prose."""
    for entry in entries:
        if entry.kind == "row" and table.takes(entry):
            table.read(page, entry)
        elif entry.kind in ("item", "paragraph") and is_none(entry.text.words):
            page.empty(table.pointer, entry.text)
        else:
            page.keep([entry], heading)


def _name(page: Page, pointer: str, cell: Stretch) -> None:
    if not is_none(cell.words):
        page.bare(pointer, cell)


def _lower(page: Page, pointer: str, cell: Stretch) -> None:
    if cell.bare:
        page.put(pointer, cell.bare.lower(), cell.line, cell.col)


_YES_NO = {"yes": "yes", "no": "no", "y": "yes", "n": "no"}
_CELLS: Mapping[str, Callable[[Page, str, Stretch], None]] = {
    "words": lambda page, pointer, cell: page.text(pointer, cell),
    "bare": lambda page, pointer, cell: page.bare(pointer, cell),
    "name": _name,
    "ids": lambda page, pointer, cell: page.references(pointer, cell),
    "yes/no": lambda page, pointer, cell: page.choice(pointer, cell, _YES_NO),
    "lower": _lower,
}

RULES = Table(
    "/requirements/rules",
    (
        Column("id", "Rule|ID|#", "bare"),
        Column("text", "Description|Text"),
        Column("requirements", "Requirements|Binds", "ids"),
    ),
)
INTEGRATIONS: Mapping[str, Table] = {
    "needs": Table(
        "/requirements/integrations",
        (
            Column("system", "System"),
            Column("purpose", "What's Needed|Purpose|Needed"),
            Column("note", "Notes|Note"),
        ),
    ),
    "consumer": Table(
        "/requirements/integrations",
        (Column("system", "Consumer"), Column("purpose", "How Used|Use"), Column("note", "Notes|Note")),
    ),
    "call": Table(
        "/requirements/integrations",
        (
            Column("system", "Service"),
            Column("purpose", "Purpose"),
            Column("note", "Failure Handling|On failure"),
        ),
    ),
}
SCENARIOS = Table(
    "/requirements/scenarios",
    (
        Column("scenario", "Scenario"),
        Column("inputs", "Inputs|Input"),
        Column("expected", "Expected Outcome|Expected"),
        Column("area", "Area"),
    ),
)
QUALITIES = Table(
    "/requirements/qualities",
    (
        Column("name", "Requirement|Name"),
        Column("id", "ID", "bare"),
        Column("target", "Target"),
        Column("note", "Notes|Note"),
    ),
)
CONCERNS = Table(
    "/requirements/concerns",
    (
        Column("concern", "Concern", "bare"),
        Column("applies", "Applies?|Applies", "yes/no"),
        Column("note", "Notes|Note"),
    ),
)
SCHEMA = Table(
    "/requirements/schema_changes",
    (
        Column("change", "Change"),
        Column("object", "Object|Table", "bare"),
        Column("phase", "Phase", "lower"),
        Column("dependency", "Dependency|Depends On", "name"),
    ),
)
DEV_NEEDS = Table(
    "/requirements/dev_needs",
    (
        Column("need", "Need", "bare"),
        Column("state", "Current State|State"),
        Column("missing", "What's Missing|Missing"),
    ),
)
VERIFICATION = Table(
    "/requirements/verification",
    (
        Column("requirement", "FR|Requirement", "name"),
        Column("criterion", "AC|Criterion", "name"),
        Column("expected", "Observable Behaviour|Observable Behavior"),
    ),
)
MANDATE = Table(
    "/requirements/mandate",
    (
        Column("criterion", "AC|Criterion", "name"),
        Column("kind", "Test Type|Type", "bare"),
        Column("scenario", "Scenario"),
        Column("expected", "Expected"),
    ),
)
REVIEW = Table(
    "/requirements/review",
    (
        Column("requirement", "FR|Requirement", "name"),
        Column("criterion", "AC|Criterion", "name"),
        Column("check", "What to Check|Check"),
        Column("expected", "Pass Criteria|Expected"),
    ),
)
STREAMS = Table(
    "/streams/streams",
    (
        Column("name", "Stream"),
        Column("agent", "Agent", "name"),
        Column("command", "Command", "name"),
        Column("requirements", "Requirements", "ids"),
        Column("depends_on", "Depends On", "ids"),
        Column("parallel_with", "Parallel With", "ids"),
        Column("blocks", "Blocks", "ids"),
    ),
)
