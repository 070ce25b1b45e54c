"""Cuts the operations the sandbox serves out of GitHub's OpenAPI description and stores them small.

Run by hand (`python -m sandbox.gate.build_subset`) when the pinned package or the routes change; it
needs npm. The description is of API version 2022-11-28; fields that version 2026-03-10 dropped are
taken out of `required`.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sandbox.npm import packed_file

PACKAGE = "@octokit/openapi@23.0.2"
INSIDE = "package/generated/api.github.com.json"
TARGET = Path(__file__).with_name("subset.json.gz")
DROPPED = {
    "issue": ("assignee",),
    "pull-request": ("assignee", "merge_commit_sha"),
    "pull-request-simple": ("assignee", "merge_commit_sha"),
    "repository": ("has_downloads",),
    "repository-webhooks": ("has_downloads",),
    "full-repository": ("has_downloads",),
    "rate-limit-overview": ("rate",),
}
NOISE = ("description", "example", "examples", "externalDocs", "summary", "deprecated", "title", "xml")
EVENTS = (
    "check_run",
    "installation",
    "installation_repositories",
    "issue_comment",
    "issues",
    "ping",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_review_thread",
    "push",
    "sub_issues",
)
Json = dict[str, Any]


def fetch(folder: Path) -> Json:
    """The description out of the npm package."""
    loaded: Json = json.loads(packed_file(PACKAGE, INSIDE, folder))
    return loaded


def slim(schema: Any, names_are_data: bool = False) -> Any:
    """An OpenAPI 3.0 schema as plain JSON Schema: no prose, `nullable` spelled out in
    types, enums and unions.
    """
    if isinstance(schema, list):
        return [slim(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if names_are_data:
        return {name: slim(one) for name, one in schema.items()}
    kept = {
        key: slim(value, key in ("properties", "patternProperties"))
        for key, value in schema.items()
        if key not in NOISE
        and key not in ("nullable", "discriminator", "default")
        and not key.startswith("x-")
    }
    if "$ref" in kept:
        kept["$ref"] = "#/$defs/" + kept["$ref"].rpartition("/")[2]
    return _nullable(kept) if schema.get("nullable") else kept


def _nullable(schema: Json) -> Json:
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


class Cutter:
    def __init__(self, whole: Json) -> None:
        self.whole = whole
        self.defs: Json = {}

    def follow(self, node: Json) -> Json:
        while "$ref" in node:
            found: Any = self.whole
            for part in node["$ref"].split("/")[1:]:
                found = found[part]
            node = found
        return node

    def schema(self, raw: Json | None) -> Json | None:
        if raw is None:
            return None
        cut: Json = slim(raw)
        waiting = list(_references(cut))
        while waiting:
            name = waiting.pop()
            if name not in self.defs:
                self.defs[name] = self._definition(name)
                waiting += _references(self.defs[name])
        return cut

    def _definition(self, name: str) -> Json:
        cut: Json = slim(self.whole["components"]["schemas"][name])
        if name in DROPPED:
            cut["required"] = [field for field in cut["required"] if field not in DROPPED[name]]
        return cut

    def content(self, holder: Json) -> Json | None:
        media = holder.get("content", {}).get("application/json", {})
        return self.schema(media.get("schema"))

    def operation(self, method: str, template: str) -> Json:
        found = self.whole["paths"][template][method.lower()]
        parameters = [self.follow(one) for one in found.get("parameters", [])]
        body = self.follow(found["requestBody"]) if "requestBody" in found else None
        return {
            "parameters": [
                {
                    "name": one["name"],
                    "in": one["in"],
                    "required": one.get("required", False),
                    "schema": self.schema(one["schema"]),
                }
                for one in parameters
            ],
            "body": {"required": body.get("required", False), "schema": self.content(body)} if body else None,
            "responses": {code: self.content(self.follow(one)) for code, one in found["responses"].items()},
        }

    def webhooks(self) -> Json:
        cut: Json = {}
        for entry in self.whole["x-webhooks"].values():
            post = entry["post"]
            event = post["x-github"]["subcategory"].replace("-", "_")
            if event in EVENTS:
                schema = self.schema(post["requestBody"]["content"]["application/json"]["schema"])
                actions = self._actions(schema or {})
                cut.update({f"{event}.{action}" if action else event: schema for action in actions})
        return cut

    def _actions(self, schema: Json) -> list[str | None]:
        resolved = self.defs[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        named: list[str | None] = resolved.get("properties", {}).get("action", {}).get("enum", [None])
        return named


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def subset(whole: Json, operations: list[tuple[str, str]]) -> Json:
    cutter = Cutter(whole)
    cut = {f"{method} {template}": cutter.operation(method, template) for method, template in operations}
    error = cutter.schema({"$ref": "#/components/schemas/basic-error"})
    hooks = cutter.webhooks()
    return {"source": PACKAGE, "operations": cut, "error": error, "webhooks": hooks, "$defs": cutter.defs}


def main(arguments: list[str]) -> None:
    from sandbox.rest.table import DESCRIBED

    wanted = sorted({(one.method, one.template) for one in DESCRIBED})
    if arguments:
        whole = json.loads(Path(arguments[0]).read_text())
    else:
        with tempfile.TemporaryDirectory() as folder:
            whole = fetch(Path(folder))
    text = json.dumps(subset(whole, wanted), sort_keys=True, separators=(",", ":"))
    TARGET.write_bytes(gzip.compress(text.encode(), mtime=0))
    sys.stdout.write(
        f"{TARGET.name}: {len(wanted)} operations, {len(text)} bytes, {TARGET.stat().st_size} stored\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
