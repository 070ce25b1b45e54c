"""Documents that state how their plan was checked: writes into them what a lint run says of these documents,
and how others read the plan.

Makes no statement of its own; a format that states nothing is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.effects import File
from bot.plan.contract import contract_path
from bot.plan.fanout import fanout_path
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from bot.plan.rules import RULES, LintInput, lint
from bot.plan.rules.audit import audit_rows

_COMPARES = "PLN113"


def audited(given: LintInput) -> tuple[File, ...]:
    """The renderings of `given`, stating what the core rules say about `given` with these renderings."""
    shape = FORMATS.get(given.format)
    if shape is None or shape.stated is None:
        return given.renderings
    core = [one.id for one in RULES.values() if one.tier == "core" and one.id != _COMPARES]
    # What is stated has no influence on what is found, so stating it once is enough.
    readers = given.own.provenance.readers if given.own else None
    return shape.stated(given.renderings, audit_rows(lint(given, select=core), readers))


def documents(plan: Plan, plan_format: str, existing: Mapping[str, str]) -> tuple[File, ...]:
    """The files of a plan, stating what can be said without a repository and without the issue's text."""
    files = FORMATS[plan_format].files(plan, existing)
    texts = {file.path: file.text for file in files}
    given = LintInput(
        plan=plan,
        contract_text=texts.get(contract_path(plan.issue)),
        fanout_text=texts.get(fanout_path(plan.issue)),
        renderings=files,
        format=plan_format,
    )
    return audited(given)
