"""What a run with a model is expected to take, from the questions it will ask and the demands of the issue.

Counts only; nothing is asked and nothing is bounded here.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.author.cost import Quote, worst_case
from bot.author.model import ModelRequest, Purpose, Usage
from bot.author.profiles import Profile
from bot.author.prompt import OUTPUT_TOKENS, Context, for_coders
from bot.author.stages import probing, repairing, reviewing, understanding

# Tokens: of the plan as a draft and as people read it, and how both grow with each demand.
OF_A_DRAFT, OF_A_RENDERING = (1_500, 300), (1_450, 300)
MOST_DEMANDS = 60  # beyond, demands share tasks
OF_AN_UNDERSTANDING = 500
ANSWERS: dict[Purpose, int] = {"understand": 1_000, "repair": 1_200, "review": 1_200, "probe": 1_200,
                               "revise": 1_500}  # fmt: skip


def draft_tokens(demands: int) -> int:
    """What the answer with the whole plan takes."""
    return min(_grown(OF_A_DRAFT, demands), OUTPUT_TOKENS)


def quoted(profile: Profile, context: Context) -> Quote:
    """Every question of a run that goes as most do: the draft is repaired once, and revised after others read
    it. What has still to be written when a question is asked is estimated, all else is measured.
    """
    demands = len(context.facts.demands)
    return Quote(
        tuple(
            (asked.purpose, Usage(worst_case(asked).input_tokens + more, _answer(asked, demands), calls=1))
            for asked, more in _questions(profile, context, demands)
        )
    )


def _questions(profile: Profile, context: Context, demands: int) -> Iterator[tuple[ModelRequest, int]]:
    """Each question without what is not known yet, and the tokens that this will add."""
    shared, parts = context.shared, draft_tokens(demands) // 3
    rendering = _grown(OF_A_RENDERING, demands)
    if profile.understands:
        yield understanding.asking(shared, context.offered), 0
    for _ in range(profile.drafts):
        yield context.drafting().request, OF_AN_UNDERSTANDING * profile.understands
    yield repairing.asking(shared, {}, ()), parts
    for role in reviewing.ROLES if profile.reviews else ():
        yield reviewing.asking(shared, "", role), rendering
    for coder in range(profile.coders):
        yield probing.asking(for_coders(context.facts, shared, ""), coder), rendering
    if profile.reviews or profile.coders:
        yield repairing.asking(shared, {}, (), "revise"), parts


def _answer(asked: ModelRequest, demands: int) -> int:
    return draft_tokens(demands) if asked.purpose == "draft" else ANSWERS[asked.purpose]


def _grown(tokens: tuple[int, int], demands: int) -> int:
    least, each = tokens
    return least + each * min(demands, MOST_DEMANDS)
