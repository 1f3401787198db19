"""What calls are made for, and how many were: data, heads, tags, checks, assets and
pursuits apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watcher.rpc.wire import Call

_TAGS = ("safe", "finalized")


class Purpose(StrEnum):
    """Why a node is asked."""

    DATA = "data"
    """blocks, receipts, logs"""
    HEAD = "head"
    """which block is the newest, and whether there is one more already: a block that was asked for
    by its number and is not there yet"""
    TAG = "tag"
    """which block is safe, which final"""
    CHECK = "check"
    """whether a node says what another said, which chain it serves, what it can do"""
    ASSETS = "assets"
    """prices from feeds, and what tokens call themselves"""
    PURSUIT = "pursuit"
    """what became of transactions that chats asked for"""


@dataclass(frozen=True, slots=True)
class CallCounts:
    """JSON-RPC calls that were sent, by purpose: a batch of ten is ten."""

    data: int = 0
    head: int = 0
    tag: int = 0
    check: int = 0
    assets: int = 0
    pursuit: int = 0

    def __add__(self, other: CallCounts) -> CallCounts:
        return CallCounts(
            self.data + other.data,
            self.head + other.head,
            self.tag + other.tag,
            self.check + other.check,
            self.assets + other.assets,
            self.pursuit + other.pursuit,
        )

    def plus(self, purpose: Purpose, calls: int) -> CallCounts:
        """With so many more of a purpose."""
        return CallCounts(
            self.data + calls * (purpose is Purpose.DATA),
            self.head + calls * (purpose is Purpose.HEAD),
            self.tag + calls * (purpose is Purpose.TAG),
            self.check + calls * (purpose is Purpose.CHECK),
            self.assets + calls * (purpose is Purpose.ASSETS),
            self.pursuit + calls * (purpose is Purpose.PURSUIT),
        )


def purpose_of(call: Call, said: Purpose) -> Purpose:
    """The caller's word, but for data calls that by themselves show what they are for."""
    if said is not Purpose.DATA:
        return said
    if call.method == "eth_blockNumber":
        return Purpose.HEAD
    if call.params and call.params[0] in _TAGS:
        return Purpose.TAG
    return said
