"""One subject's GitHub as the pipeline uses it: look and apply, the calls it costs, and a lagging GitHub."""

from __future__ import annotations

import pytest

from bot.effects import (
    Changeset,
    Commit,
    EnsureBranch,
    EnsureCheckRun,
    EnsureComment,
    EnsurePullRequest,
    File,
    React,
    RemoveLabel,
)
from bot.errors import Transient, UserError
from bot.situation import Subject
from tests.github.workbench import FULL_NAME, SETTLE, Bench, Told
from workers.github.subject import SubjectAtGitHub

BRANCH = "groundplan/plan-1"
CHECK = "groundplan / contract"


def at_github(bench: Bench, handed: list[tuple[str, str]] | None = None) -> SubjectAtGitHub:
    given = handed if handed is not None else []
    return SubjectAtGitHub(
        app=bench.app(),
        subject=bench.subject,
        hint=Told(1, FULL_NAME),
        eyes=bench.eyes,
        ledger=bench.ledger,
        run=bench.take_over(),
        hand_over=lambda name, token: given.append((name, token)),
        settle_seconds=SETTLE,
        sleep=bench.clock.sleep,
    )


def story(bench: Bench, github: SubjectAtGitHub) -> None:
    """A plan from the label to the release, looking as often as the pipeline does."""
    run = github.run
    base = github.look(github.receipts()).repository.head_sha
    planning = EnsureComment(1, "status", bench.body("status", "Planning.", state="planning"))
    github.apply(Changeset("acknowledge", (React(1, "eyes"), planning)), run)
    github.hand_over_reading()
    for _ in range(2):
        github.look(github.receipts())
    publish = (
        EnsureBranch(BRANCH, base),
        Commit(BRANCH, "d1", base, "Plan", "Refs #1", (File("IMPLEMENTATION_PLAN.md", "x\n"),)),
        EnsurePullRequest(BRANCH, "main", "Plan", bench.body("plan", "The plan.", ask="LE_1")),
    )
    number = github.apply(Changeset("publish", publish), run)[2].number
    now = github.look(github.receipts())
    assert [pull.number for pull in now.pulls] == [number]
    proposed = EnsureComment(1, "status", bench.body("status", "Ready.", state="proposed"))
    check = EnsureCheckRun(CHECK, now.pulls[0].head_sha, "d1", "success", "Valid", "Fine.")
    github.apply(Changeset("finish", (check, proposed, RemoveLabel(1, "needs-plan", "LE_1"))), run)
    last = github.look(github.receipts())
    assert last.checked == {f"{CHECK}:{now.pulls[0].head_sha}:d1"}
    assert [comment.mark.get("state") for comment in last.comments] == ["proposed"]
    assert last.reacted


@pytest.mark.parametrize("lag", [0.0, 20.0])
def test_a_plan_costs_few_calls(bench: Bench, lag: float) -> None:
    with bench.sandbox.person("mona") as mona:
        mona.post(f"/repos/{FULL_NAME}/issues/1/labels", json={"labels": ["needs-plan"]}).raise_for_status()
    bench.sandbox.world.lag = lag
    bench.clock.sleep(30.0)
    bench.sandbox.api.journal.clear()
    story(bench, at_github(bench))
    journal = bench.sandbox.api.journal
    assert len(journal.writes()) == 8
    assert len(journal.reads()) <= (18 if lag == 0.0 else 25)
    assert len(journal.entries) - len(journal.writes()) - len(journal.reads()) <= 2, "one token of each kind"


def test_what_a_thinker_gets_can_only_read(bench: Bench) -> None:
    handed: list[tuple[str, str]] = []
    github = at_github(bench, handed)
    github.hand_over_reading()
    assert handed[0][0] == FULL_NAME
    with bench.sandbox.person("mona") as client:
        headers = {"authorization": f"token {handed[0][1]}"}
        path = f"/repos/{FULL_NAME}/issues/1/comments"
        assert client.post(path, json={"body": "x"}, headers=headers).status_code == 403
        assert client.get(path, headers=headers).status_code == 200


def test_looking_and_writing_use_tokens_of_their_own(bench: Bench) -> None:
    story(bench, at_github(bench))
    entries = [entry for entry in bench.sandbox.api.journal.entries if entry.kind == "installation"]
    assert {entry.repository_ids for entry in entries} == {(bench.repo.id,)}
    looks = [entry for entry in entries if entry.operation == "graphql repository"]
    assert {frozenset(entry.permissions.values()) for entry in looks} == {frozenset({"read"})}


def test_a_rename_between_look_and_apply_costs_one_more_look(bench: Bench) -> None:
    github = at_github(bench)
    github.look(github.receipts())
    repo = bench.repo
    bench.sandbox.world.state.former_names[repo.full_name] = repo.id
    repo.name = "gadgets"
    changes = Changeset("react", (React(1, "eyes"),))
    with pytest.raises(Transient):
        github.apply(changes, github.run)
    assert github.look(github.receipts()).repository.full_name == "acme/gadgets"
    assert github.apply(changes, github.run)[0].outcome == "created"


def test_an_app_that_was_removed_is_noticed_at_once(bench: Bench) -> None:
    github = at_github(bench)
    github.look(github.receipts())
    bench.sandbox.world.state.installations.clear()
    with pytest.raises(UserError) as said:
        at_github(bench).look({})
    assert said.value.code == "not-installed"


def test_a_hint_may_name_another_repository_of_the_installation(bench: Bench) -> None:
    """An installation brings many repositories at once, and their delivery hints at the first one only."""
    other = bench.sandbox.seed("acme/gadgets")
    github = at_github(bench)
    github.subject = Subject(other.id, 0)
    now = github.look({})
    assert (now.repository.full_name, now.repository.id) == ("acme/gadgets", other.id)


def test_a_look_knows_the_apps_name_and_the_time(bench: Bench) -> None:
    with bench.sandbox.person("mona") as mona:
        body = {"body": "@groundplan plan status"}
        mona.post(f"/repos/{FULL_NAME}/issues/1/comments", json=body).raise_for_status()
    now = at_github(bench).look({})
    assert now.at == bench.clock()
    assert [remark.author for remark in now.remarks] == ["mona"]


def test_nothing_is_applied_before_a_look(bench: Bench) -> None:
    github = at_github(bench)
    with pytest.raises(Transient):
        github.apply(Changeset("blind", (React(1, "eyes"),)), github.run)
