"""How is a program begun and killed, hundreds of times? As a process of its own each time, and by SIGKILL.

Rule: most are forked from one that has loaded its modules (see `nursery`), so that they die at work and not while
loading; every so often one is begun from nothing, as an operator would.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.app.running import ROOT


@dataclass(frozen=True)
class Program:
    """What is run: a module with a `main`, its arguments, its environment, and where its words go."""

    module: str
    arguments: tuple[str, ...]
    folder: Path
    environment: dict[str, str]
    machine: str = ""
    """The name of another machine that it takes itself to be on; only where its modules are loaded already."""

    @property
    def log(self) -> Path:
        """What all its lives have said."""
        return self.folder / "said.log"


class Life:
    """One process."""

    def __init__(self, pid: int, own: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self._own = own
        try:
            self._handle: int | None = os.pidfd_open(pid)
        except ProcessLookupError:
            self._handle = None

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._handle is None or bool(select.select([self._handle], [], [], 0)[0])

    def send(self, number: int) -> None:
        """Send a signal that does not end it."""
        assert self._handle is not None
        signal.pidfd_send_signal(self._handle, number)

    async def end(self, number: int = signal.SIGKILL) -> None:
        """Send a signal and wait until it is gone."""
        if self._handle is None:
            return
        if not self.over:
            signal.pidfd_send_signal(self._handle, number)
        loop, gone = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._handle, gone.set)
        try:
            async with asyncio.timeout(60):
                await gone.wait()
        finally:
            loop.remove_reader(self._handle)
            os.close(self._handle)
            self._handle = None
        if self._own is not None:
            self._own.wait()


class Nursery:
    """Where programs are begun."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def begin(self, program: Program) -> Life:
        """A life whose modules are loaded already."""
        order = {
            "module": program.module, "arguments": program.arguments, "folder": str(program.folder),
            "environment": program.environment, "log": str(program.log), "machine": program.machine,
        }  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        return Life(int(self._process.stdout.readline()))

    def begin_from_nothing(self, program: Program) -> Life:
        """A life like any other program's."""
        with program.log.open("ab") as log:
            own = subprocess.Popen(
                [sys.executable, "-m", program.module, *program.arguments], cwd=program.folder,
                env=program.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        return Life(own.pid, own)


@contextlib.contextmanager
def nursery() -> Iterator[Nursery]:
    """One, for as long as the block runs; whoever was begun there ends with it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.kills.nursery"], cwd=ROOT, env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield Nursery(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()
