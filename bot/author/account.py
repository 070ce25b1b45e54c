"""The account of one run: every question to the model goes through it and is counted, failed ones too.

Holds no caps; those are the meter's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.author.cost import Capped, Prices, receipt, thousands
from bot.author.model import Heard, Kind, Model, ModelError, ModelReply, ModelRequest, Purpose, Usage, unheard

# What says something about one answer and not about the endpoint: the next one may be of use.
OF_ONE_ANSWER: frozenset[Kind] = frozenset(
    {"truncated", "empty", "refused", "cut", "time-out", "context-length"}
)
# With how long an answer a question still makes sense when a cap leaves no room for the longest. A draft says
# so in its words, too, and is not cut here.
SHORT: Mapping[Purpose, int] = {
    "understand": 1_000,
    "repair": 1_500,
    "review": 1_200,
    "probe": 1_200,
    "revise": 1_500,
}


@dataclass
class Account:
    """Asks `model` and notes what each call took. `capped` is the cap that was met, if any. Several threads
    may ask.
    """

    model: Model
    capped: Capped | None = None
    spent: list[tuple[Purpose, Usage]] = field(default_factory=list)

    def ask(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        """One answer, a short one where a cap has room for no other. Raises ModelError and Capped."""
        try:
            return self._asked(request, heard)
        except Capped as end:
            short = SHORT.get(request.purpose, request.max_output_tokens)
            if request.max_output_tokens <= short:
                self.capped = end
                raise
        return self.ask(replace(request, max_output_tokens=short), heard)

    def _asked(self, request: ModelRequest, heard: Heard) -> ModelReply:
        try:
            reply = self.model.complete(request, heard)
        except ModelError as error:
            self.spent.append((request.purpose, error.usage))
            raise
        self.spent.append((request.purpose, reply.usage))
        return reply

    def text(self, request: ModelRequest) -> str:
        """The text of an answer that a run can do without: "" when this one is of no use."""
        try:
            return self.ask(request).text
        except ModelError as error:
            if error.kind not in OF_ONE_ANSWER:
                raise
            return ""

    @property
    def usage(self) -> Usage:
        return sum((each for _, each in self.spent), Usage())

    def receipt(self, prices: Prices | None) -> str:
        """What the run took so far, in words."""
        return receipt(self.spent, prices)

    def so_far(self) -> str:
        """Calls and tokens in few words, "" before the first call."""
        usage = self.usage
        calls = f"{usage.calls} {'call' if usage.calls == 1 else 'calls'}"
        tokens = thousands(usage.input_tokens + usage.output_tokens)
        return f"{calls}, {tokens} tokens so far" if usage.calls else ""
