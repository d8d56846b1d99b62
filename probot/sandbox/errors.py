"""What can the Bot API refuse, and in which words? Telegram's own codes and texts, in one place.

The rule: a text that the bot may react to is written here exactly as Telegram's server writes it.
"""

from __future__ import annotations

from typing import Any, Literal


class ApiError(Exception):
    """One refusal of the Bot API: HTTP status `code`, `description` with its prefix, `parameters` or None."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON object that Telegram answers with."""
        found: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            found["parameters"] = self.parameters
        return found


class LineCut(Exception):
    """The connection broke. `executed` says whether the call had already taken effect on the server.

    `how` is "refused" (no connection at all), "dropped" (the connection closed without an answer) or "hangs".
    """

    def __init__(self, how: Literal["refused", "dropped", "hangs"], *, executed: bool) -> None:
        super().__init__(f"line {how}, call {'executed' if executed else 'not executed'}")
        self.how = how
        self.executed = executed


class CannotAct(Exception):
    """A person tried something that a real phone would not let them do."""


def bad_request(text: str) -> ApiError:
    """400 with Telegram's prefix; the first letter goes down unless the word is a CODE."""
    code_like = len(text) > 1 and (text[1] == "_" or "A" <= text[1] <= "Z")
    return ApiError(400, "Bad Request: " + (text if code_like else text[:1].lower() + text[1:]))


def forbidden(text: str) -> ApiError:
    """403 with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {text}")


def conflict(text: str) -> ApiError:
    """409 with Telegram's prefix."""
    return ApiError(409, f"Conflict: {text}")


def too_many_requests(seconds: int) -> ApiError:
    """429 with `retry_after` in seconds."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def unauthorized() -> ApiError:
    """401 for a well-formed token that no bot has."""
    return ApiError(401, "Unauthorized")


def method_not_found() -> ApiError:
    """404 for a method that does not exist."""
    return ApiError(404, "Not Found: method not found")


def migrated(new_chat_id: int) -> ApiError:
    """400 for a group that lives on as a supergroup."""
    return ApiError(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": new_chat_id},
    )


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
SET_WEBHOOK_STOPS_POLL = "terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
