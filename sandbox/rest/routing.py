"""Routes by GitHub's own path templates, the call a route gets, and the reply it gives. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

from sandbox import access
from sandbox.auth import Authority
from sandbox.refusals import Refusal, inaccessible
from sandbox.state import Repository, User
from sandbox.world import Actor, World

GREEDY = ("ref", "path", "basehead", "branch")
NUMERIC = re.compile(r"(_number|_id)$")
T = TypeVar("T")


@dataclass(slots=True)
class Reply:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """One request, parsed: who asks, what for, with what."""

    world: World
    authority: Authority
    actor: Actor
    method: str
    path: str
    params: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]
    headers: dict[str, str]

    def number(self, name: str) -> int:
        return int(self.params[name])

    def repo(self, permission: str = "metadata", level: str = "read", role: str = "read") -> Repository:
        """The repository of the path, once the asker is allowed to do this there."""
        repo = self.seen()
        access.allow(self.world, self.actor, repo, permission, level, role)
        return repo

    def seen(self) -> Repository:
        full_name = f"{self.params['owner']}/{self.params['repo']}"
        return access.visible_repository(self.world, self.actor, full_name)

    def as_app(self) -> None:
        if self.actor.kind != "app":
            raise Refusal(401, "A JSON web token could not be decoded")

    def as_installation(self) -> int:
        if self.actor.installation_id is None:
            raise inaccessible()
        return self.actor.installation_id

    def user(self) -> User:
        """The person or bot that acts."""
        found = self.world.user(self.actor.login)
        if found is None or self.actor.kind not in ("user", "installation"):
            raise Refusal(401, "Requires authentication")
        return found

    def text(self, name: str, default: str | None = None) -> str | None:
        value = self.body.get(name, default)
        return None if value is None else str(value)


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    template: str
    handler: Handler
    pattern: re.Pattern[str]

    @property
    def operation(self) -> str:
        return f"{self.method} {self.template}"


ROUTES: list[Route] = []


def _segment(found: re.Match[str]) -> str:
    name = found.group(1)
    if name in GREEDY:
        return f"(?P<{name}>.+)"
    return f"(?P<{name}>\\d+)" if NUMERIC.search(name) else f"(?P<{name}>[^/]+)"


def compiled(template: str) -> re.Pattern[str]:
    return re.compile("^" + re.sub(r"\{(\w+)\}", _segment, template) + "/?$")


def route(method: str, template: str) -> Callable[[Handler], Handler]:
    """Register a handler under a template exactly as GitHub's OpenAPI description writes it."""

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, template, handler, compiled(template)))
        return handler

    return register


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    for one in ROUTES:
        if one.method == method and (found := one.pattern.match(path)):
            return one, {name: unquote(value) for name, value in found.groupdict().items()}
    return None


def page_numbers(query: dict[str, str]) -> tuple[int, int]:
    """(page, per_page), forgiving as GitHub is: nonsense counts as absent, more than 100 as 100."""

    def whole(name: str, default: int) -> int:
        text = query.get(name, "")
        return int(text) if text.isdigit() and int(text) > 0 else default

    return whole("page", 1), min(whole("per_page", 30), 100)


def _links(call: Call, page: int, last: int) -> dict[str, str]:
    wanted = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    useful = {
        name: number for name, number in wanted.items() if (number < page) == (name in ("prev", "first"))
    }
    found = {name: number for name, number in useful.items() if 1 <= number <= last and number != page}
    if not found:
        return {}
    base = f"{call.world.url}{call.path}"
    links = (
        f'<{base}?{urlencode({**call.query, "page": number})}>; rel="{rel}"' for rel, number in found.items()
    )
    return {"link": ", ".join(links)}


def cut(call: Call, items: Sequence[T]) -> tuple[list[T], dict[str, str]]:
    """The asked page of a list and its Link header."""
    page, size = page_numbers(call.query)
    last = max(1, -(-len(items) // size))
    return list(items[(page - 1) * size : page * size]), _links(call, page, last)


def paged(call: Call, items: Iterable[T], shape: Callable[[T], Any], key: str | None = None) -> Reply:
    """A page of a list, bare or under `key` with its `total_count`; things younger than the lag stay out."""
    listed = call.world.visible(items)
    rows, headers = cut(call, listed)
    shown = [shape(row) for row in rows]
    return Reply(200, {"total_count": len(listed), key: shown} if key else shown, headers)
