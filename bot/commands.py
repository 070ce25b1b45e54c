"""The commands that people write in comments: one table, and a reader of comments that fills it in. Pure.

Commands stand at the start of a line. Code, quotes, HTML comments, lists and headings hold none. Help, the
documentation and the check of permissions derive from the table; what a command does is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import Literal, get_args

from markdown_it import MarkdownIt

from bot.config import FormatName

Role = Literal["none", "read", "triage", "write", "maintain", "admin"]
Where = Literal["issue", "plan", "decision"]
Profile = Literal["", "quick", "standard", "deep"]
ROLES: tuple[Role, ...] = get_args(Role)
FORMATS: tuple[str, ...] = get_args(FormatName)
EVERYWHERE: frozenset[Where] = frozenset(get_args(Where))
PLACES: dict[Where, str] = {
    "issue": "the issue",
    "plan": "the plan pull request",
    "decision": "a decision issue",
}
MOST_COMMANDS = 10
MOST_TEXT = 8_000
MOST_LIKE = 200
_FIRST_MARK = 0xE000
_UNWANTED = re.compile("[\ue000-\ue0ff]")  # ours for a moment, and nobody's in a command


@dataclass(frozen=True, slots=True)
class Verb:
    """One command: how it is written, what it does, who may use it and where.

    `least` is the role that may use it; `author`: whoever opened the issue may as well. `text` says that
    words follow; `needs_text`, that they have to.
    """

    name: str
    usage: str
    does: str
    least: Role
    where: frozenset[Where]
    examples: tuple[str, ...]
    author: bool = False
    text: bool = False
    needs_text: bool = False
    instead: str = ""

    def allows(self, role: Role, is_author: bool) -> bool:
        return ROLES.index(role) >= ROLES.index(self.least) or (self.author and is_author)


_TALK: frozenset[Where] = frozenset({"issue", "plan"})
VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(
            "plan",
            "/plan [as FORMAT] [quick|standard|deep] [WORDS]",
            "Write a plan for the issue, as a pull request. What follows is taken as further wishes.",
            "triage",
            frozenset({"issue"}),
            ("/plan", "/plan as steps deep", "/plan quick leave the importer alone"),
            text=True,
            instead="`/plan revise …` changes this plan",
        ),
        Verb(
            "revise",
            "/plan revise WORDS",
            'Change the plan as the words say; a review with "Request changes" does the same.',
            "triage",
            _TALK,
            ("/plan revise split T3, and drop the migration",),
            text=True,
            needs_text=True,
            instead="the words belong on the plan pull request",
        ),
        Verb(
            "refresh",
            "/plan refresh",
            "Check the plan against the default branch as it is now, and bring the two together.",
            "triage",
            _TALK,
            ("/plan refresh",),
        ),
        Verb(
            "status",
            "/plan status",
            "Say where the plan stands, what comes next and whose move it is.",
            "read",
            EVERYWHERE,
            ("/plan status",),
            author=True,
        ),
        Verb(
            "stop",
            "/plan stop",
            "Stop what is being written, between two steps. What is published stays.",
            "triage",
            _TALK,
            ("/plan stop",),
            author=True,
        ),
        Verb(
            "hold",
            "/plan hold [cancel]",
            "Write nothing more to the plan's branch, until it is cancelled.",
            "triage",
            _TALK,
            ("/plan hold", "/plan hold cancel"),
            text=True,
        ),
        Verb(
            "doctor",
            "/plan doctor",
            "Check permissions, labels, configuration, branch rules, limits and the model, with what to do.",
            "triage",
            _TALK,
            ("/plan doctor",),
        ),
        Verb(
            "help",
            "/plan help",
            "Show these commands.",
            "read",
            EVERYWHERE,
            ("/plan help",),
            author=True,
        ),
        Verb(
            "decide",
            "/decide [DECISION] OPTION [because REASON]",
            "Answer an open decision. Its issue is closed, and the tasks that waited for it go on.",
            "write",
            frozenset({"decision", "plan"}),
            ("/decide B because we keep the old clients", "/decide D-2 SQLite"),
            text=True,
            needs_text=True,
            instead="answer in the decision's own issue or on the plan pull request",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Command:
    """One command as somebody wrote it. `verb` is a name in VERBS, or "" for what we do not know; then
    `nearest` is what was probably meant, if anything. `line` is the line itself, for quoting.
    """

    verb: str
    text: str
    line: str
    format: str = ""
    profile: Profile = ""
    nearest: str = ""

    @property
    def cancels(self) -> bool:
        return self.verb == "hold" and self.text.casefold().split()[:1] == ["cancel"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command is not carried out, and what to write instead."""

    why: str
    instead: str


def commands_in(body: str, *, app: str = "", prefix: str = "plan") -> tuple[Command, ...]:
    """The commands of a comment, in order, at most MOST_COMMANDS. `app` is the App's slug: `@app plan …` is
    `/plan …`; `prefix` is what the repository calls `plan`. Linear in the length of `body`.
    """
    lines = _UNWANTED.sub("", body).replace("\r\n", "\n").split("\n")
    opening = _opening(app.removesuffix("[bot]").casefold(), prefix.casefold())
    like = {at: match for at, line in enumerate(lines) if (match := opening.match(line.strip(" ")))}
    found = [at for at in _speaking(lines, [*like][:MOST_LIKE]) if at in like]
    ends = [*found[1:], len(lines)]
    made = (
        _command(like[at], "\n".join(lines[at + 1 : end]).strip(), lines[at].strip())
        for at, end in zip(found, ends, strict=False)
    )
    return tuple(made)[:MOST_COMMANDS]


def refusal(
    command: Command, role: Role, where: Where, *, is_author: bool = False, least: Role | None = None
) -> Refusal | None:
    """Why this person may not use the command here, or None: unknown, misplaced, not allowed, incomplete.
    `least` is the role that the repository itself asks for.
    """
    verb = VERBS.get(command.verb)
    if verb and least:
        verb = replace(verb, least=least)
    if verb is None:
        if command.nearest == "plan":
            return Refusal("There is no such format.", f"one of {', '.join(map(_ticked, _formats(command)))}")
        meant = f"`{VERBS[command.nearest].usage}`" if command.nearest else "`/plan help` for all of them"
        return Refusal("There is no such command.", meant)
    if where not in verb.where:
        here = PLACES[where]
        places = " and ".join(PLACES[one] for one in PLACES if one in verb.where)
        return Refusal(
            f"`{verb.usage}` is for {places}, not for {here}.", verb.instead or f"write it on {places}"
        )
    if not verb.allows(role, is_author):
        who = (
            f"people with the role {verb.least} or more"
            if verb.least != "read"
            else "people who can read here"
        )
        whoever = " and whoever opened the issue" if verb.author else ""
        return Refusal(
            f"`{verb.usage}` is for {who}{whoever}; your role here is {role}.", "ask one of them to write it"
        )
    if verb.needs_text and not command.text:
        return Refusal(f"`{verb.usage}` needs words after it.", f"for example `{verb.examples[0]}`")
    return None


def _formats(command: Command) -> tuple[str, ...]:
    """The nearest one, else all."""
    return (f"/plan as {command.format}",) if command.format else FORMATS


def _ticked(text: str) -> str:
    return f"`{text}`"


@cache
def _opening(app: str, prefix: str) -> re.Pattern[str]:
    mention = rf"|@{re.escape(app)}(?:\[bot\])?[ \t]+plan" if app else ""
    return re.compile(rf"(?:(/{re.escape(prefix)}{mention})|(/decide))(?![^\s])[ \t]*", re.IGNORECASE)


def _command(opening: re.Match[str], below: str, line: str) -> Command:
    rest = opening.string[opening.end() :].strip()
    if opening[2]:
        return Command("decide", _words(rest, below), line[:300])
    first, _, after = rest.partition(" ")
    verb = VERBS.get(first.casefold().rstrip(".:,!"))
    if verb and verb.name not in ("plan", "decide"):
        return Command(verb.name, _words(after.strip(), below) if verb.text else "", line[:300])
    chosen, profile, words = _options(rest)
    meant = "" if chosen or profile else _nearest(first)
    if words and not chosen and not profile and (meant or " " not in rest):
        return Command("", "", line[:300], nearest=meant)
    if chosen and chosen not in FORMATS:
        near = get_close_matches(chosen, FORMATS, 1)
        return Command("", "", line[:300], nearest="plan", format=near[0] if near else "")
    return Command("plan", _words(words, below), line[:300], format=chosen, profile=profile)


def _nearest(word: str) -> str:
    close = get_close_matches(word.casefold(), [one for one in VERBS if one != "plan"], 1, 0.7)
    return close[0] if close else ""


def _options(rest: str) -> tuple[str, Profile, str]:
    """Format, profile and what is left, in any order at the beginning."""
    chosen, profile = "", ""
    words = rest.split()
    while words:
        first = words[0].casefold()
        if first == "as" and len(words) > 1 and not chosen:
            chosen, words = words[1].casefold().strip(".,"), words[2:]
        elif first in get_args(Profile)[1:] and not profile:
            profile, words = first, words[1:]
        else:
            break
    return chosen, profile, " ".join(words)  # type: ignore[return-value]


def _words(rest: str, below: str) -> str:
    return "\n".join(one for one in (rest, below) if one)[:MOST_TEXT].strip()


def _speaking(lines: list[str], like: list[int]) -> list[int]:
    """Those of these lines that the Markdown parser takes for plain words at the start of a line. It tells no
    lines inside a paragraph, so each of them is made to begin with a character of its own."""
    marked = list(lines)
    for number, at in enumerate(like):
        marked[at] = chr(_FIRST_MARK + number) + marked[at].lstrip(" ")[1:]
    for at in like:
        marked[at] = lines[at][: len(lines[at]) - len(lines[at].lstrip(" "))] + marked[at]
    spoken = (ord(first) - _FIRST_MARK for first in _firsts("\n".join(marked)))
    return [like[number] for number in spoken if 0 <= number < len(like)]


def _firsts(text: str) -> Iterator[str]:
    """The first character of each line of the top paragraphs that begins with plain words."""
    tokens = MarkdownIt("commonmark").parse(text)
    for at, token in enumerate(tokens):
        if token.type == "paragraph_open" and token.level == 0:
            fresh = True
            for inside in tokens[at + 1].children or []:
                if fresh and inside.type == "text" and inside.content:
                    yield inside.content[0]
                fresh = inside.type in ("softbreak", "hardbreak") or (fresh and not inside.content)
