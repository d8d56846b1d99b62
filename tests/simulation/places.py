"""Where do the days live? On a database of their own, in memory where the machine has such a folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import databases

MEMORY = Path("/dev/shm")


@contextmanager
def on_sqlite(template: Path) -> Iterator[str]:
    """A fresh copy of a migrated file; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="probot-days-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield databases.copy_sqlite(template, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
