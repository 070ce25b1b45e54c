"""What people do at GitHub around a plan: they comment, review, push and relabel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.effects import Commit, EnsureBranch, EnsureIssue, EnsurePullRequest, File
from bot.marks import Mark, Place, write_mark
from sandbox.acts import issues as issue_acts
from sandbox.acts import reviews as review_acts
from tests.github.workbench import FULL_NAME, SECRET, Bench

PLAN_TEXT = "".join(f"line {number}\n" for number in range(1, 21))
BRANCH = "groundplan/plan-1"


def publish(bench: Bench, number: int = 1) -> int:
    """A plan pull request of ours for an issue; its number."""
    branch = f"groundplan/plan-{number}"
    receipts = bench.apply(
        EnsureBranch(branch, bench.head),
        Commit(branch, f"d{number}", bench.head, "Plan", "", (File("IMPLEMENTATION_PLAN.md", PLAN_TEXT),)),
        EnsurePullRequest(branch, "main", "Plan", bench.body("plan", "The plan.", ask="LE_1")),
    )
    return receipts[2].number


def call(bench: Bench, method: str, path: str, login: str = "mona", **body: Any) -> Any:
    """A REST call by a person; the answer."""
    with bench.sandbox.person(login) as person:
        answer = person.request(method, f"/repos/{FULL_NAME}{path}", json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def comment(bench: Bench, text: str, number: int = 1, login: str = "mona") -> int:
    return int(call(bench, "POST", f"/issues/{number}/comments", login, body=text)["id"])


def comments(bench: Bench, texts: Iterable[str], number: int = 1) -> list[int]:
    """Many comments of one person; their ids."""
    path = f"/repos/{FULL_NAME}/issues/{number}/comments"
    with bench.sandbox.person("mona") as mona:
        return [int(mona.post(path, json={"body": text}).raise_for_status().json()["id"]) for text in texts]


def robot_comment(bench: Bench, text: str, number: int = 1, login: str = "robot[bot]") -> None:
    """A comment of some other App."""
    world = bench.sandbox.world
    world.add_user(login, kind="Bot")
    issue_acts.comment_on(world, bench.repo, bench.repo.issues[number], login, text)


def review(
    bench: Bench,
    pull: int,
    event: str = "REQUEST_CHANGES",
    body: str = "Please.",
    lines: dict[int, str] | None = None,
    login: str = "mona",
) -> int:
    """A submitted review with comments on lines of the plan file; its database id."""
    comments = [
        {"path": "IMPLEMENTATION_PLAN.md", "line": line, "side": "RIGHT", "body": text}
        for line, text in (lines or {}).items()
    ]
    path = f"/pulls/{pull}/reviews"
    return int(call(bench, "POST", path, login, event=event, body=body, comments=comments)["id"])


def reply(bench: Bench, pull: int, first: int, text: str, login: str = "mona") -> None:
    """A single comment in a thread, which is a review of its own at GitHub."""
    issue = bench.repo.issues[pull]
    thread, _ = review_acts.thread_of(issue, first)
    review_acts.reply(bench.sandbox.world, bench.repo, issue, thread, login, text)


def push(bench: Bench, branch: str = BRANCH, login: str = "mona", **files: str) -> str:
    """A commit of a person; the new head."""
    named = {name.replace("__", "/").replace("_md", ".md"): text for name, text in files.items()}
    return bench.sandbox.commit(FULL_NAME, branch, {**named}, author=login)


def decision(
    bench: Bench, key: str = "D-1", parent: int = 1, labels: tuple[str, ...] = ("decision/major",)
) -> int:
    """An issue of ours that asks for a decision; its number."""
    fields = {"name": f"decision:{BRANCH}:{key}", "parent": str(parent), "decision": key}
    mark = write_mark(SECRET, Place(bench.repo.id, parent), Mark("issue", fields))
    made = bench.apply(EnsureIssue(fields["name"], f"{key}?", f"A or B?\n\n{mark}", labels))
    return made[0].number
