"""What writing with a model takes: calls and tokens of each profile for a medium plan on the sample
repository, how much of the input an endpoint could keep, and the seconds of everything but the model on 3,000
files.

The answers are made by rule, so nothing here says anything about any model.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.table import print_table, verdict
from bot.author.brief import Brief
from bot.author.compose import compose
from bot.author.model import BYTES_PER_TOKEN, Heard, ModelReply, ModelRequest, Usage, unheard
from bot.author.modelled import ModelledAuthor
from bot.author.outline import OutlineAuthor
from bot.author.profiles import PROFILES, Profile
from bot.plan.draft import draft_of
from bot.recon.report import survey
from bot.recon.sources import tree_from_folder
from bot.recon.tree import Tree, in_memory
from sandbox.minds import faithful, patch, patches

SAMPLE = Path(__file__).parents[1] / "sandbox" / "sample"
FILES, SLOWEST = 3_000, 1.5  # files, seconds
MOST_IN, MOST_OUT, CALLS, KEPT = 116_000, 22_000, range(7, 11), 0.5  # a standard plan
WARM_UP, ROUNDS = 1, 3


@dataclass
class ByRule:
    """A model that answers at once, from the draft it was given: first with an error, so that it is repaired;
    one review has a point, so that the plan is revised.
    """

    draft: dict[str, Any]
    name: str = "by-rule"
    said: list[tuple[ModelRequest, str]] = field(default_factory=list)

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        text = self._answer(request)
        self.said.append((request, text))
        return ModelReply(text, Usage(len(request.user) // 4, len(text) // 4, calls=1), model=self.name)

    def used(self) -> Iterator[tuple[str, Usage]]:
        """What each call took by our own estimate; `cached_tokens` is what an earlier call began with."""
        before: list[str] = []
        for request, text in self.said:
            prompt = f"{request.system}{request.user}"
            kept = max((_shared(prompt, each) for each in before), default=0)
            given = f"{prompt}{json.dumps(dict(request.schema))}"
            yield request.purpose, Usage(_tokens(given), _tokens(text), _tokens(prompt[:kept]), calls=1)
            before.append(prompt)

    def _answer(self, request: ModelRequest) -> str:
        first = self.draft["tasks"][0]
        match request.purpose:
            case "understand":
                return json.dumps({"goal": "It is done.", "requirements": [], "unknowns": [], "risks": [],
                                   "read": list(range(6)), "observed_instructions": []})  # fmt: skip
            case "draft":
                wrong = {**first, "objective": "TBD, as discussed above."}
                return json.dumps({**self.draft, "tasks": [wrong, *self.draft["tasks"][1:]]})
            case "repair":
                return patches(patch("PLN902", "/tasks/0/objective", first["objective"]))
            case "review":
                point = {"task": "T1", "quote": first["acceptance"][0], "problem": "It names no file.",
                         "suggestion": "Name it.", "blocking": False}  # fmt: skip
                return json.dumps({"points": [point] if "build it tomorrow" in request.user else []})
            case "probe":
                return json.dumps(faithful(self.draft))
            case "revise":
                return patches(patch("REV-1", "/tasks/0/gotchas", ["A parcel without a date is never late."]))


def _tokens(text: str) -> int:
    return round(len(text.encode()) / BYTES_PER_TOKEN)


def _shared(one: str, other: str) -> int:
    """With how many characters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def main() -> None:
    """Print both tables."""
    _profiles()
    _overhead()


# --- calls and tokens ------------------------------------------------------------------------------------


def _profiles() -> None:
    brief = _brief(tree_from_folder(SAMPLE / "repository"))
    rows = [row for profile in PROFILES.values() for row in _rows(profile, _ran(brief, profile))]
    head = ("profile", "call", "calls", "tokens in", "kept", "tokens out", "")
    print_table("A medium plan on the sample repository: one error to mend, one point to heed", head, rows)


def _rows(profile: Profile, model: ByRule) -> Iterator[Sequence[str]]:
    by_purpose: dict[str, Usage] = defaultdict(Usage)
    for purpose, usage in model.used():
        by_purpose[purpose] += usage
    for purpose, usage in by_purpose.items():
        yield _row("", purpose, usage, "")
    whole = sum(by_purpose.values(), Usage())
    within = whole.input_tokens <= MOST_IN and whole.output_tokens <= MOST_OUT and whole.calls in CALLS
    kept = whole.cached_tokens / whole.input_tokens >= KEPT
    goal = f"≤ 116k in, ≤ 22k out, 7 to 10 calls, half kept: {verdict(within and kept)}"
    yield _row(profile.name, "all", whole, goal if profile.name == "standard" else "")


def _row(profile: str, purpose: str, usage: Usage, goal: str) -> Sequence[str]:
    kept = f"{100 * usage.cached_tokens // usage.input_tokens} %"
    given, got = f"{usage.input_tokens:,}", f"{usage.output_tokens:,}"
    return profile, purpose, str(usage.calls), given, kept, got, goal


def _ran(brief: Brief, profile: Profile) -> ByRule:
    model = ByRule(_draft(brief))
    outcome = compose(brief, ModelledAuthor(model, profile=profile), lambda _stage: None)
    if outcome.kind != "plan":
        raise RuntimeError(outcome.body)
    return model


def _brief(tree: Tree) -> Brief:
    first, _, body = (SAMPLE / "issue.md").read_text(encoding="utf-8").partition("\n")
    title = first.removeprefix("# ")
    return Brief(7, title, body, tree, survey(tree, title, body), "roadmap", "0" * 64, tree.sha)


def _draft(brief: Brief) -> dict[str, Any]:
    """The outline as a model would say it, a plan of medium size."""
    plan = OutlineAuthor().write(brief, lambda _stage: None).plan
    if plan is None:
        raise RuntimeError("the sample issue has no outline")
    draft = draft_of(plan) | {"decisions": []}
    for task in draft["tasks"]:
        task["decisions"] = []
    return draft


# --- everything but the model ----------------------------------------------------------------------------


def _overhead() -> None:
    tree = _large()
    brief = _brief(tree)
    draft = _draft(brief)
    runs = [_run(brief, draft) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
    best = min(runs, key=lambda run: run.seconds)
    rows = [(stage, f"{seconds:.3f}", "") for stage, seconds in best.stages]
    goal = f"≤ {SLOWEST:g}: {verdict(best.seconds <= SLOWEST)}"
    rows.append(("all of it, warm", f"{best.seconds:.3f}", goal))
    print_table(f"A standard plan on {FILES:,} files, answers at once: processor seconds, best of {ROUNDS}",
                ("until the next stage begins", "seconds", ""), rows)  # fmt: skip


@dataclass
class Run:
    """One planning: what it took as a whole and stage by stage."""

    seconds: float
    stages: list[tuple[str, float]]


def _run(brief: Brief, draft: dict[str, Any]) -> Run:
    marks: list[tuple[str, float]] = []

    def note(stage: str) -> None:
        marks.append((stage.partition(" (")[0], time.process_time()))

    note("survey of the repository")
    author = ModelledAuthor(ByRule(draft), profile=PROFILES["standard"])
    outcome = compose(_brief(brief.tree), author, note)
    note("")
    if outcome.kind != "plan":
        raise RuntimeError(outcome.body)
    stages = [(stage, ended - began) for (stage, began), (_, ended) in pairwise(marks)]
    return Run(sum(seconds for _, seconds in stages), stages)


def _large() -> Tree:
    """The sample repository among many other modules."""
    tree = tree_from_folder(SAMPLE / "repository")
    files = {path: text for path in tree.paths if (text := tree.text(path)) is not None}
    more = FILES - len(files)
    return in_memory(files | {_path(at): _module(at) for at in range(more)}, sha="c" * 40)


def _path(at: int) -> str:
    return f"src/parcelpost/area{at % 40}/module_{at}.py"


def _module(at: int) -> str:
    names = "\n\n".join(
        f"def step_{at}_{number}(rows: list[int], limit: int = {number}) -> int:\n"
        f'    """Count rows of area {at % 40} below the limit."""\n'
        f"    return sum(row < limit for row in rows)"
        for number in range(6)
    )
    return f'"""Part {at} of area {at % 40}."""\n\nfrom parcelpost.models import Shipment\n\n\n{names}\n'


if __name__ == "__main__":
    main()
