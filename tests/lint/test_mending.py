"""Repairs of a text: each takes its defect away, touches nothing else, and then has nothing left to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.lint.mending import MENDS, mended
from bot.lint.story import Request, run
from bot.plan.findings import Finding, Location
from tests.lint.folders import CONTRACT, repository, with_plan, write
from tests.plan.rules.fixtures.base import sound
from tests.plan.samples import change, task

TABLE = "| a | b | c |\r\n|---|:-:|---|\r\n| 1 | 2 | 3 |\r\n{row}\r\n\r\nafter\r\n"


def at(rule: str, line: int, col: int, **evidence: str) -> Finding:
    return Finding(rule, "error", "", location=Location("x.md", line, col), evidence=evidence)


@pytest.mark.parametrize(
    ("text", "finding", "better"),
    [
        ("a\u200bb\n", at("PLN008", 1, 2, hex="200B"), "ab\n"),
        ("x\r\na\u202eb\u202ec\r\n", at("PLN008", 2, 4, hex="U+202E"), "x\r\na\u202ebc\r\n"),
        ("a\x1bb", at("PLN008", 1, 1, hex="1B"), "ab"),
        ("see `./src/app.py`\n", at("PLN403", 1, 6, path="./src/app.py"), "see `src/app.py`\n"),
        ("`./a` and `./b`\n", at("PLN403", 1, 12, path="./b"), "`./a` and `b`\n"),
        ("Fixes #12.\n", at("PLN916", 1, 1, t="Fixes #12"), "Refs #12.\n"),
        (
            "It will close: #3, closes #4\n",
            at("PLN916", 1, 20, t="closes #4"),
            "It will close: #3, Refs #4\n",
        ),
        (TABLE.format(row="| 1 |"), at("PLN005", 4, 1), TABLE.format(row="| 1 |  |  |")),
        (TABLE.format(row="1 | 2"), at("PLN005", 4, 1), TABLE.format(row="1 | 2 |  |")),
        (TABLE.format(row=r"| a \| b | 2 |"), at("PLN005", 4, 1), TABLE.format(row=r"| a \| b | 2 |  |")),
    ],
)
def test_a_defect_goes_away_and_the_rest_stays(text: str, finding: Finding, better: str) -> None:
    assert mended(text, [finding]) == (better, 1)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("ab\n", at("PLN008", 1, 2, hex="200B")),
        ("a\u200bb\n", at("PLN008", 1, 2, hex="not hex")),
        ("a\u200bb\n", at("PLN008", 9, 2, hex="200B")),
        ("a\u200bb\n", Finding("PLN008", "error", "", evidence={"hex": "200B"})),
        ("see `../src`\n", at("PLN403", 1, 6, path="../src")),
        ("see `./`\n", at("PLN403", 1, 6, path="./")),
        ("nothing closing here\n", at("PLN916", 1, 1)),
        (TABLE.format(row="| 1 | 2 | 3 | 4 |"), at("PLN005", 4, 1)),
        ("# Title\n\n### Too deep\n", at("PLN005", 3, 1)),
        ("```\nnever closed\n", at("PLN005", 1, 1)),
        ("a\n", at("PLN401", 1, 1, path="a")),
    ],
)
def test_what_needs_judgement_is_left_alone(text: str, finding: Finding) -> None:
    assert mended(text, [finding]) == (text, 0)


def test_several_repairs_of_one_line_do_not_move_each_other() -> None:
    text = "`./a`\u200b `./b`\u200b `./c`\n"
    found = [
        at("PLN403", 1, 2, path="./a"),
        at("PLN008", 1, 6, hex="200B"),
        at("PLN403", 1, 9, path="./b"),
        at("PLN008", 1, 13, hex="200B"),
        at("PLN403", 1, 16, path="./c"),
    ]
    assert mended(text, found) == ("`a` `b` `c`\n", 5)


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(alphabet="ab|-:\\ \u200b./#1\r\nfixes", max_size=200),
    rule=st.sampled_from(sorted(MENDS)),
    line=st.integers(0, 12),
    col=st.integers(0, 60),
)
def test_no_text_and_no_place_breaks_a_repair(text: str, rule: str, line: int, col: int) -> None:
    finding = at(rule, line, col, hex="200B", path="./a")
    better, places = mended(text, [finding])
    assert (better != text) == bool(places)
    ends = [letter for letter in better if letter in "\r\n"]
    assert ends == [letter for letter in text if letter in "\r\n"]


# --- on disk ---


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(repository(tmp_path))
    return tmp_path


def fixed(*paths: str) -> tuple[tuple[str, str, int], ...]:
    outcome = run(Request(paths=paths, fix=True, today="2026-11-21"))
    return tuple((one.file, one.rule, one.places) for one in outcome.mended)


PLAN = "# Plan: Login\r\n\r\n## Tasks\r\n\r\n- [ ] T001 Add the login{hidden} form to `src/app.py`\r\n"


def test_markdown_is_repaired_on_disk_once(repo: Path) -> None:
    write(repo, {"PLAN.md": "\ufeff" + PLAN.format(hidden="\u200b")})
    (repo / "PLAN.md").chmod(0o640)
    assert fixed("PLAN.md") == (("PLAN.md", "PLN008", 1),)
    assert (repo / "PLAN.md").read_bytes().decode() == "\ufeff" + PLAN.format(hidden="")
    assert (repo / "PLAN.md").stat().st_mode & 0o777 == 0o640
    assert fixed("PLAN.md") == ()
    assert sorted(one.name for one in repo.iterdir() if one.name.startswith(".groundplan")) == []


def test_a_link_stays_a_link(repo: Path) -> None:
    write(repo, {"docs/plans/login.md": PLAN.format(hidden="\u200b")})
    (repo / "PLAN.md").symlink_to("docs/plans/login.md")
    assert fixed("PLAN.md")
    assert (repo / "PLAN.md").is_symlink()
    assert (repo / "docs/plans/login.md").read_bytes().decode() == PLAN.format(hidden="")


def test_without_fix_nothing_is_written(repo: Path) -> None:
    text = PLAN.format(hidden="\u200b")
    write(repo, {"PLAN.md": text})
    assert run(Request(paths=["PLAN.md"])).plans[0].mendable == 1
    assert (repo / "PLAN.md").read_bytes().decode() == text


DOTTED = sound(task("T1", files=(change("./src/app.py"),)), task("T2", depends_on=("T1", "T2")))


def test_a_plan_of_ours_is_repaired_in_all_its_files(repo: Path) -> None:
    with_plan(repo, DOTTED)
    assert {rule for _, rule, _ in fixed(CONTRACT)} == {"PLN302", "PLN403"}
    for file in repo.glob("specs/12-*/tasks.md"):
        assert "./src/app.py" not in file.read_text(encoding="utf-8")
    outcome = run(Request(paths=[CONTRACT], select=["PLN302", "PLN403", "PLN004", "PLN806", "PLN810"]))
    assert list(outcome.findings()) == []
    assert fixed(CONTRACT) == ()


def test_a_document_that_a_person_edited_is_not_written_over(repo: Path) -> None:
    with_plan(repo, DOTTED)
    (tasks,) = repo.glob("specs/12-*/tasks.md")
    edited = tasks.read_text(encoding="utf-8") + "\nA remark of mine.\n"
    tasks.write_text(edited, encoding="utf-8")
    assert fixed(CONTRACT) == ()
    assert tasks.read_text(encoding="utf-8") == edited
