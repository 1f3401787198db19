"""Exchanges' pools, as their factories know them: which a token has, and what they offer. Pure.

Only contracts that others vouch for are asked: the factories of the chain's table, the pools that
these name, and the curated tokens that pools are quoted in. A token that lies is not asked at all.
Uniswap v2 core: IUniswapV2Factory, IUniswapV2Pair. Uniswap v3 core: IUniswapV3Factory,
IUniswapV3PoolState; PancakeSwap's v3 has the same, but for a wider fee in ``slot0``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from data.model import PoolKind
from watcher.assets.market import Depth

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.model import Chain, Factory
    from watcher.evm.multicall import Read

GET_PAIR = bytes.fromhex("e6a43905")  # getPair(address,address)
GET_POOL = bytes.fromhex("1698ee82")  # getPool(address,address,uint24)
GET_RESERVES = bytes.fromhex("0902f1ac")  # getReserves()
SLOT0 = bytes.fromhex("3850c7bd")  # slot0()
LIQUIDITY = bytes.fromhex("1a686502")  # liquidity()
BALANCE_OF = bytes.fromhex("70a08231")  # balanceOf(address)

_WORD = 32
_PADDING = bytes(12)
_Q96 = 1 << 96
_MOST_SQRT = 1 << 160
_MOST_RESERVE = 1 << 112
_MOST_LIQUIDITY = 1 << 128


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token's pool may be: one factory, one quote, one fee (None in a v2)."""

    factory: Factory
    quote: bytes
    fee: int | None


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool that its factory knows, of ``token`` and its place's quote."""

    address: bytes
    token: bytes
    place: Place


def places(chain: Chain, token: bytes) -> Iterator[Place]:
    """Everywhere that pools of a token may be."""
    for factory in chain.factories:
        for quote in chain.quotes:
            if quote != token:
                for fee in factory.fees or (None,):
                    yield Place(factory, quote, fee)


def search(token: bytes, place: Place) -> Read:
    """How the factory is asked for a token's pool."""
    pair = _PADDING + token + _PADDING + place.quote
    if place.factory.kind is PoolKind.V2:
        return place.factory.address, GET_PAIR + pair
    return place.factory.address, GET_POOL + pair + (place.fee or 0).to_bytes(_WORD)


def found(data: bytes | None) -> bytes | None:
    """The pool that a factory names; None if there is none."""
    if data is None or len(data) != _WORD or not data.startswith(_PADDING):
        return None
    address = data[len(_PADDING) :]
    return address if any(address) else None


def state_reads(pool: Pool) -> tuple[Read, ...]:
    """How a pool is asked what it offers: its own words, and its balance in the quote's."""
    own = (GET_RESERVES,) if pool.place.factory.kind is PoolKind.V2 else (SLOT0, LIQUIDITY)
    balance = pool.place.quote, BALANCE_OF + _PADDING + pool.address
    return (*((pool.address, selector) for selector in own), balance)


def depth_in(pool: Pool, answers: Sequence[bytes | None]) -> Depth | None:
    """What a pool offers, from the answers to ``state_reads``; None for what is none."""
    *own, balance = answers
    held = _words(balance, 1)
    if held is None:
        return None
    quote_first = pool.place.quote < pool.token
    if pool.place.factory.kind is PoolKind.V2:
        offer = _v2(_words(own[0], 3), quote_first=quote_first)
    else:
        offer = _v3(_words(own[0], 7), _words(own[1], 1), quote_first=quote_first)
    if offer is None:
        return None
    price, behind = offer
    # a pool that tells of more than it holds is believed no further than the quote's own word
    return Depth(
        pool.address, pool.place.factory.title, pool.place.quote, price, min(behind, held[0])
    )


def _v2(words: Sequence[int] | None, *, quote_first: bool) -> tuple[Fraction, int] | None:
    if words is None:
        return None
    first, second = words[:2]
    quote, token = (first, second) if quote_first else (second, first)
    if not 0 < quote < _MOST_RESERVE or not 0 < token < _MOST_RESERVE:
        return None
    return Fraction(quote, token), quote


def _v3(
    slot0: Sequence[int] | None, liquidity: Sequence[int] | None, *, quote_first: bool
) -> tuple[Fraction, int] | None:
    """The square root of the price in 96ths of bits, and what lies around it."""
    if slot0 is None or liquidity is None:
        return None
    root, virtual = slot0[0], liquidity[0]
    if not 0 < root < _MOST_SQRT or not 0 < virtual < _MOST_LIQUIDITY:
        return None
    if quote_first:
        return Fraction(_Q96 * _Q96, root * root), virtual * _Q96 // root
    return Fraction(root * root, _Q96 * _Q96), virtual * root // _Q96


def _words(data: bytes | None, count: int) -> list[int] | None:
    """So many words, and no more."""
    if data is None or len(data) != count * _WORD:
        return None
    return [int.from_bytes(data[at : at + _WORD]) for at in range(0, len(data), _WORD)]
