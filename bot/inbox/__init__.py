"""Redis as the bot uses it: deliveries kept, subjects due and leased, wake-ups to RQ.
Nothing is decided here.
"""

from bot.inbox.agenda import Agenda, Claim, Clock, Hint, Horizon, Kind
from bot.inbox.connection import AWAY, check_durability, check_redis, connect, connect_async
from bot.inbox.deliveries import AsyncInbox, Delivery, Kept, Unavailable
from bot.inbox.wakes import Wakes

__all__ = [
    "AWAY",
    "Agenda",
    "AsyncInbox",
    "Claim",
    "Clock",
    "Delivery",
    "Hint",
    "Horizon",
    "Kept",
    "Kind",
    "Unavailable",
    "Wakes",
    "check_durability",
    "check_redis",
    "connect",
    "connect_async",
]
