"""Faults of a WebSocket: they change or swallow what is announced on it.

socket_refused           no connection is upgraded: 404
socket_deaf              it connects, and answers nothing
socket_silent            it subscribes, and announces nothing
socket_closes(after=0)   instead of an announcement, after so many, the connection ends
socket_garbage(text=…)   instead of each announcement comes this
socket_backwards(blocks=3)   every second announcement is of an older block
socket_ahead(blocks=1000)    each announcement claims a height so far beyond its block's
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from sandbox.chain.fault import Fault
from sandbox.chain.hexes import quantity
from sandbox.chain.ledger import AnyBlock
from sandbox.chain.view import View

REFUSED = "socket_refused"
DEAF = "socket_deaf"
NOTHING, THE_END = None, b""
"""What stands for an announcement that is not made, and for the end of the connection."""


@dataclass(frozen=True, slots=True)
class News:
    """A new block that a connection is to be told of; `turn` counts its announcements from 0."""

    view: View
    block: AnyBlock
    subscription: str
    turn: int

    def text(self, **changes: Any) -> bytes:
        """The announcement, of geth's form."""
        header = msgspec.json.decode(self.view.rendering(self.block).header)
        told = {"subscription": self.subscription, "result": {**header, **changes}}
        return msgspec.json.encode({"jsonrpc": "2.0", "method": "eth_subscription", "params": told})


SocketFault: TypeAlias = Callable[[News, Fault], bytes | None]


def _closes(news: News, fault: Fault) -> bytes | None:
    return THE_END if news.turn >= fault.number("after", 0) else news.text()


def _backwards(news: News, fault: Fault) -> bytes | None:
    older = news.view.ledger.at(news.block.number - int(fault.number("blocks", 3)))
    if news.turn % 2 == 0 or older is None:
        return news.text()
    return News(news.view, older, news.subscription, news.turn).text()


def _ahead(news: News, fault: Fault) -> bytes | None:
    return news.text(number=quantity(news.block.number + int(fault.number("blocks", 1000))))


SOCKET: Mapping[str, SocketFault] = {
    "socket_silent": lambda _news, _fault: NOTHING,
    "socket_closes": _closes,
    "socket_garbage": lambda _, fault: str(fault.params.get("text", "\x00 no JSON {")).encode(),
    "socket_backwards": _backwards,
    "socket_ahead": _ahead,
}

NAMES = frozenset({REFUSED, DEAF, *SOCKET})


def announcement(news: News, faults: tuple[Fault, ...]) -> bytes | None:
    """What is sent: the truth, or what the first fault makes of it."""
    for fault in faults:
        if fault.name in SOCKET:
            return SOCKET[fault.name](news, fault)
    return news.text()
