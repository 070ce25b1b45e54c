"""Schema changes and the order of streams: what must not hit."""

from __future__ import annotations

import pytest

from bot.plan.facets import SchemaChange
from bot.plan.rules import LintInput, lint
from tests.plan.rules.fixtures.atomicity import steps
from tests.plan.rules.fixtures.migrations import (
    BACKFILL,
    CONTRACT,
    EXPAND,
    environment,
    migration,
    row,
    rows,
    stream,
)
from tests.plan.samples import task


@pytest.mark.parametrize(
    "changes",
    [
        (EXPAND,),
        (CONTRACT,),
        (EXPAND, BACKFILL, CONTRACT, EXPAND, CONTRACT),
        (EXPAND, row("contract", "Drop `sum`", "the release of the code", item="customer")),
        (row("expand", "Drop the constraint `positive`"),),
        (row("expand", "Drop NOT NULL from `total`"),),
        (row("expand", "Create the table `payment` with NOT NULL columns"),),
        (row("expand", "Add the column `total`, NOT NULL with default 0"),),
        (row("expand", "Add `total`; the old column is dropped in contract"),),
        (row("EXPAND", "Add the column"), row("Contract", "Drop it", "WS-2")),
        (row("", "Add the column"),),
        (),
    ],
)
def test_schema_changes_in_order(changes: tuple[SchemaChange, ...]) -> None:
    assert lint(rows(*changes), select=["PLN513"]).passed == ("PLN513",)


def test_the_order_of_deployment_may_say_when_to_contract() -> None:
    bare = row("contract", "Drop the column `sum`")
    said = rows(EXPAND, bare, deploy_order=("Expand", "Deploy the service", "Contract"))
    assert lint(said, select=["PLN513"]).ok
    assert not lint(rows(EXPAND, bare), select=["PLN513"]).ok
    other = rows(EXPAND, bare, deploy_order=("Expand", "Deploy the service", "Drop the table `basket`"))
    assert not lint(other, select=["PLN513"]).ok
    none = bare.model_copy(update={"dependency": "\u2014"})
    assert not lint(rows(EXPAND, none), select=["PLN513"]).ok


def test_a_row_out_of_order_names_both_phases() -> None:
    (found,) = lint(rows(CONTRACT, EXPAND), select=["PLN513"]).findings
    assert found.message == "invoice: contract before expand"


@pytest.mark.parametrize(
    "tasks",
    [
        (task("T1"), migration("T2", "Drop the column `sum`", depends_on=("T1",))),
        (migration("T1", "Drop the column `sum`"), task("T2")),
        (migration("T1", "Add the column `total`"), task("T2", depends_on=("T1",))),
    ],
    ids=["after the code", "apart from the code", "nothing lost"],
)
def test_migrations_that_take_nothing_from_running_code(tasks: tuple[object, ...]) -> None:
    assert lint(steps(*tasks), select=["PLN513"]).passed == ("PLN513",)


@pytest.mark.parametrize(
    "given",
    [
        rows(row("expand", "Add the column `total`; the backfill follows")),
        rows(row("expand", "Add the column `total` without backfilling it")),
        rows(row("expand", "Add the column `total` and backfill later")),
        rows(BACKFILL),
        steps(migration("T1", "Add the column `total`"), migration("T2", "Backfill `total`")),
        steps(task("T1", changes=("Add a column to the report and populate the cells",))),
        steps(migration("T1", "Add the column `copied`", "Copy the style of the other tables")),
    ],
    ids=range(7),
)
def test_schema_and_data_apart(given: LintInput) -> None:
    assert lint(given, select=["PLN514"]).passed == ("PLN514",)


@pytest.mark.parametrize(
    "given",
    [
        environment(stream("WS-0"), stream("WS-1", "WS-0"), stream("WS-2", "WS-1")),
        rows(EXPAND),
        rows(),
    ],
    ids=["through another", "schema first", "nothing to lay"],
)
def test_streams_on_laid_ground(given: LintInput) -> None:
    assert lint(given, select=["PLN515"]).passed == ("PLN515",)
