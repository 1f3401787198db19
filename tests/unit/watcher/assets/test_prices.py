"""Which price a block gets, and how often a node is asked for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from data.model import BlockRef, Price, PriceState
from data.queries.tokens import TokenRow
from tests.unit.watcher.examples import CHAIN, ETH_PRICE, REF, SPAM, USDC, USDC_PRICE, WRAPPED
from watcher.assets.market import Depth, Reading
from watcher.assets.price_api import Quote
from watcher.assets.prices import (
    ASK_AGAIN,
    FIRST_READ_WITHIN,
    MOST_IN_AN_EPOCH,
    MOST_RIDING,
    RIDES_FOR,
    Prices,
)
from watcher.rpc.errors import AllNodesFailed

THIN = Price(Decimal(2900), "price api", REF.time, PriceState.THIN)
POOL = Depth(b"\x70" * 20, "Uniswap v3", WRAPPED, Fraction(1, 1000), 30 * 10**18)
NAMED = {SPAM: TokenRow(SPAM, "SPAM", "Spam", 18)}


def priced(usd: str) -> Price:
    return Price(Decimal(usd), "price api", REF.time)


class Feeds:
    """A market that answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.prices = {"ETH / USD": ETH_PRICE, "USDC / USD": USDC_PRICE}
        self.pools: dict[bytes, tuple[Depth, ...]] = {}
        self.silent_at: set[str] = set()
        self.asked: list[str] = []
        self.riding: list[list[bytes]] = []
        self.looked_for: list[tuple[str, list[bytes]]] = []

    async def read(self, block: str, asked_at: datetime, tokens: Collection[bytes]) -> Reading:
        self.asked.append(block)
        self.riding.append(sorted(tokens))
        if block in self.silent_at:
            raise AllNodesFailed("ethereum", "eth_call", {})
        depths = {token: self.pools.get(token, ()) for token in tokens}
        return Reading(REF.time, dict(self.prices), depths)

    async def depths(self, block: str, tokens: Collection[bytes]) -> dict[bytes, tuple[Depth, ...]]:
        self.looked_for.append((block, sorted(tokens)))
        if block in self.silent_at:
            raise AllNodesFailed("ethereum", "eth_call", {})
        return {token: self.pools.get(token, ()) for token in tokens}


class Api:
    def __init__(self) -> None:
        self.known: dict[bytes, Price] = {}
        self.decimals: dict[bytes, int] = {}
        self.asked: list[set[bytes]] = []

    async def quotes(self, wanted: Collection[bytes], at: datetime) -> dict[bytes, Quote]:
        if wanted:
            self.asked.append(set(wanted))
        return {
            token: Quote(self.known[token], self.decimals.get(token))
            for token in wanted
            if token in self.known
        }


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def feeds() -> Feeds:
    return Feeds()


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def prices(feeds: Feeds, api: Api, clock: Clock) -> Prices:
    return Prices(CHAIN, feeds, api, clock=clock)  # type: ignore[arg-type] # no HTTP


def at(number: int) -> BlockRef:
    return replace(REF, number=number)


async def of(
    prices: Prices, number: int, tokens: Collection[bytes], names: Mapping[bytes, TokenRow]
) -> dict[bytes, Price]:
    """What tokens are worth in one block."""
    return (await prices.of({at(number): tokens}, names))[at(number)]


async def test_feeds_are_read_once_an_epoch_at_its_first_block(
    prices: Prices, feeds: Feeds
) -> None:
    for number in (101, 102, 104, 105):
        await prices.at(at(number), [])
    assert feeds.asked == [hex(100), hex(105)]


async def test_a_gap_that_is_filled_beside_the_head_costs_neither_its_prices(
    prices: Prices, feeds: Feeds
) -> None:
    for gap, head in ((20, 100), (21, 101), (22, 102)):
        feeds.prices["ETH / USD"] = replace(ETH_PRICE, usd=Decimal(1000))
        assert (await prices.at(at(gap), []))[None].usd == 1000
        feeds.prices["ETH / USD"] = ETH_PRICE
        assert (await prices.at(at(head), []))[None] == ETH_PRICE
    assert feeds.asked == [hex(20), hex(100)]


async def test_while_no_node_answers_the_head_does_not_get_the_prices_of_a_gap(
    prices: Prices, feeds: Feeds
) -> None:
    await prices.at(at(100), [])
    feeds.prices["ETH / USD"] = replace(ETH_PRICE, usd=Decimal(1000))
    await prices.at(at(20), [])
    feeds.silent_at = {hex(105), "latest"}
    assert (await prices.at(at(105), []))[None] == ETH_PRICE


async def test_native_and_wrapped_coin_have_the_same_price(prices: Prices) -> None:
    found = await prices.at(at(100), [USDC, SPAM])
    assert found[None] == found[WRAPPED] == ETH_PRICE
    assert found[USDC] == USDC_PRICE
    assert SPAM not in found


async def test_where_a_node_lacks_old_state_the_latest_is_read(
    prices: Prices, feeds: Feeds
) -> None:
    feeds.silent_at = {hex(100)}
    assert (await prices.at(at(101), []))[None] == ETH_PRICE
    await prices.at(at(102), [])
    assert feeds.asked == [hex(100), "latest"]


async def test_when_no_node_answers_the_last_prices_are_kept_and_asked_for_again(
    prices: Prices, feeds: Feeds, clock: Clock
) -> None:
    await prices.at(at(100), [])
    feeds.silent_at = {hex(105), "latest"}
    assert (await prices.at(at(105), []))[None] == ETH_PRICE
    feeds.silent_at = set()
    clock.seconds += ASK_AGAIN
    feeds.prices["ETH / USD"] = replace(ETH_PRICE, usd=Decimal(3100))
    assert (await prices.at(at(106), []))[None].usd == 3100


async def test_feeds_that_no_node_reads_are_asked_for_now_and_then_not_at_every_block(
    prices: Prices, feeds: Feeds, clock: Clock
) -> None:
    await prices.at(at(95), [])
    feeds.silent_at = {hex(100), hex(105), "latest"}
    for number in (100, 101, 102, 105):
        await prices.at(at(number), [])
        clock.seconds += ASK_AGAIN / 5
    assert feeds.asked[1:] == [hex(100), "latest"]
    clock.seconds += ASK_AGAIN
    await prices.at(at(106), [])
    assert feeds.asked[3:] == [hex(105), "latest"]


async def test_after_a_start_a_block_is_held_back_until_anybody_tells_a_price(
    prices: Prices, feeds: Feeds, clock: Clock
) -> None:
    feeds.silent_at = {hex(100), "latest"}
    for _ in range(2):
        with pytest.raises(AllNodesFailed):
            await prices.at(at(100), [])
        clock.seconds += 1
    feeds.silent_at = set()
    assert (await prices.at(at(100), []))[None] == ETH_PRICE


async def test_a_chain_without_any_price_is_followed_all_the_same_after_a_while(
    prices: Prices, feeds: Feeds, clock: Clock
) -> None:
    feeds.silent_at = {hex(100), "latest"}
    with pytest.raises(AllNodesFailed):
        await prices.at(at(100), [])
    clock.seconds += FIRST_READ_WITHIN
    assert await prices.at(at(100), []) == {}


async def test_no_block_is_held_back_where_the_price_source_knows(
    prices: Prices, feeds: Feeds, api: Api
) -> None:
    feeds.silent_at = {hex(100), "latest"}
    api.known = {WRAPPED: ETH_PRICE}
    assert (await prices.at(at(100), []))[None] == ETH_PRICE


async def test_without_a_feed_the_native_coin_is_priced_as_its_wrapped_form(
    prices: Prices, feeds: Feeds, api: Api
) -> None:
    feeds.prices = {}
    api.known = {WRAPPED: THIN}
    found = await prices.at(at(100), [USDC, SPAM])
    assert found == {None: THIN, WRAPPED: THIN}


async def test_the_price_source_is_asked_once_an_epoch_for_all_that_is_curated(
    prices: Prices, api: Api
) -> None:
    for number in (100, 101, 104):
        await prices.at(at(number), [USDC, SPAM])
    assert api.asked == [set(CHAIN.tokens)]


async def test_a_feed_that_the_price_source_contradicts_is_thin(
    prices: Prices, feeds: Feeds, api: Api
) -> None:
    api.known = {WRAPPED: priced("4500"), USDC: priced("1.0003")}
    found = await prices.at(at(100), [USDC])
    assert found[None] == found[WRAPPED] == replace(ETH_PRICE, state=PriceState.THIN)
    assert found[USDC] == USDC_PRICE


async def test_a_refused_feed_leaves_its_token_to_the_price_source(
    prices: Prices, feeds: Feeds, api: Api
) -> None:
    del feeds.prices["USDC / USD"]
    api.known = {USDC: priced("0.97")}
    assert (await prices.at(at(100), [USDC]))[USDC] == priced("0.97")


async def test_a_price_for_other_decimals_is_another_tokens(
    prices: Prices, feeds: Feeds, api: Api
) -> None:
    del feeds.prices["USDC / USD"]
    api.known, api.decimals = {USDC: priced("0.97")}, {USDC: 18}
    assert USDC not in await prices.at(at(100), [USDC])


async def test_a_token_of_the_long_tail_is_priced_by_its_pool_where_it_concerns_somebody(
    prices: Prices, feeds: Feeds
) -> None:
    feeds.pools[SPAM] = (POOL,)
    assert SPAM not in await prices.at(at(101), [SPAM])
    found = await of(prices, 101, [SPAM], NAMED)
    assert found == {
        SPAM: Price(Decimal(3), "Uniswap v3 pool", REF.time, PriceState.THIN, Decimal(90_000))
    }
    assert feeds.looked_for == [(hex(100), [SPAM])]


async def test_a_token_that_was_wanted_rides_along_with_the_feeds_for_a_while(
    prices: Prices, feeds: Feeds
) -> None:
    feeds.pools[SPAM] = (POOL,)
    for number in range(100, 111):
        await of(prices, number, [SPAM], NAMED)
    assert feeds.looked_for == [(hex(100), [SPAM])]
    assert feeds.riding == [[], [SPAM], [SPAM]]
    await prices.at(at(110 + 5 * (RIDES_FOR + 1)), [])
    assert feeds.riding[-1] == []


async def test_only_the_latest_few_tokens_ride(prices: Prices, feeds: Feeds) -> None:
    tokens = [number.to_bytes(20) for number in range(1, 40)]
    for token in tokens:
        await of(prices, 100, [token], {token: TokenRow(token, "X", None, 18)})
    await prices.at(at(105), [])
    assert feeds.riding[-1] == sorted(tokens[-MOST_RIDING:])


async def test_so_many_tokens_of_an_epoch_are_looked_for(prices: Prices, feeds: Feeds) -> None:
    tokens = [number.to_bytes(20) for number in range(1, MOST_IN_AN_EPOCH + 40)]
    names = {token: TokenRow(token, "X", None, 18) for token in tokens}
    for start in range(0, len(tokens), 50):
        await of(prices, 100, tokens[start : start + 50], names)
    looked_for = [token for _, some in feeds.looked_for for token in some]
    assert looked_for == tokens[:MOST_IN_AN_EPOCH]


async def test_blocks_of_an_epoch_share_a_call(prices: Prices, feeds: Feeds) -> None:
    tokens = [number.to_bytes(20) for number in range(1, 8)]
    feeds.pools = dict.fromkeys(tokens, (POOL,))
    names = {token: TokenRow(token, "X", None, 18) for token in tokens}
    wanted = {at(100 + place): tokens[place : place + 2] for place in range(6)}
    found = await prices.of(wanted, names)
    assert {ref: sorted(told) for ref, told in found.items()} == wanted
    # the sixth, which was wanted before, rode with the feeds
    assert feeds.looked_for == [(hex(100), tokens[:6]), (hex(105), tokens[6:7])]


async def test_a_token_that_tells_no_decimals_is_not_looked_for(
    prices: Prices, feeds: Feeds
) -> None:
    feeds.pools[SPAM] = (POOL,)
    silent = {SPAM: TokenRow(SPAM, "SPAM", None, None)}
    assert await of(prices, 100, [SPAM, USDC], silent) == {}
    assert feeds.looked_for == []


async def test_pools_that_cannot_be_read_cost_no_alert_and_are_asked_for_again_later(
    prices: Prices, feeds: Feeds, clock: Clock
) -> None:
    feeds.pools[SPAM] = (POOL,)
    await prices.at(at(100), [])
    feeds.silent_at = {hex(100)}
    for _ in range(3):
        assert await of(prices, 100, [SPAM], NAMED) == {}
    feeds.silent_at = set()
    clock.seconds += ASK_AGAIN
    assert set(await of(prices, 100, [SPAM], NAMED)) == {SPAM}
    assert len(feeds.looked_for) == 2


async def test_without_a_pool_the_price_source_tells_thin_where_it_means_the_same_token(
    prices: Prices, api: Api
) -> None:
    api.known = {SPAM: priced("2")}
    assert await of(prices, 100, [SPAM], NAMED) == {}
    api.decimals = {SPAM: 18}
    found = await of(prices, 105, [SPAM], NAMED)
    assert found == {SPAM: replace(priced("2"), state=PriceState.THIN)}
    api.known = {SPAM: THIN}
    assert await of(prices, 110, [SPAM], NAMED) == {}


async def test_what_was_found_out_is_told_again_without_asking_for_the_blocks_of_its_epoch(
    prices: Prices, feeds: Feeds
) -> None:
    other = b"\x0f" * 20
    feeds.pools[SPAM] = (POOL,)
    both = {at(101): {SPAM, other}, at(105): {SPAM}}
    assert prices.told(both) == {at(101): {}, at(105): {}}
    found = await of(prices, 100, [SPAM], NAMED)
    assert prices.told(both) == {at(101): found, at(105): {}}
    await of(prices, 100, [other], {other: TokenRow(other, "X", None, 18)})
    assert prices.told(both) == {at(101): {**found, other: None}, at(105): {}}
    assert len(feeds.looked_for) == 2


async def test_what_could_not_be_read_is_not_told_to_have_no_price(
    prices: Prices, feeds: Feeds
) -> None:
    await prices.at(at(100), [])
    feeds.silent_at = {hex(100)}
    await of(prices, 100, [SPAM], NAMED)
    assert prices.told({at(100): {SPAM}}) == {at(100): {}}
