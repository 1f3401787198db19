"""What is read on a chain to price its tokens, all of it as of one block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from fractions import Fraction

    from data.model import Price


@dataclass(frozen=True, slots=True)
class Depth:
    """What a pool offers for a token: ``price`` is what one base unit of it costs, in base units
    of ``quote``, and ``held`` how many of those the pool has behind that price."""

    pool: bytes
    venue: str
    quote: bytes
    price: Fraction
    held: int


Depths = dict[bytes, tuple[Depth, ...]]
"""By token, the pools that it has; none where nobody made it one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A chain at a block that stood at ``time``: the prices of the feeds that are to be believed,
    by pair, and the pools of the tokens that were asked for."""

    time: datetime
    feeds: Mapping[str, Price]
    depths: Depths


class Market(Protocol):
    """Reads one chain; raises RpcError when no node answers."""

    async def read(self, block: str, asked_at: datetime, tokens: Collection[bytes]) -> Reading:
        """Feeds and some tokens' pools at a block: a number in hex, or a tag. ``asked_at`` stands
        in for the block's time where the chain does not tell it."""
        ...

    async def depths(self, block: str, tokens: Collection[bytes]) -> Depths:
        """Some tokens' pools at a block."""
        ...
