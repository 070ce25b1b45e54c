"""Definitions by tree-sitter, for languages that have a grammar, which is loaded when it is first needed.

Knows nothing of single languages but which grammars to try; what counts as a definition is in `queries`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import inf
from typing import TYPE_CHECKING

from bot.recon.symbols.queries import QUERIES
from bot.recon.symbols.symbol import Symbol

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query, Tree

GRAMMARS = {
    "JavaScript": ("javascript", "tsx"), "TypeScript": ("typescript", "tsx"),
    "Svelte": ("typescript",), "Vue": ("typescript",), "Go": ("go",), "Rust": ("rust",), "Java": ("java",),
    "Ruby": ("ruby",), "C": ("c", "cpp"), "C++": ("cpp",), "C#": ("c_sharp",), "PHP": ("php",),
    "Kotlin": ("kotlin",), "Swift": ("swift",), "Shell": ("bash",),
}  # fmt: skip
MODULES = {"tsx": ("tree_sitter_typescript", "language_tsx"),
           "typescript": ("tree_sitter_typescript", "language_typescript"),
           "php": ("tree_sitter_php", "language_php")}  # fmt: skip
SCRIPT = re.compile(r"<script\b[^<>]{0,500}>", re.IGNORECASE)
CHUNK = 1 << 14
# A parser that recovers from an error looks at all that is still open: a few thousand of one thing in
# another take it minutes. People do not write that: such a text is one pattern over and over.
MONOTONOUS = 30  # times smaller when compressed; code gets four to fifteen times smaller
SHORT = 2_000  # bytes that cannot take long
# For a quote or heredoc that nothing ends, this parser reads to the end of the text, and again for the next.
MOST_BYTES = {"Shell": 60_000}
MOST_OPEN = 50  # comments opened and not closed, where they nest
PATIENCE = 5_000  # steps of the parser (a hundred operations each) that any text may take
BYTES_A_STEP = 10  # and one more for so many bytes; code takes one for about sixty
AFTER_ERROR = 5  # steps that one counts for where the parser guesses
MOSTLY_WRONG = 0.5  # share of a text that may lie in errors
WIDEST = 5_000  # nodes side by side in an error; a search takes the square of their number
VALUES = frozenset({"constant", "attribute"})
CLOSED = VALUES | {"function", "method", "body"}  # a value inside of one is local to it
HIDDEN = frozenset({"scope", "body"})
HOLDERS = frozenset({"class", "interface", "enum", "struct", "trait", "scope", "extension"})
BEFORE = frozenset(
    {"decorator", "annotation", "marker_annotation", "attribute", "attribute_list", "attribute_group"}
)
PARTS = frozenset({"name", "declarator", "inside", "exports", "prototype", "maker"})
LONGEST_NAME = 200  # bytes
WORD = re.compile(r"[A-Za-z_$][\w$]*")
ARGUMENTS = re.compile(r"<[^<>]{0,200}>")
WRAPPED = frozenset(
    {"init_declarator", "pointer_declarator", "reference_declarator", "array_declarator",
     "function_declarator", "parenthesized_declarator", "attributed_declarator"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    """A definition by its place: bytes from its start to its end, and the first byte of its name."""

    start: int
    end: int
    at: int
    kind: str
    name: str
    inside: str
    pattern: int
    line: int
    end_line: int


def syntax_outline(path: str, text: str, language: str) -> tuple[Symbol, ...] | None:
    """The definitions in order of lines; None without a grammar, or when most of the text does not parse."""
    if language in {"Svelte", "Vue"}:
        text = _scripts(text)
    source = text.encode("utf-8", "replace")
    if len(source) > MOST_BYTES.get(language, len(source)) or _endless(source):
        return None
    best = _best(source, GRAMMARS.get(language, ()))
    return None if best is None else tuple(_nested(path, _definitions(*best, source)))


def _scripts(text: str) -> str:
    """What stands in script elements, on the lines where it stands."""
    out: list[str] = []
    at = 0
    while opened := SCRIPT.search(text, at):
        end = text.find("</script", opened.end())
        end = len(text) if end < 0 else end
        out.append("\n" * text.count("\n", at, opened.end()) + text[opened.end() : end])
        at = end
    return "".join(out)


def _endless(source: bytes) -> bool:
    """Whether a parser might not come to an end in reasonable time."""
    if source.count(b"/*") > source.count(b"*/") + MOST_OPEN:
        return True
    return len(source) > SHORT and len(source) > MONOTONOUS * len(zlib.compress(source, 1))


# --- parsing ---------------------------------------------------------------------------------------------


def _best(source: bytes, grammars: tuple[str, ...]) -> tuple[Tree, str] | None:
    """The first parse without errors, else the one with the least text in errors, if not most of it."""
    parses: list[tuple[float, Tree, str]] = []
    for grammar in grammars:
        tree = _parsed(source, grammar)
        if tree is None:
            continue
        if not tree.root_node.has_error:
            return tree, grammar
        parses.append((_wrong(tree), tree, grammar))
    wrong, tree, grammar = min(parses, key=lambda each: each[0], default=(1.0, None, ""))
    return (tree, grammar) if tree and wrong <= MOSTLY_WRONG * len(source) else None


def _parsed(source: bytes, grammar: str) -> Tree | None:
    """None without the grammar, and for a text on which its parser loses itself."""
    language = _language(grammar)
    if language is None:
        return None
    from tree_sitter import Parser

    left = PATIENCE + len(source) // BYTES_A_STEP

    def too_long(_at: int, error: bool) -> bool:
        nonlocal left
        left -= AFTER_ERROR if error else 1
        return left < 0

    try:
        return Parser(language).parse(lambda at, _: source[at : at + CHUNK], progress_callback=too_long)
    except ValueError:
        return None


def _wrong(tree: Tree) -> float:
    """How many bytes lie in errors; without end when one of them holds more than a search gets through.

    Nodes are looked into only where there is an error, and not below one.
    """
    total, pending = 0.0, [tree.root_node]
    while pending:
        node = pending.pop()
        if node.is_error:
            total += inf if node.child_count > WIDEST else node.end_byte - node.start_byte
        elif node.has_error:
            pending += node.children
    return total


@cache
def _language(grammar: str) -> Language | None:
    """A grammar by its name; None when it is not installed."""
    module, entry = MODULES.get(grammar, (f"tree_sitter_{grammar}", "language"))
    try:
        from tree_sitter import Language

        return Language(getattr(import_module(module), entry)())
    except ImportError:
        return None


@cache
def _query(grammar: str, text: str) -> Query:
    from tree_sitter import Query

    language = _language(grammar)
    assert language is not None
    return Query(language, text)


def _matches(tree: Tree, query: Query) -> list[tuple[int, dict[str, list[Node]]]]:
    """For each match the number of the pattern and what it caught."""
    from tree_sitter import QueryCursor

    return QueryCursor(query).matches(tree.root_node)


# --- definitions -----------------------------------------------------------------------------------------


def _definitions(tree: Tree, grammar: str, source: bytes) -> list[_Found]:
    """In order of their places, an outer one before those inside of it; one for each name."""
    found: dict[int, _Found] = {}
    for pattern, captures in _matches(tree, _query(grammar, QUERIES[grammar])):
        one = _definition(pattern, captures, source)
        if one and (one.at not in found or pattern < found[one.at].pattern):
            found[one.at] = one
    return sorted(found.values(), key=lambda each: (each.start, -each.end, each.at))


def _definition(pattern: int, captures: dict[str, list[Node]], source: bytes) -> _Found | None:
    """What one match of a query says."""
    ((kind, (whole, *_)),) = ((name, nodes) for name, nodes in captures.items() if name not in PARTS)
    wrapped = captures.get("declarator")
    called, is_function = _unwrapped(wrapped[0]) if wrapped else (captures["name"][0], False)
    name = _name(source[called.start_byte : called.end_byte], kind)
    if wrapped and _is_macro_call(whole, name):
        kind, is_function = "body", False
    elif wrapped and "operator" not in name:
        name = name.split()[-1] if name.strip() else ""  # what stands before is a macro
    if not name:
        return None
    inside = captures.get("inside")
    return _Found(
        start=whole.start_byte,
        end=whole.end_byte,
        at=called.start_byte,
        kind="function" if is_function and kind in VALUES else kind,
        name=name,
        inside=_name(source[inside[0].start_byte : inside[0].end_byte], "scope") if inside else "",
        pattern=pattern,
        line=_first_row(whole) + 1,
        end_line=whole.end_point.row + (whole.end_point.column > 0),
    )


def _is_macro_call(whole: Node, name: str) -> bool:
    """`TEST(A, b) { … }` looks like a function without a type, and defines nothing of that name."""
    return whole.type == "function_definition" and name.isupper() and not whole.child_by_field_name("type")


def _unwrapped(node: Node) -> tuple[Node, bool]:
    """The name in a C declarator, and whether it is a function's and not that of a pointer to one."""
    is_function = False
    while node.type in WRAPPED:
        is_function = node.type == "function_declarator" or (
            is_function and node.type != "parenthesized_declarator"
        )
        inner = node.child_by_field_name("declarator") or next(iter(node.named_children), None)
        if inner is None:
            break
        node = inner
    return node, is_function


def _name(raw: bytes, kind: str) -> str:
    """A name as people write it: dotted, without quotes, sigils, type arguments; of a type only its own."""
    text = raw[:LONGEST_NAME].decode("utf-8", "replace")
    if kind in {"scope", "extension"}:
        words = WORD.findall(re.split(r"[<\[(]", text, maxsplit=1)[0])
        return words[-1] if words else ""
    if text.startswith("operator "):
        text = text.partition("(")[0].rstrip()
    elif text[:1].isalpha():
        text = ARGUMENTS.sub("", text)
    text = text.strip("\"'`:#& \n").replace("::", ".")
    return "" if "/" in text else text  # a file's name in a bundle, not a member's


def _first_row(node: Node) -> int:
    """The row where a definition begins after its decorators."""
    for child in node.children:
        modifiers = child.children if child.type == "modifiers" else [child]
        for each in modifiers:
            if each.type not in BEFORE and "comment" not in each.type:
                return each.start_point.row
    return node.start_point.row


def _nested(path: str, found: list[_Found]) -> Iterator[Symbol]:
    """Symbols with qualified names. Values that are local to a function are no definitions of the file."""
    around: list[tuple[_Found, str]] = []
    for one in found:
        while around and not _holds(around[-1][0], one):
            around.pop()
        holder = around[-1][0].kind if around else ""
        if one.kind in VALUES and holder in CLOSED:
            continue
        qualified = ".".join(
            [name for name in (around[-1][1] if around else "", one.inside, one.name) if name]
        )
        around.append((one, qualified))
        if one.kind not in HIDDEN:
            last = one.name.rpartition(".")[2] or one.name
            yield Symbol(last, qualified, _kind(one, holder), path, one.line, one.end_line)


def _holds(outer: _Found, one: _Found) -> bool:
    """Whether a definition stands in another one, and not beside it or in a mere name for it."""
    beside = outer.end < one.end or (outer.start, outer.end) == (one.start, one.end)
    return not beside and not (outer.kind == "type" and one.kind in HOLDERS)


def _kind(one: _Found, holder: str) -> str:
    """As it stands in: a function of a class is a method, an attribute of nothing a constant."""
    if one.kind == "function" and (holder in HOLDERS or one.inside):
        return "method"
    return "constant" if one.kind == "attribute" and not holder else one.kind
