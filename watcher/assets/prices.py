"""A chain's prices as of a block: its feeds first, then the HTTP source; pools for the long tail.

All is read as of the first block of an epoch of about a minute, so that the same block gets the
same prices whenever it is looked at, what happens within a block moves no price that it is told
with, and a minute costs one call. Curated tokens have their prices before anybody asks; what else
moves is priced only where it concerns somebody, and rides along with the feeds for a while then.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from data.model import PriceState
from watcher.assets.agreement import checked
from watcher.assets.depth import price_of
from watcher.evm.multicall import LATEST
from watcher.rpc.errors import RpcError

if TYPE_CHECKING:
    from datetime import datetime

    from data.model import BlockRef, Chain, Price
    from data.queries.tokens import TokenRow
    from watcher.assets.market import Depth, Market, Reading
    from watcher.assets.price_api import PriceApi, Quote

log = structlog.get_logger(__name__)

EPOCH_SECONDS = 60
ASK_AGAIN = 10.0
"""Seconds until feeds that no node could read are asked for again: some chains have two blocks a
second."""
FIRST_READ_WITHIN = 60.0
"""Seconds that blocks are held back, after a start, until anybody tells any price: without one no
alert is worth its dollars, and none would come later."""
EPOCHS_KEPT = 24
"""Two batches of blocks, of which one is looked ahead at, on a chain of five blocks a minute; and a
gap is filled beside the head."""
RIDES_FOR = 10
"""Epochs in which a token that was wanted is read together with the feeds."""
MOST_RIDING = 6
"""The latest wanted; so many fit into the feeds' call, which grows by some 17 kB for each."""
MOST_IN_AN_EPOCH = 160
"""Tokens that are looked for, eight in a call: who makes more of them within a minute wants us to
be busy."""


@dataclass(slots=True)
class _Epoch:
    """What is known as of an epoch's first block, which stood at ``time``."""

    block: str
    time: datetime
    curated: dict[bytes | None, Price]
    depths: dict[bytes, tuple[Depth, ...]] = field(default_factory=dict)
    told: dict[bytes, Price | None] = field(default_factory=dict)
    failed_at: float | None = None


class Prices:
    """Prices of one chain's tokens and of its native coin (the key None)."""

    def __init__(
        self,
        chain: Chain,
        market: Market,
        api: PriceApi,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chain = chain
        self._market = market
        self._api = api
        self._epoch_blocks = max(1, round(EPOCH_SECONDS / chain.block_time))
        self._clock = clock
        self._failed_at: float | None = None
        self._blind_since: float | None = None
        self._by_epoch: dict[int, _Epoch] = {}
        self._wanted_in: dict[bytes, int] = {}

    async def at(self, ref: BlockRef, moved: Collection[bytes]) -> Mapping[bytes | None, Price]:
        """Prices as of a block, of the native coin and of those moved tokens that are curated.

        Raises RpcError while, after a start, neither nodes nor the price source tell any."""
        epoch, unread = await self._epoch_of(ref)
        known = epoch.curated
        if unread is not None and not known and self._may_wait():
            self._failed_at = None
            raise unread
        wanted = {None, self._chain.wrapped_native, *moved}
        return {token: known[token] for token in wanted if token in known}

    def told(
        self, wanted: Mapping[BlockRef, Collection[bytes]]
    ) -> dict[BlockRef, dict[bytes, Price | None]]:
        """What is known without asking anybody, as of blocks: None for what has no price."""
        known: dict[BlockRef, dict[bytes, Price | None]] = {}
        for ref, tokens in wanted.items():
            epoch = self._by_epoch.get(self._first_of(ref))
            told = {} if epoch is None else epoch.told
            known[ref] = {token: told[token] for token in tokens if token in told}
        return known

    async def of(
        self, wanted: Mapping[BlockRef, Collection[bytes]], names: Mapping[bytes, TokenRow]
    ) -> dict[BlockRef, dict[bytes, Price]]:
        """Prices as of blocks of tokens that concern somebody there and have none yet; thin ones.

        It never raises: what cannot be read has no price, and is asked for again later."""
        decimals = {
            token: row.decimals
            for tokens in wanted.values()
            for token in tokens
            if (row := names.get(token)) is not None and row.decimals is not None
        }
        prices: dict[BlockRef, dict[bytes, Price]] = {}
        by_epoch: defaultdict[int, list[BlockRef]] = defaultdict(list)
        for ref in wanted:
            by_epoch[self._first_of(ref)].append(ref)
        for number, refs in sorted(by_epoch.items()):
            epoch, _ = await self._epoch_of(refs[0])
            tokens = {token for ref in refs for token in wanted[ref] if token in decimals}
            told = await self._long_tail(number, epoch, {one: decimals[one] for one in tokens})
            for ref in refs:
                prices[ref] = {token: told[token] for token in wanted[ref] if token in told}
        return prices

    async def _long_tail(
        self, number: int, epoch: _Epoch, decimals: Mapping[bytes, int]
    ) -> dict[bytes, Price]:
        """What tokens are worth in an epoch: by their pools, or by the price source's word."""
        await self._look_for(decimals, number, epoch)
        prices: dict[bytes, Price] = {}
        for token, places in decimals.items():
            depths = epoch.depths.get(token, ())
            price = price_of(depths, places, self._decimals, epoch.curated, epoch.time)
            if price is not None:
                prices[token] = price
        unpriced = sorted(decimals.keys() - prices.keys())[:MOST_IN_AN_EPOCH]
        others = await self._api.quotes(unpriced, epoch.time)
        for token, quote in others.items():
            told = _of_stranger(quote, decimals[token])
            if told is not None:
                prices[token] = told
        if self._chain.factories:
            # what could not be read is not known to have none
            decimals = {token: decimals[token] for token in decimals if token in epoch.depths}
        epoch.told |= {token: prices.get(token) for token in decimals}
        return prices

    def _decimals(self, token: bytes) -> int | None:
        row = self._chain.tokens.get(token)
        return None if row is None else row.decimals

    async def _look_for(self, tokens: Collection[bytes], number: int, epoch: _Epoch) -> None:
        """Read the pools of those tokens that nobody wanted yet in the epoch."""
        for token in sorted(tokens):
            self._wanted_in.pop(token, None)
            self._wanted_in[token] = number
        for token in list(self._wanted_in)[: max(0, len(self._wanted_in) - MOST_RIDING)]:
            del self._wanted_in[token]
        room = max(0, MOST_IN_AN_EPOCH - len(epoch.depths))
        unread = sorted(token for token in tokens if token not in epoch.depths)[:room]
        if not unread or not self._chain.factories:
            return
        failed_at = epoch.failed_at
        if failed_at is not None and self._clock() - failed_at < ASK_AGAIN:
            return
        try:
            epoch.depths |= await self._market.depths(epoch.block, unread)
        except RpcError as error:
            epoch.failed_at = self._clock()
            log.warning(
                "pools could not be read",
                chain=self._chain.name,
                block=epoch.block,
                error=str(error),
            )

    def _riding(self, number: int) -> list[bytes]:
        oldest = number - RIDES_FOR * self._epoch_blocks
        return [token for token, wanted in self._wanted_in.items() if wanted >= oldest]

    def _first_of(self, ref: BlockRef) -> int:
        return ref.number - ref.number % self._epoch_blocks

    def _may_wait(self) -> bool:
        if any(epoch.curated for epoch in self._by_epoch.values()):
            return False
        now = self._clock()
        if self._blind_since is None:
            self._blind_since = now
        return now - self._blind_since < FIRST_READ_WITHIN

    async def _epoch_of(self, ref: BlockRef) -> tuple[_Epoch, RpcError | None]:
        """A block's epoch; with why it could not be read, the nearest to it."""
        number = self._first_of(ref)
        known = self._by_epoch.pop(number, None)
        if known is not None:
            self._by_epoch[number] = known  # met last
            return known, None
        unread: RpcError | None = None
        failed_at = self._failed_at
        if failed_at is None or self._clock() - failed_at >= ASK_AGAIN:
            for block in (hex(number), LATEST):
                try:
                    reading = await self._market.read(block, ref.time, self._riding(number))
                except RpcError as error:
                    unread = error
                    log.warning(
                        "price feeds could not be read",
                        chain=self._chain.name,
                        block=block,
                        error=str(error),
                    )
                else:
                    return await self._begin(number, block, reading), None
            self._failed_at = self._clock()
        # its age is told with every price
        nearest = min(self._by_epoch, key=lambda other: abs(other - number), default=None)
        if nearest is not None:
            return self._by_epoch[nearest], unread
        # not asked for anew with every block
        minute = ref.time.replace(second=0, microsecond=0)
        return _Epoch(LATEST, minute, await self._curated({}, minute)), unread

    async def _begin(self, number: int, block: str, reading: Reading) -> _Epoch:
        curated = await self._curated(reading.feeds, reading.time)
        epoch = _Epoch(block, reading.time, curated, dict(reading.depths))
        self._failed_at = None
        self._by_epoch[number] = epoch
        if len(self._by_epoch) > EPOCHS_KEPT:
            del self._by_epoch[next(iter(self._by_epoch))]
        return epoch

    async def _curated(self, feeds: Mapping[str, Price], at: datetime) -> dict[bytes | None, Price]:
        """Every curated token by its feed, checked by the price source; by that one without."""
        chain = self._chain
        others = await self._api.quotes([chain.wrapped_native, *chain.tokens], at)
        prices: dict[bytes | None, Price] = {}
        for address, token in chain.tokens.items():
            price = _of(feeds.get(token.feed or ""), others.get(address), token.decimals)
            if price is not None:
                prices[address] = price
        native = _of(
            feeds.get(chain.native_feed), others.get(chain.wrapped_native), chain.native_decimals
        )
        if native is not None:
            prices[None] = prices[chain.wrapped_native] = native
        return prices


def _of(feed: Price | None, quote: Quote | None, decimals: int) -> Price | None:
    other = quote.price if quote is not None and quote.decimals in (None, decimals) else None
    return other if feed is None else checked(feed, other)


def _of_stranger(quote: Quote, decimals: int) -> Price | None:
    """A token that nobody curated and no pool of ours has: thin at best, and only where the source
    is sure of it and means the same token."""
    if quote.decimals != decimals or quote.price.state is not PriceState.PRICED:
        return None
    return replace(quote.price, state=PriceState.THIN)
