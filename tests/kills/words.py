"""What is asked in the harness, what can be answered, and which answers must raise an alert?

Rule: `study/study.yaml` says the same; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ITEMS = ("pain", "chills", "temperature", "eating")
TYPED = "temperature"
CHOICES: Mapping[str, tuple[str, ...]] = {
    "pain": tuple(str(number) for number in range(11)),
    "chills": ("yes", "no"),
    "temperature": ("~nd",),
    "eating": ("normal", "liquids", "nothing"),
}
CONCEPTS: Mapping[str, str] = {"pain": "pain", "chills": "chills", "temperature": "fever", "eating": "eating"}


def crosses(item: str, value: str) -> bool:
    """Whether an answer meets a rule, counted anew and not by the product."""
    match item:
        case "pain":
            return int(value) >= 7
        case "chills":
            return value == "yes"
        case "temperature":
            return float(value) >= 39.0
        case _:
            return value == "nothing"


def plain(value: Any) -> str:
    """A recorded value as a phone gave it."""
    return value if isinstance(value, str) else f"{value:g}"
