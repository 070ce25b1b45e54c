"""GitHub's answers → our errors, mapped once, here. Pure: looks at an answer, never sends or sleeps.

A `Refusal` is a clean no: GitHub has certainly not done what was asked. A `Transient` that is not a
`Limited` leaves that open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.errors import GroundplanError, Transient, UserError

NO_HEADER_PAUSE = 60.0
LONGEST_PAUSE = 3_600.0
SERVER_TROUBLE_DELAY = 10.0
_LIMIT_WORDS = ("secondary rate limit", "api rate limit exceeded", "abuse detection", "submitted too quickly")


class Refusal(GroundplanError):
    """A clean no, in GitHub's words. `status` is HTTP's; GraphQL errors carry the
    status REST would have had.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message

    def __reduce__(self) -> tuple[type[Refusal], tuple[int, str]]:
        return type(self), (self.status, self.message)


class Gone(Refusal):
    """There is no such thing, or we may not see it."""


class AlreadyExists(Refusal):
    """A thing with this natural key is there already."""


class Conflict(Refusal):
    """Somebody was faster: the state we built on has moved."""


class Refused(Refusal):
    """Any other no: rules, validation, locks."""


class Limited(Transient):
    """A rate limit. Nothing was done. `stated` is False when GitHub did not say how long to wait."""

    def __init__(self, reason: str, delay: float, stated: bool = True) -> None:
        super().__init__(reason, delay)
        self.stated = stated

    def __reduce__(self) -> tuple[type[Limited], tuple[str, float, bool]]:  # type: ignore[override]
        return type(self), (self.reason, self.delay, self.stated)


# What people can put right, by GitHub's words: (words, code, reason, next step).
_SAYABLE = (
    ("was archived", "archived", "The repository is archived.", "unarchive it"),
    (
        "has been suspended",
        "suspended",
        "The App's installation is suspended.",
        "unsuspend it in its settings",
    ),
    ("is locked", "locked", "The conversation is locked.", "unlock it"),
    ("issues are disabled", "issues-disabled", "Issues are disabled here.", "enable them in the settings"),
    (
        "issues has been disabled",
        "issues-disabled",
        "Issues are disabled here.",
        "enable them in the settings",
    ),
    ("repository is empty", "empty-repository", "The repository has no commits yet.", "push a first commit"),
    ("interaction limit", "interaction-limit", "Interaction limits keep the App out.", "lift the limit"),
    (
        "creation cap",
        "interaction-limit",
        "The cap on open pull requests is reached.",
        "close some or exempt the App",
    ),
    ("user is blocked", "blocked", "The owner has blocked the App.", "unblock it"),
)


def error_of(response: httpx.Response, now: datetime | None = None) -> GroundplanError:
    """What an error answer (status 400 and up) means. `now` is used only when the answer carries no Date."""
    status, words = response.status_code, _words(response)
    if status >= 500:
        return Transient(f"GitHub answered {status}", SERVER_TROUBLE_DELAY)
    limit = _limit(response, words, now)
    if limit:
        return limit
    if status == 401:
        reason = f"GitHub does not accept our credentials: {words}"
        return UserError("unauthorized", reason, "the App's owner checks its id and private key")
    if status == 403 and "not accessible by integration" in words.lower():
        return missing_permission(_permission_of(response))
    return sayable(words) or _kind(status, words)


def missing_permission(permission: str) -> UserError:
    return UserError(
        "missing-permission",
        f"The App lacks the permission `{permission}`.",
        "an owner grants it in the App's installation settings",
    )


def sayable(words: str) -> UserError | None:
    """The error for words whose cause people can put right, or None."""
    lower = words.lower()
    for sign, code, reason, step in _SAYABLE:
        if sign in lower:
            return UserError(code, reason, step)
    return None


def _kind(status: int, words: str) -> Refusal:
    lower = words.lower()
    if status in (404, 410):
        return Gone(status, words)
    if "already exists" in lower or "already_exists" in lower:
        return AlreadyExists(status, words)
    if status == 409 or "not a fast forward" in lower or "was at" in lower:
        return Conflict(status, words)
    return Refused(status, words)


def _words(response: httpx.Response) -> str:
    """GitHub's message with the messages of its `errors`, or the start of whatever else came."""
    try:
        told = response.json()
    except ValueError:
        return response.text[:200]
    if not isinstance(told, dict):
        return str(told)[:200]
    errors = told.get("errors")
    parts = [
        str(told.get("message", "")),
        *(_one(error) for error in errors or () if isinstance(errors, list)),
    ]
    return "; ".join(part for part in parts if part)[:1_000]


def _one(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    said = error.get("message")
    return str(said) if said else " ".join(str(error.get(name, "")) for name in ("resource", "field", "code"))


# https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit


def _limit(response: httpx.Response, words: str, now: datetime | None) -> Limited | None:
    if response.status_code not in (403, 429):
        return None
    after = retry_after(response, now)
    if after is not None:
        return Limited(f"rate limit: {words}", after)
    if response.headers.get("x-ratelimit-remaining") == "0":
        reset = _reset(response, now)
        return Limited(f"rate limit: {words}", reset or NO_HEADER_PAUSE, reset is not None)
    if response.status_code == 429 or any(sign in words.lower() for sign in _LIMIT_WORDS):
        return Limited(f"secondary rate limit: {words}", NO_HEADER_PAUSE, stated=False)
    return None


def retry_after(response: httpx.Response, now: datetime | None = None) -> float | None:
    """Seconds of the `retry-after` header, given as seconds or as an HTTP date;
    None without a readable one.
    """
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), LONGEST_PAUSE))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return _seconds_until(until if until.tzinfo else until.replace(tzinfo=UTC), response, now)


def _reset(response: httpx.Response, now: datetime | None) -> float | None:
    text = response.headers.get("x-ratelimit-reset", "")
    if not (text.isascii() and text.isdigit()):
        return None
    return _seconds_until(datetime.fromtimestamp(int(text[:11]), UTC), response, now) + 1.0


def _seconds_until(until: datetime, response: httpx.Response, now: datetime | None) -> float:
    """By GitHub's own clock where it says the time, so that ours may be wrong."""
    try:
        here = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        here = now or datetime.now(UTC)
    return min(max((until - here).total_seconds(), 1.0), LONGEST_PAUSE)


def graphql_limit(response: httpx.Response, now: datetime | None = None) -> Limited:
    """The limit behind a RATE_LIMITED that came with status 200."""
    delay = retry_after(response, now) or _reset(response, now)
    return Limited("GraphQL rate limit", delay or NO_HEADER_PAUSE, stated=delay is not None)


# Which permission a request needed: GitHub says it in a header, or else the path does.

_PERMISSIONS = (
    ("/git/", "contents"),
    ("/contents", "contents"),
    ("/commits", "contents"),
    ("/tarball", "contents"),
    ("/check-runs", "checks"),
    ("/pulls", "pull_requests"),
    ("/issues", "issues"),
)


def _permission_of(response: httpx.Response) -> str:
    said: str = response.headers.get("x-accepted-github-permissions", "")
    if said:
        return said.split(";")[0].split(",")[0].strip().replace("=", ": ")[:60]
    path = response.request.url.path
    level = "read" if response.request.method == "GET" else "write"
    checks = "/check-runs" in path
    area = "checks" if checks else next((name for sign, name in _PERMISSIONS if sign in path), "contents")
    return f"{area}: {level}"


# GraphQL says no with status 200. https://docs.github.com/en/graphql/guides/forming-calls-with-graphql

_GRAPHQL_KINDS: Mapping[str, type[Refusal]] = {
    "NOT_FOUND": Gone,
    "STALE_DATA": Conflict,
    "UNPROCESSABLE": Refused,
}
_GRAPHQL_STATUS = {"NOT_FOUND": 404, "STALE_DATA": 409, "FORBIDDEN": 403}


def graphql_error(errors: Sequence[tuple[str | None, str]]) -> GroundplanError:
    """What GraphQL errors, given as (type, message), mean. The first one decides."""
    kind, words = errors[0][0] or "", "; ".join(message for _, message in errors)[:1_000]
    lower = words.lower()
    if kind in ("RATE_LIMIT", "RATE_LIMITED") or any(sign in lower for sign in _LIMIT_WORDS):
        return Limited(f"rate limit: {words}", NO_HEADER_PAUSE, stated=False)
    if "not accessible by integration" in lower:
        return missing_permission("contents: write" if "commit" in lower else "the one this needs")
    if kind in _GRAPHQL_KINDS and kind != "UNPROCESSABLE":
        return _GRAPHQL_KINDS[kind](_GRAPHQL_STATUS[kind], words)
    if kind in ("INTERNAL", "SERVICE_UNAVAILABLE") or "something went wrong" in lower or "timed out" in lower:
        return Transient(f"GitHub could not answer: {words}", SERVER_TROUBLE_DELAY)
    return sayable(words) or _kind(_GRAPHQL_STATUS.get(kind, 422), words)
