"""What an outline leaves open: decisions and questions for the owner, and what it could not produce.

Each comes from the issue's own words or from a fact; none is thought up.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.author.demands import Demand
from bot.author.facts import Facts
from bot.author.groups import Group
from bot.author.inputs.open_ends import limits, open_questions
from bot.author.issue_text import Choice
from bot.author.parts import NO_TEST_COMMAND
from bot.author.risk import Signal, irreversible
from bot.plan.model import Decision, Missing, Obligation, Option, Question, Task
from bot.plan.similarity import same_question
from bot.recon.obligations import MOST as MOST_READ

MANY_QUESTIONS = 5


def decision_of(number: int, asked: Choice) -> Decision:
    options = tuple(
        Option(name=each, consequence="Not produced: the issue does not say what follows.")
        for each in asked.options
    )
    return Decision(
        id=f"D-{number}",
        question=asked.text,
        context=f"The issue asks this on line {asked.line}. {asked.context}".strip(),
        impact="The tasks of this plan were written without an answer and may change with it.",
        weight="major",
        options=options,
        origin="extracted",
    )


def questions_of(
    facts: Facts,
    asked: Sequence[Choice],
    tasks: Sequence[Task],
    groups: Sequence[Group],
    found: Sequence[Signal],
) -> tuple[Question, ...]:
    """The issue's own questions first, then what the tasks lack; at most five. Where a format says what and
    not how, nobody is asked for files."""
    own = [_own(each) for each in asked if not each.options]
    likely = tuple(f"`{each.path}`" for each in facts.codebase.files[:3])
    says_how = facts.brief.format != "functional"
    lacking = [_which_files(task, likely) for task in tasks if says_how and not task.files]
    back = [_WAY_BACK] if irreversible(found) else []
    every = _once([*own, *_upstream(facts), *lacking, *back, *_order(tasks, groups)])
    return tuple(
        each.model_copy(update={"id": f"Q-{at}"}) for at, each in enumerate(every[:MANY_QUESTIONS], 1)
    )


def _once(asked: Sequence[Question]) -> list[Question]:
    """Each question once: an issue may ask the same in several places."""
    kept: list[Question] = []
    for each in asked:
        if not any(same_question(each.text, one.text) for one in kept):
            kept.append(each)
    return kept


def _own(asked: Choice) -> Question:
    why = f"The issue asks this on line {asked.line}. {asked.context}".strip()
    return Question(id="Q-0", text=asked.text, why=why, blocking=True, origin="extracted")


def _upstream(facts: Facts) -> list[Question]:
    """What the documents of earlier steps leave open. A functional plan names no paths."""
    in_words = facts.brief.format == "functional"
    found = open_questions(facts.inputs)
    places = [f"The {each.source}" if in_words else each.place for each in found]
    return [
        Question(id="Q-0", text=each.text, why=f"{place} leaves it open.", blocking=True, origin="extracted")
        for each, place in zip(found, places, strict=True)
    ]


def limits_of(facts: Facts) -> tuple[str, ...]:
    """What the documents of earlier steps and the constitution forbid or demand, each with its place."""
    return tuple(f"{each.text} ({each.place})" for each in limits(facts.inputs))


def _which_files(task: Task, likely: tuple[str, ...]) -> Question:
    why = f"The issue names no file for {task.id}; the files offered are the likeliest by their words."
    return Question(
        id="Q-0", text=f"Which files does {task.id} change?", why=why, options=likely, origin="computed"
    )


_WAY_BACK = Question(
    id="Q-0",
    text="How is the data brought back if this has to be undone?",
    why="Reverting the commit is not the whole way back.",
    options=("a migration in the other direction", "a restore from backup", "no data is lost"),
    origin="computed",
)


def _order(tasks: Sequence[Task], groups: Sequence[Group]) -> list[Question]:
    """A numbered list may be an order or only a list; that is asked, never assumed."""
    both = zip(tasks, groups, strict=True)
    ordered = [task.id for task, group in both if any(each.ordered for each in group.demands)]
    if len(ordered) < 2:
        return []
    return [
        Question(
            id="Q-0",
            text=f"Do {', '.join(ordered)} have to be done in this order?",
            why="The issue numbers them and does not say why.",
            options=("yes, in this order", "no, in any order"),
            origin="computed",
        )
    ]


def obligations_of(
    facts: Facts, groups: Sequence[Group], questions: Sequence[Question]
) -> tuple[Obligation, ...]:
    by = {demand.id: f"T{at}" for at, group in enumerate(groups, 1) for demand in group.demands}
    return tuple(_became(each, by, questions) for each in facts.demands)


def _became(demand: Demand, by: dict[str, str], questions: Sequence[Question]) -> Obligation:
    if demand.is_order:
        why = "it gives orders to whoever plans; it asks nothing of the software"
        return Obligation(id=demand.id, text=demand.text, disposition="non-goal", reason=why)
    if demand.done:
        return Obligation(
            id=demand.id, text=demand.text, disposition="done", reason="its box is ticked in the issue"
        )
    if demand.id in by:
        return Obligation(id=demand.id, text=demand.text, disposition="task", by=(by[demand.id],))
    if demand.is_remark:
        return Obligation(id=demand.id, text=demand.text, disposition="open", reason=demand.open_reason)
    asked = tuple(each.id for each in questions if each.origin == "extracted")
    reason = "" if asked else demand.open_reason
    return Obligation(
        id=demand.id, text=demand.text, disposition="question" if asked else "open", by=asked, reason=reason
    )


def not_produced(facts: Facts, tasks: Sequence[Task], found: Sequence[Signal]) -> tuple[Missing, ...]:
    """The sections that would take understanding, each with the question that would settle it."""
    sections = {"Design": "How is it to be built? The issue says what is wanted, not how."}
    if any(task.kind != "docs" for task in tasks):
        sections["New tests"] = "Which cases are to be tested beyond the criteria, and where do the tests go?"
    if not found:
        sections["Risks"] = "What could break? No sign was found in words or paths, which proves little."
    if len(facts.demands) >= MOST_READ:
        sections["Further demands"] = f"Can the issue be split? Only its first {MOST_READ} demands were read."
    lacking = tuple(Missing(section=name, question=text) for name, text in sections.items())
    return lacking if facts.test_commands else (*lacking, NO_TEST_COMMAND)
