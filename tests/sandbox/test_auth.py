"""App JWTs, installation tokens, narrowing, expiry and revocation."""

from __future__ import annotations

import time
from typing import Any

import httpx
import jwt
import pytest

from sandbox import Sandbox, make_app
from sandbox.auth import fresh_key
from tests.sandbox.story import REPO


def signed(sandbox: Sandbox, key: str | None = None, **claims: Any) -> str:
    now = int(time.time())
    made = {"iat": now - 30, "exp": now + 540, "iss": str(sandbox.world.app.id), **claims}
    return jwt.encode(made, key or sandbox.world.app.private_key, "RS256")


def as_app(sandbox: Sandbox, method: str, path: str, token: str, **more: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.request(method, sandbox.url + path, headers=headers, trust_env=False, **more)


def test_the_app_may_sign_in(sandbox: Sandbox) -> None:
    told = as_app(sandbox, "GET", "/app", signed(sandbox))
    assert (told.status_code, told.json()["slug"]) == (200, "groundplan")
    found = as_app(sandbox, "GET", f"/repos/{REPO}/installation", signed(sandbox)).json()
    assert found["id"] == sandbox.installation(REPO).id
    assert sandbox.violations == []


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 1},
        {"exp": int(time.time()) + 3600},
        {"iat": int(time.time()) + 3600},
        {"iss": "1"},
        {"exp": "soon"},
    ],
)
def test_wrong_claims_are_refused(sandbox: Sandbox, claims: dict[str, Any]) -> None:
    assert as_app(sandbox, "GET", "/app", signed(sandbox, **claims)).status_code == 401


def test_another_key_is_refused(sandbox: Sandbox) -> None:
    assert as_app(sandbox, "GET", "/app", signed(sandbox, fresh_key()[0])).status_code == 401


def mint(sandbox: Sandbox, **asked: Any) -> httpx.Response:
    path = f"/app/installations/{sandbox.installation(REPO).id}/access_tokens"
    return as_app(sandbox, "POST", path, signed(sandbox), json=asked)


def test_tokens_have_the_form_of_2026(sandbox: Sandbox) -> None:
    told = mint(sandbox, repositories=["widgets"], permissions={"issues": "write"}).json()
    assert told["token"].startswith(f"ghs_{sandbox.world.app.id}_ey")
    assert 480 <= len(told["token"]) <= 560
    assert "." not in told["expires_at"]
    assert told["permissions"] == {"issues": "write", "metadata": "read"}
    assert [repo["full_name"] for repo in told["repositories"]] == [REPO]
    assert sandbox.violations == []


@pytest.mark.parametrize(
    "asked",
    [{"repositories": ["absent"]}, {"repository_ids": [1]}, {"permissions": {"administration": "write"}}],
)
def test_a_token_cannot_be_wider_than_its_installation(sandbox: Sandbox, asked: dict[str, Any]) -> None:
    assert mint(sandbox, **asked).status_code == 422


def get_repo(sandbox: Sandbox, token: str) -> int:
    return as_app(sandbox, "GET", f"/repos/{REPO}", token).status_code


def test_a_revoked_token_is_dead(sandbox: Sandbox) -> None:
    token = mint(sandbox).json()["token"]
    assert get_repo(sandbox, token) == 200
    assert as_app(sandbox, "DELETE", "/installation/token", token).status_code == 204
    assert get_repo(sandbox, token) == 401


def test_a_token_dies_after_an_hour(keys: tuple[str, str]) -> None:
    wall = time.time()
    times = [wall]
    with Sandbox.start(app=make_app(keys=keys), wall=lambda: times[0]) as sandbox:
        sandbox.seed(REPO)
        token = sandbox.token(REPO)
        times[0] = wall + 3599
        assert get_repo(sandbox, token) == 200
        times[0] = wall + 3600
        assert get_repo(sandbox, token) == 401


def test_what_the_installation_loses_its_tokens_lose(sandbox: Sandbox) -> None:
    token = sandbox.token(REPO)
    sandbox.installation(REPO).permissions.pop("issues")
    assert as_app(sandbox, "GET", f"/repos/{REPO}/issues", token).status_code == 403
    control = httpx.post(
        f"{sandbox.url}/_sandbox/installation/suspend", json={"repository": REPO}, trust_env=False
    )
    assert control.status_code == 201
    assert get_repo(sandbox, token) == 403


def test_a_new_installation_has_a_new_id(sandbox: Sandbox) -> None:
    old, token = sandbox.installation(REPO).id, sandbox.token(REPO)
    httpx.post(f"{sandbox.url}/_sandbox/installation/delete", json={"repository": REPO}, trust_env=False)
    assert get_repo(sandbox, token) == 401
    assert as_app(sandbox, "GET", f"/repos/{REPO}/installation", signed(sandbox)).status_code == 404
    httpx.post(f"{sandbox.url}/_sandbox/installation/create", json={"owner": "acme"}, trust_env=False)
    fresh = as_app(sandbox, "GET", f"/repos/{REPO}/installation", signed(sandbox)).json()["id"]
    assert fresh != old
    assert get_repo(sandbox, sandbox.token(REPO)) == 200


def test_graphql_asks_for_the_same_permissions(sandbox: Sandbox) -> None:
    token = sandbox.token(REPO, {"metadata": "read", "issues": "read"})
    query = """{ repository(owner: "acme", name: "widgets") {
        name ref(qualifiedName: "refs/heads/main") { name } } }"""
    told = as_app(sandbox, "POST", "/graphql", token, json={"query": query}).json()
    assert told["data"]["repository"] == {"name": "widgets", "ref": None}
    assert told["errors"][0]["type"] == "FORBIDDEN"
    sandbox.seed("beta/hidden", private=True)
    hidden = '{ repository(owner: "beta", name: "hidden") { name } }'
    told = as_app(sandbox, "POST", "/graphql", token, json={"query": hidden}).json()
    assert (told["data"]["repository"], told["errors"][0]["type"]) == (None, "NOT_FOUND")
