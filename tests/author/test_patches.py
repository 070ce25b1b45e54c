"""Patches change what was found wrong and nothing else, in any order, with any value."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.author.patches import LONGEST_VALUE, Patch, patched, patches_in, places, settled
from bot.author.stages.repairing import asking
from bot.author.stages.shared import Shared
from bot.plan.findings import Finding

DRAFT: dict[str, Any] = {
    "title": "t",
    "non_goals": ["a", "b"],
    "tasks": [
        {"id": "T1", "title": "one", "depends_on": [], "files": [{"path": "a.py"}, {"path": "b.py"}]},
        {"id": "T2", "title": "two", "depends_on": ["T1"], "files": [{"path": "c.py"}]},
    ],
}


def found(*pointers: str, rule: str = "PLN401") -> list[Finding]:
    return [Finding(rule, "error", "wrong", pointer) for pointer in pointers]


def patch(pointer: str, value: object = None, op: str = "replace") -> Patch:
    return Patch(rule="PLN401", pointer=pointer, op=op, value="" if op == "remove" else json.dumps(value))  # type: ignore[arg-type]


def test_a_flagged_field_is_replaced_and_the_draft_given_stays() -> None:
    before = copy.deepcopy(DRAFT)
    out = patched(DRAFT, [patch("/tasks/0/title", "uno")], found("/tasks/0/title"))
    assert (out.draft["tasks"][0]["title"], len(out.applied), out.refused) == ("uno", 1, ())
    assert before == DRAFT


def test_what_a_finding_points_into_may_be_changed_as_a_whole_field() -> None:
    out = patched(DRAFT, [patch("/tasks/0/files", [{"path": "z.py"}])], found("/tasks/0/files/1/path"))
    assert out.draft["tasks"][0]["files"] == [{"path": "z.py"}]


@pytest.mark.parametrize(
    "pointer",
    ["/tasks/1/title", "/title", "/tasks", "/tasks/0", "/tasks/0/titles", "", "title", "/tasks/00/title"],
)
def test_other_places_are_refused(pointer: str) -> None:
    out = patched(DRAFT, [patch(pointer, "x")], found("/tasks/0/title"))
    assert out.draft == DRAFT
    assert len(out.refused) == 1


def test_an_order_that_is_wrong_is_mended_at_any_dependency() -> None:
    out = patched(
        DRAFT, [patch("/tasks/1/depends_on/-", "T3", "add")], found("/tasks/0/files/0", rule="PLN308")
    )
    assert out.draft["tasks"][1]["depends_on"] == ["T1", "T3"]


def test_what_two_tasks_do_to_a_file_is_mended_at_either() -> None:
    one = patch("/tasks/1/files/0", op="remove")
    flagged = "/tasks/0/files/0/path"
    assert patched(DRAFT, [one], found(flagged, rule="PLN310")).draft["tasks"][1]["files"] == []
    assert patched(DRAFT, [one], found(flagged, rule="PLN401")).draft == DRAFT


def test_the_words_that_show_a_fault_are_no_place_to_mend_it() -> None:
    out = patched(DRAFT, [patch("/tasks/0/title", "x")], found("/tasks/0/rollback/kind", rule="PLN507"))
    assert (out.draft, len(out.refused)) == (DRAFT, 1)


def test_every_place_besides_is_told_to_who_mends() -> None:
    shared = Shared("system", "prefix", "0" * 16, "key")
    asked = asking(shared, DRAFT, found("/tasks/0/files/0/path", rule="PLN310")).user
    assert "/tasks/*/depends_on, /tasks/*/files" in asked
    assert "besides" not in asking(shared, DRAFT, found("/title")).user


def test_removals_do_not_move_each_other() -> None:
    gone = [patch("/tasks/0/files/0", op="remove"), patch("/tasks/0/files/1", op="remove")]
    assert patched(DRAFT, gone, found("/tasks/0/files")).draft["tasks"][0]["files"] == []


def test_nothing_is_removed_twice() -> None:
    gone = [patch("/tasks/0/files/0", op="remove")] * 2
    out = patched(DRAFT, gone, found("/tasks/0/files"))
    assert out.draft["tasks"][0]["files"] == [{"path": "b.py"}]
    assert (len(out.applied), len(out.refused)) == (1, 1)


def test_a_removed_key_is_null_because_every_key_has_to_be_there() -> None:
    out = patched(DRAFT, [patch("/tasks/0/title", op="remove")], found("/tasks/0/title"))
    assert out.draft["tasks"][0]["title"] is None


@pytest.mark.parametrize(
    ("pointer", "value", "op"),
    [
        ("/tasks/9/title", '"x"', "replace"),
        ("/tasks/0/files/0", '"x"', "add"),
        ("/tasks/0/files/7", '"x"', "replace"),
        ("/tasks/0/title", "not json", "replace"),
        ("/tasks/0/title", "[" * 100_000, "replace"),
        ("/tasks/0/title", '"' + "x" * LONGEST_VALUE + '"', "replace"),
        ("/tasks/0/title/deeper", "1", "replace"),
        ("/tasks/0/files/-", "", "remove"),
        ("/tasks/0/files/\u00b2", '"x"', "replace"),
        ("/tasks/\u00b2/files", '"x"', "replace"),
        (f"/tasks/0/files/{'9' * 5000}", '"x"', "replace"),
        ("/tasks/0/files/\u0663", "", "remove"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(pointer: str, value: str, op: str) -> None:
    one = Patch(rule="x", pointer=pointer, op=op, value=value)  # type: ignore[arg-type]
    out = patched(DRAFT, [one], found("/tasks"))
    assert (out.draft, out.applied) == (DRAFT, ())
    assert out.refused[0].startswith(f"{op} {pointer[:200]}")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"patches": [{"op": "move"}]}', '{"patches": 1}', "\ufeffx"]
)
def test_what_is_no_list_of_patches_is_none(text: str) -> None:
    assert patches_in(text) is None


def test_more_patches_than_the_most_are_not_read() -> None:
    many = json.dumps({"patches": [patch("/a", 1).model_dump()] * 500})
    read = patches_in(many)
    assert read is not None
    assert len(read) == 60


POINTERS = st.lists(
    st.sampled_from(
        ["tasks", "0", "1", "2", "-", "title", "files", "path", "depends_on", "non_goals", "*", ""]
    ),
    max_size=5,
).map(lambda parts: "".join(f"/{part}" for part in parts))


@given(
    flagged=st.lists(POINTERS, min_size=1, max_size=3),
    changes=st.lists(
        st.tuples(
            POINTERS, st.sampled_from(["replace", "add", "remove"]), st.sampled_from(["1", "[]", "{}", "x"])
        ),
        max_size=6,
    ),
)
def test_nothing_but_the_flagged_fields_ever_changes(
    flagged: list[str], changes: list[tuple[str, str, str]]
) -> None:
    findings = found(*flagged)
    out = patched(DRAFT, [Patch(rule="r", pointer=p, op=o, value=v) for p, o, v in changes], findings)  # type: ignore[arg-type]
    touched = places(findings)
    for key, value in DRAFT.items():
        for at, item in enumerate(value if isinstance(value, list) else []):
            if not any(_reaches(place, (key, str(at))) for place in touched):
                assert out.draft[key][at] == item
        if not any(place[:1] in {(), (key,)} for place in touched):
            assert out.draft[key] == value
    assert len(out.applied) + len(out.refused) == len(changes)


def _reaches(place: tuple[str, ...], item: tuple[str, str]) -> bool:
    """Whether a place is the item, in it, or holds it."""
    return all(one in {other, "*"} for one, other in zip(place, item, strict=False))


@pytest.mark.parametrize("wrap", ["```json\n{}\n```", "\ufeff{}", "<think>So.</think>\n{}", "{}"])
def test_what_stands_around_patches_does_not_count(wrap: str) -> None:
    one = patch("/tasks/0/title", "uno")
    assert patches_in(wrap.replace("{}", json.dumps({"patches": [one.model_dump()]}))) == (one,)


def test_a_finding_is_settled_by_a_patch_for_it_at_its_own_place_only() -> None:
    findings = [*found("/tasks/0", rule="ASK-1"), *found("/tasks/1", rule="ASK-2"), *found("", rule="REV-1")]
    made = [
        Patch(rule="ASK-1", pointer="/tasks/0/title", op="replace", value='"x"'),
        Patch(rule="ASK-2", pointer="/tasks/0/title", op="replace", value='"x"'),
    ]
    assert settled(made, findings) == {"ASK-1"}
