"""Repositories of every shape: a plan, or a plain word about what is in its way."""

from __future__ import annotations

import os

import pytest

from sandbox.checkout import seed_commit
from sandbox.objects import GITLINK_MODE, SYMLINK_MODE, Entry
from tests.scenarios.town import FILES, START, Town

PLAN = "IMPLEMENTATION_PLAN.md"


def give(town: Town, **odd: tuple[str, bytes]) -> None:
    """A repository with the usual files and these paths (`__` is a slash) of another mode."""
    town.move_to("acme/odd", dict(FILES))
    world = town.sandbox.world
    entries = world.blobs(dict(FILES))
    for name, (mode, data) in odd.items():
        entries[name.replace("__", "/")] = Entry(
            mode, "a" * 40 if mode == GITLINK_MODE else world.store.put("blob", data)
        )
    town.repo.refs["refs/heads/main"] = seed_commit(world.store, entries, int(START))


def plan_file(town: Town) -> bytes:
    [pull] = town.pulls()
    store = town.sandbox.world.store
    entry = store.find(store.commit(pull["head"]["sha"]).tree, PLAN)
    assert entry
    return store.blob(entry.sha)


def failed(town: Town, number: int, words: str) -> None:
    """It says so, once, lets the label go and leaves nothing behind."""
    status = town.status(number)
    assert status.startswith("### ⚠️ No plan: planning failed")
    assert words in status
    assert town.labels(number) == []
    assert town.branches() == ["main"]


def test_no_commits_yet(town: Town) -> None:
    town.move_to("acme/empty", {})
    number = town.ask()
    assert town.status(number) == (
        "### ⛔ Planning is blocked\n\nThe repository has no commits yet.\n\n"
        "**Next:** push a first commit, then put `needs-plan` on again _(maintainers)_"
    )
    assert town.labels(number) == []


def many_files(town: Town, count: int) -> None:
    rows = {f"data/{one // 500:03}/{one:05}.txt": f"row {one}\n" for one in range(count)}
    town.move_to("acme/big", {**FILES, **rows})
    number = town.ask()
    assert town.status(number).startswith("### 📝 Plan ready for review")
    [pull] = town.pulls()
    assert "`src/shop/export.py`" in (town.file(pull["head"]["ref"], PLAN) or "")


def test_five_thousand_files(town: Town) -> None:
    many_files(town, 5_000)


@pytest.mark.full
@pytest.mark.skipif(os.environ.get("GROUNDPLAN_FULL") != "1", reason="slow: needs GROUNDPLAN_FULL=1")
def test_fifty_thousand_files(town: Town) -> None:
    many_files(town, 50_000)


def test_submodules_and_symlinks_are_listed_and_not_followed(town: Town) -> None:
    give(
        town,
        link=(SYMLINK_MODE, b"/etc/passwd"),
        src__loop=(SYMLINK_MODE, b"../src"),
        vendor__lib=(GITLINK_MODE, b""),
        **{
            ".gitmodules": (
                "100644",
                b'[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://example.com/l\n',
            )
        },
    )
    number = town.ask()
    assert town.status(number).startswith("### 📝 Plan ready for review")
    text = plan_file(town).decode()
    assert "root:" not in text
    assert "src/loop/" not in text


def test_specs_is_a_file(town: Town) -> None:
    town.move_to("acme/odd", {**FILES, "specs": "mine\n"})
    failed(town, town.ask(), "`specs` is a file, and a folder is needed there. Move it and ask again.")


def test_the_plan_file_is_a_symlink(town: Town) -> None:
    give(town, **{PLAN: (SYMLINK_MODE, b"README.md")})
    failed(town, town.ask(), f"`{PLAN}` is a symlink. Replace it by a plain file or folder.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "# Ours\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> b\n",
            "line 2: a merge conflict is left here, and it is in words",
        ),
        (
            "<!-- groundplan:plan 7 begin -->\nx\n",
            "line 1: the section of issue 7 begins here and does not end.",
        ),
        ("<!-- groundplan:plan x -->\n", "line 1: this mark of a plan section is damaged."),
        (b"\xff\x00\x80abc", "is not UTF-8 text. Make it UTF-8 text and ask again."),
    ],
    ids=["merge conflict", "open section", "damaged mark", "binary"],
)
def test_a_plan_file_that_cannot_be_trusted_is_left_alone(town: Town, text: str | bytes, words: str) -> None:
    town.move_to("acme/odd", {**FILES, PLAN: text})
    failed(town, town.ask(), words)


@pytest.mark.parametrize(
    "text",
    [
        b"# Ours\r\n\r\nTrailing blanks\t \r\nlast line without an end",
        b"# Ours\n\n\n\nMixed\r\nends\n",
        "# Größe\n\n<!-- a comment of ours -->\n@maya, see #1\n".encode(),
        "\ufeff# Ours\n".encode(),
        "# Größe\n".encode("utf-16"),
    ],
    ids=["CRLF", "mixed line ends", "markup", "byte order mark", "UTF-16"],
)
def test_what_people_wrote_stays_byte_for_byte(town: Town, text: bytes) -> None:
    """Where that cannot be, nothing is written at all."""
    town.move_to("acme/odd", {**FILES, PLAN: text})
    number = town.ask()
    if town.pulls():
        assert plan_file(town).startswith(text)
    else:
        failed(town, number, "UTF-8")


def test_an_ignored_agent_folder_is_written_all_the_same(town: Town) -> None:
    town.move_to("acme/odd", {**FILES, ".gitignore": ".agent/\n"})
    number = town.ask()
    [pull] = town.pulls()
    assert town.file(pull["head"]["ref"], f".agent/planning-output-{number}.json")
