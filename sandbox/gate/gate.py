"""The gate: is this exchange one that GitHub's own description allows? Returns what is wrong, raises nothing.

Usable on a client (`httpx.Client(event_hooks={"response": [gate.hook]})`) or inside the
sandbox, on every exchange.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

import httpx
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from sandbox.gate.quick import Compiler

SUBSET = Path(__file__).with_name("subset.json.gz")
EXEMPT = ("/_sandbox", "/_codeload", "/graphql")
GREEDY = ("ref", "path", "basehead", "branch")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time")
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or bool(_TIME.fullmatch(value))


Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong: `where` is request or response, `pointer` the place in it."""

    operation: str
    where: str
    pointer: str
    message: str
    status: int = 0

    @property
    def refused(self) -> bool:
        """True when the server itself answered with an error, as it should for a bad request."""
        return self.status >= 400

    def __str__(self) -> str:
        return f"{self.operation} [{self.status}] {self.where} {self.pointer or '/'}: {self.message}"


@cache
def _subset() -> Json:
    loaded: Json = json.loads(gzip.decompress(SUBSET.read_bytes()))
    _mend_account(loaded)
    return loaded


def _mend_account(loaded: Json) -> None:
    """One list wants an account that is a person and an enterprise at once; its neighbours say "either"."""
    listed = loaded["operations"]["GET /app/installations"]["responses"]["200"]["items"]["properties"]
    listed["account"] = {
        "anyOf": [part for one in listed["account"]["anyOf"] for part in one.get("allOf", [one])]
    }


def _pattern(template: str) -> re.Pattern[str]:
    def segment(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>{'.+' if found[1] in GREEDY else '[^/]+'})"

    return re.compile("^" + re.sub(r"\{(\w+)\}", segment, template) + "/?$")


@cache
def _table() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Longest fixed text first, so that `/issues/comments/{id}` is
    tried before `/issues/{n}`-like templates.
    """
    operations = sorted(_subset()["operations"], key=lambda name: -len(re.sub(r"\{\w+\}", "", name)))
    return tuple((name.split()[0], _pattern(name.split()[1]), name) for name in operations)


def operation_of(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    for verb, pattern, name in _table():
        if verb == method and (found := pattern.match(path)):
            return name, {key: unquote(value) for key, value in found.groupdict().items()}
    return None


@cache
def _registry() -> Registry[Any]:
    resource = DRAFT202012.create_resource({"$defs": _subset()["$defs"]})
    empty: Registry[Any] = Registry()
    return cast("Registry[Any]", empty.with_resource("urn:github", resource))


class Schema:
    """One schema: a quick verdict first, jsonschema only to say what is wrong."""

    def __init__(self, schema: Json) -> None:
        self._schema = schema
        self._fits = _compiler().compile(schema)

    def faults(self, value: Any) -> list[tuple[str, str]]:
        return [] if self._fits(value) else list(_faults(_compile(self._schema), value))


@cache
def _compiler() -> Compiler:
    return Compiler(_subset()["$defs"], {"date-time": _is_time}, lambda schema: _compile(schema).is_valid)


@cache
def _validator(kind: str, name: str, part: str) -> Schema | None:
    """Compiled once for each schema that is asked for, never for the whole description."""
    found: Any = _subset()[kind] if kind == "error" else _subset()[kind][name]
    if kind == "operations":
        found = found["body"]["schema"] if part == "body" else found["responses"].get(part)
    return Schema(found) if found is not None else None


def _absolute(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            k: "urn:github" + v if k == "$ref" and isinstance(v, str) else _absolute(v)
            for k, v in node.items()
        }
    return [_absolute(one) for one in node] if isinstance(node, list) else node


def _compile(schema: Json) -> Draft202012Validator:
    return Draft202012Validator(_absolute(schema), registry=_registry(), format_checker=_FORMATS)


@cache
def _parameter(operation: str, index: int) -> Schema:
    return Schema(_subset()["operations"][operation]["parameters"][index]["schema"])


def _deepest(error: ValidationError) -> ValidationError:
    while error.context:
        error = max(error.context, key=lambda one: (len(one.absolute_path), one.validator != "type"))
    return error


def _faults(validator: Draft202012Validator, value: Any) -> Iterable[tuple[str, str]]:
    for raw in validator.iter_errors(value):
        error = _deepest(raw)
        yield "/" + "/".join(str(part) for part in error.absolute_path), error.message[:300]


def _coerced(text: str, schema: Json) -> Any:
    kinds = schema.get("type", "string")
    if "integer" in kinds and re.fullmatch(r"-?\d+", text):
        return int(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return text


def request_faults(
    operation: str, params: Mapping[str, str], query: Mapping[str, str], body: Any, sent: bool
) -> list[tuple[str, str]]:
    """(pointer, message) for each fault in path, query and body; `sent` tells whether there was a body."""
    described = _subset()["operations"][operation]
    faults = list(_parameter_faults(operation, described["parameters"], params, query))
    if described["body"] is None:
        return [*faults, ("body", "this operation takes no body")] if sent and body else faults
    if not sent:
        return [*faults, ("body", "a body is required")] if described["body"]["required"] else faults
    validator = _validator("operations", operation, "body")
    if validator is not None:
        faults += [("body" + pointer, message) for pointer, message in validator.faults(body)]
        faults += [(f"body/{name}", "unknown field") for name in _unknown(described["body"]["schema"], body)]
    return faults


def _parameter_faults(
    operation: str, parameters: list[Json], params: Mapping[str, str], query: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    known = set()
    for index, one in enumerate(parameters):
        given = (params if one["in"] == "path" else query).get(one["name"])
        known.add(one["name"])
        if given is None:
            if one["required"]:
                yield f"{one['in']}/{one['name']}", "is required"
            continue
        value = _coerced(given, one["schema"])
        for _pointer, message in _parameter(operation, index).faults(value):
            yield f"{one['in']}/{one['name']}", message
    for name in query:
        if name not in known:
            yield f"query/{name}", "unknown parameter"


def _unknown(schema: Json, body: Any) -> list[str]:
    known = _properties(schema)
    return [name for name in body if name not in known] if isinstance(body, dict) and known else []


def _properties(schema: Json) -> set[str]:
    found = set(schema.get("properties", {}))
    for key in ("oneOf", "anyOf", "allOf"):
        for one in schema.get(key, []):
            found |= _properties(one)
    return found


def response_faults(operation: str, status: int, body: Any) -> list[tuple[str, str]]:
    """Documented answers by their schema; any error status may also carry GitHub's basic error."""
    described: Json = _subset()["operations"][operation]["responses"]
    if status in (301, 307):  # Any address of a repository that was renamed answers so.
        return []
    if status >= 400:
        return _error_faults(operation, status, body)
    if str(status) not in described:
        return [("status", f"{status} is not among {', '.join(sorted(described))}")]
    validator = _validator("operations", operation, str(status))
    if validator is None:
        return [("body", "this answer has no body")] if body not in (None, b"", "") else []
    return validator.faults(body)


def _error_faults(operation: str, status: int, body: Any) -> list[tuple[str, str]]:
    basic = cast(Schema, _validator("error", "", "")).faults(body)
    if not basic and isinstance(body, dict) and "message" in body:
        return []
    special = _validator("operations", operation, str(status))
    if special is not None and not special.faults(body):
        return []
    return basic or [("body", "an error answer carries a message")]


def webhook_faults(event: str, payload: Json) -> list[tuple[str, str]]:
    """What GitHub's description of this event has against a payload."""
    action = payload.get("action")
    name = f"{event}.{action}" if action and f"{event}.{action}" in _subset()["webhooks"] else event
    if name not in _subset()["webhooks"]:
        return [("", f"no such event: {event} {action}")]
    validator = _validator("webhooks", name, "")
    return validator.faults(payload) if validator else []


def exchange_faults(
    method: str, target: str, body: bytes, status: int, answer: bytes, answer_type: str = "application/json"
) -> list[Violation]:
    """Everything wrong with one exchange; `target` is the raw path with its query."""
    path, _, query = target.partition("?")
    found = operation_of(method, path)
    if path.startswith(EXEMPT):
        return []
    if found is None:
        return [
            Violation(f"{method} {path}", "request", "path", "no such operation in the description", status)
        ]
    name, params = found
    parsed, broken = _json(body)
    if broken:
        return [Violation(name, "request", "body", "is no JSON", status)]
    asked = request_faults(name, params, dict(parse_qsl(query, keep_blank_values=True)), parsed, bool(body))
    told = response_faults(name, status, _answer(answer, answer_type))
    return [Violation(name, "request", *one, status) for one in asked] + [
        Violation(name, "response", *one, status) for one in told
    ]


def _json(data: bytes) -> tuple[Any, bool]:
    if not data:
        return None, False
    try:
        return json.loads(data), False
    except (ValueError, RecursionError):
        return None, True


def _answer(data: bytes, kind: str) -> Any:
    parsed, broken = _json(data)
    return data.decode(errors="replace") if broken else parsed


class Gate:
    """Collects violations of the exchanges it sees; `hook` fits httpx's and githubkit's response hooks."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []

    def hook(self, response: httpx.Response) -> None:
        response.read()
        request = response.request
        target = request.url.raw_path.decode()
        kind = response.headers.get("content-type", "")
        self.violations += exchange_faults(
            request.method, target, request.content, response.status_code, response.content, kind
        )


def is_described(operation: str) -> bool:
    return operation in _subset()["operations"]
