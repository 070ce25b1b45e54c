"""What the kill table knows of itself: rules that no mutator can break, and defects that stay unfound.

The reasons are guesses of why a mutant stays alive, most of them not yet checked; each stands for work on a
rule, a reader or the mutator.
"""

from __future__ import annotations

from collections.abc import Mapping

# Core rules without a mutator, and why.
CANNOT_BE_INJECTED: Mapping[str, str] = {}

_PLN711 = (
    "only on the German plan, where the demand is English: words of two languages cannot be compared, so the"
    " rule says that it was skipped"
)
_PLN814 = (
    "not a defect: the fan-out file is written after the sentence is put into the plan, and the child's notes"
    " then say what T1 is"
)

# Mutators of which some mutants stay alive, and why.
MISSED: Mapping[str, str] = {
    "PLN711-outside_trace-demand_of_the_issue_left_out": _PLN711,
    "PLN814-outside_words-summaries_it_uses_the_interface_of_t1_1": _PLN814,
}
