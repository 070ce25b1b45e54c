"""Two plans of one repository at once, and the repository's own affairs, told as people see them."""

from __future__ import annotations

from tests.scenarios.town import BODY, Town

PLAN = "IMPLEMENTATION_PLAN.md"
OTHER = "Export orders as XML"
OTHER_BODY = BODY.replace("JSON lines", "XML").replace("jsonl", "xml")


def two(town: Town) -> tuple[tuple[int, int, str], tuple[int, int, str]]:
    """Two issues, each with its open plan pull request and branch."""
    numbers = (town.ask(), town.ask(OTHER, OTHER_BODY))
    town.run()
    pulls = {str(one["head"]["ref"]): int(one["number"]) for one in town.pulls()}
    first, second = ((n, pulls[f"groundplan/plan-{n}"], f"groundplan/plan-{n}") for n in numbers)
    return first, second


def test_plans_that_change_the_same_files_name_each_other(town: Town) -> None:
    (one, first, _), (other, second, _) = two(town)
    town.notice(one)
    town.run()
    [said] = [text for text in town.comments(first) if "Other open plans" in text]
    assert f"#{second} (for #{other})" in said
    assert "`src/shop/export.py`" in said
    [said] = [text for text in town.comments(second) if "Other open plans" in text]
    assert f"#{first} (for #{one})" in said
    town.close_pull(first)
    town.notice(one)
    town.notice(other)
    town.run()
    [said] = [text for text in town.comments(second) if "<!-- groundplan:radar" in text]
    assert "No other open plan" in said


def test_when_one_plan_merges_the_other_is_rebuilt_upon_it(town: Town) -> None:
    (one, first, _), (other, second, branch) = two(town)
    town.merge(first)
    town.notice(one)
    town.notice(0)
    town.run()
    pull = town.act("GET", f"/pulls/{second}")
    assert pull["mergeable"] is True
    text = town.file(branch, PLAN) or ""
    assert f"## #{one} ·" in text
    assert f"## #{other} ·" in text
    assert town.file(branch, f".agent/planning-output-{one}.json")
    [base, merged] = [one["parents"] for one in town.act("GET", f"/commits?sha={branch}&per_page=2")][::-1]
    assert (len(base), len(merged)) == (1, 2)
    town.merge(second)
    both = town.file("main", PLAN) or ""
    assert f"## #{one} ·" in both
    assert f"## #{other} ·" in both


def test_peoples_words_in_the_plan_file_survive_the_rebuilding(town: Town) -> None:
    (one, first, _), (_, second, branch) = two(town)
    town.merge(first)
    mine = "# Ours\n\nWords of people.\n\n" + (town.file("main", PLAN) or "")
    town.commit("main", {PLAN: mine})
    town.notice(one)
    town.notice(0)
    town.run()
    assert (town.file(branch, PLAN) or "").startswith("# Ours\n\nWords of people.\n")
    assert town.act("GET", f"/pulls/{second}")["mergeable"] is True


def test_a_repository_is_offered_a_configuration_once(town: Town) -> None:
    installed = town.sandbox.installation(town.full_name)
    installed.everything, installed.repository_ids = False, [town.repo.id]
    town.notice(0)
    town.run()
    [pull] = town.pulls()
    assert pull["head"]["ref"] == "groundplan/configure"
    assert ".github/groundplan.yml" in str(town.act("GET", f"/pulls/{pull['number']}/files"))
    town.close_pull(pull["number"])
    town.notice(0)
    town.run()
    assert len(town.pulls()) == 1


def test_a_broken_configuration_is_one_issue_and_no_plans(town: Town) -> None:
    town.commit("main", {".github/groundplan.yml": "formats:\n  default: novel\n"})
    town.notice(0)
    town.run()
    [issue] = [one for one in town.act("GET", "/issues") if "pull_request" not in one]
    assert "line 2, column" in issue["body"]
    number = town.ask()
    assert "blocked" in town.status_comment(number).lower()
    assert not [one for one in town.pulls() if one["head"]["ref"].startswith("groundplan/plan")]
    town.commit("main", {".github/groundplan.yml": "formats:\n  default: steps\n"})
    town.notice(0)
    town.run()
    assert town.issue(issue["number"])["state"] == "closed"
