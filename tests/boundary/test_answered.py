"""What counts as evidence, and as an answer to a criterion, in the text of a pull request."""

from __future__ import annotations

import pytest

from bot.boundary.answered import lacking_evidence, unanswered
from bot.plan.safe_text import inline

NO_SECTION = "no section"
EMPTY = "only placeholders"
BOXES = "open box"


@pytest.mark.parametrize(
    ("body", "lacks"),
    [
        ("## Evidence\n\n`pytest` gave 12 passed, 0 failed.", ""),
        (
            "## Evidence Checklist\n\n- [x] Root cause: released twice\n- [x] Validation linked",
            "",
        ),
        ("### QA evidence\n\n```\n12 passed\n```", ""),
        ("## Evidence\n\n![after](https://example.org/a.png)", ""),
        ("## Evidence\n\n[the run](https://example.org/run/1)", ""),
        ("## Evidence\n\n<img src='a.png'>", ""),
        ("## Evidence\n\n<details><summary>Output</summary>\n\n12 passed\n\n</details>", ""),
        ("## Evidence\n\n| Command | Result |\n|---|---|\n| make test | 12 passed |", ""),
        ("## Evidence\n\n### Tests\n\nmake test: 12 passed\n\n## Notes\n", ""),
        ("## Evidence\n\n- [x] tested\n- [ ] Screenshot: not applicable: nothing is shown on screens", ""),
        ("## Evidence\n\nTODO https://example.org/run/1", ""),
        ("## Evidence\n\n<!-- how to fill this in -->\n\n12 passed", ""),
        ("Evidence\n--------\n\n12 passed", ""),
        ("---\nwhy: slow\n\n## Evidence\n\n12 passed\n\n---\n", ""),
        ("", NO_SECTION),
        ("Evidence: 12 passed", NO_SECTION),
        ("**Evidence**\n\n12 passed", NO_SECTION),
        ("> ## Evidence\n>\n> 12 passed", NO_SECTION),
        ("```\n## Evidence\n12 passed\n```", NO_SECTION),
        ("<!--\n## Evidence\n12 passed\n-->", NO_SECTION),
        ("## Evidence", EMPTY),
        ("## Evidence\n\n## Notes\n\n12 passed", EMPTY),
        ("## Evidence\n\n> 12 passed", EMPTY),
        ("## Evidence\n\n<!-- paste the output -->", EMPTY),
        ("## Evidence\n\n<!-- a --> <!-- b -->", EMPTY),
        ("## Evidence\n\nTODO", EMPTY),
        ("## Evidence\n\n_TBD_", EMPTY),
        ("## Evidence\n\nn/a", EMPTY),
        ("## Evidence\n\n...", EMPTY),
        ("## Evidence\n\n- \n- ", EMPTY),
        ("## Evidence\n\nPaste the output here", EMPTY),
        ("## Evidence\n\n[link to the run]", EMPTY),
        ("## Evidence\n\n- Root cause:\n- Invariants:", EMPTY),
        ("## Evidence\n\n```\n\n```", EMPTY),
        ("## Evidence\n\n| Command | Result |\n|---|---|", EMPTY),
        ("## Evidence\n\n<details><summary>Output</summary>\n</details>", EMPTY),
        ("## Evidence Checklist\n\n- [ ] Root cause\n- [ ] Validation", BOXES),
        ("## Evidence\n\n12 passed\n\n- [ ] Screenshot: not applicable:", BOXES),
    ],
)
def test_evidence(body: str, lacks: str) -> None:
    said = lacking_evidence(body)
    assert lacks in said if lacks else said == ""


SORTED, FAST = "The list is sorted", "Reading 1,000 rows takes < 50 ms"


@pytest.mark.parametrize(
    ("body", "open_ones"),
    [
        (f"- [x] {SORTED}\n- [X] {FAST}", ()),
        (f"* [x] **{SORTED.upper()}.**\n1. [x] {FAST} (see the bench)", ()),
        (f"- [x] {SORTED}\n- [ ] {FAST}", (FAST,)),
        (f"- [ ] {SORTED}\n\nlater\n\n- [x] {SORTED}\n- [x] {FAST}", ()),
        (f"- [x] {SORTED}\n- [ ] {FAST}: not applicable: nothing is read", ()),
        (f"- [x] {SORTED}\n- [ ] {FAST} — N/A, nothing is read", ()),
        (f"- [x] {SORTED}\n- {FAST}: not applicable because nothing is read", ()),
        (f"- [x] {SORTED}\n- [ ] {FAST}\n  Not applicable: nothing is read", ()),
        (f"- [x] {SORTED}\n- [ ] {FAST}\n\n  **Not applicable:** nothing is read", ()),
        (f"- [x] {SORTED}\n- [ ] {FAST}\n  - not applicable: nothing is read", ()),
        (f"- [x] {SORTED}\n- [ ] {FAST}\n- not applicable: nothing is read", (FAST,)),
        (f"- [x] {SORTED}\n- [ ] {FAST}: not applicable", (FAST,)),
        (f"- [x] {SORTED}\n- [ ] {FAST}: not applicable: TODO", (FAST,)),
        (f"- [x] {SORTED}\n- [ ] {FAST}: not applicable: ...", (FAST,)),
        (f"> - [x] {SORTED}\n\n```\n- [x] {FAST}\n```", (SORTED, FAST)),
        (f"<!--\n- [x] {SORTED}\n-->\n- [x] {FAST}", (SORTED,)),
        (f"[x] {SORTED}\n\n{FAST}", (SORTED, FAST)),
        ("- [x] Everything", (SORTED, FAST)),
        ("", (SORTED, FAST)),
    ],
)
def test_criteria(body: str, open_ones: tuple[str, ...]) -> None:
    assert unanswered((SORTED, FAST), (body,)) == open_ones


def test_a_criterion_that_another_begins_with_needs_its_own_answer() -> None:
    longer = f"{SORTED} by name"
    assert unanswered((SORTED, longer), (f"- [x] {longer}",)) == (SORTED,)
    assert unanswered((SORTED, longer), (f"- [x] {SORTED}\n- [ ] {longer}: n/a: no names",)) == ()


def test_words_of_the_criterion_itself_answer_nothing() -> None:
    tricky = "Shows “not applicable: no data” for old rows"
    assert unanswered((tricky,), (f"- [ ] {tricky}",)) == (tricky,)
    assert unanswered((tricky,), (f"- [ ] {tricky} (not applicable: no old rows)",)) == ()


@pytest.mark.parametrize(
    "criterion",
    ["`a_b` gives <x> & *all* of @team's #12", "See https://example.org/x_y_z", "a|b \\ c ~d~", "1. first"],
)
def test_a_criterion_is_known_as_it_is_filed_and_as_it_is_typed(criterion: str) -> None:
    assert unanswered((criterion,), (f"- [x] {inline(criterion)}",)) == ()
    assert unanswered((criterion,), (f"- [x] {criterion}",)) == ()
    assert unanswered((criterion,), (f"- [ ] {inline(criterion)}",)) == (criterion,)


def test_a_tick_in_any_of_the_texts_will_do() -> None:
    assert unanswered((SORTED, FAST), (f"- [x] {SORTED}", f"- [ ] {SORTED}\n- [x] {FAST}")) == ()


def test_a_criterion_without_a_word_cannot_stay_open_for_ever() -> None:
    assert unanswered(("!!!", SORTED), ("",)) == (SORTED,)
