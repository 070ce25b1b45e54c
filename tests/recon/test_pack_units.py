"""The units that files are cut into for a pack."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.recon.packing.held import Held
from bot.recon.packing.units import LONGEST_UNIT, Unit, units
from bot.recon.symbols import outline

PYTHON = '''import os

LIMIT = 3


class Shelf:
    """Holds things."""

    size = 1

    @property
    # how many
    def room(self):
        return self.size


def put(shelf, thing):
    def inner():
        return thing

    return inner
'''


def cut(path: str, text: str) -> tuple[Unit, ...]:
    return units(text.split("\n"), outline(path, text) or ())


def test_a_small_class_and_a_function_stay_whole() -> None:
    found = cut("a.py", PYTHON)
    assert [(each.start, each.end) for each in found] == [(1, 3), (6, 14), (17, 21)]
    assert [each.names[0] for each in found] == ["LIMIT", "Shelf", "put"]
    assert "room" in found[1].names


def test_a_large_class_is_cut_at_its_methods_and_each_knows_its_class() -> None:
    methods = "".join(f"    @cached\n    def act_{at}(self):\n" + "        pass\n" * 8 for at in range(12))
    found = cut("a.py", f"class Actor:\n    name = 1\n\n{methods}")
    assert [(each.start, each.end) for each in found[:3]] == [(1, 2), (4, 13), (14, 23)]
    assert {each.scope for each in found[1:]} == {(1,)}
    assert 1 in found[5].lines


def test_a_function_that_is_too_long_is_cut_at_blank_lines_and_keeps_its_first_line() -> None:
    body = "".join("    work()\n" * 9 + "\n" for _ in range(20))
    found = cut("a.py", f"def long():\n{body}")
    assert len(found) > 3
    assert all(each.end - each.start < LONGEST_UNIT for each in found)
    assert all(each.scope == (1,) for each in found[1:])
    text = f"def long():\n{body}".split("\n")
    assert all(not text[each.start - 2].strip() for each in found[1:])


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(("a.py", "a.js", "a.go", "a.rs", "a.md", "a.unknown")),
    st.lists(
        st.sampled_from(
            (
                "def f():",
                "  def g(self):",
                "class A {",
                "}",
                "  x = 1",
                "",
                "func F() {",
                "fn f() {",
                "@d",
                "// c",
                "\f",
            )
        ),
        max_size=200,
    ),
)
def test_every_line_that_says_something_is_in_exactly_one_unit(path: str, lines: list[str]) -> None:
    symbols = [each for each in outline(path, "\n".join(lines)) or () if each.line <= len(lines)]
    found = units(lines, symbols)
    inside = [line for each in found for line in range(each.start, each.end + 1)]
    assert inside == sorted(set(inside))
    assert {at for at, line in enumerate(lines, 1) if line.strip()} <= set(inside)
    assert all(each.end - each.start < LONGEST_UNIT + 2 for each in found)


class TestHeld:
    LINES = ("one", "", "three", "four", "five", "", "", "eight")

    @pytest.mark.parametrize(
        ("taken", "held"),
        [
            ([(1,), (3,)], {1, 2, 3}),
            ([(3,), (5,)], {3, 4, 5}),
            ([(5,), (8,)], {5, 6, 7, 8}),
            ([(2,), (5,)], {1, 2, 5}),
        ],
    )
    def test_gaps_of_one_line_or_of_blank_ones_are_closed(
        self, taken: list[tuple[int, ...]], held: set[int]
    ) -> None:
        one = Held("a.py", self.LINES)
        for each in taken:
            one.take(each)
        assert one.taken == held

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.frozensets(st.integers(1, 8), min_size=1), min_size=1, max_size=5))
    def test_the_price_is_what_it_costs_in_whatever_order(self, sets: list[frozenset[int]]) -> None:
        one, two = Held("a.py", self.LINES), Held("a.py", self.LINES)
        for each in sets:
            price = one.price(each)
            one.take(each)
            assert one.tokens == price
        for each in sorted(sets, key=sorted):
            two.take(each)
        assert (one.taken, one.tokens) == (two.taken, two.tokens)
        assert one.tokens * 3.2 >= len(one.text.encode())
