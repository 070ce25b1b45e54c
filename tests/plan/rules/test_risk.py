"""Risk, people and releases: what must not hit."""

from __future__ import annotations

import pytest

from bot.plan.rules import lint
from tests.plan.rules.fixtures.atomicity import one_step, steps, unsaid
from tests.plan.rules.fixtures.risk import exported_risk, released, said
from tests.plan.samples import change, task


@pytest.mark.parametrize(
    "text",
    [
        "Build a dashboard for administrators",
        "Add a link to the Stripe dashboard",
        "Show errors in the console",
        "Create an API key for each user",
        "Add a route to create an account",
        "Create account page",
        "Add a DNS record parser",
        "Resolve the DNS name before the request",
        "Add an approve button",
        "Run the tests locally",
        "Let people trigger the import manually",
        "Replace manually written loops",
        "Read the secret from the environment",
        "Mask secrets in the log",
        "Request the certificate chain of the peer",
        "Add `GITHUB_TOKEN` to the example settings",
        "Approve requests of the same company",
    ],
)
def test_work_that_code_does_needs_no_person(text: str) -> None:
    assert lint(said(text), select=["PLN511"]).passed == ("PLN511",)


def test_what_people_are_told_is_theirs() -> None:
    told = said("Add the repository secret `NPM_TOKEN`", user_instructions=("Add it under Settings",))
    assert lint(told, select=["PLN511"]).ok


def test_what_a_person_has_to_do_is_named() -> None:
    (found,) = lint(said("Create a Stripe account"), select=["PLN511"]).findings
    assert found.message == "Step 1 needs a human to create a Stripe account; add User Instructions"


RELEASE = {"kind": "release", "files": ()}


@pytest.mark.parametrize(
    "tasks",
    [
        released(),
        (task("T1"), task("T2", depends_on=("T1",)), task("T3", depends_on=("T2",), **RELEASE)),
        (task("T1"), task("T2", depends_on=("T1",), **RELEASE), task("T3", depends_on=("T2",))),
        (
            task("T1"),
            task("T2", depends_on=("T1",), **RELEASE),
            task("T3"),
            task("T4", depends_on=("T2", "T3"), **RELEASE),
        ),
        (task("T1", kind="docs"), task("T2", **RELEASE)),
        (task("T1"), task("T2", track="Release & Deployment", title="Write the Dockerfile")),
        (task("T1"), task("T2", track="core", title="Deploy it")),
        (task("T1"),),
    ],
    ids=["both", "chain", "after", "two releases", "docs", "no release", "other track", "none"],
)
def test_releases_that_wait_long_enough(tasks: tuple[object, ...]) -> None:
    assert lint(steps(*tasks), select=["PLN512"]).passed == ("PLN512",)


def test_the_last_release_is_asked_for_what_none_ships() -> None:
    plan = steps(
        task("T1"),
        task("T2", depends_on=("T1",), **RELEASE),
        task("T3"),
        task("T4", depends_on=("T2",), **RELEASE),
    )
    (found,) = lint(plan, select=["PLN512"]).findings
    assert (found.pointer, found.message) == ("/tasks/3/depends_on", "Release step 4 does not wait for 3")


def test_a_cycle_leaves_the_order_of_releases_open() -> None:
    loop = steps(task("T1", depends_on=("T2",)), task("T2", depends_on=("T1",), **RELEASE))
    assert [one.reason for one in lint(loop, select=["PLN512"]).skipped] == ["the dependencies have a cycle"]


@pytest.mark.parametrize("impact", ["High", "medium", " LOW "])
def test_the_scale_of_impacts_is_read_in_any_case(impact: str) -> None:
    assert lint(exported_risk(impact=impact), select=["PLN516"]).ok


@pytest.mark.parametrize(
    ("risk", "paths"),
    [
        ("low", ("src/auth/a.py",)),
        ("low", ("tests/auth/test_a.py", "tests/billing/test_b.py", "docs/api/v1/x.md")),
        ("medium", ("src/auth/a.py", "billing/b.py")),
        ("", ("src/auth/a.py", "billing/b.py", "infra/a.tf")),
        ("low", ("src/author.py", "src/billingual.py")),
        ("high", ("src/auth/a.py", "billing/b.py", "infra/a.tf", "openapi.yaml")),
    ],
)
def test_declared_risk_within_one_class(risk: str, paths: tuple[str, ...]) -> None:
    step = task("T1", files=tuple(map(change, paths))).model_copy(update={"risk_class": risk})
    assert lint(unsaid(step), select=["PLN517"]).passed == ("PLN517",)


def test_the_signals_of_risk_are_named() -> None:
    step = one_step(risk_class="low", files=(change("src/login/a.py"), change("Dockerfile")))
    (found,) = lint(step, select=["PLN517"]).findings
    assert found.message == "1: declared low, signals suggest high: authentication, infrastructure"
