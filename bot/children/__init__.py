"""The child issues of a plan: what each says, what has to be done so that they agree with the plan, which may
be started, and how far they have come. Pure: nothing is read, filed or written here."""

from bot.children.changes import CAP, Closing, Later, LeftAlone, Preview, Reopening, plan_changes
from bot.children.child import Child, Choices, Source, children_of
from bot.children.issue import body_of, issue_of, mark_of, updated_body
from bot.children.keys import key_of, task_in
from bot.children.labels import LabelEdits, label_edits, labels_for
from bot.children.pace import Estimate, seconds_for
from bot.children.preview import preview_text
from bot.children.progress import progress
from bot.children.ready import Question, Readiness, occasion, ready_set, stages_once_filed
from bot.children.standing import Standing, TaskState, Written, states_of, written_in
from bot.children.ticks import ticks
from bot.children.undo import Undo, undo
from bot.children.update import Update

__all__ = [
    "CAP",
    "Child",
    "Choices",
    "Closing",
    "Estimate",
    "LabelEdits",
    "Later",
    "LeftAlone",
    "Preview",
    "Question",
    "Readiness",
    "Reopening",
    "Source",
    "Standing",
    "TaskState",
    "Undo",
    "Update",
    "Written",
    "body_of",
    "children_of",
    "issue_of",
    "key_of",
    "label_edits",
    "labels_for",
    "mark_of",
    "occasion",
    "plan_changes",
    "preview_text",
    "progress",
    "ready_set",
    "seconds_for",
    "stages_once_filed",
    "states_of",
    "task_in",
    "ticks",
    "undo",
    "updated_body",
    "written_in",
]
