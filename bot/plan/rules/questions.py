"""PLN909-913: open questions are marked, few, and can be answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from bot.plan.findings import Fix, Location
from bot.plan.language import language_of
from bot.plan.markdown import Block, plain
from bot.plan.model import Plan, Question
from bot.plan.prose import short
from bot.plan.readers.answers import has_leaning
from bot.plan.readers.spec_kit import clarifications
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.fields import TextField, strings, text_fields
from bot.plan.rules.pages import judged
from bot.plan.rules.scope import bare, milder
from bot.plan.similarity import SAME_QUESTION, content_words, same_question, similarity

_SHOWN = 80


def _shown(text: str) -> str:
    return short(text, _SHOWN)


def _questions(given: LintInput) -> tuple[Question, ...]:
    return given.plan.questions if given.plan else ()


# --- markers ---------------------------------------------------------------------------------------------

_PART = re.compile(r"\n[^\S\n]*(?:\n|(?:[-*+]|\d{1,4}[.)])\s)")
_LEAST_WORDS = 3


@lru_cache(maxsize=16)
def _marker(words: str) -> re.Pattern[str]:
    """The marker in its brackets, which may be escaped; without them in `loose`."""
    name = r"\s{1,3}".join(map(re.escape, words.split()))
    return re.compile(rf"\\?\[{name}\\?\](?P<end>:?)|(?P<loose>{name})", re.IGNORECASE)


def _asked(given: LintInput, text: str) -> Iterator[tuple[str, bool]]:
    """What follows each marker up to the next one or the end of its paragraph, and whether the marker is well
    formed."""
    words = bare(text)
    found = list(_marker(given.limits.marker).finditer(words))
    for at, one in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        rest = text[one.end() : end]
        part = _PART.search(rest)
        yield rest[: part.start()] if part else rest, not one["loose"]


@rule(
    "PLN909",
    severity="error",
    needs=["plan"],
    formats="*",
    message="{pointer}: marker without one specific question",
    fix="unsafe",
)
def markers_have_one_question(given: LintInput) -> Iterator[Hit]:
    """A marker of something unknown is followed by one question"""
    for field in given.texts_of_plan:
        for rest, formed in _asked(given, field.text):
            if not formed or not _is_one_question(rest):
                yield Hit(field.pointer, {"t": _shown(rest)}, f"[{given.limits.marker}] and one question?")
    # What an export lists as a question was marked as one; its text is what follows the marker.
    for at, one in enumerate(_questions(given) if given.format == "export" and given.reading else ()):
        if one.text.strip() and not _is_one_question(one.text):
            values = {"t": _shown(one.text)}
            yield Hit(f"/questions/{at}/text", values, f"[{given.limits.marker}] and one question?")
    for field in given.texts_of_plan:
        if given.format == "foreign" and any(not _open_ask(found) for found in clarifications(field.text)):
            yield Hit(field.pointer, {"t": "[NEEDS CLARIFICATION]"}, "say what is to be clarified", "warning")


def _is_one_question(rest: str) -> bool:
    words = bare(rest)
    first, mark, more = words.partition("?")
    return bool(mark) and "?" not in more and len(rest[: len(first)].split()) >= _LEAST_WORDS


def _open_ask(found: re.Match[str]) -> bool:
    return bool(re.search(r"\w{2}", found["ask"] or ""))


@rule(
    "PLN910",
    severity="error",
    needs=["plan"],
    formats="*",
    message="Question '{t}' appears {n} times / only in {side}",
    fix="unsafe",
)
def marked_questions_are_open_questions(given: LintInput) -> Iterator[Hit]:
    """Every marked question is one open question, and every open question stands once"""
    questions = [one.text for one in _questions(given)]
    again = doubled(given.own, given) if given.own else {}
    for at, text in enumerate(questions):
        if any(same_question(text, other) for other in questions[:at]):
            message = f"Question '{_shown(text)}' appears 2 times"
            values, fix = {"t": _shown(text), "n": 2, "side": "the open questions"}, _fix_of(at, again)
            yield Hit(f"/questions/{at}/text", values, fix=fix, severity=milder(given), message=message)
    for field in given.texts_of_plan:
        if field.purpose != "question" and not _is_listed(field):
            for rest, _ in _asked(given, field.text):
                if _is_one_question(rest) and not any(
                    same_question(_question_of(rest), one) for one in questions
                ):
                    yield _one_sided(_question_of(rest), "the text", field.pointer)
    if given.format == "export":
        yield from _unmarked(given)


def _fix_of(at: int, again: Mapping[int, int]) -> Fix:
    return "safe" if at in again else "unsafe"


def doubled(plan: Plan, given: LintInput) -> Mapping[int, int]:
    """By place, open questions in the very words of an earlier one, and its place; none where somebody may
    know a question by its id: texts of the plan, or readers of a published version."""
    if given.before or any(_ID.search(one.text) for one in text_fields(strings(plan))):
        return {}
    first: dict[str, int] = {}
    words = [" ".join(one.text.split()).casefold() for one in plan.questions]
    places = [first.setdefault(text, at) for at, text in enumerate(words)]
    return {at: place for at, place in enumerate(places) if place != at}


_ID = re.compile(r"\bQ-\d")


def _is_listed(field: TextField) -> bool:
    """Whether a text that is no field stands under the heading of the open questions."""
    return field.purpose == "prose" and "question" in field.owner.casefold()


def _question_of(rest: str) -> str:
    return rest.partition("?")[0].strip(" :-–—*\n") + "?"


def _one_sided(text: str, side: str, pointer: str, place: Location | None = None) -> Hit:
    values = {"t": _shown(text), "n": 1, "side": side}
    return Hit(pointer, values, location=place, message=f"Question '{_shown(text)}' appears only in {side}")


def _unmarked(given: LintInput) -> Iterator[Hit]:
    """What an export lists as open questions without the marker."""
    for document in judged(given):
        found = (one for one in document.sections if re.search(r"\bopen questions$", one.title.strip(), re.I))
        for block in (block for section in found for block in section.own):
            if _is_unmarked(block, given):
                place = Location(document.path, block.line, block.col)
                yield _one_sided(plain(block.text), "the open questions, without its marker", "", place)


def _is_unmarked(block: Block, given: LintInput) -> bool:
    # What is nested below a question says why it matters and what could be answered.
    asks = (block.kind == "item" and block.level <= 1) or (
        block.kind == "paragraph" and "?" in block.text and not block.level
    )
    nothing = re.fullmatch(
        r"\W*(?:none|n/a|not applicable|no open questions)\b.*", block.text, re.I | re.DOTALL
    )
    return asks and not nothing and not _marker(given.limits.marker).search(plain(block.text))


# --- few -------------------------------------------------------------------------------------------------

_MOST, _MOST_BLOCKING, _MOST_CLARIFICATIONS = 5, 3, 3


@rule(
    "PLN911",
    severity="warning",
    needs=["plan"],
    formats="*",
    message="{n} open questions; keep the {k} of highest impact",
)
def questions_are_few(given: LintInput) -> Iterator[Hit]:
    """At most five questions are open, at most three of them block"""
    questions = _questions(given)
    blocking = sum(one.blocking for one in questions)
    if len(questions) > _MOST:
        yield Hit("/questions", {"n": len(questions), "k": _MOST}, severity=milder(given, "info"))
    elif blocking > _MOST_BLOCKING:
        message = f"{blocking} blocking questions; keep the {_MOST_BLOCKING} of highest impact"
        values = {"n": blocking, "k": _MOST_BLOCKING}
        yield Hit("/questions", values, severity=milder(given, "info"), message=message)
    if given.format == "foreign":
        marked = [field.pointer for field in given.texts_of_plan for _ in clarifications(field.text)]
        if len(marked) > _MOST_CLARIFICATIONS:
            yield Hit(marked[_MOST_CLARIFICATIONS], {"n": len(marked), "k": _MOST_CLARIFICATIONS})


# --- answerable ------------------------------------------------------------------------------------------

_ASKING = (
    r"(?:how|what|which|when|where|who|whose|why|should|do|does|is|are|can|will|would|may|must|shall|has|have"
    r"|could)"
)
_COMPOUND = re.compile(
    rf"\?[^\w?]{{0,9}}+(?:(?:and|or|if so|also),?\s+)?{_ASKING}\b[^?]*\?"
    r"|[,;]?\s(?:and|or) (?:how|what|which|when|where|who|why)\b(?!\s(?:not|if)\b)"
    r"|[,;] and (?:should|do|does|is|are|can|will) ",
    re.IGNORECASE | re.DOTALL,
)
_OPEN = re.compile(
    r"\W{0,5}(?:how (?:should|do|does|can|will|would|could|to|might|shall|must|is|are)\b|why\b|what about\b"
    r"|what else\b|what do you think|any(?:thing| thoughts| other)\b"
    r"|what (?:should|shall|would) (?:we|it|the \w{1,40}) (?:do|look like|be like)\b)",
    re.IGNORECASE,
)
_UNNAMED = re.compile(
    r"\W{0,5}(?:is|are|would|does|do|will) (?:this|that|it|these|those|they|everything|all)"
    r"(?: (?:be|all|still|really|look|work|sound)){0,2}"
    r"(?: (?:fine|ok|okay|right|correct|good|acceptable|enough|needed|necessary|clear|true))?\W{0,5}",
    re.IGNORECASE,
)
_ALTERNATIVES = re.compile(
    r"\bor\b|\bversus\b|\bvs\b|\([^()]{1,100}[,/][^()]{1,100}\)|\be\.g\.", re.IGNORECASE
)


@rule(
    "PLN912",
    severity="warning",
    needs=["plan"],
    formats="*",
    message="{q} is not answerable as written",
    fix="unsafe",
)
def questions_can_be_answered(given: LintInput) -> Iterator[Hit]:
    """A question asks one thing, shows what an answer may be, and says what changes with it"""
    if given.language == "other":
        raise Lacking("the plan is not in English")
    for at, one in enumerate(_questions(given)):
        if one.text.strip() and one.origin != "extracted" and language_of(one.text) != "other":
            for name, fault in _faults(one, whole=given.format == "roadmap"):
                values = {"q": one.id or "A question", "why": fault}
                yield Hit(f"/questions/{at}/{name}", values, fault, severity=milder(given, "info"))


def _faults(one: Question, *, whole: bool) -> Iterator[tuple[str, str]]:
    """The field at fault, and what to do about it. Only a whole question has to say why it is asked."""
    words = bare(one.text)
    options = [option for option in one.options if option.strip()]
    if "?" not in words or len(one.text.split()) < _LEAST_WORDS:
        yield "text", "ask one question that ends in a question mark"
    elif _UNNAMED.fullmatch(words) and not options:
        yield "text", "name what is asked about, and at least two possible answers"
    elif _COMPOUND.search(words) and not options:
        yield "text", "ask one thing; make the rest a question of its own"
    elif has_leaning(one.text):
        return  # there is something to agree to or not
    elif len(options) == 1 or (_OPEN.match(words) and not options and not _ALTERNATIVES.search(words)):
        yield "options" if options else "text", "give at least two possible answers"
    if whole and not one.why.strip():
        yield "why", "say what changes with the answer"


# --- answered --------------------------------------------------------------------------------------------

_BETWEEN = (
    r"(?:'s|\s(?:is|are|the|our|its|this|project's|repository's|existing|present|current|default|main|kind|sort|type"
    r"|of|python|node|javascript|typescript))"
)
_TOPICS: Mapping[str, re.Pattern[str]] = {
    topic: re.compile(rf"\b(?:which|what){_BETWEEN}{{0,5}}\s(?:{words})\b", re.IGNORECASE)
    for topic, words in {
        "package manager": r"package manager|dependency manager",
        "test framework": r"test(?:ing)? (?:framework|runner|library)",
        "linter": r"linter|linting (?:tool|rules?)|lint tool",
        "formatter": r"(?:code )?formatter|formatting tool",
        "language": r"(?:programming )?language",
        "python version": r"python versions?|versions? of python",
        "node version": r"node(?:\.js)? versions?|versions? of node",
        "go version": r"go versions?|versions? of go",
    }.items()
}
_WANTS_NEW = re.compile(
    r"\b(?:switch|migrate|replace|new|add|adopt|instead|upgrade|prefer|move|drop|target|future|minimum"
    r"|oldest|user|users|display|interface|translat\w+|support(?:ed)?|spoken|locale|next)\b",
    re.IGNORECASE,
)
_EXISTS = re.compile(
    r"\b(?:is|are) there (?:already )?|\bdo(?:es)? (?:we|the \w{1,40}|it) (?:already )?have\b"
    r"|\bdoes\b.{1,200}?\bexist\b"
    r"|\balready (?:exist|defined|set|there)\b",
    re.IGNORECASE,
)
_RUN = re.compile(
    r"\b(?:which|what) commands? (?:runs?|starts?|executes?|builds?|checks?|lints?) (?:the|our|all|its)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"`([^`\n]{2,100})`")
_NAMED = re.compile(r"`([^`\s]{2,200})`")
_SENTENCE = re.compile(r"[^.!?\n]{8,400}[.!?\n]?")
_ENOUGH = 3


@rule(
    "PLN913",
    severity="warning",
    needs=["plan"],
    formats="*",
    message="{q} is answered by {evidence}",
    fix="unsafe",
)
def questions_are_not_answered_already(given: LintInput) -> Iterator[Hit]:
    """No question is open that the repository or the issue answers"""
    if given.ground is None and given.issue_text is None:
        raise Lacking("no repository and no text of the issue to look for answers in")
    for at, one in enumerate(_questions(given)):
        if one.origin != "extracted" and (answer := answer_to(one.text, given)):
            yield Hit(f"/questions/{at}/text", {"q": one.id or "A question", "evidence": answer})


def answer_to(question: str, given: LintInput) -> str:
    """What answers a question already, with where it stands; "" when nothing at hand does."""
    if given.ground is not None and not _WANTS_NEW.search(question):
        for topic, asks in _TOPICS.items():
            answer, evidence = given.ground.answers.get(topic, ("", ""))
            if answer and asks.search(question):
                return f"{answer} ({evidence})" if evidence else answer
        for name in _NAMED.findall(question) if _EXISTS.search(question) else ():
            if given.ground.exists(name) or given.ground.is_dir(name):
                return f"{name}, which is there"
            if name in given.ground.settings:
                return f"the setting {name}, which is there"
        if _RUN.search(question):
            for line in _QUOTED.findall(question):
                if given.ground.runnable(line).ok:
                    return f"{line}, which can be run"
    return _said(question, given.issue_text or "")


def _said(question: str, issue_text: str) -> str:
    """The sentence of the issue that says what is asked."""
    if len(content_words(question)) < _ENOUGH:
        return ""
    for found in _SENTENCE.finditer(issue_text):
        sentence = found[0].strip()
        if not sentence.endswith("?") and similarity(question, sentence) >= SAME_QUESTION:
            return f"the issue: '{_shown(sentence)}'"
    return ""
