"""What did the bot ask for? One call's parameters, read as Telegram reads them: texts or JSON, with limits.

The rule: form values arrive as text, JSON bodies as values; both read the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from probot.sandbox.errors import bad_request
from probot.sandbox.state import Json


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request."""

    filename: str
    content: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Args:
    """Parameters and files of one call."""

    values: Json
    files: dict[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the parameter was given at all."""
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """A text; "" when missing."""
        value = self.values.get(name)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        """A whole number; the default when missing or unreadable."""
        value = self.values.get(name)
        try:
            return default if value is None or isinstance(value, bool) else int(value)
        except (TypeError, ValueError):
            return default

    def within(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number, moved into its limits."""
        return max(low, min(high, self.number(name, default)))

    def flag(self, name: str) -> bool:
        """A yes or no."""
        return str(self.values.get(name, "")).lower() in {"true", "1", "yes"}

    def value(self, name: str, complaint: str) -> Any:
        """A JSON value; None when missing or empty. Raises ApiError with `complaint` when it is no JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(complaint) from error

    def chat(self) -> int | str | None:
        """chat_id as a number, as @name, or None when missing."""
        value = self.values.get("chat_id")
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            return str(value)
