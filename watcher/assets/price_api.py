"""A keyless HTTP price source in DefiLlama's shape, for tokens without a feed on the chain.

``GET {base}/prices/current/{chain}:{address},…`` answers
``{"coins": {"{chain}:{address}": {"price": …, "timestamp": …, "confidence": …}}}``
(https://api-docs.defillama.com, coins).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import aiohttp
import msgspec
import structlog

from data.addresses import checksummed
from data.model import Price, PriceState

if TYPE_CHECKING:
    from data.model import Chain

log = structlog.get_logger(__name__)

SOURCE = "price api"
LEAST_CONFIDENCE = 0.9
"""Below it the source doubts itself, and the price counts as thin."""
_FRESH_FOR = 60.0
_LARGEST_ANSWER = 4 * 1024 * 1024
_ILLEGIBLE = (msgspec.MsgspecError, ValueError, RecursionError)


class _Coin(msgspec.Struct):
    price: Decimal
    timestamp: int
    confidence: float = 0.0


class _Answer(msgspec.Struct):
    coins: dict[str, msgspec.Raw]


class PriceApi:
    """Prices of one chain's tokens, each asked for at most once a minute.

    A source that does not answer costs one short wait a minute, never an alert.
    """

    def __init__(
        self,
        base_url: str,
        chain: Chain,
        session: aiohttp.ClientSession,
        *,
        timeout: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = base_url
        self._chain = chain
        self._session = session
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._clock = clock
        self._prices: dict[bytes, Price] = {}
        self._asked_at: dict[bytes, float] = {}

    async def prices(self, wanted: Collection[bytes]) -> dict[bytes, Price]:
        """The prices that are known of these tokens, after asking for those that are due."""
        due = [token for token in wanted if self._is_due(token)]
        if due and self._url:
            now = self._clock()
            self._asked_at |= dict.fromkeys(due, now)
            try:
                self._prices |= await self._ask(due)
            except (TimeoutError, aiohttp.ClientError, *_ILLEGIBLE) as error:
                log.warning(
                    "the price source does not answer",
                    chain=self._chain.name,
                    error=type(error).__name__,
                )
        return {token: self._prices[token] for token in wanted if token in self._prices}

    def _is_due(self, token: bytes) -> bool:
        asked = self._asked_at.get(token)
        return asked is None or self._clock() - asked >= _FRESH_FOR

    async def _ask(self, tokens: Collection[bytes]) -> dict[bytes, Price]:
        names = {f"{self._chain.name}:{checksummed(token)}".lower(): token for token in tokens}
        url = f"{self._url}/prices/current/{','.join(names)}"
        async with self._session.get(url, timeout=self._timeout) as response:
            response.raise_for_status()
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > _LARGEST_ANSWER:
                    raise ValueError("the answer is too long")
        coins = msgspec.json.decode(body, type=_Answer).coins
        found: dict[bytes, Price] = {}
        for name, coin in coins.items():
            token = names.get(name.lower())
            price = None if token is None else _price(coin)
            if token is not None and price is not None:
                found[token] = price
        return found


def _price(raw: msgspec.Raw) -> Price | None:
    """One coin's price; what is wrong with it is no reason to do without the others."""
    try:
        coin = msgspec.json.decode(raw, type=_Coin)
        believable = coin.price.is_finite() and 0 < coin.price < 10**12
    except (InvalidOperation, *_ILLEGIBLE):
        return None
    if not believable or not 0 < coin.timestamp < 2**35:
        return None
    state = PriceState.PRICED if coin.confidence >= LEAST_CONFIDENCE else PriceState.THIN
    return Price(coin.price, SOURCE, datetime.fromtimestamp(coin.timestamp, UTC), state)
