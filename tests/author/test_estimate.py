"""What a run is quoted with covers what it takes, and is not far from it.

The answers are scripted, so this shows that the machinery holds and nothing about any model.
"""

from __future__ import annotations

import pytest

from bench.authoring import ByRule
from bot.author.compose import compose
from bot.author.estimate import draft_tokens, quoted
from bot.author.facts import Facts
from bot.author.model import Usage
from bot.author.modelled import ModelledAuthor
from bot.author.profiles import PROFILES, Name
from bot.author.prompt import OUTPUT_TOKENS, context
from tests.author.issues import ISSUES, Written, make_brief
from tests.author.scripted import good_draft, quiet

RUNS: list[tuple[str, str, Name]] = [
    *(("feature with a checklist", one, "standard") for one in ("roadmap", "steps", "export", "technical")),
    ("bug with a stack trace", "roadmap", "standard"),
    ("Japanese", "roadmap", "standard"),
    ("feature with a checklist", "roadmap", "quick"),
    ("feature with a checklist", "roadmap", "deep"),
    ("a migration", "technical", "deep"),
]


@pytest.mark.parametrize(("issue", "plan_format", "profile"), RUNS)
def test_a_quote_covers_the_run_and_is_near_it(issue: str, plan_format: str, profile: Name) -> None:
    """One repair and one revision are made. Tokens are those of our own estimate, nothing of them cached."""
    brief = make_brief(ISSUES[issue], plan_format=plan_format)
    model = ByRule(good_draft(brief))
    outcome = compose(brief, ModelledAuthor(model, profile=PROFILES[profile]), quiet)
    assert outcome.kind == "plan", outcome.body
    used = sum((each for _, each in model.used()), Usage())
    quote = quoted(PROFILES[profile], context(Facts(brief))).usage
    assert used.calls <= quote.calls
    assert used.input_tokens <= quote.input_tokens <= 1.4 * used.input_tokens
    assert used.output_tokens <= quote.output_tokens


def test_what_is_quoted_for_a_draft_is_never_more_than_it_may_take() -> None:
    many = make_brief(ISSUES["65,536 characters"])
    assert draft_tokens(len(Facts(many).demands)) == OUTPUT_TOKENS
    assert draft_tokens(0) < draft_tokens(3) < OUTPUT_TOKENS


def test_files_that_look_like_secrets_are_not_offered() -> None:
    token = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" * 2
    files = {
        ".env": "PASSWORD=hunter2hunter2\n",
        "deploy/id_rsa": "no key at all\n",
        "src/keys.py": f'TOKEN = "{token}"\n',
        "src/app.py": "def run():\n    return 1\n",
        ".env.example": "PASSWORD=\n",
    }
    brief = make_brief(Written("Change src/keys.py and .env", "- [ ] src/app.py must read `.env`\n"), files)
    offered = context(Facts(brief)).offered
    assert {"src/app.py", ".env.example"} <= set(offered)
    assert not {".env", "deploy/id_rsa", "src/keys.py"} & set(offered)
