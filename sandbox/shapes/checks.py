"""Check runs and their suites as JSON. One App, so one suite for each commit."""

from __future__ import annotations

from typing import Any

from sandbox.clock import stamp
from sandbox.nodes import node_id
from sandbox.shapes import git, people
from sandbox.shapes.repositories import api, html, minimal
from sandbox.state import CheckRun, Issue, Repository
from sandbox.world import World

Json = dict[str, Any]


def suite_id(run: CheckRun) -> int:
    return int(run.head_sha[:10], 16)


def _pulls(world: World, repo: Repository, sha: str) -> list[Json]:
    open_pulls = [
        one for one in repo.issues.values() if one.pull and one.pull.head_sha == sha and one.state == "open"
    ]
    return [_pull(world, repo, issue) for issue in open_pulls]


def _pull(world: World, repo: Repository, issue: Issue) -> Json:
    pull = issue.pull
    assert pull is not None
    where = {"id": repo.id, "url": api(world, repo), "name": repo.name}
    return {
        "url": f"{api(world, repo)}/pulls/{issue.number}",
        "id": issue.id,
        "number": issue.number,
        "head": {"ref": pull.head, "sha": pull.head_sha, "repo": where},
        "base": {"ref": pull.base, "sha": pull.base_sha, "repo": where},
    }


def check_run(world: World, repo: Repository, run: CheckRun) -> Json:
    url = f"{api(world, repo)}/check-runs/{run.id}"
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("CheckRun", run.id),
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "url": url,
        "html_url": f"{html(world, repo)}/runs/{run.id}",
        "details_url": run.details_url or f"{html(world, repo)}/runs/{run.id}",
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": stamp(run.started_at),
        "completed_at": stamp(run.completed_at),
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": len(run.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": suite_id(run)},
        "app": people.app(world),
        "pull_requests": _pulls(world, repo, run.head_sha),
    }


def annotation(world: World, repo: Repository, run: CheckRun, found: Json) -> Json:
    wanted = ("path", "start_line", "end_line", "start_column", "end_column", "annotation_level", "message")
    shown = {key: found.get(key) for key in (*wanted, "title", "raw_details")}
    return {**shown, "blob_href": f"{html(world, repo)}/blob/{run.head_sha}/{found['path']}"}


def event_run(world: World, repo: Repository, run: CheckRun) -> Json:
    """The run as `check_run` deliveries carry it, with its whole suite."""
    shown = check_run(world, repo, run)
    branch = next((name[11:] for name, sha in repo.refs.items() if sha == run.head_sha), None)
    head = git.git_commit(world, repo, run.head_sha)
    suite = {
        "id": suite_id(run),
        "node_id": node_id("CheckSuite", suite_id(run)),
        "head_branch": branch,
        "head_sha": run.head_sha,
        "status": run.status,
        "conclusion": run.conclusion,
        "url": f"{api(world, repo)}/check-suites/{suite_id(run)}",
        "before": None,
        "after": run.head_sha,
        "pull_requests": shown["pull_requests"],
        "app": shown["app"],
        "created_at": stamp(run.created_at),
        "updated_at": stamp(run.created_at),
        "head_commit": {
            "id": run.head_sha,
            "tree_id": head["tree"]["sha"],
            "message": head["message"],
            "timestamp": head["committer"]["date"],
            "author": head["author"],
            "committer": head["committer"],
        },
        "repository": minimal(world, repo),
    }
    return {**shown, "check_suite": suite}
