"""Hostile text costs linear work.

Four times the text may cost at most eleven times the processor time, not sixteen.

Only the ratio of two readings of one run counts, so a slow machine changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bot.recon.ci import ci_jobs, ci_lines
from bot.recon.mentions import mentions
from bot.recon.obligations import obligations
from bot.recon.query import query
from bot.recon.runnable import runnable
from bot.recon.secrets import secret_in
from bot.recon.symbols import defined_names, outline
from bot.recon.targets import targets
from bot.recon.tree import in_memory

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
SIZE = 6_000


def cost(read: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        read(text)
        best = min(best, time.process_time() - begun)
    return best


@pytest.mark.parametrize("name", READERS)
def test_work_grows_in_step_with_the_text(name: str) -> None:
    read, slow = READERS[name], []
    for piece in PIECES:
        once = (piece * SIZE)[:SIZE]
        small, large = cost(read, once), cost(read, once * 4)
        # four times the text: 16 is quadratic; the floor keeps readings of microseconds out
        if large > 11 * max(small, 0.004):
            slow.append((piece, small, large))
    assert slow == []
