"""Plays the demo to somebody at a terminal: sets the stage, tells the story live,
and shows where to go next.
"""

from __future__ import annotations

import re
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from bot.errors import UserError
from bot.settings import Settings, read_settings
from sandbox.demo.stage import OWNER, NotReady, Stage, stage
from sandbox.demo.story import NoPlan, Step, StepFailed, Story

SAMPLE = Path(__file__).resolve().parent.parent / "sample"
NEXT = (
    ("make demo STAY=1", "keeps the pages open: the issue, the pull request, the files"),
    ("make demo REPO=path ISSUE=file.md", "plans your own"),
    (".venv/bin/groundplan plan --repo path --issue file.md --dry-run", "needs none of this"),
)
OUTLINE_PATIENCE, MODEL_PATIENCE = 90.0, 900.0


def run(repo: Path | None = None, issue: Path | None = None, stay: bool = False) -> int:
    """Exit code 0 only if the plan pull request stands, its contract is valid and
    the status comment says so.
    """
    console = Console()
    path, text = repo or SAMPLE / "repository", issue or SAMPLE / "issue.md"
    try:
        settings = read_settings()
        title, body = read_issue(text)
        name = "parcelpost" if repo is None else repository_name(path)
        console.print(f"\n[bold]Groundplan[/] · author: [bold]{author_name(settings)}[/]\n")
        return _play(console, settings, name, path.resolve(), (title, body), stay)
    except (UserError, NotReady, OSError, ValueError) as error:
        console.print(f"[bold red]✗ The stage could not be set.[/] {error}")
        return 1
    except KeyboardInterrupt:
        console.print("\nstopped")
        return 1


def read_issue(path: Path) -> tuple[str, str]:
    """Title and body of an issue file: the first line, without its `#`, and the rest."""
    head, _, body = path.read_text(encoding="utf-8").lstrip("\ufeff\n ").partition("\n")
    title = head.lstrip("#").strip()
    if not title:
        raise ValueError(f"{path} is empty; its first line should be the issue's title")
    return title[:256], body.strip()


def repository_name(path: Path) -> str:
    """A repository name GitHub would take, made of the folder's."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.resolve().name).strip("-.") or "repository"


def author_name(settings: Settings) -> str:
    if not settings.uses_model:
        return "outline, no model"
    return f"{settings.groundplan_model} at {settings.openai_base_url or 'OpenAI'}"


def _play(
    console: Console, settings: Settings, name: str, path: Path, issue: tuple[str, str], stay: bool
) -> int:
    patience = MODEL_PATIENCE if settings.uses_model else OUTLINE_PATIENCE
    with ExitStack() as running:
        with console.status("Redis, a sandbox GitHub, the receiver, two workers and the sweeper start …"):
            started = time.monotonic()
            ready = running.enter_context(stage(name, path, settings))
        console.print(f"[green]✓[/] Six processes are up  [dim]{time.monotonic() - started:.1f} s[/]")
        headers = {"authorization": f"Bearer {ready.people['maintainer']['token']}"}
        with httpx.Client(base_url=ready.github, headers=headers, timeout=30, trust_env=False) as client:
            story = Story(client, f"{OWNER}/{name}", *issue, patience)
            told = _tell(console, story, ready)
        if told:
            _where_to_go(console, story, ready, stay)
        if stay:
            _wait(console)
        return 0 if told else 1


def _tell(console: Console, story: Story, ready: Stage) -> bool:
    """Each step on a line, with what was seen and how long it took. False at the first that fails."""
    for step in story.steps():
        started = time.monotonic()
        try:
            saw = _watched(console, story, step)
        except NoPlan as no:
            console.print(Text.assemble(("✗ ", "bold red"), step.title, ": none, and the issue says why\n"))
            console.print(Markdown(str(no)))
            return False
        except (StepFailed, httpx.HTTPError) as failed:
            console.print(Text.assemble(("✗ ", "bold red"), step.title, f": {failed}"))
            _show_logs(console, ready)
            return False
        line = Text.assemble(("✓ ", "green"), step.title, "  ", (saw, "cyan"))
        line.append(f"  {time.monotonic() - started:.1f} s", "dim")
        console.print(line, soft_wrap=True)
    return True


def _show_logs(console: Console, ready: Stage) -> None:
    for name in ("receiver", "worker-write", "worker-think"):
        console.print(f"\n[bold]end of {name}.log[/]")
        console.print(ready.ended(name), markup=False, highlight=False, style="dim", soft_wrap=True)


def _watched(console: Console, story: Story, step: Step) -> str:
    """The step with a spinner that shows the status comment's heading as it changes."""

    def line() -> Spinner:
        said = f" · {story.seen.heading}" if story.seen.heading else ""
        return Spinner("dots", text=f"{step.title}{said}")

    if not console.is_terminal:
        return step.come_true()
    with Live(get_renderable=line, console=console, transient=True, refresh_per_second=8):
        return step.come_true()


def _where_to_go(console: Console, story: Story, ready: Stage, stay: bool) -> None:
    pull, base = story.seen.pull, f"{ready.github}/{story.full_name}"
    table = Table(
        title=f"Plan pull request #{pull['number']}", title_justify="left", box=None, padding=(0, 2)
    )
    table.add_column("file", style="cyan", no_wrap=True)
    table.add_column("lines", justify="right")
    for file in story.seen.files:
        table.add_row(file["filename"], f"+{file['additions']}")
    console.print()
    console.print(table)
    check = story.seen.check
    console.print(f"\n  check run  [green]{check['conclusion']}[/]  {check['output']['title']}")
    note = "" if stay else "  [dim](while it runs; STAY=1 keeps it running)[/]"
    console.print(f"\n[bold]Look at[/]{note}")
    branch = pull["head"]["ref"]
    for what, address in (
        ("issue", f"{base}/issues/{story.seen.issue}"),
        ("pull request", f"{base}/pull/{pull['number']}"),
        ("plan", f"{base}/blob/{branch}/IMPLEMENTATION_PLAN.md"),
        ("contract", f"{base}/blob/{branch}/.agent/planning-output-{story.seen.issue}.json"),
        ("health", f"{ready.receiver}/readyz"),
    ):
        console.print(f"  {what:<13} {address}", highlight=False, soft_wrap=True)
    console.print("\n[bold]Next[/]")
    for command, what in NEXT:
        console.print(f"  [cyan]{command}[/]  {what}", highlight=False, soft_wrap=True)
    console.print()


def _wait(console: Console) -> None:
    console.print("\nEverything keeps running. Ctrl-C stops it.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("stopped")
