"""People do not wait: what they do before, during and after the writing of a plan decides how it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.scenarios.town import BODY, Town

Act = Callable[[Town, int], object]
STOPPED = "### ⏹️ Planning stopped"
READY = "### 📝 Plan ready for review"


def transfer(town: Town, number: int) -> None:
    town.sandbox.seed("acme/other", {"README.md": "# Other\n"}, collaborators={"maya": "maintain"})
    town.control("issues/transfer", number=number, to="acme/other")


def delete(town: Town, number: int) -> None:
    town.control("issues/delete", number=number)


ENDINGS: dict[str, tuple[Act, str, str]] = {
    "closed": (Town.close_issue, "The issue is closed.", "reopen it, then put `needs-plan` on again"),
    "opted out": (
        lambda town, number: town.label(number, "no-plan"),
        "The label `no-plan` is on the issue.",
        "take it off, then put `needs-plan` on again",
    ),
    "unlabelled": (
        Town.unlabel,
        "The label `needs-plan` was taken off.",
        "put `needs-plan` on to start again",
    ),
    "locked": (Town.lock, "The conversation is locked.", "unlock it, then put `needs-plan` on again"),
}
LABELS_LEFT = {"opted out": ["no-plan"]}
ACTS: dict[str, Act] = {name: ending[0] for name, ending in ENDINGS.items()} | {
    "transferred": transfer,
    "deleted": delete,
    "edited": lambda town, number: town.edit(number, body=BODY + "\nMore.\n"),
    "renamed": lambda town, number: town.edit(number, title="Another title"),
}


def labelled(town: Town) -> int:
    number = town.open_issue()
    town.label(number)
    town.notice(number)
    return number


def noticed(town: Town, act: Act, number: int) -> Callable[[], None]:
    """The act and the delivery that tells of it."""

    def happens() -> None:
        act(town, number)
        town.notice(number)

    return happens


def said_stopped(why: str, next_step: str) -> str:
    return f"{STOPPED}\n\n{why}\n\n**Next:** {next_step} _(maintainers)_"


@pytest.mark.parametrize("name", ["closed", "opted out"])
def test_stopped_before_planning(town: Town, name: str) -> None:
    act, why, next_step = ENDINGS[name]
    number = labelled(town)
    act(town, number)
    town.run()
    assert town.status(number) == said_stopped(why, next_step)
    assert town.labels(number) == LABELS_LEFT.get(name, [])
    assert town.bill == []


@pytest.mark.parametrize("name", ["unlabelled", "locked"])
def test_quiet_before_planning(town: Town, name: str) -> None:
    """Nobody asks any more, or nobody may be answered."""
    number = labelled(town)
    ENDINGS[name][0](town, number)
    town.run()
    assert town.comments(number) == []
    assert town.labels(number) == []
    assert town.bill == []


@pytest.mark.parametrize("name", ENDINGS)
def test_stopped_while_planning(town: Town, name: str) -> None:
    act, why, next_step = ENDINGS[name]
    number = labelled(town)
    town.while_planning(noticed(town, act, number))
    town.run()
    assert town.status(number) == said_stopped(why, next_step)
    assert town.labels(number) == LABELS_LEFT.get(name, [])
    assert town.pulls() == []
    assert town.branches() == ["main"]


@pytest.mark.parametrize("name", ENDINGS)
def test_asked_again_after_it_was_stopped(town: Town, name: str) -> None:
    number = labelled(town)
    town.while_planning(noticed(town, ENDINGS[name][0], number))
    town.run()
    town.edit(number, state="open")
    if name == "locked":
        town.act("DELETE", f"/issues/{number}/lock")
    if name == "opted out":
        town.unlabel(number, "no-plan")
    town.ask_again(number)
    assert town.status(number).startswith(READY)
    assert [pull["head"]["ref"] for pull in town.pulls()] == ["groundplan/plan-1"]


@pytest.mark.parametrize("name", ["transferred", "deleted"])
@pytest.mark.parametrize("when", ["before", "while"])
def test_an_issue_that_goes_away_is_let_go(town: Town, name: str, when: str) -> None:
    number = labelled(town)
    if when == "before":
        ACTS[name](town, number)
    else:
        town.while_planning(noticed(town, ACTS[name], number))
    town.run()
    assert town.pulls() == []
    assert town.branches() == ["main"]
    assert town.parked() == 0


def test_a_transferred_issue_can_be_planned_where_it_went(town: Town) -> None:
    number = labelled(town)
    town.while_planning(noticed(town, transfer, number))
    town.run()
    town.full_name = "acme/other"
    town.repo = town.sandbox.world.repository("acme/other") or town.repo
    town.ask_again(1)
    assert town.statuses(1)[-1].startswith(("### 📝", "### ❓"))
    assert town.labels(1) == []


@pytest.mark.parametrize(
    ("edit", "seen"),
    [({"title": "Another title"}, "Another title"), ({"body": BODY.replace("jsonl", "ndjson")}, "ndjson")],
    ids=["title", "body"],
)
def test_edited_while_planning_the_plan_is_of_the_new_text(
    town: Town, edit: dict[str, str], seen: str
) -> None:
    number = labelled(town)
    town.while_planning(noticed(town, lambda town, number: town.edit(number, **edit), number))
    town.run()
    [pull] = town.pulls()
    assert seen in (town.file(pull["head"]["ref"], "IMPLEMENTATION_PLAN.md") or "")
    assert len(town.bill) == 2
    assert town.status(number).startswith(READY)


@pytest.mark.parametrize("name", [name for name in ACTS if name not in ("transferred", "deleted")])
def test_between_branch_and_pull_request_the_plan_still_comes(town: Town, name: str) -> None:
    """The work is done and the branch is there: a plan that nobody can see would be worse."""
    number = labelled(town)
    with town.before("POST", "/pulls$", noticed(town, ACTS[name], number)):
        town.run()
    [pull] = town.pulls()
    assert town.status(number).startswith(f"{READY}\n\nThe plan is #{pull['number']}.")
    assert town.labels(number) == LABELS_LEFT.get(name, [])
    assert town.checks() == [("groundplan / contract", "success")]
    assert len(town.bill) == 1


@pytest.mark.parametrize("name", ["transferred", "deleted"])
def test_gone_between_branch_and_pull_request(town: Town, name: str) -> None:
    number = labelled(town)
    with town.before("POST", "/pulls$", noticed(town, ACTS[name], number)):
        town.run()
    assert [pull["state"] for pull in town.pulls()] == ["open"]
    assert town.parked() == 0


def test_the_label_off_and_on_again_while_planning_is_one_plan(town: Town) -> None:
    number = labelled(town)

    def press_twice() -> None:
        town.unlabel(number)
        town.label(number)
        town.notice(number)

    town.while_planning(press_twice)
    town.run()
    assert len(town.pulls()) == 1
    assert town.status(number).startswith(READY)
    assert town.labels(number) == []


def test_our_comment_deleted_by_somebody_is_made_once_more(town: Town) -> None:
    number = labelled(town)

    def delete_status() -> None:
        [comment] = town.act("GET", f"/issues/{number}/comments")
        town.act("DELETE", f"/issues/comments/{comment['id']}")
        town.notice(number)

    town.while_planning(delete_status)
    town.run()
    assert town.status(number).startswith(READY)
