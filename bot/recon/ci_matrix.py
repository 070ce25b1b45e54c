"""The values of a workflow's matrix as far as they stand in the file, and lines multiplied out with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

MOST_VALUES = 20
MOST_LINES = 12
ENTRY = re.compile(r"( {0,60})(?:(- )( {0,4}))?([\w.-]{1,80})[ ]?:(?:[ ](.{0,1000}))?$")
USED = re.compile(r"\$\{\{\s{0,4}matrix\.([\w.-]{1,80})\s{0,4}\}\}")
ALTERNATIVE = re.compile(r"\$\{\{[^{}]{0,200}\|\|\s{0,4}'([^'{}]{0,200})'\s{0,4}\}\}")

Matrix = Mapping[str, tuple[str, ...]]


def matrix_of(lines: list[str], begin: int, end: int) -> Matrix:
    """Each key of the first `matrix:` in these lines, with its values; entries of `include` add theirs."""
    for at in range(begin, end):
        found = re.match(r"( {0,60})matrix:\s*$", lines[at])
        if found:
            return _read(lines, at + 1, end, len(found[1]))
    return {}


def _read(lines: list[str], at: int, end: int, depth: int) -> Matrix:
    values: dict[str, dict[str, None]] = {}
    top, step = "", 0
    while at < end:
        line = lines[at].rstrip()
        at += 1
        own = len(line) - len(line.lstrip(" "))
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if own <= depth:
            break
        step = step or own
        entry = ENTRY.match(line)
        if entry and own == step and not entry[2]:
            top, held = entry[4], entry[5] or ""
            if held.startswith("[") and "]" not in held:
                held += (
                    " ".join(each.strip() for each in lines[at : min(at + 20, end)]).partition("]")[0] + "]"
                )
            _add(values, top, _inline(held))
        elif top == "include" and entry:
            _add(values, entry[4], _inline(f"[{entry[5] or ''}]"))
        elif top == "include" and line.lstrip().startswith("- {"):
            for name, value in re.findall(
                r"([\w.-]{1,80}): ?(\"[^\"]{0,200}\"|'[^']{0,200}'|[^,{}]{1,200})", line[:2_000]
            ):
                _add(values, name, _inline(f"[{value}]"))
        elif top != "exclude" and line.lstrip().startswith("- ") and not entry:
            _add(values, top, _inline(f"[{line.lstrip()[2:]}]"))
        elif entry and top not in {"include", "exclude"}:
            _add(values, f"{top}.{entry[4]}", _inline(f"[{entry[5] or ''}]"))
    return {name: tuple(each)[:MOST_VALUES] for name, each in values.items() if each}


def _add(values: dict[str, dict[str, None]], name: str, more: Iterator[str]) -> None:
    for each in more:
        values.setdefault(name, {})[each] = None


def _inline(held: str) -> Iterator[str]:
    """The values of `[a, 'b', c]`; nothing for what a workflow computes."""
    inner = held.strip().partition(" #")[0].strip()
    if not inner.startswith("[") or "${{" in inner:
        return
    for each in re.findall(r"\"[^\"]{0,300}\"|'[^']{0,300}'|[^,\"']{1,300}", inner[1:].rpartition("]")[0])[
        :MOST_VALUES
    ]:
        plain = each.strip()
        value = plain[1:-1] if len(plain) > 1 and plain[0] in "\"'" and plain[-1] == plain[0] else plain
        if value:
            yield value


def settled(line: str) -> str:
    """The line with the literal alternative of each expression that has one."""
    if "||" not in line or "${{" not in line:
        return line
    return " ".join(ALTERNATIVE.sub(lambda found: found[1], line).split())


def expanded(line: str, matrix: Matrix) -> Iterator[str]:
    """The line once for each combination of the matrix values it uses, at most twelve times.

    Any other expression stays in the line.
    """
    names = list(dict.fromkeys(name for name in USED.findall(line) if name in matrix))
    for number, chosen in enumerate(product(*(matrix[name] for name in names))):
        if number == MOST_LINES:
            return
        yield _filled(line, dict(zip(names, chosen, strict=True)))


def _filled(line: str, values: Mapping[str, str]) -> str:
    return USED.sub(lambda found: values.get(found[1], found[0]), line)
