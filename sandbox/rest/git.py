"""The git database: refs, trees, blobs and commits."""

from __future__ import annotations

from sandbox.acts import refs
from sandbox.refusals import Refusal, not_found, unprocessable
from sandbox.rest.routing import Call, Reply, paged, route
from sandbox.shapes import git
from sandbox.state import Repository

TREE_LIMIT = 100_000
BLOB_LIMIT = 100 * 1_048_576


def _writing(call: Call) -> Repository:
    return call.repo("contents", "write", "write")


def _present(repo: Repository) -> None:
    if not repo.refs:
        raise Refusal(409, "Git Repository is empty.")


@route("GET", "/repos/{owner}/{repo}/git/ref/{ref}")
def get_ref(call: Call) -> Reply:
    repo, name = call.repo("contents"), f"refs/{call.params['ref']}"
    _present(repo)
    if name not in repo.refs:
        raise not_found()
    return Reply(200, git.ref(call.world, repo, name))


@route("GET", "/repos/{owner}/{repo}/git/matching-refs/{ref}")
def matching_refs(call: Call) -> Reply:
    repo, prefix = call.repo("contents"), f"refs/{call.params['ref']}"
    _present(repo)
    horizon = call.world.now() - call.world.lag
    seen = [name for name in repo.refs if call.world.lag <= 0 or repo.ref_times.get(name, 0.0) <= horizon]
    found = sorted(name for name in seen if name.startswith(prefix))
    return paged(call, found, lambda name: git.ref(call.world, repo, name))


@route("POST", "/repos/{owner}/{repo}/git/refs")
def create_ref(call: Call) -> Reply:
    repo, name = _writing(call), str(call.body["ref"])
    refs.create_ref(call.world, repo, name, str(call.body["sha"]), call.user().login)
    return Reply(201, git.ref(call.world, repo, name))


@route("PATCH", "/repos/{owner}/{repo}/git/refs/{ref}")
def update_ref(call: Call) -> Reply:
    repo, name = _writing(call), f"refs/{call.params['ref']}"
    force = bool(call.body.get("force"))
    refs.move_ref(call.world, repo, name, str(call.body["sha"]), call.user().login, force)
    return Reply(200, git.ref(call.world, repo, name))


@route("DELETE", "/repos/{owner}/{repo}/git/refs/{ref}")
def delete_ref(call: Call) -> Reply:
    repo, name = _writing(call), f"refs/{call.params['ref']}"
    refs.delete_ref(call.world, repo, name, call.user().login)
    return Reply(204)


@route("GET", "/repos/{owner}/{repo}/git/trees/{tree_sha}")
def get_tree(call: Call) -> Reply:
    repo, name = call.repo("contents"), call.params["tree_sha"]
    _present(repo)
    commit = call.world.resolve(repo, name)
    sha = call.world.store.commit(commit).tree if commit else name
    if call.world.store.kind(sha) != "tree":
        raise not_found()
    # Any value of `recursive`, even "0" or "false", asks for all levels.
    return Reply(200, git.tree(call.world, repo, sha, "recursive" in call.query, TREE_LIMIT))


@route("POST", "/repos/{owner}/{repo}/git/trees")
def create_tree(call: Call) -> Reply:
    repo = _writing(call)
    sha = refs.create_tree(call.world, call.text("base_tree"), call.body["tree"])
    return Reply(201, git.tree(call.world, repo, sha, False, TREE_LIMIT))


@route("GET", "/repos/{owner}/{repo}/git/blobs/{file_sha}")
def get_blob(call: Call) -> Reply:
    repo, sha = call.repo("contents"), call.params["file_sha"]
    _present(repo)
    if call.world.store.kind(sha) != "blob":
        raise not_found()
    if "raw" in call.headers.get("accept", ""):
        return Reply(
            200, call.world.store.blob(sha), {"content-type": "application/vnd.github.raw; charset=utf-8"}
        )
    return Reply(200, git.blob(call.world, repo, sha))


@route("POST", "/repos/{owner}/{repo}/git/blobs")
def create_blob(call: Call) -> Reply:
    repo, content = _writing(call), str(call.body["content"])
    encoded = call.body.get("encoding", "utf-8") == "base64"
    data = refs.decode_base64(content, "content") if encoded else content.encode()
    if len(data) > BLOB_LIMIT:
        raise unprocessable("Your input was too large to process")
    sha = call.world.store.put("blob", data)
    return Reply(201, {"sha": sha, "url": git.blob(call.world, repo, sha)["url"]})


@route("GET", "/repos/{owner}/{repo}/git/commits/{commit_sha}")
def get_commit(call: Call) -> Reply:
    repo, sha = call.repo("contents"), call.params["commit_sha"]
    _present(repo)
    if call.world.store.kind(sha) != "commit":
        raise not_found()
    return Reply(200, git.git_commit(call.world, repo, sha))


@route("POST", "/repos/{owner}/{repo}/git/commits")
def create_commit(call: Call) -> Reply:
    repo, given = _writing(call), call.body
    sha = refs.create_commit(
        call.world,
        call.user().login,
        str(given["message"]),
        str(given["tree"]),
        [str(one) for one in given.get("parents") or []],
        given.get("author"),
        given.get("committer"),
    )
    return Reply(201, git.git_commit(call.world, repo, sha))
