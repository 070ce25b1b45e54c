"""What models answered while one plan is written, kept in Redis, so that no finished call is paid for twice.

All of it can be lost: then a call is paid for again. Sealed, since a plan is made of these words. Must not
decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from bot.author.model import ModelReply
from workers.seal import Seal

if TYPE_CHECKING:
    from redis import Redis

KEPT_SECONDS = 7 * 24 * 3600
_REPLY = TypeAdapter(ModelReply)


@dataclass(frozen=True)
class RedisAnswers:
    """Hash `gp:answers:<digest of the planning's inputs>`, one field a question. Calls may come from several
    threads.
    """

    redis: Redis
    planning: str
    secret: str = field(repr=False)

    def get(self, digest: str) -> ModelReply | None:
        """The answer to a question. None too when it is not ours, or of a version we cannot read."""
        value = self._seal.opened(self._place(digest), self.redis.hget(self._key, digest))
        if value is None:
            return None
        try:
            return _REPLY.validate_json(value)
        except ValidationError:
            return None

    def keep(self, digest: str, reply: ModelReply) -> None:
        closed = self._seal.closed(self._place(digest), _REPLY.dump_json(reply))
        self.redis.hset(self._key, digest, closed)
        self.redis.expire(self._key, KEPT_SECONDS)

    @property
    def _key(self) -> str:
        return f"gp:answers:{self.planning}"

    @property
    def _seal(self) -> Seal:
        return Seal(self.secret, "answer")

    def _place(self, digest: str) -> str:
        return f"{self._key} {digest}"
