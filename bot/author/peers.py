"""Others read a sound plan before it is shown: two reviewers, and coders who would carry it out.

They edit nothing. What they say becomes findings for one revision; what stays open becomes questions of the
plan, so that people see it. How well the plan was understood is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from bot.author.checking import lint_input
from bot.author.cost import Capped
from bot.author.facts import Facts
from bot.author.model import ModelError, ModelReply, ModelRequest
from bot.author.profiles import Profile
from bot.author.prompt import for_coders
from bot.author.purge import Purge
from bot.author.stages import probing, reviewing
from bot.author.stages.scoring import OpenPoint, Probe, Scores, scored
from bot.author.stages.shared import Shared
from bot.plan.findings import Finding
from bot.plan.formats import FORMATS
from bot.plan.model import Plan, Question, Readers
from bot.plan.prose import short
from bot.plan.rules.questions import answer_to

Ask = Callable[[ModelRequest], ModelReply]
REVIEW, PROBE = "REV-", "ASK-"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the readers said: findings to mend, and the points of coders behind the `ASK-` ones, by rule.
    `asked` counts the readers, `silent` those who gave no usable answer.
    """

    asked: int
    silent: int
    reviews: tuple[reviewing.Review, ...]
    scores: Scores | None
    findings: tuple[Finding, ...]
    points: dict[str, OpenPoint]

    def readers(self, settled: frozenset[str]) -> Readers:
        """The count, for the plan's provenance. `settled` are the rules of findings that were mended."""
        points = [each.rule for each in self.findings if each.rule.startswith(REVIEW)]
        scores = self.scores
        return Readers(
            reviews=sum(each.answered for each in self.reviews),
            points=len(points),
            open_points=sum(rule not in settled for rule in points),
            coders=scores.coders if scores else 0,
            clarifications=len(self.unsettled(settled)),
            comprehension=round(100 * scores.comprehension) if scores else 100,
            agreement=round(100 * scores.agreement) if scores else 100,
        )

    def unsettled(self, settled: frozenset[str]) -> tuple[OpenPoint, ...]:
        """Questions that must be settled and were not."""
        return tuple(point for _, point in self.open_points(settled))

    def open_points(self, settled: frozenset[str]) -> tuple[tuple[str, OpenPoint], ...]:
        """The same with the rule of the finding that each was told as."""
        return tuple(
            (rule, point)
            for rule, point in self.points.items()
            if point.must_be_settled and rule not in settled
        )


def rendering(plan: Plan, plan_format: str) -> str:
    """The plan as people read it: its documents alone, without what else is in their files."""
    shape = FORMATS[plan_format]
    return "\n\n".join(file.text for file in shape.files(plan, {}) if file.path.endswith(".md"))


def feedback(
    plan: Plan, facts: Facts, shared: Shared, profile: Profile, ask: Ask, pool: Executor
) -> Feedback:
    """Have the plan read as the profile says. A reader who gives no usable answer counts as none."""
    shown = rendering(plan, facts.brief.format)
    roles = reviewing.ROLES if profile.reviews else ()
    reviews = tuple(_review(role, shown, plan, shared, ask) for role in roles)
    probes = _probes(plan, shown, for_coders(facts, shared, shown), profile.coders, ask, pool)
    scores = scored(plan, probes, _answered(plan, facts)) if probes else None
    points = {f"{PROBE}{at}": each for at, each in enumerate(scores.points if scores else (), 1)}
    return Feedback(
        asked=len(roles) + profile.coders,
        silent=sum(not each.answered for each in reviews) + profile.coders - len(probes),
        reviews=reviews,
        scores=scores,
        findings=(
            *reviewing.findings(reviews, plan),
            *_asked(points, plan),
            *_differing(scores, probes, plan),
            *_contradictions(probes),
        ),
        points=points,
    )


def _probes(
    plan: Plan, shown: str, coders: Shared, count: int, ask: Ask, pool: Executor
) -> tuple[Probe, ...]:
    asked = [probing.asking(coders, coder) for coder in range(count)]
    tasks = [task.id for task in plan.tasks]
    read = (probing.probed(text, shown, tasks) for text in pool.map(lambda one: _text(ask, one), asked))
    return tuple(probe for probe in read if probe is not None)


def _review(role: reviewing.Role, shown: str, plan: Plan, shared: Shared, ask: Ask) -> reviewing.Review:
    return reviewing.reviewed(_text(ask, reviewing.asking(shared, shown, role)), role, shown, plan)


def _text(ask: Ask, request: ModelRequest) -> str:
    """The answer's text, "" when there is none: a plan that is sound does not fail for want of a reader."""
    try:
        return ask(request).text
    except (ModelError, Capped):
        return ""


def _answered(plan: Plan, facts: Facts) -> Callable[[str], bool]:
    given = lint_input(plan, facts.brief)
    return lambda question: bool(answer_to(question, given))


def _asked(points: dict[str, OpenPoint], plan: Plan) -> tuple[Finding, ...]:
    at = {task.id: f"/tasks/{place}" for place, task in enumerate(plan.tasks)}
    return tuple(
        Finding(
            rule,
            "warning",
            f"{_coders(each.coders)} would have to ask: {each.question} (about: \u201c{each.quote}\u201d)",
            at.get(each.task, ""),
            suggestion=f"Without an answer: {'; or: '.join(each.defaults)}" if each.defaults else "",
        )
        for rule, each in points.items()
    )


def _differing(scores: Scores | None, probes: Sequence[Probe], plan: Plan) -> tuple[Finding, ...]:
    """Tasks that coders read in different ways, though nobody may have asked."""
    unclear = scores.unclear if scores else ()
    at = {task.id: f"/tasks/{place}" for place, task in enumerate(plan.tasks)}
    return tuple(
        Finding(
            f"{PROBE}{task}",
            "warning",
            f"Coders read this task in different ways: {_ways(task, probes)}",
            at[task],
        )
        for task in unclear
    )


def _ways(task: str, probes: Sequence[Probe]) -> str:
    said = [
        ", ".join(sorted(each.files | each.symbols))
        for probe in probes
        for each in probe.told
        if each.task == task
    ]
    return short(" | ".join(one or "(nothing)" for one in said), 300)


def _contradictions(probes: Sequence[Probe]) -> tuple[Finding, ...]:
    """Passages that coders cannot both follow, each pair once."""
    pairs = dict.fromkeys(pair for probe in probes for pair in probe.contradictions)
    return tuple(
        Finding(
            f"{PROBE}C{number}",
            "warning",
            f"These cannot both be right: \u201c{one}\u201d and \u201c{other}\u201d",
        )
        for number, (one, other) in enumerate(pairs, 1)
    )


def _coders(number: int) -> str:
    return "One coder" if number == 1 else f"{number} coders"


def questions(points: Sequence[OpenPoint]) -> tuple[Question, ...]:
    """What coders still have to ask, as questions to the owner in words that act on nothing."""
    clean = Purge().text
    return tuple(
        Question(
            id="Q-0",
            text=text,
            why=short(f"{_coders(each.coders)} could not tell from: \u201c{clean(each.quote)}\u201d", 400),
            blocking=each.blocking,
            options=tuple(option for one in each.defaults[:4] if (option := short(clean(one), 200))),
        )
        for each in points
        if (text := short(clean(each.question), 200))
    )
