"""Habits with the line that shows them: tools, required jobs, migrations, rules, plans and changelogs."""

from __future__ import annotations

import pytest

from bot.recon.conventions import conventions
from bot.recon.packing.notes import habits
from bot.recon.tree import in_memory


def jobs(text: str, **more: str) -> dict[str, str]:
    files = {
        ".github/workflows/ci.yml": text,
        **{path.replace("__", "/"): value for path, value in more.items()},
    }
    return {each.job: each.required for each in conventions(in_memory(files)).ci_jobs}


class TestJobs:
    GATE = (
        "on: [push, pull_request]\njobs:\n  a:\n    steps: []\n"
        "  gate:\n    needs: [a]\n    if: ${{ always() }}\n"
    )

    def test_a_job_that_waits_for_all_looks_required(self) -> None:
        assert jobs(self.GATE) == {"a": "", "gate": "waits for other jobs and always runs"}

    def test_a_job_that_may_fail_or_runs_by_the_clock_does_not(self) -> None:
        assert jobs(self.GATE + "    continue-on-error: true\n")["gate"] == ""
        assert jobs(self.GATE.replace("[push, pull_request]", "schedule"))["gate"] == ""

    def test_a_rule_in_the_repository_names_it(self) -> None:
        files = {".github/workflows/ci.yml": self.GATE, "bors.toml": 'status = ["a"]\n'}
        assert conventions(in_memory(files)).ci_jobs[0].required == "named in bors.toml"

    def test_other_services_have_jobs(self) -> None:
        found = conventions(in_memory({".gitlab-ci.yml": "stages: [a]\nunit:\n  script:\n    - x\n"})).ci_jobs
        assert [(each.job, each.evidence.line) for each in found] == [("unit", 2)]


@pytest.mark.parametrize(
    ("files", "field", "value", "line"),
    [
        ({".rubocop.yml": "# c\n\nAllCops:\n"}, "linters", "rubocop", 3),
        ({".credo.exs": "%{}\n"}, "linters", "credo", 1),
        ({".formatter.exs": "[]\n"}, "formatters", "mix format", 1),
        ({"alembic.ini": "# x\n[alembic]\n"}, "migration_tools", "alembic", 2),
        ({"prisma/migrations/20240101000000_a/migration.sql": "SELECT 1;"}, "migrations",
        "prisma/migrations", 1),
        ({"web/AGENTS.md": "# Web\n"}, "rules", "agent rules for web", 1),
        ({".kiro/steering/tech.md": "\n# Tech\n"}, "rules", "agent rules", 2),
        ({".specify/memory/constitution.md": "# C\n"}, "rules", "constitution", 1),
        ({"docs/adr/0001.md": "# One\n"}, "plans", "docs/adr/0001.md", 1),
        ({"CHANGELOG.md": "# C\n\n## [Unreleased]\n"}, "changelog_habits",
        "a section for what is not released yet", 3),
        ({".changeset/a.md": "---\n---\nText\n"}, "changelog_habits", "one file a change in .changeset/", 3),
    ],
)  # fmt: skip
def test_each_finding_has_its_line(files: dict[str, str], field: str, value: str, line: int) -> None:
    facts = getattr(conventions(in_memory(files)), field)
    got = next(each for each in facts if each.value == value)
    assert got.evidence[0].line == line
    assert got.evidence[0].quote in files[got.evidence[0].path]


def test_nothing_is_claimed_of_nothing() -> None:
    found = conventions(in_memory({})).to_dict()
    assert {name: value for name, value in found.items() if value} == {}


def test_a_manifest_that_cannot_be_read_is_told_to_people() -> None:
    tree = in_memory({"pyproject.toml": "[project\n", "package.json": '{"scripts": {}}'})
    (told,) = [each for each in habits(conventions(tree)) if "pyproject.toml" in each]
    assert told.startswith("not read: pyproject.toml is no valid TOML")
