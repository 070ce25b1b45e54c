"""What the sandbox's tests share: a clock, a webhook address, the App's client, a repository's life."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
from githubkit import AppInstallationAuthStrategy, GitHub
from githubkit.cache import MemCacheStrategy

from sandbox import Sandbox

REPO = "acme/widgets"
START = 1_790_000_000.0
ISSUES = f"/repos/{REPO}/issues"
FILES: dict[str, str | bytes] = {
    "README.md": "# Widgets\n",
    "src/app.py": "def main():\n    return 1\n",
    "docs/guide.md": "one\ntwo\nthree\n",
}


@dataclass
class Clock:
    now: float = START

    def __call__(self) -> float:
        return self.now


@dataclass
class Receiver:
    """A webhook address that keeps what it gets and answers what it is told to."""

    url: str
    status: int = 202
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def events(self) -> list[str]:
        return [headers["X-GitHub-Event"] for headers, _ in self.got]


AppClient = GitHub[AppInstallationAuthStrategy]


def app_client(sandbox: Sandbox, **narrowing: Any) -> AppClient:
    """githubkit as the App, the way the project uses it; `narrowing` goes into the token request."""
    app = sandbox.world.app
    key, number = app.private_key, sandbox.installation(REPO).id
    auth = AppInstallationAuthStrategy(str(app.id), key, number, **narrowing)
    return GitHub(
        auth,
        base_url=sandbox.url,
        auto_retry=False,
        http_cache=False,
        timeout=20,
        trust_env=False,
        cache_strategy=MemCacheStrategy(),
    )


def walk_through_a_life(sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client) -> None:
    sandbox.seed("acme/other", collaborators={"maya": "admin"})
    repo = f"/repos/{REPO}"
    for title in ("one", "two", "three"):
        maya.post(ISSUES, json={"title": title, "labels": ["bug"]})
    child = maya.get(f"{ISSUES}/2").json()["id"]
    maya.post(f"{ISSUES}/1/sub_issues", json={"sub_issue_id": child})
    maya.patch(f"{ISSUES}/1", json={"title": "uno", "body": "text"})
    maya.delete(f"{ISSUES}/1/labels/bug")
    maya.patch(f"{ISSUES}/1", json={"state": "closed"})
    maya.patch(f"{ISSUES}/1", json={"state": "open"})
    maya.put(f"{ISSUES}/1/lock", json={})
    comment = bot.post(f"{ISSUES}/1/comments", json={"body": "a"}).json()["id"]
    bot.patch(f"{ISSUES}/comments/{comment}", json={"body": "b"})
    bot.delete(f"{ISSUES}/comments/{comment}")
    maya.post("/_sandbox/issues/transfer", json={"repository": REPO, "number": 2, "to": "acme/other"})
    maya.post("/_sandbox/issues/delete", json={"repository": REPO, "number": 3})
    head = bot.get(f"{repo}/git/ref/heads/main").json()["object"]["sha"]
    bot.post(f"{repo}/git/refs", json={"ref": "refs/heads/plan/1", "sha": head})
    tip = sandbox.commit(REPO, "plan/1", {"plan.md": "a\nb\n"}, author="maya")
    pull = bot.post(
        f"{repo}/pulls",
        json={"title": "P", "head": "plan/1", "base": "main", "draft": True, "body": "Refs #1"},
    ).json()
    url = f"{repo}/pulls/{pull['number']}"
    bot.post(f"{repo}/check-runs", json={"name": "c", "head_sha": tip, "conclusion": "success"})
    bot.patch(url, json={"title": "Q"})
    bot.post(f"{ISSUES}/{pull['number']}/labels", json={"labels": ["plan"]})
    ready = """mutation($id: ID!) {
        markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }"""
    bot.post("/graphql", json={"query": ready, "variables": {"id": pull["node_id"]}})
    asked = maya.post(
        f"{url}/reviews",
        json={
            "event": "REQUEST_CHANGES",
            "body": "no",
            "comments": [{"path": "plan.md", "line": 1, "body": "?"}],
        },
    ).json()
    maya.put(f"{url}/reviews/{asked['id']}", json={"body": "not yet"})
    react = """mutation($id: ID!) {
        addReaction(input: {subjectId: $id, content: EYES}) { clientMutationId } }"""
    bot.post("/graphql", json={"query": react, "variables": {"id": asked["node_id"]}})
    threads = """query($id: ID!) {
        node(id: $id) { ... on PullRequest { reviewThreads(first: 1) { nodes { id } } } } }"""
    told = bot.post("/graphql", json={"query": threads, "variables": {"id": pull["node_id"]}}).json()
    thread = told["data"]["node"]["reviewThreads"]["nodes"][0]["id"]
    resolve = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { clientMutationId } }"
    bot.post("/graphql", json={"query": resolve, "variables": {"id": thread}})
    sandbox.commit(REPO, "plan/1", {"plan.md": "a\nc\n"}, author="maya")
    maya.patch(url, json={"state": "closed"})
    maya.patch(url, json={"state": "open"})
    assert maya.put(f"{url}/merge", json={}).status_code == 200
