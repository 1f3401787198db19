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
    EJECTED = "ejected"


@dataclass(frozen=True, slots=True)
class PastError:
    """An error that a node made, fit to be shown; `kind` is its class."""

    at: datetime
    kind: str
    text: str


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
    reason: str | None = None
    """why it is quarantined or ejected"""
    rank: int = 0
    """in the present order of preference, from 0"""
    bytes_per_day: int = 0
    """received in the last 24 hours, projected while there are fewer"""
    batch_limit: int | None = None
    """calls that it takes in one request, as far as that was learnt"""
    history: tuple[PastError, ...] = ()
    """its last errors, oldest first"""
