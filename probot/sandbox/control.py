"""How do the page and the tests act for people? The JSON interface under /sim/.

The rule: it can do what people, the line and the clock can do, and nothing a bot can do.
"""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from probot.sandbox import view
from probot.sandbox.botapi import BotApi
from probot.sandbox.clinic import Clinic, Refused
from probot.sandbox.errors import CannotAct
from probot.sandbox.stage import link_payload
from probot.sandbox.state import Json

ACTS = frozenset(
    {
        *(
            "new_person",
            "set_language",
            "receive_link",
            "start_link",
            "startgroup",
            "say",
            "send_media",
            "forward",
        ),
        *("press", "edit", "delete", "tap", "block", "unblock", "deactivate", "phone_offline", "new_group"),
        *("set_member", "migrate"),
    }
)
BEAT_SECONDS = 5.0

KEEP = {"Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff"}
"""A file never changes."""


class Control:
    """The interface under /sim/."""

    def __init__(self, api: BotApi, clinic: Clinic) -> None:
        self._api = api
        self._clinic = clinic
        self._travelling = asyncio.Lock()
        self._closing = asyncio.Event()
        self._changed = asyncio.Event()
        self._off = api.on_change(self._note_change)

    def routes(self) -> list[Route]:
        """All addresses."""
        return [
            Route("/sim/view", self.view),
            Route("/sim/events", self.events),
            Route("/sim/file/{file_id}", self.picture),
            Route("/sim/transcript", self.transcript),
            Route("/sim/act", self.act, methods=["POST"]),
            Route("/sim/bots", self.bots, methods=["POST"]),
            Route("/sim/fault", self.fault, methods=["POST"]),
            Route("/sim/clock", self.clock, methods=["POST"]),
            Route("/sim/enrol", self.enrol, methods=["POST"]),
            Route("/sim/speak", self.speak, methods=["POST"]),
        ]

    def close(self) -> None:
        """Ends the streams."""
        self._closing.set()
        self._changed.set()
        self._off()

    def _note_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    # ------------------------------------------------------------------------------------------ looking

    async def view(self, _request: Request) -> Response:
        """Everything the page draws."""
        upcoming = await self._clinic.next_event()
        now = self._clinic.now()
        return JSONResponse(
            {
                "version": self._api.version,
                "now": now.isoformat(),
                "next_event": upcoming.isoformat() if upcoming else None,
                "travelling": self._travelling.locked(),
                "clinic": self._clinic.describe(),
                "bots": view.bots(self._api),
                "phones": view.phones(self._api),
                "groups": view.groups(self._api),
                "faults": self._api.faults.active(),
                "calls": self._api.state.calls[-view.LAST :],
            }
        )

    async def picture(self, request: Request) -> Response:
        """A picture that stands in a chat, as a phone downloads it."""
        found = self._api.state.files.get(request.path_params["file_id"])
        if found is None:
            return Response(status_code=404)
        return Response(base64.b64decode(found.content), media_type="image/png", headers=KEEP)

    async def events(self, _request: Request) -> Response:
        """Server-sent events: the version number whenever something changed, and a beat now and then."""
        return StreamingResponse(
            self._stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _stream(self) -> AsyncIterator[str]:
        while not self._closing.is_set():
            changed = self._changed
            yield f"data: {self._api.version}\n\n"
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await changed.wait()
            except TimeoutError:
                continue

    async def transcript(self, request: Request) -> Response:
        """Calls after the number `after`, acts and updates: what an independent checker reads."""
        after = int(request.query_params.get("after", "0"))
        found = self._api.transcript
        return JSONResponse(
            {
                "calls": [each.to_json() for each in found.calls if each.number > after],
                "acts": [each.to_json() for each in found.acts],
                "updates": [each.to_json() for each in found.fates.values()],
            }
        )

    # ------------------------------------------------------------------------------------------ acting

    async def act(self, request: Request) -> Response:
        """`{"act": name, …}` with the arguments of the method of `People` of that name."""
        asked = await _object(request)
        name = str(asked.pop("act", ""))
        if name not in ACTS:
            return _wrong(400, f"no such act: {name}")
        method = getattr(self._api.people, name)
        if "payload" in asked and asked["payload"] is not None:
            asked["payload"] = link_payload(str(asked["payload"]))
        asked = {key: tuple(value) if isinstance(value, list) else value for key, value in asked.items()}
        try:
            inspect.signature(method).bind(**asked)
        except TypeError as error:
            return _wrong(400, f"{name}: {error}")
        try:
            result = method(**asked)
        except CannotAct as error:
            return _wrong(409, str(error))
        return _right(result)

    async def bots(self, request: Request) -> Response:
        """Registers a bot: `{"token", "username", "first_name"?}`."""
        asked = await _object(request)
        try:
            bot = self._api.add_bot(**asked)
        except (TypeError, ValueError) as error:
            return _wrong(400, str(error))
        return _right(bot.id)

    async def fault(self, request: Request) -> Response:
        """`{"kind", "on", "chat"?, "times"?, "seconds"?, "methods"?, "how"?}`; kind "all" with on=false clears all."""
        asked = await _object(request)
        kind, on = asked.pop("kind", ""), asked.pop("on", True)
        try:
            if on:
                self._api.faults.set(kind, **asked)
            elif kind == "all":
                self._api.faults.clear()
            else:
                self._api.faults.clear(kind, chat=asked.get("chat"))
        except (TypeError, ValueError) as error:
            return _wrong(400, str(error))
        self._api.changed()
        return _right(self._api.faults.active())

    async def clock(self, request: Request) -> Response:
        """Moves the clock: `{"seconds": n}`, `{"next": true}` or `{"to": "2025-03-03T09:00"}` in the study's zone."""
        asked = await _object(request)
        if self._travelling.locked():
            return _wrong(409, "The clock is moving already.")
        async with self._travelling:
            self._api.changed()
            try:
                goal = await self._goal(asked)
                if goal is None:
                    return _wrong(409, "Nothing is planned.")
                await self._clinic.travel(goal)
            except (Refused, ValueError) as error:
                return _wrong(409, str(error))
        self._api.changed()
        return _right(self._clinic.now().isoformat())

    async def _goal(self, asked: Json) -> datetime | None:
        now = self._clinic.now()
        if asked.get("next"):
            upcoming = await self._clinic.next_event()
            if upcoming is not None and upcoming <= now:
                await self._clinic.travel(now)  # what is on its way already is no event to wait for
                upcoming = await self._clinic.next_event()
            return upcoming
        if "seconds" in asked:
            return datetime.fromtimestamp(now.timestamp() + float(asked["seconds"]), UTC)
        goal = datetime.fromisoformat(str(asked.get("to", "")))
        if goal.tzinfo is None:
            goal = goal.replace(tzinfo=ZoneInfo(self._clinic.describe()["zone"]))
        if goal < now:
            raise ValueError("The clock only goes forward.")
        return goal.astimezone(UTC)

    async def enrol(self, request: Request) -> Response:
        """Enrols a participant and gives them a phone with the waiting link: code, arm, sites, language, first_name."""
        asked = await _object(request)
        language = str(asked.get("language", "en"))
        code = str(asked.get("code", "")).strip()
        sites = [str(each) for each in asked.get("sites", [])]
        if not code:
            return _wrong(400, "A subject code is needed.")
        try:
            token = await self._clinic.enrol(code, str(asked.get("arm", "")), sites, language)
            person = self._api.people.new_person(
                str(asked.get("first_name") or "").strip() or code,
                language_code="zh-hans" if language == "zh" else language,
            )
            self._api.people.receive_link(person, link_payload(token))
        except (Refused, CannotAct) as error:
            return _wrong(409, str(error))
        return _right(person)

    async def speak(self, request: Request) -> Response:
        """`{"language": "zh"}`: the staff's phones and what the bot says to them, from now on."""
        language = str((await _object(request)).get("language", ""))
        if language not in {"en", "zh"}:
            return _wrong(400, "The page speaks en and zh.")
        code = "zh-hans" if language == "zh" else language
        for person in [each for each in self._api.state.people.values() if each.seat == "staff"]:
            if person.language_code != code:
                self._api.people.set_language(person.id, code)
        await self._clinic.speak(language)
        return _right(language)


async def _object(request: Request) -> Json:
    try:
        found = json.loads(await request.body() or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _right(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _wrong(code: int, text: str) -> Response:
    return JSONResponse({"ok": False, "error": text}, status_code=code)
