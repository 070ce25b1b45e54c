"""Which deliveries matter and which subjects they are about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import (
    MOST_REPOSITORIES,
    SUBSCRIBED_EVENTS,
    UNASKED_EVENTS,
    Event,
    Ignored,
    Malformed,
    read_event,
)
from bot.situation import Subject

OURS = 99


def payload(**changes: Any) -> dict[str, Any]:
    base = {
        "action": "labeled",
        "installation": {"id": 12},
        "repository": {"id": 42, "full_name": "octo/repo"},
        "sender": {"id": 5},
        "issue": {"number": 7},
        "pull_request": {"number": 8, "head": {"ref": "groundplan/plan-7"}},
    }
    return {**base, **changes}


def read(name: str, **changes: Any) -> Event | Ignored:
    return read_event(name, json.dumps(payload(**changes)).encode(), OURS)


@pytest.mark.parametrize(
    "action",
    ["labeled", "unlabeled", "edited", "closed", "reopened", "deleted", "transferred", "locked", "unlocked"],
)
def test_an_issue_event_is_about_the_issue(action: str) -> None:
    assert read("issues", action=action) == Event("issues", action, (Subject(42, 7),), 12, "octo/repo")


@pytest.mark.parametrize("action", ["opened", "reopened", "synchronize", "edited"])
def test_a_plan_pull_request_is_about_the_issue_of_its_branch_and_about_itself(action: str) -> None:
    event = read("pull_request", action=action)
    assert isinstance(event, Event)
    assert event.subjects == (Subject(42, 7), Subject(42, 8))


def test_a_closed_pull_request_is_about_its_issue_alone() -> None:
    event = read("pull_request", action="closed")
    assert isinstance(event, Event)
    assert event.subjects == (Subject(42, 7),)


@pytest.mark.parametrize(
    ("ref", "number"),
    [
        ("groundplan/plan-7", 7),
        ("groundplan/plan-7-2", 7),
        ("groundplan/plan-0", None),
        ("groundplan/plan-07", None),
        ("groundplan/plan-7-", None),
        ("groundplan/plan-7/../x", None),
        ("feature/groundplan/plan-7", None),
        ("groundplan/plan-7\n", None),
        ("main", None),
    ],
)
def test_only_a_plan_branch_names_an_issue(ref: str, number: int | None) -> None:
    event = read("pull_request", action="closed", pull_request={"number": 8, "head": {"ref": ref}})
    if number is None:
        assert isinstance(event, Ignored)
    else:
        assert isinstance(event, Event)
        assert event.subjects == (Subject(42, number),)


def test_our_own_doing_is_ignored_by_number_not_by_name() -> None:
    assert isinstance(read("issues", sender={"id": OURS, "login": "someone"}), Ignored)
    assert isinstance(read("issues", sender={"id": 5, "login": "groundplan[bot]", "type": "Bot"}), Event)


@pytest.mark.parametrize("installation", [None, "left out"])
def test_a_payload_without_an_installation_is_ignored(installation: str | None) -> None:
    changed = payload(installation=None)
    if installation:
        del changed["installation"]
    assert isinstance(read_event("issues", json.dumps(changed).encode(), OURS), Ignored)


def test_unknown_events_and_actions_are_ignored_with_the_reason() -> None:
    assert read("star") == Ignored("event 'star' is not one of ours")
    assert "pinned" in str(read("issues", action="pinned"))


@pytest.mark.parametrize("part", ["action", "repository", "sender", "issue"])
def test_a_missing_part_is_malformed_and_named(part: str) -> None:
    changed = payload()
    del changed[part]
    with pytest.raises(Malformed, match=part):
        read_event("issues", json.dumps(changed).encode(), OURS)


@given(st.sampled_from(sorted(SUBSCRIBED_EVENTS | UNASKED_EVENTS)), st.binary(max_size=300))
def test_no_bytes_raise_anything_but_malformed(name: str, body: bytes) -> None:
    try:
        found = read_event(name, body, OURS)
    except Malformed:
        return
    assert isinstance(found, Ignored)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(payload())), _JSON)
def test_any_json_in_any_place_is_read_ignored_or_malformed(part: str, value: Any) -> None:
    body = json.dumps(payload(**{part: value})).encode()
    try:
        found = read_event("issues", body, OURS)
    except Malformed:
        return
    assert isinstance(found, Ignored) or found.subjects[0].number > 0


# Comments, reviews, pushes, installations


def comment(body: str | None = "/plan", **changes: Any) -> Event | Ignored:
    said = {"body": body, "user": {"id": 5, "type": "User"}}
    return read("issue_comment", **{"action": "created", "comment": said, **changes})


@pytest.mark.parametrize(
    "body", ["/plan", "Well.\r\n\r\n  /plan as steps", "@groundplan plan status", "/decide B"]
)
def test_a_comment_that_may_hold_a_command_is_about_where_it_stands(body: str) -> None:
    assert comment(body) == Event("issue_comment", "created", (Subject(42, 7),), 12, "octo/repo")


@pytest.mark.parametrize("body", [None, "", "I like /plan", "mail a@b.c", "> /plan", "x\n" * 32_768])
def test_chatter_is_ignored_at_once(body: str | None) -> None:
    assert comment(body) == Ignored("no line of the comment begins as a command does")


@pytest.mark.parametrize("action", ["edited", "deleted", "pinned"])
def test_what_was_changed_later_is_no_command(action: str) -> None:
    assert isinstance(comment(action=action), Ignored)


def test_bots_give_no_commands() -> None:
    robot = {"id": 6, "login": "mona", "type": "Bot"}
    assert isinstance(comment(sender=robot), Ignored)
    assert isinstance(comment(comment={"body": "/plan", "user": robot}), Ignored)
    assert isinstance(comment(sender={"id": OURS, "type": "User"}), Ignored)
    assert isinstance(comment(comment={"body": "/plan", "user": None}), Event)


@pytest.mark.parametrize("action", ["submitted", "dismissed"])
def test_a_review_is_about_the_issue_of_the_plan(action: str) -> None:
    event = read("pull_request_review", action=action)
    assert event == Event("pull_request_review", action, (Subject(42, 7),), 12, "octo/repo")


def test_a_review_of_anything_else_is_ignored() -> None:
    other = {"number": 8, "head": {"ref": "topic"}}
    assert isinstance(read("pull_request_review", action="submitted", pull_request=other), Ignored)
    assert isinstance(read("pull_request_review", action="edited"), Ignored)
    assert isinstance(read("pull_request_review", action="submitted", sender={"id": OURS}), Ignored)


def push(ref: str = "refs/heads/trunk", **changes: Any) -> Event | Ignored:
    home = {"id": 42, "full_name": "octo/repo", "default_branch": "trunk"}
    sent = payload(repository=home, ref=ref, **changes)
    del sent["action"]
    return read_event("push", json.dumps(sent).encode(), OURS)


@pytest.mark.parametrize("sender", [5, OURS])
def test_a_push_to_the_default_branch_is_about_the_repository_itself(sender: int) -> None:
    """Also our own: when we merge one plan, the others have to follow."""
    event = push(sender={"id": sender})
    assert event == Event("push", "", (Subject(42, 0),), 12, "octo/repo")
    assert Subject.parse(str(Subject(42, 0))) == Subject(42, 0)


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/tags/trunk", "trunk", "refs/heads/trunk/x"])
def test_other_pushes_are_ignored(ref: str) -> None:
    assert isinstance(push(ref), Ignored)


def test_a_default_branch_that_was_deleted_is_ignored() -> None:
    assert isinstance(push(deleted=True), Ignored)


def installed(name: str, action: str, **changes: Any) -> Event | Ignored:
    sent = {"action": action, "installation": {"id": 12}, "sender": {"id": 5}, **changes}
    return read_event(name, json.dumps(sent).encode(), OURS)


def repositories(count: int) -> list[dict[str, Any]]:
    return [{"id": 40 + at, "full_name": f"octo/r{at}", "private": True} for at in range(count)]


@pytest.mark.parametrize(
    ("name", "action", "key"),
    [
        ("installation", "created", "repositories"),
        ("installation_repositories", "added", "repositories_added"),
    ],
)
def test_repositories_that_come_to_us_are_subjects_by_themselves(name: str, action: str, key: str) -> None:
    event = installed(name, action, **{key: repositories(2)})
    subjects = (Subject(40, 0), Subject(41, 0))
    assert event == Event(name, action, subjects, 12, "octo/r0", ("octo/r0", "octo/r1"))
    alone = installed(name, action, **{key: repositories(1)})
    assert alone == Event(name, action, subjects[:1], 12, "octo/r0")


def test_of_very_many_repositories_the_first_are_taken() -> None:
    event = installed("installation", "created", repositories=repositories(5_000))
    assert isinstance(event, Event)
    assert len(event.subjects) == len(event.names) == MOST_REPOSITORIES


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("installation", "deleted"),
        ("installation", "suspend"),
        ("installation_repositories", "removed"),
        ("installation", "created"),
    ],
)
def test_who_leaves_or_brings_nothing_is_ignored(name: str, action: str) -> None:
    listed = {"repositories": repositories(1)} if action != "created" else {}
    assert isinstance(installed(name, action, **listed), Ignored)


def test_the_manifest_subscribes_to_all_but_what_comes_unasked() -> None:
    manifest = (Path(__file__).parents[1] / "app.yml").read_text(encoding="utf-8")
    events = manifest.partition("default_events:\n")[2].split("\n")
    asked = {line.removeprefix("  - ") for line in events if line.startswith("  - ")}
    assert asked == SUBSCRIBED_EVENTS
    assert not asked & UNASKED_EVENTS
