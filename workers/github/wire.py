"""One way out to GitHub: quotes every path part, keeps redirects at home, and maps
every answer to our errors.

Tries nothing twice but a request whose credential was refused; whoever calls decides what a failure means.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import httpx
from githubkit import GitHub, Response
from githubkit.exception import (
    GraphQLFailed,
    RequestError,
    RequestFailed,
    RequestTimeout,
)
from pydantic import BaseModel, ConfigDict, JsonValue, RootModel, ValidationError

from bot.errors import GroundplanError, Transient, UserError
from workers.github.refusals import Limited, error_of, graphql_error, graphql_limit, retry_after
from workers.github.tokens import Credential, CredentialStrategy

API_VERSION = "2026-03-10"
USER_AGENT = "groundplan"
TIMEOUT = httpx.Timeout(15.0, connect=5.0)
MAX_REDIRECTS = 3
MAX_PAGES = 100
PER_PAGE = 100
_REDIRECTS = (301, 302, 307, 308)
_NO_ANSWER_DELAY = 5.0
M = TypeVar("M", bound=BaseModel)


class Answer(BaseModel):
    """Base of our slim models of GitHub's answers: what we read must be there and of its
    type, the rest may change.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)


class Gate(Protocol):
    """What an installation's limits do to its requests."""

    def check(self) -> None: ...

    def limited(self, limit: Limited) -> Limited: ...


class Moved(GroundplanError):
    """The thing answers at another address now (a rename or transfer); `location` is that address."""

    def __init__(self, location: str) -> None:
        super().__init__(f"moved to {location}")
        self.location = location


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Made once in a process: it costs more than most requests."""
    return httpx.create_ssl_context()


def _readable_limits(response: httpx.Response) -> None:
    """githubkit reads whole seconds only: the other form, an HTTP date, or nonsense would make it fail."""
    seconds = retry_after(response)
    if seconds is not None:
        response.headers["retry-after"] = str(round(seconds))
    else:
        response.headers.pop("retry-after", None)
    if not response.headers.get("x-ratelimit-reset", "0").isdigit():
        del response.headers["x-ratelimit-reset"]


class Wire:
    """Requests with one credential. Use as a context manager: one connection pool for all of them."""

    def __init__(
        self,
        api_url: str,
        credential: Credential,
        *,
        gate: Gate | None = None,
        transport: httpx.BaseTransport | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self._gate = gate
        self._github = GitHub(
            CredentialStrategy(credential),
            base_url=self.api_url,
            user_agent=USER_AGENT,
            follow_redirects=False,
            timeout=timeout,
            ssl_verify=_tls(),
            transport=transport,
            event_hooks={"response": [_readable_limits]},
            http_cache=False,
            auto_retry=False,
        )

    def __enter__(self) -> Self:
        self._github.__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *_: object) -> None:
        self._github.__exit__()

    def get(self, model: type[M], path: str, query: Mapping[str, Any] | None = None, **parts: str | int) -> M:
        """The answer to a GET as `model`. `{names}` in the path are filled from `parts`, quoted."""
        return _read(model, self._send("GET", self._url(path, parts), query=query))

    def send(self, model: type[M], method: str, path: str, body: Any = None, **parts: str | int) -> M:
        """The answer to a write as `model`."""
        return _read(model, self._send(method, self._url(path, parts), body=body))

    def tell(self, method: str, path: str, body: Any = None, **parts: str | int) -> int:
        """The status of a write whose answer does not matter, as long as it is GitHub's."""
        answer = self._send(method, self._url(path, parts), body=body)
        if answer.raw_response.content:
            _read(_Anything, answer)
        return answer.status_code

    def pages(
        self, model: type[M], path: str, query: Mapping[str, Any] | None = None, **parts: str | int
    ) -> Iterator[M]:
        """Every page of a list, as long as GitHub names a next one; `model` is the model of one page."""
        url, asked = self._url(path, parts), {"per_page": PER_PAGE, **(query or {})}
        for _ in range(MAX_PAGES):
            answer = self._send("GET", url, query=asked)
            yield _read(model, answer)
            following = answer.raw_response.links.get("next", {}).get("url")
            if not following:
                return
            url, asked = self._at_home(following), {}
        raise Transient(f"a list at {path} does not end", 600.0)

    def location(self, path: str, **parts: str | int) -> str:
        """Where a GET redirects to; it is not followed."""
        answer = self._once("GET", self._url(path, parts))
        target: str = answer.headers.get("location", "")
        if answer.status_code not in _REDIRECTS or not target:
            raise Transient(f"GitHub answered {answer.status_code} instead of an address", _NO_ANSWER_DELAY)
        return urljoin(str(answer.url), target)

    def graphql(self, model: type[M], query: str, variables: Mapping[str, Any], *, may_miss: str = "") -> M:
        """The data of a query as `model`. A NOT_FOUND below the path `may_miss`
        ("repository.issue") leaves a null.
        """
        self._check_gate()
        try:
            data = self._github.graphql.request(query, dict(variables))
        except GraphQLFailed as failed:
            data = _what_is_left(failed, may_miss)
        except RequestError as error:
            raise self._after(_error(error)) from None
        except (ValueError, AttributeError):  # The latter is how githubkit meets JSON that is no object.
            raise Transient("GitHub's answer is not GraphQL's", _NO_ANSWER_DELAY) from None
        return _validated(model, data)

    def _send(
        self, method: str, url: str, *, query: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response[Any]:
        for _ in range(MAX_REDIRECTS):
            answer = self._once(method, url, query, body)
            if answer.status_code not in _REDIRECTS:
                return answer
            target = self._at_home(urljoin(str(answer.url), answer.headers.get("location", "")))
            if method != "GET":
                raise Moved(target)
            url, query = target, None
        raise Transient(f"GitHub redirects in circles at {urlsplit(url).path}", 60.0)

    def _once(
        self, method: str, url: str, query: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response[Any]:
        self._check_gate()
        headers = {"X-GitHub-Api-Version": API_VERSION}
        try:
            return self._github.request(
                method, url, params=dict(query or {}) or None, json=body, headers=headers
            )
        except RequestError as error:
            raise self._after(_error(error)) from None

    def _check_gate(self) -> None:
        if self._gate:
            self._gate.check()

    def _after(self, error: GroundplanError) -> GroundplanError:
        return self._gate.limited(error) if self._gate and isinstance(error, Limited) else error

    def _url(self, path: str, parts: Mapping[str, str | int]) -> str:
        """`{full_name}` is two parts; every other one is a single path segment, whatever it contains."""
        quoted = {
            name: quote(str(value), safe="/" if name == "full_name" else "") for name, value in parts.items()
        }
        for name, value in quoted.items():
            if any(piece in ("", ".", "..") for piece in value.split("/")):
                raise UserError("bad-name", f"{value!r} is no name that GitHub has ({name}).")
        return self.api_url + path.format(**quoted)

    def _at_home(self, url: str) -> str:
        """The address, if it is on the API's own host: the credential goes nowhere else."""
        home, there = urlsplit(self.api_url), urlsplit(url)
        if (home.scheme, home.netloc) != (there.scheme, there.netloc):
            raise Transient(f"GitHub redirects to another host, {there.netloc[:80]!r}", 600.0)
        return url


def _error(error: RequestError[Any]) -> GroundplanError:
    if isinstance(error, RequestFailed):
        answer = error.response.raw_response
        return error_of(answer) if answer.status_code >= 400 else graphql_limit(answer)
    if isinstance(error, RequestTimeout):
        return Transient("GitHub did not answer in time", _NO_ANSWER_DELAY)
    if isinstance(error.exc, GroundplanError):
        return error.exc
    if isinstance(error.exc, httpx.HTTPError | httpx.InvalidURL):
        return Transient(f"GitHub cannot be reached: {type(error.exc).__name__}", _NO_ANSWER_DELAY)
    raise error.exc


def _what_is_left(failed: GraphQLFailed, may_miss: str) -> dict[str, Any]:
    errors = failed.response.errors or []
    wanted = [
        error
        for error in errors
        if not (may_miss and error.type == "NOT_FOUND" and ".".join(map(str, error.path or ())) == may_miss)
    ]
    if wanted or failed.response.data is None:
        raise graphql_error([(error.type, error.message) for error in wanted or errors])
    return failed.response.data


class _Anything(RootModel[JsonValue]):
    """Some JSON: what a proxy's page is not."""


def _read(model: type[M], answer: Response[Any]) -> M:
    """A success that is not what GitHub sends (a proxy's page, half a body) is no success."""
    try:
        return model.model_validate_json(answer.raw_response.content)
    except ValidationError as error:
        raise _unreadable(error) from None


def _validated(model: type[M], data: object) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _unreadable(error) from None


def _unreadable(error: ValidationError) -> Transient:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "body"
    return Transient(f"GitHub's answer cannot be read: {where}: {first['msg']}", _NO_ANSWER_DELAY)
