"""The only reader of the environment. Values in, validated settings out; must not connect to anything."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.author.cost import Cap, Prices, Scope, cap
from bot.errors import UserError

Seconds = Annotated[float, Field(ge=0)]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
Price = Annotated[Decimal, Field(ge=0, max_digits=12)] | None
NO_CAP = "none"
NO_CACHE = "none"
# Whoever guesses the secret can have our workers run jobs and can forge our marks.
SHORTEST_SECRET = 16


class Settings(BaseSettings):
    """Every knob of a running Groundplan. Names are the environment's, lower case; README has the table."""

    model_config = SettingsConfigDict(
        env_file=None, env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    redis_url: str = "redis://127.0.0.1:6379/0"
    groundplan_webhook_secret: SecretStr = SecretStr("")
    groundplan_webhook_secret_previous: SecretStr = SecretStr("")
    groundplan_secret: SecretStr = SecretStr("")
    groundplan_bot_id: int = 0
    groundplan_label: str = "needs-plan"
    groundplan_opt_out_label: str = "no-plan"

    github_app_id: int = 0
    github_app_private_key: SecretStr = SecretStr("")
    github_app_private_key_file: Path | None = None
    github_api_url: str = "https://api.github.com"

    openai_api_key: SecretStr = SecretStr("")
    openai_base_url: str = ""
    groundplan_model: str = "gpt-5.2"
    groundplan_plain_http_hosts: str = ""
    groundplan_reader_model: str = ""
    groundplan_reader_base_url: str = ""
    groundplan_reader_api_key: SecretStr = SecretStr("")

    groundplan_profile: Literal["auto", "quick", "standard", "deep"] = "auto"
    groundplan_price_input: Price = None
    groundplan_price_cached: Price = None
    groundplan_price_output: Price = None
    groundplan_reader_price_input: Price = None
    groundplan_reader_price_cached: Price = None
    groundplan_reader_price_output: Price = None
    groundplan_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    groundplan_cap_plan: str = "400k tokens"
    groundplan_cap_repository_day: str = "4000k tokens"
    groundplan_cap_installation_day: str = "20000k tokens"
    groundplan_runs_an_hour: Annotated[int, Field(ge=1)] = 6
    groundplan_onboarding: bool = True
    groundplan_cassette: Path | None = None
    groundplan_cassette_mode: Literal["record", "replay", "replay-strict", "fallthrough"] = "replay"

    groundplan_settle_seconds: Seconds = 60.0
    groundplan_lease_seconds: Annotated[float, Field(ge=1)] = 15.0
    groundplan_write_spacing_seconds: Seconds = 1.0
    groundplan_sweep_seconds: Annotated[float, Field(gt=0)] = 5.0
    groundplan_max_attempts: Annotated[int, Field(ge=1)] = 5
    groundplan_max_crashes: Annotated[int, Field(ge=1)] = 3
    groundplan_log_level: LogLevel = "INFO"
    groundplan_cache_dir: str = ""
    xdg_cache_home: Path | None = None

    @field_validator("groundplan_log_level", mode="before")
    @classmethod
    def _upper_case(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("github_api_url", "openai_base_url", "groundplan_reader_base_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _safe_addresses(self) -> Settings:
        """https, but on loopback and hosts the operator named; no user information, which ends up in logs."""
        plain = {"127.0.0.1", "localhost", "::1"}
        named = {host.strip() for host in self.groundplan_plain_http_hosts.split(",") if host.strip()}
        _check_address("GITHUB_API_URL", self.github_api_url, plain)
        _check_address("OPENAI_BASE_URL", self.openai_base_url, plain | named)
        _check_address("GROUNDPLAN_READER_BASE_URL", self.groundplan_reader_base_url, plain | named)
        return self

    @model_validator(mode="after")
    def _whole_reader(self) -> Settings:
        key = self.groundplan_reader_api_key.get_secret_value()
        if (self.groundplan_reader_base_url or key) and not self.groundplan_reader_model:
            raise ValueError("set GROUNDPLAN_READER_MODEL too: without it there is no second model")
        return self

    @model_validator(mode="after")
    def _cassette_to_use(self) -> Settings:
        if "groundplan_cassette_mode" in self.model_fields_set and self.groundplan_cassette is None:
            raise ValueError("set GROUNDPLAN_CASSETTE too: without it there is nothing to record or to play")
        return self

    @model_validator(mode="after")
    def _caps_that_bite(self) -> Settings:
        """Reads every cap once: of a fault an operator hears at the start, not at the first plan."""
        needed = (self.groundplan_price_input, self.groundplan_price_output)
        if any(price is not None for price in (*needed, self.groundplan_price_cached)) and None in needed:
            raise ValueError("set both GROUNDPLAN_PRICE_INPUT and GROUNDPLAN_PRICE_OUTPUT, or no price")
        own = (self.groundplan_reader_price_input, self.groundplan_reader_price_output)
        has_own = any(price is not None for price in (*own, self.groundplan_reader_price_cached))
        if has_own and (None in (*own, *needed) or not self.groundplan_reader_model):
            raise ValueError(
                "GROUNDPLAN_READER_PRICE_INPUT and GROUNDPLAN_READER_PRICE_OUTPUT go together, beside "
                "GROUNDPLAN_READER_MODEL, GROUNDPLAN_PRICE_INPUT and GROUNDPLAN_PRICE_OUTPUT"
            )
        for each in self.caps:
            if each.unit == "micros" and self.prices is None:
                name = _name_of_cap(each.scope)
                raise ValueError(
                    f"{name} is an amount of money, which needs GROUNDPLAN_PRICE_INPUT and "
                    "GROUNDPLAN_PRICE_OUTPUT; give prices, or the cap in tokens (`400k tokens`)"
                )
        return self

    @model_validator(mode="after")
    def _one_private_key(self) -> Settings:
        if self.github_app_private_key.get_secret_value() and self.github_app_private_key_file:
            raise ValueError("set GITHUB_APP_PRIVATE_KEY or GITHUB_APP_PRIVATE_KEY_FILE, not both")
        return self

    @cached_property
    def private_key(self) -> str:
        """The App's private key as PEM text, or "" for a process that was given none. Raises UserError."""
        if self.github_app_private_key_file:
            try:
                return self.github_app_private_key_file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                reason = f"GITHUB_APP_PRIVATE_KEY_FILE cannot be read ({type(error).__name__})."
                raise UserError("app-key", reason, "Give the path of the PEM file, readable to us.") from None
        return self.github_app_private_key.get_secret_value().replace("\\n", "\n")

    @property
    def cache_dir(self) -> Path | None:
        """Where the command line keeps what it read of repositories: GROUNDPLAN_CACHE_DIR, or the user's
        folder for such things; None (nothing is kept) for `none`, and for a user without a home.
        """
        if self.groundplan_cache_dir:
            return None if self.groundplan_cache_dir == NO_CACHE else Path(self.groundplan_cache_dir)
        if self.xdg_cache_home and self.xdg_cache_home.is_absolute():
            return self.xdg_cache_home / "groundplan"
        try:
            return Path.home() / ".cache" / "groundplan"
        except RuntimeError:
            return None

    @property
    def signing_secret(self) -> str:
        """GROUNDPLAN_SECRET. Raises UserError when it is missing or can be guessed."""
        secret = self.groundplan_secret.get_secret_value()
        if not secret:
            raise UserError("no-secret", "There is no secret to sign jobs with.", "Set GROUNDPLAN_SECRET.")
        if len(secret) < SHORTEST_SECRET:
            raise UserError(
                "short-secret",
                f"GROUNDPLAN_SECRET has fewer than {SHORTEST_SECRET} characters, so it could be guessed.",
                "Set it to a long random text, for example the output of: openssl rand -hex 32",
            )
        return secret

    @property
    def webhook_secrets(self) -> tuple[bytes, ...]:
        """The secret in force and, while it is being changed, the one before it."""
        both = (self.groundplan_webhook_secret, self.groundplan_webhook_secret_previous)
        return tuple(secret.get_secret_value().encode() for secret in both if secret.get_secret_value())

    @cached_property
    def prices(self) -> Prices | None:
        """Money for a million tokens, or None. Without a price of its own cached input costs like other, and
        the reader like the writer."""
        reader = self._prices("groundplan_reader_price")
        usual = self._prices("groundplan_price")
        return replace(usual, reader=reader) if usual else None

    def _prices(self, names: str) -> Prices | None:
        given, cached, got = (getattr(self, f"{names}_{one}") for one in ("input", "cached", "output"))
        if given is None or got is None:
            return None
        return Prices(given, given if cached is None else cached, got, self.groundplan_currency)

    @cached_property
    def caps(self) -> tuple[Cap, ...]:
        """The caps there are. Raises ValueError that names the variable at fault."""
        written: dict[Scope, str] = {
            "plan": self.groundplan_cap_plan,
            "repository-day": self.groundplan_cap_repository_day,
            "installation-day": self.groundplan_cap_installation_day,
        }
        return tuple(_cap(scope, text) for scope, text in written.items() if text.strip() != NO_CAP)

    @property
    def uses_model(self) -> bool:
        return bool(self.openai_api_key.get_secret_value() or self.openai_base_url)


def _cap(scope: Scope, text: str) -> Cap:
    try:
        return cap(scope, text)
    except ValueError as fault:
        raise ValueError(f"{_name_of_cap(scope)}: {fault}, or `{NO_CAP}`") from None


def _name_of_cap(scope: Scope) -> str:
    return f"GROUNDPLAN_CAP_{scope.replace('-', '_').upper()}"


def _check_address(name: str, value: str, plain_http: set[str]) -> None:
    parts = urlsplit(value)
    if parts.username or parts.password:
        raise ValueError(f"{name} must not carry a user name or password")
    if value and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in plain_http):
        raise ValueError(f"{name} must be https://, or http:// on loopback or GROUNDPLAN_PLAIN_HTTP_HOSTS")


def read_settings(**given: Any) -> Settings:
    """The settings of this process; `given` ones go before the environment's. Raises UserError that names
    the variables at fault, never their values.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        faults = [_fault(one) for one in error.errors(include_url=False, include_input=False)]
        raise UserError("settings", "; ".join(faults), "Correct the environment and start again.") from None


def _fault(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"]).upper()
    what = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {what}" if where else what


def passed_on(names: Iterable[str]) -> dict[str, str]:
    """Those of our own environment variables, for a process that we start: it gets these and no others."""
    return {name: os.environ[name] for name in names if name in os.environ}
