"""A suite on disk: `cases/<id>/issue.md` and `expect.yaml`, and the repositories that the cases are about.

Every expectation is held against its issue and its repository when it is read, so that a slip in a suite is
an error and not a bad mark for somebody's plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

from bot.errors import UserError
from bot.evaluation.expectation import Expectation, expectation_of
from bot.evaluation.results import Source
from bot.evaluation.trial import matches
from bot.plan.digest import digest_of
from bot.recon.sources import tree_from_folder, tree_from_git
from bot.recon.tree import Tree, plain_path_fault
from workers.evaluation.git import git
from workers.issue_file import read_issue

CASES, REPOSITORIES = "cases", "repositories"
ISSUE, EXPECT = "issue.md", "expect.yaml"
SHOWN_FAULTS = 20


@dataclass(frozen=True)
class Case:
    """One issue on one tree, and what a plan for it has to hold. `source` is where the words come from."""

    id: str
    title: str
    body: str
    tree: Tree
    expected: Expectation
    number: int = 1
    source: Source = "issue"

    @property
    def digest(self) -> str:
        """64 hex digits over all that decides the case's figures."""
        expected = self.expected.model_dump(mode="json")
        return digest_of([self.title, self.body, self.tree.sha, self.number, self.source, expected])


@dataclass(frozen=True)
class Suite:
    """Cases in order of their names."""

    name: str
    cases: tuple[Case, ...]

    @property
    def digest(self) -> str:
        joined = "\n".join(f"{each.id} {each.digest}" for each in self.cases)
        return hashlib.sha256(joined.encode()).hexdigest()


def shipped_suite() -> Path:
    """The folder of the suite that comes with Groundplan."""
    return Path(__file__).resolve().parents[2] / "suites" / "small"


def suite_in(folder: Path, only: Sequence[str] = ()) -> Suite:
    """All cases of a folder, or those named. Raises UserError with every fault found, each with its place."""
    found = sorted(each for each in (folder / CASES).glob("*") if each.is_dir())
    names = [each.name for each in found]
    if not found:
        like = f"{folder / CASES}/<name>/{ISSUE} and {EXPECT}"
        raise UserError("suite", f"{folder} has no cases.", f"A case is a folder: {like}.")
    if unknown := [name for name in only if name not in names]:
        raise UserError(
            "suite", f"{folder} has no case {', '.join(unknown)}.", f"It has: {', '.join(names)}."
        )
    trees = _Trees(folder)
    faults: list[str] = []
    cases = [case for each in found if not only or each.name in only for case in _case(each, trees, faults)]
    if faults:
        more = [f"and {len(faults) - SHOWN_FAULTS} more"] if len(faults) > SHOWN_FAULTS else []
        raise UserError(
            "suite", "\n".join([*faults[:SHOWN_FAULTS], *more]), "Correct the suite and run again."
        )
    return Suite(folder.resolve().name, tuple(cases))


def _case(folder: Path, trees: _Trees, faults: list[str]) -> Iterator[Case]:
    """The case, or nothing and its faults added to the list."""
    try:
        title, body = read_issue(str(folder / ISSUE))
        text = (folder / EXPECT).read_text(encoding="utf-8")
    except UserError as error:
        faults.append(f"{error.reason} {error.next_step}".strip())
        return
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{folder}: {ISSUE} or {EXPECT} cannot be read ({type(error).__name__})")
        return
    file = str(folder / EXPECT)
    read = expectation_of(text, file)
    if isinstance(read, tuple):
        faults.extend(read)
        return
    expected = read.expected
    try:
        tree = trees.of(expected)
    except UserError as error:
        pointer = "/bundle" if expected.bundle else "/repository"
        faults.append(read.at(file, pointer, error.reason))
        return
    slips = [read.at(file, pointer, why) for pointer, why in slips_of(expected, f"{title}\n{body}", tree)]
    faults.extend(slips)
    if not slips:
        yield Case(folder.name, title, body, tree, expected)


def slips_of(expected: Expectation, issue: str, tree: Tree) -> Iterator[tuple[str, str]]:
    """Pointer and reason of everything that the issue or the repository shows to be a slip of the pen."""
    said = " ".join(issue.split())
    for at_, pattern in enumerate(expected.must_touch):
        if not any(matches(path, (pattern,)) for path in tree.paths):
            yield f"/must_touch/{at_}", f"nothing in the repository is {pattern}"
    for at_, pattern in enumerate(expected.must_create):
        if any(matches(path, (pattern,)) for path in tree.paths):
            yield f"/must_create/{at_}", f"{pattern} is in the repository already"
    for at_, demanded in enumerate(expected.obligations):
        if " ".join(demanded.text.split()) not in said:
            yield f"/obligations/{at_}/text", "the issue does not say this"
    known = {*expected.must_touch, *expected.must_create, *expected.may_touch}
    for at_, pair in enumerate(expected.order):
        for path in pair:
            if path not in known:
                yield f"/order/{at_}", f"{path} is not among the paths to touch"


class _Trees:
    """The trees of a suite, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[str, str, str], Tree] = {}

    def of(self, expected: Expectation) -> Tree:
        """Raises UserError when there is no such repository."""
        key = expected.repository, expected.bundle, expected.ref
        if key not in self._known:
            self._known[key] = self._read(expected)
        return self._known[key]

    def _read(self, expected: Expectation) -> Tree:
        name = expected.repository or expected.bundle
        if fault := plain_path_fault(name):
            raise UserError("suite", f"{name!r} is no name of a repository: {fault}")
        place = self._folder / REPOSITORIES / name
        if expected.bundle:
            return _tree_of_bundle(place, expected.ref)
        if not place.is_dir():
            raise UserError("suite", f"there is no folder {place}")
        return tree_from_git(place, expected.ref) if (place / ".git").exists() else tree_from_folder(place)


def _tree_of_bundle(bundle: Path, ref: str) -> Tree:
    """A commit of a git bundle, out of a bare repository that lives as long as the tree."""
    if not bundle.is_file():
        raise UserError("suite", f"there is no file {bundle}")
    folder = Path(mkdtemp(prefix="groundplan-bundle-"))
    try:
        git(folder, "init", "--quiet", "--bare")
        git(folder, "bundle", "unbundle", str(bundle.resolve()))
        tree = tree_from_git(folder, _tip(bundle) if ref == "HEAD" else ref)
    except UserError:
        rmtree(folder, ignore_errors=True)
        raise
    finalize(tree, rmtree, folder, ignore_errors=True)
    return tree


def _tip(bundle: Path) -> str:
    """The commit of a bundle's HEAD, or of its first branch."""
    listed = git(bundle.parent, "bundle", "list-heads", str(bundle.resolve())).split("\n")
    heads = [line.split(" ", 1) for line in listed if " " in line]
    named: Mapping[str, str] = {name: sha for sha, name in heads}
    if not heads:
        raise UserError("suite", f"{bundle} names no commit")
    return named.get("HEAD", heads[0][0])
