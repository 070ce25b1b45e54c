"""What criteria and schema changes of a plan imply: three contracts and the order of deployment. Writes no
document.

Rows are computed from the criteria, so that they agree; rows that are there keep their words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.plan.facets import Criterion, MandatedTest, Pair, SchemaChange
from bot.plan.model import Plan
from bot.plan.safe_text import clipped

_LONGEST_CHECK, _LONGEST = 1000, 4000  # what a plan holds


def with_contracts(plan: Plan) -> Plan:
    """The plan with what its criteria and schema changes imply: what engineer, tester and reviewer have to
    see, and the order of deployment. Rows that are there keep their words; rows without a criterion go."""
    wanted = plan.requirements
    if wanted is None:
        return plan
    changes = {
        "verification": tuple(_pairs(wanted.criteria, wanted.verification)),
        "review": tuple(_pairs(wanted.criteria, wanted.review)),
        "mandate": tuple(_mandate(wanted.criteria, wanted.mandate)),
        "deploy_order": wanted.deploy_order or tuple(_deploy_order(wanted.schema_changes)),
    }
    return plan.model_copy(update={"requirements": wanted.model_copy(update=changes)})


def _pairs(criteria: Iterable[Criterion], given: Iterable[Pair]) -> Iterator[Pair]:
    """A row for each requirement of each criterion, in the words of `given` where it has that row."""
    known = {(one.requirement, one.criterion): one for one in reversed(list(given))}
    for one in criteria:
        for requirement in dict.fromkeys(one.requirements):
            computed = Pair.model_construct(
                requirement=requirement,
                criterion=one.id,
                check=clipped("; ".join(one.when) or one.title, _LONGEST_CHECK),
                expected=clipped("; ".join(one.then) or one.title, _LONGEST),
            )
            yield known.get((requirement, one.id), computed)


def _mandate(criteria: Sequence[Criterion], given: Sequence[MandatedTest]) -> Iterator[MandatedTest]:
    """The tests of each criterion, at least one; then the tests beyond the criteria."""
    for one in criteria:
        stated = [test for test in given if test.criterion == one.id]
        computed = MandatedTest.model_construct(
            criterion=one.id,
            kind="acceptance",
            scenario=clipped("; ".join((*one.given, *one.when)) or one.title, _LONGEST),
            expected=clipped("; ".join(one.then) or one.title, _LONGEST),
        )
        yield from stated or [computed]
    yield from (test for test in given if not test.criterion)


_PHASES = (
    (("expand",), "Run the expand changes"),
    (("backfill",), "Run the backfill"),
    (("expand", "backfill", "contract"), "Deploy the application"),
    (("contract",), "Run the contract changes, once no earlier version of the application runs"),
)


def _deploy_order(changes: Sequence[SchemaChange]) -> Iterator[str]:
    """The order that the phases of the changes imply."""
    phases = {one.phase for one in changes}
    yield from (said for needed, said in _PHASES if phases & set(needed))
