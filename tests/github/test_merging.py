"""Merging the base branch into a plan's branch, and a plan's pull request into its base."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.effects import (
    Changeset,
    EnsureBranch,
    File,
    MergeBase,
    MergePull,
    OutsideClosedSet,
    check_closed_set,
)
from bot.errors import Transient, UserError
from tests.github.crashing import wrong_ends
from tests.github.test_apply_talk import BRANCH, PLAN, propose, pulled
from tests.github.workbench import FULL_NAME, Bench
from workers.github import merge as merging
from workers.github.overlay import Leaf, overlay

REF = f"refs/heads/{BRANCH}"


def a_merge(bench: Bench, name: str = "m1", **changed: object) -> MergeBase:
    """Of the base's head into the branch as both are now, the plan file written by us."""
    effect = MergeBase(
        BRANCH,
        name,
        bench.repo.refs[REF],
        bench.head,
        "Merge main",
        "Refs #1",
        (File(PLAN, "theirs\nours\n"),),
    )
    return replace(effect, **changed)  # type: ignore[arg-type]


def diverge(bench: Bench) -> None:
    """People work on the plan's branch; the base branch moves on in other files, and in the plan file too."""
    propose(bench)
    theirs: dict[str, str | bytes | None] = {"notes.md": "mine", "app.py": None, "docs/x.md": "x"}
    bench.sandbox.commit(FULL_NAME, BRANCH, theirs, author="mona")
    bench.sandbox.commit(FULL_NAME, "main", {PLAN: "theirs\n", "new.py": "1\n"}, author="mona")
    bench.sandbox.commit(FULL_NAME, "main", {"README.md": "# Widgets!\n"}, author="mona")


def files(bench: Bench, sha: str) -> dict[str, str]:
    store = bench.sandbox.world.store
    return {path: store.blob(entry.sha).decode() for path, entry in store.walk(store.commit(sha).tree)}


def test_the_branch_then_holds_both_sides_and_our_files(bench: Bench) -> None:
    diverge(bench)
    head, base = bench.repo.refs[REF], bench.head
    receipt = bench.apply(a_merge(bench))[0]
    commit = bench.sandbox.world.store.commit(receipt.sha)
    assert (bench.repo.refs[REF], commit.parents, commit.signed) == (receipt.sha, (head, base), True)
    assert files(bench, receipt.sha) == {
        "README.md": "# Widgets!\n",
        "new.py": "1\n",
        "notes.md": "mine",
        "docs/x.md": "x",
        PLAN: "theirs\nours\n",
    }
    pull = pulled(bench).pull
    assert pull is not None
    with bench.sandbox.person("mona") as mona:
        shown = mona.get(f"/repos/{FULL_NAME}/pulls/{pulled(bench).number}").json()
    assert (shown["mergeable"], shown["changed_files"]) == (True, 4)


def test_a_branch_of_plan_files_alone_needs_no_trees(bench: Bench) -> None:
    propose(bench)
    bench.sandbox.commit(FULL_NAME, "main", {PLAN: "theirs\n", "new.py": "1\n"}, author="mona")
    bench.fuse.log.clear()
    receipt = bench.apply(a_merge(bench))[0]
    assert [one for one in bench.fuse.log if one.startswith("GET") and "/git/trees/" in one] == []
    assert files(bench, receipt.sha)[PLAN] == "theirs\nours\n"
    assert files(bench, receipt.sha)["new.py"] == "1\n"


def test_a_document_of_ours_goes_where_it_was_and_where_it_was_not(bench: Bench) -> None:
    propose(bench)
    bench.sandbox.commit(FULL_NAME, BRANCH, {"specs/1-old/plan.md": "x"}, author="mona")
    bench.sandbox.commit(FULL_NAME, "main", {"specs/1-older/plan.md": "y"}, author="mona")
    gone = ("specs/1-old/plan.md", "specs/1-older/plan.md")
    receipt = bench.apply(a_merge(bench, removed=gone))[0]
    assert sorted(files(bench, receipt.sha)) == [PLAN, "README.md", "app.py"]


def test_modes_and_links_of_people_stay(bench: Bench) -> None:
    diverge(bench)
    with bench.sandbox.person("mona") as mona:
        git = f"/repos/{FULL_NAME}/git"
        rows = [
            {"path": "run.sh", "mode": "100755", "type": "blob", "content": "#!"},
            {"path": "link", "mode": "120000", "type": "blob", "content": "README.md"},
        ]
        head = bench.repo.refs[REF]
        tree = mona.post(f"{git}/trees", json={"base_tree": head, "tree": rows}).json()["sha"]
        made = mona.post(f"{git}/commits", json={"message": "m", "tree": tree, "parents": [head]}).json()
        mona.patch(f"{git}/refs/heads/{BRANCH}", json={"sha": made["sha"]}).raise_for_status()
    sha = bench.apply(a_merge(bench))[0].sha
    store = bench.sandbox.world.store
    modes = {path: entry.mode for path, entry in store.walk(store.commit(sha).tree)}
    assert (modes["run.sh"], modes["link"], modes["notes.md"]) == ("100755", "120000", "100644")


def test_a_file_that_both_sides_changed_is_for_people(bench: Bench) -> None:
    diverge(bench)
    bench.sandbox.commit(FULL_NAME, "main", {"notes.md": "another", "app.py": "print(2)\n"}, author="mona")
    head = bench.repo.refs[REF]
    with pytest.raises(UserError) as no:
        bench.apply(a_merge(bench))
    assert no.value.code == "merge-conflict"
    assert "`app.py`, `notes.md`" in no.value.reason
    assert bench.repo.refs[REF] == head
    bench.sandbox.commit(FULL_NAME, "main", {"notes.md": "mine", "app.py": None}, author="mona")
    assert bench.apply(a_merge(bench))[0].outcome == "created", "both sides say the same now"


def test_more_files_than_github_compares_are_all_seen(bench: Bench) -> None:
    propose(bench)
    many: dict[str, str | bytes | None] = {
        f"many/{n:03}.txt": str(n) for n in range(merging.COMPARED_FILES + 5)
    }
    bench.sandbox.commit(FULL_NAME, BRANCH, many, author="mona")
    bench.sandbox.commit(FULL_NAME, "main", {"many/304.txt": "clash"}, author="mona")
    with pytest.raises(UserError) as no:
        bench.apply(a_merge(bench))
    assert "`many/304.txt`" in no.value.reason
    bench.sandbox.commit(FULL_NAME, "main", {"many/304.txt": None}, author="mona")
    assert len(files(bench, bench.apply(a_merge(bench))[0].sha)) == len(many) + 3


@pytest.mark.parametrize("push", ["more", "back"])
def test_a_branch_that_moved_is_left_alone(bench: Bench, push: str) -> None:
    diverge(bench)
    effect = a_merge(bench)
    if push == "more":
        moved = bench.sandbox.commit(FULL_NAME, BRANCH, {"late.md": "x"}, author="mona")
    else:
        moved = bench.repo.refs[REF] = bench.sandbox.world.store.commit(effect.expected_head).parents[0]
    with pytest.raises(Transient):
        bench.apply(effect)
    assert bench.repo.refs[REF] == moved


def test_a_push_between_our_look_and_our_write_is_never_lost(bench: Bench) -> None:
    diverge(bench)
    effect, pushed = a_merge(bench), list[str]()

    def push(request: object) -> None:
        if getattr(request, "path", "").endswith("/git/commits") and not pushed:
            pushed.append(bench.sandbox.commit(FULL_NAME, BRANCH, {"late.md": "x"}, author="mona"))

    with bench.sandbox.before_call(push), pytest.raises(Transient):
        bench.apply(effect)
    assert pushed == [bench.repo.refs[REF]]


def test_a_base_without_the_branchs_history_is_looked_at_again(bench: Bench) -> None:
    diverge(bench)
    with pytest.raises(Transient):
        bench.apply(a_merge(bench, base_sha="0" * 40))


def test_a_repository_too_large_to_list_is_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    diverge(bench)
    monkeypatch.setattr("sandbox.rest.git.TREE_LIMIT", 2)
    with pytest.raises(UserError) as no:
        bench.apply(a_merge(bench))
    assert no.value.code == "too-large"


def test_a_crash_at_any_request_ends_as_if_there_had_been_none(bench: Bench) -> None:
    diverge(bench)
    effect = a_merge(bench)
    bench.redis.flushall()
    wrong, crashes, tried = wrong_ends(bench, lambda _: [effect], 0.0)
    assert wrong == []
    assert crashes == tried


def test_it_is_made_once_even_below_commits_of_people(bench: Bench) -> None:
    diverge(bench)
    effect = a_merge(bench)
    sha = bench.apply(effect)[0].sha
    theirs = bench.sandbox.commit(FULL_NAME, BRANCH, {"notes.md": "later"}, author="mona")
    bench.redis.flushall()
    again = bench.apply(replace(effect, expected_head=theirs))[0]
    assert (again.sha, again.outcome, bench.repo.refs[REF]) == (sha, "adopted", theirs)


def test_rulesets_that_refuse_it_are_named(bench: Bench) -> None:
    diverge(bench)
    bench.sandbox.world.add_ruleset(bench.repo, "tidy", ["groundplan/*"], [{"type": "update"}])
    with pytest.raises(UserError) as no:
        bench.apply(a_merge(bench))
    assert (no.value.code, "`update`" in no.value.reason) == ("protected-branch", True)


@pytest.mark.parametrize(
    "changed",
    [
        {"branch": "main"},
        {"files": (File(".github/workflows/x.yml", "on: push"),)},
        {"files": ()},
        {"removed": ("app.py",)},
        {"removed": (PLAN,)},
    ],
)
def test_nothing_foreign_is_merged(changed: dict[str, object]) -> None:
    effect = MergeBase(BRANCH, "m1", "a" * 40, "b" * 40, "Merge", "", (File(PLAN, "x"),))
    with pytest.raises(OutsideClosedSet):
        check_closed_set(Changeset("evil", (replace(effect, **changed),)))  # type: ignore[arg-type]


# The overlay itself: against the plain meaning of a three-way merge, path by path

LEAVES = {name: Leaf("100644", "blob", name * 40) for name in "abc"}
TREES = st.dictionaries(st.sampled_from(["p", "q", "r/s", "r/t"]), st.sampled_from(list(LEAVES.values())))


@given(TREES, TREES, TREES, st.sets(st.sampled_from(["p", "r/s"])))
def test_an_overlay_is_a_three_way_merge_of_whole_files(
    fork: dict[str, Leaf], head: dict[str, Leaf], base: dict[str, Leaf], given_paths: set[str]
) -> None:
    found = overlay(fork, head, base, given_paths)
    merged = {path: leaf for path, leaf in {**base, **found.rows}.items() if leaf is not None}
    for path in {*fork, *head, *base} - given_paths:
        sides = {head.get(path), base.get(path)} - {fork.get(path)}
        assert (path in found.conflicts) == (len(sides) == 2)
        if len(sides) < 2:
            assert merged.get(path) == (sides.pop() if sides else fork.get(path))
    assert given_paths.isdisjoint({*found.rows, *found.conflicts})


@pytest.mark.parametrize(
    ("head", "base", "conflicts"),
    [
        ({"x/y": "a"}, {"x": "b"}, ("x/y",)),
        ({"x": "a"}, {"x/y": "b"}, ("x",)),
        ({"x/y/z": "a"}, {"x": "b"}, ("x/y/z",)),
        ({"x/y": "a"}, {"x/z": "b"}, ()),
        ({"xy": "a"}, {"x": "b"}, ()),
    ],
)
def test_a_file_where_the_other_side_has_a_folder_is_a_conflict(
    head: dict[str, str], base: dict[str, str], conflicts: tuple[str, ...]
) -> None:
    one = {path: LEAVES[name] for path, name in head.items()}
    two = {path: LEAVES[name] for path, name in base.items()}
    assert overlay({}, one, two, ()).conflicts == conflicts


def test_a_file_that_became_a_folder_on_the_branch_alone_is_none() -> None:
    found = overlay({"x": LEAVES["a"]}, {"x/y": LEAVES["b"]}, {"x": LEAVES["a"]}, ())
    assert (found.rows, found.conflicts) == ({"x": None, "x/y": LEAVES["b"]}, ())


# Merging the pull request


def merge_pull(bench: Bench, **changed: object) -> MergePull:
    effect = MergePull(pulled(bench).number, bench.repo.refs[REF], "Plan: add a widget (#1)")
    return replace(effect, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(("method", "parents"), [("merge", 2), ("squash", 1)])
def test_a_pull_request_is_merged_at_its_head(bench: Bench, method: str, parents: int) -> None:
    propose(bench)
    head, base = bench.repo.refs[REF], bench.head
    receipt = bench.apply(merge_pull(bench, method=method))[0]
    commit = bench.sandbox.world.store.commit(bench.head)
    assert (receipt.sha, commit.parents) == (bench.head, (base, head)[:parents])
    assert commit.message.startswith("Plan: add a widget (#1)")
    assert bench.sandbox.read(FULL_NAME, "main", PLAN) == "a\nb\nc\n"
    bench.redis.flushall()
    again = bench.apply(MergePull(pulled(bench).number, head, "x"))[0]
    assert (again.outcome, bench.head) == ("adopted", receipt.sha)


def _push(bench: Bench) -> None:
    bench.sandbox.commit(FULL_NAME, BRANCH, {"notes.md": "x"}, author="mona")


def _conflict(bench: Bench) -> None:
    bench.sandbox.commit(FULL_NAME, "main", {PLAN: "theirs\n"}, author="mona")


def _require(bench: Bench) -> None:
    checks = {"required_status_checks": [{"context": "ci"}], "strict_required_status_checks_policy": False}
    rule = {"type": "required_status_checks", "parameters": checks}
    bench.sandbox.world.add_ruleset(bench.repo, "ci", ["main"], [rule])


def _draft(bench: Bench) -> None:
    pull = pulled(bench).pull
    assert pull is not None
    pull.draft = True


@pytest.mark.parametrize(
    ("unmet", "words"),
    [
        (_push, "Head branch was modified"),
        (_conflict, "merge conflicts"),
        (_require, '"ci" is expected'),
        (_draft, "draft"),
    ],
)
def test_what_github_does_not_merge_is_said(bench: Bench, unmet: object, words: str) -> None:
    propose(bench)
    effect = merge_pull(bench)
    assert callable(unmet)
    unmet(bench)
    before = bench.head
    with pytest.raises(UserError) as no:
        bench.apply(effect)
    assert (no.value.code, words in no.value.reason, bench.head) == ("not-merged", True, before)


@pytest.mark.parametrize("fields", [{"state": "closed"}, {"merge": True}])
def test_a_pull_request_that_people_ended_is_looked_at_again(bench: Bench, fields: dict[str, object]) -> None:
    propose(bench)
    effect = merge_pull(bench, head_sha="a" * 40)
    url = f"/repos/{FULL_NAME}/pulls/{effect.number}"
    with bench.sandbox.person("mona") as mona:
        ended = mona.put(f"{url}/merge", json={}) if "merge" in fields else mona.patch(url, json=fields)
        ended.raise_for_status()
    with pytest.raises(Transient):
        bench.apply(effect)


def test_nobody_elses_pull_request_is_merged(bench: Bench) -> None:
    bench.apply(EnsureBranch(BRANCH, bench.head))
    bench.sandbox.commit(FULL_NAME, BRANCH, {PLAN: "x"}, author="mona")
    with bench.sandbox.person("mona") as mona:
        body = {"head": BRANCH, "base": "main", "title": "Mine"}
        mona.post(f"/repos/{FULL_NAME}/pulls", json=body).raise_for_status()
    with pytest.raises(UserError) as no:
        bench.apply(merge_pull(bench))
    assert no.value.code == "not-ours"


def test_a_crash_at_any_request_merges_once(bench: Bench) -> None:
    propose(bench)
    effect = merge_pull(bench)
    bench.redis.flushall()
    wrong, crashes, tried = wrong_ends(bench, lambda _: [effect], 0.0)
    assert wrong == []
    assert crashes == tried
