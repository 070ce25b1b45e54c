"""What a plan for one case has to hold, as a person writes it in `expect.yaml`. Types and reading only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from bot.located_yaml import LocatedYaml, YamlFault, read_yaml
from bot.plan.located_json import child

Ending = Literal["plan", "unready", "unneeded", "failed"]
Disposition = Literal["task", "question", "non-goal", "done", "open"]
TrapKind = Literal[
    "missing-file",
    "contradiction",
    "injected-instruction",
    "planted-secret",
    "irreversible-migration",
    "verification-only",
    "wide-change",
    "other-language",
    "no-plan-needed",
    "already-there",
    "generated-file",
    "scope-creep",
]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Sought(_Closed):
    """Something that has to be asked. Each of `words` must stand in one decision or question; `a|b` means
    either, letter case does not count.
    """

    about: Said
    words: Annotated[tuple[Said, ...], Field(min_length=1, strict=False)]


class Demanded(_Closed):
    """A demand of the issue in its own words, and what may become of it."""

    text: Said
    becomes: Annotated[tuple[Disposition, ...], Field(min_length=1, strict=False)] = ("task",)


class Trap(_Closed):
    """Something that misleads careless planners, and how to tell that it was seen; all that is given must
    hold. `untouched` are paths no task changes, `unsaid` texts that nothing shown holds, `said` words of one
    sentence of the planner, `asked` words of one question or decision, `undo` paths whose tasks must say how
    to undo them, `works` that every task changes a file, `finds` the least percent of `must_touch` found.
    """

    kind: TrapKind
    untouched: Annotated[tuple[Said, ...], Field(strict=False)] = ()
    unsaid: Annotated[tuple[Said, ...], Field(strict=False)] = ()
    said: Annotated[tuple[Said, ...], Field(strict=False)] = ()
    asked: Annotated[tuple[Said, ...], Field(strict=False)] = ()
    undo: Annotated[tuple[Said, ...], Field(strict=False)] = ()
    works: bool = False
    finds: int = Field(default=0, ge=0, le=100)


class Expectation(_Closed):
    """One case's `expect.yaml`. Paths are patterns (`*` and `?`, a `*` also passes slashes).

    `must_touch` are there already, `must_create` are not; `may_touch` costs no precision, all else does.
    `must_run` are commands, `a | b` for either. `order` holds pairs of paths: the first no later than the
    second.
    """

    repository: str = ""
    bundle: str = ""
    ref: str = "HEAD"
    about: str = ""
    endings: Annotated[tuple[Ending, ...], Field(min_length=1, strict=False)] = ("plan",)
    must_touch: Annotated[tuple[Said, ...], Field(strict=False)] = ()
    must_create: Annotated[tuple[Said, ...], Field(strict=False)] = ()
    may_touch: Annotated[tuple[Said, ...], Field(strict=False)] = ()
    must_not_touch: Annotated[tuple[Said, ...], Field(strict=False)] = ()
    must_run: Annotated[tuple[Said, ...], Field(strict=False)] = ()
    obligations: Annotated[tuple[Demanded, ...], Field(strict=False)] = ()
    expected_decisions: Annotated[tuple[Sought, ...], Field(strict=False)] = ()
    expected_questions: Annotated[tuple[Sought, ...], Field(strict=False)] = ()
    order: Annotated[tuple[Annotated[tuple[Said, Said], Field(strict=False)], ...], Field(strict=False)] = ()
    traps: Annotated[tuple[Trap, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _one_source(self) -> Expectation:
        if bool(self.repository) == bool(self.bundle):
            raise ValueError("name either a `repository` or a `bundle`")
        return self


@dataclass(frozen=True, slots=True)
class Located:
    """An expectation, and where its parts stand."""

    expected: Expectation
    yaml: LocatedYaml

    def at(self, file: str, pointer: str, reason: str) -> str:
        """One fault in words, with its place."""
        return _at(self.yaml, file, pointer, reason)


def expectation_of(text: str, file: str) -> Located | tuple[str, ...]:
    """What `expect.yaml` says, or every fault of it as `file:line:col: key: reason`."""
    read = read_yaml(text)
    if isinstance(read, YamlFault):
        return (f"{file}:{read.line}:{read.col}: {read.reason}",)
    try:
        return Located(Expectation.model_validate(read.value), read)
    except ValidationError as error:
        return tuple(
            _at(read, file, _pointer(each["loc"]), str(each["msg"]).removeprefix("Value error, "))
            for each in error.errors(include_url=False, include_input=False)
        )


def _at(read: LocatedYaml, file: str, pointer: str, reason: str) -> str:
    line, col = read.place(pointer)
    name = pointer.lstrip("/").replace("/", ".")
    return f"{file}:{line}:{col}: {f'{name}: ' if name else ''}{reason}"


def _pointer(parts: tuple[int | str, ...]) -> str:
    pointer = ""
    for part in parts:
        pointer = child(pointer, part)
    return pointer
