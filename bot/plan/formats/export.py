"""The format `export`: one document of fifteen sections in EXPORT/ that a coder can work from alone.

What the plan does not say is computed from its tasks where that follows from them, and else asked; nothing is
made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.plan.facets import Check, Delivery, ImpactRow, PlannedTest
from bot.plan.formats.companions import SECTION_LEAVES, agree, section_said, section_shown, with_companions
from bot.plan.formats.guarded import (
    as_cell_code,
    as_code,
    bare_shown,
    bold_name,
    code_shown,
    listed,
    said_of,
    told,
    unless,
)
from bot.plan.formats.shape import Data, Format
from bot.plan.formats.shared_paths import shown_by
from bot.plan.markdown import Document
from bot.plan.model import FileChange, Plan, Rollback, Task
from bot.plan.readers.export import read
from bot.plan.readers.parts import is_none
from bot.plan.readers.stretch import words
from bot.plan.safe_text import clipped, inline
from bot.render import render

_AUDIT, _AFTER = "\n## Plan Completeness Audit\n", "\n## Open Questions\n"
_DRAFT = (("Rules checked", "0"),)
_LOOKS_LIKE_ID = re.compile(r"[`*_]{0,2}(?:FR|NFR|A|C|Q|BR)-\d")
_LEAST_WORDS, _MOST_LETTERS = 3, 400


def document_path(plan: Plan) -> str:
    """Where the document of a plan lies."""
    return f"EXPORT/plan_{plan.slug}.md"


def files(plan: Plan, existing: Mapping[str, str]) -> tuple[File, ...]:
    """The document, with no audit as yet (`bot.plan.audited`), and what every format brings along."""
    path = document_path(plan)
    if other := shown_by(existing.get(PLAN_FILE, ""), path, plan.issue):
        raise UserError(
            "plan-path-taken",
            f"`{path}` is the plan of #{other}: both issues have the slug `{plan.slug}`.",
            "Give one of the issues another title and plan it again, or show this plan in another format.",
        )
    own = [File(path, document(plan))]
    return with_companions(plan, existing, own, [("Export", path)])


def document(plan: Plan, rows: Sequence[tuple[str, str]] = _DRAFT) -> str:
    """The document, with `rows` as its audit."""
    return render(
        "formats/export/plan.md",
        plan=completed(plan),
        rows=rows,
        as_codes=lambda items: [*map(as_code, items)],
        as_cell_code=as_cell_code,
        bold_name=bold_name,
        constraint=lambda text: unless(_LOOKS_LIKE_ID.match, text),
        edits=_edits,
        file_lines=lambda task: [*map(_file_line, task.files)],
        undoing=_undone,
        number=lambda name: name.removeprefix("T"),
    )


def printed(given: Sequence[File]) -> str:
    """The document for a terminal, under the name it should be saved as."""
    own = [file for file in given if file.path.startswith("EXPORT/")]
    return "\n".join(f"FILE: ./{file.path}\n\n{file.text}" for file in own)


def stated(given: Sequence[File], rows: Sequence[tuple[str, str]]) -> tuple[File, ...]:
    """The files with `rows` as the audit of the document."""
    return tuple(
        File(file.path, _with_audit(file.text, rows)) if file.path.startswith("EXPORT/") else file
        for file in given
    )


def _with_audit(text: str, rows: Sequence[tuple[str, str]]) -> str:
    start = text.find(_AUDIT)
    end = text.find(_AFTER, start)
    if start < 0 or end < 0:
        return text
    return text[:start] + _AUDIT + "\n" + render("formats/export/audit.md", rows=rows) + text[end:]


# --- what follows from the tasks ---------------------------------------------------------------------------


def completed(plan: Plan) -> Plan:
    """The plan with what the document needs and its tasks say: impacted files, tests, checks, undoing."""
    given = plan.delivery or Delivery()
    delivery = given.model_copy(
        update={
            "tests": given.tests or tuple(_tests(plan)),
            "checks": given.checks or tuple(_checks(plan)),
            "rollback": given.rollback or tuple(_undoing(plan)),
        }
    )
    impact = plan.codebase.impact or tuple(_impact(plan))
    codebase = plan.codebase.model_copy(update={"impact": impact})
    return plan.model_copy(update={"delivery": delivery, "codebase": codebase})


def _impact(plan: Plan) -> Iterator[ImpactRow]:
    """Every file that a task touches, once for each kind of change, with the first reason given."""
    seen: set[tuple[str, str]] = set()
    for task in plan.tasks:
        for change in task.files:
            if (change.path, change.change) not in seen:
                seen.add((change.path, change.change))
                yield ImpactRow(path=change.path, change=change.change, why=_why(task, change))


def _why(task: Task, change: FileChange) -> str:
    if len(change.summary.split()) >= _LEAST_WORDS:
        return change.summary
    return clipped(f"{task.title}: {change.summary}" if change.summary.strip() else task.title, _MOST_LETTERS)


def _tests(plan: Plan) -> Iterator[PlannedTest]:
    usual = plan.contract_defaults.acceptance_tests
    for task in plan.tasks:
        command = next(iter((*task.commands, *usual)), "")
        for test in task.tests:
            path = test.partition("::")[0].strip("` ")
            known = path if any(change.path == path for change in task.files) else ""
            what = (
                f"Step {task.id.removeprefix('T')}: {task.title}"
                if known and test.strip("` ") == path
                else test
            )
            yield PlannedTest(what=what, path=known, command=command, covers=task.covers)


def _checks(plan: Plan) -> Iterator[Check]:
    for command in plan.contract_defaults.acceptance_tests:
        yield Check(action="Run it at the root of the repository", command=command, expected="Exit code 0")
    for milestone in plan.roadmap.milestones:
        for criterion in milestone.acceptance:
            yield Check(action=f"{milestone.id}: {milestone.title}", expected=criterion[:1000])


def _undoing(plan: Plan) -> Iterator[str]:
    for task in plan.tasks:
        if task.rollback.kind != "safe" or task.rollback.note.strip():
            said = f": {task.rollback.note}" if task.rollback.note.strip() else ""
            yield f"Step {task.id.removeprefix('T')} ({task.rollback.kind}){said}"
    if plan.tasks and all(task.rollback.kind == "safe" for task in plan.tasks):
        yield "Revert the commits of the steps, the last step first"


# --- what the document says --------------------------------------------------------------------------------


def _undone(one: Rollback) -> str:
    return f"{one.kind.capitalize()}: {inline(one.note)}" if one.note.strip() else one.kind.capitalize()


def _file_line(one: FileChange) -> str:
    source = f"{as_code(one.source)} \u2192 " if one.source else ""
    return f"{source}{as_code(one.path)} ({one.change})"


def _edits(task: Task) -> list[str]:
    """The lines under Changes, as Markdown: what changes in each file, then the other edits."""
    named = [f"{as_code(one.path)}: {inline(one.summary)}" for one in task.files if one.summary.strip()]
    return [*named, *map(inline, task.changes)]


def shown(plan: Plan) -> Data:
    """What the document and the section say, as `parse` reads it."""
    whole = completed(plan)
    section = section_shown(plan)
    data = told(whole.model_dump(mode="json"), _NOT_READ_BACK)
    for task, known in zip(data["tasks"], whole.tasks, strict=True):
        _task_shown(task, known)
    for name in ("goals", "non_goals"):
        data[name] = listed(data[name])
    data["constraints"] = said_of(data["constraints"])
    codebase, delivery = data["codebase"], data["delivery"]
    codebase["snapshot"] = listed(codebase["snapshot"])
    for name in ("rollout", "rollback"):
        delivery[name] = listed(delivery[name])
    for row in codebase["impact"]:
        row["path"] = code_shown(row["path"])
    for one in codebase["interfaces"]:
        one["kind"] = bare_shown(one["kind"])
    for one in (*delivery["tests"], *delivery["checks"]):
        one["command"] = code_shown(one["command"])
    for one in delivery["tests"]:
        one["path"] = "" if is_none(one["path"]) else code_shown(one["path"])
        one["command"] = "" if is_none(one["command"]) else one["command"]
    for one in data["questions"]:
        one["options"] = said_of(one["options"])
    return {**data, "roadmap": section["roadmap"], "decisions": section["decisions"]}


_CODE = ("commands", "allowed_paths", "denied_paths")
_TEXTS = ("gotchas", "tests", "acceptance", "user_instructions", "invariants")


def _task_shown(data: Data, task: Task) -> None:
    for name in _TEXTS:
        data[name] = said_of(data[name])
    for name in _CODE:
        data[name] = said_of(map(code_shown, data[name]))
    for change in data["files"]:
        change["path"], change["source"] = code_shown(change["path"]), code_shown(change["source"])
    data["changes"] = said_of(map(words, _edits(task)))
    _settle(data)


_EDIT = re.compile(r"`([^`]+)`: (.+)", re.DOTALL)


def _settle(task: Data) -> None:
    """Give the lines under Changes that begin with a file of the task back to that file."""
    changes: list[str] = []
    for file in task["files"]:
        file["summary"] = ""
    for line in task["changes"]:
        found = _EDIT.fullmatch(line)
        its = (one for one in task["files"] if found and one["path"] == found[1] and not one["summary"])
        file = next(its, None)
        if found and file:
            file["summary"] = found[2]
        else:
            changes.append(line)
    task["changes"] = changes


def parse(given: Sequence[File], issue: int) -> Data:
    """What the document and the section of an issue say. What is missing is left out or blank."""
    own = next((one for one in given if one.path.startswith("EXPORT/plan_")), None)
    data = told(read([Document(own.path, own.text)]).value if own else {}, _NOT_READ_BACK)
    for task in data["tasks"]:
        _settle(task)
    agree(data["tasks"], given, issue)
    section = section_said(given, issue)
    return {**data, "roadmap": section["roadmap"], "decisions": section["decisions"]}


_NOT_READ_BACK = SECTION_LEAVES | frozenset({
    "issue", "size", "contract_defaults", "obligations", "streams", "not_produced", "provenance",
    "decisions.context", "decisions.impact", "decisions.weight", "decisions.options", "decisions.recommended",
    "decisions.deadline", "decisions.issue", "decisions.answer", "decisions.log", "decisions.origin",
    "assumptions.if_wrong", "assumptions.origin", "questions.origin",
    "tasks.role", "tasks.kind", "tasks.track", "tasks.max_diff_scope", "tasks.origin", "tasks.evidence",
    "codebase.commands", "codebase.files",
    "requirements.header", "requirements.functional.agent_hint", "requirements.functional.inputs",
    "requirements.functional.success", "requirements.functional.errors", "requirements.functional.covers",
    "requirements.qualities.note", "requirements.rules", "requirements.integrations", "requirements.criteria",
    "requirements.scenarios", "requirements.verification", "requirements.mandate", "requirements.review",
    "requirements.schema_changes", "requirements.deploy_order", "requirements.dev_needs",
    "requirements.concerns", "requirements.notes",
    "delivery.architecture", "delivery.stack", "delivery.data_model", "delivery.phases",
    "delivery.total_estimate", "delivery.risks", "delivery.dependencies", "delivery.deployment",
})  # fmt: skip

EXPORT = Format("export", files, shown, parse, _NOT_READ_BACK, stated)
