"""What all questions of one run begin with, byte for byte, so that endpoints can keep it: fixed words, then
what does not change in the run. What differs stands behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.author.fence import Fence
from bot.author.model import ModelRequest, Purpose


@dataclass(frozen=True, slots=True)
class Question:
    """The form of one kind of question: what it is for, and what an answer has to look like."""

    purpose: Purpose
    name: str
    schema: Mapping[str, object] = field(repr=False)
    most_tokens: int


@dataclass(frozen=True)
class Shared:
    """The beginning of every question. `nonce` fences what strangers wrote; a run has one."""

    system: str
    prefix: str
    nonce: str
    cache_key: str

    def request(
        self, asked: Question, tail: str, sample: int = 0, temperature: float | None = None
    ) -> ModelRequest:
        """A question with its own words behind what is shared. Equal ones with other samples differ."""
        return ModelRequest(
            system=self.system,
            user=f"{self.prefix}\n{tail}",
            schema_name=asked.name,
            schema=asked.schema,
            max_output_tokens=asked.most_tokens,
            cache_key=self.cache_key,
            purpose=asked.purpose,
            temperature=temperature,
            seed=sample or None,
            sample=sample,
        )

    def shown(self, name: str, text: str) -> str:
        """A text by strangers or by a model as a data block. `name` is ours, never the text's."""
        return Fence(self.nonce).around(name, text)
