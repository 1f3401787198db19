"""Chainlink proxies: a new round every sixtieth of the heartbeat, with the market's price of
that moment, from an aggregator that has a lowest and a highest answer.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from eth_abi.abi import encode
from eth_hash.auto import keccak

from sandbox.chain.contracts.call import Call, RevertedCallError, selector
from sandbox.chain.hexes import padded, uint
from sandbox.chain.market import Market
from sandbox.chain.spec import FeedSpec

FeedFault = Literal["stale", "zero", "negative", "reverting", "incomplete", "minimum", "maximum"]

_LATEST = selector("latestRoundData()")
_ROUND = selector("getRoundData(uint80)")
_ANSWER = selector("latestAnswer()")
_TIMESTAMP = selector("latestTimestamp()")
_DECIMALS = selector("decimals()")
_DESCRIPTION = selector("description()")
_VERSION = selector("version()")
_AGGREGATOR = selector("aggregator()")
_MIN_ANSWER = selector("minAnswer()")
_MAX_ANSWER = selector("maxAnswer()")
_ROOM = 10_000
_PHASE = 5 << 64


@dataclass(slots=True)
class Aggregator:
    """One feed; `fault` is how it goes wrong, from now on and for whatever block is asked."""

    spec: FeedSpec
    market: Market
    fault: FeedFault | None = None

    def __call__(self, call: Call) -> bytes:
        now = call.block.timestamp
        if self.fault == "reverting":
            raise RevertedCallError
        if call.selector == _LATEST:
            return self._round_data(self._round_at(now))
        if call.selector == _ANSWER:
            return encode(("int256",), (self._answer(self._updated_at(self._round_at(now))),))
        if call.selector == _TIMESTAMP:
            return uint(self._updated_at(self._round_at(now)))
        if call.selector == _ROUND:
            (asked,) = call.arguments(("uint80",))
            if not 0 < asked - _PHASE <= self._round_at(now):
                raise RevertedCallError("No data present")
            return self._round_data(asked - _PHASE)
        plain = {
            _DECIMALS: uint(self.spec.decimals),
            _DESCRIPTION: encode(("string",), (self.spec.pair,)),
            _VERSION: uint(4),
            _AGGREGATOR: padded(self.behind),
        }.get(call.selector)
        if plain is None:
            raise RevertedCallError
        return plain

    @property
    def behind(self) -> bytes:
        """The address of the aggregator behind the proxy."""
        return keccak(f"aggregator {self.spec.proxy}".encode())[12:]

    def aggregator(self, call: Call) -> bytes:
        """What stands there: it knows between what its answers lie."""
        lowest, highest = self._bounds
        if call.selector == _MIN_ANSWER:
            return encode(("int192",), (lowest,))
        if call.selector == _MAX_ANSWER:
            return encode(("int192",), (highest,))
        return self(call)

    @property
    def _bounds(self) -> tuple[int, int]:
        usual = int(self.spec.price_usd * 10**self.spec.decimals)
        return max(1, usual // _ROOM), usual * _ROOM

    @property
    def _period(self) -> int:
        return max(1, self.spec.heartbeat // 60)

    @property
    def _offset(self) -> int:
        """So that feeds do not all turn at once."""
        return int.from_bytes(keccak(self.spec.proxy.encode())[:4], "big") % self._period

    def _round_at(self, now: int) -> int:
        """The rounds so far: one a period, and one whenever the price was pinned."""
        seen = now - 3 * self.spec.heartbeat if self.fault == "stale" else now
        pins = self.market.pinned_at(self.spec.base)
        return (seen - self._offset) // self._period + bisect_right(pins, seen)

    def _updated_at(self, number: int) -> int:
        """When a round began."""
        pins = self.market.pinned_at(self.spec.base)
        for before in range(len(pins) + 1):
            start = (number - before) * self._period + self._offset
            if bisect_right(pins, start) == before:
                return start
            if before and self._round_began(pins[before - 1], before) == number:
                return pins[before - 1]
        raise RevertedCallError("No data present")

    def _round_began(self, pin: int, pins_until: int) -> int:
        """The number of the round that a pin began."""
        return (pin - self._offset) // self._period + pins_until

    def _answer(self, at: int) -> int:
        if self.fault == "zero":
            return 0
        if self.fault == "minimum":
            return self._bounds[0]
        if self.fault == "maximum":
            return self._bounds[1]
        usd = self.market.usd(self.spec.base, at)
        answer = int((usd if usd is not None else self.spec.price_usd) * 10**self.spec.decimals)
        return -answer if self.fault == "negative" else answer

    def _round_data(self, number: int) -> bytes:
        at, round_id = self._updated_at(number), _PHASE + number
        updated = 0 if self.fault == "incomplete" else at
        types = ("uint80", "int256", "uint256", "uint256", "uint80")
        return encode(types, (round_id, self._answer(at), at, updated, round_id))
