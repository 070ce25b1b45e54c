"""Formatters, linters and migration tools, each with the lines that show it: settings, dependency or call."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.recon.ci import workflows
from bot.recon.guidance import Fact
from bot.recon.manifests import Manifest
from bot.recon.tree import Evidence, Tree, quote
from bot.recon.written import Written

Tool = tuple[str, tuple[str, ...], tuple[str, ...], str]  # name, files, dependencies, line in a shared file
FORMATTERS: tuple[Tool, ...] = (
    ("black", (), ("black",), r"^\[tool\.black\]"), ("ruff format", (), (),
    r"^\[tool\.ruff\.format\]|id: ruff-format|\bruff format\b"),
    ("isort", (".isort.cfg",), ("isort",), r"^\[tool\.isort\]"), ("yapf", (".style.yapf",), ("yapf",),
    r"^\[tool\.yapf\]"),
    ("prettier", (".prettierrc", ".prettierrc.json", ".prettierrc.js", ".prettierrc.yaml", ".prettierrc.yml",
    "prettier.config.js", "prettier.config.mjs"), ("prettier",), r"^  \"prettier\": \{"),
    ("biome", ("biome.json", "biome.jsonc"), ("@biomejs/biome",), ""), ("dprint", ("dprint.json",),
    ("dprint",), ""),
    ("rustfmt", ("rustfmt.toml", ".rustfmt.toml"), (), r"\bcargo fmt\b"), ("gofmt", ("go.mod",), (),
    r"\bgofmt\b|\bgoimports\b|\bgofumpt\b"),
    ("clang-format", (".clang-format",), (), r"\bclang-format\b"),
    ("mix format", (".formatter.exs",), (), r"\bmix format\b"), ("php-cs-fixer", (".php-cs-fixer.dist.php",
    ".php-cs-fixer.php", ".php_cs.dist"), ("friendsofphp/php-cs-fixer",), ""), ("pint", ("pint.json",),
    ("laravel/pint",), ""), ("oxfmt", (".oxfmtrc.json",), ("oxfmt",), ""), ("ktfmt", (), (), r"\bktfmt\b"),
    ("dotnet format", (), (), r"\bdotnet format\b"), ("terraform fmt", (), (), r"\bterraform fmt\b"),
    ("scalafmt", (".scalafmt.conf",), (), ""), ("swiftformat", (".swiftformat",), (), ""), ("spotless", (),
    ("spotless-maven-plugin",),
    r"com\.diffplug\.spotless"), ("editorconfig", (".editorconfig",), (), ""),
)  # fmt: skip
LINTERS: tuple[Tool, ...] = (
    ("ruff", ("ruff.toml", ".ruff.toml"), ("ruff",), r"^\[tool\.ruff"), ("flake8", (".flake8",), ("flake8",),
    r"^\[flake8\]"),
    ("pylint", (".pylintrc", "pylintrc"), ("pylint",), r"^\[tool\.pylint"), ("mypy", ("mypy.ini",
    ".mypy.ini"), ("mypy",), r"^\[tool\.mypy\]|^\[mypy\]"),
    ("pyright", ("pyrightconfig.json",), ("pyright", "basedpyright"), r"^\[tool\.(based)?pyright\]"),
    ("eslint", ("eslint.config.js", "eslint.config.mjs", "eslint.config.ts", ".eslintrc", ".eslintrc.js",
    ".eslintrc.json", ".eslintrc.cjs", ".eslintrc.yml"), ("eslint",), ""),
    ("typescript", ("tsconfig.json",), ("typescript",), ""), ("stylelint", (".stylelintrc",
    ".stylelintrc.json"), ("stylelint",), ""),
    ("clippy", ("clippy.toml", ".clippy.toml"), (), r"\bcargo clippy\b|^\[(workspace\.)?lints\.clippy\]"),
    ("golangci-lint", (".golangci.yml", ".golangci.yaml", ".golangci.toml"), (), r"golangci-lint"),
    ("rubocop", (".rubocop.yml",), ("rubocop",), ""), ("checkstyle", ("checkstyle.xml",),
    ("maven-checkstyle-plugin",), ""), ("phpstan", ("phpstan.neon", "phpstan.neon.dist"),
    ("phpstan/phpstan",), ""),
    ("pre-commit", (".pre-commit-config.yaml",), (), ""), ("shellcheck", (".shellcheckrc",), (),
    r"\bshellcheck\b"), ("ktlint", (), (), r"\bktlint\b"), ("detekt", ("detekt.yml",), (), ""),
    ("credo", (".credo.exs",), ("credo",), ""), ("dialyzer", (), ("dialyxir",), ""), ("psalm", ("psalm.xml",
    "psalm.xml.dist"),
    ("vimeo/psalm",), ""), ("phpcs", ("phpcs.xml", "phpcs.xml.dist", ".phpcs.xml.dist"),
    ("squizlabs/php_codesniffer",), ""),
    ("oxlint", (".oxlintrc.json",), ("oxlint",), ""), ("biome", ("biome.json", "biome.jsonc"),
    ("@biomejs/biome",), ""),
    ("standard", (), ("standard",), ""), ("markdownlint", (".markdownlint.json", ".markdownlint.yaml",
    ".markdownlint-cli2.jsonc"), ("markdownlint-cli", "markdownlint-cli2"), ""), ("typos", ("typos.toml",
    "_typos.toml",
    ".typos.toml"), (), r"crate-ci/typos"), ("cargo deny", ("deny.toml",), (), r"cargo-deny"
    r"|cargo deny"), ("clang-tidy",
    (".clang-tidy",), (), ""), ("swiftlint", (".swiftlint.yml",), (), ""), ("hadolint", (".hadolint.yaml",
    ".hadolint.yml"),
    (), r"\bhadolint\b"), ("actionlint", (), (), r"\bactionlint\b"), ("yamllint", (".yamllint",
    ".yamllint.yml",
    ".yamllint.yaml"), (), r"\byamllint\b"), ("ty", (), ("ty",), r"^\[tool\.ty[.\]]"),
)  # fmt: skip
SHARED = (
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    ".pre-commit-config.yaml",
    "Cargo.toml",
    "Makefile",
    "justfile",
    "package.json",
    "build.gradle",
    "build.gradle.kts",
)


MIGRATORS: tuple[Tool, ...] = (
    ("alembic", ("alembic.ini",), ("alembic", "flask-migrate"), r"^\[tool\.alembic"), ("django", (), (), ""),
    ("prisma", ("prisma/schema.prisma",), ("prisma",), ""), ("drizzle", ("drizzle.config.ts",
    "drizzle.config.js"),
    ("drizzle-kit",), ""), ("knex", ("knexfile.js", "knexfile.ts"), ("knex",), ""), ("sequelize",
    (".sequelizerc",),
    ("sequelize-cli",), ""), ("typeorm", ("ormconfig.json",), ("typeorm",), ""), ("flyway", (),
    ("flyway-core",),
    r"org\.flywaydb"), ("liquibase", (), ("liquibase-core",), r"org\.liquibase"), ("diesel", ("diesel.toml",),
    ("diesel_migrations",), ""), ("sea-orm", (), ("sea-orm-migration",), ""), ("goose", (),
    ("github.com/pressly/goose/v3",
    "github.com/pressly/goose"), ""), ("golang-migrate", (), ("github.com/golang-migrate/migrate/v4",), ""),
    ("atlas",
    ("atlas.hcl",), (), ""), ("doctrine", (), ("doctrine/doctrine-migrations-bundle", "doctrine/migrations"),
    ""), ("phinx",
    ("phinx.php", "phinx.yml"), ("robmorgan/phinx",), ""), ("ecto", (), ("ecto_sql",), ""),
)  # fmt: skip


def tools(tree: Tree, declared: tuple[Manifest, ...], known: tuple[Tool, ...]) -> tuple[Fact, ...]:
    """Those of the known tools that some line shows, with at most three such lines."""
    shared = [*(path for path in SHARED if tree.exists(path)), *workflows(tree)]
    out = []
    for name, files, wanted, pattern in known:
        shown = [telling_line(tree, path) for path in files if tree.exists(path)]
        shown += [
            each.evidence for manifest in declared for each in manifest.dependencies if each.name in wanted
        ][:2]
        shown += _lines_like(tree, shared, pattern) if pattern else []
        if shown:
            out.append(Fact(name, tuple(shown[:3])))
    return tuple(out)


def _lines_like(tree: Tree, paths: Iterable[str], pattern: str) -> list[Evidence]:
    out = []
    for path in paths:
        text = tree.text(path) or ""
        hit = re.search(pattern, text, re.MULTILINE)
        if hit:
            out.append(Written(path, text).at(hit.start()))
    return out


def telling_line(tree: Tree, path: str) -> Evidence:
    """The first line of a settings file that is neither empty nor a comment, else its first."""
    lines = (tree.text(path) or "").split("\n")[:60]
    silent = ("#", "//", ";", "/*", "*", "{", "---", "<?")
    return quote(
        tree,
        path,
        next(
            (n for n, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith(silent)), 1
        ),
    )
