"""How the work on hostile text grows: processor time of each reader for four times the text, beside once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from bench.table import print_table, verdict
from bot.recon.ci import ci_jobs, ci_lines
from bot.recon.mentions import mentions
from bot.recon.obligations import obligations
from bot.recon.query import query
from bot.recon.runnable import runnable
from bot.recon.symbols import defined_names, outline
from bot.recon.targets import targets
from bot.recon.tree import in_memory
from bot.secret_text import secret_in

EMPTY = in_memory({"src/a/b.py": ""})
PIECES = [
    "a", "_", "/", "a/", "a.", ".", "`", "``x", "<!--", "<details>", "- [ ] ", "> ", "must ", "(", "[", "\\",
    "A", "aA", "a_", " ", "\n",
    "\t", ":1", "File \"", "at a.b(", "1. ", "* ", "#", "https://", "|", "x=", "-", "\"", "'", "def a",
    "class A<", "fn ", "public static ",
    "const ", "sk-", "-----BEGIN PRIVATE KEY-----", "password=", "eyJ", "postgres://a:", "&&", ";", "$(",
    "{", "a: ", "export ", "<a,",
]  # fmt: skip
RUNNER_FILES = (
    "Makefile", "justfile", "Taskfile.yml", "tox.ini", "Rakefile",
    "package.json", "pyproject.toml", "noxfile.py",
)  # fmt: skip
READERS: dict[str, Callable[[str], object]] = {
    "mentions": lambda text: mentions(text, EMPTY),
    "obligations": obligations,
    "query": lambda text: query(text[:100], text),
    "secrets": secret_in,
    "names": defined_names,
    "outline": lambda text: [
        outline(f"a.{suffix}", text) for suffix in ("ts", "java", "rs", "c", "go", "rb")
    ],
    "ci": lambda text: [
        read(in_memory({".github/workflows/a.yml": "jobs:\n" + text})) for read in (ci_jobs, ci_lines)
    ],
    "targets": lambda text: [targets(in_memory({name: text}), name) for name in RUNNER_FILES],
    "runnable": lambda text: runnable("make " + text[:4000], EMPTY),
}
SIZE = 24_000
MOST = 11.0  # four times the text: 4 is linear, 16 is quadratic
FLOOR = 0.004  # seconds; keeps readings of microseconds out


def cost(read: Callable[[str], object], text: str) -> float:
    """Processor seconds, the best of three."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        read(text)
        best = min(best, time.process_time() - begun)
    return best


def growth(read: Callable[[str], object]) -> Iterator[tuple[float, str]]:
    """For each piece of hostile text, how many times the work four times as much of it is."""
    for piece in PIECES:
        once = (piece * SIZE)[:SIZE]
        yield cost(read, once * 4) / max(cost(read, once), FLOOR), piece


def main() -> None:
    rows = []
    for name, read in READERS.items():
        worst, piece = max(growth(read))
        rows.append((name, repr(piece), f"{worst:.1f}", f"< {MOST:.0f}", verdict(worst < MOST)))
    print_table("Four times the text", ("reader", "worst piece", "times the work", "goal", ""), rows)


if __name__ == "__main__":
    main()
