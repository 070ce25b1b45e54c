"""What a child says: all that other tools write, all that their gate asks, within limits, and inert."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.children import (
    Choices,
    Source,
    body_of,
    children_of,
    issue_of,
    key_of,
    task_in,
    updated_body,
    written_in,
)
from bot.children.issue import own_words
from bot.children.own_part import BEGIN, END, part_of, print_of
from bot.errors import UserError
from bot.marks import read_mark
from bot.plan.fanout import fanout_text
from bot.plan.model import Answered, Decision, Option, Plan, Rollback
from bot.plan.safe_text import plain
from tests.children.filed_ones import HERE, ISSUE, SECRET, SOURCE, children, marked
from tests.children.published import filed_for, gate, out_of_bounds, section, startable, value_of
from tests.decisions.open_ones import decision, plan_with
from tests.plan.samples import change, milestone, outline_plan, small_plan, task, webhook_plan
from tests.plan.strategies import NASTY, sound_plans

QUICK = settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
PLANS = pytest.mark.parametrize("plan", [webhook_plan(), outline_plan(), small_plan()], ids=["m", "o", "s"])


def registry(plan: Plan) -> set[str]:
    named = [*plan.contract_defaults.invariants, *(one for task in plan.tasks for one in task.invariants)]
    words = {plain(one).replace(",", ";").strip() for one in named}
    return {one.replace("<!-- groundplan:", "<! -- groundplan:") for one in words}


def read(lines: list[str]) -> str:
    """What a person reads of a section, without marks of Markdown."""
    tokens = MarkdownIt("commonmark").parse("\n".join(lines))
    return " ".join(" ".join(said(one) for one in tokens if one.type == "inline").split())


def said(token: Token) -> str:
    return "".join(
        " " if one.type in ("softbreak", "hardbreak") else one.content
        for one in token.children or []
        if one.type != "html_inline"
    )


# --- other tools -----------------------------------------------------------------------------------------


@PLANS
def test_a_child_carries_everything_that_the_published_script_writes(plan: Plan) -> None:
    made = {one.task: one for one in children(plan)}
    for entry in json.loads(fanout_text(plan))["tasks"]:
        child = made[entry["key"]]
        theirs = filed_for(entry, plan.issue, SOURCE.url, SOURCE.title)
        assert child.title == theirs.title
        assert set(theirs.labels) - {"autonomous", "ready", "qa-ready"} <= set(child.labels)
        for name in ("Objective", "Source Plan", "Chain Scope", "Acceptance Criteria"):
            ours = read(section(child.part, name))
            assert all(read([line]) in ours for line in theirs.sections[name].split("\n")), name
        everything = read([line for line in child.part.split("\n") if not line.startswith("planner-")])
        for line in theirs.sections["Notes"].split("\n"):
            told = read([line]).partition(": ")[2].partition(" Open")[0]
            assert told in everything or line.startswith("Plan of issue #")
        assert child.part.split("\n")[-1] == theirs.last


@PLANS
def test_the_gate_of_the_issue_contract_lets_children_pass(plan: Plan) -> None:
    for child in children(plan):
        assert gate(body_of(child, marked(child)), registry(plan)) == []


@QUICK
@given(sound_plans)
def test_any_child_passes_the_gate_is_inert_and_fits(plan: Plan) -> None:
    for child in children(plan):
        text = body_of(child, marked(child))
        assert gate(text, registry(plan)) == []
        assert [label for label in child.labels if label.startswith("priority/")] == ["priority/p1"]
        assert own_words(text) == child.part
        assert len(text) < 60_000
        inert(text)


def test_the_restated_gate_can_say_no() -> None:
    [child] = children(small_plan())
    text = body_of(child, marked(child))
    assert gate(text, set()) == ["unknown invariant public_api_stable"]
    for broken, fault in (
        (text.replace("\n---\n", "\n"), "the header has no end"),
        (text.replace("risk_class: medium", "risk_class: Medium"), "risk_class"),
        (text.replace("max_diff_scope: 5", "max_diff_scope: 2.5"), "max_diff_scope"),
        (text.replace("- [ ] Part", "- Part"), "no acceptance box"),
        (text.replace("## Out of Scope", "### Out of Scope"), "missing section Out of Scope"),
        (text.replace("id: 12-T1", "id:12-T1"), "missing id"),
    ):
        assert gate(broken, {"public_api_stable"}) == [fault]


def test_a_queue_starts_children_when_their_needs_are_done() -> None:
    plan = plan_with(decision("D-1"), decision("D-2", weight="minor"))
    texts = {one.task: one.part for one in children(plan)}
    assert not startable(texts["T1"], set())
    assert not startable(texts["T2"], set())
    assert startable(texts["T2"], {"12-T1"})
    assert startable(texts["T3"], set())
    assert startable(texts["T4"], set())


@pytest.mark.parametrize(
    ("fields", "inside", "outside"),
    [
        ({"allowed_paths": ("src/",)}, ["src/a.py"], ["docs/a.md"]),
        ({"allowed_paths": ("src/**", "docs/*.md")}, ["src/a/b.py", "docs/x.md"], ["tests/x"]),
        ({"allowed_paths": ("a,b/c.py",)}, ["a,b/c.py"], ["b/c.py"]),
        ({"allowed_paths": ("**/*.py",)}, ["x.py", "y/z.py"], [".git/x"]),
        ({"files": (), "allowed_paths": ()}, ["anything", "any/where"], [".git/config"]),
        ({"denied_paths": ("src/gen/**",), "allowed_paths": ("src/",)}, ["src/a"], ["src/gen/a"]),
        ({"denied_paths": ("src/gen*/x",), "allowed_paths": ("src/",)}, ["src/general"], ["lib/a"]),
        ({"denied_paths": ("**/secret",), "allowed_paths": ("src/",)}, ["src/a"], ["lib/a"]),
    ],
)
def test_the_scope_guard_reads_the_boundary(
    fields: dict[str, Any], inside: list[str], outside: list[str]
) -> None:
    [child] = children(small_plan(task("T1", **fields)))
    assert out_of_bounds(child.part, inside) == []
    for path in outside:
        assert out_of_bounds(child.part, [path])
    assert out_of_bounds(child.part, [f"{inside[0]}{at}" for at in range(6)])[-1] == "too many"


def test_half_a_command_is_never_in_the_header() -> None:
    [child] = children(small_plan(task("T1", commands=("pytest -k 'a,b'", "make lint"))))
    first, second = value_of(child.part, "acceptance_tests").split(",")
    assert first.startswith("sh -c ")
    assert second == "make lint"


def test_a_task_with_more_needs_than_the_header_holds_is_blocked_there() -> None:
    many = [task(f"T{at}" + "x" * 30) for at in range(300)]
    last = task("Z1", depends_on=tuple(one.id for one in many))
    child = next(one for one in children(small_plan(*many, last)) if one.task == "Z1")
    assert value_of(child.part, "status") == "blocked"
    assert len(child.needs) == 300


# --- people ----------------------------------------------------------------------------------------------


def test_everything_of_a_task_is_told() -> None:
    plan = small_plan(
        task("T1", title="First"),
        task(
            "T2",
            depends_on=("T1",),
            denied_paths=("infra/",),
            allowed_paths=("src/",),
            max_diff_scope=3,
            risk_class="high",
            rollback=Rollback(kind="manual", note="Set the flag back"),
            user_instructions=("Create the key in the console",),
            tests=("tests/test_x.py",),
            commands=("make check",),
            invariants=("order_kept",),
            gotchas=("The cache is shared",),
            decisions=("D-1", "D-2"),
        ),
        decisions=(
            decision(
                "D-1",
                answer="SQLite",
                log=(Answered(option="SQLite", reason="small", by="ada", at="2026-02-10"),),
            ),
            decision("D-2", weight="minor"),
        ),
        non_goals=("A new service",),
    )
    part = children(plan)[1].part
    for name, words in {
        "Depends On": "T1 First",
        "In Scope": "src/t2.py (new): the part",
        "Out of Scope": "A new service Changes to any other path",
        "Non Goals": "A new service",
        "Boundary": "Files changed, at most: 3 Risk: high Only these may change src/ "
        "These must not change infra/ Stays true order_kept",
        "Validation": "Tests tests/test_x.py Run make check",
        "Rollback": "manual: Set the flag back",
        "By Hand": "For a person; no agent can do it. Create the key in the console",
    }.items():
        assert read(section(part, name)) == words
    decided = read(section(part, "Decisions"))
    assert "decided: SQLite, because small, by @ada on 2026-02-10. One file, one writer." in decided
    assert "Which store is taken for D-2? — open. Without an answer: Postgres." in decided
    assert "The cache is shared" in read(section(part, "Notes"))
    prompt = part.partition("````text\n")[2].partition("\n````")[0]
    for words in (
        "Change at most 3 files",
        "- src/\n",
        "- infra/\n",
        "- order_kept",
        "- make check",
        "- Part T2 returns 1",
        "decided: SQLite",
        "The cache is shared",
        "Create the key",
        "Set the flag back",
        "repository o/r",
    ):
        assert words in prompt, words


def test_titles_change_and_keys_do_not() -> None:
    old, new = small_plan(task("T1", title="Old words")), small_plan(task("T1", title="New words"))
    assert [one.key for one in children(old)] == [one.key for one in children(new)] == ["task:12:T1"]
    assert children(new)[0].title == "[Plan #12] New words"


@given(st.integers(1, 10**9), st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()))
def test_keys_read_back(issue: int, name: str) -> None:
    assert task_in(key_of(issue, name)) == (issue, name)


@pytest.mark.parametrize(
    "key", ["", "task:0:T1", "task:12:", "decision:a:D-1", "task:12:T1:x", "task:12:T 1"]
)
def test_what_is_no_key(key: str) -> None:
    assert task_in(key) == (0, "")


def test_two_tasks_of_one_id_are_refused() -> None:
    with pytest.raises(UserError) as caught:
        children(small_plan(task("T1"), task("T2"), task("T1")))
    assert caught.value.code == "doubled-task"


def test_an_empty_plan_has_no_children() -> None:
    assert children(small_plan().model_copy(update={"tasks": ()})) == ()


def test_earlier_milestones_come_first_with_what_they_need() -> None:
    plan = small_plan(
        task("T1", milestone="M2"),
        task("T2", milestone="M2"),
        task("T3", depends_on=("T2",)),
        task("T4", milestone="M0"),
        task("T5", milestone="M3"),
        milestones=(
            milestone("M3", dependencies=("M2",)),
            milestone("M1"),
            milestone("M2"),
            milestone("M0", status="done"),
        ),
    )
    assert [(one.task, one.stage) for one in children(plan)] == [
        ("T4", -1), ("T2", 0), ("T3", 0), ("T1", 1), ("T5", 2),
    ]  # fmt: skip
    assert [one.stage for one in children(plan, milestones="all")] == [-1, 0, 0, 0, 0]


def test_what_waits_for_a_decision_names_it() -> None:
    held = {one.task: one.held for one in children(plan_with(decision("D-1", issue=40), decision("D-2")))}
    first = "D-1: Which store is taken for D-1? (#40)"
    assert held == {"T1": first, "T2": first, "T3": "", "T4": "D-2: Which store is taken for D-2?"}


# --- limits and hostile words ----------------------------------------------------------------------------

WAKES = re.compile(r"@\w|#\d|\bGH-\d|://|www\.", re.IGNORECASE)
OURS = re.compile(
    r"<!-- groundplan:(begin|end|issue [^>]*) -->|</?details>|<summary>Hand this to a coding agent</summary>"
)


def inert(text: str) -> None:
    """Nothing in the text wakes GitHub, and the only HTML is ours."""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "html_block":
            assert all(OURS.fullmatch(line) for line in token.content.strip().split("\n")), token.content
        for one in token.children or []:
            assert one.type not in ("html_inline", "image"), one
            if one.type == "text":
                words = one.content.replace(SOURCE.url, "").replace("planner issue: #12", "")
                assert not WAKES.search(words), words


def hostile(width: int, rows: int) -> Plan:
    word = "".join(NASTY)[:100] + "<" * 20 + "|" * 20
    long = (word * (width // len(word) + 1))[:width].strip()
    line = plain(long)[:400].strip()
    many = tuple(f"{at} {long}"[:4000].strip() for at in range(rows))
    lines = tuple(f"{at} {line}"[:400].strip() for at in range(rows))
    every = range(rows)
    worst = task(
        "T1",
        title=line,
        objective=long,
        acceptance=many,
        changes=many,
        tests=many,
        commands=lines,
        invariants=lines,
        gotchas=many,
        user_instructions=many,
        allowed_paths=tuple(f"p{at}/{line}" for at in every),
        denied_paths=tuple(f"q{at}/{line}" for at in every),
        rollback=Rollback(kind="manual", note=long[:2000]),
        files=tuple(change(f"f{at}/{line}", "rename", long[:400].strip(), f"g{at}/{line}") for at in every),
        depends_on=tuple(f"N{at}" for at in every),
        decisions=tuple(f"D-{at}" for at in every),
        track=line,
    )
    asked = tuple(
        Decision(id=f"D-{at}", question=line, context="c", impact="i", weight="major",
                 options=(Option(name=line, consequence=long),), answer=line if at % 2 else "")
        for at in range(rows)
    )  # fmt: skip
    needs = tuple(task(f"N{at}", title=line) for at in range(rows))
    return small_plan(worst, *needs, decisions=asked, non_goals=many, title=line)


@pytest.mark.parametrize(("width", "rows"), [(300, 3), (4000, 2), (4000, 20), (300, 60)])
def test_the_text_fits_and_is_inert_whatever_the_task_holds(width: int, rows: int) -> None:
    plan = hostile(width, rows)
    child = next(one for one in children(plan) if one.task == "T1")
    text = body_of(child, marked(child))
    assert len(text) < 60_000
    assert len(text.encode()) < 240_000
    assert len(child.title) <= 200
    assert gate(text, registry(plan)) == []
    inert(text)
    assert own_words(text) == child.part


def test_addresses_that_are_none_are_not_shown() -> None:
    sly = Source("T", "javascript:alert(1)", "o/r", "https://x.example/a) [b](c")
    [child] = children_of(small_plan(), config=Choices(), source=sly)
    assert "javascript" not in child.part
    assert "x.example" not in child.part
    assert "- planner issue: #12\n" in child.part


# --- our part and theirs ---------------------------------------------------------------------------------


def test_peoples_text_and_ticks_stay_around_a_new_text() -> None:
    [old] = children(small_plan(task("T1", acceptance=("It works", "It is fast"))))
    [new] = children(small_plan(task("T1", acceptance=("It works", "It is small"))))
    body = (
        "Before\r\n\r\n"
        + body_of(old, marked(old)).replace("- [ ] It works", "- [x] It works")
        + "\r\n\r\nafter  \r\n"
    )
    changed = updated_body(body, new, marked(new))
    assert changed.startswith("Before\r\n\r\n" + BEGIN)
    assert changed.endswith(END + "\r\n\r\nafter  \r\n")
    assert "- [x] It works" in changed
    assert "- [ ] It is small" in changed
    assert "It is fast" not in changed
    assert updated_body(changed, new, marked(new)) == changed


def test_line_ends_and_ticks_are_no_edit_and_words_are() -> None:
    [child] = children(small_plan())
    text = body_of(child, marked(child))
    browser = text.replace("\n", "\r\n").replace("- [ ] Part", "- [X] Part")
    assert print_of(own_words(browser) or "") == print_of(child.part)
    assert print_of(own_words(text.replace("Implement part", "Do part")) or "") != print_of(child.part)
    assert own_words(text.replace(END, "")) is None
    assert part_of("") is None


def test_a_copied_mark_is_no_mark() -> None:
    [other, _] = children(small_plan(task("T7"), task("T8")))
    sly = marked(other)
    fields = ("title", "objective", "acceptance", "commands", "gotchas", "invariants", "user_instructions")
    said = {name: sly if name in ("title", "objective") else (f"{sly} {END}", END) for name in fields}
    [child] = children(small_plan(task("T1", **said)))
    text = body_of(child, marked(child))
    assert text.count("<!-- groundplan:") == 3
    assert own_words(text) == child.part
    mark = read_mark(SECRET, HERE, text)
    assert mark
    assert mark.get("name") == "task:12:T1"


def test_the_mark_tells_what_was_written() -> None:
    [child] = children(small_plan())
    effect = issue_of(child, "ready", secret=SECRET, place=HERE, run="run-9")
    mark = read_mark(SECRET, HERE, effect.body)
    assert mark
    assert (mark.kind, mark.get("name"), mark.get("parent"), mark.get("run")) == (
        "issue",
        "task:12:T1",
        "12",
        "run-9",
    )
    told = written_in(mark)
    assert told
    assert (told.part, told.labels) == (print_of(child.part), child.labels)
    assert effect.labels == (*child.labels, "autonomous", "ready")
    assert (effect.name, effect.title) == ("task:12:T1", "[Plan #12] Build part T1")
    assert read_mark(SECRET, replace(HERE, number=ISSUE + 1), effect.body) is None
    assert written_in(replace(mark, fields={"name": "x"})) is None
