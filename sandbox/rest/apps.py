"""The App about itself: installations, their tokens, the delivery log, rate limits, and who is asking."""

from __future__ import annotations

import json
from typing import Any

from sandbox.access import sees
from sandbox.clock import stamp
from sandbox.limits import budget
from sandbox.refusals import Refusal, not_found, unprocessable
from sandbox.rest.routing import Call, Reply, cut, paged, route
from sandbox.shapes import people, repositories
from sandbox.state import Delivery, Installation, Repository

LEVELS = ("none", "read", "write", "admin")


@route("GET", "/app")
def get_app(call: Call) -> Reply:
    call.as_app()
    return Reply(200, {**people.app(call.world), "installations_count": len(call.world.state.installations)})


@route("GET", "/app/installations")
def list_installations(call: Call) -> Reply:
    call.as_app()
    return paged(
        call, call.world.state.installations.values(), lambda one: people.installation(call.world, one)
    )


def _installation(call: Call) -> Installation:
    call.as_app()
    found = call.world.state.installations.get(call.number("installation_id"))
    if found is None:
        raise not_found()
    return found


@route("GET", "/app/installations/{installation_id}")
def get_installation(call: Call) -> Reply:
    return Reply(200, people.installation(call.world, _installation(call)))


def _chosen(call: Call, installation: Installation) -> list[Repository] | None:
    names, ids = call.body.get("repositories"), call.body.get("repository_ids")
    if names is None and ids is None:
        return None
    mine = call.world.installed_repositories(installation)
    by_name = {repo.name.lower(): repo for repo in mine}
    by_id = {repo.id: repo for repo in mine}
    found = [by_name.get(str(name).lower()) for name in names or []] + [by_id.get(one) for one in ids or []]
    chosen = [repo for repo in found if repo is not None]
    if len(chosen) != len(found):
        raise unprocessable(
            "There is at least one repository that does not exist or is not accessible to the parent"
            " installation."
        )
    return chosen


def _narrowed(call: Call, installation: Installation) -> dict[str, str]:
    asked = call.body.get("permissions")
    if not asked:
        return dict(installation.permissions)
    for name, level in asked.items():
        if LEVELS.index(level) > LEVELS.index(installation.permissions.get(name, "none")):
            raise unprocessable("The permissions requested are not granted to this installation.")
    # Metadata comes with every token, asked for or not.
    return {"metadata": "read", **asked}


@route("POST", "/app/installations/{installation_id}/access_tokens")
def create_token(call: Call) -> Reply:
    installation = _installation(call)
    if installation.suspended_at is not None:
        raise Refusal(403, "This installation has been suspended")
    chosen, permissions = _chosen(call, installation), _narrowed(call, installation)
    token, expires = call.authority.mint(installation, permissions, chosen)
    narrowed = chosen is not None or not installation.everything
    told: dict[str, Any] = {
        "token": token,
        "expires_at": expires,
        "permissions": permissions,
        "repository_selection": "selected" if narrowed else "all",
    }
    if chosen is not None:
        told["repositories"] = [repositories.repository(call.world, repo) for repo in chosen]
    return Reply(201, told)


@route("DELETE", "/installation/token")
def revoke_token(call: Call) -> Reply:
    call.as_installation()
    call.authority.revoke(call.actor.token)
    return Reply(204)


@route("GET", "/installation/repositories")
def list_installation_repositories(call: Call) -> Reply:
    call.as_installation()
    seen = [repo for repo in call.world.state.repositories.values() if sees(call.world, call.actor, repo)]
    return paged(call, seen, lambda repo: repositories.repository(call.world, repo), "repositories")


@route("GET", "/repos/{owner}/{repo}/installation")
def get_repository_installation(call: Call) -> Reply:
    call.as_app()
    repo = call.world.repository(f"{call.params['owner']}/{call.params['repo']}")
    found = call.world.installation_of(repo) if repo else None
    if found is None:
        raise not_found()
    return Reply(200, people.installation(call.world, found))


@route("GET", "/users/{username}/installation")
def get_user_installation(call: Call) -> Reply:
    call.as_app()
    wanted = call.params["username"].lower()
    for found in call.world.state.installations.values():
        if found.owner.lower() == wanted:
            return Reply(200, people.installation(call.world, found))
    raise not_found()


def _delivery_row(found: Delivery) -> dict[str, Any]:
    return {
        "id": found.id,
        "guid": found.guid,
        "delivered_at": stamp(found.delivered_at),
        "redelivery": found.redelivery,
        "duration": round(found.duration, 2),
        "status": found.status,
        "status_code": found.status_code,
        "event": found.event,
        "action": found.action,
        "installation_id": found.installation_id,
        "repository_id": found.repository_id,
        "throttled_at": None,
    }


def _attempted(call: Call) -> list[Delivery]:
    """Newest first; deliveries that were never tried (paused, held, lost) are not in GitHub's log."""
    call.as_app()
    tried = [one for one in call.world.state.deliveries if one.status != "PENDING"]
    wanted = call.query.get("status")
    if wanted in ("success", "failure"):
        tried = [one for one in tried if (200 <= one.status_code < 400) == (wanted == "success")]
    return tried[::-1]


@route("GET", "/app/hook/deliveries")
def list_deliveries(call: Call) -> Reply:
    found = _attempted(call)
    cursor = call.query.get("cursor")
    if cursor is not None:
        if not cursor.isdigit():
            raise Refusal(422, "Invalid cursor")
        found = [one for one in found if one.id < int(cursor)]
    rows, _ = cut(call, found)
    more = len(found) > len(rows)
    url = f"{call.world.url}/app/hook/deliveries?per_page={call.query.get('per_page', 30)}&cursor="
    headers = {"link": f'<{url}{rows[-1].id}>; rel="next"'} if more and rows else {}
    return Reply(200, [_delivery_row(one) for one in rows], headers)


def _delivery(call: Call) -> Delivery:
    wanted = call.number("delivery_id")
    for found in _attempted(call):
        if found.id == wanted:
            return found
    raise not_found()


@route("GET", "/app/hook/deliveries/{delivery_id}")
def get_delivery(call: Call) -> Reply:
    found = _delivery(call)
    asked = {"headers": found.headers, "payload": json.loads(found.payload)}
    told = {"headers": found.response_headers, "payload": found.response_body}
    return Reply(200, {**_delivery_row(found), "request": asked, "response": told})


@route("POST", "/app/hook/deliveries/{delivery_id}/attempts")
def redeliver(call: Call) -> Reply:
    call.world.outbox.append(again(call, _delivery(call)))
    return Reply(202, {})


def again(call: Call, found: Delivery) -> Delivery:
    """The same event under the same GUID, as a new attempt."""
    fresh = Delivery(
        id=call.world.next_id("delivery"),
        guid=found.guid,
        event=found.event,
        action=found.action,
        payload=found.payload,
        headers=dict(found.headers),
        delivered_at=call.world.now(),
        redelivery=True,
        installation_id=found.installation_id,
        repository_id=found.repository_id,
    )
    call.world.state.deliveries.append(fresh)
    return fresh


@route("GET", "/rate_limit")
def get_rate_limit(call: Call) -> Reply:
    core = budget(call.world, call.actor)
    spare = {"limit": 5000, "remaining": 5000, "reset": core["reset"], "used": 0}
    names = (
        "graphql",
        "integration_manifest",
        "search",
        "code_search",
        "source_import",
        "dependency_snapshots",
    )
    return Reply(200, {"resources": {"core": core, **dict.fromkeys(names, spare)}})


@route("GET", "/user")
def get_viewer(call: Call) -> Reply:
    if call.actor.kind != "user":
        raise Refusal(403, "Resource not accessible by integration")
    return Reply(200, people.profile(call.world, call.user()))


@route("GET", "/users/{username}")
def get_user(call: Call) -> Reply:
    found = call.world.user(call.params["username"])
    if found is None:
        raise not_found()
    return Reply(200, people.profile(call.world, found))
