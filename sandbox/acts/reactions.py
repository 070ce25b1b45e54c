"""Reactions: one of each kind from each person on each thing."""

from __future__ import annotations

from sandbox.refusals import invalid
from sandbox.state import REACTIONS, Comment, Issue, Reaction, Review, ReviewComment
from sandbox.world import World

Subject = Issue | Comment | Review | ReviewComment


def react(world: World, subject: Subject, user: str, content: str) -> tuple[Reaction, bool]:
    """The reaction and whether it is new: doing it again gives the old one back."""
    if content not in REACTIONS:
        raise invalid("Reaction", "content", "invalid")
    for found in subject.reactions:
        if found.user == user and found.content == content:
            return found, False
    reaction = Reaction(world.next_id("reaction"), user, content, world.now())
    subject.reactions.append(reaction)
    return reaction, True


def unreact(subject: Subject, user: str, content: str) -> Reaction | None:
    for found in subject.reactions:
        if found.user == user and found.content == content:
            subject.reactions.remove(found)
            return found
    return None
