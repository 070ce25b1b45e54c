"""What may be written on the branch that gives a repository its configuration, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.branches import CONFIGURE
from bot.config import CONFIG_PATH
from bot.effects import (
    FORM_PATH,
    PLAN_FILE,
    Changeset,
    Commit,
    Effect,
    EnsureBranch,
    EnsurePullRequest,
    File,
    MergeBase,
    OutsideClosedSet,
    check_closed_set,
)

PLANS = "groundplan/plan-1"
SHA = "a" * 40


def commit(branch: str, paths: Sequence[str], removed: tuple[str, ...] = ()) -> Commit:
    return Commit(branch, "n", SHA, "Set up", "", tuple(File(path, "") for path in paths), removed)


def merge(branch: str, paths: Sequence[str]) -> MergeBase:
    return MergeBase(branch, "n", SHA, SHA, "Set up", "", tuple(File(path, "") for path in paths))


@pytest.mark.parametrize("paths", [[CONFIG_PATH], [FORM_PATH], [CONFIG_PATH, FORM_PATH]], ids=len)
def test_these_two_files_are_allowed_there(paths: Sequence[str]) -> None:
    pull = EnsurePullRequest(CONFIGURE, "main", "Set up", "")
    check_closed_set(Changeset("", (EnsureBranch(CONFIGURE, SHA), commit(CONFIGURE, paths), pull)))


@pytest.mark.parametrize(
    "effect",
    [
        commit(CONFIGURE, []),
        commit(CONFIGURE, [CONFIG_PATH, "README.md"]),
        commit(CONFIGURE, [PLAN_FILE]),
        commit(CONFIGURE, [".github/workflows/ci.yml"]),
        commit(CONFIGURE, [".github/ISSUE_TEMPLATE/bug.yml"]),
        commit(CONFIGURE, [".github/Groundplan.yml"]),
        commit(CONFIGURE, [".github/../.github/groundplan.yml"]),
        commit(CONFIGURE, [f"/{CONFIG_PATH}"]),
        commit(CONFIGURE, [CONFIG_PATH], removed=(FORM_PATH,)),
        commit(CONFIGURE, [CONFIG_PATH], removed=("specs/1-a/plan.md",)),
        merge(CONFIGURE, [CONFIG_PATH]),
        commit(PLANS, [CONFIG_PATH]),
        commit(PLANS, [FORM_PATH]),
        commit(PLANS, [PLAN_FILE], removed=(CONFIG_PATH,)),
        merge(PLANS, [PLAN_FILE, CONFIG_PATH]),
        commit(f"{CONFIGURE}-2", [CONFIG_PATH]),
        commit("main", [CONFIG_PATH]),
    ],
    ids=repr,
)
def test_all_else_is_refused(effect: Effect) -> None:
    with pytest.raises(OutsideClosedSet):
        check_closed_set(Changeset("", (effect,)))
