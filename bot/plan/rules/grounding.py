"""PLN401-403, 405, 410, 413, 414, 416: paths are plain, and are in the repository, or not, as the plan says.

Another tool's plan may leave open what becomes of a file; such a path is only a mention, which PLN404 judges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.plan.boundary import is_within
from bot.plan.findings import Fix, Severity
from bot.plan.model import FileChange, Task
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.ground import Ground
from bot.plan.rules.tasks import plan_of

_FORMATS = "X,S,P,R,O,K"


def path_fault(path: str) -> str | None:
    """Why `path` is no plain repository path, or None."""
    parts = path.rstrip("/").split("/")
    faults = (
        ("it is absolute", path.startswith("/")),
        ("it starts with ~", path.startswith("~")),
        ("it has a drive letter", bool(re.match(r"[A-Za-z]:", path))),
        ("it has a backslash", "\\" in path),
        ("it has a glob", bool(re.search(r"[*?]|\[[^][/!]*![^][/]*\]|\{[^{},/]*,[^{}/]*\}", path))),
        ("it starts with ./", path.startswith("./")),
        ("it climbs with ..", ".." in parts),
        ("it doubles a slash", "//" in path or not path.strip("/")),
        ("it has a part .", "." in parts),
        ("it is inside .git", any(part.lower() == ".git" for part in parts)),
        ("it has a control character", bool(re.search(r"[\x00-\x1f\x7f]", path))),
        (
            "a part ends in a space or dot",
            any(part != part.strip(" ") or part.endswith(".") for part in parts),
        ),
        (
            "a part is longer than 255 bytes",
            any(len(part.encode("utf-8", "replace")) > 255 for part in parts),
        ),
    )
    return next((why for why, holds in faults if holds), None)


def _ground(given: LintInput) -> Ground:
    assert given.ground is not None
    return given.ground


def file_changes(given: LintInput) -> Iterator[tuple[str, Task, FileChange]]:
    """Every file change that names a path, with its pointer and task."""
    for at, task in enumerate(plan_of(given).tasks):
        for index, change in enumerate(task.files):
            if change.path:
                yield f"/tasks/{at}/files/{index}", task, change


def listed_changes(given: LintInput) -> Iterator[tuple[str, FileChange]]:
    """What a technical plan's list of files adds to its tasks, which seldom name any; with its pointer."""
    if given.format == "technical":
        told = {change.path for _, _, change in file_changes(given)}
        for at, row in enumerate(plan_of(given).codebase.impact):
            if row.path and row.path not in told:
                change = FileChange.model_construct(path=row.path, change=row.change, summary="", source="")
                yield f"/codebase/impact/{at}", change


def _if_foreign(given: LintInput, severity: Severity) -> Severity | None:
    return severity if given.format == "foreign" else None


def old_path(change: FileChange) -> tuple[str, str]:
    """The path that must already be there, and the field that names it; "" when the
    change makes a new file, or says nothing.
    """
    if change.change in ("edit", "delete"):
        return change.path, "path"
    return (change.source, "source") if change.change == "rename" else ("", "")


def made_before(given: LintInput, task: Task) -> frozenset[str]:
    """Paths that tasks before `task` make; in another tool's plan, whose order may be untold, any task."""
    tasks = plan_of(given).tasks
    before = {one.id for one in tasks} if given.format == "foreign" else given.graph.ancestors(task.id)
    makes = (change for one in tasks if one.id in before for change in one.files)
    return frozenset(change.path.rstrip("/") for change in makes if change.change in ("new", "rename"))


def is_there(tree: Ground, path: str) -> bool:
    """Whether a path is a file, a folder, or what git keeps instead of one; inside a submodule or a linked
    folder everything may be."""
    path = path.rstrip("/")
    if tree.exists(path) or tree.is_dir(path):
        return True
    parts = path.split("/")
    above = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
    return any(tree.kind(one) in ("symlink", "submodule", "lfs") for one in above)


def missing_paths(given: LintInput) -> Iterator[tuple[str, str]]:
    """Pointer and path of everything that the plan takes as there and that is not."""
    tree = _ground(given)
    made: dict[str, frozenset[str]] = {}
    for pointer, task, change in file_changes(given):
        path, name = old_path(change)
        if not path or path_fault(path) or is_there(tree, path):
            continue
        if task.id not in made:
            made[task.id] = made_before(given, task)
        if path.rstrip("/") not in made[task.id] and path not in _themselves(given):
            yield f"{pointer}/{name}", path


def _themselves(given: LintInput) -> frozenset[str]:
    """The files that hold the plan: they are there once it is."""
    return frozenset(page.path for page in given.documents) if given.reading else frozenset()


def unique_suffix(tree: Ground, path: str) -> str:
    """The one real path that ends in `path`, or of which `path` is a longer spelling; "" when there is
    not just one.
    """
    ending = [one for one in tree.ending_in(path) if one != path]
    if ending:
        return ending[0] if len(ending) == 1 else ""
    parts = path.split("/")
    tails = ["/".join(parts[at:]) for at in range(1, len(parts) - 1)]
    return next((tail for tail in tails if tree.exists(tail)), "")


@rule(
    "PLN401",
    severity="error",
    needs=["plan", "ground"],
    formats=_FORMATS,
    fix="unsafe",
    message="{path} does not exist at {sha7}; closest: {near}",
)
def changed_paths_exist(given: LintInput) -> Iterator[Hit]:
    """Files to edit, delete or rename exist at the commit planned on, or an earlier task makes them"""
    tree = _ground(given)
    if tree.truncated:
        raise Lacking("the tree is not complete, so that absence proves nothing")
    for pointer, path in missing_paths(given):
        if given.format == "foreign" and tree.kind(path) == "ignored":
            continue  # on somebody's disk, and never in a commit
        suffix = unique_suffix(tree, path)
        closest = [suffix] if suffix else list(tree.nearest(path))
        values = {"path": path, "sha7": tree.sha[:7], "near": ", ".join(closest) or "nothing near"}
        yield Hit(
            pointer,
            values,
            ", ".join(closest),
            fix="safe" if suffix else "unsafe",
            severity=_if_foreign(given, "info"),  # the plan may be past, and the file have moved
        )
    for pointer, change in listed_changes(given):
        path, name = old_path(change)
        if path and not path_fault(path) and not is_there(tree, path):
            near = ", ".join(tree.nearest(path))
            yield Hit(
                f"{pointer}/{name}",
                {"path": path, "sha7": tree.sha[:7], "near": near or "nothing near"},
                near,
            )


@rule(
    "PLN402",
    severity="error",
    needs=["plan", "ground"],
    formats=_FORMATS,
    fix="safe",
    message="{path} already exists at {sha7}; mark it edit",
)
def new_paths_are_new(given: LintInput) -> Iterator[Hit]:
    """Files to make are not there yet"""
    tree = _ground(given)
    gone = {path for _, _, one in file_changes(given) if (path := _removed(one))}
    for pointer, _, change in file_changes(given):
        path = change.path.rstrip("/")
        if change.change == "new" and path not in gone and is_there(tree, path):
            if given.format == "foreign" and tree.is_dir(path):
                continue  # "create src/": to make sure that there is such a folder
            values = {"path": change.path, "sha7": tree.sha[:7]}
            # other tools' plans stay in the repository when the work is done
            severity = _if_foreign(given, "info")
            fix: Fix = "safe" if tree.exists(change.path) else "none"
            yield Hit(f"{pointer}/change", values, suggestion="edit", severity=severity, fix=fix)
    for pointer, change in listed_changes(given):
        if change.change == "new" and is_there(tree, change.path):
            values = {"path": change.path, "sha7": tree.sha[:7]}
            place = given.reading.place(f"{pointer}/path") if given.reading else None
            yield Hit(f"{pointer}/change", values, "edit", fix="none", location=place)


def _removed(change: FileChange) -> str:
    """What a change takes away, so that it can be made anew; the order is PLN310's."""
    path, _ = old_path(change)
    return path.rstrip("/") if change.change in ("delete", "rename") else ""


# What another tool may well write for several files, or for a file beside the plan.
_LOOSELY = ("it has a glob", "it starts with ./", "it has a part .", "a part ends in a space or dot")


@rule(
    "PLN403",
    severity="error",
    needs=["plan"],
    formats=_FORMATS,
    fix="unsafe",
    message="'{path}' is not a plain repository path: {why}",
)
def paths_are_plain(given: LintInput) -> Iterator[Hit]:
    """Paths are relative, with slashes, and name one place in the repository"""
    for pointer, _, change in file_changes(given):
        for name in ("path", "source"):
            path = getattr(change, name)
            why = path_fault(path) if path else None
            if (
                why is None
                and name == "source"
                and not path
                and change.change == "rename"
                and not given.loose
            ):
                why = "a rename needs its old path"
            if why is None or (given.format == "foreign" and why in _LOOSELY):
                continue
            plain = without_dot(path)
            safe = path.startswith("./") and not path_fault(plain)
            yield Hit(
                f"{pointer}/{name}",
                {"path": path, "why": why},
                plain if safe else "",
                fix="safe" if safe else "unsafe",
                severity=_if_foreign(given, "warning"),
            )
    for pointer, change in listed_changes(given):
        if why := path_fault(change.path):
            yield Hit(f"{pointer}/path", {"path": change.path, "why": why})


def without_dot(path: str) -> str:
    """`path` without leading "./"."""
    while path.startswith("./"):
        path = path[2:]
    return path


@rule(
    "PLN405",
    severity="error",
    needs=["plan"],
    formats="X",
    message="{path} is in {side} only",
)
def impact_is_what_steps_touch(given: LintInput) -> Iterator[Hit]:
    """The list of impacted files and the files of the steps are the same"""
    plan = plan_of(given)
    rows = {
        (one.path, one.change): at for at, one in reversed(list(enumerate(plan.codebase.impact))) if one.path
    }
    steps = {(one.path, one.change): pointer for pointer, _, one in file_changes(given)}
    if not rows or not steps:
        return
    told = {path for path, _ in rows}, {path for path, _ in steps}
    for (path, change), at in rows.items():
        if (path, change) not in steps and not _unsaid(change, path, steps):
            yield _one_sided(f"/codebase/impact/{at}", path, change, "Impacted Files", path in told[1])
    for (path, change), pointer in steps.items():
        if (path, change) not in rows and not _unsaid(change, path, rows):
            yield _one_sided(pointer, path, change, "the steps", path in told[0])


def _unsaid(change: str, path: str, others: dict[tuple[str, str], object] | object) -> bool:
    """Whether one of the two sides does not say what becomes of the path."""
    assert isinstance(others, dict)
    return any(one == path and (not change or not theirs) for one, theirs in others)


def _one_sided(pointer: str, path: str, change: str, side: str, elsewhere: bool) -> Hit:
    values = {"path": f"{path} ({change})" if elsewhere and change else path, "side": side}
    return Hit(pointer, values)


# --- tests, and files that nobody edits by hand -----------------------------------------------------------


@rule(
    "PLN410",
    severity="warning",
    tier="extended",
    needs=["plan", "ground"],
    formats="X,S,O",
    fix="unsafe",
    message="{path}: tests here are named {pattern}",
)
def new_tests_are_named_like_the_others(given: LintInput) -> Iterator[Hit]:
    """New test files stand and are named like those that are there"""
    tree = _ground(given)
    if not tree.test_names:
        raise Lacking("the repository shows no habit of naming tests")
    for pointer, _, change in file_changes(given):
        if (
            change.change == "new"
            and tree.kind(change.path) == "test"
            and tree.fits_test_names(change.path) is False
        ):
            pattern = " or ".join(pattern for pattern, _ in tree.test_names[:2])
            evidence = ", ".join(example for _, example in tree.test_names[:1])
            yield Hit(f"{pointer}/path", {"path": change.path, "pattern": pattern}, evidence)


_BY_HAND = {
    "generated": "generated",
    "vendored": "a copy of somebody else's code",
    "lock": "a lock file",
    "ignored": "ignored by git",
    "lfs": "kept in LFS",
    "submodule": "a submodule",
    "symlink": "a symbolic link",
}
_MAKERS = {
    "lock": "the package manager's install or update",
    "generated": "the generator",
    "vendored": "the vendoring command",
    "submodule": "git submodule update",
    "symlink": "nothing: edit what it points to",
}
_MANIFEST = re.compile(
    r"(?:^|/)(?:package\.json|pyproject\.toml|requirements[\w.-]{0,40}\.(?:txt|in)|setup\.(?:py|cfg)"
    r"|Pipfile|Cargo\.toml|go\.mod"
    r"|Gemfile|composer\.json|mix\.exs|pubspec\.yaml|Podfile|Package\.swift|pom\.xml"
    r"|build\.gradle(?:\.kts)?|flake\.nix"
    r"|libs\.versions\.toml|environment\.ya?ml|[\w.-]{1,60}\.csproj|deno\.jsonc?)$"
)
_REGENERATES = re.compile(
    r"\b(?:(?:re)?generat\w*|gen(?:erate)?[:\s]|codegen|protoc|buf\b|openapi|swagger|graphql|build"
    r"|compile|install|make\b(?! {1,3}(?:tests?|lint|check|format|fmt|types?|typecheck|run|migrate)\b)"
    r"|update|lock\b|add\b|sync\b|tidy|vendor|snapshot|-u\b|--update\w*|mod\b|submodule|freeze|import)",
    re.IGNORECASE,
)
_IS_REGENERATED = re.compile(
    r"\b(?:(?:re)?generat\w*|codegen|protoc|re-?vendor\w*|vendoring|snapshots?|submodules?)\b", re.IGNORECASE
)
_RUN = re.compile(r"`([^`\n]{1,60} [^`\n]{1,200})`")


@rule(
    "PLN413",
    severity="error",
    needs=["plan", "ground"],
    formats="X,S,O",
    message="{path} is {kind}; change its source or run {cmd}",
)
def files_are_made_by_hand(given: LintInput) -> Iterator[Hit]:
    """What a program writes is not edited by hand"""
    tree = _ground(given)
    for pointer, task, change in file_changes(given):
        kind = tree.kind(change.path) if change.change in ("edit", "new", "rename") else ""
        if kind not in _BY_HAND or _regenerated(given, task, change, kind):
            continue
        values = {"path": change.path, "kind": _BY_HAND[kind], "cmd": _MAKERS.get(kind, "what makes it")}
        # what only a folder's name tells may be kept by hand all the same
        sure = change.change == "edit" and (kind != "vendored" or tree.exists(change.path))
        yield Hit(f"{pointer}/path", values, severity=None if sure else "warning")


def _regenerated(given: LintInput, task: Task, change: FileChange, kind: str) -> bool:
    """Whether the task runs what writes the file, or changes the manifest beside a lock file."""
    if kind == "lock" and any(_MANIFEST.search(one.path) for one in task.files):
        return True
    told = (*task.user_instructions, *task.changes, *task.tests, change.summary, task.objective)
    run = (*task.commands, *(command for text in told for command in _RUN.findall(text)))
    return any(map(_REGENERATES.search, run)) or any(map(_IS_REGENERATED.search, told))


# --- paths that want a person's eye -----------------------------------------------------------------------

_PROTECTED = re.compile(
    r"(?:\.github/workflows/.{1,200}|(?:\.github/|docs/|\.gitlab/)?CODEOWNERS|(?:LICEN[CS]E"
    r"|COPYING)(?:\.\w{1,10})?|SECURITY\.md"
    r"|(?:[^/]{1,100}/){0,12}(?:auth|authn|authz|authentication|authorization|crypto|cryptography|security"
    r"|secrets)/.{1,400})",
    re.IGNORECASE,
)
_TRIVIAL = ("test", "doc", "data", "generated", "vendored", "lock")


@rule(
    "PLN414",
    severity="warning",
    tier="extended",
    needs=["plan", "ground"],
    formats="X,S,O",
    message="{path} is protected; raise risk or link a decision",
)
def protected_paths_are_handled_with_care(given: LintInput) -> Iterator[Hit]:
    """Workflows, owners, licence and security code change at high risk or by decision only"""
    tree = _ground(given)
    for pointer, task, change in file_changes(given):
        careful = task.risk_class in ("high", "critical") or task.decisions
        if not careful and any(_protected(given, tree, one) for one in (change.path, change.source) if one):
            yield Hit(f"{pointer}/path", {"path": change.path})


def _protected(given: LintInput, tree: Ground, path: str) -> bool:
    listed = given.limits.protected
    if any(is_within(path, one) for one in listed):
        return True
    return bool(_PROTECTED.fullmatch(path)) and (tree.kind(path) not in _TRIVIAL or "/" not in path)


# --- files that nobody speaks of --------------------------------------------------------------------------


@rule(
    "PLN416",
    severity="info",
    tier="extended",
    needs=["plan", "ground"],
    formats="X,S,R",
    message="{path} ranked {k} for this issue but is not mentioned",
)
def likely_files_are_considered(given: LintInput) -> Iterator[Hit]:
    """Files that matter for the issue, and the tests of files to edit, appear in the plan"""
    plan, tree = plan_of(given), _ground(given)
    told = _told(given)
    for at, one in enumerate(plan.codebase.files):
        if one.confidence in ("A", "B") and not told.has(one.path):
            yield Hit(f"/codebase/files/{at}/path", {"path": one.path, "k": at + 1})
    for pointer, _, change in file_changes(given):
        large = plan.size in ("medium", "large")  # of a small plan every test is run
        test = _its_test(tree, change.path) if large and change.change == "edit" else ""
        if test and not told.has(test):
            message = f"{test} tests {change.path}, which the plan edits, but is not mentioned"
            yield Hit(f"{pointer}/path", {"path": test, "k": "as its test"}, message=message)


class _Told:
    """Everything a plan says, to look names up in."""

    def __init__(self, paths: frozenset[str], words: str) -> None:
        self.paths = paths
        self.words = words

    def has(self, path: str) -> bool:
        return path in self.paths or path in self.words or f"`{path.rpartition('/')[2]}`" in self.words


def _told(given: LintInput) -> _Told:
    plan = plan_of(given)
    changed = {path for _, _, one in file_changes(given) for path in (one.path, one.source)}
    listed = {path for task in plan.tasks for path in (*task.allowed_paths, *task.denied_paths)}
    listed |= {one.path for one in plan.codebase.impact}
    listed |= {one.path for one in (plan.delivery.tests if plan.delivery else ())}
    commands = " ".join(line for task in plan.tasks for line in task.commands)
    words = " ".join(one.text for one in given.texts_of_plan if not one.quoted)
    return _Told(frozenset(changed | listed), f"{words} {commands}")


def _its_test(tree: Ground, path: str) -> str:
    """The one test that is named after a source file; "" when there is none, or several."""
    name = path.rpartition("/")[2]
    stem, _, ending = name.rpartition(".")
    if (
        not stem
        or stem.startswith("__")
        or stem in ("index", "main", "mod", "lib")
        or tree.kind(path) != "source"
    ):
        return ""
    names = (
        f"test_{stem}.{ending}",
        f"{stem}_test.{ending}",
        f"{stem}.test.{ending}",
        f"{stem}.spec.{ending}",
    )
    found: Sequence[str] = [one for each in names for one in tree.ending_in(each)]
    return found[0] if len(found) == 1 else ""
