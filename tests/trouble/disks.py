"""How is a disk full? As in life where we may: a small file system of its own, and a file that takes the rest of it.

Rule: where nothing can be mounted, the system refuses the process's files any growth (RLIMIT_FSIZE). To SQLite that
is an error of the disk rather than a full one; everything after that is the same.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SIZE = 12 * 1024 * 1024


@dataclass
class Disk:
    """Where a database may lie. `mounted`: it is a file system of its own."""

    folder: Path
    mounted: bool

    def fill(self, process: int) -> None:
        """From now on nothing on it grows."""
        if not self.mounted:
            largest = max(file.stat().st_size for file in self.folder.iterdir())
            resource.prlimit(process, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
            return
        with self._ballast.open("wb") as ballast, contextlib.suppress(OSError):
            while True:
                os.write(ballast.fileno(), bytes(4096))

    def free(self, process: int) -> None:
        """There is room again."""
        if self.mounted:
            self._ballast.unlink()
        else:
            resource.prlimit(process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """A disk of a few MB at `folder`, gone afterwards."""
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    mounted = mount is not None and os.geteuid() == 0
    mounted = mounted and subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield Disk(folder, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
