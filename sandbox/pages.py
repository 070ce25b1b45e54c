"""Pages to look at: repository, files, issue, pull request. They read the world and
escape everything people wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from sandbox.diffs import FileChange
from sandbox.markup import Kind, Surroundings, in_repository, markdown
from sandbox.objects import Entry, MissingObject
from sandbox.shapes.git import commit_files
from sandbox.shapes.pulls import compared, mergeable
from sandbox.state import CheckRun, Issue, Label, Repository
from sandbox.timeline import text_of, timeline, verdicts
from sandbox.wire import Request, Response, text_response
from sandbox.world import World

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "sandbox"
DIFF_LINES = 2_000
LONG_DIFF = 400
_COLOR = re.compile(r"[0-9a-fA-F]{6}")
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)")
_PICTURES = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "webp": "webp"}


def ago(seconds: float | None) -> str:
    return datetime.fromtimestamp(seconds or 0, UTC).strftime("%d %b %Y, %H:%M UTC")


def paint(color: str) -> str:
    """A label's colour as six hex digits, GitHub's grey for anything else."""
    return color if _COLOR.fullmatch(color) else "ededed"


def ink(color: str) -> str:
    """Black or white, whichever reads better on a label's colour (six hex digits)."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (0, 2, 4))
    return "#000000" if red * 299 + green * 587 + blue * 114 > 150_000 else "#ffffff"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"ago": ago, "ink": ink, "paint": paint, "path": quote}
    return made


def _page(name: str, status: int = 200, **values: Any) -> Response:
    response = text_response(status, _environment().get_template(name).render(**values))
    response.headers["content-security-policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
    )
    return response


def _missing(world: World, what: str) -> Response:
    return _page("missing.html", 404, world=world, what=what, repo=None)


def answer(world: World, request: Request) -> Response:
    parts = [unquote(part) for part in request.path.strip("/").split("/") if part]
    if request.method not in ("GET", "HEAD"):
        return text_response(405, "Method not allowed", "text/plain")
    if not parts:
        return _page(
            "home.html", world=world, repositories=list(world.state.repositories.values()), repo=None
        )
    repo = world.repository("/".join(parts[:2])) if len(parts) > 1 else None
    if repo is None:
        return _account(world, parts[0]) if len(parts) == 1 else _missing(world, "/".join(parts[:2]))
    return _in_repository(world, repo, parts[2:])


def _account(world: World, login: str) -> Response:
    if world.user(login) is None:
        return _missing(world, login)
    owned = [repo for repo in world.state.repositories.values() if repo.owner.lower() == login.lower()]
    return _page("home.html", world=world, repositories=owned, repo=None)


def _in_repository(world: World, repo: Repository, parts: list[str]) -> Response:
    match parts:
        case []:
            return _tree(world, repo, repo.default_branch, "")
        case ["issues"] | ["pulls"]:
            return _list(world, repo, parts[0] == "pulls")
        case ["issues" | "pull", number, *_] if number.isdigit():
            return _conversation(world, repo, int(number))
        case ["commit", sha]:
            return _commit(world, repo, sha)
        case ["runs", number] if number.isdigit():
            return _run(world, repo, int(number))
        case ["tree" | "blob" | "raw" as kind, *rest] if rest:
            return _at_ref(world, repo, kind, rest)
    return _missing(world, f"{repo.full_name}/{'/'.join(parts)}")


def _at_ref(world: World, repo: Repository, kind: str, rest: list[str]) -> Response:
    """Branch names hold slashes: the longest start that is a ref wins."""
    for length in range(len(rest), 0, -1):
        name = "/".join(rest[:length])
        if world.resolve(repo, name) is not None:
            path = "/".join(rest[length:])
            return (
                _tree(world, repo, name, path)
                if kind == "tree"
                else _blob(world, repo, name, path, kind == "raw")
            )
    return _missing(world, f"{repo.full_name} at {'/'.join(rest)}")


def _entry(world: World, repo: Repository, name: str, path: str) -> Entry | None:
    sha = world.resolve(repo, name)
    try:
        return world.store.find(world.store.commit(sha).tree, path) if sha else None
    except MissingObject:
        return None


def _branches(repo: Repository) -> list[str]:
    return sorted(name[11:] for name in repo.refs if name.startswith("refs/heads/"))


def _tree(world: World, repo: Repository, name: str, path: str) -> Response:
    entry = _entry(world, repo, name, path)
    if entry is None and repo.refs:
        return _missing(world, f"{path or '/'} at {name}")
    if entry is not None and entry.kind != "tree":
        return _blob(world, repo, name, path, False)
    rows = list(world.store.tree(entry.sha).items()) if entry else []
    rows.sort(key=lambda row: (row[1].kind != "tree", row[0].lower()))
    readme = next((row for row in rows if row[0].lower() in ("readme.md", "readme")), None)
    shown = text_of(world, readme[1]) if readme and readme[1].kind == "blob" else None
    sha = world.resolve(repo, name)
    return _page(
        "tree.html",
        world=world,
        repo=repo,
        ref=name,
        path=path,
        rows=rows,
        branches=_branches(repo),
        latest=(sha, world.store.commit(sha)) if sha else None,
        readme=_document(repo, name, f"{path}/readme.md", shown),
        counts=_counts(repo),
    )


def _blob(world: World, repo: Repository, name: str, path: str, raw: bool) -> Response:
    entry = _entry(world, repo, name, path)
    if entry is None or entry.kind != "blob":
        return _missing(world, f"{path} at {name}")
    if raw:
        return _raw(world.store.blob(entry.sha), path)
    text = text_of(world, entry)
    return _page(
        "blob.html",
        world=world,
        repo=repo,
        ref=name,
        path=path,
        lines=None if text is None else text.removesuffix("\n").split("\n"),
        rendered=_document(repo, name, path, text),
        size=len(world.store.blob(entry.sha)),
        counts=_counts(repo),
    )


def _raw(data: bytes, path: str) -> Response:
    """Pictures as pictures, everything else as text: nothing of a repository runs here."""
    picture = _PICTURES.get(path.rpartition(".")[2].lower())
    response = Response(
        200, data, {"content-type": f"image/{picture}" if picture else "text/plain; charset=utf-8"}
    )
    response.headers["x-content-type-options"] = "nosniff"
    response.headers["content-security-policy"] = "default-src 'none'; sandbox"
    return response


def _document(repo: Repository, ref: str, path: str, text: str | None) -> Markup | None:
    """A Markdown file with its relative links leading to files at the same ref; None for other files."""
    if text is None or not path.lower().endswith((".md", ".markdown")):
        return None

    def file(target: str, kind: Kind) -> str:
        return in_repository(repo.full_name, kind, ref, target)

    return markdown(text, Surroundings(file=file, folder=path.rpartition("/")[0], breaks=False))


def _saying(world: World, repo: Repository) -> Callable[[str | None], Markup]:
    """Renders what people and bots say in this repository."""

    def issue(full_name: str, number: int) -> str | None:
        there = world.repository(full_name) if full_name else repo
        found = there.issues.get(number) if there else None
        if there is None or found is None or found.deleted:
            return None
        return f"/{quote(there.full_name)}/{'pull' if found.pull else 'issues'}/{number}"

    around = Surroundings(issue=issue)
    return lambda text: markdown(text, around)


def _counts(repo: Repository) -> dict[str, int]:
    live = [
        one
        for one in repo.issues.values()
        if one.state == "open" and not one.deleted and one.moved_to is None
    ]
    return {
        "issues": sum(one.pull is None for one in live),
        "pulls": sum(one.pull is not None for one in live),
    }


def _labels(world: World, repo: Repository, issue: Issue) -> list[Label]:
    return world.labels_of(repo, issue)


def _list(world: World, repo: Repository, wants_pulls: bool) -> Response:
    found = [one for one in repo.issues.values() if (one.pull is not None) == wants_pulls]
    found = [one for one in found if not one.deleted and one.moved_to is None]
    found.sort(key=lambda one: (one.state != "open", -one.number))
    rows = [(issue, _labels(world, repo, issue)) for issue in found]
    return _page("list.html", world=world, repo=repo, rows=rows, pulls=wants_pulls, counts=_counts(repo))


def _conversation(world: World, repo: Repository, number: int) -> Response:
    issue = repo.issues.get(number)
    if issue is None or issue.deleted:
        return _missing(world, f"{repo.full_name}#{number}")
    common: dict[str, Any] = {
        "world": world,
        "repo": repo,
        "issue": issue,
        "labels": _labels(world, repo, issue),
        "timeline": timeline(world, repo, issue),
        "counts": _counts(repo),
        "say": _saying(world, repo),
        "parent": world.issue_by_id(issue.parent) if issue.parent else None,
        "children": [one for child in issue.children if (one := world.issue_by_id(child))],
        "blockers": [one for other in issue.blocked_by if (one := world.issue_by_id(other))],
    }
    if issue.pull is None:
        return _page("issue.html", **common)
    commits, files = compared(world, issue)
    runs = [run for run in repo.check_runs.values() if run.head_sha == issue.pull.head_sha]
    return _page(
        "pull.html",
        **common,
        pull=issue.pull,
        commits=[(sha, world.store.commit(sha)) for sha in commits],
        files=[(one, diff_lines(one)) for one in files],
        long_diff=LONG_DIFF,
        runs=runs,
        verdicts=verdicts(issue),
        fits=mergeable(world, issue),
    )


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a patch with its numbers before and after; `kind` is hunk, add, del or same."""

    kind: str
    text: str
    before: int | None = None
    after: int | None = None


def diff_lines(change: FileChange) -> list[DiffLine]:
    """The patch as rows, cut at DIFF_LINES; empty without one."""
    before = after = 0
    rows: list[DiffLine] = []
    for line in change.patch.split("\n")[:DIFF_LINES] if change.patch else ():
        hunk = _HUNK.match(line)
        if hunk:
            before, after = int(hunk[1]), int(hunk[2])
            rows.append(DiffLine("hunk", line))
        elif line.startswith("+"):
            rows.append(DiffLine("add", line, None, after))
            after += 1
        elif line.startswith("-"):
            rows.append(DiffLine("del", line, before, None))
            before += 1
        elif line.startswith("\\"):
            rows.append(DiffLine("same", line))
        else:
            rows.append(DiffLine("same", line, before, after))
            before, after = before + 1, after + 1
    return rows


def _commit(world: World, repo: Repository, sha: str) -> Response:
    if world.store.kind(sha) != "commit":
        return _missing(world, f"commit {sha}")
    files = [(one, diff_lines(one)) for one in commit_files(world, repo, sha)]
    found = world.store.commit(sha)
    return _page(
        "commit.html",
        world=world,
        repo=repo,
        sha=sha,
        commit=found,
        files=files,
        counts=_counts(repo),
        long_diff=LONG_DIFF,
    )


def _run(world: World, repo: Repository, number: int) -> Response:
    run: CheckRun | None = repo.check_runs.get(number)
    if run is None:
        return _missing(world, f"check run {number}")
    return _page("run.html", world=world, repo=repo, run=run, counts=_counts(repo), say=_saying(world, repo))
