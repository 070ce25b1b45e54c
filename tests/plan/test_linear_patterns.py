"""No pattern that reads plans and repositories can be made to take more than linear time by what it reads."""

import re
from collections.abc import Mapping

import pytest

from bench.ambiguity import Way, ambiguity
from bench.regexes import BOUNDED, patterns

# Patterns that look worse than they are, and why.
EXCUSED: Mapping[str, str] = {
    "plan.prose._ASIDE": "of nine lengths of ticks each finds its like, so nine are open within 2000 signs",
    "plan.rules.purity._SPAN": "as above",
    "plan.readers.recognise._NOT_BY_FOLDER": "the repeat ends where the same word begins again",
    "plan.rules.suppression._COMMENT": "the repeat ends where the next comment begins",
    "recon.tokens.HUMPS": "gives back one sign at most",
}


def test_every_pattern_takes_linear_time() -> None:
    """Whoever adds an excuse says why; one that is no longer needed goes."""
    found = {
        one.where: (word, one.pattern.pattern)
        for one in patterns().values()
        for way in one.ways
        if (word := ambiguity(one.pattern, way))
    }
    unexplained = {where: why for where, why in found.items() if where not in {*EXCUSED, *BOUNDED}}
    assert unexplained == {}
    assert set(EXCUSED) <= set(found)


@pytest.mark.parametrize(
    ("pattern", "way"),
    [
        (r"(a+)+b", "match"),
        (r"(?:a*)*b", "match"),
        (r"(?:a|ab|b)*c", "match"),
        (r"\s+:", "search"),
        (r"\[[^\]]*\]", "search"),
        (r"<a>.*</b>", "search"),
        (r"\d+\b", "search"),
        (r"\s*x?\s*:", "match"),
        (r"(.*?)(\d+)", "fullmatch"),
        (r"(?:[A-Za-z_][\w*]*[ *]{1,4}){1,6}\(", "match"),
        (r"(?:^|/)docs/(?:[^/]+/)*x\.md$", "search"),
    ],
)
def test_what_takes_longer_is_noticed(pattern: str, way: Way) -> None:
    assert ambiguity(re.compile(pattern), way)


@pytest.mark.parametrize(
    ("pattern", "way"),
    [
        (r"a+b", "match"),
        (r"\s+", "search"),
        (r"\A\s+:", "search"),
        (r"(?<!\s)\s+:", "search"),
        (r"\b\w+:", "search"),
        (r"\s*+x?\s*:", "match"),
        (r"(|.*\D)(\d+)", "fullmatch"),
        (r"`[^`]*`", "search"),
        (r"(?s)<!--.*?(?:-->|\Z)", "search"),
        (r"(?:^|/)docs/[^/]+/", "search"),
    ],
)
def test_what_takes_linear_time_passes(pattern: str, way: Way) -> None:
    assert ambiguity(re.compile(pattern), way) == ""
