"""`groundplan sync`: edits in a folder are taken over, all files agree afterwards, nothing is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.effects import PLAN_FILE
from bot.errors import UserError
from bot.plan.contract import contract_path, contract_text, plan_from_contract
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from tests.plan.samples import small_plan, webhook_plan

run = CliRunner()
CONTRACT = contract_path(412)


def put(folder: Path, plan: Plan, plan_format: str) -> None:
    plan_file = folder / PLAN_FILE
    there = {PLAN_FILE: plan_file.read_text(encoding="utf-8")} if plan_file.is_file() else {}
    for file in FORMATS[plan_format].files(plan, there):
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file.text, encoding="utf-8", newline="")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A folder with a plan as `steps` shows it."""
    put(tmp_path / "repo", webhook_plan(), "steps")
    return tmp_path / "repo"


def sync(folder: Path, *options: str) -> Result:
    return run.invoke(app, ["sync", str(folder), *options])


def steps(repo: Path) -> Path:
    [place] = repo.glob("specs/*/steps.md")
    return place


def change(place: Path, old: str, new: str) -> None:
    text = place.read_bytes().decode()
    assert old in text
    place.write_bytes(text.replace(old, new).encode())


def texts(folder: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def plan_in(repo: Path) -> Plan:
    return plan_from_contract((repo / CONTRACT).read_text(encoding="utf-8"))


def test_an_edit_goes_into_the_contract_and_all_other_files(repo: Path) -> None:
    change(steps(repo), "Step 3 – Keep failed", "Step 3 – Keep late")
    told = sync(repo, "--check")
    assert told.exit_code == 1
    assert "T3 title: Keep failed deliveries instead of dropping them → Keep late" in told.output
    assert f"would write {CONTRACT}" in told.output
    assert plan_in(repo) == webhook_plan()
    done = sync(repo)
    assert done.exit_code == 0, done.output
    assert "T3 title: " in done.output
    assert plan_in(repo).tasks[2].title.startswith("Keep late")
    assert "| T3 | Keep late" in (repo / PLAN_FILE).read_text(encoding="utf-8")
    fanout = (repo / ".agent/planner-fanout-412.json").read_text(encoding="utf-8")
    assert "Keep late deliveries" in fanout
    before = texts(repo)
    again = sync(repo, "--check")
    assert (again.exit_code, again.output) == (0, "")
    assert sync(repo).exit_code == 0
    assert texts(repo) == before


def test_a_plan_nobody_edited_is_left_alone(repo: Path) -> None:
    before = texts(repo)
    done = sync(repo)
    assert (done.exit_code, done.output) == (0, "")
    assert texts(repo) == before


def test_a_question_stops_everything(repo: Path) -> None:
    change(steps(repo), "Step 3 – Keep failed", "Step 3 – Keep late")
    change(steps(repo), "## operations", "Ask the wombats.\n\n## operations")
    before = texts(repo)
    for options in ((), ("--check",)):
        refused = sync(repo, *options)
        assert refused.exit_code == 1
        assert "steps.md:" in refused.output
        assert "no field of the plan takes this up: 'Ask the wombats.'" in refused.output
        assert "Nothing was written." in refused.output
        assert texts(repo) == before


def test_people_s_words_around_the_section_and_line_ends_stay(repo: Path) -> None:
    plan_file = repo / PLAN_FILE
    ours = "\ufeff# Ours\r\n\r\nWords.\r\n\r\n".encode()
    plan_file.write_bytes(ours + plan_file.read_bytes().replace(b"\n", b"\r\n"))
    steps(repo).write_bytes(steps(repo).read_bytes().replace(b"\n", b"\r\n"))
    assert (sync(repo).exit_code, sync(repo).output) == (0, "")
    change(steps(repo), "Step 3 – Keep failed", "Step 3 – Keep late")
    done = sync(repo)
    assert done.exit_code == 0, done.output
    assert plan_file.read_bytes().startswith(ours)
    for place in (plan_file, steps(repo)):
        assert b"Keep late" in place.read_bytes()
        assert place.read_bytes().count(b"\n") == place.read_bytes().count(b"\r\n")


def test_ticked_boxes_are_told_and_stay(repo: Path) -> None:
    change(steps(repo), "- [ ] **Step 2", "- [x] **Step 2")
    before = texts(repo)
    done = sync(repo, "--check")
    assert (done.exit_code, done.output) == (0, "T2 done\n")
    change(steps(repo), "Step 3 – Keep failed", "Step 3 – Keep late")
    assert sync(repo).exit_code == 0
    assert "- [x] **Step 2" in steps(repo).read_text(encoding="utf-8")
    assert texts(repo) != before


def test_files_that_are_gone_come_back(repo: Path) -> None:
    before = texts(repo)
    shutil.rmtree(repo / "specs")
    (repo / PLAN_FILE).unlink()
    assert sync(repo, "--as", "steps", "--check").exit_code == 1
    assert sync(repo, "--as", "steps").exit_code == 0
    assert texts(repo) == before


def edit_contract(repo: Path) -> None:
    plan = webhook_plan()
    changed = plan.tasks[1].model_copy(update={"title": "Wait"})
    tasks = (plan.tasks[0], changed, *plan.tasks[2:])
    (repo / CONTRACT).write_text(contract_text(plan.model_copy(update={"tasks": tasks})), encoding="utf-8")


def commit(repo: Path) -> None:
    for command in (
        ("init", "-q"),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "plan"),
    ):
        subprocess.run(["git", *command], cwd=repo, check=True)


def test_a_contract_edited_after_the_last_commit_goes_into_the_documents(repo: Path) -> None:
    commit(repo)
    edit_contract(repo)
    change(steps(repo), "Step 3 – Keep failed", "Step 3 – Keep late")
    done = sync(repo)
    assert done.exit_code == 0, done.output
    assert [one.title.split()[0] for one in plan_in(repo).tasks[1:3]] == ["Wait", "Keep"]
    assert "Step 2 – Wait" in steps(repo).read_text(encoding="utf-8")
    assert "Step 3 – Keep late" in steps(repo).read_text(encoding="utf-8")


def test_contract_and_document_edited_differently_are_asked_about(repo: Path) -> None:
    commit(repo)
    edit_contract(repo)
    change(steps(repo), "Compute the pause", "Count the pause")
    before = texts(repo)
    refused = sync(repo)
    assert refused.exit_code == 1
    assert "T2 title: the documents and the contract were changed differently" in refused.output
    assert texts(repo) == before


def test_without_an_earlier_version_nobody_can_tell_whose_words_hold(repo: Path) -> None:
    edit_contract(repo)
    refused = sync(repo)
    assert refused.exit_code == 1
    assert "groundplan render" in refused.output
    render = run.invoke(app, ["render", str(repo / CONTRACT), "--as", "steps", "--repo", str(repo)])
    assert render.exit_code == 0
    assert (sync(repo).exit_code, sync(repo).output) == (0, "")


def test_a_contract_that_was_only_laid_out_anew_is_no_edit(repo: Path) -> None:
    data = json.loads((repo / CONTRACT).read_text(encoding="utf-8"))
    (repo / CONTRACT).write_text(json.dumps(data), encoding="utf-8")
    change(steps(repo), "Step 3 – Keep failed", "Step 3 – Keep late")
    assert sync(repo).exit_code == 0
    assert plan_in(repo).tasks[2].title.startswith("Keep late")


def test_all_plans_of_a_folder_are_looked_at(repo: Path) -> None:
    put(repo, small_plan(), "roadmap")
    change(repo / PLAN_FILE, "At most 20,000 deliveries", "At most 10 deliveries")
    change(next(repo.glob("specs/12-*/tasks.md")), "## T1 · ", "## T1 · Now ")
    done = sync(repo)
    assert done.exit_code == 0, done.output
    assert "A-1 text: " in done.output
    assert "T1 title: " in done.output
    text = (repo / PLAN_FILE).read_text(encoding="utf-8")
    assert "At most 10 deliveries" in text
    assert "| T1 | Now " in text
    assert (sync(repo).exit_code, sync(repo).output) == (0, "")


@pytest.mark.parametrize("plan_format", FORMATS)
def test_every_format_is_known_by_its_document(tmp_path: Path, plan_format: str) -> None:
    put(tmp_path, webhook_plan(), plan_format)
    assert (sync(tmp_path).exit_code, sync(tmp_path).output) == (0, "")


def test_a_document_names_its_plan_and_its_folder(repo: Path) -> None:
    change(steps(repo), "Step 3 – Keep failed", "Step 3 – Keep late")
    assert sync(steps(repo)).exit_code == 0
    assert plan_in(repo).tasks[2].title.startswith("Keep late")


def test_what_is_no_plan_says_so(tmp_path: Path, repo: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments, code in (((empty,), "no-contract"), ((repo, "--as", "novel"), "unknown-format")):
        done = sync(*map(str, arguments))  # type: ignore[arg-type]
        assert isinstance(done.exception, UserError)
        assert done.exception.code == code


def test_a_link_in_the_place_of_a_document_is_not_written_through(repo: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.md"
    shutil.move(steps(repo), elsewhere)
    (repo / "specs/412-retry-webhook-deliveries/steps.md").symlink_to(elsewhere)
    change(repo / PLAN_FILE, "| T3 | Keep failed", "| T3 | Keep late")
    before = texts(repo)
    done = sync(repo)
    assert isinstance(done.exception, UserError), done.output
    assert texts(repo) == before
