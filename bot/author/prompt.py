"""The question put to a model: fixed words first, then the repository, then the issue, then
what has to be repaired.

A budget is kept in estimated tokens. Demands are never cut; what is cut is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.author.facts import Facts
from bot.author.fence import Fence, nonce_of
from bot.author.model import BYTES_PER_TOKEN, ModelRequest
from bot.author.untrusted import without_invisible, without_secrets
from bot.plan.findings import Finding
from bot.plan.graph import natural
from bot.plan.schema import wire_schema
from bot.recon.kinds import kind_of
from bot.recon.secrets import Guarded
from bot.render import render

VERSION = "plan-2"
INPUT_TOKENS = 24_000
OUTPUT_TOKENS = 16_000
MOST_PATHS = 400
EXCERPTED = 8
EXCERPT_LINES = 160
LONGEST_LINE = 300
MOST_LINES = 120


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request, and what did not fit into it, in words for people."""

    request: ModelRequest
    cut: tuple[str, ...]

    def with_repair(self, draft: str, findings: Sequence[Finding]) -> ModelRequest:
        """The same request with an answer and what is wrong with it put behind; the
        beginning stays byte for byte.
        """
        fence = Fence(nonce_of(self.request.user, draft))
        tail = render(
            "prompts/repair.md",
            draft=_shown(fence, "last-answer", draft) if draft else "",
            findings=_shown(fence, "findings", _told(findings)),
        )
        return ModelRequest(
            system=self.request.system,
            user=f"{self.request.user}\n{tail}",
            schema_name=self.request.schema_name,
            schema=self.request.schema,
            max_output_tokens=self.request.max_output_tokens,
            cache_key=self.request.cache_key,
        )


def prompt(facts: Facts, share: float = 1.0) -> Prompt:
    """The first request for a plan. `share` below 1 asks with that part of the usual input budget."""
    brief = facts.brief
    fence = Fence(nonce_of(brief.inputs_digest, brief.title, brief.body, brief.base_sha))
    room = _Room(int(INPUT_TOKENS * share * BYTES_PER_TOKEN))
    demands = "\n".join(f"{each.id}: {each.text}" for each in facts.demands) or "(none found by program)"
    room.take(demands)
    body = room.fitting(brief.body, 0.5, "the issue's text")
    issue = "\n\n".join(
        [
            _shown(fence, "issue-title", facts.title),
            _shown(fence, "issue-body", body),
            _shown(fence, "demands", demands),
        ]
    )
    user = render(
        "prompts/request.md",
        repository=_repository(facts, fence, room),
        issue=issue,
        demands=", ".join(each.id for each in facts.demands) or "what the issue asks for",
    )
    if fence.stripped:
        room.cut.append(f"{fence.stripped} invisible characters")
    request = ModelRequest(
        system=render("prompts/system.md"),
        user=user,
        schema_name="plan",
        schema=wire_schema(brief.format),
        max_output_tokens=OUTPUT_TOKENS,
        cache_key=f"groundplan-{VERSION}",
    )
    return Prompt(request, tuple(room.cut))


def _shown(fence: Fence, name: str, text: str) -> str:
    """A data block. Secrets are looked for when nothing invisible splits them any more."""
    visible, count = without_invisible(text)
    fence.stripped += count
    return fence.around(name, without_secrets(visible))


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


def _repository(facts: Facts, fence: Fence, room: _Room) -> str:
    commands = "\n".join(
        f"{each.kind}: {each.line}   ({each.evidence.path}:{each.evidence.line})" for each in facts.commands
    )
    parts = [
        _shown(fence, "facts", room.take("\n".join(facts.codebase.snapshot))),
        _shown(fence, "commands", room.take(commands or "(none found)")),
        _shown(fence, "paths", room.fitting("\n".join(_paths(facts)), 0.4, "the list of paths")),
    ]
    return "\n\n".join([*parts, *_excerpts(facts, fence, room)])


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


def _excerpts(facts: Facts, fence: Fence, room: _Room) -> list[str]:
    """The files that matter most, while there is room; secrets are not read."""
    tree = Guarded(facts.brief.tree)
    ranked = [each.path for each in facts.brief.recon.ranked]
    wanted = list(dict.fromkeys([*facts.named, *ranked]))[:EXCERPTED]
    out: list[str] = []
    for path in wanted:
        text = tree.text(path) if kind_of(path) not in {"lock", "data", "generated", "vendored"} else None
        if text is None:
            continue
        lines = [
            f"{at}: {line[:LONGEST_LINE]}" for at, line in enumerate(text.split("\n")[:EXCERPT_LINES], 1)
        ]
        shown = "\n".join([path, *lines])
        if room.left < len(shown.encode("utf-8", "replace")):
            room.cut.append(f"the excerpt of {path}")
            continue
        out.append(_shown(fence, "file", room.take(shown)))
    return out


def _told(findings: Sequence[Finding]) -> str:
    """Findings by place, places with errors first, each with what would be right where that is known."""
    at: dict[str, list[Finding]] = {}
    for each in findings:
        at.setdefault(each.pointer, []).append(each)
    places = sorted(at, key=lambda place: (all(one.severity != "error" for one in at[place]), natural(place)))
    told = [line for place in places for line in (f"{place or '(the whole)'}:", *map(_line, at[place]))]
    return "\n".join(told[:MOST_LINES])


def _line(finding: Finding) -> str:
    hint = f" Suggestion: {finding.suggestion[:300]}" if finding.suggestion else ""
    return f"  {finding.severity} {finding.rule}: {finding.message[:400]}{hint}"
