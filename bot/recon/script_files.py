"""Scripts kept in a folder for them and named for what they do: `scripts/test`, `bin/lint.sh`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.recon.command_kinds import INSTALLED, CommandKind, kind_of_script, tool_kind
from bot.recon.tree import Evidence, Tree, stem_of
from bot.recon.written import Written

PLACE = re.compile(
    r"(?:(?:scripts?|bin|ci|dev|tools|build|hack|\.ci)/[\w-]{1,40}|run[_-]?tests?|test|lint)(\.sh|\.bash|\.py|\.ps1)?"
)
STARTERS = {".sh": "bash ", ".bash": "bash ", ".py": "python ", ".ps1": "pwsh "}
READ = 300  # lines of a script that are looked at


def script_files(tree: Tree) -> Iterator[tuple[CommandKind, str, Evidence]]:
    """Each such script with the line that starts it; evidence is the line in it that does the work."""
    for path in tree.paths:
        hit = PLACE.fullmatch(path)
        if hit is None or (hit[1] is None and "/" not in path):
            continue
        written = Written(path, tree.text(path) or "")
        body = "\n".join(written.lines[:READ])
        kind = kind_of_script(stem_of(path), body, None)
        at = next((n for n, line in enumerate(written.lines[:READ], 1) if kind and _does(line) == kind), None)
        if kind and kind not in {"run", "build"} and at:
            yield kind, STARTERS.get(hit[1] or "", "./") + path, written.evidence(at)


def _does(line: str) -> CommandKind | None:
    return tool_kind(INSTALLED.sub("", line.strip()))
