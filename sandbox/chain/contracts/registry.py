"""Which contract stands at which address."""

from __future__ import annotations

from eth_hash.auto import keccak

from sandbox.chain import hexes
from sandbox.chain.contracts.aggregator import Aggregator, FeedFault
from sandbox.chain.contracts.call import Call, Contract
from sandbox.chain.contracts.multicall import Multicall
from sandbox.chain.contracts.token import token
from sandbox.chain.ledger import AnyBlock, Ledger
from sandbox.chain.market import Market
from sandbox.chain.spec import ChainSpec, TokenSpec

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
        for row in (*spec.tokens, *spec.spam):
            self.add_token(row)
        self._routers = frozenset(map(hexes.address, spec.routers))

    def add_token(self, spec: TokenSpec) -> None:
        """One more token, or other metadata for one that is there."""
        self._contracts[hexes.address(spec.address)] = token(spec)

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
