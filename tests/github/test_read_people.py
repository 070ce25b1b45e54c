"""What people may do, asked when their word waits; and who changed an issue's text after the ask."""

from __future__ import annotations

import pytest

from sandbox import control
from sandbox.clock import stamp
from tests.github.people import call, comment, publish, review, robot_comment
from tests.github.workbench import FULL_NAME, Bench

PERMISSION = "GET /repos/{owner}/{repo}/collaborators/{username}/permission"


def label(bench: Bench, login: str = "mona") -> None:
    call(bench, "POST", "/issues/1/labels", login, labels=["needs-plan"])


def give(bench: Bench, login: str, role: str, custom: str = "") -> None:
    given = {"repository": FULL_NAME, "login": login, "role": role, "custom_role": custom}
    control.set_collaborator(bench.sandbox, given)


@pytest.mark.parametrize("role", ["read", "triage", "write", "maintain", "admin"])
def test_a_role_is_told_by_its_name(bench: Bench, role: str) -> None:
    give(bench, "ann", role)
    comment(bench, "/plan", login="ann")
    assert bench.look().roles == {"ann": role}


def test_everybody_may_read_what_is_public_and_nobody_what_is_not(bench: Bench) -> None:
    comment(bench, "/plan", login="eve")
    assert bench.look().roles == {"eve": "read"}
    bench.repo.private = True
    assert bench.look().roles == {"eve": "none"}


@pytest.mark.parametrize("name", ["code-wizard", "admin", "maintain", "write"])
def test_a_role_of_somebodys_own_making_is_worth_what_it_rests_on(bench: Bench, name: str) -> None:
    give(bench, "ann", "read", name)
    comment(bench, "/plan", login="ann")
    assert bench.look().roles == {"ann": "read"}


def test_people_are_asked_about_once_however_much_they_say(bench: Bench) -> None:
    label(bench)
    for text in ("/plan", "/plan status", "/plan help"):
        comment(bench, text)
    comment(bench, "/plan", login="eve")
    assert bench.calls_of_a_look().count(PERMISSION) == 2
    assert bench.look().roles == {"mona": "write", "eve": "read"}


def test_a_role_is_never_older_than_the_look(bench: Bench) -> None:
    comment(bench, "/plan", login="ann")
    before = bench.look().roles
    give(bench, "ann", "admin")
    assert (before, bench.look().roles) == ({"ann": "read"}, {"ann": "admin"})


def test_who_is_unknown_by_now_has_no_role(bench: Bench) -> None:
    comment(bench, "/plan", login="ann")
    bench.sandbox.fault("status", path="/collaborators/ann/permission", status=404)
    assert bench.look().roles == {"ann": "none"}


def test_bots_are_not_asked_about_and_pass_for_nobody(bench: Bench) -> None:
    world = bench.sandbox.world
    world.add_user("mona[bot]", kind="Bot")
    label(bench)
    bench.repo.issues[1].label_events[-1].actor = "mona[bot]"
    robot_comment(bench, "/plan", login="mona[bot]")
    now = bench.look()
    assert now.issue is not None
    assert now.issue.ask is not None
    assert (now.issue.ask.actor, now.roles) == ("mona[bot]", {})


def test_the_label_tells_who_and_when(bench: Bench) -> None:
    label(bench)
    issue = bench.look().issue
    assert issue is not None
    assert issue.ask is not None
    assert (issue.ask.actor, issue.ask.at) == ("mona", stamp(bench.clock()))


def edit(bench: Bench, login: str, **changes: str) -> str:
    """Change the issue a while later; when that was."""
    bench.clock.sleep(10.0)
    give(bench, login, bench.sandbox.world.role(bench.repo, login))
    issue = bench.repo.issues[1]
    owner, issue.author = issue.author, login
    call(bench, "PATCH", "/issues/1", login, **changes)
    issue.author = owner
    return stamp(bench.clock())


def test_an_untouched_issue_tells_of_no_editor(bench: Bench) -> None:
    issue = bench.look().issue
    assert issue is not None
    assert (issue.edited_at, issue.editor) == ("", "")


@pytest.mark.parametrize("part", ["title", "body"])
def test_a_change_after_the_ask_is_told_with_the_role_of_whoever_made_it(bench: Bench, part: str) -> None:
    label(bench)
    at = edit(bench, "eve", **{part: "Do something else."})
    now = bench.look()
    assert now.issue is not None
    assert (now.issue.edited_at, now.issue.editor) == (at, "eve")
    assert now.roles == {"mona": "write", "eve": "read"}


def test_nobodys_change_hides_behind_anothers(bench: Bench) -> None:
    label(bench)
    at = edit(bench, "eve", body="Do something else.")
    edit(bench, "mona", title="A better title")
    edit(bench, "mona", title="An even better title")
    issue = bench.look().issue
    assert issue is not None
    assert (issue.edited_at, issue.editor) == (at, "eve")


def test_a_bots_change_hides_nobodys(bench: Bench) -> None:
    label(bench)
    at = edit(bench, "eve", body="Do something else.")
    edit(bench, "mona", title="Tidied")
    bench.sandbox.world.add_user("tidy[bot]", kind="Bot")
    bench.repo.issues[1].title_events[-1].actor = "tidy[bot]"
    issue = bench.look().issue
    assert issue is not None
    assert (issue.edited_at, issue.editor) == (at, "eve")


def test_changes_from_before_the_ask_are_past(bench: Bench) -> None:
    at = edit(bench, "eve", body="Do something else.")
    bench.clock.sleep(10.0)
    label(bench)
    now = bench.look()
    assert now.issue is not None
    assert now.issue.ask is not None
    assert now.issue.edited_at == at < now.issue.ask.at
    assert now.roles == {"mona": "write"}


def test_a_command_asks_as_well_as_the_label(bench: Bench) -> None:
    comment(bench, "/plan")
    edit(bench, "eve", body="Do something else.")
    assert bench.look().roles == {"mona": "write", "eve": "read"}


def test_an_editor_whose_account_is_gone_has_no_role(bench: Bench) -> None:
    label(bench)
    edit(bench, "eve", body="Do something else.")
    bench.repo.issues[1].editor = "gone"
    now = bench.look()
    assert now.issue is not None
    assert (now.issue.editor, now.roles) == ("ghost", {"mona": "write"})


def test_reviewers_are_asked_about_while_their_word_waits(bench: Bench) -> None:
    pull = publish(bench)
    review(bench, pull, "COMMENT", "Interesting.", login="eve")
    assert bench.look().roles == {}
    review(bench, pull, "REQUEST_CHANGES", login="mona")
    review(bench, pull, "APPROVE", login="acme")
    review(bench, pull, "COMMENT", "@groundplan, shorter please", login="ann")
    review(bench, pull, "REQUEST_CHANGES", "[no groundplan]", login="eve")
    assert bench.look().roles == {"mona": "write", "acme": "admin", "ann": "read"}
    for one in bench.repo.issues[pull].pull.reviews:  # type: ignore[union-attr]
        one.commit_id = bench.head
    assert "acme" not in bench.look().roles, "an approval of another commit is void"
