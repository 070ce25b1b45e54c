"""How thoroughly a plan is written with a model: which stages run and how often, chosen by size and risk
unless a person said. Chooses; runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.author.size import LaneChoice

Name = Literal["quick", "standard", "deep"]
WIDE = 6  # demands


@dataclass(frozen=True, slots=True)
class Profile:
    """Counts of what is done. `drafts` above 1 are written on different axes and one is selected."""

    name: Name
    understands: bool
    drafts: int
    repairs: int
    reviews: bool
    coders: int


PROFILES: Mapping[Name, Profile] = {
    "quick": Profile("quick", understands=False, drafts=1, repairs=1, reviews=False, coders=0),
    "standard": Profile("standard", understands=True, drafts=1, repairs=2, reviews=True, coders=3),
    "deep": Profile("deep", understands=True, drafts=3, repairs=2, reviews=True, coders=5),
}


def profile_of(lane: LaneChoice, demands: int, is_risky: bool) -> Profile:
    """`quick` in the quick lane, `deep` for what is risky and wide, and `standard` for all others."""
    if lane.lane == "quick":
        return PROFILES["quick"]
    return PROFILES["deep" if is_risky and demands > WIDE else "standard"]
