"""What a revision does without a model: people's edits and suggestions are taken over, everybody is answered,
and nothing of anybody's is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.conversation import Answer, Instruction, Said, Thread
from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.plan.formats import FORMATS
from bot.plan.formats.plan_file import section_of, without
from bot.recon.tree import in_memory
from bot.revising.standing import standing
from bot.situation import Outcome
from tests.revising.branch import (
    CONTRACT,
    HEAD,
    NEW_BASE,
    NUMBER,
    Branch,
    own_path,
    plan_of,
    published,
    said_in,
    suggestion,
    texts_of,
    thread,
)

FANOUT = ".agent/planner-fanout-42.json"
TASKS = "specs/42-export-reports-as-csv/tasks.md"
FIRST = "## T1 · Export reports as CSV"
# How the first task's title is written in each format that shows it, and what a person makes of it.
TITLES: Mapping[str, tuple[str, str]] = {
    "roadmap": (FIRST, "## T1 · Write the table as CSV"),
    "steps": ("Step 1 – Export reports as CSV", "Step 1 – Write the table as CSV"),
    "export": ("### Step 1: Export reports as CSV", "### Step 1: Write the table as CSV"),
    "technical": ("**T1 · Export reports as CSV**", "**T1 · Write the table as CSV**"),
}


def retitled(plan_format: str = "roadmap") -> Branch:
    """A branch on which a person has given the first task another title."""
    branch = published(plan_format)
    old, new = TITLES[plan_format]
    path = next(path for path, text in branch.head.items() if text.count(old) == 1 and path != PLAN_FILE)
    return branch.edited(path, old, new)


def wrote_nothing(outcome: Outcome) -> bool:
    return not (outcome.files or outcome.removed or outcome.merge_base)


# --- edits of people


@pytest.mark.parametrize("plan_format", TITLES)
def test_an_edit_is_taken_over_and_everything_else_agrees_with_it(plan_format: str) -> None:
    branch = retitled(plan_format)
    outcome = branch.revised(edits=True, editors=("bob",))
    assert outcome.kind == "revision"
    after = branch.after(outcome)
    assert plan_of(after.head).tasks[0].title == "Write the table as CSV"
    assert "Write the table as CSV" in (section_of(after.head[PLAN_FILE], NUMBER) or "")
    assert "Write the table as CSV" in after.head[FANOUT]
    assert list(FORMATS[plan_format].changed(plan_of(after.head), _files(after))) == []
    assert "T1 title: Export reports as CSV → Write the table as CSV" in outcome.body
    assert "edits by bob" in outcome.body
    assert outcome.headline == "Revise the plan for #42: T1 changed"


@pytest.mark.parametrize("plan_format", FORMATS)
def test_a_plan_that_nobody_touched_is_not_written_again(plan_format: str) -> None:
    outcome = published(plan_format).revised(edits=True)
    assert wrote_nothing(outcome)
    assert "The plan is as it was." in outcome.body
    assert outcome.pull_body
    assert outcome.check_ok


@pytest.mark.parametrize("plan_format", TITLES)
def test_doing_it_twice_changes_nothing(plan_format: str) -> None:
    branch = retitled(plan_format)
    after = branch.after(branch.revised(edits=True))
    assert wrote_nothing(after.revised(edits=True))


def test_without_our_last_commit_the_contract_tells_what_was_written() -> None:
    branch = replace(retitled(), knows_last=False)
    after = branch.after(branch.revised(edits=True))
    assert plan_of(after.head).tasks[0].title == "Write the table as CSV"


def test_an_edit_of_the_contract_is_taken_over_into_the_documents() -> None:
    branch = published()
    branch = branch.edited(CONTRACT, "Implement: Export reports", "Build: Export reports")
    after = branch.after(branch.revised(edits=True))
    assert "Build: Export reports as CSV." in after.head[TASKS]


def test_people_keep_their_words_outside_the_section_byte_for_byte() -> None:
    outside = "\ufeff# Ours\r\n\r\nMind the gap.  \r\n\r\n"
    branch = published()
    branch = replace(branch, last={**branch.last, PLAN_FILE: outside + branch.last[PLAN_FILE]})
    branch = replace(branch, head={**branch.last, "docs/notes.md": "mine\n"})
    branch = branch.edited(TASKS, FIRST, "## T1 · Write the table as CSV")
    outcome = branch.revised(edits=True)
    after = branch.after(outcome)
    assert after.head[PLAN_FILE].startswith(outside)
    assert without(after.head[PLAN_FILE], NUMBER) == without(branch.head[PLAN_FILE], NUMBER)
    assert after.head["docs/notes.md"] == "mine\n"


def test_a_commit_of_a_person_between_two_revisions_survives_both() -> None:
    branch = retitled()
    first = branch.after(branch.revised(edits=True))
    person = first.edited(PLAN_FILE, "# Implementation plan", "# Implementation plan\n\nRead this first.")
    person = person.edited(TASKS, "## T3 · the README describes `--format`", "## T3 · Describe `--format`")
    line = person.line(TASKS, "## T2 · ")
    outcome = person.revised(
        edits=True, threads=(thread(1, TASKS, line, suggestion("## T2 · Test the quoting")),)
    )
    after = person.after(outcome)
    assert "\n\nRead this first." in after.head[PLAN_FILE]
    assert [one.title for one in plan_of(after.head).tasks] == [
        "Write the table as CSV", "Test the quoting", "Describe `--format`"]  # fmt: skip
    assert [one.number for one in plan_of(after.head).provenance.revisions] == [1, 2]


def test_a_ticked_box_stays_ticked_when_the_plan_is_written_again() -> None:
    branch = retitled("steps").edited(
        own_path(published("steps").head, "steps.md"), "- [ ] **Step 2", "- [x] **Step 2"
    )
    after = branch.after(branch.revised(edits=True))
    assert "- [x] **Step 2" in after.head[own_path(after.head, "steps.md")]


DOUBTS = [
    (TASKS, "**Covers** I-5", "**Covers** I-5\n\n## Wombats\n\nAsk the wombats first.", "wombats"),
    (TASKS, FIRST, f"<<<<<<< HEAD\n{FIRST}", "a merge conflict is left here"),
    (TASKS, FIRST, FIRST.replace("T1", "T8"), "Ids never change"),
    (FANOUT, '"T1"', '"T1", "T9"', "it follows from the plan"),
    (PLAN_FILE, "<!-- groundplan:plan 42 end -->", "", PLAN_FILE),
]


@pytest.mark.parametrize(("path", "old", "new", "why"), DOUBTS)
def test_what_cannot_be_taken_over_is_told_and_nothing_is_written(
    path: str, old: str, new: str, why: str
) -> None:
    branch = published()
    text = branch.head[path].replace(old, new, 1)
    assert text != branch.head[path]
    branch = replace(branch, head={**branch.head, path: text})
    outcome = branch.revised(edits=True, threads=(thread(1, TASKS, 3, "Hm"),))
    assert wrote_nothing(outcome)
    assert why.casefold() in outcome.body.casefold()
    [reply] = outcome.replies
    assert "Nothing is written to this branch yet" in reply.text
    assert not reply.resolve


@pytest.mark.parametrize("text", ["", "{", "[]", '{"roadmap": 1}', "\x00\x01", "{}" * 1000])
def test_a_contract_that_is_broken_is_told_whether_our_commit_is_known_or_not(text: str) -> None:
    branch = published()
    branch = replace(branch, head={**branch.head, CONTRACT: text})
    for one in (branch, replace(branch, knows_last=False)):
        outcome = one.revised(edits=True, threads=(thread(1, TASKS, 3, "Hm"),))
        written = texts_of(outcome)
        # What is empty or no text says nothing, so it is written again; all others are asked about.
        assert not written or (text in ("", "\x00\x01") and set(written) == {CONTRACT})
        assert len(outcome.replies) == 1


def test_a_contract_that_is_gone_is_written_again() -> None:
    branch = published()
    branch = replace(branch, head={path: text for path, text in branch.head.items() if path != CONTRACT})
    assert texts_of(branch.revised(edits=True)) == {CONTRACT: branch.last[CONTRACT]}


# --- suggestions


def suggested(branch: Branch, *threads: Thread) -> Outcome:
    return branch.revised(threads=threads)


def test_a_suggestion_is_done_and_says_so_with_the_ids() -> None:
    branch = published()
    at = branch.line(TASKS, FIRST)
    outcome = suggested(branch, thread(1, TASKS, at, suggestion("## T1 · Write the table")))
    [reply] = outcome.replies
    assert (reply.text, reply.resolve, reply.comment) == ("Done in {sha}: T1 changed.", True, 101)
    assert plan_of(branch.after(outcome).head).tasks[0].title == "Write the table"


def test_words_around_a_suggestion_and_other_code_are_none() -> None:
    branch = published()
    at = branch.line(TASKS, FIRST)
    body = f"```python\n## T1 · Code\n```\n\nI'd say:\n\n{suggestion('## T1 · Said')}\n\n> {FIRST}\n\nThanks"
    outcome = suggested(branch, thread(1, TASKS, at, body))
    assert plan_of(branch.after(outcome).head).tasks[0].title == "Said"


def test_lines_are_taken_out_by_an_empty_suggestion() -> None:
    branch = published()
    at = branch.line(TASKS, "- [ ] an unknown format exits with status 2")
    outcome = suggested(branch, thread(1, TASKS, at, suggestion()))
    [reply] = outcome.replies
    assert reply.resolve, reply.text
    assert (
        "an unknown format exits with status 2" not in plan_of(branch.after(outcome).head).tasks[0].acceptance
    )


def test_several_lines_become_others() -> None:
    branch = published()
    last = branch.line(TASKS, "- [ ] an unknown format exits with status 2")
    new = (
        "- [ ] the header stands first",
        "- [ ] `--format xml` exits with status 2",
        "- [ ] nothing is lost",
    )
    outcome = suggested(branch, thread(1, TASKS, last, suggestion(*new), start_line=last - 1))
    told = plan_of(branch.after(outcome).head).tasks[0].acceptance
    assert told[:3] == tuple(line.removeprefix("- [ ] ") for line in new)


def test_a_file_with_other_line_ends_keeps_them() -> None:
    branch = published()
    branch = replace(branch, last={**branch.last, TASKS: branch.last[TASKS].replace("\n", "\r\n")})
    branch = replace(branch, head=branch.last)
    at = branch.line(TASKS, FIRST)
    body = suggestion("## T1 · Write the table").replace("\n", "\r\n")
    outcome = suggested(branch, thread(1, TASKS, at, body))
    text = texts_of(outcome)[TASKS]
    assert "## T1 · Write the table" in text
    assert text.count("\n") == text.count("\r\n")


def test_the_latest_suggestion_of_a_thread_counts_and_those_before_our_answer_do_not() -> None:
    branch = published()
    at = branch.line(TASKS, FIRST)
    said = (
        Said("ada", suggestion("## T1 · First")),
        Said("groundplan[bot]", "Done in abc", ours=True, answers="r0"),
        Said("ada", suggestion("## T1 · Second")),
        Said("bob", suggestion("## T1 · Third")),
        Said("ada", "Yes."),
    )
    outcome = suggested(branch, replace(thread(1, TASKS, at), said=said))
    assert plan_of(branch.after(outcome).head).tasks[0].title == "Third"


NOT_TAKEN = [
    ("outdated", {"outdated": True}, "does not fit any more"),
    ("on the file", {"line": 0}, "does not fit any more"),
    ("another file", {"path": "README.md"}, "no part of the plan"),
    ("past the end", {"line": 100_000}, "no such lines"),
    ("backwards", {"start_line": 90_000}, "no such lines"),
    ("nothing new", {"said": (Said("ada", suggestion(FIRST)),)}, "changes nothing"),
    ("an id", {"said": (Said("ada", suggestion("## T9 · Export reports as CSV")),)}, "Ids never change"),
    ("no title", {"said": (Said("ada", suggestion("")),)}, ""),
    ("a word of its own", {"said": (Said("ada", suggestion(FIRST, "", "## Wombats", "", "Ask.")),)}, ""),
    ("two of them", {"said": (Said("ada", f"{suggestion('## T1 · A')}\n\n{suggestion('## T1 · B')}"),)},
     "2 different texts"),
    ("on another plan file", {"path": FANOUT, "line": 3}, ""),
    ("people's own words", {"path": PLAN_FILE, "line": 1}, "outside the plan's section"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "how", "why"), NOT_TAKEN, ids=[name for name, *_ in NOT_TAKEN])
def test_a_suggestion_that_does_not_fit_is_answered_with_why(
    name: str, how: dict[str, object], why: str
) -> None:
    branch = published()
    at = branch.line(TASKS, FIRST)
    one = replace(thread(1, TASKS, at, suggestion("## T1 · Write the table")), **how)  # type: ignore[arg-type]
    outcome = suggested(branch, one)
    [reply] = outcome.replies
    assert wrote_nothing(outcome)
    assert reply.text.startswith("The suggestion was not taken over: ")
    assert why in reply.text
    assert not reply.resolve


def test_a_suggestion_that_breaks_a_rule_leaves_the_others_alone() -> None:
    branch = published()
    rows = branch.line(TASKS, "| `src/ledger/cli.py` | edit |")
    wrong = "| `src/ledger/nowhere.py` | edit | named in the issue, line 6 |"
    threads = (
        thread(1, TASKS, rows, suggestion(wrong)),
        thread(2, TASKS, branch.line(TASKS, FIRST), suggestion("## T1 · Write the table")),
    )
    outcome = suggested(branch, *threads)
    assert "nowhere.py" in outcome.replies[0].text
    assert "PLN4" in outcome.replies[0].text
    assert [one.resolve for one in outcome.replies] == [False, True]
    assert "nowhere" not in texts_of(outcome)[TASKS]


def test_the_second_of_two_suggestions_for_the_same_lines_is_not_taken() -> None:
    branch = published()
    at = branch.line(TASKS, FIRST)
    threads = (
        thread(1, TASKS, at, suggestion("## T1 · One")),
        thread(2, TASKS, at + 1, suggestion("## T1 · Two", ""), start_line=at),
    )
    outcome = suggested(branch, *threads)
    assert plan_of(branch.after(outcome).head).tasks[0].title == "One"
    assert "the same lines" in outcome.replies[1].text


def test_suggestions_stand_on_the_files_with_the_edits_of_others() -> None:
    branch = published().edited(TASKS, FIRST, f"\n\n{FIRST} for all")
    at = branch.line(TASKS, "## T2 · ")
    outcome = branch.revised(
        edits=True, threads=(thread(1, TASKS, at, suggestion("## T2 · Test the quoting")),)
    )
    titles = [one.title for one in plan_of(branch.after(outcome).head).tasks]
    assert titles[:2] == ["Export reports as CSV for all", "Test the quoting"]


# --- what needs a model


def test_six_threads_get_six_answers_and_one_set_of_files() -> None:
    branch = published()
    at = branch.line(TASKS, FIRST)
    threads = (
        thread(1, TASKS, at, suggestion("## T1 · Write the table")),
        thread(2, TASKS, at, "Please split this."),
        thread(3, TASKS, at + 4, "Why?"),
        thread(4, PLAN_FILE, branch.line(PLAN_FILE, "| M1 |"), "Too large."),
        thread(5, "README.md", 1, "Not this file."),
        thread(6, TASKS, 0, outdated=True),
    )
    outcome = branch.revised(threads=threads)
    assert [one.thread for one in outcome.replies] == [one.id for one in threads]
    assert [one.comment for one in outcome.replies] == [one.comment for one in threads]
    assert [one.resolve for one in outcome.replies] == [True, False, False, False, False, False]
    assert all("no model is set up" in one for one in said_in(outcome)[1:])
    assert [said.split(" ")[0] for said in said_in(outcome)[1:4]] == ["**T1**", "**T1**", "**M1**"]
    assert "6 threads answered, 1 of them done." in outcome.body


def test_words_that_need_a_model_are_told_what_to_do_instead() -> None:
    said = Instruction("comment:9", "ada", "split T1")
    outcome = published().revised(instructions=(said,))
    assert wrote_nothing(outcome)
    assert "split T1: Not done: this needs somebody who understands it" in outcome.body


def test_hostile_words_do_nothing_in_any_text() -> None:
    words = "@everyone see https://evil.example/x closes #1 </details><script>x</script> {sha} {{ 7 * 7 }}"
    branch = published()
    at = branch.line(TASKS, FIRST)
    outcome = branch.revised(
        instructions=(Instruction("comment:9", "ada", f"{words}\n/plan stop"),),
        threads=(
            thread(1, "x\n| @everyone |.md", 1, words),
            thread(2, TASKS, at, suggestion(f"## T1 · {words}")),
            thread(3, TASKS, at, "```suggestion\n" * 5_000),
        ),
    )
    assert len(outcome.replies) == 3
    for text in (outcome.body, *said_in(outcome)):
        assert "<script" not in text
        assert " @everyone" not in text.replace("`` @everyone", "").replace("``@everyone", "")
    assert all("49" not in said for said in said_in(outcome))


# --- decisions and the base branch


def test_a_decision_is_written_down_and_logged() -> None:
    branch = published()
    made = Answer(
        "D-1", "a comma", "spreadsheets want it", "ada", "2026-02-28T10:00:00Z", "https://github.test/1"
    )
    outcome = branch.revised(answers=(made,))
    plan = plan_of(branch.after(outcome).head)
    assert plan.decisions[0].answer == "a comma"
    assert plan.provenance.revisions[-1].cause == "decision D-1"
    assert plan.provenance.revisions[-1].by == "ada"


def test_a_decision_that_there_is_not_is_told() -> None:
    outcome = published().revised(answers=(Answer("D-9", "x", "", "ada", ""),))
    assert wrote_nothing(outcome)
    assert "D-9" in outcome.body


def test_a_refresh_reads_the_repository_again_and_tells_what_is_gone() -> None:
    branch = published()
    ground = {path: text for path, text in branch.ground.items() if path != "src/ledger/report.py"}
    branch = replace(
        branch, ground={**ground, "src/ledger/reports.py": branch.ground["src/ledger/report.py"]}
    )
    outcome = branch.revised(refresh=True)
    plan = plan_of(branch.after(outcome).head)
    assert outcome.merge_base == NEW_BASE
    assert plan.provenance.base_sha == NEW_BASE
    assert "src/ledger/report.py" in outcome.body
    assert "src/ledger/reports.py" in outcome.body
    assert not outcome.check_ok


def test_a_refresh_keeps_what_people_say_of_the_repository() -> None:
    branch = published("export")
    path = own_path(branch.head)
    line = next(line for line in branch.head[path].split("\n") if line.startswith("- Migrations"))
    branch = branch.edited(path, line, f"{line}, and our own eyes")
    first = branch.after(branch.revised(edits=True))
    again = first.after(first.revised(refresh=True))
    assert "and our own eyes" in again.head[path]


def test_a_rebuild_joins_the_section_with_the_file_of_the_base_branch() -> None:
    other = "# Implementation plan\n\nOurs.\n\n<!-- groundplan:plan 7 begin contract=x -->\n## #7 · Other\n"
    theirs = f"{other}<!-- groundplan:plan 7 end -->\n"
    branch = published()
    branch = replace(branch, ground={**branch.ground, PLAN_FILE: theirs})
    outcome = branch.revised(rebuild=True)
    text = texts_of(outcome)[PLAN_FILE]
    assert outcome.merge_base == NEW_BASE
    assert without(text, NUMBER).strip() == theirs.strip()
    assert "## #42 · Export reports as CSV" in text
    assert plan_of(branch.after(outcome).head).provenance.revisions[-1].cause == "base branch"


def test_words_of_people_on_both_branches_stay() -> None:
    branch = published()
    before = "# Implementation plan\n\n" + "A line.\n" * 5
    branch = replace(branch, base={**branch.base, PLAN_FILE: before})
    mine = before.replace("# Implementation plan", "# The plan") + "\n" + section(branch)
    branch = replace(branch, last={**branch.last, PLAN_FILE: mine}, head={**branch.head, PLAN_FILE: mine})
    branch = replace(branch, ground={**branch.ground, PLAN_FILE: f"{before}\nTheirs.\n"})
    text = texts_of(branch.revised(rebuild=True))[PLAN_FILE]
    assert text.startswith("# The plan\n\nA line.\n")
    assert "\nTheirs.\n" in text
    assert section_of(text, NUMBER)


def test_the_same_words_changed_on_both_branches_are_left_to_people() -> None:
    branch = published()
    before = "# Implementation plan\n\nA line.\n"
    mine = before.replace("A line", "My line") + "\n" + section(branch)
    branch = replace(branch, base={**branch.base, PLAN_FILE: before})
    branch = replace(branch, last={**branch.last, PLAN_FILE: mine}, head={**branch.head, PLAN_FILE: mine})
    branch = replace(branch, ground={**branch.ground, PLAN_FILE: before.replace("A line", "Their line")})
    outcome = branch.revised(rebuild=True, threads=(thread(1, TASKS, 3, "Hm"),))
    assert wrote_nothing(outcome)
    assert "Merge the base branch" in outcome.body
    assert len(outcome.replies) == 1


def section(branch: Branch) -> str:
    return f"{section_of(branch.head[PLAN_FILE], NUMBER)}\n"


def _files(branch: Branch) -> list[File]:
    return [File(path, text) for path, text in branch.head.items()]


def test_an_edit_that_no_document_shows_stays_in_the_contract() -> None:
    branch = published()
    text = branch.head[CONTRACT]
    assert text.count('"origin": "extracted"') > 1
    branch = replace(branch, head={**branch.head, CONTRACT: text.replace('"extracted"', '"person"', 1)})
    after = branch.after(branch.revised(edits=True))
    assert after.head[CONTRACT].count('"person"') == branch.head[CONTRACT].count('"person"')


def test_a_link_where_a_file_of_the_plan_belongs_is_never_written_through() -> None:
    branch = retitled()
    head = in_memory({**branch.base, **branch.head}, sha=HEAD)
    head = replace(head, special={"specs": "symlink"})
    with pytest.raises(UserError, match="no plain file"):
        standing(NUMBER, head, None)
