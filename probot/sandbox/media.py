"""What does a phone send besides text? The content of stickers, voices, pictures, places and contacts.

The rule: nothing here is a real recording; a file is a few bytes with the right shape around it.
"""

from __future__ import annotations

import base64

from probot.sandbox.core import Core
from probot.sandbox.errors import CannotAct
from probot.sandbox.methods.files import file_json, photo_json, store
from probot.sandbox.state import Json, Person

KINDS = ("sticker", "voice", "photo", "video", "document", "location", "contact")
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def content_of(core: Core, person: Person, kind: str) -> Json:
    """The part of a Message object that makes it a message of this kind. Raises CannotAct."""
    if kind == "location":
        return {"location": {"latitude": 0.0, "longitude": 0.0}}
    if kind == "contact":
        return {"contact": {"phone_number": "000", "first_name": person.first_name, "user_id": person.id}}
    if kind == "photo":
        return {"photo": photo_json(core, store(core, "photos", "photo.png", _PNG))}
    if kind == "sticker":
        stored = store(core, "stickers", "sticker.webp", b"sticker")
        shape = {
            "type": "regular",
            "is_animated": False,
            "is_video": False,
            "emoji": "🙂",
            "set_name": "Faces",
        }
        return {"sticker": {**file_json(stored), "width": 512, "height": 512, **shape}}
    if kind == "voice":
        stored = store(core, "voice", "voice.oga", b"voice")
        return {"voice": {**file_json(stored), "duration": 4, "mime_type": "audio/ogg"}}
    if kind == "video":
        stored = store(core, "videos", "video.mp4", b"video")
        shape = {"width": 640, "height": 480, "duration": 4, "mime_type": "video/mp4"}
        return {"video": {**file_json(stored), **shape}}
    if kind == "document":
        stored = store(core, "documents", "note.txt", b"a note")
        return {"document": {**file_json(stored), "file_name": "note.txt", "mime_type": "text/plain"}}
    raise CannotAct(f"a phone cannot send {kind!r}; it can send {', '.join(KINDS)}")
