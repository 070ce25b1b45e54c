"""Settings from the environment, read once at start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    database: str = "parcelpost.db"
    host: str = "127.0.0.1"
    port: int = 8080
    api_token: str = ""


def load_config(environ: Mapping[str, str] = os.environ) -> Config:
    return Config(
        database=environ.get("PARCELPOST_DATABASE", Config.database),
        host=environ.get("PARCELPOST_HOST", Config.host),
        port=int(environ.get("PARCELPOST_PORT", Config.port)),
        api_token=environ.get("PARCELPOST_API_TOKEN", Config.api_token),
    )
