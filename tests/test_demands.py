"""`docs/demands.md` lists every demand of every format once; each row names tests and rules that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from bot.plan.formats import FORMATS
from bot.plan.markdown import Document
from bot.plan.rules import RULES

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "demands.md"
COUNTS = {"steps": 20, "export": 27, "roadmap": 18, "functional": 29, "technical": 16}
NUMBERS = {name: at for at, name in enumerate(COUNTS)}


def rows(section: str) -> list[list[str]]:
    page = Document("demands.md", PAGE.read_text(encoding="utf-8"))
    (found,) = (each for each in page.sections if each.title.strip("`") == section)
    return [
        [cell.text for cell in block.cells] for block in found.own if block.kind == "row" and not block.head
    ]


@cache
def functions_in(file: str) -> frozenset[str]:
    """Names of test functions, those of classes as `Class::test`."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    inside = {
        f"{outer.name}::{node.name}"
        for outer in tree.body
        if isinstance(outer, ast.ClassDef)
        for node in outer.body
        if isinstance(node, ast.FunctionDef)
    }
    return frozenset(own | inside)


@pytest.mark.parametrize("name", COUNTS)
def test_every_demand_has_a_row(name: str) -> None:
    assert [row[0] for row in rows(name)] == [f"{NUMBERS[name]}.{at}" for at in range(1, COUNTS[name] + 1)]
    assert all(row[1].strip() for row in rows(name))


def test_every_format_has_its_demands() -> None:
    assert set(COUNTS) == set(FORMATS)
    assert sum(COUNTS.values()) == 110


@pytest.mark.parametrize("name", COUNTS)
def test_every_row_names_tests_that_exist(name: str) -> None:
    for number, _, proof, *_ in rows(name):
        named = re.findall(r"`([^`]+)`", proof)
        assert named, f"{number} names no test"
        for each in named:
            file, _, test = each.partition("::")
            assert (ROOT / file).is_file(), f"{number}: {file}"
            assert test in functions_in(file), f"{number}: {each}"
            assert test.rpartition("::")[2].startswith("test_"), f"{number}: {each}"


def test_every_rule_that_is_named_exists() -> None:
    named = set(re.findall(r"PLN\d{3}", PAGE.read_text(encoding="utf-8")))
    assert named
    assert named <= set(RULES)


def test_the_page_is_linked() -> None:
    assert "(demands.md)" in (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
