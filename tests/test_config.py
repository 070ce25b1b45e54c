"""What a repository chose is read, and what is wrong with it is said with its line and column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from bot.config import (
    DEFAULTS,
    NOT_TEXT,
    ConfigFile,
    RepoConfig,
    choices_in,
    config_schema,
    faults_in,
    read_config,
)
from bot.config_faults import MOST_FAULTS, MOST_KEY
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
commands:
  prefix: groundplan
triggers:
  anyone: true
permissions:
  revise: maintain
review:
  rounds: 1
edits:
  quiet_seconds: 0
merge:
  method: rebase
decisions:
  labels: []
  who: triage
labels:
  states: false
"""


def test_a_whole_file() -> None:
    config = read_config(WHOLE).config
    assert (config.formats.default, dict(config.formats.labels)) == ("functional", {"plan:steps": "steps"})
    assert config.lint.suppress[0].rule == "PLN404"
    assert config.lint.protected == ["infra/**"]
    assert (config.commands.prefix, config.triggers.anyone) == ("groundplan", True)
    assert (config.review.rounds, config.review.mentions, config.edits.quiet_seconds) == (1, True, 0)
    assert (config.merge.auto, config.merge.method) == (False, "rebase")
    assert (config.decisions.labels, config.decisions.deadline_days) == ([], 7)
    assert not config.labels.states


def test_who_may_use_a_command() -> None:
    config = read_config(WHOLE).config
    roles = [config.least_role(verb) for verb in ("revise", "plan", "decide", "help")]
    assert roles == ["maintain", None, "triage", None]


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
        ("lint:\n  supress: []\n", "2:3", "no such key, the nearest is lint.suppress"),
        (
            "lint:\n  suppress:\n    - {reson: because, rule: PLN404, reason: because}\n",
            "3:8",
            "lint.suppress[].reason",
        ),
        ("prefix: gp\n", "1:1", "no such key, the nearest is commands.prefix"),
        ("review:\n  zzzzzz: 1\n", "2:3", "review.zzzzzz: there is no such key"),
        ("commands:\n  prefix: /plan\n", "2:3", "pattern"),
        ("commands:\n  prefix: Decide\n", "2:3", "/decide is a command of its own"),
        ("commands:\n  prefix: ''\n", "2:3", "pattern"),
        ("triggers:\n  anyone: yes\n", "2:3", "it is true or false"),
        ("triggers: false\n", "1:1", "it holds keys"),
        ("review:\n", "1:1", "it holds keys"),
        ("review:\n  rounds: '8'\n", "2:3", "it is a whole number"),
        ("review:\n  rounds: 0\n", "2:3", "greater than or equal to 1"),
        ("review:\n  rounds: 9999999999999999999999\n", "2:3", "it is a whole number"),
        ("review:\n  mentions: 1\n", "2:3", "it is true or false"),
        ("edits:\n  quiet_seconds: 2.5\n", "2:3", "it is a whole number"),
        ("edits:\n  quiet_seconds: 3601\n", "2:3", "less than or equal to 3600"),
        ("merge:\n  auto: on\n", "2:3", "it is true or false"),
        ("merge:\n  method: force\n", "2:3", "'squash', 'merge' or 'rebase'"),
        ("decisions:\n  labels: decision-needed\n", "2:3", "it is a list"),
        ("decisions:\n  labels: ['']\n", "2:12", "at least 1"),
        ("decisions:\n  who: read\n", "2:3", "'triage', 'write'"),
        ("decisions:\n  deadline_days: -1\n", "2:3", "greater than or equal to 1"),
        ("labels:\n  states: ~\n", "2:3", "it is true or false"),
        ("permissions:\n  plan: owner\n", "2:3", "'read', 'triage'"),
        ("permissions:\n  plan: none\n", "2:3", "'read', 'triage'"),
        ("permissions:\n  revize: write\n", "2:3", "no such command, the nearest is permissions.revise"),
        ("permissions:\n  decide: admin\n", "2:3", "no such command, the nearest is decisions.who"),
        ("permissions:\n  help: admin\n", "2:3", "no such command"),
        ("permissions:\n  '[key]': admin\n", "2:3", "no such command"),
        ("permissions:\n  plan: write\n  plan: read\n", "3:3", "stands twice"),
        ("permissions: &all {plan: write}\nlabels: *all\n", "1:", "aliases"),
        ("decisions:\n\tremind: true\n", "2:1", "cannot start any token"),
        ("formats: steps\n", "1:1", "it holds keys"),
        ("- a\n", "1:1", "it holds keys"),
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


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        "review: {rounds: " + "9" * 5_000 + "}\n",
        "? " * 3_000,
        "permissions:\n" + "".join(f"  verb{number}: write\n" for number in range(4_000)),
        "formats:\n  labels:\n" + "".join(f"    l{number}: steps\n" for number in range(5_000)),
        "lint: !!python/object/apply:os.system [echo]\n",
        "\u202ecommands: {prefix: plan}\n",
        "<<: {review: {rounds: 3}}\n",
        "k" * 90_000 + ": 1\n",
        "%YAML 9.9\n---\nreview: {}\n",
    ],
    ids=["bomb", "number", "nest", "verbs", "labels", "tag", "direction", "merge", "key", "version"],
)
def test_hostile_files_are_faults_of_bounded_length(text: str) -> None:
    faults = faults_in(ConfigFile(text))
    assert 1 <= len(faults) <= MOST_FAULTS
    assert all(len(fault.reason) < MOST_KEY + 400 for fault in faults)


def test_faults_stand_in_the_order_of_the_file_and_the_first_are_kept() -> None:
    many = "".join(f"zz{number}: 1\n" for number in range(100))
    assert [fault.line for fault in faults_in(ConfigFile(many))] == list(range(1, MOST_FAULTS + 1))


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


@pytest.mark.parametrize(
    "value",
    [{"review": {"rounds": 0}}, {"permissions": {"decide": "write"}}, {"merge": {"methd": "squash"}}],
    ids=str,
)
def test_the_schema_refuses_what_reading_refuses(value: dict[str, object]) -> None:
    assert list(Draft202012Validator(config_schema()).iter_errors(value))
    with pytest.raises(ValidationError):
        RepoConfig.model_validate(value)
