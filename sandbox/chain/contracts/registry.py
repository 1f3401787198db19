"""Which contract stands at which address."""

from __future__ import annotations

from decimal import Decimal

from eth_hash.auto import keccak

from sandbox.chain import hexes
from sandbox.chain.contracts.aggregator import Aggregator, FeedFault
from sandbox.chain.contracts.call import Call, Contract
from sandbox.chain.contracts.exchange import Exchanges, PoolFault
from sandbox.chain.contracts.multicall import Multicall
from sandbox.chain.contracts.sequencer import Sequencer
from sandbox.chain.contracts.token import token
from sandbox.chain.ledger import AnyBlock, Ledger
from sandbox.chain.market import Market
from sandbox.chain.spec import ChainSpec, TokenSpec

USUAL_DEPTH = Decimal(2_000_000)
"""Dollars on either side of the pools that are there from the start."""
_DEPTH = 8


class Contracts:
    """The contracts of one chain. Addresses without one answer calls with nothing, as on a real
    chain.
    """

    def __init__(self, spec: ChainSpec, market: Market, ledger: Ledger) -> None:
        self._feeds = {feed.pair: Aggregator(feed, market) for feed in spec.feeds}
        multicall = Multicall(spec.chain_id, ledger, balance)
        self._contracts: dict[bytes, Contract] = {hexes.address(spec.multicall3): multicall}
        for feed in self._feeds.values():
            self._contracts[hexes.address(feed.spec.proxy)] = feed
            self._contracts[feed.behind] = feed.aggregator
        self.sequencer = Sequencer()
        if spec.sequencer is not None:
            self._contracts[hexes.address(spec.sequencer)] = self.sequencer
        self._market = market
        self._decimals: dict[bytes, tuple[str, int]] = {}
        self._exchanges = Exchanges(spec.factories, self._worth)
        self._contracts.update(self._exchanges.contracts())
        for row in (*spec.tokens, *spec.spam):
            self.add_token(row)
        wrapped, quotes = hexes.address(spec.wrapped_native), set(map(hexes.address, spec.quotes))
        for row in spec.tokens if spec.factories else ():
            place = hexes.address(row.address)
            if row.price_usd is not None and place not in quotes | {wrapped}:
                self.open_pool(place, wrapped, USUAL_DEPTH, fee=(spec.factories[0].fees or (0,))[0])
        self._routers = frozenset(map(hexes.address, spec.routers))

    def add_token(self, spec: TokenSpec) -> None:
        """One more token, or other metadata for one that is there."""
        place = hexes.address(spec.address)
        self._decimals[place] = spec.symbol, spec.decimals

        def holds(holder: bytes, at: int) -> int | None:
            pool = self._exchanges.at(holder)
            return None if pool is None else pool.holds(place, at)

        self._contracts[place] = token(spec, holds)

    def open_pool(
        self,
        token: bytes,
        quote: bytes,
        usd: Decimal,
        *,
        factory: int = 0,
        fee: int = 0,
        since: int = 0,
    ) -> bytes:
        """A pool with so many dollars of either token, from a Unix time on; its address."""
        pool = self._exchanges.open(token, quote, usd, factory=factory, fee=fee, since=since)
        self._contracts[pool.address] = pool
        return pool.address

    def set_pool_fault(self, pool: bytes, fault: PoolFault | None) -> None:
        """How a pool goes wrong; None heals it. KeyError if there is none of that address."""
        found = self._exchanges.at(pool)
        if found is None:
            raise KeyError("there is no such pool")
        found.fault = fault

    def _worth(self, token: bytes, usd: Decimal, at: int) -> int:
        symbol, decimals = self._decimals.get(token, ("", 0))
        price = self._market.usd(symbol, at)
        return 0 if not price else int(usd / price * 10**decimals)

    def set_feed_fault(self, pair: str, fault: FeedFault | None) -> None:
        """How the feed of `pair` goes wrong; None heals it. KeyError if there is no such feed."""
        self._feeds[pair].fault = fault

    def call(self, target: bytes, data: bytes, block: AnyBlock, depth: int = 0) -> bytes:
        """What the contract at `target` answers on the state of `block`; RevertedCallError if it
        reverts.
        """
        contract = self._contracts.get(target)
        if contract is None or depth > _DEPTH:
            return b""
        return contract(
            Call(data, block, lambda other, inner: self.call(other, inner, block, depth + 1))
        )

    def code(self, target: bytes) -> bytes:
        """Something, where there is a contract."""
        if target not in self._contracts and target not in self._routers:
            return b""
        return bytes.fromhex("6080604052") + keccak(target)


def balance(holder: bytes) -> int:
    """A plausible native balance, always the same: the sandbox keeps no state."""
    seed = keccak(b"balance" + holder)
    scale: int = 10 ** (seed[8] % 5)
    return int.from_bytes(seed[:8], "big") * scale
