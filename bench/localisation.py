"""Issues whose fix is known, and how well a ranked list of files finds it. Nothing of the set is shipped."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DEPTHS = (1, 3, 5, 10, 20)
BUDGETS = (13_000, 27_000, 50_000)  # tokens, four characters each
PACKED = 200  # files that are tried for a budget
# Where a repository's own name is not to be had: forks that hold every base commit.
FORKS = {
    "django/django": "adamchainz/django",
    "scikit-learn/scikit-learn": "jeremiedbb/scikit-learn",
    "matplotlib/matplotlib": "swe-bench/matplotlib__matplotlib",
}


@dataclass(frozen=True)
class Instance:
    """One issue: repository, the commit before the fix, title and body, and the files the fix changed."""

    id: str
    repo: str
    sha: str
    title: str
    body: str
    gold: frozenset[str]
    language: str

    def folder(self, mirrors: Path) -> Path:
        """The bare repository under the folder of mirrors."""
        return mirrors / FORKS.get(self.repo, self.repo).replace("/", "+") / "repo"


def instances(file: Path) -> list[Instance]:
    """The instances of a JSON Lines file, in its order."""
    out = []
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        title, _, body = row["query"].replace("\r\n", "\n").partition("\n")
        gold = frozenset(row["gold"])
        out.append(Instance(row["id"], row["repo"], row["base_commit"], title, body, gold, row["lang"]))
    return out


Measures = dict[str, float]  # shares between 0 and 1, by name


def measures(ranked: Sequence[str], gold: frozenset[str], size: Callable[[str], int]) -> Measures:
    """Recall and all-gold at depths, reciprocal rank of the first, and recall within budgets of whole files.

    `size` gives a file's bytes. A file that does not fit is passed over.
    """
    out: Measures = {}
    for depth in DEPTHS:
        found = len(gold & frozenset(ranked[:depth]))
        out[f"r@{depth}"] = found / len(gold)
        out[f"acc@{depth}"] = float(found == len(gold))
    first = next((at for at, path in enumerate(ranked, 1) if path in gold), 0)
    out["mrr"] = 1 / first if first else 0.0
    for budget in BUDGETS:
        out[f"t{budget // 1000}k"] = _within(ranked, gold, size, budget) / len(gold)
    return out


def _within(ranked: Sequence[str], gold: frozenset[str], size: Callable[[str], int], budget: int) -> int:
    used = found = 0
    for path in ranked[:PACKED]:
        tokens = size(path) // 4
        if used + tokens <= budget:
            used += tokens
            found += path in gold
    return found


def mean(rows: Sequence[Measures], name: str) -> float:
    """Per cent."""
    return 100 * sum(row[name] for row in rows) / max(len(rows), 1)


def difference(
    with_it: Sequence[Measures], without: Sequence[Measures], name: str
) -> tuple[float, float, float]:
    """What is gained, in points, and the ends of its 95 % interval: a paired bootstrap of fixed draws."""
    gains = [100 * (a[name] - b[name]) for a, b in zip(with_it, without, strict=True)]
    draw = random.Random(0)
    drawn = sorted(sum(draw.choices(gains, k=len(gains))) / len(gains) for _ in range(1000))
    return sum(gains) / len(gains), drawn[25], drawn[974]


# All gold files within the first 1, 3, 5 and 10, and recall within 27,000 tokens, in per cent.
Figures = Mapping[str, tuple[float | None, float | None, float | None, float | None, float | None]]
MEASURED: Figures = {
    "BM25 over source content": (29.7, 44.7, 54.3, 70.3, 56.2),
    "BM25 over symbols and paths": (27.9, 49.8, 59.4, 69.4, 61.9),
    "explicit mentions only": (24.2, 36.5, 39.7, 42.5, 39.5),
    "aider's repository map": (1.8, 3.2, 5.9, 16.0, 17.8),
}
"""On the same 219 issues, by the set's own harness."""
PUBLISHED: Figures = {
    "BM25 over functions (LocAgent, table 4)": (38.7, 51.8, 61.7, None, None),
    "CodeRankEmbed 137M (LocAgent, table 4)": (52.6, 77.7, 84.7, None, None),
    "ChronoRepo, no model (released ranks)": (41.0, 64.3, 72.0, None, None),
    "Agentless, Claude 3.5 (LocAgent, table 4)": (72.6, 79.2, 79.6, None, None),
    "LocAgent, tuned 7B (its table 4)": (70.8, 84.7, 88.3, None, None),
}
"""On SWE-bench Lite, which is another set: orders of magnitude, no comparison."""
