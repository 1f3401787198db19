"""Exchanges: factories that know pools by their tokens, and the pools, v2- and v3-like.

A pool holds so many dollars of either token at the market's prices of the block that is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import isqrt
from typing import Literal

from eth_abi.abi import encode
from eth_hash.auto import keccak

from sandbox.chain.contracts.call import Call, Contract, RevertedCallError, selector
from sandbox.chain.drafts import pair_of
from sandbox.chain.hexes import address, padded, uint
from sandbox.chain.spec import FactorySpec

PoolFault = Literal["lying", "drained", "reverting"]

_GET_PAIR = selector("getPair(address,address)")
_GET_POOL = selector("getPool(address,address,uint24)")
_GET_RESERVES = selector("getReserves()")
_SLOT0 = selector("slot0()")
_LIQUIDITY = selector("liquidity()")
_TOKEN0 = selector("token0()")
_TOKEN1 = selector("token1()")
_FACTORY = selector("factory()")
_FEE = selector("fee()")
_LIE = 1000
_Key = tuple[str, bytes, bytes, int]
_NOBODY = bytes(20)

Worth = Callable[[bytes, Decimal, int], int]
"""How many base units of a token so many dollars are at a Unix time; 0 for what has no price."""


@dataclass(slots=True)
class Pool:
    """One pool of a token and a quote, with `usd` dollars of each, from a Unix time on.

    `fault`: "lying" claims a thousand times the quote that it holds, "drained" holds nothing any
    more, "reverting" says nothing.
    """

    spec: FactorySpec
    address: bytes
    token: bytes
    quote: bytes
    fee: int
    usd: Decimal
    since: int
    worth: Worth
    fault: PoolFault | None = None

    def __call__(self, call: Call) -> bytes:
        if self.fault == "reverting":
            raise RevertedCallError
        first, second = sorted((self.token, self.quote))
        known = {
            _TOKEN0: padded(first),
            _TOKEN1: padded(second),
            _FACTORY: padded(address(self.spec.address)),
        }
        if call.selector in known:
            return known[call.selector]
        at = call.block.timestamp
        amounts = self._claimed(first, at), self._claimed(second, at)
        answer = self._v2(call, amounts) if self.spec.kind == "v2" else self._v3(call, amounts)
        if answer is None:
            raise RevertedCallError
        return answer

    def holds(self, token: bytes, at: int) -> int:
        """What the pool really has of a token at a Unix time, in base units."""
        if self.fault == "drained" or at < self.since or token not in (self.token, self.quote):
            return 0
        return self.worth(token, self.usd, at)

    def _claimed(self, token: bytes, at: int) -> int:
        lie = _LIE if self.fault == "lying" and token == self.quote else 1
        return lie * self.holds(token, at)

    def _v2(self, call: Call, amounts: tuple[int, int]) -> bytes | None:
        if call.selector != _GET_RESERVES:
            return None
        return encode(("uint112", "uint112", "uint32"), (*amounts, call.block.timestamp % 2**32))

    def _v3(self, call: Call, amounts: tuple[int, int]) -> bytes | None:
        first, second = amounts
        if call.selector == _FEE:
            return uint(self.fee)
        if call.selector == _LIQUIDITY:
            return uint(isqrt(first * second))
        if call.selector != _SLOT0:
            return None
        root = isqrt((second << 192) // first) if first else 0
        types = ("uint160", "int24", "uint16", "uint16", "uint16", "uint8", "bool")
        return encode(types, (root, 0, 0, 1, 1, 0, True))


class Exchanges:
    """All factories of a chain and their pools."""

    def __init__(self, factories: tuple[FactorySpec, ...], worth: Worth) -> None:
        self._factories = factories
        self._worth = worth
        self._pools: dict[tuple[str, bytes, bytes, int], Pool] = {}
        self._by_address: dict[bytes, Pool] = {}

    def contracts(self) -> Iterator[tuple[bytes, Contract]]:
        """Every factory with its address."""
        for factory in self._factories:
            yield address(factory.address), _Factory(factory, self)

    def open(
        self, token: bytes, quote: bytes, usd: Decimal, *, factory: int, fee: int, since: int
    ) -> Pool:
        """One more pool, or another depth for one that is there. IndexError without a factory."""
        spec = self._factories[factory]
        if spec.kind == "v3" and fee not in spec.fees:
            raise ValueError(f"no pool with a fee of {fee}: there is {spec.fees}")
        key = self._key(spec, token, quote, fee)
        there = pair_of(token, quote) if not factory else keccak(repr(key).encode())[12:]
        pool = Pool(spec, there, token, quote, fee, usd, since, self._worth)
        self._pools[key] = self._by_address[there] = pool
        return pool

    def at(self, holder: bytes) -> Pool | None:
        """The pool of that address."""
        return self._by_address.get(holder)

    def find(self, spec: FactorySpec, one: bytes, other: bytes, fee: int, at: int) -> bytes:
        """The address that a factory answers with at a Unix time."""
        pool = self._pools.get(self._key(spec, one, other, fee))
        return _NOBODY if pool is None or at < pool.since else pool.address

    @staticmethod
    def _key(
        spec: FactorySpec, one: bytes, other: bytes, fee: int
    ) -> tuple[str, bytes, bytes, int]:
        first, second = sorted((one, other))
        return spec.address, first, second, fee if spec.kind == "v3" else 0


@dataclass(frozen=True, slots=True)
class _Factory:
    spec: FactorySpec
    exchanges: Exchanges

    def __call__(self, call: Call) -> bytes:
        fee = 0
        if self.spec.kind == "v2" and call.selector == _GET_PAIR:
            one, other = call.arguments(("address", "address"))
        elif self.spec.kind == "v3" and call.selector == _GET_POOL:
            one, other, fee = call.arguments(("address", "address", "uint24"))
        else:
            raise RevertedCallError
        at = call.block.timestamp
        return padded(self.exchanges.find(self.spec, address(one), address(other), fee, at))
