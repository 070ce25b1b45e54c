"""For every rule an input it passes and inputs it must catch, with the pointer where. A test demands both."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.effects import File
from bot.plan.contract import contract_text
from bot.plan.digest import canonical_json
from bot.plan.fanout import fanout_text
from bot.plan.formats import FORMATS
from bot.plan.model import Decision, Obligation, Option, Plan, Task
from bot.plan.rules import LintInput
from bot.recon.suggest import nearest
from bot.recon.tree import in_memory
from tests.plan.samples import SHA, change, milestone, small_plan, task


@dataclass(frozen=True, slots=True)
class Said:
    ok: bool | None
    reason: str = ""


TREE = in_memory(
    dict.fromkeys(("src/core/engine.py", "src/app.py", "docs/guide.md", "Makefile", "tests/test_app.py"), ""),
    sha=SHA,
)


def given(plan: Plan | None = None, **fields: Any) -> LintInput:
    """Everything a lint run can have about `plan` (a sound one by default); `fields` replace parts of it."""
    plan = plan or sound()
    all_of_it: dict[str, Any] = {
        "plan": plan,
        "contract_text": contract_text(plan),
        "fanout_text": fanout_text(plan),
        "tree": TREE,
        "renderings": FORMATS["roadmap"].files(plan, {}),
        "runnable": lambda command: Said(command == "make test"),
        "nearest": nearest,
    }
    return LintInput(**{**all_of_it, **fields})


def sound(*tasks: Task, **fields: Any) -> Plan:
    """A plan that holds every rule, unless `tasks` or `fields` say otherwise."""
    decision = Decision(
        id="D-1",
        question="Which?",
        context="Two ways.",
        impact="Some.",
        weight="minor",
        options=(Option(name="A", consequence="a"), Option(name="B", consequence="b")),
    )
    first = task("T1", files=(change("src/app.py"),), covers=("I-1",), decisions=("D-1",))
    second = task("T2", files=(change("src/new.py", "new"),), depends_on=("T1",))
    rest: dict[str, Any] = {
        "decisions": (decision,),
        "obligations": (Obligation(id="I-1", text="Do it", disposition="task", by=("T1",)),),
        "milestones": (milestone("M1"), milestone("M2", dependencies=("M1",))),
    }
    return small_plan(*(tasks or (first, second)), **{**rest, **fields})


def _contract(*steps: tuple[str, Any], text: str = "") -> LintInput:
    return given(contract_text=_edited(text or contract_text(sound()), steps))


def _fanout(*steps: tuple[str, Any]) -> LintInput:
    return given(fanout_text=_edited(fanout_text(sound()), steps))


def _edited(text: str, steps: tuple[tuple[str, Any], ...]) -> str:
    document = json.loads(text)
    for path, value in steps:
        *parents, last = path.split("/")
        at: Any = document
        for part in parents:
            at = at[int(part)] if isinstance(at, list) else at[part]
        at[int(last) if isinstance(at, list) else last] = value
    return canonical_json(document)


def _foreign(**roadmap: Any) -> LintInput:
    """A contract of another tool, with these milestones."""
    document = json.loads(contract_text(sound()))
    del document["groundplan"]
    document["roadmap"] |= roadmap
    return given(contract_text=canonical_json(document))


def _milestone(name: str, *needs: str) -> dict[str, Any]:
    dumped = milestone(name, dependencies=needs).model_dump(
        mode="json", exclude={"status", "validation", "origin"}
    )
    assert isinstance(dumped, dict)
    return dumped


def _edited_documents(ending: str, old: str, new: str) -> LintInput:
    files = FORMATS["roadmap"].files(sound(), {})
    assert any(old in file.text for file in files if file.path.endswith(ending))
    changed = (
        File(one.path, one.text.replace(old, new)) if one.path.endswith(ending) else one for one in files
    )
    return given(renderings=tuple(changed))


def _writers(*paths: str, **fields: Any) -> Plan:
    return sound(*(task(f"T{n}", files=(change(path),), **fields) for n, path in enumerate(paths, start=1)))


def _with_demand(disposition: Any, **fields: Any) -> LintInput:
    """A sound plan with a second demand, of which this became."""
    second = Obligation(id="I-2", text="Do that", disposition=disposition, **fields)
    return given(sound(obligations=(*sound().obligations, second)))


GOOD = given()

Bad = tuple[Callable[[], LintInput], str]

BAD: Mapping[str, tuple[Bad, ...]] = {
    "PLN001": (
        (lambda: given(reply="Here it is: {}"), ""),
        (lambda: given(reply="```json\n{}\n```\n{}"), ""),
        (lambda: given(reply='{"a": [1, 2'), "/a"),
        (lambda: given(reply="[1]"), ""),
        (lambda: given(contract_text=""), ""),
        (lambda: given(fanout_text="{}{}"), ""),
    ),
    "PLN002": (
        (lambda: _contract(("groundplan/tasks/0/effort", "XL")), "/groundplan/tasks/0/effort"),
        (lambda: _fanout(("groundplan/issue", "twelve")), "/groundplan/issue"),
    ),
    "PLN003": ((lambda: _contract(("groundplan/tasks/0/mood", "good")), "/groundplan/tasks/0/mood"),),
    "PLN004": (
        (lambda: _edited_documents("tasks.md", "Build part T2", "Build part T3"), "/tasks/1/title"),
        (lambda: _edited_documents("PLAN.md", "groundplan:plan 12 end", "groundplan:plan 13 end"), ""),
        (
            lambda: _edited_documents("acceptance.md", "It shows", "It hides"),
            "/roadmap/milestones/0/acceptance/0",
        ),
    ),
    "PLN201": (
        (lambda: given(sound(task("T1"), task("T1", files=()))), "/tasks/1/id"),
        (lambda: given(sound(milestones=(milestone("M1"), milestone("M1")))), "/roadmap/milestones/1/id"),
    ),
    "PLN202": (
        (lambda: given(sound(task("Task 1"))), "/tasks/0/id"),
        (lambda: given(sound(task("T01"))), "/tasks/0/id"),
        (lambda: given(sound(milestones=(milestone("D-1"),))), "/roadmap/milestones/0/id"),
    ),
    "PLN203": (
        (lambda: given(sound(task("T1"), task("T3"))), "/tasks/1/id"),
        (lambda: given(sound(task("T2"), task("T1"))), "/tasks/1/id"),
    ),
    "PLN204": (
        (lambda: given(sound(task("T1", milestone="M7"))), "/tasks/0/milestone"),
        (lambda: given(sound(task("T1", covers=("I-1", "I-9")))), "/tasks/0/covers/1"),
        (lambda: given(sound(task("T1", decisions=("D-2",)))), "/tasks/0/decisions/0"),
        (
            lambda: given(
                sound(obligations=(Obligation(id="I-1", text="x", disposition="task", by=("T9",)),))
            ),
            "/obligations/0/by/0",
        ),
    ),
    "PLN205": (
        (lambda: given(sound(task("T1", objective="Continue after T8 is done."))), "/tasks/0/objective"),
    ),
    "PLN206": (
        (lambda: given(sound(task("T1", covers=("I-1",)))), "/decisions/0"),
        (lambda: given(sound(task("T1", decisions=("D-1",)))), "/obligations/0"),
    ),
    "PLN301": (
        (
            lambda: given(sound(task("T1", depends_on=("T2",)), task("T2", depends_on=("T1",)))),
            "/tasks/0/depends_on",
        ),
        (
            lambda: given(
                sound(
                    milestones=(milestone("M1", dependencies=("M2",)), milestone("M2", dependencies=("M1",)))
                )
            ),
            "/roadmap/milestones/0/dependencies",
        ),
    ),
    "PLN302": (
        (lambda: given(sound(task("T1", depends_on=("T1",)))), "/tasks/0/depends_on/0"),
        (
            lambda: given(sound(milestones=(milestone("M1", dependencies=("M1",)),))),
            "/roadmap/milestones/0/dependencies/0",
        ),
    ),
    "PLN303": (
        (lambda: given(sound(task("T1"), task("T2", depends_on=("T1", "T4")))), "/tasks/1/depends_on/1"),
        (
            lambda: given(sound(milestones=(milestone("M1", dependencies=("M0",)),))),
            "/roadmap/milestones/0/dependencies/0",
        ),
    ),
    "PLN308": (
        (lambda: given(_writers("src/app.py", "src/app.py")), "/tasks/1/depends_on"),
        (lambda: given(_writers("src/app.py", "src")), "/tasks/1/depends_on"),
    ),
    "PLN401": (
        (lambda: given(_writers("src/missing.py")), "/tasks/0/files/0/path"),
        (lambda: given(_writers("src/App.py")), "/tasks/0/files/0/path"),
        (
            lambda: given(sound(task("T1", files=(change("src/a.py", "rename", source="src/gone.py"),)))),
            "/tasks/0/files/0/source",
        ),
        (
            lambda: given(
                sound(task("T1", files=(change("src/a.py", "new"),)), task("T2", files=(change("src/a.py"),)))
            ),
            "/tasks/1/files/0/path",
        ),
    ),
    "PLN402": (
        (lambda: given(sound(task("T1", files=(change("src/app.py", "new"),)))), "/tasks/0/files/0/change"),
        (lambda: given(sound(task("T1", files=(change("src/core", "new"),)))), "/tasks/0/files/0/change"),
    ),
    "PLN403": (
        *(
            (lambda path=path: given(_writers(path)), "/tasks/0/files/0/path")
            for path in (
                "./src/app.py",
                "/etc/passwd",
                "../up.py",
                "src//app.py",
                "~/x",
                "C:/x",
                "src\\app.py",
                "src/*.py",
                "a/{b,c}.py",
                ".git/config",
                "a/.GIT/x",
                "src/app.py ",
                "src/app.",
                "a/./b",
                "x" * 300,
                "a\x07b",
            )
        ),
        (lambda: given(sound(task("T1", files=(change("a.py", "rename"),)))), "/tasks/0/files/0/source"),
    ),
    "PLN711": (
        (lambda: _with_demand("task"), "/obligations/1"),
        (lambda: _with_demand("open"), "/obligations/1"),
        (lambda: _with_demand("open", by=("Q-1",)), "/obligations/1"),
        (lambda: _with_demand("question"), "/obligations/1"),
        (lambda: _with_demand("non-goal"), "/obligations/1"),
    ),
    "PLN801": (
        (lambda: _contract(("roadmap/milestones", [])), "/roadmap/milestones"),
        (lambda: given(contract_text="[]\n"), ""),
    ),
    "PLN802": (
        (lambda: _contract(("contract_defaults/risk_class", "Medium")), "/contract_defaults/risk_class"),
        (lambda: _fanout(("tasks/0/risk_class", "severe")), "/tasks/0/risk_class"),
    ),
    "PLN803": (
        (lambda: _contract(("contract_defaults/max_diff_scope", 2.5)), "/contract_defaults/max_diff_scope"),
        (lambda: _fanout(("tasks/1/max_diff_scope", True)), "/tasks/1/max_diff_scope"),
    ),
    "PLN804": (
        (lambda: _contract(("contract_defaults/invariants", ["a"])), "/contract_defaults/invariants"),
    ),
    "PLN805": (
        (lambda: _foreign(milestones=[_milestone("M1"), _milestone("M1")]), "/roadmap/milestones/1/id"),
        (lambda: _foreign(milestones=[_milestone("M1", "M3")]), "/roadmap/milestones/0/dependencies/0"),
        (lambda: _foreign(milestones=[_milestone("M1", "M1")]), "/roadmap/milestones/0/dependencies/0"),
        (
            lambda: _foreign(milestones=[_milestone("M1", "M2"), _milestone("M2", "M1")]),
            "/roadmap/milestones/0/dependencies",
        ),
    ),
    "PLN806": (
        (
            lambda: _edited_documents("PLAN.md", "| M2 | Outcome M2 |", "| M2 | Income |"),
            "/roadmap/milestones/1/title",
        ),
        (lambda: _edited_documents("tasks.md", "## T2 · ", "## T7 · "), "/tasks/1/id"),
        (
            lambda: _edited_documents("tasks.md", "- [ ] Part T1 returns 1", "- [ ] ok"),
            "/tasks/0/acceptance/0",
        ),
    ),
    "PLN807": (
        (lambda: _contract(("contract_defaults/invariants", "Keep It")), "/contract_defaults/invariants"),
    ),
    "PLN808": (
        (
            lambda: given(runnable=lambda command: Said(False, "no such target")),
            "/contract_defaults/acceptance_tests/0",
        ),
    ),
    "PLN809": (
        (
            lambda: given(
                sound(task("T1", files=tuple(change(f"n{n}", "new") for n in range(6)), max_diff_scope=5))
            ),
            "/tasks/0/max_diff_scope",
        ),
        (
            lambda: given(sound(task("T1", risk_class="high", max_diff_scope=50))),
            "/tasks/0/max_diff_scope",
        ),
        (
            lambda: given(
                sound(
                    task("T1", files=tuple(change(f"n{n}", "new") for n in range(4))),
                    milestones=(milestone("M1", max_diff_scope=3),),
                )
            ),
            "/roadmap/milestones/0/max_diff_scope",
        ),
    ),
    "PLN810": (
        (lambda: given(contract_file=".agent/planning-output-13.json"), ""),
        (lambda: given(fanout_file="fanout.json"), ""),
        (lambda: given(issue=13), ""),
        (lambda: given(contract_text=contract_text(sound()).rstrip()), ""),
        (lambda: given(fanout_text=json.dumps(json.loads(fanout_text(sound())))), ""),
    ),
    "PLN811": (
        (lambda: _fanout(("tasks/0/invariants", [])), "/tasks/0/invariants"),
        (lambda: _fanout(("tasks/1/role", "manager")), "/tasks/1/role"),
        (lambda: _fanout(("tasks/1", {"title": "only"})), "/tasks/1/acceptance"),
    ),
}

# Rules that need nothing of an input that this one lacks: everything but `lack` is there.
LACKING: Mapping[str, LintInput] = {
    "tree": replace(GOOD, tree=None),
    "runnable": replace(GOOD, runnable=None),
    "renderings": replace(GOOD, renderings=()),
    "contract_text": replace(GOOD, contract_text=None),
    "fanout_text": replace(GOOD, fanout_text=None),
    "plan": replace(GOOD, plan=None),
}
