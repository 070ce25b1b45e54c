"""Mutators made from what the rules promise, without a look at how they check it: all that `outside_*` hold.

`UNLISTED` are those whose words stand in no published list. They measure recall; nothing has to catch them.
"""

from __future__ import annotations

from tests.plan.mutants import (
    outside_contract,
    outside_ground,
    outside_order,
    outside_reach,
    outside_risk,
    outside_safety,
    outside_shape,
    outside_trace,
    outside_words,
)
from tests.plan.mutants.outside_words import UNLISTED

__all__ = [
    "UNLISTED",
    "outside_contract",
    "outside_ground",
    "outside_order",
    "outside_reach",
    "outside_risk",
    "outside_safety",
    "outside_shape",
    "outside_trace",
    "outside_words",
]
