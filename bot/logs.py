"""Logging for every process: one JSON line an event, on stderr, with secrets taken out
whatever way they came in.

Must not be the only thing between a secret and the world: nothing should log a secret in the first place.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

from bot.settings import Settings

HIDDEN = "[redacted]"
_LONGEST = 20_000
# Since 2026 installation tokens are `ghs_<app id>_<JWT>`: about 520 characters with dots, underscores and
# hyphens.
_SHAPES = re.compile(
    r"gh[pousr]_[A-Za-z0-9._-]{20,}"
    r"|github_pat_[A-Za-z0-9_]{20,}"
    r"|sk-[A-Za-z0-9_-]{16,}"
    r"|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+)?"
    r"|(?<=://)[^\s/@:]{0,200}:[^\s/@]{1,500}(?=@)"
    r"|(?<=[Bb]earer )[^\s\"',]{8,}"
    r"|(?<=[Tt]oken )[^\s\"',]{16,}"
)
_KEY_BEGIN, _KEY_END = "-----BEGIN ", "-----END "


def redactor(secrets: Iterable[str] = ()) -> Callable[[str], str]:
    """A function that takes these exact secrets, and everything shaped like one,
    out of a text. Linear time.
    """
    known = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)

    def redact(text: str) -> str:
        if len(text) > _LONGEST:
            text = f"{text[:_LONGEST]} [cut, {len(text)} characters]"
        for secret in known:
            text = text.replace(secret, HIDDEN)
        return _SHAPES.sub(HIDDEN, _without_keys(text))

    return redact


def secrets_of(settings: Settings) -> list[str]:
    """Every secret value that this process was given."""
    held = (
        settings.groundplan_webhook_secret,
        settings.groundplan_webhook_secret_previous,
        settings.groundplan_secret,
        settings.openai_api_key,
        settings.groundplan_reader_api_key,
    )
    return [secret.get_secret_value() for secret in held]


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send the standard library's logging, and structlog's where it is used, through
    one redacting JSON writer.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_JsonLines(redactor(secrets_of(settings))))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.groundplan_log_level.upper())
    for name in ("rq.worker", "uvicorn", "uvicorn.error", "uvicorn.access"):
        library = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = True
    for noisy in ("httpx", "httpcore", "httpx2"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def configure_structlog() -> None:
    """Make structlog write through the standard library's logging. Kept apart because
    importing it costs 6 MiB.
    """
    import structlog

    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            _as_record,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class _JsonLines(logging.Formatter):
    """One JSON object a record: time, level, logger, event, the fields it was given, and the trace if any."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line = getattr(record, "fields", {}) | line
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(self._clean(line), ensure_ascii=False)

    def _clean(self, value: Any) -> Any:
        match value:
            case str():
                return self._redact(value)
            case None | bool() | int() | float():
                return value
            case dict():
                return {self._redact(str(key)): self._clean(item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._clean(item) for item in value]
            case _:
                return self._redact(repr(value))


def _as_record(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """structlog's event as arguments of a standard logger. Under one name, so that no
    field can clash with its own.
    """
    kept = {name: event.pop(name) for name in ("exc_info", "stack_info") if name in event}
    return {"msg": event.pop("event", ""), "extra": {"fields": dict(event)}, **kept}


def _without_keys(text: str) -> str:
    """`text` without PEM private keys. Scanned by hand: a pattern would be quadratic on many openings."""
    parts, at = [], 0
    while (begin := text.find(_KEY_BEGIN, at)) >= 0:
        head = text[begin : begin + 60]
        if "PRIVATE KEY" not in head:
            parts.append(text[at : begin + len(_KEY_BEGIN)])
            at = begin + len(_KEY_BEGIN)
            continue
        end = text.find(_KEY_END, begin)
        parts += [text[at:begin], HIDDEN]
        if end < 0:
            return "".join(parts)
        close = text.find("-----", end + len(_KEY_END))
        at = close + 5 if close >= 0 else len(text)
    return "".join([*parts, text[at:]])
