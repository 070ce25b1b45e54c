"""What goes on at a plan pull request of ours: commits, reviews and threads of people, comments, and its
decisions' issues, in one query. Decides nothing about any of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.conversation import DecisionIssue, PlanTalk, Remark
from bot.effects import PLAN_FILE
from bot.situation import OwnComment, PlanPull
from workers.github.answers_talk import CommitNow, PlanFilesData, TalkData, TalkHome, TalkNow
from workers.github.queries import query
from workers.github.read_comments import every_comment, own_comments, remarks, seconds
from workers.github.read_decisions import decisions
from workers.github.read_reviews import reviews
from workers.github.reading import Reading
from workers.github.refusals import Gone


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that is said outside the issue itself."""

    talk: PlanTalk | None = None
    decisions: tuple[DecisionIssue, ...] = ()
    remarks: tuple[Remark, ...] = ()
    comments: tuple[OwnComment, ...] = ()


def heard(look: Reading, pulls: tuple[PlanPull, ...]) -> Heard:
    """What is said at the plan pull request that counts, the newest open one or else the newest, and on the
    issues of its decisions. Nothing is asked when there is none."""
    pull = next((one for one in reversed(pulls) if one.state == "open"), pulls[-1] if pulls else None)
    found = _ask(look, pull) if pull else None
    if pull is None or found is None or found.pull is None:
        return Heard()
    comments = list(every_comment(look, pull.number, found.pull.comments))
    asked = decisions(look, found.issues.nodes)
    return Heard(
        talk=_talk(look, pull, found.pull) if pull.state == "open" else None,
        decisions=tuple(one.issue for one in asked),
        remarks=(
            *remarks(look, pull.number, "plan", comments),
            *(each for one in asked for each in one.remarks),
        ),
        comments=(
            *own_comments(look, pull.number, comments),
            *(each for one in asked for each in one.comments),
        ),
    )


def _ask(look: Reading, pull: PlanPull) -> TalkHome | None:
    variables = look.variables(
        number=pull.number,
        decision=look.eyes.decision_label,
        contents=look.may("contents"),
        talk=pull.state == "open",
        decisions=pull.state != "closed",
    )
    try:
        return look.wire.graphql(TalkData, query("talk"), variables).repository
    except Gone:
        return None


def _talk(look: Reading, pull: PlanPull, now: TalkNow) -> PlanTalk:
    commits = [one.commit for one in now.commits.nodes]
    newest = commits[-1] if commits else None
    ours = (one.oid for one in reversed(commits) if _is_ours(look, one))
    tip = now.base.target.oid if now.base and now.base.target else now.base_sha
    return PlanTalk(
        number=pull.number,
        branch=pull.branch,
        head_sha=now.head_sha,
        base_sha=tip,
        last_sha=next(ours, ""),
        # People set a commit's date themselves; the pull request's is GitHub's, and no push is later.
        pushed_at=min(seconds(newest.at), seconds(now.updated_at)) if newest else 0.0,
        pushed_by=_pusher(newest),
        body=now.body,
        behind=_is_behind(look, commits, tip),
        held=look.eyes.hold_label.casefold() in {label.name.casefold() for label in now.labels.nodes},
        reviews=tuple(reviews(look, pull.number, now)),
    )


def _is_ours(look: Reading, commit: CommitNow) -> bool:
    """Only our own commits are signed by GitHub under our name; anybody may write any name into others."""
    signature, author = commit.signature, commit.author
    if not (signature and signature.valid and signature.by_github and author):
        return False
    named = author.email.startswith(f"{look.eyes.bot_id}+") and "@users.noreply." in author.email
    return named or (author.user is not None and author.user.id == look.eyes.bot_id)


def _pusher(commit: CommitNow | None) -> str:
    author = commit.author if commit else None
    return author.user.login if author and author.user else ""


def _is_behind(look: Reading, commits: list[CommitNow], tip: str) -> bool:
    """Whether the plan file on the base branch is another one than where the branch left it. Asked for only
    when the base branch went on at all."""
    left = _left(commits)
    if not left or left == tip:
        return False
    variables = look.variables(then=f"{left}:{PLAN_FILE}", now=f"{tip}:{PLAN_FILE}")
    files = look.wire.graphql(PlanFilesData, query("planfile"), variables).repository
    return files is not None and files.then != files.now


def _left(commits: list[CommitNow]) -> str:
    """The newest commit of the base branch that the branch holds: what its newest commits with a parent
    outside the pull request stand on."""
    inside = {commit.oid for commit in commits}
    outside = (parent for commit in reversed(commits) for parent in _outside(commit, inside))
    return next(outside, "")


def _outside(commit: CommitNow, inside: set[str]) -> Iterator[str]:
    parents: Iterable[str] = (parent.oid for parent in commit.parents.nodes)
    return (oid for oid in parents if oid not in inside)
