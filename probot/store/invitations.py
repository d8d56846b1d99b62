"""Which link was given out for whom, and may it still be used? Kept by its hash, never by its token.

The rule: a token is used up by one atomic update, so that of any number of takers exactly one gets it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from probot.store.records import Invitation
from probot.store.tables import invitation


def hash_of(token: str) -> str:
    """What is kept of a one-time token."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(
    connection: Connection, *, token: str, kind: Literal["participant", "staff", "team"], subject: str,
    language: str, now: datetime, expires_at: datetime,
) -> None:  # fmt: skip
    """Keep a new token's hash; unused ones for the same subject are revoked."""
    connection.execute(
        update(invitation)
        .where(
            invitation.c.kind == kind,
            invitation.c.subject == subject,
            invitation.c.used_at.is_(None),
            invitation.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    connection.execute(
        insert(invitation).values(
            token_hash=hash_of(token), kind=kind, subject=subject, language=language, created_at=now,
            expires_at=expires_at,
        )
    )  # fmt: skip


def invitation_of(connection: Connection, token: str) -> Invitation | None:
    """The invitation behind a token, in whatever state it is."""
    columns = [column for column in invitation.c if column.name != "created_at"]
    row = connection.execute(select(*columns).where(invitation.c.token_hash == hash_of(token))).first()
    return None if row is None else Invitation(**row._mapping)  # noqa: SLF001


def redeem(connection: Connection, token: str, now: datetime) -> Invitation | None:
    """Use a token up: one atomic update, so that of any number of takers exactly one gets it."""
    taken = connection.execute(
        update(invitation)
        .where(
            invitation.c.token_hash == hash_of(token),
            invitation.c.used_at.is_(None),
            invitation.c.revoked_at.is_(None),
            invitation.c.expires_at > now,
        )
        .values(used_at=now)
    )
    if not taken.rowcount:
        return None
    found = invitation_of(connection, token)
    return None if found is None else found._replace(used_at=now)
