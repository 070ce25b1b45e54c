"""A process that writes one plan with the scripted model, keeps each finished call in a folder, and is killed
after as many of them as it is told. Run by `test_killed_between_calls`.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from bot.author.model import ModelReply
from bot.author.modelled import ModelledAuthor
from bot.author.profiles import PROFILES
from bot.author.remembering import RememberingModel
from bot.plan.digest import canonical_json
from tests.author.issues import ISSUES, make_brief
from workers.model.exchange import Endpoint, Patience
from workers.model.openai_responses import OpenAIResponses

_REPLY = TypeAdapter(ModelReply)


@dataclass
class FolderAnswers:
    """One file a finished call. The process is gone as soon as `most` new ones are kept."""

    folder: Path
    most: int
    new: int = 0

    def get(self, digest: str) -> ModelReply | None:
        file = self.folder / digest
        return _REPLY.validate_json(file.read_bytes()) if file.exists() else None

    def keep(self, digest: str, reply: ModelReply) -> None:
        (self.folder / f"{digest}.part").write_bytes(_REPLY.dump_json(reply))
        (self.folder / f"{digest}.part").rename(self.folder / digest)
        self.new += 1
        if self.new >= self.most:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    url, folder, most = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    answers = FolderAnswers(folder, most)
    model = OpenAIResponses(Endpoint(url, "sk-test", Patience(2, 20), lambda _: None), "m-1", {})
    author = ModelledAuthor(
        model,
        profile=PROFILES["standard"],
        for_planning=lambda inner, _brief: RememberingModel(inner, answers),
    )
    written = author.write(make_brief(ISSUES["feature with a checklist"]), lambda _stage: None)
    assert written.plan is not None
    print(canonical_json({"plan": written.plan.model_dump(mode="json"), "usage": asdict(written.usage)}))


if __name__ == "__main__":
    main()
