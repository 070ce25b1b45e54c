"""`.github/groundplan.yml`: what a repository chose. Text to RepoConfig, or everything wrong and where.
Reads no file.

Every key has a default, so that a repository without the file is a repository with an empty one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.config_faults import Fault, faults_of
from bot.config_keys import keys_in
from bot.errors import UserError
from bot.plan.findings import UNSUPPRESSABLE

CONFIG_PATH = ".github/groundplan.yml"

FormatName = Literal["roadmap", "steps", "export", "functional", "technical"]
# Those of `bot.commands.VERBS` that a repository may give to others. Who decides stands under `decisions`.
CommandName = Literal["plan", "revise", "refresh", "stop", "hold", "doctor"]
RoleName = Literal["read", "triage", "write", "maintain", "admin"]


def _suppressible(rule: str) -> str:
    if rule in UNSUPPRESSABLE:
        raise ValueError(f"{rule} cannot be set aside")
    return rule


def _from_the_top(path: str) -> str:
    """A path that begins otherwise would never match, and nobody would notice."""
    if path.startswith(("/", "./", "../")):
        raise ValueError("paths are given from the top of the repository, without /")
    return path


def _not_taken(prefix: str) -> str:
    if prefix.casefold() == "decide":
        raise ValueError("/decide is a command of its own")
    return prefix


Label = Annotated[str, StringConstraints(min_length=1, max_length=50)]
RuleId = Annotated[str, StringConstraints(pattern=r"^PLN[0-9]{3}$"), AfterValidator(_suppressible)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=500)]
Glob = Annotated[str, StringConstraints(max_length=400), AfterValidator(_from_the_top)]
# The slash after the host keeps `https://example.com` from standing for `https://example.com.evil.net`.
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s@]+/\S*$", max_length=400)]
Name = Annotated[
    str, StringConstraints(pattern=r"^@?[A-Za-z0-9][A-Za-z0-9-]{0,38}(/[A-Za-z0-9._-]{1,100})?$")
]
Prefix = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,29}$"), AfterValidator(_not_taken)
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Formats(_Part):
    """As what plans are written."""

    default: FormatName = Field("roadmap", description="The format of a plan when nobody says another.")
    labels: Mapping[Label, FormatName] = Field(
        default_factory=dict,
        description="Labels that ask for a plan in a format, beside the one that asks for a plan.",
        max_length=20,
        examples=[{"plan:functional": "functional", "plan:steps": "steps"}],
    )

    def asked_by(self, labels: Iterable[str]) -> dict[str, FormatName]:
        """Those of an issue's labels that ask for a format, with the format. GitHub does not tell labels
        apart by case."""
        known = {name.casefold(): chosen for name, chosen in self.labels.items()}
        return {label: known[label.casefold()] for label in labels if label.casefold() in known}


class Commands(_Part):
    """How commands are written."""

    prefix: Prefix = Field(
        "plan",
        description="What commands begin with, after the slash: letters, digits and dashes. Choose another "
        "when some other bot here obeys /plan. /decide keeps its name.",
    )


class Triggers(_Part):
    """What starts a plan."""

    anyone: bool = Field(
        False,
        description="Whether a label that came with an issue form starts a plan whoever filled the form in. "
        "Otherwise the issue of somebody without triage rights waits for a maintainer.",
    )


class Review(_Part):
    """How plans are revised."""

    rounds: Annotated[int, Field(ge=1, le=50)] = Field(
        8, description="How often one plan pull request is revised, before people take over."
    )
    mentions: bool = Field(
        True,
        description='Whether a review that names the App asks for a revision, as "Request changes" does.',
    )


class Edits(_Part):
    """How people's edits on a plan branch are taken over."""

    quiet_seconds: Annotated[int, Field(ge=0, le=3600)] = Field(
        20,
        description="How many seconds after the last push the other files of the plan are made to agree.",
    )


class Merge(_Part):
    """Whether approved plans are merged."""

    auto: bool = Field(
        False,
        description="Whether a plan is merged once it is approved and its check has passed on that commit.",
    )
    method: Literal["squash", "merge", "rebase"] = Field(
        "squash", description="How it is merged then. The repository has to allow it."
    )


class Decisions(_Part):
    """How decisions are asked for that are not Groundplan's to make."""

    labels: list[Label] = Field(
        default=["decision-needed", "needs-opinion", "role/manager"],
        max_length=10,
        description="Labels of the issue that asks for a major decision; decision/major is always on it.",
    )
    who: Literal["triage", "write", "maintain", "admin"] = Field(
        "write", description="The least role whose answer counts."
    )
    deadline_days: Annotated[int, Field(ge=1, le=365)] = Field(
        7,
        description="In how many days an answer is wanted. A minor decision then takes the recommended "
        "option; a major one waits for people.",
    )
    remind: bool = Field(True, description="Whether an open decision is called to mind, at most once a day.")


class Labels(_Part):
    """Which labels Groundplan puts on."""

    states: bool = Field(
        True,
        description="Whether plan/running, plan/review, plan/questions and plan/approved follow the state "
        "of the plan on its issue.",
    )


class SetAside(_Part):
    """A rule that this repository does not heed, and why."""

    rule: RuleId = Field(description="The rule's id.", examples=["PLN404"])
    reason: Reason = Field(
        description="Why, in 4 to 500 characters; people will read it beside what it hides."
    )
    path: Glob = Field("", description="A glob of files; all of them when it is not given.")


class Lint(_Part):
    """How plans are judged here."""

    suppress: list[SetAside] = Field(
        default_factory=list,
        max_length=100,
        description="Rules to set aside.",
        examples=[[{"rule": "PLN404", "reason": "our docs name files of the firmware repository"}]],
    )
    protected: list[Annotated[Glob, Field(min_length=1)]] = Field(
        default_factory=list,
        max_length=100,
        description="Globs of paths that only tasks of high risk, or with a decision behind, may change.",
        examples=[["infra/**", "db/migrations/"]],
    )
    links: list[Address] = Field(
        default_factory=list,
        max_length=100,
        description="Beginnings of addresses that plans may link to, with the slash after the host.",
        examples=[["https://wiki.example.com/"]],
    )
    mentions: list[Name] = Field(
        default_factory=list,
        max_length=100,
        description="Names of people or teams that plans may mention so that they are notified.",
        examples=[["octocat", "example/owners"]],
    )


class RepoConfig(_Part):
    """Everything a repository may choose."""

    formats: Formats = Field(Formats(), description="As what plans are written.")
    commands: Commands = Field(Commands(), description="How commands are written.")
    triggers: Triggers = Field(Triggers(), description="What starts a plan.")
    permissions: Mapping[CommandName, RoleName] = Field(
        default_factory=dict,
        description="The least role that may use a command, where it is to be another than usual. Whoever "
        "opened the issue keeps what they may do.",
        examples=[{"plan": "write", "revise": "read"}],
    )
    review: Review = Field(Review(), description="How plans are revised.")
    edits: Edits = Field(Edits(), description="How people's edits on a plan branch are taken over.")
    merge: Merge = Field(Merge(), description="Whether approved plans are merged.")
    decisions: Decisions = Field(Decisions(), description="How decisions are asked for.")
    labels: Labels = Field(Labels(), description="Which labels Groundplan puts on.")
    lint: Lint = Field(Lint(), description="How plans are judged.")

    def least_role(self, verb: str) -> RoleName | None:
        """The least role that may use a command here, or None for the usual one."""
        if verb == "decide":
            return self.decisions.who
        return next((role for name, role in self.permissions.items() if name == verb), None)


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The repository's `.github/groundplan.yml` at one commit. `text` is None for what is there and is no
    text, or is far too long."""

    text: str | None


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


@lru_cache(maxsize=1)
def known_keys() -> tuple[str, ...]:
    """Every key there is, as "lint.suppress[].rule", and "permissions.plan" for each command."""
    commands = (f"permissions.{name}" for name in get_args(CommandName))
    return (*(key.path for key in keys_in(config_schema())), *commands)


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
        return faults_of(error, read.place, known_keys())
    at = range(len(config.lint.suppress))
    return Choices(config, tuple(read.place(f"/lint/suppress/{one}") for one in at))
