"""What inline text names: files with the change that is declared for them, and commands. Reads no file.

A change counts as declared only where a list of files says it ("Create: `a.py`"); in a sentence the verb
proves nothing, so such a file has the change "".
"""

# ruff: noqa: RUF001  (plans in Chinese and Japanese use wide punctuation)

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.plan.markdown import Span

_WORDS: tuple[tuple[str, str], ...] = (
    (
        "new",
        r"create[ds]?|creating|new(?: files?)?|add(?:ed|s)?|erstell(?:en|t)|neue?|anlegen|neu"
        r"|criar|novo|crear|nuevo|cr[ée]er"
        r"|oluştur|新規作成|新規|作成|追加|创建|新建|新增|建立|添加|생성|추가",
    ),
    (
        "edit",
        r"modif(?:y|ied|ies)|edit(?:ed|s)?|update[ds]?|change[ds]?|extend(?:ed|s)?|refactor(?:ed)?"
        r"|replace[ds]?|ändern|anpassen"
        r"|bearbeiten|modificar|atualizar|editar|modifier|güncelle|変更|修正|更新|編集|修改"
        r"|编辑|改动|수정|변경",
    ),
    (
        "delete",
        r"delete[ds]?|remove[ds]?|löschen|entfernen|remover|eliminar|supprimer|sil|削除|删除|移除|삭제",
    ),
    (
        "",
        r"tests?|test file|verify|check|read|see|reference|keep|review|inspect|テスト|测试|参照"
        r"|rename[ds]?|move[ds]?|run"
        r"|lesen|prüfen|확인|unchanged|no change",
    ),
)
_DECLARED = re.compile(
    "|".join(rf"(?P<c{at}>(?<![^\W_])(?:{words})(?![a-z]))" for at, (_, words) in enumerate(_WORDS)),
    re.IGNORECASE,
)
_LINES = re.compile(r"(?::L?|#L)(\d+(?:-L?\d+)?(?:,\s?\d+(?:-\d+)?)*)$")
_SEGMENT = r"[\w.@+()\[\]$~-]+"
_PATH = re.compile(rf"(?:\./)?(?:{_SEGMENT}/){{0,30}}{_SEGMENT}/?")
_BARE = re.compile(r"(?<![\w/@.:~\\<-])(?:\./)?(?:[\w.@+\[\]$-]{1,80}/){1,20}[\w.@+\[\]$-]{1,120}")
_BARE_NAME = re.compile(r"(?<![\w/@.:~\\<-])[\w-]{1,80}(?:\.[\w-]{1,40}){1,3}(?![\w/])")
_BARE_FILE = re.compile(rf"{_BARE.pattern}|{_BARE_NAME.pattern}")
_BETWEEN = re.compile(r"[\s:：*_]{0,6}(?:(?:the |a )?(?:files?|ファイル|文件|datei(?:en)?)[\s:：*_]{0,6})?")
_BRACKET = re.compile(r"\s{0,3}[(（\[]([^)）\]\n]{1,60})[)）\]]")
_WORD_ONLY = re.compile(r"(?:\s+(?:files?|only))?\s*(?:[,;:—–-].*)?")
_EXTENSION = re.compile(r"\.([A-Za-z][A-Za-z0-9]{0,11})$")
_NAMES_TEXT = """
    makefile dockerfile gemfile procfile rakefile jenkinsfile license codeowners justfile
    vagrantfile brewfile caddyfile
"""
_NAMES = frozenset(_NAMES_TEXT.split())
_EXTENSIONS_TEXT = """
    py pyi ts tsx js jsx mjs cjs mts cts vue svelte astro html htm css scss sass less go rs java kt
    kts scala swift m mm c h cc cpp cxx hpp hh cs fs vb rb erb php pl pm lua r jl ex exs erl hrl hs
    elm clj cljs dart sh bash zsh fish ps1 bat cmd sql prisma graphql gql proto json jsonc json5
    jsonl yaml yml toml ini cfg conf env properties xml xaml axaml svg md mdx mdc markdown rst txt
    csv tsv lock gradle tf tfvars hcl nix el vim lsp dockerfile csproj sln fsproj razor cshtml plist
    pbxproj xcscheme storyboard strings entitlements gd tscn tres unity asmdef prefab shader wgsl
    glsl ipynb snap mod sum work cmake mk in patch diff example sample template tpl j2 hbs ejs njk
    liquid bats robot feature service webmanifest map wasm sol move cairo zig nim v ml mli pas adb
    ads cls trigger cob f90 tex bib typ png jpg jpeg gif ico webp
"""
_EXTENSIONS = frozenset(_EXTENSIONS_TEXT.split())
_READING = re.compile(
    r"\b(?:see|per|from|follow(?:ing|s)?|like|match(?:es|ing)?|based on|according to|refer(?:s"
    r"|ring)? to|using|use|uses|against|"
    r"defined in|as in|described in|documented in|copy of|same as|mirrors?|mirroring|reuse|via"
    r"|calls?|import(?:s|ed|ing)?|"
    r"read|reads|similar to|pattern (?:of|in)|with|by|imports? of|respecting|unlike|instead of"
    r"|spec(?:ified)? in)\s+"
    r"(?:the\s+|existing\s+|of\s+)*$",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"(?:\$ )?(?:[A-Z][A-Z0-9_]{0,40}=\S{0,200} ){0,9}(?:sudo |time |cd \S+ ?(?:&&|;) ?)?(?:npm|npx|pnpm|yarn"
    r"|bun|bunx|deno|node|python3?|pip|uv|uvx"
    r"|poetry|pdm|hatch|pytest|ruff|mypy|tox|nox|make|cmake|ctest|just|task|go|cargo|dotnet"
    r"|mvn|gradle|\./\S+|git|gh|docker"
    r"|docker-compose|kubectl|helm|terraform|curl|bash|sh|bundle|rails|rake|rspec|php|composer"
    r"|artisan|mix|swift|xcodebuild"
    r"|flutter|dart|vitest|jest|playwright|tsc|eslint|prettier|alembic|psql|sqlite3|grep|rg"
    r"|test|ls|cat|jq|sed|awk|find|diff)(?:\s|$)",
)
_SHELLS = frozenset({"bash", "sh", "shell", "zsh", "console", "powershell", "cmd", "ps1"})


@dataclass(frozen=True, slots=True)
class Named:
    """A file that a text names. `note` is what the text says about it besides."""

    path: str
    change: str
    line: int
    col: int
    note: str = ""


def declared_change(text: str) -> str | None:
    """The change that the first such word of `text` declares; None when it holds none."""
    found = _DECLARED.search(text)
    return _change(found) if found else None


def declared_files(spans: Sequence[Span], change: str = "") -> Iterator[Named]:
    """The files of an entry in a list of files. `change` holds until the entry says something else.

    A word declares only directly before a file ("Create: `a`"), or in brackets behind it ("`a` (new)").
    """
    pieces = list(_pieces(spans))
    lead = ""
    for at, piece in enumerate(pieces):
        if piece.path is None:
            lead += piece.text
            continue
        word = _last_word(lead)
        change = change if word is None else word
        after = _after(pieces, at)
        marked = _bracket(after)
        path, lines = piece.path
        yield Named(path, change if marked is None else marked, piece.line, piece.col, _joined(lines, after))
        lead = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    line: int
    col: int
    path: tuple[str, str] | None = None


def _pieces(spans: Sequence[Span]) -> Iterator[_Piece]:
    """The text in pieces: files, and what stands between them. Where code names files, plain words do not."""
    in_code = any(span.kind in ("code", "link") and path_of(span.text) for span in spans)
    for span in spans:
        if span.kind in ("code", "link"):
            yield _Piece(f"`{span.text}`", span.line, span.col, path_of(span.text))
        elif span.kind in ("text", "strong"):
            yield from [_Piece(span.text, span.line, span.col)] if in_code else _plain_pieces(span)


def _plain_pieces(span: Span) -> Iterator[_Piece]:
    at = 0
    for found in _BARE_FILE.finditer(span.text):
        word = found[0].rstrip(".,;:")
        if path := path_of(word, strict=True):
            yield _Piece(span.text[at : found.start()], span.line, span.col + at)
            yield _Piece(word, span.line, span.col + found.start(), path)
            at = found.start() + len(word)
    yield _Piece(span.text[at:], span.line, span.col + at)


def _last_word(lead: str) -> str | None:
    """The change whose word stands at the end of what comes before a file."""
    words = list(_DECLARED.finditer(lead))
    if not words or not _BETWEEN.fullmatch(lead, words[-1].end()):
        return None
    return _change(words[-1])


def mentioned_files(spans: Sequence[Span]) -> Iterator[Named]:
    """The files that a sentence names as its object, each once; what it only refers to is left out."""
    seen: set[str] = set()
    before = ""
    for span in spans:
        if span.kind in ("code", "link"):
            named = path_of(span.text, strict=True)
            if named and named[0] not in seen and not _READING.search(before[-60:]) and named[0][-1] != "/":
                seen.add(named[0])
                yield Named(named[0], "", span.line, span.col, named[1])
        elif span.kind in ("text", "strong"):
            for found in _BARE.finditer(span.text):
                path = path_of(found[0].rstrip(".,;:"), strict=True)
                lead = before[-60:] + span.text[max(found.start() - 60, 0) : found.start()]
                if path and path[0] not in seen and not _READING.search(lead):
                    seen.add(path[0])
                    yield Named(path[0], "", span.line, span.col + found.start(), path[1])
        before = (before + span.text)[-120:]


def path_of(text: str, *, strict: bool = False) -> tuple[str, str] | None:
    """A repository path and what it says of lines ("lines 3-9"); None when `text` is none.

    `strict` asks for a file with a known ending, as for a word that only might be a path.
    """
    text = text.strip()
    if len(text) > 300:
        return None
    lines = _LINES.search(text)
    path = text[: lines.start()] if lines else text
    if any(path.count(one) != path.count(other) for one, other in ("[]", "()")):
        return None
    if not _PATH.fullmatch(path) or path.startswith(("~", "/", "@/", "-", "$")) or ".." in path.split("/"):
        return None
    name = path.rstrip("/").rpartition("/")[2]
    if not _is_file(name, path, strict=strict):
        return None
    return path.removeprefix("./"), f"lines {lines[1]}" if lines else ""


def _is_file(name: str, path: str, *, strict: bool) -> bool:
    if name.lower() in _NAMES or (
        name.startswith(".") and len(name) > 2 and name[1].isalpha() and "(" not in name
    ):
        return True
    extension = _EXTENSION.search(name)
    if extension and extension[1].lower() in _EXTENSIONS and "(" not in name and name != extension[0]:
        return not (
            "/" not in path and name.count(".") == 1 and name[:-1].endswith(".") and name[0].isupper()
        )
    if strict or "/" not in path:
        return False
    return path.endswith("/") or (extension is not None and "(" not in name)


def is_command(text: str) -> bool:
    """Whether a code span looks like something to type into a shell."""
    return "\n" not in text and len(text) <= 400 and bool(_COMMAND.match(text)) and " " in text.strip()


def commands_of(info: str, code: str, line: int) -> Iterator[tuple[str, int, int]]:
    """The commands of a fence with their places; none when it is no shell or holds more than plain lines."""
    if info.split(" ")[0].lower() not in _SHELLS or "<<" in code:
        return
    held = ""
    for at, one in enumerate(code.split("\n")):
        text = one.strip()
        if held or text.endswith("\\"):
            held = text if text.endswith("\\") else ""
            continue
        text = text.removeprefix("$ ")
        if text and is_command(text):
            yield text, line + 1 + at, 1 + one.find(text)


def _change(found: re.Match[str]) -> str:
    return _WORDS[int((found.lastgroup or "c3")[1:])][0]


def _after(pieces: Sequence[_Piece], at: int) -> str:
    """What follows a file up to the next one."""
    text = ""
    for piece in pieces[at + 1 :]:
        if piece.path or len(text) > 300:
            break
        text += piece.text
    return text


def _bracket(after: str) -> str | None:
    """The change in brackets directly behind a file: "(new)". "(add a field)" declares nothing."""
    found = _BRACKET.match(after)
    word = _DECLARED.match(found[1]) if found else None
    if not found or not word or not _WORD_ONLY.fullmatch(found[1], word.end()):
        return None
    return _change(word)


def _joined(lines: str, after: str) -> str:
    after = after.strip().strip("—–-:：,、;；()（） ").strip()
    if re.fullmatch(r"(?:and|or|und|e|y|et|&|\+)?", after):
        after = ""
    return "; ".join(part for part in (lines, after) if part)[:400]
