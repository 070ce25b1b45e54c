"""The stories of a repository, at the sandbox and through the real engine."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from bot.branches import CONFIGURE
from bot.config import CONFIG_PATH
from bot.effects import FORM_PATH, Changeset
from bot.errors import Transient
from bot.labels import LABELS
from bot.steps import Policy
from bot.steward import next_duty
from tests.github.workbench import FULL_NAME, SECRET
from tests.steward.estate import POLICY, Estate
from workers.github.apply import apply

STRIDE = 1 if os.environ.get("GROUNDPLAN_FULL") == "1" else 4
BROKEN = "lint:\n  supress: []\n"
WORSE = "lint:\n  supress: []\nreview:\n  rounds: many\n"
SOUND = "review:\n  rounds: 3\n"


def invited(estate: Estate) -> int:
    estate.tend()
    [pull] = estate.invitations()
    return int(pull["number"])


def merge(estate: Estate, number: int) -> None:
    estate.act("PUT", f"/pulls/{number}/merge", {"merge_method": "squash"})


def changes_of(estate: Estate) -> Changeset:
    step = next_duty(estate.house(), POLICY)
    assert isinstance(step, Changeset)
    return step


# The first pull request


def test_one_pull_request_and_nothing_else(estate: Estate) -> None:
    before = estate.labels()
    number = invited(estate)
    assert estate.files_of(number) == {CONFIG_PATH: "added", FORM_PATH: "added"}
    assert (estate.labels(), estate.complaints("all"), estate.said_on(1)) == (before, [], [])
    estate.sandbox.api.journal.clear()
    assert estate.tend() == f"#{number} is open"
    assert estate.written() == []


def test_it_is_merged_and_the_labels_are_made(estate: Estate) -> None:
    estate.act("POST", "/labels", {"name": "No-Plan", "color": "000000", "description": "ours"})
    number = invited(estate)
    merge(estate, number)
    assert estate.tend() == "all is in place"
    labels = estate.labels()
    assert labels.pop("No-Plan") == "ours"
    assert {name: says for name, (_, says) in LABELS.items() if name != "no-plan"}.items() <= labels.items()
    estate.act("DELETE", "/labels/needs-opinion")
    estate.tend()
    assert "needs-opinion" not in estate.labels()
    assert len(estate.invitations()) == 1


@pytest.mark.parametrize("forgetful", [False, True], ids=["remembering", "with its memory lost"])
@pytest.mark.parametrize("branch_gone", [False, True], ids=["branch there", "branch deleted"])
def test_closed_it_is_never_opened_again(estate: Estate, forgetful: bool, branch_gone: bool) -> None:
    number = invited(estate)
    estate.act("PATCH", f"/pulls/{number}", {"state": "closed"})
    if branch_gone:
        estate.act("DELETE", f"/git/refs/heads/{CONFIGURE}")
    if forgetful:
        estate.redis.flushall()
    estate.commit({"README.md": "# Changed\n"})
    estate.sandbox.api.journal.clear()
    assert estate.tend() == f"#{number} is closed"
    assert estate.written() == []


def test_labels_are_not_made_twice_when_our_memory_is_lost(estate: Estate) -> None:
    merge(estate, invited(estate))
    estate.tend()
    estate.redis.flushall()
    estate.sandbox.api.journal.clear()
    estate.tend()
    assert estate.written() == []


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({".github/ISSUE_TEMPLATE/plan.yml": "name: ours\n"}, {CONFIG_PATH}),
        ({".github/ISSUE_TEMPLATE/plan.yaml": "name: ours\n"}, {CONFIG_PATH}),
        ({".github/ISSUE_TEMPLATE": "a file\n"}, {CONFIG_PATH}),
        ({".github/ISSUE_TEMPLATE/bug.md": "a bug\n"}, {CONFIG_PATH, FORM_PATH}),
        ({".github": "a file\n"}, set()),
    ],
    ids=["our name", "our other name", "no folder of forms", "another form", "no folder"],
)
def test_what_stands_there_is_let_alone(
    estate: Estate, files: dict[str, str | bytes | None], wanted: set[str]
) -> None:
    estate.commit(files)
    estate.tend()
    assert {path for pull in estate.invitations() for path in estate.files_of(pull["number"])} == wanted


def archive(estate: Estate) -> None:
    estate.repo.archived = True


def fork(estate: Estate) -> None:
    estate.repo.fork = True


def empty(estate: Estate) -> None:
    estate.repo.refs.clear()


def without_issues(estate: Estate) -> None:
    estate.repo.has_issues = False


def configured(estate: Estate) -> None:
    estate.configure(SOUND)


def may_not_write(estate: Estate) -> None:
    estate.sandbox.installation(FULL_NAME).permissions["contents"] = "read"


def may_not_see(estate: Estate) -> None:
    for permission in ("contents", "pull_requests", "issues"):
        estate.sandbox.installation(FULL_NAME).permissions.pop(permission)


@pytest.mark.parametrize(
    "how", [archive, fork, empty, without_issues, configured, may_not_write, may_not_see]
)
def test_some_repositories_are_offered_nothing(estate: Estate, how: Callable[[Estate], None]) -> None:
    how(estate)
    estate.tend()
    assert [one for one in estate.written() if "label" not in one] == []


def test_the_operator_may_switch_it_off(estate: Estate) -> None:
    assert "operator" in estate.tend(Policy(SECRET, onboarding=False))
    assert estate.written() == []


def test_a_branch_of_somebody_else_is_let_alone(estate: Estate) -> None:
    estate.act("POST", "/git/refs", {"ref": f"refs/heads/{CONFIGURE}", "sha": estate.head})
    estate.commit({"app.py": "print(2)\n"}, CONFIGURE)
    assert "somebody else" in estate.tend()
    assert estate.invitations() == []


def test_a_branch_that_we_left_half_way_is_known_without_any_memory(estate: Estate) -> None:
    estate.sandbox.fault(method="POST", path="/pulls$", status=502, times=1)
    with pytest.raises(Transient):
        apply(changes_of(estate), estate.site())
    estate.redis.flushall()
    number = invited(estate)
    assert estate.act("GET", f"/pulls/{number}")["commits"] == 1


def test_a_pull_request_of_somebody_else_is_not_ours(estate: Estate) -> None:
    estate.act("POST", "/git/refs", {"ref": f"refs/heads/{CONFIGURE}", "sha": estate.head})
    estate.commit({"app.py": "print(2)\n"}, CONFIGURE)
    estate.act("POST", "/pulls", {"title": "Mine", "head": CONFIGURE, "base": "main"})
    assert estate.house().invitation is None


def test_lists_may_lag(estate: Estate) -> None:
    estate.sandbox.world.lag = 30.0
    assert estate.tend() == "a configuration was offered"
    estate.clock.sleep(60.0)
    assert estate.tend().endswith("is open")
    assert len(estate.invitations()) == 1


def test_it_is_found_under_its_new_name(estate: Estate) -> None:
    estate.house()
    repo = estate.repo
    estate.sandbox.world.state.former_names[repo.full_name] = repo.id
    repo.name = "gadgets"
    assert estate.house().repository.full_name == "acme/gadgets"


def test_a_look_costs_two_calls(estate: Estate) -> None:
    invited(estate)
    estate.house()
    estate.sandbox.api.journal.clear()
    estate.house()
    assert [entry.operation for entry in estate.sandbox.api.journal.entries] == [
        "graphql repository",
        "GET /repos/{owner}/{repo}/issues",
    ]


# A configuration that cannot be read


def test_a_broken_file_is_complained_of_until_it_is_right(estate: Estate) -> None:
    first = estate.configure(BROKEN)
    assert "says what is wrong" in estate.tend()
    [issue] = estate.complaints()
    assert "line 2, column 3" in issue["body"]
    assert f"/blob/{first}/{CONFIG_PATH}#L2" in issue["body"]

    estate.configure(WORSE)
    estate.tend()
    [again] = estate.complaints("all")
    assert again["number"] == issue["number"]
    assert "line 4, column 3" in again["body"]

    estate.configure(SOUND)
    assert estate.tend() == "all is in place"
    [closed] = estate.complaints("all")
    assert (closed["state"], closed["state_reason"]) == ("closed", "completed")
    [word] = estate.said_on(issue["number"])
    assert "can be read again" in word


def test_each_time_it_breaks_has_an_issue_of_its_own(estate: Estate) -> None:
    for _ in range(2):
        estate.configure(BROKEN)
        estate.tend()
        estate.configure(SOUND)
        estate.tend()
    estate.configure(BROKEN)
    estate.tend()
    assert [one["state"] for one in estate.complaints("all")] == ["closed", "closed", "open"]


def test_other_pushes_say_nothing_new(estate: Estate) -> None:
    estate.configure(BROKEN)
    estate.tend()
    estate.commit({"README.md": "# Changed\n"})
    estate.sandbox.api.journal.clear()
    estate.tend()
    assert estate.written() == []
    estate.redis.flushall()
    estate.tend()
    assert len(estate.complaints("all")) == 1


def test_taking_the_file_away_ends_it(estate: Estate) -> None:
    estate.configure(BROKEN)
    estate.tend()
    estate.configure(None)
    estate.tend()
    [issue] = estate.complaints("all")
    assert issue["state"] == "closed"
    assert "is gone" in estate.said_on(issue["number"])[0]


def test_who_closes_it_hears_no_more_until_the_file_changes(estate: Estate) -> None:
    estate.configure(BROKEN)
    estate.tend()
    [issue] = estate.complaints()
    estate.act("PATCH", f"/issues/{issue['number']}", {"state": "closed"})
    assert "people closed it" in estate.tend()
    estate.configure(WORSE)
    estate.tend()
    assert [one["state"] for one in estate.complaints("all")] == ["closed", "open"]


def test_who_takes_our_mark_out_is_let_be(estate: Estate) -> None:
    estate.configure(BROKEN)
    estate.tend()
    [issue] = estate.complaints()
    estate.act("PATCH", f"/issues/{issue['number']}", {"body": "We know."})
    estate.tend()
    estate.configure(SOUND)
    estate.tend()
    [left] = estate.complaints("all")
    assert (left["body"], left["state"]) == ("We know.", "open")


def test_a_copied_mark_is_nothing(estate: Estate) -> None:
    estate.configure(BROKEN)
    estate.tend()
    [issue] = estate.complaints()
    estate.act("POST", "/issues", {"title": "Mine", "body": issue["body"]})
    estate.configure(SOUND)
    estate.tend()
    assert [one["title"] for one in estate.act("GET", "/issues") if one["user"]["login"] == "mona"] == [
        "Mine",
        "Add a widget",
    ]
    assert estate.complaints() == []


def test_lagging_lists_make_no_second_issue_and_do_not_keep_it_open(estate: Estate) -> None:
    estate.sandbox.world.lag = 30.0
    estate.configure(BROKEN)
    estate.tend()
    estate.configure(SOUND)
    estate.tend()
    estate.sandbox.world.lag = 0.0
    assert [one["state"] for one in estate.complaints("all")] == ["closed"]


# Crashes


def offered(estate: Estate) -> None:
    [pull] = estate.invitations()
    assert estate.files_of(pull["number"]) == {CONFIG_PATH: "added", FORM_PATH: "added"}
    assert estate.act("GET", f"/pulls/{pull['number']}")["commits"] == 1


def told(estate: Estate) -> None:
    estate.sandbox.world.lag = 0.0
    [issue] = estate.complaints("all")
    assert issue["state"] == "open"


def ended(estate: Estate) -> None:
    [issue] = estate.complaints("all")
    assert issue["state"] == "closed"
    assert len(estate.said_on(issue["number"])) == 1


def labelled(estate: Estate) -> None:
    assert set(LABELS) <= set(estate.labels())


def nothing(estate: Estate) -> None:
    pass


def broken(estate: Estate) -> None:
    estate.configure(BROKEN)


def broken_and_lagging(estate: Estate) -> None:
    estate.configure(BROKEN)
    estate.sandbox.world.lag = 20.0


def mended(estate: Estate) -> None:
    estate.configure(BROKEN)
    estate.tend()
    estate.configure("labels:\n  states: false\n")


def accepted(estate: Estate) -> None:
    merge(estate, invited(estate))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("before", "holds"),
    [(nothing, offered), (broken, told), (broken_and_lagging, told), (mended, ended), (accepted, labelled)],
    ids=["offering", "complaining", "complaining unseen", "ending", "labelling"],
)
def test_no_crash_doubles_or_loses_anything(
    estate: Estate, before: Callable[[Estate], None], holds: Callable[[Estate], None], after: bool
) -> None:
    first = estate.sandbox.snapshot()
    at, died = (0 if STRIDE == 1 else int(after)), True
    while died:
        estate.sandbox.restore(first)
        estate.redis.flushall()
        before(estate)
        died = estate.tend_with_a_crash(at, after)
        holds(estate)
        at += STRIDE
    assert at > 4
