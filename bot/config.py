"""`.github/groundplan.yml`: what a repository chose. Text to RepoConfig, or everything wrong and where.
Reads no file.

Every key has a default, so that a repository without the file is a repository with an empty one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.errors import UserError
from bot.plan.findings import UNSUPPRESSABLE
from bot.plan.located_json import child

CONFIG_PATH = ".github/groundplan.yml"
MOST_FAULTS = 20

_Place = Callable[[str], tuple[int, int]]

FormatName = Literal["roadmap", "steps", "export", "functional", "technical"]


def _suppressible(rule: str) -> str:
    if rule in UNSUPPRESSABLE:
        raise ValueError(f"{rule} cannot be set aside")
    return rule


def _from_the_top(path: str) -> str:
    """A path that begins otherwise would never match, and nobody would notice."""
    if path.startswith(("/", "./", "../")):
        raise ValueError("paths are given from the top of the repository, without /")
    return path


Label = Annotated[str, StringConstraints(min_length=1, max_length=50)]
RuleId = Annotated[str, StringConstraints(pattern=r"^PLN[0-9]{3}$"), AfterValidator(_suppressible)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=500)]
Glob = Annotated[str, StringConstraints(max_length=400), AfterValidator(_from_the_top)]
# The slash after the host keeps `https://example.com` from standing for `https://example.com.evil.net`.
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s@]+/\S*$", max_length=400)]
Name = Annotated[
    str, StringConstraints(pattern=r"^@?[A-Za-z0-9][A-Za-z0-9-]{0,38}(/[A-Za-z0-9._-]{1,100})?$")
]


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

    def asked_by(self, labels: Iterable[str]) -> dict[str, FormatName]:
        """Those of an issue's labels that ask for a format, with the format. GitHub does not tell labels
        apart by case."""
        known = {name.casefold(): chosen for name, chosen in self.labels.items()}
        return {label: known[label.casefold()] for label in labels if label.casefold() in known}


class SetAside(_Part):
    """A rule that this repository does not heed, and why."""

    rule: RuleId
    reason: Reason = Field(description="Why; people will read it beside what it hides.")
    path: Glob = Field("", description="A glob of files; all of them when it is not given.")


class Lint(_Part):
    """How plans are judged here."""

    suppress: list[SetAside] = Field(default_factory=list, max_length=100, description="Rules to set aside.")
    protected: list[Annotated[Glob, Field(min_length=1)]] = Field(
        default_factory=list,
        max_length=100,
        description="Globs of paths that only risky tasks or decided ones may change.",
    )
    links: list[Address] = Field(
        default_factory=list, max_length=100, description="Beginnings of addresses that plans may link to."
    )
    mentions: list[Name] = Field(
        default_factory=list,
        max_length=100,
        description="Names that plans may mention so that they are notified.",
    )


class RepoConfig(_Part):
    """Everything a repository may choose."""

    formats: Formats = Field(Formats(), description="As what plans are written.")
    lint: Lint = Field(Lint(), description="How plans are judged.")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The repository's `.github/groundplan.yml` at one commit. `text` is None for what is there and is no
    text, or is far too long."""

    text: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the file; line and column count from 1."""

    reason: str
    line: int = 1
    col: int = 1

    def __str__(self) -> str:
        return f"{self.line}:{self.col}: {self.reason}"


@dataclass(frozen=True)
class Choices:
    """What a repository chose, and in which lines and columns it sets rules aside."""

    config: RepoConfig = RepoConfig()  # noqa: RUF009  it is frozen
    places: tuple[tuple[int, int], ...] = ()


DEFAULTS = Choices()
NOT_TEXT = Fault("it is not a text file, or far too long")


def read_config(text: str | None, name: str = CONFIG_PATH, next_step: str = "") -> Choices:
    """The choices in a file's text; the defaults for None. UserError "config" names line and column, with
    `name` for the file.
    """
    read = _read(text or "")
    if isinstance(read, Choices):
        return read
    raise broken(read, name, next_step)


def choices_in(file: ConfigFile | None) -> Choices:
    """The choices in a file on GitHub. Raises UserError "config"."""
    if file and file.text is None:
        raise broken((NOT_TEXT,))
    return read_config(file.text if file else None)


def faults_in(file: ConfigFile) -> tuple[Fault, ...]:
    """Everything that is wrong with a file on GitHub, at most MOST_FAULTS."""
    if file.text is None:
        return (NOT_TEXT,)
    read = _read(file.text)
    return () if isinstance(read, Choices) else read


def broken(faults: tuple[Fault, ...], name: str = CONFIG_PATH, next_step: str = "") -> UserError:
    """The first fault as a refusal."""
    more = f" {len(faults) - 1} more in that file." if len(faults) > 1 else ""
    do = next_step or "Correct the file on the default branch."
    return UserError("config", f"{name}:{faults[0]}.{more}", do)


def config_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file."""
    made = RepoConfig.model_json_schema(mode="validation")
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, "$id": "groundplan:config", **made, "title": "Groundplan in a repository"}


@lru_cache(maxsize=32)
def _read(text: str) -> Choices | tuple[Fault, ...]:
    if not text:
        return DEFAULTS
    # The YAML library costs a short run more than all the rest of this module.
    from bot.located_yaml import YamlFault, read_yaml

    read = read_yaml(text)
    if isinstance(read, YamlFault):
        return (Fault(read.reason, read.line, read.col),)
    try:
        config = RepoConfig.model_validate(read.value if read.value is not None else {})
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        faults = (_fault(one["loc"], one["type"], one["msg"], read.place) for one in found)
        return tuple(sorted(faults, key=lambda one: (one.line, one.col))[:MOST_FAULTS])
    at = range(len(config.lint.suppress))
    return Choices(config, tuple(read.place(f"/lint/suppress/{one}") for one in at))


def _fault(loc: tuple[int | str, ...], kind: str, said: str, place: _Place) -> Fault:
    pointer = ""
    for part in loc:
        pointer = child(pointer, part)
    key = ".".join(map(str, loc)) or "the file"
    words = "there is no such key" if kind == "extra_forbidden" else said.removeprefix("Value error, ")
    return Fault(
        f"{key}: {words if words.startswith('PLN') else words[:1].lower() + words[1:]}", *place(pointer)
    )
