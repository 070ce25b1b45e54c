"""The client the project uses, signed in as the App, through the flow that ends in a plan pull request."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial

import pytest
from githubkit.exception import GraphQLFailed, RequestFailed

from sandbox import Sandbox
from tests.sandbox.story import REPO, app_client

COMMIT = """
mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url signature { isValid } } ref { name } }
}
"""


def commit_input(head: str, **files: str) -> dict[str, object]:
    additions = [
        {"path": path, "contents": base64.b64encode(text.encode()).decode()} for path, text in files.items()
    ]
    return {
        "branch": {"repositoryNameWithOwner": REPO, "branchName": "plan/1"},
        "expectedHeadOid": head,
        "message": {"headline": "Plan"},
        "fileChanges": {"additions": additions},
    }


def test_from_issue_to_pull_request(sandbox: Sandbox) -> None:
    with sandbox.person("maya") as maya, app_client(sandbox) as github:
        maya.post(
            f"/repos/{REPO}/issues",
            json={"title": "Add colours", "body": "Please.", "labels": ["needs-plan"]},
        )
        rest = github.rest
        issue = rest.issues.get("acme", "widgets", 1).parsed_data
        assert [label.name for label in issue.labels if not isinstance(label, str)] == ["needs-plan"]
        assert rest.reactions.create_for_issue("acme", "widgets", 1, content="eyes").status_code == 201
        assert rest.reactions.create_for_issue("acme", "widgets", 1, content="eyes").status_code == 200
        comment = rest.issues.create_comment("acme", "widgets", 1, body="On it").parsed_data
        assert comment.user is not None
        assert (comment.user.login, comment.user.type) == ("groundplan[bot]", "Bot")
        assert comment.performed_via_github_app is not None
        rest.issues.update_comment("acme", "widgets", comment.id, body="Done")

        head = rest.git.get_ref("acme", "widgets", "heads/main").parsed_data.object_.sha
        rest.git.create_ref("acme", "widgets", ref="refs/heads/plan/1", sha=head)
        made = github.graphql(COMMIT, {"input": commit_input(head, **{"plans/1.md": "# Plan\n"})})
        new = made["createCommitOnBranch"]["commit"]
        assert new["signature"] == {"isValid": True}
        pull = rest.pulls.create(
            "acme", "widgets", title="Plan", head="plan/1", base="main", body="Refs #1", draft=True
        ).parsed_data
        assert pull.head.sha == new["oid"]
        run = rest.checks.create(
            "acme",
            "widgets",
            name="plan",
            head_sha=new["oid"],
            status="completed",
            conclusion="success",
            output={"title": "Fine", "summary": "All good"},
        ).parsed_data
        assert run.conclusion == "success"
        assert rest.checks.list_for_ref("acme", "widgets", "plan/1").parsed_data.total_count == 1
        files = rest.pulls.list_files("acme", "widgets", pull.number).parsed_data
        assert [(one.filename, one.status, one.additions) for one in files] == [("plans/1.md", "added", 1)]
    assert sandbox.read(REPO, "plan/1", "plans/1.md") == "# Plan\n"
    assert sandbox.read(REPO, "main", "plans/1.md") is None
    assert sandbox.violations == []


def test_a_stale_head_is_refused_and_changes_nothing(sandbox: Sandbox) -> None:
    with app_client(sandbox) as github:
        head = github.rest.git.get_ref("acme", "widgets", "heads/main").parsed_data.object_.sha
        github.rest.git.create_ref("acme", "widgets", ref="refs/heads/plan/1", sha=head)
        sandbox.commit(REPO, "plan/1", {"x": "human"}, author="maya")
        before = sandbox.observable(REPO)
        with pytest.raises(GraphQLFailed) as failed:
            github.graphql(COMMIT, {"input": commit_input(head, x="robot")})
    assert failed.value.response.errors is not None
    assert failed.value.response.errors[0].type == "STALE_DATA"
    assert sandbox.observable(REPO) == before


def test_a_missing_branch_is_not_made_by_a_commit(sandbox: Sandbox) -> None:
    with app_client(sandbox) as github:
        head = github.rest.git.get_ref("acme", "widgets", "heads/main").parsed_data.object_.sha
        with pytest.raises(GraphQLFailed):
            github.graphql(COMMIT, {"input": commit_input(head, x="y")})
    assert list(sandbox.observable(REPO)["refs"]) == ["refs/heads/main"]


def test_natural_keys_are_refused_in_githubs_words(sandbox: Sandbox) -> None:
    with app_client(sandbox) as github:
        head = github.rest.git.get_ref("acme", "widgets", "heads/main").parsed_data.object_.sha
        branch = partial(github.rest.git.create_ref, "acme", "widgets", ref="refs/heads/plan/1", sha=head)
        pull = partial(github.rest.pulls.create, "acme", "widgets", title="t", head="plan/1", base="main")
        branch()
        assert "Reference already exists" in refused(branch)
        assert "No commits between main and plan/1" in refused(pull)
        sandbox.commit(REPO, "plan/1", {"x": "y"}, author="maya")
        pull()
        assert "A pull request already exists for acme:plan/1." in refused(pull)
    assert sandbox.violations == []


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RequestFailed) as failed:
        call()
    assert failed.value.response.status_code == 422
    return failed.value.response.text


def test_a_narrowed_token_can_only_what_it_was_given(sandbox: Sandbox) -> None:
    sandbox.seed("acme/secret")
    with app_client(sandbox, repositories=["widgets"], permissions={"issues": "read"}) as github:
        assert github.rest.issues.list_for_repo("acme", "widgets").status_code == 200
        with pytest.raises(RequestFailed) as failed:
            github.rest.issues.create("acme", "widgets", title="no")
        assert failed.value.response.status_code == 403
        assert failed.value.response.headers["x-accepted-github-permissions"] == "issues=write"
        with pytest.raises(RequestFailed) as hidden:
            github.rest.issues.list_for_repo("acme", "secret")
        assert hidden.value.response.status_code == 404
    assert sandbox.journal.entries[-1].permissions == {"metadata": "read", "issues": "read"}
    assert sandbox.violations == []


def test_reviews_threads_and_replies(sandbox: Sandbox) -> None:
    with app_client(sandbox) as github, sandbox.person("maya") as maya:
        head = github.rest.git.get_ref("acme", "widgets", "heads/main").parsed_data.object_.sha
        github.rest.git.create_ref("acme", "widgets", ref="refs/heads/plan/1", sha=head)
        github.graphql(COMMIT, {"input": commit_input(head, **{"plans/1.md": "a\nb\nc\n"})})
        number = github.rest.pulls.create(
            "acme", "widgets", title="P", head="plan/1", base="main"
        ).parsed_data.number
        review = maya.post(
            f"/repos/{REPO}/pulls/{number}/reviews",
            json={
                "event": "REQUEST_CHANGES",
                "body": "Not yet",
                "comments": [{"path": "plans/1.md", "line": 2, "body": "Why b?"}],
            },
        )
        assert (review.status_code, review.json()["state"]) == (200, "CHANGES_REQUESTED")
        top = github.rest.pulls.list_review_comments("acme", "widgets", number).parsed_data[0]
        answer = github.rest.pulls.create_reply_for_review_comment(
            "acme", "widgets", number, top.id, body="Because."
        )
        assert answer.parsed_data.in_reply_to_id == top.id
        with pytest.raises(RequestFailed):
            github.rest.pulls.create_reply_for_review_comment(
                "acme", "widgets", number, answer.parsed_data.id, body="again"
            )
        found = github.graphql(
            """query($n: Int!) { repository(owner: "acme", name: "widgets") { pullRequest(number: $n) {
                 reviewDecision
                 reviewThreads(first: 10) { nodes {
                   id isResolved comments(first: 5) { totalCount } } } } } }""",
            {"n": number},
        )["repository"]["pullRequest"]
        assert found["reviewDecision"] == "CHANGES_REQUESTED"
        thread = found["reviewThreads"]["nodes"][0]
        assert thread["comments"]["totalCount"] == 2
        resolved = github.graphql(
            "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }",
            {"id": thread["id"]},
        )
        assert resolved["resolveReviewThread"]["thread"] == {"isResolved": True}
    assert sandbox.violations == []


def test_merging_joins_both_sides_and_closes_what_it_says_it_closes(sandbox: Sandbox) -> None:
    with sandbox.person("maya") as maya:
        for title in ("closed by the merge", "only mentioned"):
            maya.post(f"/repos/{REPO}/issues", json={"title": title})
        head = maya.get(f"/repos/{REPO}/git/ref/heads/main").json()["object"]["sha"]
        maya.post(f"/repos/{REPO}/git/refs", json={"ref": "refs/heads/side", "sha": head})
        sandbox.commit(REPO, "side", {"docs/guide.md": "ONE\ntwo\nthree\n"}, author="maya")
        sandbox.commit(REPO, "main", {"docs/guide.md": "Uno\ntwo\nthree\n"}, author="maya")
        body = "Fixes #1\nRefs #2"
        number = maya.post(
            f"/repos/{REPO}/pulls", json={"title": "S", "head": "side", "base": "main", "body": body}
        ).json()["number"]
        conflict = maya.put(f"/repos/{REPO}/pulls/{number}/merge", json={})
        assert conflict.status_code == 405
        sandbox.commit(REPO, "main", {"docs/guide.md": "one\ntwo\nthree\n", "new.md": "new\n"}, author="maya")
        assert maya.put(f"/repos/{REPO}/pulls/{number}/merge", json={}).json()["merged"] is True
        assert sandbox.read(REPO, "main", "docs/guide.md") == "ONE\ntwo\nthree\n"
        assert sandbox.read(REPO, "main", "new.md") == "new\n"
        states = [maya.get(f"/repos/{REPO}/issues/{one}").json()["state"] for one in (1, 2)]
    assert states == ["closed", "open"]
    assert sandbox.violations == []
