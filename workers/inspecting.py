"""What the rules say of the plan files that a pull request changes, as the check run to publish. Runs no code
of theirs.

The files are laid out in a folder that is gone afterwards, so that a pull request is linted as a checkout
would be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.branches import issue_of
from bot.effects import File, is_plan_path
from bot.lint.ground import Ask, Footing, Grounds
from bot.lint.inputs import Background, Sorter, Unit
from bot.lint.outcome import Refusal
from bot.lint.places import Source
from bot.plan.announcement import check_run
from bot.plan.findings import Finding, Location, Report, Skipped
from bot.plan.readers.recognise import find_plans
from bot.plan.rules import PullDiff, lint
from bot.plan.rules.ground import Ground
from bot.plan.rules.suppression import suppressed
from bot.recon.ground import TreeGround
from bot.recon.tree import Tree
from bot.situation import Outcome, Request

LARGEST = 2_000_000  # bytes of one plan file
NOT_TEXT = "is no text that can be read"


def inspection(request: Request, head: Tree, base: Tree) -> Outcome:
    """The outcome of one inspection. `head` has the files, `base` is the repository that they plan for."""
    changed = find_plans(request.paths)
    with TemporaryDirectory(prefix="groundplan-") as folder:
        root = Path(folder).resolve()
        sources, refused = _laid_out(root, head, changed)
        sorter = Sorter(Background(_OneGround(TreeGround(base))))
        named = [sources[path] for path in changed if path in sources]
        units = [_in_pull(unit, request) for unit in sorter.units(named, ())]
        seen = [_seen(unit, root) for unit in units]
    refused += [one for one in sorter.refused if "look like a plan" not in one.reason]
    return _told(request, seen, refused)


class _OneGround(Grounds):
    """The same repository for every plan."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(Ask())
        self._ground = ground

    def under(self, root: Path | None, own_base: str = "") -> Footing:
        return Footing(self._ground)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was said of one plan, and whether people have to heed it: what other tools wrote is only advised
    on."""

    report: Report
    binding: bool


def _laid_out(root: Path, head: Tree, changed: Sequence[str]) -> tuple[dict[str, Source], list[Refusal]]:
    """The changed plan files and whatever of ours may belong to them, written below `root`."""
    (root / ".git").mkdir()
    sources: dict[str, Source] = {}
    refused: list[Refusal] = []
    for path in dict.fromkeys([*changed, *(path for path in head.paths if is_plan_path(path))]):
        text = head.text(path)
        if text is not None and len(text) <= LARGEST:
            sources[path] = _written(root, path, text)
        elif path in changed and head.exists(path):
            refused.append(Refusal(path, f"{path} {NOT_TEXT}."))
    return sources, refused


def _written(root: Path, path: str, text: str) -> Source:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8", newline="")
    return Source(path, text, place)


def _in_pull(unit: Unit, request: Request) -> Unit:
    """On a plan branch of ours the pull request itself is judged too."""
    if issue_of(request.branch) is None:
        return unit
    return replace(unit, given=replace(unit.given, pull=PullDiff(request.paths)))


def _seen(unit: Unit, root: Path) -> _Seen:
    report = suppressed(lint(unit.given), unit.given.documents)
    names = {
        name: source.place.relative_to(root).as_posix()
        for name, source in unit.sources.items()
        if source.place
    }
    findings = tuple(_named(finding, names) for finding in report.findings)
    return _Seen(replace(report, findings=findings), unit.given.format != "foreign")


def _named(finding: Finding, names: dict[str, str]) -> Finding:
    def real(place: Location | None) -> Location | None:
        return place and replace(place, file=names.get(place.file, place.file))

    return replace(finding, location=real(finding.location), rendered=real(finding.rendered))


def _told(request: Request, seen: Sequence[_Seen], refused: Sequence[Refusal]) -> Outcome:
    """Without a plan after all there is nothing to say, and no check run."""
    if not seen and not refused:
        return Outcome(request.digest, "inspection", "", check_ok=True)
    unreadable = tuple(_unreadable(one) for one in refused)
    report = _together([*(one.report for one in seen), Report(unreadable)])
    title, summary, annotations = check_run(report, [File(path, "") for path in request.paths])
    binding = bool(refused) or any(one.binding and not one.report.ok for one in seen)
    return Outcome(
        request.digest,
        "inspection",
        "",
        check_title=title,
        check_summary=summary,
        check_ok=report.ok,
        check_binding=binding,
        annotations=annotations,
    )


def _unreadable(refusal: Refusal) -> Finding:
    place = Location(refusal.path, 1, 1)
    return Finding("PLN001", "error", str(refusal), "", place)


def _together(reports: Sequence[Report]) -> Report:
    """Several reports as one: what one plan passes and another breaks is broken."""
    findings = tuple(finding for report in reports for finding in report.findings)
    broken = {finding.rule for finding in findings}
    passed = {rule for report in reports for rule in report.passed} - broken
    return Report(findings, tuple(_skips(reports, passed | broken)), tuple(sorted(passed)))


def _skips(reports: Sequence[Report], checked: set[str]) -> Iterator[Skipped]:
    told = set(checked)
    for report in reports:
        for skip in report.skipped:
            if skip.rule not in told:
                told.add(skip.rule)
                yield skip
