"""The passages of files that a model is shown, and what it is told to be missing."""

from __future__ import annotations

from dataclasses import replace

from bot.author.brief import Brief
from bot.author.excerpts import excerpts
from bot.author.facts import Facts
from bot.author.prompt import context
from bot.recon.report import survey
from bot.recon.tree import in_memory
from tests.author.issues import FILES

STEPS = "".join(f"def step_{at}(thing):\n    return thing + {at}\n\n\n" for at in range(500))
MORE = {
    "src/large.py": STEPS + "def redeem_voucher(code):\n    return code.value\n",
    "deploy/voucher.env": "VOUCHER=hidden-value\n",
}


def facts(brief: Brief) -> Facts:
    tree = in_memory({**FILES, **MORE})
    title, body = "Vouchers fail", "`redeem_voucher` of src/large.py fails with deploy/voucher.env.\n"
    return Facts(replace(brief, title=title, body=body, tree=tree, recon=survey(tree, title, body)))


def test_the_definition_an_issue_names_is_shown_however_far_down_it_stands(brief: Brief) -> None:
    found, cut = excerpts(facts(brief), 2_000)
    assert "2001: def redeem_voucher(code):" in found[0].text
    assert found[0].path == "src/large.py"
    assert "1: def step_0(thing):" not in found[0].text
    assert any(each.startswith("lines far from the issue in src/large.py") for each in cut)


def test_files_that_were_asked_for_come_first(brief: Brief) -> None:
    found, _ = excerpts(facts(brief), 3_000, ["README.md"])
    assert found[0].path == "README.md"


def test_a_draft_is_asked_for_with_the_passages_and_without_secrets(brief: Brief) -> None:
    asked = context(facts(brief)).drafting()
    assert "2001: def redeem_voucher(code):" in asked.request.user
    assert "hidden-value" not in asked.request.user
    assert any(
        "deploy/voucher.env (not read: name of a file that holds secrets)" in each for each in asked.cut
    )


def test_without_room_all_of_it_is_said_to_be_missing(brief: Brief) -> None:
    found, cut = excerpts(facts(brief), 0)
    assert found == ()
    assert any(each.startswith("for lack of room, src/large.py") for each in cut)
