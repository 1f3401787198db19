"""Everything that prices need of an EVM chain, in one call through Multicall3 as a rule.

The block's time, the sequencer's state, all feeds, and the pools of the tokens that were wanted
lately are read together. A further call is made for what is new: a feed with another aggregator, a
pool that was not known. A token that has no pool now had none before: nobody unmakes one.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from watcher.assets.market import Depths, Reading
from watcher.evm.bounds import UNKNOWN, KnownBounds
from watcher.evm.chainlink import LATEST_ROUND_DATA, phase_in, price_in
from watcher.evm.metadata import DECIMALS, decimals_in
from watcher.evm.multicall import LATEST, read_all
from watcher.evm.pools import Pool, depth_in, found, places, search, state_reads
from watcher.evm.sequencer import is_up
from watcher.rpc.errors import LegitimateAnswer, RpcError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from data.model import Chain, Price
    from watcher.assets.market import Depth
    from watcher.evm.bounds import Bounds, Phase
    from watcher.evm.multicall import Read
    from watcher.evm.pools import Place
    from watcher.rpc.pool import Pool as NodePool

log = structlog.get_logger(__name__)

BLOCK_NUMBER = bytes.fromhex("42cbb15c")  # getBlockNumber() of Multicall3 itself
BLOCK_TIMESTAMP = bytes.fromhex("0f28c97d")  # getCurrentBlockTimestamp() of Multicall3 itself
TOKENS_AT_ONCE = 8
"""Whose pools are looked for in one call: some 300 reads, 2 million gas, where nodes allow 50."""
LONG_TAIL_WITHIN = 4.0
"""Seconds for one call about pools alone: an alert without a price is better than a late one."""
_MOST_KNOWN = 500
_MOST_BARE = 20_000

_Search = tuple[bytes, "Place"]


class EvmMarket:
    """One chain's feeds and pools, read through its nodes. Each call ends ``within`` seconds."""

    def __init__(self, nodes: NodePool, chain: Chain, *, within: float) -> None:
        self._nodes = nodes
        self._chain = chain
        self._within = within
        self._bounds = KnownBounds(nodes, chain.multicall3, within=within)
        self._pools: OrderedDict[bytes, dict[Place, Pool]] = OrderedDict()
        self._bare_up_to: OrderedDict[bytes, int] = OrderedDict()
        # not on Arbitrum, where contracts see the numbers of Ethereum's blocks
        self._tells_heights = True
        self._sequencer_was_up = True

    async def read(self, block: str, asked_at: datetime, tokens: Collection[bytes]) -> Reading:
        """Feeds, and the pools of at most ``TOKENS_AT_ONCE`` tokens. Raises RpcError."""
        chain, feeds = self._chain, tuple(self._chain.feeds.values())
        head: list[Read] = [(chain.multicall3, BLOCK_TIMESTAMP)]
        if chain.sequencer_feed is not None:
            head.append((chain.sequencer_feed, LATEST_ROUND_DATA))
        head += [(feed.proxy, what) for feed in feeds for what in (LATEST_ROUND_DATA, DECIMALS)]
        bare = self._bare(block, tokens)
        riding = [token for token in sorted(tokens) if token not in bare][:TOKENS_AT_ONCE]
        questions = _Questions(chain, riding, self._pools)
        try:
            answers = await self._ask([*head, *questions.reads], block, self._within)
        except LegitimateAnswer:
            if not riding:
                raise
            # a node that allows less gas: the feeds shall not suffer for the long tail
            riding, questions = [], _Questions(chain, [], self._pools)
            answers = await self._ask(head, block, self._within)
        time = _time_in(answers[0]) or asked_at
        rounds = answers[len(head) - 2 * len(feeds) : len(head)]
        trusted = chain.sequencer_feed is None or self._sequencer_up(answers[1], time)
        prices = await self._prices(rounds, block, time) if trusted else {}
        try:
            depths = await self._depths(questions, answers[len(head) :], block)
        except RpcError as error:
            # those that are wanted after all are asked for again
            log.warning("new pools could not be read", chain=chain.name, error=str(error))
            depths = {}
        return Reading(time, prices, dict.fromkeys(bare, ()) | depths)

    async def depths(self, block: str, tokens: Collection[bytes]) -> Depths:
        """The pools of any number of tokens. Raises RpcError when nobody answers."""
        wanted, told = sorted(tokens), Depths()
        for start in range(0, len(wanted), TOKENS_AT_ONCE):
            told |= await self._some_depths(block, wanted[start : start + TOKENS_AT_ONCE])
        return told

    async def _some_depths(self, block: str, tokens: Sequence[bytes]) -> Depths:
        try:
            bare = await self._without_pools(block, tokens)
            questions = _Questions(self._chain, [t for t in tokens if t not in bare], self._pools)
            answers = await self._ask(questions.reads, block, LONG_TAIL_WITHIN)
        except LegitimateAnswer:
            if len(tokens) == 1:
                raise
            half = len(tokens) // 2
            first = await self._some_depths(block, tokens[:half])
            return first | await self._some_depths(block, tokens[half:])
        return dict.fromkeys(bare, ()) | await self._depths(questions, answers, block)

    async def _without_pools(self, block: str, tokens: Sequence[bytes]) -> set[bytes]:
        """Those of the tokens that nobody has made a pool up to now, and so not up to the block.

        Whoever catches up meets the same strangers in every minute, and most of them have none."""
        if block == LATEST or not self._tells_heights:
            return set()
        height = int(block, 16)
        new = [
            token
            for token in tokens
            if token not in self._pools and self._bare_up_to.get(token, -1) < height
        ]
        if new:
            chain = self._chain
            searches = [(one, search(one, place)) for one in new for place in places(chain, one)]
            reads = [(chain.multicall3, BLOCK_NUMBER), *(read for _, read in searches)]
            told, *answers = await self._ask(reads, LATEST, LONG_TAIL_WITHIN)
            up_to = -1 if told is None or len(told) != 32 else int.from_bytes(told)
            self._tells_heights = up_to >= height
            has = {token for (token, _), one in zip(searches, answers, strict=True) if found(one)}
            for token in new:
                self._bare_up_to.pop(token, None)
                if token not in has:
                    self._bare_up_to[token] = up_to
            while len(self._bare_up_to) > _MOST_BARE:
                self._bare_up_to.popitem(last=False)
        return self._bare(block, tokens)

    def _bare(self, block: str, tokens: Collection[bytes]) -> set[bytes]:
        """Those of which is known that they have no pool up to the block."""
        if block == LATEST:
            return set()
        height = int(block, 16)
        return {token for token in tokens if self._bare_up_to.get(token, -1) >= height}

    async def _ask(self, reads: Sequence[Read], block: str, within: float) -> list[bytes | None]:
        within = min(within, self._within)
        return await read_all(self._nodes, self._chain.multicall3, reads, block, within=within)

    def _sequencer_up(self, data: bytes | None, time: datetime) -> bool:
        up = is_up(data, time)
        if up is not self._sequencer_was_up:
            self._sequencer_was_up = up
            log.warning(
                "the sequencer is up, feeds are believed again"
                if up
                else "the sequencer is down or just came up, no feed is believed",
                chain=self._chain.name,
            )
        return up

    async def _prices(
        self, rounds: Sequence[bytes | None], block: str, time: datetime
    ) -> dict[str, Price]:
        """The price of each pair whose feed has a believable round; a feed whose decimals are not
        the table's is left out."""
        feeds = list(self._chain.feeds.values())
        phases = {
            feed.pair: (feed.proxy, phase)
            for feed, data in zip(feeds, rounds[::2], strict=True)
            if (phase := phase_in(data)) is not None
        }
        bounds = await self._bounds_of(set(phases.values()), block, time)
        prices: dict[str, Price] = {}
        for feed, data, decimals in zip(feeds, rounds[::2], rounds[1::2], strict=True):
            if decimals_in(decimals) != feed.decimals or feed.pair not in phases:
                continue
            price = price_in(data, feed, time, bounds.get(phases[feed.pair], UNKNOWN))
            if price is not None:
                prices[feed.pair] = price
        return prices

    async def _bounds_of(
        self, phases: Collection[Phase], block: str, time: datetime
    ) -> dict[Phase, Bounds]:
        try:
            return await self._bounds.of(phases, block, time)
        except RpcError as error:
            # they are asked for again with the next reading
            log.warning(
                "bounds of feeds could not be read", chain=self._chain.name, error=str(error)
            )
            return {}

    async def _depths(
        self, questions: _Questions, answers: Sequence[bytes | None], block: str
    ) -> Depths:
        known = questions.known_pools
        there = {pool.address for pool in questions.pools_in(answers)}
        offers = questions.states_in(answers)
        new = [pool for pool in questions.pools_in(answers) if pool not in known]
        if new:
            reads = [read for pool in new for read in state_reads(pool)]
            offers |= _states_in(new, await self._ask(reads, block, LONG_TAIL_WITHIN))
        for pool in new:
            self._pools.setdefault(pool.token, {})[pool.place] = pool
        while len(self._pools) > _MOST_KNOWN:
            self._pools.popitem(last=False)
        # a pool that is only known from a later block is not there yet
        return {
            token: tuple(
                depth
                for pool, depth in offers.items()
                if pool.token == token and pool.address in there and depth is not None
            )
            for token in questions.tokens
        }


class _Questions:
    """What is asked about the pools of some tokens, and how the answers are told apart."""

    def __init__(
        self, chain: Chain, tokens: Sequence[bytes], known: OrderedDict[bytes, dict[Place, Pool]]
    ) -> None:
        self.tokens = tokens
        self._searches: list[_Search] = [
            (token, place) for token in tokens for place in places(chain, token)
        ]
        self.known_pools = [pool for token in tokens for pool in known.get(token, {}).values()]
        self.reads: list[Read] = [search(token, place) for token, place in self._searches]
        self.reads += [read for pool in self.known_pools for read in state_reads(pool)]

    def pools_in(self, answers: Sequence[bytes | None]) -> list[Pool]:
        """All pools that the factories name."""
        return [
            Pool(address, token, place)
            for (token, place), answer in zip(self._searches, answers, strict=False)
            if (address := found(answer)) is not None
        ]

    def states_in(self, answers: Sequence[bytes | None]) -> dict[Pool, Depth | None]:
        """What the pools that were known before offer."""
        return _states_in(self.known_pools, answers[len(self._searches) :])


def _states_in(pools: Sequence[Pool], answers: Sequence[bytes | None]) -> dict[Pool, Depth | None]:
    offers, at = {}, 0
    for pool in pools:
        end = at + len(state_reads(pool))
        offers[pool] = depth_in(pool, answers[at:end])
        at = end
    return offers


def _time_in(data: bytes | None) -> datetime | None:
    if data is None or len(data) != 32:
        return None
    seconds = int.from_bytes(data)
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 2**35 else None
