"""Definitions read line by line with patterns: for languages without a grammar and texts that do not parse.

Good for names and first lines. `end_line` is the last line of the indented or braced block that can be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.recon.symbols.symbol import Symbol

Patterns = tuple[tuple[str, re.Pattern[str]], ...]


def _p(**kinds: str) -> Patterns:
    """Kinds and what their definitions look like at the beginning of a line."""
    return tuple((kind.rstrip("_"), re.compile(rf"\A(?:{pattern})")) for kind, pattern in kinds.items())


_JS = _p(
    class_=r"\s{0,40}(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?class\s+([A-Za-z_$][\w$]*)",
    function=r"\s{0,40}(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:async\s+)?function\s*+(?:\*\s*)?([A-Za-z_$][\w$]*)",
    interface=r"\s{0,40}(?:export\s+)?(?:declare\s+)?(?:interface|namespace"
    r"|module)\s+([A-Za-z_$][\w$]*)\s*[{<e]",
    enum=r"\s{0,40}(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+([A-Za-z_$][\w$]*)",
    type=r"\s{0,40}(?:export\s+)?(?:declare\s+)?type\s+([A-Za-z_$][\w$]*)\s*[=<]",
    constant=r"(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*[=:]",
    export=r"(?:module\.)?exports\.([A-Za-z_$][\w$]*)\s*=",
    method=r"\s{1,40}(?:(?:public|private|protected|static|override|async|get|set|readonly)\s+){0,4}[*#]?"
    r"((?!if\b|for\b|while\b|switch\b|catch\b|return\b|function\b|await\b"
    r"|super\b)[A-Za-z_$][\w$]*)\s*(?:<[^<>()]{0,80}>)?\([^()]{0,200}\)\s*(?::[^={]{0,120})?\{",
)
_GO = _p(
    method=r"func\s+\([^()]{0,80}\)\s*([A-Za-z_]\w*)",
    function=r"func\s+([A-Za-z_]\w*)",
    type=r"type\s+([A-Za-z_]\w*)",
    constant=r"(?:const|var)\s+([A-Za-z_]\w*)",
)
_RUST = _p(
    impl=r"\s{0,40}(?:unsafe\s+)?impl(?:<[^{}]{0,80}?>)?\s++"
    r"(?:[\w:<>, '&]{1,120}\sfor\s+)?&?(?:\w+::){0,5}([A-Za-z_]\w*)",
    function=r"\s{0,40}(?:pub(?:\([^()]{0,40}\))?\s+)?(?:default\s+)?(?:const\s+)?(?:async\s+)?(?:unsafe\s+)?(?:extern\s+\"[^\"]{0,20}\"\s+)?fn\s+([A-Za-z_]\w*)",
    struct=r"\s{0,40}(?:pub(?:\([^()]{0,40}\))?\s+)?(?:struct|union)\s+([A-Za-z_]\w*)",
    enum=r"\s{0,40}(?:pub(?:\([^()]{0,40}\))?\s+)?enum\s+([A-Za-z_]\w*)",
    trait=r"\s{0,40}(?:pub(?:\([^()]{0,40}\))?\s+)?(?:unsafe\s+)?trait\s+([A-Za-z_]\w*)",
    type=r"\s{0,40}(?:pub(?:\([^()]{0,40}\))?\s+)?type\s+([A-Za-z_]\w*)",
    constant=r"\s{0,40}(?:pub(?:\([^()]{0,40}\))?\s+)?(?:const|static)\s+(?:mut\s+)?([A-Z_]\w*)\s*:",
    macro=r"\s{0,40}macro_rules!\s*([A-Za-z_]\w*)",
    module=r"\s{0,40}(?:pub(?:\([^()]{0,40}\))?\s+)?mod\s+([A-Za-z_]\w*)\s*\{",
)
_JVM_WORDS = (
    r"(?:(?:public|protected|private|static|final|abstract|sealed|open|internal|data|inline"
    r"|override|suspend|default|synchronized|native|strictfp|transient|volatile|partial|virtual"
    r"|async|readonly|unsafe|extern|const)\s+){0,6}"
)
_JAVA = _p(
    class_=rf"\s{{0,40}}{_JVM_WORDS}(?:class|record|object|struct)\s+([A-Za-z_]\w*)",
    interface=rf"\s{{0,40}}{_JVM_WORDS}@?(?:interface|trait)\s+([A-Za-z_]\w*)",
    enum=rf"\s{{0,40}}{_JVM_WORDS}enum\s+(?:class\s+)?([A-Za-z_]\w*)",
    function=rf"\s{{0,40}}{_JVM_WORDS}(?:fun|def|function|func)\s+(?:<[^<>]{{0,60}}>\s*)?&?(?:\w+\.)?([A-Za-z_]\w*)",
    method=r"\s{1,40}(?:(?:public|protected|private|static|final|abstract|synchronized|default|override"
    r"|virtual|async|internal)\s+){1,5}"
    r"(?:<[^<>]{0,80}>\s*)?(?:[\w.\[\]?]+(?:<[^()=;{}]{0,120}>)?(?:\[\])?\s+)?([A-Za-z_]\w*)\s*\(",
    constant=r"\s{1,40}(?:(?:public|protected|private|static|final|const"
    r"|readonly)\s+){2,5}[\w<>\[\], .?]{1,80}?\s([A-Z][A-Z0-9_]+)\s*[=;]",
)
_RUBY = _p(
    class_=r"\s{0,40}class\s+([A-Z][\w:]*)",
    module=r"\s{0,40}module\s+([A-Z][\w:]*)",
    method=r"\s{0,40}def\s+(?:self\.)?([A-Za-z_]\w*[?!=]?)",
    constant=r"\s{0,40}([A-Z][A-Z0-9_]+)\s*=[^=]",
)
_C = _p(
    macro=r"\s{0,10}#\s*define\s+([A-Za-z_]\w*)",
    class_=r"\s{0,40}(?:typedef\s+)?(?:class|struct"
    r"|union)\s+(?:[A-Z_]{2,30}\s+)?([A-Za-z_]\w*)\s*(?:final\s*)?(?:[:{]|$)",
    enum=r"\s{0,40}(?:typedef\s+)?enum\s+(?:class\s+)?([A-Za-z_]\w*)",
    namespace=r"\s{0,40}namespace\s+([A-Za-z_]\w*)",
    # A star or ampersand belongs to the word before it only inside of its brackets.
    function=r"(?:[A-Za-z_](?:[\w:<>,]|[*&](?=[*&]{0,2}[,>]))*+[ "
    r"\t*&]{1,4}+){1,6}((?:[A-Za-z_]\w*::){0,4}~?[A-Za-z_]\w*)\s*\([^;]{0,300}$",
)
_SHELL = _p(function=r"\s{0,20}(?:function\s+)?([A-Za-z_][\w-]*)\s*\(\)\s*\{?")
_SWIFT = _p(
    class_=r"\s{0,40}(?:\w+\s+){0,3}(?:class|struct|enum|protocol|extension|actor|mixin)\s+([A-Za-z_]\w*)",
    function=r"\s{0,40}(?:\w+\s+){0,3}func\s+([A-Za-z_]\w*)",
)
_ELIXIR = _p(
    module=r"\s{0,40}defmodule\s+([\w.]+)",
    function=r"\s{0,40}defp?\s+([a-z_]\w*[?!]?)",
    macro=r"\s{0,40}defmacrop?\s+([a-z_]\w*)",
)
PATTERNS: dict[str, Patterns] = {
    "JavaScript": _JS, "TypeScript": _JS, "Svelte": _JS, "Vue": _JS, "Go": _GO, "Rust": _RUST, "Java": _JAVA,
    "Kotlin": _JAVA,
    "Scala": _JAVA, "Groovy": _JAVA, "C#": _JAVA, "PHP": _JAVA, "Ruby": _RUBY, "C": _C, "C++": _C,
    "Objective-C": _C, "Shell": _SHELL,
    "Swift": _SWIFT, "Dart": _SWIFT, "Elixir": _ELIXIR,
}  # fmt: skip
CONTAINERS = frozenset({"impl", "class", "interface", "enum", "module", "namespace", "trait", "struct"})
WIDEST = 400  # characters of a line that are looked at; longer lines are minified or data


def by_pattern(path: str, text: str, patterns: Patterns) -> Iterator[Symbol]:
    lines = text.split("\n")
    open_in: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        hit = _definition(line[:WIDEST], patterns) if line and not line.isspace() else None
        if hit is None:
            continue
        kind, name = hit
        depth = len(line) - len(line.lstrip())
        while open_in and open_in[-1][0] >= depth:
            open_in.pop()
        inside = "".join(f"{each}." for _, each in open_in)
        if kind != "impl":
            yield Symbol(name, inside + name, kind, path, number, _end_of(lines, number, depth))
        if kind in CONTAINERS:
            open_in.append((depth, name))


def _definition(line: str, patterns: Patterns) -> tuple[str, str] | None:
    if line.lstrip().startswith(("//", "*", "/*", "# ", "return ", "else ", "throw ", "new ")):
        return None
    for kind, pattern in patterns:
        found = pattern.match(line)
        if found:
            return kind, found.group(1).replace("::", ".")
    return None


def _end_of(lines: list[str], number: int, depth: int) -> int:
    """The line before the next one that is indented no deeper, a closing brace or `end` included; at
    most 400 lines on.
    """
    for at in range(number, min(len(lines), number + 400)):
        line = lines[at]
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            return at + 1 if line.strip()[0] in "})]" or line.strip() == "end" else max(at, number)
    return min(len(lines), number + 400)
