"""What is known of a pull request and of the tasks that it closes. Types only: nothing is judged here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.plan.boundary import boundary
from bot.plan.model import Plan, Task

Status = Literal["added", "modified", "removed", "renamed", "copied"]
Sort = Literal["file", "symlink", "submodule"]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One entry of a pull request's list of files. `previous` is the old path of a rename, "" otherwise;
    `sort` is what stands at `path` now, as git keeps it."""

    path: str
    status: Status = "modified"
    previous: str = ""
    sort: Sort = "file"

    @property
    def sides(self) -> tuple[str, ...]:
        """The paths that change: of a rename both, of a copy only the new one."""
        return (self.path, self.previous) if self.status == "renamed" and self.previous else (self.path,)


@dataclass(frozen=True, slots=True)
class PullFacts:
    """A pull request as it is now. `files_in_all` is how many files GitHub counts, 0 when it was not asked:
    it lists at most 3,000. A fork's pull request is judged by the same rules and gets fewer annotations."""

    number: int
    files: tuple[ChangedFile, ...]
    body: str = ""
    files_in_all: int = 0
    fork: bool = False

    @property
    def count(self) -> int:
        """How many files change. A rename is one of them, a lock file too."""
        return max(self._listed, self.files_in_all)

    @property
    def unseen(self) -> int:
        """How many changed files are not listed, and so cannot be judged."""
        return self.count - self._listed

    @property
    def _listed(self) -> int:
        return len({one.path for one in self.files})


@dataclass(frozen=True, slots=True)
class TaskBoundary:
    """What one task allows, and what it wants to see. `number` is its issue's, `key` its id in the plan.
    Without allowed paths everything is allowed that is not denied. `max_diff_scope` counts files.
    `own_paths` are the plan's documents, which are no part of the work: they neither count nor offend.
    Criteria that are ticked in `issue_body` are answered as well."""

    number: int
    key: str
    max_diff_scope: int
    allowed_paths: tuple[str, ...] = ()
    denied_paths: tuple[str, ...] = ()
    own_paths: tuple[str, ...] = ()
    acceptance: tuple[str, ...] = ()
    evidence_required: bool = False
    issue_body: str = ""


@dataclass(frozen=True, slots=True)
class BoundarySettings:
    """What the repository chose. `required`: what goes beyond fails the check, else it is neutral at worst.
    `allowed_paths` may change with every task (a changelog), `denied_paths` with none."""

    required: bool = False
    evidence: bool = True
    acceptance: bool = True
    allowed_paths: tuple[str, ...] = ()
    denied_paths: tuple[str, ...] = ()


ADVISORY = BoundarySettings()


def boundary_of(plan: Plan, task: Task, number: int, issue_body: str = "") -> TaskBoundary:
    """The boundary of a plan's task that was filed as issue `number`."""
    reach = boundary(plan, task)
    return TaskBoundary(
        number=number,
        key=task.id,
        max_diff_scope=reach.most,
        allowed_paths=reach.allowed,
        denied_paths=reach.denied,
        own_paths=reach.own,
        acceptance=task.acceptance,
        evidence_required=plan.contract_defaults.evidence_required,
        issue_body=issue_body,
    )
