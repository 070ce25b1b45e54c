"""PLN701-704, PLN709-711, PLN713, PLN714: requirements, criteria, tests and tasks belong together, and
nothing that the issue asks for is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.plan.facets import Criterion, Pair, PlannedTest, Requirement, Requirements
from bot.plan.findings import Fix, Severity
from bot.plan.language import language_of
from bot.plan.model import Assumption, Obligation, Plan
from bot.plan.readers.reading import Reading
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.scope import bare
from bot.plan.rules.streams import in_code, parts_of, requirements_of
from bot.plan.rules.tasks import called, plan_of
from bot.plan.similarity import containment, content_words
from bot.secret_text import secret_in

_SHOWN = 120
_CRITERION = re.compile(r"AC-\d{1,6}", re.IGNORECASE)


def _codes(names: Iterable[str]) -> set[str]:
    return {in_code(name) for name in names if name.strip()}


@rule("PLN701", severity="error", needs=["plan"], formats="F", message="{fr} has no acceptance criterion")
def requirements_have_criteria(given: LintInput) -> Iterator[Hit]:
    """Every functional requirement, or each of its parts, has an acceptance criterion"""
    requirements = requirements_of(given)
    names = [one.id for one in requirements.functional]
    checked = _codes(name for one in requirements.criteria for name in one.requirements)
    for at, name in enumerate(names):
        if name and in_code(name) not in checked and not parts_of(name, names):
            advice = f"add a criterion that names {name}, for the case that it succeeds"
            yield Hit(f"/requirements/functional/{at}", {"fr": name}, advice)


@rule("PLN702", severity="error", needs=["plan"], formats="F", message="{ac} is not tied to a requirement")
def criteria_name_requirements(given: LintInput) -> Iterator[Hit]:
    """Every acceptance criterion names the requirement it checks"""
    for at, one in enumerate(requirements_of(given).criteria):
        if not _codes(one.requirements):
            yield Hit(
                f"/requirements/criteria/{at}", {"ac": one.id or one.title}, "name the requirement it checks"
            )


@rule("PLN703", severity="error", needs=["plan"], formats="F", message="{ac} has no mandated test")
def criteria_have_mandated_tests(given: LintInput) -> Iterator[Hit]:
    """Every acceptance criterion has a mandated test, and every mandated test a criterion or none"""
    requirements = requirements_of(given)
    known = _codes(one.id for one in requirements.criteria)
    named = [_codes(_CRITERION.findall(row.criterion)) for row in requirements.mandate]
    for at, one in enumerate(requirements.criteria):
        if one.id and in_code(one.id) not in set[str]().union(*named):
            advice = f"add a row for {one.id} to the test mandate"
            yield Hit(f"/requirements/criteria/{at}", {"ac": one.id}, advice)
    for at, names in enumerate(named):
        for name in sorted(names - known):
            message = f"The test mandate names {name}, which is no criterion"
            yield Hit(f"/requirements/mandate/{at}/criterion", {"ac": name}, message=message)


@rule("PLN704", severity="error", needs=["plan"], formats="F", message="{contract} lacks ({fr},{ac})")
def contracts_hold_every_pair(given: LintInput) -> Iterator[Hit]:
    """Both contracts hold each pair of requirement and criterion, and no other"""
    requirements = requirements_of(given)
    expected = {
        (fr, in_code(one.id))
        for one in requirements.criteria
        for fr in sorted(_codes(one.requirements))
        if one.id
    }
    for field, contract in CONTRACTS.items():
        rows: tuple[Pair, ...] = getattr(requirements, field)
        for one, name in unpaired(requirements, rows):
            fr, ac = in_code(name), in_code(one.id)
            values, fix = {"contract": contract, "fr": fr, "ac": ac}, _pairable(one)
            yield Hit(f"/requirements/{field}", values, f"add a row for {fr} and {ac}", fix=fix)
        for at, (fr, ac) in enumerate(map(_pair, rows)):
            if fr and ac and (fr, ac) not in expected:
                values = {"contract": contract, "fr": fr, "ac": ac}
                message = f"{contract} has ({fr},{ac}), but {ac} does not name {fr}"
                yield Hit(f"/requirements/{field}/{at}", values, message=message)


CONTRACTS: Mapping[str, str] = {"verification": "SE Verification Contract", "review": "Review Contract"}


def unpaired(requirements: Requirements, rows: Iterable[Pair]) -> Iterator[tuple[Criterion, str]]:
    """Each criterion with each functional requirement that it names and no row pairs it with."""
    paired = set(map(_pair, rows))
    for one in requirements.criteria:
        for name in one.requirements if one.id else ():
            pair = in_code(name), in_code(one.id)
            if pair[0].startswith("FR-") and pair not in paired:
                paired.add(pair)
                yield one, name


def _pairable(criterion: Criterion) -> Fix:
    """Whether a row can be made of what the criterion says is seen."""
    return "safe" if any(text.strip() for text in criterion.then) else "none"


def _pair(row: Pair) -> tuple[str, str]:
    return in_code(row.requirement), in_code(row.criterion)


@rule("PLN709", severity="error", needs=["plan"], formats="X", message="{req} has no {what}")
def requirements_are_built_and_tested(given: LintInput) -> Iterator[Hit]:
    """Every functional requirement has a step and an entry in the testing plan"""
    requirements, plan = requirements_of(given), plan_of(given)
    built = _codes(name for task in plan.tasks for name in task.covers)
    tests = plan.delivery.tests if plan.delivery else ()
    tested = _codes(name for test in tests for name in _covered(test))
    if given.loose and not built and not tested:
        raise Lacking("neither steps nor tests say which requirement they are for")
    criteria = [(in_code(one.id), _codes(one.requirements)) for one in requirements.criteria]
    names = [one.id for one in requirements.functional]
    for at, one in enumerate(requirements.functional):
        if one.id and not parts_of(one.id, names):
            checks = {ac for ac, frs in criteria if in_code(one.id) in frs}
            for what, found in (("step", built), ("test", tested)):
                if not found & (_ways_to(one) | checks):
                    yield Hit(f"/requirements/functional/{at}", {"req": one.id, "what": what})


def _ways_to(requirement: Requirement) -> set[str]:
    """The ids by which tasks and tests can name a requirement: its own, and the demands it came from."""
    return _codes([requirement.id, *requirement.covers])


def _covered(test: PlannedTest) -> Iterator[str]:
    yield from test.covers
    yield from re.findall(r"\b(?:FR-\d{1,4}[a-z]?|AC-\d{1,4})\b", test.what)


@rule(
    "PLN710",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="X,S",
    message="Step {id} serves no requirement",
)
def tasks_serve_something(given: LintInput) -> Iterator[Hit]:
    """A task serves a requirement, a gate or a decision, or another task that does"""
    tasks = plan_of(given).tasks
    serving = [one.id for one in tasks if one.covers or one.decisions]
    if not serving:
        raise Lacking("no step says what it is for")
    for at, task in enumerate(tasks):
        own = task.covers or task.decisions or task.kind != "feature" or task.role != "developer"
        gate = task.commands and not task.files
        if not (own or gate or any(given.graph.reaches(other, task.id) for other in serving)):
            yield Hit(f"/tasks/{at}", {"id": called(given, at)}, "name what it is for, or leave it out")


@rule(
    "PLN711",
    severity="error",
    needs=["plan"],
    formats="X,R,F,S,P",
    message="Issue item {id} '{t}' is not covered",
)
def obligations_are_covered(given: LintInput) -> Iterator[Hit]:
    """Every demand of the issue has a task, or a question, non-goal or reason in its place"""
    obligations = plan_of(given).obligations
    if given.loose and not obligations and not given.demands:
        raise Lacking("the plan does not list what the issue asks for")
    for at, obligation in enumerate(obligations):
        if not _is_settled(obligation):
            yield Hit(
                f"/obligations/{at}",
                {"id": obligation.id, "t": obligation.text[:_SHOWN]},
                "name it in the `covers` of a task, or make it a question or non-goal with the reason",
            )
    yield from _lost_demands(given)


_TAKEN_UP = 0.8


def _lost_demands(given: LintInput) -> Iterator[Hit]:
    """What the issue asks for and no part of the plan says.

    A plan that lists the demands has them word for word. Of another one only shared words can tell, and only
    in the same language: a warning.
    """
    listed = bool(plan_of(given).obligations)
    demands = [
        text for text in given.demands or () if listed or (language_of(text) == "other") == _is_foreign(given)
    ]
    if given.demands and not demands:
        raise Lacking("the issue and the plan are in different languages")
    parts = _parts(given) if demands else []
    held = [_folded(one.text) for one in plan_of(given).obligations]
    for text in (_folded(one) for one in demands if not secret_in(one)):
        # A list may leave out the label before a demand.
        if not any(text in part or containment(text, part) >= _TAKEN_UP for part in parts) and not any(
            len(one.split()) > _LEAST_WORDS and one in text for one in held
        ):
            values = {"id": "of the text", "t": text[:_SHOWN]}
            message = f"Issue item '{values['t']}' is not covered"
            severity: Severity = "error" if listed else "warning"
            advice = "add a task for it, or make it a question or non-goal with the reason"
            yield Hit("/obligations", values, advice, severity, message=message)


def _is_foreign(given: LintInput) -> bool:
    return given.language == "other"


def _parts(given: LintInput) -> list[str]:
    """The words of each part of the plan, such as a task or a requirement; demands that it lists among
    them."""
    found: dict[str, list[str]] = {}
    for one in given.texts_of_plan:
        found.setdefault(_ITEM.sub(r"\1", one.pointer), []).append(one.text)
    said = map(" ".join, found.values())
    return [*map(_folded, said), *(_folded(one.text) for one in plan_of(given).obligations)]


_ITEM = re.compile(r"^(\D{0,80}\d{1,9}).*")


def _folded(text: str) -> str:
    return " ".join(text.split())


def _is_settled(obligation: Obligation) -> bool:
    """What is left open needs its reason: a remark, or something that the issue itself calls undecided."""
    match obligation.disposition:
        case "done":
            return True
        case "task":
            return bool(obligation.by)
        case "open":
            return bool(obligation.reason)
        case _:
            return bool(obligation.by or obligation.reason)


_ABOUT = 0.7


@rule(
    "PLN713", severity="error", needs=["plan"], formats="F,X", message="{a} is unresolved and has no question"
)
def weighty_assumptions_are_asked_about(given: LintInput) -> Iterator[Hit]:
    """An unresolved assumption of high impact, or one a requirement builds on, has a question or decision"""
    plan = plan_of(given)
    asked = [text for one in plan.questions for text in (one.text.partition("?")[0], one.why)]
    named = " ".join(one.text for one in plan.questions)
    asked += [f"{one.question} {one.context} {one.impact}" for one in plan.decisions]
    for at, one in enumerate(plan.assumptions):
        impact, values = str(one.impact), {"a": one.id or f"Assumption {at + 1}"}
        if not (impact or one.if_wrong) and given.format == "functional":
            message = f"{values['a']} does not say its impact"
            yield Hit(f"/assumptions/{at}/impact", values, "low, medium or high", message=message)
        weighty = impact.lower() == "high" or _is_built_on(plan, one)
        asks = _names(named, one.id) or any(_is_about(text, one) for text in asked)
        if given.reading and not one.resolved and _lacks_status(given.reading, at):
            message = f"{values['a']} does not say whether it is resolved"
            yield Hit(f"/assumptions/{at}/resolved", values, "yes, or who is asked", message=message)
        if weighty and not one.resolved and not asks:
            advice = f"ask what would settle it, and name {values['a']} in the question"
            yield Hit(f"/assumptions/{at}", values, advice)


def _lacks_status(read: Reading, at: int) -> bool:
    """Whether a row leaves the column blank: its place is known, and no value."""
    rows = read.value.get("assumptions", ())
    return f"/assumptions/{at}/resolved" in read.places and "resolved" not in rows[at]


def _is_built_on(plan: Plan, assumption: Assumption) -> bool:
    functional = plan.requirements.functional if plan.requirements else ()
    return any(_names(f"{one.title} {one.behaviour}", assumption.id) for one in functional)


def _is_about(text: str, assumption: Assumption) -> bool:
    return _names(text, assumption.id) or containment(assumption.text, text) >= _ABOUT


def _names(text: str, name: str) -> bool:
    return bool(name) and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


_MOSTLY = 0.8
_LEAST_WORDS = 2
_AGAINST = re.compile(
    r"\b(?:not?|never|without|unchanged|unaffected|out of scope|leaves?|keeps?|stays?|untouched|avoid\w*"
    r"|excludes?)\b"
    r"|n't\b",
    re.IGNORECASE,
)
# Words that only say that something is left out, or that something is done.
_FILLING = content_words(
    "no not never add adding support supporting new any change changing implement feature"
)


@rule(
    "PLN714",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="X,F",
    message="'{t}' is out of scope but {id} does it",
)
def nothing_out_of_scope_is_done(given: LintInput) -> Iterator[Hit]:
    """No goal, requirement or task does what the plan declares out of scope"""
    done = list(_done(given))
    for at, text in enumerate(plan_of(given).non_goals):
        words = content_words(bare(text)) - _FILLING
        doer = next((name for name, deed in done if _is_in(words, deed)), "")
        if doer:
            yield Hit(f"/non_goals/{at}", {"t": text[:_SHOWN], "id": doer})


def _is_in(words: frozenset[str], deed: str) -> bool:
    return len(words) >= _LEAST_WORDS and len(words & content_words(deed)) >= _MOSTLY * len(words)


def _done(given: LintInput) -> Iterator[tuple[str, str]]:
    """Who does what: name and sentence, without sentences that leave something out."""
    plan = plan_of(given)
    texts = [(f"goal {at + 1}", text) for at, text in enumerate(plan.goals)]
    functional = plan.requirements.functional if plan.requirements else ()
    texts += [(one.id, text) for one in functional for text in (one.title, one.behaviour)]
    for at, task in enumerate(plan.tasks):
        texts += [(f"step {called(given, at)}", text) for text in (task.title, task.objective, *task.changes)]
    for name, text in texts:
        for sentence in re.split(r"[.;!?]\s|\n", text):
            if not _AGAINST.search(sentence):
                yield name, sentence
