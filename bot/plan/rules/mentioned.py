"""PLN404, 407: files that texts name are there, or the plan makes them.

Only what looks like a repository path is looked up: no routes, packages, patterns or commands.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.fields import TextField
from bot.plan.rules.ground import Ground
from bot.plan.rules.grounding import file_changes, is_there

_SPAN = re.compile(r"(?<!`)`([^`\n]{1,300})`(?!`)|\]\(([^()\s]{2,300})\)")
_FENCE = re.compile(r"^[ \t>]{0,12}(?:```|~~~)")
_POSITION = re.compile(r"(?::L?(\d{1,6})(?:[-:,–]L?\d{1,6}){0,4}|#L(\d{1,6})(?:-L?\d{1,6})?)$")
_MEMBER = re.compile(r"(?:::|#)[\w.:()-]{1,120}$|:[A-Za-z_][\w.]{0,80}(?:\(\))?$")
_PLAIN = re.compile(r"(?:[\w.@+\[\]-]{1,120}/){0,24}[\w.@+\[\]-]{1,120}/?")
_NO_FILE = re.compile(
    r"^[@~/#%$-]|^v?\d+(?:\.\d+)*/|//|\.\.\.|^(?:https?|mailto|ssh|git|file):|^\d+/|^[\w.-]+@"
)
_ENDING = re.compile(r"\.([A-Za-z][A-Za-z0-9]{0,9})$")
_WRITTEN_ENDING = re.compile(r"[._][A-Za-z0-9]{1,20}\.[A-Za-z]{1,9}$")  # words_pb2.py, client.gen.ts
_PLACEHOLDER = re.compile(
    r"(?:^|[/_.-])(?:foo|bar|baz|your[-_]?\w{0,20}|my[-_]\w{0,20}|example|xxx+|nnn+|yyyy\w{0,10}|path/to"
    r"|some[-_]\w{1,20}|x{1,3}|n)"
    r"(?:[/_.-]|$)|NNN|YYYY|XXX|\[[\w-]+\](?=\.)",
    re.IGNORECASE,
)
_CODE_ENDINGS_WORDS = """
py pyi ts tsx js jsx mjs cjs mts cts vue svelte go rs java kt kts scala rb php c h cc cpp hpp cs swift
dart ex exs sh bash sql css scss html proto graphql tf
"""
_CODE_ENDINGS = frozenset(_CODE_ENDINGS_WORDS.split())
_ENDINGS_WORDS = """
md mdx rst adoc json jsonc yaml yml toml ini cfg prisma gradle csproj sln ipynb j2 hbs ejs erb lua r jl hs
elm zig m mm sol astro less sass xml xaml razor cshtml fs fsx ml clj erl ps1 bat gql hcl nix
"""
_ENDINGS = _CODE_ENDINGS | frozenset(_ENDINGS_WORDS.split())
# Made by a build, an installation or a run, so that no commit has them.
_BUILT_WORDS = """
dist build out target node_modules coverage .next .nuxt .venv venv tmp temp logs log __pycache__ .cache
bin obj .svelte-kit .turbo htmlcov .pytest_cache .tox generated .output release artifacts output outputs
reports results data
"""
_BUILT = frozenset(_BUILT_WORDS.split())
_MAKING = re.compile(
    r"\b(?:creat\w*|add(?:s|ed|ing)?|new|writ(?:e|es|ing|ten)|generat\w*|introduc\w*|scaffold\w*"
    r"|implement\w*|build\w*|extract\w*"
    r"|mov(?:e|es|ed|ing)|renam\w*|output\w*|produc\w*|emit\w*|sav(?:e|es|ed|ing)|stor(?:e|es|ed)"
    r"|split\w*|initiali[sz]\w*|init"
    r"|set up|setup|deliverables?|structure|copy|copies|copied|migrat\w*|port(?:s|ed|ing)?|will|would"
    r"|should|could|if|optional\w*"
    r"|propos\w*|plan(?:ned|s)?|to be|future|later|ship\w*|draft\w*|record\w*|document\w*|put|place[ds]?"
    r"|provid\w*|upload\w*"
    r"|replac\w*|instead|missing|not exist\w*|doesn'?t exist|no longer|remov\w*|delet\w*|drop\w*|retir\w*"
    r"|deprecat\w*|obsolete"
    r"|e\.g\.|such as|like|example|called|named|tests? (?:for|in)|install\w*|download\w*|becomes?"
    r"|convert\w*|into|export\w*|publish\w*|expected|tests?:|returns?|matches)\b"
    r"|->|→|=>|[├└│]",
    re.IGNORECASE,
)
# Words right before or after a path that take it as there. What is told as done is a report, not a plan.
_ASKS = re.compile(
    r"\b(?:modify|modifies|edit|edits|update|updates|extend|extends|refactor|refactors|fix|fixes|existing|already"
    r"|currently|reuse|reuses|inspect|unchanged|today)(?![\w-])",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"[\u2705\u2713\u2714\u2611]|\b(?:done|updated|fixed|modified|extended|refactored|completed)\b",
    re.IGNORECASE,
)
BEFORE, AFTER = 60, 30
# Folders of tools on somebody's machine, which a commit may or may not have.
_PERSONAL = (
    ".claude/",
    ".vscode/",
    ".idea/",
    ".cursor/",
    ".codex/",
    ".gemini/",
    ".planning/",
    ".ralph/",
    ".taskmaster/",
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A path that a text names: as written, plain, and the line number it points to (0 for none)."""

    field: TextField
    written: str
    path: str
    line: int
    sentence: str


def mentions(given: LintInput, ground: Ground) -> Iterator[Mention]:
    """Every path-like code span and link target of the texts that somebody wrote for this plan."""
    tops = frozenset(path.partition("/")[0] for path in ground.paths)
    for one in given.texts_of_plan:
        if not one.quoted and ("`" in one.text or "](" in one.text):
            for line in _prose_lines(one.text):
                for found in _SPAN.finditer(line):
                    if mention := _mention(one, found[1] or found[2], line, tops):
                        yield mention


def _prose_lines(text: str) -> Iterator[str]:
    fenced = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            yield line


def _mention(field: TextField, written: str, sentence: str, tops: frozenset[str]) -> Mention | None:
    at = _POSITION.search(written)
    plain = _MEMBER.sub("", written[: at.start()] if at else written)
    plain = plain.removeprefix("./")
    if _NO_FILE.search(plain) or not _PLAIN.fullmatch(plain) or _PLACEHOLDER.search(plain):
        return None
    if not _file_like(plain, tops):
        return None
    return Mention(field, written, plain, int((at[1] or at[2]) if at else 0), sentence)


def _file_like(path: str, tops: frozenset[str]) -> bool:
    """With folders: a known ending, or a folder that is there in front. Alone: the ending of a code file."""
    parts = path.rstrip("/").split("/")
    if _BUILT.intersection(parts[:-1]) or parts[0] in _BUILT or path.startswith(_PERSONAL):
        return False
    ending = _ENDING.search(parts[-1])
    known = bool(ending and ending[1].lower() in _ENDINGS and parts[-1] != ending[0])
    if len(parts) == 1:
        return False
    return known or (parts[0] in tops and not ending and not parts[-1].isupper() and path.endswith("/"))


@rule(
    "PLN404",
    severity="warning",
    needs=["plan", "ground"],
    formats="X,S,P,R,K",
    message="Mention of `{path}` resolves to nothing in the tree or plan",
)
def mentioned_paths_resolve(given: LintInput) -> Iterator[Hit]:
    """Files named in texts are in the repository, or the plan makes them"""
    ground = given.ground
    assert ground is not None
    if ground.truncated:
        raise Lacking("the tree is not complete, so that absence proves nothing")
    found = list(mentions(given, ground))
    planned = _planned(given, found)
    seen: set[str] = set()
    for one in found:
        if one.path in seen or _is_planned(one.path, planned):
            continue
        seen.add(one.path)
        matches = _resolved(given, ground, one.path)
        if matches is None:
            near = ", ".join(ground.nearest(one.path.rstrip("/")))
            yield Hit(one.field.pointer, {"path": one.path}, near)


def _planned(given: LintInput, found: list[Mention]) -> frozenset[str]:
    """What the plan makes: declared files; in a plan that declares less, also what is named as to be made."""
    made = {path for _, _, one in file_changes(given) for path in (one.path, one.source) if path}
    plan = given.plan
    assert plan is not None
    made |= {one.path for one in plan.codebase.impact}
    made |= {document.path for document in given.documents}
    made |= {one.path for one in (plan.delivery.tests if plan.delivery else ()) if one.path}
    if given.format == "foreign":
        drawn = "\n".join(
            block.text for one in given.documents for block in one.blocks if block.kind == "fence"
        )
        made |= {one.path for one in found if _to_be_made(one) or _name(one.path) in drawn}
    return frozenset(path.strip("/") for path in made)


def _name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _to_be_made(one: Mention) -> bool:
    """Whether the sentence speaks of making the file, or does at least not take it as there."""
    about = f"{one.field.owner} {one.sentence}" if one.field.purpose == "prose" else one.sentence
    words = re.sub(r"`[^`\n]*`", " ", about)
    at = one.sentence.find(one.written)
    before = one.sentence[max(0, at - BEFORE) : max(at - 1, 0)].rpartition("`")[2]
    after = one.sentence[at + len(one.written) :][:AFTER]
    taken = _ASKS.search(before) or (re.match(r"`?\**\s*\((?:[^()]*)\)", after) and _ASKS.search(after))
    return bool(_MAKING.search(words) or _DONE.search(words)) or not taken


def _is_planned(path: str, planned: frozenset[str]) -> bool:
    plain = path.strip("/")
    return plain in planned or any(
        one.endswith(f"/{plain}") or one.startswith(f"{plain}/") or plain.startswith(f"{one}/")
        for one in planned
    )


def _resolved(given: LintInput, ground: Ground, path: str) -> tuple[str, ...] | None:
    """What the path can mean; None for nothing. () when it is no file that a commit could have."""
    if is_there(ground, path):
        return (path,)
    for folder in _folders(given):
        there = posixpath.normpath(posixpath.join(folder, path))
        if there.startswith("..") or is_there(ground, there):
            return (there,)
    tail = path.rstrip("/").removeprefix("../")
    found = tuple(ground.ending_in(tail)) or tuple(ground.ending_in(tail.rpartition("/")[2]))
    if found:
        return found
    if path.endswith("/") and _folder_ending_in(ground, path):
        return (path,)
    kind = ground.kind(path.rstrip("/"))
    kept = kind == "generated" and any(ground.kind(one) == kind for one in _siblings(ground, path))
    return () if kind in ("ignored", "generated", "vendored") and not kept else None


def _siblings(ground: Ground, path: str) -> Iterator[str]:
    """Files with the same mark and ending: where one that a program wrote is kept, another one would be."""
    ending = _WRITTEN_ENDING.search(path)
    return (one for one in ground.paths if ending and one.endswith(ending[0]))


def _folder_ending_in(ground: Ground, path: str) -> bool:
    inside = "/" + path
    return any(inside in f"/{one}" for one in ground.paths)


def _folders(given: LintInput) -> Iterator[str]:
    """The folders the plan's own files stand in, and those above them."""
    for document in given.documents:
        folder = posixpath.dirname(document.path)
        while folder and not folder.startswith(("/", "..")):
            yield folder
            folder = posixpath.dirname(folder)


@rule(
    "PLN407",
    severity="warning",
    tier="extended",
    needs=["plan", "ground"],
    formats="X,S",
    message="{path}:{n} - file has {m} lines",
)
def line_numbers_hold(given: LintInput) -> Iterator[Hit]:
    """Texts name code rather than lines, and no line beyond the end of a file"""
    ground = given.ground
    assert ground is not None
    for one in mentions(given, ground):
        if one.line:
            yield from _line_hit(ground, one.field.pointer, one.path, one.line, said=True)
    for at, task in enumerate(given.plan.tasks if given.plan else ()):
        for index, seen in enumerate(task.evidence):
            if seen.line and seen.path != "issue":
                yield from _line_hit(
                    ground, f"/tasks/{at}/evidence/{index}/line", seen.path, seen.line, said=False
                )


def _line_hit(ground: Ground, pointer: str, path: str, line: int, *, said: bool) -> Iterator[Hit]:
    text = ground.text(path)
    if text is None:
        return
    count = len(text.splitlines())
    values = {"path": path, "n": line, "m": count}
    if line > count:
        yield Hit(pointer, values, severity="error")
    elif said:
        message = f"{path}:{line} - a line number goes stale with the next change; name what stands there"
        yield Hit(pointer, values, message=message)
