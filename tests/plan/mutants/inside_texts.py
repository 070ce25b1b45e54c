"""Mutators for PLN0xx: JSON, Markdown and characters that are not what they have to be."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

from bot.plan.digest import canonical_json
from tests.plan.mutants.harness import PLAN_FILE, Base, Mutant, line_of, mutator, replan, retext
from tests.plan.mutants.places import (
    at_line,
    changed_line,
    lines_of,
    matching,
    section,
    sentence_added,
    some_task,
    steps_of,
    with_milestone,
    with_task,
    written,
)

DOCUMENTS = ("steps", "export", "functional", "technical", "foreign")


def machine_file(base: Base, which: str) -> str:
    """The path of the contract ("planning-output") or of the fan-out file ("planner-fanout")."""
    return next(path for path in base.files if which in path)


def with_json(base: Base, which: str, way: str, value: Any) -> Mutant:
    """A roadmap whose contract or fan-out file has another value in one place. The defect is in that file."""
    path = machine_file(base, which)
    document = json.loads(base.files[path])
    at = document
    *parents, last = way.split("/")[1:]
    for part in parents:
        at = at[int(part)] if isinstance(at, list) else at[part]
    at[last] = value
    return Mutant(base.given(files={**base.files, path: canonical_json(document)}), way)


# --- PLN001-004 ------------------------------------------------------------------------------------------


@mutator("PLN001", "roadmap")
def json_is_cut_off(base: Base, dice: random.Random) -> Mutant | None:
    path = machine_file(base, dice.choice(("planning-output", "planner-fanout")))
    text = base.files[path]
    cut = text[: dice.randrange(len(text) // 4, len(text) * 3 // 4)]
    lines = cut.count("\n") + 1
    return Mutant(base.given(files={**base.files, path: cut}), None, (path, lines))


@mutator("PLN001", "roadmap")
def two_json_objects(base: Base, dice: random.Random) -> Mutant | None:
    path = machine_file(base, dice.choice(("planning-output", "planner-fanout")))
    given = base.given(files={**base.files, path: base.files[path] + '{"tasks": []}\n'})
    return Mutant(given, None, (path, base.files[path].count("\n") + 1))


@mutator("PLN001", "roadmap")
def a_reply_around_its_json(base: Base, dice: random.Random) -> Mutant | None:
    text = base.files[machine_file(base, "planning-output")]
    reply = dice.choice(
        (f"Here you are:\n\n{text}", f"```json\n{text}```\n\n```json\n{{}}\n```\n", f"[{text}]")
    )
    return Mutant(replace(base.given(), reply=reply), "", ("reply", 1))


@mutator("PLN002", "roadmap")
def a_choice_of_no_list(base: Base, dice: random.Random) -> Mutant | None:
    at, _ = some_task(base, dice)
    name, value = dice.choice((("effort", "XL"), ("kind", "chore"), ("role", 7), ("depends_on", "T1")))
    return with_json(base, "planning-output", f"/groundplan/tasks/{at}/{name}", value)


@mutator("PLN003", "roadmap")
def an_unknown_property(base: Base, dice: random.Random) -> Mutant | None:
    at, _ = some_task(base, dice)
    way = dice.choice(
        (f"/groundplan/tasks/{at}/priority", "/groundplan/owner", "/groundplan/provenance/seed")
    )
    return with_json(base, "planning-output", way, "ada")


@mutator("PLN004", "roadmap")
def a_title_changed_in_the_document(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    at, task = some_task(base, dice)
    path = dice.choice(
        [path for path, text in base.files.items() if path.endswith(".md") and task.title in text]
    )
    return Mutant(
        retext(base, path, task.title, f"{task.title} and more", -1),
        f"/tasks/{at}/title",
        (path, line_of(base, path, task.title)),
    )


@mutator("PLN004", "roadmap")
def an_acceptance_lost_in_the_document(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    said = base.plan.roadmap.milestones[0].acceptance[-1]
    path = dice.choice([path for path, text in base.files.items() if path.endswith(".md") and said in text])
    lines = [line for line in base.files[path].split("\n") if said not in line]
    given = base.given(files={**base.files, path: "\n".join(lines)})
    at = len(base.plan.roadmap.milestones[0].acceptance) - 1
    return Mutant(given, f"/roadmap/milestones/0/acceptance/{at}", (path, line_of(base, path, said)))


# --- PLN005 ----------------------------------------------------------------------------------------------


@mutator("PLN005")
def a_fence_without_end(base: Base, dice: random.Random) -> Mutant | None:
    lines = [*lines_of(base), "", "```", "make test", ""]
    if base.plan is not None:
        end = next(at for at, line in enumerate(lines) if "groundplan:plan" in line and " end" in line)
        lines = [*lines_of(base)[:end], "```", "make test", "", *lines_of(base)[end:]]
        return at_line(base, lines, end)
    return at_line(base, lines, len(lines) - 3)


@mutator("PLN005", "export", "functional", "technical")
def a_row_with_a_cell_too_many(base: Base, dice: random.Random) -> Mutant | None:
    table = [at for at in matching(base, r"\| ") if "---" not in lines_of(base)[at + 1]]
    index = dice.choice(table)
    line = lines_of(base)[index]
    return changed_line(base, index, dice.choice((f"{line} twice |", line.rpartition(" | ")[0] + " |")))


@mutator("PLN005", "steps", "export", "functional", "technical")
def a_heading_two_levels_down(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(matching(base, "## ")[1:])
    lines = lines_of(base)
    return at_line(
        base,
        [*lines[: index + 1], "", "#### Remarks", "", "Three people read this.", *lines[index + 1 :]],
        index + 2,
    )


# --- PLN006, PLN007 --------------------------------------------------------------------------------------

PLACEHOLDERS = (
    "Use {{database}} for it.",
    "The class [Feature Name] holds it.",
    "See path/to/file.py for it.",
    "It takes X hours.",
    "Library X version Y is used.",
    "Lorem ipsum dolor sit amet.",
    "It starts on YYYY-MM-DD.",
    "It is tracked as JIRAPRJ-123.",
)


@mutator("PLN006")
def a_placeholder_in_a_sentence(base: Base, dice: random.Random) -> Mutant | None:
    # Plans of other people may be about templates, and name paths as examples.
    own = [one for one in PLACEHOLDERS if base.format != "foreign" or not ("{{" in one or "path/to" in one)]
    return sentence_added(base, dice, dice.choice(own))


@mutator("PLN006", "steps", "export")
def a_placeholder_for_a_path(base: Base, dice: random.Random) -> Mutant | None:
    index = dice.choice(matching(base, r"\s+- `[^`]+` \((?:new|edit)\)"))
    start, _, rest = lines_of(base)[index].partition("`")
    name = dice.choice(("path/to/file.ts", "path/file1.ts", "<path>/store.py"))
    return changed_line(base, index, f"{start}`{name}`{rest.partition('`')[2]}")


@mutator("PLN006", "functional")
def a_header_nobody_filled_in(base: Base, dice: random.Random) -> Mutant | None:
    name, value = dice.choice(
        (("Feature", "[Feature Name]"), ("Created", "YYYY-MM-DD"), ("Task", "JIRAPRJ-123"))
    )
    return changed_line(base, matching(base, rf"\*\*{name}\*\*")[0], f"**{name}**: {value}")


UNFINISHED = ("TBD.", "TODO: write this.", "FIXME before the review.", "???", "The rest is WIP.", "TBA")
UNFINISHED_WORDS = (
    "The format is to be determined.",
    "The limit is to be decided.",
    "Details to be defined.",
    "Implement later.",
    "Fill in the details.",
)


@mutator("PLN007")
def an_unfinished_token(base: Base, dice: random.Random) -> Mutant | None:
    # In plans of other people, FIXME and WIP may be the state of a piece of work.
    own = [one for one in UNFINISHED if base.format != "foreign" or not ("FIXME" in one or "WIP" in one)]
    return sentence_added(base, dice, dice.choice(own))


@mutator("PLN007", "steps", "export", "functional", "technical", "roadmap")
def unfinished_words(base: Base, dice: random.Random) -> Mutant | None:
    if base.language != "english":
        return None
    return sentence_added(base, dice, dice.choice(UNFINISHED_WORDS))


@mutator("PLN007", "functional", "export", "technical")
def an_unfinished_cell(base: Base, dice: random.Random) -> Mutant | None:
    title = {"functional": "Review Contract", "export": "Testing Plan", "technical": "Risk Assessment"}[
        base.format
    ]
    start, end = section(base, title)
    index = dice.choice(
        [at for at in matching(base, r"\| ", start, end) if "---" not in lines_of(base)[at + 1]]
    )
    last = {"functional": 4, "export": 1, "technical": 3}[base.format]
    cells = lines_of(base)[index].split("|")
    cells[last] = " TBD "
    return changed_line(base, index, "|".join(cells))


# --- PLN008-011 ------------------------------------------------------------------------------------------

HIDDEN = ("\u200b", "\u202e", "\u2066", "\U000e0041", "\ue000", "\x1b", "\x07")


@mutator("PLN008")
def a_hidden_character(base: Base, dice: random.Random) -> Mutant | None:
    character = dice.choice([one for one in HIDDEN if base.plan is None or one >= " "])
    return sentence_added(base, dice, f"Read{character}it.")


@mutator("PLN008", "steps", "export", "roadmap")
def a_hidden_character_in_a_path(base: Base, dice: random.Random) -> Mutant | None:
    if base.plan is not None:
        at, task = some_task(base, dice)
        first = task.files[0].model_copy(update={"path": task.files[0].path + "\u200b"})
        return Mutant(with_task(base, at, files=(first, *task.files[1:])), f"/tasks/{at}/files/0/path")
    index = dice.choice(matching(base, r"\s+- `[^`]+` \((?:new|edit)\)"))
    return changed_line(base, index, lines_of(base)[index].replace("` (", "\u200b` (", 1))


@mutator("PLN009", "steps", "export", "functional", "technical", "foreign")
def a_file_of_too_many_lines(base: Base, dice: random.Random) -> Mutant | None:
    filler = ["", *(f"Remark {n}: nothing else changes." for n in range(dice.randrange(2100, 2600)))]
    lines = lines_of(base)
    at = steps_of(base)[0].start if base.format == "foreign" else matching(base, "## ")[0] + 1
    return at_line(base, [*lines[:at], *filler, "", *lines[at:]], 0)


@mutator("PLN009", "roadmap")
def a_body_that_github_refuses(base: Base, dice: random.Random) -> Mutant | None:
    name = "pull request body"
    text = "All of it.\n" * dice.choice((5_600, 6_400))
    return Mutant(replace(base.given(), published={**base.given().published, name: text}), None, (name, 1))


@mutator("PLN010", "steps", "export", "technical")
def a_part_in_another_language(base: Base, dice: random.Random) -> Mutant | None:
    if base.language != "english":
        return None
    strange = dice.choice(
        ("読者に本の返却日を二日前に知らせる。", "提前两天提醒读者归还图书并在邮件中写明书名与日期。")
    )
    step = dice.choice(steps_of(base))
    names = {"steps": "Task|Acceptance", "export": "Purpose|Notes", "technical": "Goal"}[base.format]
    lines = lines_of(base)
    for at in range(step.start + 1, step.end):
        start, colon, rest = lines[at].partition("**: ")
        if colon and rest and start.endswith(tuple(names.split("|"))):
            lines[at] = f"{start}{colon}{strange * 8}"
            return at_line(base, lines, at, "")
    return None


@mutator("PLN010", "roadmap")
def a_task_in_another_language(base: Base, dice: random.Random) -> Mutant | None:
    at, _ = some_task(base, dice)
    return Mutant(
        with_task(base, at, objective="読者に本の返却日を二日前に知らせる。" * 8), f"/tasks/{at}/objective"
    )


@mutator("PLN010", "functional")
def a_whole_plan_in_another_language(base: Base, dice: random.Random) -> Mutant | None:
    lines = [
        line if line.startswith(("#", "**", "|---")) or not line.strip() else _translated(line)
        for line in lines_of(base)
    ]
    return Mutant(written(base, lines), "")


def _translated(line: str) -> str:
    words = [word if not word.isalpha() else "読者は本を" for word in line.split(" ")]
    return " ".join(words)


@mutator("PLN011", "roadmap")
def a_plan_file_that_grows(base: Base, dice: random.Random) -> Mutant | None:
    given = base.given()
    before = next(file.text for file in given.renderings if file.path == PLAN_FILE)
    more = "\n" + "Old notes that nobody archives.\n" * dice.randrange(900, 1400)
    after = tuple(
        replace(file, text=file.text + more) if file.path == PLAN_FILE else file for file in given.renderings
    )
    grown = replace(given, renderings=after, before_files={PLAN_FILE: before})
    return Mutant(grown, None, (PLAN_FILE, 1))


@mutator("PLN007", "roadmap")
def an_unfinished_milestone(base: Base, dice: random.Random) -> Mutant | None:
    given = with_milestone(base, 0, outcome="The table shows targets; the format is TBD.")
    return Mutant(given, "/roadmap/milestones/0/outcome")


@mutator("PLN006", "roadmap")
def a_placeholder_in_the_summary(base: Base, dice: random.Random) -> Mutant | None:
    assert base.plan is not None
    return Mutant(replan(base, summary=f"{base.plan.summary} {dice.choice(PLACEHOLDERS)}"), "/summary")
