"""Does a log stay silent about what nobody may read? Secrets, tokens, and whatever an error quotes."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from probot.app import logs

TOKEN = "7001234567:made-up-for-tests_so-no-secret"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    written = io.StringIO()
    logs.set_up("DEBUG", as_json=True, secrets=["its-password"], to=written)
    yield written
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def test_a_token_or_a_secret_is_taken_out_wherever_it_stands(log: io.StringIO) -> None:
    logging.getLogger("x").warning(
        "calling %s", f"https://host/bot{TOKEN}/getMe", extra={"url": ["its-password"]}
    )
    assert TOKEN not in log.getvalue()
    assert "its-password" not in log.getvalue()
    assert "calling https://host/bot(token)/getMe" in json.loads(log.getvalue())["event"]


def test_an_error_is_told_by_its_kind_and_its_places_and_not_by_its_words(log: io.StringIO) -> None:
    def understand(words: str) -> None:
        raise ValueError(f"cannot read {words!r}")

    try:
        try:
            understand("痛得受不了")
        except ValueError as error:
            raise RuntimeError("while reading 痛得受不了") from error
    except RuntimeError:
        logging.getLogger("x").exception("update failed", extra={"seq": 7})
    line = json.loads(log.getvalue())
    assert "痛" not in log.getvalue()
    assert (line["event"], line["seq"], line["error"]) == ("update failed", 7, "RuntimeError from ValueError")
    assert "test_logs.py" in line["places"]


def test_libraries_that_write_whole_requests_are_silent_below_warning(log: io.StringIO) -> None:
    for name in ("httpx", "telegram.Bot", "sqlalchemy.engine", "aiohttp.access", "uvicorn.access"):
        logging.getLogger(name).info("POST /bot token and words")
    assert log.getvalue() == ""


def test_our_own_events_are_there_at_debug(log: io.StringIO) -> None:
    logging.getLogger("probot.app.x").debug("seen")
    assert json.loads(log.getvalue())["event"] == "seen"
