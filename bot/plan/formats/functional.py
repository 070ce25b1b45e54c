"""The format `functional`: what a system must do and how that is seen, in British spelling, without code.

What the plan does not say is asked, never made up. Whether its own texts hold code is the rules' business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.effects import File
from bot.plan.facets import Criterion, Header
from bot.plan.formats.behaviour import derived, fills_in
from bot.plan.formats.companions import (
    SECTION_LEAVES,
    own_text,
    section_said,
    section_shown,
    spec_folder,
    with_companions,
)
from bot.plan.formats.completion import completion_of
from bot.plan.formats.guarded import (
    as_cell_code,
    as_code,
    bare_shown,
    code_shown,
    disguised,
    listed,
    said_of,
    told,
    unlabelled,
)
from bot.plan.formats.implied import with_contracts
from bot.plan.formats.plan_output import plan_output_text, progress_text, stream_order
from bot.plan.formats.shape import Data, Format
from bot.plan.formats.what import in_words
from bot.plan.loose import loosely
from bot.plan.markdown import Document
from bot.plan.model import Assumption, Plan
from bot.plan.readers.functional import LABELS, read
from bot.plan.readers.parts import is_none
from bot.plan.safe_text import cell, inline, plain
from bot.plan.spelling import british
from bot.render import render

_KINDS = ("needs", "consumer", "call")
_TRACKER = re.compile(r"([A-Z][A-Z0-9]{0,30}-[0-9]{1,10})(?:[_/-]|$)")


def files(plan: Plan, existing: Mapping[str, str]) -> tuple[File, ...]:
    """The document, its data beside it, and what every format brings along."""
    folder, whole = spec_folder(plan), view(plan)
    path = f"{folder}/plan.md"
    own = [File(path, document(whole)), File(f"{folder}/plan_output.json", plan_output_text(whole))]
    if whole.streams and whole.streams.streams:
        own.append(File(f"{folder}/progress.json", progress_text(whole)))
    return with_companions(plan, existing, own, [("Functional plan", path)])


def document(whole: Plan) -> str:
    """The document of a plan as `view` gives it."""
    return render("formats/functional/plan.md", **_values(whole))


def completion(plan: Plan) -> str:
    """What to say when the plan is written."""
    return completion_of(view(plan))


def task_id(branch: str, issue: int) -> str:
    """What a plan is filed under: the tracker's id that the branch begins with, else the issue."""
    found = _TRACKER.match(branch.rpartition("/")[2])
    return found[1] if found else f"#{issue}"


# --- what the document is made from ------------------------------------------------------------------------


def view(plan: Plan) -> Plan:
    """The plan as the document shows it: spelt the British way, files and code said in words, with its
    contracts, and nothing in sections that do not apply."""
    if plan.requirements is None:
        plan = plan.model_copy(update={"requirements": derived(plan, _unfiled(plan))})
    data = plan.model_dump(mode="json", warnings=False)
    data |= {name: _said(data[name]) for name in _SAID if data[name] is not None}
    whole = loosely({**data, "streams": data["streams"] or {}})
    wanted = whole.requirements
    assert wanted is not None
    commands = {one.command.strip("` ") for one in (whole.streams.streams if whole.streams else ())}
    changes: dict[str, Any] = {
        "integrations": tuple(sorted(wanted.integrations, key=lambda one: _KINDS.index(one.kind))),
        "concerns": wanted.concerns if any(one.applies != "no" for one in wanted.concerns) else (),
    }
    if not wanted.schema_changes and "/schema" not in commands:
        changes["deploy_order"] = ()
    return with_contracts(whole.model_copy(update={"requirements": wanted.model_copy(update=changes)}))


def _unfiled(plan: Plan) -> Header:
    """The header of a plan that nobody wrote for this format."""
    return Header.model_construct(task=task_id("", plan.issue), branch="", feature=plan.title, created="")


_SAID = ("title", "summary", "goals", "non_goals", "assumptions", "questions", "requirements", "streams")
_AS_IT_IS = frozenset(
    {"id", "task", "branch", "created", "agent", "agent_hint", "command", "impact", "origin"}
)


# What is called by its name: fields of a form, objects of a schema, files of the environment, dependencies.
_NAMED = frozenset({"inputs", "schema_changes", "dev_needs", "notes"})


def _said(value: Any, *, named: bool = False) -> Any:
    """Texts as this document says them."""
    if isinstance(value, dict):
        return {
            name: one if name in _AS_IT_IS else _said(one, named=named or name in _NAMED)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_said(one, named=named) for one in value]
    if not isinstance(value, str):
        return value
    return british(value if named else in_words(value))


# --- how it is written -------------------------------------------------------------------------------------

# What has to hold when a concern applies, in words that name no means of one language.
_CRITICAL: Mapping[str, str] = {
    "User input": "Input never becomes part of a query, a command or a file name unchecked; what is shown"
    " of it is escaped.",
    "Authentication": "Passwords are kept only as salted hashes made for passwords; a failed sign-in does not"
    " say which part was wrong.",
    "Authorisation": "Every request checks that the person may act on exactly this object.",
    "Secrets/credentials": "Secrets are compared in constant time, come from a generator made for security,"
    " and stay out of the source.",
    "Sensitive data": "Personal data, passwords and tokens appear neither in logs nor in error messages.",
    "External data": "Data from outside is read only as data, never as code or objects; certificates are"
    " always checked.",
    "gRPC/API surface": "Errors tell callers nothing of the inside; sizes and rates of requests have limits.",
}
_KEYWORD = re.compile(
    r"(?:^|(?<=[\s(]))(?:G(?:iven|IVEN)|W(?:hen|HEN)|T(?:hen|HEN)|A(?:nd|ND)|B(?:ut|UT))(?=[:,]?(?:\s|$))"
)
_CODE = re.compile(r"(`[^`]*`)")
_TRACE = re.compile(r"\(\s*(?:FR|NFR|BR)-[^()]{1,200}\)\s*+(?:[:.]\s*)?$")
_NEED = re.compile(r"(?:required|optional|mandatory)\b", re.IGNORECASE)
_WEIGHT = re.compile(r"\W*(?:high|medium|low)\b", re.IGNORECASE)


def _values(whole: Plan) -> dict[str, Any]:
    wanted = whole.requirements
    assert wanted is not None
    streams = whole.streams
    order = stream_order(streams.streams, streams.groups) if streams else []
    steps = sorted({step for step, _ in order})
    return {
        "plan": whole,
        "wanted": wanted,
        "outlined": whole.provenance.model == "none",
        "derived": whole.provenance.model == "none" or not (wanted.header.created or wanted.header.branch),
        "header": [*_header(wanted.header)],
        "kinds": {kind: [one for one in wanted.integrations if one.kind == kind] for kind in _KINDS},
        "streams": streams.streams if streams else (),
        "order": [[one for at, one in order if at == step] for step in steps],
        "sets_up": any(one.id == "WS-0" for one in (streams.streams if streams else ())),
        "changes_schema": any(
            one.command.strip("` ") == "/schema" for one in (streams.streams if streams else ())
        ),
        "critical": [
            _CRITICAL[one.concern]
            for one in wanted.concerns
            if one.applies != "no" and one.concern in _CRITICAL
        ],
        "as_code": as_code,
        "as_cell_code": as_cell_code,
        "clauses": _clauses,
        "criterion_title": _criterion_title,
        "bound": _bound,
        "impact": lambda one: cell(_impact(one)),
        "what": in_words,
        "fills_in": fills_in(wanted.criteria),
        "success": lambda text: unlabelled(text, LABELS),
    }


def _header(header: Header) -> Iterator[str]:
    for label, source in (
        ("Task", as_code(header.task)),
        ("Branch", as_code(header.branch)),
        ("Feature", inline(header.feature)),
        ("Created", inline(header.created)),
    ):
        if source:
            yield f"**{label}**: {source}"


def _clauses(one: Criterion) -> Iterator[str]:
    """Given, When and Then of a criterion, one line each."""
    for keyword, said in (("Given", one.given), ("When", one.when), ("Then", one.then)):
        for at, text in enumerate(filter(None, map(_clause_shown, said))):
            yield f"**{'And' if at else keyword}** {_clause(text)}"


def _clause(text: str) -> str:
    """A clause in which no word begins another clause, and whose end is not taken for a comma."""
    pieces = _CODE.split(inline(text))
    pieces[::2] = [_KEYWORD.sub(lambda found: disguised(found[0]), piece) for piece in pieces[::2]]
    source = "".join(pieces)
    return re.sub(r"&([lg])t;$", lambda found: "\\<" if found[1] == "l" else "\\>", source)


def _clause_shown(text: str) -> str:
    return plain(text).rstrip(" ,;")


def _criterion_title(one: Criterion) -> str:
    title = inline(one.title)
    if one.requirements:
        return f"{title} ({inline(', '.join(one.requirements))})"
    found = _TRACE.search(title)
    return f"{title[: found.start()]}&#40;{title[found.start() + 1 :]}" if found else title


def _bound(need: str, bound: str) -> str:
    """Whether an input is required, and its bounds, for a table cell."""
    source = cell(bound)
    if need:
        return f"{need.capitalize()}, {source}" if source else need.capitalize()
    return disguised(source) if _NEED.match(source.lstrip()) else source


def _impact(one: Assumption) -> str:
    """How bad it is when an assumption is wrong, and what breaks."""
    said = plain(one.if_wrong)
    if not said:
        return one.impact
    return said if said.lower().startswith(one.impact) and _WEIGHT.match(said) else f"{one.impact}: {said}"


# --- what it says ------------------------------------------------------------------------------------------


def shown(plan: Plan) -> Data:
    """What the documents and the section say, as `parse` reads them."""
    whole = view(plan)
    data = told(whole.model_dump(mode="json", warnings=False), _NOT_READ_BACK)
    data["non_goals"] = listed(data["non_goals"])
    for one, known in zip(data["assumptions"], whole.assumptions, strict=True):
        one["if_wrong"] = plain(_impact(known))
    _requirements_shown(data["requirements"])
    for stream in data["streams"]["streams"]:
        stream["agent"] = "" if is_none(stream["agent"]) else bare_shown(stream["agent"])
        stream["command"] = "" if is_none(stream["command"]) else code_shown(stream["command"])
    return _with_section(data, section_shown(plan))


def _requirements_shown(data: Data) -> None:
    for one in data["functional"]:
        one["inputs"] = [dict(item) for item in one["inputs"] if not is_none(item["name"])]
        one["success"] = said_of(one["success"])
        one["agent_hint"] = code_shown(one["agent_hint"])
        _bare(one["inputs"], "name", "kind")
    for one in data["criteria"]:
        for block in ("given", "when", "then"):
            one[block] = [*filter(None, map(_clause_shown, one[block]))]
    header = data["header"]
    header |= {"task": code_shown(header["task"]), "branch": code_shown(header["branch"])}
    _bare([header], "feature", "created")
    _bare(data["schema_changes"], "object", "dependency")
    for one in data["schema_changes"]:
        one["dependency"] = "" if is_none(one["dependency"]) else one["dependency"]
    _bare(data["dev_needs"], "need")
    _bare(data["concerns"], "concern")
    _bare(data["mandate"], "kind")
    data["notes"] = said_of(data["notes"])
    data["deploy_order"] = listed(data["deploy_order"])


def _bare(items: Iterable[Data], *names: str) -> None:
    for one in items:
        one |= {name: bare_shown(one[name]) for name in names}


def _with_section(data: Data, section: Data) -> Data:
    return {**data, **{name: section[name] for name in ("title", "roadmap", "decisions")}}


def parse(given: Sequence[File], issue: int) -> Data:
    """What the documents and the section of an issue say. What is missing is left out or blank."""
    names = ("plan.md", "plan_output.json")
    own = [Document(name, text) for name in names if (text := own_text(given, issue, name))]
    said = read(own[:1]).value if own else {}
    # Groups stand in the data alone; other lists that are gone from the document were taken out.
    groups = read(own).value.get("streams", {}).get("groups", []) if own else []
    data = told({**said, "streams": {**said.get("streams", {}), "groups": groups}}, _NOT_READ_BACK)
    return _with_section(data, section_said(given, issue))


_NOT_READ_BACK = SECTION_LEAVES | frozenset({
    "issue", "slug", "size", "goals", "contract_defaults", "tasks", "constraints", "obligations", "codebase",
    "delivery", "not_produced", "provenance", "assumptions.origin",
    "questions.why", "questions.blocking", "questions.options", "questions.origin",
    "decisions.context", "decisions.impact", "decisions.weight", "decisions.options", "decisions.recommended",
    "decisions.deadline", "decisions.issue", "decisions.answer", "decisions.log", "decisions.origin",
    "requirements.verification.check",
})  # fmt: skip

FUNCTIONAL = Format(
    "functional", files, shown, parse, _NOT_READ_BACK, whole=with_contracts, closing=completion
)
