"""A plan in another format, and its documents written again, at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import UserError
from bot.plan.contract import contract_path, contract_text, plan_from_contract
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from tests.plan.samples import webhook_plan

run = CliRunner()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A folder with a plan and its documents as `roadmap` shows them."""
    folder = tmp_path / "repo"
    for file in FORMATS["roadmap"].files(webhook_plan(), {}):
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file.text, encoding="utf-8", newline="")
    return folder


def contract(repo: Path) -> Path:
    return repo / contract_path(webhook_plan().issue)


def plan_in(repo: Path) -> Plan:
    return plan_from_contract(contract(repo).read_text(encoding="utf-8"))


@pytest.mark.parametrize("plan_format", FORMATS)
def test_a_plan_goes_into_every_format_without_loss(repo: Path, tmp_path: Path, plan_format: str) -> None:
    out = tmp_path / "out"
    done = run.invoke(app, ["convert", str(contract(repo)), "--as", plan_format, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert plan_in(out) == webhook_plan()
    assert all((out / name).is_file() for name in done.output.split())


def test_a_document_is_converted_by_the_contract_beside_it(repo: Path) -> None:
    [tasks] = repo.glob("specs/*/tasks.md")
    done = run.invoke(app, ["convert", str(tasks), "--as", "export"])
    assert done.exit_code == 0, done.output
    assert "FILE: ./EXPORT/plan_retry-webhook-deliveries.md" in done.output
    assert "# Plan: Retry failed webhook deliveries with backoff" in done.output


def refused(*arguments: str) -> UserError:
    done = run.invoke(app, list(arguments))
    assert isinstance(done.exception, UserError), done.output
    return done.exception


def test_a_document_changed_by_hand_is_not_converted(repo: Path) -> None:
    [tasks] = repo.glob("specs/*/tasks.md")
    tasks.write_text(tasks.read_text(encoding="utf-8").replace("Compute the pause", "Guess the pause"))
    no = refused("convert", str(tasks), "--as", "steps")
    assert no.code == "drifted"
    assert "Guess the pause" in no.reason


def test_what_is_no_whole_plan_says_so(tmp_path: Path, repo: Path) -> None:
    alone = tmp_path / "tasks.md"
    alone.write_text("# Tasks: X\n\n- [ ] T001 Do it\n", encoding="utf-8")
    assert refused("convert", str(alone), "--as", "steps").code == "no-contract"
    assert refused("convert", str(tmp_path / "none.json"), "--as", "steps").code == "not-there"
    assert refused("convert", str(contract(repo)), "--as", "novel").code == "unknown-format"
    contract(repo).write_text("{}", encoding="utf-8")
    assert refused("convert", str(contract(repo)), "--as", "steps").code == "no-contract"


def test_documents_are_written_again_after_the_contract_changed(repo: Path) -> None:
    place = repo / "IMPLEMENTATION_PLAN.md"
    place.write_text("Words of people.\n\n" + place.read_text(encoding="utf-8"), encoding="utf-8")
    changed = json.loads(contract(repo).read_text(encoding="utf-8"))
    changed["groundplan"]["tasks"][0]["title"] = "Add a table for deliveries that wait"
    plan = plan_from_contract(json.dumps(changed))
    contract(repo).write_text(contract_text(plan), encoding="utf-8")
    told = run.invoke(app, ["render", str(contract(repo)), "--repo", str(repo), "--check"])
    assert told.exit_code == 1
    assert "Add a table for deliveries that wait" in told.output
    done = run.invoke(app, ["render", str(contract(repo)), "--repo", str(repo)])
    assert done.exit_code == 0, done.output
    again = run.invoke(app, ["render", str(contract(repo)), "--repo", str(repo), "--check"])
    assert (again.exit_code, again.output) == (0, "")
    assert place.read_text(encoding="utf-8").startswith("Words of people.\n\n")


def test_a_functional_plan_ends_with_what_comes_next(repo: Path) -> None:
    words = ["render", str(contract(repo)), "--as", "functional", "--repo", str(repo)]
    done = run.invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "**To settle first**: D-1: Is a delivery that timed out sent again?" in done.output
    assert "*(recommended)*" in done.output
    assert run.invoke(app, [*words, "--check"]).output == ""


def test_tasks_of_spec_kit_come_out_and_keep_what_stands_there(repo: Path, tmp_path: Path) -> None:
    words = ["convert", str(contract(repo)), "--as", "spec-kit"]
    printed = run.invoke(app, words)
    assert printed.exit_code == 0, printed.output
    name, text = printed.output.split("\n\n", 1)
    assert name == "FILE: ./specs/412-retry-webhook-deliveries/tasks.md"
    assert "- [ ] T001 [P] Add a table for waiting deliveries in `migrations/" in text
    out = tmp_path / "out"
    done = run.invoke(app, [*words, "--out", str(out)])
    assert done.exit_code == 0, done.output
    place = out / done.output.strip()
    assert place.read_text(encoding="utf-8") == text
    place.write_text(text.replace("- [ ] T001", "- [X] T001") + "\nMaya's words.\n", encoding="utf-8")
    before = place.read_bytes()
    assert run.invoke(app, [*words, "--out", str(out)]).exit_code == 0
    assert place.read_bytes() == before


def test_tasks_of_spec_kit_do_not_go_over_our_own(repo: Path) -> None:
    [tasks] = repo.glob("specs/*/tasks.md")
    before = tasks.read_bytes()
    assert (
        refused("convert", str(contract(repo)), "--as", "spec-kit", "--out", str(repo)).code
        == "plan-path-taken"
    )
    assert tasks.read_bytes() == before


def test_two_issues_with_one_slug_do_not_share_an_export(tmp_path: Path) -> None:
    """The file is named by the slug: the second one is refused, and the first is nobody's left-over."""
    first, second = (webhook_plan().model_copy(update={"issue": issue}) for issue in (7, 9))
    (tmp_path / ".agent").mkdir()
    for plan in (first, second):
        (tmp_path / contract_path(plan.issue)).write_text(contract_text(plan), encoding="utf-8")
    render = ["render", "--repo", str(tmp_path), "--as"]
    assert run.invoke(app, [*render, "export", str(tmp_path / contract_path(7))]).exit_code == 0
    [shown] = (tmp_path / "EXPORT").iterdir()
    before = shown.read_bytes()
    no = refused(*render, "export", str(tmp_path / contract_path(9)))
    assert no.code == "plan-path-taken"
    assert "#7" in no.reason
    done = run.invoke(app, [*render, "functional", str(tmp_path / contract_path(9))])
    assert done.exit_code == 0, done.output
    assert "EXPORT/" not in done.output
    assert shown.read_bytes() == before
    assert run.invoke(app, [*render, "export", str(tmp_path / contract_path(7)), "--check"]).exit_code == 0
