"""What somebody means by `/decide …`: an answer, or why it is none and what to write. Pure.

Nothing is guessed: an option has to be named by its letter, its number, its name or a beginning that no other
option has, and what follows it has to be set off as the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from string import ascii_uppercase

from bot.conversation import Answer
from bot.plan.model import Answered
from bot.plan.safe_text import clipped, code, inline, plain
from bot.situation import OpenDecision

_MOST_TEXT = 4_000
_MOST_CUTS = 40
_MOST_LISTED = 8
_REASON = re.compile(r"\n|:(?=[ \n]|\Z)| [-\u2013\u2014]+(?=[ \n])|,? because\b", re.IGNORECASE)
_LEADING = re.compile(r"[-\u2013\u2014:,]{0,5}[ \n]?(?:because\b)?[:,]? ?", re.IGNORECASE)
_INSTEAD = re.compile(r"\Ainstead\b[,:]? ?| instead\Z|\Ainstead\Z", re.IGNORECASE)
_ID = re.compile(r"D-?[0-9]{1,6}", re.IGNORECASE)
_AROUND = "`*_\"'()[]\u201c\u201d.,;! "


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an answer decides nothing, and what to write instead, as Markdown."""

    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What is left of the text when its decision is known: the option taken, or none, and why."""

    option: str
    reason: str
    instead: bool


def letters(options: Sequence[str]) -> tuple[str, ...]:
    """What each option may be called for short: A, B, …; all "" where that could be taken for another one."""
    called = tuple(ascii_uppercase[at : at + 1] for at in range(len(options)))
    names = [_bare(name).upper() for name in options]
    mixed = any(name in called and name != own for name, own in zip(names, called, strict=True))
    return ("",) * len(options) if mixed else called


def command_for(
    decision: OpenDecision, option: str, *, named: bool = True, because: str = "because …"
) -> str:
    """The exact command that takes this option. `named`: it says which decision it answers."""
    short = dict(zip(decision.options, letters(decision.options), strict=False)).get(option, "")
    words = ("/decide", decision.id if named else "", short or option or "ANSWER", because)
    return " ".join(word for word in words if word)


def answer_of(
    text: str,
    known: Sequence[OpenDecision],
    here: str = "",
    *,
    by: str = "",
    at: str = "",
    url: str = "",
    closed: bool = False,
) -> Answer | Refused:
    """The answer in what follows `/decide`: "[D-1] OPTION [instead] [because REASON]".

    `known` are the plan's decisions, made or not; `here` is the one in whose issue it stands. `closed`: the
    plan was given up. Linear in the length of `text`, of which the first 4,000 characters count.
    """
    words = "\n".join(" ".join(line.split()) for line in text[:_MOST_TEXT].splitlines()).strip()
    if closed:
        return Refused("The plan of this decision was closed.", "ask for a new plan first")
    decision, rest = _decision(words, known, here)
    if isinstance(decision, Refused):
        return decision
    said = _said(rest, decision.options)
    if isinstance(said, Refused):
        return said
    if not said.option:
        return _no_option(decision)
    if refused := _stands(decision, said):
        return refused
    return Answer(decision.id, said.option, said.reason, by, at, url, instead=said.instead)


# Which decision


def _decision(words: str, known: Sequence[OpenDecision], here: str) -> tuple[OpenDecision | Refused, str]:
    """The decision that is meant, and what follows its name."""
    found = re.match(r"\S+", words)
    first = found[0].strip(_AROUND + ":") if found else ""
    rest = words[found.end() :].strip(" \n") if found else ""
    named = next((one for one in known if _plain_id(one.id) == _plain_id(first)), None)
    if named:
        return named, re.sub(r"\A[:\-\u2013\u2014,] ?", "", rest)
    if _ID.fullmatch(first) and not any(_begins_option(first, one) for one in known):
        return _stale(first.upper(), known), rest
    if here:
        return next((one for one in known if one.id == here), _stale(here, known)), words
    return _only(known), words


def _plain_id(name: str) -> str:
    return name.casefold().replace("-", "")


def _begins_option(word: str, decision: OpenDecision) -> bool:
    return any(plain(name).casefold().startswith(word.casefold()) for name in decision.options)


def _only(known: Sequence[OpenDecision]) -> OpenDecision | Refused:
    """The decision that is meant where none is named: the only open one, or the only one there is."""
    waiting = [one for one in known if one.made is None]
    if len(waiting) == 1 or len(known) == 1:
        return (waiting or known)[0]
    if not known:
        return Refused("This plan leaves no decision open.", "nothing has to be decided")
    if not waiting:
        return Refused("Every decision of this plan is made.", f"name the one to change: {_commands(known)}")
    return Refused(f"{len(waiting)} decisions are open, and this names none.", f"write {_commands(waiting)}")


def _commands(decisions: Sequence[OpenDecision]) -> str:
    listed = [code(command_for(one, _example(one))) for one in decisions[:_MOST_LISTED]]
    return " or ".join(listed)


def _example(decision: OpenDecision) -> str:
    return (
        decision.recommended if decision.recommended in decision.options else next(iter(decision.options), "")
    )


def _stale(name: str, known: Sequence[OpenDecision]) -> Refused:
    waiting = [one for one in known if one.made is None]
    instead = f"write {_commands(waiting)}" if waiting else "nothing has to be decided"
    return Refused(f"The plan has no decision {inline(name[:40])}; it may have been taken out.", instead)


# Which option


def _said(words: str, options: Sequence[str]) -> _Said | Refused:
    cuts = [*_cuts(words)]
    called = {_bare(one): one for one in reversed(options)}
    for head, reason in reversed(cuts):  # an option's own name may hold what sets off a reason
        for name, instead in _readings(head):
            if name and name in called:
                return _Said(called[name], reason, instead)
    head, reason = cuts[0]
    if not options:
        return _Said(clipped(_INSTEAD.sub("", head), 400), reason, bool(_INSTEAD.search(head)))
    found: _Said | Refused = _Said("", reason, False)
    for name, instead in _readings(head):
        found = _picked(name, options, reason, instead)
        if isinstance(found, _Said) and found.option:
            break
    return found


def _cuts(words: str) -> Iterator[tuple[str, str]]:
    """Every way to take the words apart into an option and a reason, the shortest option first."""
    for one in islice(_REASON.finditer(words), _MOST_CUTS):
        rest = words[one.start() :].strip(" \n")
        yield words[: one.start()].strip(), plain(_LEADING.sub("", rest, count=1))
    yield words, ""


def _readings(head: str) -> Iterator[tuple[str, bool]]:
    """An option's name as it stands, and without the word that says it is to replace another."""
    yield _bare(head), False
    if (shorter := _INSTEAD.sub("", head)) != head:
        yield _bare(shorter), True


def _bare(name: str) -> str:
    return plain(name).strip(_AROUND).casefold()


def _picked(name: str, options: Sequence[str], reason: str, instead: bool) -> _Said | Refused:
    """The option of this letter, number or beginning; "" for none, refused for several."""
    at = _place(name.removeprefix("option ").strip(_AROUND), options)
    if at is not None:
        return _Said(options[at], reason, instead)
    fits = [one for one in options if name and _bare(one).startswith(name)]
    if len(fits) > 1:
        both = ", ".join(code(clipped(one, 80)) for one in fits[:_MOST_LISTED])
        return Refused(f"Several options begin like that: {both}.", "write the letter or the whole name")
    return _Said(fits[0] if fits else "", reason, instead)


def _place(short: str, options: Sequence[str]) -> int | None:
    """The place of a letter or number. Numbers do not count where options begin with figures themselves."""
    called = [letter.casefold() for letter in letters(options)]
    if short and short in called:
        return called.index(short)
    numbered = not any(_bare(one)[:1].isdigit() for one in options)
    if (
        numbered
        and short.isascii()
        and short.isdigit()
        and len(short) < 4
        and 1 <= int(short) <= len(options)
    ):
        return int(short) - 1
    return None


def _no_option(decision: OpenDecision) -> Refused:
    if not decision.options:
        return Refused("This says no answer.", f"write {code(command_for(decision, ''))}")
    listed = [code(command_for(decision, one)) for one in decision.options[:_MOST_LISTED]]
    return Refused(f"That is none of the options of {inline(decision.id)}.", f"write {' or '.join(listed)}")


def _stands(decision: OpenDecision, said: _Said) -> Refused | None:
    """Why a decision that is made stays as it is."""
    made = decision.made
    if made is None:
        return None
    told = inline(clipped(told_of(made), 400))
    if plain(made.option) == plain(said.option):
        return Refused(f"{inline(decision.id)} stands already: {told}.", "nothing has to be done")
    if said.instead:
        return None
    how = command_for(decision, said.option, because="instead because …")
    return Refused(f"{inline(decision.id)} is decided otherwise: {told}.", f"to change it, write {code(how)}")


def told_of(made: Answer) -> str:
    """An answer on one line: option, reason, who, when."""
    return Answered.model_construct(
        option=made.option, reason=plain(made.reason), by=made.by, at=made.at
    ).words
