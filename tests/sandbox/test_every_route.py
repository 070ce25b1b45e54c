"""Every route with empty, wrong, hostile and absent things: an answer of GitHub's kind, never a crash."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from sandbox import Sandbox
from sandbox.rest.table import ROUTES
from tests.sandbox.story import REPO, walk_through_a_life

OPERATIONS = sorted({(one.method, one.template) for one in ROUTES})
BODIES: list[bytes | None] = [
    None,
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"{" * 50_000,
    b"\xff\xfe",
    b'{"title": null, "body": null, "labels": null, "name": null, "content": null, "ref": null, "sha": null}',
    b'{"title": {}, "body": [], "labels": [1], "name": 1, "content": 1, "ref": 1, "sha": 1, "tree": 1}',
    b'{"title": "t", "labels": [{"nome": 1}, {"name": null}]}',
    b'{"labels": [{"color": "red"}], "assignees": [7], "permissions": {"issues": "admin"}}',
    b'{"title": "t", "head": "x", "base": "y", "ref": "refs/heads/x", "sha": "zz", "path": "../x"}',
    b'{"name": "n", "head_sha": "q", "content": "eyes", "labels": ["\\u0000", "\\ud800"]}',
    b'{"title": "\\ud800", "body": "\\udfff x", "head": "\\ud800", "base": "main"}',
    b'{"message": "m", "content": "!!", "tree": [{"path": "/a", "mode": "1", "type": "blob", "sha": "s"}]}',
    b'{"sub_issue_id": 1, "issue_id": 99999999999999999999, "after_id": 1, "event": "APPROVE", "body": "x"}',
    b'{"state": "open", "state_reason": "completed", "since": "x", "merge_method": "squash", "sha": "0"}',
]
ODD = {
    "owner": ["acme", "..", "a%00b"],
    "repo": ["widgets", "none"],
    "ref": ["heads/main", "main", "nope/%E2%9C%93", "%2e%2e", "0" * 40],
    "basehead": ["main...main", "main", "...", "main...none"],
    "path": ["README.md", "src", "a/../../b", "%00", "%F0%9F%98%80"],
    "branch": ["main", "none/x", "%FF"],
    "username": ["maya", "nobody", "%0a"],
    "name": ["bug", "c%23d", "none"],
    "tree_sha": ["main", "zz", "0" * 40],
    "file_sha": ["zz", "0" * 40],
    "commit_sha": ["zz", "0" * 40],
}


def paths(sandbox: Sandbox, template: str) -> list[str]:
    """The template filled with each odd value in turn, with things that are there elsewhere."""
    repo = sandbox.world.repository(REPO)
    assert repo is not None
    there = {"issue_number": "1", "pull_number": "4", "repository_id": str(repo.id)}
    there["installation_id"] = str(sandbox.installation(REPO).id)
    names = re.findall(r"\{(\w+)\}", template)
    base = {name: ODD.get(name, [there.get(name, "1")])[0] for name in names}
    values = [base]
    for name in names:
        others = ODD[name][1:] if name in ODD else ["0", "999999999999999999999"]
        values += [{**base, name: other} for other in others]
    return [re.sub(r"\{(\w+)\}", lambda found: filled[found[1]], template) for filled in values]  # noqa: B023


@pytest.mark.parametrize("who", ["maintainer", "app"])
def test_no_route_crashes(sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client, who: str) -> None:
    walk_through_a_life(sandbox, maya, bot)
    start, tokens = sandbox.snapshot(), {"maintainer": maya, "app": bot}
    headers = dict(tokens[who].headers)
    crashes: list[Any] = []
    with httpx.Client(base_url=sandbox.url, headers=headers, transport=sandbox.transport()) as client:
        for method, template in OPERATIONS:
            bodies = BODIES if method not in ("GET", "HEAD") else [None]
            asked = paths(sandbox, template)
            tries = [(path, None) for path in asked] + [(asked[0], body) for body in bodies]
            crashes += [found for path, body in tries if (found := trouble(client, method, path, body))]
            sandbox.restore(start)
    assert crashes == []
    assert [str(one) for one in sandbox.violations if one.where == "response"] == []


def trouble(client: httpx.Client, method: str, path: str, body: bytes | None) -> str | None:
    answer = client.request(method, path, content=body)
    return f"{method} {path}: {answer.status_code}" if answer.status_code >= 500 else None


@pytest.mark.parametrize(
    "query",
    [
        {"per_page": "-1", "page": "x"},
        {"per_page": "0"},
        {"page": "999999999999999999"},
        {"since": "yesterday"},
        {"since": "0001-01-01T00:00:00Z"},
        {"state": "\u0000", "labels": ",,,", "sort": "mood", "direction": "up", "head": ":", "base": ""},
        {"ref": "none", "sha": "none", "cursor": "x", "recursive": "", "filter": "x", "check_name": "\ud83d"},
    ],
)
def test_no_query_crashes_a_list(sandbox: Sandbox, maya: httpx.Client, query: dict[str, str]) -> None:
    maya.post(f"/repos/{REPO}/issues", json={"title": "x"})
    for template in sorted({one.template for one in ROUTES if one.method == "GET"}):
        target = paths(sandbox, template)[0]
        pairs = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in query.items())
        assert maya.get(f"{target}?{pairs}").status_code < 500, target
