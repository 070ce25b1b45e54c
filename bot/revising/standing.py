"""Where a plan stands on its branch: the version that we wrote last, and its files as people left them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.author.checking import existing
from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.plan.contract import contract_path, plan_from_contract
from bot.plan.editing import ReadBack, read_back, written
from bot.plan.formats import FORMATS, Format
from bot.plan.model import Plan
from bot.plan.readers.recognise import recognise
from bot.recon.tree import Tree, upward

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Standing:
    """`plan` is the version that was written last, `rendered` its files as they were written; `there` are all
    texts on the branch that a plan may consist of, by path, as they are now.
    """

    plan: Plan
    shape: Format
    rendered: Texts
    there: Texts

    @property
    def now(self) -> dict[str, str]:
        """The plan's own files as they are."""
        return {path: self.there[path] for path in self.rendered if path in self.there}

    def back(self, now: Texts | None = None) -> ReadBack:
        """What people made of the plan in these files."""
        return read_back(self.plan, self.shape, self.rendered, self.now if now is None else now)


def standing(issue: int, head: Tree, last: Tree | None) -> Standing:
    """The plan of an issue on its branch. `last` are the files at our last commit; without them the contract
    at `head` counts as what was written. UserError when no contract of ours can be read.
    """
    there = existing(head)
    path = contract_path(issue)
    before = existing(last) if last else there
    if path not in before:
        last, before = None, there
    if path not in before:
        raise UserError(
            "no-contract", f"{path} is not on the branch.", "Restore it from an earlier commit of the branch."
        )
    plan = plan_from_contract(before[path].replace("\r\n", "\n").removeprefix("\ufeff"), path)
    shape = shape_of(plan, before)
    made = written(plan, shape, before)
    if isinstance(made, UserError):
        raise made
    _refuse_taken(made, head)
    # As they were written, whatever today's templates would make of the same plan.
    rendered = {one: _as_written(shape, one, before, text, last) for one, text in made.items()}
    return Standing(plan, shape, rendered, there)


def _as_written(shape: Format, path: str, before: Texts, made: str, last: Tree | None) -> str:
    """A file as it stood at our last commit; what a run of the rules stated in it is nobody's edit."""
    if last is None or path not in before:
        return made
    if shape.stated is None:
        return before[path]
    was, now = (shape.stated([File(path, text)], ())[0].text for text in (before[path], made))
    return made if was == now else was


def _refuse_taken(made: Texts, head: Tree) -> None:
    """A link or a folder where a file of the plan belongs: writing there would end up somewhere else."""
    for path in made:
        if any(place in head.special for place in upward(path)) or head.is_dir(path):
            raise UserError(
                "plan-path-taken",
                f"`{path}` is no plain file on the branch any more.",
                "Restore it from an earlier commit of the branch.",
            )


def shape_of(plan: Plan, texts: Texts) -> Format:
    """The format that a plan's documents have: by their names, and by what stands in them where two formats
    have the same names."""
    able = [FORMATS[name] for name in FORMATS if _has_documents(FORMATS[name], plan, texts)]
    told = (one for one in able if any(recognise(path, texts[path]) == one.name for path in _own(one, plan)))
    return next(told, able[0] if able else FORMATS["roadmap"])


def _has_documents(shape: Format, plan: Plan, texts: Texts) -> bool:
    own = [*_own(shape, plan)]
    return bool(own) and all(path in texts for path in own)


def _own(shape: Format, plan: Plan) -> Iterator[str]:
    """The format's own documents."""
    try:
        made = shape.files(plan, {})
    except UserError:
        return  # a plan that this format cannot show
    yield from (one.path for one in made if one.path.endswith(".md") and one.path != PLAN_FILE)
