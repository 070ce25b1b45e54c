"""Credentials: the App's JWT, and installation tokens kept encrypted in Redis until
shortly before they expire.

A token is narrowed to one repository and to the permissions its kind needs. Nothing
here may log or print one.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import httpx
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from githubkit import GitHubCore
from githubkit.auth import BaseAuthStrategy

if TYPE_CHECKING:
    from redis import Redis

Permissions = Mapping[str, str]

READ: Permissions = {
    "contents": "read",
    "issues": "read",
    "pull_requests": "read",
    "checks": "read",
    "metadata": "read",
}
WRITE: Permissions = {
    "contents": "write",
    "issues": "write",
    "pull_requests": "write",
    "checks": "write",
    "metadata": "read",
}
EARLY_SECONDS = 300.0
_LEVELS = ("none", "read", "write", "admin")


def grants(given: Permissions, name: str, level: str) -> bool:
    """Whether the permissions given reach `level` for `name`."""
    held = given.get(name, "none")
    return held in _LEVELS and _LEVELS.index(held) >= _LEVELS.index(level)


def granted(wanted: Permissions, given: Permissions) -> dict[str, str]:
    """What the installation has of the wanted permissions; asking for more gets no token at all."""
    levels = {
        name: level if grants(given, name, level) else given.get(name) for name, level in wanted.items()
    }
    return {name: level for name, level in levels.items() if level in _LEVELS[1:]}


@dataclass(frozen=True, slots=True)
class Credential:
    """Gives a header value now; `drop` forgets it after GitHub refused it."""

    give: Callable[[], str]
    drop: Callable[[], None]


class CredentialAuth(httpx.Auth):
    """Puts the credential on each request; a 401 drops it and tries once more with a
    fresh one, body and all.
    """

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._credential.give()
        response = yield request
        if response.status_code == 401:
            self._credential.drop()
            request.headers["Authorization"] = self._credential.give()
            yield request


class CredentialStrategy(BaseAuthStrategy):
    """The same, as githubkit takes it."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def get_auth_flow(self, github: GitHubCore[Any]) -> httpx.Auth:
        return CredentialAuth(self._credential)


class TokenCache:
    """Redis strings `gp:token:<digest>`, encrypted with a key derived from Groundplan's secret."""

    def __init__(self, redis: Redis, secret: str) -> None:
        self._redis = redis
        self._fernet = Fernet(_fernet_key(secret))

    def get(self, key: str) -> str | None:
        """The token, or None when there is none or the secret has changed since."""
        value = cast("bytes | None", self._redis.get(key))
        if value is None:
            return None
        try:
            return self._fernet.decrypt(value).decode()
        except InvalidToken:
            return None

    def life(self, key: str) -> float:
        """Seconds until the kept token expires; 0 without one."""
        left = self._redis.ttl(key)
        return left + EARLY_SECONDS if left > 0 else 0.0

    def put(self, key: str, token: str, expires_at: datetime, now: datetime | None = None) -> None:
        left = (expires_at - (now or datetime.now(UTC))).total_seconds() - EARLY_SECONDS
        if left >= 1:
            self._redis.set(key, self._fernet.encrypt(token.encode()), ex=int(left))

    def drop(self, key: str) -> None:
        self._redis.delete(key)


def cache_key(installation_id: int, repository_ids: tuple[int, ...], permissions: Permissions) -> str:
    what = json.dumps([installation_id, sorted(repository_ids), sorted(permissions.items())])
    return f"gp:token:{hashlib.sha256(what.encode()).hexdigest()[:32]}"


def _fernet_key(secret: str) -> bytes:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"groundplan installation tokens").derive(
        secret.encode()
    )
    return base64.urlsafe_b64encode(derived)
