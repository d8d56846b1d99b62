"""How does a call leave as a webhook? One POST of a JSON object whose every field is documented, and signed.

The rule: the body is the same for every gateway and every study (`docs/operators-guide.md` lists it); a receiver
that knows the secret can prove that it came from here, and by its id that it is no second call.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from probot.ports import Call, Later, Outcome, Refused, Sent, Unknown

SOON: Final = 15.0
AWHILE: Final = 60.0
PATIENCE: Final = aiohttp.ClientTimeout(total=20, connect=10)
MOST_READ: Final = 65_536
FORMAT: Final = 1


def body_of(call: Call) -> bytes:
    """The JSON that is posted. `msgtype` and `text` are what text robots of WeCom and DingTalk look for."""
    return json.dumps(
        {
            "version": FORMAT, "id": call.key, "kind": call.kind, "study": call.study, "path": call.path,
            "code": call.code, "tier": call.tier, "title": call.subject, "message": call.text,
            "said_at": call.said_at.isoformat().replace("+00:00", "Z"), "repeat": call.repeat,
            "msgtype": "text", "text": {"content": f"{call.subject}\n{call.text}"},
        },
        ensure_ascii=False,
    ).encode()  # fmt: skip


def signature(secret: str, body: bytes) -> str:
    """What stands in `X-Probot-Signature`: HMAC-SHA-256 of the body as it was sent, in hex."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def send(session: aiohttp.ClientSession, address: str, secret: str, call: Call) -> Outcome:
    """Post it once; a 2xx that does not say otherwise in `errcode` is a receipt."""
    body = body_of(call)
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": call.key}
    if secret:
        headers["X-Probot-Signature"] = signature(secret, body)
    try:
        async with session.post(
            address, data=body, headers=headers, timeout=PATIENCE, allow_redirects=False
        ) as answer:
            said = (await answer.content.read(MOST_READ)).decode("utf-8", "replace")
            return _outcome(answer.status, said, answer.headers)
    except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
        return Later(SOON, f"webhook: {type(error).__name__}")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Unknown(f"webhook: {type(error).__name__}")


def _outcome(status: int, said: str, headers: Mapping[str, str]) -> Outcome:
    if 200 <= status < 300:
        wrong = _errcode(said)
        return Sent(None) if wrong == 0 else Refused(f"the webhook answered errcode {wrong}")
    if status in {408, 425, 429, 503}:
        asked = headers.get("Retry-After", "")
        return Later(float(asked) if asked.isdecimal() else AWHILE, f"the webhook answered {status}")
    if status >= 500:
        return Later(SOON, f"the webhook answered {status}")
    return Refused(f"the webhook answered {status}")


def _errcode(said: str) -> int:
    """WeCom and DingTalk say 200 and put what went wrong into the answer."""
    try:
        answer: Any = json.loads(said)
    except ValueError:
        return 0
    code = answer.get("errcode", 0) if isinstance(answer, dict) else 0
    return code if isinstance(code, int) else 0
