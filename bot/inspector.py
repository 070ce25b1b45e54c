"""Situation of a pull request → next step, purely: whatever changes plan files, or the configuration that
they are judged by, gets the check run, at every push.

Decides only whether a look at the files is wanted and what becomes of it; the rules are `bot.plan.rules`'
business.
"""

from __future__ import annotations

import hashlib
import json

from bot.config import CONFIG_PATH
from bot.effects import Changeset, Conclusion, EnsureCheckRun
from bot.plan import safe_text
from bot.plan.readers.recognise import find_plans
from bot.situation import Outcome, Proposal, Request, Situation
from bot.steps import CHECK_NAME, Idle, PlanRequest, Step, StopPlanning

RULES_VERSION = "1"  # raised when the rules change so much that a commit should be looked at again


def next_inspection(now: Situation) -> Step:
    """The next thing to do about a pull request. Called again after each step until it says Idle."""
    pull = now.proposal
    assert pull is not None
    if half := _half_said(now, pull):
        return Changeset("say the rest of what the rules find", (half,))
    why_not = _why_not(now, pull)
    if why_not:
        return StopPlanning(why_not) if now.request else Idle(why_not)
    wish = _wish(now, pull)
    if now.request is None or now.request.digest != wish.digest:
        return PlanRequest(wish)
    if now.outcome is None or now.outcome.digest != wish.digest:
        return Idle("the files are being read")
    if now.outcome.kind == "inspection" and not now.outcome.check_title:
        return Idle("no plan after all")
    return Changeset("say what the rules find", (check_of(now.outcome, pull.head_sha),))


def _why_not(now: Situation, pull: Proposal) -> str:
    """Why nothing is to be looked at, or ""."""
    if now.repository.archived:
        return "the repository is archived"
    if pull.state != "open":
        return f"the pull request is {pull.state}"
    if not find_plans(pull.paths) and not pull.more and CONFIG_PATH not in pull.paths:
        return "it changes no plan file"
    if "checks: write" in now.missing_permissions:
        return "the App may not write check runs"
    if is_checked(now, pull.head_sha, "" if pull.fresh_plan else _wish(now, pull).digest):
        return "the check run stands"
    return ""


def last_word(now: Situation) -> Step:
    """What to say of a pull request on which everything else failed too often: that it was not checked. It is
    known by another name than a check of the files, so that whatever wakes us tries that again."""
    pull = now.proposal
    assert pull is not None
    if why_not := _why_not(now, pull):
        return Idle(why_not)
    summary = (
        "The check went wrong several times in a row, so nothing is said about the files. It is made again "
        f"at the next push. The operator finds the reason in the log under `{now.subject}`."
    )
    check = EnsureCheckRun(
        name=CHECK_NAME,
        head_sha=pull.head_sha,
        external_id=f"gave-up-{_name(_wish(now, pull).digest)}",
        conclusion="neutral",
        title="The check could not be made",
        summary=summary,
    )
    return Changeset("say that nothing was checked", (check,))


def _half_said(now: Situation, pull: Proposal) -> EnsureCheckRun | None:
    """The check run that stands with a part of its annotations: whoever made it died before the rest."""
    request, found = now.request, now.outcome
    if request is None or found is None or not request.digest == found.digest == _wish(now, pull).digest:
        return None
    check = check_of(found, pull.head_sha)
    return check if pull.state == "open" and is_half_said(now, check) else None


def is_half_said(now: Situation, check: EnsureCheckRun) -> bool:
    """Whether the check run stands, but not all requests for its annotations are known to be done."""
    stands = f"{check.name}:{check.head_sha}:{check.external_id}" in now.checked
    return stands and not set(check.later.values()) <= set(now.receipts)


def _wish(now: Situation, pull: Proposal) -> Request:
    """The commit alone does not say what is checked: a pull request that goes to another branch changes other
    files. That the branch it goes to moves on is no reason to check again, unless its configuration changes.
    """
    plans = [RULES_VERSION, *sorted(find_plans(pull.paths))]
    inputs = [str(now.subject), pull.head_sha, pull.base, pull.branch, pull.more, plans]
    if pull.config or pull.new_config:
        inputs.append([pull.config and pull.config.text, bool(pull.config), bool(pull.new_config)])
    return Request(
        digest=hashlib.sha256(json.dumps(inputs).encode()).hexdigest(),
        base_sha=pull.base_sha,
        ask="",
        number=pull.number,
        title="",
        body="",
        full_name=now.repository.full_name,
        kind="inspection",
        head_sha=pull.head_sha,
        branch=pull.branch,
        paths=pull.paths,
        more=pull.more,
        config=pull.config,
        new_config=pull.new_config,
    )


def is_checked(now: Situation, head_sha: str, digest: str = "") -> bool:
    """Whether our check run stands at this commit: the one of these inputs, or whichever of ours."""
    known = f"{CHECK_NAME}:{head_sha}:"
    return any(check == known + _name(digest) if digest else check.startswith(known) for check in now.checked)


def _name(digest: str) -> str:
    """What a check run is known by."""
    return digest[:16]


def check_of(found: Outcome, head_sha: str) -> EnsureCheckRun:
    """The check run that says what the rules found. What binds nobody, or could not be read, is neutral at
    its worst."""
    worst: Conclusion = "failure" if found.check_binding and found.kind != "failed" else "neutral"
    return EnsureCheckRun(
        name=CHECK_NAME,
        head_sha=head_sha,
        external_id=_name(found.digest),
        conclusion="success" if found.check_ok else worst,
        title=found.check_title or "Not checked",
        summary=found.check_summary or safe_text.block(found.body),
        annotations=found.annotations,
    )
