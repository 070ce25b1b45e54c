"""PLN511, PLN512, PLN516, PLN517: risk is declared as it is, and people and releases get what they need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.plan.boundary import is_within
from bot.plan.graph import Graph
from bot.plan.language import language_of
from bot.plan.model import Plan, Task
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.tasks import called, clauses, is_doc, is_test, migrations, paths, plan_of, task_texts
from bot.plan.similarity import similarity

# Where only a person with an account gets to.
_VENDOR = (
    r"(?:aws|amazon|azure|gcp|google(?: cloud| play)?|cloudflare|github|gitlab|bitbucket|stripe|paypal|vercel"
    r"|netlify|heroku|datadog|sentry|slack|auth0|okta|twilio|sendgrid|mailgun|firebase|supabase|pagerduty"
    r"|npm|pypi|docker hub|apple|app store|play store|openai|route ?53|terraform cloud|new relic)"
)
_SITE = rf"(?:the |your )?{_VENDOR} (?:\w+ )?(?:dashboard|console|portal|settings|admin(?: panel)?)\b"
_DO = r"(?:click|enable|disable|configure|create|register|generate|set|set up|add|approve)"
_BY_HAND = re.compile(
    rf"^(?:{_DO}\b.{{0,80}}?\b(?:in|on|via|through|using|from) {_SITE}"
    rf"|(?:go to|open|log in to|log into|sign in to) {_SITE}"
    r"|(?:add|set|create|store|configure|update)\s(?:the |a |an |your |new )?(?:\w+ )?(?:repository|repo"
    r"|actions"
    r"|organi[sz]ation|deployment|environment|ci|vault) secrets?\b"
    rf"|(?:create|register|open|sign up for|set up) (?:an? |the |your )?(?:new |free )?{_VENDOR} account\b"
    r"|(?:create|register|open|sign up for|set up) (?:an? |the |your )?(?:new |free |paid )?(?:\w+ )?account"
    r" (?:at|with) (?:the |an? |your )?(?:\w+ )?(?:provider|vendor|registrar|registry|bank)\b"
    r"|(?:add|set|store|save|put|enter) (?:the |a |an )?(?:\w+ )?secrets?\b.{0,60}?\b(?:in|into|to) (?:the )?"
    r"(?:\w+ )?(?:settings|vault|dashboard|repository)\b"
    r"|(?:enable|disable|register|approve|turn on|turn off|switch on|switch off)\b.{0,60}?\b(?:in|on) the"
    r" (?:\w+ )?(?:provider|vendor|registrar|registry|bank)(?:['\u2019]s)?"
    r" (?:dashboard|console|portal|settings)\b"
    r"|(?:obtain|request|sign up for|apply for) (?:an? |the |your )?(?:new )?(?:\w+ ){0,2}(?:account"
    r"|api keys?"
    r"|access tokens?|licen[cs]e keys?|certificates?|credentials)\b(?= (?:from|at|with)\b|$)"
    rf"|(?:create|generate) (?:an? |the |your )?(?:new )?(?:\w+ )?(?:api keys?|access tokens?|oauth apps?)"
    rf" (?:in|at|on|with) (?:the |your )?{_VENDOR}\b"
    r"|(?:add|create|update|point|change|set(?: up)?) (?:the |an? |our |your )?(?:\w+ )?(?:dns|cname|mx|txt)"
    r" (?:\w+ )?(?:records?|entry|entries|settings)\b(?= (?:for|to|at|in|of|with|so)\b|$)"
    r"|(?:ask|get|have|wait for) (?:\w+ ){0,4}?(?:approval|sign-?off|to approve|to sign off)\b"
    r"|manually (?:verify|check|create|set|run|trigger|approve|upload|rotate|update|configure|add|delete"
    r"|enable"
    r"|disable|deploy|restart)\b"
    r"|(?:run|trigger|create|upload|rotate|enable|disable|deploy|restart|approve"
    r"|start)\b.{0,80}?\b(?:manually"
    r"|by hand|on your (?:own )?(?:machine|laptop|workstation|phone|device))$)",
    re.IGNORECASE,
)
_SHOWN = 80


@rule(
    "PLN511",
    severity="error",
    needs=["plan"],
    formats="S,X",
    message="Step {id} needs a human to {t}; add User Instructions",
)
def people_are_told_what_is_theirs(given: LintInput) -> Iterator[Hit]:
    """What only a person can do stands in the user instructions"""
    tasks = plan_of(given).tasks
    for at, one in task_texts(given, "title", "instruction"):
        found = next((hand for hand in map(_BY_HAND.search, clauses(one.text)) if hand), None)
        if found and not tasks[at].user_instructions:
            said = found[0][:1].lower() + found[0][1:_SHOWN]
            advice = "say in User Instructions where to go, what to enter, and how to see that it worked"
            yield Hit(one.pointer, {"id": called(given, at), "t": said}, advice)


_RELEASING = re.compile(
    r"(?:re)?deploy|release|publish|ship|roll out|promote|launch|go live|tag|cut", re.IGNORECASE
)
_RELEASE_TRACK = re.compile(r"\b(?:release|deployment)s?\b", re.IGNORECASE)


def is_release(task: Task) -> bool:
    """Whether the task puts the work in place: by its kind, or by its track and the first word of its"
    " title."""
    by_track = _RELEASE_TRACK.search(task.track) and _RELEASING.match(task.title.strip())
    return task.kind == "release" or bool(by_track)


@rule(
    "PLN512",
    severity="error",
    needs=["plan"],
    formats="S,P",
    fix="safe",
    message="Release step {id} does not wait for {ids}",
)
def releases_wait_for_what_they_ship(given: LintInput) -> Iterator[Hit]:
    """A release comes after every task that it ships

    A task belongs to a release unless it comes after one, or another release waits for it. What belongs to
    none is asked of the last release.
    """
    plan, graph = plan_of(given), given.graph
    if graph.cycles:
        raise Lacking("the dependencies have a cycle")
    last, left = unshipped(plan, graph)
    if left:
        at = next(index for index, one in enumerate(plan.tasks) if one.id == last)
        names = ", ".join(map(given.name, left))
        values = {"id": called(given, at), "ids": names}
        yield Hit(f"/tasks/{at}/depends_on", values, f"let it depend on {names}")


def unshipped(plan: Plan, graph: Graph) -> tuple[str, tuple[str, ...]]:
    """The last release, and what it ships without waiting for it; "" and () without a release or an order."""
    releases = [one.id for one in plan.tasks if one.id and is_release(one)]
    if not releases or graph.cycles:
        return "", ()
    last = [one for one in graph.order if one in releases][-1]
    left = (
        one.id
        for one in plan.tasks
        if _ships(one) and not any(graph.ordered(one.id, each) for each in releases)
    )
    return last, tuple(dict.fromkeys(left))


def _ships(task: Task) -> bool:
    return bool(task.id) and not is_release(task) and task.kind != "docs" and task.role != "planner"


_IMPACTS = frozenset(["high", "medium", "low"])
_LEAST_WORDS = 4
_RESTATED = 0.8


@rule(
    "PLN516",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="P,X,R",
    message="Risk {n}: mitigation {why}",
)
def risks_have_a_remedy(given: LintInput) -> Iterator[Hit]:
    """Every row of the risk table has an impact of the scale and a mitigation that is more than the"
    " risk again"""
    delivery = plan_of(given).delivery
    for at, row in enumerate(delivery.risks if delivery else ()):
        n, pointer, impact = at + 1, f"/delivery/risks/{at}", str(row.impact)
        if impact.strip().lower() not in _IMPACTS:
            shown = impact or "blank"
            message = f"Risk {n}: impact is {shown}, not High, Medium or Low"
            yield Hit(f"{pointer}/impact", {"n": n, "why": shown}, message=message)
        if why := _weakness(row.risk, row.mitigation):
            yield Hit(f"{pointer}/mitigation", {"n": n, "why": why})


def _weakness(risk: str, mitigation: str) -> str:
    if not mitigation.strip(" -\u2013\u2014"):
        return "is missing"
    if language_of(mitigation) != "other" and len(mitigation.split()) < _LEAST_WORDS:
        return f"'{mitigation}' is too short to act on"
    return "only restates the risk" if similarity(risk, mitigation) >= _RESTATED else ""


_CLASSES = ("low", "medium", "high", "critical")
_MANY_FILES = 10
_PATH_SIGNALS: Sequence[tuple[str, re.Pattern[str]]] = (
    (
        "authentication",
        re.compile(
            r"(?:^|[/_.-])(?:auth\w{0,12}|oauth2?|login|sessions?|permissions?|acl|passwords?"
            r"|crypto)(?=[/_.-])"
        ),
    ),
    ("payment", re.compile(r"(?:^|[/_.-])(?:payments?|billing|checkout|stripe|paypal)(?=[/_.-])")),
    (
        "public API",
        re.compile(r"(?:^|/)(?:openapi|swagger)[\w.-]*$|\.proto$|(?:^|/)schema\.graphqls?$|(?:^|/)api/v\d+/"),
    ),
    (
        "infrastructure",
        re.compile(
            r"\.tf$|(?:^|/)(?:terraform|k8s|kubernetes|helm|charts|infra)/|(?:^|/)Dockerfile"
            r"|(?:^|/)docker-compose[\w.-]*$|^\.github/workflows/"
        ),
    ),
)


@rule(
    "PLN517",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="S,X,R,C",
    message="{id}: declared {a}, signals suggest {b}: {signals}",
)
def declared_risk_fits_the_files(given: LintInput) -> Iterator[Hit]:
    """A task's risk is not two classes below what its files suggest: one class up for each sort of signal"""
    for at, task in enumerate(plan_of(given).tasks):
        signals = tuple(_signals(task, given.limits.protected))
        suggested = min(len(signals), len(_CLASSES) - 1)
        declared = task.risk_class.lower()
        if declared in _CLASSES and suggested - _CLASSES.index(declared) > 1:
            values = {
                "id": called(given, at),
                "a": declared,
                "b": _CLASSES[suggested],
                "signals": ", ".join(signals),
            }
            yield Hit(f"/tasks/{at}/risk_class", values)


def _signals(task: Task, protected: Iterable[str]) -> Iterator[str]:
    """What makes a task risky, by its files; tests and documents do not."""
    touched = [path for path in paths(task) if not is_test(path) and not is_doc(path)]
    if migrations(task):
        yield "migration"
    for name, pattern in _PATH_SIGNALS:
        if any(pattern.search(path) for path in touched):
            yield name
    if any(one.change == "delete" and one.path in touched for one in task.files):
        yield "deleted files"
    if len(touched) > _MANY_FILES:
        yield f"{len(touched)} files"
    if any(is_within(path, place) for path in touched for place in protected):
        yield "protected path"
