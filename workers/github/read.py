"""GitHub → Situation, in one GraphQL query where that is enough. Reads only, and decides nothing.

What is said elsewhere than on the subject, and what people may do, is asked only when there is something to
ask about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.branches import plan_branches
from bot.config import DEFAULTS, ConfigFile, choices_in
from bot.controller import NO_EVENT
from bot.conversation import PlanTalk, Remark
from bot.errors import Transient, UserError
from bot.references import MOST_LINKED, issues_named
from bot.situation import Ask, Issue, LinkedIssue, OwnComment, Repository, Situation, Subject
from workers.github.answers import CommentNow, IssueNow, ProposalNow, RepositoryNow, RestIssue, SituationData
from workers.github.client import Installation, missing_permissions, repository_name
from workers.github.configs import config_file
from workers.github.queries import situation_query
from workers.github.read_checks import checked, is_green
from workers.github.read_comments import MOST_REMARKS, every_comment, late_comments, own_comments, remarks
from workers.github.read_decisions import parent_of
from workers.github.read_people import asked_since, changes, roles, whose_word_waits, with_change
from workers.github.read_pulls import newest_open, plan_pulls, proposal, siblings
from workers.github.read_talk import heard
from workers.github.reading import NOTHING, Eyes, Known, Reading
from workers.github.refusals import Gone, missing_permission
from workers.github.tokens import grants
from workers.github.wire import Moved, Wire


def read_situation(
    wire: Wire,
    subject: Subject,
    installation: Installation,
    eyes: Eyes,
    app_id: int,
    known: Known = NOTHING,
    at: float = 0.0,
) -> Situation:
    """What GitHub says about the subject at this time, `at`, in seconds since 1970. One query; more only for
    what a list does not show, for a plan of ours and for people whose word waits.

    `issue` is None when it is deleted, moved to another repository or a pull request. Raises Gone when the
    repository is not ours to see, Transient and UserError as the wire does.
    """
    if not grants(installation.permissions, "issues", "read"):
        raise missing_permission("issues: write")
    branches = plan_branches(subject.number)
    found = _repository(wire, subject, installation, branches)
    config = config_file(found.config)
    repository, prefix = _as_repository(found), _prefix(config)
    look = Reading(wire, subject, installation, repository, eyes, known, app_id, at, prefix)
    pulls = plan_pulls(look, found)
    heads = zip(branches, found.heads, strict=True)
    bare = Situation(
        subject=subject,
        repository=repository,
        issue=None,
        config=config,
        pulls=pulls,
        branch_heads={branch: head.target.oid for branch, head in heads if head and head.target},
        missing_permissions=missing_permissions(installation),
        siblings=siblings(look, found),
        at=at,
    )
    if found.proposal:
        return _of_pull(look, bare, found.proposal)
    open_plan = newest_open(pulls)
    now = replace(bare, checked=checked(look, open_plan.head_sha if open_plan else ""))
    issue = found.issue if found.issue and found.issue.home.id == subject.repo_id else None
    return _of_issue(look, now, issue) if issue else now


def _repository(
    wire: Wire, subject: Subject, installation: Installation, branches: tuple[str, ...]
) -> RepositoryNow:
    """The repository of this id. A name may have gone to another one, so the id is what counts."""
    found = _by_name(wire, subject, installation, branches)
    if found is None or found.id != subject.repo_id:
        renamed = replace(installation, full_name=repository_name(wire, subject.repo_id))
        found = _by_name(wire, subject, renamed, branches)
    if found is None or found.id != subject.repo_id:
        raise Transient("the repository has just been renamed or moved", 30.0)
    return found


def _by_name(
    wire: Wire, subject: Subject, installation: Installation, branches: tuple[str, ...]
) -> RepositoryNow | None:
    """Asks only for what we may see: one refused part would cost the whole answer."""
    owner, _, name = installation.full_name.partition("/")
    variables: dict[str, Any] = {
        "owner": owner,
        "name": name,
        "number": subject.number,
        "contents": grants(installation.permissions, "contents", "read"),
        "pulls": grants(installation.permissions, "pull_requests", "read"),
    }
    for place, branch in enumerate(branches, start=1):
        variables[f"branch{place}"] = branch
        variables[f"ref{place}"] = f"refs/heads/{branch}"
    try:
        data = wire.graphql(SituationData, situation_query(), variables, may_miss="repository.about")
    except Gone:
        return None
    return data.repository


def _as_repository(found: RepositoryNow) -> Repository:
    """GitHub names a default branch even before the first commit, but only in REST; here it is null then."""
    head = found.default.target.oid if found.default and found.default.target else ""
    branch = found.default.name if found.default else ""
    return Repository(found.id, found.owner.login, found.name, branch, head, found.private, found.archived)


def _prefix(config: ConfigFile | None) -> str:
    """What the repository calls our commands; while its configuration is broken, what everybody does."""
    try:
        return choices_in(config).config.commands.prefix
    except UserError:
        return DEFAULTS.config.commands.prefix


# A pull request


def _of_pull(look: Reading, bare: Situation, pull: ProposalNow) -> Situation:
    """Commands on a plan pull request are read so that they can be passed on to the plan's issue."""
    looked_at = proposal(look, pull)
    comments = every_comment(look, pull.number) if looked_at.plan_of else ()
    return replace(
        bare,
        proposal=looked_at,
        checked=checked(look, looked_at.head_sha),
        remarks=_waiting(remarks(look, pull.number, "plan", comments)),
    )


# An issue


def _of_issue(look: Reading, bare: Situation, issue: IssueNow) -> Situation:
    number, parent = look.subject.number, parent_of(look, issue)
    comments = list(every_comment(look, number, issue.comments))
    aside = heard(look, bare.pulls)
    here = remarks(look, number, "decision" if parent else "issue", comments)
    now = replace(
        bare,
        issue=_as_issue(look, issue),
        comments=(*_own(look, comments), *aside.comments),
        reacted=issue.seen,
        remarks=_waiting((*here, *aside.remarks)),
        talk=aside.talk,
        sound=_is_sound(look, aside.talk),
        decisions=aside.decisions,
        parent=parent,
    )
    return now if parent else _with_people(look, _with_linked(look, now), issue)


def _is_sound(look: Reading, talk: PlanTalk | None) -> bool:
    """Whether the contract's check is green at the plan's head. Asked only when somebody approved that."""
    reviews = talk.reviews if talk else ()
    head = talk.head_sha if talk else ""
    approved = any(one.state == "approved" and one.sha == head for one in reviews)
    return approved and is_green(look, head)


def _own(look: Reading, comments: list[CommentNow]) -> tuple[OwnComment, ...]:
    listed = tuple(own_comments(look, look.subject.number, comments))
    return (*listed, *late_comments(look, comments))


def _with_people(look: Reading, now: Situation, issue: IssueNow) -> Situation:
    """With the roles of those whose word waits, and with whoever changed the issue's text."""
    made = changes(issue)
    held = roles(look, whose_word_waits(now.issue, made, now.remarks, now.talk))
    since = asked_since(now.issue, now.remarks)
    return replace(now, roles=held, issue=with_change(now.issue, made, since, held) if now.issue else None)


def _waiting(said: Iterable[Remark]) -> tuple[Remark, ...]:
    """The oldest first; further ones are read when these have their answers."""
    return tuple(sorted(said, key=lambda one: (one.at, one.id))[:MOST_REMARKS])


def _as_issue(look: Reading, issue: IssueNow) -> Issue:
    labels = tuple(_spelled(label.name, look.eyes) for label in issue.labels.nodes)
    return Issue(
        number=look.subject.number,
        title=issue.title,
        body=issue.body,
        state="open" if issue.state == "OPEN" else "closed",
        locked=issue.locked,
        author=issue.author.name if issue.author else "ghost",
        labels=labels,
        ask=_ask(issue, look.eyes) if look.eyes.plan_label in labels else None,
        url=issue.url,
    )


def _with_linked(look: Reading, now: Situation) -> Situation:
    """With the issues that its text names, while a plan is asked for. Unseen ones are left out."""
    issue = now.issue
    if issue is None or not (issue.ask or asked_since(issue, now.remarks)):
        return now
    named = issues_named(f"{issue.title}\n{issue.body}", look.repository.full_name)
    wanted = [number for number in named if number != issue.number][:MOST_LINKED]
    found = (_linked(look, number) for number in wanted)
    return replace(now, issue=replace(issue, linked=tuple(one for one in found if one)))


def _linked(look: Reading, number: int) -> LinkedIssue | None:
    """One issue of the repository; None for a pull request and for what is gone or was moved."""
    path = "/repos/{full_name}/issues/{number}"
    try:
        found = look.wire.get(RestIssue, path, full_name=look.repository.full_name, number=number)
    except (Gone, Moved):
        return None
    return LinkedIssue(number, found.title, found.body) if found.pull_request is None else None


def _spelled(label: str, eyes: Eyes) -> str:
    """A label as we are configured to write it; GitHub does not tell labels apart by case."""
    for ours in (eyes.plan_label, eyes.opt_out_label):
        if label.casefold() == ours.casefold():
            return ours
    return label


def _ask(issue: IssueNow, eyes: Eyes) -> Ask:
    """The last time somebody put the label on; the timeline may lag behind the label itself."""
    for event in reversed(issue.labelled.nodes):
        if event.label and _spelled(event.label.name, eyes) == eyes.plan_label:
            actor = event.actor.name if event.actor else "ghost"
            return Ask(event.id, actor, eyes.plan_label, at=event.at)
    return Ask(NO_EVENT, "", eyes.plan_label)
