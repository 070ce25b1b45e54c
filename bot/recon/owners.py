"""Who owns a path, from CODEOWNERS. The last matching line decides, as on GitHub."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pathspec import GitIgnoreSpec

from bot.recon.tree import Evidence, Tree

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")


@dataclass(frozen=True)
class OwnerRule:
    """One line: a pattern and its owners; no owners means that nobody owns what matches."""

    pattern: str
    owners: tuple[str, ...]
    evidence: Evidence

    @cached_property
    def spec(self) -> GitIgnoreSpec:
        return GitIgnoreSpec.from_lines([self.pattern])


@dataclass(frozen=True, slots=True)
class Owners:
    """The rules of a repository's CODEOWNERS file, in the order of the file."""

    rules: tuple[OwnerRule, ...] = ()

    def of(self, path: str) -> OwnerRule | None:
        """The rule that decides about a path, or None when no line matches."""
        return next((rule for rule in reversed(self.rules) if rule.spec.match_file(path)), None)


def owners(tree: Tree) -> Owners:
    """The first CODEOWNERS file GitHub would use.

    Lines it would not accept (negation, brackets) are passed over.
    """
    for path in PLACES:
        text = tree.text(path)
        if text is not None:
            found = (_rule(path, number, line) for number, line in enumerate(text.splitlines()[:3000], 1))
            return Owners(tuple(rule for rule in found if rule))
    return Owners()


def _rule(path: str, number: int, line: str) -> OwnerRule | None:
    words = line.partition(" #")[0].split()
    if not words or words[0].startswith(("#", "!", "[", "^[")):
        return None
    named = tuple(word for word in words[1:] if "@" in word)
    return OwnerRule(words[0], named, Evidence(path, number, line.strip()[:200]))
