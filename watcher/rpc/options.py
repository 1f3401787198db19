"""Times, sizes and counts of a pool. Times are seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """The defaults suit public nodes; tests shorten them."""

    timeout: float = 30.0
    """for one request to one node, from connecting to the answer's last byte"""
    connect_timeout: float = 5.0
    answer_limit: int = 64 * 1024 * 1024
    """bytes of one answer, on the wire and again after inflating"""
    connections: int = 64

    breaker_threshold: int = 5
    breaker_open_for: float = 60.0

    rounds: int = 5
    """times that all nodes are gone through before a call is given up"""
    backoff_first: float = 1.0
    backoff_longest: float = 8.0

    rate_limit_wait: float = 5.0
    """for a node that does not say how long"""
    longest_wait: float = 600.0
    """however long the node says"""
    quarantine_for: float = 600.0
    """until a quarantined node is probed again"""

    hedge_first: float = 1.0
    """for a node's first call of a kind, after which the next node is asked as well"""
    hedge_shortest: float = 0.25
    hedge_longest: float = 1.5
    """however slow the node usually is"""
    hedge_batch: float = 8.0
    """further calls in a batch for which it is granted the same time once more"""

    block_time: float = 12.0
    """of the chain"""
    lag_tolerance: float = 5.0
    """in blocks of so much time (three at least), before a node that is behind is ejected"""
    eject_for: float = 30.0
    """until one that lied or went backwards is probed; each further lie doubles it"""
    eject_longest: float = 600.0
    chain_id_every: float = 10.0
    """until a survey asks a node again which chain it serves"""
