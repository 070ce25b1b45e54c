"""The `groundplan` command: parses arguments and hands over. The only module of `bot`
that may import `workers`.

Each command imports what it needs when it runs, so that `groundplan schema` does not pay for GitHub's client.
"""

from __future__ import annotations

import gc
import json
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from bot.errors import UserError

app = typer.Typer(
    name="groundplan",
    help="Turn an issue into a plan people can review and machines can trust.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Queue(StrEnum):
    """The two kinds of work: `write` looks and acts, `think` writes plans."""

    write = "write"
    think = "think"


class SchemaName(StrEnum):
    """The files that other programs read."""

    contract = "contract"
    fanout = "fanout"
    plan = "plan"
    plan_output = "plan-output"
    config = "config"
    wire = "wire"


class LaneName(StrEnum):
    quick = "quick"
    full = "full"


class ProfileName(StrEnum):
    quick = "quick"
    standard = "standard"
    deep = "deep"


class CassetteMode(StrEnum):
    record = "record"
    replay = "replay"
    replay_strict = "replay-strict"
    fallthrough = "fallthrough"


class AuthorName(StrEnum):
    """Who plans the cases of an evaluation."""

    no_model = "no-model"
    model = "model"


class LintOutput(StrEnum):
    """How findings are told: to a person, to a program, to code scanning, to a workflow's log."""

    text = "text"
    json = "json"
    sarif = "sarif"
    github = "github"


class ListOutput(StrEnum):
    """How a list is told."""

    text = "text"
    json = "json"


@app.command()
def plan(
    repo: Annotated[Path, typer.Option(help="A git checkout, or any folder.", exists=True, file_okay=False)],
    issue: Annotated[Path, typer.Option(help="Markdown file: `# Title` on the first line.", exists=True)],
    as_: Annotated[
        str, typer.Option("--as", help="Plan format; default: the repository's, else roadmap.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Where to write; default: the repository.")] = None,
    number: Annotated[
        int, typer.Option(help="The issue's number; default: from the file's name, else 1.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the diff, write nothing.")] = False,
    lane: Annotated[
        LaneName | None, typer.Option(help="How much a plan has to hold; default: by the size of the issue.")
    ] = None,
    profile: Annotated[
        ProfileName | None,
        typer.Option(help="How often a model is asked; default: quick in the quick lane, else by risk."),
    ] = None,
    cassette: Annotated[
        Path | None, typer.Option(help="File of recorded calls to a model.", dir_okay=False)
    ] = None,
    cassette_mode: Annotated[
        CassetteMode | None, typer.Option(help="What to do with the cassette; default: replay.")
    ] = None,
) -> None:
    """Plan an issue on a local repository: no GitHub, no Redis, no model needed.

    Exit codes: 0 a plan was written, 1 the issue cannot be planned as it is, 2 could not run.
    """
    from workers.local import WithModel, plan_folder

    code = plan_folder(
        repo=repo,
        issue_file=issue,
        format=as_,
        out=out,
        dry_run=dry_run,
        as_json=as_json,
        number=number,
        lane=lane.value if lane else "",
        with_model=WithModel(
            profile=profile.value if profile else "",
            cassette=cassette,
            cassette_mode=cassette_mode.value if cassette_mode else "",
        ),
    )
    raise typer.Exit(code)


@app.command()
def recon(
    issue: Annotated[
        str, typer.Option(help="Markdown file, `# Title` on the first line; - for standard input.")
    ],
    repo: Annotated[Path, typer.Option(help="A git checkout, a bare mirror, or any folder.")] = Path(),
    at: Annotated[str, typer.Option(help="The commit to look at; default: HEAD.")] = "",
    top: Annotated[int, typer.Option(help="How many files to show.")] = 10,
    budget: Annotated[
        int | None, typer.Option(help="Pack what is worth reading into this many tokens.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Find what matters in a repository for an issue, with reasons. Nothing is written, no model is asked.

    Exit codes: 0 looked over, 2 could not run.
    """
    from workers.surveying import Wish, surveyed, tell

    tell(surveyed(Wish(repo=repo, issue=issue, at=at, top=top, budget=budget)), as_json=as_json)


@app.command()
def schema(name: Annotated[SchemaName, typer.Argument(help="Which JSON Schema to print.")]) -> None:
    """Print the JSON Schema (2020-12) of a file that Groundplan reads or writes."""
    typer.echo(json.dumps(_schema(name), indent=2, ensure_ascii=False))


def _schema(name: SchemaName) -> dict[str, Any]:
    if name is SchemaName.config:
        from bot.config import config_schema

        return config_schema()
    if name is SchemaName.plan_output:
        from bot.plan.formats.plan_output import plan_output_schema

        return plan_output_schema()
    from bot.plan.schema import Kind, schema, wire_schema

    return wire_schema() if name is SchemaName.wire else schema(cast(Kind, name.value))


@app.command()
def convert(
    file: Annotated[Path, typer.Argument(help="A contract, or a document beside its contract.")],
    as_: Annotated[
        str,
        typer.Option(
            "--as", help="roadmap, steps, export, functional, technical, or spec-kit for its tasks.md."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder to write into; default: print the documents.")
    ] = None,
) -> None:
    """Show a plan in another format. The contract is the plan, so nothing is lost on the way."""
    from workers.converting import converted

    typer.echo(converted(file, as_, out), nl=False)


@app.command()
def render(
    contract: Annotated[Path, typer.Argument(help=".agent/planning-output-<issue>.json")],
    as_: Annotated[str, typer.Option("--as", help="The format of the documents.")] = "roadmap",
    repo: Annotated[Path, typer.Option(help="Where the documents stand.", file_okay=False)] = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when something differs.")
    ] = False,
) -> None:
    """Write everything that shows a contract again, after the contract was changed."""
    from workers.converting import rendered

    said, code = rendered(contract, as_, repo, check=check)
    typer.echo(said, nl=False)
    raise typer.Exit(code)


@app.command()
def sync(
    path: Annotated[
        Path,
        typer.Argument(help="Folder with .agent in it, a contract, or a document beside it.", exists=True),
    ] = Path(),
    as_: Annotated[
        str, typer.Option("--as", help="The format of the documents; default: what they look like.")
    ] = "",
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when the files do not agree.")
    ] = False,
) -> None:
    """Take over what people edited in the documents or the contract, and make all files of the plan agree.

    Exit codes: 0 all files agree, 1 they do not, or something has to be settled first, 2 could not run.
    """
    from workers.syncing import synced

    said, code = synced(path, as_, check=check)
    typer.echo(said, nl=False)
    raise typer.Exit(code)


tasks = typer.Typer(name="tasks", help="Work through the tasks of a folder's plans.", no_args_is_help=True)
app.add_typer(tasks)
_Repo = Annotated[Path, typer.Option(help="The folder that .agent stands in.", exists=True, file_okay=False)]
_Issue = Annotated[int, typer.Option(help="Only the plan of this issue.", min=0)]
_Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
_TaskId = Annotated[str, typer.Argument(metavar="ID", help="The task's id, T1.")]


@tasks.command(name="next")
def tasks_next(repo: _Repo = Path(), issue: _Issue = 0, as_json: _Json = False) -> None:
    """List the tasks that can be started now, those with the most work behind them first."""
    from workers.tasks import json_text, next_tasks, next_text

    found = next_tasks(repo, issue)
    typer.echo(json_text(found) if as_json else next_text(found), nl=False)


@tasks.command(name="show")
def tasks_show(task: _TaskId, repo: _Repo = Path(), issue: _Issue = 0, as_json: _Json = False) -> None:
    """Print everything that somebody who carries out one task has to know."""
    from workers.tasks import find_task, json_text, task_data, task_text

    found = find_task(repo, task, issue)
    typer.echo(json_text(task_data(found)) if as_json else task_text(found), nl=False)


@tasks.command(name="done")
def tasks_done(
    task: _TaskId,
    repo: _Repo = Path(),
    issue: _Issue = 0,
    force: Annotated[bool, typer.Option("--force", help="Although it waits for something.")] = False,
    as_json: _Json = False,
) -> None:
    """Tick a task in every document of its plan, and say what is ready now."""
    from workers.tasks import json_text
    from workers.ticking import tick, ticked_data, ticked_text

    ticked = tick(repo, task, issue, force=force)
    typer.echo(json_text(ticked_data(ticked)) if as_json else ticked_text(ticked), nl=False)


@app.command(name="mcp")
def serve_mcp(repo: _Repo = Path()) -> None:
    """Offer the tasks of a folder's plans to a coding agent: a server of the Model Context Protocol on
    standard input and output."""
    try:
        from workers.mcp_server import serve
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("mcp", "mcp_types"):
            raise
        reason = "`groundplan mcp` needs the SDK of the Model Context Protocol, which is not installed."
        raise UserError("no-mcp", reason, "Install groundplan with its extra: `groundplan[mcp]`.") from None

    serve(repo)


@app.command()
def lint(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Plan files, folders that hold some, or - for standard input.")
    ] = None,
    repo: Annotated[
        Path | None, typer.Option(help="Repository to check against; default: the one a plan stands in.")
    ] = None,
    base: Annotated[
        str, typer.Option(help="Check against this commit; default: the plan's own, or HEAD.")
    ] = "",
    as_: Annotated[
        str, typer.Option("--as", help="roadmap, steps, export, functional, technical or plan.")
    ] = "",
    format: Annotated[LintOutput, typer.Option(help="How to tell what was found.")] = LintOutput.text,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Repair what needs no judgement.")] = False,
    select: Annotated[str, typer.Option(help="Run only these: ids or beginnings, PLN3,PLN401.")] = "",
    ignore: Annotated[str, typer.Option(help="Leave these out.")] = "",
    extended: Annotated[bool, typer.Option("--extended", help="Run the extended rules as well.")] = False,
    issue: Annotated[Path | None, typer.Option(help="The issue's text, to check the plan against.")] = None,
    explain: Annotated[str, typer.Option(help="Explain one rule and stop.")] = "",
) -> None:
    """Check plans that Groundplan, other tools or people wrote.

    Exit codes: 0 no error, 1 findings at error level, 2 something could not be linted.
    """
    gc.disable()  # what is imported stays, and looking for garbage in it takes a part of a short run
    from bot.lint import command
    from bot.lint.story import Request

    gc.enable()
    if explain:
        raise typer.Exit(command.explain(explain))
    request = Request(
        paths=paths or ["."],
        repo=repo,
        base=base,
        kind=as_,
        issue=issue,
        strict=strict,
        fix=fix,
        select=_names(select),
        ignore=_names(ignore),
        extended=extended,
        today=date.today().isoformat(),
    )
    raise typer.Exit(command.lint(request, format.value))


def _names(listed: str) -> list[str]:
    return [name for name in listed.split(",") if name.strip()]


@app.command()
def rules(
    family: Annotated[str, typer.Option(help="Only one family: graph, grounding, PLN3 …")] = "",
    format: Annotated[ListOutput, typer.Option(help="Text for people, json for programs.")] = ListOutput.text,
) -> None:
    """List the rules of `groundplan lint`; `groundplan lint --explain ID` says more about one."""
    from bot.lint import command

    raise typer.Exit(command.rules(family, format.value))


@app.command(name="eval")
def evaluate(
    suite: Annotated[
        Path | None, typer.Option(help="Folder of cases; default: the one that comes along.", exists=True)
    ] = None,
    case: Annotated[list[str] | None, typer.Option(help="Only this case; may be given again.")] = None,
    author: Annotated[AuthorName, typer.Option(help="Who plans.")] = AuthorName.no_model,
    profile: Annotated[
        ProfileName | None, typer.Option(help="How often a model is asked; default: the settings'.")
    ] = None,
    as_: Annotated[str, typer.Option("--as", help="Plan format.")] = "roadmap",
    runs: Annotated[int, typer.Option(help="How often each case is planned.")] = 1,
    baseline: Annotated[
        str, typer.Option(help="Compare with `no-model`, or with a report.json of an earlier run.")
    ] = "",
    no_review: Annotated[bool, typer.Option("--no-review", help="Without reviewers.")] = False,
    no_probes: Annotated[bool, typer.Option("--no-probes", help="Without coders who read the plan.")] = False,
    no_repair: Annotated[bool, typer.Option("--no-repair", help="Without rounds of repair.")] = False,
    no_understanding: Annotated[
        bool, typer.Option("--no-understanding", help="Without the question that comes before the draft.")
    ] = False,
    backtest: Annotated[
        Path | None,
        typer.Option(help="A repository whose merges that closed issues are the cases.", exists=True),
    ] = None,
    last: Annotated[int, typer.Option(help="How many merges of the backtest.", min=1, max=500)] = 20,
    issues: Annotated[
        Path | None, typer.Option(help="Folder with <number>.md: the issues' texts for the backtest.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for report.json, report.md and junit.xml.")] = None,
    cassette: Annotated[
        Path | None, typer.Option(help="File of recorded calls to a model.", dir_okay=False)
    ] = None,
    cassette_mode: Annotated[
        CassetteMode | None, typer.Option(help="What to do with the cassette; default: replay.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in --out that was cut off.")
    ] = False,
) -> None:
    """Measure plans against what people expect of them; docs/evaluation.md says how to read the figures.

    Exit codes: 0 nothing happened that may not, 1 some case broke its expectations, 2 could not run,
    3 was cut off.
    """
    from workers.evaluation.command import Stage, Wanted
    from workers.evaluation.command import evaluate as run

    without = {
        "review": no_review,
        "probes": no_probes,
        "repair": no_repair,
        "understanding": no_understanding,
    }
    wanted = Wanted(
        suite=suite,
        cases=tuple(case or ()),
        with_model=author is AuthorName.model,
        profile=profile.value if profile else "",
        without=tuple(cast(Stage, name) for name, is_out in without.items() if is_out),
        plan_format=as_,
        runs=runs,
        baseline=baseline,
        backtest=backtest,
        last=last,
        issues=issues,
        out=out,
        cassette=cassette,
        cassette_mode=cassette_mode.value if cassette_mode else "",
        seed=seed,
        resume=resume,
    )
    raise typer.Exit(run(wanted))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8080,
) -> None:
    """Receive GitHub's deliveries: check, keep, answer 202."""
    from bot.app import serve as run
    from bot.settings import read_settings

    run(read_settings(), host, port)


@app.command()
def work(
    queue: Annotated[Queue, typer.Option(help="`write` looks at GitHub and acts, `think` writes plans.")],
) -> None:
    """Carry out queued work. One queue a worker: RQ loses jobs of workers that listen to several."""
    from bot.settings import read_settings
    from workers.jobs import work as run

    run(read_settings(), queue.value)


@app.command()
def sweep(
    once: Annotated[bool, typer.Option("--once", help="One round, then stop.")] = False,
) -> None:
    """Wake what is due, every few seconds; look at GitHub for what was missed, every few minutes."""
    from bot.settings import read_settings
    from workers.jobs import sweep as run

    run(read_settings(), once=once)


@app.command()
def demo(
    repo: Annotated[Path | None, typer.Option(help="Your repository instead of the sample.")] = None,
    issue: Annotated[Path | None, typer.Option(help="Your issue as a Markdown file.")] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Keep everything running to click around.")] = False,
) -> None:
    """Run the main job on embedded parts: a real Redis, a sandbox GitHub, the receiver and two workers."""
    try:
        from sandbox.demo import run
    except ImportError as error:
        reason = f"The demo is not part of this installation ({error.name} is missing)."
        raise UserError("no-demo", reason, "Run `make demo` in a checkout.") from None

    raise typer.Exit(run(repo=repo, issue=issue, stay=stay))


def main() -> None:
    """Entry point of the console script. What a person can put right is said in two lines, exit code 2."""
    try:
        sys.exit(app())
    except UserError as error:
        typer.echo(f"groundplan: {error.reason}\n{error.next_step}".rstrip(), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
