"""Pages to look at: repository, files, issue, pull request. They read the world and escape everything people
wrote."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

from sandbox.diffs import FileChange
from sandbox.objects import Entry, MissingObject
from sandbox.shapes.git import commit_files
from sandbox.shapes.pulls import compared, mergeable
from sandbox.state import CheckRun, Issue, Label, Repository
from sandbox.wire import Request, Response, text_response
from sandbox.world import World

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "sandbox"
SHOWN_BYTES = 400_000
DIFF_LINES = 2_000
_HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)
_TASK = re.compile(r"\[([ xX])\]\s+")
_FENCE = re.compile(r"^(`{3,}|~{3,})", re.MULTILINE)


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    made.core.ruler.after("inline", "tasks", _task_lists)
    return made


def _task_lists(state: StateCore) -> None:
    """`- [ ]` and `- [x]` at the start of a list item become boxes that cannot be ticked here."""
    for at, token in enumerate(state.tokens[2:], 2):
        first = token.children[0] if token.children else None
        found = _TASK.match(first.content) if first is not None and first.type == "text" else None
        if first is None or found is None or state.tokens[at - 2].type != "list_item_open":
            continue
        state.tokens[at - 2].attrJoin("class", "task-list-item")
        box = Token("html_inline", "", 0)
        box.content = f'<input type="checkbox" disabled{" checked" if found[1] in "xX" else ""}> '
        first.content = first.content[found.end() :]
        (token.children or []).insert(0, box)


def without_comments(text: str) -> str:
    """HTML comments hidden, as GitHub hides them, but not those shown inside fenced code."""
    out, fence = [], None
    pending: list[str] = []
    for line in text.split("\n"):
        mark = _FENCE.match(line.lstrip())
        if fence is None and mark:
            out.append(_HIDDEN.sub("", "\n".join(pending)))
            pending, fence = [line], mark[1]
        elif fence is not None and line.strip().startswith(fence):
            out.append("\n".join([*pending, line]))
            pending, fence = [], None
        else:
            pending.append(line)
    rest = "\n".join(pending)
    out.append(rest if fence else _HIDDEN.sub("", rest))
    return "\n".join(out)


def markdown(text: str | None) -> Markup:
    """GitHub-flavoured Markdown with raw HTML escaped; dangerous link schemes are refused by the parser."""
    return Markup(_markdown().render(without_comments(text or "")))


def ago(seconds: float | None) -> str:
    return datetime.fromtimestamp(seconds or 0, UTC).strftime("%d %b %Y, %H:%M UTC")


def ink(color: str) -> str:
    """Black or white, whichever reads better on a label's colour."""
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
    made.filters |= {"markdown": markdown, "ago": ago, "ink": ink, "path": quote}
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


def _text(world: World, entry: Entry) -> str | None:
    data = world.store.blob(entry.sha)
    return None if b"\0" in data[:8000] or len(data) > SHOWN_BYTES else data.decode("utf-8", "replace")


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
    readme = next((one for inner, one in rows if inner.lower() in ("readme.md", "readme")), None)
    return _page(
        "tree.html",
        world=world,
        repo=repo,
        ref=name,
        path=path,
        rows=rows,
        branches=_branches(repo),
        readme=_text(world, readme) if readme and readme.kind == "blob" else None,
        counts=_counts(repo),
    )


def _blob(world: World, repo: Repository, name: str, path: str, raw: bool) -> Response:
    entry = _entry(world, repo, name, path)
    if entry is None or entry.kind != "blob":
        return _missing(world, f"{path} at {name}")
    if raw:
        response = Response(200, world.store.blob(entry.sha), {"content-type": "text/plain; charset=utf-8"})
        response.headers["x-content-type-options"] = "nosniff"
        return response
    text = _text(world, entry)
    rendered = markdown(text) if text is not None and path.lower().endswith((".md", ".markdown")) else None
    return _page(
        "blob.html",
        world=world,
        repo=repo,
        ref=name,
        path=path,
        text=text,
        rendered=rendered,
        size=len(world.store.blob(entry.sha)),
        counts=_counts(repo),
    )


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


def _timeline(issue: Issue) -> list[tuple[float, str, Any]]:
    found: list[tuple[float, str, Any]] = [(one.created_at, "comment", one) for one in issue.comments]
    if issue.pull is not None:
        found += [
            (one.created_at, "review", one)
            for one in issue.pull.reviews
            if one.body or one.state != "COMMENTED"
        ]
        found += [(one.comments[0].created_at, "thread", one) for one in issue.pull.threads if one.comments]
    return sorted(found, key=lambda row: row[0])


def _conversation(world: World, repo: Repository, number: int) -> Response:
    issue = repo.issues.get(number)
    if issue is None or issue.deleted:
        return _missing(world, f"{repo.full_name}#{number}")
    common: dict[str, Any] = {
        "world": world,
        "repo": repo,
        "issue": issue,
        "labels": _labels(world, repo, issue),
        "timeline": _timeline(issue),
        "counts": _counts(repo),
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
        runs=runs,
        fits=mergeable(world, issue),
    )


def diff_lines(change: FileChange) -> list[tuple[str, str]]:
    """(class, line) of a patch; class is hunk, add, del or same."""
    kinds = {"@": "hunk", "+": "add", "-": "del"}
    lines = (change.patch or "").split("\n")[:DIFF_LINES]
    return [(kinds.get(line[:1], "same"), line) for line in lines] if change.patch else []


def _commit(world: World, repo: Repository, sha: str) -> Response:
    if world.store.kind(sha) != "commit":
        return _missing(world, f"commit {sha}")
    files = [(one, diff_lines(one)) for one in commit_files(world, repo, sha)]
    found = world.store.commit(sha)
    return _page(
        "commit.html", world=world, repo=repo, sha=sha, commit=found, files=files, counts=_counts(repo)
    )


def _run(world: World, repo: Repository, number: int) -> Response:
    run: CheckRun | None = repo.check_runs.get(number)
    if run is None:
        return _missing(world, f"check run {number}")
    return _page("run.html", world=world, repo=repo, run=run, counts=_counts(repo))
