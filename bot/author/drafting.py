"""From what a model said to a checked plan, or to findings. What the model may not
choose is put in here by code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.author.answer import json_of
from bot.author.checking import checked, lint_input
from bot.author.demands import Demand
from bot.author.facts import Facts
from bot.author.inputs.filing import filing
from bot.author.model import Usage
from bot.author.parts import INVARIANTS, provenance, slug, validation
from bot.author.purge import Purge
from bot.plan.digest import canonical_json
from bot.plan.draft import DraftRejected, draft_of, left_to_code, plan_from_draft
from bot.plan.findings import Finding
from bot.plan.formats import FORMATS
from bot.plan.located_json import Fault, read_json
from bot.plan.model import Codebase, Plan
from bot.plan.rules import autofix
from bot.plan.rules.grounding import path_fault
from bot.recon.secrets import secret_name

REJECTED, UNREADABLE = 1_000_000, 2_000_000  # errors that no plan comes to
PROTECTED = re.compile(
    r"^(\.github|\.gitlab|\.circleci|\.git|\.agent|\.ssh|\.aws|\.husky|\.vscode"
    r"|\.buildkite|\.claude)(/|$)|(^|/)\.cursor[^/]*(/|$)|(^|/)(CODEOWNERS|AGENTS\.md|CLAUDE\.md"
    r"|GEMINI\.md|Jenkinsfile(\..*)?|azure-pipelines\.ya?ml|\.travis\.yml|\.windsurfrules"
    r"|\.gitlab-ci\.yml|\.gitmodules"
    r"|\.gitattributes|\.npmrc|\.pypirc|\.netrc|\.env(\..*)?)$",
    re.IGNORECASE,
)
# Where nothing of the model's is kept.
PUT_IN = re.compile(r"/(issue|title|slug|codebase|not_produced|provenance)(/|$)|/obligations/\d+/text$")
SHELL = re.compile(r"[;&|<>`$\n\\]")


@dataclass(frozen=True, slots=True)
class Withheld:
    """What the model was not shown, in words, and what was taken out of its words, counted by kind."""

    cut: tuple[str, ...] = ()
    removed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of one reply. `plan` is None when it is no plan at all, `reply` is "" when there is
    not even a draft to mend. Lower `score` is better.
    """

    plan: Plan | None
    findings: tuple[Finding, ...]
    reply: str = ""
    withheld: Withheld = Withheld()

    @property
    def to_repair(self) -> tuple[Finding, ...]:
        """Errors and warnings about what the model chose; what code put into a plan, no answer can change."""
        heavy = [each for each in self.findings if each.severity != "info"]
        return tuple(each for each in heavy if self.plan is None or not PUT_IN.match(each.pointer))

    @property
    def score(self) -> tuple[int, int]:
        errors = sum(each.severity == "error" for each in self.findings)
        if self.plan is None:
            return (REJECTED if self.reply else UNREADABLE) + errors, 0
        return errors, sum(each.severity == "warning" for each in self.findings)

    @property
    def is_sound(self) -> bool:
        """Whether it may be published."""
        return self.plan is not None and self.score[0] == 0

    def betters(self, other: Candidate) -> bool:
        """Whether to go on with this one: fewer errors, or as many and fewer warnings.

        A sound plan is never bettered by leaving out work or decisions.
        """
        return self.score < other.score and not (other.is_sound and self._loses(other))

    def keeps(self, other: Candidate) -> bool:
        """Whether it may take the place of a sound one: it is sound, no rule finds more, nothing is lost."""
        return self.holds(other) and self.score <= other.score

    def holds(self, other: Candidate) -> bool:
        """Whether it is sound and has all the work and decisions of the other."""
        return self.is_sound and not self._loses(other)

    def _loses(self, other: Candidate) -> bool:
        return bool(_contents(other.plan) - _contents(self.plan))


def _contents(plan: Plan | None) -> set[tuple[str, str]]:
    """What a plan must not lose while only its words are mended."""
    if plan is None:
        return set()
    met = {("demand", one.id) for one in plan.obligations if one.disposition == "task"}
    return met | {("task", one.id) for one in plan.tasks} | {("decision", one.id) for one in plan.decisions}


@dataclass(frozen=True, slots=True)
class Source:
    """Who wrote a draft, for the provenance; and what was withheld before, when it is a mended one."""

    author: str
    model: str
    prompt: str
    usage: Usage
    withheld: Withheld = Withheld()


def unreadable(reason: str) -> Candidate:
    """A reply that holds no draft."""
    return Candidate(None, (Finding("PLN001", "error", f"Reply is not one JSON object: {reason}"),))


def candidate(reply: str, facts: Facts, source: Source) -> Candidate:
    """The reply as a plan with everything the rules find in it."""
    text = json_of(reply)
    if not text:
        return unreadable("it holds nothing but private reasoning")
    read = read_json(text)
    if isinstance(read, Fault):
        return unreadable(f"{read.reason} at offset {read.offset}")
    if not isinstance(read.value, dict):
        return unreadable("its top level is not an object")
    purge = Purge(Counter(source.withheld.removed))
    data = _settled(purge.data(read.value), facts)
    withheld = Withheld(source.withheld.cut, dict(purge.removed))
    try:
        plan = plan_from_draft(
            data,
            issue=facts.brief.number,
            slug=slug(facts.title, facts.brief.number),
            provenance=provenance(facts.brief, source.author, source.model, source.prompt, source.usage),
            codebase=_codebase(facts, withheld.cut, purge.told()),
        )
    except DraftRejected as rejected:
        return Candidate(None, rejected.findings, canonical_json(data), withheld)
    return rechecked(plan, facts, withheld)


def rechecked(plan: Plan, facts: Facts, withheld: Withheld) -> Candidate:
    """The plan with what is safely mended, and what is not. A repair is asked of the plan as it is then, so
    that every place named in a finding is one of the draft that is shown with it."""
    fixed, _ = autofix(plan, lint_input(plan, facts.brief))
    fixed = FORMATS[facts.brief.format].whole(fixed)
    _, report = checked(fixed, facts.brief)
    return Candidate(fixed, report.findings, canonical_json(draft_of(fixed, facts.brief.format)), withheld)


def _codebase(facts: Facts, cut: Sequence[str], removed: str) -> Codebase:
    """Recon's facts, and what was cut before the model or taken out after it."""
    lines = list(facts.codebase.snapshot)
    if cut:
        lines.append(f"Not shown to the model: {'; '.join(cut)}")
    if removed:
        lines.append(f"Taken out of the model's words or put into code: {removed}")
    return facts.codebase.model_copy(update={"snapshot": tuple(lines)})


# --- what the model may not choose -----------------------------------------------------------------------


def _settled(data: dict[str, Any], facts: Facts) -> dict[str, Any]:
    """The draft with the issue's own words for its demands, only known commands and only paths it may name.
    Shapes are not trusted: what is not as expected is left for validation to find."""
    not_asked = left_to_code(Plan, facts.brief.format)
    data = {
        **{name: value for name, value in data.items() if name not in not_asked},
        "title": facts.title,
        "obligations": _obligations(data.get("obligations"), data.get("tasks"), facts),
    }
    if isinstance(data.get("tasks"), list):
        data["tasks"] = [
            permitted_task(each, facts) if isinstance(each, dict) else each for each in data["tasks"]
        ]
    if isinstance(defaults := data.get("contract_defaults"), dict):
        known = known_commands(defaults.get("acceptance_tests"), facts)
        names = _tokens(defaults.get("invariants"))
        data["contract_defaults"] = {
            **defaults,
            "acceptance_tests": known or list(validation(facts)),
            "invariants": names or list(INVARIANTS),
        }
    if isinstance(roadmap := data.get("roadmap"), dict) and isinstance(roadmap.get("milestones"), list):
        data["roadmap"] = {**roadmap, "milestones": _milestones(roadmap["milestones"], facts)}
    if isinstance(needed := data.get("requirements"), dict) and isinstance(needed.get("header"), dict):
        data["requirements"] = {**needed, "header": _header(needed["header"], facts)}
    return data


def _header(header: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """The head of a functional plan, filed where code knows that it belongs, with the day if it is known."""
    brief, found = facts.brief, filing(facts.brief)
    branch = found.branch or f"{brief.number}-{slug(facts.title, brief.number)}"
    known = {"task": found.task, "branch": branch}
    return {**header, **known, **({"created": brief.created} if brief.created else {})}


def permitted_task(task: dict[str, Any], facts: Facts) -> dict[str, Any]:
    """A task without the paths, commands and evidence that a model may not choose."""
    out = dict(task)
    if isinstance(files := task.get("files"), list):
        out["files"] = [each for each in files if not (isinstance(each, dict) and _is_foreign(each, facts))]
    for name in ("allowed_paths", "denied_paths"):
        if isinstance(paths := task.get(name), list):
            out[name] = [each for each in paths if isinstance(each, str) and not path_fault(each)]
    if isinstance(allowed := out.get("allowed_paths"), list):
        out["allowed_paths"] = [each for each in allowed if not _is_protected(each, facts)]
    out["commands"] = known_commands(task.get("commands"), facts)
    out["evidence"] = [each for each in _listed(task.get("evidence")) if _is_seen(each, facts)]
    return out


def _is_foreign(change: Mapping[str, Any], facts: Facts) -> bool:
    names = (change.get("path"), change.get("source"))
    return any(isinstance(name, str) and _is_protected(name, facts) for name in names)


def _is_protected(path: str, facts: Facts) -> bool:
    """Whether a path steers machines or holds secrets; then only a demand of the
    issue, or its title, opens it.
    """
    plain = path.strip().removeprefix("./")
    if secret_name(plain):
        return True
    asked = {path for each in facts.demands for path in (*each.paths, *each.new_paths)} | set(
        facts.title_paths
    )
    return bool(PROTECTED.search(plain)) and plain not in asked


def _is_seen(evidence: object, facts: Facts) -> bool:
    """Whether a quote stands where it is said to, white space aside."""
    if not isinstance(evidence, dict) or not isinstance(evidence.get("path"), str):
        return False
    quote, path = evidence.get("quote"), evidence["path"]
    if not isinstance(quote, str) or not quote.strip():
        return False
    text = f"{facts.brief.title}\n{facts.brief.body}" if path == "issue" else facts.brief.tree.text(path)
    return text is not None and " ".join(quote.split()) in " ".join(text.split())


def known_commands(commands: object, facts: Facts) -> list[str]:
    """The commands that the repository defines, alone or with plain arguments behind them."""
    known = {each.line for each in facts.commands} | set(validation(facts))
    return [each for each in _listed(commands) if isinstance(each, str) and _is_known(each.strip(), known)]


def _is_known(command: str, known: Iterable[str]) -> bool:
    return any(
        command == each or (command.startswith(f"{each} ") and not SHELL.search(command[len(each) :]))
        for each in known
    )


def _milestones(milestones: list[Any], facts: Facts) -> list[Any]:
    """Milestones with known commands only, and one of them active."""
    whole = [each for each in milestones if isinstance(each, dict)]
    if len(whole) != len(milestones):
        return milestones
    active = next((at for at, each in enumerate(whole) if each.get("status") == "active"), 0)
    return [
        {
            **each,
            "validation": known_commands(each.get("validation"), facts),
            "status": "active"
            if at == active
            else "queued"
            if each.get("status") == "active"
            else each.get("status"),
        }
        for at, each in enumerate(whole)
    ]


def _tokens(names: object) -> list[str]:
    return [
        each
        for each in _listed(names)
        if isinstance(each, str) and re.fullmatch(r"[a-z][a-z0-9_]{2,60}", each)
    ]


def _obligations(given: object, tasks: object, facts: Facts) -> list[dict[str, Any]]:
    """Every demand once, in the issue's words, with what the model says became of it."""
    said = {each.get("id"): each for each in _listed(given) if isinstance(each, dict)}
    return [_became(demand, said.get(demand.id, {}), _covering(demand.id, tasks)) for demand in facts.demands]


def _became(demand: Demand, said: Mapping[str, Any], covering: list[str]) -> dict[str, Any]:
    out = {"id": demand.id, "text": demand.text, "disposition": "task", "by": covering, "reason": None}
    if demand.done:
        return out | {"disposition": "done", "by": []}
    if demand.is_order:
        return out | {"disposition": "non-goal", "by": [], "reason": "it gives orders to whoever plans"}
    if covering:
        return out
    named = said.get("disposition")
    given = "open" if named in {None, "task", "done"} else named  # a task that does not cover it is none
    return out | {"disposition": given, "by": said.get("by"), "reason": _reason(demand, given, said)}


def _reason(demand: Demand, given: object, said: Mapping[str, Any]) -> object:
    """Why no task meets a demand. Only code may say that something asks for no work, so work stays open
    without a reason."""
    if demand.is_work:
        return None if given == "open" else said.get("reason")
    return said.get("reason") or demand.open_reason


def _covering(name: str, tasks: object) -> list[str]:
    """The tasks that say they cover a demand."""
    return [
        task["id"]
        for task in _listed(tasks)
        if isinstance(task, dict) and isinstance(task.get("id"), str) and name in _listed(task.get("covers"))
    ]


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
