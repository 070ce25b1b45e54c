"""How well recon finds the files that a fix changed, from the issue's text alone; what each signal adds; how
long it takes.

Wants bare mirrors under LOC_MIRRORS (`<owner>+<name>/repo`) and the folder of `instances.jsonl` as argument
or in LOC_DATA.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from bench.localisation import (
    DEPTHS,
    MEASURED,
    PUBLISHED,
    Figures,
    Instance,
    Measures,
    difference,
    instances,
    mean,
    measures,
)
from bench.table import print_table, verdict
from bot.recon.history import History, history_from_git
from bot.recon.ranking import rank
from bot.recon.ranking.corpus import Corpus, corpus
from bot.recon.ranking.mix import LATER, WEIGHTS, first_round, second_round
from bot.recon.ranking.signals import asked
from bot.recon.ranking.words import Confidence, in_words
from bot.recon.sketch import Sketch
from bot.recon.sources import tree_from_git
from bot.recon.tree import Tree

HOW_TO_GET = """\
make bench-recon measures on issues of public repositories. Neither is part of this project:
  LOC_DATA=FOLDER     a folder with instances.jsonl: id, repo, base_commit, query (its first line is the
                      title), gold (paths), lang; public sets such as SWE-bench Lite can be written so
  LOC_MIRRORS=FOLDER  bare clones of their repositories: git clone --bare URL FOLDER/<owner>+<name>/repo
Missing here: {missing}"""
FOUND, PAST = 200, frozenset({"past", "cited", "together"})
SHOWN = ("acc@1", "acc@3", "acc@5", "acc@10", "r@10", "r@20", "t13k", "t27k", "t50k", "mrr")
ABLATED = ("acc@1", "acc@5", "acc@10", "r@10", "t27k")
GOALS = {"acc@1": 52, "acc@5": 79, "acc@10": 87, "r@10": 92, "t27k": 80}
EVEN = 0.85  # of the mean over all that every language must reach
COLD = 40  # issues whose whole process is timed


@dataclass
class Result:
    """What one issue gave: measures by variant («» is all signals), confidence and gold of the first five,
    and seconds (passed, of processor) of ranking with every sketch ready.
    """

    issue: Instance
    by_variant: dict[str, Measures]
    first: list[tuple[Confidence, bool]] = field(default_factory=list)
    warm: tuple[float, float] = (0.0, 0.0)


def variants() -> dict[str, frozenset[str]]:
    """The signals left out in each variant."""
    return {"": frozenset(), "no history": PAST, **{name: frozenset({name}) for name in (*WEIGHTS, *LATER)}}


def of_repository(issues: Sequence[Instance], mirrors: Path) -> list[Result]:
    sketches: dict[str, Sketch] = {}
    return [_result(issue, issue.folder(mirrors), sketches) for issue in issues]


def _result(issue: Instance, folder: Path, sketches: dict[str, Sketch]) -> Result:
    tree, history = tree_from_git(folder, issue.sha), history_from_git(folder, issue.sha)
    about = asked(issue.title, issue.body, tree, history)
    corpus(tree, about.query, sketches)
    begun = time.perf_counter(), time.process_time()
    files = corpus(tree, about.query, sketches)
    parts = first_round(files, about)
    whole = second_round(files, about, parts)
    ranked = in_words(files, about, whole, FOUND)
    warm = time.perf_counter() - begun[0], time.process_time() - begun[1]
    out = Result(issue, {}, [(each.confidence, each.path in issue.gold) for each in ranked[:5]], warm)
    for name, without in variants().items():
        totals = second_round(files, about, parts, without).totals if name else whole.totals
        out.by_variant[name] = _measured(tree, files, totals, issue)
    content = [score * share for score, share in zip(parts["content"], files.shares, strict=True)]
    out.by_variant["content alone"] = _measured(tree, files, content, issue)
    return out


def _measured(tree: Tree, files: Corpus, totals: Sequence[float], issue: Instance) -> Measures:
    order = sorted(range(len(totals)), key=lambda at: (-totals[at], files.paths[at]))
    ranked = [files.paths[at] for at in order[:FOUND] if totals[at] > 0]
    return measures(ranked, issue.gold, lambda path: entry.size if (entry := tree.entry(path)) else 0)


# --- what is printed -------------------------------------------------------------------------------------


def report(results: Sequence[Result]) -> None:
    every = [each.by_variant[""] for each in results]
    print_table(
        f"files found, {len(results)} issues (per cent; acc: all gold files within)",
        ["", "n", *SHOWN],
        [_row("all signals", every), *(_row(name, [each.by_variant[name] for each in results])
                                       for name in ("no history", "content alone")), *_groups(results)],
    )  # fmt: skip
    bare = [each.by_variant["no history"] for each in results]
    recall = (("all signals", every), ("no history", bare))
    print_table(
        "recall (per cent)",
        ["", *(f"r@{depth}" for depth in DEPTHS)],
        [[name, *(f"{mean(rows, f'r@{depth}'):.1f}" for depth in DEPTHS)] for name, rows in recall],
    )
    _others("measured on the 219 issues of the visible set", MEASURED)
    _others("published, SWE-bench Lite", PUBLISHED)
    print_table("goals", ["", "goal", "here", ""],
                [[name, str(goal), f"{mean(every, name):.1f}", verdict(mean(every, name) >= goal)]
                 for name, goal in GOALS.items()] + [_several(results), *_languages(results)])  # fmt: skip
    _ablation(results)
    _confidence(results)


def _row(name: str, rows: Sequence[Measures]) -> list[str]:
    return [name, str(len(rows)), *(f"{mean(rows, each):.1f}" for each in SHOWN)]


def _groups(results: Sequence[Result]) -> Iterator[list[str]]:
    for kind in ("language", "repo"):
        for name in sorted({getattr(each.issue, kind) for each in results}):
            yield _row(
                f"  {name}", [each.by_variant[""] for each in results if getattr(each.issue, kind) == name]
            )


def _others(title: str, figures: Figures) -> None:
    rows = [
        [name, *("-" if each is None else f"{each:.1f}" for each in values)]
        for name, values in figures.items()
    ]
    print_table(title, ["", "acc@1", "acc@3", "acc@5", "acc@10", "t27k"], rows)


def _several(results: Sequence[Result]) -> list[str]:
    rows = [each.by_variant[""] for each in results if len(each.issue.gold) > 1]
    here = mean(rows, "acc@10")
    return [f"acc@10 of fixes in several files ({len(rows)})", "75", f"{here:.1f}", verdict(here >= 75)]


def _languages(results: Sequence[Result]) -> Iterator[list[str]]:
    goal = EVEN * mean([each.by_variant[""] for each in results], "r@10")
    for name in sorted({each.issue.language for each in results}):
        here = mean([each.by_variant[""] for each in results if each.issue.language == name], "r@10")
        yield [f"r@10 in {name}, {EVEN} of the mean", f"{goal:.1f}", f"{here:.1f}", verdict(here >= goal)]


def _ablation(results: Sequence[Result]) -> None:
    every, rows = [each.by_variant[""] for each in results], []
    for name in variants():
        if name:
            without = [each.by_variant[name] for each in results]
            gains = [difference(every, without, each) for each in ABLATED]
            rows.append([name, *(f"{gain:+.1f} [{low:+.1f}, {high:+.1f}]" for gain, low, high in gains)])
    print_table("what each signal adds: points lost without it, 95 % interval", ["", *ABLATED], rows)


def _confidence(results: Sequence[Result]) -> None:
    rows = []
    for name in ("A", "B", "C"):
        at_one = [hit for each in results for sure, hit in each.first[:1] if sure == name]
        in_five = [hit for each in results for sure, hit in each.first if sure == name]
        rows.append(
            [
                name,
                *(
                    f"{100 * sum(hits) / max(len(hits), 1):.0f} % of {len(hits)}"
                    for hits in (at_one, in_five)
                ),
            ]
        )
    print_table("gold among the files of each confidence", ["", "at rank 1", "in the first 5"], rows)


# --- times -----------------------------------------------------------------------------------------------


def times(results: Sequence[Result], mirrors: Path) -> None:
    step = max(len(results) // COLD, 1)
    cold = [_process(each.issue, mirrors) for each in results[::step]]
    rows = [
        (f"whole process, nothing known ({len(cold)})", cold, "0.5 / 2"),
        ("ranking with every sketch ready", [each.warm for each in results], "0.15"),
    ]
    print_table(
        "seconds passed and seconds of processor",
        ["", "p50", "p95", "cpu p50", "cpu p95", "goal"],
        [[name, *(cell for column in zip(*pairs, strict=True) for cell in _percentiles(column)), goal]
         for name, pairs, goal in rows],
    )  # fmt: skip


def _percentiles(values: Sequence[float]) -> list[str]:
    ordered = sorted(values)
    return [f"{ordered[min(int(len(ordered) * share), len(ordered) - 1)]:.2f}" for share in (0.5, 0.95)]


def _process(issue: Instance, mirrors: Path) -> tuple[float, float]:
    """Seconds of a process that lists, reads and ranks once, Python's start included, history not."""
    command = [sys.executable, "-m", "bench.recon", "--one", str(issue.folder(mirrors)), issue.sha]
    begun, before = time.perf_counter(), os.times()
    subprocess.run(
        command, input=f"{issue.title}\n{issue.body}", text=True, check=True, stdout=subprocess.DEVNULL
    )
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - begun, used


def one(folder: str, sha: str) -> None:
    title, _, body = sys.stdin.read().partition("\n")
    for each in rank(tree_from_git(folder, sha), title, body, history=History()):
        print(each.path)


def main() -> None:
    read = argparse.ArgumentParser(prog="python -m bench.recon", description=__doc__)
    read.add_argument(
        "data", nargs="?", default=os.environ.get("LOC_DATA", ""), help="folder of instances.jsonl"
    )
    read.add_argument("--repo", action="append", help="only issues of this repository; may be given again")
    read.add_argument(
        "--one", nargs=2, metavar=("FOLDER", "SHA"), help="rank once for the issue on standard input"
    )
    given = read.parse_args()
    if given.one:
        one(*given.one)
        return
    file, mirrors = Path(given.data or ".") / "instances.jsonl", os.environ.get("LOC_MIRRORS", "")
    there = {f"LOC_DATA ({file})": file.is_file(), "LOC_MIRRORS": Path(mirrors or "-").is_dir()}
    missing = [what for what, found in there.items() if not found]
    if missing:
        sys.exit(HOW_TO_GET.format(missing=", ".join(missing)))
    results = measured(instances(file), Path(mirrors), given.repo)
    report(results)
    times(results, Path(mirrors))


def measured(issues: Sequence[Instance], mirrors: Path, only: Sequence[str] | None) -> list[Result]:
    """The results of all issues whose mirror is there; of the others it is said that they are left out."""
    wanted = sorted(
        (each for each in issues if not only or each.repo in only), key=lambda each: (each.repo, each.id)
    )
    there = [each for each in wanted if each.folder(mirrors).is_dir()]
    absent = sorted({each.repo for each in wanted} - {each.repo for each in there})
    if absent:
        print(f"left out, no mirror: {', '.join(absent)}")
    if not there:
        sys.exit(HOW_TO_GET.format(missing="every mirror"))
    groups = [list(group) for _, group in groupby(there, key=lambda each: each.repo)]
    with ProcessPoolExecutor() as pool:
        found = [
            pool.submit(of_repository, group, mirrors) for group in sorted(groups, key=len, reverse=True)
        ]
        return sorted((each for one in found for each in one.result()), key=lambda each: each.issue.id)


if __name__ == "__main__":
    main()
