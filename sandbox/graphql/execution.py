"""Runs a GraphQL request: parse, validate against the published schema, execute,
word errors as GitHub does.
"""

from __future__ import annotations

import gzip
import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from sandbox.graphql.context import Context
from sandbox.graphql.fields import TYPES, type_name
from sandbox.graphql.mutations import MUTATIONS
from sandbox.refusals import Refusal
from sandbox.rest.routing import Reply
from sandbox.wire import whole
from sandbox.world import Actor, World

SDL = Path(__file__).with_name("schema.graphql.gz")


def _field(owner: str, name: str) -> Any:
    reader = TYPES[owner][name]
    return lambda source, info, **arguments: reader(info.context, source, **arguments)


def _mutation(name: str) -> Any:
    def resolve(_source: Any, info: GraphQLResolveInfo[Context], input: dict[str, Any]) -> dict[str, Any]:
        told = MUTATIONS[name](info.context, input)
        return {"clientMutationId": input.get("clientMutationId"), **told}

    return resolve


def _resolve_type(value: Any, _info: GraphQLResolveInfo[Context], _of: GraphQLAbstractType) -> str:
    return type_name(value)


@cache
def schema() -> GraphQLSchema:
    built = build_schema(gzip.decompress(SDL.read_bytes()).decode(), assume_valid=True)
    for name, kind in built.type_map.items():
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = _resolve_type
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            for field_name, field in kind.fields.items():
                if name == "Mutation":
                    field.resolve = _mutation(field_name)
                elif name in TYPES:
                    field.resolve = _field(name, field_name)
    return built


@lru_cache(maxsize=500)
def _document(query: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    try:
        document = parse(query)
    except GraphQLError as bad:
        return None, (bad,)
    return document, tuple(validate(schema(), document))


def _request(raw: bytes) -> dict[str, Any]:
    try:
        given = whole(json.loads(raw))
    except (ValueError, RecursionError) as bad:
        raise Refusal(400, "Problems parsing JSON") from bad
    if not isinstance(given, dict) or not isinstance(given.get("query"), str):
        raise Refusal(400, "A query attribute must be specified and must be a string.")
    if not isinstance(given.get("variables") or {}, dict):
        raise Refusal(400, "Variables must be a JSON object.")
    return given


def described(raw: bytes) -> tuple[str, bool]:
    """(name of what the request does, whether it writes), for the journal and the limits."""
    try:
        document, _ = _document(_request(raw)["query"])
    except Refusal:
        return "graphql ?", False
    operations = (
        [one for one in document.definitions if isinstance(one, OperationDefinitionNode)] if document else []
    )
    names = [
        pick.name.value
        for one in operations
        for pick in one.selection_set.selections
        if isinstance(pick, FieldNode)
    ]
    return "graphql " + ",".join(names), any(one.operation == OperationType.MUTATION for one in operations)


def run(world: World, actor: Actor, raw: bytes) -> Reply:
    given = _request(raw)
    document, errors = _document(given["query"])
    if errors or document is None:
        return Reply(200, {"errors": [_told(error) for error in errors]})
    result = execute_sync(
        schema(),
        document,
        context_value=Context(world, actor),
        variable_values=given.get("variables") or {},
        operation_name=given.get("operationName"),
    )
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        for error in result.errors:
            _raise_defect(error)
        answer["errors"] = [_told(error) for error in result.errors]
    return Reply(200, answer)


def _raise_defect(error: GraphQLError) -> None:
    """A fault of the sandbox itself must not look like an answer of GitHub's."""
    if error.original_error is not None and not isinstance(error.original_error, Refusal | GraphQLError):
        raise error.original_error


def _told(error: GraphQLError) -> dict[str, Any]:
    cause = error.original_error
    told: dict[str, Any] = {}
    if isinstance(cause, Refusal):
        told["type"] = cause.kind
    told |= {key: value for key, value in error.formatted.items() if key in ("path", "locations")}
    if not isinstance(cause, Refusal):
        told["extensions"] = {"code": "graphqlError"}
    return {**told, "message": _message(cause) if isinstance(cause, Refusal) else error.message}


def _message(cause: Refusal) -> str:
    details = [one.get("message") if isinstance(one, dict) else one for one in cause.errors or []]
    spoken = [str(one) for one in details if one]
    return ", ".join(spoken) if spoken else cause.message
