"""Outlines: which functions, classes, methods and constants a file defines, and where.

Python is parsed with `ast`, a dozen other languages with tree-sitter, the rest is read with patterns. A
grammar that is not installed is no error: patterns step in. No grammar is loaded before it is needed.
"""

from __future__ import annotations

from bot.recon.languages import language_of
from bot.recon.symbols.names import defined_names
from bot.recon.symbols.patterns import PATTERNS, by_pattern
from bot.recon.symbols.presence import defined_in
from bot.recon.symbols.python import python_outline
from bot.recon.symbols.symbol import Symbol
from bot.recon.symbols.syntax import syntax_outline
from bot.recon.tree import Tree

__all__ = ["VERSION", "Symbol", "defined_in", "defined_names", "outline", "symbol_in"]

VERSION = 3  # raised when the same text would give another outline
LONGEST = 1_000_000  # characters of a file that is outlined; above this the answer is "not checked"


def outline(path: str, text: str) -> tuple[Symbol, ...] | None:
    """The definitions of a file in order of lines.

    None when there is no extractor for it or it does not parse.
    """
    language = language_of(path) or ""
    if len(text) > LONGEST:
        return None
    if language == "Python":
        return python_outline(path, text)
    found = syntax_outline(path, text, language)
    if found is None and language in PATTERNS:
        return tuple(by_pattern(path, text, PATTERNS[language]))
    return found


def symbol_in(tree: Tree, path: str, name: str) -> bool | None:
    """Whether a file defines `name` (plain or dotted); None when that could not be checked."""
    text = tree.text(path)
    found = None if text is None else outline(path, text)
    return None if found is None or text is None else defined_in(path, text, found, name)
