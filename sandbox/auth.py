"""Credentials: App JWTs (RS256), installation tokens of the 2026 form, tokens of people.

They live in wall time even when the world's clock is a test's, because clients sign and
cache with their own clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.types import Options

from sandbox.clock import stamp
from sandbox.refusals import Refusal
from sandbox.state import Installation, Repository
from sandbox.world import Actor, World

LIFE = 3600
JWT_LIFE = 600
DRIFT = 60
TICKET_LIFE = 300
PERSON = "ghp_sandbox_"
BAD_CREDENTIALS = "Bad credentials"
# Times and ids are checked here, by the wall clock that was handed in; PyJWT would ask the system's.
_UNCHECKED: Options = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_iss": False,
    "verify_aud": False,
    "verify_sub": False,
    "verify_jti": False,
}


def fresh_key() -> tuple[str, str]:
    """A new RSA pair as PEM text: (private, public)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def person_token(login: str) -> str:
    return f"{PERSON}{login}"


class Authority:
    """Gives out tokens and tells whose they are."""

    def __init__(self, world: World, wall: Callable[[], float] = time.time) -> None:
        self._world = world
        self._wall = wall
        self._known: dict[str, dict[str, Any]] = {}
        self._secret = "installation tokens of this sandbox are signed with this"

    def mint(
        self, installation: Installation, permissions: dict[str, str], repositories: list[Repository] | None
    ) -> tuple[str, str]:
        """A token of about 520 characters and its `expires_at`."""
        expires = int(self._wall()) + LIFE
        claims: dict[str, Any] = {
            "iss": "sandbox",
            "aud": "api",
            "sub": f"installation/{installation.id}",
            "jti": self._world.next_id("token"),
            "exp": expires,
            "ins": installation.id,
            "per": permissions,
            "rep": [repo.id for repo in repositories] if repositories is not None else None,
        }
        token = jwt.encode(claims, self._secret, "HS256")
        claims["pad"] = "x" * max(0, (500 - len(token)) * 3 // 4)
        token = jwt.encode(claims, self._secret, "HS256")
        return f"ghs_{self._world.app.id}_{token}", stamp(expires)

    def revoke(self, token: str) -> None:
        self._world.state.revoked.add(token)

    def actor(self, header: str | None) -> Actor:
        """Who an Authorization header speaks for; raises 401 for anything unknown, revoked or expired."""
        if not header:
            return Actor("anonymous", "")
        scheme, _, token = header.partition(" ")
        token = token.strip()
        if scheme.lower() not in ("bearer", "token") or token in self._world.state.revoked:
            raise Refusal(401, BAD_CREDENTIALS)
        if token.startswith("ghs_"):
            return self._installation(token)
        if token.startswith(PERSON):
            return self._person(token)
        return self._app(token)

    def _person(self, token: str) -> Actor:
        user = self._world.user(token.removeprefix(PERSON))
        if user is None:
            raise Refusal(401, BAD_CREDENTIALS)
        return Actor("user", user.login, token=token)

    def _installation(self, token: str) -> Actor:
        claims = self._claims(token)
        installation = self._world.state.installations.get(claims["ins"])
        if installation is None or claims["exp"] <= self._wall():
            raise Refusal(401, BAD_CREDENTIALS)
        if installation.suspended_at is not None:
            raise Refusal(403, "This installation has been suspended")
        # A permission taken from the installation is gone from its living tokens, too.
        permissions = {
            name: level for name, level in claims["per"].items() if name in installation.permissions
        }
        chosen = frozenset(claims["rep"]) if claims["rep"] is not None else None
        return Actor("installation", self._world.app.bot_login, permissions, chosen, installation.id, token)

    def _claims(self, token: str) -> dict[str, Any]:
        """What a token says, checked once: its signature never changes, its expiry is looked at each time."""
        if token not in self._known:
            try:
                self._known[token] = jwt.decode(
                    token.split("_", 2)[2], self._secret, ["HS256"], options=_UNCHECKED
                )
            except (jwt.InvalidTokenError, IndexError) as bad:
                raise Refusal(401, BAD_CREDENTIALS) from bad
        return self._known[token]

    def _app(self, token: str) -> Actor:
        app = self._world.app
        try:
            claims = jwt.decode(token, app.public_key, ["RS256"], options=_UNCHECKED)
        except jwt.InvalidTokenError as bad:
            raise Refusal(
                401, "A JSON web token could not be decoded" if "." in token else BAD_CREDENTIALS
            ) from bad
        self._check_times(claims)
        if str(claims.get("iss")) not in (str(app.id), app.client_id):
            raise Refusal(401, "'Issuer' claim ('iss') must be an Integer or the client ID of the App")
        return Actor("app", app.slug, token=token)

    def _check_times(self, claims: dict[str, Any]) -> None:
        now = self._wall()
        expires, issued = claims.get("exp"), claims.get("iat")
        if not isinstance(expires, int | float) or expires <= now:
            raise Refusal(
                401, "'Expiration time' claim ('exp') must be a numeric value representing the future time"
            )
        if expires > now + JWT_LIFE + DRIFT:
            raise Refusal(401, "'Expiration time' claim ('exp') is too far in the future")
        if not isinstance(issued, int | float) or issued > now + DRIFT:
            raise Refusal(
                401, "'Issued at' claim ('iat') must be an Integer representing the time it was issued"
            )

    def download_ticket(self, repo: Repository, sha: str) -> str:
        """The token in an archive link; such links live five minutes."""
        claims = {"repo": repo.id, "sha": sha, "exp": int(self._wall()) + TICKET_LIFE}
        return jwt.encode(claims, self._secret, "HS256")

    def admits(self, ticket: str, repo: Repository, sha: str) -> bool:
        try:
            claims = jwt.decode(ticket, self._secret, ["HS256"], options=_UNCHECKED)
        except jwt.InvalidTokenError:
            return False
        return (claims.get("repo"), claims.get("sha")) == (repo.id, sha) and claims["exp"] > self._wall()
