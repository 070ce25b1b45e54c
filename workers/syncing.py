"""People's edits in a folder, read back into the plan, and every file of the plan written again so that all
agree. Writes nothing at all while anything has to be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.lint.places import Source, read_source, repository_of
from bot.plan.contract import contract_path, contract_text, plan_from_contract
from bot.plan.digest import text_digest
from bot.plan.editing import Doubt, ReadBack, read_back, written
from bot.plan.editing.rewriting import to_write
from bot.plan.formats import FORMATS, Format
from bot.plan.formats.plan_file import section_of
from bot.plan.formats.plan_marks import fields_of
from bot.plan.model import Plan
from bot.recon.sources import tree_from_git
from bot.recon.tree import TreeError
from workers.converting import plan_beside
from workers.folder import write_files

AGREE, ASKED = 0, 1


@dataclass
class Folder:
    """A folder's files as they are, with what is going to be written over them."""

    root: Path
    kept: dict[str, Source | None] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)

    def text(self, path: str) -> str | None:
        """A file's text; None when there is no such file."""
        if path in self.new:
            return self.new[path]
        if path not in self.kept:
            self.kept[path] = _source(self.root / path)
        source = self.kept[path]
        return source.bom + source.text if source else None

    def texts(self, paths: Mapping[str, str]) -> dict[str, str]:
        return {path: text for path in paths if (text := self.text(path)) is not None}


def synced(path: Path, plan_format: str, *, check: bool) -> tuple[str, int]:
    """What was edited in the files of a plan, or of all plans of a folder; the files are written so that all
    agree. With `check`, or when something has to be asked, nothing is written, and the code is 1 when the
    files do not agree.
    """
    said: list[str] = []
    asked = False
    folder: Folder | None = None
    for contract in _contracts(path):
        plan, found = plan_beside(contract)
        root = _root(contract)
        folder = folder if folder and folder.root == root else Folder(root)
        shape = _shape(plan_format or found)
        back, files = _one(folder, plan, shape)
        asked = asked or bool(back.doubts)
        said += [*map(str, back.changes), *(f"? {doubt}" for doubt in back.doubts)]
        folder.new |= files
    assert folder is not None
    ready = tuple(File(name, text) for name, text in sorted(folder.new.items()))
    if asked:
        return _lines([*said, "Nothing was written. Settle what is asked, then try again."]), ASKED
    if check:
        return _lines([*said, *(f"would write {one.path}" for one in ready)]), ASKED if ready else AGREE
    write_files(ready, folder.root)
    return _lines([*said, *(f"wrote {one.path}" for one in ready)]), AGREE


def _one(folder: Folder, plan: Plan, shape: Format) -> tuple[ReadBack, dict[str, str]]:
    """One plan: what was edited, and the files that have to be written."""
    base = _base(folder, plan)
    back = _read_back(folder, base or plan, shape)
    if base is None and (back.plan_changed or back.doubts):
        return ReadBack(plan, (), (_no_base(plan),)), {}
    if back.doubts:
        return back, {}
    there = folder.texts(_written(back.plan, shape, {}))
    again = _written(back.plan, shape, there)
    return back, dict(to_write(again, there, changed=back.plan_changed))


def _read_back(folder: Folder, plan: Plan, shape: Format) -> ReadBack:
    rendered = _written(plan, shape, {})
    return read_back(plan, shape, rendered, folder.texts(rendered))


def _written(plan: Plan, shape: Format, there: Mapping[str, str]) -> Mapping[str, str]:
    made = written(plan, shape, there)
    if isinstance(made, UserError):
        raise made
    return made


# --- which plan was written last


def _base(folder: Folder, plan: Plan) -> Plan | None:
    """The plan that the documents were written from: the one of the contract, or of the last commit. The mark
    of the section tells which; None when it is neither. Without a section there is nothing to tell by."""
    try:
        section = section_of(folder.text(PLAN_FILE) or "", plan.issue)
    except UserError:
        section = None
    if section is None or _is_marked(section, plan):
        return plan
    committed = _committed(folder.root, plan.issue)
    return committed if committed and _is_marked(section, committed) else None


def _is_marked(section: str, plan: Plan) -> bool:
    return fields_of(section).get("contract", "") == text_digest(contract_text(plan))[:16]


def _committed(root: Path, issue: int) -> Plan | None:
    """The plan of the last commit."""
    repository = repository_of(root)
    if repository is None:
        return None
    path = (root / contract_path(issue)).absolute().relative_to(repository.absolute()).as_posix()
    try:
        text = tree_from_git(repository, "HEAD").text(path)
        return plan_from_contract(text, path) if text else None
    except (TreeError, UserError):
        return None


def _no_base(plan: Plan) -> Doubt:
    path = contract_path(plan.issue)
    return Doubt(
        f"{path} and the documents say different things, and neither it nor the last commit is what the"
        f" documents were written from. `groundplan render {path}` takes what the contract says; take {path}"
        " from an earlier commit to keep what the documents say."
    )


# --- the folder


def _contracts(path: Path) -> list[Path]:
    """The contracts to look at: the one that was named, or all of the folder. UserError when it has none."""
    if not path.is_dir():
        return [path]
    found = sorted(path.glob(".agent/planning-output-*.json"))
    if not found:
        reason = f"{path} holds no plan: no .agent/planning-output-<issue>.json is there."
        raise UserError(
            "no-contract", reason, "Name the folder that .agent stands in, or a file of the plan."
        )
    return found


def _root(contract: Path) -> Path:
    """The folder that a plan's files stand in: above .agent, specs or EXPORT."""
    place = contract.absolute()
    known = [one.parent for one in place.parents if one.name in (".agent", "specs", "EXPORT")]
    return known[-1] if known else place.parent


def _source(place: Path) -> Source | None:
    try:
        return read_source(place)
    except UserError as error:
        if error.code == "not-there":
            return None
        raise


def _shape(plan_format: str) -> Format:
    if plan_format not in FORMATS:
        raise UserError(
            "unknown-format", f"There is no format {plan_format!r}.", f"One of {', '.join(FORMATS)}."
        )
    return FORMATS[plan_format]


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
