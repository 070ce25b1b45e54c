"""What the issue points to for how it is to be built: its feature folder, documents and issues that it names.

Documents are chosen by what the issue names, never by guessing.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.author.brief import Brief
from bot.author.inputs.excerpt import Excerpt, Input, NotTaken, clipped_excerpt, taken
from bot.author.inputs.feature_folder import DESIGNS, Choice
from bot.recon.kinds import kind_of
from bot.recon.tree import joined, parent
from bot.references import MOST_LINKED, issues_named

IN_FOLDER = "in the feature folder"
MOST_DOCUMENTS = 3
LIMIT_OF_DESIGN, LIMIT_OF_DOCUMENT, LIMIT_OF_ISSUE = 6_000, 4_000, 3_000
OUR_FOLDERS = ("EXPORT/", ".agent/")


def specification(brief: Brief, name: str, choice: Choice, known: Sequence[Input]) -> Input:
    """The linked specification as one input; `known` are inputs that are part of it."""
    read = [each for one in known for each in one.excerpts]
    got = [*_of_folder(brief, choice), *_documents(brief, choice)]
    excerpts = [*read, *(each for each in got if isinstance(each, Excerpt)), *_issues(brief)]
    notes = [note for one in known for note in one.notes] or ([choice.said] if choice.said else [])
    notes += [str(each) for each in got if isinstance(each, NotTaken)]
    return Input(name, tuple(excerpts), (*notes, *_issues_not_read(brief)))


def _of_folder(brief: Brief, choice: Choice) -> list[Excerpt | NotTaken]:
    """The designs in the feature folder, in the order of DESIGNS."""
    if not choice.folder:
        return []
    paths = [joined(choice.folder, each) for each in DESIGNS]
    there = [path for path in paths if _is_there(brief, path)]
    return [taken(brief.tree, path, IN_FOLDER, LIMIT_OF_DESIGN) for path in there]


def _is_there(brief: Brief, path: str) -> bool:
    return brief.tree.exists(path) or path in brief.tree.special


def _documents(brief: Brief, choice: Choice) -> list[Excerpt | NotTaken]:
    """Documents that the issue names by a path of their own."""
    named = dict.fromkeys(
        each.paths[0]
        for each in brief.recon.mentions
        if len(each.paths) == 1 and each.how in {"exact", "suffix"} and "/" in each.text
    )
    wanted = [path for path in named if _is_document(path) and parent(path) != choice.folder]
    return [
        taken(brief.tree, path, "the issue names it", LIMIT_OF_DOCUMENT) for path in wanted[:MOST_DOCUMENTS]
    ]


def _is_document(path: str) -> bool:
    return kind_of(path) == "doc" or (path.endswith(".md") and not path.startswith(OUR_FOLDERS))


def _issues(brief: Brief) -> list[Excerpt]:
    return [
        clipped_excerpt(
            f"issue {each.number}", f"{each.title}\n\n{each.body}", "the issue names it", LIMIT_OF_ISSUE
        )
        for each in brief.linked[:MOST_LINKED]
    ]


def _issues_not_read(brief: Brief) -> list[str]:
    """Issues that the text names and whose text is not at hand, in one note."""
    found = issues_named(f"{brief.title}\n{brief.body}")
    known = {brief.number, *(each.number for each in brief.linked[:MOST_LINKED])}
    left = [str(each) for each in found if each not in known]
    if not left:
        return []
    shown = ", ".join(left[:5])
    return [f"issue{'s' if len(left) > 1 else ''} {shown}{' and more' if len(left) > 5 else ''} not read"]
