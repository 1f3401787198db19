"""Transactions that nobody signs: a chain puts them into its blocks by itself.

OP chains begin each block with a deposit (0x7e) that tells of L1, and carry people's deposits from
there; Arbitrum begins with an internal one (0x6a); Polygon ends some blocks with a state sync
(0x7f). BSC's are ordinary ones that cost no gas: drafts.py has them.
"""

from __future__ import annotations

from random import Random

from eth_hash.auto import keccak

from sandbox.chain import drafts, events
from sandbox.chain.hexes import address, uint
from sandbox.chain.population import Population
from sandbox.chain.spec import ChainSpec
from sandbox.chain.transaction import DEPOSIT, INTERNAL, STATE_SYNC, Draft, Transaction, unsigned

_L1_TELLER = address("0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001")
_L1_BLOCK = address("0x4200000000000000000000000000000000000015")
_ARBOS = address("0x00000000000000000000000000000000000a4b05")
_TELL_L1 = keccak(b"setL1BlockValuesEcotone()")[:4]
_START_BLOCK = keccak(b"startBlock(uint256,uint64,uint64,uint64)")[:4]
_DEPOSIT_EVERY = 8
_SYNC_EVERY = 16
_ETHER = 10**18


class SystemTransactions:
    """What one chain puts first and last into its blocks."""

    def __init__(self, spec: ChainSpec, people: Population) -> None:
        self._spec = spec
        self._people = people

    def first(self, number: int, rng: Random) -> list[Transaction]:
        """Before everything that somebody signed."""
        chain_id = self._spec.chain_id
        if self._spec.consensus == "nitro":
            data = _START_BLOCK + rng.randbytes(32) + uint(number)
            started = Draft(_ARBOS, _ARBOS, data=data, gas_used=0)
            return [unsigned(INTERNAL, started, 0, chain_id)]
        if self._spec.consensus != "op":
            return []
        told = Draft(_L1_TELLER, _L1_BLOCK, data=_TELL_L1 + rng.randbytes(160), gas_used=46_000)
        deposits = [unsigned(DEPOSIT, told, number, chain_id)]
        if number % _DEPOSIT_EVERY == 0:
            value = rng.randrange(1, 20 * _ETHER)
            sent = drafts.pay(rng.randbytes(20), self._people.person(rng), value)
            deposits.append(unsigned(DEPOSIT, sent, rng.randrange(500), chain_id))
        return deposits

    def last(self, number: int, rng: Random) -> list[Transaction]:
        """After everything that somebody signed."""
        if self._spec.consensus != "bor" or number % _SYNC_EVERY:
            return []
        token = next(one for one in self._spec.tokens if one.price_usd is not None)
        bridged = rng.randrange(1, 500) * 10**token.decimals
        receiver = self._people.person(rng)
        logs = (events.transfer(address(token.address), events.ZERO, receiver, bridged),)
        data = uint(number) + rng.randbytes(32)
        synced = Draft(events.ZERO, None, data=data, logs=logs, gas_used=0)
        return [unsigned(STATE_SYNC, synced, 0, self._spec.chain_id)]
