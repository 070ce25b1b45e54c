"""What every format brings along beside its own document: the section in IMPLEMENTATION_PLAN.md, the contract
and the fan-out file. Holds no format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.effects import PLAN_FILE, File
from bot.plan.contract import contract_path, contract_text
from bot.plan.digest import text_digest
from bot.plan.fanout import fanout_path, fanout_text
from bot.plan.formats.folding import contract_digests, entry, folded, is_finished
from bot.plan.formats.plan_conflict import settled
from bot.plan.formats.plan_file import begin_mark, end_mark, section_of, with_finished, with_section
from bot.plan.formats.reading import Block, blocks, item_text, names_in, numbered_heading
from bot.plan.formats.shape import Data
from bot.plan.graph import critical_path, task_graph
from bot.plan.model import Milestone, Plan, Task
from bot.plan.safe_text import plain
from bot.plan.ticks import Box, ticked, with_ticks
from bot.render import render

# What the section does not show, or only for people, and no format's own document reads back either.
NOWHERE_READ_BACK = frozenset({
    "issue", "slug", "size", "contract_defaults", "provenance", "not_produced",
    "assumptions.impact", "assumptions.if_wrong", "assumptions.resolved", "assumptions.origin",
    "questions.why", "questions.blocking", "questions.options", "questions.origin",
    "decisions.context", "decisions.impact", "decisions.weight", "decisions.options", "decisions.recommended",
    "decisions.deadline", "decisions.issue", "decisions.answer", "decisions.log", "decisions.origin",
})  # fmt: skip
# What the section does not show of the milestones.
SECTION_LEAVES = frozenset(
    f"roadmap.milestones.{name}" for name in ("outcome", "risks", "validation", "origin")
)
_MILESTONE = ("id", "title", "status", "dependencies", "risk_class", "max_diff_scope")


def spec_folder(plan: Plan) -> str:
    """The folder of the plan's details."""
    return f"specs/{plan.issue}-{plan.slug}"


def shows(origin: str) -> bool:
    """Whether an item says where it comes from: everything that no model wrote does."""
    return origin != "model"


def with_companions(
    plan: Plan, existing: Mapping[str, str], own: Sequence[File], links: Sequence[tuple[str, str]]
) -> tuple[File, ...]:
    """The files of a format: its `own` ones between the plan's section, which links to `links` (name, path),
    and the JSON. UserError when IMPLEMENTATION_PLAN.md cannot take its section.
    """
    contract = contract_text(plan)
    made = [File(PLAN_FILE, _plan_file(plan, existing, contract, links))]
    made += [File(one.path, with_ticks(one.text, _ticks(one.path, existing))) for one in own]
    made.append(File(contract_path(plan.issue), contract))
    if len(plan.tasks) > 1:
        made.append(File(fanout_path(plan.issue), fanout_text(plan)))
    return tuple(made)


def own_text(given: Iterable[File], issue: int, name: str) -> str:
    """The text of the document `name` in the issue's folder under specs/; "" when it is not there."""
    paths = (one for one in given if one.path.startswith(f"specs/{issue}-"))
    return next((one.text for one in paths if one.path.rpartition("/")[2] == name), "")


def _plan_file(
    plan: Plan, existing: Mapping[str, str], contract: str, links: Sequence[tuple[str, str]]
) -> str:
    text = existing.get(PLAN_FILE)
    if text is not None:
        text = settled(text, contract_digests(existing, text), moot=[plan.issue])
        text = folded(text, existing, but=plan.issue)
    if is_finished(plan):
        return with_finished(text, plan.issue, entry(plan, links[0][1]))
    section = _section(plan, contract, links)
    before = section_of(text or "", plan.issue) or ""
    return with_section(text, plan.issue, with_ticks(section, ticked(before)))


def _ticks(path: str, existing: Mapping[str, str]) -> frozenset[Box]:
    """What people ticked in a document that is written again."""
    return ticked(existing.get(path, "")) if path.endswith(".md") else frozenset()


def _section(plan: Plan, contract: str, links: Sequence[tuple[str, str]]) -> str:
    body = render("formats/roadmap/section.md", **_section_values(plan, links)).strip("\n")
    return "\n".join([begin_mark(plan.issue, text_digest(contract), body), body, end_mark(plan.issue)])


def _section_values(plan: Plan, links: Sequence[tuple[str, str]]) -> dict[str, Any]:
    way, hours = critical_path(plan)
    return {
        "plan": plan,
        "shows": shows,
        "links": links,
        "contract": contract_path(plan.issue),
        "fanout": fanout_path(plan.issue) if len(plan.tasks) > 1 else "",
        "active": [one for one in plan.roadmap.milestones if one.status == "active"],
        "closed": {one.id for one in plan.roadmap.milestones if one.status == "done"},
        "steps": _steps(plan),
        "checks": [task for task in plan.tasks if task.kind == "verification"],
        "renames": any(change.source for task in plan.tasks for change in task.files),
        "way": way,
        "hours": f"{hours:g}",
    }


def _steps(plan: Plan) -> list[list[Task]]:
    """Feature gaps in order; the tasks of one step can run at the same time.
    Verification tasks are left out.
    """
    gaps = {task.id: task for task in plan.tasks if task.kind != "verification"}
    waves = ([gaps[name] for name in wave if name in gaps] for wave in task_graph(plan.tasks).waves)
    return [wave for wave in waves if wave]


def section_shown(plan: Plan) -> Data:
    """What the section says, as `section_said` reads it."""
    return {
        "title": plain(plan.title),
        "roadmap": {
            "version": plain(plan.roadmap.version),
            "objective": plain(plan.roadmap.objective),
            "milestones": [_milestone(one) for one in plan.roadmap.milestones],
        },
        "assumptions": [{"id": one.id, "text": plain(one.text)} for one in plan.assumptions],
        "questions": [{"id": one.id, "text": plain(one.text)} for one in plan.questions],
        "decisions": [{"id": one.id, "question": plain(one.question)} for one in plan.decisions],
    }


def _milestone(one: Milestone) -> Data:
    """A row of the table; of active ones the section shows the acceptance too."""
    names = {*_MILESTONE, "acceptance"} if one.status == "active" else {*_MILESTONE}
    return squeezed(one.model_dump(mode="json", include=names))  # type: ignore[no-any-return]


def squeezed(value: Any) -> Any:
    """Data of a plan as documents show it: white space squeezed, invisible characters replaced."""
    if isinstance(value, dict):
        return {name: squeezed(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [squeezed(one) for one in value]
    return plain(value) if isinstance(value, str) else value


def section_said(given: Iterable[File], issue: int) -> Data:
    """What the section of an issue says; empty lists and texts when there is none. UserError when the file's
    marks cannot be trusted."""
    text = _section_text(given, issue)
    read = _read_section(text)
    active = _active_milestones(text)
    for milestone in read["roadmap"]["milestones"]:
        milestone.update(active.get(milestone["id"], {}))
    return read


def _section_text(given: Iterable[File], issue: int) -> str:
    return section_of(next((one.text for one in given if one.path == PLAN_FILE), ""), issue) or ""


def agree(tasks: Iterable[Data], given: Iterable[File], issue: int) -> None:
    """Mark what the section's table says differently of the tasks that a format's own document holds."""
    repeated = {row["id"]: row for row in _task_rows(_section_text(given, issue))}
    for task in tasks:
        again = repeated.get(task["id"], {})
        task.update(contradicted(task, {name: value for name, value in again.items() if name in task}))


class Contradiction(list[Any]):
    """What two documents say of one field: the format's own, and the section. No plan says it."""


def contradicted(item: Data, again: Data) -> Data:
    """What two documents say differently of an item."""
    return {
        name: Contradiction((item.get(name), value))
        for name, value in again.items()
        if item.get(name) != value
    }


def _active_milestones(section: str) -> dict[str, Data]:
    """What the section repeats of the active milestones."""
    found: dict[str, Data] = {}
    heading, name = "", ""
    for block in blocks(section):
        if block.kind == "heading":
            heading = block.words.text
        elif heading == "Active milestone" and block.kind == "paragraph" and block.words.name:
            name = block.words.name.partition(" · ")[0]
            found[name] = {"acceptance": []}
        elif heading == "Active milestone" and block.kind == "item" and name:
            found[name]["acceptance"].append(item_text(block.words))
    return found


def _task_rows(section: str) -> Iterator[Data]:
    """What the section's table repeats of the tasks."""
    for block in blocks(section):
        if block.kind == "row" and {"Task", "Title", "Role"} <= set(block.heads):
            yield {
                "id": block.cell("Task").text,
                "title": block.cell("Title").text,
                "role": block.cell("Role").text,
                "effort": block.cell("Effort").text,
                "risk_class": block.cell("Risk").text,
                "depends_on": names_in(block.cell("After").text),
            }


def _read_section(text: str) -> Data:
    read: Data = {"title": "", "roadmap": {"version": "", "objective": "", "milestones": []}}
    listed: dict[str, list[Data]] = {"assumptions": [], "questions": [], "decisions": []}
    names = {
        "Assumptions": ("assumptions", "text"),
        "Unknowns": ("questions", "text"),
        "Decisions": ("decisions", "question"),
    }
    objective: list[str] = []
    heading = ""
    for block in blocks(text):
        if block.kind == "heading" and block.level == 2:
            read["title"] = numbered_heading(block)[1]
        elif block.kind == "heading":
            heading = block.words.text
        elif block.kind == "paragraph" and block.words.name == "Roadmap":
            read["roadmap"]["version"] = block.words.text
        elif heading == "Objective":
            objective.append(prose(block))
        elif heading == "Milestones" and block.kind == "row":
            read["roadmap"]["milestones"].append(_milestone_row(block))
        elif heading in names and block.kind == "item" and block.words.name:
            kind, field = names[heading]
            listed[kind].append({"id": block.words.name, field: block.words.text})
    read["roadmap"]["objective"] = " ".join(objective)
    return {**read, **listed}


def prose(block: Block) -> str:
    """A block of running text; a list item keeps its dash."""
    return f"- {block.words.text}" if block.kind == "item" else block.words.text


def _milestone_row(row: Block) -> Data:
    return {
        "id": row.cell("Id").text,
        "title": row.cell("Milestone").text,
        "status": row.cell("Status").text,
        "dependencies": names_in(row.cell("Needs").text),
        "risk_class": row.cell("Risk").text,
        "max_diff_scope": count(row.cell("Files at most").text),
    }


def count(text: str) -> int | str:
    """A number of files; other words as they are."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
