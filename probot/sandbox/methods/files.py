"""How do files travel? sendPhoto, sendDocument, getFile, and where a file's bytes are kept.

The rule: a file is known by a file_id that the server made; its bytes stand in the state as base64.
"""

from __future__ import annotations

import base64
import hashlib
import struct

from probot.sandbox import chats
from probot.sandbox.args import Args, Upload
from probot.sandbox.core import Core
from probot.sandbox.errors import bad_request
from probot.sandbox.methods.sending import formatted, send
from probot.sandbox.state import Bot, Json, StoredFile
from probot.sandbox.text import MAX_CAPTION

MAX_PHOTO = 10 * 1024 * 1024
MAX_DOWNLOAD = 20 * 1024 * 1024


def store(core: Core, folder: str, name: str, content: bytes) -> StoredFile:
    """Keeps a file and gives it its ids and its path."""
    number = core.state.count("file")
    unique = hashlib.sha256(content + str(number).encode()).hexdigest()[:16]
    ending = "." + name.rsplit(".", 1)[1] if "." in name else ""
    found = StoredFile(
        file_id=f"AgACAgUAAx{number:06d}{unique}",
        unique_id=f"AQAD{unique[:12]}",
        path=f"{folder}/file_{number}{ending}",
        size=len(content),
        content=base64.b64encode(content).decode(),
    )
    core.state.files[found.file_id] = found
    return found


def content(core: Core, path: str) -> bytes | None:
    """The bytes of a file by its path."""
    found = next((each for each in core.state.files.values() if each.path == path), None)
    return base64.b64decode(found.content) if found else None


def sizes(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG; 640 x 480 for what cannot be told."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    return 640, 480


def photo_json(core: Core, stored: StoredFile) -> list[Json]:
    """The one size of a photo that this server makes."""
    width, height = sizes(base64.b64decode(core.state.files[stored.file_id].content))
    return [{**file_json(stored), "width": width, "height": height}]


def file_json(stored: StoredFile) -> Json:
    """What all file objects share."""
    return {"file_id": stored.file_id, "file_unique_id": stored.unique_id, "file_size": stored.size}


def _incoming(core: Core, args: Args, name: str, folder: str) -> tuple[StoredFile, Upload | None]:
    given = args.text(name)
    upload = args.files.get(given.removeprefix("attach://") if given.startswith("attach://") else name)
    if upload:
        if not upload.content:
            raise bad_request("file must be non-empty")
        return store(core, folder, upload.filename, upload.content), upload
    if not given:
        raise bad_request(f"there is no {name} in the request")
    if given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    if given not in core.state.files:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return core.state.files[given], None


def _caption(args: Args) -> Json:
    text, entities = formatted(args, "caption", "caption_entities", limit=MAX_CAPTION, kind="caption")
    found: Json = {"caption": text} if text else {}
    if entities:
        found["caption_entities"] = entities
    return found


def send_photo(core: Core, bot: Bot, args: Args) -> Json:
    """Sends a picture, uploaded or known by file_id."""
    place = chats.open_for(core, bot, args.chat(), "write")
    caption = _caption(args)
    stored, upload = _incoming(core, args, "photo", "photos")
    if upload and len(upload.content) > MAX_PHOTO:
        raise bad_request("file is too big")
    return send(core, bot, place, args, {"photo": photo_json(core, stored), **caption})


def send_document(core: Core, bot: Bot, args: Args) -> Json:
    """Sends a file, uploaded or known by file_id."""
    place = chats.open_for(core, bot, args.chat(), "write")
    caption = _caption(args)
    stored, upload = _incoming(core, args, "document", "documents")
    document = file_json(stored)
    if upload:
        document |= {"file_name": upload.filename, "mime_type": upload.content_type}
    return send(core, bot, place, args, {"document": document, **caption})


def get_file(core: Core, _bot: Bot, args: Args) -> Json:
    """The path under which a file can be downloaded."""
    wanted = args.text("file_id")
    if not wanted:
        raise bad_request("file_id not specified")
    found = core.state.files.get(wanted)
    if found is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if found.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {**file_json(found), "file_path": found.path}
