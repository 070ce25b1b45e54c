"""From a brief to an Outcome: have it written, check it, render it, or say plainly why there is no plan.

Used by the local command and by the thinker alike. Nothing is published here, and nothing
with an error is let out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import TypeAdapter

from bot.author import words
from bot.author.brief import Author, Brief, Progress, Written
from bot.author.checking import checked, existing, published
from bot.author.cost import Capped
from bot.author.failure import Failed, RefusedAfter
from bot.author.model import Kind, ModelError, Remains
from bot.decisions import decisions_of, with_deadlines, with_placeholders
from bot.effects import File, is_plan_path
from bot.errors import UserError
from bot.plan.announcement import MAX_BODY, check_run, pull_request, verdict
from bot.plan.findings import Finding, Report
from bot.plan.formats import FORMATS
from bot.plan.leftovers import leftovers
from bot.plan.model import Plan
from bot.plan.safe_text import inline
from bot.situation import Outcome

_OUTCOME = TypeAdapter(Outcome)

MODEL_TROUBLE: dict[Kind, str] = {
    "unauthorized": "The model's endpoint refuses the key. The operator has to check OPENAI_API_KEY and the "
    "model's name.",
    "quota": "The account at the model's endpoint has no quota left. The operator has to raise it.",
    "rate-limited": "The model's endpoint allows no more requests at the moment. Ask again later.",
    "unavailable": "The model's endpoint cannot be reached or fails. Ask again later.",
    "time-out": "The model did not answer in time. Ask again later.",
    "cut": "The connection to the model broke. Ask again later.",
    "context-length": "The issue and what is needed of the repository are too long for this model.",
    "refused": "The model declined to write this plan.",
    "truncated": "The model's answers were cut off at the length limit each time.",
    "empty": "The model answered with nothing each time.",
    "not-understood": "The endpoint does not speak the expected protocol. The operator has to check "
    "OPENAI_BASE_URL.",
    "rejected": "The model's endpoint rejects the request. The operator has to check the model's name and "
    "OPENAI_BASE_URL.",
}
NEXT_AT_A_CAP = "Ask again when it has room, or ask the operator to raise it."


def compose(brief: Brief, author: Author, progress: Progress) -> Outcome:
    """How planning this brief ended. Never raises for what a person or a model got wrong."""
    outcome, _ = composed(brief, author, progress)
    return outcome


def composed(brief: Brief, author: Author, progress: Progress) -> tuple[Outcome, tuple[Finding, ...]]:
    """As `compose`, with everything the rules found, for people at a terminal."""
    name = f"{author.name}/{author.version}"
    if brief.format not in FORMATS:
        known = ", ".join(FORMATS)
        return _without(
            brief, name, "failed", f"There is no plan format `{brief.format}`. Known: {known}."
        ), ()
    try:
        return _settled(brief, name, author.write(brief, progress), progress)
    except ModelError as error:
        said = f"{MODEL_TROUBLE[error.kind]} ({inline(error.reason)})"
        return _without(brief, name, "failed", said + words.in_vain(error.remains)), ()
    except Capped as end:
        said = f"The cap of {end.words} is reached. {NEXT_AT_A_CAP}"
        return _without(brief, name, "failed", said + words.in_vain(end.remains)), ()
    except Failed as failure:
        said = words.failed(failure.findings)
        return _without(brief, name, "failed", said + words.in_vain(failure.remains)), failure.findings
    except UserError as refusal:
        said = f"{refusal.reason} {refusal.next_step}".strip()
        remains = refusal.remains if isinstance(refusal, RefusedAfter) else Remains()
        return _without(brief, name, "failed", said + words.in_vain(remains)), ()


def _settled(
    brief: Brief, name: str, written: Written, progress: Progress
) -> tuple[Outcome, tuple[Finding, ...]]:
    if written.kind == "unready":
        return _without(brief, name, "unready", words.unready(written.reason, written.readiness)), ()
    if written.kind == "unneeded" or written.plan is None:
        return _without(brief, name, "unneeded", inline(written.reason)), ()
    progress("checking the plan")
    return _published(brief, written.author or name, written.plan, written.reason)


def _published(brief: Brief, name: str, written: Plan, note: str) -> tuple[Outcome, tuple[Finding, ...]]:
    """The outcome that shows the plan. Raises Failed and RefusedAfter with what the plan took, for what the
    last look finds."""
    remains = Remains(written.provenance.receipt)
    try:
        return _shown(brief, name, written, note)
    except Failed as failure:
        raise Failed(failure.findings, failure.usage, remains) from None
    except UserError as refusal:
        raise RefusedAfter(refusal, remains) from None


def _shown(brief: Brief, name: str, written: Plan, note: str) -> tuple[Outcome, tuple[Finding, ...]]:
    plan = to_publish(FORMATS[brief.format].whole(written), brief)
    files, report = checked(plan, brief)
    if not report.ok:
        raise Failed(report.findings)
    left = leftovers(files, plan.issue, existing(brief.tree))
    said = "".join(f"{one}\n\n" for one in (inline(note), left.words()) if one)
    outcome = presented(plan, brief, files, report, said=said, headline=f"Add the plan for #{brief.number}")
    return replace(outcome, removed=left.removed, author=name), report.findings


def to_publish(plan: Plan, brief: Brief) -> Plan:
    """The plan as it goes to GitHub: decisions have a deadline, and a stand-in for the number of the issue
    that is filed when the plan is published. On a folder nothing is filed."""
    if not brief.repository:
        return plan
    days = brief.choices.config.decisions.deadline_days
    return with_placeholders(with_deadlines(plan, brief.created, days))


def presented(
    plan: Plan, brief: Brief, files: tuple[File, ...], report: Report, *, said: str, headline: str
) -> Outcome:
    """A checked plan with all texts that GitHub shows of it; `said` is Markdown to begin them with. Raises
    Failed when they would do what texts must not, UserError when a file is not ours to write."""
    _hold_closed_set(files)
    title, body = pull_request(plan, report, files=files)
    closing = FORMATS[brief.format].closing(plan)
    if closing and len(body) + len(closing) < MAX_BODY:
        body = f"{body.rstrip()}\n\n## When it is approved\n\n{closing}\n"
    shown = published(
        plan, brief, {"pull request title": title, "pull request body": body, "commit headline": headline}
    )
    if not shown.ok:
        raise Failed(shown.findings)
    check_title, check_summary, annotations = check_run(report, files)
    return Outcome(
        digest=brief.inputs_digest,
        kind="plan",
        body=f"{said}{_summary(plan, verdict(report))}" + (f"\n\n{closing}" if closing else ""),
        files=files,
        pull_title=title,
        pull_body=f"{said}{body}",
        headline=headline,
        check_title=check_title,
        check_summary=check_summary,
        check_ok=report.ok,
        annotations=tuple(annotations),
        decisions=decisions_of(plan),
    )


def _hold_closed_set(files: tuple[File, ...]) -> None:
    foreign = [file.path for file in files if not is_plan_path(file.path)]
    if foreign:
        raise UserError(
            "path-not-ours", f"The plan format would write {', '.join(foreign)}.", "Report this as a bug."
        )


def _summary(plan: Plan, said: str) -> str:
    counts = [
        _count(len(plan.tasks), "task"),
        _count(len(plan.decisions), "open decision"),
        _count(len(plan.questions), "open question"),
    ]
    return f"{', '.join(counts)}. {said}."


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _without(brief: Brief, name: str, kind: Literal["unready", "unneeded", "failed"], body: str) -> Outcome:
    return Outcome(brief.inputs_digest, kind, body, author=name)


def outcome_to_json(outcome: Outcome) -> bytes:
    """The outcome as JSON; `outcome_from_json` gives it back equal."""
    return _OUTCOME.dump_json(outcome)


def outcome_from_json(text: bytes | str) -> Outcome:
    """An outcome out of its JSON. Raises pydantic.ValidationError for anything else."""
    return _OUTCOME.validate_json(text)
