"""What goes into the log? One line an event, for a person at a terminal or as JSON for a machine.

The rule: no token, no password, no word a participant wrote; a log is read by many. So an error is shown by its
kind and the places it came through, never by its message, which may quote what somebody wrote.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TextIO

import structlog

_TOKEN = re.compile(r"\d{3,}:[\w-]{20,}")
_CHATTY = (
    *(
        "httpx",
        "httpcore",
        "telegram",
        "aiohttp",
        "apscheduler",
        "uvicorn",
        "sqlalchemy",
        "alembic",
        "asyncio",
    ),
    *("psycopg", "markdown_it"),
)
_PACKAGE = Path(__file__).parents[2]


def set_up(level: str, *, as_json: bool, secrets: Iterable[str] = (), to: TextIO | None = None) -> None:
    """Send all logging through structlog. `secrets`: what is taken out wherever it turns up."""
    to = to or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _places_of_the_error,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=to.isatty())
    )
    handler = logging.StreamHandler(to)
    handler.setFormatter(
        _WithoutSecrets(
            secrets,
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


class _WithoutSecrets(structlog.stdlib.ProcessorFormatter):
    """Takes the secrets, and whatever looks like a bot token, out of the finished line."""

    def __init__(self, secrets: Iterable[str], **how: object) -> None:
        super().__init__(**how)  # type: ignore[arg-type]
        self._secrets = sorted((one for one in secrets if one), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "(secret)")
        return _TOKEN.sub("(token)", line)


def _places_of_the_error(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = kind_of(error)
        event["places"] = places_of(error)
    return event


def kind_of(error: BaseException) -> str:
    """The kinds of an error and of what caused it, outermost first."""
    chain: list[str] = []
    at: BaseException | None = error
    while at is not None and len(chain) < 10:
        chain.append(type(at).__name__)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return " from ".join(chain)


def places_of(error: BaseException) -> str:
    """Where an error came through, innermost last: file, line and function, and nothing of what was handled."""
    return " > ".join(_places(error.__traceback__))


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def _short(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(_PACKAGE)) if path.is_relative_to(_PACKAGE / "probot") else path.name
