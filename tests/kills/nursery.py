"""How does a process begin to work at once? It is forked from one that has loaded everything already.

Rule: nothing but modules is loaded before the fork; what is forked is a process of its own, with its own memory,
connections and threads, and does what its command line says. Read one order a line, answer with a process number.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import socket
import sys
from typing import Any, NoReturn

LOADED = ("probot.__main__", "probot.app.cli", "probot.app.cli_run", "psycopg", "sqlalchemy.dialects.postgresql.psycopg",
          "sqlalchemy.dialects.sqlite.pysqlite", "alembic.command", "uvicorn", "telegram.ext", "aiohttp")  # fmt: skip
DIES_WITH_ITS_PARENT = 1
OWN_HOST_NAME, OWN_USERS = 0x04000000, 0x10000000


def main() -> None:
    """Fork until nobody gives orders any more."""
    for name in LOADED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here asks how they ended
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        number = os.fork()
        if number == 0:
            _become(order)
        print(number, flush=True)


def _become(order: dict[str, Any]) -> NoReturn:
    """Be that program: its folder, its environment, its words into its log."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(DIES_WITH_ITS_PARENT, signal.SIGKILL)
        if order["machine"]:
            _be_on(order["machine"])
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.argv = [order["module"], *order["arguments"]]
        importlib.import_module(order["module"]).main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 -- the top of a process: what it died of belongs into its log
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _be_on(machine: str) -> None:
    """Take oneself to be on another machine: a host name of its own, where the system allows that."""
    allowed = OWN_HOST_NAME if os.geteuid() == 0 else OWN_HOST_NAME | OWN_USERS
    if ctypes.CDLL(None).unshare(allowed) == 0:
        socket.sethostname(machine)


if __name__ == "__main__":
    main()
