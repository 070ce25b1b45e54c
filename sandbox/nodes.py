"""Global node ids: a type prefix and the database id, opaque to clients as on GitHub."""

from __future__ import annotations

import base64
import binascii

PREFIXES = {
    "App": "A",
    "Blob": "B",
    "Bot": "BOT",
    "CheckRun": "CR",
    "CheckSuite": "CS",
    "Commit": "C",
    "Issue": "I",
    "IssueComment": "IC",
    "Label": "LA",
    "LabeledEvent": "LE",
    "UnlabeledEvent": "UNLE",
    "PullRequest": "PR",
    "PullRequestReview": "PRR",
    "PullRequestReviewComment": "PRRC",
    "PullRequestReviewThread": "PRRT",
    "Reaction": "REA",
    "Ref": "REF",
    "RenamedTitleEvent": "RTE",
    "Repository": "R",
    "Tree": "T",
    "User": "U",
    "Organization": "O",
    "Installation": "MDIz",
}
_TYPES = {prefix: name for name, prefix in PREFIXES.items()}


def node_id(kind: str, key: int | str) -> str:
    return f"{PREFIXES[kind]}_{base64.urlsafe_b64encode(f'kw:{key}'.encode()).decode().rstrip('=')}"


def parse_node_id(text: str) -> tuple[str, str] | None:
    """Type name and key, or None for anything we never gave out."""
    prefix, _, rest = text.partition("_")
    if prefix not in _TYPES:
        return None
    try:
        key = base64.urlsafe_b64decode(rest + "=" * (-len(rest) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (_TYPES[prefix], key[3:]) if key.startswith("kw:") else None
