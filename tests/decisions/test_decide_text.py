"""What `/decide …` is taken for: every way to name an option, and every reason to refuse."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.conversation import Answer
from bot.decisions import Refused, answer_of, letters
from bot.decisions.answering import command_for
from bot.situation import OpenDecision
from tests.decisions.open_ones import asked

ONE = [asked()]


@pytest.mark.parametrize(
    ("text", "option", "reason"),
    [
        ("A", "SQLite", ""),
        ("b", "Postgres", ""),
        ("B.", "Postgres", ""),
        ("(c)", "Post office", ""),
        ("option B because we run one", "Postgres", "we run one"),
        ("2", "Postgres", ""),
        ("D-1 2: we run one", "Postgres", "we run one"),
        ("d1 sqlite", "SQLite", ""),
        ("D-1: B", "Postgres", ""),
        ("D-1 - B - we run one", "Postgres", "we run one"),
        ("SQLITE because: it is small", "SQLite", "it is small"),
        ("sql, because it is small", "SQLite", "it is small"),
        ("`Postgres` — we run one", "Postgres", "we run one"),
        ("**B** Because we run one", "Postgres", "we run one"),
        ("B\nwe run one\nand like it", "Postgres", "we run one and like it"),
        ("B\n\nbecause we run one", "Postgres", "we run one"),
        ("post  office because 2: it is slow - very", "Post office", "2: it is slow - very"),
        ("B because", "Postgres", ""),
        ("B instead because we run one", "Postgres", "we run one"),
    ],
)
def test_ways_to_answer(text: str, option: str, reason: str) -> None:
    said = answer_of(text, ONE, by="ada", at="2026-02-10", url="https://g.test/1")
    assert isinstance(said, Answer), said
    assert (said.decision, said.option, said.reason) == ("D-1", option, reason)
    assert (said.by, said.at, said.url) == ("ada", "2026-02-10", "https://g.test/1")
    assert said.instead == ("instead" in text)


@pytest.mark.parametrize(
    "text",
    ["", " \n ", "because we run one", "A new table", "not B", "A or B", "B?", "D", "4", "0", "²", "Redis",
     "we take B because it is fine", ":", "-", "instead", "D-1", "D-1 because x", "B-tree", "``", "@ada"],
)  # fmt: skip
def test_nothing_is_guessed(text: str) -> None:
    said = answer_of(text, ONE)
    assert isinstance(said, Refused), said
    assert "`/decide D-1 A because …`" in said.instead


def test_a_beginning_of_several_options_is_no_answer() -> None:
    said = answer_of("post", ONE)
    assert isinstance(said, Refused)
    assert said.why == "Several options begin like that: `Postgres`, `Post office`."


@pytest.mark.parametrize(
    ("options", "text", "option"),
    [
        (("Keep: as is", "Drop"), "keep: as is because: fine", "Keep: as is"),
        (("Keep - as is", "Keep"), "keep - as is", "Keep - as is"),
        (("Keep - as is", "Keep"), "keep - as it was", "Keep"),
        (("Redis", "Use it instead"), "use it instead", "Use it instead"),
        (("Instead of Redis", "B"), "instead of redis", "Instead of Redis"),
        (("B", "A"), "A", "A"),
        (("30 days", "60 days"), "30", "30 days"),
        (("2 retries", "3 retries"), "2", "2 retries"),
        (("no because of cost", "yes"), "no because of cost", "no because of cost"),
        (("D-7", "D-8"), "D-7", "D-7"),
    ],
)
def test_options_with_awkward_names(options: tuple[str, ...], text: str, option: str) -> None:
    said = answer_of(text, [asked("D-1", *options)])
    assert isinstance(said, Answer), said
    assert said.option == option


@pytest.mark.parametrize(
    ("options", "text"),
    [(("B", "A"), "C"), (("30 days", "60 days"), "1"), (("2 retries", "3 retries"), "1"), (("x",) * 30, "z")],
)
def test_places_do_not_count_where_names_could_be_meant(options: tuple[str, ...], text: str) -> None:
    assert isinstance(answer_of(text, [asked("D-1", *options)]), Refused)


def test_several_open_ones_and_none_named() -> None:
    said = answer_of("B because x", [asked("D-1"), asked("D-2"), asked("D-3", made="SQLite")])
    assert said == Refused(
        "2 decisions are open, and this names none.",
        "write `/decide D-1 A because …` or `/decide D-2 A because …`",
    )


@pytest.mark.parametrize(
    ("text", "here", "decision"), [("B", "D-2", "D-2"), ("D-1 B", "D-2", "D-1"), ("D-2 B", "", "D-2")]
)
def test_the_issue_it_stands_in_tells_which_one(text: str, here: str, decision: str) -> None:
    said = answer_of(text, [asked("D-1"), asked("D-2")], here)
    assert isinstance(said, Answer)
    assert said.decision == decision


@pytest.mark.parametrize(
    ("text", "known", "here", "why"),
    [
        ("D-9 B", ONE, "", "The plan has no decision D-9; it may have been taken out."),
        ("B", ONE, "D-9", "The plan has no decision D-9; it may have been taken out."),
        ("B", [], "", "This plan leaves no decision open."),
        (
            "B",
            [asked("D-1", made="SQLite"), asked("D-2", made="SQLite")],
            "",
            "Every decision of this plan is made.",
        ),
    ],
)
def test_stale_answers(text: str, known: list[OpenDecision], here: str, why: str) -> None:
    said = answer_of(text, known, here)
    assert isinstance(said, Refused)
    assert said.why == why
    assert said.instead


def test_the_plan_was_closed() -> None:
    said = answer_of("B", ONE, closed=True)
    assert isinstance(said, Refused)
    assert "closed" in said.why


def test_what_is_decided_stands() -> None:
    made = [asked(made="SQLite")]
    told = "SQLite, because it is cheaper, by ``@ada`` on 2026-02-10"
    for text in ("A", "sqlite instead because I said so"):
        assert answer_of(text, made) == Refused(f"D-1 stands already: {told}.", "nothing has to be done")
    assert answer_of("B because no", made) == Refused(
        f"D-1 is decided otherwise: {told}.", "to change it, write `/decide D-1 B instead because …`"
    )
    said = answer_of("B instead because we grew", made, by="bob")
    assert isinstance(said, Answer)
    assert (said.option, said.reason, said.instead) == ("Postgres", "we grew", True)


def test_refusals_ping_nobody() -> None:
    bad = asked("D-1", "@team", "@other", made="@team")
    for text in ("B", "A", "nothing", "D-1 @"):
        said = answer_of(text, [bad])
        assert isinstance(said, Refused)
        shown = (said.why + said.instead).replace("``@ada``", "").replace("``@team``", "").replace("`@", "")
        assert "@" not in shown.replace("`/decide D-1 @", "")


QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
AROUND = "`*_\"'()[]“”.,;! "
NAMES = st.lists(
    st.text("ABCab12 :-–`@instead", min_size=1, max_size=12)
    .map(lambda one: " ".join(one.split()).lstrip(":-– "))
    .filter(lambda one: any(letter.isalnum() for letter in one)),
    min_size=1,
    max_size=30,
    unique_by=lambda one: one.strip(AROUND).casefold(),
)


@settings(max_examples=300, deadline=None, phases=QUICK)
@given(NAMES, st.data())
def test_every_option_can_be_taken_by_the_command_we_show(names: list[str], data: st.DataObject) -> None:
    one = asked("D-1", *names)
    option = data.draw(st.sampled_from(names))
    command = command_for(one, option, because="because we do")
    said = answer_of(command.removeprefix("/decide "), [one])
    assert isinstance(said, Answer), (command, said)
    assert (said.option, said.reason) == (option, "we do")


@settings(max_examples=300, deadline=None, phases=QUICK)
@given(st.text(max_size=80), NAMES, st.sampled_from(["", "D-1", "D-2"]))
def test_any_text_is_an_option_of_the_decision_or_refused(text: str, names: list[str], here: str) -> None:
    said = answer_of(text, [asked("D-1", *names)], here)
    if isinstance(said, Answer):
        assert said.option in names
    else:
        assert said.why.strip()
        assert said.instead.strip()


def test_letters_are_not_given_where_they_mislead() -> None:
    assert letters(("Yes", "No")) == ("A", "B")
    assert letters(("A", "B")) == ("A", "B")
    assert letters(("B", "A")) == ("", "")
    assert letters(("yes",) * 28)[25:] == ("Z", "", "")
