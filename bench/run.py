"""All measurements in one go. Exit code 0 unless one could not run at all."""

from __future__ import annotations

import sys

from bench import authoring, growth, label, lint, receiver, recovery, regexes, seen, workers
from bot.errors import UserError


def main() -> None:
    failed = False
    for measure in (receiver, recovery, workers, label, seen, growth, regexes, lint, authoring):
        try:
            measure.main()
        except (OSError, RuntimeError, TimeoutError, UserError) as error:
            failed = True
            print(f"{measure.__name__} could not run: {error}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
