"""What is decided about a repository itself, case by case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.branches import CONFIGURE
from bot.config import CONFIG_PATH, DEFAULTS, ConfigFile, faults_in, read_config
from bot.effects import (
    FORM_PATH,
    CloseIssue,
    Commit,
    EnsureBranch,
    EnsureComment,
    EnsureIssue,
    EnsureLabel,
    EnsurePullRequest,
    check_closed_set,
)
from bot.labels import LABELS
from bot.located_yaml import LocatedYaml, read_yaml
from bot.marks import without_marks
from bot.steps import Idle, Policy
from bot.steward import COMMIT_KEY, Invitation, next_duty
from tests.steward.houses import (
    BROKEN,
    CHANGED,
    HEAD,
    HOUSE,
    POLICY,
    PUSHED,
    SECRET,
    SOUND,
    complaint_in,
    effects_of,
    house,
    receipts,
    repository,
)

BRANCH_KEY, PULL_KEY = f"branch:{CONFIGURE}", f"pull:{CONFIGURE}"
MERGED = Invitation(1, "merged")


# The first pull request


def test_a_repository_is_offered_a_configuration_and_a_form() -> None:
    effects = effects_of(HOUSE)
    branch, commit, pull = effects
    assert branch == EnsureBranch(CONFIGURE, HEAD)
    assert isinstance(commit, Commit)
    assert (commit.branch, commit.expected_head, commit.removed) == (CONFIGURE, HEAD, ())
    assert [file.path for file in commit.files] == [CONFIG_PATH, FORM_PATH]
    assert read_config(commit.files[0].text).config == DEFAULTS.config
    assert isinstance(pull, EnsurePullRequest)
    assert (pull.branch, pull.base) == (CONFIGURE, "main")


def test_the_letter_says_what_happens_and_how_to_do_without() -> None:
    pull = effects_of(HOUSE)[2]
    assert isinstance(pull, EnsurePullRequest)
    said = without_marks(pull.body)
    assert all(f"| `{name}` |" in said for name in LABELS)
    for words in (
        CONFIG_PATH,
        FORM_PATH,
        "without merging it",
        "never does",
        "Close this pull request",
        "`no-plan`",
    ):
        assert words in said
    assert "<!--" not in said


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"repository": repository(archived=True)}, "archived"),
        ({"repository": repository(head_sha="")}, "no commits"),
        ({"has_issues": False}, "issues are disabled"),
        ({"fork": True}, "fork"),
        ({"fork": True, "config": SOUND}, "fork"),
        ({"missing_permissions": ("contents: write",)}, "lacks contents: write"),
        ({"missing_permissions": ("checks: write", "pull_requests: write")}, "lacks pull_requests: write"),
        ({"has_folder": False, "forms": None}, "no folder"),
        ({"branch_head": PUSHED}, "somebody else wrote"),
        ({"branch_head": PUSHED, "receipts": receipts(BRANCH_KEY, sha=CHANGED)}, "somebody else wrote"),
        ({"invitation": Invitation(3, "open")}, "#3 is open"),
        ({"invitation": Invitation(3, "closed")}, "#3 is closed"),
        ({"receipts": receipts(PULL_KEY, number=3)}, "was offered"),
    ],
    ids=str,
)
def test_nothing_is_offered(changes: Mapping[str, Any], why: str) -> None:
    step = next_duty(house(**changes), POLICY)
    assert isinstance(step, Idle)
    assert why in step.why


def test_the_operator_may_switch_it_off() -> None:
    assert isinstance(next_duty(HOUSE, Policy(SECRET, onboarding=False)), Idle)


def test_nobody_chose_a_repository_where_the_app_is_on_all_of_them() -> None:
    step = next_duty(house(is_chosen=False), Policy(SECRET))
    assert isinstance(step, Idle)
    assert "nobody chose this one" in step.why


@pytest.mark.parametrize(
    ("head", "known", "expected"),
    [
        (HEAD, {}, HEAD),
        (CHANGED, receipts(BRANCH_KEY, sha=CHANGED), CHANGED),
    ],
    ids=["at the default branch", "made at an older commit"],
)
def test_what_was_begun_goes_on(head: str, known: Mapping[str, Any], expected: str) -> None:
    commit = effects_of(house(branch_head=head, receipts=known))[1]
    assert isinstance(commit, Commit)
    assert commit.expected_head == expected


def test_our_own_commit_is_built_on_without_any_receipt() -> None:
    commit = effects_of(house(branch_head=PUSHED, is_our_head=True))[1]
    assert isinstance(commit, Commit)
    assert (commit.expected_head, commit.key) == (PUSHED, COMMIT_KEY)


@pytest.mark.parametrize(
    "forms",
    [frozenset({"plan.yml"}), frozenset({"bug.md", "Plan.YAML"}), None],
    ids=["there", "in capitals", "no folder"],
)
def test_a_form_of_that_name_stays_as_it_is(forms: frozenset[str] | None) -> None:
    _, commit, pull = effects_of(house(forms=forms))
    assert isinstance(commit, Commit)
    assert isinstance(pull, EnsurePullRequest)
    assert [file.path for file in commit.files] == [CONFIG_PATH]
    assert FORM_PATH not in pull.body
    assert "the form" not in pull.body


def test_the_form_carries_the_label_of_the_operator() -> None:
    commit = effects_of(HOUSE, Policy(SECRET, plan_label='plan: "now" \\'))[1]
    assert isinstance(commit, Commit)
    assert r'labels: ["plan: \"now\" \\"]' in commit.files[1].text


def test_the_form_is_one_that_github_takes() -> None:
    """https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/
    syntax-for-issue-forms"""
    commit = effects_of(HOUSE)[1]
    assert isinstance(commit, Commit)
    form = read_yaml(commit.files[1].text)
    assert isinstance(form, LocatedYaml)
    assert set(form.value) == {"name", "description", "labels", "body"}
    assert form.value["labels"] == ["needs-plan"]
    fields = form.value["body"]
    assert {field["type"] for field in fields} == {"textarea"}
    for part in ("id", "label"):
        told = [field["id"] if part == "id" else field["attributes"]["label"] for field in fields]
        assert len(set(told)) == len(fields)
    assert [field["validations"]["required"] for field in fields if "validations" in field] == [True, True]
    assert "Acceptance criteria" in {field["attributes"]["label"] for field in fields}


# Labels


@pytest.mark.parametrize("welcome", [{"invitation": MERGED}, {"config": ConfigFile("")}], ids=str)
def test_the_labels_are_made_when_people_said_yes(welcome: Mapping[str, Any]) -> None:
    effects = effects_of(house(**welcome))
    assert all(isinstance(one, EnsureLabel) for one in effects)
    assert {one.name for one in effects if isinstance(one, EnsureLabel)} == set(LABELS)


def test_labels_that_are_there_or_were_made_are_let_alone() -> None:
    there = {"Needs-Plan", *list(LABELS)[1:4]}
    made = list(LABELS)[4:]
    before = house(invitation=MERGED, labels=frozenset(there), receipts=receipts(f"label:{made[0]}"))
    assert [one.key for one in effects_of(before)] == [f"label:{name}" for name in made[1:]]
    after = house(invitation=MERGED, receipts=receipts(*(f"label:{name}" for name in LABELS)))
    assert isinstance(next_duty(after, POLICY), Idle)


def test_labels_follow_the_configuration() -> None:
    effects = effects_of(house(config=ConfigFile("labels: {states: false}\ndecisions: {labels: [owners]}\n")))
    assert [one.key for one in effects] == [
        "label:needs-plan",
        "label:no-plan",
        "label:decision/major",
        "label:owners",
    ]


def test_without_the_permission_no_label_is_made() -> None:
    step = next_duty(house(invitation=MERGED, missing_permissions=("issues: write",)), POLICY)
    assert isinstance(step, Idle)


# A configuration that cannot be read


def complained(**changes: Any) -> EnsureIssue:
    [issue] = effects_of(house(config=BROKEN, config_sha=CHANGED, **changes))
    assert isinstance(issue, EnsureIssue)
    return issue


@pytest.mark.parametrize("invitation", [None, Invitation(1, "open"), MERGED], ids=str)
def test_a_broken_file_is_complained_of_whoever_put_it_there(invitation: Invitation | None) -> None:
    issue = complained(invitation=invitation)
    assert issue.name == f"config:{CHANGED[:12]}"
    assert issue.labels == ()
    assert "planning has stopped" in issue.body
    for fault in faults_in(BROKEN):
        assert f"line {fault.line}, column {fault.col}" in issue.body
        assert f"/blob/{CHANGED}/{CONFIG_PATH}#L{fault.line}" in issue.body
    assert "the nearest is lint.suppress" in issue.body


@pytest.mark.parametrize(
    "text",
    [
        "a: [\n",
        None,
        "'@mona #1 <!-- x --> | ](x)': 1\n",
        "".join(f"k{at}: 1\n" for at in range(3_000)),
        "k" * 200_000,
    ],
    ids=["syntax", "no text", "markdown", "many", "long"],
)
def test_whatever_is_wrong_fits_and_wakes_nobody(text: str | None) -> None:
    [issue] = effects_of(house(config=ConfigFile(text), config_sha=CHANGED))
    assert isinstance(issue, EnsureIssue)
    assert len(issue.body) < 20_000
    assert "@mona" not in issue.body.replace("``", "`").replace("`@mona`", "")
    assert complaint_in(issue.body).name == issue.name
    assert issue.body.count("<!--") == 1


def test_it_is_said_once() -> None:
    said = complaint_in(complained().body)
    step = next_duty(house(config=BROKEN, config_sha=CHANGED, complaints=(said,)), POLICY)
    assert step == Idle("#5 says what is wrong")


def test_other_faults_change_the_same_issue() -> None:
    said = complaint_in(complained().body)
    [issue] = effects_of(house(config=ConfigFile("x: 1\n"), config_sha=PUSHED, complaints=(said,)))
    assert isinstance(issue, EnsureIssue)
    assert issue.name == said.name
    assert "x: there is no such key" in issue.body
    assert complaint_in(issue.body).faults != said.faults


def test_a_push_that_leaves_the_faults_alone_says_nothing_new() -> None:
    said = complaint_in(complained().body)
    moved = house(
        repository=repository(head_sha=PUSHED), config=BROKEN, config_sha=PUSHED, complaints=(said,)
    )
    assert isinstance(next_duty(moved, POLICY), Idle)


def test_who_closes_it_hears_no_more_until_the_file_changes() -> None:
    known = receipts(complained().key, number=5)
    assert isinstance(next_duty(house(config=BROKEN, config_sha=CHANGED, receipts=known), POLICY), Idle)
    [again] = effects_of(house(config=BROKEN, config_sha=PUSHED, receipts=known))
    assert isinstance(again, EnsureIssue)
    assert again.name == f"config:{PUSHED[:12]}"


def test_without_the_permission_nothing_is_said() -> None:
    step = next_duty(house(config=BROKEN, missing_permissions=("issues: write",)), POLICY)
    assert isinstance(step, Idle)


@pytest.mark.parametrize(
    ("config", "word"), [(SOUND, "can be read again"), (None, "is gone")], ids=["right", "gone"]
)
def test_it_is_closed_with_a_word_when_the_file_is_right_or_gone(
    config: ConfigFile | None, word: str
) -> None:
    said = complaint_in(complained().body)
    right = house(config=config, config_sha=PUSHED, complaints=(said, complaint_in(complained().body, 6)))
    effects = effects_of(right)
    comments = [one for one in effects if isinstance(one, EnsureComment)]
    closed = [one for one in effects if isinstance(one, CloseIssue)]
    assert [one.number for one in comments] == [5, 6] == [one.number for one in closed]
    assert all(word in one.body for one in comments)
    assert {one.reason for one in closed} == {"completed"}
    assert effects.index(comments[0]) < effects.index(closed[0])


def test_who_opens_it_again_is_let_be() -> None:
    said = complaint_in(complained().body)
    right = house(config=SOUND, config_sha=PUSHED, complaints=(said,))
    close = effects_of(right)[1]
    done = house(
        config=SOUND,
        config_sha=PUSHED,
        complaints=(said,),
        receipts=receipts(close.key, *(f"label:{name}" for name in LABELS)),
    )
    assert isinstance(next_duty(done, POLICY), Idle)


# Whatever is decided


def test_all_that_is_decided_is_in_the_closed_set() -> None:
    for given in (HOUSE, house(invitation=MERGED), house(config=BROKEN)):
        step = next_duty(given, POLICY)
        assert not isinstance(step, Idle)
        check_closed_set(step)  # type: ignore[arg-type]
