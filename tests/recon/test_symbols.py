"""Outlines of realistic files in every language that is parsed, and when a name can be told to be there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.recon.languages import language_of
from bot.recon.symbols import VERSION, Symbol, defined_in, outline
from bot.recon.symbols.queries import QUERIES
from bot.recon.symbols.syntax import GRAMMARS, _language, syntax_outline

OUTLINES = Path(__file__).parent / "outlines"
SAMPLES = sorted(file.name.removesuffix(".txt") for file in OUTLINES.glob("*.txt"))


def sample(name: str) -> str:
    return (OUTLINES / f"{name}.txt").read_text(encoding="utf-8")


def lines_of(found: tuple[Symbol, ...] | None) -> str:
    return "".join(f"{each.line}-{each.end_line} {each.kind} {each.qualified}\n" for each in found or ())


@pytest.mark.parametrize("name", SAMPLES)
def test_outline_of_a_realistic_file(name: str) -> None:
    """Kinds, qualified names and exact lines, as a person read them off the file."""
    golden = (OUTLINES / f"{name}.golden").read_text(encoding="utf-8")
    assert lines_of(outline(name, sample(name))) == golden


@pytest.mark.parametrize("name", SAMPLES)
def test_a_definition_stands_where_the_outline_says(name: str) -> None:
    lines = sample(name).split("\n")
    for each in outline(name, sample(name)) or ():
        stands = "\n".join(lines[each.line - 1 : each.end_line])
        assert each.name.removeprefix("operator ") in stands
        assert not stands.lstrip().startswith(("@Override", "@Injectable", "@dataclass", "#[derive", "[Json"))


def test_every_grammar_is_installed_and_has_a_sample() -> None:
    assert [name for name in QUERIES if _language(name) is None] == []
    assert {grammar for each in GRAMMARS.values() for grammar in each} == set(QUERIES)
    assert {language_of(name) for name in SAMPLES} >= GRAMMARS.keys() - {"Vue"}


def test_a_grammar_that_is_not_installed_leaves_it_to_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter_go", None)
    _language.cache_clear()
    try:
        assert syntax_outline("a.go", "func Run() {\n}\n", "Go") is None
        assert lines_of(outline("a.go", "func Run() {\n}\n")) == "1-2 function Run\n"
    finally:
        monkeypatch.undo()
        _language.cache_clear()


def test_a_text_that_is_mostly_wrong_is_left_to_patterns() -> None:
    text = "class Cart {\n" + ") ] } => <> ;; ((((\n" * 30
    assert syntax_outline("a.ts", text, "TypeScript") is None
    assert [each.name for each in outline("a.ts", text) or ()] == ["Cart"]


def test_one_wrong_line_does_not_hide_the_rest() -> None:
    text = "export function a() {}\nconst = = 3 }\nexport class B { c() {} }\n"
    assert {"a", "B", "B.c"} <= {each.qualified for each in outline("a.ts", text) or ()}


def test_a_header_is_parsed_as_what_it_is() -> None:
    assert lines_of(outline("a.h", "struct a { int b; };\n")) == "1-1 struct a\n1-1 attribute a.b\n"
    kinds = {each.qualified: each.kind for each in outline("a.h", sample("vector.h")) or ()}
    assert kinds["Vector.size"] == "method"


def test_deep_nesting_ends() -> None:
    for name, text in (
        ("a.py", "(" * 5000),
        ("a.py", "".join(" " * at + "if x:\n" for at in range(90)) + " " * 90 + "y = 1\n"),
        ("a.js", "{" * 20_000),
        ("a.ts", "f(" * 20_000),
        ("a.c", "#if A\n" * 20_000),
        ("a.rb", "def a\n" * 20_000),
        ("a.java", "class A {" * 5_000),
        ("a.rs", "<" * 50_000),
        ("a.go", "func(" * 20_000),
        ("a.sh", "$(" * 20_000),
        ("a.java", "x=>" * 20_000),
        ("a.rs", "%w(" * 20_000),
        ("a.swift", "/*" * 900),
    ):
        outline(name, text)


def test_a_long_shell_script_gives_way_to_patterns() -> None:
    script = "kept() {\n  echo one\n}\n" + "".join(f"echo {at * 7919}\n" for at in range(6_000))
    assert syntax_outline("a.sh", script[:50_000], "Shell")
    assert len(script) > 60_000
    assert syntax_outline("a.sh", script, "Shell") is None
    assert [each.name for each in outline("a.sh", script) or ()] == ["kept"]


def test_an_error_with_too_much_in_it_gives_way_to_patterns() -> None:
    text = "func kept() {}\n" + "".join(f"{{{{{at * 7919 % 100_003} " for at in range(20_000))
    assert syntax_outline("a.go", text, "Go") is None
    assert "kept" in [each.name for each in outline("a.go", text) or ()]


def test_lines_of_windows_and_names_beyond_ascii() -> None:
    text = "class Größe {\r\n  läuft() {\r\n  }\r\n}\r\n"
    assert lines_of(outline("a.ts", text)) == "1-4 class Größe\n2-3 method Größe.läuft\n"


def test_what_is_too_long_or_unknown_is_not_checked() -> None:
    assert outline("a.go", "x" * 1_000_001) is None
    assert outline("notes.md", "# func main()") is None
    assert VERSION >= 1


PYTHON = """\
import json
from shop.base import Base

class Cart:
    tax = 1

    def __init__(self):
        self.lines = []

    def add(self, line):
        return line

class Order(Base):
    def pay(self): ...

@dataclass
class Line:
    sku: str

def total(cart):
    cart.discount = 3
    return json.dumps(cart.add(1))
"""
TYPESCRIPT = """\
export class Cart {
  lines: string[] = []
  add(line: string) { return line }
}
export class Order extends Cart {
  pay() {}
}
export const total = (cart: Cart) => cart.add('x')
"""
RUST = "#[derive(Parser)]\npub struct Cli { name: String }\nimpl Cli { pub fn run(&self) {} }\nfn main() {}\n"
JAVA_PLAIN = (
    "package com.shop;\nclass Cart {\n  int size() { return 1; }\n}\nclass Order {\n  void pay() {}\n}\n"
)
LOMBOK = "import lombok.Data;\n@Data\nclass Cart {\n  private int total;\n}\n"
RAILS = "class User < ApplicationRecord\n  belongs_to :team\nend\n"
MACROS = "DEFINE_HANDLER(cart)\nint add(int a) { return a; }\n"
GO = "package shop\ntype Cart struct {\n\tBase\n}\nfunc (c *Cart) Add() {}\n"


@pytest.mark.parametrize(
    ("path", "text", "name", "answer"),
    [
        ("shop/cart.py", PYTHON, "Cart.add", True),
        ("shop/cart.py", PYTHON, "shop.cart.Cart.add", True),
        ("shop/cart.py", PYTHON, "cart.total()", True),
        ("shop/cart.py", PYTHON, "Cart.tax", True),
        ("shop/cart.py", PYTHON, "missing", False),
        ("shop/cart.py", PYTHON, "Cart.missing", False),
        # It stands only in another class, and this one has no bases.
        ("shop/cart.py", PYTHON, "Cart.pay", False),
        ("shop/cart.py", PYTHON, "Order.pay", True),
        # A base, a decorator, an assignment from outside, an import, an attribute of self.
        ("shop/cart.py", PYTHON, "Order.missing", None),
        ("shop/cart.py", PYTHON, "Line.missing", None),
        ("shop/cart.py", PYTHON, "Cart.discount", None),
        ("shop/cart.py", PYTHON, "json", None),
        ("shop/cart.py", PYTHON, "Cart.lines", None),
        ("shop/cart.py", PYTHON, "Cart.__repr__", None),
        ("shop/cart.py", PYTHON + "globals()['x'] = 1\n", "missing", None),
        ("shop/cart.py", PYTHON + "setattr(Cart, 'x', 1)\n", "Cart.missing", None),
        ("cart.ts", TYPESCRIPT, "Cart.lines", True),
        ("cart.ts", TYPESCRIPT, "Cart#add", True),
        ("cart.ts", TYPESCRIPT, "Cart.pay", False),
        ("cart.ts", TYPESCRIPT, "Order.add", None),
        ("cart.ts", TYPESCRIPT, "Cart.toString", None),
        ("cart.ts", TYPESCRIPT + "Object.assign(Cart.prototype, mixin)\n", "Cart.missing", None),
        ("src/cli.rs", RUST, "Cli::run", True),
        ("src/cli.rs", RUST, "Cli::name", True),
        ("src/cli.rs", RUST, "Cli::parse", None),
        ("src/cli.rs", RUST, "missing", False),
        ("src/com/shop/Cart.java", JAVA_PLAIN, "com.shop.Cart.size", True),
        ("src/com/shop/Cart.java", JAVA_PLAIN, "Cart.pay", False),
        ("src/com/shop/Cart.java", JAVA_PLAIN, "Cart.hashCode", None),
        ("Cart.java", LOMBOK, "Cart.getTotal", None),
        ("app/models/user.rb", RAILS, "User.email", None),
        ("app/models/user.rb", RAILS, "team_id", None),
        ("a.c", MACROS, "add", True),
        ("a.c", MACROS, "handle_cart", None),
        ("a.c", MACROS, "missing", False),
        ("cart.go", GO, "Cart.Add", True),
        ("cart.go", GO, "Cart.Promoted", None),
        ("cart.go", GO, "(*Cart).Add", None),
    ],
)  # fmt: skip
def test_a_name_is_there_or_not_or_cannot_be_told(
    path: str, text: str, name: str, answer: bool | None
) -> None:
    assert defined_in(path, text, outline(path, text) or (), name) is answer
