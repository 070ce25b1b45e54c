"""Situation of a pull request → next step, purely: whatever changes plan files gets the check run, at every
push.

Decides only whether a look at the files is wanted and what becomes of it; the rules are `bot.plan.rules`'
business.
"""

from __future__ import annotations

import hashlib
import json

from bot.effects import Changeset, Conclusion, EnsureCheckRun
from bot.plan.readers.recognise import find_plans
from bot.situation import Outcome, Proposal, Request, Situation
from bot.steps import CHECK_NAME, Idle, PlanRequest, Step, StopPlanning

RULES_VERSION = "1"  # raised when the rules change so much that a commit should be looked at again


def next_inspection(now: Situation) -> Step:
    """The next thing to do about a pull request. Called again after each step until it says Idle."""
    pull = now.proposal
    assert pull is not None
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
    if not find_plans(pull.paths):
        return "it changes no plan file"
    if "checks: write" in now.missing_permissions:
        return "the App may not write check runs"
    if is_checked(now, pull.head_sha):
        return "the check run stands"
    return ""


def _wish(now: Situation, pull: Proposal) -> Request:
    inputs = [pull.head_sha, pull.base_sha, RULES_VERSION]
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
    )


def is_checked(now: Situation, head_sha: str) -> bool:
    """Whether our check run stands at this commit, whoever of us made it."""
    return any(check.startswith(f"{CHECK_NAME}:{head_sha}:") for check in now.checked)


def check_of(found: Outcome, head_sha: str) -> EnsureCheckRun:
    """The check run that says what the rules found. What binds nobody, or could not be read, is neutral at
    its worst."""
    worst: Conclusion = "failure" if found.check_binding and found.kind != "failed" else "neutral"
    return EnsureCheckRun(
        name=CHECK_NAME,
        head_sha=head_sha,
        external_id=found.digest[:16],
        conclusion="success" if found.check_ok else worst,
        title=found.check_title or "Not checked",
        summary=found.check_summary or found.body,
        annotations=found.annotations,
    )
