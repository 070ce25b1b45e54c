"""The story of `groundplan eval`: read the cases, plan each of them, measure, compare, write the report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bot.author.cost import MeteredModel
from bot.author.model import Model
from bot.author.profiles import PROFILES, Name, Profile
from bot.errors import UserError
from bot.evaluation.bootstrap import Bootstrap
from bot.evaluation.report import as_json, as_junit, as_markdown
from bot.evaluation.results import (
    MACHINERY_ONLY,
    CaseResult,
    Header,
    Results,
    case_result,
    compared,
    results,
    results_of,
)
from bot.plan.formats import FORMATS
from bot.settings import Settings, read_settings
from workers.evaluation.cases import Suite, shipped_suite, suite_in
from workers.evaluation.journal import Journal
from workers.evaluation.past import past_suite
from workers.evaluation.running import Bench, CutOff
from workers.model.cassette import Mode
from workers.model.choose import chosen_model, pocket
from workers.purse import PocketPurse

HELD, BROKEN, CUT = 0, 1, 3  # 2 is for what could not run at all
NO_MODEL = "no-model"
MOST_RUNS = 50
Stage = Literal["review", "probes", "repair", "understanding"]
WITHOUT: dict[Stage, Callable[[Profile], Profile]] = {
    "review": lambda profile: replace(profile, reviews=False),
    "probes": lambda profile: replace(profile, coders=0),
    "repair": lambda profile: replace(profile, repairs=0),
    "understanding": lambda profile: replace(profile, understands=False),
}


@dataclass(frozen=True)
class Wanted:
    """What was asked for at the command line. `suite` None is the shipped one; what is "" or None about the
    model is left to the settings.
    """

    suite: Path | None = None
    cases: Sequence[str] = ()
    with_model: bool = False
    profile: Name | Literal[""] = ""
    without: tuple[Stage, ...] = ()
    plan_format: str = "roadmap"
    runs: int = 1
    baseline: str = ""
    backtest: Path | None = None
    last: int = 20
    issues: Path | None = None
    out: Path | None = None
    cassette: Path | None = None
    cassette_mode: Mode | Literal[""] = ""
    seed: int = 1
    resamples: int = 2000
    resume: bool = False


def evaluate(wanted: Wanted, say: Callable[[str], None] | None = None) -> int:
    """Run it and print the Markdown. 0 when nothing happened in any case that may not happen, 1 when
    something did, 3 when the run was cut off; why it is not 0 is said. Raises UserError for what a person can
    put right.
    """
    tell = say or (lambda line: print(line, file=sys.stderr))
    _check(wanted)
    former = _former(wanted.baseline)
    bench = _bench(wanted)
    suite = _suite(wanted)
    found = _done(suite, bench, wanted, tell)
    draws = Bootstrap(wanted.seed, wanted.resamples)
    if wanted.baseline == NO_MODEL and not found.header.cut:
        plain = Bench("no model", plan_format=wanted.plan_format)
        former = measured(suite, plain, replace(wanted, profile="", without=(), runs=1), tell)
    if former:
        found = compared(found, former, draws)
    _hand_over(found, wanted, tell)
    return _code(found, len(suite.cases), tell)


def _done(suite: Suite, bench: Bench, wanted: Wanted, tell: Callable[[str], None]) -> Results:
    """What was measured, all of it or until the run was cut off. Whatever else ends the run, its report is
    written before that."""
    header, cases = _header(suite, bench, wanted), list[CaseResult]()
    journal = Journal(wanted.out) if wanted.out else None
    kept = journal.kept(header) if journal and wanted.resume else {}
    if journal:
        journal.begin(header, kept.values())
    cut = "it broke off"
    try:
        for result in _results(suite, bench, wanted, tell, kept):
            cases.append(result)
            if journal and (result.id, result.digest) not in kept:
                journal.add(result)
        cut = ""
    except KeyboardInterrupt:
        cut = "it was interrupted"
    except CutOff as end:
        cut = str(end)
    finally:
        header = header.model_copy(update={"cut": cut})
        found = results(header, cases, Bootstrap(wanted.seed, wanted.resamples))
        if cut == "it broke off":
            _hand_over(found, wanted, tell)
    return found


def _hand_over(found: Results, wanted: Wanted, tell: Callable[[str], None]) -> None:
    print(as_markdown(found))
    if wanted.out:
        _write(wanted.out, found)
        tell(f"Written: {', '.join(str(wanted.out / name) for name in REPORTS)}")


def _code(found: Results, cases: int, tell: Callable[[str], None]) -> int:
    """The exit code, and why it is not 0."""
    broken = [f"{each.id}: {'; '.join(each.broken)}" for each in found.cases if each.broken]
    if broken:
        tell(f"{len(broken)} of {len(found.cases)} cases ended as they may not:")
        for line in broken:
            tell(f"  {line}")
    if found.header.cut:
        again = "go on with --resume" if found.cases else "nothing was done yet"
        tell(f"Cut off after {len(found.cases)} of {cases} cases, because {found.header.cut}; {again}.")
        return CUT
    return BROKEN if broken else HELD


def measured(suite: Suite, bench: Bench, wanted: Wanted, tell: Callable[[str], None]) -> Results:
    """Plan every case as often as wanted, and count."""
    done = tuple(_results(suite, bench, wanted, tell, {}))
    return results(_header(suite, bench, wanted), done, Bootstrap(wanted.seed, wanted.resamples))


def _results(
    suite: Suite,
    bench: Bench,
    wanted: Wanted,
    tell: Callable[[str], None],
    kept: Mapping[tuple[str, str], CaseResult],
) -> Iterator[CaseResult]:
    """Each case's figures as soon as there are any; those of `kept` without planning again."""
    for at, case in enumerate(suite.cases, 1):
        if known := kept.get((case.id, case.digest)):
            tell(f"{at}/{len(suite.cases)} {case.id} (done before)")
            yield known
            continue
        tell(f"{at}/{len(suite.cases)} {case.id}")
        trials = [bench.trial(case, run) for run in range(wanted.runs)]
        yield case_result(case.id, case.digest, case.source, case.expected, trials)


def _header(suite: Suite, bench: Bench, wanted: Wanted) -> Header:
    return Header(
        suite=suite.name,
        suite_digest=suite.digest,
        author=bench.author,
        transport=bench.transport,
        machinery_only=bench.transport in MACHINERY_ONLY,
        profile=bench.thoroughness,
        left_out=wanted.without if bench.model else (),
        plan_format=bench.plan_format,
        runs=wanted.runs,
        seed=wanted.seed,
        resamples=wanted.resamples,
    )


def _check(wanted: Wanted) -> None:
    """What would only be noticed after minutes, said at once."""
    if wanted.plan_format not in FORMATS:
        raise UserError(
            "format", f"There is no plan format {wanted.plan_format}.", f"Known: {', '.join(FORMATS)}."
        )
    if not 1 <= wanted.runs <= MOST_RUNS:
        raise UserError("runs", f"{wanted.runs} is no number of runs.", f"Give 1 to {MOST_RUNS}.")
    if not wanted.with_model and (
        wanted.profile or wanted.without or wanted.cassette or wanted.cassette_mode
    ):
        reason = "Profiles, stages and cassettes are those of a model."
        raise UserError("author", reason, "Add --author model, or leave them out.")
    if wanted.resume and not wanted.out:
        raise UserError("resume", "A run goes on beside its report.", "Give the same --out again.")
    if wanted.backtest and (wanted.suite or wanted.cases):
        raise UserError("backtest", "A backtest makes its own cases.", "Leave --suite and --case out.")
    if wanted.issues and not (wanted.backtest and wanted.issues.is_dir()):
        raise UserError(
            "issues", f"{wanted.issues} is no folder of a backtest's issues.", "Give `<number>.md` in it."
        )


def _suite(wanted: Wanted) -> Suite:
    if wanted.backtest:
        return past_suite(wanted.backtest, wanted.last, wanted.issues)
    return suite_in(wanted.suite or shipped_suite(), wanted.cases)


def _bench(wanted: Wanted) -> Bench:
    if not wanted.with_model:
        return Bench("no model", plan_format=wanted.plan_format)
    settings = _settings(wanted)
    model = chosen_model(settings)
    if model is None:
        reason = "There is no model to ask."
        raise UserError(
            "no-model", reason, "Set OPENAI_API_KEY or OPENAI_BASE_URL, or use --author no-model."
        )
    return Bench(
        transport="live model" if _is_live(settings) else "cassette",
        model=model,
        profile=None if settings.groundplan_profile == "auto" else PROFILES[settings.groundplan_profile],
        changed=without(wanted.without),
        plan_format=wanted.plan_format,
        prices=settings.prices,
        metered=_metered(settings),
    )


def _settings(wanted: Wanted) -> Settings:
    asked = {
        "groundplan_profile": wanted.profile,
        "groundplan_cassette": wanted.cassette,
        "groundplan_cassette_mode": wanted.cassette_mode,
    }
    return read_settings(**{name: value for name, value in asked.items() if value})


def _is_live(settings: Settings) -> bool:
    """Whether every answer comes from a model now; of answers that may be played nothing is claimed."""
    return settings.groundplan_cassette is None or settings.groundplan_cassette_mode == "record"


def _metered(settings: Settings) -> Callable[[Model], Model]:
    """The meter around one planning: its own cap, and the caps of a day over the whole evaluation."""
    whole = PocketPurse(tuple(each for each in settings.caps if each.scope != "plan"))

    def metered(model: Model) -> Model:
        return MeteredModel(MeteredModel(model, whole, settings.prices), pocket(settings), settings.prices)

    return metered


def without(stages: tuple[Stage, ...]) -> Callable[[Profile], Profile]:
    def changed(profile: Profile) -> Profile:
        for stage in stages:
            profile = WITHOUT[stage](profile)
        return profile

    return changed


def _former(baseline: str) -> Results | None:
    """The report of an earlier run; None when there is none to read."""
    if not baseline or baseline == NO_MODEL:
        return None
    file = Path(baseline)
    try:
        return results_of(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{file} cannot be read ({type(error).__name__})."
        raise UserError("baseline", reason, f"Give `{NO_MODEL}` or a report.json.") from None


REPORTS = {"report.json": as_json, "report.md": as_markdown, "junit.xml": as_junit}


def _write(folder: Path, found: Results) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, told in REPORTS.items():
            (folder / name).write_text(told(found), encoding="utf-8", newline="\n")
    except OSError as error:
        reason = f"The report cannot be written into {folder} ({type(error).__name__})."
        raise UserError("out", reason, "Give a folder that can be written to.") from None
