"""An evaluation as Markdown for people and as JUnit for whoever gates on it. Equal results, equal bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from bot.evaluation.bootstrap import Interval
from bot.evaluation.metrics import GROUPS, METRICS
from bot.evaluation.results import CaseResult, Header, Results

NO_CLAIM = (
    "**Machinery only.** The answers were {how}, so these figures show that the program works; they "
    "say nothing about any model."
)
HOW = {"cassette": "played back from a recording", "scripted": "made up by a script"}
SHOWN = ("file_recall", "file_precision", "obligations_met", "commands_run", "traps_seen")
TITLES = ("Metric", "", "What it counts", "Mean", "95 %", "Cases")
COMPARED = ("Baseline", "Difference", "95 %")
ARROWS = {"up": "↑", "down": "↓", "": "·"}
# What XML 1.0 has no way to write.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_json(found: Results) -> str:
    """The whole of it, keys in order."""
    return json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


# --- for people ------------------------------------------------------------------------------------------


def as_markdown(found: Results) -> str:
    """What was run, a table for each group of metrics, the rules by family, and every case."""
    parts = [_head(found), *_groups(found), _spread(found), _families(found.cases), _cases(found.cases)]
    return "\n".join(part for part in parts if part)


def _head(found: Results) -> str:
    header, cases = found.header, len(found.cases)
    lines = ["# Evaluation", ""]
    if header.machinery_only:
        lines += [NO_CLAIM.format(how=HOW.get(header.transport, "not a model's")), ""]
    rows = [*_rows(header), ("Cases", f"{cases}, {header.runs} {'run' if header.runs == 1 else 'runs'} each")]
    if header.cut:
        rows.append(("Cut off", f"{header.cut}; the cases below are those that were done"))
    messages = sum(each.source == "commit message" for each in found.cases)
    if messages:
        rows.append(
            ("Asked with the commit message", f"{messages} of {cases}: written when the answer was known")
        )
    if other := found.baseline:
        rows.append(("Compared with", f"{other.author} ({other.transport}), {found.paired} cases in both"))
        if other.machinery_only:
            rows.append(("Note", "the baseline is machinery only, so the differences claim nothing"))
    rows.append(("Intervals", f"95 %, {header.resamples} bootstrap samples of the cases, seed {header.seed}"))
    return "\n".join([*lines, *_table(("", ""), rows), ""])


def _rows(header: Header) -> list[tuple[str, str]]:
    return [
        ("Suite", f"{header.suite} (`{header.suite_digest[:12]}`)"),
        ("Author", header.author),
        ("Transport", header.transport),
        ("Profile", header.profile + "".join(f", no {each}" for each in header.left_out)),
        ("Plan format", header.plan_format),
    ]


def _groups(found: Results) -> Iterator[str]:
    for group, metrics in GROUPS.items():
        rows = [_row(each.name, found) for each in metrics if each.name in found.summary]
        titles = (*TITLES, *COMPARED) if found.baseline else TITLES
        lines = _table(titles, rows) if rows else ["Nothing to measure in this run."]
        yield "\n".join([f"## {group}", "", *lines, ""])


def _row(name: str, found: Results) -> tuple[str, ...]:
    metric, mine = METRICS[name], found.summary[name]
    row = (f"`{name}`", ARROWS[metric.better], metric.tells, _number(mine.mean), _between(mine), str(mine.n))
    if not found.baseline:
        return row
    other, apart = found.baseline_summary.get(name), found.differences.get(name)
    return (*row, _number(other.mean) if other else "–", _signed(apart), _between(apart) if apart else "–")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def _signed(apart: Interval | None) -> str:
    return f"{'+' if apart.mean > 0 else ''}{_number(apart.mean)}" if apart else "–"


def _between(mine: Interval) -> str:
    return "–" if mine.low is None or mine.high is None else f"{_number(mine.low)} to {_number(mine.high)}"


def _spread(found: Results) -> str:
    """What single plannings took: a mean hides the one that took ten times as long."""
    rows = [
        (f"`{name}`", _number(each.p50), _number(each.p95), _number(each.most), str(each.plannings))
        for name, each in found.spread.items()
    ]
    titles = ("Of one planning", "Half within", "95 % within", "Most", "Plannings")
    return "\n".join(["## Spread", "", *_table(titles, rows), ""]) if rows else ""


def _families(cases: Sequence[CaseResult]) -> str:
    """Errors and warnings by family: what the first drafts had, and what is left."""
    names = sorted({name for each in cases for name in (*each.first_findings, *each.findings)})
    if not names:
        return ""
    rows = [
        (
            name,
            str(sum(c.first_findings.get(name, 0) for c in cases)),
            str(sum(c.findings.get(name, 0) for c in cases)),
        )
        for name in names
    ]
    titles = ("Family of rules", "In first drafts", "In what came out")
    return "\n".join(["## Findings by family", "", *_table(titles, rows), ""])


def _cases(cases: Sequence[CaseResult]) -> str:
    rows = [
        (f"`{each.id}`", _ended(each), *(_value(each, name) for name in SHOWN), "; ".join(each.broken))
        for each in cases
    ]
    titles = ("Case", "Ended as", *(f"`{name}`" for name in SHOWN), "Broken")
    return "\n".join(["## Cases", "", *_table(titles, rows), ""])


def _ended(case: CaseResult) -> str:
    kinds = dict.fromkeys(case.endings)
    return ", ".join(
        kind if len(case.endings) == 1 else f"{kind} in {case.endings.count(kind)}" for kind in kinds
    )


def _value(case: CaseResult, name: str) -> str:
    value = case.values.get(name)
    return "–" if value is None else _number(value)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [titles, ["---"] * len(titles), *rows]
    return [
        f"| {' | '.join(' '.join(cell.replace('|', chr(92) + '|').split()) for cell in line)} |"
        for line in lines
    ]


# --- for programs that know JUnit ------------------------------------------------------------------------


def as_junit(found: Results) -> str:
    """A test case for each case. It fails when something happened that may not; figures never fail it."""
    failures = sum(bool(each.broken) for each in found.cases)
    counts = {"tests": str(len(found.cases)), "failures": str(failures), "errors": "0"}
    suites = ElementTree.Element("testsuites", {"name": "groundplan eval", **counts})
    suite = ElementTree.SubElement(suites, "testsuite", {"name": _xml(found.header.suite), **counts})
    _properties(suite, found.header)
    for each in found.cases:
        _test_case(suite, each, found.header.suite)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _properties(suite: ElementTree.Element, header: Header) -> None:
    listed = ElementTree.SubElement(suite, "properties")
    for name in ("author", "transport", "machinery_only", "profile", "runs", "suite_digest"):
        value = _xml(str(getattr(header, name)))
        ElementTree.SubElement(listed, "property", {"name": name, "value": value})


def _test_case(suite: ElementTree.Element, each: CaseResult, classname: str) -> None:
    case = ElementTree.SubElement(suite, "testcase", {"classname": _xml(classname), "name": _xml(each.id)})
    if each.broken:
        failure = ElementTree.SubElement(case, "failure", {"message": _xml(each.broken[0])})
        failure.text = _xml("\n".join(each.broken))
    known = [f"{name} = {value:.4f}" for name, value in sorted(each.values.items()) if value is not None]
    ElementTree.SubElement(case, "system-out").text = _xml("\n".join(known))


def _xml(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)
