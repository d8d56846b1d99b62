"""How is probot started? By `main`, as `probot` or `python -m probot`.

The rule: nothing happens here that the command line does not do; but whoever is told to stop while its parts are still
being read stops without a word.
"""

from __future__ import annotations

import sys

TOLD_TO_STOP = 130
"""The exit code of a program that Ctrl+C has ended."""


def main() -> None:
    """The command line. Reading its parts takes a moment, in which Ctrl+C may come."""
    try:
        from probot.app.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.exit(TOLD_TO_STOP)


if __name__ == "__main__":
    main()
