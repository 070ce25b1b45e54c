"""Whether a file defines a name: yes, no, or not to be told. A wrong no is worse than many not told.

Yes needs a definition. No needs that the name cannot have come to be in the file in another way either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.recon.languages import language_of
from bot.recon.symbols.symbol import Symbol

# How names come to be in a file that does not spell them.
MAKERS = {
    "Python": r"^def __getattr__\(|\b(?:globals|locals|vars|setattr|exec|make_dataclass)\("
    r"|^from \S{1,200} import \*",
    "Ruby": r"\b(?:method_missing|const_missing|const_set|(?:class|module|instance)_eval)\b"
    r"|\bdefine_method[ (]{1,2}[^:\s]|^[ \t]{0,40}(?:belongs_to|has_many|has_one|has_and_belongs_to_many|enum"
    r"|delegate|class_attribute|include|extend|acts_as_\w{1,40})\b",
    "JavaScript": r"\bObject\.(?:assign|definePropert)|\bexport \*|\bnew Proxy\b|\beval\(",
    "TypeScript": r"\bObject\.(?:assign|definePropert)|\bexport \*|\bnew Proxy\b|\beval\(",
    "C": r"##",
    "C++": r"##|\bQ_(?:OBJECT|GADGET|PROPERTY)\b",
    "Objective-C": r"##|@property|@dynamic",
    "Rust": r"\bpaste!|\bconcat_idents!|##|\bmodular_bitfield\b|\(\w{0,40}(?:Builder|Getters|Setters)\b",
    "Java": r"\blombok\b|\brecord\b|@AutoValue|@Generated|\bimmutables\b",
    "Kotlin": r"\b(?:data|value) class\b",
    "Scala": r"\bcase class\b",
    "C#": r"\b(?:partial|record)\b",
    "Swift": r"@(?:Observable|Model|attached|dynamicMemberLookup)\b",
    "PHP": r"\b(?:__get|__call|__callStatic|class_alias|extract)\b|\beval\(|\$\$",
    "Elixir": r"\b(?:use|defmacro|unquote|defdelegate|defstruct)\b",
    "Shell": r"\beval\b|\bprintf -v\b",
}
_MAKERS = {language: re.compile(pattern, re.MULTILINE) for language, pattern in MAKERS.items()}
MACRO_CALL = re.compile(r"^[ \t]{0,20}[A-Z][A-Z0-9_]{2,60}[ \t]{0,4}\(([^()\n]{1,200})", re.MULTILINE)
# Members that nobody has to write.
GIVEN = frozenset(
    {"constructor", "prototype", "length", "hasOwnProperty", "toString", "valueOf", "equals", "hashCode",
     "getClass", "values", "name", "ordinal", "copy", "Equals", "GetHashCode", "ToString", "GetType",
     "init", "deinit", "description", "rawValue", "allCases",
     "new", "class", "initialize", "send", "inspect", "to_s",
     "clone", "default", "drop", "into", "from", "fmt", "eq", "cmp", "hash"}
)  # fmt: skip
TYPES = frozenset({"class", "struct"})
LONGEST_HEAD = 300
# What may lend a type members that are written elsewhere, in its head or on the lines above it.
LENDS = re.compile(r"[:(<@#]|\b(?:extends|implements|with|derives|use|open|abstract|sealed)\b")


def defined_in(path: str, text: str, found: Sequence[Symbol], name: str) -> bool | None:
    """Whether a file with this outline defines `name` (plain or dotted); None when that cannot be told."""
    wanted = name.strip().strip("`").partition("(")[0].replace("::", ".").replace("#", ".").strip(".")
    holder, _, last = wanted.rpartition(".")
    if _defined(path, found, wanted):
        return True
    if not last or last in GIVEN or last.startswith("__") or _made(path, text, last):
        return None
    holders = [each for each in found if holder and _is(each.qualified, holder)]
    if not holders:
        return None if _stands_in(text, last) else False
    if not all(each.kind in TYPES and _lends_nothing(path, text, each) for each in holders):
        return None
    return False if _only_in_others(text, found, holders, last) else None


def _defined(path: str, found: Sequence[Symbol], wanted: str) -> bool:
    """Also with the module, package or folder of the file before the name."""
    module = path.rpartition(".")[0].replace("/", ".")
    homes = (module, module.rpartition(".")[0])
    return any(
        each.name == wanted
        or _is(each.qualified, wanted)
        or (
            _is(wanted, each.qualified)
            and any(_is(home, wanted[: -len(each.qualified) - 1]) for home in homes)
        )
        for each in found
    )


def _is(long: str, short: str) -> bool:
    """Whether a dotted name is, or ends in, another."""
    return long == short or long.endswith("." + short)


def _made(path: str, text: str, last: str) -> bool:
    """Whether the name may be put together by the language's means for that."""
    language = language_of(path) or ""
    makers = _MAKERS.get(language)
    if makers and makers.search(text):
        return True
    if language not in {"C", "C++", "Objective-C"}:
        return False
    given = (word for call in MACRO_CALL.findall(text) for word in re.findall(r"\w{3,80}", call))
    return any(word.lower() in last.lower() for word in given)


def _stands_in(text: str, word: str) -> bool:
    return next(_places(text, word), None) is not None


def _places(text: str, word: str) -> Iterator[int]:
    """The 1-based lines where a word stands."""
    line = at = 0
    for found in re.finditer(rf"(?<![\w$]){re.escape(word)}(?![\w$])", text):
        line += text.count("\n", at, found.start())
        at = found.start()
        yield line + 1


def _lends_nothing(path: str, text: str, holder: Symbol) -> bool:
    """Whether all members of a type stand in its own words: no bases, no decorators, nothing embedded."""
    lines = text.split("\n")
    head = "\n".join(lines[holder.line - 1 : holder.end_line])[:LONGEST_HEAD]
    head = head.partition(holder.name)[2]
    above = lines[holder.line - 2].strip() if holder.line > 1 else ""
    match language_of(path):
        case "Python":
            return bool(re.match(r"(?:\(\))?[ \t]*:", head)) and not above.startswith("@")
        case "Go" | "Rust":
            return False  # embedded types, and traits implemented anywhere
        case _:
            opened = re.split(r"[{\n]", head, maxsplit=1)[0]
            return not LENDS.search(opened) and not above.startswith(("@", "#", "["))


def _only_in_others(text: str, found: Sequence[Symbol], holders: Sequence[Symbol], last: str) -> bool:
    """Whether the word stands only in definitions that have nothing to do with the holders, and is
    nowhere assigned to.
    """
    if re.search(rf"[.>]{re.escape(last)}[ \t]{{0,8}}(?:[-+*/|&]?=(?!=)|:)", text):
        return False
    others = [one for one in found if not any(_related(one, each) for each in holders)]
    lines = text.split("\n")
    names = {each.name for each in holders}
    for place in _places(text, last):
        alone = any(one.line <= place <= one.end_line for one in others)
        if not alone or any(_stands_in(lines[place - 1], name) for name in names):
            return False
    return True


def _related(one: Symbol, holder: Symbol) -> bool:
    inside = f"{one.qualified}.".startswith(f"{holder.qualified}.")
    return inside or (one.line <= holder.line and holder.end_line <= one.end_line)
