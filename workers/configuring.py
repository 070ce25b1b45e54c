"""The configuration in a pull request: by which one its plans are judged, and what is wrong with the one that
it brings. Judges no plan."""

from __future__ import annotations

from dataclasses import dataclass

from bot.config import CONFIG_PATH, Choices, ConfigFile, choices_in, faults_in
from bot.effects import Annotation
from bot.errors import UserError
from bot.plan.rules.chosen import unknown
from bot.plan.safe_text import code, inline
from bot.situation import Outcome, Request


@dataclass(frozen=True, slots=True)
class Proposed:
    """What the base chose, or None and why no plan can be judged; and what is said of the configuration that
    the pull request brings: `title` "" when it brings none, and `summary` as a paragraph of its own.
    """

    base: Choices | None
    why_unseen: str = ""
    title: str = ""
    summary: str = ""
    annotations: tuple[Annotation, ...] = ()
    ok: bool = True

    def alone(self, digest: str) -> Outcome:
        """The outcome for a pull request without a plan."""
        return Outcome(
            digest,
            "inspection",
            "",
            check_title=self.title,
            check_summary=self.summary,
            check_ok=self.ok,
            annotations=self.annotations,
        )


def proposed(request: Request) -> Proposed:
    """What is to be said of the configurations at the base and at the head of a pull request."""
    base, why = _base(request)
    if request.new_config is None:
        return Proposed(base, why)
    annotations = (*_faults(request.new_config), *_remarks(request.new_config))
    ok = not any(one.level == "failure" for one in annotations)
    title = "The configuration is sound" if ok else "The configuration is broken"
    return Proposed(base, why, title, _summary(ok, annotations), annotations, ok)


def _base(request: Request) -> tuple[Choices | None, str]:
    try:
        return choices_in(request.config), ""
    except UserError as broken:
        said = f"The configuration of the branch that this goes to is broken: {broken.reason}"
        return None, f"{said} Until it is corrected there, no plan is checked."


def _faults(file: ConfigFile) -> list[Annotation]:
    return [
        Annotation(CONFIG_PATH, fault.line, "failure", "Configuration", fault.reason)
        for fault in faults_in(file)
    ]


def _remarks(file: ConfigFile) -> list[Annotation]:
    if faults_in(file):
        return []
    found = [(one.location.line if one.location else 1, one) for one in unknown(choices_in(file))]
    return [Annotation(CONFIG_PATH, line, "warning", one.rule, one.message) for line, one in found]


def _summary(ok: bool, annotations: tuple[Annotation, ...]) -> str:
    if ok:
        said = f"{code(CONFIG_PATH)} is sound. It holds as soon as it is on the branch that this goes to."
    else:
        said = f"{code(CONFIG_PATH)} cannot be used. On the default branch it would stop all planning."
    lines = [f"- line {one.line}: {inline(one.message)}" for one in annotations]
    return "\n".join([said, "", *lines, "", ""] if lines else [said, "", ""])
