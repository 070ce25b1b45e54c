"""Outlines: which functions, classes, methods and constants a file defines, and where.

Python is parsed with `ast`; other languages are read line by line with patterns, which is good for names and
first lines and says so by leaving `end_line` at the last line of the indented or braced block it can see.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.recon.languages import language_of
from bot.recon.tree import Tree

LONGEST = 1_000_000  # characters of a file that is outlined; above this the answer is "not checked"


@dataclass(frozen=True, slots=True)
class Symbol:
    """One definition: `qualified` is dotted from the file's top, lines are 1-based and inclusive."""

    name: str
    qualified: str
    kind: str
    path: str
    line: int
    end_line: int

    def to_dict(self) -> dict[str, object]:
        return {"name": self.qualified, "kind": self.kind, "line": self.line, "end_line": self.end_line}


def outline(path: str, text: str) -> tuple[Symbol, ...] | None:
    """The definitions of a file in order of lines.

    None when there is no extractor for it or it does not parse.
    """
    language = language_of(path)
    if len(text) > LONGEST:
        return None
    if language == "Python":
        return _python(path, text)
    patterns = PATTERNS.get(language or "")
    return None if patterns is None else tuple(_by_pattern(path, text, patterns))


def symbol_in(tree: Tree, path: str, name: str) -> bool | None:
    """Whether a file defines `name` (plain or dotted); None when that could not be checked."""
    text = tree.text(path)
    found = None if text is None else outline(path, text)
    return None if found is None or text is None else defined_in(path, text, found, name)


def defined_in(path: str, text: str, found: Sequence[Symbol], name: str) -> bool | None:
    """As `symbol_in`, for a file whose outline is known."""
    wanted = re.sub(r"\(.*$", "", name.strip().strip("`")).replace("::", ".").replace("#", ".").strip(".")
    last = wanted.rpartition(".")[2]
    if any(
        each.qualified == wanted or each.qualified.endswith("." + wanted) or each.name == wanted
        for each in found
    ):
        return True
    if language_of(path) == "Python":
        return _python_says_no(text, wanted, last)
    # patterns miss definitions: a name that stands in the file is unsure, one that does not is absent
    return None if last and re.search(rf"(?<![\w$]){re.escape(last)}(?![\w$])", text) else False


def _python_says_no(text: str, wanted: str, last: str) -> bool | None:
    """A name bound by import, attribute, `__getattr__` or `exec` may exist without a definition here."""
    if re.search(r"^def __getattr__\(|\bglobals\(\)|\bexec\(|^from \S+ import \*", text, re.MULTILINE):
        return None
    return None if last and re.search(rf"\b{re.escape(last)}\b", text) else False


# --- Python ----------------------------------------------------------------------------------------------


def _python(path: str, text: str) -> tuple[Symbol, ...] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tuple(_in_body(path, module.body, ""))


def _in_body(path: str, body: list[ast.stmt], inside: str) -> Iterator[Symbol]:
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield _symbol(path, node.name, inside, "method" if inside else "function", node)
            case ast.ClassDef():
                yield _symbol(path, node.name, inside, "class", node)
                yield from _in_body(path, node.body, f"{inside}{node.name}.")
            case ast.Assign(targets=targets):
                for name in (each.id for each in targets if isinstance(each, ast.Name)):
                    yield _symbol(path, name, inside, "attribute" if inside else "constant", node)
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield _symbol(path, name, inside, "attribute" if inside else "constant", node)
            case ast.If(body=then, orelse=other):
                yield from _in_body(path, [*then, *other], inside)
            case ast.Try(body=then, handlers=handlers):
                yield from _in_body(path, [*then, *(each for one in handlers for each in one.body)], inside)
            case _:
                continue


def _symbol(path: str, name: str, inside: str, kind: str, node: ast.stmt) -> Symbol:
    return Symbol(name, inside + name, kind, path, node.lineno, node.end_lineno or node.lineno)


# --- other languages -------------------------------------------------------------------------------------

Patterns = tuple[tuple[str, re.Pattern[str]], ...]


def _p(**kinds: str) -> Patterns:
    return tuple((kind.rstrip("_"), re.compile(pattern)) for kind, pattern in kinds.items())


_JS = _p(
    class_=r"\s{0,40}(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?class\s+([A-Za-z_$][\w$]*)",
    function=r"\s{0,40}(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:async\s+)?function\s*\*?\s*([A-Za-z_$][\w$]*)",
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
    impl=r"\s{0,40}(?:unsafe\s+)?impl(?:<[^{}]{0,80}?>)?\s+"
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
    function=r"(?:[A-Za-z_][\w:<>,*&]*[ "
    r"\t*&]{1,4}){1,6}((?:[A-Za-z_]\w*::){0,4}~?[A-Za-z_]\w*)\s*\([^;]{0,300}$",
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


def _by_pattern(path: str, text: str, patterns: Patterns) -> Iterator[Symbol]:
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


# --- names only, quickly ---------------------------------------------------------------------------------

QUICK = re.compile(
    r"^[ \t]{0,40}(?:(?:export|default|declare|pub(?:\([a-z: ]{0,30}\))?|public|protected|private|internal"
    r"|static|final|abstract|async|sealed"
    r"|open|data|override|unsafe|const|inline|virtual|extern)[ \t]+){0,6}"
    r"(?:def|class|function\*?|func|fn|interface|enum|struct|trait|type|module|namespace|record|object|fun"
    r"|macro_rules!|mod|defmodule|defp|#[ \t]?define)"
    r"[ \t]+(?:\([^()\n]{0,80}\)[ \t]*)?(?:self\.)?([A-Za-z_$][\w$]{1,79})"
    r"|^(?:export[ \t]+)?(?:const|let|var|static)[ \t]+([A-Za-z_$][\w$]{1,79})"
    r"|^([A-Za-z_]\w{1,79})[ \t]*(?::[^=\n]{1,60})?=(?!=)"
    r"|^[ \t]{1,12}(?:(?:public|protected|private|static|final|synchronized|abstract"
    r"|override)[ \t]+){1,5}[\w<>\[\],.? ]{0,80}?\b([A-Za-z_]\w{1,79})[ \t]?\(",
    re.MULTILINE,
)


def defined_names(text: str) -> list[str]:
    """Names that a file in any common language seems to define, in order and
    with repeats; quick and rough.
    """
    return [a or b or c or d for a, b, c, d in QUICK.findall(text)]
