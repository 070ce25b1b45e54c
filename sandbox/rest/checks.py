"""Check runs. Only Apps may write them."""

from __future__ import annotations

from sandbox.acts import checks
from sandbox.refusals import Refusal, not_found, unprocessable
from sandbox.rest.routing import Call, Reply, paged, route
from sandbox.shapes import checks as shapes
from sandbox.state import CheckRun, Repository

RUN = "/repos/{owner}/{repo}/check-runs/{check_run_id}"


def _writing(call: Call) -> Repository:
    if call.actor.kind == "user":
        call.seen()
        raise Refusal(403, "You must authenticate via a GitHub App.")
    return call.repo("checks", "write")


def _run(call: Call, repo: Repository) -> CheckRun:
    found = repo.check_runs.get(call.number("check_run_id"))
    if found is None:
        raise not_found()
    return found


@route("POST", "/repos/{owner}/{repo}/check-runs")
def create_check_run(call: Call) -> Reply:
    repo = _writing(call)
    run = checks.create_check(call.world, repo, call.user().login, call.body)
    return Reply(201, shapes.check_run(call.world, repo, run))


@route("GET", RUN)
def get_check_run(call: Call) -> Reply:
    repo = call.repo("checks")
    return Reply(200, shapes.check_run(call.world, repo, _run(call, repo)))


@route("PATCH", RUN)
def update_check_run(call: Call) -> Reply:
    repo = _writing(call)
    run = _run(call, repo)
    checks.update_check(call.world, repo, run, call.user().login, call.body)
    return Reply(200, shapes.check_run(call.world, repo, run))


@route("GET", f"{RUN}/annotations")
def list_annotations(call: Call) -> Reply:
    repo = call.repo("checks")
    run = _run(call, repo)
    return paged(call, run.annotations, lambda one: shapes.annotation(call.world, repo, run, one))


@route("POST", f"{RUN}/rerequest")
def rerequest(call: Call) -> Reply:
    repo = _writing(call)
    checks.rerequest(call.world, repo, _run(call, repo), call.user().login)
    return Reply(201, {})


@route("GET", "/repos/{owner}/{repo}/commits/{ref}/check-runs")
def list_for_ref(call: Call) -> Reply:
    repo = call.repo("checks")
    sha = call.world.resolve(repo, call.params["ref"])
    if sha is None:
        raise unprocessable(f"No commit found for SHA: {call.params['ref']}")
    found = [run for run in repo.check_runs.values() if run.head_sha == sha]
    for field, name in (("name", "check_name"), ("status", "status")):
        found = [run for run in found if name not in call.query or getattr(run, field) == call.query[name]]
    if call.query.get("filter", "latest") == "latest":
        found = list({run.name: run for run in sorted(found, key=lambda run: run.id)}.values())
    found.sort(key=lambda run: run.id, reverse=True)
    return paged(call, found, lambda run: shapes.check_run(call.world, repo, run), "check_runs")
