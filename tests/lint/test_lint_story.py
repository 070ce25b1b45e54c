"""A lint run from paths to findings: what is found, grouped, checked, refused and left alone."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.lint.outcome import CLEAN, COULD_NOT_RUN, FOUND, Run
from bot.lint.places import LARGEST
from bot.lint.selection import chosen_rules
from bot.lint.story import Request, run
from bot.plan.rules import RULES
from tests.lint.folders import CONTRACT, FANOUT, git, repository, with_plan, write
from tests.plan.rules.fixtures.base import sound
from tests.plan.samples import change, task


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(repository(tmp_path))
    return tmp_path


def linted(*paths: str, **more: object) -> Run:
    return run(Request(paths=paths, today="2026-11-21", **more))  # type: ignore[arg-type]


def rules(outcome: Run) -> set[str]:
    return {finding.rule for _, finding in outcome.findings()}


BROKEN = sound(task("T1", files=(change("lib/engine.py"),)), task("T2", depends_on=("T9",)))


# --- plans of ours ---


def test_a_sound_plan_is_clean_and_checked_against_its_own_base(repo: Path) -> None:
    plan = with_plan(repo)
    outcome = linted(CONTRACT)
    assert (list(outcome.findings()), outcome.exit_code) == ([], CLEAN)
    (only,) = outcome.plans
    assert only.commit == plan.provenance.base_sha
    assert {"PLN401", "PLN806", "PLN811"} <= outcome.checked


@pytest.mark.parametrize(
    "named", [CONTRACT, FANOUT, "specs/12-small-plan/tasks.md", "IMPLEMENTATION_PLAN.md", "."]
)
def test_any_file_of_a_plan_leads_to_the_whole_plan(repo: Path, named: str) -> None:
    with_plan(repo)
    (only,) = linted(named).plans
    assert {CONTRACT, FANOUT, "IMPLEMENTATION_PLAN.md", "specs/12-small-plan/tasks.md"} <= set(only.texts)


def test_all_files_of_a_plan_together_are_one_plan(repo: Path) -> None:
    with_plan(repo)
    assert len(linted(CONTRACT, FANOUT, "IMPLEMENTATION_PLAN.md", ".").plans) == 1


def test_findings_are_placed_in_the_contract_and_in_what_people_read(repo: Path) -> None:
    with_plan(repo, BROKEN)
    outcome = linted("specs/12-small-plan/tasks.md", select=["PLN401", "PLN303"])
    assert rules(outcome) == {"PLN401", "PLN303"}
    assert outcome.exit_code == FOUND
    for plan, finding in outcome.findings():
        assert finding.location is not None
        assert finding.location.file == CONTRACT
        line = plan.texts[CONTRACT].split("\n")[finding.location.line - 1]
        assert "lib/engine.py" in line or "T9" in line


def test_documents_that_say_something_else_than_the_contract_are_found(repo: Path) -> None:
    with_plan(repo)
    tasks = repo / "specs/12-small-plan/tasks.md"
    tasks.write_text(
        tasks.read_text(encoding="utf-8").replace("Build part T1", "Build nothing"), encoding="utf-8"
    )
    assert "PLN806" in rules(linted(CONTRACT))


def test_a_contract_without_its_documents_is_linted_and_says_what_it_could_not_check(repo: Path) -> None:
    with_plan(repo)
    for name in ("IMPLEMENTATION_PLAN.md", *(str(one) for one in repo.glob("specs/*/*.md"))):
        (repo / name).unlink()
    outcome = linted(CONTRACT)
    assert list(outcome.findings()) == []
    assert "PLN806" in {one.rule for one in outcome.not_checked}
    assert "PLN806" not in outcome.checked


def test_a_broken_contract_is_told_by_line(repo: Path) -> None:
    with_plan(repo)
    text = (repo / CONTRACT).read_text(encoding="utf-8")
    (repo / CONTRACT).write_text(
        text.replace('"risk_class": "low"', '"risk_class": "lowish"', 1), encoding="utf-8"
    )
    outcome = linted(CONTRACT)
    assert "PLN802" in rules(outcome)
    places = [finding.location for _, finding in outcome.findings() if finding.rule == "PLN802"]
    assert places[0] is not None
    assert "lowish" in (repo / CONTRACT).read_text(encoding="utf-8").split("\n")[places[0].line - 1]


def test_two_plans_in_one_file_are_two_plans_and_nothing_is_told_twice(repo: Path) -> None:
    from bot.plan.formats import FORMATS

    first = with_plan(repo)
    existing = {"IMPLEMENTATION_PLAN.md": (repo / "IMPLEMENTATION_PLAN.md").read_text(encoding="utf-8")}
    second = first.model_copy(update={"issue": 13, "slug": "other-plan"})
    write(repo, {file.path: file.text for file in FORMATS["roadmap"].files(second, existing)})
    outcome = linted("IMPLEMENTATION_PLAN.md", ".")
    assert {plan.name for plan in outcome.plans} == {CONTRACT, ".agent/planning-output-13.json"}
    told = [(finding.rule, finding.location, finding.message) for _, finding in outcome.findings()]
    assert len(told) == len(set(told))


# --- the repository ---


def test_without_a_repository_its_rules_are_listed_as_not_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path / "there")
    with_plan(tmp_path / "there", BROKEN)
    (tmp_path / "there" / ".git").rename(tmp_path / "git")
    monkeypatch.chdir(tmp_path / "there")
    outcome = linted(CONTRACT)
    assert "PLN401" not in rules(outcome) | outcome.checked
    assert "PLN401" in {one.rule for one in outcome.not_checked}
    assert outcome.plans[0].commit == ""


def test_a_repository_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path / "code")
    (tmp_path / "plans").mkdir()
    monkeypatch.chdir(tmp_path / "plans")
    with_plan(tmp_path / "code", BROKEN)
    text = (tmp_path / "code" / CONTRACT).read_text(encoding="utf-8")
    write(tmp_path / "plans", {CONTRACT: text})
    assert "PLN401" in rules(linted(CONTRACT, repo=tmp_path / "code"))


def test_a_base_is_taken_instead_of_the_plans_own(repo: Path) -> None:
    first = git(repo, "rev-parse", "HEAD")
    (repo / "src/app.py").rename(repo / "src/main.py")
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--message", "rename")
    with_plan(repo)
    assert "PLN401" in rules(linted(CONTRACT))
    outcome = linted(CONTRACT, base=first)
    assert "PLN401" not in rules(outcome)
    assert outcome.plans[0].commit == first


def test_a_base_that_is_gone_falls_back_to_head_and_says_so(repo: Path) -> None:
    from bot.plan.formats import FORMATS

    write(repo, {file.path: file.text for file in FORMATS["roadmap"].files(sound(), {})})
    (only,) = linted(CONTRACT).plans
    assert only.commit == git(repo, "rev-parse", "HEAD")
    assert sound().provenance.base_sha[:7] in only.notes[0]


@pytest.mark.parametrize(("base", "said"), [("f" * 40, "no commit"), ("main", "hexadecimal name")])
def test_a_commit_that_is_not_there_is_refused(repo: Path, base: str, said: str) -> None:
    with_plan(repo)
    outcome = linted(CONTRACT, base=base)
    assert outcome.exit_code == COULD_NOT_RUN
    (refusal,) = outcome.refused
    assert said in refusal.reason
    assert refusal.next_step


def test_a_repository_that_is_not_there_is_refused(repo: Path) -> None:
    with_plan(repo)
    with pytest.raises(UserError, match="does not exist"):
        linted(CONTRACT, repo=repo / "nowhere")


def test_a_repository_without_commits_is_no_ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.plan.formats import FORMATS

    git(tmp_path, "init", "--quiet")
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {file.path: file.text for file in FORMATS["roadmap"].files(sound(), {})})
    (only,) = linted(CONTRACT).plans
    assert "no commit yet" in only.notes[0]
    assert only.commit == ""


# --- which rules ---


def test_rules_are_chosen_by_id_and_by_beginning() -> None:
    assert chosen_rules(["pln308"], []) == {"PLN308"}
    graph = chosen_rules(["PLN3"], [])
    assert graph == {rule for rule in RULES if rule.startswith("PLN3")}
    assert chosen_rules(["PLN3"], ["PLN30"]).isdisjoint({"PLN301", "PLN308"})


def test_extended_rules_run_when_they_are_asked_for() -> None:
    extended = {one.id for one in RULES.values() if one.tier == "extended"}
    assert extended
    assert chosen_rules([], []).isdisjoint(extended)
    assert chosen_rules([], [], extended=True) == set(RULES)
    assert chosen_rules(sorted(extended), []) == extended


@pytest.mark.parametrize("name", ["PLN999", "PLN4011", "401", "E501", "PLN401*", "", "\x00"])
def test_an_unknown_rule_is_refused_with_a_guess(name: str) -> None:
    with pytest.raises(UserError, match="no rule") as refused:
        chosen_rules([name], [])
    assert "groundplan rules" in refused.value.next_step
    with pytest.raises(UserError):
        chosen_rules([], [name])


def test_a_near_id_is_guessed() -> None:
    with pytest.raises(UserError) as refused:
        chosen_rules(["PLM401"], [])
    assert "PLN401" in refused.value.next_step


def test_warnings_fail_a_strict_run_only(repo: Path) -> None:
    with_plan(repo, sound(task("T1", risk_class="high", max_diff_scope=40, files=(change("src/app.py"),))))
    assert linted(CONTRACT, select=["PLN809"]).count("warning") == 1
    assert linted(CONTRACT, select=["PLN809"]).exit_code == CLEAN
    assert linted(CONTRACT, select=["PLN809"], strict=True).exit_code == FOUND


# --- what cannot be read ---


def test_one_broken_path_does_not_keep_the_others_from_being_linted(repo: Path) -> None:
    with_plan(repo, BROKEN)
    outcome = linted("nowhere.md", CONTRACT)
    assert "PLN303" in rules(outcome)
    assert outcome.exit_code == COULD_NOT_RUN
    assert [one.path for one in outcome.refused] == ["nowhere.md"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"# Plan\n\0\n", "is not text"),
        (b"# Plan \xff\n", "is not UTF-8 text: byte 7 is 0xff"),
        ("# Plan\n".encode("utf-16"), "UTF-16"),
        (b"x" * (LARGEST + 1), "larger than 2,000,000 bytes"),
        (b"import os\nprint(os.name)\n", "does not look like a plan"),
    ],
    ids=["empty", "blank", "binary", "latin", "utf-16", "huge", "code"],
)
def test_what_is_no_plan_is_refused_in_a_sentence(repo: Path, data: bytes, said: str) -> None:
    (repo / "thing.py").write_bytes(data)
    outcome = linted("thing.py")
    assert outcome.exit_code == COULD_NOT_RUN
    (refusal,) = outcome.refused
    assert said in refusal.reason
    assert refusal.next_step


def test_a_broken_link_a_pipe_and_a_gone_file_are_refused(repo: Path) -> None:
    (repo / "link.md").symlink_to("gone.md")
    os.mkfifo(repo / "pipe.md")
    outcome = linted("link.md", "pipe.md", "gone.md")
    assert [one.reason for one in outcome.refused] == [
        "link.md is a link to a file that is not there.",
        "pipe.md is neither a file nor a folder.",
        "gone.md does not exist.",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_rights_is_refused(repo: Path) -> None:
    with_plan(repo)
    (repo / CONTRACT).chmod(0)
    outcome = linted(CONTRACT)
    assert "cannot be read: Permission denied" in outcome.refused[0].reason


def test_a_path_too_long_or_with_a_file_as_folder_is_refused(repo: Path) -> None:
    outcome = linted("x" * 300, "src/app.py/plan.md")
    assert len(outcome.refused) == 2
    assert all("cannot be read" in one.reason for one in outcome.refused)


def test_a_folder_without_plans_is_refused(repo: Path) -> None:
    (refusal,) = linted("src").refused
    assert refusal.reason == "There is no plan file in src."


def test_links_that_lead_round_in_a_circle_end(repo: Path) -> None:
    with_plan(repo)
    (repo / "specs" / "loop").symlink_to(repo, target_is_directory=True)
    (repo / "a.md").symlink_to("b.md")
    (repo / "b.md").symlink_to("a.md")
    assert len(linted(".").plans) == 1
    assert "cannot be read" in linted("a.md").refused[0].reason


def test_folders_of_others_are_not_searched(repo: Path) -> None:
    write(repo, {"node_modules/x/PLAN.md": "# Plan\n\n- [ ] x\n", ".git/PLAN.md": "# Plan\n\n- [ ] x\n"})
    assert "no plan file" in linted(".").refused[0].reason


FOUND_IN_FOLDERS = [
    "IMPLEMENTATION_PLAN.md",
    "packages/a/PLAN.md",
    "specs/001-login/tasks.md",
    "EXPORT/plan_login.md",
    "openspec/changes/add-login/tasks.md",
    ".kiro/specs/login/tasks.md",
    ".claude/plans/login.md",
    "docs/plans/2026/login.md",
]


@pytest.mark.parametrize("name", FOUND_IN_FOLDERS)
def test_plan_files_are_found_in_folders(repo: Path, name: str) -> None:
    write(repo, {name: "# Plan: Login\n\n## Tasks\n\n- [ ] T001 Add the login form in `src/app.py`\n"})
    outcome = linted(".")
    assert outcome.files == (name,)
    folder = str(Path(name).parent)
    assert linted(folder).files == (name,)


def test_an_unknown_format_is_refused(repo: Path) -> None:
    with pytest.raises(UserError, match="no format 'prose'"):
        linted(".", kind="prose")


# --- standard input ---


def test_standard_input_is_linted(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_plan(repo, BROKEN)
    text = (repo / CONTRACT).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    outcome = linted("-", select=["PLN303", "PLN810"])
    ((plan, finding),) = outcome.findings()
    assert (plan.name, finding.rule) == ("-", "PLN303")
    assert finding.location is not None
    assert finding.location.file == "-"


def test_standard_input_cannot_be_mended(repo: Path) -> None:
    with pytest.raises(UserError, match="cannot be mended"):
        linted("-", fix=True)


# --- others' JSON ---


def test_a_contract_of_another_tool_is_held_to_the_published_shape(repo: Path) -> None:
    with_plan(repo)
    document = json.loads((repo / CONTRACT).read_text(encoding="utf-8"))
    del document["groundplan"]
    document["roadmap"]["milestones"][0]["max_diff_scope"] = 2.5
    write(repo, {"other/.agent/planning-output-7.json": json.dumps(document)})
    assert "PLN803" in rules(linted("other/.agent/planning-output-7.json"))
