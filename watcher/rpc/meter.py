"""A node's counters. All are of this process, since its start."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from watcher.rpc.purpose import CallCounts, Purpose
from watcher.rpc.snapshot import PastError
from watcher.rpc.traffic import Traffic

ERRORS_KEPT = 8
NEWEST_WEIGHT = 0.2
"""of one call in the mean latency: the last ten make up nine tenths of it"""


@dataclass(slots=True)
class Meter:
    """Counts what went to and came from a node."""

    traffic: Traffic
    requests: int = 0
    """over HTTP"""
    calls: int = 0
    """JSON-RPC calls: a batch of ten is one request and ten calls"""
    counts: CallCounts = field(default_factory=CallCounts)
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
    history: deque[PastError] = field(default_factory=lambda: deque(maxlen=ERRORS_KEPT))

    def sent(self, calls: int, size: int, purpose: Purpose) -> None:
        self.requests += 1
        self.calls += calls
        self.counts = self.counts.plus(purpose, calls)
        self.bytes_sent += size

    def recount(self, before: Purpose, after: Purpose) -> None:
        """A call turned out to be one of another purpose."""
        self.counts = self.counts.plus(before, -1).plus(after, 1)

    def received(self, size: int, now: float) -> None:
        self.bytes_received += size
        self.traffic.received(size, now)

    def erred(self, error: PastError, *, fault: bool) -> None:
        self.errors += 1
        self.faults += fault
        self.history.append(error)

    def answered(self, seconds: float) -> None:
        mean = seconds if self.latency is None else self.latency
        self.latency = mean + NEWEST_WEIGHT * (seconds - mean)

    def saw_head(self, number: int, at: datetime) -> None:
        """The latest that the node said, even when it is less than before."""
        self.head, self.head_at = number, at
