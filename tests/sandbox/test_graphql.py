"""GraphQL: every field of the pruned schema answers, and requests fail the way GitHub's do."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from sandbox import Sandbox
from sandbox.graphql.execution import schema
from sandbox.graphql.fields import TYPES
from sandbox.graphql.mutations import MUTATIONS
from tests.sandbox.story import REPO, walk_through_a_life


def run(client: httpx.Client, query: str, **variables: Any) -> dict[str, Any]:
    answer = client.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_every_kept_field_has_a_reader() -> None:
    kinds = [one for one in schema().type_map.values() if isinstance(one, GraphQLObjectType)]
    wanted = {one.name: set(one.fields) for one in kinds if one.name in TYPES}
    assert {name: wanted[name] - set(TYPES[name]) for name in wanted if wanted[name] - set(TYPES[name])} == {}
    assert set(schema().type_map["Mutation"].fields) == set(MUTATIONS)  # type: ignore[attr-defined]


def argument_text(name: str, field: GraphQLField) -> str | None:
    """Arguments for a field, or None when it needs some that only a particular test can know."""
    if "first" in field.args:
        prefix = 'refPrefix: "refs/heads/", ' if "refPrefix" in field.args else ""
        return f"({prefix}first: 3)"
    known = {
        "issue": "(number: 1)",
        "pullRequest": "(number: 4)",
        "issueOrPullRequest": "(number: 4)",
        "label": '(name: "bug")',
        "ref": '(qualifiedName: "refs/heads/main")',
        "object": '(expression: "main:")',
        "user": '(login: "maya")',
        "repository": '(owner: "acme", name: "widgets")',
    }
    required = any(is_required_argument(one) for one in field.args.values())
    return known.get(name) if name in known and field.args else (None if required else "")


def selection(kind: Any, depth: int) -> str:
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        members = schema().get_possible_types(kind)
        parts = [f"... on {one.name} {selection(one, depth)}" for one in members]
        return "{ __typename " + " ".join(parts) + " }"
    parts = list(fields_of(kind, depth))
    return "{ __typename " + " ".join(parts) + " }"


def fields_of(kind: GraphQLObjectType, depth: int) -> Iterator[str]:
    for name, field in kind.fields.items():
        below, arguments = get_named_type(field.type), argument_text(name, field)
        if arguments is None:
            continue
        alias = f"{kind.name}_{name}: {name}{arguments}"
        if is_leaf_type(below):
            yield alias
        elif depth > 0:
            yield f"{alias} {selection(below, depth - 1)}"


@pytest.mark.parametrize("start", ["repository", "issue", "pullRequest", "ref", "object", "viewer"])
def test_every_field_answers(sandbox: Sandbox, maya: httpx.Client, bot: httpx.Client, start: str) -> None:
    walk_through_a_life(sandbox, maya, bot)
    root = schema().query_type
    assert root is not None
    repository = schema().type_map["Repository"]
    assert isinstance(repository, GraphQLObjectType)
    if start in root.fields:
        below = get_named_type(root.fields[start].type)
        query = f"{{ {start}{argument_text(start, root.fields[start])} {selection(below, 2)} }}"
    else:
        field = repository.fields[start]
        inner = f"{start}{argument_text(start, field)} {selection(get_named_type(field.type), 3)}"
        query = f'{{ repository(owner: "acme", name: "widgets") {{ {inner} }} }}'
    told = run(maya, query)
    assert "errors" not in told, told["errors"][:3]
    assert told["data"][start if start == "viewer" else "repository"] is not None


def commit(client: httpx.Client, branch: str, head: str, **changes: Any) -> dict[str, Any]:
    query = """mutation($input: CreateCommitOnBranchInput!) {
        createCommitOnBranch(input: $input) { commit { oid } } }"""
    given = {
        "branch": {"repositoryNameWithOwner": REPO, "branchName": branch},
        "expectedHeadOid": head,
        "message": {"headline": "m"},
        "fileChanges": changes,
    }
    return run(client, query, input=given)


def text(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"additions": [{"path": "/abs", "contents": text("x")}]},
        {"additions": [{"path": "a/../b", "contents": text("x")}]},
        {"additions": [{"path": ".git/config", "contents": text("x")}]},
        {"additions": [{"path": "a", "contents": "no base64!"}]},
        {"additions": [{"path": "a", "contents": text("1")}, {"path": "a", "contents": text("2")}]},
        {"additions": [{"path": "README.md/x", "contents": text("1")}]},
        {"additions": [{"path": "src", "contents": text("1")}]},
        {"additions": [{"path": "new", "contents": text("1")}], "deletions": [{"path": "absent"}]},
        {"additions": [{"path": ".github/workflows/ci.yml", "contents": text("1")}]},
    ],
)
def test_bad_commits_abort_whole(sandbox: Sandbox, bot: httpx.Client, changes: dict[str, Any]) -> None:
    head = bot.get(f"/repos/{REPO}/git/ref/heads/main").json()["object"]["sha"]
    before = sandbox.observable(REPO)
    told = commit(bot, "main", head, **changes)
    assert told["data"]["createCommitOnBranch"] is None
    assert told["errors"][0]["type"] in ("UNPROCESSABLE", "FORBIDDEN")
    assert sandbox.observable(REPO) == before


def test_commits_keep_modes_and_delete(sandbox: Sandbox, bot: httpx.Client) -> None:
    head = bot.get(f"/repos/{REPO}/git/ref/heads/main").json()["object"]["sha"]
    told = commit(
        bot,
        "main",
        head,
        additions=[{"path": "n/e/w.md", "contents": text("w")}],
        deletions=[{"path": "src/app.py"}],
    )
    made = bot.get(f"/repos/{REPO}/commits/{told['data']['createCommitOnBranch']['commit']['oid']}").json()
    assert made["author"]["login"] == "groundplan[bot]"
    assert made["commit"]["verification"]["verified"] is True
    assert {one["filename"]: one["status"] for one in made["files"]} == {
        "n/e/w.md": "added",
        "src/app.py": "removed",
    }
    assert bot.get(f"/repos/{REPO}/contents/src").status_code == 404
    assert commit(bot, "main", head)["errors"][0]["type"] == "STALE_DATA"


def test_a_protected_branch_refuses_commits(sandbox: Sandbox, bot: httpx.Client) -> None:
    repo = sandbox.world.repository(REPO)
    assert repo is not None
    repo.protected["main"] = {}
    told = commit(bot, "main", repo.refs["refs/heads/main"], additions=[{"path": "x", "contents": text("x")}])
    assert "pull request" in told["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ nothing }", "Cannot query field"),
        ("{", "Syntax Error"),
        ('{ repository(owner: "acme") { name } }', "name"),
        ('{ repository(owner: "acme", name: "widgets") { issues { totalCount } } }', "`first` or `last`"),
        (
            '{ repository(owner: "acme", name: "widgets") { issues(first: 101) { totalCount } } }',
            "limit of 100",
        ),
        (
            '{ repository(owner: "acme", name: "widgets") { issue(number: 99) { id } } }',
            "Could not resolve to an Issue",
        ),
        ('{ repository(owner: "acme", name: "nope") { id } }', "Could not resolve to a Repository"),
        ('{ node(id: "I_nonsense") { id } }', "Could not resolve to a node"),
    ],
)
def test_errors_come_in_a_200(bot: httpx.Client, query: str, words: str) -> None:
    told = run(bot, query)
    assert words in told["errors"][0]["message"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"query": 1}', b'{"query": "{x}", "variables": [1]}'])
def test_requests_that_are_none(bot: httpx.Client, body: bytes) -> None:
    assert bot.post("/graphql", content=body).status_code == 400


def test_pages_by_cursor(bot: httpx.Client) -> None:
    for number in range(5):
        bot.post(f"/repos/{REPO}/issues", json={"title": str(number)})
    query = """query($after: String) { repository(owner: "acme", name: "widgets") {
        issues(first: 2, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } } } }"""
    titles, after, more = [], None, True
    while more:
        page = run(bot, query, after=after)["data"]["repository"]["issues"]
        titles += [one["title"] for one in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert titles == ["0", "1", "2", "3", "4"]
    last = 'query { repository(owner: "acme", name: "widgets") { issues(last: 2) { nodes { title } } } }'
    assert [one["title"] for one in run(bot, last)["data"]["repository"]["issues"]["nodes"]] == ["3", "4"]


def test_bots_are_named_without_brackets(sandbox: Sandbox, bot: httpx.Client) -> None:
    bot.post(f"/repos/{REPO}/issues", json={"title": "x"})
    query = """{ repository(owner: "acme", name: "widgets") { issue(number: 1) {
        author { __typename login ... on Bot { databaseId } } } } }"""
    author = run(bot, query)["data"]["repository"]["issue"]["author"]
    assert author == {"__typename": "Bot", "login": "groundplan", "databaseId": sandbox.world.bot.id}


def test_minimize_and_sub_issue(sandbox: Sandbox, bot: httpx.Client) -> None:
    parent, child = (bot.post(f"/repos/{REPO}/issues", json={"title": one}).json() for one in "ab")
    comment = bot.post(f"/repos/{REPO}/issues/1/comments", json={"body": "c"}).json()
    hide = """mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) {
        minimizedComment { isMinimized minimizedReason } } }"""
    told = run(bot, hide, id=comment["node_id"])["data"]["minimizeComment"]["minimizedComment"]
    assert told == {"isMinimized": True, "minimizedReason": "outdated"}
    link = """mutation($a: ID!, $b: ID!) { addSubIssue(input: {issueId: $a, subIssueId: $b}) {
        issue { subIssuesSummary { total } } subIssue { parent { title } } } }"""
    told = run(bot, link, a=parent["node_id"], b=child["node_id"])["data"]["addSubIssue"]
    assert told == {"issue": {"subIssuesSummary": {"total": 1}}, "subIssue": {"parent": {"title": "a"}}}
    assert sandbox.violations == []
