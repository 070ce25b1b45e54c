"""What goes over the wire to GitHub, seen below httpx by respx: headers, hosts, tokens, time-outs, answers.

No part of ours is replaced: the App, its clients and the library below them run as they do in production.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
import respx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from pydantic import BaseModel
from redis import Redis

from bot.errors import GroundplanError, Transient, UserError
from bot.situation import Subject
from tests.github.workbench import SECRET, Told, keys
from workers.github.client import App, Reader
from workers.github.refusals import AlreadyExists, Conflict, Gone, Limited, Refused
from workers.github.tokens import READ, WRITE, Credential
from workers.github.tree import tarball
from workers.github.wire import API_VERSION, USER_AGENT, Moved, Wire

API = "https://api.github.com"
CODELOAD = "https://codeload.github.com"
FULL = {**WRITE, "actions": "write", "administration": "write"}
MINT = "/app/installations/5/access_tokens"


class Anything(BaseModel):
    id: int = 0


@pytest.fixture
def github() -> Iterator[respx.MockRouter]:
    """A GitHub with one repository (7, `o/r`) and our installation 5 on it; any other request fails."""
    with respx.mock(base_url=API, assert_all_called=False) as router:
        router.get("/app").respond(json={"slug": "groundplan"})
        router.get("/repos/o/r/installation").respond(
            json={"id": 5, "account": {"login": "o"}, "permissions": FULL}
        )
        router.post(MINT, name="mint").mock(side_effect=Mint())
        router.get("/repos/o/r", name="repository").respond(json={"id": 7})
        router.post("/repos/o/r/issues/1/comments", name="comment").respond(201, json={"id": 9})
        router.post("/graphql", name="graphql").respond(json={"data": {"id": 7}})
        router.get("/repos/o/r/tarball/abc").respond(302, headers={"location": f"{CODELOAD}/o/r/abc"})
        router.get(f"{CODELOAD}/o/r/abc").respond(content=b"tar")
        yield router


class Mint:
    """Gives a new token each time, as GitHub does: ghs_1, ghs_2, …"""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.count += 1
        expires = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return httpx.Response(201, json={"token": f"ghs_{self.count}", "expires_at": expires})


@pytest.fixture
def app(redis: Redis, github: respx.MockRouter) -> Iterator[App]:
    with App(app_id=3, private_key=keys()[0], secret=SECRET, redis=redis) as app:
        yield app


def everything(app: App) -> None:
    """One request of each kind: as the App, for a token, reading, writing, GraphQL, the archive."""
    app.slug()
    installation = app.installation(Subject(7, 1), Told(5, "o/r"))
    app.reading(installation).graphql(Anything, "query { id }", {})
    app.writing(installation).tell("POST", "/repos/{full_name}/issues/1/comments", {}, full_name="o/r")
    with Reader(app.read_token(installation), API) as reader:
        reader.wire.get(Anything, "/repos/{full_name}", full_name="o/r")
        with tarball(reader, "o/r", "abc") as chunks:
            assert b"".join(chunks) == b"tar"


def requests_of(router: respx.MockRouter) -> list[httpx.Request]:
    return [call.request for call in router.calls]


def paths_of(router: respx.MockRouter) -> list[str]:
    return [f"{one.method} {one.url.path}" for one in requests_of(router)]


def test_every_request_says_who_we_are_and_which_version_we_speak(app: App, github: respx.MockRouter) -> None:
    everything(app)
    sent = [one for one in requests_of(github) if one.url.host == "api.github.com"]
    assert {one.url.path for one in sent} == {
        "/app",
        "/repos/o/r/installation",
        MINT,
        "/graphql",
        "/repos/o/r/issues/1/comments",
        "/repos/o/r",
        "/repos/o/r/tarball/abc",
    }
    assert {one.headers.get("user-agent") for one in requests_of(github)} == {USER_AGENT}
    # The version is REST's: https://docs.github.com/en/rest/about-the-rest-api/api-versions
    versions = {one.url.path: one.headers.get("x-github-api-version") for one in sent}
    del versions["/graphql"]
    assert set(versions.values()) == {API_VERSION}


def test_credentials_go_to_the_api_only_and_each_to_its_own_requests(
    app: App, github: respx.MockRouter
) -> None:
    everything(app)
    kinds = {}
    for one in requests_of(github):
        given = one.headers.get("authorization", "")
        kinds[f"{one.url.host}{one.url.path}"] = given.split()[0] if given else ""
        assert "ghs_" not in str(one.url)
    assert kinds == {
        "api.github.com/app": "Bearer",
        "api.github.com/repos/o/r/installation": "Bearer",
        f"api.github.com{MINT}": "Bearer",
        "api.github.com/graphql": "token",
        "api.github.com/repos/o/r/issues/1/comments": "token",
        "api.github.com/repos/o/r": "token",
        "api.github.com/repos/o/r/tarball/abc": "token",
        "codeload.github.com/o/r/abc": "",
    }


def test_the_apps_own_credential_is_signed_and_short_lived(app: App, github: respx.MockRouter) -> None:
    app.slug()
    given = github.calls.last.request.headers["authorization"].removeprefix("Bearer ")
    private = load_pem_private_key(keys()[0].encode(), None)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    claims = jwt.decode(given, public, algorithms=["RS256"], options={"verify_iat": False})
    assert str(claims["iss"]) == "3"
    assert 0 < claims["exp"] - claims["iat"] <= 600 + 60


# Tokens


@pytest.mark.parametrize(("kind", "wanted"), [("reading", READ), ("writing", WRITE)])
def test_a_token_is_asked_for_one_repository_and_what_we_need_there(
    app: App, github: respx.MockRouter, kind: str, wanted: dict[str, str]
) -> None:
    """The installation has more to give, and one that has less is not asked for what it lacks."""
    installation = app.installation(Subject(7, 1), Told(5, "o/r"))
    github.calls.clear()
    app._tokens.drop(next(iter(app._redis.scan_iter("gp:token:*"))).decode())
    getattr(app, kind)(installation).get(Anything, "/repos/{full_name}", full_name="o/r")
    assert paths_of(github) == [f"POST {MINT}", "GET /repos/o/r"]
    assert json.loads(github.calls[0].request.content) == {"repository_ids": [7], "permissions": dict(wanted)}
    assert github.calls[1].request.headers["authorization"].startswith("token ghs_")


def test_a_401_drops_the_token_once_and_the_next_one_is_kept(app: App, github: respx.MockRouter) -> None:
    wire = app.wire_for(5, (7,), READ)
    wire.get(Anything, "/repos/o/r")
    github["repository"].mock(side_effect=only("token ghs_2"))
    github.calls.clear()
    assert wire.get(Anything, "/repos/o/r").id == 7
    assert wire.get(Anything, "/repos/o/r").id == 7
    assert paths_of(github) == ["GET /repos/o/r", f"POST {MINT}", "GET /repos/o/r", "GET /repos/o/r"]


def only(credential: str) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] == credential:
            return httpx.Response(200, json={"id": 7})
        return httpx.Response(401, json={"message": "Bad credentials"})

    return answer


def test_a_second_401_in_a_row_ends_it(app: App, github: respx.MockRouter) -> None:
    github["repository"].respond(401, json={"message": "Bad credentials"})
    with pytest.raises(UserError) as said:
        app.wire_for(5, (7,), READ).get(Anything, "/repos/o/r")
    assert said.value.code == "unauthorized"
    assert paths_of(github) == [f"POST {MINT}", "GET /repos/o/r"] * 2


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("https://api.github.com.evil.example/repos/o/r", Transient),
        ("https://evil.example/repos/o/r", Transient),
        ("http://api.github.com/repos/o/r", Transient),
        ("https://api.github.com:8443/repos/o/r", Transient),
        ("https://api.github.com@evil.example/repos/o/r", Transient),
        (f"{CODELOAD}/o/r/abc", Transient),
        ("", Transient),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_token_follows_a_redirect_to_another_host(
    app: App, github: respx.MockRouter, method: str, target: str, error: type[GroundplanError]
) -> None:
    """Nothing at all goes there: respx would fail on a request that it has no route for."""
    path = "/repos/o/r/issues/1/comments" if method == "POST" else "/repos/o/r"
    route = github["comment" if method == "POST" else "repository"]
    route.respond(302, headers={"location": target} if target else {})
    with pytest.raises((error, Moved)) as raised:
        app.wire_for(5, (7,), WRITE).send(Anything, method, path)
    assert {one.url.host for one in requests_of(github)} == {"api.github.com"}
    assert type(raised.value) is error or not target


def test_a_token_request_is_not_redirected_either(app: App, github: respx.MockRouter) -> None:
    """It carries the App's own credential, and its answer a token."""
    github["mint"].respond(307, headers={"location": "https://evil.example/token"})
    with pytest.raises(Transient):
        app.wire_for(5, (7,), READ).get(Anything, "/repos/o/r")
    assert paths_of(github) == [f"POST {MINT}"]


# Time-outs


def test_every_request_has_a_time_out_and_so_has_the_one_for_a_token(
    app: App, github: respx.MockRouter
) -> None:
    everything(app)
    limits = {one.url.path: one.extensions["timeout"] for one in requests_of(github)}
    assert MINT in limits
    for path, limit in limits.items():
        assert set(limit) == {"connect", "read", "write", "pool"}, path
        assert all(seconds is not None and 0 < seconds <= 60 for seconds in limit.values()), path


@contextmanager
def silent_port() -> Iterator[str]:
    """A server that takes connections and requests and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_server_that_never_answers_is_left() -> None:
    credential = Credential(lambda: "token t", lambda: None)
    with silent_port() as url, Wire(url, credential, timeout=httpx.Timeout(0.05)) as wire:
        with pytest.raises(Transient, match="in time"):
            wire.get(Anything, "/app")
        with pytest.raises(Transient, match="in time"):
            wire.send(Anything, "POST", MINT, {})
        with pytest.raises(Transient, match="in time"):
            wire.graphql(Anything, "query { id }", {})


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ReadError]
)
def test_no_answer_about_a_token_ends_the_request_that_needed_it(
    app: App, github: respx.MockRouter, error: type[httpx.TransportError]
) -> None:
    github["mint"].mock(side_effect=error)
    with pytest.raises(Transient):
        app.wire_for(5, (7,), READ).get(Anything, "/repos/o/r")
    with pytest.raises(Transient):
        app.wire_for(5, (7,), READ).graphql(Anything, "query { id }", {})
    assert paths_of(github) == [f"POST {MINT}"] * 2


# Answers: (status, body, headers, error, code of a UserError)

Row = tuple[int, Any, dict[str, str], type[GroundplanError], str]
SPENT = {"x-ratelimit-remaining": "0"}
ANSWERS: list[Row] = [
    (400, {"message": "Problems parsing JSON"}, {}, Refused, ""),
    (403, {"message": "Resource not accessible by integration"}, {}, UserError, "missing-permission"),
    (403, {"message": "Repository was archived so is read-only."}, {}, UserError, "archived"),
    (403, {"message": "This installation has been suspended"}, {}, UserError, "suspended"),
    (403, {"message": "Must have admin rights"}, {}, Refused, ""),
    (403, {"message": "API rate limit exceeded"}, SPENT | {"x-ratelimit-reset": "4102444800"}, Limited, ""),
    (403, {"message": "You have exceeded a secondary rate limit"}, {}, Limited, ""),
    (429, {"message": "slow"}, {"retry-after": "7"}, Limited, ""),
    (429, "<html>slow</html>", {}, Limited, ""),
    (404, {"message": "Not Found"}, {}, Gone, ""),
    (410, {"message": "This issue was deleted"}, {}, Gone, ""),
    (409, {"message": "Reference update failed"}, {}, Conflict, ""),
    (409, {"message": "Git Repository is empty."}, {}, UserError, "empty-repository"),
    (422, {"message": "Reference already exists"}, {}, AlreadyExists, ""),
    (422, {"message": "Update is not a fast forward"}, {}, Conflict, ""),
    (422, {"message": "Validation Failed", "errors": ["body is too long"]}, {}, Refused, ""),
    (422, "no JSON at all", {}, Refused, ""),
    (451, {"message": "Repository access blocked"}, {}, Refused, ""),
    (500, "", {}, Transient, ""),
    (502, "<html>Unicorn!</html>", {}, Transient, ""),
    (503, {"message": "?"}, {"retry-after": "3"}, Transient, ""),
    (504, {"message": "We couldn't respond to your request in time"}, {}, Transient, ""),
]


def answered(row: Row) -> httpx.Response:
    status, body, headers, _, _ = row
    if isinstance(body, str):
        return httpx.Response(status, text=body, headers=headers)
    return httpx.Response(status, json=body, headers=headers)


def check(error: GroundplanError, row: Row) -> None:
    assert type(error) is row[3]
    assert getattr(error, "code", "") == row[4]


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: f"{row[0]} {row[3].__name__} {row[4]}")
@pytest.mark.parametrize("asked", ["GET", "POST", "token"])
def test_each_answer_becomes_its_error(app: App, github: respx.MockRouter, asked: str, row: Row) -> None:
    """The same for a read, for a write, and for the token that either needs; and none is asked for twice."""
    route = github[{"GET": "repository", "POST": "comment", "token": "mint"}[asked]]
    route.mock(return_value=answered(row))
    wire = app.wire_for(5, (7,), WRITE)
    path = "/repos/o/r/issues/1/comments" if asked == "POST" else "/repos/o/r"
    with pytest.raises(GroundplanError) as raised:
        wire.send(Anything, "POST" if asked == "POST" else "GET", path)
    check(raised.value, row)
    assert route.call_count == 1


def test_a_limit_stated_by_github_is_waited_for_before_the_next_request(
    app: App, github: respx.MockRouter
) -> None:
    github["repository"].respond(429, headers={"retry-after": "7"}, json={"message": "slow"})
    wire = app.wire_for(5, (7,), READ)
    with pytest.raises(Limited) as first:
        wire.get(Anything, "/repos/o/r")
    with pytest.raises(Transient) as second:
        wire.get(Anything, "/repos/o/r")
    assert first.value.delay == 7.0
    assert 0 < second.value.delay <= 8.0
    assert github["repository"].call_count == 1
