"""Statistics and reports: seeded intervals, honest headers, XML that is XML, bad baselines refused."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UserError
from bot.evaluation.bootstrap import Bootstrap
from bot.evaluation.metrics import METRICS
from bot.evaluation.report import as_json, as_junit, as_markdown
from bot.evaluation.results import CaseResult, Header, Results, Transport, compared, results, results_of

DRAWS = Bootstrap(seed=3, resamples=200)


def header(transport: Transport = "no model", author: str = "outline/1") -> Header:
    return Header(
        suite="made up",
        suite_digest="ab" * 32,
        author=author,
        transport=transport,
        machinery_only=transport in {"cassette", "scripted"},
        profile="none",
        left_out=(),
        plan_format="roadmap",
        runs=1,
        seed=3,
        resamples=200,
    )


def case(name: str, recall: float | None, broken: tuple[str, ...] = (), digest: str = "d") -> CaseResult:
    figures = dict.fromkeys(METRICS) | {"file_recall": recall}
    return CaseResult(
        id=name,
        digest=digest,
        source="issue",
        endings=("plan",),
        broken=broken,
        values=figures,
        runs=(figures,),
        first_findings={},
        findings={"Structure": 1},
    )


def found(*cases: CaseResult, transport: Transport = "no model") -> Results:
    return results(header(transport), cases, DRAWS)


# --- statistics ------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_an_interval_holds_its_mean_and_stays_within_the_values(values: list[float]) -> None:
    one = DRAWS.interval(values)
    assert one.low is not None
    assert one.high is not None
    slack = 1e-9
    assert min(values) - slack <= one.low <= one.mean <= one.high <= max(values) + slack
    assert one == Bootstrap(seed=3, resamples=200).interval(values)


def test_equal_values_have_no_spread_and_a_single_case_has_no_interval() -> None:
    even = DRAWS.interval([0.5] * 9)
    assert (even.low, even.high, even.n) == (0.5, 0.5, 9)
    alone = DRAWS.interval([0.5])
    assert (alone.mean, alone.low, alone.high) == (0.5, None, None)
    with pytest.raises(ValueError, match="nothing"):
        DRAWS.interval([])


def test_more_cases_give_a_narrower_interval() -> None:
    def width(times: int) -> float:
        one = DRAWS.interval([0.0, 1.0] * times)
        assert one.low is not None
        assert one.high is not None
        return one.high - one.low

    assert width(100) < width(5)


def test_the_seed_decides_the_interval() -> None:
    values = [0.1, 0.7, 0.4, 0.9, 0.2, 0.3, 0.35]
    assert Bootstrap(1, 200).interval(values) != Bootstrap(2, 200).interval(values)


# --- comparing -------------------------------------------------------------------------------------------


def test_only_cases_that_are_the_same_are_compared() -> None:
    mine = found(case("a", 1.0), case("b", 0.5), case("c", 0.9), case("d", None))
    other = found(case("a", 0.5), case("b", 0.5), case("c", 0.0, digest="changed"), case("d", 1.0))
    both = compared(mine, other, DRAWS)
    assert both.paired == 3
    assert (both.differences["file_recall"].mean, both.differences["file_recall"].n) == (0.25, 2)
    assert "| `file_recall` | ↑ | files that must change and do | 0.80 |" in as_markdown(both)


def test_a_run_differs_from_itself_by_nothing() -> None:
    mine = found(case("a", 1.0), case("b", 0.5))
    one = compared(mine, mine, DRAWS).differences["file_recall"]
    assert (one.mean, one.low, one.high) == (0.0, 0.0, 0.0)


# --- what is written -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("transport", "claims"),
    [("live model", True), ("no model", True), ("scripted", False), ("cassette", False)],
)
def test_made_up_answers_are_marked_as_such(transport: Transport, claims: bool) -> None:
    text = as_markdown(found(case("a", 1.0), transport=transport))
    assert f"| Transport | {transport} |" in text
    assert ("**Machinery only.**" not in text) is claims
    assert f'name="transport" value="{transport}"' in as_junit(found(case("a", 1.0), transport=transport))


def test_a_baseline_of_machinery_is_marked_too() -> None:
    both = compared(found(case("a", 1.0)), found(case("a", 1.0), transport="scripted"), DRAWS)
    assert "the baseline is machinery only" in as_markdown(both)


def test_there_is_no_single_score() -> None:
    text = as_markdown(found(case("a", 1.0))).lower()
    assert "score" not in text
    assert "overall" not in text


HOSTILE = "a<b>&\"'|`\x00\x1b\ud800 ]]> &amp; 日本"


def test_junit_is_xml_whatever_cases_are_called() -> None:
    bad = case(HOSTILE, 0.5, broken=(f"changes {HOSTILE}", "trap not seen: x"))
    text = as_junit(found(bad, case("good", 1.0)))
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "1", "0")
    cases = root.findall("./testsuite/testcase")
    assert [len(each.findall("failure")) for each in cases] == [1, 0]
    assert "file_recall = 0.5000" in (cases[0].findtext("system-out") or "")


def test_a_pipe_in_a_name_does_not_break_the_tables() -> None:
    text = as_markdown(found(case("a|b\nc", 0.5)))
    [row] = [line for line in text.split("\n") if "a\\|b c" in line]
    assert row.replace("\\|", "").count("|") == 9


def test_a_report_is_read_again_as_it_was() -> None:
    mine = compared(found(case("a", 1.0), case("b", None)), found(case("a", 0.5)), DRAWS)
    again = results_of(as_json(mine), "report.json")
    assert again == mine
    assert as_json(again) == as_json(mine)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no report"),
        ("{}", "header"),
        ("[1]", "is no report"),
        ('{"format": 2}', "format"),
        (json.dumps({"format": 1, "header": {"suite": 3}}), "header"),
    ],
)
def test_a_bad_baseline_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        results_of(text, "old.json")
    assert "old.json" in refused.value.reason
    assert said in refused.value.reason


def test_a_huge_baseline_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.evaluation.results.LARGEST_REPORT", 10)
    with pytest.raises(UserError, match="longer than 10"):
        results_of(" " * 11, "old.json")
