"""Deadlines: minor decisions default once their day is over, of major ones people are reminded a few
times."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.conversation import Answer
from bot.decisions import default_of, due, reminder, with_deadlines
from bot.decisions.timing import NOBODY, day_in
from tests.decisions.open_ones import asked, decision, plan_with

DEADLINE = date(2026, 3, 1)


def days_after(start: int, end: int) -> list[str]:
    return [(DEADLINE + timedelta(days=one)).isoformat() for one in range(start, end)]


def test_reminders_come_on_six_days_and_then_no_more() -> None:
    one = asked(deadline="2026-03-01")
    told = [reminder(one, day) for day in days_after(-10, 60)]
    keys = list(dict.fromkeys(said[0] for said in told if said))
    days = ("2026-02-28", "2026-03-01", "2026-03-02", "2026-03-04", "2026-03-08", "2026-03-15")
    assert keys == [f"D-1@{day}" for day in days]
    assert [said is not None for said in told] == [9 <= at <= 27 for at in range(70)]
    assert all(due(one, day) != "default" for day in days_after(-10, 400))


def test_a_reminder_says_the_same_however_late_it_is_looked_at() -> None:
    one = asked(deadline="2026-03-01")
    assert reminder(one, "2026-03-04") == reminder(one, "2026-03-07") != reminder(one, "2026-03-08")
    words = (reminder(one, "2026-03-15") or ("", ""))[1]
    assert "last reminder" in words
    assert "`/decide A because …`" in words
    assert "last reminder" not in (reminder(one, "2026-03-08") or ("", ""))[1]


def test_no_reminder_for_days_before_the_issue_was_filed() -> None:
    one = asked(deadline="2026-03-01")
    assert reminder(one, "2026-03-06", since="2026-03-06") is None
    assert reminder(one, "2026-03-08", since="2026-03-06") is not None
    assert due(one, "2026-03-06", "2026-03-06") == ""


@pytest.mark.parametrize(
    ("today", "wanted"),
    [("2026-02-28", ""), ("2026-03-01", ""), ("2026-03-02", "default"), ("2027-01-01", "default")],
)
def test_a_minor_decision_defaults_when_its_day_is_over(today: str, wanted: str) -> None:
    one = asked(weight="minor", deadline="2026-03-01", recommended="Postgres")
    assert due(one, today) == wanted
    made = Answer("D-1", "Postgres", NOBODY, "", "2026-03-01")
    assert default_of(one, today) == (made if wanted else None)
    assert reminder(one, today) is None


def test_what_is_made_or_has_no_option_or_date_waits_for_nothing() -> None:
    for one in (
        asked(weight="minor", deadline="2026-03-01", made="SQLite"),
        asked(deadline="2026-03-01", made="SQLite"),
        asked(weight="minor", deadline=""),
        asked(deadline=""),
    ):
        assert due(one, "2026-03-02") == ""
    nothing = asked(weight="minor", deadline="2026-03-01")
    assert due(nothing.__class__("D-1", "minor", "t", "b", deadline="2026-03-01"), "2026-03-02") == ""


@pytest.mark.parametrize("today", ["", "today", "2026-02-30", "2026-3-2", "9" * 99])
def test_a_day_that_is_none_makes_nothing_due(today: str) -> None:
    assert due(asked(deadline="2026-03-01"), today) == ""
    assert due(asked(weight="minor", deadline="2026-03-01"), today) == ""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", DEADLINE),
        (" 2026-03-01 12:00 (UTC)", DEADLINE),
        ("2026-03-01T09:00:00Z", DEADLINE),
        ("2026-03-011", None),
        ("2026-02-30", None),
        ("0000-01-01", None),
        ("by 2026-03-01", None),
        ("\u0662\u0660\u0662\u0666-\u0660\u0663-\u0660\u0661", None),
        ("", None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    assert day_in(text) == day


def test_a_decision_without_a_day_gets_one_that_stays() -> None:
    plan = with_deadlines(
        plan_with(
            decision("D-1", weight="minor"),
            decision("D-2", deadline="before the release"),
            decision("D-3", deadline="2026-02-20"),
            decision("D-4", answer="SQLite"),
        ),
        "2026-02-10",
    )
    assert [one.deadline for one in plan.decisions] == [
        "2026-02-17",
        "2026-02-17 (before the release)",
        "2026-02-20",
        "",
    ]
    assert with_deadlines(plan, "2026-02-12") == plan
    assert with_deadlines(plan_with(), "2026-02-10", days=2).decisions[0].deadline == "2026-02-12"
    assert with_deadlines(plan_with(), "soon") == plan_with()


def test_the_last_day_there_is() -> None:
    assert reminder(asked(deadline="9999-12-31"), "9999-12-31") is not None
    assert with_deadlines(plan_with(), "9999-12-31") == plan_with()
    assert due(asked(deadline="0001-01-01"), "0001-01-01") == "remind"
