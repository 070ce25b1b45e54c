"""The format `roadmap`: a section in IMPLEMENTATION_PLAN.md, a folder under specs/, the
contract and the fan-out file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.effects import PLAN_FILE, File
from bot.plan.contract import contract_path, contract_text
from bot.plan.digest import text_digest
from bot.plan.fanout import fanout_path, fanout_text
from bot.plan.formats.plan_file import begin_mark, end_mark, section_of, with_section
from bot.plan.formats.reading import Block, blocks, item_text, names_in, numbered_heading
from bot.plan.formats.shape import Data, Format
from bot.plan.graph import critical_path, task_graph
from bot.plan.model import Milestone, Plan, Task
from bot.plan.safe_text import plain
from bot.render import render

_LISTS = {
    "Done when": "acceptance",
    "Tests": "tests",
    "Run": "commands",
    "Keep true": "invariants",
    "Watch out": "gotchas",
    "By hand": "user_instructions",
    "Only touch": "allowed_paths",
    "Never touch": "denied_paths",
    "Validate with": "validation",
    "Risks": "risks",
}
_BARE = frozenset({"commands", "allowed_paths", "denied_paths", "validation"})
_COMMA = {"Covers": "covers", "Decisions": "decisions"}


def spec_folder(plan: Plan) -> str:
    """The folder of the plan's details."""
    return f"specs/{plan.issue}-{plan.slug}"


def files(plan: Plan, existing: Mapping[str, str]) -> tuple[File, ...]:
    """All files of the plan; UserError when IMPLEMENTATION_PLAN.md cannot take its section."""
    contract, folder = contract_text(plan), spec_folder(plan)
    section = "\n".join(
        [
            begin_mark(plan.issue, text_digest(contract)),
            render("formats/roadmap/section.md", **_section_values(plan)).strip("\n"),
            end_mark(plan.issue),
        ]
    )
    made = [
        File(PLAN_FILE, with_section(existing.get(PLAN_FILE), plan.issue, section)),
        File(f"{folder}/overview.md", render("formats/roadmap/overview.md", plan=plan, shows=shows)),
        File(f"{folder}/acceptance.md", render("formats/roadmap/acceptance.md", plan=plan, shows=shows)),
    ]
    if plan.tasks:
        made.append(File(f"{folder}/tasks.md", render("formats/roadmap/tasks.md", plan=plan, shows=shows)))
    made.append(File(contract_path(plan.issue), contract))
    if len(plan.tasks) > 1:
        made.append(File(fanout_path(plan.issue), fanout_text(plan)))
    return tuple(made)


def shows(origin: str) -> bool:
    """Whether an item says where it comes from: everything that no model wrote does."""
    return origin != "model"


def _section_values(plan: Plan) -> dict[str, Any]:
    way, hours = critical_path(plan)
    return {
        "plan": plan,
        "shows": shows,
        "folder": spec_folder(plan),
        "contract": contract_path(plan.issue),
        "fanout": fanout_path(plan.issue) if len(plan.tasks) > 1 else "",
        "active": [one for one in plan.roadmap.milestones if one.status == "active"],
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


def shown(plan: Plan) -> Data:
    """What the documents say, as `parse` reads it: white space squeezed, invisible characters replaced."""
    return {
        "title": plain(plan.title),
        "roadmap": {
            "version": plain(plan.roadmap.version),
            "objective": plain(plan.roadmap.objective),
            "milestones": [_shown(one, _MILESTONE) for one in plan.roadmap.milestones],
        },
        "tasks": [_shown(one, _TASK) for one in plan.tasks],
        "assumptions": [{"id": one.id, "text": plain(one.text)} for one in plan.assumptions],
        "questions": [{"id": one.id, "text": plain(one.text)} for one in plan.questions],
        "decisions": [{"id": one.id, "question": plain(one.question)} for one in plan.decisions],
    }


_MILESTONE = frozenset(Milestone.model_fields) - {"origin"}
_TASK = frozenset(Task.model_fields) - {"origin", "evidence", "changes"}
_NOT_READ_BACK = frozenset({
    "issue", "slug", "size", "summary", "goals", "non_goals", "contract_defaults", "constraints",
    "obligations", "codebase", "requirements", "streams", "delivery", "not_produced", "provenance",
    "roadmap.milestones.origin", "tasks.origin", "tasks.evidence", "tasks.changes",
    "assumptions.impact", "assumptions.resolved", "assumptions.origin",
    "questions.why", "questions.blocking", "questions.options", "questions.origin",
    "decisions.context", "decisions.impact", "decisions.weight", "decisions.options", "decisions.recommended",
    "decisions.deadline", "decisions.issue", "decisions.answer", "decisions.origin",
})  # fmt: skip


def _shown(part: Milestone | Task, fields: frozenset[str]) -> Data:
    return {name: _plain(value) for name, value in part.model_dump(mode="json").items() if name in fields}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return plain(value) if isinstance(value, str) else value


def parse(given: Sequence[File], issue: int) -> Data:
    """What the documents of an issue say. What is missing is left out; text that is
    not ours is passed over.
    """
    named = {file.path: file.text for file in given}
    own = {
        path.rpartition("/")[2]: text for path, text in named.items() if path.startswith(f"specs/{issue}-")
    }
    section = section_of(named.get(PLAN_FILE, ""), issue) or ""
    details = {one["id"]: one for one in _items(own.get("acceptance.md", ""), _milestone)}
    read = _read_section(section)
    for milestone in read["roadmap"]["milestones"]:
        milestone.update(
            {name: value for name, value in details.get(milestone["id"], {}).items() if name not in _TABLE}
        )
    read["tasks"] = list(_items(own.get("tasks.md", ""), _task))
    repeated = {row["id"]: row for row in _task_rows(section)}
    for task in read["tasks"]:
        task.update(repeated.get(task["id"], {}))
    return read


def _task_rows(section: str) -> Iterator[Data]:
    """What the section's table repeats of the tasks: a document that contradicts itself is not the plan's."""
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


# Milestone fields that the table of the section holds; `acceptance.md` holds the others.
_TABLE = frozenset({"id", "title", "dependencies", "risk_class", "max_diff_scope", "status"})


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
            objective.append(_prose(block))
        elif heading == "Milestones" and block.kind == "row":
            read["roadmap"]["milestones"].append(_milestone_row(block))
        elif heading in names and block.kind == "item" and block.words.name:
            kind, field = names[heading]
            listed[kind].append({"id": block.words.name, field: block.words.text})
    read["roadmap"]["objective"] = " ".join(objective)
    return {**read, **listed}


def _prose(block: Block) -> str:
    return f"- {block.words.text}" if block.kind == "item" else block.words.text


def _milestone_row(row: Block) -> Data:
    return {
        "id": row.cell("Id").text,
        "title": row.cell("Milestone").text,
        "status": row.cell("Status").text,
        "dependencies": names_in(row.cell("Needs").text),
        "risk_class": row.cell("Risk").text,
        "max_diff_scope": _number(row.cell("Files at most").text),
    }


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _items(text: str, made: Any) -> Iterator[Data]:
    """One item for each heading of level 2, from the blocks below it."""
    heading: Block | None = None
    below: list[Block] = []
    for block in blocks(text):
        if block.kind == "heading" and block.level <= 2:
            if heading:
                yield made(*numbered_heading(heading), below)
            heading, below = (block if block.level == 2 and " · " in block.words.text else None), []
        else:
            below.append(block)
    if heading:
        yield made(*numbered_heading(heading), below)


def _milestone(name: str, title: str, below: Sequence[Block]) -> Data:
    item: Data = {"id": name, "title": title, "acceptance": [], "risks": [], "validation": []}
    prose = list(_labelled(below, item))
    return {**item, "outcome": " ".join(prose)}


def _task(name: str, title: str, below: Sequence[Block]) -> Data:
    item: Data = {field: [] for field in (*_LISTS.values(), *_COMMA.values()) if field in _TASK}
    item |= {"id": name, "title": title, "files": [], "rollback": {"kind": "safe", "note": ""}}
    rows = [block for block in below if block.kind == "row"]
    for row in rows:
        if "Effort" in row.heads:
            item |= _task_row(row)
        elif "File" in row.heads:
            item["files"].append(_file_row(row))
    prose = list(_labelled([block for block in below if block.kind != "row"], item))
    return {**item, "objective": " ".join(prose)}


def _task_row(row: Block) -> Data:
    return {
        "milestone": row.cell("Milestone").text,
        "role": row.cell("Role").text,
        "kind": row.cell("Kind").text,
        "track": row.cell("Track").text,
        "effort": row.cell("Effort").text,
        "risk_class": row.cell("Risk").text,
        "max_diff_scope": _number(row.cell("Files at most").text),
        "depends_on": names_in(row.cell("After").text),
    }


def _file_row(row: Block) -> Data:
    return {
        "path": row.cell("File").bare,
        "change": row.cell("Change").text,
        "summary": row.cell("What changes").text,
        "source": row.cell("From").bare,
    }


def _labelled(below: Sequence[Block], item: Data) -> Iterator[str]:
    """Fill `item` from labelled lists; yields the prose that stands before the first label."""
    label = ""
    for block in below:
        if block.kind == "paragraph" and block.words.name:
            label = block.words.name
            if label in _COMMA:
                item[_COMMA[label]] = names_in(block.words.text)
        elif label == "Rollback" and block.kind == "item":
            item["rollback"] = {"kind": block.words.name, "note": block.words.text}
        elif label in _LISTS and block.kind == "item":
            field = _LISTS[label]
            item.setdefault(field, []).append(block.words.bare if field in _BARE else item_text(block.words))
        elif not label and (text := _prose(block)):
            yield text


ROADMAP = Format("roadmap", files, shown, parse, _NOT_READ_BACK)
