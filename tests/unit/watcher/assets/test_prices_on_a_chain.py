"""Prices as they are read on a simulated chain: what faults make of them, and what they cost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal

import aiohttp
import pytest

from data.chains import known_chains
from data.model import BlockRef, Chain, Price, PriceState
from data.queries.tokens import TokenRow
from sandbox.chain import ChainSandbox, chain_spec
from sandbox.chain.contracts.aggregator import FeedFault
from sandbox.chain.contracts.exchange import PoolFault
from watcher.assets.price_api import PriceApi
from watcher.assets.prices import Prices
from watcher.evm.market import EvmMarket
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool

FEED_FAULTS: list[FeedFault] = [
    "stale",
    "zero",
    "negative",
    "reverting",
    "incomplete",
    "minimum",
    "maximum",
]
UNISWAP_V2, UNISWAP_V3 = 0, 1


class Ground:
    """One simulated chain with what a watcher reads prices with; ``again`` is a second watcher."""

    def __init__(self, chain: Chain, sandbox: ChainSandbox, stack: AsyncExitStack) -> None:
        self.chain = chain
        self.sandbox = sandbox
        self._stack = stack
        self.quotes = {token.symbol: token.address for token in chain.tokens.values()}

    async def open(self, *, with_api: bool = True) -> None:
        self.nodes = await self._stack.enter_async_context(
            Pool(
                self.chain.name,
                self.chain.chain_id,
                self.sandbox.rpc_urls,
                PoolOptions(timeout=20, rounds=1),
            )
        )
        session = await self._stack.enter_async_context(aiohttp.ClientSession())
        url = self.sandbox.prices_url if with_api else ""
        api = PriceApi(url, self.chain, session, timeout=20)
        self.prices = Prices(self.chain, EvmMarket(self.nodes, self.chain, within=20), api)

    @property
    def head(self) -> BlockRef:
        block = self.sandbox.chain.head
        at = datetime.fromtimestamp(block.timestamp, UTC)
        return BlockRef(self.chain.name, block.number, block.hash, block.parent_hash, at)

    def next_epoch(self) -> BlockRef:
        """Mine until the first block of an epoch is the newest."""
        epoch = self.prices._epoch_blocks
        self.sandbox.chain.mine(epoch - self.head.number % epoch)
        return self.head

    async def native(self) -> Price | None:
        return (await self.prices.at(self.head, [])).get(None)

    async def of(self, token: str, decimals: int = 18, at: BlockRef | None = None) -> Price | None:
        place = bytes.fromhex(token[2:])
        names = {place: TokenRow(place, "X", "X", decimals)}
        ref = at or self.head
        return (await self.prices.of({ref: [place]}, names))[ref].get(place)


@asynccontextmanager
async def ground_on(name: str, *, with_api: bool = True) -> AsyncIterator[Ground]:
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(
            ChainSandbox(chain_spec(name), nodes=1, clock=None, history=20)
        )
        ground = Ground(known_chains()[name], sandbox, stack)
        await ground.open(with_api=with_api)
        ground.next_epoch()
        yield ground


@pytest.fixture
async def ground() -> AsyncIterator[Ground]:
    async with ground_on("ethereum") as opened:
        yield opened


@pytest.fixture
async def alone() -> AsyncIterator[Ground]:
    async with ground_on("ethereum", with_api=False) as opened:
        yield opened


async def test_a_feed_that_is_well_is_priced_as_of_its_round(ground: Ground) -> None:
    ground.sandbox.chain.set_price("ETH", "2500")
    price = await ground.native()
    assert price == Price(Decimal(2500), "chainlink", ground.head.time)


@pytest.mark.parametrize("fault", FEED_FAULTS)
async def test_a_feed_that_is_wrong_is_refused_for_the_next_source(
    ground: Ground, fault: FeedFault
) -> None:
    ground.sandbox.chain.set_price("ETH", "2500")
    ground.next_epoch()
    ground.sandbox.chain.set_feed_fault("ETH / USD", fault)
    price = await ground.native()
    assert price is not None
    assert (price.usd, price.source, price.state) == (2500, "price api", PriceState.PRICED)


@pytest.mark.parametrize("fault", FEED_FAULTS)
async def test_a_feed_that_is_wrong_leaves_no_price_where_there_is_no_other_source(
    alone: Ground, fault: FeedFault
) -> None:
    alone.sandbox.chain.set_feed_fault("ETH / USD", fault)
    usdc = alone.quotes["USDC"]
    prices = await alone.prices.at(alone.head, [usdc])
    assert set(prices) == {usdc}


async def test_a_feed_that_is_healed_is_believed_again(alone: Ground) -> None:
    alone.sandbox.chain.set_feed_fault("ETH / USD", "minimum")
    assert await alone.native() is None
    alone.sandbox.chain.set_feed_fault("ETH / USD", None)
    alone.next_epoch()
    assert await alone.native() is not None


@pytest.mark.parametrize("percent", [50, 150])
async def test_a_price_source_that_is_wrong_by_half_makes_the_feeds_thin(
    ground: Ground, percent: int
) -> None:
    await ground.sandbox.prices.break_with("wrong_prices", percent=percent)
    ground.sandbox.chain.set_price("ETH", "2500")
    price = await ground.native()
    assert price == Price(Decimal(2500), "chainlink", ground.head.time, PriceState.THIN)


async def test_a_price_source_that_is_away_changes_nothing(ground: Ground) -> None:
    await ground.sandbox.prices.break_with("status", code=503)
    price = await ground.native()
    assert price is not None
    assert (price.source, price.state) == ("chainlink", PriceState.PRICED)


async def test_no_feed_is_believed_while_a_sequencer_is_down_or_just_came_up() -> None:
    async with ground_on("base", with_api=False) as ground:
        chain = ground.sandbox.chain
        assert await ground.native() is not None

        chain.set_sequencer(up=False)
        ground.next_epoch()
        assert await ground.prices.at(ground.head, list(ground.chain.tokens)) == {}

        chain.set_sequencer(up=True)
        up_since = ground.head.time
        ground.next_epoch()
        assert await ground.native() is None

        while (ground.head.time - up_since).total_seconds() <= 3600:
            chain.mine(500)
        ground.next_epoch()
        chain.set_price("ETH", "2500")
        assert await ground.native() is not None


async def test_while_a_sequencer_is_down_the_price_source_tells() -> None:
    async with ground_on("base") as ground:
        ground.sandbox.chain.set_sequencer(up=False)
        price = await ground.native()
        assert price is not None
        assert price.source == "price api"


@pytest.mark.parametrize(("factory", "fee"), [(UNISWAP_V2, 0), (UNISWAP_V3, 3000)])
@pytest.mark.parametrize(("quote", "decimals"), [("WETH", 18), ("USDC", 6), ("WETH", 0)])
async def test_a_strangers_token_is_worth_what_its_pool_says_and_no_more_than_it_holds(
    alone: Ground, factory: int, fee: int, quote: str, decimals: int
) -> None:
    chain = alone.sandbox.chain
    token = chain.add_token("FIN", decimals=decimals, usd="0.25")
    assert await alone.of(token, decimals) is None
    alone.next_epoch()
    chain.add_pool(token, quote, "40000", factory=factory, fee=fee)
    price = await alone.of(token, decimals)
    assert price is not None
    assert price.state is PriceState.THIN
    assert price.source == f"Uniswap {'v3' if fee else 'v2'} pool"
    assert price.as_of == alone.head.time
    # the feed's last round is a little older than the market that the pool follows
    assert abs(price.usd / Decimal("0.25") - 1) < Decimal("0.01")
    assert price.at_most is not None
    assert abs(price.at_most / 40_000 - 1) < Decimal("0.01")


async def test_the_deepest_of_several_pools_counts(alone: Ground) -> None:
    chain = alone.sandbox.chain
    token = chain.add_token("FIN", usd="0.25")
    chain.add_pool(token, "WETH", "15000")
    chain.add_pool(token, "USDC", "90000", factory=UNISWAP_V3, fee=500)
    chain.add_pool(token, "USDT", "11000", factory=2)
    price = await alone.of(token)
    assert price is not None
    assert price.at_most is not None
    assert abs(price.at_most / 90_000 - 1) < Decimal("0.01")


async def test_a_shallow_pool_gives_no_price(alone: Ground) -> None:
    token = alone.sandbox.chain.add_token("FIN", usd="0.25")
    alone.sandbox.chain.add_pool(token, "WETH", "9000")
    assert await alone.of(token) is None


@pytest.mark.parametrize("factory", [UNISWAP_V2, UNISWAP_V3])
async def test_a_pool_that_lies_is_believed_no_further_than_what_it_holds(
    alone: Ground, factory: int
) -> None:
    chain = alone.sandbox.chain
    token = chain.add_token("FIN", usd="0.25")
    pool = chain.add_pool(token, "WETH", "40000", factory=factory, fee=3000)
    chain.set_pool_fault(pool, "lying")
    price = await alone.of(token)
    assert price is not None
    assert price.usd > 100
    assert price.at_most is not None
    assert price.at_most < 41_000


@pytest.mark.parametrize("fault", ["drained", "reverting"])
@pytest.mark.parametrize("factory", [UNISWAP_V2, UNISWAP_V3])
async def test_a_pool_that_is_empty_or_silent_gives_no_price(
    alone: Ground, fault: PoolFault, factory: int
) -> None:
    chain = alone.sandbox.chain
    token = chain.add_token("FIN", usd="0.25")
    chain.set_pool_fault(chain.add_pool(token, "WETH", "40000", factory=factory, fee=3000), fault)
    assert await alone.of(token) is None


async def test_the_same_block_gives_the_same_value_on_a_second_run(ground: Ground) -> None:
    chain = ground.sandbox.chain
    token = chain.add_token("FIN", usd="0.25")
    chain.add_pool(token, "WETH", "40000")
    chain.mine(2)
    curated = list(ground.chain.tokens)
    then = ground.head
    first = await ground.prices.at(then, curated), await ground.of(token, at=then)
    assert {price.source for price in first[0].values()} == {"chainlink", "price api"}

    # all is moved, within the same epoch and after it
    chain.add_pool(token, "USDC", "90000", factory=UNISWAP_V3, fee=500)
    for symbol, usd in (("ETH", "9000"), ("FIN", "7"), ("USDC", "0.4")):
        chain.set_price(symbol, usd)
    chain.mine(80)
    await ground.of(token)
    again = await ground.prices.at(then, curated), await ground.of(token, at=then)
    assert again == first

    # and by a watcher that sees another block of the epoch first
    await ground.open()
    chain.mine(10)
    await ground.of(token)
    later = BlockRef(then.chain, then.number + 1, then.hash, then.hash, ground.head.time)
    second = await ground.prices.at(later, curated), await ground.of(token, at=then)
    assert second == first


@pytest.mark.parametrize("name", ["ethereum", "base"])
async def test_an_hour_in_which_nothing_new_appears_costs_a_call_a_minute(name: str) -> None:
    async with ground_on(name) as ground:
        chain = ground.sandbox.chain
        token = chain.add_token("FIN", usd="0.25")
        chain.add_pool(token, "USDC", "40000", factory=UNISWAP_V3, fee=500)
        for _ in range(2):
            await ground.of(token)
            ground.next_epoch()
        before, asked, begun = ground.nodes.counts, ground.sandbox.prices.requests, ground.head.time
        while (ground.head.time - begun).total_seconds() < 3600:
            await ground.prices.at(ground.head, list(ground.chain.tokens))
            assert await ground.of(token) is not None
            chain.mine(max(1, round(12 / ground.chain.block_time)))
        assert ground.nodes.counts.assets - before.assets <= 60
        # all curated tokens of a chain fit into two requests
        assert ground.sandbox.prices.requests - asked <= 2 * 60
