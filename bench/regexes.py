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
from functools import cache
from itertools import product
from pathlib import Path
from re import _parser as parser  # type: ignore[attr-defined]
from types import FunctionType, ModuleType
from typing import Any

import bot
from bench.ambiguity import Way
from bench.table import print_table, verdict

PACKAGES = ("bot.plan", "bot.lint", "bot.recon")
SIZE = 100_000
MOST = 0.1  # seconds
SHOWN = 10
DEEPEST = 6  # how far into the containers of a module is looked
SEARCHING = frozenset(["search", "finditer", "findall", "sub", "subn", "split"])
AT_START = frozenset(["match", "fullmatch"])
TAKING = frozenset(["items", "values", "get"])
ENDS = ("", "\0", "\n")
# Patterns that see no more than a bounded text, with its length and what bounds it.
BOUNDED = {
    "recon.conventions.TESTED": 255,  # a file's name
    "recon.kinds.MIGRATION_NAME": 255,  # a file's name
    "recon.secrets.SECRET_NAMES": 255,  # a file's name
}
CLASSES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern, where it is kept, and in which ways it is asked for."""

    where: str
    pattern: re.Pattern[str]
    ways: frozenset[Way]


# --- which patterns there are ------------------------------------------------------------------------------


def patterns() -> dict[tuple[str, int], Found]:
    """Every pattern of the packages, by its text and flags."""
    found: dict[tuple[str, int], Found] = {}
    for module in _modules():
        tree = ast.parse(inspect.getsource(module))
        for name, pattern in _kept(module, tree):
            key = pattern.pattern, pattern.flags
            asked = {name[3:]} if name.startswith("re.") else _asked(module.__name__, name)
            ways = {*_ways(asked), *(found[key].ways if key in found else ())}
            found[key] = Found(f"{module.__name__.removeprefix('bot.')}.{name}", pattern, frozenset(ways))
    return found


def _ways(asked: set[str]) -> set[Way]:
    ways: set[Way] = set()
    if not asked <= AT_START:
        ways.add("search")
    if "match" in asked:
        ways.add("match")
    if "fullmatch" in asked:
        ways.add("fullmatch")
    return ways


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


def _asked(module: str, name: str) -> set[str]:
    """The methods that a module's pattern, or what holds patterns, is used with, here or where it is
    imported; "" for a use that says nothing."""
    uses = _uses()
    return uses.get((module, name)) or {""}


@cache
def _uses() -> dict[tuple[str, str], set[str]]:
    """By module and name, as `_asked`."""
    uses: dict[tuple[str, str], set[str]] = {}
    top = Path(bot.__file__).parent
    for path in sorted(top.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        here = ".".join(("bot", *path.relative_to(top).with_suffix("").parts)).removesuffix(".__init__")
        origin = {
            one.asname or one.name: (node.module or "", one.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for one in node.names
        }
        functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
        for scope in (tree, *functions):
            for name, methods in _uses_in(scope):
                for key in {(here, name), origin.get(name, (here, name))}:
                    uses.setdefault(key, set()).update(methods)
    return uses


def _uses_in(scope: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """What is taken out of a container has a name in lower case."""
    asked: dict[str, set[str]] = {}
    taken: set[str] = set()
    for node in ast.walk(scope):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=method) if method in TAKING:
                taken.add(name)
            case ast.Attribute(value=ast.Name(id=name), attr=method):
                asked.setdefault(name, set()).add(method if method in SEARCHING | AT_START else "")
            case ast.For(iter=ast.Name(id=name)) | ast.comprehension(iter=ast.Name(id=name)):
                taken.add(name)
            case ast.Subscript(value=ast.Name(id=name)):
                taken.add(name)
            case ast.Call(args=args, keywords=keywords):
                given = [*args, *(one.value for one in keywords)]
                for one in given:
                    if isinstance(one, ast.Name):
                        asked.setdefault(one.id, set()).add("")
    yield from asked.items()
    if isinstance(scope, ast.FunctionDef):
        local = {one for name, methods in asked.items() if name.islower() for one in methods} - {""}
        yield from ((name, local or {""}) for name in taken if name.upper() == name)


# --- hostile text ------------------------------------------------------------------------------------------


def texts(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    """As many characters of every part, of every beginning, of the whole, and of what just fails to match."""
    tokens = list(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    pieces = {" ", "\n", "a", *_signs(tokens)}
    for most in (1, 3):
        samples = [_sample(token, most) for token in tokens]
        whole = "".join(samples)
        pieces |= {"".join(samples[:end]) for end in range(1, len(samples) + 1)}
        pieces |= {one for one in samples if len(one) > 1} | {whole[:-1]}
        pieces |= {one + "\n" for one in (whole, whole[:-1])}
    for piece in sorted(pieces - {""}):
        text = (piece * (size // len(piece) + 1))[:size]
        yield from (text + end for end in ENDS)
    start = "".join(_sample(token, 1) for token in tokens[:-1])
    yield from (start + sign * size + "\0" for sign in sorted(set(_signs(tokens))) if start)


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
    if "search" in found.ways:
        ways = [lambda text: sum(1 for _ in found.pattern.finditer(text))]
    size = BOUNDED.get(found.where, SIZE)
    tried: list[tuple[float, int, Callable[[str], object], str]] = []
    for number, (text, way) in enumerate(product(texts(found.pattern, size), ways)):
        for part in (size // 100, size // 10):  # what explodes must do so on little
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
