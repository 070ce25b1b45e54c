"""What every part of a plan is made of: the closed, frozen base class and the kinds of text. No part lives
here."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _filled(text: str) -> str:
    """Refuse what readers of the files take for blank: to them U+001C to U+001F are, to pydantic not."""
    if not text.strip():
        raise ValueError("must not be blank")
    return text


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(_filled),
    Field(json_schema_extra={"pattern": r"\S"}),
]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=400, pattern=r"^[^\r\n]+$"),
    AfterValidator(_filled),
    Field(json_schema_extra={"pattern": r"^[^\r\n]*\S[^\r\n]*$"}),
]
Id = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Path = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+){0,7}$", max_length=60)]


class Part(BaseModel):
    """Base of every part: closed (unknown keys are errors) and frozen."""

    # Built at the first validation: linting somebody else's plan needs none, and building takes longer.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
