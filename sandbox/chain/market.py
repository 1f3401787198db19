"""Prices as of a time: every market wavers around its start, the same way for the same seed."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal

from eth_hash.auto import keccak

from sandbox.chain.spec import ChainSpec

_MILLION = 1_000_000
_WAVES = ((5820, 60), (1020, 30), (180, 10))  # seconds, percent of the swing
_CALM = Decimal("0.9"), Decimal("1.1")


class Market:
    """Asks by symbol and Unix time; `pin` fixes a price from a time on."""

    def __init__(self, spec: ChainSpec, seed: int) -> None:
        self._seed = seed
        self._follows = {token.symbol: token.follows or token.symbol for token in spec.tokens}
        self._follows.setdefault(spec.native_symbol, spec.native_follows or spec.native_symbol)
        self._start: dict[str, Decimal] = {spec.native_symbol: spec.native_usd}
        for feed in spec.feeds:
            self._start[feed.base] = feed.price_usd
        for token in spec.tokens:
            if token.price_usd is not None:
                self._start.setdefault(token.symbol, token.price_usd)
        self._pins: dict[str, list[tuple[int, Decimal]]] = {}

    def usd(self, symbol: str, at: int) -> Decimal | None:
        """The price at a Unix time; None for what nobody trades."""
        start = self._start.get(symbol)
        if start is None:
            return None
        leader = self._follows.get(symbol, symbol)
        for market in (symbol, leader):
            pins = self._pins.get(market, [])
            pinned = bisect_right(pins, at, key=lambda pin: pin[0])
            if pinned:
                usd = pins[pinned - 1][1]
                return usd if market == symbol else usd * start / self._start.get(leader, start)
        swing = 400 if _CALM[0] < start < _CALM[1] else 15_000
        return start * (_MILLION + self._waver(leader, at) * swing // _MILLION) / _MILLION

    def pin(self, symbol: str, usd: Decimal, since: int) -> None:
        """From `since` on (until a later pin) the price is exactly this."""
        self._start.setdefault(symbol, usd)
        later = [pin for pin in self._pins.get(symbol, []) if pin[0] != since]
        self._pins[symbol] = sorted([*later, (since, usd)])

    def pinned_at(self, symbol: str) -> list[int]:
        """When the price was pinned, in order."""
        return [since for since, _ in self._pins.get(symbol, [])]

    def _waver(self, symbol: str, at: int) -> int:
        """Parts per million of the swing, from -1,000,000 to 1,000,000."""
        phase = int.from_bytes(keccak(f"{self._seed} {symbol}".encode())[:4], "big")
        waver = 0
        for period, percent in _WAVES:
            slope = abs(2 * ((at + phase) % period) - period)
            waver += (2 * slope - period) * _MILLION // period * percent // 100
        return waver
