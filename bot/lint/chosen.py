"""The configuration of the repository that a plan stands in, or is checked against, as it lies on the disk.
Judges no plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.config import CONFIG_PATH, DEFAULTS, Choices, read_config
from bot.errors import UserError
from bot.lint.places import read_source, shown_name

_DO = "Correct it; `groundplan schema config` prints what it may hold."


class BrokenConfig(UserError):
    """A configuration that cannot be used; `file` is its name for people."""

    def __init__(self, file: str, reason: str, next_step: str) -> None:
        super().__init__("config", reason, next_step)
        self.file = file


@dataclass(frozen=True)
class Configured:
    """What a repository chose. `file` is the configuration's name for people, "" when there is none; `top` is
    the repository's folder.
    """

    choices: Choices = DEFAULTS
    file: str = ""
    text: str = ""
    top: Path | None = None

    def below(self, root: Path) -> str:
        """How names of files below `root` go on from the top of the repository: "shop/", or ""."""
        if self.top is None or not root.is_relative_to(self.top):
            return ""
        folder = root.relative_to(self.top).as_posix()
        return "" if folder == "." else f"{folder}/"


@dataclass
class Configurations:
    """Reads each repository's configuration once; `repo` is the one that was named for all plans."""

    repo: Path | None = None
    _known: dict[Path, Configured | BrokenConfig] = field(default_factory=dict)

    def under(self, root: Path | None) -> Configured:
        """What holds for plans in the repository at `root`, None for no repository. Raises BrokenConfig."""
        top = self.repo or root
        if top is None:
            return Configured()
        top = top.absolute()
        if top not in self._known:
            self._known[top] = _read(top)
        known = self._known[top]
        if isinstance(known, BrokenConfig):
            raise known
        return known

    @property
    def read(self) -> tuple[Configured, ...]:
        """Every configuration there was to read, in the order of first use."""
        return tuple(one for one in self._known.values() if isinstance(one, Configured) and one.file)


def _read(top: Path) -> Configured | BrokenConfig:
    place = top / CONFIG_PATH
    shown = shown_name(place)
    try:
        text = read_source(place).text
        return Configured(read_config(text, shown, _DO), shown, text, top)
    except UserError as error:
        if error.code == "not-there":
            return Configured(top=top)
        return BrokenConfig(shown, error.reason, error.next_step)
