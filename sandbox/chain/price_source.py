"""A keyless HTTP price source in the shape of DefiLlama's `GET /prices/current/{coins}` and `GET
/prices/historical/{timestamp}/{coins}`.

`coins` are `chain:address` parted by commas, the zero address being the native coin. What is
unknown is left out. Besides the faults of any server it has `wrong_prices(percent=150)`: what
everything costs there, of what it really costs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from sandbox.chain import transport_faults
from sandbox.chain.chain import Chain
from sandbox.chain.faulty_server import FaultyServer
from sandbox.chain.listener import json_body
from sandbox.chain.transport_faults import Exchange

NATIVE = "0x" + "00" * 20
_WRONG_PRICES = "wrong_prices"


class PriceSource(FaultyServer):
    """Serves the market's prices as of the newest block, or of a time; counts its requests."""

    known_faults = FaultyServer.known_faults | {_WRONG_PRICES}

    def __init__(self, chain: Chain, port: int = 0) -> None:
        super().__init__("prices", port)
        self.requests = 0
        self._chain = chain
        spec = chain.spec
        self._coins = {NATIVE: (spec.native_symbol, 18)} | {
            token.address.lower(): (token.symbol, token.decimals)
            for token in spec.tokens
            if token.price_usd is not None
        }

    def _application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/prices/current/{coins}", self._handle)
        application.router.add_get(r"/prices/historical/{timestamp:\d{1,11}}/{coins}", self._handle)
        return application

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        self.requests += 1
        coins = http.match_info["coins"].split(",")
        newest = self._chain.head.timestamp
        at = min(int(http.match_info.get("timestamp", newest)), newest)

        def true_answer() -> bytes:
            known = {coin: quote for coin in coins if (quote := self._quote(coin, at)) is not None}
            return msgspec.json.encode({"coins": known})

        exchange = Exchange(http, true_answer, self._changed)
        response = await transport_faults.strike(exchange, self._strike(frozenset()))
        return json_body(http, true_answer()) if response is None else response

    def _quote(self, coin: str, at: int) -> dict[str, Any] | None:
        chain, _, address = coin.partition(":")
        row = self._coins.get(address.lower())
        spec = self._chain.spec
        if chain not in (spec.name, spec.price_source_name) or row is None:
            return None
        usd = self._chain.market.usd(row[0], at)
        if usd is None:
            return None
        for fault in self.faults:
            if fault.name == _WRONG_PRICES:
                usd *= Decimal(str(fault.number("percent", 150))) / 100
        return {
            "decimals": row[1],
            "symbol": row[0],
            "price": msgspec.Raw(_plain(usd).encode()),
            "timestamp": at,
            "confidence": 0.99,
        }


def _plain(usd: Decimal) -> str:
    """A JSON number with at most twelve decimals."""
    return f"{usd:.12f}".rstrip("0").rstrip(".")
