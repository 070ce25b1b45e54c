"""Findings do not depend on how a plan happens to be written: other bytes, the same findings.

Each change of writing is done to the clean plans and to a sample of mutants. Findings are compared by rule
and fingerprint, from which line numbers are left out; where ids or paths are renamed, by rule alone.
"""

from __future__ import annotations

import json
import os
import random
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import pytest

from bot.plan.loose import loosely
from bot.plan.markdown import Document
from bot.plan.rules import LintInput, lint
from tests.plan.mutants import inside  # noqa: F401  importing registers
from tests.plan.mutants.bases import NAMES, base, formats_of
from tests.plan.mutants.harness import MUTATORS, Base, reading
from tests.plan.mutants.places import lines_of, matching, steps_of
from tests.plan.readers.documents import wrapped

DOCUMENTS = [name for name in NAMES if formats_of(name) != "roadmap"]
# So many mutants of each document, besides the document itself.
SAMPLE = 8 if os.environ.get("GROUNDPLAN_FULL") == "1" else 2
Write = Callable[[str], str]


def found_in(given: LintInput) -> Counter[tuple[str, str]]:
    """Rule and fingerprint of every finding."""
    return Counter((one.rule, one.fingerprint) for one in lint(given).findings)


def written_again(given: LintInput, write: Write) -> LintInput:
    """The same documents in other bytes."""
    files = {page.path: write(page.text) for page in given.documents}
    read = reading(given.format, files)
    return replace(given, reading=read, plan=loosely(read.value) if read.value else None)


@cache
def sample(name: str) -> tuple[LintInput, ...]:
    """The clean plan, and some mutants of it. How long a file is depends on how it is written."""
    dice = random.Random(zlib.crc32(name.encode()))
    known = [
        one for one in MUTATORS if formats_of(name) in one.formats and one.rule not in ("PLN009", "PLN108")
    ]
    chosen = dice.sample(known, min(SAMPLE, len(known)))
    mutants = (one.mutate(base(name), dice) for one in chosen)
    plain = [mutant.given for mutant in mutants if mutant and mutant.given.before_files is None]
    return (base(name).given(), *(given for given in plain if given.documents))


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def trailing_blanks(text: str) -> str:
    """One blank at the end of lines: two would be a line break."""
    return "\n".join(f"{line} " if line and not line.startswith("```") else line for line in text.split("\n"))


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def starred(text: str) -> str:
    """Bullets with another sign, but for check boxes: a step's line has one form only."""
    return re.sub(r"^(\s*)- (?!\[)", r"\1* ", text, flags=re.MULTILINE)


def plain_clauses(text: str) -> str:
    """Given, When and Then without bold."""
    return re.sub(r"^\*\*(Given|When|Then|And|But)\*\*", r"\1", text, flags=re.MULTILINE)


def more_blank_lines(text: str) -> str:
    """Another blank line before every heading."""
    return re.sub(r"^(#+ )", r"\n\1", text, flags=re.MULTILINE)


_STEP_LINE = re.compile(r"^- \[.\] \*\*Step .*$", re.MULTILINE)


def wrapped_prose(text: str) -> str:
    """Everything but the steps' own lines at 80 columns."""
    heads = _STEP_LINE.findall(text)
    again = wrapped(_STEP_LINE.sub("<!-- step -->", text))
    for head in heads:
        again = again.replace("<!-- step -->", head, 1)
    return again


WAYS: Mapping[str, Write] = {
    "CRLF": crlf,
    "trailing blanks": trailing_blanks,
    "NFD": decomposed,
    "other bullets": starred,
    "plain clauses": plain_clauses,
    "blank lines": more_blank_lines,
    "80 columns": wrapped_prose,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_writing_it_differently_changes_no_finding(name: str, way: str) -> None:
    for given in sample(name):
        again = written_again(given, WAYS[way])
        assert found_in(again) == found_in(given)


def test_the_ways_of_writing_change_something() -> None:
    """A way that left every document as it is would prove nothing."""
    texts = [base(name).text for name in DOCUMENTS]
    for way, write in WAYS.items():
        assert any(write(text) != text for text in texts), way


# --- order that means nothing ----------------------------------------------------------------------------


def reordered(one: Base) -> str | None:
    """The document with lists that have no order in another one: files of a step, rows of a table."""
    lines = lines_of(one)
    pattern = {
        "steps": r"    - `",
        "export": r"  - `",
        "functional": r"\| [^-|]+ \| (?:YES|NO) ",
        "technical": "- `",
    }
    found = matching(one, pattern.get(one.format, r"\Z"))
    runs = [at for at in found if at + 1 in found]
    if not runs:
        return None
    for at in runs:
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return "\n".join(lines)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_order_of_what_has_none_does_not_matter(name: str) -> None:
    one = base(name)
    text = reordered(one)
    if text is None:
        assert name == "tasks-japanese-typescript"
        return
    assert text != one.text
    assert found_in(one.given(files={one.path: text})) == found_in(one.given())


@pytest.mark.parametrize("name", ["roadmap-small-python", "roadmap-medium-go"])
def test_the_order_of_keys_in_json_does_not_matter(name: str) -> None:
    """But for the rule that asks for one order of keys."""
    one = base(name)
    path = next(path for path in one.files if "planning-output" in path)
    backwards = json.loads(one.files[path], object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    text = json.dumps(backwards, indent=2, ensure_ascii=False) + "\n"
    found = lint(one.given(files={**one.files, path: text})).findings
    assert {found_one.rule for found_one in found} == {"PLN810"}


# --- names -----------------------------------------------------------------------------------------------


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Every name replaced at once, so that no new name is replaced again."""
    pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in names))
    return pattern.sub(lambda found: names[found[0]], text)


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if formats_of(name) == "functional"])
def test_other_numbers_for_requirements_change_nothing(name: str) -> None:
    """The first two requirements change their names, everywhere: they stay what they are."""
    for given in sample(name):
        names = {"FR-1": "FR-2", "FR-2": "FR-1"}
        again = written_again(given, lambda text: renamed(text, names))  # noqa: B023
        rules = Counter(one.rule for one in lint(given).findings)
        more = Counter(one.rule for one in lint(again).findings)
        # Only their order in the document is another one now.
        rules.pop("PLN203", None)
        more.pop("PLN203", None)
        assert more == rules


@pytest.mark.parametrize(
    "name", [name for name in DOCUMENTS if formats_of(name) in ("steps", "export", "technical")]
)
def test_other_names_for_new_files_change_nothing(name: str) -> None:
    """A file that the plan makes has another name, everywhere."""
    new = re.findall(r"`([\w/.-]+/([\w-]+)\.(?:py|ts|go))` \(new\)", base(name).text)
    new = [(path, stem) for path, stem in new if "test" not in path]
    for given in sample(name):
        again = written_again(given, lambda text: _moved(text, new))
        before, after = (Counter(one.rule for one in lint(each).findings) for each in (given, again))
        assert before == after


def _moved(text: str, new: list[tuple[str, str]]) -> str:
    for path, stem in new:
        text = text.replace(path, path.replace(f"/{stem}.", f"/{stem}ly."))
    return text


# --- more of the same ------------------------------------------------------------------------------------


def with_another_step(one: Base) -> str:
    """The document with one more sound step, which has nothing to do with the others."""
    last = steps_of(one)[-1]
    lines = lines_of(one)
    number = last.number + 1
    if one.format == "steps":
        head = f"- [ ] **Step {number} – Add a page about names** (Effort: S, Risk: Low, Rollback: Safe)"
        step = [
            head,
            "  - **Task**: Add a page that tells where the project has its name from.",
            "  - **Files**:",
            "    - `docs/name.md` (new): the page",
            "  - **Step Dependencies**: none",
            "  - **User Instructions**: none",
            "  - **Acceptance**:",
            "    - `docs/name.md` names the person who chose the name",
            "",
        ]
        end = max(at for at in range(last.start, last.end) if lines[at].strip()) + 1
        return "\n".join([*lines[:end], "", *step, *lines[end:]])
    step = [
        f"{number}. **T{number} · Add a page about names** – Add a page that tells where the name comes from."
    ]
    end = max(at for at in range(last.start, last.end) if re.match(r"\d+\. |   - ", lines[at])) + 1
    return "\n".join([*lines[:end], *step, *lines[end:]])


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if formats_of(name) in ("steps", "technical")])
def test_a_sound_step_more_adds_no_finding(name: str) -> None:
    one = base(name)
    if any("Release & Deployment" in line for line in lines_of(one)):
        return  # a release has to wait for whatever is added
    before, after = (
        lint(one.given(files={one.path: text})).findings for text in (one.text, with_another_step(one))
    )
    assert Counter(found.rule for found in before) == Counter(found.rule for found in after)


# --- two ways to the same plan ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["roadmap-small-python", "roadmap-medium-go"])
def test_what_is_rendered_reads_as_sound_as_the_plan(name: str) -> None:
    """The section in the plan file, read alone as somebody's file, has no error either."""
    one = base(name)
    shown = [Document(path, text) for path, text in one.files.items() if path.endswith(".md")]
    read = reading("roadmap", {page.path: page.text for page in shown})
    alone = replace(
        one.given(), plan=loosely(read.value), loose=True, reading=read, contract_text=None, fanout_text=None
    )
    assert [found for found in lint(alone).findings if found.severity == "error"] == []
