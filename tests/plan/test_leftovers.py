"""What an earlier plan of an issue left behind: untouched documents go, edited ones and others' stay."""

from __future__ import annotations

from itertools import permutations

import pytest

from bot.effects import PLAN_FILE, is_removable
from bot.plan.audited import documents
from bot.plan.contract import contract_path
from bot.plan.fanout import fanout_path
from bot.plan.formats import FORMATS
from bot.plan.leftovers import leftovers
from bot.plan.model import Plan
from tests.plan.samples import small_plan, task, webhook_plan

Files = dict[str, str]


def written(plan: Plan, plan_format: str, files: Files) -> Files:
    whole = FORMATS[plan_format].whole(plan)
    return {file.path: file.text for file in documents(whole, plan_format, files)}


def left(before: Files, plan: Plan, plan_format: str) -> tuple[set[str], set[str]]:
    made = FORMATS[plan_format].files(FORMATS[plan_format].whole(plan), before)
    found = leftovers(made, plan.issue, before)
    assert all(map(is_removable, found.removed))
    return set(found.removed), set(found.kept)


@pytest.mark.parametrize(("old", "new"), [*permutations(FORMATS, 2)])
def test_another_format_takes_the_place_of_the_first(old: str, new: str) -> None:
    before = written(webhook_plan(), old, {})
    after = written(webhook_plan(), new, before)
    assert left(before, webhook_plan(), new) == (set(before) - set(after), set())


@pytest.mark.parametrize("plan_format", FORMATS)
def test_another_title_takes_the_place_of_the_first(plan_format: str) -> None:
    before = written(webhook_plan(), plan_format, {})
    renamed = webhook_plan().model_copy(update={"title": "Send again", "slug": "send-again"})
    removed, kept = left(before, renamed, plan_format)
    assert kept == set()
    assert removed == {path for path in before if "retry-webhook" in path}
    assert left(before, webhook_plan(), plan_format) == (set(), set())


def test_what_people_edited_and_what_is_theirs_stays() -> None:
    before = written(webhook_plan(), "roadmap", {})
    [tasks] = [path for path in before if path.endswith("/tasks.md")]
    theirs = tasks.replace("tasks.md", "notes.md")
    before |= {tasks: before[tasks] + "\nMaya: mind the queue.\n", theirs: "Notes.\n"}
    removed, kept = left(before, webhook_plan(), "steps")
    assert kept == {tasks}
    assert removed == {path for path in before if path.startswith("specs/")} - {tasks, theirs}
    words = leftovers(documents(webhook_plan(), "steps", {}), 412, before).words()
    assert f"Kept, for somebody edited them since the earlier plan: `{tasks}`" in words
    assert f"`{tasks.replace('tasks', 'overview')}`" in words


def test_ticks_are_kept_unless_the_new_plan_takes_them_over() -> None:
    before = written(webhook_plan(), "steps", {})
    [steps] = [path for path in before if path.endswith("/steps.md")]
    before[steps] = before[steps].replace("- [ ]", "- [x]", 1)
    assert left(before, webhook_plan(), "roadmap") == (set(), {steps})
    renamed = webhook_plan().model_copy(update={"slug": "send-again"})
    assert left(before, renamed, "steps") == ({steps}, set())
    assert (
        "- [x]" in written(renamed, "steps", before)[steps.replace("retry-webhook-deliveries", "send-again")]
    )


def test_a_fan_out_file_that_is_no_longer_made_goes() -> None:
    two, one = small_plan(task("T1"), task("T2")), small_plan()
    assert left(written(two, "roadmap", {}), one, "roadmap") == ({fanout_path(12)}, set())


@pytest.mark.parametrize("contract", [None, "", "{}", "not JSON"])
def test_without_the_earlier_contract_nothing_is_ours(contract: str | None) -> None:
    before = written(webhook_plan(), "roadmap", {})
    del before[contract_path(412)]
    before |= {} if contract is None else {contract_path(412): contract}
    assert left(before, webhook_plan(), "steps") == (set(), set())


def test_plans_of_other_issues_and_the_shared_file_are_never_touched() -> None:
    before = written(small_plan(issue=41), "roadmap", {}) | written(webhook_plan(), "export", {})
    removed, kept = left(before, webhook_plan(), "roadmap")
    assert (removed, kept) == ({"EXPORT/plan_retry-webhook-deliveries.md"}, set())
    assert not is_removable(PLAN_FILE)
    assert not is_removable("src/app.py")
