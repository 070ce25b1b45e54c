"""Files written before their decision issues are filed say the same afterwards as if they had been written
then."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from bot.decisions import filled, placeholder, unfilled, with_placeholders
from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.plan.contract import contract_path, plan_from_contract
from bot.plan.digest import text_digest
from bot.plan.formats import FORMATS
from bot.plan.formats.plan_file import section_of
from bot.plan.formats.plan_marks import fields_of, is_untouched
from bot.plan.model import Plan
from tests.decisions.open_ones import decision, plan_with
from tests.plan.formats import faceted
from tests.plan.formats.plans import EXAMPLES
from tests.plan.strategies import sound_plans

PLANS = {"with three": plan_with(decision("D-1"), decision("D-2", weight="minor"), decision("D-12"))} | {
    f"{name} {size}": made() for (name, size), made in faceted.PLANS.items()
}


def numbered(plan: Plan, numbers: dict[str, int]) -> Plan:
    new = [one.model_copy(update={"issue": numbers.get(one.id, one.issue)}) for one in plan.decisions]
    return plan.model_copy(update={"decisions": tuple(new)})


def check(plan: Plan, name: str, first: int, existing: dict[str, str]) -> None:
    placed = with_placeholders(plan)
    open_ = [
        one.id
        for one, before in zip(placed.decisions, plan.decisions, strict=True)
        if one.issue != before.issue
    ]
    numbers = {one: first + at for at, one in enumerate(open_)}
    wanted = FORMATS[name].files(numbered(plan, numbers), existing)
    files = FORMATS[name].files(placed, existing)
    assert set(unfilled(files)) == set(open_)
    assert filled(files, numbers) == wanted
    assert unfilled(wanted) == ()
    assert filled(wanted, numbers) == wanted


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", PLANS)
def test_filled_in_files_are_those_with_the_real_numbers(name: str, format_: str) -> None:
    plan = numbered(FORMATS[format_].whole(PLANS[name]), dict.fromkeys(("D-1", "D-2", "D-12"), 0))
    check(plan, format_, 430, {PLAN_FILE: "# Plans\n\n4100000001 is our number.\n"})


@settings(
    max_examples=max(EXAMPLES // 4, 5),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large),
)
@given(sound_plans, st.sampled_from([*FORMATS]), st.sampled_from([1, 999, 2**31 - 90]))
def test_any_plan_is_filled_in_exactly(plan: Plan, name: str, first: int) -> None:
    assume(len({one.id for one in plan.decisions}) == len(plan.decisions))
    plan = numbered(plan, {one.id: 0 for one in plan.decisions})
    try:
        FORMATS[name].files(plan, {})
    except UserError:
        assume(False)
    check(plan, name, first, {})


def test_the_digests_of_the_section_hold_afterwards() -> None:
    files = FORMATS["roadmap"].files(with_placeholders(plan_with()), {PLAN_FILE: "# Ours\r\n\r\nwords\r\n"})
    made = {one.path: one.text for one in filled(files, {"D-1": 431})}
    section = section_of(made[PLAN_FILE], 12)
    assert section is not None
    assert is_untouched(section)
    assert fields_of(section)["contract"] == text_digest(made[contract_path(12)])[:16]
    assert "see `#431`" in section
    assert made[PLAN_FILE].startswith("# Ours\r\n\r\nwords")
    assert json.loads(made[contract_path(12)])["decisions"] == ["D-1: Which store is taken for D-1? (#431)"]
    assert plan_from_contract(made[contract_path(12)]).decisions[0].issue == 431


def test_a_section_that_people_edited_is_not_called_ours() -> None:
    files = [
        replace(one, text=one.text.replace("Make it so.", "Make it otherwise."))
        for one in FORMATS["roadmap"].files(with_placeholders(plan_with()), {})
    ]
    section = section_of(filled(files, {"D-1": 431})[0].text, 12)
    assert section is not None
    assert "#431" in section
    assert not is_untouched(section)


def test_the_same_figures_in_somebodys_words_stay() -> None:
    plan = plan_with(decision("D-1"), decision("D-2"), summary="Call 4100000001, or 41000000020.")
    placed = with_placeholders(plan)
    assert [one.issue for one in placed.decisions] == [0, placeholder("D-2")]
    text = "\n".join(one.text for one in filled(FORMATS["export"].files(placed, {}), {"D-1": 7, "D-2": 8}))
    assert "#8" in text
    assert "Call 4100000001, or 41000000020." in text


def test_only_major_decisions_without_issue_and_answer_get_a_stand_in() -> None:
    plan = plan_with(
        decision("D-1", weight="minor"),
        decision("D-2", answer="SQLite"),
        decision("D-3", issue=5),
        decision("D-4"),
    )
    placed = with_placeholders(plan)
    assert [one.issue for one in placed.decisions] == [0, 0, 5, placeholder("D-4")]
    assert with_placeholders(placed) == placed


def test_some_numbers_now_and_others_later() -> None:
    files = FORMATS["steps"].files(with_placeholders(plan_with(decision("D-1"), decision("D-2"))), {})
    some = filled(files, {"D-2": 8})
    assert unfilled(some) == ("D-1",)
    assert filled(some, {"D-1": 7}) == filled(files, {"D-1": 7, "D-2": 8})


def test_a_text_on_its_own_is_filled_in_too() -> None:
    [body] = filled([File("text.md", f"see #{placeholder('D-1')}, not 9{placeholder('D-1')}")], {"D-1": 7})
    assert body.text == f"see #7, not 9{placeholder('D-1')}"


@pytest.mark.parametrize("number", [0, -1, placeholder("D-1")])
def test_only_numbers_of_issues_are_filled_in(number: int) -> None:
    with pytest.raises(ValueError, match="not the number of an issue"):
        filled((), {"D-1": number})


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"groundplan": []}', '{"groundplan": {"decisions": [1, {}]}}', "[" * 10**5]
)
def test_a_broken_contract_has_nothing_to_fill_in(text: str) -> None:
    files = (File(contract_path(12), text),)
    assert unfilled(files) == ()
    assert filled(files, {"D-1": 7}) == files


def test_stand_ins_are_beyond_what_github_gives() -> None:
    names = ["D-1", "D-2", "D-99999999", "D-01", "Q-1", "D-x", ""]
    assert len({placeholder(one) for one in names}) == len(names)
    assert all(2**31 < placeholder(one) < 10**10 for one in names)
