"""Plan branches: every round has its own name, and the issue is read back from each of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.branches import MAX_ROUNDS, issue_of, plan_branches
from bot.effects import Changeset, EnsureBranch, OutsideClosedSet, check_closed_set


@given(st.integers(1, 2**31 - 1))
def test_the_issue_is_read_back_from_each_of_its_branches(number: int) -> None:
    branches = plan_branches(number)
    assert len(set(branches)) == MAX_ROUNDS
    assert {issue_of(branch) for branch in branches} == {number}


@pytest.mark.parametrize("round_", [0, 1, MAX_ROUNDS + 1])
def test_a_round_that_never_is_names_no_issue(round_: int) -> None:
    assert issue_of(f"groundplan/plan-7-{round_}") is None


def test_every_plan_branch_is_ours_to_write() -> None:
    ours = plan_branches(7)
    check_closed_set(Changeset("", tuple(EnsureBranch(branch, "0" * 40) for branch in ours)))
    with pytest.raises(OutsideClosedSet):
        check_closed_set(Changeset("", (EnsureBranch("plan-7", "0" * 40),)))
