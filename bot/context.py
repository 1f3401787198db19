"""What every handler is handed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from redis.asyncio import Redis

    from data.database import Database
    from data.labels import Labels
    from data.model import Chain
    from data.settings import Settings


@dataclass(frozen=True, slots=True)
class Context:
    """``chains`` are the configured ones, in the order of the setting; ``clock`` tells UTC."""

    database: Database
    redis: Redis
    settings: Settings
    chains: tuple[Chain, ...]
    labels: Labels
    clock: Callable[[], datetime]
