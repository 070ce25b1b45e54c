"""What a conversation needs of GitHub: edits and who made them, reactions on reviews, roles, merging."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from sandbox import Sandbox
from tests.sandbox.story import REPO, Clock, walk_through_a_life
from tests.sandbox.test_graphql import run

REPOSITORY = f"/repos/{REPO}"
ISSUES = f"{REPOSITORY}/issues"
PULL = """query($n: Int!) {
  repository(owner: "acme", name: "widgets") { pullRequest(number: $n) { FIELDS } } }"""
REACT = """mutation($id: ID!, $content: ReactionContent!) {
  addReaction(input: {subjectId: $id, content: $content}) { subject { id } } }"""


def told(client: httpx.Client, number: int, fields: str, kind: str = "pullRequest") -> dict[str, Any]:
    query = PULL.replace("FIELDS", fields).replace("pullRequest", kind)
    found: dict[str, Any] = run(client, query, n=number)["data"]["repository"][kind]
    return found


def open_pull(sandbox: Sandbox, client: httpx.Client, branch: str = "plan/1") -> int:
    head = client.get(f"{REPOSITORY}/git/ref/heads/main").json()["object"]["sha"]
    client.post(f"{REPOSITORY}/git/refs", json={"ref": f"refs/heads/{branch}", "sha": head})
    sandbox.commit(REPO, branch, {"plan.md": "a\nb\n"}, author="maya")
    made = client.post(f"{REPOSITORY}/pulls", json={"title": "P", "head": branch, "base": "main"})
    number: int = made.json()["number"]
    return number


# Who changed what, and when


def test_only_a_changed_text_counts_as_edited(maya: httpx.Client, olga: httpx.Client, clock: Clock) -> None:
    maya.post(ISSUES, json={"title": "t", "body": "b"})
    edited = "lastEditedAt editor { login }"
    for same in ({"title": "u"}, {"body": "b"}, {"labels": ["bug"]}, {"state": "closed"}):
        clock.now += 60
        maya.patch(f"{ISSUES}/1", json=same)
        assert told(maya, 1, edited, "issue") == {"lastEditedAt": None, "editor": None}
    clock.now += 60
    with_body = maya.patch(f"{ISSUES}/1", json={"body": "c"}).json()
    assert told(maya, 1, edited, "issue") == {
        "lastEditedAt": with_body["updated_at"],
        "editor": {"login": "maya"},
    }
    clock.now += 60
    maya.post(f"{ISSUES}/1/comments", json={"body": "later"})
    assert told(maya, 1, edited, "issue")["lastEditedAt"] == with_body["updated_at"]


def test_a_comment_is_edited_when_its_text_was_changed(
    maya: httpx.Client, bot: httpx.Client, clock: Clock
) -> None:
    maya.post(ISSUES, json={"title": "t"})
    comment = maya.post(f"{ISSUES}/1/comments", json={"body": "/plan"}).json()["id"]
    fields = "comments(first: 5) { nodes { lastEditedAt editor { login } } }"
    clock.now += 60
    bot.post(f"{ISSUES}/comments/{comment}/reactions", json={"content": "eyes"})
    maya.patch(f"{ISSUES}/comments/{comment}", json={"body": "/plan"})
    untouched = [{"lastEditedAt": None, "editor": None}]
    assert told(maya, 1, fields, "issue")["comments"]["nodes"] == untouched
    maya.patch(f"{ISSUES}/comments/{comment}", json={"body": "/plan stop"})
    (now,) = told(maya, 1, fields, "issue")["comments"]["nodes"]
    assert (now["lastEditedAt"] is None, now["editor"]) == (False, {"login": "maya"})


def test_titles_are_in_the_timeline_with_who_gave_them(
    sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client
) -> None:
    number = open_pull(sandbox, bot)
    bot.patch(f"{REPOSITORY}/pulls/{number}", json={"title": "Q"})
    maya.patch(f"{REPOSITORY}/pulls/{number}", json={"title": "R", "body": "x"})
    bot.post(f"{ISSUES}/{number}/labels", json={"labels": ["bug"]})
    fields = """timelineItems(last: 5, itemTypes: [RENAMED_TITLE_EVENT]) { nodes { ... on RenamedTitleEvent {
        previousTitle currentTitle actor { __typename login } } } }"""
    renamed = told(bot, number, fields)["timelineItems"]["nodes"]
    assert [(one["previousTitle"], one["currentTitle"], one["actor"]["login"]) for one in renamed] == [
        ("P", "Q", "groundplan"),
        ("Q", "R", "maya"),
    ]
    both = told(bot, number, "timelineItems(first: 9) { nodes { __typename } }")["timelineItems"]["nodes"]
    assert [one["__typename"] for one in both] == ["RenamedTitleEvent", "RenamedTitleEvent", "LabeledEvent"]


# Reviews


def test_reviews_take_reactions_by_graphql_alone(
    sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client
) -> None:
    number = open_pull(sandbox, bot)
    url = f"{REPOSITORY}/pulls/{number}/reviews"
    review = maya.post(url, json={"event": "REQUEST_CHANGES", "body": "no"}).json()
    for _ in range(2):
        assert "errors" not in run(bot, REACT, id=review["node_id"], content="EYES")
    run(maya, REACT, id=review["node_id"], content="ROCKET")
    fields = (
        "reviews(first: 5) { nodes { reactionGroups { content viewerHasReacted reactors { totalCount } } } }"
    )
    (groups,) = [one["reactionGroups"] for one in told(bot, number, fields)["reviews"]["nodes"]]
    found = {one["content"]: (one["viewerHasReacted"], one["reactors"]["totalCount"]) for one in groups}
    assert (found["EYES"], found["ROCKET"], found["HEART"]) == ((True, 1), (False, 1), (False, 0))
    assert bot.post(f"{url}/{review['id']}/reactions", json={"content": "eyes"}).status_code == 404


def test_a_review_needs_write_permission_for_a_reaction(
    sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client
) -> None:
    number = open_pull(sandbox, bot)
    review = maya.post(f"{REPOSITORY}/pulls/{number}/reviews", json={"event": "COMMENT", "body": "x"}).json()
    reading = sandbox.token(REPO, {"pull_requests": "read"})
    bot.headers["authorization"] = f"Bearer {reading}"
    refused = run(bot, REACT, id=review["node_id"], content="EYES")
    assert "not accessible by integration" in refused["errors"][0]["message"]


def test_an_edited_review_says_so(sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client) -> None:
    number = open_pull(sandbox, bot)
    url = f"{REPOSITORY}/pulls/{number}/reviews"
    review = maya.post(url, json={"event": "COMMENT", "body": "one"}).json()
    assert maya.put(f"{url}/{review['id']}", json={"body": "two"}).json()["body"] == "two"
    (now,) = told(bot, number, "reviews(first: 5) { nodes { body editor { login } } }")["reviews"]["nodes"]
    assert now == {"body": "two", "editor": {"login": "maya"}}
    with sandbox.person("carl") as carl:
        assert carl.put(f"{url}/{review['id']}", json={"body": "mine"}).status_code == 403
    actions = [json.loads(one.payload)["action"] for one in sandbox.deliveries if "review" in one.event]
    assert actions == ["submitted", "edited"]


# Roles


@pytest.mark.parametrize(
    ("role", "coarse"),
    [
        ("read", "read"),
        ("triage", "read"),
        ("write", "write"),
        ("maintain", "write"),
        ("admin", "admin"),
        ("none", "none"),
    ],
)
def test_every_role_and_its_coarse_permission(
    sandbox: Sandbox, bot: httpx.Client, role: str, coarse: str
) -> None:
    set_role = {"repository": REPO, "login": "rita", "role": role}
    bot.post("/_sandbox/collaborators", json=set_role)
    shown = bot.get(f"{REPOSITORY}/collaborators/rita/permission").json()
    assert (shown["permission"], shown["role_name"], shown["user"]["login"]) == (coarse, role, "rita")
    bot.post("/_sandbox/collaborators", json={**set_role, "custom_role": "plan-editor"})
    custom = bot.get(f"{REPOSITORY}/collaborators/rita/permission").json()
    assert (custom["permission"], custom["role_name"]) == (coarse, "plan-editor")
    assert custom["user"]["permissions"] == shown["user"]["permissions"]
    assert sandbox.violations == []


def test_strangers_read_what_is_public_and_nobodies_are_not_found(
    sandbox: Sandbox, bot: httpx.Client
) -> None:
    sandbox.world.add_user("olga")
    assert bot.get(f"{REPOSITORY}/collaborators/olga/permission").json()["role_name"] == "read"
    assert bot.get(f"{REPOSITORY}/collaborators/nobody/permission").status_code == 404
    repo = sandbox.world.repository(REPO)
    assert repo is not None
    repo.private = True
    assert bot.get(f"{REPOSITORY}/collaborators/olga/permission").json()["permission"] == "none"


# Labels


def test_labels_are_unique_and_checked(maya: httpx.Client) -> None:
    url = f"{REPOSITORY}/labels"
    assert (
        maya.post(url, json={"name": "Bug", "color": "ffffff"}).json()["errors"][0]["code"]
        == "already_exists"
    )
    assert maya.patch(f"{url}/bug", json={"new_name": "question"}).status_code == 422
    assert maya.patch(f"{url}/bug", json={"color": "red"}).status_code == 422
    renamed = maya.patch(f"{url}/bug", json={"new_name": "BUG", "color": "ABCDEF"}).json()
    assert (renamed["name"], renamed["color"]) == ("BUG", "abcdef")
    assert maya.get(f"{url}/bug").json()["name"] == "BUG"


def test_issues_are_listed_by_who_opened_them_and_by_every_label(
    sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client
) -> None:
    bot.post(ISSUES, json={"title": "ours", "labels": ["bug", "question"]})
    maya.post(ISSUES, json={"title": "theirs", "labels": ["bug", "question"]})
    bot.post(ISSUES, json={"title": "half", "labels": ["bug"]})
    bot.patch(f"{ISSUES}/1", json={"state": "closed", "state_reason": "not_planned"})
    query = {"creator": "groundplan[bot]", "labels": "bug,question"}
    assert bot.get(ISSUES, params=query).json() == []
    (found,) = bot.get(ISSUES, params={**query, "state": "all"}).json()
    assert (found["title"], found["state_reason"]) == ("ours", "not_planned")


# Commits and merging


def test_commits_of_a_pull_request_say_whose_they_are(
    sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client
) -> None:
    number = open_pull(sandbox, bot)
    git = f"{REPOSITORY}/git"
    head = bot.get(f"{git}/ref/heads/plan/1").json()["object"]["sha"]
    tree = bot.post(f"{git}/trees", json={"base_tree": head, "tree": []}).json()["sha"]
    author = {"name": "x", "email": sandbox.world.bot.email}
    for own in ({}, {"author": author}):
        body = {"message": "m", "tree": tree, "parents": [head], **own}
        head = bot.post(f"{git}/commits", json=body).json()["sha"]
    bot.patch(f"{git}/refs/heads/plan/1", json={"sha": head})
    fields = """commits(first: 9) { nodes { commit {
        author { user { login databaseId } } signature { isValid wasSignedByGitHub } } } }"""
    found = [one["commit"] for one in told(bot, number, fields)["commits"]["nodes"]]
    ours = {"login": "groundplan[bot]", "databaseId": sandbox.world.bot.id}
    signed = {"isValid": True, "wasSignedByGitHub": True}
    assert [one["author"]["user"]["login"] for one in found] == ["maya", "groundplan[bot]", "groundplan[bot]"]
    assert found[1]["author"]["user"] == ours
    assert [one["signature"] for one in found] == [None, signed, None]


def test_a_tree_refuses_to_drop_what_is_not_there(bot: httpx.Client) -> None:
    rows = [{"path": "absent.md", "mode": "100644", "type": "blob", "sha": None}]
    head = bot.get(f"{REPOSITORY}/git/ref/heads/main").json()["object"]["sha"]
    assert bot.post(f"{REPOSITORY}/git/trees", json={"base_tree": head, "tree": rows}).status_code == 422


def test_conflicts_show_and_a_merge_needs_the_head_that_was_meant(
    sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client
) -> None:
    number = open_pull(sandbox, bot)
    url = f"{REPOSITORY}/pulls/{number}"
    old = maya.get(url).json()["head"]["sha"]
    sandbox.commit(REPO, "main", {"plan.md": "another\n"}, author="maya")
    assert told(bot, number, "mergeable")["mergeable"] == "CONFLICTING"
    assert maya.put(f"{url}/merge", json={"sha": old}).status_code == 405
    head = sandbox.commit(REPO, "plan/1", {"plan.md": "another\n", "new.md": "n"}, author="maya")
    assert told(bot, number, "mergeable")["mergeable"] == "MERGEABLE"
    assert maya.put(f"{url}/merge", json={"sha": old}).status_code == 409
    merged = maya.put(f"{url}/merge", json={"sha": head, "commit_title": "T"}).json()
    assert merged["merged"] is True
    assert sandbox.violations == []


def test_a_merge_waits_for_what_rules_require(
    sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client
) -> None:
    number = open_pull(sandbox, bot)
    url, repo = f"{REPOSITORY}/pulls/{number}", sandbox.world.repository(REPO)
    assert repo is not None
    rules: list[dict[str, Any]] = [
        {"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "ci"}]}},
        {"type": "pull_request", "parameters": {"required_approving_review_count": 1}},
    ]
    sandbox.world.add_ruleset(repo, "care", ["main"], rules)
    head = maya.get(url).json()["head"]["sha"]
    assert "ci" in maya.put(f"{url}/merge", json={}).json()["message"]
    bot.post(f"{REPOSITORY}/check-runs", json={"name": "ci", "head_sha": head, "conclusion": "success"})
    with sandbox.person("carl") as carl:
        carl.post(f"{url}/reviews", json={"event": "APPROVE"})
    assert "approving review" in maya.put(f"{url}/merge", json={}).json()["message"]
    maya.post(f"{url}/reviews", json={"event": "APPROVE"})
    maya.post(f"{url}/reviews", json={"event": "COMMENT", "body": "and thanks"})
    assert maya.put(f"{url}/merge", json={}).status_code == 200


# What the App may see


def test_choosing_repositories_tells_the_app(sandbox: Sandbox, bot: httpx.Client) -> None:
    sandbox.seed("acme/other")
    before = len(sandbox.deliveries)
    chosen = {"owner": "acme", "repositories": ["acme/other"]}
    assert bot.post("/_sandbox/installation/repositories", json=chosen).json()["repositories"] == [
        "acme/other"
    ]
    assert bot.get(REPOSITORY).status_code == 404
    (event,) = [json.loads(one.payload) for one in sandbox.deliveries[before:]]
    assert (event["action"], [one["full_name"] for one in event["repositories_removed"]]) == (
        "removed",
        [REPO],
    )


# The page


def test_a_review_stands_with_its_threads_and_what_came_of_them(
    sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client
) -> None:
    walk_through_a_life(sandbox, maya, bot)
    number = open_pull(sandbox, bot, "plan/2")
    url = f"{REPOSITORY}/pulls/{number}"
    notes = [
        {"path": "plan.md", "line": 2, "body": "Why <b>?"},
        {"path": "plan.md", "line": 1, "body": "Two"},
    ]
    review = maya.post(
        f"{url}/reviews", json={"event": "REQUEST_CHANGES", "body": "no", "comments": notes}
    ).json()
    run(bot, REACT, id=review["node_id"], content="ROCKET")
    top = bot.get(f"{url}/comments").json()[0]["id"]
    bot.post(f"{url}/comments/{top}/replies", json={"body": "Because."})
    query = "reviewThreads(first: 1) { nodes { id } }"
    thread = told(bot, number, query)["reviewThreads"]["nodes"][0]["id"]
    resolve = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { clientMutationId } }"
    run(bot, resolve, id=thread)
    page = maya.get(f"/{REPO}/pull/{number}").text
    for words in (
        "requested changes",
        "🚀 1",
        "Why &lt;b&gt;?",
        "Because.",
        "Resolved by groundplan",
        "1 of 2 threads resolved",
        "asks for changes",
        "No conflicts with main",
    ):
        assert words in page, words
    assert (
        page.index("requested changes") < page.index("Why &lt;b") < page.index("Because.") < page.index("Two")
    )
    assert "<b>?" not in page
