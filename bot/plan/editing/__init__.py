"""What people edited in a plan's files, made in the plan itself."""

from bot.plan.editing.reading_back import read_back, written
from bot.plan.editing.report import Change, Doubt, ReadBack

__all__ = ["Change", "Doubt", "ReadBack", "read_back", "written"]
