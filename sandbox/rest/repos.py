"""Repositories, their people, branches, files, comparisons, archives and active rules."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from sandbox import access
from sandbox.acts import branchrules, refs
from sandbox.objects import Entry
from sandbox.refusals import Refusal, not_found, unprocessable
from sandbox.rest.routing import Call, Reply, paged, route
from sandbox.shapes import git, repositories
from sandbox.shapes.people import account
from sandbox.state import ROLES, Repository

COARSE = {"maintain": "write", "triage": "read"}


@route("GET", "/repos/{owner}/{repo}")
def get_repository(call: Call) -> Reply:
    return Reply(200, repositories.full(call.world, call.repo()))


def get_repository_by_id(call: Call) -> Reply:
    """`GET /repositories/{id}` works on GitHub and is where its redirects point, but
    no description lists it.
    """
    repo = call.world.state.repositories.get(call.number("repository_id"))
    if repo is None or not access.sees(call.world, call.actor, repo):
        raise not_found()
    return Reply(200, repositories.full(call.world, repo))


def _permissions(role: str) -> dict[str, bool]:
    names = {"admin": "admin", "maintain": "maintain", "push": "write", "triage": "triage", "pull": "read"}
    return {name: access.at_least(role, wanted) for name, wanted in names.items()}


@route("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission")
def get_permission(call: Call) -> Reply:
    repo = call.repo()
    found = call.world.user(call.params["username"])
    if found is None:
        raise not_found()
    role, shown = call.world.role(repo, found.login), _collaborator(call, repo, account(call.world, found))
    told = {"permission": COARSE.get(role, role), "role_name": shown["role_name"], "user": shown}
    return Reply(200, told)


@route("GET", "/repos/{owner}/{repo}/collaborators/{username}")
def check_collaborator(call: Call) -> Reply:
    if call.params["username"].lower() not in call.repo().collaborators:
        raise not_found()
    return Reply(204)


@route("GET", "/repos/{owner}/{repo}/collaborators")
def list_collaborators(call: Call) -> Reply:
    repo = call.repo(role="write")
    found = [user for login in repo.collaborators if (user := call.world.user(login))]
    wanted = call.query.get("permission")
    coarse = {"pull": "read", "push": "write"}
    if wanted:
        least = coarse.get(wanted, wanted)
        found = [
            one
            for one in found
            if least in ROLES and access.at_least(call.world.role(repo, one.login), least)
        ]
    return paged(call, found, lambda one: _collaborator(call, repo, account(call.world, one)))


def _collaborator(call: Call, repo: Repository, shown: dict[str, Any]) -> dict[str, Any]:
    role = call.world.role(repo, shown["login"])
    named = repo.custom_roles.get(shown["login"].lower(), role)
    return {**shown, "permissions": _permissions(role), "role_name": named}


@route("GET", "/repos/{owner}/{repo}/branches")
def list_branches(call: Call) -> Reply:
    repo = call.repo("contents")
    names = sorted(name[11:] for name in repo.refs if name.startswith("refs/heads/"))
    url = repositories.api(call.world, repo)

    def short(name: str) -> dict[str, Any]:
        sha = repo.refs[f"refs/heads/{name}"]
        commit = {"sha": sha, "url": f"{url}/commits/{sha}"}
        return {"name": name, "commit": commit, "protected": name in repo.protected}

    return paged(call, names, short)


@route("GET", "/repos/{owner}/{repo}/branches/{branch}")
def get_branch(call: Call) -> Reply:
    repo, name = call.repo("contents"), call.params["branch"]
    if f"refs/heads/{name}" not in repo.refs:
        raise Refusal(404, "Branch not found")
    return Reply(200, git.branch(call.world, repo, name))


@route("GET", "/repos/{owner}/{repo}/rules/branches/{branch}")
def get_branch_rules(call: Call) -> Reply:
    repo = call.repo()
    found = [
        {
            **rule,
            "ruleset_source_type": "Repository",
            "ruleset_source": repo.full_name,
            "ruleset_id": ruleset.id,
        }
        for ruleset, rule in branchrules.active(repo, call.params["branch"])
    ]
    return paged(call, found, lambda rule: rule)


def _at(call: Call, repo: Repository) -> tuple[str, str]:
    """(name of the asked ref, its commit)."""
    name = call.query.get("ref") or repo.default_branch
    sha = call.world.resolve(repo, name)
    if sha is None:
        if not repo.refs:
            raise Refusal(404, "This repository is empty.")
        raise Refusal(404, f"No commit found for the ref {name}")
    return name, sha


def _contents(call: Call, path: str) -> Reply:
    repo = call.repo("contents")
    name, sha = _at(call, repo)
    entry = call.world.store.find(call.world.store.commit(sha).tree, path)
    if entry is None:
        raise not_found()
    accept = call.headers.get("accept", "")
    if "raw" in accept and entry.kind == "blob":
        return Reply(
            200,
            call.world.store.blob(entry.sha),
            {"content-type": "application/vnd.github.raw; charset=utf-8"},
        )
    if entry.kind == "tree":
        return Reply(200, _directory(call, repo, name, path.strip("/"), entry))
    return Reply(200, git.content(call.world, repo, name, path, entry))


def _directory(call: Call, repo: Repository, name: str, path: str, entry: Entry) -> list[dict[str, Any]]:
    prefix = f"{path}/" if path else ""
    rows = call.world.store.tree(entry.sha).items()
    return [git.content_row(call.world, repo, name, prefix + inner, one) for inner, one in list(rows)[:1000]]


@route("GET", "/repos/{owner}/{repo}/contents/{path}")
def get_content(call: Call) -> Reply:
    return _contents(call, call.params["path"])


def get_root_content(call: Call) -> Reply:
    """`GET .../contents/`, the same operation with an empty path."""
    return _contents(call, "")


def _put(call: Call, data: bytes | None) -> Reply:
    repo = call.repo("contents", "write", "write")
    path = call.params["path"]
    branch = call.text("branch") or repo.default_branch
    if not repo.refs and data is not None:
        return _first_commit(call, repo, path, data)
    head = call.world.head_of(repo, branch)
    if head is None:
        raise Refusal(404, f"Branch {branch} not found")
    old = call.world.store.find(call.world.store.commit(head).tree, path)
    given = call.text("sha")
    if old is not None and given is None:
        raise unprocessable('Invalid request.\n\n"sha" wasn\'t supplied.')
    if old is None and (given is not None or data is None):
        raise not_found()
    if old is not None and given != old.sha:
        raise Refusal(409, f"{path} does not match {given}")
    message = call.text("message") or ""
    sha = refs.commit_files(call.world, repo, branch, call.user().login, message, {path: data})
    return _put_reply(call, repo, branch, path, sha, old)


def _first_commit(call: Call, repo: Repository, path: str, data: bytes) -> Reply:
    refs.check_path(path)
    tree = call.world.store.edited(None, call.world.blobs({path: data}))
    sha = refs.create_commit(call.world, call.user().login, call.text("message") or "", tree, [])
    refs.place_ref(call.world, repo, f"refs/heads/{repo.default_branch}", sha, call.user().login)
    return _put_reply(call, repo, repo.default_branch, path, sha, None)


def _put_reply(call: Call, repo: Repository, branch: str, path: str, sha: str, old: Entry | None) -> Reply:
    new = call.world.store.find(call.world.store.commit(sha).tree, path)
    shown = git.content_row(call.world, repo, branch, path, new) if new else None
    commit = git.git_commit(call.world, repo, sha)
    return Reply(201 if old is None else 200, {"content": shown, "commit": commit})


@route("PUT", "/repos/{owner}/{repo}/contents/{path}")
def put_content(call: Call) -> Reply:
    return _put(call, refs.decode_base64(str(call.body["content"]), "content"))


@route("DELETE", "/repos/{owner}/{repo}/contents/{path}")
def delete_content(call: Call) -> Reply:
    return _put(call, None)


@route("GET", "/repos/{owner}/{repo}/compare/{basehead}")
def compare(call: Call) -> Reply:
    repo = call.repo("contents")
    base, dots, head = call.params["basehead"].partition("...")
    found = [call.world.resolve(repo, name.rpartition(":")[2]) for name in (base, head)]
    if not dots or found[0] is None or found[1] is None:
        raise not_found()
    common = call.world.store.merge_base(found[0], found[1])
    if common is None:
        raise Refusal(404, f"No common ancestor between {base} and {head}.")
    return Reply(200, git.comparison(call.world, repo, found[0], found[1], common))


@route("GET", "/repos/{owner}/{repo}/commits")
def list_commits(call: Call) -> Reply:
    repo = call.repo("contents")
    sha = call.world.resolve(repo, call.query.get("sha") or repo.default_branch)
    if sha is None:
        raise Refusal(409, "Git Repository is empty.") if not repo.refs else not_found()
    return paged(call, list(call.world.store.ancestors(sha)), lambda one: git.commit(call.world, repo, one))


@route("GET", "/repos/{owner}/{repo}/commits/{ref}")
def get_commit(call: Call) -> Reply:
    repo, name = call.repo("contents"), call.params["ref"]
    sha = call.world.resolve(repo, name)
    if sha is None:
        raise (
            unprocessable(f"No commit found for SHA: {name}")
            if repo.refs
            else Refusal(409, "Git Repository is empty.")
        )
    changed = git.commit_files(call.world, repo, sha)
    added, removed = sum(one.additions for one in changed), sum(one.deletions for one in changed)
    stats = {"additions": added, "deletions": removed, "total": added + removed}
    files = [git.file_change(call.world, repo, sha, one) for one in changed]
    return Reply(200, {**git.commit(call.world, repo, sha), "stats": stats, "files": files})


@route("GET", "/repos/{owner}/{repo}/tarball/{ref}")
def get_tarball(call: Call) -> Reply:
    return _tarball(call, call.params["ref"])


def get_default_tarball(call: Call) -> Reply:
    return _tarball(call, "HEAD")


def _tarball(call: Call, name: str) -> Reply:
    repo = call.repo("contents")
    sha = call.world.resolve(repo, name)
    if sha is None:
        raise not_found()
    token = call.authority.download_ticket(repo, sha)
    url = f"{call.world.url}/_codeload/{quote(repo.full_name)}/legacy.tar.gz/{sha}?token={token}"
    return Reply(302, b"", {"location": url})
