"""Cases out of a repository's own past: merges that closed an issue, planned again at the commit before them.

Read from local git alone; nothing that came after that commit is shown to the planner, but for the merge's
own words where there is no text of the issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import UserError
from bot.evaluation.expectation import Expectation
from bot.evaluation.results import Source
from bot.recon.kinds import kind_of
from bot.recon.sources import tree_from_git
from bot.recon.tree import plain_path_fault
from workers.evaluation.cases import Case, Suite
from workers.evaluation.git import git
from workers.issue_file import read_issue

CLOSES = re.compile(
    r"\(?\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?:[ \t]|:[ \t])[ \t]{0,2}#([1-9]\d{0,8})\b\)?",
    re.IGNORECASE,
)
# Lines that git and GitHub write, not people.
MACHINES = re.compile(
    r"(?:Co-authored-by|Signed-off-by|Reviewed-by|Change-Id):"
    r"|Merge (?:pull request|branch|remote-tracking branch)\b",
    re.IGNORECASE,
)
SEPARATORS = " \t.,;:-"
LOOKED_AT = 5_000  # commits of the main line
MOST_FILES = 60  # a merge that changes more is no answer to one issue
PLAIN = ("--no-show-signature", "--no-notes", "--no-decorate", "--no-color")
NOT_BY_HAND = frozenset({"lock", "generated", "vendored"})


@dataclass(frozen=True, slots=True)
class Merge:
    """A commit of the main line, its first parent, and everything said in it and in what it merged."""

    sha: str
    base: str
    message: str
    issue: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What a merge did: paths that were there before, and those that came with it."""

    old: tuple[str, ...]
    new: tuple[str, ...]


def past_suite(repository: Path, last: int, issues: Path | None) -> Suite:
    """The last merges that closed an issue, newest first. `issues` is a folder with `<number>.md`; a merge
    without such a file is asked with its own message. Raises UserError when there is none.
    """
    found: list[Case] = []
    for merge in _merges(repository):
        if len(found) == last:
            break
        if (case := _case(repository, merge, issues)) is not None:
            found.append(case)
    if not found:
        reason = f"No commit on the main line of {repository} closes an issue and changes files people write."
        raise UserError(
            "backtest", reason, "Merges are known by `Closes #n` or `Fixes #n` in their messages."
        )
    return Suite(f"past of {repository.resolve().name}", tuple(found))


def _case(repository: Path, merge: Merge, issues: Path | None) -> Case | None:
    changed = _changed(repository, merge)
    must = tuple(path for path in changed.old if kind_of(path) not in NOT_BY_HAND)
    if not must or len(changed.old) + len(changed.new) > MOST_FILES:
        return None
    title, body, source = _asked(merge, issues)
    if not title:
        return None
    may = (*(path for path in changed.old if path not in must), *changed.new)
    expected = Expectation(repository=".", must_touch=_exact(must), may_touch=_exact(may))
    tree = tree_from_git(repository, merge.base)
    return Case(f"{merge.sha[:10]}-{merge.issue}", title, body, tree, expected, merge.issue, source)


def _exact(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Paths as patterns that match only themselves."""
    return tuple(re.sub(r"[*?[]", "[\\g<0>]", path) for path in paths)


def _asked(merge: Merge, issues: Path | None) -> tuple[str, str, Source]:
    file = issues / f"{merge.issue}.md" if issues else None
    if file and file.is_file():
        return *read_issue(str(file)), "issue"
    return *_words(merge.message), "commit message"


def _words(message: str) -> tuple[str, str]:
    """Title and body out of a message, without the lines that machines write and that name the issue."""
    kept = [line for line in message.split("\n") if not MACHINES.match(line.strip())]
    lines = [CLOSES.sub("", line).rstrip() for line in kept]
    said = [
        line for line, whole in zip(lines, kept, strict=True) if line.strip(SEPARATORS) or not whole.strip()
    ]
    title, _, body = "\n".join(said).strip().partition("\n")
    return re.sub(r"[ \t]{0,9}\(#\d{1,9}\)\s{0,9}$", "", title).strip(SEPARATORS)[:300], body.strip()


def _merges(repository: Path) -> Iterator[Merge]:
    shape = "--format=%H%x01%P%x01%B"
    log = git(
        repository, "log", "-z", "--first-parent", *PLAIN, f"--max-count={LOOKED_AT}", shape, "HEAD", "--"
    )
    for record in log.split("\0"):
        sha, _, rest = record.partition("\x01")
        parents, _, message = rest.partition("\x01")
        if not parents:
            continue
        base, *others = parents.split()
        whole = "\n".join([message, *(_merged(repository, base, other) for other in others[:1])])
        if numbers := list(dict.fromkeys(CLOSES.findall(whole))):
            yield Merge(sha, base, whole, int(numbers[0]))


def _merged(repository: Path, base: str, other: str) -> str:
    """The messages of what a merge brought, oldest first."""
    span = f"{base}..{other}"
    return git(
        repository, "log", "--reverse", "--no-merges", *PLAIN, "--max-count=50", "--format=%B", span, "--"
    )


def _changed(repository: Path, merge: Merge) -> Changed:
    listed = git(repository, "diff-tree", "-r", "-z", "--no-renames", "--no-ext-diff", "--no-textconv",
                  "--name-status", merge.base, merge.sha, "--").split("\0")  # fmt: skip
    pairs = [
        (kind, path)
        for kind, path in zip(listed[::2], listed[1::2], strict=False)
        if not plain_path_fault(path)
    ]
    return Changed(
        tuple(path for kind, path in pairs if kind != "A"), tuple(path for kind, path in pairs if kind == "A")
    )
