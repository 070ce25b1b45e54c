"""Which model, and so which author, the settings ask for. Reads settings only; connects to nothing."""

from __future__ import annotations

from collections.abc import MutableMapping

from bot.author.brief import Author
from bot.author.fallback import WithStandIn
from bot.author.model import Model
from bot.author.modelled import ModelledAuthor
from bot.author.outline import OutlineAuthor
from bot.settings import Settings
from workers.model.exchange import Endpoint, Patience
from workers.model.openai_chat import OpenAIChat
from workers.model.openai_responses import OpenAIResponses

OPENAI_HOST = "https://api.openai.com"


def chosen_model(
    settings: Settings, patience: Patience | None = None, memory: MutableMapping[str, str] | None = None
) -> Model | None:
    """OpenAI's Responses API with only a key; chat completions with a base URL of somebody else's; None
    without either, and then plans are written without a model.

    `memory` keeps what an endpoint turned out to understand, for processes that live as long as one job.
    """
    if not settings.uses_model:
        return None
    endpoint = Endpoint(
        settings.openai_base_url, settings.openai_api_key.get_secret_value(), patience or Patience()
    )
    remembered = {} if memory is None else {"memory": memory}
    if settings.openai_base_url and not f"{settings.openai_base_url}/".startswith(f"{OPENAI_HOST}/"):
        return OpenAIChat(endpoint, settings.groundplan_model, **remembered)
    return OpenAIResponses(endpoint, settings.groundplan_model, **remembered)


def chosen_author(settings: Settings, memory: MutableMapping[str, str] | None = None) -> Author:
    """The author with the chosen model, with the one that needs none standing in; else that one alone."""
    model = chosen_model(settings, memory=memory)
    return WithStandIn(ModelledAuthor(model), OutlineAuthor()) if model else OutlineAuthor()
