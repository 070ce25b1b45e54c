"""The REST API by plain HTTP: codes, validation, pages, people, relations, git data."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sandbox import Sandbox
from tests.sandbox.story import REPO, Clock

ISSUES = f"/repos/{REPO}/issues"


def open_issue(client: httpx.Client, title: str = "t", **more: Any) -> dict[str, Any]:
    answer = client.post(ISSUES, json={"title": title, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "words"),
    [
        ("GET", "/repos/acme/nothing", None, 404, "Not Found"),
        ("GET", "/repos/acme/widgets/nothing", None, 404, "Not Found"),
        ("POST", ISSUES, b"{", 400, "Problems parsing JSON"),
        ("POST", ISSUES, b"[1]", 400, "JSON object"),
        ("POST", ISSUES, b"[" * 100_000, 400, "Problems parsing JSON"),
        ("POST", ISSUES, b"{}", 422, "title"),
        ("POST", ISSUES, b'{"title": ["x"]}', 422, "title"),
        ("POST", ISSUES, b'{"title": "  "}', 422, "missing_field"),
        ("POST", ISSUES, b'{"title": "%s"}' % (b"x" * 257), 422, "too long"),
        (
            "POST",
            ISSUES,
            b'{"title": "x", "body": "%s"}' % (b"x" * 262_145),
            422,
            "maximum is 65536 characters",
        ),
        ("POST", f"{ISSUES}/1/comments", b'{"body": ""}', 422, "missing_field"),
        ("POST", f"{ISSUES}/1/comments", b'{"body": 7}', 422, "body"),
        ("POST", f"{ISSUES}/99/comments", b'{"body": "x"}', 404, "Not Found"),
        ("GET", f"{ISSUES}/1x", None, 404, "Not Found"),
        ("DELETE", f"{ISSUES}/1/labels/absent", None, 404, "Label does not exist"),
        ("POST", f"/repos/{REPO}/labels", b'{"name": "BUG"}', 422, "already_exists"),
        ("POST", f"/repos/{REPO}/labels", b'{"name": "x", "color": "#ff0000"}', 422, "invalid"),
        ("POST", f"{ISSUES}/1/reactions", b'{"content": "meh"}', 422, "content"),
        ("GET", f"/repos/{REPO}/git/ref/heads/none", None, 404, "Not Found"),
        ("POST", f"/repos/{REPO}/git/refs", b'{"ref": "heads/x", "sha": "0"}', 422, "refs/"),
        (
            "POST",
            f"/repos/{REPO}/git/refs",
            b'{"ref": "refs/heads/a..b", "sha": "0"}',
            422,
            "not a valid ref name",
        ),
        (
            "POST",
            f"/repos/{REPO}/git/refs",
            b'{"ref": "refs/heads/a", "sha": "0"}',
            422,
            "Object does not exist",
        ),
        ("POST", f"/repos/{REPO}/pulls", b'{"title": "x", "head": "none", "base": "main"}', 422, "invalid"),
        ("GET", f"/repos/{REPO}/contents/../x", None, 404, "Not Found"),
        ("GET", f"/repos/{REPO}/collaborators/nobody/permission", None, 404, "Not Found"),
    ],
)
def test_bad_input_gets_githubs_answer(
    maya: httpx.Client,
    sandbox: Sandbox,
    method: str,
    path: str,
    content: bytes | None,
    status: int,
    words: str,
) -> None:
    open_issue(maya)
    before = sandbox.observable(REPO)
    answer = maya.request(method, path, content=content)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert sandbox.observable(REPO) == before
    assert [one for one in sandbox.violations if one.where == "response"] == []


def test_the_largest_body_is_taken(maya: httpx.Client) -> None:
    assert len(open_issue(maya, body="x" * 262_144)["body"]) == 262_144


def test_huge_requests_are_refused(maya: httpx.Client) -> None:
    assert maya.post(ISSUES, content=b" " * (40 * 1_048_576 + 1)).status_code == 413


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ("", 401),
        ("Bearer nonsense", 401),
        ("Bearer ghs_1_a.b.c", 401),
        ("Basic x", 401),
        ("Bearer ghp_sandbox_who", 401),
    ],
)
def test_bad_credentials(sandbox: Sandbox, token: str, status: int) -> None:
    headers = {"authorization": token} if token else {}
    answer = httpx.get(f"{sandbox.url}/repos/{REPO}", headers=headers, trust_env=False)
    assert answer.status_code == status


def test_lists_come_in_pages_with_links(maya: httpx.Client, sandbox: Sandbox) -> None:
    for number in range(5):
        open_issue(maya, f"issue {number}")
    first = maya.get(ISSUES, params={"per_page": 2})
    assert [one["number"] for one in first.json()] == [5, 4]
    seen = first.json()
    answer = first
    while "next" in answer.links:
        answer = maya.get(answer.links["next"]["url"])
        seen += answer.json()
    assert [one["number"] for one in seen] == [5, 4, 3, 2, 1]
    assert set(answer.links) == {"prev", "first"}
    assert len(maya.get(ISSUES, params={"per_page": 1000}).json()) == 5
    assert sandbox.violations == []


def test_an_outsider_may_speak_but_not_rule(olga: httpx.Client, maya: httpx.Client, sandbox: Sandbox) -> None:
    mine = open_issue(olga, labels=["bug"], assignees=["maya"])
    assert (mine["labels"], mine["assignees"], mine["author_association"]) == ([], [], "NONE")
    theirs = open_issue(maya, labels=["bug"])
    assert olga.post(f"{ISSUES}/{theirs['number']}/comments", json={"body": "hi"}).status_code == 201
    assert olga.patch(f"{ISSUES}/{mine['number']}", json={"title": "mine"}).status_code == 200
    for answer in (
        olga.patch(f"{ISSUES}/{theirs['number']}", json={"title": "theirs"}),
        olga.post(f"{ISSUES}/{mine['number']}/labels", json={"labels": ["bug"]}),
        olga.put(f"/repos/{REPO}/contents/x", json={"message": "m", "content": "eA=="}),
        olga.post(f"/repos/{REPO}/check-runs", json={"name": "x", "head_sha": "0" * 40}),
    ):
        assert answer.status_code == 403
    permission = maya.get(f"/repos/{REPO}/collaborators/olga/permission").json()
    assert (permission["permission"], permission["role_name"]) == ("read", "read")
    assert maya.get(f"/repos/{REPO}/collaborators/maya/permission").json()["permission"] == "write"
    assert sandbox.violations == []


def test_private_repositories_are_not_there_for_outsiders(olga: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.seed("acme/secret", private=True)
    assert olga.get("/repos/acme/secret").status_code == 404


def test_a_locked_issue_takes_no_comment_of_an_outsider(
    olga: httpx.Client, maya: httpx.Client, bot: httpx.Client
) -> None:
    open_issue(maya)
    assert maya.put(f"{ISSUES}/1/lock", json={"lock_reason": "resolved"}).status_code == 204
    assert olga.post(f"{ISSUES}/1/comments", json={"body": "x"}).status_code == 403
    assert bot.post(f"{ISSUES}/1/comments", json={"body": "x"}).status_code == 201


def test_deleted_and_transferred_issues(maya: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.seed("acme/other", collaborators={"maya": "maintain"})
    open_issue(maya, "gone")
    open_issue(maya, "moved", body="text")
    maya.post("/_sandbox/issues/delete", json={"repository": REPO, "number": 1})
    maya.post("/_sandbox/issues/transfer", json={"repository": REPO, "number": 2, "to": "acme/other"})
    assert maya.get(f"{ISSUES}/1").status_code == 410
    assert maya.get(f"{ISSUES}/2").status_code == 301
    assert maya.get(f"{ISSUES}/2", follow_redirects=True).json()["body"] == "text"
    assert maya.get(ISSUES).json() == []
    assert sandbox.violations == []


def test_a_renamed_repository_redirects_and_keeps_its_id(maya: httpx.Client, sandbox: Sandbox) -> None:
    number = maya.get(f"/repos/{REPO}").json()["id"]
    maya.post("/_sandbox/repositories/rename", json={"repository": REPO, "to": "gadgets"})
    assert maya.get(f"/repos/{REPO}").status_code == 301
    assert maya.get(f"/repos/{REPO}", follow_redirects=True).json()["full_name"] == "acme/gadgets"
    assert maya.get(f"/repositories/{number}").json()["full_name"] == "acme/gadgets"
    assert sandbox.violations == []


def test_state_reasons_and_labels_as_a_set(maya: httpx.Client, sandbox: Sandbox) -> None:
    open_issue(maya, labels=["bug", "needs-plan"])
    shut = maya.patch(f"{ISSUES}/1", json={"state": "closed", "state_reason": "not_planned"}).json()
    assert (shut["state"], shut["state_reason"], shut["closed_by"]["login"]) == (
        "closed",
        "not_planned",
        "maya",
    )
    again = maya.patch(f"{ISSUES}/1", json={"state": "open", "labels": ["question"]}).json()
    assert (again["state_reason"], [one["name"] for one in again["labels"]]) == ("reopened", ["question"])
    assert sandbox.violations == []


def test_names_with_odd_signs_survive_the_path(maya: httpx.Client, sandbox: Sandbox) -> None:
    open_issue(maya, labels=["c#d", "a/b", "what?x=1"])
    for name in ("c%23d", "a%2Fb", "what%3Fx%3D1"):
        assert maya.delete(f"{ISSUES}/1/labels/{name}").status_code == 200
    assert maya.get(f"{ISSUES}/1").json()["labels"] == []
    assert sandbox.violations == []


def test_sub_issues_keep_githubs_rules(bot: httpx.Client, sandbox: Sandbox) -> None:
    parent, other, child, second = (
        open_issue(bot, title) for title in ("parent", "other", "child", "second")
    )
    link = {"sub_issue_id": child["id"]}
    assert bot.post(f"{ISSUES}/1/sub_issues", json=link).status_code == 201
    assert bot.post(f"{ISSUES}/1/sub_issues", json={"sub_issue_id": second["id"]}).status_code == 201
    taken = bot.post(f"{ISSUES}/{other['number']}/sub_issues", json=link)
    assert (taken.status_code, taken.json()["message"]) == (422, "Sub issue may only have one parent")
    loop = bot.post(f"{ISSUES}/{child['number']}/sub_issues", json={"sub_issue_id": parent["id"]})
    assert loop.status_code == 422
    bot.patch(
        f"{ISSUES}/1/sub_issues/priority", json={"sub_issue_id": second["id"], "before_id": child["id"]}
    ).raise_for_status()
    assert [one["title"] for one in bot.get(f"{ISSUES}/1/sub_issues").json()] == ["second", "child"]
    assert bot.get(f"{ISSUES}/3/parent").json()["number"] == 1
    bot.patch(f"{ISSUES}/3", json={"state": "closed"})
    summary = bot.get(f"{ISSUES}/1").json()["sub_issues_summary"]
    assert summary == {"total": 2, "completed": 1, "percent_completed": 50}
    assert bot.request("DELETE", f"{ISSUES}/1/sub_issue", json=link).status_code == 200
    assert bot.get(f"{ISSUES}/3/parent").status_code == 404
    assert sandbox.violations == []


def test_a_parent_holds_a_hundred(bot: httpx.Client, sandbox: Sandbox) -> None:
    parent = open_issue(bot, "parent")
    repo = sandbox.world.repository(REPO)
    assert repo is not None
    for number in range(101):
        open_issue(bot, f"child {number}")
    ids = [repo.issues[number].id for number in range(2, 103)]
    codes = [
        bot.post(f"{ISSUES}/{parent['number']}/sub_issues", json={"sub_issue_id": one}).status_code
        for one in ids
    ]
    assert codes == [201] * 100 + [422]


def test_dependencies(bot: httpx.Client, sandbox: Sandbox) -> None:
    first, second = open_issue(bot, "first"), open_issue(bot, "second")
    edge = {"issue_id": first["id"]}
    assert bot.post(f"{ISSUES}/2/dependencies/blocked_by", json=edge).status_code == 201
    assert bot.post(f"{ISSUES}/2/dependencies/blocked_by", json=edge).status_code == 422
    back = bot.post(f"{ISSUES}/1/dependencies/blocked_by", json={"issue_id": second["id"]})
    assert back.status_code == 422
    assert [one["number"] for one in bot.get(f"{ISSUES}/1/dependencies/blocking").json()] == [2]
    assert bot.get(f"{ISSUES}/2").json()["issue_dependencies_summary"]["blocked_by"] == 1
    assert bot.delete(f"{ISSUES}/2/dependencies/blocked_by/{first['id']}").status_code == 200
    assert bot.get(f"{ISSUES}/2/dependencies/blocked_by").json() == []
    assert sandbox.violations == []


def test_git_data_builds_a_verified_commit(bot: httpx.Client, sandbox: Sandbox) -> None:
    git = f"/repos/{REPO}/git"
    head = bot.get(f"{git}/ref/heads/main").json()["object"]["sha"]
    blob = bot.post(f"{git}/blobs", json={"content": "aGk=", "encoding": "base64"}).json()["sha"]
    assert blob == "32f95c0d1244a78b2be1bab8de17906fabb2c4a8"
    rows = [
        {"path": "run.sh", "mode": "100755", "type": "blob", "sha": blob},
        {"path": "link", "mode": "120000", "type": "blob", "content": "README.md"},
        {"path": "README.md", "mode": "100644", "type": "blob", "sha": None},
    ]
    tree = bot.post(f"{git}/trees", json={"base_tree": head, "tree": rows}).json()
    made = bot.post(f"{git}/commits", json={"message": "m", "tree": tree["sha"], "parents": [head]}).json()
    assert made["verification"]["verified"] is True
    own = {"name": "x", "email": "x@y.z"}
    other = bot.post(
        f"{git}/commits", json={"message": "m", "tree": tree["sha"], "parents": [head], "author": own}
    )
    assert other.json()["verification"]["verified"] is False
    assert bot.patch(f"{git}/refs/heads/main", json={"sha": made["sha"]}).status_code == 200
    back = bot.patch(f"{git}/refs/heads/main", json={"sha": head})
    assert (back.status_code, back.json()["message"]) == (422, "Update is not a fast forward")
    listed = bot.get(f"{git}/trees/main", params={"recursive": "1"}).json()["tree"]
    modes = {row["path"]: row["mode"] for row in listed}
    assert (modes["run.sh"], modes["link"], "README.md" in modes) == ("100755", "120000", False)
    compared = bot.get(f"/repos/{REPO}/compare/{head}...main").json()
    assert (compared["status"], compared["ahead_by"], len(compared["files"])) == ("ahead", 1, 3)
    assert sandbox.violations == []


def test_an_empty_repository(sandbox: Sandbox, maya: httpx.Client) -> None:
    sandbox.seed("acme/empty", {}, collaborators={"maya": "admin"})
    for path in ("git/ref/heads/main", "git/trees/main", "commits"):
        assert maya.get(f"/repos/acme/empty/{path}").status_code == 409
    assert maya.get("/repos/acme/empty/contents/x").status_code == 404
    made = maya.put("/repos/acme/empty/contents/a.md", json={"message": "first", "content": "aGk="})
    assert made.status_code == 201
    assert sandbox.read("acme/empty", "main", "a.md") == "hi"
    assert sandbox.violations == []


def test_protection_and_rulesets_refuse_the_push(
    bot: httpx.Client, maya: httpx.Client, sandbox: Sandbox
) -> None:
    head = bot.get(f"/repos/{REPO}/git/ref/heads/main").json()["object"]["sha"]
    maya.post("/_sandbox/repositories/protect", json={"repository": REPO, "branch": "main"})
    pushed = bot.put(f"/repos/{REPO}/contents/x", json={"message": "m", "content": "eA=="})
    assert (pushed.status_code, "pull request" in pushed.text) == (422, True)
    rules = {"repository": REPO, "branches": ["plan/*"], "rules": [{"type": "creation"}]}
    maya.post("/_sandbox/repositories/rulesets", json=rules)
    told = bot.get(f"/repos/{REPO}/rules/branches/plan/1").json()
    assert [rule["type"] for rule in told] == ["creation"]
    assert bot.get(f"/repos/{REPO}/rules/branches/other").json() == []
    made = bot.post(f"/repos/{REPO}/git/refs", json={"ref": "refs/heads/plan/1", "sha": head})
    assert (made.status_code, "Repository rule violations found" in made.text) == (422, True)
    assert sandbox.violations == []


def test_deleting_the_branch_closes_its_pull_request(maya: httpx.Client, sandbox: Sandbox) -> None:
    head = maya.get(f"/repos/{REPO}/git/ref/heads/main").json()["object"]["sha"]
    maya.post(f"/repos/{REPO}/git/refs", json={"ref": "refs/heads/x", "sha": head})
    sandbox.commit(REPO, "x", {"x": "x"}, author="maya")
    number = maya.post(f"/repos/{REPO}/pulls", json={"title": "x", "head": "x", "base": "main"}).json()[
        "number"
    ]
    found = maya.get(f"/repos/{REPO}/pulls", params={"head": "acme:x", "state": "all"}).json()
    assert [one["number"] for one in found] == [number]
    assert maya.delete(f"/repos/{REPO}/git/refs/heads/x").status_code == 204
    assert maya.get(f"/repos/{REPO}/pulls/{number}").json()["state"] == "closed"
    assert sandbox.violations == []


def test_check_runs_gather_annotations(bot: httpx.Client, sandbox: Sandbox) -> None:
    head = bot.get(f"/repos/{REPO}/git/ref/heads/main").json()["object"]["sha"]
    note = {
        "path": "README.md",
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "warning",
        "message": "m",
    }
    output = {"title": "t", "summary": "s", "annotations": [note] * 50}
    run = bot.post(f"/repos/{REPO}/check-runs", json={"name": "c", "head_sha": head, "output": output}).json()
    url = f"/repos/{REPO}/check-runs/{run['id']}"
    assert run["status"] == "queued"
    done = bot.patch(url, json={"conclusion": "failure", "output": output}).json()
    assert (done["status"], done["output"]["annotations_count"]) == ("completed", 100)
    too_many = {"title": "t", "summary": "s", "annotations": [note] * 51}
    assert bot.patch(url, json={"output": too_many}).status_code == 422
    assert len(bot.get(f"{url}/annotations", params={"per_page": 100}).json()) == 100
    assert [one for one in sandbox.violations if not one.refused] == []


def test_times_and_ids_come_from_the_clock_and_counters(maya: httpx.Client, clock: Clock) -> None:
    first = open_issue(maya)
    clock.now += 90
    second = open_issue(maya)
    assert (first["created_at"], second["created_at"]) == ("2026-09-21T14:13:20Z", "2026-09-21T14:14:50Z")
    assert second["id"] == first["id"] + 1
