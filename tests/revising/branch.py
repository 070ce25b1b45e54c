"""A plan on its branch, as it was published from a small repository, and revisions of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from bot.author.brief import Author, Brief
from bot.author.compose import compose
from bot.author.outline import OutlineAuthor
from bot.conversation import RevisionWish, Said, Thread
from bot.effects import PLAN_FILE
from bot.plan.contract import contract_path, plan_from_contract
from bot.plan.model import Plan
from bot.recon.tree import in_memory
from bot.situation import Outcome, Request
from tests.author.issues import FILES, ISSUES, SHA, make_brief
from tests.author.scripted import quiet
from workers.revising import Place, revision

HEAD, LAST, NEW_BASE = "c3" * 20, "d4" * 20, "e5" * 20
NUMBER = 42
CONTRACT = contract_path(NUMBER)
Texts = Mapping[str, str]


@cache
def brief_of(plan_format: str) -> Brief:
    return make_brief(ISSUES["feature with a checklist"], plan_format=plan_format)


@cache
def plan_files(plan_format: str = "roadmap") -> Texts:
    """The files of a plan as they were published, by path."""
    outcome = compose(brief_of(plan_format), OutlineAuthor(), quiet)
    assert outcome.kind == "plan", outcome.body
    return {file.path: file.text for file in outcome.files}


@dataclass(frozen=True)
class Branch:
    """`last` are the plan's files as we wrote them, `head` the files of the branch now; `base` is the
    repository when the plan was made, `ground` what it is now. `knows_last`: our commit can be found."""

    last: Texts
    head: Texts
    base: Texts = field(default_factory=lambda: FILES)
    ground: Texts = field(default_factory=lambda: FILES)
    knows_last: bool = True

    def revised(self, author: Author | None = None, **wish: object) -> Outcome:
        """What becomes of a wish."""
        return self.outcome(RevisionWish(7, "groundplan/42", HEAD, LAST, "r1", **wish), author)  # type: ignore[arg-type]

    def outcome(self, wish: RevisionWish, author: Author | None = None) -> Outcome:
        trees = {
            HEAD: in_memory({**self.base, **self.head}, sha=HEAD),
            LAST: in_memory({**self.base, **self.last}, sha=LAST),
            SHA: in_memory(self.base, sha=SHA),
            NEW_BASE: in_memory(self.ground, sha=NEW_BASE),
        }
        wish = wish if self.knows_last else replace(wish, last_sha="")
        issue = ISSUES["feature with a checklist"]
        request = Request(
            digest="f6" * 32,
            base_sha=NEW_BASE,
            ask="",
            number=NUMBER,
            title=issue.title,
            body=issue.body,
            full_name="o/r",
            kind="revision",
            head_sha=HEAD,
            branch="groundplan/42",
            revision=wish,
        )
        place = Place(created="2026-03-01")
        return revision(request, trees.__getitem__, author or OutlineAuthor(), quiet, place, quiet)

    def edited(self, path: str, old: str, new: str) -> Branch:
        """The branch after a person changed one file."""
        assert self.head[path].count(old) == 1, (path, old, self.head[path].count(old))
        return replace(self, head={**self.head, path: self.head[path].replace(old, new)})

    def after(self, outcome: Outcome) -> Branch:
        """The branch after the commit of an outcome."""
        gone = set(outcome.removed)
        files = {path: text for path, text in self.head.items() if path not in gone}
        files |= {file.path: file.text for file in outcome.files}
        return replace(self, last=files, head=files)

    def line(self, path: str, words: str) -> int:
        """The number of the one line of a file that holds these words."""
        [at] = [at for at, line in enumerate(self.head[path].split("\n"), 1) if words in line]
        return at


def published(plan_format: str = "roadmap") -> Branch:
    """A branch that nobody has touched since the plan was published."""
    return Branch(plan_files(plan_format), plan_files(plan_format))


def plan_of(files: Texts) -> Plan:
    return plan_from_contract(files[CONTRACT])


def own_path(files: Texts, name: str = ".md") -> str:
    """The plan's own document, or the one with this name."""
    return next(path for path in sorted(files, reverse=True) if path.endswith(name) and path != PLAN_FILE)


def thread(number: int, path: str = "", line: int = 0, *bodies: str, **more: object) -> Thread:
    said = tuple(Said("ada", body) for body in bodies)
    return Thread(f"PRRT_{number}", 100 + number, path, line, said=said, **more)  # type: ignore[arg-type]


def suggestion(*lines: str) -> str:
    """A comment that suggests these lines; none deletes."""
    return "\n".join(["```suggestion", *lines, "```"])


def texts_of(outcome: Outcome) -> dict[str, str]:
    return {file.path: file.text for file in outcome.files}


def said_in(outcome: Outcome) -> list[str]:
    return [one.text for one in outcome.replies]


def everything(outcome: Outcome) -> Iterable[str]:
    """All texts that anybody may see."""
    yield from (outcome.pull_title, outcome.pull_body, outcome.body, outcome.headline, outcome.check_summary)
    yield from said_in(outcome)
    yield from texts_of(outcome).values()
