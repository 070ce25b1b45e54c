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
from typing import Literal

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from bot.author.brief import Author, Brief, Quoted
from bot.author.compose import composed
from bot.author.inputs.feature_folder import UPSTREAM
from bot.author.profiles import Name
from bot.author.size import Lane
from bot.config import Choices
from bot.effects import PLAN_FILE, is_plan_path
from bot.errors import UserError
from bot.lint.chosen import Configurations
from bot.plan.contract import contract_path, plan_from_contract
from bot.plan.findings import Finding
from bot.recon.report import Recon
from bot.recon.sources import tree_from_folder, tree_from_git
from bot.recon.tree import Entry, Snapshot, TreeError, name_of
from bot.settings import Settings, read_settings
from bot.situation import Outcome
from bot.status import JUST_DO_IT
from workers.folder import diff, write_files
from workers.issue_file import read_issue
from workers.looking_over import looked_over
from workers.model.cassette import Mode
from workers.model.choose import Keeping, chosen_author, pocket

WRITTEN, NOT_PLANNABLE, COULD_NOT_RUN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for at the command line, checked."""

    title: str
    body: str
    number: int
    format: str
    repo: Path
    target: Path
    branch: str = ""
    lane: Lane | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class WithModel:
    """What was asked for about the model; "" and None leave it to the settings."""

    profile: Name | Literal[""] = ""
    cassette: Path | None = None
    cassette_mode: Mode | Literal[""] = ""

    def settings(self) -> Settings:
        """The settings with these wishes before them. Raises UserError."""
        asked = {
            "groundplan_profile": self.profile,
            "groundplan_cassette": self.cassette,
            "groundplan_cassette_mode": self.cassette_mode,
        }
        return read_settings(**{name: value for name, value in asked.items() if value})


def plan_folder(
    repo: Path,
    issue_file: Path,
    format: str = "",
    out: Path | None = None,
    dry_run: bool = False,
    as_json: bool = False,
    number: int = 0,
    lane: Lane | Literal[""] = "",
    with_model: WithModel = WithModel(),
    author: Author | None = None,
    console: Console | None = None,
) -> int:
    """Plan an issue on a folder and write the files into `out` (default: the repository), or show the diff.

    Returns 0 when a plan was written or shown, 1 when there is none for a reason that is printed, 2 when
    nothing could be run. `format` "" takes what the repository chose. `author` None takes the model of the
    settings, or the author without a model.
    """
    shown = console or Console(stderr=as_json)
    started = time.monotonic()
    try:
        choices = Configurations().under(repo).choices
        wish = _wish(repo, issue_file, format or choices.config.formats.default, out, number)
        wish = replace(wish, branch=_branch(repo), lane=lane)
        tree = _with_present(_tree(repo), wish)
        settings = with_model.settings()
        purse = pocket(settings)
        author = author or chosen_author(settings, keeping=Keeping(lambda _brief: purse))
        outcome, findings = _planned(wish, tree, choices, author, shown)
        if outcome.kind == "plan" and not dry_run:
            write_files(outcome.files, wish.target, outcome.removed)
    except (UserError, TreeError, OSError) as error:
        return _could_not(error, as_json, shown)
    seconds = round(time.monotonic() - started, 3)
    in_vain = purse.spent.shown(settings.prices) if purse.spent.tokens else ""
    cost = _receipt(outcome, wish.number) or in_vain
    if as_json:
        print(_json(outcome, findings, seconds, cost))
    elif dry_run and outcome.kind == "plan":
        changes = diff(outcome.files, wish.target, outcome.removed)
        shown.print(changes, markup=False, highlight=False, soft_wrap=True)
    else:
        _tell(outcome, findings, wish, seconds, shown)
    if cost and not as_json:
        shown.print(f"Cost: {escape(cost)}", highlight=False)
    return WRITTEN if outcome.kind == "plan" else NOT_PLANNABLE


# --- in --------------------------------------------------------------------------------------------------


def _wish(repo: Path, issue_file: Path, plan_format: str, out: Path | None, number: int) -> Wish:
    if number < 0:
        raise UserError("bad-number", f"{number} is not an issue number.", "Give a whole number above 0.")
    title, body = read_issue(str(issue_file))
    found = re.search(r"(?<!\d)([1-9]\d{0,8})(?!\d)", issue_file.stem)
    known = number or (int(found[1]) if found else 1)
    return Wish(title, body, known, plan_format, repo, (out or repo).absolute())


def _branch(repo: Path) -> str:
    """The branch that is checked out in a checkout's top folder; "" when there is none."""
    try:
        head = (repo / ".git" / "HEAD").read_text(encoding="utf-8")[:1000]
    except (OSError, UnicodeDecodeError):
        return ""
    return head.removeprefix("ref: refs/heads/").strip() if head.startswith("ref: refs/heads/") else ""


def _tree(repo: Path) -> Snapshot:
    """The committed state of a checkout's top folder; the files as they are of any other folder."""
    return tree_from_git(repo) if (repo / ".git").exists() else tree_from_folder(repo)


def _with_present(tree: Snapshot, wish: Wish) -> Snapshot:
    """The tree with the plan files as they lie in the target now, so that what is
    not committed is not lost.
    """
    entries = {path: entry for path, entry in tree.entries.items() if not _is_replaced(path, wish)}
    special = {path: kind for path, kind in tree.special.items() if not _is_replaced(path, wish)}
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


def _is_replaced(path: str, wish: Wish) -> bool:
    """Whether only the target's own file counts: a plan. Other folders below specs/, and documents that a
    plan starts from, are read as they are committed.
    """
    elsewhere = path.startswith("specs/") and not path.startswith(f"specs/{wish.number}-")
    return is_plan_path(path) and not elsewhere and not UPSTREAM.fullmatch(name_of(path))


def _plan_places(wish: Wish) -> Iterator[Path]:
    """Where files of this issue's plan can lie, and the contracts that sections of others come from."""
    yield wish.target / PLAN_FILE
    machine = (".agent/planning-output-*.json", f".agent/planner-fanout-{wish.number}.json")
    for pattern in (f"specs/{wish.number}-*/*", *machine, "EXPORT/plan_*.md"):
        yield from sorted(wish.target.glob(pattern))


def _planned(
    wish: Wish, tree: Snapshot, choices: Choices, author: Author, shown: Console
) -> tuple[Outcome, tuple[Finding, ...]]:
    named = [wish.title, wish.body, tree.sha, wish.format, author.name, wish.branch, wish.lane]
    digest = hashlib.sha256(json.dumps(named).encode())
    with shown.status(f"Planning with {escape(author.name)}") as status:
        brief = Brief(
            number=wish.number,
            title=wish.title,
            body=wish.body,
            tree=tree,
            recon=_surveyed(wish, tree, shown),
            format=wish.format,
            inputs_digest=digest.hexdigest(),
            base_sha=tree.sha,
            branch=wish.branch,
            created=time.strftime("%Y-%m-%d"),
            lane=wish.lane,
            choices=choices,
        )
        return composed(brief, author, _Showing(shown, status))


def _surveyed(wish: Wish, tree: Snapshot, shown: Console) -> Recon:
    def say(trouble: str) -> None:
        shown.print(f"[yellow]{escape(trouble)}[/]", soft_wrap=True)

    cache = read_settings().cache_dir
    return looked_over(tree, wish.title, wish.body, cache=cache, say=say, past=(wish.repo, "HEAD"))


@dataclass(frozen=True, slots=True)
class _Showing:
    """Shows what is done now, and keeps on the screen what it was expected to cost."""

    shown: Console
    status: Status

    def __call__(self, stage: str) -> None:
        if isinstance(stage, Quoted):
            self.shown.print(escape(stage), highlight=False)
        else:
            self.status.update(f"{escape(stage[:1].upper())}{escape(stage[1:])}")


# --- out -------------------------------------------------------------------------------------------------


def _receipt(outcome: Outcome, number: int) -> str:
    """What the plan says it took; "" without a plan or a model."""
    path = contract_path(number)
    contract = next((file.text for file in outcome.files if file.path == path), "")
    return plan_from_contract(contract).provenance.receipt if contract else ""


def _json(outcome: Outcome, findings: tuple[Finding, ...], seconds: float, cost: str) -> str:
    said = {
        "outcome": {
            "kind": outcome.kind,
            "body": outcome.body,
            "author": outcome.author,
            "pull_title": outcome.pull_title,
            "check": outcome.check_title,
        },
        "files": {file.path: file.text for file in outcome.files},
        "removed": outcome.removed,
        "findings": [asdict(each) for each in findings],
        "seconds": seconds,
        "cost": cost,
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
    if outcome.kind == "unneeded":
        shown.print(f"Next: {JUST_DO_IT}.")
    if outcome.files:
        table = Table("File", "Lines", title=escape(str(wish.target)), title_justify="left")
        for file in outcome.files:
            table.add_row(escape(file.path), str(file.text.count("\n")))
        shown.print(table)
    for each in findings:
        shown.print(f"{each.severity} {each.rule}: {escape(each.message)}", highlight=False)
