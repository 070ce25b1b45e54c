"""The documents that earlier steps of an issue left in its feature folder: data before prose.

Where both exist the JSON is read; a JSON file that is broken is said and its Markdown read instead.
"""

from __future__ import annotations

from bot.author.inputs.excerpt import Excerpt, Input, NotTaken, taken
from bot.plan.located_json import Fault, line_and_column, read_json
from bot.recon.tree import Tree, joined, name_of, parent

SPECIFICATION = "product specification"
DOMAIN = "domain"
RESEARCH = "research"
DECISIONS = "decisions"

# Which Markdown says the same as which JSON, where the names do not tell.
TWINS = {"spec_output.json": "spec.md", "domain_output.json": "domain_analysis.md"}
LIMITS = {SPECIFICATION: 8_000, DOMAIN: 3_000, RESEARCH: 2_500, DECISIONS: 4_000}
WHY = {
    SPECIFICATION: "the product specification of this issue",
    DOMAIN: "the domain of this issue as it was analysed",
    RESEARCH: "what was found out before",
    DECISIONS: "what was decided before",
}


def inputs_in(tree: Tree, folder: str, paths: list[str], how: str) -> tuple[Input, ...]:
    """The upstream inputs of a feature folder; `paths` are all documents, `how` says why it is this one."""
    mine = [path for path in paths if parent(path) == folder]
    found = tuple(_input(tree, name, [path for path in mine if _role(path) == name]) for name in LIMITS)
    return (Input(found[0].name, found[0].excerpts, (how, *found[0].notes)), *found[1:])


def _role(path: str) -> str:
    name = name_of(path)
    if name.startswith("domain_"):
        return DOMAIN
    return {"research.md": RESEARCH, "decisions.md": DECISIONS}.get(name, SPECIFICATION)


def _input(tree: Tree, role: str, paths: list[str]) -> Input:
    """One role's documents, each pair of JSON and Markdown read once."""
    excerpts: list[Excerpt] = []
    notes: list[str] = []
    told: set[str] = set()
    for path in sorted(paths, key=lambda each: (not each.endswith(".json"), each)):
        if path in told:
            continue
        got = (
            _json(tree, path, role) if path.endswith(".json") else taken(tree, path, WHY[role], LIMITS[role])
        )
        if isinstance(got, NotTaken):
            notes.append(str(got))
            continue
        excerpts.append(got)
        twin = _twin(path)
        if twin != path and twin in paths:
            told.add(twin)
            notes.append(f"{twin} says the same in prose and was not read")
    return Input(role, tuple(excerpts), tuple(notes))


def _twin(path: str) -> str:
    """The Markdown beside a JSON file."""
    name = name_of(path)
    return joined(parent(path), TWINS.get(name, name.removesuffix(".json") + ".md"))


def _json(tree: Tree, path: str, role: str) -> Excerpt | NotTaken:
    """A JSON document when it is one object; else why not, with the line."""
    got = taken(tree, path, WHY[role], LIMITS[role])
    if isinstance(got, NotTaken):
        return got
    text = tree.text(path) or ""
    read = read_json(text)
    if isinstance(read, Fault):
        line, _ = line_and_column(text, min(read.offset, len(text)))
        return NotTaken(path, f"it is no JSON ({read.reason}, line {line}), so its Markdown counts")
    if not isinstance(read.value, dict):
        return NotTaken(path, "it is no JSON object, so its Markdown counts")
    return got
