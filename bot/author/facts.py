"""What an issue and its repository give an author to start from, gathered once. Nothing here is guessed.

The one place that knows the shape of recon's report; everything else in this package reads Facts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.author.brief import Brief
from bot.author.demands import CHECKS, WORK_LIST, Demand, is_remark, said, topic_of
from bot.author.inputs import Inputs, inputs_of
from bot.author.issue_text import Passage, is_open, passages
from bot.author.risk import signals
from bot.author.size import LaneChoice, lane_of
from bot.author.untrusted import gives_orders, one_line
from bot.plan.model import Codebase, Command, Evidence, RelevantFile
from bot.plan.rules.grounding import path_fault
from bot.recon.conventions import Fact
from bot.recon.kinds import is_migration, kind_of
from bot.recon.mentions import Mention
from bot.recon.obligations import Obligation
from bot.recon.ranking import by_stem, paired_tests
from bot.recon.secrets import secret_name
from bot.recon.tree import name_of, stem_of

NOT_ABOUT_CHANGE = re.compile(
    r"\b(reproduc\w*|environment|versions?|logs?|output|alternatives?|out of scope|non-?goals?"
    r"|not in scope)\b",
    re.IGNORECASE,
)
NARROW = re.compile(
    r"\s-k\s|\s--test\s|\s-e\s|\s-m\s|::|doc|spell|bench|\.(py|rs|js|ts)\b|ARGS=", re.IGNORECASE
)
VAGUE_NAMES = frozenset(
    {"__init__.py", "index.js", "index.ts", "mod.rs", "lib.rs", "main.py", "main.rs", "main.go"}
)
BUG = re.compile(
    r"\b(bugs?|crash(es|ed|ing)?|errors?|exceptions?|traceback|fail(s|ed|ing|ure)?|broken|regression"
    r"|wrong(ly)?|incorrect(ly)?"
    r"|does(n'?t| not) work|not working|panic(s|ked)?|segfault|hangs?|leaks?)\b|\w(Error|Exception)\b",
    re.IGNORECASE,
)
BUG_HEADING = re.compile(
    r"\b(actual (behaviou?r|result|output)|current(ly)? behaviou?r|steps to reproduce|reproduc\w+"
    r"|describe the bug|stack ?trace|traceback)\b",
    re.IGNORECASE,
)
NEW_FILE_KINDS = frozenset({"source", "test", "doc", "config", "migration"})
SHOWN_FILES, SHOWN_COMMANDS = 12, 12


@dataclass(frozen=True)
class Facts:
    """The brief, read once."""

    brief: Brief

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """What the issue says, without what speaks to whoever plans rather than of the software."""
        return tuple(each for each in passages(self.brief.body) if not gives_orders(each.text))

    @cached_property
    def title(self) -> str:
        return one_line(self.brief.title, 200) or f"Issue {self.brief.number}"

    @cached_property
    def is_bug(self) -> bool:
        """Whether the issue reports something broken rather than something wished for."""
        told = any(BUG_HEADING.search(each.heading) for each in self.passages)
        return bool(BUG.search(self.title)) or told or "Traceback (most recent call last)" in self.brief.body

    @property
    def all_done(self) -> bool:
        """Whether every demand is ticked and stands in a list of work; forms are
        ticked by those who report.
        """
        return bool(self.demands) and all(
            each.done and WORK_LIST.search(each.heading) for each in self.demands
        )

    @cached_property
    def demands(self) -> tuple[Demand, ...]:
        return tuple(self._demand(each) for each in self.brief.recon.obligations)

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """What the body mentions, each thing at its first place; places count in the body."""
        before = len(self.brief.title) + 1
        return tuple(
            replace(each, start=each.start - before, end=each.end - before)
            for each in self.brief.recon.mentions
            if each.start >= before
        )

    @cached_property
    def title_paths(self) -> tuple[str, ...]:
        """Files that the title names."""
        return _sure([each for each in self.brief.recon.mentions if each.end <= len(self.brief.title)])

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Files to change that the issue names: in its title, in its demands, in prose about the change, and
        the innermost frame of a stack trace. Documents count only where a demand or the title names them.
        """
        wanted = [path for demand in self.demands for path in demand.paths if demand.is_work]
        prose = [path for path in self._prose_paths if kind_of(path) in {"source", "config"}]
        return tuple(dict.fromkeys([*self.title_paths, *wanted, *self._innermost_frame, *prose]))

    @cached_property
    def likely(self) -> tuple[str, ...]:
        """Files the issue does not name and that are close to its words all the same, at most six."""
        close = (each.path for each in self.brief.recon.ranked if each.confidence == "B")
        return tuple(
            path for path in close if path not in self.named and kind_of(path) in {"source", "config"}
        )[:6]

    @cached_property
    def inputs(self) -> Inputs:
        """The documents that a plan of this format starts from beside the issue."""
        return inputs_of(self.brief)

    @cached_property
    def lane(self) -> LaneChoice:
        """How thoroughly to plan: by size and risk, or as a person asked."""
        return lane_of(len(self.work), len(self.named), self.risks, self.brief.lane)

    @cached_property
    def work(self) -> tuple[Demand, ...]:
        """The demands that something has to be done for."""
        return tuple(each for each in self.demands if each.is_work)

    @cached_property
    def risks(self) -> tuple[str, ...]:
        """Signs of high risk in the demands and in the files that the issue names."""
        text = "\n".join([self.title, *(each.text for each in self.work)])
        return tuple(each.what for each in signals(text, self.named) if each.risk in {"high", "critical"})

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The commands the repository defines, as recon found them."""
        return tuple(
            Command(
                kind=each.kind,
                line=one_line(each.line),
                evidence=Evidence(
                    path=each.evidence.path, line=each.evidence.line, quote=each.evidence.quote[:200]
                ),
            )
            for each in self.brief.recon.commands[:SHOWN_COMMANDS]
        )

    @cached_property
    def test_commands(self) -> tuple[Command, ...]:
        """Those that run everything before those that run a part; else in recon's order."""
        return tuple(sorted((each for each in self.commands if each.kind == "test"), key=_is_narrow))

    @cached_property
    def codebase(self) -> Codebase:
        files = tuple(
            RelevantFile(path=each.path, confidence=each.confidence, reasons=tuple(each.reasons[:4]))
            for each in self.brief.recon.ranked[:SHOWN_FILES]
        )
        return Codebase(snapshot=self._snapshot, commands=self.commands, files=files)

    @property
    def _snapshot(self) -> tuple[str, ...]:
        """A few lines about the repository; each says where it was read."""
        recon = self.brief.recon
        habits = recon.conventions
        shares = [
            f"{each.name} {round(each.share * 100)} %" for each in recon.languages[:4] if each.share >= 0.01
        ]
        lines = [f"{recon.files} files" + (f"; code: {', '.join(shares)}" if shares else "")]
        lines += [_fact("Test framework", habits.test_frameworks), _fact("Linter", habits.linters)]
        lines += [
            f"Tests are named `{each.pattern}` ({each.count} of {each.total})"
            for each in habits.test_habits[:1]
        ]
        lines += [_fact("Migrations", habits.migrations), _fact("Rules for contributors", habits.rules)]
        return tuple(one_line(each, 400) for each in [*lines, *self._inputs_told] if each)

    @property
    def _inputs_told(self) -> tuple[str, ...]:
        """What was read for this format, and in which lane a technical plan is written."""
        lane = f"Lane: {self.lane.lane} ({self.lane.why})"
        return (*self.inputs.told(), *([lane] if self.brief.format == "technical" else []))

    def line_at(self, offset: int) -> int:
        """The 1-based line of a place in the body."""
        return bisect_right(self._line_starts, offset)

    def evidence(self, line: int, words: str = "") -> Evidence:
        """A place in the issue; line 0 stands for its title."""
        return Evidence(path="issue", line=line, quote=words[:500])

    def siblings(self, path: str) -> tuple[str, ...]:
        """The test file that belongs to a source file by its name, if there is one."""
        return paired_tests(path, self._tests)[:1] if kind_of(path) == "source" else ()

    def where_named(self, path: str) -> str:
        """In which words the issue names a file, for the summary of a change."""
        if path in self.title_paths:
            return "named in the title of the issue"
        lines = [self.line_at(each.start) for each in self.mentions if path in each.paths]
        lines = lines or [each.line for each in self.demands if path in each.paths]
        return f"named in the issue, line {lines[0]}" if lines else "named in the issue"

    @cached_property
    def _tests(self) -> dict[str, list[str]]:
        return by_stem(self.brief.tree)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\r\n?|\n", self.brief.body))]

    def _demand(self, found: Obligation) -> Demand:
        line = self.line_at(found.start)
        heading = self._heading_at(line)
        inside = [each for each in self._all_mentions if _names(self.brief.body, found, each.text)]
        text = said(found.text)
        topic = topic_of(text, _sure(inside))
        paths = (*_sure(inside), *(self._documents(text) if topic == "docs" else ()))
        return Demand(
            id=found.id,
            text=text,
            line=line,
            heading=heading,
            ordered=found.kind == "ordered",
            done=found.checked,
            is_check=found.kind == "expected" or bool(CHECKS.search(heading)),
            is_open=is_open(heading),
            is_order=gives_orders(text),
            is_remark=found.kind in {"sentence", "expected"} and is_remark(text),
            topic=topic,
            paths=tuple(dict.fromkeys(paths)),
            new_paths=self._new(inside),
        )

    @property
    def _all_mentions(self) -> tuple[Mention, ...]:
        """Of title and body: recon gives a thing that is named twice at its first place only."""
        return tuple(each for each in self.brief.recon.mentions if each.kind in {"path", "file", "frame"})

    def _documents(self, text: str) -> tuple[str, ...]:
        """The README and the changelog, where a demand names them by what they are called."""
        tops = {
            stem_of(path).lower(): path
            for path in self.brief.tree.paths
            if "/" not in path and kind_of(path) == "doc"
        }
        return tuple(
            tops[name]
            for name in ("readme", "changelog")
            if name in tops and re.search(rf"\b{name}\b", text, re.I)
        )

    def _heading_at(self, line: int) -> str:
        before = [each for each in self.passages if each.line <= line]
        return before[-1].heading if before else ""

    @property
    def _prose_paths(self) -> tuple[str, ...]:
        """Files named in paragraphs and list items that speak of the change, not of how it was met."""
        lines = {each.line: each for each in self.passages}
        starts = sorted(lines)
        out: list[str] = []
        for each in self.mentions:
            at = bisect_right(starts, self.line_at(each.start))
            passage = lines[starts[at - 1]] if at else None
            if passage and each.text in passage.text and not NOT_ABOUT_CHANGE.search(passage.heading):
                out += _sure([each])
        return tuple(dict.fromkeys(out))

    @property
    def _innermost_frame(self) -> tuple[str, ...]:
        """Python prints the innermost frame last, everybody else first."""
        frames = [each for each in self.mentions if each.kind == "frame" and len(each.paths) == 1]
        if not frames:
            return ()
        python = frames[-1].paths[0].endswith(".py")
        return (frames[-1 if python else 0].paths[0],)

    def _new(self, inside: list[Mention]) -> tuple[str, ...]:
        """Paths the demand names that are not there, plain enough to be made, in a
        folder that is or at the root.
        """
        tree = self.brief.tree
        return tuple(
            dict.fromkeys(
                plain
                for each in inside
                if each.kind == "path" and not each.paths and not tree.truncated
                for plain in (each.text.removeprefix("./"),)
                if not path_fault(plain) and not tree.exists(plain) and kind_of(plain) in NEW_FILE_KINDS
                if tree.is_dir(plain.partition("/")[0]) and not secret_name(plain)
            )
        )


def _names(body: str, demand: Obligation, text: str) -> bool:
    """Whether a demand holds a text that is no part of a longer name."""
    at = body.find(text, demand.start, demand.end)
    after = body[at + len(text) : at + len(text) + 1]
    before = body[at - 1 : at] if at > 0 else ""
    return (
        at >= 0
        and not (before.isalnum() or before in {"/", "_", "-"})
        and not (after.isalnum() or after in {"/", "_"})
    )


def _sure(found: tuple[Mention, ...] | list[Mention]) -> tuple[str, ...]:
    """The files that are named without doubt and that people write by hand. A migration that is there already
    has been run somewhere, so naming one is never a wish to change it.
    """
    named = (each.paths[0] for each in found if len(each.paths) == 1 and _is_clear(each))
    by_hand = (path for path in named if kind_of(path) not in {"generated", "vendored"})
    return tuple(dict.fromkeys(path for path in by_hand if not is_migration(path) and not secret_name(path)))


def _is_clear(mention: Mention) -> bool:
    """Whether a path or file name can mean only what it was found to mean."""
    exact = mention.how == "exact" or name_of(mention.text) not in VAGUE_NAMES
    return mention.kind in {"path", "file"} and exact


def _is_narrow(command: Command) -> bool:
    return bool(NARROW.search(command.line))


def _fact(name: str, facts: Sequence[Fact]) -> str:
    """A line such as "Linter: ruff (pyproject.toml:12)"; "" when nothing was found."""
    shown = []
    for each in facts[:3]:
        where = f" ({each.evidence[0].path}:{each.evidence[0].line})" if each.evidence else ""
        shown.append(f"{each.value}{where}")
    return f"{name}: {', '.join(shown)}" if shown else ""
