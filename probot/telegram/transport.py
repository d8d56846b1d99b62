"""How does a request reach a Bot API server, and what is certain when no answer comes back?

The rule: a failure says which of two things it is. `NotSent`: the request never left. Everything else may have
arrived. No address is ever put into a message or a log, because the address holds the token.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final, cast

import aiohttp
import orjson
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

_OF_TELEGRAM: Final = frozenset({400, 401, 403, 404, 409})
"""Answers whose meaning python-telegram-bot reads well from the code and the description; so it does parameters."""
_JSON: Final = {"Content-Type": "application/json"}


class NotSent(NetworkError):
    """No connection came about, so the server certainly did not get the request."""

    __slots__ = ()


class AnswerLost(NetworkError):
    """The request left, but no readable answer came back: it may have been carried out."""

    __slots__ = ()


class ServerAnswered(NetworkError):
    """An HTTP status that is no ordinary answer of the Bot API.

    `by_api`: the body has the shape of a Bot API answer; otherwise something between us and the server spoke
    (a proxy, a firewall, a wrong address).
    """

    __slots__ = ("by_api", "status")

    def __init__(self, status: int, *, by_api: bool) -> None:
        super().__init__(f"HTTP {status}" + ("" if by_api else " from something that is no Bot API server"))
        self.status = status
        self.by_api = by_api


@dataclass(frozen=True, slots=True)
class _Form:
    """Parameters already as they go over the wire; stands in for RequestData, which is final."""

    json_parameters: dict[str, str]
    contains_files: bool = False


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's requests, carried by one aiohttp session that is made on first use.

    `connections` should be at least the number of messages sent at once plus one for the long poll.
    Timeouts are seconds; `read_timeout` is the longest silence while waiting for an answer.
    `environment_proxies` takes HTTPS_PROXY and its relatives into account.
    """

    __slots__ = ("_connect_timeout", "_connections", "_environment_proxies", "_read_timeout", "_session")

    def __init__(
        self,
        *,
        connections: int = 320,
        connect_timeout: float = 10,
        read_timeout: float = 20,
        environment_proxies: bool = False,
    ) -> None:
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._environment_proxies = environment_proxies
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """The longest silence in seconds, where a call names none of its own."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Nothing to do ahead: the session is made by the first request, in the loop that it runs in."""

    async def shutdown(self) -> None:
        """Close all connections. May be called twice; a later request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - covered by the read timeout
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - covered by the connect timeout
    ) -> tuple[int, bytes]:
        """One exchange. Raises NotSent, AnswerLost, TimedOut or ServerAnswered, and names no address."""
        unset = BaseRequest.DEFAULT_NONE
        connect = self._connect_timeout if connect_timeout is unset else connect_timeout
        silence = self._read_timeout if read_timeout is unset else read_timeout
        return await self._exchange(method, url, _body(request_data), _timeout(connect, silence))

    async def result_of(
        self, url: str, parameters: Mapping[str, str], read_timeout: float | None = None
    ) -> Any:
        """The `result` of one method. As `post`, without the layers between it and the wire.

        What is no success is read by python-telegram-bot, so that an error is the same on either way.
        """
        timeout = _timeout(
            self._connect_timeout, self._read_timeout if read_timeout is None else read_timeout
        )
        status, payload = await self._exchange("POST", url, _as_json(parameters), timeout)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return self.parse_json_payload(payload)["result"]
        return await _Heard(status, payload).post(url)

    async def _exchange(
        self, method: str, url: str, body: bytes | aiohttp.FormData | None, patience: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        # Raised outside the except arms, so that aiohttp's own words, which may hold the address, hang on nothing.
        failure: TelegramError
        try:
            async with self._open().request(
                method,
                URL(url, encoded=True),
                data=body,
                headers=_JSON if isinstance(body, bytes) else None,
                timeout=patience,
                allow_redirects=False,
            ) as answer:
                payload = await answer.read()
                status = answer.status
        except (
            aiohttp.ConnectionTimeoutError,
            aiohttp.ClientConnectorError,
            aiohttp.ClientHttpProxyError,
            aiohttp.InvalidURL,
            aiohttp.NonHttpUrlClientError,
        ) as error:
            failure = NotSent(f"no connection: {_named(error)}")
        except TimeoutError:
            failure = TimedOut("no answer in time")
        except (aiohttp.ClientError, OSError) as error:
            failure = AnswerLost(f"no answer: {_named(error)}")
        else:
            _refuse_what_is_no_answer(status, payload)
            return status, payload
        raise failure

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer's JSON object. Raises AnswerLost for anything else, and never logs what came."""
        answer = _json_object(payload)
        if answer is None or ("result" not in answer and answer.get("ok") is not False):
            raise AnswerLost("the answer is no Bot API answer")
        return answer

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, ttl_dns_cache=60, family=socket.AF_UNSPEC
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=self._environment_proxies,
            )
        return self._session


class _Heard(BaseRequest):
    """An answer that has come already, given to python-telegram-bot to be read."""

    __slots__ = ("_answer",)

    def __init__(self, status: int, payload: bytes) -> None:
        self._answer = status, payload

    read_timeout = None
    parse_json_payload = staticmethod(AiohttpRequest.parse_json_payload)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        """What was heard."""
        return self._answer


async def raw_result(
    request: BaseRequest, url: str, parameters: Mapping[str, str], *, read_timeout: float | None = None
) -> Any:
    """The `result` of one Bot API method as the plain JSON that came, over any request: updates are kept raw."""
    if isinstance(request, AiohttpRequest):
        return await request.result_of(url, parameters, read_timeout)
    form = cast("RequestData", _Form(dict(parameters)))
    patience = BaseRequest.DEFAULT_NONE if read_timeout is None else read_timeout
    return await request.post(url, form, read_timeout=patience)


@lru_cache(maxsize=16)
def _timeout(connect: float | None, silence: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect, sock_read=silence)


def _body(request_data: RequestData | None) -> bytes | aiohttp.FormData | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return _as_json(request_data.json_parameters)
    parts = aiohttp.FormData(request_data.json_parameters)
    for name, (filename, content, mime) in request_data.multipart_data.items():
        parts.add_field(name, content, filename=filename, content_type=mime)
    return parts


def compact(value: object) -> str:
    """JSON as it is put into a parameter. Halves of characters, which cannot travel, become question marks."""
    return _as_json(value).decode()


def _as_json(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _refuse_what_is_no_answer(status: int, payload: bytes) -> None:
    """Raise for every status that python-telegram-bot would flatten into a NetworkError without its number."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    answer = _json_object(payload)
    if answer is None or answer.get("ok") is not False:
        raise ServerAnswered(status, by_api=False)
    if status not in _OF_TELEGRAM and not answer.get("parameters"):
        raise ServerAnswered(status, by_api=True)


def _json_object(payload: bytes) -> dict[str, Any] | None:
    try:
        answer = orjson.loads(payload)
    except ValueError:
        answer = _read_leniently(payload)
    return answer if isinstance(answer, dict) else None


def _read_leniently(payload: bytes) -> Any:
    """What only a patient reader takes: broken characters, halves of them, numbers beyond 64 bits."""
    try:
        return json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _named(error: BaseException) -> str:
    """What went wrong without the address: the error's kind, and the operating system's word for it."""
    kind = type(error).__name__
    inner = getattr(error, "os_error", error)
    reason = getattr(inner, "strerror", None)
    if isinstance(error, asyncio.TimeoutError) or not isinstance(reason, str) or "/" in reason:
        return kind
    return f"{kind} ({reason})"
