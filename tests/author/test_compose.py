"""From a brief to an outcome: what is published, what is refused, and that an outcome survives its JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from pydantic import ValidationError

from bot.author.brief import Brief, Progress, Written
from bot.author.checking import checked
from bot.author.compose import MODEL_TROUBLE, compose, outcome_from_json, outcome_to_json
from bot.author.model import ModelError
from bot.author.outline import OutlineAuthor
from bot.effects import PLAN_FILE, is_plan_path
from bot.errors import UserError
from bot.recon.tree import Special, in_memory
from tests.author.issues import DIGEST, FILES, ISSUES, SHA, make_brief
from tests.author.issues import Written as Issue

FEATURE = ISSUES["feature with a checklist"]


def quiet(_stage: str) -> None:
    pass


def with_tree(brief: Brief, files: dict[str, str], special: dict[str, Special] | None = None) -> Brief:
    return replace(brief, tree=in_memory({**FILES, **files}, sha=SHA, special=special or {}))


@pytest.mark.parametrize("name", ISSUES)
def test_an_outcome_is_equal_after_its_json(name: str) -> None:
    outcome = compose(make_brief(ISSUES[name]), OutlineAuthor(), quiet)
    assert outcome.kind == "plan", outcome.body
    assert outcome.digest == DIGEST
    assert outcome_from_json(outcome_to_json(outcome)) == outcome


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"digest": 1}'])
def test_what_is_no_outcome_is_refused(text: bytes) -> None:
    with pytest.raises(ValidationError):
        outcome_from_json(text)


@pytest.mark.parametrize("name", ISSUES)
def test_what_is_published_is_ours_to_write_and_closes_nothing(name: str) -> None:
    outcome = compose(make_brief(ISSUES[name]), OutlineAuthor(), quiet)
    assert outcome.check_ok
    assert outcome.headline == "Add the plan for #42"
    assert all(is_plan_path(file.path) for file in outcome.files)
    assert "Refs #42" in outcome.pull_body
    assert len(outcome.pull_body) < 60_000
    assert "@everyone" not in outcome.pull_title.replace("`@everyone`", "")


def test_the_same_brief_gives_the_same_outcome(brief: Brief) -> None:
    assert compose(brief, OutlineAuthor(), quiet) == compose(brief, OutlineAuthor(), quiet)


def test_text_of_people_in_the_plan_file_stays(brief: Brief) -> None:
    theirs = "# Our plans\n\nDo not touch.\n"
    outcome = compose(with_tree(brief, {PLAN_FILE: theirs}), OutlineAuthor(), quiet)
    text = next(file.text for file in outcome.files if file.path == PLAN_FILE)
    assert text.startswith(theirs)
    again = compose(
        with_tree(brief, {file.path: file.text for file in outcome.files}), OutlineAuthor(), quiet
    )
    assert {file.path: file.text for file in again.files} == {file.path: file.text for file in outcome.files}


@pytest.mark.parametrize(
    ("files", "special", "words"),
    [
        ({}, {PLAN_FILE: "symlink"}, "symlink"),
        ({}, {"specs": "symlink"}, "symlink"),
        ({}, {".agent": "submodule"}, "submodule"),
        ({"specs": "a file\n"}, {}, "a folder is needed"),
        ({f"{PLAN_FILE}/x.md": "a folder\n"}, {}, "is a folder"),
        ({PLAN_FILE: "\0binary"}, {}, "UTF-8"),
        ({PLAN_FILE: "<!-- groundplan:plan 7 begin -->\n"}, {}, "line 1"),
        ({"specs/42-export-reports-as-csv/overview.md": "A person's notes.\n"}, {}, "not ours"),
    ],
)
def test_a_place_that_is_taken_is_refused_and_nothing_is_written(
    files: dict[str, str], special: dict[str, Special], words: str, brief: Brief
) -> None:
    outcome = compose(with_tree(brief, files, special), OutlineAuthor(), quiet)
    assert (outcome.kind, outcome.files) == ("failed", ())
    assert words in outcome.body


def test_an_unknown_format_is_refused_before_anything_is_written(brief: Brief) -> None:
    outcome = compose(replace(brief, format="poem"), Broken(), quiet)
    assert outcome.kind == "failed"
    assert "roadmap" in outcome.body


@dataclass(frozen=True)
class Broken:
    """An author whose model fails in a given way."""

    error: ModelError | None = None
    name: str = "broken"
    version: str = "1"

    def write(self, brief: Brief, progress: Progress) -> Written:
        raise self.error or AssertionError("nobody should have asked")


@pytest.mark.parametrize("kind", MODEL_TROUBLE)
def test_every_trouble_with_a_model_has_words(kind: str, brief: Brief) -> None:
    outcome = compose(brief, Broken(ModelError(kind, "<b>why</b>")), quiet)  # type: ignore[arg-type]
    assert outcome.kind == "failed"
    assert "<b>" not in outcome.body


def test_stages_are_told_as_they_come(brief: Brief) -> None:
    told: list[str] = []
    compose(brief, OutlineAuthor(), told.append)
    assert told == ["reading the issue", "looking for a recipe", "writing the outline", "checking the plan"]


def test_a_plan_for_a_plan_file_that_is_full_is_refused() -> None:
    section = "".join(
        f"<!-- groundplan:plan {number} begin -->\n{'x' * 6000}\n<!-- groundplan:plan {number} end -->\n\n"
        for number in range(1, 11)
    )
    brief = with_tree(make_brief(FEATURE), {PLAN_FILE: section})
    outcome = compose(brief, OutlineAuthor(), quiet)
    assert outcome.kind == "failed"
    assert "60,000" in outcome.body


def test_an_unready_issue_is_told_what_is_missing_and_what_is_known() -> None:
    outcome = compose(make_brief(Issue("Make @org/team happy #1", "")), OutlineAuthor(), quiet)
    assert outcome.kind == "unready"
    assert "How will you see that this is done?" in outcome.body
    assert "`make test`" in outcome.body


TOKEN = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" * 2


def test_a_plan_that_would_show_a_secret_is_refused_without_showing_it(brief: Brief) -> None:
    plan = OutlineAuthor().write(brief, quiet).plan
    assert plan is not None
    leaking = plan.model_copy(update={"summary": f"Use {TOKEN}."})
    with pytest.raises(UserError) as refused:
        checked(leaking, brief)
    assert refused.value.code == "secret-in-plan"
    assert TOKEN not in str(refused.value)
    assert "`" in refused.value.reason


def test_a_secret_that_people_published_before_stops_no_plan(brief: Brief) -> None:
    before = with_tree(brief, {PLAN_FILE: f"# Plans\n\nOur old key was {TOKEN}\n"})
    plan = OutlineAuthor().write(before, quiet).plan
    assert plan is not None
    _, report = checked(plan, before)
    assert report.ok
