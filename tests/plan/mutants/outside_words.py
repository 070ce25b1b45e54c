"""Mutators for what a plan says and how: vague outcomes, hedges, references to elsewhere, code and paths
where they do not belong. Words outside the published lists are kept apart in `UNLISTED`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from tests.plan.mutants.harness import Base, Mutant, Mutate, Mutator, mutator
from tests.plan.mutants.outside_reach import (
    Slot,
    cells,
    items,
    labelled,
    lines_of,
    paragraph,
    pick,
    plan_slots,
    section,
    swap,
    text_slot,
)

UNLISTED: list[Mutator] = []

Slots = Callable[[Base], Iterable[Slot]]


def phrases(
    rule: str, formats: Sequence[str], slots: Slots, listed: Sequence[str], unlisted: Sequence[str] = ()
) -> None:
    """One mutator for each phrase. A phrase that begins with "+" is added to what stands there."""
    for number, phrase in enumerate(listed, start=1):
        mutator(rule, *formats)(_saying(phrase, slots, f"{_name(slots, phrase)}_{number}"))
    for number, phrase in enumerate(unlisted, start=1):
        name = f"{rule}-outside_words-unlisted_{_name(slots, phrase)}_{number}"
        UNLISTED.append(Mutator(rule, name, tuple(formats), _saying(phrase, slots, name)))


def _name(slots: Slots, phrase: str) -> str:
    """A name that tells the place and the words."""
    words = re.findall(r"[a-z0-9]+", phrase.lower())
    return "_".join([slots.__name__, *words[:7]])


def _saying(phrase: str, slots: Slots, name: str) -> Mutate:
    def mutate(base: Base, dice: random.Random) -> Mutant | None:
        slot = pick(dice, slots(base)) if base.language == "english" else None
        if slot is None:
            return None
        return slot.add(phrase[1:].strip()) if phrase.startswith("+") else slot.put(phrase)

    mutate.__name__ = name
    return mutate


# Where texts stand.


def outcomes(base: Base) -> Iterator[Slot]:
    """What must be seen when something is done."""
    if base.format == "functional":
        yield from labelled(base, "Then", section(base, "Acceptance Criteria"))
    elif base.format == "export":
        yield from seen_in_checklist(base)
    elif base.format == "roadmap":
        yield from plan_slots(base, "/tasks/*/acceptance/*", "/roadmap/milestones/*/acceptance/*")


def seen_in_checklist(base: Base) -> Iterator[Slot]:
    """What stands behind the arrow of a checklist's line."""
    for slot in items(base, "Verification Checklist"):
        head, arrow, seen = slot.text.rpartition("→")
        if arrow:
            yield _behind(slot, f"{head}→ ", seen.strip())


def _behind(slot: Slot, head: str, seen: str) -> Slot:
    return Slot(seen, lambda new: slot.put(head + new), slot.number)


def checks(base: Base) -> Iterator[Slot]:
    """Whole lines of how to verify something, in English."""
    if base.format == "steps" and base.language == "english":
        yield from below_label(base, "Acceptance")
    elif base.format == "export":
        yield from items(base, "Verification Checklist")
    elif base.format == "roadmap":
        yield from plan_slots(base, "/roadmap/milestones/*/validation/*")


def instructions(base: Base) -> Iterator[Slot]:
    """What somebody is told to do, in English."""
    if base.language != "english":
        return
    if base.format == "steps":
        yield from labelled(base, "Task")
    elif base.format == "export":
        yield from labelled(base, "Changes", section(base, "Implementation Plan"))
        yield from below_label(base, "Changes")
    elif base.format == "technical":
        yield from labelled(base, "Goal")
    elif base.format == "functional":
        yield from labelled(base, "Description")
    else:
        yield from plan_slots(base, "/tasks/*/objective")


def below_label(base: Base, label: str) -> Iterator[Slot]:
    """The items of the list below an empty label."""
    lines = lines_of(base)
    for number, line in enumerate(lines):
        head = re.match(rf"(\s*)[-*]\s+\*\*{label}:?\*\*:?\s*$", line)
        while head and number + 1 < len(lines):
            number += 1
            item = re.match(r"(\s*)[-*]\s+", lines[number])
            if not item or len(item[1]) <= len(head[1]):
                break
            yield text_slot(base, number, lines[number][: item.end()])


def qualities(base: Base) -> Iterator[Slot]:
    """Targets of the requirements on how well."""
    if base.format == "functional":
        yield from cells(base, "Non-Functional Requirements", "Target")
    for number in section(base, "Requirements") if base.format == "export" else ():
        yield from named(base, number, r"NFR-\d+")


def named(base: Base, number: int, shape: str) -> Iterator[Slot]:
    """The text behind a bold id on a line."""
    line = lines_of(base)[number]
    head = re.match(rf"[-*]\s+\*\*{shape}[^*]*\*\*:?\s*", line)
    if head:
        yield text_slot(base, number, line[: head.end()])


def requirements(base: Base) -> Iterator[Slot]:
    """What requirements say."""
    if base.format == "functional":
        yield from labelled(base, "Description", section(base, "Functional Requirements"))
    for number in section(base, "Requirements") if base.format == "export" else ():
        yield from named(base, number, r"FR-\d+[a-z]?")


def any_text(base: Base) -> Iterator[Slot]:
    """Some text of each kind that a format has."""
    yield from instructions(base)
    summary = {"export": "Summary", "functional": "Feature Overview", "technical": "Context"}
    slot = paragraph(base, summary.get(base.format, "$^"))
    if slot:
        yield slot
    if base.format == "roadmap":
        yield from plan_slots(base, "/roadmap/milestones/*/outcome", "/assumptions/*/text", "/goals/*")


def shown(base: Base) -> Iterator[Slot]:
    """Texts as people see them: of a roadmap the paragraphs of its documents, changed by hand."""
    if base.format != "roadmap":
        yield from any_text(base)
    for path in base.files if base.format == "roadmap" else ():
        for number, line in enumerate(
            lines_of(base, path) if path.endswith(("tasks.md", "overview.md")) else ()
        ):
            if re.match(r"[A-Z`]", line) and line.endswith("."):
                yield text_slot(base, number, "", path)


def told_in_function(base: Base) -> Iterator[Slot]:
    """Prose of a functional plan."""
    yield from labelled(base, "Description", section(base, "Functional Requirements"))
    yield from cells(base, "Business Rules", "Description")
    yield from cells(base, "Test Scenarios", "Expected Outcome")
    yield from cells(base, "Test Mandate", "Expected")


OWN = ("steps", "export", "functional", "technical", "roadmap")

phrases(
    "PLN603",
    ("functional", "export", "roadmap"),
    outcomes,
    ["the feature works", "the input is handled correctly", "the reader understands the situation"],
    ["the requirement is met", "everything makes sense", "the edge case is covered"],
)
phrases(
    "PLN604",
    ("functional", "export", "roadmap"),
    outcomes,
    [
        "an appropriate error is returned",
        "the answer arrives quickly",
        "the list is shown in a user-friendly way",
        "the request fails gracefully",
    ],
    [
        "a sensible error is returned",
        "the answer arrives without noticeable delay",
        "the list is shown in a decent order",
        "the message is easy on the eye and understandable",
    ],
)
phrases(
    "PLN605",
    ("functional", "export"),
    qualities,
    ["Answers are faster than today", "Memory use must be minimal", "Scalable to large libraries"],
    ["Snappy even under load", "Negligible overhead", "Start-up must not take long"],
)
phrases(
    "PLN609",
    ("functional", "export"),
    requirements,
    [
        "The system should refuse an amount below zero.",
        "An operator might ask for the list by day.",
        "Old entries could be kept for a year.",
    ],
    [
        "It would be nice to refuse amounts below zero.",
        "The system is supposed to refuse amounts below zero.",
        "Ideally an operator can ask for the list by day.",
    ],
)
phrases(
    "PLN613",
    ("steps", "export", "roadmap"),
    checks,
    ["Verify it works", "Make sure that everything still works", "Test the new behaviour manually"],
    ["Smoke test", "Give it a quick try in the browser"],
)
phrases(
    "PLN901",
    ("steps", "export"),
    instructions,
    [
        "+ It should probably be kept for a week.",
        "+ Perhaps log the refused entries as well.",
        "+ Try to keep the old name.",
    ],
    [
        "+ Feel free to rename the helper.",
        "+ If time permits, log the refused entries as well.",
        "+ We would like to keep the old name.",
        "+ It is best to log the refused entries, presumably once a day.",
    ],
)
phrases(
    "PLN902",
    OWN,
    any_text,
    [
        "+ As discussed above, nothing else changes.",
        "+ The rest is the same as before.",
        "+ For the format see above.",
        "+ The limit is the one you mentioned.",
    ],
    [
        "+ The limit is the one from our last chat.",
        "+ Go about it the way the earlier part did.",
        "+ The limit is the one that was already decided in the thread.",
        "+ This has been covered previously.",
    ],
)
phrases(
    "PLN903",
    ("steps", "export", "roadmap"),
    instructions,
    [
        "+ Handle edge cases.",
        "+ Add proper error handling and adjust the callers as needed.",
        "+ Update the relevant files accordingly.",
        "+ Add validation where appropriate.",
    ],
    [
        "+ Take care of the corner cases.",
        "+ Fix up whatever else breaks.",
        "+ Make the usual adjustments in the other modules.",
        "+ Do the remaining plumbing.",
    ],
)
phrases(
    "PLN905",
    ("functional",),
    told_in_function,
    [
        "+ This is what `total(expenses)` gives.",
        "+ Entries are kept with `items.map(one => one.id)`.",
        "+ It raises `class LimitReached`.",
        "+ The check is `Store::open_loans`.",
    ],
    [
        "+ Entries come from `SELECT id FROM loan`.",
        "+ The flag is `entry.state = 'late'`.",
        "+ The check is `if attempts > 3`.",
    ],
)
phrases(
    "PLN906",
    ("functional",),
    told_in_function,
    [
        "+ The limit stands in `settings.py`.",
        "+ Start from src/shelf/loans.py.",
        "+ The rest is in packages/web/src/server.ts.",
        "+ Keep it in internal/config/config.go.",
    ],
    ["+ Keep it beside the other handlers in the web package's routes folder.", "+ Change the Dockerfile."],
)
phrases(
    "PLN908",
    ("functional",),
    told_in_function,
    [
        "+ The behavior of old entries stays.",
        "+ An unauthorized reader is told so.",
        "+ The color of the row is gray.",
        "+ A canceled entry is not counted.",
        "+ The entries are analyzed once a day.",
    ],
    [
        "+ The favor is honored once.",
        "+ The answer summarizes all entries.",
        "+ Entries of one neighborhood are categorized together.",
    ],
)
phrases(
    "PLN006",
    OWN,
    any_text,
    [
        "{{PROJECT_REQUEST}}",
        "+ Lorem ipsum dolor sit amet.",
        "+ The code goes to `path/to/new/file.js`.",
        "+ Name it [Feature Name].",
        "+ It is done by YYYY-MM-DD.",
    ],
    ["+ Name it <name of the feature>.", "+ [Describe the behaviour here]", "+ Insert the reason here."],
)
phrases(
    "PLN007",
    OWN,
    any_text,
    [
        "+ TODO: say for how long.",
        "+ The limit is TBD.",
        "+ The exact limit is to be decided.",
        "+ The order of the list: ???",
    ],
    [
        "+ The limit still has to be worked out.",
        "+ Details will follow.",
        "+ The limit is not known yet.",
    ],
)


def not_in_english(base: Base) -> Iterator[Slot]:
    yield from instructions(base)


phrases(
    "PLN010",
    OWN,
    not_in_english,
    [
        "延滞した図書の貸出を一覧に表示し、利用者に毎朝メールで知らせる。失敗した場合は翌日にもう一度送信する。",
        "Просроченные выдачи показываются в списке; читатели получают письмо каждое утро.",
    ],
)


@mutator("PLN905", "functional")
def fenced_code(base: Base, dice: random.Random) -> Mutant | None:
    slot = pick(dice, labelled(base, "Description"))
    lines = lines_of(base)
    if slot is None:
        return None
    fence = ["", "```python", "def due(start):", "    return start + 28", "```"]
    made = swap(base, slot.number, lines[slot.number], *fence)
    return Mutant(made.given, line=(base.path, slot.number + 3))


@mutator("PLN905", "functional")
def fence_without_a_language(base: Base, dice: random.Random) -> Mutant | None:
    notes = section(base, "Codebase Notes")
    lines = lines_of(base)
    at = next((one for one in notes if lines[one].strip()), None)
    if at is None:
        return None
    made = swap(base, at, lines[at], "", "```", "import { total } from './totals'", "```", "")
    return Mutant(made.given, line=(base.path, at + 3))
