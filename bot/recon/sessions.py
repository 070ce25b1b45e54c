"""Environments of tox and sessions of nox, read without running anything."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from bot.recon.declared import Target, Targets
from bot.recon.manifests import strings, table, toml_table
from bot.recon.tree import Evidence, Tree, name_of
from bot.recon.written import Written

MOST = 500  # environments of one file


def tox(_: Tree, path: str, text: str) -> Iterator[Targets]:
    """The environments of an ini file that is tox's, or that holds a section of tox."""
    if name_of(path) == "tox.ini" or "[testenv" in text or "[tox:tox]" in text:
        yield tox_envs(path, text, text)


def tox_toml(tree: Tree, path: str, _: str) -> Iterator[Targets]:
    """The environments of a tox.toml."""
    yield tox_table(Written(path, tree.text(path) or ""), toml_table(tree, path))


def tox_table(written: Written, top: dict[str, object]) -> Targets:
    """The environments of tox's own tables."""
    named = {**dict.fromkeys(strings(top.get("env_list")), ""), **dict.fromkeys(table(top, "env"), "")}
    found = tuple(Target("tox", name, "", _env_place(written, name)) for name in named)
    return Targets(written.path, "tox", found)


def _env_place(written: Written, name: str) -> Evidence:
    for shape in (f"env.{name}]", f'env."{name}"]'):
        if shape in written.text:
            return written.evidence(written.line_with(shape))
    return written.key(name)


def tox_envs(path: str, text: str, ini: str) -> Targets:
    """The environments of tox's ini format, which may stand inside of another file."""
    written = Written(path, text)
    listed = re.search(r"^env_?list[ \t]*=[ \t]*((?:.*(?:\n[ \t]+\S.*)*))", ini, re.MULTILINE)
    found = []
    for name in re.findall(r"^\[testenv:([^\]\n]{1,200})\]", ini, re.MULTILINE)[:MOST]:
        at = ini.find(f"[testenv:{name}]")
        body = _commands(ini[at : at + 4_000])
        where = written.evidence(written.line_with(f"[testenv:{name}]"))
        found += [Target("tox", each, body, where) for each in expanded(name)]
    if listed:
        where = written.evidence(written.line_with(listed.group(0).split("\n")[0]))
        found += [Target("tox", name, "", where) for name in expanded(listed.group(1))]
    return Targets(path, "tox", tuple(found))


def _commands(section: str) -> str:
    """The command lines of one section of an ini file."""
    own = re.split(r"\n\[", section, maxsplit=1)[0]
    hit = re.search(r"^commands[ \t]*=(.*(?:\n[ \t]+\S.*)*)", own, re.MULTILINE)
    return " && ".join(each.strip() for each in hit[1].split("\n") if each.strip())[:500] if hit else ""


def expanded(listed: str) -> tuple[str, ...]:
    """The names of a tox environment list: commas and lines split, `py{38,39}-x` multiplied
    out (at most 500).
    """
    names: list[str] = []
    for each in re.findall(r"(?:\{[^{}]*\}|[^\n,])+", re.sub(r"#[^\n]*", "", listed)):
        names += _multiplied("".join(each.split()))
    return tuple(dict.fromkeys(name for name in names if name))[:MOST]


def _multiplied(name: str) -> list[str]:
    out = [""]
    for part in re.split(r"(\{[^{}]*\})", name)[:20]:
        choices = part[1:-1].split(",") if part.startswith("{") else [part]
        out = [each + choice for each in out for choice in choices][:500]
    return out


def noxfile(_: Tree, path: str, text: str) -> Iterator[Targets]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield Targets(path, "nox", (), open_ended=True)
        return
    written = Written(path, text)
    found = tuple(
        each for node in module.body if isinstance(node, ast.FunctionDef) for each in _session(written, node)
    )
    yield Targets(path, "nox", found, open_ended="session(" in text and not found)


def _session(written: Written, node: ast.FunctionDef) -> Iterator[Target]:
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
        yield Target("nox", str(name)[:100], _run_by(node), written.evidence(node.lineno))


def _run_by(node: ast.FunctionDef) -> str:
    """The words of each `session.run(...)`, as far as they are literals."""
    calls = (
        each for each in ast.walk(node) if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)
    )
    lines = (
        " ".join(str(word.value) for word in call.args if isinstance(word, ast.Constant))
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"run", "run_always"}
    )
    return " && ".join(each for each in lines if each)[:500]
