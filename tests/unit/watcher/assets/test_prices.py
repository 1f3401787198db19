"""Which price a block gets, and how often a node is asked for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from data.model import BlockRef, Price, PriceState
from tests.unit.watcher.examples import CHAIN, ETH_PRICE, REF, SPAM, USDC, USDC_PRICE, WRAPPED
from watcher.assets.prices import ASK_AGAIN, FIRST_READ_WITHIN, Prices
from watcher.rpc.errors import AllNodesFailed

THIN = Price(Decimal(2900), "price api", REF.time, PriceState.THIN)


class Feeds:
    """Feeds that answer as they are told, and remember what they were asked."""

    def __init__(self) -> None:
        self.prices = {"ETH / USD": ETH_PRICE, "USDC / USD": USDC_PRICE}
        self.silent_at: set[str] = set()
        self.asked: list[str] = []

    async def __call__(self, block: str, asked_at: datetime) -> dict[str, Price]:
        self.asked.append(block)
        if block in self.silent_at:
            raise AllNodesFailed("ethereum", "eth_call", {})
        return dict(self.prices)


class Api:
    def __init__(self) -> None:
        self.known: dict[bytes, Price] = {}
        self.asked: list[set[bytes]] = []

    async def prices(self, wanted: Collection[bytes]) -> dict[bytes, Price]:
        self.asked.append(set(wanted))
        return {token: self.known[token] for token in wanted if token in self.known}


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
    return Prices(CHAIN, feeds, api, clock=clock)  # type: ignore[arg-type] # a source that is not HTTP


def at(number: int) -> BlockRef:
    return replace(REF, number=number)


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
    assert api.asked == [{WRAPPED, USDC}]


async def test_the_price_source_is_not_asked_for_what_feeds_know(prices: Prices, api: Api) -> None:
    await prices.at(at(100), [USDC, WRAPPED, SPAM])
    assert api.asked == []
