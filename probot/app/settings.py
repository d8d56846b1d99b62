"""What does the operator set? Environment variables, read once, checked, and never printed when secret.

The rule: an empty variable is one that is not set; what cannot be right is named, all of it at once, with what
would be right, and without the value where the value is secret.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.exc import ArgumentError

from probot.app.addresses import mail_server, mailbox, mailboxes, web_address, webhooks
from probot.app.shipped import shipped_config
from probot.outside.channel import Addresses
from probot.store.engine import normal_url
from probot.store.room import USUAL, Least, least
from probot.telegram.bot import TELEGRAM

PREFIX = "PROBOT_"
WEBHOOK_LISTEN = "0.0.0.0:8080"
"""Where the webhook is served if PROBOT_LISTEN does not say: on every address, behind somebody's proxy."""

_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,255}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_OF_THE_TESTS = "PROBOT_TEST_"


class WrongSetting(Exception):
    """An environment variable cannot be right; the text names it, and says what would be."""


class Settings(BaseSettings):
    """Everything probot reads from its environment. Each field is `PROBOT_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    telegram_token: SecretStr | None = Field(
        None, description="The bot's token. Without one the sandbox starts."
    )
    telegram_api: str = Field(TELEGRAM, description="Root address of the Bot API server.")
    database_url: str = Field(
        "", description="sqlite:///… or postgresql://…; default: a file under data/.", repr=False
    )
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
    alert_smtp: SecretStr | None = Field(
        None, description="Mail server for alerts: smtp://user:password@host."
    )
    alert_mail_from: str = Field("", description="Sender of alert mails.")
    alert_mail_to: str = Field("", description="Path of the study = mail addresses, for each path by mail.")
    alert_webhooks: SecretStr | None = Field(
        None, description="Path of the study = address, for each webhook."
    )
    alert_webhook_secret: SecretStr | None = Field(None, description="Signs what is posted to the webhooks.")
    heartbeat_url: SecretStr | None = Field(
        None,
        description="Fetched every minute while all is well; whoever watches it calls you when it stops.",
    )
    disk_least: str = Field(
        "", description="When less is free under SQLite, somebody is told: 2GB, 500MB, 10%."
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unset(cls, values: dict[str, Any]) -> dict[str, Any]:
        stripped = {
            name: value.strip() if isinstance(value, str) else value for name, value in values.items()
        }
        return {name: value for name, value in stripped.items() if value != ""}

    @field_validator("telegram_token")
    @classmethod
    def _like_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("this is no bot token; BotFather gives one like 123456789:AAE…")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _like_a_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("use 16 to 256 characters of A-Z a-z 0-9 _ -")
        return value

    @field_validator("telegram_api")
    @classmethod
    def _like_an_address(cls, value: str) -> str:
        parts = _parts(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("write the server's root address, such as http://127.0.0.1:8081")
        return value.rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _like_a_public_address(cls, value: str | None) -> str | None:
        if value is not None and (
            _parts(value).scheme not in {"http", "https"} or not _parts(value).hostname
        ):
            raise ValueError("write the public address, such as https://bot.example.org/telegram")
        return value

    @field_validator("database_url")
    @classmethod
    def _like_a_database(cls, value: str) -> str:
        try:
            return value and normal_url(value) and value
        except (ValueError, ArgumentError):
            raise ValueError("use sqlite:///path/to/file.db or postgresql://user@host/name") from None

    @field_validator("listen", "sandbox_listen")
    @classmethod
    def _like_a_door(cls, value: str) -> str:
        if value:
            host_and_port(value)
        return value

    @field_validator("alert_smtp")
    @classmethod
    def _like_a_mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            mail_server(value.get_secret_value())
        return value

    @field_validator("alert_mail_from")
    @classmethod
    def _like_a_mailbox(cls, value: str) -> str:
        return value and mailbox(value)

    @field_validator("alert_mail_to")
    @classmethod
    def _like_mailboxes(cls, value: str) -> str:
        return value if mailboxes(value) or not value else ""

    @field_validator("alert_webhooks")
    @classmethod
    def _like_webhooks(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            webhooks(value.get_secret_value())
        return value

    @field_validator("alert_webhook_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("use at least 16 characters")
        return value

    @field_validator("heartbeat_url")
    @classmethod
    def _like_a_web_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            web_address(value.get_secret_value())
        return value

    @field_validator("disk_least")
    @classmethod
    def _like_an_amount(cls, value: str) -> str:
        if value:
            least(value)
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in _LEVELS:
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

    @property
    def least(self) -> Least:
        """How much should be free on the disk under the database."""
        return least(self.disk_least) if self.disk_least else USUAL

    @property
    def webhook(self) -> tuple[str, str] | None:
        """Public address and secret of the webhook; None: long polling."""
        if self.webhook_url is None or self.webhook_secret is None:
            return None
        return self.webhook_url, self.webhook_secret.get_secret_value()

    @property
    def addresses(self) -> Addresses:
        """Where the paths beside Telegram lead, and where the heart beats."""
        server = mail_server(_said_in(self.alert_smtp), self.alert_mail_from) if self.alert_smtp else None
        return Addresses(
            mailboxes(self.alert_mail_to), server, webhooks(_said_in(self.alert_webhooks)),
            _said_in(self.alert_webhook_secret), _said_in(self.heartbeat_url),
        )  # fmt: skip

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be seen, wherever it might turn up."""
        held = (self.telegram_token, self.webhook_secret, self.alert_webhook_secret, self.heartbeat_url)
        known = self.addresses
        password = _parts(self.database_url).password if self.database_url else None
        mail = known.server.password if known.server else ""
        return tuple(one for one in (*map(_said_in, held), password, mail, *known.webhooks.values()) if one)


def read_settings() -> Settings:
    """The settings of this process. Raises `WrongSetting` naming every variable that cannot be right."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise WrongSetting("\n".join(_said(dict(each)) for each in error.errors())) from None
    if settings.webhook_url and settings.webhook_secret is None:
        raise WrongSetting("PROBOT_WEBHOOK_SECRET: a webhook needs a secret (16 to 256 of A-Z a-z 0-9 _ -)")
    if (settings.webhook_url or "").startswith("http:") and settings.telegram_api == TELEGRAM:
        raise WrongSetting("PROBOT_WEBHOOK_URL: Telegram brings updates to an https address only")
    if settings.alert_mail_to and not (settings.alert_smtp and settings.alert_mail_from):
        raise WrongSetting(
            "PROBOT_ALERT_MAIL_TO: mail needs PROBOT_ALERT_SMTP and PROBOT_ALERT_MAIL_FROM as well"
        )
    if settings.send_limits == "none" and settings.telegram_api == TELEGRAM and not settings.in_sandbox:
        raise WrongSetting("PROBOT_SEND_LIMITS: Telegram would stop a bot that keeps to no limits")
    return settings


def _said_in(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""


def variables() -> list[str]:
    """The names of all variables that probot reads."""
    return [PREFIX + name.upper() for name in Settings.model_fields]


def unknown_variables(environment: Iterable[str]) -> list[str]:
    """A line for each variable that begins like ours and means nothing: most likely a slip of the pen."""
    known = variables()
    lines = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known and not name.startswith(_OF_THE_TESTS):
            near = difflib.get_close_matches(name, known, n=1)
            lines.append(f"{name} means nothing to probot" + (f"; did you mean {near[0]}?" if near else "."))
    return lines


def host_and_port(address: str) -> tuple[str, int]:
    """`host:port` taken apart. Raises ValueError."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"{address!r} is not host:port, such as 127.0.0.1:8090")
    return host.strip("[]"), int(port)


def _said(error: Mapping[str, Any]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{PREFIX}{str(error['loc'][0]).upper()}: {message}"


def _parts(address: str) -> Any:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts
