"""What an earlier plan of an issue left behind: documents of another format, or in another title's folder.

Names what may go and what somebody edited; removes nothing itself. What no contract explains is not ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.plan.contract import Contract, contract_path, read_contract
from bot.plan.fanout import fanout_path
from bot.plan.formats import FORMATS
from bot.plan.formats.shared_paths import shown_by
from bot.plan.model import Plan
from bot.plan.safe_text import code


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Paths of the earlier plan that the new one does not write again: `removed` are as they were made, and
    nobody touched them; `kept` somebody edited."""

    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def words(self) -> str:
        """What becomes of them, as a paragraph of Markdown; "" when there are none."""
        gone = f"Removed, for this plan replaces them: {_listed(self.removed)}." if self.removed else ""
        left = "Kept, for somebody edited them since the earlier plan: " if self.kept else ""
        after = "; take over what still holds, then remove them." if self.kept else ""
        return " ".join(filter(None, (gone, f"{left}{_listed(self.kept)}{after}")))


def leftovers(files: Sequence[File], issue: int, existing: Mapping[str, str]) -> Leftovers:
    """What is left of the plan whose contract is in `existing`, where `files` are those of the new one."""
    written = {one.path for one in files}
    texts = existing.get(PLAN_FILE, "")
    there = [
        path
        for path in sorted(existing)
        if path not in written and _may_be_ours(path, issue) and not shown_by(texts, path, issue)
    ]
    earlier = _earlier(issue, existing) if there else None
    if earlier is None:
        return Leftovers()
    made = {path: list(_made(earlier, path, existing, written)) for path in there}
    same = tuple(path for path in there if _audited(path, existing[path]) in made[path])
    return Leftovers(same, tuple(path for path in there if made[path] and path not in same))


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(map(code, paths))


def _may_be_ours(path: str, issue: int) -> bool:
    return path.startswith((f"specs/{issue}-", "EXPORT/plan_")) or path == fanout_path(issue)


def _earlier(issue: int, existing: Mapping[str, str]) -> Plan | None:
    text = existing.get(contract_path(issue))
    read = read_contract(text, contract_path(issue)) if text is not None else None
    return read.plan if isinstance(read, Contract) else None


def _made(plan: Plan, path: str, existing: Mapping[str, str], written: set[str]) -> Iterator[str]:
    """What we would have written at `path` for the earlier plan, in any format. What people did to a document
    that the new one takes over, as it does ticks, does not count as an edit."""
    taken_over = any(one.rpartition("/")[2] == path.rpartition("/")[2] for one in written)
    for shape in FORMATS.values():
        try:
            made = shape.files(plan, {path: existing[path]} if taken_over else {})
        except UserError:
            continue  # a plan that this format cannot show
        yield from (_audited(one.path, one.text) for one in made if one.path == path)


def _audited(path: str, text: str) -> str:
    """A document without what a lint run stated in it, which another run may state otherwise."""
    for shape in FORMATS.values():
        if shape.stated:
            (one,) = shape.stated([File(path, text)], ())
            text = one.text
    return text
