"""What `/plan doctor` finds: facts about a repository and its installation, as checks with what to do. Pure.

Only what a plan needs is looked at, and what could not be looked at is said, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.config import CONFIG_PATH, ConfigFile, faults_in
from bot.plan.safe_text import code
from bot.situation import Check, Situation

# Rules that stop the App from making its branch or committing to it, whatever people do.
HINDERS: Mapping[str, str] = {
    "creation": "its branches cannot be made",
    "update": "its branches cannot be pushed to",
    "deletion": "",
    "required_linear_history": "",
    "pull_request": "every commit needs a pull request of its own",
    "commit_message_pattern": "commit messages have to follow a pattern",
    "branch_name_pattern": "branch names have to follow a pattern",
    "file_path_restriction": "some paths cannot be pushed",
}
LOW = 0.1  # a share of the limit


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found out. None: it could not be. `labels` are those of ours that the repository lacks;
    `rules` those in force for plan branches; `author` is who writes plans, `news` what became of the last."""

    labels: tuple[str, ...] | None = ()
    rules: tuple[str, ...] | None = ()
    remaining: int | None = None
    limit: int | None = None
    author: str = ""
    news: str = ""


def checks(now: Situation, facts: Facts) -> tuple[Check, ...]:
    """Everything that a plan needs here, in the order in which it is needed."""
    return (
        _permissions(now.missing_permissions),
        _config(now.config),
        _labels(facts.labels),
        _rules(facts.rules),
        _limit(facts),
        _author(facts),
        _issue(now),
    )


def _permissions(missing: Sequence[str]) -> Check:
    if not missing:
        return Check("✅", "Permissions", "all that is needed")
    lacks = ", ".join(map(code, missing))
    return Check("❌", "Permissions", f"the App lacks {lacks}", "accept them in the installation's settings")


def _config(file: ConfigFile | None) -> Check:
    if file is None:
        return Check("✅", "Configuration", f"no `{CONFIG_PATH}`; the defaults hold")
    faults = faults_in(file)
    if not faults:
        return Check("✅", "Configuration", f"`{CONFIG_PATH}` is in order")
    listed = "; ".join(code(str(one)) for one in faults[:5])
    return Check("❌", "Configuration", f"`{CONFIG_PATH}`: {listed}", "correct it on the default branch")


def _labels(missing: Sequence[str] | None) -> Check:
    if missing is None:
        return Check("❔", "Labels", "could not be looked at")
    if not missing:
        return Check("✅", "Labels", "all there")
    return Check(
        "⚠️",
        "Labels",
        f"not there yet: {', '.join(map(code, missing))}",
        "make them, or merge the onboarding pull request",
    )


def _rules(rules: Sequence[str] | None) -> Check:
    if rules is None:
        return Check("❔", "Branch rules", "could not be looked at")
    hinder = [f"{code(rule)} ({why})" for rule, why in _hindering(rules)]
    if not hinder:
        return Check("✅", "Branch rules", "none is in the way of `groundplan/*`")
    return Check(
        "⚠️",
        "Branch rules",
        f"in force for `groundplan/*`: {', '.join(hinder)}",
        "let the App bypass them there",
    )


def _hindering(rules: Sequence[str]) -> Iterator[tuple[str, str]]:
    for rule in rules:
        why = HINDERS.get(rule, "nobody knows what it asks for")
        if why:
            yield rule, why


def _limit(facts: Facts) -> Check:
    if facts.remaining is None or not facts.limit:
        return Check("❔", "GitHub's limit", "could not be looked at")
    left = f"{facts.remaining} of {facts.limit} requests are left this hour"
    if facts.remaining < LOW * facts.limit:
        return Check("⚠️", "GitHub's limit", left, "wait; work goes on by itself when there is room")
    return Check("✅", "GitHub's limit", left)


def _author(facts: Facts) -> Check:
    if not facts.author:
        return Check(
            "❔",
            "Writer of plans",
            "none has been at work since the last start",
            "see whether a thinker runs",
        )
    model = not facts.author.startswith("outline")
    who = f"the model {code(facts.author)}" if model else "no model is set: outlines only"
    if facts.news:
        return Check(
            "⚠️", "Writer of plans", f"{who}; the last time it failed: {facts.news}", "tell the operator"
        )
    return Check(
        "✅" if model else "⚠️", "Writer of plans", who, "" if model else "the operator sets `OPENAI_API_KEY`"
    )


def _issue(now: Situation) -> Check:
    issue = now.issue
    if issue is None or issue.state == "open":
        had = len(now.plannings)
        return Check("✅", "This issue", f"open; {had} planning{'s' if had != 1 else ''} in the last hour")
    return Check("⚠️", "This issue", "closed", "reopen it before a plan is asked for")
