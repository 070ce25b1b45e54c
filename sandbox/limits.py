"""Rate limits as GitHub keeps them: an hourly budget for each asker, and the limit on
writing too much too fast.
"""

from __future__ import annotations

from sandbox.refusals import Refusal
from sandbox.world import Actor, World

HOUR = 3600


def _key(actor: Actor) -> str:
    return f"installation:{actor.installation_id}" if actor.installation_id else f"{actor.kind}:{actor.login}"


def budget(world: World, actor: Actor) -> dict[str, int]:
    """limit, remaining, reset (seconds since 1970), used."""
    now = int(world.now())
    started, used = world.state.used.get(_key(actor), (now, 0))
    if now - started >= HOUR:
        started, used = now, 0
    limit = world.limits.hourly
    return {"limit": limit, "remaining": max(0, limit - used), "reset": started + HOUR, "used": used}


def headers(world: World, actor: Actor) -> dict[str, str]:
    told = {f"x-ratelimit-{name}": str(value) for name, value in budget(world, actor).items()}
    return {**told, "x-ratelimit-resource": "core"}


def spend(world: World, actor: Actor) -> None:
    """Take one request from the hourly budget, or refuse with 403 and `x-ratelimit-remaining: 0`."""
    now = budget(world, actor)
    if now["remaining"] == 0:
        whom = f"installation ID {actor.installation_id}" if actor.installation_id else f"user {actor.login}"
        raise Refusal(403, f"API rate limit exceeded for {whom}.", kind="RATE_LIMITED")
    world.state.used[_key(actor)] = (now["reset"] - HOUR, now["used"] + 1)


def spend_write(world: World, actor: Actor) -> None:
    """Count a write against 80 a minute and 500 an hour; past that, 403 with or without `retry-after`."""
    limits, now = world.limits, world.now()
    if not limits.secondary:
        return
    recent = [when for when in world.state.writes.get(_key(actor), []) if when > now - HOUR]
    minute = sum(when > now - 60 for when in recent)
    if minute >= limits.writes_per_minute or len(recent) >= limits.writes_per_hour:
        raise secondary_refusal(limits.retry_after if limits.headers else None)
    world.state.writes[_key(actor)] = [*recent, now]


def secondary_refusal(retry_after: int | None) -> Refusal:
    text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return Refusal(403, text, headers={"retry-after": str(retry_after)} if retry_after is not None else {})
