"""The grammar people read in docs/formats.md is the one that is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.plan.readers.documents import reading

PAGE = (Path(__file__).parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"\n## `(\w+)`[^\n]*\n.*?```markdown\n(.*?)\n```", PAGE, re.DOTALL)


def test_every_format_has_an_example() -> None:
    assert [name for name, _ in EXAMPLES] == ["steps", "export", "functional", "technical", "roadmap"]


@pytest.mark.parametrize(("plan_format", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_the_example_is_read_whole(plan_format: str, text: str) -> None:
    path = "IMPLEMENTATION_PLAN.md" if plan_format == "roadmap" else "plan.md"
    read = reading(plan_format, text.replace("contract=…", "contract=0"), path)
    assert read.not_read == ()
    assert read.prose == ()
    assert len(read.places) > 8
