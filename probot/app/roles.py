"""Which part does this process play? All of them, or receiving, or working beside others on one PostgreSQL.

The rule: of those who poll one receives, by a lease, and the others stand by; whoever works needs no lease, because
every row has its own claim.
"""

from __future__ import annotations

from typing import Literal

Role = Literal["all", "receive", "work"]

ONE_PROCESS = (
    "--role {role} needs PostgreSQL: on SQLite one process does everything. Leave --role away, or set "
    "PROBOT_DATABASE_URL to postgresql://user@host/name."
)
NOT_IN_THE_SANDBOX = "--role {role} is not for the sandbox, which is one process. Leave --role away, or set PROBOT_TELEGRAM_TOKEN."


def why_not(role: Role, *, sqlite: bool, sandbox: bool) -> str:
    """Why a process cannot play this part here; empty if it can."""
    if role == "all":
        return ""
    if sandbox:
        return NOT_IN_THE_SANDBOX.format(role=role)
    return ONE_PROCESS.format(role=role) if sqlite else ""


def receives(role: Role) -> bool:
    """Whether it takes in what Telegram brings."""
    return role != "work"


def works(role: Role) -> bool:
    """Whether it handles, sends, and looks at what is due."""
    return role != "receive"
