"""Reading a situation from the sandbox: all that is decided on, in few calls, nothing that is not ours."""

from __future__ import annotations

import re

import pytest

from bot.branches import MAX_ROUNDS
from bot.effects import Commit, EnsureBranch, EnsureCheckRun, EnsureComment, EnsurePullRequest, File, React
from bot.errors import Transient, UserError
from bot.situation import Subject
from tests.github.workbench import FULL_NAME, Bench, Told
from workers.github.queries import situation_query
from workers.github.read import read_situation
from workers.github.reading import Known

BRANCH = "groundplan/plan-1"


def label(bench: Bench, name: str = "needs-plan") -> None:
    with bench.sandbox.person("mona") as mona:
        mona.post(f"/repos/{FULL_NAME}/issues/1/labels", json={"labels": [name]}).raise_for_status()


def publish(bench: Bench) -> int:
    """A branch, a commit and a pull request of ours; its number."""
    receipts = bench.apply(
        EnsureBranch(BRANCH, bench.head),
        Commit(BRANCH, "d1", bench.head, "Plan", "", (File("IMPLEMENTATION_PLAN.md", "x\n"),)),
        EnsurePullRequest(BRANCH, "main", "Plan", bench.body("plan", "The plan.", ask="LE_1")),
    )
    return receipts[2].number


def test_the_query_has_a_place_for_every_round() -> None:
    wanted = [str(round_) for round_ in range(1, MAX_ROUNDS + 1)]
    for name in (r"\$branch(\d+): String!", r"\$ref(\d+): String!", r"pulls(\d+): ", r"head(\d+): "):
        assert re.findall(name, situation_query()) == wanted
    assert re.findall(r"headRefName: \$branch(\d+)", situation_query()) == wanted


def test_an_issue_that_was_just_labelled(bench: Bench) -> None:
    label(bench)
    now = bench.look()
    assert now.issue is not None
    assert now.issue.ask is not None
    assert (now.issue.title, now.issue.body, now.issue.state, now.issue.locked) == (
        "Add a widget",
        "Please.",
        "open",
        False,
    )
    assert (now.issue.author, now.issue.ask.actor, now.issue.labels) == ("mona", "mona", ("needs-plan",))
    assert now.repository.head_sha == bench.head
    assert (now.repository.full_name, now.repository.default_branch) == (FULL_NAME, "main")
    assert (now.pulls, now.comments, now.reacted, now.checked, now.branch_heads) == (
        (),
        (),
        False,
        frozenset(),
        {},
    )


def test_one_query_is_enough_for_a_quiet_issue(bench: Bench) -> None:
    with bench.sandbox.person("mona") as mona:
        body = {"body": "I like this; see `/plan`."}
        mona.post(f"/repos/{FULL_NAME}/issues/1/comments", json=body).raise_for_status()
    assert bench.calls_of_a_look() == ["graphql repository"]


def test_a_label_costs_one_question_more_who_put_it_on(bench: Bench) -> None:
    label(bench)
    assert bench.calls_of_a_look() == [
        "graphql repository",
        "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
    ]
    assert bench.look().roles == {"mona": "write"}


def test_a_pull_request_that_is_no_plan_costs_no_comments(bench: Bench) -> None:
    with bench.sandbox.person("mona") as mona:
        ref = {"ref": "refs/heads/topic", "sha": bench.head}
        mona.post(f"/repos/{FULL_NAME}/git/refs", json=ref).raise_for_status()
        bench.sandbox.commit(FULL_NAME, "topic", {"x.md": "x"}, author="mona")
        body = {"head": "topic", "base": "main", "title": "A change"}
        number = mona.post(f"/repos/{FULL_NAME}/pulls", json=body).json()["number"]
    calls = bench.calls_of_a_look(number)
    assert calls.count("graphql repository") == 1
    proposal = bench.look(number=number).proposal
    assert proposal is not None
    assert proposal.plan_of == 0


def test_the_repository_itself_is_a_subject_without_issue(bench: Bench) -> None:
    number = publish(bench)
    now = bench.look(number=0)
    assert (now.issue, now.proposal, now.subject.number) == (None, None, 0)
    assert [(one.issue, one.number) for one in now.siblings] == [(1, number)]
    assert bench.calls_of_a_look(0) == ["graphql repository"]


def test_each_press_of_the_label_is_its_own_ask(bench: Bench) -> None:
    asks = set()
    for _ in range(3):
        label(bench)
        issue = bench.look().issue
        assert issue is not None
        assert issue.ask is not None
        asks.add(issue.ask.id)
        with bench.sandbox.person("mona") as mona:
            mona.delete(f"/repos/{FULL_NAME}/issues/1/labels/needs-plan").raise_for_status()
        after = bench.look().issue
        assert after is not None
        assert after.ask is None
    assert len(asks) == 3


def test_another_label_is_no_ask(bench: Bench) -> None:
    label(bench)
    first = bench.look().issue
    label(bench, "bug")
    second = bench.look().issue
    assert first is not None
    assert second is not None
    assert first.ask == second.ask


def test_a_label_without_its_event_is_an_ask_all_the_same(bench: Bench) -> None:
    label(bench)
    bench.sandbox.world.lag = 1_000.0
    issue = bench.look().issue
    assert issue is not None
    assert issue.ask is not None
    assert issue.ask.id == "label"


def test_labels_are_the_same_in_any_case(bench: Bench) -> None:
    label(bench, "Needs-Plan")
    issue = bench.look().issue
    assert issue is not None
    assert issue.labels == ("needs-plan",)
    assert issue.ask is not None


def test_what_we_did_is_seen(bench: Bench) -> None:
    label(bench)
    bench.apply(React(1, "eyes"), EnsureComment(1, "status", bench.body("status", "Hi", state="planning")))
    number = publish(bench)
    head = bench.repo.refs[f"refs/heads/{BRANCH}"]
    bench.apply(EnsureCheckRun("groundplan / contract", head, "d1", "success", "Valid", "Fine."))
    now = bench.look()
    assert now.reacted
    assert [(comment.mark.kind, comment.mark.get("state")) for comment in now.comments] == [
        ("status", "planning")
    ]
    assert now.branch_heads == {BRANCH: head}
    assert now.checked == {f"groundplan / contract:{head}:d1"}
    pull = now.pulls[0]
    assert (pull.number, pull.branch, pull.state, pull.head_sha, pull.base) == (
        number,
        BRANCH,
        "open",
        head,
        "main",
    )
    assert pull.mark is not None
    assert pull.mark.get("ask") == "LE_1"


def test_what_others_made_to_look_like_ours_is_not(bench: Bench) -> None:
    bench.apply(EnsureBranch(BRANCH, bench.head))
    bench.sandbox.commit(FULL_NAME, BRANCH, {"x.md": "x"}, author="mona")
    body = bench.body("plan", "Mine.", ask="LE_1")
    with bench.sandbox.person("mona") as mona:
        mona.post(
            f"/repos/{FULL_NAME}/pulls", json={"head": BRANCH, "base": "main", "title": "Plan", "body": body}
        ).raise_for_status()
        for text in (bench.body("status", "Mine.", state="planning"), "<!-- groundplan:status sig=00 -->"):
            mona.post(f"/repos/{FULL_NAME}/issues/1/comments", json={"body": text}).raise_for_status()
        mona.post(f"/repos/{FULL_NAME}/issues/1/reactions", json={"content": "eyes"}).raise_for_status()
    now = bench.look()
    assert (now.pulls, now.comments, now.reacted) == ((), (), False)


def test_a_broken_mark_leaves_our_pull_request_ours(bench: Bench) -> None:
    number = publish(bench)
    with bench.sandbox.person("mona") as mona:
        mona.patch(f"/repos/{FULL_NAME}/pulls/{number}", json={"body": "rewritten"}).raise_for_status()
    assert [(pull.number, pull.mark) for pull in bench.look().pulls] == [(number, None)]


def test_all_pages_of_comments_are_read(bench: Bench) -> None:
    with bench.sandbox.person("mona") as mona:
        for n in range(230):
            mona.post(
                f"/repos/{FULL_NAME}/issues/1/comments", json={"body": f"chatter {n}"}
            ).raise_for_status()
    bench.apply(EnsureComment(1, "status", bench.body("status", "Hi", state="planning")))
    assert len(bench.look().comments) == 1


def test_merged_and_closed_pull_requests_are_told_apart(bench: Bench) -> None:
    number = publish(bench)
    with bench.sandbox.person("mona") as mona:
        mona.put(f"/repos/{FULL_NAME}/pulls/{number}/merge", json={}).raise_for_status()
    assert [pull.state for pull in bench.look().pulls] == ["merged"]


def test_a_lagging_list_is_helped_by_our_receipts(bench: Bench) -> None:
    bench.sandbox.world.lag = 1_000.0
    comment = bench.apply(EnsureComment(1, "status", bench.body("status", "Hi", state="planning")))[0]
    number = publish(bench)
    head = bench.repo.refs[f"refs/heads/{BRANCH}"]
    assert (bench.look().pulls, bench.look().comments) == ((), ())
    check = f"groundplan / contract:{head}:d1"
    now = bench.look(Known(pulls={BRANCH: number}, comments=[comment.id], checks=[check]))
    assert [pull.number for pull in now.pulls] == [number]
    assert [one.id for one in now.comments] == [comment.id]
    assert now.checked == {check}


def test_receipts_of_what_is_gone_bring_nothing_back(bench: Bench) -> None:
    now = bench.look(Known(pulls={BRANCH: 99}, comments=[99], checks=["a:b:c"]))
    assert (now.pulls, now.comments, now.checked) == ((), (), frozenset())


@pytest.mark.parametrize("how", ["deleted", "transferred", "pull request", "never"])
def test_an_issue_that_is_none_is_none(bench: Bench, how: str) -> None:
    number = 1
    if how == "deleted":
        bench.repo.issues[1].deleted = True
    elif how == "transferred":
        other = bench.sandbox.seed("acme/other")
        bench.repo.issues[1].moved_to = (other.id, 1)
    elif how == "pull request":
        number = publish(bench)
    else:
        number = 404
    app = bench.app()
    installation = bench.installation(app)
    subject = Subject(bench.repo.id, number)
    now = read_situation(app.reading(installation), subject, installation, bench.eyes, app.app_id)
    assert now.issue is None
    assert (now.proposal is not None) == (how == "pull request")


def test_a_pull_request_is_read_with_what_it_changes(bench: Bench) -> None:
    number = publish(bench)
    app = bench.app()
    installation = bench.installation(app)
    subject = Subject(bench.repo.id, number)
    now = read_situation(app.reading(installation), subject, installation, bench.eyes, app.app_id)
    assert now.proposal is not None
    assert (now.proposal.state, now.proposal.fresh_plan) == ("open", True)
    assert now.proposal.paths
    assert now.proposal.base_sha == bench.head


def test_states_of_the_issue_and_the_repository(bench: Bench) -> None:
    with bench.sandbox.person("acme") as owner:
        owner.patch(f"/repos/{FULL_NAME}/issues/1", json={"state": "closed", "body": None}).raise_for_status()
        owner.put(f"/repos/{FULL_NAME}/issues/1/lock").raise_for_status()
    bench.repo.archived = bench.repo.private = True
    now = bench.look()
    assert now.issue is not None
    assert (now.issue.state, now.issue.locked) == ("closed", True)
    assert (now.repository.archived, now.repository.private) == (True, True)


def test_a_repository_without_commits(bench: Bench) -> None:
    bench.repo.refs.clear()
    assert bench.look().repository.head_sha == ""


def test_a_renamed_repository_is_read_by_its_id(bench: Bench) -> None:
    app = bench.app()
    installation = bench.installation(app)
    subject, repo = bench.subject, bench.repo
    repo.name = "gadgets"
    bench.sandbox.seed(FULL_NAME)
    now = read_situation(app.reading(installation), subject, installation, bench.eyes, app.app_id)
    assert (now.repository.full_name, now.repository.id) == ("acme/gadgets", subject.repo_id)
    assert now.issue is not None


def test_missing_permissions_do_not_hide_the_issue(bench: Bench) -> None:
    granted = bench.sandbox.installation(FULL_NAME).permissions
    for name in ("pull_requests", "checks", "contents"):
        del granted[name]
    now = bench.look()
    assert now.issue is not None
    assert now.missing_permissions == ("contents: write", "pull_requests: write", "checks: write")


def test_without_issues_there_is_nothing_to_look_at(bench: Bench) -> None:
    del bench.sandbox.installation(FULL_NAME).permissions["issues"]
    with pytest.raises(UserError) as said:
        bench.look()
    assert said.value.code == "missing-permission"


def test_trouble_at_github_is_transient(bench: Bench) -> None:
    bench.look()
    bench.sandbox.fault("status", path="/graphql", status=502)
    with pytest.raises(Transient):
        bench.look()


def test_hints_can_be_old(bench: Bench) -> None:
    app = bench.app()
    assert app.installation(bench.subject, Told(1, FULL_NAME)).id == bench.sandbox.installation(FULL_NAME).id
