"""Named things a repository's task runners can run: scripts, make targets, recipes, sessions, environments.

Each runner's file is read as far as can be done without running it; `open_ended` says that names may exist
which were not seen, so that absence proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.recon.declared import Target, Targets
from bot.recon.manifests import json_table, table, toml_table
from bot.recon.recipes import justfile, makefile, rakefile, taskfile
from bot.recon.sessions import noxfile, tox, tox_envs, tox_table, tox_toml
from bot.recon.tree import Evidence, Tree, name_of, parent
from bot.recon.written import Written

__all__ = ["JUSTFILES", "MAKEFILES", "TASKFILES", "Target", "Targets", "targets"]

MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
JUSTFILES = ("justfile", "Justfile", ".justfile")
TASKFILES = ("Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml", "Taskfile.dist.yml")
MIX_ALIAS = re.compile(
    r"^[ \t]{2,12}\"?([a-z_][\w.]{0,60})\"?:[ \t]{1,4}(?=[\[\"&])(.{0,300})$", re.MULTILINE
)
MOST = 2_000  # names of one file


def targets(tree: Tree, path: str) -> tuple[Targets, ...]:
    """What one file declares, one entry a runner; empty when the file is none that declares anything."""
    name = name_of(path)
    readers = [read for names, read in READERS if name in names]
    text = tree.text(path) if readers else None
    return tuple(found for read in readers for found in read(tree, path, text)) if text is not None else ()


def _scripts(
    runner: str, written: Written, entries: dict[str, object], *within: str, open_ended: bool = False
) -> Targets:
    """What a table of names declares; `within` are the keys the table stands under."""
    found = tuple(
        Target(runner, name, _shown(body), _place(written, name, within))
        for name, body in list(entries.items())[:MOST]
    )
    return Targets(written.path, runner, found, open_ended or len(entries) > MOST)


def _place(written: Written, name: str, within: tuple[str, ...]) -> Evidence:
    """Where a name stands: below its table, or in the header of a table of its own."""
    if not written.path.endswith(".toml"):
        return written.key(name, *within)
    header = f"[{'.'.join((*within, name))}]"
    if header in written.text:
        return written.evidence(written.line_with(header))
    table_header = f"[{'.'.join(within)}]"
    if len(within) > 1 and table_header in written.text:
        after = written.line_with(table_header)
        return written.evidence(written.line_of(name, after) or after)
    return written.key(name, *within)


def _shown(body: object) -> str:
    """A script's words as one line, at most 500 characters."""
    if isinstance(body, str):
        return body[:500]
    if isinstance(body, list):
        return " && ".join(_shown(each) for each in body[:20])[:500]
    inner = table(body)
    return next(
        (
            _shown(inner[key])
            for key in ("cmd", "shell", "script", "composite", "sequence", "commands", "help")
            if inner.get(key)
        ),
        "",
    )


def _package_json(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    yield _scripts("node", Written(path, text), table(json_table(tree, path), "scripts"), "scripts")


def _composer_json(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    yield _scripts("composer", Written(path, text), table(json_table(tree, path), "scripts"), "scripts")


def _deno_json(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    yield _scripts("deno", Written(path, text), table(json_table(tree, path), "tasks"), "tasks")


def _pyproject(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    top, written = toml_table(tree, path), Written(path, text)
    own = {
        **table(top, "project", "scripts"),
        **table(top, "tool", "poetry", "scripts"),
        **table(top, "project", "gui-scripts"),
    }
    yield _scripts("python", written, own)
    for runner, *within in (
        ("pdm", "tool", "pdm", "scripts"), ("poe", "tool", "poe", "tasks"), ("rye", "tool", "rye", "scripts"),
        ("taskipy", "tool", "taskipy", "tasks"),
    ):  # fmt: skip
        yield _scripts(runner, written, table(top, *within), *within)
    yield Targets(path, "hatch", tuple(_hatch(written, top)))
    tox_own = table(top, "tool", "tox")
    legacy = tox_own.get("legacy_tox_ini")
    if isinstance(legacy, str):
        yield tox_envs(path, text, legacy)
    elif tox_own:
        yield tox_table(written, tox_own)


def _hatch(written: Written, top: dict[str, object]) -> Iterator[Target]:
    for env, settings in table(top, "tool", "hatch", "envs").items():
        for name, body in table(settings, "scripts").items():
            shown = name if env == "default" else f"{env}:{name}"
            yield Target(
                "hatch", shown, _shown(body), _place(written, name, ("tool", "hatch", "envs", env, "scripts"))
            )


def _cargo_config(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    if parent(path).endswith(".cargo"):
        yield _scripts("cargo", Written(path, text), table(toml_table(tree, path), "alias"), "alias")


def _mix(_: Tree, path: str, text: str) -> Iterator[Targets]:
    """The aliases of a mix.exs: the list that a function named `aliases` gives."""
    begin = re.search(r"\bdefp? aliases\b", text)
    if begin is None:
        return
    written = Written(path, text)
    end = re.search(r"^  end\b", text[begin.end() :], re.MULTILINE)
    stop = begin.end() + end.start() if end else len(text)
    found = (
        Target(
            "mix",
            hit[1],
            _mix_body(text[hit.start(2) : min(hit.start(2) + 600, stop)]),
            written.at(hit.start(1)),
        )
        for hit in MIX_ALIAS.finditer(text, begin.end(), stop)
    )
    yield Targets(path, "mix", tuple(found), open_ended=True)


def _mix_body(text: str) -> str:
    listed = text[1:].partition("]")[0] if text.startswith("[") else text.partition("\n")[0]
    return " && ".join(f"mix {each}" for each in re.findall(r"\"([^\"\n]{1,200})\"", listed))[:500]


def _cmake_presets(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    """Build and test presets; hidden ones only serve others."""
    written, top = Written(path, text), json_table(tree, path)
    for runner, key in (("ctest", "testPresets"), ("cmake", "buildPresets")):
        listed = top.get(key)
        presets = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        named = [
            str(each.get("name"))[:100]
            for each in presets[:MOST]
            if each.get("name") and not each.get("hidden")
        ]
        yield Targets(path, runner, tuple(Target(runner, name, "", written.key(name, key)) for name in named))


READERS: tuple[tuple[tuple[str, ...], Callable[[Tree, str, str], Iterator[Targets]]], ...] = (
    (("package.json",), _package_json), (("composer.json",), _composer_json), (("pyproject.toml",),
    _pyproject),
    (("deno.json", "deno.jsonc"), _deno_json), (MAKEFILES, makefile), (JUSTFILES, justfile), (TASKFILES,
    taskfile),
    (("tox.ini", "setup.cfg"), tox), (("tox.toml",), tox_toml), (("noxfile.py",), noxfile),
    (("Rakefile", "rakefile"), rakefile), (("config.toml", "config"), _cargo_config), (("mix.exs",), _mix),
    (("CMakePresets.json",), _cmake_presets),
)  # fmt: skip
