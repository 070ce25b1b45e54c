"""Ranking: every signal has a case that it decides, in trees of several languages."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.recon.history import Commit, History
from bot.recon.ranking import RankedFile, rank
from bot.recon.ranking.corpus import corpus
from bot.recon.ranking.mix import LATER, WEIGHTS, first_round, second_round
from bot.recon.ranking.moved import followed
from bot.recon.ranking.signals import asked
from bot.recon.sketch import Sketch
from bot.recon.tree import Entry, Snapshot, in_memory

DAY = 86_400


@dataclass(frozen=True)
class Case:
    """An issue at a tree for which one signal puts `gold` before `rival`."""

    files: Mapping[str, str]
    title: str
    gold: str
    rival: str
    body: str = ""
    commits: Sequence[Commit] = ()


FILLER = "\n".join(f"value_{at} = {at}" for at in range(400))
CASES = {
    "mention": Case(
        {"src/parse.ts": "export const one = 1;\n", "src/print.ts": "export const one = 1;\n"},
        "Comma is lost", gold="src/print.ts", rival="src/parse.ts", body="See src/print.ts.",
        commits=[Commit(DAY, "Keep the comma", ("src/parse.ts",))],
    ),
    "frame": Case(
        {"app/store.py": "x = 1\n", "app/web.py": "x = 1\n"},
        "It fails", gold="app/web.py", rival="app/store.py",
        body='  File "/srv/app/store.py", line 2, in run\n  File "/srv/app/web.py", line 2, in run\n',
    ),
    "cited": Case(
        {"lib/a.rb": "one\n", "lib/b.rb": "one\n"},
        "Still wrong", gold="lib/b.rb", rival="lib/a.rb", body="as it was after #1234",
        commits=[Commit(DAY, "Fix rounding (#1234)", ("lib/b.rb",)),
                 Commit(DAY, "Fix rounding (#12345)", ("lib/a.rb",))],
    ),
    "title": Case(
        {"a/one.go": f"package a\n// queue\n{FILLER}",
         "a/two.go": f"package a\n// retry retry retry\n{FILLER}"},
        "Queue is stuck", gold="a/one.go", rival="a/two.go", body="retry " * 3,
    ),
    "passage": Case(
        {"a/near.py": f"# discount rounding invoice\n{FILLER}\n{FILLER}\n",
         "a/far.py": f"# invoice\n{FILLER}\n# rounding\n{FILLER}\n# discount\n"},
        "Sum is off", gold="a/near.py", rival="a/far.py", body="The invoice has a rounding discount.",
    ),
    "pairs": Case(
        {"a/near.py": f"# tax on invoice and then total of discount\n{FILLER}",
         "a/far.py": f"# invoice on tax and then discount of total\n{FILLER}"},
        "It is off", gold="a/near.py", rival="a/far.py", body="Tax of an invoice, total with discount.",
    ),
    "names": Case(
        {"src/few.rs": "pub fn session() {}\n" + "// word\n" * 70,
         "src/all.rs": "pub fn session() {}\n" + "".join(f"pub fn other{at}() {{}}\n" for at in range(20))},
        "Session expires", gold="src/few.rs", rival="src/all.rs",
    ),
    "name": Case(
        {"A.java": "class A {\n  public void readKeyAsTextOrNumberOfNullBytes() {}\n}\n// key\n",
         "B.java": "class B {\n  public void keyNull() {}\n}\n// word word\n"},
        "Null check of key fails", gold="B.java", rival="A.java",
    ),
    "path": Case(
        {"src/output/usage.rs": "fn a() {}\n", "src/output/color.rs": "fn a() {}\n"},
        "Wrong text", gold="src/output/usage.rs", rival="src/output/color.rs", body="The usage is cut.",
    ),
    "past": Case(
        {"a.c": "int a;\n", "b.c": "int a;\n"},
        "Crash on empty line", gold="b.c", rival="a.c",
        commits=[Commit(DAY, "Do not crash on an empty file", ("b.c",)), Commit(0, "Add colors", ("a.c",))],
    ),
    "together": Case(
        {"src/cart.js": "export function addVoucher() {}\n", "src/a.js": "let x\n", "src/b.js": "let x\n"},
        "addVoucher adds twice", gold="src/b.js", rival="src/a.js",
        commits=[Commit(DAY * at, f"Change {at}", ("src/b.js", "src/cart.js")) for at in (4, 3, 2)],
    ),
    "imported": Case(
        {"src/cart.py": "from .money import cents\n\ndef add_voucher(): ...\n", "src/bills.py": "x = 1\n",
         "src/money.py": "x = 1\n"},
        "add_voucher adds twice", gold="src/money.py", rival="src/bills.py",
    ),
}  # fmt: skip


def order(case: Case, without: frozenset[str] = frozenset()) -> list[str]:
    tree = in_memory(case.files)
    issue = asked(case.title, case.body, tree, History(tuple(case.commits)))
    files = corpus(tree, issue.query, {})
    totals = second_round(files, issue, first_round(files, issue), without).totals
    return [files.paths[at] for at in sorted(range(len(totals)), key=lambda at: (-totals[at], at))]


def paths(found: Sequence[RankedFile]) -> list[str]:
    return [each.path for each in found]


def test_every_signal_has_a_case() -> None:
    assert set(CASES) == {*WEIGHTS, *LATER}


@pytest.mark.parametrize("name", CASES)
def test_a_signal_decides(name: str) -> None:
    case = CASES[name]
    with_it, without = order(case), order(case, frozenset({name}))
    assert with_it.index(case.gold) < with_it.index(case.rival)
    assert without.index(case.gold) > without.index(case.rival)


IMPORTS = [
    ("pkg/a.py", "from pkg.deep import thing", "pkg/deep/__init__.py"),
    ("pkg/a.py", "from ..core import thing", "core.py"),
    ("pkg/a.py", "import core", "core.py"),
    ("web/a.ts", "import { x } from './lib/b'", "web/lib/b.ts"),
    ("web/a.svelte", "import x from '../shared/index.js'", "shared/index.ts"),
    ("src/a.rs", "use crate::parse::validator::Validator;", "src/parse/validator.rs"),
    ("src/a.rs", "mod parse;", "src/parse/mod.rs"),
    ("src/main/java/org/acme/A.java", "import org.acme.io.Reader;", "src/main/java/org/acme/io/Reader.java"),
    ("lib/a.rb", "require_relative 'acme/b'", "lib/acme/b.rb"),
    ("src/a.c", '#include "deep/b.h"', "src/deep/b.h"),
]


@pytest.mark.parametrize(("path", "line", "target"), IMPORTS)
def test_what_the_likeliest_file_imports_is_found(path: str, line: str, target: str) -> None:
    tree = in_memory({path: f"{line}\n// frobnicate\n", target: "", f"other/{target}x/q.py": ""})
    found = {each.path: each.parts for each in rank(tree, "frobnicate", "")}
    assert found[target]["imported"] > 0
    assert set(found) == {path, target}


class TestKinds:
    TREE = in_memory(
        {
            "src/cart.ts": "export class Cart { addVoucher() {} }\n// checkout checkout\n",
            "src/cart.test.ts": "test('adds a voucher to the cart', () => { new Cart().addVoucher() })\n"
                                "// flaky\n",
            "docs/checkout.md": "# Checkout\n\nAdd a voucher to the cart, then chekout.\n",
            "package.json": '{"devDependencies": {"eslint": "8"}, "cart": "voucher"}\n',
            "src/generated/cart.ts": "export class Cart { addVoucher() {} }\n",
            "src/machine.ts": "// Code generated by protoc. DO NOT EDIT.\nclass Cart { addVoucher() {} }\n",
            "examples/cart.ts": "new Cart().addVoucher()\n",
        }
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("title", "first"),
        [
            ("Cart adds the voucher twice", "src/cart.ts"),
            ("Typo in the docs of the checkout: chekout", "docs/checkout.md"),
            ("Flaky: adds a voucher to the cart", "src/cart.test.ts"),
            ("Bump eslint in devDependencies", "package.json"),
        ],
    )
    def test_a_fix_of_any_kind_comes_first_when_it_is_asked_for(self, title: str, first: str) -> None:
        assert rank(self.TREE, title, "")[0].path == first

    def test_other_kinds_come_later_and_say_so_but_are_never_dropped(self) -> None:
        found = rank(self.TREE, "Cart adds the voucher twice", "")
        assert {"src/cart.test.ts", "docs/checkout.md", "package.json", "src/machine.ts"} <= set(paths(found))
        assert found[0].path == "src/cart.ts"
        lower = [each.path for each in found if "ranked lower" in each.reasons[-1]]
        assert {"src/cart.test.ts", "docs/checkout.md", "package.json"} <= set(lower)

    def test_a_test_that_is_named_comes_first(self) -> None:
        assert (
            rank(self.TREE, "Cart adds the voucher twice", "see src/cart.test.ts")[0].path
            == "src/cart.test.ts"
        )


class TestConfidence:
    FILES = {f"app/part{at}.py": f"def helper{at}(): ...\n" for at in range(30)}  # noqa: RUF012

    def of(self, title: str, body: str, more: Mapping[str, str]) -> dict[str, str]:
        return {each.path: each.confidence for each in rank(in_memory({**self.FILES, **more}), title, body)}

    def test_a_named_file_is_sure_and_a_shared_name_is_not(self) -> None:
        found = self.of("part3.py breaks", "and both.py", {"a/both.py": "", "b/both.py": ""})
        assert (found["app/part3.py"], found["a/both.py"], found["b/both.py"]) == ("A", "C", "C")

    def test_signals_that_agree_make_more_than_a_guess(self) -> None:
        more = {"app/voucher.py": "class Voucher:\n    def redeem_voucher(self): ...\n",
                "app/shop.py": "x = 'voucher'\n"}  # fmt: skip
        found = self.of("Voucher cannot be redeemed", "redeem_voucher fails", more)
        assert (found["app/voucher.py"], found["app/shop.py"]) == ("B", "C")

    def test_a_frame_passed_through_is_no_named_file(self) -> None:
        frames = [f'  File "/srv/app/part{at}.py", line 1, in helper{at}' for at in range(12)]
        found = self.of("Crash in helper11", "\n".join(frames), {})
        assert (found["app/part11.py"], found["app/part0.py"]) == ("A", "C")


class TestPast:
    NOW = ("app/web/store.py", "app/web/mod.py", "lib/io/store.go", "lib/net/store.go")

    @pytest.mark.parametrize(
        ("then", "now"),
        [
            ("app/web/store.py", "app/web/store.py"),
            ("old/store.py", "app/web/store.py"),  # the only one of its name
            ("old/net/store.go", "lib/net/store.go"),  # the one whose folder has the same name
            ("old/store.go", "old/store.go"),  # one of two
            ("old/mod.py", "old/mod.py"),  # every package has one
            ("old/web/mod.py", "app/web/mod.py"),
            ("gone.py", "gone.py"),
        ],
    )
    def test_a_file_that_moved_keeps_its_past(self, then: str, now: str) -> None:
        found = followed(History((Commit(DAY, "Change it", (then,)),)), self.NOW)
        assert found.commits == (Commit(DAY, "Change it", (now,)),)

    def test_two_paths_that_became_one_count_once(self) -> None:
        before = History((Commit(DAY, "Move it", ("old/store.py", "app/web/store.py")),))
        assert followed(before, self.NOW).commits[0].paths == ("app/web/store.py",)

    def test_a_crowd_of_one_name_is_left_alone(self) -> None:
        now = [f"part{at}/web/view.py" for at in range(201)]
        before = History((Commit(DAY, "Change it", ("part7/web/view.py", "old/part7/web/view.py")),))
        assert followed(before, now) == before


class TestWhatEverybodyWrites:
    def test_a_word_of_every_test_does_not_name_the_file(self) -> None:
        files = {"src/mapper.py": "def mapper(): ...\n", "src/cents.py": "def cents(): ...\n"}
        tests = {f"tests/test_{at}.py": "mapper()\n" for at in range(12)}
        few = {f"tests/test_{at}.py": "mapper()\n" for at in range(9)}
        wish = ("Result is off", "I call mapper and the cents are gone.")
        assert paths(rank(in_memory(files | tests), *wish))[0] == "src/cents.py"
        by_name = [{each.path: each.parts.get("name", 0.0) for each in rank(in_memory(files | more), *wish)}
                   for more in (tests, few)]  # fmt: skip
        assert by_name[0]["src/mapper.py"] < by_name[1]["src/mapper.py"]

    @pytest.mark.parametrize(
        "line", ["import shop.money", ">>> from shop.money import cents", "use shop::money;"]
    )
    def test_what_code_imports_is_not_named_by_it(self, line: str) -> None:
        tree = in_memory({"shop/money.py": "x = 1\n", "shop/cart.py": "x = 1\n"})
        parts = {each.path: each.parts for each in rank(tree, "It fails", f"```\n{line}\n```\n")}
        assert not parts.get("shop/money.py", {}).get("mention")
        said = {each.path: each.parts for each in rank(tree, "It fails", "It is in shop.money somewhere.")}
        assert said["shop/money.py"]["mention"]


class TestSteadiness:
    CASE = CASES["together"]

    def test_the_order_of_files_does_not_matter(self) -> None:
        names = list(self.CASE.files)
        random.Random(5).shuffle(names)
        again = in_memory({name: self.CASE.files[name] for name in names})
        history = History(tuple(self.CASE.commits))
        assert rank(again, self.CASE.title, "", history=history) == rank(
            in_memory(self.CASE.files), self.CASE.title, "", history=history
        )

    def test_ties_go_by_path(self) -> None:
        tree = in_memory({f"{name}.py": "frobnicate\n" for name in "dbac"})
        assert paths(rank(tree, "frobnicate", "")) == ["a.py", "b.py", "c.py", "d.py"]

    def test_no_history_and_an_empty_one_are_the_same(self) -> None:
        tree = in_memory(self.CASE.files)
        assert rank(tree, "voucher", "") == rank(tree, "voucher", "", history=History())

    @settings(max_examples=40, deadline=None)
    @given(st.text(max_size=80), st.text(max_size=300), st.text(max_size=60), st.integers(0, 2**40))
    def test_any_text_is_ranked_with_scores_that_fall(
        self, title: str, body: str, subject: str, time: int
    ) -> None:
        history = History((Commit(time, subject, ("src/a.js", "gone.js")), *self.CASE.commits))
        found = rank(in_memory(self.CASE.files), title, body, history=history)
        assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
        assert all(value >= 0 for each in found for value in each.parts.values())

    def test_a_huge_issue_is_read_as_far_as_it_matters(self) -> None:
        names = " ".join(f"ident{at}_{at % 7}" for at in range(9_000))
        lines = "\n".join(f"  {at} part" for at in range(100_000))
        tree = in_memory({"src/voucher.py": "def voucher(): ...\n", "src/other.py": names})
        assert len(names) > 100_000
        for body in (names, lines, "```\n" + lines):
            assert rank(tree, "voucher is lost", body)[0].path == "src/voucher.py"


class TestSketches:
    def test_known_files_are_not_read_to_count_them(self) -> None:
        files = {f"src/a{at}.py": f"def thing{at}(): ...\n" for at in range(300)}
        whole, known = in_memory(files), dict[str, Sketch]()
        first = rank(whole, "thing7 fails", "", sketches=known)
        assert len(known) == 300
        read: list[str] = []

        def load(entry: Entry) -> bytes:
            read.append(entry.path)
            return whole.load(entry)

        again = Snapshot(sha=whole.sha, entries=whole.entries, load=load)
        assert rank(again, "thing7 fails", "", sketches=known) == first
        assert len(read) < 150

    def test_secrets_and_locks_are_not_sketched(self) -> None:
        known = dict[str, Sketch]()
        tree = in_memory({".env": "TOKEN=1\n", "poetry.lock": "a\n", "logo.png": "b", "a.py": "token = 1\n"})
        rank(tree, "token", "", sketches=known)
        assert [each.stems for each in known.values()] == [{"token": 1}]
