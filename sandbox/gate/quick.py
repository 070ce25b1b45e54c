"""Is a value valid? A JSON Schema compiled to closures: many times as quick as jsonschema, the same verdict.

It gives no reasons (those are jsonschema's to give), and asks jsonschema about any word it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any], bool]
Formats = Mapping[str, Check]

_TYPES: dict[str, Check] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}
# Words that constrain nothing we check, or that only describe.
_SILENT = {"$schema", "readOnly", "writeOnly", "contentMediaType", "additionalProperties"}
# Words whose meaning depends on their neighbours.
_TANGLED = {"patternProperties", "unevaluatedProperties", "unevaluatedItems", "if", "prefixItems"}


class Compiler:
    """Compiles schemas whose references point into one table of definitions."""

    def __init__(
        self, definitions: Mapping[str, Any], formats: Formats, slow: Callable[[Any], Check]
    ) -> None:
        self._definitions = definitions
        self._slow = slow
        self._formats = formats
        self._named: dict[str, Check] = {}

    def compile(self, schema: Any) -> Check:
        if isinstance(schema, bool):
            return lambda _value: schema
        if _TANGLED & set(schema):
            return self._slow(schema)
        checks = [self._keyword(word, schema) for word in schema]
        if schema.get("additionalProperties") is not None:
            checks.append(self._extra(schema))
        useful = [check for check in checks if check is not None]
        if len(useful) == 1:
            return useful[0]
        return lambda value: all(check(value) for check in useful)

    def _keyword(self, word: str, schema: Mapping[str, Any]) -> Check | None:
        known = getattr(self, "_" + word.lstrip("$").lower(), None)
        if known is not None:
            made: Check = known(schema[word])
            return made
        if word == "format":
            return self._formats.get(schema[word])
        return None if word in _SILENT else self._slow({word: schema[word]})

    def _ref(self, target: str) -> Check:
        name = target.rpartition("/")[2]

        def check(value: Any) -> bool:
            if name not in self._named:
                self._named[name] = self.compile(self._definitions[name])
            return self._named[name](value)

        return check

    def _type(self, wanted: str | list[str]) -> Check:
        if isinstance(wanted, str):
            return _TYPES[wanted]
        kinds = [_TYPES[one] for one in wanted]
        return lambda value: any(kind(value) for kind in kinds)

    def _properties(self, fields: Mapping[str, Any]) -> Check:
        checks = [(name, self.compile(inner)) for name, inner in fields.items()]

        def check(value: Any) -> bool:
            if not isinstance(value, dict):
                return True
            return all(inner(value[name]) for name, inner in checks if name in value)

        return check

    def _required(self, names: list[str]) -> Check:
        return lambda value: not isinstance(value, dict) or all(name in value for name in names)

    def _extra(self, schema: Mapping[str, Any]) -> Check | None:
        extra = schema["additionalProperties"]
        if extra is True or extra == {}:
            return None
        inner, known = self.compile(extra), set(schema.get("properties", ()))

        def check(value: Any) -> bool:
            if not isinstance(value, dict):
                return True
            return all(inner(one) for name, one in value.items() if name not in known)

        return check

    def _items(self, inner: Any) -> Check:
        check = self.compile(inner)
        return lambda value: not isinstance(value, list) or all(check(one) for one in value)

    def _enum(self, allowed: list[Any]) -> Check:
        # 1 == True in Python but not in JSON Schema.
        return lambda value: any(
            value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed
        )

    def _anyof(self, schemas: list[Any]) -> Check:
        checks = [self.compile(one) for one in schemas]
        return lambda value: any(check(value) for check in checks)

    def _allof(self, schemas: list[Any]) -> Check:
        checks = [self.compile(one) for one in schemas]
        return lambda value: all(check(value) for check in checks)

    def _oneof(self, schemas: list[Any]) -> Check:
        checks = [self.compile(one) for one in schemas]
        return lambda value: sum(check(value) for check in checks) == 1

    def _pattern(self, text: str) -> Check:
        found = re.compile(text)
        return lambda value: not isinstance(value, str) or found.search(value) is not None

    def _maxlength(self, most: int) -> Check:
        return lambda value: not isinstance(value, str) or len(value) <= most

    def _minlength(self, least: int) -> Check:
        return lambda value: not isinstance(value, str) or len(value) >= least

    def _maxitems(self, most: int) -> Check:
        return lambda value: not isinstance(value, list) or len(value) <= most

    def _minitems(self, least: int) -> Check:
        return lambda value: not isinstance(value, list) or len(value) >= least

    def _minimum(self, least: float) -> Check:
        return lambda value: not _TYPES["number"](value) or value >= least

    def _maximum(self, most: float) -> Check:
        return lambda value: not _TYPES["number"](value) or value <= most
