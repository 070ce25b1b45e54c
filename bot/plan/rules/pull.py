"""PLN824: a pull request that plans touches nothing but the plan's own files, and of people's files only its
own part."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import takewhile

from bot.effects import PLAN_FILE, is_plan_path
from bot.errors import UserError
from bot.plan.findings import Location
from bot.plan.formats.plan_file import archive, entries, sections
from bot.plan.formats.plan_marks import FINISHED
from bot.plan.rules.engine import Hit, LintInput, PullDiff, rule


@rule("PLN824", severity="error", needs=["pull"], formats="PR", message="Planning PR touches {path}")
def planning_touches_only_plans(given: LintInput) -> Iterator[Hit]:
    """A planning pull request changes files of plans only, and of IMPLEMENTATION_PLAN.md its own section"""
    assert given.pull is not None
    for path in dict.fromkeys(given.pull.paths):
        if not is_plan_path(path):
            yield Hit("", {"path": path}, "take it out of the pull request", location=Location(path, 1, 1))
    yield from _outside_sections(given.pull, given.number)


def _outside_sections(pull: PullDiff, issue: int | None) -> Iterator[Hit]:
    """Changes of people's text, or of another issue's section. A file that is new has neither."""
    before, after = pull.before.get(PLAN_FILE), pull.after.get(PLAN_FILE)
    if before is None or PLAN_FILE not in pull.paths:
        return
    if after is None:
        yield _hit("the whole of it is deleted", 1)
        return
    try:
        gone = {one.issue for one in sections(before)} & set(entries(after))
        then, now = _others(before, issue, gone), _others(after, issue)
        lost = set(entries(before)) - set(entries(after)) - {issue}
    except UserError as broken:
        yield _hit(broken.reason, 1)
        return
    if lost:
        yield _hit(f"issue {min(lost)} is gone from the finished plans", 1)
    if then != now:
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(then, now, strict=False)))
        where = now[same] if same < len(now) else ""
        yield _hit("outside the plan's own section", _line_of(where, after))


def _others(text: str, issue: int | None, folded: Collection[int] = ()) -> list[str]:
    """The lines outside the section of this issue, those that are folded, and the list of finished plans;
    blank ones may come and go beside them."""
    parts = [*sections(text), *filter(None, [archive(text)])]
    for one in sorted(parts, key=lambda part: -part.start):
        if issue is None or one.issue in (FINISHED, issue, *folded):
            text = text[: one.start] + "\n" + text[one.end :]
    return [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n") if line.strip()]


def _line_of(line: str, text: str) -> int:
    lines = [one.rstrip("\r") for one in text.split("\n")]
    return lines.index(line) + 1 if line in lines else 1


def _hit(why: str, line: int) -> Hit:
    values = {"path": PLAN_FILE, "why": why}
    message = f"Planning PR touches {PLAN_FILE}: {why}"
    return Hit("", values, location=Location(PLAN_FILE, line, 1), message=message)
