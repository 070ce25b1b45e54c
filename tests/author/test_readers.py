"""What others say of a sound plan: it may make the plan better, never worse, and what stays open is shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bot.author.brief import Brief
from bot.author.cost import cap
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from sandbox.minds import Mind, Staged, faithful, patch, patches
from sandbox.model_server import Cuts, Fails, Hangs, Refuses, Says, Sends, Turn
from tests.author.issues import Written, make_brief
from tests.author.scripted import (
    DEEP,
    WITH_READERS,
    Draft,
    Ran,
    copied,
    good_draft,
    run,
    shown,
    writing,
    wrote,
)
from workers.purse import PocketPurse

Stages = Mapping[str, Sequence[Turn]]
QUOTE = "Reports can be exported as CSV."


def point(**parts: Any) -> dict[str, Any]:
    return {"task": "T1", "quote": QUOTE, "problem": "Nobody is told for whom.", "suggestion": "Say it.",
            "blocking": True} | parts  # fmt: skip


def review(*points: dict[str, Any]) -> str:
    return json.dumps({"points": list(points)})


def question(text: str, **parts: Any) -> dict[str, Any]:
    return {
        "task": "T1",
        "quote": QUOTE,
        "question": text,
        "blocking": True,
        "default_assumption": "",
    } | parts


def probe(draft: Draft, *questions: dict[str, Any], **parts: Any) -> str:
    return json.dumps(faithful(draft) | {"questions": list(questions)} | parts)


def read(
    brief: Brief, draft: Draft, stages: Mapping[str, Sequence[Turn]], **options: Any
) -> tuple[Ran, list[str]]:
    """Writing with this draft and these turns, and the kinds of question in order."""
    profile = options.pop("profile", WITH_READERS)
    with writing(Staged(Mind(draft), stages), profile=profile, **options) as (author, server):
        return wrote(author, brief), [each.question for each in server.asked]


def counts(ran: Ran) -> tuple[int, int, int, int, int]:
    readers = ran.plan.provenance.readers
    assert readers is not None
    return readers.reviews, readers.points, readers.open_points, readers.coders, readers.clarifications


def unsigned(plan: Plan) -> Plan:
    """The plan without what it cost and how it was read."""
    same = {"receipt": "", "readers": None, "calls": 0, "input_tokens": 0, "output_tokens": 0}
    return plan.model_copy(update={"provenance": plan.provenance.model_copy(update=same)})


def unread(brief: Brief, draft: Draft) -> Plan:
    return unsigned(read(brief, draft, {})[0].plan)


def test_without_points_nothing_is_revised(brief: Brief) -> None:
    ran, asked = read(brief, good_draft(brief), {})
    assert asked == ["understanding", "plan", "review", "review", "probe", "probe"]
    assert counts(ran) == (2, 0, 0, 2, 0)


def test_a_point_without_the_plans_words_leads_to_nothing(brief: Brief) -> None:
    draft = good_draft(brief)
    invented = [Says(review(point(quote="It is written in Rust from top to bottom")))]
    ran, asked = read(brief, draft, {"review": invented})
    assert asked.count("patches") == 0
    assert counts(ran)[:2] == (2, 0)
    assert unsigned(ran.plan) == unread(brief, draft)


def test_a_point_is_worked_in_once_and_counted(brief: Brief) -> None:
    heeded = patches(patch("REV-1", "/tasks/0/gotchas", ["The desk exports every morning."]))
    stages: Stages = {"review": [Says(review(point()))], "revision": [Says(heeded)]}
    ran, asked = read(brief, good_draft(brief), stages)
    assert ran.plan.tasks[0].gotchas == ("The desk exports every morning.",)
    assert asked.count("patches") == 1
    assert counts(ran) == (2, 1, 0, 2, 0)


WORSE = {
    "an error": [patch("REV-1", "/tasks/0/files/0/path", "lib/nothing.py")],
    "a warning": [patch("REV-1", "/tasks/0/acceptance", ["The export works properly"])],
    "a task less": [patch("REV-1", "/tasks/0", None, "remove")],
    "a demand less": [patch("REV-1", "/tasks/0/covers", [])],
    "no plan at all": [patch("REV-1", "/tasks/0/files", "none")],
    "elsewhere": [patch("REV-1", "/summary", "Another summary."), patch("REV-1", "/tasks/1/title", "Else")],
}


@pytest.mark.parametrize("changes", WORSE.values(), ids=WORSE.keys())
def test_a_revision_that_is_no_gain_is_not_taken(changes: list[dict[str, str]], brief: Brief) -> None:
    draft = good_draft(brief)
    stages: Stages = {
        "review": [Says(review(point()))],
        "revision": [Says(patches(*changes))],
    }
    ran, _ = read(brief, draft, stages)
    assert unsigned(ran.plan) == unread(brief, draft)
    assert counts(ran) == (2, 1, 1, 2, 0)


def test_no_reader_is_asked_about_a_plan_with_an_error(brief: Brief) -> None:
    draft = good_draft(brief)
    draft["tasks"][0]["files"][0]["path"] = "lib/nothing.py"
    stages: Stages = {"review": [Says(review())], "patches": [Says(patches())]}
    ran, asked = read(brief, draft, stages)
    assert ran.end == "failed"
    assert asked == ["understanding", "plan", "patches", "plan"]


def test_what_readers_contradict_is_told_to_the_reviser(brief: Brief) -> None:
    draft = good_draft(brief)
    both = {"contradictions": [{"quote_a": QUOTE, "quote_b": draft["tasks"][0]["title"]}]}
    with writing(Staged(Mind(draft), {"probe": [Says(probe(draft, **both))]}), profile=WITH_READERS) as (
        author,
        server,
    ):
        assert wrote(author, brief).end == "plan"
    [revision] = [each for each in server.asked if each.question == "patches"]
    assert f"ASK-C1: These cannot both be right: \u201c{QUOTE}\u201d" in revision.user


# --- questions that stay ---------------------------------------------------------------------------------

ASKS = [
    "Which separator stands between the fields?",
    "Who may download the finished export?",
    "How long are exported files kept?",
    "What is written when no report exists?",
    "Where do translators find the header names?",
    "Is the byte order mark wanted by the spreadsheet?",
    "When does the nightly run start?",
]

WITHOUT_CODE = Written(
    "Export reports as CSV",
    "People paste reports into spreadsheets.\n\n## Requirements\n\n"
    "- [ ] a report is exported with a header row\n- [ ] fields with commas are quoted\n"
    "- [ ] an unknown format exits with status 2\n",
)


@pytest.mark.parametrize("plan_format", sorted(FORMATS))
def test_what_coders_must_know_becomes_open_questions(plan_format: str) -> None:
    """At most five of them, at most three that block; never silently none."""
    brief = make_brief(WITHOUT_CODE, plan_format=plan_format)
    draft = good_draft(brief) | {"questions": []}
    quote = draft["tasks"][0]["title"]
    stages: Stages = {"probe": [Says(probe(draft, *(question(each, quote=quote) for each in ASKS)))]}
    ran, _ = read(brief, draft, stages)
    texts = [each.text for each in ran.plan.questions]
    assert texts, "nothing is asked"
    assert set(texts) <= set(ASKS)
    assert len(texts) == 5
    assert sum(each.blocking for each in ran.plan.questions) == 3
    assert len({each.id for each in ran.plan.questions}) == 5
    assert counts(ran)[4] == len(ASKS)


def test_a_question_that_the_revision_settled_is_not_asked(brief: Brief) -> None:
    draft = good_draft(brief)
    settled = patches(patch("ASK-1", "/tasks/0/gotchas", ["Fields are separated by commas."]))
    stages: Stages = {
        "probe": [Says(probe(draft, question(ASKS[0])))],
        "revision": [Says(settled)],
    }
    ran, _ = read(brief, draft, stages)
    assert counts(ran)[4] == 0
    assert ASKS[0] not in [each.text for each in ran.plan.questions]


def test_a_question_is_not_settled_by_a_patch_of_something_else(brief: Brief) -> None:
    draft = good_draft(brief)
    stages: Stages = {
        "review": [Says(review(point(task="T2")))],
        "probe": [Says(probe(draft, question(ASKS[1])))],
        "revision": [Says(patches(patch("ASK-1", "/tasks/1/gotchas", ["Something else."])))],
    }
    ran, _ = read(brief, draft, stages)
    assert ASKS[1] in [each.text for each in ran.plan.questions]


def test_a_question_that_the_plan_asks_already_is_not_asked_twice(brief: Brief) -> None:
    draft = copied(good_draft(brief))
    draft["questions"] = [{"id": "Q-1", "text": ASKS[1], "why": "It decides who sees what.",
                           "blocking": True, "options": ["everybody", "the desk"]}]  # fmt: skip
    ran, _ = read(brief, draft, {"probe": [Says(probe(draft, question(ASKS[1])))]})
    assert [each.text for each in ran.plan.questions] == [ASKS[1]]


def test_badly_worded_questions_are_shown_all_the_same(brief: Brief) -> None:
    draft = good_draft(brief)
    ran, _ = read(brief, draft, {"probe": [Says(probe(draft, question("How should it be done?")))]})
    assert "How should it be done?" in [each.text for each in ran.plan.questions]


# --- readers who fail ------------------------------------------------------------------------------------

SILENT: dict[str, Turn] = {
    "malformed": Says("I think it is fine."),
    "empty": Says(""),
    "cut off": Says('{"points": [', finish="length"),
    "another schema": Says('{"colour": "blue"}'),
    "refuses": Refuses(),
    "hangs": Hangs(),
    "breaks": Cuts(),
    "down": Fails(500),
    "no key": Fails(401),
    "no money": Fails(429, "insufficient_quota"),
    "login page": Sends(b"<html>sign in</html>", "text/html"),
}


@pytest.mark.parametrize("turn", SILENT.values(), ids=SILENT.keys())
def test_readers_who_fail_never_lose_a_sound_plan(turn: Turn, brief: Brief) -> None:
    draft = good_draft(brief)
    ran, _ = read(brief, draft, {"review": [turn], "probe": [turn]})
    assert unsigned(ran.plan) == unread(brief, draft)
    assert counts(ran) == (0, 0, 0, 0, 0)
    assert ran.written is not None
    assert ran.written.reason == "4 of 4 readers of this plan gave no usable answer."


def test_at_a_cap_the_plan_is_delivered_as_partial(brief: Brief) -> None:
    """With little there is no draft, with more not every reader, with enough all are."""
    draft = good_draft(brief)
    purse = PocketPurse()
    read(brief, draft, {}, purse=purse)
    whole = purse.spent.tokens
    ends = set()
    for limit in range(whole // 3, 2 * whole, whole // 6):
        purse = PocketPurse((cap("plan", f"{limit} tokens"),))
        ran, _ = read(brief, draft, {}, purse=purse)
        assert purse.spent.tokens == ran.usage.input_tokens + ran.usage.output_tokens <= limit
        partial = ran.written is not None and "Partial result: " in ran.written.reason
        ends.add((ran.end, partial))
    assert ends == {("capped", False), ("plan", True), ("plan", False)}


# --- several drafts --------------------------------------------------------------------------------------


def drafts(brief: Brief) -> list[Draft]:
    """Two that are alike and one that goes another way."""
    usual = good_draft(brief)
    other = copied(usual)
    for task in other["tasks"]:
        task["files"] = [
            {"path": "src/ledger/money.py", "change": "edit", "summary": "The other way.", "source": ""}
        ]
        task["allowed_paths"] = ["src/ledger/money.py"]
    return [other, usual, usual | {"summary": "Reports come as CSV."}]


def test_of_several_drafts_the_one_most_like_the_others_is_taken(brief: Brief) -> None:
    turns = [Says(json.dumps(each)) for each in drafts(brief)]
    ran, asked = read(brief, good_draft(brief), {"plan": turns}, profile=DEEP)
    assert asked.count("plan") == 3
    assert asked.count("probe") == 3
    changed = {each.path for task in ran.plan.tasks for each in task.files}
    assert "src/ledger/report.py" in changed
    assert ran.plan.provenance.profile == "deep"


def test_that_drafts_differ_is_said(brief: Brief) -> None:
    usual, *_ = drafts(brief)[1:]
    ways = []
    for path in ("src/ledger/money.py", "src/ledger/cli.py", "README.md"):
        way = copied(usual)
        for task in way["tasks"]:
            task["files"] = [{"path": path, "change": "edit", "summary": "This way.", "source": ""}]
            task["allowed_paths"] = [path]
        ways.append(Says(json.dumps(way)))
    ran, _ = read(brief, usual, {"plan": ways, "patches": [Says(patches())]}, profile=DEEP)
    assert ran.end == "plan"
    assert ran.written is not None
    assert "drafts went different ways; they differ on " in ran.written.reason
    assert "`src/ledger/money.py`" in ran.written.reason


@pytest.mark.parametrize("turn", [Fails(500), Refuses(), Cuts(), Says("no"), Says("")])
def test_one_draft_of_three_is_enough(turn: Turn, brief: Brief) -> None:
    good = Says(json.dumps(good_draft(brief)))
    ran, _ = read(
        brief, good_draft(brief), {"plan": [turn, good, turn, turn, turn, turn, turn]}, profile=DEEP
    )
    assert ran.end == "plan"


def test_no_draft_of_three_is_a_failure_with_all_it_cost(brief: Brief) -> None:
    ran, _ = read(brief, good_draft(brief), {"plan": [Refuses()]}, profile=DEEP)
    assert (ran.end, ran.usage.calls) == ("refused", 4)


def test_a_prompt_that_is_too_long_for_three_drafts_is_shortened_for_all(brief: Brief) -> None:
    too_long, good = Fails(400, "context_length_exceeded"), Says(json.dumps(good_draft(brief)))
    ran, asked = read(brief, good_draft(brief), {"plan": [too_long] * 3 + [good]}, profile=DEEP)
    # Whoever comes later asks with the short prompt at once, so there are four to six questions.
    assert ran.end == "plan"
    assert 4 <= asked.count("plan") <= 6


def test_how_it_was_read_and_what_it_cost_is_shown(brief: Brief) -> None:
    outcome, _ = run(brief, Staged(Mind(good_draft(brief)), {}), profile=WITH_READERS)
    said = "\n".join(shown(outcome))
    assert "6 calls (" in said
    assert "| Implementer and QA review | 2 of 2 reviews, 0 points, 0 still open |" in said
    assert "| Coders who read it alone | 2, comprehension 100 %, agreement 100 % |" in said
    assert "| Clarifications needed | 0 |" in said
