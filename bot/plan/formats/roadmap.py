"""The format `roadmap`: a section in IMPLEMENTATION_PLAN.md, a folder under specs/, the
contract and the fan-out file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.effects import File
from bot.plan.formats.companions import (
    agree,
    contradicted,
    count,
    own_text,
    prose,
    section_said,
    section_shown,
    shows,
    spec_folder,
    squeezed,
    with_companions,
)
from bot.plan.formats.reading import Block, blocks, item_text, names_in, numbered_heading
from bot.plan.formats.shape import Data, Format
from bot.plan.model import Milestone, Plan, Task
from bot.render import render

# The labels of lists, and of lists of ids, by the field that they show.
LISTS = {
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
COMMAS = {"Covers": "covers", "Decisions": "decisions"}


def files(plan: Plan, existing: Mapping[str, str]) -> tuple[File, ...]:
    """All files of the plan; UserError when IMPLEMENTATION_PLAN.md cannot take its section."""
    names = ("overview", "tasks", "acceptance") if plan.tasks else ("overview", "acceptance")
    paths = {name: f"{spec_folder(plan)}/{name}.md" for name in names}
    made = {name: render(f"formats/roadmap/{name}.md", plan=plan, shows=shows) for name in names}
    own = [File(paths[name], made[name]) for name in sorted(names, key=_WRITTEN.index)]
    links = [(name.capitalize(), path) for name, path in paths.items()]
    return with_companions(plan, existing, own, links)


_WRITTEN = ("overview", "acceptance", "tasks")


def shown(plan: Plan) -> Data:
    """What the documents say, as `parse` reads it: white space squeezed, invisible characters replaced."""
    section = section_shown(plan)
    milestones = [_shown(one, _MILESTONE) for one in plan.roadmap.milestones]
    return {
        **section,
        "roadmap": {**section["roadmap"], "milestones": milestones},
        "tasks": [_shown(one, _TASK) for one in plan.tasks],
    }


_MILESTONE = frozenset(Milestone.model_fields) - {"origin"}
_TASK = frozenset(Task.model_fields) - {"origin", "evidence", "changes"}
_NOT_READ_BACK = frozenset({
    "issue", "slug", "size", "summary", "goals", "non_goals", "contract_defaults", "constraints",
    "obligations", "codebase", "requirements", "streams", "delivery", "not_produced", "provenance",
    "roadmap.milestones.origin", "tasks.origin", "tasks.evidence", "tasks.changes",
    "assumptions.impact", "assumptions.if_wrong", "assumptions.resolved", "assumptions.origin",
    "questions.why", "questions.blocking", "questions.options", "questions.origin",
    "decisions.context", "decisions.impact", "decisions.weight", "decisions.options", "decisions.recommended",
    "decisions.deadline", "decisions.issue", "decisions.answer", "decisions.log", "decisions.origin",
})  # fmt: skip


def _shown(part: Milestone | Task, fields: frozenset[str]) -> Data:
    return squeezed(part.model_dump(mode="json", include=set(fields)))  # type: ignore[no-any-return]


def parse(given: Sequence[File], issue: int) -> Data:
    """What the documents of an issue say. What is missing is left out; text that is
    not ours is passed over.
    """
    read = section_said(given, issue)
    details = {one["id"]: one for one in _items(own_text(given, issue, "acceptance.md"), _milestone)}
    for milestone in read["roadmap"]["milestones"]:
        again = {"acceptance": milestone.pop("acceptance")} if "acceptance" in milestone else {}
        milestone.update(
            {name: value for name, value in details.get(milestone["id"], {}).items() if name not in _TABLE}
        )
        milestone.update(contradicted(milestone, again))
    read["tasks"] = list(_items(own_text(given, issue, "tasks.md"), _task))
    agree(read["tasks"], given, issue)
    return read


# Milestone fields that the table of the section holds; `acceptance.md` holds the others.
_TABLE = frozenset({"id", "title", "dependencies", "risk_class", "max_diff_scope", "status"})


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
    return {**item, "outcome": " ".join(list(_labelled(below, item)))}


def _task(name: str, title: str, below: Sequence[Block]) -> Data:
    item: Data = {field: [] for field in (*LISTS.values(), *COMMAS.values()) if field in _TASK}
    item |= {"id": name, "title": title, "files": [], "rollback": {"kind": "safe", "note": ""}}
    rows = [block for block in below if block.kind == "row"]
    for row in rows:
        if "Effort" in row.heads:
            item |= _task_row(row)
        elif "File" in row.heads:
            item["files"].append(_file_row(row))
    said = list(_labelled([block for block in below if block.kind != "row"], item))
    return {**item, "objective": " ".join(said)}


def _task_row(row: Block) -> Data:
    return {
        "milestone": row.cell("Milestone").text,
        "role": row.cell("Role").text,
        "kind": row.cell("Kind").text,
        "track": row.cell("Track").text,
        "effort": row.cell("Effort").text,
        "risk_class": row.cell("Risk").text,
        "max_diff_scope": count(row.cell("Files at most").text),
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
            if label in COMMAS:
                item[COMMAS[label]] = names_in(block.words.text)
        elif label == "Rollback" and block.kind == "item":
            item["rollback"] = {"kind": block.words.name, "note": block.words.text}
        elif label in LISTS and block.kind == "item":
            field = LISTS[label]
            item.setdefault(field, []).append(block.words.bare if field in _BARE else item_text(block.words))
        elif not label and (text := prose(block)):
            yield text


ROADMAP = Format("roadmap", files, shown, parse, _NOT_READ_BACK)
