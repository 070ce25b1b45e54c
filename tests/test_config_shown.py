"""What people read of the configuration comes from the model: the pages, the schema, the commented file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.commands import ROLES, VERBS, commands_in
from bot.config import DEFAULTS, CommandName, RepoConfig, RoleName, config_schema, known_keys, read_config
from bot.config_keys import Key, keys_in, nearest
from bot.config_shown import SCHEMA, SCHEMA_ADDRESS, commented, main, pages, schema_text, table, with_block
from bot.labels import LABELS, MAJOR, wanted_labels
from bot.status import STATE_LABELS
from bot.steps import Policy

DOCS = Path(__file__).resolve().parents[1] / "docs"
AGAIN = "run: python -m bot.config_shown docs"
KEYS = tuple(keys_in(config_schema()))


# The pages


@pytest.mark.parametrize("name", pages())
def test_what_is_generated_in_a_page_is_current(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    assert page == with_block(page, *pages()[name]), AGAIN


def test_the_published_schema_is_current() -> None:
    assert (DOCS / SCHEMA).read_text(encoding="utf-8") == schema_text(), AGAIN
    assert SCHEMA_ADDRESS.endswith(f"/docs/{SCHEMA}")


def test_writing_them_again_changes_nothing_else(tmp_path: Path) -> None:
    for name in pages():
        text = (DOCS / name).read_text(encoding="utf-8")
        begin = f"<!-- {pages()[name][0]} -->\n"
        (tmp_path / name).write_text(text.replace(begin, f"{begin}old\n"), encoding="utf-8")
    main([str(tmp_path)])
    for name in (*pages(), SCHEMA):
        assert (tmp_path / name).read_bytes() == (DOCS / name).read_bytes()


def test_a_page_without_a_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="no <!-- keys -->"):
        with_block("nothing", "keys", table())


def unsaid(part: BaseModel, path: str = "") -> list[str]:
    """The keys that a file did not say."""
    found = [f"{path}{name}" for name in type(part).model_fields if name not in part.model_fields_set]
    for name in type(part).model_fields:
        value = getattr(part, name)
        for one in value if isinstance(value, list) else [value]:
            found += unsaid(one, f"{path}{name}.") if isinstance(one, BaseModel) else []
    return found


def test_the_page_shows_an_example_with_every_key_and_no_default() -> None:
    example = (DOCS / "configuration.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    config = read_config(example).config
    assert unsaid(config) == []
    told, usual = config.model_dump(), DEFAULTS.config.model_dump()
    same = [
        f"{section}.{key}"
        for section, keys in told.items()
        for key in (keys if section != "permissions" else ())
        if usual[section][key] == told[section][key]
    ]
    assert same == []
    assert config.permissions
    assert SCHEMA_ADDRESS in example


# Keys


def test_every_key_says_what_it_is_and_what_it_takes() -> None:
    assert len({key.path for key in KEYS}) == len(KEYS)
    for key in KEYS:
        assert len(key.says) > 10, key.path
        assert key.says.endswith("."), key.path
        assert key.section or key.takes, key.path
    assert "| `decisions.who` | `triage`, `write`, `maintain`, `admin` | `write` |" in table()
    assert "| `lint.suppress[].rule` | text | required |" in table()


def test_the_shown_defaults_are_those_that_hold() -> None:
    usual = json.loads(DEFAULTS.config.model_dump_json())
    for key in KEYS:
        if not key.section and "[]" not in key.path:
            value = usual
            for part in key.path.split("."):
                value = value[part]
            assert key.default == value, key.path


@pytest.mark.parametrize("key", [key for key in KEYS if key.example is not None], ids=lambda key: key.path)
def test_examples_are_sound(key: Key) -> None:
    if key.path == "lint.suppress[].rule":
        value: object = {"suppress": [{"rule": key.example, "reason": "because"}]}
        RepoConfig.model_validate({"lint": value})
        return
    value = key.example
    for part in reversed(key.path.split(".")):
        value = {part: value}
    RepoConfig.model_validate(value)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("lint.supress", "lint.suppress"),
        ("decisions.dead_line_days", "decisions.deadline_days"),
        ("decision", "decisions"),
        ("method", "merge.method"),
        ("merge.squash", ""),
        ("", ""),
        ("review." + "r" * 1_000, ""),
    ],
)
def test_the_nearest_key(path: str, meant: str) -> None:
    assert nearest(path, known_keys()) == meant


@given(st.text(max_size=80))
def test_the_nearest_key_is_one_that_there_is(path: str) -> None:
    assert nearest(path, known_keys()) in {"", *known_keys()}


# What the configuration has in common with other tables


def test_the_commands_and_roles_are_those_there_are() -> None:
    assert set(get_args(CommandName)) == set(VERBS) - {"help", "status", "decide"}
    assert get_args(RoleName) == ROLES[1:]
    assert DEFAULTS.config.decisions.who == VERBS["decide"].least


@pytest.mark.parametrize("prefix", ["plan", "ground-plan", "a", "7", "P" * 30])
def test_what_may_be_a_prefix_is_read_as_one(prefix: str) -> None:
    config = read_config(f"commands:\n  prefix: '{prefix}'\n").config
    [command] = commands_in(f"/{prefix} status", prefix=config.commands.prefix)
    assert command.verb == "status"


def test_every_label_that_is_put_on_is_one_of_ours() -> None:
    assert {label for label in STATE_LABELS.values() if label} <= set(LABELS)
    assert {MAJOR, *DEFAULTS.config.decisions.labels} <= set(LABELS)
    for name, (color, says) in LABELS.items():
        assert len(name) <= 50
        assert re.fullmatch("[0-9a-f]{6}", color)
        assert 0 < len(says) <= 100


def test_labels_follow_what_was_chosen() -> None:
    config = read_config(
        "labels:\n  states: false\ndecisions:\n  labels: [Owners, Decision/Major, owners]\n"
    ).config
    wanted = wanted_labels(config, Policy("secret", plan_label="Plan please", opt_out_label="no-plan"))
    assert [one.name for one in wanted] == ["Plan please", "no-plan", MAJOR, "Owners"]
    assert wanted[0].description == LABELS["needs-plan"][1]
    assert {one.name for one in wanted_labels(DEFAULTS.config, Policy("secret"))} == set(LABELS)


# The file with every key commented out


def uncommented(text: str) -> str:
    """As somebody does who takes the "# " away everywhere."""
    return "\n".join(line[2:] for line in text.splitlines() if line.startswith("# "))


def test_the_commented_file_changes_nothing() -> None:
    assert read_config(commented()).config == DEFAULTS.config
    assert all(not line or line.startswith(("# ", "## ")) for line in commented().splitlines())


def test_uncommented_it_says_every_default() -> None:
    config = read_config(uncommented(commented())).config
    assert config == DEFAULTS.config
    assert unsaid(config) == []
