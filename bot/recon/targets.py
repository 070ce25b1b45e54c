"""Named things a repository's task runners can run: scripts, make targets, recipes, sessions,
environments.

Each runner's file is read as far as can be done without running it; `open_ended` says that names may exist
which were not seen, so that absence proves nothing.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.recon.manifests import json_table, quote_line, table, toml_table
from bot.recon.tree import Evidence, Tree, joined, line_of, name_of, parent

MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
JUSTFILES = ("justfile", "Justfile", ".justfile")
TASKFILES = ("Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml", "Taskfile.dist.yml")
MAKE_TARGET = re.compile(r"^([A-Za-z0-9_./$(){}%-][^:=#\n\t]{0,300}?)[ ]{0,4}::?(?![=:])")
MAKE_INCLUDE = re.compile(r"^[-s]?include[ \t]+(.{1,300})$", re.MULTILINE)
JUST_RECIPE = re.compile(r"^@?([A-Za-z_][\w-]{0,80})(?:[ \t][^:=\n]{0,300})?:(?!=)")
JUST_ALIAS = re.compile(r"^alias[ \t]+([\w-]{1,80})[ \t]*:=")
RAKE_TASK = re.compile(r"^[ \t]{0,12}(?:task|multitask)[ \t(]{1,4}[:\"']?([a-z_][\w:]{0,80})")
RAKE_LIBRARIES = re.compile(
    r"\b(RSpec::Core::RakeTask|Rake::TestTask|Minitest::TestTask|RuboCop::RakeTask"
    r"|Bundler::GemHelper)\b(?:\.new)?[( ]{0,3}:?(\w{0,40})"
)


@dataclass(frozen=True, slots=True)
class Target:
    """One runnable name: who runs it, what it runs (as far as known), and where it is declared."""

    runner: str
    name: str
    body: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Targets:
    """The names one file declares. `open_ended`: it may declare more than could be seen."""

    path: str
    runner: str
    found: tuple[Target, ...]
    open_ended: bool = False

    def get(self, name: str) -> Target | None:
        return next((each for each in self.found if each.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.name for each in self.found))


def targets(tree: Tree, path: str) -> tuple[Targets, ...]:
    """What one file declares, one entry a runner; empty when the file is none that declares anything."""
    text = tree.text(path)
    name = name_of(path)
    readers = [read for names, read in READERS if name in names]
    return tuple(found for read in readers for found in read(tree, path, text)) if text is not None else ()


def _scripts(
    runner: str, path: str, text: str, entries: dict[str, object], *, open_ended: bool = False
) -> Targets:
    found = tuple(
        Target(runner, name, _shown(body), quote_line(path, text, _key_line(text, name)))
        for name, body in entries.items()
    )
    return Targets(path, runner, found, open_ended)


def _shown(body: object) -> str:
    if isinstance(body, str):
        return body[:500]
    if isinstance(body, list):
        return " && ".join(_shown(each) for each in body[:20])[:500]
    inner = table(body)
    return next(
        (
            _shown(inner[key])
            for key in ("cmd", "shell", "script", "composite", "commands", "help")
            if inner.get(key)
        ),
        "",
    )


def _key_line(text: str, name: str) -> int:
    for shape in (
        f'"{name}":',
        f'"{name}" :',
        f"\n{name} =",
        f"\n{name}=",
        f'\n"{name}" =',
        f"\n{name}:",
        f".{name}]",
    ):
        at = text.find(shape)
        if at >= 0:
            return text.count("\n", 0, at + 1) + 1
    return line_of(text, name)


def _package_json(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    yield _scripts("node", path, text, table(json_table(tree, path), "scripts"))


def _composer_json(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    yield _scripts("composer", path, text, table(json_table(tree, path), "scripts"))


def _pyproject(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    top = toml_table(tree, path)
    own = {
        **table(top, "project", "scripts"),
        **table(top, "tool", "poetry", "scripts"),
        **table(top, "project", "gui-scripts"),
    }
    yield _scripts("python", path, text, own)
    yield _scripts("pdm", path, text, table(top, "tool", "pdm", "scripts"))
    yield _scripts("poe", path, text, table(top, "tool", "poe", "tasks"))
    yield _scripts("rye", path, text, table(top, "tool", "rye", "scripts"))
    hatch: dict[str, object] = {}
    for env, settings in table(top, "tool", "hatch", "envs").items():
        for name, body in table(settings, "scripts").items():
            hatch[name if env == "default" else f"{env}:{name}"] = body
    yield _scripts("hatch", path, text, hatch)
    tox = table(top, "tool", "tox")
    legacy = tox.get("legacy_tox_ini")
    if isinstance(legacy, str):
        yield _tox_envs(path, text, legacy)
    elif tox:
        listed = tox.get("env_list")
        named = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
        yield _scripts("tox", path, text, {**dict.fromkeys(named, ""), **table(tox, "env")})


def _makefile(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    found = list(_make_targets(path, text))
    open_ended = "$(eval" in text or ".DEFAULT" in text
    for listed in MAKE_INCLUDE.findall(text):
        for each in listed.split():
            inner = joined(parent(path), each)
            included = tree.text(inner) if "$" not in each and "*" not in each else None
            open_ended = open_ended or included is None
            found += _make_targets(inner, included or "")
    dynamic = any("$" in each.name or "%" in each.name for each in found)
    plain = tuple(
        each
        for each in found
        if "$" not in each.name and "%" not in each.name and not each.name.startswith(".")
    )
    yield Targets(path, "make", plain, open_ended or dynamic)


def _make_targets(path: str, text: str) -> Iterator[Target]:
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        hit = MAKE_TARGET.match(line[:400]) if line[:1] not in {"\t", " ", "#"} else None
        if hit and not line.startswith(("ifeq", "ifneq", "ifdef", "ifndef", "export ", "define ")):
            body = " && ".join(_recipe(lines[number : number + 12]))
            for name in hit.group(1).split():
                yield Target("make", name, body, Evidence(path, number, line.strip()[:200]))


def _recipe(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("\t"):
            return
        yield line.strip().lstrip("@-+").strip()[:200]


def _justfile(_: Tree, path: str, text: str) -> Iterator[Targets]:
    found, lines = [], text.split("\n")
    for number, line in enumerate(lines, 1):
        hit = JUST_RECIPE.match(line[:400]) or JUST_ALIAS.match(line[:400])
        if hit and not line.startswith(("set ", "export ", "import ", "mod ")):
            body = " && ".join(
                each.strip().lstrip("@-") for each in lines[number : number + 8] if each[:1] in {" ", "\t"}
            )
            found.append(Target("just", hit.group(1), body[:500], Evidence(path, number, line.strip()[:200])))
    yield Targets(
        path, "just", tuple(found), bool(re.search(r"^(import\??|mod\??)[ \t]", text, re.MULTILINE))
    )


def _taskfile(_: Tree, path: str, text: str) -> Iterator[Targets]:
    """Task names are the keys one level below `tasks:`.

    A line scan keeps their lines without loading YAML.
    """
    found, step = [], None
    within = False
    for number, line in enumerate(text.split("\n"), 1):
        depth = len(line) - len(line.lstrip(" "))
        if re.match(r"tasks:\s{0,40}(#.{0,100})?$", line):
            within = True
        elif within and depth == 0 and line.strip() and not line.startswith("#"):
            within = False
        elif (
            within
            and depth
            and (step is None or depth == step)
            and (hit := re.match(r" {1,12}[\"']?([\w:.*-]{1,80})[\"']?:", line))
        ):
            step = depth
            found.append(Target("task", hit.group(1), "", Evidence(path, number, line.strip()[:200])))
    yield Targets(path, "task", tuple(found), bool(re.search(r"^includes:", text, re.MULTILINE)))


def _tox(_: Tree, path: str, text: str) -> Iterator[Targets]:
    if name_of(path) == "tox.ini" or "[testenv" in text or "[tox:tox]" in text:
        yield _tox_envs(path, text, text)


def _tox_envs(path: str, text: str, ini: str) -> Targets:
    found = [
        Target("tox", name.strip(), "", quote_line(path, text, line_of(text, f"[testenv:{listed}]")))
        for listed in re.findall(r"^\[testenv:([^\]\n]{1,200})\]", ini, re.MULTILINE)
        for name in expanded(listed)
    ]
    listed = re.search(r"^env_?list[ \t]*=[ \t]*((?:.*(?:\n[ \t]+\S.*)*))", ini, re.MULTILINE)
    if listed:
        at = line_of(text, listed.group(0).split("\n")[0])
        found += [Target("tox", name, "", quote_line(path, text, at)) for name in expanded(listed.group(1))]
    return Targets(path, "tox", tuple(found))


def expanded(listed: str) -> tuple[str, ...]:
    """The names of a tox environment list: commas and lines split, `py{38,39}-x` multiplied
    out (at most 500).
    """
    names: list[str] = []
    for each in re.split(r"[\n,](?![^{}]*\})", re.sub(r"#[^\n]*", "", listed)):
        names += _multiplied("".join(each.split()))
    return tuple(dict.fromkeys(name for name in names if name))[:500]


def _multiplied(name: str) -> list[str]:
    out = [""]
    for part in re.split(r"(\{[^{}]*\})", name)[:20]:
        choices = part[1:-1].split(",") if part.startswith("{") else [part]
        out = [each + choice for each in out for choice in choices][:500]
    return out


def _noxfile(_: Tree, path: str, text: str) -> Iterator[Targets]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield Targets(path, "nox", (), open_ended=True)
        return
    found = tuple(
        each
        for node in module.body
        if isinstance(node, ast.FunctionDef)
        for each in _session(path, text, node)
    )
    yield Targets(path, "nox", found, open_ended="session(" in text and not found)


def _session(path: str, text: str, node: ast.FunctionDef) -> Iterator[Target]:
    for decorator in node.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not ast.unparse(call).endswith("session"):
            continue
        named = (
            [each.value for each in decorator.keywords if each.arg == "name"]
            if isinstance(decorator, ast.Call)
            else []
        )
        name = named[0].value if named and isinstance(named[0], ast.Constant) else node.name
        yield Target("nox", str(name), "", quote_line(path, text, node.lineno))


def _rakefile(_: Tree, path: str, text: str) -> Iterator[Targets]:
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        hit = RAKE_TASK.match(line[:300])
        library = RAKE_LIBRARIES.search(line[:300])
        if hit or library:
            name = (
                hit.group(1) if hit else _library_task(library.group(1), library.group(2)) if library else ""
            )
            found.append(Target("rake", name, line.strip()[:200], Evidence(path, number, line.strip()[:200])))
    yield Targets(path, "rake", tuple(found), open_ended=True)


def _library_task(library: str, named: str) -> str:
    return named or {"RSpec": "spec", "Rake": "test", "Minite": "test", "RuboCo": "rubocop"}.get(
        library[:6].rstrip(":"), "build"
    )


def _cargo_config(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    if parent(path).endswith(".cargo"):
        yield _scripts("cargo", path, text, table(toml_table(tree, path), "alias"))


READERS: tuple[tuple[tuple[str, ...], Callable[[Tree, str, str], Iterator[Targets]]], ...] = (
    (("package.json",), _package_json), (("composer.json",), _composer_json), (("pyproject.toml",),
    _pyproject),
    (MAKEFILES, _makefile), (JUSTFILES, _justfile), (TASKFILES, _taskfile), (("tox.ini", "setup.cfg"), _tox),
    (("noxfile.py",), _noxfile), (("Rakefile",), _rakefile), (("config.toml", "config"), _cargo_config),
)  # fmt: skip
