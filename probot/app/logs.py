"""What goes into the log? One line an event, for a person at a terminal or as JSON for a machine.

The rule: no token, no address that holds one, no word a participant wrote; a log is read by many.
"""

from __future__ import annotations

import logging
import re
import sys

import structlog

_TOKEN = re.compile(r"\d{3,}:[\w-]{20,}")


def set_up(level: str, *, as_json: bool) -> None:
    """Send all logging through structlog, with everything that looks like a bot token taken out."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_tokens,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in (
        "httpx",
        "httpcore",
        "telegram",
        "aiohttp",
        "apscheduler",
        "uvicorn",
        "sqlalchemy",
        "asyncio",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _without_tokens(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {
        key: _TOKEN.sub("(token)", value) if isinstance(value, str) else value for key, value in event.items()
    }
