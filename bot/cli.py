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
    as_: Annotated[str, typer.Option("--as", help="Plan format.")] = "roadmap",
    out: Annotated[Path | None, typer.Option(help="Where to write; default: the repository.")] = None,
    number: Annotated[
        int, typer.Option(help="The issue's number; default: from the file's name, else 1.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the diff, write nothing.")] = False,
) -> None:
    """Plan an issue on a local repository: no GitHub, no Redis, no model needed.

    Exit codes: 0 a plan was written, 1 the issue cannot be planned as it is, 2 could not run.
    """
    from workers.local import plan_folder

    code = plan_folder(
        repo=repo, issue_file=issue, format=as_, out=out, dry_run=dry_run, as_json=as_json, number=number
    )
    raise typer.Exit(code)


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
    as_: Annotated[str, typer.Option("--as", help="roadmap, steps, export, functional or technical.")],
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
