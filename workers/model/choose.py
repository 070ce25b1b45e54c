"""Which model, and so which author, the settings ask for, and what stands around the model while one plan is
written. Reads settings only; connects to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass

from bot.author.brief import Author, Brief
from bot.author.cost import MeteredModel, Purse
from bot.author.fallback import WithStandIn
from bot.author.model import READING, Heard, Model, ModelError, ModelReply, ModelRequest, unheard
from bot.author.modelled import ModelledAuthor
from bot.author.outline import OutlineAuthor
from bot.author.profiles import PROFILES
from bot.author.remembering import Answers, RememberingModel
from bot.errors import UserError
from bot.settings import Settings
from workers.model.by_purpose import ByPurpose
from workers.model.cassette import Cassette, CassetteModel
from workers.model.exchange import Endpoint, Patience
from workers.model.openai_chat import OpenAIChat
from workers.model.openai_responses import OpenAIResponses
from workers.purse import PocketPurse

OPENAI_HOST = "https://api.openai.com"
PATH = "GROUNDPLAN_CASSETTE"
ONLY_PLAYED = frozenset({"replay", "replay-strict"})


@dataclass(frozen=True, slots=True)
class Keeping:
    """What outlives one run of a planning: the sums that were spent, and the answers there are."""

    purse: Callable[[Brief], Purse]
    answers: Callable[[Brief], Answers] | None = None


def chosen_author(
    settings: Settings, memory: MutableMapping[str, str] | None = None, keeping: Keeping | None = None
) -> Author:
    """The author with the chosen model, with the one that needs none standing in; else that one alone.
    Without `keeping` only what one plan may cost is bounded.
    """
    model = chosen_model(settings, memory=memory)
    if model is None:
        return OutlineAuthor()
    kept = keeping or Keeping(lambda _brief: pocket(settings))

    def for_planning(model: Model, brief: Brief) -> Model:
        metered = MeteredModel(model, kept.purse(brief), settings.prices)
        return RememberingModel(metered, kept.answers(brief)) if kept.answers else metered

    profile = None if settings.groundplan_profile == "auto" else PROFILES[settings.groundplan_profile]
    author = ModelledAuthor(model, prices=settings.prices, profile=profile, for_planning=for_planning)
    return WithStandIn(author, OutlineAuthor())


def pocket(settings: Settings) -> PocketPurse:
    """A purse for one run, which knows nothing of a day."""
    return PocketPurse(tuple(each for each in settings.caps if each.scope == "plan"))


def chosen_model(
    settings: Settings, patience: Patience | None = None, memory: MutableMapping[str, str] | None = None
) -> Model | None:
    """The models of the settings behind one name, recorded or played when there is a cassette; None when
    there is none, and then plans are written without a model.

    `memory` keeps what an endpoint turned out to understand, for processes that live as long as one job.
    Raises UserError for a cassette that can be neither recorded nor played.
    """
    played = settings.groundplan_cassette is not None and settings.groundplan_cassette_mode in ONLY_PLAYED
    _check_cassette(settings, played)
    if not settings.uses_model and not played:
        return None

    def provider(base_url: str, key: str, name: str) -> Model:
        return _Silent(name) if played else _provider(base_url, key, name, patience, memory)

    base_url, key = settings.openai_base_url, settings.openai_api_key.get_secret_value()
    model = provider(base_url, key, settings.groundplan_model)
    if settings.groundplan_reader_model:
        # The usual key is not shown to a host that it was not given for.
        own = settings.groundplan_reader_api_key.get_secret_value()
        elsewhere = settings.groundplan_reader_base_url
        reader = provider(
            elsewhere or base_url, own or ("" if elsewhere else key), settings.groundplan_reader_model
        )
        model = ByPurpose(model, dict.fromkeys(READING, reader))
    if settings.groundplan_cassette is None:
        return model
    return CassetteModel(Cassette(settings.groundplan_cassette), settings.groundplan_cassette_mode, model)


def _check_cassette(settings: Settings, played: bool) -> None:
    path, mode = settings.groundplan_cassette, settings.groundplan_cassette_mode
    if path is not None and played and not path.is_file():
        raise UserError("cassette", f"There is no cassette {path}.", f"Record it, or correct {PATH}.")
    if path is not None and not played and not settings.uses_model:
        raise UserError(
            "cassette",
            f"{PATH}_MODE={mode} needs a model.",
            "Set OPENAI_API_KEY or OPENAI_BASE_URL, or replay.",
        )


def _provider(
    base_url: str,
    key: str,
    name: str,
    patience: Patience | None,
    memory: MutableMapping[str, str] | None,
) -> Model:
    """OpenAI's Responses API with only a key; chat completions with a base URL of somebody else's."""
    endpoint = Endpoint(base_url, key, patience or Patience())
    remembered = {} if memory is None else {"memory": memory}
    if base_url and not f"{base_url}/".startswith(f"{OPENAI_HOST}/"):
        return OpenAIChat(endpoint, name, **remembered)
    return OpenAIResponses(endpoint, name, **remembered)


@dataclass(frozen=True, slots=True)
class _Silent:
    """The name of a model that must not be asked: a cassette answers in its place."""

    name: str

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        raise ModelError("unavailable", "a cassette is only played here")
