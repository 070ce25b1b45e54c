"""How we connect to Redis, and which Redis we refuse to trust with deliveries. Must
not be lenient by accident.
"""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from bot.errors import UserError

# What it looks like when Redis is away, slow or refuses.
AWAY: tuple[type[Exception], ...] = (RedisError, OSError)
# Short, and no retry by the client: an answer that is late is worth less to us than an honest 503.
_IMPATIENT: dict[str, Any] = {"socket_connect_timeout": 1.0, "socket_timeout": 2.0, "retry": None}


def connect(url: str, **options: Any) -> Redis:
    """A blocking client with short time-outs. Connects when first used."""
    return Redis.from_url(url, **(_IMPATIENT | options))


def connect_async(url: str) -> AsyncRedis:
    """The same for asyncio."""
    return AsyncRedis.from_url(url, **_IMPATIENT)


def check_address(url: str) -> None:
    """Raise UserError for a Redis that others can reach without a password: who
    writes there runs our jobs.
    """
    parts = _split(url)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise UserError("redis-address", "REDIS_URL must begin with redis://, rediss:// or unix://.")
    if parts.scheme == "unix" or _is_loopback(parts.hostname or "localhost"):
        return
    if not unquote(parts.password or ""):
        raise UserError(
            "redis-open",
            "REDIS_URL names a Redis on another host without a password.",
            "Set requirepass (or an ACL user) there and use redis://:PASSWORD@HOST:PORT/0.",
        )


def check_durability(redis: Redis) -> list[str]:
    """What could not be checked, in words. Raises UserError if this Redis loses or
    evicts what it acknowledged, or does not let us in.

    Raises RedisError when it cannot be reached.
    """
    try:
        redis.ping()
    except AuthenticationError:
        raise UserError(
            "redis-password",
            "Redis does not accept the user name or password in REDIS_URL.",
            "Correct REDIS_URL; special characters of the password must be percent-encoded.",
        ) from None
    try:
        config = {
            name: value
            for pattern in ("appendonly", "appendfsync", "maxmemory-policy")
            for name, value in redis.config_get(pattern).items()
        }
    except ResponseError:
        return ["persistence not checked: this Redis user may not read CONFIG"]
    if config.get("appendonly") != "yes":
        raise UserError(
            "redis-volatile",
            "This Redis keeps no append-only file, so a restart would lose acknowledged deliveries.",
            "Start it with --appendonly yes.",
        )
    if config.get("maxmemory-policy", "noeviction") != "noeviction":
        raise UserError(
            "redis-evicts",
            f"This Redis evicts keys when full (maxmemory-policy {config['maxmemory-policy']}).",
            "Set maxmemory-policy noeviction.",
        )
    return ["appendfsync is no: a power cut may lose deliveries"] if config.get("appendfsync") == "no" else []


def check_redis(url: str) -> list[str]:
    """Both checks, as every process makes them at its start. A Redis that is away is
    a remark, not a refusal.
    """
    check_address(url)
    with connect(url) as redis:
        try:
            return check_durability(redis)
        except AWAY as error:
            return [f"persistence not checked: Redis is not reachable ({type(error).__name__})"]


def _split(url: str) -> SplitResult:
    """The parts of the address. Raises UserError, which never shows it, where a client
    would read something else than was meant: `/`, `?` or `#` in a password ends the host.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = None
    if parts is None or (parts.scheme != "unix" and "@" in url and "@" not in parts.netloc):
        raise UserError(
            "redis-address",
            "REDIS_URL cannot be read as redis://USER:PASSWORD@HOST:PORT/NUMBER.",
            "Percent-encode the password: / is %2F, # is %23, ? is %3F, @ is %40, : is %3A.",
        ) from None
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
