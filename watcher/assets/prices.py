"""A chain's prices as of a block: Chainlink on the chain first, then the HTTP source.

Feeds are read at the first block of an epoch of about a minute, so that the same block gets
the same prices whenever it is looked at, and a minute costs one call.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from watcher.evm.multicall import LATEST
from watcher.rpc.errors import RpcError

if TYPE_CHECKING:
    from data.model import BlockRef, Chain, Price
    from watcher.assets.price_api import PriceApi

ReadFeeds = Callable[[str, datetime], Awaitable[dict[str, "Price"]]]
"""Reads the chain's feeds at a block (number in hex, or a tag), believable at a time."""

log = structlog.get_logger(__name__)

EPOCH_SECONDS = 60
ASK_AGAIN = 10.0
"""Seconds until feeds that no node could read are asked for again: some chains have two blocks a
second."""
FIRST_READ_WITHIN = 60.0
"""Seconds that blocks are held back, after a start, until anybody tells any price: without one no
alert is worth its dollars, and none would come later."""
EPOCHS_KEPT = 4
"""A gap is filled beside the head, and a batch may begin in one epoch and end in the next."""
LONGEST_EPOCH = 100
"""In blocks: many nodes know the state of the last 128 blocks only."""


class Prices:
    """Prices of one chain's curated tokens and of its native coin (the key None)."""

    def __init__(
        self,
        chain: Chain,
        read_feeds: ReadFeeds,
        api: PriceApi,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chain = chain
        self._read_feeds = read_feeds
        self._api = api
        self._epoch_blocks = max(1, min(LONGEST_EPOCH, round(EPOCH_SECONDS / chain.block_time)))
        self._clock = clock
        self._failed_at: float | None = None
        self._blind_since: float | None = None
        self._by_epoch: dict[int, dict[str, Price]] = {}

    async def at(self, ref: BlockRef, moved: Collection[bytes]) -> Mapping[bytes | None, Price]:
        """Prices as of a block, of the native coin and of those moved tokens that are curated.

        Raises RpcError while, after a start, neither nodes nor the price source tell any."""
        chain = self._chain
        of_feeds, unread = await self._feeds_at(ref)
        curated = [token for token in moved if token in chain.tokens]
        prices: dict[bytes | None, Price] = {}
        unfed: list[bytes] = []
        for address in curated:
            pair = chain.tokens[address].feed
            if pair is not None and pair in of_feeds:
                prices[address] = of_feeds[pair]
            else:
                unfed.append(address)
        native = of_feeds.get(chain.native_feed)
        if native is None:
            unfed.append(chain.wrapped_native)
        else:
            prices[None] = prices[chain.wrapped_native] = native
        fallback = await self._api.prices(set(unfed)) if unfed else {}
        prices.update(fallback.items())
        if native is None and chain.wrapped_native in fallback:
            prices[None] = fallback[chain.wrapped_native]
        if unread is not None and not prices and self._may_wait():
            self._failed_at = None
            raise unread
        return prices

    def _may_wait(self) -> bool:
        if any(self._by_epoch.values()):
            return False
        now = self._clock()
        if self._blind_since is None:
            self._blind_since = now
        return now - self._blind_since < FIRST_READ_WITHIN

    async def _feeds_at(self, ref: BlockRef) -> tuple[Mapping[str, Price], RpcError | None]:
        """The feeds in a block's epoch; with why they could not be read, those nearest to it."""
        epoch = ref.number - ref.number % self._epoch_blocks
        known = self._by_epoch.pop(epoch, None)
        if known is not None:
            self._by_epoch[epoch] = known  # met last
            return known, None
        unread: RpcError | None = None
        failed_at = self._failed_at
        if failed_at is None or self._clock() - failed_at >= ASK_AGAIN:
            for block in (hex(epoch), LATEST):
                try:
                    found = await self._read_feeds(block, ref.time)
                except RpcError as error:
                    unread = error
                    log.warning(
                        "price feeds could not be read",
                        chain=self._chain.name,
                        block=block,
                        error=str(error),
                    )
                else:
                    self._keep(epoch, found)
                    return found, None
            self._failed_at = self._clock()
        # their age is told with them
        nearest = min(self._by_epoch, key=lambda other: abs(other - epoch), default=None)
        return {} if nearest is None else self._by_epoch[nearest], unread

    def _keep(self, epoch: int, found: dict[str, Price]) -> None:
        self._failed_at = None
        self._by_epoch[epoch] = found
        if len(self._by_epoch) > EPOCHS_KEPT:
            del self._by_epoch[next(iter(self._by_epoch))]
