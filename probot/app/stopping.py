"""How long may a stop take? Seconds; whoever has not ended then is left behind, and what stands in the database goes on.

The rule: a stop never hangs on the world. Nothing is lost by leaving: what was not confirmed comes again, what was not
noted is sent again.
"""

from __future__ import annotations

import logging
import os
import sys
import threading

log = logging.getLogger(__name__)

STOP_WITHIN = 25.0
"""Seconds for a whole stop: less than the 30 after which systemd and docker use force."""


def end_within(seconds: float, code: int) -> threading.Timer:
    """From now on the process has `seconds` left; then it ends with `code`, whatever hangs. `cancel()` takes it back."""

    def leave() -> None:
        log.error("the stop took too long; what stands in the database goes on at the next start")
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)

    timer = threading.Timer(seconds, leave)
    timer.daemon = True
    timer.start()
    return timer
