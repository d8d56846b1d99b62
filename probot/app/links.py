"""How is a one-time link handed over? As an address, as a QR code to be scanned, or as JSON for a program.

The rule: shown once, to whoever asked; where the code is to be drawn is checked before a link is made.
"""

from __future__ import annotations

from pathlib import Path

import segno

from probot.app.desk import Exit, out, say_json, stop
from probot.services.invite import Invited

FORMATS = (".svg", ".png")


def ready_to_draw(file: Path | None) -> Path | None:
    """The file for the QR code, if it can be one; else the end."""
    if file is None:
        return None
    if file.suffix not in FORMATS:
        stop(f"{file}: a QR code can be written as .svg or .png", Exit.USAGE)
    if not file.parent.is_dir():
        stop(f"{file}: there is no folder {file.parent}", Exit.USAGE)
    return file


def show_link(invited: Invited, link: str, subject: str, drawn: Path | None, *, as_json: bool) -> None:
    """Show it. `subject`: what the invited are called in JSON, `code` or `name`. On a terminal the QR code too."""
    code = segno.make(link, error="m", micro=False)
    if drawn is not None:
        code.save(str(drawn), scale=8)
    if as_json:
        say_json({
            subject: invited.subject, "link": link, "token": invited.token, "expires_at": invited.expires_at,
        })  # fmt: skip
        return
    if out.is_terminal:
        code.terminal(compact=True)
    out.print(f"{invited.subject}  {link}", markup=False)
    out.print(f"valid until {invited.expires_at:%Y-%m-%d %H:%M} UTC", markup=False)
