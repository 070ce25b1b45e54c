"""Prices, caps, quotes and the meter: what is said of cost, and that no call is made past a cap."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import get_args

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
from bot.author.model import Heard, Kind, ModelError, ModelReply, ModelRequest, Purpose, Usage, unheard
from bot.errors import UserError
from bot.settings import read_settings
from workers.purse import PocketPurse

PRICES = Prices(Decimal("1.25"), Decimal("0.125"), Decimal("10"))
PARTS: list[tuple[Purpose, Usage]] = [
    ("draft", Usage(2_000, 1_000, calls=1)),
    ("probe", Usage(8_000, 1_000, 5_000, calls=2)),
]
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
    quote = Quote((("draft", Usage(60_000, 10_000, calls=1)), ("probe", Usage(6_000, 4_000, calls=6))))
    assert quote.shown(PRICES) == "about 7 calls, 66k tokens in, 14k out, about 0.23 USD"
    one = Quote((("draft", Usage(900, 10, calls=1)),))
    assert one.shown(None) == "about 1 call, 900 tokens in, 10 out"
    assert receipt(PARTS, PRICES) == (
        "3 calls (probe 2, draft 1); 10,000 tokens in, 50 % of it cached, 2,000 out, 0.03 USD"
    )
    rough: list[tuple[Purpose, Usage]] = [("draft", Usage(10, 1, calls=1, estimated=True))]
    assert receipt(rough, None) == "1 call (draft 1); about 10 tokens in, 1 out"
    assert receipt([], PRICES) == receipt([("draft", Usage())], PRICES) == ""


def test_who_reads_may_have_other_prices_than_who_writes() -> None:
    """A hundred times dearer: 8,000 in with 5,000 of them cached, and 1,000 out, at the reader's prices."""
    reader = Prices(Decimal("125"), Decimal("12.5"), Decimal("1000"))
    both = replace(PRICES, reader=reader)
    assert PRICES.all_of(PARTS) == Decimal("0.0125") + Decimal("0.014375")
    assert both.all_of(PARTS) == Decimal("0.0125") + Decimal("1.4375")
    assert receipt(PARTS, both).endswith(", 1.45 USD")
    assert Quote(tuple(PARTS)).shown(both).endswith("about 1.45 USD")


@pytest.mark.parametrize("purpose", get_args(Purpose))
def test_a_purse_pays_each_call_at_its_models_price(purpose: Purpose) -> None:
    both = replace(PRICES, reader=Prices(Decimal(1000), Decimal(1000), Decimal(1000)))
    purse = PocketPurse()
    MeteredModel(Plays([Usage(1_000, 0, calls=1)]), purse, both).complete(replace(ASK, purpose=purpose))
    assert purse.spent.micros == (1_000_000 if purpose in {"review", "probe"} else 1_250)


def test_what_an_inner_purse_refuses_is_put_back_into_the_outer_one() -> None:
    outer, inner = PocketPurse(), PocketPurse((Cap("plan", "tokens", 1),))
    with pytest.raises(Capped):
        MeteredModel(MeteredModel(Plays([Usage()]), inner), outer).complete(ASK)
    assert outer.spent == inner.spent == Spent()


def test_spent_adds_and_takes_away() -> None:
    assert Spent(3, 4) + Spent(1, 1) - Spent(2, 2) == Spent(2, 3)


READER = {
    "groundplan_reader_model": "small",
    "groundplan_price_input": "1",
    "groundplan_price_output": "8",
    "groundplan_reader_price_input": "0.2",
    "groundplan_reader_price_output": "1",
}


def test_the_settings_give_the_reader_prices_of_its_own() -> None:
    prices = read_settings(**READER).prices
    assert prices is not None
    assert prices.reader == Prices(Decimal("0.2"), Decimal("0.2"), Decimal(1))
    assert prices.of(Usage(1_000_000), "probe") == Decimal("0.2")
    assert prices.of(Usage(1_000_000), "repair") == Decimal(1)


@pytest.mark.parametrize(
    "lacking",
    ["groundplan_reader_model", "groundplan_price_input", "groundplan_reader_price_input",
     "groundplan_reader_price_output"],
)  # fmt: skip
def test_prices_of_a_reader_are_whole_or_refused(lacking: str) -> None:
    given = {name: value for name, value in READER.items() if name != lacking}
    with pytest.raises(UserError, match="GROUNDPLAN_"):
        read_settings(**given)
