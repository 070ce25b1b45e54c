"""How much of what a fix needed is in a context pack: files that it changed, by tokens of budget.

Wants the same mirrors and issues as `bench.recon`; every tenth issue is packed, all of them with `--all`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from bench.localisation import Instance, instances
from bench.recon import HOW_TO_GET
from bench.table import print_table
from bot.recon.history import history_from_git
from bot.recon.packing import Pack, pack
from bot.recon.report import survey
from bot.recon.sketch import Sketch
from bot.recon.sources import tree_from_git

BUDGETS = (8_000, 13_000, 27_000, 50_000)  # tokens, as packs count them
STEP = 10  # every tenth issue
RANKED = 40  # files that a pack is chosen from


@dataclass(frozen=True)
class Packed:
    """One issue in one budget: shares of the fix's files that are there at all and there as a whole, whether
    all are, how many files were packed, the share of what may be spent, and seconds of processor.
    """

    some: float
    whole: float
    every: float
    files: int
    used: float
    seconds: float


def of_repository(issues: Sequence[Instance], mirrors: Path) -> list[list[Packed]]:
    """For each issue what every budget holds."""
    sketches: dict[str, Sketch] = {}
    return [_packed(issue, issue.folder(mirrors), sketches) for issue in issues]


def _packed(issue: Instance, folder: Path, sketches: dict[str, Sketch]) -> list[Packed]:
    tree, history = tree_from_git(folder, issue.sha), history_from_git(folder, issue.sha)
    found = survey(tree, issue.title, issue.body, RANKED, history=history, sketches=sketches)
    out = []
    for budget in BUDGETS:
        begun = time.process_time()
        packed = pack(tree, found, budget)
        out.append(_judged(packed, issue.gold, time.process_time() - begun))
    return out


def _judged(packed: Pack, gold: frozenset[str], seconds: float) -> Packed:
    some = gold & {each.path for each in packed.excerpts}
    whole = gold & {each.path for each in packed.excerpts if each.whole}
    used = packed.tokens / max(packed.usable, 1)
    return Packed(
        len(some) / len(gold),
        len(whole) / len(gold),
        float(some == gold),
        len(packed.excerpts),
        used,
        seconds,
    )


def report(results: Sequence[Sequence[Packed]]) -> None:
    rows = [_row(budget, [each[at] for each in results]) for at, budget in enumerate(BUDGETS)]
    head = ["tokens", "some lines", "whole", "of all files", "files packed", "spent", "cpu p50"]
    print_table(f"files of the fix in a pack, {len(results)} issues (per cent)", head, rows)


def _row(budget: int, packs: Sequence[Packed]) -> list[str]:
    def mean(values: Sequence[float]) -> float:
        return sum(values) / len(values)

    seconds = sorted(each.seconds for each in packs)
    return [
        f"{budget:,}",
        *(f"{100 * mean(each):.1f}" for each in zip(*((one.some, one.whole, one.every) for one in packs),
                                                     strict=True)),
        f"{mean([each.files for each in packs]):.1f}",
        f"{100 * mean([each.used for each in packs]):.0f}",
        f"{seconds[len(seconds) // 2]:.2f}",
    ]  # fmt: skip


def main() -> None:
    read = argparse.ArgumentParser(prog="python -m bench.pack", description=__doc__)
    read.add_argument(
        "data", nargs="?", default=os.environ.get("LOC_DATA", ""), help="folder of instances.jsonl"
    )
    read.add_argument("--all", action="store_true", help="pack for every issue")
    given = read.parse_args()
    file, mirrors = Path(given.data or ".") / "instances.jsonl", Path(os.environ.get("LOC_MIRRORS") or "-")
    there = {f"LOC_DATA ({file})": file.is_file(), "LOC_MIRRORS": mirrors.is_dir()}
    missing = [what for what, found in there.items() if not found]
    if missing:
        sys.exit(HOW_TO_GET.format(missing=", ".join(missing)))
    ordered = sorted(instances(file), key=lambda each: (each.repo, each.id))[:: 1 if given.all else STEP]
    groups = [list(group) for _, group in groupby(ordered, key=lambda each: each.repo)]
    packable = [group for group in groups if group[0].folder(mirrors).is_dir()]
    if not packable:
        sys.exit(HOW_TO_GET.format(missing="every mirror"))
    with ProcessPoolExecutor() as pool:
        found = pool.map(of_repository, packable, [mirrors] * len(packable))
        report([each for one in found for each in one])


if __name__ == "__main__":
    main()
