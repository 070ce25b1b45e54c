"""The rules no single module can keep alone: layout, owners of I/O, purity, and clean files."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

import bot
import workers

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sandbox" / "sample"
PACKAGES = ("bot", "workers", "sandbox")

OWNERS = {
    "fastapi": ("bot.app", "bot.web", "sandbox"),
    "starlette": ("bot.app", "bot.web", "sandbox"),
    "uvicorn": ("bot.app", "bot.web", "sandbox"),
    "redis": (
        "bot.inbox",
        "workers.answers",
        "workers.jobs",
        "workers.ledger",
        "workers.memory",
        "workers.purse",
    ),
    "rq": ("bot.inbox", "workers.jobs"),
    "githubkit": ("workers.github",),
    "openai": ("workers.model",),
    "httpx": ("workers.github", "sandbox"),
    "httpx2": ("workers.model",),
    "jinja2": ("bot.render", "sandbox"),
    "mcp": ("workers.mcp_server",),
    "pydantic_settings": ("bot.settings",),
    "typer": ("bot.cli",),
    "workers": ("bot.cli", "workers", "sandbox"),
    "sandbox": ("bot.cli", "sandbox"),
}
# Decisions and words: what they need of the world is passed in.
PURE = (
    "bot.addressed",
    "bot.author",
    "bot.boundary",
    "bot.branches",
    "bot.children",
    "bot.commands",
    "bot.config",
    "bot.controller",
    "bot.conversation",
    "bot.decisions",
    "bot.drift",
    "bot.effects",
    "bot.errors",
    "bot.events",
    "bot.health",
    "bot.labels",
    "bot.marks",
    "bot.matters",
    "bot.own_part",
    "bot.plan",
    "bot.recon",
    "bot.revising",
    "bot.situation",
    "bot.status",
    "bot.steward",
)
# Where a tree and its past come in; everything else of recon works on what they give.
READERS = ("bot.recon.sources", "bot.recon.history")
WORLD = {
    "time",
    "random",
    "secrets",
    "uuid",
    "socket",
    "subprocess",
    "threading",
    "asyncio",
    "urllib.request",
}
CLOCKS = {"now", "utcnow", "today"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "service", "services", "misc"}


def source_files() -> list[Path]:
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    return sorted(file for file in files if not file.is_relative_to(SAMPLE))


def module_name(file: Path) -> str:
    """`bot/plan/__init__.py` → `bot.plan`."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def within(module: str, owners: tuple[str, ...]) -> bool:
    return any(module == owner or module.startswith(f"{owner}.") for owner in owners)


@cache
def syntax(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def running(node: ast.AST) -> Iterator[ast.AST]:
    """Like `ast.walk`, without what stands under `if TYPE_CHECKING`."""
    yield node
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=rest):
            below: Iterable[ast.AST] = rest
        case _:
            below = ast.iter_child_nodes(node)
    for child in below:
        yield from running(child)


def imported(file: Path) -> Iterator[tuple[str, int]]:
    """Every absolute module name a file imports at run time, at whatever depth, with its line."""
    for node in running(syntax(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def reads_environment(file: Path) -> Iterator[int]:
    for node in ast.walk(syntax(file)):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv"):
                yield node.lineno
            case ast.ImportFrom(module="os", names=names):
                yield from (node.lineno for alias in names if alias.name in {"environ", "environb", "getenv"})


def test_there_is_something_to_check() -> None:
    modules = {module_name(file) for file in source_files()}
    assert {"bot", "bot.settings", "workers", "sandbox"} <= modules


def test_bot_and_workers_come_from_the_same_folder() -> None:
    """Two checkouts on one path would run one's decisions with the other's hands."""
    homes = {Path(package.__file__ or "").resolve().parents[1] for package in (bot, workers)}
    assert homes == {ROOT}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_it_is(package: str) -> None:
    silent = [
        module_name(file)
        for file in source_files()
        if module_name(file).split(".")[0] == package and not ast.get_docstring(syntax(file))
    ]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name for file in source_files() if VAGUE & set((name := module_name(file)).split("."))] == []


@pytest.mark.parametrize("library", OWNERS)
def test_each_library_that_does_io_has_one_owner(library: str) -> None:
    strangers = sorted(
        {
            f"{file.relative_to(ROOT)}:{line}"
            for file in source_files()
            if not within(module_name(file), OWNERS[library])
            for name, line in imported(file)
            if within(name, (library,))
        }
    )
    assert strangers == []


def test_bot_imports_workers_only_when_a_command_runs() -> None:
    """`groundplan schema` must not pay for, or fail with, the workers' libraries."""
    top = [
        node for node in syntax(ROOT / "bot" / "cli.py").body if isinstance(node, ast.ImportFrom | ast.Import)
    ]
    names = [node.module or "" for node in top if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in top if isinstance(node, ast.Import) for alias in node.names]
    assert names
    assert [name for name in names if within(name, ("workers", "sandbox", "bot.app", "bot.inbox"))] == []


def test_only_settings_read_the_environment() -> None:
    readers = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in source_files()
        if module_name(file) != "bot.settings"
        for line in reads_environment(file)
    ]
    assert readers == []


def test_decisions_take_no_clock_no_chance_and_no_io() -> None:
    """The same situation must lead to the same step, today and in a test next year."""
    pure = [
        file
        for file in source_files()
        if within(module_name(file), PURE) and not within(module_name(file), READERS)
    ]
    assert pure
    worldly = [
        f"{file.relative_to(ROOT)}:{line} {name}"
        for file in pure
        for name, line in imported(file)
        if name in WORLD
    ]
    clocks = [
        f"{file.relative_to(ROOT)}:{node.lineno} .{node.attr}"
        for file in pure
        for node in ast.walk(syntax(file))
        if isinstance(node, ast.Attribute)
        and node.attr in CLOCKS
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date", "dt"}
    ]
    assert worldly + clocks == []


# In pieces, so that this file does not contain what it looks for.
MACHINE_PATH = re.compile(
    r"(?<![\w.~}*-])/(?:" + "|".join(["home", "Users", "root", "work", "mnt"]) + r")/[A-Za-z.]"
)
REGISTRY = re.compile(
    "|".join(
        re.escape(host)
        for host in (
            "pypi" + ".org",
            "pythonhosted" + ".org",
            "registry.npmjs" + ".org",
            "deb.debian" + ".org",
            "proxy.golang" + ".org",
        )
    )
)


def committed_files() -> list[Path]:
    """What git has or would take, so that a slip is seen before the commit."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("needs the git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    names = sorted(set(listed.stdout.decode().split("\0")) - {""})
    return [ROOT / name for name in names if (ROOT / name).is_file()]


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY], ids=["machine paths", "registry hosts"])
def test_no_file_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    found = []
    for file in committed_files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{file.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1} {match[0]}"
            for match in pattern.finditer(text)
        ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("see /" + "home/ada/project", True),
        ("'/" + "root/.cache'", True),
        ("docs/" + "root/plan.md", False),
        ("https://example.com/" + "home/x", False),
    ],
)
def test_machine_paths_are_recognised(text: str, seen: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) is seen
