"""A model's private reasoning: taken out of every answer before it is read, closed or not; shown nowhere."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.author.brief import Brief
from bot.author.private import answer_of, without_thoughts
from sandbox.model_server import Says, Style
from tests.author.scripted import STYLES, good_draft, plan_of, run

SECRET_THOUGHT = "the reader must never see this"
OBJECT = '{"title": "a <thinking> of \\"mine\\"", "n": [1]}'


@pytest.mark.parametrize("name", ["brainstorming", "thinking", "think", "thought", "reasoning", "scratchpad"])
@pytest.mark.parametrize(
    "shape",
    [
        "<{n}>x</{n}>{o}",
        '\ufeff\n<{n}>\nlet "me</{n}>\n{o}',
        '<{n}>{{"no": 1}}</{n}>{o}',
        "<{n}>a<{n}>b</{n}>c</{n}>{o}",
        "<{n}>a</{n}><{n}>b</{n}>{o}",
        '<{n} kind="deep">x</{n} >{o}',
        "x</{n}>{o}",
        "{o}<{n}>x</{n}>",
        '{o}\n<{n}>x {{"and": 1}}',
        "<{n}>x</{n}>\n```json\n{o}\n```",
    ],
)
def test_blocks_around_the_answer_go(name: str, shape: str) -> None:
    left = answer_of(shape.format(n=name, o=OBJECT)).strip().removeprefix("\ufeff").strip()
    assert left.removeprefix("```json\n").removesuffix("\n```") == OBJECT


@pytest.mark.parametrize("reply", ["<thinking>x", f"<thinking>x {OBJECT}", f"<think>a</thinking>{OBJECT}"])
def test_a_block_without_an_end_takes_everything_along(reply: str) -> None:
    assert answer_of(reply) == ""


@pytest.mark.parametrize(
    ("text", "left", "count"),
    [
        ("Add it. <thinking>hm</thinking> Then test.", "Add it.  Then test.", 1),
        ("Add it. <THINKING>hm", "Add it.", 1),
        ("Add it.</brainstorming>", "Add it.", 1),
        ("Show the `<thinking>` tag", "Show the `<thinking>` tag", 0),
        ("Show <thinker> and a < b > c", "Show <thinker> and a < b > c", 0),
    ],
)
def test_blocks_inside_a_text_go(text: str, left: str, count: int) -> None:
    assert without_thoughts(text) == (left, count)


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<brainstorming>", '"', "\\", "{", "}", "`", "a", " "]))
)
def test_any_text_is_read_and_nothing_new_is_in_it(parts: list[str]) -> None:
    text = "".join(parts)
    left, count = without_thoughts(text)
    assert len(left) <= len(text)
    assert len(answer_of(text)) <= len(text)
    assert count or left == text


@pytest.mark.parametrize("hostile", ['\\"', "<think>", "</think>", '"<think>', "<think", '<think a="'])
def test_work_grows_with_the_text_and_not_faster(hostile: str) -> None:
    """Only that it ends: a pattern that goes back over the text would need hours."""
    text = hostile * (400_000 // len(hostile))
    assert len(answer_of(text)) <= len(text)
    assert len(without_thoughts(text)[0]) <= len(text)


@pytest.mark.parametrize("style", STYLES)
def test_private_reasoning_reaches_no_document(style: Style, brief: Brief) -> None:
    draft = good_draft(brief)
    draft["summary"] = f"Reports can be exported. <thinking>{SECRET_THOUGHT}</thinking>"
    draft["tasks"][0]["objective"] += f" <brainstorming>{SECRET_THOUGHT}"
    reply = f"<brainstorming>\n{SECRET_THOUGHT}\n</brainstorming>\n{json.dumps(draft)}"
    outcome, server = run(brief, Says(reply), style=style)
    assert (outcome.kind, len(server.asked)) == ("plan", 1), outcome.body
    shown = [outcome.body, outcome.pull_body, outcome.check_summary, *(file.text for file in outcome.files)]
    assert not any(SECRET_THOUGHT in text or "<thinking" in text for text in shown)
    assert plan_of(outcome).summary == "Reports can be exported."
    assert any("2 private thoughts" in line for line in plan_of(outcome).codebase.snapshot)


def test_an_answer_that_is_nothing_but_thoughts_is_asked_for_again(brief: Brief) -> None:
    whole = json.dumps(good_draft(brief))
    outcome, server = run(brief, Says(f"<thinking>{SECRET_THOUGHT} {whole}"), Says(whole))
    assert (outcome.kind, len(server.asked)) == ("plan", 2), outcome.body
    assert "nothing but private reasoning" in server.asked[1].user
    assert SECRET_THOUGHT not in server.asked[1].user
