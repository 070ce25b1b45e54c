"""Plans made up to fulfil an expectation in every point, and plans made up at random."""

from __future__ import annotations

from collections.abc import Sequence

from bot.author.brief import Written
from bot.author.outline import OutlineAuthor
from bot.evaluation.expectation import Expectation
from bot.evaluation.trial import Trial, matches
from bot.plan.model import Decision, FileChange, Obligation, Option, Plan, Question, Rollback, Task
from workers.evaluation.cases import Case, shipped_suite, suite_in
from workers.evaluation.running import Bench, brief_of


def shipped_cases() -> dict[str, Case]:
    """The cases that come along, by name."""
    return {each.id: each for each in suite_in(shipped_suite()).cases}


def perfect(case: Case) -> Trial:
    """A trial that does all that the case wants: it need not be a good plan, only one that nothing misses."""
    expected = case.expected
    if "plan" not in expected.endings:
        return Trial(brief_of(case, "roadmap"), expected.endings[0])
    plan = _plan(case, expected)
    return Trial(brief_of(case, "roadmap"), "plan", plan=plan, shown=("nothing of it",))


def with_files(case: Case, files: Sequence[FileChange]) -> Trial:
    """A trial whose plan has one task that changes these files."""
    written = _written(case)
    assert written.plan is not None
    task = written.plan.tasks[0].model_copy(update={"files": tuple(files)})
    plan = written.plan.model_copy(update={"tasks": (task,)})
    return Trial(brief_of(case, "roadmap"), "plan", plan=plan)


def _written(case: Case) -> Written:
    return OutlineAuthor().write(brief_of(case, "roadmap"), lambda _stage: None)


def _plan(case: Case, expected: Expectation) -> Plan:
    rough = _written(case).plan
    assert rough is not None, case.id
    files = [FileChange(path=_real(case, each), change="edit") for each in expected.must_touch]
    files += [FileChange(path=each.replace("*", "_x"), change="new") for each in expected.must_create]
    runs = [each.split(" | ")[0] for each in expected.must_run]
    said = [" ".join(_first(trap.said)) for trap in expected.traps if trap.said]
    task = Task(
        id="T1",
        milestone=rough.roadmap.milestones[0].id,
        title=rough.title,
        objective="Do it.",
        files=tuple(files) or (FileChange(path="README.md", change="edit"),),
        max_diff_scope=99,
        rollback=Rollback(kind="manual", note="Put the backup back."),
        acceptance=("It is done.",),
        commands=tuple(runs),
        tests=("There is a test.",),
        gotchas=tuple(said),
    )
    return rough.model_copy(
        update={
            "tasks": (task,),
            "decisions": tuple(
                _decision(at, each.words) for at, each in enumerate(expected.expected_decisions)
            ),
            "questions": tuple(_question(at, each) for at, each in enumerate(_asked(expected))),
            "obligations": tuple(
                Obligation(id=f"I-{at}", text=each.text, disposition=each.becomes[0], by=("T1",))
                for at, each in enumerate(expected.obligations)
            ),
        }
    )


def _real(case: Case, pattern: str) -> str:
    """A path that is there and fulfils a pattern."""
    return next(path for path in case.tree.paths if matches(path, (pattern,)))


def _asked(expected: Expectation) -> list[tuple[str, ...]]:
    return [each.words for each in expected.expected_questions] + [
        each.asked for each in expected.traps if each.asked
    ]


def _first(words: Sequence[str]) -> list[str]:
    return [word.split("|")[0] for word in words]


def _question(at: int, words: tuple[str, ...]) -> Question:
    return Question(id=f"Q-{at}", text=f"{' '.join(_first(words))}?", why="Nobody knows.")


def _decision(at: int, words: tuple[str, ...]) -> Decision:
    options = tuple(Option(name=word, consequence="as it says") for word in _first(words))
    return Decision(id=f"D-{at}", question="Which?", context="-", impact="-", weight="major", options=options)


def outline() -> Bench:
    """The author without a model."""
    return Bench("no model")
