"""The App at GitHub: which installation a repository belongs to, and clients narrowed to that one repository.

Knows who we are and where we may go; what is read or written there is `read`'s and `apply`'s business.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

import httpx
from githubkit import GitHub
from githubkit.auth.app import AppAuth
from githubkit.cache import MemCacheStrategy
from jwt.exceptions import PyJWTError
from pydantic import Field, RootModel, TypeAdapter, ValidationError

from bot.errors import Transient, UserError
from bot.situation import Subject
from workers.github.limits import Pace
from workers.github.refusals import Gone, Refused
from workers.github.tokens import (
    READ,
    WRITE,
    Credential,
    Permissions,
    TokenCache,
    cache_key,
    granted,
    grants,
)
from workers.github.wire import Answer, Wire

if TYPE_CHECKING:
    from redis import Redis


FRESH_SECONDS = 300.0
HANDED_SECONDS = 50 * 60.0
REMEMBERED_SECONDS = 30 * 24 * 3600


class Hint(Protocol):
    """Where a delivery said a repository is; may be old or wrong."""

    @property
    def installation_id(self) -> int: ...

    @property
    def full_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Installation:
    """Our installation on a repository's account, with the repository's present name. `created_at` is
    GitHub's time of day, "" where it is not known. `everywhere`: on all of the account's repositories.
    """

    id: int
    repo_id: int
    full_name: str
    permissions: dict[str, str]
    account: str
    suspended: bool = False
    created_at: str = ""
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class _Remembered:
    installation: Installation
    at: float


_REMEMBERED = TypeAdapter(_Remembered)


class _Account(Answer):
    login: str


class InstallationAnswer(Answer):
    id: int
    account: _Account
    permissions: dict[str, str]
    suspended_at: str | None = None
    created_at: str = ""
    selection: str = Field("", alias="repository_selection")


class _Token(Answer):
    token: str
    expires_at: datetime


class _RepositoryAnswer(Answer):
    full_name: str


class _AppAnswer(Answer):
    slug: str


class InstallationPage(RootModel[list[InstallationAnswer]]):
    """One page of the App's installations."""


def repository_name(wire: Wire, repo_id: int) -> str:
    """The present `owner/name` of a repository; raises Gone when it is not ours to see."""
    return wire.get(_RepositoryAnswer, "/repositories/{repo_id}", repo_id=repo_id).full_name


def missing_permissions(installation: Installation) -> tuple[str, ...]:
    """What the installation was not granted of what we need, like "pull_requests: write"."""
    return tuple(
        f"{name}: {level}"
        for name, level in WRITE.items()
        if not grants(installation.permissions, name, level)
    )


class Reader:
    """Reads one repository with a token it was handed; for processes that hold no key and no Redis secret."""

    def __init__(self, token: str, api_url: str, transport: httpx.BaseTransport | None = None) -> None:
        credential = Credential(lambda: f"token {token}", lambda: None)
        self.transport = transport
        self.wire = Wire(api_url, credential, transport=transport)

    def __enter__(self) -> Self:
        self.wire.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.wire.__exit__()


class App:
    """The App with its key. Use as a context manager; the clients it gives live as long as it does."""

    def __init__(
        self,
        *,
        app_id: int,
        private_key: str,
        secret: str,
        redis: Redis,
        api_url: str = "https://api.github.com",
        spacing: float = 1.0,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.app_id = app_id
        self.api_url = api_url.rstrip("/")
        self._redis = redis
        # With the key in it, so that a process which only shares our secret cannot read tokens that write.
        self._tokens = TokenCache(redis, f"{secret}{private_key}")
        self._spacing = spacing
        self._transport = transport
        self._clock = clock
        self._open = ExitStack()
        self._wires: dict[str, Wire] = {}
        self._jwt = _jwt_credential(app_id, private_key)
        self.wire = self._open.enter_context(Wire(self.api_url, self._jwt, transport=transport))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._open.close()

    def slug(self) -> str:
        """The App's short name; its bot's login is `<slug>[bot]`."""
        known = cast("bytes | None", self._redis.get(f"gp:app:{self.app_id}:slug"))
        if known:
            return known.decode()
        slug = self.wire.get(_AppAnswer, "/app").slug
        self._redis.set(f"gp:app:{self.app_id}:slug", slug, ex=24 * 3600)
        return slug

    def pace(self, installation_id: int) -> Pace:
        return Pace(self._redis, installation_id, self._spacing, self._clock)

    # Which installation a repository belongs to

    def installation(self, subject: Subject, hint: Hint | None = None) -> Installation:
        """Our installation on the subject's repository; asked again after five minutes.

        Raises UserError "not-installed" when there is none and "suspended" when it sleeps, Transient when
        nobody has yet told us where the repository is.
        """
        known = self._remembered(subject.repo_id)
        now = self.now()
        if known and 0 <= now - known.at < FRESH_SECONDS:
            return _awake(known.installation)
        names = [hint.full_name] if hint else []
        names += [known.installation.full_name] if known else []
        found = self._find(subject.repo_id, list(dict.fromkeys(names)), hint)
        self._remember(found, now)
        return _awake(found)

    def renamed(self, installation: Installation, full_name: str) -> Installation:
        """The installation under the repository's present name, remembered."""
        now_called = replace(installation, full_name=full_name)
        self._remember(now_called, self.now())
        return now_called

    def forget_installation(self, repo_id: int) -> None:
        """Ask GitHub again next time; the name stays known as a hint."""
        known = self._remembered(repo_id)
        if known:
            self._remember(known.installation, 0.0)

    def _remember(self, installation: Installation, at: float) -> None:
        value = _REMEMBERED.dump_json(_Remembered(installation, at))
        self._redis.set(f"gp:installation:{installation.repo_id}", value, ex=REMEMBERED_SECONDS)

    def _remembered(self, repo_id: int) -> _Remembered | None:
        value = cast("bytes | None", self._redis.get(f"gp:installation:{repo_id}"))
        try:
            return _REMEMBERED.validate_json(value) if value else None
        except ValidationError:
            return None

    def _find(self, repo_id: int, names: list[str], hint: Hint | None) -> Installation:
        if not names:
            raise Transient(f"nobody has said yet where repository {repo_id} is", 900.0)
        for name in names:
            found = self._by_name(repo_id, name)
            if found:
                return found
        name = self._name_through(hint.installation_id, repo_id) if hint else ""
        found = self._by_name(repo_id, name) if name else None
        if found:
            return found
        raise UserError(
            "not-installed",
            f"The App is not installed on {names[0]}.",
            "an owner installs it on the repository",
        )

    def _by_name(self, repo_id: int, name: str) -> Installation | None:
        """The installation on the repository of this name, unless another repository
        has taken the name over.
        """
        try:
            answer = self.wire.get(InstallationAnswer, "/repos/{full_name}/installation", full_name=name)
            found = Installation(
                answer.id,
                repo_id,
                name,
                answer.permissions,
                answer.account.login,
                answer.suspended_at is not None,
                answer.created_at,
                answer.selection == "all",
            )
            if not found.suspended:
                self.read_token(found)  # Refused for a repository that is not this installation's.
        except (Gone, Refused):
            return None
        return found

    def _name_through(self, installation_id: int, repo_id: int) -> str:
        """The repository's name as this installation sees it, or "" if it does not."""
        try:
            wire = self.wire_for(installation_id, (repo_id,), {"metadata": "read"})
            return repository_name(wire, repo_id)
        except (Gone, Refused):
            return ""

    # Clients and tokens

    def reading(self, installation: Installation) -> Wire:
        """A client that can only read, and only this repository."""
        return self.wire_for(
            installation.id, (installation.repo_id,), granted(READ, installation.permissions)
        )

    def writing(self, installation: Installation) -> Wire:
        """A client that can write, and only to this repository."""
        return self.wire_for(
            installation.id, (installation.repo_id,), granted(WRITE, installation.permissions)
        )

    def read_token(self, installation: Installation) -> str:
        """A token for a `Reader` elsewhere, good for at least fifty minutes."""
        permissions = granted(READ, installation.permissions)
        repositories = (installation.repo_id,)
        key = cache_key(installation.id, repositories, permissions)
        if self._tokens.life(key) < HANDED_SECONDS:
            self._tokens.drop(key)
        return self._token(installation.id, repositories, permissions)

    def wire_for(
        self, installation_id: int, repository_ids: tuple[int, ...], permissions: Permissions
    ) -> Wire:
        """A client with a token of just these repositories (none: all of
        the installation's) and permissions.
        """
        key = cache_key(installation_id, repository_ids, permissions)
        if key not in self._wires:
            credential = Credential(
                lambda: f"token {self._token(installation_id, repository_ids, permissions)}",
                lambda: self._tokens.drop(key),
            )
            wire = Wire(self.api_url, credential, gate=self.pace(installation_id), transport=self._transport)
            self._wires[key] = self._open.enter_context(wire)
        return self._wires[key]

    def _token(self, installation_id: int, repository_ids: tuple[int, ...], permissions: Permissions) -> str:
        key = cache_key(installation_id, repository_ids, permissions)
        cached = self._tokens.get(key)
        if cached:
            return cached
        body: dict[str, Any] = {"permissions": dict(permissions)}
        if repository_ids:
            body["repository_ids"] = list(repository_ids)
        path = "/app/installations/{installation_id}/access_tokens"
        minted = self.wire.send(_Token, "POST", path, body, installation_id=installation_id)
        self._tokens.put(key, minted.token, minted.expires_at)
        return minted.token

    def now(self) -> float:
        """Seconds since 1970, by the clock we were given."""
        return self._clock() if self._clock else time.time()


def _awake(installation: Installation) -> Installation:
    if installation.suspended:
        raise UserError(
            "suspended", "The App's installation is suspended.", "an owner unsuspends it in its settings"
        )
    return installation


def _jwt_credential(app_id: int, private_key: str) -> Credential:
    """githubkit signs and keeps the JWT; a cache of its own, for the usual one is
    shared by the whole process.
    """
    github = GitHub(base_url="https://jwt.invalid", cache_strategy=MemCacheStrategy(), http_cache=False)
    signer = AppAuth(github, app_id, private_key)

    def give() -> str:
        try:
            return f"Bearer {signer.get_jwt()}"
        except (ValueError, TypeError, PyJWTError) as error:
            reason = f"The App's private key cannot be used: {type(error).__name__}."
            raise UserError(
                "app-key", reason, "the operator sets GITHUB_APP_PRIVATE_KEY to the PEM file's text"
            ) from None

    return Credential(give, lambda: None)
