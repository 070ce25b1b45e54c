"""Documents keep the length that is right for the size of their plan, in every format."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.plan.audited import documents
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from tests.plan.formats import faceted
from tests.plan.formats.golden import golden_plan
from tests.plan.samples import outline_plan, small_plan, webhook_plan

# Characters of the documents beside the section. A large plan has its length by its tasks.
SMALL, MEDIUM, EACH_TASK = 4_500, 11_000, 1_000
OWN = ("specs/", "EXPORT/")


def length(plan: Plan, plan_format: str) -> int:
    files = documents(plan, plan_format, {})
    return sum(len(one.text) for one in files if one.path.startswith(OWN) and one.path.endswith(".md"))


def made(plan_format: str, size: str) -> Plan:
    if (plan_format, size) in faceted.PLANS:
        return faceted.PLANS[plan_format, size]()
    return golden_plan(plan_format, size)


@pytest.mark.parametrize("plan_format", FORMATS)
def test_a_small_plan_is_short(plan_format: str) -> None:
    assert length(made(plan_format, "small"), plan_format) <= SMALL
    assert length(small_plan(), plan_format) <= SMALL


@pytest.mark.parametrize("plan", [webhook_plan, outline_plan], ids=["webhook", "outline"])
@pytest.mark.parametrize("plan_format", FORMATS)
def test_a_medium_plan_is_read_in_one_sitting(plan_format: str, plan: Callable[[], Plan]) -> None:
    assert length(plan(), plan_format) <= MEDIUM
    assert length(made(plan_format, "medium"), plan_format) <= MEDIUM


@pytest.mark.parametrize("plan_format", FORMATS)
def test_a_large_plan_grows_by_its_tasks_only(plan_format: str) -> None:
    plan = made(plan_format, "large")
    items = len(plan.requirements.criteria) if plan_format == "functional" and plan.requirements else 0
    assert length(plan, plan_format) <= MEDIUM + EACH_TASK * max(items, len(plan.tasks))
