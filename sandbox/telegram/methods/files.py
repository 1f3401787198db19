"""getFile, and where a file is downloaded then."""

from __future__ import annotations

from typing import Any

from sandbox.telegram.errors import BadRequest
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World

LARGEST_DOWNLOAD = 20 * 1024 * 1024


def get_file(world: World, call: Parameters) -> dict[str, Any]:
    file_id = call.text("file_id")
    upload = world.files.get(file_id)
    if upload is None:
        raise BadRequest("wrong file_id or the file is temporarily unavailable")
    if len(upload.content) > LARGEST_DOWNLOAD:
        raise BadRequest("file is too big")
    return {
        "file_id": file_id,
        "file_unique_id": file_id[-12:],
        "file_size": len(upload.content),
        "file_path": f"documents/{file_id}",
    }


METHODS = {"getFile": get_file}
