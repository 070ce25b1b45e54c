"""What a plan starts from, seen at the doors: a folder at the command line, and a model that is asked."""

from __future__ import annotations

import io
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bot.author.brief import Brief
from bot.author.outline import OutlineAuthor
from bot.author.size import Lane
from bot.plan.contract import plan_from_contract
from bot.plan.draft import draft_of
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from bot.recon.report import survey
from bot.recon.tree import in_memory
from sandbox.model_server import Says
from tests.author.issues import FILES, SHA, Written, make_brief
from tests.author.scripted import plan_of, run
from workers.local import WRITTEN, plan_folder

ISSUE = Written(
    "Export reports as CSV", "- [ ] a report must be exported as CSV\n- [ ] commas must be quoted\n"
)
SPEC = "# Export\n\n## Open Questions\n\n- [ ] Is there a header row?\n"


def git(repo: Path, *words: str) -> None:
    known = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(repo), *known, *words], check=True, capture_output=True)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A checkout on a branch of its own, with two feature folders that are committed."""
    folder = tmp_path / "repo"
    texts = {**FILES, "specs/003-export-reports/spec.md": SPEC, "specs/004-other/spec.md": "# Other\n"}
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    for words in (["init", "-q", "-b", "ABC-12_export-reports"], ["add", "-A"], ["commit", "-qm", "start"]):
        git(folder, *words)
    return folder


def planned(repo: Path, out: Path, plan_format: str, lane: Lane | None = None) -> Plan:
    issue = out.parent / "issue-7.md"
    issue.write_text(f"# {ISSUE.title}\n\n{ISSUE.body}", encoding="utf-8")
    console = Console(file=io.StringIO())
    code = plan_folder(
        repo, issue, plan_format, out, lane=lane or "", author=OutlineAuthor(), console=console
    )
    assert code == WRITTEN
    plan = plan_from_contract((out / ".agent/planning-output-7.json").read_text(encoding="utf-8"))
    assert plan is not None
    return plan


def test_a_folder_s_branch_files_a_functional_plan_and_its_documents_are_read(
    repo: Path, tmp_path: Path
) -> None:
    plan = planned(repo, tmp_path / "out", "functional")
    assert plan.requirements is not None
    assert plan.requirements.header.task == "ABC-12"
    assert plan.requirements.header.branch == "ABC-12_export-reports"
    assert plan.questions[0].text == "Is there a header row?"
    assert any("specs/003-export-reports/spec.md:1-5" in line for line in plan.codebase.snapshot)


def test_documents_that_are_not_committed_yet_count_in_this_issue_s_folder(repo: Path) -> None:
    (repo / "specs/7-mine").mkdir()
    (repo / "specs/7-mine/spec.md").write_text(
        SPEC.replace("header row", "byte order mark"), encoding="utf-8"
    )
    assert planned(repo, repo, "technical").questions[0].text == "Is there a byte order mark?"


def test_a_detached_head_has_no_branch(repo: Path, tmp_path: Path) -> None:
    git(repo, "checkout", "-q", "--detach")
    plan = planned(repo, tmp_path / "out", "functional")
    assert plan.requirements is not None
    assert plan.requirements.header.task == "#7"


def test_the_lane_can_be_chosen_at_the_command_line(repo: Path, tmp_path: Path) -> None:
    lines = planned(repo, tmp_path / "out", "technical", "full").codebase.snapshot
    assert any(line.startswith("Lane: full (asked for;") for line in lines)


def test_a_folder_without_git_is_planned_too(repo: Path, tmp_path: Path) -> None:
    (repo / ".git").rename(tmp_path / "elsewhere")
    assert planned(repo, tmp_path / "out", "steps").questions[0].text == "Is there a header row?"


# --- a model ----------------------------------------------------------------------------------------------


def functional_brief(**changes: object) -> Brief:
    brief = make_brief(ISSUE)
    tree = in_memory({**FILES, "specs/42-x/spec.md": SPEC, "specs/42-x/decisions.md": "Commas."}, sha=SHA)
    known = replace(brief, tree=tree, recon=survey(tree, brief.title, brief.body), format="functional")
    return replace(known, **changes)  # type: ignore[arg-type]


def test_a_model_is_shown_the_documents_and_files_nothing_itself() -> None:
    brief = functional_brief(branch="ABC-12_export", created="2026-02-10")
    plan = OutlineAuthor().write(brief, lambda _stage: None).plan
    assert plan is not None
    draft = draft_of(plan, "functional")
    lies = {"task": "XYZ-1", "branch": "main", "created": "2031-01-01"}
    draft["requirements"]["header"] |= lies
    outcome, server = run(brief, Says(json.dumps(draft)))
    assert outcome.kind == "plan", outcome.body
    wanted = plan_of(outcome).requirements
    assert wanted is not None
    filed = wanted.header
    assert (filed.task, filed.branch, filed.created) == ("ABC-12", "ABC-12_export", "2026-02-10")
    user = server.asked[0].user
    for name in ("task", "product specification", "decisions", "context"):
        assert f'<data id="input {name}" nonce="' in user
    assert "== specs/42-x/decisions.md:1-1 (what was decided before)\nCommas." in user


TOLD = {
    "roadmap": ("what only the owner can settle becomes a decision", "Building comes before verifying"),
    "steps": (
        "Give each task the track it belongs to",
        "Find the shortest sequence that delivers what is asked",
        "What has to be set up outside the repository (keys, accounts, cloud resources) is a task of its own",
        "Effort is S up to one hour, M up to four hours, L for more",
        "After every few steps a gate",
    ),
    "export": (
        "three people who know nothing else build the same thing from it and need not ask",
        "migrations, flags, settings and environment, the shape of every interface and of stored data",
    ),
    "functional": (
        "The simplest thing that meets the need. Nothing for later",
        "never how it is built: no code, paths, names of classes, functions or tables",
        "WS-0 comes first if the development environment lacks something",
    ),
    "technical": ("The plan is shown to those who build it: how, exactly.", "Each risk has an impact"),
}


@pytest.mark.parametrize("plan_format", TOLD)
def test_a_model_is_told_what_the_document_is_for(plan_format: str) -> None:
    _, server = run(replace(make_brief(ISSUE), format=plan_format), Says("{}"))
    asked = server.asked[0]
    words = " ".join(asked.user.split())
    assert [each for each in TOLD[plan_format] if each not in words] == []
    assert "Nothing of your thinking belongs into the object." in asked.system


def test_every_format_has_its_words() -> None:
    assert set(TOLD) == set(FORMATS)
