"""What an issue names, looked up in a small tree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.recon.mentions import mentions
from bot.recon.tree import in_memory

TREE = in_memory(
    dict.fromkeys(
        ["README.md", "src/app/core.py", "src/app/__init__.py", "src/app/db/models.py",
         "src/app/web/models.py", "src/main.rs",
         "lib/Parser.java", "web/index.ts", "docs/core.md", "src/java/org/acme/Thing.java"], "",
    )
)  # fmt: skip

RESOLVED = [
    ("see src/app/core.py please", "path", ("src/app/core.py",), "exact", None),
    ("in `app/core.py`.", "path", ("src/app/core.py",), "suffix", None),
    ("(core.py)", "file", ("src/app/core.py",), "basename", None),
    ("both models.py files", "file", ("src/app/db/models.py", "src/app/web/models.py"), "basename", None),
    ("db/models.py:12 breaks", "frame", ("src/app/db/models.py",), "suffix", 12),
    (
        'File "/usr/lib/python3/site-packages/app/core.py", line 7, in run',
        "frame",
        ("src/app/core.py",),
        "suffix",
        7,
    ),
    ("at org.acme.Thing.run(Thing.java:42)", "frame", ("src/java/org/acme/Thing.java",), "suffix", 42),
    ("--> src/main.rs:3:9", "frame", ("src/main.rs",), "exact", 3),
    ("import app.db.models", "module", ("src/app/db/models.py",), "exact", None),
    ("calls app.core.run()", "module", ("src/app/core.py",), "exact", None),
    ("https://github.com/o/r/blob/main/src/app/core.py#L5-L9", "path", ("src/app/core.py",), "exact", 5),
    ("src\\app\\core.py on Windows", "path", ("src/app/core.py",), "exact", None),
    ("./README.md", "path", ("README.md",), "exact", None),
]


@pytest.mark.parametrize(("text", "kind", "paths", "how", "line"), RESOLVED)
def test_names_resolve(text: str, kind: str, paths: tuple[str, ...], how: str, line: int | None) -> None:
    found = [each for each in mentions(text, TREE) if each.paths]
    assert (kind, paths, how, line) in [(each.kind, each.paths, each.how, each.line) for each in found]


@pytest.mark.parametrize(
    "text",
    [
        "and/or",
        "e.g. this",
        "https://example.org/src/app/core.py",
        "version 1.2.3",
        "nothing here",
        "1/2 done",
        "12:30",
    ],
)
def test_ordinary_words_name_no_file(text: str) -> None:
    assert [each for each in mentions(text, TREE) if each.paths] == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("the HttpClient fails", {"HttpClient"}),
        ("call parse_args now", {"parse_args"}),
        ("run() is slow", {"run"}),
        ("`maxRetries` and `x`", {"maxRetries"}),
        ("Foo.barBaz breaks", {"barBaz"}),
        ("Hello World", set()),
        ("```\nplain words\n```", set()),
    ],
)
def test_symbols(text: str, names: set[str]) -> None:
    assert {each.text for each in mentions(text, TREE) if each.kind == "symbol"} == names


def test_a_path_that_is_not_there_is_kept_as_unresolved() -> None:
    (found,) = [each for each in mentions("fix src/app/gone.py", TREE) if each.kind == "path"]
    assert (found.paths, found.how) == ((), "unresolved")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("abA_./\\:`#()[]<> \n\"'0é@-"), max_size=200))
def test_places_hold_the_words_of_any_text(text: str) -> None:
    for each in mentions(text, TREE):
        assert text[each.start : each.end] == each.text
