"""`groundplan plan` on real folders: what is written, what is refused, and that nothing of people is lost."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.author.outline import OutlineAuthor
from bot.effects import PLAN_FILE
from bot.plan.contract import plan_from_contract
from bot.plan.formats import FORMATS
from tests.author.issues import FILES, ISSUES
from workers.local import COULD_NOT_RUN, NOT_PLANNABLE, WRITTEN, plan_folder

FEATURE = ISSUES["feature with a checklist"]
SPEC = "specs/7-export-reports-as-csv"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def issue(tmp_path: Path) -> Path:
    file = tmp_path / "issue-7.md"
    file.write_text(f"# {FEATURE.title}\n\n{FEATURE.body}", encoding="utf-8")
    return file


def run(repo: Path, issue: Path, **wishes: Any) -> tuple[int, str]:
    shown = io.StringIO()
    console = Console(file=shown, width=200, force_terminal=False)
    return plan_folder(repo, issue, author=OutlineAuthor(), console=console, **wishes), shown.getvalue()


def files_of(folder: Path) -> dict[str, str]:
    places = (place for place in folder.rglob("*") if place.is_file() and ".git" not in place.parts)
    return {place.relative_to(folder).as_posix(): place.read_text(encoding="utf-8") for place in places}


def test_a_plan_is_written_into_the_folder_and_nothing_else_changes(repo: Path, issue: Path) -> None:
    code, shown = run(repo, issue)
    assert code == WRITTEN
    after = files_of(repo)
    assert {path: text for path, text in after.items() if path in FILES} == dict(FILES)
    assert set(after) - set(FILES) == {
        PLAN_FILE,
        f"{SPEC}/overview.md",
        f"{SPEC}/acceptance.md",
        f"{SPEC}/tasks.md",
        ".agent/planning-output-7.json",
        ".agent/planner-fanout-7.json",
    }
    plan = plan_from_contract(after[".agent/planning-output-7.json"])
    assert (plan.issue, plan.title) == (7, FEATURE.title)
    assert PLAN_FILE in shown


def test_twice_gives_the_same_files(repo: Path, issue: Path) -> None:
    run(repo, issue)
    before = files_of(repo)
    assert run(repo, issue)[0] == WRITTEN
    after = files_of(repo)
    assert set(after) == set(before)
    assert after[f"{SPEC}/acceptance.md"] == before[f"{SPEC}/acceptance.md"]


def test_uncommitted_words_of_people_stay(repo: Path, issue: Path) -> None:
    git = [
        "git",
        "-C",
        str(repo),
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "commit.gpgsign=false",
    ]
    (repo / PLAN_FILE).write_text("# Plans\n", encoding="utf-8")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        subprocess.run([*git, *words], check=True)
    (repo / PLAN_FILE).write_text("# Plans\n\nnot committed yet\n", encoding="utf-8")
    (repo / "src/ledger/new.py").write_text("x = 1\n", encoding="utf-8")
    assert run(repo, issue)[0] == WRITTEN
    assert (repo / PLAN_FILE).read_text(encoding="utf-8").startswith("# Plans\n\nnot committed yet\n")
    head = subprocess.run(
        [*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    contract = plan_from_contract((repo / ".agent/planning-output-7.json").read_text(encoding="utf-8"))
    assert contract.provenance.base_sha == head


def test_out_and_number_and_dry_run(repo: Path, issue: Path, tmp_path: Path) -> None:
    out = tmp_path / "elsewhere" / "deep"
    assert run(repo, issue, out=out, number=12)[0] == WRITTEN
    assert (out / ".agent/planning-output-12.json").is_file()
    assert not (repo / PLAN_FILE).exists()
    code, shown = run(repo, issue, dry_run=True)
    assert code == WRITTEN
    assert f"+++ b/{PLAN_FILE}" in shown
    assert "--- /dev/null" in shown
    assert not (repo / PLAN_FILE).exists()


def test_json_is_one_object_on_standard_output(
    repo: Path, issue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(repo, issue, as_json=True, dry_run=True)[0] == WRITTEN
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"outcome", "files", "removed", "findings", "seconds", "cost"}
    assert said["outcome"]["kind"] == "plan"
    assert PLAN_FILE in said["files"]


def test_what_cannot_be_planned_says_why_and_writes_nothing(repo: Path, tmp_path: Path) -> None:
    vague = tmp_path / "vague.md"
    vague.write_text("Make it faster\n", encoding="utf-8")
    code, shown = run(repo, vague)
    assert code == NOT_PLANNABLE
    assert "How will you see that this is done?" in shown
    assert files_of(repo) == dict(FILES)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"# T\n" + b"x" * 300_000, "longer than"),
    ],
)
def test_a_bad_issue_file_is_said(content: bytes, words: str, repo: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.md"
    file.write_bytes(content)
    code, shown = run(repo, file)
    assert code == COULD_NOT_RUN
    assert words in shown


def test_a_missing_file_folder_or_commit_is_said(repo: Path, issue: Path, tmp_path: Path) -> None:
    assert run(repo, tmp_path / "none.md")[0] == COULD_NOT_RUN
    assert run(tmp_path / "none", issue)[0] == COULD_NOT_RUN
    empty = tmp_path / "fresh"
    empty.mkdir()
    subprocess.run(["git", "-C", str(empty), "init", "-q"], check=True)
    code, shown = run(empty, issue)
    assert code == COULD_NOT_RUN
    assert "commit" in shown


def test_an_unknown_format_is_said(repo: Path, issue: Path) -> None:
    code, shown = run(repo, issue, format="poem")
    assert code == NOT_PLANNABLE
    assert "roadmap" in shown


@pytest.mark.parametrize("place", [PLAN_FILE, "specs", ".agent", SPEC, f"{SPEC}/overview.md"])
def test_a_link_is_never_followed(place: str, repo: Path, issue: Path, tmp_path: Path) -> None:
    target = tmp_path / "outside"
    target.mkdir()
    (target / "kept.md").write_text("kept\n", encoding="utf-8")
    link = repo / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target / "kept.md" if place.endswith(".md") else target)
    before = files_of(target)
    code, shown = run(repo, issue)
    assert code in {NOT_PLANNABLE, COULD_NOT_RUN}
    assert "link" in shown
    assert files_of(target) == before
    assert (
        not (repo / ".agent").is_dir()
        or not list((repo / ".agent").iterdir())
        or (repo / ".agent").is_symlink()
    )


def test_a_file_that_cannot_be_placed_leaves_nothing_half_done(repo: Path, issue: Path) -> None:
    (repo / ".agent").write_text("a file\n", encoding="utf-8")
    before = files_of(repo)
    assert run(repo, issue)[0] in {NOT_PLANNABLE, COULD_NOT_RUN}
    assert files_of(repo) == before


@pytest.mark.parametrize("plan_format", FORMATS)
def test_where_no_plan_is_needed_that_is_said_once_and_nothing_is_written(
    plan_format: str, repo: Path, tmp_path: Path
) -> None:
    typo = tmp_path / "issue-8.md"
    typo.write_text("# Typo in src/ledger/cli.py\n\n`mian` should be `main`.\n", encoding="utf-8")
    before = files_of(repo)
    code, shown = run(repo, typo, format=plan_format)
    assert (code, files_of(repo)) == (NOT_PLANNABLE, before)
    first, reason, next_step = shown.strip().split("\n")
    assert first.startswith("No plan needed for #8 by outline/1")
    assert "It is a typo in one file" in reason
    assert next_step.startswith("Next: make the change;")
