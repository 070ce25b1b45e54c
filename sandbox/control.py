"""The sandbox's own routes under /_sandbox: seeding, faults, lag, limits, deliveries, journal, violations."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.acts import issues, pulls, refs
from sandbox.auth import person_token
from sandbox.checkout import UnreadableFolder
from sandbox.faults import BadFault
from sandbox.observable import observable
from sandbox.refusals import Refusal
from sandbox.shapes import repositories
from sandbox.state import Repository
from sandbox.webhooks import events
from sandbox.wire import Request, Response, json_response, text_response

if TYPE_CHECKING:
    from sandbox.server import Sandbox

Json = dict[str, Any]
Control = Callable[["Sandbox", Json], Any]


def _repo(sandbox: Sandbox, given: Json) -> Repository:
    found = sandbox.world.repository(str(given.get("repository", "")))
    if found is None:
        raise Refusal(404, f"no repository {given.get('repository')!r} in this sandbox")
    return found


def add_repository(sandbox: Sandbox, given: Json) -> Json:
    """{name: owner/name, path? | files?, private?, collaborators?: {login: role}}"""
    path = Path(given["path"]) if given.get("path") else None
    made = sandbox.world.add_repository(
        str(given["name"]),
        given.get("files"),
        path=path,
        private=bool(given.get("private")),
        description=given.get("description"),
        collaborators=given.get("collaborators"),
    )
    if sandbox.world.installation_of(made) is None and given.get("install", True):
        sandbox.world.install(made.owner)
    return repositories.full(sandbox.world, made)


def add_user(sandbox: Sandbox, given: Json) -> Json:
    user = sandbox.world.add_user(str(given["login"]), kind=given.get("type", "User"))
    return {"login": user.login, "id": user.id, "token": person_token(user.login)}


def set_collaborator(sandbox: Sandbox, given: Json) -> Json:
    """{repository, login, role, custom_role?}; a custom role has the rights of `role` and its own name."""
    repo, login = _repo(sandbox, given), str(given["login"])
    sandbox.world.add_user(login)
    repo.collaborators[login.lower()] = str(given["role"])
    repo.custom_roles.pop(login.lower(), None)
    if given.get("custom_role"):
        repo.custom_roles[login.lower()] = str(given["custom_role"])
    return {"login": login, "role": given["role"]}


def settings(sandbox: Sandbox, given: Json) -> Json:
    """{lag?, gate?, deliveries?: send|hold|drop, webhook_url?, limits?: {...}}"""
    world = sandbox.world
    if "lag" in given:
        world.lag = float(given["lag"])
    if "gate" in given:
        sandbox.api.gate_on = bool(given["gate"])
    if "webhook_url" in given:
        world.app.webhook_url = given["webhook_url"]
    if "deliveries" in given:
        sandbox.deliver_mode(given["deliveries"])
    for name, value in (given.get("limits") or {}).items():
        if not hasattr(world.limits, name):
            raise Refusal(422, f"no such limit: {name}")
        setattr(world.limits, name, value)
    return sandbox.api.status()


def add_fault(sandbox: Sandbox, given: Json) -> Json:
    return {"id": sandbox.api.faults.parse(given).id}


def release(sandbox: Sandbox, given: Json) -> Json:
    """{order?: [index, …]} of the held deliveries; an index may come twice or not at all."""
    held = list(sandbox.deliverer.held)
    order = given.get("order", range(len(held)))
    sandbox.deliverer.held.clear()
    sandbox.deliverer.deliver([held[index] for index in order])
    return {"released": len(list(order))}


def delete_issue(sandbox: Sandbox, given: Json) -> Json:
    repo = _repo(sandbox, given)
    issue = issues.find(sandbox.world, repo, int(given["number"]))
    issues.delete_issue(sandbox.world, repo, issue, repo.owner)
    return {"deleted": issue.number}


def transfer_issue(sandbox: Sandbox, given: Json) -> Json:
    repo, target = _repo(sandbox, given), _repo(sandbox, {"repository": given.get("to")})
    issue = issues.find(sandbox.world, repo, int(given["number"]))
    moved = issues.transfer_issue(sandbox.world, repo, issue, target, repo.owner)
    return {"number": moved.number}


def rename(sandbox: Sandbox, given: Json) -> Json:
    repo = _repo(sandbox, given)
    sandbox.world.state.former_names[repo.full_name.lower()] = repo.id
    owner, _, name = str(given["to"]).rpartition("/")
    repo.name, repo.owner = name, owner or repo.owner
    return repositories.full(sandbox.world, repo)


def protect(sandbox: Sandbox, given: Json) -> Json:
    repo = _repo(sandbox, given)
    repo.protected[str(given["branch"])] = {}
    return {"protected": sorted(repo.protected)}


def add_ruleset(sandbox: Sandbox, given: Json) -> Json:
    made = sandbox.world.add_ruleset(
        _repo(sandbox, given), str(given.get("name", "rules")), list(given["branches"]), list(given["rules"])
    )
    return {"id": made.id}


def archive(sandbox: Sandbox, given: Json) -> Json:
    repo = _repo(sandbox, given)
    repo.archived = bool(given.get("archived", True))
    return {"archived": repo.archived}


def set_permissions(sandbox: Sandbox, given: Json) -> Json:
    """{repository, permissions: {...}} replaces what the App's installation there may do."""
    found = sandbox.world.installation_of(_repo(sandbox, given))
    if found is None:
        raise Refusal(404, "the App is not installed there")
    found.permissions = dict(given["permissions"])
    events.installation_event(sandbox.world, found, "new_permissions_accepted")
    return {"permissions": found.permissions}


def reinstall(sandbox: Sandbox, given: Json) -> Json:
    """{owner}: a fresh installation, whose id is a new one as after every re-installation."""
    made = sandbox.world.install(str(given["owner"]))
    events.installation_event(sandbox.world, made, "created")
    return {"id": made.id}


def uninstall(sandbox: Sandbox, given: Json) -> Json:
    found = sandbox.world.installation_of(_repo(sandbox, given))
    if found is None:
        raise Refusal(404, "the App is not installed there")
    events.installation_event(sandbox.world, found, "deleted")
    del sandbox.world.state.installations[found.id]
    return {"deleted": found.id}


def select_repositories(sandbox: Sandbox, given: Json) -> Json:
    """{owner, repositories: [owner/name, …] | "all"}: what the App's installation on that account may see."""
    world, chosen = sandbox.world, given["repositories"]
    wanted = [] if chosen == "all" else [_repo(sandbox, {"repository": one}) for one in chosen]
    found = next((one for one in world.state.installations.values() if one.owner == given["owner"]), None)
    if found is None:
        raise Refusal(404, "the App is not installed there")
    before = {repo.id for repo in world.installed_repositories(found)}
    found.everything, found.repository_ids = chosen == "all", [repo.id for repo in wanted]
    now = world.installed_repositories(found)
    gone = [world.state.repositories[one] for one in before - {repo.id for repo in now}]
    events.selection_event(world, found, [repo for repo in now if repo.id not in before], gone)
    return {"repositories": [repo.full_name for repo in now]}


def suspend(sandbox: Sandbox, given: Json) -> Json:
    found = sandbox.world.installation_of(_repo(sandbox, given))
    if found is None:
        raise Refusal(404, "the App is not installed there")
    suspended = bool(given.get("suspended", True))
    found.suspended_at = sandbox.world.now() if suspended else None
    events.installation_event(sandbox.world, found, "suspend" if suspended else "unsuspend")
    return {"suspended": suspended}


def push(sandbox: Sandbox, given: Json) -> Json:
    """{repository, branch, files: {path: text|null}, message, as} commits to a branch as a person."""
    files = {path: None if text is None else str(text).encode() for path, text in given["files"].items()}
    sha = refs.commit_files(
        sandbox.world,
        _repo(sandbox, given),
        str(given["branch"]),
        str(given["as"]),
        str(given.get("message", "Change")),
        files,
    )
    return {"sha": sha}


def merge(sandbox: Sandbox, given: Json) -> Json:
    repo = _repo(sandbox, given)
    issue = pulls.find_pull(sandbox.world, repo, int(given["number"]))
    return {"sha": pulls.merge(sandbox.world, repo, issue, str(given["as"]))}


def clear(sandbox: Sandbox, given: Json) -> Json:
    sandbox.clear_records()
    return {"cleared": True}


POST: dict[str, Control] = {
    "repositories": add_repository,
    "users": add_user,
    "collaborators": set_collaborator,
    "settings": settings,
    "faults": add_fault,
    "deliveries/release": release,
    "issues/delete": delete_issue,
    "issues/transfer": transfer_issue,
    "repositories/rename": rename,
    "repositories/archive": archive,
    "repositories/protect": protect,
    "repositories/rulesets": add_ruleset,
    "installation/permissions": set_permissions,
    "installation/create": reinstall,
    "installation/delete": uninstall,
    "installation/suspend": suspend,
    "installation/repositories": select_repositories,
    "push": push,
    "merge": merge,
    "ping": lambda sandbox, given: {"guid": events.ping(sandbox.world).guid},
    "clear": clear,
}
GET: dict[str, Control] = {
    "": lambda sandbox, given: sandbox.api.status(),
    "journal": lambda sandbox, given: [entry.shown() for entry in sandbox.journal.entries],
    "violations": lambda sandbox, given: [str(one) for one in sandbox.api.violations],
    "faults": lambda sandbox, given: sandbox.api.faults.listed(),
    "observable": lambda sandbox, given: observable(sandbox.world, _repo(sandbox, given).full_name),
    "held": lambda sandbox, given: [
        {"guid": one.guid, "event": one.event, "action": one.action} for one in sandbox.deliverer.held
    ],
}
DELETE: dict[str, Control] = {"faults": lambda sandbox, given: sandbox.api.faults.clear()}


def answer(sandbox: Sandbox, request: Request) -> Response:
    name = request.path.removeprefix("/_sandbox").strip("/")
    if name.startswith("avatar/"):
        return _avatar(name)
    table = {"GET": GET, "POST": POST, "DELETE": DELETE}.get(request.method, {})
    if name not in table:
        return json_response(
            404, {"message": f"no control route {request.method} {name}", "routes": sorted(POST | GET)}
        )
    try:
        given = json.loads(request.body) if request.body.strip() else dict(request.query)
        with sandbox.world.lock:
            told = table[name](sandbox, given)
    except Refusal as refusal:
        return json_response(refusal.status, refusal.body())
    except KeyError as missing:
        return json_response(422, {"message": f"{missing} is missing"})
    except (ValueError, TypeError, AttributeError, IndexError, BadFault, UnreadableFolder) as bad:
        return json_response(422, {"message": str(bad)})
    return json_response(200 if request.method == "GET" else 201, told)


def _avatar(name: str) -> Response:
    digits = "".join(one for one in name if one.isdigit())[:12] or "0"
    hue = int(digits) * 47 % 360
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
        f'<rect width="8" height="8" fill="hsl({hue} 45% 55%)"/><g fill="hsl({hue} 45% 88%)">'
        '<circle cx="4" cy="3" r="1.6"/><path d="M1 8a3 3 0 0 1 6 0z"/></g></svg>'
    )
    return text_response(200, svg, "image/svg+xml")
