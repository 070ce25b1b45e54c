"""The command line as an operator meets it: clear refusals, no traces, no secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent


def groundplan(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {key: os.environ[key] for key in ("PATH", "HOME", "VIRTUAL_ENV") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=HOME,
        env=plain | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["serve"], {"GROUNDPLAN_SECRET": "ours"}, "webhook secret"),
        (["work", "--queue", "write"], {"GITHUB_API_URL": "http://example.com"}, "GITHUB_API_URL must be"),
        (["work", "--queue", "write"], {"GITHUB_API_URL": "https://me:hunter2@example.com"}, "user name"),
        (["work", "--queue", "write"], {}, "GROUNDPLAN_SECRET"),
        (
            ["sweep", "--once"],
            {"REDIS_URL": "redis://192.0.2.1/0", "GROUNDPLAN_SECRET": "ours-and-long-enough"},
            "without a password",
        ),
        (["sweep", "--once"], {"GROUNDPLAN_SECRET": "fifteen letters"}, "fewer than 16 characters"),
        (["serve"], {"GROUNDPLAN_LOG_LEVEL": "verbose"}, "GROUNDPLAN_LOG_LEVEL"),
        (
            ["sweep", "--once"],
            {"REDIS_URL": "redis://:hunter2/x@127.0.0.1/0", "GROUNDPLAN_SECRET": "ours-and-long-enough"},
            "Percent-encode the password",
        ),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_is_started(
    arguments: list[str], environment: dict[str, str], words: str
) -> None:
    ended = groundplan(*arguments, **environment)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stderr


@pytest.mark.parametrize("name", ["contract", "fanout", "plan"])
def test_schemas_are_printed_as_json(name: str) -> None:
    ended = groundplan("schema", name)
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_for_models_is_strict() -> None:
    made = json.loads(groundplan("schema", "wire").stdout)
    assert made["additionalProperties"] is False
    assert sorted(made["required"]) == sorted(made["properties"])


def test_an_unknown_queue_is_refused_by_name() -> None:
    ended = groundplan("work", "--queue", "everything")
    assert ended.returncode == 2
    assert "everything" in ended.stderr
