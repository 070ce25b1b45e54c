"""How long the patterns that read plans and repositories take on hostile text: 100 kB made of each pattern's
own parts, near matches and repetitions of them.

Patterns are found where modules keep them and where functions name them; only what is ever searched for is
searched for here, the others are matched at the beginning.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import product
from pathlib import Path
from re import _parser as parser  # type: ignore[attr-defined]
from types import FunctionType, ModuleType
from typing import Any

import bot
from bench.table import print_table, verdict

PACKAGES = ("bot.plan", "bot.lint", "bot.recon")
SIZE = 100_000
MOST = 0.1  # seconds
SHOWN = 10
DEEPEST = 6  # how far into the containers of a module is looked
SEARCHING = frozenset(["search", "finditer", "findall", "sub", "subn", "split"])
AT_START = frozenset(["match", "fullmatch"])
ENDS = ("", "\0", "\n")
CLASSES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern, where it is kept, and whether it is searched for."""

    where: str
    pattern: re.Pattern[str]
    searched: bool


# --- which patterns there are ------------------------------------------------------------------------------


def patterns() -> dict[tuple[str, int], Found]:
    """Every pattern of the packages, by its text and flags."""
    found: dict[tuple[str, int], Found] = {}
    for module in _modules():
        tree = ast.parse(inspect.getsource(module))
        only_matched = _only_matched(tree)
        for name, pattern in _kept(module, tree):
            key = pattern.pattern, pattern.flags
            before = found.get(key)
            searched = name not in only_matched or bool(before and before.searched)
            found[key] = Found(f"{module.__name__.removeprefix('bot.')}.{name}", pattern, searched)
    return found


def _modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        top = importlib.import_module(package)
        yield top
        for one in pkgutil.walk_packages(top.__path__, f"{package}."):
            yield importlib.import_module(one.name)


def _kept(module: ModuleType, tree: ast.Module) -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, value in vars(module).items():
        if not name.startswith("__"):
            for pattern in _inside(value, DEEPEST):
                yield name, pattern
    for method, text in _named_in_functions(tree):
        yield f"re.{method}", re.compile(text)


def _inside(value: Any, deep: int) -> Iterator[re.Pattern[str]]:
    """The patterns that a value holds: in containers, in fields, in what a function closes over."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif deep:
        for one in _parts(value):
            yield from _inside(one, deep - 1)


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name, None) for field in fields(value)]
    if isinstance(value, FunctionType):
        return [cell.cell_contents for cell in value.__closure__ or () if _filled(cell)]
    return []


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _named_in_functions(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Method and text of `re.search("...", …)`."""
    for call in ast.walk(tree):
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=method),
                args=[ast.Constant(value=str(text)), *_],
            ) if method in SEARCHING | AT_START:
                yield method, text


def _only_matched(tree: ast.Module) -> frozenset[str]:
    """Names of a module that nothing but `match` and `fullmatch` is asked of, here or elsewhere."""
    uses = {name: methods for name, methods in _uses().items() if methods}
    kept = {
        target.id for node in tree.body if isinstance(node, ast.Assign)
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip
    return frozenset(
        {f"re.{one}" for one in AT_START} | {name for name in kept if uses.get(name, {""}) <= AT_START}
    )


_USES: dict[str, set[str]] = {}


def _uses() -> dict[str, set[str]]:
    """By the name of a pattern, or of what holds patterns, the methods it is used with; "" for a use that
    says nothing."""
    if not _USES:
        for path in sorted(Path(bot.__file__).parent.rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
            for scope in (tree, *functions):
                _note_uses(scope)
    return _USES


def _note_uses(scope: ast.AST) -> None:
    """What a function takes out of a container has names in lower case."""
    asked: dict[str, set[str]] = {}
    bare: set[str] = set()
    for node in ast.walk(scope):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=method):
                asked.setdefault(name, set()).add(method if method in SEARCHING | AT_START else "")
            case ast.Name(id=name, ctx=ast.Load()) if name.upper() == name:
                bare.add(name)
    if isinstance(scope, ast.FunctionDef):
        local = {one for name, methods in asked.items() if name.islower() for one in methods} - {""}
        for name in bare - asked.keys():
            _USES.setdefault(name, set()).update(local or {""})
    for name, methods in asked.items():
        _USES.setdefault(name, set()).update(methods)


# --- hostile text ------------------------------------------------------------------------------------------


def texts(pattern: re.Pattern[str]) -> Iterator[str]:
    """100 kB of every part, of every beginning, of the whole, and of what just fails to match."""
    tokens = list(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    pieces = {" ", "\n", "a", *_signs(tokens)}
    for most in (1, 3):
        samples = [_sample(token, most) for token in tokens]
        whole = "".join(samples)
        pieces |= {"".join(samples[:end]) for end in range(1, len(samples) + 1)}
        pieces |= {one for one in samples if len(one) > 1} | {whole[:-1]}
        pieces |= {one + "\n" for one in (whole, whole[:-1])}
    for piece in sorted(pieces - {""}):
        text = (piece * (SIZE // len(piece) + 1))[:SIZE]
        yield from (text + end for end in ENDS)
    start = "".join(_sample(token, 1) for token in tokens[:-1])
    yield from (start + sign * SIZE + "\0" for sign in sorted(set(_signs(tokens))) if start)


def _signs(tokens: Any) -> Iterator[str]:
    """A character for each literal and each class of a pattern, however deep."""
    for name, value in tokens:
        if str(name) in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            yield _sample((name, value), 1)
        else:
            for inner in _below(value):
                yield from _signs(inner)


def _below(value: Any) -> Iterator[Any]:
    if isinstance(value, parser.SubPattern):
        yield list(value)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _below(one)


def _sample(token: Any, most: int) -> str:
    """Text that a part of a pattern matches; repeated parts `most` times where they may be."""
    name, value = str(token[0]), token[1]
    if name == "LITERAL":
        return chr(value)
    if name in ("ANY", "NOT_LITERAL", "CATEGORY"):
        return "a" if value != ord("a") else "b"
    if name == "IN":
        return _of_class(value)
    if name == "BRANCH":
        return "".join(_sample(one, most) for one in value[1][-1])
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high, inner = value
        times: int = max(int(low), min(most, int(high)))
        return "".join(_sample(one, most) for one in inner) * times
    inner = next(reversed(list(_below(value))), ()) if not name.startswith("ASSERT") else ()
    return "".join(_sample(one, most) for one in inner)


def _of_class(items: Any) -> str:
    for name, value in items:
        if str(name) == "NEGATE":
            return next(sign for sign in "a -.1\0é" if not _holds(items[1:], sign))
        if str(name) == "LITERAL":
            return chr(value)
        if str(name) == "RANGE":
            return chr(value[0])
        if str(name) == "CATEGORY":
            return CLASSES.get(str(value), "-")
    return "a"


def _holds(items: Any, sign: str) -> bool:
    for name, value in items:
        if str(name) == "LITERAL" and chr(value) == sign:
            return True
        if str(name) == "RANGE" and value[0] <= ord(sign) <= value[1]:
            return True
        if str(name) == "CATEGORY" and CLASSES.get(str(value), "-") == sign:
            return True
    return False


# --- time --------------------------------------------------------------------------------------------------


def slowest(found: Found) -> tuple[float, str]:
    """Processor seconds on the worst text, and how that begins. The worst three of a tenth of the size are
    tried whole; what is too long on a tenth already is not."""
    ways: list[Callable[[str], object]] = [found.pattern.match, found.pattern.fullmatch]
    if found.searched:
        ways = [lambda text: sum(1 for _ in found.pattern.finditer(text))]
    tried: list[tuple[float, int, Callable[[str], object], str]] = []
    for number, (text, way) in enumerate(product(texts(found.pattern), ways)):
        for part in (SIZE // 100, SIZE // 10):  # what explodes must do so on little
            took = _took(way, text[:part] + text[-2:])
            if took > MOST:
                return took, text[:24]
        tried.append((took, number, way, text))
    return max((_took(way, text), text[:24]) for _, _, way, text in sorted(tried, reverse=True)[:3])


def _took(way: Callable[[str], object], text: str) -> float:
    """Once, and again when that was long: other programs disturb."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        way(text)
        best = min(best, time.process_time() - begun)
        if not MOST / 2 < best < MOST * 3:
            break
    return best


def main() -> None:
    """Print the ten slowest patterns."""
    every = patterns().values()
    slow = sorted(((*slowest(one), one.where) for one in every), reverse=True)[:SHOWN]
    rows = [
        (where, repr(text), f"{took * 1000:.0f}", f"< {MOST * 1000:.0f}", verdict(took < MOST))
        for took, text, where in slow
    ]
    title = f"{len(every)} patterns on {SIZE // 1000} kB of hostile text, the ten slowest"
    print_table(title, ("pattern", "worst text begins", "ms", "goal", ""), rows)


if __name__ == "__main__":
    main()
