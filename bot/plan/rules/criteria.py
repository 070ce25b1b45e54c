"""PLN601-613: criteria can be tested and requirements are worded as such."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.plan.facets import Check, Criterion, ErrorCase, InputField, Requirement, Requirements
from bot.plan.loose import loose_part
from bot.plan.model import Plan
from bot.plan.prose import short
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.fields import TextField
from bot.plan.rules.scope import bare, blanked, called, english, milder, whole
from bot.plan.rules.words import (
    COMPARATIVES,
    COMPARED,
    ESCAPES,
    FAILURE,
    OBSERVABLE,
    SAYS_CLEAN,
    SIZES_NAMED,
    SOUND_PHRASES,
    WEAK,
)
from bot.plan.similarity import containment, similarity

_BLOCKS = ("given", "when", "then")
_SHOWN = 80


_NONE = loose_part(Requirements, {})


def _requirements(given: LintInput) -> Requirements:
    return (given.plan and given.plan.requirements) or _NONE


def _shown(text: str) -> str:
    return short(text, _SHOWN)


# --- Given, When, Then -----------------------------------------------------------------------------------

_OPENS = re.compile(
    r"\s{0,9}(?:\*\*|__)?(?:GIVEN|WHEN|WHILE|IF|WHERE)\b|\s{0,9}(?:\*\*|__)(?:Given|When)\b"
    r"|\s{0,9}(?:Given|When)\b(?=.{0,2000}?(?:[\n,;.*]\s{0,9}|\*\*)(?:When|Then)\b)",
    re.DOTALL,
)
_KEYWORD = re.compile(r"(?<![\w-])(?:\*\*|__)?(GIVEN|WHEN|THEN|Given|When|Then)(?:\*\*|__)?:?(?![\w-])")
_CONDITION = re.compile(r"\s{0,9}(?:\*\*|__)?(?:WHEN|WHILE|IF|WHERE)\b")
_RESPONSE = re.compile(r"\b(?:shall|must|SHALL|MUST|WILL)\b")


@rule(
    "PLN601", severity="error", needs=["plan"], formats="F,O,K", message="{ac}: missing {block}", fix="unsafe"
)
def criteria_have_given_when_then(given: LintInput) -> Iterator[Hit]:
    """A criterion says given what, when what happens, then what is seen"""
    for at, one in enumerate(_requirements(given).criteria):
        for block in _missing_blocks(one, foreign=given.format == "foreign"):
            values = {"ac": one.id or f"criterion {at + 1}", "block": block.capitalize()}
            yield Hit(f"/requirements/criteria/{at}/{block}", values, severity=milder(given))
        for block, other in _turned_round(given, at):
            name = one.id or f"criterion {at + 1}"
            values = {"ac": name, "block": f"{block.capitalize()} before {other.capitalize()}"}
            message = f"{name}: {block.capitalize()} stands after {other.capitalize()}"
            yield Hit(f"/requirements/criteria/{at}/{block}", values, severity=milder(given), message=message)
    for field in given.texts_of_plan:
        if field.purpose == "acceptance" and not field.quoted and not _is_block(field):
            for fault in _form_faults(field.text):
                ac = called(given, field.owner)
                yield Hit(field.pointer, {"ac": ac, "block": fault}, severity=milder(given))


def _missing_blocks(one: Criterion, *, foreign: bool) -> Iterator[str]:
    """The blocks that hold no words. Other tools leave out Given, or write a criterion as one sentence."""
    filled = {block for block in _BLOCKS if any(text.strip() for text in getattr(one, block))}
    if foreign and (filled <= {"then"} or filled >= {"when", "then"}):
        return
    if foreign and filled == {"given", "then"} and one.given[0].lower().startswith(("while ", "where ")):
        return  # of what holds all the time, or wherever there is such a thing
    whole_sentence = filled == {"then"} and any(map(_is_ears, one.then))
    for block in _BLOCKS:
        if block not in filled and not whole_sentence and not (foreign and block == "given"):
            yield block


def _turned_round(given: LintInput, at: int) -> Iterator[tuple[str, str]]:
    """Blocks whose first sentence stands in the file after that of a block they come before.

    One pair a criterion is enough. A condition may stand behind the deed in other tools' sentences.
    """
    read = given.reading
    places = [
        (block, read.places.get(f"/requirements/criteria/{at}/{block}/0"))
        for block in _BLOCKS
        if read and given.format != "foreign"
    ]
    for (block, mine), (other, theirs) in pairwise([(name, place) for name, place in places if place]):
        if mine.file == theirs.file and (mine.line, mine.col) > (theirs.line, theirs.col):
            yield block, other
            return


def _is_ears(text: str) -> bool:
    """A condition and what the system shall do: "WHEN the disk is full THE SYSTEM SHALL refuse it"."""
    return bool(_CONDITION.match(text) and _RESPONSE.search(text))


def _is_block(field: TextField) -> bool:
    return field.pointer.startswith("/requirements/criteria/")


def _form_faults(text: str) -> Iterator[str]:
    """What is missing from a sentence that begins as a criterion in this form; ordinary sentences may begin
    with "When"."""
    marks = list(_KEYWORD.finditer(text)) if _OPENS.match(text) and not _is_ears(text) else []
    if not marks:
        return
    kinds = [mark[1].lower() for mark in marks]
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    parts = (text[mark.end() : end] for mark, end in zip(marks, ends, strict=True))
    filled = {kind for kind, part in zip(kinds, parts, strict=True) if _ANY_WORD.search(part)}
    missing = [block for block in _BLOCKS[kinds[0] != "given" :] if block not in filled]
    yield from map(str.capitalize, missing)
    if not missing and kinds.index("then") < kinds.index("when"):
        yield "Then after When"


@rule(
    "PLN602",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="F",
    message="{ac} has {n} When steps; split it",
    fix="unsafe",
)
def criteria_have_one_when(given: LintInput) -> Iterator[Hit]:
    """A criterion has one deed"""
    for at, one in enumerate(_requirements(given).criteria):
        later = sum(len(_LATER_WHEN.findall(text)) for text in (*one.when, *one.then))
        if (deeds := sum(bool(text.strip()) for text in one.when) + later) > 1:
            yield Hit(f"/requirements/criteria/{at}/when", {"ac": one.id, "n": deeds})


_LATER_WHEN = re.compile(r"[,;.\n]\s{0,9}\**When\b|\*\*When\*\*|\bWHEN\b")


# --- what can be observed --------------------------------------------------------------------------------

_AHEAD = re.compile(
    r"\s{0,9}(?:(?:then|and|that|(?:please )?(?:verify|ensure|check|confirm|validate|make sure|see)"
    r"(?: that| whether| if)?)\b[,:]?\s*){1,4}",
    re.IGNORECASE,
)
_CONDITION_AHEAD = re.compile(
    r"\s{0,9}(?:when|if|after|once|while|given|for|on|in|with)\b[^,]{1,200},\s*", re.IGNORECASE
)
_CLAUSE = re.compile(
    r"[,;.!?](?=\s|$)|:(?=\s)|\s(?:-|\u2013|\u2014|→|->|=>)\s|\b(?:and|but|so that|then)\b", re.IGNORECASE
)
_PRAISE = (
    r"(?:(?:just|still|all|fully|now|very|also|always|again|properly|correctly|well|fine|nicely|perfectly"
    r"|reliably|seamlessly|smoothly|as (?:expected|intended|designed|before|usual|it should|they should)"
    r"|like before|end[- ]to[- ]end|out of the box|together|everywhere"
    r"|(?:on|in|with|for|across)\s(?:(?:all|any|every|the|both|each|our)\s)?\w+(?:\s\w+)?)\s*)"
)
_DEGREE = r"(?:(?:fully|properly|correctly|well|all|also|now|still)\s+){0,2}"
_WORKS = re.compile(
    r"\s*(?P<who>(?:\S+\s+){0,9}?)(?:"
    r"(?:do(?:es)? |can |must |shall |will |should |to )?(?:works?|working|behaves?|operates?)"
    rf"\s*{_PRAISE}{{0,4}}"
    rf"|functions?\s+{_PRAISE}{{1,4}}"
    rf"|(?:is|are|be|gets?|must be|shall be|will be)\s+{_DEGREE}(?:handled|supported|correct|fine|ok|okay"
    rf"|good|great|working|taken care of|covered|in order|functional|usable)\s*{_PRAISE}{{0,3}}"
    r"|(?:understands?|knows?(?: about| how)?)\b(?:\s\S+){0,8}\s*"
    r"|(?:is|are) able to (?:understand|know|handle|work|cope|deal|manage)\b(?:\s\S+){0,8}\s*)",
    re.IGNORECASE,
)
_LONGEST_CLAIM = 300
_STATED = re.compile(r"\d|[\"“”]|'[^'\n]{1,80}'|`[^`\n]{0,200}?[\s\d=:{}\[\]\"'-][^`\n]{0,200}`|:\W{0,9}$")
# A question, a limit, a remark on today, "work" as a noun, or a verb of its own before the claim.
_SAYS_MORE = re.compile(
    r"\b(?:how|what|why|which|whether|where|who|not|never|no|without|nothing|none|only|already)\b"
    r"|\b(?:may|must|shall|will|can|should) (?!work|be |behave|function|still|all )\w"
    r"|(?<!s) work\b(?! (?:with|on|for|in|as))",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"\b(?:and \S+|they|these|those|we|all|\w+s) (?:still |all |both )?work\b", re.IGNORECASE
)
_ANY_WORD = re.compile(r"\w")


@rule(
    "PLN603",
    severity="error",
    needs=["plan"],
    formats="F,X,R,O,K",
    message="{ac}: '{t}' states nothing a test can observe",
    fix="unsafe",
)
def outcomes_can_be_observed(given: LintInput) -> Iterator[Hit]:
    """An outcome names something that can be seen"""
    for field in english(given, "acceptance"):
        if field.text.strip() and says_nothing(field.text):
            values = {"ac": called(given, field.owner), "t": _shown(field.text)}
            yield Hit(field.pointer, values, _SAY_VALUE, severity=milder(given))
    for field in english(given, "verification"):
        found = _EXPECTED.fullmatch(field.pointer)
        if found and field.text.strip() and says_nothing(field.text):
            values = {"ac": f"Check {int(found[1]) + 1}", "t": _shown(field.text)}
            yield Hit(field.pointer, values, _SAY_VALUE, severity=milder(given))


_EXPECTED = re.compile(r"/delivery/checks/(\d+)/expected")
_SAY_VALUE = "name what is seen: a value, a message, a status, a file, a state"


def says_nothing(text: str) -> bool:
    """Whether all that a sentence claims is that something works, is fine or is handled."""
    if not _ANY_WORD.search(text):
        return True
    if _STATED.search(text):
        return False
    words = blanked(_MARKUP, text).strip()
    words = _CONDITION_AHEAD.sub("", _AHEAD.sub("", words, count=1), count=1)
    clauses = [clause for part in _CLAUSE.split(words) if (clause := part.strip(" *_()[]-"))]
    claims = [clause for clause in clauses if " " in clause] or clauses
    return bool(claims) and all(map(_is_empty_claim, claims))


_MARKUP = re.compile(r"\*\*|__|[✅☑✔]|^\s*\[[ xX]\]\s")


def _is_empty_claim(clause: str) -> bool:
    found = _WORKS.fullmatch(clause) if len(clause) <= _LONGEST_CLAIM else None
    if not found or _SAYS_MORE.search(blanked(_PLURAL, clause)):
        return False
    return not any(_is_seen(word.casefold().strip(".,")) for word in found["who"].split())


def _is_seen(word: str) -> bool:
    """Whether a word is a verb of something seen. "return" may be a name in "the return works", "returns" is
    none."""
    return word in _SEEN or (word.endswith(("ed", "ing")) and re.sub(r"(?:ed|ing)$", "", word) in OBSERVABLE)


_SEEN = frozenset(f"{verb}s" for verb in OBSERVABLE) | frozenset(f"{verb}es" for verb in OBSERVABLE)

_WEAK = whole(WEAK)
_SOUND = whole(SOUND_PHRASES)
_VERDICT = re.compile(
    rf"\b(?:{'|'.join(SAYS_CLEAN)})\b[^.;\n]{{0,30}}?\bclean(?:ly)?\b"
    r"|\bclean\b(?=[,;:]? \(?(?:lint|mypy|ruff|build|tsc))|\bfor (?:easy|quick|efficient|fast) \w+"
    r"|\bquick (?!response|load|feedback|enough|and\b|turnaround|performance|results?\b|recovery)\w+",
    re.IGNORECASE,
)
# Words that may stand beside the value they announce: "the correct status `404`".
_ANNOUNCES = (
    *("correct", "proper", "appropriate", "suitable", "relevant", "meaningful", "helpful", "reasonable"),
    *("adequate", "sufficient", "good", "nice"),
)
_VALUE_AFTER = re.compile(
    r"[^.,;\n]{0,80}?(?:`[^`\n]{1,80}`|[\"“][^\"”\n]{1,80}[\"”]|[(:=])|\s(?:[A-Za-z-]{1,30}\s)?\d"
)
_MEASURE_AFTER = re.compile(r" \((?:[^()\n]{0,40} )?[<>≤≥~]? ?\d")
_BEHAVIOUR_AFTER = re.compile(
    r"[^.;?!\n]{0,60}?(?:\b(?:by|falls? back|degrades? to|returning|showing|without|within|via)\b"
    r"|\bwith an?\b"
    r"|[:→(]|\d|`|[\"“])|[, ]{1,3}(?:and|to)\s\w",
    re.IGNORECASE,
)
_CODE_BEFORE = re.compile(r"`\s(?:\w{1,20}\s){0,3}$")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;*_)\]|>-]\s*|\*\*)$")


@rule(
    "PLN604",
    severity="error",
    needs=["plan"],
    formats="F,X,R,C,O,K",
    message="{ac}: '{w}' is not testable; state the value or behaviour",
    fix="unsafe",
)
def criteria_hold_no_weak_word(given: LintInput) -> Iterator[Hit]:
    """Criteria and checks say what is seen, not how good it is"""
    for field in english(given, "acceptance", "verification"):
        for word in weak_words(field.text):
            values = {"ac": called(given, field.owner), "w": word}
            yield Hit(field.pointer, values, _SAY_VALUE, severity=milder(given, "info"))


def weak_words(text: str) -> tuple[str, ...]:
    """Weak words of a sentence, once each; not those that stand with the value or behaviour they mean."""
    words = blanked(_VERDICT, blanked(_SOUND, bare(text)))
    found = (one for one in _WEAK.finditer(words) if not _is_explained(text, one))
    return tuple(dict.fromkeys(" ".join(one[0].lower().split()) for one in found))


def _is_explained(text: str, found: re.Match[str]) -> bool:
    """Whether a weak word announces what is meant, is a tool's verdict, or part of a name: Clean Book."""
    word, before = found[0].lower(), text[max(found.start() - 80, 0) : found.start()]
    if found[0].istitle() and before.strip() and not _SENTENCE_START.search(before):
        return True
    if _MEASURE_AFTER.match(text, found.end()):
        return True
    if word == "gracefully":
        return bool(_BEHAVIOUR_AFTER.match(text, found.end()))
    if word == "clean":
        return bool(_CODE_BEFORE.search(before)) or text.startswith((" (", ":"), found.end())
    return word in _ANNOUNCES and bool(_VALUE_AFTER.match(text, found.end()))


# --- what can be measured --------------------------------------------------------------------------------

_COMPARATIVE = whole(
    (*COMPARATIVES, *(f"{more} {word}" for more in ("more", "less", "most") for word in COMPARED))
)
_NAMED_SIZE = whole(SIZES_NAMED)
_SIZES = re.compile(r"\b(?:small\b[^.;]{0,40}\blarge|large\b[^.;]{0,40}\bsmall|medium)\b", re.IGNORECASE)
_IDS = re.compile(r"\b[A-Z]{1,4}-?\d{1,5}[a-z]?\b|#\d{1,9}\b|\bv\d[\w.]*")
_NUMBER = re.compile(
    r"\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|dozen|half|twice|double)\b", re.IGNORECASE
)
_ABSOLUTE = re.compile(
    r"\b(?:no|none|never|always|all|every|each|only|any|without|must not|not|same|identical|unchanged"
    r"|wcag|tls|rfc)\b|[`\"“%]",
    re.IGNORECASE,
)


@rule(
    "PLN605",
    severity="warning",
    needs=["plan"],
    formats="F,X",
    message="{id}: '{t}' has no measurable target",
    fix="unsafe",
)
def qualities_are_measurable(given: LintInput) -> Iterator[Hit]:
    """A quality or comparison has a number"""
    for field in english(given, "quality", "requirement", "acceptance"):
        if (lacking := _unmeasured(field)) and not _is_of_error_case(field):
            yield Hit(
                field.pointer, {"id": called(given, field.owner), "t": lacking}, "say how much, of what, when"
            )


def _is_of_error_case(field: TextField) -> bool:
    return "/errors/" in field.pointer


def _unmeasured(field: TextField) -> str:
    """The words that want a number, "" when there is one or none is wanted."""
    words = blanked(_IDS, field.text)
    if _NUMBER.search(words):
        return ""
    compared = _COMPARATIVE.search(blanked(_NAMED_SIZE, blanked(_SIZES, bare(words))))
    if compared and not (field.purpose == "acceptance" and compared[0].lower() in WEAK):
        return " ".join(compared[0].split())
    return _shown(field.text) if field.purpose == "quality" and not _ABSOLUTE.search(words) else ""


_ESCAPE = whole(ESCAPES)
_SUCH_AS = re.compile(r"\bsuch as\b[^.;\n]{0,160}\betc\b", re.IGNORECASE)
_NAMED_DEMAND = re.compile(r"\bas (?:required|necessary)(?= (?:by|in|for)\b)", re.IGNORECASE)


@rule(
    "PLN606",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="F,X",
    message="{id}: '{t}' leaves scope open",
    fix="unsafe",
)
def scope_is_closed(given: LintInput) -> Iterator[Hit]:
    """Requirements and criteria have no escape clause and no open list"""
    for field in english(given, "requirement", "acceptance", "quality", "given", "when"):
        words = blanked(_NAMED_DEMAND, bare(field.text))
        for found in dict.fromkeys(one[0] for one in (*_SUCH_AS.finditer(words), *_ESCAPE.finditer(words))):
            yield Hit(field.pointer, {"id": called(given, field.owner), "t": _shown(found)})


# --- success and failure ---------------------------------------------------------------------------------

_MAY_FAIL = whole(FAILURE)
_FAILS = re.compile(
    r"\b(?:reject(?:s|ed)?|refus(?:es?|ed)|den(?:y|ies|ied)|fails?|failed|errors?|invalid|forbidden"
    r"|unauthori[sz]ed)\b|\b[45]\d\d\b|\b(?:non-zero|exit (?:code|status) [1-9])",
    re.IGNORECASE,
)


_SUCCEEDS = re.compile(r"\b(?:status|code|HTTP|answers?|returns?)(?: code)? 20\d\b", re.IGNORECASE)


def _words_of(one: Criterion) -> str:
    return " ".join((one.title, *one.given, *one.when, *one.then))


def _criteria_of(one: Requirement, criteria: Sequence[Criterion]) -> list[Criterion]:
    """The criteria of a requirement; one that names FR-1 is also one of its parts FR-1a and FR-1b."""
    names = {one.id, re.sub(r"(?<=\d)[a-z]$", "", one.id)}
    return [criterion for criterion in criteria if names & set(criterion.requirements)]


@rule(
    "PLN607",
    severity="error",
    needs=["plan"],
    formats="F",
    message="{fr} has no {kind} criterion",
    fix="unsafe",
)
def success_and_failure_have_criteria(given: LintInput) -> Iterator[Hit]:
    """A requirement that takes input or can fail has a criterion of success and one of failure"""
    if given.language == "other":
        raise Lacking("the plan is not in English")
    needs = _requirements(given)
    for at, one in enumerate(needs.functional):
        if not one.id or not (one.inputs or one.errors):
            continue
        texts = [_words_of(criterion) for criterion in _criteria_of(one, needs.criteria)]
        for kind in _lacking_kinds(texts):
            yield Hit(f"/requirements/functional/{at}", {"fr": one.id, "kind": kind})


def _lacking_kinds(texts: Sequence[str]) -> Iterator[str]:
    """In doubt a criterion counts as both."""
    if all(map(_FAILS.search, texts)):
        yield "success"
    if not any(
        _FAILS.search(text) or (_MAY_FAIL.search(text) and not _SUCCEEDS.search(text)) for text in texts
    ):
        yield "failure"


@rule(
    "PLN608",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="F",
    message="{fr} error '{c}' is not covered by any AC/test",
    fix="unsafe",
)
def error_cases_are_covered(given: LintInput) -> Iterator[Hit]:
    """An error case is in a criterion or a mandated test, and says what is seen"""
    needs = _requirements(given)
    tests = [f"{one.scenario} {one.expected}" for one in needs.mandate]
    tests += [f"{one.scenario} {one.expected}" for one in needs.scenarios]
    for at, one in enumerate(needs.functional):
        texts = [*map(_words_of, _criteria_of(one, needs.criteria)), *tests]
        for index, case in enumerate(one.errors):
            pointer, values = (
                f"/requirements/functional/{at}/errors/{index}",
                {"fr": one.id, "c": _shown(case.condition)},
            )
            if case.condition and not any(_covers(text, case) for text in texts):
                yield Hit(f"{pointer}/condition", values)
            elif case.behaviour and says_nothing(case.behaviour):
                message = f"{one.id} error '{_shown(case.condition)}' names neither message, code nor state"
                yield Hit(f"{pointer}/behaviour", values, message=message)


def _covers(text: str, case: ErrorCase) -> bool:
    return containment(case.condition, text) >= 0.5 or containment(case.behaviour, text) >= 0.6


# --- requirements as sentences ---------------------------------------------------------------------------

_STRONG = re.compile(
    r"\b(?:must|shall|will|has to|have to|is required|are required|needs? to|cannot|can)\b", re.I
)
_SHOULD = re.compile(r"(?<!^)(?<![.;:?!] )\bshould\b|^should (?!the|a|an|any|no|it|they)\b|\bSHOULD\b")
_LOOSE = re.compile(
    r"\b(?:system|service|server|app|application|api|command|tool|page|client|backend|frontend|it|they)\s"
    r"(?:may|might|could)\b(?! not\b| only\b)",
    re.IGNORECASE,
)
# The modal of a sentence's own subject: no condition, question or clause opens before it, and no ban follows.
_MIGHT = re.compile(
    r"(?:^|[.;!?]\s{1,4})(?:(?!(?:if|when|where|while|that|which|who|whose|what|whatever|how|why|whether|as"
    r"|because|since|so|than|in|for|with|of|though|although|unless)\b)[\w'\u2019-]{1,40},?\s){1,6}(might|could)"
    r"\b(?! (?:not|only|never|have)\b)",
    re.IGNORECASE,
)
_MAY_BE_VERB = re.compile(
    r"\b\w{1,60}(?:[^su\Wi]s|ies|ches|shes|xes|ed)\b"
    r"|\b(?:is|are|has|have|do|does|be|may|might|could|should)\b",
    re.IGNORECASE,
)
_SHORT = 6


def _demands(given: LintInput) -> Iterator[TextField]:
    """The sentences that state requirements and rules."""
    for field in english(given, "requirement"):
        if field.pointer.endswith(("/behaviour", "/text")) and "/errors/" not in field.pointer:
            yield field


@rule(
    "PLN609",
    severity="warning",
    needs=["plan"],
    formats="F,X",
    message="{fr}: '{t}' is optional wording; use must/present tense",
    fix="unsafe",
)
def requirements_are_binding(given: LintInput) -> Iterator[Hit]:
    """A requirement is worded as one"""
    for field in _demands(given):
        if loose := _optional(bare(field.text)):
            yield Hit(field.pointer, {"fr": called(given, field.owner), "t": loose})


def _optional(words: str) -> str:
    if _STRONG.search(words):
        return ""
    if found := _SHOULD.search(words) or _LOOSE.search(words):
        return found[0].strip()
    if found := _MIGHT.search(words):
        return found[1]
    return _shown(words) if 0 < len(words.split()) <= _SHORT and not _says_what(words) else ""


def _says_what(words: str) -> bool:
    return bool(_MAY_BE_VERB.search(words)) or not re.search(r"[A-Za-z]{3}", words)


_NORM = re.compile(r"\b(?:must|shall)\b", re.IGNORECASE)
_LONGEST = 500


@rule(
    "PLN610",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="F,X",
    message="{fr} states {n} requirements; split",
)
def requirements_are_single(given: LintInput) -> Iterator[Hit]:
    """A requirement states one thing in at most 500 characters"""
    for field in _demands(given):
        name, norms = called(given, field.owner), len(_NORM.findall(bare(field.text)))
        if norms > 1:
            yield Hit(field.pointer, {"fr": name, "n": norms})
        elif len(field.text) > _LONGEST:
            message = f"{name} is {len(field.text)} characters long; split it"
            yield Hit(field.pointer, {"fr": name, "n": len(field.text)}, message=message)


_SAME = 0.9


@rule(
    "PLN611",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="F,R,O",
    message="{id}: acceptance repeats the title",
    fix="unsafe",
)
def acceptance_says_more_than_the_title(given: LintInput) -> Iterator[Hit]:
    """Criteria do not repeat the title of their item"""
    for pointer, name, title, texts in _titled(given):
        for at, text in enumerate(texts):
            if title.strip() and similarity(title, text) >= _SAME:
                yield Hit(f"{pointer}/{at}", {"id": called(given, name)})


def _titled(given: LintInput) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Pointer of the criteria, id, title, criteria of every item that somebody wrote for this plan."""
    assert given.plan is not None
    for at, milestone in enumerate(given.plan.roadmap.milestones):
        if milestone.origin != "extracted":
            yield f"/roadmap/milestones/{at}/acceptance", milestone.id, milestone.title, milestone.acceptance
    for at, task in enumerate(given.plan.tasks):
        if task.origin != "extracted":
            yield f"/tasks/{at}/acceptance", task.id, task.title, task.acceptance
    for at, one in enumerate(_requirements(given).criteria):
        yield f"/requirements/criteria/{at}/then", one.id, one.title, one.then


_BOUNDED = re.compile(
    r"\b(?:strings?|text|char(?:acter)?s?|numbers?|numeric|int(?:eger)?s?|floats?|decimals?|lists?"
    r"|arrays?|sequences?|sets? of|collections?|bytes?|amount|count)\b",
    re.IGNORECASE,
)


@rule(
    "PLN612",
    severity="error",
    needs=["plan"],
    formats="F",
    message="{fr}.{field}: constraint missing",
    fix="unsafe",
)
def inputs_are_constrained(given: LintInput) -> Iterator[Hit]:
    """An input has a type, is required or optional, and has a bound where it can be too much"""
    for at, one in enumerate(_requirements(given).functional):
        for index, field in enumerate(one.inputs):
            if lacking := _unconstrained(field):
                values = {
                    "fr": one.id or f"requirement {at + 1}",
                    "field": field.name or f"input {index + 1}",
                }
                name, suggestion = lacking
                yield Hit(f"/requirements/functional/{at}/inputs/{index}/{name}", values, suggestion)


def _unconstrained(field: InputField) -> tuple[str, str] | None:
    if not field.kind.strip():
        return "kind", "say what it is: string, whole number, date, one of …"
    if not field.need.strip():
        return "need", "say whether it is required or optional"
    if not field.bound.strip() and _BOUNDED.search(field.kind) and not re.search(r"\d", field.kind):
        return "bound", "say how long, how large or how many it may be"
    return None


# --- verification ----------------------------------------------------------------------------------------

_RUNS = re.compile(
    r"\$?\s*(?:[A-Z_]{1,40}=\S{1,200}\s{1,4}){0,5}(?:\./|(?:make|npm|npx|pnpm|yarn|bun|bunx|deno|node"
    r"|python3?|pytest|uv|tox"
    r"|nox|hatch|poetry|pdm|ruff|mypy|pyright|flake8|black|go|gofmt|golangci-lint|cargo|mvn|gradle|sbt"
    r"|just|task|docker"
    r"|docker-compose|podman|bash|sh|zsh|eslint|jest|vitest|tsc|prettier|playwright|cypress|dotnet|swift"
    r"|xcodebuild|mix"
    r"|bundle|rake|rspec|rails|phpunit|composer|php|ruby|bazel|cmake|ctest|ninja|terraform|kubectl|helm"
    r"|curl|git|gh|psql"
    r"|flutter|dart|java|javac|zig|stack|cabal|pre-commit|shellcheck|hadolint|act|earthly|nx|turbo)(?=\s|$))"
)
_PLACE = re.compile(
    r"(?<![\w-])[\w-]{1,100}(?:/[\w.-]{1,100}){1,20}|(?<![\w-])[\w-]{1,100}\.[a-z]{1,5}\b|::\w|\btest_\w"
    r"|`[^`\n]{1,200}`"
)
_OUTCOME = re.compile(
    r"\d|[\"“=≥≤<>→]|->|\b(?:is|are|has|have|was|were|can|cannot|must|shall|will|does|do|not|no|never"
    r"|only|still|exactly|same|equals?|unchanged|empty|true|false|none|null)\b",
    re.IGNORECASE,
)
_BARE_ORDER = re.compile(
    r"\s*(?:please )?(?:verify|test|check|ensure|confirm|validate|make sure|qa|try|review)(?: out)?"
    r"(?: (?:that|if|whether))?(?: (?:it|this|that|they|everything|all|things|the|new|changes?|features?|code"
    r"|app|application|behaviou?r|implementation|results?|functionality)){0,5}(?: (?:still|all))?"
    r"(?: (?:works?|functions?|is|are|runs?))?(?: (?:ok|okay|fine|good|done|working|correct))?\s*"
    rf"{_PRAISE}{{0,3}}(?:\s?(?:manually|by hand|again)\s*)?(?:[.!]\s*)?",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"\s*(?:(?:add|write|run|do|perform|some|more|the|full|basic|new)\s){0,3}(?:\w{1,30}\s){0,2}"
    r"(?:(?:unit|integration|e2e|end-to-end|manual|regression|smoke|functional|acceptance"
    r"|automated)\s(?:and\s)?){0,3}"
    r"(?:tests?|testing|qa|verification|test coverage)(?:\s(?:for|of|on|in)(?:\s[\w-]{1,40}){1,4})?[.!]?\s*"
    r"|\s*(?:manual|manually|tbd|tba|n/?a)[.!]?\s*",
    re.IGNORECASE,
)
_LONGEST_TOPIC = 200


@rule(
    "PLN613",
    severity="error",
    needs=["plan"],
    formats="X,S,R,O,K",
    message="{id}: verification has no {lacking}",
    fix="unsafe",
)
def verification_can_be_done(given: LintInput) -> Iterator[Hit]:
    """What is to be verified is a command, a test, or something to do and to see"""
    assert given.plan is not None
    if given.language == "other":
        raise Lacking("the plan is not in English")
    if given.format != "foreign":  # a ticked list of what was done is no list of checks
        yield from _unexpecting_checks(given, given.plan)
    for pointer, owner, texts in _verifications(given.plan):
        for at, text in enumerate(texts):
            if text.strip() and _proves_nothing(text, strictly=given.format != "foreign"):
                values = {"id": called(given, owner), "lacking": "command and nothing expected"}
                yield Hit(f"{pointer}/{at}", values, _SAY_VALUE, severity=milder(given))
    # What is accepted in steps is their check; in the other formats PLN603 judges it.
    for field in english(given, "acceptance") if given.format == "steps" else ():
        if field.pointer.startswith("/tasks/") and _proves_nothing(field.text, strictly=False):
            values = {"id": called(given, field.owner), "lacking": "command and nothing expected"}
            yield Hit(field.pointer, values, _SAY_VALUE)


def _unexpecting_checks(given: LintInput, plan: Plan) -> Iterator[Hit]:
    for at, check in enumerate(plan.delivery.checks if plan.delivery else ()):
        runs = check.command.strip() or _RUNS.match(check.action.lstrip("`"))
        if runs or not (fault := _unexpecting(check)):
            continue
        values = {"id": f"Check {at + 1}", "lacking": "command and no expected result"}
        yield Hit(f"/delivery/checks/{at}/{fault}", values, _SAY_VALUE, severity=milder(given))


def _unexpecting(check: Check) -> str:
    """The field of a check that should say what is seen, "" when one does."""
    if check.expected.strip():
        return "expected" if says_nothing(check.expected) else ""
    told = _OUTCOME.search(check.action) or any(map(_is_seen, check.action.casefold().split()))
    return "" if told and not _proves_nothing(check.action, strictly=True) else "action"


def _verifications(plan: Plan) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for at, task in enumerate(plan.tasks):
        if task.origin != "extracted":
            yield f"/tasks/{at}/tests", task.id, task.tests
    for at, milestone in enumerate(plan.roadmap.milestones):
        if milestone.origin != "extracted":
            yield f"/roadmap/milestones/{at}/validation", milestone.id, milestone.validation


def _proves_nothing(text: str, *, strictly: bool) -> bool:
    """Whether a text only says that something is to be checked or works; strictly, also when it only names a
    topic."""
    if len(text) > _LONGEST_TOPIC or _RUNS.match(text.lstrip("`")) or _PLACE.search(text):
        return False
    words = blanked(_MARKUP, text).strip()
    if _BARE_ORDER.fullmatch(words) or says_nothing(text):
        return True
    return strictly and bool(_TOPIC.fullmatch(words))
