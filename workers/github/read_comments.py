"""Comments on an issue or pull request: which are our own, and which of people's hold commands that have no
answer yet. Decides nothing about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.addressed import may_command
from bot.commands import Command, Where, commands_in
from bot.conversation import Remark
from bot.situation import OwnComment
from workers.github.answers import CommentNow, Comments, CommentsData, RestComment
from workers.github.queries import query
from workers.github.reading import Reading
from workers.github.refusals import Gone
from workers.github.wire import MAX_PAGES

HEARD_SECONDS = 3 * 24 * 3600.0
MOST_REMARKS = 50
COMMENT = "/repos/{full_name}/issues/comments/{number}"


def seconds(stamp: str) -> float:
    """GitHub's time of day as seconds since 1970; 0 for none."""
    return datetime.fromisoformat(stamp).timestamp() if stamp else 0.0


def every_comment(look: Reading, number: int, first: Comments | None = None) -> Iterator[CommentNow]:
    """All comments, oldest first; `first` is their first page if it is known."""
    page = first or _next(look, number, None)
    for _ in range(MAX_PAGES):
        if page is None:
            return
        yield from page.nodes
        if not page.page.more:
            return
        page = _next(look, number, page.page.end)


def _next(look: Reading, number: int, after: str | None) -> Comments | None:
    variables = look.variables(number=number, after=after)
    try:
        found = look.wire.graphql(CommentsData, query("comments"), variables).repository
    except Gone:
        return None
    return found.about.comments if found and found.about else None


def own_comments(look: Reading, number: int, comments: Iterable[CommentNow]) -> Iterator[OwnComment]:
    """Ours among these, known by author and mark."""
    for comment in comments:
        mark = look.own_mark(comment.author, comment.body, number)
        if mark:
            yield OwnComment(comment.id, mark, comment.body, number)


def late_comments(look: Reading, listed: Iterable[CommentNow]) -> Iterator[OwnComment]:
    """Ours on the subject that a lagging list does not show, by the ids that we know."""
    for number in sorted(set(look.known.comments) - {comment.id for comment in listed}):
        late = _by_id(look, number)
        mark = look.own_mark(late.user, late.body) if late else None
        if late and mark:
            yield OwnComment(late.id, mark, late.body, look.subject.number)


def _by_id(look: Reading, number: int) -> RestComment | None:
    """One comment by its id, or None when it was deleted."""
    try:
        return look.wire.get(RestComment, COMMENT, full_name=look.repository.full_name, number=number)
    except Gone:
        return None


def remarks(look: Reading, number: int, where: Where, comments: Iterable[CommentNow]) -> Iterator[Remark]:
    """What people want of us there, oldest first. Nothing that was written before the App was installed, or
    so long ago that an answer would surprise."""
    since = max(look.at - HEARD_SECONDS, seconds(look.installation.created_at))
    for comment in comments:
        author = comment.author
        if author is None or not author.is_human or comment.answered or seconds(comment.at) < since:
            continue
        found = _commands(look, comment.body)
        if found:
            yield Remark(
                id=comment.id,
                number=number,
                where=where,
                author=author.login,
                commands=found,
                at=comment.at,
                url=comment.url,
                edited=bool(comment.edited_at),
                seen=comment.seen,
            )


def _commands(look: Reading, body: str) -> tuple[Command, ...]:
    return commands_in(body, app=look.eyes.app, prefix=look.prefix) if may_command(body) else ()
