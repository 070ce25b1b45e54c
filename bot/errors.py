"""The three ways work can end badly. Says nothing about where it happened; must
not log or retry by itself.
"""

from __future__ import annotations


class GroundplanError(Exception):
    """Base of every error that Groundplan raises on purpose."""


class UserError(GroundplanError):
    """Something a person can put right: `reason` is shown to them, `next_step` says what to do.

    `code` is a short stable word ("empty-repository", "missing-permission") for marks, metrics and tests.
    """

    def __init__(self, code: str, reason: str, next_step: str = "") -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.next_step = next_step

    def __reduce__(self) -> tuple[type[UserError], tuple[str, str, str]]:
        return type(self), (self.code, self.reason, self.next_step)


class Transient(GroundplanError):
    """Nobody's fault and likely to pass: try the whole subject again, not before `delay` seconds from now."""

    def __init__(self, reason: str, delay: float = 5.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.delay = delay

    def __reduce__(self) -> tuple[type[Transient], tuple[str, float]]:
        return type(self), (self.reason, self.delay)


class Fenced(GroundplanError):
    """A newer run has taken this subject over: stop at once and write nothing more."""
