"""PLN506-509: what cannot be undone says so, and what can says how.

Only what a plan says of risk and rollback is judged; whether it says anything is another rule's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from bot.plan.findings import Severity
from bot.plan.model import FileChange, Milestone, Task
from bot.plan.rules.engine import Hit, LintInput, rule
from bot.plan.rules.scope import english
from bot.plan.rules.shell import command_lines
from bot.plan.rules.tasks import called, clauses, is_doc, is_test, migrations, plan_of
from bot.plan.similarity import containment, content_words

_NOTHING = frozenset(["", "none", "n/a", "na", "-", "\u2013", "\u2014", "nothing", "not applicable"])
_SERIOUS = frozenset(["high", "critical"])
_SHOWN = 80


def _note(task: Task) -> str:
    """The note on undoing, "" when it says nothing."""
    note = task.rollback.note.strip()
    return "" if note.lower().rstrip(".") in _NOTHING else note


@rule(
    "PLN506",
    severity="error",
    needs=["plan"],
    formats="S,X",
    message="Step {id}: Rollback {r} needs a note",
)
def undoing_is_described(given: LintInput) -> Iterator[Hit]:
    """A rollback that is not simply safe says how it is done"""
    for at, task in enumerate(plan_of(given).tasks):
        kind, pointer = task.rollback.kind, f"/tasks/{at}/rollback/note"
        values = {"id": called(given, at), "r": kind.capitalize()}
        if kind.lower() in ("reversible", "manual") and not _note(task):
            yield Hit(pointer, values, "say what to run or to switch off, step by step")
        elif kind.lower() == "safe" and _note(task):
            message = f"Step {values['id']}: Rollback is Safe, yet it has a note"
            yield Hit(pointer, values, "make it Reversible", severity="info", message=message)


_DATA = frozenset([".db", ".sqlite", ".sqlite3", ".parquet", ".dump", ".csv", ".tsv"])
_SETTINGS = frozenset([".yaml", ".yml", ".json", ".toml", ".ini", ".conf", ".cfg", ".properties"])
_RUNNING = frozenset(
    ["config", "configs", "conf", "deploy", "deployment", "environments", "infra", "k8s", "kubernetes",
     "helm", "charts", "terraform", "ansible"]
)  # fmt: skip

# What is done to data or to what runs, as the first words of a clause. The words after the verb decide:
# tables are dropped, and so is support for old browsers.
_THE = (
    r"(?:(?:the|all|any|every|each|old|legacy|unused|obsolete|existing|stale|deprecated|its|this|that"
    r"|these|our)\s){0,3}"
)
_TABLE = (
    r"(?:\w[\w.-]*\s){0,2}(?:tables?|columns?|databases?|schemas?|collections?|partitions?"
    r"|materiali[sz]ed views?)\b"
)
_ROWS = (
    r"(?:\w[\w.-]*\s){0,2}(?:rows?|records?|tables?|data|users?|accounts?|messages?|deliveries|entries"
    r"|history|results?|events?|orders?)\b"
)
_STACK = (
    r"(?:\w[\w.-]*\s){0,2}(?:stacks?|clusters?|environments?|resources?|buckets?|volumes?|databases?"
    r"|infrastructure"
    r"|instances?|tables?)\b"
)
_SECRET = r"(?:\w[\w.-]*\s){0,2}(?:keys?|secrets?|tokens?|certificates?|credentials?|passwords?)\b"
_PACKAGE = (
    r"(?:\w[\w.-]*\s){0,3}(?:packages?|images?|crates?|gems?|charts?|artifacts?|artefacts?|wheels?"
    r"|releases?(?! notes?)"
    r"|sdks?|versions?|extensions?)\b|.{0,60}?\bto (?:npm|pypi|crates\.io|maven|rubygems|docker hub|ghcr"
    r"|(?:the )?(?:\w+ )?(?:registry|app store|marketplace))\b"
)
_PLACE = (
    r"(?:to|into|on|onto)\s(?!staging|preview|a\s|local)\w|(?:the|this|it|all|our|everything|version"
    r"|v?\d)\b(?! docs| documentation)"
)
_ACT = re.compile(
    rf"^(?:\w+(?:,| and) )?(?:(?P<drop>drop|truncate)\s{_THE}{_TABLE}|(?P<purge>purge|wipe)\s{_THE}{_ROWS}"
    rf"|(?P<rename>rename)\s{_THE}(?:\w[\w.-]*\s){{0,2}}(?:columns?|tables?)\b"
    rf"|(?P<destroy>destroy|tear down)\s{_THE}{_STACK}|(?P<rotate>rotate)\s{_THE}{_SECRET}"
    rf"|(?P<publish>publish)\s{_THE}(?:{_PACKAGE})"
    r"|(?P<apply>apply)\s(?:the\s)?(?:\w+\s){0,2}(?:migrations?|manifests?|terraform|plan|schema changes?)\b"
    rf"|(?P<deploy>deploy|redeploy)(?:\s(?:{_PLACE})|$)|(?P<push>force-push|force push))",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:test|tests|testing|temporary|temp|scratch|in-memory|local|locally|staging|sandbox|dry[- ]run"
    r"|preview|mock|fake"
    r"|dummy|example|fixture)\b",
    re.IGNORECASE,
)
_RUN = re.compile(
    r"\b(?:(?P<apply>(?:terraform|tofu|kubectl) apply|helm (?:upgrade|install))"
    r"|(?P<destroy>(?:terraform|tofu) destroy|kubectl delete|helm uninstall)"
    r"|(?P<publish>(?:npm|pnpm|cargo|poetry|uv|yarn npm) publish|twine upload|gem push|docker push"
    r"|gh release create)"
    r"|(?P<deploy>(?:fly|flyctl|firebase|serverless|sls|cdk|wrangler|netlify|copilot) deploy|vercel --prod)"
    r"|(?P<drop>drop\s+(?:table|column|database|schema)|truncate\s+table)"
    r"|(?P<push>git push\s[^;&|\n]{0,80}?(?:--force\b|-f\b)))",
    re.IGNORECASE,
)
_HARMLESS = re.compile(r"--dry-run|--check\b|--help|localhost|\btest", re.IGNORECASE)


@rule(
    "PLN507",
    severity="error",
    needs=["plan"],
    formats="S,X,P,O",
    message="Step {id} is irreversible ({signal}) but marked Safe",
)
def what_cannot_be_undone_is_not_called_safe(given: LintInput) -> Iterator[Hit]:
    """A task that changes data, schemas or what runs is not marked safe to undo"""
    acts = _acts(given)
    for at, task in enumerate(plan_of(given).tasks):
        signals = [*_file_signals(task), *acts.get(at, ())]
        if task.rollback.kind.lower() == "safe" and signals:
            signal = ", ".join(dict.fromkeys(signals[:3]))
            advice = (
                "make it Reversible or Manual, and say how data and what runs get back to where they were"
            )
            yield Hit(f"/tasks/{at}/rollback/kind", {"id": called(given, at), "signal": signal}, advice)


def _file_signals(task: Task) -> Iterator[str]:
    yield from (f"migration {path}" for path in migrations(task))
    yield from (f"deletes {one.path}" for one in task.files if one.change == "delete" and _is_kept(one))


def _is_kept(change: FileChange) -> bool:
    """Whether a file holds data, or settings of what runs; deleted source comes back with its commit."""
    path = PurePosixPath(change.path)
    if is_test(change.path) or is_doc(change.path):
        return False
    settings = path.suffix in _SETTINGS and bool(_RUNNING.intersection(path.parts[:-1]))
    return path.suffix in _DATA or path.suffix == ".tf" or path.name.startswith(".env") or settings


def _acts(given: LintInput) -> dict[int, list[str]]:
    """What each task does to data or to what runs, in the words of the plan."""
    found: dict[int, list[str]] = {}
    for one in given.texts_of_plan if given.language != "other" else ():
        if one.pointer.startswith("/tasks/") and one.purpose in ("title", "instruction"):
            at = int(one.pointer.split("/")[2])
            found.setdefault(at, []).extend(_acts_of(one.text))
    for line in command_lines(given):
        run = _RUN.search(line.text)
        if line.task is not None and not line.pointer.endswith("/rollback/note") and run:
            found.setdefault(line.task, []).extend([] if _HARMLESS.search(line.text) else [f"`{run[0]}`"])
    return found


def _acts_of(text: str) -> Iterator[str]:
    for clause in clauses(text):
        act = _ACT.search(clause)
        if act and not _ELSEWHERE.search(clause):
            yield " ".join(act[0].split()).lower()


_LESSENED = re.compile(
    r"\b(?:mitigat\w*|back(?:ed)?[ -]?up|backups?|feature flag|behind (?:a|the) flag|flag off|canary"
    r"|gradual\w*|staged"
    r"|dry[- ]run|dual[- ]writ\w*|snapshot|fall(?:s)? back|fallback|kill switch|roll(?:ed)? out"
    r"|monitor\w*|alert(?:s|ing)? (?:on|for|when|if))\b",
    re.IGNORECASE,
)


@rule(
    "PLN508",
    severity="error",
    needs=["plan"],
    formats="S,X,P,R",
    message="{id}: Risk {r} without {missing}",
)
def high_risk_is_met(given: LintInput) -> Iterator[Hit]:
    """What is of high risk says how to undo it and what lessens the risk

    Undoing: the task's note, or a rollback that is safe, or the plan's own. Lessening: a gotcha of it,
    a risk of its milestone, a mitigation in the plan's table that is about the task, or words of it that say
    so. Neither is an error, one of them alone a warning.
    """
    plan = plan_of(given)
    yield from _unmet_risks(given)
    risks = {one.id: one.risks for one in plan.roadmap.milestones}
    for at, task in enumerate(plan.tasks):
        lessened = bool(risks.get(task.milestone)) or _is_lessened(given, task)
        if task.risk_class.lower() in _SERIOUS:
            missing = _missing(_is_undoable(given, task), lessened)
            yield from _unmet(f"/tasks/{at}/risk_class", called(given, at), task.risk_class, missing)
    for at, milestone in enumerate(plan.roadmap.milestones):
        if milestone.risk_class.lower() in _SERIOUS and not milestone.risks:
            missing = _missing(*_of_milestone(given, milestone))
            yield from _unmet(
                f"/roadmap/milestones/{at}/risk_class", milestone.id, milestone.risk_class, missing
            )


def _unmet_risks(given: LintInput) -> Iterator[Hit]:
    """Rows of the risk table that are rated high and say nothing of what is done about it."""
    delivery = plan_of(given).delivery
    for at, row in enumerate(delivery.risks if delivery else ()):
        if str(row.impact).lower() == "high" and not row.mitigation.strip(" -\u2013\u2014"):
            values = {"id": f"Risk {at + 1}", "r": "High", "missing": "mitigation"}
            severity: Severity = "warning" if delivery and delivery.rollback else "error"
            yield Hit(f"/delivery/risks/{at}/mitigation", values, severity=severity)


def _missing(undoable: bool, lessened: bool) -> list[str]:
    parts = (("rollback note", undoable), ("mitigation", lessened))
    return [name for name, there in parts if not there]


def _unmet(pointer: str, name: str, risk: str, missing: list[str]) -> Iterator[Hit]:
    if missing:
        severity: Severity = "error" if len(missing) > 1 else "warning"
        values = {"id": name, "r": risk.capitalize(), "missing": " and ".join(missing)}
        yield Hit(pointer, values, severity=severity)


def _is_undoable(given: LintInput, task: Task) -> bool:
    delivery = plan_of(given).delivery
    return bool(_note(task)) or task.rollback.kind.lower() == "safe" or bool(delivery and delivery.rollback)


def _is_lessened(given: LintInput, task: Task, *, notes: bool = True) -> bool:
    """Whether a task's words, or the table of risks, lessen its risk; with `notes`, any gotcha counts."""
    delivery = plan_of(given).delivery
    words = " ".join([task.title, task.objective, *task.changes, *task.user_instructions])
    about = f"{words} {' '.join(change.path for change in task.files)}"
    rows = delivery.risks if delivery else ()
    met = any(one.mitigation and containment(one.risk, about) >= 0.3 for one in rows)
    noted = (
        notes and bool(task.gotchas) and given.format != "export"
    )  # where every step has notes, of whatever kind
    return noted or met or bool(_LESSENED.search(f"{words} {' '.join(task.gotchas)}"))


def _of_milestone(given: LintInput, milestone: Milestone) -> tuple[bool, bool]:
    """Whether a milestone without risks can be undone, and is lessened, by what its tasks say."""
    tasks = [one for one in plan_of(given).tasks if one.milestone == milestone.id]
    undoable = not tasks or any(_is_undoable(given, one) for one in tasks)
    return undoable, any(_is_lessened(given, one, notes=False) for one in tasks)


_PROCEDURE = re.compile(
    r"`[^`\n]+`|\b(?:down[- ]?migration|downgrade|migrate down|migration down|git revert|re-?deploy"
    r"|toggle|feature flag"
    r"|kill switch|environment variable|backup|snapshot|previous (?:version|release|image|tag|build"
    r"|deployment)"
    r"|last (?:release|version|tag|known)|v?\d+\.\d+|[A-Z][A-Z0-9]+_[A-Z0-9_]+)\b|(?:^|\s)1[.)]\s"
    r"|\brevert (?:the |this |that |its |both |all )?(?:\w+ )?(?:commits?|prs?|pull requests?|merges?"
    r"|migrations?|files?)\b",
)
_UNDO = re.compile(
    r"\b(?:drop|delete|remove|restore|revert|run|set|unset|switch|turn|disable|enable|re-?enable"
    r"|uninstall|pin|rename|redeploy"
    r"|stop|start|restart|reset|apply|put|move|copy|point|change|reinstall|roll)\b",
    re.IGNORECASE,
)
_VAGUE = content_words(
    "drop delete remove restore revert run set switch turn disable enable change undo roll back rollback"
    " need needed"
    " necessary manual manually step steps possible required require can easily simply code work works"
    " again state"
    " previous prior original old everything deployment required if not applicable this task step PR"
    " something anything goes wrong problem problems issue issues fails failure case occurs trouble happens"
)
_LEAST_OBJECTS = 1


@rule(
    "PLN509",
    severity="warning",
    needs=["plan"],
    formats="S,X,P",
    message="Rollback of {id} is not actionable: '{t}'",
)
def undoing_can_be_carried_out(given: LintInput) -> Iterator[Hit]:
    """A rollback note names a command, a migration, a flag, a version or what exactly to take back"""
    plan = plan_of(given)
    whole = [one for one in english(given, "rollback") if not one.text.startswith("Not produced")]
    for one in whole:
        if one.pointer.startswith("/tasks/") and not _is_actionable(one.text):
            at = int(one.pointer.split("/")[2])
            if _note(plan.tasks[at]) and plan.tasks[at].rollback.kind.lower() != "safe":
                yield Hit(one.pointer, {"id": f"Step {called(given, at)}", "t": one.text[:_SHOWN]})
    rows = [one for one in whole if one.pointer.startswith("/delivery/")]
    if len(rows) == 1 and not _is_actionable(rows[0].text):
        yield Hit(rows[0].pointer, {"id": "the plan", "t": rows[0].text[:_SHOWN]})


def _is_actionable(note: str) -> bool:
    if _PROCEDURE.search(note):
        return True
    return bool(_UNDO.search(note)) and len(content_words(note) - _VAGUE) >= _LEAST_OBJECTS
