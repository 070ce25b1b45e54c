"""The shipped suite is whole and fair to read; a suite with slips says where they are."""

from __future__ import annotations

import gc
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from bot.errors import UserError
from bot.evaluation.expectation import TrapKind
from bot.evaluation.trial import matches
from workers.evaluation.cases import Case, shipped_suite, suite_in

GOOD = "repository: one\nmust_touch: [a.py]\n"


@pytest.fixture(scope="module")
def shipped() -> tuple[Case, ...]:
    return suite_in(shipped_suite()).cases


def make_suite(folder: Path, expect: str = GOOD, issue: str = "# Do it\n\nA must be B.\n") -> Path:
    repository, case = folder / "repositories" / "one", folder / "cases" / "first"
    repository.mkdir(parents=True)
    case.mkdir(parents=True)
    (repository / "a.py").write_text("A = 1\n")
    (repository / "Makefile").write_text("test:\n\tpytest\n")
    (case / "issue.md").write_text(issue)
    (case / "expect.yaml").write_text(expect)
    return folder


def fault_of(folder: Path) -> str:
    with pytest.raises(UserError) as refused:
        suite_in(folder)
    return refused.value.reason


def test_the_suite_has_enough_cases_of_every_kind(shipped: tuple[Case, ...]) -> None:
    assert len(shipped) >= 24
    repositories = {each.expected.repository for each in shipped}
    assert 6 <= len(repositories) <= 8
    assert {trap.kind for each in shipped for trap in each.expected.traps} == set(get_args(TrapKind))
    assert any(each.expected.expected_decisions for each in shipped)
    assert any(each.expected.order for each in shipped)


def test_the_repositories_are_small_and_have_tests_and_ci(shipped: tuple[Case, ...]) -> None:
    for tree in {each.expected.repository: each.tree for each in shipped}.values():
        assert 8 <= len(tree.paths) <= 40
        assert tree.left_out == ()
        assert any("test" in path or "spec" in path for path in tree.paths)
        assert ".github/workflows/ci.yml" in tree.paths


def test_every_case_says_what_it_is_about(shipped: tuple[Case, ...]) -> None:
    assert [each.id for each in shipped if not each.expected.about] == []


def test_what_must_not_change_need_not_change(shipped: tuple[Case, ...]) -> None:
    for each in shipped:
        wanted = (*each.expected.must_touch, *each.expected.must_create)
        assert [path for path in wanted if matches(path, each.expected.must_not_touch)] == [], each.id


def test_a_case_changes_its_digest_with_all_that_decides_its_figures(tmp_path: Path) -> None:
    first = suite_in(make_suite(tmp_path / "1")).digest
    assert suite_in(make_suite(tmp_path / "2")).digest == first
    others = [
        make_suite(tmp_path / "3", issue="# Do it\n\nA must be C.\n"),
        make_suite(tmp_path / "4", expect=f"{GOOD}may_touch: [Makefile]\n"),
    ]
    changed = make_suite(tmp_path / "5")
    (changed / "repositories" / "one" / "a.py").write_text("A = 2\n")
    digests = [suite_in(each).digest for each in (*others, changed)]
    assert len({first, *digests}) == 4


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("repository: one\nmust_tuch: [a.py]\n", ":2:1: must_tuch: Extra inputs are not permitted"),
        ("repository: one\nmust_touch: a.py\n", ":2:1: must_touch: Input should be a valid tuple"),
        ("repository: one\nmust_touch: [1]\n", ":2:14: must_touch.0: Input should be a valid string"),
        ("repository: one\nmust_touch: [b.py]\n", ":2:14: must_touch.0: nothing in the repository is b.py"),
        ("repository: one\nmust_create: [a.*]\n", ":2:15: must_create.0: a.* is in the repository already"),
        (
            "repository: one\nobligations:\n  - text: C must be D\n",
            ":3:5: obligations.0.text: the issue does not",
        ),
        ("repository: one\norder:\n  - [a.py, b.py]\n", ":3:5: order.0: a.py is not among the paths"),
        ("repository: one\ntraps:\n  - kind: bear\n", ":3:5: traps.0.kind: Input should be"),
        ("repository: one\nendings: []\n", ":2:1: endings: Tuple should have at least 1 item"),
        ("repository: one\ntraps:\n  - {kind: wide-change, finds: 101}\n", "less than or equal to 100"),
        ("repository: two\n", ":1:1: repository: there is no folder"),
        ("repository: ../one\n", ":1:1: repository: '../one' is no name of a repository"),
        ("bundle: one.bundle\n", ":1:1: bundle: there is no file"),
        ("repository: one\nbundle: two\n", "name either a `repository` or a `bundle`"),
        ("must_touch: [a.py]\n", "name either a `repository` or a `bundle`"),
        ("", "expect.yaml:1:1: "),
        ("[]\n", ":1:1: "),
        ("repository: [one\n", ":2:1: "),
        ("a: 1\na: 2\n", ":2:1: key 'a' stands twice"),
    ],
)
def test_a_slip_is_told_with_its_place(tmp_path: Path, expect: str, said: str) -> None:
    assert said in fault_of(make_suite(tmp_path, expect))


def test_every_fault_of_every_case_is_told_at_once(tmp_path: Path) -> None:
    folder = make_suite(tmp_path, "repository: one\nmust_touch: [b.py]\nmust_create: [a.py]\n")
    (folder / "cases" / "second").mkdir()
    told = fault_of(folder).split("\n")
    assert len(told) == 3
    assert "second" in told[2]


@pytest.mark.parametrize("issue", ["", "   \n"])
def test_an_empty_issue_is_told(tmp_path: Path, issue: str) -> None:
    assert "is empty" in fault_of(make_suite(tmp_path, issue=issue))


def test_a_folder_without_cases(tmp_path: Path) -> None:
    assert "has no cases" in fault_of(tmp_path)
    assert "has no cases" in fault_of(tmp_path / "nowhere")


def test_cases_can_be_picked_by_name(tmp_path: Path) -> None:
    folder = make_suite(tmp_path)
    assert [each.id for each in suite_in(folder, ["first"]).cases] == ["first"]
    with pytest.raises(UserError) as refused:
        suite_in(folder, ["last"])
    assert "first" in refused.value.next_step


def test_a_case_can_stand_on_a_git_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_suite(tmp_path / "suite", "bundle: one.bundle\nmust_touch: [b.py]\n")
    work = tmp_path / "work"
    work.mkdir()
    (work / "b.py").write_text("B = 1\n")
    name = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    for words in (["init", "-q"], ["add", "."], [*name, "commit", "-qm", "start"]):
        subprocess.run(["git", *words], cwd=work, check=True, capture_output=True)
    target = folder / "repositories" / "one.bundle"
    subprocess.run(["git", "bundle", "create", "-q", str(target), "HEAD"], cwd=work, check=True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    [case] = suite_in(folder).cases
    assert case.tree.text("b.py") == "B = 1\n"
    assert len(list((tmp_path / "temporary").iterdir())) == 1
    del case
    gc.collect()
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_broken_bundle_is_told(tmp_path: Path) -> None:
    folder = make_suite(tmp_path, "bundle: one.bundle\n")
    (folder / "repositories" / "one.bundle").write_bytes(b"no bundle")
    assert "expect.yaml:1:1: bundle: git bundle failed" in fault_of(folder)
