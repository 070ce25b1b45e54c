"""What linting costs: a large plan against a large repository, the start of the command, and what it imports.

The plan has 50 tasks with five files each, one in five of them wrong, against 10,000 files.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.table import print_table, verdict
from bot.plan.contract import contract_text
from bot.plan.fanout import fanout_text
from bot.plan.formats import FORMATS
from bot.plan.model import ContractDefaults, FileChange, Milestone, Plan, Provenance, Roadmap, Task
from bot.plan.rules import LintInput, lint
from bot.recon.ground import TreeGround
from bot.recon.tree import Tree, in_memory

FILES, TASKS, FILES_A_TASK, WRONG = 10_000, 50, 5, 5
LARGEST_LINT, SLOWEST_START = 0.3, 0.4  # seconds
SHA = "0" * 40


def main() -> None:
    """Print both tables."""
    _large_plan()
    _cold_start()


def _large_plan() -> None:
    tree, plan = _tree(), _plan()
    written = _input(plan, tree)
    cold = _best(lambda: lint(_input(plan, tree)), rounds=5)
    findings = len(lint(written).findings)
    rendering = _best(lambda: FORMATS["roadmap"].files(plan, {}), rounds=3)
    print_table(
        f"A plan of {TASKS} tasks against {FILES:,} files, best of five",
        ("what", "ms", "beside rendering it", ""),
        [
            ("rendering the plan", f"{rendering * 1000:.0f}", "1.0", ""),
            (
                f"every core rule, {findings} findings",
                f"{cold * 1000:.0f}",
                f"{cold / rendering:.1f}",
                f"goal {LARGEST_LINT * 1000:.0f} ms: {verdict(cold <= LARGEST_LINT)}",
            ),
        ],
    )


def _input(plan: Plan, tree: Tree) -> LintInput:
    """As before anything is published: nothing of an earlier run is kept."""
    return LintInput(
        plan=plan,
        contract_text=contract_text(plan),
        fanout_text=fanout_text(plan),
        renderings=FORMATS["roadmap"].files(plan, {}),
        ground=TreeGround(tree),
    )


def _tree() -> Tree:
    paths = [f"src/area{n % 40}/part{n % 400}/module{n}.py" for n in range(FILES - 3)]
    texts: dict[str, str | bytes] = dict.fromkeys(paths, "def run():\n    return 1\n")
    texts |= {
        "Makefile": "test:\n\tpytest\n",
        "pyproject.toml": '[project]\nname = "big"\n[tool.pytest.ini_options]\n',
        "README.md": "# Big\n",
    }
    return in_memory(texts, sha=SHA)


def _plan() -> Plan:
    tasks = [_task(number) for number in range(1, TASKS + 1)]
    milestone = Milestone(
        id="M1", title="All parts return 2", outcome="Each part returns 2.", risk_class="low",
        max_diff_scope=1000,
        acceptance=("`run()` returns 2",), status="active",
    )  # fmt: skip
    return Plan(
        issue=1, title="Change many parts", slug="change-many-parts", size="large",
        summary="Every part returns 2.",
        roadmap=Roadmap(version="v1", objective="Every part returns 2.", milestones=(milestone,)),
        contract_defaults=ContractDefaults(
            risk_class="low", max_diff_scope=10, acceptance_tests=("make test",), invariants=("api_stable",)
        ),
        tasks=tuple(tasks),
        provenance=Provenance(base_sha=SHA, inputs_digest="0" * 64, author="bench 1", model="m", calls=1),
    )  # fmt: skip


def _task(number: int) -> Task:
    return Task(
        id=f"T{number}", milestone="M1", title=f"Change part {number}", max_diff_scope=FILES_A_TASK,
        objective=f"Change `run` of part {number} to return 2.",
        files=tuple(_change(number, place) for place in range(FILES_A_TASK)),
        acceptance=(f"`run()` of part {number} returns 2",), commands=("make test",),
    )  # fmt: skip


def _change(number: int, place: int) -> FileChange:
    at = number * FILES_A_TASK + place
    wrong = place == WRONG - 1
    path = f"src/area{at % 40}/part{at % 400}/{'modul' if wrong else 'module'}{at}.py"
    return FileChange(path=path, change="edit", summary="return 2")


def _best(work: Callable[[], object], rounds: int) -> float:
    """Seconds of the quickest round; garbage of earlier ones is not on its bill."""
    times = []
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def _cold_start() -> None:
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "tasks.md"
        plan.write_text("# Tasks: Small\n\n## Phase 1: Setup\n\n- [ ] T001 Create src/a.py\n")
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "import pydantic": [sys.executable, "-c", "import pydantic.main"],
            "groundplan lint": [sys.executable, "-m", "bot.cli", "lint", str(plan), "--format", "json"],
        }
        times = {name: _best(partial(_ran, command), rounds=10) for name, command in commands.items()}
    least = times["python -c pass"]
    print_table(
        "From the shell to the answer and back, best of ten",
        ("command", "ms", "beside python", ""),
        [
            (name, f"{took * 1000:.0f}", f"{took / least:.1f}", _said(name, took))
            for name, took in times.items()
        ],
    )


def _ran(command: list[str]) -> None:
    subprocess.run(command, check=False, capture_output=True, timeout=60)


def _said(name: str, took: float) -> str:
    goal = f"goal {SLOWEST_START * 1000:.0f} ms: {verdict(took <= SLOWEST_START)}"
    return goal if name == "groundplan lint" else ""


if __name__ == "__main__":
    main()
