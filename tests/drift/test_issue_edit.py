"""Which demands of a plan an edit has taken out of its issue."""

from __future__ import annotations

import pytest

from bot.drift import DemandChange, drift_check, drift_note, issue_changed, issue_digest
from bot.plan.model import Obligation
from bot.recon.obligations import obligations

BODY = """\
Deliveries get lost.

## Acceptance criteria

- [ ] A failed delivery is sent again within an hour
- [ ] `GET /deliveries` lists what is waiting
- [x] Operators see the **reason** of a failure

The queue must survive a restart.
"""


def demands(body: str = BODY) -> tuple[Obligation, ...]:
    return tuple(
        Obligation(id=one.id, text=one.text, disposition="task", by=(f"T{at}",))
        for at, one in enumerate(obligations(body), 1)
    )


def changed(old: str, new: str) -> tuple[DemandChange, ...]:
    assert old in BODY
    return issue_changed(demands(), "Lost", BODY.replace(old, new))


def test_the_sample_makes_four_demands() -> None:
    assert [one.text for one in demands()] == [
        "A failed delivery is sent again within an hour",
        "`GET /deliveries` lists what is waiting",
        "Operators see the **reason** of a failure",
        "The queue must survive a restart.",
    ]
    assert issue_changed(demands(), "Lost", BODY) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- [ ] A failed", "- [x] A failed"),
        ("Deliveries get lost.", "Deliveries are lost, daily.\n\n- [ ] The log must be readable"),
        ("**reason**", "reason"),
        ("must survive", "MUST   survive"),
        ("\n", "\r\n"),
        ("## Acceptance criteria", "## Done when"),
    ],
)
def test_edits_that_leave_every_demand_change_nothing(old: str, new: str) -> None:
    assert changed(old, new) == ()


def test_a_demand_with_other_words_is_told_with_them() -> None:
    (one,) = changed("within an hour", "within a day")
    assert one == DemandChange(
        "I-1",
        "A failed delivery is sent again within an hour",
        "A failed delivery is sent again within a day",
        ("T1",),
    )


def test_a_demand_that_is_gone_has_nothing_in_its_place() -> None:
    (one,) = changed("- [ ] `GET /deliveries` lists what is waiting\n", "")
    assert (one.id, one.now, one.by) == ("I-2", "", ("T2",))


def test_a_new_demand_about_something_else_takes_no_place() -> None:
    (one,) = changed("- [ ] `GET /deliveries` lists what is waiting", "- [ ] Old exports are archived")
    assert one.now == ""


def test_another_demand_that_stands_is_never_taken_for_the_new_words() -> None:
    body = "- [ ] The export is sorted by name\n- [ ] The export is sorted by date\n"
    (one,) = issue_changed(demands(body), "t", "- [ ] The export is sorted by name\n")
    assert (one.id, one.now) == ("I-2", "")


def test_an_emptied_issue_demands_nothing_any_more() -> None:
    assert [one.now for one in issue_changed(demands(), "", "")] == [""] * 4


def test_part_of_a_word_is_not_the_demand() -> None:
    short = (Obligation(id="I-1", text="Sort", disposition="task"),)
    assert issue_changed(short, "Resorted", "It is sorting.")
    assert issue_changed(short, "Sort it", "") == ()


def test_a_demand_that_the_plan_cut_short_still_stands() -> None:
    long = "The report must list " + "every name and " * 40 + "every date"
    cut = (Obligation(id="I-1", text=long[:200].rstrip() + "\u2026", disposition="task"),)
    assert issue_changed(cut, "t", long) == ()


def test_the_digest_of_the_same_text_spares_the_look() -> None:
    known = issue_digest("Lost", "")
    assert issue_changed(demands(), "Lost", "", known) == ()
    assert issue_changed(demands(), "Lost!", "", known)
    assert issue_digest("a", "b\r\nc") == issue_digest("a", "b\nc")
    assert len({issue_digest("a", "b"), issue_digest("ab", ""), issue_digest("", "ab")}) == 3


def test_the_note_names_the_demand_its_task_and_the_new_words() -> None:
    lost = (*changed("within an hour", "within a day"), *changed("The queue must survive a restart.", ""))
    text = drift_note((), lost)
    assert "- I-1: “A failed delivery is sent again within an hour” (T1) reads now: A failed delivery" in text
    assert "- I-4: “The queue must survive a restart.” (T4) is not there any more" in text
    assert "`/plan refresh`" in text
    assert drift_check((), lost)[0] == "2 demands of the issue changed"
