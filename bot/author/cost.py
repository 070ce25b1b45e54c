"""What asking a model costs: prices, quotes, caps, and the meter that every call goes through.

Money comes from configured prices only; without them tokens are all that is counted. Where sums are kept is
the purse's business, not this module's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Literal, Protocol

from bot.author.model import (
    BYTES_PER_TOKEN,
    READING,
    Heard,
    Kind,
    Model,
    ModelError,
    ModelReply,
    ModelRequest,
    Purpose,
    Remains,
    Usage,
    unheard,
)
from bot.errors import GroundplanError

MILLION = 1_000_000
MAYBE_PAID: frozenset[Kind] = frozenset({"cut", "time-out"})  # then the worst case stays taken
Scope = Literal["plan", "repository-day", "installation-day"]
_CAP = re.compile(r"\s{0,9}(?P<amount>[0-9]{1,12}(\.[0-9]{1,6})?)\s{0,9}(?P<unit>k?\s{0,9}tokens?)?\s{0,9}")


@dataclass(frozen=True, slots=True)
class Prices:
    """Money for a million tokens. `cached` is the price of input that the endpoint had kept; `reader` are the
    prices of the model that reads plans, None where they are the same.
    """

    input: Decimal
    cached: Decimal
    output: Decimal
    currency: str = "USD"
    reader: Prices | None = None

    def all_of(self, spent: Iterable[tuple[Purpose, Usage]]) -> Decimal:
        """What several calls cost together, each at the price of the model it went to."""
        return sum((self.of(usage, purpose) for purpose, usage in spent), Decimal(0))

    def of(self, usage: Usage, purpose: Purpose = "draft") -> Decimal:
        """What the usage costs, in the prices' currency."""
        if self.reader and purpose in READING:
            return self.reader.of(usage)
        fresh = usage.input_tokens - usage.cached_tokens
        paid = fresh * self.input + usage.cached_tokens * self.cached + usage.output_tokens * self.output
        return paid / MILLION

    def shown(self, amount: Decimal) -> str:
        """An amount for people: cents, rounded up, since nobody minds to pay less."""
        return f"{amount.quantize(Decimal('0.01'), ROUND_UP)} {self.currency}"


@dataclass(frozen=True, slots=True)
class Spent:
    """A sum: tokens in and out (cached ones count), and millionths of the currency (0 without prices)."""

    tokens: int = 0
    micros: int = 0

    def shown(self, prices: Prices | None) -> str:
        """In words: "12,345 tokens, 0.03 USD"."""
        money = f", {prices.shown(Decimal(self.micros) / MILLION)}" if prices else ""
        return f"{self.tokens:,} tokens{money}"

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.tokens + other.tokens, self.micros + other.micros)

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.tokens - other.tokens, self.micros - other.micros)


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that may be spent in one scope, in tokens or in millionths of the currency."""

    scope: Scope
    unit: Literal["tokens", "micros"]
    limit: int

    def holds(self, spent: Spent) -> bool:
        """Whether a sum is within this cap."""
        return (spent.tokens if self.unit == "tokens" else spent.micros) <= self.limit

    def shown(self, prices: Prices | None) -> str:
        """The cap in words: "400,000 tokens a plan", "2.50 USD a day in this repository"."""
        money = prices and prices.shown(Decimal(self.limit) / MILLION)
        amount = (
            f"{self.limit:,} tokens" if self.unit == "tokens" else (money or f"{self.limit:,} millionths")
        )
        return f"{amount} {_SCOPES[self.scope]}"


_SCOPES: Mapping[Scope, str] = {
    "plan": "a plan",
    "repository-day": "a day in this repository",
    "installation-day": "a day in this installation",
}


def cap(scope: Scope, text: str) -> Cap:
    """A cap as an operator writes it: `400k tokens`, `400000 tokens`, or `2.50` in the currency of the
    prices. Raises ValueError.
    """
    found = _CAP.fullmatch(text)
    if found is None:
        raise ValueError("a cap is a number of tokens (`400k tokens`) or an amount of money (`2.50`)")
    amount = Decimal(found["amount"])
    if found["unit"]:
        return Cap(scope, "tokens", int(amount * (1000 if found["unit"].startswith("k") else 1)))
    return Cap(scope, "micros", int(amount * MILLION))


class Capped(GroundplanError):
    """The next call could pass a cap, so it was not made. `usage` is what went before it in this run."""

    def __init__(
        self,
        cap: Cap,
        words: str,
        usage: Usage | None = None,
        remains: Remains = Remains(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(f"the cap of {words} is reached")
        self.cap = cap
        self.words = words
        self.usage = usage or Usage()
        self.remains = remains

    def __reduce__(self) -> tuple[type[Capped], tuple[Cap, str, Usage, Remains]]:
        return type(self), (self.cap, self.words, self.usage, self.remains)


class Purse(Protocol):
    """Sums by scope that outlive a run, so that retries count."""

    def reserve(self, worst: Spent) -> Cap | None:
        """Take the worst case out of every scope at once; or take nothing and name the cap it would pass."""
        ...

    def settle(self, worst: Spent, real: Spent) -> None:
        """Put back what was reserved and not used. A crash before this leaves the worst case taken: the call
        may have been paid for."""
        ...


@dataclass(frozen=True, slots=True)
class MeteredModel:
    """A model whose every call is paid out of a purse. Failed calls are settled with what they cost, or with
    the worst case where nobody knows; the error then says so, too.
    """

    model: Model
    purse: Purse
    prices: Prices | None = None

    @property
    def name(self) -> str:
        return self.model.name

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        """As the model. Raises Capped before anything is sent."""
        worst = self._spent(request, worst_case(request))
        if passed := self.purse.reserve(worst):
            raise Capped(passed, passed.shown(self.prices))
        try:
            reply = self.model.complete(request, heard)
        except ModelError as error:
            if error.kind in MAYBE_PAID and not error.usage.calls:
                raise ModelError(error.kind, error.reason, worst_case(request), error.delay) from None
            self.purse.settle(worst, self._spent(request, error.usage))
            raise
        except Capped:  # by a purse further in, before anything was sent
            self.purse.settle(worst, Spent())
            raise
        self.purse.settle(worst, self._spent(request, reply.usage))
        return reply

    def _spent(self, request: ModelRequest, usage: Usage) -> Spent:
        micros = int(self.prices.of(usage, request.purpose) * MILLION) if self.prices else 0
        return Spent(usage.input_tokens + usage.output_tokens, micros)


def worst_case(request: ModelRequest) -> Usage:
    """The most a call can cost: its bytes as tokens, nothing of it cached, and the longest answer allowed."""
    given = len(f"{request.system}{request.user}{dict(request.schema)}".encode("utf-8", "replace"))
    return Usage(round(given / BYTES_PER_TOKEN), request.max_output_tokens, calls=1, estimated=True)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a run is expected to take, said before it starts: each call with nothing of it cached."""

    expected: tuple[tuple[Purpose, Usage], ...]

    @property
    def usage(self) -> Usage:
        return sum((each for _, each in self.expected), Usage())

    def shown(self, prices: Prices | None) -> str:
        """In words: "about 7 calls, 66k tokens in, 14k out, about 0.31 USD"."""
        usage = self.usage
        tokens = f"{thousands(usage.input_tokens)} tokens in, {thousands(usage.output_tokens)} out"
        money = f", about {prices.shown(prices.all_of(self.expected))}" if prices else ""
        return f"about {usage.calls} {'call' if usage.calls == 1 else 'calls'}, {tokens}{money}"


def thousands(count: int) -> str:
    """A count for people: "66k", or all of it below a thousand."""
    return f"{round(count / 1000)}k" if count >= 1000 else str(count)


def receipt(spent: Sequence[tuple[Purpose, Usage]], prices: Prices | None) -> str:
    """What a run took, in words; the parts that took most first. "" when no call was made."""
    usage = sum((each for _, each in spent), Usage())
    if not usage.calls:
        return ""
    share = (
        f", {round(100 * usage.cached_tokens / usage.input_tokens)} % of it cached"
        if usage.cached_tokens and usage.input_tokens
        else ""
    )
    money = f", {prices.shown(prices.all_of(spent))}" if prices else ""
    about = "about " if usage.estimated else ""
    sums: dict[str, Usage] = {}
    for name, each in spent:
        sums[name] = sums.get(name, Usage()) + each
    parts = sorted(sums.items(), key=lambda each: (-each[1].input_tokens - each[1].output_tokens, each[0]))
    told = ", ".join(f"{name} {each.calls}" for name, each in parts if each.calls)
    calls = f"{usage.calls} {'call' if usage.calls == 1 else 'calls'}" + (f" ({told})" if told else "")
    return f"{calls}; {about}{usage.input_tokens:,} tokens in{share}, {usage.output_tokens:,} out{money}"
