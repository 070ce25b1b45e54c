"""What every test of authors starts from."""

from __future__ import annotations

import pytest

from bot.author.brief import Brief
from tests.author.issues import ISSUES, make_brief


@pytest.fixture
def brief() -> Brief:
    """A feature request with requirements, criteria, an open question and a limit."""
    return make_brief(ISSUES["feature with a checklist"])
