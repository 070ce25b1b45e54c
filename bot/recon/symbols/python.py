"""Definitions in Python, by its own parser; those inside of functions as well."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator

from bot.recon.symbols.symbol import Symbol

DEEPEST = 50  # blocks inside of blocks that are looked into


def python_outline(path: str, text: str) -> tuple[Symbol, ...] | None:
    """The definitions in order of lines; None when the text does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tuple(_in_body(path, module.body, "", "", 0))


def _in_body(path: str, body: Iterable[ast.AST], inside: str, within: str, depth: int) -> Iterator[Symbol]:
    """`inside` is the dotted prefix; `within` is "", "class" or "function"."""
    for node in body if depth < DEEPEST else ():
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                kind = "method" if within == "class" else "function"
                yield _symbol(path, node.name, inside, kind, node)
                yield from _in_body(path, node.body, f"{inside}{node.name}.", "function", depth + 1)
            case ast.ClassDef():
                yield _symbol(path, node.name, inside, "class", node)
                yield from _in_body(path, node.body, f"{inside}{node.name}.", "class", depth + 1)
            case ast.Assign() | ast.AnnAssign() if within != "function":
                kind = "attribute" if within else "constant"
                yield from (_symbol(path, name, inside, kind, node) for name in _assigned(node))
            case ast.stmt() | ast.ExceptHandler() | ast.match_case():
                yield from _in_body(path, _blocks(node), inside, within, depth + 1)
            case _:
                continue


def _blocks(node: ast.AST) -> list[ast.AST]:
    """The statements right below one that defines nothing itself: `if`, `try`, `with`, loops, `match`."""
    parts = (getattr(node, name, ()) for name in ("body", "handlers", "cases", "orelse", "finalbody"))
    return [each for part in parts if isinstance(part, list) for each in part]


def _assigned(node: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        each = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        yield from (name.id for name in each if isinstance(name, ast.Name))


def _symbol(path: str, name: str, inside: str, kind: str, node: ast.stmt) -> Symbol:
    return Symbol(name, inside + name, kind, path, node.lineno, node.end_lineno or node.lineno)
