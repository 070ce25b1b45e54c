"""What ranking needs to know of one file: a pure function of its language and its text.

A sketch holds counts and names, never lines of the file, and says nothing about any issue. It can be kept as
JSON under the blob's name; `VERSION` is raised when the same text would give another sketch.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.recon.kinds import generated_by_text
from bot.recon.languages import language_of
from bot.recon.symbols import defined_names
from bot.recon.tokens import identifiers, stems_of

VERSION = 1
LONGEST = 400_000  # characters of one file that are looked at
MOST_NAMES, MOST_IMPORTS = 4_000, 1_000


@dataclass(frozen=True, slots=True)
class Sketch:
    """Counts of stems in the text and in the names it defines, those names in order, the modules it imports
    as written (a relative one with its leading dots), how many words it has, and whether a program wrote it.
    """

    stems: Mapping[str, int] = field(default_factory=dict)
    name_stems: Mapping[str, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    length: int = 0
    generated: bool = False

    def to_json(self) -> list[object]:
        """Plain values in a fixed order, for a cache."""
        return [
            dict(self.stems), dict(self.name_stems), list(self.names), list(self.imports),
            self.length, self.generated,
        ]  # fmt: skip

    @staticmethod
    def from_json(value: Sequence[object]) -> Sketch:
        """The sketch that `to_json` wrote. ValueError for anything else."""
        match value:
            case [dict() as stems, dict() as name_stems, list() as names, list() as imports,
                  int() as length, bool() as generated]:  # fmt: skip
                return Sketch(stems, name_stems, tuple(names), tuple(imports), length, generated)
            case _:
                raise ValueError("this is no sketch")


EMPTY = Sketch()


def sketch(path: str, text: str) -> Sketch:
    """The sketch of a text; of the path only its language counts."""
    language, seen = language_of(path), text[:LONGEST]
    words = identifiers(seen)
    names = Counter(defined_names(seen)[:MOST_NAMES]) if language else Counter[str]()
    return Sketch(
        stems=_stems(words),
        name_stems=_stems(names),
        names=tuple(names),
        imports=tuple(dict.fromkeys(imported(language, seen)))[:MOST_IMPORTS],
        length=words.total(),
        generated=generated_by_text(seen),
    )


def _stems(words: Mapping[str, int]) -> dict[str, int]:
    out: dict[str, int] = {}
    for name, count in words.items():
        for word in stems_of(name):
            out[word] = out.get(word, 0) + count
    return out


# --- imports ---------------------------------------------------------------------------------------------

IMPORTABLE = re.compile(r"[\w.:]{1,200}")
PYTHON_IMPORT = re.compile(  # with the end of the line before, for speed
    r"\n[ \t]{0,20}(?:from[ \t]{1,4}([.\w]{1,200})[ \t]{1,4}import[ \t]{1,4}"
    r"(?:\(([^()]{0,1000})\)|([^\n#(]{0,300}))"
    r"|import[ \t]{1,4}([\w., \t]{1,300}))"
)
SCRIPT_IMPORT = re.compile(r"\b(?:from|import|import\(|require\()[ \t]{0,4}[\"']([^\"'\n]{1,200})[\"']")
RUST_IMPORT = re.compile(
    r"^[ \t]{0,20}(?:pub(?:\([a-z]{1,8}\))?[ \t]{1,4})?"
    r"(?:use[ \t]{1,4}([\w:]{1,200})(?:\{([^{}]{0,600})\})?|mod[ \t]{1,4}(\w{1,80});)",
    re.MULTILINE,
)
JVM_IMPORT = re.compile(r"^import[ \t]{1,4}(?:static[ \t]{1,4})?([\w.]{1,200})", re.MULTILINE)
RUBY_IMPORT = re.compile(
    r"^[ \t]{0,20}require(_relative)?[ \t(]{1,4}[\"']([^\"'\n]{1,200})[\"']", re.MULTILINE
)
C_IMPORT = re.compile(r"^[ \t]{0,8}#[ \t]{0,8}include[ \t]{0,8}[\"<]([^\">\n]{1,200})", re.MULTILINE)
PHP_IMPORT = re.compile(r"^use[ \t]{1,4}([\w\\]{1,200})", re.MULTILINE)


def imported(language: str | None, text: str) -> Iterable[str]:
    """The modules a text imports, as written; a name taken out of a module is given with its module."""
    match language:
        case "Python":
            return _python_imports(text)
        case "JavaScript" | "TypeScript" | "Svelte" | "Vue":
            return SCRIPT_IMPORT.findall(text)
        case "Rust":
            return _rust_imports(text)
        case "Java" | "Kotlin" | "Scala" | "Groovy":
            return JVM_IMPORT.findall(text)
        case "Ruby":
            return ("./" * bool(near) + name for near, name in RUBY_IMPORT.findall(text))
        case "C" | "C++" | "Objective-C":
            return C_IMPORT.findall(text)
        case "PHP":
            return PHP_IMPORT.findall(text)
        case _:
            return ()


def _python_imports(text: str) -> Iterable[str]:
    for module, inside, after, plain in PYTHON_IMPORT.findall("\n" + text):
        if module:
            yield module
            yield from (f"{module.rstrip('.')}.{each}" if module.strip(".") else module + each
                        for each in _first_words(inside or after))  # fmt: skip
        else:
            yield from _first_words(plain)


def _rust_imports(text: str) -> Iterable[str]:
    for module, names, part in RUST_IMPORT.findall(text):
        if part:
            yield f"self::{part}"
        else:
            yield module
            yield from (f"{module.rstrip(':')}::{each}" for each in _first_words(names))


def _first_words(names: str) -> list[str]:
    """The names of a comma-separated list without what they are renamed to."""
    return [
        words[0] for each in names.split(",") if (words := each.split()) and IMPORTABLE.fullmatch(words[0])
    ]
