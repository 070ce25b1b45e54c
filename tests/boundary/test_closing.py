"""Closing words of a pull request's text: which issues of this repository it closes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.boundary import closes

KNOWN = range(1, 100)


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ("Closes #12", (12,)),
        ("close #1, closed #2, fix #3, fixes #4, fixed #5, resolve #6, resolves #7, resolved #8",
         (1, 2, 3, 4, 5, 6, 7, 8)),
        ("CLOSES: #12", (12,)),
        ("Closes:#12", (12,)),
        ("Closes #12, #13", (12,)),
        ("Closes #13. Fixes #12.\n\n- resolves #13", (13, 12)),
        ("(fixes #12)", (12,)),
        ("# Closes #12", (12,)),
        ("| a |\n|---|\n| closes #12 |", (12,)),
        ("- [x] Closes #12", (12,)),
        ("**Closes #12**", (12,)),
        ("Closes \\#12", (12,)),
        ("Closes GH-12", (12,)),
        ("Closes octo/Town#12", (12,)),
        ("Closes https://github.com/Octo/town/issues/12.", (12,)),
        ("Closes <https://github.com/octo/town/issues/12>", (12,)),
        ("<!-- x -->\n\nCloses #12", (12,)),
        ("---\nCloses: #12\n---\n", (12,)),
        ("", ()),
        ("Refs #12", ()),
        ("closes 12", ()),
        ("encloses #12, prefix #13", ()),
        ("Closes #12a, closes #0, closes #012", ()),
        ("Closes #100 and #12", ()),
        ("Closes issue #12", ()),
        ("Closes\n#12", ()),
        ("**Closes** #12", ()),
        ("Closes [#12](https://github.com/octo/town/issues/12)", ()),
        ("[closes #12](https://example.org)", ()),
        ("![closes #12](a.png)", ()),
        ("`closes #12`", ()),
        ("```\ncloses #12\n```", ()),
        ("    closes #12", ()),
        ("> closes #12", ()),
        ("> - a\n>   > closes #12\n\ncloses #13", (13,)),
        ("<!-- closes #12 -->", ()),
        ("text <!-- closes #12 --> text", ()),
        ("<!--\n\ncloses #12\n\n-->", ()),
        ("<div>closes #12</div>", ()),
        ("Closes other/town#12", ()),
        ("Closes octo/town2#12", ()),
        ("Closes https://github.com/octo/other/issues/12", ()),
        ("Closes https://example.org/octo/town/issues/12", ()),
        ("Closes https://github.com/octo/town/pull/12", ()),
        ("Closes https://github.com/octo/town/issues/12#issuecomment-5", ()),
    ],
)  # fmt: skip
def test_what_a_text_closes(body: str, numbers: tuple[int, ...]) -> None:
    assert closes(body, "octo/town", KNOWN) == numbers


def test_only_known_issues_count_and_the_site_may_be_another() -> None:
    assert closes("closes #12, closes #13", "octo/town", {13}) == (13,)
    text = "closes https://git.example.org/octo/town/issues/12"
    assert closes(text, "octo/town", {12}, "https://git.example.org/") == (12,)
    assert closes(text, "octo/town", {12}) == ()


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("closes fix#12>`<!-*[]()\n|GH/:."), max_size=80))
def test_any_text_gives_known_numbers_and_none_in_code(text: str) -> None:
    assert set(closes(text, "octo/town", {1, 2, 12})) <= {1, 2, 12}
    fenced = "\n".join(["~~~~", *text.split("\n"), "~~~~"])
    assert closes(fenced, "octo/town", {1, 2, 12}) == ()
