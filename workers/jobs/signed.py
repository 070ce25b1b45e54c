"""The jobs we let RQ run: names from a fixed table, with our signature, refused before anything is imported.

RQ by itself imports and calls whatever a job hash names, with any serializer. Must not know what the jobs do.
"""

from __future__ import annotations

import hmac
import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import structlog
from redis import Redis
from redis.exceptions import ResponseError
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from bot.inbox.wakes import sign

REFUSED = "gp:refused"
_LONGEST_DATA = 4096
# Fields by which a job hash can make RQ call, send or release something else.
_FORBIDDEN = (
    b"success_callback_name",
    b"failure_callback_name",
    b"stopped_callback_name",
    b"webhooks",
    b"dependency_id",
    b"dependency_ids",
    b"group_id",
    b"repeats_left",
    b"repeat_intervals",
    b"retries_left",
    b"retry_intervals",
)
_NUMBERS = (b"timeout", b"result_ttl", b"failure_ttl")
# Called with the subject's text and the RQ job's id.
Performer = Callable[[str, str], None]
log = structlog.get_logger()


class RefusedJob(NoSuchJobError):
    """A job hash that we did not write. A NoSuchJobError, because that is what RQ skips without stopping."""


def job_class(secret: str, table: Mapping[str, Performer]) -> type[Job]:
    """A Job that can only be one of `table`, and only with our signature.
    Everything else is refused unread.
    """

    class SignedJob(Job):
        """Checks the raw hash before RQ looks at it; never imports a name."""

        def __init__(
            self, id: str | None = None, connection: Redis | None = None, serializer: Any = None
        ) -> None:
            super().__init__(id, connection=connection, serializer=JSONSerializer)

        def refresh(self) -> None:
            try:
                raw = self.connection.hgetall(self.key)
            except ResponseError:
                self._refuse("not a hash")
            if not raw:
                raise NoSuchJobError(f"no such job: {self.id}")
            self.restore(raw)

        def restore(self, raw_data: Any) -> None:
            try:
                _check(secret, table, raw_data)
                super().restore(raw_data)
            except (ValueError, TypeError, KeyError, zlib.error) as error:
                self._refuse(str(error)[:200])

        @property
        def func(self) -> Callable[..., None]:
            """The table's function. The hash was checked by `restore`, so the name is in the table."""
            perform, job_id = table[str(self.func_name)], self.id
            return lambda subject, _signature: perform(subject, job_id)

        @property
        def success_callback(self) -> None:
            return None

        failure_callback = stopped_callback = success_callback

        def send_webhooks(self, *_: Any, **__: Any) -> None:
            """Never: a URL in a job hash is not ours."""

        def _refuse(self, why: str) -> NoReturn:
            log.error("job refused", job=self.id[:100], why=why)
            pipe = self.connection.pipeline()
            pipe.hincrby(REFUSED, "jobs", 1)
            pipe.delete(self.key)
            pipe.execute()
            raise RefusedJob(why)

    return SignedJob


def _check(secret: str, table: Mapping[str, Performer], raw: Mapping[bytes, bytes]) -> None:
    """Raise ValueError for a raw job hash that we would not have written."""
    used = [name.decode() for name in _FORBIDDEN if raw.get(name)]
    if used:
        raise ValueError(f"fields that we never set: {', '.join(used)}")
    if not all(raw.get(name, b"0").isdigit() for name in _NUMBERS):
        raise ValueError("a duration that is not a number")
    name, instance, args, kwargs = _parts(raw.get(b"data", b""))
    if name not in table or instance is not None or kwargs:
        raise ValueError("not in the table of jobs")
    if not (isinstance(args, list) and len(args) == 2 and all(isinstance(arg, str) for arg in args)):
        raise ValueError("not a subject and a signature")
    subject, signature = args
    if not hmac.compare_digest(sign(secret, name, subject).encode(), signature.encode("utf-8", "replace")):
        raise ValueError("the signature does not hold")


def _parts(data: bytes) -> tuple[Any, Any, Any, Any]:
    """RQ's four-part data, compressed (as RQ saves it) or plain (as we write it), if short enough."""
    if data[:1] != b"[":
        inflate = zlib.decompressobj()
        data = inflate.decompress(data, _LONGEST_DATA)
    if len(data) >= _LONGEST_DATA:
        raise ValueError("too long")
    try:
        parts = json.loads(data)
    except RecursionError:
        raise ValueError("too deep") from None
    if not (isinstance(parts, list) and len(parts) == 4 and isinstance(parts[0], str)):
        raise ValueError("not a job of ours")
    return parts[0], parts[1], parts[2], parts[3]
