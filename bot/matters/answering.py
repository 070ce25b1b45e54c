"""Comments that are answered at once: 👀 for every command, then refusals, help, status, doctor, hold and
stop. Pure; what takes work is the other matters' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.commands_page import help_text
from bot.conversation import Remark
from bot.effects import AddLabels, Changeset, Effect, EnsureLabel, React, RemoveLabel
from bot.matters.hearing import Heard
from bot.matters.standing import (
    ANSWER,
    COMMENT,
    answer,
    config_of,
    is_planning,
    may,
    open_pull,
    release,
    say,
    status,
    status_field,
)
from bot.plan.safe_text import inline
from bot.render import render
from bot.situation import Ask, Situation
from bot.status import HEADINGS, State, Status
from bot.steps import Policy, Step, StopPlanning

HOLD_LABEL = "plan/hold"
_HOLD = EnsureLabel(HOLD_LABEL, "d4c5f9", "Groundplan writes nothing more to this plan's branch")
MOST_ANSWERS = 10


def next_answer(now: Situation, policy: Policy, heard: Sequence[Heard]) -> Step | None:
    """👀 first, then whoever tells us to stop, then everything else that needs no work."""
    if unseen := tuple(_eyes(now, heard)):
        return Changeset("show that commands were seen", unseen)
    if stop := next((one for one in heard if one.is_meant and one.command.verb == "stop"), None):
        return _stop(now, policy, stop, heard)
    for remark in dict.fromkeys(one.remark for one in heard):
        its = [one for one in heard if one.remark == remark]
        if effects := _answered(now, policy, remark, its):
            return Changeset(f"answer comment {remark.id}", effects)
    return None


def _eyes(now: Situation, heard: Iterable[Heard]) -> Iterator[React]:
    for remark in dict.fromkeys(one.remark for one in heard):
        react = React(remark.number, "eyes", remark.id)
        if not remark.seen and react.key not in now.receipts:
            yield react


def _answered(now: Situation, policy: Policy, remark: Remark, its: Sequence[Heard]) -> tuple[Effect, ...]:
    """What is to be said and done of a comment at once; its last reaction when nothing of it is left."""
    effects: list[Effect] = []
    said = [words for one in its if not one.is_slow for words in _words(now, policy, one)]
    key = f"comment:{remark.number}:{ANSWER}:{remark.id}"
    if said and key not in now.receipts and not _is_flooded(now, remark):
        effects += [each for one in its for each in _holding(now, one)]
        quoted = its[0].command.line if len(its) == 1 else ""
        effects.append(answer(now, policy, remark.number, str(remark.id), said, quoted))
    if not any(one.is_slow for one in its):
        well = all(one.is_meant for one in its)
        effects.append(React(remark.number, "rocket" if well else "confused", remark.id))
    return tuple(effects)


def _is_flooded(now: Situation, remark: Remark) -> bool:
    """Whether somebody who may do little here has had many answers already: then 😕 or 🚀 has to do."""
    had = sum(one.mark.kind == ANSWER and one.number == remark.number for one in now.comments)
    return had >= MOST_ANSWERS and not may(now, remark.author, "triage")


def _words(now: Situation, policy: Policy, one: Heard) -> Iterator[str]:
    if one.refusal:
        yield f"**Not done.** {one.refusal.why}"
        yield f"**Instead:** {one.refusal.instead}."
        return
    match one.command.verb:
        case "help":
            yield help_text(config_of(now).commands.prefix)
        case "status":
            yield standing_text(now)
        case "doctor":
            yield doctor_text(now, policy)
        case "hold" if open_pull(now) is None:
            yield "There is no open plan to hold."
        case "hold":
            yield "Writing goes on." if one.command.cancels else _HELD


_HELD = (
    "Groundplan writes nothing more to the plan's branch. Reviews and commands wait meanwhile.\n\n"
    "**Next:** `/plan hold cancel`, when it shall go on."
)


def _holding(now: Situation, one: Heard) -> Iterator[Effect]:
    pull = open_pull(now)
    if pull is None or not one.is_meant or one.command.verb != "hold":
        return
    once = str(one.remark.id)
    if one.command.cancels:
        yield RemoveLabel(pull.number, HOLD_LABEL, once)
    else:
        yield from (_HOLD, AddLabels(pull.number, (HOLD_LABEL,), once))


def _stop(now: Situation, policy: Policy, stop: Heard, heard: Sequence[Heard]) -> Step:
    """What is being written is dropped, and whoever asked for it before is told; what is published stays."""
    if is_planning(now):
        return StopPlanning(f"stopped by {stop.remark.author}")
    before = [one for one in heard if one.is_slow and _came_before(one, stop)]
    effects: list[Effect] = []
    if asked := _asked_before(now, policy, before, stop):
        who = inline(stop.remark.author)
        again = f"put `{policy.plan_label}` on again" if asked.label else "write `/plan` again"
        effects += say(
            now, policy, Status("stopped", asked.id, f"Stopped by {who}.", f"{again} to start anew")
        )
        effects += release(now, policy, asked, well=False)
    effects += [React(one.remark.number, "confused", one.remark.id) for one in before]
    reviews = [one for one in now.talk.reviews if not one.answered] if now.talk else []
    pull = now.talk.number if now.talk else 0
    effects += [React(pull, "confused", review=one.id) for one in reviews if one.at <= stop.remark.at]
    said = "Stopped. Nothing is being written." if effects else "Nothing was being written."
    effects.append(answer(now, policy, stop.remark.number, str(stop.remark.id), (said,)))
    effects.append(React(stop.remark.number, "rocket", stop.remark.id))
    return Changeset(f"stop, as {stop.remark.author} says", tuple(dict.fromkeys(effects)))


def _came_before(one: Heard, stop: Heard) -> bool:
    return (one.remark.id, one.at) < (stop.remark.id, stop.at)


def _asked_before(now: Situation, policy: Policy, before: Sequence[Heard], stop: Heard) -> Ask | None:
    """The wish for a plan that is stopped: the status comment is about it."""
    issue = now.issue
    if issue is None:
        return None
    said = next((one for one in reversed(before) if one.command.verb == "plan"), None)
    if said:
        return Ask(f"{COMMENT}{said.remark.id}", said.remark.author, "")
    labelled = policy.plan_label in issue.labels
    if labelled and issue.ask and issue.ask.at <= stop.remark.at:
        return issue.ask
    return None


def standing_text(now: Situation) -> str:
    """Where the plan stands, what comes next and whose move it is: what the status comment says, in short."""
    comment, state = status(now), status_field(now, "state")
    if comment is None or state not in HEADINGS:
        return "Nothing was asked for yet. **Next:** `/plan` starts a plan _(maintainers)_."
    known: State = state
    lines = [f"**{HEADINGS[known]}**"]
    if now.issue:
        lines[0] += f" ([details]({now.issue.url}#issuecomment-{comment.id}))"
    if known == "planning" and now.stage:
        lines.append(f"Now: {inline(now.stage)}.")
    if now.talk:
        lines += _talk_lines(now)
    return "\n".join(f"- {line}" if at else line for at, line in enumerate(lines))


def _talk_lines(now: Situation) -> Iterator[str]:
    talk = now.talk
    assert talk is not None
    yield f"The plan is #{talk.number}, at {talk.head_sha[:12]}"
    waiting = [one for one in now.decisions if one.state == "open"]
    if waiting:
        yield f"Decisions that wait: {', '.join(f'#{one.number}' for one in waiting)}"
    pending = sum(1 for one in reviews_pending(now))
    if pending:
        yield f"Reviews that are being worked in: {pending}"
    if talk.held:
        yield "It is on hold: `/plan hold cancel` lets it go on"


def reviews_pending(now: Situation) -> Iterator[str]:
    for review in now.talk.reviews if now.talk else ():
        if review.state == "changes_requested" and not review.answered and not review.opted_out:
            yield review.id


def doctor_text(now: Situation, policy: Policy) -> str:
    """Everything that can be looked at without a plan, with what to do about what is wrong."""
    return render("comments/doctor.md", checks=now.health).strip()
