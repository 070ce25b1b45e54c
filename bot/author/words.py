"""What people read when there is no plan: unready, unneeded, failed. Markdown in which
untrusted text only ever shows.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.author.brief import Likely, OpenQuestion, Readiness
from bot.author.model import Remains
from bot.plan.findings import Finding
from bot.plan.model import Command
from bot.plan.safe_text import clipped, code, inline

SHOWN_FINDINGS = 20


def unready(reason: str, report: Readiness | None) -> str:
    """The questions to answer in the issue, then what was found in the repository."""
    if report is None:
        return inline(reason)
    parts = [inline(reason), "", "Answer these in the issue, most important first:", ""]
    parts += [line for at, ask in enumerate(report.asks, 1) for line in _ask(at, ask)]
    if report.files:
        parts += ["", "Files that look related, by their words only (A: named, B: strong, C: weak):", ""]
        parts += [_file(each) for each in report.files]
    if report.commands:
        parts += ["", "Commands this repository defines:", ""]
        parts += [_command(each) for each in report.commands]
    return "\n".join(parts)


def _ask(number: int, ask: OpenQuestion) -> list[str]:
    lines = [f"{number}. **{inline(ask.question)}** {inline(ask.why)}"]
    return [*lines, *(f"   - {inline(option)}" for option in ask.options)]


def _file(each: Likely) -> str:
    why = "; ".join(each.reasons)
    return f"- {code(each.path)} ({each.confidence}): {inline(clipped(why, 240))}"


def _command(each: Command) -> str:
    where = f"{each.evidence.path}:{each.evidence.line}"
    return f"- {each.kind}: {code(clipped(each.line, 200))} ({code(where)})"


def in_vain(remains: Remains) -> str:
    """What a run took that ended without a plan, and what it had understood; "" where no model was asked."""
    known = had_understood(remains)
    paid = f"It took {remains.receipt}, in vain." if remains.receipt else ""
    return "".join(f"\n\n{inline(each)}" for each in (known, paid) if each)


def had_understood(remains: Remains) -> str:
    """What a model had understood before it was lost."""
    return f"Until then it had understood the issue so: {remains.understood}" if remains.understood else ""


def failed(findings: Sequence[Finding]) -> str:
    """Why a plan was withheld: the rules it breaks, in their own words."""
    errors = [each for each in findings if each.severity == "error"]
    rest = len(errors) - SHOWN_FINDINGS
    return "\n".join(
        [
            "A plan was written and then withheld, because it breaks rules that a published plan has to "
            "keep:",
            "",
            *(f"- {each.rule}: {inline(clipped(each.message, 300))}" for each in errors[:SHOWN_FINDINGS]),
            *([f"- and {rest} more"] if rest > 0 else []),
        ]
    )
