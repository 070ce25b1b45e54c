"""A plan that people have seen, changed as they wish: their edits, suggestions, reviews and decisions."""

from bot.revising.revision import revised

__all__ = ["revised"]
