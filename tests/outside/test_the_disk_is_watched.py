"""Does somebody learn that the disk fills up while there is still room, and that it is over?"""

from __future__ import annotations

from pathlib import Path

import pytest

from probot.app.metrics import exposition
from probot.services.watch import status
from probot.store.room import Least, Room, least, room_in, room_of
from tests.app.test_metrics import read
from tests.outside.staffed import a_clinic_with_paths, staffed
from tests.world import Clinic

GB = 10**9


class Filling:
    """The disk as the tests say it is."""

    def __init__(self, clinic: Clinic) -> None:
        self.free = 5 * GB
        clinic.world.watchman.room = self.room

    def room(self) -> Room:
        return Room("/srv/probot/data", self.free, 20 * GB, 1 * GB)


async def looked(clinic: Clinic) -> tuple[str, ...]:
    await clinic.pass_time(seconds=61)
    await clinic.world.watchman.look()
    await clinic.settle()
    return tuple(each for each in clinic.world.watchman.wrong or () if each.startswith("disk"))


async def test_the_team_is_told_early_and_beside_telegram_when_it_is_nearly_full(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, gateway):
        await staffed(clinic)
        disk, group = Filling(clinic), clinic.kept["group"]
        assert await looked(clinic) == ()
        disk.free = 9 * GB // 10
        assert await looked(clinic) == ("disk",)
        assert group.last["text"].startswith("probot needs help · the disk is filling up")
        assert gateway.calls == [], "no pager rings at once for what can wait until tomorrow"
        disk.free = GB // 10
        assert await looked(clinic) == ("disk", "disk_full")
        assert group.last["text"].startswith("probot needs help · the disk is nearly full")
        assert [call["title"] for call in gateway.calls] == ["probot needs help · the disk is nearly full"]
        disk.free = 5 * GB
        assert await looked(clinic) == ()
        assert "This is over." in group.last["text"]


async def test_status_health_and_metrics_say_it(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await staffed(clinic)
        await clinic.settle()
        for free, wrong in (
            (5 * GB, []),
            (GB // 2, ["the disk is filling up: 500.0 MB of 20.0 GB free in /x"]),
        ):
            room = Room("/x", free, 20 * GB, GB)
            found = clinic.store.look(status, clinic.clock.at, None, room)
            assert [each for each in found.problems if "disk" in each] == wrong
            numbers = read(exposition(found, clinic.world, well=found.well))
            assert (numbers["probot_disk_free_bytes"], numbers["probot_disk_least_bytes"]) == (free, GB)
        assert "probot_disk_free_bytes" not in read(
            exposition(clinic.store.look(status, clinic.clock.at), clinic.world, well=True)
        )


def test_the_disk_under_the_file_is_looked_at_and_a_server_s_is_not(tmp_path: Path) -> None:
    room = room_of(f"sqlite:///{tmp_path}/probot.db?timeout=1", Least())
    assert room is not None
    assert room.folder == str(tmp_path)
    assert 0 < room.free <= room.total
    assert room.least == min(10**9, int(room.total * 0.15))
    assert room_of("postgresql://probot@db.example.org/probot", Least()) is None


def test_a_disk_that_cannot_be_looked_at_counts_as_full(tmp_path: Path) -> None:
    room = room_in(tmp_path / "gone", Least())
    assert room.is_short
    assert room.is_nearly_none


@pytest.mark.parametrize(
    ("written", "of_a_disk_of_10_gb"),
    [("2GB", 2 * GB), ("500 mb", GB // 2), ("10%", GB), ("2.5%", GB // 4), ("0%", 0), ("1TB", 1000 * GB)],
)
def test_how_much_should_be_free_is_written_as_people_do(written: str, of_a_disk_of_10_gb: int) -> None:
    assert least(written).of(10 * GB) == of_a_disk_of_10_gb


@pytest.mark.parametrize("written", ["", "much", "2", "-1GB", "120%", "2 GB free"])
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="such as 2GB"):
        least(written)
