"""Where rules on words may look: English text that somebody wrote for this plan. Copies of the issue, code,
quotes and
addresses are not that. No rule lives here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.plan.language import language_of
from bot.plan.rules.engine import Lacking, LintInput
from bot.plan.rules.fields import Purpose, TextField

_ASIDE = re.compile(
    r"```.*?(?:```|\Z)|(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)|\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”|(?<!\w)'[^'\n]{1,80}'(?!\w)"
    r"|https?://\S+|<!--.*?(?:-->|\Z)",
    re.DOTALL,
)


def english(given: LintInput, *purposes: Purpose) -> Iterator[TextField]:
    """The texts of these purposes that rules on English words may judge. Raises Lacking when the plan is in
    another language."""
    if given.language == "other":
        raise Lacking("the plan is not in English")
    for one in given.texts_of_plan:
        if one.purpose in purposes and not one.quoted and language_of(one.text) != "other":
            yield one


@lru_cache(maxsize=20_000)
def bare(text: str) -> str:
    """`text` with code, quotes, comments and addresses blanked out; every other character keeps its place."""
    return _ASIDE.sub(lambda found: re.sub(r"\S", " ", found[0]), text)
