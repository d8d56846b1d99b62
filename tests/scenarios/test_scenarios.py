"""Does the clinic's day go as written, on both databases, with everything doubled, and whenever the process dies?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests import databases
from tests.scenarios import runner
from tests.scenarios.record import differences

FAST = Path("/dev/shm")

every = pytest.mark.parametrize("path", runner.scenarios(), ids=lambda path: path.stem)


@pytest.fixture(scope="session")
def fast_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of this test process, where writing costs nothing if this machine has such a place."""
    if not FAST.is_dir():
        yield tmp_path_factory.mktemp("scenarios")
        return
    with TemporaryDirectory(dir=FAST, prefix="probot-") as folder:
        yield Path(folder)


@pytest.fixture
def in_memory(sqlite_template: Path, fast_folder: Path) -> str:
    """A migrated SQLite database, always at the same address, so that statements stay prepared."""
    for end in ("-wal", "-shm"):
        (fast_folder / f"probot.sqlite3{end}").unlink(missing_ok=True)
    return databases.copy_sqlite(sqlite_template, fast_folder)


@every
async def test_over_http(path: Path, in_memory: str) -> None:
    await runner.play(path, in_memory, over_http=True)


@every
@pytest.mark.postgres
async def test_on_postgresql(path: Path, postgres_url: str) -> None:
    await runner.play(path, postgres_url)


@every
async def test_with_every_update_doubled(path: Path, in_memory: str) -> None:
    await runner.play(path, in_memory, doubled=True)


@every
async def test_whenever_the_process_dies(path: Path, in_memory: str) -> None:
    rehearsal = await runner.rehearse(path, in_memory)
    for death in runner.deaths(path, rehearsal):
        left = await runner.play_dying(path, in_memory, rehearsal, death)
        told = "\n".join(differences(left, rehearsal.record))
        assert not told, f"{path.name}, died at {death}:\n{told}"
