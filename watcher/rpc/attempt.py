"""One exchange with one node, from the moment that it is let in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from watcher.rpc.pace import Kind
from watcher.rpc.purpose import Purpose


class Entry(Enum):
    """With what right a node is asked."""

    ORDINARY = "its gate decides"
    SURVEY = "a look at its head, which shows whether it still lags"
    LAST = "the others fail or are slow, so it is asked although it is ejected or kept in reserve"


@dataclass(slots=True, eq=False)
class Attempt:
    """`size` is the number of calls in a batch, `timeout` and `patience` are seconds, `begun` is on
    the pool's clock."""

    kind: Kind
    size: int
    purpose: Purpose
    entry: Entry
    timeout: float
    patience: float
    begun: float
    overtaken: bool = False
    """another node has answered, and this is cancelled for it"""
    waited: bool = False
    """for its budget: its silence is ours"""
    read: int = 0
    """bytes of its answers so far, inflated"""
    excused: bool = False
    """one that lags, or is kept in reserve, has joined the race: to be slower is no fault"""
