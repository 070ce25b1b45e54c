"""Several models as one: each kind of question goes to the model that was chosen for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.author.model import Heard, Model, ModelReply, ModelRequest, Purpose, unheard


@dataclass(frozen=True, slots=True)
class ByPurpose:
    """`usual` answers whatever `others` do not. All of them are in the name, since each has a part in what
    comes out.
    """

    usual: Model
    others: Mapping[Purpose, Model]

    @property
    def name(self) -> str:
        return "+".join(dict.fromkeys([self.usual.name, *(each.name for each in self.others.values())]))

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        return self.others.get(request.purpose, self.usual).complete(request, heard)
