"""A transaction together with what executing it did: drafts are what somebody wants,
transactions are signed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from eth_hash.auto import keccak

from sandbox.chain import rlp

GWEI = 10**9
DEPOSIT, INTERNAL, STATE_SYNC = 0x7E, 0x6A, 0x7F
UNSIGNED = frozenset({DEPOSIT, INTERNAL, STATE_SYNC})
"""Types of transactions that a chain puts into its blocks by itself (see system.py)."""


@dataclass(frozen=True, slots=True)
class Log:
    """One event: emitter, one to four topics of 32 bytes, data."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What a sender wants, and what will come of it; `recipient` None creates a contract.

    `inside` is native coin that contracts move on the way: sender, recipient, wei.
    """

    sender: bytes
    recipient: bytes | None
    value: int = 0
    data: bytes = b""
    logs: tuple[Log, ...] = ()
    status: int = 1
    gas_used: int = 21_000
    inside: tuple[tuple[bytes, bytes, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Fees:
    """Wei per gas: the most a sender pays in all, and the part for the block's producer."""

    type: int
    most: int
    priority: int

    def effective(self, base_fee: int) -> int:
        """What is paid in a block with this base fee."""
        if self.type == 0:
            return self.most
        return min(self.most, base_fee + self.priority)


@dataclass(frozen=True, slots=True)
class Transaction:
    """A signed transaction; the signature's numbers are random, so no sender can be recovered
    from it.
    """

    draft: Draft
    fees: Fees
    nonce: int
    gas: int
    chain_id: int
    parity: int
    r: int
    s: int
    raw: bytes
    hash: bytes

    @property
    def v(self) -> int:
        """The signature's v: EIP-155 for legacy transactions, the parity for typed ones."""
        return self.parity if self.fees.type else self.chain_id * 2 + 35 + self.parity

    @property
    def is_unsigned(self) -> bool:
        """Whether the chain put it in by itself."""
        return self.fees.type in UNSIGNED

    def source_hash(self) -> bytes:
        """What makes a deposit's hash its own."""
        return keccak(self.draft.sender + self.nonce.to_bytes(32, "big") + self.draft.data)

    def created_address(self) -> bytes:
        """Where a contract creation puts its contract."""
        return keccak(rlp.encode((self.draft.sender, self.nonce)))[12:]

    def with_logs(self, logs: tuple[Log, ...]) -> Transaction:
        """The same transaction with another outcome, as when other transactions run before it."""
        return replace(self, draft=replace(self.draft, logs=logs))


def unsigned(kind: int, draft: Draft, nonce: int, chain_id: int) -> Transaction:
    """One that a chain puts in by itself; `nonce` is the sender's, where the kind has one.

    A deposit mints what it carries.
    """
    gas = 1_000_000 if kind == DEPOSIT else 0
    made = Transaction(draft, Fees(kind, 0, 0), nonce, gas, chain_id, 0, 0, 0, b"", b"")
    recipient, value = draft.recipient or b"", draft.value
    fields: tuple[rlp.Item, ...] = (draft.data,)
    if kind == DEPOSIT:
        source = made.source_hash()
        fields = (source, draft.sender, recipient, value, value, gas, 0, draft.data)
    elif kind == INTERNAL:
        fields = (chain_id, draft.data)
    raw = bytes((kind,)) + rlp.encode(fields)
    return replace(made, raw=raw, hash=keccak(raw))


def sign(draft: Draft, fees: Fees, nonce: int, chain_id: int, rng: Random) -> Transaction:
    """Give a draft its fees, nonce, random signature and hash."""
    gas = max(21_000, draft.gas_used * 13 // 10) if draft.gas_used > 21_000 else 21_000
    parity, r, s = rng.getrandbits(1), rng.getrandbits(255) | 1 << 250, rng.getrandbits(254) | 1
    recipient = draft.recipient or b""
    if fees.type == 0:
        v = chain_id * 2 + 35 + parity
        raw = rlp.encode((nonce, fees.most, gas, recipient, draft.value, draft.data, v, r, s))
    else:
        fields = (chain_id, nonce, fees.priority, fees.most, gas, recipient, draft.value)
        raw = b"\x02" + rlp.encode((*fields, draft.data, (), parity, r, s))
    return Transaction(draft, fees, nonce, gas, chain_id, parity, r, s, raw, keccak(raw))
