"""`groundplan tasks` on real folders: what is next, what one task asks, and ticking it off for good."""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from bot.author.outline import OutlineAuthor
from bot.cli import app
from bot.effects import PLAN_FILE
from bot.errors import UserError
from bot.plan.contract import contract_path, contract_text, plan_from_contract
from bot.plan.formats import FORMATS
from bot.plan.formats.spec_kit import tasks_md
from bot.plan.model import Plan
from tests.author.issues import FILES, ISSUES
from tests.plan.samples import milestone, small_plan, task, webhook_plan
from workers.folder import write_files
from workers.local import WRITTEN, plan_folder
from workers.ticking import tick

HOME = Path(__file__).resolve().parents[1]
FEATURE = ISSUES["feature with a checklist"]
runner = CliRunner()


def put(folder: Path, plan: Plan, plan_format: str) -> None:
    there = {PLAN_FILE: (folder / PLAN_FILE).read_text("utf-8")} if (folder / PLAN_FILE).is_file() else {}
    for file in FORMATS[plan_format].files(plan, there):
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file.text, encoding="utf-8", newline="")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    put(tmp_path / "repo", webhook_plan(), "roadmap")
    return tmp_path / "repo"


@pytest.fixture
def planned(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder that `groundplan plan` wrote a plan into, in the format of the parameter."""
    folder = tmp_path / "planned"
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    issue = tmp_path / "issue-7.md"
    issue.write_text(f"# {FEATURE.title}\n\n{FEATURE.body}", encoding="utf-8")
    console = Console(file=io.StringIO())
    assert (
        plan_folder(folder, issue, format=request.param, author=OutlineAuthor(), console=console) == WRITTEN
    )
    return folder


def tasks(folder: Path, *words: str) -> Result:
    return runner.invoke(app, ["tasks", *words, "--repo", str(folder)])


def told(folder: Path, *words: str) -> str:
    result = tasks(folder, *words)
    assert result.exit_code == 0, result.exception
    return result.output


def data(folder: Path, *words: str) -> Any:
    return json.loads(told(folder, *words, "--json"))


def refused(folder: Path, *words: str) -> UserError:
    error = tasks(folder, *words).exception
    assert isinstance(error, UserError), error
    return error


def ready(folder: Path) -> list[str]:
    return [one["id"] for plan in data(folder, "next")["plans"] for one in plan["ready"]]


def done(folder: Path) -> list[str]:
    return [one for plan in data(folder, "next")["plans"] for one in plan["done"]]


def texts(folder: Path) -> dict[str, bytes]:
    return {
        one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()
    }


def unaudited(folder: Path) -> dict[str, bytes]:
    """All files but exports: their audit says what was checked when they were last written."""
    return {path: text for path, text in texts(folder).items() if not path.startswith("EXPORT/")}


def tasks_by_hand(folder: Path) -> Path:
    [place] = folder.glob("specs/*/tasks.md")
    return place


def change(place: Path, old: str, new: str) -> None:
    text = place.read_bytes().decode()
    assert text.count(old) == 1, text.count(old)
    place.write_bytes(text.replace(old, new).encode())


# --- through to the end, in every format


@pytest.mark.parametrize("planned", sorted(FORMATS), indirect=True)
def test_a_tick_outlives_every_way_of_writing_the_plan_again(
    planned: Path, request: pytest.FixtureRequest
) -> None:
    assert ready(planned) == ["T3"]
    assert "T3 is done" in told(planned, "done", "T3")
    ticked = unaudited(planned)
    contract = str(planned / contract_path(7))
    plan_format = request.node.callspec.params["planned"]
    assert runner.invoke(app, ["sync", str(planned)]).exit_code == 0
    assert unaudited(planned) == ticked
    again = runner.invoke(app, ["render", contract, "--as", plan_format, "--repo", str(planned)])
    assert again.exit_code == 0, again.exception
    assert unaudited(planned) == ticked
    assert done(planned) == ["T3"]
    assert runner.invoke(app, ["lint", str(planned)]).exit_code == 0


@pytest.mark.parametrize("plan_format", sorted(FORMATS))
def test_another_format_and_another_title_keep_the_tick(tmp_path: Path, plan_format: str) -> None:
    put(tmp_path, webhook_plan(), plan_format)
    first = ready(tmp_path)[0]
    told(tmp_path, "done", first)
    plan = webhook_plan()
    renamed = tuple(
        one.model_copy(update={"title": "A better title"}) if one.id == first else one for one in plan.tasks
    )
    (tmp_path / contract_path(412)).write_text(contract_text(plan.model_copy(update={"tasks": renamed})))
    names = sorted(FORMATS)
    other = names[(names.index(plan_format) + 1) % len(names)]
    render = ["render", str(tmp_path / contract_path(412)), "--as", other, "--repo", str(tmp_path)]
    assert runner.invoke(app, render).exit_code == 0
    assert done(tmp_path) == [first]
    assert "A better title" in told(tmp_path, "show", first)


@pytest.mark.parametrize("plan_format", ["roadmap", "technical"])
def test_the_whole_plan_in_order(tmp_path: Path, plan_format: str) -> None:
    put(tmp_path, webhook_plan(), plan_format)
    needs = {one.id: set(one.depends_on) for one in webhook_plan().tasks}
    while free := ready(tmp_path):
        assert all(needs[name] <= set(done(tmp_path)) for name in free)
        told(tmp_path, "done", free[-1])
    held = [one for plan in data(tmp_path, "next")["plans"] for one in plan["waiting"]]
    assert set(done(tmp_path)) | {one["id"] for one in held} == set(needs)
    for one in held:
        assert one["decisions"]
        told(tmp_path, "done", one["id"], "--force")
    assert sorted(done(tmp_path)) == sorted(needs)
    assert "Nothing is left to do" in told(tmp_path, "next")


def test_only_letters_in_boxes_change(repo: Path) -> None:
    change(
        repo / PLAN_FILE, "# Implementation plan\n", "# Ours\n\n| Done | Task |\n|---|---|\n| [ ] | T1 |\n"
    )
    before = texts(repo)
    first = ready(repo)[0]
    written = data(repo, "done", first)["written"]
    assert written == [PLAN_FILE, tasks_by_hand(repo).relative_to(repo).as_posix()]
    after = texts(repo)
    assert {path for path in after if after[path] != before[path]} == set(written)
    for path in written:
        assert after[path].replace(b"[x]", b"[ ]") == before[path].replace(b"[x]", b"[ ]")
        assert after[path] != before[path]
    assert b"| [ ] | T1 |\n" in after[PLAN_FILE]


def test_twice_is_once(repo: Path) -> None:
    first = ready(repo)[0]
    told(repo, "done", first)
    before = texts(repo)
    again = data(repo, "done", first)
    assert (again["was_done"], again["written"], again["freed"]) == (True, [], [])
    assert texts(repo) == before


def test_windows_line_ends_and_a_byte_order_mark_stay(repo: Path) -> None:
    for place in (repo / PLAN_FILE, tasks_by_hand(repo)):
        place.write_bytes(b"\xef\xbb\xbf" + place.read_bytes().replace(b"\n", b"\r\n"))
    before = texts(repo)
    first = ready(repo)[0]
    told(repo, "done", first)
    after = texts(repo)
    assert done(repo) == [first]
    assert {path: text.replace(b"[x]", b"[ ]") for path, text in after.items()} == before


def test_boxes_that_people_tick_count(repo: Path) -> None:
    place = tasks_by_hand(repo)
    head, mark, rest = place.read_text("utf-8").partition("## T1 · ")
    own, below, after = rest.partition("\n## ")
    place.write_text(head + mark + own.replace("- [ ]", "- [x]", 1) + below + after, "utf-8")
    assert "T1" not in done(repo) or own.count("- [ ]") == 1
    place.write_text(head + mark + own.replace("- [ ]", "- [X]") + below + after, "utf-8")
    assert done(repo) == ["T1"]
    assert data(repo, "done", "T1")["written"] == [PLAN_FILE]


def test_the_tasks_of_spec_kit_are_kept_in_step(tmp_path: Path) -> None:
    plan = webhook_plan()
    put(tmp_path, plan, "steps")
    place = tmp_path / f"specs/{plan.issue}-{plan.slug}/tasks.md"
    place.write_text(tasks_md(plan, "# Ours\n\n- [ ] T001 Something of ours\n"), "utf-8")
    first = ready(tmp_path)[0]
    written = data(tmp_path, "done", first)["written"]
    assert place.relative_to(tmp_path).as_posix() in written
    assert len(written) == 3
    text = place.read_text("utf-8")
    assert "- [ ] T001 Something of ours" in text
    assert len(re.findall(r"- \[x\] T\d{3} ", text)) == 1
    assert tasks_md(plan, text) == text


# --- what is told


def test_a_task_stands_alone(repo: Path) -> None:
    plan = webhook_plan()
    for one in plan.tasks:
        text = told(repo, "show", one.id)
        for title in (
            "Objective",
            "In scope",
            "Out of scope",
            "Boundary",
            "Keep true",
            "Run",
            "Rollback",
            "Report",
        ):
            assert f"## {title}" in text
        assert f"at most {one.max_diff_scope} file" in text
        assert all(f"`{file.path}`" in text for file in one.files)
        assert f"{len(one.acceptance)}. " in text.partition("## Accepted when")[2]
        assert all(
            f"`{command}`" in text for command in one.commands or plan.contract_defaults.acceptance_tests
        )


def test_a_task_that_waits_says_for_what(repo: Path) -> None:
    [waiting] = [one for one in data(repo, "next")["plans"][0]["waiting"] if one["needs"]][:1]
    text = told(repo, "show", waiting["id"].lower())
    assert (
        f"It cannot be started yet: it waits for {', '.join(waiting['decisions'] + waiting['needs'])}" in text
    )


def test_a_task_does_not_get_done_before_what_it_needs(repo: Path) -> None:
    before = texts(repo)
    waiting = data(repo, "next")["plans"][0]["waiting"][0]
    error = refused(repo, "done", waiting["id"])
    assert error.code == "not-ready"
    assert all(name in error.reason for name in (*waiting["decisions"], *waiting["needs"]))
    assert "--force" in error.next_step
    assert texts(repo) == before
    told(repo, "done", waiting["id"], "--force")
    assert done(repo) == [waiting["id"]]


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    plan = small_plan(task("T1", title="Red \x1b[31m alarm", objective="Ring \x07 the bell"))
    put(tmp_path, plan, "roadmap")
    for words in (["next"], ["show", "T1"], ["done", "T1"], ["show", "T1", "--json"]):
        assert not {"\x1b", "\x07"} & set(told(tmp_path, *words))


# --- several plans


@pytest.fixture
def two(tmp_path: Path) -> Path:
    put(tmp_path, small_plan(task("T1"), task("T2", depends_on=("T1",)), issue=3, slug="one"), "roadmap")
    put(tmp_path, small_plan(task("T1"), task("T7"), issue=12, slug="two"), "steps")
    return tmp_path


def test_the_same_id_in_two_plans_needs_the_issue(two: Path) -> None:
    error = refused(two, "done", "T1")
    assert (error.code, error.next_step) == ("ambiguous-task", "Say which: --issue 3.")
    assert data(two, "done", "T1", "--issue", "12")["issue"] == 12
    assert {one["issue"]: one["done"] for one in data(two, "next")["plans"]} == {3: [], 12: ["T1"]}
    assert "Build part T7" in told(two, "show", "T7")


def test_only_the_plan_that_was_asked_for(two: Path) -> None:
    assert [one["issue"] for one in data(two, "next", "--issue", "12")["plans"]] == [12]
    assert refused(two, "next", "--issue", "4").next_step == "Plans there: #3, #12."


def test_a_finished_plan_is_read_too(two: Path) -> None:
    plan = small_plan(task("T1"), milestones=(milestone("M1", status="done"),), issue=5, slug="over")
    put(two, plan, "roadmap")
    [over] = data(two, "next", "--issue", "5")["plans"]
    assert (over["done"], over["ready"]) == (["T1"], [])
    assert "It is done." in told(two, "show", "T1", "--issue", "5")
    assert data(two, "done", "T1", "--issue", "5")["was_done"]


def test_a_ticked_plan_still_becomes_one_line_when_its_milestones_are_done(two: Path) -> None:
    told(two, "done", "T1", "--issue", "3")
    told(two, "done", "T2", "--issue", "3")
    over = plan_from_contract((two / contract_path(3)).read_text("utf-8"))
    closed = tuple(one.model_copy(update={"status": "done"}) for one in over.roadmap.milestones)
    over = over.model_copy(update={"roadmap": over.roadmap.model_copy(update={"milestones": closed})})
    (two / contract_path(3)).write_text(contract_text(over), "utf-8")
    render = ["render", str(two / contract_path(12)), "--as", "steps", "--repo", str(two)]
    assert runner.invoke(app, render).exit_code == 0
    text = (two / PLAN_FILE).read_text("utf-8")
    assert "groundplan:plan 3 begin" not in text
    assert "## Finished plans" in text


# --- what is refused


def test_an_unknown_id_gets_the_nearest(repo: Path) -> None:
    error = refused(repo, "show", "t11")
    assert error.code == "unknown-task"
    assert error.next_step.startswith("Nearest: T1")


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "T1\x1b[31m", "x" * 5000, "--", "Ⅳ"])
def test_hostile_ids_are_unknown(repo: Path, name: str) -> None:
    result = runner.invoke(app, ["tasks", "show", "--repo", str(repo), "--", name])
    assert isinstance(result.exception, UserError)
    assert result.exception.code == "unknown-task"
    assert len(result.exception.reason) < 200
    assert "\x1b" not in result.exception.reason


def test_a_folder_without_a_plan(tmp_path: Path) -> None:
    for words in (["next"], ["show", "T1"], ["done", "T1"]):
        assert refused(tmp_path, *words).code == "no-plan"
    (tmp_path / ".agent").mkdir()
    (tmp_path / ".agent/planning-output-3.json").write_text("[]")
    assert refused(tmp_path, "next").code == "contract-broken"


def test_a_damaged_contract_is_named_with_its_place(two: Path) -> None:
    place = two / contract_path(3)
    place.write_text(place.read_text("utf-8").replace('"issue": 3,', '"issue": "three",'), "utf-8")
    error = refused(two, "next")
    assert error.code == "contract-broken"
    assert re.match(r"\.agent/planning-output-3\.json:\d+:\d+: ", error.reason)
    assert [one["issue"] for one in data(two, "next", "--issue", "12")["plans"]] == [12]


def test_a_contract_under_another_number_is_refused(two: Path) -> None:
    (two / contract_path(3)).rename(two / contract_path(4))
    assert "holds the plan of #3" in refused(two, "next").reason


def test_damaged_marks_are_named_with_their_line(repo: Path) -> None:
    change(repo / PLAN_FILE, "<!-- groundplan:plan 412 end -->", "<!-- groundplan:plan 413 end -->")
    before = texts(repo)
    assert re.search(r"IMPLEMENTATION_PLAN.md, line \d+", refused(repo, "done", "T1", "--force").reason)
    assert texts(repo) == before


def test_a_task_without_a_box_is_not_called_done(tmp_path: Path) -> None:
    put(tmp_path, webhook_plan(), "technical")
    (tmp_path / PLAN_FILE).unlink()
    first = ready(tmp_path)[0]
    error = refused(tmp_path, "done", first)
    assert error.code == "no-box"
    assert "groundplan render" in error.next_step


@pytest.mark.parametrize("path", [PLAN_FILE, "specs", ".agent"])
def test_links_are_neither_followed_nor_replaced(repo: Path, tmp_path: Path, path: str) -> None:
    (repo / path).rename(tmp_path / "elsewhere")
    (repo / path).symlink_to(tmp_path / "elsewhere")
    before = texts(tmp_path)
    result = tasks(repo, "done", "T1", "--force")
    assert (repo / path).is_symlink()
    changed = {name for name, text in texts(tmp_path).items() if text != before[name]}
    assert not any(name.startswith("elsewhere") for name in changed)
    assert isinstance(result.exception, UserError) or path == PLAN_FILE


def test_a_folder_that_cannot_be_written(repo: Path) -> None:
    before = texts(repo)
    ended = command(repo, "done", ready(repo)[0], limited=True)
    assert ended.returncode == 2
    assert "cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert texts(repo) == before


def test_two_at_once_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes waits for the other to have read what is there now; only a lock keeps them apart."""
    put(tmp_path, small_plan(task("T1"), task("T2")), "steps")
    both_have_read = Barrier(2)

    def late(*files: Any) -> None:
        with suppress(BrokenBarrierError):
            both_have_read.wait(timeout=0.5)
        write_files(*files)

    monkeypatch.setattr("workers.ticking.write_files", late)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: tick(tmp_path, name), ["T1", "T2"]))
    assert done(tmp_path) == ["T1", "T2"]


def test_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    names = ["T1", "T2", "T3"]
    put(tmp_path, small_plan(*(task(name) for name in names)), "steps")
    running = [
        subprocess.Popen(words(tmp_path, "done", name), cwd=HOME, stdout=subprocess.PIPE) for name in names
    ]
    for one in running:
        one.communicate(timeout=60)
    assert [one.returncode for one in running] == [0] * len(names)
    assert done(tmp_path) == names
    assert not list(tmp_path.rglob(".groundplan-*"))


def test_a_held_folder_is_waited_for_and_then_told(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.ticking._TRIES", 2)
    folder = os.open(repo / ".agent", os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    assert refused(repo, "done", ready(repo)[0]).code == "busy"
    os.close(folder)
    told(repo, "done", ready(repo)[0])


def words(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "bot.cli", "tasks", *more, "--repo", str(folder)]


def command(folder: Path, *more: str, limited: bool = False) -> subprocess.CompletedProcess[str]:
    def no_writing() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    return subprocess.run(
        words(folder, *more),
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=no_writing if limited else None,
    )


def test_neither_the_tasks_nor_the_linter_pay_for_the_protocol(repo: Path) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from bot.cli import app;"
        f"CliRunner().invoke(app, ['lint', {str(repo)!r}]);"
        f"CliRunner().invoke(app, ['tasks', 'next', '--repo', {str(repo)!r}]);"
        "assert 'bot.lint.story' in sys.modules and 'workers.tasks' in sys.modules;"
        "print([name for name in sys.modules if name.split('.')[0] in ('mcp', 'mcp_types')])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.strip() == "[]"
