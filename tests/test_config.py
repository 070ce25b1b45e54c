"""What a repository chose is read, and what is wrong with it is said with its line and column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.config import RepoConfig, config_schema, read_config
from bot.errors import UserError
from bot.located_yaml import LocatedYaml, YamlFault, read_yaml
from bot.plan.formats import FORMATS

WHOLE = """\
formats:
  default: functional
  labels:
    "plan:steps": steps
lint:
  suppress:
    - rule: PLN404
      reason: our docs name files of another repository
      path: docs/**
  protected: ["infra/**"]
  links: [https://wiki.example.com/]
  mentions: [maya]
"""


def test_a_whole_file() -> None:
    config = read_config(WHOLE)
    assert (config.formats.default, dict(config.formats.labels)) == ("functional", {"plan:steps": "steps"})
    assert config.lint.suppress[0].rule == "PLN404"
    assert config.lint.protected == ["infra/**"]


@pytest.mark.parametrize("text", [None, "", "\n# nothing\n", "---\n", "{}"])
def test_nothing_is_the_defaults(text: str | None) -> None:
    assert read_config(text) == RepoConfig()


def test_the_formats_are_those_there_are() -> None:
    known = config_schema()["$defs"]["Formats"]["properties"]["default"]["enum"]
    assert set(FORMATS) <= set(known)


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("formats:\n  defualt: steps\n", "2:3", "no such key"),
        ("formats:\n  default: novel\n", "2:3", "'roadmap', 'steps'"),
        ("lint:\n  suppress:\n    - rule: PLN4\n      reason: because we can\n", "3:7", "pattern"),
        ("lint:\n  suppress:\n    - rule: PLN404\n", "3:7", "required"),
        ("lint:\n  suppress:\n    - rule: PLN404\n      reason: x\n", "4:7", "at least 4"),
        ("formats: steps\n", "1:1", "valid dictionary"),
        ("- a\n", "1:1", "valid dictionary"),
        ("a: 1\na: 2\n", "2:1", "stands twice"),
        ("a: &x 1\nb: *x\n", "1:", "aliases"),
        ("a: [1, 2\n", "2:1", "expected"),
        ("a:\n\t- b\n", "2:1", "cannot start any token"),
        ("? [a]\n: b\n", "1:3", "keys are plain text"),
        ("a: 1\n---\nb: 2\n", "2:1", "expected a single document"),
        ("x: " + "[" * 40 + "]" * 40, "1:", "nested deeper"),
        ("#" * 200_000, "1:1", "longer than"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_is_said_with_its_place(text: str, where: str, said: str) -> None:
    with pytest.raises(UserError) as no:
        read_config(text)
    assert no.value.code == "config"
    assert no.value.reason.startswith(f".github/groundplan.yml:{where}")
    assert said in no.value.reason


@given(st.text(alphabet=" \n\t-:[]{}&*!|>'\"#%@`abc0123,?~", max_size=200))
def test_no_text_raises_anything_else(text: str) -> None:
    assert isinstance(read_yaml(text), LocatedYaml | YamlFault)
    try:
        read_config(text)
    except UserError:
        return


def test_the_schema_accepts_what_reading_accepts() -> None:
    schema = config_schema()
    Draft202012Validator.check_schema(schema)
    read = read_yaml(WHOLE)
    assert isinstance(read, LocatedYaml)
    Draft202012Validator(schema).validate(read.value)
