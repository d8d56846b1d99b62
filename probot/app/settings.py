"""What does the operator set? Environment variables, read once, checked, and never printed when secret.

The rule: secrets come from the environment (or a file beside it), never from YAML, and never reach a log.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from probot.app.shipped import shipped_config

TELEGRAM = "https://api.telegram.org"


class WrongSetting(Exception):
    """An environment variable cannot be right; the text names it, and says what would be."""


class Settings(BaseSettings):
    """Everything probot reads from its environment. Each field is `PROBOT_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="PROBOT_", extra="ignore", secrets_dir=None)

    telegram_token: SecretStr | None = Field(
        None, description="The bot's token. Without one the sandbox starts."
    )
    telegram_api: str = Field(TELEGRAM, description="Root address of the Bot API server.")
    database_url: str = Field("", description="sqlite:///… or postgresql://…; default: a file under data/.")
    config: Path = Field(Path("config"), description="Folder with the study's YAML.")
    webhook_url: str | None = Field(
        None, description="Public https address; set: webhook, else long polling."
    )
    webhook_secret: SecretStr | None = Field(
        None, description="Secret that Telegram sends along with each call."
    )
    listen: str = Field("", description="host:port for the health page and the webhook.")
    sandbox_listen: str = Field("127.0.0.1:8090", description="host:port of the sandbox's page.")
    send_limits: Literal["telegram", "none"] = Field(
        "telegram",
        description="telegram: 30 messages a second, 1 in a chat. none: for a test server of your own, never for Telegram.",
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("telegram_token", "webhook_secret", mode="before")
    @classmethod
    def _none_if_blank(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("use DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @property
    def in_sandbox(self) -> bool:
        """Whether no token was given, so that the built-in sandbox takes Telegram's place."""
        return self.telegram_token is None

    @property
    def database(self) -> str:
        """The database that is meant; the sandbox's own file where none is named."""
        name = "sandbox" if self.in_sandbox else "probot"
        return self.database_url or f"sqlite:///data/{name}.db"

    @property
    def study_folder(self) -> Path:
        """The folder with the study; the shipped one where the default folder does not exist."""
        if self.config == Path("config") and not self.config.is_dir():
            return shipped_config() or self.config
        return self.config


def read_settings() -> Settings:
    """The settings of this process. Raises `WrongSetting` naming each variable that cannot be right."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise WrongSetting(
            "\n".join(f"PROBOT_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
        ) from None
    if settings.webhook_url and settings.webhook_secret is None:
        raise WrongSetting("PROBOT_WEBHOOK_SECRET: a webhook needs a secret (16 to 256 of A-Z a-z 0-9 _ -)")
    return settings


def host_and_port(address: str, variable: str) -> tuple[str, int]:
    """`host:port` taken apart. Raises `WrongSetting`."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise WrongSetting(f"{variable}: {address!r} is not host:port, such as 127.0.0.1:8090")
    return host.strip("[]"), int(port)
