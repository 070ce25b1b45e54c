"""What the rules say of the plan files that a pull request changes, as the check run to publish. Runs no code
of theirs.

The files are laid out in a folder that is gone afterwards, so that a pull request is linted as a checkout
would be. Whoever wrote them may mean harm: what cannot be looked at is said, never passed, and what is looked
at is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.branches import issue_of
from bot.effects import PLAN_FILE, File, is_plan_path
from bot.errors import UserError
from bot.lint.chosen import Configured
from bot.lint.ground import Ask, Footing, Grounds
from bot.lint.inputs import Background, Sorter, Unit
from bot.lint.outcome import Refusal
from bot.lint.places import Source, source_of
from bot.plan.announcement import check_run
from bot.plan.contract import contract_path
from bot.plan.findings import Finding, Location, Report, Skipped
from bot.plan.readers.recognise import find_plans
from bot.plan.rules import PullDiff
from bot.plan.rules.chosen import rules_for
from bot.plan.rules.ground import Ground
from bot.recon.ground import TreeGround
from bot.recon.tree import NotReadable, Tree
from bot.situation import Outcome, Request
from workers.configuring import Proposed, proposed

LARGEST = 500_000  # bytes of one plan file
LARGEST_IN_ALL = 2_000_000  # bytes of the changed ones, and as much again of what belongs to them
MOST_FILES = 60
MOST_BESIDE = 300  # files of ours that may belong to the changed ones
MOST_FOR_A_FORK = 50  # annotations: as many as one request takes, for anybody can push to a fork
_SECTION = re.compile(r"^<!-- groundplan:plan ([1-9][0-9]{0,9}) begin", re.MULTILINE)
_OF_AN_ISSUE = re.compile(r"(?:\.agent/[a-z]+-[a-z]+-|specs/)([1-9][0-9]{0,9})[-.]")


def inspection(
    request: Request, head: Tree, base: Tree, check_wanted: Callable[[], None] = lambda: None
) -> Outcome:
    """The outcome of one inspection. `head` has the files, `base` is the repository that they plan for, and
    it is by the base's configuration that they are judged.

    Raises what `check_wanted` raises, which is called before each plan.
    """
    changed = _ours_first(find_plans(_changed(request, head, base)))
    configuration = proposed(request)
    if configuration.base is None:
        unseen = [Refusal(path, configuration.why_unseen) for path in changed[:1]]
        return _told(request, [], unseen, (*request.paths, *changed), configuration)
    with TemporaryDirectory(prefix="groundplan-") as folder:
        root = Path(folder).resolve()
        laid = _laid_out(root, head, changed)
        refused = [*laid.refused, *_without_contract(request, laid)]
        chosen = Configured(configuration.base)
        sorter = Sorter(Background(_OneGround(TreeGround(base)), lambda _root: chosen))
        named = [laid.sources[path] for path in changed if path in laid.sources]
        seen = []
        for unit in sorter.units(named, ()):
            check_wanted()
            seen.append(_seen(_in_pull(unit, request), root))
    refused += [one for one in sorter.refused if "look like a plan" not in one.reason]
    return _told(request, seen, refused, (*request.paths, *changed), configuration)


def _changed(request: Request, head: Tree, base: Tree) -> Sequence[str]:
    """The paths that GitHub lists; when it lists only the first ones, whatever differs from the base too."""
    if not request.more:
        return request.paths
    paths = (*head.paths, *head.special)
    return [*request.paths, *(path for path in paths if _content(head, path) != _content(base, path))]


def _content(tree: Tree, path: str) -> object:
    entry = tree.entry(path)
    return (entry.sha, entry.size) if entry else tree.special.get(path)


def _ours_first(paths: Iterable[str]) -> list[str]:
    """What is left when there is too much should be what binds nobody."""
    return sorted(dict.fromkeys(paths), key=lambda path: not is_plan_path(path))


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


@dataclass
class _Laid:
    """What was written below `root`, by path, and what could not be, within a budget of files and bytes."""

    root: Path
    head: Tree
    sources: dict[str, Source] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    bytes: int = 0

    def lay(self, path: str, most_files: int, most_bytes: int) -> None:
        """Raises UserError when the file cannot be had or is too much."""
        data = _bytes_of(self.head, path)
        if len(data) > LARGEST:
            raise UserError("too-large", f"{path} is larger than {LARGEST:,} bytes.")
        if len(self.sources) >= most_files or self.bytes + len(data) > most_bytes:
            raise UserError("too-much", f"{path} was not looked at: too many plan files change at once.")
        source = source_of(path, data, self.root / path)
        try:
            _write(self.root / path, data)
        except OSError as error:
            raise UserError("bad-name", f"{path} has a name that no disk takes: {error.strerror}.") from None
        self.sources[path] = source
        self.bytes += len(data)


def _laid_out(root: Path, head: Tree, changed: Sequence[str]) -> _Laid:
    """The changed plan files, and whatever of ours may belong to them."""
    (root / ".git").mkdir()
    laid = _Laid(root, head)
    for path in changed:
        try:
            laid.lay(path, MOST_FILES, LARGEST_IN_ALL)
        except UserError as no:
            laid.refused.append(Refusal(path, no.reason, no.next_step))
    for path in _beside(laid, changed):
        with suppress(UserError):
            laid.lay(path, MOST_FILES + MOST_BESIDE, 2 * LARGEST_IN_ALL)
    return laid


def _beside(laid: _Laid, changed: Sequence[str]) -> list[str]:
    """Files of ours that did not change, first those of the issues that are concerned."""
    plan_file = laid.sources.get(PLAN_FILE)
    issues = {number for path in changed if (number := _issue(path))}
    issues |= set(_SECTION.findall(plan_file.text)) if plan_file else set()
    others = (path for path in laid.head.paths if is_plan_path(path) and path not in changed)
    return sorted(others, key=lambda path: (_issue(path) not in issues, path))


def _issue(path: str) -> str:
    found = _OF_AN_ISSUE.match(path)
    return found[1] if found else ""


def _bytes_of(head: Tree, path: str) -> bytes:
    if kind := head.special.get(path):
        raise UserError("not-a-file", f"{path} is no text file ({kind}).")
    if not head.exists(path):
        reason = f"{path} is not in the archive that GitHub gives of this commit."
        raise UserError("left-out", reason, "Do not mark it `export-ignore`.")
    try:
        return head.read(path)
    except NotReadable as no:
        raise UserError("not-read", f"{path} could not be read: {no}.") from None


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


def _without_contract(request: Request, laid: _Laid) -> Iterator[Refusal]:
    """A plan branch of ours holds the contract of its issue: without it there is nothing to carry out."""
    issue = issue_of(request.branch)
    contract = contract_path(issue) if issue else ""
    if contract and contract not in laid.sources and contract not in {one.path for one in laid.refused}:
        yield Refusal(contract, f"{contract} is missing.", "Restore it, or close the pull request.")


def _in_pull(unit: Unit, request: Request) -> Unit:
    """On a plan branch of ours the pull request itself is judged too."""
    if issue_of(request.branch) is None:
        return unit
    return replace(unit, given=replace(unit.given, pull=PullDiff(request.paths)))


def _seen(unit: Unit, root: Path) -> _Seen:
    report = unit.report(rules_for(unit.chosen.choices))
    names = {
        name: source.place.relative_to(root).as_posix()
        for name, source in unit.sources.items()
        if source.place
    }
    findings = tuple(_named(finding, names) for finding in report.findings)
    aside = tuple(replace(one, finding=_named(one.finding, names)) for one in report.suppressed)
    return _Seen(replace(report, findings=findings, suppressed=aside), unit.given.format != "foreign")


def _named(finding: Finding, names: dict[str, str]) -> Finding:
    def real(place: Location | None) -> Location | None:
        return place and replace(place, file=names.get(place.file, place.file))

    return replace(finding, location=real(finding.location), rendered=real(finding.rendered))


def _told(
    request: Request,
    seen: Sequence[_Seen],
    refused: Sequence[Refusal],
    paths: Sequence[str],
    configuration: Proposed,
) -> Outcome:
    """Without a plan after all there is nothing to say, and no check run. That something of ours could not be
    read binds, as what it says would."""
    if not seen and not refused:
        return configuration.alone(request.digest)
    unreadable = tuple(_unreadable(one) for one in refused)
    report = _together([*(one.report for one in seen), Report(unreadable)])
    title, summary, annotations = check_run(report, [File(path, "") for path in dict.fromkeys(paths)])
    binding = any(_binds(one.path, request) for one in refused) or any(
        one.binding and not one.report.ok for one in seen
    )
    annotations = (*configuration.annotations, *annotations)
    return Outcome(
        request.digest,
        "inspection",
        "",
        check_title=f"{configuration.title}; {title}" if configuration.title else title,
        check_summary=configuration.summary + summary,
        check_ok=report.ok and configuration.ok,
        check_binding=binding or not configuration.ok,
        annotations=annotations if request.branch else annotations[:MOST_FOR_A_FORK],
    )


def _binds(path: str, request: Request) -> bool:
    """Other tools write below specs/ as well, but not on a plan branch of ours."""
    return is_plan_path(path) and (path.startswith(".agent/") or issue_of(request.branch) is not None)


def _unreadable(refusal: Refusal) -> Finding:
    place = Location(refusal.path, 1, 1)
    return Finding("PLN001", "error", str(refusal), "", place)


def _together(reports: Sequence[Report]) -> Report:
    """Several reports as one: what one plan passes and another breaks is broken."""
    findings = tuple(finding for report in reports for finding in report.findings)
    broken = {finding.rule for finding in findings}
    passed = {rule for report in reports for rule in report.passed} - broken
    aside = tuple(one for report in reports for one in report.suppressed)
    return Report(findings, tuple(_skips(reports, passed | broken)), tuple(sorted(passed)), aside)


def _skips(reports: Sequence[Report], checked: set[str]) -> Iterator[Skipped]:
    told = set(checked)
    for report in reports:
        for skip in report.skipped:
            if skip.rule not in told:
                told.add(skip.rule)
                yield skip
