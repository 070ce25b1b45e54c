"""What several rules ask of a task: how it is called, what kinds of file it touches, what it says to do.

No rule lives here; nothing here looks at more than names of files and English words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from bot.plan.model import Plan, Task
from bot.plan.rules.engine import LintInput
from bot.plan.rules.fields import Purpose, TextField
from bot.plan.rules.scope import bare, english

_MIGRATION_DIR = re.compile(
    r"(?:^|/)(?:migrations?|alembic/versions|db/migrate|prisma/migrations|db/changelogs?|flyway)/",
    re.IGNORECASE,
)
_MIGRATION_CODE = frozenset(
    [
        "sql",
        "py",
        "rb",
        "js",
        "ts",
        "mjs",
        "cjs",
        "php",
        "go",
        "java",
        "kt",
        "cs",
        "ex",
        "exs",
        "rs",
        "xml",
        "yaml",
    ]
)
_NO_MIGRATION = frozenset(["__init__.py", "env.py", "script.py.mako", "readme.md", "migration_lock.toml"])
_QUERIES = frozenset(["query", "queries", "sqlc", "seeds", "seed"])
_TESTS = frozenset(
    [
        "test",
        "tests",
        "__tests__",
        "spec",
        "testing",
        "e2e",
        "testdata",
        "fixtures",
        "__fixtures__",
        "__mocks__",
    ]
)
_TEST_NAME = re.compile(
    r"^test_|^conftest\.|[._-](?:test|tests|spec|e2e|cy)\.|_spec\.|(?:Test|Tests|Spec)\.\w+$"
)
_DOCS = frozenset(["md", "mdx", "rst", "adoc", "txt"])

# What stands between two clauses, so that the next one begins with its own verb.
_CLAUSE = re.compile(r"[.;:!?] |,? (?:and )?then |, and | [\u2013\u2014] ", re.IGNORECASE)
_OPENING = re.compile(
    r"^[\s\-*+>#]*(?:\d{1,2}[.)]\s+)?(?:(?:please|then|first|next|finally|lastly|also|once\s[^,]{1,60},"
    r"|after\s[^,]{1,60},"
    r"|before\s[^,]{1,60},|when\s[^,]{1,60},)[\s,]+)?",
    re.IGNORECASE,
)


def plan_of(given: LintInput) -> Plan:
    """The plan, for rules that need one."""
    assert given.plan is not None
    return given.plan


def called(given: LintInput, at: int) -> str:
    """What people call the task at this place of the list: its id, or its number when it has none."""
    return given.name(plan_of(given).tasks[at].id) or str(at + 1)


def paths(task: Task) -> tuple[str, ...]:
    """Every path the task changes, once; the old paths of renames are not counted."""
    return tuple(dict.fromkeys(change.path for change in task.files if change.path))


def is_test(path: str) -> bool:
    """Whether a path looks like a test or something that only tests use."""
    parts = path.split("/")
    return bool(_TESTS.intersection(parts[:-1]) or _TEST_NAME.search(parts[-1]))


def is_doc(path: str) -> bool:
    """Whether a path looks like documentation."""
    return PurePosixPath(path).suffix[1:].lower() in _DOCS


def is_migration(path: str) -> bool:
    """Whether a path looks like a change of a database's schema: in a folder of migrations, or plain SQL."""
    pure = PurePosixPath(path)
    if is_test(path) or pure.name.lower() in _NO_MIGRATION or _QUERIES.intersection(pure.parts):
        return False
    suffix = pure.suffix[1:].lower()
    return suffix == "sql" or bool(_MIGRATION_DIR.search(path) and suffix in _MIGRATION_CODE)


def migrations(task: Task) -> tuple[str, ...]:
    """The paths of a task that look like migrations."""
    return tuple(path for path in paths(task) if is_migration(path))


def task_texts(given: LintInput, *purposes: Purpose) -> Iterator[tuple[int, TextField]]:
    """English texts of tasks, each with the task's place in the list. Raises Lacking in another language."""
    for one in english(given, *purposes):
        if one.pointer.startswith("/tasks/"):
            yield int(one.pointer.split("/")[2]), one


def clauses(text: str) -> Iterator[str]:
    """The clauses of a text, code and quotes left out, each beginning with what it says to do."""
    for line in bare(text).splitlines():
        for clause in _CLAUSE.split(" ".join(line.split())):
            if words := _OPENING.sub("", clause).strip(".;:!? "):
                yield words
