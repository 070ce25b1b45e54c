"""What a repository itself needs of us: a configuration to start with, our labels, a word when its
configuration cannot be read. Pure: Household → next step.

The repository is a subject of its own, with number 0. Nothing is written there unasked but one pull request,
once, until that is merged, a configuration stands on the default branch, or somebody asks for a plan.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.branches import CONFIGURE
from bot.config import CONFIG_PATH, ConfigFile, RepoConfig, choices_in, faults_in
from bot.config_faults import Fault
from bot.config_shown import SCHEMA_ADDRESS, commented
from bot.effects import (
    FORM_PATH,
    Changeset,
    CloseIssue,
    Commit,
    Effect,
    EnsureBranch,
    EnsureComment,
    EnsureIssue,
    EnsurePullRequest,
    File,
    Receipt,
)
from bot.labels import wanted_labels
from bot.marks import Mark, Place, write_mark
from bot.render import render
from bot.situation import Repository
from bot.steps import Idle, Policy, Step

NUMBER = 0  # of the subject that a repository is
COMPLAINT = "config:"  # how the names of issues about a broken configuration begin
RIGHT_AGAIN = "config-right"
_COMMIT = "onboarding"
COMMIT_KEY = f"commit:{CONFIGURE}:{_COMMIT}"
_FORM_NAMES = frozenset({"plan.yml", "plan.yaml"})


@dataclass(frozen=True, slots=True)
class Invitation:
    """The pull request that gives a repository its configuration: ours, in whatever state."""

    number: int
    state: Literal["open", "closed", "merged"]


@dataclass(frozen=True, slots=True)
class Complaint:
    """An open issue of ours about a broken configuration. `faults` names those that it tells of."""

    number: int
    name: str
    faults: str


@dataclass(frozen=True, slots=True)
class Household:
    """What GitHub says now about a repository, with what we did there.

    `config` is the file on the default branch, and `config_sha` the commit that changed it last. `forms` are
    the names in the folder of issue forms, None where no such folder can be; `has_folder` tells whether
    `.github` is a folder or can become one. `is_our_head`: we made the commit that `branch_head` is.
    `complaints` are
    open, oldest first. `plans` are the issues with an open plan.
    `is_chosen`: the App was installed on this very repository, not on all of an account's.
    """

    repository: Repository
    url: str = ""
    fork: bool = False
    is_chosen: bool = True
    has_issues: bool = True
    config: ConfigFile | None = None
    config_sha: str = ""
    has_folder: bool = True
    forms: frozenset[str] | None = frozenset()
    invitation: Invitation | None = None
    branch_head: str = ""
    is_our_head: bool = False
    labels: frozenset[str] = frozenset()
    complaints: tuple[Complaint, ...] = ()
    plans: tuple[int, ...] = ()
    missing_permissions: tuple[str, ...] = ()
    receipts: Mapping[str, Receipt] = field(default_factory=dict)

    @property
    def is_welcome(self) -> bool:
        """Whether people said that they use Groundplan here. A fork's files are somebody else's word."""
        merged = self.invitation is not None and self.invitation.state == "merged"
        return merged or (self.config is not None and not self.fork)


def next_duty(house: Household, policy: Policy) -> Step:
    """The next thing to do for the repository. Called again after each step until it says Idle."""
    if house.repository.archived:
        return Idle("the repository is archived")
    if not house.repository.head_sha:
        return Idle("the repository has no commits yet")
    if not house.has_issues:
        return Idle("issues are disabled")
    if house.config and (faults := faults_in(house.config)):
        return _complain(house, policy, faults)
    if taken_back := _taken_back(house, policy):
        return Changeset("the configuration is right again", taken_back)
    if house.is_welcome:
        return _label(house, policy)
    return _invite(house, policy)


# A configuration that cannot be read.


def _complain(house: Household, policy: Policy, faults: tuple[Fault, ...]) -> Step:
    """One issue for each time that it breaks: the commit that changed the file names it, so that a crash
    makes no second one. People may close it; it comes again with the next change that is broken."""
    if "issues: write" in house.missing_permissions:
        return Idle("the App may not write issues")
    said = house.complaints[0] if house.complaints else None
    name = said.name if said else f"{COMPLAINT}{(house.config_sha or house.repository.head_sha)[:12]}"
    digest = _named(faults)
    if said and said.faults == digest:
        return Idle(f"#{said.number} says what is wrong")
    if said is None and f"issue:{name}" in house.receipts:
        return Idle("what is wrong was said, and people closed it")
    mark = Mark("issue", {"name": name, "faults": digest})
    text = render(
        "issues/config.md",
        path=CONFIG_PATH,
        faults=[(str(fault.line), str(fault.col), fault.reason, _line(house, fault)) for fault in faults],
        schema=SCHEMA_ADDRESS,
        branch=house.repository.default_branch,
        label=policy.plan_label,
    )
    title = "Groundplan cannot read its configuration"
    return Changeset("say what is wrong", (EnsureIssue(name, title, _marked(house, policy, text, mark)),))


def _line(house: Household, fault: Fault) -> str:
    """Where people see the line as it is now."""
    at = house.config_sha or house.repository.head_sha
    return f"{house.url}/blob/{at}/{CONFIG_PATH}#L{fault.line}"


def _named(faults: tuple[Fault, ...]) -> str:
    return hashlib.sha256("\n".join(map(str, faults)).encode()).hexdigest()[:16]


def _taken_back(house: Household, policy: Policy) -> tuple[Effect, ...]:
    """A word in each complaint, and its end, once: whoever opens it again wants to talk about it."""
    occasion = (house.config_sha or house.repository.head_sha)[:12]
    effects: list[Effect] = []
    for said in house.complaints:
        close = CloseIssue(said.number, "completed", occasion)
        if close.key not in house.receipts:
            effects += (_right_again(house, policy, said, occasion), close)
    return tuple(effects)


def _right_again(house: Household, policy: Policy, said: Complaint, occasion: str) -> EnsureComment:
    text = render(
        "issues/config_right.md", path=CONFIG_PATH, label=policy.plan_label, there=house.config is not None
    )
    mark = Mark(RIGHT_AGAIN, {"about": occasion})
    return EnsureComment(said.number, RIGHT_AGAIN, _marked(house, policy, text, mark), occasion)


# Labels.


def _label(house: Household, policy: Policy) -> Step:
    """Those that are missing and were never made: one that people took away stays away."""
    if "issues: write" in house.missing_permissions:
        return Idle("the App may not write labels")
    there = {name.casefold() for name in house.labels}
    wanted = wanted_labels(choices_in(house.config).config, policy)
    missing = [one for one in wanted if one.name.casefold() not in there and one.key not in house.receipts]
    return Changeset("make the labels", tuple(missing)) if missing else Idle("all is in place")


# The first pull request.


def _invite(house: Household, policy: Policy) -> Step:
    if why_not := _why_no_invitation(house, policy):
        return Idle(why_not)
    title = "Set up Groundplan"
    base = house.repository.head_sha
    return Changeset(
        "offer a configuration",
        (
            EnsureBranch(CONFIGURE, base),
            Commit(
                branch=CONFIGURE,
                name=_COMMIT,
                expected_head=house.branch_head or base,
                headline=title,
                body="Every key is commented out: merged as it is, nothing changes but what people see.",
                files=_files(house, policy),
            ),
            EnsurePullRequest(CONFIGURE, house.repository.default_branch, title, _letter(house, policy)),
        ),
    )


def _why_no_invitation(house: Household, policy: Policy) -> str:
    """Why no configuration is offered, or "". It is offered once, whatever became of it."""
    if house.invitation:
        return f"#{house.invitation.number} is {house.invitation.state}"
    if f"pull:{CONFIGURE}" in house.receipts:
        return "a configuration was offered"
    if not policy.onboarding:
        return "the operator wants no configuration offered"
    if not house.is_chosen:
        return "the App is installed on every repository, and nobody chose this one"
    if house.config or house.fork:
        return "a fork's configuration is its origin's"
    lacking = {"contents: write", "pull_requests: write"} & set(house.missing_permissions)
    if lacking:
        return f"the App lacks {', '.join(sorted(lacking))}"
    if not house.has_folder:
        return "`.github` is no folder"
    if house.branch_head and not _is_to_build_on(house):
        return f"`{CONFIGURE}` holds what somebody else wrote"
    return ""


def _is_to_build_on(house: Household) -> bool:
    """Whether the branch is at the default branch's commit, or where we left it."""
    made = house.receipts.get(f"branch:{CONFIGURE}")
    return house.is_our_head or house.branch_head in {house.repository.head_sha, made.sha if made else ""}


def _files(house: Household, policy: Policy) -> tuple[File, ...]:
    config = File(CONFIG_PATH, starting_config())
    # A JSON string is a YAML one, whatever the operator's label holds.
    form = File(FORM_PATH, render("onboarding/form.yml", label=json.dumps(policy.plan_label)))
    return (config, form) if _wants_form(house) else (config,)


def starting_config() -> str:
    """The configuration that a repository is offered: every key with its default, commented out."""
    return render("onboarding/groundplan.yml", schema=SCHEMA_ADDRESS, keys=commented())


def _wants_form(house: Household) -> bool:
    return house.forms is not None and not {name.casefold() for name in house.forms} & _FORM_NAMES


def _letter(house: Household, policy: Policy) -> str:
    text = render(
        "onboarding/pull.md",
        label=policy.plan_label,
        opt_out=policy.opt_out_label,
        config=CONFIG_PATH,
        form=FORM_PATH if _wants_form(house) else "",
        labels=wanted_labels(RepoConfig(), policy),
        branch=house.repository.default_branch,
    )
    return _marked(house, policy, text, Mark("onboarding", {}))


def _marked(house: Household, policy: Policy, text: str, mark: Mark) -> str:
    place = Place(house.repository.id, NUMBER)
    return f"{text.rstrip()}\n\n{write_mark(policy.secret, place, mark)}"
