"""Mutators for the contract, the fan-out file, decisions and the planning pull request."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.plan.mutants.harness import PLAN_FILE, Base, Mutant, mutator
from tests.plan.mutants.outside_reach import (
    Slot,
    around,
    by_hand,
    get_at,
    json_of,
    json_path,
    plan_slots,
    plan_with,
    whole,
    with_json,
    with_value,
)
from tests.plan.mutants.outside_risk import in_item
from tests.plan.mutants.outside_words import phrases

CONTRACT, FANOUT = "planning-output", "planner-fanout"


def without_key(base: Base, kind: str, pointer: str) -> Mutant | None:
    """A JSON file without one of its values."""
    above, _, key = pointer.rpartition("/")

    def drop(data: Any) -> None:
        del (get_at(data, above) if above else data)[key]

    made = by_hand(base, kind, drop, pointer)
    return made and around(made, pointer, above or pointer)


def lacking(rule: str, kind: str, name: str, pointer: str) -> None:
    def mutate(base: Base, dice: random.Random) -> Mutant | None:
        return without_key(base, kind, pointer)

    mutate.__name__ = name
    mutator(rule, "roadmap")(mutate)


def valued(rule: str, kind: str, name: str, pointer: str, value: object) -> None:
    def mutate(base: Base, dice: random.Random) -> Mutant | None:
        made = with_json(base, kind, pointer, value)
        return made and around(made, pointer)

    mutate.__name__ = name
    mutator(rule, "roadmap")(mutate)


M0 = "/roadmap/milestones/0"
lacking("PLN801", CONTRACT, "milestone_without_outcome", f"{M0}/outcome")
lacking("PLN801", CONTRACT, "no_list_of_decisions", "/decisions")
lacking("PLN801", CONTRACT, "milestone_without_scope", f"{M0}/max_diff_scope")
lacking("PLN801", CONTRACT, "no_objective", "/roadmap/objective")
valued("PLN801", CONTRACT, "milestone_that_accepts_anything", f"{M0}/acceptance", [])
valued("PLN801", CONTRACT, "version_as_a_number", "/roadmap/version", 2)
valued("PLN802", CONTRACT, "risk_with_a_capital", f"{M0}/risk_class", "Medium")
valued("PLN802", CONTRACT, "risk_in_other_words", "/contract_defaults/risk_class", "moderate")
valued("PLN802", FANOUT, "risk_shouted", "/tasks/0/risk_class", "LOW")
valued("PLN803", CONTRACT, "scope_as_text", f"{M0}/max_diff_scope", "8")
valued("PLN803", CONTRACT, "scope_of_a_half", f"{M0}/max_diff_scope", 2.5)
valued("PLN803", CONTRACT, "scope_of_nothing", "/contract_defaults/max_diff_scope", 0)
valued("PLN803", CONTRACT, "scope_said_yes_to", f"{M0}/max_diff_scope", True)
valued("PLN803", FANOUT, "scope_below_nothing", "/tasks/0/max_diff_scope", -1)
DEFAULTS = "/contract_defaults"
valued("PLN804", CONTRACT, "commands_as_a_list", f"{DEFAULTS}/acceptance_tests", ["make test", "make lint"])
valued("PLN804", CONTRACT, "invariants_as_a_list", f"{DEFAULTS}/invariants", ["no_new_dependency"])
valued("PLN804", CONTRACT, "evidence_in_words", f"{DEFAULTS}/evidence_required", "yes")
valued("PLN804", CONTRACT, "decisions_as_objects", "/decisions", [{"id": "D-1", "question": "Which one?"}])
valued("PLN804", CONTRACT, "no_commands", f"{DEFAULTS}/acceptance_tests", "")
valued("PLN805", CONTRACT, "milestone_that_is_not_there", f"{M0}/dependencies", ["M7"])
valued("PLN805", CONTRACT, "milestone_that_needs_itself", f"{M0}/dependencies", ["M1"])
valued("PLN811", FANOUT, "task_without_a_bound", "/tasks/0/invariants", [])
valued("PLN811", FANOUT, "role_nobody_has", "/tasks/0/role", "engineer")
valued("PLN811", FANOUT, "task_that_accepts_anything", "/tasks/0/acceptance", [])
lacking("PLN811", FANOUT, "task_without_risk", "/tasks/0/risk_class")
lacking("PLN811", FANOUT, "task_without_scope", "/tasks/0/max_diff_scope")
lacking("PLN811", FANOUT, "task_without_title", "/tasks/0/title")
valued("PLN816", FANOUT, "sibling_that_is_not_there", "/tasks/0/depends_on", ["T9"])
valued("PLN816", FANOUT, "child_that_waits_for_itself", "/tasks/0/depends_on", ["T1"])
valued("PLN002", CONTRACT, "effort_of_another_size", "/groundplan/tasks/0/effort", "XL")
valued("PLN002", CONTRACT, "kind_nobody_knows", "/groundplan/tasks/0/kind", "chore")
valued("PLN002", CONTRACT, "title_that_is_none", "/groundplan/title", None)


@mutator("PLN805", "roadmap")
def two_milestones_of_one_name(base: Base, dice: random.Random) -> Mutant | None:
    if len(whole(base).roadmap.milestones) < 2:
        return None
    tasks = enumerate(whole(base).tasks)
    values: dict[str, object] = {f"/tasks/{at}/milestone": "M1" for at, _ in tasks}
    more = {"/roadmap/milestones/1/id": "M1", "/roadmap/milestones/1/dependencies": []}
    return around(plan_with(base, {**values, **more}, "/roadmap/milestones/1/id"), "/roadmap/milestones")


@mutator("PLN805", "roadmap")
def milestones_in_a_circle(base: Base, dice: random.Random) -> Mutant | None:
    if len(whole(base).roadmap.milestones) < 2:
        return None
    made = with_json(base, CONTRACT, f"{M0}/dependencies", ["M2"])
    return made and around(made, "/roadmap/milestones")


def in_document(base: Base, old: str, new: str) -> Mutant | None:
    """A text of the plan file changed by hand."""
    text = base.files[PLAN_FILE]
    if old not in text:
        return None
    line = text[: text.index(old)].count("\n") + 1
    given = base.given(files={**base.files, PLAN_FILE: text.replace(old, new, 1)})
    return Mutant(given, line=(PLAN_FILE, line))


@mutator("PLN806", "roadmap")
def title_changed_in_the_document(base: Base, dice: random.Random) -> Mutant | None:
    title = whole(base).roadmap.milestones[0].title
    made = in_document(base, f"| M1 | {title} |", "| M1 | Everything is better than before |")
    return made and around(made, f"{M0}/title")


@mutator("PLN806", "roadmap")
def risk_changed_in_the_document(base: Base, dice: random.Random) -> Mutant | None:
    one = whole(base).roadmap.milestones[0]
    made = in_document(base, "| active |  | low |", "| active |  | high |")
    return made and around(made, f"{M0}/risk_class") if one.risk_class == "low" else None


@mutator("PLN806", "roadmap")
def acceptance_changed_in_the_contract(base: Base, dice: random.Random) -> Mutant | None:
    return with_json(base, CONTRACT, f"{M0}/acceptance/0", "`status` answers 200 within 2 s")


@mutator("PLN004", "roadmap")
def list_lost_in_the_document(base: Base, dice: random.Random) -> Mutant | None:
    """A document that no longer shows what a task has to run."""
    path = next(one for one in base.files if one.endswith("tasks.md"))
    lines = base.files[path].split("\n")
    at = lines.index("**Run**")
    end = next(one for one in range(at + 2, len(lines)) if not lines[one].startswith("- "))
    text = "\n".join([*lines[:at], *lines[end + 1 :]])
    made = Mutant(base.given(files={**base.files, path: text}), "/tasks/0/commands")
    return around(made, "/tasks/0")


@mutator("PLN808", "roadmap")
def contract_names_a_command_nobody_defined(base: Base, dice: random.Random) -> Mutant | None:
    command = dice.choice(["make check-everything", "make e2e-tests"])
    made = with_json(base, CONTRACT, f"{DEFAULTS}/acceptance_tests", f"make test,{command}")
    return made and around(made, f"{DEFAULTS}/acceptance_tests")


@mutator("PLN809", "roadmap")
def more_files_than_allowed(base: Base, dice: random.Random) -> Mutant | None:
    found = [at for at, task in enumerate(whole(base).tasks) if len(task.files) > 1]
    at = dice.choice(found)
    return around(with_value(base, f"/tasks/{at}/max_diff_scope", 1), f"/tasks/{at}")


@mutator("PLN809", "roadmap")
def milestone_with_more_files_than_allowed(base: Base, dice: random.Random) -> Mutant | None:
    return around(with_value(base, f"{M0}/max_diff_scope", 2), M0)


def renamed(base: Base, old: str, new: str) -> Mutant:
    files = {new if path == old else path: text for path, text in base.files.items()}
    given = base.given(files=files)
    return Mutant(given, "", line=(new, 1))


@mutator("PLN810", "roadmap")
def contract_of_another_issue(base: Base, dice: random.Random) -> Mutant | None:
    return renamed(base, json_path(base, CONTRACT), ".agent/planning-output-58.json")


@mutator("PLN810", "roadmap")
def fanout_of_another_issue(base: Base, dice: random.Random) -> Mutant | None:
    return renamed(base, json_path(base, FANOUT), ".agent/planner-fanout-7.json")


def rewritten(base: Base, kind: str, change: Callable[[str], str]) -> Mutant:
    path = json_path(base, kind)
    text = change(base.files[path])
    made = Mutant(base.given(files={**base.files, path: text}), "")
    return around(made, lines=range(len(text.split("\n")) + 1), file=path)


@mutator("PLN810", "roadmap")
def no_line_end_at_the_end(base: Base, dice: random.Random) -> Mutant | None:
    return rewritten(base, dice.choice([CONTRACT, FANOUT]), str.rstrip)


@mutator("PLN810", "roadmap")
def keys_in_another_order(base: Base, dice: random.Random) -> Mutant | None:
    def turned(text: str) -> str:
        data = json.loads(text)
        return json.dumps(dict(reversed(data.items())), indent=2, ensure_ascii=False) + "\n"

    return rewritten(base, CONTRACT, turned)


@mutator("PLN812", "roadmap")
def two_children_of_one_title(base: Base, dice: random.Random) -> Mutant | None:
    made = with_json(base, FANOUT, "/tasks/1/title", whole(base).tasks[0].title)
    return made and around(made, "/tasks")


@mutator("PLN813", "roadmap")
def a_crowd_of_tasks(base: Base, dice: random.Random) -> Mutant | None:
    """More children than are filed at once, none of them queued."""

    def more(data: Any) -> None:
        first = data["tasks"][0]
        for number in range(11, 21):
            new = {**first, "key": f"T{number}", "title": f"Read late loans of branch {number}"}
            data["tasks"].append({**new, "queued": False})

    made = by_hand(base, FANOUT, more, "/tasks")
    return made and around(made, "/tasks")


def summaries(base: Base) -> Iterator[Slot]:
    """Objectives, found anywhere in their task."""
    for slot in plan_slots(base, "/tasks/*/objective"):
        yield in_item(slot)


phrases(
    "PLN814",
    ("roadmap",),
    summaries,
    [
        "+ It uses the interface of T1.",
        "+ See the assumptions of the plan.",
        "+ Constraints are listed in the plan.",
    ],
    [
        "+ It uses what the first task built.",
        "+ The sibling issue explains the format.",
        "+ The milestone says when it is done.",
    ],
)


@mutator("PLN814", "roadmap")
def child_without_its_bounds(base: Base, dice: random.Random) -> Mutant | None:
    made = with_json(base, FANOUT, "/tasks/0/in_scope", [])
    return made and around(made, "/tasks/0")


@mutator("PLN814", "roadmap")
def child_without_commands(base: Base, dice: random.Random) -> Mutant | None:
    made = with_json(base, FANOUT, "/tasks/0/commands", [])
    return made and around(made, "/tasks/0")


@mutator("PLN814", "roadmap")
def child_without_out_of_scope(base: Base, dice: random.Random) -> Mutant | None:
    made = with_json(base, FANOUT, "/tasks/0/out_of_scope", [])
    return made and around(made, "/tasks/0")


@mutator("PLN815", "roadmap")
def label_nobody_allows(base: Base, dice: random.Random) -> Mutant | None:
    label = dice.choice(["wontfix", "good first issue", "decision/major", "agent/needs-config"])
    place = len(json_of(base, FANOUT)["tasks"][0]["labels"])
    made = with_json(base, FANOUT, "/tasks/0/labels/-", label, f"/tasks/0/labels/{place}")
    return made and around(made, "/tasks/0/labels")


@mutator("PLN815", "roadmap")
def ready_before_the_owner_decided(base: Base, dice: random.Random) -> Mutant | None:
    open_ones = {one.id for one in whole(base).decisions if one.weight == "major" and not one.answer}
    tasks = json_of(base, FANOUT)["tasks"]
    found = [
        at
        for at, one in enumerate(tasks)
        if any(name.partition(":")[0] in open_ones for name in one["decisions"])
    ]
    if not found:
        return None
    made = with_json(base, FANOUT, f"/tasks/{found[0]}/labels/-", "ready")
    return made and around(made, f"/tasks/{found[0]}")


@mutator("PLN815", "roadmap")
def tester_labelled_as_developer(base: Base, dice: random.Random) -> Mutant | None:
    tasks = json_of(base, FANOUT)["tasks"]
    found = [at for at, one in enumerate(tasks) if one["role"] == "qa"]
    if not found:
        return None
    labels = ["type/task", "priority/p1", "role/qa", "autonomous", "ready"]
    made = with_json(base, FANOUT, f"/tasks/{found[0]}/labels", labels)
    return made and around(made, f"/tasks/{found[0]}")


@mutator("PLN816", "roadmap")
def test_that_waits_for_nothing(base: Base, dice: random.Random) -> Mutant | None:
    found = [at for at, one in enumerate(whole(base).tasks) if one.role == "qa"]
    if not found:
        return None
    return around(with_value(base, f"/tasks/{found[0]}/depends_on", []), f"/tasks/{found[0]}")


def developed(base: Base) -> Iterator[Slot]:
    """Objectives of developers, found anywhere in their task."""
    found = [at for at, one in enumerate(whole(base).tasks) if one.role == "developer"]
    for slot in plan_slots(base, *(f"/tasks/{at}/objective" for at in found)):
        yield in_item(slot)


phrases(
    "PLN817",
    ("roadmap",),
    developed,
    [
        "Produce a coverage matrix of all commands.",
        "Verify that late entries are listed in the right order.",
        "Create an evidence report on how failures are counted.",
        "Audit the error paths of the store.",
        "Document the results of the last run in a closeout checklist.",
    ],
    [
        "Investigate why entries are lost at midnight.",
        "Collect figures on how long a round of checks takes.",
        "Gather proof that nothing is lost in a restart.",
        "Look into the options for storing results and summarise them.",
    ],
)


@mutator("PLN818", "roadmap")
def testing_before_building(base: Base, dice: random.Random) -> Mutant | None:
    """The testing is moved into the first milestone while later ones still have to be built."""
    found = [at for at, one in enumerate(whole(base).tasks) if one.kind == "verification"]
    if not found:
        return None
    here = f"/tasks/{found[0]}"
    values: dict[str, object] = {f"{here}/milestone": "M1", f"{here}/depends_on": ["T1"]}
    return around(plan_with(base, values, here), here, "/roadmap/milestones")


@mutator("PLN818", "roadmap")
def milestone_of_evidence_first(base: Base, dice: random.Random) -> Mutant | None:
    """A milestone that only tests is in hand, and those that build wait."""
    found = [at for at, one in enumerate(whole(base).tasks) if one.kind == "verification"]
    if not found:
        return None
    last = whole(base).roadmap.milestones[-1].model_dump()
    more = {
        "id": "M3",
        "title": "The coverage of all outages is proven",
        "dependencies": [],
        "status": "active",
    }
    said = {"outcome": "A coverage matrix of all outages.", "acceptance": ["All ten rows are green"]}
    values: dict[str, object] = {
        "/roadmap/milestones/-": {**last, **more, **said},
        f"{M0}/status": "queued",
        f"/tasks/{found[0]}/milestone": "M3",
    }
    made = plan_with(base, values, "/roadmap/milestones/2")
    return around(made, "/roadmap/milestones", f"/tasks/{found[0]}")


@mutator("PLN819", "roadmap")
def two_at_once(base: Base, dice: random.Random) -> Mutant | None:
    if len(whole(base).roadmap.milestones) < 2:
        return None
    made = with_value(base, "/roadmap/milestones/1/status", "active")
    return around(made, "/roadmap/milestones")


@mutator("PLN819", "roadmap")
def nothing_in_hand(base: Base, dice: random.Random) -> Mutant | None:
    made = with_value(base, f"{M0}/status", "queued")
    return around(made, "/roadmap/milestones")


@mutator("PLN820", "roadmap")
def title_that_grew(base: Base, dice: random.Random) -> Mutant | None:
    title = whole(base).roadmap.milestones[0].title
    more = "after hardening of the follow-up of the remaining gaps of the second closeout of the first review"
    return around(with_value(base, f"{M0}/title", f"{title} {more}"), M0)


@mutator("PLN820", "roadmap")
def titles_that_only_extend_each_other(base: Base, dice: random.Random) -> Mutant | None:
    def change(data: Any) -> None:
        first = dict(data["roadmap"]["milestones"][0])
        title = "Outages are noticed"
        found = []
        for number, more in enumerate(["", " and confirmed", " and confirmed again"], start=1):
            status = "active" if number == 1 else "queued"
            needs = [f"M{number - 1}"] if number > 1 else []
            new = {"id": f"M{number}", "title": title + more, "status": status, "dependencies": needs}
            found.append({**first, **new})
        data["roadmap"]["milestones"] = found

    data = whole(base).model_dump(mode="python")
    change(data)
    made = plan_with(base, {"/roadmap/milestones": data["roadmap"]["milestones"]}, "/roadmap/milestones")
    return around(made, "/roadmap/milestones")


def decided(rule: str, name: str, field: str, value: object, place: str = "") -> None:
    def mutate(base: Base, dice: random.Random) -> Mutant | None:
        if not whole(base).decisions:
            return None
        return around(with_value(base, f"/decisions/0/{field}", value), f"/decisions/0/{place or field}")

    mutate.__name__ = name
    mutator(rule, "roadmap")(mutate)


ONE_OPTION = [{"name": "A", "consequence": "One alert for each outage; nothing else is kept."}]
decided("PLN821", "decision_without_a_choice", "options", ONE_OPTION)
decided("PLN821", "recommendation_nobody_offered", "recommended", "C")
decided("PLN821", "decision_without_a_day", "deadline", "")
decided("PLN821", "nothing_recommended", "recommended", "")


@mutator("PLN823", "roadmap")
def decision_not_in_the_contract(base: Base, dice: random.Random) -> Mutant | None:
    if not whole(base).decisions:
        return None
    kept = json_of(base, CONTRACT)["decisions"][1:]
    made = with_json(base, CONTRACT, "/decisions", kept)
    return made and around(made, "/decisions")


@mutator("PLN823", "roadmap")
def decision_only_in_the_contract(base: Base, dice: random.Random) -> Mutant | None:
    place = len(json_of(base, CONTRACT)["decisions"])
    text = "D-9: Are old results thrown away? (#61)"
    made = with_json(base, CONTRACT, "/decisions/-", text, f"/decisions/{place}")
    return made and around(made, "/decisions")


@mutator("PLN823", "roadmap")
def child_that_forgot_its_decision(base: Base, dice: random.Random) -> Mutant | None:
    found = [at for at, one in enumerate(json_of(base, FANOUT)["tasks"]) if one["decisions"]]
    if not found:
        return None
    made = with_json(base, FANOUT, f"/tasks/{found[0]}/decisions", [])
    return made and around(made, f"/tasks/{found[0]}")


@mutator("PLN821", "roadmap")
def decision_no_task_depends_on(base: Base, dice: random.Random) -> Mutant | None:
    if not whole(base).decisions:
        return None
    values: dict[str, object] = {f"/tasks/{at}/decisions": [] for at, _ in enumerate(whole(base).tasks)}
    return around(plan_with(base, values, "/decisions/0"), "/decisions", "/decisions/0")


STRAY = {"python": "src/shelf/loans.py", "typescript": "package.json", "go": "internal/store/store.go"}


@mutator("PLN824", "roadmap")
def code_in_the_planning_pull_request(base: Base, dice: random.Random) -> Mutant | None:
    given = base.given()
    assert given.pull is not None
    touched = (*base.files, dice.choice([STRAY[base.repo], ".github/workflows/ci.yml", "README.md"]))
    made = Mutant(replace(given, pull=type(given.pull)(touched)), touched[-1])
    return around(made, "", touched[-1])
