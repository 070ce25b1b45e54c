"""Published schemas accept what we write; the strict one accepts every draft, in the subset
that is taken everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from bot.plan.contract import contract_text
from bot.plan.draft import FACETS, DraftRejected, WireDraft, draft_of, plan_from_draft, wire_draft
from bot.plan.fanout import fanout_text
from bot.plan.model import Assumption, Plan
from bot.plan.part import Part
from bot.plan.schema import Kind, on_the_wire, schema, wire_schema
from tests.plan.rules.fixtures.facets import export, functional
from tests.plan.samples import small_plan, webhook_plan
from tests.plan.strategies import plans

NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
VALIDATORS = {kind: Draft202012Validator(schema(kind)) for kind in ("contract", "fanout", "plan")}
WIRE = Draft202012Validator(wire_schema())


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every subschema, properties' names aside."""
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            yield from (
                (one for part in value.values() for one in objects(part))
                if key
                in (
                    "properties",
                    "$defs",
                )
                else objects(value)
            )
    elif isinstance(node, list):
        for value in node:
            yield from objects(value)


@pytest.mark.parametrize("kind", ["contract", "fanout", "plan", "wire"])
def test_schemas_are_schemas(kind: Kind) -> None:
    made = schema(kind)
    Draft202012Validator.check_schema(made)
    assert made["$id"] == f"groundplan:{kind}"
    assert made["title"]
    assert made["description"]


@settings(max_examples=12, deadline=None, phases=NO_SHRINKING)
@given(plans)
def test_a_plan_is_valid_in_full_and_its_draft_gives_it_back(plan: Plan) -> None:
    VALIDATORS["plan"].validate(plan.model_dump(mode="json"))
    VALIDATORS["contract"].validate(json.loads(contract_text(plan)))
    VALIDATORS["fanout"].validate(json.loads(fanout_text(plan)))
    draft = draft_of(plan)
    WIRE.validate(draft)
    WireDraft.model_validate(draft)
    again = plan_from_draft(draft, issue=plan.issue, slug=plan.slug, provenance=plan.provenance)
    assert draft_of(again) == draft
    assert on_the_wire(plan.model_dump(mode="json")) == draft


def thinned(part: Part, drop: Callable[[], bool]) -> dict[str, Any]:
    """A part as JSON, with some of what has a default left out."""
    fields = type(part).model_fields.items()
    return {
        name: thinned_value(getattr(part, name), drop)
        for name, info in fields
        if info.is_required() or not drop()
    }


def thinned_value(value: Any, drop: Callable[[], bool]) -> Any:
    if isinstance(value, Part):
        return thinned(value, drop)
    return [thinned_value(one, drop) for one in value] if isinstance(value, tuple) else value


@settings(max_examples=25, deadline=None, phases=NO_SHRINKING)
@given(plans, st.randoms(use_true_random=False))
def test_what_is_valid_in_full_is_valid_on_the_wire(plan: Plan, random: Random) -> None:
    """Whatever a plan leaves to its defaults: mapped, it is a draft, and the draft says the same."""
    instance = thinned(plan, lambda: random.random() < 0.5)
    VALIDATORS["plan"].validate(instance)
    mapped = on_the_wire(instance)
    WIRE.validate(mapped)
    whole = Plan.model_validate(instance)
    again = plan_from_draft(mapped, issue=plan.issue, slug=plan.slug, provenance=plan.provenance)
    assert draft_of(again) == draft_of(whole)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("title", "x" * 401),
        ("title", " "),
        ("title", "two\nlines"),
        ("summary", "\t\n"),
        ("tasks/0/acceptance", []),
        ("tasks/0/max_diff_scope", 0),
        ("tasks/0/max_diff_scope", 1001),
        ("tasks/0/objective", "x" * 4001),
        ("tasks/0/id", "T" * 41),
        ("roadmap/milestones", []),
        ("contract_defaults/invariants", []),
    ],
    ids=lambda value: str(value)[:24],
)
def test_full_has_limits_that_the_wire_cannot_carry(place: str, value: Any) -> None:
    instance = small_plan().model_dump(mode="json")
    *way, name = place.split("/")
    at: Any = instance
    for part in way:
        at = at[int(part)] if part.isdecimal() else at[part]
    at[name] = value
    assert not VALIDATORS["plan"].is_valid(instance)
    assert WIRE.is_valid(on_the_wire(instance))


@pytest.mark.parametrize("place", ["goals", "tasks/0/effort", "tasks/0/files/0/summary"])
def test_the_wire_asks_for_every_key_where_full_has_defaults(place: str) -> None:
    instance = small_plan().model_dump(mode="json")
    draft = on_the_wire(instance)
    *way, name = place.split("/")
    for document in (instance, draft):
        at: Any = document
        for part in way:
            at = at[int(part)] if part.isdecimal() else at[part]
        del at[name]
    assert VALIDATORS["plan"].is_valid(instance)
    assert not WIRE.is_valid(draft)
    assert WIRE.is_valid(on_the_wire(instance))


def test_the_fan_out_schema_accepts_ours_and_refuses_less() -> None:
    document = json.loads(fanout_text(webhook_plan()))
    VALIDATORS["fanout"].validate(document)
    del document["tasks"][0]["invariants"]
    assert not VALIDATORS["fanout"].is_valid(document)


def test_the_contract_schema_refuses_what_reading_refuses() -> None:
    for step in (("contract_defaults", "max_diff_scope", 2.5), ("contract_defaults", "invariants", ["a"])):
        document = json.loads(contract_text(small_plan()))
        document[step[0]][step[1]] = step[2]
        assert not VALIDATORS["contract"].is_valid(document)


FORMATS = ("roadmap", "steps", "technical", "export", "functional")


@pytest.mark.parametrize("plan_format", FORMATS)
def test_the_wire_schema_keeps_to_the_strict_subset(plan_format: str) -> None:
    made = wire_schema(plan_format)
    Draft202012Validator.check_schema(made)
    allowed = {
        "type", "properties", "required", "items", "enum", "anyOf", "$ref", "$defs", "description",
        "additionalProperties",
    }  # fmt: skip
    for node in objects(made):
        assert set(node) <= allowed, node
        if node.get("type") == "object":
            assert node["required"] == list(node["properties"])
            assert node["additionalProperties"] is False
    assert len(json.dumps(made)) < 25_000


def expanded(node: Any, definitions: dict[str, Any], level: int = 1) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every subschema with its level of nesting, references followed."""
    if "$ref" in node:
        node = definitions[node["$ref"].rpartition("/")[2]]
    yield level, node
    for inner in (*node.get("properties", {}).values(), *([node["items"]] if "items" in node else ())):
        yield from expanded(inner, definitions, level + 1)
    for inner in node.get("anyOf", ()):
        yield from expanded(inner, definitions, level)


@pytest.mark.parametrize("plan_format", FORMATS)
def test_the_wire_schema_is_within_the_limits_of_strict_output(plan_format: str) -> None:
    made = wire_schema(plan_format)
    parts = list(expanded(made, made["$defs"]))
    assert max(level for level, _ in parts) <= 10
    assert sum(len(part.get("properties", ())) for _, part in parts) <= 5_000
    assert sum(len(part.get("enum", ())) for _, part in parts) <= 1_000
    assert made["type"] == "object"


@pytest.mark.parametrize(("plan_format", "plan"), [("functional", functional()), ("export", export())])
def test_a_format_asks_for_the_facets_it_shows_and_no_others(plan_format: str, plan: Plan) -> None:
    made = wire_schema(plan_format)
    asked = FACETS[plan_format]
    assert asked - {"changes"} == {"requirements", "streams", "delivery"} & set(made["properties"])
    draft = draft_of(plan, plan_format)
    Draft202012Validator(made).validate(draft)
    wire_draft(plan_format).model_validate(draft)
    again = plan_from_draft(draft, issue=plan.issue, slug=plan.slug, provenance=plan.provenance)
    assert {name: getattr(again, name) for name in asked - {"changes"}} == {
        name: getattr(plan, name) for name in asked - {"changes"}
    }
    assert on_the_wire(plan.model_dump(mode="json"), plan_format) == draft
    assert not WIRE.is_valid(draft)


def test_a_schema_of_the_wire_can_be_published() -> None:
    made = schema("wire")
    assert made["$id"] == "groundplan:wire"
    assert {name: made[name] for name in wire_schema() if name != "title"} == {
        name: value for name, value in wire_schema().items() if name != "title"
    }


def test_the_wire_schema_asks_for_nothing_that_code_knows_better() -> None:
    made = wire_schema()
    assert not {"issue", "slug", "codebase", "provenance", "not_produced"} & set(made["properties"])
    assert not any("origin" in one.get("properties", {}) for one in objects(made))
    assert {"tasks", "roadmap", "contract_defaults", "decisions"} <= set(made["properties"])


def test_nulls_become_defaults() -> None:
    draft = draft_of(small_plan())
    draft["goals"] = None
    draft["tasks"][0]["effort"] = None
    WIRE.validate(draft)
    plan = plan_from_draft(draft, issue=12, slug="small-plan", provenance=small_plan().provenance)
    assert plan == small_plan()


@pytest.mark.parametrize(
    ("key", "value", "rule", "pointer"),
    [
        ("title", "", "PLN002", "/title"),
        ("size", "huge", "PLN002", "/size"),
        ("provenance", {}, "PLN003", "/provenance"),
        ("mood", 1, "PLN003", "/mood"),
        ("tasks", [{"id": "T1"}], "PLN002", "/tasks/0/acceptance"),
    ],
)
def test_a_draft_that_is_no_plan_is_rejected_with_findings(
    key: str, value: Any, rule: str, pointer: str
) -> None:
    draft = {**draft_of(small_plan()), key: value}
    with pytest.raises(DraftRejected) as caught:
        plan_from_draft(draft, issue=12, slug="small-plan", provenance=small_plan().provenance)
    assert (rule, pointer) in [(one.rule, one.pointer) for one in caught.value.findings]


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\x1f", "\x1c\x1d\x1e\x1f", "\u00a0", "\u2003"])
def test_a_text_that_readers_take_for_blank_is_none(blank: str) -> None:
    with pytest.raises(ValidationError):
        Assumption(id="A-1", text=blank)
