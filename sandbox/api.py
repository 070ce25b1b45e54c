"""The sandbox as one function from request to response: faults, credentials, limits,
routes, gate, journal. No I/O.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox import limits
from sandbox.auth import Authority
from sandbox.clock import stamp
from sandbox.faults import Fault, Faults
from sandbox.gate import gate
from sandbox.graphql import execution
from sandbox.journal import Entry, Journal
from sandbox.refusals import Refusal
from sandbox.rest.routing import Call, Reply, Route
from sandbox.rest.table import ROUTES, find_route
from sandbox.wire import Request, Response, json_response, text_response, whole
from sandbox.world import Actor, World

API = (
    "/app",
    "/installation",
    "/repos",
    "/repositories",
    "/user",
    "/users",
    "/rate_limit",
    "/graphql",
    "/orgs",
    "/search",
)
BODY_LIMIT = 40 * 1_048_576
ARRAYS_TOO = ("/issues/{issue_number}/labels",)
VERSIONS = ("2022-11-28", "2026-03-10")
_NOBODY = Actor("anonymous", "")
Watcher = Callable[[Request], None]


@dataclass(slots=True)
class Exchange:
    """What is known of a call while it is being answered."""

    request: Request
    actor: Actor = _NOBODY
    operation: str = ""
    write: bool = False
    fault: Fault | None = None


def is_api(path: str) -> bool:
    return any(path == one or path.startswith(one + "/") for one in API)


class Api:
    """GitHub's API over one world. `before` and `after` are called around each call,
    for edits by third parties.
    """

    def __init__(self, world: World, authority: Authority) -> None:
        self.world = world
        self.authority = authority
        self.faults: Faults = Faults()
        self.journal: Journal = Journal()
        self.violations: list[gate.Violation] = []
        self.gate_on = True
        self.before: list[Watcher] = []
        self.after: list[Watcher] = []

    def answer(self, request: Request) -> Response:
        """Answer one API call; every path outside the API is somebody else's."""
        with self.world.lock:
            for watcher in list(self.before):
                watcher(request)
            exchange = Exchange(request)
            exchange.fault = self.faults.hit(request.method, request.path, request.body)
            response = self._answer(exchange)
            self._record(exchange, response)
            for watcher in list(self.after):
                watcher(request)
            return response

    def _answer(self, exchange: Exchange) -> Response:
        fault = exchange.fault
        self._identify_route(exchange)
        if fault is None:
            return self._work(exchange)
        if fault.kind == "revoke":
            self.authority.revoke(exchange.request.headers.get("authorization", "").partition(" ")[2].strip())
            return self._work(exchange)
        if fault.when == "before":
            return self._broken(exchange, fault, None)
        return self._broken(exchange, fault, self._work(exchange))

    def _broken(self, exchange: Exchange, fault: Fault, done: Response | None) -> Response:
        told = {
            "unauthorized": Refusal(401, "Bad credentials"),
            "forbidden": Refusal(403, "Resource not accessible by integration"),
            "secondary": limits.secondary_refusal(fault.retry_after),
            "status": Refusal(fault.status, fault.message),
        }
        if fault.kind in ("cut", "hang"):
            return Response(0, act="cut" if fault.kind == "cut" else "hang", seconds=fault.seconds)
        if fault.kind == "html":
            return text_response(200, "<!DOCTYPE html><html><body><h1>Unicorn!</h1></body></html>")
        if fault.kind == "malformed":
            whole = done.body if done and done.body else b'{"id": 1, "title": "cut off"}'
            return Response(
                done.status if done else 200, whole[: len(whole) // 2], {"content-type": "application/json"}
            )
        refusal = told[fault.kind]
        headers = limits.headers(self.world, exchange.actor) if fault.kind == "secondary" else {}
        return json_response(refusal.status, refusal.body(), {**headers, **refusal.headers, **fault.headers})

    def _identify_route(self, exchange: Exchange) -> None:
        request = exchange.request
        if request.path == "/graphql":
            exchange.operation, exchange.write = execution.described(request.body)
            return
        found = find_route(request.method, request.path)
        exchange.operation = found[0].operation if found else f"{request.method} {request.path}"
        quiet = request.path.startswith("/app/") or request.path == "/installation/token"
        exchange.write = request.method not in ("GET", "HEAD") and not quiet

    def _work(self, exchange: Exchange) -> Response:
        request = exchange.request
        try:
            exchange.actor = self.authority.actor(request.headers.get("authorization"))
            if exchange.actor.kind == "anonymous":
                raise Refusal(401, "Requires authentication")
            if request.path != "/rate_limit":
                limits.spend(self.world, exchange.actor)
            if exchange.write:
                limits.spend_write(self.world, exchange.actor)
            reply = self._graphql(exchange) if request.path == "/graphql" else self._rest(exchange)
        except Refusal as refusal:
            reply = Reply(refusal.status, refusal.body(), refusal.headers)
        return self._written(exchange, reply)

    def _graphql(self, exchange: Exchange) -> Reply:
        if exchange.actor.kind == "app":
            raise Refusal(401, "A JSON web token could not be decoded")
        return execution.run(self.world, exchange.actor, exchange.request.body)

    def _rest(self, exchange: Exchange) -> Reply:
        request = exchange.request
        version = request.headers.get("x-github-api-version")
        if version is not None and version not in VERSIONS:
            raise Refusal(400, f'"{version}" is not a valid version for X-GitHub-Api-Version')
        if not request.headers.get("user-agent"):
            raise Refusal(
                403,
                "Request forbidden by administrative rules. Please make sure your request has a User-Agent",
            )
        if len(request.body) > BODY_LIMIT:
            raise Refusal(413, "Request entity too large")
        found = find_route(request.method, request.path)
        if found is None:
            raise Refusal(404, "Not Found")
        route, params = found
        body = _parsed(request.body)
        call = Call(
            self.world,
            self.authority,
            exchange.actor,
            request.method,
            request.path,
            params,
            request.query,
            body,
            request.headers,
        )
        if "repo" in params and exchange.actor.kind != "app":
            call.seen()
        _check_body(route, call, body, bool(request.body))
        return route.handler(call)

    def _written(self, exchange: Exchange, reply: Reply) -> Response:
        headers = {
            "server": "github.com",
            "x-github-media-type": "github.v3; format=json",
            "x-github-request-id": f"SBX:{len(self.journal.entries) + 1:X}",
            **limits.headers(self.world, exchange.actor),
            **reply.headers,
        }
        if isinstance(reply.body, bytes):
            return Response(reply.status, reply.body, headers)
        if reply.body is None:
            return Response(reply.status, b"", headers)
        return json_response(reply.status, reply.body, headers)

    def _record(self, exchange: Exchange, response: Response) -> None:
        request, actor = exchange.request, exchange.actor
        chosen = tuple(sorted(actor.repository_ids)) if actor.repository_ids is not None else None
        self.journal.entries.append(
            Entry(
                len(self.journal.entries) + 1,
                self.world.now(),
                request.method,
                request.path,
                exchange.operation,
                response.status,
                exchange.write,
                actor.login,
                actor.kind,
                actor.permissions,
                chosen,
                exchange.fault.kind if exchange.fault else None,
                request.body,
            )
        )
        undescribed = find_route(request.method, request.path)
        described = undescribed is not None and undescribed[0] in _DESCRIBED
        if self.gate_on and exchange.fault is None and (described or undescribed is None):
            kind = response.headers.get("content-type", "")
            self.violations += gate.exchange_faults(
                request.method, request.target, request.body, response.status, response.body, kind
            )

    def status(self) -> dict[str, Any]:
        state = self.world.state
        return {
            "time": stamp(self.world.now()),
            "repositories": [repo.full_name for repo in state.repositories.values()],
            "calls": len(self.journal.entries),
            "deliveries": len(state.deliveries),
            "violations": len(self.violations),
        }


_DESCRIBED = frozenset(route for route in ROUTES if gate.is_described(route.operation))


def _parsed(raw: bytes) -> Any:
    if not raw.strip():
        return {}
    try:
        return whole(json.loads(raw))
    except (ValueError, RecursionError) as bad:
        raise Refusal(400, "Problems parsing JSON") from bad


def _check_body(route: Route, call: Call, body: Any, sent: bool) -> None:
    """Wrong types and missing fields, worded as GitHub words them; fields it does not know it ignores."""
    arrays = route.template.endswith(ARRAYS_TOO)
    if not isinstance(body, dict) and not (arrays and isinstance(body, list)):
        raise Refusal(400, "Body should be a JSON object")
    if route not in _DESCRIBED or call.method in ("GET", "HEAD"):
        return
    faults = gate.request_faults(
        route.operation, call.params, {}, body, sent or call.method in ("POST", "PATCH")
    )
    told = [
        f"{pointer}: {text}"
        for pointer, text in faults
        if pointer.startswith("body") and text != "unknown field"
    ]
    if told and not (told == ["body: this operation takes no body"]):
        raise Refusal(422, "Invalid request.\n\n" + "\n".join(told))
