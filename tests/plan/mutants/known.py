"""What the kill table knows of itself: rules that no mutator can break, and defects that stay unfound.

The reasons are guesses of why a mutant stays alive, most of them not yet checked; each stands for work on a
rule, a reader or the mutator.
"""

from __future__ import annotations

from collections.abc import Mapping

# Core rules without a mutator, and why.
CANNOT_BE_INJECTED: Mapping[str, str] = {}

_PLN010 = "the language is told by whole parts of a plan; one sentence does not turn a part"
_PLN202 = "the reader does not take a criterion whose id has another form"
_PLN404 = "the wording around the path reads as a plan to make it"
_PLN406 = "the file's own line in the list of files is not read as a citation"
_PLN409 = (
    "only tests, commands and the stack are looked at for frameworks, and a few frameworks are not named"
)
_PLN411 = "only the list of dependencies is looked at, not what steps say in passing"
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
    "PLN010-outside_words-not_in_english_1": _PLN010,
    "PLN010-outside_words-not_in_english_2": _PLN010,
    "PLN202-outside_shape-criterion_without_a_dash": _PLN202,
    "PLN404-outside_ground-mention_of_nothing": _PLN404,
    "PLN406-outside_ground-symbol_in_a_file_line": _PLN406,
    "PLN409-outside_ground-another_test_framework": _PLN409,
    "PLN409-outside_ground-framework_in_the_notes": _PLN409,
    "PLN409-outside_ground-framework_in_the_testing_plan": _PLN409,
    "PLN411-outside_ground-installed_in_passing": _PLN411,
    "PLN411-outside_ground-noted_as_available": _PLN411,
    "PLN411-outside_ground-used_as_if_installed": _PLN411,
    "PLN711-outside_trace-demand_of_the_issue_left_out": _PLN711,
    "PLN814-outside_words-summaries_it_uses_the_interface_of_t1_1": _PLN814,
}
