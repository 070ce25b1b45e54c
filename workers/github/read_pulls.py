"""Pull requests as a look sees them: the subject's plans, the other plans, and the one that the subject is.
Decides nothing about them."""

from __future__ import annotations

from typing import Literal

from bot.branches import issue_of
from bot.conversation import Sibling
from bot.situation import PlanPull, Proposal
from workers.github.answers import (
    ChangedData,
    ChangedFile,
    OpenPull,
    ProposalNow,
    PullData,
    PullNow,
    RepositoryNow,
)
from workers.github.configs import configs_of
from workers.github.queries import query
from workers.github.reading import Reading
from workers.github.refusals import Gone

MAX_FILE_PAGES = 5
_STATES: dict[str, Literal["open", "closed", "merged"]] = {
    "OPEN": "open",
    "CLOSED": "closed",
    "MERGED": "merged",
}


def plan_pulls(look: Reading, found: RepositoryNow) -> tuple[PlanPull, ...]:
    """The subject's plan pull requests that are ours, oldest first."""
    listed = [pull for pulls in found.pulls for pull in pulls.nodes]
    numbers = {pull.number for pull in listed}
    late = [number for number in look.known.pulls.values() if number and number not in numbers]
    every = [*listed, *(pull for number in late if (pull := _pull(look, number)))]
    ours = [pull for pull in every if look.is_ours(pull.author) and not pull.foreign]
    return tuple(_as_pull(look, pull) for pull in sorted(ours, key=lambda one: one.number))


def newest_open(pulls: tuple[PlanPull, ...]) -> PlanPull | None:
    return next((pull for pull in reversed(pulls) if pull.state == "open"), None)


def siblings(look: Reading, found: RepositoryNow) -> tuple[Sibling, ...]:
    """The other open plans of the repository, by number, among its hundred open pull requests that changed
    last."""
    every = (_sibling(pull) for pull in found.open_pulls.nodes if look.is_ours(pull.author))
    others = (one for one in every if one and look.subject.number not in (one.issue, one.number))
    return tuple(sorted(others, key=lambda one: one.number))


def _sibling(pull: OpenPull) -> Sibling | None:
    issue = issue_of(pull.branch)
    return Sibling(issue, pull.number, pull.head_sha) if issue else None


def _pull(look: Reading, number: int) -> PullNow | None:
    try:
        data = look.wire.graphql(PullData, query("pull"), look.variables(number=number))
    except Gone:
        return None
    return data.repository.pull if data.repository else None


def _as_pull(look: Reading, pull: PullNow) -> PlanPull:
    mark = look.own_mark(pull.author, pull.body)
    state = _STATES[pull.state]
    return PlanPull(pull.number, pull.branch, state, pull.head_sha, pull.base, mark, pull.url)


def proposal(look: Reading, pull: ProposalNow) -> Proposal:
    """The pull request that the subject is. Our own first commit is told by being the only one."""
    files, more = _changed_files(look, pull)
    paths = tuple(file.path for file in files if file.change != "DELETED")
    config, new_config = (
        configs_of(look.wire, look.repository, pull, paths, more) if look.may("contents") else (None, None)
    )
    plan_of = issue_of(pull.branch) if look.is_ours(pull.author) and not pull.foreign else None
    return Proposal(
        number=pull.number,
        state=_STATES[pull.state],
        branch="" if pull.foreign else pull.branch,
        head_sha=pull.head_sha,
        base_sha=pull.base_sha,
        base=pull.base,
        paths=paths,
        more=more,
        fresh_plan=plan_of is not None and pull.commits.count == 1,
        config=config,
        new_config=new_config,
        plan_of=plan_of or 0,
    )


def _changed_files(look: Reading, pull: ProposalNow) -> tuple[list[ChangedFile], bool]:
    """The files a pull request changes, up to a few hundred, and whether there are more. None of a closed
    one."""
    page, found = pull.files, list[ChangedFile]()
    if pull.state != "OPEN":
        return found, False
    for _ in range(MAX_FILE_PAGES):
        found += page.nodes if page else []
        if page is None or not page.page.more:
            return found, False
        variables = look.variables(number=pull.number, after=page.page.end or "")
        data = look.wire.graphql(ChangedData, query("changed"), variables)
        home = data.repository.pull if data.repository else None
        page = home.files if home else None
    return found, True
