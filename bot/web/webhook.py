"""The web door for GitHub's deliveries: a plain ASGI route, for its speed, in front of
whatever else is served.

Signed, read, kept durably, and only then 202. Must not act on a delivery and must never answer 2xx for one
that Redis has not confirmed.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any, Protocol

from bot.events import Event, Ignored, Malformed, read_event
from bot.inbox import Delivery, Kept, Unavailable
from bot.web.journal import Journal
from bot.web.signature import claimed_digest, is_signed

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

PATH = "/webhooks/github"
BODY_BYTES = 25 * 1024 * 1024
# All bodies being received together: without it, a thousand slow senders could each hold 25 MB.
HELD_BYTES = 200 * 1024 * 1024
OFF_LOOP_BYTES = 1024 * 1024
REFUSAL_SECONDS = 10.0
# Without a single good signature for so long, bad ones are rather a wrong secret than an attack.
UNSIGNED_SECONDS = 60.0

_GUID = re.compile(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_EVENT = re.compile(rb"[a-z][a-z0-9_]{0,59}")
_JSON = re.compile(rb"application/json\s*(?:;\s*charset=\"?utf-8\"?\s*)?", re.IGNORECASE)
_READ = frozenset(
    {
        b"x-hub-signature-256",
        b"x-github-delivery",
        b"x-github-event",
        b"content-type",
        b"content-encoding",
        b"content-length",
    }
)
_TWICE = b"(twice)"
log = logging.getLogger(__name__)


class Refused(Exception):
    """An answer that is not 2xx. `reason` is for the sender; `close` when the body
    was not read to its end.
    """

    def __init__(self, status: HTTPStatus, reason: str, close: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.close = close


class Keeper(Protocol):
    """Where deliveries are kept; `bot.inbox.AsyncInbox`. Raises Unavailable."""

    def keep(self, delivery: Delivery) -> Awaitable[Kept]: ...


class Webhook:
    """An ASGI application. `kept` is called after every delivery that made a subject due.

    `trusted` says whether Redis is known to keep what it confirms; until then every delivery is answered 503.
    """

    def __init__(
        self,
        secrets: tuple[bytes, ...],
        bot_id: int,
        keeper: Keeper,
        kept: Callable[[], None] = lambda: None,
        trusted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._secrets = secrets
        self._bot_id = bot_id
        self._keeper = keeper
        self._kept = kept
        self._trusted = trusted
        self._held = 0
        self._refusal_logged = float("-inf")
        self._signed_at = float("-inf")
        self.journal = Journal()
        self.counts: Counter[str] = Counter()
        self.last_kept: float | None = None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        close = False
        try:
            status, text = HTTPStatus.ACCEPTED, await self._answer(scope, receive)
        except Refused as refused:
            status, text, close = refused.status, refused.reason, refused.close
            self._note_refusal(refused, scope["headers"])
        except _Gone:
            return
        await _reply(send, status, text, close)

    async def _answer(self, scope: MutableMapping[str, Any], receive: Receive) -> str:
        """What to say with 202. Raises Refused for everything else."""
        if scope["method"] != "POST":
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "POST only", close=True)
        head = _head(scope["headers"])
        _check_form(head)
        claimed = claimed_digest(head.get(b"x-hub-signature-256", b""))
        if claimed is None:
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "one X-Hub-Signature-256: sha256=<64 hex digits> is needed",
                close=True,
            )
        body = await self._body(receive)
        if len(body) > OFF_LOOP_BYTES:
            meaning = await asyncio.get_running_loop().run_in_executor(None, self._read, head, claimed, body)
        else:
            meaning = self._read(head, claimed, body)
        self._signed_at = time.monotonic()
        if isinstance(meaning, Ignored):
            self.counts["ignored"] += 1
            return f"ignored: {meaning.reason}"
        return await self._keep(Delivery(_one(head, b"x-github-delivery", _GUID).lower(), meaning))

    def _read(self, head: dict[bytes, bytes], claimed: bytes, body: bytes) -> Event | Ignored:
        """The signed delivery's meaning. Nothing of it is looked at before the signature holds."""
        if not is_signed(self._secrets, body, claimed):
            raise Refused(HTTPStatus.UNAUTHORIZED, "the signature does not fit the body")
        _one(head, b"x-github-delivery", _GUID)
        name = _one(head, b"x-github-event", _EVENT)
        try:
            return read_event(name, body, self._bot_id)
        except Malformed as malformed:
            raise Refused(HTTPStatus.BAD_REQUEST, str(malformed)[:300]) from None

    async def _keep(self, delivery: Delivery) -> str:
        if not self._trusted():
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "not stored: Redis is not known to be durable yet")
        try:
            word = await self._keeper.keep(delivery)
        except Unavailable as unavailable:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, f"not stored: {unavailable}") from None
        self.counts[word] += 1
        self.last_kept = time.monotonic()
        self.journal.note(delivery, word)
        if word != "done":
            self._kept()
        return word

    async def _body(self, receive: Receive) -> bytes:
        """The raw body. Raises Refused when it is too long; the server sees to its not taking too long."""
        message = await receive()
        if message["type"] == "http.request" and not message["more_body"]:
            return bytes(message["body"])
        chunks: list[bytes] = []
        size = 0
        try:
            while message["type"] == "http.request":
                chunk = message["body"]
                chunks.append(chunk)
                size += len(chunk)
                self._held += len(chunk)
                self._check_size(size)
                if not message["more_body"]:
                    return b"".join(chunks)
                message = await receive()
            raise _Gone
        finally:
            self._held -= size

    def _check_size(self, size: int) -> None:
        if size > BODY_BYTES:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "more than 25 MB", close=True)
        if self._held > HELD_BYTES:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too many large deliveries at once", close=True)

    def _note_refusal(self, refused: Refused, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Count it; log one in ten seconds, so that a flood of bad requests is not
        also a flood of log lines.
        """
        self.counts[str(refused.status.value)] += 1
        now = time.monotonic()
        if now - self._refusal_logged > REFUSAL_SECONDS:
            self._refusal_logged = now
            fields = {"status": refused.status.value, "reason": refused.reason, **_named(headers)}
            if refused.status == HTTPStatus.UNAUTHORIZED and now - self._signed_at > UNSIGNED_SECONDS:
                fields["hint"] = "nothing well signed came lately: check GROUNDPLAN_WEBHOOK_SECRET"
            log.warning("delivery refused", extra={"fields": fields})


class _Gone(Exception):
    """The sender hung up."""


def _head(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers we read. One that comes twice is as good as none: its two values
    might be read differently.
    """
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _READ:
            found[name] = _TWICE if name in found else value
    return found


def _named(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """GUID and event of a delivery as far as they are well-formed. Nobody has vouched for them."""
    head = _head(headers)
    wanted = (("guid", b"x-github-delivery", _GUID), ("github_event", b"x-github-event", _EVENT))
    return {name: head[key].decode() for name, key, form in wanted if form.fullmatch(head.get(key, b""))}


def _check_form(head: dict[bytes, bytes]) -> None:
    if head.get(b"content-encoding", b"identity") != b"identity":
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "no Content-Encoding is accepted", close=True)
    form = head.get(b"content-type", b"")
    if form != b"application/json" and not _JSON.fullmatch(form):
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "set the webhook's content type to application/json",
            close=True,
        )
    # The server has checked the header's form; a chunked body has none and is measured as it comes.
    if int(head.get(b"content-length", b"0")) > BODY_BYTES:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "more than 25 MB", close=True)


def _one(head: dict[bytes, bytes], name: bytes, form: re.Pattern[bytes]) -> str:
    value = head.get(name, b"")
    if not form.fullmatch(value):
        raise Refused(HTTPStatus.BAD_REQUEST, f"one well-formed {name.decode()} header is needed")
    return value.decode()


async def _reply(send: Send, status: HTTPStatus, text: str, close: bool) -> None:
    body = text.encode("utf-8", "replace")
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})
