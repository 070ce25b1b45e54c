"""Many plans in one IMPLEMENTATION_PLAN.md: finished ones fold to a line, merges are put together again from
the contracts, and nobody's words are lost.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.plan.contract import contract_path, plan_from_contract
from bot.plan.formats import FORMATS
from bot.plan.formats.folding import is_finished
from bot.plan.formats.plan_file import (
    MAX_BYTES,
    archive,
    begin_mark,
    end_mark,
    entries,
    section_of,
    sections,
    with_finished,
    without_entry,
)
from bot.plan.model import Plan
from bot.plan.rules import LintInput, PullDiff, lint
from tests.plan.samples import milestone, small_plan

EXAMPLES = 500 if os.environ.get("GROUNDPLAN_FULL") == "1" else 40
Files = dict[str, str]


def plan(issue: int, version: int = 1, *, done: bool = False) -> Plan:
    status: Literal["active", "done"] = "done" if done else "active"
    milestones = (milestone("M1", status=status, outcome=f"People see {issue} at {version}."),)
    return small_plan(issue=issue, milestones=milestones, title=f"Plan {issue}", slug=f"plan-{issue}")


def written(files: Files, one: Plan, plan_format: str = "roadmap") -> Files:
    """The repository after a pull request with this plan."""
    made = FORMATS[plan_format].files(one, files)
    return {**files, **{file.path: file.text for file in made}}


def repository(*plans: Plan, text: str | None = None) -> Files:
    files: Files = {} if text is None else {PLAN_FILE: text}
    for one in plans:
        files = written(files, one)
    return files


def without_ours(text: str) -> str:
    """What stands outside the marks, without white space."""
    parts = [*sections(text), *filter(None, [archive(text)])]
    for one in sorted(parts, key=lambda part: -part.start):
        text = text[: one.start] + text[one.end :]
    return "".join(text.split())


# --- finished plans ---


def test_a_finished_plan_becomes_one_line_when_the_next_one_comes() -> None:
    files = repository(plan(3), plan(7), text="# Ours\n")
    files[contract_path(3)] = repository(plan(3, done=True))[contract_path(3)]
    text = written(files, plan(9))[PLAN_FILE]
    assert [one.issue for one in sections(text)] == [7, 9]
    assert section_of(text, 7) == section_of(files[PLAN_FILE], 7)
    links = "[contract](.agent/planning-output-3.json) · [details](specs/3-plan-3)"
    assert entries(text) == {3: f"- [#3](../../issues/3) Plan 3 · {links}"}
    assert text.startswith("# Ours\n\n<!-- groundplan:plan 7 begin")
    assert text.endswith("<!-- groundplan:finished end -->\n")


def test_its_own_contract_folds_a_plan_and_opens_it_again() -> None:
    open_, done = repository(plan(3)), repository(plan(3), plan(3, done=True))
    assert sections(done[PLAN_FILE]) == ()
    assert list(entries(done[PLAN_FILE])) == [3]
    assert written(done, plan(3, done=True)) == done
    assert written(done, plan(3)) == open_


@pytest.mark.parametrize("plan_format", FORMATS)
def test_a_folded_plan_is_sound_and_links_to_its_documents(plan_format: str) -> None:
    one = FORMATS[plan_format].whole(plan(3, done=True))
    files = FORMATS[plan_format].files(one, {})
    assert is_finished(one)
    (line,) = entries(next(file.text for file in files if file.path == PLAN_FILE)).values()
    details = line.rpartition("[details](")[2].rstrip(")")
    assert any(file.path == details or file.path.startswith(f"{details}/") for file in files)
    texts = {file.path: file.text for file in files}
    found = LintInput(plan=one, renderings=files, format=plan_format, contract_text=texts[contract_path(3)])
    assert lint(found, select=["PLN004", "PLN005", "PLN101", "PLN806"]).findings == ()


def test_an_edited_section_is_not_folded() -> None:
    files = repository(plan(3), plan(7))
    files[contract_path(3)] = repository(plan(3, done=True))[contract_path(3)]
    files[PLAN_FILE] = files[PLAN_FILE].replace("### Unknowns", "Maya: watch the queue.\n\n### Unknowns", 1)
    assert section_of(written(files, plan(9))[PLAN_FILE], 3) == section_of(files[PLAN_FILE], 3)


@pytest.mark.parametrize("contract", [None, "", "{}", "<<<<<<< HEAD\n{}\n"])
def test_without_a_sound_contract_nothing_is_folded(contract: str | None) -> None:
    files = repository(plan(3), plan(7))
    files.pop(contract_path(3))
    files.update({} if contract is None else {contract_path(3): contract})
    assert section_of(written(files, plan(9))[PLAN_FILE], 3) == section_of(files[PLAN_FILE], 3)


def test_words_of_people_in_the_list_of_finished_plans_stay() -> None:
    text = with_finished("# Ours\r\n", 5, "- [#5](x) five")
    noted = text.replace("## Finished plans\r\n", "## Finished plans\r\n\r\nSince spring.\r\n")
    for issue in (9, 1, 5):
        noted = with_finished(noted, issue, f"- [#{issue}](x) again")
    assert list(entries(noted)) == [1, 5, 9]
    assert "Since spring.\r\n" in noted
    assert noted.count("\n") == noted.count("\r\n")
    for issue in (9, 1, 5):
        noted = without_entry(noted, issue)
    assert entries(noted) == {}
    assert "Since spring." in noted


def test_folding_makes_room_and_the_cap_says_what_to_do() -> None:
    files = repository(plan(3), plan(7))
    room = MAX_BYTES - len(files[PLAN_FILE].encode()) - 500
    big = f"{begin_mark(8, 'a' * 64)}\n{'x' * room}\n{end_mark(8)}"
    files[PLAN_FILE] += f"\n{big}\n"
    before = dict(files)
    with pytest.raises(UserError) as full:
        written(files, plan(9))
    assert full.value.code == "plan-file-full"
    assert f"those of #8 ({len(big):,}), #" in full.value.reason
    assert "`done`" in full.value.next_step
    assert files == before
    for issue in (3, 7):
        files[contract_path(issue)] = repository(plan(issue, done=True))[contract_path(issue)]
    assert [one.issue for one in sections(written(files, plan(9))[PLAN_FILE])] == [8, 9]


def test_folding_another_plan_is_no_breach_of_a_planning_pull_request() -> None:
    files = repository(plan(3), plan(7), text="# Ours\n")
    files[contract_path(3)] = repository(plan(3, done=True))[contract_path(3)]
    before, after = files[PLAN_FILE], written(files, plan(9))[PLAN_FILE]

    def hits(now: str, then: str = before) -> Sequence[str]:
        pull = PullDiff((PLAN_FILE,), {PLAN_FILE: then}, {PLAN_FILE: now})
        return [one.message for one in lint(LintInput(issue=9, pull=pull), select=["PLN824"]).findings]

    assert hits(after) == []
    assert hits(after.replace("# Ours", "# Mine")) != []
    assert hits(without_entry(after, 3)) != []
    assert hits(without_entry(after, 3), after) != []


# --- merges ---


def three_way(mine: str, base: str, theirs: str) -> str:
    """What git makes of it, conflicts and all."""
    with TemporaryDirectory() as folder:
        names = [Path(folder) / name for name in ("mine", "base", "theirs")]
        for name, text in zip(names, (mine, base, theirs), strict=True):
            name.write_bytes(text.encode())
        ended = subprocess.run(["git", "merge-file", "-p", *names], capture_output=True, check=False)
        assert ended.returncode >= 0, ended.stderr
        return ended.stdout.decode()


def merged(mine: Files, base: Files, theirs: Files) -> Files:
    """Two branches whose contracts merge without a conflict: each plan belongs to one of them."""
    files = {**base, **{path: text for path, text in mine.items() if text != base.get(path)}}
    files |= {path: text for path, text in theirs.items() if text != base.get(path)}
    return files | {PLAN_FILE: three_way(mine[PLAN_FILE], base.get(PLAN_FILE, ""), theirs[PLAN_FILE])}


PEOPLES = [
    None,
    "# Plans\n\nOurs.\n",
    "\ufeff# Plans\n\nOurs.",
    "# Plans\r\n\r\nOurs.\r\n",
    "# Plans\r\n\r\nNo end of line",
    "\n\n",
    "```\n<!-- groundplan:plan 1 begin -->\n<<<<<<< HEAD\n```\n",
]
change = st.tuples(st.integers(1, 4), st.sampled_from(["update", "finish"]), st.integers(2, 3))


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.sampled_from(PEOPLES),
    st.lists(change, max_size=3),
    st.lists(change, min_size=1, max_size=3),
    st.lists(change, min_size=1, max_size=3),
)
def test_a_merge_is_put_together_again_as_if_one_had_come_after_the_other(
    peoples: str | None, before: list[tuple[int, str, int]], one: list[tuple[int, str, int]],
    other: list[tuple[int, str, int]],
) -> None:  # fmt: skip
    """Each branch has plans of its own: odd ones here, even ones there."""

    def went_on(files: Files, changes: Sequence[tuple[int, str, int]], parity: int | None = None) -> Files:
        for issue, what, version in changes:
            if parity is None or issue % 2 == parity:
                files = written(files, plan(issue, version, done=what == "finish"))
        return files

    base = went_on(repository(text=peoples), before)
    mine, theirs = went_on(base, [*one, (1, "update", 5)], 1), went_on(base, [*other, (2, "finish", 5)], 0)
    wanted = went_on(went_on(base, [*one, (1, "update", 5)], 1), [*other, (2, "finish", 5)], 0)
    for first, second in ((mine, theirs), (theirs, mine)):
        files = merged(first, base, second)
        try:
            rebuilt = written(files, plan(1, 5))
        except UserError as no:
            assert "no side has whole sections" in no.reason  # noqa: PT017
            rebuilt = rendered_again({**files, PLAN_FILE: first[PLAN_FILE]})
        assert rebuilt == wanted
        assert rendered_again(rebuilt) == wanted
    if peoples is not None:
        assert wanted[PLAN_FILE].startswith(peoples)


def rendered_again(files: Files) -> Files:
    """As the refusal says: a whole file of either side, and every contract rendered."""
    for path in [path for path in files if path.startswith(".agent/planning-output")]:
        files = written(files, plan_from_contract(files[path]))
    return files


SIDES: Sequence[tuple[str, Sequence[Plan], Sequence[Plan], Sequence[Plan]]] = [
    ("two first plans", (), (plan(1),), (plan(2),)),
    ("two more plans", (plan(3),), (plan(5),), (plan(8),)),
    ("plans before and after", (plan(3), plan(6)), (plan(1), plan(4)), (plan(9),)),
    ("one updated, one new", (plan(3),), (plan(3, 2),), (plan(4),)),
    ("both updated", (plan(3), plan(4)), (plan(3, 2),), (plan(4, 2),)),
    ("one finished, one new", (plan(3),), (plan(3, done=True),), (plan(4),)),
    ("both fold and add", (plan(3),), (plan(3, done=True), plan(6)), (plan(3, done=True), plan(8))),
    ("both finished", (plan(3), plan(4)), (plan(3, done=True),), (plan(4, done=True),)),
    ("finished beside updated", (plan(3), plan(4)), (plan(3, done=True),), (plan(4, 2),)),
    ("two more finished", (plan(1, done=True), plan(3)), (plan(3, done=True),), (plan(4, done=True),)),
]


@pytest.mark.parametrize("peoples", PEOPLES)
@pytest.mark.parametrize(("before", "one", "other"), [side[1:] for side in SIDES], ids=[x[0] for x in SIDES])
def test_what_two_pull_requests_do_is_put_together_again(
    before: Sequence[Plan], one: Sequence[Plan], other: Sequence[Plan], peoples: str | None
) -> None:
    base = repository(*before, text=peoples)
    mine, theirs, wanted = base, base, base
    for each in one:
        mine, wanted = written(mine, each), written(wanted, each)
    for each in other:
        theirs, wanted = written(theirs, each), written(wanted, each)
    assert written(merged(mine, base, theirs), one[0]) == wanted
    assert written(merged(theirs, base, mine), one[0]) == wanted


def test_both_branches_in_one_section_are_decided_by_its_contract() -> None:
    base = repository(plan(3), plan(7))
    mine, theirs = written(base, plan(3, 2)), written(base, plan(3, 3))
    files = merged(mine, base, theirs)
    for contract in (mine, theirs):
        files[contract_path(3)] = contract[contract_path(3)]
        rebuilt = written(files, plan(7))
        assert section_of(rebuilt[PLAN_FILE], 3) == section_of(contract[PLAN_FILE], 3)
    files[contract_path(3)] = repository(plan(3, 4))[contract_path(3)]
    with pytest.raises(UserError, match=r"line 5: .*no side has whole sections"):
        written(files, plan(7))
    assert section_of(written(files, plan(3, 4))[PLAN_FILE], 3) is not None


def test_a_conflict_in_words_of_people_is_theirs_to_settle() -> None:
    base = repository(plan(3), text="# Plans\n\nOurs.\n")
    mine = {**base, PLAN_FILE: base[PLAN_FILE].replace("Ours.", "Mine.")}
    theirs = written({**base, PLAN_FILE: base[PLAN_FILE].replace("Ours.", "Theirs.")}, plan(5))
    files = merged(mine, base, theirs)
    before = dict(files)
    with pytest.raises(UserError, match=r"line 3: .*words of people"):
        written(files, plan(5))
    assert files == before


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "", "\ufeff", "```", "> q", "    code", "=======", "- x"]), max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.permutations([1, 2, 3]),
    st.sets(st.integers(1, 3)),
)
def test_no_word_of_people_is_lost(
    lines: list[str], newline: str, ended: bool, order: list[int], done: set[int]
) -> None:
    peoples = newline.join(lines) + (newline if ended else "")
    files = repository(text=peoples)
    try:
        for issue in order:
            files = written(files, plan(issue, done=issue in done))
    except UserError as no:
        # A code block without an end would swallow our marks.
        assert no.code == "plan-file-broken"  # noqa: PT017
        assert "```" in lines
        return
    assert files[PLAN_FILE].startswith(peoples)
    assert without_ours(files[PLAN_FILE]) == "".join(peoples.split())


# --- links ---


def targets(file: File) -> Sequence[str]:
    from bot.plan.markdown import Document

    spans = [span for block in Document(file.path, file.text).blocks for span in block.spans]
    return [span.target for span in spans if span.target]


@pytest.mark.parametrize("plan_format", FORMATS)
def test_every_link_of_a_plan_leads_to_one_of_its_files(plan_format: str) -> None:
    from tests.plan.samples import webhook_plan

    for one in (webhook_plan(), plan(3)):
        files = FORMATS[plan_format].files(one, {})
        paths = {file.path for file in files}
        for file in files:
            for target in targets(file) if file.path.endswith(".md") else ():
                place, _, anchor = target.partition("#")
                path = os.path.normpath(Path(file.path).parent / place) if place else file.path
                assert path in paths, (file.path, target)
                text = next(other.text for other in files if other.path == path)
                assert not anchor or f"## {anchor.capitalize()}\n" in text
        section = section_of(next(file.text for file in files if file.path == PLAN_FILE), one.issue) or ""
        linked = set(targets(File(PLAN_FILE, section)))
        assert {path for path in paths if path.endswith(".md") and path != PLAN_FILE} <= linked
        assert contract_path(one.issue) in linked
