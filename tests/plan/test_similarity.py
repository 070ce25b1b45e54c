"""Similarity of texts: the same words in other forms are alike, other words are not, and it holds its
promises on anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plan.similarity import containment, content_words, similarity, stem


@pytest.mark.parametrize(
    "forms",
    [
        ("retry", "retries", "retried", "retrying"),
        ("cache", "caches", "cached", "caching"),
        ("stop", "stops", "stopped", "stopping"),
        ("process", "processes", "processed", "processing"),
        ("setting", "settings", "set"),
        ("class", "classes"),
        ("status", "statuses"),
        ("apply", "applies", "applied", "applying"),
        ("speed", "speeds"),
        ("string", "strings"),
        ("table", "tables"),
        ("box", "boxes"),
    ],
    ids=lambda forms: forms[0],
)
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1, {form: stem(form) for form in forms}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("string", "strong"),
        ("bus", "bu"),
        ("need", "ne"),
        ("king", "k"),
        ("60", "6"),
        ("100", "10"),
        ("1100", "110"),
    ],
)
def test_other_words_have_other_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Which database do we use?", "which Database is used"),
        ("The deliveries of the worker are retried", "retry worker's delivery"),
        ("Store the rows in `pending_delivery`", "store rows in pending delivery"),
        ("Wie alt darf es sein?", "wie alt darf es sein"),
        ("再試行しますか", "再試行しますか"),
        ("What is it?", "what is  IT?"),
        ("", ""),
    ],
)
def test_the_same_content_is_fully_alike(a: str, b: str) -> None:
    assert similarity(a, b) == 1.0


@pytest.mark.parametrize(
    ("a", "b", "below"),
    [
        ("Retry timeouts", "Do not retry timeouts", 0.85),
        ("Which database?", "Which database do the integration tests use on CI?", 0.5),
        ("Wait 30 seconds", "Wait 60 seconds", 0.7),
        ("What is it?", "Who are they?", 0.01),
        ("", "What", 0.01),
        ("Data may be lost", "Take a backup first", 0.01),
    ],
)
def test_other_content_is_less_alike(a: str, b: str, below: float) -> None:
    assert similarity(a, b) < below


def test_containment_asks_for_one_direction_only() -> None:
    assert containment("Exporting PDFs", "Add a PDF export to the report page") == 1.0
    assert containment("Add a PDF export to the report page", "Exporting PDFs") == 0.4
    assert containment("of the", "of the") == 0.0


@given(st.text(), st.text())
def test_similarity_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert 0.0 <= similarity(a, b) == similarity(b, a) <= 1.0
    assert similarity(a, a) == 1.0
    assert 0.0 <= containment(a, b) <= 1.0


@given(st.lists(st.sampled_from(["the", "worker", "stores", "rows", "deliveries", "retries"]), min_size=1))
def test_order_and_repetition_do_not_count(words: list[str]) -> None:
    assert content_words(" ".join(words)) == content_words(" ".join(reversed(words * 2)))
