"""What a pull request that closes tasks may change and has to show: within, at and beyond every limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.boundary import (
    BoundarySettings,
    ChangedFile,
    Judgement,
    PullFacts,
    TaskBoundary,
    boundary_of,
    is_within,
    judged,
)
from bot.effects import Annotation
from tests.plan.samples import webhook_plan

REQUIRED = BoundarySettings(required=True)
TASK = TaskBoundary(
    number=41,
    key="T3",
    max_diff_scope=3,
    allowed_paths=("src/api/", "tests/*_test.py", "package.json", "app/[id]/page.tsx", "docs/**/*.md"),
    denied_paths=("src/api/auth/", ".github/workflows/"),
)
OTHER = TaskBoundary(42, "T4", 2, allowed_paths=("src/api/auth/",), denied_paths=("src/api/keys.py",))


def edit(path: str) -> ChangedFile:
    return ChangedFile(path)


def new(path: str) -> ChangedFile:
    return ChangedFile(path, "added")


def gone(path: str) -> ChangedFile:
    return ChangedFile(path, "removed")


def moved(old: str, path: str) -> ChangedFile:
    return ChangedFile(path, "renamed", old)


@dataclass(frozen=True)
class Case:
    """A pull request, the tasks it closes, the paths that offend, and a part of the title."""

    name: str
    files: tuple[ChangedFile, ...]
    offending: tuple[str, ...] = ()
    title: str = ""
    tasks: tuple[TaskBoundary, ...] = (TASK,)


API = tuple(edit(f"src/api/{name}.py") for name in "abcd")
CASES = (
    Case("nothing", ()),
    Case("one file within a folder", API[:1], title="1 of 3 files"),
    Case("one below the number", API[:2], title="2 of 3 files"),
    Case("at the number", API[:3], title="3 of 3 files"),
    Case("beyond the number", API, title="4 files where 3 may change"),
    Case("a new file", (new("src/api/deep/er/new.py"),)),
    Case("a deletion within", (gone("src/api/old.py"),)),
    Case("a deletion outside", (gone("src/core/old.py"),), ("src/core/old.py",), "1 path outside"),
    Case("deletions at the number", tuple(gone(one.path) for one in API[:3])),
    Case("deletions beyond the number", tuple(gone(one.path) for one in API), title="4 files where 3"),
    Case("a rename within", (moved("src/api/a.py", "src/api/b.py"),), title="1 of 3"),
    Case("a rename counts once", (*API[:2], moved("src/api/x.py", "src/api/y.py")), title="3 of 3"),
    Case("renames beyond the number", (*API[:3], moved("src/api/x.py", "src/api/y.py")), title="4 files"),
    Case("a rename into it", (moved("lib/a.py", "src/api/a.py"),), ("lib/a.py",)),
    Case("a rename out of it", (moved("src/api/a.py", "lib/a.py"),), ("lib/a.py",)),
    Case("a rename past it", (moved("lib/a.py", "lib/b.py"),), ("lib/b.py", "lib/a.py"), "2 paths outside"),
    Case("a rename that only changes case", (moved("src/api/A.py", "src/api/a.py"),)),
    Case("a copy leaves its source alone", (ChangedFile("src/api/n.py", "copied", "lib/a.py"),)),
    Case("an exact path", (edit("package.json"),)),
    Case("a name that goes on", (new("package.json.bak"),), ("package.json.bak",)),
    Case("a folder whose name goes on", (new("src/api2/a.py"),), ("src/api2/a.py",)),
    Case("a pattern", (edit("tests/user_test.py"),)),
    Case("beside a pattern", (edit("tests/user.py"),), ("tests/user.py",)),
    Case("a pattern of folders", (edit("docs/a.md"), edit("docs/b/c.md"))),
    Case("brackets are letters", (edit("app/[id]/page.tsx"),)),
    Case("brackets are no pattern", (edit("app/i/page.tsx"),), ("app/i/page.tsx",)),
    Case("denied within what is allowed", (edit("src/api/auth/key.py"),), ("src/api/auth/key.py",)),
    Case("denied outside", (new(".github/workflows/x.yml"),), (".github/workflows/x.yml",)),
    Case("denied in another case", (edit("src/api/Auth/key.py"),), ("src/api/Auth/key.py",)),
    Case("denied in wide letters", (edit("src/api/\uff41uth/key.py"),), ("src/api/\uff41uth/key.py",)),
    Case("a deletion of what is denied", (gone("src/api/auth/key.py"),), ("src/api/auth/key.py",)),
    Case("allowed in another case", (edit("SRC/api/a.py"),), ("SRC/api/a.py",)),
    Case("a look-alike folder", (edit("s\u0433\u0441/api/a.py"),), ("s\u0433\u0441/api/a.py",)),
    Case("a look-alike below the folder", (new("src/api/\u0430pp.py"),), ("src/api/\u0430pp.py",)),
    Case("another script is no look-alike", (new("src/api/\u0444\u0430\u0439\u043b.py"),)),
    Case("a decomposed accent is the same", (new("src/api/e\u0301.py"),)),
    Case("a step up", (edit("src/api/../core/a.py"),), ("src/api/../core/a.py",), "1 path"),
    Case("a dot in front", (edit("./src/api/a.py"),), ("./src/api/a.py",)),
    Case("backslashes", (new("src/api/..\\..\\x.py"),), ("src/api/..\\..\\x.py",)),
    Case("an invisible letter", (new("src/api/a\u200b.py"),), ("src/api/a\u200b.py",)),
    Case("a line break", (new("src/api/a\n.py"),), ("src/api/a\n.py",)),
    Case("inside .git", (new("src/api/.GIT/config"),), ("src/api/.GIT/config",)),
    Case("a bad name goes", (gone("src/api/a\u200b.py"),)),
    Case("a bad name becomes a good one", (moved("src/api/a\u200b.py", "src/api/a.py"),)),
    Case("a link", (ChangedFile("src/api/l", "added", sort="symlink"),), ("src/api/l",)),
    Case("a submodule", (ChangedFile("src/api/m", sort="submodule"),), ("src/api/m",)),
    Case("a link that goes", (ChangedFile("src/api/l", "removed", sort="symlink"),)),
    Case("a link that the plan names", (ChangedFile("package.json", sort="symlink"),)),
    Case("a lock file is counted", (*API[:3], edit("src/api/uv.lock")), title="4 files where 3"),
    Case("a lock file is judged", (edit("package-lock.json"),), ("package-lock.json",)),
    Case("several wrongs", (*API, edit("README.md")), ("README.md",), "1 path outside the boundary, 5 files"),
    Case("two tasks add up", (*API, edit("src/api/auth/k.py")), title="2 tasks: 5 of 5", tasks=(TASK, OTHER)),
    Case("two tasks and one more", (*API, edit("src/api/e.py"), edit("src/api/f.py")), title="6 files",
         tasks=(TASK, OTHER)),
    Case("what one denies the other allows", (edit("src/api/auth/k.py"),), tasks=(TASK, OTHER)),
    Case("what neither allows", (edit("lib/a.py"),), ("lib/a.py",), tasks=(TASK, OTHER)),
    Case("what the other denies", (edit("src/api/keys.py"),), tasks=(TASK, OTHER)),
    Case("a task without places", (edit("anything/at/all"),), tasks=(TaskBoundary(9, "T9", 1),)),
    Case("a task that only denies", (edit("a/x"), edit("b/x")), ("a/x",),
         tasks=(TaskBoundary(9, "T9", 2, denied_paths=("a",)),)),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pull_requests_at_every_limit(case: Case) -> None:
    pull = PullFacts(7, case.files)
    found = judged(case.tasks, pull, REQUIRED)
    beyond = len({one.path for one in case.files}) > sum(one.max_diff_scope for one in case.tasks)
    assert sorted(found.offending) == sorted(case.offending)
    assert found.conclusion == ("failure" if case.offending or beyond else "success")
    assert case.title in found.title
    assert {one.path for one in found.annotations} <= {one.path for one in case.files}
    assert bool(found.annotations) == bool(case.offending)
    advised = judged(case.tasks, pull)
    assert advised.conclusion == ("success" if found.ok else "neutral")
    assert {one.level for one in advised.annotations} <= {"warning"}


def test_the_table_has_every_kind_of_change_on_both_sides() -> None:
    seen = {(file.status, bool(case.offending)) for case in CASES for file in case.files}
    assert len(CASES) >= 30
    assert seen >= {
        (status, bad) for status in ("added", "modified", "removed", "renamed") for bad in (True, False)
    }


@pytest.mark.parametrize(
    ("path", "place", "within"),
    [
        ("app/[id]/page.tsx", "app/[id]/*.tsx", True),
        ("app/i/page.tsx", "app/[id]/*.tsx", False),
        ("docs/e\u0301.txt", "docs/\u00e9.txt", True),
        ("docs/\u00e9.txt", "docs/e\u0301.txt", True),
        ("src/a.py", "./src/", True),
        ("src/a.py", " src ", True),
        ("src/a.py", "*", True),
        ("src/a.py", "src/?.py", True),
        ("src/ab.py", "src/?.py", False),
        ("src/a.py", "", False),
        ("src/a.py", "/", False),
        ("src", "src/", False),
    ],
)
def test_what_lies_within_a_place(path: str, place: str, within: bool) -> None:
    assert is_within(path, place) is within


def test_an_annotation_says_why_and_what_to_do() -> None:
    found = judged((TASK,), PullFacts(7, (moved("lib/a.py", "src/api/a.py"), edit("src/Api/b.py"))), REQUIRED)
    case, rename = found.annotations
    assert rename == Annotation(
        "src/api/a.py",
        1,
        "failure",
        "Outside the boundary",
        "src/api/a.py: its old name lib/a.py is outside what T3 (#41) may change. "
        "Take it out of this pull request, or have the plan allow it.",
    )
    assert "only case or look-alike letters tell it from src/api/" in case.message


def test_machine_made_files_are_counted_and_named_apart() -> None:
    task = replace(TASK, allowed_paths=("src/",), max_diff_scope=2)
    files = (edit("src/a.py"), edit("src/package-lock.json"), edit("src/app.min.js"))
    found = judged((task,), PullFacts(7, files))
    assert found.title == "3 files where 2 may change"
    assert "Without lock files and generated ones there are 1." in found.summary
    assert "`src/app.min.js`, `src/package-lock.json`" in found.summary


def test_files_beyond_github_s_list_are_never_passed() -> None:
    wide = replace(TASK, max_diff_scope=900)
    assert judged((wide,), PullFacts(7, API, files_in_all=4)).ok
    found = judged((wide,), PullFacts(7, API, files_in_all=6), REQUIRED)
    assert (found.conclusion, found.title) == ("failure", "2 files not listed")
    assert "2 changed files are not in the list" in found.summary


def test_a_fork_gets_fewer_annotations_and_the_same_verdict() -> None:
    files = tuple(edit(f"lib/{at}.py") for at in range(60))
    own, fork = (judged((TASK,), PullFacts(7, files, fork=fork), REQUIRED) for fork in (False, True))
    assert (own.conclusion, own.title, own.summary) == (fork.conclusion, fork.title, fork.summary)
    assert (len(own.annotations), len(fork.annotations)) == (60, 50)


def test_what_the_repository_allows_and_denies_holds_for_every_task() -> None:
    chosen = BoundarySettings(allowed_paths=("CHANGELOG.md",), denied_paths=("src/api/generated/",))
    found = judged((TASK,), PullFacts(7, (edit("CHANGELOG.md"), edit("src/api/generated/a.py"))), chosen)
    assert found.offending == ("src/api/generated/a.py",)
    anything = TaskBoundary(9, "T9", 3)
    assert judged((anything,), PullFacts(7, (edit("src/x.py"),)), chosen).ok


def test_evidence_and_criteria_are_asked_for_when_the_task_does() -> None:
    task = replace(TASK, acceptance=("The list is sorted", "It is fast"), evidence_required=True)
    bare = judged((task,), PullFacts(7, API[:1]), REQUIRED)
    assert (bare.conclusion, bare.title) == ("failure", "No evidence, 2 criteria open")
    assert "- The list is sorted\n- It is fast" in bare.summary
    body = "- [x] The list is sorted\n- [ ] It is fast: not applicable: no loop\n\n## Evidence\n\n12 passed\n"
    assert judged((task,), PullFacts(7, API[:1], body), REQUIRED).ok
    ticked = replace(task, issue_body="- [x] The list is sorted\n- [x] It is fast\n")
    assert judged((ticked,), PullFacts(7, API[:1], "## Evidence\n\n12 passed\n")).ok
    off = BoundarySettings(required=True, evidence=False, acceptance=False)
    assert judged((task,), PullFacts(7, API[:1]), off).ok


def test_the_boundary_of_a_filed_task_is_what_the_plan_says() -> None:
    plan = webhook_plan()
    first = boundary_of(plan, plan.tasks[0], 41, "text")
    assert (first.number, first.key, first.issue_body) == (41, "T1", "text")
    assert (first.max_diff_scope, first.denied_paths) == (
        plan.tasks[0].max_diff_scope,
        plan.tasks[0].denied_paths,
    )
    assert (first.acceptance, first.evidence_required) == (plan.tasks[0].acceptance, True)
    files = tuple(edit(one.path) for one in plan.tasks[0].files)
    assert not judged((first,), PullFacts(7, files)).offending
    assert judged((first,), PullFacts(7, (edit("elsewhere/a.py"),))).offending


def test_the_plan_s_own_documents_neither_count_nor_offend() -> None:
    task = replace(TASK, own_paths=("IMPLEMENTATION_PLAN.md", "specs/12-x"))
    files = (*API[:3], edit("IMPLEMENTATION_PLAN.md"), edit("specs/12-x/plan.md"))
    assert judged((task,), PullFacts(7, files, files_in_all=5)).title.endswith("3 of 3 files")
    taken = (moved("specs/12-x/plan.md", "lib/plan.md"), ChangedFile("specs/12-x/l", "added", sort="symlink"))
    found = judged((task,), PullFacts(7, taken))
    assert sorted(found.offending) == ["lib/plan.md", "specs/12-x/l", "specs/12-x/plan.md"]


def test_without_a_task_there_is_nothing_to_judge_by() -> None:
    with pytest.raises(ValueError, match="no task"):
        judged((), PullFacts(7, API))


def test_hostile_names_stay_text_and_the_summary_fits() -> None:
    name = "src/`@team`|<!--<script>[x](http://a) closes #1 " + "\u202e" * 9 + "x" * 3000
    files = tuple(new(f"{name}{at}") for at in range(300))
    tasks = tuple(
        replace(TASK, number=at, allowed_paths=(name,) * 30, acceptance=(name * 3,)) for at in range(1, 80)
    )
    found = judged(tasks, PullFacts(7, files))
    assert len(found.summary) < 60_000
    assert len(found.title) < 200
    assert [bad for bad in ("<!--", "<script>", "\u202e", "(http://a)") if bad in found.summary] == []


NAMES = st.sampled_from(
    [
        "src/api/a.py",
        "src/api/b.py",
        "src/api/auth/k.py",
        "lib/a.py",
        "README.md",
        "package.json",
        "tests/a_test.py",
    ]
)
FILES = st.one_of(
    st.builds(ChangedFile, NAMES, st.sampled_from(["added", "modified", "removed", "copied"])),
    st.builds(ChangedFile, NAMES, st.just("renamed"), NAMES),
)
PULLS = st.lists(FILES, max_size=6).map(lambda files: PullFacts(7, tuple(files)))


@settings(max_examples=150, deadline=None)
@given(PULLS, st.sampled_from(["src/api/new.py", "tests/new_test.py", "docs/new.md"]))
def test_an_allowed_file_within_the_number_never_makes_it_fail(pull: PullFacts, path: str) -> None:
    before = judged((TASK,), pull)
    after = judged((TASK,), replace(pull, files=(*pull.files, new(path))))
    if before.ok and pull.count < TASK.max_diff_scope:
        assert after.ok
    assert after.offending == before.offending


@settings(max_examples=150, deadline=None)
@given(PULLS)
def test_without_the_offending_files_it_passes(pull: PullFacts) -> None:
    roomy = replace(TASK, max_diff_scope=6)
    found = judged((roomy,), pull)
    kept = tuple(file for file in pull.files if not set(file.sides) & set(found.offending))
    assert judged((roomy,), replace(pull, files=kept)).ok
    assert found.ok == (len(kept) == len(pull.files))


@settings(max_examples=60, deadline=None)
@given(st.lists(FILES, max_size=4))
def test_the_order_of_files_and_tasks_changes_nothing(files: list[ChangedFile]) -> None:
    def verdict(some: tuple[ChangedFile, ...], tasks: tuple[TaskBoundary, ...]) -> Judgement:
        return judged(tasks, PullFacts(7, some))

    first = verdict(tuple(files), (TASK, OTHER))
    for order in permutations(files):
        assert verdict(order, (OTHER, TASK)) == first
