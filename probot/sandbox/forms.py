"""What did the HTTP request carry? Parameters and files from a query, a form, a multipart form or a JSON body.

The rule: later sources win, and a body that cannot be read is a 400 in Telegram's words.
"""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from starlette.requests import Request

from probot.sandbox.args import Upload
from probot.sandbox.errors import bad_request
from probot.sandbox.state import Json

MAX_BODY = 60 * 1024 * 1024


async def read(request: Request) -> tuple[Json, dict[str, Upload]]:
    """Parameters and uploaded files of one call. Raises ApiError 400."""
    params: Json = dict(request.query_params)
    files: dict[str, Upload] = {}
    if request.method != "POST":
        return params, files
    body = await request.body()
    if len(body) > MAX_BODY:
        raise bad_request("file is too big")
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        fields, files = _multipart(kind, body)
        params |= fields
    elif kind.startswith("application/json"):
        params |= _json(body)
    elif body:
        params |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return params, files


def _json(body: bytes) -> Json:
    try:
        found = json.loads(body) if body.strip() else {}
    except ValueError as error:
        raise bad_request("can't parse request body as JSON object") from error
    if not isinstance(found, dict):
        raise bad_request("can't parse request body as JSON object")
    return found


def _multipart(kind: str, body: bytes) -> tuple[Json, dict[str, Upload]]:
    parsed = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    params: Json = {}
    files: dict[str, Upload] = {}
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        if not isinstance(name, str):
            raise bad_request("can't parse multipart form")
        filename = part.get_filename()
        if filename is None:
            params[name] = content.decode("utf-8", "replace")
        else:
            files[name] = Upload(filename, content, part.get_content_type())
    return params, files
