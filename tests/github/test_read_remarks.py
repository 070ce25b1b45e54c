"""Commands in comments: whose count, when, where, and how it is known that they have their answer."""

from __future__ import annotations

from typing import Literal

import pytest

from bot.commands import MOST_COMMANDS
from bot.effects import React
from bot.situation import Situation
from sandbox.clock import stamp
from tests.github.people import BRANCH, call, comment, comments, publish, push, robot_comment
from tests.github.workbench import FULL_NAME, Bench
from workers.github.read_comments import MOST_REMARKS

DAY = 24 * 3600.0


def verbs(now: Situation) -> list[str]:
    return [command.verb for remark in now.remarks for command in remark.commands]


def test_a_command_is_read_with_who_wrote_it_where_and_when(bench: Bench) -> None:
    number = comment(bench, "Well then.\n\n/plan as steps deep leave the importer alone")
    (remark,) = bench.look().remarks
    assert (remark.id, remark.number, remark.where, remark.author) == (number, 1, "issue", "mona")
    assert (remark.at, remark.edited, remark.seen) == (stamp(bench.clock()), False, False)
    assert remark.url.endswith(f"#issuecomment-{number}")
    (command,) = remark.commands
    assert (command.verb, command.format, command.profile) == ("plan", "steps", "deep")


def test_the_app_may_be_named_instead(bench: Bench) -> None:
    comment(bench, "@groundplan plan status")
    comment(bench, "@somebody-else plan status")
    assert verbs(bench.look()) == ["status"]


@pytest.mark.parametrize("text", ["/plan", "@groundplan plan status\n/decide B"])
def test_bots_give_no_commands(bench: Bench, text: str) -> None:
    robot_comment(bench, text)
    robot_comment(bench, text, login="groundplan[bot]")
    assert bench.look().remarks == ()


@pytest.mark.parametrize(
    "text",
    ["nothing", "", "`/plan`", "> /plan", "```\n/plan\n```", "<!--\n/plan\n-->", "see /plan", "\u00a0/plan"],
)
def test_other_talk_is_no_remark(bench: Bench, text: str) -> None:
    comment(bench, text or "\u200b")
    assert bench.look().remarks == ()


def test_thirty_comments_of_chatter_cost_and_say_nothing(bench: Bench) -> None:
    comments(bench, [f"I think /plan number {number} is best, @groundplan is a bot" for number in range(30)])
    assert bench.look().remarks == ()
    assert bench.calls_of_a_look() == ["graphql repository"]


@pytest.mark.parametrize("content", ["rocket", "confused"])
def test_our_own_reaction_says_that_it_has_its_answer(
    bench: Bench, content: Literal["rocket", "confused"]
) -> None:
    first, second = comment(bench, "/plan"), comment(bench, "/plan status")
    bench.apply(React(1, content, first))
    assert [remark.id for remark in bench.look().remarks] == [second]


def test_our_eyes_say_that_it_was_seen(bench: Bench) -> None:
    bench.apply(React(1, "eyes", comment(bench, "/plan")))
    assert [remark.seen for remark in bench.look().remarks] == [True]


def test_nobody_else_can_answer_for_us(bench: Bench) -> None:
    number = comment(bench, "/plan")
    for content in ("rocket", "confused", "eyes"):
        call(bench, "POST", f"/issues/comments/{number}/reactions", "eve", content=content)
    assert [(remark.id, remark.seen) for remark in bench.look().remarks] == [(number, False)]


def test_what_was_changed_later_is_told(bench: Bench) -> None:
    number = comment(bench, "Hello.")
    bench.clock.sleep(5.0)
    call(bench, "PATCH", f"/issues/comments/{number}", body="/plan")
    assert [remark.edited for remark in bench.look().remarks] == [True]


def test_only_the_last_three_days_are_heard(bench: Bench) -> None:
    old = comment(bench, "/plan")
    bench.clock.sleep(3 * DAY - 60.0)
    young = comment(bench, "/plan status")
    assert [remark.id for remark in bench.look().remarks] == [old, young]
    bench.clock.sleep(61.0)
    assert [remark.id for remark in bench.look().remarks] == [young]


def test_nothing_from_before_the_installation_is_heard(bench: Bench) -> None:
    comment(bench, "/plan")
    bench.sandbox.installation(FULL_NAME).created_at = bench.clock() + 60.0
    bench.clock.sleep(120.0)
    later = comment(bench, "/plan status")
    assert [remark.id for remark in bench.look().remarks] == [later]


def test_a_deleted_account_gives_no_commands(bench: Bench) -> None:
    comment(bench, "/plan")
    bench.repo.issues[1].comments[0].author = "gone"
    now = bench.look()
    assert (now.remarks, now.roles) == ((), {})


def test_the_repository_may_call_the_command_otherwise(bench: Bench) -> None:
    files = {".github/groundplan.yml": "commands:\n  prefix: map\n"}
    bench.sandbox.commit(FULL_NAME, "main", {**files}, author="acme")
    comment(bench, "/map status")
    comment(bench, "/plan status")
    assert verbs(bench.look()) == ["status"]


def test_a_broken_configuration_leaves_the_usual_command(bench: Bench) -> None:
    files = {".github/groundplan.yml": "commands: [\n"}
    bench.sandbox.commit(FULL_NAME, "main", {**files}, author="acme")
    comment(bench, "/plan doctor")
    assert verbs(bench.look()) == ["doctor"]


def test_a_command_on_the_third_page_is_found(bench: Bench) -> None:
    comments(bench, [*(f"chatter {number}" for number in range(204)), "/plan help"])
    assert verbs(bench.look()) == ["help"]


def test_a_huge_comment_holds_only_so_many(bench: Bench) -> None:
    comment(bench, "/plan status\n" * 5_000)
    comment(bench, "/" * 60_000)
    comment(bench, "@\n" * 30_000)
    found = bench.look().remarks
    assert len(found[0].commands) == MOST_COMMANDS
    assert all(not command.verb for remark in found[1:] for command in remark.commands)


def test_of_a_flood_the_oldest_come_first(bench: Bench) -> None:
    numbers = comments(bench, ["/plan"] * (MOST_REMARKS + 5))
    assert [remark.id for remark in bench.look().remarks] == numbers[:MOST_REMARKS]


def test_a_command_on_the_plan_is_heard_at_the_issue_and_at_the_pull_request(bench: Bench) -> None:
    pull = publish(bench)
    number = comment(bench, "/plan refresh", pull)
    at_the_issue, at_the_pull = bench.look(), bench.look(number=pull)
    for now in (at_the_issue, at_the_pull):
        assert [(one.id, one.number, one.where) for one in now.remarks] == [(number, pull, "plan")]
    assert at_the_pull.proposal is not None
    assert at_the_pull.proposal.plan_of == 1
    assert at_the_issue.roles == {"mona": "write"}


def test_a_command_after_the_merge_is_still_heard(bench: Bench) -> None:
    pull = publish(bench)
    call(bench, "PUT", f"/pulls/{pull}/merge")
    comment(bench, "/plan status", pull)
    now = bench.look()
    assert (verbs(now), now.talk) == (["status"], None)


def test_somebody_elses_pull_request_on_a_plan_branch_is_no_plan(bench: Bench) -> None:
    call(bench, "POST", "/git/refs", ref=f"refs/heads/{BRANCH}", sha=bench.head)
    push(bench, x_md="x")
    pull = call(bench, "POST", "/pulls", head=BRANCH, base="main", title="Plan")["number"]
    comment(bench, "/plan refresh", pull)
    looked_at = bench.look(number=pull)
    assert looked_at.proposal is not None
    assert (looked_at.proposal.plan_of, looked_at.remarks, bench.look().remarks) == (0, (), ())
