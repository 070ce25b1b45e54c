"""A text as people say it who do not build the thing: files, names and code in words. Knows no plan.

A functional document says what and not how, and its texts may be the issue's own, which names files.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_SPAN = re.compile(r"(?<!`)`([^`\n]{1,400})`(?!`)")
_SOURCE = "py|pyi|tsx?|jsx?|mjs|cjs|go|rs|java|kts?|rb|php|cs|cc|cpp|hpp|swift|scala|sql|sh|exs?|vue|tf|proto"
_DATA = "c|h|s?css|less|graphql|gradle|ya?ml|toml|json|mdx?|html|ini|cfg|xml|lock|rst|txt"
_PRODUCT = r"(?!(?:node|vue|next|nuxt|react|express|three|d3|chart|ember|discord|socket|asp)\.(?:js|ts)\b)"
# A path with a folder, or a file of source; `export.json` alone may be what people download.
_PATH = re.compile(
    r"(?<![\w/.:@-])(?:"
    rf"(?:\.{{0,2}}[\w-][\w.@-]{{0,99}}/){{1,20}}[\w.-]{{0,99}}\.(?:{_SOURCE}|{_DATA})"
    rf"|{_PRODUCT}[\w-]{{1,99}}\.(?:{_SOURCE})"
    r")(?![\w/-]|\.\w)"
)
_NAME = re.compile(
    r"[a-z]{1,40}(?:[A-Z][a-z0-9]{1,40}){1,8}|(?:[A-Z][a-z0-9]{1,40}){2,8}"
    r"|[A-Za-z][A-Za-z0-9]{0,40}(?:_[A-Za-z0-9]{1,40}){1,8}|[A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60}){1,8}"
)
_CODE = re.compile(
    r"[A-Za-z_]\w{0,60}\(|=>|::|->|\b(?:def|class|import|function|const|let|var|struct|interface|func|fn) \w"
    r"|\breturn \w|\bif \w[\w.]{0,60} ?(?:[<>]=?|[=!]==?) ?\w"
)
_LITERAL = re.compile(r"\s*(?:[\"'{\[].*|(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s.*)", re.DOTALL)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_WORD = re.compile(r"[^\w\s-]|_")
_NAMELESS = frozenset({"__init__", "index", "main", "mod", "lib"})


def in_words(text: str, files: Collection[str] = ()) -> str:
    """The text with what it calls files and code said in words: “report” for `src/report.py`, “to csv” for
    `to_csv(rows)`. Commands, options and values that people type or see stay as they are. `files` are paths
    that are known to be of files, whatever they look like.
    """
    spans = _SPAN.sub(lambda found: _of_span(found, files), text)
    return _PATH.sub(lambda found: _quoted(_of_path(found[0])) or found[0], spans)


def _of_span(found: re.Match[str], files: Collection[str]) -> str:
    said = found[1].strip()
    if _LITERAL.fullmatch(said):
        return found[0]
    if said in files or _PATH.fullmatch(said):
        return _quoted(_of_path(said)) or found[0]
    is_code = _NAME.fullmatch(said) or _CODE.search(said)
    return (is_code and _quoted(_of_code(said))) or found[0]


def _of_path(path: str) -> str:
    """The words of a file's name; of its folder where the name says nothing."""
    *folders, name = path.strip("./").split("/")
    stem = name.rpartition(".")[0] or name
    return _spaced(folders[-1] if stem in _NAMELESS and folders else stem) or _spaced(name)


def _of_code(code: str) -> str:
    """The words before the first bracket, or of the whole."""
    return _spaced(code.partition("(")[0]) or _spaced(code)


def _spaced(name: str) -> str:
    return " ".join(_NO_WORD.sub(" ", _HUMPS.sub(" ", name)).split()).lower()


def _quoted(words: str) -> str:
    return f"\u201c{words}\u201d" if words else ""
