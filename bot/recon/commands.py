"""How a repository is tested, linted, built, run, formatted and type-checked: each command with the
line that says so.

Order of preference: a declared wrapper (make, just, task), a declared script or session, what CI
runs, a tool's default. `runnable` lives in its own module and is named here too, since both
answer questions about commands.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.recon.ci import ci_lines
from bot.recon.kinds import is_example, kind_of
from bot.recon.manifests import Manifest, manifests, node_manager, table, toml_table
from bot.recon.runnable import Runnable, runnable
from bot.recon.targets import Target, targets
from bot.recon.tree import Evidence, Tree, line_of, name_of, parent, quote

__all__ = ["Command", "CommandKind", "Runnable", "commands", "runnable"]

CommandKind = Literal["test", "lint", "build", "run", "format", "typecheck"]
Origin = Literal["wrapper", "script", "ci", "default"]

KINDS: tuple[CommandKind, ...] = ("test", "lint", "typecheck", "format", "build", "run")
ORIGINS: tuple[Origin, ...] = ("wrapper", "script", "ci", "default")
NAMES: tuple[tuple[CommandKind, re.Pattern[str]], ...] = (
    ("typecheck", re.compile(r"(type-?_?check(s|ing)?|types|mypy|pyright|tsc|check[:_-]types?|typing)")),
    ("format",
    re.compile(r"(fmt|format|prettier|black|format[:_-](check|all|fix|py|js|code)|fmt[:_-]check"
               r"|check[:_-](format|fmt)|style)")),
    ("lint",
    re.compile(r"(lint|lints|linter|linting|eslint|ruff|flake8|pylint|clippy|rubocop|pre-?commit"
               r"|lint[:_-](all|py|js|ts|check|code|ci|fix|src)|(py|js|code|all)[:_-]lint|check[:_-]lint"
               r"|vet|checkstyle)")),
    ("test",
    re.compile(r"(tests?|pytest|unit-?_?tests?|check|spec|jest|vitest|mocha|test[:_-](unit|all|py|python|ci"
               r"|run|js|node|go|core|dev|integration|e2e)|unit|tests?-?all|py[:_-]?tests?|(unit|all|go"
               r"|ci)[:_-]tests?)")),
    ("build",
    re.compile(r"(build|compile|dist|bundle|build[:_-](all|prod|lib|ts|js|dev)|package|assemble|all)")),
    ("run",
    re.compile(r"(run|start|serve|dev|server|up|start[:_-](dev|server)|run[:_-](dev|server)|runserver"
               r"|develop|watch)")),
)  # fmt: skip
PLAIN = frozenset(
    {
        "test",
        "tests",
        "lint",
        "typecheck",
        "type-check",
        "format",
        "fmt",
        "build",
        "run",
        "start",
        "dev",
        "serve",
    }
)
TOOLS: tuple[tuple[CommandKind, re.Pattern[str]], ...] = (
    ("typecheck",
    re.compile(r"(mypy|pyright|basedpyright|pyre|tsc( .*)?--noEmit|tsc|vue-tsc|pytype|ty check|svelte-check"
               r"|phpstan|psalm|cargo check)\b")),
    ("format",
    re.compile(r"(black|ruff format|prettier|cargo fmt|gofmt|goimports|isort|yapf|rustfmt|biome format"
               r"|dprint|spotless\w*|clang-format)\b")),
    ("lint",
    re.compile(r"(ruff( check)?|flake8|pylint|eslint|biome( check| ci| lint)?|pre-commit run|prek run"
               r"|cargo clippy|golangci-lint|go vet|rubocop|standardrb|standard|stylelint|oxlint|shellcheck"
               r"|yamllint|tslint|xo|checkstyle|ktlint|detekt|php-cs-fixer|phpcs|credo)\b")),
    ("test",
    re.compile(r"(pytest|py\.test|python -m (pytest|unittest)|unittest|cargo (nextest run|test)|go test"
               r"|gotestsum|jest|vitest|mocha|ava|tap|playwright test|karma|rspec|rake (test|spec)"
               r"|rails test|mvn (.* )?(test|verify)|mvnw (.* )?(test|verify)|gradlew? (.* )?(test|check)"
               r"|phpunit|pest|ctest|make (test|check)|dotnet test|mix test|swift test|coverage run"
               r"|hatch test|node --test|deno test|bun test|(python3? (-\S+ )*)?([\w./-]+/)?(run_?tests?"
               r"|tests?)\.(py|sh))\b")),
    ("build",
    re.compile(r"(cargo build|go build|python -m build|hatch build|poetry build|uv build|webpack|vite build"
               r"|rollup|next build|tsup|mvn (.* )?package|gradlew? (.* )?(build|assemble)|dotnet build"
               r"|cmake --build)\b")),
)  # fmt: skip
WRAPPED = re.compile(
    r"((uv|poetry|pdm|pipenv|hatch|rye)\s+run(\s+--?[\w-]+(=\S+)?)*|bundle exec|npx(\s+--?[\w-]+)*|bunx"
    r"|pnpm exec|yarn exec|pnpm|yarn|xvfb-run|time|sudo|\.?/?node_modules/\.bin/|\./vendor/bin/|vendor/bin/"
    r"|python3? -m|\./|[A-Z_][A-Z0-9_]*=\S*)[ ]?"
)
INSTALLS = re.compile(
    r"\b(install|upgrade|download|checkout|clone|curl|wget|echo|apt-get|brew|pip|ci|add|cache|export|set)\b"
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command line to run from the repository's root, and where the repository says so."""

    kind: CommandKind
    line: str
    evidence: Evidence
    origin: Origin = "script"

    def to_dict(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "line": self.line,
            "origin": self.origin,
            "evidence": self.evidence.to_dict(),
        }


def commands(tree: Tree) -> tuple[Command, ...]:
    """The commands of a repository: by kind, then the preferred first; at most five
    of each kind and origin.
    """
    found = [*_declared(tree), *_from_ci(tree), *_defaults(tree)]
    found.sort(key=lambda each: (KINDS.index(each.kind), ORIGINS.index(each.origin), *_plainness(each)))
    out: dict[tuple[CommandKind, str], Command] = {}
    counts: dict[tuple[CommandKind, Origin], int] = {}
    for each in found:
        at = (each.kind, each.origin)
        if counts.get(at, 0) < 5 and (each.kind, each.line) not in out:
            out[each.kind, each.line] = each
            counts[at] = counts.get(at, 0) + 1
    return tuple(out.values())


def _plainness(command: Command) -> tuple[bool, bool, int, int, str]:
    """The root before folders, plain names before special ones, short before long."""
    last = command.line.split()[-1] if command.line else ""
    deep = command.evidence.path.count("/") if command.origin != "ci" else 0
    return (" && " in command.line, last not in PLAIN, deep, len(command.line), command.line)


def kind_of_name(name: str) -> CommandKind | None:
    """What a script or target of this name is for, as far as the name tells."""
    low = name.lower().strip(".")
    return next((kind for kind, pattern in NAMES if pattern.fullmatch(low)), None)


# --- declared --------------------------------------------------------------------------------------------


def _declared(tree: Tree) -> Iterator[Command]:
    for path in tree.paths:
        if not _counts(path):
            continue
        for declared in targets(tree, path):
            for target in declared.found:
                yield from _command(tree, path, target)


def _counts(path: str) -> bool:
    """Runner files at the root and up to two folders down, not vendored, test or example ones."""
    return (
        path.count("/") <= 2
        and not is_example(path)
        and kind_of(path) not in {"vendored", "test", "generated"}
    )


def _command(tree: Tree, path: str, target: Target) -> Iterator[Command]:
    kind = kind_of_name(target.name)
    if (
        kind is None
        or target.body.strip().startswith(("echo ", "exit 1"))
        or "no test specified" in target.body
    ):
        return
    if target.runner == "make" and target.name in {"all", "check"} and kind != "test":
        return
    line = _line(tree, parent(path), target)
    if line:
        origin: Origin = "wrapper" if target.runner in {"make", "just", "task"} else "script"
        yield Command(kind, _in_folder(parent(path), line), target.evidence, origin)


def _line(tree: Tree, folder: str, target: Target) -> str | None:
    name = target.name if re.fullmatch(r"[\w.:/@-]+", target.name) else shlex.quote(target.name)
    match target.runner:
        case "node":
            return _node_line(node_manager(tree, folder), name)
        case "make" | "just" | "task" | "poe" | "rake":
            return f"{target.runner} {name}"
        case "tox":
            return f"tox -e {name}"
        case "nox":
            return f"nox -s {name}"
        case "pdm" | "hatch" | "rye":
            return f"{target.runner} run {name}"
        case "composer":
            return f"composer {name}" if name not in {"install", "update"} else None
        case "cargo":
            return f"cargo {name}"
    return None


def _node_line(manager: str, name: str) -> str:
    if name in {"test", "start"} and manager != "bun":
        return f"{manager} {name}"
    return f"{manager} run {name}"


def _in_folder(folder: str, line: str) -> str:
    return f"cd {shlex.quote(folder)} && {line}" if folder else line


# --- CI --------------------------------------------------------------------------------------------------


def _from_ci(tree: Tree) -> Iterator[Command]:
    for each in ci_lines(tree):
        kind = tool_kind(each.line)
        if kind and _plain_shell(each.line):
            yield Command(kind, _in_folder(each.folder, each.line), each.evidence, "ci")


def tool_kind(line: str) -> CommandKind | None:
    """What a shell line does, judged by the tool it starts or the script it calls."""
    bare = line.strip()
    while found := WRAPPED.match(bare):
        bare = bare[found.end() :].lstrip()
    if bare.startswith(("tox", "nox")):
        return _environment_kind(bare)
    for kind, pattern in TOOLS:
        if pattern.match(bare):
            return kind
    return _called_kind(line)


def _environment_kind(line: str) -> CommandKind | None:
    """`tox -e docs` and `nox -s lint` do what the environment is named for.

    Interpreters and bare calls test.
    """
    found = re.search(r"\b(?:tox|nox)\b[^|;&]{0,80}?(?: -e| -s| --session| --sessions)[ =]?([\w:.,-]+)", line)
    name = found.group(1) if found else "test"
    return "test" if re.match(r"(py|pypy|test)", name) else kind_of_name(name)


def _called_kind(line: str) -> CommandKind | None:
    found = re.match(
        r"(?:npm|pnpm|yarn|bun)(?: run| run-script)? ([\w:-]+)|(?:make|just|task|invoke|rake"
        r"|composer(?: run)?) ([\w:-]+)",
        line.strip(),
    )
    return kind_of_name(found.group(1) or found.group(2)) if found else None


def _plain_shell(line: str) -> bool:
    """Lines that only make sense inside their workflow are of no use to a reader."""
    return (
        "${{" not in line
        and len(line) < 160
        and "$(" not in line
        and not INSTALLS.search(line.split("&&")[0].split(" -- ")[0])
    )


# --- defaults of tools -----------------------------------------------------------------------------------


def _defaults(tree: Tree) -> Iterator[Command]:
    yield from _by_file(tree)
    yield from _python_defaults(tree)
    for manifest in manifests(tree):
        if manifest.ecosystem == "npm" and manifest.path.count("/") <= 1:
            yield from _node_tools(tree, manifest)


FILE_DEFAULTS: tuple[tuple[str, tuple[tuple[CommandKind, str], ...]], ...] = (
    ("Cargo.toml", (("test", "cargo test"), ("build", "cargo build"))),
    ("rustfmt.toml", (("format", "cargo fmt --check"),)), (".rustfmt.toml", (("format",
    "cargo fmt --check"),)),
    ("clippy.toml", (("lint", "cargo clippy"),)), (".clippy.toml", (("lint", "cargo clippy"),)),
    ("go.mod", (("test", "go test ./..."), ("build", "go build ./..."), ("lint", "go vet ./..."), ("format",
    "gofmt -l ."))),
    (".golangci.yml", (("lint", "golangci-lint run"),)), (".golangci.yaml", (("lint", "golangci-lint run"),)),
    ("mvnw", (("test", "./mvnw test"), ("build", "./mvnw package"))), ("gradlew", (("test",
    "./gradlew test"), ("build", "./gradlew build"))),
    (".rspec", (("test", "bundle exec rspec"),)), (".rubocop.yml", (("lint", "bundle exec rubocop"),)),
    ("phpunit.xml", (("test", "vendor/bin/phpunit"),)), ("phpunit.xml.dist", (("test",
    "vendor/bin/phpunit"),)),
    (".pre-commit-config.yaml", (("lint", "pre-commit run --all-files"),)), ("tox.ini", (("test", "tox"),)),
    ("noxfile.py", (("test", "nox"),)), ("pytest.ini", (("test", "pytest"),)), ("mix.exs", (("test",
    "mix test"), ("format", "mix format"))),
    (".flake8", (("lint", "flake8"),)), (".pylintrc", (("lint", "pylint"),)), ("mypy.ini", (("typecheck",
    "mypy ."),)),
    ("ruff.toml", (("lint", "ruff check ."),)), (".ruff.toml", (("lint", "ruff check ."),)),
    ("pyrightconfig.json", (("typecheck", "pyright"),)),
    ("Package.swift", (("test", "swift test"), ("build", "swift build"))), ("biome.json", (("lint",
    "npx biome check ."),)),
)  # fmt: skip


def _by_file(tree: Tree) -> Iterator[Command]:
    for name, lines in FILE_DEFAULTS:
        if tree.exists(name):
            yield from (Command(kind, line, quote(tree, name, 1), "default") for kind, line in lines)
    if tree.exists("pom.xml") and not tree.exists("mvnw"):
        yield Command("test", "mvn test", quote(tree, "pom.xml", 1), "default")
        yield Command("build", "mvn package", quote(tree, "pom.xml", 1), "default")
    gradle = next((path for path in ("build.gradle", "build.gradle.kts") if tree.exists(path)), None)
    if gradle and not tree.exists("gradlew"):
        yield Command("test", "gradle test", quote(tree, gradle, 1), "default")


PYTHON_TOOLS: tuple[tuple[str, CommandKind, str], ...] = (
    ("pytest", "test", "pytest"), ("ruff", "lint", "ruff check ."), ("mypy", "typecheck", "mypy ."),
    ("pyright", "typecheck", "pyright"),
    ("basedpyright", "typecheck", "basedpyright"), ("black", "format", "black --check ."), ("pylint", "lint",
    "pylint"),
    ("flake8", "lint", "flake8"), ("isort", "format", "isort --check ."),
)  # fmt: skip


def _python_defaults(tree: Tree) -> Iterator[Command]:
    text = tree.text("pyproject.toml") or ""
    declared = table(toml_table(tree, "pyproject.toml"), "tool")
    for tool, kind, line in PYTHON_TOOLS:
        if tool in declared:
            yield Command(
                kind, line, quote(tree, "pyproject.toml", line_of(text, f"[tool.{tool}")), "default"
            )
    ini = tree.text("setup.cfg") or ""
    for section, kind, line in (
        ("[tool:pytest]", "test", "pytest"),
        ("[flake8]", "lint", "flake8"),
        ("[mypy]", "typecheck", "mypy ."),
    ):
        if section in ini:
            yield Command(kind, line, quote(tree, "setup.cfg", line_of(ini, section)), "default")
    asked = next((each for manifest in manifests(tree) if manifest.ecosystem == "python"
                  for each in manifest.dependencies if each.name.lower() == "pytest"), None)  # fmt: skip
    if asked:
        yield Command("test", "pytest", asked.evidence, "default")
    imported = _imports_pytest(tree) if not asked else None
    if imported:
        yield imported


def _imports_pytest(tree: Tree) -> Command | None:
    """Without any declaration, the first test file that imports pytest or unittest tells how tests run."""
    tests = [
        path
        for path in tree.paths
        if kind_of(path) == "test" and name_of(path).startswith("test") and path.endswith(".py")
    ]
    for path in tests[:40]:
        found = re.search(r"^(?:import|from) (pytest|unittest)\b", tree.text(path) or "", re.MULTILINE)
        if found:
            line = "pytest" if found.group(1) == "pytest" else "python -m unittest"
            number = (tree.text(path) or "").count("\n", 0, found.start()) + 1
            return Command("test", line, quote(tree, path, number), "default")
    return None


NODE_TOOLS: tuple[tuple[str, CommandKind, str], ...] = (
    ("vitest", "test", "vitest run"), ("jest", "test", "jest"), ("mocha", "test", "mocha"), ("eslint",
    "lint", "eslint ."),
    ("typescript", "typecheck", "tsc --noEmit"), ("prettier", "format", "prettier --check ."),
)  # fmt: skip
RUNNERS = {"npm": "npx", "pnpm": "pnpm exec", "yarn": "yarn", "bun": "bunx"}


def _node_tools(tree: Tree, manifest: Manifest) -> Iterator[Command]:
    folder = parent(manifest.path)
    runner = RUNNERS[node_manager(tree, folder)]
    declared = {each.name: each for each in manifest.dependencies}
    for name, kind, line in NODE_TOOLS:
        if name in declared and (name != "typescript" or tree.exists(f"{folder}/tsconfig.json".lstrip("/"))):
            yield Command(kind, _in_folder(folder, f"{runner} {line}"), declared[name].evidence, "default")
