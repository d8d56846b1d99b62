"""What trouble is switched on? Faults for the whole line or for one chat, for a number of calls or until switched off.

The rule: a fault is looked at once for each call; the server behaves perfectly otherwise.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, get_args

from probot.sandbox.errors import ApiError, LineCut, conflict, too_many_requests, unauthorized
from probot.sandbox.state import Json

FaultKind = Literal[
    "offline",  # the bot cannot reach the server; nothing is executed
    "slow",  # every answer takes `seconds` longer
    "flood",  # 429 with `seconds` as retry_after
    "broken",  # 500 Internal Server Error; nothing is executed
    "lost",  # the call is executed, its answer never arrives
    "revoked",  # 401 Unauthorized
    "conflict",  # 409, as if another getUpdates had ended this one
    "duplicate",  # updates that were confirmed are given once more
    "reorder",  # a batch of updates comes in reverse
]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
_UPDATE_KINDS = ("duplicate", "reorder")
_POLLS = frozenset({"getupdates", "getme"})


@dataclass(slots=True)
class Fault:
    """One trouble. `chat` None means everywhere; `times` None means until cleared; `methods` None means all.

    A fault that is counted, and "flood" and "lost" in any case, leave getUpdates and getMe alone unless named,
    because those calls come by themselves and would use it up.
    `how` tells an "offline" or "lost" fault whether the line is refused, dropped or hangs.
    """

    kind: FaultKind
    chat: int | None = None
    times: int | None = None
    seconds: float = 0.0
    methods: tuple[str, ...] | None = None
    how: Literal["refused", "dropped", "hangs"] = "dropped"

    def meets(self, method: str, chat: int | None) -> bool:
        """Whether this fault concerns a call of `method` (lower case) about `chat`."""
        if self.chat is not None and self.chat != chat:
            return False
        if self.methods is not None:
            return method in self.methods
        only_deliberate = self.times is not None or self.kind in {"flood", "lost"}
        return not (only_deliberate and method in _POLLS)


class Faults:
    """The faults switched on now."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def set(
        self,
        kind: FaultKind,
        *,
        chat: int | None = None,
        times: int | None = None,
        seconds: float = 0.0,
        methods: tuple[str, ...] | None = None,
        how: Literal["refused", "dropped", "hangs"] | None = None,
    ) -> Fault:
        """Switches a fault on; one of the same kind and chat is replaced.

        `seconds` is the delay of "slow" and the retry_after of "flood" (at least 1). Raises ValueError.
        """
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}")
        self.clear(kind, chat=chat)
        fault = Fault(
            kind,
            chat=chat,
            times=times,
            seconds=seconds,
            methods=tuple(each.lower() for each in methods) if methods else None,
            how=how or ("refused" if kind == "offline" else "dropped"),
        )
        self._faults.append(fault)
        return fault

    def clear(self, kind: FaultKind | None = None, *, chat: int | None = None) -> None:
        """Switches off one fault, or all of them when no kind is given."""
        self._faults = [
            each for each in self._faults if kind is not None and (each.kind, each.chat) != (kind, chat)
        ]

    def active(self) -> list[Json]:
        """The faults switched on, as JSON."""
        return [asdict(each) for each in self._faults]

    def delay(self, method: str, chat: int | None) -> float:
        """Seconds that the answer of this call takes longer. Uses up one time of a "slow" fault."""
        fault = self._take("slow", method.lower(), chat)
        return fault.seconds if fault else 0.0

    def before(self, method: str, chat: int | None) -> ApiError | LineCut | None:
        """What happens instead of executing the call, if anything."""
        method = method.lower()
        if fault := self._take("offline", method, chat):
            return LineCut(fault.how, executed=False)
        if self._take("revoked", method, chat):
            return unauthorized()
        if self._take("broken", method, chat):
            return ApiError(500, "Internal Server Error")
        if fault := self._take("flood", method, chat):
            return too_many_requests(max(1, round(fault.seconds)))
        if method == "getupdates" and self._take("conflict", method, chat):
            return conflict(
                "terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        return None

    def after(self, method: str, chat: int | None) -> LineCut | None:
        """What happens to the answer of an executed call, if anything."""
        fault = self._take("lost", method.lower(), chat)
        return LineCut(fault.how, executed=True) if fault else None

    def on_updates(self, kind: Literal["duplicate", "reorder"]) -> bool:
        """Whether this batch of updates is doubled or reversed."""
        return self._take(kind, "getupdates", None) is not None

    def _take(self, kind: FaultKind, method: str, chat: int | None) -> Fault | None:
        for fault in self._faults:
            wanted = fault.kind == kind and (
                kind in _UPDATE_KINDS or kind == "conflict" or fault.meets(method, chat)
            )
            if wanted:
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                return fault
        return None
