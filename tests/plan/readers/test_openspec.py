"""OpenSpec: tasks under numbered headings, proposals, and specs with their scenarios."""

from __future__ import annotations

import pytest

from tests.plan.readers.foreign import at, needs, read, tasks

CHANGE = "openspec/changes/share-maps"


def test_tasks_keep_their_numbers_and_order() -> None:
    reading = read(
        f"{CHANGE}/tasks.md",
        """\
        ## 1. Links

        - [x] 1.1 Add the table
        - [ ] 1.2 Show the link
          - on the map page

        ## 2. Proof

        - [ ] 2.1 Run `pytest tests/share`
        """,
    )
    assert needs(reading) == {"1.1": [], "1.2": ["1.1"], "2.1": ["1.2"]}
    assert [task["done"] for task in tasks(reading).values()] == [True, False, False]
    assert tasks(reading)["1.2"]["changes"] == ["on the map page"]
    assert [one["title"] for one in reading.value["delivery"]["phases"]] == ["Links", "Proof"]
    assert at(reading, "/tasks/1/title") == (4, 11)


def test_a_proposal_says_why_what_and_where() -> None:
    reading = read(
        f"{CHANGE}/proposal.md",
        """\
        # Change: Share maps

        ## Why

        Hikers send screenshots.

        ## What Changes

        - Add a link to each map
        - **BREAKING** drop the old export

        ## Impact

        - Affected specs: `maps`
        - Affected code: `src/maps/link.py`, `src/app.py`
        """,
    )
    assert reading.value["title"] == "Change: Share maps"
    assert reading.value["summary"] == "Hikers send screenshots."
    assert reading.value["goals"] == ["Add a link to each map", "**BREAKING** drop the old export"]
    assert [one["path"] for one in reading.value["codebase"]["impact"]] == ["src/maps/link.py", "src/app.py"]


SPEC = """\
    # Delta for maps

    ## ADDED Requirements

    ### Requirement: Maps have links
    The system SHALL give each map a link.

    #### Scenario: A saved map
    - **GIVEN** a saved map
    - **WHEN** it is shared
    - **THEN** a link is shown
    - **AND** it is copied

    #### Scenario: No map
    - **WHEN** nothing is saved
    - **THEN** no link is shown

    ## REMOVED Requirements

    ### Requirement: Screenshots
    **Reason**: Links are better.
    """


def test_requirements_go_by_their_names() -> None:
    found = read(f"{CHANGE}/specs/maps/spec.md", SPEC).value["requirements"]["functional"]
    assert found == [
        {
            "id": "Maps have links",
            "title": "Maps have links",
            "behaviour": "The system SHALL give each map a link.",
        }
    ]


def test_scenarios_are_criteria_of_their_requirement() -> None:
    reading = read(f"{CHANGE}/specs/maps/spec.md", SPEC)
    first, second = reading.value["requirements"]["criteria"]
    assert first == {
        "id": "Maps have links/A saved map",
        "title": "A saved map",
        "requirements": ["Maps have links"],
        "given": ["a saved map"],
        "when": ["it is shared"],
        "then": ["a link is shown", "it is copied"],
    }
    assert "given" not in second
    assert at(reading, "/requirements/criteria/0/then/1") == (12, 11)


@pytest.mark.parametrize(
    ("sentence", "when", "then"),
    [
        (
            "When a map is shared, the system SHALL show a link.",
            ["a map is shared"],
            "the system SHALL show a link.",
        ),
        (
            "**WHEN** a map, or a part of it, is shared, a link MUST be shown",
            ["a map, or a part of it, is shared"],
            "a link MUST be shown",
        ),
        ("- **WHEN** a map that must be saved is shared", ["a map that must be saved is shared"], ""),
        ("- **WHEN** it is shared, then a link SHALL be shown", ["it is shared"], "a link SHALL be shown"),
        (
            "- **WHEN** it is old, it will be shared\n    - **THEN** no link",
            ["it is old, it will be shared"],
            "no link",
        ),
    ],
)
def test_a_scenario_may_be_one_sentence(sentence: str, when: list[str], then: str) -> None:
    text = f"# Maps\n\n### Requirement: Links\nThey SHALL be.\n\n#### Scenario: Shared\n{sentence}\n"
    reading = read(f"{CHANGE}/specs/maps/spec.md", text)
    [found] = reading.value["requirements"]["criteria"]
    assert (found.get("when"), found.get("then", [])) == (when, [then] if then else [])
    if then and "THEN" not in sentence:
        line, column = at(reading, "/requirements/criteria/0/then/0")
        assert text.split("\n")[line - 1][column - 1 :].startswith(then)


def test_what_is_removed_is_no_requirement() -> None:
    reading = read(f"{CHANGE}/specs/maps/spec.md", SPEC)
    assert [one.text for one in reading.prose] == ["**Reason**: Links are better."]


def test_a_design_keeps_goals_questions_and_risks() -> None:
    reading = read(
        f"{CHANGE}/design.md",
        """\
        # Design

        ## Non-Goals

        - Sharing by mail

        ## Open Questions

        - [ ] Who may see a link?

        ## Risks

        | Risk | Impact | Mitigation |
        |------|--------|------------|
        | Guessed links | High | Long random names |
        """,
    )
    assert reading.value["non_goals"] == ["Sharing by mail"]
    assert [one["text"] for one in reading.value["questions"]] == ["Who may see a link?"]
    assert reading.value["delivery"]["risks"] == [
        {"risk": "Guessed links", "impact": "high", "mitigation": "Long random names"}
    ]
    assert "tasks" not in reading.value
