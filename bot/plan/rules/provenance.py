"""PLN415, 712, 919, 920: a plan says where it comes from, quotes what is there, and claims no author it did
not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.effects import PLAN_FILE
from bot.errors import UserError
from bot.plan.findings import Severity
from bot.plan.formats.plan_file import section_of
from bot.plan.markdown import Document
from bot.plan.model import Evidence, Plan
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.verbatim import folded, told

# What every rendering of a plan without a model says at its top.
BANNER = re.compile(r"made without a language model", re.IGNORECASE)
_SHA = re.compile(r"[0-9a-f]{40}")
_SHOWN = 80


@rule(
    "PLN415",
    severity="error",
    needs=["plan"],
    message="Plan was made at {a}; {n} planned paths changed since",
)
def base_is_the_commit_checked(given: LintInput) -> Iterator[Hit]:
    """The plan names the commit it was made at, and is checked at that commit"""
    assert given.plan is not None
    base = given.plan.provenance.base_sha
    if base and not _SHA.fullmatch(base):
        yield Hit("/provenance/base_sha", {"a": base}, message=f"'{base}' is not a commit's 40 hex digits")
    elif base and given.ground is not None and given.ground.sha != base:
        values = {"a": base[:12], "b": given.ground.sha[:12]}
        message = f"Plan was made at {values['a']} and is checked at {values['b']}"
        suggestion = "check it at its own commit (--base), or plan again"
        yield Hit("/provenance/base_sha", values, suggestion, "warning", message=message)
    elif not base and given.own is None:
        raise Lacking("the plan does not say at which commit it was made")


@rule("PLN712", severity="error", needs=["plan"], message="Quote for {id} not found in {source}")
def quotes_are_verbatim(given: LintInput) -> Iterator[Hit]:
    """What is quoted from the issue or a file stands there word for word"""
    assert given.plan is not None
    hits = [*_wrong_quotes(given), *_wrong_demands(given)]
    yield from hits
    unchecked = {one.path for _, _, one in _quotes(given.plan) if _stands(one, given) is None}
    if unchecked and not hits:
        raise Lacking(f"no text to compare with: {', '.join(sorted(unchecked)[:3])}")


def _wrong_quotes(given: LintInput) -> Iterator[Hit]:
    assert given.plan is not None
    for pointer, owner, evidence in _quotes(given.plan):
        if _stands(evidence, given) is False:
            severity: Severity = "error" if _at_base(given) or evidence.path == "issue" else "warning"
            values = {"id": owner, "source": evidence.path}
            yield Hit(f"{pointer}/quote", values, f"it says '{_clip(evidence.quote)}'", severity)


def _wrong_demands(given: LintInput) -> Iterator[Hit]:
    assert given.plan is not None
    for at, demand in enumerate(given.plan.obligations if given.issue_text is not None else ()):
        if demand.text and not told(demand.text, given.issue_text or ""):
            values = {"id": demand.id, "source": "the issue"}
            yield Hit(f"/obligations/{at}/text", values, f"it says '{_clip(demand.text)}'")


def _quotes(plan: Plan) -> Iterator[tuple[str, str, Evidence]]:
    for at, task in enumerate(plan.tasks):
        for index, one in enumerate(task.evidence):
            if one.quote.strip():
                yield f"/tasks/{at}/evidence/{index}", task.id, one
    for at, command in enumerate(plan.codebase.commands):
        if command.evidence.quote.strip():
            yield f"/codebase/commands/{at}/evidence", f"`{command.line}`", command.evidence


def _stands(evidence: Evidence, given: LintInput) -> bool | None:
    """Whether the quote is in what it cites; None when there is nothing to compare with."""
    if evidence.path == "issue":
        return None if given.issue_text is None else told(evidence.quote, given.issue_text)
    if given.ground is None:
        return None
    text = given.ground.text(evidence.path)
    if text is None:
        return None if given.ground.exists(evidence.path) or given.ground.truncated else False
    return folded(evidence.quote) in folded(text)


def _at_base(given: LintInput) -> bool:
    assert given.plan is not None
    return given.ground is not None and given.ground.sha == given.plan.provenance.base_sha


def _clip(text: str) -> str:
    line = folded(text)
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


@rule("PLN919", severity="error", needs=["own"], message="Provenance lacks {field}")
def provenance_is_complete(given: LintInput) -> Iterator[Hit]:
    """A plan says from which commit and inputs it was made, by whom, with which model and prompt"""
    assert given.own is not None
    told = given.own.provenance
    asked = ("prompt_version",) if told.model != "none" else ()
    for field in ("base_sha", "inputs_digest", "author", "model", *asked):
        if not getattr(told, field).strip():
            yield Hit(f"/provenance/{field}", {"field": field})
    if told.model != "none" and not told.calls:
        yield Hit("/provenance/calls", {"field": "calls"}, "count the calls of the model")


@rule("PLN920", severity="error", needs=["own"], message="{pointer} claims {s} without a model")
def no_model_is_claimed(given: LintInput) -> Iterator[Hit]:
    """A plan made without a model says so, and nothing in it claims to come from one"""
    assert given.own is not None
    if given.own.provenance.model != "none":
        return
    for leaf in given.strings:
        if leaf.way.endswith("origin") and leaf.text == "model":
            yield Hit(leaf.pointer, {"s": "that a model wrote it"}, "extracted, computed or person")
    for pointer in _called_valid(given):
        yield Hit(pointer, {"s": "a validated contract"}, file="contract")
    for document in given.documents:
        if (text := _ours(document, given.own.issue)) and not BANNER.search(text):
            message = f"{document.path} does not say that no model was asked"
            yield Hit("", {"s": document.path}, "put the notice at its top", message=message)


def _called_valid(given: LintInput) -> Iterator[str]:
    top = given.contract_json.value if given.contract_json else None
    if isinstance(top, dict):
        below = top.get("groundplan")
        for pointer, part in (("", top), ("/groundplan", below if isinstance(below, dict) else {})):
            if part.get("validated"):
                yield f"{pointer}/validated"


def _ours(document: Document, issue: int) -> str:
    """The part of a document that shows this plan."""
    if document.path.rpartition("/")[2] != PLAN_FILE:
        return document.text
    try:
        return section_of(document.text, issue) or ""
    except UserError:
        return ""
