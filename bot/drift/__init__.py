"""Whether what unfinished tasks cite still stands: files that pushes renamed, deleted, made or changed, and
demands that an edit took out of the issue. Pure: lists of paths and texts in, notes out."""

from bot.drift.changes import PathChange, changes_between
from bot.drift.issue_edit import DemandChange, issue_changed, issue_digest
from bot.drift.stale import Stale, drifted
from bot.drift.telling import drift_check, drift_note

__all__ = [
    "DemandChange",
    "PathChange",
    "Stale",
    "changes_between",
    "drift_check",
    "drift_note",
    "drifted",
    "issue_changed",
    "issue_digest",
]
