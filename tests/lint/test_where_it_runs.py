"""The linter where people run it: the command, the pre-commit hook, the GitHub Action."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.cli import main
from bot.lint.places import LARGEST
from tests.lint.folders import CONTRACT, FANOUT, HOME, process, repository, with_plan, write
from tests.plan.rules.fixtures.base import sound
from tests.plan.samples import change, task

BROKEN = sound(task("T1", files=(change("lib/engine.py"),)), task("T2", depends_on=("T1",)))
RISKY = sound(task("T1", risk_class="high", max_diff_scope=40, files=(change("src/app.py"),)), task("T2"))


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path)


# --- the command ---


@dataclass(frozen=True)
class Ended:
    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Ended]


@pytest.fixture
def groundplan(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """The console script's entry point, in this process: what it prints and its exit code."""

    def run(*words: str, cwd: Path, stdin: bytes = b"") -> Ended:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr("sys.argv", ["groundplan", *words])
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            main()
        sys.stdout.flush()
        sys.stderr.flush()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, *capfd.readouterr())

    return run


def test_a_real_process_ends_the_same_way(repo: Path) -> None:
    with_plan(repo, BROKEN)
    done = process("lint", CONTRACT, cwd=repo)
    assert (done.returncode, done.stderr) == (1, "")
    assert "lib/engine.py does not exist" in done.stdout
    huge = process("lint", "-", cwd=repo, stdin=b"x" * (LARGEST + 1))
    assert (huge.returncode, huge.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(("plan", "code"), [(None, 0), (BROKEN, 1)], ids=["sound", "broken"])
@pytest.mark.parametrize("output", ["text", "json", "sarif", "github"])
def test_every_output_ends_with_the_same_code(
    groundplan: Command, repo: Path, plan: Any, code: int, output: str
) -> None:
    with_plan(repo, plan)
    ended = groundplan("lint", CONTRACT, "--format", output, cwd=repo)
    assert (ended.returncode, ended.stderr) == (code, "")
    assert ("PLN401" in ended.stdout) == (code == 1 or output in ("json", "sarif"))
    if output in ("json", "sarif"):
        json.loads(ended.stdout)


def test_what_could_not_run_is_said_on_the_error_stream(groundplan: Command, repo: Path) -> None:
    with_plan(repo)
    ended = groundplan("lint", "nowhere.md", CONTRACT, "--format", "json", cwd=repo)
    assert ended.returncode == 2
    assert ended.stderr == "groundplan: nowhere.md does not exist. Check the path.\n"
    assert json.loads(ended.stdout)["summary"]["errors"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--select", "PLN999"], "There is no rule 'PLN999'."),
        (["--ignore", "E501"], "There is no rule 'E501'."),
        (["--as", "prose"], "There is no format 'prose'."),
        (["--base", "main"], "neither HEAD nor a commit's hexadecimal name"),
        (["--repo", "nowhere"], "nowhere does not exist"),
        (["--issue", "nowhere.md"], "nowhere.md does not exist."),
        (["--explain", "PLN999"], "There is no rule 'PLN999'."),
        (["--format", "xml"], "xml"),
    ],
)
def test_a_wrong_question_is_answered_in_words(
    groundplan: Command, repo: Path, words: list[str], said: str
) -> None:
    with_plan(repo)
    ended = groundplan("lint", CONTRACT, *words, cwd=repo)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert ended.stdout == ""


def test_lists_of_rules_may_have_commas(groundplan: Command, repo: Path) -> None:
    with_plan(repo, BROKEN)
    ended = groundplan(
        "lint", CONTRACT, "--format", "json", "--select", "PLN4,PLN3", "--ignore", "PLN401", cwd=repo
    )
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["files"][0]["passed"]


def test_standard_input_is_a_plan(groundplan: Command, repo: Path) -> None:
    with_plan(repo, BROKEN)
    ended = groundplan("lint", "-", "--select", "PLN401", cwd=repo, stdin=(repo / CONTRACT).read_bytes())
    assert ended.returncode == 1
    assert ended.stdout.startswith("-\n")
    assert "lib/engine.py does not exist" in ended.stdout


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"\0\0", b"{", b"[" * 5_000, b"# \xc3", b"- [ ] x\n" * 9]
)
def test_no_input_ends_in_a_trace(groundplan: Command, repo: Path, data: bytes) -> None:
    assert groundplan("lint", "-", cwd=repo, stdin=data).returncode in (0, 1, 2)
    (repo / "PLAN.md").write_bytes(data)
    assert groundplan("lint", "PLAN.md", "--fix", cwd=repo).returncode in (0, 1, 2)


def test_a_huge_file_is_refused_before_it_is_read(groundplan: Command, repo: Path) -> None:
    with (repo / "PLAN.md").open("wb") as file:
        file.truncate(LARGEST * 1000)
    ended = groundplan("lint", "PLAN.md", cwd=repo)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "larger than" in ended.stderr


def test_names_that_are_no_text_are_shown(groundplan: Command, repo: Path) -> None:
    name = b"PLAN \xff\x1b.md"
    (repo / os.fsdecode(name)).write_text("", encoding="utf-8")
    ended = groundplan("lint", os.fsdecode(name), cwd=repo)
    assert ended.returncode == 2
    assert "is empty" in ended.stderr


def test_rules_are_listed_and_explained(groundplan: Command, repo: Path) -> None:
    listed = groundplan("rules", "--family", "graph", cwd=repo).stdout
    assert re.search(r"^  PLN308  error +\S", listed, re.MULTILINE)
    assert "PLN401" not in listed
    assert {one["id"] for one in json.loads(groundplan("rules", "--format", "json", cwd=repo).stdout)} > {
        "PLN308"
    }
    said = groundplan("lint", "--explain", "pln308", cwd=repo)
    assert said.returncode == 0
    assert said.stdout.startswith("PLN308: ")
    assert groundplan("rules", "--family", "knitting", cwd=repo).returncode == 2


# What a lint run has no use for; each of them would cost more than the whole run.
HEAVY = {
    "githubkit",
    "openai",
    "rq",
    "redis",
    "fastapi",
    "hypothesis",
    "httpx",
    "uvicorn",
    "workers",
    "sandbox",
}
HEAVY |= {"jinja2", "tree_sitter_language_pack", "cryptography", "structlog", "rich"}


def test_a_lint_run_imports_only_what_it_needs(repo: Path) -> None:
    write(repo, {"PLAN.md": "# Plan: Login\n\n## Tasks\n\n- [ ] T001 Add the login form to `src/app.py`\n"})
    code = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        "from bot.cli import main\n"
        "main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "lint", "PLAN.md"],
        cwd=repo, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HOME)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode in (0, 1)
    loaded = set(json.loads(ended.stderr))
    assert "bot.plan.rules.graph" in loaded
    assert loaded & HEAVY == set()


# --- the hook ---


def yaml(name: str) -> Any:
    return YAML(typ="safe").load((HOME / name).read_text(encoding="utf-8"))


def hook() -> dict[str, Any]:
    (only,) = yaml(".pre-commit-hooks.yaml")
    assert isinstance(only, dict)
    return only


@pytest.mark.parametrize(
    ("name", "passed"),
    [
        ("IMPLEMENTATION_PLAN.md", True),
        ("packages/a/PLAN.md", True),
        (CONTRACT, True),
        (FANOUT, True),
        ("EXPORT/plan_login.md", True),
        ("specs/001-login/tasks.md", True),
        (".taskmaster/tasks/tasks.json", True),
        (".kiro/specs/login/design.md", True),
        ("README.md", False),
        ("specs/001-login/research.md", False),
        ("docs/FLOOR_PLAN.md", False),
        ("src/plan.py", False),
        ("PLAN.md.bak", False),
    ],
)
def test_the_hook_takes_plans_and_nothing_else(name: str, passed: bool) -> None:
    assert bool(re.search(hook()["files"], name)) is passed


def test_the_hook_runs_from_the_wheel(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """As pre-commit does it: the package is installed apart, and the entry gets the names of files."""
    away = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(away)],
        cwd=HOME, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with zipfile.ZipFile(next(away.glob("*.whl"))) as wheel:
        wheel.extractall(away / "site")
        (entry,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
        assert "groundplan = bot.cli:main" in wheel.read(entry).decode()
    assert hook()["language"] == "python"
    command, *words = hook()["entry"].split()
    assert command == "groundplan"
    with_plan(repo, BROKEN)
    code = "import bot, sys; print(bot.__file__, file=sys.stderr); from bot.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-P", "-c", code, *words, CONTRACT, FANOUT],
        cwd=repo, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(away / "site")},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.stderr.strip() == str(away / "site" / "bot" / "__init__.py")
    assert ended.returncode == 1
    assert "lib/engine.py does not exist" in ended.stdout


# --- the action ---


def steps() -> dict[str, dict[str, Any]]:
    action = yaml("action.yml")
    assert action["runs"]["using"] == "composite"
    return {step["name"]: step for step in action["runs"]["steps"]}


def test_no_input_is_written_into_a_script() -> None:
    assert [step for step in steps().values() if "${{" in step.get("run", "")] == []
    given = {value for step in steps().values() for value in step.get("env", {}).values()}
    assert {f"${{{{ inputs.{name} }}}}" for name in yaml("action.yml")["inputs"]} <= given


def test_every_script_of_the_action_is_one_for_bash() -> None:
    scripts = [step for step in steps().values() if "run" in step]
    assert len(scripts) == 2
    for step in scripts:
        assert step["shell"] == "bash"
        subprocess.run(["bash", "-n", "-c", step["run"]], check=True, timeout=10)


def test_the_action_installs_from_its_own_checkout_with_hashes() -> None:
    script = steps()["Install groundplan"]["run"]
    for line in script.replace("\\\n", " ").splitlines():
        if "pip install" in line:
            assert "--require-hashes" in line or ("--no-deps" in line and "--no-build-isolation" in line)
    assert {(HOME / "requirements" / f"{name}.txt").is_file() for name in ("build", "base")} == {True}


def run_action(repo: Path, temporary: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The step as the runner runs it: bash with -e and pipefail, inputs in the environment."""
    program = temporary / "groundplan" / "bin" / "groundplan"
    program.parent.mkdir(parents=True)
    start = f"PYTHONPATH={HOME} exec {sys.executable} -P -c 'from bot.cli import main; main()'"
    program.write_text(f'#!/bin/sh\n{start} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    step = steps()["Lint plans"]
    defaults = {name: about["default"] for name, about in yaml("action.yml")["inputs"].items()}
    given = {**defaults, **inputs}
    environment = {
        name: given[re.sub(r"^\$\{\{ inputs\.(\w+) \}\}$", r"\1", value)]
        for name, value in step["env"].items()
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=repo, env={"PATH": os.environ["PATH"], "RUNNER_TEMP": str(temporary), **environment},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_action_annotates_and_fails(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with_plan(repo, BROKEN)
    ended = run_action(repo, tmp_path_factory.mktemp("runner"))
    assert ended.returncode == 1
    assert f"::error file={CONTRACT},line=" in ended.stdout


def test_the_actions_inputs_reach_the_command(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with_plan(repo, RISKY)
    inputs = {"paths": f"{CONTRACT}\n{FANOUT}\n", "select": "PLN809,PLN401"}
    assert run_action(repo, tmp_path_factory.mktemp("runner"), **inputs).returncode == 0
    strict = run_action(repo, tmp_path_factory.mktemp("runner"), strict="true", **inputs)
    assert strict.returncode == 1
    assert "::warning file=" in strict.stdout
    left_out = run_action(repo, tmp_path_factory.mktemp("runner"), strict="true", ignore="PLN8", **inputs)
    assert left_out.returncode == 0


@pytest.mark.parametrize("name", ["paths", "strict", "select", "ignore"])
def test_no_input_of_the_action_runs_as_code(
    repo: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    with_plan(repo, BROKEN)
    before = (repo / CONTRACT).read_bytes()
    evil = '"; touch hacked; "$(touch hacked)`touch hacked`\n--fix\n* $(touch hacked)'
    ended = run_action(repo, tmp_path_factory.mktemp("runner"), **{name: evil})
    assert ended.returncode == (1 if name == "strict" else 2)
    assert not list(repo.rglob("hacked"))
    assert (repo / CONTRACT).read_bytes() == before
    assert "Traceback" not in ended.stderr
