"""A node's counters. All are of this process, since its start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

NEWEST_WEIGHT = 0.2
"""of one call in the mean latency: the last ten make up nine tenths of it"""


@dataclass(slots=True)
class Meter:
    """Counts what went to and came from a node."""

    requests: int = 0
    """over HTTP"""
    calls: int = 0
    """JSON-RPC calls: a batch of ten is one request and ten calls"""
    faults: int = 0
    errors: int = 0
    """of every kind but the legitimate answers, faults among them"""
    bytes_sent: int = 0
    bytes_received: int = 0
    """bodies as they were on the wire, compressed"""
    latency: float | None = None
    """seconds, exponentially weighted mean of the calls that were answered"""
    head: int | None = None
    head_at: datetime | None = None
    last_error: str | None = None

    def sent(self, calls: int, size: int) -> None:
        self.requests += 1
        self.calls += calls
        self.bytes_sent += size

    def answered(self, seconds: float) -> None:
        mean = seconds if self.latency is None else self.latency
        self.latency = mean + NEWEST_WEIGHT * (seconds - mean)

    def saw_head(self, number: int, at: datetime) -> None:
        """The latest that the node said, even when it is less than before."""
        self.head, self.head_at = number, at
