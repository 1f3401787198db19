"""The HTTP price source, over a real server that answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

import aiohttp
import pytest
from aiohttp import web

from data.addresses import checksummed
from data.model import PriceState
from tests.unit.watcher.examples import CHAIN, SPAM, USDC, WRAPPED
from watcher.assets.price_api import LONGEST_REST, MOST_AT_ONCE, OLDEST, PriceApi

STAMP = 1_790_000_000
AT = datetime.fromtimestamp(STAMP + 30, UTC)


def name(token: bytes) -> str:
    return f"ethereum:{checksummed(token)}"


def coin(price: Any, confidence: Any = 0.99, timestamp: Any = STAMP) -> dict[str, Any]:
    return {"price": price, "timestamp": timestamp, "confidence": confidence, "symbol": "X"}


class Source:
    def __init__(self) -> None:
        self.body: bytes = b""
        self.status = 200
        self.hangs = False
        self.asked: list[list[str]] = []
        self.times: list[int] = []
        self.url = ""
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0.1)

    def says(self, coins: dict[str, Any]) -> None:
        self.body = json.dumps({"coins": coins}).encode()

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        stamp, names = request.path.removeprefix("/prices/historical/").split("/")
        self.times.append(int(stamp))
        self.asked.append(names.split(","))
        if self.hangs:
            await asyncio.Event().wait()
        response = web.StreamResponse(status=self.status)
        await response.prepare(request)
        third = len(self.body) // 3
        for part in (self.body[:third], self.body[third:]):
            await response.write(part)
            await asyncio.sleep(0.01)  # so that the answer comes in more than one piece
        return response


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    async with Source() as started:
        yield started


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(source: Source, clock: Clock) -> AsyncIterator[PriceApi]:
    async with aiohttp.ClientSession() as session:
        yield PriceApi(source.url, CHAIN, session, timeout=10, clock=clock)


async def test_a_price_comes_with_its_source_and_time(source: Source, api: PriceApi) -> None:
    source.says({name(USDC): coin(0.9998)})
    quote = (await api.quotes([USDC], AT))[USDC]
    price = quote.price
    assert quote.decimals is None
    assert (price.usd, price.source, price.state) == (
        Decimal("0.9998"),
        "price api",
        PriceState.PRICED,
    )
    assert price.as_of == datetime.fromtimestamp(STAMP, UTC)


async def test_an_answer_in_many_pieces_is_read_whole(source: Source, api: PriceApi) -> None:
    others = {f"ethereum:0x{number:040x}": coin(1) for number in range(3000)}
    source.says({**others, name(USDC): coin(1)})
    assert set(await api.quotes([USDC], AT)) == {USDC}


@pytest.mark.parametrize("confidence", [0.5, 0, 0.899])
async def test_a_price_that_its_source_doubts_is_thin(
    source: Source, api: PriceApi, confidence: float
) -> None:
    source.says({name(USDC): coin(1, confidence)})
    assert (await api.quotes([USDC], AT))[USDC].price.state is PriceState.THIN


async def test_a_price_of_unknown_confidence_is_thin(source: Source, api: PriceApi) -> None:
    source.says({name(USDC): {"price": 1, "timestamp": STAMP}})
    assert (await api.quotes([USDC], AT))[USDC].price.state is PriceState.THIN


@pytest.mark.parametrize(
    "wrong",
    [
        coin(0),
        coin(-5),
        coin(1e30),
        coin("NaN"),
        coin("sNaN"),
        coin("Infinity"),
        coin("five"),
        coin(None),
        coin(1, timestamp=0),
        coin(1, timestamp=-5),
        coin(1, timestamp=2**38),
        coin(1, timestamp=2**39),
        coin(1, timestamp="today"),
        coin(1, confidence="high"),
        {},
        [],
        None,
        "cheap",
    ],
)
async def test_a_coin_that_cannot_be_believed_leaves_the_others_theirs(
    source: Source, api: PriceApi, wrong: Any
) -> None:
    source.says({name(USDC): wrong, name(WRAPPED): coin(3000)})
    assert set(await api.quotes([USDC, WRAPPED], AT)) == {WRAPPED}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        b'{"coins": 5}',
        b'{"coins": {',
        b"[" * 100_000,
        b'{"coins": ' + b"[" * 100_000,
        b"\xff\xfe",
        b'{"coins": {}}' + b" " * (5 * 1024 * 1024),
    ],
)
async def test_garbage_is_no_price_and_no_error(source: Source, api: PriceApi, body: bytes) -> None:
    source.body = body
    assert await api.quotes([USDC], AT) == {}


async def test_while_a_source_is_away_the_last_it_said_is_told_with_its_age(
    source: Source, api: PriceApi
) -> None:
    source.says({name(USDC): coin(1)})
    known = await api.quotes([USDC], AT)
    source.status = 503
    assert await api.quotes([USDC], AT + timedelta(minutes=1)) == known
    assert await api.quotes([USDC], AT + OLDEST + timedelta(minutes=1)) == {}


async def test_a_source_that_is_away_is_left_alone_longer_and_longer(
    source: Source, api: PriceApi, clock: Clock
) -> None:
    source.status = 503
    later = AT
    for waited, asked in ((0, 1), (59, 1), (1, 2), (119, 2), (1, 3), (240, 4), (480, 5), (600, 6)):
        clock.seconds += waited
        later += timedelta(minutes=1)
        await api.quotes([USDC], later)
        assert len(source.asked) == asked
    source.status = 200
    source.says({name(USDC): coin(1)})
    clock.seconds += LONGEST_REST
    assert await api.quotes([USDC], later) != {}
    assert await api.quotes([SPAM], later) == {}
    assert len(source.asked) == 8


async def test_a_source_that_hangs_is_not_waited_for(source: Source, clock: Clock) -> None:
    source.hangs = True
    async with aiohttp.ClientSession() as session:
        api = PriceApi(source.url, CHAIN, session, timeout=0.05, clock=clock)
        assert await asyncio.wait_for(api.quotes([USDC], AT), 10) == {}


async def test_a_token_is_asked_for_once_for_the_time_of_a_block(
    source: Source, api: PriceApi
) -> None:
    source.says({})
    for _ in range(3):
        await api.quotes([USDC], AT)
    assert len(source.asked) == 1
    await api.quotes([USDC, SPAM], AT)
    assert source.asked[1] == [name(SPAM).lower()]
    await api.quotes([USDC], AT + timedelta(minutes=1))
    assert source.asked[2] == [name(USDC).lower()]
    assert source.times == [STAMP + 30, STAMP + 30, STAMP + 90]


async def test_many_tokens_are_asked_for_in_requests_of_a_bounded_size(
    source: Source, api: PriceApi
) -> None:
    source.says({})
    await api.quotes([number.to_bytes(20) for number in range(1, 2 * MOST_AT_ONCE + 2)], AT)
    assert sorted(map(len, source.asked)) == [1, MOST_AT_ONCE, MOST_AT_ONCE]


async def test_a_price_from_another_hour_is_thin(source: Source, api: PriceApi) -> None:
    source.says({name(USDC): coin(1, timestamp=STAMP - 3700)})
    assert (await api.quotes([USDC], AT))[USDC].price.state is PriceState.THIN


async def test_the_source_may_call_a_chain_otherwise(source: Source) -> None:
    chain = replace(CHAIN, price_source_name="ether")
    source.says({f"ether:{checksummed(USDC)}": coin(1)})
    async with aiohttp.ClientSession() as session:
        found = await PriceApi(source.url, chain, session, timeout=10).quotes([USDC], AT)
    assert set(found) == {USDC}


async def test_coins_that_were_not_asked_for_are_not_believed(
    source: Source, api: PriceApi
) -> None:
    source.says({name(SPAM): coin(5), name(USDC): coin(1)})
    assert set(await api.quotes([USDC], AT)) == {USDC}


async def test_without_a_source_nothing_is_asked(clock: Clock) -> None:
    async with aiohttp.ClientSession() as session:
        assert await PriceApi("", CHAIN, session, clock=clock).quotes([USDC], AT) == {}
