"""Reviews of a plan, people's edits and approvals, told as people see them."""

from __future__ import annotations

from typing import Any

from tests.scenarios.town import Town

PLAN = "IMPLEMENTATION_PLAN.md"


def planned(town: Town) -> tuple[int, int, str]:
    """An issue, its open plan pull request and that one's branch."""
    number = town.ask()
    [pull] = town.pulls()
    return number, int(pull["number"]), str(pull["head"]["ref"])


def commits(town: Town, pull: int) -> list[str]:
    return [one["commit"]["message"].partition("\n")[0] for one in town.act("GET", f"/pulls/{pull}/commits")]


def below(text: str, heading: str) -> int:
    """The number of the first line of text below a heading."""
    lines = text.splitlines()
    at = lines.index(heading)
    return next(number for number, line in enumerate(lines, 1) if number > at + 1 and line)


def edited(text: str, heading: str, more: str) -> str:
    """The text with a few words more in the first line below a heading."""
    lines = text.splitlines()
    lines[below(text, heading) - 1] += more
    return "\n".join(lines) + "\n"


def suggestion(text: str, heading: str, more: str) -> dict[str, Any]:
    """A review comment that suggests a few words more there."""
    line = below(text, heading)
    wanted = text.splitlines()[line - 1] + more
    return {"path": PLAN, "line": line, "side": "RIGHT", "body": f"```suggestion\n{wanted}\n```"}


def test_six_threads_are_one_revision_with_six_replies(town: Town) -> None:
    number, pull, branch = planned(town)
    text = town.file(branch, PLAN) or ""
    places = [at for at, line in enumerate(text.splitlines(), 1) if line.strip()][3:33:5]
    comments = [
        {"path": PLAN, "line": line, "side": "RIGHT", "body": f"Why number {at}?"}
        for at, line in enumerate(places)
    ]
    town.review(pull, comments=comments)
    town.run()
    threads = town.threads(pull)
    assert len(threads) == 6
    for thread in threads:
        assert [who for who, _ in thread["said"]] == ["rita", town.sandbox.world.bot.login]
        assert not thread["resolved"]
    assert len(commits(town, pull)) <= 2
    before = town.observable()
    town.notice(number)
    town.run()
    assert town.observable() == before


def test_a_suggestion_is_taken_over_and_its_thread_resolved(town: Town) -> None:
    number, pull, branch = planned(town)
    text = town.file(branch, PLAN) or ""
    town.review(pull, comments=[suggestion(text, "### Objective", ", carefully")])
    town.run()
    assert "JSON lines, carefully\n" in (town.file(branch, PLAN) or "")
    assert "JSON lines, carefully" in (town.file(branch, f".agent/planning-output-{number}.json") or "")
    [thread] = town.threads(pull)
    assert thread["resolved"]
    assert "Done in" in thread["said"][-1][1]
    assert len(commits(town, pull)) == 2
    assert town.checks() == [("groundplan / contract", "success")] * 2
    assert "Revision" in town.act("GET", f"/pulls/{pull}")["body"]


def test_a_comment_review_asks_for_nothing(town: Town) -> None:
    _, pull, _ = planned(town)
    town.review(pull, "COMMENT", "Looks odd to me.")
    town.review(pull, "REQUEST_CHANGES", "Leave this to us. [no groundplan]")
    town.run()
    assert len(commits(town, pull)) == 1
    assert town.answers(pull) == []


def test_a_review_of_a_reader_is_refused_with_who_may(town: Town) -> None:
    _, pull, _ = planned(town)
    town.review(pull, "REQUEST_CHANGES", "Drop T2.", who="olga")
    town.run()
    [answer] = town.answers(pull)
    assert "triage or more" in answer
    assert len(commits(town, pull)) == 1


def test_an_edit_between_two_revisions_survives(town: Town) -> None:
    number, pull, branch = planned(town)
    mine = "# Our own words, which nobody may touch\n\n- one\n* two\n"
    town.commit(branch, {PLAN: mine + edited(town.file(branch, PLAN) or "", "### Objective", " (as agreed)")})
    town.clock.now += 60
    town.notice(number)
    town.run()
    after = town.file(branch, PLAN) or ""
    assert after.startswith(mine)
    assert "JSON lines (as agreed)\n" in after
    assert "JSON lines (as agreed)" in (town.file(branch, f".agent/planning-output-{number}.json") or "")
    assert len(commits(town, pull)) == 3
    town.review(pull, comments=[suggestion(after, "### Objective", ", later")])
    town.run()
    last = town.file(branch, PLAN) or ""
    assert last.startswith(mine)
    assert "JSON lines (as agreed), later\n" in last
    assert len(commits(town, pull)) == 4


def test_groundplan_waits_until_people_are_done_pushing(town: Town) -> None:
    number, pull, branch = planned(town)
    town.clock.now += 100
    town.commit(branch, {PLAN: edited(town.file(branch, PLAN) or "", "### Objective", " soon")})
    town.notice(number)
    town.look()
    assert len(commits(town, pull)) == 2
    town.run()
    assert len(commits(town, pull)) == 3


def test_hold_keeps_groundplan_off_the_branch(town: Town) -> None:
    number, pull, branch = planned(town)
    town.say(pull, "/plan hold")
    town.run()
    town.commit(branch, {PLAN: edited(town.file(branch, PLAN) or "", "### Objective", " soon")})
    town.clock.now += 100
    town.notice(number)
    town.run()
    assert len(commits(town, pull)) == 2
    town.say(pull, "/plan hold cancel")
    town.run()
    assert len(commits(town, pull)) == 3


def test_an_approval_is_of_one_commit(town: Town) -> None:
    number, pull, branch = planned(town)
    town.review(pull, "APPROVE", "Good.")
    town.run()
    assert "approved by rita" in town.status_comment(number)
    assert town.states(number) == ["plan/approved"]
    head = str(town.act("GET", f"/pulls/{pull}")["head"]["sha"])
    town.commit(branch, {"notes.txt": "x"})
    town.clock.now += 60
    town.notice(number)
    town.run()
    assert "Its approval was for" in town.status_comment(number)
    assert town.states(number) == ["plan/review"]
    [answer] = town.answers(pull)
    assert head[:12] in answer


def test_an_approval_of_a_reader_counts_for_nothing(town: Town) -> None:
    number, pull, _ = planned(town)
    town.review(pull, "APPROVE", who="olga")
    town.review(pull, "APPROVE", who="tom")
    town.run()
    assert "approved" not in town.status_comment(number)


def test_what_is_approved_is_merged_where_the_repository_wants_that(town: Town) -> None:
    town.commit("main", {".github/groundplan.yml": "merge: {auto: true}\n"})
    number, pull, _ = planned(town)
    town.review(pull, "APPROVE")
    town.run()
    assert town.act("GET", f"/pulls/{pull}")["merged"] is True
    assert "was merged" in town.status_comment(number)
