"""The author without a model in every format: a plan that may be published, or the same plain answer."""

from __future__ import annotations

import json
import os
import re

import jsonschema
import pytest

from bot.author.brief import Brief
from bot.author.checking import checked
from bot.author.compose import compose
from bot.author.drafting import Source, candidate
from bot.author.facts import Facts
from bot.author.model import Usage
from bot.author.outline import OutlineAuthor
from bot.plan.contract import contract_path, plan_from_contract
from bot.plan.draft import draft_of
from bot.plan.formats import FORMATS
from bot.plan.formats.behaviour import GIVEN
from bot.plan.formats.plan_output import Progress, plan_output_schema
from bot.plan.model import Plan
from bot.situation import Outcome
from tests.author.issues import FILES, ISSUES, Written, make_brief

RECIPES = {
    "a bump": Written("Bump requests from 2.28 to 2.32.3", ""),
    "a rename": Written("Rename `to_text` to `as_text`", ""),
    "typos": Written("Typo: `acounts` should be `accounts`", ""),
    "missing tests": Written("Add tests for `parse_amount`", ""),
    "a runtime": Written("Raise the minimum Python version to 3.11", ""),
}
OTHERS = {
    "a path in the title": Written(
        "src/ledger/cli.py must print a total", "- [ ] `src/ledger/cli.py` must print a total\n"
    ),
    "tests only": Written("Test the report", "- [ ] add tests for `to_text` in `tests/test_report.py`\n"),
    "documents only": Written("Say how", "- [ ] the README describes `ledger report`\n"),
    "questions": Written(
        "A total", "- [ ] a total is shown\n\n## Open questions\n\nWhere? Before or after?\n"
    ),
    "given, when, then": Written(
        "A total", "## Acceptance criteria\n\n- Given 3 rows When the report is made Then it ends with 6\n"
    ),
}
EVERY = {**ISSUES, **RECIPES, **OTHERS}
# The longest takes seconds in each format and is like the others.
USUAL = [name for name in EVERY if name != "65,536 characters" or os.environ.get("GROUNDPLAN_FULL") == "1"]


def brief_of(name: str, plan_format: str) -> Brief:
    return make_brief(EVERY[name], plan_format=plan_format)


def composed(brief: Brief) -> Outcome:
    return compose(brief, OutlineAuthor(), lambda _stage: None)


def functional(name: str, branch: str = "") -> tuple[Plan, str]:
    """The plan and its document as they would be published."""
    brief = brief_of(name, "functional")
    object.__setattr__(brief, "branch", branch)
    outcome = composed(brief)
    assert outcome.kind == "plan", outcome.body
    texts = {file.path: file.text for file in outcome.files}
    document = next(text for path, text in texts.items() if path.endswith("/plan.md"))
    plan = plan_from_contract(texts[contract_path(brief.number)])
    assert isinstance(plan, Plan)
    return plan, document


@pytest.mark.parametrize("plan_format", FORMATS)
@pytest.mark.parametrize("name", USUAL)
def test_every_outline_may_be_published_in_every_format(name: str, plan_format: str) -> None:
    brief = brief_of(name, plan_format)
    outcome = composed(brief)
    assert outcome.kind == "plan", outcome.body
    written = OutlineAuthor().write(brief, lambda _stage: None)
    assert written.plan is not None
    files, report = checked(FORMATS[plan_format].whole(written.plan), brief)
    assert (report.errors, files) == ((), outcome.files)


def test_the_three_contracts_stand_in_the_contract_of_the_plan() -> None:
    plan, _ = functional("feature with a checklist")
    assert FORMATS["functional"].whole(plan) == plan
    wanted = plan.requirements
    assert wanted is not None
    pairs = [(name, one.id) for one in wanted.criteria for name in one.requirements]
    assert [(one.requirement, one.criterion) for one in wanted.verification] == pairs
    assert [(one.requirement, one.criterion) for one in wanted.review] == pairs
    assert {one.criterion for one in wanted.mandate} >= {one.id for one in wanted.criteria}


# --- what a functional outline says ------------------------------------------------------------------------


def test_each_demand_is_a_requirement_in_its_own_words_or_a_mandated_test() -> None:
    plan, _ = functional("feature with a checklist")
    assert plan.requirements is not None
    texts = {one.id: one.text for one in plan.obligations}
    assert [(one.covers, one.behaviour) for one in plan.requirements.functional] == [
        ((name,), texts[name]) for name in ("I-1", "I-2", "I-3", "I-5")
    ]
    assert [one.scenario for one in plan.requirements.mandate if not one.criterion] == [texts["I-4"]]


def test_the_acceptance_of_the_issue_is_what_is_seen() -> None:
    plan, document = functional("feature with a checklist")
    assert plan.requirements is not None
    seen = [one.then[0] for one in plan.requirements.criteria]
    assert seen[:2] == [one.text for one in plan.obligations if one.id in ("I-6", "I-7")]
    assert all(one.given == (GIVEN,) for one in plan.requirements.criteria)
    assert "*Given* and *When* are filled in" in document
    whole, said = functional("given, when, then")
    assert whole.requirements is not None
    assert [(one.given, one.when, one.then) for one in whole.requirements.criteria] == [
        (("3 rows",), ("the report is made",), ("it ends with 6",))
    ]
    assert "filled in" not in said


@pytest.mark.parametrize("name", [*RECIPES, "feature with a checklist", "a path in the title", "tests only"])
def test_no_file_of_the_repository_is_named(name: str) -> None:
    _, document = functional(name)
    assert not [path for path in FILES if re.search(rf"(?<![\w.-]){re.escape(path)}(?!\w)", document)]


def test_streams_follow_the_tasks_and_name_who_builds() -> None:
    plan, _ = functional("feature with a checklist")
    assert plan.streams is not None
    assert [
        (one.id, one.agent, one.command, one.requirements, one.parallel_with) for one in plan.streams.streams
    ] == [
        ("WS-1", "software-engineer-python", "/implement", ("FR-1", "FR-2", "FR-3"), ("WS-2",)),
        ("WS-2", "software-engineer-python", "/implement", ("FR-4",), ("WS-1",)),
    ]
    assert [one.streams for one in plan.streams.groups] == [("WS-1", "WS-2")]


@pytest.mark.parametrize("name", USUAL)
def test_its_data_hold_the_published_schemas(name: str) -> None:
    outcome = composed(brief_of(name, "functional"))
    texts = {file.path.rpartition("/")[2]: file.text for file in outcome.files}
    jsonschema.validate(json.loads(texts["plan_output.json"]), plan_output_schema())
    progress = Progress.model_validate_json(texts["progress.json"])
    streams = json.loads(texts["plan_output.json"])["work_streams"]
    assert [one.id for one in progress.milestones] == [f"M-{one['id'].lower()}" for one in streams]


def test_without_a_known_language_nobody_is_said_to_build() -> None:
    brief = make_brief(
        Written("A total", "- [ ] a total is shown\n"), {"notes": "x"}, plan_format="functional"
    )
    outcome = composed(brief)
    document = next(file.text for file in outcome.files if file.path.endswith("/plan.md"))
    assert "> Not produced: Who does which requirement" in document
    assert not [file for file in outcome.files if file.path.endswith("progress.json")]


@pytest.mark.parametrize(
    ("branch", "head"),
    [
        ("ABC-12_export_reports", "**Task**: `ABC-12`\n\n**Branch**: `ABC-12_export_reports`\n\n"),
        ("main", "**Task**: `#42`\n\n**Branch**: `42-export-reports-as-csv`\n\n"),
        ("", "**Task**: `#42`\n\n**Branch**: `42-export-reports-as-csv`\n\n"),
    ],
)
def test_the_header_is_filled_from_branch_issue_and_day(branch: str, head: str) -> None:
    _, document = functional("feature with a checklist", branch)
    assert f"{head}**Feature**: Export reports as CSV\n\n**Created**: 2026-02-10\n" in document


def test_what_is_there_already_is_noted_by_name() -> None:
    plan, _ = functional("feature with a checklist")
    assert plan.requirements is not None
    assert plan.requirements.notes == (
        "Similar features exist, by their words: “cli”, “report”",
        "Available dependencies: `requests`",
        "External services, by these dependencies: HTTP services",
    )


def test_what_is_not_known_is_asked() -> None:
    plan, document = functional("a migration")
    assert [one.section for one in plan.not_produced] == [
        "Given and When", "Inputs and error cases", "Security", "Schema changes",
    ]  # fmt: skip
    assert "> Not produced: Which rules of the trade hold?" in document
    assert not any("Which files" in one.text for one in plan.questions)


def test_the_pull_request_says_what_comes_next() -> None:
    outcome = composed(brief_of("feature with a checklist", "functional"))
    for text in (outcome.body, outcome.pull_body):
        assert "**To settle first**: D-1: Should we use a semicolon or a comma?" in text
        assert "**Next**, once the plan is approved: `/implement` for WS-1." in text
    assert "/plan.md`" in outcome.pull_body.partition("## How to review")[2]
    assert "/overview.md" not in outcome.pull_body
    assert "When it is approved" not in composed(brief_of("feature with a checklist", "steps")).pull_body


def test_a_model_need_not_repeat_what_the_criteria_say() -> None:
    brief = brief_of("given, when, then", "functional")
    draft = draft_of(functional("given, when, then")[0], "functional")
    draft["requirements"] |= {"verification": [], "review": [], "mandate": []}
    made = candidate(json.dumps(draft), Facts(brief), Source("model:x/1", "x", "1", Usage()))
    assert not {"PLN111", "PLN703", "PLN704"} & {one.rule for one in made.findings}
    assert made.plan is not None
    wanted = made.plan.requirements
    assert wanted is not None
    assert (len(wanted.verification), len(wanted.review), len(wanted.mandate)) == (1, 1, 1)
    assert (wanted.header.branch, wanted.header.created) == ("42-a-total", "2026-02-10")


# --- no plan needed ----------------------------------------------------------------------------------------

TRIVIAL = {
    "a typo": Written("Typo in src/ledger/cli.py", "`to_text` is fine but `mian` should be `main`."),
    "all ticked": Written("Done", "## Tasks\n\n- [x] a thing is there\n"),
}


@pytest.mark.parametrize("name", TRIVIAL)
def test_no_plan_needed_is_one_plain_reason_whatever_the_format(name: str) -> None:
    said = {
        plan_format: composed(make_brief(TRIVIAL[name], plan_format=plan_format)) for plan_format in FORMATS
    }
    assert {(one.kind, one.files, one.pull_body) for one in said.values()} == {("unneeded", (), "")}
    assert len({one.body for one in said.values()}) == 1
    assert "\n" not in next(iter(said.values())).body
