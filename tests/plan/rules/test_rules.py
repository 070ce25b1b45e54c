"""Every rule passes what is sound, catches what is not at the right place, and steps
aside when it cannot tell.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from bot.plan.model import Obligation, Plan
from bot.plan.rules import RULES, LintInput, lint
from bot.plan.rules.engine import LETTERS, Hit, rule
from bot.recon.ground import TreeGround
from bot.recon.tree import in_memory
from tests.plan.rules.fixtures import BAD, good
from tests.plan.rules.fixtures.base import TREE, Bad, given, sound
from tests.plan.samples import change, task

SOUND = given()

# Everything a sound plan can have about it but `lack`: what needs it is skipped.
LACKING = {
    "ground": replace(SOUND, ground=None),
    "renderings": replace(SOUND, renderings=()),
    "contract_text": replace(SOUND, contract_text=None),
    "fanout_text": replace(SOUND, fanout_text=None),
    "plan": replace(SOUND, plan=None),
}


def test_every_rule_has_bad_examples() -> None:
    assert sorted(BAD) == sorted(RULES)
    assert all(BAD.values())


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_a_sound_plan_passes(rule_id: str) -> None:
    report = lint(good(rule_id), select=[rule_id])
    assert report.passed == (rule_id,), report


@pytest.mark.parametrize(
    ("rule_id", "bad"),
    [(rule_id, bad) for rule_id, bads in BAD.items() for bad in bads],
    ids=lambda value: str(value)[:6],
)
def test_a_defect_is_found_at_its_place(rule_id: str, bad: Bad) -> None:
    make, pointer = bad
    report = lint(make(), select=[rule_id])
    assert pointer in [finding.pointer for finding in report.findings], report
    for finding in report.findings:
        assert finding.rule == rule_id
        assert not re.search(r"\{\w+\}|\(\w+\)$", finding.message), finding.message
        assert re.fullmatch(r"[0-9a-f]{64}(-[0-9]+)?", finding.fingerprint)


def test_a_sound_plan_has_no_finding_at_all() -> None:
    report = lint(SOUND, tiers=("core", "extended"))
    assert report.findings == ()
    assert len(report.passed) + len(report.skipped) == len(applying(SOUND))
    assert report.ok


@pytest.mark.parametrize("lack", LACKING)
def test_what_is_lacking_is_skipped_and_never_passed(lack: str) -> None:
    report = lint(LACKING[lack], tiers=("core", "extended"))
    letters = LACKING[lack].letters
    asked = (one for one in RULES.values() if one.applies_to(letters))
    expected = {one.id for one in asked if {lack, lack.replace("_text", "_data")} & set(one.needs)}
    assert {one.rule for one in report.skipped} >= expected
    assert not expected & set(report.passed)
    assert all(one.reason for one in report.skipped)
    assert expected


def test_nothing_at_all_skips_everything() -> None:
    report = lint(LintInput(), tiers=("core", "extended"))
    assert (report.findings, report.passed) == ((), ())
    assert len(report.skipped) == len(applying(LintInput()))


def applying(given: LintInput) -> list[str]:
    return [one.id for one in RULES.values() if one.applies_to(given.letters)]


def test_extended_rules_are_off_by_default() -> None:
    ran = {*lint(SOUND).passed}
    assert {"PLN205", "PLN206", "PLN807"}.isdisjoint(ran)
    assert "PLN201" in ran


def test_rules_belong_to_formats() -> None:
    """Rules about the contract (C), the fan-out file (O) and decisions (D) hold in every format of ours."""
    of = {
        letters: replace(RULES["PLN401"], formats=frozenset(letters)) for letters in ("R", "F", "C", "*", "K")
    }
    assert {letters for letters, one in of.items() if one.applies_to(SOUND.letters)} == {"R", "C", "*"}
    foreign = LintInput(plan=SOUND.plan, loose=True, format="foreign")
    assert {letters for letters, one in of.items() if one.applies_to(foreign.letters)} == {"K", "*"}


def test_letters_are_one_for_each_format() -> None:
    assert len(set(LETTERS.values())) == len(LETTERS)


def test_an_incomplete_tree_proves_no_absence() -> None:
    tree = in_memory({"a": ""}, truncated=True)
    report = lint(
        replace(given(sound(task("T1", files=(change("b"),)))), ground=TreeGround(tree)),
        select=["PLN401", "PLN402"],
    )
    assert [one.rule for one in report.skipped] == ["PLN401"]
    assert report.passed == ("PLN402",)


def test_a_file_made_by_an_earlier_task_exists_for_later_ones() -> None:
    plan = sound(
        task("T1", files=(change("src/a.py", "new"),)),
        task("T2", files=(change("src/b.py", "rename", source="src/a.py"),), depends_on=("T1",)),
        task("T3", files=(change("src/b.py"),), depends_on=("T2",)),
    )
    assert lint(given(plan), select=["PLN401"]).ok


def test_a_missing_path_names_the_nearest_real_ones() -> None:
    (found,) = lint(given(sound(task("T1", files=(change("lib/engine.py"),)))), select=["PLN401"]).findings
    assert found.suggestion.startswith("src/core/engine.py")
    assert found.message == f"lib/engine.py does not exist at {TREE.sha[:7]}; closest: {found.suggestion}"


def test_a_finding_in_the_plan_is_placed_in_the_contract() -> None:
    plan = sound(task("T1", files=(change("nowhere.py"),)))
    (found,) = lint(given(plan), select=["PLN401"]).findings
    text = given(plan).contract_text
    assert text is not None
    assert found.location is not None
    assert found.location.file == ".agent/planning-output-12.json"
    assert '"path": "nowhere.py"' in text.split("\n")[found.location.line - 1]


def test_fingerprints_survive_reordering_and_tell_defects_apart() -> None:
    one, two = (
        task("T1", files=(change("gone.py"),)),
        task("T2", files=(change("lost.py"), change("away.py"))),
    )

    def marks(plan: Plan) -> set[str]:
        return {finding.fingerprint for finding in lint(given(plan), select=["PLN401"]).findings}

    assert marks(sound(one, two)) == marks(sound(two, one))
    assert len(marks(sound(one, two))) == 3


@pytest.mark.parametrize(
    "became",
    [
        {"disposition": "task", "by": ("T2",)},
        {"disposition": "question", "by": ("Q-1",)},
        {"disposition": "non-goal", "reason": "another issue asks for it"},
        {"disposition": "open", "reason": "it reads as a remark"},
        {"disposition": "done"},
    ],
    ids=lambda became: str(became["disposition"]),
)
def test_a_demand_is_settled_by_a_task_or_by_the_reason_why_there_is_none(became: dict[str, Any]) -> None:
    plan = sound(obligations=(*sound().obligations, Obligation(id="I-2", text="Do that", **became)))
    assert lint(given(plan), select=["PLN711"]).passed == ("PLN711",)


def test_an_unsure_command_check_is_no_pass() -> None:
    defaults = sound().contract_defaults.model_copy(update={"acceptance_tests": ("frobnicate --all",)})
    report = lint(given(sound(contract_defaults=defaults)), select=["PLN808"])
    assert [(one.rule, one.reason) for one in report.skipped] == [
        ("PLN808", "it runs a program of the machine")
    ]


def test_a_foreign_contract_need_not_be_ours() -> None:
    foreign = '{"roadmap": 1}'
    report = lint(LintInput(contract_text=foreign, contract_file="any.json"))
    assert {one.rule for one in report.findings} == {"PLN801"}


def test_a_rule_registers_once() -> None:
    with pytest.raises(ValueError, match="PLN001"):
        rule("PLN001", severity="error", needs=[], message="")(lambda given: iter([Hit("")]))


def test_more_files_than_the_scope_is_an_error_and_a_wide_risky_scope_a_warning() -> None:
    severities = [lint(make(), select=["PLN809"]).findings[0].severity for make, _ in BAD["PLN809"]]
    assert severities == ["error", "warning", "error"]


def test_a_large_plan_is_linted_quickly_enough_to_be_linted_often() -> None:
    """50 tasks, 4,000 files: every path is looked up, and the work stays within one pass over the tree
    for each miss.
    """
    tree = in_memory({f"src/part{n % 100}/file{n}.py": "" for n in range(4_000)})
    tasks = [
        task(f"T{n}", files=(change(f"src/part{n}/file{n}.py"), change(f"part{n}/gone{n}.py")))
        for n in range(1, 51)
    ]
    report = lint(replace(given(sound(*tasks)), ground=TreeGround(tree)), select=["PLN401", "PLN308"])
    assert len(report.findings) == 50
