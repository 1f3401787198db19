"""What happened in a pool, as values. Logging and metrics subscribe; the pool knows neither.

Every text in here is fit to be shown: nodes go by their public names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from watcher.rpc.breaker import State


@dataclass(frozen=True, slots=True)
class RpcEvent:
    """Something happened at a node of a chain."""

    chain: str
    node: str


@dataclass(frozen=True, slots=True)
class NodeFaulted(RpcEvent):
    """A fault that the breaker counts; `kind` is the error's class."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class NodeLimited(RpcEvent):
    """The node is left alone for `seconds`."""

    seconds: float
    text: str


@dataclass(frozen=True, slots=True)
class NodeQuarantined(RpcEvent):
    """The node is set aside: somebody should look at the configuration."""

    reason: str


@dataclass(frozen=True, slots=True)
class NodeEjected(RpcEvent):
    """The node is not asked until a probe: it lies, lags or goes backwards."""

    reason: str


@dataclass(frozen=True, slots=True)
class NodeRecovered(RpcEvent):
    """A node that was set aside, by its breaker, in quarantine or ejected, is asked again."""


@dataclass(frozen=True, slots=True)
class BreakerMoved(RpcEvent):
    """The node's breaker changed its state."""

    before: State
    after: State
    cause: str


@dataclass(frozen=True, slots=True)
class CallFellBack(RpcEvent):
    """`node` answered a call that the nodes in `failed`, asked before it, did not."""

    method: str
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SocketOpened(RpcEvent):
    """The node announced its first head over the WebSocket that was opened to it."""


@dataclass(frozen=True, slots=True)
class SocketLost(RpcEvent):
    """The WebSocket failed, lied or fell silent; `kind` is the error's class."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class CallOvertaken(RpcEvent):
    """`node` answered a call sooner than the nodes in `slower`, which were asked before or after
    it and had not answered yet."""

    method: str
    slower: tuple[str, ...]


OnEvent: TypeAlias = Callable[[RpcEvent], None]
"""A subscriber. It is called in the middle of things, so it must neither raise nor take long."""
