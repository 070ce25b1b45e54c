"""Which inputs each format starts from. The one table a format's author looks at; reads no file itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.author.brief import Brief
from bot.author.inputs import upstream
from bot.author.inputs.excerpt import Input, Inputs
from bot.author.inputs.feature_folder import Choice, feature_folder, upstream_paths
from bot.author.inputs.filing import filing
from bot.author.inputs.rules import project_rules
from bot.author.inputs.specification import specification
from bot.author.inputs.surroundings import context, starter_template

REQUEST = "project request"
TECHNICAL_SPECIFICATION = "technical specification"
SPECIFICATION = "specification"
TASK = "task"
SPECIFIED = (upstream.SPECIFICATION, upstream.DECISIONS)
THE_ISSUE = "the issue itself"


def inputs_of(brief: Brief) -> Inputs:
    """The inputs of the brief's format; none for a format that names none."""
    gather = GATHERERS.get(brief.format)
    return Inputs(gather(brief)) if gather else Inputs()


def _steps(brief: Brief) -> tuple[Input, ...]:
    return (
        Input(REQUEST, notes=(THE_ISSUE,)),
        project_rules(brief),
        _specification(brief, TECHNICAL_SPECIFICATION),
        starter_template(brief),
    )


def _functional(brief: Brief) -> tuple[Input, ...]:
    choice = feature_folder(brief)
    none = (Input(upstream.SPECIFICATION, notes=(choice.said,)),) if choice.said else ()
    return (Input(TASK, notes=(filing(brief).said,)), *(_upstream(brief, choice) or none), context(brief))


def _technical(brief: Brief) -> tuple[Input, ...]:
    linked = _specification(brief, SPECIFICATION)
    return (Input(SPECIFICATION, linked.excerpts, (THE_ISSUE, *linked.notes)),)


def _specification(brief: Brief, name: str) -> Input:
    """What the issue points to, with what was specified and decided before."""
    choice = feature_folder(brief)
    known = [each for each in _upstream(brief, choice) if each.name in SPECIFIED]
    return specification(brief, name, choice, known)


def _upstream(brief: Brief, choice: Choice) -> tuple[Input, ...]:
    if choice.folder is None:
        return ()
    return upstream.inputs_in(brief.tree, choice.folder, upstream_paths(brief.tree), choice.said)


GATHERERS: Mapping[str, Callable[[Brief], tuple[Input, ...]]] = {
    "steps": _steps,
    "functional": _functional,
    "technical": _technical,
}
