"""What stands below the opening of a task, put into its fields: labelled lists, steps, commands, elements."""

# ruff: noqa: RUF001  (plans in Chinese and Japanese use wide punctuation)

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from bot.plan.markdown import Block, Document, inline_spans
from bot.plan.readers.found import Found, Placed
from bot.plan.readers.labels import NOTHING, STEP, TASK, field_named, label_of
from bot.plan.readers.mentions import Named, commands_of, declared_change, declared_files, is_command
from bot.plan.readers.tags import Tag, read_tags
from bot.plan.readers.taskorder import needs_in
from bot.plan.readers.titles import box_of, column, place_in, unbold, unmarked

_ID_WORD = re.compile(r"\b(?:FR|SC|NFR|REQ|AC|US)-?\d{1,4}[a-z]?(?:/AC\d{1,3})?\b")
_DEPENDS = re.compile(
    r"[(（\[]\s?(?:depends(?: on)?|depend|deps?|after|requires|blocked by|依赖|依存)\s?[:：]?\s"
    r"([^()（）\[\]]{1,200})[)）\]]",
    re.IGNORECASE,
)
_LABELLED_LINE = re.compile(
    r"(?:\*\*|__)[^*_\n]{1,60}(?:\*\*|__)?\s?[:：]|(?:\*\*|__)[^*_\n:：]{1,60}[:：](?:\*\*|__)"
)
_RUN = re.compile(r"(?:Run|Verify|Execute|実行|运行)\b[^`\n:：]{0,40}[:：]?\s?(?=`)")
_RUN_BEFORE = re.compile(r"\b(?:run|execute|実行|运行)[:\s]*$", re.IGNORECASE)
_ENDS_IN_RUN = re.compile(
    r"(?:^|\b)(?:run|commands?|execute|verify|実行|运行)\b[^.\n]{0,60}[:：]\**\s*$", re.IGNORECASE
)
_EXPECTED = re.compile(r"\b(?:Expected|Expect)\b[^:\n]{0,20}[:：]\s?(?P<text>[^\n]+)")
_COVERED = re.compile(r"(?:[A-Z]{1,6}-?)?\d{1,4}(?:\.\d{1,3}){0,3}[a-z]?")
# Labels that a step with a check box only seems to have.
_NO_LABEL_OF_BOX = ("changes", "objective", "tests", "files")


def add_traces(document: Document, task: Found, block: Block) -> None:
    """The requirements and dependencies that the words of a task's opening name."""
    text = block.text
    for found in _ID_WORD.finditer(text):
        if all(one != found[0] for one, *_ in task.texts["covers"]):
            task.texts["covers"].append((found[0], *place_in(document, block, found.start())))
    for found in _DEPENDS.finditer(text):
        task.needs += needs_in(found[1], *place_in(document, block, found.start(1)))


class Parts:
    """Reads the blocks of one task in order. `label` is the list that is being read, "" if none."""

    def __init__(self, document: Document, task: Found) -> None:
        self.document = document
        self.task = task
        self.label = ""
        self.depth = 0
        self.change = ""
        self.ran = False

    def heading(self, block: Block) -> None:
        """A heading inside a task names what follows, or is a step of it."""
        self.label, self.depth = field_named(block.text), -1
        self.change = (declared_change(block.text) or "") if self.label == "files" else ""
        step = STEP.fullmatch(unbold(block.text)) or TASK.fullmatch(unbold(block.text))
        if step and step["title"].strip():
            title = " ".join(step["title"].split())
            self.task.texts["changes"].append((title, block.line, column(block, title)))

    def take(self, block: Block) -> bool:
        """Read a block that is no heading; False when it is no part of the task's fields."""
        ran, self.ran = self.ran, False
        if block.kind == "fence":
            self.ran = ran
            if ran or self.label == "commands":
                self.task.texts["commands"] += commands_of(block.info, block.text, block.line)
            return False
        if block.kind == "html":
            return read_elements(self.task, read_tags(block.text.split("\n"), block.line)[0])
        if block.kind not in ("paragraph", "item") or block.quoted:
            return False
        self.ran = bool(_ENDS_IN_RUN.search(block.text[-120:]))
        return self._text(block)

    def _text(self, block: Block) -> bool:
        box = box_of(block)
        start = box[1] if box else 0
        if box:
            self.task.boxes.append(box[0])
        if block.kind == "item" and self._is_step(block, start, boxed=box is not None):
            self.label = ""
        name, label, end = label_of(block.text[start:])
        entry = self.label == "files" and block.kind == "item" and declared_change(label) is not None
        if name and not entry and not (box and name in _NO_LABEL_OF_BOX):
            self._labelled(block, name, label, start + end)
            return True
        self._leave_label(block)
        if self.label or block.kind == "item":
            self._give(block, self.label or "changes", start)
            return True
        return self._sentence(block)

    def _is_step(self, block: Block, start: int, *, boxed: bool) -> bool:
        """An item that is a step of the task, whatever list came before it."""
        if STEP.match(unbold(block.text[start:])):
            return True
        return boxed and self.label in ("files", "needs", "covers", "objective", "commands")

    def _leave_label(self, block: Block) -> None:
        ends = self.depth if block.kind == "item" else max(self.depth, 0)
        if self.label and self.depth >= 0 and block.level <= ends and not (block.kind == "item" and not ends):
            self.label = ""

    def _labelled(self, block: Block, name: str, label: str, end: int) -> None:
        rest = block.text[end:].strip()
        self.change = declared_change(label) or ""
        self.label, self.depth = ("", 0) if rest else (name, block.level)
        if rest:
            self._give(block, name, end)

    def _sentence(self, block: Block) -> bool:
        """A paragraph without a label: a command to run, the objective, or prose."""
        if found := _RUN.match(block.text):
            return self._commands(block, found.end()) > 0
        first = self.task.objective is None and not self.task.texts["changes"]
        if first and not block.text.startswith(("**", "`", "!", "[")):
            self.task.objective = (" ".join(block.text.split()), block.line, block.col)
            return True
        return False

    def _give(self, block: Block, name: str, start: int) -> None:
        """Put a block's text from `start` on into a field; several labelled lines into several."""
        pieces = [(name, start, len(block.text))]
        if block.kind == "paragraph" and "\n" in block.text[start:]:
            pieces = list(_labelled_lines(block.text, name, start))
        for field, begin, end in pieces:
            self._give_text(block, field, begin, end)

    def _give_text(self, block: Block, name: str, begin: int, end: int) -> None:
        text = block.text[begin:end]
        words = unmarked(" ".join(text.split()))
        if not words.strip("_* "):
            return
        begin += len(text) - len(text.lstrip())
        place = place_in(self.document, block, begin)
        if name == "files":
            self._files(block, begin, end)
        elif name == "needs":
            self.task.needs += [] if NOTHING.fullmatch(words) else needs_in(text.lstrip(), *place)
        elif name == "covers":
            self.task.texts["covers"] += _covered(text.lstrip(), *place)
        elif name == "objective":
            self.task.objective = self.task.objective or (words, *place)
        elif name == "commands" and self._commands(block, begin):
            return
        elif not NOTHING.fullmatch(words):
            self._words(block, "changes" if name == "commands" else name, words, *place)

    def _words(self, block: Block, name: str, words: str, line: int, col: int) -> None:
        step = STEP.fullmatch(unbold(words)) or TASK.fullmatch(unbold(words))
        if name == "changes" and step and step["title"].strip():
            words = unbold(step["title"])
            col = column(block, words) if line == block.line else col
        if name in ("tests", "changes", "acceptance"):
            self._commands_in(block, everything=name == "tests")
        self.task.texts[name].append((words, line, col))

    def _commands_in(self, block: Block, *, everything: bool) -> None:
        before = ""
        for span in block.spans:
            if span.kind == "code" and is_command(span.text) and (everything or _RUN_BEFORE.search(before)):
                self._command(span.text, span.line, span.col)
            before = span.text[-60:]

    def _commands(self, block: Block, start: int) -> int:
        """The commands among the code of a block from `start` on; how many there were."""
        first = place_in(self.document, block, start)
        found = [span for span in block.spans if span.kind == "code" and is_command(span.text)]
        found = [span for span in found if (span.line, span.col) >= first]
        for span in found:
            self._command(span.text, span.line, span.col)
        after = _EXPECTED.search(block.text, start)
        if found and after:
            place = place_in(self.document, block, after.start("text"))
            self.task.texts["tests"].append((after["text"].strip(), *place))
        return len(found)

    def _command(self, text: str, line: int, col: int) -> None:
        if all(one != text for one, *_ in self.task.texts["commands"]):
            self.task.texts["commands"].append((text, line, col))

    def _files(self, block: Block, begin: int, end: int) -> None:
        first, last = place_in(self.document, block, begin), place_in(self.document, block, end)
        spans = []
        for span in block.spans:
            cut = first[1] - span.col if span.line == first[0] else 0
            if 0 < cut < len(span.text) and span.kind == "text":
                spans.append(type(span)("text", span.text[cut:], span.line, first[1]))
            elif first <= (span.line, span.col) <= last:
                spans.append(span)
        named = list(declared_files(spans, self.change))
        self.task.files += named
        words = " ".join(block.text[begin:end].split())
        if not named and not NOTHING.fullmatch(words):
            self.task.texts["changes"].append((words, *first))


def _labelled_lines(text: str, name: str, start: int) -> Iterator[tuple[str, int, int]]:
    """A paragraph in pieces: each with its field, and where it begins and ends in the text."""
    field, begin = name, start
    at = start
    for line in text[start:].split("\n"):
        if at > start and _LABELLED_LINE.match(line):
            yield field, begin, at - 1
            known, _, end = label_of(line)
            field, begin = known or "gotchas", at + end
        at += len(line) + 1
    yield field, begin, len(text)


def _covered(text: str, line: int, col: int) -> Iterator[Placed]:
    for found in _COVERED.finditer(text.split("\n")[0]):
        yield found[0], line, col + found.start()


def read_elements(task: Found, tags: Sequence[Tag]) -> bool:
    """The elements of a task (files, action, verify, done …); False when there is none of them."""
    give: dict[str, Callable[[Tag], None]] = {
        "files": lambda tag: task.files.extend(_files_of(tag)),
        "action": lambda tag: _append(task, "changes", tag),
        "behavior": lambda tag: _append(task, "changes", tag),
        "done": lambda tag: _append(task, "acceptance", tag),
        "acceptance_criteria": lambda tag: _append_lines(task, "acceptance", tag),
        "verify": lambda tag: _verify(task, tag),
    }
    known = [tag for tag in tags if tag.name in give]
    for tag in known:
        give[tag.name](tag)
    return bool(known)


def _files_of(tag: Tag) -> Iterator[Named]:
    for text, line, col in tag.lines:
        yield from declared_files(inline_spans(text, line, col))


def _append(task: Found, name: str, tag: Tag) -> None:
    text, line, col = tag.text()
    if text:
        task.texts[name].append((" ".join(text.split()), line, col))


def _append_lines(task: Found, name: str, tag: Tag) -> None:
    for text, line, col in tag.lines:
        bare = re.sub(r"^(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?", "", text)
        task.texts[name].append((bare, line, col + len(text) - len(bare)))


def _verify(task: Found, tag: Tag) -> None:
    inner = [line for one in tag.inside if one.name == "automated" for line in one.lines]
    for text, line, col in [*inner, *tag.lines]:
        name = "commands" if is_command(text) and text.isascii() else "tests"
        task.texts[name].append((text, line, col))
    for one in tag.inside:
        if one.name != "automated":
            _append(task, "tests", one)
