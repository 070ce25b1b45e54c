"""What an evaluation has done so far, a line a case beside its report, so that a run that was cut off goes on
where it stopped. Judges nothing; a line that was not written to its end does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bot.errors import UserError
from bot.evaluation.results import CaseResult, Header

NAME = "cases.jsonl"
# What has to be the same for figures of two sittings to be one run.
SAME = ("author", "transport", "profile", "left_out", "plan_format", "runs")


@dataclass(frozen=True)
class Journal:
    """A file in `folder`: the header, then a result for each finished case."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / NAME

    def begin(self, header: Header, kept: Iterable[CaseResult] = ()) -> None:
        """Start anew, with what another sitting did. Raises UserError when nothing can be written there."""
        lines = [each.model_dump_json() for each in (header, *kept)]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = self.path.with_suffix(".new")
            fresh.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
            fresh.replace(self.path)
        except OSError as error:
            raise _unwritable(self.folder, error) from None

    def add(self, result: CaseResult) -> None:
        try:
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(result.model_dump_json() + "\n")
        except OSError as error:
            raise _unwritable(self.folder, error) from None

    def kept(self, header: Header) -> Mapping[tuple[str, str], CaseResult]:
        """The finished cases by name and digest. Raises UserError when there is no such run, or it was
        another one than `header` says."""
        first, *lines = self._lines()
        try:
            former = Header.model_validate_json(first)
        except ValidationError:
            reason = f"{self.path} is no record of a run."
            raise UserError("resume", reason, "Start without --resume.") from None
        if other := [name for name in SAME if getattr(former, name) != getattr(header, name)]:
            told = ", ".join(f"{name} {getattr(former, name)}" for name in other)
            reason = f"{self.path} is of another run ({told})."
            raise UserError("resume", reason, "Use the same options again.")
        results = (each for line in lines if (each := _result(line)))
        return {(each.id, each.digest): each for each in results}

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text(encoding="utf-8").splitlines() or [""]
        except (OSError, UnicodeDecodeError) as error:
            reason = f"There is nothing to go on with in {self.folder} ({type(error).__name__})."
            raise UserError("resume", reason, "Start without --resume.") from None


def _result(line: str) -> CaseResult | None:
    """None for a line that was cut off while it was written."""
    try:
        return CaseResult.model_validate_json(line)
    except ValidationError:
        return None


def _unwritable(folder: Path, error: OSError) -> UserError:
    reason = f"The report cannot be written into {folder} ({type(error).__name__})."
    return UserError("out", reason, "Give a folder that can be written to.")
