"""What of everything that happens a watch is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

Asset = tuple[str, bytes | None]
"""A token by its chain and address; None for the chain's own coin."""


class Interest(IntFlag):
    """What a movement is, for whoever wants to hear of some and not of others. It is one of these,
    and two only where one exchange pays another. The numbers are the database's."""

    TRANSFER = 1
    EXCHANGE_IN = 2
    """towards an exchange that a label knows"""
    EXCHANGE_OUT = 4
    SWAP = 8
    MINT = 16
    BURN = 32
    WRAP = 64
    NFT = 128
    """of assets that have a number, whatever was done with them"""
    PROTOCOL = 256
    """into and out of bridges, lending markets, staking"""


@dataclass(frozen=True, slots=True)
class Scope:
    """``interests`` None means all of them. ``only`` are the assets that count, all where it is
    empty; ``without`` those that never do. ``not_on`` are chains of a watch on every chain on which
    it rests."""

    interests: Interest | None = None
    only: frozenset[Asset] = frozenset()
    without: frozenset[Asset] = frozenset()
    not_on: frozenset[str] = frozenset()

    def counts(self, chain: str, token: bytes | None) -> bool:
        """Whether an asset is looked at."""
        asset = (chain, token)
        return (not self.only or asset in self.only) and asset not in self.without

    @property
    def picks_assets(self) -> bool:
        """Whether some assets count and others do not."""
        return bool(self.only or self.without)


EVERYTHING = Scope()
