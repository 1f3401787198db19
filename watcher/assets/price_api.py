"""A keyless HTTP price source in DefiLlama's shape: behind the chain's own, and to check on them.

``GET {base}/prices/historical/{timestamp}/{chain}:{address},…`` answers
``{"coins": {"{chain}:{address}": {"price": …, "timestamp": …, "confidence": …, "decimals": …}}}``
(https://api-docs.defillama.com, coins; DefiLlama/defillama-server coins/src/getHistoricalCoins.ts).
It is asked for prices at a block's time, so that the same block gets the same ones at a second
look, and one that is filled in late gets those of its time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import aiohttp
import msgspec
import structlog

from data.addresses import checksummed
from data.model import Price, PriceState
from watcher.assets.depth import HIGHEST

if TYPE_CHECKING:
    from data.model import Chain

log = structlog.get_logger(__name__)

SOURCE = "price api"
LEAST_CONFIDENCE = 0.9
"""Below it the source doubts itself, and the price counts as thin."""
OLDEST = timedelta(hours=1)
"""A price that is further from the time it was asked for is thin: prices move."""
TIMES_KEPT = 8
"""A gap is filled beside the head."""
MOST_AT_ONCE = 60
"""Tokens in one request, so that its line stays below the 4 kB that any server takes."""
REST, LONGEST_REST = 60.0, 600.0
"""Seconds that a source is left alone after it did not answer, doubled each time that it fails
again: no alert waits for it more often than that."""
_SEARCH_WIDTH = "6h"
_LARGEST_ANSWER = 4 * 1024 * 1024
_ILLEGIBLE = (msgspec.MsgspecError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Quote:
    """What the source says: a price, and which decimals it takes the token to have."""

    price: Price
    decimals: int | None


class _Coin(msgspec.Struct):
    price: Decimal
    timestamp: int
    confidence: float | None = None
    decimals: int | None = None


class _Answer(msgspec.Struct):
    coins: dict[str, msgspec.Raw]


class PriceApi:
    """Prices of one chain's tokens, each asked for once for each time.

    A source that does not answer costs one short wait now and then, and no alert; the last that
    it said is told meanwhile, with its age.
    """

    def __init__(
        self,
        base_url: str,
        chain: Chain,
        session: aiohttp.ClientSession,
        *,
        timeout: float = 1.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = base_url
        self._chain = chain
        self._named = chain.price_source_name or chain.name
        self._session = session
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._clock = clock
        self._by_time: dict[int, dict[bytes, Quote | None]] = {}
        self._latest: dict[bytes, Quote] = {}
        self._rests_until: float | None = None
        self._rest = REST

    async def quotes(self, wanted: Collection[bytes], at: datetime) -> dict[bytes, Quote]:
        """What is known of these tokens at a time, after asking for what is not; never raises."""
        if not self._url or not wanted:
            return {}
        stamp = int(at.timestamp())
        known = self._by_time.get(stamp, {})
        due = sorted(token for token in set(wanted) if token not in known)
        if due and (self._rests_until is None or self._clock() >= self._rests_until):
            parts = [
                due[start : start + MOST_AT_ONCE] for start in range(0, len(due), MOST_AT_ONCE)
            ]
            answers = await asyncio.gather(*(self._asked(part, stamp) for part in parts))
            self._mind(answered=None not in answers)
            for part, found in zip(parts, answers, strict=True):
                if found is not None:
                    self._keep(stamp, part, found)
            known = self._by_time.get(stamp, {})
        told = {token: known.get(token) or self._still(token, at) for token in wanted}
        return {token: quote for token, quote in told.items() if quote is not None}

    def _still(self, token: bytes, at: datetime) -> Quote | None:
        """What was said last, where the source is away now and it is not too old."""
        quote = self._latest.get(token)
        return quote if quote is not None and abs(at - quote.price.as_of) <= OLDEST else None

    def _keep(self, stamp: int, asked: Collection[bytes], found: dict[bytes, Quote]) -> None:
        of_time = self._by_time.pop(stamp, {})
        of_time |= dict.fromkeys(asked) | found
        self._by_time[stamp] = of_time
        while len(self._by_time) > TIMES_KEPT:
            del self._by_time[next(iter(self._by_time))]
        for token in asked:
            quote = found.get(token)
            before = self._latest.get(token)
            if quote is None:
                self._latest.pop(token, None)
            elif before is None or quote.price.as_of >= before.price.as_of:
                self._latest[token] = quote
        # what strangers make is asked for, too: only so much is remembered
        while len(self._latest) > 10 * MOST_AT_ONCE:
            del self._latest[next(iter(self._latest))]

    async def _asked(self, tokens: Collection[bytes], stamp: int) -> dict[bytes, Quote] | None:
        """What the source answers; None if it does not."""
        try:
            found = await self._ask(tokens, stamp)
        except (TimeoutError, aiohttp.ClientError, *_ILLEGIBLE) as error:
            log.warning(
                "the price source does not answer",
                chain=self._chain.name,
                error=type(error).__name__,
            )
            return None
        return found

    def _mind(self, *, answered: bool) -> None:
        if answered:
            self._rests_until, self._rest = None, REST
        else:
            self._rests_until = self._clock() + self._rest
            self._rest = min(LONGEST_REST, 2 * self._rest)

    async def _ask(self, tokens: Collection[bytes], stamp: int) -> dict[bytes, Quote]:
        names = {f"{self._named}:{checksummed(token)}".lower(): token for token in tokens}
        url = f"{self._url}/prices/historical/{stamp}/{','.join(names)}"
        params = {"searchWidth": _SEARCH_WIDTH}
        async with self._session.get(url, params=params, timeout=self._timeout) as response:
            response.raise_for_status()
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > _LARGEST_ANSWER:
                    raise ValueError("the answer is too long")
        coins = msgspec.json.decode(body, type=_Answer).coins
        asked_for = datetime.fromtimestamp(stamp, UTC)
        found: dict[bytes, Quote] = {}
        for name, coin in coins.items():
            token = names.get(name.lower())
            quote = None if token is None else _quote(coin, asked_for)
            if token is not None and quote is not None:
                found[token] = quote
        return found


def _quote(raw: msgspec.Raw, asked_for: datetime) -> Quote | None:
    """One coin's price; what is wrong with it is no reason to do without the others."""
    try:
        coin = msgspec.json.decode(raw, type=_Coin)
        believable = coin.price.is_finite() and 0 < coin.price < HIGHEST
    except (InvalidOperation, *_ILLEGIBLE):
        return None
    if not believable or not 0 < coin.timestamp < 2**35:
        return None
    as_of = datetime.fromtimestamp(coin.timestamp, UTC)
    sure = coin.confidence is not None and coin.confidence >= LEAST_CONFIDENCE
    fresh = abs(asked_for - as_of) <= OLDEST
    state = PriceState.PRICED if sure and fresh else PriceState.THIN
    return Quote(Price(coin.price, SOURCE, as_of, state), coin.decimals)
