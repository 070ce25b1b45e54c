"""The client: credentials, names, redirects, time-outs, and answers that are none."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from pydantic import BaseModel
from redis import Redis

from bot.errors import GroundplanError, Transient, UserError
from bot.situation import Subject
from tests.github.workbench import FULL_NAME, SECRET, Bench, Told, keys
from workers.github.client import App, Reader, missing_permissions
from workers.github.refusals import Conflict, Gone, Limited
from workers.github.tokens import READ, WRITE, Credential
from workers.github.wire import Moved, Wire

API = "https://api.github.com"
Answer = Callable[[httpx.Request], httpx.Response]


class Anything(BaseModel):
    id: int = 0


def wire(answer: Answer, credential: Credential | None = None) -> Wire:
    given = credential or Credential(lambda: "token t", lambda: None)
    return Wire(API, given, transport=httpx.MockTransport(answer))


def always(status: int, text: str = "{}", headers: dict[str, str] | None = None) -> Answer:
    return lambda request: httpx.Response(status, text=text, headers=headers)


# Answers that are none


@pytest.mark.parametrize("text", ["<html>Unicorn!</html>", '{"id": 1', "", "[]", '{"id": "x"}', "null"])
def test_a_success_that_github_did_not_send_is_no_success(text: str) -> None:
    with wire(always(200, text)) as one, pytest.raises(Transient):
        one.get(Anything, "/app")


@pytest.mark.parametrize("text", ["<html></html>", "{}", '{"data": null}', "[]", '{"data": {"id": "x"}}', ""])
def test_the_same_for_graphql(text: str) -> None:
    with wire(always(200, text)) as one, pytest.raises(Transient):
        one.graphql(Anything, "query { id }", {})


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("no"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.ReadError("x"),
    ],
)
def test_no_answer_at_all_is_transient(error: httpx.HTTPError) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    with wire(answer) as one:
        with pytest.raises(Transient):
            one.get(Anything, "/app")
        with pytest.raises(Transient):
            one.graphql(Anything, "query { id }", {})


GRAPHQL: list[tuple[int, str, dict[str, str], type[GroundplanError]]] = [
    (502, "<html>", {}, Transient),
    (200, '{"data": {"x": null}, "errors": [{"type": "STALE_DATA", "message": "moved"}]}', {}, Conflict),
    (
        200,
        '{"data": null, "errors": [{"type": "NOT_FOUND", "path": ["repository"], "message": "?"}]}',
        {},
        Gone,
    ),
    (200, '{"errors": [{"type": "RATE_LIMITED", "message": "limit"}]}', {}, Limited),
    (403, '{"message": "API rate limit exceeded"}', {"x-ratelimit-remaining": "0"}, Limited),
    (403, '{"message": "?"}', {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "never"}, Limited),
    (403, '{"message": "secondary rate limit"}', {"retry-after": "Sat, 21 Nov 2026 12:00:00 GMT"}, Limited),
    (429, "slow down", {"retry-after": "ages"}, Limited),
    (401, '{"message": "Bad credentials"}', {}, UserError),
]


@pytest.mark.parametrize(("status", "text", "headers", "kind"), GRAPHQL)
def test_errors_of_graphql_come_out_like_those_of_rest(
    status: int, text: str, headers: dict[str, str], kind: type[GroundplanError]
) -> None:
    with wire(always(status, text, headers)) as one, pytest.raises(kind) as caught:
        one.graphql(Anything, "query { id }", {})
    assert type(caught.value) is kind


def test_only_the_part_that_may_be_missing_may_be_missing() -> None:
    error = '{"type": "NOT_FOUND", "path": ["repository", "issue"], "message": "?"}'
    with wire(always(200, f'{{"data": {{"id": 4}}, "errors": [{error}]}}')) as one:
        assert one.graphql(Anything, "query { id }", {}, may_miss="repository.issue").id == 4
        with pytest.raises(Gone):
            one.graphql(Anything, "query { id }", {}, may_miss="repository.pullRequest")


# Paths and redirects


@pytest.mark.parametrize(
    ("label", "path"),
    [
        ("c#d", b"/repos/o/r/labels/c%23d"),
        ("what?x=1", b"/repos/o/r/labels/what%3Fx%3D1"),
        ("../../labels", b"/repos/o/r/labels/..%2F..%2Flabels"),
        ("100%", b"/repos/o/r/labels/100%25"),
        ("é", b"/repos/o/r/labels/%C3%A9"),
    ],
)
def test_path_parts_are_quoted(label: str, path: bytes) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(200, text="{}")

    with wire(answer) as one:
        one.get(Anything, "/repos/{full_name}/labels/{label}", full_name="o/r", label=label)
    assert seen == [path]


@pytest.mark.parametrize("name", ["..", ".", "", "o/../r", "o//r"])
def test_dots_are_no_names(name: str) -> None:
    with wire(always(200)) as one, pytest.raises(UserError):
        one.get(Anything, "/repos/{full_name}", full_name=name)


def redirecting(status: int, target: str, seen: list[str]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(f"{request.method} {request.url} {request.headers.get('authorization')}")
        if request.url.path == "/old":
            return httpx.Response(status, headers={"location": target})
        return httpx.Response(200, text='{"id": 9}')

    return answer


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("target", [f"{API}/new", "/new"])
def test_a_read_follows_a_redirect_at_home(status: int, target: str) -> None:
    seen: list[str] = []
    with wire(redirecting(status, target, seen)) as one:
        assert one.get(Anything, "/old").id == 9
    assert seen[1] == f"GET {API}/new token t"


@pytest.mark.parametrize(
    "target", ["https://evil.example/new", "http://api.github.com/new", "//evil.example/new"]
)
def test_no_credential_follows_a_redirect_elsewhere(target: str) -> None:
    seen: list[str] = []
    with wire(redirecting(302, target, seen)) as one, pytest.raises(Transient):
        one.get(Anything, "/old")
    assert len(seen) == 1


def test_a_write_is_never_redirected() -> None:
    seen: list[str] = []
    with wire(redirecting(307, "/new", seen)) as one, pytest.raises(Moved):
        one.send(Anything, "POST", "/old", {})
    assert len(seen) == 1


def test_redirects_in_a_circle_end() -> None:
    with wire(redirecting(302, "/old", [])) as one, pytest.raises(Transient):
        one.get(Anything, "/old")


def test_a_list_that_never_ends_is_left() -> None:
    following = {"link": f'<{API}/app?page=2>; rel="next"'}
    with wire(always(200, "{}", following)) as one, pytest.raises(Transient):
        list(one.pages(Anything, "/app"))


# Credentials


def test_a_refused_credential_is_dropped_and_tried_once_more_with_the_body() -> None:
    tokens, dropped, bodies = iter(["old", "new"]), [], []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        fresh = request.headers["authorization"] == "token new"
        return httpx.Response(201 if fresh else 401, text="{}")

    credential = Credential(lambda: f"token {next(tokens)}", lambda: dropped.append(1))
    with wire(answer, credential) as one:
        one.send(Anything, "POST", "/app", {"a": 1})
    assert (bodies, dropped) == ([b'{"a":1}'] * 2, [1])


def test_every_request_has_an_end() -> None:
    """Also the one for a token: the defaults of the library below would wait for ever."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, text="{}")

    with wire(answer) as one:
        one.get(Anything, "/app")
        with pytest.raises(Transient):
            one.graphql(Anything, "query { id }", {})
    assert all(value for timeout in seen for value in timeout.values())
    assert len(seen) == 2


def test_a_token_request_that_hangs_is_cut_off(redis: Redis) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.extensions["timeout"]["read"] is not None
        raise httpx.ReadTimeout("slow", request=request)

    transport = httpx.MockTransport(answer)
    with (
        App(app_id=1, private_key=keys()[0], secret=SECRET, redis=redis, transport=transport) as app,
        pytest.raises(Transient),
    ):
        app.wire_for(5, (7,), READ).get(Anything, "/repos/o/r")


def test_a_key_that_is_none_is_said(redis: Redis) -> None:
    transport = httpx.MockTransport(always(200))
    with (
        App(app_id=1, private_key="not a key", secret=SECRET, redis=redis, transport=transport) as app,
        pytest.raises(UserError) as said,
    ):
        app.slug()
    assert said.value.code == "app-key"


def test_tokens_are_narrowed_and_kept_encrypted(bench: Bench) -> None:
    app = bench.app()
    installation = bench.installation(app)
    token = app.read_token(installation)
    assert token.startswith("ghs_")
    stored = {key: bench.redis.get(key) for key in bench.redis.scan_iter("gp:token:*")}
    assert len(stored) == 1
    assert all(token.encode() not in (value or b"") for value in stored.values())
    assert all(0 < int(bench.redis.ttl(key)) <= 3_300 for key in stored)
    with Reader(token, bench.sandbox.url, bench.sandbox.transport()) as reader:
        assert reader.wire.get(Anything, "/repos/{full_name}", full_name=FULL_NAME).id == bench.repo.id
        with pytest.raises(UserError) as said:
            reader.wire.tell(
                "POST", "/repos/{full_name}/issues/1/comments", {"body": "x"}, full_name=FULL_NAME
            )
    assert said.value.code == "missing-permission"


def test_a_token_that_is_handed_over_has_most_of_its_hour_left(bench: Bench) -> None:
    app = bench.app()
    installation = bench.installation(app)
    first = app.read_token(installation)
    assert app.read_token(installation) == first
    (key,) = bench.redis.scan_iter("gp:token:*")
    bench.redis.expire(key, 40 * 60)
    assert app.read_token(installation) != first


def test_a_token_sees_only_its_own_repository(bench: Bench) -> None:
    bench.sandbox.seed("acme/secret", private=True)
    app = bench.app()
    wire = app.writing(bench.installation(app))
    with pytest.raises(Gone):
        wire.get(Anything, "/repos/{full_name}", full_name="acme/secret")


def test_after_a_change_of_secret_old_tokens_are_not_read(bench: Bench) -> None:
    app = bench.app()
    bench.installation(app)
    mints = [entry for entry in bench.sandbox.api.journal.entries if entry.path.endswith("access_tokens")]
    assert len(mints) == 1
    world = bench.sandbox.world
    with App(
        app_id=world.app.id,
        private_key=world.app.private_key,
        secret="another secret",
        redis=bench.redis,
        api_url=bench.sandbox.url,
        transport=bench.sandbox.transport(),
        clock=bench.clock,
    ) as other:
        assert other.read_token(bench.installation(other))


# Installations


def test_the_installation_is_asked_for_once_in_five_minutes(bench: Bench) -> None:
    for _ in range(3):
        bench.installation(bench.app())
    asked = [one for one in bench.sandbox.api.journal.entries if one.path.endswith("/installation")]
    assert len(asked) == 1
    bench.clock.sleep(301.0)
    bench.installation(bench.app())
    assert len([one for one in bench.sandbox.api.journal.entries if one.path.endswith("/installation")]) == 2


def test_a_new_installation_id_is_found_by_the_name(bench: Bench) -> None:
    old = bench.installation(bench.app())
    world = bench.sandbox.world
    del world.state.installations[old.id]
    world.install("acme")
    bench.clock.sleep(301.0)
    new = bench.app().installation(bench.subject, Told(old.id, FULL_NAME))
    assert new.id != old.id


def rename(bench: Bench, name: str) -> None:
    bench.sandbox.world.state.former_names[bench.repo.full_name.lower()] = bench.repo.id
    bench.repo.name = name


def test_a_renamed_repository_is_still_ours(bench: Bench) -> None:
    subject = bench.subject
    old = bench.installation(bench.app())
    rename(bench, "gadgets")
    bench.clock.sleep(301.0)
    assert bench.app().installation(subject, Told(old.id, FULL_NAME)).id == old.id


def test_a_name_taken_by_another_repository_is_seen_through(bench: Bench) -> None:
    subject, old = bench.subject, bench.sandbox.installation(FULL_NAME)
    world = bench.sandbox.world
    old.everything = False
    moved = bench.repo
    moved.owner, moved.name = world.add_user("globex").login, "gadgets"
    new = world.install("globex")
    old.repository_ids = [bench.sandbox.seed(FULL_NAME, install=False).id]
    found = bench.app().installation(subject, Told(new.id, FULL_NAME))
    assert (found.account, found.id, found.full_name) == ("globex", new.id, "globex/gadgets")


def test_no_installation_is_said_and_so_is_a_sleeping_one(bench: Bench) -> None:
    bench.sandbox.installation(FULL_NAME).suspended_at = 1.0
    with pytest.raises(UserError) as said:
        bench.installation(bench.app())
    assert said.value.code == "suspended"
    bench.redis.flushall()
    bench.sandbox.world.state.installations.clear()
    with pytest.raises(UserError) as said:
        bench.installation(bench.app())
    assert said.value.code == "not-installed"


def test_without_any_name_we_wait_for_one(bench: Bench) -> None:
    with pytest.raises(Transient):
        bench.app().installation(Subject(4_711, 1))


def test_missing_permissions_are_listed(bench: Bench) -> None:
    app = bench.app()
    assert missing_permissions(bench.installation(app)) == ()
    bench.redis.flushall()
    granted = bench.sandbox.installation(FULL_NAME).permissions
    granted["checks"] = "read"
    del granted["pull_requests"]
    found = bench.installation(bench.app())
    assert missing_permissions(found) == ("pull_requests: write", "checks: write")
    assert set(READ) == set(WRITE)
