"""One job: claim the subject, keep the lease alive while the work goes on, and give it
back with what came of it.

Must not know what working on a subject means.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from redis.exceptions import RedisError

from bot.errors import Fenced, Transient
from bot.inbox import Agenda, Claim
from bot.situation import Subject

BACKOFF_SECONDS = (5.0, 15.0, 45.0, 120.0)
LONGEST_WAIT = 600.0
log = structlog.get_logger()


def perform(
    agenda: Agenda, subject: Subject, owner: str, work: Callable[[Claim], float | None], ttl: float
) -> None:
    """Do the work if the subject is due and nobody has it; then give the lease back.
    Raises what the work raised.
    """
    claim = agenda.claim(subject, owner, ttl)
    if claim is None:
        log.debug("nothing to claim", kind=agenda.kind, subject=str(subject))
        return
    with structlog.contextvars.bound_contextvars(subject=str(subject), kind=agenda.kind, run=claim.run):
        try:
            with kept_alive(agenda, claim, ttl):
                again_in = work(claim)
        except Transient as passing:
            delay = wait_for(passing.delay, claim.waits)
            log.info("waits", reason=passing.reason, delay=delay)
            agenda.release(claim, delay, waiting=True)
        except Fenced:
            log.warning("overtaken by a newer run")
        except BaseException as error:  # whatever ends the work, the lease goes back first
            agenda.release(claim, backoff(claim.failures), failed=True, reason=_in_words(error))
            raise
        else:
            agenda.release(claim, again_in)


def wait_for(delay: float, waits: int) -> float:
    """Seconds to wait after a passing trouble: as asked the first time, doubled for each one in a row."""
    return max(delay, min(delay * 2.0 ** min(waits, 10), LONGEST_WAIT))


def backoff(failures: int) -> float:
    """Seconds to wait after a failure that `failures` others preceded."""
    return BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]


@contextmanager
def kept_alive(agenda: Agenda, claim: Claim, ttl: float) -> Iterator[None]:
    """Renew the lease from a thread. When it is taken over, or Redis is away for too
    long, `claim.lost` is set.
    """
    done = threading.Event()

    def renew() -> None:
        last = time.monotonic()
        while not done.wait(ttl / 3):
            try:
                held = agenda.renew(claim, ttl)
            except (RedisError, OSError):
                held = time.monotonic() - last < ttl
            else:
                last = time.monotonic()
            if not held:
                claim.lost.set()
                return

    keeper = threading.Thread(target=renew, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join(timeout=ttl)


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
