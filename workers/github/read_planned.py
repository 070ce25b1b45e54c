"""Which files an open plan is about, out of its contract at the head of its branch. Judges nothing of it."""

from __future__ import annotations

from bot.plan.contract import contract_path, read_contract
from bot.situation import Repository
from workers.github.answers import Blob
from workers.github.queries import query
from workers.github.wire import Answer, Wire

MAX_BYTES = 400_000
MOST_PATHS = 1_000


class _Home(Answer):
    contract: Blob | None = None


class _Data(Answer):
    repository: _Home | None = None


def planned_paths(wire: Wire, repository: Repository, issue: int, head_sha: str) -> tuple[str, ...]:
    """The paths that a plan's tasks change, in order; none when there is no contract of ours to read."""
    path = contract_path(issue)
    variables = {
        "owner": repository.owner,
        "name": repository.name,
        "contract": f"{head_sha}:{path}",
    }
    found = wire.graphql(_Data, query("planned"), variables).repository
    blob = found.contract if found else None
    if blob is None or blob.truncated or blob.size > MAX_BYTES or blob.text is None:
        return ()
    contract = read_contract(blob.text, path)
    plan = None if isinstance(contract, tuple) else contract.plan
    if plan is None:
        return ()
    every = {one for task in plan.tasks for file in task.files for one in (file.path, file.source) if one}
    return tuple(sorted(every))[:MOST_PATHS]
