"""Our check runs at a commit."""

from __future__ import annotations

from bot.situation import Repository
from bot.steps import CHECK_NAME
from workers.github.answers import RestCheck, RestChecks
from workers.github.reading import Reading
from workers.github.wire import Wire


def checked(look: Reading, head: str) -> frozenset[str]:
    """Our completed check runs at the commit `head`, as "name:head_sha:external_id"."""
    if not head or not look.may("checks"):
        return frozenset()
    kept = frozenset(check for check in look.known.checks if f":{head}:" in check)
    if kept:
        return kept
    runs = own_checks(look.wire, look.repository, head, look.app_id)
    return frozenset(
        f"{run.name}:{run.head_sha}:{run.external_id}" for run in runs if run.status == "completed"
    )


def is_green(look: Reading, head: str) -> bool:
    """Whether the newest check of the contract at a commit has passed."""
    if not look.may("checks"):
        return False
    runs = own_checks(look.wire, look.repository, head, look.app_id, CHECK_NAME)
    return bool(runs) and runs[-1].conclusion == "success"


def own_checks(wire: Wire, repository: Repository, sha: str, app_id: int, name: str = "") -> list[RestCheck]:
    """This App's check runs at a commit, all attempts, oldest first; `name` narrows."""
    narrowed = {"filter": "all", **({"check_name": name} if name else {})}
    path = "/repos/{full_name}/commits/{sha}/check-runs"
    pages = wire.pages(RestChecks, path, narrowed, full_name=repository.full_name, sha=sha)
    runs = [run for page in pages for run in page.check_runs if run.app and run.app.id == app_id]
    return sorted(runs, key=lambda run: run.id)
