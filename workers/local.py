"""The story of one issue on a local folder: read, write the plan, show or keep it. No GitHub, no Redis.

Writes only where Groundplan may write at all, whole files or nothing, and never through a link.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.table import Table

from bot.author.brief import Author, Brief
from bot.author.compose import composed
from bot.effects import PLAN_FILE, is_plan_path
from bot.errors import UserError
from bot.plan.findings import Finding
from bot.recon.report import survey
from bot.recon.sources import tree_from_folder, tree_from_git
from bot.recon.tree import Entry, Snapshot, TreeError
from bot.settings import read_settings
from bot.situation import Outcome
from workers.folder import diff, write_files
from workers.model.choose import chosen_author

WRITTEN, NOT_PLANNABLE, COULD_NOT_RUN = 0, 1, 2
LARGEST_ISSUE = 262_144


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for at the command line, checked."""

    title: str
    body: str
    number: int
    format: str
    target: Path


def plan_folder(
    repo: Path,
    issue_file: Path,
    format: str = "roadmap",
    out: Path | None = None,
    dry_run: bool = False,
    as_json: bool = False,
    number: int = 0,
    author: Author | None = None,
    console: Console | None = None,
) -> int:
    """Plan an issue on a folder and write the files into `out` (default: the repository), or show the diff.

    Returns 0 when a plan was written or shown, 1 when there is none for a reason that is printed, 2 when
    nothing could be run. `author` None takes the model of the settings, or the author without a model.
    """
    shown = console or Console(stderr=as_json)
    started = time.monotonic()
    try:
        wish = _wish(repo, issue_file, format, out, number)
        tree = _with_present(_tree(repo), wish)
        outcome, findings = _planned(wish, tree, author or chosen_author(read_settings()), shown)
        if outcome.kind == "plan" and not dry_run:
            write_files(outcome.files, wish.target)
    except (UserError, TreeError, OSError) as error:
        return _could_not(error, as_json, shown)
    seconds = round(time.monotonic() - started, 3)
    if as_json:
        print(_json(outcome, findings, seconds))
    elif dry_run and outcome.kind == "plan":
        shown.print(diff(outcome.files, wish.target), markup=False, highlight=False, soft_wrap=True)
    else:
        _tell(outcome, findings, wish, seconds, shown)
    return WRITTEN if outcome.kind == "plan" else NOT_PLANNABLE


# --- in --------------------------------------------------------------------------------------------------


def _wish(repo: Path, issue_file: Path, plan_format: str, out: Path | None, number: int) -> Wish:
    if number < 0:
        raise UserError("bad-number", f"{number} is not an issue number.", "Give a whole number above 0.")
    title, body = _issue(issue_file)
    found = re.search(r"(?<!\d)([1-9]\d{0,8})(?!\d)", issue_file.stem)
    known = number or (int(found[1]) if found else 1)
    return Wish(title, body, known, plan_format, (out or repo).absolute())


def _issue(issue_file: Path) -> tuple[str, str]:
    """Title and body: the first line that is not blank, without a leading `# `, and everything after it."""
    with issue_file.open("rb") as file:
        data = file.read(LARGEST_ISSUE * 4 + 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError("issue-not-text", f"{issue_file} is not UTF-8 text.", "Save it as UTF-8.") from error
    if len(text) > LARGEST_ISSUE:
        raise UserError(
            "issue-too-long", f"{issue_file} is longer than {LARGEST_ISSUE:,} characters.", "Shorten it."
        )
    lines = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n \t").split("\n", 1)
    title = re.sub(r"^#{1,6}\s+", "", lines[0]).strip()
    if not title:
        raise UserError("issue-empty", f"{issue_file} is empty.", "Write `# Title` and what you want.")
    return title, lines[1] if len(lines) > 1 else ""


def _tree(repo: Path) -> Snapshot:
    """The committed state of a checkout's top folder; the files as they are of any other folder."""
    return tree_from_git(repo) if (repo / ".git").exists() else tree_from_folder(repo)


def _with_present(tree: Snapshot, wish: Wish) -> Snapshot:
    """The tree with the plan files as they lie in the target now, so that what is
    not committed is not lost.
    """
    entries = {path: entry for path, entry in tree.entries.items() if not is_plan_path(path)}
    special = {path: kind for path, kind in tree.special.items() if not is_plan_path(path)}
    present: dict[str, bytes] = {}
    for place in _plan_places(wish):
        path = place.relative_to(wish.target).as_posix()
        if place.is_symlink():
            special[path] = "symlink"
        elif place.is_file() and is_plan_path(path):
            present[path] = place.read_bytes()
            entries[path] = Entry(path, "100644", len(present[path]), None)

    def load(entry: Entry) -> bytes:
        return present[entry.path] if entry.path in present else tree.load(entry)

    return replace(tree, entries=entries, special=special, load=load)


def _plan_places(wish: Wish) -> Iterator[Path]:
    """Where files of this issue's plan can lie."""
    yield wish.target / PLAN_FILE
    for pattern in (f"specs/{wish.number}-*/*", f".agent/*-{wish.number}.json", "EXPORT/plan_*.md"):
        yield from sorted(wish.target.glob(pattern))


def _planned(
    wish: Wish, tree: Snapshot, author: Author, shown: Console
) -> tuple[Outcome, tuple[Finding, ...]]:
    digest = hashlib.sha256(json.dumps([wish.title, wish.body, tree.sha, wish.format, author.name]).encode())
    with shown.status(f"Planning with {escape(author.name)}"):
        brief = Brief(
            number=wish.number,
            title=wish.title,
            body=wish.body,
            tree=tree,
            recon=survey(tree, wish.title, wish.body),
            format=wish.format,
            inputs_digest=digest.hexdigest(),
            base_sha=tree.sha,
        )
        return composed(brief, author, lambda _stage: None)


# --- out -------------------------------------------------------------------------------------------------


def _json(outcome: Outcome, findings: tuple[Finding, ...], seconds: float) -> str:
    said = {
        "outcome": {
            "kind": outcome.kind,
            "body": outcome.body,
            "author": outcome.author,
            "pull_title": outcome.pull_title,
            "check": outcome.check_title,
        },
        "files": {file.path: file.text for file in outcome.files},
        "findings": [asdict(each) for each in findings],
        "seconds": seconds,
    }
    return json.dumps(said, ensure_ascii=False, indent=2)


def _could_not(error: Exception, as_json: bool, shown: Console) -> int:
    """A reason and, where there is one, what to do about it."""
    reason = f"{error.reason} {error.next_step}".strip() if isinstance(error, UserError) else str(error)
    if as_json:
        print(json.dumps({"outcome": {"kind": "error", "body": reason}, "files": {}, "findings": []}))
    else:
        shown.print(f"[bold red]Could not run:[/] {escape(reason)}")
    return COULD_NOT_RUN


HEADINGS = {
    "plan": "[bold green]Plan written[/]",
    "unready": "[bold yellow]Not ready to plan[/]",
    "unneeded": "[bold green]No plan needed[/]",
    "failed": "[bold red]No plan[/]",
}


def _tell(
    outcome: Outcome, findings: tuple[Finding, ...], wish: Wish, seconds: float, shown: Console
) -> None:
    shown.print(f"{HEADINGS[outcome.kind]} for #{wish.number} by {escape(outcome.author)} in {seconds:.1f} s")
    shown.print(Markdown(outcome.body))
    if outcome.files:
        table = Table("File", "Lines", title=escape(str(wish.target)), title_justify="left")
        for file in outcome.files:
            table.add_row(escape(file.path), str(file.text.count("\n")))
        shown.print(table)
    for each in findings:
        shown.print(f"{each.severity} {each.rule}: {escape(each.message)}", highlight=False)
