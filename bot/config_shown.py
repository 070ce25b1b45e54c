"""The configuration as people see it: the table of its keys, the file with every key commented out, the
published schema. All of it comes from the model.

`python -m bot.config_shown docs` writes the tables in docs/ and the schema beside them again.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.config import config_schema
from bot.config_keys import Key, keys_in
from bot.labels import labels_table

SCHEMA = "groundplan.schema.json"
SCHEMA_ADDRESS = f"https://raw.githubusercontent.com/groundplan/groundplan/main/docs/{SCHEMA}"
_WIDTH = 96


def table() -> str:
    """Every key, as a Markdown table."""
    rows = (_row(key) for key in keys_in(config_schema()) if not key.section)
    return "\n".join(["| key | takes | default | says |", "|---|---|---|---|", *rows]) + "\n"


def commented() -> str:
    """Every key with its default as YAML, each line of it behind "# "; words stand behind "## "."""
    return "\n".join(line.rstrip() for line in _lines()).lstrip("\n") + "\n"


def schema_text() -> str:
    """The JSON Schema as it is published."""
    return json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"


def with_block(page: str, name: str, text: str) -> str:
    """The page with `text` between `<!-- name -->` and `<!-- /name -->`. ValueError when it has no such
    place."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"no {begin} … {end} in the page")
    return f"{before}{begin}\n{text}{end}{after}"


def _row(key: Key) -> str:
    return f"| `{key.path}` | {key.takes} | {_default(key)} | {key.says} |"


def _default(key: Key) -> str:
    if key.required:
        return "required"
    return f"`{_value(key.default)}`" if key.default not in ([], {}, "") else "none"


def _lines() -> Iterator[str]:
    for key in keys_in(config_schema()):
        if "[]" in key.path:
            continue
        indent = "  " * key.path.count(".")
        if not indent:
            yield ""
        words = key.says if key.section else f"{key.says} {_hint(key)}"
        yield from textwrap.wrap(
            words, _WIDTH, initial_indent=f"## {indent}", subsequent_indent=f"## {indent}"
        )
        if key.example is not None:
            yield f"## {indent}Example: {_value(key.example)}"
        yield f"# {indent}{key.name}:" + ("" if key.section else f" {_value(key.default)}")


def _hint(key: Key) -> str:
    """What the key takes, where its default does not show it."""
    takes = key.takes.replace("`", "")
    if takes in ("text", "true, false") or takes.startswith("a list"):
        return ""
    if key.takes.startswith("`") and key.default != {}:
        return f"One of: {takes}."
    return f"Takes {takes}."


def _value(value: Any) -> str:
    """YAML on one line: JSON is YAML, and words need no quotes."""
    plain = isinstance(value, str) and value.replace("-", "").replace("/", "").isalnum()
    return value if plain else json.dumps(value, ensure_ascii=False)


def pages() -> dict[str, tuple[str, str]]:
    """The pages with something generated in them: the block's name, and its text."""
    return {"configuration.md": ("keys", table()), "onboarding.md": ("labels", labels_table())}


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0])
    for name, (block, text) in pages().items():
        page = folder / name
        page.write_text(with_block(page.read_text(encoding="utf-8"), block, text), encoding="utf-8")
    (folder / SCHEMA).write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
