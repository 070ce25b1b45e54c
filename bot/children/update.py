"""What of one issue differs from its child, and how much of that is still as we wrote it. What people changed
since then stays, and is told of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.children.child import Child
from bot.children.issue import own_words
from bot.children.labels import NO_EDITS, LabelEdits, lasting_edits
from bot.children.own_part import print_of
from bot.children.standing import Standing, Written, title_print


@dataclass(frozen=True, slots=True)
class Update:
    """An issue to bring up to date. `title` is the new one, "" where it stays; `text`: whether our part is
    written anew (`updated_body`); `kept` says what of people's stays as it is."""

    number: int
    child: Child
    title: str = ""
    text: bool = False
    labels: LabelEdits = NO_EDITS
    kept: tuple[str, ...] = ()

    @property
    def writes(self) -> int:
        """The requests it takes: title and text go in one, each label comes off in one."""
        return bool(self.title or self.text) + bool(self.labels.add) + len(self.labels.remove)


def update_for(child: Child, one: Standing) -> Update:
    """What to change so that the issue is what the child is to be. Where the plan says what we wrote already,
    nothing is to be changed, whatever people made of it."""
    written = one.written or Written()
    new_title = one.title != child.title and written.title != title_print(child.title)
    new_text = differs(child, one) and written.part != print_of(child.part)
    by_people = tuple(_by_people(child, one, new_title, new_text))
    title = child.title if new_title and _TITLE not in by_people else ""
    text = new_text and not {_TEXT, _OUT, _FULL}.intersection(by_people)
    return Update(one.number, child, title, text, _labels(child, one), by_people)


def differs(child: Child, one: Standing) -> bool:
    """Whether our part of the text is another one, ticks and line ends apart, or is gone."""
    words = own_words(one.body)
    return words is None or print_of(words) != print_of(child.part)


_TITLE = "people gave it another title"
_TEXT = "people changed our part of its text"
_OUT = "people took our part out of its text"
_FULL = "people's words leave no room for ours in its text"
_MOST = 64_000  # GitHub takes 65,536 characters; our mark needs some


def _by_people(child: Child, one: Standing, new_title: bool, new_text: bool) -> Iterator[str]:
    words, written = own_words(one.body), one.written
    if new_title and (written.title != title_print(one.title) if written else one.touched_by_people):
        yield _TITLE
    if new_text and words is None:
        yield _OUT
    elif new_text and (written.part != print_of(words or "") if written else one.touched_by_people):
        yield _TEXT
    elif new_text and len(one.body) - len(words or "") + len(child.part) > _MOST:
        yield _FULL


def _labels(child: Child, one: Standing) -> LabelEdits:
    """Where nobody knows what we wrote, labels that people may have taken off are not put on again."""
    if one.written is None and one.touched_by_people:
        return NO_EDITS
    return lasting_edits(child, one.labels, one.written.labels if one.written else None)
