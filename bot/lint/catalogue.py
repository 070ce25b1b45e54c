"""What can be said about each rule, for people: `groundplan rules`, `--explain` and the pages in docs/rules/.

`python -m bot.lint.catalogue docs/rules` writes the pages again; everything in them comes from the rules.
"""

from __future__ import annotations

import inspect
import json
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import UserError
from bot.plan.findings import UNSUPPRESSABLE
from bot.plan.rules import RULES, Rule
from bot.plan.rules.reasons import REASONS, Reason
from bot.plan.rules.suppression import RULE as SUPPRESSION

HOME = "https://github.com/groundplan/groundplan/blob/main"

# By the hundreds of the ids.
FAMILIES: Mapping[str, tuple[str, str]] = {
    "PLN0": ("input", "Input and the document as a whole"),
    "PLN1": ("structure", "Structure of the documents"),
    "PLN2": ("identifiers", "Ids and references"),
    "PLN3": ("graph", "Dependencies and work at the same time"),
    "PLN4": ("grounding", "Grounding in the repository"),
    "PLN5": ("risk", "Size, risk, rollback and order"),
    "PLN6": ("criteria", "Requirements and acceptance criteria"),
    "PLN7": ("traceability", "From demand to work to check"),
    "PLN8": ("contract", "Milestones, contract, fan-out and decisions"),
    "PLN9": ("wording", "Wording, questions, safety and provenance"),
}

FORMATS: Mapping[str, str] = {
    "*": "every plan",
    "R": "roadmap plans",
    "S": "step plans",
    "X": "exported plans",
    "F": "functional plans",
    "P": "technical plans",
    "C": "the contract",
    "O": "the fan-out file",
    "D": "decisions",
    "PR": "pull requests with a plan",
    "K": "plans of other tools and people",
}

NEEDS: Mapping[str, str] = {
    "plan": "a file that could be read as a plan",
    "own": "a whole plan of Groundplan",
    "documents": "a Markdown document",
    "texts": "a JSON text",
    "contract_text": "the contract",
    "fanout_text": "the fan-out file",
    "contract_data": "a contract of sound shape",
    "fanout_data": "a fan-out file of sound shape",
    "ground": "a repository (`--repo`)",
    "renderings": "the Markdown files of the plan",
    "issue_text": "the text of the issue (`--issue`)",
    "before": "an earlier version of the plan",
    "before_files": "an earlier version of the files",
    "pull": "a pull request",
    "published": "texts that GitHub will show",
}

FIXES: Mapping[str, str] = {
    "safe": "`groundplan lint --fix` repairs it where that needs no judgement.",
    "unsafe": "The finding suggests a repair; somebody has to decide whether it is meant.",
    "none": "Write it as in the good example.",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One rule in words. Examples are short pieces of Markdown or JSON."""

    id: str
    title: str
    body: str
    severity: str
    tier: str
    formats: tuple[str, ...]
    needs: tuple[str, ...]
    fix: str
    message: str
    why: str
    bad: str
    good: str
    suppressible: bool

    @property
    def family(self) -> str:
        return FAMILIES[self.id[:4]][0]

    @property
    def suppression(self) -> str:
        return "Can be suppressed with a reason." if self.suppressible else "Cannot be suppressed."

    def facts(self) -> Iterator[tuple[str, str]]:
        """What is said of every rule, in the order in which it is told."""
        off = "" if self.tier == "core" else "; only with `--extended` or `--select`"
        yield "severity", self.severity + off
        yield "for", ", ".join(self.formats)
        yield "needs", ", ".join(self.needs) or "nothing more"
        yield "says", f"`{self.message}`"
        yield "repair", FIXES[self.fix]
        yield "suppress", self.suppression

    def markdown(self) -> str:
        """The page in docs/rules/."""
        table = "\n".join(f"| {name} | {_cell(text)} |" for name, text in self.facts())
        parts = [f"# {self.id}: {self.title}", self.body, self.why, f"| | |\n|---|---|\n{table}"]
        for name, example in (("Bad", self.bad), ("Good", self.good)):
            parts += [f"## {name}", _fenced(example)] if example else []
        return "\n\n".join(part for part in parts if part) + "\n"

    def text(self) -> str:
        """The page for a terminal, at most 100 columns wide."""
        parts = [f"{self.id}: {self.title}", *map(_wrapped, (self.body, self.why))]
        parts.append("\n".join(_fact(name, text.replace("`", "")) for name, text in self.facts()))
        for name, example in (("Bad:", self.bad), ("Good:", self.good)):
            parts += [f"{name}\n\n{textwrap.indent(example, '    ')}"] if example else []
        return "\n\n".join(part for part in parts if part)


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 100))


def _fact(name: str, text: str) -> str:
    return textwrap.fill(text, 100, initial_indent=f"  {name:<9} ", subsequent_indent=" " * 12)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _fenced(example: str) -> str:
    fence = "````" if "```" in example else "```"
    language = "json" if example.lstrip().startswith(("{", "[", '"')) else "markdown"
    return f"{fence}{language}\n{example}\n{fence}"


# What is said about suppressions is a finding too, and belongs to no rule that could be run.
SUPPRESSIONS = Page(
    id=SUPPRESSION,
    title="Suppressions can be read, give a reason and are used",
    body="A comment to the linter names rules that exist and may be suppressed, and says why.",
    severity="error",
    tier="core",
    formats=(FORMATS["*"],),
    needs=(NEEDS["documents"],),
    fix="none",
    message="Suppression of {id} without a reason",
    why="A finding that somebody switched off without saying why is lost for everybody after them.",
    bad="<!-- plan-lint: disable=PLN404 -->",
    good='<!-- plan-lint: disable=PLN404 reason="the symbol is generated at build time" -->',
    suppressible=False,
)


def names() -> list[str]:
    """Every id that a finding can have."""
    return sorted({*RULES, SUPPRESSION})


def page_of(rule_id: str) -> Page:
    """Everything about one rule. KeyError when there is none."""
    if rule_id == SUPPRESSION:
        return SUPPRESSIONS
    one = RULES[rule_id]
    reason = REASONS.get(rule_id, Reason("", "", ""))
    return Page(
        id=one.id,
        title=one.title.rstrip("."),
        body=_body(one),
        severity=one.severity,
        tier=one.tier,
        formats=tuple(words for letter, words in FORMATS.items() if letter in one.formats),
        needs=tuple(NEEDS[need] for need in one.needs),
        fix=one.fix,
        message=one.message,
        why=reason.why,
        bad=reason.bad,
        good=reason.good,
        suppressible=one.id not in UNSUPPRESSABLE,
    )


def _body(one: Rule) -> str:
    """The docstring below its first line, as one paragraph."""
    return " ".join(inspect.cleandoc(one.check.__doc__ or "").split("\n")[1:]).strip()


def page_address(rule_id: str) -> str:
    """Where people read about a rule."""
    return f"{HOME}/docs/rules/{rule_id}.md"


def pages(family: str = "") -> list[Page]:
    """All pages, or those of a family (its name, or how its ids begin). UserError for an unknown one."""
    known = {name: start for start, (name, _) in FAMILIES.items()}
    start = known.get(family.lower(), family.upper())
    if family and start not in FAMILIES:
        raise UserError("unknown-family", f"There is no family {family!r}.", f"One of {', '.join(known)}.")
    return [page_of(rule) for rule in names() if rule.startswith(start)]


def listing(found: Iterable[Page]) -> str:
    """The rules as a list for a terminal, by family."""
    lines: list[str] = []
    family = ""
    for page in found:
        if page.family != family:
            family = page.family
            lines += ["", f"{FAMILIES[page.id[:4]][1]} ({family})", ""]
        mark = "" if page.tier == "core" else " (extended)"
        lines.append(f"  {page.id}  {page.severity:<8} {page.title}{mark}")
    return "\n".join(lines).strip("\n")


def as_json(found: Iterable[Page]) -> str:
    """The rules for programs."""
    return json.dumps([_data(page) for page in found], ensure_ascii=False, indent=2)


def _data(page: Page) -> dict[str, object]:
    return {
        "id": page.id,
        "title": page.title,
        "family": page.family,
        "severity": page.severity,
        "tier": page.tier,
        "formats": list(page.formats),
        "needs": list(page.needs),
        "fix": page.fix,
        "message": page.message,
        "why": page.why,
        "bad": page.bad,
        "good": page.good,
        "suppressible": page.suppressible,
        "page": page_address(page.id),
    }


def files() -> dict[str, str]:
    """Every file of docs/rules/, by name."""
    every = pages()
    return {"README.md": _overview(every), **{f"{page.id}.md": page.markdown() for page in every}}


def _overview(every: list[Page]) -> str:
    parts = [
        "# Rules",
        f"{sum(one.tier == 'core' for one in RULES.values())} core rules, which always run, and "
        f"{sum(one.tier != 'core' for one in RULES.values())} extended ones, which run with `--extended` or "
        "when `--select` names them. How to run them: [linting.md](../linting.md).",
        "<!-- made by `make docs` from the rules themselves -->",
    ]
    for start, (_, title) in FAMILIES.items():
        rows = [_row(page) for page in every if page.id.startswith(start)]
        parts += [f"## {title}", "\n".join(["| rule | severity | |", "|---|---|---|", *rows])] if rows else []
    return "\n\n".join(parts) + "\n"


def _row(page: Page) -> str:
    off = "" if page.tier == "core" else ", extended"
    return f"| [{page.id}]({page.id}.md) | {page.severity}{off} | {_cell(page.title)} |"


def write(folder: Path) -> None:
    """Write all pages into a folder, and take away pages of rules that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    made = files()
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
