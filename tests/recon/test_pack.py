"""Packs: what goes in, what stays out and why, whatever the budget."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.recon.packing import Pack, pack
from bot.recon.packing.estimate import tokens, usable
from bot.recon.packing.fill import NO_ROOM
from bot.recon.packing.reading import LONGEST_LINE
from bot.recon.report import Recon, survey
from bot.recon.tree import LeftOut, Snapshot, in_memory

CART = '''"""Carts."""

import decimal


class Cart:
    """What somebody wants to buy."""

    def __init__(self, items):
        self.items = items

    @property
    def total(self):
        return sum(item.price for item in self.items)

    def apply_voucher(self, code):
        """Take a voucher off the total."""
        if not code:
            raise ValueError(code)
        return self.total - decimal.Decimal(code.value)
'''
FILLER = "".join(f"def step_{at}(thing):\n    return thing + {at}\n\n\n" for at in range(400))
TITLE = "Voucher is not applied"
BODY = """`apply_voucher` in shop/cart.py ignores the code.

- [ ] The total must be reduced by the voucher
- [ ] An empty code must be refused
"""
FILES: Mapping[str, str | bytes] = {
    "shop/cart.py": CART,
    "shop/large.py": FILLER.replace("def step_200", "def redeem_voucher", 1),
    "shop/mail.py": "from shop.cart import Cart\n\n\ndef receipt(cart, voucher):\n    return cart.total\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_voucher():\n    assert Cart([])\n",
    "docs/vouchers.md": "# Vouchers\n\nA voucher reduces the total.\n",
    "Makefile": "test:\n\tpytest\n\nlint:\n\truff check .\n",
}


def packed(
    budget: int, files: Mapping[str, str | bytes] = FILES, title: str = TITLE, body: str = BODY
) -> tuple[Pack, Snapshot, Recon]:
    tree = in_memory(files)
    recon = survey(tree, title, body, 40)
    return pack(tree, recon, budget), tree, recon


def numbers(given_: Pack) -> dict[str, set[int]]:
    return {each.path: {number for number, _ in each.lines} for each in given_.excerpts}


WORDS = ("voucher", "total", "cart", "apply_voucher", "Décompte", "\t", "x" * 70, "😀", "code = 1", "")
LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ("def apply_voucher(code):", "class Cart:", "    def total(self):", "}", "# note", "", "\r")
        ),
        st.lists(st.sampled_from(WORDS), max_size=4).map(lambda each: "    " + " ".join(each)),
    ),
    max_size=120,
)
SOME_FILES = st.dictionaries(
    st.sampled_from(
        ("shop/cart.py", "shop/a.js", "shop/b.go", "README.md", "tests/test_cart.py", "c.txt", "k.yml")
    ),
    LINES.map("\n".join),
    min_size=1,
)
DEMANDS = st.lists(st.sampled_from(WORDS).filter(str.strip), max_size=3).map(
    lambda each: "".join(f"- [ ] it must {word}\n" for word in each)
)


class TestWhateverTheFiles:
    @settings(max_examples=40, deadline=None)
    @given(SOME_FILES, DEMANDS, st.integers(0, 3_000), st.integers(0, 3_000))
    def test_a_pack_keeps_its_promises(self, files: dict[str, str], body: str, small: int, more: int) -> None:
        tree = in_memory(files)
        recon = survey(tree, TITLE, body + "see shop/cart.py", 40)
        one, two = pack(tree, recon, small), pack(tree, recon, small + more)
        for each in (one, two):
            self.fits(each)
            self.holds_all_demands(each, recon)
            self.quotes_the_files(each, files)
            self.accounts_for_every_candidate(each, recon)
        assert pack(tree, recon, small) == one
        assert {each.name for each in one.notes} <= {each.name for each in two.notes}
        larger = numbers(two)
        assert all(lines <= larger[path] for path, lines in numbers(one).items())

    def fits(self, made: Pack) -> None:
        noted, excerpted = sum(one.tokens for one in made.notes), sum(one.tokens for one in made.excerpts)
        assert made.tokens == noted + excerpted
        only_demands = not made.excerpts and [one.name for one in made.notes] == ["demands"]
        assert made.tokens <= made.usable or only_demands
        assert all(each.tokens >= tokens(each.text, each.path) for each in made.excerpts)

    def holds_all_demands(self, made: Pack, recon: Recon) -> None:
        shown = "".join(each.text for each in made.notes if each.name == "demands")
        assert all(f"{each.id}: {each.text}" in shown for each in recon.obligations)

    def quotes_the_files(self, made: Pack, files: Mapping[str, str]) -> None:
        for each in made.excerpts:
            lines = files[each.path].split("\n")
            assert all(text == lines[number - 1].removesuffix("\r") for number, text in each.lines)
            assert [number for number, _ in each.lines] == sorted({number for number, _ in each.lines})
            shown = [line for line in each.text.split("\n")[1:] if line != "…"]
            assert shown == [f"{number}: {text}" for number, text in each.lines]

    def accounts_for_every_candidate(self, made: Pack, recon: Recon) -> None:
        told = [*(each.path for each in made.excerpts), *(each.name for each in made.missing)]
        assert len(told) == len(set(told))
        assert {each.path for each in recon.ranked} <= set(told)


class TestWhatGoesIn:
    def test_a_small_file_that_the_issue_names_comes_first_and_whole(self) -> None:
        made, _, _ = packed(2_000)
        assert made.excerpts[0].path == "shop/cart.py"
        assert made.excerpts[0].whole
        assert made.excerpts[0].text.startswith('shop/cart.py\n1: """Carts."""\n2: \n3: import decimal')

    def test_of_a_large_file_the_definition_that_matters(self) -> None:
        made, tree, _ = packed(1_500)
        text = tree.text("shop/large.py") or ""
        wanted = text.split("\n").index("def redeem_voucher(thing):") + 1
        assert {wanted, wanted + 1} <= numbers(made)["shop/large.py"]
        assert len(numbers(made)["shop/large.py"]) < 400

    def test_the_line_of_a_stack_trace_wins(self) -> None:
        body = 'It fails:\n\n```\n  File "shop/large.py", line 1002\n```\n'
        made, _, _ = packed(100, body=body)
        assert 1002 in numbers(made)["shop/large.py"]
        (large,) = [each for each in made.excerpts if each.path == "shop/large.py"]
        assert "the issue points at line 1002" in large.why

    def test_the_tests_of_a_ranked_file_and_the_commands_come_along(self) -> None:
        made, _, _ = packed(8_000)
        assert "tests/test_cart.py" in numbers(made)
        notes = {each.name: each.text for each in made.notes}
        assert "test: make test   (Makefile:1)" in notes["commands"]

    def test_the_demands_stay_when_there_is_room_for_nothing(self) -> None:
        made, _, _ = packed(0)
        assert [each.name for each in made.notes] == ["demands"]
        assert "I-2: An empty code must be refused" in made.text
        assert made.tokens > made.usable == 0
        assert made.excerpts == ()
        assert {each.why for each in made.missing} == {NO_ROOM}

    def test_room_for_everything_takes_everything(self) -> None:
        made, _, recon = packed(10_000_000)
        assert all(each.whole for each in made.excerpts)
        assert {each.path for each in recon.ranked} == set(numbers(made))
        assert made.missing == ()

    def test_files_that_somebody_asks_for_come_before_those_the_issue_names(self) -> None:
        _, tree, recon = packed(0)
        made = pack(tree, recon, 60, first=["docs/vouchers.md"], notes=False)
        assert [each.path for each in made.excerpts] == ["docs/vouchers.md"]
        assert made.notes == ()

    def test_a_file_that_is_not_there_is_said_to_be_missing(self) -> None:
        _, tree, recon = packed(0)
        made = pack(tree, recon, 5_000, first=["shop/none.py", "../../etc/passwd"])
        reasons = {each.name: each.why for each in made.missing}
        assert reasons["shop/none.py"] == reasons["../../etc/passwd"] == "not in the repository"

    def test_it_can_be_written_down(self) -> None:
        made, _, _ = packed(1_000)
        written = made.to_dict()
        assert list(written) == ["budget", "usable", "tokens", "notes", "excerpts", "missing"]
        assert written["usable"] == usable(1_000) == 850


SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
REFUSED: tuple[tuple[str, str | bytes, str], ...] = (
    ("deploy/voucher.env", "VOUCHER=1\n", "not read: name of a file that holds secrets"),
    ("shop/voucher.py", f'VOUCHER = "{SECRET}"\n', "not read: it may hold a secret"),
    ("voucher.bin.py", b"voucher\0\1\2", "binary, or no UTF-8 text"),
    ("voucher_latin.py", "voucher = 'é'".encode("latin-1"), "binary, or no UTF-8 text"),
    ("voucher.js", "voucher();" * 5_000, "minified, or data on few lines"),
    ("voucher_wire.py", "# Code generated by voucher. DO NOT EDIT.\nvoucher = 1\n", "a program wrote it"),
    ("voucher_pb2.py", "voucher = 1\n", "a generated file"),
    ("vendor/voucher.py", "voucher = 1\n", "a copy of another project"),
    ("yarn.lock", "voucher@1:\n", "a lock file"),
    ("voucher.py", "\n\n", "empty"),
)  # fmt: skip


class TestWhatStaysOut:
    @pytest.mark.parametrize(("path", "content", "why"), REFUSED, ids=[path for path, _, _ in REFUSED])
    def test_it_is_named_with_the_reason_however_clearly_the_issue_names_it(
        self, path: str, content: str | bytes, why: str
    ) -> None:
        made, _, _ = packed(100_000, {**FILES, path: content}, body=f"Look at {path}.\n")
        assert path not in numbers(made)
        assert {each.name: each.why for each in made.missing}[path] == why
        assert SECRET not in made.text

    def test_what_the_tree_left_out(self) -> None:
        reason = "larger than 2,097,152 bytes"
        tree = in_memory({**FILES, "shop/huge.py": "voucher\n"}, left_out=(LeftOut("shop/huge.py", reason),))
        made = pack(tree, survey(tree, TITLE, "See shop/huge.py"), 50_000)
        assert {each.name: each.why for each in made.missing}["shop/huge.py"] == reason

    def test_a_link(self) -> None:
        tree = in_memory(FILES, special={"shop/link.py": "symlink"})
        made = pack(tree, survey(tree, TITLE, BODY), 50_000, first=["shop/link.py"])
        assert {each.name: each.why for each in made.missing}[
            "shop/link.py"
        ] == "a link, which is not followed"

    def test_a_line_that_is_too_long_leaves_a_gap(self) -> None:
        text = f"voucher = 1\nDATA = '{'v' * LONGEST_LINE}'\nvoucher = 2\n" + "voucher = 3\n" * 200
        made, _, _ = packed(50_000, {"shop/cart.py": text})
        assert made.excerpts[0].ranges == ((1, 1), (3, 203))


def test_forty_thousand_lines_are_packed_like_any_other_file() -> None:
    lines = [f"def step_{at}(): return {at}" for at in range(40_000)]
    lines[31_000] = "def redeem_voucher(): return voucher"
    made, _, _ = packed(
        3_000, {"shop/steps.py": "\n".join(lines)}, body="`redeem_voucher` of shop/steps.py fails"
    )
    assert 31_001 in numbers(made)["shop/steps.py"]
    assert made.tokens <= made.usable


def test_code_costs_more_than_prose() -> None:
    assert tokens("x" * 36) == tokens("x" * 36, "a.md") == 10
    assert tokens("x" * 36, "a.py") == math.ceil(36 / 3.2)
