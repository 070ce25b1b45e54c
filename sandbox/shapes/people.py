"""Users, the App and its installations as JSON."""

from __future__ import annotations

from typing import Any

from sandbox.clock import stamp
from sandbox.nodes import node_id
from sandbox.state import Installation, Repository, User
from sandbox.world import World

Json = dict[str, Any]


def user(world: World, login: str | None) -> Json | None:
    found = world.user(login) if login else None
    return account(world, found) if found else None


def account(world: World, found: User) -> Json:
    url = f"{world.url}/users/{found.login}"
    return {
        "login": found.login,
        "id": found.id,
        "node_id": node_id(found.kind, found.id),
        "avatar_url": f"{world.url}/_sandbox/avatar/{found.id}.svg",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{world.url}/{found.login}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": found.kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def profile(world: World, found: User) -> Json:
    own = sum(repo.owner == found.login for repo in world.state.repositories.values())
    blank = dict.fromkeys(("bio", "company", "email", "hireable", "location", "twitter_username"))
    times = {"created_at": stamp(found.created_at), "updated_at": stamp(found.created_at)}
    counts = {"followers": 0, "following": 0, "public_gists": 0, "public_repos": own}
    return {**account(world, found), **blank, **times, **counts, "blog": "", "name": found.name}


def app(world: World) -> Json:
    identity = world.app
    created = stamp(world.bot.created_at)
    return {
        "id": identity.id,
        "client_id": identity.client_id,
        "slug": identity.slug,
        "node_id": node_id("App", identity.id),
        "owner": user(world, identity.owner),
        "name": identity.name,
        "description": "",
        "external_url": "https://github.com/apps/" + identity.slug,
        "html_url": f"{world.url}/apps/{identity.slug}",
        "created_at": created,
        "updated_at": created,
        "permissions": identity.permissions,
        "events": identity.events,
    }


def installation(world: World, found: Installation) -> Json:
    owner = world.user(found.owner)
    assert owner is not None
    return {
        "id": found.id,
        "client_id": world.app.client_id,
        "account": account(world, owner),
        "repository_selection": "all" if found.everything else "selected",
        "access_tokens_url": f"{world.url}/app/installations/{found.id}/access_tokens",
        "repositories_url": f"{world.url}/installation/repositories",
        "html_url": f"{world.url}/settings/installations/{found.id}",
        "app_id": world.app.id,
        "app_slug": world.app.slug,
        "target_id": owner.id,
        "target_type": owner.kind,
        "permissions": found.permissions,
        "events": found.events,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": user(world, found.owner) if found.suspended_at else None,
        "suspended_at": stamp(found.suspended_at),
    }


def association(world: World, repo: Repository, login: str) -> str:
    """`author_association`; an App's bot is NONE as on GitHub, whatever it may do."""
    if login.lower() == repo.owner.lower():
        return "OWNER"
    return "COLLABORATOR" if login.lower() in repo.collaborators else "NONE"
