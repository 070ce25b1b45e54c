"""A revised plan as what goes onto its branch and onto GitHub: files that differ, and the texts around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.author.brief import Brief
from bot.author.compose import presented
from bot.effects import PLAN_FILE, File
from bot.plan.editing.rewriting import to_write
from bot.plan.editing.unread import same_words
from bot.plan.findings import Report
from bot.plan.formats import Format
from bot.plan.leftovers import leftovers
from bot.plan.model import Plan
from bot.revising.standing import Standing, Texts
from bot.situation import Outcome


def published(
    plan: Plan, brief: Brief, made: tuple[File, ...], report: Report, *, standing: Standing, changed: bool
) -> Outcome:
    """The revision's outcome without its answers. UserError and Failed for what must not be shown."""
    headline = f"Revise the plan for #{plan.issue}"
    outcome = presented(plan, brief, made, report, said="", headline=headline)
    files = differing(made, standing.there, standing.shape, changed=changed)
    left = leftovers(made, plan.issue, standing.there)
    return replace(
        outcome,
        kind="revision",
        files=files,
        removed=left.removed if files else (),
    )


def differing(made: Sequence[File], there: Texts, shape: Format, *, changed: bool) -> tuple[File, ...]:
    """The files that are to be written over those that are there."""
    again = {file.path: file.text for file in made}
    new = dict(to_write(again, there, changed=changed))
    if not changed:
        new = {path: text for path, text in new.items() if not _same_but_stated(path, text, there, shape)}
    return tuple(File(path, text) for path, text in new.items())


def for_merge(files: Sequence[File], made: Sequence[File], ground: Mapping[str, str]) -> tuple[File, ...]:
    """With the files that both branches hold, as merging must not have to choose between the two."""
    given = {file.path: file for file in files}
    both = (one for one in made if one.path == PLAN_FILE or ground.get(one.path, one.text) != one.text)
    return (*files, *(one for one in both if one.path not in given))


def _same_but_stated(path: str, text: str, there: Texts, shape: Format) -> bool:
    """Whether a document differs only in what a run of the rules states in it."""
    if shape.stated is None or path not in there or not path.endswith(".md"):
        return False
    one, other = (shape.stated([File(path, each)], ())[0].text for each in (text, there[path]))
    return same_words(one, other)
