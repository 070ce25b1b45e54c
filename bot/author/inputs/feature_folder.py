"""Which folder holds the documents that earlier steps wrote for an issue: by name, branch, number or title.

When nothing tells one folder from the others, none is taken and the reason is said: a plan from another
feature's specification is worse than a plan without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.author.brief import Brief
from bot.recon.tree import Tree, name_of, parent, upward

UPSTREAM = re.compile(
    r"(?:spec|research|decisions|domain_[a-z]{1,40})\.md|(?:spec_output|domain_[a-z]{1,40})\.json"
)
# What Spec Kit, Kiro and OpenSpec keep beside a specification on how something is built, in reading order.
DESIGNS = ("requirements.md", "design.md", "data-model.md", "proposal.md")
NOT_THIS_WORK = frozenset(
    {"templates", "template", "examples", "example", "fixtures", "testdata", "vendor", "third_party"}
    | {"node_modules", "archive", ".git"}
)
PATH = re.compile(r"[\w./-]{3,300}")
TRACKER = re.compile(r"[A-Z][A-Z0-9]{0,30}-[0-9]{1,10}")
LITTLE_WORDS = frozenset(
    ["a", "an", "and", "as", "at", "for", "from", "in", "of", "on", "or", "the", "to", "with"]
)
ALIKE = 0.6
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """The folder ("" is the root of the repository), or None; `said` tells how it was chosen or why not."""

    folder: str | None
    said: str = ""


def feature_folder(brief: Brief) -> Choice:
    """The one folder with this issue's documents."""
    folders = _folders(brief.tree)
    for found, said in (
        (_named(brief, folders), "the issue names it"),
        (_of_branch(brief.branch, folders), f"it belongs to the branch {brief.branch}"),
        (_of_number(brief.number, folders), "its name begins with the number of the issue"),
        (_alike(_after_tracker(brief.branch), folders), f"its name is like the branch {brief.branch}"),
        (_alike(brief.title, folders), "its name is like the title of the issue"),
    ):
        if found:
            more = f", the first of {len(found)}" if len(found) > 1 else ""
            return Choice(found[0], f"{_shown(found[0])} was chosen: {said}{more}")
    if folders == [""]:
        return Choice("", "the documents at the root of the repository were chosen: there are no others")
    return Choice(None, _none_of(folders))


def upstream_paths(tree: Tree) -> list[str]:
    """Every document of an earlier step, links among them, so that they can be told of."""
    return [path for path in _documents(tree) if UPSTREAM.fullmatch(name_of(path))]


def _folders(tree: Tree) -> list[str]:
    return sorted({parent(path) for path in _documents(tree)})


def _documents(tree: Tree) -> list[str]:
    return sorted(
        path
        for path in (*tree.paths, *tree.special)
        if UPSTREAM.fullmatch(name_of(path)) or name_of(path) in DESIGNS
        if not NOT_THIS_WORK & set(path.lower().split("/")[:-1])
    )


def _none_of(folders: list[str]) -> str:
    if not folders:
        return ""
    shown = ", ".join(map(_shown, folders[:SHOWN]))
    more = f" and {len(folders) - SHOWN} more" if len(folders) > SHOWN else ""
    return (
        f"no feature folder was chosen: neither issue, branch nor title names one of {shown}{more};"
        " name it in the issue"
    )


def _shown(folder: str) -> str:
    return folder or "the root of the repository"


def _named(brief: Brief, folders: Iterable[str]) -> list[str]:
    """Folders that the issue names, or a document of which it names, in the order of their places."""
    documents, at = set(_documents(brief.tree)), dict[str, int]()
    for each in brief.recon.mentions:
        if len(each.paths) == 1 and each.paths[0] in documents:
            at.setdefault(parent(each.paths[0]), each.start)
    for found in PATH.finditer(f"{brief.title}\n{brief.body}"):
        for folder in upward(found[0].strip("./"))[:-1]:
            at[folder] = min(at.get(folder, found.start()), found.start())
    return sorted((each for each in folders if each in at), key=lambda each: at[each])


def _of_branch(branch: str, folders: Iterable[str]) -> list[str]:
    """`ABC-1_add_export` means the folders `ABC-1_add_export` and `ABC-1/add_export`, else `ABC-1…`."""
    name = branch.rpartition("/")[2]
    tracker = TRACKER.match(name)
    wanted, filed = _words(name), _words(tracker[0]) if tracker else []
    exact = [each for each in folders if len(wanted) > 1 and _words(each)[-len(wanted) :] == wanted]
    return exact or [each for each in folders if filed and _words(name_of(each))[: len(filed)] == filed]


def _of_number(number: int, folders: Iterable[str]) -> list[str]:
    """`12-title` and `issue-12`; a padded `012-title` counts features, not issues."""
    pattern = re.compile(rf"(?:issue-|gh-)?{number}(?:[-_].*)?", re.DOTALL)
    return [each for each in folders if pattern.fullmatch(name_of(each))]


def _alike(name: str, folders: Iterable[str]) -> list[str]:
    """The folder whose words are nearly those of a name; none when two are equally near."""
    wanted = _telling(_words(name))
    near = {each: _likeness(_telling(_words(name_of(each))), wanted) for each in folders}
    best = max(near.values(), default=0.0)
    found = [each for each, likeness in near.items() if likeness == best]
    return found if best >= ALIKE and len(found) == 1 else []


def _likeness(words: set[str], wanted: set[str]) -> float:
    """The share of words that two names have in common; 0 below two common words."""
    common = words & wanted
    return len(common) / len(words | wanted) if len(common) >= 2 else 0.0


def _after_tracker(branch: str) -> str:
    return TRACKER.sub("", branch.rpartition("/")[2], count=1)


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", name.lower())


def _telling(words: Iterable[str]) -> set[str]:
    """Words that tell one name from another: no numbers, no articles."""
    return {each for each in words if not each.isdigit()} - LITTLE_WORDS
