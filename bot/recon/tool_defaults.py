"""The usual command of a tool that a repository configures or asks for, for want of anything better.

A language alone shows no tool: nothing is offered that no file asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.recon.command_kinds import CommandKind
from bot.recon.kinds import is_example, kind_of
from bot.recon.manifests import Manifest, manifests, node_manager, table, toml_table
from bot.recon.tooling import telling_line
from bot.recon.tree import Evidence, Tree, joined, line_of, name_of, parent, quote, upward
from bot.recon.workspaces import members
from bot.recon.written import Written


@dataclass(frozen=True, slots=True)
class Default:
    """A tool's usual line, the folder it runs in, whose tool it is, and what shows that the tool is used."""

    kind: CommandKind
    line: str
    ecosystem: str
    evidence: Evidence
    folder: str = ""


def defaults(tree: Tree) -> Iterator[Default]:
    """The usual commands of the tools that files at hand configure or ask for."""
    yield from _by_file(tree)
    yield from _cargo(tree)
    yield from _jvm(tree)
    declared = manifests(tree)
    yield from _python(tree, declared)
    yield from _dotnet(tree)
    alone = not members(tree)  # the packages of a workspace share the tools of its root
    for manifest in declared:
        if (
            manifest.ecosystem == "npm"
            and (alone or "/" not in manifest.path)
            and manifest.path.count("/") <= 2
            and not is_example(manifest.path)
        ):
            yield from _node(tree, manifest)
        elif "/" not in manifest.path:
            yield from _by_dependency(manifest)


FILES: tuple[tuple[str, str, tuple[tuple[CommandKind, str], ...]], ...] = (
    ("rustfmt.toml", "rust", (("format", "cargo fmt --check"),)),
    (".rustfmt.toml", "rust", (("format", "cargo fmt --check"),)),
    ("clippy.toml", "rust", (("lint", "cargo clippy"),)), (".clippy.toml", "rust", (("lint",
    "cargo clippy"),)),
    ("go.mod", "go", (("test", "go test ./..."), ("build", "go build ./..."))),
    (".golangci.yml", "go", (("lint", "golangci-lint run"),)),
    (".golangci.yaml", "go", (("lint", "golangci-lint run"),)),
    (".golangci.toml", "go", (("lint", "golangci-lint run"),)),
    (".rspec", "ruby", (("test", "bundle exec rspec"),)), (".rubocop.yml", "ruby", (("lint",
    "bundle exec rubocop"),)),
    ("phpunit.xml", "php", (("test", "vendor/bin/phpunit"),)),
    ("phpunit.xml.dist", "php", (("test", "vendor/bin/phpunit"),)),
    ("phpstan.neon", "php", (("typecheck", "vendor/bin/phpstan analyse"),)),
    ("phpstan.neon.dist", "php", (("typecheck", "vendor/bin/phpstan analyse"),)),
    ("psalm.xml", "php", (("typecheck", "vendor/bin/psalm"),)),
    (".php-cs-fixer.dist.php", "php", (("format", "vendor/bin/php-cs-fixer fix --dry-run --diff"),)),
    (".php-cs-fixer.php", "php", (("format", "vendor/bin/php-cs-fixer fix --dry-run --diff"),)),
    ("phpcs.xml", "php", (("lint", "vendor/bin/phpcs"),)), ("phpcs.xml.dist", "php", (("lint",
    "vendor/bin/phpcs"),)),
    (".pre-commit-config.yaml", "", (("lint", "pre-commit run --all-files"),)),
    ("tox.ini", "python", (("test", "tox"),)), ("noxfile.py", "python", (("test", "nox"),)),
    ("pytest.ini", "python", (("test", "pytest"),)), (".flake8", "python", (("lint", "flake8"),)),
    ("mypy.ini", "python", (("typecheck", "mypy ."),)), (".mypy.ini", "python", (("typecheck", "mypy ."),)),
    ("ruff.toml", "python", (("lint", "ruff check ."),)), (".ruff.toml", "python", (("lint",
    "ruff check ."),)),
    ("pyrightconfig.json", "python", (("typecheck", "pyright"),)),
    ("mix.exs", "elixir", (("test", "mix test"), ("build", "mix compile"))),
    (".formatter.exs", "elixir", (("format", "mix format --check-formatted"),)),
    (".credo.exs", "elixir", (("lint", "mix credo"),)),
    ("Package.swift", "swift", (("test", "swift test"), ("build", "swift build"))),
    (".swiftlint.yml", "swift", (("lint", "swiftlint"),)),
    ("biome.json", "node", (("lint", "npx biome check ."),)), ("biome.jsonc", "node", (("lint",
    "npx biome check ."),)),
)  # fmt: skip


def _by_file(tree: Tree) -> Iterator[Default]:
    for name, ecosystem, lines in FILES:
        if tree.exists(name):
            shown = telling_line(tree, name)
            yield from (Default(kind, line, ecosystem, shown) for kind, line in lines)
    text = tree.text("CMakeLists.txt") or ""
    tested = re.search(
        r"^[ \t]{0,20}(?:enable_testing|include\(CTest|add_test)\b", text, re.IGNORECASE | re.MULTILINE
    )
    if tested:
        yield Default(
            "test", "ctest --test-dir build", "c", Written("CMakeLists.txt", text).at(tested.start())
        )


# --- Rust, Java, .NET --------------------------------------------------------------------------------------


def _cargo(tree: Tree) -> Iterator[Default]:
    """A workspace is tested as a whole only when told so; without a package at the root it is the default."""
    if tree.exists("Cargo.toml"):
        top = toml_table(tree, "Cargo.toml")
        both = {"workspace", "package"} <= top.keys()
        shown = Written("Cargo.toml", tree.text("Cargo.toml") or "")
        where = shown.evidence(shown.line_with("[workspace") if both else shown.line_with("["))
        yield Default("test", "cargo test --workspace" if both else "cargo test", "rust", where)
        yield Default("build", "cargo build --workspace" if both else "cargo build", "rust", where)


def _jvm(tree: Tree) -> Iterator[Default]:
    for files, program, wrapper, build in (
        (("pom.xml",), "mvn", "mvnw", "package"),
        (
            ("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"),
            "gradle",
            "gradlew",
            "build",
        ),
    ):
        shown = next((each for each in (wrapper, *files) if tree.exists(each)), None)
        if shown:
            start = f"./{wrapper}" if shown == wrapper else program
            yield Default("test", f"{start} test", "jvm", quote(tree, shown, 1))
            yield Default("build", f"{start} {build}", "jvm", quote(tree, shown, 1))


def _dotnet(tree: Tree) -> Iterator[Default]:
    """A solution is built as it is; it is tested when a project asks for the test host."""
    solution = next(
        (path for path in tree.paths if path.endswith((".sln", ".slnx")) and path.count("/") <= 1), None
    )
    projects = [
        path for path in tree.paths if path.endswith((".csproj", ".fsproj", "Directory.Packages.props"))
    ][:400]
    if solution or projects:
        start = solution or projects[0]
        named = f" {solution}" if solution and "/" in solution else ""
        yield Default("build", f"dotnet build{named}", "dotnet", quote(tree, start, 1))
    for path in projects:
        text = tree.text(path) or ""
        if "Microsoft.NET.Test.Sdk" in text or "TUnit" in text:
            shown = quote(
                tree, path, line_of(text, "Microsoft.NET.Test.Sdk" if "Test.Sdk" in text else "TUnit")
            )
            named = f" {solution}" if solution and "/" in solution else ""
            yield Default("test", f"dotnet test{named}", "dotnet", shown)
            return


# --- Python ------------------------------------------------------------------------------------------------

PYTHON_TOOLS: tuple[tuple[str, CommandKind, str], ...] = (
    ("pytest", "test", "pytest"), ("ruff", "lint", "ruff check ."), ("mypy", "typecheck", "mypy ."),
    ("pyright", "typecheck", "pyright"), ("basedpyright", "typecheck", "basedpyright"), ("black", "format",
    "black --check ."),
    ("flake8", "lint", "flake8"), ("isort", "format", "isort --check ."),
)  # fmt: skip
INI_SECTIONS: tuple[tuple[str, CommandKind, str], ...] = (
    ("[tool:pytest]", "test", "pytest"), ("[flake8]", "lint", "flake8"), ("[mypy]", "typecheck", "mypy ."),
)  # fmt: skip
PYTHON_LOCKS = (
    ("uv.lock", "uv run "),
    ("poetry.lock", "poetry run "),
    ("pdm.lock", "pdm run "),
    ("Pipfile.lock", "pipenv run "),
)


def _python(tree: Tree, known: tuple[Manifest, ...]) -> Iterator[Default]:
    runner = next((run for lock, run in PYTHON_LOCKS if tree.exists(lock)), "")
    for kind, line, evidence in _python_tools(tree, known):
        yield Default(kind, runner + line, "python", evidence)


def _python_tools(tree: Tree, known: tuple[Manifest, ...]) -> Iterator[tuple[CommandKind, str, Evidence]]:
    text = tree.text("pyproject.toml") or ""
    declared = table(toml_table(tree, "pyproject.toml"), "tool")
    for tool, kind, line in PYTHON_TOOLS:
        if tool in declared:
            yield kind, line, quote(tree, "pyproject.toml", line_of(text, f"[tool.{tool}"))
    for path in ("setup.cfg", "tox.ini"):
        ini = tree.text(path) or ""
        for section, kind, line in INI_SECTIONS:
            if section in ini:
                yield kind, line, quote(tree, path, line_of(ini, section))
    asked = next((each for manifest in known if manifest.ecosystem == "python"
                  for each in manifest.dependencies if each.name.lower() == "pytest"), None)  # fmt: skip
    if asked:
        yield "test", "pytest", asked.evidence
    elif imported := _imports_pytest(tree):
        yield imported


def _imports_pytest(tree: Tree) -> tuple[CommandKind, str, Evidence] | None:
    """Without any declaration, the first test file that imports pytest or unittest tells how tests run."""
    tests = [
        path
        for path in tree.paths
        if kind_of(path) == "test" and name_of(path).startswith("test") and path.endswith(".py")
    ]
    for path in tests[:40]:
        text = tree.text(path) or ""
        found = re.search(r"^(?:import|from) (pytest|unittest)\b", text, re.MULTILINE)
        if found:
            line = "pytest" if found.group(1) == "pytest" else "python -m unittest"
            return "test", line, Written(path, text).at(found.start())
    return None


# --- Node, Ruby, PHP, Elixir -------------------------------------------------------------------------------

NODE_TOOLS: tuple[tuple[str, CommandKind, str], ...] = (
    ("vitest", "test", "vitest run"), ("jest", "test", "jest"), ("mocha", "test", "mocha"), ("eslint",
    "lint", "eslint ."),
    ("typescript", "typecheck", "tsc --noEmit"), ("prettier", "format", "prettier --check ."),
)  # fmt: skip
RUNNERS = {"npm": "npx", "pnpm": "pnpm exec", "yarn": "yarn", "bun": "bunx"}
BY_DEPENDENCY: dict[str, tuple[str, CommandKind, str]] = {
    "rspec": ("ruby", "test", "bundle exec rspec"), "standard": ("ruby", "lint", "bundle exec standardrb"),
    "phpunit/phpunit": ("php", "test", "vendor/bin/phpunit"), "pestphp/pest": ("php", "test",
    "vendor/bin/pest"),
    "laravel/pint": ("php", "format", "vendor/bin/pint --test"), "credo": ("elixir", "lint", "mix credo"),
    "dialyxir": ("elixir", "typecheck", "mix dialyzer"),
}  # fmt: skip


def _node(tree: Tree, manifest: Manifest) -> Iterator[Default]:
    folder = parent(manifest.path)
    declared = {
        each.name: each for each in manifest.dependencies if each.group in {"devDependencies", "dependencies"}
    }
    runner = (
        RUNNERS[node_manager(tree, folder)] if declared.keys() & {name for name, _, _ in NODE_TOOLS} else ""
    )
    for name, kind, line in NODE_TOOLS:
        if name in declared and (name != "typescript" or tree.exists(joined(folder, "tsconfig.json"))):
            yield Default(kind, f"{runner} {line}", "node", declared[name].evidence, folder)


def _by_dependency(manifest: Manifest) -> Iterator[Default]:
    for each in manifest.dependencies:
        if found := BY_DEPENDENCY.get(each.name):
            yield Default(found[1], found[2], found[0], each.evidence)


def bundled(tree: Tree, folder: str) -> bool:
    """Whether Ruby's programs of a folder are started through bundler."""
    return any(tree.exists(joined(each, "Gemfile")) for each in upward(folder))
