"""A plan against every rule, as its repository chose, with the repository it was made for at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.author.brief import Brief
from bot.author.demands import said
from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.plan.audited import audited
from bot.plan.contract import contract_path, contract_text
from bot.plan.fanout import fanout_path
from bot.plan.findings import Finding, Report
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from bot.plan.rules import LintInput, lint
from bot.plan.rules.chosen import limits, rules_for, suppressions
from bot.plan.rules.suppression import suppressed
from bot.recon.ground import TreeGround
from bot.recon.tree import NotReadable, Tree, upward
from bot.secret_text import secret_in

OUR_FOLDERS = ("specs/", "EXPORT/", ".agent/")


def lint_input(
    plan: Plan, brief: Brief, files: tuple[File, ...] = (), before: Mapping[str, str] | None = None
) -> LintInput:
    """Everything the rules may look at. Without `files` only the plan itself is checked; `before` are the
    texts that stand where `files` go."""
    texts = {file.path: file.text for file in files}
    return LintInput(
        plan=plan,
        contract_text=texts.get(contract_path(plan.issue), contract_text(plan)),
        fanout_text=texts.get(fanout_path(plan.issue)),
        ground=TreeGround(brief.tree),
        renderings=files,
        before_files=before,
        format=brief.format,
        issue=brief.number,
        issue_text=f"{brief.title}\n\n{brief.body}",
        demands=tuple(said(one.text) for one in brief.recon.obligations if not one.checked),
        limits=limits(brief.choices),
    )


def checked(plan: Plan, brief: Brief) -> tuple[tuple[File, ...], Report]:
    """The files of the plan in the brief's format, and what the rules say about plan and files."""
    present = existing(brief.tree)
    return judged(plan, brief, FORMATS[brief.format].files(plan, present), present)


def judged(
    plan: Plan, brief: Brief, files: tuple[File, ...], present: Mapping[str, str]
) -> tuple[tuple[File, ...], Report]:
    """As `checked`, for files that are written already; `present` are the texts that they replace."""
    for file in files:
        _refuse_secrets(file, present)
        _refuse_foreign(file.path, brief.tree)
        _refuse_peoples(file, present, contract_path(plan.issue))
    files = audited(lint_input(plan, brief, files, present))
    report = _report(lint_input(plan, brief, files, present), brief, rules_for(brief.choices))
    return files, replace(report, findings=tuple(map(_told, report.findings)))


_BOXES = "PLN115"


def _told(finding: Finding) -> Finding:
    """Ticks of an earlier plan that have no step in a new one are told: where they go only people know, and
    no author could mend it."""
    return replace(finding, severity="warning") if finding.rule == _BOXES else finding


# What GitHub shows as text is judged for what GitHub does with it: notify, close, link, hide.
_ON_TEXTS = ("PLN009", "PLN914", "PLN915", "PLN916", "PLN917", "PLN918")


def published(plan: Plan, brief: Brief, texts: Mapping[str, str]) -> Report:
    """What the rules say about the texts that will be shown on GitHub, by name ("pull request body")."""
    given = replace(lint_input(plan, brief), published=texts, contract_text=None)
    return _report(given, brief, _ON_TEXTS)


def _report(given: LintInput, brief: Brief, rules: Iterable[str]) -> Report:
    """Only the repository sets findings aside here: a comment in a plan would be its author's own."""
    return suppressed(lint(given, select=rules), (), suppressions(brief.choices))


def existing(tree: Tree) -> Mapping[str, str]:
    """The present texts of files that a format may write. UserError when one is there and is no text."""
    paths = [path for path in tree.paths if path == PLAN_FILE or path.startswith(OUR_FOLDERS)]
    texts = {path: _exact(tree, path) for path in paths}
    if PLAN_FILE in texts and texts[PLAN_FILE] is None:
        raise UserError(
            "plan-file-unreadable", f"{PLAN_FILE} is not UTF-8 text.", "Make it UTF-8 text and ask again."
        )
    return {path: text for path, text in texts.items() if text is not None}


def _exact(tree: Tree, path: str) -> str | None:
    """The text byte for byte, a byte order mark included: what people wrote goes back as it was. None for
    what is binary, not UTF-8, or was not read."""
    try:
        return tree.read(path).decode("utf-8") if tree.text(path) is not None else None
    except (UnicodeDecodeError, NotReadable):
        return None


def _refuse_secrets(file: File, present: Mapping[str, str]) -> None:
    """The last look at what would be published. Lines that people have published already do not count."""
    published = set(present.get(file.path, "").split("\n"))
    new = "\n".join(line for line in file.text.split("\n") if line not in published)
    if found := secret_in(new):
        raise UserError(
            "secret-in-plan",
            f"`{_named(file.path)}` would hold what looks like a secret ({found.what}).",
            "Take it out of the issue or the repository, make it invalid, and ask again.",
        )


def _named(path: str) -> str:
    return "a file of the plan" if secret_in(path) else path


def _refuse_foreign(path: str, tree: Tree) -> None:
    """A link, a submodule, or a file where a folder has to be: writing through it
    would end up somewhere else.
    """
    for place in (path, *upward(path)[1:-1]):
        if place in tree.special:
            raise UserError(
                "plan-path-taken",
                f"`{place}` is a {tree.special[place]}.",
                "Replace it by a plain file or folder.",
            )
        if place != path and tree.exists(place):
            raise UserError(
                "plan-path-taken",
                f"`{place}` is a file, and a folder is needed there.",
                "Move it and ask again.",
            )
    if tree.is_dir(path):
        raise UserError(
            "plan-path-taken", f"`{path}` is a folder, and a file is needed there.", "Move it and ask again."
        )


def _refuse_peoples(file: File, present: Mapping[str, str], contract: str) -> None:
    """A file somebody else wrote where one of ours has to go: without a contract of ours
    beside it, it is not ours.
    """
    if (
        file.path != PLAN_FILE
        and file.path in present
        and contract not in present
        and present[file.path] != file.text
    ):
        raise UserError(
            "plan-path-taken", f"`{file.path}` is there already and is not ours.", "Move it and ask again."
        )
