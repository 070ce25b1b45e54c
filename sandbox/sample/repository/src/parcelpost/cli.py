"""The `parcelpost` command."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime

from parcelpost.api import make_server
from parcelpost.config import load_config
from parcelpost.db import connect, migrate
from parcelpost.errors import ParcelpostError
from parcelpost.notify import Message, Outbox
from parcelpost.service import Tracker
from parcelpost.store import Store


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parcelpost", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("serve", help="answer HTTP requests")
    commands.add_parser("flush", help="print and clear the outbox")
    add = commands.add_parser("add", help="register a shipment")
    add.add_argument("number")
    add.add_argument("--carrier", required=True)
    add.add_argument("--recipient", required=True)
    add.add_argument("--eta", type=date.fromisoformat)
    scan = commands.add_parser("scan", help="add a scan")
    scan.add_argument("number")
    scan.add_argument("code")
    scan.add_argument("--place", required=True)
    show = commands.add_parser("show", help="show a shipment")
    show.add_argument("number")
    return parser


def utc_now() -> datetime:
    return datetime.now(UTC)


def print_message(message: Message) -> None:
    print(f"to {message.recipient}: {message.body}")


def run(args: argparse.Namespace) -> None:
    config = load_config()
    connection = connect(config.database)
    tracker = Tracker(Store(connection), Outbox(connection), utc_now)
    try:
        if args.command == "migrate":
            print("\n".join(migrate(connection)) or "nothing to do")
        elif args.command == "serve":
            make_server(tracker, config).serve_forever()
        elif args.command == "flush":
            tracker.outbox.flush(print_message, utc_now())
        elif args.command == "add":
            tracker.register(args.number, args.carrier, args.recipient, args.eta)
        elif args.command == "scan":
            print(tracker.scan(args.number, args.code, args.place).status.value)
        else:
            print(json.dumps(tracker.store.get(args.number).to_json(), indent=2))
    finally:
        connection.close()


def main(argv: Sequence[str] | None = None) -> int:
    args = build_parser().parse_args(argv)
    try:
        run(args)
    except ParcelpostError as error:
        print(f"parcelpost: {error}", file=sys.stderr)
        return 1
    return 0
