"""Untrusted text between marks it cannot forge: the nonce comes from the request
itself, look-alikes are escaped.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from bot.author.untrusted import without_invisible, without_secrets

_LOOK_ALIKE = re.compile(r"<(?=/?\s*data\b)", re.IGNORECASE)


def nonce_of(*parts: str) -> str:
    """16 hex digits that only who knows all of the request can name; the same request gives the same ones."""
    text = "\0".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass
class Fence:
    """Fences texts with one nonce, and counts the characters it stripped."""

    nonce: str
    stripped: int = 0

    def around(self, name: str, text: str) -> str:
        """The text as a data block, without secrets. `name` is ours, never the text's. Secrets are looked for
        when nothing invisible splits them any more.
        """
        visible, count = without_invisible(text)
        self.stripped += count
        inside = _LOOK_ALIKE.sub("&lt;", without_secrets(visible)).replace(self.nonce, "(nonce)")
        return f'<data id="{name}" nonce="{self.nonce}">\n{inside}\n</data:{self.nonce}>'
