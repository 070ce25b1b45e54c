"""The command lines that a plan tells people or agents to run, wherever it says so.

A command that a text only talks about, or forbids, is not one of them. No rule lives here; nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.plan.findings import Location
from bot.plan.markdown import Document
from bot.plan.rules.engine import LintInput
from bot.plan.rules.fields import Purpose, TextField

_COMMANDS = frozenset(
    [
        "contract_defaults.acceptance_tests",
        "roadmap.milestones.validation",
        "tasks.commands",
        "codebase.commands.line",
        "delivery.tests.command",
        "delivery.checks.command",
    ]
)
_TELLING: frozenset[Purpose] = frozenset(["instruction", "rollback", "verification", "note", "prose"])

_FENCE = re.compile(r"^\s{0,12}(`{3,}|~{3,})\s*([\w+#.-]*)")
_SHELL = frozenset(
    ["", "sh", "bash", "zsh", "shell", "console", "shell-session", "powershell", "ps1", "cmd", "sql"]
)
_SHELL_LIKE = frozenset(["dockerfile", "docker", "make", "makefile", "yaml", "yml"])
_SPAN = re.compile(r"(?<!`)(`{1,2})(?!`)([^`\n]{1,400})\1(?!`)")
_CUE = re.compile(
    r"(?:\b(?:run|running|execute|executing|invoke|call|use|using|via|with|by|do|type|enter|issue)\s{1,3}"
    r"(?:the\s|this\s|it\s)?(?:following\s)?(?:command\s)?:?\s{0,3}"
    r"|^[\s>]{0,12}(?:[-*+]\s|\d{1,3}[.)]\s)?\s{0,4}(?:\[.\]\s)?(?:\*\*[^*\n]{1,60}\*\*:?\s{0,3}"
    r"|\w{1,20}:\s{0,3})?)$",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"\b(?:run|execute)\s(?!the\b|a\b|all\b|into\b)|^(?=(?:curl|wget|rm|git|terraform|chmod|dd|sudo)\s)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:never|not|no|don'?t|doesn'?t|won'?t|cannot|can'?t|mustn'?t|avoid(?:s|ed|ing)?|without|forbid\w*"
    r"|forbade|prohibit\w*|refus\w+|reject\w*|block(?:s|ed|ing|list)?|den(?:y|ies|ied)|disallow\w*"
    r"|bann?(?:s|ed)?"
    r"|detect\w*|flag(?:s|ged|ging)?|catch(?:es)?|instead|rather|remov(?:e|es|ed|ing)|replac\w+|unsafe"
    r"|danger\w*"
    r"|insecure|destructive|warn\w*|guard\w*|prevent\w*|bypass\w*|attack\w*|malicious|inject\w*|match(?:es)?"
    r"|pattern\w*|bad|wrong|harmful|anti-?pattern|error|fail\w*|stop(?:s|ped)? using)\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*(?:#|//|--\s|;|\*|echo\b)")
_ASSIGNED = re.compile(
    r"^\s{0,40}(?:export\s|local\s|readonly\s)?([A-Za-z_]\w{0,60})=([^\s;&|][^;&|\n]{0,200})"
)
_USED = re.compile(r"\$\{?([A-Za-z_]\w{0,60})\}?")
_WINDOW = 200
_NEAR = 80


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One line to run, and the text it stands in. `sort` says what kind of code; `quoted` as in TextField."""

    pointer: str
    text: str
    owner: str
    sort: str = "shell"
    quoted: bool = False
    at: Location | None = None

    @property
    def task(self) -> int | None:
        """The task it belongs to, by its place in the list."""
        parts = self.pointer.split("/")
        return int(parts[2]) if parts[1:2] == ["tasks"] else None


def command_lines(given: LintInput) -> Iterator[CommandLine]:
    """Every line to run: of the fields that hold commands, then of the texts, then of code in the files that
    is part of neither."""
    known = set()
    for line in (*_of_fields(given), *_of_texts(given)):
        known.add(line.text)
        yield line
    for document in given.documents if given.reading else ():
        yield from (line for line in _of_document(document) if line.text not in known)


def _of_fields(given: LintInput) -> Iterator[CommandLine]:
    for leaf in given.strings:
        if leaf.way in _COMMANDS:
            yield CommandLine(leaf.pointer, leaf.text, leaf.owner, quoted=leaf.quoted)


def _of_texts(given: LintInput) -> Iterator[CommandLine]:
    for one in given.texts_of_plan:
        if one.purpose in _TELLING:
            for sort, line in said(one.text):
                place = _within(given, one, line) if one.purpose == "prose" else None
                yield CommandLine(one.pointer, line, one.owner, sort, one.quoted, place)


def _within(given: LintInput, one: TextField, line: str) -> Location | None:
    """Where a line of a longer text stands in the file; None when that is where the text begins."""
    start = given.reading.place(one.pointer) if given.reading else None
    below = one.text.count("\n", 0, max(one.text.find(line), 0))
    return Location(start.file, start.line + below, 1) if start and below else None


def _of_document(document: Document) -> Iterator[CommandLine]:
    """The lines of a file's fenced blocks, but of those that the text before them warns of."""
    for before, block in pairwise((None, *document.blocks)):
        if block is None or block.kind != "fence" or (before and _AGAINST.search(before.text[-_WINDOW:])):
            continue
        values: dict[str, str] = {}
        for number, line in enumerate(block.text.splitlines(), start=block.line + 1):
            if not _COMMENT.match(line):
                place = Location(document.path, number, 1)
                for sort, told in _of_fence(block.info.lower(), _filled_in(line, values)):
                    yield CommandLine("", told, "", sort, at=place)


def said(text: str) -> Iterator[tuple[str, str]]:
    """The lines that a text says to run, each with its kind: "shell", or the language of a fenced block."""
    fence, language, lead, forbidden = "", "", "", False
    known: dict[str, str] = {}
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2]:
                fence, lead = "", ""
            elif not forbidden and not _COMMENT.match(line):
                yield from _of_fence(language, _filled_in(line, known))
        elif mark:
            fence, language, forbidden = mark[1], mark[2].lower(), bool(_AGAINST.search(lead[-_WINDOW:]))
        else:
            lead = line if line.strip() else lead
            yield from _of_line(line)


def _filled_in(line: str, known: dict[str, str]) -> str:
    """A line with the variables whose values stand in the text; one that a command fills is called "made"."""
    if given := _ASSIGNED.match(line):
        value = given[2].strip("\"'")
        known[given[1]] = "made" if "$" in value or "`" in value else value
    # Other lines are shown as they stand: only what is removed depends on a variable's value.
    return _USED.sub(lambda found: known.get(found[1], found[0]), line) if known and "rm " in line else line


def _of_fence(language: str, line: str) -> Iterator[tuple[str, str]]:
    told = line.strip().removeprefix("$ ").removeprefix("> ")
    if told and language in _SHELL | _SHELL_LIKE:
        yield "shell", told
    elif told:
        yield language, told


def _of_line(line: str) -> Iterator[tuple[str, str]]:
    plain = _SPAN.sub(lambda found: " " * len(found[0]), line)
    for span in _SPAN.finditer(line):
        if not _CUE.search(plain[max(0, span.start() - _NEAR) : span.start()]):
            continue
        before = plain[max(0, span.start() - _WINDOW) : span.start()]
        after = plain[span.end() : span.end() + _WINDOW]
        sentence = re.split(r"[.!?;]\s", before)[-1]
        rest = re.split(r"[.!?;]\s", after)[0]
        if not _AGAINST.search(sentence + " " + rest):
            yield "shell", span[2].strip()
    for sentence in re.split(r"(?<=[.!?])\s", plain):
        begun = _PLAIN.search(sentence.strip()[:_WINDOW])
        if begun and not _AGAINST.search(sentence):
            yield "shell", sentence.strip()[begun.end() :]
