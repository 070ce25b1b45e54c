"""`groundplan lint`, `render` and `plan` where somebody broke IMPLEMENTATION_PLAN.md, or wrote in it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.author.outline import OutlineAuthor
from bot.cli import app
from bot.effects import PLAN_FILE
from bot.errors import UserError
from bot.plan.contract import contract_path, contract_text
from bot.plan.formats import FORMATS
from tests.author.issues import FILES, ISSUES
from tests.plan.samples import small_plan, webhook_plan
from workers.local import COULD_NOT_RUN, WRITTEN, plan_folder

run = CliRunner()
BEGIN, END = "<!-- groundplan:plan 412 begin", "<!-- groundplan:plan 412 end -->"
PEOPLES = "\ufeff# Plans\r\n\r\nMaya's words, no end of line"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A folder with one plan, below the words of people."""
    for path, text in {**FILES, PLAN_FILE: PEOPLES}.items():
        put(tmp_path / "repo" / path, text)
    for file in FORMATS["roadmap"].files(webhook_plan(), {PLAN_FILE: PEOPLES}):
        put(tmp_path / "repo" / file.path, file.text)
    return tmp_path / "repo"


def put(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text.encode())


def read(repo: Path) -> str:
    return (repo / PLAN_FILE).read_bytes().decode()


def snapshot(repo: Path) -> dict[str, bytes]:
    return {
        place.relative_to(repo).as_posix(): place.read_bytes() for place in repo.rglob("*") if place.is_file()
    }


def broken(text: str, how: str) -> tuple[str, int]:
    """The file with a fault in it, and the line where the fault is found."""
    lines = text.split("\n")
    begin = next(at for at, line in enumerate(lines) if line.startswith(BEGIN))
    end = next(at for at, line in enumerate(lines) if line.startswith(END))
    if how == "no end":
        return "\n".join([*lines[:end], *lines[end + 1 :]]), begin + 1
    if how == "no begin":
        return "\n".join([*lines[:begin], *lines[begin + 1 :]]), end
    if how == "twice":
        return "\n".join([*lines, *lines[begin : end + 1]]), len(lines) + 1
    if how == "conflict inside":
        return "\n".join([*lines[: end - 2], "<<<<<<< HEAD\r", "=======\r", *lines[end - 2 :]]), end - 1
    return "\n".join([lines[0], "<<<<<<< HEAD\r", "a\r", "=======\r", "b\r", ">>>>>>> b\r", *lines[1:]]), 2


FAULTS = ["no end", "no begin", "twice", "conflict inside", "conflict outside"]


@pytest.mark.parametrize("how", FAULTS)
@pytest.mark.parametrize("alone", [False, True])
def test_lint_names_file_line_and_column(repo: Path, how: str, alone: bool) -> None:
    text, line = broken(read(repo), how)
    put(repo / PLAN_FILE, text)
    if alone:
        (repo / contract_path(412)).unlink()
    told = run.invoke(app, ["lint", str(repo / PLAN_FILE), "--format", "json"])
    assert told.exit_code == 1
    findings = [one for one in json.loads(told.output)["findings"] if one["rule"] == "PLN005"]
    places = [(Path(one["location"]["file"]).name, one["location"]["line"]) for one in findings]
    assert (PLAN_FILE, line) in places
    assert read(repo) == text


@pytest.mark.parametrize("how", FAULTS)
def test_render_and_plan_refuse_with_the_line_and_change_nothing(
    repo: Path, how: str, tmp_path: Path
) -> None:
    text, line = broken(read(repo), how)
    put(repo / PLAN_FILE, text)
    before = snapshot(repo)
    done = run.invoke(app, ["render", str(repo / contract_path(412)), "--repo", str(repo)])
    assert isinstance(done.exception, UserError), done.output
    assert f"{PLAN_FILE}, line {line}: " in done.exception.reason
    issue = ISSUES["feature with a checklist"]
    put(tmp_path / "issue-7.md", f"# {issue.title}\n\n{issue.body}")
    shown = io.StringIO()
    console = Console(file=shown, width=300, force_terminal=False)
    code = plan_folder(repo, tmp_path / "issue-7.md", author=OutlineAuthor(), console=console)
    assert code != WRITTEN
    assert code <= COULD_NOT_RUN
    assert f"line {line}:" in shown.getvalue()
    assert snapshot(repo) == before


def test_render_keeps_the_words_of_people_to_the_byte(repo: Path) -> None:
    before = read(repo)
    assert before.startswith(PEOPLES)
    done = run.invoke(app, ["render", str(repo / contract_path(412)), "--repo", str(repo)])
    assert done.exit_code == 0, done.output
    assert read(repo) == before


def test_render_puts_a_conflict_of_two_plans_together_again(repo: Path) -> None:
    base = read(repo).removesuffix("\r\n")
    sides = []
    for issue in (500, 501):
        for file in FORMATS["roadmap"].files(small_plan(issue=issue), {PLAN_FILE: f"{base}\r\n"}):
            if file.path == PLAN_FILE:
                sides.append(file.text.removeprefix(f"{base}\r\n"))
            else:
                put(repo / file.path, file.text)
    conflict = f"<<<<<<< a\r\n{sides[0]}=======\r\n{sides[1]}>>>>>>> b\r\n"
    put(repo / PLAN_FILE, f"{base}\r\n{conflict}")
    done = run.invoke(app, ["render", str(repo / contract_path(500)), "--repo", str(repo)])
    assert done.exit_code == 0, (done.output, done.exception)
    text = read(repo)
    assert [line.split()[2] for line in text.split("\n") if " begin " in line] == ["412", "500", "501"]
    assert text.startswith(PEOPLES)
    assert "<<<<<<<" not in text


def test_render_as_another_format_removes_what_nobody_touched(repo: Path) -> None:
    [tasks] = repo.glob("specs/*/tasks.md")
    put(tasks, tasks.read_text(encoding="utf-8") + "\nMaya's note.\n")
    order = ["render", str(repo / contract_path(412)), "--repo", str(repo), "--as", "steps"]
    check = run.invoke(app, [*order, "--check"])
    assert check.exit_code == 1
    assert "+++ /dev/null" in check.output
    done = run.invoke(app, order)
    assert done.exit_code == 0, done.output
    assert sorted(place.name for place in repo.glob("specs/*/*")) == ["steps.md", "tasks.md"]
    assert "Kept, for somebody edited them" in done.output
    assert run.invoke(app, [*order, "--check"]).exit_code == 0


def test_render_keeps_ticks_and_folds_a_plan_that_is_done(repo: Path) -> None:
    order = ["render", str(repo / contract_path(412)), "--repo", str(repo), "--as", "steps"]
    assert run.invoke(app, order).exit_code == 0
    [steps] = repo.glob("specs/*/steps.md")
    put(steps, steps.read_text(encoding="utf-8").replace("- [ ]", "- [x]", 1))
    ticked = steps.read_bytes()
    assert run.invoke(app, order).exit_code == 0
    assert steps.read_bytes() == ticked
    assert run.invoke(app, ["lint", str(repo), "--select", "PLN115"]).exit_code == 0
    plan = webhook_plan()
    milestones = tuple(one.model_copy(update={"status": "done"}) for one in plan.roadmap.milestones)
    done = plan.model_copy(update={"roadmap": plan.roadmap.model_copy(update={"milestones": milestones})})
    put(repo / contract_path(412), contract_text(done))
    assert run.invoke(app, order).exit_code == 0
    assert BEGIN not in read(repo)
    assert "- [#412](../../issues/412) " in read(repo)
    assert read(repo).startswith(PEOPLES)
    found = run.invoke(app, ["lint", str(repo), "--select", "PLN004,PLN005,PLN101,PLN115,PLN806"])
    assert found.exit_code == 0, found.output
