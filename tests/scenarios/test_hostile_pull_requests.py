"""Whoever can open a pull request may mean harm: nothing gets a green check run that should not have one,
nothing breaks, and no pull request costs more than a bounded amount of work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from markdown_it import MarkdownIt

from bot.plan.formats import FORMATS
from bot.recon.tree import Snapshot, in_memory
from bot.situation import Outcome, Request
from tests.plan.rules.fixtures.base import sound
from tests.scenarios.test_pull_requests import TASKS, noticed, proposed, runs
from tests.scenarios.town import Town
from workers.inspecting import LARGEST, MOST_FILES, MOST_FOR_A_FORK, inspection

CODE = {
    "src/core/engine.py": "def run():\n    return 1\n",
    "src/app.py": "import core\n",
    "docs/guide.md": "# Guide\n",
    "tests/test_app.py": "def test_app():\n    assert True\n",
    "Makefile": "test:\n\tpytest\n",
}
OURS = {file.path: file.text for file in FORMATS["roadmap"].files(sound(), {})}
CONTRACT = ".agent/planning-output-12.json"
BRANCH = "groundplan/plan-12"
Files = Mapping[str, str | bytes]


def asked(paths: list[str], branch: str = "", *, more: bool = False) -> Request:
    return Request(
        digest="d" * 64,
        base_sha="b" * 40,
        ask="",
        number=3,
        title="",
        body="",
        full_name="acme/shop",
        kind="inspection",
        head_sha="a" * 40,
        branch=branch,
        paths=tuple(paths),
        more=more,
    )


def inspected(files: Files, branch: str = "", paths: list[str] | None = None, **more: bool) -> Outcome:
    """What is said of a pull request that adds these files; `paths` when GitHub lists other ones."""
    head: Snapshot = in_memory({**CODE, **files})
    return inspection(asked(list(files) if paths is None else paths, branch, **more), head, in_memory(CODE))


def conclusion(found: Outcome) -> str:
    return "success" if found.check_ok else "failure" if found.check_binding else "neutral"


def test_the_sound_plan_that_the_others_are_made_from_is_a_success() -> None:
    assert conclusion(inspected(OURS, BRANCH)) == "success"


# --- a check run that looks better than the plan is ---


@pytest.mark.parametrize("gone", [{CONTRACT}, {CONTRACT, ".agent/planner-fanout-12.json"}])
def test_a_plan_branch_that_lost_its_contract_fails(gone: set[str]) -> None:
    found = inspected({path: text for path, text in OURS.items() if path not in gone}, BRANCH)
    assert conclusion(found) == "failure"
    assert CONTRACT in found.check_summary


def test_another_issues_contract_does_not_stand_in_for_the_branchs_own() -> None:
    other = {
        path.replace("12", "99"): text.replace('"issue": 12', '"issue": 99') for path, text in OURS.items()
    }
    assert conclusion(inspected(other, BRANCH)) == "failure"


@pytest.mark.parametrize("branch", ["", BRANCH])
def test_a_file_that_the_archive_leaves_out_is_no_success(branch: str) -> None:
    """`export-ignore` in .gitattributes takes files out of GitHub's archives, and so does their number."""
    hidden = ".agent/planning-output-13.json"
    found = inspected(OURS, branch, paths=[*OURS, hidden])
    assert conclusion(found) == "failure"
    assert hidden in {one.path for one in found.annotations}


@pytest.mark.parametrize(
    "text",
    [("\ufeff" + OURS[CONTRACT]).encode("utf-16-le"), ("\ufeff" + OURS[CONTRACT]).encode()],
    ids=["utf-16", "byte order mark"],
)
def test_a_contract_that_other_readers_cannot_read_fails_as_it_is(text: bytes) -> None:
    assert conclusion(inspected({**OURS, CONTRACT: text}, BRANCH)) == "failure"


def test_a_broken_contract_behind_many_sound_files_still_fails() -> None:
    many = {f"specs/{n:03}-a/tasks.md": "# Tasks\n\n- [ ] T001 Read\n" for n in range(1, 2 * MOST_FILES)}
    assert conclusion(inspected({**many, ".agent/planning-output-7.json": "{}"})) == "failure"


def test_what_is_too_much_to_look_at_is_said_and_never_a_success() -> None:
    many = {f"specs/{n:03}-a/tasks.md": "# Tasks\n\n- [ ] T001 Read\n" for n in range(1, MOST_FILES + 2)}
    found = inspected(many)
    assert conclusion(found) == "neutral"
    assert "too many plan files" in found.check_summary
    assert conclusion(inspected(dict(list(many.items())[:-1]))) == "success"


def test_files_beyond_those_that_github_lists_are_looked_at() -> None:
    files = {**{f"!/{n}": "x" for n in range(30)}, ".agent/planning-output-7.json": "{}"}
    assert conclusion(inspected(files, paths=[f"!/{n}" for n in range(30)], more=True)) == "failure"


def test_five_hundred_files_hide_no_contract(town: Town) -> None:
    junk = {f"!/{n:03}": "x" for n in range(510)}
    number = proposed(town, {**junk, ".agent/planning-output-7.json": "{}"})
    [run] = runs(town, number)
    assert run["conclusion"] == "failure"


def test_a_pull_request_that_goes_elsewhere_now_is_checked_again(town: Town) -> None:
    """At the same commit other files change, as seen from another branch."""
    main = town.act("GET", "/git/ref/heads/main")["object"]["sha"]
    town.act("POST", "/git/refs", ref="refs/heads/below", sha=main)
    below = town.commit("below", {".agent/planning-output-7.json": "{}"})
    town.act("POST", "/git/refs", ref="refs/heads/above", sha=below)
    town.commit("above", {"specs/001-a/tasks.md": "# Tasks\n\n- [ ] T001 Read\n"})
    pull = town.act("POST", "/pulls", title="Plan", head="above", base="below", body="")
    noticed(town, pull["number"])
    assert [run["conclusion"] for run in runs(town, pull["number"])] == ["success"]
    town.act("PATCH", f"/pulls/{pull['number']}", base="main")
    noticed(town, pull["number"])
    assert "failure" in [run["conclusion"] for run in runs(town, pull["number"])]
    before = len(town.checks())
    noticed(town, pull["number"])
    assert len(town.checks()) == before


def test_a_deleted_contract_comes_back(town: Town) -> None:
    issue = town.ask()
    [pull] = town.pulls()
    town.commit(pull["head"]["ref"], {f".agent/planning-output-{issue}.json": None})
    noticed(town, pull["number"])
    town.notice(issue)
    town.run()
    assert town.file(pull["head"]["ref"], f".agent/planning-output-{issue}.json")
    [run] = runs(town, pull["number"])
    assert run["conclusion"] == "success"


def test_a_contract_that_is_deleted_while_the_plan_is_held_fails_the_check(town: Town) -> None:
    issue = town.ask()
    [pull] = town.pulls()
    town.say(pull["number"], "/plan hold")
    town.run()
    town.commit(pull["head"]["ref"], {f".agent/planning-output-{issue}.json": None})
    noticed(town, pull["number"])
    [run] = runs(town, pull["number"])
    assert run["conclusion"] == "failure"


# --- what must not break, and what binds nobody ---


@pytest.mark.parametrize(
    "path",
    [
        f"specs/001-x/{'a' * 300}/tasks.md",
        f"specs/001-x/{'/'.join(['ä' * 100] * 20)}/tasks.md",
        "specs/001-x\n::error::hi\x1b[31m/tasks.md",
        "specs/CON/../tasks.md".replace("..", "aux."),
        "specs\\..\\..\\x/tasks.md",
    ],
    ids=["long name", "long path", "control characters", "device", "backslashes"],
)
def test_a_strange_name_breaks_nothing(path: str) -> None:
    found = inspected({path: TASKS, "specs/001-search/tasks.md": TASKS})
    assert found.check_title
    assert "specs/001-search/tasks.md" in {one.path for one in found.annotations}


def test_twins_of_a_name_are_two_files() -> None:
    twins = {
        "specs/001-\u00e9/tasks.md": TASKS,
        "specs/001-e\u0301/tasks.md": TASKS,
        "Specs/001-E/TASKS.md": TASKS,
    }
    assert {one.path for one in inspected(twins).annotations} == set(twins)


def test_a_link_is_not_followed() -> None:
    head = in_memory({**CODE}, special={"specs/001-x/tasks.md": "symlink"})
    found = inspection(asked(["specs/001-x/tasks.md"]), head, in_memory(CODE))
    assert conclusion(found) == "neutral"
    assert "symlink" in found.check_summary


@pytest.mark.parametrize(
    "text", ["café\n- [ ] a\n".encode("latin-1"), b"x" * (LARGEST + 1)], ids=["latin-1", "large"]
)
def test_a_list_of_people_that_cannot_be_read_binds_nobody(text: bytes) -> None:
    assert conclusion(inspected({"docs/todo.txt": text})) == "neutral"


def test_a_name_that_no_disk_takes_still_ends_in_one_check_run(town: Town) -> None:
    number = proposed(town, {f"specs/001-x/{'a' * 300}/tasks.md": TASKS})
    [run] = runs(town, number)
    assert run["conclusion"] == "neutral"


# --- what people read ---


def test_nothing_in_the_check_run_wakes_github() -> None:
    evil = "src/@maya/fixes/#1<img/src=x>/[a](http://evil.example)/x.py"
    text = f"# Tasks\n\n- [ ] T001 Edit `{evil}` TBD\n- [ ] T002 Ask @maya, fixes #1 `a` TBD\n"
    found = inspected({"specs/001-@maya-closes #1/tasks.md": text})
    shown = MarkdownIt("commonmark").enable("table").render(found.check_summary)
    prose = re.sub(r"<code>.*?</code>", "", shown)
    assert found.annotations
    assert "<img" not in shown
    assert "href" not in shown
    assert "@maya" not in prose
    assert "#1" not in prose
    assert not re.search(r"[@#<`]", found.check_title)


def test_what_the_archive_says_of_itself_is_shown_as_text(town: Town) -> None:
    """GitHub's words, or a name in a broken archive, become the summary when nothing could be checked."""
    from bot.inspector import check_of

    check = check_of(Outcome("d" * 64, "failed", "The archive ends inside @maya <img src=x>."), "a" * 40)
    assert check.conclusion == "neutral"
    assert "<img" not in check.summary
    assert "``@maya``" in check.summary


def test_a_fork_gets_no_more_annotations_than_one_request_takes() -> None:
    lines = "".join(f"- [ ] T{n:03} [P] Edit src/none{n}.py TBD\n" for n in range(1, 120))
    files = {"specs/001-x/tasks.md": f"# Tasks: X\n\n## Phase 1: A\n\n{lines}"}
    assert len(inspected(files, branch="plan-x").annotations) > MOST_FOR_A_FORK
    assert len(inspected(files).annotations) == MOST_FOR_A_FORK


# --- what a push costs ---


class Superseded(Exception):
    """Another commit is wanted by now."""


def test_an_inspection_that_nobody_wants_any_more_ends() -> None:
    asked_for: list[int] = []

    def check_wanted() -> None:
        asked_for.append(1)
        if len(asked_for) == 2:
            raise Superseded

    files = {f"specs/{n:03}-a/tasks.md": TASKS for n in range(1, 20)}
    with pytest.raises(Superseded):
        inspection(asked(list(files)), in_memory({**CODE, **files}), in_memory(CODE), check_wanted)
    assert len(asked_for) == 2


def test_many_pushes_before_the_look_cost_one_inspection(town: Town) -> None:
    number = proposed(town, {"specs/001-a/tasks.md": TASKS})
    for n in range(20):
        town.commit("plan-search", {"specs/001-a/tasks.md": f"{TASKS}\n{n}\n"})
        town.notice(number)
    before = sum("/tarball/" in call.path for call in town.calls())
    noticed(town, number)
    assert sum("/tarball/" in call.path for call in town.calls()) == before + 1
    assert len(runs(town, number)) == 1
