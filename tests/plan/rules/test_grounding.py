"""Near misses of the rules on the repository: what sound plans say of files, names, commands and tools."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.plan.facets import Delivery, Dependency, PlannedTest
from bot.plan.rules import LintInput, lint
from bot.recon.ground import TreeGround
from tests.plan.rules.fixtures.grounding import SHOP, shop, shop_delivery, shop_task
from tests.plan.rules.fixtures.identifiers import loose
from tests.plan.samples import change, task


def found(one: LintInput, *ids: str) -> list[str]:
    return [f"{each.rule} {each.pointer} {each.severity}" for each in lint(one, select=ids).findings]


@pytest.mark.parametrize(
    "text",
    [
        "`src/shop/cart.py`", "`cart.py`", "`shop/cart.py`", "`./src/shop/cart.py`", "`src/shop/cart.py:3`",
        "`src/shop/cart.py::Cart`", "`src/shop/`", "`src/shop/*.py`", "`**/test_*.py`", "`application/json`",
        "`/users/:id`", "`GET /users/list.json`", "`facebook/react`", "`@scope/pkg`", "`and/or`",
        "`origin/main`",
        "`<name>/file.py`", "`v1.2/x`", "`2024/05/01`", "`~/.config/app.toml`", "`https://a.b/c.py`",
        "`npm run build`", "`path/to/file.py`", "`dist/app.js`", "`local/settings.py`", "`a.log`",
        "[guide](docs/guide.md)", "[site](https://example.org/a.md)", "`lib/made.py`",
        "`tests/{unit,e2e}/a.py`", "`src/…/cart.py`", "`node_modules/x/y.js`", "`text/markdown`",
    ],
)  # fmt: skip
def test_what_is_no_missing_path(text: str) -> None:
    made = task("T2", files=(change("lib/made.py", "new"),), depends_on=("T1",))
    plan = shop(task("T1", files=(change("src/shop/cart.py"),), objective=f"Look at {text}."), made)
    assert found(plan, "PLN404") == []


@pytest.mark.parametrize(
    "text", ["`src/shop/basket.py`", "`docs/rules.md`", "`src/gone/`", "[x](src/none.ts)"]
)
def test_what_is_a_missing_path(text: str) -> None:
    assert found(shop_task(objective=f"Print `-` for it, then `x`. Look at {text}."), "PLN404")
    assert found(shop_task(objective=f"Look at {text}."), "PLN404") == ["PLN404 /tasks/0/objective warning"]


def foreign(**value: Any) -> LintInput:
    return LintInput(plan=loosely_foreign(value), loose=True, format="foreign", ground=TreeGround(SHOP))


def loosely_foreign(value: dict[str, Any]) -> Any:
    return loose("foreign", **value).plan


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Update `src/shop/basket.py` so that it counts", 1),
        ("Create `src/shop/basket.py` and update it", 0),
        ("- `src/shop/basket.py` - the basket", 0),
        ("Updated `src/shop/basket.py` (done)", 0),
        ("Keep the existing `src/shop/basket.py`", 1),
    ],
)
def test_another_tool_s_mention_counts_when_it_takes_the_file_as_there(text: str, hits: int) -> None:
    assert len(found(foreign(tasks=[{"objective": text}]), "PLN404")) == hits


def test_what_a_plan_of_others_says_of_files_is_only_noted() -> None:
    """It stays in the repository when the work is done, and files move on."""
    files = [{"path": "src/gone.py", "change": "edit"}, {"path": "src/shop/cart.py", "change": "new"}]
    one = foreign(tasks=[{"id": "1", "files": files}])
    assert found(one, "PLN401") == ["PLN401 /tasks/0/files/0/path info"]
    assert found(one, "PLN402") == ["PLN402 /tasks/0/files/1/change info"]


def test_a_file_that_git_ignores_is_on_somebody_s_disk() -> None:
    ignored = foreign(tasks=[{"id": "1", "files": [{"path": "local/settings.py", "change": "edit"}]}])
    assert found(ignored, "PLN401") == []


def test_a_change_that_is_not_said_is_no_claim() -> None:
    one = foreign(tasks=[{"id": "1", "files": [{"path": "src/gone.py"}, {"path": "src/shop/cart.py"}]}])
    assert found(one, "PLN401", "PLN402", "PLN403") == []


def test_links_and_submodules_are_there() -> None:
    paths = ("CLAUDE.md", "libs/core", "libs/core/src/a.c")
    assert found(shop(task("T1", files=tuple(change(one) for one in paths))), "PLN401") == []


@pytest.mark.parametrize(
    "text",
    [
        "Add `Cart.refund` to `src/shop/cart.py`",
        "Create `Basket` in `src/shop/cart.py`",
        "A new `refund` in `src/shop/cart.py`",
        "Call `Cart.total` in `src/shop/cart.py`",
        "Call `checkout()` (`src/shop/cart.py`)",
        "Call `refund` in `src/other.py`",
        "Rename `checkout` to `pay` in `src/shop/cart.py`",
        "Replace `cart.py` in `docs/guide.md`",
    ],
)
def test_names_that_are_there_or_are_to_be_made(text: str) -> None:
    assert found(shop_task(changes=(text,)), "PLN406") == []


@pytest.mark.parametrize(
    ("summary", "hits"),
    [
        ("change `pay` to take a day", 1),
        ("Extend the method `Cart.refund`; rename `checkout`", 1),
        ("`total` in cents; drop the existing `refund()`", 1),
        ("change `total` to take a day", 0),
        ("`refund`", 0),
        ("add `refund`", 0),
        ("`total` changed as in `refund`", 0),
        ("change the text `no basket`", 0),
        ("remove `import os`", 0),
        ("rename `checkout` to `pay`", 0),
    ],
)
def test_names_in_the_line_of_a_file_that_is_changed(summary: str, hits: int) -> None:
    one = shop_task(files=(change("src/shop/cart.py", summary=summary),))
    assert found(one, "PLN406") == ["PLN406 /tasks/0/files/0/summary error"] * hits


def test_a_name_that_the_task_adds_may_be_changed_too() -> None:
    files = (change("src/shop/cart.py", summary="change `refund_all` to take a day"),)
    assert found(shop_task(files=files, changes=("Add `refund_all` for carts",)), "PLN406") == []
    assert found(shop_task(files=(change("docs/guide.md", summary="change `refund`"),)), "PLN406") == []


def test_a_name_made_by_an_earlier_task_is_there_for_later_ones() -> None:
    made = task("T1", files=(change("src/shop/cart.py"),), changes=("Add `refund_all` for carts",))
    told = "Call `refund_all` in `src/shop/cart.py`"
    after = task("T2", files=(), changes=(told,), depends_on=("T1",))
    beside = task("T2", files=(), changes=(told,))
    assert found(shop(made, after), "PLN406") == []
    assert found(shop(made, beside), "PLN406") == ["PLN406 /tasks/1/changes/0 error"]


@pytest.mark.parametrize(
    "fields",
    [
        {"commands": ("npm run deploy",), "files": (change("package.json"),)},
        {"commands": ("bash scripts/go.sh",), "files": (change("scripts/go.sh", "new"),)},
        {"commands": ("make test", "git status", "docker build .")},
        {"commands": ("python -m shop.tool",), "files": (change("src/shop/tool.py", "new"),)},
    ],
)
def test_commands_that_run_or_will(fields: dict[str, Any]) -> None:
    assert found(shop_task(**fields), "PLN408") == []


def test_a_missing_script_is_told_with_those_there_are() -> None:
    (one,) = lint(shop_task(commands=("npm run deploy",)), select=["PLN408"]).findings
    assert one.message == "`npm run deploy`: deploy not defined in package.json; available: build"


def test_commands_of_the_machine_are_no_pass() -> None:
    assert [one.rule for one in lint(shop_task(commands=("docker build .",)), select=["PLN408"]).skipped]


@pytest.mark.parametrize(
    "told",
    [
        "A pytest test", "Replace nose by pytest", "Not nose", "See `@testing-library/jest-dom`",
        "jest.fn() is not used", "A jest test", "A Cypress test",
    ],
)  # fmt: skip
def test_frameworks_that_may_be_named(told: str) -> None:
    """Of another language's tests the repository says nothing, so nothing is claimed."""
    assert found(shop_task(tests=(told,)), "PLN409") == []


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Add `refund`. Write its tests with nose2.", "nose"),
        ("Its tests are written in unittest.", "unittest"),
        ("The nose tests cover it.", "nose"),
        ("Derive the class from the others; it is a `unittest.TestCase` class.", "unittest"),
        ("The tests use the fake store, written with pytest.", ""),
        ("Write its tests with `unittest.mock`.", ""),
        ("The unit tests stay as they are.", ""),
        ("Replace the nose tests.", ""),
        ("No test is written with nose.", ""),
        ("Write the tests of the jest files.", ""),
        ("Test it with care, then look under its nose.", ""),
        ("Tests are written with Jest.", ""),
    ],
)
def test_frameworks_in_sentences(told: str, name: str) -> None:
    hits = lint(shop_task(objective=told), select=["PLN409"]).findings
    assert [(one.pointer, one.message.split(";")[0]) for one in hits] == (
        [("/tasks/0/objective", f"Plan uses {name}")] if name else []
    )


@pytest.mark.parametrize("where", ["questions", "non_goals"])
def test_a_framework_that_is_only_weighed(where: str) -> None:
    told: dict[str, list[Any]] = {
        "questions": [{"id": "Q-1", "text": "Are its tests written with nose?"}],
        "non_goals": ["Its tests are written with nose"],
    }
    one = replace(loose("export", **{where: told[where]}), ground=TreeGround(SHOP))
    assert found(one, "PLN409") == []


def test_a_framework_that_a_manifest_gets() -> None:
    files = (change("pyproject.toml", summary="`nose2` for the tests"),)
    assert found(shop_task(objective="Its tests run with nose2.", files=files), "PLN409") == []
    files = (change("tests/nose.cfg", "new"),)
    assert found(shop_task(objective="Its tests run with nose.", files=files), "PLN409") == []


@pytest.mark.parametrize(
    ("told", "hits"),
    [
        ("Add the dependency `tenacity` for it.", 1),
        ("Add `tenacity` as a new dependency.", 1),
        ("Use `tenacity`, which is already a dependency.", 1),
        ("The shop already depends on `tenacity`.", 1),
        ("Use `flask`, which is already a dependency.", 0),
        ("Use `left-pad`, which is already a dependency.", 0),
        ("Use `asyncio`, which is already a dependency.", 0),
        ("Add the dependency `store` to the handler.", 0),
        ("Add a dependency `get_store`.", 0),
        ("Add the dependency `T1` of this step.", 0),
        ("Add the field `tenacity`.", 0),
        ("`tenacity` is no dependency.", 0),
        ("Use `Cart.total`, which is already in the project.", 0),
    ],
)
def test_dependencies_in_sentences(told: str, hits: int) -> None:
    assert found(shop_task(objective=told), "PLN411") == ["PLN411 /tasks/0/objective error"] * hits


@pytest.mark.parametrize(
    "fields",
    [
        {"files": (change("pyproject.toml"),)},
        {"commands": ("uv add tenacity",)},
    ],
)
def test_a_dependency_in_a_sentence_that_a_step_adds(fields: dict[str, Any]) -> None:
    assert found(shop_task(objective="Add the dependency `tenacity` for it.", **fields), "PLN411") == []


@pytest.mark.parametrize(
    ("note", "hits"),
    [
        ("Available dependencies: date-fns is already in the project", 1),
        ("Available dependencies: flask is in use, and `zod` is available", 1),
        ("Available dependencies: the web framework is in use already", 0),
        ("Available dependencies: logging is available", 0),
        ("Available dependencies: Flask is in use", 0),
        ("Similar features exist: paging is already in the project", 0),
    ],
)
def test_dependencies_in_notes(note: str, hits: int) -> None:
    one = replace(loose("functional", requirements={"notes": [note]}), ground=TreeGround(SHOP))
    assert found(one, "PLN411") == ["PLN411 /requirements/notes/0 error"] * hits


def test_a_framework_that_the_plan_adds() -> None:
    one = shop(
        task("T1", tests=("A nose test",), files=(change("pyproject.toml"),)),
        delivery=Delivery(dependencies=(Dependency(name="nose", status="new", version="1"),)),
    )
    assert found(one, "PLN409", "PLN411") == []


@pytest.mark.parametrize(
    "name", ["left-pad", "Flask", "PostgreSQL", "Node.js", "an account at the bank", "pytest"]
)
def test_dependencies_that_are_there(name: str) -> None:
    assert found(shop_delivery(dependencies=(Dependency(name=name, status="present"),)), "PLN411") == []


def test_settings_that_somebody_provides() -> None:
    told = {
        "objective": "Read the environment variable SHOP_TAX_RATE.",
        "user_instructions": ("Set SHOP_TAX_RATE",),
    }
    assert found(shop_task(**told), "PLN412") == []
    assert found(shop_task(objective="The constant MAX_ITEMS grows."), "PLN412") == []


@pytest.mark.parametrize(
    "fields",
    [
        {"files": (change("package-lock.json"), change("package.json"))},
        {"files": (change("package-lock.json"),), "commands": ("npm install left-pad",)},
        {"files": (change("src/shop/generated/api.py"),), "changes": ("Regenerate the client",)},
        {"files": (change("src/shop/generated/api.py", "delete"),)},
        {"files": (change("local/kept.txt", "new"),)},
    ],
)
def test_files_that_a_program_writes_for_the_task(fields: dict[str, Any]) -> None:
    assert found(shop(task("T1", **{"objective": "x", **fields})), "PLN413") == []


def test_care_is_taken() -> None:
    path = (change(".github/workflows/ci.yml"),)
    assert found(shop(task("T1", files=path, risk_class="high")), "PLN414") == []
    assert found(shop(task("T1", files=path, decisions=("D-1",))), "PLN414") == []


def test_a_test_named_like_no_other() -> None:
    assert (
        found(shop_delivery(tests=(PlannedTest(what="x", path="tests/test_cart.py"),)), "PLN404", "PLN410")
        == []
    )
