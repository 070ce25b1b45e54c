"""What a model is asked with: the context that every question of a run begins with, and the one for a draft.

A budget is kept in estimated tokens. Demands are never cut; what is cut is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice

from bot.author.excerpts import excerpts
from bot.author.facts import Facts
from bot.author.fence import Fence, nonce_of
from bot.author.model import BYTES_PER_TOKEN, ModelRequest
from bot.author.stages.shared import Question, Shared
from bot.plan.schema import wire_schema
from bot.recon.kinds import kind_of
from bot.recon.secrets import Guarded
from bot.render import render

VERSION = "plan-5"
CONTEXT_TOKENS = 10_000
DRAFT_TOKENS = 14_000  # beside the context: excerpts and the documents a plan starts from
OUTPUT_TOKENS = 16_000
TOKENS_A_WORD = 2  # in JSON, with room to spare
MOST_PATHS = 400
SHARE_OF_AN_INPUT = 0.2
OFFERED = 120  # files that a model may ask to see


@cache
def _question(plan_format: str, most_tokens: int) -> Question:
    return Question("draft", "plan", wire_schema(plan_format), most_tokens)


@dataclass(frozen=True)
class Context:
    """What a run's questions share, and what did not fit into it, in words for people. `share` below 1 keeps
    to that part of the usual budgets, and `most_tokens` to answers that are shorter than usual.
    """

    facts: Facts
    shared: Shared
    share: float
    cut: tuple[str, ...]
    most_tokens: int = OUTPUT_TOKENS

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """Files that may be shown with a draft, best first. What looks like a secret, by its name or by what
        it holds, is not among them, nor what is no text."""
        tree = Guarded(self.facts.brief.tree)
        ranked = [each.path for each in self.facts.brief.recon.ranked]
        near = dict.fromkeys([*self.facts.named, *ranked, *_paths(self.facts)])
        shown = (path for path in near if kind_of(path) not in UNSHOWN and tree.text(path) is not None)
        return tuple(islice(shown, OFFERED))

    def drafting(self, wanted: Sequence[str] = (), understood: str = "", way: str = "", again: str = "",
                 sample: int = 0) -> Prompt:  # fmt: skip
        """The question for a draft. `wanted` files are shown before others, `way` is the axis of one of
        several drafts, `again` why the last answer was of no use.
        """
        fence = Fence(self.shared.nonce)
        room = _Room(int(DRAFT_TOKENS * self.share * BYTES_PER_TOKEN))
        tail = render(
            "prompts/draft.md",
            understood=self.shared.shown("understanding", understood) if understood else "",
            inputs=_inputs(self.facts, fence, room),
            excerpts="\n\n".join(_excerpts(self.facts, fence, room, wanted)),
            demands=", ".join(each.id for each in self.facts.demands) or "what the issue asks for",
            way=way,
            again=again,
            most_words=self.most_tokens // TOKENS_A_WORD if self.most_tokens < OUTPUT_TOKENS else 0,
        )
        stripped = [f"{fence.stripped} invisible characters"] if fence.stripped else []
        return Prompt(
            self.shared.request(_question(self.facts.brief.format, self.most_tokens), tail, sample),
            (*self.cut, *room.cut, *stripped),
        )


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request, and what did not fit into it, in words for people."""

    request: ModelRequest
    cut: tuple[str, ...]


def context(facts: Facts, share: float = 1.0, most_tokens: int = OUTPUT_TOKENS) -> Context:
    """The beginning of a run's questions: fixed words, the document, the repository, the issue."""
    brief = facts.brief
    fence = Fence(nonce_of(brief.inputs_digest, brief.title, brief.body, brief.base_sha))
    room = _Room(int(CONTEXT_TOKENS * share * BYTES_PER_TOKEN))
    demands = "\n".join(f"{each.id}: {each.text}" for each in facts.demands) or "(none found by program)"
    room.take(demands)
    body = room.fitting(brief.body, 0.6, "the issue's text")
    issue = [
        fence.around("issue-title", facts.title),
        fence.around("issue-body", body),
        fence.around("demands", demands),
    ]
    prefix = render(
        "prompts/context.md",
        format_words=render(f"prompts/formats/{brief.format}.md", lane=facts.lane.lane).strip(),
        repository=_repository(facts, fence, room),
        issue="\n\n".join(issue),
    )
    if fence.stripped:
        room.cut.append(f"{fence.stripped} invisible characters")
    shared = Shared(render("prompts/system.md"), prefix, fence.nonce, f"groundplan-{VERSION}")
    return Context(facts, shared, share, tuple(room.cut), most_tokens)


def for_coders(facts: Facts, ours: Shared, rendering: str) -> Shared:
    """What coders are asked with: the plan as it is shown and the paths, nothing of how it came about."""
    paths = ours.shown("paths", "\n".join(_paths(facts)))
    prefix = render("prompts/for_coders.md", plan=ours.shown("plan", rendering), paths=paths)
    return Shared(ours.system, prefix, ours.nonce, ours.cache_key)


class _Room:
    """Bytes that are left, and what had to be cut for lack of them."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.cut: list[str] = []

    def take(self, text: str) -> str:
        self.left -= len(text.encode("utf-8", "replace"))
        return text

    def fitting(self, text: str, share: float, name: str) -> str:
        """As much of the text as a share of the room holds, cut at a line where possible."""
        limit = max(0, int(self.left * share))
        data = text.encode("utf-8", "replace")
        if len(data) <= limit:
            return self.take(text)
        short = data[:limit].decode("utf-8", "ignore")
        short = short[: short.rfind("\n") + 1] or short
        self.cut.append(f"{len(text) - len(short):,} of {len(text):,} characters of {name}")
        return self.take(short)


def _inputs(facts: Facts, fence: Fence, room: _Room) -> str:
    """The documents that the format starts from; the issue, which is one of them, is shown as such."""
    shown = [
        fence.around(f"input {each.name}", room.fitting(each.text, SHARE_OF_AN_INPUT, f"the {each.name}"))
        for each in facts.inputs.items
        if each.excerpts or each.notes
    ]
    return "\n\n".join(shown)


def _repository(facts: Facts, fence: Fence, room: _Room) -> str:
    commands = "\n".join(
        f"{each.kind}: {each.line}   ({each.evidence.path}:{each.evidence.line})" for each in facts.commands
    )
    parts = [
        fence.around("facts", room.take("\n".join(facts.codebase.snapshot))),
        fence.around("commands", room.take(commands or "(none found)")),
        fence.around("paths", room.fitting("\n".join(_paths(facts)), 0.8, "the list of paths")),
    ]
    return "\n\n".join(parts)


def _paths(facts: Facts) -> list[str]:
    """All paths of a small repository; of a large one those that matter and what lies beside them."""
    paths = facts.brief.tree.paths
    if len(paths) <= MOST_PATHS:
        return list(paths)
    ranked = [each.path for each in facts.brief.recon.ranked]
    near = {path.rpartition("/")[0] for path in ranked[:6]}
    beside = [path for path in paths if path.rpartition("/")[0] in near or "/" not in path]
    tests = [test for path in ranked for test in facts.siblings(path)]
    return sorted(dict.fromkeys([*facts.named, *ranked, *tests, *beside[:MOST_PATHS]]))


UNSHOWN = frozenset({"lock", "data", "generated", "vendored"})


def _excerpts(facts: Facts, fence: Fence, room: _Room, first: Sequence[str]) -> list[str]:
    """What matters most of the files, while there is room."""
    found, cut = excerpts(facts, int(room.left / BYTES_PER_TOKEN), first)
    room.cut += cut
    return [fence.around("file", room.take(each.text)) for each in found]
