"""What people do with well-known protocols, as drafts: the same logs as the real contracts emit,
at their real addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from eth_abi.abi import encode
from eth_hash.auto import keccak

from data.venues import VenueKind, venues_on
from data.venues.pools import addresses
from sandbox.chain import events
from sandbox.chain.hexes import padded, uint
from sandbox.chain.transaction import Draft, Log

How = Literal[
    "aggregator", "settlement", "fill", "supply", "withdraw", "borrow", "repay", "bridge", "pool"
]
Amount: TypeAlias = tuple[bytes | None, int]
"""A token with base units; None is native coin."""
Amounts: TypeAlias = Sequence[Amount]

SOLVER = keccak(b"sandbox solver")[12:]
"""Who pays for the transactions in which others' orders are filled."""

_SWAP_V3 = keccak(b"Swap(address,address,int256,int256,uint160,uint128,int24)")
_TRADE = keccak(b"Trade(address,address,address,uint256,uint256,uint256,bytes)")
_FILL = keccak(b"Fill(bytes32,address,address,uint256)")
_MINT_V2 = keccak(b"Mint(address,uint256,uint256)")
_FUNDS_DEPOSITED = keccak(
    b"FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,uint32,uint32,bytes32,"
    b"bytes32,bytes32,bytes)"
)
_LENDING = {
    "supply": keccak(b"Supply(address,address,address,uint256,uint16)"),
    "withdraw": keccak(b"Withdraw(address,address,address,uint256)"),
    "borrow": keccak(b"Borrow(address,address,address,uint256,uint8,uint256,uint16)"),
    "repay": keccak(b"Repay(address,address,address,uint256,bool)"),
}
_CALL = b"deal"
_GAS = 240_000


@dataclass(frozen=True, slots=True)
class Protocols:
    """Those of one chain; ``wrapped`` stands for native coin in pools."""

    chain: str
    wrapped: bytes

    def deal(self, how: How, who: bytes, gives: Amounts, gets: Amounts) -> Draft:
        """Somebody gives and gets so much; ValueError for what cannot be dealt so."""
        ways: dict[How, Callable[[bytes, Amounts, Amounts], Draft]] = {
            "aggregator": self._aggregated,
            "settlement": self._settled,
            "fill": self._filled,
            "bridge": self._bridged,
            "pool": self._pooled,
        }
        if how not in get_args(How):
            raise ValueError(f"nobody deals by {how!r}; there is {', '.join(get_args(How))}")
        if how in _LENDING:
            (token, amount) = (*gives, *gets)[0]
            return self._lent(how, who, token or self.wrapped, amount)
        return ways[how](who, gives, gets)

    def at(self, name: str, kind: VenueKind) -> bytes:
        """Where a protocol is; ValueError where it is not."""
        for address, venue in venues_on(self.chain).by_address.items():
            if (venue.name, venue.kind) == (name, kind):
                return address
        raise ValueError(f"there is no {name} on {self.chain}")

    def pool_of(self, name: str, one: bytes, other: bytes) -> bytes:
        """A protocol's pool of two tokens, at the address that follows from them."""
        for deployer in venues_on(self.chain).deployers:
            if deployer.venue == name:
                return list(addresses(deployer, *sorted((one, other))))[-1]
        raise ValueError(f"{name} has no pools on {self.chain}")

    def _aggregated(self, who: bytes, gives: Amounts, gets: Amounts) -> Draft:
        router = self.at("1inch", VenueKind.AGGREGATOR)
        (sold, amount_sold), (bought, amount_bought) = gives[0], gets[0]
        logs = self._through(router, who, gives[0], gets[0])
        if bought is None:
            logs.append(events.withdrawal(self.wrapped, router, amount_bought))
        value = amount_sold if sold is None else 0
        return Draft(who, router, value, _CALL, tuple(logs), gas_used=_GAS)

    def _settled(self, who: bytes, gives: Amounts, gets: Amounts) -> Draft:
        settlement = self.at("CoW", VenueKind.SETTLEMENT)
        (sold, amount_sold), (bought, amount_bought) = gives[0], gets[0]
        order = encode(
            ("address", "address", "uint256", "uint256", "uint256", "bytes"),
            (sold, bought or self.wrapped, amount_sold, amount_bought, 0, bytes(56)),
        )
        trade = Log(settlement, (_TRADE, padded(who)), order)
        logs = (trade, *self._through(settlement, who, gives[0], gets[0]))
        return Draft(SOLVER, settlement, 0, _CALL, logs, gas_used=_GAS)

    def _filled(self, who: bytes, gives: Amounts, gets: Amounts) -> Draft:
        reactor = self.at("UniswapX", VenueKind.SETTLEMENT)
        (sold, amount_sold), (bought, amount_bought) = gives[0], gets[0]
        topics = (_FILL, keccak(who + uint(amount_sold)), padded(SOLVER), padded(who))
        logs = (
            Log(reactor, topics, uint(1)),
            events.transfer(sold or self.wrapped, who, SOLVER, amount_sold),
            events.transfer(bought or self.wrapped, SOLVER, who, amount_bought),
        )
        return Draft(SOLVER, reactor, 0, _CALL, logs, gas_used=_GAS)

    def _lent(self, how: How, who: bytes, token: bytes, amount: int) -> Draft:
        market = self.at("Aave v3", VenueKind.LENDING)
        share, debt = (keccak(kind + token)[12:] for kind in (b"sandbox aToken", b"sandbox debt"))
        comes, counted = how in ("withdraw", "borrow"), share
        if how in ("borrow", "repay"):
            counted = debt
        made = how in ("supply", "borrow")
        parties = (share, who) if comes else (who, share)
        holders = (events.ZERO, who) if made else (who, events.ZERO)
        told = Log(market, (_LENDING[how], padded(token), padded(who)), uint(amount))
        logs = (
            events.transfer(counted, *holders, amount),
            events.transfer(token, *parties, amount),
            told,
        )
        return Draft(who, market, 0, _CALL, logs, gas_used=_GAS)

    def _bridged(self, who: bytes, gives: Amounts, _: Amounts) -> Draft:
        spoke = self.at("Across", VenueKind.BRIDGE)
        (token, amount) = gives[0]
        topics = (_FUNDS_DEPOSITED, uint(8453), uint(1), padded(who))
        told = Log(spoke, topics, padded(token or self.wrapped) + uint(amount))
        if token is None:
            logs = (events.deposit(self.wrapped, spoke, amount), told)
            return Draft(who, spoke, amount, _CALL, logs, gas_used=_GAS)
        logs = (events.transfer(token, who, spoke, amount), told)
        return Draft(who, spoke, 0, _CALL, logs, gas_used=_GAS)

    def _pooled(self, who: bytes, gives: Amounts, _: Amounts) -> Draft:
        router = self.at("Uniswap v2", VenueKind.ROUTER)
        (one, amount), (other, amount_other) = gives
        given = [(one or self.wrapped, amount), (other or self.wrapped, amount_other)]
        pool = self.pool_of("Uniswap v2", given[0][0], given[1][0])
        logs = [events.transfer(token, who, pool, units) for token, units in given]
        logs.append(events.transfer(pool, events.ZERO, who, min(amount, amount_other)))
        topics = (_MINT_V2, padded(router))
        logs.append(Log(pool, topics, uint(amount) + uint(amount_other)))
        return Draft(who, router, 0, _CALL, tuple(logs), gas_used=_GAS)

    def _through(
        self,
        door: bytes,
        who: bytes,
        given: tuple[bytes | None, int],
        got: tuple[bytes | None, int],
    ) -> list[Log]:
        """From somebody through a contract and a pool, and back."""
        (sold, amount_sold), (bought, amount_bought) = given, got
        token_in, token_out = sold or self.wrapped, bought or self.wrapped
        pool = self.pool_of("Uniswap v3", token_in, token_out)
        taken = (
            events.deposit(token_in, door, amount_sold)
            if sold is None
            else events.transfer(token_in, who, door, amount_sold)
        )
        first_in = token_in < token_out
        amounts = (amount_sold, -amount_bought) if first_in else (-amount_bought, amount_sold)
        price = encode(("int256", "int256", "uint160", "uint128", "int24"), (*amounts, 1, 1, 0))
        logs = [
            taken,
            events.transfer(token_out, pool, door, amount_bought),
            events.transfer(token_in, door, pool, amount_sold),
            Log(pool, (_SWAP_V3, padded(door), padded(door)), price),
        ]
        if bought is not None:
            logs.append(events.transfer(token_out, door, who, amount_bought))
        return logs
