"""The `tally` command: reads arguments, calls the rest, prints."""

import click

from tallybook import report
from tallybook.config import database_path
from tallybook.importer import read_entries
from tallybook.money import parse_amount
from tallybook.storage import Storage


@click.group()
def main() -> None:
    """Keep your books."""


@main.command()
@click.argument("day")
@click.argument("account")
@click.argument("amount")
@click.argument("memo", default="")
def add(day: str, account: str, amount: str, memo: str) -> None:
    """Add one entry."""
    Storage(database_path()).add(day, account, parse_amount(amount), memo)


@main.command(name="report")
@click.option("--month", required=True)
def report_command(month: str) -> None:
    """Print the balance of every account in a month."""
    rows = Storage(database_path()).balances(month)
    click.echo(report.as_text(rows))


@main.command(name="import")
@click.argument("file", type=click.File())
def import_command(file) -> None:
    """Import entries from a file."""
    storage = Storage(database_path())
    for entry in read_entries(file):
        storage.add(entry.day, entry.account, entry.amount, entry.memo)
