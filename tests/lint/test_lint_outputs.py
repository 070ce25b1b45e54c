"""How a run is told: to people, to programs, to code scanning and to a workflow's log."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from bot.lint import github, machine, sarif, text
from bot.lint.outcome import Linted, Mended, Refusal, Run
from bot.lint.words import columns, window
from bot.plan.findings import Finding, Location, Report, Skipped, Suppressed
from tests.lint.sarif_shape import faults

FILE = "specs/12-login/tasks.md"
TEXT = "# Tasks\n\n- [ ] Edit `lib/engine.py`\n- [ ] \u202eevil 日本語 `gone.py`\n"
MISSING = Finding(
    "PLN401",
    "error",
    "lib/engine.py does not exist at 1a2b3c4",
    "/tasks/0/files/0/path",
    Location(FILE, 3, 13),
    evidence={"path": "lib/engine.py"},
    suggestion="src/core/engine.py, src/app.py",
    fingerprint="a" * 64,
)
GAP = Finding(
    "PLN203", "warning", "Step ids jump from 1 to 3", "/tasks/1", Location(FILE, 4, 7), fingerprint="b" * 64
)
NOTE = Finding(
    "PLN010", "info", "Lexical rules skipped for /summary: language ja", "/summary", fingerprint="c" * 64
)


def plan(*findings: Finding, aside: tuple[Suppressed, ...] = (), **fields: Any) -> Linted:
    skipped = Skipped("PLN408", "no repository to check against (give --repo)")
    report = Report(findings, (skipped,), ("PLN301",), aside)
    linted = Linted(FILE, "spec-kit tasks", "foreign", report, {FILE: TEXT}, "1a2b3c4" * 5)
    return replace(linted, **fields)


RUN = Run((plan(MISSING, GAP, NOTE),))


def told(run: Run, width: int = 100) -> str:
    return "\n".join("".join(part for part, _ in row) for row in text.rows(run, width))


# --- people ---


def test_a_finding_shows_its_line_its_place_and_what_to_do() -> None:
    lines = told(RUN).split("\n")
    at = next(at for at, line in enumerate(lines) if "PLN401" in line)
    assert lines[at].split() == ["3:13", "error", "PLN401", *MISSING.message.split()]
    assert lines[at + 1].endswith("│ - [ ] Edit `lib/engine.py`")
    assert lines[at + 1].index("l", 20) == lines[at + 2].index("^")
    assert "do:    src/core/engine.py, src/app.py" in lines[at + 3]


def test_the_end_says_how_much_was_found_checked_and_not_checked() -> None:
    said = told(RUN)
    assert "1 error, 1 warning, 1 info in 1 file; 4 rules checked against 1a2b3c4." in said
    assert "Not checked: 1 rule. no repository to check against (give --repo) (1)." in said


def test_a_rule_that_ran_on_one_plan_is_not_listed_as_not_checked() -> None:
    other = Linted("b.md", "plan", "foreign", Report(passed=("PLN408",)), texts={"b.md": ""})
    assert "Not checked" not in told(Run((plan(), other)))


def test_the_caret_stands_below_wide_letters_and_what_cannot_be_seen_is_marked() -> None:
    hit = replace(GAP, location=Location(FILE, 4, 17))
    source, caret = (line for line in told(Run((plan(hit),))).split("\n") if "│" in line)
    assert "\u202e" not in source
    assert columns(source[: source.index("`gone")]) == columns(caret[: caret.index("^")])


@pytest.mark.parametrize("col", [1, 50, 5_000, 9_999, 20_000])
def test_a_long_line_is_cut_around_its_place(col: int) -> None:
    line = "".join(chr(0x4E00 + n % 500) if n % 3 else "x" for n in range(10_000))
    part, at = window(line, col, 80)
    assert columns(part) <= 80
    assert 0 <= at <= columns(part)
    if col <= len(line):
        shown = 0
        for letter in part:
            if shown == at:
                assert letter == line[col - 1]
                break
            shown += columns(letter)


def test_long_runs_of_one_rule_are_collapsed() -> None:
    many = [replace(GAP, location=Location(FILE, 4, n + 1), message=f"gap {n}") for n in range(17)]
    said = told(Run((plan(*many, MISSING),)))
    assert len(re.findall(r"gap [0-9]", said)) == 5
    assert "and 12 more of PLN203; --format json lists all" in said
    assert "PLN401" in said
    assert "17 warnings" in said


def test_nothing_is_wider_than_it_should_be() -> None:
    long = replace(MISSING, message="word " * 80, suggestion="other-word " * 40)
    for width in (60, 100, 120):
        assert max(columns(line) for line in told(Run((plan(long, GAP),)), width).split("\n")) <= width


def test_a_plan_cannot_paint_the_terminal_nor_give_the_runner_a_command() -> None:
    evil = replace(
        MISSING, message="\x1b[31mred " + "a" * 40 + " ::add-mask::x " * 9, suggestion="::stop::\r\n::x::"
    )
    out = io.StringIO()
    text.write(Run((plan(evil, not_read=("::error::x",)),)), out)
    assert "\x1b" not in out.getvalue()
    assert not [line for line in out.getvalue().split("\n") if line.strip().startswith("::")]


def test_without_a_terminal_there_are_no_colours() -> None:
    out = io.StringIO()
    text.write(RUN, out)
    assert out.getvalue().rstrip("\n") == "\n".join(line.rstrip() for line in told(RUN).split("\n"))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_the_same_words_in_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    text.write(RUN, out)
    assert "\x1b[1;31merror" in out.getvalue()
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
    assert [line.rstrip() for line in plain.rstrip().split("\n")] == [
        line.rstrip() for line in told(RUN).split("\n")
    ]


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    text.write(RUN, out)
    assert "\x1b[1;31m" not in out.getvalue()
    assert "31m" not in out.getvalue()


def test_notes_unread_parts_repairs_and_suppressions_are_told() -> None:
    extra = plan(
        notes=("checked at HEAD",),
        not_read=("a diagram", "a table"),
        aside=(Suppressed(GAP, "numbered by hand"),),
    )
    said = told(Run((extra,), mended=(Mended(FILE, "PLN008", 2),)))
    assert "checked at HEAD" in said
    assert f"Not read in {FILE}: a diagram; a table" in said
    assert "Suppressed with a reason: 1 finding." in said
    assert f"repaired 2 places in {FILE} (PLN008)" in said


def test_remarks_on_many_plans_are_collapsed() -> None:
    many = tuple(plan(name=f"{n}.md", not_read=tuple(f"part {m}" for m in range(9))) for n in range(20))
    said = told(Run(many))
    assert said.count("Not read in") == 5
    assert said.count("part 4; …") == 5
    assert "and so in 15 more plans" in said


# --- programs ---


def test_json_says_everything() -> None:
    out = io.StringIO()
    machine.write(replace(RUN, refused=(Refusal("x.md", "x.md does not exist.", "Check the path."),)), out)
    said = json.loads(out.getvalue())
    assert set(said) == {
        "version",
        "summary",
        "findings",
        "suppressed",
        "skipped",
        "files",
        "refused",
        "fixed",
    }
    assert said["version"] == 1
    assert said["summary"] == {
        "errors": 1, "warnings": 1, "infos": 1, "files": 1, "checked": 4, "not_checked": 1, "exit_code": 2
    }  # fmt: skip
    first = said["findings"][0]
    assert first["location"] == {"file": FILE, "line": 3, "col": 13}
    assert first["evidence"] == {"path": "lib/engine.py"}
    assert first["fingerprint"] == "a" * 64
    assert said["findings"][2]["location"] is None
    assert said["skipped"][0]["rule"] == "PLN408"
    assert said["refused"] == [
        {"file": "x.md", "reason": "x.md does not exist.", "next_step": "Check the path."}
    ]


# --- code scanning ---


def test_sarif_is_of_its_published_shape() -> None:
    silenced = plan(MISSING, GAP, NOTE, aside=(Suppressed(GAP, "numbered by hand"),))
    run = Run((silenced,), (Refusal("x y.md", "x y.md does not exist."),))
    assert list(faults(sarif.document(run))) == []


def test_sarif_results_lead_to_rules_places_and_fingerprints() -> None:
    (one,) = sarif.document(RUN)["runs"]
    result = one["results"][0]
    assert one["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "PLN401"
    assert one["tool"]["driver"]["rules"][result["ruleIndex"]]["helpUri"].endswith("/docs/rules/PLN401.md")
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": FILE}, "region": {"startLine": 3, "startColumn": 13}}
    assert result["partialFingerprints"] == {"groundplan/v1": "a" * 64}
    assert [each["level"] for each in one["results"]] == ["error", "warning", "note"]


def test_sarif_tells_suppressions_and_what_was_not_checked() -> None:
    run = Run((plan(aside=(Suppressed(GAP, "numbered by hand"),)),))
    (one,) = sarif.document(run)["runs"]
    assert one["results"][0]["suppressions"] == [{"kind": "inSource", "justification": "numbered by hand"}]
    assert [note["associatedRule"]["id"] for note in one["invocations"][0]["toolExecutionNotifications"]] == [
        "PLN408"
    ]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a b#1?.md", "a%20b%231%3F.md"),
        ("/tmp/ä.md", "file:///tmp/%C3%A4.md"),
        ("x\udcff.md", "x%FF.md"),
        ("-", "-"),
    ],
)
def test_names_of_files_become_addresses(name: str, uri: str) -> None:
    found = replace(MISSING, location=Location(name, 1, 1))
    (one,) = sarif.document(Run((plan(found),)))["runs"]
    assert one["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


# --- a workflow's log ---


def test_annotations_name_file_line_column_and_rule() -> None:
    first, second, third, last = github.lines(RUN)
    assert first == (
        f"::error file={FILE},line=3,col=13,title=PLN401::"
        "lib/engine.py does not exist at 1a2b3c4%0Asrc/core/engine.py, src/app.py"
    )
    assert second.startswith(f"::warning file={FILE},line=4,col=7,title=PLN203::")
    assert third.startswith(f"::notice file={FILE},line=1,col=1,title=PLN010::")
    assert last == "groundplan lint: 1 error, 1 warning, 1 info in 1 file; 4 rules checked, 1 not checked"


def test_nothing_a_plan_says_gives_the_runner_a_command() -> None:
    name = "a,b:c%\n::set-output name=x::y.md"
    evil = replace(
        MISSING,
        message="100%\r\n::add-mask::x",
        suggestion="\n::stop-commands::t",
        location=Location(name, 1, 1),
    )
    lines = list(github.lines(Run((plan(evil),))))
    assert all("\n" not in line and "\r" not in line for line in lines)
    said = lines[0]
    assert said.startswith(
        "::error file=a%2Cb%3Ac%25 %3A%3Aset-output name=x%3A%3Ay.md,line=1,col=1,title=PLN401::100%25 "
    )
    assert len(lines) == 2


def test_refusals_are_annotations_too() -> None:
    lines = list(github.lines(Run(refused=(Refusal("x.md", "x.md does not exist.", "Check the path."),))))
    assert lines[0] == "::error file=x.md,title=could not lint::x.md does not exist. Check the path."
