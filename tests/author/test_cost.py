"""Prices, caps, quotes and the meter: what is said of cost, and that no call is made past a cap."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.author.cost import (
    Cap,
    Capped,
    MeteredModel,
    Prices,
    Quote,
    Spent,
    cap,
    receipt,
    worst_case,
)
from bot.author.model import Heard, Kind, ModelError, ModelReply, ModelRequest, Usage, unheard
from workers.purse import PocketPurse

PRICES = Prices(Decimal("1.25"), Decimal("0.125"), Decimal("10"))
ASK = ModelRequest("system " * 100, "user " * 100, "plan", {}, max_output_tokens=1_000)
WORST = worst_case(ASK).input_tokens + 1_000


@dataclass
class Plays:
    """A model that answers with given usages or errors, one a call, the last for ever."""

    turns: list[Usage | ModelError]
    calls: int = 0
    name: str = "played"
    asked: list[ModelRequest] = field(default_factory=list)

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        turn = self.turns[min(self.calls, len(self.turns) - 1)]
        self.calls += 1
        self.asked.append(request)
        if isinstance(turn, ModelError):
            raise turn
        return ModelReply("{}", turn)


@pytest.mark.parametrize(
    ("text", "unit", "limit"),
    [
        ("400k tokens", "tokens", 400_000),
        ("400000 tokens", "tokens", 400_000),
        (" 1 token ", "tokens", 1),
        ("2.50", "micros", 2_500_000),
        ("0", "micros", 0),
        ("0.000001", "micros", 1),
    ],
)
def test_a_cap_is_read_as_operators_write_it(text: str, unit: str, limit: int) -> None:
    assert cap("plan", text) == Cap("plan", unit, limit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "much", "-1", "1e9", "2,50", "400k", "1 2 tokens", "k tokens", "9" * 40, "2.1234567"]
)
def test_what_is_no_cap_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a cap is"):
        cap("plan", text)


def test_cached_tokens_have_their_own_price() -> None:
    usage = Usage(1_000_000, 100_000, cached_tokens=400_000)
    assert PRICES.of(usage) == Decimal("0.75") + Decimal("0.05") + Decimal("1")


def test_money_is_rounded_up() -> None:
    assert PRICES.shown(Decimal("0.0000001")) == "0.01 USD"
    assert PRICES.shown(Decimal("0.31")) == "0.31 USD"


def test_no_call_is_made_that_could_pass_the_cap() -> None:
    model = Plays([Usage(100, 100, calls=1)])
    metered = MeteredModel(model, PocketPurse((Cap("plan", "tokens", WORST + 200),)), PRICES)
    metered.complete(ASK)
    metered.complete(ASK)
    with pytest.raises(Capped) as capped:
        metered.complete(ASK)
    assert model.calls == 2
    assert capped.value.words == f"{WORST + 200:,} tokens a plan"
    assert pickle.loads(pickle.dumps(capped.value)).cap == capped.value.cap


def test_a_failed_call_counts_with_what_it_cost() -> None:
    model = Plays([ModelError("cut", "half", Usage(500, 20, calls=1)), Usage(1, 1, calls=1)])
    purse = PocketPurse()
    metered = MeteredModel(model, purse)
    with pytest.raises(ModelError):
        metered.complete(ASK)
    assert purse.spent.tokens == 520
    metered.complete(ASK)
    assert purse.spent.tokens == 522


@pytest.mark.parametrize(("kind", "taken"), [("cut", WORST), ("time-out", WORST), ("unavailable", 0)])
def test_a_call_that_may_have_been_paid_counts_at_its_worst(kind: Kind, taken: int) -> None:
    purse = PocketPurse()
    with pytest.raises(ModelError) as error:
        MeteredModel(Plays([ModelError(kind, "gone")]), purse).complete(ASK)
    usage = error.value.usage
    assert purse.spent.tokens == usage.input_tokens + usage.output_tokens == taken
    assert usage.estimated is bool(taken)


def test_a_cap_in_money_needs_prices_to_bite() -> None:
    caps = (cap("plan", "0.01"),)
    MeteredModel(Plays([Usage(1, 1)]), PocketPurse(caps)).complete(ASK)
    with pytest.raises(Capped, match=r"0\.01 USD a plan"):
        MeteredModel(Plays([Usage(1, 1)]), PocketPurse(caps), PRICES).complete(ASK)


@given(
    limit=st.integers(0, 20_000),
    usages=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 1_000)), max_size=30),
)
def test_real_spending_never_passes_the_cap(limit: int, usages: list[tuple[int, int]]) -> None:
    purse = PocketPurse((Cap("plan", "tokens", limit),))
    model = Plays([Usage(min(got, WORST - 1_000), out, calls=1) for got, out in usages] or [Usage()])
    metered = MeteredModel(model, purse)
    for _ in usages:
        try:
            metered.complete(ASK)
        except Capped:
            break
    assert 0 <= purse.spent.tokens <= limit or model.calls == 0


def test_quote_and_receipt_are_said_in_words() -> None:
    assert Quote(7, 66_000, 14_000).shown(PRICES) == ("about 7 calls, 66k tokens in, 14k out, about 0.23 USD")
    assert Quote(1, 900, 10).shown(None) == "about 1 call, 900 tokens in, 10 out"
    spent = Usage(10_000, 2_000, 5_000, calls=3)
    parts = [("draft", Usage(2_000, 1_000, calls=1)), ("probe", Usage(8_000, 1_000, calls=2))]
    assert receipt(spent, parts, PRICES) == (
        "3 calls (probe 2, draft 1); 10,000 tokens in, 50 % of it cached, 2,000 out, 0.03 USD"
    )
    assert receipt(Usage(10, 1, calls=1, estimated=True), [], None) == "1 call; about 10 tokens in, 1 out"


def test_spent_adds_and_takes_away() -> None:
    assert Spent(3, 4) + Spent(1, 1) - Spent(2, 2) == Spent(2, 3)
