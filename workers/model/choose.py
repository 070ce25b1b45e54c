"""Which model, and so which author, the settings ask for. Reads settings only; connects to nothing."""

from __future__ import annotations

from bot.author.brief import Author
from bot.author.model import Model
from bot.author.modelled import ModelledAuthor
from bot.author.outline import OutlineAuthor
from bot.settings import Settings
from workers.model.exchange import Endpoint, Patience
from workers.model.openai_chat import OpenAIChat
from workers.model.openai_responses import OpenAIResponses

OPENAI_HOST = "https://api.openai.com"


def chosen_model(settings: Settings, patience: Patience | None = None) -> Model | None:
    """OpenAI's Responses API with only a key; chat completions with a base URL of somebody else's; None
    without either, and then plans are written without a model.
    """
    if not settings.uses_model:
        return None
    endpoint = Endpoint(
        settings.openai_base_url, settings.openai_api_key.get_secret_value(), patience or Patience()
    )
    if settings.openai_base_url and not f"{settings.openai_base_url}/".startswith(f"{OPENAI_HOST}/"):
        return OpenAIChat(endpoint, settings.groundplan_model)
    return OpenAIResponses(endpoint, settings.groundplan_model)


def chosen_author(settings: Settings) -> Author:
    """The author with the chosen model, else the one that needs none."""
    model = chosen_model(settings)
    return ModelledAuthor(model) if model else OutlineAuthor()
