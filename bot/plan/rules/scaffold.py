"""PLN105-109, PLN112, PLN115, PLN116: steps, phases and tables have the form that tools rely on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from bot.plan.findings import Location
from bot.plan.formats.sections import LAYOUTS
from bot.plan.language import language_of
from bot.plan.markdown import Block, Document, plain
from bot.plan.model import Change, Plan, Task
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.pages import at_line, named, text_page
from bot.plan.rules.step_blocks import StepBlock, item_steps, section_steps, typed

_TITLE = re.compile(r"Plan: (\S.{0,300}) \(([^()]{1,200})\)")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){0,7}")
_SLUG_LENGTH = 60
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


@rule(
    "PLN105",
    severity="error",
    needs=["documents"],
    formats="X",
    message="Slug '{slug}' / file '{path}' do not match title",
)
def export_is_named_by_its_slug(given: LintInput) -> Iterator[Hit]:
    """An export is titled "Plan: Name (slug)" and lies in EXPORT/plan_slug.md"""
    page = text_page(given)
    heading = next((one for one in page.headings if one.level == 1), None)
    title = plain(heading.text) if heading else ""
    found = _TITLE.fullmatch(title)
    slug = found[2] if found else ""
    own = given.own.slug if given.own else slug
    sound = bool(_SLUG.fullmatch(slug)) and len(slug) <= _SLUG_LENGTH and slug == own
    if sound and f"/{page.path}".endswith(f"/EXPORT/plan_{slug}.md"):
        return
    better = slug if sound else given.own.slug if given.own else _slug(slug or title.removeprefix("Plan:"))
    suggestion = f"title it 'Plan: {found[1] if found else 'Name'} ({better})' in EXPORT/plan_{better}.md"
    values = {"slug": slug, "path": page.path}
    yield Hit("", values, suggestion, location=at_line(page, heading.line if heading else 1))


def _slug(text: str) -> str:
    words = [word for word in _NOT_SLUG.split(text.casefold()) if word]
    return "-".join(words[:8])[:_SLUG_LENGTH].strip("-") or "plan"


_LEAST_WORDS, _MOST_WORDS = 20, 120
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


@rule(
    "PLN106",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="X,F",
    message="Summary has {p} paragraphs, {w} words",
)
def summary_is_one_paragraph(given: LintInput) -> Iterator[Hit]:
    """The summary is one paragraph of 20 to 120 words"""
    assert given.plan is not None
    text = given.plan.summary.strip()
    if not text:
        raise Lacking("no summary")
    if language_of(text) == "other":
        raise Lacking("words are counted in English only")
    words = len(text.split())
    paragraphs = max(len(_PARAGRAPH.split(text)), _paragraphs_shown(given))
    if paragraphs > 1 or not _LEAST_WORDS <= words <= _MOST_WORDS:
        suggestion = f"one paragraph of {_LEAST_WORDS} to {_MOST_WORDS} words"
        yield Hit("/summary", {"p": paragraphs, "w": words}, suggestion)


def _paragraphs_shown(given: LintInput) -> int:
    """The paragraphs of the section as it was read; 0 for a plan of ours, which holds them itself."""
    if given.reading is None or not given.documents:
        return 0
    title = "Summary" if given.format == "export" else "Feature Overview"
    section = named(text_page(given), LAYOUTS[given.format], title)
    return sum(block.kind == "paragraph" for block in section.own) if section else 0


# The fields of each step as documents label them; effort, risk and rollback stand in a step's first line.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "steps": ("Task", "Files", "Step Dependencies", "User Instructions"),
    "export": ("Files", "Changes", "Notes", "Purpose"),
    "technical": ("Goal", "Tasks", "Estimated time"),
}
_SECTION = {"export": "Implementation Plan", "technical": "Implementation Steps"}
_IN_HEAD = {
    name: re.compile(rf"{name}: {{0,2}}[\w*]", re.IGNORECASE) for name in ("Effort", "Risk", "Rollback")
}
_SAFE = re.compile(r"Rollback: {0,2}Safe\b", re.IGNORECASE)
_OTHER_LABELS: Mapping[str, tuple[str, ...]] = {
    "Step Dependencies": ("Dependencies", "Depends on"),
    "Changes": ("Edits",),
    "Notes": ("Gotchas", "Note"),
    "Purpose": ("Why", "Goal"),
    "Estimated time": ("Estimate",),
}


@rule("PLN107", severity="error", needs=["documents"], formats="S,X,P", message="{what} {id} lacks {field}")
def steps_are_complete(given: LintInput) -> Iterator[Hit]:
    """Every step and phase has its fields"""
    page = text_page(given)
    steps = _steps(page, given.format)
    for step in steps:
        lacking = [name for name in _FIELDS[given.format] if not step.has(name, *_OTHER_LABELS.get(name, ()))]
        lacking += _lacking_in_head(step) if given.format == "steps" else []
        for name in lacking:
            what = "Phase" if given.format == "technical" else "Step"
            values = {"what": what, "id": step.number, "field": name}
            yield Hit(_pointer(given, step), values, location=_at(page, step.block))


def _steps(page: Document, plan_format: str) -> tuple[StepBlock, ...]:
    if plan_format == "steps":
        return item_steps(page)
    return section_steps(named(page, LAYOUTS[plan_format], _SECTION[plan_format]))


def _lacking_in_head(step: StepBlock) -> Iterator[str]:
    head = typed(step.block.text)
    for name, pattern in _IN_HEAD.items():
        if not pattern.search(head):
            yield name
    if _IN_HEAD["Rollback"].search(head) and not (_SAFE.search(head) or step.has("Rollback")):
        yield "Rollback"


def _pointer(given: LintInput, step: StepBlock) -> str:
    """Where the plan has this step; "" when it does not know it."""
    if given.plan is None:
        return ""
    if given.format == "technical":
        phases = given.plan.delivery.phases if given.plan.delivery else ()
        return _pointer_to("/delivery/phases", f"P{step.number}", [one.id for one in phases])
    return _pointer_to("/tasks", f"T{step.number}", [one.id for one in given.plan.tasks])


def _pointer_to(way: str, name: str, ids: Sequence[str]) -> str:
    return f"{way}/{ids.index(name)}" if name in ids else ""


def _at(page: Document, block: Block) -> Location:
    return at_line(page, block.line, block.col)


_IN_FORM = re.compile(
    r"\s{0,8}- \[[ xX]\] \*\*Step \d{1,4} \u2013 .{1,300}\*\* "
    r"\(Effort: [SML], Risk: (?:Low|Med|High), Rollback: (?:Safe|Reversible|Manual)\)"
)


@rule(
    "PLN108",
    severity="error",
    needs=["documents"],
    formats="S",
    message="Step line {l} is not in scaffold form: {line}",
)
def step_lines_are_in_form(given: LintInput) -> Iterator[Hit]:
    """A step's first line says number, title, effort, risk and rollback in the one form"""
    page = text_page(given)
    for step in item_steps(page):
        line = typed(page.lines[step.block.line - 1]).rstrip()
        if not _IN_FORM.fullmatch(line):
            values = {"l": step.block.line, "line": line.strip()[:120], "id": step.number}
            yield Hit(_pointer(given, step), values, _FORM, location=_at(page, step.block))


_FORM = "- [ ] **Step 1 \u2013 Title** (Effort: S|M|L, Risk: Low|Med|High, Rollback: Safe|Reversible|Manual)"
_WHY_WORDS = 3


@rule("PLN109", severity="error", needs=["plan"], formats="X", message="Impact row {n} lacks {field}")
def impact_rows_are_complete(given: LintInput) -> Iterator[Hit]:
    """Every impacted file has its path, its kind of change and the reason"""
    assert given.plan is not None
    for at, row in enumerate(given.plan.codebase.impact):
        lacking = {
            "path": not row.path.strip(),
            "change": row.change not in get_args(Change),
            "why": len(row.why.split()) < _WHY_WORDS and language_of(row.why) != "other",
        }
        for name in (name for name, lacks in lacking.items() if lacks):
            values = {"n": at + 1, "field": name, "path": row.path}
            yield Hit(f"/codebase/impact/{at}/{name}", values, _IMPACT[name])


_IMPACT = {
    "path": "name the file",
    "change": f"one of {', '.join(get_args(Change))}",
    "why": f"say why in {_WHY_WORDS} words or more",
}

_ESTIMATE = re.compile(
    r"(?:about |around |approximately |ca\. ?|~ ?|≈ ?)?(\d{1,4}(?:\.\d{1,2})?)"
    r"(?: ?(?:-|\u2013|to) ?(\d{1,4}(?:\.\d{1,2})?))? ?(h|hrs?|hours?|d|days?)\b",
    re.IGNORECASE,
)
_HOURS_A_DAY = 8


@rule(
    "PLN112",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="P",
    message="Phase {n} estimate '{v}' has no unit",
)
def estimates_add_up(given: LintInput) -> Iterator[Hit]:
    """Estimates have a number and a unit, and the total is their sum"""
    delivery = given.plan.delivery if given.plan else None
    if delivery is None or not delivery.phases:
        raise Lacking("no phases")
    sums = [0.0, 0.0]
    whole = True
    for at, phase in enumerate(delivery.phases):
        hours = _hours(phase.estimate)
        whole = whole and hours is not None
        if hours:
            sums = [one + other for one, other in zip(sums, hours, strict=True)]
        elif phase.estimate.strip():
            values = {"n": at + 1, "v": phase.estimate}
            yield Hit(f"/delivery/phases/{at}/estimate", values, "a number with h or days, as in '4 h'")
    total = _hours(delivery.total_estimate)
    if whole and total and [*total] != sums:
        stated, found = delivery.total_estimate, _shown(sums)
        message = f"Phases: total {stated} != {found}"
        yield Hit("/delivery/total_estimate", {"v": stated, "sum": found}, found, message=message)


def _hours(text: str) -> tuple[float, float] | None:
    found = _ESTIMATE.match(text.strip())
    if not found:
        return None
    factor = _HOURS_A_DAY if found[3].lower().startswith("d") else 1
    low = float(found[1]) * factor
    return low, float(found[2]) * factor if found[2] else low


def _shown(hours: Sequence[float]) -> str:
    low, high = hours
    return f"{low:g} h" if low == high else f"{low:g}-{high:g} h"


@rule(
    "PLN115",
    severity="error",
    needs=["documents"],
    formats="S",
    message="Step {id}: box state {before}->{after} not allowed",
)
def boxes_only_go_forward(given: LintInput) -> Iterator[Hit]:
    """A new plan has nothing ticked; what was ticked stays, under its number"""
    page = text_page(given)
    if given.before_files is None:
        raise Lacking("no earlier version of the files")
    earlier = _earlier(given.before_files, page.path)
    now = {step.number: step for step in item_steps(page)}
    if earlier is None:
        for step in now.values():
            if step.block.box == "x" and not _is_done(given, step):
                yield _box(given, page, step, "new", "[x]")
        return
    for was in item_steps(Document(page.path, earlier)):
        if was.block.box == "x":
            same = now.get(was.number)
            if same is None or same.title.split(" (Effort")[0] != was.title.split(" (Effort")[0]:
                yield from _lost(given, page, was, now)
            elif same.block.box != "x":
                yield _box(given, page, same, "[x]", "[ ]")


_OF_AN_ISSUE = re.compile(r"specs/[1-9][0-9]{0,9}-")


def _earlier(files: Mapping[str, str], path: str) -> str | None:
    """The document as it was; a plan with a new title has a new folder, and the same steps."""
    folder, name = _OF_AN_ISSUE.match(path), path.rpartition("/")[2]
    if path in files or not folder:
        return files.get(path)
    older = (one for one in files if one.startswith(folder[0]) and one.rpartition("/")[2] == name)
    return files.get(next(older, path))


def _is_done(given: LintInput, step: StepBlock) -> bool:
    """Whether the plan itself says that the step's milestone is done."""
    plan = given.plan
    done = {one.id for one in plan.roadmap.milestones if one.status == "done"} if plan else set()
    tasks = plan.tasks if plan else ()
    return any(task.milestone in done for task in tasks if given.name(task.id) == step.number)


def _lost(given: LintInput, page: Document, was: StepBlock, now: Mapping[str, StepBlock]) -> Iterator[Hit]:
    """A ticked step whose number is gone, or is another step's now. A better title alone is no loss."""
    title = was.title.split(" (Effort")[0]
    moved = next((one for one in now.values() if one.title.split(" (Effort")[0] == title), None)
    if moved is not None:
        yield _box(given, page, moved, "[x]", f"step {moved.number}", was.number)
    elif was.number not in now:
        values = {"id": was.number, "before": "[x]", "after": "gone"}
        yield Hit("", values, "put it back", location=at_line(page, 1))
    elif now[was.number].block.box != "x":
        yield _box(given, page, now[was.number], "[x]", "[ ]")


def _box(given: LintInput, page: Document, step: StepBlock, before: str, after: str, number: str = "") -> Hit:
    values = {"id": number or step.number, "before": before, "after": after}
    return Hit(_pointer(given, step), values, location=at_line(page, step.block.line, step.block.col))


_MOST_UNCHECKED = 5
_WORK = frozenset(("feature", "fix", "migration", "setup", ""))
_GATE = re.compile(
    r"\b(?:CI|lint(?:er|ing)?|quality gates?|type[- ]?check\w{0,3}|test suite"
    r"|run (?:all |the )?(?:unit |integration )?tests)\b"
    r"|`[^`\n]{0,60}\b(?:pytest|tox|nox|jest|vitest|mocha|ruff|eslint|mypy|rspec|phpunit|ctest|tests?|check|lint"
    r"|build|verify)\b[^`\n]{0,60}`",
    re.IGNORECASE,
)


@rule(
    "PLN116",
    severity="warning",
    needs=["plan"],
    formats="S,X",
    message="Steps {a}-{b} have no CI/lint/test gate",
)
def gates_are_frequent(given: LintInput) -> Iterator[Hit]:
    """Tests or a linter run at least once, and after at most five steps of work"""
    assert given.plan is not None
    run: list[tuple[int, Task]] = []
    gates = 0
    for at, task in enumerate(given.plan.tasks):
        if _is_gate(task):
            yield from _unchecked(given, run)
            run, gates = [], gates + 1
        elif task.kind in _WORK:
            run.append((at, task))
    if len(run) > _MOST_UNCHECKED or (run and not gates and not _gated_elsewhere(given.plan)):
        yield from _unchecked(given, run, least=0)


def _unchecked(
    given: LintInput, run: Sequence[tuple[int, Task]], least: int = _MOST_UNCHECKED
) -> Iterator[Hit]:
    if len(run) > least:
        (first, start), (_, end) = run[0], run[-1]
        values = {"a": given.name(start.id), "b": given.name(end.id)}
        yield Hit(f"/tasks/{first}", values, "name the test or lint command that one of these steps runs")


def _is_gate(task: Task) -> bool:
    """A step that verifies, or says what is run."""
    words = (task.track, task.title, task.objective, *task.changes, *task.acceptance, *task.tests)
    return task.kind == "verification" or bool(task.commands) or any(map(_GATE.search, words))


def _gated_elsewhere(plan: Plan) -> bool:
    """Commands that every step passes, or that the plan's checks run."""
    delivery = plan.delivery
    checks = delivery.checks if delivery else ()
    commands = [one.command for one in delivery.tests] if delivery else []
    run = any(one.command or _GATE.search(one.action) for one in checks)
    return bool(plan.contract_defaults.acceptance_tests) or any(commands) or run
