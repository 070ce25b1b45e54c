"""What rules may ask about the repository a plan is for. Only questions; `bot.recon.ground` has the
answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class Verdict(Protocol):
    """Whether a command line can be run: `ok` is None when that cannot be told.

    `reason` says what is missing, and where; `available` are names that could have been meant; `file` is
    where they are defined, "" when that is not one file.
    """

    @property
    def ok(self) -> bool | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def available(self) -> Sequence[str]: ...
    @property
    def file(self) -> str: ...


class Ground(Protocol):
    """The repository at one commit. `paths` are its regular files; evidence is given as "path:line".

    Nothing here is computed before it is asked for, and each answer is computed once.
    """

    @property
    def sha(self) -> str: ...

    @property
    def paths(self) -> Sequence[str]: ...

    @property
    def truncated(self) -> bool:
        """Whether files are missing from `paths`, so that absence proves nothing."""

    def exists(self, path: str) -> bool: ...

    def is_dir(self, path: str) -> bool: ...

    def text(self, path: str) -> str | None:
        """The file's text, None when there is none to read."""

    def kind(self, path: str) -> str:
        """ "source", "test", "doc", "config", "migration", "data", or what nobody edits by hand: "generated",
        "vendored",
        "lock", "lfs", "submodule", "symlink", "ignored"."""

    def ending_in(self, tail: str) -> Sequence[str]:
        """Files whose path ends in "/" and `tail`, or is `tail`."""

    def nearest(self, path: str, n: int = 3) -> Sequence[str]:
        """Real files most like a path that does not exist, best first."""

    def runnable(self, command: str, near: str = "") -> Verdict:
        """Whether the repository defines what `command` runs; `near` is a path the command is about."""

    def defines(self, path: str, name: str) -> bool | None:
        """Whether a file defines `name` (plain or dotted); None when that cannot be told."""

    def names_near(self, path: str, name: str, n: int = 3) -> Sequence[str]:
        """Names defined in a file that are most like `name`."""

    @property
    def test_frameworks(self) -> Mapping[str, str]:
        """Test frameworks in use, each with the evidence."""

    @property
    def test_names(self) -> Sequence[tuple[str, str]]:
        """How test files are named and where they stand: pattern in words, evidence; empty when it cannot be
        told."""

    def fits_test_names(self, path: str) -> bool | None:
        """Whether a new test file would stand and be named like the others; None when it cannot be told."""

    @property
    def dependencies(self) -> Mapping[str, str]:
        """Declared dependencies by their name in lower case, each with the evidence."""

    @property
    def manifests(self) -> Sequence[str]:
        """Paths of the files that declare them."""

    @property
    def answers(self) -> Mapping[str, tuple[str, str]]:
        """What people tend to ask and the repository says: topic ("package manager", "test framework",
        "linter",
        "formatter", "language", "python version") → answer, evidence."""

    @property
    def settings(self) -> frozenset[str]:
        """Names of environment variables that example files and configuration mention."""

    @property
    def invariants(self) -> frozenset[str] | None:
        """The names in the repository's registry of invariants; None when it keeps none."""
