"""What does the catalogue say of a kind of problem?

The rule: `mend` is what the help line says when the place itself suggests nothing better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
"""A study with an error runs nothing; a warning is shown and runs."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its number, a title, why it matters, how to mend it, and an example that has it."""

    code: str
    title: str
    meaning: str
    mend: str
    example: str
    severity: Severity = "error"
