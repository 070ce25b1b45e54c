"""Whole Markdown, visible characters, sizes: what must not be reported, and what a report says."""

from __future__ import annotations

import pytest

from bot.effects import PLAN_FILE, File
from bot.plan.rules import lint
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.hygiene import KOREAN, TABLE, body, grown, section
from tests.plan.rules.fixtures.pages import foreign, read

WHOLE = (
    "````md\n```py\nx\n```\n````\n",
    "~~~\n```\n~~~\n",
    f"{TABLE}| a \\| b | c |\n",
    f"> {TABLE.replace(chr(10), chr(10) + '> ')}| 1 | 2 |\n",
    "a | b\n--|--\n1 | 2\n",
    "# A\n\n## B\n\n# C\n\n## D\n\n### E\n\n# F\n",
    "### Starts deep\n\n## Goes up\n",
    "```\n| a | b |\n| 1 |\n```\n",
)


@pytest.mark.parametrize("text", WHOLE)
def test_whole_markdown_passes(text: str) -> None:
    report = lint(foreign(text), select=["PLN005"])
    assert report.passed == ("PLN005",), report.findings


def test_what_a_page_repairs_is_no_error_in_plans_of_others() -> None:
    short = lint(foreign(f"{TABLE}| 1 |\n"), select=["PLN005"]).findings
    jump = lint(foreign("# A\n\n### B\n"), select=["PLN005"]).findings
    lost = lint(foreign(f"{TABLE}| 1 | 2 | 3 |\n"), select=["PLN005"]).findings
    assert [one.severity for one in (*short, *jump, *lost)] == ["info", "info", "error"]
    assert lost[0].message == (
        "Malformed Markdown at line 3: a table row has 3 cells, its head 2: the last ones are not shown"
    )


HIDDEN = "<notes>\n```py\na = 1\n\nb = 2\n```\n</notes>\n"


def test_a_fence_right_below_a_tag_is_told_where_it_is_hidden() -> None:
    """A tag reaches to the next empty line, so the fence is not one, and what was to end it begins one."""
    (found,) = lint(foreign(HIDDEN), select=["PLN005"]).findings
    assert (found.severity, found.suggestion) == ("info", "put an empty line above line 2")
    for text in (HIDDEN.replace("\n```py", "\n\n```py"), HIDDEN.replace("a = 1\n\n", "a = 1\n")):
        assert lint(foreign(text), select=["PLN005"]).passed == ("PLN005",)
    (later,) = lint(foreign(f"{HIDDEN[:-9]}\n```\n\n```\nopen\n"), select=["PLN005"]).findings
    assert (later.severity, later.suggestion) == ("error", "close it")


def test_a_line_directly_below_a_table_is_no_row_of_it() -> None:
    assert lint(foreign(f"{TABLE}</notes>\n"), select=["PLN005"]).passed == ("PLN005",)


def test_where_a_word_may_be_broken_is_no_error_in_plans_of_others() -> None:
    found = lint(foreign("Sys\u00adtem \u200b"), select=["PLN008"]).findings
    assert [one.severity for one in found] == ["warning", "error"]


def test_what_people_wrote_around_a_section_of_ours_is_not_judged() -> None:
    ours = given().renderings[0].text
    assert given().renderings[0].path == PLAN_FILE
    peoples = f"# Plan\n\n#### Deep\n\n{TABLE}| 1 | 2 | 3 |\n\nTBD\u200b <think>\n\n"
    changed = (File(PLAN_FILE, peoples + ours + "\n```\nopen"), *given().renderings[1:])
    report = lint(given(renderings=changed), select=["PLN005", "PLN008", "PLN101", "PLN103", "PLN114"])
    assert report.findings == ()


def test_places_in_a_shared_file_are_those_of_the_whole_file() -> None:
    ours = given().renderings[0].text
    broken = ours.replace("### Objective\n", "### Objective\n\n##### Deep\n")
    changed = (File(PLAN_FILE, "# Plan\n\nOurs.\n\n" + broken), *given().renderings[1:])
    (found,) = lint(given(renderings=changed), select=["PLN005"]).findings
    assert found.location
    assert changed[0].text.split("\n")[found.location.line - 1] == "##### Deep"


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff# Plan",
        "Emoji \U0001f468\u200d\U0001f469\u200d\U0001f467 and \u2764\ufe0f\u200d\U0001f525 and \u2714\ufe0e",
        "Persian \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "Hebrew \u05d0\u200f!",
        "Tabs\tand\r\nlines",
    ],
)
def test_signs_that_a_script_or_an_emoji_needs_are_visible(text: str) -> None:
    assert lint(foreign(text), select=["PLN008"]).passed == ("PLN008",)


def test_a_hidden_character_is_named_once_a_text_with_its_place() -> None:
    (found,) = lint(foreign("# Plan\n\nab\u200bc\u200bd\n"), select=["PLN008"]).findings
    assert found.message == "Invisible/control character U+200B in PLAN.md, line 3"
    assert str(found.location) == "PLAN.md:3:3"
    (own,) = lint(given(sound(summary="a\x1bb")), select=["PLN008"]).findings
    assert own.message == "Invisible/control character U+001B in /summary"


def test_a_body_is_an_error_where_github_refuses_it() -> None:
    severities = [lint(body(size), select=["PLN009"]).findings for size in (59_000, 60_200, 65_600)]
    assert [[one.severity for one in found] for found in severities] == [[], ["warning"], ["error"]]
    assert severities[2][0].message.endswith("split as 2 parts that begin at 'One', 'Two'")


def test_a_long_contract_is_no_long_file() -> None:
    report = lint(given(renderings=(File("a.json", "{}\n" * 3_000), *given().renderings)), select=["PLN009"])
    assert report.passed == ("PLN009",)


def test_a_foreign_plan_is_named_once() -> None:
    report = lint(foreign(KOREAN, goals=[KOREAN] * 5), select=["PLN010"])
    assert [(one.pointer, one.severity) for one in report.findings] == [("", "info")]
    assert lint(read("export", plan={"summary": "Kurz."}), select=["PLN010"]).passed == ("PLN010",)


def test_a_first_plan_may_make_the_file_grow() -> None:
    assert lint(grown("# Plan\n", section(1, 15_000)), select=["PLN011"]).ok
    assert lint(grown(section(1, 70_000), section(1, 69_000)), select=["PLN011"]).passed == ("PLN011",)
