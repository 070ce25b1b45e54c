"""Targets of make, recipes of just, tasks of Task and Rake, read line by line without running anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.recon.declared import Target, Targets
from bot.recon.tree import Evidence, Tree, joined, parent

MAKE_TARGET = re.compile(r"^([A-Za-z0-9_./$(){}%-][^:=#\n\t]{0,300}?)[ ]{0,4}::?(?![=:])")
MAKE_INCLUDE = re.compile(r"^[-s]?include[ \t]+(.{1,300})$", re.MULTILINE)
MAKE_OTHER = re.compile(r"ifn?eq|ifn?def|export |define |override |vpath "
r"|[^=:]{0,300}::?\s{0,4}[A-Za-z_]\w{0,60}\s{0,4}[:+?]?="
                        r"|\$\((warning|info|error|eval|foreach|call|if|shell)\b")  # fmt: skip
JUST_RECIPE = re.compile(r"^@?([A-Za-z_][\w-]{0,80})(?:[ \t][^:=\n]{0,300})?:(?!=)")
JUST_ALIAS = re.compile(r"^alias[ \t]+([\w-]{1,80})[ \t]*:=")
RAKE_TASK = re.compile(r"^[ \t]{0,12}(?:task|multitask)[ \t(]{1,4}[:\"']{0,2}([a-z_][\w:]{0,80})")
RAKE_NEEDS = re.compile(r"(?:=>|:)[ \t]{0,8}(?:\[|%[iw]\[)?[ \t]{0,8}([:\w'\", ]{1,200})")
RAKE_LIBRARIES = re.compile(
    r"\b(RSpec::Core::RakeTask|Rake::TestTask|Minitest::TestTask|RuboCop::RakeTask"
    r"|Bundler::GemHelper)\b(?:\.new|\.create)?[( ]{0,3}:?[\"']?([\w:]{0,40})"
)
INCLUDED = 50  # files one Makefile includes; what they include is not followed


def makefile(tree: Tree, path: str, text: str) -> Iterator[Targets]:
    found = list(_make_targets(path, text))
    open_ended = "$(eval" in text or ".DEFAULT" in text
    for listed in MAKE_INCLUDE.findall(text):
        for each in listed.split()[:INCLUDED]:
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
    patterns = tuple(each for each in found if each.name.count("%") == 1 and "$" not in each.name)
    yield Targets(path, "make", plain, open_ended or dynamic, patterns)


def _make_targets(path: str, text: str) -> Iterator[Target]:
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        hit = MAKE_TARGET.match(line[:400]) if line[:1] not in {"\t", " ", "#"} else None
        if hit and not MAKE_OTHER.match(line):
            body = " && ".join(_recipe(lines[number : number + 12]))
            needs = tuple(
                re.findall(r"(?<!\S)[A-Za-z][\w./-]{0,80}(?!\S)", line[hit.end() : 400].partition("#")[0])
            )[:20]
            for name in hit.group(1).split():
                yield Target("make", name, body, Evidence(path, number, line.strip()[:200]), needs)


def _recipe(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("\t"):
            return
        yield line.strip().lstrip("@-+").strip()[:200]


def justfile(_: Tree, path: str, text: str) -> Iterator[Targets]:
    found, lines = [], text.split("\n")
    for number, line in enumerate(lines, 1):
        hit = JUST_RECIPE.match(line[:400]) or JUST_ALIAS.match(line[:400])
        if hit and not line.startswith(("set ", "export ", "import ", "mod ")):
            body = " && ".join(
                each.strip().lstrip("@-") for each in lines[number : number + 8] if each[:1] in {" ", "\t"}
            )
            needs = tuple(re.findall(r"[A-Za-z_][\w-]{0,80}", line[hit.end() : 400].partition("#")[0]))[:20]
            found.append(
                Target("just", hit.group(1), body[:500], Evidence(path, number, line.strip()[:200]), needs)
            )
    yield Targets(
        path, "just", tuple(found), bool(re.search(r"^(import\??|mod\??)[ \t]", text, re.MULTILINE))
    )


def taskfile(_: Tree, path: str, text: str) -> Iterator[Targets]:
    """Task names are the keys one level below `tasks:`.

    A line scan keeps their lines without loading YAML.
    """
    found, step = [], None
    within = False
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
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
            body = " && ".join(_task_lines(lines[number : number + 30], depth))
            found.append(Target("task", hit.group(1), body[:500], Evidence(path, number, line.strip()[:200])))
    yield Targets(path, "task", tuple(found), bool(re.search(r"^includes:", text, re.MULTILINE)))


def _task_lines(lines: list[str], depth: int) -> Iterator[str]:
    """The shell lines and the called tasks of one task, as far as they stand on lines of their own."""
    for line in lines:
        if line.strip() and len(line) - len(line.lstrip(" ")) <= depth:
            return
        hit = re.match(r"\s{0,40}(?:- )?(task|cmd|cmds|deps|sh)?:?\s{0,4}(.{0,200})$", line)
        if (
            hit
            and hit[2]
            and (hit[1] or line.lstrip().startswith("- "))
            and not hit[2].startswith(("[", "{", "|"))
        ):
            yield f"task {hit[2]}" if hit[1] == "task" else hit[2].strip("\"'")


def rakefile(_: Tree, path: str, text: str) -> Iterator[Targets]:
    """Tasks by name, with the names of the namespaces they stand in; libraries that define tasks count."""
    found: list[Target] = []
    inside: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        depth = len(line) - len(line.lstrip(" "))
        if re.match(r"\s{0,40}end\b", line):
            inside = [each for each in inside if each[0] < depth]
        opened = re.match(r"\s{0,40}namespace[ (]{1,3}[:\"']{0,2}(\w{1,80})", line)
        if opened:
            inside.append((depth, opened[1]))
        hit = RAKE_TASK.match(line[:300])
        library = RAKE_LIBRARIES.search(line[:300])
        if hit or library:
            name = hit[1] if hit else _library_task(library[1], library[2]) if library else ""
            whole = ":".join([*(each for _, each in inside), name.rstrip(":")])
            evidence = Evidence(path, number, line.strip()[:200])
            found.append(
                Target("rake", whole, line.strip()[:200], evidence, _rake_needs(line) if hit else ())
            )
    yield Targets(path, "rake", tuple(found), open_ended=True)


def _rake_needs(line: str) -> tuple[str, ...]:
    hit = RAKE_NEEDS.search(line[:300], line.find("task") + 4)
    listed = hit[1].replace(" do", "") if hit and ("=>" in line or re.search(r"\w: ", line)) else ""
    return tuple(re.findall(r"[a-z_][\w:]{0,80}", listed))[:20]


def _library_task(library: str, named: str) -> str:
    return named or {"RSpec": "spec", "Rake": "test", "Minite": "test", "RuboCo": "rubocop"}.get(
        library[:6].rstrip(":"), "build"
    )
