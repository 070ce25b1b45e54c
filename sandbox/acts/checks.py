"""Check runs: making, updating, and the annotations that each update appends."""

from __future__ import annotations

from typing import Any

from sandbox.clock import seconds_of
from sandbox.refusals import invalid, unprocessable
from sandbox.state import CheckRun, Repository
from sandbox.webhooks import events
from sandbox.world import World

TEXT = 65_535
ANNOTATIONS = 50
RUNS_OF_A_NAME = 1_000


def _time(value: Any, field: str) -> float:
    try:
        return seconds_of(str(value))
    except ValueError as bad:
        raise invalid("CheckRun", field, "invalid") from bad


def _apply(world: World, run: CheckRun, given: dict[str, Any]) -> None:
    for field in ("name", "details_url", "external_id", "status", "actions"):
        if field in given:
            setattr(run, field, given[field])
    for field in ("started_at", "completed_at"):
        if field in given:
            setattr(run, field, _time(given[field], field))
    if given.get("conclusion"):
        run.conclusion, run.status = given["conclusion"], "completed"
    if run.status == "completed":
        if run.conclusion is None:
            raise unprocessable('Invalid request.\n\n"conclusion" wasn\'t supplied.')
        run.completed_at = run.completed_at or world.now()
    else:
        run.conclusion, run.completed_at = None, None
    if run.status == "in_progress":
        run.started_at = run.started_at or world.now()
    _apply_output(run, given.get("output") or {})


def _apply_output(run: CheckRun, output: dict[str, Any]) -> None:
    for field in ("title", "summary", "text"):
        if field in output:
            if len(str(output[field])) > TEXT:
                raise invalid(
                    "CheckRun", field, "custom", f"{field} exceeds a maximum character limit of {TEXT}"
                )
            setattr(run, field, output[field])
    annotations = output.get("annotations") or []
    if len(annotations) > ANNOTATIONS:
        told = f"No more than {ANNOTATIONS} items are allowed; {len(annotations)} were supplied."
        raise unprocessable(f"Invalid request.\n\n{told}")
    run.annotations.extend(annotations)


def create_check(world: World, repo: Repository, sender: str, given: dict[str, Any]) -> CheckRun:
    sha = given["head_sha"]
    if world.store.kind(sha) != "commit":
        raise unprocessable(f"No commit found for SHA: {sha}")
    same = sum(run.name == given["name"] and run.head_sha == sha for run in repo.check_runs.values())
    if same >= RUNS_OF_A_NAME:
        raise unprocessable("Too many check runs of this name")
    now = world.now()
    run = CheckRun(world.next_id("check"), repo.id, given["name"], sha, given.get("external_id", ""), now)
    run.started_at = now
    _apply(world, run, given)
    repo.check_runs[run.id] = run
    events.check_event(world, repo, run, "created", sender)
    if run.status == "completed":
        events.check_event(world, repo, run, "completed", sender)
    return run


def update_check(world: World, repo: Repository, run: CheckRun, sender: str, given: dict[str, Any]) -> None:
    was = run.status
    _apply(world, run, given)
    if run.status == "completed" and was != "completed":
        events.check_event(world, repo, run, "completed", sender)


def rerequest(world: World, repo: Repository, run: CheckRun, sender: str) -> None:
    events.check_event(world, repo, run, "rerequested", sender)
