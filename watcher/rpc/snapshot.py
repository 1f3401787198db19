"""A node's state as it is published, for `/status` and the health check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.rpc.breaker import State


class Standing(StrEnum):
    """Whether a node may be asked, and if not, why."""

    READY = "ready"
    WAITING = "waiting"
    OPEN = "breaker open"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class NodeSnapshot:
    """One node at one moment. `name` is public; nothing in here holds a key."""

    name: str
    state: Standing
    breaker: State
    latency_ms: float | None
    head: int | None
    head_at: datetime | None
    calls: int
    requests: int
    faults: int
    errors: int
    bytes_sent: int
    bytes_received: int
    waits_until: datetime | None
    quarantined: str | None
    last_error: str | None
