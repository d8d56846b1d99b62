"""How are a bot and its server started side by side? Each in a process of its own, and both are always ended.

The rule: a bot is started, waited for until it polls, and only then given anything to do.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from probot.app.build import read_clock

HERE = Path(__file__).parent
ROOT = HERE.parent
TOKEN = "100001:bench-token"  # noqa: S105 -- nobody's token
OTHERS = os.environ.get("BENCH_PYTHON", str(ROOT / ".venv-bench" / "bin" / "python"))
"""The Python of the environment with the other bots and the server."""
PATIENCE = 300.0


_RUNNING: list[subprocess.Popen[bytes]] = []


class NeverCame(Exception):
    """Something that was waited for did not happen in time, or whoever was to do it has died."""


class Loopback:
    """The server, seen by whoever measures."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.process = process
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, what: str, **given: Any) -> dict[str, Any]:
        """One control call."""
        self._connection.request("POST", f"/control/{what}", json.dumps(given))
        found: dict[str, Any] = json.loads(self._connection.getresponse().read())
        return found

    def hold(self, texts: list[tuple[int, str]]) -> None:
        """Have texts ready, `(chat, text)` each, until `go`."""
        self.ask("hold", texts=texts, date=int(read_clock().timestamp()))

    def until_polled(self) -> None:
        """Wait until the bot asks for updates."""
        wait_for(lambda: self.ask("count")["polls"] > 0, "the bot never asked for updates")

    def until_accepted(self, method: str, count: int) -> list[tuple[float, str, int, str]]:
        """Wait until that many messages were accepted by `method`; all that were accepted, in order."""
        found: list[tuple[float, str, int, str]] = []

        def enough() -> bool:
            found.extend(tuple(one) for one in self.ask("report", since=len(found))["accepted"])
            return sum(one[1] == method for one in found) >= count

        wait_for(enough, f"the bot did not send {count} messages")
        return found


def wait_for(ready: Any, otherwise: str, *, every: float = 0.02) -> None:
    """Look every so often until it is so. Raises `NeverCame`, at once if any of the processes has ended."""
    until = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > until:
            raise NeverCame(otherwise)
        for process in _RUNNING:
            if process.poll() is not None:
                raise NeverCame(f"{otherwise}: {process.args!r} ended with {process.returncode}")
        time.sleep(every)


@contextlib.contextmanager
def loopback(delay: float = 0.0) -> Iterator[Loopback]:
    """A server that answers each call after `delay` seconds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with started([OTHERS, str(HERE / "loopback.py"), str(port)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        server = Loopback(port, process)
        server.ask("delay", seconds=delay)
        yield server


@contextlib.contextmanager
def echo_bot(name: str, server: Loopback) -> Iterator[subprocess.Popen[bytes]]:
    """One of the bots that only echo: `ptb` or `aiogram`."""
    with started([OTHERS, str(HERE / "bots" / f"{name}_echo.py"), server.root, TOKEN]) as process:
        server.until_polled()
        yield process


@contextlib.contextmanager
def probot(
    server: Loopback, url: str, *, limits: str = "none", role: str = "all"
) -> Iterator[subprocess.Popen[bytes]]:
    """`probot run` on a database. A `work`er does not poll; everybody else is waited for until they do."""
    environment = {
        "PROBOT_TELEGRAM_API": server.root, "PROBOT_TELEGRAM_TOKEN": TOKEN, "PROBOT_DATABASE_URL": url,
        "PROBOT_CONFIG": str(HERE / "study"), "PROBOT_SEND_LIMITS": limits, "PROBOT_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    command = [sys.executable, "-m", "probot", "run", *(["--role", role] if role != "all" else [])]
    with started(command, env=environment, stderr=subprocess.DEVNULL) as process:
        if role != "work":
            server.until_polled()
        yield process


@contextlib.contextmanager
def started(
    command: list[str], env: dict[str, str] | None = None, **how: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is asked to stop in the end, and made to."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.environ.get("BENCH_PATH", "") + str(ROOT), **(env or {})},
        **how,
    )
    _RUNNING.append(process)
    try:
        yield process
    finally:
        _RUNNING.remove(process)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def peak_memory(process: subprocess.Popen[bytes]) -> float:
    """The most memory that a running process ever held, in MB (Linux)."""
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
