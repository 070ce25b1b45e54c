"""The issue that asks for a decision, and what is said there: all that an owner needs, within limits."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from markdown_it import MarkdownIt

from bot.conversation import Answer
from bot.decisions import (
    closing,
    decisions_of,
    labels_of,
    made_by_deadline,
    open_decisions,
    ready_among,
    stripped,
)
from bot.decisions.asking import MAX_BODY
from bot.plan.decided import decided
from bot.plan.model import Option, Plan
from tests.decisions.open_ones import asked, decision, plan_with
from tests.plan.formats.plans import EXAMPLES
from tests.plan.samples import task, webhook_plan
from tests.plan.strategies import plans

WHOLE = """\
Refs #412

The receiver may have handled it. Sending again can double an effect on their side.

**Impact:** Receivers that are not idempotent double their work in about 0.3 % of deliveries.

## Options

- **A** (recommended): Retry timeouts; the documentation asks receivers to be idempotent.
- **B**: Never retry timeouts; deliveries are lost when a receiver is slow.

**Wanted by** the end of 2026-03-01 (UTC). **Without an answer** nothing is decided: a major decision never \
defaults, and the tasks below wait.

## Tasks that wait

- **T3** Keep failed deliveries instead of dropping them

## How to answer

With a comment here whose first line is, for example:

- `/decide A because …`

On the plan's pull request it also names the decision: `/decide D-1 A because …`
"""


def test_the_issue_of_a_major_decision() -> None:
    [one] = open_decisions(webhook_plan())
    assert one.title == "Major decision: Is a delivery that timed out sent again?"
    assert one.body == WHOLE
    assert (one.options, one.recommended, one.deadline) == (("A", "B"), "A", "2026-03-01")
    assert labels_of(one) == ("decision/major", "decision-needed", "needs-opinion", "role/manager")
    assert labels_of(one, ("ours",)) == ("decision/major", "ours")


def test_options_with_names_have_letters_and_minor_ones_a_default() -> None:
    [one] = open_decisions(plan_with(decision(weight="minor", deadline="2026-03-01")))
    assert "- **SQLite** or **A**: One file, one writer." in one.body
    assert "- **Postgres** or **B** (recommended): A server to run." in one.body
    assert "**Without an answer** Postgres holds from the next day on." in one.body
    assert "`/decide B because …`" in one.body
    assert one.title.startswith("Decision: ")
    assert "decision/major" not in labels_of(one, ("decision-needed",))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"options": (), "recommended": "", "weight": "minor"}, "it stays open: there is no option to take"),
        ({"deadline": "before the release"}, "**Wanted by** before the release."),
        ({"weight": "minor"}, "**Without an answer** Postgres is taken."),
    ],
)
def test_what_a_decision_lacks_is_said(fields: dict[str, Any], words: str) -> None:
    [one] = open_decisions(plan_with(decision(**fields)))
    assert words in one.body
    assert one.deadline == ""


def test_decisions_that_are_made_tell_how() -> None:
    plan = decided(
        plan_with(decision("D-1"), decision("D-2")), [Answer("D-2", "SQLite", "small", "ada", "2026-02-10")]
    )
    assert [one.id for one in open_decisions(plan)] == ["D-1"]
    assert decisions_of(plan)[1].made == Answer("D-2", "SQLite", "small", "ada", "2026-02-10")


CLOSING = re.compile(
    r"\b(close[sd]?|fix(e[sd])?|resolve[sd]?):?\s+([\w./-]*#\d|GH-\d|https?:)", re.IGNORECASE
)


def shown(text: str) -> str:
    """The words that GitHub would look for mentions in: those that are not code."""
    tokens = [inner for token in MarkdownIt("commonmark").parse(text) for inner in token.children or []]
    return " ".join(token.content for token in tokens if token.type == "text")


def test_the_longest_plan_fits_and_pings_nobody() -> None:
    wild = ("@everyone closes #7 <!-- x --> & `a` | * " * 120)[:3990]
    plan = plan_with(
        decision(
            question=wild[:390].strip(),
            context=wild,
            impact=wild,
            options=tuple(Option(name=f"{at} {wild[:380]}".strip(), consequence=wild) for at in range(200)),
            recommended="",
            deadline=wild,
        )
    )
    many = tuple(task(f"T{at}", title=wild[:390].strip(), decisions=("D-1",)) for at in range(1, 300))
    [one] = open_decisions(plan.model_copy(update={"tasks": many}))
    assert len(one.body) <= MAX_BODY
    assert len(one.title) <= 200
    assert "@everyone" not in shown(one.body)
    assert not CLOSING.search(shown(one.body))
    assert "more in the plan" in one.body
    for said in (
        closing(
            one, Answer("D-1", one.options[0], wild, "ada", "2026-02-10"), "https://g.test/1", ["T1"] * 99
        ),
        made_by_deadline(one, Answer("D-1", one.options[0], "", "", "2026-02-10")),
    ):
        assert len(said) < 6_000
        assert "@everyone" not in shown(said)


@settings(
    max_examples=max(EXAMPLES // 2, 10),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=(HealthCheck.too_slow,),
)
@given(plans)
def test_every_plan_has_issues_that_fit(plan: Plan) -> None:
    found = decisions_of(plan)
    assert [one.id for one in found] == [one.id for one in plan.decisions]
    assert all(one.body.startswith(f"Refs #{plan.issue}\n") and len(one.body) <= MAX_BODY for one in found)
    assert {one.id for one in found if one.made is None} == {one.id for one in open_decisions(plan)}


def test_the_closing_words() -> None:
    made = Answer("D-1", "Postgres", "we run one", "ada", "2026-02-10T09:00:00Z")
    assert closing(asked(), made, "https://g.test/c/1", ("T1", "T2")) == (
        "**Decided:** Postgres, because we run one, by ``@ada`` on 2026-02-10\n\n"
        "The plan says so [here](https://g.test/c/1). Nothing holds back T1, T2 any more.\n\n"
        "*To change it:* `/decide D-1 A instead because …`\n"
    )
    assert "The plan says so now.\n" in closing(asked(), made, "")


def test_the_words_of_a_deadline() -> None:
    said = made_by_deadline(asked(deadline="2026-03-01"), Answer("D-1", "SQLite", "", "", "2026-03-01"))
    assert "nobody answered by the end of 2026-03-01 (UTC), so SQLite holds." in said
    assert "`/decide D-1 B instead because …`" in said


def test_labels_that_call_for_work_are_known_in_any_case() -> None:
    assert ready_among(["bug", "Ready", "agent-ready", "decision/major", "QA-ready"]) == (
        "Ready",
        "agent-ready",
        "QA-ready",
    )
    assert stripped(("Ready", "qa-ready")).startswith("Taken off: `Ready`, `qa-ready`. ")
