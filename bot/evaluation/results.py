"""What an evaluation found, as it is written to `report.json` and read again as a baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import UserError
from bot.evaluation.bootstrap import Bootstrap, Interval
from bot.evaluation.expectation import Ending, Expectation
from bot.evaluation.metrics import METRICS, values, values_of_runs
from bot.evaluation.metrics.coverage import is_seen
from bot.evaluation.metrics.linting import by_family
from bot.evaluation.trial import Trial, matches

SPREAD = ("calls", "seconds", "tokens_in", "tokens_out", "money")
LARGEST_REPORT = 20_000_000  # characters
Transport = Literal["live model", "cassette", "scripted", "no model"]
MACHINERY_ONLY: frozenset[Transport] = frozenset({"cassette", "scripted"})
Source = Literal["issue", "commit message"]


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Header(_Stored):
    """What was run. `machinery_only`: the answers were made up or played back, so the figures say that the
    program works and nothing about any model.
    """

    suite: str
    suite_digest: str
    author: str
    transport: Transport
    machinery_only: bool
    profile: str
    left_out: tuple[str, ...]
    plan_format: str
    runs: int
    seed: int
    resamples: int
    cut: str = ""  # why the run ended before all cases were done


class CaseResult(_Stored):
    """One case. `values` are means over its runs; `broken` is what may not happen and did, each once."""

    id: str
    digest: str
    source: Source
    endings: tuple[Ending, ...]
    broken: tuple[str, ...]
    values: dict[str, float | None]
    runs: tuple[dict[str, float | None], ...]
    first_findings: dict[str, int]
    findings: dict[str, int]


class Spread(_Stored):
    """How something differs over all plannings: what half of them stay within, and 95 of a hundred."""

    p50: float
    p95: float
    most: float
    plannings: int


class Results(_Stored):
    """A whole evaluation. There is no single score: the metrics answer different questions."""

    format: Literal[1] = 1
    header: Header
    cases: tuple[CaseResult, ...]
    summary: dict[str, Interval]
    spread: dict[str, Spread] = {}
    baseline: Header | None = None
    paired: int = 0
    baseline_summary: dict[str, Interval] = {}
    differences: dict[str, Interval] = {}

    @property
    def holds(self) -> bool:
        """Whether nothing happened in any case that may not happen."""
        return not any(each.broken for each in self.cases)


def case_result(
    name: str, digest: str, source: Source, expected: Expectation, trials: Sequence[Trial]
) -> CaseResult:
    """One case's figures out of its runs."""
    broken = dict.fromkeys(each for trial in trials for each in _broken(trial, expected))
    return CaseResult(
        id=name,
        digest=digest,
        source=source,
        endings=tuple(each.ending for each in trials),
        broken=tuple(broken),
        values=values_of_runs(trials, expected),
        runs=tuple(values(each, expected) for each in trials),
        first_findings=_added(by_family(each.first.findings) for each in trials if each.first),
        findings=_added(by_family(each.findings) for each in trials),
    )


def _broken(trial: Trial, expected: Expectation) -> list[str]:
    """What makes a case fail: the wrong end, a file that must not change, a trap walked into."""
    wrong = (
        []
        if trial.ended_as(expected)
        else [f"ended as {trial.ending}, not as {' or '.join(expected.endings)}"]
    )
    touched = sorted(path for path in trial.touched if matches(path, expected.must_not_touch))
    traps = [each.kind for each in expected.traps if not is_seen(each, trial, expected)]
    return [*wrong, *(f"changes {path}" for path in touched), *(f"trap not seen: {kind}" for kind in traps)]


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for name, count in each.items():
            total[name] = total.get(name, 0) + count
    return dict(sorted(total.items()))


def results(header: Header, cases: Sequence[CaseResult], draws: Bootstrap) -> Results:
    """Every metric over the cases that have a value of it."""
    spread = {name: each for name in SPREAD if (each := _spread(name, cases))}
    return Results(header=header, cases=tuple(cases), summary=_summary(cases, draws), spread=spread)


def _spread(name: str, cases: Sequence[CaseResult]) -> Spread | None:
    """By nearest rank, so that each figure is one that was measured; None where nothing was."""
    known = sorted(value for each in cases for run in each.runs if (value := run.get(name)) is not None)
    if not known or not known[-1]:
        return None
    half, most = (known[ceil(share * len(known)) - 1] for share in (0.5, 0.95))
    return Spread(p50=half, p95=most, most=known[-1], plannings=len(known))


def _summary(cases: Sequence[CaseResult], draws: Bootstrap) -> dict[str, Interval]:
    series = {name: [v for each in cases if (v := each.values.get(name)) is not None] for name in METRICS}
    return {name: draws.interval(known) for name, known in series.items() if known}


def compared(mine: Results, other: Results, draws: Bootstrap) -> Results:
    """Mine with the differences to another run, case by case; only cases that are the same in both count."""
    theirs = {(each.id, each.digest): each for each in other.cases}
    pairs = [(each, theirs[each.id, each.digest]) for each in mine.cases if (each.id, each.digest) in theirs]
    differences: dict[str, Interval] = {}
    for name in METRICS:
        both = [(one.values.get(name), two.values.get(name)) for one, two in pairs]
        known = [one - two for one, two in both if one is not None and two is not None]
        if known:
            differences[name] = draws.interval(known)
    return mine.model_copy(
        update={
            "baseline": other.header,
            "paired": len(pairs),
            "baseline_summary": other.summary,
            "differences": differences,
        }
    )


def results_of(text: str, name: str) -> Results:
    """A report that was written before. Raises UserError for anything else."""
    again = "Give a report.json that `groundplan eval --out` of this version wrote."
    if len(text) > LARGEST_REPORT:
        raise UserError("baseline", f"{name} is longer than {LARGEST_REPORT:,} characters.", again)
    try:
        return Results.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UserError("baseline", f"{name} is no report: {where}: {first['msg']}.", again) from None
