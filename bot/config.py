"""`.github/groundplan.yml`: what a repository chose. Text to RepoConfig, or the first thing wrong and where.
Reads no file.

Every key has a default, so that a repository without the file is a repository with an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.errors import UserError
from bot.located_yaml import LocatedYaml, YamlFault, read_yaml
from bot.plan.located_json import child

CONFIG_PATH = ".github/groundplan.yml"

FormatName = Literal["roadmap", "steps", "export", "functional", "technical"]
Label = Annotated[str, StringConstraints(min_length=1, max_length=50)]
RuleId = Annotated[str, StringConstraints(pattern=r"^PLN[0-9]{3}$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=500)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Formats(_Part):
    """As what plans are written."""

    default: FormatName = Field("roadmap", description="The format of a plan when nobody says another.")
    labels: Mapping[Label, FormatName] = Field(
        default_factory=dict,
        description="Labels that ask for a plan in a format, beside `needs-plan`.",
        max_length=20,
    )


class SetAside(_Part):
    """A rule that this repository does not heed, and why."""

    rule: RuleId
    reason: Reason = Field(description="Why; people will read it beside what it hides.")
    path: str = Field("", max_length=400, description="A glob of files; all of them when it is not given.")


class Lint(_Part):
    """How plans are judged here."""

    suppress: list[SetAside] = Field(default_factory=list, max_length=100, description="Rules to set aside.")
    protected: list[str] = Field(
        default_factory=list,
        max_length=100,
        description="Globs of paths that only risky tasks or decided ones may change.",
    )
    links: list[str] = Field(
        default_factory=list, max_length=100, description="Beginnings of addresses that plans may link to."
    )
    mentions: list[str] = Field(
        default_factory=list,
        max_length=100,
        description="Names that plans may mention so that they are notified.",
    )


class RepoConfig(_Part):
    """Everything a repository may choose."""

    formats: Formats = Field(Formats(), description="As what plans are written.")
    lint: Lint = Field(Lint(), description="How plans are judged.")


def read_config(text: str | None) -> RepoConfig:
    """The choices in a file's text; the defaults for None. UserError "config" names the line and column."""
    read = read_yaml(text or "")
    if isinstance(read, YamlFault):
        raise _broken(read.reason, read.line, read.col)
    try:
        return RepoConfig.model_validate(read.value if read.value is not None else {})
    except ValidationError as error:
        raise _invalid(error, read) from None


def config_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file."""
    made = RepoConfig.model_json_schema(mode="validation")
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, "$id": "groundplan:config", **made, "title": "Groundplan in a repository"}


def _invalid(error: ValidationError, read: LocatedYaml) -> UserError:
    first = error.errors(include_url=False, include_context=False)[0]
    pointer = ""
    for part in first["loc"]:
        pointer = child(pointer, part)
    key = ".".join(map(str, first["loc"])) or "the file"
    said = "there is no such key" if first["type"] == "extra_forbidden" else str(first["msg"])
    return _broken(f"{key}: {said[:1].lower()}{said[1:]}", *read.place(pointer))


def _broken(reason: str, line: int, col: int) -> UserError:
    return UserError(
        "config", f"{CONFIG_PATH}:{line}:{col}: {reason}.", "Correct the file on the default branch."
    )
