"""Which unfinished tasks a push makes stale, by every way to cite a path and every fate it can have."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drift import PathChange, Stale, changes_between, drift_check, drift_note, drifted
from bot.plan.markdown import tokens
from bot.plan.model import Codebase, Command, Evidence, Plan
from tests.plan.samples import change, small_plan, task, webhook_plan


def renamed(old: str, new: str, digest: str = "") -> PathChange:
    return PathChange("renamed", new, old, digest)


def removed(path: str, digest: str = "") -> PathChange:
    return PathChange("removed", path, digest=digest)


def added(path: str, digest: str = "") -> PathChange:
    return PathChange("added", path, digest=digest)


def modified(path: str) -> PathChange:
    return PathChange("modified", path)


def seen(path: str, line: int = 0, quote: str = "") -> Evidence:
    return Evidence(path=path, line=line, quote=quote)


def found(
    changes: Sequence[PathChange], now: Collection[str], *, text: str | None = None, **fields: Any
) -> tuple[Stale, ...]:
    plan = small_plan(task("T1", **{"files": (), **fields}))
    return drifted(plan, {"T1"}, changes, now, lambda _: text)


def told(stale: Sequence[Stale]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.path, one.why, one.now) for one in stale]


EDIT: dict[str, Any] = {"files": (change("src/a.py"),)}
MAKE = {"files": (change("src/a.py", "new"),)}
DELETE = {"files": (change("src/a.py", "delete"),)}
RENAME = {"files": (change("src/b.py", "rename", source="src/a.py"),)}
QUOTE: dict[str, Any] = {"evidence": (seen("src/a.py", 2, "x  = 1"),)}


@pytest.mark.parametrize(
    ("fields", "changes", "now", "expected"),
    [
        (EDIT, [], ["src/a.py"], []),
        (EDIT, [], [], []),
        (EDIT, [modified("src/z.py"), removed("src/y.py")], ["src/a.py", "src/z.py"], []),
        (EDIT, [renamed("src/a.py", "lib/b.py")], ["lib/b.py"], [("src/a.py", "moved", ("lib/b.py",))]),
        (EDIT, [removed("src/a.py")], [], [("src/a.py", "gone", ())]),
        (EDIT, [modified("src/a.py")], ["src/a.py"], [("src/a.py", "changed", ("src/a.py",))]),
        (EDIT, [removed("src/a.py", "1"), added("src/a.py", "2")], ["src/a.py"],
         [("src/a.py", "changed", ("src/a.py",))]),
        (EDIT, [renamed("src/a.py", "b.py"), renamed("b.py", "c.py")], ["c.py"],
         [("src/a.py", "moved", ("c.py",))]),
        (EDIT, [renamed("src/a.py", "b.py"), removed("b.py", "1"), added("lib/q.py", "1")], ["lib/q.py"],
         [("src/a.py", "moved", ("lib/q.py",))]),
        (EDIT, [renamed("src/a.py", "b.py"), removed("b.py")], [], [("src/a.py", "gone", ())]),
        (EDIT, [renamed("src/a.py", "b.py"), renamed("b.py", "src/a.py")], ["src/a.py"],
         [("src/a.py", "changed", ("src/a.py",))]),
        (EDIT, [renamed("src/a.py", "src/b.py"), renamed("src/b.py", "src/a.py")], ["src/a.py", "src/b.py"],
         [("src/a.py", "replaced", ("src/b.py",))]),
        (EDIT, [renamed("src/a.py", "b.py"), added("src/a.py")], ["src/a.py", "b.py"],
         [("src/a.py", "replaced", ("b.py",))]),
        (MAKE, [added("src/a.py")], ["src/a.py"], [("src/a.py", "exists", ("src/a.py",))]),
        (MAKE, [renamed("src/q.py", "src/a.py")], ["src/a.py"], [("src/a.py", "exists", ("src/a.py",))]),
        (MAKE, [added("src/a.py"), removed("src/a.py")], [], []),
        (MAKE, [modified("src/a.py")], ["src/a.py"], []),
        (DELETE, [removed("src/a.py")], [], [("src/a.py", "done", ())]),
        (DELETE, [renamed("src/a.py", "b.py")], ["b.py"], [("src/a.py", "moved", ("b.py",))]),
        ({**DELETE, "allowed_paths": ("src/a.py",), **QUOTE}, [removed("src/a.py")], [],
         [("src/a.py", "done", ())]),
        (RENAME, [renamed("src/a.py", "src/b.py")], ["src/b.py"],
         [("src/b.py", "done", ("src/b.py",)), ("src/a.py", "done", ("src/b.py",))]),
        (RENAME, [renamed("src/a.py", "c.py")], ["c.py"], [("src/a.py", "moved", ("c.py",))]),
        (RENAME, [added("src/b.py")], ["src/a.py", "src/b.py"], [("src/b.py", "exists", ("src/b.py",))]),
        (QUOTE, [removed("src/a.py")], [], [("src/a.py", "gone", ())]),
        (QUOTE, [modified("src/a.py")], ["src/a.py"], [("src/a.py", "changed", ("src/a.py",))]),
        ({"evidence": (seen("issue", 3),)}, [removed("issue")], [], []),
        ({"allowed_paths": ("src/api/",)}, [renamed("src/api/a.py", "src/http/a.py")], ["src/http/a.py"],
         [("src/api/", "moved", ("src/http/",))]),
        ({"allowed_paths": ("src/api",)}, [renamed("src/api/a.py", "src/http/a.py")], ["src/http/a.py"],
         [("src/api", "moved", ("src/http/",))]),
        ({"allowed_paths": ("src/api/*",)}, [renamed("src/api/a.py", "src/http/a.py")], ["src/http/a.py"],
         [("src/api/*", "moved", ("src/http/",))]),
        ({"allowed_paths": ("src/api/",)}, [renamed("src/api/a.py", "x/a.py")],
         ["x/a.py", "src/api/b.py"], []),
        ({"allowed_paths": ("src/api/",)}, [removed("src/api/a.py")], ["src/b.py"],
         [("src/api/", "gone", ())]),
        ({"allowed_paths": ("src/api/",)},
         [renamed("src/api/a.py", "x/a.py"), renamed("src/api/b.py", "y/b.py")], ["x/a.py", "y/b.py"],
         [("src/api/", "moved", ("x/", "y/"))]),
        ({"allowed_paths": ("src/*_api.py",)}, [renamed("src/a_api.py", "src/a.py")], ["src/a.py"],
         [("src/*_api.py", "gone", ())]),
        ({"allowed_paths": ("src/new.py", "src/")}, [added("src/new.py")], ["src/new.py"], []),
        ({"denied_paths": ("src/auth/",)}, [renamed("src/auth/k.py", "src/keys/k.py")], ["src/keys/k.py"],
         [("src/auth/", "moved", ("src/keys/",))]),
        ({"tests": ("`tests/test_a.py::test_x` fails before and passes after.",)},
         [renamed("tests/test_a.py", "tests/a_test.py")], ["tests/a_test.py"], []),
        ({"tests": ("Extend `tests/test_a.py`.",)}, [renamed("tests/test_a.py", "tests/a_test.py")],
         ["tests/a_test.py"], [("tests/test_a.py", "moved", ("tests/a_test.py",))]),
        ({"tests": ("Extend ./tests/test_a.py:12.",)}, [removed("tests/test_a.py")], [],
         [("tests/test_a.py", "gone", ())]),
        ({"tests": ("Extend tests/test_a.py",)}, [modified("tests/test_a.py")], ["tests/test_a.py"], []),
        ({"objective": "Make src/a.py fast."}, [renamed("src/a.py", "b.py")], ["b.py"],
         [("src/a.py", "moved", ("b.py",))]),
    ],
)  # fmt: skip
def test_what_became_of_what_a_task_cites(
    fields: dict[str, Any], changes: list[PathChange], now: list[str], expected: list[Any]
) -> None:
    assert told(found(changes, now, **fields)) == expected


def test_only_contents_that_changed_are_notes() -> None:
    (note,) = found([modified("src/a.py")], ["src/a.py"], **EDIT)
    (gone,) = found([removed("src/a.py")], [], **EDIT)
    assert (note.is_note, gone.is_note) == (True, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y\nx = 1\n", []),
        ("y\n\n\n  x =  1  # why\n", [("quote moved", 4)]),
        ("x = 1\nx = 1\n", []),
        ("x = 2\n", [("quote gone", 0)]),
        ("", [("quote gone", 0)]),
        (None, [("changed", 0)]),
    ],
)
def test_a_quote_counts_more_than_the_file_it_is_from(
    text: str | None, expected: list[tuple[str, int]]
) -> None:
    stale = found([modified("src/a.py")], ["src/a.py"], text=text, **QUOTE)
    assert [(one.why, one.now_line) for one in stale] == expected
    assert all(one.is_note and one.line == 2 for one in stale)


def test_the_gravest_is_said_once_with_every_use() -> None:
    fields = {**EDIT, **QUOTE, "allowed_paths": ("src/a.py",), "tests": ("see src/a.py",)}
    (one,) = found([renamed("src/a.py", "b.py")], ["b.py"], **fields)
    assert one.uses == ("to edit", "evidence", "may touch", "test")
    assert one.known


def _with_command(**fields: Any) -> Plan:
    make = Command(kind="test", line="make test", evidence=seen("Makefile", 3, "test:"))
    lint = Command(kind="lint", line="npm run lint", evidence=seen("package.json", 9, '"lint"'))
    return small_plan(task("T1", files=(), **fields), codebase=Codebase(commands=(make, lint)))


def test_the_file_that_defines_a_command_is_cited_by_the_tasks_that_run_it() -> None:
    changes, now = [renamed("Makefile", "GNUmakefile"), removed("package.json")], ["GNUmakefile"]
    own = drifted(_with_command(commands=("npm run lint -- --fix",)), {"T1"}, changes, now)
    assert told(own) == [("package.json", "gone", ())]
    inherited = drifted(_with_command(), {"T1"}, changes, now)
    assert told(inherited) == [("Makefile", "moved", ("GNUmakefile",))]
    assert inherited[0].uses == ("defines its command",)


def test_finished_tasks_are_passed_over_and_what_they_wrote_is_no_news() -> None:
    first = task("T1", files=(change("src/a.py", "new"), change("src/b.py")))
    second = task(
        "T2", files=(change("src/a.py"), change("src/b.py"), change("src/c.py")), depends_on=("T1",)
    )
    changes = [added("src/a.py"), modified("src/b.py"), modified("src/c.py")]
    now = ["src/a.py", "src/b.py", "src/c.py"]
    plan = small_plan(first, second)
    assert [(one.task, one.path, one.why) for one in drifted(plan, {"T2"}, changes, now)] == [
        ("T2", "src/c.py", "changed")
    ]
    assert drifted(plan, (), changes, now) == ()
    assert [one.why for one in drifted(plan, {"T1", "T2"}, changes, now) if one.task == "T1"] == [
        "exists",
        "changed",
    ]


@pytest.mark.parametrize(
    ("gone", "came", "expected"),
    [
        (["src/a.py:1"], ["lib/z.py:1", "lib/a.py:2"], ("lib/z.py",)),
        (["src/a.py"], ["lib/a.py"], ("lib/a.py",)),
        (["src/a.py"], ["src/A.py"], ("src/A.py",)),
        (["src/web/a.py"], ["lib/web/a.py", "lib/jobs/a.py"], ("lib/web/a.py",)),
        (["src/a.py"], ["lib/a.py", "app/a.py"], ("app/a.py", "lib/a.py")),
        (["src/a.py:1"], ["lib/y.py:1", "lib/z.py:1"], ("lib/y.py", "lib/z.py")),
        (["src/a.py:1"], ["lib/a.py:1", "lib/z.py:1"], ("lib/a.py",)),
        (["src/a.js"], ["src/a.ts", "lib/a.tsx"], ("src/a.ts",)),
        (["src/invoice.py"], ["src/invoices.py", "lib/zebra.py"], ("src/invoices.py",)),
        (["src/invoice.py"], ["lib/zebra.py"], ()),
        (["x/invoice.py"], ["x/zebra.py"], ("x/zebra.py",)),
        (["x/invoice.py", "x/cart.py"], ["x/zebra.py"], ()),
        (["examples/x/app.js"], ["examples/x/main.js", "test/app.js"], ("examples/x/main.js", "test/app.js")),
        (["examples/x/index.js"], ["examples/x/main.js", "test/index.js"], ("examples/x/main.js",)),
        (["src/app/mod.rs"], ["src/app.rs", "src/error/mod.rs"], ("src/app.rs",)),
        (["src/page.ts"], ["src/page/index.ts", "lib/page.ts"], ("src/page/index.ts",)),
        (["src/web/__init__.py", "src/web/page.py"], ["src/pages/__init__.py", "src/pages/page.py"],
         ("src/pages/__init__.py",)),
        (["src/a.py", "old/a.py:1"], ["new/a.py:1"], ()),
    ],
)  # fmt: skip
def test_the_new_path_when_no_push_says_it(
    gone: list[str], came: list[str], expected: tuple[str, ...]
) -> None:
    def files(some: list[str]) -> dict[str, str]:
        return {path: digest for path, _, digest in (each.partition(":") for each in some)}

    changes = [removed(*each) for each in files(gone).items()] + [
        added(*each) for each in files(came).items()
    ]
    path = gone[0].partition(":")[0]
    (one,) = found(changes, files(came), files=(change(path),))
    assert (one.now, one.known) == (expected, False)


def test_a_file_that_was_there_all_along_is_no_new_path() -> None:
    (one,) = found([removed("src/invoice.py")], ["lib/invoice.py"], files=(change("src/invoice.py"),))
    assert told([one]) == [("src/invoice.py", "gone", ())]


def test_what_the_plan_itself_was_to_make_is_no_new_path() -> None:
    made, gone = task("T1", files=(change("x/new.py", "new"),)), task("T2", files=(change("x/old.py"),))
    changes, now = [added("x/new.py"), removed("x/old.py")], ["x/new.py"]
    assert told(drifted(small_plan(made, gone), {"T2"}, changes, now)) == [("x/old.py", "gone", ())]
    assert told(drifted(small_plan(gone), {"T2"}, changes, now)) == [("x/old.py", "moved", ("x/new.py",))]


def test_folders_alone_do_not_make_a_path_alike() -> None:
    deep = "src/main/java/org/example/town/accounts"
    came = [f"{deep}/Zebra.java", f"{deep}/Queue.java"]
    gone = (f"{deep}/Invoice.java", f"{deep}/Invoices.java")
    (one, _) = found([*map(removed, gone), *map(added, came)], came, files=tuple(map(change, gone)))
    assert one.now == ()


def test_a_name_that_many_files_have_says_less_than_a_neighbour() -> None:
    changes = [removed("t/a/errors.json"), added("t/a/warnings.json"), added("t/b/errors.json")]
    now = ["t/a/warnings.json", "t/b/errors.json"]
    (rare,) = found(changes, now, files=(change("t/a/errors.json"),))
    assert rare.now == ("t/b/errors.json",)
    (common,) = found(changes, [*now, *(f"t/{at}/errors.json" for at in range(3))],
                      files=(change("t/a/errors.json"),))  # fmt: skip
    assert common.now == ("t/a/warnings.json", "t/b/errors.json")


def test_two_lists_of_files_are_compared_as_a_push_would_be() -> None:
    then = {"a": "1", "b": "2", "c": "3", "e1": "0", "e2": "0", "u": ""}
    now = {"a": "1", "b": "9", "d": "3", "n": "5", "f1": "0", "f2": "0", "v": ""}
    assert set(changes_between(then, now)) == {
        PathChange("modified", "b", digest="9"),
        PathChange("renamed", "d", "c", "3"),
        PathChange("added", "n", digest="5"),
        *(PathChange("removed", path, digest="0") for path in ("e1", "e2")),
        *(PathChange("added", path, digest="0") for path in ("f1", "f2")),
        PathChange("removed", "u"),
        PathChange("added", "v"),
    }


PATHS = st.sampled_from(["src/a.py", "src/b.py", "lib/a.py", "lib/sub/c.py", "docs/a.md", "Makefile"])
TREES = st.dictionaries(PATHS, st.sampled_from(["", "1", "2", "3"]), max_size=6)


@settings(max_examples=200, deadline=None)
@given(TREES, TREES)
def test_what_is_untouched_is_never_stale_and_what_went_always_is(
    then: dict[str, str], now: dict[str, str]
) -> None:
    plan = small_plan(task("T1", files=tuple(change(path) for path in then)))
    changes = changes_between(then, now)
    stale = {one.path: one for one in drifted(plan, {"T1"}, changes, now)}
    assert {path for path, one in stale.items() if not one.is_note} == set(then) - set(now)
    assert {path for path, one in stale.items() if one.is_note} == {
        path for path in then if path in now and now[path] != then[path]
    }
    assert all(set(one.now) <= set(now) for one in stale.values())
    assert drifted(plan, {"T1"}, changes_between(now, now), now) == ()


def test_the_order_of_changes_of_one_comparison_changes_nothing() -> None:
    plan = webhook_plan()
    cited = [one.path for each in plan.tasks for one in each.files if one.change == "edit"]
    changes = [
        renamed(cited[0], "x/a.py"),
        removed("old/z.py", "1"),
        added("new/z.py", "1"),
        modified("y.py"),
    ]
    now = ["x/a.py", "new/z.py", "y.py"]
    everybody = {one.id for one in plan.tasks}
    results = {drifted(plan, everybody, order, now) for order in permutations(changes)}
    assert len(results) == 1
    assert any(one.now == ("x/a.py",) for one in results.pop())


def test_rings_of_renames_end() -> None:
    ring = [renamed("src/a.py", "b"), renamed("b", "c"), renamed("c", "b")]
    assert told(found(ring, ["z"], **EDIT)) == [("src/a.py", "gone", ())]


def test_the_note_says_what_where_and_what_next() -> None:
    stale = found([renamed("src/a.py", "lib/b.py"), modified("src/n.py")], ["lib/b.py", "src/n.py"],
                  files=(change("src/a.py"), change("src/n.py")))  # fmt: skip
    assert drift_note(stale, number=12) == (
        "**The plan does not fit the repository or the issue any more.**\n\n"
        "What unfinished tasks rely on:\n\n"
        "- T1: `src/a.py` (to edit) was renamed to `lib/b.py`\n\n"
        "Worth knowing, the tasks can be carried out as they are:\n\n"
        "- T1: `src/n.py` (to edit) has changed since the plan was made\n\n"
        "**Next:** comment `/plan refresh` on #12, which brings the plan to the default branch as it is now; "
        "until then do not start on these tasks _(maintainers)_\n"
    )
    assert drift_check(stale)[0] == "1 task stale, 1 note"


def test_notes_alone_ask_for_nothing_and_nothing_says_so() -> None:
    stale = found([modified("src/a.py")], ["src/a.py"], **EDIT)
    assert "refresh" not in drift_note(stale)
    assert drift_check(())[0] == "Everything the plan cites stands"
    assert drift_note(()) == "Everything the plan cites stands again.\n"


def test_every_fate_has_words_of_its_own() -> None:
    said = [
        drift_note((Stale("T1", "a", why, ("to edit",), ("b",), True, 3, 9),))
        for why in ("moved", "gone", "replaced", "exists", "quote gone", "quote moved", "done", "changed")
    ]
    guess = drift_note((Stale("T1", "a", "moved", (), ("b", "c")),))
    assert "`a` is gone; it looks like `b` or `c` now" in guess
    assert len({*said, guess}) == 9


def test_hostile_paths_stay_text_and_notes_fit() -> None:
    name = "src/`@team`|<!--\u202e[x](http://a) fixes #1 " + "y" * 900
    paths = [f"{name}{at}" for at in range(300)]
    stale = found([removed(path) for path in paths], [], files=tuple(change(path) for path in paths))
    title, text = drift_check(stale)
    assert len(stale) == 300
    assert len(text) < 60_000
    assert "\u202e" not in text
    assert {one.type for block in tokens(text) for one in block.children or []} <= {
        "text", "code_inline", "strong_open", "strong_close", "em_open", "em_close", "softbreak",
    }  # fmt: skip
    assert title == "1 task stale"
