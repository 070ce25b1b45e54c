"""PLN905-908: a functional plan says what, not how, in British spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.plan.language import language_of
from bot.plan.rules.engine import Hit, LintInput, rule
from bot.plan.rules.fields import TextField
from bot.plan.rules.ground import Ground
from bot.plan.rules.pages import at_line, judged
from bot.plan.spelling import american

# The parts of a plan that its functional view shows.
_SHOWN = re.compile(
    r"/(?:title|summary|goals|non_goals|requirements|streams|questions|assumptions|prose)(?:/|$)"
)
_PLAN_FILE = "IMPLEMENTATION_PLAN.md"


def _texts(given: LintInput) -> Iterator[TextField]:
    """The texts of the functional plan that somebody wrote for it."""
    return (one for one in given.texts_of_plan if _SHOWN.match(one.pointer) and not one.quoted)


# --- code ------------------------------------------------------------------------------------------------

_FENCE = re.compile(r"(?:```|~~~)\s{0,3}(\w{0,30})")
_DRAWN = frozenset({"mermaid", "gherkin"})
_SPAN = re.compile(r"(?<!`)(`{1,9})(?!`)([^\n]{1,2000}?)(?<!`)\1(?!`)")
_CODE = re.compile(
    r"\w\(|\(\)|=>|::|->|\b(?:def|class|import|function|const|let|var|struct|interface|func|fn) \w"
    r"|\bfrom \w{1,80} import\b|\breturn \w|\bSELECT\s[^\n]{1,200}?\sFROM\s|\b(?:INSERT INTO|DELETE FROM)\s\w"
    r"|\bif \w[\w.]{0,60} ?(?:[<>]=?|[=!]==?) ?\w"
)
_LITERAL = re.compile(r"\s*(?:[\"'].*[\"']|(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s.*+)\s*", re.DOTALL)


@rule(
    "PLN905",
    severity="error",
    needs=["plan"],
    formats="F",
    message="{pointer}: code is not allowed in a functional plan",
    fix="unsafe",
)
def functional_plans_hold_no_code(given: LintInput) -> Iterator[Hit]:
    """A functional plan holds no code"""
    for field in _texts(given):
        fences = _FENCE.findall(field.text)[::2]
        spans = [span for _, span in _SPAN.findall(field.text) if not _LITERAL.fullmatch(span)]
        code = [span for span in spans if _CODE.search(span)]
        if any(info.lower() not in _DRAWN for info in fences) or code:
            yield Hit(
                field.pointer, {"t": code[0] if code else "a block of code"}, "say in words what it does"
            )
    for document in judged(given):
        if document.path.rpartition("/")[2] == _PLAN_FILE:
            continue
        for block in document.blocks:
            if block.kind == "fence" and block.info.lower() not in _DRAWN:
                place = at_line(document, block.line, block.col)
                yield Hit("", {"t": "a block of code", "pointer": f"line {block.line}"}, location=place)


# --- paths -----------------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"https?://\S+|\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}")
_TOKEN = re.compile(r"(?<![\w/.:@-])(?:\.{0,2}[\w-][\w.@-]{0,99}/){0,20}[.\w-][\w.-]{0,99}(?![\w/-])")
_SOURCE_ENDINGS = """
    py pyi ts tsx js jsx mjs cjs go rs java kt kts rb php cs c h cc cpp hpp swift scala sql sh ex exs
    vue svelte tf proto scss less dart lua hs clj erl graphql prisma gradle
"""
_DATA_ENDINGS = """
    yml yaml toml json md mdx html css ini cfg xml lock rst
"""
_SOURCE, _DATA = frozenset(_SOURCE_ENDINGS.split()), frozenset(_DATA_ENDINGS.split())
# Products whose names look like files.
_PRODUCTS = re.compile(
    r"(?:node|vue|next|nuxt|react|angular|express|three|d3|chart|moment|ember|backbone|alpine|discord"
    r"|electron|socket"
    r"|solid|nest|ext|knockout|underscore|p5|asp|vb|ada|draw|crates|github|itch)\.(?:js|ts|io|net|java)"
    r"|e\.g|i\.e",
    re.IGNORECASE,
)
_KNOWN_FILES = frozenset(
    {"Makefile", "Dockerfile", "package.json", "pyproject.toml", "Cargo.toml", "go.mod", "pom.xml"}
)
_OF_ENVIRONMENT = re.compile(r"(?:docker-)?compose[\w.-]*|Makefile|\.env[\w.-]*")


@rule(
    "PLN906",
    severity="error",
    needs=["plan"],
    formats="F",
    message="{pointer}: file path '{p}'",
    fix="unsafe",
)
def functional_plans_name_no_files(given: LintInput) -> Iterator[Hit]:
    """A functional plan names no file of the repository"""
    for field in _texts(given):
        environment = field.pointer.startswith("/requirements/dev_needs/")
        for path in _paths(field.text, given.ground):
            if not (environment and _OF_ENVIRONMENT.fullmatch(path)):
                yield Hit(field.pointer, {"p": path}, "say which part of the system is meant")


def _paths(text: str, ground: Ground | None) -> Iterator[str]:
    words = _ADDRESS.sub(" ", text)
    tokens = (found[0].rstrip(".,;:") for found in _TOKEN.finditer(words))
    return (one for one in dict.fromkeys(tokens) if _is_path(one, ground))


def _is_path(token: str, ground: Ground | None) -> bool:
    """Whether a word is a path of source, or of a file that is there. A bare `export.json` may be what people
    download."""
    name = token.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if _PRODUCTS.fullmatch(token) or not re.search(r"[A-Za-z]", token):
        return False
    if token in _KNOWN_FILES or re.fullmatch(r"\.env(?:\.\w{1,30})?", token):
        return True
    if ending in _SOURCE and len(name) > len(ending) + 1:
        return True
    if ending in _DATA and "/" in token:
        return True
    real = "/" in token or ending in _DATA
    return bool(real and ground and (ground.exists(token) or ground.is_dir(token.rstrip("/"))))


# --- names of code ---------------------------------------------------------------------------------------

_NAME = re.compile(r"(?<![\w./@#$-])(?:[a-z]{1,40}(?:[A-Z][a-z0-9]{1,40}){1,8}|(?:[A-Z][a-z0-9]{1,40}){2,8}"
                   r"|[a-z][a-z0-9]{0,40}(?:_[a-z0-9]{1,40}){1,8})(?![\w/-])")  # fmt: skip
_SIGNATURE = re.compile(r"(?<![\w./])[a-z_]\w{2,60}\([\w\s,:=\[\].*|]{0,200}\)")
_PATTERN = re.compile(
    r"\bfollow(?:s|ing)? the (?:\w+ )?(?:pattern|example|structure|approach) (?:in|of|from)\b", re.I
)
_DEFINES = (
    r"\b(?:def|class|function|func|fn|interface|type|struct|enum|trait|const|let|var|module|record)\s+{0}\b"
)
_READ = 3000


@rule(
    "PLN907",
    severity="warning",
    tier="extended",
    needs=["plan", "ground"],
    formats="F",
    message="{pointer}: identifier '{t}'",
    fix="unsafe",
)
def functional_plans_name_no_symbols(given: LintInput) -> Iterator[Hit]:
    """A functional plan names no class, function or pattern of the code"""
    assert given.ground is not None
    named = {field.pointer: _identifiers(field.text) for field in _texts(given)}
    real = _defined({name for names in named.values() for name in names}, given.ground)
    for field in _texts(given):
        found = [name for name in named[field.pointer] if name in real]
        found += [one[0] for one in (*_SIGNATURE.finditer(field.text), *_PATTERN.finditer(field.text))]
        for one in dict.fromkeys(found):
            yield Hit(field.pointer, {"t": one})


def _identifiers(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_NAME.findall(_ADDRESS.sub(" ", text))))


def _defined(names: set[str], ground: Ground) -> set[str]:
    """Which of the names some source file of the repository defines."""
    if not names:
        return set()
    defines = re.compile(_DEFINES.format("(" + "|".join(sorted(map(re.escape, names))) + ")"))
    sources = [path for path in ground.paths if ground.kind(path) == "source"][:_READ]
    return {name for path in sources for name in defines.findall(ground.text(path) or "")}


# --- spelling --------------------------------------------------------------------------------------------


@rule(
    "PLN908",
    severity="warning",
    needs=["plan"],
    formats="F",
    fix="safe",
    message="{pointer}: '{a}' -> '{b}'",
)
def functional_plans_are_spelt_the_british_way(given: LintInput) -> Iterator[Hit]:
    """A functional plan is in British spelling"""
    for field in _texts(given):
        if language_of(field.text) != "other":
            for a, b in dict.fromkeys((one.word, one.better) for one in american(field.text)):
                yield Hit(field.pointer, {"a": a, "b": b}, b)
