"""A keyless HTTP price source in the shape of DefiLlama's `GET /prices/current/{coins}`.

`coins` are `chain:address` parted by commas, the zero address being the native coin. What is
unknown is left out.
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


class PriceSource(FaultyServer):
    """Serves the market's prices as of the newest block; counts its requests."""

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
        return application

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        self.requests += 1
        coins = http.match_info["coins"].split(",")

        def true_answer() -> bytes:
            known = {coin: quote for coin in coins if (quote := self._quote(coin)) is not None}
            return msgspec.json.encode({"coins": known})

        exchange = Exchange(http, true_answer, self._changed)
        response = await transport_faults.strike(exchange, self._strike(frozenset()))
        return json_body(http, true_answer()) if response is None else response

    def _quote(self, coin: str) -> dict[str, Any] | None:
        chain, _, address = coin.partition(":")
        row = self._coins.get(address.lower())
        if chain != self._chain.spec.name or row is None:
            return None
        at = self._chain.head.timestamp
        usd = self._chain.market.usd(row[0], at)
        if usd is None:
            return None
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
