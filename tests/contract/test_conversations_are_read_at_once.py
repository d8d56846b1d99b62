"""Is what a batch reads at once the same as what is read one by one?"""

from __future__ import annotations

from probot.store import assessments, together
from probot.store.at_once import fetch_assessments, fetch_sessions, fetch_statuses
from tests.world import a_clinic


async def test_assessments_and_their_conversations_are_known_after_one_look(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        for number in (1, 2):
            await clinic.patient(f"P-00{number}")
        await clinic.pass_time(hours=1)
        keys = [*[row["assessment_id"] for row in clinic.rows("assessments")][:6], "nobody's"]
        with clinic.store.begin() as connection:
            apart = [
                (assessments.find(connection, key), assessments.session_of(connection, key)) for key in keys
            ]
        assert any(session is not None for _, session in apart)
        for fetch in (fetch_assessments, fetch_sessions, fetch_statuses):
            with clinic.store.begin() as connection, together.together(connection):
                fetch(connection, keys)
                at_once = [
                    (assessments.find(connection, key), assessments.session_of(connection, key))
                    for key in keys
                ]
                assert at_once == apart
