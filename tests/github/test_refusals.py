"""What each of GitHub's answers means to us: one row for each kind."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.errors import GroundplanError, Transient, UserError
from workers.github.refusals import (
    AlreadyExists,
    Conflict,
    Gone,
    Limited,
    Refused,
    error_of,
    graphql_error,
    graphql_limit,
)

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DATE = {"date": "Sat, 21 Nov 2026 12:00:00 GMT"}


def answer(
    status: int,
    body: Any = None,
    headers: dict[str, str] | None = None,
    path: str = "/repos/o/r/issues/1/comments",
) -> httpx.Response:
    request = httpx.Request("POST", f"https://api.github.com{path}")
    if isinstance(body, str):
        return httpx.Response(status, text=body, headers=headers, request=request)
    return httpx.Response(status, json=body or {"message": "no"}, headers=headers, request=request)


def invalid(message: str) -> dict[str, Any]:
    return {
        "message": "Validation Failed",
        "errors": [{"resource": "X", "code": "custom", "message": message}],
    }


CODED = {
    "message": "Validation Failed",
    "errors": [{"resource": "Label", "field": "name", "code": "already_exists"}],
}
KINDS: list[tuple[int, Any, type[GroundplanError]]] = [
    (500, None, Transient),
    (502, "<html>Bad gateway</html>", Transient),
    (503, None, Transient),
    (404, {"message": "Not Found"}, Gone),
    (410, {"message": "This issue was deleted"}, Gone),
    (422, {"message": "Reference already exists"}, AlreadyExists),
    (422, invalid("A pull request already exists for o:b."), AlreadyExists),
    (422, CODED, AlreadyExists),
    (409, {"message": "Reference update failed"}, Conflict),
    (422, {"message": "Update is not a fast forward"}, Conflict),
    (422, invalid("No commits between main and b"), Refused),
    (422, {"message": "Validation Failed", "errors": ["head: is odd"]}, Refused),
    (403, {"message": "Must have admin rights to Repository."}, Refused),
    (400, [1, 2], Refused),
]


@pytest.mark.parametrize(("status", "body", "kind"), KINDS)
def test_the_kind_of_a_refusal(status: int, body: Any, kind: type[GroundplanError]) -> None:
    assert type(error_of(answer(status, body))) is kind


def test_githubs_own_words_are_kept() -> None:
    error = error_of(answer(422, invalid("No commits between main and b")))
    assert isinstance(error, Refused)
    assert "No commits between main and b" in error.message


SAID = [
    (403, "Repository was archived so is read-only.", "archived"),
    (403, "Unable to create comment because issue is locked.", "locked"),
    (410, "Issues are disabled for this repo", "issues-disabled"),
    (409, "Git Repository is empty.", "empty-repository"),
    (403, "This installation has been suspended", "suspended"),
    (401, "Bad credentials", "unauthorized"),
]


@pytest.mark.parametrize(("status", "message", "code"), SAID)
def test_what_people_can_put_right_is_said_to_them(status: int, message: str, code: str) -> None:
    error = error_of(answer(status, {"message": message}))
    assert isinstance(error, UserError)
    assert error.code == code
    assert error.next_step


NAMED = [
    ("/repos/o/r/issues/1/comments", {}, "issues: write"),
    ("/repos/o/r/pulls", {}, "pull_requests: write"),
    ("/repos/o/r/check-runs", {}, "checks: write"),
    ("/repos/o/r/git/refs", {}, "contents: write"),
    (
        "/repos/o/r/issues/1/labels",
        {"x-accepted-github-permissions": "pull_requests=write"},
        "pull_requests: write",
    ),
]


@pytest.mark.parametrize(("path", "headers", "permission"), NAMED)
def test_a_missing_permission_is_named(path: str, headers: dict[str, str], permission: str) -> None:
    error = error_of(answer(403, {"message": "Resource not accessible by integration"}, headers, path))
    assert isinstance(error, UserError)
    assert error.code == "missing-permission"
    assert permission in error.reason


SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
RESET = str(int(NOON.timestamp()) + 300)
LIMITS: list[tuple[int, Any, dict[str, str], float, bool]] = [
    (403, SECONDARY, {"retry-after": "60"}, 60.0, True),
    (429, None, {"retry-after": "7"}, 7.0, True),
    (403, SECONDARY, {"retry-after": "Sat, 21 Nov 2026 12:02:30 GMT", **DATE}, 150.0, True),
    (403, SECONDARY, {"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT", **DATE}, 1.0, True),
    (403, SECONDARY, {"retry-after": "99999999999"}, 3_600.0, True),
    (403, None, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET, **DATE}, 301.0, True),
    (403, None, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, 60.0, False),
    (403, SECONDARY, {}, 60.0, False),
    (403, SECONDARY, {"x-ratelimit-remaining": "4000"}, 60.0, False),
    (403, SECONDARY, {"retry-after": "soon"}, 60.0, False),
    (429, "<html>slow down</html>", {}, 60.0, False),
]


@pytest.mark.parametrize(("status", "body", "headers", "delay", "stated"), LIMITS)
def test_limits_in_all_their_forms(
    status: int, body: Any, headers: dict[str, str], delay: float, stated: bool
) -> None:
    error = error_of(answer(status, body, headers), NOON)
    assert isinstance(error, Limited)
    assert (error.delay, error.stated) == (delay, stated)


def test_githubs_clock_counts_and_not_ours() -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET, **DATE}
    wrong = datetime(2030, 1, 1, tzinfo=UTC)
    error = error_of(answer(403, None, headers), wrong)
    assert isinstance(error, Limited)
    assert error.delay == 301.0


GRAPHQL: list[tuple[str | None, str, type[GroundplanError]]] = [
    ("NOT_FOUND", "Could not resolve to a Repository", Gone),
    ("STALE_DATA", "Expected branch to point to", Conflict),
    ("RATE_LIMITED", "API rate limit exceeded for installation", Limited),
    ("RATE_LIMIT", "API rate limit exceeded", Limited),
    (None, "was submitted too quickly", Limited),
    ("FORBIDDEN", "Resource not accessible by integration", UserError),
    ("FORBIDDEN", "You may not", Refused),
    ("UNPROCESSABLE", "A path was requested for deletion which does not exist", Refused),
    ("UNPROCESSABLE", "Repository was archived so is read-only.", UserError),
    (None, "Something went wrong while executing your query.", Transient),
    ("INTERNAL", "oh", Transient),
    (None, "Field 'x' doesn't exist", Refused),
]


@pytest.mark.parametrize(("kind", "message", "error"), GRAPHQL)
def test_graphql_errors_mean_the_same(kind: str | None, message: str, error: type[GroundplanError]) -> None:
    assert type(graphql_error([(kind, message)])) is error


def test_a_graphql_limit_takes_its_time_from_the_headers() -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET, **DATE}
    assert graphql_limit(answer(200, {"errors": []}, headers)).delay == 301.0


@pytest.mark.parametrize(
    "error", [Gone(404, "no"), Limited("slow", 9.0, stated=False), AlreadyExists(422, "twice")], ids=repr
)
def test_errors_survive_a_process_border(error: GroundplanError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert vars(again) == vars(error)
