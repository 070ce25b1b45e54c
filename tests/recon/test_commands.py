"""Commands with their evidence, and whether a command line can run, over small trees of each ecosystem."""

from __future__ import annotations

import json

import pytest

from bot.recon.commands import commands, runnable
from bot.recon.tree import Snapshot, in_memory


def found(files: dict[str, str]) -> list[tuple[str, str, str]]:
    tree = in_memory(files)
    for each in commands(tree):
        shown = (tree.text(each.evidence.path) or "").split("\n")[each.evidence.line - 1]
        assert each.evidence.quote in shown.strip(), "the quote must stand on the line that is named"
    return [(each.kind, each.line, f"{each.evidence.path}:{each.evidence.line}") for each in commands(tree)]


def package(**scripts: str) -> str:
    return json.dumps({"name": "x", "scripts": scripts}, indent=2)


def test_a_wrapper_comes_before_a_script_before_ci_and_a_default_is_for_want_of_them() -> None:
    files = {
        "Makefile": "lint:\n\truff check\n\ntest: lint\n\tpytest\n",
        "pyproject.toml": '[project]\nname = "x"\n\n[tool.pytest.ini_options]\n\n'
        '[tool.pdm.scripts]\ntest = "pytest"\n',
        ".github/workflows/ci.yml": "jobs:\n  t:\n    steps:\n      - run: "
        "|\n          pip install .\n          pytest -n 2\n",
    }
    assert [each for each in found(files) if each[0] == "test"] == [
        ("test", "make test", "Makefile:4"),
        ("test", "pdm run test", "pyproject.toml:7"),
        ("test", "pytest -n 2", ".github/workflows/ci.yml:6"),
    ]
    alone = {"pyproject.toml": "[project]\nname = 'x'\n\n[tool.pytest.ini_options]\n"}
    assert found(alone) == [("test", "pytest", "pyproject.toml:4")]


@pytest.mark.parametrize(
    ("lock", "line"),
    [
        ("package-lock.json", "npm test"),
        ("pnpm-lock.yaml", "pnpm test"),
        ("yarn.lock", "yarn test"),
        ("bun.lock", "bun run test"),
    ],
)
def test_the_lock_file_tells_the_package_manager(lock: str, line: str) -> None:
    assert ("test", line, "package.json:4") in found({"package.json": package(test="vitest"), lock: ""})


def test_the_placeholder_script_of_npm_init_is_no_test() -> None:
    files = {"package.json": package(test='echo "Error: no test specified" && exit 1')}
    assert [each for each in found(files) if each[0] == "test"] == []


def test_workspaces_are_named_with_their_folder() -> None:
    files = {
        "package.json": package(build="x"),
        "packages/a/package.json": package(lint="eslint ."),
        "yarn.lock": "",
    }
    assert ("lint", "cd packages/a && yarn run lint", "packages/a/package.json:4") in found(files)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Cargo.toml": "[package]\n"}, ("test", "cargo test", "Cargo.toml:1")),
        ({"go.mod": "module x\n"}, ("test", "go test ./...", "go.mod:1")),
        ({"pom.xml": "<project/>", "mvnw": "#!/bin/sh"}, ("test", "./mvnw test", "mvnw:1")),
        ({"build.gradle": "plugins {}"}, ("test", "gradle test", "build.gradle:1")),
        (
            {"noxfile.py": "import nox\n\n@nox.session\ndef lint(s):\n  pass\n"},
            ("lint", "nox -s lint", "noxfile.py:4"),
        ),
        ({"tox.ini": "[tox]\nenvlist = py311\n[testenv:lint]\n"}, ("lint", "tox -e lint", "tox.ini:3")),
        ({"justfile": "set shell := ['sh']\nfmt:\n  black .\n"}, ("format", "just fmt", "justfile:2")),
        (
            {"Taskfile.yml": "version: 3\ntasks:\n  test:\n    cmds:\n      - x\n"},
            ("test", "task test", "Taskfile.yml:3"),
        ),
        ({"composer.json": package(test="phpunit")}, ("test", "composer test", "composer.json:4")),
        ({"Rakefile": "task :test do\nend\n"}, ("test", "rake test", "Rakefile:1")),
        ({"tests/test_a.py": "import unittest\n"}, ("test", "python -m unittest", "tests/test_a.py:1")),
        (
            {"pyproject.toml": "[tool.hatch.envs.default.scripts]\ntest = 'pytest'\n"},
            ("test", "hatch run test", "pyproject.toml:2"),
        ),
        (
            {
                ".github/workflows/a.yml": "jobs:\n  j:\n    steps:\n    - name: T\n      working-directory: "
                "core\n      run: cargo test --locked\n"
            },
            ("test", "cd core && cargo test --locked", ".github/workflows/a.yml:6"),
        ),
    ],
)
def test_each_ecosystem(files: dict[str, str], expected: tuple[str, str, str]) -> None:
    assert expected in found(files)


@pytest.mark.parametrize(
    "line",
    [
        "pip install pytest",
        "pytest ${{ matrix.x }}",
        "tox -e docs",
        "echo pytest",
        "cargo install cargo-nextest",
    ],
)
def test_ci_lines_that_are_no_test_command(line: str) -> None:
    files = {".github/workflows/a.yml": f"jobs:\n  j:\n    steps:\n    - run: {line}\n"}
    assert [each for each in found(files) if each[0] == "test"] == []


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"scripts": 3}',
        '{"scripts": {"test": {"a": 1}}}',
        "\0",
        "=" * 50,
        "[tool\n",
        "tasks:\n  - 1\n",
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        "package.json",
        "pyproject.toml",
        "composer.json",
        "Cargo.toml",
        "Taskfile.yml",
        "tox.ini",
        "noxfile.py",
        ".github/workflows/a.yml",
    ],
)
def test_a_broken_file_hides_no_other_and_declares_at_most_that_it_is_there(name: str, text: str) -> None:
    make = ("test", "make test", "Makefile:1")
    seen = found({name: text, "Makefile": "test:\n\ttrue\n"})
    assert make in seen
    assert {where for _, _, where in seen} <= {"Makefile:1", f"{name}:1"}


TREE: Snapshot = in_memory(
    {
        "package.json": json.dumps({"scripts": {"test": "vitest", "lint:js": "eslint"},
        "devDependencies": {"vitest": "1", "typescript": "5", "@biomejs/biome": "1"}}),
        "web/package.json": package(dev="vite"),
        "Makefile": "include mk/more.mk\n.PHONY: test\ntest unit: deps\n\tpytest\ndeps:\n",
        "mk/more.mk": "extra:\n\ttrue\n",
        "open/Makefile": "include $(TOP)/x.mk\nall:\n",
        "pattern/Makefile": "%.o: %.c\nall:\n",
        "justfile": "alias t := test\ntest *ARGS:\n  pytest\n",
        "Taskfile.yml": "tasks:\n  build:\n    cmds: [x]\n",
        "tox.ini": "[tox]\nenvlist = py{310,311}-{a,b}, lint\n[testenv:docs]\n",
        "noxfile.py": "import nox\n@nox.session(name='unit-tests', python=['3.11'])\ndef u(session): ...\n",
        "pyproject.toml": '[project.scripts]\nmytool = "app:main"\n'
        '[tool.poe.tasks]\ncheck = "ruff"\n[tool.hatch.envs.test.scripts]\ncov = "x"\n',
        "src/app/__init__.py": "", "src/app/__main__.py": "", "src/app/jobs.py": "", "scripts/run.sh": "",
        "manage.py": "",
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("npm test", "defined"), ("npm run lint:js -- --fix", "defined"), ("npm run nope", "undefined"),
        ("npm run", "unchecked"),
        ("npm install", "unchecked"), ("npm ci && npm test", "unchecked"), ("npm test && npm run nope",
        "undefined"), ("pnpm test", "defined"),
        ("pnpm vitest run", "defined"), ("pnpm tsc", "defined"), ("pnpm biome check", "defined"),
        ("pnpm lint", "undefined"),
        ("pnpm some-binary", "unchecked"), ("pnpm run some-binary", "undefined"), ("yarn run nope:x",
        "undefined"), ("yarn add x", "unchecked"),
        ("bun test", "unchecked"), ("cd web && npm run dev", "defined"), ("npm --prefix web run dev",
        "defined"), ("npm run dev", "undefined"),
        ("npm run dev --workspaces", "defined"), ("pnpm --filter web run other", "unchecked"),
        ("cd missing && npm run dev", "unchecked"),
        ("CI=1 FOO=bar npm test", "defined"), ("sudo time npm test", "defined"), ("npx anything",
        "unchecked"),
        ("make test", "defined"), ("make unit CFLAGS=-O2", "defined"), ("make extra", "defined"),
        ("make nope", "undefined"), ("make", "defined"),
        ("make -C open nope", "unchecked"), ("make -C pattern nope", "unchecked"), ("make -j4 test nope",
        "undefined"), ("make $TARGET", "unchecked"),
        ("just test a b", "defined"), ("just t", "defined"), ("just nope", "undefined"), ("task build",
        "defined"), ("task nope", "undefined"),
        ("tox -e lint", "defined"), ("tox -e py311-a", "defined"), ("tox -e py312-b", "unchecked"),
        ("tox -e nope", "undefined"),
        ("tox -e py311-a,nope", "undefined"), ("tox", "defined"), ("nox -s unit-tests", "defined"),
        ("nox -s unit-tests-3.11", "defined"),
        ("nox -s nope", "undefined"), ("poe check", "defined"), ("poe nope", "undefined"),
        ("hatch run test:cov", "defined"),
        ("hatch run test:nope", "undefined"), ("hatch run pytest", "unchecked"), ("python -m app",
        "defined"), ("python3.11 -m app.jobs", "defined"),
        ("python -m app.nope", "undefined"), ("python -m pytest tests", "unchecked"),
        ("python -W error -m app.jobs", "defined"),
        ("python manage.py migrate", "defined"), ("python gone.py", "undefined"), ("python -c 'x'",
        "unchecked"), ("uv run python -m app.jobs", "defined"),
        ("uv run --group dev mytool x", "defined"), ("poetry run pytest", "unchecked"), ("mytool --help",
        "defined"), ("./scripts/run.sh", "defined"),
        ("bash scripts/gone.sh", "undefined"), ("node dist/index.js", "unchecked"), ("./gradlew test",
        "undefined"), ("git status", "unchecked"),
        ("cargo test", "unchecked"), ("echo $(make nope)", "unchecked"), ("for f in *; do make nope; done",
        "unchecked"), ("", "unchecked"),
        ("make 'unclosed", "unchecked"), ("make test > out.txt 2>&1", "defined"), ("make test | tee log",
        "unchecked"), ("$ make test", "defined"),
    ],
)  # fmt: skip
def test_runnable(line: str, verdict: str) -> None:
    assert runnable(line, TREE).verdict == verdict


def test_an_undefined_command_says_where_it_looked_and_what_there_is() -> None:
    answer = runnable("make tset", TREE)
    assert answer.where is not None
    assert answer.where.path == "Makefile"
    assert answer.available == ("test", "unit", "deps", "extra")


def test_the_nearest_manifest_upwards_counts() -> None:
    assert runnable("npm run dev", TREE, "src/new.ts").verdict == "undefined"
    assert runnable("npm run dev", TREE, "web/index.ts").verdict == "defined"
    assert runnable("npm run dev", TREE, "web").verdict == "defined"


def test_a_truncated_tree_proves_no_absence() -> None:
    assert runnable("make nope", in_memory({"Makefile": "a:\n"}, truncated=True)).verdict == "unchecked"
