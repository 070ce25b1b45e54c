"""Which languages a repository is written in, by file names; no content is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from bot.recon.kinds import TEST_NAMES, kind_of
from bot.recon.tree import Tree, name_of

BY_SUFFIX = {
    suffix: language
    for language, suffixes in {
        "Python": "py pyi pyx", "JavaScript": "js jsx mjs cjs", "TypeScript": "ts tsx mts cts",
        "Svelte": "svelte",
        "Vue": "vue", "Go": "go", "Rust": "rs", "Java": "java", "Kotlin": "kt kts", "Scala": "scala sc",
        "Groovy": "groovy gradle",
        "Ruby": "rb rake gemspec", "PHP": "php", "C": "c h", "C++": "cc cpp cxx hpp hh hxx ipp", "C#": "cs",
        "F#": "fs fsx",
        "Swift": "swift", "Objective-C": "m mm", "Dart": "dart", "Elixir": "ex exs", "Erlang": "erl hrl",
        "Haskell": "hs",
        "OCaml": "ml mli", "Clojure": "clj cljs cljc edn", "Lua": "lua", "Perl": "pl pm", "R": "r",
        "Julia": "jl", "Zig": "zig",
        "Shell": "sh bash zsh fish", "PowerShell": "ps1 psm1", "SQL": "sql", "HTML": "html htm",
        "CSS": "css scss sass less",
        "Terraform": "tf", "Protocol Buffers": "proto", "GraphQL": "graphql gql", "Jinja": "j2 jinja jinja2",
        "Markdown": "md mdx",
        "reStructuredText": "rst", "YAML": "yml yaml", "TOML": "toml", "JSON": "json", "Nix": "nix",
        "Solidity": "sol",
    }.items()
    for suffix in suffixes.split()
}  # fmt: skip
BY_NAME = {
    "Dockerfile": "Docker",
    "Makefile": "Make",
    "GNUmakefile": "Make",
    "justfile": "Just",
    "Rakefile": "Ruby",
    "Gemfile": "Ruby",
}
NOT_CODE = frozenset({"Markdown", "reStructuredText", "YAML", "TOML", "JSON", "HTML", "CSS"})


@dataclass(frozen=True, slots=True)
class LanguageShare:
    """One language: its files, their bytes, and its share of the bytes of all code (0 to 1)."""

    name: str
    files: int
    bytes: int
    share: float

    def to_dict(self) -> dict[str, object]:
        return {"name": self.name, "files": self.files, "bytes": self.bytes, "share": round(self.share, 4)}


def language_of(path: str) -> str | None:
    """The language of a path, or None when its name does not tell."""
    name = name_of(path)
    if name in BY_NAME:
        return BY_NAME[name]
    return BY_SUFFIX.get(name.rpartition(".")[2].lower()) if "." in name[1:] else None


def _own_code(path: str) -> bool:
    """Sources and real tests; a test's fixtures may be in any language and say nothing."""
    kind = kind_of(path)
    return kind in {"source", "migration"} or (kind == "test" and bool(TEST_NAMES.search(name_of(path))))


def languages(tree: Tree) -> tuple[LanguageShare, ...]:
    """Languages of source and test files, most bytes first.

    Prose, markup and data formats are not counted.
    """
    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for path in tree.paths:
        language, entry = language_of(path), tree.entry(path)
        if language and entry and language not in NOT_CODE and _own_code(path):
            files[language] += 1
            sizes[language] += entry.size
    total = max(sum(sizes.values()), 1)
    ordered = sorted(files, key=lambda name: (-sizes[name], name))
    return tuple(LanguageShare(name, files[name], sizes[name], sizes[name] / total) for name in ordered)
