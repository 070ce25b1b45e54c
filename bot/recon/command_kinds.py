"""What a command line, a script's name or a script's body is for: testing, linting, building, and so on.

Everything is judged by the words alone; whether the repository declares it is not asked here.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Literal

CommandKind = Literal["test", "lint", "build", "run", "format", "typecheck"]

LONGEST = 2_000
NAMES: tuple[tuple[CommandKind, re.Pattern[str]], ...] = (
    ("typecheck", re.compile(r"(type-?_?check(s|ing)?|types|mypy|pyright|tsc|check[:_-]types?|typing"
    r"|dialyzer|phpstan"
                             r"|psalm|types?[:_-]check|(ts|tsc)[:_-]check|check[:_-]tsc?)")),
    ("format",
     re.compile(r"(fmt|format|formatting|prettier|black|gofmt|(format|fmt|prettier|style)[:_-](check|all|fix|py|js|code)"
                r"|(check|lint|verify)[:_-](format(ting)?|fmt|prettier|style)|style|rustfmt|cs[:_-]?fix|codestyle)")),
    ("lint",
     re.compile(r"(lint|lints|linter|linting|eslint|ruff|flake8|pylint|clippy|rubocop|pre-?commit|credo|golangci(-lint)?"
                r"|lint[:_-](all|py|python|js|ts|go|rust|css|check|code|ci|fix|src)|(py|js|ts|go|code|all)[:_-]lint"
                r"|(check|ci)[:_-]lint|vet|checkstyle|phpcs|cs|cs[:_-]?check|stan|sniff|static|biome|standard|hlint"
                r"|check[:_-](static|code|style|ruff|quality)|static[:_-](check|analysis)|analy[sz]e|reek|typos|spelling"
                r"|codespell|prek)")),
    ("test",
     re.compile(r"(tests?|pytest|unit-?_?tests?|check|spec|jest|vitest|mocha|phpunit|rspec|tests?[:_-](unit|all|py|python"
                r"|ci|run|js|node|go|rust|core|dev|integration|e2e|full|race|once|types?|browser|fast|quick)"
                r"|unit|integration|e2e|tests?-?all|py[:_-]?tests?|(unit|all|go|ci|integration|e2e|js|node|acceptance|smoke)"
                r"[:_-]tests?|ctest)")),
    ("build",
     re.compile(r"(build|compile|dist|bundle|build[:_-](all|prod|lib|ts|js|dev)|package|assemble|all)")),
    ("run",
     re.compile(r"(run|start|serve|dev|server|up|start[:_-](dev|server)|run[:_-](dev|server)|runserver"
                r"|develop|watch)")),
)  # fmt: skip
# Names that say that something is checked but not how; what they run tells.
VAGUE = re.compile(r"(check|checks|ci|verify|validate|validation|qa|quality|all|style|default|static"
r"|ci[:_-].{1,40}"
                   r"|check[:_-]all|(pre-?)?commit|pre-?push|analy[sz]e|types|test[:_-]types?)")  # fmt: skip

TOOLS: tuple[tuple[CommandKind, re.Pattern[str]], ...] = (
    ("typecheck",
     re.compile(r"(mypy|pyright|basedpyright|pyre|tsc|tsgo|vue-tsc|pytype|ty check|svelte-check|phpstan"
     r"|psalm|psalm\.phar"
                r"|cargo (\+\S+ )?check|mix dialyzer|srb tc|steep check|pyrefly check|attw|tsd"
                r"|zuban check)(?![\w-])")),
    ("format",
     re.compile(r"(black|ruff format|prettier|cargo (\+\S+ )?fmt|gofmt|gofumpt|goimports|isort|yapf"
     r"|rustfmt|biome format"
                r"|dprint|clang-format|mix format|dotnet format|dart format|scalafmt|swiftformat"
                r"|terraform fmt|php-cs-fixer"
                r"|pint|taplo|autopep8|docformatter|pyupgrade"
                r"|mvnw? (.{0,80} )?(spotless|fmt):\S+)(?![\w-])")),
    ("lint",
     re.compile(r"(ruff( check)?|flake8|pylint|eslint|biome( check| ci| lint)?|pre-commit run|prek( run)?"
                r"|cargo (\+\S+ )?(clippy|deny|hack clippy|machete|audit)|golangci-lint|go vet|staticcheck"
                r"|rubocop|standardrb"
                r"|standard|stylelint|oxlint|shellcheck|yamllint|tslint|xo|checkstyle|ktlint|detekt|phpcs"
                r"|mix credo|codespell"
                r"|typos|bandit|vulture|markdownlint(-cli2)?|actionlint|hadolint|knip|cspell|buf lint"
                r"|tflint|swiftlint|reek"
                r"|brakeman|erb_?lint|vale|zizmor|clang-tidy|cppcheck|cpplint|dart analyze|flutter analyze"
                r"|revive|publint|pyspelling|check-spelling|clang-format --dry-run"
                r"|sherif|semgrep|doc8|pydocstyle|interrogate|djlint|deno lint|npm-package-json-lint"
                r"|textlint|rector"
                r"|composer (validate|normalize)"
                r"|mvnw? (.{0,80} )?checkstyle:\S+|npm run lint|twine check|check-manifest|validate-pyproject"
                r"|sphinx-lint|mix compile .{0,80}--warnings-as-errors|mix xref"
                r"|mix deps\.unlock --check-unused|mix hex\.audit)(?![\w-])")),
    ("test",
     re.compile(r"\A(pytest|py\.test|unittest|trial|nose2|cargo (\+\S+ )?(nextest( run)?|test|hack test"
     r"|llvm-cov|careful"
                r"|miri (nextest|test))|cross test|(rich)?go test|gotestsum|ginkgo|jest|vitest|mocha|ava"
                r"|tap|nyc|c8|jasmine|playwright"
                r" test|cypress run|karma|rspec|cucumber|rake (test|spec)|rails test|bin/rails test"
                r"|mvnw? (.{0,200} )?"
                r"(test|verify|integration-test)|phpunit(\.bat"
                r"|\.phar)?|simple-phpunit|pest|behat|codecept run|infection|php artisan test|ctest"
                r"|cmake --build .{0,80}"
                r"--target (test|check)|meson test|ninja .{0,40}(test|check)|bazel(isk)? test|dotnet (test"
                r"|vstest)"
                r"|mix (test|coveralls)\S{0,20}|swift test|xcodebuild .{0,200}test|coverage run|hatch test"
                r"|node .{0,80}--test"
                r"|deno test|bun test|sbt .{0,80}test|lein test|stack test|cabal test|zig build test"
                r"|flutter test|dart test"
                r"|busted|bats|crystal spec|manage\.py test|zope-testrunner|stestr run|slipcover"
                r"|cargo bench --test|wasm-pack test"
                r"|ward|robot|behave|([\w./-]{1,120}/)?(run_?)?tests?\.(py|sh|js|mjs|ps1))(?![\w-])")),
    ("build",
     re.compile(r"(cargo (\+\S+ )?build|go build|build|hatch build|poetry build|uv build|webpack|vite build"
                r"|rollup|next build|tsup|mvnw? (.{0,200} )?(package|install|compile)"
                r"|dotnet (build|pack)|cmake --build|mix compile|meson compile|swift build|flutter build"
                r"|npm pack"
                r"|gem build|rake build|bazel(isk)? build|esbuild|tsdown|unbuild|turbo build|zig build"
                r"|sbt .{0,80}compile"
                r")(?![\w-])")),
)  # fmt: skip
# The tasks of Gradle by the last part of their name.
GRADLE: tuple[tuple[CommandKind, re.Pattern[str]], ...] = (
    ("test", re.compile(r"check|all(Tests)?|(?!assemble|compile|bundle|package|build)\w{0,60}[tT]ests?"
    r"|connected\w{0,40}Check"
                        r"|test\w{0,60}|koverVerify|jacocoTestReport")),
    ("lint", re.compile(r"lint\w{0,40}|detekt\w{0,40}|ktlint(Check|\w{0,40}Check)?|checkstyle\w{0,40}"
    r"|spotbugs\w{0,40}"
                        r"|pmd\w{0,40}|apiCheck|animalsniffer\w{0,40}")),
    ("format", re.compile(r"spotless\w{0,40}|ktlintFormat")),
    ("build", re.compile(r"build|assemble\w{0,60}|jar|classes|compile\w{0,60}")),
)  # fmt: skip
# What is put before a program without changing what it does.
WRAPPED = re.compile(
    r"(?:(?:(?:uv|poetry|pdm|pipenv|hatch|rye|pixi|conda|mamba|micromamba) run|npx|pipx run|xvfb-run)"
    r"(?: --(?:group|extra|with|only-group|package|python|project|env-file) [^\s-]\S*+| -\S*+)*+(?= )"
    r"|bundle exec|appraisal|bunx|pnpm exec|pnpm dlx|yarn exec|yarn dlx|pnpm|yarn|uvx"
    r"|composer exec|time|sudo|env|exec|command|cross-env|php(?=(?: -\S*+)*+ \S{0,80}(?:vendor|phpunit|pest))"
    r"(?: -\S*+)*+|\.?/?node_modules/\.bin/|(?:\./)?vendor/bin/|bin/(?=(?:rspec|rubocop|rails|rake)\b)"
    r"|(?:python|pypy)[\d.]*+(?: -[WX] \S++| -[bBdEIuOs]++)*+(?: -m)?+|py -m|ruby(?: -\S*+)*+"
    r"|coverage run(?: (?!-m )-\S*+)*+ -m|\./|[A-Za-z_]\w*+=(?:\"[^\"]*+\"|'[^']*+'|\S*+)(?= ))(?=[ \w.])[ ]?"
)
# A variable in front of a program, which says where it is installed.
INSTALLED = re.compile(r"^(?:exec\s{1,4})?\"?(?:\$[({]{1,2}\w{1,40}[)}]{1,2}|\$\w{1,40}/)\"?/?(?=\w)")
SKIPPED = re.compile(
    r"-D(maven\.test\.skip|skipTests)\b(?!=false)|--no-run\b|-x test\b|-DskipITs -DskipTests"
)
ASKING = re.compile(r"\s(--version|--help|-V|--showlocals-help)$|^\S+ version$")
RUNNERS = frozenset({"npm", "pnpm", "yarn", "bun", "make", "gmake", "just", "task", "invoke", "rake",
"composer", "poe", "turbo",
                     "nx", "lerna", "deno", "mage", "doit", "taskipy", "wireit"})  # fmt: skip
VALUED = frozenset({"-F", "--filter", "-C", "--prefix", "--workspace", "-w", "--cwd", "--dir", "-f",
"--file", "-j", "--scope",
                    "--loglevel", "--concurrency", "-d", "--directory"})  # fmt: skip
SPREADING = frozenset(
    {"run", "run-script", "workspaces", "foreach", "run-many", "-t", "--", "exec", "task", "affected"}
)
NARROW = re.compile(
    r"(?:\s(?:-k|-m|-p|-F|-pl|--only|--package|--filter\S*|--test|--tests|--projects?|--scope|--testsuite|--group|--suite|--bin|--doc"
    r"|--examples?|--manifest-path|--grep|--include|--exclude|-t|-g|-e|-s|--workspace=\S+)[\s=]|::|\bARGS="
    r"|\bworkspace \S"
    r"|\s\S{1,200}\.(?:py|rs|jsx?|tsx?|rb|ex|exs|php|go|java)\b|\bdocs?\b|doctest|bench|spell)",
    re.IGNORECASE,
)
WRITES = re.compile(
    r"--write\b|--fix\b|--apply\b|-w\b|\bfix\b|--autocorrect|ruff format(?!.{0,80}(--check|--diff))"
)


def kind_of_name(name: str) -> CommandKind | None:
    """What a script or target of this name is for, as far as the name tells."""
    low = name.lower().strip(".").replace(".", "-")[:100]
    return next((kind for kind, pattern in NAMES if pattern.fullmatch(low)), None)


def is_vague(name: str) -> bool:
    """Whether a name says that something is checked, but not what."""
    return bool(VAGUE.fullmatch(name.lower()[:100]))


def tool_kind(line: str) -> CommandKind | None:
    """What a shell line does, judged by the tool it starts or by the name of the script it calls."""
    bare = bare_line(line)
    if not bare or ASKING.search(bare):
        return None
    if re.match(r"(tox|nox)(?![\w-])", bare):
        return _environment_kind(bare)
    if re.match(r"gradlew?\s", bare):
        return _gradle_kind(bare.split()[1:])
    for kind, pattern in TOOLS:
        if pattern.match(bare) and not re.match(r"\S{1,200}\.(bat|cmd)\b", bare):
            return "build" if kind == "test" and SKIPPED.search(bare) else kind
    called = called_name(line)
    return kind_of_name(called[1]) if called else None


def _gradle_kind(words: Sequence[str]) -> CommandKind | None:
    """What Gradle's tasks do; `check` and `build` without the tests are no tests."""
    left_out = {words[at + 1] for at, word in enumerate(words[:-1]) if word in {"-x", "--exclude-task"}}
    tasks = [each.rpartition(":")[2] for each in words if not each.startswith("-") and each not in left_out]
    found = {kind for each in tasks for kind, pattern in GRADLE if pattern.fullmatch(each)}
    if (
        "test" in found
        and {"check"} >= {each for each in tasks if GRADLE[0][1].fullmatch(each)}
        and "test" in left_out
    ):
        return "lint"
    return next((kind for kind, _ in GRADLE if kind in found), None)


def bare_line(line: str) -> str:
    """A line without what only carries it: environment, runners, interpreters."""
    bare = " ".join(line[:LONGEST].split())
    for _ in range(12):
        found = WRAPPED.match(bare)
        if not found:
            break
        bare = bare[found.end() :].lstrip()
    return bare


def _environment_kind(line: str) -> CommandKind | None:
    """`tox -e docs` and `nox -s lint` do what the environment is named for.

    Interpreters and bare calls test.
    """
    found = re.search(
        r"\b(?:tox|nox)\b[^|;&]{0,80}?(?: run)?(?: -e| -s| --session| --sessions)[ =]?([\w:.,-]+)", line
    )
    name = found.group(1) if found else "test"
    if re.match(r"(py|pypy|test|unit|\d)", name):
        return "test"
    return kind_of_name(name.split(",")[0].partition("-")[0]) or kind_of_name(name.split(",")[0])


def called_name(line: str) -> tuple[str, str] | None:
    """The runner and the script, task or target that a line calls, "" for the runner's default."""
    words = _words(re.sub(r"^(?:[A-Za-z_]\w*+=\S*+\s++)++", "", line.strip()[:LONGEST]))
    while words and (
        words[0] in {"sudo", "time", "env", "bundle", "exec", "uv", "run", "poetry", "pdm", "npx"}
        or "=" in words[0]
    ):
        words = words[1:]
    if not words or words[0] not in RUNNERS:
        return None
    name = next(iter(_plain(words[1:])), "")
    return (words[0], name)


def _plain(words: Sequence[str]) -> list[str]:
    """The words that are no options, no values of options, no assignments, and do not only spread a call."""
    out, skip = [], False
    for at, word in enumerate(words):
        if skip:
            skip = False
        elif word == "workspace":
            skip = True
        elif word in VALUED:
            skip = at + 1 < len(words)
        elif not word.startswith("-") and "=" not in word and word not in SPREADING:
            out.append(word)
    return out


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def kind_of_body(body: str) -> CommandKind | None:
    """What a script that runs these lines is for; testing outweighs checking, checking outweighs building.

    Calls of vague names say nothing.
    """
    lines = [each.strip().lstrip("@-+ ") for each in re.split(r"&&|\|\||;|\n", body[:LONGEST])]
    found = {_kind_of_part(INSTALLED.sub("", each)) for each in lines}
    order: tuple[CommandKind, ...] = ("test", "lint", "typecheck", "format", "build", "run")
    return next((kind for kind in order if kind in found), None)


def _kind_of_part(line: str) -> CommandKind | None:
    called = called_name(line)
    return None if called and is_vague(called[1]) else tool_kind(line)


def kind_of_parts(name: str) -> CommandKind | None:
    """What a longer name begins with, else ends with: `test-ui-default`, `lint:js`, `license-checks`."""
    first, *rest = re.split(r"[-:_.]", name[:100])
    if not rest:
        return None
    for part in (first, rest[-1]):
        if re.fullmatch(r"check(s|er)?|verify|validate", part):
            return "lint"
        if not is_vague(part) and (known := kind_of_name(part)):
            return known
    return None


def kind_of_script(name: str, body: str, otherwise: CommandKind | None = "lint") -> CommandKind | None:
    """What a declared script is for: its name says, or what it runs where the name is vague.

    `otherwise` is what a vague name means whose body tells no more than that something is built first.
    """
    named = kind_of_name(name)
    if not is_vague(name):
        return named
    known = kind_of_body(body)
    return known if known and known != "build" else otherwise if named == "test" else named or known


def is_narrow(line: str) -> bool:
    """Whether a line runs only a part: one package, one file, one name."""
    return bool(NARROW.search(" " + bare_line(line)))


def writes(line: str) -> bool:
    """Whether a line changes files to please a tool instead of only saying what is wrong."""
    return bool(WRITES.search(line[:LONGEST]))


ECOSYSTEMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("python", re.compile(r"\b(pytest|unittest|ruff|mypy|pyright|basedpyright|black|flake8|pylint|isort"
    r"|tox|nox|hatch|pdm|poetry|uv"
                          r"|poe|python[\d.]*|coverage|rye)\b")),
    ("node", re.compile(r"\b(npm|pnpm|yarn|bun|bunx|npx|node|jest|vitest|mocha|eslint|tsc|prettier|biome"
    r"|deno)\b")),
    ("rust", re.compile(r"\bcargo\b")), ("go", re.compile(r"\b(go|gofmt|golangci-lint|gotestsum)\b")),
    ("jvm", re.compile(r"\b(mvn|mvnw|gradle|gradlew)\b")),
    ("ruby", re.compile(r"\b(rake|rspec|rubocop|bundle|rails)\b")),
    ("php", re.compile(r"\b(composer|phpunit|pest|phpstan|psalm|php-cs-fixer|phpcs|php)\b")),
    ("elixir", re.compile(r"\bmix\b")), ("dotnet", re.compile(r"\bdotnet\b")), ("c", re.compile(r"\b(ctest"
    r"|cmake|meson)\b")),
    ("swift", re.compile(r"\bswift\b")),
)  # fmt: skip


def ecosystem_of_line(line: str) -> str | None:
    """Whose tools a line starts; None when its words do not tell."""
    return next((name for name, pattern in ECOSYSTEMS if pattern.search(line[:LONGEST])), None)
