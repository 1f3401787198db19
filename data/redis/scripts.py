"""The Lua scripts of this folder, loaded once for each client."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.commands.core import AsyncScript

_FOLDER = Path(__file__).parent


def script(redis: Redis, name: str) -> AsyncScript:
    """``{name}.lua`` on that client; sent whole only to a server that does not know it yet."""
    return redis.register_script((_FOLDER / f"{name}.lua").read_text(encoding="utf-8"))
