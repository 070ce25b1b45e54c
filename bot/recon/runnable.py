"""Whether a command line can run on a tree: its script, target, session, module or file is
declared there or not.

It prefers to say "unchecked": a wrong "undefined" stops a good plan. Programs of the
machine are never checked.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.recon.kinds import GENERATED_DIRS
from bot.recon.manifests import json_table, nearest_manifest, table
from bot.recon.targets import JUSTFILES, MAKEFILES, TASKFILES, Target, Targets, targets
from bot.recon.tree import Evidence, Tree, joined, name_of, parent, quote, upward

Verdict = Literal["defined", "undefined", "unchecked"]

MOST_SHOWN = 40
LONGEST = 4_000
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
PREFIXES = frozenset(
    {"sudo", "time", "env", "command", "exec", "nohup", "nice", "xvfb-run", "cross-env", "dotenv"}
)
SHELL_WORDS = frozenset(
    {
        "if",
        "then",
        "else",
        "fi",
        "for",
        "do",
        "done",
        "while",
        "case",
        "esac",
        "{",
        "}",
        "!",
        "function",
        "until",
    }
)
SCRIPT_SUFFIXES = (".py", ".sh", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".bash")
BUILT_DIRS = GENERATED_DIRS | {
    "build",
    "out",
    "target",
    "bin",
    ".venv",
    "venv",
    "env",
    "node_modules",
    "lib",
    "tmp",
    ".cache",
}
NODE_OWN = frozenset((
    "install", "i", "ci", "add", "remove", "rm", "uninstall", "update", "up", "upgrade", "publish", "pack",
    "init", "create", "link", "unlink", "version", "audit", "outdated", "ls", "list", "why", "info", "view",
    "config", "cache", "login", "logout", "dlx", "exec", "x", "workspace", "workspaces", "set", "import",
    "dedupe", "prune", "rebuild", "store", "patch", "deploy", "fetch", "env", "help", "explain", "fund",
    "search", "owner", "access", "token", "team", "root", "prefix", "ping", "repo", "docs", "bugs",
    "doctor", "completion", "pkg", "query", "sbom", "approve-builds", "licenses", "self-update", "node",
    "global", "plugin", "plugins", "constraints", "up-interactive",
))  # fmt: skip
BINS = {
    "tsc": "typescript", "tsserver": "typescript", "ng": "@angular/cli",
    "vue-cli-service": "@vue/cli-service", "playwright": "@playwright/test",
    "nest": "@nestjs/cli", "run-s": "npm-run-all", "run-p": "npm-run-all", "changeset": "@changesets/cli",
    "biome": "@biomejs/biome",
    "svelte-kit": "@sveltejs/kit", "storybook": "@storybook/cli", "react-scripts": "react-scripts",
    "tsx": "tsx", "remix": "@remix-run/dev",
    "commitlint": "@commitlint/cli", "graphql-codegen": "@graphql-codegen/cli", "swc": "@swc/cli",
    "babel": "@babel/cli", "sb": "storybook",
}  # fmt: skip
SCRIPT_LIKE = re.compile(
    r"(test|lint|build|format|fmt|typecheck|type-check|check|start|dev|serve|e2e|unit|coverage|docs|clean"
    r"|verify|ci)([:_-].*)?|[^:\n]*:.*"
)
VALUED = {
    "make": {"-C", "-f", "-j", "-I", "-o", "-l", "--directory", "--file", "--jobs"},
    "just": {"-f", "-d", "--justfile", "--working-directory", "--set"},
    "task": {"-d", "-t", "--dir", "--taskfile", "-C", "-o"},
    "node": {"--prefix", "-C", "--cwd", "--dir", "-w", "--workspace", "--filter", "-F",
    "--workspaces-update", "--loglevel"},
    "run": {"--with", "--extra", "--group", "--python", "-p", "--package", "--project", "--directory",
    "--env-file", "--only-group", "--index", "-e", "--env"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Runnable:
    """What was found out about a command line; `available` are the names that could have been meant."""

    verdict: Verdict
    where: Evidence | None = None
    available: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        return {
            "verdict": self.verdict,
            "where": self.where.to_dict() if self.where else None,
            "available": list(self.available),
        }


UNCHECKED = Runnable("unchecked")


def runnable(command_line: str, tree: Tree, near_path: str = "") -> Runnable:
    """Whether `command_line` can run on `tree`, looked up from the folder of `near_path` upwards.

    Several commands joined by `&&`, `;` or `|` are defined when each checked one is;
    one undefined makes all so.
    """
    folder = near_path.rstrip("/") if tree.is_dir(near_path) else parent(near_path)
    verdicts: list[Runnable] = []
    for words in _simple_commands(command_line):
        moved = _moved(words, folder, tree)
        if moved is not None:
            folder = moved
            continue
        verdicts.append(_check(words, tree, folder) if folder != GONE else UNCHECKED)
    undefined = next((each for each in verdicts if each.verdict == "undefined"), None)
    if undefined:
        return UNCHECKED if tree.truncated else undefined
    if verdicts and all(each.verdict == "defined" for each in verdicts):
        return verdicts[-1]
    return next((each for each in verdicts if each.verdict == "unchecked"), UNCHECKED)


GONE = "\0"  # a folder that is not in the tree: nothing after the `cd` can be judged


def _simple_commands(command_line: str) -> list[list[str]]:
    """The words of each simple command; empty for shell this cannot
    judge (substitution, loops, bad quotes).
    """
    shown = command_line.strip().removeprefix("$ ").strip("`")
    if len(shown) > LONGEST or "$(" in shown or "`" in shown or "<<" in shown:
        return []
    try:
        lexer = shlex.shlex(shown, posix=True, punctuation_chars="();<>|&\n")
        lexer.whitespace = " \t\r"
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError:
        return []
    out: list[list[str]] = [[]]
    skip = False
    for word in words:
        if word and not word.strip("();|&\n"):
            out.append([])
        elif word and not word.strip("<>&|"):
            skip = True
            if out[-1] and out[-1][-1].isdigit():
                out[-1].pop()  # the file descriptor of `2>`
        elif skip:
            skip = False
        else:
            out[-1].append(word)
    return [each for each in out if each and each[0] not in SHELL_WORDS]


def _moved(words: Sequence[str], folder: str, tree: Tree) -> str | None:
    if words[0] not in {"cd", "pushd"} or len(words) < 2:
        return None
    there = joined(folder, words[1])
    if tree.is_dir(there):
        return there
    return joined("", words[1]) if tree.is_dir(joined("", words[1])) else GONE


def _check(words: Sequence[str], tree: Tree, folder: str) -> Runnable:
    words = _bare(words)
    if not words or any("$" in word or "{{" in word or "<" in word for word in words[:3]):
        return UNCHECKED
    program, rest = words[0], list(words[1:])
    handler = HANDLERS.get(re.sub(r"^(python)[\d.]*$", r"\1", program))
    if handler:
        return handler(program, rest, tree, folder)
    if "/" in program or program.endswith(SCRIPT_SUFFIXES):
        return _file(program, tree, folder)
    return _own_script(program, tree, folder)


def _bare(words: Sequence[str]) -> list[str]:
    out = list(words)
    while out and (ASSIGNMENT.fullmatch(out[0]) or out[0] in PREFIXES or (len(out) > 1 and out[0] == "-a")):
        out = out[1:]
    return out


def _plain_words(rest: Sequence[str], valued: set[str]) -> tuple[list[str], dict[str, str]]:
    """The words that are no options, and the options that take a value.

    Everything after `--` belongs to the script.
    """
    plain: list[str] = []
    options: dict[str, str] = {}
    at = 0
    while at < len(rest) and rest[at] != "--":
        word = rest[at]
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            plain.append(word)
        elif equals:
            options[name] = value
        elif word in valued and at + 1 < len(rest):
            options[word] = rest[at + 1]
            at += 1
        else:
            options[word] = ""
        at += 1
    return plain, options


def _answer(declared: Sequence[Targets], name: str, *, unsure: bool = False) -> Runnable:
    for each in declared:
        found = each.get(name)
        if found:
            return Runnable("defined", found.evidence, ())
    names = tuple(dict.fromkeys(known for each in declared for known in each.names))[:MOST_SHOWN]
    if unsure or not declared or any(each.open_ended for each in declared):
        return Runnable("unchecked", None, names)
    first = declared[0]
    where = first.found[0].evidence if first.found else Evidence(first.path, 1, "")
    return Runnable("undefined", Evidence(first.path, where.line, where.quote), names)


def _declared(tree: Tree, path: str | None, runner: str) -> list[Targets]:
    return [each for each in targets(tree, path) if each.runner == runner] if path else []


# --- package managers ------------------------------------------------------------------------------------


def _node(program: str, rest: list[str], tree: Tree, folder: str) -> Runnable:
    plain, options = _plain_words(rest, VALUED["node"])
    folder = _node_folder(options, tree, folder)
    if not plain or folder == GONE:
        return UNCHECKED
    asked_to_run = plain[0] in {"run", "run-script", "rum"}
    if plain[0] in {"exec", "x", "dlx"} or (asked_to_run and len(plain) < 2):
        return UNCHECKED
    name = plain[1] if asked_to_run else {"t": "test", "tst": "test"}.get(plain[0], plain[0])
    if program == "npm" and not asked_to_run and name not in {"test", "start", "stop", "restart"}:
        return UNCHECKED
    if not asked_to_run and (name in NODE_OWN or (program == "bun" and (name == "test" or "." in name))):
        return UNCHECKED
    manifest = nearest_manifest(tree, folder, "package.json")
    if manifest is None:
        return Runnable("undefined" if asked_to_run and not _any_node(tree) else "unchecked")
    return _node_script(program, name, asked_to_run, manifest, options, tree)


def _node_script(
    program: str, name: str, asked: bool, manifest: str, options: dict[str, str], tree: Tree
) -> Runnable:
    declared = _declared(tree, manifest, "node")
    if declared and declared[0].get(name):
        return _answer(declared, name)
    spread = {
        "-r",
        "--recursive",
        "-w",
        "--workspace",
        "--workspaces",
        "-ws",
        "--filter",
        "-F",
        "--if-present",
    } & options.keys()
    if spread:
        everywhere = [each for path in _packages(tree) for each in _declared(tree, path, "node")]
        return _answer(everywhere, name, unsure=True)
    if name == "start" and tree.exists(joined(parent(manifest), "server.js")):
        return Runnable("defined", quote(tree, joined(parent(manifest), "server.js"), 1))
    if program != "npm":
        binary = _binary(name, manifest, tree)
        if binary:
            return Runnable("defined", binary)
        if not SCRIPT_LIKE.fullmatch(name) and not (asked and program == "pnpm"):
            return Runnable("unchecked", None, declared[0].names if declared else ())
    return _answer(declared, name)


def _node_folder(options: dict[str, str], tree: Tree, folder: str) -> str:
    for option in ("--prefix", "-C", "--cwd", "--dir"):
        if options.get(option):
            there = joined(folder, options[option])
            return there if tree.is_dir(there) else GONE
    return folder


def _any_node(tree: Tree) -> bool:
    return any(name_of(path) == "package.json" for path in tree.paths)


def _packages(tree: Tree) -> list[str]:
    return [path for path in tree.paths if name_of(path) == "package.json" and "node_modules/" not in path]


def _binary(name: str, manifest: str, tree: Tree) -> Evidence | None:
    """The dependency (of this package or one above it) whose program has this name, as far as names tell."""
    for folder in upward(parent(manifest)):
        path = joined(folder, "package.json")
        top = json_table(tree, path)
        for group in ("devDependencies", "dependencies", "optionalDependencies", "peerDependencies"):
            for known in table(top, group):
                if known in {name, BINS.get(name), f"{name}-cli"} or known.endswith(
                    (f"/{name}", f"/{name}-cli")
                ):
                    text = tree.text(path) or ""
                    at = text.find(f'"{known}"')
                    return quote(tree, path, text.count("\n", 0, max(at, 0)) + 1)
    return None


# --- task runners ----------------------------------------------------------------------------------------


def _make(_: str, rest: list[str], tree: Tree, folder: str) -> Runnable:
    plain, options = _plain_words(rest, VALUED["make"])
    named = options.get("-f") or options.get("--file")
    there = options.get("-C") or options.get("--directory")
    folder = joined(folder, there) if there else folder
    path = joined(folder, named) if named else nearest_manifest(tree, folder, *MAKEFILES)
    if path is None or not tree.exists(path):
        return Runnable("unchecked" if named or there or _generates_makefile(tree) else "undefined")
    wanted = [word for word in plain if "=" not in word]
    declared = _declared_as(tree, path, "make", named)
    if not wanted:
        return (
            Runnable("defined", declared[0].found[0].evidence)
            if declared and declared[0].found
            else UNCHECKED
        )
    answers = [_make_target(declared, word, tree, parent(path)) for word in wanted]
    return next((each for each in answers if each.verdict == "undefined"), answers[0])


def _declared_as(tree: Tree, path: str, runner: str, named: str | None) -> list[Targets]:
    if named and name_of(path) not in MAKEFILES:
        return [Targets(path, runner, (), open_ended=True)]
    return _declared(tree, path, runner)


def _make_target(declared: list[Targets], name: str, tree: Tree, folder: str) -> Runnable:
    """A file of that name, or one a built-in rule could make it from, is a target too."""
    unsure = (
        "." in name
        or "/" in name
        or tree.exists(joined(folder, name))
        or tree.exists(joined(folder, f"{name}.c"))
    )
    return _answer(declared, name, unsure=unsure)


def _generates_makefile(tree: Tree) -> bool:
    return any(
        tree.exists(name)
        for name in (
            "configure",
            "configure.ac",
            "CMakeLists.txt",
            "Makefile.am",
            "Makefile.in",
            "Makefile.PL",
            "meson.build",
        )
    )


def _recipes(program: str, rest: list[str], tree: Tree, folder: str) -> Runnable:
    plain, options = _plain_words(rest, VALUED[program])
    if VALUED[program] & options.keys() or not plain:
        return UNCHECKED
    names = JUSTFILES if program == "just" else TASKFILES
    path = nearest_manifest(tree, folder, *names)
    if path is None:
        return Runnable("undefined" if program == "just" else "unchecked")
    return _answer(
        _declared(tree, path, program),
        plain[0],
        unsure="::" in plain[0] or (":" in plain[0] and program == "task"),
    )


def _tox(_: str, rest: list[str], tree: Tree, folder: str) -> Runnable:
    plain, options = _plain_words(rest, {"-e", "-c", "--conf", "-f", "--workdir", "-m"})
    plain = plain[1:] if plain[:1] in (["run"], ["r"], ["p"], ["run-parallel"]) else plain
    if "-c" in options or "--conf" in options:
        return UNCHECKED
    path = nearest_manifest(tree, folder, "tox.ini") or _tox_elsewhere(tree, folder)
    declared = _declared(tree, path, "tox")
    if not declared:
        return UNCHECKED if path or nearest_manifest(tree, folder, "tox.toml") else Runnable("undefined")
    wanted = [name for name in options.get("-e", "").split(",") if name and name != "ALL"]
    if not wanted:
        return Runnable(
            "defined",
            declared[0].found[0].evidence if declared[0].found else Evidence(declared[0].path, 1, ""),
        )
    answers = [_answer(declared, name, unsure=_by_factors(declared, name)) for name in wanted]
    return next((each for each in answers if each.verdict == "undefined"), answers[0])


def _tox_elsewhere(tree: Tree, folder: str) -> str | None:
    for name in ("pyproject.toml", "setup.cfg"):
        path = nearest_manifest(tree, folder, name)
        if path and _declared(tree, path, "tox"):
            return path
    return None


def _by_factors(declared: Sequence[Targets], name: str) -> bool:
    """tox makes an environment for any interpreter, and for any mix of factors it has seen."""
    if "{" in name:
        return True
    factors = {factor for each in declared for known in each.names for factor in known.split("-")}
    return all(
        re.fullmatch(r"(py|pypy)\d*(\.\d+)?t?|\d\.\d+", part) or part in factors for part in name.split("-")
    )


def _nox(_: str, rest: list[str], tree: Tree, folder: str) -> Runnable:
    plain, options = _plain_words(rest, {"-s", "-e", "--session", "--sessions", "-f", "-k", "-t", "-p"})
    path = nearest_manifest(tree, folder, "noxfile.py")
    if "-f" in options or (path is None and "-f" in rest):
        return UNCHECKED
    declared = _declared(tree, path, "nox")
    if not declared:
        return Runnable("undefined")
    asked = next((options[each] for each in ("-s", "-e", "--session", "--sessions") if options.get(each)), "")
    names = [re.split(r"-\d|\(", name)[0] for name in [asked, *plain] if name]
    if not names:
        return Runnable("defined", declared[0].found[0].evidence) if declared[0].found else UNCHECKED
    answers = [_answer(declared, name) for name in names]
    return next((each for each in answers if each.verdict == "undefined"), answers[0])


def _scripts_of(runner: str, file: str) -> Callable[[str, list[str], Tree, str], Runnable]:
    """`poe X`, `rake X`, `composer X`: a name of the runner's own, which plug-ins may add to."""

    def check(_: str, rest: list[str], tree: Tree, folder: str) -> Runnable:
        plain, _options = _plain_words(rest, set())
        plain = plain[1:] if plain[:1] in (["run"], ["run-script"]) else plain
        declared = _declared(tree, nearest_manifest(tree, folder, file), runner)
        if not plain or not declared:
            return UNCHECKED
        return _answer(declared, plain[0], unsure=runner != "poe")

    return check


# --- Python and friends ----------------------------------------------------------------------------------


def _runner(program: str, rest: list[str], tree: Tree, folder: str) -> Runnable:
    """`uv run X`, `poetry run X`, `bundle exec X`: what is run counts, after the runner's own scripts."""
    if program == "npx" or rest[:1] not in (["run"], ["exec"]):
        return UNCHECKED
    inner = rest[1:]
    while inner and inner[0].startswith("-"):
        inner = inner[2:] if inner[0] in VALUED["run"] else inner[1:]
    if not inner:
        return UNCHECKED
    if program in {"pdm", "hatch", "rye"}:
        declared = _declared(tree, nearest_manifest(tree, folder, "pyproject.toml"), program)
        found = _answer(declared, inner[0], unsure=True)
        if found.verdict == "defined":
            return found
        if ":" in inner[0] and program == "hatch":
            return _answer(declared, inner[0]) if declared and declared[0].found else UNCHECKED
    return _check(inner, tree, folder)


def _python(_: str, rest: list[str], tree: Tree, folder: str) -> Runnable:
    while rest and rest[0].startswith("-") and rest[0] not in {"-m", "-c"}:
        rest = rest[2:] if rest[0] in {"-W", "-X"} else rest[1:]
    if rest[:1] == ["-m"] and len(rest) > 1:
        return _module(rest[1], tree, folder)
    if not rest or rest[0] == "-c":
        return UNCHECKED
    return _file(rest[0], tree, folder)


def _module(name: str, tree: Tree, folder: str) -> Runnable:
    """A module in the tree is defined; one of a package that is in the tree but lacks it is not.

    Others are the machine's.
    """
    if not re.fullmatch(r"[A-Za-z_][\w.]*", name):
        return UNCHECKED
    inner = name.replace(".", "/")
    roots = list(
        dict.fromkeys(joined(each, sub) for each in upward(folder) for sub in ("", "src", "lib", "python"))
    )
    for root in roots:
        for ending in (".py", "/__main__.py"):
            path = joined(root, inner + ending)
            if tree.exists(path):
                return Runnable("defined", quote(tree, path, 1))
    top = name.partition(".")[0]
    for root in roots:
        if tree.exists(joined(root, f"{top}/__init__.py")):
            known = [
                path
                for path in tree.paths
                if path.startswith(joined(root, top) + "/") and path.endswith("__main__.py")
            ]
            return Runnable(
                "undefined", quote(tree, joined(root, f"{top}/__init__.py"), 1), tuple(known[:MOST_SHOWN])
            )
    return UNCHECKED


def _script(_: str, rest: list[str], tree: Tree, folder: str) -> Runnable:
    """`bash x.sh`, `node x.js`: the file that is run."""
    while rest and rest[0].startswith("-"):
        if rest[0] in {"-c", "-e", "-p", "--eval", "--test"}:
            return UNCHECKED
        rest = rest[2:] if rest[0] in {"-r", "--require", "--import", "--loader"} else rest[1:]
    return _file(rest[0], tree, folder) if rest else UNCHECKED


def _file(written: str, tree: Tree, folder: str) -> Runnable:
    """A file of the repository that is called by its path.

    Built, absolute and computed paths are not judged.
    """
    if written.startswith(("/", "~", "..")) or re.search(r"[$*?{\\]", written):
        return UNCHECKED
    for base in dict.fromkeys((folder, "")):
        path = joined(base, written)
        if tree.exists(path):
            return Runnable("defined", quote(tree, path, 1))
        if tree.is_dir(path) or path in tree.special:
            return UNCHECKED
    if set(joined("", written).split("/")[:-1]) & BUILT_DIRS or any(
        each.path == joined(folder, written) for each in tree.left_out
    ):
        return UNCHECKED
    wrapper = name_of(written) in {"gradlew", "mvnw"}
    if not wrapper and not written.endswith(SCRIPT_SUFFIXES):
        return UNCHECKED
    siblings = [
        path for path in tree.paths if path.endswith(SCRIPT_SUFFIXES) and name_of(path) == name_of(written)
    ]
    return Runnable("undefined", None, tuple(siblings[:MOST_SHOWN]))


def _own_script(program: str, tree: Tree, folder: str) -> Runnable:
    declared = _declared(tree, nearest_manifest(tree, folder, "pyproject.toml"), "python")
    found: Target | None = declared[0].get(program) if declared else None
    return Runnable("defined", found.evidence) if found else UNCHECKED


def _cargo(_: str, rest: list[str], tree: Tree, folder: str) -> Runnable:
    plain, _options = _plain_words([word for word in rest if not word.startswith("+")], set())
    path = nearest_manifest(tree, folder, ".cargo/config.toml", ".cargo/config")
    return _answer(_declared(tree, path, "cargo"), plain[0], unsure=True) if plain else UNCHECKED


HANDLERS: dict[str, Callable[[str, list[str], Tree, str], Runnable]] = {
    **dict.fromkeys(("npm", "pnpm", "yarn", "bun"), _node),
    **dict.fromkeys(("make", "gmake"), _make),
    **dict.fromkeys(("just", "task"), _recipes),
    **dict.fromkeys(("uv", "poetry", "pdm", "hatch", "rye", "pipenv", "bundle", "npx"), _runner),
    **dict.fromkeys(("bash", "sh", "zsh", "node", "ruby", "source", ".", "tsx", "ts-node"), _script),
    "tox": _tox, "nox": _nox, "python": _python, "cargo": _cargo,
    "poe": _scripts_of("poe", "pyproject.toml"), "rake": _scripts_of("rake", "Rakefile"),
    "composer": _scripts_of("composer", "composer.json"),
}  # fmt: skip
