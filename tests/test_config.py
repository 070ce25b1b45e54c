"""What a repository chose is read, and what is wrong with it is said with its line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.config import (
    DEFAULTS,
    MOST_FAULTS,
    NOT_TEXT,
    ConfigFile,
    choices_in,
    config_schema,
    faults_in,
    read_config,
)
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
    config = read_config(WHOLE).config
    assert (config.formats.default, dict(config.formats.labels)) == ("functional", {"plan:steps": "steps"})
    assert config.lint.suppress[0].rule == "PLN404"
    assert config.lint.protected == ["infra/**"]


@pytest.mark.parametrize("text", [None, "", "\n# nothing\n", "---\n", "{}"])
def test_nothing_is_the_defaults(text: str | None) -> None:
    assert read_config(text).config == DEFAULTS.config


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
        (
            "lint:\n  suppress:\n    - rule: PLN401\n      reason: because\n",
            "3:7",
            "PLN401 cannot be set aside",
        ),
        ("lint:\n  links: ['https://example.com']\n", "2:11", "pattern"),
        ("lint:\n  mentions: ['all of us']\n", "2:14", "pattern"),
        ("lint:\n  protected:\n    - infra/**\n    - /infra/**\n", "4:7", "from the top"),
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


def test_everything_that_is_wrong_is_found() -> None:
    faults = faults_in(ConfigFile("lint:\n  supress: []\n  links: 3\nformats:\n  default: novel\n"))
    assert sorted(fault.line for fault in faults) == [2, 3, 5]
    with pytest.raises(UserError, match="2 more in that file"):
        read_config("lint:\n  supress: []\n  links: 3\nformats:\n  default: novel\n")
    many = "".join(f"key{number}: 1\n" for number in range(100))
    assert len(faults_in(ConfigFile(many))) == MOST_FAULTS


def test_what_is_no_text_is_a_fault() -> None:
    assert faults_in(ConfigFile(None)) == (NOT_TEXT,)
    with pytest.raises(UserError, match="1:1"):
        choices_in(ConfigFile(None))


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


DOCS = Path(__file__).resolve().parents[1] / "docs" / "configuration.md"


def test_the_page_shows_an_example_with_every_key() -> None:
    text = DOCS.read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    config = read_config(example).config
    assert all(
        config.model_dump()[part] != DEFAULTS.config.model_dump()[part] for part in ("formats", "lint")
    )
    assert config.model_fields_set == set(type(config).model_fields)
    for part in (config.formats, config.lint, config.lint.suppress[0]):
        assert part.model_fields_set == set(type(part).model_fields)


def test_the_page_has_a_row_for_every_key() -> None:
    definitions = config_schema()["$defs"]
    keys = [f"formats.{key}" for key in definitions["Formats"]["properties"]]
    keys += [f"lint.{key}" for key in definitions["Lint"]["properties"]]
    keys += [f"lint.suppress[].{key}" for key in definitions["SetAside"]["properties"]]
    rows = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert set(keys) <= {row.split("`")[1] for row in rows}
