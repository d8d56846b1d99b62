"""Where is what ships with probot? In the package once installed, beside it in a checkout.

The rule: looked up here and nowhere else.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def shipped_config() -> Path | None:
    """The folder of the shipped study, if it is there."""
    for folder in (_PACKAGE / "_shipped" / "config", _PACKAGE.parent / "config"):
        if folder.is_dir():
            return folder
    return None
