"""Pull request, check run and decision issue: what people need, within limits, whatever the plan holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from jinja2 import Environment, nodes
from markdown_it import MarkdownIt

from bot.effects import File
from bot.plan.announcement import MAX_ANNOTATIONS, check_run, pull_request, verdict
from bot.plan.contract import contract_text
from bot.plan.findings import Finding, Location, Report, Skipped
from bot.plan.formats import FORMATS
from bot.plan.graph import task_graph
from bot.plan.model import Plan, Roadmap
from bot.plan.rules import LintInput, lint
from bot.render import TEMPLATES
from tests.plan.samples import milestone, outline_plan, small_plan, task, webhook_plan
from tests.plan.strategies import plans

CLOSING = re.compile(
    r"\b(close[sd]?|fix(e[sd])?|resolve[sd]?):?\s+([\w./-]*#\d|GH-\d|https?:)", re.IGNORECASE
)


def report_of(plan: Plan) -> Report:
    return lint(
        LintInput(plan=plan, contract_text=contract_text(plan), renderings=FORMATS["roadmap"].files(plan, {}))
    )


def test_the_pull_request_of_the_sample() -> None:
    title, body = pull_request(webhook_plan(), report_of(webhook_plan()))
    assert title == "Plan: Retry failed webhook deliveries with backoff (#412)"
    assert "\nRefs #412\n" in body
    assert not CLOSING.search(title + body)
    assert "```mermaid\nflowchart LR\n" in body
    assert (
        "| T3 | Keep failed deliveries instead of dropping them | developer | M | high | 2 of 4 | T1, T2 |"
        in body
    )
    assert "longest chain T1 → T3 → T4 → T6, about 13.5 h" in body
    assert "- **D-1** Is a delivery that timed out sent again? (see #431)" in body
    assert "**A** (recommended)" in body
    assert "3 calls, 18,204 tokens in (9,216 cached), 4,911 out" in body
    assert "`PLN401` no repository to check against" in body
    assert len(body) < 8000


def test_files_are_linked_when_their_address_is_known() -> None:
    _, body = pull_request(small_plan(), Report(), blob_url="https://github.test/o/r/blob/groundplan/12-x/")
    assert (
        "[`IMPLEMENTATION_PLAN.md`](https://github.test/o/r/blob/groundplan/12-x/IMPLEMENTATION_PLAN.md)"
        in body
    )


def test_without_a_model_the_banner_stands_first() -> None:
    _, body = pull_request(outline_plan(), Report())
    assert body.startswith("> [!NOTE]\n> **Made without a language model.**")
    assert "no model was called" in body
    assert "## Not produced" in body
    assert "*(extracted)*" in body


def _huge() -> Plan:
    text = "long @words `with` | everything <!-- in --> " * 80
    tasks = tuple(
        task(
            f"T{n}",
            title=text[:390].strip(),
            objective=text[:3900],
            depends_on=tuple(f"T{m}" for m in range(1, n)),
        )
        for n in range(1, 151)
    )
    milestones = tuple(
        milestone(f"M{n}", title=text[:390].strip(), outcome=text, risks=(text,) * 9) for n in range(1, 40)
    )
    roadmap = Roadmap(version="v1", objective=text, milestones=milestones)
    return small_plan(*tasks, title=text[:390].strip(), summary=text, roadmap=roadmap)


def test_a_huge_plan_fits() -> None:
    plan = _huge()
    findings = tuple(
        Finding("PLN401", "error", "gone " * 200, "/tasks/0", suggestion="x" * 400) for _ in range(300)
    )
    report = Report(findings, tuple(Skipped(f"PLN{n}", "why " * 90) for n in range(100)))
    title, body = pull_request(plan, report)
    assert len(title) <= 200
    assert title.endswith("(#12)")
    assert 1000 < len(body) < 60_000
    assert "and 275 more" in body or "more" in body
    assert "Refs #12" in body
    _, summary, annotations = check_run(report, [])
    assert len(summary) < 60_000
    assert annotations == ()


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(plans)
def test_nothing_of_a_plan_wakes_github_or_breaks_the_body(plan: Plan) -> None:
    title, body = pull_request(plan, Report())
    assert not CLOSING.search(body)
    assert "\n" not in title
    assert "<!--" not in body
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    fences = [token for token in tokens if token.type == "fence"]
    assert len(fences) == (1 if plan.tasks else 0)
    heads = [
        token.content
        for token, before in zip(tokens[1:], tokens, strict=False)
        if before.type == "heading_open"
    ]
    assert "How to review" in heads
    assert set(heads) <= {
        "Tasks", "Milestones and risks", "Yours to settle", "Taken as true", "Not produced", "How to review",
    }  # fmt: skip
    for token in (part for one in tokens if one.type == "inline" for part in one.children or []):
        assert token.type not in ("image", "link_open")


def test_the_check_run_annotates_the_files_it_was_given() -> None:
    findings = (
        Finding("PLN203", "warning", "ids jump", "/tasks/1", Location("a.json", 7, 3)),
        Finding(
            "PLN401", "error", "x.py does not exist", "/tasks/0", Location("a.json", 3, 1), suggestion="y.py"
        ),
        Finding("PLN810", "error", "elsewhere", "", Location("b.json", 1, 1)),
    )
    report = Report(findings, (Skipped("PLN808", "no tree"),), ("PLN201",))
    title, summary, annotations = check_run(report, [File("a.json", "{}")])
    assert title == "4 rules checked: 2 errors, 1 warning, 1 rule not checked"
    assert [(one.path, one.line, one.level) for one in annotations] == [
        ("a.json", 3, "failure"),
        ("a.json", 7, "warning"),
    ]
    assert annotations[0].message == "x.py does not exist\nTry: y.py"
    assert "`PLN810` elsewhere (`b.json` line 1)" in summary
    assert "| Contract | 0 | 1 | 1 |" in summary
    assert "`PLN808` no tree" in summary


def test_annotations_have_an_end() -> None:
    many = tuple(Finding("PLN401", "error", "x", "", Location("a", n, 1)) for n in range(1, 900))
    assert len(check_run(Report(many), [File("a", "")])[2]) == MAX_ANNOTATIONS


def test_a_skip_is_not_a_pass_in_words() -> None:
    assert (
        verdict(Report((), (Skipped("PLN401", "no tree"),), ()))
        == "0 rules checked: 0 errors, 0 warnings, 1 rule not checked"
    )


FILTERS = {"inline", "block", "code", "cell", "cell_code", "int", "raw"}
OURS = sorted(
    path for folder in ("formats", "pulls", "issues") for path in (TEMPLATES / folder).rglob("*.md")
)


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_value_in_a_template_passes_a_filter(path: Path) -> None:
    """A value that reaches a document unfiltered would be a hole; `raw` marks text of our own."""
    assert OURS
    tree = Environment().parse(path.read_text(encoding="utf-8"))
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            if not isinstance(node, nodes.TemplateData):
                assert _filtered(node), f"{path}:{node.lineno}: {node}"


def _filtered(node: nodes.Node) -> bool:
    if isinstance(node, nodes.CondExpr):
        return _filtered(node.expr1) and (node.expr2 is None or _filtered(node.expr2))
    return isinstance(node, nodes.Const) or (isinstance(node, nodes.Filter) and node.name in FILTERS)


def test_the_sample_graph_is_acyclic() -> None:
    assert task_graph(webhook_plan().tasks).cycles == ()
