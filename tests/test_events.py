"""Which deliveries matter and which subjects they are about."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import SUBSCRIBED_EVENTS, Event, Ignored, Malformed, read_event
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


@given(st.sampled_from(sorted(SUBSCRIBED_EVENTS)), st.binary(max_size=300))
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
