"""PLN905-908: what a functional plan may say, and spelling that changes nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from bot.plan.rules import LintInput, lint
from bot.plan.spelling import SPELLINGS, american, british
from tests.plan.rules.fixtures.facets import as_functional
from tests.plan.rules.fixtures.purity import behaviour, in_code, shown


def found(rule_id: str, made: LintInput, value: str) -> list[str]:
    return [one.evidence[value] for one in lint(made, select=[rule_id]).findings]


@pytest.mark.parametrize(
    "text",
    [
        "`GET /invoices/{month}` answers 200.",
        "`POST /rooms` with the name is refused with `422`.",
        'The text is `"a => b"`.',
        "The state is `open` or `closed`, the limit `50`.",
        "The class of the customer decides (see BR-1).",
        "```mermaid\ngraph TD; A-->B\n```",
    ],
)
def test_what_is_no_code(text: str) -> None:
    assert found("PLN905", behaviour(text), "t") == []


def test_pictures_and_criteria_in_fences_are_no_code() -> None:
    drawn_page = "# Plan\n\n```mermaid\ngraph TD; A-->B\n```\n\n```gherkin\nGiven x\n```\n"
    assert found("PLN905", shown(drawn_page), "t") == []
    (one,) = lint(shown(drawn_page + "\n```\nx()\n```\n"), select=["PLN905"]).findings
    assert one.location is not None
    assert (one.location.line, one.message) == (11, "line 11: code is not allowed in a functional plan")


@pytest.mark.parametrize(
    "text",
    [
        "The server runs Node.js and the page Vue.js.",
        "People download `invoices.json` or report.md.",
        "The route `/invoices/2026.json` answers 200.",
        "See https://acme.io/docs/app.py for it.",
        "Write to billing@acme.py or and/or read/write.",
        "Version 1.2.3 of e.g. the store, i.e. the old one.",
        "Amounts such as 10.50 and 3/4 are kept.",
    ],
)
def test_what_is_no_path(text: str) -> None:
    assert found("PLN906", behaviour(text), "p") == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("It is in `src/app.py`.", "src/app.py"),
        ("It is in store.ts, line 3.", "store.ts"),
        ("It is in config/app.yml.", "config/app.yml"),
        ("It is in docs/guide.md.", "docs/guide.md"),
        ("The folder src/core holds it.", "src/core"),
        ("Read package.json first.", "package.json"),
    ],
)
def test_paths(text: str, path: str) -> None:
    assert found("PLN906", behaviour(text), "p") == [path]


def test_words_that_are_no_symbol_of_the_repository() -> None:
    text = "The JavaScript page asks PayPal for read_only rooms of the InvoiceShop (see the list)."
    assert found("PLN907", in_code(text), "t") == []


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("The color changes", "The colour changes"),
        ("COLOR and Color", "COLOUR and Colour"),
        ("Deserialization", "Deserialisation"),
        ("Initialize, customize and analyze it", "Initialise, customise and analyse it"),
        ("a gray center, canceled and labeled", "a grey centre, cancelled and labelled"),
        ("neighboring behaviors fulfill it", "neighbouring behaviours fulfil it"),
        ("unauthorized artifacts", "unauthorised artefacts"),
        ("color-coded", "colour-coded"),
        ("the catalog is cataloged", "the catalogue is catalogued"),
    ],
)
def test_british(text: str, better: str) -> None:
    assert british(text) == better


@pytest.mark.parametrize(
    "text",
    [
        "`color` and ```\ncolor\n```",
        'The page says "color"',
        "https://acme.io/color and [it](https://acme.io/organize)",
        "the Authorization header, Authorization: Bearer x",
        "color_map, setColor, app.color, --color=red, $color, color(x)",
        "the Lincoln Center and the Help Center",
        "a program, a meter, a dialog, a size, a prize, to exercise and advertise",
        "behaviour, colour, organise, licence",
        "",
    ],
)
def test_what_keeps_its_spelling(text: str) -> None:
    assert british(text) == text


@drawn(st.text(st.sampled_from("color Behavior`\"'./_@ \nanalyze()"), max_size=60))
def test_spelling_changes_only_words_of_the_map_and_does_so_once(text: str) -> None:
    better = british(text)
    assert british(better) == better
    words = re.compile(r"[A-Za-z]+")
    assert words.split(text) == words.split(better)
    for before, after in zip(words.findall(text), words.findall(better), strict=True):
        assert before == after or SPELLINGS[before.lower()] == after.lower()


def test_no_british_spelling_is_american() -> None:
    assert not set(SPELLINGS) & set(SPELLINGS.values())


def test_places_of_spellings() -> None:
    text = "A gray “color” in a gray room"
    assert [(one.start, one.word, one.better) for one in american(text)] == [
        (2, "gray", "grey"),
        (20, "gray", "grey"),
    ]


def test_each_spelling_is_told_once_for_a_text() -> None:
    (one,) = lint(behaviour("A color, a color and a color must be kept."), select=["PLN908"]).findings
    assert (one.message, one.suggestion) == (
        "/requirements/functional/0/behaviour: 'color' -> 'colour'",
        "colour",
    )


@pytest.mark.parametrize(
    "piece", ["a.", "/", "a/", "aB", "a_", "`", "](", "f(", "color ", ".env", '"', "@", "def "]
)
def test_long_texts_are_read(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    made = as_functional(
        functional=(as_functional().plan.requirements.functional[0].model_copy(update={"behaviour": text}),)  # type: ignore[union-attr]
    )
    report = lint(made, select=["PLN905", "PLN906", "PLN907", "PLN908"])
    assert not report.skipped
