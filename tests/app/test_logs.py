"""What reaches the log: one JSON line an event, and no secret, whatever way it came in."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from bot import logs
from bot.settings import Settings

TOKEN = "ghs_12345_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NSJ9.a-b_c" + "d" * 400
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, structlog.get_config())
    stream = io.StringIO()
    settings = Settings(groundplan_webhook_secret=SecretStr("canary-secret"), groundplan_log_level="INFO")
    logs.configure(settings, stream)
    logs.configure_structlog()
    yield stream
    root.handlers[:], root.level = before[0], before[1]
    structlog.configure(**before[2])


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        "canary-secret",
        "github_pat_11ABCDEFG0123456789_abcdefghij",
        "sk-proj-abcdefghijklmnopqrstuv",
        "redis://:pass-word@10.0.0.1:6379/0",
        "Authorization: Bearer abcdefgh.ijklmnop",
        PEM,
    ],
)
def test_no_way_of_logging_shows_a_secret(lines: io.StringIO, secret: str) -> None:
    log = structlog.get_logger("test")
    log.warning(f"text {secret} text", value=secret, nested={"deep": [secret]}, thing=ValueError(secret))
    logging.getLogger("library").error("said %s", secret)
    try:
        raise RuntimeError(secret)
    except RuntimeError:
        logging.getLogger("library").exception("failed")
        log.exception("failed too")
    said = lines.getvalue()
    kept = {"redis:": "pass-word", "Auth": "abcdefgh.ijklmnop", "-----BEGIN": "MIIEow", "canary": "canary-"}
    needle = next((part for start, part in kept.items() if secret.startswith(start)), secret[8:])
    assert needle not in said
    assert logs.HIDDEN in said
    assert len([json.loads(line) for line in said.splitlines()]) == 4


def test_a_line_break_in_a_value_stays_in_its_line(lines: io.StringIO) -> None:
    structlog.get_logger("test").info("a\n{}", name="b\r\nforged: 1", number=7)
    (line,) = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert (line["event"], line["name"], line["number"]) == ("a\n{}", "b\r\nforged: 1", 7)


def test_bound_context_is_in_the_line(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(subject="42#7", run=3):
        structlog.get_logger("test").info("step")
    line = json.loads(lines.getvalue())
    assert (line["subject"], line["run"], line["event"], line["level"]) == ("42#7", 3, "step", "info")


def test_redaction_is_linear(lines: io.StringIO) -> None:
    redact = logs.redactor(["canary-secret"])
    hostile = ["-----BEGIN " * 6000, "ghs_" * 16000, "://a" * 16000, "eyJ" * 20000, "bearer " * 9000]
    for text in hostile:
        assert len(redact(text)) < 25_000
